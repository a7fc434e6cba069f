"""Draws of two slopes at once: how two measures of the same quarters could really run, as far as these tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, stdtrit

from helpers.method.intervals import LEVEL

DRAWS, SEED = 10_000, 8
DIGITS = 9


@dataclass(frozen=True)
class Line:
    """A least-squares line: slope and standard error a year, degrees of freedom, what is left of each quarter.

    `left` is missing where the quarter is not known.
    """

    slope: float
    error: float
    freedom: int
    left: np.ndarray

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The ends of the interval around the slope, by Student's t."""
        reach = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return round(self.slope - reach, DIGITS) + 0.0, round(self.slope + reach, DIGITS) + 0.0


def line_through(values: ArrayLike, years: ArrayLike, side: ArrayLike | None = None) -> Line | None:
    """The line through the known values; None where it cannot be told how sure it is.

    Parameters
    ----------
    values : array of float, one per quarter; missing where not known
    years : array of float, when each quarter is
    side : array, optional
        Values of different sides stand on levels of their own and share the slope.

    Returns
    -------
    Line or None
        None where every side needs two known values and has fewer, or no degree of freedom is left.

    Examples
    --------
    >>> line = line_through([0.1, 0.2, 0.2, 0.3], [0, 1, 2, 3])
    >>> round(line.slope, 3), round(line.error, 4), line.freedom
    (0.06, 0.0141, 2)
    """
    y, x = np.asarray(values, dtype=float), np.asarray(years, dtype=float)
    known = np.isfinite(y)
    sides, code = np.unique(np.zeros(len(y)) if side is None else np.asarray(side), return_inverse=True)
    count = np.bincount(code[known], minlength=len(sides))
    freedom = int(known.sum()) - len(sides) - 1
    if freedom < 1 or count.min() < 2:
        return None
    x, y = (part - (np.bincount(code[known], part) / count)[code[known]] for part in (x[known], y[known]))
    spread = float(x @ x)
    slope = float(x @ y) / spread
    own = y - slope * x
    # what is left of rates that are rounded to nine decimals is no scatter
    own = np.where(np.abs(own).max() < 1e-8, 0.0, own)
    left = np.full(len(known), np.nan)
    left[known] = own
    return Line(round(slope, DIGITS) + 0.0, float(np.sqrt(own @ own / freedom / spread)), freedom, left)


def drawn_slopes(first: Line, second: Line, draws: int = DRAWS) -> np.ndarray:
    """Slopes that two measures could really have, drawn together.

    Parameters
    ----------
    first, second : Line
        Of the same quarters.
    draws : int

    Returns
    -------
    array (draws, 2)

    Notes
    -----
    Student's t around each slope. Quarters in which both measures lie off their lines together make the two slopes err
    together: the draws have the correlation of what is left. Every pair of lines is drawn with the same numbers from a
    fixed seed, so that neither names nor the order of groups matter; draws of two groups are therefore not independent.

    References
    ----------
    Box and Tiao, *Bayesian Inference in Statistical Analysis* (1973), 2.7 and 8.4: a slope's posterior under a flat
    prior is Student's t, and that of two together goes with the products of what is left.

    Examples
    --------
    >>> sure, open_ = Line(-0.02, 0.0, 6, np.zeros(8)), Line(0.01, 0.02, 6, np.zeros(8))
    >>> found = drawn_slopes(sure, open_)
    >>> found[:, 0].max().item(), round((found[:, 1] > 0).mean().item(), 1)
    (-0.02, 0.7)
    """
    rng = np.random.default_rng(SEED)
    one, other = rng.standard_normal((2, draws))
    chance = rng.random(draws)
    together = _correlation(first.left, second.left)
    other = together * one + np.sqrt(1 - together**2) * other
    parts = [
        line.slope + line.error * normal * np.sqrt(line.freedom / chdtri(line.freedom, chance))
        for line, normal in ((first, one), (second, other))
    ]
    return np.column_stack(parts)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Of what is left of the quarters that both know; 0 where there is no scatter or too few."""
    both = np.isfinite(first) & np.isfinite(second)
    a, b = first[both], second[both]
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip(a @ b / size, -1, 1)) if size > 0 and both.sum() > 3 else 0.0
