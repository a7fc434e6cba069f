"""Delivered files become raw tables: every field still the client's text, every row with its file and its number.

Nothing is interpreted here except where one record ends and the next begins. The raw table of `orders` is `raw_orders`:
file (number of the file), record (row in it, from 1), s0, s1, ... (trimmed text, NULL when blank), spaces (whether
something was cut off), correction (NULL until one is applied) and dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.client.column_map import leave_out, map_columns
from helpers.client.config import TableConfig
from helpers.client.delimited import DelimitedText, UnreadableFile, read_delimited
from helpers.client.folder import Client
from helpers.client.parsing import EXACT, Reading, format_fault, trimmed
from helpers.client.schema import Column, TableSchema
from helpers.client.tables import (
    Connection,
    DatabaseError,
    file_hash,
    identifier,
    load_csv,
    load_parquet,
    parquet_columns,
    plain_path,
)
from helpers.errors import Problem, listed, quoted, report_problems

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
ZIP, OLD_EXCEL, PARQUET, GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b"
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
WHOLE_TYPES = (*WHOLE, *("U" + name for name in WHOLE))
MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


class Complaints:
    """The problems of all tables, by table and file, in the order in which they were met."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Problem]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._found.values()))

    def add(self, subject: str, file: str, *problems: Problem) -> None:
        """Note problems of one file of a table; none is fine."""
        if problems:
            self._found.setdefault((subject, file), []).extend(problems)

    def text(self, order: Sequence[str]) -> str:
        """All of it, one block for each file, a blank line between; tables in the order given, corrections last."""
        ranks = {subject: rank for rank, subject in enumerate(order)}
        places = sorted(self._found, key=lambda place: ranks.get(place[0], len(ranks)))
        return "\n\n".join(report_problems(*place, self._found[place]) for place in places)


@dataclass
class Source:
    """One delivered file. `theirs` are its own names of our columns; `readings` how the text of each is read.

    `fields` are the columns of the part table that hold them, while it is there.
    """

    number: int
    file: str
    sha256: str
    rows: int
    theirs: dict[str, str]
    readings: dict[str, Reading]
    fields: dict[str, str]
    text: DelimitedText | None = None

    def where(self, column: str) -> str:
        """The column as the client knows it, and as we do."""
        theirs = self.theirs.get(column, column)
        return quoted(theirs) if theirs == column else f"{quoted(theirs)} -> {column}"

    def places(self, records: Iterable[int], count: int) -> str:
        """Where records stand: "lines 3, 5 and 7"; `count` is how many there are, if more than those given."""
        known = list(records)
        numbers = self.text.lines_of(known) if self.text else sorted(known)
        word = "line" if self.text else "row"
        return f"{word}{'s' if count > 1 else ''} {listed([*map(str, numbers), *[''] * (count - len(numbers))])}"


@dataclass
class Received:
    """A delivered table before parsing. `columns` are ours, in order; column i is s<i> of the raw table."""

    name: str
    config: TableConfig
    schema: TableSchema
    columns: dict[str, Column]
    sources: list[Source]
    notes: list[tuple[str, int]] = field(default_factory=list)

    @property
    def raw(self) -> str:
        """The raw table's name as SQL."""
        return identifier(f"raw_{self.name}")

    @property
    def files(self) -> str:
        """All its files as one text, for what concerns them together."""
        return listed([source.file for source in self.sources])

    def slot(self, column: str, prefix: str = "s") -> str:
        """The SQL name of a column: s<i> for its text, v<i> for its value."""
        return f"{prefix}{list(self.columns).index(column)}"


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
        if source.text and not source.text.ends_with_newline:
            notes.append((f"{file} does not end in a line break: was it cut off?", 0))
        if source.text and source.text.blank_lines:
            notes.append((f"blank lines left out of {file}", source.text.blank_lines))
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
        remedy = f"{nearest_file(path.name, beside)} Correct file: in client.yaml, or put the file there."
        raise UnreadableFile(Problem("the file", "It is not there.", remedy.strip()))
    if not path.is_file():
        raise UnreadableFile(Problem("the file", "It is a folder.", "Name a file in client.yaml."))
    return path


def nearest_file(name: str, beside: Sequence[str]) -> str:
    """What stands in the folder instead of a file that is not there."""
    return f"The folder has {listed([quoted(other) for other in beside])}." if beside else ""


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
        return _load_typed(connection, part, path, schema, config)
    text = read_delimited(path, encoding=config.encoding, delimiter=config.delimiter)
    mapped, problems = map_columns(schema, config.columns, text.header)
    if config.date_format and (fault := format_fault(config.date_format)):
        problems.append(Problem("date_format in client.yaml", fault, 'Expected one such as "%d/%m/%Y".'))
    if not text.records:
        remedy = f"Export it again, or take {schema.name} out of client.yaml."
        problems.append(Problem("the file", "It has a header and no rows.", remedy))
    if problems or mapped is None:
        raise UnreadableFile(*problems)
    body = scratch / f"{part}.csv"
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
    reading = Reading(config.decimal, config.thousands, config.date_format)
    theirs = {ours: text.header[at] for ours, at in mapped.positions.items()}
    fields = {ours: f"f{at}" for ours, at in mapped.positions.items()}
    source = Source(0, "", "", rows, theirs, dict.fromkeys(theirs, reading), fields, text)
    return source, mapped.columns, mapped.unused


