"""Who might become a customer? The table prospects, and which of them are truly of the best group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker import population as people
from harbour_maker.world import BEST_GROUP, draws

COUNT = 150
BEST_PART = 0.16  # of them are truly of the best group
SHOWN = ("industry", "region", "customer_size", "channel")  # what is known of customers and prospects alike
TELLING = ("industry", "customer_size", "channel")  # what of it has to do with the group
SOURCES = ("trade register", "boat show", "harbour master's list", "web enquiry")
MODEL = 5_000  # customers of another world, from whom the best possible ranking is learned
ELSEWHERE = 7_919  # added to the seed: prospects are people like the customers, and no customers


def prospects(seed: int, customers: int, taken: pd.Series, groups: bool = True) -> tuple[pd.DataFrame, pd.Series]:
    """The table prospects in the order of their numbers, and the true group of each by prospect_id.

    They are drawn like customers, so their attributes tell as much of their group, and as little. As many as a sixth of
    the customers; none has a name that is taken.
    """
    rng = draws(seed, "prospects")
    count = max(30, round(COUNT * customers / 900))
    drawn = people.population(seed + ELSEWHERE, 3 * count, movers=False, groups=groups)
    best = np.flatnonzero(drawn["group"] == BEST_GROUP)[: round(BEST_PART * count)]
    others = np.flatnonzero(drawn["group"] != BEST_GROUP)[: count - len(best)]
    table = drawn.iloc[rng.permutation(np.append(best, others))].reset_index(drop=True)
    table["name"] = people.company_names(rng, count, set(taken))
    numbers = np.sort(rng.choice(np.arange(1_000, 10_000), count, replace=False))
    table.insert(0, "prospect_id", [f"P{number}" for number in numbers])
    table["source"] = rng.choice(SOURCES, count, p=[0.4, 0.25, 0.15, 0.2])
    columns = ["prospect_id", "name", *SHOWN, "source"]
    return table[columns], table.set_index("prospect_id")["group"]


def prospects_truth(seed: int, table: pd.DataFrame, group: pd.Series) -> dict[str, dict]:
    """Which prospects are truly of the best group, and how well their attributes can tell."""
    truly = (group == BEST_GROUP).to_numpy()
    model = people.population(seed + 2 * ELSEWHERE, MODEL, movers=False)
    chance = best_group_chance(model)
    keys = pd.MultiIndex.from_frame(table[list(TELLING)])
    score = chance.reindex(keys).fillna((model["group"] == BEST_GROUP).mean()).to_numpy()
    return {
        "prospects_like_the_best": {
            "what": "The prospects that are truly of the best group, the boatyards.",
            "value": group.index[truly].tolist(),
        },
        "prospects_like_the_best_part": {
            "what": "Their part of all prospects.",
            "value": float(truly.mean()),
        },
        "prospect_ranking": {
            "what": "How well industry, size and channel rank the prospects: the area under the curve against truth.",
            "value": area_under_curve(score, truly),
            "band": [0.65, 0.98],
            "oracle": area_under_curve(score, truly),
            "tolerance": 0.10,
            "how": f"Ranked by the part of the best group among {MODEL:,} other customers with the same attributes.",
        },
    }


def best_group_chance(model: pd.DataFrame) -> pd.Series:
    """The part of the best group by attributes, each cell mixed with two customers of the general kind."""
    truly = (model["group"] == BEST_GROUP).groupby([model[name] for name in TELLING]).agg(["sum", "size"])
    general = (model["group"] == BEST_GROUP).mean()
    return (truly["sum"] + 2 * general) / (truly["size"] + 2)


def area_under_curve(score: np.ndarray, truly: np.ndarray) -> float:
    """The probability that a true one stands above a false one; equal scores count half."""
    ranks = pd.Series(score).rank().to_numpy()
    hits, misses = int(truly.sum()), int((~truly).sum())
    return float((ranks[truly].sum() - hits * (hits + 1) / 2) / (hits * misses)) if hits and misses else float("nan")
