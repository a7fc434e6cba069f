"""What an exhibit may say about how a table is drawn, checked before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from helpers.client.result_model import Exhibit
from helpers.client.schema import TableSchema
from helpers.errors import StepInputError, counted, listed, nearest
from helpers.show.audience import Audience
from helpers.show.masking import mask_table
from helpers.show.numbers import cell_texts
from helpers.show.style import Brand

NUMERIC = ("share", "money", "integer", "number")


class NothingToDraw(StepInputError):
    """There is no picture of this for this audience; the text says why, for the page to show in its place."""


@dataclass(frozen=True)
class Part:
    """One key of an encoding. `takes`: "column", "number column", "boolean column", "number columns", or a form.

    `check` says in words what is wrong with the form of a value, before columns are looked up; `needs` names another
    key without which this one says nothing.
    """

    meaning: str
    takes: str = "column"
    required: bool = False
    check: Callable[[Any], str | None] = lambda value: None
    needs: str = ""


@dataclass(frozen=True)
class Drawing:
    """What a kind gets to draw from: the rows left after masks, `where` and sorting, and who looks at what width."""

    rows: pd.DataFrame
    encoding: Mapping[str, Any]
    schema: TableSchema
    audience: Audience
    narrow: bool
    brand: Brand

    def values(self, key: str) -> pd.Series:
        """The numbers of the column under this key, floats with NaN where unknown; all NaN where the key is absent."""
        if key not in self.encoding:
            return pd.Series(float("nan"), index=self.rows.index)
        return self.numbers(self.encoding[key])

    def numbers(self, name: str) -> pd.Series:
        """The numbers of a column, floats with NaN where unknown or endless."""
        numbers = pd.to_numeric(self.rows[name]).astype("Float64").astype(float)
        return numbers.where(numbers.abs() != float("inf"))

    def texts(self, name: str, rows: pd.DataFrame | None = None) -> list[str]:
        """The cells of a column as text, of all rows or of these; money carries its currency in the heading only."""
        shown = self.rows if rows is None else rows
        return cell_texts(list(shown[name]), self.schema.column(name), self.audience)


def value_pairs(drawing: Drawing) -> list[str]:
    """Label and value of each known row; of lines the first and last value of each."""
    names = [drawing.encoding[key] for key in ("series", "label", "x") if key in drawing.encoding]
    value = drawing.encoding["value"]
    rows = drawing.rows[drawing.rows[value].notna()]
    if "series" in drawing.encoding:
        ends = rows.groupby(drawing.encoding["series"], sort=False, dropna=False)
        rows = rows.loc[[place for _, group in ends for place in dict.fromkeys([group.index[0], group.index[-1]])]]
    numbers = money_texts(drawing, value, rows)
    return [
        f"{', '.join(words)} {number}"
        for *words, number in zip(*(drawing.texts(name, rows) for name in names), numbers, strict=True)
    ]


def money_texts(drawing: Drawing, name: str, rows: pd.DataFrame) -> list[str]:
    """The cells of a column as they are said in a sentence: money with its currency."""
    unit = f" {drawing.audience.currency}" if drawing.schema.column(name).type == "money" else ""
    return [f"{text}{unit}" if text else "" for text in drawing.texts(name, rows)]


def masked_rows(
    rows: pd.DataFrame, encoding: Mapping[str, Any], schema: TableSchema, audience: Audience
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that this audience may see, and in words what was held back."""
    return mask_table(rows, schema, audience)


@dataclass(frozen=True)
class Kind:
    """A kind of exhibit: its parts, how its rows are ordered, and how it is drawn, or written as `html` if no picture.

    `notes` are sentences below the picture, `pairs` the labels and values told to who cannot see it;
    `mask` gives the rows that an audience may see.
    """

    name: str
    words: str
    parts: Mapping[str, Part]
    arrange: Callable[[pd.DataFrame, Mapping[str, Any]], pd.DataFrame]
    draw: Callable[[Drawing], Figure] | None = None
    html: Callable[[Drawing], str] = lambda drawing: ""
    notes: Callable[[Drawing], list[str]] = lambda drawing: []
    pairs: Callable[[Drawing], list[str]] = value_pairs
    mask: Callable[..., tuple[pd.DataFrame, list[str]]] = masked_rows


def one_of(*options: Any) -> Callable[[Any], str | None]:
    """A check that a value is one of these."""
    return lambda value: None if value in options else f"should be one of {', '.join(map(str, options))}"


def whole_number(value: Any) -> str | None:
    """A check for a number of rows."""
    return None if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else "should be 1 or more"


def references(value: Any) -> str | None:
    """A check for reference lines."""
    form = "should be a list of {at: number, label: text}"
    if not isinstance(value, (list, tuple)):
        return form
    for item in value:
        fits = isinstance(item, Mapping) and set(item) == {"at", "label"}
        if not fits or isinstance(item["at"], bool) or not isinstance(item["at"], (int, float)):
            return form
    return None


# parts that every kind has
WHERE = Part("only rows where these columns hold these values: {column: value or list of values}", takes="where")
REFERENCE = Part("lines to compare with: a list of {at: number, label: text}", takes="value", check=references)


