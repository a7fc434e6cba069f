"""decisions/corrections.yaml: rows of the delivered files that people decided to change or drop.

The delivered files stay as they came. Each correction says which rows it means and how many it expects, so that a new
delivery cannot make it hit others unseen. This module reads and checks the file; the intake applies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from helpers.client.checked import Entry, Fault, FilledText, IsoDay, check, unknown_key, wrong
from helpers.client.decisions import FOLDER
from helpers.client.schema import TableSchema, schema, table_names
from helpers.client.yaml_files import line_of, plain, read_yaml
from helpers.errors import DecisionError, nearest, quoted

FILE = "corrections.yaml"
LINE = "line"  # in `where`: the line of the delivered file, for rows that nothing else tells apart


def _raw_text(value: Any) -> Any:
    # the comparison is with the file's own text, so a guess at what was meant would hit the wrong rows
    if value is None:
        raise wrong("nothing is written here.", 'Write "" for a blank field.')
    if isinstance(value, bool):
        raise wrong(f"{str(value).lower()} is not text here.", "Put it in quotes, as it stands in the delivered file.")
    return value


def _raw_texts(value: Any) -> str | list[str]:
    if isinstance(value, dict):
        raise wrong("a mapping cannot stand here.", ONE_OR_SEVERAL)
    if not isinstance(value, list):
        return str(_raw_text(value))
    if not value or any(isinstance(one, (dict, list)) for one in value):
        raise wrong("this list holds no texts." if value else "the list is empty.", ONE_OR_SEVERAL)
    return [str(_raw_text(one)) for one in value]


ONE_OR_SEVERAL = 'Expected one text such as "14646", or a list of which any may match: ["14646", "15769"].'
RawText = Annotated[str, BeforeValidator(_raw_text)]
RawTexts = Annotated[str | list[str], BeforeValidator(_raw_texts)]


class Correction(Entry):
    """One correction, ready to be applied.

    `where` and `set` hold our column names and the text as it stands in the delivered file, before parsing; "" is
    blank. A list in `where` means any of its texts; all columns of `where` must match. `rows` must match in all, and
    each must hold the texts of `holds`. `line` is the entry's line in corrections.yaml.
    """

    target: str
    where: dict[str, str | list[str]]
    action: Literal["drop", "set"]
    set: dict[str, str]
    rows: int
    holds: dict[str, str]
    reason: str
    by: str
    decided_on: str
    line: int


class CorrectionEntry(Entry):
    """One entry of the file, as written."""

    target: FilledText = Field(description="a delivered table such as transactions")
    where: dict[str, RawTexts] = Field(
        min_length=1,
        description='{category: ""}: our column names and the text in the file, all of which must match; '
        "a list means any of its texts",
    )
    action: Literal["drop", "set"] = Field(description="drop or set")
    set: dict[str, RawText] = Field({}, description="{revenue: 12.50}: our column names and the text to put there")
    expect: dict[str, RawText] = Field(description="{rows: 1}, and any texts that each of the rows must hold")
    reason: FilledText = Field(description="a text: why")
    by: FilledText = Field(description="a text: who decided")
    decided_on: IsoDay = Field(description="year-month-day such as 2026-11-22")


class CorrectionsFile(Entry):
    """decisions/corrections.yaml."""

    format: Literal["1"] = Field(description="format: 1")
    corrections: list[CorrectionEntry] = Field([], description="a list, each entry beginning with - target:")


def every(texts: str | list[str]) -> list[str]:
    """The texts of one column of `where`, written as one or as several."""
    return texts if isinstance(texts, list) else [texts]


def read_corrections(client_folder: Path) -> list[Correction]:
    """The corrections in the order of the file, which is the order to apply them in; none when there is no file.

    Raises
    ------
    DecisionError
        Once, with every fault of the file.
    """
    path = client_folder / FOLDER / FILE
    if not path.exists():
        return []
    raw = read_yaml(path, error=DecisionError)
    # numbers as they are written: the raw text of a delivered field may be 0042 or 3.790
    data = plain(raw, numbers_as_text=True)
    file = check(CorrectionsFile, data, raw, path, error=DecisionError, also=list(_faults(data)))
    return [
        Correction(
            **entry.model_dump(exclude={"expect"}),
            rows=int(entry.expect["rows"]),
            holds={name: text for name, text in entry.expect.items() if name != "rows"},
            line=line_of(raw, ("corrections", number)) or 1,
        )
        for number, entry in enumerate(file.corrections)
    ]


def _faults(data: dict[str, Any]) -> Iterator[Fault]:
    """What only the schemas and the parts of an entry together can tell; wrong types are left to the model."""
    known = table_names("delivered")
    entries = data.get("corrections")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, dict):
            continue
        loc = ("corrections", number)
        target = entry.get("target")
        if isinstance(target, str) and target.strip() and target not in known:
            found = f"there is no delivered table {quoted(target)}."
            yield Fault((*loc, "target"), found, nearest(target, list(known)))
        yield from _action_faults(loc, entry)
        yield from _expect_faults(loc, entry.get("expect"))
        if isinstance(target, str) and target in known:
            yield from _column_faults(loc, entry, schema(target))


def _action_faults(loc: tuple[str | int, ...], entry: dict[str, Any]) -> Iterator[Fault]:
    """`set` belongs to the action set, and to no other."""
    if entry.get("action") == "set" and not entry.get("set"):
        yield Fault((*loc, "set"), "the action is set, and nothing is to be set.", "Expected {column: new text}.")
    if entry.get("action") == "drop" and entry.get("set"):
        yield Fault(
            (*loc, "set"), "the action is drop, and there is something to set.", "Remove it, or write action: set."
        )


def _expect_faults(loc: tuple[str | int, ...], expect: Any) -> Iterator[Fault]:
    """The number of rows is compulsory: it notices when a new delivery makes the correction hit others."""
    if isinstance(expect, dict) and not re.fullmatch("0*[1-9][0-9]{0,17}", str(expect.get("rows", ""))):
        found = f"{quoted(expect['rows'])} is not a number of rows." if "rows" in expect else "it is missing."
        yield Fault((*loc, "expect", "rows"), found, "Expected how many rows match, 1 or more.")


def _column_faults(loc: tuple[str | int, ...], entry: dict[str, Any], schema: TableSchema) -> Iterator[Fault]:
    """Columns that the table cannot have, by our names."""
    for part, also in (("where", (LINE,)), ("set", ()), ("expect", ("rows",))):
        columns = entry.get(part)
        for name, text in columns.items() if isinstance(columns, dict) else ():
            if name not in also and not schema.has(name):
                yield unknown_key((*loc, part, name), [*schema.names, *also])
            elif part == "where" and name == LINE:
                wrong_lines = [one for one in every(text) if not re.fullmatch("[1-9][0-9]{0,17}", str(one))]
                if wrong_lines:
                    found = f"{quoted(wrong_lines[0])} is not a line number."
                    yield Fault((*loc, part, name), found, "Expected one such as 312.")
