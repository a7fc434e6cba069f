"""Cost to serve: what a customer costs us after the gross margin, as far as it can be traced to single events.

Steps 02 and 04 both ask here. Every event gets its cost first, on the grid of money; sums by customer, by activity or
by quarter are then added up as whole ten-thousandths. That is simpler than a sum that keeps track of its own error, and
it ties: whichever way the same events are added up, and in whatever order of rows, the totals are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.delivered import columns_of
from helpers.method.money import UNITS, ten_thousandths

BY_TIME, BY_UNIT = "time", "unit"
NO_MINUTES, NO_PRICE = "no_minutes", "no_price"
MOST_MONEY = 9e14  # above it, ten-thousandths no longer fit into 64 bits


def cost_of_events(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, *, start: object, end: object
) -> pd.DataFrame:
    """What each event of the period cost, or why that cannot be said.

    Answers "what did this visit, call or return cost us?". Nothing is dropped: an event without a cost keeps its row.

    Parameters
    ----------
    events : DataFrame, one row per event, or None
        service_events: customer_id, date, activity, and what there is of quantity, minutes, is_reactive.
    costs : DataFrame, one row per activity, or None
        activity_costs: activity, and what there is of unit_cost and cost_per_minute. Without it no event has a cost.
    start, end : date
        Events with start <= date < end.

    Returns
    -------
    DataFrame, one row per event of the period, in the order of the rows
        customer_id, date, activity
        is_reactive  boolean  a blank beside answers is no; missing where the client marked no event at all
        cost         float    currency, to four decimals; missing where it cannot be said
        costed_by    str      time (minutes x cost_per_minute), unit (quantity x unit_cost), no_minutes (priced by the
                              minute only, and the event has none), no_price (the activity has no price)

    Raises
    ------
    StepInputError
        If an activity has two rows of prices, or the costs together are more than money can be here.

    Notes
    -----
    Time decides where it is known: with both prices and minutes, the minutes count. Minutes are those of the whole
    event and not of one of its units, so the quantity is left out then. A blank quantity is one; a quantity or a time
    of zero was delivered as zero and costs nothing. Activities match as they are written.

    References
    ----------
    Kaplan and Anderson, "Time-Driven Activity-Based Costing", Harvard Business Review, November 2004.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": "c1", "date": pd.Timestamp("2026-03-01"), "minutes": [30.0, None, None],
    ...     "activity": ["visit", "visit", "gift"]})
    >>> costs = pd.DataFrame({"activity": ["visit"], "unit_cost": [85.0], "cost_per_minute": [0.9]})
    >>> cost_of_events(events, costs, start="2026-01-01", end="2027-01-01")[["cost", "costed_by"]].values.tolist()
    [[27.0, 'time'], [85.0, 'unit'], [nan, 'no_price']]
    """
    rows = _in_period(events, start, end)
    prices = _prices(costs).reindex(rows["activity"])
    by_minute, by_unit = prices["cost_per_minute"].to_numpy(), prices["unit_cost"].to_numpy()
    minutes = rows["minutes"].to_numpy()
    timed = ~np.isnan(by_minute) & ~np.isnan(minutes)
    cost = np.where(timed, minutes * by_minute, rows["quantity"].fillna(1.0).to_numpy() * by_unit)
    ways = [timed, ~np.isnan(by_unit), ~np.isnan(by_minute)]
    costed_by = pd.Series(np.select(ways, [BY_TIME, BY_UNIT, NO_MINUTES], NO_PRICE), dtype="str")
    table = rows[["customer_id", "date", "activity", "is_reactive"]]
    return table.assign(cost=_whole(cost), costed_by=costed_by)


def add_costs(costed: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Costs of events added up: by customer, by activity, or by any other columns of theirs.

    Parameters
    ----------
    costed : DataFrame, one row per event, from `cost_of_events`
    by : list of str
        The columns that a row of the answer is one of.

    Returns
    -------
    DataFrame, one row per combination of `by`, sorted by it
        events, costed_events  int    the second is less where events have no cost, and then the sums are too low
        cost_to_serve          float  currency, over the costed events; missing where none of them is
        reactive_cost          float  the part of it where something had gone wrong first; missing where unknown

    Examples
    --------
    >>> costed = pd.DataFrame({"activity": ["call", "call", "visit"], "cost": [0.1, 0.2, None],
    ...     "is_reactive": pd.array([True, False, False], dtype="boolean")})
    >>> add_costs(costed, ["activity"]).values.tolist()
    [['call', 2, 2, 0.3, 0.1], ['visit', 1, 0, nan, nan]]
    """
    known = costed["cost"].notna()
    units = pd.Series(ten_thousandths(costed["cost"].fillna(0.0)), index=costed.index)
    reactive = costed["is_reactive"].astype("boolean")
    rows = costed[list(by)].assign(
        known=known.astype("int64"),
        units=units,
        reactive_units=units.where(reactive.fillna(False).astype(bool), 0),
        unmarked=reactive.isna(),
    )
    sums = rows.groupby(list(by), as_index=False, dropna=False).agg(
        events=("known", "size"),
        costed_events=("known", "sum"),
        cost_to_serve=("units", "sum"),
        reactive_cost=("reactive_units", "sum"),
        unmarked=("unmarked", "any"),
    )
    some = sums["costed_events"] > 0
    sums["cost_to_serve"] = (sums["cost_to_serve"] / UNITS).where(some)
    sums["reactive_cost"] = (sums["reactive_cost"] / UNITS).where(some & ~sums["unmarked"].astype(bool))
    return sums.drop(columns="unmarked")


