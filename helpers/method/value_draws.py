"""What customers will spend, drawn from the purchase and the spend model: intervals of customers, groups and totals.

A draw takes its own parameters, then a future for each customer, then amounts. Within a future, purchases fall evenly
over the time the customer stays, so they count by the mean factor of that time; the last one counts by that of its day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from helpers.method.distinct_rows import distinct_rows
from helpers.method.gamma_gamma import SpendModel
from helpers.method.purchase_model import PurchaseModel, checked_histories

LEVEL = 0.90
DRAWS = 2000  # futures of each kind of customer; the 95th percentile is then sure to about 3 %
WEEKS_SEEN = 6  # lengths of observation for which futures are drawn; between them values are interpolated
NEVER = 1e-300


def drawn_value(
    purchases: PurchaseModel,
    spend: SpendModel,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    count: ArrayLike,
    mean: ArrayLike,
    weeks: ArrayLike,
    factors: ArrayLike,
    rng: np.random.Generator,
) -> np.ndarray:
    """What each customer spends from now on, every purchase counted by the factor of its period, drawn once.

    Parameters
    ----------
    purchases, spend : models, with the parameters of this draw
    x, t_x, T, count, mean : array, one value per customer
        As `purchase_history` has them; a mean may be missing where the count is 0.
    weeks, factors : array, one per period
        Ends of the periods, rising, the first beginning now; what a purchase counts.
    rng : numpy Generator

    Returns
    -------
    array of money, one value per customer
        Zero for one drawn as gone, or without a purchase in time.
    """
    x, t_x, T = checked_histories(x, t_x, T)
    value = np.zeros(len(x))
    there = np.flatnonzero(rng.random(len(x)) < purchases.p_alive(x, t_x, T))
    scale = _drawn_scale(purchases.parameters, purchases.early, x[there], T[there], weeks, factors, rng)
    value[there] = _drawn_spend(spend.parameters, *scale, np.broadcast_to(count, x.shape)[there], rng)
    return value * _own_level(spend, count, mean)


def drawn_totals(
    purchases: Sequence[PurchaseModel],
    spends: Sequence[SpendModel],
    history: dict[str, np.ndarray],
    codes: np.ndarray,
    weights: Sequence[np.ndarray],
    weeks: ArrayLike,
    factors: ArrayLike,
    rng: np.random.Generator,
) -> np.ndarray:
    """Totals of groups over drawn futures, one draw per pair of models.

    Parameters
    ----------
    purchases, spends : sequences of models, of one length
        Such as `model.draw(rng, n)`; equal models leave out what is not known of the parameters.
    history : mapping of x, t_x, T, spend_days and mean_spend to arrays, one value per customer
    codes : array of int
        The group of each customer, from 0.
    weights : sequence of arrays, one for each kind of total
        What one of the currency spent by the customer adds to the total, such as its margin. All kinds are of the same
        futures.

    Returns
    -------
    array, kinds x draws x groups
    """
    names = ("x", "t_x", "T", "spend_days", "mean_spend")
    columns = [np.asarray(history[name], dtype=float) for name in names]
    groups = int(codes.max()) + 1 if len(codes) else 0
    totals = np.empty((len(weights), len(purchases), groups))
    for row, (purchase, spend) in enumerate(zip(purchases, spends, strict=True)):
        value = drawn_value(purchase, spend, *columns, weeks, factors, rng)
        for kind, weight in enumerate(weights):
            totals[kind, row] = np.bincount(codes, weights=value * weight, minlength=groups)
    return totals


def value_intervals(
    purchases: PurchaseModel,
    spend: SpendModel,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    count: ArrayLike,
    mean: ArrayLike,
    weeks: ArrayLike,
    factors: ArrayLike,
    rng: np.random.Generator,
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray]:
    """Between which amounts each customer's spending to come will lie; parameters and arrays as `drawn_value`.

    Parameters
    ----------
    purchases, spend : models as fitted
        Parameters are drawn around these.
    level : float
        Part of such intervals that should hold what comes.

    Returns
    -------
    low, high : array of money
        The quantiles (1 - level) / 2 and (1 + level) / 2; zero where the customer is more likely gone.

    Notes
    -----
    Given being alive, what a customer will spend depends on x, on the days its mean is over and on T, and is in
    proportion to gamma + count x mean. So futures are drawn for each pair of counts at a few T, and each customer's
    quantile is read from these: the work does not grow with the number of customers. Interpolated between T.
    """
    x, t_x, T = checked_histories(x, t_x, T)
    count = np.broadcast_to(np.asarray(count, dtype=float), x.shape)
    alive = purchases.p_alive(x, t_x, T)
    (once_x, once_count), place, _ = distinct_rows(x, count)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(once_x) + 1))
    drawn = np.array([model.parameters for model in purchases.draw(rng, DRAWS)])
    amounts = np.array([model.parameters for model in spend.draw(rng, DRAWS)])
    ends = np.zeros((2, len(x)))
    for kind, (own_x, own_count) in enumerate(zip(once_x, once_count, strict=True)):
        those = order[bounds[kind] : bounds[kind + 1]]
        seen = np.linspace(T[those].min(), T[those].max(), WEEKS_SEEN)
        seen = seen[: 1 if seen[0] == seen[-1] else WEEKS_SEEN, None]
        shape = (len(seen), DRAWS)
        scale = _drawn_scale(drawn.T, purchases.early, np.full(shape, own_x), seen, weeks, factors, rng)
        sorted_draws = np.sort(_drawn_spend(amounts.T, *scale, np.full(shape, own_count), rng), axis=1)
        for end, tail in enumerate(((1 - level) / 2, (1 + level) / 2)):
            # of those drawn as alive, the part that lies below
            below = (tail - (1 - alive[those])) / alive[those].clip(NEVER)
            ends[end, those] = _read(sorted_draws, seen[:, 0], T[those], below)
    return tuple(ends * _own_level(spend, count, mean))


def _drawn_scale(
    parameters: np.ndarray,
    early: int,
    x: np.ndarray,
    T: np.ndarray,
    weeks: ArrayLike,
    factors: ArrayLike,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Futures of living customers: the number of purchases, and the mean factor by which they count."""
    r, alpha, a, b = parameters
    weeks, factors = np.append(0.0, weeks), np.asarray(factors, dtype=float)
    rate = rng.gamma(np.broadcast_to(r + x, x.shape)) / (alpha + T)
    chance = rng.beta(np.broadcast_to(a, x.shape), b + x + early)
    end = rng.exponential(size=x.shape) / np.maximum(rate * chance, NEVER)
    stays = np.minimum(end, weeks[-1])
    others = rng.poisson(rate * (1 - chance) * stays)
    up_to = np.append(0.0, np.cumsum(factors * np.diff(weeks)))
    mean_factor = np.interp(stays, weeks, up_to) / np.maximum(stays, NEVER)
    last = end <= weeks[-1]
    counted = others * mean_factor
    counted += last * factors[np.searchsorted(weeks[1:], stays).clip(0, len(factors) - 1)]
    number = others + last
    return number, counted / np.maximum(number, 1)


