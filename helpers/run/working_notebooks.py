"""The notebooks that people work in: copies in CLIENT/notebooks, made once and never written again by the kit.

A copy says in its metadata from which code of the kit it was made. When the kit's own notebook has moved on since,
people are told; what they added stays theirs. A run executes the kit's notebook, unless client.yaml lists the step
under own_steps.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import __version__
from helpers.client.folder import Client
from helpers.client.step_inputs import code_hash
from helpers.errors import RunError
from helpers.run.parameters import declared_parameters, step_parameters
from helpers.steps import Step, built_steps

METADATA = "workbook"
HERE = '".."'  # the client's folder, seen from its folder notebooks/
ASSIGNED = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]*)(?P<type>: *\w+)? *= *(?P<value>.*?)(?P<comment> *#.*)?$")


@dataclass(frozen=True)
class WorkingNotebook:
    """A step's copy: `made` just now; `moved_on` when the kit's code is another than the one it was made from.

    `own` says that a run executes this copy instead of the kit's notebook; `differs` says, in sentences, which of its
    parameters are others than those of a run.
    """

    step: Step
    path: Path
    made: bool
    moved_on: bool
    own: bool
    differs: tuple[str, ...] = ()


def working_notebooks(client: Client) -> list[WorkingNotebook]:
    """The copies of all built steps, in order; those that are not there are made.

    Raises
    ------
    RunError
        If a copy cannot be written, or one that is there is no notebook.
    ClientFileError
        If client.yaml gives a step a parameter that it has not, or a value of another type.
    """
    found = []
    for step in built_steps():
        path = client.notebooks_folder / step.notebook.name
        made = not path.exists()
        if made:
            _make(client, step, path)
        moved_on = _made_from(path) not in ("", code_hash(step.notebook))
        own = step.id in client.config.own_steps
        found.append(WorkingNotebook(step, path, made, moved_on, own, tuple(_differences(client, step, path, own))))
    return found


def _differences(client: Client, step: Step, path: Path, own: bool) -> Iterator[str]:
    """Which parameters of a copy are others than a run works with now. The copy stays as people have it."""
    runs = path if own else step.notebook
    try:
        here, of_a_run = declared_parameters(path), declared_parameters(runs)
    except (RunError, SyntaxError):
        yield (
            f"the parameters in notebooks/{path.name} cannot be compared with those of a run: that cell may hold only "
            "lines like NAME: type = value."
        )
        return
    changed = step_parameters(step, runs, client.config.parameters, {})
    for name, value in (of_a_run | changed).items():
        by = "client.yaml" if name in changed else "the kit's notebook"
        if name not in here:
            yield f"{name} is {value!r} by {by}, and notebooks/{path.name} does not have it."
        elif here[name] != value:
            yield (
                f"{name} is {here[name]!r} in notebooks/{path.name} and {value!r} by {by}, with which a run works. "
                "Change the copy's parameters cell where it should say the same."
            )


def _make(client: Client, step: Step, path: Path) -> None:
    """Copy the kit's notebook for this client: its folder and the parameters of its client.yaml filled in."""
    notebook = json.loads(step.notebook.read_text(encoding="utf-8"))
    values = {"CLIENT": HERE}
    for name, value in step_parameters(step, step.notebook, client.config.parameters, {}).items():
        values[name] = repr(value)
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = _filled("".join(cell["source"]), values)
    notebook["metadata"][METADATA] = {"step": step.id, "kit": __version__, "code": code_hash(step.notebook)}
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    half = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        half.write_text(text, encoding="utf-8", newline="\n")
        os.replace(half, path)  # whole or not at all
    except OSError as error:
        half.unlink(missing_ok=True)
        raise RunError(
            f"{path.parent.name}/{path.name} cannot be written in {client.folder.name} ({error.strerror}). Working "
            "notebooks live in the client's folder: make it writable, or copy the folder elsewhere."
        ) from None


def _filled(source: str, values: dict[str, str]) -> str:
    """A parameters cell with other values; names, types and comments stay.

    >>> _filled('CLIENT: str = "../x"  # client folder', {"CLIENT": '".."'})
    'CLIENT: str = ".."  # client folder'
    """
    lines = []
    for line in source.split("\n"):
        match = ASSIGNED.match(line)
        if match and match["name"] in values:
            line = f"{match['name']}{match['type'] or ''} = {values[match['name']]}{match['comment'] or ''}"
        lines.append(line)
    return "\n".join(lines)


def _made_from(path: Path) -> str:
    """The hash of the kit's code that a copy was made from; empty where it does not say."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        said = data["metadata"].get(METADATA, {})
        return str(said.get("code", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RunError(
            f"notebooks/{path.name} is not readable as a notebook. Restore it from a copy, or move it away: the next "
            "`python3 workbook.py open` makes a fresh one."
        ) from None
