"""Cohorts: of the customers who first bought in a quarter, how many bought again in each later one?

Over all history, not only the window: whoever came three years ago and still buys says more than any recent half.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from helpers.method.history import block_label, block_starts, days_of_customers
from helpers.method.money import UNITS

BEFORE_DATA = "Before the data"
A_YEAR = 4  # quarters


@dataclass(frozen=True)
class YearRetention:
    """Customers who bought in at least one of the four quarters after that of their first order, and out of how many.

    `cohorts` are pooled, customers over customers; `first_cohort` and `last_cohort` are the first days of the earliest
    and the latest of them, None without any. `retention` is then missing.
    """

    customers: int
    bought: int
    retention: float
    cohorts: int
    first_cohort: pd.Timestamp | None
    last_cohort: pd.Timestamp | None


def cohorts(customer_days: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """Who of each quarter's new customers bought again, quarter by quarter, up to as_of.

    Answers "do the customers that we win stay, and do those of late stay longer than those before?".

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day, over all history
    as_of : date
        Quarters are blocks of three months counted back from it.

    Returns
    -------
    DataFrame, one row per quarter of first order and quarter since, zero buyers included: the columns of the published
    cohorts
        cohort          str    the quarter in words; "Before the data" for the first one, in which customers of old
                               cannot be told from new ones
        quarters_since  int    0 = the quarter of the first order itself
        bought          int    had an order day (a line above zero) in that quarter
        retention       float  bought / customers; 1 in quarter 0, but for the first quarter of the data, whose
                               customers may have bought in the days before it only
        revenue         float  net revenue of the cohort in that quarter, returns subtracted
        A quarter in which nobody was new has no rows. Empty where the history is shorter than a quarter.

    Notes
    -----
    An incomplete block at the start of the history is no quarter to look at, but whoever ordered in it was there before
    the data's first quarter and belongs to that cohort. Money without a customer, of customers who never ordered, and
    from before a customer's first order is in no cohort.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c2", "c2"], "positive_lines": 1, "revenue": [5.0, 7.0, 9.0],
    ...     "date": pd.to_datetime(["2026-01-01", "2026-04-15", "2026-07-20"])})
    >>> table = cohorts(days, as_of="2026-10-01")
    >>> table[["cohort", "quarters_since", "bought", "revenue"]].values.tolist()[2:]
    [['Before the data', 2, 0, 0.0], ['Q2 2026', 0, 1, 7.0], ['Q2 2026', 1, 1, 9.0]]
    """
    starts, days = _quarters_of(customer_days, as_of)
    sizes = days.drop_duplicates("customer")["cohort"].value_counts()
    rows = [(cohort, quarter) for cohort in sorted(sizes.index) for quarter in range(cohort, len(starts))]
    grid = pd.MultiIndex.from_tuples(rows, names=["cohort", "quarter"]) if rows else _no_rows()
    ordered = days[days["ordered"]].drop_duplicates(["customer", "quarter"])
    buyers = ordered.groupby(["cohort", "quarter"]).size().reindex(grid, fill_value=0)
    money = days.groupby(["cohort", "quarter"])["money"].sum().reindex(grid, fill_value=0)
    cohort, quarter = (grid.get_level_values(name).to_numpy(dtype=int) for name in grid.names)
    customers = sizes.reindex(cohort).to_numpy(dtype=int)
    edges = [*starts, pd.Timestamp(as_of)]
    labels = [block_label(start, end) for start, end in pairwise(edges)]
    return pd.DataFrame(
        {
            "cohort": pd.Series([labels[place] if place else BEFORE_DATA for place in cohort], dtype="str"),
            "cohort_start": starts[cohort],
            "is_before_data": cohort == 0,
            "quarters_since": quarter - cohort,
            "quarter_start": starts[quarter],
            "customers": customers,
            "bought": buyers.to_numpy(),
            "retention": buyers.to_numpy() / customers,
            "revenue": money.to_numpy() / UNITS,
        }
    )


def year_retention(customer_days: pd.DataFrame, *, as_of: object, before_data: bool = False) -> YearRetention:
    """Part of new customers who bought again within a year: in at least one of the four quarters after their first.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day, over all history
    as_of : date
        Cohorts count whose fourth quarter after the first is over by then.
    before_data : bool
        False pools the cohorts that the data saw begin; True takes the first quarter of the data, whose customers are
        old and new ones together.

    Notes
    -----
    A second order within the quarter of the first does not count: it may be the next day's. Buying in one named quarter
    a year later would ask for a yearly rhythm that few trades have; any of the four asks only whether they came back.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c0", "c1", "c1", "c2"], "positive_lines": 1, "revenue": 5.0,
    ...     "date": pd.to_datetime(["2025-01-01", "2025-04-15", "2026-04-20", "2025-05-01"])})
    >>> year_retention(days, as_of="2026-07-01").retention
    0.5
    """
    starts, days = _quarters_of(customer_days, as_of)
    old_enough = days["cohort"] + A_YEAR < len(starts)
    days = days[old_enough & ((days["cohort"] == 0) == before_data)]
    since = days["quarter"] - days["cohort"]
    everyone = days.drop_duplicates("customer")
    again = days.loc[days["ordered"] & since.between(1, A_YEAR), "customer"].nunique()
    pooled = sorted(everyone["cohort"].unique())
    return YearRetention(
        customers=len(everyone),
        bought=again,
        retention=again / len(everyone) if len(everyone) else np.nan,
        cohorts=len(pooled),
        first_cohort=starts[pooled[0]] if pooled else None,
        last_cohort=starts[pooled[-1]] if pooled else None,
    )


def one_cohort(customer_days: pd.DataFrame, *, as_of: object) -> bool:
    """Whether every customer first ordered in the first quarter of the data, although the data go on.

    Most such data were chosen by date of first order. Nobody can be new in them, so that revenue falls as customers
    leave, and that is no sign of the business. The other reading, that nobody was won since, only the client can tell.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day, over all history
    as_of : date

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["c1", "c2", "c1"], "positive_lines": 1, "revenue": 5.0,
    ...     "date": pd.to_datetime(["2026-01-01", "2026-02-15", "2026-07-20"])})
    >>> one_cohort(days, as_of="2026-10-01"), one_cohort(days.iloc[:2], as_of="2026-10-01")
    (True, False)
    """
    _, days = _quarters_of(customer_days, as_of)
    return bool((days["cohort"] == 0).all() and (days["quarter"] > 0).any())


def _quarters_of(customer_days: pd.DataFrame, as_of: object) -> tuple[pd.DatetimeIndex, pd.DataFrame]:
    """The first days of all quarters, and the days of everyone who ever ordered with their quarter and cohort.

    Both are places in the list of quarters; -1 is the incomplete block before the first. No rows without a quarter.
    """
    days = days_of_customers(customer_days, as_of=as_of)
    first_date = customer_days["date"].min()
    starts = block_starts(as_of if pd.isna(first_date) else first_date, as_of)
    days["quarter"] = starts.searchsorted(days["date"], side="right") - 1
    days["customer"] = pd.factorize(days["customer_id"])[0]
    first = days.loc[days["ordered"]].groupby("customer")["quarter"].min().clip(lower=0)
    days["cohort"] = days["customer"].map(first)
    days = days[days["cohort"].notna()] if len(starts) else days.iloc[:0]
    return starts, days.astype({"cohort": int})[["customer", "cohort", "quarter", "ordered", "money"]]


def _no_rows() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([np.array([], int), np.array([], int)], names=["cohort", "quarter"])
