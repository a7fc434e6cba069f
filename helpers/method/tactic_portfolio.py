"""Which tactics are best together, how sure is that, and what would another budget bring?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.method.money import HALF_A_CENT, whole_money
from helpers.method.tactic_choice import (
    ENUMERATED,
    TacticProblem,
    best_by_solver,
    counted_effects,
    feasible_sets,
    set_values,
)
from helpers.method.tactic_register import MONEY, needed_tactics, register, tactic_problem, why_not

DRAWS = 1_000
SEED = 20_111
FIFTH = float(ndtri(0.95))  # standard deviations between the middle and the 5th or the 95th percentile
# so many draws the solver gets, by the number of tactics: it needs a while for each
SOLVED_DRAWS = ((25, 100), (60, 30), (200, 20))
GAP = 0.005  # from so many tactics on, an answer within half a percent of the best is good enough
LARGE = 60
POINTS = 20  # of the frontier, from nothing to all tactics
COLUMNS = [
    *("tactic", "title", "group_id", "group_name", "driver", "cost", "people_days", "effect", "effect_counted"),
    *("best", "selected", "stays", "draws", "why_not"),
]


@dataclass(frozen=True)
class Chosen:
    """A set of tactics: how many, what they cost and count for; `value` = effect - cost.

    `broken` says in words which limits it does not keep; `unknown` how many of its tactics nothing can be said of.
    """

    tactics: int
    cost: float
    people_days: float
    effect: float
    broken: tuple[str, ...] = ()
    unknown: int = 0

    @property
    def value(self) -> float:
        """Counted effects less cost."""
        return self.effect - self.cost


@dataclass(frozen=True)
class Portfolio:
    """The best set beside the team's own.

    table, frontier : DataFrame, the published tactic_portfolio and tactic_frontier
    best, team : Chosen
    budget, people_days : float or None, the limits
    gap : float, by how much another set could be better at most, as a part of the best one's value; 0 = proven
    equals : int or None, other sets that are as good; None where not all sets were looked at
    draws : int, of effects, in which `stays` was counted
    ahead : float, part of the draws in which the best set is worth more than the team's; missing without a team's
    no_range : tuple of str, tactics whose effect has no range: they do not vary
    full : tuple of str, groups in which the best set would win more than there is to win
    uncapped : tuple of str, groups in which tactics win share, and nobody knows how much there is
    """

    table: pd.DataFrame
    frontier: pd.DataFrame
    best: Chosen
    team: Chosen
    budget: float | None
    people_days: float | None
    gap: float
    equals: int | None
    draws: int
    ahead: float
    no_range: tuple[str, ...]
    full: tuple[str, ...]
    uncapped: tuple[str, ...]


def tactic_portfolio(
    tactics: pd.DataFrame | None,
    *,
    budget: float | None = None,
    people_days: float | None = None,
    caps: Mapping[str, float] | None = None,
    draws: int = DRAWS,
) -> Portfolio:
    """The set of tactics that is worth most within the limits, and how firm that is.

    Answers "if we can only do some of it, what do we do?".

    Parameters
    ----------
    tactics : DataFrame, one row per tactic, or None
        tactic, title, group_id, driver, stage, measure, cost, people_days, effect_low, effect_likely, effect_high
        (discounted margin), needs (tactics joined by ";" or ","), selected; and wins_share, bool, where the register
        says it.
    budget, people_days : float, optional
        None = no limit.
    caps : mapping of group_id to money, from `tactic_register.share_caps`
    draws : int
        Of the effects, at most: fewer where the solver needs long, and `Portfolio.draws` says how many.

    Returns
    -------
    Portfolio

    Raises
    ------
    StepInputError
        If a tactic stands twice, a cost or number of days is below zero, or not low <= likely <= high.

    Notes
    -----
    Worth = counted effects - cost, at the likely effects. Cost is taken off since a budget is a limit and no target:
    what does not earn its cost stays undone though there is money for it. Costs are taken to fall today.

    A tactic wins share where `wins_share` says so; without that column, where its stage is win or its measure the
    customer share. What counts how much: `tactic_choice.set_values`.

    Up to 16 tactics every set is looked at: of equally good ones the cheaper, then that of fewer days, then of fewer
    tactics is taken. Above, the solver's: proven best up to 60 tactics unless the gap says otherwise.

    Draws: each effect is split-normal, with its low and high as 5th and 95th percentile, as projects are in
    `commitment.project_values`; tactics are drawn apart; limits, costs and caps stay.

    Examples
    --------
    >>> table = pd.DataFrame({"tactic": ["crates", "visits"], "group_id": "g1", "driver": "delivery",
    ...     "cost": [40.0, 40.0], "effect_likely": [100.0, 60.0], "selected": [True, True]})
    >>> found = tactic_portfolio(table, budget=100)
    >>> found.table[["tactic", "effect_counted", "best", "stays"]].values.tolist()
    [['crates', 100.0, True, 1.0], ['visits', nan, False, 0.0]]
    >>> found.best.value, found.team.value
    (60.0, 50.0)
    """
    rows = register(tactics)
    rows["why_not"] = why_not(rows, people_days)
    able = rows[rows["why_not"] == ""].reset_index(drop=True)
    problem, held = tactic_problem(able, budget, people_days, dict(caps or {}))
    effects = able["effect_likely"].to_numpy()
    small = len(able) <= ENUMERATED
    sets = feasible_sets(problem) if small else None
    chosen, gap, equals = _best(problem, effects, sets)
    drawn = _draws(able, draws if small else _solved_draws(len(able), draws))
    stays = _stays(problem, drawn, sets)
    counted = counted_effects(problem, chosen, effects)

    rows = rows.set_index("tactic", drop=False)
    index = pd.Index(able["tactic"])
    rows["best"] = pd.Series(chosen, index).reindex(rows.index, fill_value=False).astype(bool)
    rows["effect_counted"] = whole_money(pd.Series(counted, index).where(chosen).reindex(rows.index))
    rows["stays"] = pd.Series(stays, index).reindex(rows.index)
    rows["draws"] = len(drawn)
    rows["effect"] = rows["effect_likely"]
    table = rows.reset_index(drop=True)[COLUMNS]

    own = able["selected"].to_numpy()
    team = _team(rows, problem, effects, own)
    best = _chosen(problem, chosen, counted)
    ahead = float("nan")
    if rows["selected"].any() and len(drawn):
        worth = set_values(problem, np.array([chosen, own]), drawn)
        ahead = float((worth[:, 0] > worth[:, 1] + HALF_A_CENT).mean())
    return Portfolio(
        table=table,
        frontier=_frontier(problem, effects, chosen, gap),
        best=best,
        team=team,
        budget=budget,
        people_days=people_days,
        gap=gap,
        equals=equals,
        draws=len(drawn),
        ahead=ahead,
        no_range=tuple(able.loc[able[["effect_low", "effect_high"]].isna().any(axis=1), "tactic"]),
        full=tuple(_full(problem, held, chosen, effects)),
        uncapped=tuple(sorted(set(able.loc[able["wins_share"] & (problem.cap_of < 0), "group_id"]))),
    )


def _best(problem: TacticProblem, effects: np.ndarray, sets: np.ndarray | None) -> tuple[np.ndarray, float, int | None]:
    """The best set, the gap, and how many other sets are as good."""
    if sets is None:
        chosen, gap = best_by_solver(problem, effects, gap=GAP if len(problem) > LARGE else 0.0)
        return chosen, gap, None
    if not len(sets):  # a limit below zero: not even nothing keeps it
        return np.zeros(len(problem), dtype=bool), 0.0, 0
    values = set_values(problem, sets, effects[None, :])[0]
    return sets[values.argmax()], 0.0, int((values == values.max()).sum()) - 1


def _solved_draws(tactics: int, draws: int) -> int:
    """How many draws the solver gets."""
    for most, number in SOLVED_DRAWS:
        if tactics <= most:
            return min(draws, number)
    return 0


def _draws(able: pd.DataFrame, draws: int) -> np.ndarray:
    """Effects, one row per draw: split-normal, each tactic apart."""
    low, likely, high = (able[name].to_numpy() for name in MONEY[1:])
    luck = np.random.default_rng(SEED).standard_normal((draws, len(able)))
    fall, rise = np.nan_to_num(likely - low), np.nan_to_num(high - likely)
    return likely + np.where(luck < 0, fall, rise) / FIFTH * luck


def _stays(problem: TacticProblem, drawn: np.ndarray, sets: np.ndarray | None) -> np.ndarray:
    """Part of the draws in which each tactic is in the best set; missing without a draw."""
    if not len(drawn):
        return np.full(len(problem), np.nan)
    if sets is None:
        gap = GAP if len(problem) > LARGE else 1e-4
        return np.mean([best_by_solver(problem, effects, gap=gap)[0] for effects in drawn], axis=0)
    if not len(sets):
        return np.zeros(len(problem))
    best = [set_values(problem, sets, some).argmax(axis=1) for some in np.array_split(drawn, max(len(drawn) // 50, 1))]
    return sets[np.concatenate(best)].mean(axis=0)


def _chosen(problem: TacticProblem, chosen: np.ndarray, counted: np.ndarray) -> Chosen:
    """What a set costs and counts for."""
    days = float(problem.days[chosen].sum())
    return Chosen(int(chosen.sum()), float(problem.cost[chosen].sum()), days, float(counted[chosen].sum()))


def _team(rows, problem, effects, own) -> Chosen:
    """The team's own selection by the same rules."""
    mine = rows[rows["selected"]]
    broken = []
    cost, days = float(mine["cost"].sum()), float(mine["people_days"].sum())
    if problem.budget is not None and cost > problem.budget + HALF_A_CENT:
        broken.append("it costs more than the budget")
    if problem.days_limit is not None and days > problem.days_limit + HALF_A_CENT:
        broken.append("it takes more days than people have")
    names = set(mine["tactic"])
    if any(not set(needed_tactics(text)) <= names for text in mine["needs"]):
        broken.append("it lacks a tactic that another one needs")
    counted = counted_effects(problem, own, effects)
    unknown = len(mine) - int(own.sum())
    return Chosen(len(mine), cost, days, float(counted[own].sum()), tuple(broken), unknown)


