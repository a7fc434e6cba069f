"""Adoption of something new: has its market peaked, and how many buyers are still to come?

The model of Bass (1969): who has not adopted yet does so on its own (innovation, p) or because others have (imitation,
q), until all m who ever will have done it. It needs years on both sides of the peak: before it, q and m are a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import least_squares

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL, t_quantile

LEAST_YEARS = 7
STEP = 1e-5  # of a logarithm, for slopes
STARTS = ((0.003, 0.2), (0.003, 0.6), (0.03, 0.2), (0.03, 0.6))
BOUNDS = ((1e-6, 1e-3), (1.0, 5.0))  # of p and q: lower, upper


@dataclass(frozen=True)
class BassModel:
    """The adoption curve: F(t) = (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t), with t years since adoption began.

    Attributes
    ----------
    p, q : float, of innovation and of imitation, a year
    m : float, who will have adopted in the end

    Examples
    --------
    >>> model = BassModel(0.02, 0.45, 100_000)
    >>> round(model.peak_time, 4), round(model.peak_rate, 1)
    (6.6245, 12272.2)
    """

    p: float
    q: float
    m: float

    def adopted(self, years: Sequence[float] | np.ndarray) -> np.ndarray:
        """How many have adopted by these years since the beginning."""
        left = np.exp(-(self.p + self.q) * np.asarray(years, dtype=float))
        return self.m * (1 - left) / (1 + self.q / self.p * left)

    def adopters(self, first: int, last: int) -> np.ndarray:
        """New adopters of each of the years `first` to `last`, the first of all being year 1."""
        return np.diff(self.adopted(np.arange(first - 1, last + 1)))

    @property
    def peak_time(self) -> float:
        """Years until most adopt at once: ln(q/p) / (p+q); zero or below where imitation adds nothing (q <= p)."""
        return float(np.log(self.q / self.p) / (self.p + self.q))

    @property
    def peak_rate(self) -> float:
        """Adopters a year at that moment: m (p+q)^2 / 4q."""
        return float(self.m * (self.p + self.q) ** 2 / (4 * self.q))


@dataclass(frozen=True)
class Adoption:
    """What a series of new adopters says: a model with its error, or why there is none.

    Attributes
    ----------
    model : BassModel or None
    ranges : dict, p, q, m -> (low, high); empty without a model
    why_not : str, empty with a model: too_short, empty (nobody adopted) or before_the_peak
    years : int, how long the series is
    errors : array, 3 x 3, covariance of the logarithms of p, q and m; None without a model
    level : float, of the ranges
    """

    model: BassModel | None
    ranges: dict[str, tuple[float, float]]
    why_not: str
    years: int
    errors: np.ndarray | None = field(default=None, compare=False, repr=False)
    level: float = LEVEL

    def coming(self, first: int, last: int) -> tuple[float, float, float]:
        """New adopters of the years `first` to `last` together (year 1 began the series), with their range.

        Missing without a model. The range takes in that p, q and m are not known, not the luck of those years.
        """
        if self.model is None or self.errors is None:
            return np.nan, np.nan, np.nan
        centre = np.log([self.model.p, self.model.q, self.model.m])

        def total(logs: np.ndarray) -> float:
            return float(np.log(max(BassModel(*np.exp(logs)).adopters(first, last).sum(), 1e-300)))

        slopes = np.array([(total(centre + one) - total(centre - one)) / (2 * STEP) for one in STEP * np.eye(3)])
        reach = t_quantile((1 + self.level) / 2, self.years - 3) * np.sqrt(max(slopes @ self.errors @ slopes, 0.0))
        low, middle, high = np.exp(total(centre) + np.array([-reach, 0.0, reach]))
        return float(middle), float(low), float(high)


def fit_adoption(adopters: Sequence[float], *, least: int = LEAST_YEARS, level: float = LEVEL) -> Adoption:
    """The adoption curve of a market from its new adopters by year, refused where they cannot tell.

    Parameters
    ----------
    adopters : new adopters of each year, without gaps, from the first in which anybody could adopt
    least : int, fewer years are refused
    level : float, of the ranges

    Returns
    -------
    Adoption
        Refused are a series shorter than `least`; one in which nobody adopted; and one whose peak has not passed: the
        fitted one lies beyond the last year, or at the upper end of m not even half have adopted.

    Raises
    ------
    StepInputError
        If a year is missing or below zero.

    Notes
    -----
    The curve maximises the quasi-likelihood of counts (variance in proportion to the mean): zeros are allowed, and with
    noise in proportion to the level it finds the same curve. For given p and q the best m makes the curve's sum that of
    the series. Ranges come from its curvature and the spread of the residuals, on the logarithms, with Student's t.

    References
    ----------
    Bass, "A New Product Growth for Model Consumer Durables", Management Science 15 (1969).

    Examples
    --------
    >>> curve = BassModel(0.02, 0.45, 100_000)
    >>> found = fit_adoption(curve.adopters(1, 12))
    >>> round(found.model.p, 4), round(found.model.q, 4), round(found.model.m)
    (0.02, 0.45, 100000)
    >>> fit_adoption(curve.adopters(1, 5)).why_not
    'too_short'
    """
    counts = np.asarray(adopters, dtype=float)
    if not np.isfinite(counts).all() or (counts < 0).any():
        bad = int(np.flatnonzero(~np.isfinite(counts) | (counts < 0))[0])
        raise StepInputError(
            f"New adopters of year {bad + 1} of {len(counts)} are {counts[bad]:g}, and should be zero or more in every "
            "year. Leave out years before the first that is known; a gap inside cannot be filled here."
        )
    years = len(counts)
    if years < least:
        return Adoption(None, {}, "too_short", years)
    if counts.sum() <= 0:
        return Adoption(None, {}, "empty", years)
    ends = np.arange(years + 1.0)

    def curve(logs: np.ndarray) -> np.ndarray:
        p, q = np.exp(logs)
        parts = np.maximum(np.diff(BassModel(p, q, 1.0).adopted(ends)), 1e-300)
        return counts.sum() / parts.sum() * parts

    def residuals(logs: np.ndarray) -> np.ndarray:
        expected = curve(logs)
        half = counts * np.log(np.where(counts > 0, counts, 1.0) / expected) - (counts - expected)
        return np.sign(counts - expected) * np.sqrt(np.maximum(2 * half, 0))

    bounds = tuple(np.log(edge) for edge in BOUNDS)
    tried = [least_squares(residuals, np.log(start), bounds=bounds, xtol=1e-13, ftol=1e-13) for start in STARTS]
    best = min(tried, key=lambda found: round(found.cost, 9))
    p, q = np.exp(best.x)
    total = BassModel(p, q, 1.0).adopted([years])[0]
    model = BassModel(float(p), float(q), float(counts.sum() / total))
    errors = _errors(best.x, model, counts)
    reach = t_quantile((1 + level) / 2, years - 3) * np.sqrt(np.diagonal(errors))
    centre = np.append(best.x, np.log(model.m))
    low, high = np.exp(centre - reach), np.exp(centre + reach)
    ranges = {name: (float(low[at]), float(high[at])) for at, name in enumerate(("p", "q", "m"))}
    if model.peak_time >= years or counts.sum() < ranges["m"][1] / 2:
        return Adoption(None, {}, "before_the_peak", years)
    return Adoption(model, ranges, "", years, errors, level)


def _errors(logs: np.ndarray, model: BassModel, counts: np.ndarray) -> np.ndarray:
    """Covariance of the logarithms of p, q and m, by the curvature of the quasi-likelihood."""
    years = len(counts)
    centre = np.append(logs, np.log(model.m))

    def expected(at: np.ndarray) -> np.ndarray:
        return BassModel(*np.exp(at)).adopters(1, years)

    fitted = np.maximum(expected(centre), 1e-300)
    changes = [expected(centre + one) - expected(centre - one) for one in STEP * np.eye(3)]
    slopes = np.column_stack(changes) / (2 * STEP)
    information = slopes.T @ (slopes / fitted[:, None])
    spread = ((counts - fitted) ** 2 / fitted).sum() / (years - 3)
    return np.linalg.pinv(information, hermitian=True) * spread
