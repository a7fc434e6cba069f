"""Which tactics together bring most? The problem as numbers, and two ways to its answer: all sets, or a solver.

What a set of tactics brings is less than the sum of its parts: two that serve the same driver of the same group win
some of the same customers, and nobody can win more of a group than there is to be won. Both are in `set_values`, which
is the one definition of worth; the integer programme says the same in linear form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.method.money import UNITS, ten_thousandths

ENUMERATED = 16  # tactics up to which every set is looked at: 65,536 sets
SECOND = 0.5  # part that a second and later tactic on the same group and driver counts
CHUNK = 4_000_000  # values held at a time
NODES = 2_000  # of the solver's tree: a limit that does not depend on the machine, as a time would


@dataclass(frozen=True)
class TacticProblem:
    """Tactics that may be chosen, as arrays of one value a tactic, and the limits.

    Attributes
    ----------
    cost, days : array of float; days missing where nobody limits them
    needs : tuple of tuple of int, positions of the tactics that each one needs
    cell : array of int, equal for tactics on the same group and driver
    cap_of : array of int, position of the cap that the tactic's effect counts under, -1 = none
    caps : array of float, money
    budget, days_limit : float or None, None = no limit
    """

    cost: np.ndarray
    days: np.ndarray
    needs: tuple[tuple[int, ...], ...]
    cell: np.ndarray
    cap_of: np.ndarray
    caps: np.ndarray
    budget: float | None = None
    days_limit: float | None = None

    def __len__(self) -> int:
        return len(self.cost)

    def with_budget(self, budget: float | None) -> TacticProblem:
        """The same with another budget."""
        return replace(self, budget=budget)


def feasible_sets(problem: TacticProblem) -> np.ndarray:
    """Every set of tactics that keeps all limits, the cheaper first.

    Returns
    -------
    array of bool, one row per set and one column per tactic
        In the order of cost, then days, then number of tactics, then the earlier tactics: of equally good sets the
        first is taken. The empty set is always there, unless a limit lies below zero.

    Examples
    --------
    >>> two = TacticProblem(np.array([5.0, 3.0]), np.zeros(2), ((), (0,)), np.arange(2), np.full(2, -1), np.zeros(0))
    >>> feasible_sets(two).astype(int).tolist()
    [[0, 0], [1, 0], [1, 1]]
    """
    n = len(problem)
    sets = (np.arange(2**n)[:, None] >> np.arange(n)[None, :] & 1).astype(bool)
    for one, needed in enumerate(problem.needs):
        for other in needed:
            sets = sets[~sets[:, one] | sets[:, other]]
    cost, days = _whole(problem.cost, sets), _whole(problem.days, sets)
    inside = np.ones(len(sets), dtype=bool)
    for sums, limit in ((cost, problem.budget), (days, problem.days_limit)):
        if limit is not None:
            inside &= sums <= ten_thousandths([limit])[0]
    sets, cost, days = sets[inside], cost[inside], days[inside]
    order = np.lexsort([*(~sets[:, ::-1]).T, sets.sum(axis=1), days, cost])
    return sets[order]


def set_values(problem: TacticProblem, sets: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """What each set is worth: its counted effects less its cost.

    Parameters
    ----------
    problem : TacticProblem
    sets : array of bool, one row per set
    effects : array of float, one row per draw and one column per tactic

    Returns
    -------
    array of float, one row per draw and one column per set, to four decimals

    Notes
    -----
    Within a cell the largest effect above zero counts in full, each other one half; of equal ones that comes first
    which no cap holds. Effects below zero count in full. Effects under a cap are added up, and count up to it.

    Examples
    --------
    Two tactics of 100 and 60 on one cell: 100 + 30; the 100 wins share, of which 80 is all there is.

    >>> cell = TacticProblem(np.zeros(2), np.zeros(2), ((), ()), np.zeros(2, int), np.array([0, -1]), np.array([80.0]))
    >>> set_values(cell, np.array([[True, True], [True, False]]), np.array([[100.0, 60.0]])).tolist()
    [[110.0, 80.0]]
    """
    values = np.empty((len(effects), len(sets)))
    step = max(1, CHUNK // max(len(sets), 1))
    for start in range(0, len(effects), step):
        values[start : start + step] = _values(problem, sets, effects[start : start + step])
    return values


def counted_effects(problem: TacticProblem, chosen: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """What each tactic of one set counts for; zero outside the set. They add up to the set's counted effect.

    Where a cap holds, each effect under it is lowered by the same part.
    """
    parts = np.where(chosen, np.where(effects > 0, SECOND * effects, effects), 0.0)
    for cell in np.unique(problem.cell[chosen]):
        inside = np.flatnonzero(chosen & (problem.cell == cell) & (effects > 0))
        if len(inside):
            # the largest; of equal ones that first which no cap holds
            first = min(inside, key=lambda one: (-effects[one], problem.cap_of[one] >= 0))
            parts[first] = effects[first]
    for place, cap in enumerate(problem.caps):
        under = (problem.cap_of == place) & (parts > 0)
        if parts[under].sum() > cap:
            parts[under] *= cap / parts[under].sum()
    return parts


def best_by_solver(
    problem: TacticProblem, effects: np.ndarray, *, gap: float = 0.0, nodes: int = NODES
) -> tuple[np.ndarray, float]:
    """The best set by an integer programme, and by how much a better one could still exceed it.

    Parameters
    ----------
    problem : TacticProblem
    effects : array of float, one value per tactic
    gap : float
        The solver may stop where no set can be better by more than this part.
    nodes : int
        Most nodes of its tree. A limit of time would give another answer on another machine.

    Returns
    -------
    chosen : array of bool
    gap : float
        0 = proven best; 0.02 = another set could be better by 2 % of this one's value at most. Missing where the
        solver found no set, and nothing is chosen.

    Notes
    -----
    x = chosen, y = counts in full (largest of its cell), w = counted under a cap. Maximise sum of (e/2)(x + y) over
    effects e above zero outside caps, plus e x below zero, plus w, less cost x; subject to y <= x, sum of y in a cell
    <= 1, y_i <= 1 - x_j where j is larger than i in a cell that a cap divides, w <= sum of (e/2)(x + y) under the cap,
    w <= cap, x_i <= x_j where i needs j, and the limits. Money is in units of the largest number, so that the currency
    does not matter.

    References
    ----------
    Huangfu and Hall, "Parallelizing the dual revised simplex method", Mathematical Programming Computation 10 (2018):
    HiGHS, the solver.
    """
    if not len(problem):
        return np.zeros(0, dtype=bool), 0.0
    limited = problem
    for _ in range(5):
        chosen, left = _solved(limited, effects, gap, nodes)
        money, days = _over(problem, chosen)
        if max(money, days) <= 0:
            return chosen, left
        # the solver keeps limits to a millionth only: ask for a little less
        limited = replace(
            limited,
            budget=None if limited.budget is None else limited.budget - 2 * money,
            days_limit=None if limited.days_limit is None else limited.days_limit - 2 * days,
        )
    return np.zeros(len(problem), dtype=bool), float("nan")


def _solved(problem: TacticProblem, effects: np.ndarray, gap: float, nodes: int) -> tuple[np.ndarray, float]:
    """One call of the solver."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import, and only this step solves

    n, caps = len(problem), len(problem.caps)
    unit = max(float(np.abs(effects).max()), float(problem.cost.max()), 1e-12)
    e, cost = effects / unit, problem.cost / unit
    up = np.where(e > 0, e, 0.0)
    sizes = np.bincount(problem.cell[e > 0], minlength=int(problem.cell.max()) + 1)
    shared = (e > 0) & (sizes[problem.cell] > 1)
    on_x, on_y = np.where(shared, SECOND * up, up), np.where(shared, (1 - SECOND) * up, 0.0)
    free = problem.cap_of < 0
    worth = np.concatenate(
        [np.where(free, on_x, 0.0) + np.where(e < 0, e, 0.0) - cost, np.where(free, on_y, 0.0), np.ones(caps)]
    )
    rows, most = [], []

    def at_most(limit: float, x: dict | None = None, y: dict | None = None, w: dict | None = None) -> None:
        row = np.zeros(2 * n + caps)
        for offset, part in ((0, x), (n, y), (2 * n, w)):
            for place, value in (part or {}).items():
                row[offset + place] = value
        rows.append(row)
        most.append(limit)

    if problem.budget is not None:
        at_most(problem.budget / unit, x=dict(enumerate(cost)))
    if problem.days_limit is not None:
        top = max(float(problem.days.max()), 1e-12)
        at_most(problem.days_limit / top, x=dict(enumerate(problem.days / top)))
    for one, needed in enumerate(problem.needs):
        for other in needed:
            at_most(0.0, x={one: 1.0, other: -1.0})
    for one in np.flatnonzero(shared):
        at_most(0.0, x={one: -1.0}, y={one: 1.0})
    for cell in np.unique(problem.cell[shared]):
        inside = np.flatnonzero(shared & (problem.cell == cell))
        at_most(1.0, y=dict.fromkeys(inside, 1.0))
        if len(set(problem.cap_of[inside] >= 0)) > 1:
            order = sorted(inside, key=lambda one: (-e[one], problem.cap_of[one] >= 0))
            for place, one in enumerate(order):
                for larger in order[:place]:
                    at_most(1.0, x={larger: 1.0}, y={one: 1.0})
    for place in range(caps):
        under = np.flatnonzero((problem.cap_of == place) & (e > 0))
        at_most(0.0, x={one: -on_x[one] for one in under}, y={one: -on_y[one] for one in under}, w={place: 1.0})
    upper = np.concatenate([np.ones(n), shared.astype(float), problem.caps / unit])
    found = milp(
        -worth,
        integrality=np.concatenate([np.ones(n), np.zeros(n + caps)]),
        bounds=Bounds(0.0, upper),
        constraints=[LinearConstraint(np.array(rows), -np.inf, most)] if rows else [],
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    if found.x is None:
        return np.zeros(n, dtype=bool), float("nan")
    return found.x[:n] > 0.5, float(found.mip_gap or 0.0)


def _over(problem: TacticProblem, chosen: np.ndarray) -> tuple[float, float]:
    """By how much money and how many days the set is above its limits."""
    found = []
    for values, limit in ((problem.cost, problem.budget), (problem.days, problem.days_limit)):
        over = 0 if limit is None else _whole(values, chosen[None, :])[0] - ten_thousandths([limit])[0]
        found.append(max(over, 0) / UNITS)
    return found[0], found[1]


def _whole(values: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Sums over each set in whole ten-thousandths: exact in every order."""
    return sets.astype(np.int64) @ ten_thousandths(np.nan_to_num(values))


def _values(problem: TacticProblem, sets: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """The worth of some draws."""
    up, down = np.clip(effects, 0.0, None), np.clip(effects, None, 0.0)
    held = problem.cap_of >= 0
    sizes = np.bincount(problem.cell, minlength=int(problem.cell.max(initial=0)) + 1)
    alone = sizes[problem.cell] == 1
    as_numbers = sets.T.astype(float)
    worth = (down + np.where(alone & ~held, up, 0.0) - problem.cost) @ as_numbers
    under = {int(place): np.where(alone & (problem.cap_of == place), up, 0.0) @ as_numbers for place in
             np.unique(problem.cap_of[held])}  # fmt: skip
    for cell in np.flatnonzero(sizes > 1):
        inside = np.flatnonzero(problem.cell == cell)
        codes, at = np.unique(sets[:, inside] @ (1 << np.arange(len(inside))), return_inverse=True)
        some = (codes[:, None] >> np.arange(len(inside))[None, :] & 1).astype(bool)
        parts, largest = [], []
        for kind in (~held[inside], held[inside]):
            mine = up[:, inside] * kind
            parts.append(SECOND * (mine @ some.T.astype(float)))
            largest.append(np.zeros((len(up), len(codes))))
            for place in np.flatnonzero(kind):
                np.maximum(largest[-1], np.where(some[:, place], mine[:, [place]], 0.0), out=largest[-1])
        first = largest[0] >= largest[1]
        worth += (parts[0] + np.where(first, (1 - SECOND) * largest[0], 0.0))[:, at]
        if held[inside].any():
            place = int(problem.cap_of[inside][held[inside]][0])
            under[place] += (parts[1] + np.where(first, 0.0, (1 - SECOND) * largest[1]))[:, at]
    for place, sums in under.items():
        worth += np.minimum(sums, problem.caps[place])
    return worth.round(4) + 0.0
