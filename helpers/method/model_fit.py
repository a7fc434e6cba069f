"""The largest likelihood of a few positive parameters, and how sure it is: what the customer models have in common.

Parameters are fitted as logarithms, inside bounds: customers who are all alike push a parameter towards infinity, where
the likelihood no longer changes. Such a parameter stands at its bound, and the fit says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

STEP = 1e-4  # of the differences that give the Hessian from the gradient; on logarithms, so of the order of 1e-8 off
ENOUGH = 1e-7  # log-likelihood that one more Newton step would still gain: nobody can tell such parameters apart
MOST_STEPS = 30
AT_BOUND = 1e-6
WIDEST = 1.0  # standard deviation of a draw on the log scale where the likelihood is flat: a factor of e


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest: parameters, their logarithms' covariance, and whether that is to be trusted."""

    parameters: np.ndarray
    log_likelihood: float
    covariance: np.ndarray
    converged: bool
    at_bound: tuple[bool, ...]


def maximum(score: Callable, start: np.ndarray, low: np.ndarray, high: np.ndarray) -> Maximum:
    """Find the parameters with the largest log-likelihood.

    Parameters
    ----------
    score : function
        Of an array of log parameters; gives the log-likelihood and its gradient.
    start, low, high : array, one value per parameter
        Positive parameters, not logarithms; the start is moved inside the bounds.

    Returns
    -------
    Maximum
        `covariance` is that of the log parameters: the inverse of the observed information, zero for a parameter at its
        bound. Where the likelihood is flat, no direction is given a standard deviation above `WIDEST`.
        `converged`: one more Newton step would gain less than `ENOUGH`.

    Notes
    -----
    L-BFGS-B goes near, Newton steps on the parameters inside the bounds end it. The Hessian is made of differences of
    the exact gradient.
    """
    low, high = np.log(low), np.log(high)
    theta = np.clip(np.log(start), low, high)
    scale = max(abs(score(theta)[0]), 1.0)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = score(at)
        return -value / scale, -gradient / scale

    options = {"ftol": 1e-11, "gtol": 1e-8, "maxiter": 500}
    theta = minimize(
        loss, theta, jac=True, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)), options=options
    ).x
    theta, gain, hessian, free = _newton(score, theta, low, high)
    value = score(theta)[0]
    return Maximum(np.exp(theta), float(value), _covariance(hessian, free), gain < ENOUGH, tuple(map(bool, ~free)))


def draws(parameters: np.ndarray, covariance: np.ndarray, rng: np.random.Generator, n: int) -> np.ndarray:
    """n draws of the parameters, one row each: normal on the log scale around the fitted ones."""
    values, vectors = np.linalg.eigh(covariance)
    # The sign of an eigenvector is the library's choice; the draws must not depend on it.
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(len(values))])
    spread = vectors * np.sqrt(np.clip(values, 0.0, None))
    noise = rng.standard_normal((n, len(parameters)))
    return np.exp(np.log(parameters) + noise @ spread.T)


def _newton(score: Callable, theta: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple:
    """Newton steps inside the bounds until one more gains nothing: theta, that gain, the Hessian, what is free."""
    value, gradient = score(theta)
    for _ in range(MOST_STEPS):
        at_low, at_high = theta <= low + AT_BOUND, theta >= high - AT_BOUND
        free = ~((at_low & (gradient <= 0)) | (at_high & (gradient >= 0)))
        hessian = _hessian(score, theta)
        if not free.any():
            return theta, 0.0, hessian, free
        information = -hessian[np.ix_(free, free)]
        values, vectors = np.linalg.eigh(information)
        # Uphill also where the likelihood bends the wrong way.
        values = np.maximum(np.abs(values), 1e-9 * max(1.0, np.abs(values).max()))
        direction = np.zeros_like(theta)
        direction[free] = vectors @ ((vectors.T @ gradient[free]) / values)
        gain = float(gradient @ direction) / 2
        if gain < ENOUGH:
            return theta, gain, hessian, free
        for shorter in 0.5 ** np.arange(20):
            candidate = np.clip(theta + shorter * direction, low, high)
            new_value, new_gradient = score(candidate)
            if new_value > value:
                break
        else:
            return theta, gain, hessian, free
        theta, value, gradient = candidate, new_value, new_gradient
    return theta, gain, hessian, free


def _hessian(score: Callable, theta: np.ndarray) -> np.ndarray:
    """Second derivatives of the log-likelihood, by central differences of its gradient."""
    steps = STEP * np.eye(len(theta))
    rows = [(score(theta + step)[1] - score(theta - step)[1]) / (2 * STEP) for step in steps]
    return (np.array(rows) + np.array(rows).T) / 2


def _covariance(hessian: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The inverse of the observed information of what is free; zero elsewhere."""
    covariance = np.zeros_like(hessian)
    if free.any():
        values, vectors = np.linalg.eigh(-hessian[np.ix_(free, free)])
        covariance[np.ix_(free, free)] = (vectors / np.maximum(values, 1 / WIDEST**2)) @ vectors.T
    return covariance
