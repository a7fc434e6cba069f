"""Tables on disk and the database that makes them: the only module that knows DuckDB.

One writer casts every column to the type of its schema, one reader sets the dtypes from the schema: what pandas or
DuckDB would choose by themselves depends on where the blanks are. One thread and a fixed row order make the same
tables the same bytes on the same platform and versions.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from helpers.client.file_hashes import file_hash
from helpers.client.schema import Column, TableSchema
from helpers.client.sql_text import identifier, literal
from helpers.errors import StepInputError, listed, quoted

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error

MEMORY_LIMIT = "4GB"
ROWS_A_GROUP = 122_880  # the default, written down so that a new version cannot change the bytes


@contextmanager
def connect() -> Iterator[Connection]:
    """An empty database in memory that is closed and cleared away at the end.

    One thread (the order of rows and bytes is then given), no extension is loaded or fetched, and what does not fit in
    memory goes to a temporary folder that is removed.
    """
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        connection = _database(str(Path(folder) / "spill"))
        with _session(connection):
            yield connection


@contextmanager
def _reader() -> Iterator[Connection]:
    """A session of the one database that reads and writes whole tables: to open one takes longer than to read a table.

    What a session is told ends with it, and nothing in it is large enough to need a place on disk.
    """
    connection = _shared_database().cursor()
    with _session(connection):
        yield connection


@cache
def _shared_database() -> Connection:
    return _database("")


def _database(spill: str) -> Connection:
    config = {
        "threads": 1,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": spill,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    return duckdb.connect(":memory:", config=config)


@contextmanager
def _session(connection: Connection) -> Iterator[None]:
    """The settings of each session; it is closed at the end."""
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        yield
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None  # DuckDB's words for Ctrl-C during a query
        raise
    finally:
        connection.close()


def load_csv(connection: Connection, table: str, body: Path, *, width: int, delimiter: str) -> int:
    """Read a body without header into `table` (columns f0, f1, ..., `record` from 1, and `whole`); the number of rows.

    Everything stays text: typed reading turns 9,99999 into 10 and 05/02/24 into a day of the year 24. Rows that the
    reader rejects are counted out, so the caller compares the number with its own.
    """
    columns = ", ".join(f"'f{place}': 'VARCHAR'" for place in range(width))
    connection.execute("drop table if exists reject_errors")
    connection.execute("drop table if exists reject_scans")
    connection.execute(
        f"""create table {identifier(table)} as
        select row_number() over () as record, *, {_whole([f"f{place}" for place in range(width)])} as whole
        from read_csv({literal(str(body))},
            columns = {{{columns}}}, delim = {literal(delimiter)}, quote = '"', escape = '"', header = false,
            auto_detect = false, store_rejects = true, parallel = false, new_line = '\\n', strict_mode = true,
            null_padding = false, hive_partitioning = false, compression = 'none')"""
    )
    return connection.execute(f"select count(*) from {identifier(table)}").fetchone()[0]


def _whole(texts: Sequence[str]) -> str:
    """SQL for a digest of all fields of a row: equal rows have equal digests, and no others do."""
    fields = ", ".join(f"coalesce(trim({text}), '')" for text in texts)
    return f"md5_number(concat_ws(chr(31), {fields}))"  # 31 parts units in a text, and stands in no field


@contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """The file under a name without pattern characters: DuckDB reads `[x]` and `*` in a name as a pattern."""
    if not any(char in str(path) for char in "*?[]{}"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        copy = Path(folder) / "file.parquet"
        shutil.copyfile(path, copy)
        yield copy


def parquet_columns(connection: Connection, path: Path) -> list[tuple[str, str]]:
    """Name and SQL type of each column of a Parquet file; DatabaseError when it is damaged."""
    rows = connection.execute(f"describe select * from {_parquet(path)}").fetchall()
    return [(row[0], row[1]) for row in rows]


def load_parquet(connection: Connection, table: str, path: Path, texts: Sequence[str], names: Sequence[str]) -> int:
    """Read a Parquet file into `table` (columns f0, f1, ..., `record` from 1, and `whole`); the number of rows.

    `texts` are expressions over the file's columns, one for each column wanted, that give its text; `names` are all
    columns of the file.
    """
    columns = ", ".join(f"{text} as f{place}" for place, text in enumerate(texts))
    whole = _whole([f"cast({identifier(name)} as varchar)" for name in names])
    connection.execute(
        f"create table {identifier(table)} as select row_number() over () as record, {columns}, {whole} as whole "
        f"from {_parquet(path)}"
    )
    return connection.execute(f"select count(*) from {identifier(table)}").fetchone()[0]


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


def copy_query(connection: Connection, query: str, path: Path) -> tuple[int, str]:
    """Write the rows of a query to a Parquet file, in their order; the number of rows and the file's sha256."""
    partial = path.with_name(path.name + ".part")
    # a path with pattern characters is fine for writing; braces and the like are not interpreted there
    rows = connection.execute(
        f"copy ({query}) to {literal(str(partial))} "
        f"(format parquet, compression zstd, row_group_size {ROWS_A_GROUP}, preserve_order true)"
    ).fetchone()[0]
    os.replace(partial, path)
    return rows, file_hash(path)


