"""What people can answer when they decide: one class for each kind of judgement, and what is wrong with an answer.

A kind knows how an answer is written in a decision file and refuses one that says nothing usable. The door of the
decision files and the forms in the notebooks both ask here, so that neither takes what the other would refuse.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from helpers.errors import listed, nearest, quoted

TOLERANCE = 0.01  # of a total of points
LARGEST = 1e12  # of an amount that people write: a hundred of them still fit where published money has to fit


class Wrong(NamedTuple):
    """One thing wrong with an answer: the keys to it within the answer, what was found, what to do (two sentences)."""

    at: tuple[str | int, ...]
    found: str
    remedy: str


@dataclass(frozen=True)
class Answer:
    """A kind of answer; this one takes anything. `form` shows one as it is written in a decision file."""

    form: str = ""

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """Everything wrong with a value, in words; nothing where it can be used."""
        return iter(())

    def _no(self, value: Any, what: str) -> Wrong:
        such = f", such as {self.form}" if self.form else ""
        return Wrong((), f"{quoted(value)} is no {what}.", f"Expected one{such}.")


@dataclass(frozen=True)
class Pick(Answer):
    """One of the `named` words, or of the options of the day; with `own`, else a list of the client's own, such as
    categories.
    """

    own: bool = False
    named: tuple[str, ...] = ()

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """What is no such word, and no list where lists are allowed."""
        if isinstance(value, list) and self.own:
            if not value or not all(is_text(item) for item in value):
                yield self._no(value, "list of names")
        elif not isinstance(value, str) or not value.strip():
            yield self._no(value, "text or list" if self.own else "text")
        elif self.named and value not in self.named:
            yield Wrong((), f"{quoted(value)} is not an option.", nearest(value, self.named))


@dataclass(frozen=True)
class Pair(Answer):
    """A first and at most a second of the options; only the `pairs` named go together, in that order."""

    pairs: tuple[tuple[str, str], ...] = ()

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """More than two, or two that do not go together."""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or not value:
            yield self._no(value, "list of one or two")
            return
        together = " or ".join(" with ".join(pair) for pair in self.pairs)
        if len(value) > 2:
            yield Wrong((), f"{len(value)} were chosen: {', '.join(value)}.", "Choose one, or one and a second.")
        elif len(value) == 2 and tuple(value) not in self.pairs:
            yield Wrong((), f"{value[0]} does not go with {value[1]}.", f"Choose one alone, or {together}.")


@dataclass(frozen=True)
class Amount(Answer):
    """One number, in `unit`, from `least` to `most`."""

    unit: str = ""
    least: float = -math.inf
    most: float = math.inf

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """What is no number, or out of range."""
        if not is_number(value):
            yield self._no(value, "number")
        elif not self.least <= value <= self.most:
            yield Wrong((), f"{value:.12g} is out of range.", f"Expected {_range(self.least, self.most)}.")


@dataclass(frozen=True)
class Points(Answer):
    """Points for each part that sum to `total`; none has more than `most`. A part that is not named has none."""

    parts: tuple[str, ...] = ()
    total: float = 100
    most: float = 50

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """Points that are none, too many for one part, or do not make up the total."""
        if not isinstance(value, dict):
            yield self._no(value, "mapping")
            return
        yield from _strangers(value, self.parts)
        for part, points in value.items():
            if not is_number(points) or points < 0:
                yield Wrong((part,), f"{quoted(points)} is no number of points.", "Expected zero or more.")
            elif points > self.most:
                share = "one half" if self.most * 2 == self.total else f"{self.most:g} points"
                found = f"{points:.12g} points are more than {share}."
                yield Wrong((part,), found, f"Give it at most {self.most:g}, so that no part decides alone.")
        if all(map(is_number, value.values())):
            total = math.fsum(value.values())
            if abs(total - self.total) > TOLERANCE + 1e-9:
                yield Wrong((), f"the points sum to {total:.10g}.", f"Expected {self.total:g} over all parts.")


@dataclass(frozen=True)
class Cuts(Answer):
    """A threshold for each part, each below the one before it."""

    parts: tuple[str, ...] = ()
    least: float = 0
    most: float = 100

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """Missing thresholds, and those that do not fall."""
        if not isinstance(value, dict):
            yield self._no(value, "mapping")
            return
        yield from _strangers(value, self.parts)
        yield from (
            Wrong((part,), "it is not there.", "Say where it begins.") for part in self.parts if part not in value
        )
        for part, cut in value.items():
            if not is_number(cut) or not self.least <= cut <= self.most:
                yield Wrong((part,), f"{quoted(cut)} is no such number.", f"Expected {_range(self.least, self.most)}.")
        given = [value[part] for part in self.parts if is_number(value.get(part))]
        if any(later >= earlier for earlier, later in zip(given, given[1:], strict=False)):
            written = ", ".join(f"{cut:.12g}" for cut in given)
            yield Wrong((), f"the cuts are {written}.", f"Expected each below the one before: {', '.join(self.parts)}.")


@dataclass(frozen=True)
class Words(Answer):
    """A text for each part, or one text or list where people want to say it in their own form."""

    parts: tuple[str, ...] = ()

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """What says nothing, and a part that is no sentence."""
        if isinstance(value, dict) and value:
            for part, words in value.items():
                if not is_text(words):
                    found = "it is no text." if isinstance(words, (dict, list, bool)) else "it is empty."
                    yield Wrong((part,), found, "Write a sentence, or leave the part out.")
        elif isinstance(value, list) and value:
            if not all(is_text(item) for item in value):
                yield self._no(value, "list of texts")
        elif not isinstance(value, str) or not value.strip():
            yield self._no(value, "text")


@dataclass(frozen=True)
class Match(Answer):
    """One of the `words` for each thing of the client's, such as a portfolio goal for each business goal."""

    words: tuple[str, ...] = ()

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """Words that cannot be matched."""
        if not isinstance(value, dict):
            yield self._no(value, "mapping")
            return
        for thing, word in value.items():
            if not isinstance(word, str) or word not in self.words:
                yield Wrong((thing,), f"{quoted(word)} is not an option.", nearest(str(word), self.words))


