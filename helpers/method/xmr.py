"""XmR charts: is a point of a series news, or the noise that was always there?

Limits come from how much neighbouring points differ, so that a slow drift cannot widen them; they are set once, from
the first points, and then kept. What lies within them is no reason to act, whatever it is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

BASELINE = 24  # points that set the limits
FIRM, LEAST = 12, 8  # fewer points than FIRM give provisional limits, fewer than LEAST none
# three standard deviations; that of a normal series is its mean moving range of two points / 1.128
REACH = 3 / 1.128
SCALING = round(REACH, 2)
RUN = 8
BEYOND, RUN_OF_EIGHT, THREE_OF_FOUR = "beyond_limit", "run_of_eight", "three_of_four"
SIGNALS = {
    BEYOND: "beyond a limit",
    RUN_OF_EIGHT: "eight or more in a row on one side of the centre",
    THREE_OF_FOUR: "three of four nearer a limit than the centre",
}
CHANCE = 0.108  # of series without any change, 24 points each: the part that shows a signal all the same
PERSISTENT = 0.3  # a lag-1 correlation above it is told: neighbours are alike, and limits too narrow


@dataclass(frozen=True)
class Limits:
    """Centre and limits of a series, in its unit, and the number of points that set them."""

    centre: float
    lower: float
    upper: float
    points: int

    @property
    def provisional(self) -> bool:
        """Whether too few points set them to rely on."""
        return self.points < FIRM

    @property
    def frozen(self) -> bool:
        """Whether all the points that may set them are there: later ones change nothing."""
        return self.points >= BASELINE


def xmr_limits(values: ArrayLike) -> Limits | None:
    """The limits of a series: mean +/- 2.66 x mean moving range of its first 24 known points, all of them if fewer.

    Parameters
    ----------
    values : array of float, in the order of time
        A missing point is left out; its neighbours then follow each other.

    Returns
    -------
    Limits, or None with fewer than 8 known points

    References
    ----------
    Shewhart, *Economic Control of Quality of Manufactured Product* (1931); Wheeler, *Understanding Variation* (1993).

    Examples
    --------
    >>> found = xmr_limits([10, 12, 11, 13, 10, 12, 11, 9])
    >>> found.centre, round(found.lower, 2), round(found.upper, 2), found.provisional
    (11.0, 6.06, 15.94, True)
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)][:BASELINE]
    if len(known) < LEAST:
        return None
    centre, reach = float(known.mean()), SCALING * float(np.abs(np.diff(known)).mean())
    return Limits(centre, centre - reach, centre + reach, len(known))


def xmr_signals(values: ArrayLike, limits: Limits | None) -> list[str]:
    """What each point says: a rule that it breaks, or nothing.

    Parameters
    ----------
    values : array of float, in the order of time
    limits : Limits or None; without limits no point says anything

    Returns
    -------
    list of str, one for each value: the first that holds of
        beyond_limit   it lies beyond a limit
        run_of_eight   it ends eight known points or more in a row on one side of the centre; on the centre is neither
        three_of_four  it and two more of the last four known points lie nearer a limit than the centre, on one side
        ""             none of them, or the value is missing

    Notes
    -----
    The ends belong to the limits: a point on one, or half-way to it, is no signal. A difference that a computer's
    rounding can make is none either.

    References
    ----------
    Wheeler, *Understanding Variation* (1993), on the three rules for a chart of individual values.

    Examples
    --------
    >>> limits = Limits(centre=0.0, lower=-4.0, upper=4.0, points=24)
    >>> xmr_signals([1, 3, 0, 3, 3, 5], limits)
    ['', '', '', '', 'three_of_four', 'beyond_limit']
    """
    series = np.asarray(values, dtype=float)
    said = [""] * len(series)
    if limits is None:
        return said
    places = np.flatnonzero(np.isfinite(series))
    away = series[places] - limits.centre
    reach = limits.upper - limits.centre
    slack = 1e-9 * max(abs(limits.centre), abs(reach))
    side = np.where(np.abs(away) > slack, np.sign(away), 0.0)
    near = np.where(np.abs(away) > reach / 2 + slack, side, 0.0)
    for at, place in enumerate(places):
        last, lately = side[max(at - RUN + 1, 0) : at + 1], near[max(at - 3, 0) : at + 1]
        if abs(away[at]) > reach + slack:
            said[place] = BEYOND
        elif abs(last.sum()) == RUN:
            said[place] = RUN_OF_EIGHT
        elif near[at] and (lately == near[at]).sum() >= 3:
            said[place] = THREE_OF_FOUR
    return said


def lag_correlation(values: ArrayLike, lag: int = 1) -> float:
    """How alike points are that lie so many places apart: their correlation around the mean, with all the pairs there.

    Missing where fewer than three pairs are known, or nothing varies. Pairs, not points, are averaged, so that a series
    that repeats itself exactly has 1 however short it is.

    >>> lag_correlation([1, 2, 1, 2, 1, 2], lag=2)
    1.0
    """
    series = np.asarray(values, dtype=float)
    if len(series) <= lag:
        return float("nan")
    away = series - np.nanmean(series) if np.isfinite(series).any() else series
    pairs = away[lag:] * away[:-lag]
    spread = float(np.nanmean(away**2)) if np.isfinite(away).any() else 0.0
    if np.isfinite(pairs).sum() < 3 or spread <= 1e-18 * float(np.nanmax(np.abs(series)) or 1) ** 2:
        return float("nan")
    return float(np.nanmean(pairs)) / spread
