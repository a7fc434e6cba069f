"""Raw tables become values, once; what cannot be read without guessing is listed with its place.

The parsed table of `orders` is `parsed_orders`: file, record, spaces, correction, s0, s1, ... (text) and v0, v1, ...
(values of our types), without the rows that a correction dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpers.client.column_map import ONE_OF, leave_out
from helpers.client.parsing import (
    DATE_FORMATS,
    FIRST_YEAR,
    LAST_YEAR,
    NUMBER_FORMATS,
    TIMES,
    Reading,
    any_date,
    expected,
    number_words,
    value,
)
from helpers.client.receive import Complaints, Received, Source
from helpers.client.schema import Column
from helpers.client.tables import Connection, DatabaseError, identifier
from helpers.errors import Problem, counted, quoted

# a blank customer is revenue without a customer: its own line in every total, not a fault
MAY_BE_BLANK = {("transactions", "customer_id")}
LARGEST_SUM = 10**14  # sums have to fit DECIMAL(18,4) as single amounts do
EVERY_ROW = "Every row"
OR_CORRECT = "or correct the rows in decisions/corrections.yaml."
AT_THE_SOURCE = "Correct them at the source, " + OR_CORRECT
NUMERIC = ("money", "number", "share", "integer")


def parsed(received: Received) -> str:
    """The parsed table's name as SQL."""
    return identifier(f"parsed_{received.name}")


def parse(connection: Connection, received: Received, complaints: Complaints) -> bool:
    """Make the parsed table and tell everything that is wrong with its values; True when nothing is."""
    selects = []
    for source in received.sources:
        values = []
        for name, column in received.columns.items():
            slot = received.slot(name)
            reading = source.readings.get(name, Reading())
            values.append(f"{value(column, slot, reading)} as {received.slot(name, 'v')}")
        texts = ", ".join(received.slot(name) for name in received.columns)
        selects.append(
            f"select file, record, spaces, correction, {texts}, {', '.join(values)} "
            f"from {received.raw} where file = {source.number} and not dropped"
        )
    connection.execute(f"create table {parsed(received)} as {' union all '.join(selects)}")
    before = len(complaints)
    conditions = [
        (source, name, what, condition)
        for source in received.sources
        for name, column in received.columns.items()
        for what, condition in _conditions(received, source, name, column)
    ]
    filters = [f"count(*) filter (where file = {source.number} and ({wrong}))" for source, _, _, wrong in conditions]
    counts = connection.execute(f"select {', '.join(['count(*)', *filters])} from {parsed(received)}").fetchone()[1:]
    for (source, name, what, condition), count in zip(conditions, counts, strict=True):
        if count:
            complaints.add(
                received.name, source.file, _problem(connection, received, source, name, what, condition, count)
            )
    complaints.add(received.name, received.files, *_one_of(connection, received))
    complaints.add(received.name, received.files, *_repeated_keys(connection, received))
    complaints.add(received.name, received.files, *_order_of_days(connection, received))
    if len(complaints) == before:
        complaints.add(received.name, received.files, *_too_large(connection, received))
    return len(complaints) == before


def _conditions(received: Received, source: Source, name: str, column: Column) -> Iterable[tuple[str, str]]:
    """What can be wrong with a column, each as SQL over the parsed table."""
    text, parsed_value = received.slot(name), received.slot(name, "v")
    if column.required and (received.name, name) not in MAY_BE_BLANK:
        yield "blank", f"{text} is null"
    if column.type == "date":
        day = any_date(text, source.readings.get(name, Reading()))
        yield "unreadable", f"{text} is not null and {day} is null"
        yield "year", f"{parsed_value} is null and {day} is not null"
    elif column.type not in ("id", "text") or column.allowed:
        yield "unreadable", f"{text} is not null and {parsed_value} is null"
    if column.minimum is not None:
        yield "minimum", f"{parsed_value} < {column.minimum!r}"
    if column.maximum is not None:
        yield "maximum", f"{parsed_value} > {column.maximum!r}"


