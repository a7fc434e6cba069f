"""Whether our share moves from year to year: the same customers in both, group by group.

Most wallets are told once a year, so a trend cannot wait for wallets by quarter. Two years also leave the season out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.method.group_members import BESIDE
from helpers.method.intervals import LEVEL, ratio_change_interval
from helpers.method.share import ALL, MIN_COVERAGE, group_names
from helpers.method.share_wallets import RECENT_MONTHS, USED, known_wallets, wallet_states

STILL = 0.03  # a change whose whole range lies within so many points, zero included, is called none
COLUMNS = (
    *("group_id", "group_name", "customers", "share_before", "share_now", "change", "change_low", "change_high"),
    "moved",
)


def share_by_year(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    customer_share: pd.DataFrame,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    groups: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """How the share of the same customers moved from the year before to the last twelve months.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
    wallet_revenue : DataFrame, one row per wallet, or None
        Now are those that `wallet_states` uses; before are those it would have used a year earlier, as far as they
        ended by then, so that no day stands on both sides.
    customer_share : DataFrame, one row per buyer, from `share.customer_share`
        Who the buyers are, and their groups.
    as_of : date
    scope_categories : list of str, optional
    groups : DataFrame, optional
        group_id and group_name.
    min_coverage : float
        Of the group's revenue, the part that must be of the customers compared.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame, "all" first, then the groups: the columns of the published share_change; no rows where no two customers
    are known in both years, and none for those who stand beside the groups: how they moved is how they are defined
        customers                int    known without conflict in both years
        share_before, share_now  float  sum over sum; missing where too little is compared, like all that follow
        change, _low, _high      float  share_now - share_before with its interval, the customer as the unit
        moved                    str    rose or fell if the whole interval says so; still if it lies within 3 points
                                        and holds zero; else unclear; cannot_say where too little is compared

    References
    ----------
    Cochran, *Sampling Techniques* (3rd edition, 1977), 6.17: the difference of two ratios of the same units.

    Examples
    --------
    >>> day, sold = pd.Timestamp, pd.DataFrame({"customer_id": ["c1", "c2"], "category": "tea", "revenue": 40.0})
    >>> wallets = pd.DataFrame({"customer_id": ["c1", "c2"] * 2, "category": "tea", "wallet": 100.0,
    ...     "revenue": [20.0, 10.0, 30.0, 20.0], "period_start": [day("2025-01-01")] * 2 + [day("2026-01-01")] * 2,
    ...     "period_end": [day("2025-12-31")] * 2 + [day("2026-12-31")] * 2, "covered_days": 365,
    ...     "wallet_source": "stated", "conflict": False})
    >>> shares = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "revenue": 40.0})
    >>> table = share_by_year(sold, wallets, shares, as_of="2027-01-01")
    >>> table[["customers", "change", "moved"]].round(2).values.tolist()
    [[2, 0.1, 'rose']]
    """
    both = _both_years(customer_category, wallet_revenue, customer_share, as_of, scope_categories)
    if len(both) < 2:
        return pd.DataFrame(columns=COLUMNS)
    rows = []
    for group_id, name in group_names(customer_share, groups).items():
        if group_id in BESIDE:
            continue
        members = customer_share if group_id == ALL else customer_share[customer_share["group_id"] == group_id]
        known = both[both["customer_id"].isin(members["customer_id"])]
        covered, whole = known["revenue"].sum(), members["revenue"].sum()
        said = len(known) > 1 and whole > 0 and covered >= min_coverage * whole
        row = {"group_id": group_id, "group_name": name, "customers": len(known)}
        rows.append(row | (_change(known, level) if said else _NOTHING))
    return pd.DataFrame(rows, columns=COLUMNS)


def moved(low: float, high: float) -> str:
    """What the interval of a change says in a word.

    >>> moved(0.01, 0.04), moved(-0.02, 0.01), moved(-0.06, 0.01), moved(float("nan"), float("nan"))
    ('rose', 'still', 'unclear', 'unclear')
    """
    if low > 0 or high < 0:
        return "rose" if low > 0 else "fell"
    return "still" if low >= -STILL and high <= STILL else "unclear"


_NOTHING = dict.fromkeys(COLUMNS[3:-1], np.nan) | {"moved": "cannot_say"}


def _both_years(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    customer_share: pd.DataFrame,
    as_of: object,
    scope_categories: Sequence[str] | None,
) -> pd.DataFrame:
    """The buyers whose wallet is known now and a year before, with both wallets and our revenue of both."""
    if wallet_revenue is None or wallet_revenue.empty:
        return pd.DataFrame(columns=["customer_id"])
    year_ago = pd.Timestamp(as_of) - pd.DateOffset(months=RECENT_MONTHS)
    sides = {"now": (wallet_revenue, as_of)}
    sides["before"] = (wallet_revenue[wallet_revenue["period_end"] < year_ago], year_ago)
    both = customer_share[["customer_id", "revenue"]]
    for side, (delivered, day) in sides.items():
        states = wallet_states(delivered, customer_category, as_of=day, scope_categories=scope_categories)
        sums = known_wallets(states[states["state"] == USED], ["customer_id"])
        sums = sums.loc[sums["wallet_state"] == "known", ["customer_id", "wallet", "wallet_revenue"]]
        both = both.merge(sums.rename(columns={"wallet": side, "wallet_revenue": f"ours_{side}"}), on="customer_id")
    return both.sort_values("customer_id", ignore_index=True)


def _change(known: pd.DataFrame, level: float) -> dict:
    before, now = (float(known[f"ours_{side}"].sum() / known[side].sum()) for side in ("before", "now"))
    low, high = ratio_change_interval(known["ours_before"], known["before"], known["ours_now"], known["now"], level)
    found = {"share_before": before, "share_now": now, "change": now - before}
    return found | {"change_low": low, "change_high": high, "moved": moved(low, high)}
