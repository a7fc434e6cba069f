"""Two versions held against each other: who moved, which numbers, what was decided, and what makes numbers differ."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from helpers.client.result_model import DecisionUsed, Finding, NotebookUsed, Result, Value
from helpers.errors import RunError, StepInputError
from helpers.report.answer_difference import differences
from helpers.run.compare import compare_versions, comparison_lines
from helpers.run.comparison import Side, comparison, why_moved
from helpers.show.audience import audience_for
from tests.client.test_versions import changed as damage
from tests.client.test_versions import freeze
from tests.run.toy import toy_client

RATE, GROUPS, VALUE = "02_rate_customers", "03_form_groups", "04_value_to_us"
WORKING, CLIENT = (audience_for(name, "EUR", {}) for name in ("working", "client"))


def groups(rows):
    return pd.DataFrame(rows, columns=["customer_id", "group_id", "group_name"])


def said(step, *, active=100, decided=(), parameters=None):
    part = Value(value=0.5, low=0.4, high=0.6, unit="share")
    values = {"active": Value(value=active, unit="count"), "best_part": part}
    told = {"text": "We have {active:count}.", "values": values, "n": active, "evidence": "measured"}
    answer = Finding(id=f"{step[:2]}.answer", **told)
    facts = {"kit": "0", "mode": "final", "as_of": "2025-09-01", "notebook": NotebookUsed(origin="kit", sha256="0")}
    return Result(step=step, **facts, findings=[answer], decisions=list(decided), parameters=parameters or {})


def side(name, results, tables=None, rests_on=None):
    tables = tables or {}
    return Side(name, "2025-09-01", "0", results, rests_on or {}, lambda step_id, table: tables.get(table))


def decision(value=1, by="the board", reason="So.", on="2025-10-01"):
    return DecisionUsed(id="02.all.cuts", state="decided", value=value, by=by, reason=reason, decided_on=on)


THEN = [("a", "g1", "Yards"), ("b", "g1", "Yards"), ("c", "g2", "Owners"), ("d", "lapsing", "Lapsing")]
NOW = [("e", "g1", "Yards"), ("d", "g1", "Yards"), ("c", "g1", "Yards"), ("b", "lapsing", "Lapsing")]


def test_who_moved_and_who_stood_beside():
    sides = side("v1", {}, {"customer_groups": groups(THEN)}), side("v2", {}, {"customer_groups": groups(NOW)})
    (found,) = comparison(*sides, WORKING).sortings
    assert (found.kind, found.both, found.moved, found.only_before, found.only_after) == ("group", 1, 1, 2, 2)
    assert [(move.from_, move.to, move.customer_ids) for move in found.moves] == [("Owners", "Yards", ["c"])]
    assert {(move.from_, move.to, *move.customer_ids) for move in found.aside} == {
        ("Lapsing", "Yards", "d"),
        ("Yards", "Lapsing", "b"),
    }


def test_a_group_is_the_same_under_another_name_and_rows_in_any_order():
    renamed = groups([(customer, group, name.upper()) for customer, group, name in reversed(THEN)])
    (found,) = comparison(
        side("v1", {}, {"customer_groups": groups(THEN)}), side("v2", {}, {"customer_groups": renamed}), WORKING
    ).sortings
    assert (found.both, found.moved, found.moves) == (3, 0, [])
    shuffled = groups(NOW).sample(frac=1, random_state=3)
    sides = [side("v2", {}, {"customer_groups": table}) for table in (groups(NOW), shuffled)]
    first = side("v1", {}, {"customer_groups": groups(THEN)})
    assert comparison(first, sides[0], WORKING) == comparison(first, sides[1], WORKING)


def test_the_client_sees_no_customer_and_no_move_of_a_few():
    many = [(f"x{n}", "g1", "Yards") for n in range(12)]
    then = groups([*THEN, *many])
    now = groups([*NOW, *((customer, "g2", "Owners") for customer, *_ in many)])
    cuts = {RATE: said(RATE, decided=[decision({"g1": {"anchors": ["x1"]}})])}
    other = {RATE: said(RATE, decided=[decision({"g1": {"anchors": ["x2"]}})])}
    sides = side("v1", cuts, {"customer_groups": then}), side("v2", other, {"customer_groups": now})
    compared = comparison(*sides, CLIENT)
    (found,) = compared.sortings
    assert [(move.customers, move.customer_ids) for move in found.moves] == [(12, [])]
    assert found.held_back == 3 and not found.aside
    assert '"x1"' not in compared.text() and '"x2"' not in compared.text()
    assert compared.decisions[0].after == {"by": "the board", "decided_on": "2025-10-01"}
    assert "02.all.cuts: another answer" in "".join(comparison_lines(compared, "Toy", "EUR"))
    assert compared.decided_otherwise and "made again" not in "".join(comparison_lines(compared, "Toy", "EUR"))


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (Value(value=100, unit="count"), Value(value=110, unit="count"), False),
        (Value(value=100, unit="count"), Value(value=111, unit="count"), True),
        (Value(value=-100, unit="money"), Value(value=-80, unit="money"), True),
        (Value(value=0.5, low=0.4, high=0.6, unit="share"), Value(value=0.6, unit="share"), False),
        (Value(value=0.5, low=0.4, high=0.6, unit="share"), Value(value=0.61, unit="share"), True),
        (Value(value=0, unit="count"), Value(value=0, unit="count"), False),
        (Value(value=5, unit="count"), Value(value=5, unit="money"), True),
    ],
)
def test_when_a_number_has_moved(before, after, moved):
    assert bool(why_moved(before, after)) is moved


def test_numbers_decisions_parameters_and_definitions():
    old = {RATE: said(RATE, decided=[decision()], parameters={"DRAWS": 500}), GROUPS: said(GROUPS)}
    new = {RATE: said(RATE, active=150, decided=[decision(2)], parameters={"DRAWS": 100}), VALUE: said(VALUE)}
    parts = {RATE: {"module rating": "1", "table customers": "1", "package numpy": "= 1"}}
    moved = {RATE: {"module rating": "2", "table customers": "2", "package numpy": "= 2"}}
    compared = comparison(side("v1", old, rests_on=parts), side("v2", new, rests_on=moved), WORKING)
    assert {one.id: one.moved for one in compared.numbers} == {"02.answer/active": True, "02.answer/best_part": False}
    assert [(one.id, one.what, one.before["value"], one.after["value"]) for one in compared.decisions] == [
        ("02.all.cuts", "changed", 1, 2)
    ]
    assert compared.parameters == ["02.DRAWS was 500, is 100"]
    assert compared.definitions == {RATE: ["module rating changed", "package numpy was 1, is 2"]}
    assert (compared.only_before, compared.only_after) == ([GROUPS], [VALUE])
    lines = comparison_lines(compared, "Toy", "EUR")
    assert "  02.answer/active Active customers: 100 -> 150, by more than a tenth" in lines
    assert "  02.all.cuts: another answer" in lines and "    1 -> 2" in lines and "  1 other number stood" in lines
    assert "  04 Value to us stands in v2 only" in lines


def test_what_was_only_decided_again_stands_in_one_line_and_the_same_in_none():
    old, new = ({RATE: said(RATE, decided=[decision(on=day)])} for day in ("2025-10-01", "2026-10-01"))
    lines = comparison_lines(comparison(side("v1", old), side("v2", new), WORKING), "Toy", "EUR")
    assert "  made again as they were: 02.all.cuts" in lines
    same = comparison(side("v1", old), side("v2", old), WORKING)
    assert not same.decisions and not [one for one in same.numbers if one.moved]
    assert comparison_lines(same, "Toy", "EUR").count("  nothing is another") == 5


LONG = "The parts for a lift lie ready the evening before, in a crate of their own, with a list of what was left out{}."


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        (300, 350, ["300 -> 350"]),
        ({"A": 65, "B": 50}, {"B": 50, "A": 65}, []),
        ({"A": 65, "B": 50}, {"A": 65, "B": 45}, ["B: 50 -> 45"]),
        (
            {"g1": {"by": "May"}},
            {"g1": {"by": "June", "how": "by web"}},
            ["g1, by: May -> June", "g1, how: added by web"],
        ),
        ({"g1": {"by": "May"}, "g2": 1}, {"g2": 1, "g3": {}}, ["g1: left out by: May", "g3: added nothing"]),
        (["a", "b"], ["b", "c"], ["left out a", "added c"]),
        (["a", "b"], ["b", "a"], ["a, b -> b, a"]),
        ([], ["a"], ["added a"]),
        (["a"], None, ["a -> nothing"]),
        (LONG.format(""), LONG.format(" and why"), ["… what was left out. -> … what was left out and why."]),
        (f"A {LONG}", f"B {LONG}", ["A The parts for … -> B The parts for …"]),
    ],
)
def test_of_two_answers_only_what_differs_is_told(then, now, told):
    assert [str(one) for one in differences(then, now)] == told


def test_what_differs_late_in_a_long_answer_is_told_and_nothing_else():
    rows = {f"t{n}": {"title": f"Tactic {n}", "ends": "2026-03-01"} for n in range(30)}
    old = {RATE: said(RATE, decided=[decision(rows)])}
    new = {RATE: said(RATE, decided=[decision(rows | {"t29": {"title": "Tactic 29", "ends": "2027-03-01"}})])}
    lines = comparison_lines(comparison(side("v1", old), side("v2", new), WORKING), "Toy", "EUR")
    assert "    t29, ends: 2026-03-01 -> 2027-03-01" in lines and not [line for line in lines if "Tactic" in line]
    later = {name: row | {"ends": "2027-03-01"} for name, row in rows.items()}
    new = {RATE: said(RATE, decided=[decision(later)])}
    lines = comparison_lines(comparison(side("v1", old), side("v2", new), WORKING), "Toy", "EUR")
    assert sum("-> 2027" in line for line in lines) == 12 and "    and 18 more parts" in lines


def test_what_is_not_asked_any_more_is_said_so_and_why():
    count = DecisionUsed(id="03.all.group_count", state="decided", value=5, by="B", reason="R", decided_on="2025-10-01")
    keep, anew = (count.model_copy(update={"id": "03.all.refit", "value": value}) for value in ("assign", "refit"))
    for after, words in (
        (keep, "is not asked any more, because the groups are kept: 5"),
        (anew, "is not asked any more: 5"),
    ):
        sides = (side(name, {GROUPS: said(GROUPS, decided=[used])}) for name, used in (("v1", count), ("v2", after)))
        lines = "\n".join(comparison_lines(comparison(*sides, WORKING), "Toy", "EUR"))
        assert f"03.all.group_count {words} (" in lines and "03.all.refit was not asked then:" in lines


def test_two_frozen_versions_are_read_and_refused_in_words(tmp_path):
    client = toy_client(tmp_path / "acme")
    freeze(client)
    freeze(client, "v2", "2026-01-01", group="g2")
    compared = compare_versions(client, "v1", "v2")
    assert json.loads(compared.text())["sortings"][0]["moves"] == [
        {"from": "Yards", "to": "Yards", "customers": 1, "customer_ids": ["c1"]}
    ]
    with pytest.raises(RunError, match="No result of Toy stands today"):
        compare_versions(client, "v1")
    with pytest.raises(RunError, match="There is no version v3 of this client. There is v1 and v2."):
        compare_versions(client, "v1", "v3")
    with pytest.raises(StepInputError, match='no audience "board"'):
        compare_versions(client, "v1", "v2", "board")
    damage(client / "versions" / "v2")
    with pytest.raises(RunError, match="versions/v2 is not as it was frozen"):
        compare_versions(client, "v1", "v2")
