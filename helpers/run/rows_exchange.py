"""What `workbook decisions --export` and `--import` do: a table that people fill in goes out as a sheet and comes back.

What comes back is a decision like any other: who, why and when stand beside it, what does not hold is refused with all
its problems, and no row goes without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from helpers.answers import Rows
from helpers.client.decisions import FOLDER, Decision, read_decisions, write_decision
from helpers.client.folder import open_client
from helpers.client.result_model import DecisionUsed
from helpers.client.results import finished_steps, group_names
from helpers.client.rows_files import RowsRead, read_rows, same_cell, write_rows
from helpers.client.yaml_files import as_written
from helpers.errors import DecisionError, Problem, counted, listed, nearest, quoted, report_problems
from helpers.run.new import as_typed
from helpers.show.answer_words import GROUP_COLUMNS
from helpers.steps import STEPS, Choice, Step

LONGEST = 40  # characters of a cell in the list of changes
Table = Mapping[str, Mapping[str, Any]]


def export_rows(folder: Path, name: str, path: Path) -> str:
    """Write the table of a judgement to a new .xlsx or .csv: what was decided, else what is proposed, else no row.

    Parameters
    ----------
    name : str
        The judgement's id, such as 11.all.tactics.

    Returns
    -------
    str
        What was written, in one sentence.

    Raises
    ------
    DecisionError
        If it is no table that people fill in, or the file cannot be written as it should be.
    """
    step, choice, entry, used = _judgement(folder, name)
    value = _in_force(entry, used)
    write_rows(path, choice.name, choice.asks, value)
    state = "as it was decided" if entry is not None and entry.decided else "as it is proposed" if value else "empty"
    rows = counted(len(value), "row")
    called = f"python3 workbook.py decisions {as_typed(str(folder))}"
    back = f"{called} --import {name} {as_typed(str(path))} --by NAME --reason WHY"
    groups = _groups_named(folder) if any(column.name in GROUP_COLUMNS for column in choice.asks.columns) else ""
    return f"{name} is in {path.name}, {state}: {rows}. {groups}Fill it in, leave every heading in it, then: {back}"


def import_rows(
    folder: Path, name: str, path: Path, *, by: str, on: str, reason: str = "", replace: bool = False
) -> list[str]:
    """Decide a judgement by the table in a file; the file of decisions keeps its comments.

    Parameters
    ----------
    name : str
        The judgement's id.
    by, on : str
        Who decides it, and the day as year-month-day.
    reason : str
        Why; one that stands is kept where none is given.
    replace : bool
        Whether rows that the file lacks may go.

    Returns
    -------
    list of str
        What changed, row by row; that nothing did, where so. Then nothing is written.

    Raises
    ------
    DecisionError
        With all problems at once, each with its row and column: cells that cannot be read, answers that do not hold,
        rows that would go. Then nothing is written.
    """
    step, choice, entry, used = _judgement(folder, name)
    if choice.asks.sealed:
        raise DecisionError(f"{name} is sealed when it is answered, and is not imported. Answer it in the notebook.")
    read = read_rows(path, choice.name, choice.asks)
    before = _in_force(entry, used)
    value = _merged(before, read.rows, choice.asks)
    _refuse(choice, value, read, path)
    added, changed, removed = _differences(before, value, choice.asks)
    if removed and not replace:
        raise DecisionError(
            f"{path.name} lacks {counted(len(removed), 'row')} that {'stands' if len(removed) == 1 else 'stand'} in "
            f"{name}: {listed(removed, 20)}. Put them back, or say --replace if they are to go. Nothing was written."
        )
    decided = entry is not None and entry.decided
    if decided and not (added or changed or removed):
        return [f"{name} says the same as {path.name}; nothing was written."]
    why, who = reason.strip() or (entry.reason if decided else ""), by.strip()
    needed = {"--reason, in a sentence why": why, "--by, the name of who decides": who}
    lacking = [what for what, given in needed.items() if not given]
    if lacking:
        raise DecisionError(f"{name} needs {', and '.join(lacking)}. Nothing was written.")
    decision = Decision(
        id=name.partition(".")[2],
        value=value,
        proposed=used.proposed if used else None,
        reason=why,
        by=who,
        decided_on=_day(on),
        seen=(used.seen if used else {}) or (entry.seen if decided else {}),
    )
    write_decision(open_client(folder).folder, step, decision, expected=entry if decided else None)
    counts = f"{len(added)} added, {len(changed)} changed, {len(removed)} removed, {len(value)} in all"
    lines = [f"  + {key}" for key in added] + [f"  ~ {key}: {'; '.join(cells)}" for key, cells in changed.items()]
    lines += [f"  - {key}" for key in removed]
    return [f"{name} is decided by {path.name}: {counts}. It is written in {FOLDER}/{step.id}.yaml.", *lines]


def _judgement(folder: Path, name: str) -> tuple[Step, Choice, Decision | None, DecisionUsed | None]:
    """The step and the choice of an id, what stands decided, and how the last run used it."""
    number, _, rest = name.partition(".")
    scope, _, word = rest.partition(".")
    tables = [(step, choice) for step in STEPS for choice in step.decides if isinstance(choice.asks, Rows)]
    found = next((pair for pair in tables if (pair[0].number, pair[1].name) == (number, word)), None)
    known = [f"{step.number}.{choice.example}" for step, choice in tables]
    if found is None or found[1].per_group == (scope == "all") or not scope:
        others = [(step.id, step.number, choice.name) for step in STEPS for choice in step.decides]
        file = next((file for file, *rest in others if rest == [number, word] and found is None), None)
        hint = f"Answer it in its form, or in {FOLDER}/{file}.yaml." if file else nearest(name, known)
        raise DecisionError(f"{quoted(name)} is no table that people fill in. {hint}")
    step, choice = found
    client = open_client(folder)
    entry = read_decisions(client.folder, step).get(rest)
    result = finished_steps(client.results_folder).get(step.id)
    used = next((one for one in (result.decisions if result else []) if one.id == name), None)
    return step, choice, entry, used


def _groups_named(folder: Path) -> str:
    """How the groups are called in such a table, as a sentence; empty while no run has formed them."""
    results = open_client(folder).results_folder
    names = group_names(results, finished_steps(results))
    said = [f"{group} ({name})" for group, name in names.items()]
    return f"The groups: {listed(said, 12)}. " if said else ""


def _in_force(entry: Decision | None, used: DecisionUsed | None) -> dict[str, dict[str, Any]]:
    """The table that people decided, else the proposed one, else none."""
    value = entry.value if entry is not None and entry.decided else used.proposed if used is not None else None
    return {str(key): dict(row) for key, row in (value or {}).items()}


def _merged(before: Table, read: Table, asks: Rows) -> dict[str, dict[str, Any]]:
    """The table of the file; a cell that says what it said keeps the form it had, and rows keep their order."""
    order = [*(key for key in before if key in read), *(key for key in read if key not in before)]
    table = {}
    for key in order:
        old, new, row = before.get(key, {}), read[key], {}
        for column in asks.columns:
            same = same_cell(old.get(column.name), new.get(column.name), column)
            held = old if same else new
            if column.name in held:
                row[column.name] = held[column.name]
        table[key] = row
    return table


def _refuse(choice: Choice, value: Table, read: RowsRead, path: Path) -> None:
    """Stop at what a decision file would refuse, told by the row and column of the sheet."""
    problems = [
        Problem(read.where(wrong.at), _sentence(wrong.found), wrong.remedy) for wrong in choice.asks.wrong(value)
    ]
    if problems:
        raise DecisionError(report_problems(choice.name, path.name, problems) + "\nNothing was written.")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _differences(before: Table, after: Table, asks: Rows) -> tuple[list[str], dict[str, list[str]], list[str]]:
    """Rows that are new, those that changed with their cells, and those that are gone."""
    changed = {key: list(_cells(before[key], row, asks)) for key, row in after.items() if key in before}
    changed = {key: cells for key, cells in changed.items() if cells}
    return [key for key in after if key not in before], changed, [key for key in before if key not in after]


def _cells(old: Mapping[str, Any], new: Mapping[str, Any], asks: Rows) -> Iterator[str]:
    for column in asks.columns:
        was, now = old.get(column.name), new.get(column.name)
        if not same_cell(was, now, column):
            yield f"{column.name} {_short(was)} -> {_short(now)}"


def _short(value: Any) -> str:
    texts = [as_written(one) for one in value] if isinstance(value, (list, tuple)) else [as_written(value)]
    text = "(empty)" if value is None else " ".join("; ".join(texts).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _day(on: str) -> str:
    try:
        return date.fromisoformat(on).isoformat()
    except ValueError:
        raise DecisionError(f"--on: {quoted(on)} is not a date. Expected year-month-day such as 2026-11-23.") from None
