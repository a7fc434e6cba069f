"""Value tiers: by how much a year does each customer earn us money, in tiers that can move?

The cuts are amounts of money, set once in the first version. A percentile would always put as many customers into each
tier, and could never show a portfolio that gets better.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_parts import part_names, parts_of
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.share import ALL

TIERS = ("high", "middle", "low", "loss")
CUT_PERCENTILES = {"high": 80, "middle": 40}


def proposed_cuts(yearly_profit: pd.Series) -> dict[str, float] | None:
    """The yearly profit from which on a customer is high, and from which on middle: what a first version proposes.

    Parameters
    ----------
    yearly_profit : Series, one value per customer, currency a year
        Missing where unknown.

    Returns
    -------
    dict with high and middle, in whole cents, or None where the two are equal or nobody earns us money
        The 80th and the 40th percentile of the customers with a profit above zero, on a straight line between two of
        them.

    Examples
    --------
    >>> proposed_cuts(pd.Series([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, -5.0, None]))
    {'high': 50.0, 'middle': 30.0}
    >>> proposed_cuts(pd.Series([7.0, 7.0])) is None
    True
    """
    earning = yearly_profit.astype(float).dropna()
    earning = earning[earning > 0]
    if earning.empty:
        return None
    cuts = {tier: round(float(np.percentile(earning, at)), 2) for tier, at in CUT_PERCENTILES.items()}
    return cuts if cuts["high"] > cuts["middle"] > 0 else None


def cuts_to_propose(
    today: Mapping[str, float] | None, before: Mapping[str, float] | None, version: str | None = None
) -> tuple[dict[str, float] | None, str]:
    """The cuts to propose, and why: those of the version before go on, so that customers move and not the border.

    Parameters
    ----------
    today : mapping, from `proposed_cuts`; None where no cut can be proposed
    before : mapping, the cuts in force in the version before; None where there is none
    version : str, its name

    Examples
    --------
    >>> cuts_to_propose({"high": 50.0, "middle": 30.0}, {"high": 40, "middle": 20}, "v1")
    ({'high': 40, 'middle': 20}, 'The cuts of version v1: customers are to move, not the border.')
    """
    if today is None or before is None:
        return today and dict(
            today
        ), "The 80th and the 40th percentile of a year's profit, over customers who bring one."
    return dict(before), f"The cuts of version {version}: customers are to move, not the border."


def value_tiers(yearly_profit: pd.Series, cuts: Mapping[str, float]) -> pd.Series:
    """The tier of each customer.

    Parameters
    ----------
    yearly_profit : Series, one value per customer, currency a year
    cuts : mapping with high and middle
        In the same currency, high above middle, middle not below zero.

    Returns
    -------
    Series of str, same index: high (from the high cut on), middle, low (from zero on), loss; missing where unknown

    Raises
    ------
    StepInputError
        If a cut is missing, or they are not in order.

    Examples
    --------
    >>> value_tiers(pd.Series([50.0, 49.99, 0.0, -0.01, None]), {"high": 50, "middle": 30}).tolist()
    ['high', 'middle', 'low', 'loss', nan]
    """
    absent = [tier for tier in CUT_PERCENTILES if tier not in cuts]
    if absent or not cuts["high"] > cuts["middle"] >= 0:
        raise StepInputError(
            f"value_tiers: the cuts are {dict(cuts)}. Expected money a year for high and middle, high above middle and "
            "middle not below zero."
        )
    known = yearly_profit.notna()
    units = ten_thousandths(yearly_profit.astype(float).fillna(0.0))
    high, middle = ten_thousandths([cuts["high"], cuts["middle"]])
    tiers = np.select([units >= high, units >= middle, units >= 0], TIERS[:3], TIERS[3])
    return pd.Series(tiers, index=yearly_profit.index, dtype="str").where(known)


def tier_portions(profits: pd.DataFrame, tiers: pd.Series, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """How many customers, and how much revenue and profit, stand in each tier.

    Parameters
    ----------
    profits : DataFrame, one row per customer, from `customer_profit`
        Only those who ordered are counted.
    tiers : Series, same index, from `value_tiers`
    groups : DataFrame, optional
        As in `profit_ladder`.

    Returns
    -------
    DataFrame, one row per part and tier, "all" first, tiers from high to loss and then "unknown", where there are any
        customers                   int
        part_of_customers           float  of the part's customers who ordered
        revenue, customer_profit    float  of the window, currency; profit missing for "unknown"

    Examples
    --------
    >>> profits = pd.DataFrame({"customer_id": ["c1", "c2"], "ordered": True, "revenue": [9.0, 5.0],
    ...     "customer_profit": [4.0, -1.0]})
    >>> table = tier_portions(profits, pd.Series(["high", "loss"]))
    >>> table[["tier", "customers", "part_of_customers", "customer_profit"]].values.tolist()
    [['high', 1, 0.5, 4.0], ['middle', 0, 0.0, 0.0], ['low', 0, 0.0, 0.0], ['loss', 1, 0.5, -1.0]]
    """
    own = profits[profits["ordered"] & (profits["customer_id"].astype("str").fillna("") != "")]
    parts = parts_of(own["customer_id"], groups)
    named = [*TIERS, *(["unknown"] if tiers[own.index].isna().any() else [])]
    rows = pd.DataFrame(
        {
            "tier": tiers[own.index].fillna("unknown"),
            "customers": 1,
            "revenue": ten_thousandths(own["revenue"]),
            "customer_profit": ten_thousandths(own["customer_profit"].astype(float).fillna(0.0)),
        }
    )
    tables = []
    for part, name in part_names(parts, groups).items():
        inside = rows if part == ALL else rows[parts == part]
        sums = inside.groupby("tier").sum().reindex(named, fill_value=0)
        table = sums.reset_index().assign(part_of_customers=sums["customers"].to_numpy() / max(len(inside), 1))
        table.insert(0, "group_name", name)
        table.insert(0, "group_id", part)
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    table["revenue"] = table["revenue"] / UNITS
    table["customer_profit"] = (table["customer_profit"] / UNITS).where(table["tier"] != "unknown")
    return table[["group_id", "group_name", "tier", "customers", "part_of_customers", "revenue", "customer_profit"]]
