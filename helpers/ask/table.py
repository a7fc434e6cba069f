"""The control for a table that people fill in: one row for each leader, tactic or group, one box for each cell.

Few short columns stand beside each other under their titles. Rows of many columns stand below each other; where there
are several, each opens by its title, so that a register of tactics can be looked over before one of them is changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from helpers.answers import Column, Rows
from helpers.ask.cells import LINE, OF_GROUPS, cell_control, cell_value
from helpers.ask.fields import FIT, NONE, Field, heading, labelled, mark_as, note
from helpers.errors import quoted
from helpers.show.answer_words import row_title
from helpers.show.audience import Audience

ROW = widgets.Layout(
    width="auto", max_width="46em", border_left="3px solid #888", padding="0 0 0 .6em", margin=".4em 0"
)
HEAD = widgets.Layout(width="auto", max_width="46em", margin=".2em 0 0 0")
LINE_OF_CELLS = widgets.Layout(width="auto", align_items="flex-start")
WIDTHS = {"number": 6.5, "share": 6.5, "day": 9.0}  # em, of a cell among others
KEY, NAME, WORD, DROP = 13.0, 11.0, 8.5, 7.5  # of a given key, of one that is typed, of a word, of the button
GROUP = 14.5  # of a group to choose
ROOM = 63.5  # of all of them
TEXT = (10.0, 26.0)  # of what is written, which shares what the others leave
SEVERAL = 3  # rows that are opened one by one


class RowsField(Field):
    """The rows with their controls; a sealed row can be read and no longer changed."""

    def __init__(
        self,
        answer: Rows,
        items: Sequence[str],
        audience: Audience | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
        proposed: Any = None,
    ) -> None:
        super().__init__()
        self._known = known or {}
        self._proposed = proposed if answer.rest_proposed and isinstance(proposed, dict) else {}
        self._answer, self._given = answer, list(items) if answer.fixed else []
        self._audience = audience or Audience("working", "")
        self._beside = widths_beside(answer)
        self._rows: list[_Row] = []
        self._more = widgets.Button(description=f"Add a {_thing(answer)}", icon="plus", layout=FIT)
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

    def mark(self, places: Collection[Sequence[Any]]) -> None:
        """Mark the cells at fault, and open the rows that they stand in."""
        wrong = [(str(at[0]), str(at[1]) if len(at) > 1 else None) for at in places if at]
        names = [row.name for row in self._rows if row.name or row.cells]
        for row in self._rows:
            named_wrong = names.count(row.name) > 1 or row.name == "" and bool(row.cells)
            # of two rows of one name, nobody knows which is meant
            own = {column for name, column in wrong if name == row.name and not named_wrong}
            row.mark(own, named_wrong=named_wrong)

    def _fill(self, value: Any) -> None:
        value = value if isinstance(value, dict) else {}
        names = list(dict.fromkeys([*self._given, *value])) if self._answer.fixed else list(value)
        self._rows = [self._row(str(name), value.get(name)) for name in names]
        if not self._rows and not self._answer.fixed:
            self._rows = [self._row("", None)]
        if len(self._rows) >= SEVERAL and not self._beside:
            for row in self._rows:
                row.open(False)
        self._lay()

    def _row(self, name: str, cells: Any) -> _Row:
        cells = cells if isinstance(cells, dict) else {}
        hints = {"known": self._known, "proposed": self._proposed.get(name) or {}}
        row = _Row(self._answer, name, cells, self._audience, self._beside, **hints)
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
        heads = [self._titles()] if self._beside and self._rows else []
        self._list.children = [*heads, *(row.box for row in self._rows)]

    def _titles(self) -> widgets.Box:
        """The titles of the columns, above cells that stand beside each other."""
        titles = [self._answer.key.capitalize(), *(column.title for column in self._answer.columns)]
        shown = zip(titles, self._beside, strict=True)
        return widgets.HBox([heading(title, width) for title, width in shown], layout=LINE_OF_CELLS)


class _Row:
    """One row: its name, its cells, and the button that takes it out. What nobody touched is given back as it was."""

    def __init__(
        self,
        answer: Rows,
        name: str,
        cells: dict[str, Any],
        audience: Audience,
        beside: Sequence[float],
        *,
        known: Mapping[str, Sequence[str]],
        proposed: Mapping[str, Any],
    ) -> None:
        self._answer, self._given, self._first = answer, cells, name
        self.sealed_on = str(cells.get("sealed_on") or "") if answer.sealed else ""
        called = answer.key.capitalize()
        if called in [column.title for column in answer.columns]:
            called = "Short name (key)"  # what other rows call it by
        self._name = widgets.Text(value=name, continuous_update=False, **labelled(called))
        wide = [int(1.7 * width) - 4 for width in beside[1:]] or [LINE] * len(answer.columns)
        self._cells = {
            column: cell_control(
                column,
                cells.get(column.name),
                audience.groups,
                line,
                known=known.get(column.name, ()),
                proposed=proposed.get(column.name),
            )
            for column, line in zip(answer.columns, wide, strict=True)
        }
        self._shown = {column: control.value for column, control in self._cells.items()}
        self.drop = widgets.Button(description=f"Remove this {_thing(answer)}", icon="trash", layout=FIT)
        self.controls = [self._name, *self._cells.values()]
        for control in self.controls:
            control.disabled = bool(self.sealed_on)
        self._name.disabled = answer.fixed or bool(self.sealed_on)
        self._title = row_title(answer, name, audience) if answer.fixed else ""
        self._head: widgets.ToggleButton | None = None  # of a row that can be folded
        self.box = self._line(beside) if beside else self._block()

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

    def mark(self, columns: Collection[str | None], *, named_wrong: bool) -> None:
        """Mark these cells, all of them where the row as a whole is at fault (None), and open the row for that."""
        if self.sealed_on:
            return
        mark_as(self._name, named_wrong)
        for column, control in self._cells.items():
            mark_as(control, column.name in columns or None in columns)
        if (columns or named_wrong) and self._head is not None:
            self.open(True)

    def open(self, wide: bool) -> None:
        """Show all of the row, or its title only."""
        self._head.value = wide

    def _block(self) -> widgets.Box:
        """The controls below each other, under a title that opens and folds them."""
        last = note(f"Sealed on {self.sealed_on}.") if self.sealed_on else self.drop
        fixed = self._answer.fixed
        self._head = widgets.ToggleButton(value=True, layout=HEAD)
        self._head.add_class("workbook-row")
        body = widgets.VBox([*self.controls[fixed:]] if fixed else [*self.controls, last])
        self._body = body
        self._head.observe(self._fold, names="value")
        for control in self.controls:
            control.observe(self._say, names="value")
        self._fold()
        self._say()
        return widgets.VBox([self._head, body], layout=ROW)

    def _fold(self, _: Any = None) -> None:
        self._body.layout.display = None if self._head.value else "none"
        self._head.icon = "caret-down" if self._head.value else "caret-right"

    def _say(self, _: Any = None) -> None:
        """The row's title: what it is about, in the words that stand in it now."""
        first = [column.name for column in self._answer.columns[:1] if column.takes not in ("list", "pairs")]
        naming = self._answer.named_by or first
        words = [_words(control) for column, control in self._cells.items() if column.name in naming]
        about = self._title or " \N{EN DASH} ".join(filter(None, (self.name, ", ".join(filter(None, words)))))
        self._head.description = about or f"A new {_thing(self._answer)}"

    def _line(self, beside: Sequence[float]) -> widgets.Box:
        """The controls beside each other; their labels are there for who hears them, the titles above for who sees."""
        for control, width in zip(self.controls, beside, strict=True):
            control.style.description_width = "0"
            control.layout = widgets.Layout(width=f"{width}em", height="auto", margin="2px 0 2px 0")
        self.drop.tooltip, self.drop.description = self.drop.description, "Remove"
        self.drop.layout = widgets.Layout(width=f"{DROP}em", flex="0 0 auto")
        fixed, sealed = self._answer.fixed, self.sealed_on
        last = [] if fixed else [note(f"Sealed on {sealed}.")] if sealed else [self.drop]
        first = heading(self._title, beside[0]) if fixed else self._name
        line = widgets.HBox([first, *self.controls[1:], *last], layout=LINE_OF_CELLS)
        line.add_class("workbook-line")
        return line


