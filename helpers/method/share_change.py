"""Whether our share moves: the same customers in two quarters, and the range of the difference.

Two ranges that overlap may still belong to shares that differ: the same customers stand in both, and what they have in
common cancels. So the verdict comes from the range of the difference itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.method.intervals import LEVEL, ratio_change_interval
from helpers.method.share import MIN_COVERAGE
from helpers.method.share_wallets import in_scope, named_customers, wallets_by_quarter


@dataclass(frozen=True)
class ShareChange:
    """The share of the customers known in both quarters, and last - first with its interval (parts of a whole, 0-1)."""

    first_quarter: pd.Timestamp
    last_quarter: pd.Timestamp
    first: float
    last: float
    change: float
    low: float
    high: float
    customers: int


def share_change(
    customer_quarter: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    customer_share: pd.DataFrame,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> ShareChange | None:
    """How the share of the same customers moved from the first quarter to the last.

    Parameters
    ----------
    customer_quarter : DataFrame, one row per customer, quarter and category
    wallet_revenue : DataFrame, one row per wallet, or None
    customer_share : DataFrame, one row per buyer, from `customer_share`
        Only its buyers count.
    as_of, scope_categories
        As in `share_by_quarter`.
    min_coverage : float
        Of the buyers' revenue in each of the two quarters, the part that must be of the customers compared.
    level : float
        Of the interval.

    Returns
    -------
    ShareChange, or None
        Between the two quarters farthest apart that have at least two customers in common and enough of the revenue;
        of equally far ones the later. None where there are none.

    References
    ----------
    Cochran, *Sampling Techniques* (3rd edition, 1977), 6.17: the difference of two ratios of the same units.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> quarters = [(day("2026-04-01"), day("2026-06-30"), 10.0), (day("2026-07-01"), day("2026-09-30"), 15.0)]
    >>> rows = [(name, "tea", *quarter) for name in ("c1", "c2") for quarter in quarters]
    >>> bought = pd.DataFrame(rows, columns=["customer_id", "category", "quarter_start", "quarter_end", "revenue"])
    >>> spent = bought.rename(columns={"quarter_start": "period_start", "quarter_end": "period_end"}).assign(
    ...     wallet=50.0, covered_days=90, wallet_source="panel", conflict=False)
    >>> moved = share_change(bought, spent, pd.DataFrame({"customer_id": ["c1", "c2"]}), as_of="2026-10-01")
    >>> round(moved.first, 2), round(moved.last, 2), round(moved.low, 2), round(moved.high, 2), moved.customers
    (0.2, 0.3, 0.1, 0.1, 2)
    """
    buyers = set(customer_share["customer_id"])
    wallets = wallets_by_quarter(customer_quarter, wallet_revenue, as_of=as_of, scope_categories=scope_categories)
    wallets = wallets[(wallets["wallet_state"] == "known") & wallets["customer_id"].isin(buyers)]
    ours = named_customers(customer_quarter)
    ours = ours[in_scope(ours["category"], scope_categories) & ours["customer_id"].isin(buyers)]
    quarters = sorted(wallets["quarter_start"].unique())
    known = {quarter: wallets[wallets["quarter_start"] == quarter].set_index("customer_id") for quarter in quarters}
    pairs = [(first, last) for place, first in enumerate(quarters) for last in quarters[place + 1 :]]
    for first, last in sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair[1]), reverse=True):
        both = known[first].index.intersection(known[last].index, sort=True)
        if len(both) > 1 and all(_covers(ours, quarter, both, min_coverage) for quarter in (first, last)):
            early, late = known[first].loc[both], known[last].loc[both]
            low, high = ratio_change_interval(
                early["wallet_revenue"], early["wallet"], late["wallet_revenue"], late["wallet"], level
            )
            shares = [float(part["wallet_revenue"].sum() / part["wallet"].sum()) for part in (early, late)]
            return ShareChange(
                pd.Timestamp(first), pd.Timestamp(last), *shares, shares[1] - shares[0], low, high, len(both)
            )
    return None


def _covers(ours: pd.DataFrame, quarter: pd.Timestamp, customers: pd.Index, min_coverage: float) -> bool:
    revenue = ours[ours["quarter_start"] == quarter]
    whole, theirs = revenue["revenue"].sum(), revenue.loc[revenue["customer_id"].isin(customers), "revenue"].sum()
    return bool(whole > 0 and theirs >= min_coverage * whole)
