"""Blocks of months, exact money, whose days they are, and which of them are order days."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.client.periods import GRACE, months_before
from helpers.method.history import block_label, block_starts, days_of_customers, order_days
from helpers.method.money import ten_thousandths
from tests.method.days_builders import days

dates = st.dates(min_value=pd.Timestamp("1995-01-01").date(), max_value=pd.Timestamp("2035-01-01").date())


@given(dates, st.integers(0, 2500), st.sampled_from([1, 3]))
def test_blocks_are_those_of_the_window(as_of, length, size):
    """Counted back from as_of by the same rule as the window's own quarters; the first one left out is incomplete."""
    first = as_of - timedelta(days=length)
    starts = [day.date() for day in block_starts(first, as_of, size)]
    assert starts == [months_before(as_of, size * back) for back in range(len(starts), 0, -1)]
    assert months_before(as_of, size * (len(starts) + 1)) < first - GRACE
    assert not starts or starts[0] >= first - GRACE


def test_a_history_that_begins_on_2_january_holds_that_quarter():
    assert len(block_starts("2011-01-02", "2012-01-01")) == 4
    assert len(block_starts("2011-01-07", "2012-01-01")) == 4
    assert len(block_starts("2011-01-08", "2012-01-01")) == 3
    assert len(block_starts("2012-01-01", "2012-01-01")) == 0


@pytest.mark.parametrize(
    ("start", "next_start", "label"),
    [
        ("2011-10-01", "2012-01-01", "Q4 2011"),
        ("2011-03-01", "2011-06-01", "Mar-May 2011"),
        ("2010-11-01", "2011-02-01", "Nov 2010-Jan 2011"),
        ("2010-12-10", "2011-03-10", "10 Dec 2010 to 9 Mar 2011"),
        ("2011-02-28", "2011-05-31", "28 Feb to 30 May 2011"),
    ],
)
def test_a_quarter_has_a_name_of_its_own(start, next_start, label):
    assert block_label(pd.Timestamp(start), pd.Timestamp(next_start)) == label


def test_money_is_whole_numbers():
    assert ten_thousandths([0.1] * 3).sum() == 3000
    assert ten_thousandths([899_999_999_999.9999])[0] == 8_999_999_999_999_999


def test_days_without_a_customer_or_after_as_of_are_nobodys():
    table = days(("c1", "2026-01-01", 5), (None, "2026-01-01", 5), ("c1", "2026-03-01", 5), ("c2", "2026-01-02", 0))
    table.loc[1, "customer_id"] = ""
    rows = days_of_customers(table, as_of="2026-03-01")
    assert rows[["customer_id", "ordered", "money"]].values.tolist() == [["c1", True, 50_000], ["c2", False, 0]]


def test_an_order_day_has_a_line_above_zero_before_as_of():
    table = days(("c2", "2026-02-28", 5), ("c1", "2026-01-01", 0), ("c1", "2026-01-02", -5), ("c1", "2026-03-01", 5))
    assert order_days(table, as_of="2026-03-01").values.tolist() == [["c2", pd.Timestamp("2026-02-28")]]
