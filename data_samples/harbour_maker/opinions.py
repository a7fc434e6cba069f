"""What would every customer of Harbour answer, if it were asked?

Answers are planted for all customers and both waves; survey.py then decides who is asked and who replies. A rating is a
latent normal value, rounded and cut to 0-10. Ratings of one supplier share a halo: whoever likes us rates all of it
higher. What a customer concludes (satisfaction, recommend) follows from the ratings with weights of its group, and
from much that no driver holds; a little of that has to do with the part of its spend that it gives us.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from harbour_maker.world import draws

DRIVERS = ("price", "availability", "delivery", "advice", "range", "quality", "ordering", "complaints")
COMPETITOR = "Northgate Marine"
WAVES = ("2024-11-04", "2025-04-07")  # first days; a wave is open for four weeks
SPREAD = 1.7  # standard deviation of a rating, points
HALO = 0.56  # correlation of any two ratings of one supplier by one customer
SAME_RATER = 0.30  # correlation of the halo of our ratings and that of the competitor's
LASTING = 0.7  # part of an opinion's variance that is the same in both waves
OUTCOMES = {"satisfaction": 1.8, "recommend": 1.9}  # and their standard deviations, points
HIGHER = {"satisfaction": 0.8, "recommend": 0.0}  # than the level of the group, points
EXPLAINED = 0.50  # R2 of an outcome on the latent ratings
SHARED_NOISE = 0.5  # correlation of what else moves the two outcomes
SHARE_CORRELATION = 0.15  # of satisfaction in the second wave and true share, over all customers
# places of the parts of an opinion: two halos, each driver by itself for us and for the competitor, what else moves
# both outcomes, what moves one of them
OWN, COMPETITORS, COMMON = slice(2, 10), slice(10, 18), 18

# by driver, in the order of DRIVERS ----------------------------------------------------------------------------------
OUR_LEVEL = (6.4, 7.1, 7.4, 7.6, 7.2, 7.4, 6.3, 5.9)  # points, before what a group adds
LEVEL_OF_GROUP = {
    "yards": (0.2, 0.2, 0.3, 0.3, 0.1, 0.2, 0.0, 0.1),
    "workshops": (0.0, -0.3, 0.1, 0.0, 0.1, 0.0, -0.4, 0.0),
    "fleets": (0.1, 0.1, 0.0, 0.1, -0.2, 0.2, 0.2, -0.3),
    "chandlers": (-0.5, 0.0, -0.2, -0.2, 0.0, -0.1, 0.0, -0.2),
    "owners": (-0.1, 0.1, -0.1, 0.3, 0.2, 0.1, -0.2, 0.1),
}
# ours minus Northgate's, in standard deviations of a rating: never nearer to zero than 0.4
OUR_ADVANTAGE = {
    "yards": (-0.50, 0.55, 0.80, 0.85, 0.50, 0.60, -0.45, 0.50),
    "workshops": (-0.60, 0.50, 0.65, 0.60, 0.55, 0.50, -0.80, 0.50),
    "fleets": (-0.50, 0.60, 0.75, 0.60, 0.50, 0.70, -0.50, 0.45),
    "chandlers": (-0.90, 0.50, 0.50, 0.55, 0.60, 0.50, -0.55, 0.50),
    "owners": (-0.65, 0.50, 0.50, 0.80, 0.60, 0.50, -0.60, 0.55),
}
# how much an outcome follows a rating: relative within a group
WEIGHTS = {
    "yards": (0.00, 0.00, 0.60, 0.38, 0.00, 0.05, 0.00, 0.00),
    "workshops": (0.05, 0.36, 0.00, 0.00, 0.00, 0.00, 0.60, 0.00),
    "fleets": (0.00, 0.05, 0.38, 0.00, 0.00, 0.60, 0.00, 0.05),
    "chandlers": (0.62, 0.05, 0.00, 0.00, 0.36, 0.00, 0.00, 0.00),
    "owners": (0.05, 0.00, 0.00, 0.60, 0.36, 0.00, 0.00, 0.05),
}
OUTCOME_LEVEL = {"yards": 7.7, "workshops": 7.2, "fleets": 7.3, "chandlers": 6.9, "owners": 7.3}


def halo_correlation(halo: float = HALO) -> np.ndarray:
    """Correlations of the eight latent ratings of one supplier: all equal."""
    return np.full((len(DRIVERS), len(DRIVERS)), halo) + (1 - halo) * np.eye(len(DRIVERS))


def coefficients(group: str) -> np.ndarray:
    """What a standard deviation of each latent rating adds to an outcome, in its standard deviations."""
    weights = np.array(WEIGHTS[group])
    return weights * np.sqrt(EXPLAINED / (weights @ halo_correlation() @ weights))


def our_levels(group: str) -> np.ndarray:
    """Mean latent rating of each driver of ours, points."""
    return np.array(OUR_LEVEL) + np.array(LEVEL_OF_GROUP[group])


def competitor_levels(group: str) -> np.ndarray:
    """Mean latent rating of each driver of the competitor's, points."""
    return our_levels(group) - SPREAD * np.array(OUR_ADVANTAGE[group])


