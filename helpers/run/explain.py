"""What `status --explain` adds: of the tables, each step and each report, why it was made last, why the next run would
make it again or leave it, and what it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from helpers.client.results import Made, StepRun
from helpers.errors import listed
from helpers.run.freshness import Parts
from helpers.run.standing import NO_CHANGE, Standing
from helpers.steps import built_steps

WIDTH, LONGEST = 116, 30  # characters of a line, and of a value that is told
IN_CLIENT = " in client.yaml"
# parts of one kind are told together; the word in front of each of them in the manifest, and that in front of all
KINDS = {
    "file": "files", "table": "tables", "result of": "results of", "module": "modules", "parameter": "parameters",
    "decision": "decisions", "package": "packages", "state of": "states of", "words of": "words of",
}  # fmt: skip


def explain(now: Standing, moved: Mapping[str, list[str]], changed: list[str]) -> list[str]:
    """The lines of the explanation.

    Parameters
    ----------
    moved : mapping of step id to what has changed since it was done
        From `Standing.look`.
    changed : list of str
        What the tables rest on that is another now.
    """
    manifest = now.manifest
    again = f"read again: {listed(changed)}" if changed else _left()
    lines = _told("Data", manifest.tables, again if manifest.tables.rests_on else "read: no run has done so")
    for step in built_steps():
        run = manifest.steps.get(step.id, StepRun(state="outdated"))
        lines += _told(f"{step.number} {step.title}", run, _next(run, moved.get(step.id, []), changed))
    for audience, made in manifest.reports.items():
        why = now.moved(made, now.report_rests_on(), f"report/{audience}")
        lines += _told(f"Pages for {audience}", made, f"drawn again: {why}" if why else _left())
    return lines


def _next(run: StepRun, moved: list[str], changed: list[str]) -> str:
    if run.state not in ("done", "outdated"):
        return f"run again: its last run ended {run.state}"
    if not run.rests_on:
        return "run: it has not been done"
    waits = [words for words in moved if words.startswith("result of ")]
    if moved and len(waits) < len(moved):
        return f"run again: {listed([words for words in moved if words not in waits], 12)}"
    if waits:
        return f"run again only if what it reads comes out different: {listed(waits)}"
    return "run again only if one of its tables comes out different" if changed else _left()


def _left() -> str:
    return f"left as it is: {NO_CHANGE}"


def _told(title: str, made: Made, then: str) -> list[str]:
    last = f"{made.finished[:10]} {made.finished[11:16]}, because {made.why}" if made.finished and made.why else "never"
    lines = [f"  {title}", *_wrapped("last", last), *_wrapped("next", then)]
    return [*lines, *_wrapped("rests on", _grouped(made.rests_on))] if made.rests_on else lines


def _wrapped(label: str, text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=f"    {label + ':':<10}", subsequent_indent=" " * 14)


def _grouped(parts: Parts) -> str:
    """The parts in words, those of a kind together; values that are short enough are told."""
    groups: dict[str, list[str]] = {}
    for part, value in parts.items():
        before = next((word for word in KINDS if part.startswith(f"{word} ")), "")
        behind = IN_CLIENT if part.endswith(IN_CLIENT) else ""
        name = part.removeprefix(f"{before} ").removesuffix(behind)
        told = value[2:] if value.startswith("= ") and len(value) < LONGEST else ""
        groups.setdefault(KINDS.get(before) or behind, []).append(f"{name} ({told})" if told else name)
    several = [f"{kind} {', '.join(names)}" for kind, names in groups.items() if kind in KINDS.values()]
    said = [f"{', '.join(names)}{kind}" for kind, names in groups.items() if kind == IN_CLIENT]
    return "; ".join([*several, *said, *groups.get("", [])])
