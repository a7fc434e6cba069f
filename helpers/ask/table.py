"""The control for a table that people fill in: one row for each leader, tactic or group, one box for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from helpers.answers import Column, Rows
from helpers.ask.fields import FIT, NONE, Field, labelled, lines, note, number_or_words, text_area, written
from helpers.errors import quoted

ROW = widgets.Layout(
    width="auto", max_width="46em", border_left="3px solid #888", padding="0 0 0 .6em", margin=".4em 0"
)


class RowsField(Field):
    """One block of labelled boxes for each row; a sealed row can be read and no longer changed."""

    def __init__(self, answer: Rows, items: Sequence[str]) -> None:
        super().__init__()
        self._answer, self._given = answer, list(items) if answer.fixed else []
        self._rows: list[_Row] = []
        self._more = widgets.Button(description=f"Add a {answer.key}", icon="plus", layout=FIT)
        self._more.on_click(lambda _: self._add())
        self._list = widgets.VBox()
        self.box = widgets.VBox([self._list] if answer.fixed else [self._list, self._more])
        self._fill(None)

    @property
    def value(self) -> Any:
        """The filled rows by their key; `trouble` says what keeps two rows apart."""
        filled = [row for row in self._rows if row.name or row.cells]
        names = [row.name for row in filled]
        twice = next((name for name in names if names.count(name) > 1), None)
        self.trouble = ""
        if "" in names:
            self.trouble = f"A row has no {self._answer.key}: fill it in, or remove the row."
        elif twice is not None:
            self.trouble = f"{quoted(twice)} stands in two rows: give one another name, or remove it."
        return {row.name: row.cells for row in filled} or None

    def _fill(self, value: Any) -> None:
        value = value if isinstance(value, dict) else {}
        names = list(dict.fromkeys([*self._given, *value])) if self._answer.fixed else list(value)
        self._rows = [self._row(str(name), value.get(name)) for name in names]
        if not self._rows and not self._answer.fixed:
            self._rows = [self._row("", None)]
        self._lay()

    def _row(self, name: str, cells: Any) -> _Row:
        row = _Row(self._answer, name, cells if isinstance(cells, dict) else {})
        for control in row.controls:
            control.observe(self.changed, names="value")
        row.drop.on_click(lambda _: self._remove(row))
        return row

    def _add(self) -> None:
        self._rows.append(self._row("", None))
        self._lay()
        self.changed()

    def _remove(self, row: _Row) -> None:
        self._rows.remove(row)
        self._lay()
        self.changed()

    def _lay(self) -> None:
        self._list.children = [row.box for row in self._rows]


class _Row:
    """One row: its name, its cells, and the button that takes it out. What nobody touched is given back as it was."""

    def __init__(self, answer: Rows, name: str, cells: dict[str, Any]) -> None:
        self._given = cells
        self.sealed_on = str(cells.get("sealed_on") or "") if answer.sealed else ""
        self._first = name
        self._name = widgets.Text(value=name, continuous_update=False, **labelled(answer.key.capitalize()))
        self._cells = {column: cell_control(column, cells.get(column.name)) for column in answer.columns}
        self._shown = {column: control.value for column, control in self._cells.items()}
        self.drop = widgets.Button(description=f"Remove this {answer.key}", icon="trash", layout=FIT)
        self.controls = [self._name, *self._cells.values()]
        for control in self.controls:
            control.disabled = bool(self.sealed_on)
        self._name.disabled = answer.fixed or bool(self.sealed_on)
        last = note(f"Sealed on {self.sealed_on}.") if self.sealed_on else self.drop
        children = [*self.controls] if answer.fixed else [*self.controls, last]
        self.box = widgets.VBox(children, layout=ROW)

    @property
    def name(self) -> str:
        return self._first if self._name.value == self._first else self._name.value.strip()

    @property
    def cells(self) -> dict[str, Any]:
        """What is filled in, by column."""
        touched = {
            column.name: cell_value(column, control.value)
            for column, control in self._cells.items()
            if control.value != self._shown[column]
        }
        if self.sealed_on or not touched:
            return dict(self._given)
        return {name: value for name, value in {**self._given, **touched}.items() if value is not None}


def cell_control(column: Column, value: Any) -> widgets.Widget:
    """The control of one cell, with what it holds."""
    if column.words:
        options = [NONE, *column.words]
        return widgets.Dropdown(options=options, value=value if value in options else NONE, **labelled(column.title))
    if column.takes == "list":
        entries = value if isinstance(value, list) else [] if value is None else [value]
        area = text_area(column.title, placeholder="one on each line")
        area.value, area.rows = "\n".join(map(written, entries)), max(3, len(entries) + 1)
        return area
    if column.takes == "pairs":
        pairs = value.items() if isinstance(value, dict) else []
        area = text_area(column.title, placeholder="name: text, one on each line")
        area.value, area.rows = "\n".join(f"{name}: {written(text)}" for name, text in pairs), max(3, len(pairs) + 1)
        return area
    hints = {"share": "0.25", "day": "2026-11-30"}
    return widgets.Text(
        value="" if value is None else written(value),
        placeholder=hints.get(column.takes, ""),
        continuous_update=False,
        **labelled(column.title),
    )


def cell_value(column: Column, text: str) -> Any:
    """What a cell holds, as a decision file has it; None where it is blank."""
    if column.takes == "list":
        return lines(text)
    if column.takes == "pairs":
        # what has no second part is kept with an empty one, so that it is refused in words and not lost
        split = [line.rpartition(":") if ":" in line else (line, "", "") for line in lines(text) or []]
        return {name.strip(): said.strip() for name, _, said in split} or None
    text = text.strip()
    if not text or (column.words and text == NONE):
        return None
    return number_or_words(text) if column.takes in ("number", "share", "either") else text
