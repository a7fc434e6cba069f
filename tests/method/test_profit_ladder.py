"""The profit ladder: by hand, and that its parts and steps add up to the last unit whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.errors import StepInputError
from helpers.method.money import ten_thousandths
from helpers.method.profit import customer_profit
from helpers.method.profit_ladder import ladder_gaps, profit_ladder, untraced_costs
from tests.method.profit_builders import GROUPS, PRICES, YEAR, books, grouped, known, served, shuffled, sold

SUMMARY = known(c1="active", c2="active", c3="active", c4="active")
DAYS = sold(
    ("c1", "2026-02-01", 100.0, 60.0, 120.0),
    ("c2", "2026-02-01", 50.0, 45.0),
    ("c3", "2026-02-01", 200.0, 150.0, 210.0),
    ("c4", "2026-02-01", 30.0, 10.0),
    (None, "2026-02-01", 5.0, 2.0),
)
EVENTS = served(("c1", "2026-03-01", "visit", 1), ("c2", "2026-03-01", "call", 4))


def amounts(ladder: pd.DataFrame, part: str) -> dict[str, float]:
    return ladder[ladder["group_id"] == part].set_index("rung")["amount"].to_dict()


def test_each_part_by_hand():
    ladder = profit_ladder(customer_profit(SUMMARY, DAYS, EVENTS, PRICES, **YEAR), GROUPS, untraced=25.0)
    assert ladder["group_id"].unique().tolist() == ["all", "g1", "g2", "ungrouped", "no_customer"]
    top = {"list_revenue": 415.0, "discount": -30.0, "revenue": 385.0, "cost_of_goods": -267.0, "gross_margin": 118.0}
    low = {"cost_to_serve": -50.0, "customer_profit": 68.0, "untraced_cost": -25.0, "profit_after_untraced": 43.0}
    assert amounts(ladder, "all") == top | low
    assert amounts(ladder, "g1") == {
        "list_revenue": 170.0,
        "discount": -20.0,
        "revenue": 150.0,
        "cost_of_goods": -105.0,
        "gross_margin": 45.0,
        "cost_to_serve": -50.0,
        "customer_profit": -5.0,
    }
    people = ladder.drop_duplicates("group_id").set_index("group_id")["customers"]
    assert people.to_dict() == {"all": 4, "g1": 2, "g2": 1, "ungrouped": 1, "no_customer": 0}
    g2 = ladder[(ladder["group_id"] == "g2") & (ladder["rung"] == "gross_margin")]
    assert g2["part_of_revenue"].tolist() == [0.25]


def test_what_is_not_known_leaves_the_ladder_on_rungs_of_its_own():
    profits = pd.DataFrame(
        {
            "customer_id": ["c1", "c2", "c3", "c4"],
            "list_revenue": [100.0, np.nan, 50.0, 50.0],
            "discount": [10.0, np.nan, 0.0, 0.0],
            "revenue": [90.0, 40.0, 50.0, 50.0],
            "cost_of_goods": [60.0, 30.0, np.nan, 20.0],
            "gross_margin": [30.0, 10.0, np.nan, 30.0],
            "cost_to_serve": [5.0, 1.0, 7.0, np.nan],
            "customer_profit": [25.0, 9.0, np.nan, np.nan],
        }
    )
    assert amounts(profit_ladder(profits), "all") == {
        "list_revenue": 200.0,
        "discount": -10.0,
        "no_list_revenue": 40.0,
        "revenue": 230.0,
        "unknown_goods": -50.0,
        "cost_of_goods": -110.0,
        "gross_margin": 70.0,
        "unknown_service": -30.0,
        "cost_to_serve": -6.0,
        "customer_profit": 34.0,
    }


def test_the_ladder_ends_where_nothing_further_is_known_and_untraced_cost_needs_a_profit():
    without = profit_ladder(customer_profit(SUMMARY, DAYS, **YEAR), untraced=25.0)
    assert without["rung"].tolist() == ["list_revenue", "discount", "revenue", "cost_of_goods", "gross_margin"]
    bare = DAYS.assign(cost_of_goods=np.nan, list_revenue=np.nan)
    assert profit_ladder(customer_profit(SUMMARY, bare, EVENTS, PRICES, **YEAR))["rung"].tolist() == ["revenue"]


@settings(max_examples=5, deadline=None)
@given(books())
def test_parts_make_the_portfolio_and_steps_make_totals_to_the_last_unit(book):
    profits = customer_profit(SUMMARY, *book, PRICES, **YEAR)
    ladder = profit_ladder(profits, GROUPS, untraced=1.2345)
    assert ladder_gaps(ladder)["gap"].eq(0).all()
    for _, part in ladder.groupby("group_id"):
        units, total = ten_thousandths(part["amount"]), part["is_total"].to_numpy()
        # the running sum of the steps is at each total what that total says
        steps = np.cumsum(np.where(total, 0, units)) + (units[0] if total[0] else 0)
        assert (steps[total] == units[total]).all()
    pd.testing.assert_frame_equal(ladder, profit_ladder(shuffled(profits), shuffled(GROUPS), untraced=1.2345))
    alone = profit_ladder(profits, None, untraced=1.2345)
    pd.testing.assert_frame_equal(alone, ladder[ladder["group_id"] == "all"].reset_index(drop=True))


def test_where_revenue_is_not_above_zero_no_part_of_it_is_said():
    refunds = sold(("c1", "2026-02-01", -40.0, -30.0), ("c2", "2026-02-01", 40.0, 20.0))
    ladder = profit_ladder(customer_profit(SUMMARY, refunds, **YEAR), grouped(c1="g1", c2="g2", c3="g2", c4="g2"))
    missing = ladder["part_of_revenue"].isna().groupby(ladder["group_id"]).all()
    assert missing.to_dict() == {"all": True, "g1": True, "g2": False}


def test_without_a_customer_the_ladder_is_zero_and_has_no_parts():
    ladder = profit_ladder(customer_profit(known(), sold(), served(), PRICES, **YEAR), GROUPS)
    assert ladder["group_id"].unique().tolist() == ["all"]
    assert ladder["amount"].eq(0).all() and ladder["customers"].eq(0).all()


def test_a_customer_stands_in_one_group():
    twice = pd.concat([GROUPS, grouped(c1="g2")])
    with pytest.raises(StepInputError, match='"c1" stands in two rows'):
        profit_ladder(customer_profit(SUMMARY, DAYS, **YEAR), twice)


def test_a_gap_is_shown():
    ladder = profit_ladder(customer_profit(SUMMARY, DAYS, **YEAR), GROUPS)
    ladder.loc[(ladder["group_id"] == "g1") & (ladder["rung"] == "revenue"), "amount"] += 0.0001
    gaps = ladder_gaps(ladder).set_index("rung")["gap"]
    assert gaps["revenue"] == 0.0001 and gaps.drop("revenue").eq(0).all()


# ---- what no event records -------------------------------------------------------------------------------------------

HELD = PRICES.assign(capacity_cost=[480.0, 60.0])  # visit 40 each, call 2.50 each
WORK = served(
    ("c1", "2025-12-31", "visit", 5),  # before the last twelve months
    ("c1", "2026-01-01", "visit", 2),
    ("c1", "2026-11-01", "visit", 8),
    ("c2", "2026-11-01", "call", 30),
)


def test_untraced_cost_by_hand():
    found = untraced_costs(WORK, HELD, as_of="2027-01-01", window_months=24)
    # calls charge 75 for a capacity of 60; in the window 675 is traced, in the year 475
    assert found.drop(columns="window_cost").values.tolist() == [
        ["call", 60.0, 75.0, -15.0],
        ["visit", 480.0, 400.0, 80.0],
    ]
    assert found["window_cost"].tolist() == [-21.3158, 113.6842]


def test_a_firm_that_served_half_as_much_before_held_half_as_much_before():
    work = served(("c1", "2025-05-01", "visit", 4), ("c1", "2026-05-01", "visit", 8))
    held = HELD[HELD["activity"] == "visit"]
    assert untraced_costs(work, held, as_of="2027-01-01", window_months=24)["window_cost"].tolist() == [240.0]
    alike = served(("c1", "2025-05-01", "visit", 8), ("c1", "2026-05-01", "visit", 8))
    assert untraced_costs(alike, held, as_of="2027-01-01", window_months=24)["window_cost"].tolist() == [320.0]
    idle = untraced_costs(work[:1], held, as_of="2027-01-01", window_months=24)
    assert idle["window_cost"].tolist() == [960.0], "nothing traced in the year: by months"


def test_a_window_shorter_than_a_year_has_its_part_of_the_capacity():
    found = untraced_costs(WORK, HELD, as_of="2027-01-01", window_months=3)
    assert found.values.tolist() == [["call", 15.0, 75.0, -60.0, -60.0], ["visit", 120.0, 320.0, -200.0, -200.0]]


def test_capacity_that_nobody_used_is_untraced_and_without_capacity_there_is_none():
    found = untraced_costs(None, HELD, as_of="2027-01-01", window_months=12)
    assert found["untraced_cost"].tolist() == [60.0, 480.0]
    for costs in (None, PRICES, HELD.assign(capacity_cost=np.nan)):
        assert untraced_costs(WORK, costs, as_of="2027-01-01", window_months=12).empty
    with pytest.raises(StepInputError, match="window_months is 0"):
        untraced_costs(WORK, HELD, as_of="2027-01-01", window_months=0)
