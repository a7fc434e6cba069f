"""What `workbook decisions` does: list every judgement of a client with its state, and confirm one that stands.

The list is made from the decision files as they are now and from the results of the last run: what was decided after
that run shows as decided at once, and it is held against the numbers that the run said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from helpers.client.decisions import (
    FOLDER,
    Decision,
    is_stale,
    read_decisions,
    read_every_decision,
    write_decision,
)
from helpers.client.folder import open_client
from helpers.client.result_model import DecisionUsed, Result, Value
from helpers.client.results import finished_steps, read_manifest, read_result
from helpers.client.yaml_files import as_written
from helpers.errors import DecisionError, DecisionMissing, counted, listed, nearest, quoted
from helpers.run.freshness import changes
from helpers.run.standing import Standing, not_as_left
from helpers.run.status import client_status
from helpers.steps import Choice, Step, built_steps, find_step

LONGEST = 100  # characters of a value, a reason or a proposal in the list; the whole stands in the file
ORDER = ("decided", "stale", "proposed", "missing")


@dataclass(frozen=True)
class JudgementNow:
    """One judgement as it stands today. `used` is how the last run used it, None where no result of it stands.

    `id` is `<NN>.<group or all>.<name>`; `state` one of decided, stale, proposed, missing; `moved` what made it stale.
    """

    id: str
    step: Step
    choice: Choice
    state: str
    entry: Decision | None
    used: DecisionUsed | None
    moved: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id in the step's file, such as all.scope."""
        return self.id.partition(".")[2]

    @property
    def value(self) -> Any:
        """What is in force: what people decided, else what the rule proposes, else None."""
        if self.entry is not None and self.entry.decided:
            return self.entry.value
        return None if self.used is None else self.used.proposed

    def lines(self) -> Iterator[str]:
        """The judgement as lines of text: id, state and value, then who, when and why."""
        value = "" if self.value is None else f": {short(self.value)}"
        yield f"    {self.name:<24} {self.state}{value}"
        if self.entry is not None and self.entry.decided:
            yield f"{'':29}{self.entry.by}, {self.entry.decided_on}: {short(self.entry.reason)}"
        elif self.used is not None and self.used.because:
            yield f"{'':29}{short(self.used.because)}"
        elif self.used is None:
            yield f"{'':29}{short(self.choice.question)} What is proposed is known after a run."
        yield from (f"{'':29}{reason}" for reason in self.moved)


def judgements_now(folder: Path) -> list[JudgementNow]:
    """Every judgement of the built steps, in the order of the steps.

    What a step asks for group by group is known from its result, and from what stands in its file already.

    Raises
    ------
    WorkbookError
        If client.yaml, a file under decisions/ or a result is damaged: with every fault of that file.
    """
    client = open_client(folder)
    read_every_decision(client.folder)
    standing = finished_steps(client.results_folder)
    return [judgement for step in built_steps() for judgement in _of_step(client.folder, step, standing.get(step.id))]


def _of_step(folder: Path, step: Step, result: Result | None) -> Iterator[JudgementNow]:
    entries = read_decisions(folder, step)
    used = {one.id.partition(".")[2]: one for one in (result.decisions if result else [])}
    said = {
        f"{one.id}/{name}": value for one in (result.findings if result else []) for name, value in one.values.items()
    }
    asked = [choice.example for choice in step.decides if choice.always]
    for name in dict.fromkeys([*asked, *used, *entries]):
        choice = step.choice(name.partition(".")[2])
        entry, last = entries.get(name), used.get(name)
        state, moved = _state(entry, choice, last, said)
        yield JudgementNow(f"{step.number}.{name}", step, choice, state, entry, last, moved)


def _state(
    entry: Decision | None, choice: Choice, used: DecisionUsed | None, said: Mapping[str, Value]
) -> tuple[str, tuple[str, ...]]:
    """The state of a judgement today and, of a stale one, what moved."""
    if entry is None or not entry.decided:
        return ("proposed" if used is not None and used.proposed is not None else "missing"), ()
    if used is None:
        return "decided", ()  # no numbers stand that it could be held against
    moved = is_stale(entry, choice, said, used.options or None)
    return ("stale" if moved else "decided"), tuple(moved)


