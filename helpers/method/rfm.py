"""Recency, frequency and money: scores from 1 to 5, and the groups that rules over them make.

The oldest way to sort customers, from catalogue selling. The values that cut the scores are kept, so that later data
are scored alike; the groups are rules as people write them, and people may write others.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd

from helpers.method.money import UNITS

MEASURES = ("recency", "frequency", "money")
QUANTILES = (0.2, 0.4, 0.6, 0.8)
# the first rule that holds names a customer; the last holds for all who have scores
GOOD_ONCE = "recency_score <= 2 and (frequency_score >= 4 or money_score >= 4)"
DEFAULT_GROUPS = MappingProxyType(
    {
        "g1": {"name": "Best customers", "rule": "recency_score >= 4 and frequency_score >= 4 and money_score >= 4"},
        "g2": {"name": "Regular customers", "rule": "recency_score >= 3 and frequency_score >= 3"},
        "g3": {"name": "Good ones slipping away", "rule": GOOD_ONCE},
        "g4": {"name": "Recent with few orders", "rule": "recency_score >= 4"},
        "g5": {"name": "Occasional customers", "rule": "recency_score >= 2"},
        "g6": {"name": "Nearly gone", "rule": "recency_score >= 1"},
    }
)


def rfm_values(customer_summary: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """What is scored: days since the last line, orders and revenue of the window, of those who ordered in it.

    Returns
    -------
    DataFrame, one row per active customer with an order in the window, sorted by customer_id
        customer_id, recency (days), frequency (orders), money
    """
    rows = customer_summary[(customer_summary["status"] == "active") & (customer_summary["order_days"] > 0)]
    rows = rows.sort_values("customer_id", ignore_index=True)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].astype("str"),
            "recency": (pd.Timestamp(as_of) - rows["last_date"]).dt.days.astype(float),
            "frequency": rows["orders"].astype(float),
            "money": rows["revenue"].astype(float).round(4),
        }
    )


def rfm_cuts(values: pd.DataFrame) -> pd.DataFrame:
    """The values that cut the scores at .2, .4, .6 and .8 of each measure.

    Parameters
    ----------
    values : DataFrame, from `rfm_values`

    Returns
    -------
    DataFrame, one row per measure and score: the columns of the published group_cuts
        A score holds values from from_value to below to_value. Few days since the last order are a high score.
        from_value is missing for the smallest values; a score that nobody reaches begins just above the largest.

    Notes
    -----
    A cut is the smallest value whose percentile rank reaches the quantile, equal values counted half. So many customers
    with the same value stand where the middle one of them does: with seven of ten at one order, that is the second
    fifth, and nobody is called frequent for a single order.

    Examples
    --------
    >>> cuts = rfm_cuts(pd.DataFrame({"recency": range(1, 6), "frequency": [1, 1, 1, 2, 7], "money": range(1, 6)}))
    >>> cuts.loc[cuts["measure"] == "money", "from_value"].tolist()
    [nan, 2.0, 3.0, 4.0, 5.0]
    >>> cuts.loc[cuts["measure"] == "frequency", "from_value"].tolist()
    [nan, 1.0, 2.0, 2.0, 7.0]
    """
    tables = []
    for measure in MEASURES:
        inner = _cuts(values[measure].to_numpy(dtype=float))
        rows = {"measure": measure, "score": range(1, 6)}
        table = pd.DataFrame(rows | {"from_value": [np.nan, *inner], "to_value": [*inner, np.nan]})
        if measure == "recency":
            table["score"] = range(5, 0, -1)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def rfm_scores(values: pd.DataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """The scores of customers by cuts, their own or those of earlier data.

    Parameters
    ----------
    values : DataFrame, from `rfm_values`
    cuts : DataFrame, from `rfm_cuts`

    Returns
    -------
    DataFrame, one row per customer: customer_id, recency_score, frequency_score, money_score

    References
    ----------
    Hughes, *Strategic Database Marketing* (1994).

    Examples
    --------
    >>> seen = pd.DataFrame({"customer_id": list("abcde"), "recency": [1, 9, 30, 90, 300],
    ...     "frequency": [9, 5, 3, 1, 1], "money": [5.0, 50.0, 20.0, 9.0, 1.0]})
    >>> rfm_scores(seen, rfm_cuts(seen)).to_numpy().tolist()[:2]
    [['a', 5, 5, 2], ['b', 4, 4, 5]]
    """
    scores = {"customer_id": values["customer_id"].astype("str")}
    for measure in MEASURES:
        mine = cuts[cuts["measure"] == measure]
        inner = mine["from_value"].dropna().to_numpy()
        place = np.searchsorted(inner, values[measure].to_numpy(dtype=float), side="right")
        scores[f"{measure}_score"] = mine["score"].to_numpy()[place]
    return pd.DataFrame(scores)


def _cuts(values: np.ndarray) -> list[float]:
    """The smallest value that reaches each quantile by its percentile rank; where none does, one above the largest."""
    if not len(values):
        return [np.nan] * len(QUANTILES)
    distinct, count = np.unique(values, return_counts=True)
    rank = ((np.cumsum(count) - count / 2) / len(values)).round(9)
    place = np.searchsorted(rank, QUANTILES)
    return np.append(distinct, distinct[-1] + 1 / UNITS)[place].tolist()
