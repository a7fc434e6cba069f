"""How long it takes to estimate wallets: CPU seconds of each part, and peak memory.

    python tests/benchmarks/wallets.py [CUSTOMERS ...]

Customers of five groups, the wallets of half of them known, 2,000 and 100,000 where nothing is said. To hold:
everything for 100,000 customers under 20 s of CPU.
"""

import resource
import sys
import time
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.method.own_frontier import frontier_by_group, own_frontier  # noqa: E402
from helpers.method.wallet_estimates import estimate_wallets  # noqa: E402
from helpers.method.wallet_groups import modelled_group_share  # noqa: E402
from helpers.method.wallet_inputs import wallet_inputs  # noqa: E402
from helpers.method.wallet_study import wallet_study  # noqa: E402
from helpers.method.winnable_groups import winnable_by_group  # noqa: E402
from helpers.method.winnable_headroom import capture_rates, winnable_headroom  # noqa: E402
from tests.benchmarks.clock import Clock  # noqa: E402

GROUPS = 5


def tables(customers: int, seed: int = 1) -> dict[str, pd.DataFrame]:
    """What a step hands on for so many buyers, with eight order days on average, five groups and five attributes."""
    rng = np.random.default_rng(seed)
    group, counts = rng.integers(0, GROUPS, customers), rng.poisson(7, customers) + 1
    who = np.repeat(np.arange(customers), counts)
    names = pd.Series(np.char.add("c", np.arange(customers).astype(str)), dtype="str")
    start, end = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31")
    days = pd.DataFrame({"customer_id": names.iloc[who].to_numpy(), "date": start})
    days["date"] += pd.to_timedelta(rng.integers(0, 365, len(who)), unit="D")
    days["revenue"] = np.exp(3 + group[who] + rng.normal(size=len(who))).round(2)
    days["positive_lines"] = 1
    quarters = days.assign(quarter_start=days["date"].dt.to_period("Q").dt.start_time, category="tea")
    revenue = days.groupby("customer_id", sort=False)["revenue"].sum().round(2).to_numpy()
    known = rng.random(customers) < 0.5
    wallet = (revenue / rng.beta(2, 4, customers).clip(0.01)).round(2)
    shares = {
        "group_id": np.char.add("g", group.astype(str)),
        "revenue": revenue,
        "wallet": np.where(known, wallet, np.nan),
        "wallet_revenue": np.where(known, revenue, np.nan),
        "wallet_state": np.where(known, "known", "unknown"),
    }
    states = {"state": "used", "wallet_source": "stated", "period_start": start, "period_end": end}
    words = {f"word{number}": rng.choice(list("abcde"), customers) for number in range(5)}
    return {
        "customer_share": pd.DataFrame({"customer_id": names, **shares}),
        "wallet_states": pd.DataFrame({"customer_id": names[known], **states}),
        "customer_quarter": quarters,
        "customer_days": days,
        "customers": pd.DataFrame({"customer_id": names, **words}),
    }


def measure(customers: int) -> list[str]:
    """Estimate so many wallets and all that rests on them, and say how long each part took."""
    given = tables(customers)
    rng = np.random.default_rng(2)
    start = time.process_time()
    clock = Clock()
    table = wallet_inputs(**given, window_start="2026-01-01", as_of="2027-01-01")
    clock.took("inputs")
    found = estimate_wallets(table)
    clock.took("estimate")
    modelled_group_share(found)
    clock.took("groups")
    pairs = pd.DataFrame({"group_id": table["group_id"], "captured": rng.normal(0, 0.2, customers)})
    rates = capture_rates(pairs, sorted(set(table["group_id"])))
    winnable_headroom(found, rates)
    winnable_by_group(found, rates)
    clock.took("winnable")
    wallet_study(table)
    clock.took("study of 20")
    frontier_by_group(own_frontier(table))
    clock.took("frontier")
    return [*clock.said, f"in all {time.process_time() - start:.1f} s"]


def main() -> None:
    """Measure and print."""
    for customers in [int(word) for word in sys.argv[1:]] or [2_000, 100_000]:
        said = measure(customers)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{customers:,} customers: {', '.join(said)}; peak {peak} MB", flush=True)


if __name__ == "__main__":
    main()
