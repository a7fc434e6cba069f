"""The rhythm in which customers order: how long between two order days, and how late is the next one?"""

from __future__ import annotations

import pandas as pd

from helpers.method.history import order_days

LEAST_ORDER_DAYS = 3  # two gaps: one alone is no rhythm
DIGITS = 9  # a ratio is compared with a border, so the last bits of a float must not decide


def order_rhythm(customer_days: pd.DataFrame, *, start: object, end: object) -> pd.DataFrame:
    """How often each customer orders, and how long ago that was against its own habit.

    Answers "is this customer still coming?".

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day with a line
    start, end : date
        Order days with start <= date < end count.

    Returns
    -------
    DataFrame, one row per customer with an order day in the period, sorted by customer_id
        order_days  int         days with a line above zero
        last_day    datetime64  the last of them
        gap         float       days between two of them, the median; missing below three order days
        lateness    float       days from the last one to `end` / gap: below 1 the next is not due yet

    Notes
    -----
    The median gap of three order days rests on two gaps: such a lateness is rough. Lines without a customer are
    nobody's.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1"] * 3 + ["c2"], "positive_lines": 1,
    ...     "date": pd.to_datetime(["2026-01-01", "2026-01-11", "2026-01-31", "2026-01-05"])})
    >>> order_rhythm(days, start="2026-01-01", end="2026-03-02")[["order_days", "gap", "lateness"]].values.tolist()
    [[3.0, 15.0, 2.0], [1.0, nan, nan]]
    """
    rows = order_days(customer_days, as_of=end)
    named = rows["customer_id"].astype("str").fillna("") != ""
    rows = rows[named & (rows["date"] >= pd.Timestamp(start))].astype({"customer_id": "str"})
    rows = rows.drop_duplicates().sort_values(["customer_id", "date"])
    gaps = rows["date"].diff().dt.days.where(rows["customer_id"] == rows["customer_id"].shift())
    dates = rows.groupby("customer_id")["date"]
    table = pd.DataFrame({"order_days": dates.size(), "last_day": dates.max()})
    gap = gaps.groupby(rows["customer_id"]).median().astype(float)
    table["gap"] = gap.where(table["order_days"] >= LEAST_ORDER_DAYS)
    table["lateness"] = ((pd.Timestamp(end) - table["last_day"]).dt.days / table["gap"]).round(DIGITS)
    return table.reset_index()
