"""What was received and what is wrong with it: the files of a table, the table before parsing, the complaints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from helpers.client.column_map import MONEY
from helpers.client.config import TableConfig
from helpers.client.files.delimited import DelimitedText
from helpers.client.files.sheets import Sheet
from helpers.client.parsing import Reading, value
from helpers.client.schema import Column, TableSchema
from helpers.client.sql_text import identifier
from helpers.errors import Problem, listed, quoted, report_problems


class Complaints:
    """The problems of all tables, by table and file, in the order in which they were met."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Problem]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._found.values()))

    def add(self, subject: str, file: str, *problems: Problem) -> None:
        """Note problems of one file of a table; none is fine."""
        if problems:
            self._found.setdefault((subject, file), []).extend(problems)

    def text(self, order: Sequence[str]) -> str:
        """All of it, one block for each file, a blank line between; tables in the order given, corrections last."""
        ranks = {subject: rank for rank, subject in enumerate(order)}
        places = sorted(self._found, key=lambda place: ranks.get(place[0], len(ranks)))
        return "\n\n".join(report_problems(*place, self._found[place]) for place in places)


@dataclass
class Source:
    """One delivered file. `theirs` are its own names of our columns; `readings` how the text of each is read.

    `fields` are the columns of the part table that hold them, while it is there; `factors` those that products are made
    of. `footer` counts the rows at its end that were left out as no data. `notes` say, with rows, what else to know.
    """

    number: int
    file: str
    sha256: str
    rows: int
    theirs: dict[str, str]
    readings: dict[str, Reading]
    fields: dict[str, str]
    text: DelimitedText | Sheet | None = None
    footer: int = 0
    factors: list[str] = field(default_factory=list)
    notes: list[tuple[str, int]] = field(default_factory=list)

    def reading(self, column: str) -> Reading:
        """How the text of a column of ours is read; the plain way where the file has none."""
        return self.readings.get(column, Reading())

    def where(self, column: str) -> str:
        """The column as the client knows it, and as we do."""
        theirs = self.theirs.get(column, column)
        return quoted(theirs) if theirs == column else f"{quoted(theirs)} -> {column}"

    def left_out(self, header_row: int) -> list[tuple[str, int]]:
        """Notes, with rows, on what stands above the headings and below the data and was not read."""
        word = self.text.word if self.text else "row"
        above = f"{word} 1" if header_row == 2 else f"{word}s 1 {'and' if header_row == 3 else 'to'} {header_row - 1}"
        notes = [(f"{above} of {self.file} left out, as header_row says", 0)] if header_row > 1 else []
        return notes + (
            [(f"last rows of {self.file} left out, as footer_rows says", self.footer)] if self.footer else []
        )

    def places(self, records: Iterable[int], count: int) -> str:
        """Where records stand: "lines 3, 5 and 7"; `count` is how many there are, if more than those given."""
        known = list(records)
        numbers = self.text.lines_of(known) if self.text else sorted(known)
        word, within = (self.text.word, self.text.within) if self.text else ("row", "")
        every = listed([*map(str, numbers), *[""] * (count - len(numbers))])
        return f"{word}{'s' if count > 1 else ''} {every}{within}"


@dataclass
class Received:
    """A delivered table before parsing. `columns` are ours, in order; column i is s<i> of the raw table."""

    name: str
    config: TableConfig
    schema: TableSchema
    columns: dict[str, Column]
    sources: list[Source]
    notes: list[tuple[str, int]] = field(default_factory=list)

    @property
    def raw(self) -> str:
        """The raw table's name as SQL."""
        return identifier(f"raw_{self.name}")

    @property
    def files(self) -> str:
        """All its files as one text, for what concerns them together."""
        return listed([source.file for source in self.sources])

    @property
    def money(self) -> str | None:
        """The column that tells what its rows are worth; None where it has none."""
        name = MONEY.get(self.name)
        return name if name in self.columns else None

    def slot(self, column: str, prefix: str = "s") -> str:
        """The SQL name of a column: s<i> for its text, v<i> for its value."""
        return f"{prefix}{list(self.columns).index(column)}"

    def value(self, source: Source, column: str) -> str:
        """SQL for the value of a column in the raw rows of one file; NULL where its text is none."""
        return value(self.columns[column], self.slot(column), source.reading(column))