def _drawn_spend(
    parameters: np.ndarray, number: np.ndarray, factor: np.ndarray, count: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """What so many purchases bring, in units of the customer's own level (gamma + count x mean)."""
    p, q, _ = parameters
    spent = rng.gamma(np.maximum(p * number, NEVER)) * (number > 0)
    return factor * spent / rng.gamma(np.broadcast_to(p * count + q, number.shape))


def _own_level(spend: SpendModel, count: ArrayLike, mean: ArrayLike) -> np.ndarray:
    """gamma + count x mean, the scale of a customer's spend in the Gamma-Gamma model."""
    count, mean = np.asarray(count, dtype=float), np.asarray(mean, dtype=float)
    return spend.gamma + count * np.where(count > 0, mean, 0.0)


def _read(draws: np.ndarray, seen: np.ndarray, T: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The quantiles of sorted draws, interpolated between the T they were drawn at; zero for a part of none."""
    left = np.interp(T, seen, np.arange(len(seen))) if len(seen) > 1 else np.zeros(len(T))
    row = np.minimum(left.astype(int), len(seen) - 1)
    share, next_row = left - row, np.minimum(row + 1, len(seen) - 1)
    column = (below.clip(0.0, 1.0) * (draws.shape[1] - 1)).round().astype(int)
    return np.where(below > 0, (1 - share) * draws[row, column] + share * draws[next_row, column], 0.0)
