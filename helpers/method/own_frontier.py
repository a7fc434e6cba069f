"""What our better customers of a kind spend with us: what can be said of potential where hardly a wallet is known.

It is a comparison of our own customers with each other, and knows nothing of what they buy elsewhere. So it is never
called a wallet, no share is made of it, and no band: a customer at the frontier may still buy most from others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.money import whole_money
from helpers.method.share import ALL, group_names

QUANTILE = 0.80
LEAST_LIKE = 30  # customers of a group who bought in the year; a quantile of fewer says little
OF_GROUP, OF_ALL, NONE = "group", "all", "none"


def own_frontier(inputs: pd.DataFrame, quantile: float = QUANTILE) -> pd.DataFrame:
    """What each buyer's better likes spend with us in a year, and how far it is from there.

    Answers "what do our better customers of this kind spend with us?".

    Parameters
    ----------
    inputs : DataFrame, one row per buyer, from `wallet_inputs.wallet_inputs`
    quantile : float
        Of the yearly spend of like customers who bought in the year: one in five spends more at .8.

    Returns
    -------
    DataFrame, one row per buyer, in the order of the inputs
        like            str    group: the customers of its group; all: of all groups, where its own has fewer than 30
                               who bought in the year; none: nobody bought in the year
        like_customers  int    like customers who bought in the year
        year_revenue    float  ours in the year, zero or more
        frontier        float  missing where nobody bought
        below           bool   whether it spends less
        distance        float  frontier - year_revenue, 0 for who spends as much or more

    Raises
    ------
    StepInputError
        If the quantile is not above 0 and below 1.

    Notes
    -----
    Quantiles are interpolated between neighbours, so the frontier of few customers need not be anyone's spend.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "group_id": "all", "year_revenue": [10.0, 20.0, 0.0]})
    >>> own_frontier(rows, quantile=0.5)[["customer_id", "frontier", "distance"]].values.tolist()
    [['c1', 15.0, 5.0], ['c2', 15.0, 0.0], ['c3', 15.0, 15.0]]
    """
    if not 0 < quantile < 1:
        raise StepInputError(f"own_frontier: the quantile is {quantile:g}; expected a part of customers, such as 0.8.")
    table = inputs[["customer_id", "group_id"]].copy()
    table["year_revenue"] = whole_money(inputs["year_revenue"].fillna(0.0).clip(lower=0.0))
    bought = table[table["year_revenue"] > 0]
    counts = bought.groupby("group_id")["year_revenue"].size()
    enough = counts.index[counts >= LEAST_LIKE]
    own = table["group_id"].isin(enough)
    by_group = bought.groupby("group_id")["year_revenue"].quantile(quantile)
    whole = float(bought["year_revenue"].quantile(quantile)) if len(bought) else np.nan
    table["like"] = np.where(own, OF_GROUP, OF_ALL if len(bought) else NONE)
    table["like"] = table["like"].astype("str")
    table["like_customers"] = table["group_id"].map(counts).where(own, len(bought)).astype("int64")
    table["frontier"] = whole_money(table["group_id"].map(by_group).astype(float).where(own, whole))
    table["below"] = table["year_revenue"] < table["frontier"]
    table["distance"] = whole_money((table["frontier"] - table["year_revenue"]).clip(lower=0.0))
    columns = ["customer_id", "group_id", "like", "like_customers", "year_revenue", "frontier", "below", "distance"]
    return table[columns]


def frontier_by_group(frontier: pd.DataFrame, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many customers of each group spend less than their better likes, and by how much in all.

    Parameters
    ----------
    frontier : DataFrame, one row per buyer, from `own_frontier`
    groups : DataFrame, optional
        group_id and group_name, any number of rows per group.

    Returns
    -------
    DataFrame, "all" first, then the groups by id
        customers, customers_below  int
        year_revenue, distance      float  sums
        frontier                    float  of a group; missing for "all" where groups have frontiers of their own

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "year_revenue": [10.0, 20.0]})
    >>> frontier_by_group(own_frontier(rows, 0.5))[["customers", "frontier", "customers_below"]].values.tolist()
    [[2.0, 15.0, 1.0]]
    """
    rows = []
    for group_id, name in group_names(frontier, groups).items():
        members = frontier if group_id == ALL else frontier[frontier["group_id"] == group_id]
        levels = members["frontier"].unique()
        rows.append(
            {
                "group_id": group_id,
                "group_name": name,
                "customers": len(members),
                "year_revenue": round(float(members["year_revenue"].sum()), 4),
                "frontier": float(levels[0]) if len(levels) == 1 else np.nan,
                "customers_below": int(members["below"].sum()),
                "distance": round(float(members["distance"].sum()), 4),
            }
        )
    return pd.DataFrame(rows)
