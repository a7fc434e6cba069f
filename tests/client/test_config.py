"""client.yaml and the folder it stands in: what is accepted, and that every fault is told at once, in words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.config import read_config
from helpers.client.folder import open_client
from helpers.errors import ClientFileError

SMALL = """\
client: Harbour & Söhne "Nord"
currency: EUR
tables:
  transactions: {file: data/orders.csv}
"""


def config(tmp_path, text):
    path = tmp_path / "client.yaml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def fault(tmp_path, text):
    with pytest.raises(ClientFileError) as caught:
        config(tmp_path, text)
    return str(caught.value)


def table(line):
    return SMALL.replace("{file: data/orders.csv}", f"\n    file: a.csv\n    {line}")


def test_the_defaults(tmp_path):
    found = config(tmp_path, SMALL)
    assert (found.client, found.as_of, found.window_months) == ('Harbour & Söhne "Nord"', None, 24)
    assert (found.parameters, found.own_steps, found.about) == ({}, [], "")
    orders = found.tables["transactions"]
    assert (orders.every_file, orders.decimal, orders.thousands, orders.columns) == (["data/orders.csv"], ".", None, {})


def test_a_column_may_be_left_out_unless_it_is_compulsory(tmp_path):
    assert config(tmp_path, table("columns: {quantity: }")).tables["transactions"].columns == {"quantity": None}
    assert "columns.date: a compulsory column cannot be left out." in fault(tmp_path, table("columns: {date: }"))
    assert "columns.product: a list cannot stand here." in fault(tmp_path, table("columns: {product: [a]}"))
    assert "columns.product: nothing is written here." in fault(tmp_path, table('columns: {product: ""}'))


def test_control_totals_are_exact(tmp_path):
    orders = config(tmp_path, table("control: {rows: 48210, revenue: 99999999999999.9999}")).tables["transactions"]
    assert orders.control_rows == 48210
    assert orders.control_totals == {"revenue": Decimal("99999999999999.9999")}


def test_numbers_where_text_is_meant_keep_their_form(tmp_path):
    found = config(tmp_path, SMALL.replace('Harbour & Söhne "Nord"', "0042").replace("data/orders.csv", "2017"))
    assert (found.client, found.tables["transactions"].file) == ("0042", "2017")


def test_marks_that_are_hard_to_see_may_be_named(tmp_path):
    orders = config(tmp_path, table("thousands: space\n    delimiter: tab")).tables["transactions"]
    assert (orders.thousands, orders.delimiter) == (" ", "\t")


def test_steps_go_by_number_or_name(tmp_path):
    found = config(tmp_path, SMALL + "parameters: {05: {a: 1, b: 0.5, c: x, d: true}}\nown_steps: [4]\n")
    assert found.parameters == {"05_customer_share": {"a": 1, "b": 0.5, "c": "x", "d": True}}
    assert found.own_steps == ["04_value_to_us"]


def test_a_key_with_nothing_after_it_counts_as_absent(tmp_path):
    found = config(tmp_path, SMALL + "as_of:\nabout:\nparameters:\nown_steps:\n")
    assert (found.as_of, found.about, found.parameters) == (None, "", {})


def test_customers_and_surveys_may_have_columns_that_only_the_client_knows(tmp_path):
    text = SMALL + "  customers: {file: c.csv, columns: {favourite_berth: Berth}}\n"
    text += "  survey: {file: s.csv, columns: {driver_speed: Q1}}\n"
    assert config(tmp_path, text).tables["customers"].columns == {"favourite_berth": "Berth"}
    assert "line 6, tables.survey.columns.speed" in fault(tmp_path, text.replace("driver_speed", "speed"))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (SMALL + "as_of: 2026-02-30\n", "line 5, as_of", '"2026-02-30" is not a date'),
        (SMALL + "as_of: 0026-02-03\n", "line 5, as_of", "not in the years 1970 to 2100"),
        (SMALL + "as_of: 20261001\n", "line 5, as_of", '"20261001" is not a date'),
        (SMALL + "window_months: 1.5\n", "line 5, window_months", '"1.5" cannot stand here'),
        (SMALL + "window_months: 122\n", "line 5, window_months", '"122" cannot stand here'),
        (SMALL + "window_months: [24]\n", "line 5, window_months", "a list cannot stand here"),
        (SMALL.replace("EUR", "eur"), "line 2, currency", "not a currency code"),
        (SMALL.replace('Harbour & Söhne "Nord"', "x" * 301), "line 1, client", "301 characters"),
        (SMALL.replace('Harbour & Söhne "Nord"', "'  '"), "line 1, client", "nothing is written here"),
        (SMALL.replace('Harbour & Söhne "Nord"', "true"), "line 1, client", "true is not text here"),
        (SMALL.replace("transactions", "customers"), "line 3, tables.transactions", "it is missing"),
        (SMALL.replace("{file: data/orders.csv}", "orders.csv"), "line 4, tables.transactions", '"orders.csv" cannot'),
        (SMALL.replace("file: data/orders.csv", "files: []"), "line 4, tables.transactions", "no file is given"),
        (table("encoding: base64"), "line 6, tables.transactions.encoding", "no encoding that Python knows"),
        (table("thousands: '.'"), "line 6, tables.transactions.thousands", "is the decimal mark too"),
        (table("control: {revenue: 1e5}"), "line 6, tables.transactions.control.revenue", '"1e5" is not an amount'),
        (table("control: {channel: 5}"), "line 6, tables.transactions.control.channel", "this key is not known"),
        (SMALL + "parameters: {05: 1}\n", "line 5, parameters.05", '"1" cannot stand here'),
        (SMALL + "parameters: {05: {a: null}}\n", "line 5, parameters.05.a", "a parameter is one value"),
        (SMALL + "own_steps: 05\n", "line 5, own_steps", '"05" cannot stand here'),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, text, place, words):
    message = fault(tmp_path, text)
    assert message.startswith("client.yaml - 1 problem in "), message
    assert f"  1. {place}: " in message, message
    assert words in message, message


@given(
    place=st.sampled_from(["", "tables.transactions", "tables"]),
    key=st.from_regex(r"[a-z]{4,12}_x[a-z]{0,6}", fullmatch=True),
    value=st.sampled_from(["1", "x", "[1]", "{a: 1}", "null", "2026-01-01"]),
)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_an_unknown_key_is_one_error_at_every_level(tmp_path_factory, place, key, value):
    indent = "  " * (len(place.split(".")) if place else 0)
    lines = ["client: A", "currency: EUR", "tables:", "  transactions:", "    file: a.csv", f"{indent}{key}: {value}"]
    message = fault(tmp_path_factory.mktemp("config"), "\n".join(lines))
    assert message.startswith("client.yaml - 1 problem in ")
    assert f"line 6, {place}{'.' if place else ''}{key}: this key is not known." in message


PIECES = [
    "client",
    "currency",
    "tables",
    "transactions",
    "file",
    "files",
    "columns",
    "control",
    "rows",
    "revenue",
    "as_of",
]
PIECES += ["parameters", "own_steps", "window_months", "05", "4", "EUR", "2026-10-01", "null", "true", "''", "1.5", "é"]
PIECES += [
    "thousands",
    "decimal",
    "encoding",
    "date_format",
    "%d",
    "\0",
    "\\",
    "&a",
    "*a",
    "!x",
    "-",
    "?",
    "'",
    '"',
    "#",
]
GLUE = [": ", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", " ", ", ", "{", "}", "[", "]", ":", "\t"]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GLUE)), max_size=16), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=400)
def test_no_text_breaks_the_reader(tmp_path_factory, parts, with_start):
    text = (SMALL if with_start else "") + "".join(piece + glue for piece, glue in parts)
    message = "client.yaml - "
    try:
        config(tmp_path_factory.mktemp("config"), text)
    except ClientFileError as error:
        message = str(error)
    assert message.startswith("client.yaml - ")


VALUES = st.sampled_from(
    ["1", "x", "", "[a]", "[[1]]", "{a: b}", "{a: {b: 1}}", "null", "true", "2026-01-01", "-1.5", "''"]
)
KEYS = ["file", "files", "columns", "date_format", "decimal", "thousands", "encoding", "delimiter", "control"]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES), st.dictionaries(st.sampled_from(PIECES[:13]), VALUES))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_no_value_of_a_wrong_kind_breaks_the_reader(tmp_path_factory, table_entries, entries):
    lines = [f"{key}: {value}" for key, value in entries.items() if key != "tables"]
    lines += ["tables:", "  transactions:", *(f"    {key}: {value}" for key, value in table_entries.items())]
    message = "client.yaml - "
    try:
        config(tmp_path_factory.mktemp("config"), "\n".join(lines))
    except ClientFileError as error:
        message = str(error)
    assert message.startswith("client.yaml - ")


def test_the_folders_of_a_client(tmp_path):
    config(tmp_path, SMALL)
    client = open_client(str(tmp_path))
    assert (client.name, client.currency, client.folder) == ('Harbour & Söhne "Nord"', "EUR", tmp_path.resolve())
    assert client.tables_folder == client.folder / "results" / "tables"
    assert client.data_file("data/orders.csv") == client.folder / "data" / "orders.csv"


def test_what_is_no_client_folder_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file.txt").touch()
    for name in ("b", "a"):
        Path("clients", name).mkdir(parents=True)
        Path("clients", name, "client.yaml").touch()
    for given_name, words in [
        ("nowhere", 'There is no folder "nowhere".'),
        ("file.txt", '"file.txt" is a file, not a folder.'),
        ("clients", "Client folders in it: a and b."),
        ("a\0b", r'"a\x00b"'),
        ("x" * 5000, "cannot be opened"),
    ]:
        with pytest.raises(ClientFileError, match="the one with client.yaml in it") as caught:
            open_client(given_name)
        assert words in str(caught.value)
