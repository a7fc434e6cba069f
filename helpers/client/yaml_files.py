"""Reading and writing the text files of a client's folder: the only importer of ruamel.yaml in the kit.

The dialect is YAML 1.2, made smaller on purpose so that a file means what it looks like. Dates are text, `yes` and `on`
are text, keys are text, numbers remember how they were written, and there are no aliases and no tags. A fault is told
with its line and column in plain words. Writing keeps comments, and either finishes or leaves the old file as it was.
"""

from __future__ import annotations

import io
import math
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

from helpers.errors import ClientFileError, Problem, WorkbookError, quoted, report_problems

MOST_BYTES = 500_000  # people write these files; a larger one is a data file by mistake, and slow to read
MOST_LEVELS = 40
TAG = "tag:yaml.org,2002:"


class WrittenInt(int):
    """A whole number that remembers its text, so that the id 0042 is not lost as 42."""

    text: str


class WrittenFloat(float):
    """A number that remembers its text, so that 1250310.55 stays exact to the cent."""

    text: str


class _Resolver(BaseResolver):
    """What a bare word means: true/false, null, whole and decimal numbers; everything else, dates too, is text."""

    def __init__(self, version: Any = None, loader: Any = None, loadumper: Any = None) -> None:
        super().__init__(loadumper=loader or loadumper)
        self._loader_version = version  # a line `%YAML 1.1` must not bring back the old meaning of `yes`

    @property
    def processing_version(self) -> tuple[int, int]:
        return (1, 2)


for _name, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]{1,30}$", "-+0123456789"),
    ("float", r"^[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$", "-+.0123456789"),
):
    _Resolver.add_implicit_resolver_base(TAG + _name, re.compile(_pattern), list(_first))


class _Composer(Composer):
    """Refuses what a reviewed text file does not need and a hostile one abuses: aliases, tags, keys made of parts."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise MarkedYAMLError(problem="alias", problem_mark=event.start_mark)
        if getattr(event, "ctag", None) is not None:
            raise MarkedYAMLError(problem="custom tag", problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        if index is None and isinstance(parent, MappingNode):
            if not isinstance(node, ScalarNode):
                raise MarkedYAMLError(problem="key of parts", problem_mark=node.start_mark)
            node.ctag = Tag(suffix=TAG + "str")  # `04:` under parameters is a name, not the number four
        return node


class _Constructor(RoundTripConstructor):
    """Numbers with their text; the rest as ruamel's round trip builds it."""

    def construct_int(self, node: Any) -> int:
        return _written(WrittenInt(node.value), node.value)

    def construct_float(self, node: Any) -> float | str:
        value = WrittenFloat(node.value)
        return _written(value, node.value) if math.isfinite(value) else node.value


_Constructor.add_constructor(TAG + "int", _Constructor.construct_int)
_Constructor.add_constructor(TAG + "float", _Constructor.construct_float)


class _Representer(RoundTripRepresenter):
    """Writes each value so that `read_yaml` gives it back."""

    def represent_text(self, data: str) -> Any:
        odd = any(not char.isprintable() and char != "\n" for char in data)
        lines = data.split("\n")
        tidy = len(lines) > 1 and data.strip() and all(line == line.strip() for line in lines)
        return self.represent_scalar(TAG + "str", data, style='"' if odd else "|" if tidy else None)

    def represent_nothing(self, data: None) -> Any:
        return self.represent_scalar(TAG + "null", "null")  # ruamel's empty text is lost inside [a, b]

    def represent_number(self, data: Any) -> Any:
        text = as_written(data)
        return self.represent_scalar(TAG + ("int" if re.fullmatch(r"[-+]?\d+", text) else "float"), text)

    def represent_date(self, data: date) -> Any:
        return self.represent_scalar(TAG + "str", data.isoformat())


_Representer.add_representer(str, _Representer.represent_text)
_Representer.add_representer(type(None), _Representer.represent_nothing)
_Representer.add_representer(date, _Representer.represent_date)
_Representer.add_representer(tuple, RoundTripRepresenter.represent_list)
for _kind in (int, float, Decimal, WrittenInt, WrittenFloat):
    _Representer.add_representer(_kind, _Representer.represent_number)


def _written(value: Any, text: str) -> Any:
    value.text = text
    return value


