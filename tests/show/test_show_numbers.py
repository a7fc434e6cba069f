"""Numbers as people read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import Column
from helpers.show.audience import audience_for
from helpers.show.numbers import cell_texts, fixed, percent, significant
from helpers.show.scales import scale_for

WORKING = audience_for("working", "EUR", {})
NBSP, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.34, "34 %"),
        (0.345, "35 %"),
        (0.285, "29 %"),
        (0.0, "0 %"),
        (-0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.0095, "1 %"),
        (0.0004, "under 0.1 %"),
        (-0.04, f"{MINUS}4 %"),
        (-0.0001, f"over {MINUS}0.1 %"),
        (0.994, "99 %"),
        (0.996, "99.6 %"),
        (0.99999, "over 99.9 %"),
        (1, "100 %"),
        (2.5, "250 %"),
    ],
)
def test_per_cent(share, text):
    assert percent(share).replace(NBSP, " ") == text


def test_halves_go_away_from_zero_and_zero_has_no_sign():
    assert [fixed(value, 0) for value in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", f"{MINUS}3"]
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(1e300, 0).startswith("1,000,000")


def test_significant_digits_are_written_out():
    given = [0, 2, 12.345, 0.0012345, 999.6, 1234567, -0.5]
    assert [significant(value) for value in given] == ["0", "2", "12.3", "0.00123", "1,000", "1,230,000", f"{MINUS}0.5"]


def cells(values, name, schema, audience):
    return [text.replace(NBSP, " ") for text in cell_texts(values, schema.column(name), audience)]


def test_cells_follow_the_type(table_schema, working):
    assert cells([0.3421, None, np.nan, pd.NA], "customer_share", table_schema, working) == ["34.2 %", "", "", ""]
    assert cells([93963.4, 12.5, 0.25, 0.0], "revenue", table_schema, working) == ["93,963", "13", "0.25", "0"]
    assert cells([12.5, 3.0], "revenue", table_schema, working) == ["12.50", "3.00"]
    assert cells([12.0, 3.0], "revenue", table_schema, working) == ["12", "3"]
    assert cells([1824, pd.NA], "customers", table_schema, working) == ["1,824", ""]
    assert cells([pd.Timestamp("2017-01-01"), pd.NaT], "quarter_start", table_schema, working) == ["1 January 2017", ""]
    assert cells([True, False, pd.NA], "in_scope", table_schema, working) == ["yes", "no", ""]
    assert cells([float("inf")], "revenue", table_schema, working) == ["∞"]


def test_only_words_of_the_kit_lose_their_underscores(table_schema, working):
    assert cells(["win_more", "my_word"], "band", table_schema, working) == ["win more", "my_word"]
    assert cells(["win_more"], "category", table_schema, working) == ["win_more"]
    assert cells(["g2", "all", "g9"], "group_id", table_schema, working) == ["Refit regulars", "All customers", "g9"]


def test_the_numbers_of_a_column_are_alike_in_their_decimals():
    column = Column("lateness", "number", "Own gaps.")
    assert cell_texts([0.5, 13.8, 0.0833, None], column, WORKING) == ["0.5", "13.8", "0.1", ""]
    assert cell_texts([12.0, 3.0], column, WORKING) == ["12", "3"]
    assert cell_texts([13.8, 0.001], column, WORKING) == ["13.8", "0.001"], "nothing is shown as none that is some"


def test_a_little_below_zero_is_about_zero():
    """A sign of less than a negative least is logic that nobody reads at a glance."""
    share = scale_for(Column("part", "share", "A part."), [0.6, -0.0001], WORKING)
    assert share.label(-0.0001) == f"≈0{NBSP}%"
    money = scale_for(Column("change", "money", "A change."), [1.7e6, -400.0], WORKING)
    assert (money.label(-400.0), money.label(400.0)) == ("≈0", "<0.1")


def test_a_calendar_year_is_a_name_and_an_amount_of_years_is_not():
    year, years = (Column("year", "integer", "When, or how long.", unit=unit) for unit in ("year", "years"))
    assert cell_texts([2026, None], year, WORKING) == ["2026", ""]
    assert cell_texts([2026], years, WORKING) == ["2,026"]


def test_a_difference_of_shares_is_in_points_and_no_part_of_anything():
    change = Column("change", "share", "The second less the first.", unit="points")
    scale = scale_for(change, [0.031, -0.02], WORKING)
    assert (scale.unit, scale.label(0.031), scale.label(-0.02)) == ("points", "3.1", f"{MINUS}2.0")
    assert scale.tick_texts([-2.0, 0.0, 2.0]) == [f"{MINUS}2", "0", "2"] and scale.drawn([0.031]).tolist() == [3.1]
    assert scale_for(change, [0.31], WORKING).label(0.31) == "31"
    assert cell_texts([0.031, None], change, WORKING) == ["3.1", ""]
