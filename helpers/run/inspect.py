"""What `workbook check` says: what arrived, what became of it, who has decided what. It changes nothing.

`check --suggest` drafts the column maps of client.yaml. It is for the moment when client.yaml is not right yet, so it
takes from it only where the files are.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.client.column_map import ONE_OF, likely_heading
from helpers.client.config import MOST_ROWS_LEFT_OUT
from helpers.client.decisions import read_every_decision
from helpers.client.files.delimited import DELIMITERS, UnreadableFile, read_delimited
from helpers.client.files.file_kind import file_kind
from helpers.client.files.sheet_reader import read_sheet
from helpers.client.folder import CONFIG, Client, open_client
from helpers.client.intake import TablesManifest, take_in
from helpers.client.product_of import KEY
from helpers.client.schema import Column, TableSchema, schema, table_names
from helpers.client.step_inputs import notebook_of
from helpers.client.tables import DatabaseError, connect, parquet_columns, plain_path, read_table
from helpers.client.versions import missing_words
from helpers.client.yaml_files import plain, read_yaml
from helpers.errors import (
    ClientFileError,
    Problem,
    TableError,
    counted,
    listed,
    nearest,
    quoted,
    report_problems,
)
from helpers.method.framing_findings import framing_cannot_say
from helpers.run.beforehand import check_before
from helpers.run.parameters import declared_parameters
from helpers.steps import built_steps

UNIT_PRICE = Column("unit_price", "money", "", synonyms=("price", "price each", "preis", "einzelpreis", "stückpreis"))
OUTCOMES = {"received": "received", "repaired": "mended", "set_aside": "set aside", "kept": "kept"}


def check_client(folder: Path) -> list[str]:
    """The lines of `check`: the window, each table in rows and money, the judgements, and what other tables would say.

    Raises
    ------
    WorkbookError
        As `run` would before its first step: with every fault of the file that cannot be used.
    """
    client = open_client(folder)
    check_before(client, built_steps())
    for step in built_steps():
        declared_parameters(notebook_of(client, step))
    with tempfile.TemporaryDirectory(prefix="workbook-") as scratch:
        manifest = take_in(client, Path(scratch))
        counts = read_table(Path(scratch) / manifest.tables["received_data"].file, schema("received_data"))
    delivered = [name for name, entry in manifest.tables.items() if entry.kind == "delivered"]
    lines = [client.name, *_window(client, manifest)]
    for name in delivered:
        lines += ["", *_table(name, manifest, counts[counts["table"] == name])]
    lines += ["", "Judgements", *_judgements(client)]
    if missing := missing_words(client.folder):
        lines += ["", "Versions", f"  {missing}"]
    gaps = framing_cannot_say(delivered)
    if gaps:
        lines += ["", "What cannot be said, and what would answer it"]
        lines += [f"  {gap.question} {gap.unlocked_by}" for gap in gaps]
    return [*lines, "", "The data can be used. Nothing was changed."]


def _window(client: Client, manifest: TablesManifest) -> list[str]:
    last = pd.Timestamp(manifest.as_of) - pd.Timedelta(days=1)
    seen = f"transactions from {manifest.first_date} to {manifest.last_date}; amounts in {client.currency}"
    months = f"{manifest.window_months} months, {manifest.window_start} to {last:%Y-%m-%d}"
    return [f"  {months}; {seen}", *(f"  {remark}" for remark in manifest.remarks)]


def _table(name: str, manifest: TablesManifest, counts: pd.DataFrame) -> list[str]:
    """One delivered table: its files, a line for each outcome, then why rows were mended or set aside, and notes."""
    lines = [f"{name} - {listed([source.file for source in manifest.tables[name].sources], 12)}"]
    for outcome, word in OUTCOMES.items():
        part = counts[counts["outcome"] == outcome]
        lines.append(f"  {word:<10}{_amounts(int(part['rows'].sum()), part['money'])}")
        if outcome in ("repaired", "set_aside"):
            lines += [f"    {_reason(row)}" for row in part.itertuples(index=False)]
    kept = counts[counts["outcome"] == "kept"][["rows", "money"]].sum()
    lines += [f"  note: {_note(row, kept)}" for row in counts[counts["outcome"] == "noted"].itertuples(index=False)]
    return lines


def _note(row: Any, kept: pd.Series) -> str:
    """A note with its rows and money, and which part of the kept they are."""
    if not row.rows:
        return row.reason
    said = [counted(int(row.rows), "row") + _part(row.rows, kept["rows"])]
    said += [] if pd.isna(row.money) else [f"{row.money:,.2f}" + _part(row.money, kept["money"])]
    return f"{row.reason} ({'; '.join(said)})"


def _part(amount: float, whole: float) -> str:
    """The percentage, after a comma; empty where it would round to nothing."""
    percent = 100 * amount / whole if whole > 0 else 0.0
    return f", {percent:.1f} %" if abs(percent) >= 0.05 else ""


def _reason(row: Any) -> str:
    money = "" if pd.isna(row.money) else f", {row.money:,.2f}"
    return f"{counted(int(row.rows), 'row')}{money}: {row.reason}"


def _amounts(rows: int, money: pd.Series) -> str:
    text = f"{rows:>12,} {'row' if rows == 1 else 'rows'}"
    return f"{text:<17}{money.sum():>18,.2f}" if money.notna().any() else text


def _judgements(client: Client) -> list[str]:
    """Each judgement that was made, with who made it, and each that every client is asked for.

    Which others are needed only a run can tell: of a group, or where the numbers leave something open.
    """
    decided, lines = read_every_decision(client.folder), []
    for step in built_steps():
        closed = [one for one in decided.get(step.id, {}).values() if one.decided]
        for choice in step.decides:
            made = [one for one in closed if one.id.partition(".")[2] == choice.name]
            lines += [f"  {step.number}.{one.id}: {one.by} on {one.decided_on}" for one in made]
            if choice.always and not made:
                lines.append(f"  {step.number}.{choice.example}: nobody has decided. {choice.question}")
    return [*lines, "  What else the numbers ask for is known after a run: status and decisions list it."]


def suggest_columns(folder: Path) -> list[str]:
    """The lines of `check --suggest`: for each table in client.yaml, `columns:` to paste under it.

    Raises
    ------
    WorkbookError
        If client.yaml cannot be read at all, names no tables, or none of its files can be read. Where some can, what is
        wrong with the others stands in the lines.
    """
    path = Path(folder) / CONFIG
    if not path.is_file():
        open_client(folder)  # says what is wrong with the folder
    tables = plain(read_yaml(path)).get("tables")
    if not isinstance(tables, dict) or not tables:
        found = Problem("tables", "no table is named.", "Expected tables: {transactions: {file: data/NAME.csv}}.")
        raise ClientFileError(report_problems(CONFIG, f"{path.parent.resolve().name}/{CONFIG}", [found]))
    lines: list[str] = []
    failed: list[str] = []
    for name, entry in tables.items():
        try:
            lines += [*_suggested_table(name, entry if isinstance(entry, dict) else {"file": entry}, path.parent), ""]
        except TableError as error:
            failed.append(str(error))
            lines += [*(f"# {line}" for line in failed[-1].splitlines()), ""]
    if len(failed) == len(tables):
        raise TableError("\n\n".join(failed))
    return lines[:-1]


def _suggested_table(name: str, entry: dict[str, Any], folder: Path) -> list[str]:
    """The lines of one table; TableError where there is nothing to suggest from."""
    if name not in table_names("delivered"):
        raise TableError(f"{name} - there is no such table. {nearest(name, table_names('delivered'))}")
    table = schema(name)
    given = entry.get("files") or entry.get("file")
    files = [file for file in (given if isinstance(given, list) else [given]) if isinstance(file, str)]
    if not files:
        raise TableError(f"{name} - no file is given. Expected file: data/NAME, or files: with a list.")
    header: dict[str, None] = {}
    for file in files:
        try:
            header |= dict.fromkeys(_header(folder / file, entry))
        except UnreadableFile as error:
            raise TableError(report_problems(name, file, error.problems)) from None
    said = entry.get("columns")
    lines = _suggested_columns(table, list(header), said if isinstance(said, dict) else {})
    return [f"# {name} - {listed(files, 12)}", *lines]


def _header(path: Path, entry: dict[str, Any]) -> list[str]:
    """The column names of a file, however wrong the rest of its entry is."""
    given = {key: entry[key] for key in ("encoding", "delimiter") if isinstance(entry.get(key), str)}
    if given.get("delimiter") not in (*DELIMITERS, "tab"):
        given.pop("delimiter", None)
    rows = {key: entry.get(key) for key in ("header_row", "footer_rows")}
    rows = {key: count for key, count in rows.items() if isinstance(count, int) and 0 < count <= MOST_ROWS_LEFT_OUT}
    try:
        kind = file_kind(path)
        if kind == "text":
            return list(read_delimited(path, **given, **rows).header)
        if kind == "sheet":
            sheet = None if entry.get("sheet") is None else str(entry["sheet"])
            with tempfile.TemporaryDirectory(prefix="workbook-") as scratch:
                return list(read_sheet(path, Path(scratch), sheet=sheet, **rows).header)
        with connect() as connection, plain_path(path) as readable:
            return [name.strip() for name, _ in parquet_columns(connection, readable)]
    except (OSError, LookupError, DatabaseError):
        remedy = "Correct file: in client.yaml, or put a whole CSV, Excel or Parquet file there."
        raise UnreadableFile(Problem("the file", "It is not there, or cannot be read.", remedy)) from None


def suggested_map(table: TableSchema, header: Sequence[str], said: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Our names and the headings that fit them, and those of our names whose heading fits only in part.

    What client.yaml says goes first where the file has such a heading (a name with nothing after it stays left out),
    then our very names, then whole synonyms, whatever their capitals, spaces and marks, and last, because a column of
    any meaning may hold such a word, synonyms found inside a heading. Where nothing fits revenue, it may be a product.
    """
    left_out = _left_out(table, said)
    said = {ours: theirs for ours, theirs in said.items() if table.has(ours) and _stands_in(theirs, header)}
    found = {ours: theirs for ours, theirs in said.items() if list(said.values()).count(theirs) == 1}
    guessed: set[str] = set()
    own = [ours for ours in table.names if ours in header and ours not in left_out]
    found |= {ours: ours for ours in own if ours not in (*found, *found.values())}
    for whole in (True, False):
        for column in table.columns:
            free = [name for name in header if name not in found.values()]
            likely = None if column.name in (*found, *left_out) else likely_heading(column, free, whole=whole)
            if likely:
                found[column.name] = likely
                guessed |= set() if whole else {column.name}
    price = likely_heading(UNIT_PRICE, [name for name in header if name not in found.values()])
    if price and table.has("revenue") and "revenue" not in found and "quantity" in found:
        found["revenue"] = {KEY: [found["quantity"], price]}
        guessed.add("revenue")
    return found, guessed