def check_encoding(exhibit: Exhibit, kind: Kind, schema: TableSchema) -> None:
    """Refuse an encoding that the kind or the table does not know.

    Raises
    ------
    StepInputError
        With all faults at once: unknown keys and columns (the nearest is named), missing keys, wrong types.
    """
    faults = []
    for key, value in exhibit.encoding.items():
        if key not in kind.parts:
            faults.append(f'a {kind.name} has no part "{key}". {nearest(key, list(kind.parts))}')
            continue
        part = kind.parts[key]
        faults += [f"{key}: {fault}" for fault in _part_faults(part, value, schema)]
        if part.needs and part.needs not in exhibit.encoding:
            faults.append(f"{key} says nothing without {part.needs}.")
    missing = [key for key, part in kind.parts.items() if part.required and key not in exhibit.encoding]
    if missing:
        faults.append(f"a {kind.name} also needs {listed(missing)}.")
    if faults:
        raise StepInputError(f"Exhibit {exhibit.id} (table {schema.name}): " + " ".join(faults))


def _part_faults(part: Part, value: Any, schema: TableSchema) -> list[str]:
    fault = part.check(value)
    if fault or part.takes == "value":
        return [f"{value!r} {fault}."] if fault else []
    if part.takes == "where" and not isinstance(value, Mapping):
        return [f"{value!r} should be {{column: value}}."]
    many = isinstance(value, (list, tuple, Mapping)) and part.takes in ("where", "columns", "number columns")
    faults = []
    for name in list(value) if many else [value]:
        if not isinstance(name, str) or not schema.has(name):
            faults.append(f'the table has no column "{name}". {nearest(str(name), schema.names)}')
        elif part.takes.startswith("number column") and schema.column(name).type not in NUMERIC:
            faults.append(f'"{name}" holds no numbers but {schema.column(name).type}.')
        elif part.takes == "boolean column" and schema.column(name).type != "boolean":
            faults.append(f'"{name}" is not a yes-or-no column.')
    return faults


def is_held_back(schema: TableSchema, audience: Audience) -> bool:
    """Whether each row of this table stands for a person, and the audience sees no persons."""
    return not audience.sees_persons and any(schema.column(name).personal for name in schema.key)


def rows_for(
    exhibit: Exhibit, kind: Kind, table: pd.DataFrame, schema: TableSchema, audience: Audience
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that the exhibit shows this audience, in its order, and what was held back, in words.

    Raises
    ------
    NothingToDraw
        If a row or a mark would stand for a person whom this audience may not see, or no row is left.
    """
    if is_held_back(schema, audience):
        raise NothingToDraw("each row stands for a person, and persons are not shown here.")
    chosen = table
    for name, value in exhibit.encoding.get("where", {}).items():
        wanted = list(value) if isinstance(value, (list, tuple)) else [value]
        if schema.column(name).type == "date":
            wanted = [pd.Timestamp(item) for item in wanted]
        chosen = chosen[chosen[name].isin(wanted).fillna(False).to_numpy(dtype=bool)]
    if table.empty:
        raise NothingToDraw("the table is empty.")
    if chosen.empty:
        raise NothingToDraw("no row of the table belongs here.")
    masked, notes = kind.mask(chosen, exhibit.encoding, schema, audience)
    for key, part in kind.parts.items():
        given = exhibit.encoding.get(key)
        needed = list(given) if part.takes == "number columns" and given else [given]
        for name in needed if "column" in part.takes else []:
            if not isinstance(name, str) or name in masked.columns:
                continue
            if name in table.columns:
                raise NothingToDraw("each mark would stand for a person, and persons are not shown here.")
            raise StepInputError(f'Exhibit {exhibit.id}: the published table {schema.name} lacks its column "{name}".')
    if masked.empty:
        raise NothingToDraw(f"every row rests on fewer than {audience.min_cell} customers.")
    return kind.arrange(masked, exhibit.encoding), notes


def interval_note(drawing: Drawing, mark: str, low: str = "low", high: str = "high") -> list[str]:
    """What the mark of an interval stands for: "90 % interval" or "8 of 10 cases" if the schema says so in the meaning
    of its lower end, else its two columns.
    """
    if drawing.values(low).isna().all() or drawing.values(high).isna().all():
        return []
    lower, upper = (drawing.schema.column(drawing.encoding[key]) for key in (low, high))
    said = re.search(r"\d+\s?% (?:interval|range)|\d+ of \d+ cases", lower.meaning)
    return [f"{mark}: {said.group() if said else f'from “{lower.heading}” to “{upper.heading}”'}."]


def bare_note(drawing: Drawing) -> list[str]:
    """What a value without a range beside others with one is: not sure, but too little known to say how sure."""
    low, high = drawing.values("low"), drawing.values("high")
    bare = drawing.values("value").notna() & (low.isna() | high.isna())
    return ["No line: too few cases to give a range."] if bare.any() and not bare.all() else []


def rest_note(shown: int, total: int) -> str:
    """What a chart says of rows that it leaves to the table."""
    return f"and {counted(total - shown, 'more row')} in the table" if total > shown else ""
