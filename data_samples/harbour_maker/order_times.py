"""When does each customer order, and after which order does it leave? BG/NBD in operational time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.world import AS_OF, calendar_time_of, draws, season_time, season_time_of

BLOCK = 48  # gaps drawn at a time


def order_times(first: np.ndarray, rate: np.ndarray, dropout: np.ndarray, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """All orders from START to AS_OF.

    Parameters
    ----------
    first : moment of the first order, calendar years since START, per customer
    rate, dropout : orders an operational year; probability of leaving after each repeat order

    Returns
    -------
    orders : DataFrame, one row per order, by customer and time: place (of the customer), years, number (0 = the first)
    died : Series, per customer the calendar years at which it left, NaN if it had not by AS_OF
    """
    rng = draws(seed, "order_times")
    repeats, died = _repeats(rng, season_time_of(first), rate, dropout, float(season_time(AS_OF)))
    orders = pd.concat([pd.DataFrame({"place": np.arange(len(first)), "years": first}), repeats], ignore_index=True)
    orders = orders.sort_values(["place", "years"], kind="stable", ignore_index=True)
    orders["number"] = orders.groupby("place").cumcount()
    return orders, pd.Series(died)


def later_times(alive: np.ndarray, rate: np.ndarray, dropout: np.ndarray, seed: int, months: int) -> pd.DataFrame:
    """Orders of those alive after AS_OF: gaps have no memory, so the draw starts afresh there."""
    rng = draws(seed, "later_times")
    start = np.full(len(rate), float(season_time(AS_OF)))
    end = float(season_time(AS_OF + pd.DateOffset(months=months)))
    repeats, _ = _repeats(rng, start, np.where(alive, rate, 1e-12), dropout, end)
    return repeats


def _repeats(rng, start, rate, dropout, end):
    """Repeat orders from start to end, in operational time; a customer that leaves does so at its last order."""
    count = len(start)
    lives = rng.geometric(np.clip(dropout, 1e-9, 1))  # repeat orders until it leaves
    blocks, last = [], start
    while not blocks or last.min() < end:
        gaps = rng.exponential(size=(count, BLOCK)) / rate[:, None]
        blocks.append(last[:, None] + gaps.cumsum(axis=1))
        last = blocks[-1][:, -1]
    times = np.hstack(blocks)
    made = (times < end) & (np.arange(times.shape[1]) < lives[:, None])
    place, _ = np.nonzero(made)
    at_death = np.take_along_axis(times, np.minimum(lives, times.shape[1])[:, None] - 1, axis=1)[:, 0]
    dead = (lives <= times.shape[1]) & (at_death < end)
    died = np.where(dead, calendar_time_of(np.where(dead, at_death, 0)), np.nan)
    return pd.DataFrame({"place": place, "years": calendar_time_of(times[made])}), died