def _yaml() -> YAML:
    """A reader and writer of our dialect; made anew each time, because ruamel's keeps state after a fault."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver, yaml.Composer = _Resolver, _Composer
    yaml.Constructor, yaml.Representer = _Constructor, _Representer
    yaml.preserve_quotes = True
    yaml.max_depth = MOST_LEVELS
    yaml.width = 1_000_000  # never fold: a long line that nobody changed must not show in a review
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def read_yaml(path: Path, *, error: type[WorkbookError] = ClientFileError) -> CommentedMap:
    """The content of a YAML file, with comments and line numbers kept; an empty file is an empty mapping.

    Parameters
    ----------
    path : Path
        UTF-8 text (a byte order mark is passed over), at most 500 kB.
    error : type of WorkbookError
        What to raise; a file under decisions/ is a `DecisionError`.

    Raises
    ------
    ClientFileError, or the type given
        If the file is missing or cannot be read, with the line, the column, a plain cause and what to do.
    """
    return _parsed(_text_of(path, error), path, error)


def _parsed(text: str, path: Path, error: type[WorkbookError]) -> CommentedMap:
    """The content of a text; `path` is for messages only."""
    try:
        data = _yaml().load(text)
    except MarkedYAMLError as fault:
        found, remedy = _cause(fault)
        mark = fault.problem_mark or fault.context_mark
        if fault.context_mark and any(words in str(fault.problem) for words in ("end of stream", "expected ',' or")):
            mark = fault.context_mark  # where the quote or bracket was opened helps; where the reader gives up does not
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "this file"
        raise _fault(path, error, place, found, remedy) from None
    except (YAMLError, ValueError, AttributeError, TypeError, IndexError, KeyError, AssertionError, RecursionError):
        # the reader itself stumbles over some damaged texts; the user must not see its traceback
        remedy = "Compare it with its version before the last change, or with the same file in templates/client."
        raise _fault(path, error, "this file", "it is not valid YAML.", remedy) from None
    if data is None:
        data = CommentedMap()
        remarks = [line.strip()[1:].removeprefix(" ") for line in text.splitlines() if line.strip().startswith("#")]
        if any(remarks):  # ruamel forgets the comments of a file that holds nothing else
            data.yaml_set_start_comment("\n".join(remarks))
    if not isinstance(data, CommentedMap):
        remedy = "Write one entry a line: its name, a colon, a space, its value."
        raise _fault(path, error, "line 1", "the file does not begin with an entry `name: value`.", remedy)
    return data


def _text_of(path: Path, error: type[WorkbookError]) -> str:
    """The text of a file with line ends made one kind; what is not plain UTF-8 text is refused with its line."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _fault(path, error, "this file", "it is not there.", "Check the name and the folder.") from None
    except OSError as fault:
        found, remedy = f"it cannot be opened ({fault.strerror}).", "Check what it is and who may read it."
        raise _fault(path, error, "this file", found, remedy) from None
    if len(raw) > MOST_BYTES:
        found, remedy = f"it is larger than {MOST_BYTES // 1000} kB.", "If it is a data file, put it under data/."
        raise _fault(path, error, "this file", found, remedy)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        found = f"the byte 0x{raw[fault.start]:02x} is not UTF-8 text."
        remedy = 'Save the file again with the encoding "UTF-8".'
        raise _fault(path, error, f"line {line}", found, remedy) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for match in re.finditer(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        found = f"an invisible control character (code {ord(match.group())}) stands here."
        raise _fault(path, error, f"line {line}, column {column}", found, "Delete it, or type the line again.")
    return text


def _cause(fault: MarkedYAMLError) -> tuple[str, str]:
    """What is wrong and what to do, in plain words; the reader's own words only where we have none."""
    problem = str(fault.problem)
    if isinstance(fault, DuplicateKeyError):
        key = problem.split('"')[1] if '"' in problem else ""
        return f"the key {quoted(key)} stands here a second time.", "Keep one of the two."
    for words, found, remedy in _CAUSES:
        if words in problem:
            return found, remedy
    found = f"the text cannot be read as YAML from here (the reader says: {quoted(problem)})."
    return found, "Check this line and the one above it."


# words of the reader -> what is wrong, what to do; the first that fits is taken
_CAUSES = (
    ("alias", "anchors and aliases (& and *) are not used here.", "Write the value out, or put it in quotes."),
    ("custom tag", "tags (words that begin with !) are not used here.", "Remove the tag, or put the value in quotes."),
    ("key of parts", "a list or a mapping stands where a name is expected.", "Put a name that holds [ or { in quotes."),
    ("maximum depth", f"entries are nested more than {MOST_LEVELS} deep.", "Check the brackets and the indentation."),
    ("\\t", "a tab stands where a value or spaces are expected.", "Use spaces, never tabs."),
    (
        "mapping values are not allowed",
        "a second colon, a line above without one, or an indentation that does not fit.",
        'Put a text that holds ": " in quotes, and check the spaces at the front of the line.',
    ),
    ("could not find expected ':'", "an entry lacks its colon.", "Write `name: value`, a space after the colon."),
    (
        "expected <block end>",
        "this does not continue what stands above: an indentation that does not fit, or text after a closed quote.",
        "Begin entries of one kind in the same column, and put the whole of a text in one pair of quotes.",
    ),
    ("sequence entries are not", "a list begins in the line of its name.", "Begin it on the next line, or use [ ]."),
    ("unexpected end of stream", "a quote is opened here and never closed.", "Close it, or remove it."),
    ("unexpected document separator", "a quote is opened above and never closed.", "Close it, or remove it."),
    (
        "expected ',' or",
        "the bracket opened here is not closed, or a comma is missing in it.",
        "Close { with } and [ with ], and put a comma between two entries.",
    ),
    ("cannot start any token", "no value begins with this character.", "Put the value in quotes."),
    ("unknown escape", "a backslash means something else in double quotes.", "Use single quotes."),
    ("found another document", "a second document begins here.", "Remove the line ---."),
    ("expected the node content", "a bracket or a comma too many.", "Check the brackets on this line."),
    ("<document start>", "a bracket too many, or a damaged first line.", "Check the brackets up to this line."),
)


def file_problems(path: Path, problems: Sequence[Problem]) -> str:
    """The problems of one text file in the kit's form, the file named with its folder and never by a full path."""
    return report_problems(path.name, f"{path.absolute().parent.name}/{path.name}", problems)


def _fault(path: Path, error: type[WorkbookError], where: str, found: str, remedy: str) -> WorkbookError:
    """The error for the one thing that keeps a whole file from being read or written."""
    return error(file_problems(path, [Problem(where, found, remedy)]))


def as_written(value: Any) -> str:
    """A scalar as it stands in the file: the exact text of an amount, the id 0042 with its zeros."""
    if isinstance(value, (WrittenInt, WrittenFloat)):
        return value.text
    return repr(value) if type(value) is float else str(value)


def plain(data: Any, *, numbers_as_text: bool = False) -> Any:
    """A copy of ordinary dicts, lists, texts and numbers, for pydantic and for comparing.

    With `numbers_as_text` each number is the text that stands in the file; true, false and null stay what they are.
    """
    if isinstance(data, Mapping):
        return {str(key): plain(value, numbers_as_text=numbers_as_text) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value, numbers_as_text=numbers_as_text) for value in data]
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, (int, float, Decimal)):
        if numbers_as_text:
            return as_written(data)
        return int(data) if isinstance(data, int) else float(data)
    return data.isoformat() if isinstance(data, date) else str(data)


