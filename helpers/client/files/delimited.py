"""Delimited text (CSV) before it becomes columns: what stands above the header, lines to records, what stands below.

Two rules: nothing is guessed that could be wrong in silence, and whoever reads a complaint finds the place in the file.
So lines in messages are the file's own lines, counted from 1, though a record may span several of them.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from helpers.client.files.characters import UnreadableFile, decoded, not_characters, refuse_control_characters
from helpers.client.files.title_rows import FIRST_ROWS, title_problem
from helpers.client.parsing import SPACES
from helpers.errors import Problem, counted, listed, quoted

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# longer records are nearly always an unclosed quotation mark; DuckDB's buffers are made for lines below 2 MB
LONGEST_RECORD = 400_000
LONGEST_TITLE = 10_000  # characters of a line that are looked at for headings


@dataclass(frozen=True)
class DelimitedText:
    """A text file with its line ends normalised to LF, and where its records are.

    `text` ends before the `footer`, the rows at the end that client.yaml calls no data (each with its line).
    `body_start` is the position in it after the header, `lines_before` how many lines of the file stand before that.
    """

    word: ClassVar[str] = "line"
    within: ClassVar[str] = ""

    text: str
    header: tuple[str, ...]
    header_row: int
    delimiter: str
    body_start: int
    lines_before: int
    records: int
    blank_lines: int
    ends_with_newline: bool
    footer: tuple[tuple[int, list[str]], ...] = ()

    @property
    def has_quotes(self) -> bool:
        """Whether a record may span lines or hold a delimiter."""
        return '"' in self.text

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Every record with the line of the file on which it begins; lines without any text in a field are left out."""
        return _records(self.text[self.body_start :], self.delimiter, self.lines_before)

    def first_rows(self) -> list[tuple[int, list[str]]]:
        """The first filled lines of the file, those above the header included, split as the header is."""
        return _split_lines(self.text, self.delimiter)

    def lines_of(self, records: Iterable[int]) -> list[int]:
        """The lines on which these records begin; records count from 1, in any order, the answer is sorted."""
        wanted = set(records)
        return [line for number, (line, _) in enumerate(self.numbered(), start=1) if number in wanted]

    def records_at(self, lines: Iterable[int]) -> list[int]:
        """The records that begin on these lines, counted from 1; lines on which none does are passed over."""
        wanted = set(lines)
        return [number for number, (at, _) in enumerate(self.numbered(), start=1) if at in wanted]

    def write_body(self, path: Path) -> None:
        """The records without header, in the plainest CSV there is: UTF-8, LF, quoted only where that is needed."""
        body = self.text[self.body_start :]
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                if self.has_quotes or self.blank_lines or _ends_blank(body, self.delimiter):
                    # one reader decides what a quotation mark means, and the next one finds nothing left to interpret
                    writer = csv.writer(file, delimiter=self.delimiter, lineterminator="\n")
                    writer.writerows(record for _, record in self.numbered())
                else:
                    file.write(body if body.endswith("\n") or not body else body + "\n")
        except UnicodeEncodeError as error:
            line = body.count("\n", 0, error.start) + 1 + self.lines_before
            raise UnreadableFile(not_characters(line, "half a character (a lone surrogate)", None)) from None


def read_delimited(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int = 1,
    footer_rows: int = 0,
) -> DelimitedText:
    """A text file decoded, with its header read and every record's width checked.

    Parameters
    ----------
    path : Path
        The file; it is held in memory whole.
    encoding, delimiter : str, optional
        From client.yaml. Without them: the byte order mark, else strict UTF-8; and the only one of comma, semicolon,
        tab and bar that splits the header.
    header_row : int
        The line of the file on which the header begins; the lines above it may hold anything.
    footer_rows : int
        How many records at the end are no data. They may have any number of fields; blank lines do not count.

    Raises
    ------
    UnreadableFile
        Empty file, bytes that are no characters, control characters, a header with empty or repeated names, an open
        question which delimiter it is, a quotation mark that is not closed, records with too few or too many fields.
        Where the header fails because a title stands above it, the one problem says so.
    """
    text = decoded(path.read_bytes(), encoding)
    if not text.strip():
        raise UnreadableFile(Problem("the file", "It is empty.", "Export it again."))
    refuse_control_characters(text)
    start = _line_start(text, header_row)
    if start is None:
        found = f"The file ends before line {header_row:,}, which header_row says holds the headings."
        raise UnreadableFile(Problem("header_row in client.yaml", found, "Set it to the line of the headings."))
    try:
        return _read_from(text, start, header_row, delimiter, footer_rows)
    except UnreadableFile:
        titled = [title_problem(_split_lines(text, way), header_row) for way in DELIMITERS]
        if any(titled):
            # a title can be split, too; the headings are what the right delimiter splits most
            raise UnreadableFile(max(filter(None, titled), key=lambda one: one.headings).problem) from None
        raise


