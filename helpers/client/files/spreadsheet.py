"""One sheet of an Excel file as lines of text; a program of its own, so that a bad file can end it and nothing else.

Called by `sheet_reader.py` with FILE FOLDER REQUEST; it imports nothing of ours but `sheet_scan.py`. It writes
`facts.json` (the headings, the rows' numbers and what is odd about the sheet, or why it cannot be read) and
`cells.csv`: the rows of data, each cell a text led by the letter of its kind.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from helpers.client.files.sheet_scan import Book, Package, Scan, Stop, merged_area

MEMORY, SECONDS = 8 * 2**30, 540
TEXT, NUMBER, DAY, MOMENT, SPAN, ANSWER, ERROR = "sndmtbe"  # the letters that lead a cell's text
TOP = 50  # rows in which headings are looked for when those of the given row will not do
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def set_limits() -> None:
    """An end to memory and time, where the system knows such limits."""
    try:
        import resource
    except ImportError:  # Windows: the caller's time-out is left
        return
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(OSError, ValueError):
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def chosen(package: Package, book: Book, wanted: str | None) -> tuple[dict[str, Any], Scan]:
    """The sheet that is meant, and its scan: the one named, else the only visible one that is not empty."""
    if wanted is not None:
        found = [sheet for sheet in book.sheets if sheet["name"].strip() == wanted.strip()]
        if found:
            return found[0], Scan(package, found[0]["part"])
        raise Stop("no sheet", sheets=book.sheets)
    filled = []
    for sheet in book.sheets:
        if not sheet["hidden"]:
            scan = Scan(package, sheet["part"])
            sheet["rows"] = scan.filled_rows
            filled += [(sheet, scan)] if scan.filled_rows else []
    if len(filled) != 1:
        raise Stop("several" if filled else "empty", sheets=book.sheets)
    return filled[0]


def plain(number: float) -> str:
    """A number without exponent, with at most 15 digits that count (Excel has no more) and ten decimals.

    >>> plain(12.0), plain(0.1 + 0.2), plain(1e20), plain(-2.8e-17)
    ('12', '0.3', '100000000000000000000', '0')
    """
    if number != number or abs(number) == float("inf"):
        return str(number)
    if number == int(number):
        return str(int(number))
    short = f"{number:.15g}"
    if "e" in short or len(short.partition(".")[2]) > 10:
        short = f"{Decimal(short):.10f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def told(cell: Any) -> str:
    """A cell as text, led by the letter of its kind; nothing for a blank one."""
    kind = type(cell)
    if kind is str:
        return TEXT + tidy(cell) if cell and not cell.isspace() else ""
    if kind is float or kind is int:
        return NUMBER + plain(cell)
    if kind is bool:
        return ANSWER + str(cell).lower()
    if kind is datetime:
        return MOMENT + cell.isoformat(" ", "seconds")
    return DAY + cell.isoformat() if kind is date else SPAN + str(cell)


def tidy(text: str) -> str:
    """A text with LF for its line breaks, and characters that no table can hold as the file writes them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def texts(cells: list[str]) -> list[str]:
    """The cells of a row without the letters of their kinds and without spaces at their ends."""
    return [cell[1:].strip() for cell in cells]


def rows_of(path: Path, name: str, scan: Scan) -> Iterator[tuple[int, list[str]]]:
    """Every row of the sheet with its number, from the first; error cells, which the reader leaves blank, as shown."""
    errors: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in scan.errors.items():
        errors.setdefault(row, []).append((column - 1, ERROR + text))
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheet = book.get_sheet_by_name(name)
            before = [""] * (sheet.start or (0, 0))[1]
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells = before + list(map(told, row))
                for at, text in errors.get(number, ()):
                    cells += [""] * (at + 1 - len(cells))
                    cells[at] = text
                yield number, cells
    except (CalamineError, OSError):
        raise Stop("damaged") from None