@dataclass(frozen=True)
class Column:
    """A column of a table that people fill in: its name, how it reads, and what it takes.

    `takes` is text, list (texts), pairs (a text for each name), number, share (0 to 1), day (year-month-day), either (a
    number, from 0 to 1 where its unit is share, or words), or one of `words`. On a page its numbers are written by
    their `unit` (share or money), and a word as `reads` says it; what is `personal`, such as ids of customers, is not
    on a client's page. A number stands from `least` to `most`.
    """

    name: str
    title: str
    takes: str = "text"
    words: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    reads: tuple[tuple[str, str], ...] = ()
    personal: bool = False
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True)
class Rows(Answer):
    """A table: one row for each `key`, such as a leader or a tactic, with these columns.

    `fixed` rows are given by the step (customer groups); `sealed` ones get a column sealed_on when they are saved and
    can then be read and no longer changed. Numbers in the columns `ascending` do not fall from one to the next.
    Where `rest_proposed`, a cell that is left blank stays as the step proposes it.

    On a page a row is named by the columns `named_by`, or by its key, which may hold one of the `subjects` (its name,
    its title, the unit of the numbers in its row) behind the id of a group, as in g1.profit.
    """

    key: str = "name"
    columns: tuple[Column, ...] = field(default_factory=tuple)
    fixed: bool = False
    sealed: bool = False
    ascending: tuple[str, ...] = ()
    rest_proposed: bool = False
    named_by: tuple[str, ...] = ()
    subjects: tuple[tuple[str, str, str], ...] = ()

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """No row at all, cells that cannot be read as what their column takes, and sealed rows that say nothing."""
        if not isinstance(value, dict) or not value:
            yield self._no(value, "mapping")
            return
        known = [column.name for column in self.columns] + (["sealed_on"] if self.sealed else [])
        for key, row in value.items():
            if not isinstance(row, dict):
                yield Wrong(
                    (key,), f"{quoted(row)} is no row.", f"Expected {listed(known, most=9)}, each with its answer."
                )
                continue
            yield from (Wrong((key, *each.at), each.found, each.remedy) for each in _strangers(row, known))
            yield from (Wrong((key, *each.at), each.found, each.remedy) for each in _row_faults(row, self.columns))
            yield from (Wrong((key, *each.at), each.found, each.remedy) for each in self._falling(row))
            if self.sealed:
                yield from (Wrong((key, *each.at), each.found, each.remedy) for each in self._unsealable(row))

    def _falling(self, row: Mapping[str, Any]) -> Iterator[Wrong]:
        """Ends of a range that stand in the wrong order; one that is left out is in nobody's way."""
        given = [row[name] for name in self.ascending if is_number(row.get(name))]
        if any(later < earlier for earlier, later in zip(given, given[1:], strict=False)):
            titles = [column.title.lower() for name in self.ascending for column in self.columns if column.name == name]
            numbers = ", ".join(f"{number:.12g}" for number in given)
            yield Wrong((), f"the numbers are {numbers}.", f"Expected none below the one before: {', '.join(titles)}.")

    def _unsealable(self, row: Mapping[str, Any]) -> Iterator[Wrong]:
        """What keeps a row from being sealed: it says nothing, and could never be filled in afterwards."""
        if all(_blank(cell) for name, cell in row.items() if name != "sealed_on"):
            remedy = "Fill in one answer, or take the row out: once sealed it cannot be changed."
            yield Wrong((), f"nothing is said beside the {self.key}.", remedy)
        sealed_on = row.get("sealed_on")
        if sealed_on is not None and not is_day(str(sealed_on)):
            yield Wrong(("sealed_on",), f"{quoted(sealed_on)} is not a date.", "Expected year-month-day.")


