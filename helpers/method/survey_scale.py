"""On which scale did people answer? What client.yaml states, else what the answers themselves tell.

Every table that a step reads holds answers for which higher is better: the intake has turned round those of a scale on
which it was not (`helpers/client/survey_form.py`). So a scale is its two ends here, and nobody has to turn it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.advocacy import NPS_SCALE, is_nps_scale

RECOMMEND, SATISFACTION, DRIVER, IMPORTANCE = KINDS = ("recommend", "satisfaction", "driver", "importance")
COMPETITOR = "competitor"


@dataclass(frozen=True)
class Scale:
    """The worst and the best answer that could be given, in points of the client's own scale.

    `stated` is False where nobody said so and the answers had to tell.
    """

    low: float
    high: float
    stated: bool

    @property
    def span(self) -> float:
        """Points from the worst to the best answer."""
        return self.high - self.low

    def part(self, points: float | pd.Series) -> float | pd.Series:
        """How far up the scale an answer or a mean of answers stands, 0 to 1.

        >>> Scale(1, 5, True).part(4)
        0.75
        """
        return (points - self.low) / self.span


def survey_scales(
    survey: pd.DataFrame | None, stated: Mapping[str, tuple[float, float]] | None = None
) -> dict[str, Scale]:
    """The scale of each kind of question that somebody answered.

    Parameters
    ----------
    survey : DataFrame, one row per response, or None
        The delivered columns recommend, satisfaction, driver_*, competitor_* and importance_*.
    stated : mapping of kind to (low, high), optional
        What client.yaml states, from `step.scales`.

    Returns
    -------
    dict of str to Scale
        By kind: recommend, satisfaction, driver (ours and the competitor's alike) and importance, in that order. A
        kind without an answer is absent.

    Raises
    ------
    StepInputError
        If an answer lies off a stated scale, or its ends are the wrong way round: the intake refuses that earlier.

    Notes
    -----
    Where nothing is stated, answers that are whole numbers from 0 to 10 with a 10 among them are on 0 to 10; else the
    scale goes from the smallest to the largest answer that anybody gave, which is too short where nobody gave the
    worst one. Answers that are all alike tell no scale: the kind is then absent unless it is stated.

    Examples
    --------
    >>> survey = pd.DataFrame({"recommend": [10, 7], "driver_price": [2, 4], "competitor_price": [5, None]})
    >>> {kind: (scale.low, scale.high) for kind, scale in survey_scales(survey).items()}
    {'recommend': (0.0, 10.0), 'driver': (2.0, 5.0)}
    >>> survey_scales(survey, {"driver": (1, 5)})["driver"]
    Scale(low=1.0, high=5.0, stated=True)
    """
    found = {}
    for kind in KINDS:
        answers = answers_of(survey, kind)
        if answers.empty:
            continue
        low, high = answers.min(), answers.max()
        if kind in (stated or {}):
            ends = tuple(map(float, stated[kind]))
            if not ends[0] <= low <= high <= ends[1] or ends[0] >= ends[1]:
                raise StepInputError(
                    f"survey_scales: {kind} has answers from {low:g} to {high:g}, and its scale is stated as "
                    f"{ends[0]:g} (worst) to {ends[1]:g} (best). Correct tables.survey.scale in client.yaml."
                )
            found[kind] = Scale(*ends, stated=True)
        elif is_nps_scale(answers):
            found[kind] = Scale(*map(float, NPS_SCALE), stated=False)
        elif low < high:
            found[kind] = Scale(float(low), float(high), stated=False)
    return found


def answers_of(survey: pd.DataFrame | None, kind: str) -> pd.Series:
    """All answers of one kind in one series, without the missing ones; none where the question was not asked."""
    if survey is None:
        return pd.Series(dtype=float)
    prefixes = {DRIVER: (f"{DRIVER}_", f"{COMPETITOR}_"), IMPORTANCE: (f"{IMPORTANCE}_",)}.get(kind)
    names = [name for name in survey if (name.startswith(prefixes) if prefixes else name == kind)]
    parts = [survey[name].dropna().astype(float) for name in names]
    return pd.concat(parts, ignore_index=True) if parts else pd.Series(dtype=float)


def scale_words(scales: Mapping[str, Scale]) -> str:
    """The scales as part of a sentence, equal ones together.

    >>> scale_words({"recommend": Scale(0, 10, True), "driver": Scale(1, 5, True), "importance": Scale(1, 5, True)})
    '0 to 10 for recommend, 1 to 5 for driver and importance'
    """
    kinds: dict[tuple[float, float], list[str]] = {}
    for kind, scale in scales.items():
        kinds.setdefault((scale.low, scale.high), []).append(kind)
    return ", ".join(f"{low:g} to {high:g} for {listed(names)}" for (low, high), names in kinds.items())