def _problem(
    connection: Connection, received: Received, source: Source, name: str, what: str, condition: str, count: int
) -> Problem:
    column, reading = received.columns[name], source.readings.get(name, Reading())
    slot = received.slot(name)
    first = connection.execute(
        f"select record, {slot} from {parsed(received)} where file = {source.number} and ({condition}) "
        "order by record limit 5"
    ).fetchall()
    places = source.places([record for record, _ in first], count)
    rows = f"{count:,} of {counted(source.rows, 'row')}"
    example = quoted(first[0][1])
    if what == "blank":
        blank = f"{rows} {'is' if count == 1 else 'are'} blank ({places})."
        return Problem(source.where(name), blank, f"Every row needs one; fill it at the source, {OR_CORRECT}")
    if what == "year":
        years = f"{'has' if count == 1 else 'have'} a year outside {FIRST_YEAR} to {LAST_YEAR}"
        found = f"{rows} {years} ({places}; first: {example})."
        advice = _advice(connection, received, source, name, column, reading)
        remedy = f"Years of two digits are %y in date_format, those of four %Y: set it in client.yaml, {OR_CORRECT}"
        return Problem(
            source.where(name), found, advice if advice.startswith(EVERY_ROW) else _or_left_out(remedy, column)
        )
    if what in ("minimum", "maximum"):
        limit = column.minimum if what == "minimum" else column.maximum
        side = "below" if what == "minimum" else "above"
        found = f"{rows} {'is' if count == 1 else 'are'} {side} {limit:,.12g} ({places}; first: {example})."
        return Problem(source.where(name), found, _or_left_out(AT_THE_SOURCE, column))
    words = number_words(column)[count != 1]
    if column.allowed:
        words = "is no word of the list" if count == 1 else "are no words of the list"
    elif column.type == "date" and reading.date_format:
        words = f"{'does' if count == 1 else 'do'} not match {quoted(reading.date_format)}"
    advice = _advice(connection, received, source, name, column, reading)
    negative = next((minus for _, text in first if (minus := _with_minus(text))), None)
    if negative and column.type in NUMERIC:
        advice = f"A negative one has to be written {negative}. {AT_THE_SOURCE}"
    remedy = _or_left_out(" ".join(part for part in (expected(column, reading), advice) if part), column)
    return Problem(source.where(name), f"{rows} {words} ({places}; first: {example}).", remedy)


def _or_left_out(remedy: str, column: Column) -> str:
    return remedy.removesuffix(".") + leave_out(column) + "."


def _with_minus(text: str) -> str | None:
    """An amount that a bookkeeper made negative, (15,30) or 15,30-, as it has to be written."""
    found = re.fullmatch(r"\(\s*([0-9][0-9.,' ]*?)\s*\)|([0-9][0-9.,' ]*?)\s*-", text or "")
    return f"-{found.group(1) or found.group(2)}" if found else None


def _advice(
    connection: Connection, received: Received, source: Source, name: str, column: Column, reading: Reading
) -> str:
    """What to put into client.yaml: the forms, if any, that every row of the file fits."""
    slot = received.slot(name)

    def fits(other: Reading) -> bool:
        query = (
            f"select count(*) from {parsed(received)} where file = {source.number} and {slot} is not null "
            f"and ({value(column, slot, other)}) is null"
        )
        try:
            return connection.execute(query).fetchone()[0] == 0
        except DatabaseError:
            return False

    if column.type == "date":
        patterns = [pattern + time for time in TIMES for pattern in DATE_FORMATS]
        fitting = [quoted(pattern) for pattern in patterns if fits(Reading(date_format=pattern))]
        if len(fitting) > 1:
            return f"{EVERY_ROW} fits date_format {' and '.join(fitting[:3])}: ask the sender which one it is."
        if fitting:
            return f"{EVERY_ROW} fits date_format: {fitting[0]}; set it in client.yaml."
        return f"Set date_format in client.yaml to the file's own format, {OR_CORRECT}"
    if column.type in NUMERIC:
        for decimal, thousands in NUMBER_FORMATS:
            other = Reading(decimal, thousands)
            if (decimal, thousands) != (reading.decimal, reading.thousands) and fits(other):
                marks = f'decimal: "{decimal}"' + (f' and thousands: "{thousands}"' if thousands else "")
                return f"{EVERY_ROW} of this column fits {marks}: set that in client.yaml if the sender writes so."
        return f"Set decimal and thousands in client.yaml to the marks of the file, {OR_CORRECT}"
    return AT_THE_SOURCE


