"""An amount that the file does not hold: exact, in the file's marks, and told in the client's words where it fails."""

from __future__ import annotations

import io
import warnings
from datetime import date
from decimal import Decimal

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.config import read_config
from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.parsing import Reading
from helpers.client.product_of import Product, _product
from helpers.client.schema import schema
from helpers.client.tables import connect, read_table
from helpers.errors import ClientFileError, TableError
from helpers.run.inspect import suggest_columns
from tests.client.test_intake import CORRECTION, counts, refusal

HEAD = "Order No,Customer,Date,Quantity,UnitPrice\n"
PLAIN = 'order_id: "Order No", customer_id: Customer, date: Date'
COLUMNS = f"columns: {{{PLAIN}, quantity: Quantity, revenue: {{product_of: [Quantity, UnitPrice]}}}}"


def orders(*pairs: str, between: str = ",") -> str:
    rows = [[str(at), "C1", f"2026-0{at % 3 + 1}-01", pair] for at, pair in enumerate(pairs)]
    return HEAD.replace(",", between) + "".join(f"{between.join(row)}\n" for row in rows)


# ---- known answers ---------------------------------------------------------------------------------------------------


def test_quantity_times_unit_price(taken):
    read = taken(orders("6,2.55", "-2,1.25", "0,9", " 3 ,.5"), COLUMNS)
    lines = read("transactions")
    assert lines["revenue"].tolist() == [15.3, -2.5, 0.0, 1.5]
    assert lines["quantity"].tolist() == [6.0, -2.0, 0.0, 3.0]
    assert counts(read)["received", "data/orders.csv"] == (4, 14.3)
    assert counts(read)["repaired", "spaces cut off"] == (1, 1.5)
    assert not [reason for _, reason in counts(read) if reason.startswith("not used")]


def test_decimal_commas_and_thousands(taken):
    text = orders("1.000;2,55", "3;1.234,5", between=";")
    read = taken(text, f'{COLUMNS}\ndecimal: ","\nthousands: "."')
    assert read("transactions")["revenue"].tolist() == [2550.0, 3703.5]


def test_more_than_four_decimals_are_rounded_and_counted(taken):
    read = taken(orders("3,0.33335", "1,2.00005", "7,1.5"), COLUMNS)
    assert read("transactions")["revenue"].tolist() == [1.0001, 2.0001, 10.5]  # 1.00005 and 2.00005, away from zero
    moved = counts(read)["repaired", "revenue rounded to four decimals; the money is what that moved"]
    assert moved == (2, pytest.approx(0.0001))


def test_three_factors_and_another_money_column(taken):
    text = "Customer,Date,Pieces,Price,Rate,Cost\nC1,2026-01-01,3,10,0.9,4\nC1,2026-03-01,2,5.5,1,\n"
    products = "revenue: {product_of: [Pieces, Price, Rate]}, cost_of_goods: {product_of: [Pieces, Cost]}"
    columns = (
        f"columns: {{customer_id: Customer, date: Date, {products}, list_revenue: {{product_of: [Pieces, Price]}}}}"
    )
    lines = taken(text, columns)("transactions")
    assert lines["revenue"].tolist() == [27.0, 11.0]
    assert lines["list_revenue"].tolist() == [30.0, 11.0]
    assert lines["cost_of_goods"].fillna(-1).tolist() == [12.0, -1.0]  # a blank factor: a blank amount
    assert "quantity" not in lines


TYPED = """select {customer} as "CustomerID", date '2026-01-01' + n::int * interval 1 month as "InvoiceDate",
{quantity} as "Quantity", {price} as "UnitPrice" from range(3) as r(n)"""


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("6.0::double", "2.55::double"), ("6", "2.55::decimal(9, 3)"), ("'6'", "2.55::float"), ("'6'", "'2.55'")],
)
def test_typed_files(make_client, tmp_path, quantity, price):
    columns = "columns: {customer_id: CustomerID, date: InvoiceDate, revenue: {product_of: [Quantity, UnitPrice]}}"
    client = make_client(settings=columns)
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.parquet")
    (client.folder / "client.yaml").write_text(config)
    rows = TYPED.format(customer="17850.0::double", quantity=quantity, price=price)
    duckdb.connect().execute(f"copy ({rows}) to '{client.folder}/data/o.parquet' (format parquet)")
    take_in(open_client(client.folder), tmp_path / "tables")
    lines = read_table(tmp_path / "tables" / "transactions.parquet", schema("transactions"))
    assert lines["revenue"].tolist() == [15.3] * 3
    assert set(lines["customer_id"]) == {"17850"}
    assert lines["quantity"].tolist() == [6.0] * 3  # a heading of our own name is still read as that


