"""One command for one client: take in the data, run the steps in order, make the report.

What fails stops only what reads it. Nothing that stood before is replaced until its successor is complete.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import __version__
from helpers.client.corrections import read_corrections
from helpers.client.decisions import read_every_decision
from helpers.client.folder import Client, open_client
from helpers.client.intake import take_in
from helpers.client.results import (
    RESULT,
    Manifest,
    StepRun,
    finished_steps,
    read_manifest,
    read_published,
    read_result,
)
from helpers.client.schema import schema
from helpers.client.step_inputs import inputs_hash_now, notebook_of
from helpers.client.tables import file_hash, read_table
from helpers.errors import CheckFailed, RunError, WorkbookError
from helpers.judgements import require_decisions
from helpers.report.pages import make_report
from helpers.run.kernels import kernel_environment
from helpers.run.notebook import run_notebook
from helpers.run.parameters import read_settings, step_parameters
from helpers.run.store import only_run, recover, replacing, write_manifest
from helpers.show.audience import audience_for
from helpers.step import INTERACTIVE, MODE, NOTEBOOK, OUTPUT
from helpers.steps import Step, built_steps, find_step

Say = Callable[[str], None]


@dataclass
class Outcome:
    """How a run of one client ended: where its report lies, and which steps did not get there and why."""

    report: Path | None = None
    failed: dict[str, str] = field(default_factory=dict)
    provisional: list[str] = field(default_factory=list)


def chosen_steps(only: Iterable[str]) -> list[Step]:
    """The built steps that `--only` names: numbers, ids, or ranges such as 05-09; all of them when it names none."""
    only, built, wanted = list(only), built_steps(), set()
    known = f"Built: {', '.join(step.id for step in built)}."
    for word in only:
        first, dash, last = word.partition("-")
        if dash and first.isdigit() and last.isdigit():
            wanted |= {step.id for step in built if int(first) <= int(step.number) <= int(last)}
        else:
            step = find_step(word)
            if not step.built:
                raise RunError(f"{step.id} is not built yet. {known}")
            wanted.add(step.id)
    if only and not wanted:
        raise RunError(f"--only {' '.join(only)} names no step that is built. {known}")
    return [step for step in built if step.id in wanted or not only]


def run_client(
    folder: Path,
    *,
    only: Iterable[str] = (),
    mode: str = "draft",
    audience: str = "working",
    settings: Iterable[str] = (),
    say: Say = print,
) -> Outcome:
    """Run the steps of one client and write its report for an audience.

    Raises
    ------
    WorkbookError
        Before anything is changed: client.yaml, a table, a decision or a parameter cannot be used. A step that fails
        later is told in the outcome.
    """
    client = open_client(folder)
    audience_for(audience, client.currency, {})  # a name that nobody knows must not be found out after the steps
    steps = chosen_steps(only)
    parameters = check_before(client, steps, read_settings(settings))
    results = client.results_folder
    with only_run(results):
        for parent in (results, client.report_folder):
            recover(parent)
        if mode == "final":
            require_decisions(client.folder, steps, finished_steps(results))
        manifest = _take_in(client, mode, say)
        outcome = Outcome()
        for step in steps:
            _run_step(client, step, parameters[step.id], manifest, outcome, say)
        outcome.report = _report(client, audience, manifest)
        standing = finished_steps(results)
    outcome.provisional = sorted({decision for result in standing.values() for decision in result.provisional})
    return outcome


def check_before(
    client: Client, steps: Iterable[Step], settings: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, dict[str, Any]]:
    """Everything that can be known to be wrong before any work: corrections, decisions, parameters of each step."""
    read_corrections(client.folder)
    read_every_decision(client.folder)
    return {
        step.id: step_parameters(step, notebook_of(client, step), client.config.parameters, settings or {})
        for step in steps
    }


def _take_in(client: Client, mode: str, say: Say) -> Manifest:
    """Read the client's tables into results/tables; what was there stays until the new ones are complete and right."""
    started = time.perf_counter()
    with replacing(client.tables_folder) as fresh:
        received = take_in(client, fresh)
    delivered = [name for name, entry in received.tables.items() if entry.kind == "delivered"]
    say(f"  {'Data':<26} {time.perf_counter() - started:5.1f} s  {', '.join(delivered)}")
    manifest = read_manifest(client.results_folder)
    manifest.kit, manifest.mode, manifest.started = __version__, mode, _now()
    manifest.tables_sha256 = file_hash(client.tables_folder / "tables.json")
    _leave_out_strangers(manifest, say)
    for step_id, run in manifest.steps.items():
        if run.state == "done" and run.inputs_sha256 != inputs_hash_now(client, find_step(step_id)):
            run.state, run.reason = "outdated", "its decisions or its notebook have changed since; run it again."
    write_manifest(client.results_folder, manifest)
    return manifest


