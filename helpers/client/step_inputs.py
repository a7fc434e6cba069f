"""Which notebook speaks for a step, and hashes of its two halves: the code that computes and the words around it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from helpers.client.folder import Client
from helpers.client.notebook_file import code_of, words_of
from helpers.errors import ClientFileError
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
    NotebookError
        If the file is no notebook.
    """
    return _hash(code_of(notebook))


def words_hash(notebook: Path) -> str:
    """A hash of what a page takes from a notebook besides its code: the other cells and how all of them are marked.

    Raises
    ------
    NotebookError
        If the file is no notebook.
    """
    return _hash(words_of(notebook))


def _hash(parts: list[str]) -> str:
    return sha256("\n\0".join(parts).encode(errors="surrogatepass")).hexdigest()
