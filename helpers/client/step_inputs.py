"""What a step's result rests on besides the tables: which notebook speaks, and a hash of it with its decisions."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from helpers.client.decisions import decision_file
from helpers.client.folder import Client
from helpers.client.tables import file_hash
from helpers.errors import ClientFileError, RunError
from helpers.steps import Step


def notebook_of(client: Client, step: Step) -> Path:
    """The notebook that a run executes: the kit's, or the client's own copy where client.yaml lists the step.

    Raises
    ------
    ClientFileError
        If client.yaml lists the step under own_steps and there is no such copy.
    """
    if step.id not in client.config.own_steps:
        return step.notebook
    own = client.notebooks_folder / step.notebook.name
    if not own.is_file():
        raise ClientFileError(
            f"client.yaml lists {step.id} under own_steps, and there is no notebooks/{own.name} in its folder. "
            "Put your copy of the kit's notebook there, or take the step off own_steps."
        )
    return own


def code_hash(notebook: Path) -> str:
    """A hash of a notebook's code cells: words may change without changing what was computed.

    Raises
    ------
    RunError
        If the file is no notebook.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise RunError(f"{notebook.name} is not readable as a notebook. Restore it, or take a fresh copy.") from None
    return sha256("\n\0".join(code).encode()).hexdigest()


def decisions_hash(client: Client, step: Step) -> str:
    """A hash of the step's decision file; empty where there is none."""
    decisions = decision_file(client.folder, step)
    return file_hash(decisions) if decisions.is_file() else ""


def inputs_hash(decisions: str, code: str) -> str:
    """The two hashes as one, as the manifest keeps it."""
    return sha256(f"{decisions} {code}".encode()).hexdigest()


def inputs_hash_now(client: Client, step: Step) -> str:
    """The hash that a run of the step would write into the manifest now."""
    return inputs_hash(decisions_hash(client, step), code_hash(notebook_of(client, step)))
