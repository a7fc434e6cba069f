"""Who explains how much: the parts of R2 that belong to correlated drivers (LMG, the Shapley value of R2).

In a regression on drivers that move together, neither coefficients nor single correlations say which of them matters.
LMG takes each driver's gain in R2 averaged over every order in which the drivers can enter. The parts are never below
zero and sum to R2.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike

from helpers.errors import StepInputError

EXACT_TO = 20  # drivers; 2 to the power of that many regressions are still a matter of a second
ORDERS = 2_000  # drawn where there are more drivers
SEED = 20_260_601
COLLINEAR = 1e-9  # part of its variance that a driver must have left to explain anything more


def lmg(correlations: ArrayLike, *, orders: int = ORDERS, exact_to: int = EXACT_TO) -> np.ndarray:
    """The part of R2 that each driver explains, averaged over the orders in which drivers can enter.

    Parameters
    ----------
    correlations : array, (p + 1, p + 1) or (draws, p + 1, p + 1)
        Correlations or covariances of p drivers and, last, the outcome. A stack of them gives a stack of parts.
    orders : int
        How many orders are drawn where there are more than `exact_to` drivers; up to so many all orders count.
    exact_to : int
        Each driver more doubles the work of counting all orders.

    Returns
    -------
    array of float, (p,) or (draws, p); sums to the R2 of all drivers
        A driver without any variance, or one that the others determine, explains nothing further once they are in.
        Where the outcome has no variance there is nothing to explain, and all parts are missing.

    Raises
    ------
    StepInputError
        If the matrix is not square, has no driver, or holds missing values.

    Notes
    -----
    Drivers may be measured in any unit: only correlations count. Orders are drawn with a fixed seed, each with its
    reverse, so that the answer is the same every time.

    References
    ----------
    Lindeman, Merenda and Gold, *Introduction to Bivariate and Multivariate Analysis* (1980), page 119; Groemping,
    "Relative Importance for Linear Regression in R", Journal of Statistical Software 17 (2006).

    Examples
    --------
    >>> lmg([[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]]).round(4).tolist()
    [0.36, 0.09]
    """
    matrices = np.asarray(correlations, dtype=float)
    size = matrices.shape[-1] if matrices.ndim in (2, 3) else 0
    if size < 2 or matrices.shape[-2] != size or not np.isfinite(matrices).all():
        raise StepInputError(
            f"lmg: expected correlations of one driver or more and the outcome, without missing values; found "
            f"an array of shape {matrices.shape}. Leave out drivers that nobody rated."
        )
    stack = _scaled(matrices.reshape(-1, size, size))
    parts = _exact(stack) if size - 1 <= exact_to else _drawn(stack, orders)
    return parts.reshape(*matrices.shape[:-2], size - 1)


def _scaled(stack: np.ndarray) -> np.ndarray:
    """Covariances as correlations; without variance a driver has a row of zeros, and the outcome is missing."""
    spread = np.sqrt(np.clip(np.diagonal(stack, axis1=1, axis2=2), 0, None))
    safe = np.where(spread > 0, spread, 1.0)
    scaled = stack / safe[:, :, None] / safe[:, None, :]
    scaled[spread[:, -1] == 0, -1, -1] = np.nan
    return scaled


def _swept(state: np.ndarray) -> np.ndarray:
    """What is left of all other variables once the first one explains what it can; the first one drops out."""
    left = state[..., 0, 0]
    use = left > COLLINEAR
    scale = np.where(use, 1 / np.where(use, left, 1.0), 0.0)
    column = state[..., 1:, 0]
    return state[..., 1:, 1:] - column[..., :, None] * column[..., None, :] * scale[..., None, None]


def _r2_of_subsets(stack: np.ndarray) -> np.ndarray:
    """R2 of every subset of the drivers, (draws, 2^p); bit j of the place says whether driver j is in it.

    The drivers are taken in turn. Each splits every subset so far into one without it, from which its row is dropped,
    and one with it, from which it is swept: so each subset costs a few small sums, and not a regression.
    """
    state = stack[:, None]
    for _ in range(stack.shape[-1] - 1):
        state = np.concatenate([state[..., 1:, 1:], _swept(state)], axis=1)
    return stack[:, -1:, -1] - state[..., 0, 0]


def _exact(stack: np.ndarray) -> np.ndarray:
    p = stack.shape[-1] - 1
    chunk = max(1, 2**22 // 2**p)  # draws at a time: about 100 MB
    places = np.arange(2**p)
    size = sum((places >> driver) & 1 for driver in range(p))
    weight = np.array([1 / (p * comb(p - 1, count)) for count in range(p)])
    parts = np.empty((len(stack), p))
    for start in range(0, len(stack), chunk):
        explained = _r2_of_subsets(stack[start : start + chunk])
        for driver in range(p):
            without = places[(places >> driver) & 1 == 0]
            gain = explained[:, without | (1 << driver)] - explained[:, without]
            parts[start : start + chunk, driver] = gain @ weight[size[without]]
    return parts


def _drawn(stack: np.ndarray, orders: int) -> np.ndarray:
    p = stack.shape[-1] - 1
    rng = np.random.default_rng(SEED)
    # each order comes in all its rotations, so that every driver stands equally often at each place: who enters first
    # takes most, and chance in that would be most of the error
    half = rng.permuted(np.tile(np.arange(p), (-(-orders // (2 * p)), 1)), axis=1)
    half = half[:, (np.arange(p)[:, None] + np.arange(p)) % p].reshape(-1, p)
    drawn = np.concatenate([half, half[:, ::-1]])
    parts = np.zeros((len(stack), p))
    for place, matrix in enumerate(stack):
        rows = np.column_stack([drawn, np.full(len(drawn), p)])
        state = matrix[rows[:, :, None], rows[:, None, :]]
        for step in range(p):
            before = state[:, -1, -1]
            state = _swept(state)
            np.add.at(parts[place], drawn[:, step], before - state[:, -1, -1])
    return parts / len(drawn)
