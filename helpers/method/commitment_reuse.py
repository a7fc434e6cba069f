"""Reuse: who else, besides the customer that asked, would use what a project builds?"""

from __future__ import annotations

import pandas as pd

from helpers.method.share import ALL

LEAST_REUSE = 3
A_YEAR = 12  # months


def project_reuse(
    projects: pd.DataFrame, groups: pd.DataFrame | None, customer_quarter: pd.DataFrame | None, *, as_of: object
) -> pd.Series:
    """How many other customers of a project's group bought its category in the last twelve months.

    Answers "is this a step for the group, or a favour to one customer?".

    Parameters
    ----------
    projects : DataFrame, one row per project
        group_id, requested_by, category.
    groups : DataFrame, one row per customer in a group, or None
        customer_id and group_id.
    customer_quarter : DataFrame, one row per customer, quarter and category, or None
    as_of : date

    Returns
    -------
    Series of Int64, same rows
        Missing where the project names no category, where no customer at all bought it in these months (it is new, or
        written in another way, and nobody can tell), or where its group has no customers that we know.

    Notes
    -----
    A customer bought where a quarter's revenue in the category, returns taken off, is above zero. Neither capitals nor
    spaces at the ends of a category's name matter. A project for "all" counts customers of every group.

    Examples
    --------
    >>> projects = pd.DataFrame({"group_id": ["g1"], "requested_by": ["c1"], "category": ["Shore power"]})
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "group_id": ["g1", "g1", "g2"]})
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "category": "Shore power", "revenue": [5.0, 2.0, 9.0],
    ...     "quarter_start": pd.Timestamp("2026-10-01")})
    >>> project_reuse(projects, groups, sold, as_of="2027-01-01").tolist()
    [1]
    """
    reuse = pd.Series(pd.NA, index=projects.index, dtype="Int64")
    if groups is None or customer_quarter is None:
        return reuse
    since = pd.Timestamp(as_of) - pd.DateOffset(months=A_YEAR)
    late = (customer_quarter["quarter_start"] >= since) & (customer_quarter["revenue"] > 0)
    bought = customer_quarter.loc[late & customer_quarter["customer_id"].notna(), ["customer_id", "category"]]
    buyers = bought.groupby(_written(bought["category"]))["customer_id"].agg(set)
    members = groups.groupby("group_id")["customer_id"].agg(set)
    everybody = set(groups["customer_id"])
    categories = _written(projects["category"])
    for place, row in projects.iterrows():
        group = everybody if row["group_id"] == ALL else members.get(row["group_id"], set())
        category = categories[place]
        if group and pd.notna(category) and category in buyers.index:
            reuse[place] = len(buyers[category] & group - {row["requested_by"]})
    return reuse


def _written(values: pd.Series) -> pd.Series:
    """Names as they are compared."""
    # one pass of a pattern, which works where no name is known at all
    return values.astype("str").str.replace(r"\s+", " ", regex=True).str.strip().str.casefold()
