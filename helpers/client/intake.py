"""The one way in for a client's data: read, map, correct, parse once, check, count every loss, write.

All problems of all tables are told at once, before anything is written. What is written is `<table>.parquet` for each
delivered table, the summaries, and tables.json last: without it, or with another hash in it, the tables do not count.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from helpers.client.apply_corrections import apply_corrections
from helpers.client.check_values import parse, parsed
from helpers.client.corrections import read_corrections
from helpers.client.count_rows import Count, check_control, count_kept, count_received, joined
from helpers.client.folder import Client
from helpers.client.hazards import count_hazards, count_strangers
from helpers.client.lost_zeros import count_lost_zeros
from helpers.client.overlap import settle_overlap
from helpers.client.receive import receive
from helpers.client.schema import TableSchema, schema, table_names
from helpers.client.sources import Complaints, Received
from helpers.client.sql_text import identifier
from helpers.client.summarise import Window, check_wallets, choose_window, make_relations
from helpers.client.survey_form import read_value, stated_scales, take_answers
from helpers.client.tables import Connection, DatabaseError, connect, copy_query
from helpers.client.tables_manifest import (
    MANIFEST,
    Period,
    SourceFile,
    TableEntry,
    TablesManifest,
    read_tables_manifest,
    write_tables_manifest,
)
from helpers.client.total_row import check_last_rows
from helpers.errors import FULL_DISK, TableError, is_full_disk
from helpers.method.summaries import SUMMARIES, WALLET_REVENUE

__all__ = ["TablesManifest", "read_tables_manifest", "take_in"]


def take_in(client: Client, into: Path) -> TablesManifest:
    """Read the delivered tables of a client and write them, checked and summarised, into a folder.

    Parameters
    ----------
    client : Client
        From `open_client`; its client.yaml names the files.
    into : Path
        The folder to write to, made if it is not there. An interrupted call leaves it without tables.json; a caller
        that needs the old set until the new one is whole gives a fresh folder and swaps.

    Returns
    -------
    TablesManifest
        What was written, also as tables.json. Equal deliveries give equal bytes.

    Raises
    ------
    TableError
        Once, with the problems of all tables: one block for each file, five examples each. Nothing was written then.
    DecisionError
        If decisions/corrections.yaml is damaged.

    Notes
    -----
    Lines without a customer are kept as their own line; nothing is dropped but by a correction that people signed, and
    what client.yaml says is no data (`header_row`, `footer_rows`) or was delivered twice (`overlap: once`).
    """
    corrections = read_corrections(client.folder)
    complaints = Complaints()
    counts: list[Count] = []
    received: dict[str, Received | None] = {}
    with connect() as connection, tempfile.TemporaryDirectory(prefix="workbook-") as scratch:
        try:
            for name, config in client.config.tables.items():
                table = receive(connection, client, schema(name), config, Path(scratch), complaints)
                received[name] = table
                if table:
                    counts += count_received(connection, table)
                    check_control(connection, table, complaints)
                    counts += settle_overlap(connection, table, complaints)
            applied = apply_corrections(connection, corrections, received, complaints)
            for table in received.values():
                if table:
                    check_last_rows(connection, table, complaints)
                    take_answers(connection, table)
            good = {name: table for name, table in received.items() if table and parse(connection, table, complaints)}
            for table in good.values():
                counts += [*count_kept(connection, table, applied), *count_hazards(connection, table)]
            counts += [*count_strangers(connection, good), *count_lost_zeros(connection, good)]
            window = _window(connection, client, good, complaints)
            if window:
                make_relations(connection, good, window.periods)
                counts += window.counts
                if "wallets" in good:
                    counts += check_wallets(connection, good["wallets"], complaints)
            if complaints or window is None:
                raise TableError(complaints.text(list(received)))
            _put_counts(connection, joined(counts, list(received)))
            return _write(connection, good, window, into)
        except DatabaseError as error:
            # no content of a file should lead here; if one does, it is told as what it is and not as a traceback
            if is_full_disk(str(error)):
                raise TableError(f"The tables cannot be written: {FULL_DISK}") from None
            reason = str(error).splitlines()[0]
            raise TableError(f"The tables cannot be worked out: {reason}\nNothing was changed.") from error


def _window(connection: Connection, client: Client, good: dict[str, Received], complaints: Complaints) -> Window | None:
    if "transactions" not in good:
        return None
    as_of = date.fromisoformat(client.config.as_of) if client.config.as_of else None
    return choose_window(connection, good["transactions"], as_of, client.config.window_months, complaints)


def _put_counts(connection: Connection, counts: list[Count]) -> None:
    columns = schema("received_data").columns
    types = ", ".join(f"{identifier(column.name)} {column.sql_type}" for column in columns)
    connection.execute(f"create table received_data (place bigint, {types})")
    connection.executemany(
        "insert into received_data values (?, ?, ?, ?, ?, ?)", [[place, *row] for place, row in enumerate(counts)]
    )


def _write(connection: Connection, good: dict[str, Received], window: Window, into: Path) -> TablesManifest:
    into.mkdir(parents=True, exist_ok=True)
    (into / MANIFEST).unlink(missing_ok=True)
    entries: dict[str, TableEntry] = {}
    for name, table in good.items():
        values = ", ".join(f"{read_value(table, column)} as {identifier(column)}" for column in table.columns)
        query = f"select {values} from {parsed(table)} order by file, record"
        sources = [SourceFile(file=source.file, sha256=source.sha256, rows=source.rows) for source in table.sources]
        entries[name] = _entry(connection, into, name, "delivered", query, list(table.columns), sources)
    queries = dict(SUMMARIES)
    if "wallets" in good:
        queries["wallet_revenue"] = WALLET_REVENUE
    queries["received_data"] = "select * exclude (place) from received_data order by place"
    for name, query in queries.items():
        summary = schema(name)
        entries[name] = _entry(connection, into, name, "summary", _cast(summary, query), summary.names, [])
    for name in (*table_names("delivered"), *table_names("summaries")):
        if name not in entries:
            (into / f"{name}.parquet").unlink(missing_ok=True)  # of an earlier delivery
    periods = window.periods
    manifest = TablesManifest(
        as_of=str(periods.as_of),
        window_start=str(periods.window_start),
        window_months=periods.window_months,
        prior_start=str(periods.window_start),
        current_start=str(periods.current_start),
        quarters=[Period(start=str(start), end=str(end)) for start, end in periods.quarters],
        first_date=str(periods.first_date),
        last_date=str(periods.last_date),
        seasonal_risk=periods.seasonal_risk,
        remarks=window.remarks,
        scales=stated_scales(good.get("survey")),
        tables=entries,
    )
    write_tables_manifest(into, manifest)
    return manifest


def _cast(summary: TableSchema, query: str) -> str:
    """The summary in the order and types of its schema; the order of rows is that of the query."""
    casts = ", ".join(
        f"cast({identifier(column.name)} as {column.sql_type}) as {identifier(column.name)}"
        for column in summary.columns
    )
    return f"select {casts} from ({query})"


def _entry(
    connection: Connection, into: Path, name: str, kind: str, query: str, columns: list[str], sources: list[SourceFile]
) -> TableEntry:
    file = f"{name}.parquet"
    rows, sha256 = copy_query(connection, query, into / file)
    return TableEntry(kind=kind, file=file, rows=rows, sha256=sha256, columns=columns, sources=sources)
