"""Which column of a delivered file is which of ours.

Only what client.yaml says, or the very same name, counts. Synonyms are used to suggest, never to decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.client.schema import Column, TableSchema
from helpers.errors import Problem, listed, nearest, quoted

# tables in which each row needs one of several columns, though none of them is compulsory alone
ONE_OF = {"survey": ("customer_id", "respondent_id"), "activity_costs": ("unit_cost", "cost_per_minute")}


@dataclass(frozen=True)
class ColumnMap:
    """Our columns of one file, in the order of the schema: position and heading in the file; and what is left over."""

    positions: dict[str, int]
    columns: dict[str, Column]
    unused: tuple[str, ...]


def map_columns(
    schema: TableSchema, given: dict[str, str | None], header: Sequence[str]
) -> tuple[ColumnMap | None, list[Problem]]:
    """Our columns of a file with this header, or the problems that leave it open.

    Parameters
    ----------
    given : dict
        `columns` of client.yaml: our name to the client's, None for a column that is left out.
    header : sequence of str
        The file's column names, without spaces at their ends.
    """
    problems = []
    found: dict[str, int] = {}
    left_out = {ours.casefold() for ours, theirs in given.items() if theirs is None}
    given = {ours: theirs for ours, theirs in given.items() if theirs is not None}
    for ours, theirs in given.items():
        if theirs.strip() in header:
            found[ours] = list(header).index(theirs.strip())
        else:
            remedy = f"{nearest(theirs, list(header))} Correct columns: in client.yaml."
            problems.append(Problem(f"{quoted(theirs)} -> {ours}", "The file has no column of this name.", remedy))
    taken = set(found.values())
    for column in schema.columns:
        if column.name in given or column.name in left_out:
            continue
        places = [at for at, name in enumerate(header) if name.casefold() == column.name and at not in taken]
        if len(places) == 1:
            found[column.name] = places[0]
        elif places:
            names = listed([quoted(header[at]) for at in places])
            remedy = f"Say in client.yaml which one it is: columns: {{{column.name}: {quoted(header[places[0]])}}}."
            problems.append(Problem(column.name, f"The file has {names}.", remedy))
        elif column.required:
            problems.append(_missing(schema, column, header, taken))
    either = ONE_OF.get(schema.name, ())
    if either and not any(name in found or name in given for name in either):
        problems.append(_missing(schema, schema.column(either[0]), header, taken, words=" or ".join(either)))
    taken = set(found.values())
    columns = {name: schema.column(name) for name in schema.names if name in found}
    columns |= {name: schema.column(name) for name in found if name not in columns}
    unused = []
    for at, name in enumerate(header):
        if at in taken:
            continue
        ours = next((way for way in (name, name.lower()) if schema.has(way)), None)
        if ours is None or ours.casefold() in {known.casefold() for known in (*columns, *schema.names, *left_out)}:
            unused.append(name)
        else:
            found[ours], columns[ours] = at, schema.column(ours)
    if problems:
        return None, problems
    return ColumnMap({name: found[name] for name in columns}, columns, tuple(unused)), []


def _missing(
    schema: TableSchema, column: Column, header: Sequence[str], taken: set[int], *, words: str = ""
) -> Problem:
    """A compulsory column that nobody mapped, with the most likely candidate of the file."""
    free = [name for at, name in enumerate(header) if at not in taken]
    likely = likely_heading(column, free)
    example = quoted(likely) if likely else '"its name in the file"'
    remedy = f"Add to client.yaml: columns: {{{column.name}: {example}}}{', if that is it' if likely else ''}."
    found = f"{schema.name} needs a column for it; the file has {listed([quoted(name) for name in header], 12)}."
    return Problem(words or column.name, found, remedy)


def likely_heading(column: Column, names: Sequence[str], *, whole: bool = False) -> str | None:
    """The heading that says the same as our name or one of its synonyms: as a whole, else (not `whole`) in part.

    Capitals, spaces and marks do not count: "CustomerID", "customer id" and "Customer-Id" are one.
    """
    known = [_words(word) for word in (column.name, *column.synonyms)]
    ways = (
        lambda words, word: words.replace(" ", "") == word.replace(" ", ""),
        lambda words, word: f" {word} " in f" {words} ",
    )
    for fits in ways[:1] if whole else ways:
        for word in known:
            for name in names:
                if fits(_words(name), word):
                    return name
    return None


def leave_out(column: Column) -> str:
    """How a column that cannot be read is left out; empty for a compulsory one."""
    if column.required:
        return ""
    return f", or leave the column out: {column.name}: (nothing after the colon) under columns in client.yaml"


def _words(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)  # InvoiceNo
    return re.sub(r"[\W_]+", " ", parted).strip().casefold()