def test_sheets(make_client, tmp_path):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    rows = [["C1", date(2026, month, 5), 3 - month, 0.1 + 0.2 * month] for month in (1, 2, 3)]
    for at, row in enumerate([["Customer", "Date", "Qty", "Price"], *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    columns = "columns: {customer_id: Customer, date: Date, quantity: Qty, revenue: {product_of: [Qty, Price]}}"
    client = make_client(settings=f"{columns}\ndecimal: ','", files={"o.xlsx": content.getvalue()})
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.xlsx")
    (client.folder / "client.yaml").write_text(config)
    take_in(open_client(client.folder), tmp_path / "tables")
    lines = read_table(tmp_path / "tables" / "transactions.parquet", schema("transactions"))
    assert lines["revenue"].tolist() == [0.6, 0.5, 0.0]


@pytest.fixture(scope="module")
def database():
    """A database for all examples: to open one takes longer than to multiply."""
    with connect() as connection:
        yield connection


@given(
    st.lists(st.decimals(-999_999, 999_999, places=3), min_size=2, max_size=3),
    st.sampled_from([Reading(), Reading(",", "."), Reading(",")]),
)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_products_are_exact(database, numbers, reading):
    factors = [(f"h{at}", f"f{at}", reading) for at in range(len(numbers))]
    texts = [f"'{number}'".replace(".", reading.decimal) for number in numbers]
    row = ", ".join(f"{text} as trimmed_f{at}" for at, text in enumerate(texts))
    text = database.execute(f"select {_product(factors, reading)} from (select {row})").fetchone()[0]
    whole = Decimal(1)
    for number in numbers:
        whole *= number
    assert Decimal(text.replace(",", ".")) == whole


# ---- corrections and control -----------------------------------------------------------------------------------------


def test_control_totals_add_up_products(make_client, tmp_path):
    text = orders("3,0.33335", "2,1")
    take_in(make_client(text, f"{COLUMNS}\ncontrol: {{rows: 2, revenue: 3.00005}}"), tmp_path / "good")
    message = refusal(make_client, tmp_path, text, f"{COLUMNS}\ncontrol: {{rows: 2, revenue: 4}}")
    assert "It adds up to 3.00005, and 4.00 was announced" in message


def correction(where: str, entries: str) -> str:
    set_to = f"    where: {{order_id: '{where}'}}\n    action: set\n    set: {{{entries}}}\n    expect: {{rows: 1}}\n"
    return f"  - target: transactions\n{set_to}{CORRECTION}"


def test_a_correction_sets_the_product_in_the_marks_of_the_file(taken):
    text = orders("6;2,55", "six;2", "1;1", between=";")
    read = taken(text, f'{COLUMNS}\ndecimal: ","', corrections=correction("1", "quantity: '6', revenue: '12,5'"))
    assert read("transactions")["revenue"].tolist() == [15.3, 12.5, 1.0]


def test_a_correction_of_a_factor_alone_would_leave_the_product_behind(make_client, tmp_path):
    message = refusal(
        make_client, tmp_path, orders("6,2.55", "600,2"), COLUMNS, corrections=correction("1", "quantity: '6'")
    )
    assert 'revenue is the product of "Quantity" and "UnitPrice", and stays as it was.' in message
    assert "Set revenue too." in message


# ---- what cannot be multiplied ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("six,2.55", '1 of 2 rows is not an amount (line 3; first: "Quantity: six")'),
        ("1e3,2.55", 'first: "Quantity: 1e3"'),
        ('6,"2,55"', 'first: "UnitPrice: 2,55"'),
        (",2.55", '"Quantity x UnitPrice" -> revenue: 1 of 2 rows is blank (line 3)'),
        (",x", 'first: "UnitPrice: x"'),
        ("90000000000000,90000000000", 'first: "90000000000000 x 90000000000"'),
        ("90000000,90000000", 'first: "8100000000000000"'),
    ],
)
def test_a_row_that_cannot_be_multiplied_says_why(make_client, tmp_path, pair, told):
    columns = f"columns: {{{PLAIN}, quantity: , revenue: {{product_of: [Quantity, UnitPrice]}}}}"
    assert told in refusal(make_client, tmp_path, orders("1,1", pair), columns)


def test_a_product_that_is_too_large_on_the_way_says_why(make_client, tmp_path):
    text = "Customer,Date,Pieces,Price,Rate\nC1,2026-01-01,1,1,1\nC1,2026-03-01,1000000000000,1000000000,0.000000001\n"
    columns = "columns: {customer_id: Customer, date: Date, revenue: {product_of: [Pieces, Price, Rate]}}"
    told = 'is not an amount (line 3; first: "1000000000000 x 1000000000 x 0.000000001")'
    assert told in refusal(make_client, tmp_path, text, columns)


def test_a_heading_that_is_not_there_is_named(make_client, tmp_path):
    columns = f"columns: {{{PLAIN}, revenue: {{product_of: [Quantity, Unit Price]}}}}"
    message = refusal(make_client, tmp_path, orders("1,1"), columns)
    assert '"Unit Price" -> revenue: The file has no column of this name.' in message
    assert 'Did you mean "UnitPrice"?' in message


