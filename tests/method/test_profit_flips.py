"""What flips sign: by hand, straight lines, and that the parts are the portfolio's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.errors import StepInputError
from helpers.method.money import ten_thousandths
from helpers.method.profit import customer_profit
from helpers.method.profit_flips import profit_flips
from tests.method.profit_builders import GROUPS, PRICES, WINDOW, YEAR, books, known, priced, served, shuffled, sold

SUMMARY = known(c1="active", c2="active", c3="active", c4="active")
DAYS = sold(
    ("c1", "2026-02-01", 100.0, 50.0, 120.0),
    ("c2", "2026-02-01", 100.0, 95.0),
    ("c3", "2026-02-01", 100.0, 60.0),
)
EVENTS = served(
    ("c1", "2026-03-01", "visit", 1),
    ("c2", "2026-03-01", "call", 4),
    ("c3", "2026-03-01", "call", 14),
    ("c4", "2026-03-01", "call", 2),  # active by a contract alone
)
PROFITS = customer_profit(SUMMARY, DAYS, EVENTS, PRICES, **YEAR)  # 10, -5, 5, -5


def pick(table: pd.DataFrame, part: str, rate: str, change: float) -> pd.Series:
    return table[(table["group_id"] == part) & (table["rate"] == rate) & np.isclose(table["change"], change)].iloc[0]


def test_each_rate_by_hand():
    found = profit_flips(PROFITS, GROUPS, EVENTS, PRICES, **WINDOW)
    assert found["rate"].drop_duplicates().tolist() == ["discount", "cost_of_goods", "cost_to_serve", "call", "visit"]
    assert found["group_id"].unique().tolist() == ["all", "g1", "g2", "ungrouped"]
    goods = pick(found, "all", "cost_of_goods", 0.2)
    assert (goods["cost"], goods["profit"], goods["changed_profit"]) == (205.0, 5.0, -36.0)
    assert (goods["flips"], goods["to_loss"], goods["to_profit"]) == (True, 1, 0)  # 10 - 10 = 0 is no loss; 5 - 12 is
    assert goods["break_even"] == pytest.approx(5 / 205, abs=1e-9)
    cheap = pick(found, "g1", "cost_of_goods", -0.2)
    assert (cheap["changed_profit"], cheap["flips"], cheap["to_loss"], cheap["to_profit"]) == (34.0, False, 0, 1)
    visit = pick(found, "g1", "visit", 0.2)
    assert (visit["kind"], visit["cost"], visit["changed_profit"], visit["flips"]) == ("activity", 40.0, -3.0, True)
    assert visit["to_loss"] == 0  # the group loses, and none of its customers begins to
    service = pick(found, "g2", "cost_to_serve", -0.2)
    assert (service["cost"], service["changed_profit"]) == (35.0, 12.0)


def test_who_has_not_ordered_does_not_turn():
    days = sold(("c3", "2026-02-01", 100.0, 60.0))
    for positive, turns in ((1, 1), (0, 0)):
        table = days.assign(positive_lines=positive)
        profits = customer_profit(SUMMARY, table, served(), PRICES, **YEAR)
        found = profit_flips(profits, change=0.7, **WINDOW)
        assert pick(found, "all", "cost_of_goods", 0.7)["to_loss"] == turns


@settings(max_examples=5, deadline=None)
@given(books())
def test_parts_make_the_portfolio_activities_make_the_service_and_lines_are_straight(book):
    profits = customer_profit(SUMMARY, *book, PRICES, **YEAR)
    service = {"events": book[1], "costs": PRICES}
    found = profit_flips(profits, GROUPS, **service, **WINDOW)
    keys = ["rate", "change"]
    whole = found[found["group_id"] == "all"].set_index(keys)
    parts = found[found["group_id"] != "all"]
    for name in ("cost", "profit", "changed_profit"):
        sums = pd.Series(ten_thousandths(parts[name])).groupby([parts[key].to_numpy() for key in keys]).sum()
        portfolio = pd.Series(ten_thousandths(whole[name]), index=whole.index)
        assert sums.reindex(whole.index, fill_value=0).equals(portfolio)
    for name in ("to_loss", "to_profit"):
        assert parts.groupby(keys)[name].sum().reindex(whole.index, fill_value=0).equals(whole[name])
    up, down = (whole.xs(change, level="change") for change in (0.2, -0.2))
    bend = up["changed_profit"] + down["changed_profit"] - 2 * up["profit"]
    assert bend.abs().max() <= 0.0001 * len(profits)
    by_activity = up.loc[up["kind"] == "activity", "cost"].sum()
    assert by_activity == pytest.approx(up.at["cost_to_serve", "cost"], abs=1e-9)
    mixed = profit_flips(shuffled(profits), shuffled(GROUPS), shuffled(book[1]), PRICES, **WINDOW)
    pd.testing.assert_frame_equal(found, mixed)


def test_at_the_break_even_the_profit_is_zero():
    at = pick(profit_flips(PROFITS, **WINDOW), "all", "cost_of_goods", 0.2)["break_even"]
    found = profit_flips(PROFITS, change=at, **WINDOW)
    assert pick(found, "all", "cost_of_goods", at)["changed_profit"] == pytest.approx(0, abs=0.001)


def test_a_rate_that_took_nothing_changes_nothing_and_has_no_break_even():
    found = profit_flips(PROFITS[PROFITS["customer_id"] == "c3"], **WINDOW)
    none = found[found["rate"] == "discount"]
    assert none["break_even"].isna().all() and not none["flips"].any()
    assert none["changed_profit"].tolist() == none["profit"].tolist() == [5.0, 5.0]


def test_where_only_the_margin_is_known_service_is_no_rate():
    margins = customer_profit(SUMMARY, DAYS, **YEAR)
    found = profit_flips(margins, None, EVENTS, PRICES, basis="gross_margin", **WINDOW)
    assert found["rate"].drop_duplicates().tolist() == ["discount", "cost_of_goods"]
    assert pick(found, "all", "cost_of_goods", 0.2)["profit"] == 95.0


def test_equally_dear_activities_stand_by_name():
    events = served(("c1", "2026-03-01", "visit", 1), ("c2", "2026-03-01", "call", 1))
    for order in (("visit", "call"), ("call", "visit")):
        costs = priced(**dict.fromkeys(order, 3.0))
        profits = customer_profit(SUMMARY, DAYS, events, costs, **YEAR)
        found = profit_flips(profits, None, events, costs, **WINDOW)
        assert found["rate"].drop_duplicates().tolist()[-2:] == ["call", "visit"]


def test_where_nobodys_profit_is_known_nothing_flips():
    found = profit_flips(customer_profit(SUMMARY, DAYS, **YEAR), GROUPS, **WINDOW)
    assert found["group_id"].unique().tolist() == ["all"]
    assert found["cost"].eq(0).all() and not found["flips"].any() and found["break_even"].isna().all()


def test_what_cannot_be_asked_is_refused():
    for change in (0.0, -0.1, float("nan")):
        with pytest.raises(StepInputError, match="change is"):
            profit_flips(PROFITS, change=change, **WINDOW)
    with pytest.raises(StepInputError, match='basis is "revenue"'):
        profit_flips(PROFITS, basis="revenue", **WINDOW)