def answer(latent: np.ndarray) -> np.ndarray:
    """The whole number from 0 to 10 that somebody writes down."""
    return np.clip(np.floor(np.asarray(latent) + 0.5), 0, 10)


def draw_answers(group: str, size: int, random: np.random.Generator) -> pd.DataFrame:
    """Answers of `size` customers of one group in one wave: the planted model by itself, for whoever judges it."""
    return _answers(_opinions(random, size), _planted(np.full(size, group)))


def opinions(population: pd.DataFrame, share: pd.Series, seed: int) -> pd.DataFrame:
    """What each customer would answer in each wave.

    Parameters
    ----------
    population : DataFrame, one row per customer
    share : Series by customer_id, the true share of its spend; missing where it spends nothing with us now
        How strongly satisfaction hangs together with it is set so that the correlation in all customers is
        SHARE_CORRELATION: a chance draw would miss it by more than it is worth.

    Returns
    -------
    DataFrame, one row per wave and customer, in the order of the population
        wave                         int    0 or 1
        driver_*, competitor_*       float  whole numbers from 0 to 10
        satisfaction, recommend      float  the same
    """
    random, size = draws(seed, "opinions"), len(population)
    lasting = _opinions(random, size)
    waves = [np.sqrt(LASTING) * lasting + np.sqrt(1 - LASTING) * _opinions(random, size) for _ in WAVES]
    share = share.reindex(population["customer_id"])
    place = share.rank(method="first")
    liking = ndtri((place / (place.max() + 1)).to_numpy())
    liking = np.where(np.isnan(liking), random.standard_normal(size), liking)
    planted = _planted(population["group"].to_numpy())
    low, high = 0.0, 1.0
    for _ in range(12):
        part = (low + high) / 2
        said = _outcome("satisfaction", _with_liking(waves[-1], liking, part), planted)
        low, high = (part, high) if share.corr(pd.Series(said, share.index)) < SHARE_CORRELATION else (low, part)
    tables = [_answers(_with_liking(parts, liking, part), planted) for parts in waves]
    ids = population["customer_id"].to_numpy()
    return pd.concat([table.assign(customer_id=ids, wave=wave) for wave, table in enumerate(tables)], ignore_index=True)


def _opinions(random: np.random.Generator, size: int) -> np.ndarray:
    """Independent standard normal parts of an opinion: two halos, each driver twice, what else moves the outcomes."""
    return random.standard_normal((size, COMMON + 1 + len(OUTCOMES)))


def _with_liking(parts: np.ndarray, liking: np.ndarray, part: float) -> np.ndarray:
    """The same opinions, with this part of what both outcomes share (as a correlation) taken from the liking."""
    parts = parts.copy()
    parts[:, COMMON] = part * liking + np.sqrt(1 - part**2) * parts[:, COMMON]
    return parts


def _planted(group: np.ndarray) -> dict[str, np.ndarray]:
    """What is planted of each customer's group, one row per customer."""
    names, place = np.unique(group, return_inverse=True)
    found = {"ours": our_levels, "theirs": competitor_levels, "follows": coefficients, "level": OUTCOME_LEVEL.get}
    return {name: np.array([what(group) for group in names])[place] for name, what in found.items()}


def _answers(parts: np.ndarray, planted: dict[str, np.ndarray]) -> pd.DataFrame:
    """The answers of one wave."""
    ours, theirs = (
        answer(planted[whose] + SPREAD * _ratings(halo, own))
        for whose, halo, own in (
            ("ours", parts[:, 0], parts[:, OWN]),
            ("theirs", SAME_RATER * parts[:, 0] + np.sqrt(1 - SAME_RATER**2) * parts[:, 1], parts[:, COMPETITORS]),
        )
    )
    columns = {}
    for place, name in enumerate(DRIVERS):
        columns |= {f"driver_{name}": ours[:, place], f"competitor_{name}": theirs[:, place]}
    return pd.DataFrame(columns | {name: _outcome(name, parts, planted) for name in OUTCOMES})


def _ratings(halo: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Latent ratings of one supplier: standard normal, all correlated by HALO."""
    return np.sqrt(HALO) * halo[:, None] + np.sqrt(1 - HALO) * own


def _outcome(name: str, parts: np.ndarray, planted: dict[str, np.ndarray]) -> np.ndarray:
    """Satisfaction or recommend: what the ratings lead to, and what no driver holds."""
    followed = (planted["follows"] * _ratings(parts[:, 0], parts[:, OWN])).sum(axis=1)
    alone = parts[:, COMMON + 1 + list(OUTCOMES).index(name)]
    noise = np.sqrt(SHARED_NOISE) * parts[:, COMMON] + np.sqrt(1 - SHARED_NOISE) * alone
    latent = followed + np.sqrt(1 - EXPLAINED) * noise
    return answer(planted["level"] + HIGHER[name] + OUTCOMES[name] * latent)
