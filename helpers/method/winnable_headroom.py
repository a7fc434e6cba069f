"""How much of what customers buy elsewhere can be won in a year? Headroom times the part of it that others gave us.

Headroom is what others get today, and nobody wins all of it. What was won can be seen where the wallets of two years
are known: the customers who moved most of their spend to us set the mark for those like them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.special import bdtr

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL
from helpers.method.money import whole_money
from helpers.method.share import ALL
from helpers.method.share import customer_share as measured_share
from helpers.method.wallet_estimates import WalletEstimates

QUARTILE = 0.75
LEAST_PAIRS = 30  # customers with two wallets; an upper quartile of fewer has hardly a range
MONTHS = 12
HALF = 0.5  # of a judged rate, either way
DIGITS = 9  # of a ratio, so that the last bit of a division does not part equals

OF_GROUP, OF_ALL, JUDGED, UNKNOWN = "group", "all", "judged", "unknown"


def capture_pairs(
    customer_share: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    customer_category: pd.DataFrame,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
) -> pd.DataFrame:
    """What part of what it bought elsewhere each customer moved to us within a year.

    Parameters
    ----------
    customer_share : DataFrame, one row per buyer, from `share.customer_share`
    wallet_revenue : DataFrame, one row per wallet, or None
    customer_category : DataFrame, one row per customer and category of the window
    as_of : date
    scope_categories : list of str, optional
        As in `customer_share`, with the same scope.

    Returns
    -------
    DataFrame, one row per buyer with a known wallet of each of the last two years, sorted by customer_id
        share_start, share_end  float  a year ago and now
        captured                float  (share_end - share_start) / (1 - share_start); below zero where we lost. Who gave
                                       us everything a year ago is left out: there was nothing to win

    Examples
    --------
    >>> ends = pd.to_datetime(["2025-12-31", "2026-12-31"])
    >>> wallets = pd.DataFrame({"customer_id": "c1", "category": "tea", "wallet": [100.0, 100.0],
    ...     "revenue": [20.0, 40.0], "period_start": ends - pd.Timedelta(days=364), "period_end": ends,
    ...     "covered_days": 365, "wallet_source": "panel", "conflict": False})
    >>> sold = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "revenue": [60.0]})
    >>> now = measured_share(sold, wallets, as_of="2027-01-01")
    >>> pairs = capture_pairs(now, wallets, sold, as_of="2027-01-01")
    >>> pairs[["share_start", "share_end", "captured"]].values.tolist()
    [[0.2, 0.4, 0.25]]
    """
    before = pd.Timestamp(as_of) - pd.DateOffset(months=MONTHS)
    earlier = measured_share(customer_category, wallet_revenue, as_of=before, scope_categories=scope_categories)
    start = earlier[["customer_id", "customer_share"]].rename(columns={"customer_share": "share_start"})
    end = customer_share[["customer_id", "group_id", "customer_share"]].rename(columns={"customer_share": "share_end"})
    pairs = end.merge(start, on="customer_id").dropna().sort_values("customer_id")
    left = (1 - pairs["share_start"]).round(DIGITS)
    pairs["captured"] = ((pairs["share_end"] - pairs["share_start"]) / left.where(left > 0)).round(DIGITS)
    pairs = pairs.dropna(subset=["captured"]).reset_index(drop=True)
    return pairs[["customer_id", "group_id", "share_start", "share_end", "captured"]]


def capture_rates(
    pairs: pd.DataFrame, group_ids: Iterable[str], decided: float | None = None, *, level: float = LEVEL
) -> pd.DataFrame:
    """Which part of headroom each group's customers could give us within a year: the upper quartile of what was won.

    Answers "how much did those move to us who moved most, one customer in four?".

    Parameters
    ----------
    pairs : DataFrame, one row per customer, from `capture_pairs`
    group_ids : the groups for which a rate is asked
    decided : float, optional
        A judged rate from 0 to 1. It counts only where wallets of two years are too few.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame, one row per group, in the order given
        customers                  int    with two wallets, behind the rate
        capture_rate, _low, _high  float  0 to 1; a quartile below zero is 0: nothing is won
        basis                      str    group: its own 30 customers or more; all: those of all groups, 30 or more;
                                          judged: half and one and a half times it are its range; unknown: all missing

    Raises
    ------
    StepInputError
        If `decided` is not from 0 to 1.

    Notes
    -----
    The interval of a quartile takes the customers between which it lies so often (order statistics, no assumption on
    how gains are spread). Wallets that are remembered wrongly look like gains and losses, so noisy sources push the
    upper quartile up a little (.206 for a true .190 over 20 seeds of Harbour, whose interval held the truth in 18). It
    is a mark to aim for, not a forecast.

    References
    ----------
    Conover, *Practical Nonparametric Statistics* (3rd edition, 1999), 3.2.

    Examples
    --------
    >>> pairs = pd.DataFrame({"group_id": "g1", "captured": [part / 100 for part in range(40)]})
    >>> capture_rates(pairs, ["g1", "g2"])[["group_id", "customers", "capture_rate", "basis"]].values.tolist()
    [['g1', 40, 0.2925, 'group'], ['g2', 40, 0.2925, 'all']]
    """
    if decided is not None and not 0 <= decided <= 1:
        raise StepInputError(
            f"The decision capture_rate is {decided:g}. Expected the part of what customers buy elsewhere that can be "
            "won in a year: 0 to 1, such as 0.1."
        )
    everyone = np.sort(pairs["captured"].to_numpy(dtype=float))
    rows = []
    for group_id in group_ids:
        own = np.sort(pairs.loc[pairs["group_id"] == group_id, "captured"].to_numpy(dtype=float))
        if len(own) >= LEAST_PAIRS and group_id != ALL:
            rate = _quartile(own, level) | {"basis": OF_GROUP, "customers": len(own)}
        elif len(everyone) >= LEAST_PAIRS:
            rate = _quartile(everyone, level) | {"basis": OF_ALL, "customers": len(everyone)}
        elif decided is not None:
            ends = {"capture_low": (1 - HALF) * decided, "capture_high": min((1 + HALF) * decided, 1.0)}
            rate = {"capture_rate": float(decided)} | ends | {"basis": JUDGED, "customers": 0}
        else:
            rate = dict.fromkeys(("capture_rate", "capture_low", "capture_high"), np.nan)
            rate |= {"basis": UNKNOWN, "customers": 0}
        rows.append({"group_id": group_id} | rate)
    columns = ["group_id", "customers", "capture_rate", "capture_low", "capture_high", "basis"]
    return pd.DataFrame(rows, columns=columns)


def winnable_headroom(found: WalletEstimates, rates: pd.DataFrame) -> pd.DataFrame:
    """What of each customer's headroom could be won within a year, as a range.

    Parameters
    ----------
    found : WalletEstimates, from `wallet_estimates.estimate_wallets`
    rates : DataFrame, one row per group, from `capture_rates`

    Returns
    -------
    DataFrame, one row per buyer, sorted as the estimates
        basis                      str    known, estimated or unknown, as the wallet
        headroom, _low, _high      float  wallet - our revenue of the year; missing where nothing is known or estimated
        capture_rate               float  of its group
        winnable, _low, _high      float  headroom x capture rate; the ends are low x low and high x high

    Examples
    --------
    >>> from helpers.method.wallet_estimates import estimate_wallets
    >>> rows = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"], "year_revenue": [20.0], "wallet": [120.0],
    ...     "wallet_revenue": [20.0], "scaled": False, "order_days": [1.0], "breadth": 1.0, "order_value": [10.0],
    ...     "all_order_days": [1.0], "pace": [1.0]})
    >>> rates = pd.DataFrame({"group_id": ["g1"], "capture_rate": [0.2], "capture_low": [0.1], "capture_high": [0.3]})
    >>> table = winnable_headroom(estimate_wallets(rows), rates)
    >>> table[["headroom", "winnable", "winnable_low", "winnable_high"]].values.tolist()
    [[100.0, 20.0, 10.0, 30.0]]
    """
    customers = found.customers
    table = customers[["customer_id", "group_id", "basis"]].copy()
    rate = rates.set_index("group_id").reindex(table["group_id"]).reset_index()
    ends = {"": ("wallet_estimate", "capture_rate"), "_low": ("wallet_low", "capture_low")}
    ends |= {"_high": ("wallet_high", "capture_high")}
    for end, (wallet, _) in ends.items():
        table[f"headroom{end}"] = whole_money((customers[wallet] - customers["year_revenue"]).clip(lower=0.0))
    table["capture_rate"] = rate["capture_rate"].to_numpy()
    for end, (_, capture) in ends.items():
        table[f"winnable{end}"] = whole_money(table[f"headroom{end}"] * rate[capture].to_numpy())
    return table


def _quartile(captured: np.ndarray, level: float) -> dict[str, float]:
    """The upper quartile of sorted values and its interval by order statistics, each from 0 to 1."""
    count = len(captured)
    below = bdtr(np.arange(count + 1.0), count, QUARTILE)  # how likely so many or fewer lie below the true quartile
    first, last = np.searchsorted(below, [(1 - level) / 2, (1 + level) / 2])
    ends = captured[max(first - 1, 0)], captured[min(last, count - 1)]
    found = np.clip([np.quantile(captured, QUARTILE), *ends], 0.0, 1.0)
    return dict(zip(("capture_rate", "capture_low", "capture_high"), map(float, found), strict=True))
