"""The mix: how many customers and how much of all our money each rating holds, and what no rating holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, counted, listed
from helpers.method.money import whole_money
from helpers.method.rating import LETTERS, UNRATED

NO_CUSTOMER = "no_customer"
NAMES = (
    *((letter, letter) for letter in LETTERS),
    (UNRATED, "Not rated"),
    ("dormant", "Dormant"),
    ("never", "Without any sale"),
    (NO_CUSTOMER, "Without a customer"),
)


def rating_mix(
    customer_ratings: pd.DataFrame,
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    *,
    window_start: object,
    current_start: object,
    as_of: object,
) -> pd.DataFrame:
    """How many customers and how much revenue each rating holds; together all revenue of the window, to the cent.

    Answers "how much of our business is in good hands?".

    Parameters
    ----------
    customer_ratings : DataFrame, one row per active customer
        customer_id and rating.
    customer_summary : DataFrame, one row per customer
    customer_days : DataFrame, one row per customer and day
        Rows without a customer_id are the revenue without a customer.
    window_start, current_start, as_of : date
        First day of the window and of its current half, and the day after its last.

    Returns
    -------
    DataFrame, one row per rating and per kind of what is not rated: the columns of the published rating_mix
        customers          int    missing for revenue without a customer
        part_of_customers  float  of the active; missing for who is not
        part_of_revenue    float  of all revenue of the window, missing where that is not above zero; below zero where
                                  returns outweigh purchases
        revenue_change     float  current half less prior half
        In the order A, B, C, D, unrated, dormant, never, no_customer; without those that hold neither a customer nor
        money.

    Raises
    ------
    StepInputError
        If an active customer has no row in the ratings: its money would be lost.

    Examples
    --------
    >>> ratings = pd.DataFrame({"customer_id": ["c1", "c2"], "rating": ["A", "D"]})
    >>> summary = pd.DataFrame({"customer_id": ["c1", "c2"], "status": "active", "revenue": [80.0, 15.0],
    ...     "revenue_prior": [30.0, 15.0], "revenue_current": [50.0, 0.0]})
    >>> days = pd.DataFrame({"customer_id": [None], "date": [pd.Timestamp("2026-08-01")], "revenue": [5.0]})
    >>> mix = rating_mix(ratings, summary, days, window_start="2026-01-01", current_start="2026-07-01",
    ...     as_of="2027-01-01")
    >>> mix[["rating", "revenue", "part_of_revenue", "revenue_change"]].values.tolist()
    [['A', 80.0, 0.8, 20.0], ['D', 15.0, 0.15, -15.0], ['no_customer', 5.0, 0.05, 5.0]]
    """
    kind = _kinds(customer_summary, customer_ratings)
    amounts = customer_summary[["revenue", "revenue_prior", "revenue_current"]].astype(float)
    amounts.columns = ["revenue", "prior", "current"]
    sums = amounts.groupby(kind).sum()
    sums.loc[NO_CUSTOMER] = _without_customer(customer_days, window_start, current_start, as_of)
    sums = sums.reindex([name for name, _ in NAMES]).fillna(0.0).apply(whole_money)
    customers = kind.value_counts().reindex(sums.index, fill_value=0)
    rated = [*LETTERS, UNRATED]
    active, total = int(customers[rated].sum()), round(float(sums["revenue"].sum()), 4)
    table = pd.DataFrame(
        {
            "rating": sums.index,
            "rating_name": [name for _, name in NAMES],
            "customers": customers.astype("Int64").where(customers.index != NO_CUSTOMER),
            "part_of_customers": (customers / max(active, 1)).where(customers.index.isin(rated)),
            "revenue": sums["revenue"],
            "part_of_revenue": sums["revenue"] / total if total > 0 else np.nan,
            "revenue_change": whole_money(sums["current"] - sums["prior"]),
        }
    )
    there = (customers > 0) | (table["revenue"] != 0) | (table["revenue_change"] != 0)
    return table[there].reset_index(drop=True)


def _kinds(customer_summary: pd.DataFrame, customer_ratings: pd.DataFrame) -> pd.Series:
    """The rating of each active customer, the status of each other one."""
    status = customer_summary["status"]
    rating = customer_summary["customer_id"].map(customer_ratings.set_index("customer_id")["rating"])
    lost = customer_summary.loc[(status == "active") & rating.isna(), "customer_id"]
    if len(lost):
        raise StepInputError(
            f"rating_mix: {counted(len(lost), 'active customer')} not among the ratings: {listed(sorted(lost))}. "
            "Give it the ratings that were made from the same customer_summary."
        )
    return rating.where(status == "active", status)


def _without_customer(
    customer_days: pd.DataFrame, window_start: object, current_start: object, as_of: object
) -> list[float]:
    """Revenue, prior and current half of the lines without a customer."""
    start, half, end = (pd.Timestamp(day) for day in (window_start, current_start, as_of))
    days, date = customer_days["revenue"].astype(float), customer_days["date"]
    days = days[(customer_days["customer_id"].fillna("") == "") & (date >= start) & (date < end)]
    prior, current = days[date < half].sum(), days[date >= half].sum()
    return [prior + current, prior, current]
