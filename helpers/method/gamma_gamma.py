"""Gamma-Gamma: what a customer spends on a purchase day, a customer's own mean drawn towards that of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from helpers.errors import StepInputError
from helpers.method.model_fit import draws, maximum

MIN_CUSTOMERS = 30
NAMES = ("p", "q", "gamma")
# q above one: below, the mean over customers would not be finite; gamma in units of the mean spend
LOW = np.array([1e-2, 1.01, 1e-4])
HIGH = np.array([1e4, 1e3, 1e4])


@dataclass(frozen=True)
class SpendModel:
    """A fitted Gamma-Gamma model: spend of a day is gamma (p, v), and v over customers is gamma (q, gamma).

    Attributes
    ----------
    p, q : float
    gamma : float
        In money.
    log_likelihood : float
    customers : int
        It was fitted to.
    covariance : array, 3 x 3
        Of the logarithms of p, q and gamma; zero for a parameter at its bound.
    converged : bool
        Whether the likelihood's maximum was found.
    at_bound : tuple of str
        Parameters at a bound. q at its lower bound: a few spend so much that the mean of all is hardly finite.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    customers: int
    covariance: np.ndarray
    converged: bool
    at_bound: tuple[str, ...] = ()

    @property
    def parameters(self) -> np.ndarray:
        """p, q and gamma."""
        return np.array([self.p, self.q, self.gamma])

    @property
    def mean(self) -> float:
        """The mean spend over all customers, and so of one of whom nothing is known."""
        return self.p * self.gamma / (self.q - 1)

    def expected(self, count: ArrayLike, mean: ArrayLike) -> np.ndarray:
        """The mean spend a customer will show in the long run, given the mean of so many days.

        Parameters
        ----------
        count : array, one value per customer
            Days that the mean is over; with 0 the customer is taken for one like all.
        mean : array, money
            Ignored where the count is 0, and may be missing there.

        References
        ----------
        Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013), equation 5.
        """
        count, mean = np.broadcast_arrays(np.atleast_1d(count).astype(float), np.atleast_1d(mean).astype(float))
        total = count * np.where(count > 0, mean, 0.0)
        return self.p * (self.gamma + total) / (self.p * count + self.q - 1)

    def draw(self, rng: np.random.Generator, n: int) -> list[SpendModel]:
        """n models with parameters as they could also be, given the data; q stays where the mean is finite."""
        found = draws(self.parameters, self.covariance, rng, n)
        found[:, 1] = np.maximum(found[:, 1], LOW[1])
        return [replace(self, p=p, q=q, gamma=gamma) for p, q, gamma in found.tolist()]


def fit_gamma_gamma(count: ArrayLike, mean: ArrayLike, start: SpendModel | Sequence[float] | None = None) -> SpendModel:
    """Fit the Gamma-Gamma model of spend.

    Parameters
    ----------
    count : array, one value per customer
        Repeat purchase days with positive spend; customers without one are left out.
    mean : array, money
        The customer's mean spend on them, above zero.
    start : SpendModel or three numbers, optional
        Where the search begins (p, q, gamma).

    Returns
    -------
    SpendModel
        It says whether the maximum was found, and which parameters stand at a bound.

    Raises
    ------
    StepInputError
        If fewer than 30 customers have a positive repeat day, or a mean is not above zero.

    Notes
    -----
    The model takes what is spent to be independent of how often; that is tested elsewhere. Another currency unit scales
    gamma and nothing else.

    References
    ----------
    Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013).
    """
    count, mean = np.asarray(count, dtype=float), np.asarray(mean, dtype=float)
    known = count > 0
    count, mean = count[known], mean[known]
    if len(count) < MIN_CUSTOMERS:
        raise StepInputError(
            f"Gamma-Gamma: {len(count)} customers have a repeat day with spend; expected at least {MIN_CUSTOMERS}. "
            "Use the mean spend of all instead."
        )
    if not (mean > 0).all():
        raise StepInputError(f"Gamma-Gamma: expected a mean spend above zero, found {np.nanmin(mean):g}.")
    order = np.lexsort([mean, count])  # sums do not depend on the order of customers
    count, mean = count[order], mean[order]
    unit = float(mean.mean())
    if start is None:
        start = [2.0, 4.0, unit]
    elif isinstance(start, SpendModel):
        start = start.parameters
    in_units = np.asarray(start, dtype=float) / [1.0, 1.0, unit]
    score = SpendScore(count, mean / unit)
    best = maximum(score, in_units, LOW, HIGH)
    p, q, gamma = best.parameters.tolist()
    at_bound = tuple(name for name, there in zip(NAMES, best.at_bound, strict=True) if there)
    value = float(best.log_likelihood - len(count) * np.log(unit))
    return SpendModel(p, q, gamma * unit, value, len(count), best.covariance, best.converged, at_bound)


class SpendScore:
    """Log-likelihood of mean spends and its gradient, at the logarithms of p, q and gamma."""

    def __init__(self, count: np.ndarray, mean: np.ndarray) -> None:
        self.count, self.mean, self.total = count, mean, count * mean
        self.counts, self.count_at, self.customers = np.unique(count, return_inverse=True, return_counts=True)
        self.log_mean, self.log_total = np.log(mean).sum(), count @ np.log(self.total)

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, gamma = np.exp(theta)
        n, many, x = len(self.count), self.customers, self.counts
        log_all = np.log(gamma + self.total)
        shape = p * x
        value = many @ (gammaln(shape + q) - gammaln(shape)) - n * gammaln(q) + n * q * np.log(gamma)
        value += p * self.log_total - self.log_mean - (p * self.count + q) @ log_all
        by_p = many @ (x * (digamma(shape + q) - digamma(shape))) + self.log_total - self.count @ log_all
        by_q = many @ digamma(shape + q) - n * digamma(q) + n * np.log(gamma) - log_all.sum()
        by_gamma = n * q / gamma - ((p * self.count + q) / (gamma + self.total)).sum()
        return float(value), np.array([by_p * p, by_q * q, by_gamma * gamma])
