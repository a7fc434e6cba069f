"""How much work does each customer cause, and what of it is planted? All of it follows from orders.

Routine work (handling, picking, delivery, returns) costs the same for everybody, so small orders are dear. The rest -
visits, calls, advice, chasing money, rushed deliveries - is what makes one customer harder to serve than the next: a
lognormal multiplier, a little higher for big accounts and high for a third of the very biggest. How hard the hard ones
are is found by bisection, so that the whale curve peaks where it is planted; how much effort a group gets in a quarter
is planned against its sales (that is how the field force is staffed), so that its rate of profit runs along the planted
line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, CURRENT_START, DAYS_A_YEAR, START, draws

QUARTERS = 12  # of the history; the last eight are the window
WINDOW = slice(QUARTERS - 8, QUARTERS)
LAST_YEAR = slice(QUARTERS - 4, QUARTERS)
TRACED = 0.189  # traced cost to serve as a part of revenue in the window
TRACED_PART = 0.80  # of all cost to serve
WHALE_PEAK = 1.48  # profit of all customers with a profit over the profit of all
BIGGEST, DEMANDING = 30, 8  # of the biggest accounts so many are demanding
SIZE_EFFECT = 0.34  # of a customer's size on its multiplier, both in standard deviations
VALUE_POWER = 0.5  # effort an order grows with its value only so fast: small customers call as often as big ones
MOST = 2.0  # effort of the hardest comes near this part of revenue, never above it
LEVELS = (0.05, 6.0)  # how far the effort of a quarter may lie from its average, as a multiple of it
NOISE = 0.005  # of a group's quarterly profit rate around its line, standard deviation


@dataclass(frozen=True)
class EffortPlan:
    """What is planted of one group: traced is before all groups are scaled to TRACED together."""

    traced: float  # cost to serve as a part of the group's revenue
    slope: float  # of its profit rate, a year
    mix: tuple[float, ...]  # parts of its effort by activity, in the order of EFFORT_ACTIVITIES
    length: float = 1.0  # of its visits and calls, against what is usual


EFFORT = {
    "yards": EffortPlan(0.155, 0.035, (0.40, 0.12, 0.30, 0.05, 0.13)),
    "workshops": EffortPlan(0.260, 0.0, (0.12, 0.38, 0.15, 0.15, 0.20), length=0.8),
    "fleets": EffortPlan(0.160, 0.0, (0.45, 0.10, 0.20, 0.10, 0.15)),
    "chandlers": EffortPlan(0.225, -0.055, (0.35, 0.20, 0.08, 0.22, 0.15)),
    "owners": EffortPlan(0.460, 0.0, (0.00, 0.60, 0.20, 0.20, 0.00), length=0.3),
}
EFFORT_ACTIVITIES = ("sales_visit", "support_call", "technical_advice", "credit_chasing", "rush_delivery")
ROUTINE = {"order_handling": 3.20, "picking": 0.45, "delivery": 4.80, "returns_handling": 4.00}  # EUR by the piece


@dataclass(frozen=True)
class Effort:
    """What customers cause, in expectation.

    hardness : the multiplier per customer_id
    per_order : EUR of effort that one order of the customer causes, at the average effort of its group in the window
    level : DataFrame, customer_id x quarter (0-11): effort in that quarter against that average
    work : Work, what was sold and handled, per customer and quarter
    """

    hardness: pd.Series
    per_order: pd.Series
    level: pd.DataFrame
    work: Work


@dataclass(frozen=True)
class Work:
    """Per customer (rows of the population) and quarter: EUR net of returns, and pieces of routine work."""

    revenue: np.ndarray
    margin: np.ndarray
    orders: np.ndarray
    picked: np.ndarray
    returned: np.ndarray

    @property
    def routine(self) -> np.ndarray:
        """EUR of routine work."""
        per_order = ROUTINE["order_handling"] + ROUTINE["delivery"]
        return per_order * self.orders + ROUTINE["picking"] * self.picked + ROUTINE["returns_handling"] * self.returned


def quarter_of(dates: object) -> np.ndarray:
    """Quarter 0-11 of the history; quarters begin with September, December, March and June."""
    dates = pd.DatetimeIndex(dates)
    return ((dates.year - START.year) * 12 + dates.month - START.month).to_numpy() // 3


def work_done(population: pd.DataFrame, history: History, lines: pd.DataFrame) -> Work:
    """What was sold to each customer and handled for it, by quarter."""
    customers = pd.Index(population["customer_id"])
    own = lines[lines["customer_id"].notna()]
    cell = customers.get_indexer(own["customer_id"]) * QUARTERS + quarter_of(own["date"])
    ordered = customers.get_indexer(history.orders["customer_id"]) * QUARTERS + quarter_of(history.orders["date"])

    def total(cells, weights=None):
        sums = np.bincount(cells, weights, minlength=len(customers) * QUARTERS)
        return sums.reshape(len(customers), QUARTERS).astype(float)

    back = (own["revenue"] < 0).to_numpy()
    return Work(
        revenue=total(cell, own["revenue"]),
        margin=total(cell, own["revenue"] - own["cost_of_goods"]),
        orders=total(ordered),
        picked=total(cell[~back]),
        returned=total(cell[back]),
    )


def effort(population: pd.DataFrame, history: History, lines: pd.DataFrame, seed: int) -> Effort:
    """How hard each customer is to serve, and how much effort its group gets in each quarter."""
    rng = draws(seed, "effort")
    work = work_done(population, history, lines)
    group = population["group"].to_numpy()
    score = _scores(population, work, rng)
    budget = _budgets(work, group)
    value = population["order_value"].to_numpy()
    typical = population.groupby("group")["order_value"].transform("median").to_numpy()

    def per_order(spread):
        return _per_order(np.exp(spread * score) * (value / typical) ** (VALUE_POWER - 1), value, work, group, budget)

    spread = _bisect(lambda spread: _whale_peak(work, per_order(spread)) < WHALE_PEAK, 0.6, 3.2)
    cost = per_order(spread)
    customers = pd.Index(population["customer_id"], name="customer_id")
    return Effort(
        hardness=pd.Series(np.exp(spread * (score - np.median(score))), customers, name="hard_to_serve"),
        per_order=pd.Series(cost, customers, name="effort_per_order"),
        level=pd.DataFrame(_levels(work, cost, group, budget, rng), customers),
        work=work,
    )


def _scores(population, work, rng):
    """Standard normal scores of being hard to serve, tied to size; a third of the biggest accounts score high."""
    size = np.log(population["rate"] * population["order_value"])
    size = ((size - size.mean()) / size.std()).to_numpy()
    score = SIZE_EFFECT * size + np.sqrt(1 - SIZE_EFFECT**2) * rng.standard_normal(len(size))
    biggest = np.argsort(-work.revenue[:, WINDOW].sum(axis=1), kind="stable")[:BIGGEST]
    high = rng.permutation(len(biggest))[: round(len(biggest) * DEMANDING / BIGGEST)]
    score[biggest[high]] = rng.normal(1.9, 0.1, len(high))
    return score


def _budgets(work, group):
    """EUR of effort per group in the window: what its planted cost to serve leaves after routine work."""
    revenue, routine = (table[:, WINDOW].sum(axis=1) for table in (work.revenue, work.routine))
    planned = {key: plan.traced * revenue[group == key].sum() for key, plan in EFFORT.items()}
    scale = TRACED * revenue.sum() / sum(planned.values())
    return {key: max(scale * money - routine[group == key].sum(), 0.1 * money) for key, money in planned.items()}


def _per_order(hardness, value, work, group, budget):
    """EUR of effort an order: the multiplier times a level per group that spends the group's budget in the window."""
    orders = work.orders[:, WINDOW].sum(axis=1)
    cost = np.zeros(len(value))
    for key, money in budget.items():
        of = group == key

        def spent(level, of=of):
            return value[of] * MOST * (1 - np.exp(-level * hardness[of] / MOST))

        level = _bisect(lambda log, of=of: (spent(np.exp(log)) * orders[of]).sum() < money, -16.0, 8.0)  # noqa: B023
        cost[of] = spent(np.exp(level))
    return cost


