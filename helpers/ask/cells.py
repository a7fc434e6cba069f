"""The control of one cell of a table or of one field of a sheet: what it shows, and what a file would hold of it.

What has a list to choose from is chosen, with the words that people read; what is written has room for all of it, since
a sentence of which half can be seen is not read again by whoever comes next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import ipywidgets as widgets

from helpers.answers import Column
from helpers.ask.fields import NONE, labelled, lines, number_or_words, text_area, written
from helpers.show.answer_words import GROUP_COLUMNS

OF_GROUPS = (*GROUP_COLUMNS, "to")  # columns that hold the id of a group
HINTS = {"share": "0.25", "day": "yyyy-mm-dd"}
LINE = 44  # characters on a line of a text box as wide as a form
MOST = 12  # lines of a box; more are scrolled


def cell_control(
    column: Column,
    value: Any,
    groups: Mapping[str, str],
    line: int = LINE,
    *,
    known: Sequence[str] = (),
    proposed: Any = None,
) -> widgets.Widget:
    """The control of one cell, with what it holds.

    Parameters
    ----------
    groups : mapping of a group's id to its name
        What a column of groups can be chosen from; where it is empty the id is typed.
    line : int
        How many characters stand on a line of it, about.
    known : sequence of str
        Words that the data offer for it; others can be typed as well.
    proposed : object
        What holds where it stays blank, shown in grey.
    """
    choices = _choices(column, groups)
    if choices:
        held = NONE if value is None or value == "" else value
        if held not in choices.values():
            choices[f"{written(value)} (saved, and no option)"] = held
        return widgets.Dropdown(options=list(choices.items()), value=held, **labelled(column.title))
    if column.takes == "list":
        entries = value if isinstance(value, list) else [] if value is None else [value]
        area = text_area(column.title, placeholder="one on each line")
        text, spare = "\n".join(map(written, entries)), 1
    elif column.takes == "pairs":
        pairs = value.items() if isinstance(value, dict) else []
        area = text_area(column.title, placeholder="name: text, one on each line")
        text, spare = "\n".join(f"{name}: {written(said)}" for name, said in pairs), 1
    elif known:
        held = "" if value is None else written(value)
        offered = {"options": list(known), "ensure_option": False, "placeholder": _blank_is(proposed, "")}
        return widgets.Combobox(value=held, continuous_update=False, **offered, **labelled(column.title))
    elif column.takes == "text":
        area = text_area(column.title, placeholder=_blank_is(proposed, ""))
        text, spare = "" if value is None else written(value), 0
    else:
        held = "" if value is None else written(value)
        hint = _blank_is(proposed, HINTS.get(column.takes, ""))
        return widgets.Text(value=held, placeholder=hint, continuous_update=False, **labelled(column.title))
    area.value, area.rows = text, min(rows_of(text, line) + spare, MOST)
    return area


def rows_of(text: str, line: int = LINE) -> int:
    """How many lines a text takes in a box, one at least.

    >>> rows_of("", 10), rows_of("one two three", 10), rows_of("one\\ntwo", 10)
    (1, 2, 2)
    """
    return sum(len(wrap(part, line)) or 1 for part in text.split("\n"))


def cell_value(column: Column, text: Any) -> Any:
    """What a cell holds, as a decision file has it; None where it is blank."""
    if not isinstance(text, str):  # chosen, and no words: as it was saved
        return text
    if column.takes == "list":
        return lines(text)
    if column.takes == "pairs":
        # what has no second part is kept with an empty one, so that it is refused in words and not lost
        split = [line.rpartition(":") if ":" in line else (line, "", "") for line in lines(text) or []]
        return {name.strip(): said.strip() for name, _, said in split} or None
    text = text.strip()
    if not text or text == NONE:
        return None
    return number_or_words(text) if column.takes in ("number", "share", "either") else text


def _blank_is(proposed: Any, hint: str) -> str:
    """What a blank box says in grey: the proposal that holds there, else how it is filled in."""
    return hint if proposed is None or proposed == "" else written(proposed)


def _choices(column: Column, groups: Mapping[str, str]) -> dict[str, Any]:
    """The words to choose from, each with what the file holds for it; empty where the cell is written."""
    if column.words:
        return {word: word for word in (NONE, *column.words)}
    if column.reads:
        return {NONE: NONE} | {f"{word}: {reading}": word for word, reading in column.reads}
    if column.name in OF_GROUPS and groups:
        shared = Counter(groups.values())
        names = {name if shared[name] == 1 else f"{name} ({group})": group for group, name in groups.items()}
        return {NONE: NONE} | names | ({"All customers": "all"} if column.name == "group" else {})
    return {}
