"""Learning loops: when each is due, which answer counts, and when people are asked."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from helpers.client.result_model import DecisionUsed
from helpers.client.schema import schema
from helpers.method.learning_loop import answers_to_questions, asked_of_people, decided_days, learning_loop

AS_OF = "2026-09-01"


def plan(**loops) -> pd.DataFrame:
    """A learning plan: cadence and day of the last answer, by loop."""
    rows = [
        {"loop": loop, "question": "Why?", "owner": "Ada", "cadence": cadence, "feeds": "g1.intent", "group_id": "g1",
         "group_name": "Yards", "last_answered": day, "answer": "Because." if day else ""}
        for loop, (cadence, day) in loops.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(last_answered=lambda own: pd.to_datetime(own["last_answered"]))


def test_each_turn_by_hand_and_the_order():
    table = learning_loop(
        plan(a=("weekly", "2026-08-25"), b=("monthly", "2026-07-31"), c=("quarterly", "2026-05-01"),
             d=("yearly", "2025-09-01"), e=("yearly", None), f=("", "2026-01-01")), as_of=AS_OF)  # fmt: skip
    due = table.dropna(subset=["next_due"]).set_index("loop")["next_due"].astype("str").to_dict()
    assert due == {"a": "2026-09-01", "b": "2026-08-31", "c": "2026-08-01", "d": "2026-09-01"}
    # what is due on the day itself is in time; without a cadence nothing is ever due
    states = table.set_index("loop")["state"].to_dict()
    assert states == {"c": "overdue", "b": "overdue", "e": "never", "a": "in_time", "d": "in_time", "f": "in_time"}
    assert table["loop"].tolist() == ["c", "b", "e", "a", "d", "f"]
    assert list(table) == schema("learning_loop").names


def test_the_later_answer_counts():
    old = learning_loop(
        plan(a=("monthly", "2026-08-20")), {"a": {"answered_on": "2026-01-01", "answer": "No."}}, as_of=AS_OF
    )
    assert old["answer"][0] == "Because." and str(old["last_answered"][0].date()) == "2026-08-20"
    new = learning_loop(
        plan(a=("monthly", "2026-01-20")), {"a": {"answered_on": "2026-08-21", "answer": "No."}}, as_of=AS_OF
    )
    assert new["answer"][0] == "No." and new["state"][0] == "in_time" and new["changed"][0] == ""
    undated = learning_loop(plan(a=("monthly", None)), {"a": {"answer": "No."}}, as_of=AS_OF)
    assert undated["state"][0] == "in_time" and pd.isna(undated["next_due"][0])


def test_an_answer_to_a_question_that_nobody_asked_is_left_out_and_said():
    own, told = plan(a=("monthly", "2026-08-20")), {"z": {"answered_on": "2027-01-01", "answer": "No."}}
    # its day is none on which anything is judged either
    pd.testing.assert_frame_equal(learning_loop(own, told, as_of=AS_OF), learning_loop(own, as_of=AS_OF))
    (check,) = answers_to_questions(own, told)
    assert (check.verdict, check.found, check.expected) == ("flag", "z", "a")
    assert "decisions/13_scoreboard.yaml" in check.sentence
    assert answers_to_questions(own, {"a": {}})[0].verdict == "pass"
    # also where step 11 asks nothing at all
    assert answers_to_questions(None, told)[0].verdict == "flag" and answers_to_questions(None, None) == []


def test_people_are_asked_where_something_is_due():
    ask = {"as_of": AS_OF}
    never, late, fresh = plan(a=("monthly", None)), plan(a=("monthly", "2026-01-01")), plan(a=("monthly", "2026-08-30"))
    assert asked_of_people(never, None, again=False, **ask) == [] and asked_of_people(
        never, None, again=True, **ask
    ) == ["all"]
    assert asked_of_people(late, None, again=False, **ask) == ["all"]
    assert asked_of_people(fresh, None, again=True, **ask) == []
    # an answer that is given is shown, also where it answers what was due
    assert asked_of_people(fresh, {"a": {"answer": "No."}}, again=False, **ask) == ["all"]
    assert asked_of_people(None, {"a": {}}, again=True, **ask) == [] and learning_loop(None, as_of=AS_OF).empty


def test_what_is_late_is_judged_on_the_latest_day_that_anybody_wrote_down():
    # the data end in September; an answer of November shows that October has passed
    own = plan(a=("monthly", "2026-08-20"), b=("monthly", None))
    assert learning_loop(own, as_of=AS_OF).set_index("loop")["state"]["a"] == "in_time"
    told = learning_loop(own, {"b": {"answered_on": "2026-11-12", "answer": "No."}}, as_of=AS_OF).set_index("loop")
    assert told["state"].to_dict() == {"a": "overdue", "b": "in_time"}
    assert set(told["judged_on"].astype("str")) == {"2026-11-12"}
    # the day on which the plan was decided counts as well, and asks people
    later = {"as_of": AS_OF, "decided": ["2026-11-23"]}
    assert learning_loop(own, **later).set_index("loop")["state"]["a"] == "overdue"
    assert asked_of_people(plan(a=("monthly", "2026-08-20")), None, again=False, **later) == ["all"]
    said = SimpleNamespace(decisions=[DecisionUsed(id="11.all.loops", state="decided", decided_on="2026-11-23"),
                                      DecisionUsed(id="11.all.tactics", state="proposed")])  # fmt: skip
    assert decided_days(said) == ["2026-11-23"]


def test_the_decision_that_an_answer_feeds_is_said_by_the_name_of_its_group():
    own = plan(a=("monthly", None)).assign(feeds="09.g1.intent")
    assert learning_loop(own, names={"g1": "Yards"}, as_of=AS_OF)["feeds_name"].tolist() == [
        "intent of Yards (step 09)"
    ]
    assert learning_loop(own, as_of=AS_OF)["feeds_name"].tolist() == ["intent of g1 (step 09)"]
