"""Texts made from the registry, so that they cannot disagree with it: README's table, a notebook's second cell.

And notebooks as they are committed, whatever JupyterLab has added to them.
"""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import Any

from helpers.steps import KIT, STEPS, Step, built_steps

START, END = "<!-- steps: made by `workbook.py describe` -->", "<!-- end of steps -->"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# ids that a tool draws by chance; one that says where the cell stands lets two versions be compared
DRAWN = re.compile(r"[0-9a-f]{8}|[0-9a-f-]{32,36}|")


def steps_table() -> str:
    """The thirteen steps as a Markdown table for the README."""
    lines = ["| step | the client's question | state |", "|---|---|---|"]
    for step in STEPS:
        state = "built" if step.built else "to come"
        lines.append(f"| {step.number} {step.title} | {step.question} | {state} |")
    return "\n".join(lines)


def with_steps_table(readme: str) -> str:
    """The README's text with its table of steps as the registry has it now."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{steps_table()}\n{END}{after}"


def reads_decides_publishes(step: Step) -> str:
    """The second cell of a step's notebook."""

    def names(words: tuple[str, ...], otherwise: str = "nothing") -> str:
        return ", ".join(f"`{word}`" for word in words) or otherwise

    reads = names(step.reads + step.needs)
    more = step.reads_if_there + step.better_with + step.checks_with
    lines = [f"**Reads** {reads}" + (f"; says more with {names(more)}" if more else "") + "."]
    if step.reads_version:
        lines.append(f"**Looks back** at {names(step.reads_version)} in the versions before.")
    lines.append(f"**Decides** {names(tuple(choice.example for choice in step.decides))}.")
    lines.append(f"**Publishes** {names(step.publishes)}.")
    return "  \n".join(lines)


def tidied(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook as it is committed: no outputs, no numbers of runs, nothing of somebody's own JupyterLab but tags.

    A cell whose id was drawn by chance takes that of the cell before it with a number: c15_1, c15_2.
    """
    taken = {cell.get("id", "") for cell in notebook["cells"]}
    cells, before = [], "c00"
    for cell in notebook["cells"]:
        if DRAWN.fullmatch(cell.get("id", "")):
            cell = cell | {"id": _free(before, taken)}
        before = cell["id"]
        tags = cell["metadata"].get("tags", [])
        source = "".join(cell["source"]).strip("\n")
        cell = cell | {"metadata": {"tags": tags} if tags else {}, "source": source.splitlines(keepends=True)}
        cells.append(cell | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}))
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def _free(before: str, taken: set[str]) -> str:
    """The first id after this one that no cell has; `taken` gets it."""
    stem = re.sub(r"_\d+$", "", before)
    found = next(name for number in count(1) if (name := f"{stem}_{number}") not in taken)
    taken.add(found)
    return found


def write_all() -> list[Path]:
    """Bring README and the notebooks in line with the registry and tidy them; gives the files that changed."""
    changed = []
    readme = KIT / "README.md"
    changed += _replace(readme, with_steps_table(readme.read_text(encoding="utf-8")))
    for step in built_steps():
        notebook = tidied(json.loads(step.notebook.read_text(encoding="utf-8")))
        notebook["cells"][1]["source"] = reads_decides_publishes(step).splitlines(keepends=True)
        changed += _replace(step.notebook, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    return changed


def _replace(path: Path, text: str) -> list[Path]:
    if path.read_text(encoding="utf-8") == text:
        return []
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]