def judgement_lines(folder: Path) -> list[str]:
    """The list that the command prints: by step, then how many are in which state."""
    judgements = judgements_now(folder)
    lines: list[str] = []
    for step in dict.fromkeys(one.step for one in judgements):
        lines += [f"  {step.number} {step.title}"]
        lines += [line for one in judgements if one.step is step for line in one.lines()]
    counts = {state: sum(one.state == state for one in judgements) for state in ORDER}
    told = ", ".join(f"{counts[state]} {state}" for state in ORDER)
    return [*lines, f"{counted(len(judgements), 'judgement')}: {told}"]


def confirm(folder: Path, name: str, *, by: str, on: str, reason: str = "") -> str:
    """Accept a judgement as it stands: a stale one on today's numbers, or what the rule proposes.

    Parameters
    ----------
    name : str
        Its id, such as 05.all.scope.
    by, on : str
        Who confirms it, and the day as year-month-day.
    reason : str
        Why; what was written when it was decided stays where nothing is given.

    Returns
    -------
    str
        What was written, in one sentence.

    Raises
    ------
    DecisionError
        If there is no such judgement, no result that shows today's numbers (none, or an outdated one), nothing to
        confirm, or no reason.
    """
    judgements = judgements_now(folder)
    one = next((each for each in judgements if each.id == name), None)
    file = "" if one is None else f"{FOLDER}/{one.step.id}.yaml"
    if one is None:
        raise DecisionError(f"There is no judgement {quoted(name)}. {nearest(name, [each.id for each in judgements])}")
    if one.used is None:
        raise DecisionError(f"{name}: no result of {one.step.id} stands, so its numbers are not known. Run it first.")
    if since := _since(folder, one.step, judgements):
        raise DecisionError(
            f"{name}: {one.step.id} is outdated, since {listed(since)}. Today's numbers are known after a run: run the "
            "client first, then confirm."
        )
    if one.entry is not None and one.state == "decided":
        raise DecisionError(
            f"{name} stands as {one.entry.by} decided it on {one.entry.decided_on}; there is nothing to confirm. "
            f"To decide otherwise, change {file}."
        )
    if one.state == "missing":
        raise DecisionMissing(f"{name}: nothing is proposed, so there is nothing to confirm. Decide it in {file}.")
    kept = one.entry.reason if one.entry is not None else ""
    reason = reason.strip() or kept
    if not reason or not by.strip():
        absent = "--reason, in a sentence why" if by.strip() else "--by, the name of who confirms it"
        raise DecisionError(f"{name} needs {absent}.")
    try:
        date.fromisoformat(on)
    except ValueError:
        raise DecisionError(f"--on: {quoted(on)} is not a date. Expected year-month-day such as 2026-11-23.") from None
    decision = Decision(
        id=one.name,
        value=one.value,
        proposed=one.used.proposed,
        reason=reason,
        by=by.strip(),
        decided_on=on,
        seen=one.used.seen,
    )
    before = one.entry if one.entry is not None and one.entry.decided else None
    write_decision(open_client(folder).folder, find_step(one.step.id), decision, expected=before)
    return f"{name} is decided: {short(one.value)} ({by.strip()}, {on}). It is written in {file}."


def _since(folder: Path, step: Step, judgements: Sequence[JudgementNow]) -> list[str]:
    """What has changed since the last run that may move this step's numbers; empty where they are those of today.

    A decision that says what the last run worked with moves no number. So several judgements, of one step or of steps
    that need each other, can be confirmed one after the other without a run in between.
    """
    status = client_status(folder)
    if next(one.state for one in status.steps if one.step is step) != "outdated":
        return []
    if status.tables is None:
        return ["results/tables is gone"]
    if status.files.changed:
        return status.files.changed
    now = Standing(status.client, read_manifest(status.client.results_folder))
    now.tables = status.tables
    same = {f"decision {one.id}" for one in judgements if one.used is not None and one.value == one.used.value}
    for earlier in built_steps():
        run = now.manifest.steps.get(earlier.id)
        if run is None or run.state not in ("done", "outdated"):
            continue
        before, today = (_without(parts, {"mode", *same}) for parts in (run.rests_on, now.step_rests_on(earlier)))
        moved = changes(before, today)
        if not moved and not now.intact(f"results/{earlier.id}", run):
            moved = [not_as_left(f"results/{earlier.id}")]
        if earlier is step:
            return moved
        if not moved:
            now.results[earlier.id] = read_result(now.client.results_folder, earlier.id)
    return []


def _without(parts: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in parts.items() if name not in names}


def short(value: Any) -> str:
    """A value on one line, as it stands in the file, cut where it is long."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_text, value)) + "]"
    return " ".join(as_written(value).split())
