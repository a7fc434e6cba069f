"""Cells that hold a verdict: told by colour, by a mark and in words below."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.client.result_model import Exhibit
from helpers.client.schema import Column, TableSchema
from helpers.errors import StepInputError
from helpers.method.pass_chance import STATUS_NAMES
from helpers.show.grid import _DARKEST, _TONES, _ground, _tone_ground
from helpers.show.kinds import KINDS, drawing_of, figure_of
from helpers.show.style import BRAND, contrast, text_on

TONES = {"Passes": "good", "Open": "open", "Fails": "bad"}
SCHEMA = TableSchema(
    "fits",
    "published",
    "x",
    "x",
    (
        Column("who", "text", "x"),
        Column("test", "text", "x"),
        Column("score", "number", "x"),
        Column("verdict", "text", "x"),
    ),
    key=("who", "test"),
)
ROWS = pd.DataFrame(
    {
        "who": ["a", "a", "b", "b"],
        "test": ["one", "two", "one", "two"],
        "score": [82.0, 79.0, 3.0, 50.0],
        "verdict": ["Passes", "Open", "Fails", None],
    }
)


def shown(**more):
    encoding = {"row": "who", "column": "test", "value": "score", "verdict": "verdict", "tones": TONES} | more
    return Exhibit(
        id="08.x", kind="grid", table="fits", finding="08.f", subtitle="s", source="s", alt="a", encoding=encoding
    )


@pytest.mark.parametrize("narrow", [False, True])
def test_neighbouring_numbers_on_both_sides_of_a_bar_do_not_look_alike(working, narrow):
    figure = figure_of(shown(), ROWS, SCHEMA, working, narrow=narrow)
    grounds = {patch.get_facecolor() for patch in figure.axes[0].patches}
    assert len(grounds) == 3
    assert {"82 ✓", "79", "3 ✗", "50"} <= {text.get_text() for text in figure.texts}


def test_marks_take_no_column_away(working):
    """Five tests of a group stand side by side on a telephone, with their marks."""
    rows = [
        {"who": who, "test": test, "score": 100.0, "verdict": "Passes"}
        for who in ("Chandlery resellers", "b")
        for test in ("Profit", "Same way", "Commit", "Market", "Right to win")
    ]
    figure = figure_of(shown(), pd.DataFrame(rows), SCHEMA, working, narrow=True)
    assert len(figure.axes[0].patches) == 10
    assert not [text for text in figure.texts if "more column" in text.get_text()]


def test_what_colours_say_stands_below(working):
    drawing, _ = drawing_of(shown(), ROWS, SCHEMA, working)
    assert KINDS["grid"].notes(drawing) == ["Passes: ✓, dark; Open: no mark, pale; Fails: ✗, between the two."]


def test_a_tone_that_is_none_is_refused(working):
    with pytest.raises(StepInputError, match="each tone one of good, open, bad"):
        drawing_of(shown(tones={"Passes": "green"}), ROWS, SCHEMA, working)


def test_text_can_be_read_on_every_cell():
    grounds = [_ground(shade / 50, BRAND) for shade in range(-50, 51)] + [_tone_ground(tone, BRAND) for tone in _TONES]
    assert min(contrast(text_on(ground, BRAND), ground) for ground in grounds) >= 4.5
    assert min(contrast(BRAND.ink, ground) for ground in grounds[:101]) > 5
    assert _DARKEST < 1


def test_verdicts_can_be_told_apart_in_grey_print_and_by_the_colour_blind():
    """By lightness alone, in which print and most colour-blind people see them; 1.5 : 1 is seen at a glance."""
    grounds = sorted((_tone_ground(tone, BRAND) for tone in _TONES), key=lambda ground: contrast("#ffffff", ground))
    steps = [contrast(one, other) for one, other in zip(grounds, grounds[1:], strict=False)]
    assert len(steps) == 2 and min(steps) > 1.5


def test_what_is_said_of_a_row_stands_at_its_end_or_under_its_name(working):
    said = ROWS.assign(stand=["Leads", "Leads", "Out of step", None], short=["1", "2", "1", "2"])
    columns = (*SCHEMA.columns, Column("stand", "text", "x", title="Stand"), Column("short", "text", "x"))
    schema = replace(SCHEMA, columns=columns)
    more = {"row_word": "stand", "column_short": "short"}
    wide, narrow = (figure_of(shown(**more), said, schema, working, narrow=narrow) for narrow in (False, True))
    for figure in (wide, narrow):
        assert {"Leads", "Out of step"} <= {text.get_text() for text in figure.texts}
    assert {"one", "two", "Stand"} <= {text.get_text() for text in wide.texts}
    assert {"1", "2"} <= {text.get_text() for text in narrow.texts}
    at = {text.get_text(): text.get_position()[0] for text in wide.texts}
    assert at["Leads"] == at["Out of step"] == at["Stand"] > at["79"]
    at = {text.get_text(): text.get_position()[0] for text in narrow.texts}
    assert at["Leads"] == at["a"] == 0
    with pytest.raises(StepInputError, match='"stand" changes within the row "a".*as row_word'):
        figure_of(shown(row_word="stand"), said.assign(stand=list("abcc")), schema, working, narrow=False)


def test_the_words_of_notebook_08_are_those_of_the_method():
    assert set(TONES) <= set(STATUS_NAMES.values())