def widths_beside(answer: Rows) -> list[float]:
    """How wide the key and each cell is in em, where all have room beside each other; else nothing.

    >>> widths_beside(Rows(key="goal", columns=(Column("by", "By when", "day"), Column("why", "Why"))))
    [11.0, 9.0, 26.0]
    >>> widths_beside(Rows(key="tactic", columns=tuple(Column(name, name) for name in "abcdef")))
    []
    """
    if any(column.takes in ("list", "pairs") for column in answer.columns):
        return []
    key, last = (KEY, 0) if answer.fixed else (NAME, DROP)
    known = [_width(column) for column in answer.columns]
    room = ROOM - key - last - sum(width or 0 for width in known)
    text = min(room / max(known.count(None), 1), TEXT[1])
    return [key, *(width or text for width in known)] if room >= 0 and text >= TEXT[0] else []


def _width(column: Column) -> float | None:
    """How wide a cell is, in em; None where it takes what the others leave."""
    if column.name in OF_GROUPS:
        return GROUP
    return WORD if column.words else WIDTHS.get(column.takes)


def _thing(answer: Rows) -> str:
    """What one row is called on a button."""
    return "person" if answer.key == "who" else answer.key


def _words(control: widgets.Widget) -> str:
    """What stands in a control, as a title has it: without the reading behind a word, on one line."""
    if isinstance(control, widgets.Dropdown):
        return "" if control.value == NONE else control.label.partition(":")[0]
    return " ".join(control.value.split())
