"""Where is the portfolio going, by itself and with our intents? Customers by group over the next years, as ranges.

A chain of years: customers move between groups at the rates that their moves of the past years show, some leave, some
come back, new ones come. Customers of a group are taken to be alike in this, whatever they did before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_features import LAPSING, MONTHS
from helpers.method.group_members import BESIDE
from helpers.method.intent_shifts import shifted
from helpers.method.intervals import LEVEL
from helpers.method.portfolio_moves import A_YEAR, Moves, another_year, drawn_rates
from helpers.method.portfolio_states import LAPSED, NOT_YET

SEED = 20_090
DRAWS = 2_000
YEARS = 3  # ahead; the horizon of lifetime value
NO_ACTION, WITH_INTENTS = "no_action", "with_intents"
SCENARIOS = {NO_ACTION: "No action", WITH_INTENTS: "With the intents"}
NAMES = {**BESIDE, LAPSED: "Lapsed", NOT_YET: "New in the year"}


@dataclass(frozen=True)
class Paths:
    """Customers by state at the end of each year, the first of them the start.

    Both arrays are draws x years x states: `customers` with chance for each customer, `expected` without it, so that
    two scenarios differ by what is done and not by luck. The column of not_yet has the year's new customers.
    """

    states: tuple[str, ...]
    customers: np.ndarray
    expected: np.ndarray

    @property
    def of_portfolio(self) -> list[int]:
        """Numbers of the states that make the portfolio: groups, one order and lapsing."""
        return [place for place, state in enumerate(self.states) if state not in (LAPSED, NOT_YET)]

    def portions(self, values: np.ndarray) -> np.ndarray:
        """Parts of the portfolio's customers, of `customers` or `expected`; missing for the other states."""
        inside = values[..., self.of_portfolio]
        whole = inside.sum(axis=-1, keepdims=True).astype(float)
        parts = np.full(values.shape, np.nan)
        parts[..., self.of_portfolio] = np.divide(inside, whole, out=np.full(inside.shape, np.nan), where=whole > 0)
        return parts


def projected(
    moves: Moves, *, years: int = YEARS, shifts: pd.DataFrame | None = None, draws: int = DRAWS, seed: int = SEED
) -> Paths:
    """Draws of the portfolio's next years, from its state at the end of the last year of moves.

    Parameters
    ----------
    moves : Moves, from `yearly_moves`
        One year or more.
    years : int
        How many to look ahead.
    shifts : DataFrame, optional
        What the intents change, from `intent_shifts`; without it nothing is done.
    draws, seed : int
        The same seed gives the same years to every scenario.

    Returns
    -------
    Paths

    Raises
    ------
    StepInputError
        If no year of moves was seen.

    Notes
    -----
    A draw takes rates of all years from a Dirichlet distribution, rates of each next year around them, as many new
    customers as a year of such a mean brings (gamma, then Poisson), and chance for each customer (multinomial).
    """
    if not moves.years:
        raise StepInputError("A projection needs the moves of one year; expected two whole years of history or more.")
    rng = np.random.default_rng([seed, 1])
    luck = np.random.default_rng([seed, 2])
    rates = drawn_rates(moves, draws, rng)
    new = moves.place(NOT_YET)
    mean_new = rng.gamma(moves.counts[:, new].sum() + 0.5, 1 / moves.years, draws)
    now = moves.counts[-1].sum(axis=0)
    customers, expected = [np.tile(now, (draws, 1))], [np.tile(now.astype(float), (draws, 1))]
    for _ in range(years):
        year = another_year(rates, rng)
        arrive = mean_new * rng.gamma(A_YEAR, 1 / A_YEAR, draws)
        if shifts is not None:
            year = shifted(year, moves.states, shifts, seed=seed)
        customers.append(_step(customers[-1], luck.poisson(arrive), year, new, luck))
        before = expected[-1].copy()
        before[:, new] = arrive
        after = np.einsum("ds,dst->dt", before, year)
        after[:, new] = arrive
        expected.append(after)
    return Paths(moves.states, np.stack(customers, axis=1), np.stack(expected, axis=1))


def _step(now: np.ndarray, arrive: np.ndarray, rates: np.ndarray, new: int, rng: np.random.Generator) -> np.ndarray:
    """One year on: each customer moves by itself."""
    after = np.zeros_like(now)
    for place in range(now.shape[1]):
        many = arrive if place == new else now[:, place]
        after += rng.multinomial(many, rates[:, place] / rates[:, place].sum(axis=1, keepdims=True))
    after[:, new] = arrive
    return after