def write_table(frame: pd.DataFrame, path: Path, schema: TableSchema) -> tuple[int, str]:
    """Write a table as its schema says: its columns in its order, each cast to its type, rows in the order given.

    Parameters
    ----------
    frame : DataFrame
        The table. A named index that the schema knows as a column is taken as one.

    Returns
    -------
    (int, str)
        Rows, and sha256 of the file; equal tables give equal files.

    Raises
    ------
    StepInputError
        If a column is missing or unknown, or a value does not fit its type (an infinite amount of money, text in a
        number, a fraction in an integer).
    """
    known = [name for name in frame.index.names if name in schema.names and name not in frame.columns]
    if known:
        frame = frame.reset_index(level=known)
    names = [str(name) for name in frame.columns]
    missing = [name for name in schema.names if name not in names]
    unknown = [name for name in names if not schema.has(name)]
    twice = sorted({name for name in names if names.count(name) > 1})
    for what, found in (("lacks", missing), ("may not hold", unknown), ("holds twice", twice)):
        if found:
            raise StepInputError(f"Table {schema.name} {what} {listed([quoted(name) for name in found])}.")
    ordered = [*schema.names, *(name for name in names if name not in schema.names)]
    typed = pd.DataFrame({name: _typed(frame[name], schema, schema.column(name)) for name in ordered})
    with _reader() as connection:
        connection.register("frame", typed)
        casts = ", ".join(
            f"cast({identifier(name)} as {schema.column(name).sql_type}) as {identifier(name)}" for name in ordered
        )
        try:
            return copy_query(connection, f"select {casts} from frame", path)
        except DatabaseError as error:
            raise StepInputError(f"Table {schema.name} cannot be written: {str(error).splitlines()[0]}") from None


def _typed(values: pd.Series, schema: TableSchema, column: Column) -> pd.Series:
    """A column in the dtype of its schema, so that DuckDB has nothing to guess."""
    try:
        if column.dtype == "str":
            blank = values.isna()
            wrong = [value for value in values[~blank] if not isinstance(value, str)]
            if wrong:
                raise ValueError(f"{wrong[0]!r} is not text")
            text = values.astype(object).where(~blank, None)
            return pd.Series(text.to_numpy(), dtype="str")
        if column.type == "date":
            dates = pd.to_datetime(values).astype("datetime64[us]")
            if not (dates.dropna() == dates.dropna().dt.normalize()).all():
                raise ValueError("a date has a time of day")
            return dates.reset_index(drop=True)
        typed = values.astype(column.dtype).reset_index(drop=True)
        if column.type == "money" and bool((typed.abs() >= 1e14).any()):
            raise ValueError("an amount is infinite or above 10^14")
        return typed
    except (TypeError, ValueError, OverflowError, pd.errors.ParserError) as error:
        raise StepInputError(
            f'Table {schema.name}: column "{column.name}" is not {column.type} as its schema says: {error}.'
        ) from None


def read_table(path: Path, schema: TableSchema, *, older: bool = False) -> pd.DataFrame:
    """A table as its schema says: text as str, dates as datetime64[us], money and rates as float64, Int64, boolean.

    Money is exact in the file and becomes float64 here; "to the cent" then means a difference below 0.005. The columns
    are those of the file: an optional column that the client did not deliver is absent, not blank. A table that an
    older kit wrote (`older`) is given today's columns: a new one is missing in every row, a lost one is left out.

    Raises
    ------
    StepInputError
        If the file is missing, is no Parquet file, or holds a column that the table cannot have.
    """
    if not path.is_file():
        raise StepInputError(f"Table {schema.name} is not there ({path.name}). Run the client again.")
    with _reader() as connection, plain_path(path) as plain:
        try:
            names = [name for name, _ in parquet_columns(connection, plain)]
            columns = [schema.column(name) for name in names if schema.has(name) or not older]
            texts = ", ".join(_handed_over(column) for column in columns)
            frame: pd.DataFrame = connection.execute(f"select {texts} from {_parquet(plain)}").df()
        except DatabaseError as error:
            reason = str(error).splitlines()[0].replace(str(plain), path.name)
            raise StepInputError(f"Table {schema.name} cannot be read: {reason}") from None
    if older:
        frame, columns = frame.reindex(columns=schema.names), schema.columns
    return frame.astype({column.name: column.dtype for column in columns})


def _handed_over(column: Column) -> str:
    wanted: dict[str, Any] = {"float64": "double", "Int64": "bigint", "boolean": "boolean", "str": "varchar"}
    kind = wanted.get(column.dtype, "date")
    return f"cast({identifier(column.name)} as {kind}) as {identifier(column.name)}"
