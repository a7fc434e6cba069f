"""The control for one record of fields, such as a value proposition: all of them below each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ipywidgets as widgets

from helpers.answers import Column, Sheet
from helpers.ask.cells import cell_control, cell_value
from helpers.ask.fields import Field, mark_as, note
from helpers.errors import listed, quoted

NAMED = 30  # of the client's own things, in the line that says what can be written


class SheetField(Field):
    """A labelled box for each field. What nobody touched is given back as it was, down to its form in the file."""

    def __init__(self, answer: Sheet, items: Sequence[str]) -> None:
        super().__init__()
        self._answer = answer
        self._given: dict[str, Any] = {}
        self._cells: dict[Column, widgets.Widget] = {}
        self._shown: dict[Column, Any] = {}
        self._rows = widgets.VBox()
        known = [note(f"Known here: {listed(items, NAMED)}.")] if items else []
        self.box = widgets.VBox([*known, self._rows])
        self._fill(None)

    @property
    def value(self) -> Any:
        """What is filled in, by field, in the order in which it was saved; None while all is empty."""
        touched = {
            column.name: cell_value(column, control.value)
            for column, control in self._cells.items()
            if control.value != self._shown[column]
        }
        return {name: value for name, value in {**self._given, **touched}.items() if value is not None} or None

    def mark(self, places: Collection[Sequence[Any]]) -> None:
        """Mark the fields at fault."""
        wrong = {str(at[0]) for at in places if at}
        for column, control in self._cells.items():
            mark_as(control, column.name in wrong)

    def _fill(self, value: Any) -> None:
        self._given = dict(value) if isinstance(value, dict) else {}
        asked = [column.name for column in self._answer.columns]
        for name in [name for name in self._given if name not in asked]:
            self.unseen.append(f"{quoted(name)} is saved and no field that is asked for; take it out in the file.")
        self._cells = {
            column: cell_control(column, self._given.get(column.name), {}) for column in self._answer.columns
        }
        self._shown = {column: control.value for column, control in self._cells.items()}
        self._follow(*self._cells.values())
        self._rows.children = list(self._cells.values())
