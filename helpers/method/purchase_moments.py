"""How far a customer's purchases to come may lie from what is expected of them: moments, exact and without a draw.

A total over many customers is spread like a normal variable around its mean, so for groups and portfolios two moments a
customer are all an interval needs; drawing every customer's future many times would give the same, slower.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import hyp2f1

from helpers.method.distinct_rows import distinct_rows
from helpers.method.gamma_gamma import SpendModel
from helpers.method.purchase_model import PurchaseModel, beta_mean, checked_histories

CHUNK = 10_000  # distinct pairs at a time
STEP = 1e-3  # of the logarithm of a parameter
POINTS = np.array([-1, 1]) / np.sqrt(3)  # Gauss and Legendre's two, in each period


@dataclass(frozen=True)
class Moments:
    """Of the sum of factors over a customer's purchases to come, one value per customer.

    mean : expected sum
    square : expected square of the sum
    own : expected sum of squared factors; what independent amounts per purchase add their variance by
    """

    mean: np.ndarray
    square: np.ndarray
    own: np.ndarray


def future_moments(
    model: PurchaseModel, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: ArrayLike, factors: ArrayLike
) -> Moments:
    """Moments of the purchases to come, each counted by the factor of the period in which it falls.

    Parameters
    ----------
    model : PurchaseModel
    x, t_x, T : array, one value per customer
    weeks : array
        Ends of the periods, rising; the first begins now.
    factors : array, one per period
        What a purchase of that period counts, such as its discount.

    Notes
    -----
    Two purchases, at u and at v > u, have the joint density L^2 (1 - p) exp(-L p v) for a living customer with rate L
    and chance p; its mean over both, times the factors, is integrated over each period.
    """
    x, t_x, T = checked_histories(x, t_x, T)
    weeks, factors = np.asarray(weeks, dtype=float), np.asarray(factors, dtype=float)
    begin = np.append(0.0, weeks[:-1])
    half = (weeks - begin) / 2
    before = np.append(0.0, np.cumsum(factors * 2 * half)[:-1])
    later = (begin + half)[:, None] + half[:, None] * POINTS  # moments v of a second purchase
    counts = factors[:, None] * half[:, None] * (before[:, None] + factors[:, None] * (later - begin[:, None]))
    (once_x, once_T), place, _ = distinct_rows(x, T)
    sums = np.empty((3, len(once_x)))
    for first in range(0, len(once_x), CHUNK):
        part = slice(first, first + CHUNK)
        some_x, some_T = once_x[part, None], once_T[part, None]
        new = np.diff(model.purchases_if_alive(some_x, some_T, weeks), axis=1, prepend=0.0)
        pairs = 2 * _pair_density(model, some_x, some_T, later.reshape(-1)) @ counts.reshape(-1)
        sums[:, part] = new @ factors, pairs + new @ factors**2, new @ factors**2
    mean, square, own = model.p_alive(x, t_x, T) * sums[:, place]
    return Moments(mean, square, own)


def value_variance(moments: Moments, spend: SpendModel, count: ArrayLike, mean: ArrayLike) -> np.ndarray:
    """Variance of what each customer will spend, every purchase counted by its factor; parameters taken as known.

    Parameters
    ----------
    moments : Moments
    spend : SpendModel
    count, mean : array, one value per customer
        Repeat days with spend, and the mean spend on them; see `SpendModel.expected`.

    Returns
    -------
    array, money squared
        Infinite where the model gives a customer's own mean no variance: q + p x count not above 2.

    Notes
    -----
    Given its long-run mean M, a customer's amounts are independent with variance M^2 / p, so the expected square of
    their sum is E[M^2] (square + own / p).
    """
    count = np.asarray(count, dtype=float)
    shape = spend.p * count + spend.q
    expected = spend.expected(count, mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        square = np.where(shape > 2, expected**2 * (shape - 1) / (shape - 2), np.inf)
        total = square * (moments.square + moments.own / spend.p)
    return np.where(moments.mean > 0, total, 0.0) - (expected * moments.mean) ** 2


def parameter_slopes(
    model: PurchaseModel | SpendModel, names: tuple[str, ...], value: Callable[..., np.ndarray]
) -> np.ndarray:
    """How totals change with the logarithm of each parameter: names x totals, by central differences.

    Parameters
    ----------
    model : PurchaseModel or SpendModel
    names : tuple of str
        Its parameters, in the order of its covariance.
    value : function of a model to an array of totals

    Notes
    -----
    With the model's covariance C, the totals' covariance from not knowing the parameters is S' C S.
    """
    rows = []
    for name in names:
        up, down = (value(replace(model, **{name: getattr(model, name) * np.exp(side)})) for side in (STEP, -STEP))
        rows.append((np.atleast_1d(up) - np.atleast_1d(down)) / (2 * STEP))
    return np.array(rows)


def _pair_density(model: PurchaseModel, x: np.ndarray, T: np.ndarray, later: np.ndarray) -> np.ndarray:
    """The mean of L^2 (1 - p) exp(-L p v) over living customers: customers x moments v."""
    b, shape, rate = model.b + x + model.early, model.r + x, model.alpha + T
    z = later / (rate + later)
    with np.errstate(all="ignore"):
        mean = (1 - z) ** model.a * hyp2f1(model.a, model.a + b - 1 - shape, model.a + b + 1, z)
    beyond = ~np.isfinite(mean)
    if beyond.any():
        b_at, shape_at, span = (np.broadcast_to(part, mean.shape)[beyond] for part in (b, shape, later / rate))
        powers = beta_mean(model.a, b_at + 1, lambda p: (1 + p * span[:, None]) ** -(shape_at[:, None] + 2))
        mean[beyond] = powers
    return shape * (shape + 1) / rate**2 * b / (model.a + b) * mean
