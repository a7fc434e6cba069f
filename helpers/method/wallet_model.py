"""A regression that estimates wallets, and how far off it is for customers that it has not seen.

Ridge regression on logarithms. Known wallets are no random sample, so those whose like are mostly unknown count for
more. How far an estimate can be off is read from known customers that were left out while it was made, not from theory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.method.wallet_design import Design

OURS_PART = 0.90  # of our revenue that is taken off before the logarithm: so an interval seldom runs below our revenue
RIDGE = 5.0  # as many customers' worth of belief that a column tells nothing
FIT_POWER = 0.5  # of the odds of being unknown: half way, because full weights make a regression shaky
MOST_WEIGHT = 5.0  # no customer counts more than this times the mean, nor less than the mean over it
FOLDS = 10
SPREAD_FLOOR = 0.1  # added to a distance before its logarithm, so that a lucky hit does not say "always exact"
SPREAD_RANGE = (0.05, 0.95)  # quantiles of the known; further out nothing is known of spreads
GRID = 400  # points that stand for the distances off


@dataclass(frozen=True)
class WalletModel:
    """A fitted model of y = log(wallet - OURS_PART x revenue).

    coefficients         float  of the features of `Design`
    spread_coefficients  float  of its spread; `spread_range` holds the least and the largest logarithm in use
    off                  float  (known,) how far y was off where the customer was left out, in its own spread
    odds                 float  (known,) how many unknown customers there are to each known one like it
    weights              float  (known,) response weights, mean 1: known customers weighted as the unknown are made
    y, left_out          float  (known,) y, and y as estimated without the customer
    left_out_spread      float  (known,) its spread, likewise
    fold                 int    (known,) in which it was left out
    """

    coefficients: np.ndarray
    spread_coefficients: np.ndarray
    spread_range: tuple[float, float]
    off: np.ndarray
    odds: np.ndarray
    weights: np.ndarray
    y: np.ndarray
    left_out: np.ndarray
    left_out_spread: np.ndarray
    fold: np.ndarray

    def centre(self, features: np.ndarray) -> np.ndarray:
        """y as estimated."""
        return features @ self.coefficients

    def spread(self, spread: np.ndarray) -> np.ndarray:
        """In what unit it can be off."""
        return np.exp(np.clip(spread @ self.spread_coefficients, *self.spread_range))

    def grid(self, power: float = 1.0) -> np.ndarray:
        """The distances off as so many points that count alike, weighted by this power of the odds."""
        return weighted_quantiles(self.off, response_weights(self.odds, power), (np.arange(GRID) + 0.5) / GRID)


def fit_wallets(made: Design) -> WalletModel:
    """Fit the model to the known wallets.

    Parameters
    ----------
    made : Design
        With two known wallets or more; how many are enough is decided by the caller.
    """
    known = slice(0, made.known)
    features, spread = made.features[known], made.spread[known]
    odds = _odds_unknown(made)
    weights = response_weights(odds, FIT_POWER)
    # a wallet may lie below our revenue by what rounding makes
    wallet, revenue = made.wallet[known], made.revenue[known]
    y = np.log(np.maximum(wallet, revenue) - OURS_PART * revenue)
    fold = _folds(made.known)
    left_out = _left_out(features, y, weights, fold)
    distance = np.log(np.abs(y - left_out) + SPREAD_FLOOR)
    left_out_spread = _left_out(spread, distance, weights, fold)
    low, high = np.quantile(left_out_spread, SPREAD_RANGE)
    left_out_spread = np.exp(np.clip(left_out_spread, low, high))
    return WalletModel(
        coefficients=ridge(features, y, weights),
        spread_coefficients=ridge(spread, distance, weights),
        spread_range=(float(low), float(high)),
        off=(y - left_out) / left_out_spread,
        odds=odds,
        weights=response_weights(odds),
        y=y,
        left_out=left_out,
        left_out_spread=left_out_spread,
        fold=fold,
    )


def money_of(y: np.ndarray, revenue: np.ndarray) -> np.ndarray:
    """The wallet that a y stands for: never below our revenue.

    >>> money_of(np.log([10.0, 1.0]), np.array([100.0, 100.0])).tolist()
    [100.0, 100.0]
    """
    return np.maximum(OURS_PART * revenue + np.exp(y), revenue)


def interval_of(off: np.ndarray, weights: np.ndarray, level: float) -> tuple[float, float]:
    """Between which distances off so large a part of unseen customers lies.

    The quantiles of split-conformal prediction: those a little further out that hold also if one more customer is
    drawn; weighted customers count as the number that would be as sure.

    Examples
    --------
    >>> interval_of(np.arange(1.0, 20.0), np.ones(19), 0.9)
    (1.0, 19.0)
    """
    count = weights.sum() ** 2 / np.square(weights).sum()
    tail = max((1 - level) / 2 * (count + 1) / count - 1 / count, 0.0)
    part = np.array([1 - tail])
    return -float(weighted_quantiles(-off, weights, part)[0]), float(weighted_quantiles(off, weights, part)[0])


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The smallest value up to which so large a part of the weight lies.

    >>> weighted_quantiles(np.array([3.0, 1.0]), np.array([1.0, 3.0]), np.array([0.5, 0.9])).tolist()
    [1.0, 3.0]
    """
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    # the last digits of a sum must not move a quantile to the next value
    place = np.searchsorted(running, parts * running[-1] * (1 - 1e-12))
    return values[order][np.minimum(place, len(values) - 1)]


