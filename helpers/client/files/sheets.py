"""A sheet of an Excel file before it becomes columns: its headings, where its rows stand, what nobody sees in it.

Rows in messages are the sheet's own rows. What kind of cell each text comes from is told by the letter that leads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from helpers.errors import Problem, counted, listed, quoted

LONGEST_LIST = 12


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read. `header` are the headings of the columns that have one, `columns` their places in it.

    `numbers` are the rows of the records; `footer` the rows at the end that client.yaml calls no data; `top` the first
    filled rows. `others` are the sheets that are not read. `from_1904` says from which year its days are counted.
    `unnamed` are columns with values and no heading (how many, and the first row), `uncomputed` the rows of formulas
    without a value, by place in the sheet; `merged` areas (name, first row and column, last row and column). `cells` is
    the file of the records.
    """

    word: ClassVar[str] = "row"
    delimiter: ClassVar[str] = ","
    ends_with_newline: ClassVar[bool] = True

    name: str
    header: tuple[str, ...]
    header_row: int
    columns: tuple[int, ...]
    numbers: tuple[int, ...]
    blank_lines: int
    footer: tuple[tuple[int, list[str]], ...]
    top: tuple[tuple[int, list[str]], ...]
    others: tuple[str, ...]
    from_1904: bool
    unnamed: dict[int, tuple[int, int]]
    uncomputed: dict[int, list[int]]
    merged: tuple[tuple[str, int, int, int, int], ...]
    hidden_rows: int
    hidden_columns: tuple[tuple[int, int], ...]
    cells: Path

    @property
    def within(self) -> str:
        """What a message adds to a row's number."""
        return f" of sheet {quoted(self.name)}"

    @property
    def records(self) -> int:
        """How many rows of data it has."""
        return len(self.numbers)

    def first_rows(self) -> list[tuple[int, list[str]]]:
        """The first filled rows of the sheet, those above the header included."""
        return list(self.top)

    def lines_of(self, records: Iterable[int]) -> list[int]:
        """The rows in which these records stand; records count from 1, in any order, the answer is sorted."""
        return sorted(self.numbers[record - 1] for record in records)

    def records_at(self, lines: Iterable[int]) -> list[int]:
        """The records in these rows, counted from 1; rows in which none stands are passed over."""
        wanted = set(lines)
        return [record for record, number in enumerate(self.numbers, start=1) if number in wanted]

    def write_body(self, path: Path) -> None:
        """The records without header, as CSV."""
        self.cells.replace(path)

    def notes(self, used: Iterable[int]) -> list[tuple[str, int]]:
        """Which sheet was read and what in it nobody sees, with rows; `used` are places in header."""
        also = f"; other sheets are not read: {listed(self.others, LONGEST_LIST)}" if self.others else ""
        notes = [(f"sheet {quoted(self.name)} is read{also}", 0)]
        if self.hidden_rows:
            notes.append(("rows that are hidden or filtered out are read like the others", self.hidden_rows))
        hidden = [quoted(self.header[at]) for at in sorted(used) if self._is_hidden(self.columns[at])]
        if hidden:
            notes.append((f"columns that are hidden are read: {listed(hidden, LONGEST_LIST)}", 0))
        return notes

    def _is_hidden(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self.hidden_columns)

    def header_problems(self) -> list[Problem]:
        """What is wrong with the headings."""
        where = f"row {self.header_row:,}{self.within}"
        problems = []
        if not self.header:
            remedy = "It has to name the columns, or header_row in client.yaml says which row does."
            problems.append(Problem(where, "It is blank.", remedy))
        twice = sorted({name for name in self.header if self.header.count(name) > 1})
        if twice:
            stand = "stands" if len(twice) == 1 else "stand"
            found = f"{listed([quoted(name) for name in twice])} {stand} there twice."
            problems.append(Problem(where, found, "Give every column a name of its own in Excel and save."))
        if self.unnamed and self.header:
            letters = [letters_of(column) for column in sorted(self.unnamed)]
            count, first = self.unnamed[min(self.unnamed)]
            columns = f"Column {letters[0]} has" if len(letters) == 1 else f"Columns {listed(letters)} have"
            example = f"{letters[0]}: {counted(count, 'cell')}, first in row {first:,}"
            found = f"{columns} values and no heading ({example})."
            remedy = "In Excel, give each a heading or clear it, and save."
            problems.append(Problem(where, found, remedy))
        return problems

    def problems(self, used: Iterable[int]) -> list[Problem]:
        """What makes cells look blank that are not, in the columns that are read; `used` are places in header."""
        places = {self.columns[at]: self.header[at] for at in sorted(used)}
        return [*self._never_computed(places), *self._merged_cells(set(places))]

    def _never_computed(self, places: dict[int, str]) -> Iterator[Problem]:
        for column, name in places.items():
            # a row at the end that holds nothing else would be no row of the footer either
            rows = [row for row in self.uncomputed.get(column, []) if row not in dict(self.footer)]
            if rows:
                formulas = "1 formula was" if len(rows) == 1 else f"{len(rows):,} formulas were"
                where = f"row{'s' if len(rows) > 1 else ''} {listed(rows)}{self.within}"
                found = f"{formulas} never computed, so there is no value to read ({where})."
                yield Problem(quoted(name), found, "Open the file in Excel, which computes them, and save it.")

    def _merged_cells(self, places: set[int]) -> Iterator[Problem]:
        end = self.numbers[-1] if self.numbers else 0
        bad = [
            name
            for name, top, left, _, right in self.merged
            if top <= end and any(left <= column <= right for column in places)
        ]
        if bad:
            found = f"Cells are merged ({listed(bad)}): only the first of each holds the value, the others are blank."
            remedy = "In Excel, unmerge them, write the value into every cell that it holds for, and save."
            yield Problem(f"sheet {quoted(self.name)}", found, remedy)


def letters_of(column: int) -> str:
    """What Excel calls a column, by its place from 1.

    >>> letters_of(3), letters_of(28), letters_of(16384)
    ('C', 'AB', 'XFD')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
