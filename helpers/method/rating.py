"""The rating: one letter per customer from the ranks of its measures, and how much the letter owes to the weights.

What is compared is a customer's place among all, so no measure needs a scale and no outlier decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from helpers.errors import Problem, StepInputError, nearest, quoted, report_problems
from helpers.method.finding_values import is_number
from helpers.method.rating_measures import DIGITS, FAMILIES, MEASURES, MOST_OF_ONE_FAMILY

DEFAULT_WEIGHTS = MappingProxyType({"worth": 35, "trend": 15, "engagement": 25, "friction": 15, "advocacy": 10})
DEFAULT_CUTS = MappingProxyType({"A": 65.0, "B": 50.0, "C": 35.0})
LETTERS = ("A", "B", "C", "D")
UNRATED = "unrated"
MIN_KNOWN = 0.60
DRAWS = 500
CONCENTRATION = 50  # of the draws: about as far from the weights as two sensible people are from each other
SEED = 20_260_702
DECISIONS = "decisions/02_rate_customers.yaml"
POINTS_TOLERANCE = 0.01
CHUNK = 400  # customers at a time; their draws then stay in the processor's cache


def family_weights(decided: Mapping[str, float] | None = None) -> dict[str, float]:
    """The decision about weights read: points by family, as parts of one.

    Parameters
    ----------
    decided : mapping of family to points, or None
        Points of 100; a family that is not named has none. None = the method's own.

    Raises
    ------
    StepInputError
        Once, with every fault: no mapping, an unknown family, points that are no number, below zero or above one half
        of all, points that do not sum to 100.

    Examples
    --------
    >>> family_weights({"worth": 50, "engagement": 30, "friction": 20})
    {'worth': 0.5, 'trend': 0.0, 'engagement': 0.3, 'friction': 0.2, 'advocacy': 0.0}
    """
    points = DEFAULT_WEIGHTS if decided is None else _mapping(decided, "weights", DEFAULT_WEIGHTS)
    most = 100 * MOST_OF_ONE_FAMILY
    problems = []
    for family, value in points.items():
        where = f"all.weights -> {family}"
        if family not in FAMILIES:
            problems.append(Problem(where, "no family has this name.", nearest(str(family), FAMILIES)))
        if not is_number(value) or value < 0:
            problems.append(Problem(where, f"{quoted(value)} is no number of points.", "Expected zero or more."))
        elif value > most:
            found = f"{value:g} points are more than one half."
            problems.append(Problem(where, found, f"Give it at most {most:g}, so that no family decides alone."))
    if all(is_number(value) for value in points.values()):
        total = math.fsum(points.values())
        if round(abs(total - 100), DIGITS) > POINTS_TOLERANCE:
            found = f"the points sum to {total:.10g}."
            problems.append(Problem("all.weights", found, "Expected 100 over all families."))
    _refuse("weights", problems)
    return {family: points.get(family, 0) / total for family in FAMILIES}


def rating_cuts(decided: Mapping[str, float] | None = None) -> dict[str, float]:
    """The decision about cuts read: from which score on a customer is an A, a B, a C.

    Parameters
    ----------
    decided : mapping of A, B and C to points, or None
        None = the method's own.

    Raises
    ------
    StepInputError
        Once, with every fault: no mapping, a letter missing or unknown, points that are no number from 0 to 100, cuts
        that do not fall from A to C.

    Examples
    --------
    >>> rating_cuts({"A": 70, "B": 50, "C": 30})
    {'A': 70.0, 'B': 50.0, 'C': 30.0}
    """
    points = DEFAULT_CUTS if decided is None else _mapping(decided, "cuts", DEFAULT_CUTS)
    cut_letters = tuple(DEFAULT_CUTS)
    problems = []
    for letter, value in points.items():
        where = f"all.cuts -> {letter}"
        if letter not in cut_letters:
            advice = "Leave it out: whoever is below the cut of C is a D."
            problems.append(Problem(where, "no cut has this name.", advice if letter == "D" else "Expected A, B, C."))
        if not is_number(value) or not 0 <= value <= 100:
            found = f"{quoted(value)} is no number of points."
            problems.append(Problem(where, found, "Expected a number from 0 to 100."))
    missing = [letter for letter in cut_letters if letter not in points]
    for letter in missing:
        problems.append(
            Problem(f"all.cuts -> {letter}", "it is not there.", "Say from which score on a customer is one.")
        )
    given = [points[letter] for letter in cut_letters if letter in points and is_number(points[letter])]
    if any(lower >= higher for higher, lower in zip(given, given[1:], strict=False)):
        found = f"the cuts are {', '.join(f'{value:g}' for value in given)}."
        problems.append(Problem("all.cuts", found, "Expected A above B, and B above C."))
    _refuse("cuts", problems)
    return {letter: float(points[letter]) for letter in cut_letters}


def percentile_rank(
    values: pd.Series, reference: pd.Series | None = None, *, higher_is_better: bool = True
) -> pd.Series:
    """Where each value stands among all: 100 x (lower + half of the equal, itself included) / n.

    Parameters
    ----------
    values : Series
        Missing values stay missing, and are none of the n.
    reference : Series, optional
        Those among whom a place is counted, such as the values of version 1; without it the values themselves. All
        ranks are missing where it holds nothing.
    higher_is_better : bool
        False turns the order round, so that the good end is up in either case.

    Returns
    -------
    Series of float, 0-100, rounded to nine decimals; ties share their rank

    Examples
    --------
    >>> percentile_rank(pd.Series([10.0, 30.0, 30.0, None])).round(2).tolist()
    [16.67, 66.67, 66.67, nan]
    >>> percentile_rank(pd.Series([20.0]), pd.Series([10.0, 20.0, 30.0, 40.0])).tolist()
    [37.5]
    """
    direction = 1.0 if higher_is_better else -1.0
    own = direction * values.astype(float).round(DIGITS).to_numpy()
    among = own if reference is None else direction * reference.astype(float).round(DIGITS).to_numpy()
    among = np.sort(among[~np.isnan(among)])
    if not len(among):
        return pd.Series(np.nan, index=values.index)
    # lower + (lower and equal) = twice the lower + the equal
    twice = np.searchsorted(among, own, side="left") + np.searchsorted(among, own, side="right")
    ranks = np.where(np.isnan(own), np.nan, np.round(50.0 * twice / len(among), DIGITS))
    return pd.Series(ranks, index=values.index)


def rate(
    measures: pd.DataFrame,
    rating_measures: pd.DataFrame,
    *,
    cuts: Mapping[str, float],
    min_known: float = MIN_KNOWN,
    draws: int = DRAWS,
    seed: int = SEED,
    reference: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The letter of each active customer, its score, and how firmly it holds.

    Answers "who are our best customers, and would others who weigh things differently say so too?".

    Parameters
    ----------
    measures : DataFrame, one row per active customer, from `helpers.method.rating_measures.customer_measures`
    rating_measures : DataFrame, one row per measure, from `helpers.method.rating_measures.measure_table`
    cuts : mapping, from `rating_cuts`
    min_known : float
        Customers of whose measures less than this part of the weight is known are unrated.
    draws, seed : int
        Draws of other weights, the same for every customer.
    reference : DataFrame, optional
        The measures of version 1, so that letters of later versions can be compared with it. A measure that was
        unknown then is ranked among today's customers.

    Returns
    -------
    DataFrame, one row per active customer, in the order given: the columns of the published customer_ratings
        rating            str    the lower end of a letter belongs to it
        rating_score      float  weighted mean of the ranks that are known, 0-100; missing where unrated
        rating_stability  float  part of the draws in which the letter stays; missing where unrated. 1 where only one
                                 family counts, for then there is nothing to weigh
        weight_known      float  part of the weight that is known for the customer; missing where no measure counts

    Raises
    ------
    StepInputError
        If min_known is not from 0 to 1, or there is no draw.

    Notes
    -----
    A draw is Dirichlet with 50 x the weights in force over the families that count, equal within each; the same
    measures of the customer are known in every draw. Scores are rounded to nine decimals before they meet a cut.

    Examples
    --------
    >>> known = pd.DataFrame({"customer_id": ["c1", "c2"], "revenue": [9.0, 5.0]})
    >>> known = known.reindex(columns=["customer_id", *(measure.name for measure in MEASURES)])
    >>> counts = pd.DataFrame({"measure": ["revenue"], "family": "worth", "good_direction": "higher", "weight": 1.0,
    ...     "used": True})
    >>> rate(known, counts, cuts=rating_cuts())[["rating", "rating_score", "rating_stability"]].values.tolist()
    [['A', 75.0, 1.0], ['D', 25.0, 1.0]]
    """
    _refuse_settings(min_known, draws)
    used = rating_measures[rating_measures["used"].astype(bool)]
    weights = used.groupby("family")["weight"].sum()
    weights = weights.reindex([family for family in FAMILIES if family in weights.index]).to_numpy(dtype=float)
    points, known = _by_family(measures, used, reference)
    part = np.round((known * weights).sum(axis=1), DIGITS)
    rated = (part >= min_known) & (part > 0)
    edges = np.array([-np.inf, *sorted(cuts.values()), np.inf])
    score = _scores(points, known, weights[np.newaxis, :])[:, 0]
    letter = np.searchsorted(edges, score, side="right") - 1
    stability = np.full(len(measures), np.nan)
    if rated.any():
        others = np.random.default_rng(seed).dirichlet(CONCENTRATION * weights, size=draws)
        low, high = edges[letter[rated]], edges[letter[rated] + 1]
        stability[rated] = _kept(points[rated], known[rated], others, low, high)
    table = measures[["customer_id"]].copy()
    words = np.array([*LETTERS[::-1], UNRATED])
    table["rating"] = pd.Series(words[np.where(rated, letter, len(LETTERS))], index=table.index, dtype="str")
    table["rating_score"] = np.where(rated, score, np.nan)
    table["rating_stability"] = stability
    table["weight_known"] = part if len(weights) else np.nan
    return pd.concat([table, measures[[measure.name for measure in MEASURES]]], axis=1)