def portfolio_projection(
    moves: Moves,
    names: Mapping[str, str],
    *,
    as_of: object,
    shifts: pd.DataFrame | None = None,
    years: int = YEARS,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Customers and portions by group over the next years, with no action and with the intents.

    Answers "where does the portfolio go if we do nothing, and how much of that do our intents change?".

    Parameters
    ----------
    moves : Moves, from `yearly_moves`
    names : mapping of group_id to name
    as_of : date
    shifts : DataFrame, optional
        From `intent_shifts`. Without it only no action is projected.
    years, draws : int
    level : float
        Of the ranges.

    Returns
    -------
    DataFrame, one row per scenario, year and state, year 0 = today: the columns of the published portfolio_projection
        customers, _low, _high  float  median and ends; of not_yet the year's new customers, missing today
        part, _low, _high       float  of the portfolio's customers: groups, one order and lapsing; missing for others
        more, _low, _high       float  customers more than with no action, without the luck of single customers; missing
                                       for no action and today

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.zeros((1, 5, 5), dtype=int)
    >>> counts[0, 0, 0] = 1_000_000  # g1 keeps everybody, and nobody is new
    >>> moves = Moves(("g1", "one_order", "lapsing", "lapsed", "not_yet"), counts, np.full((1, 5), True))
    >>> table = portfolio_projection(moves, {"g1": "Yards"}, as_of="2026-01-01", years=1, draws=50)
    >>> table.loc[table["state"] == "g1", ["year", "part"]].round(3).values.tolist()
    [[0.0, 1.0], [1.0, 1.0]]
    """
    base = projected(moves, years=years, draws=draws)
    scenarios = {NO_ACTION: base}
    if shifts is not None:
        scenarios[WITH_INTENTS] = projected(moves, years=years, shifts=shifts, draws=draws)
    rows = [
        _rows(paths, None if name == NO_ACTION else base, names, as_of, level).assign(scenario=name)
        for name, paths in scenarios.items()
    ]
    table = pd.concat(rows, ignore_index=True)
    table.insert(0, "scenario_name", table["scenario"].map(SCENARIOS))
    table.insert(0, "scenario", table.pop("scenario"))
    return table.astype(dict.fromkeys(("scenario", "scenario_name", "state", "state_name"), "str"))


def _rows(paths: Paths, base: Paths | None, names: Mapping[str, str], as_of: object, level: float) -> pd.DataFrame:
    """The ranges of one scenario."""
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    count = np.quantile(paths.customers, ends, axis=0)
    parts = np.quantile(paths.portions(paths.customers), ends, axis=0)
    more = np.full(count.shape, np.nan)
    if base is not None:
        more = np.quantile(paths.expected - base.expected, ends, axis=0)
        more[:, 0] = np.nan
    called = {**NAMES, **names}
    rows = []
    for year in range(count.shape[1]):
        on = pd.Timestamp(as_of) + pd.DateOffset(months=MONTHS * year)
        for place, state in enumerate(paths.states):
            known = not (year == 0 and state == NOT_YET)
            row = {"year": year, "year_end": on, "state": state, "state_name": called.get(state, state)}
            for name, values in (("customers", count), ("part", parts), ("more", more)):
                low, middle, high = np.round(values[:, year, place], 9) if known else (np.nan,) * 3
                row |= {name: middle, f"{name}_low": low, f"{name}_high": high}
            rows.append(row)
    return pd.DataFrame(rows)


def holdout_year(
    moves: Moves, names: Mapping[str, str], *, draws: int = DRAWS, level: float = LEVEL
) -> pd.DataFrame | None:
    """The last year as the years before would have projected it, beside what came.

    Answers "would this projection have been right a year ago?".

    Parameters
    ----------
    moves : Moves, from `yearly_moves`
    names : mapping of group_id to name
    draws : int
    level : float

    Returns
    -------
    DataFrame, one row per state of the portfolio: the columns of the published projection_holdout
        part_before           float  at the start of the year, which "no change" would have said
        part, _low, _high     float  as projected
        part_seen             float  as it came
        inside                bool   the range holds it
    None where fewer than two years of moves were seen, or nobody was in the portfolio.

    Notes
    -----
    The centres that tell the groups apart come from the whole history, the held-out year included; the moves do not.
    """
    if moves.years < 2:
        return None
    paths = projected(moves.until(moves.years - 1), years=1, draws=draws)
    before, came = (paths.portions(values) for values in (moves.counts[-1].sum(axis=1), moves.counts[-1].sum(axis=0)))
    if np.isnan(before).all() or np.isnan(came).all():
        return None
    low, middle, high = np.quantile(
        paths.portions(paths.customers)[:, 1], [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0
    )
    at = paths.of_portfolio
    states = [paths.states[place] for place in at]
    table = pd.DataFrame(
        {
            "state": pd.Series(states, dtype="str"),
            "state_name": pd.Series([{**NAMES, **names}.get(state, state) for state in states], dtype="str"),
            "part_before": before[at],
            "part": middle[at],
            "part_low": low[at],
            "part_high": high[at],
            "part_seen": came[at],
        }
    )
    numbers = table.columns[2:]
    table[numbers] = table[numbers].astype(float).round(9)
    table["inside"] = (table["part_low"] <= table["part_seen"]) & (table["part_seen"] <= table["part_high"])
    return table


def holdout_errors(holdout: pd.DataFrame) -> tuple[float, float]:
    """Mean distance of the projected portions from what came, and that of "no change"; in parts of the portfolio.

    >>> table = pd.DataFrame({"part_before": [0.5, 0.5], "part": [0.6, 0.4], "part_seen": [0.7, 0.3]})
    >>> [round(error, 3) for error in holdout_errors(table)]
    [0.1, 0.2]
    """
    seen = holdout["part_seen"]
    return tuple(float((holdout[name] - seen).abs().mean()) for name in ("part", "part_before"))


def lapse_rates(moves: Moves, *, draws: int = DRAWS, level: float = LEVEL, seed: int = SEED) -> pd.DataFrame:
    """Which part of each group's customers falls silent within a year.

    Returns
    -------
    DataFrame, one row per group
        group_id                       str
        customers                      int    at the starts of all years, behind the rate
        lapse_rate, _low, _high        float  mean and range of the rates of all years
    """
    rates = drawn_rates(moves, draws, np.random.default_rng([seed, 1]))[:, :, moves.place(LAPSING)]
    low, high = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2], axis=0)
    at = [place for place, state in enumerate(moves.states) if state not in NAMES]
    table = pd.DataFrame({"group_id": pd.Series([moves.states[place] for place in at], dtype="str")})
    table["customers"] = moves.counts.sum(axis=(0, 2))[at]
    table["lapse_rate"], table["lapse_low"], table["lapse_high"] = rates.mean(axis=0)[at], low[at], high[at]
    return table
