"""What does each customer order, when, for how much; and who has left?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.order_times import later_times, order_times
from harbour_maker.world import CURRENT_START, date_at, draws

MOVER_UPLIFT = 1.20  # of the mean order value of a mover, from CURRENT_START on
COLUMNS = ["order_id", "customer_id", "date", "number", "net_value"]


@dataclass(frozen=True)
class History:
    """What happened until AS_OF.

    orders : one row per order, by date: order_id, customer_id, date, number (0 = the customer's first), net_value (EUR,
        before returns)
    died : date per customer_id on which it left for good (the day of its last order), NaT if it is still a customer
    """

    orders: pd.DataFrame
    died: pd.Series


def purchases(population: pd.DataFrame, seed: int) -> History:
    """The orders of all customers from START to AS_OF."""
    orders, died = order_times(*(population[name].to_numpy() for name in ("first_order", "rate", "dropout")), seed)
    orders = _valued(orders, population, draws(seed, "order_values"))
    index = pd.Index(population["customer_id"], name="customer_id")
    left = pd.Series(pd.NaT, index=index, name="died", dtype="datetime64[ns]")
    gone = died.notna().to_numpy()
    left[gone] = date_at(died[gone])
    return History(orders=_numbered(orders, draws(seed, "order_numbers")), died=left)


def future_orders(population: pd.DataFrame, history: History, seed: int, months: int = 36) -> pd.DataFrame:
    """What will happen from AS_OF on: columns as History.orders, order_id blank."""
    alive = history.died.reindex(population["customer_id"]).isna().to_numpy()
    orders = later_times(alive, population["rate"].to_numpy(), population["dropout"].to_numpy(), seed, months)
    had = history.orders.groupby("customer_id").size().reindex(population["customer_id"], fill_value=0).to_numpy()
    orders["number"] = orders.groupby("place").cumcount() + had[orders["place"]]
    orders = _valued(orders, population, draws(seed, "future_values"))
    orders["order_id"] = None
    return orders.sort_values("years", kind="stable", ignore_index=True)[COLUMNS]


def value_level(population: pd.DataFrame, place: np.ndarray, date: pd.Series) -> np.ndarray:
    """Mean net money of an order of the customer in that row of the population on that date."""
    moved = population["is_mover"].to_numpy()[place] & (pd.to_datetime(date) >= CURRENT_START).to_numpy()
    return population["order_value"].to_numpy()[place] * np.where(moved, MOVER_UPLIFT, 1.0)


def _valued(orders, population, rng):
    place = orders["place"].to_numpy()
    orders["date"] = date_at(orders["years"])
    orders["customer_id"] = population["customer_id"].to_numpy()[place]
    shape = population["value_shape"].to_numpy()[place]
    value = value_level(population, place, orders["date"]) * rng.gamma(shape) / shape
    orders["net_value"] = np.maximum(value, 4.0).round(2)
    return orders


def _numbered(orders, rng):
    """By date, within a day in random order; numbers run on with gaps, as those of orders do."""
    orders = orders.iloc[rng.permutation(len(orders))].sort_values("date", kind="stable", ignore_index=True)
    orders["order_id"] = [f"S{number}" for number in 200_000 + rng.integers(1, 4, len(orders)).cumsum()]
    return orders[COLUMNS]