class Body:
    """The rows below the header, written as they come; the last few, if they are no data, are kept back."""

    def __init__(self, header: list[str], footer_rows: int):
        self.header, self.footer_rows = header, footer_rows
        self.named = [at for at, name in enumerate(header) if name]
        self.numbers: list[int] = []
        self.blank = 0
        self.unnamed: dict[int, list[int]] = {}  # column: how many rows have a value, and the first of them
        self.kept_back: deque[tuple[int, list[str]]] = deque()

    def lines(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[str]]:
        """The lines to write: the cells of the columns that have a name, of every row that is not blank."""
        blank_before, width = 0, len(self.named)
        in_order = self.named == list(range(width))
        for number, cells in rows:
            if not any(cells):
                blank_before += 1
                continue
            self.blank, blank_before = self.blank + blank_before, 0
            self.kept_back.append((number, cells + [""] * (len(self.header) - len(cells))))
            if len(self.kept_back) > self.footer_rows:
                number, cells = self.kept_back.popleft()
                self.numbers.append(number)
                if not in_order or any(cells[width:]):
                    self._note_unnamed(number, cells)
                yield cells[:width] if in_order else self.read_of(cells)

    def read_of(self, cells: list[str]) -> list[str]:
        """The cells of a row that stand under a name."""
        return [cells[at] for at in self.named]

    def _note_unnamed(self, number: int, cells: list[str]) -> None:
        for at, text in enumerate(cells):
            if text and not (at < len(self.header) and self.header[at]):
                self.unnamed.setdefault(at + 1, [0, number])[0] += 1


def read(path: Path, folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Write cells.csv and return the facts; the request holds sheet (or null), header_row and footer_rows."""
    package = Package(path)
    book = Book(package)
    sheet, scan = chosen(package, book, request["sheet"])
    if scan.is_too_wide:
        raise Stop("wide", sheet=sheet["name"], row=scan.last_row, column=scan.last_column, rows=scan.filled_rows)
    rows = rows_of(path, sheet["name"], scan)
    header_row = request["header_row"]
    top = list(islice(rows, max(TOP, header_row)))
    body = Body(texts(top[header_row - 1][1]) if len(top) >= header_row else [], request["footer_rows"])
    with (folder / "cells.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(body.lines(chain(top[header_row:], rows)))
    return {
        "why": "",
        "sheet": sheet["name"],
        "sheets": book.sheets,
        "from_1904": book.from_1904,
        "top": [[number, texts(cells)] for number, cells in top[:TOP] if any(cells)],
        "header": [body.header[at] for at in body.named],
        "columns": [at + 1 for at in body.named],
        "numbers": body.numbers,
        "blank": body.blank,
        "footer": [[number, texts(body.read_of(cells))] for number, cells in body.kept_back],
        "unnamed": body.unnamed,
        **oddities(scan, header_row, computes_later=book.computes_later),
    }


def oddities(scan: Scan, header_row: int, *, computes_later: bool) -> dict[str, Any]:
    """By column, the rows with a formula that was never computed; merged areas; what is hidden below the header."""
    uncomputed: dict[int, list[int]] = {}
    # a program that writes formulas stores nothing or 0, and asks Excel to compute them when it opens the file
    all_zero = computes_later and all(value in ("", "0") for value in scan.formulas.values())
    for (row, column), value in scan.formulas.items():
        if row >= header_row and (value == "" or all_zero):
            uncomputed.setdefault(column, []).append(row)
    return {
        "uncomputed": uncomputed,
        "merged": [area for area in map(merged_area, scan.merged) if area and header_row < area[3]],
        "hidden_rows": sum(header_row < row <= scan.last_row for row in scan.hidden_rows),
        "hidden_columns": scan.hidden_columns,
    }


def main(arguments: list[str]) -> None:
    """Answer one request; whatever the answer, it is in facts.json, which is written last."""
    path, folder, request = Path(arguments[0]), Path(arguments[1]), json.loads(arguments[2])
    set_limits()
    try:
        facts = read(path, folder, request)
    except Stop as stop:
        facts = stop.facts
    except MemoryError:
        facts = {"why": "memory"}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
