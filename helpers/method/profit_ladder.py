"""The profit ladder: what is left of list prices after discounts, goods and service, for each group and for all?

Each rung's groups add up to the portfolio's, exactly: all sums are made in whole ten-thousandths. What is not known
leaves the ladder on a rung of its own, so that a total is never too good for want of a number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.cost_to_serve import add_costs, cost_of_events
from helpers.method.delivered import columns_of
from helpers.method.group_parts import part_names, parts_of
from helpers.method.money import UNITS, ten_thousandths
from helpers.method.profit import MARGIN, PROFIT
from helpers.method.share import ALL

YEAR = 12
RUNGS = {
    "list_revenue": ("List revenue", True),
    "discount": ("Discounts", False),
    "no_list_revenue": ("Sold without a list price", False),
    "revenue": ("Revenue", True),
    "unknown_goods": ("Revenue whose cost is unknown", False),
    "cost_of_goods": ("Cost of goods", False),
    MARGIN: ("Gross margin", True),
    "unknown_service": ("Margin whose service is unknown", False),
    "cost_to_serve": ("Cost to serve", False),
    PROFIT: ("Customer profit", True),
    "untraced_cost": ("Untraced cost", False),
    "profit_after_untraced": ("Profit after untraced cost", True),
}
GAPS = ("no_list_revenue", "unknown_goods", "unknown_service")  # left out of the whole ladder where they are nothing


def profit_ladder(
    profits: pd.DataFrame, groups: pd.DataFrame | None = None, *, untraced: float | None = None
) -> pd.DataFrame:
    """From list revenue down to profit, for the portfolio and each part of it.

    Answers "where does the money go, and in which group?".

    Parameters
    ----------
    profits : DataFrame, one row per customer, from `customer_profit`
    groups : DataFrame, optional
        customer_id, group_id and group_name. Customers who are in no group, and lines without a customer, are parts of
        their own. Without groups there is one ladder, "all".
    untraced : float, optional
        Cost of the window that no event records, from `untraced_costs`; it belongs to no group.

    Returns
    -------
    DataFrame, one row per part and rung, "all" first, rungs from the top: the columns of the published profit_ladder
        rung             str    list_revenue, discount, revenue, cost_of_goods, gross_margin, cost_to_serve,
                                customer_profit; for "all" untraced_cost and profit_after_untraced, where known.
                                no_list_revenue, unknown_goods and unknown_service hold what cannot be followed further:
                                customers of whom a line or an event lacks its number. They stand there where there is
                                any. Rungs below the last that is known for anybody are left out
        is_total         bool   a whole amount; the others are steps from one total to the next, costs below zero
        amount           float  currency; the steps between two totals add up from one to the other, to the last unit
        part_of_revenue  float  amount / the part's revenue; missing where that is not above zero
        customers        int    of the part; 0 for lines without a customer

    Raises
    ------
    StepInputError
        If a customer stands in the groups twice.

    Examples
    --------
    >>> profits = pd.DataFrame({"customer_id": ["c1", "c2"], "list_revenue": [100.0, 50.0], "discount": [10.0, 0.0],
    ...     "revenue": [90.0, 50.0], "cost_of_goods": [60.0, 30.0], "gross_margin": [30.0, 20.0],
    ...     "cost_to_serve": None, "customer_profit": None})
    >>> ladder = profit_ladder(profits)
    >>> ladder[["rung", "amount"]].values.tolist()
    [['list_revenue', 150.0], ['discount', -10.0], ['revenue', 140.0], ['cost_of_goods', -90.0], ['gross_margin', 50.0]]
    """
    amounts = _amounts(profits)
    parts = parts_of(profits["customer_id"], groups)
    named = (profits["customer_id"].astype("str").fillna("") != "").astype("int64")
    by_part = amounts.assign(customers=named).groupby(parts).sum()
    by_part.loc[ALL] = amounts.assign(customers=named).sum()
    rows = [
        (part, name, rung, by_part.at[part, rung], by_part.at[part, "revenue"], by_part.at[part, "customers"])
        for part, name in part_names(parts, groups).items()
        for rung in amounts
    ]
    if untraced is not None and PROFIT in amounts:
        whole, left = by_part.loc[ALL], int(ten_thousandths(untraced))
        tail = {"untraced_cost": -left, "profit_after_untraced": whole[PROFIT] - left}
        added = [(ALL, rows[0][1], rung, units, whole["revenue"], whole["customers"]) for rung, units in tail.items()]
        rows[amounts.shape[1] : amounts.shape[1]] = added
    table = pd.DataFrame(rows, columns=["group_id", "group_name", "rung", "units", "whole", "customers"])
    table = table.astype({"units": "int64", "whole": "int64", "customers": "int64"})
    rungs = table["rung"].map(RUNGS)
    return pd.DataFrame(
        {
            "group_id": table["group_id"].astype("str"),
            "group_name": table["group_name"].astype("str"),
            "rung": table["rung"].astype("str"),
            "rung_name": rungs.str[0].astype("str"),
            "is_total": rungs.str[1].astype(bool),
            "amount": table["units"] / UNITS,
            "part_of_revenue": (table["units"] / table["whole"].where(table["whole"] > 0)).round(9) + 0.0,
            "customers": table["customers"],
        }
    )


def untraced_costs(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, *, as_of: object, window_months: int
) -> pd.DataFrame:
    """What our activities cost beyond the events that are recorded, by activity.

    Answers "which cost of serving customers does no customer show?": work that nobody writes down, and capacity that is
    held and not used.

    Parameters
    ----------
    events, costs : DataFrame, or None
        service_events and activity_costs.
    as_of : date
    window_months : int
        Of the window, for which the cost is said.

    Returns
    -------
    DataFrame, one row per activity with a yearly capacity_cost, sorted by activity; empty where none has one
        capacity_cost  float  of the last twelve months; of the window where that is shorter
        traced_cost    float  of the events of the same months
        untraced_cost  float  capacity_cost - traced_cost; below zero where the prices charge more than capacity costs
        window_cost    float  untraced_cost x traced cost of the window / traced cost of those months, both of all these
                              activities together: who serves less holds less. By months where nothing was traced

    Raises
    ------
    StepInputError
        If the window has no month, or as in `cost_of_events`.

    References
    ----------
    Kaplan and Anderson, "Time-Driven Activity-Based Costing", Harvard Business Review, November 2004: the cost of
    capacity that is supplied and not used belongs to no customer.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2025-03-01", "2026-03-01"]),
    ...     "activity": "visit", "minutes": [30.0, 100.0]})
    >>> costs = pd.DataFrame({"activity": ["visit"], "cost_per_minute": [0.9], "capacity_cost": [150.0]})
    >>> untraced_costs(events, costs, as_of="2027-01-01", window_months=24).values.tolist()
    [['visit', 150.0, 90.0, 60.0, 78.0]]
    """
    if window_months < 1:
        raise StepInputError(f"untraced_costs: window_months is {window_months}, and should be 1 or more.")
    months = min(YEAR, window_months)
    end = pd.Timestamp(as_of)
    held = columns_of(costs, {"activity": "str", "capacity_cost": float}).dropna().set_index("activity").sort_index()

    def traced_units(over: int) -> np.ndarray:
        costed = cost_of_events(events, costs, start=end - pd.DateOffset(months=over), end=end)
        traced = add_costs(costed, ["activity"]).set_index("activity")["cost_to_serve"]
        return ten_thousandths(traced.reindex(held.index).fillna(0.0))

    capacity = ten_thousandths(held["capacity_cost"] * months / YEAR)
    spent = traced_units(months)
    times = traced_units(window_months).sum() / spent.sum() if spent.sum() > 0 else window_months / months
    return pd.DataFrame(
        {
            "activity": pd.Series(held.index, dtype="str"),
            "capacity_cost": capacity / UNITS,
            "traced_cost": spent / UNITS,
            "untraced_cost": (capacity - spent) / UNITS,
            "window_cost": np.rint((capacity - spent) * times) / UNITS,
        }
    )


def ladder_gaps(profit_ladder: pd.DataFrame) -> pd.DataFrame:
    """How far the parts' amounts are from the portfolio's, rung by rung: what a check asks.

    Parameters
    ----------
    profit_ladder : DataFrame, from `profit_ladder`, with groups

    Returns
    -------
    DataFrame, one row per rung that parts have: rung, portfolio, parts (their sum), gap (parts - portfolio)

    Examples
    --------
    >>> ladder = pd.DataFrame({"group_id": ["all", "g1", "g2"], "rung": "revenue", "amount": [9.0, 4.0, 5.0]})
    >>> ladder_gaps(ladder).values.tolist()
    [['revenue', 9.0, 9.0, 0.0]]
    """
    whole = profit_ladder[profit_ladder["group_id"] == ALL].set_index("rung")["amount"]
    parts = profit_ladder[profit_ladder["group_id"] != ALL]
    units = pd.Series(ten_thousandths(parts["amount"]), index=parts.index)
    sums = units.groupby(parts["rung"], sort=False).sum()
    table = pd.DataFrame({"rung": sums.index.astype("str"), "portfolio": whole.reindex(sums.index).to_numpy()})
    table["parts"] = (sums / UNITS).to_numpy()
    return table.assign(gap=((sums - ten_thousandths(table["portfolio"])) / UNITS).to_numpy())


def _amounts(profits: pd.DataFrame) -> pd.DataFrame:
    """Ten-thousandths per customer and rung, the rungs that this client's data reach."""
    known = {column: profits[column].astype(float).notna() for column in ("list_revenue", "cost_of_goods", PROFIT)}
    units = {
        column: ten_thousandths(profits[column].astype(float).fillna(0.0))
        for column in ("list_revenue", "discount", "revenue", "cost_of_goods", MARGIN, "cost_to_serve", PROFIT)
    }
    listed, costed, served = (values.to_numpy() for values in known.values())
    table: dict[str, np.ndarray] = {}
    if listed.any():
        table["list_revenue"], table["discount"] = units["list_revenue"], -units["discount"]
        table["no_list_revenue"] = np.where(listed, 0, units["revenue"])
    table["revenue"] = units["revenue"]
    if costed.any():
        table["unknown_goods"] = np.where(costed, 0, -units["revenue"])
        table["cost_of_goods"], table[MARGIN] = -units["cost_of_goods"], units[MARGIN]
        if served.any():
            table["unknown_service"] = np.where(served, 0, -units[MARGIN])
            table["cost_to_serve"] = np.where(served, -units["cost_to_serve"], 0)
            table[PROFIT] = units[PROFIT]
    amounts = pd.DataFrame(table, index=profits.index)
    return amounts.drop(columns=[gap for gap in GAPS if gap in amounts and not amounts[gap].any()])
