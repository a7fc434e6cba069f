"""Customer share: how much of what our customers spend do they spend with us?

Osing's measure, the heart of step 05. Share = our revenue / wallet for the same customers, categories and days; for a
group sum over sum. Nothing is estimated here: an unknown wallet stays unknown, and coverage says how much that matters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL, ratio_interval
from helpers.method.money import whole_money
from helpers.method.share_wallets import USED, in_scope, known_wallets, named_customers, wallet_states

CUTS = (0.30, 0.80)
MIN_COVERAGE = 0.30
ALL, ALL_NAME = "all", "All customers"
UNGROUPED, UNGROUPED_NAME = "ungrouped", "In no group"


def customer_share(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Our share of each buyer's wallet in the scope, where the wallet is known.

    Answers "which part of its spend does this customer give us?".

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
        Says who the buyers are: revenue above zero in the scope. Where returns outweigh purchases, nobody bought.
    wallet_revenue : DataFrame, one row per wallet, or None when the client delivered none
    as_of : date
        Wallets count as `wallet_states` says: those of the last 12 months, each spend once.
    scope_categories : list of str, optional
        None = all that we sell, revenue without a category included.
    groups : DataFrame, one row per customer, optional
        customer_id and group_id; without it everyone is in "all". A buyer who is not in it is "ungrouped".

    Returns
    -------
    DataFrame, one row per buyer, sorted by customer_id: the columns of the published customer_share
        revenue         float  in the scope over the window, currency
        wallet          float  in the wallet's period; missing where unknown, kept where in conflict
        wallet_revenue  float  ours in that same period
        customer_share  float  wallet_revenue / wallet; missing where unknown or in conflict. Below zero where the
                               customer brought back more than it bought in the wallet's period
        wallet_state    str    known, unknown or conflict (one wallet, or all together, below our own revenue)
        wallet_source   str    joined by +; missing where unknown

    Raises
    ------
    StepInputError
        If a wallet is missing or below zero, or `groups` holds a customer twice.

    Notes
    -----
    A wallet of zero and no wallet are treated alike, as unknown: a panel writes no row where nothing was spent. Where
    only some of a customer's categories or quarters have wallets, the share is that of these, and its revenue in the
    others is on neither side.

    References
    ----------
    Osing, "Measure Customer Share NOT Market Share" (2012).

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c2"], "category": ["tea", "tea"], "revenue": [40.0, 15.0]})
    >>> wallets = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "wallet": [160.0], "revenue": [40.0],
    ...     "period_start": [pd.Timestamp("2026-01-01")], "period_end": [pd.Timestamp("2026-12-31")],
    ...     "covered_days": [365], "wallet_source": ["stated"], "conflict": [False]})
    >>> table = customer_share(sold, wallets, as_of="2027-01-01")
    >>> table[["customer_id", "customer_share", "wallet_state"]].values.tolist()
    [['c1', 0.25, 'known'], ['c2', nan, 'unknown']]
    """
    rows = named_customers(customer_category)
    rows = rows[in_scope(rows["category"], scope_categories)]
    revenue = whole_money(rows.groupby("customer_id")["revenue"].sum())
    buyers = revenue[revenue > 0].rename("revenue").reset_index()
    states = wallet_states(wallet_revenue, customer_category, as_of=as_of, scope_categories=scope_categories)
    sums = known_wallets(states[states["state"] == USED], ["customer_id"])
    table = buyers.merge(sums, on="customer_id", how="left")
    unknown = table["wallet_state"].isna() | (table["wallet_state"] == "unknown")
    table.loc[unknown, ["wallet", "wallet_revenue"]] = np.nan
    known = table["wallet_state"] == "known"
    table["customer_share"] = (table["wallet_revenue"] / table["wallet"]).where(known)
    table["wallet_state"] = table["wallet_state"].fillna("unknown").astype("str")
    table["wallet_source"] = table["wallet_source"].where(~unknown).astype("str")
    table["group_id"] = _group_of(table["customer_id"], groups)
    columns = ["customer_id", "group_id", "revenue", "wallet", "wallet_revenue", "customer_share", "wallet_state"]
    return table[[*columns, "wallet_source"]]