def _line_start(text: str, line: int) -> int | None:
    """The position at which a line begins; None where the text ends before."""
    position = 0
    for _ in range(line - 1):
        position = text.find("\n", position) + 1
        if position == 0:
            return None
    return position if position < len(text) else None


def _read_from(text: str, start: int, header_row: int, delimiter: str | None, footer_rows: int) -> DelimitedText:
    """The file from its header on."""
    head = text[start : start + LONGEST_RECORD * 2]
    if not head.split("\n", 1)[0].strip():
        remedy = (
            "The first line has to hold the names of the columns, or header_row in client.yaml says which one does."
        )
        raise UnreadableFile(Problem(f"line {header_row:,}", "It is blank.", remedy))
    chosen = _delimiter(head, delimiter, header_row)
    lines, names = _header(head, chosen, header_row)
    _refuse_bad_names(names, header_row)
    lines_before = header_row - 1 + lines
    body_start = _line_start(text, lines_before + 1)
    body_start = len(text) if body_start is None else body_start
    ends_with_newline = text.endswith("\n")
    footer = _footer(text[body_start:], chosen, lines_before, footer_rows)
    if footer:
        text = text[: _line_start(text, footer[0][0])]
    records, blank = _count(text[body_start:], chosen, lines_before, len(names))
    return DelimitedText(
        text=text,
        header=tuple(names),
        header_row=header_row,
        delimiter=chosen,
        body_start=body_start,
        lines_before=lines_before,
        records=records,
        blank_lines=blank,
        ends_with_newline=ends_with_newline,
        footer=footer,
    )


def _footer(body: str, delimiter: str, lines_before: int, rows: int) -> tuple[tuple[int, list[str]], ...]:
    """The last records with their lines."""
    return tuple(deque(_records(body, delimiter, lines_before), maxlen=rows)) if rows else ()


