"""What `workbook status` says of one client: what was received, run and decided, what has changed since, what is next.

It reads only, starts nothing, and says only what files and their hashes prove. Whether a change of client.yaml or of
decisions/corrections.yaml moves a number, it cannot tell; `run` reads everything anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from helpers.client.corrections import read_corrections
from helpers.client.decisions import FOLDER as DECISIONS
from helpers.client.decisions import Decision, read_every_decision
from helpers.client.folder import Client, open_client
from helpers.client.result_model import Result
from helpers.client.results import MANIFEST as RESULTS
from helpers.client.results import RESULT, Manifest, StepRun, read_manifest, read_result
from helpers.client.step_inputs import code_hash, decisions_hash, inputs_hash, notebook_of
from helpers.client.tables import file_hash
from helpers.client.tables_manifest import MANIFEST, TablesManifest, read_tables_manifest
from helpers.errors import listed
from helpers.run.new import as_typed
from helpers.steps import Step, built_steps, find_step

LARGEST = 50_000_000  # bytes of a file that is compared: hashing this many takes a tenth of a second


@dataclass(frozen=True)
class FileStatus:
    """The delivered files now: those that are not there, and in sentences what is new and what was not compared."""

    missing: list[str]
    changed: list[str]
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StepStatus:
    """A built step: done, outdated, failed, blocked or never; `words` say when, how or why. `result` stands if done."""

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

    `older` are those of them that were drawn before the last results.
    """

    client: Client
    tables: TablesManifest | None
    files: FileStatus
    steps: list[StepStatus]
    judgements: JudgementStatus
    reports: list[Path]
    older: list[Path]

    def lines(self, given: str) -> list[str]:
        """The status as text; `given` is how the user calls the folder."""
        return [
            *(self.client.name, *self._window(), "", "Tables", *self._tables()),
            *("", "Steps", *self._steps(), "", "Judgements", *self._judgements(), "", "Report"),
            *([self._report(path, given) for path in self.reports] or ["  none"]),
            *("", f"Next: {self.next_thing(given)}"),
        ]

    def next_thing(self, given: str) -> str:
        """The one thing to do now, in the order in which one thing needs the other."""
        check, run = (f"workbook {command} {as_typed(given)}" for command in ("check", "run"))
        if self.files.missing:
            return f"put {listed(self.files.missing)} in place, or name another file in client.yaml; then {check}"
        if self.tables is None:
            return f"{check}, then {run}"
        if self.files.changed or any(one.state in ("outdated", "never") for one in self.steps):
            return run
        if failed := [one.step.number for one in self.steps if one.state == "failed"]:
            return f"mend what stopped {listed(failed)}, as said above, then {run}"
        if self.judgements.stale:
            first = next(iter(self.judgements.stale))
            return f"look again at {first} in {_decision_file(first)}, then {run}"
        if self.judgements.open:
            first = self.judgements.open[0]
            return f"decide {first} in {_decision_file(first)}; {run} --final prints what to fill in"
        if any(one.result and one.result.mode != "final" for one in self.steps):
            return f"{run} --final"
        return f"read {self.reports[0].as_posix()}" if self.reports else run

    def _report(self, path: Path, given: str) -> str:
        if path not in self.older:
            return f"  {path.as_posix()}"
        again = f"workbook run {as_typed(given)} --audience {path.parent.name}"
        return f"  {path.as_posix()}, drawn before the last results; {again} draws it again"

    def _window(self) -> Iterator[str]:
        if self.tables:
            last = date.fromisoformat(self.tables.as_of) - timedelta(days=1)
            months = f"{self.tables.window_months} months, {self.tables.window_start} to {last}"
            yield f"  {months}; amounts in {self.client.currency}"

    def _tables(self) -> list[str]:
        news = [f"  {line}" for line in (*self.files.changed, *self.files.unknown)]
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


def client_status(folder: Path) -> Status:
    """Everything that can be told of a client from its files, without reading its tables.

    Raises
    ------
    WorkbookError
        If client.yaml, a file under decisions/ or a derived file is damaged: with every fault of that file.
    """
    client = open_client(folder)
    read_corrections(client.folder)
    decided = read_every_decision(client.folder)
    taken_in = (client.tables_folder / MANIFEST).is_file()
    tables = read_tables_manifest(client.tables_folder) if taken_in else None
    files = _files(client, tables)
    manifest = read_manifest(client.results_folder)
    steps = [_touched(_step(client, step, manifest), files) for step in built_steps()]
    reports = sorted(path.relative_to(client.folder) for path in client.report_folder.glob("[!.]*/index.html"))
    written = (client.results_folder / RESULTS).stat().st_mtime_ns if (client.results_folder / RESULTS).is_file() else 0
    older = [path for path in reports if (client.folder / path).stat().st_mtime_ns < written]
    return Status(client, tables, files, steps, _judgements(steps, decided), reports, older)


