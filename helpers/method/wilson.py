"""How sure a part of a number of people is: Wilson's interval, and that of the difference of two such parts."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL


def wilson(part: ArrayLike, people: ArrayLike, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the interval around a part of so many people.

    Parameters
    ----------
    part : array of float, 0 to 1
        The part found. A person may count in part, such as one half for a draw: then the interval is a little too
        wide, since such counts vary less than yes and no.
    people : array of float
        How many. Weighted people count as their effective number, which need not be whole.
    level : float
        Part of such intervals that should hold the true part.

    Returns
    -------
    (low, high) : arrays
        Within 0 to 1 even where everybody says the same; missing where the part is, or where there is nobody.

    Raises
    ------
    StepInputError
        If a part lies outside 0 to 1, a number of people is below zero, or the level is not between 0 and 1.

    References
    ----------
    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical
    Association 22 (1927).

    Examples
    --------
    >>> low, high = wilson([0.5, 1.0], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.269, 0.787], [0.731, 1.0])
    """
    if not 0 < level < 1:
        raise StepInputError(f"wilson: expected a level between 0 and 1, found {level:g}.")
    found, n = np.asarray(part, dtype=float), np.asarray(people, dtype=float)
    if ((found < 0) | (found > 1)).any() or (n < 0).any():
        raise StepInputError("wilson: expected parts from 0 to 1 of zero people or more.")
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    n = np.where(n > 0, n, np.nan)
    middle = (found + z2 / (2 * n)) / (1 + z2 / n)
    reach = np.sqrt(z2 * (found * (1 - found) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return np.clip(middle - reach, 0.0, 1.0), np.clip(middle + reach, 0.0, 1.0)


def difference_interval(
    first: ArrayLike, first_people: ArrayLike, second: ArrayLike, second_people: ArrayLike, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the interval around first - second, two parts of different people.

    Parameters
    ----------
    first, second : array of float, 0 to 1
    first_people, second_people : array of float
        As `people` in `wilson`.

    Returns
    -------
    (low, high) : arrays
        Within -1 to 1; missing where either part is.

    Notes
    -----
    The distances from each part to its Wilson ends, added in squares (Newcombe's tenth method). Parts of the same
    people would hang together, and the interval would then be wrong to either side.

    References
    ----------
    Newcombe, "Interval Estimation for the Difference Between Independent Proportions", Statistics in Medicine 17
    (1998).

    Examples
    --------
    >>> low, high = difference_interval(0.7, 80, 0.6, 80, level=0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (-0.047, 0.241)
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    (a_low, a_high), (b_low, b_high) = wilson(a, first_people, level), wilson(b, second_people, level)
    low = a - b - np.hypot(a - a_low, b_high - b)
    high = a - b + np.hypot(a_high - a, b - b_low)
    return np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)
