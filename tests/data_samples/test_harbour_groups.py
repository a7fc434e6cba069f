"""Harbour's groups: planted as said, told apart by what customers do, and gone where none are planted."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

SAMPLES = str(Path(__file__).resolve().parents[2] / "data_samples")
if SAMPLES not in sys.path:
    sys.path.append(SAMPLES)

from harbour_maker import behaviour as measures  # noqa: E402
from harbour_maker import lines, population, purchases, truth_groups, world  # noqa: E402
from harbour_maker.truth import out_of_band  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread():
    """Small tables are slow on many threads."""
    with threadpool_limits(limits=1):
        yield


@cache
def world_of(seed: int, movers: bool = True, groups: bool = True):
    """population, history and lines of one world."""
    people = population.population(seed, 900, movers=movers, groups=groups)
    history = purchases.purchases(people, seed)
    return people, history, lines.lines(people, history, seed)


@cache
def facts_of(seed: int, movers: bool = True, groups: bool = True) -> dict:
    return truth_groups.groups_truth(*world_of(seed, movers, groups), groups=groups)


# ---- planted ---------------------------------------------------------------------------------------------------------


def test_groups_are_as_large_as_planned_and_the_order_of_customers_tells_nothing():
    people, _, _ = world_of(31)
    planned = {plan.key: plan.part * 900 for plan in world.GROUPS}
    assert people["group"].value_counts().to_dict() == pytest.approx(planned, abs=1)
    halves = [people["group"].iloc[:450], people["group"].iloc[450:]]
    assert all((half == "workshops").mean() == pytest.approx(0.28, abs=0.08) for half in halves)
    assert people["customer_id"].is_unique and people["name"].is_unique


def test_customers_are_like_their_plan():
    people = population.population(3, 6_000)
    for key, own in people.groupby("group"):
        plan = world.PLANS[key]
        assert own["rate"].mean() == pytest.approx(plan.orders_a_year, rel=0.12), key
        assert own["rate"].std() / own["rate"].mean() == pytest.approx(plan.rate_shape**-0.5, rel=0.12), key
        assert own["order_value"].mean() == pytest.approx(plan.order_value, rel=0.05), key
        assert own["discount"].mean() == pytest.approx(plan.discount, rel=0.05), key
        assert own["dropout"].mean() == pytest.approx(plan.dropout, rel=0.3), key


def test_movers_buy_often_enough_and_come_from_where_they_may():
    people, history, _ = world_of(31)
    moves = people.set_index("customer_id")["is_mover"]
    assert moves.sum() == 60
    assert set(people["group"][people["is_mover"]]) == set(population.MOVERS_FROM)
    orders = history.orders[history.orders["date"] >= world.WINDOW_START]
    halves = orders.groupby(["customer_id", orders["date"] >= world.CURRENT_START]).size().unstack(fill_value=0)
    assert halves.loc[moves.index[moves]].min(axis=None) >= 2


def test_accounts_that_never_bought_look_like_others():
    people, _, _ = world_of(31)
    never = population.never_buyers(people, 31)
    assert len(never) == 18 and list(never.columns) == list(population.OBSERVABLE)
    assert not set(never["customer_id"]) & set(people["customer_id"]) and never["customer_id"].is_unique
    assert not set(never["name"]) & set(people["name"]) and never["name"].is_unique


# ---- measured --------------------------------------------------------------------------------------------------------


def line(customer, date, revenue, order, category="Rigging", listed=None, channel="web"):
    known = {"customer_id": customer, "date": pd.Timestamp(date), "order_id": order, "category": category}
    return known | {"revenue": revenue, "list_revenue": listed or revenue, "channel": channel}


def test_measures_of_a_year_by_hand():
    known = [
        line("a", "2024-01-10", 500.0, "1"),  # a year that does not count
        line("a", "2025-10-02", 90.0, "2", listed=100.0, channel="rep"),
        line("a", "2025-10-12", 60.0, "3", listed=100.0),
        line("a", "2026-04-30", 150.0, "4", "Paint and varnish", listed=200.0),
        line("a", "2026-05-05", -30.0, "4", "Paint and varnish", listed=-40.0),
        line("b", "2026-08-30", 20.0, "5"),
        line(None, "2026-08-30", 9.0, "6"),
    ]
    table = measures.behaviour(pd.DataFrame(known), world.AS_OF)
    assert list(table.index) == ["a", "b"]
    gaps = np.array([10, 200])
    expected = {"recency": 124, "frequency": 3, "money": 90, "regularity": gaps.std(ddof=1) / gaps.mean(), "breadth": 2}
    expected |= {"discount": 0.25, "returns": 0.1, "web": 2 / 3, "trend": (120 - 150) / 135}
    assert table.loc["a"].to_dict() == pytest.approx(expected)
    assert table.loc["b", ["recency", "returns"]].tolist() == [2, 0]
    assert table.loc["b", ["regularity", "trend"]].isna().all()
    assert list(measures.repeat_buyers(pd.DataFrame(known), table).index) == ["a"]


def test_a_scale_is_frozen_and_leaves_twins_out():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"money": rng.gamma(3, 50, 400), "trend": rng.normal(0, 1, 400)})
    table["frequency"] = table["money"] * 2 + rng.normal(0, 1, 400)
    scale = measures.Scale(table)
    scaled = scale(table)
    assert list(scaled) == ["money", "trend"]
    assert scaled.median().abs().max() < 1e-12
    assert (scaled.quantile(0.75) - scaled.quantile(0.25)).to_numpy() == pytest.approx(1.0)
    one = scale(table.iloc[:1].assign(trend=np.nan))
    assert one["money"].iloc[0] == scaled["money"].iloc[0] and one["trend"].iloc[0] == 0


def test_falls_by_hand():
    before = pd.DataFrame({"x": [3.0, 0.0], "y": [4.0, 0.0]}, index=["a", "b"])
    after = pd.DataFrame({"x": [0.0, 0.0, 9.0], "y": [0.0, 2.0, 9.0]}, index=["a", "b", "c"])
    assert measures.falls(before, after, pd.Series({"x": 0.0, "y": 0.0})).to_dict() == {"a": 5.0, "b": -2.0}


# ---- true ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [31, 32])
def test_facts_lie_in_their_bands(seed):
    facts = facts_of(seed)
    assert not [f"{name}: {words}" for name, fact in facts.items() for words in out_of_band(fact)]


@pytest.mark.parametrize("seed", [31, 32])
def test_groups_can_be_found_almost_as_well_as_by_one_who_knows_them(seed):
    found = facts_of(seed)["groups_found"]
    assert 0.74 < found["oracle"] < 0.92
    assert found["value"] >= 0.88 * found["oracle"]


def test_anchors_are_customers_of_their_group():
    people, _, _ = world_of(31)
    group = people.set_index("customer_id")["group"]
    for key, anchor in facts_of(31)["anchors"]["value"].items():
        assert anchor["name"] == world.PLANS[key].name and len(set(anchor["customers"])) == 5
        assert set(group[anchor["customers"]]) == {key}


def test_lives_by_hand():
    dates = {"new": ["2025-09-01"], "lapsing": ["2024-09-01", "2025-08-31"], "dormant": ["2024-08-31"]}
    dates |= {"reactivated": ["2024-08-31", "2026-01-01"], "regular": ["2025-01-01", "2026-01-01"]}
    rows = [(name, pd.Timestamp(date)) for name, days in dates.items() for date in days]
    history = purchases.History(pd.DataFrame(rows, columns=["customer_id", "date"]), pd.Series(dtype="datetime64[ns]"))
    table = truth_groups.customers(pd.DataFrame({"customer_id": list(dates)}), history)
    assert table["life"].to_dict() == {name: name for name in dates}
    assert table["orders"].tolist() == [1, 2, 1, 2, 2]


def stability(seed: int, groups: bool, k: int = 5, pairs: int = 5) -> float:
    """Median agreement of two k-means on resampled customers, as step 03 judges whether groups are real."""
    _, _, sold = world_of(seed, groups=groups)
    table = measures.repeat_buyers(sold, measures.behaviour(sold, world.AS_OF))
    scaled = measures.Scale(table)(table).to_numpy()
    rng = np.random.default_rng(0)

    def labels():
        sample = scaled[rng.integers(0, len(scaled), len(scaled))]
        return KMeans(k, n_init=2, random_state=int(rng.integers(1e9))).fit(sample).predict(scaled)

    return float(np.median([adjusted_rand_score(labels(), labels()) for _ in range(pairs)]))


def test_groups_come_back_in_resampled_data_and_a_continuum_does_not():
    assert stability(31, groups=True) > 0.8
    assert stability(31, groups=False) < 0.6


def test_where_nothing_is_planted_nothing_is_claimed():
    none = facts_of(31, groups=False)
    assert none["groups"]["value"] == 0 and "movers" not in none and "anchors" not in none
    assert not world_of(31, groups=False)[0]["is_mover"].any()
    still = facts_of(31, movers=False)
    assert still["movers"]["value"] == [] and "movers_found" not in still


def test_nobody_seems_to_move_where_nobody_does():
    """The rule that finds movers, on a world without them."""
    people, _, sold = world_of(31, movers=False)
    now = measures.repeat_buyers(sold, measures.behaviour(sold, world.AS_OF))
    then = measures.behaviour(sold, world.CURRENT_START)
    scale = measures.Scale(now)
    group = people.set_index("customer_id")["group"].reindex(now.index)
    fall = measures.falls(scale(then), scale(now), scale(now)[group == world.BEST_GROUP].median())
    enough = pd.concat([then["frequency"], now["frequency"]], axis=1).reindex(fall.index).min(axis=1) >= 4
    found = truth_groups.clear_falls(fall[enough & (group.reindex(fall.index) != world.BEST_GROUP)])
    assert len(found) == 0
    assert facts_of(31)["movers_told"]["value"]["found"] > 0.35
