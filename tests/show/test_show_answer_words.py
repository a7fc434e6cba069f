"""Answers in words: what a page says of ids, keys, codes and parts of one."""

from __future__ import annotations

import pytest

from helpers.answers import Rows
from helpers.client.result_model import DecisionUsed
from helpers.method.expected_results import MEASURES
from helpers.method.future_paths import WAYS
from helpers.show.answer_words import in_words
from helpers.show.audience import audience_for
from helpers.show.blocks import decision_html
from helpers.show.numbers import NBSP
from helpers.steps import STEPS, find_step

READER = audience_for("client", "EUR", {"g1": "Boatyards", "g4": "Chandlery"})


def used(decision_id, value, proposed=None, state="decided"):
    return DecisionUsed(id=decision_id, state=state, value=value, proposed=proposed)


def told(decision_id, value, proposed=None, audience=READER, state="decided"):
    said = in_words(used(decision_id, value, proposed, state), audience)
    return said.value, said.proposed


def test_shifts_are_named_by_group_and_kind_and_told_per_cent():
    row = {"group_id": "g4", "kind": "keep", "to": "", "low": -0.3, "likely": -0.15, "high": 0.0}
    value, _ = told("09.all.shifts", {"s1": row, "s2": {**row, "kind": "release", "low": 0.05}, "s3": row})
    assert list(value) == [
        "Chandlery, part that stays of those who would stop buying (below zero: more of them leave)",
        "Chandlery, part that is led away in a year",
        "Chandlery, part that stays of those who would stop buying (below zero: more of them leave) (2)",
    ]
    first = next(iter(value.values()))
    assert first == {"At least": f"−30{NBSP}%", "Likely": f"−15{NBSP}%", "At most": f"0{NBSP}%"}


def test_results_are_told_in_the_unit_of_their_measure():
    value, _ = told(
        "09.all.results",
        {
            "g4.profit": {"owner": "Quist", "by_date": "2027-12-31", "low": -2000, "likely": 8000.4},
            "g1.lapse_rate": {"low": 0.06},
            "g9.odd": {"low": 0.06},
        },
    )
    assert value == {
        "Chandlery, Profit a year": {
            "Owner": "Quist",
            "By when": f"31{NBSP}December 2027",
            "At least": f"EUR{NBSP}−2,000",
            "Likely": f"EUR{NBSP}8,000",
        },
        "Boatyards, Customers who stop buying in a year": {"At least": f"6{NBSP}%"},
        "g9, odd": {"At least": 0.06},
    }


def test_only_the_rows_that_people_changed_are_told_as_proposed():
    rule = {"g1.profit": {"owner": "Renn", "low": 1.0}, "g4.profit": {"owner": "Quist", "low": 5.0}}
    changed = {"g1.profit": {"owner": "Renn"}, "g4.profit": {"owner": "Quist", "low": 2.0}}
    assert told("09.all.results", changed, rule)[1] == {
        "Chandlery, Profit a year": {"Owner": "Quist", "At least": f"EUR{NBSP}5"}
    }
    assert list(told("09.all.results", {"g1.profit": {}}, rule)[1]) == ["Chandlery, Profit a year"]
    same = used("09.all.results", {"g1.profit": {"owner": "Renn"}, "g4.profit": {"low": 5.0}}, rule)
    assert "The rule proposed" not in decision_html(same, READER)
    assert len(told("09.all.results", rule, rule, state="proposed")[1]) == 2


def test_what_the_registry_does_not_know_stays_as_it_is():
    rows = {"x": {"low": 0.1}}
    for decision_id in ("77.all.odd", "09.all.odd", "05.all.scope"):
        assert told(decision_id, rows, rows) == (rows, rows)
    assert told("09.all.shifts", None) == (None, None)
    assert told("09.all.shifts", "none") == ("none", None)
    assert told("09.all.shifts", {}) == ({}, None)
    row = {"group_id": "g4", "kind": "odd", "low": 0.5}
    assert told("09.all.shifts", {"s1": row}, audience=None)[0] == {"g4, odd": {"At least": f"50{NBSP}%"}}


def test_customers_that_stand_for_a_group_are_not_told_to_the_client():
    row = {"name": "Boatyards", "anchors": ["H1", "H2"]}
    assert told("03.all.groups", {"g1": row})[0] == {"Boatyards": {"Name": "Boatyards"}}
    seen = told("03.all.groups", {"g1": row}, audience=audience_for("working", "EUR", {}))[0]
    assert seen == {"g1": {"Name": "Boatyards", "Customers that stand for it": ["H1", "H2"]}}


def test_a_page_shows_no_id_and_no_key():
    row = {"group_id": "g4", "kind": "keep", "low": -0.3, "likely": -0.15, "high": 0.0}
    page = decision_html(used("09.all.shifts", {"s1": row, "s2": {**row, "group_id": "g1"}}), READER)
    assert not [word for word in ("g4", "g1", "s1", "s2", "kind", "group", "-0.15") if word in page]


@pytest.mark.parametrize(("step", "name", "words"), [("09", "results", MEASURES), ("08", "transition", WAYS)])
def test_the_subjects_of_the_registry_are_those_of_the_method(step, name, words):
    asks = find_step(step).choice(name).asks
    assert [subject[0] for subject in asks.subjects] == list(words)
    if name == "results":
        assert [subject[2] for subject in asks.subjects] == [unit for _, unit, *_ in words.values()]
    else:
        assert [subject[1] for subject in asks.subjects] == list(words.values())


def test_rows_are_named_by_columns_that_they_have():
    for step in STEPS:
        for choice in step.decides:
            if isinstance(choice.asks, Rows):
                assert set(choice.asks.named_by) <= {column.name for column in choice.asks.columns}
                assert {column.unit for column in choice.asks.columns} <= {"", "share", "money"}


def test_ends_of_a_small_range_can_be_told_apart_and_a_decision_that_waits_has_its_words():
    row = {"low": 0.0678, "likely": 0.0731, "high": 0.0788}
    value, _ = told("09.all.results", {"g1.lapse_rate": row})
    ends = value["Boatyards, Customers who stop buying in a year"]
    assert [end.replace(NBSP, " ") for end in ends.values()] == ["6.8 %", "7.3 %", "7.9 %"]
    value, _ = told("11.all.loops", {"trade": {"question": "Who mends?", "feeds": "09.g1.intent"}})
    assert "intent of Boatyards (step 09)" in value["trade"].values()
