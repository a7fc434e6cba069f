"""Open an Excel file by a program of its own, which a damaged or hostile file may end without ending the kit.

That program (`spreadsheet.py`) answers with facts, or with the word for what is in the way; here that word becomes what
the user reads.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpers.client.files.characters import UnreadableFile
from helpers.client.files.sheets import Sheet, letters_of
from helpers.client.files.title_rows import title_problem
from helpers.errors import Problem, listed, nearest, quoted
from helpers.steps import KIT

START = "import sys; sys.path.insert(0, {kit!r}); from helpers.client.files.spreadsheet import main; main(sys.argv[1:])"
SECONDS = 600
SAVE_AS_CSV = "Save the sheet as CSV (UTF-8) and name that file in client.yaml."
SAVE_AGAIN = "Open it in Excel and save it as .xlsx again; if that fails, ask the sender for it again."
MOST_NAMED = 12


def read_sheet(
    path: Path, folder: Path, *, sheet: str | None = None, header_row: int = 1, footer_rows: int = 0
) -> Sheet:
    """One sheet of an .xlsx or .xlsm file, its records written to a file in `folder`.

    Parameters
    ----------
    folder : Path
        An empty folder that lives as long as the sheet is used.
    sheet : str, optional
        The name of the sheet; without it, the only visible sheet that is not empty.
    header_row, footer_rows : int
        The row that holds the headings, and how many filled rows at the end are no data.

    Raises
    ------
    UnreadableFile
        A file that is no whole workbook, or too large; an open question which sheet is meant; headings that are blank,
        stand twice or are missing. Where a title stands in their place, the one problem says so.
    """
    request = {"sheet": sheet, "header_row": header_row, "footer_rows": footer_rows}
    facts = _answer(path, folder, request)
    if facts["why"]:
        raise UnreadableFile(_problem(facts, request))
    read = _sheet(facts, header_row, folder / "cells.csv")
    problems = read.header_problems()
    titled = title_problem(read.first_rows(), header_row, word="row") if problems or len(read.header) == 1 else None
    if titled or problems:
        raise UnreadableFile(*([titled.problem] if titled else problems))
    return read


def _answer(path: Path, folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """What the program says of the file; that it stopped, when it says nothing, or was ended while it did."""
    answer = folder / "facts.json"
    program = [sys.executable, "-I", "-c", START.format(kit=str(KIT))]
    command = [*program, str(path.resolve()), str(folder.resolve()), json.dumps(request)]
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"why": "time"}
    try:
        return json.loads(answer.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {"why": "stopped"}


def _sheet(facts: dict[str, Any], header_row: int, cells: Path) -> Sheet:
    others = [one for one in facts["sheets"] if one["name"] != facts["sheet"] and one["rows"] != 0]
    return Sheet(
        name=facts["sheet"],
        header=tuple(facts["header"]),
        header_row=header_row,
        columns=tuple(facts["columns"]),
        numbers=tuple(facts["numbers"]),
        blank_lines=facts["blank"],
        footer=tuple((number, texts) for number, texts in facts["footer"]),
        top=tuple((number, texts) for number, texts in facts["top"]),
        others=tuple(map(_named, others)),
        from_1904=facts["from_1904"],
        unnamed={int(column): tuple(found) for column, found in facts["unnamed"].items()},
        uncomputed={int(column): rows for column, rows in facts["uncomputed"].items()},
        merged=tuple(tuple(area) for area in facts["merged"]),
        hidden_rows=facts["hidden_rows"],
        hidden_columns=tuple((first, last) for first, last in facts["hidden_columns"]),
        cells=cells,
    )


def _named(sheet: dict[str, Any]) -> str:
    """A sheet by name, with its rows where they were counted, and whether it is hidden."""
    rows = sheet["rows"]
    told = ["hidden"] if sheet["hidden"] else []
    told += ["empty" if rows == 0 else "1 row" if rows == 1 else f"{rows:,} rows"] if rows is not None else []
    return quoted(sheet["name"]) + (f" ({', '.join(told)})" if told else "")


def _problem(facts: dict[str, Any], request: dict[str, Any]) -> Problem:
    """What the user reads when the file cannot be read."""
    why = facts["why"]
    if "sheets" in facts:
        return _sheet_problem(why, facts["sheets"], request["sheet"])
    if why == "wide":
        end = f"{letters_of(facts['column'])}{facts['row']}"
        found = f"Sheet {quoted(facts['sheet'])} has {facts['rows']:,} filled rows and reaches to cell {end}: too far."
        remedy = "In Excel, delete the rows and columns beyond the table, and save (Ctrl+End shows where it ends)."
        return Problem("the file", found, remedy)
    if why == "large":
        size = f"{facts['size'] / 2**30:,.1f} GB" if facts["size"] >= 2**30 else f"{facts['size'] / 2**20:,.1f} MB"
        found = f"It would unpack to {size} in {facts['parts']:,} parts, more than any table needs."
        return Problem("the file", found, SAVE_AS_CSV)
    found, remedy = {
        "damaged": ("It is damaged: not every part of it can be unpacked and read.", SAVE_AGAIN),
        "order": ("It is damaged: a row or a cell of its sheet stands twice, or out of order.", SAVE_AGAIN),
        "binary": ("Its content is that of a binary workbook (.xlsb).", "Open it in Excel and save it as .xlsx."),
        "no workbook": (
            "Its content is that of a zip file without an Excel workbook.",
            "Unpack it and name the file inside, or open it and save it as .xlsx.",
        ),
        "memory": ("It is too large: reading it takes more memory than is allowed.", SAVE_AS_CSV),
        "time": (f"It could not be read within {SECONDS} seconds.", SAVE_AS_CSV),
    }.get(why, ("The program that reads it was ended by it: it is damaged, or far too large.", SAVE_AGAIN))
    return Problem("the file", found, remedy)


def _sheet_problem(why: str, sheets: list[dict[str, Any]], wanted: str | None) -> Problem:
    known = listed([_named(one) for one in sheets if why != "several" or one["rows"] != 0], MOST_NAMED)
    names = [one["name"] for one in sheets]
    if why == "no sheet":
        near = nearest(wanted or "", names)
        remedy = f"{near} Correct it." if near.startswith("Did") else "Name one of them."
        return Problem("sheet in client.yaml", f"The file has no sheet {quoted(wanted)}; it has {known}.", remedy)
    if why == "several":
        largest = max(sheets, key=lambda one: one["rows"] or 0)["name"]
        remedy = f"Say in client.yaml which one to read, for example sheet: {quoted(largest)}."
        return Problem("the file", f"Several sheets hold something: {known}.", remedy)
    found = f"No sheet that can be seen holds anything: {known}." if sheets else "It has no sheet with cells."
    remedy = "Export it again, or say with sheet: in client.yaml which hidden sheet is meant."
    return Problem("the file", found, remedy)
