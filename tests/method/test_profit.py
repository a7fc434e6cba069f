"""Profit of each customer: by hand, what must add up, and what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.errors import StepInputError
from helpers.method.money import ten_thousandths
from helpers.method.profit import MONEY, customer_profit, events_cover, known_part, profit_basis
from tests.method.profit_builders import PRICES, YEAR, books, known, other_ids, priced, served, shuffled, sold

SUMMARY = known(c1="active", c2="active", c3="dormant", c4="active")
DAYS = sold(
    ("c1", "2026-01-01", 100.0, 60.0, 120.0),  # the first day counts
    ("c1", "2026-12-31", 50.0, 30.0),
    ("c1", "2027-01-01", 999.0, 1.0),  # as_of does not
    ("c1", "2025-12-31", 999.0, 1.0),  # nor the day before the window
    ("c2", "2026-05-01", 80.0, 50.0),
    ("c2", "2026-06-01", 20.0, None),  # one cost unknown: no margin for c2
    (None, "2026-03-01", 10.0, 4.0, 11.0),
)
EVENTS = served(
    ("c1", "2026-01-01", "visit", 1),
    ("c1", "2026-07-01", "call", 2),
    ("c1", "2027-01-01", "visit", 9),
    ("c2", "2026-07-01", "call", 1),
    ("c5", "2026-07-01", "call", 4),  # never bought, and nobody knows it
)


def rows(table: pd.DataFrame) -> dict[str, list]:
    """Money by customer, None where missing."""
    values = table[list(MONEY)].astype(object).where(table[list(MONEY)].notna(), None)
    return dict(zip(table["customer_id"].fillna("").tolist(), values.values.tolist(), strict=True))


def test_each_customer_by_hand():
    found = customer_profit(SUMMARY, DAYS, EVENTS, PRICES, **YEAR)
    assert rows(found) == {
        # list 170 - discount 20 = 150; - goods 90 = 60; - (40 + 2 x 2.50) = 15
        "c1": [170.0, 20.0, 150.0, 90.0, 60.0, 45.0, 15.0],
        "c2": [100.0, 0.0, 100.0, None, None, 2.5, None],
        "c4": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],  # active by a contract alone
        "c5": [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, -10.0],
        "": [11.0, 1.0, 10.0, 4.0, 6.0, 0.0, 6.0],
    }
    assert found["ordered"].tolist() == [True, True, False, False, True]
    assert found["status"].fillna("").tolist() == ["active", "active", "active", "", ""]
    assert found["events"].tolist() == [2, 1, 0, 1, 0]
    assert pd.isna(found["customer_id"].iloc[-1])


@pytest.mark.parametrize(("months", "yearly"), [(12, 15.0), (24, 7.5), (6, 30.0)])
def test_a_year_is_twelve_months_of_the_window(months, yearly):
    found = customer_profit(SUMMARY, DAYS, EVENTS, PRICES, **(YEAR | {"window_months": months}))
    assert found.set_index("customer_id").at["c1", "yearly_profit"] == yearly


@pytest.mark.parametrize(("events", "costs"), [(None, PRICES), (EVENTS, None), (None, None)])
def test_without_events_or_prices_no_service_is_known_and_none_is_free(events, costs):
    found = customer_profit(SUMMARY, DAYS, events, costs, **YEAR)
    assert found["cost_to_serve"].isna().all() and found["customer_profit"].isna().all()
    assert found.set_index("customer_id").at["c1", "gross_margin"] == 60.0


def test_who_caused_no_event_of_a_delivered_table_cost_nothing():
    found = customer_profit(SUMMARY, DAYS, EVENTS.iloc[:0], PRICES, **YEAR)
    assert found["cost_to_serve"].eq(0).all()
    assert found.set_index("customer_id").at["c1", "customer_profit"] == 60.0


def test_an_event_without_a_price_leaves_the_profit_unknown():
    found = customer_profit(SUMMARY, DAYS, EVENTS, priced(call=2.5), **YEAR).set_index("customer_id")
    assert np.isnan(found.at["c1", "cost_to_serve"]) and np.isnan(found.at["c1", "customer_profit"])
    assert found["events_without_cost"].tolist() == [1, 0, 0, 0, 0]
    assert found.at["c5", "customer_profit"] == -10.0


def test_where_nobodys_cost_is_known_nobody_has_a_margin_of_zero():
    found = customer_profit(SUMMARY, DAYS.assign(cost_of_goods=np.nan, list_revenue=np.nan), EVENTS, PRICES, **YEAR)
    assert found[["list_revenue", "discount", "cost_of_goods", "gross_margin", "customer_profit"]].isna().all(axis=None)
    assert profit_basis(found) is None


def test_refunds_only_are_money_lost_by_somebody_who_did_not_order():
    days = sold(("c1", "2026-04-01", -30.0, -20.0))
    found = customer_profit(known(c1="active"), days, served(), PRICES, **YEAR)
    assert rows(found) == {"c1": [-30.0, 0.0, -30.0, -20.0, -10.0, 0.0, -10.0]}
    assert found["ordered"].tolist() == [False]
    assert profit_basis(found) is None


def test_without_a_row_the_table_is_empty_with_its_columns():
    found = customer_profit(known(), sold(), served(), PRICES, **YEAR)
    assert found.empty
    assert found.columns.tolist() == customer_profit(SUMMARY, DAYS, **YEAR).columns.tolist()
    assert profit_basis(found) is None


def test_a_window_has_a_month():
    with pytest.raises(StepInputError, match="window_months is 0"):
        customer_profit(SUMMARY, DAYS, **(YEAR | {"window_months": 0}))


@settings(max_examples=5, deadline=None)
@given(books())
def test_sums_tie_and_neither_order_nor_ids_nor_the_unit_of_the_currency_matter(book):
    days, events = book
    found = customer_profit(SUMMARY, days, events, PRICES, **YEAR)
    for whole, off, left in (
        ("list_revenue", "discount", "revenue"),
        ("revenue", "cost_of_goods", "gross_margin"),
        ("gross_margin", "cost_to_serve", "customer_profit"),
    ):
        full = found[[whole, off, left]].dropna()
        units = [ten_thousandths(full[name]) for name in (whole, off, left)]
        assert (units[0] - units[1] == units[2]).all()
        missing = found[left].isna() & found[[whole, off]].notna().all(axis=1)
        assert not missing.any()
    inside = days[(days["date"] >= YEAR["start"]) & (days["date"] < YEAR["as_of"])]
    assert ten_thousandths(found["revenue"]).sum() == ten_thousandths(inside["revenue"]).sum()
    mixed = customer_profit(shuffled(SUMMARY), shuffled(days), shuffled(events), PRICES, **YEAR)
    pd.testing.assert_frame_equal(found, mixed)
    other = customer_profit(other_ids(SUMMARY), other_ids(days), other_ids(events), PRICES, **YEAR)
    back = {f"k{9 - number}": f"c{number}" for number in range(10)}
    assert rows(found) == rows(other.assign(customer_id=other["customer_id"].map(back)))
    money = ["revenue", "cost_of_goods", "list_revenue"]
    small = days.assign(**{name: days[name] * 100 for name in money})
    cents = customer_profit(SUMMARY, small, events, PRICES.assign(unit_cost=PRICES["unit_cost"] * 100), **YEAR)
    np.testing.assert_allclose(cents[list(MONEY)], found[list(MONEY)] * 100, rtol=0, atol=1e-6)


def test_half_of_the_revenue_has_to_be_known_for_a_sum_to_speak_for_all():
    profits = pd.DataFrame(
        {
            "revenue": [50.0, 50.0, 100.0],
            "ordered": [True, True, False],
            "gross_margin": [9.0, 9.0, np.nan],
            "customer_profit": [5.0, np.nan, np.nan],
        }
    )
    assert profit_basis(profits) == "customer_profit"  # exactly half
    assert known_part(profits, "customer_profit") == 0.5
    profits["revenue"] = [49.99, 50.01, 100.0]
    assert profit_basis(profits) == "gross_margin"


def test_revenue_below_zero_does_not_make_the_known_part_larger_than_one():
    profits = pd.DataFrame({"revenue": [100.0, -60.0], "ordered": True, "gross_margin": [9.0, np.nan]})
    assert known_part(profits, "gross_margin") == 1.0
    assert known_part(profits.iloc[1:], "gross_margin") == 0.0


PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}


def cover(*dates: str):
    found = events_cover(pd.DataFrame({"date": pd.to_datetime(list(dates))}), **PERIOD)
    return found and tuple(f"{day:%Y-%m-%d}" for day in found)


def test_events_cover_what_is_no_further_than_their_longest_silence():
    quarters = ("2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31")
    assert cover(*quarters) == ("2026-01-01", "2027-01-01")
    assert cover("2026-06-01", "2026-06-11") == ("2026-06-01", "2026-06-12")
    assert cover("2026-01-07", "2026-12-25") == ("2026-01-01", "2027-01-01")
    # recording began before the period: its first days are covered
    assert cover("2025-12-01", "2026-02-01", "2026-03-01") == ("2026-01-01", "2026-03-02")


def test_one_event_covers_its_day_and_no_event_covers_nothing():
    assert cover("2026-06-01") == ("2026-06-01", "2026-06-02")
    assert cover("2025-06-01") is None and cover("2027-01-01") is None and cover() is None
    assert events_cover(None, **PERIOD) is None
