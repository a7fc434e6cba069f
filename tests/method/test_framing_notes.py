"""What the intake noticed, in parts of the whole and in sentences."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.method.framing_notes import data_notes, note_findings, part_without_customer
from tests.method.builders import sentences

CODES = 'product codes of another form than nearly all others: "POST", "M" and 3 more'
NOTES = (
    ("lines without a customer", 250, 1500.0),
    ("revenue below zero: returns, credits and corrections", 20, -800.0),
    ("revenue below zero though quantity is above zero: fees or bad debts rather than returns", 1, -90.5),
    ("revenue of exactly zero", 4, 0.0),
    ("quantity below zero", 21, -709.5),
    ("quantity below zero though revenue is not: corrections of stock rather than returns", 2, 0.0),
    (CODES, 6, 40.0),
    ("equal to another line of the file in every column; both are kept", 10, 60.0),
    ("lines of customers that the customers table does not know", 300, 4000.0),
)


def received(*notes, rows=1000, money=10_000.0):
    kept = ("transactions", "kept", "", rows, money)
    noted = [("transactions", "noted", *note) for note in notes]
    return pd.DataFrame([kept, *noted], columns=["table", "outcome", "reason", "rows", "money"])


def said(*notes, **whole):
    return {
        key.removeprefix("01."): text
        for key, text in sentences(note_findings(data_notes(received(*notes, **whole)))).items()
    }


def test_notes_are_parts_of_what_was_kept():
    table = data_notes(received(*NOTES)).set_index("note")
    assert list(data_notes(received(*NOTES))) == schema("data_notes").names
    parts = table[["rows", "part_of_rows", "money", "part_of_money"]]
    assert parts.loc["lines without a customer"].tolist() == [250, 0.25, 1500.0, 0.15]
    assert parts.loc["quantity below zero"].tolist() == [21, 0.021, -709.5, -0.07095]
    assert parts.loc["revenue of exactly zero"].tolist() == [4, 0.004, 0.0, 0.0]


def test_a_part_of_nothing_is_unknown():
    notes = data_notes(received(("odd", 2, -3.0), ("not used: a", 0, None), money=-1.0))
    assert notes["part_of_money"].isna().all()
    assert notes["part_of_rows"].fillna(-1).tolist() == [0.002, -1]


def test_a_table_without_money_and_one_without_notes():
    rows = [
        ("customers", "kept", "", 8, None),
        ("customers", "noted", "silent", 2, None),
        ("goals", "kept", "", 1, None),
    ]
    notes = data_notes(pd.DataFrame(rows, columns=["table", "outcome", "reason", "rows", "money"]))
    assert notes[["table", "part_of_rows"]].values.tolist() == [["customers", 0.25]]
    assert notes[["money", "part_of_money"]].isna().all(axis=None)


def test_what_a_board_has_to_know_is_said():
    text = said(*NOTES)
    assert text["data_notes"].startswith(f"Noticed on what is kept: {len(NOTES)} things.")
    assert text["no_customer"].startswith(
        "Lines that name no customer: 250, 25.0 % of all; they bring EUR 1,500, 15.0 % of revenue."
    )
    assert text["returns"] == (
        "Returns, credits and corrections take EUR 800.00 off revenue, in 20 lines; 1 of them, worth EUR 90.50, have a "
        "quantity above zero, as fees have."
    )
    assert text["equal_lines"].startswith("Lines that repeat another one in every column: 10, worth EUR 60.00.")
    assert text["no_sales"].startswith(
        "Lines that may be no sales of products, some of them for more than one reason: 4 with revenue of zero, 2 with "
        "a quantity below zero and revenue that is not and 6 with product codes unlike nearly all others."
    )
    assert "300 lines, 30.0 % of all" in text["strangers"]


def test_what_weighs_nothing_stays_in_the_table():
    small = [(note, 1, -1.0) for note, _, _ in NOTES]
    assert set(said(*small)) == {"data_notes", "no_customer"}
    assert said() == {}
    assert set(said(('not used in a.csv: "x"', 0, None))) == {"data_notes"}, "as many things as the table has rows"
    assert said(("revenue of exactly zero", 30, 0.0))["data_notes"].startswith("One thing was noticed")


def test_a_part_of_revenue_that_is_no_part_is_not_said():
    assert "of revenue" not in said(("lines without a customer", 10, -50.0))["no_customer"]
    assert "of revenue" not in said(("lines without a customer", 10, 50.0), money=-1.0)["no_customer"]


@pytest.mark.parametrize(("rows", "money", "part"), [(250, 100.0, 0.25), (10, 4000.0, 0.4), (10, -50.0, 0.01)])
def test_the_part_without_a_customer_is_the_larger_one(rows, money, part):
    assert part_without_customer(data_notes(received(("lines without a customer", rows, money)))) == part
    assert part_without_customer(data_notes(received())) == 0


@given(st.lists(st.sampled_from(NOTES), unique=True), st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_whatever_was_noted_can_be_said(notes, money, rows):
    text = said(*notes, money=money / 10_000, rows=rows)
    assert ("no_customer" in text) == any(note[0] == "lines without a customer" for note in notes)


def test_the_table_can_be_written_and_read(tmp_path):
    for rows in (received(*NOTES), received()):
        notes = data_notes(rows)
        write_table(notes, tmp_path / "n.parquet", schema("data_notes"))
        assert len(read_table(tmp_path / "n.parquet", schema("data_notes"))) == len(notes)
