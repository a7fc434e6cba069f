"""Customer share by category, by scope and by quarter, with market share once beside it.

Each table answers for its own buyers: the buyers of one category are not the buyers of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.intervals import LEVEL
from helpers.method.share import (
    ALL,
    CUTS,
    MIN_COVERAGE,
    customer_share,
    group_names,
    group_share,
    share_of_sums,
)
from helpers.method.share_scope import MIN_PART, categories_in_scope, scope_options
from helpers.method.share_wallets import USED, in_scope, known_wallets, named_customers, wallet_states, whole_money


def share_by_category(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    *,
    as_of: object,
    window_start: object,
    scope_categories: Sequence[str] | None = None,
    markets: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Our share of the buyers of each category: where we own the shelf, and where we hardly matter.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
    wallet_revenue : DataFrame, one row per wallet, or None
        Only wallets of a category count here, by the rules of `wallet_states`.
    as_of, window_start : date
        The window is window_start <= date < as_of.
    scope_categories : list of str, optional
        Fills `in_scope`; None = all that we sell.
    markets : DataFrame, one row per segment and year, optional
        segment (the name of a category), year, market_size. Used is the year that covers at least half of the window,
        the later of two; no such year or a size of zero, no market share.
    min_coverage, level : float
        As in `group_share`, for the category's own buyers.

    Returns
    -------
    DataFrame, one row per category sold in the window, by revenue, the largest first, the blank category last ("")
        customers                  int    buyers with a known wallet for it, conflicts left out
        revenue                    float  of all customers, returns included: sums to our revenue to the cent
        wallet, headroom           float  of those buyers; headroom = wallet - our revenue in the wallets' period
        customer_share, low, high  float  missing where less than min_coverage of the buyers' revenue has a wallet
        market_size                float  of the year, as delivered
        market_share               float  revenue / market_size, revenue scaled from the window's days to the year's

    Raises
    ------
    StepInputError
        If `markets` holds a segment twice for the year.

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c2"], "category": ["tea", "cups"], "revenue": [40.0, 15.0]})
    >>> year = pd.DataFrame({"segment": ["tea"], "year": [2026], "market_size": [800.0]})
    >>> table = share_by_category(sold, None, as_of="2027-01-01", window_start="2026-01-01", markets=year)
    >>> table[["category", "revenue", "customer_share", "market_share"]].values.tolist()
    [['tea', 40.0, nan, 0.05], ['cups', 15.0, nan, nan]]
    """
    rows = named_customers(customer_category)
    revenue = whole_money(rows.groupby("category")["revenue"].sum())
    total = float(revenue.sum())
    categories = [name for name in revenue.index if name]
    states = wallet_states(wallet_revenue, customer_category, as_of=as_of, scope_categories=categories)
    wallets = known_wallets(states[states["state"] == USED], ["customer_id", "category"])
    buyers = rows.loc[rows["revenue"] > 0, ["customer_id", "category", "revenue"]]
    buyers = buyers.merge(wallets, on=["customer_id", "category"], how="left")
    sizes, year_days = _market_sizes(markets, pd.Timestamp(window_start), pd.Timestamp(as_of))
    part_of_year = year_days / (pd.Timestamp(as_of) - pd.Timestamp(window_start)).days
    inside = in_scope(pd.Series(revenue.index, index=revenue.index), scope_categories)
    table = []
    for category, ours in revenue.items():
        bought = buyers[buyers["category"] == category]
        known = bought[bought["wallet_state"] == "known"]
        size = sizes.get(category, np.nan)
        share = share_of_sums(known["wallet_revenue"], known["wallet"], level)
        if not known["revenue"].sum() >= min_coverage * bought["revenue"].sum():
            share = (np.nan, np.nan, np.nan)
        table.append(
            {
                "category": category,
                "in_scope": bool(inside[category]),
                "customers": len(known),
                "revenue": float(ours),
                "part_of_revenue": float(ours) / total if total > 0 else np.nan,
                "wallet": round(float(known["wallet"].sum()), 4),
                "customer_share": share[0],
                "share_low": share[1],
                "share_high": share[2],
                "headroom": round(float((known["wallet"] - known["wallet_revenue"]).sum()), 4),
                "market_size": size,
                "market_share": float(ours) * part_of_year / size,
            }
        )
    table.sort(key=lambda row: (row["category"] == "", -row["revenue"], row["category"]))
    columns = ["category", "in_scope", "customers", "revenue", "part_of_revenue", "wallet", "customer_share"]
    return pd.DataFrame(table, columns=[*columns, "share_low", "share_high", "headroom", "market_size", "market_share"])


