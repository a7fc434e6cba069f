"""What will customers be worth in the 36 months after AS_OF: what a perfect analyst expects, and what happens?

The oracle knows the laws by which the orders were made (BG/NBD in season time and Gamma-Gamma, per group) and each
customer's orders so far; its posterior is exact, its intervals are simulated from it. The convention: after AS_OF each
euro of a customer's orders earns what it is planned to have earned in the window (discount, categories, returns and
cost to serve at their window means), discounted by the month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import hyp2f1

from harbour_maker.effort import ROUTINE, WINDOW, Effort
from harbour_maker.purchases import History, value_level
from harbour_maker.world import (
    AS_OF,
    DAYS_A_YEAR,
    PLANS,
    WINDOW_START,
    GroupPlan,
    draws,
    season_time_of,
    years_since_start,
)

MONTHS = 36
ANNUAL_DISCOUNT = 0.10
DRAWS = 400
CELLS = 4000  # into which the months ahead are cut, to look up the discount of a moment
LOW, HIGH = 0.05, 0.95
CONVENTION = (
    "CLV counts the 36 months from as_of, month k discounted by 1.10^-((k-0.5)/12). Each euro ordered earns what the "
    "customer's orders were planned to earn in the window: the gross margin rate of its lines, less its return rate, "
    "and for CLV after cost to serve less the planned traced cost of an average order. Untraced cost and service "
    "contracts are not in it."
)


@dataclass(frozen=True)
class Seen:
    """What orders say of customers: repeat orders, and season years from the first to the last one and to AS_OF."""

    repeats: np.ndarray
    last: np.ndarray
    span: np.ndarray
    money: np.ndarray  # sum of all orders at the customer's ordinary level


@dataclass(frozen=True)
class Lifetime:
    """What the oracle expects of all customers.

    customers : per customer_id p_alive, expected_orders (36 months), expected_revenue (discounted EUR), and the columns
        of `margin_rates`
    drawn : discounted EUR of orders, one row per simulated future, one column per customer
    """

    customers: pd.DataFrame
    drawn: np.ndarray


def lifetime(population: pd.DataFrame, history: History, lines: pd.DataFrame, effort: Effort, seed: int) -> Lifetime:
    """Expected value and simulated values of all customers, rows in the order of the population."""
    rng = draws(seed, "lifetime_oracle")
    seen = _seen(population, history)
    rates = margin_rates(population, lines, effort)
    count = len(population)
    alive, orders, revenue = np.zeros(count), np.zeros(count), np.zeros(count)
    drawn = np.zeros((DRAWS, count))
    ends = _month_ends()
    uplift = _uplift(population)
    for key, plan in PLANS.items():
        of = np.flatnonzero(population["group"] == key)
        own = Seen(*(getattr(seen, name)[of] for name in ("repeats", "last", "span", "money")))
        law = _law(plan)
        alive[of] = alive_probability(law, own)
        by_month = np.diff([expected_orders(law, own, ahead) for ahead in (ends - ends[0])], axis=0)
        orders[of] = by_month.sum(axis=0)
        value_q, scale = _value_posterior(plan, own)
        revenue[of] = (discounts() @ by_month) * scale / (value_q - 1) * uplift[of]
        drawn[:, of] = _drawn(plan, own, alive[of], ends, rng) * uplift[of]
    table = pd.DataFrame(
        {"p_alive": alive, "expected_orders": orders, "expected_revenue": revenue}, index=population["customer_id"]
    )
    return Lifetime(table.join(rates), drawn)


def margin_rates(population: pd.DataFrame, lines: pd.DataFrame, effort: Effort) -> pd.DataFrame:
    """What a euro ordered earns per customer_id: margin_before cost to serve, and margin after the traced one.

    Both are net of returns. The gross margin is that of the lines sold in the window, of all lines if there are none.
    """
    customers = population.set_index("customer_id")
    sold = lines[(lines["revenue"] > 0) & lines["customer_id"].notna()]
    gross = _gross(sold[sold["date"] >= WINDOW_START]).reindex(customers.index)
    gross = gross.fillna(_gross(sold).reindex(customers.index))
    pieces = 1 + np.maximum(customers["lines"] - 1, 0.05)
    routine = ROUTINE["order_handling"] + ROUTINE["delivery"]
    routine += pieces * (ROUTINE["picking"] + ROUTINE["returns_handling"] * customers["return_rate"] / 0.8)
    level = customers["group"].map(_window_level(population, effort))
    value = customers["order_value"] * _uplift(population)
    before = gross * (1 - customers["return_rate"])
    return pd.DataFrame({"margin_before": before, "margin": before - (routine + effort.per_order * level) / value})


def realised_revenue(population: pd.DataFrame, future: pd.DataFrame) -> pd.Series:
    """Discounted EUR of the orders that come, per customer_id."""
    month = ((future["date"] - AS_OF).dt.days // (DAYS_A_YEAR / 12)).astype(int).clip(upper=MONTHS - 1)
    money = (future["net_value"] * discounts()[month]).groupby(future["customer_id"]).sum()
    return money.reindex(population["customer_id"], fill_value=0.0)


def alive_probability(law: tuple[float, float, float, float], seen: Seen) -> np.ndarray:
    """P(still a customer at AS_OF) under BG/NBD with known r, alpha, a, b; 1 after a single order, by the model."""
    r, alpha, a, b = law
    x = seen.repeats
    odds = np.log(a / (b + np.maximum(x, 1) - 1)) + (r + x) * np.log((alpha + seen.span) / (alpha + seen.last))
    return np.where(x > 0, 1 / (1 + np.exp(odds)), 1.0)


def expected_orders(law: tuple[float, float, float, float], seen: Seen, ahead: float) -> np.ndarray:
    """Orders expected in the season years after AS_OF (Fader, Hardie, Lee 2005)."""
    r, alpha, a, b = law
    x = seen.repeats
    left = a + b + x - 1
    part = ((alpha + seen.span) / (alpha + seen.span + ahead)) ** (r + x)
    part = part * hyp2f1(r + x, b + x, left, ahead / (alpha + seen.span + ahead))
    return alive_probability(law, seen) * left / (a - 1) * (1 - part)


def _law(plan: GroupPlan) -> tuple[float, float, float, float]:
    weight = plan.dropout_weight
    return plan.rate_shape, plan.rate_shape / plan.orders_a_year, weight * plan.dropout, weight * (1 - plan.dropout)


def _seen(population, history):
    orders = history.orders
    place = pd.Index(population["customer_id"]).get_indexer(orders["customer_id"])
    at = season_time_of(years_since_start(orders["date"]) + 0.5 / DAYS_A_YEAR)
    level = value_level(population, place, orders["date"]) / population["order_value"].to_numpy()[place]
    table = pd.DataFrame({"place": place, "at": at, "money": orders["net_value"] / level})
    per = table.groupby("place").agg(
        count=("at", "size"), first=("at", "min"), last=("at", "max"), money=("money", "sum")
    )
    per = per.reindex(range(len(population)))
    end = _month_ends()[0]
    repeats = per["count"].to_numpy() - 1.0
    return Seen(
        repeats, (per["last"] - per["first"]).to_numpy(), (end - per["first"]).to_numpy(), per["money"].to_numpy()
    )


def _value_posterior(plan, seen):
    """Shape and scale of the inverse gamma in which a customer's mean order value lies."""
    n = seen.repeats + 1
    return plan.value_q + plan.value_shape * n, plan.order_value * (plan.value_q - 1) + plan.value_shape * seen.money


