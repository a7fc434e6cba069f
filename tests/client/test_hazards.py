"""What is kept and noted: a small delivery with one of every kind of odd line, each counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.hazards import LINES
from helpers.method import framing_notes
from helpers.method.framing_notes import data_notes, note_findings
from helpers.run.inspect import check_client
from tests.client.test_intake import CORRECTION, counts

HEAD = "Invoice,Code,What,Qty,Day,Price,Cust\n"
COLUMNS = (
    "columns: {order_id: Invoice, product: Code, quantity: Qty, date: Day, customer_id: Cust, "
    "revenue: {product_of: [Qty, Price]}}"
)
KINDS = [
    "600,10001,mug,2,2026-02-01,1.50,C1",  # a sale ...
    "600,10001,mug,2,2026-02-01,1.50,C1",  # ... that stands here twice ...
    "600,10001,cup,2,2026-02-01,1.50,C1",  # ... and once more under other words, which are not read
    "601,10002,bowl,4,2026-03-02,2.00,",  # nobody's
    "C602,10002,bowl,-3,2026-03-03,2.00,C2",  # a return
    "603,10003,lost,-7,2026-03-03,0,",  # a correction of stock: no customer, no price
    "604,10003,gift,1,2026-03-04,0,C2",  # a gift
    "605,B,bad debt,1,2026-03-05,-50.00,",  # a bad debt: a code of another form, nobody's
    "606,POST,postage,1,2026-03-05,4.00,C1",
    "607,POST,postage,1,2026-03-06,4.00,C2",
]
SALES = [f"7{at:02},2{at:04},plate,1,2026-02-{at % 28 + 1:02},1.00,C{at % 9 + 1}" for at in range(90)]
REVENUE = 90 + 9.0 + 8.0 - 6.0 - 50.0 + 8.0


def delivered(*more: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in (*KINDS, *SALES, *more))


def noted(read, table: str = "transactions") -> dict[str, tuple[int, float]]:
    frame = read("received_data")
    frame = frame[(frame["outcome"] == "noted") & (frame["table"] == table) & (frame["rows"] > 0)]
    return {row.reason: (row.rows, row.money) for row in frame.itertuples()}


def test_every_kind_is_noted_with_its_rows_and_money(taken):
    read = taken(delivered(), COLUMNS)
    assert counts(read)["kept", "the rows that the steps work on"] == (100, REVENUE)
    assert noted(read) == {
        "equal to another line of the file in every column; both are kept": (1, 3.0),
        "equal to another line in all that is read, and not in the rest of the file; both are kept": (1, 3.0),
        "lines without a customer": (3, -42.0),
        "revenue below zero: returns, credits and corrections": (2, -56.0),
        "revenue of exactly zero": (2, 0.0),
        "quantity below zero": (2, -6.0),
        "quantity below zero though revenue is not: corrections of stock rather than returns": (1, 0.0),
        "revenue below zero though quantity is above zero: fees or bad debts rather than returns": (1, -50.0),
        'product codes of another form than nearly all others: "POST" and "B"': (3, -42.0),
    }


def test_only_what_was_delivered_and_is_there_is_noted(taken):
    without = COLUMNS.replace("product: Code, quantity: Qty", "product: , quantity: ")
    told = " ".join(noted(taken(delivered(), without)))
    assert "quantity" not in told
    assert "codes" not in told
    assert "revenue below zero" in told
    assert noted(taken(HEAD + "\n".join(SALES) + "\n", COLUMNS)) == {}


def test_a_correction_that_drops_lines_drops_their_note(taken):
    drop = "  - target: transactions\n    where: {product: [POST, B]}\n    action: drop\n    expect: {rows: 3}\n"
    told = noted(taken(delivered(), COLUMNS, corrections=drop + CORRECTION))
    assert not any("codes" in reason or "bad debts" in reason for reason in told)
    assert told["lines without a customer"] == (2, 8.0)


# ---- codes -----------------------------------------------------------------------------------------------------------


def products(*codes: str) -> str:
    lines = [f"{at},C1,2026-0{at % 3 + 1}-01,1,{code}" for at, code in enumerate(codes)]
    return "\n".join(["order_id,customer_id,date,revenue,product", *lines, ""])


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        (["10001"] * 95 + ["POST"] * 5, '"POST"'),
        (["10001"] * 94 + ["POST"] * 6, None),  # too many to be strange
        (["10001"] * 95 + ["", "", "D", "C2", "C2"], '"C2" and "D"'),  # most lines first; a blank is no code
        (["SKU-17"] * 98 + ["FEE", "freight charge"], '"FEE" and "freight charge"'),
        (["Anchor chain"] * 97 + ["8 mm rope"] * 3, None),  # names have no form
        (["12 mm rope"] * 50 + ["Anchor 4"] * 50, None),
        (["1"] * 300 + list("ABCDEFGHIJ"), '"A", "B", "C", "D", "E", "F", "G", "H" and 2 more'),
    ],
)
def test_codes_of_another_form_are_named(taken, codes, names):
    told = [reason for reason in noted(taken(products(*codes), "")) if reason.startswith("product codes")]
    assert told == ([f"product codes of another form than nearly all others: {names}"] if names else [])


# ---- days long ago ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "day", "said"), [(1, "1970-01-01", True), (1, "2016-12-31", False), (3, "1999-01-01", False)]
)
def test_a_few_lines_from_long_ago_are_noted(taken, count, day, said):
    lines = [f"C1,{day},2"] * count + [f"C1,2026-{at % 3 + 1:02}-{at % 27 + 1:02},{at}" for at in range(200)]
    told = noted(taken("customer_id,date,revenue\n" + "\n".join(lines) + "\n", ""))
    reason = f"dated more than ten years before the last line (the first on {day})"
    assert (told.get(reason) == (count, 2.0 * count)) == said
    assert "before the window" in told


# ---- customers -------------------------------------------------------------------------------------------------------


def test_customers_that_only_one_table_knows_are_noted_on_both_sides(taken):
    tables = "  customers:\n    file: data/customers.csv\n"
    lines = "customer_id,date,revenue\nC1,2026-01-01,5\nC7,2026-02-01,3\nC7,2026-03-01,4\n,2026-03-02,9\n"
    read = taken(lines, "", tables=tables, files={"customers.csv": "customer_id\nC1\nC2\nC3\n"})
    assert noted(read)["lines of customers that the customers table does not know"] == (2, 7.0)
    silent = noted(read, "customers")["customers without a line in transactions"]
    assert (silent[0], pd.isna(silent[1])) == (2, True)
    both = taken(lines, "", tables=tables, files={"customers.csv": "customer_id\nC1\nC7\n"})
    assert not any("know" in reason for reason in noted(both))
    assert noted(both, "customers") == {}


# ---- what step 01 and check make of it -------------------------------------------------------------------------------


def test_step_01_knows_the_notes_by_the_intakes_own_words(taken):
    words = {framing_notes.NO_CUSTOMER, framing_notes.BELOW_ZERO, framing_notes.FEES, *framing_notes.NO_SALES}
    tables = "  customers:\n    file: data/customers.csv\n"
    read = taken(delivered(), COLUMNS, tables=tables, files={"customers.csv": "customer_id\nC1\n"})
    told = {reason.split(': "')[0] for reason in noted(read)}
    assert words | {framing_notes.EQUAL, framing_notes.STRANGERS} <= told
    assert set(LINES) <= told
    found = {finding.id for finding in note_findings(data_notes(read("received_data")))}
    assert found == {
        f"01.{name}" for name in ("data_notes", "no_customer", "returns", "equal_lines", "no_sales", "strangers")
    }


def test_check_shows_the_part_of_rows_and_of_money(make_client):
    text = "\n".join(check_client(make_client(delivered(), COLUMNS).folder))
    assert "note: lines without a customer (3 rows, 3.0 %; -42.00, -71.2 %)" in text
    assert "note: revenue of exactly zero (2 rows, 2.0 %; 0.00)" in text