def _leave_out_strangers(manifest: Manifest, say: Say) -> None:
    """Take steps out of the manifest that another kit has run: renamed since, removed, or not built in this one."""
    known = {step.id for step in built_steps()}
    for step_id in [name for name in manifest.steps if name not in known]:
        del manifest.steps[step_id]
        say(f"  {step_id} is no step of this kit any more: its result is left out; its folder in results may go.")


def _run_step(
    client: Client, step: Step, parameters: dict[str, Any], manifest: Manifest, outcome: Outcome, say: Say
) -> None:
    started = time.perf_counter()
    missing = [need for need in step.needs if need not in finished_steps(client.results_folder)]
    if missing:
        run = StepRun(state="blocked", reason=f"it reads {', '.join(missing)}, which did not finish.")
    else:
        try:
            target = _execute(client, step, parameters, manifest.mode)
            run = StepRun(state="done", result_sha256=file_hash(target / RESULT))
        except WorkbookError as error:
            run = StepRun(state="failed", reason=str(error))
    run.seconds, run.finished = round(time.perf_counter() - started, 1), _now()
    run.tables_sha256, run.inputs_sha256 = manifest.tables_sha256, inputs_hash_now(client, step)
    manifest.steps[step.id] = run
    manifest.finished = _now()
    write_manifest(client.results_folder, manifest)
    name = f"{step.number} {step.title}"
    if run.state == "done":
        say(f"  {name:<26} {run.seconds:5.1f} s")
    else:
        outcome.failed[step.id] = run.reason
        say(f"  {name:<26} {run.seconds:5.1f} s  {run.state}: {run.reason}")


def _execute(client: Client, step: Step, parameters: dict[str, Any], mode: str) -> Path:
    """Run the step's notebook into a staged folder and, when it is right, put it in the place of the last one."""
    target = client.results_folder / step.id
    logs = client.results_folder / "logs"
    logs.mkdir(exist_ok=True)
    log = logs / f"{step.id}.txt"
    log.unlink(missing_ok=True)
    with replacing(target) as fresh:
        notebook = notebook_of(client, step)
        told = {OUTPUT: str(fresh), MODE: mode, NOTEBOOK: str(notebook)}
        run_notebook(
            notebook,
            fresh,
            client_folder=client.folder,
            parameters=parameters,
            environment=kernel_environment(_state_folder(), told),
            log=log,
        )
        broken = [check for check in read_result(fresh.parent, fresh.name).checks if check.verdict == "fail"]
        if broken:
            told = " ".join(f"{check.sentence} Found {check.found}, expected {check.expected}." for check in broken)
            raise CheckFailed(f"a check does not hold. {told}")
    # A result published by hand in JupyterLab is older than the one just made.
    shutil.rmtree(client.results_folder / INTERACTIVE / step.id, ignore_errors=True)
    return target


def _report(client: Client, audience: str, manifest: Manifest) -> Path:
    """Make all pages anew from the results that stand."""
    results = client.results_folder
    target = client.report_folder / audience
    failed = {step_id: run.reason.partition("\n")[0] for step_id, run in manifest.steps.items() if run.state != "done"}
    with replacing(target) as fresh:
        make_report(
            client,
            finished_steps(results),
            failed,
            audience,
            fresh,
            table=lambda step_id, name: read_published(results, step_id, name),
            input_table=lambda name: _input_table(client, name),
        )
    return target / "index.html"


def _input_table(client: Client, name: str) -> pd.DataFrame | None:
    """A delivered table or a summary, for the preview on a working page."""
    path = client.tables_folder / f"{name}.parquet"
    return read_table(path, schema(name)) if path.is_file() else None


def _state_folder() -> Path:
    """Where Jupyter, IPython and Matplotlib may keep what they want to keep: inside the environment if it allows."""
    inside = Path(sys.prefix) / "workbook-state"
    try:
        inside.mkdir(exist_ok=True)
        return inside
    except OSError:
        return Path(tempfile.gettempdir()) / "workbook-state"


def _now() -> str:
    """The time for the manifest, the one place that holds a clock."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