def test_a_type_that_is_no_number_is_named(make_client, tmp_path):
    columns = "columns: {customer_id: CustomerID, date: InvoiceDate, revenue: {product_of: [Quantity, UnitPrice]}}"
    client = make_client(settings=columns)
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.parquet")
    (client.folder / "client.yaml").write_text(config)
    rows = TYPED.format(customer="'C1'", quantity="1", price="true")
    duckdb.connect().execute(f"copy ({rows}) to '{client.folder}/data/o.parquet' (format parquet)")
    with pytest.raises(TableError, match='"UnitPrice" -> revenue: It is of type BOOLEAN'):
        take_in(open_client(client.folder), tmp_path / "tables")


# ---- client.yaml -----------------------------------------------------------------------------------------------------

CONFIG = "client: A\ncurrency: EUR\ntables:\n  transactions:\n    file: a.csv\n    columns:\n      {}\n"


def config(tmp_path, line):
    (tmp_path / "client.yaml").write_text(CONFIG.format(line), encoding="utf-8")
    return read_config(tmp_path / "client.yaml").tables["transactions"]


def test_a_product_is_read_beside_headings(tmp_path):
    table = config(tmp_path, "revenue: {product_of: [ Qty, 2017 ]}\n      quantity: Qty\n      product:")
    assert table.columns == {"revenue": Product(("Qty", "2017")), "quantity": "Qty", "product": None}
    assert table.headings == ["Qty", "2017", "Qty"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("revenue: {sum_of: [a, b]}", 'columns.revenue: "sum_of" is not known here.'),
        ("revenue: {product_off: [a, b]}", 'Did you mean "product_of"?'),
        ("revenue: {product_of: [a, b], digits: 2}", '"digits" is not known here.'),
        ("revenue: {}", "product_of holds no list of headings."),
        ("revenue: {product_of: a}", "product_of holds no list of headings."),
        ("revenue: {product_of: [a, [b]]}", "product_of holds no list of headings."),
        ("revenue: {product_of: [a, ' ']}", "product_of holds no list of headings."),
        ("revenue: {product_of: [a]}", "a product of 1 is none."),
        ("revenue: {product_of: [a, a]}", 'the heading "a" stands twice.'),
        ("quantity: {product_of: [a, b]}", "quantity is not an amount, so it cannot be a product."),
        ("revenu: {product_of: [a, b]}", "transactions has no column of this name."),
    ],
)
def test_faults_are_told_in_words(tmp_path, line, words):
    with pytest.raises(ClientFileError) as caught:
        config(tmp_path, line)
    message = str(caught.value)
    assert message.startswith("client.yaml - 1 problem in "), message
    assert "line 7, tables.transactions.columns." in message
    assert words in message


def test_a_product_is_remembered_as_client_yaml_holds_it(make_client):
    """Freshness hashes what client.yaml says of a table; pydantic once warned of each product on the user's screen."""
    entry = make_client(orders("6,2.55"), COLUMNS).config.tables["transactions"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = entry.model_dump(mode="json")["columns"]
    assert (said["revenue"], said["date"]) == ({"product_of": ["Quantity", "UnitPrice"]}, "Date")


# ---- suggestions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("price", ["UnitPrice", "Price", "Preis", "Einzelpreis (EUR)", "unit price net"])
def test_a_product_is_suggested_where_nothing_fits_revenue(make_client, price):
    client = make_client(orders("6,2.55").replace("UnitPrice", price), settings="decimal: '.'")
    text = "\n".join(suggest_columns(client.folder))
    proposed = f'      revenue: {{product_of: ["Quantity", "{price}"]}}'
    assert (proposed in text) == ("net" not in price)  # net is a word for revenue, so that comes first
    assert "left over" not in text


def test_what_was_suggested_stays_and_can_be_used(make_client, tmp_path):
    client = make_client(orders("6,2.55", "1,1", "1,1"), settings="decimal: '.'")
    lines = suggest_columns(client.folder)
    path = client.folder / "client.yaml"
    path.write_text(path.read_text() + "\n".join(lines[1:]) + "\n")
    take_in(open_client(client.folder), tmp_path / "tables")
    again = suggest_columns(client.folder)
    assert '      revenue: {product_of: ["Quantity", "UnitPrice"]}' in again


@pytest.mark.parametrize("header", ["UnitPrice,Amount", "Colour"])
def test_no_product_is_suggested_where_a_heading_fits_or_a_factor_is_missing(make_client, header):
    text = orders("1,1").replace("UnitPrice", header).replace(",1\n", ",1,1\n" if "," in header else ",1\n")
    assert "product_of" not in "\n".join(suggest_columns(make_client(text, settings="decimal: '.'").folder))
