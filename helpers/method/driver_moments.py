"""Correlations of ratings and outcome, with what other respondents could have made of them (cluster bootstrap).

Answers are resampled by customer, never by response: what one customer says twice is one opinion. The correlations of a
sample need nothing but sums of products, so each customer's are added up once, and a sample is a weighted sum of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError

BLOCKS = 2_000  # more customers than that are resampled in so many random parts: no interval tells the difference
FLOOR = 1e-6  # smallest eigenvalue of correlations of unit variances
SEED = 20_260_706


class Moments:
    """Sums of products of some columns, by block of clusters, ready to be resampled.

    Parameters
    ----------
    values : DataFrame of float, one row per response
        The drivers and, last, the outcome; missing = not answered. A row without the outcome must not be in it.
    cluster : Series of str, same index
        Whose response it is. Clusters are resampled, not responses.
    stratum : Series of str, same index
        Within which clusters are resampled: the group. A cluster is in the stratum of its first row.
    weight : Series of float, same index

    Notes
    -----
    Every pair of columns uses the responses that have both (pairwise deletion): a question that did not apply to a
    customer must not cost its other answers. Blocks and draws follow the content of the answers, so neither the order
    of the rows nor the names of the customers matter.
    """

    def __init__(self, values: pd.DataFrame, cluster: pd.Series, stratum: pd.Series, weight: pd.Series) -> None:
        raw = values.to_numpy(float)
        if np.isnan(raw[:, -1]).any():
            raise StepInputError("Moments: a response lacks the outcome. Leave it out before its ratings are counted.")
        known = ~np.isnan(raw)
        # sums of squares far from zero would lose the digits that matter
        middle = np.where(known, raw, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, raw - middle, 0.0)
        both = np.concatenate([known.astype(float), filled], axis=1)
        self.size = raw.shape[1]
        code, self.stratum_of_block, self.names = _blocks(both, cluster, stratum)
        scaled = both * np.sqrt(weight.to_numpy(float))[:, None]
        order = np.argsort(code, kind="stable")
        ends = np.cumsum(np.bincount(code, minlength=len(self.stratum_of_block)))
        parts = np.split(scaled[order], ends[:-1])
        self.sums = np.stack([part.T @ part for part in parts]).reshape(len(parts), -1)

    def drawn(self, draws: int) -> np.ndarray:
        """How often each block counts, (draws + 1, blocks): the first row is the sample as it is."""
        rng = np.random.default_rng(SEED)
        counts = np.ones((draws + 1, len(self.stratum_of_block)))
        for place in range(len(self.names)):
            of = np.flatnonzero(self.stratum_of_block == place)
            counts[1:, of] = rng.multinomial(len(of), np.full(len(of), 1 / len(of)), size=draws)
        return counts

    def correlations(self, counts: np.ndarray, stratum: str | None = None) -> np.ndarray:
        """Correlations of each draw, (draws + 1, p + 1, p + 1), of one stratum or of all.

        A column that does not vary has zeros, its own place on the diagonal included, as `lmg` takes it. Pairwise
        deletion can give correlations that contradict each other; the nearest that do not are taken.
        """
        blocks = slice(None) if stratum is None else self.stratum_of_block == self.names.index(stratum)
        sums = (counts[:, blocks] @ self.sums[blocks]).reshape(-1, 2 * self.size, 2 * self.size)
        weight, first, second = (
            sums[:, : self.size, : self.size],
            sums[:, self.size :, : self.size],  # [i, j]: sum of i where j is known too
            sums[:, self.size :, self.size :],
        )
        seen = np.maximum(weight, 1e-9)
        covariance = second / seen - (first / seen) * np.swapaxes(first / seen, 1, 2)
        spread = np.sqrt(np.clip(np.diagonal(covariance, axis1=1, axis2=2), 0, None))
        varies = spread > 1e-9
        safe = np.where(varies, spread, 1.0)
        both = varies[:, :, None] & varies[:, None, :]
        found = np.where(both, covariance / safe[:, :, None] / safe[:, None, :], 0.0)
        found[:, range(self.size), range(self.size)] = 1.0
        return np.where(both, _consistent(np.clip(found, -1, 1)), 0.0)


def _consistent(correlations: np.ndarray) -> np.ndarray:
    """The same with no eigenvalue below the floor, and ones on the diagonal again."""
    values, vectors = np.linalg.eigh(correlations)
    if (values >= FLOOR).all():
        return correlations
    mended = (vectors * np.clip(values, FLOOR, None)[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    spread = np.sqrt(np.diagonal(mended, axis1=1, axis2=2))
    return mended / spread[:, :, None] / spread[:, None, :]


def _blocks(both: np.ndarray, cluster: pd.Series, stratum: pd.Series) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The block of each row, the stratum of each block, and the strata by name."""
    code, names = pd.factorize(cluster)
    first = stratum.groupby(code).first().to_numpy()
    place, strata = pd.factorize(first, sort=True)
    content = np.zeros((len(names), both.shape[1]))
    np.add.at(content, code, both)
    # by stratum, then by what was answered: names have no say
    order = np.lexsort((*content.round(9).T, place))
    rng = np.random.default_rng(SEED)
    block = np.empty(len(names), dtype=int)
    stratum_of_block: list[int] = []
    for one in range(len(strata)):
        members = order[place[order] == one]
        most = max(1, round(BLOCKS * len(members) / len(names)))
        if len(names) <= BLOCKS or len(members) <= most:
            here = np.arange(len(members))
        else:
            here = rng.permutation(np.arange(len(members)) % most)
        block[members] = here + len(stratum_of_block)
        stratum_of_block += [one] * (here.max() + 1)
    return block[code], np.array(stratum_of_block), [str(name) for name in strata]
