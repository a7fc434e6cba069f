"""The best that could be said of a Harbour customer's wallet by who knows how Harbour was made, and sees what we see.

The analyst of a kit guesses the law from the known wallets. This one knows it: how groups order, what part of its spend
a customer gives, how sizes are told. What no customer shows, its own pace, money and share, stays drawn from that law.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from tests.method.harbour_seeds import SeedTables  # puts the generator on the path

# isort: split
from harbour_maker import population as planted
from harbour_maker.wallets import SPEND_NOISE, YEAR_NOISE
from harbour_maker.world import AS_OF, CURRENT_START, PLANS, season_time

DRAWS = 2_000
SIZE_NOISE = 1.1
SIZE_CUTS = (0.4, 0.7, 0.92)
FIRST, OTHERWISE = (6.8, 4.6), (4.0, 12.0)  # the Beta of the share where we are preferred, and where not


def oracle_intervals(made: SeedTables, customers: pd.Index, revenue: np.ndarray, level: float) -> np.ndarray:
    """Low and high of each customer's wallet of the current year, (customers, 2).

    Parameters
    ----------
    customers : Index of customer_id
    revenue : array, ours of the current year
    """
    rng = np.random.default_rng(made.seed)
    truth = made.truth.customers.set_index("customer_id")
    who = made.harbour.population.set_index("customer_id").loc[customers]
    plans = [PLANS[group] for group in who["group"]]

    def law(name: str) -> np.ndarray:
        return np.array([getattr(plan, name) for plan in plans], dtype=float)[:, None]

    days = made.table("customer_days")
    days = days[days["customer_id"].notna() & (days["positive_lines"] > 0)].groupby("customer_id")
    seen = days.agg(first=("date", "min"), last=("date", "max"), n=("date", "size"), money=("revenue", "sum"))
    seen = seen.reindex(customers)
    repeats = (seen["n"] - 1).to_numpy(dtype=float)[:, None]
    start, end = season_time(seen["first"]), season_time(seen["last"])
    spell, ever = (end - start)[:, None], (float(season_time(AS_OF)) - start)[:, None]
    size = (len(customers), DRAWS)

    shape = law("rate_shape")
    rate = rng.gamma(shape + repeats, 1.0, size) / (shape / law("orders_a_year") + spell)
    weight, mean = law("dropout_weight"), law("dropout")
    leaving = rng.beta(weight * mean, weight * (1 - mean), size)
    stays = (1 - leaving) ** repeats * np.exp(-rate * (ever - spell))
    leaves = np.where(repeats > 0, leaving * (1 - leaving) ** np.maximum(repeats - 1, 0), 0.0)
    gone = rng.random(size) * (stays + leaves) < leaves

    steady, alike = law("value_shape"), law("value_q")
    orders, money = repeats + 1, np.maximum(seen["money"].to_numpy(dtype=float)[:, None], 1.0)
    value = (law("order_value") * (alike - 1) + steady * money) / rng.gamma(alike + steady * orders, 1.0, size)

    preferred = rng.random(size) < np.array([planted.FIRST_CHOICE[group] for group in who["group"]])[:, None]
    share = np.where(preferred, rng.beta(*FIRST, size), rng.beta(*OTHERWISE, size))
    potential = np.maximum(rate, 1.0) * value / share
    year = (AS_OF - CURRENT_START).days
    begun = seen["first"].clip(lower=CURRENT_START)
    ours_if_gone = ((seen["last"] - begun).dt.days.clip(lower=0) / year).to_numpy()[:, None]
    ours_if_here = ((AS_OF - begun).dt.days / year).to_numpy()[:, None]
    ours = np.where(gone, ours_if_gone, ours_if_here)
    noise = np.exp(np.hypot(SPEND_NOISE, YEAR_NOISE) * rng.standard_normal(size))
    wallet = revenue[:, None] + potential * (1 - share * ours) * noise

    everyone = np.log(truth["wallet_current"].to_numpy())[None] + SIZE_NOISE * rng.standard_normal((50, len(truth)))
    edges = np.concatenate([[-np.inf], np.quantile(everyone, SIZE_CUTS), [np.inf]])
    place = np.array([planted.SIZES.index(size) for size in who["customer_size"]])[:, None]
    above, below = (norm.cdf((edges[place + step] - np.log(potential)) / SIZE_NOISE) for step in (1, 0))
    likely = (stays + leaves) * (above - below)
    order = np.argsort(wallet, axis=1)
    wallet = np.take_along_axis(wallet, order, axis=1)
    running = np.cumsum(np.take_along_axis(likely, order, axis=1), axis=1)
    running /= running[:, -1:]
    tail = (1 - level) / 2
    ends = [np.minimum((running < part).sum(axis=1), DRAWS - 1) for part in (tail, 1 - tail)]
    return np.column_stack([wallet[np.arange(len(wallet)), end] for end in ends])