def _files(client: Client, tables: TablesManifest | None) -> FileStatus:
    """How the delivered files, and what client.yaml says of them, differ from what the tables were made of."""
    named = {name: config.every_file for name, config in client.config.tables.items()}
    every = list(dict.fromkeys(file for files in named.values() for file in files))
    missing = [file for file in every if not client.data_file(file).is_file()]
    changed = [f"{file} is not there" for file in missing]
    if tables is None:
        return FileStatus(missing, changed)
    if client.config.as_of not in (None, tables.as_of):
        changed.append(f"client.yaml says as_of {client.config.as_of}; the tables were made as of {tables.as_of}")
    read = {name: entry.sources for name, entry in tables.tables.items() if entry.kind == "delivered"}
    changed += [f"{name} stands in client.yaml and has not been read" for name in named if name not in read]
    changed += [f"{name} was read and stands no longer in client.yaml" for name in read if name not in named]
    for name in [name for name in read if name in named]:
        if named[name] != [source.file for source in read[name]]:
            changed.append(f"{name} is made of other files than client.yaml names now")
    there = {one.file: one.sha256 for sources in read.values() for one in sources if one.file in every}
    paths = {file: client.data_file(file) for file in there if file not in missing}
    large = [file for file, path in paths.items() if path.stat().st_size > LARGEST]
    compared = [file for file in paths if file not in large]
    changed += [f"{file} has changed since" for file in compared if file_hash(paths[file]) != there[file]]
    unknown = [f"{file} is larger than {LARGEST // 1_000_000} MB and was not compared" for file in large]
    return FileStatus(missing, changed, unknown)


def _step(client: Client, step: Step, manifest: Manifest) -> StepStatus:
    """How the last run of a step ended, and whether what it read besides the delivered files is still the same."""
    run = manifest.steps.get(step.id)
    if run is None:
        return StepStatus(step, "never", "not run yet")
    first_line = run.reason.partition("\n")[0]
    if run.state != "done":
        return StepStatus(step, run.state, f"{_when(run)} {first_line}")
    path = client.results_folder / step.id / RESULT
    if not path.is_file() or file_hash(path) != run.result_sha256:
        return StepStatus(step, "outdated", f"{_when(run)} its result is not there any more as the run left it")
    result = read_result(client.results_folder, step.id)
    reasons = _outdated(client, step, run, result, manifest)
    if reasons:
        return StepStatus(step, "outdated", f"{_when(run)} since then {listed(reasons)} changed")
    provisional = f", {len(result.provisional)} provisional" if result.provisional else ""
    return StepStatus(step, "done", f"{_when(run)} {result.mode}{provisional}", result)


def _outdated(client: Client, step: Step, run: StepRun, result: Result, manifest: Manifest) -> list[str]:
    """What a result rests on that is another now."""
    tables = client.tables_folder / MANIFEST
    now = file_hash(tables) if tables.is_file() else manifest.tables_sha256
    reasons = ["the tables"] if run.tables_sha256 != now else []
    if code_hash(notebook_of(client, step)) != result.notebook.sha256:
        reasons.append("its notebook")
    if inputs_hash(decisions_hash(client, step), result.notebook.sha256) != run.inputs_sha256:
        reasons.append("its decisions")
    return reasons


def _touched(one: StepStatus, files: FileStatus) -> StepStatus:
    """A step that stands, until a delivered file changes: its next run reads other tables."""
    if one.state != "done" or not files.changed:
        return one
    return StepStatus(one.step, "outdated", f"{one.words}; since then the client's files changed")


def _judgements(steps: Sequence[StepStatus], decided: Mapping[str, Mapping[str, Decision]]) -> JudgementStatus:
    """The judgements of the built steps.

    What a step asks for group by group, and what has gone stale, its result knows; so both are told while that stands.
    """
    made, is_open, stale = [], [], {}
    for one in steps:
        number, entries = one.step.number, decided.get(one.step.id, {})
        used = {decision.id: decision for decision in (one.result.decisions if one.result else [])}
        asked = [f"{number}.{choice.example}" for choice in one.step.decides if not choice.per_group]
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