def _load_typed(
    connection: Connection, part: str, path: Path, schema: TableSchema, config: TableConfig
) -> tuple[Source, dict[str, Column], tuple[str, ...]]:
    with plain_path(path) as plain:
        try:
            found = parquet_columns(connection, plain)
            mapped, problems = map_columns(schema, config.columns, [name.strip() for name, _ in found])
            if mapped is None:
                raise UnreadableFile(*problems)
            texts, readings = {}, {}
            typed, from_text = Reading(), Reading(config.decimal, config.thousands, config.date_format)
            for ours, at in mapped.positions.items():
                heading, kind = found[at]
                text = _as_text(identifier(heading), kind, mapped.columns[ours])
                if text is None:
                    problems.append(_wrong_type(heading, ours, kind, mapped.columns[ours]))
                    continue
                texts[ours], readings[ours] = text, from_text if kind == "VARCHAR" else typed
            if problems:
                raise UnreadableFile(*problems)
            rows = load_parquet(connection, part, plain, list(texts.values()))
        except DatabaseError:
            remedy = "Export it again, or save the table as CSV."
            raise UnreadableFile(Problem("the file", "It is damaged, or no Parquet file.", remedy)) from None
    if not rows:
        remedy = f"Export it again, or take {schema.name} out of client.yaml."
        raise UnreadableFile(Problem("the file", "It has no rows.", remedy))
    fields = {ours: f"f{place}" for place, ours in enumerate(texts)}
    theirs = {ours: found[at][0] for ours, at in mapped.positions.items()}
    return Source(0, "", "", rows, theirs, readings, fields), mapped.columns, mapped.unused


def file_kind(path: Path) -> str:
    """`text` or `parquet`, from the ending and the first bytes, which have to agree."""
    ending = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(4)
    if ending in SPREADSHEETS or start in (ZIP, OLD_EXCEL):
        what = "It is a spreadsheet." if ending in SPREADSHEETS else "Its content is that of a spreadsheet or zip file."
        remedy = "Open it, save the sheet as CSV (UTF-8) and name that file in client.yaml."
        raise UnreadableFile(Problem("the file", what, remedy))
    if start[:2] == GZIP:
        raise UnreadableFile(Problem("the file", "It is compressed (gzip).", "Unpack it and name the file inside."))
    if ending == ".parquet" or start == PARQUET:
        if start != PARQUET and path.stat().st_size:
            raise UnreadableFile(Problem("the file", "Its content is not Parquet.", "Name it .csv if it is text."))
        if ending != ".parquet":
            raise UnreadableFile(Problem("the file", "Its content is Parquet.", "Give it the ending .parquet."))
        return "parquet"
    if ending not in TEXT_ENDINGS:
        found = f'The ending "{ending}" is not known here.' if ending else "It has no ending."
        remedy = "Expected .csv, .tsv or .txt for text, or .parquet."
        raise UnreadableFile(Problem("the file", found, remedy))
    return "text"


def _as_text(name: str, kind: str, column: Column) -> str | None:
    """SQL for the text of a typed column, in the plain form that the parser reads; None where the type will not do."""
    base = kind.split("(")[0]
    as_it_is = f"cast({name} as varchar)"
    if base == "VARCHAR":
        return name
    if base == "ENUM" or (base == "UUID" and column.type in ("id", "text")):
        return as_it_is
    if column.type == "date":
        return f"cast(cast({name} as date) as varchar)" if base in (*MOMENTS, "DATE") else None
    if column.type == "id":
        return as_it_is if base in WHOLE_TYPES or (base == "DECIMAL" and kind.endswith(",0)")) else None
    if column.type == "text":
        return as_it_is if base in (*WHOLE_TYPES, *MOMENTS, "DECIMAL", "DOUBLE", "FLOAT", "BOOLEAN", "DATE") else None
    if column.type == "boolean":
        return as_it_is if base in (*WHOLE_TYPES, "BOOLEAN") else None
    if base in (*WHOLE_TYPES, "DECIMAL"):
        return as_it_is
    if base in ("DOUBLE", "FLOAT"):
        # ten decimals keep every cent and none of the noise behind 0.1 + 0.2
        exact = name if base == "DOUBLE" else as_it_is
        rounded = f"coalesce(cast(try_cast({exact} as {EXACT}) as varchar), {as_it_is})"
        return rounded if column.type == "money" else as_it_is
    return None


def _wrong_type(heading: str, ours: str, kind: str, column: Column) -> Problem:
    where = quoted(heading) if heading == ours else f"{quoted(heading)} -> {ours}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return Problem(
            where, "It holds moments (TIMESTAMP WITH TIME ZONE).", "Export local days: a column of type DATE."
        )
    if column.type == "id":
        remedy = "Export it as text or whole numbers, so that 12 does not become 12.0."
        return Problem(where, f"An id cannot be of type {quoted(kind)[1:-1]}.", remedy)
    remedy = f"Expected a {column.type}; export the column as such, or as text{leave_out(column)}."
    return Problem(where, f"It is of type {quoted(kind)[1:-1]}.", remedy)


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
        part = identifier(f"part_{received.name}_{source.number}")
        selects.append(
            f"select {source.number} as file, record, {', '.join(texts)}, ({' or '.join(cut)}) is true as spaces, "
            f"cast(null as integer) as correction, false as dropped from {part}"
        )
    connection.execute(f"create table {received.raw} as {' union all '.join(selects)}")
    for source in received.sources:
        connection.execute(f"drop table {identifier(f'part_{received.name}_{source.number}')}")
