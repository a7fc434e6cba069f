"""Who answered is not who buys: weights that give each kind of customer the part it has of all customers.

They mend what is known of who stays silent, its group and its size, and nothing else: whether silent customers of the
same kind would have answered alike, no weight can tell.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.method.survey_answers import Answers

CLASSES = 3  # of revenue, each with as many customers
LEAST_IN_CELL = 5  # responses; a smaller kind is joined with its whole group, or with all
TRIM = 3.0  # no response counts more than so many others, or less than one of so many
LABELS = ("small", "middle", "large")


def weighted(answers: Answers, customers: pd.DataFrame) -> Answers:
    """The same answers with weights, so that they speak for all active customers and not for those who like to answer.

    Parameters
    ----------
    answers : Answers
    customers : DataFrame, one row per customer
        customer_id, status and revenue, from customer_summary; only active customers count.

    Returns
    -------
    Answers
        With `weight` above zero and of mean 1 over the responses of known, active customers. A response of anybody
        else, and each of them where no kind has five responses, has weight 1.

    Notes
    -----
    Post-stratification by group x third of revenue: part of all customers / part of the responses, at most three times
    and at least a third of what it would be without. Straight-liners have weights and are not counted in making them.

    References
    ----------
    Holt and Smith, "Post Stratification", Journal of the Royal Statistical Society A 142 (1979); Potter, "A Study of
    Procedures to Identify and Trim Extreme Sampling Weights" (1990).

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> buys = pd.DataFrame({"customer_id": [f"c{n}" for n in range(20)], "status": "active", "revenue": 10.0})
    >>> groups = pd.DataFrame({"customer_id": buys["customer_id"], "group_id": ["g1"] * 10 + ["g2"] * 10})
    >>> said = buys.iloc[:15].assign(recommend=8.0)  # all of g1, half of g2
    >>> found = weighted(survey_answers(said, groups, start="2026-01-01", end="2027-01-01"), buys)
    >>> found.table.groupby("group_id")["weight"].first().tolist()
    [0.75, 1.5]
    """
    kinds = customer_kinds(answers, customers)
    table = answers.table.assign(weight=1.0)
    own = table["customer_id"].map(kinds["kind"])
    counted = own.notna() & ~table["straight_line"]
    if counted.any():
        cell = _cells(kinds, own[counted].value_counts())
        here = own.map(cell)
        wanted = kinds["kind"].map(cell).value_counts(normalize=True) / here[counted].value_counts(normalize=True)
        weight = here.map(wanted).clip(1 / TRIM, TRIM)
        table["weight"] = (weight / weight[counted].mean()).fillna(1.0).round(9)
    return replace(answers, table=table)


def customer_kinds(answers: Answers, customers: pd.DataFrame) -> pd.DataFrame:
    """Active customers by customer_id: group_id ("" in none), size (third of revenue), and both as one kind.

    Customers with equal revenue are of one size. Groups are those that the answers were read with.
    """
    active = customers[customers["status"] == "active"].set_index("customer_id")
    size = thirds(active["revenue"])
    group = answers.members.reindex(active.index).fillna("").astype("str")
    return pd.DataFrame({"group_id": group, "size": size, "kind": group + " " + size})


def thirds(values: pd.Series) -> pd.Series:
    """small, middle or large by rank, each with a third of the customers as far as ties allow; equal values together.

    >>> thirds(pd.Series([5.0, 1.0, 9.0, 5.0])).tolist()
    ['middle', 'small', 'large', 'middle']
    """
    place = values.astype(float).rank(pct=True).fillna(0.0)  # who bought nothing has no number, and is small
    return pd.Series(np.array(LABELS)[np.minimum((place * CLASSES - 1e-9).astype(int), CLASSES - 1)], values.index)


def _cells(kinds: pd.DataFrame, responses: pd.Series) -> pd.Series:
    """The cell of each kind: itself, or with too few responses the rest of its group, or the rest of all."""
    table = kinds.drop_duplicates("kind").set_index("kind")["group_id"].to_frame("group")
    table["responses"] = responses.reindex(table.index).fillna(0)
    cell = pd.Series(table.index, table.index, dtype="str")
    for join in ("rest of " + table["group"].astype("str"), "rest"):
        few = table["responses"].groupby(cell).sum().reindex(cell).to_numpy() < LEAST_IN_CELL
        cell = cell.mask(few, join)
    return cell


def effective_n(weights: pd.Series) -> float:
    """How many equally weighted responses would say as much: (sum w)^2 / sum w^2; 0 without a response.

    References
    ----------
    Kish, *Survey Sampling* (1965), 11.7.

    Examples
    --------
    >>> effective_n(pd.Series([1.0, 1.0, 1.0])), effective_n(pd.Series([3.0, 1.0]))
    (3.0, 1.6)
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