def _whale_peak(work, per_order):
    """Profit of the profitable over profit of all, in the window, before untraced cost."""
    cost = work.routine + per_order[:, None] * work.orders
    profit = (work.margin - cost)[:, WINDOW].sum(axis=1)
    return profit.clip(min=0).sum() / profit.sum()


def _levels(work, per_order, group, budget, rng):
    """Effort by customer and quarter, alike for those of a group that stay and alike for those that do not.

    It puts the profit rate of both on the group's line, give or take NOISE; so the line is seen whether or not an
    analyst leaves out who has lapsed or ordered only once.
    """
    middles = pd.date_range(START, AS_OF, freq="3MS")[:-1] + pd.Timedelta(days=45)
    years = ((middles - CURRENT_START) / pd.Timedelta(days=DAYS_A_YEAR)).to_numpy()
    levels = np.ones(work.orders.shape)
    staying = (work.orders.sum(axis=1) > 1) & (work.orders[:, LAST_YEAR].sum(axis=1) > 0)
    for key, plan in EFFORT.items():
        of = group == key
        if not work.revenue[of, WINDOW].any():
            continue
        profit = (work.margin - work.routine)[of, WINDOW].sum() - budget[key]
        revenue = work.revenue[of].sum(axis=0)
        at_middle = (profit - plan.slope * (years * revenue)[WINDOW].sum()) / revenue[WINDOW].sum()
        line = at_middle + plan.slope * years + _noise(years, rng)
        for own in (of & staying, of & ~staying):
            needed = (work.margin - work.routine - line * work.revenue)[own].sum(axis=0)
            expected = (per_order[own, None] * work.orders[own]).sum(axis=0)
            levels[own] = np.clip(needed / np.maximum(expected, 1e-9), *LEVELS)
    return levels


def _noise(years, rng):
    """What a group's quarters lie off its line: without a trend of its own in the window, which would be a slope."""
    noise = rng.normal(0, NOISE, QUARTERS).clip(-2 * NOISE, 2 * NOISE)
    slope, level = np.polyfit(years[WINDOW], noise[WINDOW], 1)
    noise[WINDOW] -= level + slope * years[WINDOW]
    return noise


def _bisect(too_low, low, high):
    """The value between low and high at which too_low turns from true to false."""
    for _ in range(32):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2
