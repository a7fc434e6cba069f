"""How many groups are there, and are there any at all?

Groups that are real come back when other customers of the same kind are looked at: two bootstrap samples then divide
the customers alike. And they come back more surely than in a cloud without groups that has the same margins and rank
correlations. Where either fails, groups are tiers of a continuum, and the step says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from helpers.method.group_clusters import SEED, in_order, settled
from helpers.method.group_kmeans import kmeans, nearest

KS = range(3, 9)
PAIRS = 30
NULL_SETS, NULL_PAIRS = 20, 15
MOST_ROWS = 2_000  # that samples are drawn from
LEAST_CUSTOMERS = 60  # with fewer, six of ten to a group, no sample says anything of another
LEAST_AGREEMENT = 0.60
SMALLEST_PART, OR_REVENUE_PART = 0.03, 0.10
MEDIAN_ERROR = np.sqrt(np.pi / 2)  # standard error of a median / that of a mean, where values are normal
DIGITS = 9
CHUNK = 10  # fits at a time, where all customers are looked at


@dataclass(frozen=True)
class Reality:
    """Whether groups are real: `agreement` of bootstrap pairs at `k`, and what 95 % of null sets stay below.

    `why_not` says in words what failed; empty where groups are real.
    """

    k: int
    real: bool
    agreement: float
    null_agreement: float
    why_not: str


def choose_clusters(points: np.ndarray, revenue: np.ndarray, *, seed: int = SEED) -> tuple[int | None, pd.DataFrame]:
    """How many clusters the customers fall into, by how surely they come back in other samples.

    Parameters
    ----------
    points : array, customers x features, from `helpers.method.group_scale.scaled`; any order
    revenue : array, one per customer
    seed : int

    Returns
    -------
    int or None
        The largest k whose agreement is within one standard error of the best, among those allowed; None where no k
        is allowed: there are fewer than 60 customers, or in each case a cluster is too small.
    DataFrame, one row per k from 3 to 8 that the points can carry: what group_evidence holds
        k                      int
        agreement              float  median over 30 pairs of bootstrap samples of the adjusted Rand index between the
                                      two divisions of all customers: 1 = the same one, 0 = no more than chance
        agreement_error        float  its standard error
        smallest_part          float  of customers, of the smallest cluster
        smallest_revenue_part  float  its part of revenue; missing where revenue is not above zero
        allowed                bool   no cluster below 3 % of customers, unless above 10 % of revenue
        chosen                 bool

    Notes
    -----
    All k see the same samples, drawn from at most 2,000 customers; each sample gets the better of two k-means.

    References
    ----------
    Hubert and Arabie, "Comparing partitions" (1985). Ben-Hur, Elisseeff and Guyon, "A stability based method for
    discovering structure in clustered data" (2002).
    """
    order = np.lexsort(points.T[::-1]) if points.size else np.arange(len(points))
    points, revenue = points[order], np.asarray(revenue, dtype=float)[order]
    distinct = len(np.unique(points, axis=0)) if points.size else 0
    ks = [k for k in KS if k <= distinct] if len(points) >= LEAST_CUSTOMERS else []
    base, samples = _samples(points, seed)
    rows = []
    for k in ks:
        indices = _agreements(base, samples, k, seed)
        parts, money = _parts(points, revenue, settled(points, k, seed=seed))
        small = parts < SMALLEST_PART
        allowed = not (small & ~(money > OR_REVENUE_PART)).any()
        error = MEDIAN_ERROR * indices.std(ddof=1) / np.sqrt(len(indices))
        least = int(np.argmin(parts))
        rows.append((k, np.median(indices), error, parts[least], money[least], allowed))
    columns = ["k", "agreement", "agreement_error", "smallest_part", "smallest_revenue_part", "allowed"]
    table = pd.DataFrame(rows, columns=columns).round(DIGITS)
    k = _largest_near_best(table)
    table["chosen"] = table["k"] == (0 if k is None else k)
    types = {"k": "int64", "allowed": "bool", "chosen": "bool"}
    return k, table.astype({name: types.get(name, "float64") for name in table.columns})


def groups_are_real(points: np.ndarray, k: int, *, seed: int = SEED) -> Reality:
    """Whether k clusters are groups, or slices of a continuum.

    Parameters
    ----------
    points : array, customers x features, from `helpers.method.group_scale.scaled`; any order
    k : int
    seed : int; that of `choose_clusters`, whose samples are then seen again

    Returns
    -------
    Reality

    Notes
    -----
    Real = the median agreement of 30 bootstrap pairs is .6 or more, and above the 95th percentile of 20 null sets. A
    null set is a cloud without groups, as many rows: normal scores with the rank correlations of the points, each
    column of which is then given the very values of its feature in that order (a Gaussian copula). Its agreement is the
    median over 15 pairs.
    """
    points = in_order(points)
    if len(points) < LEAST_CUSTOMERS or len(np.unique(points, axis=0)) < k:
        why = f"{len(points)} customers came back in the last 12 months; that is too few to tell groups."
        return Reality(k, False, float("nan"), float("nan"), why)
    base, samples = _samples(points, seed)
    agreement = float(np.round(np.median(_agreements(base, samples, k, seed)), DIGITS))
    if agreement < LEAST_AGREEMENT:
        why = "Two samples of the same customers divide them differently."
        return Reality(k, False, agreement, float("nan"), why)
    rng = np.random.default_rng([seed, k, 1])
    nulls = []
    for cloud in _clouds(base, rng, NULL_SETS):
        nulls.append(np.median(_agreements(cloud, samples[: 2 * NULL_PAIRS], k, seed)))
    null = float(np.round(np.quantile(nulls, 0.95), DIGITS))
    why = "" if agreement > null else "A cloud of customers without any groups divides as surely."
    return Reality(k, not why, agreement, null, why)


def confidence(points: np.ndarray, centres: np.ndarray, *, seed: int = SEED) -> np.ndarray:
    """How surely each customer belongs to its cluster: the part of 60 bootstrap fits in which it stays there.

    Parameters
    ----------
    points : array, customers x features, on the scale of the centres; any order
    centres : array, k x features

    Returns
    -------
    array, one per customer, 0 to 1; missing where there are too few customers to draw samples from

    Notes
    -----
    Clusters of a fit are matched to the centres one to one so that most customers agree.
    """
    k = len(centres)
    ordered = in_order(points)
    if len(points) < LEAST_CUSTOMERS or len(np.unique(ordered, axis=0)) < k:
        return np.full(len(points), np.nan)
    base, samples = _samples(ordered, seed)
    fits = _fits(base, samples, k, seed)
    label = nearest(points, centres[np.newaxis])[0]
    stays = np.zeros(len(points))
    for start in range(0, len(fits), CHUNK):
        for other in nearest(points, fits[start : start + CHUNK]):
            both = np.bincount(label.astype(np.int64) * k + other, minlength=k * k).reshape(k, k)
            matched = np.empty(k, dtype=np.int8)
            own, theirs = linear_sum_assignment(-both)
            matched[theirs] = own
            stays += matched[other] == label
    return np.round(stays / len(fits), DIGITS)


def _samples(points: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """At most 2,000 of the points, and two bootstrap samples of them for each pair: how often each point is drawn."""
    rng = np.random.default_rng([seed, 0])
    if len(points) > MOST_ROWS:
        points = points[np.sort(rng.choice(len(points), MOST_ROWS, replace=False))]
    rows = len(points)
    if not rows:
        return points, np.zeros((0, 0))
    drawn = rng.integers(0, rows, size=(2 * PAIRS, rows))
    return points, np.array([np.bincount(draw, minlength=rows) for draw in drawn])


def _fits(points: np.ndarray, samples: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Centres of each sample."""
    return kmeans(points, samples, k, np.random.default_rng([seed, k]))