@dataclass(frozen=True)
class Sheet(Answer):
    """One record of these fields, each of its own kind, such as a value proposition; what is not known is left out."""

    columns: tuple[Column, ...] = field(default_factory=tuple)

    def wrong(self, value: Any) -> Iterator[Wrong]:
        """A sheet on which nothing stands, fields that nobody asked for, and those that are not of their kind."""
        if not isinstance(value, dict):
            yield self._no(value, "mapping")
            return
        if all(map(_blank, value.values())):
            yield Wrong((), "nothing is filled in.", f"Fill in one field at least, such as {self.columns[0].name}.")
        yield from _strangers(value, [column.name for column in self.columns])
        yield from _row_faults(value, self.columns)


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_text(value: Any) -> bool:
    """Whether a value says something on one line or more: words or a number, not a blank, and not true or false.

    >>> is_text("soap"), is_text(7), is_text(" "), is_text(None), is_text(True)
    (True, True, False, False, False)
    """
    return is_number(value) or isinstance(value, str) and bool(value.strip())


def is_day(text: str) -> bool:
    """Whether a text is a day written year-month-day.

    >>> is_day("2026-11-23"), is_day("23.11.2026")
    (True, False)
    """
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _blank(value: Any) -> bool:
    """Whether a cell holds nothing: no value, spaces, or a list of such."""
    if isinstance(value, list):
        return all(map(_blank, value))
    return value is None or value == {} or not str(value).strip()


def _row_faults(row: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[Wrong]:
    """Filled cells that cannot be read as what their column takes, and empty ones that must be filled."""
    for column in columns:
        if not _blank(row.get(column.name)):
            fault = _cell_fault(row[column.name], column)
            if fault:
                yield Wrong((column.name,), *fault)
        elif column.required:
            yield Wrong((column.name,), "it is missing.", f"Fill in {column.title.lower()}.")


def _cell_fault(value: Any, column: Column) -> tuple[str, str] | None:
    """What is wrong with one filled cell, and what to do."""
    if column.words and str(value) not in column.words:
        return f"{quoted(value)} is not an option.", nearest(str(value), column.words)
    part = column.takes == "share" or column.takes == "either" and column.unit == "share"
    if part and (percent := re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?) ?%", str(value).strip())):
        # as words it would be kept, and no fact could ever be held against it
        return f"{quoted(value)} is no number.", f"Write {float(percent[1].replace(',', '.')) / 100:.12g} for it."
    if column.takes in ("number", "share") and not is_number(value):
        return f"{quoted(value)} is no number.", "Expected a number such as 0.4."
    if column.takes == "number" and not column.least <= value <= column.most:
        return f"{value:.12g} is out of range.", f"Expected {_range(column.least, column.most)}."
    if part and is_number(value) and not 0 <= value <= 1:
        return f"{value:.12g} is no part of one.", f"Expected 0 to 1; write {value / 100:.12g} for {value:.12g} %."
    if column.takes == "day" and not is_day(str(value)):
        return f"{quoted(value)} is not a date.", "Expected year-month-day such as 2026-11-23."
    if column.takes == "pairs":
        if not isinstance(value, dict):
            return f"{quoted(value)} is no mapping of names.", "Write each as name: text."
        bare = next((name for name, text in value.items() if not is_text(name) or not is_text(text)), None)
        return None if bare is None else (f"{quoted(bare)} has no text beside it.", "Write each as name: text.")
    if column.takes != "list" and isinstance(value, (list, dict)):
        return "it holds several.", "Write one."
    if isinstance(value, list) and not all(map(is_text, value)):
        return f"{quoted(value)} is no list of names.", "Write one name for each entry."
    return None


def _strangers(value: Mapping[str, Any], known: Sequence[str]) -> Iterator[Wrong]:
    for key in value:
        if key not in known:
            yield Wrong((key,), "no part has this name.", nearest(str(key), known))


def _range(least: float, most: float) -> str:
    if math.isinf(most):
        return "any number" if math.isinf(least) else f"{least:g} or more"
    top = f"{most:,.15g}"
    return f"at most {top}" if math.isinf(least) else f"a number from {least:,.15g} to {top}"
