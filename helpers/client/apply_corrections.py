"""Corrections of people, applied to the client's text before it is parsed.

Each must hit exactly the rows that it was written for, and find the texts that were seen then: a new delivery must not
let it change others unseen. They are applied in the order of the file; a row once dropped is not there for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.client.corrections import FILE, LINE, Correction, every
from helpers.client.count_rows import money_of
from helpers.client.decisions import FOLDER
from helpers.client.parsing import SPACES
from helpers.client.product_of import Product
from helpers.client.sources import Complaints, Received
from helpers.client.tables import Connection
from helpers.errors import Problem, counted, listed, quoted

SUBJECT, WHERE = "corrections", f"{FOLDER}/{FILE}"
ROW_ID = "rowid"  # stable while rows are only updated
OF_THESE = f"{ROW_ID} in (select unnest($ids))"


@dataclass(frozen=True)
class Applied:
    """A correction that was applied: rows dropped (0 for a change), and the money that left the table by it.

    `money` is in currency, None where the table holds none; a change that raises an amount gives a negative one.
    """

    number: int
    table: str
    correction: Correction
    rows: int
    money: Decimal | None


def apply_corrections(
    connection: Connection,
    corrections: Sequence[Correction],
    tables: dict[str, Received | None],
    complaints: Complaints,
) -> list[Applied]:
    """Mark dropped rows and change texts in the raw tables; `correction` becomes the correction's place in the list.

    Parameters
    ----------
    tables : dict
        By name; None for a table that could not be read (its corrections cannot be tried).
    """
    applied: list[Applied] = []
    for number, correction in enumerate(corrections):
        if correction.target not in tables:
            found = f"client.yaml names no table {quoted(correction.target)}."
            complaints.add(SUBJECT, WHERE, _problem(correction, found, "Take the correction out, or name the table."))
            continue
        received = tables[correction.target]
        if received is not None:
            problems, done = _apply(connection, number, correction, received)
            complaints.add(SUBJECT, WHERE, *problems)
            applied += [done] if done else []
    return applied


def _apply(
    connection: Connection, number: int, correction: Correction, received: Received
) -> tuple[list[Problem], Applied | None]:
    named = [*correction.where, *correction.set, *correction.holds]
    unknown = [name for name in named if name != LINE and name not in received.columns]
    if unknown:
        found = f"{received.files} has no column for {listed([quoted(name) for name in unknown])}."
        return [_problem(correction, found, f"It has columns for {listed(list(received.columns), 20)}.")], None
    half_set = _half_set(correction, received)
    if half_set:
        return [half_set], None
    rows = _matches(connection, correction, received)
    if len(rows) != correction.rows:
        places = _places(received, rows)
        found = f"{counted(len(rows), 'row')} of {received.files} {'matches' if len(rows) == 1 else 'match'}{places}."
        return [
            _problem(correction, found, f"Expected {correction.rows:,}: look at the rows and correct where or rows.")
        ], None
    ids = [row[0] for row in rows]
    for column, text in correction.holds.items():
        slot = received.slot(column)
        held = connection.execute(
            f"select coalesce({slot}, ''), count(*) over () from {received.raw} "
            f"where {OF_THESE} and coalesce({slot}, '') <> $text order by file, record limit 1",
            {"ids": ids, "text": text.strip(SPACES)},
        ).fetchone()
        if held:
            found = (
                f"{column} is {quoted(held[0])} in {held[1]:,} of {counted(len(rows), 'row')}{_places(received, rows)}."
            )
            return [_problem(correction, found, f"Expected {quoted(text)}: look at the rows and correct expect.")], None
    changes = {received.slot(column): text.strip(SPACES) or None for column, text in correction.set.items()}
    sets = ", ".join([f"correction = {number}", *(f"{slot} = ${slot}" for slot in changes)])
    before = money_of(connection, received, OF_THESE, {"ids": ids})
    connection.execute(f"update {received.raw} set {sets} where {OF_THESE}", {"ids": ids, **changes})
    if correction.action == "drop":
        connection.execute(f"update {received.raw} set dropped = true where {OF_THESE}", {"ids": ids})
        return [], Applied(number, received.name, correction, len(ids), before)
    after = money_of(connection, received, OF_THESE, {"ids": ids})
    moved = None if before is None or after is None else before - after
    return [], Applied(number, received.name, correction, 0, moved)


def _half_set(correction: Correction, received: Received) -> Problem | None:
    """A product is worked out before corrections; one that changed a factor alone would leave it behind."""
    headings = {source.theirs[ours] for source in received.sources for ours in correction.set if ours in source.theirs}
    for ours, theirs in received.config.columns.items():
        factors = headings & set(theirs.headings) if isinstance(theirs, Product) else ()
        if factors and ours not in correction.set:
            made_of = listed([quoted(heading) for heading in theirs.headings])
            found = f"{ours} is the product of {made_of}, and stays as it was."
            return _problem(correction, found, f"Set {ours} too.")
    return None


def _matches(connection: Connection, correction: Correction, received: Received) -> list[tuple[int, int, int]]:
    """Row id, file and record of each row that the correction means."""
    conditions: list[str] = ["not dropped"]
    wanted: dict[str, list[str] | list[int]] = {}
    for column, texts in correction.where.items():
        if column == LINE:
            ours, lines = [], [int(text) for text in every(texts)]
            for source in received.sources:
                wanted[f"records{source.number}"] = source.text.records_at(lines) if source.text else lines
                ours.append(f"file = {source.number} and record in (select unnest($records{source.number}::bigint[]))")
            conditions.append(f"({' or '.join(ours)})")
        else:
            slot = received.slot(column)
            conditions.append(f"coalesce({slot}, '') in (select unnest(${slot}::varchar[]))")
            wanted[slot] = [text.strip(SPACES) for text in every(texts)]
    return connection.execute(
        f"select {ROW_ID}, file, record from {received.raw} where {' and '.join(conditions)} order by file, record",
        wanted,
    ).fetchall()


def _places(received: Received, rows: Sequence[tuple[int, int, int]]) -> str:
    """In brackets, where the rows stand; empty when there are none."""
    parts = []
    for source in received.sources:
        records = [record for _, file, record in rows if file == source.number]
        if records:
            where = source.places(records[:5], len(records))
            parts.append(where if len(received.sources) == 1 else f"{where} of {source.file}")
    return f" ({'; '.join(parts)})" if parts else ""


def _problem(correction: Correction, found: str, remedy: str) -> Problem:
    where = ", ".join(
        f"{column} {listed([quoted(one) for one in every(texts)])}" for column, texts in correction.where.items()
    )
    return Problem(f"line {correction.line} ({correction.target}: {where})", found, remedy)
