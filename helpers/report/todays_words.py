"""An executed notebook with the words of today: what was computed stays, what is said around it may have been edited.

A step is not run again because a sentence of its notebook changed; its page is drawn again.
"""

from __future__ import annotations

from nbformat import NotebookNode

INJECTED = "injected-parameters"


def with_words_of(source: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """The cells of `source`, with the outputs that the same code cells have in `executed`.

    Where the code is not the same, `executed` as it is: its outputs belong to its own words.
    """
    ran = [cell for cell in executed.cells if cell.cell_type == "code"]
    injected = [cell for cell in ran if INJECTED in _tags(cell)]
    ran = [cell for cell in ran if INJECTED not in _tags(cell)]
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    if [cell.source for cell in ran] != [cell.source for cell in code]:
        return executed
    cells = []
    for cell in source.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            done = ran.pop(0)
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
            if "parameters" in _tags(cell):
                cells += injected
    executed.cells = cells
    return executed


def _tags(cell: NotebookNode) -> list[str]:
    return cell.get("metadata", {}).get("tags", [])
