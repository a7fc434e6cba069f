"""How important is each driver in truth? Closed form, from the planted covariance.

Importance is LMG (Lindeman, Merenda and Gold 1980): the part of R2 that a driver adds, averaged over all orders in
which drivers can be taken up. It needs means and covariances only, and those of rounded answers follow from the latent
normal ones by Mehler's expansion. So nothing is estimated, and nobody need survey a million customers.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
from scipy.special import ndtr

from harbour_maker.opinions import (
    DRIVERS,
    HIGHER,
    OUTCOME_LEVEL,
    OUTCOMES,
    SPREAD,
    coefficients,
    competitor_levels,
    draw_answers,
    halo_correlation,
    our_levels,
)
from harbour_maker.world import draws

SURVEYS = 120  # simulated to see what a survey of this size can know
BORROWED = 50  # answers of all customers that step 06 lends a group
TERMS = 60  # of the expansion; a correlation of 0.7 to the 60th is 5e-10
CUTS = np.arange(1, 11) - 0.5  # an answer of k or more needs a latent value above k - 0.5


def answer_moments(mean: np.ndarray, spread: np.ndarray, correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of answers from 0 to 10 to normal latent values.

    An answer is the number of cuts that the latent value exceeds, so its moments are sums over pairs of cuts. With the
    normalised Hermite polynomials h, the covariance of 1(Z > s) and 1(Y > t) is the sum over n of
    r^n x h_(n-1)(s) h_(n-1)(t) x density(s) density(t) / n.
    """
    cuts = (CUTS[None, :] - np.asarray(mean, float)[:, None]) / np.asarray(spread, float)[:, None]
    above = ndtr(-cuts)
    answers = above.sum(axis=1)
    density = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    before, now = np.zeros_like(cuts), np.ones_like(cuts)
    covariance, power = np.zeros_like(correlation), np.ones_like(correlation)
    for n in range(1, TERMS + 1):
        term = (density * now).sum(axis=1) / np.sqrt(n)
        power = power * correlation
        covariance += power * np.outer(term, term)
        before, now = now, (cuts * now - np.sqrt(n - 1) * before) / np.sqrt(n)
    # at a correlation of one the sum converges slowly; a variance needs no expansion
    np.fill_diagonal(covariance, (above * (2 * np.arange(1, 11) - 1)).sum(axis=1) - answers**2)
    return answers, covariance


def group_moments(group: str, outcome: str = "recommend") -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of one group's answers: the eight drivers, then the outcome."""
    ratings, beta = halo_correlation(), coefficients(group)
    latent = np.block([[ratings, (ratings @ beta)[:, None]], [(ratings @ beta)[None, :], np.ones((1, 1))]])
    mean = np.append(our_levels(group), OUTCOME_LEVEL[group] + HIGHER[outcome])
    return answer_moments(mean, np.append(np.full(len(DRIVERS), SPREAD), OUTCOMES[outcome]), latent)


def advantage(group: str) -> np.ndarray:
    """Mean rating of ours less the competitor's, by driver: points, as written down."""
    own, other = (
        answer_moments(levels(group), np.full(len(DRIVERS), SPREAD), halo_correlation())[0]
        for levels in (our_levels, competitor_levels)
    )
    return own - other


def mixed_moments(parts: dict[str, float], outcome: str = "recommend") -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of all groups together; `parts` says how many belong to each, in any unit."""
    weights = np.array(list(parts.values()), dtype=float) / sum(parts.values())
    means, covariances = map(np.array, zip(*(group_moments(group, outcome) for group in parts), strict=True))
    whole = weights @ means
    apart = means - whole
    return whole, np.tensordot(weights, covariances, 1) + (weights[:, None] * apart).T @ apart


def lmg(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(importance, R2) of all but the last variable for the last one; importance sums to one.

    Parameters
    ----------
    covariance : array, (..., p + 1, p + 1)
        Any number of covariance matrices, all done at once.
    """
    covariance = np.asarray(covariance, dtype=float)
    p = covariance.shape[-1] - 1
    explained = np.zeros((2**p, *covariance.shape[:-2]))
    for size in range(1, p + 1):
        for chosen in map(list, combinations(range(p), size)):
            x = covariance[..., chosen, :][..., chosen]
            y = covariance[..., chosen, -1]
            explained[sum(1 << driver for driver in chosen)] = (np.linalg.solve(x, y[..., None])[..., 0] * y).sum(-1)
    explained /= covariance[..., -1, -1]
    sets = np.arange(2**p)
    sizes = np.array([int(number).bit_count() for number in sets])
    share = np.zeros((*covariance.shape[:-2], p))
    for driver in range(p):
        without = sets[(sets >> driver) & 1 == 0]
        weight = np.array([1 / (p * comb(p - 1, sizes[number])) for number in without])
        share[..., driver] = np.tensordot(weight, explained[without | (1 << driver)] - explained[without], 1)
    return share / explained[-1][..., None], explained[-1]


def simulated_importance(answered: dict[str, int], seed: int, outcome: str = "recommend") -> tuple[dict, dict]:
    """What surveys of that many sincere answers by group would find.

    Returns
    -------
    intervals : {group or "all": {driver: [5th, 95th percentile of the estimate]}}; a group's estimate borrows from all,
                and a group of fewer answers than an estimate needs is left out
    found : {group or "all": part of the surveys whose first driver is the true one}
    """
    random = draws(seed, "simulated_importance")
    columns = [*(f"driver_{name}" for name in DRIVERS), outcome]
    drawn = {
        group: draw_answers(group, SURVEYS * size, random)[columns].to_numpy().reshape(SURVEYS, size, -1)
        for group, size in answered.items()
        # fewer answers than unknowns leave nothing to estimate
        if size > 2 * len(DRIVERS)
    }
    if not drawn:
        return {}, {}
    samples = [np.concatenate(list(drawn.values()), axis=1), *drawn.values()]
    whole, *own = lmg(np.stack([_covariances(sample) for sample in samples]))[0]
    sizes = np.array([sample.shape[1] for sample in drawn.values()])[:, None, None]
    borrowed = (sizes * np.array(own) + BORROWED * whole) / (sizes + BORROWED)
    estimates = {"all": whole} | dict(zip(drawn, borrowed, strict=True))
    truth = lmg(np.stack([mixed_moments(answered, outcome)[1], *(group_moments(name, outcome)[1] for name in drawn)]))
    first = dict(zip(estimates, truth[0].argmax(axis=1), strict=True))
    intervals = {
        group: dict(zip(DRIVERS, np.percentile(values, [5, 95], axis=0).T.tolist(), strict=True))
        for group, values in estimates.items()
    }
    found = {group: float((values.argmax(axis=1) == first[group]).mean()) for group, values in estimates.items()}
    return intervals, found


def _covariances(samples: np.ndarray) -> np.ndarray:
    """One covariance matrix per survey."""
    apart = samples - samples.mean(axis=1, keepdims=True)
    return np.einsum("sip,siq->spq", apart, apart) / (samples.shape[1] - 1)
