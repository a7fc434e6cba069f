"""What `workbook compare` does: read two versions, or one and what stands today, and tell in lines what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.client.folder import Client, open_client
from helpers.client.result_model import Value
from helpers.client.results import finished_steps, read_manifest, read_published
from helpers.client.tables_manifest import read_tables_manifest
from helpers.client.versions import Version, missing_words, read_version
from helpers.errors import RunError, counted, listed
from helpers.report.answer_difference import apart, differences, part
from helpers.report.compare_page import compare_html
from helpers.report.compared import Comparison, DecisionMoved, NumberMoved, Sorting
from helpers.run.comparison import Side, comparison
from helpers.run.store import NEW, told
from helpers.show.audience import Audience, audience_for
from helpers.show.sentences import format_value
from helpers.steps import find_step

TODAY = "today"
MOST = 12  # parts of an answer that differ, in the terminal; the whole stands in the decision files
HOWS = {"share": "pct1", "points": "points", "money": "money", "count": "count", "number": "number"}


def compare_versions(folder: Path, before: str, after: str = TODAY, audience: str = "working") -> Comparison:
    """Hold a version against another, or against what stands today.

    Raises
    ------
    RunError
        If a version is not there or not as it was frozen, or nothing stands today.
    StepInputError
        If there is no such audience.
    """
    client = open_client(folder)
    reader = audience_for(audience, client.currency, {})
    return comparison(*(_side(client, name) for name in (before, after)), reader)


def told_and_shown(folder: Path, compared: Comparison) -> Iterator[str]:
    """What `compare` prints; at its end the page, which is written then, and before it which versions are gone."""
    client = open_client(folder)
    yield from comparison_lines(compared, client.name, client.currency)
    if missing := missing_words(client.folder):
        yield from ("", missing)
    yield from ("", f"Page: {write_comparison(folder, compared)}")


def write_comparison(folder: Path, compared: Comparison) -> Path:
    """The comparison as a page in the client's report/, beside the folders of the reports; gives its path.

    Raises
    ------
    RunError
        If the folder cannot be written.
    """
    client = open_client(folder)
    whom = "" if compared.audience == "working" else f"_{compared.audience}"
    file = f"compare_{compared.before['name']}_{compared.after['name']}{whom}.html"
    page = compare_html(compared, client.name, client.currency, file)
    with told(client.report_folder):
        client.report_folder.mkdir(exist_ok=True)
        new = client.report_folder / f"{NEW}{file}"
        new.write_text(page, encoding="utf-8", newline="\n")
        os.replace(new, client.report_folder / file)
    return client.report_folder / file


def _side(client: Client, name: str) -> Side:
    if name == TODAY:
        return _today(client)
    version: Version = read_version(client.folder, name)
    results = {step_id: version.result(step_id) for step_id in version.facts.steps}
    found = {step_id: result for step_id, result in results.items() if result}
    return Side(name, version.as_of, version.facts.kit, found, version.facts.steps, version.table)


def _today(client: Client) -> Side:
    results = client.results_folder
    standing, manifest = finished_steps(results), read_manifest(results)
    if not standing:
        raise RunError(f"No result of {client.name} stands today. Run it first: python3 workbook.py run CLIENT.")

    def table(step_id: str, name: str) -> Any:
        known = step_id in standing and name in standing[step_id].tables
        return read_published(results, step_id, name) if known else None

    rests_on = {step_id: manifest.steps[step_id].rests_on for step_id in standing}
    return Side(TODAY, read_tables_manifest(client.tables_folder).as_of, manifest.kit, standing, rests_on, table)


def comparison_lines(compared: Comparison, client_name: str, currency: str) -> list[str]:
    """The comparison as text."""
    before, after = compared.before, compared.after
    reader = audience_for(compared.audience, currency, {})
    moved = [one for one in compared.numbers if one.moved]
    stand = len(compared.numbers) - len(moved)
    parts = [
        ("Customers", [line for one in compared.sortings for line in _sorting(one)]),
        ("Numbers that moved", [*(_number(one, reader) for one in moved), f"{counted(stand, 'other number')} stood"]),
        ("Decisions", list(_decisions(compared.decisions))),
        ("Parameters", compared.parameters),
        ("Definitions", [f"{step_id[:2]}: {listed(lines, 4)}" for step_id, lines in compared.definitions.items()]),
        ("Steps", list(_steps(compared))),
    ]
    head = f"{client_name}: {before['name']} (as of {before['as_of']}) and {after['name']} (as of {after['as_of']})"
    return [head, *(line for title, lines in parts for line in _part(title, lines))]


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines or ["nothing is another"])]


def _sorting(one: Sorting) -> Iterator[str]:
    yield (
        f"by {one.kind}: {one.moved:,} of {one.both:,} moved; {one.only_before:,} are sorted in the first only, "
        f"{one.only_after:,} in the second only"
    )
    for moves, sign in ((one.moves, ""), (one.aside, ", no move")):
        for move in moves:
            named = f": {listed(move.customer_ids, 4)}" if move.customer_ids else ""
            yield f"  {move.from_} -> {move.to}: {move.customers:,}{sign}{named}"
    if one.held_back:
        yield f"  {counted(one.held_back, 'move')} of too few customers to be shown"


def _number(one: NumberMoved, reader: Audience) -> str:
    whose = f" of {one.group}" if one.group else ""
    return f"{one.id} {one.title}{whose}: {_said(one.before, reader)} -> {_said(one.after, reader)}, {one.why}"


def _said(value: Value, reader: Audience) -> str:
    text = format_value(value.value, HOWS[value.unit], reader)
    if value.low is None or value.high is None:
        return text
    low, high = (format_value(end, HOWS[value.unit], reader) for end in (value.low, value.high))
    return f"{text} ({low} to {high})"


def _decisions(decisions: Sequence[DecisionMoved]) -> Iterator[str]:
    """Those that are another now, each with both, and in one line those that were only made again."""
    again = [one.id for one in decisions if one.what == "changed" and not one.others]
    for one in decisions:
        if one.id not in again:
            yield from _decision(one)
    if again:
        yield f"made again as they were: {listed(again, 12)}"


def _decision(one: DecisionMoved) -> Iterator[str]:
    """What happened to it, the parts of the answer that differ, and who said so when and why, where that is another."""
    if one.what != "changed":
        facts = one.after or one.before
        said = f": {part(facts['value'])}" if facts.get("value") is not None else ""
        yield f"{one.id} {one.words}{said}{_by(facts, facts.get('reason'))}"
        return
    made = [bool(facts.get("by")) for facts in (one.before, one.after)]
    opened = {(True, False): "was decided, and is open now", (False, True): "was open, and is decided now"}
    yield f"{one.id}: {opened.get(tuple(made)) or one.words}"
    if "value" in one.before and "value" in one.after:
        parts = list(differences(one.before["value"], one.after["value"]))
        yield from (f"  {each}" for each in parts[:MOST])
        if len(parts) > MOST:
            yield f"  and {counted(len(parts) - MOST, 'more part')}"
    reasons = [str(facts.get("reason") or "") for facts in (one.before, one.after)]
    reasons = apart(*reasons) if reasons[0] != reasons[1] and all(reasons) else reasons
    reasons = reasons if "reason" in one.others else ("", "")
    for word, facts, reason in zip(("then", "now"), (one.before, one.after), reasons, strict=True):
        yield f"  {word}{_by(facts, reason)}"


def _by(facts: dict[str, Any], reason: str | None) -> str:
    if not facts.get("by"):
        return " (proposed)" if "value" in facts else ""
    return f" ({facts['by']}, {facts['decided_on']}{f': {part(reason)}' if reason else ''})"


def _steps(compared: Comparison) -> Iterator[str]:
    sides = ((compared.before["name"], compared.only_before), (compared.after["name"], compared.only_after))
    for name, step_ids in sides:
        for step_id in step_ids:
            yield f"{step_id[:2]} {find_step(step_id).title} stands in {name} only"