def _full(problem: TacticProblem, held: list[str], chosen: np.ndarray, effects: np.ndarray) -> list[str]:
    """Groups in which a cap takes something from the best set."""
    free = TacticProblem(
        problem.cost, problem.days, problem.needs, problem.cell, np.full(len(problem), -1), np.zeros(0)
    )
    counted, whole = counted_effects(problem, chosen, effects), counted_effects(free, chosen, effects)
    found = []
    for place, group in enumerate(held):
        under = problem.cap_of == place
        if whole[under].sum() > counted[under].sum() + HALF_A_CENT:
            found.append(group)
    return found


def _frontier(problem: TacticProblem, effects: np.ndarray, chosen: np.ndarray, gap: float) -> pd.DataFrame:
    """The best value of each budget from nothing to all tactics, the budget in force among them."""
    whole = float(problem.cost.sum())
    points = POINTS if len(problem) <= LARGE else POINTS // 4
    budgets = {round(whole * step / points, 2) for step in range(points + 1)} if len(problem) else set()
    if problem.budget is not None and problem.budget >= 0:
        budgets.add(round(problem.budget, 2))
    sets = values = costs = None
    if len(problem) <= ENUMERATED:
        sets = feasible_sets(problem.with_budget(None))
        values = set_values(problem, sets, effects[None, :])[0] if len(sets) else np.zeros(0)
        costs = sets.astype(float) @ problem.cost
    found, so_far = [], np.zeros(len(problem), dtype=bool)
    for budget in sorted(budgets):
        is_budget = problem.budget is not None and abs(budget - problem.budget) <= HALF_A_CENT
        if sets is None:
            mine, _ = (chosen, gap) if is_budget else best_by_solver(
                problem.with_budget(budget), effects, gap=max(GAP, 1e-4)
            )  # fmt: skip
        elif len(sets):
            inside = costs <= budget + HALF_A_CENT
            mine = sets[np.where(inside, values, -np.inf).argmax()]
        else:
            continue
        # what a smaller budget bought is there for a larger one too: the solver's gap must not make the line fall
        worth = set_values(problem, np.array([mine, so_far]), effects[None, :])[0]
        so_far = mine if worth[0] >= worth[1] or is_budget else so_far
        one = _chosen(problem, so_far, counted_effects(problem, so_far, effects))
        found.append((budget, one.value, one.effect, one.cost, one.tactics, is_budget))
    names = ["budget", "value", "effect", "cost", "tactics", "is_budget"]
    table = pd.DataFrame(found, columns=names)
    kinds = dict.fromkeys(names[:4], "float64") | {"tactics": "int64", "is_budget": bool}
    table = table.astype(kinds)
    for name in names[:4]:
        table[name] = whole_money(table[name])
    return table
