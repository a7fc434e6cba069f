"""Is a number another one now, or would its range and that of then allow it to be the same?"""

from __future__ import annotations

import math


def difference_interval(then: tuple[float, float, float], now: tuple[float, float, float]) -> tuple[float, float]:
    """The interval of now - then, from the two intervals by squares added, each towards its own end.

    Parameters
    ----------
    then, now : (value, low, high)
        In one unit, with intervals of one level.

    Returns
    -------
    (low, high) of the difference, of the same level

    Notes
    -----
    Exact where both are normal and neither knows of the other. Two windows that share months err alike, so for them
    the interval is wider than it must be: what it calls a change is one, and some changes it does not see.

    References
    ----------
    Newcombe, "Interval estimation for the difference between independent proportions", *Statistics in Medicine* 17
    (1998), method 10; Zou, Donner, "Construction of confidence limits about effect measures", the same 27 (2008).

    Examples
    --------
    >>> difference_interval((10.0, 6.0, 14.0), (20.0, 17.0, 23.0))
    (5.0, 15.0)
    """
    (before, before_low, before_high), (after, after_low, after_high) = then, now
    change = after - before
    down = math.hypot(max(after - after_low, 0.0), max(before_high - before, 0.0))
    up = math.hypot(max(after_high - after, 0.0), max(before - before_low, 0.0))
    return change - down, change + up


def beyond_both(then: tuple[float, float, float], now: tuple[float, float, float]) -> bool:
    """Whether the difference of two numbers is more than their ranges allow: its interval is all on one side of zero.

    >>> beyond_both((10.0, 6.0, 14.0), (20.0, 17.0, 23.0)), beyond_both((10.0, 6.0, 14.0), (14.0, 10.0, 18.0))
    (True, False)
    """
    low, high = difference_interval(then, now)
    return low > 0 or high < 0
