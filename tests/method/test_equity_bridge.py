"""The bridge of customer equity, worked by hand, and what must hold of any two versions."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from helpers.method.equity_bridge import CAUSES, bridge_table, equity_bridge, shapley
from helpers.method.equity_restated import purchases_restated

ROW = {
    "group_id": "g1",
    "status": "active",
    "revenue": 100.0,
    "cost_to_serve": 0.0,
    "expected_revenue": 100.0,
    "margin_rate": 0.2,
    "contract_clv": np.nan,
    "clv": 20.0,
    "clv_basis": "after_cost_to_serve",
}


def version(**customers: dict) -> pd.DataFrame:
    """A customer_value of these customers: what is not said is as in ROW; clv = bought x rate + contract."""
    rows = []
    for name, own in customers.items():
        row = ROW | {"customer_id": name} | {key: value for key, value in own.items() if key != "bought"}
        if "clv" not in own:
            contract = 0.0 if np.isnan(row["contract_clv"]) else row["contract_clv"]
            row["clv"] = round(own.get("bought", 100.0) * row["margin_rate"] + contract, 4)
        rows.append(row)
    return pd.DataFrame(rows)


def amounts(earlier, today, **rest) -> dict[str, float]:
    table = equity_bridge(earlier, today, **rest).set_index("part")["amount"]
    assert round(table["before"] + table.drop(["before", "now"]).sum() - table["now"], 4) == 0
    return {part: amount for part, amount in table.items() if amount}


def test_who_came_who_left_and_who_came_back_are_counted_whole():
    then = version(a={}, b={"status": "dormant", "group_id": "dormant", "bought": 10})
    now = version(b={}, c={"bought": 50}, a={"status": "dormant", "group_id": "dormant", "bought": 5})
    assert amounts(then, now) == {"before": 20.0, "acquired": 10.0, "won_back": 20.0, "lost": -20.0, "now": 30.0}
    assert amounts(version(a={}), version(c={})) == {"before": 20.0, "acquired": 20.0, "lost": -20.0, "now": 20.0}


def test_purchases_and_margin_share_what_they_do_together():
    # 100 x .2 became 200 x .3: purchases alone 20 or 30, margin alone 10 or 20, by who comes first
    found = amounts(version(a={}), version(a={"bought": 200, "margin_rate": 0.3}))
    assert found == {"before": 20.0, "share_gained": 25.0, "margin": 15.0, "now": 60.0}


def test_cost_to_serve_is_told_from_margin():
    # 30 % of revenue went to service and 20 % now; what is left rose by as much, so the margin before it did not move
    then = version(a={"cost_to_serve": 30.0, "margin_rate": 0.1})
    now = version(a={"cost_to_serve": 20.0, "margin_rate": 0.2})
    assert amounts(then, now) == {"before": 10.0, "cost_to_serve": 10.0, "now": 20.0}


def test_who_moves_to_what_the_other_group_was_has_moved_and_nothing_else():
    then = version(a={}, b={}, c={"group_id": "g2", "bought": 300, "margin_rate": 0.1})
    now = version(a={"group_id": "g2", "bought": 300, "margin_rate": 0.1}, b={}, c={"group_id": "g2", "bought": 300,
                  "margin_rate": 0.1})  # fmt: skip
    assert amounts(then, now) == {"before": 70.0, "moved": 10.0, "now": 80.0}


def test_a_move_into_a_group_that_was_not_there_is_no_move_that_can_be_told():
    found = amounts(version(a={}), version(a={"group_id": "g9", "bought": 200}))
    assert found == {"before": 20.0, "share_gained": 20.0, "now": 40.0}


def test_contracts_have_a_bar_of_their_own():
    found = amounts(version(a={}), version(a={"contract_clv": 12.0}))
    assert found == {"before": 20.0, "contracts": 12.0, "now": 32.0}
    only = {"margin_rate": np.nan, "expected_revenue": 0.0, "contract_clv": 9.0, "clv": 9.0}
    assert amounts(version(a=only), version(a=only | {"contract_clv": 7.0, "clv": 7.0})) == {
        "before": 9.0, "contracts": -2.0, "now": 7.0}  # fmt: skip


def test_the_model_fitted_anew_is_taken_off_before_all_else():
    then, now = version(a={}, b={}), version(a={"bought": 150})
    again = pd.Series({"a": 150.0, "b": 50.0})
    # a was worth 30 by today's model, and b 10: a did nothing, b took 10 with it
    assert amounts(then, now) == {"before": 40.0, "lost": -20.0, "share_gained": 10.0, "now": 30.0}
    assert amounts(then, now, restated=again) == {"before": 40.0, "lost": -10.0, "now": 30.0}
    found = equity_bridge(then, now, restated=again).set_index("part")
    assert found.loc["model", "customers"] == 2  # 10 more and 10 less
    assert amounts(then, now, restated=pd.Series({"a": 150.0})) == {
        "before": 40.0, "lost": -20.0, "model": 10.0, "now": 30.0}  # fmt: skip


def test_where_margins_count_other_costs_nothing_is_said_of_margin():
    then = version(a={"clv_basis": "gross_margin", "margin_rate": 0.5})
    now = version(a={"cost_to_serve": 30.0, "margin_rate": 0.2})
    assert amounts(then, now) == {"before": 50.0, "definition": -30.0, "now": 20.0}


def test_without_a_version_or_a_lifetime_value_there_is_no_row():
    assert bridge_table(None, version(a={})).empty and bridge_table(version(a={}), None).empty
    unknown = version(a={}).assign(clv=np.nan, margin_rate=np.nan, clv_basis=None)
    assert bridge_table(unknown, version(a={})).empty
    table = bridge_table(version(a={}), version(a={}))
    assert table["part"].tolist() == ["before", "now"]  # what is nothing is left out


def test_a_rate_of_nothing_hides_no_money():
    nothing = {"margin_rate": 0.0, "clv": 0.0}
    # 100 at a rate of nothing became 100 at .2: all of it is margin
    assert amounts(version(a=nothing), version(a={})) == {"margin": 20.0, "now": 20.0}
    assert amounts(version(a={"bought": 0.0}), version(a={})) == {"share_gained": 20.0, "now": 20.0}


def random_version(rng, ids) -> pd.DataFrame:
    size = len(ids)
    active = rng.random(size) < 0.8
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "group_id": np.where(active, rng.choice(["g1", "g2", "g3", "lapsing"], size), "dormant"),
            "status": np.where(active, "active", "dormant"),
            "revenue": np.where(active, rng.lognormal(6, 1, size).round(2), np.nan),
            "cost_to_serve": rng.lognormal(4, 1, size).round(2),
            "expected_revenue": rng.lognormal(6, 1, size).round(4),
            "margin_rate": rng.normal(0.2, 0.2, size),
            "contract_clv": np.where(rng.random(size) < 0.2, 50.0, np.nan),
            "clv_basis": "after_cost_to_serve",
        }
    )
    worth = table["expected_revenue"] * table["margin_rate"] + table["contract_clv"].fillna(0.0)
    return table.assign(clv=worth.round(4))


@pytest.mark.parametrize("seed", range(5))
def test_any_two_versions_sum_to_the_cent_and_order_and_names_change_nothing(seed):
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number}" for number in range(300)])
    then, now = random_version(rng, ids[:250]), random_version(rng, ids[50:])
    again = pd.Series(rng.lognormal(6, 1, 250), index=ids[:250])
    table = equity_bridge(then, now, restated=again)
    by_part = table.set_index("part")["amount"]
    assert by_part["before"] == pytest.approx(then.loc[then["status"] == "active", "clv"].sum(), abs=1e-4)
    assert by_part["now"] == pytest.approx(now.loc[now["status"] == "active", "clv"].sum(), abs=1e-4)
    assert abs(by_part["before"] + by_part.drop(["before", "now"]).sum() - by_part["now"]) < 0.005

    names = {one: f"x{number}" for number, one in enumerate(rng.permutation(ids))}
    renamed = [
        frame.assign(customer_id=frame["customer_id"].map(names)).sample(frac=1, random_state=seed)
        for frame in (then, now)
    ]
    other = equity_bridge(*renamed, restated=again.rename(index=names).sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(other, table, rtol=0, atol=2e-4)

    money = ["revenue", "cost_to_serve", "expected_revenue", "contract_clv", "clv"]
    dear = [frame.assign(**{name: frame[name] * 100 for name in money}) for frame in (then, now)]
    scaled = equity_bridge(*dear, restated=again * 100)
    assert scaled["amount"].to_numpy() == pytest.approx(100 * table["amount"].to_numpy(), rel=1e-6, abs=0.02)


def test_shapley_values_sum_to_the_whole_and_a_cause_without_effect_has_none():
    rng = np.random.default_rng(4)
    causes = (*CAUSES, "idle")
    worth = {}
    for size in range(5):
        for some in combinations(CAUSES, size):
            worth[frozenset(some)] = rng.normal(size=3)
            worth[frozenset({*some, "idle"})] = worth[frozenset(some)]
    found = shapley(worth, causes)
    assert np.allclose(sum(found.values()), worth[frozenset(causes)] - worth[frozenset()])
    assert np.allclose(found["idle"], 0)


def test_the_model_of_today_says_of_the_earlier_day_what_it_says_of_today_when_they_are_one():
    rng = np.random.default_rng(2)
    rows = [
        (f"c{number}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(day)))
        for number in range(120)
        for day in np.unique(rng.integers(0, rng.integers(40, 720), rng.integers(1, 12)))
    ]
    days = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(
        positive_lines=1, orders=1, revenue=rng.lognormal(3, 0.5, len(rows)).round(2)
    )
    terms = {"as_of": "2026-01-01", "months": 24, "annual_discount": 0.1}
    today = purchases_restated(days, None, None, None, then="2026-01-01", **terms)
    earlier = purchases_restated(days, None, None, None, then="2025-01-01", **terms)
    assert len(today) == 120 and (today >= 0).all() and set(earlier.index) <= set(today.index)
    # what came after the earlier day was not looked at
    short = purchases_restated(days.sample(frac=1, random_state=1), None, None, None, then="2025-01-01", **terms)
    assert np.allclose(short, earlier.reindex(short.index))
    assert purchases_restated(days, None, None, None, then=None, **terms) is None
