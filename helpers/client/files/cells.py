"""The cells of a sheet as the text that the parser reads, column by column as the type of ours asks.

In the part table each text is led by the letter of its cell's kind: s text, n number, d day, m day with a time, t time
or span, b true or false, e error. Numbers are written with the decimal mark of the table and days in its date format:
typed cells and text cells of one column are then read in one way.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.client.column_map import ColumnMap
from helpers.client.files.characters import UnreadableFile
from helpers.client.files.sheets import Sheet
from helpers.client.parsing import EXCEL_DAYS, Reading, any_date
from helpers.client.product_of import FACTOR
from helpers.client.schema import Column
from helpers.client.sources import Source
from helpers.client.sql_text import identifier, literal
from helpers.client.tables import Connection
from helpers.errors import Problem, counted, quoted

NUMERIC = ("money", "number", "share", "integer")
MOST_DIGITS = 15  # Excel keeps no more of a number
LOST_ZEROS = "are stored as numbers, so zeros in front, if there were any, are lost"
DIGITS_LOST = "The last digits are lost: export the ids as text, or as CSV without a way through Excel."
# cells that hold no id any more: which they are, what they are called, what to do
NO_IDS = (
    (
        "left({cell}, 1) in ('d', 'm', 't', 'b')",
        "dates, times or answers instead of ids",
        "Excel made them of ids such as 1-5: format the column as text before the ids go in, and export again.",
    ),
    (
        "left({cell}, 1) = 'n' and not regexp_full_match({cell}, 'n-?[0-9]+')",
        "numbers that are not whole instead of ids",
        "Correct them in Excel, or say under columns in client.yaml which column holds the ids.",
    ),
    (
        f"regexp_full_match({{cell}}, 'n-?[0-9]{{{{{MOST_DIGITS + 1},}}}}')",
        f"numbers with more digits than the {MOST_DIGITS} that Excel keeps",
        DIGITS_LOST,
    ),
)


def cells_to_text(
    connection: Connection, part: str, sheet: Sheet, source: Source, mapped: ColumnMap, reading: Reading
) -> None:
    """Replace the cells of the columns that are read by their text; what to know of them becomes notes of the source.

    Raises
    ------
    UnreadableFile
        Ids of which Excel has lost a part.
    """
    columns = {at: FACTOR for factors in mapped.products.values() for at in factors.values()}
    columns |= {at: mapped.columns[ours] for ours, at in mapped.positions.items()}
    ids = [ours for ours in mapped.positions if mapped.columns[ours].type == "id"]
    people = [ours for ours in ids if mapped.columns[ours].personal]  # whom tables are joined by
    problems = list(_broken_ids(connection, part, source, ids))
    if problems:
        raise UnreadableFile(*problems)
    source.notes += [*sheet.notes(columns), *_numbers_as_ids(connection, part, source, people)]
    texts = ", ".join(f"{_text(f'f{at}', column, reading)} as f{at}" for at, column in columns.items())
    name = identifier(part)
    connection.execute(f"create or replace table {name} as select record, whole, {texts} from {name}")


def _text(cell: str, column: Column, reading: Reading) -> str:
    letter, text = f"left({cell}, 1)", f"substr({cell}, 2)"
    if column.type in NUMERIC and reading.decimal != ".":
        return f"case when {letter} = 'n' then replace({text}, '.', {literal(reading.decimal)}) else {text} end"
    if column.type == "date":
        return f"case when {letter} in ('d', 'm') then {_day(text, reading)} else {text} end"
    return text


def _day(iso: str, reading: Reading) -> str:
    """SQL for a day in the table's date format; left as it is where that would be read back as another day."""
    if reading.date_format in (None, EXCEL_DAYS):
        return iso
    time = f"try_cast({iso} as timestamp)"
    written = f"strftime({time}, {literal(reading.date_format)})"
    return f"case when {any_date(written, reading)} = cast({time} as date) then {written} else {iso} end"


def _broken_ids(connection: Connection, part: str, source: Source, ids: Iterable[str]) -> Iterable[Problem]:
    for ours in ids:
        cell = source.fields[ours]
        for condition, what, remedy in NO_IDS:
            rows = connection.execute(
                f"select record, substr({cell}, 2), count(*) over () from {identifier(part)} "
                f"where {condition.format(cell=cell)} order by record limit 5"
            ).fetchall()
            if rows:
                _, first, count = rows[0]
                places = source.places([row[0] for row in rows], count)
                holds = f"{count:,} of {counted(source.rows, 'row')} {'holds' if count == 1 else 'hold'}"
                yield Problem(source.where(ours), f"{holds} {what} ({places}; first: {quoted(first)}).", remedy)


def _numbers_as_ids(connection: Connection, part: str, source: Source, ids: Iterable[str]) -> Iterable[tuple[str, int]]:
    for ours in ids:
        count = connection.execute(
            f"select count(*) from {identifier(part)} where left({source.fields[ours]}, 1) = 'n'"
        ).fetchone()[0]
        if count:
            yield f"ids in {quoted(source.theirs[ours])} {LOST_ZEROS}", count
