"""One command for one client: take in the data, run the steps in order, make the report; each only if it is due.

What is due is decided by what it rests on (`helpers.run.freshness`), and every rerun and every skip says why. What
fails stops only what reads it. Nothing that stood before is replaced until its successor is complete.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import __version__
from helpers.client.folder import Client, open_client
from helpers.client.results import (
    INTERACTIVE,
    RESULT,
    Made,
    StepRun,
    finished_steps,
    read_manifest,
    read_result,
)
from helpers.client.tables_manifest import read_tables_manifest
from helpers.errors import RunError, WorkbookError, listed
from helpers.judgements import require_decisions
from helpers.run.beforehand import check_before
from helpers.run.freshness import Parts, changes
from helpers.run.lock import only_run
from helpers.run.parameters import read_settings
from helpers.run.progress import Lines, Progress, Say
from helpers.run.standing import NO_CHANGE, TABLES, Standing
from helpers.run.store import recover, write_manifest
from helpers.steps import Step, built_steps, find_step

if TYPE_CHECKING:
    from helpers.run.ahead import Ahead

NEVER = "it had not been made before"
AGAIN = {
    "failed": "its last run failed",
    "interrupted": "its last run was interrupted",
    "blocked": "it was blocked before",
}
AS_ASKED = "made anew, as asked"


@dataclass
class Outcome:
    """How a run of one client (as read at its start) ended: its report, and which steps did not get there and why.

    `ran` are the steps that were executed, each with why; `changed` says in words what changed while the run was on.
    `version` is the one that says what this run said, where there is one.
    """

    client: Client
    report: Path | None = None
    failed: dict[str, str] = field(default_factory=dict)
    provisional: list[str] = field(default_factory=list)
    ran: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    version: str = ""


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
    fresh: bool = False,
    say: Say = print,
    progress: Progress | None = None,
) -> Outcome:
    """Run the steps of one client that are due, and write its report for an audience.

    Parameters
    ----------
    fresh : bool
        Read, run and draw all that is chosen, whether something has changed or not.
    progress : Progress, optional
        Told instead of `say` what is done.

    Raises
    ------
    WorkbookError
        Before anything is changed: client.yaml, a table, a decision or a parameter cannot be used. A step that fails
        later is told in the outcome.
    """
    from helpers.show.audience import audience_for

    client = open_client(folder)
    audience_for(audience, client.currency, {})  # a name that nobody knows must not be found out after the steps
    steps, set_now = chosen_steps(only), read_settings(settings)
    check_before(client, built_steps(), set_now)
    results = client.results_folder
    with only_run(results):
        recover(results, client.report_folder)
        if mode == "final":
            require_decisions(client.folder, steps, finished_steps(results))
        wanted = {step.id: set_now.get(step.id, {}) for step in steps}
        manifest = read_manifest(results)
        standing = Standing(client, manifest, mode, wanted, trust=not fresh)
        with Run(standing, audience, fresh, progress or Lines(say)) as run:
            run.take_in()
            run.mark()
            for place, step in enumerate(steps):
                run.step(step, steps[place + 1 :])
            run.mark()
            run.draw(audience)
            run.look_back()
            if mode == "final":
                run.freeze(audience)
    run.outcome.provisional = sorted({name for result in run.now.results.values() for name in result.provisional})
    return run.outcome


class Run:
    """A run of one client that is on: what stands so far, and what it has to tell."""

    def __init__(self, now: Standing, audience: str, fresh: bool, progress: Progress) -> None:
        self.now, self.fresh, self.progress, self.outcome = now, fresh, progress, Outcome(now.client)
        self.client, self.manifest = now.client, now.manifest
        self.results = now.client.results_folder
        self.read: Parts = {}
        self._audience = audience
        self._ahead: Ahead | None = None

    @property
    def ahead(self) -> Ahead:
        """What is made ready while something else runs; where nothing is due, nobody asks for it."""
        from helpers.run.ahead import Ahead

        if self._ahead is None:
            self._ahead = Ahead(self.client, self._audience)
        return self._ahead

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *error: object) -> None:
        if self._ahead is not None:
            self._ahead.close()

    # ---- the tables ----------------------------------------------------------------------------------------------

    def take_in(self) -> None:
        """Read the delivered files, unless nothing that the tables rest on has changed."""
        if self.manifest.unreadable:
            self.progress.note(f"{self.manifest.unreadable}.")
        self.read = self.now.tables_rest_on()
        why = self._why(self.manifest.tables, self.read, TABLES)
        if why is None:
            self.now.tables = read_tables_manifest(self.client.tables_folder)
            self.progress.left("Data", NO_CHANGE)
        else:
            self._read_tables(why)
        strangers = self._leave_out_strangers()
        for run in self.manifest.steps.values():
            if run.state == "running":  # its run holds the client no longer
                run.state, run.reason = "interrupted", "the run ended while this step was on; run it again."
        if why is not None or strangers:
            self._write()

    def _read_tables(self, why: str) -> None:
        self.progress.begin("Data")
        started = time.perf_counter()
        self.ahead.spare.prepare()
        from helpers.run.attempt import read_tables  # takes a while to load, and so does the kernel

        self.now.tables, artefacts = read_tables(self.client, self._refuse_moving)
        seconds = time.perf_counter() - started
        self.manifest.tables = _made(self.read, why, artefacts, seconds)
        for name in artefacts:
            self.now.files.remember(f"{TABLES}/{name}", artefacts[name])
        delivered = [name for name, entry in self.now.tables.tables.items() if entry.kind == "delivered"]
        self.progress.end("Data", seconds, "; ".join([", ".join(delivered), *_reason(why)]))

    def _refuse_moving(self) -> None:
        """What is read while somebody writes it may be half of one delivery and half of another."""
        if moved := changes(self.read, Standing(self.client, self.manifest).tables_rest_on()):
            raise RunError(
                f"{listed(moved)} while it was being read. Wait until the delivery is complete, then run again."
            )

    def _leave_out_strangers(self) -> list[str]:
        """Take steps out of the manifest that another kit has run: renamed, removed, or not built in this one."""
        known = {step.id for step in built_steps()}
        strangers = [name for name in self.manifest.steps if name not in known]
        for step_id in strangers:
            del self.manifest.steps[step_id]
            self.progress.note(
                f"{step_id} is no step of this kit any more: its result is left out; its folder in results may go."
            )
        return strangers

    # ---- the steps -----------------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Work out what stands: a step that rests on something else than it did is outdated until it is run again."""
        before = {name: run.model_copy() for name, run in self.manifest.steps.items()}
        for step_id, moved in self.now.look(built_steps()).items():
            run = self.manifest.steps[step_id]
            run.state, run.reason = (
                ("outdated", f"since then {listed(moved)}; run it again.") if moved else ("done", "")
            )
        if self.manifest.steps != before:
            self._write()

    def step(self, step: Step, later: Iterable[Step] = ()) -> None:
        """Run one step if it is due, and keep how that ended; `later` are those that come after it."""
        name = f"{step.number} {step.title}"
        missing = [need for need in step.needs if need not in self.now.results]
        if missing:
            reason = f"it reads {', '.join(missing)}, which did not finish."
            self._keep(step, self._attempted(step, "blocked", reason=reason))
            self.progress.left(name, f"blocked: {reason}")
            return
        rests_on = self.now.step_rests_on(step)
        why = self._why_run(step, rests_on)
        if why is None:
            self._keep(step, self.manifest.steps[step.id].model_copy(update={"state": "done", "reason": ""}))
            self.progress.left(name, NO_CHANGE)
            return
        self.progress.begin(name)
        self.now.results.pop(step.id, None)
        self.ahead.spare.wanted = any(self._why_run(one, self.now.step_rests_on(one)) for one in later)
        before = self.manifest.steps.get(step.id, Made()).artefacts
        self._keep(step, self._attempted(step, "running", why))
        started = time.perf_counter()
        try:
            run = self._attempt(step, rests_on, why)
        except BaseException:
            self._keep(step, self._attempted(step, "interrupted", why, "the run was stopped while this step was on."))
            raise
        run.seconds, run.finished = round(time.perf_counter() - started, 1), _now()
        self.outcome.ran[step.id] = why
        self._keep(step, run)
        if run.state == "done" and (self.fresh or run.artefacts != before):
            self.ahead.draw(self.now.results)  # the pages will be due
        words = _reason(why) if run.state == "done" else [f"{run.state}: {run.reason}"]
        self.progress.end(name, run.seconds, *words)

    def _attempt(self, step: Step, rests_on: Parts, why: str) -> StepRun:
        from helpers.run.attempt import execute_step, unforeseen

        try:
            artefacts, remarks = execute_step(
                self.client, step, self.now.changed_parameters(step), self.now.mode, self.ahead.spare
            )
        except WorkbookError as error:
            return self._attempted(step, "failed", why, str(error))
        except Exception as error:  # whatever it is, it is of this step and of no other
            return self._attempted(step, "failed", why, unforeseen(self.results, step, error))
        for remark in remarks:
            self.progress.note(f"{step.number}: {remark}")
        run = StepRun(state="done", why=why, rests_on=rests_on, artefacts=artefacts, result_sha256=artefacts[RESULT])
        after = self._rests_on_now(step)
        if moved := changes(rests_on, after):
            run.state, run.reason = "outdated", f"while it ran, {listed(moved)}; run it again."
            # nobody can tell which of the two it has read, so neither counts, should the first come back
            unsure = [part for part in {**rests_on, **after} if after.get(part) != rests_on.get(part)]
            run.rests_on = rests_on | dict.fromkeys(unsure, "unknown")
        return run

    def _attempted(self, step: Step, state: str, why: str = "", reason: str = "") -> StepRun:
        """How an attempt stands that has brought nothing: the rest of the entry speaks of the files that lie there."""
        before = self.manifest.steps.get(step.id) or StepRun(state=state)
        ended = {"state": state, "reason": reason}
        if state != "blocked":  # which is no attempt: when and why it was run the last time stays true
            ended |= {"why": why, "seconds": 0.0, "finished": _now()}
        return before.model_copy(update=ended)

    def _keep(self, step: Step, run: StepRun) -> None:
        """Note how a step stands: in the manifest, and what did not end well in the outcome."""
        if run.state in ("failed", "interrupted"):
            recover(self.results, self.client.report_folder)  # else the next manifest drops what it was to replace
        news = self.manifest.steps.get(step.id) != run
        self.manifest.steps[step.id] = run
        if run.state == "done":
            # what was published by hand in JupyterLab never counts, and gives way to the result that does
            shutil.rmtree(self.results / INTERACTIVE / step.id, ignore_errors=True)
            self.now.results[step.id] = read_result(self.results, step.id)
        elif run.state not in ("running", "interrupted"):
            self.outcome.failed[step.id] = run.reason
        if news:
            self._write()

    def _rests_on_now(self, step: Step) -> Parts:
        """What the step would rest on if it started now, with all files read anew."""
        try:
            client = open_client(self.client.folder)
            again = Standing(client, self.manifest, self.now.mode, self.now.settings)
            again.tables, again.results = self.now.tables, self.now.results
            return again.step_rests_on(step)
        except (WorkbookError, OSError):
            return self.now.step_rests_on(step) | {"client.yaml, its decisions or its notebook": "not readable"}

    def _why_run(self, step: Step, rests_on: Parts) -> str | None:
        run = self.manifest.steps.get(step.id, Made())
        state = getattr(run, "state", "done")
        if state not in ("done", "outdated") and not self.fresh:
            return AGAIN[state]
        return self._why(run, rests_on, f"results/{step.id}")

    def _why(self, made: Made, now: Parts, folder: str) -> str | None:
        """Why something has to be made, in words; None where it stands."""
        if not made.rests_on:
            return NEVER
        return AS_ASKED if self.fresh else self.now.moved(made, now, folder)

    # ---- the report ----------------------------------------------------------------------------------------------

    def draw(self, audience: str) -> None:
        """Draw the pages, unless nothing that they rest on has changed."""
        rests_on = self.now.report_rests_on()
        self.outcome.report = self.client.report_folder / audience / "index.html"
        why = self._why(self.manifest.reports.get(audience, Made()), rests_on, f"report/{audience}")
        if why is None:
            self.progress.left("Pages", NO_CHANGE)
            return
        from helpers.run.attempt import draw_report

        self.progress.begin("Pages")
        started = time.perf_counter()
        artefacts = draw_report(self.client, audience, self.now.unfinished, self._ahead and self._ahead.figures)
        seconds = time.perf_counter() - started
        self.manifest.reports[audience] = _made(rests_on, why, artefacts, seconds)
        self._write()
        self.progress.end("Pages", seconds, *_reason(why))

    # ---- the end -------------------------------------------------------------------------------------------------

    def look_back(self) -> None:
        """Say what was delivered while the run was on; the results are of what was there at its start."""
        try:
            client = open_client(self.client.folder)
            self.outcome.changed = changes(self.read, Standing(client, self.manifest).tables_rest_on())
        except (WorkbookError, OSError):
            self.outcome.changed = ["client.yaml or decisions/corrections.yaml changed and cannot be read now"]
        if self.outcome.changed:
            self.progress.note(
                f"While this ran, {listed(self.outcome.changed)}. The results are of what was there before: run again."
            )
        if self.now.files.news:
            write_manifest(self.results, self.manifest)

    def freeze(self, audience: str) -> None:
        """Freeze what stands as a version, unless something is not finished or changed while the run was on."""
        from helpers.run.freeze import freeze

        if not self.outcome.changed:
            frozen = freeze(self.now, audience)
            self.outcome.version = frozen.name
            self.progress.note(frozen.words)

    def _write(self) -> None:
        """Put the manifest in place; it tells of the last run that made something."""
        self.manifest.kit, self.manifest.mode, self.manifest.finished = __version__, self.now.mode, _now()
        write_manifest(self.results, self.manifest)
        self.now.files.news = False


def _made(rests_on: Parts, why: str, artefacts: dict[str, str], seconds: float) -> Made:
    return Made(rests_on=rests_on, why=why, artefacts=artefacts, seconds=round(seconds, 1), finished=_now())


def _reason(why: str) -> list[str]:
    """What to say beside a thing that was made: why again; nothing the first time."""
    return [] if why == NEVER else [why]


def _now() -> str:
    """The time for the manifest, the one place that holds a clock."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
