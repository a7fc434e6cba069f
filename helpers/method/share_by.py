"""Customer share by category, by scope and by quarter, with market share once beside it.

Each table answers for its own buyers: the buyers of one category are not the buyers of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.method.intervals import LEVEL
from helpers.method.money import whole_money
from helpers.method.share import (
    ALL,
    CUTS,
    MIN_COVERAGE,
    customer_share,
    group_names,
    group_share,
    share_of_sums,
)
from helpers.method.share_market import market_of_window
from helpers.method.share_scope import MIN_PART, categories_in_scope, scope_options
from helpers.method.share_wallets import (
    USED,
    all_lines,
    in_scope,
    known_wallets,
    named_customers,
    quarters_of,
    wallet_states,
    wallets_by_quarter,
)


def share_by_category(
    customer_category: pd.DataFrame,
    wallet_revenue: pd.DataFrame | None,
    *,
    as_of: object,
    window_start: object,
    scope_categories: Sequence[str] | None = None,
    markets: pd.DataFrame | None = None,
    customer_quarter: pd.DataFrame | None = None,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Our share of the buyers of each category: where we own the shelf, and where we hardly matter.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
        Lines without a customer are revenue, and nobody's share.
    wallet_revenue : DataFrame, one row per wallet, or None
        Only wallets of a category count here, by the rules of `wallet_states`.
    as_of, window_start : date
        The window is window_start <= date < as_of.
    scope_categories : list of str, optional
        Fills `in_scope`; None = all that we sell.
    markets, customer_quarter : DataFrame, optional
        As in `market_of_window`, which chooses the year and our revenue of it.
    min_coverage, level : float
        As in `group_share`, for the category's own buyers.

    Returns
    -------
    DataFrame, one row per category sold in the window, by revenue, the largest first, the blank category last ("")
        customers                  int    buyers with a known wallet for it, conflicts left out
        revenue                    float  of all customers and of lines without one, returns included: sums to our
                                          revenue to the cent
        wallet, headroom           float  of those buyers; headroom = wallet - our revenue in the wallets' period
        customer_share, low, high  float  missing where less than min_coverage of the buyers' revenue has a wallet
        market_size                float  of the year, as delivered
        market_share               float  our revenue of that year / market_size

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
    revenue = whole_money(all_lines(customer_category).groupby("category")["revenue"].sum())
    total = float(revenue.sum())
    categories = [name for name in revenue.index if name]
    states = wallet_states(wallet_revenue, customer_category, as_of=as_of, scope_categories=categories)
    wallets = known_wallets(states[states["state"] == USED], ["customer_id", "category"])
    buyers = rows.loc[rows["revenue"] > 0, ["customer_id", "category", "revenue"]]
    buyers = buyers.merge(wallets, on=["customer_id", "category"], how="left")
    market = market_of_window(
        customer_category, markets, window_start=window_start, as_of=as_of, customer_quarter=customer_quarter
    )
    inside = in_scope(pd.Series(revenue.index, index=revenue.index), scope_categories)
    table = []
    for category, ours in revenue.items():
        bought = buyers[buyers["category"] == category]
        known = bought[bought["wallet_state"] == "known"]
        size = market.sizes.get(category, np.nan)
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
                "market_share": market.revenue.get(category, 0.0) / size,
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
        known_wallets  int    buyers whose wallet is known without conflict
        headroom       float  of the known wallets, currency
        chosen         bool   true on exactly one row

    Raises
    ------
    StepInputError
        If `scope` holds nothing or does not exist, or a parameter is out of range.

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
        row = whole[["known_wallets", "wallet", "customer_share", "share_low", "share_high"]].to_dict()
        row["headroom"] = round(whole["wallet"] - whole["wallet_revenue"], 4)
        further.append(row | {"band": whole["band"], "chosen": option == scope})
    table = pd.concat([options, pd.DataFrame(further)], axis=1)
    names = list(options)
    names.insert(names.index("customers") + 1, "known_wallets")
    return table[[*names, *(name for name in table if name not in names)]]


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
    change of share. Only those with a known wallet in the quarter count in it; `share_change` compares two quarters.

    Parameters
    ----------
    customer_quarter : DataFrame, one row per customer, quarter and category
        Says which quarters there are, and what they brought.
    wallet_revenue : DataFrame, one row per wallet, or None
        Used as in `wallets_by_quarter`.
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
    quarters = quarters_of(customer_quarter)
    ours = ours[in_scope(ours["category"], scope_categories)]
    ours = ours.groupby(["customer_id", "quarter_start"], as_index=False)["revenue"].sum()
    wallets = wallets_by_quarter(customer_quarter, wallet_revenue, as_of=as_of, scope_categories=scope_categories)
    wallets = wallets[wallets["wallet_state"] == "known"]
    table = []
    for group_id, name in group_names(customer_share, groups).items():
        members = customer_share if group_id == ALL else customer_share[customer_share["group_id"] == group_id]
        bought = ours[ours["customer_id"].isin(members["customer_id"])]
        spent = wallets[wallets["customer_id"].isin(members["customer_id"])]
        for start, end in quarters.itertuples(index=False):
            known = spent[spent["quarter_start"] == start]
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