def _one_of(connection: Connection, received: Received) -> Iterable[Problem]:
    names = [name for name in ONE_OF.get(received.name, ()) if name in received.columns]
    if not names:
        return
    blank = " and ".join(f"{received.slot(name)} is null" for name in names)
    count = connection.execute(f"select count(*) from {parsed(received)} where {blank}").fetchone()[0]
    if count:
        found = f"{counted(count, 'row')} {'has' if count == 1 else 'have'} none of them."
        yield Problem(
            " or ".join(ONE_OF[received.name]), found, f"Every row needs one; fill it at the source, {OR_CORRECT}"
        )


def _repeated_keys(connection: Connection, received: Received) -> Iterable[Problem]:
    key = [name for name in received.schema.key if name in received.columns]
    if not key:
        return
    slots = ", ".join(received.slot(name, "v") for name in key)
    texts = ", ".join(f"coalesce(min({received.slot(name)}), '')" for name in key)
    filled = received.slot(key[0], "v")
    rows = connection.execute(
        f"select count(*) over (), count(*), [{texts}], list([file, record] order by file, record) "
        f"from {parsed(received)} where {filled} is not null group by {slots} having count(*) > 1 "
        "order by min(file * 10000000000 + record) limit 1"
    ).fetchone()
    if rows:
        keys, _, words, places = rows
        source = received.sources[[source.number for source in received.sources].index(places[0][0])]
        here = [record for file, record in places if file == places[0][0]]
        first = source.places(here[:5], len(here))
        others = len(places) - len(here)
        more = f" and {counted(others, 'row')} of other files" if others else ""
        where = source.where(key[0]) if len(key) == 1 else " + ".join(source.where(name) for name in key)
        example = ", ".join(quoted(word) for word in words)
        stand = f"{counted(keys, 'value')} {'stands' if keys == 1 else 'stand'} in more than one row"
        remedy = f"Expected {received.schema.grain}. Drop the others in decisions/corrections.yaml."
        yield Problem(where, f"{stand} (first: {example}, {first}{more}).", remedy)


def _order_of_days(connection: Connection, received: Received) -> Iterable[Problem]:
    """Periods that end before they begin."""
    for start, end in (("period_start", "period_end"), ("start_date", "end_date")):
        if start in received.columns and end in received.columns:
            for source in received.sources:
                rows = connection.execute(
                    f"select record from {parsed(received)} where file = {source.number} "
                    f"and {received.slot(end, 'v')} < {received.slot(start, 'v')} order by record"
                ).fetchall()
                if rows:
                    places = source.places([row[0] for row in rows[:5]], len(rows))
                    ends = f"{counted(len(rows), 'row')} {'ends' if len(rows) == 1 else 'end'} before the start"
                    yield Problem(source.where(end), f"{ends} ({places}).", "Correct them at the source, " + OR_CORRECT)


def _too_large(connection: Connection, received: Received) -> Iterable[Problem]:
    """Totals that no business has: nearly always a decimal mark that was lost."""
    for name, column in received.columns.items():
        if column.type == "money":
            slot = received.slot(name, "v")
            total = connection.execute(f"select sum(abs({slot})) from {parsed(received)}").fetchone()[0]
            if total is not None and total >= LARGEST_SUM:
                found = f"The amounts add up to {total:,.0f}, regardless of sign."
                remedy = "The kit counts to 100,000,000,000,000: was a decimal mark lost?"
                yield Problem(received.sources[0].where(name), found, remedy)
