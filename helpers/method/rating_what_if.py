"""What other weights or cuts would change, before anyone decides: the sentence under the controls of step 02's forms.

Each function takes what the step has computed already and gives back a function from a value to a finding, quick
enough to be asked at every change of a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, money_value
from helpers.method.rating import LETTERS, family_weights, rate, rating_cuts
from helpers.method.rating_measures import measure_table


def if_weights(
    measures: pd.DataFrame,
    customer_ratings: pd.DataFrame,
    *,
    cuts: Mapping[str, float],
    min_known: float,
    reference: pd.DataFrame | None = None,
) -> Callable[[Any], Finding]:
    """Which customers would carry another letter under other weights.

    Parameters
    ----------
    measures : DataFrame, one row per active customer, from `rating_measures.customer_measures`
    customer_ratings : DataFrame, the ratings in force, in the same order
    cuts, min_known, reference
        As in `rating.rate`.

    Returns
    -------
    function from points by family to a Finding; StepInputError where the points cannot be used
    """

    def preview(points: Mapping[str, float]) -> Finding:
        counted = measure_table(measures, family_weights(points))
        rated = rate(measures, counted, cuts=cuts, min_known=min_known, draws=1, reference=reference)
        return _moved(customer_ratings, rated["rating"])

    return preview


def if_cuts(customer_ratings: pd.DataFrame) -> Callable[[Any], Finding]:
    """Which customers would carry another letter under other cuts; their scores stay.

    Examples
    --------
    >>> rated = pd.DataFrame({"rating": ["A", "B"], "rating_score": [70.0, 60.0], "revenue": [9.0, 4.0]})
    >>> moved = if_cuts(rated)({"A": 55, "B": 40, "C": 20})
    >>> moved.values["moved"].value, moved.values["money"].value, moved.values["a"].value
    (1, 4.0, 2)
    """

    def preview(cuts: Mapping[str, float]) -> Finding:
        edges = sorted(rating_cuts(cuts).values())
        score = customer_ratings["rating_score"].to_numpy(dtype=float)
        letters = np.array(LETTERS[::-1])[np.searchsorted(edges, score, side="right")]
        return _moved(customer_ratings, customer_ratings["rating"].where(np.isnan(score), letters))

    return preview


def _moved(before: pd.DataFrame, letters: pd.Series) -> Finding:
    """How many customers change their letter, with what revenue, and how many each letter would have."""
    moved = before["rating"].to_numpy() != letters.to_numpy()
    values = {
        "moved": count_value(moved.sum()),
        "money": money_value(before.loc[moved, "revenue"].sum()),
        **{letter.lower(): count_value((letters == letter).sum()) for letter in LETTERS},
    }
    mix = "A {a:count}, B {b:count}, C {c:count}, D {d:count}"
    whom = "customer changes its letter" if moved.sum() == 1 else "customers change their letter"
    text = f"With this, {{moved:count}} {whom}, with {{money:money}} of revenue: then {mix}."
    if not moved.any():
        text = f"This is what is in force: {mix}."
    return Finding(id="02.preview", text=text, values=values, evidence="measured")
