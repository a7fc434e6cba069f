"""The window is counted back from as_of by calendar months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.client.periods import choose_periods, months_before, whole_months
from helpers.errors import TableError

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def periods(first, last, as_of=None, months=24):
    return choose_periods(first_date=first, last_date=last, as_of=as_of, window_months=months)


def test_two_whole_years():
    found = periods(date(2020, 5, 1), date(2026, 9, 30))
    assert (found.as_of, found.window_start, found.current_start) == (
        date(2026, 10, 1),
        date(2024, 10, 1),
        date(2025, 10, 1),
    )
    assert len(found.quarters) == 8
    assert found.quarters[0] == (date(2024, 10, 1), date(2024, 12, 31))
    assert found.quarters[-1] == (date(2026, 7, 1), date(2026, 9, 30))
    assert (found.seasonal_risk, found.remarks, found.shortened_from) == (False, [], None)


def test_a_year_that_fits_exactly_is_a_year():
    found = periods(date(2017, 1, 1), date(2017, 12, 31), date(2018, 1, 1), 12)
    assert (found.window_months, found.shortened_from, found.seasonal_risk) == (12, None, True)


def test_a_shorter_history_gives_the_largest_even_number_of_months_and_says_so():
    found = periods(date(2017, 1, 8), date(2017, 12, 31), date(2018, 1, 1))
    assert (found.window_months, found.window_start) == (10, date(2017, 3, 1))
    assert found.remarks[0].startswith("The history begins on 2017-01-08, so the window is 10 months instead of 24")
    assert len(found.quarters) == 3
    assert found.quarters[0][0] == date(2017, 4, 1)


def test_less_than_two_months_is_refused():
    with pytest.raises(TableError, match="less than two whole months"):
        periods(date(2026, 1, 11), date(2026, 3, 3))


def test_a_history_that_begins_in_the_first_week_holds_the_month():
    found = periods(date(2017, 1, 7), date(2017, 12, 31), date(2018, 1, 1), 12)
    assert (found.window_months, found.window_start, found.first_date) == (12, date(2017, 1, 1), date(2017, 1, 7))


def test_months_at_the_end_of_the_month():
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2024, 1, 31), -1) == date(2024, 2, 29)
    assert months_before(date(2024, 12, 15), 12) == date(2023, 12, 15)


@given(DAYS, st.integers(0, 3000))
def test_whole_months_are_the_most_that_fit(end, days):
    first = end - timedelta(days=days)
    months = whole_months(first, end)
    assert months_before(end, months) >= first
    assert months_before(end, months + 1) < first


@given(DAYS, st.integers(1, 30))
def test_blocks_cover_the_window_without_gap_or_overlap(as_of, half):
    found = periods(months_before(as_of, 2 * half), as_of - timedelta(days=1), as_of, 2 * half)
    for blocks in (found.months, found.quarters):
        for (_, end), (start, _) in zip(blocks, blocks[1:], strict=False):
            assert start - end == timedelta(days=1)
        if blocks:
            assert blocks[-1][1] == as_of - timedelta(days=1)
            assert blocks[0][0] >= found.window_start
    assert found.months[0][0] == found.window_start
    assert found.current_start in [start for start, _ in found.months]
