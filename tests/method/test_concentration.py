"""Concentration: the published answers, hand calculations, limits and properties."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import write_table
from helpers.errors import StepInputError
from helpers.method.concentration import concentration, gini, lorenz_curve

PARTS = ["gini", "part_of_top_10", "part_of_top_20", "customers_for_80", "part_for_80", "largest_customer"]
amounts = st.lists(st.integers(-20_000, 5_000_000).map(lambda number: number / 100), max_size=40)


def revenue_of(*values: float | None) -> pd.Series:
    index = [f"c{number}" for number in range(len(values))]
    return pd.Series(values, index=pd.Index(index, name="customer_id", dtype="str"), dtype=float, name="revenue")


def row_of(*values: float | None) -> pd.Series:
    return concentration(revenue_of(*values)).iloc[0]


def curve_of(revenue: pd.Series, line: str = "Our customers") -> pd.DataFrame:
    table = lorenz_curve(revenue)
    return table[table["line"] == line]


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ([1, 2, 3, 4], 0.25),
        ([4, 1, 3, 2], 0.25),
        ([0, 0, 0, 1], 0.75),
        ([7, 7, 7], 0),
        ([0.1] * 1000, 0),
        ([5], 0),
        ([-9, 0, 0, 1], 0.75),  # below zero counts as zero
    ],
)
def test_gini_known_answers(values, known):
    assert gini(values) == known


@pytest.mark.parametrize("values", [[], [0, 0], [-3]])
def test_gini_of_nothing_is_missing(values):
    assert np.isnan(gini(values))


def test_gini_refuses_a_missing_amount():
    with pytest.raises(StepInputError, match="1 amount of 2 missing. Leave out customers"):
        gini([1, None])


def test_by_hand():
    """Ten customers of 50, 20, 10, 5, 5, 4, 3, 2, 1 and below zero: 100 together; two bring 70, three exactly 80."""
    row = row_of(2, 50, 5, 1, 20, -8, 10, 5, 4, None, 3)
    assert row["customers"] == 10
    assert row["below_zero"] == 1
    assert row["revenue"] == 100
    assert row["part_of_top_10"] == 0.5
    assert row["part_of_top_20"] == 0.7
    assert row["customers_for_80"] == 3
    assert row["part_for_80"] == 0.3
    assert row["largest_customer"] == 0.5
    # i x: 2*1 + 3*2 + 4*3 + 5*4 + 6*5 + 7*5 + 8*10 + 9*20 + 10*50 = 865; 2*865/1000 - 1.1
    assert row["gini"] == pytest.approx(0.63)


def test_a_tenth_that_is_no_whole_number_takes_the_next_customer_in_part():
    """Four customers of 60, 30, 10, 0: a tenth is 0.4 customers, 24 of 100; a fifth 0.8 customers, 48."""
    row = row_of(0, 10, 30, 60)
    assert row["part_of_top_10"] == 0.24
    assert row["part_of_top_20"] == 0.48


@pytest.mark.parametrize("count", [1, 2, 3, 7, 9, 10, 11, 99, 1234])
@pytest.mark.parametrize("amount", [0.1, 33.33, 1e9])
def test_equal_customers_are_exactly_in_proportion(count, amount):
    row = row_of(*[amount] * count)
    assert (row["gini"], row["part_of_top_10"], row["part_of_top_20"]) == (0, 0.1, 0.2)
    assert row["customers_for_80"] == -(-4 * count // 5)


@pytest.mark.parametrize("values", [(), (None,), (0.0, 0.0), (-5.0, -1.0)])
def test_where_nothing_was_earned_nothing_is_said(values):
    row = row_of(*values)
    assert row[PARTS].isna().all()
    assert row["revenue"] == 0
    assert row["below_zero"] == sum(value is not None and value < 0 for value in values)
    assert list(lorenz_curve(revenue_of(*values))) == schema("lorenz_curve").names
    assert lorenz_curve(revenue_of(*values)).empty


def test_one_customer_brings_everything():
    row = row_of(12.5)
    assert row[PARTS].tolist() == [0, 0.1, 0.2, 1, 1, 1]
    assert curve_of(revenue_of(12.5))["point_label"].tolist()[1] == "1 customer brings 100\N{NO-BREAK SPACE}%"


def test_curve_by_hand():
    curve = curve_of(revenue_of(10, 60, -4, 30))
    assert curve["customers"].tolist() == [0, 1, 2, 3, 4]
    assert curve["part_of_customers"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["revenue"].tolist() == [0, 60, 90, 100, 100]
    assert curve["part_of_revenue"].tolist() == [0, 0.6, 0.9, 1, 1]
    assert curve["point"].tolist() == [False, False, True, False, False]
    assert curve["point_label"].dropna().tolist() == ["2 customers bring 90\N{NO-BREAK SPACE}%"]
    straight = curve_of(revenue_of(10, 60, -4, 30), "If all bought alike")
    assert straight["part_of_revenue"].tolist() == straight["part_of_customers"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert not straight["point"].any()
    assert straight[["revenue", "point_label"]].isna().all(axis=None)


def test_the_point_of_80_percent_is_on_a_long_curve_between_two_steps():
    """10,001 customers who are alike: 8,001 of them are the first to pass 80 %, and no hundredth falls there."""
    curve = curve_of(revenue_of(*[2.5] * 10_001))
    assert len(curve) == 102
    point = curve[curve["point"]].iloc[0]
    assert point["customers"] == 8001
    assert point["point_label"] == "8,001 customers bring 80\N{NO-BREAK SPACE}%"
    assert curve["part_of_revenue"].tolist() == pytest.approx(curve["part_of_customers"].tolist())


def test_tables_are_those_of_the_schemas(tmp_path):
    revenue = revenue_of(1, 2, 3)
    for name, tables in {
        "concentration": [concentration(revenue), concentration(revenue_of())],
        "lorenz_curve": [lorenz_curve(revenue), lorenz_curve(revenue_of())],
    }.items():
        for table in tables:
            assert list(table) == schema(name).names
            write_table(table, tmp_path / f"{name}.parquet", schema(name))


@given(amounts, st.randoms(use_true_random=False))
def test_order_and_names_change_nothing_and_the_unit_only_money(values, random):
    table, curve = concentration(revenue_of(*values)), lorenz_curve(revenue_of(*values))
    shuffled = random.sample(values, len(values))
    pd.testing.assert_frame_equal(concentration(revenue_of(*shuffled)), table)
    pd.testing.assert_frame_equal(lorenz_curve(revenue_of(*shuffled)), curve)
    other = concentration(revenue_of(*values) * 100)
    assert other["revenue"][0] == pytest.approx(100 * table["revenue"][0])
    pd.testing.assert_frame_equal(other.drop(columns="revenue"), table.drop(columns="revenue"), rtol=1e-9)


@given(amounts.filter(lambda values: any(value > 0 for value in values)))
def test_the_curve_rises_bends_one_way_and_agrees_with_the_numbers(values):
    row, curve = row_of(*values), curve_of(revenue_of(*values))
    parts = curve["part_of_revenue"].to_numpy()
    assert (parts[0], parts[-1]) == (0, 1)
    assert (np.diff(parts) >= 0).all()
    assert (np.diff(parts, 2) <= 1e-12).all()
    assert (parts >= curve["part_of_customers"] - 1e-12).all()
    point = curve.loc[curve["point"]]
    assert len(point) == 1
    assert point["customers"].iloc[0] == row["customers_for_80"]
    before = parts[row["customers_for_80"] - 1]
    assert before < 0.8 <= point["part_of_revenue"].iloc[0]
    assert parts[1] == row["largest_customer"]
    # twice the area between the curve and the straight line
    area = np.trapezoid(parts, curve["part_of_customers"])
    assert row["gini"] == pytest.approx(2 * area - 1, abs=1e-9)
    assert row["part_of_top_20"] == pytest.approx(np.interp(0.2, curve["part_of_customers"], parts), abs=1e-9)


def test_customers_of_zero_make_it_more_unequal():
    assert row_of(1, 2, 3, 0, 0)["gini"] > row_of(1, 2, 3)["gini"]


def test_a_hundred_thousand_customers_take_no_time():
    revenue = pd.Series(np.random.default_rng(1).lognormal(5, 1.5, 100_000).round(2))
    begun = time.perf_counter()
    assert len(lorenz_curve(revenue)) <= 204
    assert 0.5 < concentration(revenue)["gini"][0] < 0.8  # lognormal: 2 Phi(sigma / sqrt 2) - 1 = .711
    assert time.perf_counter() - begun < 5
