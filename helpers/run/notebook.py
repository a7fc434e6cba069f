"""Run one notebook to its end and be sure that it got there.

A runner's own word is not enough: papermill saves every cell of a killed kernel as completed, and `sys.exit(0)` in a
cell looks like success. A step has run when no cell failed, the last thing it did was publish, and the result that lies
in its folder is the one that it announced.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat

from helpers.client.file_hashes import file_hash
from helpers.client.notebook_file import not_readable, read_cells
from helpers.client.results import RESULT
from helpers.errors import RunError
from helpers.run.execution import CellFailed, KernelDied, KernelNotStarted, Limits, TookTooLong, execute
from helpers.run.kernels import SpareKernel, running_kernel
from helpers.run.reasons import cell_failure, death, kills_for_memory, no_start, overtime, plain
from helpers.run.store import told
from helpers.show.output import MIME

# What a warning calls the cell that caused it: a file that does not exist, named after the kernel's process.
# It is looked for at the start of a word only: an embedded picture is one word of a million letters.
CELL_FILE = re.compile(rf"{re.escape(tempfile.gettempdir())}[/\\]+ipykernel_\d+[/\\]+\d+\.py")
STARTS = 2  # no cell has run in a kernel that does not come up, so another may be tried


def run_notebook(
    source: Path,
    folder: Path,
    *,
    client_folder: Path,
    parameters: Mapping[str, Any],
    environment: dict[str, str],
    log: Path,
    limits: Limits | None = None,
    spare: SpareKernel | None = None,
) -> list[str]:
    """Execute the notebook `source` and leave it, stripped of clocks and random ids, as `folder`/notebook.ipynb.

    The kernel stands in the client's folder and is told so by CLIENT = ".", so that no path of this machine gets into
    the notebook. What goes wrong in detail is written to `log`.

    Returns
    -------
    list of str
        What is worth a word although the notebook ran well.

    Raises
    ------
    RunError
        With the message of our own error where a cell raised one, else with what happened and where to look.
    """
    limits = limits or Limits()
    for start in range(STARTS):
        notebook, before = _read(source), kills_for_memory()
        try:
            with told(folder), running_kernel(client_folder, environment, spare) as manager:
                notebook, printed = execute(notebook, manager, {"CLIENT": ".", **parameters}, limits)
            break
        except CellFailed as fault:
            _keep(log, fault.traceback)
            raise RunError(cell_failure(fault, folder, log)) from None
        except TookTooLong as fault:
            raise RunError(overtime(fault)) from None
        except KernelDied as fault:
            raise RunError(death(fault.status, before, kills_for_memory())) from None
        except KernelNotStarted as fault:
            if start == STARTS - 1:
                raise RunError(no_start(fault)) from None
    with told(folder):
        _confirm(notebook, folder)
        _write(notebook, folder / "notebook.ipynb")
    if printed <= limits.characters:
        return []
    return [f"it printed {printed / 1e6:,.1f} million characters; the first {limits.characters / 1e6:g} are kept."]


def _read(source: Path) -> nbformat.NotebookNode:
    read_cells(source)  # which says in words what is wrong with it
    try:
        return nbformat.read(source, as_version=4)
    except Exception as error:  # nbformat raises whatever its parts raise
        raise not_readable(source, f"{type(error).__name__}: {error}") from None


def _keep(log: Path, text: str) -> None:
    """Write a log; where that cannot be done, what happened is still told."""
    with suppress(OSError):
        log.write_text(plain(text) + "\n", encoding="utf-8", newline="\n")


def _confirm(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """The last code cell must have announced the very result that lies in the folder."""
    announced = None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [output.get("data") for output in cell.get("outputs", [])]
            notes = [data.get(MIME) for data in shown if isinstance(data, dict)]
            published = [note for note in notes if isinstance(note, dict) and note.get("kind") == "published"]
            announced = published[0].get("sha256") if published else None
    result = folder / RESULT
    if announced is None or not result.is_file() or file_hash(result) != announced:
        raise RunError("it ended without publishing; its last cell must be step.publish().")


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write the notebook without what differs from run to run."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = CELL_FILE.sub("a cell", output.text)
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
