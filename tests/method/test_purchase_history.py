"""Purchase histories against histories worked by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.method.distinct_rows import distinct_rows
from helpers.method.purchase_history import purchase_days, purchase_history
from tests.method.days_builders import days, histories, renamed

END = "2026-03-02"


def one(*rows, end=END):
    """The history of the only customer, as a mapping."""
    table = purchase_history(days(*rows), end=end)
    assert len(table) == 1
    return table.iloc[0].to_dict()


def test_a_history_by_hand():
    found = one(("c1", "2026-01-05", 10.0), ("c1", "2026-01-12", 4.0), ("c1", "2026-02-02", 5.0))
    assert found["first_day"] == pd.Timestamp("2026-01-05")
    # the last day that counts is 1 March, 55 days after the first purchase
    assert (found["x"], found["t_x"], found["T"]) == (2, 4.0, 55 / 7)
    assert (found["spend_days"], found["mean_spend"], found["first_spend"]) == (2, 4.5, 10.0)


def test_a_day_of_returns_is_no_purchase_and_neither_is_one_that_nets_below_zero():
    rows = [("c1", "2026-01-05", 10.0), ("c1", "2026-01-12", -4.0), ("c1", "2026-01-13", -0.01, 1)]
    assert one(*rows)["x"] == 0
    assert pd.isna(one(*rows)["mean_spend"])
    # an order that was brought back whole the same day was a purchase, of nothing
    found = one(*rows, ("c1", "2026-01-19", 0.0, 1), ("c1", "2026-01-26", 3.0))
    assert (found["x"], found["t_x"], found["spend_days"], found["mean_spend"]) == (2, 3.0, 1, 3.0)


def test_a_refund_before_the_first_purchase_starts_no_clock():
    found = one(("c1", "2025-12-01", -9.0), ("c1", "2026-01-05", 10.0))
    assert found["first_day"] == pd.Timestamp("2026-01-05") and found["x"] == 0


def test_the_end_cuts_and_the_day_before_it_counts():
    rows = [("c1", "2026-02-01", 1.0), ("c1", "2026-03-01", 1.0), ("c1", "2026-03-02", 1.0)]
    found = one(*rows)
    assert (found["x"], found["t_x"], found["T"]) == (1, 4.0, 4.0)
    assert purchase_history(days(*rows), end="2026-02-01").empty
    begun_yesterday = one(*rows, end="2026-02-02")
    assert (begun_yesterday["x"], begun_yesterday["t_x"], begun_yesterday["T"]) == (0, 0.0, 0.0)


@pytest.mark.parametrize("rows", [[], [("c1", "2026-01-05", -3.0)], [(None, "2026-01-05", 3.0)]])
def test_without_a_purchase_of_anybody_there_is_no_history(rows):
    table = purchase_history(days(*rows), end=END)
    assert table.empty
    assert table.dtypes.astype(str).to_dict() == {
        "customer_id": "str", "first_day": "datetime64[us]", "x": "int64", "t_x": "float64", "T": "float64",
        "spend_days": "int64", "mean_spend": "float64", "first_spend": "float64",
    }  # fmt: skip


def test_purchases_from_a_day_on():
    table = days(("c2", "2026-01-05", 1.0), ("c1", "2026-01-06", 2.0), ("c1", "2026-01-04", 3.0))
    found = purchase_days(table, start="2026-01-05", end=END)
    assert found["customer_id"].tolist() == ["c1", "c2"] and found["money"].tolist() == [20000, 10000]


@given(histories())
@settings(max_examples=30, deadline=None)
def test_neither_the_order_of_rows_nor_ids_matter_and_money_is_exact(customer_days):
    end = "2026-12-31"
    table = purchase_history(customer_days, end=end)
    pd.testing.assert_frame_equal(table, purchase_history(customer_days.iloc[::-1], end=end))
    other = purchase_history(renamed(customer_days), end=end)
    measures = ["x", "t_x", "T", "spend_days", "mean_spend", "first_spend"]
    assert sorted(map(str, table[measures].to_numpy().tolist())) == sorted(
        map(str, other[measures].to_numpy().tolist())
    )
    purchases = purchase_days(customer_days, end=end)
    assert table["x"].sum() + len(table) == len(purchases)
    spent = (table["spend_days"] * table["mean_spend"].fillna(0) + table["first_spend"]).sum()
    assert spent == pytest.approx(purchases["money"].sum() / 10_000, abs=1e-6)


@given(histories())
@settings(max_examples=20, deadline=None)
def test_distinct_rows_give_back_the_rows(customer_days):
    table = purchase_history(customer_days, end="2026-12-31")
    columns = [table[name].to_numpy(dtype=float) for name in ("x", "t_x", "T")]
    rows, place, weight = distinct_rows(*columns)
    assert all((kept[place] == column).all() for kept, column in zip(rows, columns, strict=True))
    told = list(zip(*rows, strict=True))
    assert told == sorted(set(zip(*columns, strict=True))) and weight.sum() == len(table)
