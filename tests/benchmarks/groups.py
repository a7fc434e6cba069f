"""How long it takes to form groups: CPU seconds of each part, and peak memory.

    python tests/benchmarks/groups.py [CUSTOMERS ...]

Customers of five kinds with two years of orders, 2,000 and 100,000 of them where nothing is said. To hold: choosing the
number of groups for 100,000 customers under 60 s of CPU.
"""

import resource
import sys
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.method.group_clusters import assign, fit_centres  # noqa: E402
from helpers.method.group_evidence import choose_clusters, groups_are_real  # noqa: E402
from helpers.method.group_features import group_features, telling_channel  # noqa: E402
from helpers.method.group_scale import feature_scale, scaled  # noqa: E402
from tests.benchmarks.clock import Clock  # noqa: E402

AS_OF = "2026-01-01"
KINDS = 5


def tables(customers: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """customer_days, customer_quarter and customer_channel of so many customers, with ten orders each on average."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, KINDS, customers)
    counts = rng.poisson(np.array([4, 8, 10, 12, 16])[kind]) + 2
    who = np.repeat(np.arange(customers), counts)
    level = np.exp(np.log([30, 900, 110, 180, 120])[kind] + 0.3 * rng.normal(size=customers))
    day = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(1, 730, len(who)), unit="D")
    money = (level[who] * np.exp(0.4 * rng.normal(size=len(who)))).round(2)
    off = np.array([0.02, 0.08, 0.25, 0.05, 0.07])[kind][who]
    days = pd.DataFrame({"customer_id": np.char.add("c", who.astype(str)), "date": day, "revenue": money})
    days = days.assign(list_revenue=(money / (1 - off)).round(2)).drop_duplicates(["customer_id", "date"])
    days = days.assign(orders=1, positive_lines=1, returned=0.0)
    start = days["date"].dt.to_period("Q").dt.start_time
    cells = days[["customer_id"]].assign(quarter_start=start.to_numpy(), revenue=days["revenue"], orders=1)
    category = rng.integers(0, np.array([2, 4, 4, 9, 4])[kind[who[days.index]]]).astype(str)
    channel = np.where(rng.random(len(days)) < np.array([0.9, 0.2, 0.4, 0.3, 0.4])[kind[who[days.index]]], "web", "rep")
    return days, cells.assign(category=category), cells.assign(channel=channel)


def measure(customers: int) -> list[str]:
    """Form groups of so many customers, and say how long each part took."""
    days, quarters, channels = tables(customers)
    clock = Clock()
    features = group_features(days, quarters, channels, end=AS_OF)
    clock.took("features")
    scale, _ = feature_scale(features, telling_channel(channels, end=AS_OF))
    points = scaled(features, scale)
    clock.took("scale")
    k, _ = choose_clusters(points, np.ones(len(points)))
    clock.took(f"choose k ({k})")
    real = groups_are_real(points, k or 3).real
    clock.took(f"null test ({'real' if real else 'refused'})")
    assign(features, fit_centres(features, scale, k or 3))
    clock.took("fit and assign")
    return clock.said


def main() -> None:
    """Measure and print."""
    for customers in [int(word) for word in sys.argv[1:]] or [2_000, 100_000]:
        said = measure(customers)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{customers:,} customers: {', '.join(said)}; peak {peak} MB", flush=True)


if __name__ == "__main__":
    main()
