"""How do customers move between groups within a year, how sure is that, and how alike are the years?

What was counted in the years seen is one thing, and another year is another: it has its own rates around those of all
years, and then chance decides about each customer. All three stand in the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.group_features import LAPSING, ONE_ORDER
from helpers.method.portfolio_states import LAPSED, NOT_YET, states_of

PRIOR = 10.0  # customers that a group borrows from all groups
FEW = 1.0  # customers' worth of doubt about the other states, which have none to borrow from
A_YEAR = 30.0  # customers: a year differs from all years as a sample of so many does
LEAST = 1e-3  # so that a gamma variate of next to nothing is one
BESIDE_GROUPS = (ONE_ORDER, LAPSING, LAPSED, NOT_YET)


@dataclass(frozen=True)
class Moves:
    """Moves of customers, year by year.

    `counts` is years x states x states, from the row's state at the start of a year to the column's at its end; the
    states are those of `states_of`. `seen` tells for each year and state whether a customer could be known to be in it.
    """

    states: tuple[str, ...]
    counts: np.ndarray
    seen: np.ndarray

    @property
    def years(self) -> int:
        """Years of moves: one less than the year ends."""
        return len(self.counts)

    def place(self, state: str) -> int:
        """The number of a state."""
        return self.states.index(state)

    def until(self, years: int) -> Moves:
        """The first so many years of moves."""
        return Moves(self.states, self.counts[:years], self.seen[:years])


def yearly_moves(portfolio_states: pd.DataFrame, group_ids: Sequence[str]) -> Moves:
    """Count who went where, between the ends of the years.

    Parameters
    ----------
    portfolio_states : DataFrame, one row per customer and year end, from `portfolio_states`
    group_ids : the groups of step 03, those without a member too

    Returns
    -------
    Moves
        The row of not_yet holds the year's new customers; who stays not_yet is no customer and is not counted.

    Examples
    --------
    >>> table = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "state": ["g1", "g2", "not_yet", "g1"],
    ...     "year_end": pd.to_datetime(["2025-01-01", "2026-01-01"] * 2)})
    >>> moves = yearly_moves(table, ["g1", "g2"])
    >>> moves.counts[0][[0, 5]].tolist()
    [[0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]
    """
    states = tuple(states_of(list(group_ids)))
    numbers = dict(zip(states, range(len(states)), strict=True))
    by_year = portfolio_states.pivot(index="customer_id", columns="year_end", values="state")
    ends = [by_year[end].map(numbers).to_numpy() for end in sorted(by_year)]
    counts = np.zeros((max(len(ends) - 1, 0), len(states), len(states)), dtype=np.int64)
    seen = np.ones(counts.shape[:2], dtype=bool)
    for year, (before, after) in enumerate(zip(ends[:-1], ends[1:], strict=True)):
        np.add.at(counts[year], (before, after), 1)
        # nobody can have been quiet for longer than the history is long
        seen[year, [numbers[LAPSING], numbers[LAPSED]]] = year >= 1, year >= 2
    counts[:, numbers[NOT_YET], numbers[NOT_YET]] = 0
    return Moves(states, counts, seen)


def allowed(states: Sequence[str]) -> np.ndarray:
    """Which moves the meaning of the states allows within a year: states x states.

    >>> allowed(states_of(["g1"])).astype(int).tolist()
    [[1, 0, 1, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 1, 0], [1, 0, 0, 1, 0], [1, 1, 0, 0, 0]]
    """
    states = list(states)
    groups = np.array([state not in BESIDE_GROUPS for state in states])
    can = np.tile(groups, (len(states), 1))
    # a second order day, whenever it comes, makes a habit; who is quiet for a year lapses, and for two has lapsed
    for place, state in enumerate(states):
        can[place, states.index({LAPSING: LAPSED, LAPSED: LAPSED, NOT_YET: ONE_ORDER}.get(state, LAPSING))] = True
    return can


def drawn_rates(moves: Moves, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of the rates of all years: draws x states x states, each row making one.

    Parameters
    ----------
    moves : Moves
    draws : int
    rng : numpy Generator

    Notes
    -----
    Dirichlet. A group's prior is worth ten customers who stay as often as those of all groups, lapse as often, and else
    go where the others go. A state beside the groups has no others like it; its prior is worth one customer, spread
    evenly. Where no year could show who was lapsing, nobody can have counted how many come back: any part is as
    likely up to that of the customers with one order, who were quiet for a shorter time; likewise for lapsed ones up
    to that of the lapsing. They come back to where those go.
    """
    can, counts = allowed(moves.states), moves.counts.sum(axis=0)
    weights = counts + _priors(moves, can)
    rates = np.zeros((draws, *can.shape))
    for place in range(len(can)):
        rates[:, place, can[place]] = rng.dirichlet(weights[place, can[place]], draws)
    lapsed, groups = moves.place(LAPSED), _groups(moves.states)
    for state, like in ((LAPSING, ONE_ORDER), (LAPSED, LAPSING)):
        place, shorter = moves.place(state), moves.place(like)
        if not moves.seen[:, place].any():
            back = rng.random(draws) * rates[:, shorter][:, groups].sum(axis=1)
            where = rates[:, shorter][:, groups]
            rates[:, place] = 0.0
            rates[:, place, groups] = back[:, np.newaxis] * where / where.sum(axis=1, keepdims=True)
            rates[:, place, lapsed] = 1 - back
    return rates


def another_year(rates: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The rates of one more year: each draw's own rates, and around them how far one year is from another.

    Parameters
    ----------
    rates : array, draws x states x states, from `drawn_rates`
    rng : numpy Generator

    Notes
    -----
    Rates of a year are spread around those of all years as if they came from thirty customers, however many there are:
    what changes for one customer of a group, such as prices or a rival, changes for its neighbours too. A group that
    stays by 80 % keeps 67 to 91 % in nine years of ten. One or two years of moves cannot tell how unlike years are, so
    the number was chosen on Harbours 1 to 20, with and without movers, and looked at again on 21 to 40; see
    tests/method/test_harbour_projection.py. A break that reaches one group alone stays outside of all such ranges.
    """
    weights = np.where(rates > 0, np.maximum(rates * A_YEAR, LEAST), 1.0)
    drawn = np.where(rates > 0, rng.standard_gamma(weights), 0.0)
    total = drawn.sum(axis=2, keepdims=True)
    return np.divide(drawn, total, out=rates.copy(), where=total > 0)


def moves_table(moves: Moves, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every move that is possible, with its rate over all years and the range of it.

    Returns
    -------
    DataFrame, one row per pair of states that a year may lead from and to, in the order of the states
        state, next_state                 str
        customers                         int    in the state at the start, over all years
        moved                             int    of them
        probability, _low, _high          float  mean and 90 % range of the draws; the rows of a state make one
        seen                              bool   whether any year could show it; else it is assumed
    """
    rates, can = drawn_rates(moves, draws, rng), allowed(moves.states)
    low, high = np.quantile(rates, [0.05, 0.95], axis=0)
    counts = moves.counts.sum(axis=0)
    rows = [
        (state, other, int(counts[a].sum()), int(counts[a, b]), float(rates[:, a, b].mean()), float(low[a, b]),
         float(high[a, b]), bool(moves.seen[:, a].any()))
        for a, state in enumerate(moves.states)
        for b, other in enumerate(moves.states)
        if can[a, b]
    ]  # fmt: skip
    numbers = ["probability", "probability_low", "probability_high"]
    table = pd.DataFrame(rows, columns=["state", "next_state", "customers", "moved", *numbers, "seen"])
    return table.astype({"state": "str", "next_state": "str"})


def _groups(states: Sequence[str]) -> np.ndarray:
    return np.array([place for place, state in enumerate(states) if state not in BESIDE_GROUPS], dtype=np.int64)


def _priors(moves: Moves, can: np.ndarray) -> np.ndarray:
    """Weights added to the counts: states x states."""
    prior = FEW * can / can.sum(axis=1, keepdims=True)
    groups, lapsing = _groups(moves.states), moves.place(LAPSING)
    counts = moves.counts.sum(axis=0)
    inner = counts[np.ix_(groups, groups)].astype(float)
    others = inner - np.diag(np.diag(inner))
    # one customer more of each kind, so that a portfolio in which nothing happened yet is not taken to stand still
    kinds = np.array([np.trace(inner), others.sum(), counts[groups, lapsing].sum()]) + 1.0
    stay, move, quit_ = kinds / kinds.sum()
    arrive = others.sum(axis=0) + 1.0
    for place, group in enumerate(groups):
        to = np.delete(arrive, place)
        share = to / to.sum() if len(to) else to
        prior[group, :] = 0.0
        prior[group, np.delete(groups, place)] = move * share
        prior[group, group] = stay if len(to) else stay + move
        prior[group, lapsing] = quit_
        prior[group] *= PRIOR
    return prior
