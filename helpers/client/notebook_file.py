"""A notebook as its file holds it: the one reader of what a run has to know of a notebook before it is executed.

An own copy is edited by people and programs that the kit does not know, so all that is read here is looked at first.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.errors import RunError

FORMAT = 4  # of notebooks; what is older has no cells of its own
KINDS = ("code", "markdown", "raw")
Cell = dict[str, Any]


class NotebookError(RunError):
    """A notebook cannot be used: its step fails, and with it what reads the step, and no other."""


def read_cells(notebook: Path) -> list[Cell]:
    """The cells of a notebook in their order; the source of each is one text.

    Raises
    ------
    NotebookError
        If the file is no notebook, with the place and what was expected there.
    """
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise not_readable(notebook, f"it cannot be read as JSON: {error}") from None
    if fault := _fault(content):
        raise not_readable(notebook, fault)
    return [cell | {"source": "".join(cell["source"])} for cell in content["cells"]]


def not_readable(notebook: Path, fault: str) -> NotebookError:
    """The error for a file that is no notebook."""
    return NotebookError(
        f"{notebook.name} is not readable as a notebook ({fault}). Restore it, or take a fresh copy of the kit's."
    )


def code_of(notebook: Path) -> list[str]:
    """The source of each code cell; NotebookError if the file is no notebook."""
    return [cell["source"] for cell in read_cells(notebook) if cell["cell_type"] == "code"]


def words_of(notebook: Path) -> list[str]:
    """Of each cell all that is not code and no output, as JSON; of a code cell that is its place and its marks.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    return [_words(cell) for cell in read_cells(notebook)]


def parameters_cell(notebook: Path) -> str:
    """The source of the cell tagged `parameters`, "" where there is none; NotebookError if the file is no notebook."""
    tagged = (cell["source"] for cell in read_cells(notebook) if "parameters" in cell["metadata"].get("tags", []))
    return next(tagged, "")


def _words(cell: Cell) -> str:
    left_out = ("id", "outputs", "execution_count", *(["source"] if cell["cell_type"] == "code" else []))
    return json.dumps({name: part for name, part in cell.items() if name not in left_out}, sort_keys=True)


def _fault(content: Any) -> str:
    """What keeps the content of a file from being a notebook; "" where nothing does."""
    if not isinstance(content, dict):
        return "it holds no JSON object"
    for name, kind, words in (("metadata", dict, "an object"), ("cells", list, "a list")):
        if not isinstance(content.get(name), kind):
            return f"its {name} are missing or not {words}"
    version = content.get("nbformat")
    if version != FORMAT or not isinstance(content.get("nbformat_minor"), int):
        return f"its nbformat is {version!r}.{content.get('nbformat_minor')!r}, expected {FORMAT} and a number"
    faults = (f"cell {place} {fault}" for place, cell in enumerate(content["cells"], 1) if (fault := _fault_of(cell)))
    return next(faults, "")


def _fault_of(cell: Any) -> str:
    if not isinstance(cell, dict):
        return "is not an object"
    if cell.get("cell_type") not in KINDS:
        return f"has the cell_type {cell.get('cell_type')!r}, expected one of {', '.join(KINDS)}"
    if not isinstance(cell.get("metadata"), dict):
        return "has metadata that are missing or not an object"
    if not _is_list_of_text(cell["metadata"].get("tags", [])):
        return "has tags that are not a list of words"
    if not isinstance(cell.get("source"), str) and not _is_list_of_text(cell.get("source")):
        return "has a source that is missing or no text"
    return ""


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
