"""Cells that hold a verdict: told by colour, by a mark and in words below."""

from __future__ import annotations

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
    assert KINDS["grid"].notes(drawing) == ["Passes: blue with ✓; Open: grey; Fails: brown with ✗."]


def test_a_tone_that_is_none_is_refused(working):
    with pytest.raises(StepInputError, match="each tone one of good, open, bad"):
        drawing_of(shown(tones={"Passes": "green"}), ROWS, SCHEMA, working)


def test_text_can_be_read_on_every_cell():
    grounds = [_ground(shade / 50, BRAND) for shade in range(-50, 51)] + [_tone_ground(tone, BRAND) for tone in _TONES]
    assert min(contrast(text_on(ground, BRAND), ground) for ground in grounds) >= 4.5
    assert min(contrast(BRAND.ink, ground) for ground in grounds) > 5
    assert _DARKEST < 1


def test_the_words_of_notebook_08_are_those_of_the_method():
    assert set(TONES) <= set(STATUS_NAMES.values())
