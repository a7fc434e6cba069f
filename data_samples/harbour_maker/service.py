"""What was done for each customer, when, and what did it cost?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.effort import (
    EFFORT,
    EFFORT_ACTIVITIES,
    QUARTERS,
    ROUTINE,
    TRACED_PART,
    WINDOW,
    Effort,
    effort,
    quarter_of,
)
from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, START, draws

UNTRACED_BY_ORDERS = 0.5  # half of untraced cost follows orders, half revenue
MINUTES_SPREAD = 0.30
DAYS_AROUND = {  # from how many days before the order that causes it to how many after it an event falls
    "sales_visit": (-14, 14),
    "support_call": (0, 21),
    "technical_advice": (-10, 7),
    "credit_chasing": (20, 50),
    "rush_delivery": (0, 2),
}
# capacity is what the yearly capacity cost buys, as a multiple of the capacity that recorded events use, before scaling
# fmt: off
ACTIVITIES = pd.DataFrame(
    [
        ("order_handling", ROUTINE["order_handling"], None, None, False, "ordering", 1.10),
        ("picking", ROUTINE["picking"], None, None, False, "availability", 1.15),
        ("delivery", ROUTINE["delivery"], None, None, False, "delivery", 1.10),
        ("sales_visit", None, 0.95, 150, False, "advice", 1.40),
        ("support_call", None, 0.80, 60, True, "complaints", 1.45),
        ("technical_advice", None, 0.90, 90, False, "advice", 1.35),
        ("returns_handling", ROUTINE["returns_handling"], None, None, False, "complaints", 1.20),
        ("credit_chasing", None, 0.70, 75, True, None, 1.25),
        ("rush_delivery", 46.00, None, None, True, "delivery", 1.10),
    ],
    columns=["activity", "unit_cost", "cost_per_minute", "minutes", "is_reactive", "driver", "capacity"],
).set_index("activity")
# fmt: on


@dataclass(frozen=True)
class Service:
    """All that serving the customers took.

    events : rows of service_events, by date
    activity_costs : rows of activity_costs
    cost : EUR per customer_id and month (its first day): traced (the events of the month), untraced (nobody records it)
    effort : Effort, what was planted
    """

    events: pd.DataFrame
    activity_costs: pd.DataFrame
    cost: pd.DataFrame
    effort: Effort


def service(population: pd.DataFrame, history: History, lines: pd.DataFrame, seed: int) -> Service:
    """Events of the whole history and what they cost.

    Routine work is booked at the end of each quarter, one row per customer and activity; visits, calls, advice,
    reminders and rushed deliveries are rows of their own on their day.
    """
    rng = draws(seed, "service")
    planted = effort(population, history, lines, seed)
    every = pd.concat([_routine(population, planted), _singles(population, history, planted, rng)], ignore_index=True)
    every["is_reactive"] = every["activity"].map(ACTIVITIES["is_reactive"])
    every = every.iloc[rng.permutation(len(every))].sort_values("date", kind="stable", ignore_index=True)
    events = every[["customer_id", "date", "activity", "quantity", "minutes", "is_reactive"]]
    costed = events.assign(cost=event_cost(events))
    cost = _by_month(costed, lines, history)
    return Service(events=events, activity_costs=_activity_costs(costed, cost), cost=cost, effort=planted)


def event_cost(events: pd.DataFrame) -> np.ndarray:
    """EUR of each event: its minutes, or its pieces, at the activity's price."""
    prices = ACTIVITIES.reindex(events["activity"])
    by_piece = events["quantity"].fillna(1).to_numpy() * prices["unit_cost"].to_numpy(dtype=float)
    by_minute = events["minutes"].to_numpy(dtype=float) * prices["cost_per_minute"].to_numpy(dtype=float)
    return np.where(np.isnan(by_minute), by_piece, by_minute)


def _routine(population, planted):
    """Handling, delivery, picking and returns of each quarter, on its last day."""
    ends = pd.date_range(START, AS_OF, freq="3MS")[1:] - pd.Timedelta(days=1)
    work = planted.work
    pieces = {
        "order_handling": work.orders,
        "delivery": work.orders,
        "picking": work.picked,
        "returns_handling": work.returned,
    }
    tables = []
    for activity, table in pieces.items():
        place, quarter = np.nonzero(table)
        rows = {"customer_id": population["customer_id"].to_numpy()[place], "date": ends[quarter]}
        tables.append(pd.DataFrame(rows | {"activity": activity, "quantity": table[place, quarter]}))
    return pd.concat(tables, ignore_index=True)


