"""What do we mean to learn, what was learned, what did it change, and which question is due?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from helpers.client.result_model import Check, Result, decision_in_words
from helpers.errors import listed

TURN = {
    "weekly": pd.DateOffset(weeks=1),
    "monthly": pd.DateOffset(months=1),
    "quarterly": pd.DateOffset(months=3),
    "yearly": pd.DateOffset(years=1),
}
IN_TIME, OVERDUE, NEVER = "in_time", "overdue", "never"
STATES = {IN_TIME: "in time", OVERDUE: "overdue", NEVER: "never answered"}
DAYS = ("last_answered", "next_due", "judged_on")
COLUMNS = [
    *("loop", "question", "group_id", "group_name", "owner", "cadence", "feeds", "last_answered", "answer", "changed"),
    *("feeds_name", "next_due", "judged_on", "state", "state_name", "overdue"),
]


def learning_loop(
    learning_plan: pd.DataFrame | None,
    answers: Mapping[str, Mapping] | None = None,
    names: Mapping[str, str] | None = None,
    *,
    as_of: object,
    decided: Iterable[str | None] = (),
) -> pd.DataFrame:
    """Every learning loop with its latest answer, and when the next is due.

    Parameters
    ----------
    learning_plan : DataFrame or None, of step 11
        loop, question, owner, cadence, feeds, group_id, last_answered, answer; group_name where it is there.
    answers : mapping of loop to a row, optional
        answered_on, answer, changed: what was decided here; of two answers the later counts. One to a question that
        is not in the plan is left out, and told by `answers_to_questions`.
    names : mapping of group_id to name, optional
        To say which decision an answer feeds.
    as_of : date
    decided : days, optional
        When the plan was decided. What is due before the latest day that anybody wrote down, of as_of, these and all
        answers, is overdue: people answer after the data end, and no clock is asked.

    Returns
    -------
    DataFrame, one row per loop, overdue ones first, then those never answered, then by the day they are due
        last_answered, next_due  datetime  the second is one turn later: a week, a month, a quarter or a year; missing
                                           where nobody answered yet or no cadence was named
        judged_on                datetime  that latest day
        feeds_name               str       the decision in words, or as written where it is no decision's id
        state, state_name        str       in_time, overdue, never
        overdue                  bool

    Examples
    --------
    >>> plan = pd.DataFrame({"loop": ["price"], "question": ["Do they pay more?"], "owner": ["Ada"], "answer": [""],
    ...     "cadence": ["quarterly"], "feeds": ["g1.intent"], "group_id": ["g1"], "last_answered": [pd.NaT]})
    >>> told = {"price": {"answered_on": "2026-05-01", "answer": "Yes.", "changed": "The price."}}
    >>> learning_loop(plan, told, as_of="2026-09-01")[["next_due", "state"]].astype("str").values.tolist()
    [['2026-08-01', 'overdue']]
    """
    if learning_plan is None or learning_plan.empty:
        return _typed(pd.DataFrame(columns=COLUMNS))
    asked = set(learning_plan["loop"])
    answers = {str(key): dict(row) for key, row in (answers or {}).items() if str(key) in asked}
    rows, told_of = [], dict(names or {})
    today = _latest_day(learning_plan, answers, as_of, decided)
    for row in learning_plan.reindex(columns=[*learning_plan.columns, *({"group_name"} - set(learning_plan))]).to_dict(
        "records"
    ):
        told = answers.get(str(row["loop"]), {})
        day = pd.to_datetime(told.get("answered_on"))
        last = pd.to_datetime(row["last_answered"])
        newer = told.get("answer") and not (pd.notna(last) and pd.notna(day) and last > day)
        if newer:
            row |= {"last_answered": day if pd.notna(day) else last, "answer": told["answer"]}
            row |= {"changed": told.get("changed") or ""}
        turn = TURN.get(str(row["cadence"]))
        last = pd.to_datetime(row["last_answered"])
        due = last + turn if pd.notna(last) and turn is not None else pd.NaT
        answered = pd.notna(last) or bool(newer)
        state = NEVER if not answered else OVERDUE if pd.notna(due) and due < today else IN_TIME
        row |= {"feeds_name": decision_in_words(row["feeds"], told_of), "next_due": due, "judged_on": today}
        rows.append(row | {"state": state, "state_name": STATES[state], "overdue": state == OVERDUE})
    table = _typed(pd.DataFrame(rows).reindex(columns=COLUMNS))
    place = table["state"].map({OVERDUE: 0, NEVER: 1, IN_TIME: 2})
    return table.assign(place=place).sort_values(["place", "next_due", "loop"], ignore_index=True)[COLUMNS]


def answers_to_questions(learning_plan: pd.DataFrame | None, answers: Mapping | None) -> list[Check]:
    """Whether each answer is to a question of the plan; flagged with the keys of those that are to none.

    Parameters
    ----------
    learning_plan : DataFrame or None, of step 11: loop
    answers : mapping of loop to a row, or None; without one there is nothing to check

    Examples
    --------
    >>> plan = pd.DataFrame({"loop": ["price"]})
    >>> [(one.verdict, one.found) for one in answers_to_questions(plan, {"price": {}, "prise": {}})]
    [('flag', 'prise')]
    >>> answers_to_questions(plan, None)
    []
    """
    if not answers:
        return []
    asked = [] if learning_plan is None else sorted(learning_plan["loop"])
    strangers = [str(key) for key in answers if str(key) not in asked]
    text = (
        "Each answer in decisions/13_scoreboard.yaml is to a question of the learning plan of step 11; others are left "
    )
    text += "out."
    known = listed(asked, 30) if asked else "no question: there is no learning plan"
    if not strangers:
        return [Check(id="13.answers", sentence=text, found="all are", expected="all are", verdict="pass")]
    return [Check(id="13.answers", sentence=text, found=listed(strangers, 30), expected=known, verdict="flag")]


def decided_days(said: Result | None) -> list[str]:
    """The days on which the decisions of a step were made; none where it was not run.

    >>> decided_days(None)
    []
    """
    return [] if said is None else [one.decided_on for one in said.decisions if one.decided_on]


def _latest_day(plan: pd.DataFrame, answers: Mapping, as_of: object, decided: Iterable) -> pd.Timestamp:
    days = [as_of, *plan["last_answered"], *(row.get("answered_on") for row in answers.values()), *decided]
    return max(pd.to_datetime(day) for day in days if pd.notna(pd.to_datetime(day)))


def asked_of_people(
    learning_plan: pd.DataFrame | None,
    answers: Mapping | None,
    *,
    as_of: object,
    again: bool,
    decided: Iterable[str | None] = (),
) -> list[str]:
    """Whether people are asked what they learned: ["all"], or [] where there is nothing to ask.

    Parameters
    ----------
    learning_plan : DataFrame or None
    answers : mapping or None, what was decided already
    as_of : date
    decided : days, optional
        When the plan was decided, see `learning_loop`.
    again : bool
        Whether there is an earlier version: in the first one nobody can have learned from it.

    Notes
    -----
    A question that is overdue is asked; with an earlier version also one that nobody answered yet.

    Examples
    --------
    >>> asked_of_people(None, None, as_of="2026-09-01", again=True)
    []
    """
    if learning_plan is None or learning_plan.empty:
        return []
    states = set(learning_loop(learning_plan, as_of=as_of, decided=decided)["state"])
    return ["all"] if answers or OVERDUE in states or (again and NEVER in states) else []


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    words = [name for name in COLUMNS if name not in (*DAYS, "overdue")]
    table = table.assign(**{name: table[name].astype("object").fillna("").astype("str") for name in words})
    days = {name: pd.to_datetime(table[name]) for name in DAYS}
    return table.assign(**days).astype({"overdue": bool}).reset_index(drop=True)
