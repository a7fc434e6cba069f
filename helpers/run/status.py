"""What `workbook status` says of one client: what was received, run and decided, what has changed since, what is next.

It starts nothing and says only what files and their hashes prove. It changes nothing but the traces of a killed run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from helpers.client.corrections import read_corrections
from helpers.client.decisions import FOLDER as DECISIONS
from helpers.client.decisions import Decision, read_every_decision
from helpers.client.folder import Client, open_client
from helpers.client.result_model import Result
from helpers.client.results import Made, StepRun, read_manifest
from helpers.client.tables_manifest import MANIFEST as TABLES
from helpers.client.tables_manifest import TablesManifest, read_tables_manifest
from helpers.client.versions import missing_words, read_version, version_names
from helpers.errors import RunError, counted, listed
from helpers.run.explain import explain
from helpers.run.freshness import changes, delivered_files
from helpers.run.lock import Holder, heal, running
from helpers.run.new import as_typed
from helpers.run.standing import TABLES as RESULT_TABLES
from helpers.run.standing import Standing, not_as_left
from helpers.steps import Step, built_steps, find_step

NEW_LINE = "\n"


@dataclass(frozen=True)
class FileStatus:
    """The delivered files now: those that are not there, and in sentences what is another than the tables rest on."""

    missing: list[str]
    changed: list[str]


@dataclass(frozen=True)
class StepStatus:
    """A built step: done, running, outdated, failed, interrupted, blocked or never.

    `words` say when, how or why; `result` stands if it is done.
    """

    step: Step
    state: str
    words: str
    result: Result | None = None


@dataclass(frozen=True)
class JudgementStatus:
    """Decision ids such as 05.all.scope: made, open while nobody has decided, and stale (of those made) with why."""

    made: list[str]
    open: list[str]
    stale: dict[str, str]


@dataclass(frozen=True)
class Status:
    """All that is said of a client; `tables` is None before its first run, `reports` are the pages by audience.

    `older` are those of them that show something else than what stands; `why` is what --explain adds, line by line;
    `held` is the run that is on; `versions` are lines on what was frozen, with what is wrong with it.
    """

    client: Client
    tables: TablesManifest | None
    files: FileStatus
    steps: list[StepStatus]
    judgements: JudgementStatus
    reports: list[Path]
    older: list[Path]
    why: list[str]
    held: Holder | None = None
    versions: Sequence[str] = ()

    def lines(self, given: str) -> list[str]:
        """The status as text; `given` is how the user calls the folder."""
        return [
            *(self.client.name, *self._window(), *self._held(), "", "Tables", *self._tables()),
            *("", "Steps", *self._steps(), "", "Judgements", *self._judgements(), "", "Report"),
            *([self._report(path, given) for path in self.reports] or ["  none"]),
            *(["", "Versions", *self.versions] if self.versions else []),
            *(["", "Why", *self.why] if self.why else []),
            *("", f"Next: {self.next_thing(given)}"),
        ]

    def next_thing(self, given: str) -> str:
        """The one thing to do now, in the order in which one thing needs the other."""
        run = f"python3 workbook.py run {as_typed(given)}"
        if first := self._before_judgements(given):
            return first
        if self.judgements.stale:
            first = next(iter(self.judgements.stale))
            return f"look again at {first} in {_decision_file(first)}, then {run}"
        if self.judgements.open:
            first = self.judgements.open[0]
            return f"decide {first} in {_decision_file(first)}; {run} --final prints what to fill in"
        if any(one.result and one.result.mode != "final" for one in self.steps):
            return f"{run} --final"
        return f"read {self.reports[0].as_posix()}" if self.reports else run

    def next_judgement(self) -> str | None:
        """The judgement to make or to look at again, where that is the one thing to do now."""
        if self._before_judgements(""):
            return None
        return next(iter([*self.judgements.stale, *self.judgements.open]), None)

    def _before_judgements(self, given: str) -> str | None:
        """The one thing to do now, where the numbers that judgements rest on are not there or not of today."""
        check, run = (f"python3 workbook.py {command} {as_typed(given)}" for command in ("check", "run"))
        if self.held:
            return f"wait until the run that is on has ended; then python3 workbook.py status {as_typed(given)}"
        if self.files.missing:
            return f"put {listed(self.files.missing)} in place, or name another file in client.yaml; then {check}"
        if self.tables is None:
            return f"{check}, then {run}"
        if self.files.changed or any(one.state in ("outdated", "never", "interrupted") for one in self.steps):
            return run
        if failed := [one.step.number for one in self.steps if one.state == "failed"]:
            return f"mend what stopped {listed(failed)}, as said above, then {run}"
        return None

    def _report(self, path: Path, given: str) -> str:
        if path not in self.older:
            return f"  {path.as_posix()}"
        again = f"python3 workbook.py run {as_typed(given)} --audience {path.parent.name}"
        return f"  {path.as_posix()}, drawn of something else than what stands now; {again} draws it again"

    def _window(self) -> Iterator[str]:
        if self.tables:
            last = date.fromisoformat(self.tables.as_of) - timedelta(days=1)
            months = f"{self.tables.window_months} months, {self.tables.window_start} to {last}"
            yield f"  {months}; amounts in {self.client.currency}"

    def _held(self) -> list[str]:
        return [f"  a run is on: {self.held.words}"] if self.held else []

    def _tables(self) -> list[str]:
        news = [f"  {line}" for line in self.files.changed]
        if self.tables is None:
            return ["  no run has read the client's files yet", *news]
        rows = []
        for name, entry in self.tables.tables.items():
            if entry.kind == "delivered":
                received = sum(source.rows for source in entry.sources)
                kept = "" if entry.rows == received else f"{entry.rows:,} kept"
                rows.append((name, f"{received:,} rows", kept, listed([source.file for source in entry.sources], 12)))
        return [*_aligned(rows, right=1), *news]

    def _steps(self) -> list[str]:
        return _aligned([(f"{one.step.number} {one.step.title}", one.state, one.words) for one in self.steps])

    def _judgements(self) -> list[str]:
        made, is_open, stale = self.judgements.made, self.judgements.open, self.judgements.stale
        lines = [f"  {len(made):,} decided, {len(stale):,} of them stale; {len(is_open):,} open"]
        lines += [f"  stale: {name}: {why}" for name, why in stale.items()]
        return [*lines, f"  open: {listed(is_open, 12)}"] if is_open else lines


def client_status(folder: Path, *, explain_why: bool = False) -> Status:
    """Everything that can be told of a client from its files, without reading its tables.

    With `explain_why`, also why each thing was made last and whether the next run makes it again.

    Raises
    ------
    WorkbookError
        If client.yaml, a file under decisions/ or a derived file is damaged: with every fault of that file.
    """
    client = open_client(folder)
    read_corrections(client.folder)
    decided = read_every_decision(client.folder)
    heal(client.results_folder, client.report_folder)
    held, manifest = running(client.results_folder), read_manifest(client.results_folder)
    now = Standing(client, manifest)
    taken_in = (client.tables_folder / TABLES).is_file()
    now.tables = read_tables_manifest(client.tables_folder) if taken_in else None
    files = _files(now)
    moved = now.look(built_steps()) if taken_in else {}
    steps = [_step(now, step, files, moved, held) for step in built_steps()]
    reports = sorted(path.relative_to(client.folder) for path in client.report_folder.glob("[!.]*/index.html"))
    older = [path for path in reports if _older(now, path.parent.name)]
    why = explain(now, moved, files.changed) if explain_why else []
    judged = _judgements(steps, decided)
    return Status(client, now.tables, files, steps, judged, reports, older, why, held, list(_versions(client.folder)))


def _versions(folder: Path) -> Iterator[str]:
    """One line a version: of which day it is, or why it cannot be read."""
    for name in version_names(folder):
        try:
            facts = read_version(folder, name).facts
            decided = f", decided by {facts.decided_on}" if facts.decided_on else ""
            yield f"  {name}   as of {facts.as_of}{decided}; {counted(len(facts.steps), 'step')}"
        except RunError as error:
            yield f"  {name}   {error}"
    if missing := missing_words(folder):
        yield f"  {missing}"


def _files(now: Standing) -> FileStatus:
    """How the delivered files, and what client.yaml says of them, differ from what the tables were made of."""
    client, made = now.client, now.manifest.tables
    missing = [file for file in delivered_files(client) if not client.data_file(file).is_file()]
    absent = {f"file {file}": f"file {file} is not there" for file in missing}
    if now.tables is None or not made.rests_on:
        return FileStatus(missing, list(absent.values()))
    found = changes({part: value for part, value in made.rests_on.items() if part not in absent}, now.tables_rest_on())
    found = [*absent.values(), *found]
    if not found and not now.intact(RESULT_TABLES, made):
        found = [not_as_left(RESULT_TABLES)]
    return FileStatus(missing, found)


def _step(
    now: Standing, step: Step, files: FileStatus, moved: Mapping[str, list[str]], held: Holder | None
) -> StepStatus:
    """How the last run of a step ended, and what it rests on that is another now."""
    run = now.manifest.steps.get(step.id)
    if run is None:
        return StepStatus(step, "never", now.manifest.unreadable or "not run yet")
    if now.tables is None:
        return StepStatus(step, "outdated", f"{_when(run)} since then results/tables is gone")
    if run.state == "running" and held:
        return StepStatus(step, "running", "now")
    if run.state == "running":
        return StepStatus(step, "interrupted", "the run ended while this step was on")
    if run.state not in ("done", "outdated"):
        return StepStatus(step, run.state, f"{_when(run)} {run.reason.partition(NEW_LINE)[0]}")
    if moved[step.id] or files.changed:
        words = listed(moved[step.id] or ["the client's files changed"])
        return StepStatus(step, "outdated", f"{_when(run)} since then {words}")
    result = now.results[step.id]
    provisional = f", {len(result.provisional)} provisional" if result.provisional else ""
    return StepStatus(step, "done", f"{_when(run)} {result.mode}{provisional}", result)


def _older(now: Standing, audience: str) -> bool:
    """Whether the pages for an audience show something else than what stands now."""
    made = now.manifest.reports.get(audience, Made())
    return now.moved(made, now.report_rests_on(), f"report/{audience}") is not None


def _judgements(steps: Sequence[StepStatus], decided: Mapping[str, Mapping[str, Decision]]) -> JudgementStatus:
    """The judgements of the built steps.

    What a step asks for group by group, and what has gone stale, its result knows; so both are told while that stands.
    """
    made, is_open, stale = [], [], {}
    for one in steps:
        number, entries = one.step.number, decided.get(one.step.id, {})
        used = {decision.id: decision for decision in (one.result.decisions if one.result else [])}
        asked = [f"{number}.{choice.example}" for choice in one.step.decides if choice.always]
        closed = [f"{number}.{name}" for name, entry in entries.items() if entry.decided]
        made += closed
        is_open += [name for name in dict.fromkeys([*asked, *used]) if name not in closed]
        stale |= {name: "; ".join(use.moved) for name, use in used.items() if use.state == "stale" and name in closed}
    return JudgementStatus(made, is_open, stale)


def _decision_file(decision: str) -> str:
    return f"{DECISIONS}/{find_step(decision[:2]).id}.yaml"


def _when(run: StepRun) -> str:
    """When a run of a step ended, as day and time (UTC)."""
    return f"{run.finished[:10]} {run.finished[11:16]}"


def _aligned(rows: Sequence[tuple[str, ...]], right: int | None = None) -> list[str]:
    """Rows as lines with columns of one width; column `right` is set to the right, a column that is all blank goes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            text.rjust(width) if place == right else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
            if width
        ]
        lines.append(f"  {'   '.join(cells)}".rstrip())
    return lines
