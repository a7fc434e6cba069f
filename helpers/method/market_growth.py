"""Growth of a yearly series: how fast, and how sure is it that it grows at all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL, t_quantile

LEAST_YEARS = 3
TOO_FEW, A_ZERO = "too_few_years", "a_year_of_nothing"


@dataclass(frozen=True)
class Growth:
    """Growth a year, its range, and the probability that it is above zero.

    Attributes
    ----------
    rate, low, high, chance : float, missing where nothing can be said
    years : int, known ones
    why_not : str, empty where something can: too_few_years or a_year_of_nothing
    """

    rate: float
    low: float
    high: float
    chance: float
    years: int
    why_not: str = ""


def yearly_growth(
    years: Sequence[float], values: Sequence[float], *, level: float = LEVEL, least: int = LEAST_YEARS
) -> Growth:
    """Compound growth a year: the slope of the logarithm on the year, with Student's t for its error.

    Parameters
    ----------
    years, values : one each; a missing value leaves its year out
    level : float, of the range
    least : int, 3 or more; with fewer years nothing is said

    Returns
    -------
    Growth
        Nothing is said either where a year is at or below zero: from or to nothing there is no rate, and without that
        year the others would tell another story.

    Raises
    ------
    StepInputError
        If a year stands twice, or `least` is below 3.

    Notes
    -----
    A line through the logarithms leans on every year; the growth from the first to the last leans on two. A bootstrap
    of the residuals would hold 57 of 100 truths where three years are known and 80 where five are, t holds 90: so the
    range of three years is wide, as it should be. Each year's distance from the line is taken for its own luck; the
    chance is the probability that the slope is above zero with nothing known before. Where all years grow alike, the
    range is a point and the chance 0, .5 or 1.

    Examples
    --------
    >>> found = yearly_growth([2020, 2021, 2022], [100.0, 110.0, 121.0])
    >>> round(found.rate, 6), found.chance
    (0.1, 1.0)
    """
    years, values = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    if len(np.unique(years)) < len(years):
        raise StepInputError("yearly_growth: a year stands twice. Add its parts up first.")
    if least < 3:
        raise StepInputError(f"yearly_growth: least is {least}; a line and its error need three years or more.")
    known = np.isfinite(values)
    count = int(known.sum())
    if count < least:
        return Growth(np.nan, np.nan, np.nan, np.nan, count, TOO_FEW)
    if (values[known] <= 0).any():
        return Growth(np.nan, np.nan, np.nan, np.nan, count, A_ZERO)
    order = np.argsort(years[known])
    years, logs = years[known][order], np.log(values[known][order])
    centred = years - years.mean()
    spread = centred @ centred
    slope = centred @ logs / spread
    residuals = logs - logs.mean() - slope * centred
    # rounded, so that a series without any scatter has an error of exactly none
    error = np.sqrt((residuals @ residuals).round(18) / (count - 2) / spread)
    slope = round(float(slope), 12)
    freedom = count - 2
    reach = t_quantile((1 + level) / 2, freedom) * error
    chance = float(stdtr(freedom, slope / error)) if error else (np.sign(slope) + 1) / 2
    rate, low, high = (float(one) for one in np.expm1([slope, slope - reach, slope + reach]))
    return Growth(rate, low, high, float(chance), count)
