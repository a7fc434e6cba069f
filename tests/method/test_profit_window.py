"""The window's profit as one thing: its tables say the same of the same money."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.profit_window import FLIPS, TIERS, profit_window, tiers_of, window_profits
from tests.method.profit_builders import GROUPS, PRICES, known, served, shuffled, sold

WINDOW = {"window_start": "2026-01-01", "as_of": "2027-01-01", "window_months": 12}
SUMMARY = known(c1="active", c2="active", c3="active", c4="active")
DAYS = sold(
    ("c1", "2026-02-01", 100.0, 50.0, 120.0),
    ("c1", "2026-08-01", 60.0, 20.0),
    ("c2", "2026-05-01", 100.0, 95.0),
    ("c3", "2026-11-01", 100.0, 60.0),
    (None, "2026-11-02", 9.0, 5.0),
)
EVENTS = served(("c1", "2026-03-01", "visit", 1), ("c2", "2026-06-01", "call", 4), ("c4", "2026-06-01", "call", 1))
HELD = PRICES.assign(capacity_cost=[100.0, np.nan])


def window(days=DAYS, groups=GROUPS, events=EVENTS, costs=HELD, cuts="proposed"):
    profits, proposed = window_profits(SUMMARY, days, events, costs, **WINDOW)
    chosen = proposed if cuts == "proposed" else cuts
    return profit_window(profits, days, groups, events, costs, cuts=chosen, **WINDOW)


def test_the_tables_by_hand():
    found = window()
    assert found.basis == "customer_profit"
    whole = found.profit_ladder[found.profit_ladder["group_id"] == "all"].set_index("rung")["amount"]
    # margins 90 + 5 + 40 + 4, service 40 + 10 + 2.50, and of 100 held for visits 60 are not recorded
    assert whole[["gross_margin", "cost_to_serve", "customer_profit"]].tolist() == [139.0, -52.5, 86.5]
    assert whole[["untraced_cost", "profit_after_untraced"]].tolist() == [-60.0, 26.5]
    # profits 50, -5 and 40; c4 has not ordered, and the lines of nobody are no customer's
    assert (found.whale.customers, found.whale.total, found.whale.lost) == (3, 85.0, 5.0)
    assert found.cuts == {"high": 48.0, "middle": 44.0}
    tiers = found.value_tiers[found.value_tiers["group_id"] == "all"]
    assert tiers["customers"].tolist() == [1, 0, 1, 1]
    assert tiers["cut"].fillna(-1).tolist() == [48.0, 44.0, 0.0, -1]
    flips = found.profit_flips[found.profit_flips["group_id"] == "all"]
    assert flips["profit"].eq(82.5).all()  # of customers, c4 too


def test_the_tables_say_the_same_of_each_group():
    found = window()
    ladder = found.profit_ladder[found.profit_ladder["rung"] == "customer_profit"].set_index("group_id")["amount"]
    flips = found.profit_flips.drop_duplicates("group_id").set_index("group_id")["profit"]
    assert flips[["g1", "g2", "ungrouped"]].tolist() == ladder[["g1", "g2", "ungrouped"]].tolist()
    assert ladder["all"] == ladder.drop("all").sum()
    tiers = found.value_tiers.groupby("group_id")["customer_profit"].sum()
    assert tiers["g1"] == ladder["g1"] and tiers["all"] == found.whale.total
    assert set(found.margin_slopes["group_id"]) <= set(found.margin_trend["group_id"])


def test_where_only_the_margin_is_known_it_speaks():
    profits, cuts = window_profits(SUMMARY, DAYS, None, None, **WINDOW)
    assert profits.set_index("customer_id").at["c1", "yearly_profit"] == 90.0
    found = profit_window(profits, DAYS, GROUPS, None, HELD, cuts=cuts, **WINDOW)
    assert (found.basis, found.left) == ("gross_margin", "gross margin")
    assert found.whale.total == 135.0
    assert "cost_to_serve" not in set(found.profit_flips["rate"])
    # prices without events leave no cost untraced that anybody could set against a profit
    assert not {"untraced_cost", "customer_profit"} & set(found.profit_ladder["rung"])


def test_where_no_cost_is_known_what_the_data_do_not_reach_is_empty():
    found = window(DAYS.assign(cost_of_goods=np.nan))
    assert found.basis is None and found.whale is None and found.cuts is None
    assert found.profit_flips.empty and found.profit_flips.columns.tolist() == list(FLIPS)
    assert found.value_tiers.empty and found.value_tiers.columns.tolist() == list(TIERS)
    assert found.margin_slopes.empty and found.profit_ladder["rung"].unique()[-1] == "revenue"


@pytest.mark.parametrize(
    "days",
    [sold(), sold(("c1", "2026-05-01", -30.0, -20.0)), sold(("c1", "2026-05-01", 30.0, 40.0))],
    ids=["no line", "refunds only", "sold below cost"],
)
def test_where_nobody_earns_there_are_no_cuts_and_no_tiers(days):
    found = window(days)
    assert found.cuts is None and found.value_tiers.empty
    assert tiers_of(found.profits, None).isna().all()
    if found.whale is not None:
        assert found.whale.refused


def test_one_customer_without_groups():
    found = window(DAYS[DAYS["customer_id"] == "c1"], groups=None, events=EVENTS.iloc[:1])
    for table in (found.profit_ladder, found.profit_flips, found.margin_trend):
        assert table["group_id"].unique().tolist() == ["all"]
    assert found.cuts is None  # one profit is no two cuts
    given = window(DAYS[DAYS["customer_id"] == "c1"], None, EVENTS.iloc[:1], cuts={"high": 50, "middle": 10})
    assert given.value_tiers["customers"].tolist() == [1, 0, 0, 0]


def test_the_order_of_rows_does_not_matter():
    found, mixed = window(), window(shuffled(DAYS), shuffled(GROUPS), shuffled(EVENTS), shuffled(HELD))
    for name in ("profits", "profit_ladder", "profit_flips", "margin_trend", "margin_slopes", "value_tiers"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(mixed, name))
    assert found.whale == mixed.whale and found.cuts == mixed.cuts
