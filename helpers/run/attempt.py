"""The three things that take time in a run: reading the tables, executing a step, drawing the pages.

Each is made beside what stands and swapped in when it is complete. The runner decides which are due; it loads this
module, and with it pandas, the database and Jupyter, only when one is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from traceback import format_exception
from typing import Any

import pandas as pd

from helpers.client.file_hashes import folder_hashes
from helpers.client.folder import Client
from helpers.client.intake import take_in
from helpers.client.results import MODE, NOTEBOOK, OUTPUT, finished_steps, group_names, read_published, read_result
from helpers.client.schema import schema
from helpers.client.step_inputs import notebook_of
from helpers.client.tables import read_table
from helpers.client.tables_manifest import TablesManifest
from helpers.errors import CheckFailed
from helpers.report.figures import FigureQueue
from helpers.run.kernels import SpareKernel, kernel_environment, state_folder
from helpers.run.store import replacing, told
from helpers.steps import Step, find_step

Hashes = dict[str, str]


def read_tables(client: Client, check: Callable[[], None]) -> tuple[TablesManifest, Hashes]:
    """Read the client's tables into results/tables; what was there stays until the new ones are complete and right.

    Parameters
    ----------
    check : callable
        Called when all is read, before anything is replaced; it raises where what was read cannot be trusted.

    Returns
    -------
    (TablesManifest, dict)
        What was read, and the sha256 of each file that was written.
    """
    with replacing(client.tables_folder) as fresh:
        received = take_in(client, fresh)
        check()
        hashes = folder_hashes(fresh)
    return received, hashes


def execute_step(
    client: Client, step: Step, parameters: Mapping[str, Any], mode: str, spare: SpareKernel | None = None
) -> tuple[Hashes, list[str]]:
    """Run the step's notebook into a staged folder and, when it is right, put it in the place of the last one.

    Returns
    -------
    (dict, list of str)
        The sha256 of each file of the step's folder; and what is worth a word although it ran well.

    Raises
    ------
    WorkbookError
        If the notebook did not get to its end, or one of its checks does not hold. What stood still stands.
    """
    from helpers.run.execution import Limits  # with papermill, which reading the tables has no need of
    from helpers.run.notebook import run_notebook

    logs = client.results_folder / "logs"
    log = logs / f"{step.id}.txt"
    with told(logs):
        logs.mkdir(exist_ok=True)
        log.unlink(missing_ok=True)
    with replacing(client.results_folder / step.id) as fresh:
        notebook = notebook_of(client, step)
        settings = {OUTPUT: str(fresh), MODE: mode, NOTEBOOK: str(notebook)}
        remarks = run_notebook(
            notebook,
            fresh,
            client_folder=client.folder,
            parameters=parameters,
            environment=kernel_environment(state_folder(), settings),
            log=log,
            limits=Limits(step.cell_seconds, step.step_seconds),
            spare=spare,
        )
        broken = [check for check in read_result(fresh.parent, fresh.name).checks if check.verdict == "fail"]
        if broken:
            words = " ".join(f"{check.sentence} Found {check.found}, expected {check.expected}." for check in broken)
            raise CheckFailed(f"a check does not hold. {words}")
        hashes = folder_hashes(fresh)
    return hashes, remarks


def unforeseen(results: Path, step: Step, error: Exception) -> str:
    """The words for an error that nobody has foreseen, with its traceback kept in the log of the step."""
    log = results / "logs" / f"{step.id}.txt"
    with suppress(OSError):  # what happened is still told
        log.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(format_exception(error))
        log.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    words = ": ".join([type(error).__name__, *str(error).splitlines()[:1]])
    return f"it could not be carried out: {words}. More is in results/logs/{step.id}.txt."


def draw_report(client: Client, audience: str, failed: Mapping[str, str], figures: FigureQueue | None = None) -> Hashes:
    """Draw the pages for an audience anew from the results that stand.

    Returns
    -------
    dict
        The sha256 of each page.
    """
    from helpers.report.pages import make_report  # most often the thread that draws has loaded it by now

    results = client.results_folder
    standing = finished_steps(results)
    with replacing(client.report_folder / audience) as fresh:
        make_report(
            client,
            standing,
            failed,
            audience,
            fresh,
            table=lambda step_id, name: read_published(results, step_id, name),
            groups=group_names(results, standing),
            input_table=lambda name: _input_table(client, name),
            words=lambda step_id: notebook_of(client, find_step(step_id)),
            figures=figures,
        )
        return folder_hashes(fresh)


def _input_table(client: Client, name: str) -> pd.DataFrame | None:
    """A delivered table or a summary, for the preview on a working page."""
    path = client.tables_folder / f"{name}.parquet"
    return read_table(path, schema(name)) if path.is_file() else None
