"""Run one notebook to its end and be sure that it got there. The only importer of papermill.

Papermill's own word is not enough: after a killed kernel it saves every cell as completed, and `sys.exit(0)` in a
cell looks like success. A step has run when no cell failed, the last thing it did was publish, and the result that lies
in its folder is the one that it announced.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill import PapermillExecutionError, execute_notebook

from helpers import errors
from helpers.client.results import RESULT
from helpers.client.tables import file_hash
from helpers.errors import RunError
from helpers.run.kernels import KERNEL_NAME, running_kernel
from helpers.show.output import MIME

CELL_SECONDS = 600
MOST_SAID = 500  # characters of an error that is not ours; the rest is in the log
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # IPython paints its tracebacks for a terminal
OURS = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
logging.getLogger("papermill").setLevel(logging.CRITICAL)
# What happened to a notebook or its kernel is told by us, in one line; an interrupted run leaves tasks unawaited.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def run_notebook(
    source: Path,
    folder: Path,
    *,
    client_folder: Path,
    parameters: Mapping[str, Any],
    environment: dict[str, str],
    log: Path,
    cell_seconds: int = CELL_SECONDS,
) -> None:
    """Execute the notebook `source` and leave it, stripped of clocks and random ids, as `folder`/notebook.ipynb.

    The kernel stands in the client's folder and is told so by CLIENT = ".", so that no path of this machine gets into
    the notebook. What goes wrong in detail is written to `log`.

    Raises
    ------
    RunError
        With the message of our own error where a cell raised one, else with what happened and where to look.
    """
    notebook = nbformat.read(source, as_version=4)
    try:
        with running_kernel(client_folder, environment) as manager:
            notebook = execute_notebook(
                notebook,
                None,
                {"CLIENT": ".", **parameters},
                kernel_name=KERNEL_NAME,
                language="python",
                progress_bar=False,
                km=manager,
                execution_timeout=cell_seconds,
                iopub_timeout=60,
                record_timing=False,
            )
    except PapermillExecutionError as error:
        log.write_text(COLOURS.sub("", "\n".join(error.traceback)) + "\n", encoding="utf-8", newline="\n")
        raise RunError(_cause(error, log)) from None
    except CellTimeoutError:
        raise RunError(f"a cell took longer than {cell_seconds} seconds and was stopped.") from None
    except DeadKernelError:
        raise RunError("its kernel died before the end; most often the machine is out of memory.") from None
    _confirm(notebook, folder)
    _write(notebook, folder / "notebook.ipynb")


def _cause(error: PapermillExecutionError, log: Path) -> str:
    if error.ename in OURS:
        return error.evalue
    said = error.evalue if len(error.evalue) <= MOST_SAID else f"{error.evalue[:MOST_SAID]}…"
    return (
        f"it stopped with {error.ename}: {said}. That is a fault of the workbook or of an own notebook, not of "
        f"your data; the details are in results/{log.parent.name}/{log.name}."
    )


def _confirm(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """The last code cell must have announced the very result that lies in the folder."""
    announced = None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            notes = [output.get("data", {}).get(MIME) for output in cell.outputs]
            announced = next((note["sha256"] for note in notes if note and note["kind"] == "published"), None)
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
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
