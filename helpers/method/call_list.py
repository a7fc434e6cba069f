"""The call list: good customers who buy less than they did."""

from __future__ import annotations

import pandas as pd

from helpers.method.money import HALF_A_CENT, whole_money

GOOD = ("A", "B")


def call_list(customer_ratings: pd.DataFrame, customer_summary: pd.DataFrame) -> pd.DataFrame:
    """Customers rated A or B whose revenue fell from the prior half to the current one, the largest fall first.

    Answers "whom should somebody call this week?". A rating looks at the whole window, so a customer who has just gone
    quiet is still an A: that is the time to call.

    Parameters
    ----------
    customer_ratings : DataFrame, one row per active customer
        customer_id, rating, revenue and lateness.
    customer_summary : DataFrame, one row per customer
        revenue_prior, revenue_current and last_date.

    Returns
    -------
    DataFrame, one row per customer: the columns of the published call_list
        revenue_change  float  current half less prior half, currency; below zero by half a cent or more

    Notes
    -----
    Equal falls are ordered by customer_id. Where the halves lie in different seasons, seasonal buyers stand here too.

    Examples
    --------
    >>> ratings = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "rating": ["A", "B", "D"], "revenue": 40.0,
    ...     "lateness": [2.5, 0.5, 4.0]})
    >>> summary = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "revenue_prior": [30.0, 15.0, 40.0],
    ...     "revenue_current": [10.0, 25.0, 0.0], "last_date": pd.Timestamp("2026-08-01")})
    >>> call_list(ratings, summary)[["customer_id", "revenue_change"]].values.tolist()
    [['c1', -20.0]]
    """
    good = customer_ratings.loc[customer_ratings["rating"].isin(GOOD), ["customer_id", "rating", "revenue", "lateness"]]
    halves = customer_summary[["customer_id", "revenue_prior", "revenue_current", "last_date"]]
    names = {"revenue_prior": "prior_revenue", "revenue_current": "current_revenue"}
    table = good.merge(halves.rename(columns=names), on="customer_id", how="left")
    table["revenue_change"] = whole_money(table["current_revenue"] - table["prior_revenue"])
    table = table[table["revenue_change"] <= -HALF_A_CENT].sort_values(["revenue_change", "customer_id"], kind="stable")
    columns = ["customer_id", "rating", "revenue", "prior_revenue", "current_revenue", "revenue_change", "last_date"]
    return table[[*columns, "lateness"]].reset_index(drop=True)
