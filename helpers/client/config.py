"""client.yaml: what the kit is told about a client, as a checked model.

It holds facts about the delivered files and the frame of the analysis; judgements live in decisions/. Every key is
known or refused, at every level, and all faults are told at once with their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WrapValidator

from helpers.client.checked import Entry, Fault, FilledText, IsoDay, Text, check, unknown_key, wrong
from helpers.client.parsing import EXCEL_DAYS
from helpers.client.product_of import KEY, Product, heading_or_product, written
from helpers.client.schema import TableSchema, schema, table_names
from helpers.client.survey_form import EXPECTED, Ends, form_faults, read_scale
from helpers.client.yaml_files import plain, read_yaml
from helpers.errors import ClientFileError, StepInputError, nearest, quoted
from helpers.steps import find_step, nearest_step

COUNTED = ("money", "number", "integer")  # types of columns that a control total can be given for
WITH_SHEETS = (".xlsx", ".xlsm")
MOST_ROWS_LEFT_OUT = 1000  # above the headings or below the data
AMOUNT = r"[-+]?[0-9]{1,18}(\.[0-9]{1,10})?"
NOT_AN_AMOUNT = "Expected an amount such as 1250310.55: a point before the decimals and no marks between thousands."


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise wrong(f"{quoted(value)} is not a currency code.", "Expected three capitals such as EUR.")
    return value


def _short(value: str) -> str:
    if len(value) > 300:
        raise wrong(f"the name has {len(value):,} characters.", "Expected at most 300; the rest belongs in about.")
    return value


def _even(value: int) -> int:
    if value % 2:
        raise wrong(f"{value} is odd.", "Expected an even number: the window is compared half against half.")
    return value


def _encoding(value: str) -> str:
    try:
        "a".encode(value).decode(value)
    except (LookupError, ValueError):
        raise wrong(
            f"{quoted(value)} is no encoding that Python knows.", "Expected utf-8, cp1252 or the like."
        ) from None
    return value


def _date_format(value: str) -> str:
    if "%" not in value and value != EXCEL_DAYS:
        raise wrong(f"{quoted(value)} is not a date pattern.", 'Expected one such as "%d/%m/%Y" (day, month, year).')
    return value


def _character(value: Any) -> Any:
    # a space or a tab is hard to see in a file, so its name will do
    return {"space": " ", "tab": "\t"}.get(value, value) if isinstance(value, str) else value


def _control(value: Any) -> Decimal:
    # an amount travels as text: through a float, cents of large totals would be lost
    text = value if isinstance(value, str) else str(value)
    if not re.fullmatch(AMOUNT, text):
        raise wrong(f"{quoted(text)} is not an amount.", NOT_AN_AMOUNT)
    return Decimal(text)


def _step_id(value: str) -> str:
    try:
        return find_step(value).id
    except StepInputError:
        raise wrong(f"there is no step {quoted(value)}.", nearest_step(value)) from None


def _scalar(value: Any) -> Any:
    if not isinstance(value, (str, int, float, bool)):
        raise wrong("a parameter is one value.", "Expected a number, a text, true or false.")
    return value


StepId = Annotated[str, AfterValidator(_step_id)]
# or a Product, which pydantic is not told of: it would name it in its own words where neither fits
Heading = Annotated[FilledText | None, WrapValidator(heading_or_product), PlainSerializer(written)]


class TableConfig(Entry):
    """Where a delivered table lies and how its file is written.

    `columns` maps our name to the heading in the client's file; a column that has our name already needs no entry. A
    name with nothing after its colon (`quantity:`) leaves that column out, even where the file has one of that name.
    `{product_of: [...]}` is a `Product` of several headings.
    `control` holds what the sender says was sent: `rows`, and totals of columns, exact to the cent.
    `sheet`, `header_row` and `footer_rows` hold for each file of the table, `overlap` for what two of them share.
    `scale` (worst and best answer by kind of question) and `not_applicable` are of the survey alone.
    """

    file: FilledText | None = Field(None, description="one file name such as data/orders.csv")
    files: list[FilledText] | None = Field(None, description="a list of file names; for one file use file")
    columns: dict[str, Heading] = Field(
        {}, description='our name: "the heading in the file", one a line; nothing after the colon leaves it out'
    )
    date_format: Annotated[Text, AfterValidator(_date_format)] | None = Field(
        None, description='a pattern such as "%d/%m/%Y", or excel for days stored as numbers such as 46112'
    )
    decimal: Literal[".", ","] = Field(".", description='"." or ","')
    thousands: Annotated[Literal[".", ",", "'", " "], BeforeValidator(_character)] | None = Field(
        None, description='"." or "," or "\'" or space, and nothing where the file has no such marks'
    )
    encoding: Annotated[Text, AfterValidator(_encoding)] | None = Field(None, description="utf-8, cp1252 or the like")
    delimiter: Annotated[Literal[",", ";", "\t", "|"], BeforeValidator(_character)] | None = Field(
        None, description='"," or ";" or "|" or tab'
    )
    sheet: FilledText | None = Field(None, description="the name of the sheet of an Excel file")
    header_row: Annotated[int, Field(ge=1, le=MOST_ROWS_LEFT_OUT)] = Field(
        1, description="the row of the file that holds the headings, 1 for the first; what stands above is left out"
    )
    footer_rows: Annotated[int, Field(ge=0, le=MOST_ROWS_LEFT_OUT)] = Field(
        0, description="how many rows at the end of the file are no data, such as 1 for a total; 0 for none"
    )
    overlap: Literal["once", "both"] | None = Field(
        None, description="once (rows that stand in two of the files count once) or both (they are different rows)"
    )
    control: dict[str, Annotated[Decimal, BeforeValidator(_control)]] = Field(
        {}, description="{rows: 48210, revenue: 1250310.55}"
    )
    scale: Annotated[dict[str, Ends], BeforeValidator(read_scale)] = Field({}, description=EXPECTED)
    not_applicable: list[FilledText] = Field([], description='a list of codes that are no answer such as [99, "n/a"]')

    @property
    def every_file(self) -> list[str]:
        """The files of the table, one or several, as written in client.yaml."""
        return list(self.files) if self.files else [self.file] if self.file else []

    @property
    def headings(self) -> list[str]:
        """Every heading that `columns` names, those that products are made of included."""
        given = [theirs for theirs in self.columns.values() if theirs]
        return [one for theirs in given for one in (theirs.headings if isinstance(theirs, Product) else [theirs])]

    @property
    def control_rows(self) -> int | None:
        """The number of rows that the sender says was sent."""
        return int(self.control["rows"]) if "rows" in self.control else None

    @property
    def control_totals(self) -> dict[str, Decimal]:
        """The column totals that the sender says were sent, without the rows."""
        return {name: amount for name, amount in self.control.items() if name != "rows"}


class ClientConfig(Entry):
    """client.yaml. `as_of` is a date as text, or None for the day after the last transaction; steps go by their ids."""

    client: Annotated[FilledText, AfterValidator(_short)] = Field(description="the client's name")
    currency: Annotated[Text, AfterValidator(_currency)] = Field(description="three capitals such as EUR")
    as_of: IsoDay | None = Field(None, description="year-month-day such as 2026-10-01")
    window_months: Annotated[int, AfterValidator(_even)] = Field(
        24, ge=2, le=120, description="an even number of months from 2 to 120"
    )
    about: Text = Field("", description="a text")
    source: Text = Field("", description="a text: the source line under the exhibits")
    supplier_name: Text = Field("", description="a text: how supplier_spend names the client itself")
    tables: dict[str, TableConfig] = Field(
        description="the delivered tables, each with its file; transactions at least"
    )
    parameters: dict[StepId, dict[str, Annotated[Any, AfterValidator(_scalar)]]] = Field(
        {}, description="04_value_to_us: {horizon_months: 24}, one step a line"
    )
    own_steps: list[StepId] = Field([], description="a list of steps such as [05_customer_share]")


def read_config(path: Path) -> ClientConfig:
    """client.yaml as a checked model.

    Raises
    ------
    ClientFileError
        Once, with every fault of the file: its line, what was found, what is expected.
    """
    raw = read_yaml(path)
    # numbers as they are written: amounts stay exact, and a client called 1848 keeps its name
    data = plain(raw, numbers_as_text=True)
    if "parameters" in data:
        data["parameters"] = plain(raw["parameters"])
    also = [*_parameter_faults(data.get("parameters")), *_tables_faults(data.get("tables"))]
    return check(ClientConfig, data, raw, path, error=ClientFileError, also=also)


def _parameter_faults(parameters: Any) -> Iterator[Fault]:
    """A step that stands twice, once by number and once by name: one of the two would silently win."""
    seen: dict[str, str] = {}
    for name in parameters if isinstance(parameters, dict) else ():
        try:
            step = find_step(name).id
        except StepInputError:
            continue  # the model says so
        if step in seen:
            yield Fault(("parameters", name), f"{step} stands here a second time.", f'Join it with "{seen[step]}".')
        seen[step] = name


def _tables_faults(tables: Any) -> Iterator[Fault]:
    """What only the schemas of the delivered tables can tell; parts of a wrong type are left to the model."""
    if not isinstance(tables, dict):
        return
    known = table_names("delivered")
    if "transactions" not in tables:
        remedy = "It is the one table that every client must deliver: give its file under tables."
        yield Fault(("tables", "transactions"), "it is missing.", remedy)
    for name, table in tables.items():
        if name not in known:
            yield unknown_key(("tables", name), known)
        elif isinstance(table, dict):
            yield from _table_faults(schema(name), table)


def _table_faults(schema: TableSchema, table: dict[str, Any]) -> Iterator[Fault]:
    """The faults of one table's entry against its schema."""
    here = ("tables", schema.name)
    if table.get("file") and table.get("files"):
        yield Fault(
            (*here, "files"), "both file and files are given.", "Keep one: file for one file, files for several."
        )
    if not table.get("file") and not table.get("files"):
        yield Fault(here, "no file is given.", "Expected file: data/NAME, or files: with a list.")
    files = table["files"] if isinstance(table.get("files"), list) else [table.get("file")]
    if table.get("sheet") is not None and not any(str(file).lower().endswith(WITH_SHEETS) for file in files):
        remedy = "Leave it out, or name an .xlsx or .xlsm file."
        yield Fault((*here, "sheet"), "no file of the table is an Excel file.", remedy)
    if table.get("thousands") is not None and table["thousands"] == table.get("decimal", "."):
        remedy = "Set decimal and thousands to the two different marks that the file uses."
        yield Fault((*here, "thousands"), f"{quoted(table['thousands'])} is the decimal mark too.", remedy)
    yield from form_faults(schema.name, table)
    columns = table.get("columns")
    for ours, theirs in columns.items() if isinstance(columns, dict) else ():
        if not schema.has(ours):
            yield _unknown_column((*here, "columns", ours), schema, ours, theirs)
        elif isinstance(theirs, dict) and KEY in theirs and schema.column(ours).type != "money":
            yield _no_product((*here, "columns", ours), schema, ours)
        elif theirs is None and schema.column(ours).required:
            remedy = f"{schema.name} needs it: give the heading in the file."
            yield Fault((*here, "columns", ours), "a compulsory column cannot be left out.", remedy)
    control = table.get("control")
    totals = ["rows", *(column.name for column in schema.columns if column.type in COUNTED)]
    for name, amount in control.items() if isinstance(control, dict) else ():
        loc = (*here, "control", name)
        if name == "rows":
            if re.fullmatch(AMOUNT, str(amount)) and not re.fullmatch("[0-9]+", str(amount)):
                yield Fault(loc, f"{quoted(amount)} is not a number of rows.", "Expected a whole number such as 48210.")
        elif name not in totals and not (schema.has(name) and schema.column(name).type in COUNTED):
            yield unknown_key(loc, totals)


def _unknown_column(loc: tuple[str, ...], schema: TableSchema, ours: str, theirs: Any) -> Fault:
    """A column that the table cannot have; the usual slip is to write the pair the wrong way round."""
    if isinstance(theirs, str) and schema.has(theirs) and not schema.further:
        return Fault(loc, "the pair is the wrong way round.", f"Our name comes first: {theirs}: {quoted(ours)}.")
    return Fault(loc, f"{schema.name} has no column of this name.", nearest(ours, schema.names))


def _no_product(loc: tuple[str, ...], schema: TableSchema, ours: str) -> Fault:
    """Only amounts are worked out; every other column has to stand in the file."""
    money = [column.name for column in schema.columns if column.type == "money"]
    remedy = f"Give its own heading. {KEY} is for {' and '.join(money)}." if money else "Give its own heading."
    return Fault(loc, f"{ours} is not an amount, so it cannot be a product.", remedy)
