"""Purchase and spend models of customers who share them: one pair for each group that has buyers enough, one for all.

Where groups differ in how often they buy, how soon they go and what they spend, one fit over all is wrong for each: it
draws the spend of a small customer towards that of a large one. So customers who are alike share a fit. The groups must
not be made of how recently somebody bought: a group of those who are still there holds nobody who left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from helpers.errors import StepInputError
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.gamma_gamma import MIN_CUSTOMERS, SpendModel, fit_gamma_gamma
from helpers.method.gamma_gamma import NAMES as SPEND_NAMES
from helpers.method.purchase_likelihood import MIN_REPEATERS, NAMES
from helpers.method.purchase_model import PurchaseModel
from helpers.method.purchase_moments import future_moments, parameter_slopes, value_variance
from helpers.method.value_draws import LEVEL, drawn_totals, value_intervals

COLUMNS = ("x", "t_x", "T", "spend_days", "mean_spend")
DRAWS = 500  # futures of a total; the ends of an interval are then sure to a tenth of a standard deviation
MOST_DRAWN = 4_000  # customers; of more the moments of totals are computed
SEED = 20_260_704


@dataclass(frozen=True)
class SharedModels:
    """Fitted pairs of models, and which pair each customer has.

    purchases, spends : the models by name of the group; "all" for customers of groups with a fit of their own missing
    of : name of the pair of each customer, rows as the history that was fitted
    """

    purchases: dict[str, PurchaseModel]
    spends: dict[str, SpendModel]
    of: np.ndarray

    def parts(self, history: pd.DataFrame) -> list[tuple[str, np.ndarray, list[np.ndarray]]]:
        """The customers of each pair: its name, their places, and x, t_x, T, spend_days and mean_spend."""
        found = []
        for name in self.purchases:
            at = np.flatnonzero(self.of == name)
            found.append((name, at, [history[column].to_numpy(dtype=float)[at] for column in COLUMNS]))
        return found

    def table(self, history: pd.DataFrame, weeks: ArrayLike, factors: ArrayLike) -> pd.DataFrame:
        """What the models say of each customer of the history they were fitted to, or of the same at another time.

        Parameters
        ----------
        history : DataFrame, see `purchase_history`
        weeks, factors : array, one per period
            Ends of the periods, rising, the first beginning now; what a purchase of each counts.

        Returns
        -------
        DataFrame, rows as the history
            p_alive             float
            expected_purchases  float  up to the last of `weeks`
            expected_spend      float  money on a purchase day
            value               float  money: purchases counted by their factors, times spend
            value_low, value_high  float  between which 90 of 100 such customers will spend
        """
        ends = np.asarray(weeks, dtype=float)[-1:]
        table = np.full((6, len(history)), np.nan)
        for name, at, (x, t_x, T, count, mean) in self.parts(history):
            purchase, spend = self.purchases[name], self.spends[name]
            level = spend.expected(count, mean)
            table[0, at] = purchase.p_alive(x, t_x, T)
            table[1, at] = purchase.expected_purchases(x, t_x, T, ends)[:, 0]
            table[2, at] = level
            table[3, at] = purchase.discounted_purchases(x, t_x, T, weeks, factors) * level
            rng = np.random.default_rng(SEED)
            table[4:, at] = value_intervals(purchase, spend, x, t_x, T, count, mean, weeks, factors, rng)
        names = ["p_alive", "expected_purchases", "expected_spend", "value", "value_low", "value_high"]
        return pd.DataFrame(dict(zip(names, table, strict=True)), index=history.index)

    def total_intervals(
        self,
        history: pd.DataFrame,
        weeks: ArrayLike,
        factors: ArrayLike,
        groups: ArrayLike,
        *weights: ArrayLike,
        level: float = LEVEL,
    ) -> list[tuple[pd.DataFrame, tuple[float, float]]]:
        """Between which amounts the totals of groups, and that of all, will lie: parameters, purchases and spend drawn.

        Parameters
        ----------
        history, weeks, factors
            As `table`.
        groups : array, one value per customer
            To be added up by; need not be the groups that share a fit.
        weights : arrays, one for each kind of total, one value per customer
            What one of the currency spent adds to the total, such as the margin.

        Returns
        -------
        list, one pair for each kind of total
            DataFrame, one row per group, sorted: low and high, money
            (low, high) of the sum of all

        Notes
        -----
        Up to 4,000 customers the totals are drawn. Of more, the moments of each total are computed: exactly for
        purchases and spend, linear in their logarithms for the parameters. A total that cannot be below zero is then
        taken as gamma, which also holds for a group of few, any other as normal; for many customers the two are one.
        NaN where the spend model has no variance (q of two or less).
        """
        codes, names = pd.factorize(np.asarray(groups), sort=True)
        given = [np.asarray(one, dtype=float) for one in weights]
        fixed = (history, weeks, factors, codes, len(names))
        if len(history) <= MOST_DRAWN:
            found = self._drawn(*fixed, given, level)
        else:
            found = [self._computed(*fixed, one, level) for one in given]
        return [
            (pd.DataFrame(ends, columns=["low", "high"], index=names), (float(low), float(high)))
            for ends, (low, high) in found
        ]

    def _drawn(self, history, weeks, factors, codes, groups, weights, level):
        """By simulation: neither ids nor the order of rows matter, since customers are taken in the order of values."""
        totals = np.zeros((len(weights), DRAWS, groups))
        for name, at, columns in self.parts(history):
            # customers of one group and history may change places, so that each kind of total has an order of its own
            orders = [np.lexsort([one[at], *columns[::-1], codes[at]]) for one in weights]
            drawn = {column: values[orders[0]] for column, values in zip(COLUMNS, columns, strict=True)}
            rng = np.random.default_rng(SEED)
            models = self.purchases[name].draw(rng, DRAWS), self.spends[name].draw(rng, DRAWS)
            sorted_weights = [one[at][order] for one, order in zip(weights, orders, strict=True)]
            own = drawn_totals(*models, drawn, codes[at][orders[0]], sorted_weights, weeks, factors, rng)
            totals[..., : own.shape[2]] += own
        tails = [(1 - level) / 2, (1 + level) / 2]
        return [(np.quantile(one, tails, axis=0).T, np.quantile(one.sum(axis=1), tails)) for one in totals]

    def _computed(self, history, weeks, factors, codes, groups, weights, level):
        """By moments: the same to a draw's error, at a cost that hardly grows with the customers."""
        mean, covariance = np.zeros(groups), np.zeros((groups, groups))
        for name, at, columns in self.parts(history):
            pair = self.purchases[name], self.spends[name]
            own = _moments_of_totals(*pair, columns, codes[at], groups, weights[at], weeks, factors)
            mean, covariance = mean + own[0], covariance + own[1]
        means, variances = np.append(mean, mean.sum()), np.append(np.diag(covariance), covariance.sum())
        lowest = np.append(pd.Series(weights).groupby(codes).min().to_numpy(), weights.min(initial=np.inf))
        ends = np.array([_ends(*total, level) for total in zip(means, variances, lowest >= 0, strict=True)])
        return ends[:-1], ends[-1]


