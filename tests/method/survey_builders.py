"""Made surveys for tests: ratings that go together as wished, and an outcome that follows them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.survey_answers import Answers, survey_answers

PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}


def made_survey(
    weights: dict[str, float], responses: int, *, halo: float = 0.3, noise: float = 1.0, seed: int = 1
) -> pd.DataFrame:
    """A response a customer (c0, c1, ...): ratings with this correlation, recommend = weights x ratings and noise."""
    rng = np.random.default_rng(seed)
    p = len(weights)
    ratings = np.sqrt(halo) * rng.standard_normal((responses, 1)) + np.sqrt(1 - halo) * rng.standard_normal(
        (responses, p)
    )
    outcome = ratings @ np.array(list(weights.values())) + noise * rng.standard_normal(responses)
    table = pd.DataFrame(
        {"customer_id": [f"c{n}" for n in range(responses)], "recommend": (7 + 1.5 * outcome).round(2)}
    )
    for place, name in enumerate(weights):
        table[f"driver_{name}"] = (7 + 1.5 * ratings[:, place]).round(2)
    return table


def answers_of(survey: pd.DataFrame | None, groups: pd.DataFrame | None = None, **stated: tuple) -> Answers:
    """The answers of a survey of 2026."""
    return survey_answers(survey, groups, **PERIOD, stated=stated)


def halves(survey: pd.DataFrame, first: int) -> pd.DataFrame:
    """Two groups: the first so many customers in g1, the others in g2."""
    ids = survey["customer_id"]
    group = np.where(np.arange(len(ids)) < first, "g1", "g2")
    return pd.DataFrame(
        {"customer_id": ids, "group_id": group, "group_name": np.where(group == "g1", "Yards", "Owners")}
    )
