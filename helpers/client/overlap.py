"""Several files of one table that hold the same rows, because two exports overlap by some days.

Whether equal rows in two files are one sale or two cannot be seen in them, so people say it: `overlap: once` or `both`.
Files are compared as they came, before corrections, and value by value, so that a sheet and a text file can agree. A
correction that changes one copy of a row would hide the other; and one that was written for the first delivery goes on
to hit as many rows as it expects when the next one overlaps it. Control totals are of what came, overlap included.
Two sales of one day are not one row: where every file tells the time of the day, it counts as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from helpers.client.count_rows import Count
from helpers.client.parsing import moment
from helpers.client.sources import Complaints, Received, Source
from helpers.client.sql_text import identifier
from helpers.client.tables import Connection
from helpers.errors import Problem, counted, listed

TWICE = "delivered twice: the same rows stand in an earlier file"
BOTH = "the same rows stand in an earlier file; both are kept"
DAY = "date"  # the column that says when something happened; the days of a contract or a wallet are no such days


@dataclass(frozen=True)
class Overlap:
    """What one file has in common with the files before it: equal rows and their money, days, and what differs.

    `earlier` are the files with the equal rows, or, where no row is equal, those with days in common. `one_only` counts
    the rows of the common days that stand on one side only.
    """

    source: Source
    earlier: list[Source]
    rows: int
    money: Decimal | None
    days: str
    one_only: int


def settle_overlap(connection: Connection, received: Received, complaints: Complaints) -> list[Count]:
    """Set aside the rows that stand in an earlier file, if client.yaml says `once`; tell them, if it says nothing.

    Rows are equal when every column that is read is. They are counted as multisets: of two copies in the first file and
    three in the second, two are delivered twice, the first two of the second file. Call it after the control totals and
    before the corrections. Rows that are told are set aside as well, so that nothing else is said of them.

    Returns
    -------
    list of Count
        What was set aside or stands in two files, in rows and money, and notes on the days that they have in common.
    """
    if len(received.sources) < 2:
        return []
    copies = _list_copies(connection, received)
    counts: list[Count] = []
    for place, source in enumerate(received.sources[1:], start=1):
        overlap = _between(connection, received, copies, source, received.sources[:place])
        if overlap is None:
            continue
        if not overlap.rows:
            both = f"{overlap.source.file} and {_files(overlap)} both hold {overlap.days}, and no row stands in both"
            counts.append(Count(received.name, "noted", both, 0, None))
        elif received.config.overlap == "once":
            counts.append(Count(received.name, "set_aside", TWICE, overlap.rows, overlap.money))
            if overlap.one_only:
                files = f"{overlap.source.file} and {_files(overlap)}"
                note = f"rows of {overlap.days} that stand in only one of {files}; all are kept"
                counts.append(Count(received.name, "noted", note, overlap.one_only, None))
        elif received.config.overlap == "both":
            counts.append(Count(received.name, "noted", BOTH, overlap.rows, overlap.money))
        else:
            complaints.add(received.name, received.files, _problem(received, overlap))
    if received.config.overlap != "both":
        twice = f"select file, record from {copies} where file > earliest"
        connection.execute(f"update {received.raw} set dropped = true where (file, record) in ({twice})")
    connection.execute(f"drop table {copies}")
    return counts


def _list_copies(connection: Connection, received: Received) -> str:
    """A table of all rows: file, record, day, money, and the earliest file in which the same copy of the row stands."""
    selects = []
    timed = _timed(connection, received)
    for source in received.sources:
        keys = []
        for place, name in enumerate(received.columns):
            slot = received.slot(name)
            read = moment(slot, source.reading(name)) if name in timed else received.value(source, name)
            keys.append(f"coalesce(cast(({read}) as varchar), {slot}) as k{place}")
        day, money = (
            received.value(source, name) if name in received.columns else "null" for name in (DAY, received.money)
        )
        selects.append(
            f"select file, record, {', '.join(keys)}, cast({day} as date) as day, "
            f"cast({money} as decimal(18, 4)) as money from {received.raw} where file = {source.number}"
        )
    keys = ", ".join(f"k{place}" for place in range(len(received.columns)))
    numbered = f"select *, row_number() over (partition by file, {keys} order by record) as copy "
    name = identifier(f"copies_{received.name}")
    connection.execute(
        f"create table {name} as select file, record, day, money, "
        f"min(file) over (partition by {keys}, copy) as earliest from ({numbered} from ({' union all '.join(selects)}))"
    )
    return name


def _timed(connection: Connection, received: Received) -> set[str]:
    """The columns of days for which every file tells times."""
    days = {name for name, column in received.columns.items() if column.type == "date"}
    for source in received.sources:
        for name in sorted(days):
            time = moment(received.slot(name), source.reading(name))
            query = f"select bool_or({time} <> date_trunc('day', {time})) from {received.raw} where file = $file"
            if not connection.execute(query, {"file": source.number}).fetchone()[0]:
                days.remove(name)
    return days


def _between(
    connection: Connection, received: Received, copies: str, source: Source, before: list[Source]
) -> Overlap | None:
    """What a file has in common with those before it; None when it has nothing."""
    here = f"file = {source.number}"
    found = connection.execute(
        f"select earliest, count(*), sum(money) from {copies} where {here} and earliest < file group by all"
    ).fetchall()
    numbers = {row[0] for row in found}
    if not numbers:
        days = f"select day from {copies} where {here} and day is not null"
        earlier = f"select distinct file from {copies} where file < {source.number} and day in ({days})"
        numbers = {row[0] for row in connection.execute(earlier).fetchall()}
    if not numbers:
        return None
    among = f"file in ({', '.join(map(str, sorted(numbers)))})"
    common = f"select day from {copies} where {here} intersect select day from {copies} where {among}"
    first, last, days, mine, theirs, equal = connection.execute(
        f"select min(day), max(day), count(distinct day), count(*) filter (where {here} and earliest = file), "
        f"count(*) filter (where {among} and not (earliest < file and {among.replace('file', 'earliest', 1)})), "
        f"count(*) filter (where {here} and earliest < file) "
        f"from {copies} where day in ({common}) and ({here} or {among})"
    ).fetchone()
    return Overlap(
        source=source,
        earlier=[other for other in before if other.number in numbers],
        rows=sum(row[1] for row in found),
        money=sum((row[2] or Decimal(0) for row in found), Decimal(0)) if received.money else None,
        days=_days(first, last, days),
        one_only=mine + theirs - equal,
    )


def _days(first: date | None, last: date | None, days: int) -> str:
    """The days in common; empty when there are none."""
    if first is None or last is None or first == last:
        return f"{first or ''}"
    if days == (last - first).days + 1:
        return f"{first} to {last} ({days:,} days)"
    return f"{days:,} of the days from {first} to {last}"


def _problem(received: Received, overlap: Overlap) -> Problem:
    one = overlap.rows == 1
    worth = "" if overlap.money is None else f" worth {overlap.money:,.2f}"
    found = f"{counted(overlap.rows, 'row')}{worth} {'stands' if one else 'stand'} in {_files(overlap)} too."
    if overlap.days:
        these = "these days" if " " in overlap.days else "this day"
        differs = f"{counted(overlap.one_only, 'row')} of {these} {'stands' if overlap.one_only == 1 else 'stand'}"
        rest = f"{differs} in one of them only" if overlap.one_only else f"every row of {these} stands in both"
        found += f" Both hold {overlap.days}: {rest}."
    twice = "it was exported twice: it then counts" if one else "they were exported twice: they then count"
    remedy = f"Set overlap: once under {received.name} in client.yaml if {twice} once. "
    if not received.schema.key:
        remedy += "Set overlap: both if these are different rows that look alike."
    return Problem(overlap.source.file, found, remedy.strip())


def _files(overlap: Overlap) -> str:
    return listed([source.file for source in overlap.earlier])
