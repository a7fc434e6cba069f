"""Delivered files become raw tables: every field still the client's text, every row with its file and its number.

Nothing is interpreted here except where one record ends and the next begins. The raw table of `orders` is `raw_orders`:
file (number of the file), record (row in it, from 1), s0, s1, ... (trimmed text, NULL when blank), spaces (whether
something was cut off), correction (NULL until one is applied), dropped and whole (a digest of all columns of the file,
those that are not read included).
"""

from __future__ import annotations

from pathlib import Path

from helpers.client.column_map import ColumnMap, map_columns
from helpers.client.config import TableConfig
from helpers.client.files.cells import cells_to_text
from helpers.client.files.characters import UnreadableFile
from helpers.client.files.delimited import DelimitedText, read_delimited
from helpers.client.files.file_kind import file_kind
from helpers.client.files.sheet_reader import read_sheet
from helpers.client.files.sheets import Sheet
from helpers.client.files.title_rows import headings_problem
from helpers.client.files.typed_files import load_typed
from helpers.client.folder import Client
from helpers.client.parsing import Reading, format_fault, trimmed
from helpers.client.product_of import add_products
from helpers.client.schema import Column, TableSchema
from helpers.client.sources import Complaints, Received, Source
from helpers.client.sql_text import identifier
from helpers.client.tables import Connection, DatabaseError, file_hash, load_csv
from helpers.client.total_row import footer_problems
from helpers.errors import Problem, listed, quoted


def receive(
    connection: Connection,
    client: Client,
    schema: TableSchema,
    config: TableConfig,
    scratch: Path,
    complaints: Complaints,
) -> Received | None:
    """All files of a delivered table stacked in a raw table, or None with the complaints that prevent it."""
    name = schema.name
    sources: list[Source] = []
    columns: dict[str, Column] = {}
    notes: list[tuple[str, int]] = []
    seen: dict[str, str] = {}
    failed = False
    for number, file in enumerate(config.every_file):
        part = f"part_{name}_{number}"
        try:
            path = _existing(client.data_file(file))
            sha256 = file_hash(path)
            _refuse_repeated(seen, sha256, file)
            seen[sha256] = file
            source, mapped, unused = _load(connection, part, path, schema, config, scratch)
        except UnreadableFile as unreadable:
            complaints.add(name, file, *unreadable.problems)
            failed = True
            continue
        except OSError as error:
            remedy = "Close it in other programs and look at its permissions."
            complaints.add(name, file, Problem("the file", f"It cannot be read ({error.strerror}).", remedy))
            failed = True
            continue
        source.number, source.file, source.sha256 = number, file, sha256
        sources.append(source)
        columns |= {ours: column for ours, column in mapped.items() if ours not in columns}
        if unused:
            notes.append((f"not used in {file}: {listed([quoted(other) for other in unused], 12)}", 0))
        notes += source.left_out(config.header_row)
        if source.text and not source.text.ends_with_newline:
            notes.append((f"{file} does not end in a line break: was it cut off?", 0))
        if source.text and source.text.blank_lines:
            notes.append((f"blank {source.text.word}s left out of {file}", source.text.blank_lines))
        notes += [(f"{file}: {note}", rows) for note, rows in source.notes]
    if failed or not sources:
        return None
    fixed = [ours for ours in schema.names if ours in columns]
    ordered = {ours: columns[ours] for ours in (*fixed, *(ours for ours in columns if ours not in fixed))}
    received = Received(name, config, schema, ordered, sources, notes)
    for source in sources:
        absent = [ours for ours in ordered if ours not in source.theirs]
        if absent:
            notes.append((f"{source.file} has no column for {listed(absent, 12)}: blank in its rows", source.rows))
    _stack(connection, received)
    return received


def _existing(path: Path) -> Path:
    if not path.exists():
        beside = sorted(other.name for other in path.parent.glob("*")) if path.parent.is_dir() else []
        instead = f"The folder has {listed([quoted(other) for other in beside])}." if beside else ""
        remedy = f"{instead} Correct file: in client.yaml, or put the file there."
        raise UnreadableFile(Problem("the file", "It is not there.", remedy.strip()))
    if not path.is_file():
        raise UnreadableFile(Problem("the file", "It is a folder.", "Name a file in client.yaml."))
    return path


def _refuse_repeated(seen: dict[str, str], sha256: str, file: str) -> None:
    if sha256 in seen:
        other = seen[sha256]
        found = "It is named twice." if other == file else f"It holds the same bytes as {other}."
        raise UnreadableFile(Problem("the file", found, "Its rows would count twice: take one out of client.yaml."))


