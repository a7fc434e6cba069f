"""How a survey was answered: scales that run either way, and codes that are no answer.

client.yaml says `scale: [worst, best]` and `not_applicable: [99]` under the table survey. A code becomes blank before
anything is read, an answer off its scale is refused, and where the best answer is the lower number all of them are
turned round on the way into the tables: whoever reads answers finds that higher is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helpers.client.checked import Fault, wrong
from helpers.client.sql_text import literal
from helpers.errors import listed, nearest, quoted

if TYPE_CHECKING:
    from helpers.client.sources import Received
    from helpers.client.tables import Connection

SURVEY = "survey"
KINDS = ("recommend", "satisfaction", "driver", "competitor", "importance")
KEYS = ("scale", "not_applicable")
EXPECTED = "[worst, best] such as [0, 10], or [5, 1] where 1 is best; or such a pair each for " + ", ".join(KINDS)
OFF_SCALE = (
    "Correct scale in client.yaml, name codes that are no answer under not_applicable, correct the rows in "
    "decisions/corrections.yaml."
)

Ends = tuple[float, float]  # worst and best


def read_scale(entry: Any) -> dict[str, Ends]:
    """The worst and the best answer of each kind of question, from what client.yaml holds; refuses what is no scale.

    >>> read_scale({"recommend": [0, 10], "driver": ["5", "1"]})
    {'recommend': (0.0, 10.0), 'driver': (5.0, 1.0), 'competitor': (5.0, 1.0)}
    """
    if not isinstance(entry, dict):
        return dict.fromkeys(KINDS, _ends(entry))
    unknown = [kind for kind in entry if kind not in KINDS]
    if unknown:
        raise wrong(f"{quoted(unknown[0])} is no kind of question.", nearest(str(unknown[0]), list(KINDS)))
    found = {kind: _ends(pair) for kind, pair in entry.items() if pair is not None}
    # we and the competitor are rated side by side, so a pair that is given once holds for both
    for kind, other in (("driver", "competitor"), ("competitor", "driver")):
        if other in found:
            found.setdefault(kind, found[other])
    if sorted(found.get("driver", ())) != sorted(found.get("competitor", ())):
        raise wrong("driver and competitor have different scales.", "A lead can only be told where both have the same.")
    return {kind: found[kind] for kind in KINDS if kind in found}


def form_faults(table: str, entry: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the two keys in the entry of a table beyond their own form."""
    for key in KEYS if table != SURVEY else ():
        if entry.get(key):
            yield Fault(("tables", table, key), f"only {SURVEY} has answers.", f"Take it out, or move it to {SURVEY}.")
    if table != SURVEY or not isinstance(entry.get("not_applicable"), list):
        return
    try:
        scales = read_scale(entry["scale"]) if entry.get("scale") else {}
    except Exception:
        return
    for place, code in enumerate(entry["not_applicable"]):
        number, here = _number(code), ("tables", table, "not_applicable", place)
        if number is not None and not scales:
            remedy = "State scale beside it, so that a code can be told from an answer."
            yield Fault(here, f"{quoted(str(code))} may be an answer.", remedy)
        on = [kind for kind, ends in scales.items() if number is not None and min(ends) <= number <= max(ends)]
        if on:
            remedy = "Expected codes that nobody can answer; correct the rows in decisions/corrections.yaml."
            yield Fault(here, f"{quoted(str(code))} is an answer on the scale of {listed(on)}.", remedy)


def kind_of(column: str) -> str | None:
    """Which kind of question a column of the survey answers; None for one that is no answer in points."""
    if column in KINDS[:2]:
        return column
    return next((kind for kind in KINDS[2:] if column.startswith(f"{kind}_")), None)


def take_answers(connection: Connection, received: Received) -> None:
    """Make codes blank in the raw table and hold answers to their scale; call it once corrections are applied."""
    if received.name != SURVEY:
        return
    answers = [name for name in received.columns if kind_of(name)]
    _blank_codes(connection, received, answers)
    scale = received.config.scale
    for name in answers:
        if ends := scale.get(kind_of(name)):
            received.columns[name] = replace(received.columns[name], minimum=min(ends), maximum=max(ends))
    for worst, best in dict.fromkeys(ends for ends in scale.values() if ends[0] > ends[1]):
        kinds = listed([kind for kind, ends in scale.items() if ends == (worst, best)])
        received.notes.append((f"turned round, so that higher is better: {kinds} ({best:g} was the best answer)", 0))


def read_value(received: Received, column: str) -> str:
    """SQL for a value of the parsed table as steps see it: that of an answer with higher for better."""
    value = received.slot(column, "v")
    ends = received.config.scale.get(kind_of(column)) if received.name == SURVEY else None
    return f"({sum(ends)!r} - {value})" if ends and ends[0] > ends[1] else value


def stated_scales(received: Received | None) -> dict[str, Ends]:
    """(low, high) of each kind whose scale is stated, as steps see the answers."""
    return {} if received is None else {kind: (min(ends), max(ends)) for kind, ends in received.config.scale.items()}


def _blank_codes(connection: Connection, received: Received, answers: list[str]) -> None:
    codes = received.config.not_applicable
    if not codes or not answers:
        return
    words = ", ".join(literal(code.strip().lower()) for code in codes)
    numbers = ", ".join(repr(number) for code in codes if (number := _number(code)) is not None)
    rows = 0
    for source in received.sources:
        found = {}
        for name in answers:
            slot = received.slot(name)
            number = f" or ({received.value(source, name)}) in ({numbers})" if numbers else ""
            found[slot] = f"({slot} is not null and (lower({slot}) in ({words}){number}))"
        here = f"file = {source.number} and not dropped and ({' or '.join(found.values())})"
        rows += connection.execute(f"select count(*) from {received.raw} where {here}").fetchone()[0]
        blank = ", ".join(f"{slot} = case when {code} then null else {slot} end" for slot, code in found.items())
        connection.execute(f"update {received.raw} set {blank} where {here}")
    said = listed([quoted(code) for code in codes])
    received.notes.append((f"answers blank, as not_applicable says ({said})", rows))


def _ends(pair: Any) -> Ends:
    ends = [_number(end) for end in pair] if isinstance(pair, (list, tuple)) else []
    if len(ends) != 2 or None in ends:
        raise wrong("this is no scale.", f"Expected {EXPECTED}.")
    if ends[0] == ends[1]:
        raise wrong(f"its two ends are both {ends[0]:g}.", f"Expected {EXPECTED}.")
    return ends[0], ends[1]


def _number(text: Any) -> float | None:
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e9 else None
