"""What do three leaders believe before any result, and what of it is true?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

NEAR = {"customer_share": 0.10, "part_losing_money": 0.06}  # a belief so near to the truth counts as right


@dataclass(frozen=True)
class Leader:
    """A leader who sealed what it believes; shares are the numbers said, None where it said about what is true."""

    name: str
    customer_share: float | None
    part_losing_money: float | None
    top_driver: str | None
    sealed_on: str


LEADERS = (
    Leader("Maren Holt, managing director", 0.70, 0.05, "price", "2026-11-09"),
    Leader("Tobias Renn, head of sales", 0.65, 0.10, None, "2026-11-10"),
    Leader("Ada Quist, finance director", None, None, "price", "2026-11-10"),
)


def beliefs(facts: dict[str, float | str], known: pd.DataFrame) -> dict[str, dict]:
    """What each leader believes.

    Parameters
    ----------
    facts : what is true: customer_share, part_losing_money, top_driver
    known : DataFrame, one row per customer: customer_id, name; of the window window_revenue, window_profit (EUR, before
        untraced cost) and window_orders
    """
    by_revenue = _ranked(known, "window_revenue")
    losing, earning = (by_revenue[side] for side in (by_revenue["window_profit"] < 0, by_revenue["window_profit"] > 0))
    best = _ranked(known, "window_profit")
    busy = _ranked(best.iloc[3:40], "window_orders")  # earn well, and are at the counter every other day
    # who liked whom: the big, whatever they cost; the finance director has looked
    favourites = (
        pd.concat([losing.head(2), earning.head(1)]),
        pd.concat([earning.iloc[1:3], losing.iloc[2:3]]),
        best.head(3),
    )
    difficult = (busy.head(2), pd.concat([busy.iloc[2:3], losing.tail(1)]), losing.head(3))
    said = {}
    for leader, liked, disliked in zip(LEADERS, favourites, difficult, strict=True):
        answers = {"favourite_customers": _named(liked), "difficult_customers": _named(disliked)}
        for question in NEAR:
            number = getattr(leader, question)
            answers[question] = round(20 * facts[question]) / 20 if number is None else number
        answers["top_driver"] = leader.top_driver or facts["top_driver"]
        said[leader.name] = answers | {"sealed_on": leader.sealed_on}
    return said


def _ranked(known: pd.DataFrame, column: str) -> pd.DataFrame:
    """The largest first; of equals, the lower number."""
    return known.sort_values([column, "customer_id"], ascending=[False, True], ignore_index=True)


def _named(rows: pd.DataFrame) -> list[str]:
    return [f"{name} ({customer})" for name, customer in zip(rows["name"], rows["customer_id"], strict=True)]


def beliefs_truth(said: dict[str, dict], facts: dict[str, float | str], profit: pd.Series) -> dict[str, dict]:
    """Which beliefs hold. `profit` is each customer's of the window, by customer_id, EUR before untraced cost."""
    value = {}
    for leader, answers in said.items():
        liked, disliked = ([one[-7:-1] for one in answers[f"{kind}_customers"]] for kind in ("favourite", "difficult"))
        right = {
            "favourite_customers": bool((profit[liked] > 0).all()),
            "difficult_customers": bool((profit[disliked] < 0).all()),
            "top_driver": answers["top_driver"] == facts["top_driver"],
        }
        right |= {name: abs(answers[name] - facts[name]) <= width for name, width in NEAR.items()}
        value[leader] = right
    return {
        "beliefs": {
            "what": "Which beliefs of the leaders hold: favourites that all earn money in the window (before untraced "
            "cost), difficult ones that all lose it, a share and a part of losing customers near the truth, the "
            "driver that matters most.",
            "value": value,
            "near": NEAR,
            "truth": {name: facts[name] for name in ("customer_share", "part_losing_money", "top_driver")},
        }
    }
