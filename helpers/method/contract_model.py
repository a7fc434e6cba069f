"""Shifted beta geometric: how long contracts last, where some still run.

Each customer has a chance of its own, beta over customers, to end the contract at the end of a period. Those who are
likely to leave leave early, so the retention of those who stay rises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma

from helpers.errors import StepInputError
from helpers.method.model_fit import draws, maximum

NAMES = ("alpha", "beta")
LOW = np.array([1e-3, 1e-3])
HIGH = np.array([1e4, 1e4])


@dataclass(frozen=True)
class ContractModel:
    """A fitted shifted beta geometric model; time is in contract periods.

    Attributes
    ----------
    alpha, beta : float
        Chances to end at the end of a period: beta.
    log_likelihood : float
    customers, ended : float
        It was fitted to; those whose contract has ended.
    covariance : array, 2 x 2
        Of the logarithms of alpha and beta; zero for a parameter at its bound.
    converged : bool
        Whether the likelihood's maximum was found.
    at_bound : tuple of str
        Parameters at a bound: customers too alike in this, or too few ends to tell.
    """

    alpha: float
    beta: float
    log_likelihood: float
    customers: float
    ended: float
    covariance: np.ndarray
    converged: bool
    at_bound: tuple[str, ...] = ()

    def retention(self, period: ArrayLike) -> np.ndarray:
        """The part that renews at the end of this period, of those whose contract runs in it; 1 = the first period."""
        period = np.asarray(period, dtype=float)
        return (self.beta + period - 1) / (self.alpha + self.beta + period - 1)

    def survival(self, period: ArrayLike) -> np.ndarray:
        """The part of all that renewed at the ends of so many periods; 1 at 0."""
        period = np.asarray(period, dtype=float)
        return np.exp(betaln(self.alpha, self.beta + period) - betaln(self.alpha, self.beta))

    def draw(self, rng: np.random.Generator, n: int) -> list[ContractModel]:
        """n models with parameters as they could also be, given the data."""
        found = draws(np.array([self.alpha, self.beta]), self.covariance, rng, n)
        return [replace(self, alpha=alpha, beta=beta) for alpha, beta in found.tolist()]


def fit_sbg(
    periods: ArrayLike,
    ended: ArrayLike,
    weights: ArrayLike | None = None,
    start: ContractModel | Sequence[float] | None = None,
) -> ContractModel:
    """Fit the shifted beta geometric model to contracts, of which some still run.

    Parameters
    ----------
    periods : array of whole numbers, one per customer
        Ended: the period at whose end the contract ended, at least 1. Still running: renewals so far, 0 or more.
    ended : array of bool
        False = censored: the contract still runs.
    weights : array, optional
        Customers that a row stands for; 1 each if not given.
    start : ContractModel or two numbers, optional
        Where the search begins (alpha, beta).

    Raises
    ------
    StepInputError
        If no contract has ended, none was ever renewed, or a row is no contract.

    Notes
    -----
    A contract in its first period says nothing yet, and changes nothing.

    References
    ----------
    Fader and Hardie, "How to project customer retention" (Journal of Interactive Marketing 21, 2007, 76-90).

    Examples
    --------
    >>> lost, left = [369, 163, 86, 56, 37, 27, 21], 241
    >>> model = fit_sbg([1, 2, 3, 4, 5, 6, 7, 7], [True] * 7 + [False], [*lost, left])
    >>> round(model.alpha, 3), round(model.beta, 3), model.retention([1, 2]).round(4).tolist()
    (0.704, 1.182, [0.6267, 0.756])
    """
    periods, ended = np.asarray(periods, dtype=float), np.asarray(ended, dtype=bool)
    weights = np.ones(len(periods)) if weights is None else np.asarray(weights, dtype=float)
    wrong = ~(periods >= ended) | (periods != np.floor(periods)) | ~(weights >= 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise StepInputError(
            f"contracts: expected whole periods, 1 or more where it ended and 0 or more where it runs; found "
            f"{periods[row]:g} in row {row + 1}, and {int(wrong.sum())} such rows in all."
        )
    renewals = np.where(ended, periods - 1, periods)
    if not (weights[ended].sum() and (weights * renewals).sum()):
        missing = "has ended" if not weights[ended].sum() else "was ever renewed"
        raise StepInputError(f"contracts: none of {weights.sum():g} {missing}, so nothing can be said of retention.")
    cells, place = np.unique(np.column_stack([renewals, ended]), axis=0, return_inverse=True)
    n = np.bincount(place.reshape(-1), weights=weights)
    stayed, left = cells[:, 0], cells[:, 1]

    def score(theta: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = np.exp(theta)
        value = n @ (betaln(alpha + left, beta + stayed) - betaln(alpha, beta))
        both = digamma(alpha + beta) - digamma(alpha + beta + left + stayed)
        by_alpha = n @ (digamma(alpha + left) - digamma(alpha) + both)
        by_beta = n @ (digamma(beta + stayed) - digamma(beta) + both)
        return float(value), np.array([by_alpha * alpha, by_beta * beta])

    if isinstance(start, ContractModel):
        start = [start.alpha, start.beta]
    best = maximum(score, np.asarray([1.0, 1.0] if start is None else start, dtype=float), LOW, HIGH)
    at_bound = tuple(name for name, there in zip(NAMES, best.at_bound, strict=True) if there)
    alpha, beta = best.parameters.tolist()
    counts = float(weights.sum()), float(weights[ended].sum())
    return ContractModel(alpha, beta, best.log_likelihood, *counts, best.covariance, best.converged, at_bound)
