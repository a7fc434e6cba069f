"""Registers of tactics made at random, and the best set by looking at every one, written apart from the method."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd


def random_tactics(seed: int, tactics: int, *, groups: int = 3, drivers: int = 2) -> pd.DataFrame:
    """A register with overlaps, prerequisites, tactics that win share, equal ones and some that lose money."""
    rng = np.random.default_rng(seed)
    likely = rng.choice([-20.0, 0.0, 30.0, 50.0, 50.0, 80.0, 120.0, 200.0], tactics) + rng.integers(0, 2, tactics)
    table = pd.DataFrame(
        {
            "tactic": [f"t{place:03d}" for place in range(tactics)],
            "title": "",
            "group_id": [f"g{1 + number}" for number in rng.integers(0, groups, tactics)],
            "driver": rng.choice(["delivery", "advice", "price", "range"][:drivers], tactics),
            "cost": rng.choice([0.0, 10.0, 20.0, 20.0, 45.5, 60.0], tactics),
            "people_days": rng.integers(0, 12, tactics).astype(float),
            "effect_low": likely - rng.integers(0, 60, tactics),
            "effect_likely": likely,
            "effect_high": likely + rng.integers(0, 60, tactics),
            "wins_share": rng.random(tactics) < 0.4,
            "selected": rng.random(tactics) < 0.5,
        }
    )
    needs = [f"t{rng.integers(0, tactics):03d}" if rng.random() < 0.3 else "" for _ in range(tactics)]
    return table.assign(needs=needs)


def worth_by_hand(table: pd.DataFrame, chosen: tuple[bool, ...], caps: dict[str, float]) -> float:
    """Counted effects less cost of a set, tactic by tactic."""
    mine = [row for row, inside in zip(table.to_dict("records"), chosen, strict=True) if inside]
    total, under = -sum(row["cost"] for row in mine), dict.fromkeys(caps, 0.0)
    seen = set()
    mine.sort(key=lambda row: (-row["effect_likely"], row["wins_share"] and row["group_id"] in caps))
    for row in mine:
        effect, cell = row["effect_likely"], (row["group_id"], row["driver"])
        if effect > 0:
            effect = effect / 2 if cell in seen else effect
            seen.add(cell)
            if row["wins_share"] and row["group_id"] in caps:
                under[row["group_id"]] += effect
                continue
        total += effect
    return total + sum(min(under[group], caps[group]) for group in caps)


def best_by_hand(
    table: pd.DataFrame, caps: dict[str, float], budget: float, days: float
) -> tuple[float, list[tuple[bool, ...]]]:
    """The largest worth, and every set that has it."""
    place = {key: at for at, key in enumerate(table["tactic"])}
    cost, people = table["cost"].to_numpy(), table["people_days"].to_numpy()
    needs = [(at, place[need]) for at, need in enumerate(table["needs"]) if need]
    best, sets = -np.inf, []
    for chosen in product([False, True], repeat=len(table)):
        inside = np.array(chosen)
        if cost[inside].sum() > budget + 1e-9 or people[inside].sum() > days + 1e-9:
            continue
        if any(chosen[one] and not chosen[other] for one, other in needs):
            continue
        worth = worth_by_hand(table, chosen, caps)
        if worth > best + 1e-6:
            best, sets = worth, []
        if worth > best - 1e-6:
            sets.append(chosen)
    return best, sets
