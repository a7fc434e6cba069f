"""Whether a group earns money, by hand: sums, fees, downturns, and what keeps it from being told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.profit_chance import drawn_sums, profit_chance

PERIOD = {"start": "2026-01-01", "as_of": "2027-01-01"}


def value(*profits: float | None, revenue: float = 100.0, cost: float | None = None) -> pd.DataFrame:
    """Customers c0, c1 ... with these profits."""
    ids = [f"c{number}" for number in range(len(profits))]
    table = pd.DataFrame({"customer_id": ids, "revenue": revenue, "customer_profit": profits, "cost_to_serve": cost})
    return table.astype({"customer_profit": float, "cost_to_serve": float})


def members(table: pd.DataFrame, group: str = "g1", name: str = "Yards") -> pd.DataFrame:
    return table[["customer_id"]].assign(group_id=group, group_name=name)


def slopes(downturn: bool = False, **other: float) -> pd.DataFrame:
    row = {"slope": 0.02, "p_fall": 0.9, "slope_before": np.nan, "slope_within": np.nan} | other
    decides = pd.DataFrame({"group_id": ["g1"], "decides": True, "downturn": downturn} | row)
    return pd.concat([decides.assign(decides=False, downturn=not downturn), decides])


def said(table: pd.DataFrame, rates: pd.DataFrame | None = None, contracts=None, **other) -> pd.Series:
    found = profit_chance(table, rates, members(table), contracts, **PERIOD, **other)
    assert found["group_id"].tolist() == ["g1"]
    return found.iloc[0]


def test_two_customers_by_hand():
    """Of +3 and -1 three sums of four are above zero: 6, 2 and 2, not -2."""
    row = said(value(3.0, -1.0), draws=10_000)
    assert row["p_profit"] == pytest.approx(0.75, abs=0.015)
    assert (row["profit"], row["profit_low"], row["profit_high"]) == (2.0, -2.0, 6.0)
    assert (row["status"], row["fails_by"], row["why_not"]) == ("undecided", "", "")


def test_all_earn_and_all_lose():
    assert said(value(1.0, 2.0, 3.0))[["chance", "status"]].tolist() == [1.0, "pass"]
    assert said(value(-1.0, -2.0, 3.0, -8.0, -9.0))[["status", "fails_by"]].tolist() == ["fail", "loss"]
    assert said(value(0.0, 0.0))[["chance", "status"]].tolist() == [0.0, "fail"]  # nothing is not above zero


def test_a_group_that_rests_on_one_customer_is_not_sure():
    """(1 - 1/n)^n of the draws leave out the one who earns: about .366 of 50."""
    row = said(value(100.0, *[-1.0] * 49), draws=10_000)
    assert row["profit"] == 51.0 and row["p_profit"] == pytest.approx(1 - 0.98**50, abs=0.015)


def test_the_fees_of_contracts_belong_to_what_a_group_brings():
    contracts = pd.DataFrame(
        {"customer_id": ["c0", "c1"], "start_date": pd.Timestamp("2025-01-01"), "monthly_fee": 1.0}
    )
    row = said(value(-5.0, -5.0), contracts=contracts)
    fee = 365 * 12 / 365.25
    assert row["contract_fees"] == pytest.approx(2 * fee, abs=1e-3)
    assert row["profit"] == pytest.approx(2 * fee - 10, abs=1e-3)
    assert (row["customer_profit"], row["status"]) == (-10.0, "pass")


def test_a_downturn_fails_whatever_is_earned():
    row = said(value(5.0, 6.0), slopes(True))
    assert row[["p_profit", "chance", "status", "fails_by", "downturn"]].tolist() == [
        1.0,
        0.0,
        "fail",
        "downturn",
        True,
    ]
    assert said(value(-5.0, -6.0), slopes(True))["fails_by"] == "loss, downturn"
    # the rate that does not decide is not looked at
    assert said(value(5.0, 6.0), slopes(False))[["status", "downturn"]].tolist() == ["pass", False]
    assert pd.isna(said(value(5.0, 6.0))["downturn"])


@pytest.mark.parametrize(
    ("rates", "trend"),
    [
        ({"p_fall": 0.8}, "better"),
        ({"p_fall": 0.79}, "level"),
        ({"slope": -0.01, "p_fall": 0.2}, "worse"),
        ({"slope": -0.01, "p_fall": 0.21}, "level"),
        ({"p_fall": 0.9, "slope_before": -0.01}, "level"),  # the group of a year ago shows the opposite
        ({"p_fall": 0.9, "slope_before": 0.01, "slope_within": -0.01}, "better"),
        ({"p_fall": 0.9, "slope_within": -0.01}, "level"),
    ],
)
def test_the_trend_is_that_of_the_margin_at_both_looks(rates, trend):
    assert said(value(5.0, 6.0), slopes(**rates))["trend"] == trend


def test_untraced_cost_goes_by_traced_cost_and_decides_nothing():
    """90 of untraced cost; the group has a third of what is traced, someone in no group the rest."""
    table = pd.concat([value(10.0, 10.0, cost=5.0), value(9.0, cost=20.0).assign(customer_id="other")])
    groups = members(value(10.0, 10.0))
    row = profit_chance(table, None, groups, **PERIOD, untraced=90.0).iloc[0]
    assert row["untraced_part"] == 30.0
    assert row[["p_profit", "p_after_untraced", "status", "basis"]].tolist() == [
        1.0,
        0.0,
        "pass",
        "after_cost_to_serve",
    ]
    row = said(value(10.0, 10.0), untraced=90.0)
    assert np.isnan(row["untraced_part"]) and np.isnan(row["p_after_untraced"]) and row["basis"] == "gross_margin"


@pytest.mark.parametrize(
    ("table", "why"),
    [(value(None, None), "no_cost"), (value(5.0, None, None), "no_cost"), (value(5.0), "too_few")],
)
def test_what_is_not_known_is_not_tested(table, why):
    row = said(table)
    assert row[["status", "why_not"]].tolist() == ["not_tested", why] and np.isnan(row["chance"])
    assert said(table, slopes(True))[["status", "fails_by"]].tolist() == ["fail", "downturn"]


def test_half_of_the_revenue_is_enough_and_the_others_are_counted():
    row = said(value(5.0, 5.0, None, None))
    assert row[["status", "customers", "known_customers"]].tolist() == ["pass", 4, 2]


def test_without_step_04_or_groups_nothing_is_said():
    groups = members(value(1.0, 2.0))
    row = profit_chance(None, None, groups, **PERIOD).iloc[0]
    assert row[["status", "why_not"]].tolist() == ["not_tested", "no_value"] and pd.isna(row["basis"])
    assert profit_chance(value(1.0, 2.0), None, None, **PERIOD).empty
    beside = members(value(1.0, 2.0), "one_order", "One order so far")
    assert profit_chance(value(1.0, 2.0), None, beside, **PERIOD).empty


def test_neither_order_nor_ids_nor_currency_nor_other_groups_matter():
    table = value(*np.random.default_rng(1).normal(1, 12, 40).round(2))
    row = said(table)
    assert 0.2 < row["p_profit"] < 1
    for other in (table.iloc[::-1], table.assign(customer_id="z" + table["customer_id"])):
        pd.testing.assert_series_equal(said(other), row)
    assert said(table.assign(customer_profit=table["customer_profit"] * 100))["p_profit"] == row["p_profit"]
    more = value(-1.0, -2.0).assign(customer_id=["d1", "d2"])
    groups = pd.concat([members(more, "g10", "Shops"), members(table)])
    both = profit_chance(pd.concat([more, table]), None, groups, **PERIOD)
    assert both["group_id"].tolist() == ["g1", "g10"]
    pd.testing.assert_series_equal(both.iloc[0], row)


def test_many_customers_are_drawn_in_parts_like_few_and_nobody_is_nobody():
    values = pd.Series(np.arange(3_000.0))
    sums = drawn_sums(values, draws=1_500)  # more than are drawn at a time
    assert len(sums) == 1_500 and (np.diff(sums) >= 0).all()
    assert sums.mean() == pytest.approx(values.sum(), rel=0.002)
    assert sums.std() == pytest.approx(values.std(ddof=0) * np.sqrt(3_000), rel=0.08)
    assert not len(drawn_sums(pd.Series(dtype=float)))
