"""Reading customer_days: whose rows they are, which of them are order days, and blocks of months counted back.

What rests on the whole history, and not only on the window, begins here.
"""

from __future__ import annotations

import pandas as pd

from helpers.method.money import ten_thousandths

# As for the window: a history that begins in a block's first week holds the block. Nobody sells on New Year's Day.
GRACE = pd.Timedelta(days=6)


def days_of_customers(customer_days: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """Rows that belong to a customer, before as_of, ready to be added up.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    as_of : date

    Returns
    -------
    DataFrame, same grain, any order
        customer_id  str
        date         datetime64
        ordered      bool  an order day: one line above zero or more
        money        int   revenue in ten-thousandths

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", None], "date": pd.to_datetime(["2026-01-05", "2026-01-05"]),
    ...     "positive_lines": [1, 1], "revenue": [9.5, 3.0]})
    >>> days_of_customers(days, as_of="2026-02-01")[["customer_id", "ordered", "money"]].values.tolist()
    [['c1', True, 95000]]
    """
    named = customer_days["customer_id"].astype("str").fillna("") != ""
    rows = customer_days[named & (customer_days["date"] < pd.Timestamp(as_of))]
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].astype("str"),
            "date": rows["date"],
            "ordered": (rows["positive_lines"] > 0).to_numpy(dtype=bool),
            "money": ten_thousandths(rows["revenue"]),
        }
    )


def order_days(customer_days: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """The order days before as_of, those with a line above zero: customer_id and date, in the order of the rows.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    as_of : date

    Notes
    -----
    Days without a customer are among them, with an empty customer_id.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c1"], "date": pd.to_datetime(["2026-01-05", "2026-01-09"]),
    ...     "positive_lines": [1, 0]})
    >>> order_days(days, as_of="2026-02-01")["date"].dt.day.tolist()
    [5]
    """
    ordered = (customer_days["positive_lines"] > 0) & (customer_days["date"] < pd.Timestamp(as_of))
    return customer_days.loc[ordered.to_numpy(dtype=bool), ["customer_id", "date"]]


def block_starts(first_date: object, end: object, months: int = 3) -> pd.DatetimeIndex:
    """First days of the blocks of months between a history's first day and `end`, the earliest first.

    Counted back from `end`; an incomplete first block is left out. The day of the month is that of `end`, and a month
    too short for it gives its last day.

    Parameters
    ----------
    first_date : date
        The history's first day. A block that begins up to six days before it counts as complete.
    end : date
        The day after the last block.
    months : int
        Of a block; 3 for quarters.

    Examples
    --------
    >>> [f"{day:%Y-%m-%d}" for day in block_starts("2025-07-03", "2026-05-31")]
    ['2025-08-31', '2025-11-30', '2026-02-28']
    """
    first, end = pd.Timestamp(first_date) - GRACE, pd.Timestamp(end)
    most = ((end.year - first.year) * 12 + end.month - first.month) // months
    starts = [end - pd.DateOffset(months=months * back) for back in range(most, 0, -1)]
    return pd.DatetimeIndex([start for start in starts if start >= first], dtype="datetime64[us]")


def block_label(start: pd.Timestamp, next_start: pd.Timestamp) -> str:
    """A quarter in words: the calendar's by its number, whole months by their names, any other by its days.

    >>> day = pd.Timestamp
    >>> block_label(day("2011-01-01"), day("2011-04-01")), block_label(day("2010-12-01"), day("2011-03-01"))
    ('Q1 2011', 'Dec 2010-Feb 2011')
    >>> block_label(day("2011-09-10"), day("2011-12-10"))
    '10 Sep to 9 Dec 2011'
    """
    last = next_start - pd.Timedelta(days=1)
    year = "" if start.year == last.year else f" {start.year}"
    # month_name is English on every machine, strftime is not.
    names = [day.month_name()[:3] for day in (start, last)]
    if not (start.day == 1 and next_start.day == 1):
        return f"{start.day} {names[0]}{year} to {last.day} {names[1]} {last.year}"
    if start.month % 3 == 1:
        return f"Q{start.quarter} {start.year}"
    return f"{names[0]}{year}-{names[1]} {last.year}"