def shared_models(
    history: pd.DataFrame, groups: ArrayLike, fit: Callable[..., PurchaseModel] = fit_bg_nbd
) -> SharedModels:
    """Fit purchase and spend models to each group that has buyers enough, and to all for the customers of the others.

    Parameters
    ----------
    history : DataFrame, one row per customer who ever bought; see `purchase_history`
    groups : array of str, one value per customer
        Whom to fit together; an empty one for customers of no group. Equal values throughout = one fit.
    fit : `fit_bg_nbd` or `fit_mbg_nbd`

    Returns
    -------
    SharedModels
        Groups without a fit of their own have too few who bought again (30), or too few with spend (30).

    Raises
    ------
    StepInputError
        If all customers together are too few; then there is no model at all.

    Notes
    -----
    All are fitted first; each group's search begins there.
    """
    labels = pd.Series(groups, dtype="str").fillna("").to_numpy(dtype=object)
    if len(labels) != len(history):
        raise StepInputError(f"shared models: {len(history)} customers and {len(labels)} groups; expected as many.")
    enough = {}
    for name in sorted(set(labels) - {"", "all"}):
        of = history[labels == name]
        enough[name] = (of["x"] > 0).sum() >= MIN_REPEATERS and (of["spend_days"] > 0).sum() >= MIN_CUSTOMERS
    of = np.array([name if enough.get(name) else "all" for name in labels], dtype=object)
    pairs = {"all": (fit(history), fit_gamma_gamma(history["spend_days"], history["mean_spend"]))}
    for name in sorted(set(of) - {"all"}):
        own = history[of == name]
        spend = fit_gamma_gamma(own["spend_days"], own["mean_spend"], pairs["all"][1])
        pairs[name] = fit(own, pairs["all"][0]), spend
    purchases = {name: pair[0] for name, pair in pairs.items()}
    return SharedModels(purchases, {name: pair[1] for name, pair in pairs.items()}, of)


def _ends(mean: float, variance: float, positive: bool, level: float) -> tuple[float, float]:
    """Quantiles of a total with these moments."""
    if not np.isfinite(variance):
        return np.nan, np.nan
    tails = (1 - level) / 2, (1 + level) / 2
    if positive and mean > 0 and variance > 0:
        return tuple(gammaincinv(mean**2 / variance, tail) * variance / mean for tail in tails)
    return tuple(mean + np.sqrt(variance) * NormalDist().inv_cdf(tail) for tail in tails)


def _moments_of_totals(purchase, spend, columns, codes, groups, weights, weeks, factors):
    """Means and covariances of the totals of groups, over the customers of one pair of models."""
    x, t_x, T, count, spent = columns

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, weights=values, minlength=groups)

    def of_purchases(model: PurchaseModel) -> np.ndarray:
        return total(model.discounted_purchases(x, t_x, T, weeks, factors) * expected * weights)

    def of_spend(model: SpendModel) -> np.ndarray:
        return total(moments.mean * model.expected(count, spent) * weights)

    moments, expected = future_moments(purchase, x, t_x, T, weeks, factors), spend.expected(count, spent)
    covariance = np.diag(total(value_variance(moments, spend, count, spent) * weights**2))
    for model, names, value in ((purchase, NAMES, of_purchases), (spend, SPEND_NAMES, of_spend)):
        slopes = parameter_slopes(model, names, value)
        covariance = covariance + slopes.T @ model.covariance @ slopes
    return of_spend(spend), covariance
