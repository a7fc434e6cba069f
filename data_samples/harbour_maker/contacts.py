"""How is each contact with Harbour rated? The table touchpoints, and where its chain breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.importance import group_moments, lmg
from harbour_maker.opinions import DRIVERS
from harbour_maker.world import GROUPS, draws

WEAK = "support"
MIDDLE = 7.4  # points; ratings of a contact lie nearer together than those of a driver
CLOSER = 0.5
NOISE = 0.12
CLEARLY = 1.25  # by how much the weak function's broken link is worse than any other's


@dataclass(frozen=True)
class Contact:
    """A contact, the function that answers for it, the stage of the relation, the driver it serves, and its weight."""

    name: str
    function: str
    stage: str
    driver: str
    weight: float


CONTACTS = (
    Contact("Catalogue and web pages", "marketing", "attract", "range", 0.05),
    Contact("Offers by mail", "marketing", "attract", "price", 0.03),
    Contact("Quotation", "sales", "win", "price", 0.08),
    Contact("Visit by the rep", "sales", "win", "advice", 0.07),
    Contact("Ordering on the web and by phone", "sales", "serve", "ordering", 0.10),
    Contact("Goods in stock", "product", "serve", "availability", 0.10),
    Contact("Goods as expected", "product", "serve", "quality", 0.10),
    Contact("Delivery to the quay", "delivery", "serve", "delivery", 0.12),
    Contact("Technical advice", "service", "keep", "advice", 0.08),
    Contact("Returns desk", "service", "keep", "complaints", 0.05),
    Contact("Answer to a complaint", "support", "keep", "complaints", 0.14),
    Contact("Help with invoices and credit", "support", "keep", "ordering", 0.05),
    Contact("Evening on new products", "product", "evolve", "range", 0.03),
)


def touchpoints(seed: int) -> pd.DataFrame:
    """The table touchpoints: one row a contact and group; scores 0-10, importance summing to one in each group."""
    rng, tables = draws(seed, "touchpoints"), []
    for plan in GROUPS:
        means, covariance = group_moments(plan.key)
        mean_of = dict(zip(DRIVERS, means, strict=False))
        part_of = dict(zip(DRIVERS, lmg(covariance)[0], strict=True))
        rows = pd.DataFrame(
            {
                "touchpoint": [one.name for one in CONTACTS],
                "business_function": [one.function for one in CONTACTS],
                "stage": [one.stage for one in CONTACTS],
                "customer_group": plan.name,
            }
        )
        sharing = pd.Series([one.driver for one in CONTACTS]).map(
            pd.Series([one.driver for one in CONTACTS]).value_counts()
        )
        heard = np.array([part_of[one.driver] for one in CONTACTS]) / sharing
        importance = 0.4 * heard / heard.sum() + 0.6 * np.array([one.weight for one in CONTACTS])
        rows["importance"] = (importance / importance.sum()).round(3)
        score = MIDDLE + CLOSER * (np.array([mean_of[one.driver] for one in CONTACTS]) - MIDDLE)
        rows["touchpoint_score"] = _with_broken_link(rows, score + rng.normal(0, NOISE, len(rows)))
        rows["responses"] = rng.integers(14, 26, len(rows)) + round(110 * plan.part)
        tables.append(rows)
    order = [
        "touchpoint",
        "business_function",
        "stage",
        "customer_group",
        "touchpoint_score",
        "importance",
        "responses",
    ]
    return pd.concat(tables, ignore_index=True)[order]


def _with_broken_link(rows: pd.DataFrame, score: np.ndarray) -> np.ndarray:
    """The scores, those of the weak function lowered together until its worst link is clearly the worst of all."""
    weak = (rows["business_function"] == WEAK).to_numpy()
    for lower in np.arange(1.0, 5.0, 0.1):
        tried = (score - lower * weak).round(1)
        link = links(rows.assign(touchpoint_score=tried))
        if link[weak].max() >= CLEARLY * link[~weak].max():
            return tried
    raise AssertionError("the weak function cannot be made the worst link: another contact matters too much")


def links(rows: pd.DataFrame) -> pd.Series:
    """How far each contact of one group pulls the chain down: importance x (score of the best function - its own)."""
    by_function = rows["touchpoint_score"].groupby(rows["business_function"]).mean()
    return rows["importance"] * (by_function.max() - rows["touchpoint_score"])


def touchpoints_truth(table: pd.DataFrame) -> dict[str, dict]:
    """Which function breaks the chain."""
    worst = {}
    for plan in GROUPS:
        rows = table[table["customer_group"] == plan.name]
        worst[plan.key] = rows.loc[links(rows).idxmax(), "business_function"]
    scores = table.groupby("business_function")["touchpoint_score"].mean()
    return {
        "weakest_function": {"what": "The function whose contacts are rated worst in every group.", "value": WEAK},
        "weakest_link": {
            "what": "By group, the function of the contact with the largest importance x (score of the best function - "
            "own score).",
            "value": worst,
            "oracle": worst,
            "how": "The best function is the one with the highest mean score of its contacts in the group.",
        },
        "weakest_function_gap": {
            "what": "By how many points the weak function lies below the mean of the others.",
            "value": float(scores.drop(WEAK).mean() - scores[WEAK]),
            "band": [0.8, 4.5],
            "tolerance": 0.1,
        },
    }
