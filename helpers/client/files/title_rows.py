"""Rows above the headings: exports often begin with a title, a period or a blank row.

They are recognised to advise `header_row`, never to decide it. Rows come as (number in the file, fields), the first few
of a text file or a sheet, without blank ones; what stands in a field counts without spaces at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpers.errors import Problem, listed, quoted

Row = tuple[int, Sequence[str]]
FIRST_ROWS = 50  # titles are short; headings further down are rows of data
NOT_A_NAME = re.compile(r"[-+.,(]*[0-9].*")  # a number, an amount or a date


@dataclass(frozen=True)
class Titled:
    """The advice to set header_row, and how many headings it rests on."""

    headings: int
    problem: Problem


def title_problem(rows: Sequence[Row], header_row: int, *, word: str = "line") -> Titled | None:
    """What to say of a header that cannot be used when the headings seem to stand elsewhere; None when they do not.

    Parameters
    ----------
    header_row : int
        The row that was read as the header.
    word : str
        What a row of the file is called there: line or row.
    """
    likely = likely_header_row(rows)
    if likely is None or likely == header_row:
        return None
    filled = _filled(dict(rows)[likely])
    above = _filled(dict(rows).get(header_row, ()))
    what = f"It holds {quoted(above[0])} and no headings" if above else "It is blank"
    if likely > header_row and above:
        what = f"It holds a title ({quoted(above[0])})"
    found = f"{what}; the headings seem to stand in {word} {likely}: {_names(filled)}."
    return Titled(len(filled), Problem(f"{word} {header_row:,}", found, _remedy(likely)))


def likely_header_row(rows: Sequence[Row]) -> int | None:
    """The first row that is filled furthest, if it reads as names and most rows below are as wide; None in doubt.

    >>> likely_header_row([(1, ["Orders 2026", ""]), (3, ["Customer", "Net"]), (4, ["C1", "120.00"])])
    3
    """
    rows = rows[:FIRST_ROWS]
    most = max((len(_filled(fields)) for _, fields in rows), default=0)
    place = next((at for at, (_, fields) in enumerate(rows) if len(_filled(fields)) == most), 0)
    below = [fields for _, fields in rows[place + 1 :]]
    if most < 2 or not below:
        return None
    number, fields = rows[place]
    names = _filled(fields)
    read_as_names = len(set(names)) == len(names) and not any(map(NOT_A_NAME.fullmatch, names))
    as_wide = sum(len(other) == len(fields) for other in below)
    return number if read_as_names and as_wide * 2 > len(below) else None


def headings_problem(
    rows: Sequence[Row], headings: Iterable[str], header_row: int, *, word: str = "line"
) -> list[Problem]:
    """What to say when another of the first rows holds all headings that client.yaml names; nothing when none does."""
    wanted = {heading.strip() for heading in headings}
    for number, fields in rows[:FIRST_ROWS]:
        if len(wanted) > 1 and number != header_row and wanted <= set(_filled(fields)):
            found = f"The headings that client.yaml names stand in {word} {number}."
            return [Problem(f"{word} {header_row:,}", found, _remedy(number))]
    return []


def _remedy(row: int) -> str:
    above = "What stands above is then left out."
    return f"Set header_row: {row} in client.yaml. {above}" if row > 1 else "Leave header_row out of client.yaml."


def _filled(fields: Sequence[str]) -> list[str]:
    return [field.strip() for field in fields if field.strip()]


def _names(headings: Sequence[str]) -> str:
    return listed([quoted(heading) for heading in headings], 6)
