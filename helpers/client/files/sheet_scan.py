"""What the XML of an Excel file tells before its sheets are read: which there are, and what is odd about one.

The reader of `spreadsheet.py` drops error cells and formulas that nobody computed without a word, and takes the last of
cells that stand twice, so the parts of the zip file are looked through first. Part of the same program: it imports
nothing of ours, and what is in the way ends it with a `Stop`.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

MOST_PARTS, MOST_BYTES, MOST_CELLS = 10_000, 2 * 2**30, 40_000_000
SPARSE = 2_000_000  # cells of an area that is read even if nearly all of them are blank
AREA = re.compile(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, expat.ExpatError)


class Stop(Exception):
    """Why the sheet cannot be read: a word that the caller has a sentence for, and what that sentence tells."""

    def __init__(self, why: str, **told: Any):
        super().__init__(why)
        self.facts = {"why": why, **told}


class Package:
    """The zip file: its directory looked at first, every part read once to know that it unpacks to what it says."""

    def __init__(self, path: Path):
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGE:
            raise Stop("damaged") from None
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_PARTS or unpacked > MOST_BYTES:
            raise Stop("large", parts=len(entries), size=unpacked)
        self._parts = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
        if len(self._parts) < len(entries):
            raise Stop("damaged")  # of two parts of one name, another reader takes the other
        if "xl/workbook.xml" not in self._parts:
            raise Stop("binary" if "xl/workbook.bin" in self._parts else "no workbook")
        try:
            if self._zip.testzip():
                raise Stop("damaged")
        except DAMAGE:
            raise Stop("damaged") from None

    def read(self, part: str, start: Callable[[str, dict[str, str]], None], parser: Any = None) -> None:
        """Call `start` with the local name and the attributes of each element of a part."""
        entry = self._parts.get(part.lower())
        if entry is None:
            raise Stop("damaged")
        parser = parser or expat.ParserCreate()
        parser.buffer_text = True
        parser.EntityDeclHandler = _no_entities

        def root(name: str, _: dict[str, str]) -> None:
            # names with a prefix cost one more call for each cell, and few programs write them
            prefixed = ":" in name
            parser.StartElementHandler = (lambda tag, own: start(tag.rpartition(":")[2], own)) if prefixed else start

        parser.StartElementHandler = root
        try:
            with self._zip.open(entry) as file:
                parser.ParseFile(file)
        except DAMAGE:
            raise Stop("damaged") from None


def _no_entities(*_: Any) -> None:
    raise Stop("damaged")


class Book:
    """The workbook part: its sheets, whether days count from 1904, whether it asks to be computed when opened."""

    def __init__(self, package: Package):
        self.sheets: list[dict[str, Any]] = []
        self.from_1904 = self.computes_later = False
        self._targets: dict[str, tuple[str, str]] = {}
        package.read("xl/_rels/workbook.xml.rels", self._relation)
        package.read("xl/workbook.xml", self._element)

    def _relation(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            part = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            self._targets[attributes.get("Id", "")] = (part.lstrip("/"), attributes.get("Type", ""))

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "calcPr":
            self.computes_later = attributes.get("fullCalcOnLoad", "0") in ("1", "true")
        elif name == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            part, kind = self._targets.get(key, ("", ""))
            hidden = attributes.get("state", "visible") != "visible"
            if kind.endswith("/worksheet"):
                self.sheets.append({"name": attributes.get("name", ""), "hidden": hidden, "part": part, "rows": None})


class Scan:
    """What the XML of a sheet tells and the reader does not; rows and columns count from 1."""

    def __init__(self, package: Package, part: str):
        self.filled_rows = self.values = self.last_row = self.last_column = 0
        self.errors: dict[tuple[int, int], str] = {}
        self.formulas: dict[tuple[int, int], str] = {}  # the stored value of each, "" when there is none
        self.merged: list[str] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: list[tuple[int, int]] = []
        self._columns: dict[str, int] = {}
        self._row, self._column, self._kind = 0, 0, ""
        self._row_is_filled = self._formula = self._listens = False
        self._parser = expat.ParserCreate()
        package.read(part, self._element, self._parser)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        # called for every cell and every value: the frequent names come first, and little is done for them
        if name == "v":
            self._fill()
            if self._formula or self._kind == "e":
                self._parser.CharacterDataHandler, self._listens = self._characters, True
        elif name == "c":
            self._cell(attributes)
        elif name == "row":
            self._new_row(attributes)
        elif name == "is":
            self._fill()
        elif name == "f" and self._kind != "str":
            # a formula whose result is an empty text says so by its type; others without a value were never computed
            self._formula, self.formulas[self._row, self._column] = True, ""
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.hidden_columns.append((int(attributes.get("min", 0)), int(attributes.get("max", 0))))

    def _cell(self, attributes: dict[str, str]) -> None:
        place, before = attributes.get("r"), self._column
        if place:
            letters = place.rstrip("0123456789")
            self._column = self._columns.get(letters) or self._columns.setdefault(letters, column_number(letters))
        else:
            self._column += 1
        if self._column <= before:
            raise Stop("order")
        self._kind, self._formula = attributes.get("t", ""), False
        if self._listens:
            self._parser.CharacterDataHandler, self._listens = None, False

    def _new_row(self, attributes: dict[str, str]) -> None:
        before, self._row = self._row, int(attributes["r"]) if attributes.get("r", "").isdigit() else self._row + 1
        if self._row <= before:
            raise Stop("order")
        self._column, self._row_is_filled = 0, False
        if attributes.get("hidden") in ("1", "true"):
            self.hidden_rows.add(self._row)

    @property
    def is_too_wide(self) -> bool:
        """Whether a cell stands so far from the others that the area to read is mostly blank, or is too large."""
        area = self.last_row * self.last_column
        return area > MOST_CELLS or area > max(SPARSE, 50 * self.values)

    def _fill(self) -> None:
        self.values += 1
        if not self._row_is_filled:
            self._row_is_filled, self.filled_rows = True, self.filled_rows + 1
            self.last_row = max(self.last_row, self._row)
        if self._column > self.last_column:
            self.last_column = self._column

    def _characters(self, text: str) -> None:
        place = (self._row, self._column)
        if self._formula:
            self.formulas[place] += text
        if self._kind == "e":
            self.errors[place] = self.errors.get(place, "") + text


def column_number(reference: str) -> int:
    """The column of a cell reference such as "AB12", from 1."""
    number = 0
    for letter in reference.upper():
        if "A" <= letter <= "Z":
            number = number * 26 + ord(letter) - 64
    return number


def merged_area(reference: str) -> tuple[str, int, int, int, int] | None:
    """An area such as "A5:B9": itself, its first row and column, its last row and column."""
    if found := AREA.fullmatch(reference.upper()):
        left, top, right, bottom = found.groups()
        return reference, int(top), column_number(left), int(bottom), column_number(right)
    return None
