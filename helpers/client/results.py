"""The results folder of a client: what steps published, read back with their hashes checked.

    results/tables/<table>.parquet + tables.json     what the intake made of the client's data
    results/<step>/result.json + <table>.parquet     what a step says
    results/<step>/notebook.ipynb                    how it came to say it
    results/manifest.json                            which of these belong together, and when they were made

Everything here is derived: it may be deleted and is rebuilt by one command.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.client.derived import read_json
from helpers.client.result_model import Result, TableFile
from helpers.client.schema import schema
from helpers.client.tables import file_hash, read_table, write_table
from helpers.errors import RunError, StepInputError
from helpers.steps import BY_ID, STEPS

RESULT = "result.json"
MANIFEST = "manifest.json"


def read_result(results: Path, step_id: str) -> Result:
    """The result of a step from a results folder; RunError when it is missing or damaged."""
    absent = f"{step_id} has not been run for this client. Run it first: workbook run CLIENT."
    return read_json(results / step_id / RESULT, Result, absent=absent)


def owner_of(table: str) -> str:
    """The step that publishes this table."""
    for step in STEPS:
        if table in step.publishes:
            return step.id
    raise StepInputError(f'No step publishes a table "{table}".')


def read_published(results: Path, step_id: str, table: str) -> pd.DataFrame:
    """A published table of a step, with the dtypes of its schema, after its hash was checked.

    Raises
    ------
    RunError
        If the step never ran, did not publish the table, or the file is not the one that the step wrote.
    """
    entry = read_result(results, step_id).tables.get(table)
    if entry is None:
        raise RunError(f'{step_id} did not publish the table "{table}".')
    path = results / step_id / entry.file
    if not path.is_file() or file_hash(path) != entry.sha256:
        raise RunError(
            f"results/{step_id}/{entry.file} is not the file that the step wrote. "
            "It is derived: run the client again, and keep your own files outside results/."
        )
    return read_table(path, schema(table))


def write_published(folder: Path, table: str, frame: pd.DataFrame) -> TableFile:
    """Write a published table into a step's folder as its schema says, and return its entry for result.json."""
    path = folder / f"{table}.parquet"
    rows, sha256 = write_table(frame, path, schema(table))
    return TableFile(file=path.name, rows=rows, sha256=sha256)


class StepRun(BaseModel):
    """How the last attempt at a step ended. `state` speaks of the attempt; the files may be an earlier one's."""

    model_config = ConfigDict(extra="forbid")

    state: str  # done, failed, blocked, outdated
    reason: str = ""
    seconds: float = 0.0
    finished: str = ""
    result_sha256: str = ""
    tables_sha256: str = ""
    inputs_sha256: str = ""


class Manifest(BaseModel):
    """results/manifest.json: clock, durations and states; the only derived file that differs between two equal runs."""

    model_config = ConfigDict(extra="forbid")

    format: int = 1
    kit: str = ""
    mode: str = "draft"
    started: str = ""
    finished: str = ""
    tables_sha256: str = ""
    steps: dict[str, StepRun] = {}


def read_manifest(results: Path) -> Manifest:
    """The manifest, or an empty one when nothing was run or the file is damaged (then everything counts as not run)."""
    try:
        return Manifest.model_validate_json((results / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return Manifest()


def finished_steps(results: Path) -> dict[str, Result]:
    """The results that stand: of a step of this kit, done in the manifest, from today's tables, and unchanged since."""
    manifest = read_manifest(results)
    standing = {}
    for step_id, run in manifest.steps.items():
        path = results / step_id / RESULT
        current = run.state == "done" and run.tables_sha256 == manifest.tables_sha256
        if step_id not in BY_ID or not current or not path.is_file():
            continue
        if file_hash(path) == run.result_sha256:
            standing[step_id] = read_result(results, step_id)
    return standing