def _split_lines(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first filled lines with their numbers, split one by one: what precedes a header need not be well-formed."""
    lines = text[: LONGEST_RECORD * 2].split("\n")[:FIRST_ROWS]
    reader = (next(csv.reader([line[:LONGEST_TITLE]], delimiter=delimiter), []) for line in lines)
    return [(number, fields) for number, fields in enumerate(reader, start=1) if any(map(str.strip, fields))]


def _header(head: str, delimiter: str, line: int) -> tuple[int, list[str]]:
    """The first record, and how many lines it takes."""
    reader = csv.reader(io.StringIO(head), delimiter=delimiter, strict=True)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        remedy = 'Close it, or double the quotation marks inside a name ("").'
        raise UnreadableFile(
            Problem(f"line {line:,}", "A quotation mark in the header is not closed.", remedy)
        ) from None
    return reader.line_num, [name.strip() for name in names]


def _delimiter(head: str, given: str | None, line: int) -> str:
    splitting = _splitting(head)
    if given:
        chosen = "\t" if given.lower() in ("tab", "\\t") else given
        if splitting and chosen not in splitting:
            better = max(splitting, key=splitting.__getitem__)
            given = DELIMITERS.get(chosen, quoted(chosen))
            found = f"The header is one field when split by {given}, and {splitting[better]} by {DELIMITERS[better]}."
            remedy = f"Set delimiter: {_named(better)} in client.yaml, or leave delimiter out."
            raise UnreadableFile(Problem(f"line {line:,}", found, remedy))
        return chosen
    if len(splitting) > 1:
        counts = [f"{DELIMITERS[char]} ({number} columns)" for char, number in splitting.items()]
        example = _named("\t" if "\t" in splitting else max(splitting, key=splitting.__getitem__))
        found = f"The header can be split by {' or by '.join(counts)}."
        remedy = f"Say which in client.yaml, for example delimiter: {example}."
        raise UnreadableFile(Problem(f"line {line:,}", found, remedy))
    return next(iter(splitting), ",")


def _named(delimiter: str) -> str:
    """A delimiter as it is written in client.yaml."""
    return "tab" if delimiter == "\t" else f'"{delimiter}"'


def _splitting(head: str) -> dict[str, int]:
    """The delimiters that split the header, and into how many names."""
    splitting = {}
    for candidate in DELIMITERS:
        try:
            _, names = _header(head, candidate, 1)
        except UnreadableFile:
            continue
        if len(names) > 1:
            splitting[candidate] = len(names)
    return splitting


def _refuse_bad_names(names: list[str], line: int) -> None:
    problems, where = [], f"line {line:,}"
    empty = [str(place) for place, name in enumerate(names, start=1) if not name]
    if empty:
        places = f"{'Column' if len(empty) == 1 else 'Columns'} {listed(empty)} of {len(names)}"
        found = f"{places} {'has' if len(empty) == 1 else 'have'} no name."
        problems.append(Problem(where, found, "The header has to name every column; export the file again."))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        found = f"{listed([quoted(name) for name in twice])} {'stands' if len(twice) == 1 else 'stand'} there twice."
        problems.append(Problem(where, found, "Every column needs a name of its own; export the file again."))
    if problems:
        raise UnreadableFile(*problems)


def _ends_blank(body: str, delimiter: str) -> bool:
    """Whether the last line that is no mere line break holds nothing but delimiters and spaces."""
    return not body.rstrip("\n").rpartition("\n")[2].strip(delimiter + SPACES)


def _records(body: str, delimiter: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    if '"' not in body:
        for line, content in enumerate(body.split("\n"), start=lines_before + 1):
            if content.strip(delimiter + SPACES):
                yield line, content.split(delimiter)
        return
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=True)
    before = csv.field_size_limit(LONGEST_RECORD)
    start = 1
    try:
        for record in reader:
            if any(field.strip(SPACES) for field in record):
                yield lines_before + start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(_quote_problem(body, delimiter, start, lines_before, str(error))) from None
    finally:
        csv.field_size_limit(before)


def _count(body: str, delimiter: str, lines_before: int, width: int) -> tuple[int, int]:
    """How many records, and blank lines between them; UnreadableFile lists all records of another width."""
    records, blank, blank_before, nothing = 0, 0, 0, delimiter + SPACES
    wrong: list[tuple[int, int, int]] = []  # number of the record, line, fields
    if '"' in body:
        for line, record in _records(body, delimiter, lines_before):
            records += 1
            if len(record) != width:
                wrong.append((records, line, len(record)))
            _refuse_long(line, sum(map(len, record)))
    else:
        # the same as above for records that are lines, at a fifth of the time
        for line, content in enumerate(body.split("\n"), start=lines_before + 1):
            if not content.strip(nothing):
                blank_before += 1
                continue
            records, blank, blank_before = records + 1, blank + blank_before, 0
            fields = content.count(delimiter) + 1
            if fields != width:
                wrong.append((records, line, fields))
            if len(content) > LONGEST_RECORD:
                _refuse_long(line, len(content))
    if wrong:
        raise UnreadableFile(_ragged(wrong, records, width))
    return records, blank


def _refuse_long(line: int, length: int) -> None:
    if length > LONGEST_RECORD:
        found = f"It holds {length:,} characters, more than any row of a table."
        raise UnreadableFile(Problem(f"line {line:,}", found, "Was a quotation mark left open? Export it again."))


def _ragged(wrong: list[tuple[int, int, int]], records: int, width: int) -> Problem:
    """Records of another width than the header; those at the very end are likely to be totals or notes."""
    known = listed(list(DELIMITERS.values()))
    remedy = "A field that holds the delimiter or a line break has to stand in quotation marks; export the file again."
    if width == 1:
        none = f"The header holds no delimiter known here ({known})"
        remedy = f"{none}: if it should, export the file with one of them. {remedy}"
    if wrong[0][0] == records - len(wrong) + 1 > 1:
        ends = "It stands at the end" if len(wrong) == 1 else "They stand at the end"
        remedy = f"{ends}: if {'it is a total' if len(wrong) == 1 else 'they are totals'} or a note, and no data, "
        remedy += f"set footer_rows: {len(wrong)} in client.yaml. Else export the file again."
    return Problem(
        f"{'line' if len(wrong) == 1 else 'lines'} {listed([str(line) for _, line, _ in wrong])}",
        f"{len(wrong):,} of {counted(records, 'row')} {'does' if len(wrong) == 1 else 'do'} not have the "
        f"{counted(width, 'field')} of the header ({'it' if len(wrong) == 1 else 'the first'} has {wrong[0][2]:,}).",
        remedy,
    )


def _quote_problem(body: str, delimiter: str, start: int, lines_before: int, error: str) -> Problem:
    """Where the quotation mark opens that the reader stumbled over; `start` is the line of its record in the body."""
    position = 0
    for _ in range(start - 1):
        position = body.find("\n", position) + 1
    line, opened, inside, fresh = start, start, False, True
    while position < len(body):
        char = body[position]
        if inside:
            if char == '"' and body[position + 1 : position + 2] == '"':
                position += 1
            elif char == '"':
                inside = False
                if body[position + 1 : position + 2] not in ("", "\n", delimiter):
                    break
        elif char == '"' and fresh:
            inside, opened = True, line
        elif char == "\n":
            break
        fresh = not inside and char == delimiter
        line += char == "\n"
        position += 1
    remedy = 'Quotation marks inside a field have to be doubled (""), and every one that opens has to close.'
    found = "A quotation mark opens here and is never closed."
    if not inside and "expected after" in error:
        found = "A quotation mark opens here and text follows the one that closes it."
    return Problem(f"line {opened + lines_before:,}", found, remedy)
