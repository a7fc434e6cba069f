"""Rows that add up other rows: exports for people often end in a total, and counted as data it doubles the revenue.

They are recognised to advise `footer_rows`, never to leave anything out. Two signs count: a field that holds a word
such as Total, and an amount that is the sum of the rows above it. Files of all kinds are looked at as raw tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from helpers.client.column_map import ColumnMap, never_blank
from helpers.client.sources import Complaints, Received, Source
from helpers.client.sql_text import literal
from helpers.client.tables import Connection
from helpers.errors import Problem, counted, listed, quoted

WORDS = (
    *(
        "totals?",
        "grand total",
        "sub[- ]?total",
        "sums?",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "endsumme",
    ),
    *("zwischensumme", "totale", "totaal", "total g[eé]n[eé]ral", "sous-total", "somme", "suma", "soma", "summa"),
    *("razem", "celkem", "összesen", "yhteensä", "i alt", "toplam", "итого", "всего", "合計", "合计", "总计"),
)
# the whole field, else every order of "Total Energies" would be one; "Total: 12 orders" and "Total 2026" are, too
TOTAL = rf"(?i)[\s*=-]*({'|'.join(WORDS)})(\s*[:=].*|\s+[0-9]{{4}})?[\s*=.-]*"
LAST = 10  # rows at the end of a file that are looked at
ENOUGH = 3  # rows above, for a sum to be no accident
# a correction took these rows out; those that stand in an earlier file are still there to be added up
PRESENT = "(not dropped or correction is null)"


def is_total_word(text: str) -> bool:
    """Whether a field says that its row adds up others.

    >>> is_total_word("Grand Total:"), is_total_word("Total Energies")
    (True, False)
    """
    return re.fullmatch(TOTAL, text) is not None


def holds_total_word(received: Received) -> str:
    """SQL: whether a row of the raw or the parsed table holds such a word in any of its columns."""
    return " or ".join(
        f"regexp_full_match(coalesce({received.slot(name)}, ''), {literal(TOTAL)})" for name in received.columns
    )


def footer_problems(
    table: str,
    mapped: ColumnMap,
    footer: Sequence[tuple[int, Sequence[str]]],
    *,
    word: str = "line",
) -> list[Problem]:
    """The rows that footer_rows leaves out though they read like data: all filled that every row needs, no word.

    Parameters
    ----------
    table : str
        Its name.
    mapped : ColumnMap
        Our columns' places in a row.
    footer : sequence of (number in the file, fields)
        The rows at the end that were left out; a row that is shorter than the header is no row of data.
    word : str
        What a row of the file is called there: line or row.
    """
    needed = [
        at for name, column in mapped.columns.items() if never_blank(table, column) for at in mapped.places_of(name)
    ]
    problems = []
    for number, fields in footer:
        filled = all(at < len(fields) and fields[at].strip() for at in needed)
        if filled and not any(map(is_total_word, fields)):
            texts = listed([quoted(field) for field in fields], 6)
            found = f"footer_rows leaves this row out, and it reads like data: {texts}."
            remedy = "Set footer_rows to the number of rows at the end that are no data, the same for every file; "
            remedy += "a row that only one file has is dropped in decisions/corrections.yaml."
            problems.append(Problem(f"{word} {number:,}", found, remedy))
    return problems


def check_last_rows(connection: Connection, received: Received, complaints: Complaints) -> None:
    """Tell which files end in rows that add up others; call it between the corrections and the parser.

    A single sign is enough where client.yaml does not give footer_rows; where it does, people have looked, and both
    signs are needed. The rows are told once: they are marked as dropped, so that nothing else is said of them.
    """
    totals = {source.number: found for source in received.sources if (found := _totals(connection, received, source))}
    counts = {len(found.records) for found in totals.values()}
    alike = len(totals) == len(received.sources) and len(counts) == 1
    for source in received.sources:
        found = totals.get(source.number)
        if found:
            complaints.add(received.name, source.file, _problem(received, source, found, alike=alike))
            connection.execute(
                f"update {received.raw} set dropped = true "
                f"where file = {source.number} and record in (select unnest($records::bigint[]))",
                {"records": found.records},
            )


@dataclass(frozen=True)
class _Totals:
    """The rows at the end of a file that add up others: their records, the word they hold, the sum they give."""

    records: list[int]
    word: str | None
    money: Decimal | None
    above: int


def _totals(connection: Connection, received: Received, source: Source) -> _Totals | None:
    amount = received.value(source, received.money) if received.money else "null"
    slots = ", ".join(received.slot(name) for name in received.columns)
    here = f"from {received.raw} where file = {source.number} and {PRESENT}"
    last = connection.execute(f"select record, {amount}, {slots} {here} order by record desc limit {LAST}").fetchall()
    words = _words(connection, received, here, [row[2:] for row in last])
    signed = list(takewhile(lambda row: _blank(received, row[2:]) or words & set(enumerate(row[2:])), last))
    rows = signed or last[:1]
    if not rows:
        return None
    records = sorted(row[0] for row in rows)
    above, total = connection.execute(f"select count(*), sum({amount}) {here} and record < {records[0]}").fetchone()
    enough = above >= (1 if signed else ENOUGH)
    fits = enough and bool(total) and total in [row[1] for row in rows]
    word = next((text for row in rows for place, text in enumerate(row[2:]) if (place, text) in words), None)
    both_needed = "footer_rows" in received.config.model_fields_set
    if not above or not (word and fits if both_needed else word or fits):
        return None
    return _Totals(records, word, total if fits else None, above)


def _words(
    connection: Connection, received: Received, here: str, rows: Sequence[Sequence[str | None]]
) -> set[tuple[int, str]]:
    """The words at the end, by column, that stand once in the file: a category called Total stands in many rows."""
    found = sorted({(place, text) for row in rows for place, text in enumerate(row) if text and is_total_word(text)})
    slots = [received.slot(name) for name in received.columns]
    counts = [f"count(*) filter (where {slots[place]} = {literal(text)})" for place, text in found]
    if not found:
        return set()
    return {
        one
        for one, count in zip(found, connection.execute(f"select {', '.join(counts)} {here}").fetchone(), strict=True)
        if count == 1
    }


def _blank(received: Received, texts: Sequence[str | None]) -> bool:
    """Whether a row lacks what every row of the table needs."""
    return any(
        never_blank(received.name, column) and not text
        for column, text in zip(received.columns.values(), texts, strict=True)
    )


def _problem(received: Received, source: Source, totals: _Totals, *, alike: bool) -> Problem:
    rows, config = len(totals.records), received.config
    one = rows == 1
    signs = [f"{'it holds' if one else 'they hold'} {quoted(totals.word)}"] if totals.word else []
    if totals.money is not None:
        where = source.where(received.money or "")
        above = "the row" if totals.above == 1 else f"the {totals.above:,} rows"
        signs.append(f"{totals.money:,.2f} in {where} is the sum of {above} above")
    what = "The last row looks like a total" if one else f"The last {counted(rows, 'row')} look like totals"
    it = "it" if one else "them"
    if not alike or source.file.lower().endswith(".parquet"):
        remedy = f"Drop {it} in decisions/corrections.yaml; footer_rows in client.yaml would hold for every file."
    else:
        remedy = f"Set footer_rows: {config.footer_rows + rows} in client.yaml to leave {it} out."
    if "footer_rows" not in config.model_fields_set:
        remedy += f" If {'it is a row' if one else 'they are rows'} of data, set footer_rows: 0."
    return Problem(source.places(totals.records[:5], rows), f"{what}: {', and '.join(signs)}.", remedy)