def cost_to_serve(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, *, start: object, end: object
) -> pd.DataFrame:
    """The traced cost to serve of each customer in a period.

    Answers "what does this customer cost us after the sale, and before it?". Only traced costs are in it: what no event
    records is a line of its own in the profit ladder.

    Parameters
    ----------
    events, costs, start, end
        As in `cost_of_events`, with its rules.

    Returns
    -------
    DataFrame, one row per customer with an event in the period, sorted by customer_id: the columns of `add_costs`
        A customer who is not in it caused no recorded event.

    Raises
    ------
    StepInputError
        As in `cost_of_events`.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": ["c2", "c1", "c1"], "date": pd.Timestamp("2026-03-01"),
    ...     "activity": "call", "quantity": [None, 3.0, 1.0], "is_reactive": [None, True, False]})
    >>> costs = pd.DataFrame({"activity": ["call"], "unit_cost": [4.1]})
    >>> cost_to_serve(events, costs, start="2026-01-01", end="2027-01-01").values.tolist()
    [['c1', 2, 2, 16.4, 12.3], ['c2', 1, 1, 4.1, 0.0]]
    """
    return add_costs(cost_of_events(events, costs, start=start, end=end), ["customer_id"])


def events_without_cost(
    events: pd.DataFrame | None, costs: pd.DataFrame | None, *, start: object, end: object
) -> pd.DataFrame:
    """The activities some of whose events cannot be costed: what a traced cost to serve leaves out, and why.

    Parameters
    ----------
    events, costs, start, end
        As in `cost_of_events`.

    Returns
    -------
    DataFrame, one row per activity with such an event in the period, sorted by activity; empty where all are costed
        reason        str  no_minutes or no_price, as in `cost_of_events`
        events        int  of the activity in the period
        without_cost  int  of these, the ones that cannot be costed
        customers     int  who caused those

    Raises
    ------
    StepInputError
        As in `cost_of_events`.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": ["c1", "c2"], "date": pd.Timestamp("2026-03-01"), "activity": "visit",
    ...     "minutes": [30.0, None]})
    >>> costs = pd.DataFrame({"activity": ["visit"], "cost_per_minute": [0.9]})
    >>> events_without_cost(events, costs, start="2026-01-01", end="2027-01-01").values.tolist()
    [['visit', 'no_minutes', 2, 1, 1]]
    """
    costed = cost_of_events(events, costs, start=start, end=end)
    without = costed[costed["cost"].isna()]
    # the reason follows from the prices of the activity, so an activity has only one
    table = without.groupby("activity", as_index=False).agg(
        reason=("costed_by", "min"), without_cost=("costed_by", "size"), customers=("customer_id", "nunique")
    )
    every = costed["activity"].value_counts()
    table.insert(2, "events", table["activity"].map(every).astype("int64"))
    return table


def _in_period(events: pd.DataFrame | None, start: object, end: object) -> pd.DataFrame:
    """The events of the period with all columns, typed; a mark that nobody gave stays unknown."""
    types = {"customer_id": "str", "date": "datetime64[us]", "activity": "str", "quantity": float, "minutes": float}
    rows = columns_of(events, types | {"is_reactive": "boolean"})
    if rows["is_reactive"].notna().any():
        rows["is_reactive"] = rows["is_reactive"].fillna(False)
    inside = (rows["date"] >= pd.Timestamp(start)) & (rows["date"] < pd.Timestamp(end))
    return rows[inside].reset_index(drop=True)


def _prices(costs: pd.DataFrame | None) -> pd.DataFrame:
    """unit_cost and cost_per_minute by activity."""
    prices = columns_of(costs, {"activity": "str", "unit_cost": float, "cost_per_minute": float})
    twice = prices.loc[prices["activity"].duplicated(), "activity"].unique()
    if len(twice):
        raise StepInputError(
            f"activity_costs: {listed([quoted(name) for name in sorted(twice)])} stands in two rows or more. "
            "Expected one row per activity; correct the table."
        )
    return prices.set_index("activity")


def _whole(cost: np.ndarray) -> np.ndarray:
    """Costs on the grid of money, the missing ones still missing."""
    total = float(np.nansum(cost))
    if total > MOST_MONEY:
        raise StepInputError(
            f"service_events: the events of the period would cost {total:,.0f} together, more than an amount of money "
            f"can be here ({MOST_MONEY:,.0f}). Correct quantity, minutes or the prices in activity_costs."
        )
    known = ~np.isnan(cost)
    return np.where(known, ten_thousandths(np.where(known, cost, 0.0)) / UNITS, np.nan)
