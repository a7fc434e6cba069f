"""Who bought how often, how recently, over how long and for how much: what purchase and spend models are fitted to.

A purchase is a day with an order on which the customer did not bring back more than was bought. Two orders on one day
are one purchase, and a day of returns only is none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.history import days_of_customers
from helpers.method.money import UNITS

WEEK = 7.0  # days


def purchase_days(customer_days: pd.DataFrame, *, end: object, start: object = None) -> pd.DataFrame:
    """The purchases from `start` up to the day before `end`: days with an order and net revenue not below zero.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    end : date
        The day after the last that counts.
    start : date, optional
        The first day that counts; None for all history.

    Returns
    -------
    DataFrame, one row per customer and purchase day, sorted by both
        customer_id  str
        date         datetime64
        money        int  revenue of the day in ten-thousandths

    Notes
    -----
    Rows without a customer are left out: they are no history of anybody.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c1", "c1"], "revenue": [9.5, -3.0, -0.5],
    ...     "date": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-09"]), "positive_lines": [1, 0, 1]})
    >>> purchase_days(days, end="2026-02-01")["date"].dt.day.tolist()
    [5]
    """
    rows = days_of_customers(customer_days, as_of=end)
    counts = rows["ordered"] & (rows["money"] >= 0)
    if start is not None:
        counts &= rows["date"] >= pd.Timestamp(start)
    found = rows.loc[counts, ["customer_id", "date", "money"]]
    return found.sort_values(["customer_id", "date"], ignore_index=True)


def purchase_history(customer_days: pd.DataFrame, *, end: object) -> pd.DataFrame:
    """What each customer who ever bought did before `end`, as the purchase and spend models take it.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    end : date
        The day after the last that counts.

    Returns
    -------
    DataFrame, one row per customer with a purchase, sorted by customer_id
        customer_id  str
        first_day    datetime64  the first purchase
        x            int    repeat purchases: purchase days after the first
        t_x          float  weeks from the first purchase to the last; 0 without a repeat
        T            float  weeks from the first purchase to the last day that counts, the day before `end`
        spend_days   int    repeat purchase days with revenue above zero
        mean_spend   float  money, mean over those days; NaN without one
        first_spend  float  money on the first purchase day

    Notes
    -----
    The first purchase starts the clock and is no repeat, neither in `x` nor in `mean_spend`; a first spend often
    differs from the later ones. Sums are exact, so rows may come in any order.

    References
    ----------
    Fader and Hardie, "Creating an RFM summary using Excel" (2008), for x, t_x and T.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1"] * 3, "revenue": [9.5, 3.0, 5.0], "positive_lines": [1, 1, 1],
    ...     "date": pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-26"])})
    >>> purchase_history(days, end="2026-02-03")[["x", "t_x", "T", "mean_spend", "first_spend"]].values.tolist()
    [[2.0, 3.0, 4.0, 4.0, 9.5]]
    """
    return history_of_purchases(purchase_days(customer_days, end=end), end=end)


def history_of_purchases(purchases: pd.DataFrame, *, end: object) -> pd.DataFrame:
    """The history that `purchase_history` gives, from the purchases themselves.

    Parameters
    ----------
    purchases : DataFrame, one row per customer and purchase day, sorted by both; all before `end`
        customer_id, date, and money in ten-thousandths.
    end : date

    Notes
    -----
    For data in which a day without revenue is a purchase too, as in the published analyses of CDNOW.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1"] * 2, "date": pd.to_datetime(["2026-01-05", "2026-01-12"]),
    ...     "money": [0, 30000]})
    >>> history_of_purchases(days, end="2026-01-20")[["x", "t_x", "T", "mean_spend", "first_spend"]].values.tolist()
    [[1.0, 1.0, 2.0, 3.0, 0.0]]
    """
    is_first = ~purchases["customer_id"].duplicated().to_numpy(dtype=bool)
    begins = np.flatnonzero(is_first)
    ends = np.append(begins[1:], len(purchases))[: len(begins)] - 1
    dates, money = purchases["date"].to_numpy(), purchases["money"].to_numpy()
    spent = (~is_first & (money > 0)).astype(np.int64)
    running = np.column_stack([spent, spent * money]).cumsum(axis=0)
    # The first day of a customer adds nothing, so what stands there is the sum of those before.
    counts, sums = (running[ends] - running[begins]).T
    last_day = np.datetime64(pd.Timestamp(end) - pd.Timedelta(days=1))
    mean = np.where(counts > 0, sums / np.maximum(counts, 1) / UNITS, np.nan)
    return pd.DataFrame(
        {
            "customer_id": purchases["customer_id"].to_numpy()[begins],
            "first_day": dates[begins],
            "x": ends - begins,
            "t_x": _weeks(dates[ends] - dates[begins]),
            "T": _weeks(last_day - dates[begins]),
            "spend_days": counts,
            "mean_spend": mean,
            "first_spend": money[begins] / UNITS,
        }
    ).astype({"customer_id": "str", "x": "int64"})


def _weeks(spans: np.ndarray) -> np.ndarray:
    """Spans of whole days as weeks."""
    return spans.astype("timedelta64[D]").astype(np.int64) / WEEK
