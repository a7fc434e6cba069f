"""What a fitted purchase model says of a customer: whether still alive, and how many purchases to come.

A customer buys at a rate of its own (gamma over customers) until it drops out, and may drop out after each purchase
with a chance of its own (beta over customers). BG/NBD lets nobody go before the first repeat purchase; MBG/NBD lets a
customer go right after the first purchase too. In all formulas the second is the first with one chance more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, expit, hyp2f1, ndtr

from helpers.errors import StepInputError
from helpers.method.distinct_rows import distinct_rows
from helpers.method.model_fit import draws

NEAR_ONE = 1e-4  # the expectation is 0/0 at a = 1 and smooth around it: there it is taken from both sides
NODES = 61  # of the integral that stands in where 2F1 runs out of numbers; right to eight digits there
CHUNK = 20_000  # distinct pairs at a time: some ten megabytes


@dataclass(frozen=True)
class PurchaseModel:
    """A fitted BG/NBD or MBG/NBD model; time is in weeks.

    Attributes
    ----------
    kind : "bg_nbd" or "mbg_nbd"
    r, alpha : float
        Purchase rates: gamma with shape r and rate alpha (weeks).
    a, b : float
        Chances to drop out after a purchase: beta.
    log_likelihood : float
    customers, repeaters : int
        It was fitted to; those who bought again.
    covariance : array, 4 x 4
        Of the logarithms of r, alpha, a and b; zero for a parameter at its bound.
    converged : bool
        Whether the likelihood's maximum was found.
    at_bound : tuple of str
        Parameters that stand at a bound: customers are too alike in this, or too few to tell.
    """

    kind: Literal["bg_nbd", "mbg_nbd"]
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    repeaters: int
    covariance: np.ndarray
    converged: bool
    at_bound: tuple[str, ...] = ()

    @property
    def parameters(self) -> np.ndarray:
        """r, alpha, a and b."""
        return np.array([self.r, self.alpha, self.a, self.b])

    @property
    def early(self) -> int:
        """Chances to drop out before the first repeat purchase: none in BG/NBD, one in MBG/NBD."""
        return int(self.kind == "mbg_nbd")

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> np.ndarray:
        """The probability that a customer with this history is still alive.

        Parameters
        ----------
        x, t_x, T : array, one value per customer
            Repeat purchases, weeks to the last one, weeks observed.

        Notes
        -----
        BG/NBD: 1 for a customer without a repeat purchase, whatever the time since.

        References
        ----------
        Fader, Hardie and Lee, "Computing P(alive) using the BG/NBD model" (2008); Batislam, Denizel and Filiztekin
        (2007) for MBG/NBD.
        """
        x, t_x, T = checked_histories(x, t_x, T)
        chances = x - 1 + self.early  # to have dropped out, over and above b
        with np.errstate(divide="ignore"):
            odds = np.log(self.a) - np.log(np.maximum(self.b + chances, 0.0))
        odds = odds + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        return np.where(chances < 0, 1.0, expit(-odds))

    def expected_purchases(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: ArrayLike) -> np.ndarray:
        """Purchases that a customer with this history will make in the coming weeks, on average.

        Parameters
        ----------
        x, t_x, T : array, one value per customer
        weeks : array
            Horizons, each counted from the end of the observation.

        Returns
        -------
        array, customers x horizons

        References
        ----------
        Fader, Hardie and Lee, "Counting your customers the easy way" (Marketing Science 24, 2005), equation 10.
        """
        x, t_x, T = checked_histories(x, t_x, T)
        weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
        # What a living customer will do depends on x and T only, and many customers share them.
        (once_x, once_T), place, _ = distinct_rows(x, T)
        expected = self.purchases_if_alive(once_x[:, None], once_T[:, None], weeks)[place]
        expected *= self.p_alive(x, t_x, T)[:, None]
        return expected

    def discounted_purchases(
        self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: ArrayLike, factors: ArrayLike
    ) -> np.ndarray:
        """Purchases to come, each counted by the factor of the period in which it falls.

        Parameters
        ----------
        x, t_x, T : array, one value per customer
        weeks : array
            Ends of the periods, rising; the first begins now.
        factors : array, one per period
            What a purchase of that period counts, such as its discount.

        Returns
        -------
        array, one value per customer
            Sum over periods of (expected purchases up to its end - up to its beginning) x factor.

        Notes
        -----
        As much work as there are distinct pairs of x and T, so it is the way to value many customers.
        """
        x, t_x, T = checked_histories(x, t_x, T)
        weeks, factors = np.asarray(weeks, dtype=float), np.asarray(factors, dtype=float)
        (once_x, once_T), place, _ = distinct_rows(x, T)
        each = np.empty(len(once_x))
        for begin in range(0, len(each), CHUNK):
            part = slice(begin, begin + CHUNK)
            up_to = self.purchases_if_alive(once_x[part, None], once_T[part, None], weeks)
            each[part] = np.diff(up_to, axis=1, prepend=0.0) @ factors
        return self.p_alive(x, t_x, T) * each[place]

    def expected_newborn(self, weeks: ArrayLike) -> np.ndarray:
        """Repeat purchases of a customer who buys for the first time today, by horizon in weeks; the first not counted.

        References
        ----------
        Fader, Hardie and Lee (2005), equation 9.
        """
        weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
        stays = self.b / (self.a + self.b) if self.early else 1.0
        return stays * self.purchases_if_alive(np.zeros_like(weeks), np.zeros_like(weeks), weeks)

    def purchases_if_alive(self, x: np.ndarray, T: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        """Purchases in the coming weeks of a customer known to be alive after T weeks; arrays of shapes that fit.

        Notes
        -----
        Euler's transformation of the published 2F1: both factors stay near one, where the published ones are very large
        and very small.
        """
        if abs(self.a - 1) < NEAR_ONE:
            below, above = (replace(self, a=1 + side * 2 * NEAR_ONE) for side in (-1, 1))
            part = (self.a - below.a) / (above.a - below.a)
            return (1 - part) * below.purchases_if_alive(x, T, weeks) + part * above.purchases_if_alive(x, T, weeks)
        b = self.b + self.early
        z = weeks / (self.alpha + T + weeks)
        c = self.a + b + x - 1
        with np.errstate(all="ignore"):
            series = hyp2f1(self.a - 1, self.a + b - 1 - self.r, c, z)
            expected = c / (self.a - 1) * (1 - (1 - z) ** (self.a - 1) * series)
        beyond = ~np.isfinite(expected)
        if beyond.any():  # only where a is large, and all customers drop out alike
            x, span = (np.broadcast_to(part, expected.shape)[beyond, None] for part in (x, z / (1 - z)))
            expected[beyond] = beta_mean(
                self.a, b + x[:, 0], lambda p: -np.expm1(-(self.r + x) * np.log1p(p * span)) / p
            )
        return expected

    def draw(self, rng: np.random.Generator, n: int) -> list[PurchaseModel]:
        """n models as they could also be, given the data: normal around the logarithms of the fitted parameters."""
        found = draws(self.parameters, self.covariance, rng, n)
        return [replace(self, r=r, alpha=alpha, a=a, b=b) for r, alpha, a, b in found.tolist()]


def beta_mean(a: float, b: np.ndarray, value: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The mean of a smooth function of a beta (a, b) variable, a of one or more: rows of b, values at its nodes."""
    normal = np.linspace(-8, 8, NODES)
    weight = np.exp(-(normal**2) / 2)
    return value(betaincinv(a, b[:, None], ndtr(normal))) @ (weight / weight.sum())


def checked_histories(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three as arrays of one length, refused where they are no histories."""
    x, t_x, T = np.broadcast_arrays(*(np.atleast_1d(np.asarray(values, dtype=float)) for values in (x, t_x, T)))
    wrong = ~((x >= 0) & (t_x >= 0) & (t_x <= T) & np.isfinite(T)) | ((x == 0) != (t_x == 0))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise StepInputError(
            f"purchase history: expected x >= 0, 0 <= t_x <= T, and t_x = 0 only where x = 0; found x {x[first]:g}, "
            f"t_x {t_x[first]:g}, T {T[first]:g} in row {first + 1}, and {int(wrong.sum())} such rows in all."
        )
    return x, t_x, T
