"""The three portions: which part of our customers, of our revenue and of our gross margin each group is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_members import group_order
from helpers.method.money import UNITS, ten_thousandths, whole_money

NOT_ACTIVE, NO_CUSTOMER = "not_active", "no_customer"
OTHERS = {NOT_ACTIVE: "Customers not active", NO_CUSTOMER: "Without a customer"}


def group_portions(
    customer_groups: pd.DataFrame, customer_days: pd.DataFrame, *, window_start: object, as_of: object
) -> pd.DataFrame:
    """What part of customers, revenue and gross margin each group is; together all of the window, to the cent.

    Answers "who are many, and who brings the money?".

    Parameters
    ----------
    customer_groups : DataFrame, one row per active customer
        customer_id, group_id, group_name.
    customer_days : DataFrame, one row per customer and day
        Days of customers who are in no group are those of customers who are not active; they brought goods back.
    window_start, as_of : date
        The first day of the window and the day after its last.

    Returns
    -------
    DataFrame, one row per group in the order g1, g2 ..., then those beside: the columns of group_portions
        customers             int    missing in the rows of revenue that no group holds
        part_of_revenue       float  of all revenue of the window; missing where that is not above zero
        gross_margin          float  missing where a line in the row lacks its cost of goods
        part_of_gross_margin  float  of all margin; missing where a line lacks its cost, or it is not above zero
        The rows not_active and no_customer are there only where they hold lines.

    Raises
    ------
    StepInputError
        If a customer stands in the groups twice: its money would be counted twice.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["A", "B"]})
    >>> days = pd.DataFrame({"customer_id": ["c1", "c2", None], "date": pd.Timestamp("2026-03-01"),
    ...     "revenue": [60.0, 30.0, 10.0], "cost_of_goods": [45.0, 10.0, 5.0]})
    >>> found = group_portions(groups, days, window_start="2026-01-01", as_of="2027-01-01")
    >>> found[["group_id", "part_of_revenue", "part_of_gross_margin"]].values.tolist()
    [['g1', 0.6, 0.375], ['g2', 0.3, 0.5], ['no_customer', 0.1, 0.125]]
    """
    if customer_groups["customer_id"].duplicated().any():
        raise StepInputError("group_portions: a customer stands in the groups twice; each customer has one group.")
    inside = (customer_days["date"] >= pd.Timestamp(window_start)) & (customer_days["date"] < pd.Timestamp(as_of))
    days = customer_days[inside]
    who = days["customer_id"].astype("str").fillna("")
    group = who.map(customer_groups.set_index("customer_id")["group_id"]).astype("object").fillna(NOT_ACTIVE)
    group[who == ""] = NO_CUSTOMER
    cost = days["cost_of_goods"].astype(float)
    sums = (
        pd.DataFrame(
            {
                "revenue": ten_thousandths(days["revenue"]),
                "cost": ten_thousandths(cost.fillna(0.0)),
                "unknown": cost.isna().to_numpy(),
            },
            index=days.index,
        )
        .groupby(group.to_numpy())
        .sum()
    )
    names = dict(customer_groups[["group_id", "group_name"]].drop_duplicates("group_id").itertuples(index=False))
    others = [name for name in OTHERS if name in sums.index]
    sums = sums.reindex([*group_order(names), *others]).fillna(0)
    revenue = whole_money(sums["revenue"] / UNITS)
    margin = whole_money((sums["revenue"] - sums["cost"]) / UNITS).where(sums["unknown"] == 0)
    count = customer_groups["group_id"].value_counts().reindex(sums.index).astype("Int64")
    table = pd.DataFrame(
        {
            "group_name": [names.get(name) or OTHERS[name] for name in sums.index],
            "customers": count,
            "part_of_customers": count.astype("Float64").astype(float) / max(len(customer_groups), 1),
            "revenue": revenue,
            "part_of_revenue": _parts(revenue),
            "gross_margin": margin,
            "part_of_gross_margin": _parts(margin),
        }
    )
    return table.rename_axis("group_id").reset_index()


def portion_columns(portions: pd.DataFrame) -> list[str]:
    """The parts that are known for this client, two or three, for the picture of them.

    >>> portion_columns(pd.DataFrame({"part_of_revenue": [1.0], "part_of_gross_margin": [None]}))
    ['part_of_customers', 'part_of_revenue']
    """
    known = portions["part_of_gross_margin"].notna().any()
    return ["part_of_customers", "part_of_revenue", *(["part_of_gross_margin"] if known else [])]


def _parts(amounts: pd.Series) -> pd.Series:
    """Each amount as a part of them all; missing where one is unknown or all come to nothing."""
    total = round(float(amounts.sum(skipna=False)), 4) if len(amounts) else 0.0
    return amounts / total if total > 0 else pd.Series(np.nan, index=amounts.index)
