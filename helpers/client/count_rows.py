"""Every row and every amount accounted for: received = set aside + kept, to the cent.

Counted on the way from the raw to the parsed tables and written as the summary `received_data`. Control totals, which
say what the sender meant to send, are compared with what came, before any correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from helpers.client.check_values import parsed
from helpers.client.parsing import exact, has_more_decimals
from helpers.client.sources import Complaints, Received
from helpers.client.tables import Connection
from helpers.errors import Problem, counted

if TYPE_CHECKING:
    from helpers.client.apply_corrections import Applied

OUTCOMES = ("received", "repaired", "set_aside", "kept", "noted")
EQUAL = "equal to another line of the file in every column; both are kept"
EQUAL_AS_READ = "equal to another line in all that is read, and not in the rest of the file; both are kept"
HALF_A_CENT = Decimal("0.005")
IN_CLIENT_YAML = "control in client.yaml"


class Count(NamedTuple):
    """A row of `received_data`: money in currency, None where the table holds none."""

    table: str
    outcome: str
    reason: str
    rows: int
    money: Decimal | None


def money_of(
    connection: Connection, received: Received, condition: str, parameters: dict[str, object] | None = None
) -> Decimal | None:
    """The money of the raw rows that meet a condition, as far as it can be read; None for a table without money."""
    name = received.money
    if name is None:
        return None
    total = Decimal(0)
    for source in received.sources:
        here = f"{received.raw} where file = {source.number} and {condition}"
        query = f"select sum({received.value(source, name)}) from {here}"
        found = connection.execute(query, parameters or {}).fetchone()[0]
        total += found or 0
    return total


def count_received(connection: Connection, received: Received) -> list[Count]:
    """Rows and money of each file as it came; call it before corrections are applied."""
    return [
        Count(
            received.name,
            "received",
            source.file,
            source.rows,
            money_of(connection, received, f"file = {source.number}"),
        )
        for source in received.sources
    ]


def check_control(connection: Connection, received: Received, complaints: Complaints) -> None:
    """Compare rows and totals with what the sender says was sent; call it before corrections are applied."""
    rows = sum(source.rows for source in received.sources)
    announced = received.config.control_rows
    remedy = "Ask the sender for the whole file, or correct control in client.yaml if it was wrong."
    problems = []
    if announced is not None and rows != announced:
        side = "too few" if rows < announced else "too many"
        found = f"{counted(rows, 'row')} came and {announced:,} were announced: {abs(rows - announced):,} {side}."
        problems.append(Problem(f"{IN_CLIENT_YAML} (rows)", found, remedy))
    for name, expected in received.config.control_totals.items():
        if name not in received.columns:
            found = f"The table has no column for {name}, so its total cannot be compared."
            problems.append(Problem(f"{IN_CLIENT_YAML} ({name})", found, "Name the column under columns."))
            continue
        total = _exact_total(connection, received, name)
        if abs(total - expected) > HALF_A_CENT:
            side = "less" if total < expected else "more"
            found = f"It adds up to {_amount(total)}, and {_amount(expected)} was announced: "
            found += f"{_amount(abs(total - expected))} {side}."
            problems.append(Problem(f"{IN_CLIENT_YAML} ({name})", found, remedy))
    complaints.add(received.name, received.files, *problems)


def _exact_total(connection: Connection, received: Received, name: str) -> Decimal:
    total = Decimal(0)
    for source in received.sources:
        number = exact(received.slot(name), source.reading(name))
        found = connection.execute(
            f"select sum(case when ({received.value(source, name)}) is not null then {number} end) "
            f"from {received.raw} where file = {source.number}"
        ).fetchone()[0]
        total += found or 0
    return total


def _amount(amount: Decimal) -> str:
    """With at least two decimals, and as many as it has."""
    text = f"{amount.normalize():,f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def count_kept(connection: Connection, received: Received, applied: Sequence[Applied]) -> list[Count]:
    """What was repaired, set aside and kept of a parsed table, and what else its reader should know."""
    name = received.name
    money = f"sum({received.slot(received.money, 'v')})" if received.money else "null"
    zero = None if money == "null" else Decimal(0)

    def kept(condition: str) -> tuple[int, Decimal | None]:
        query = f"select count(*), {money} from {parsed(received)} where {condition}"
        rows, total = connection.execute(query).fetchone()
        return rows, total if total is not None else zero

    counts = []
    rows, total = kept("spaces")
    if rows:
        counts.append(Count(name, "repaired", "spaces cut off", rows, total))
    counts += _rounded(connection, received)
    for one in applied:
        if one.table != name:
            continue
        if one.correction.action == "drop":
            counts.append(Count(name, "set_aside", one.correction.reason, one.rows, one.money))
            continue
        counts.append(Count(name, "repaired", one.correction.reason, *kept(f"correction = {one.number}")))
        if one.money:
            reason = f"amounts changed by a correction: {one.correction.reason}"
            counts.append(Count(name, "set_aside", reason, 0, one.money))
    counts.append(Count(name, "kept", "the rows that the steps work on", *kept("true")))
    counts += [Count(name, "noted", note, rows, None) for note, rows in received.notes]
    return counts + _in_one_file(connection, received, zero)


def _rounded(connection: Connection, received: Received) -> list[Count]:
    counts = []
    for name, column in received.columns.items():
        if column.type != "money":
            continue
        rows, moved = 0, Decimal(0)
        text, number = received.slot(name), received.slot(name, "v")
        for source in received.sources:
            reading = source.reading(name)
            found = connection.execute(
                f"select count(*), sum({number} - {exact(text, reading)}) from {parsed(received)} "
                f"where file = {source.number} and {has_more_decimals(text, reading)}"
            ).fetchone()
            rows, moved = rows + found[0], moved + (found[1] or 0)
        if rows:
            reason = f"{name} rounded to four decimals; the money is what that moved"
            counts.append(Count(received.name, "repaired", reason, rows, moved))
    return counts


def _in_one_file(connection: Connection, received: Received, zero: Decimal | None) -> list[Count]:
    """Lines beyond the first of those that are equal; till receipts may truly repeat.

    Equal in the whole file is one thing, equal only in what is read of it another: a line number that is not read may
    say that they are two sales.
    """
    slots = ", ".join(received.slot(name) for name in received.columns)
    money = f"min({received.slot(received.money, 'v')})" if received.money else "null::decimal(18, 4)"

    def copies(columns: str) -> tuple[int, Decimal]:
        rows, total = connection.execute(
            f"select sum(copies)::bigint, sum(copies * money) from (select count(*) - 1 as copies, {money} as money "
            f"from {parsed(received)} group by file, {columns} having count(*) > 1)"
        ).fetchone()
        return rows or 0, total or Decimal(0)

    (rows, total), (same, worth) = copies(slots), copies(f"{slots}, whole")
    equal = [(EQUAL, same, worth), (EQUAL_AS_READ, rows - same, total - worth)]
    return [
        Count(received.name, "noted", note, rows, zero if zero is None else total)
        for note, rows, total in equal
        if rows
    ]


def joined(counts: Sequence[Count], order: Sequence[str]) -> list[Count]:
    """One row for each table, outcome and reason; by table in the order given, then by outcome."""
    sums: dict[tuple[str, str, str], Count] = {}
    for count in counts:
        key = (count.table, count.outcome, count.reason)
        before = sums.get(key)
        if before:
            money = None if count.money is None or before.money is None else before.money + count.money
            count = count._replace(rows=before.rows + count.rows, money=money)
        sums[key] = count
    return sorted(sums.values(), key=lambda count: (order.index(count.table), OUTCOMES.index(count.outcome)))