def _load(
    connection: Connection, part: str, path: Path, schema: TableSchema, config: TableConfig, scratch: Path
) -> tuple[Source, dict[str, Column], tuple[str, ...]]:
    kind = file_kind(path)
    if kind == "parquet":
        _refuse_frame(config)
        return load_typed(connection, part, path, schema, config)
    text = _sheet(path, scratch / f"{part}.sheet", config) if kind == "sheet" else _delimited(path, config)
    mapped = _mapped(text, schema, config)
    _load_body(connection, part, text, scratch / f"{part}.csv")
    is_sheet = isinstance(text, Sheet)
    reading = Reading(config.decimal, config.thousands, config.date_format, is_sheet and text.from_1904)
    theirs = {ours: text.header[at] for ours, at in mapped.positions.items()}
    fields = {ours: f"f{at}" for ours, at in mapped.positions.items()}
    read = dict.fromkeys(theirs, reading)
    source = Source(0, "", "", text.records, theirs, read, fields, text, footer=len(text.footer))
    if is_sheet:
        cells_to_text(connection, part, text, source, mapped, reading)
    every = {at: f"f{at}" for at in range(len(text.header))}
    add_products(connection, part, source, mapped.products, every, dict.fromkeys(every, reading))
    return source, mapped.columns, mapped.unused


def _mapped(text: DelimitedText | Sheet, schema: TableSchema, config: TableConfig) -> ColumnMap:
    """Which columns are read, once nothing speaks against reading them."""
    mapped, problems = map_columns(schema, config.columns, text.header)
    if mapped is None:
        problems = headings_problem(text.first_rows(), config.headings, config.header_row, word=text.word) or problems
    else:
        problems += footer_problems(schema.name, mapped, text.footer, word=text.word)
        problems += text.problems(mapped.places) if isinstance(text, Sheet) else []
    if config.date_format and (fault := format_fault(config.date_format)):
        problems.append(Problem("date_format in client.yaml", fault, 'Expected one such as "%d/%m/%Y".'))
    if not text.records and (mapped is None or not problems):
        problems.append(_no_rows(schema, config, len(text.footer)))
    if problems or mapped is None:
        raise UnreadableFile(*problems)
    return mapped


def _load_body(connection: Connection, part: str, text: DelimitedText | Sheet, body: Path) -> None:
    """The records as a part table."""
    text.write_body(body)
    try:
        rows = load_csv(connection, part, body, width=len(text.header), delimiter=text.delimiter)
    except DatabaseError:
        rows = -1
    finally:
        body.unlink()
    if rows != text.records:
        found = f"Two readers disagree on its rows ({text.records:,} and {max(rows, 0):,})."
        raise UnreadableFile(Problem("the file", found, "Export it again with every field in quotation marks."))


def _delimited(path: Path, config: TableConfig) -> DelimitedText:
    return read_delimited(
        path,
        encoding=config.encoding,
        delimiter=config.delimiter,
        header_row=config.header_row,
        footer_rows=config.footer_rows,
    )


def _sheet(path: Path, folder: Path, config: TableConfig) -> Sheet:
    folder.mkdir()
    return read_sheet(path, folder, sheet=config.sheet, header_row=config.header_row, footer_rows=config.footer_rows)


def _refuse_frame(config: TableConfig) -> None:
    """A typed file holds columns and nothing else, so what says where they begin and end would say nothing."""
    given = [
        name for name, rows in (("header_row", config.header_row - 1), ("footer_rows", config.footer_rows)) if rows
    ]
    if given:
        found = "A Parquet file has no headings to find and no rows below its data."
        remedy = "Leave it out; rows that are no data are dropped in decisions/corrections.yaml."
        raise UnreadableFile(Problem(f"{listed(given)} in client.yaml", found, remedy))


def _no_rows(schema: TableSchema, config: TableConfig, below: int) -> Problem:
    """What to say of a file whose header is followed by nothing, or by nothing but the footer."""
    if below:
        found = f"footer_rows: {config.footer_rows} leaves out every row ({below:,})."
        return Problem("the file", found, "Set footer_rows in client.yaml to the number of rows that are no data.")
    remedy = f"Export it again, or take {schema.name} out of client.yaml."
    return Problem("the file", "It has a header and no rows.", remedy)


def _stack(connection: Connection, received: Received) -> None:
    """One raw table out of the parts, which are dropped."""
    selects = []
    for source in received.sources:
        texts, cut = [], []
        for place, ours in enumerate(received.columns):
            name = source.fields.get(ours, "cast(null as varchar)")
            texts.append(f"{trimmed(name) if ours in source.fields else name} as s{place}")
            if ours in source.fields:
                cut.append(f"({name} <> '' and {name} is distinct from s{place})")
        cut += [f"({name} <> '' and {name} is distinct from {trimmed(name)})" for name in source.factors]
        part = identifier(f"part_{received.name}_{source.number}")
        selects.append(
            f"select {source.number} as file, record, {', '.join(texts)}, ({' or '.join(cut)}) is true as spaces, "
            f"cast(null as integer) as correction, false as dropped, whole from {part}"
        )
    connection.execute(f"create table {received.raw} as {' union all '.join(selects)}")
    for source in received.sources:
        connection.execute(f"drop table {identifier(f'part_{received.name}_{source.number}')}")
