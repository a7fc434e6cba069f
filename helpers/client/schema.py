"""What every table of the kit holds: its grain, its columns, their types, units and meaning.

The facts stand in `schemas/delivered/*.yaml` (what a client sends), `schemas/summaries/*.yaml` (what the intake makes
of transactions) and `schemas/published/*.yaml` (what steps publish). Reading, checking, writing, showing and masking
all work from them, so a column is described once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from helpers.client.yaml_files import read_yaml
from helpers.errors import StepInputError, listed, nearest

KINDS = ("delivered", "summaries", "published")
SCHEMAS = Path(__file__).parent / "schemas"

# type in the schema -> type in Parquet and SQL, dtype in pandas
TYPES = {
    "id": ("VARCHAR", "str"),
    "text": ("VARCHAR", "str"),
    "date": ("DATE", "datetime64[us]"),
    "money": ("DECIMAL(18,4)", "float64"),
    "share": ("DOUBLE", "float64"),
    "number": ("DOUBLE", "float64"),
    "integer": ("BIGINT", "Int64"),
    "boolean": ("BOOLEAN", "boolean"),
}


@dataclass(frozen=True)
class Column:
    """One column. `personal` columns never reach a client's page; `share` is a rate of 0-1 and may leave that range.

    `running`: the number counts customers from the first row of the table, or of its line, to this one.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    example: str = ""
    required: bool = False
    personal: bool = False
    synonyms: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    title: str = ""
    running: bool = False

    @property
    def heading(self) -> str:
        """How the column is headed in a table that people read."""
        return self.title or self.name.replace("_", " ")

    @property
    def sql_type(self) -> str:
        """The type in Parquet and SQL."""
        return TYPES[self.type][0]

    @property
    def dtype(self) -> str:
        """The dtype in pandas."""
        return TYPES[self.type][1]


COLUMN_KEYS = tuple(part.name for part in fields(Column))


@dataclass(frozen=True)
class TableSchema:
    """One table. `key` is what a row is one of; `further` describes columns whose names only the client knows.

    Such a name ends in a star, which stands for what the client wrote: `driver_*`, or `*` for any name.
    """

    name: str
    kind: str
    grain: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    further: tuple[Column, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """The names of the fixed columns, in order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of this name, fixed or further; StepInputError when the table cannot have it."""
        for column in self.columns:
            if column.name == name:
                return column
        for further in self.further:
            prefix = further.name.rstrip("*")
            if name.startswith(prefix):
                return Column(**{**further.__dict__, "name": name})
        raise StepInputError(f'Table {self.name} has no column "{name}". {nearest(name, self.names)}')

    def has(self, name: str) -> bool:
        """Whether a column of this name may stand in the table."""
        return name in self.names or any(name.startswith(further.name.rstrip("*")) for further in self.further)


def _column(table: str, entry: dict) -> Column:
    entry = dict(entry)
    for plural in ("synonyms", "allowed"):
        entry[plural] = tuple(str(item) for item in entry.get(plural, ()))
    where = f"schemas: {table}.{entry.get('name', '(no name)')}"
    for key in entry:
        if key not in COLUMN_KEYS:
            raise StepInputError(f'{where} has the unknown key "{key}". {nearest(key, COLUMN_KEYS)}')
    missing = [key for key in ("name", "type", "meaning") if key not in entry]
    if missing:
        raise StepInputError(f"{where} lacks {listed(missing)}.")
    column = Column(**entry)
    if column.type not in TYPES:
        raise StepInputError(f'{where} has the unknown type "{column.type}". {nearest(str(column.type), list(TYPES))}')
    return column


@cache
def table_names(kind: str) -> tuple[str, ...]:
    """The names of all tables of one kind, without reading their schemas."""
    return tuple(sorted(path.stem for path in (SCHEMAS / kind).glob("*.yaml")))


def schemas(kind: str) -> dict[str, TableSchema]:
    """All schemas of one kind (`delivered`, `summaries`, `published`), by table name."""
    return {name: _schema(kind, name) for name in table_names(kind)}


def schema(name: str) -> TableSchema:
    """The schema of this table, whatever its kind; names are unique over the kit."""
    for kind in KINDS:
        if name in table_names(kind):
            return _schema(kind, name)
    every = [table for kind in KINDS for table in table_names(kind)]
    raise StepInputError(f'There is no table "{name}". {nearest(name, every)}')


@cache
def _schema(kind: str, name: str) -> TableSchema:
    data = read_yaml(SCHEMAS / kind / f"{name}.yaml")  # a file takes 10 ms, so only those asked for are read
    missing = [part for part in ("grain", "meaning", "columns") if part not in data]
    if missing:
        raise StepInputError(f"schemas: {kind}/{name}.yaml lacks {listed(missing)}.")
    return TableSchema(
        name=name,
        kind=kind,
        grain=data["grain"],
        meaning=data["meaning"],
        key=tuple(data.get("key", ())),
        columns=tuple(_column(name, entry) for entry in data["columns"]),
        further=tuple(_column(name, entry) for entry in data.get("further", ())),
    )