def _by_family(
    measures: pd.DataFrame, used: pd.DataFrame, reference: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray]:
    """Customers x families: the sum of the known ranks / measures of the family, and the part of these known."""
    points, known = [], []
    for family in [family for family in FAMILIES if family in set(used["family"])]:
        ranks = [_rank(measures, row, reference) for row in used[used["family"] == family].itertuples()]
        points.append(sum(np.nan_to_num(rank) for rank in ranks) / len(ranks))
        known.append(sum((~np.isnan(rank)).astype(float) for rank in ranks) / len(ranks))
    if not points:
        return np.zeros((len(measures), 0)), np.zeros((len(measures), 0))
    return np.column_stack(points), np.column_stack(known)


def _rank(measures: pd.DataFrame, row: tuple, reference: pd.DataFrame | None) -> np.ndarray:
    then = None if reference is None or reference[row.measure].isna().all() else reference[row.measure]
    higher = row.good_direction == "higher"
    return percentile_rank(measures[row.measure], then, higher_is_better=higher).to_numpy()


def _scores(points: np.ndarray, known: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Customers x draws: the weighted mean of what is known; missing where nothing is.

    Family by family and not as a product of matrices, whose last bit depends on where in the table a row stands.
    """
    total, whole = np.zeros((2, len(points), len(weights)))
    for family in range(weights.shape[1]):
        total += np.multiply.outer(points[:, family], weights[:, family])
        whole += np.multiply.outer(known[:, family], weights[:, family])
    scores = np.full_like(total, np.nan)
    np.divide(total, whole, out=scores, where=whole > 0)
    return np.round(scores, DIGITS, out=scores)


def _kept(points: np.ndarray, known: np.ndarray, others: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Part of the draws in which a customer's score stays between its letter's ends, a few customers at a time."""
    kept = np.empty(len(points))
    for start in range(0, len(points), CHUNK):
        some = slice(start, start + CHUNK)
        scores = _scores(points[some], known[some], others)
        kept[some] = ((scores >= low[some, np.newaxis]) & (scores < high[some, np.newaxis])).mean(axis=1)
    return kept


def _mapping(decided: object, name: str, example: Mapping[str, float]) -> Mapping:
    if not isinstance(decided, Mapping):
        shown = ", ".join(f"{key}: {value:g}" for key, value in example.items())
        _refuse(name, [Problem(f"all.{name}", f"{quoted(decided)} is no mapping.", f"Expected such as {{{shown}}}.")])
    return decided


def _refuse(name: str, problems: list[Problem]) -> None:
    if problems:
        raise StepInputError(report_problems(f"The decision {name}", DECISIONS, problems))


def _refuse_settings(min_known: float, draws: int) -> None:
    if not 0 <= min_known <= 1:
        raise StepInputError(
            f"MIN_KNOWN is {min_known}. Expected a part from 0 to 1 (0.60 = at least 60 % of the weight is known)."
        )
    if draws < 1:
        raise StepInputError(f"DRAWS is {draws}. Expected at least one draw of other weights ({DRAWS} unless changed).")
