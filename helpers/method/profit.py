"""Profit of each customer: what is left of its purchases after discounts, goods and the service that is recorded.

Step 02 rates on the same sums, from the same functions. What is not known stays missing and is never zero; a customer
with a single line whose cost is unknown has no margin, and so no profit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.cost_to_serve import cost_to_serve
from helpers.method.delivered import columns_of
from helpers.method.money import UNITS, ten_thousandths

PROFIT, MARGIN = "customer_profit", "gross_margin"
LEAST_KNOWN = 0.5  # of the revenue: below it, those who are known say little about the others
MONEY = ("list_revenue", "discount", "revenue", "cost_of_goods", MARGIN, "cost_to_serve", PROFIT)


def customer_profit(
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    events: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
    window_months: int,
) -> pd.DataFrame:
    """What each customer brought and cost in the window.

    Answers "on whom do we earn, and how much?". Contract fees are not in the transactions, and so not in here.

    Parameters
    ----------
    customer_summary : DataFrame, one row per customer
        customer_id and status.
    customer_days : DataFrame, one row per customer and day with a line
    events, costs : DataFrame, optional
        service_events and activity_costs as delivered. Where one is missing, so is all cost to serve.
    start, as_of : date
        start <= day < as_of.
    window_months : int
        How many months that is; `yearly_profit` is the part of twelve of them.

    Returns
    -------
    DataFrame, one row per customer that is active or has a line or an event in the window, sorted by customer_id, and
    at the end a row with an empty customer_id for lines without a customer, where there are any
        status            str    as in customer_summary; missing where it does not know the customer
        ordered           bool   has a line above zero in the window; who has not is active by a contract alone, or has
                                 only credits or events here
        list_revenue, discount, revenue, cost_of_goods, gross_margin, cost_to_serve, customer_profit
                          float  currency. list_revenue - discount = revenue, revenue - cost_of_goods = gross_margin,
                                 gross_margin - cost_to_serve = customer_profit. Missing where a line or an event of the
                                 customer lacks it, and where nobody's is known; without a line zero
        yearly_profit     float  customer_profit x 12 / window_months
        events, events_without_cost
                          int    recorded in the window, and those of them without a price

    Raises
    ------
    StepInputError
        If the window has no month, or as in `cost_of_events`.

    Notes
    -----
    Who caused no event has a cost to serve of zero where events were delivered: traced cost is what is recorded.
    Sums are made in whole ten-thousandths, so they are the same in every order of rows.

    Examples
    --------
    >>> summary = pd.DataFrame({"customer_id": ["c1"], "status": ["active"]})
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2026-02-01", "2026-08-01"]),
    ...     "positive_lines": 1, "revenue": [60.0, 30.0], "list_revenue": [70.0, 30.0], "cost_of_goods": [40.0, 20.0]})
    >>> events = pd.DataFrame({"customer_id": ["c1"], "date": pd.Timestamp("2026-03-01"), "activity": "call"})
    >>> costs = pd.DataFrame({"activity": ["call"], "unit_cost": [4.0]})
    >>> found = customer_profit(summary, days, events, costs, start="2026-01-01", as_of="2027-01-01", window_months=12)
    >>> found[["discount", "gross_margin", "cost_to_serve", "customer_profit"]].values.tolist()
    [[10.0, 30.0, 4.0, 26.0]]
    """
    if window_months < 1:
        raise StepInputError(f"customer_profit: window_months is {window_months}, and should be 1 or more.")
    sold = _sales(customer_days, start, as_of)
    served = _service(events, costs, start, as_of)
    status = customer_summary.set_index(customer_summary["customer_id"].astype("str"))["status"].astype("str")
    own = sold.index.union(served.index).union(status.index[status == "active"]).difference([""])
    keys = own.sort_values().append(sold.index.intersection([""]))
    table = sold.reindex(keys)
    bought = table["lines"].notna()
    table = table.join(served[["events", "events_without_cost"]])
    table["cost_to_serve"] = _traced(served, keys, delivered=events is not None and costs is not None)
    for column in ("list_revenue", "revenue", "cost_of_goods"):
        known_at_all = column == "revenue" or bool(table[column].notna().any())
        table[column] = table[column].where(bought, 0.0 if known_at_all else np.nan)
    table["discount"] = table["list_revenue"] - table["revenue"]
    table[MARGIN] = table["revenue"] - table["cost_of_goods"]
    table[PROFIT] = table[MARGIN] - table["cost_to_serve"]
    table[list(MONEY)] = table[list(MONEY)] / UNITS + 0.0
    table["yearly_profit"] = (table[PROFIT] * 12 / window_months).round(4) + 0.0
    table["status"] = status.reindex(keys)
    table["ordered"] = (table["positive_lines"].fillna(0) > 0).astype(bool)
    counts = ["events", "events_without_cost"]
    table[counts] = table[counts].fillna(0).astype("int64")
    ids = pd.Series(keys, dtype="str")
    table = table.reset_index(drop=True).assign(customer_id=ids.mask(ids == ""))
    return table[["customer_id", "status", "ordered", *MONEY, "yearly_profit", *counts]]


def profit_basis(profits: pd.DataFrame) -> str | None:
    """Which of the two sums can speak for the portfolio: customer_profit, else gross_margin, else None.

    It has to be known for customers with half of the revenue or more; those for whom it is known are no random sample.

    Parameters
    ----------
    profits : DataFrame, from `customer_profit`

    Examples
    --------
    >>> profits = pd.DataFrame({"revenue": [60.0, 40.0], "ordered": True, "gross_margin": [20.0, None],
    ...     "customer_profit": [None, None]})
    >>> profit_basis(profits), profit_basis(profits.iloc[1:])
    ('gross_margin', None)
    """
    for basis in (PROFIT, MARGIN):
        part = known_part(profits, basis)
        if part >= LEAST_KNOWN:
            return basis
    return None


def known_part(profits: pd.DataFrame, basis: str) -> float:
    """The part of the revenue, of those who ordered, whose customers' `basis` is known; 0 where nobody brought any.

    Examples
    --------
    >>> profits = pd.DataFrame({"revenue": [75.0, 25.0], "ordered": True, "gross_margin": [9.0, None]})
    >>> known_part(profits, "gross_margin")
    0.75
    """
    rows = profits[profits["ordered"]]
    money = ten_thousandths(rows["revenue"]).clip(min=0)
    return float(money[rows[basis].notna().to_numpy()].sum() / max(money.sum(), 1))


def events_cover(
    events: pd.DataFrame | None, *, start: object, end: object
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """From which day on and until which day, the last excluded, the recorded events cover a period.

    Where recording began in the middle of a window, everything before it seems to have been served for nothing, and a
    margin that was always low seems to fall.

    Parameters
    ----------
    events : DataFrame or None
        service_events.
    start, end : date

    Returns
    -------
    (from, until), or None where no event lies in the period
        `start` where the first event is no further behind it than the longest silence between two days with events, and
        not less than six days; likewise at the end. Work that is booked once a quarter so covers its quarters.

    Examples
    --------
    >>> dates = pd.date_range("2026-03-02", "2026-12-20", freq="10D")
    >>> [f"{day:%Y-%m-%d}" for day in events_cover(pd.DataFrame({"date": dates}), start="2026-01-01", end="2027-01-01")]
    ['2026-03-02', '2026-12-18']
    """
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    dates = columns_of(events, {"date": "datetime64[us]"})["date"]
    dates = pd.DatetimeIndex(np.sort(dates[dates < end].unique()))
    inside = dates[dates >= start]
    if not len(inside):
        return None
    silence = max([pd.Timedelta(days=6), *(dates[1:] - dates[:-1])])
    first = start if dates[0] <= start + silence else inside[0]
    last = end if end - pd.Timedelta(days=1) - inside[-1] <= silence else inside[-1] + pd.Timedelta(days=1)
    return first, last


def _sales(customer_days: pd.DataFrame, start: object, end: object) -> pd.DataFrame:
    """Ten-thousandths by customer_id, "" for nobody's: a sum is missing where any day lacks it."""
    inside = (customer_days["date"] >= pd.Timestamp(start)) & (customer_days["date"] < pd.Timestamp(end))
    days = customer_days[inside.to_numpy(dtype=bool)]
    key = days["customer_id"].astype("str").fillna("").to_numpy()
    money = {column: days[column].astype(float) for column in ("list_revenue", "revenue", "cost_of_goods")}
    rows = pd.DataFrame({column: ten_thousandths(values.fillna(0.0)) for column, values in money.items()})
    rows["positive_lines"] = days["positive_lines"].to_numpy(dtype="int64")
    rows["lines"] = 1
    gaps = pd.DataFrame({column: values.isna().to_numpy() for column, values in money.items()})
    sums = rows.groupby(key).sum().astype(float)
    return sums.mask(gaps.groupby(key).any().reindex(columns=sums.columns, fill_value=False))


def _service(events: pd.DataFrame | None, costs: pd.DataFrame | None, start: object, end: object) -> pd.DataFrame:
    """Ten-thousandths by customer_id: missing where an event has no cost."""
    served = cost_to_serve(events, costs, start=start, end=end).set_index("customer_id")
    without = served["events"] - served["costed_events"]
    known = served["cost_to_serve"].where(without == 0)
    units = pd.Series(ten_thousandths(known.fillna(0.0)), index=served.index, dtype=float).where(known.notna())
    return pd.DataFrame({"cost_to_serve": units, "events": served["events"], "events_without_cost": without})


def _traced(served: pd.DataFrame, keys: pd.Index, *, delivered: bool) -> pd.Series:
    if not delivered:
        return pd.Series(np.nan, index=keys)
    traced = pd.Series(0.0, index=keys)
    traced.loc[served.index] = served["cost_to_serve"]
    return traced
