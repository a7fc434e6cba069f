"""k-means, many fits of the same points at a time: each fit weighs the points in its own way.

A bootstrap sample is a weight per point, so all samples share one matrix product per round, and what a fit says of a
customer that its sample lacks is known without another look. Points and centres lie on the grid of
`helpers.method.group_scale`: every product and sum is exact in float64, so no result can depend on threads or order.
"""

from __future__ import annotations

import numpy as np

from helpers.method.group_scale import GRID

ROUNDS = 100
TRIALS = 3  # candidates for each further start, of which the best is taken


def kmeans(
    points: np.ndarray,
    weights: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    starts: int = 2,
    begin: np.ndarray | None = None,
) -> np.ndarray:
    """Centres of k groups for each way to weigh the points: of several starts the one with the least inertia.

    Parameters
    ----------
    points : array, rows x features, on the grid
    weights : array of whole numbers, fits x rows; each fit with k different points of weight above zero
    k : int
    rng : Generator
    starts : int, for each fit; of equally good ones the first counts
    begin : array, fits x k x features, optional; where the only start of each fit is

    Returns
    -------
    array, fits x k x features, on the grid; a centre that no point is nearest to stays where it was

    Notes
    -----
    Lloyd's algorithm from greedy k-means++ starts, until nothing moves or for 100 rounds.

    References
    ----------
    Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding" (2007).

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [9.0], [10.0]])
    >>> weights = np.array([[1, 1, 1, 1], [1, 1, 3, 1]])
    >>> centres = kmeans(points, weights, 2, np.random.default_rng(0))
    >>> np.sort(centres[:, :, 0]).tolist()
    [[0.5, 9.5], [0.5, 9.25]]
    """
    fits, features = len(weights), points.shape[1]
    lengths = (points**2).sum(axis=1)
    if begin is not None:
        return _lloyd(points, lengths, weights.astype(float), begin)[0]
    weights = np.repeat(weights.astype(float), starts, axis=0)
    centres, inertia = _lloyd(points, lengths, weights, _starts(points, lengths, weights, k, rng))
    best = inertia.reshape(fits, starts).argmin(axis=1)
    return centres.reshape(fits, starts, k, features)[np.arange(fits), best]


def nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Which centre is nearest to each point, fits x rows; of equally near ones the first.

    >>> nearest(np.array([[0.0], [2.0], [4.0]]), np.array([[[0.0], [4.0]]])).tolist()
    [[0, 0, 1]]
    """
    return _nearest(points, centres)[0]


def _nearest(points: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest centre, and half its squared distance less half the point's squared length; fits x rows each."""
    fits, k, features = centres.shape
    flat = centres.transpose(1, 0, 2).reshape(k * fits, features)
    score = ((flat**2).sum(axis=1) / 2)[:, np.newaxis] - flat @ points.T
    score = score.reshape(k, fits, len(points))
    label, least = np.zeros((fits, len(points)), dtype=np.int8), score[0]
    for number in range(1, k):
        closer = score[number] < least
        label[closer] = number
        least = np.minimum(least, score[number])
    return label, least


def _lloyd(
    points: np.ndarray, lengths: np.ndarray, weights: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Centres that no longer move, and the inertia around them."""
    centres, inertia = centres.copy(), np.empty(len(weights))
    padded = np.column_stack([points, np.ones(len(points))])
    moving = np.arange(len(weights))
    for _ in range(ROUNDS):
        label, least = _nearest(points, centres[moving])
        inertia[moving] = (weights[moving] * (least + lengths / 2)).sum(axis=1)
        moved = _means(padded, weights[moving], label, centres[moving])
        still = (moved == centres[moving]).all(axis=(1, 2))
        centres[moving] = moved
        moving = moving[~still]
        if not len(moving):
            break
    return centres, inertia


def _means(padded: np.ndarray, weights: np.ndarray, label: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The mean of the points of each centre, on the grid."""
    moved = np.empty_like(centres)
    for number in range(centres.shape[1]):
        sums = (weights * (label == number)) @ padded
        size = sums[:, -1:]
        mean = np.rint(sums[:, :-1] / np.where(size > 0, size, 1.0) * GRID) / GRID
        moved[:, number] = np.where(size > 0, mean, centres[:, number])
    return moved


def _starts(
    points: np.ndarray, lengths: np.ndarray, weights: np.ndarray, k: int, rng: np.random.Generator
) -> np.ndarray:
    """Points to start from, far from one another: k for each fit."""
    fits, rows = np.arange(len(weights)), len(points)
    centres = np.empty((len(weights), k, points.shape[1]))
    chosen = _drawn(weights, rng.random((len(weights), 1)))[:, 0]
    centres[:, 0] = points[chosen]
    away = _squares(points, lengths, chosen)
    for number in range(1, k):
        tried = _drawn(weights * away, rng.random((len(weights), TRIALS)))
        best, least = away, np.full(len(weights), np.inf)
        for trial in tried.T:
            closer = np.minimum(away, _squares(points, lengths, trial))
            left = (weights * closer).sum(axis=1)
            better = left < least
            best = np.where(better[:, np.newaxis], closer, best)
            chosen, least = np.where(better, trial, chosen), np.minimum(least, left)
        away = best
        centres[fits, number] = points[np.minimum(chosen, rows - 1)]
    return centres


def _squares(points: np.ndarray, lengths: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Squared distance of each point to the chosen one of each fit."""
    return lengths[chosen][:, np.newaxis] + lengths - 2 * (points[chosen] @ points.T)


def _drawn(weights: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Rows drawn with these weights: fits x draws."""
    sums = np.cumsum(weights, axis=1)
    return np.array(
        [np.searchsorted(row, draw * row[-1], side="right") for row, draw in zip(sums, at, strict=True)]
    ).clip(max=weights.shape[1] - 1)