def share_by_scope(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    *,
    as_of: object,
    scope: str,
    chosen: Sequence[str] | None = None,
    min_part: float = MIN_PART,
    cuts: tuple[float, float] = CUTS,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """The share under each scope that the team can choose: the same client, several answers.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
    wallet_revenue : DataFrame, one row per wallet, or None
    as_of : date
    scope : str
        The option in force.
    chosen : list of str, optional
        A team's own list; adds its row.
    min_part, cuts, min_coverage, level
        As in `scope_options` and `group_share`.

    Returns
    -------
    DataFrame, one row per option, widest first: the columns of the published share_by_scope
        headroom  float  of the known wallets, currency
        chosen    bool   true on exactly one row

    Raises
    ------
    StepInputError
        If `scope` holds nothing or does not exist.

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c1"], "category": ["tea", "cups"], "revenue": [40.0, 15.0]})
    >>> table = share_by_scope(sold, None, as_of="2027-01-01", scope="main_categories")
    >>> table[["scope", "band", "chosen"]].values.tolist()[2]
    ['largest_category', 'cannot_say', False]
    """
    categories_in_scope(customer_category, scope, chosen, min_part)
    options = scope_options(customer_category, min_part, chosen)
    further = []
    for option in options["scope"]:
        inside = categories_in_scope(customer_category, option, chosen, min_part)
        shares = customer_share(customer_category, wallet_revenue, as_of=as_of, scope_categories=inside)
        whole = group_share(shares, cuts=cuts, min_coverage=min_coverage, level=level).iloc[0]
        row = whole[["wallet", "customer_share", "share_low", "share_high"]].to_dict()
        row["headroom"] = round(whole["wallet"] - whole["wallet_revenue"], 4)
        further.append(row | {"band": whole["band"], "chosen": option == scope})
    return pd.concat([options, pd.DataFrame(further)], axis=1)


def share_by_quarter(
    customer_quarter: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    customer_share: pd.DataFrame,
    *,
    as_of: object,
    scope_categories: Sequence[str] | None = None,
    groups: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """The share of the same buyers, quarter by quarter.

    The buyers are those of the window, for every quarter the same, so that customers who come and go cannot look like a
    change of share. Only those with a known wallet in the quarter count in it.

    Parameters
    ----------
    customer_quarter : DataFrame, one row per customer, quarter and category
        Says which quarters there are, and what they brought.
    wallet_revenue : DataFrame, one row per wallet, or None
        Used are wallets whose period is the quarter or lies in it, however old. Longer ones are not split: the wallet
        of half a year does not know in which quarter it was spent.
    customer_share : DataFrame, one row per buyer, from `customer_share`
        Who the buyers are, and their groups.
    as_of : date
    scope_categories : list of str, optional
    groups : DataFrame, optional
        group_id and group_name.
    min_coverage, level : float
        As in `group_share`, for the quarter's revenue.

    Returns
    -------
    DataFrame, one row per group and quarter, "all" first: the columns of the published share_by_quarter
        customers        int    with a known wallet in the quarter; 0 where there is none
        wallet, revenue  float  of those customers, over the days of their wallets
        customer_share   float  missing where less than min_coverage of the buyers' revenue in the quarter has a wallet

    Examples
    --------
    >>> day = pd.Timestamp
    >>> bought = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "revenue": [10.0],
    ...     "quarter_start": [day("2026-07-01")], "quarter_end": [day("2026-09-30")]})
    >>> wallets = pd.DataFrame({"customer_id": ["c1"], "category": ["tea"], "period_start": [day("2026-07-01")],
    ...     "period_end": [day("2026-09-30")], "wallet": [40.0], "revenue": [10.0], "covered_days": [92],
    ...     "wallet_source": ["panel"], "conflict": [False]})
    >>> shares = customer_share(bought, wallets, as_of="2026-10-01")
    >>> table = share_by_quarter(bought, wallets, shares, as_of="2026-10-01")
    >>> table[["group_id", "customers", "wallet", "customer_share"]].values.tolist()
    [['all', 1, 40.0, 0.25]]
    """
    ours = named_customers(customer_quarter)
    quarters = ours[["quarter_start", "quarter_end"]].drop_duplicates().sort_values("quarter_start", ignore_index=True)
    ours = ours[in_scope(ours["category"], scope_categories)]
    ours = ours.groupby(["customer_id", "quarter_start"], as_index=False)["revenue"].sum()
    fitting = _in_quarters(wallet_revenue, quarters)
    states = wallet_states(fitting, customer_quarter, as_of=as_of, scope_categories=scope_categories, months=None)
    wallets = known_wallets(states[states["state"] == USED], ["customer_id", "quarter_start"]) if len(states) else None
    table = []
    for group_id, name in group_names(customer_share, groups).items():
        members = customer_share if group_id == ALL else customer_share[customer_share["group_id"] == group_id]
        bought = ours[ours["customer_id"].isin(members["customer_id"])]
        spent = wallets[wallets["customer_id"].isin(members["customer_id"])] if wallets is not None else None
        for start, end in quarters.itertuples(index=False):
            known = _known_in(spent, start)
            row = {"group_id": group_id, "group_name": name, "quarter_start": start}
            quarter = bought[bought["quarter_start"] == start]
            table.append(row | {"quarter_end": end} | _quarter_numbers(known, quarter, min_coverage, level))
    columns = ["group_id", "group_name", "quarter_start", "quarter_end", "customers", "wallet", "revenue"]
    return pd.DataFrame(table, columns=[*columns, "customer_share", "share_low", "share_high"])


def _quarter_numbers(known: pd.DataFrame, bought: pd.DataFrame, min_coverage: float, level: float) -> dict:
    share = share_of_sums(known["wallet_revenue"], known["wallet"], level)
    covered = bought.loc[bought["customer_id"].isin(known["customer_id"]), "revenue"].sum()
    whole = bought["revenue"].sum()
    if not (len(known) and whole > 0 and covered >= min_coverage * whole):
        share = (np.nan, np.nan, np.nan)
    return {
        "customers": len(known),
        "wallet": round(float(known["wallet"].sum()), 4),
        "revenue": round(float(known["wallet_revenue"].sum()), 4),
        "customer_share": share[0],
        "share_low": share[1],
        "share_high": share[2],
    }


def _known_in(spent: pd.DataFrame | None, start: pd.Timestamp) -> pd.DataFrame:
    if spent is None:
        return pd.DataFrame({"customer_id": [], "wallet": [], "wallet_revenue": []})
    return spent[(spent["quarter_start"] == start) & (spent["wallet_state"] == "known")]


def _in_quarters(wallet_revenue: pd.DataFrame | None, quarters: pd.DataFrame) -> pd.DataFrame | None:
    """The wallets whose whole period lies in one quarter, with that quarter's first day."""
    if wallet_revenue is None or wallet_revenue.empty or quarters.empty:
        return None
    place = quarters["quarter_start"].searchsorted(wallet_revenue["period_start"], side="right") - 1
    found = quarters.iloc[np.maximum(place, 0)].set_index(wallet_revenue.index)
    fits = (wallet_revenue["period_start"] >= found["quarter_start"]) & (
        wallet_revenue["period_end"] <= found["quarter_end"]
    )
    return wallet_revenue.assign(quarter_start=found["quarter_start"])[fits]


def _market_sizes(
    markets: pd.DataFrame | None, window_start: pd.Timestamp, as_of: pd.Timestamp
) -> tuple[dict[str, float], int]:
    """Market sizes by segment for the year that covers at least half of the window, and the days of that year."""
    if markets is None or markets.empty:
        return {}, 365
    days = (as_of - window_start).days
    for year in sorted({int(year) for year in markets["year"]}, reverse=True):
        first, after = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
        if 2 * (min(after, as_of) - max(first, window_start)).days >= days:
            rows = markets[markets["year"].astype(int) == year]
            twice = sorted(set(rows.loc[rows["segment"].duplicated(), "segment"].astype(str)))
            if twice:
                raise StepInputError(
                    f"markets: {listed(twice)} stands in the year {year} more than once. "
                    "One size is expected for each segment."
                )
            # A market of nothing in which we sell is no measurement.
            rows = rows[rows["market_size"] > 0]
            return dict(zip(rows["segment"].fillna(""), rows["market_size"].astype(float), strict=True)), (
                after - first
            ).days
    return {}, 365