def _drawn(plan, seen, alive, ends, rng):
    """Discounted money of DRAWS futures per customer: is it alive, how often and for how much does it order?"""
    r, alpha, a, b = _law(plan)
    size = (DRAWS, len(alive))
    rate = rng.gamma(r + seen.repeats, size=size) / (alpha + seen.span)
    dropout = rng.beta(a, b + seen.repeats, size=size)
    value_q, scale = _value_posterior(plan, seen)
    value = (scale / rng.gamma(value_q, size=size)).ravel()
    cells = np.linspace(ends[0], ends[-1], CELLS + 1)[:-1]
    worth = discounts()[np.searchsorted(ends, cells, side="right") - 1]
    total = np.zeros(size[0] * size[1])
    going = np.flatnonzero(rng.random(size) < alive)
    rate, dropout, now = rate.ravel(), dropout.ravel(), np.full(len(total), ends[0])
    while len(going):
        now[going] += rng.exponential(size=len(going)) / rate[going]
        going = going[now[going] < ends[-1]]
        cell = ((now[going] - ends[0]) * (CELLS / (ends[-1] - ends[0]))).astype(int)
        total[going] += value[going] * rng.gamma(plan.value_shape, size=len(going)) / plan.value_shape * worth[cell]
        going = going[rng.random(len(going)) >= dropout[going]]
    return total.reshape(size)


def discounts() -> np.ndarray:
    """What a euro of month 1..MONTHS after AS_OF is worth at AS_OF."""
    return (1 + ANNUAL_DISCOUNT) ** (-(np.arange(MONTHS) + 0.5) / 12)


def _month_ends():
    """Season time at the ends of months 0..MONTHS after AS_OF."""
    return season_time_of(years_since_start([AS_OF])[0] + np.arange(MONTHS + 1) / 12)


def _uplift(population):
    every = np.arange(len(population))
    now = pd.Series(AS_OF, index=every)
    return value_level(population, every, now) / population["order_value"].to_numpy()


def _gross(sold):
    sums = sold.groupby("customer_id")[["revenue", "cost_of_goods"]].sum()
    return 1 - sums["cost_of_goods"] / sums["revenue"]


def _window_level(population, effort):
    """Mean effort level of each group in the window, by its orders."""
    orders = effort.work.orders[:, WINDOW]
    table = pd.DataFrame(
        {"spent": (effort.level.to_numpy()[:, WINDOW] * orders).sum(axis=1), "orders": orders.sum(axis=1)}
    )
    sums = table.groupby(population["group"].to_numpy()).sum()
    return sums["spent"] / sums["orders"]