def line_of(data: Any, loc: Sequence[str | int]) -> int | None:
    """The line (from 1) of the deepest part of a key path that the file holds; None where nothing of it does.

    `loc` is a path as pydantic gives it: ("tables", "transactions", "file").
    """
    line = None
    for key in loc:
        known = isinstance(data, CommentedMap) and str(key) in data
        if known:
            key = str(key)
        elif not (isinstance(data, CommentedSeq) and isinstance(key, int) and key < len(data)):
            break
        if data.lc.data and key in data.lc.data:
            line = data.lc.data[key][0] + 1
        data = data[key]
    return line


def yaml_text(data: Mapping[str, Any]) -> str:
    """A mapping as the text that `read_yaml` would read back."""
    stream = io.StringIO()
    _yaml().dump(data, stream)
    return stream.getvalue()


def write_yaml(path: Path, data: Mapping[str, Any], *, error: type[WorkbookError] = ClientFileError) -> None:
    """Write a mapping so that `read_yaml` gives it back; comments of data that `read_yaml` gave are kept.

    The new text goes to a temporary file beside the old one, to the disk, and then takes its place, so a full disk or a
    crash leaves the old file. The file keeps its mode and its line ends; a symbolic link keeps pointing where it did.

    Raises
    ------
    ClientFileError, or the type given
        If the folder cannot be written, or the text would not read back the same. Then nothing has changed.
    """
    text = yaml_text(data)
    try:
        same = plain(_parsed(text, path, error)) == plain(data)
    except error:
        same = False
    if not same:
        found = "what was entered would not read back the same."
        raise _fault(
            path, error, "this file", found, "Nothing was changed. Report this with the text that you entered."
        )
    try:
        _replace(path.resolve(), text)
    except OSError as fault:
        remedy = "Nothing was changed. Check the disk space and who may write there."
        raise _fault(path, error, "this file", f"it cannot be written ({fault.strerror}).", remedy) from None


def _replace(target: Path, text: str) -> None:
    """Put a text in the place of a file in one move."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    if target.exists() and b"\r\n" in target.read_bytes():
        text = text.replace("\n", "\r\n")  # else every line of a file from Windows shows as changed
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    """The mode bits that a new file of this process lacks; the system tells only by setting them."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
