"""The years ahead in one go: moves, projection, held-out year and goals, or empty tables where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check, Finding
from helpers.method.expected_results import proposed_results
from helpers.method.goal_outlook import customer_marks, goal_outlook
from helpers.method.group_features import LAPSING, ONE_ORDER
from helpers.method.intent_shifts import intent_shifts, proposed_shifts, stray_shifts
from helpers.method.portfolio_moves import moves_table, yearly_moves
from helpers.method.portfolio_projection import (
    DRAWS,
    NO_ACTION,
    SEED,
    WITH_INTENTS,
    holdout_year,
    lapse_rates,
    portfolio_projection,
    projected,
)
from helpers.method.projection_findings import (
    projection_assumptions,
    projection_cannot_say,
    projection_checks,
    projection_findings,
)

_RANGES = ("customers", "part", "more")
EMPTY: Mapping[str, tuple[str, ...]] = {
    "projection": (
        *("scenario", "scenario_name", "year", "year_end", "state", "state_name"),
        *(f"{name}{end}" for name in _RANGES for end in ("", "_low", "_high")),
    ),
    "moves": (
        "state",
        "next_state",
        "customers",
        "moved",
        "probability",
        "probability_low",
        "probability_high",
        "seen",
    ),
    "holdout": ("state", "state_name", "part_before", "part", "part_low", "part_high", "part_seen", "inside"),
    "outlook": (
        *(
            "goal",
            "measure",
            "portfolio_goal",
            "scenario",
            "scenario_name",
            "measured_by",
            "baseline",
            "target",
            "by_date",
        ),
        *("today", "expected", "expected_low", "expected_high", "change", "year", "asked", "chance", "verdict"),
        "why_not",
    ),
}


@dataclass(frozen=True)
class YearsAhead:
    """What the moves of past years say of the years ahead; each table is empty where it cannot be made.

    `years` of moves were seen; None where customers of past years cannot be placed. `rates` is who stops buying in a
    year, None where it was not seen, `shifts` what the intents change, `proposed` the same if nobody had decided, and
    `stray` what people decided for groups that stand no more.
    """

    years: int | None
    projection: pd.DataFrame
    moves: pd.DataFrame
    holdout: pd.DataFrame
    outlook: pd.DataFrame
    rates: pd.DataFrame | None = None
    shifts: pd.DataFrame | None = None
    proposed: pd.DataFrame | None = None
    stray: tuple[CannotSay, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> pd.DataFrame | None:
        """The projection, None where there is none."""
        return None if self.projection.empty else self.projection


def years_ahead(
    states: pd.DataFrame | None,
    names: Mapping[str, str],
    intents: Mapping[str, Sequence[str]],
    *,
    as_of: object,
    decided: Mapping[str, Mapping] | None = None,
    portfolio_goals: pd.DataFrame | None = None,
    customer_value: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    draws: int = DRAWS,
) -> YearsAhead:
    """Projects the portfolio with no action and with the intents, as far as the history reaches.

    Parameters
    ----------
    states : DataFrame or None, of `helpers.method.portfolio_states.portfolio_states`
    names : mapping of group_id to name, of the groups that have an intent
    intents : mapping of group_id to its first and, where there is one, second intent
    as_of : date
    decided : rows of the decision on shifts by their keys, optional
    portfolio_goals : DataFrame or None, of step 01
    customer_value : DataFrame or None, of step 04; without it goals are not measured
    customers : DataFrame or None, as delivered
    draws : int

    Returns
    -------
    YearsAhead

    Examples
    --------
    >>> nothing = years_ahead(None, {"g1": "Yards"}, {"g1": ["grow"]}, as_of="2026-01-01")
    >>> nothing.years, nothing.projection.empty, list(nothing.moves)[:2]
    (None, True, ['state', 'next_state'])
    """
    empty = {name: pd.DataFrame(columns=list(columns)) for name, columns in EMPTY.items()}
    if states is None or not names:
        return YearsAhead(None, **empty)
    moves = yearly_moves(states, list(names))
    if moves.years < 1:
        return YearsAhead(0, **empty)
    first = {group: intents[group][0] for group in names}
    shifts = intent_shifts(first, decided)
    made = {"projection": portfolio_projection(moves, names, as_of=as_of, shifts=shifts, draws=draws)}
    # the same draws as the rates of leaving have: what step 13 scores is the number that was promised from
    made["moves"] = moves_table(moves, draws, np.random.default_rng([SEED, 1]))
    held = holdout_year(moves, names, draws=draws)
    made |= {} if held is None else {"holdout": held}
    if portfolio_goals is not None and customer_value is not None:
        paths = {NO_ACTION: projected(moves, draws=draws), WITH_INTENTS: projected(moves, shifts=shifts, draws=draws)}
        marks = customer_marks(customer_value, customers)
        made["outlook"] = goal_outlook(portfolio_goals, paths, marks, as_of=as_of)
    made |= {"rates": lapse_rates(moves, draws=draws), "shifts": shifts, "proposed": intent_shifts(first)}
    stray = tuple(stray_shifts(decided, first))
    return YearsAhead(moves.years, **{**empty, **made}, stray=stray, names=dict(names))


def ahead_findings(ahead: YearsAhead) -> list[Finding]:
    """What the years ahead say, of `helpers.method.projection_findings`; nothing where they cannot be projected."""
    if ahead.seen is None:
        return []
    tables = [None if table.empty else table for table in (ahead.holdout, ahead.outlook)]
    return projection_findings(ahead.projection, *tables)


def ahead_checks(ahead: YearsAhead, groups: pd.DataFrame | None) -> list[Check]:
    """Whether rates make one, and the projection begins with the customers who stand in a group today or beside one."""
    if ahead.seen is None or groups is None:
        return []
    states = {*ahead.projection["state"]} & {*groups["group_id"]} | {ONE_ORDER, LAPSING}
    return projection_checks(ahead.projection, ahead.moves, int(groups["group_id"].isin(states).sum()))


def ahead_assumptions(ahead: YearsAhead) -> list[Assumption]:
    """What the projection used that the data did not supply."""
    return [] if ahead.seen is None else projection_assumptions(ahead.moves, ahead.shifts, ahead.names)


def ahead_cannot_say(ahead: YearsAhead) -> list[CannotSay]:
    """What stays open of the years ahead."""
    return [*projection_cannot_say(ahead.years), *ahead.stray]


def proposed_rows(ahead: YearsAhead, expected_results: pd.DataFrame) -> dict[str, dict]:
    """What the rules propose of each decision on the years ahead, (rows, why) for all; of nothing, nothing is asked.

    `expected_results` are those that nobody has decided on: a proposal never repeats what people answered.

    Hold these proposals only after the decisions were read, for a proposal is given back where nobody has decided.

    >>> nothing = years_ahead(None, {}, {}, as_of="2026-01-01")
    >>> proposed_rows(nothing, pd.DataFrame())
    {'shifts': {}, 'results': {}}
    """
    asked: dict[str, dict] = {"shifts": {}, "results": {}}
    if ahead.seen is not None and ahead.proposed is not None:
        why = "Starting points to be talked about: no source says how much an intent changes."
        asked["shifts"] = {"all": (proposed_shifts(ahead.proposed), why)}
    if len(expected_results):
        why = "As ranges from what is at stake and from the projection. Who answers for each, nobody can propose."
        asked["results"] = {"all": (proposed_results(expected_results), why)}
    return asked