def response_weights(odds: np.ndarray, power: float = 1.0) -> np.ndarray:
    """What a known customer counts: the odds of being unknown among its like, to a power, bounded, with mean 1.

    >>> response_weights(np.array([1.0, 1.0, 100.0])).round(2).tolist()
    [0.18, 0.18, 2.64]
    """
    weights = odds**power
    weights = np.clip(weights / weights.mean(), 1 / MOST_WEIGHT, MOST_WEIGHT)
    return weights / weights.mean()


def ridge(features: np.ndarray, y: np.ndarray, weights: np.ndarray, penalty: float = RIDGE) -> np.ndarray:
    """Coefficients of least squares that are pulled toward 0, the first one, the constant, excepted."""
    weighted = features * weights[:, None]
    return np.linalg.solve(weighted.T @ features + pull(features.shape[1], penalty), weighted.T @ y)


def pull(columns: int, penalty: float = RIDGE) -> np.ndarray:
    """What ridge regression adds to the sums of squares."""
    added = np.full(columns, penalty)
    added[0] = 1e-9
    return np.diag(added)


def _left_out(features: np.ndarray, y: np.ndarray, weights: np.ndarray, fold: np.ndarray) -> np.ndarray:
    found = np.empty(len(y))
    for number in np.unique(fold):
        out = fold == number
        found[out] = features[out] @ ridge(features[~out], y[~out], weights[~out])
    return found


def _folds(known: int) -> np.ndarray:
    """Which tenth each known customer belongs to. They stand by size of wallet, so each tenth holds all sizes."""
    return np.arange(known) % min(FOLDS, known)


def _odds_unknown(made: Design) -> np.ndarray:
    """For each known customer, how many unknown ones there are to each known one like it: logistic regression."""
    told = (np.arange(len(made.features)) < made.known).astype(float)
    added = pull(made.features.shape[1])
    slopes = np.zeros(made.features.shape[1])
    for _ in range(50):
        part = 1 / (1 + np.exp(-np.clip(made.features @ slopes, -30, 30)))
        steep = (made.features * (part * (1 - part))[:, None]).T @ made.features + added
        step = np.linalg.solve(steep, made.features.T @ (told - part) - added @ slopes)
        slopes += step
        if np.abs(step).max() < 1e-8:
            break
    return np.exp(-np.clip(made.features[: made.known] @ slopes, -30, 30))
