"""A table that people fill in, as a sheet: written for them, and read back without losing or guessing a cell.

A sheet (.xlsx) is read by the program that reads delivered ones, which a damaged file may end; .csv by the strict
reader of delivered text. What begins like a formula is written as text.
"""

from __future__ import annotations

import csv
import math
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from helpers.answers import Column, Rows, is_day, is_number
from helpers.client.files.characters import UnreadableFile
from helpers.client.files.delimited import read_delimited
from helpers.client.files.sheet_reader import read_sheet
from helpers.client.files.sheets import letters_of
from helpers.client.yaml_files import as_written
from helpers.errors import DecisionError, Problem, listed, nearest, quoted, report_problems

SUFFIXES = (".xlsx", ".csv")
HOW = "how to fill it in"  # the second sheet
LONGEST = 32_000  # characters; Excel holds 32,767 in a cell
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program may take for the start of one
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
TAKES = {
    "text": "words",
    "list": "names, parted by ; or one a line",
    "number": "a number",
    "share": "a number from 0 to 1",
    "day": "a day as year-month-day",
    "either": "a number or words",
}


@dataclass(frozen=True)
class RowsRead:
    """A table as its file has it: the rows by key, and where each stands (its row or line)."""

    rows: dict[str, dict[str, Any]]
    places: dict[str, str]
    columns: dict[str, str]

    def where(self, at: Sequence[str | int]) -> str:
        """The place of a row or a cell as the file's reader knows it."""
        place = self.places.get(str(at[0]), "the file") if at else "the file"
        return f"{place}, {self.columns[at[1]]}" if len(at) > 1 and at[1] in self.columns else place


def write_rows(path: Path, name: str, asks: Rows, value: Mapping[str, Mapping] | None) -> None:
    """Write the table to a new file; a sheet gets a second one that says what each column takes.

    Raises
    ------
    DecisionError
        If the file is there already, its ending is another, or a cell cannot be held by a sheet as it is.
    """
    _refuse_ending(path)
    if path.exists():
        raise DecisionError(f"{path.name} is there already. Name another file, so that nobody's work is lost.")
    head = [asks.key, *(column.name for column in asks.columns)]
    rows = [[key, *(_flat(row.get(column.name)) for column in asks.columns)] for key, row in (value or {}).items()]
    long = [
        f"{row[0]}.{name}" for row in rows for name, cell in zip(head, row, strict=True) if len(str(cell)) > LONGEST
    ]
    if long:
        raise DecisionError(f"{listed(long)} has more than {LONGEST:,} characters, which no sheet holds. Shorten it.")
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(path, head, rows)
        else:
            _write_xlsx(path, name, asks, head, rows)
    except OSError as fault:
        raise DecisionError(f"{path.name} cannot be written ({fault.strerror}). Check where it goes.") from None
    lost = _lost(value or {}, read_rows(path, name, asks).rows, asks)
    if lost:
        path.unlink()
        raise DecisionError(f"A sheet cannot hold {listed(lost)} as it is written. Shorten or reword it.")


def read_rows(path: Path, name: str, asks: Rows) -> RowsRead:
    """The table in a file, each cell as its column takes it.

    Raises
    ------
    DecisionError
        With every problem at once: a file that cannot be read, unknown or missing headings, keys that are blank or
        stand twice, cells of another kind than their column. What the answers themselves must hold is not asked here.
    """
    _refuse_ending(path)
    if not path.is_file():
        raise DecisionError(f"There is no file {path.name}. Name the one that --export wrote.")
    try:
        lines = list(_csv_lines(path) if path.suffix.lower() == ".csv" else _sheet_lines(path, name))
    except UnreadableFile as fault:
        raise DecisionError(report_problems(name, path.name, [_ours(one, path) for one in fault.problems])) from None
    (_, head), *body = lines
    names, problems = _headings(head, asks)
    if problems:
        raise DecisionError(report_problems(name, path.name, problems))
    rows, places, problems = _rows(body, names, asks)
    if problems:
        raise DecisionError(report_problems(name, path.name, problems))
    titles = {column: f"column {letters_of(at)} ({column})" for at, column in enumerate(names, start=1)}
    return RowsRead(rows, places, titles)


