"""Delimited text (CSV) before it becomes columns: bytes to characters, lines to records, the header.

Two rules: nothing is guessed that could be wrong in silence, and whoever reads a complaint finds the place in the file.
So lines in messages are the file's own lines, counted from 1, though a record may span several of them.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from helpers.errors import Problem, counted, listed, quoted

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# longer records are nearly always an unclosed quotation mark; DuckDB's buffers are made for lines below 2 MB
LONGEST_RECORD = 400_000
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the first half of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what business software writes; without this list short files are taken for rarities
LIKELY = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "mac_roman",
    "cp850",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
]
UMLAUT = "\u00e4".encode()  # one letter in UTF-8, two in every encoding that makes each byte a letter


class UnreadableFile(Exception):
    """A delivered file cannot be split into records. Never reaches the user: the intake reports its `problems`."""

    def __init__(self, *problems: Problem):
        super().__init__(len(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class DelimitedText:
    """A text file with its line ends normalised to LF, and where its records are.

    `body_start` is the position in `text` after the header; `header_lines` how many lines the header takes.
    """

    text: str
    header: tuple[str, ...]
    delimiter: str
    body_start: int
    header_lines: int
    records: int
    blank_lines: int
    ends_with_newline: bool

    @property
    def has_quotes(self) -> bool:
        """Whether a record may span lines or hold a delimiter."""
        return '"' in self.text

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Every record with the line of the file on which it begins; blank lines are left out."""
        return _records(self.text[self.body_start :], self.delimiter, self.header_lines)

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
                if self.has_quotes or self.blank_lines:
                    # one reader decides what a quotation mark means, and the next one finds nothing left to interpret
                    writer = csv.writer(file, delimiter=self.delimiter, lineterminator="\n")
                    writer.writerows(record for _, record in self.numbered())
                else:
                    file.write(body if body.endswith("\n") or not body else body + "\n")
        except UnicodeEncodeError as error:
            line = body.count("\n", 0, error.start) + 1 + self.header_lines
            raise UnreadableFile(_not_characters(line, "half a character (a lone surrogate)", None)) from None


