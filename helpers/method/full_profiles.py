"""The whole profile of each customer group: who it is, what it is worth, what more it could give, who speaks for us."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.method.share import ALL

MOST_NEEDS = 3
_COUNTS = ("customers", "advocates")
_MONEY = (
    *("revenue", "clv", "clv_per_customer", "headroom", "winnable", "winnable_low", "winnable_high"),
    *("referral_value", "referral_value_per_customer"),
)
_PARTS = (
    *("part_of_customers", "part_of_revenue", "part_of_clv", "cost_to_serve_rate", "customer_share", "share_low"),
    *("share_high", "score", "score_low", "score_high", "to_us", "to_them", "balance"),
)
_TEXTS = ("group_id", "group_name", "description", "anchors", "needs", "band", "position_name")


def full_profiles(
    exchange: pd.DataFrame,
    group_profiles: pd.DataFrame | None,
    *,
    importance: pd.DataFrame | None = None,
    share: pd.DataFrame | None = None,
    headroom: pd.DataFrame | None = None,
    advocacy: pd.DataFrame | None = None,
    referred: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row for each group with all that the steps so far know of it.

    Parameters
    ----------
    exchange : DataFrame, one row per group, from `value_exchange`
    group_profiles, importance, share, headroom, advocacy, referred : DataFrame or None
        group_profiles of step 03; driver_importance of 06; group_share and winnable_headroom of 05; advocacy and
        customer_types of 04. What a table does not hold of a group stays missing.

    Returns
    -------
    DataFrame, the groups of `exchange` in its order: the columns of the published group_profiles_full
        **Potential** is headroom and the part of it that can be won a year, **promotion** the score, advocates and
        referral value. `needs` names the three most important drivers of a group that answered for itself.

    Examples
    --------
    >>> exchange = pd.DataFrame({"group_id": ["all", "g1"], "group_name": ["All", "Yards"], "customers": [9, 9]})
    >>> heard = pd.DataFrame({"group_id": ["g1"], "score": [0.25], "advocates": [2]})
    >>> found = full_profiles(exchange, None, advocacy=heard)
    >>> found[["group_name", "score", "advocates"]].values.tolist()[1]
    ['Yards', 0.25, 2]
    """
    order = ["clv", "part_of_clv", "clv_per_customer", "revenue", "cost_to_serve_rate", "to_us", "to_them"]
    own = exchange.reindex(columns=["group_id", "group_name", "customers", *order, "balance", "position_name"])
    table = own.set_index("group_id")
    parts = ["description", "anchors", "is_group", "part_of_customers", "part_of_revenue"]
    rates = ["customer_share", "share_low", "share_high", "band"]
    won = ["headroom", "winnable", "winnable_low", "winnable_high"]
    said = ["score", "score_low", "score_high", "advocates"]
    brought = ["referral_value", "referral_value_per_customer"]
    for other, columns in ((group_profiles, parts), (share, rates), (headroom, won), (advocacy, said)):
        table = table.join(_of_groups(other, columns))
    table = table.join(_of_groups(referred, brought)).join(_needs(importance))
    # without a table of groups there is only the row of all
    table["is_group"] = table["is_group"].astype("boolean").fillna(False)
    order = [
        *("group_name", "description", "anchors", "is_group", "customers", "part_of_customers", "revenue"),
        *("part_of_revenue", "clv", "part_of_clv", "clv_per_customer", "cost_to_serve_rate", *rates, *won, *said),
        *(*brought, "needs", "to_us", "to_them", "balance", "position_name"),
    ]
    kinds = dict.fromkeys(_TEXTS, "str") | dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys((*_MONEY, *_PARTS), float)
    table = table[order].reset_index().astype(kinds)
    return table.round(dict.fromkeys(_MONEY, 4) | dict.fromkeys(_PARTS, 9))


def known_parts(profiles: pd.DataFrame) -> dict[str, int]:
    """Of how many groups each part of the profile is known: worth, share, potential, promotion, needs, exchange.

    Only groups that were formed count; the portfolio itself where there are none.
    """
    rows = profiles[profiles["is_group"]] if profiles["is_group"].any() else profiles[profiles["group_id"] == ALL]
    columns = {
        "worth": "clv",
        "share": "customer_share",
        "potential": "winnable",
        "promotion": "score",
        "needs": "needs",
        "exchange": "balance",
    }
    return {part: int(rows[column].notna().sum()) for part, column in columns.items()}


def _of_groups(table: pd.DataFrame | None, columns: Iterable[str]) -> pd.DataFrame:
    """These columns by group_id; a column or a table that is not there is missing throughout."""
    if table is None or table.empty:
        return pd.DataFrame(np.nan, index=pd.Index([], name="group_id", dtype="str"), columns=list(columns))
    return table.set_index("group_id").reindex(columns=list(columns))


def _needs(importance: pd.DataFrame | None) -> pd.Series:
    """The most important drivers of each group in words; none of a group that borrows all of them."""
    if importance is None or importance.empty:
        return pd.Series(dtype="str", name="needs", index=pd.Index([], name="group_id", dtype="str"))
    own = importance[(importance["borrowed_part"] < 1) & (importance["derived_rank"] <= MOST_NEEDS)]
    own = own.sort_values(["group_id", "derived_rank"], kind="stable")
    return own.groupby("group_id")["label"].agg(", ".join).rename("needs")