def same_cell(old: Any, new: Any, column: Column) -> bool:
    """Whether two values of a cell say the same: blank ones, equal numbers, or the same words as they are written.

    >>> same_cell("a", ["a"], Column("needs", "Needs", "list")), same_cell(0.10, 0.1, Column("x", "X", "number"))
    (True, True)
    >>> same_cell(None, " ", Column("x", "X")), same_cell("a", "b", Column("x", "X"))
    (True, False)
    """
    if is_number(old) and is_number(new):
        # a sheet keeps 15 digits and shows ten decimals
        return math.isclose(old, new, rel_tol=1e-12, abs_tol=5e-11)
    return _texts(old) == _texts(new) if column.takes == "list" else _text(old) == _text(new)


# ---- writing ---------------------------------------------------------------------------------------------------------


def _flat(value: Any) -> Any:
    """A cell as one value: a list as one text, its entries parted by ; or, where one holds that, by line breaks."""
    if not isinstance(value, (list, tuple)):
        return value
    texts = [as_written(one) for one in value]
    return ("\n" if any(";" in text for text in texts) else "; ").join(texts)


def _write_csv(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([_guarded(cell) for cell in row] for row in rows)


def _guarded(cell: Any) -> Any:
    """A text that a spreadsheet program might take for a formula, with an apostrophe before it."""
    if is_number(cell):
        return as_written(cell)
    text = "" if cell is None else as_written(cell)
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _write_xlsx(path: Path, name: str, asks: Rows, head: list[str], rows: list[list[Any]]) -> None:
    import xlsxwriter  # takes time to load, and only this needs it

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), plain)
    book.set_properties({"created": datetime(2000, 1, 1)})  # the same table gives the same file
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet, how = book.add_worksheet(name[:31]), book.add_worksheet(HOW)
    sheet.freeze_panes(1, 1)
    for at, heading in enumerate(head):
        longest = max([len(heading), *(len(str(row[at] or "")) for row in rows)])
        sheet.set_column(at, at, min(max(longest + 2, 9), 44), wrapped)
        sheet.write_string(0, at, heading, bold)
    for line, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if is_number(cell):
                sheet.write_number(line, at, cell)
            elif isinstance(cell, bool):
                sheet.write_boolean(line, at, cell)
            elif cell is not None:
                sheet.write_string(line, at, as_written(cell))
    for at, column in enumerate(asks.columns, start=1):
        if column.words and sum(map(len, column.words)) < 200:
            choice = {"validate": "list", "source": list(column.words)}
            sheet.data_validation(1, at, max(len(rows), 1) + 200, at, choice)
    for line, row in enumerate(_explained(asks)):
        for at, text in enumerate(row):
            how.write_string(line, at, text, None if line else bold)
    how.set_column(0, 2, 28)
    book.close()


def _explained(asks: Rows) -> Iterator[tuple[str, str, str]]:
    """What each column takes, in words."""
    yield "column", "what it is", "what it takes"
    yield asks.key, "the key of the row", "a short word of its own; it stays when all else changes"
    for column in asks.columns:
        takes = ", ".join(column.words) if column.words else TAKES[column.takes]
        yield column.name, column.title, f"{takes}; must be filled in" if column.required else takes


def _lost(value: Mapping[str, Mapping], read: Mapping[str, Mapping], asks: Rows) -> list[str]:
    """The cells that do not come back as they went."""
    return [
        f"{key}.{column.name}"
        for key, row in value.items()
        for column in asks.columns
        if not same_cell(row.get(column.name), read.get(str(key), {}).get(column.name), column)
    ]


# ---- reading ---------------------------------------------------------------------------------------------------------


