"""How long importance takes: CPU seconds of each part, and peak memory.

    python tests/benchmarks/importance.py [RESPONSES ...]

Twelve drivers, five groups and 500 draws, for 50,000 responses where nothing is said. To hold: under 5 s of CPU.
"""

import resource
import sys
import time
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.method.driver_importance import DRAWS, driver_importance  # noqa: E402
from helpers.method.survey_answers import survey_answers  # noqa: E402

DRIVERS, GROUPS = 12, 5
PERIOD = {"start": "2025-01-01", "end": "2026-01-01"}


def tables(responses: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A survey in which a tenth of the ratings is missing and some customers answer twice, and its groups."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, int(responses * 0.8) + 1, responses)
    liking = rng.standard_normal((responses, 1))
    ratings = np.clip(np.rint(7 + 1.1 * liking + 1.3 * rng.standard_normal((responses, DRIVERS))), 0, 10)
    outcome = np.clip(np.rint(ratings @ np.linspace(0, 0.2, DRIVERS) + 2 * rng.standard_normal(responses)), 0, 10)
    ratings[rng.random(ratings.shape) < 0.1] = np.nan
    survey = pd.DataFrame(ratings, columns=[f"driver_d{place}" for place in range(DRIVERS)])
    survey = survey.assign(customer_id=np.char.add("c", who.astype(str)), recommend=outcome)
    ids = np.unique(survey["customer_id"])
    group = np.char.add("g", (np.arange(len(ids)) % GROUPS).astype(str))
    return survey, pd.DataFrame({"customer_id": ids, "group_id": group})


def main(sizes: list[int]) -> None:
    for size in sizes:
        survey, groups = tables(size)
        started = time.process_time()
        answers = survey_answers(survey, groups, **PERIOD)
        read = time.process_time()
        driver_importance(answers, groups)
        done = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:>8,} responses x {DRIVERS} drivers x {DRAWS} draws, {GROUPS} groups:", end=" ")
        print(f"reading {read - started:.1f} s, importance {done - read:.1f} s, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [50_000])
