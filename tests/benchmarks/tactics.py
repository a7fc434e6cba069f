"""How long the best set of tactics takes: CPU seconds, the gap that is left and the draws that were solved.

    python tests/benchmarks/tactics.py [TACTICS ...]

Six groups, four drivers, a budget and days for a third of all, effects near their cost: the kind that is hard to
settle. To hold: under 10 s of CPU for 12 tactics with 1,000 draws, and for 200 with as many draws as the solver gets.
"""

import resource
import sys
import time
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.method.tactic_portfolio import tactic_portfolio  # noqa: E402

GROUPS, DRIVERS = 6, 4


def register(tactics: int, seed: int = 1) -> pd.DataFrame:
    """Tactics whose effect follows their cost, a third of which needs another."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(5_000, 60_000, tactics).round(2)
    likely = (cost * rng.normal(1.6, 0.35, tactics) + rng.normal(0, 3_000, tactics)).round(2)
    needs = [f"t{rng.integers(0, place):03d}" if place and rng.random() < 1 / 3 else "" for place in range(tactics)]
    return pd.DataFrame(
        {
            "tactic": [f"t{place:03d}" for place in range(tactics)],
            "group_id": [f"g{number}" for number in rng.integers(0, GROUPS, tactics)],
            "driver": [f"d{number}" for number in rng.integers(0, DRIVERS, tactics)],
            "cost": cost,
            "people_days": (cost / rng.uniform(300, 900, tactics)).round(0),
            "effect_low": (likely - 0.5 * np.abs(likely)).round(2),
            "effect_likely": likely,
            "effect_high": (likely + 0.5 * np.abs(likely)).round(2),
            "wins_share": rng.random(tactics) < 0.4,
            "selected": rng.random(tactics) < 0.3,
            "needs": needs,
        }
    )


def main(sizes: list[int]) -> None:
    for size in sizes:
        table = register(size)
        limits = {"budget": float(table["cost"].sum() / 3), "people_days": float(table["people_days"].sum() / 3)}
        caps = {f"g{place}": float(table["effect_likely"].sum() / 20) for place in range(GROUPS)}
        started = time.process_time()
        found = tactic_portfolio(table, **limits, caps=caps)
        taken = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:>4} tactics: {taken:.1f} s, {found.draws} draws, gap {found.gap:.2%},", end=" ")
        print(f"{found.best.tactics} chosen, worth {found.best.value:,.0f}, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [12, 16, 40, 100, 200])