def _csv_lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The heading and the records with where they stand; each cell led by the letter of its kind, here always text."""
    read = read_delimited(path)
    yield "line 1", list(read.header)
    for line, cells in read.numbered():
        yield f"line {line:,}", [f"s{_unguarded(cell)}" if cell.strip() else "" for cell in cells]


def _unguarded(cell: str) -> str:
    guarded = cell.startswith("'") and cell[1:].startswith((*FORMULA, "'"))
    return cell[1:] if guarded else cell


def _sheet_lines(path: Path, name: str) -> Iterator[tuple[str, list[str]]]:
    """The same of a sheet, its cells led by the letters of their kinds."""
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        read = read_sheet(path, Path(folder), sheet=name[:31])
        problems = read.problems(range(len(read.header)))
        if problems:
            raise UnreadableFile(*problems)
        yield "row 1", list(read.header)
        with read.cells.open(encoding="utf-8", newline="") as file:
            for number, cells in zip(read.numbers, csv.reader(file), strict=True):
                yield f"row {number:,}", cells


def _headings(head: Sequence[str], asks: Rows) -> tuple[list[str], list[Problem]]:
    """The columns as we name them, and what is wrong with the headings."""
    known = [asks.key, *(column.name for column in asks.columns)]
    by_word = {name.casefold(): name for name in known}
    names, problems = [], []
    for at, heading in enumerate(head, start=1):
        name = by_word.get(heading.strip().casefold())
        where = f"column {letters_of(at)}"
        if name is None:
            remedy = f"{nearest(heading, known)} Notes of your own have no place in a decision: keep them in a copy."
            problems.append(Problem(where, f"No column is called {quoted(heading)}.", remedy))
        elif name in names:
            problems.append(Problem(where, f"{quoted(heading)} stands there twice.", "Keep one of the two."))
        names.append(name or heading)
    missing = [name for name in known if name not in names]
    if missing:
        found = f"{listed(missing, 30)} {'is' if len(missing) == 1 else 'are'} not there."
        problems.append(Problem("the headings", found, "Put each back, even if it is empty: none is dropped unseen."))
    return names, problems


def _rows(
    body: Sequence[tuple[str, list[str]]], names: Sequence[str], asks: Rows
) -> tuple[dict[str, dict[str, Any]], dict[str, str], list[Problem]]:
    """The rows by key with their places, and every cell that cannot be read as what its column takes."""
    columns = {column.name: column for column in asks.columns}
    rows: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    for place, cells in body:
        row, key = {}, ""
        for at, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
            if not cell:
                continue
            value, fault = _value(cell, columns.get(name, Column(name, name)))
            if fault:
                problems.append(Problem(f"{place}, column {letters_of(at)} ({name})", *fault))
            elif name == asks.key:
                key = as_written(value).strip()
            else:
                row[name] = value
        if not key:
            problems.append(Problem(place, f"It has no {asks.key}.", "Give it a key of its own, or clear the row."))
        elif key in places:
            found = f"The {asks.key} {quoted(key)} stands in {places[key]} as well."
            problems.append(Problem(place, found, "Give each row a key of its own, or keep one of the two."))
        else:
            rows[key], places[key] = row, place
    return rows, places, problems


def _value(cell: str, column: Column) -> tuple[Any, tuple[str, str] | None]:
    """A cell as its column takes it, or what was found and what is expected."""
    letter, text = cell[0], cell[1:]
    if letter == "e":
        return None, (f"The cell shows the error {quoted(text)}.", "Mend the formula, or write the value.")
    if column.takes in ("number", "share"):
        written = text.strip()
        if letter in "sn" and NUMBER.fullmatch(written):
            return _number(written), None
        return None, (f"{quoted(text)} is no number.", "Expected digits such as 1250.5, without separators or units.")
    if column.takes == "day":
        day = text.strip()[:10] if letter in "dm" else text.strip()
        whole = letter != "m" or text[10:].strip() in ("", "00:00:00")
        if is_day(day) and whole and letter in "sdm":
            return day, None
        return None, (f"{quoted(text)} is no day.", "Expected year-month-day such as 2026-11-23.")
    if letter == "b" and column.words:
        return ("yes" if text == "true" else "no"), None
    if letter in "dmt":
        remedy = "Format the cell as text before it is filled in."
        return None, (f"The cell holds a day or time, {quoted(text)}, and should hold words.", remedy)
    if letter == "n" and NUMBER.fullmatch(text):
        return _number(text), None
    if letter == "b":
        return text == "true", None
    return (_list(text) if column.takes == "list" else text), None


def _number(text: str) -> int | float:
    return float(text) if set(text) & set(".eE") else int(text)


def _list(text: str) -> Any:
    """The entries of a cell: one a line, else parted by ;. One alone stays a text."""
    parts = [part.strip() for part in text.split("\n" if "\n" in text.strip() else ";") if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def _text(value: Any) -> str:
    return "" if value is None else as_written(value).strip()


def _texts(value: Any) -> list[str]:
    return [text for one in (value if isinstance(value, (list, tuple)) else [value]) if (text := _text(one))]


def _refuse_ending(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise DecisionError(f"{path.name} ends in {quoted(path.suffix)}. Expected {' or '.join(SUFFIXES)}.")


def _ours(problem: Problem, path: Path) -> Problem:
    """A problem of a file as the reader of delivered ones tells it, without its advice on client.yaml."""
    if "client.yaml" not in problem.where + problem.found + problem.remedy:
        return problem
    remedy = "Use the sheet that --export writes: one table, its headings in the first row, saved as .xlsx or as .csv."
    return Problem(problem.where.replace("sheet in client.yaml", "the file"), problem.found, remedy)