def _stands_in(theirs: Any, header: Sequence[str]) -> bool:
    """Whether the file has what client.yaml names: a heading, or each factor of a product."""
    if not isinstance(theirs, dict):
        return theirs in header
    factors = theirs.get(KEY)
    return isinstance(factors, list) and len(factors) > 1 and all(factor in header for factor in factors)


def _written(theirs: Any) -> str:
    """A heading or a product as client.yaml holds it."""
    text = json.dumps(theirs, ensure_ascii=False)
    return text.replace(f'"{KEY}"', KEY, 1) if isinstance(theirs, dict) else text


def _only_words(table: TableSchema, ours: str) -> str:
    """Where only some words may stand in a column, a remark that names them: headings do not tell what stands below."""
    words = table.column(ours).allowed if table.has(ours) else ()
    return f"    # may hold {listed(words)} only: look" if words else ""


def _left_out(table: TableSchema, said: dict[str, Any]) -> list[str]:
    """The columns that client.yaml leaves out; a compulsory one cannot be."""
    return [
        name for name, theirs in said.items() if theirs is None and table.has(name) and not table.column(name).required
    ]


def _suggested_columns(table: TableSchema, header: list[str], said: dict[str, Any]) -> list[str]:
    found, guessed = suggested_map(table, header, said)
    either = ONE_OF.get(table.name, ())
    asked = {column.name: column.name for column in table.columns if column.required}
    asked |= {either[0]: " or ".join(either)} if either and not set(either) & set(found) else {}
    perhaps = {ours: found.pop(ours) for ours in sorted(guessed - set(asked))}
    lines = []
    for ours in sorted(found, key=lambda name: table.names.index(name) if name in table.names else len(table.names)):
        if found[ours] != ours:
            product = isinstance(found[ours], dict)
            why = "no heading fits; these two may make it" if product else "only part of the heading fits"
            note = f"    # {why}: look" if ours in guessed else _only_words(table, ours)
            lines.append(f"      {ours}: {_written(found[ours])}{note}")
    out = _left_out(table, said)
    lines += [f"      {ours}:    # left out" for ours in out]
    head = "    columns:" if lines else "    # columns:"
    for ours, theirs in perhaps.items():
        lines.append(f"      # {ours}: {json.dumps(theirs, ensure_ascii=False)}    # perhaps: part of the heading fits")
    for ours, words in asked.items():
        if ours not in found:
            meaning = table.column(ours).meaning
            lines.append(f'      # {words}: "its name in the file"    # compulsory, and no heading fits: {meaning}')
    factors = [name for theirs in found.values() if isinstance(theirs, dict) for name in theirs[KEY]]
    own = [name for name in header if name not in (*found.values(), *factors)]
    ways = [(name, way) for name in own for way in (name, name.lower()) if table.has(way) and way not in out]
    kept = list(dict.fromkeys(quoted(name) for name, _ in ways))
    left = [quoted(name) for name in own if quoted(name) not in kept]
    notes = [f"    # read under their own names: {listed(kept, 20)}"] if kept else []
    notes += [f"    # left over: {listed(left, 20)}"] if left else []
    return [head, *lines, *notes] if lines else ["    # every column that we know has our name: nothing to map", *notes]