def group_share(
    customer_share: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    *,
    cuts: tuple[float, float] = CUTS,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """The share of all customers together and of each group, sum over sum, with how sure it is.

    Parameters
    ----------
    customer_share : DataFrame, one row per buyer, from `customer_share`
    groups : DataFrame, optional
        group_id and group_name, any number of rows per group; without a name the id stands in.
    cuts : (float, float)
        Where `win_more` ends and `deepen_and_defend` begins: Osing's examples, used as defaults.
    min_coverage : float
        Below this part of revenue with a known wallet nothing is said.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame, "all" first, then the groups by id: the columns of the published group_share
        coverage             float  part of the buyers' revenue whose wallet is known; missing without buyers
        customer_share       float  sum over sum of the known wallets; missing below min_coverage, like all that follow
        share_low, _high     float  missing for fewer than two known wallets
        mean_of_shares       float  plain mean over customers, a different number
        band                 str    a band only if the whole interval lies in it, its lower cut included, else
                                    undecided; cannot_say below min_coverage

    Raises
    ------
    StepInputError
        If not 0 < first cut < second cut <= 1.

    Examples
    --------
    >>> shares = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "revenue": [20.0, 30.0],
    ...     "wallet": [100.0, 400.0], "wallet_revenue": [20.0, 40.0], "customer_share": [0.2, 0.1],
    ...     "wallet_state": "known", "wallet_source": "panel"})
    >>> group_share(shares)[["group_id", "coverage", "customer_share", "mean_of_shares"]].round(2).values.tolist()
    [['all', 1.0, 0.12, 0.15]]
    """
    share_band(0.0, 0.0, cuts)
    rows = []
    for group_id, name in group_names(customer_share, groups).items():
        members = customer_share if group_id == ALL else customer_share[customer_share["group_id"] == group_id]
        rows.append(_group_row(group_id, name, members, cuts, min_coverage, level))
    return pd.DataFrame(rows)


def share_band(low: float, high: float, cuts: tuple[float, float] = CUTS) -> str:
    """The band in which the whole interval lies, else `undecided`. A band is a description, never an intent.

    Raises
    ------
    StepInputError
        If not 0 < first cut < second cut <= 1.

    Examples
    --------
    >>> share_band(0.31, 0.42), share_band(0.28, 0.42), share_band(0.80, 0.91)
    ('build', 'undecided', 'deepen_and_defend')
    """
    first, second = cuts
    if not 0 < first < second <= 1:
        raise StepInputError(
            f"LOW_CUT is {first} and HIGH_CUT is {second}. Expected two shares in order: LOW_CUT above 0, HIGH_CUT "
            "above LOW_CUT and at most 1 (0.30 and 0.80 unless changed)."
        )
    if high < first:
        return "win_more"
    if low >= first and high < second:
        return "build"
    return "deepen_and_defend" if low >= second else "undecided"


def headroom(customer_share: pd.DataFrame) -> pd.DataFrame:
    """What each customer buys elsewhere, largest first.

    Answers "how few customers hold half of what we do not get?".

    Parameters
    ----------
    customer_share : DataFrame, one row per buyer, from `customer_share`
        Only known wallets count; a conflict has no headroom.

    Returns
    -------
    DataFrame, one row per customer with a known wallet, sorted by rank and customer_id
        headroom      float  wallet - wallet_revenue, currency; a difference below zero is within half a cent, and 0
        rank          int    equal headroom, equal rank; the next rank counts all before it
        running_part  float  of all headroom, down to and including this rank; missing where there is none

    Examples
    --------
    >>> shares = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "group_id": "all", "wallet": [9.0, 5.0, 8.0],
    ...     "wallet_revenue": [4.0, 3.0, 3.0], "wallet_state": "known"})
    >>> headroom(shares)[["customer_id", "headroom", "rank"]].values.tolist()
    [['c1', 5.0, 1], ['c3', 5.0, 1], ['c2', 2.0, 3]]
    """
    known = customer_share[customer_share["wallet_state"] == "known"]
    table = known[["customer_id", "group_id", "wallet", "wallet_revenue"]].copy()
    table["headroom"] = whole_money(table["wallet"] - table["wallet_revenue"]).clip(lower=0.0)
    table = table.sort_values(["headroom", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True)
    table["rank"] = table["headroom"].rank(method="min", ascending=False).astype("int64")
    running = table["headroom"].cumsum().groupby(table["rank"]).transform("max")
    total = table["headroom"].sum()
    table["running_part"] = running / total if total > 0 else np.nan
    return table


def headroom_curve(headroom: pd.DataFrame, steps: int = 100) -> pd.DataFrame:
    """How much of all headroom the first customers hold, when those with the most stand first.

    Answers "would a list of names do, or do we need a rule?".

    Parameters
    ----------
    headroom : DataFrame, one row per customer, from `headroom`
    steps : int
        Points of the curve after the first; fewer where there are fewer customers.

    Returns
    -------
    DataFrame, one row per point, the first at nobody: the columns of the published headroom_curve
        customers                         int    from the first to this one; equals on a border stand by customer_id
        part_of_customers, _of_headroom   float  rise from 0 to 1; empty table where nobody has headroom

    Examples
    --------
    >>> room = pd.DataFrame({"headroom": [6.0, 3.0, 1.0, 0.0]})
    >>> headroom_curve(room, steps=2)[["customers", "part_of_headroom"]].values.tolist()
    [[0.0, 0.0], [2.0, 0.9], [4.0, 1.0]]
    """
    amounts = headroom["headroom"].to_numpy(dtype=float)
    running, count = np.concatenate([[0.0], np.cumsum(amounts)]), len(amounts)
    places = np.unique([step * count // steps for step in range(steps + 1)]) if running[-1] > 0 else np.array([], int)
    return pd.DataFrame(
        {
            "customers": places,
            "part_of_customers": places / max(count, 1),
            "headroom": running[places].round(4),
            "part_of_headroom": running[places] / (running[-1] or 1.0),
        }
    )


def group_names(customer_share: pd.DataFrame, groups: pd.DataFrame | None = None) -> dict[str, str]:
    """The groups that have buyers, with their names: "all" first, then g1, g2 ... g10, those in no group last.

    >>> group_names(pd.DataFrame({"group_id": ["g10", "g2", "ungrouped"]}))
    {'all': 'All customers', 'g2': 'g2', 'g10': 'g10', 'ungrouped': 'In no group'}
    """
    names = {UNGROUPED: UNGROUPED_NAME}
    if groups is not None and "group_name" in groups:
        names |= dict(groups[["group_id", "group_name"]].drop_duplicates("group_id").itertuples(index=False))
    present = sorted(set(customer_share["group_id"]) - {ALL}, key=lambda name: (name == UNGROUPED, len(name), name))
    return {ALL: ALL_NAME} | {group_id: names.get(group_id, group_id) for group_id in present}


def share_of_sums(numerator: pd.Series, denominator: pd.Series, level: float = LEVEL) -> tuple[float, float, float]:
    """The share and its interval: (share, low, high), all NaN where the denominators sum to nothing.

    >>> share_of_sums(pd.Series([1.0]), pd.Series([4.0]))
    (0.25, nan, nan)
    """
    whole = float(denominator.sum())
    if whole <= 0:
        return np.nan, np.nan, np.nan
    return float(numerator.sum()) / whole, *ratio_interval(numerator, denominator, level, is_share=True)


def _group_row(
    group_id: str, name: str, part: pd.DataFrame, cuts: tuple[float, float], min_coverage: float, level: float
) -> dict:
    known = part[part["wallet_state"] == "known"]
    revenue = float(part["revenue"].sum())
    coverage = float(known["revenue"].sum()) / revenue if revenue > 0 else np.nan
    share, low, high = share_of_sums(known["wallet_revenue"], known["wallet"], level)
    mean, band = float(known["customer_share"].mean()), share_band(low, high, cuts)
    if not (coverage >= min_coverage and len(known)):
        share = low = high = mean = np.nan
        band = "cannot_say"
    return {
        "group_id": group_id,
        "group_name": name,
        "customers": len(part),
        "known_wallets": len(known),
        "conflicts": int((part["wallet_state"] == "conflict").sum()),
        "revenue": round(revenue, 4),
        "coverage": coverage,
        "wallet": round(float(known["wallet"].sum()), 4),
        "wallet_revenue": round(float(known["wallet_revenue"].sum()), 4),
        "customer_share": share,
        "share_low": low,
        "share_high": high,
        "mean_of_shares": mean,
        "band": band,
    }


def _group_of(customer_id: pd.Series, groups: pd.DataFrame | None) -> pd.Series:
    if groups is None:
        return pd.Series(ALL, index=customer_id.index, dtype="str")
    if groups["customer_id"].duplicated().any():
        raise StepInputError("customer_share: a customer stands in the groups twice; each customer has one group.")
    return customer_id.map(groups.set_index("customer_id")["group_id"]).fillna(UNGROUPED).astype("str")
