"""Numbers in the tables that people fill in stand within what each column takes, and so do those of the registry."""

from __future__ import annotations

import pytest

from helpers.answers import LARGEST, Column, Rows
from helpers.steps import find_step

ROWS = Rows(key="tactic", columns=(Column("cost", "Cost", "number", least=0, most=LARGEST), Column("n", "N", "number")))


def answer_of(step: str, name: str) -> Rows:
    return next(choice.asks for choice in find_step(step).decides if choice.name == name)


@pytest.mark.parametrize(
    ("row", "found", "remedy"),
    [
        ({"cost": -5}, "-5 is out of range.", "Expected a number from 0 to 1,000,000,000,000."),
        ({"cost": 1e300}, "1e+300 is out of range.", "Expected a number from 0 to 1,000,000,000,000."),
    ],
)
def test_a_number_out_of_range_is_refused_at_its_cell(row, found, remedy):
    (wrong,) = ROWS.wrong({"crane": row})
    assert (wrong.at, wrong.found, wrong.remedy) == (("crane", "cost"), found, remedy)


def test_the_ends_themselves_and_a_column_without_bounds_take_everything_finite():
    for row in ({"cost": 0, "n": -1e300}, {"cost": LARGEST}, {"n": 12345678901234567}):
        assert not list(ROWS.wrong({"crane": row}))


@pytest.mark.parametrize("column", ["cost", "people_days"])
def test_no_tactic_costs_less_than_nothing(column):
    row = {"title": "A", "group": "g1", "function": "sales", "stage": "win", "cost": 1, "selected": "yes", column: -1}
    (wrong,) = answer_of("11", "tactics").wrong({"a": row})
    assert wrong.at == ("a", column)


@pytest.mark.parametrize("column", ["cost", "people_days", "effect_low", "effect_likely", "effect_high"])
def test_no_amount_of_a_tactic_is_larger_than_what_can_be_published(column):
    row = {
        "title": "A",
        "group": "g1",
        "function": "sales",
        "stage": "win",
        "cost": 1,
        "selected": "yes",
        column: 1e300,
    }
    assert ("a", column) in [wrong.at for wrong in answer_of("11", "tactics").wrong({"a": row})]
    assert list(answer_of("11", "budget").wrong(1e300)) and list(answer_of("11", "people_days").wrong(1e300))


def test_a_judgement_of_the_workshop_is_a_number_from_0_to_100():
    asks = answer_of("08", "workshop")
    assert [wrong.at for wrong in asks.wrong({"g1": {"market": 140, "direction": -1}})] == [
        ("g1", "direction"),
        ("g1", "market"),
    ]


@pytest.mark.parametrize("column", ["customer_share", "part_losing_money"])
@pytest.mark.parametrize(
    ("typed", "found", "remedy"),
    [
        ("40%", '"40%" is no number.', "Write 0.4 for it."),
        ("12,5 %", '"12,5 %" is no number.', "Write 0.125 for it."),
        (40, "40 is no part of one.", "Expected 0 to 1; write 0.4 for 40 %."),
    ],
)
def test_a_guess_of_a_part_is_not_sealed_as_words_that_no_fact_can_be_held_against(column, typed, found, remedy):
    (wrong,) = answer_of("01", "beliefs").wrong({"sales": {column: typed}})
    assert (wrong.at, wrong.found, wrong.remedy) == (("sales", column), found, remedy)
    for kept in (0.4, "about a third", "20% to 30%"):
        assert not list(answer_of("01", "beliefs").wrong({"sales": {column: kept}}))
