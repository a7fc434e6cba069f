"""What unknown wallets sum to: their mean, the level that known wallets give it, and how far a sum can be off.

A model of logarithms is right in the middle and may still be wrong in the sum, which a few large wallets make. So the
spend elsewhere is set to the level at which the known customers, each estimated without itself, sum to what they spend.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.method.wallet_design import Design
from helpers.method.wallet_model import FIT_POWER, WalletModel, money_of, pull, response_weights

POWERS = (0.0, 0.5, 1.0)  # of the odds of being unknown, by which known customers are weighted in a third of draws each
DRAWS = 600
BORROWED = 50.0  # customers' worth of the level of all in that of a group
BLOCKS = 200  # of known customers, drawn together where there are more
CHUNK = 5_000  # customers at a time
SEED = 20_260_601


def mean_wallets(made: Design, model: WalletModel) -> np.ndarray:
    """The mean wallet of each unknown customer, at the level of the known ones."""
    rest = slice(made.known, None)
    revenue = made.revenue[rest]
    mean = _mean(model.centre(made.features[rest]), model.spread(made.spread[rest]), revenue, model.grid())
    level = _levels(*(part.sum(axis=0) for part in _by_group(made, model, response_weights(model.odds, FIT_POWER))))
    return revenue + level[made.group[rest]] * (mean - revenue)


def drawn_wallets(made: Design, model: WalletModel) -> Iterator[tuple[slice, np.ndarray]]:
    """For each unknown customer so many wallets that it may have: places among the unknown, and (customers, draws).

    Each draw takes another sample of the known customers, with the coefficients and the levels that it gives, and for
    each unknown customer a distance off of its own. Nobody knows whether the known wallets stand for the unknown ones
    once their makeup is corrected for, so a third of the draws corrects for it not at all, a third half way and a third
    fully.
    """
    rng = np.random.default_rng(SEED)
    blocks = min(BLOCKS, made.known)
    counts = rng.multinomial(blocks, np.full(blocks, 1 / blocks), DRAWS // len(POWERS)).astype(float)
    samples = []
    for power in POWERS:
        weights = response_weights(model.odds, power)
        level = _levels(*(np.tensordot(counts, part, axes=1) for part in _by_group(made, model, weights)))
        samples.append((_slopes(made, model, weights, counts), level, model.grid(power)))
    for start in range(made.known, len(made.rows), CHUNK):
        here = slice(start, min(start + CHUNK, len(made.rows)))
        spread, revenue, group = model.spread(made.spread[here])[:, None], made.revenue[here, None], made.group[here]
        drawn = []
        for slopes, level, grid in samples:
            centre = made.features[here] @ slopes.T
            wallet = money_of(centre + spread * grid[rng.integers(0, len(grid), centre.shape)], revenue)
            drawn.append(revenue + level[:, group].T * (wallet - revenue))
        yield slice(here.start - made.known, here.stop - made.known), np.concatenate(drawn, axis=1)


def _mean(centre: np.ndarray, spread: np.ndarray, revenue: np.ndarray, grid: np.ndarray) -> np.ndarray:
    found = np.empty(len(centre))
    for start in range(0, len(centre), CHUNK):
        here = slice(start, start + CHUNK)
        y = centre[here, None] + spread[here, None] * grid
        found[here] = money_of(y, revenue[here, None]).mean(axis=1)
    return found


def _by_group(made: Design, model: WalletModel, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Known customers of each block and group: how many; what they spend elsewhere; what their estimates say of it.

    Rows stand by size of wallet, and each block takes from all sizes.
    """
    revenue = made.revenue[: made.known]
    guessed = _mean(model.left_out, model.left_out_spread, revenue, model.grid()) - revenue
    told = made.wallet[: made.known] - revenue
    groups = int(made.group.max()) + 1
    cell = _block(made.known) * groups + made.group[: made.known]
    size = min(BLOCKS, made.known) * groups
    sums = (np.bincount(cell, values, size) for values in (np.ones(made.known), weights * told, weights * guessed))
    return tuple(values.reshape(-1, groups) for values in sums)


def _levels(count: np.ndarray, told: np.ndarray, guessed: np.ndarray) -> np.ndarray:
    """What was spent elsewhere over what was estimated, by group; small groups borrow from all. Groups stand last."""
    told_all, guessed_all = (values.sum(axis=-1, keepdims=True) for values in (told, guessed))
    # where nothing is spent elsewhere, as estimated, there is no level
    whole = np.divide(told_all, guessed_all, out=np.ones_like(told_all), where=guessed_all > 0)
    own = np.divide(told, guessed, out=np.ones_like(told), where=guessed > 0)
    return (count * own + BORROWED * whole) / (count + BORROWED)


def _slopes(made: Design, model: WalletModel, weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The coefficients that other samples of known customers would give, (draws, columns)."""
    features, y, block = made.features[: made.known], model.y, _block(made.known)
    weighted = features * weights[:, None]
    places = [np.flatnonzero(block == number) for number in range(counts.shape[1])]
    squares = np.array([weighted[rows].T @ features[rows] for rows in places])
    products = np.array([weighted[rows].T @ y[rows] for rows in places])
    left = np.tensordot(counts, squares, axes=1) + pull(features.shape[1])
    return np.linalg.solve(left, (counts @ products)[:, :, None])[:, :, 0]


def _block(known: int) -> np.ndarray:
    return np.arange(known) % BLOCKS
