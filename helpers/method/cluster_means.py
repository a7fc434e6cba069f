"""The mean of answers, and how sure it is when one customer may have answered more than once.

Two answers of one customer are no two witnesses. So the customer is the unit: its answers are added up first, and the
spread between customers tells how far the mean may be off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from helpers.method.intervals import LEVEL

DIGITS = 9  # answers on a whole scale tie often; the last bits of a float must not tell them apart


@dataclass(frozen=True)
class Means:
    """Means of several columns of answers, one place per column.

    `mean` and `error` (standard error) are in points, missing where nobody answered, the error also where one customer
    did alone; `clusters` counts the customers behind each, `answers` their answers.
    """

    mean: np.ndarray
    error: np.ndarray
    clusters: np.ndarray
    answers: np.ndarray

    def interval(self, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """The ends of the interval around each mean, by Student's t; missing for fewer than two customers."""
        reach = self._quantile((1 + level) / 2) * self.error
        return (self.mean - reach).round(DIGITS), (self.mean + reach).round(DIGITS)

    def p_not_below(self, value: float = 0.0) -> np.ndarray:
        """One-sided p: how often chance alone gives a mean so far below the value; missing where there is no error.

        Where all customers answer alike there is no chance to speak of: 0 below the value, else 1.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            p = stdtr(np.maximum(self.clusters - 1, 1), (self.mean - value) / self.error)
        p = np.where(self.error == 0, np.where(self.mean < value, 0.0, 1.0), p)
        return np.where(np.isnan(self.error), np.nan, p)

    def _quantile(self, probability: float) -> np.ndarray:
        return stdtrit(np.maximum(self.clusters - 1, 1), probability)


def cluster_means(answers: pd.DataFrame, clusters: ArrayLike, weights: ArrayLike | None = None) -> Means:
    """The mean of each column of answers, with customers as the unit.

    Parameters
    ----------
    answers : DataFrame of float, one row per response, one column per question
        A missing answer counts for nothing, in its own column only.
    clusters : array, whose answers belong together; none missing
    weights : array of float, optional
        How much each response counts; 1 each where not given.

    Returns
    -------
    Means

    Notes
    -----
    The mean is a ratio of sums over customers, sum(w y) / sum(w), and its error the linearised one:
    sqrt(n/(n-1) sum (y_i - mean w_i)^2) / sum(w) over n customers. With one unweighted answer each it is the standard
    error of a mean.

    References
    ----------
    Cochran, *Sampling Techniques* (3rd edition, 1977), 6.3 and 9.3 (ratio to size, clusters).

    Examples
    --------
    >>> found = cluster_means(pd.DataFrame({"price": [4.0, 6.0, 8.0]}), ["c1", "c1", "c2"])
    >>> found.mean.tolist(), found.clusters.tolist()
    ([6.0], [2])
    """
    values = answers.to_numpy(dtype=float)
    known = ~np.isnan(values)
    given = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    weight = np.where(known, given[:, None], 0.0)
    codes, names = pd.factorize(np.asarray(clusters, dtype=object), sort=True)
    sums, whole, counts = (np.zeros((len(names), values.shape[1])) for _ in range(3))
    np.add.at(sums, codes, weight * np.where(known, values, 0.0))
    np.add.at(whole, codes, weight)
    np.add.at(counts, codes, known)
    size, total = (counts > 0).sum(axis=0), whole.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(total > 0, sums.sum(axis=0) / total, np.nan)
        spread = np.square(sums - mean * whole).sum(axis=0)
        error = np.where(size > 1, np.sqrt(size / (size - 1) * spread) / total, np.nan)
    return Means(mean.round(DIGITS), error.round(DIGITS), size, known.sum(axis=0))
