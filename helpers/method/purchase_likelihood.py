"""The likelihood of BG/NBD and MBG/NBD with its gradient, over distinct histories, and how both are fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import digamma, expit, gammaln

from helpers.errors import StepInputError
from helpers.method.distinct_rows import distinct_rows
from helpers.method.model_fit import maximum
from helpers.method.purchase_model import PurchaseModel, checked_histories

MIN_REPEATERS = 30
NAMES = ("r", "alpha", "a", "b")
# alpha in units of the customers' mean weeks; beyond these nobody could tell a difference
LOW = np.array([1e-3, 1e-5, 1e-4, 1e-3])
HIGH = np.array([1e3, 1e6, 1e3, 1e4])


class PurchaseScore:
    """The log-likelihood of purchase histories, at the logarithms of r, alpha, a and b, with its gradient.

    Parameters
    ----------
    x, t_x, T : array, one value per customer
    early : int
        Chances to drop out before the first repeat purchase: 0 for BG/NBD, 1 for MBG/NBD.

    Notes
    -----
    Each distinct history is looked at once, in the order of its values: neither the order of customers nor their number
    beyond the distinct ones matters. Logarithms and gammas are taken of distinct values only. A row is

    ln G(r+x)/G(r) + ln B(a, b+x+early)/B(a, b) without G(a) + r ln alpha - (r+x) ln(alpha+T) + ln(1 + odds),

    where odds is those of having dropped out at the last purchase; 1/(1 + odds) is P(alive).

    References
    ----------
    Fader, Hardie and Lee (2005), equation 6; Batislam, Denizel and Filiztekin (2007), appendix.
    """

    def __init__(self, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, early: int) -> None:
        self.early = early
        columns, _, weight = distinct_rows(x, t_x, T)
        self.n = weight.astype(float)
        (self.x, self.x_at), (self.t_x, self.t_x_at), (self.T, self.T_at) = map(_coded, columns)
        self.n_x = np.bincount(self.x_at, weights=self.n)
        self.n_T = np.bincount(self.T_at, weights=self.n)
        self.all = self.n.sum()

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(theta)
        n, n_x, n_T = self.n, self.n_x, self.n_T
        shape, end, chances = r + self.x, b + self.x + self.early, self.x - 1 + self.early
        late, last = alpha + self.T, alpha + self.t_x
        can_go = chances >= 0
        before = np.where(can_go, b + chances, 1.0)
        log_late, shape_at = np.log(late), shape[self.x_at]
        gap = log_late[self.T_at] - np.log(last)[self.t_x_at]
        odds = np.where(can_go, np.log(a / before), -np.inf)[self.x_at] + shape_at * gap
        gone = expit(odds)
        gain = odds.clip(0) - np.log(np.maximum(gone, 1 - gone))  # ln(1 + exp(odds)), from what is known already
        gone *= n
        by_x = gammaln(shape) - gammaln(r) + gammaln(a + b) - gammaln(b) + gammaln(end) - gammaln(a + end)
        shape_T = np.bincount(self.T_at, weights=n * shape_at, minlength=len(late))
        value = n_x @ by_x + self.all * r * np.log(alpha) - shape_T @ log_late + n @ gain

        gone_x = np.bincount(self.x_at, weights=gone, minlength=len(shape))
        waiting = gone * shape_at
        waiting_T = np.bincount(self.T_at, weights=waiting, minlength=len(late))
        waiting_t = np.bincount(self.t_x_at, weights=waiting, minlength=len(last))
        stay = digamma(a + b) - digamma(a + end)
        gradient = [
            n_x @ (digamma(shape) - digamma(r)) + self.all * np.log(alpha) - n_T @ log_late + gone @ gap,
            self.all * r / alpha + ((waiting_T - shape_T) / late).sum() - (waiting_t / last).sum(),
            n_x @ stay + gone.sum() / a,
            n_x @ (stay - digamma(b) + digamma(end)) - (gone_x / before).sum(),
        ]
        return float(value), np.array(gradient) * (r, alpha, a, b)


def _coded(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values of a column, in their order, and the place of each row among them."""
    (values,), place, _ = distinct_rows(column)
    return values, place


def fit(
    kind: Literal["bg_nbd", "mbg_nbd"], history: pd.DataFrame, start: PurchaseModel | Sequence[float] | None
) -> PurchaseModel:
    """Fit BG/NBD or MBG/NBD to histories with the columns x, t_x and T; see `fit_bg_nbd`."""
    x, t_x, T = checked_histories(*(history[name].to_numpy(dtype=float) for name in ("x", "t_x", "T")))
    repeaters = int((x > 0).sum())
    if repeaters < MIN_REPEATERS:
        raise StepInputError(
            f"purchase model: {repeaters} of {len(x)} customers bought again; expected at least {MIN_REPEATERS}. "
            "Fit fewer groups, or carry each customer's own rate forward instead."
        )
    score = PurchaseScore(x, t_x, T, early=int(kind == "mbg_nbd"))
    unit = np.array([1.0, T.mean(), 1.0, 1.0])
    if start is None:
        start = [1.0, len(x) * T.mean() / x.sum(), 1.0, 3.0]
    elif isinstance(start, PurchaseModel):
        start = start.parameters
    best = maximum(score, np.asarray(start, dtype=float), LOW * unit, HIGH * unit)
    r, alpha, a, b = best.parameters.tolist()
    at_bound = tuple(name for name, there in zip(NAMES, best.at_bound, strict=True) if there)
    return PurchaseModel(
        kind, r, alpha, a, b, best.log_likelihood, len(x), repeaters, best.covariance, best.converged, at_bound
    )