def read_delimited(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> DelimitedText:
    """A text file decoded, with its header read and every record's width checked.

    Parameters
    ----------
    path : Path
        The file; it is held in memory whole.
    encoding, delimiter : str, optional
        From client.yaml. Without them: the byte order mark, else strict UTF-8; and the only one of comma, semicolon,
        tab and bar that splits the header.

    Raises
    ------
    UnreadableFile
        Empty file, bytes that are no characters, control characters, a header with empty or repeated names, an open
        question which delimiter it is, a quotation mark that is not closed, records with too few or too many fields.
    """
    text = _decoded(path.read_bytes(), encoding)
    if not text.strip():
        raise UnreadableFile(Problem("the file", "It is empty.", "Export it again."))
    _refuse_control_characters(text)
    if not text.split("\n", 1)[0].strip():
        remedy = "The first line has to hold the names of the columns."
        raise UnreadableFile(Problem("line 1", "It is blank.", remedy))
    chosen = _delimiter(text, delimiter)
    header_lines, names = _header(text, chosen)
    _refuse_bad_names(names)
    body_start = len(text)
    position = 0
    for _ in range(header_lines):
        position = text.find("\n", position) + 1
        if position == 0:
            break
    else:
        body_start = position
    records, blank = _count(text[body_start:], chosen, header_lines, len(names))
    return DelimitedText(
        text=text,
        header=tuple(names),
        delimiter=chosen,
        body_start=body_start,
        header_lines=header_lines,
        records=records,
        blank_lines=blank,
        ends_with_newline=text.endswith("\n"),
    )


def _decoded(data: bytes, encoding: str | None) -> str:
    marked = next((name for mark, name in BOMS if data.startswith(mark)), None)
    name = marked or encoding or "utf-8"
    if encoding and not marked:
        _refuse_hidden_utf8(data, encoding)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = _unified(data[: error.start].decode(name, "ignore")).count("\n") + 1
        found = f"byte 0x{data[error.start]:02X}, which is not {name.removesuffix('-sig').upper()}"
        raise UnreadableFile(_not_characters(line, found, None if marked else _likely(data))) from None
    except (LookupError, UnicodeError):
        found = f"{quoted(name)} is not a text encoding known here."
        remedy = "Use its usual name, such as utf-8, cp1252 or utf-16."
        raise UnreadableFile(Problem("encoding in client.yaml", found, remedy)) from None
    return _unified(text.removeprefix("\ufeff"))


def _refuse_hidden_utf8(data: bytes, encoding: str) -> None:
    """A file in UTF-8 whose `encoding` takes each byte for a letter: it would pass with wrong letters in every name."""
    try:
        if data.isascii() or len(UMLAUT.decode(encoding, "replace")) != len(UMLAUT):
            return
        text = data.decode("utf-8")
    except (LookupError, UnicodeError):
        return
    first = re.search(r"[^\s,;|\"]*[^\x00-\x7f]\w*", text)
    line = _unified(text[: first.start()]).count("\n") + 1
    right = first.group()[:30]
    wrong = right.encode().decode(encoding, "replace")
    found = f"The file looks like UTF-8 (line {line:,}: {quoted(right)}, which {encoding} reads as {quoted(wrong)})."
    remedy = "Leave encoding out, or set encoding: utf-8."
    raise UnreadableFile(Problem("encoding in client.yaml", found, remedy))


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _not_characters(line: int, found: str, likely: str | None) -> Problem:
    advice = f"The file looks like {likely}: set encoding: {likely} in client.yaml and look whether names read well"
    advice = advice if likely else "Set encoding: in client.yaml to the one that the file was written in"
    return Problem(f"line {line:,}", f"It holds {found}.", f"{advice}, or save the file as UTF-8.")


def _likely(data: bytes) -> str | None:
    """The most likely encoding of bytes that are not UTF-8, from the lines that hold more than ASCII."""
    telling = [line for line in data.splitlines() if not line.isascii()][:500]
    best = from_bytes(b"\n".join(telling)[:100_000], cp_isolation=LIKELY).best()
    # Western letters fit half a dozen code pages; the one of Windows is by far the usual one
    western = best is not None and best.encoding in ("cp1250", "cp1254", "mac_roman", "cp850")
    if western and all(char.isprintable() for char in b"".join(telling).decode("cp1252", "replace") if char != "\t"):
        return "cp1252"
    return best.encoding if best else None


def _refuse_control_characters(text: str) -> None:
    # an all-ASCII look-up by bytes is several times faster than the expression and nearly always enough
    if text.isascii() and len(text.encode().translate(None, CONTROL_BYTES)) == len(text):
        return
    found = [match.start() for match in CONTROL.finditer(text)]
    if not found:
        return
    lines, at, line = [], 0, 1
    for position in found:
        line += text.count("\n", at, position)
        at = position
        if not lines or lines[-1] != f"{line}":
            lines.append(f"{line}")
    code = ord(text[found[0]])
    name = "NUL (empty bytes)" if code == 0 else f"U+{code:04X}"
    one = len(lines) == 1
    raise UnreadableFile(
        Problem(
            f"{'line' if one else 'lines'} {listed(lines)}",
            f"{counted(len(found), 'control character')} that no text holds (first: {name}).",
            "The file was damaged on its way, or its encoding is another one; export or send it again.",
        )
    )


CONTROL_BYTES = bytes(code for code in [*range(9), 11, 12, *range(14, 32), 127])


def _header(text: str, delimiter: str) -> tuple[int, list[str]]:
    """The first record, and how many lines it takes."""
    reader = csv.reader(io.StringIO(text[: LONGEST_RECORD * 2]), delimiter=delimiter, strict=True)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        remedy = 'Close it, or double the quotation marks inside a name ("").'
        raise UnreadableFile(Problem("line 1", "A quotation mark in the header is not closed.", remedy)) from None
    return reader.line_num, [name.strip() for name in names]


def _delimiter(text: str, given: str | None) -> str:
    splitting = _splitting(text)
    if given:
        chosen = "\t" if given.lower() in ("tab", "\\t") else given
        if splitting and chosen not in splitting:
            better = max(splitting, key=splitting.__getitem__)
            given = DELIMITERS.get(chosen, quoted(chosen))
            found = f"The header is one field when split by {given}, and {splitting[better]} by {DELIMITERS[better]}."
            remedy = f"Set delimiter: {_named(better)} in client.yaml, or leave delimiter out."
            raise UnreadableFile(Problem("line 1", found, remedy))
        return chosen
    if len(splitting) > 1:
        counts = [f"{DELIMITERS[char]} ({number} columns)" for char, number in splitting.items()]
        example = _named("\t" if "\t" in splitting else max(splitting, key=splitting.__getitem__))
        found = f"The header can be split by {' or by '.join(counts)}."
        raise UnreadableFile(Problem("line 1", found, f"Say which in client.yaml, for example delimiter: {example}."))
    return next(iter(splitting), ",")


def _named(delimiter: str) -> str:
    """A delimiter as it is written in client.yaml."""
    return "tab" if delimiter == "\t" else f'"{delimiter}"'


def _splitting(text: str) -> dict[str, int]:
    """The delimiters that split the header, and into how many names."""
    splitting = {}
    for candidate in DELIMITERS:
        try:
            _, names = _header(text, candidate)
        except UnreadableFile:
            continue
        if len(names) > 1:
            splitting[candidate] = len(names)
    return splitting


def _refuse_bad_names(names: list[str]) -> None:
    problems = []
    empty = [str(place) for place, name in enumerate(names, start=1) if not name]
    if empty:
        places = f"{'Column' if len(empty) == 1 else 'Columns'} {listed(empty)} of {len(names)}"
        found = f"{places} {'has' if len(empty) == 1 else 'have'} no name."
        problems.append(Problem("line 1", found, "The first line has to name every column; export the file again."))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        found = f"{listed([quoted(name) for name in twice])} {'stands' if len(twice) == 1 else 'stand'} there twice."
        problems.append(Problem("line 1", found, "Every column needs a name of its own; export the file again."))
    if problems:
        raise UnreadableFile(*problems)


def _records(body: str, delimiter: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    if '"' not in body:
        for line, content in enumerate(body.split("\n"), start=lines_before + 1):
            if content and not content.isspace():
                yield line, content.split(delimiter)
        return
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=True)
    before = csv.field_size_limit(LONGEST_RECORD)
    start = 1
    try:
        for record in reader:
            if len(record) > 1 or (record and record[0].strip()):
                yield lines_before + start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(_quote_problem(body, delimiter, start, lines_before, str(error))) from None
    finally:
        csv.field_size_limit(before)


def _count(body: str, delimiter: str, lines_before: int, width: int) -> tuple[int, int]:
    """How many records, and blank lines between them; UnreadableFile lists all records of another width."""
    records, blank, blank_before = 0, 0, 0
    wrong: list[tuple[int, int]] = []
    if '"' in body:
        for line, record in _records(body, delimiter, lines_before):
            records += 1
            if len(record) != width:
                wrong.append((line, len(record)))
            _refuse_long(line, sum(map(len, record)))
    else:
        # the same as above for records that are lines, at a fifth of the time
        for line, content in enumerate(body.split("\n"), start=lines_before + 1):
            if not content or content.isspace():
                blank_before += 1
                continue
            records, blank, blank_before = records + 1, blank + blank_before, 0
            fields = content.count(delimiter) + 1
            if fields != width:
                wrong.append((line, fields))
            if len(content) > LONGEST_RECORD:
                _refuse_long(line, len(content))
    if wrong:
        raise UnreadableFile(_ragged(wrong, records, width))
    return records, blank


def _refuse_long(line: int, length: int) -> None:
    if length > LONGEST_RECORD:
        found = f"It holds {length:,} characters, more than any row of a table."
        raise UnreadableFile(Problem(f"line {line:,}", found, "Was a quotation mark left open? Export it again."))


def _ragged(wrong: list[tuple[int, int]], records: int, width: int) -> Problem:
    lines = listed([str(line) for line, _ in wrong])
    known = listed(list(DELIMITERS.values()))
    other = f"The header holds no delimiter known here ({known}): if it should, export the file with one of them. "
    return Problem(
        f"{'line' if len(wrong) == 1 else 'lines'} {lines}",
        f"{len(wrong):,} of {counted(records, 'row')} {'does' if len(wrong) == 1 else 'do'} not have the "
        f"{counted(width, 'field')} of the header (first: {wrong[0][1]:,}).",
        f"{other if width == 1 else ''}"
        "A field that holds the delimiter or a line break has to stand in quotation marks; export the file again.",
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
