"""Raw tables become values, once; what cannot be read without guessing is listed with its place.

The parsed table of `orders` is `parsed_orders`: file, record, spaces, correction, whole, s0, s1, ... (text) and v0,
v1, ... (values of our types), without the rows that a correction dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from helpers.client.column_map import ONE_OF, leave_out, never_blank
from helpers.client.files.cells import DIGITS_LOST
from helpers.client.files.sheets import Sheet
from helpers.client.parsing import (
    DATE_FORMATS,
    DAY_NUMBER,
    EXCEL_DAYS,
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
from helpers.client.schema import Column
from helpers.client.sources import Complaints, Received, Source
from helpers.client.sql_text import identifier, literal
from helpers.client.survey_form import OFF_SCALE
from helpers.client.tables import Connection, DatabaseError
from helpers.client.total_row import holds_total_word
from helpers.errors import Problem, counted, listed, quoted

LARGEST_SUM = 10**14  # sums have to fit DECIMAL(18,4) as single amounts do
EVERY_ROW = "Every row"
# what a spreadsheet shows for a formula that failed, in the languages it is sold in: #N/A, #REF!, #WERT!
FAILED_CELL = "#(N/A|NV|[A-ZÄÖÜÉ0-9/_]{3,15}[!?])"
# what a spreadsheet makes of a long id when it writes text: other ids become the same one
SHORTENED_ID = "[0-9]([.,][0-9]+)?E[+][0-9]{2}"
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
        values = [f"{received.value(source, name)} as {received.slot(name, 'v')}" for name in received.columns]
        texts = ", ".join(received.slot(name) for name in received.columns)
        selects.append(
            f"select file, record, spaces, correction, whole, {texts}, {', '.join(values)} "
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
    # the first half keeps the expression from the many texts that are none
    failed = f"({text} like '#%' and regexp_full_match({text}, {literal(FAILED_CELL)}))"
    yield "failed", failed
    if never_blank(received.name, column):
        yield "blank", f"{text} is null"
    if column.type == "id":
        yield "shortened", f"{text} like '%E+%' and regexp_full_match({text}, {literal(SHORTENED_ID)})"
    if column.type == "date":
        day = any_date(text, source.reading(name))
        yield "unreadable", f"{text} is not null and {day} is null and not {failed}"
        yield "year", f"{parsed_value} is null and {day} is not null"
    elif column.type not in ("id", "text") or column.allowed:
        yield "unreadable", f"{text} is not null and {parsed_value} is null and not {failed}"
    if column.minimum is not None:
        yield "minimum", f"{parsed_value} < {column.minimum!r}"
    if column.maximum is not None:
        yield "maximum", f"{parsed_value} > {column.maximum!r}"


def _problem(
    connection: Connection, received: Received, source: Source, name: str, what: str, condition: str, count: int
) -> Problem:
    column, reading = received.columns[name], source.reading(name)
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
        hint = _no_data(connection, received, source, condition)
        return Problem(source.where(name), blank, f"Every row needs one; fill it at the source, {OR_CORRECT}{hint}")
    if what == "failed":
        failed = f"{rows} {'shows' if count == 1 else 'show'} an error of the spreadsheet ({places}; first: {example})."
        return Problem(source.where(name), failed, _or_left_out(f"Mend the formula and save, {OR_CORRECT}", column))
    if what == "shortened":
        found = f"{rows} {'is' if count == 1 else 'are'} written as powers of ten ({places}; first: {example})."
        return Problem(source.where(name), found, _or_left_out(DIGITS_LOST, column))
    if what == "year":
        years = f"{'has' if count == 1 else 'have'} a year outside {FIRST_YEAR} to {LAST_YEAR}"
        found = f"{rows} {years} ({places}; first: {example})."
        advice = _advice(connection, received, source, name, column, reading)
        remedy = f"Years of two digits are %y in date_format, those of four %Y: set it in client.yaml, {OR_CORRECT}"
        if reading.date_format == EXCEL_DAYS:
            remedy = f"As a count of days it is a mistake: correct it at the source, {OR_CORRECT}"
        return Problem(
            source.where(name), found, advice if advice.startswith(EVERY_ROW) else _or_left_out(remedy, column)
        )
    if what in ("minimum", "maximum"):
        limit = column.minimum if what == "minimum" else column.maximum
        side = "below" if what == "minimum" else "above"
        found = f"{rows} {'is' if count == 1 else 'are'} {side} {limit:,.12g} ({places}; first: {example})."
        remedy = OFF_SCALE if received.config.scale else AT_THE_SOURCE
        return Problem(source.where(name), found, _or_left_out(remedy, column))
    words = number_words(column)[count != 1]
    if column.allowed:
        words = "is no word of the list" if count == 1 else "are no words of the list"
    elif column.type == "date" and reading.date_format not in (None, EXCEL_DAYS):
        words = f"{'does' if count == 1 else 'do'} not match {quoted(reading.date_format)}"
    advice = _advice(connection, received, source, name, column, reading)
    negative = next((minus for _, text in first if (minus := _with_minus(text))), None)
    if negative and column.type in NUMERIC:
        advice = f"A negative one has to be written {negative}. {AT_THE_SOURCE}"
    remedy = _or_left_out(" ".join(part for part in (expected(column, reading), advice) if part), column)
    return Problem(source.where(name), f"{rows} {words} ({places}; first: {example}).", remedy)


def _no_data(connection: Connection, received: Received, source: Source, condition: str) -> str:
    """What else rows with blanks may be: totals between the data, or a note below it."""
    totals, last = connection.execute(
        f"select count(*) filter (where {holds_total_word(received)}), min(record) = max(record) and max(record) = "
        f"(select max(record) from {parsed(received)} where file = {source.number}) "
        f"from {parsed(received)} where file = {source.number} and ({condition})"
    ).fetchone()
    if totals:
        say = "holds a word such as Total: it adds" if totals == 1 else "hold a word such as Total: they add"
        return f" {counted(totals, 'of these rows', 'of these rows')} {say} up others and have to be dropped there."
    return " It is the last row: if it is a total or a note, set footer_rows in client.yaml." if last else ""


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
    # days of a sheet whose cells are dates are readable whatever the format of the texts among them
    typed = isinstance(source.text, Sheet) and column.type == "date" and not reading.date_format
    readable = f"and {any_date(slot, reading)} is null " if typed else ""

    def fits(other: Reading) -> bool:
        # the first row that does not fit is enough: most forms fail at once, and there are many to try
        query = (
            f"select 1 from {parsed(received)} where file = {source.number} and {slot} is not null {readable}"
            f"and ({value(column, slot, other)}) is null limit 1"
        )
        try:
            return connection.execute(query).fetchone() is None
        except DatabaseError:
            return False

    if column.type == "date":
        days = _days_as_numbers(connection, received, source, name, reading)
        if days:
            return days
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
        return _mixed(connection, received, source, name, column, reading) or (
            f"Set decimal and thousands in client.yaml to the marks of the file, {OR_CORRECT}"
        )
    return AT_THE_SOURCE


def _mixed(
    connection: Connection, received: Received, source: Source, name: str, column: Column, reading: Reading
) -> str:
    """What to say when all that cannot be read is written in one other way; empty when it is not."""
    slot = received.slot(name)
    for decimal, thousands in NUMBER_FORMATS:
        unread, rest, ways = connection.execute(
            f"select count(*), count(*) filter (where ({value(column, slot, Reading(decimal, thousands))}) is null), "
            f"count(*) filter (where contains({slot}, '{decimal}')) from {parsed(received)} where "
            f"file = {source.number} and {slot} is not null and {received.slot(name, 'v')} is null"
        ).fetchone()
        if decimal != reading.decimal and unread == ways and not rest:
            return (
                f'Two ways of writing numbers are mixed: these rows have "{decimal}" before the decimals, the others '
                f'"{reading.decimal}", so 1{reading.decimal}250 can mean two things. Have the column exported again in '
                f"one way, {OR_CORRECT}"
            )
    return ""


def _days_as_numbers(
    connection: Connection, received: Received, source: Source, name: str, reading: Reading
) -> str | None:
    """What to do about days that a spreadsheet has left as numbers; None where they are something else."""
    slot, excel = received.slot(name), replace(reading, date_format=EXCEL_DAYS)
    number = f"regexp_full_match({slot}, {literal(DAY_NUMBER)})"
    day = f"case when {number} then {value(received.columns[name], slot, excel)} end"
    unread = f"{slot} is not null and {any_date(slot, reading)} is null"
    rows = connection.execute(
        f"select {slot}, {day}, count(*) over (), count({day}) over () from {parsed(received)} "
        f"where file = {source.number} and {unread} order by {day} is null, record limit 1"
    ).fetchone()
    if not rows or rows[1] is None or reading.date_format == EXCEL_DAYS:
        return None
    example = f"{quoted(rows[0])} is {rows[1]}"
    if rows[2] == rows[3] and not reading.date_format:
        return f"{EVERY_ROW} fits date_format: excel, which counts days ({example}); set it in client.yaml."
    return f"Some are days as Excel counts them ({example}): give the column one date format in Excel, and save."


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
        stands = _stands(received, places)
        source = received.sources[[source.number for source in received.sources].index(places[0][0])]
        where = source.where(key[0]) if len(key) == 1 else " + ".join(source.where(name) for name in key)
        example = ", ".join(quoted(word) for word in words)
        stand = f"{counted(keys, 'value')} {'stands' if keys == 1 else 'stand'} in more than one row"
        remedy = f"Expected {received.schema.grain}. Drop the others in decisions/corrections.yaml."
        yield Problem(where, f"{stand} (first: {example}, {stands}).", remedy)


def _stands(received: Received, places: Iterable[tuple[int, int]]) -> str:
    """Where rows stand, with their files if there are several: "line 2 of data/a.csv and line 3 of data/b.csv"."""
    parts = []
    for source in received.sources:
        here = [record for file, record in places if file == source.number]
        if here:
            where = source.places(here[:5], len(here))
            parts.append(where if len(received.sources) == 1 else f"{where} of {source.file}")
    return listed(parts)


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
