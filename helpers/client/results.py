"""The results folder of a client: what steps published, read back with their hashes checked.

    results/tables/<table>.parquet + tables.json     what the intake made of the client's data
    results/<step>/result.json + <table>.parquet     what a step says
    results/<step>/notebook.ipynb                    how it came to say it
    results/manifest.json                            which of these belong together, and when they were made

Everything here is derived: it may be deleted and is rebuilt by one command.
"""

from __future__ import annotations

import json
from collections.abc import Container
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpers.client.derived import read_json
from helpers.client.file_hashes import FileSeen, file_hash
from helpers.client.result_model import Result, TableFile
from helpers.client.tables_manifest import read_tables_manifest
from helpers.errors import RunError, StepInputError
from helpers.steps import BY_ID, STEPS

if TYPE_CHECKING:
    import pandas as pd

RESULT = "result.json"
FORMS_GROUPS, GROUP_PROFILES = "03_form_groups", "group_profiles"  # the step that names groups, and where
MANIFEST = "manifest.json"
INTERACTIVE = "interactive"  # the folder of results published by hand
# What a run tells its kernel: where to publish, draft or final, which notebook; in JupyterLab nobody does.
OUTPUT, MODE, NOTEBOOK = "WORKBOOK_OUTPUT", "WORKBOOK_MODE", "WORKBOOK_NOTEBOOK"
FORMAT = 2
# the first words of the parts that a step rests on and that lie in the results folder itself
OF_TABLE, OF_RESULT = "table ", "result of "
ABSENT = "= none"


def read_result(results: Path, step_id: str) -> Result:
    """The result of a step from a results folder; RunError when it is missing or damaged."""
    absent = f"{step_id} has not been run for this client. Run it first: python3 workbook.py run CLIENT."
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
    # the database and pandas are loaded by those who read tables; to say what stands, hashes are enough
    from helpers.client.schema import schema
    from helpers.client.tables import read_table

    path = results / step_id / entry.file
    if not path.is_file() or file_hash(path) != entry.sha256:
        raise RunError(
            f"results/{step_id}/{entry.file} is not the file that the step wrote. "
            "It is derived: run the client again, and keep your own files outside results/."
        )
    return read_table(path, schema(table))


def group_names(results: Path, standing: Container[str]) -> dict[str, str]:
    """Group ids and the names that people read; none until the step that forms groups is among those that stand."""
    if FORMS_GROUPS not in standing or GROUP_PROFILES not in read_result(results, FORMS_GROUPS).tables:
        return {}
    return names_of(read_published(results, FORMS_GROUPS, GROUP_PROFILES))


def names_of(profiles: pd.DataFrame) -> dict[str, str]:
    """The names in a table with a row for each group."""
    return dict(zip(profiles["group_id"], profiles["group_name"], strict=True))


def write_published(folder: Path, table: str, frame: pd.DataFrame) -> TableFile:
    """Write a published table into a step's folder as its schema says, and return its entry for result.json."""
    from helpers.client.schema import schema
    from helpers.client.tables import write_table

    path = folder / f"{table}.parquet"
    rows, written = write_table(frame, path, schema(table))
    return TableFile(file=path.name, rows=rows, sha256=written)


class Made(BaseModel):
    """What a derived folder was made from: `rests_on` maps each part, in words, to its hash or, after "= ", its value.

    `why` says why it was made the last time, `artefacts` holds the sha256 of each of its files, `finished` is UTC.
    """

    model_config = ConfigDict(extra="forbid")

    rests_on: dict[str, str] = {}
    why: str = ""
    artefacts: dict[str, str] = {}
    seconds: float = 0.0
    finished: str = ""


class StepRun(Made):
    """How the last attempt at a step ended, and why if it did not end well.

    `running` is an attempt that has begun; where no run holds the client any more, it was interrupted. `outdated` was
    done, and something it rests on is another now: `rests_on` and `artefacts` still speak of its files.
    """

    state: Literal["running", "done", "failed", "interrupted", "blocked", "outdated"]
    reason: str = ""
    result_sha256: str = ""


class Manifest(BaseModel):
    """results/manifest.json: clock, durations and states; the only derived file that differs between two equal runs.

    `files` remembers large files that were hashed (`helpers.client.file_hashes`). `unreadable` says in words why the
    file that is there does not count; it is not written.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal[2] = FORMAT
    kit: str = ""
    mode: str = "draft"
    finished: str = ""
    tables: Made = Made()
    steps: dict[str, StepRun] = {}
    reports: dict[str, Made] = {}
    files: dict[str, FileSeen] = {}
    unreadable: str = Field("", exclude=True)


def read_manifest(results: Path) -> Manifest:
    """The manifest; an empty one, with words why, if it is damaged or of an older kit: then nothing counts as run."""
    try:
        text = (results / MANIFEST).read_bytes()
    except OSError:
        return Manifest()
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        return Manifest(unreadable=_why_unreadable(text))


def _why_unreadable(text: bytes) -> str:
    try:
        found = json.loads(text).get("format")
    except (ValueError, AttributeError):
        found = FORMAT
    if found == FORMAT:
        return f"results/{MANIFEST} is damaged, so no step counts as run"
    return f"results/{MANIFEST} was written by another version of the kit, so no step counts as run"


def outputs_hash(result: Result) -> str:
    """A hash of what later steps can see of a result: its tables, and which judgements it rests on provisionally."""
    seen = {name: table.sha256 for name, table in result.tables.items()}
    return sha256(json.dumps([seen, sorted(result.provisional)], sort_keys=True).encode()).hexdigest()


def table_parts(results: Path) -> dict[str, str]:
    """The tables that the intake made, as parts that a step may rest on; none before the first run or if damaged."""
    try:
        entries = read_tables_manifest(results / "tables").tables
    except RunError:
        return {}
    return {OF_TABLE + name: entry.sha256 for name, entry in entries.items()}


def finished_steps(results: Path) -> dict[str, Result]:
    """The results that stand and belong together. The one place that says so.

    Of a step of this kit, done in the manifest, unchanged since, made of today's tables, and of earlier results that
    stand themselves. What else a step rests on is compared by the runner, which marks it in the manifest.
    """
    tables, standing = table_parts(results), {}
    runs = read_manifest(results).steps
    for step_id in [name for name in BY_ID if name in runs and runs[name].state == "done"]:
        run, path = runs[step_id], results / step_id / RESULT
        of_tables = {part: value for part, value in run.rests_on.items() if part.startswith(OF_TABLE)}
        if any(tables.get(part, ABSENT) != value for part, value in of_tables.items()):
            continue
        if path.is_file() and file_hash(path) == run.result_sha256:
            result = read_result(results, step_id)
            of_results = {part: value for part, value in run.rests_on.items() if part.startswith(OF_RESULT)}
            if of_results == {part: _outputs(standing, part) for part in of_results}:
                standing[step_id] = result
    return standing


def _outputs(standing: dict[str, Result], part: str) -> str:
    result = standing.get(part.removeprefix(OF_RESULT))
    return outputs_hash(result) if result else ABSENT
