"""Parquet files: columns that have types already are written as the plain text that the parser reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from helpers.client.column_map import leave_out, map_columns
from helpers.client.config import TableConfig
from helpers.client.files.cells import LOST_ZEROS
from helpers.client.files.characters import UnreadableFile
from helpers.client.parsing import EXACT, Reading
from helpers.client.product_of import FACTOR, add_products
from helpers.client.schema import Column, TableSchema
from helpers.client.sources import Source
from helpers.client.sql_text import identifier
from helpers.client.tables import Connection, DatabaseError, load_parquet, parquet_columns, plain_path
from helpers.errors import Problem, counted, quoted

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
WHOLE_TYPES = (*WHOLE, *("U" + name for name in WHOLE))
AS_WHOLE = "Export it as text or whole numbers, so that 12 does not become 12.0."
EXACT_TO = {"DOUBLE": 2**53, "FLOAT": 2**24}  # whole numbers beyond may have been rounded
MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


def load_typed(
    connection: Connection, part: str, path: Path, schema: TableSchema, config: TableConfig
) -> tuple[Source, dict[str, Column], tuple[str, ...]]:
    """Read a Parquet file into a part table: its source, our columns of it, the headings that are left over.

    Raises
    ------
    UnreadableFile
        A damaged file, one without rows, columns that are missing or whose type cannot hold what ours is.
    """
    with plain_path(path) as plain:
        try:
            found = parquet_columns(connection, plain)
            mapped, problems = map_columns(schema, config.columns, [name.strip() for name, _ in found])
            if mapped is None:
                raise UnreadableFile(*problems)
            texts, readings = {}, {}
            typed, from_text = Reading(), Reading(config.decimal, config.thousands, config.date_format)
            wanted = [(ours, at, mapped.columns[ours]) for ours, at in mapped.positions.items()]
            for ours, factors in mapped.products.items():
                wanted += [(at, at, replace(FACTOR, name=ours)) for at in factors.values()]
            for key, at, column in wanted:
                heading, kind = found[at]
                text = _as_text(identifier(heading), kind, column)
                if text is None:
                    problems.append(_wrong_type(heading, column, kind))
                    continue
                texts[key], readings[key] = text, from_text if kind == "VARCHAR" else typed
            if problems:
                raise UnreadableFile(*problems)
            rows = load_parquet(connection, part, plain, list(texts.values()), [name for name, _ in found])
        except DatabaseError:
            remedy = "Export it again, or save the table as CSV."
            raise UnreadableFile(Problem("the file", "It is damaged, or no Parquet file.", remedy)) from None
    if not rows:
        remedy = f"Export it again, or take {schema.name} out of client.yaml."
        raise UnreadableFile(Problem("the file", "It has no rows.", remedy))
    every = {key: f"f{place}" for place, key in enumerate(texts)}
    theirs = {ours: found[at][0] for ours, at in mapped.positions.items()}
    fields = {ours: every[ours] for ours in theirs}
    source = Source(0, "", "", rows, theirs, {ours: readings[ours] for ours in theirs}, fields)
    for ours, at in mapped.positions.items():
        if mapped.columns[ours].type == "id" and found[at][1] in EXACT_TO:
            source.notes.append(_whole_ids(connection, part, source, ours))
    add_products(connection, part, source, mapped.products, every, readings)
    return source, mapped.columns, mapped.unused


def _as_text(name: str, kind: str, column: Column) -> str | None:
    """SQL for the text of a typed column, in the plain form that the parser reads; None where the type will not do."""
    base = kind.split("(")[0]
    as_it_is = f"cast({name} as varchar)"
    if base == "VARCHAR":
        return name
    if base == "ENUM" or (base == "UUID" and column.type in ("id", "text")):
        return as_it_is
    if column.type == "date":
        return as_it_is if base in (*MOMENTS, "DATE") else None
    if column.type == "id":
        if base in EXACT_TO:  # whole numbers with blanks among them are written so by R and pandas
            whole = f"{name} = trunc({name}) and abs({name}) <= {EXACT_TO[base]}"
            text = f"cast(cast({name} as bigint) as varchar)"
            return f"case when {whole} then {text} when not isnan({name}) then {as_it_is} end"
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


def _wrong_type(heading: str, column: Column, kind: str) -> Problem:
    where = quoted(heading) if heading == column.name else f"{quoted(heading)} -> {column.name}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return Problem(
            where, "It holds moments (TIMESTAMP WITH TIME ZONE).", "Export local days: a column of type DATE."
        )
    if column.type == "id":
        return Problem(where, f"An id cannot be of type {quoted(kind)[1:-1]}.", AS_WHOLE)
    remedy = f"Expected a {column.type}; export the column as such, or as text{leave_out(column)}."
    return Problem(where, f"It is of type {quoted(kind)[1:-1]}.", remedy)


def _whole_ids(connection: Connection, part: str, source: Source, ours: str) -> tuple[str, int]:
    """The note on ids stored as numbers with decimals; those that are not whole, or too large to be exact, are none."""
    field = source.fields[ours]
    wrong = connection.execute(
        f"select {field}, count(*) over () from {identifier(part)} "
        f"where not regexp_full_match({field}, '-?[0-9]+') order by record limit 1"
    ).fetchone()
    if wrong:
        first, rows = wrong
        words = f"{counted(rows, 'row')} {'holds' if rows == 1 else 'hold'} no whole number (first: {quoted(first)})."
        raise UnreadableFile(Problem(source.where(ours), words, AS_WHOLE))
    rows = connection.execute(f"select count({field}) from {identifier(part)}").fetchone()[0]
    return f"ids in {quoted(source.theirs[ours])} {LOST_ZEROS}", rows