def _singles(population, history, planted, rng):
    """The events of effort: their number per group, quarter and activity is the expected one, to whom they fall is
    drawn."""
    orders = history.orders
    place = pd.Index(population["customer_id"]).get_indexer(orders["customer_id"])
    quarter = quarter_of(orders["date"])
    group = population["group"].to_numpy()
    per_order = planted.per_order.to_numpy()[:, None] * planted.level.to_numpy()
    tables = []
    for key, plan in EFFORT.items():
        for number in range(QUARTERS):
            own = rng.permutation(np.flatnonzero((group[place] == key) & (quarter == number)))
            money = per_order[place[own], number]
            for activity, part in zip(EFFORT_ACTIVITIES, plan.mix, strict=True):
                minutes = ACTIVITIES.at[activity, "minutes"] * plan.length
                by_minute = minutes * ACTIVITIES.at[activity, "cost_per_minute"]
                price = ACTIVITIES.at[activity, "unit_cost"] if np.isnan(by_minute) else by_minute
                passed = np.floor(np.cumsum(money * part / price) + rng.random())
                count = np.diff(passed, prepend=0).astype(int)
                tables.append(pd.DataFrame({"order": np.repeat(own, count), "activity": activity, "usual": minutes}))
    table = pd.concat(tables, ignore_index=True)
    cause = orders.iloc[table["order"].to_numpy()]
    table["customer_id"] = cause["customer_id"].to_numpy()
    table["date"] = _days(cause["date"], table["activity"], rng)
    shape = MINUTES_SPREAD**-2
    table["minutes"] = np.maximum(5 * np.rint(table["usual"] * rng.gamma(shape, size=len(table)) / shape / 5), 5)
    per_day = table.assign(quantity=1.0).groupby(["customer_id", "date", "activity"], as_index=False)
    days = per_day[["quantity", "minutes"]].sum()
    days["minutes"] = days["minutes"].where(days["minutes"] > 0)  # what is priced by the piece has none
    return days


def _days(caused_by, activity, rng):
    """A day near the order that caused the event, within the quarter whose plan it belongs to."""
    edges = pd.date_range(START, AS_OF, freq="3MS")
    quarter = quarter_of(caused_by)
    day = (pd.DatetimeIndex(caused_by) - START).days.to_numpy()
    first, end = ((edges[place] - START).days.to_numpy() for place in (quarter, quarter + 1))
    before, after = np.array([DAYS_AROUND[name] for name in activity]).T
    low = np.clip(day + before, first, end - 1)
    high = np.clip(day + after, low, end - 1)
    return START + pd.to_timedelta(rng.integers(low, high + 1), unit="D")


def _by_month(costed, lines, history):
    """Traced and untraced EUR per customer and month; untraced follows orders and revenue, and keeps its part of the
    window."""

    def by_month(table, values):
        month = table["date"].dt.to_period("M").dt.to_timestamp()
        return values.groupby([table["customer_id"], month.rename("month")]).sum()

    own = lines[lines["customer_id"].notna()]
    orders = history.orders
    sums = {
        "traced": by_month(costed, costed["cost"]),
        "orders": by_month(orders, orders["net_value"] * 0 + 1.0),
        "revenue": by_month(own, own["revenue"].clip(lower=0)),
    }
    table = pd.DataFrame(sums).fillna(0.0).reset_index()
    window = table[quarter_of(table["month"]) >= WINDOW.start]
    total = window["traced"].sum() * (1 - TRACED_PART) / TRACED_PART
    by_orders = UNTRACED_BY_ORDERS * total / window["orders"].sum()
    by_revenue = (1 - UNTRACED_BY_ORDERS) * total / window["revenue"].sum()
    table["untraced"] = by_orders * table["orders"] + by_revenue * table["revenue"]
    return table[["customer_id", "month", "traced", "untraced"]]


def _activity_costs(costed, cost):
    """Prices, and the yearly cost of capacity: all cost to serve of the last twelve months, recorded or not."""
    year = AS_OF - pd.DateOffset(years=1)
    used = costed[costed["date"] >= year].groupby("activity")["cost"].sum().reindex(ACTIVITIES.index, fill_value=0.0)
    held = used * ACTIVITIES["capacity"]
    untraced = cost.loc[cost["month"] >= year, "untraced"].sum()
    held = used + (held - used) * untraced / (held - used).sum()
    table = ACTIVITIES[["unit_cost", "cost_per_minute", "driver"]].astype(
        {"unit_cost": float, "cost_per_minute": float}
    )
    table.insert(2, "capacity_cost", held.round(2))
    return table.reset_index()