def _agreements(points: np.ndarray, samples: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The adjusted Rand index of each pair of samples."""
    labels = nearest(points, _fits(points, samples, k, seed)).astype(np.int64)
    return adjusted_rand(labels[0::2], labels[1::2], k)


def adjusted_rand(one: np.ndarray, other: np.ndarray, k: int) -> np.ndarray:
    """How alike two divisions are, pair by pair of rows: 1 = the same, 0 = no more than chance would have it.

    Parameters
    ----------
    one, other : array of int from 0 to k - 1, divisions x customers
    k : int

    Notes
    -----
    Where both put everybody into one part, they are the same.

    References
    ----------
    Hubert and Arabie, "Comparing partitions" (1985).

    Examples
    --------
    >>> one = np.array([[0, 0, 1, 1], [0, 0, 1, 1]])
    >>> adjusted_rand(one, np.array([[1, 1, 0, 0], [0, 1, 0, 1]]), 2).round(9).tolist()
    [1.0, -0.5]
    """
    pairs, rows = one.shape
    place = (np.arange(pairs)[:, np.newaxis] * k + one) * k + other
    both = np.bincount(place.ravel(), minlength=pairs * k * k).reshape(pairs, k, k)
    together, first, second = (
        (count * (count - 1) // 2).reshape(pairs, -1).sum(axis=1)
        for count in (both, both.sum(axis=2), both.sum(axis=1))
    )
    chance = first * second / (rows * (rows - 1) / 2)
    most = (first + second) / 2
    apart = most > chance
    return np.where(apart, (together - chance) / np.where(apart, most - chance, 1.0), 1.0)


def _parts(points: np.ndarray, revenue: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each cluster's part of customers and of revenue."""
    label, k = nearest(points, centres[np.newaxis])[0], len(centres)
    total = revenue.sum()
    money = np.bincount(label, weights=revenue, minlength=k) / total if total > 0 else np.full(k, np.nan)
    return np.bincount(label, minlength=k) / len(label), np.round(money, DIGITS)


def _largest_near_best(table: pd.DataFrame) -> int | None:
    allowed = table[table["allowed"].astype(bool)]
    if allowed.empty:
        return None
    best = allowed.loc[allowed["agreement"].idxmax()]
    near = allowed["agreement"] >= best["agreement"] - best["agreement_error"]
    return int(allowed.loc[near, "k"].max())


def _clouds(points: np.ndarray, rng: np.random.Generator, count: int) -> list[np.ndarray]:
    """Sets of as many rows with the margins and the rank correlations of the points, and nothing else of them."""
    rows, features = points.shape
    ranks = pd.DataFrame(points).rank().to_numpy()
    # a feature that is the same for everybody goes with no other, such as a frozen channel through which nobody orders
    varies = np.flatnonzero(np.ptp(ranks, axis=0) > 0)
    spearman = np.eye(features)
    if len(varies):
        spearman[np.ix_(varies, varies)] = np.corrcoef(ranks[:, varies].T)
    normal = 2 * np.sin(np.pi / 6 * spearman)
    values, vectors = np.linalg.eigh(normal)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    margins = np.sort(points, axis=0)
    made = []
    for _ in range(count):
        scores = np.round(rng.standard_normal((rows, features)) @ root, DIGITS)
        places = np.argsort(np.argsort(scores, axis=0, kind="stable"), axis=0, kind="stable")
        made.append(np.take_along_axis(margins, places, axis=0))
    return made
