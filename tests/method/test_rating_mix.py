"""The mix of ratings: by hand, complete to the cent, and what is left out."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.rating_mix import rating_mix
from tests.method.rating_builders import WINDOW, days_of, line, line_lists, rated, summary_of


def mix_of(lines, ratings=None, contracts=()) -> pd.DataFrame:
    if ratings is None:
        ratings = rated(lines, contracts).reset_index()
    else:
        ratings = pd.DataFrame({"customer_id": list(ratings), "rating": list(ratings.values())})
    return rating_mix(ratings, summary_of(lines, contracts), days_of(lines), **WINDOW)


LINES = [
    line("c1", "2025-03-01", 30),
    line("c1", "2026-03-01", 50),
    line("c2", "2025-12-31", 15),
    line("c3", "2026-01-01", 5),
    line("c4", "2024-03-01", 99),
    line("c4", "2025-03-01", -2),
    line("c5", "2026-03-01", -3),
    line(None, "2025-03-01", 1),
    line(None, "2026-01-01", 4),
    line(None, "2024-03-01", 70),
]


def test_the_mix_by_hand():
    """Revenue 80 + 15 + 5 - 2 - 3 + 5 = 100; c6 is active by contract alone."""
    mix = mix_of(LINES, {"c1": "A", "c2": "C", "c3": "A", "c6": "unrated"}, contracts=("c6",))
    assert list(mix) == schema("rating_mix").names
    nothing = pytest.approx(math.nan, nan_ok=True)
    columns = ["rating", "part_of_customers", "revenue", "part_of_revenue", "revenue_change"]
    assert mix[columns].values.tolist() == [
        ["A", 0.5, 85.0, 0.85, 25.0],
        ["C", 0.25, 15.0, 0.15, -15.0],
        ["unrated", 0.25, 0.0, 0.0, 0.0],
        ["dormant", nothing, -2.0, -0.02, 2.0],
        ["never", nothing, -3.0, -0.03, -3.0],
        ["no_customer", nothing, 5.0, 0.05, 3.0],
    ]
    assert mix["customers"].tolist() == [2, 1, 1, 1, 1, pd.NA]
    assert mix["rating_name"].tolist()[2:] == ["Not rated", "Dormant", "Without any sale", "Without a customer"]


def test_a_row_without_customers_stays_while_it_holds_money():
    lines = [line("c1", "2025-03-01", 30), line(None, "2025-03-01", -7), line(None, "2026-03-01", 7)]
    mix = mix_of(lines, {"c1": "D"})
    assert mix[["rating", "revenue", "revenue_change"]].values.tolist() == [["D", 30, -30], ["no_customer", 0, 14]]
    assert mix_of(lines[:1], {"c1": "D"})["rating"].tolist() == ["D"]


def test_a_blank_customer_is_none():
    ratings = rated(LINES).reset_index()
    days = days_of(LINES)
    blank = days.assign(customer_id=days["customer_id"].fillna(""))
    found = rating_mix(ratings, summary_of(LINES), blank, **WINDOW)
    pd.testing.assert_frame_equal(found, rating_mix(ratings, summary_of(LINES), days, **WINDOW))


def test_no_part_of_a_revenue_at_or_below_zero():
    lines = [line("c1", "2025-03-01", 30), line(None, "2025-03-01", -30)]
    assert mix_of(lines, {"c1": "D"})["part_of_revenue"].isna().all()


def test_nobody_active():
    mix = mix_of([line("c1", "2024-03-01", 30)], {})
    assert mix[["rating", "customers", "revenue"]].values.tolist() == [["dormant", 1, 0.0]]


def test_an_active_customer_without_a_rating_is_refused():
    with pytest.raises(StepInputError, match="1 active customer not among the ratings: c2"):
        mix_of(LINES, {"c1": "A", "c3": "A"})


@given(line_lists())
@settings(max_examples=25)
def test_the_mix_holds_all_revenue_and_all_customers(lines):
    mix = mix_of(lines)
    recent = [row for row in lines if row["date"] >= pd.Timestamp(WINDOW["window_start"])]
    assert mix["revenue"].sum() == pytest.approx(sum(row["revenue"] for row in recent), abs=0.004)
    assert mix["customers"].sum() == len({row["customer_id"] for row in lines} - {None})
    active = mix["part_of_customers"].sum()
    assert active == 0 or active == pytest.approx(1)
    late = [row["revenue"] * (1 if row["date"] >= pd.Timestamp(WINDOW["current_start"]) else -1) for row in recent]
    assert mix["revenue_change"].sum() == pytest.approx(sum(late), abs=0.004)
