"""Ids of customers that differ between two tables by zeros in front, and by nothing else.

A spreadsheet takes "00123" for the number 123 and writes it back so, in its own files and in CSV that went through it.
The customers are then strangers to each other and nothing fails. It is noted, and left to people: whether "123" and
"00123" are one customer is not in the file.
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.client.check_values import parsed
from helpers.client.count_rows import Count
from helpers.client.sources import Received
from helpers.client.tables import Connection
from helpers.errors import counted

ID = "customer_id"
DIGITS = "'0*[1-9][0-9]*'"


def count_lost_zeros(connection: Connection, tables: Mapping[str, Received]) -> list[Count]:
    """A note for each table whose customers would be found in transactions if zeros in front were put back.

    Parameters
    ----------
    tables : mapping
        The parsed tables by name.

    Returns
    -------
    list of Count
        Outcome noted, without rows or money; the note names how many customers, an example and the length of the ids.
    """
    lines = tables.get("transactions")
    counts = []
    for name, table in tables.items():
        if lines is not None and table is not lines and ID in table.columns:
            found = _only_zeros_apart(connection, table, lines)
            if found:
                counts.append(Count(name, "noted", found, 0, None))
    return counts


def _only_zeros_apart(connection: Connection, table: Received, lines: Received) -> str | None:
    """The customers of a table that transactions know with more, or with fewer, zeros in front."""
    here, there = (f"(select distinct {one.slot(ID, 'v')} as id from {parsed(one)})" for one in (table, lines))
    # an id that stands in both tables as it is needs no zeros
    pairs = (
        "select greatest(length(ours.id), length(min(theirs.id))) as digits "
        f"from {here} ours join {there} theirs on ltrim(ours.id, '0') = ltrim(theirs.id, '0') "
        f"where regexp_full_match(ours.id, {DIGITS}) and ours.id not in (select id from {there} where id is not null) "
        f"and theirs.id not in (select id from {here} where id is not null) group by ours.id"
    )
    row = connection.execute(
        f"select digits, count(*) from ({pairs}) group by digits order by 2 desc, 1 desc limit 1"
    ).fetchone()
    if row is None:
        return None
    digits, count = row
    return (
        f"{counted(count, 'customer')} would be found in transactions if ids were padded with zeros to {digits} "
        "digits: did a spreadsheet take them off? Have the ids exported as text."
    )
