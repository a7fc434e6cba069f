"""Harbour's orders and lines: times against the closed forms of BG/NBD, lines against the orders they come from."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema

SAMPLES = str(Path(__file__).resolve().parents[2] / "data_samples")
if SAMPLES not in sys.path:
    sys.path.append(SAMPLES)

from harbour_maker import lines as line_making  # noqa: E402
from harbour_maker import order_times, population, purchases, world  # noqa: E402

YEARS = (world.AS_OF - world.START).days / 365.25


@pytest.fixture(scope="module")
def people():
    return population.population(5, 900)


@pytest.fixture(scope="module")
def history(people):
    return purchases.purchases(people, 5)


@pytest.fixture(scope="module")
def sold(people, history):
    return line_making.lines(people, history, 5)


# ---- time ------------------------------------------------------------------------------------------------------------


def test_a_calendar_year_is_an_operational_year_that_runs_faster_in_spring():
    at = np.linspace(0, 5, 50)
    assert world.season_time_of(at + 1) - world.season_time_of(at) == pytest.approx(1.0)
    assert world.calendar_time_of(world.season_time_of(at)) == pytest.approx(at, abs=1e-6)
    day = 1 / 365.25
    speed = (world.season_time_of(at + day) - world.season_time_of(at)) / day
    assert speed.max() == pytest.approx(1.25, abs=0.01) and speed.min() == pytest.approx(0.75, abs=0.01)
    months = pd.to_datetime(["2025-05-15", "2025-11-15"])
    steps = world.season_time(months + pd.Timedelta(days=5)) - world.season_time(months)
    assert steps[0] > 1.6 * steps[1]


def test_a_stream_of_random_numbers_belongs_to_its_name():
    assert world.draws(3, "a").random() == world.draws(3, "a").random()
    assert len({world.draws(seed, name).random() for seed in (3, 4) for name in "ab"}) == 4


# ---- order times -----------------------------------------------------------------------------------------------------


def alike(count: int, rate: float, dropout: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros(count), np.full(count, rate), np.full(count, dropout)


def test_orders_and_leavers_are_as_many_as_bg_nbd_expects():
    """With one rate and one probability of leaving: repeats (1 - exp(-rate p t)) / p, alive exp(-rate p t)."""
    count, rate, dropout = 20_000, 6.0, 0.1
    orders, died = order_times.order_times(*alike(count, rate, dropout), seed=1)
    time = world.season_time_of(YEARS)
    repeats = (1 - np.exp(-rate * dropout * time)) / dropout
    assert (len(orders) - count) / count == pytest.approx(repeats, rel=0.02)
    assert died.isna().mean() == pytest.approx(np.exp(-rate * dropout * time), abs=0.01)
    last = orders.groupby("place")["years"].max()
    assert died[died.notna()].to_numpy() == pytest.approx(last[died.notna()].to_numpy(), abs=1e-5)


def test_gaps_are_exponential_in_operational_time_and_nobody_leaves_after_one_order():
    orders, died = order_times.order_times(*alike(3_000, 20.0, 0.0), seed=2)
    assert died.isna().all()
    time = pd.Series(world.season_time_of(orders["years"]))
    gaps = time.groupby(orders["place"]).diff()[orders["number"].between(1, 20)]
    assert gaps.mean() == pytest.approx(1 / 20, rel=0.02)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.02)
    once, left = order_times.order_times(*alike(500, 1e-9, 1.0), seed=2)
    assert len(once) == 500 and left.isna().all()


def test_later_orders_start_afresh_and_the_dead_order_nothing():
    alive = np.arange(20_000) % 2 == 0
    later = order_times.later_times(alive, np.full(20_000, 6.0), np.full(20_000, 0.1), seed=1, months=36)
    assert alive[later["place"]].all() and later["years"].between(YEARS - 1e-6, YEARS + 3.01).all()
    assert len(later) / alive.sum() == pytest.approx((1 - np.exp(-0.6 * 3)) / 0.1, rel=0.02)


# ---- orders ----------------------------------------------------------------------------------------------------------


def test_orders_are_numbered_by_date_and_counted_by_customer(history):
    orders = history.orders
    assert orders["date"].is_monotonic_increasing and orders["date"].between(world.START, world.AS_OF).all()
    assert (orders["date"] < world.AS_OF).all()
    assert orders["order_id"].str[1:].astype(int).is_monotonic_increasing and orders["order_id"].is_unique
    ranks = orders.sort_values("number").groupby("customer_id")["number"]
    assert (ranks.max() + 1 == ranks.size()).all() and (ranks.min() == 0).all()


def test_who_left_did_so_with_the_last_order(history):
    last = history.orders.groupby("customer_id")["date"].max()
    died = history.died.dropna()
    assert len(died) > 50
    assert (last[died.index] == died).all()


def test_values_scatter_around_the_customers_mean_and_a_movers_rises(people, history):
    orders = history.orders.merge(people[["customer_id", "order_value", "value_shape", "is_mover"]], on="customer_id")
    ratio = orders["net_value"] / orders["order_value"]
    now = orders["is_mover"] & (orders["date"] >= world.CURRENT_START)
    assert ratio[~now].mean() == pytest.approx(1.0, abs=0.02)
    assert ratio[~now].std() == pytest.approx(3**-0.5, abs=0.03)
    assert ratio[now].mean() == pytest.approx(purchases.MOVER_UPLIFT, abs=0.08)


def test_the_future_is_ordered_by_those_who_are_left(people, history):
    later = purchases.future_orders(people, history, 5, months=12)
    assert later["date"].between(world.AS_OF, pd.Timestamp("2027-09-01")).all()
    assert history.died[later["customer_id"]].isna().all()
    had = history.orders.groupby("customer_id").size()
    first = later.drop_duplicates("customer_id").set_index("customer_id")["number"]
    assert (first == had[first.index]).all()


def test_without_movers_the_same_people_order_on_the_same_days(people, history):
    still = population.population(5, 900, movers=False)
    assert not still["is_mover"].any()
    columns = ["customer_id", "rate", "order_value", "discount", "industry", "name"]
    pd.testing.assert_frame_equal(still[columns], people[columns])
    times = ["order_id", "customer_id", "date"]
    pd.testing.assert_frame_equal(purchases.purchases(still, 5).orders[times], history.orders[times])


# ---- lines -----------------------------------------------------------------------------------------------------------


def test_lines_have_the_columns_of_the_kit(sold):
    assert set(sold.columns) == {column.name for column in schema("transactions").columns}


def test_lines_of_an_order_add_up_to_it(history, sold):
    own = sold[sold["customer_id"].notna() & (sold["revenue"] > 0)]
    total = own.groupby("order_id")["revenue"].sum()
    orders = history.orders.set_index("order_id")
    assert set(total.index) == set(orders.index)
    assert (total - orders.loc[total.index, "net_value"]).abs().max() < 0.1
    whose = own.drop_duplicates("order_id").set_index("order_id")
    assert (whose["customer_id"] == orders.loc[whose.index, "customer_id"]).all()
    assert (whose["date"] == orders.loc[whose.index, "date"]).all()
    assert (own.groupby("order_id")["channel"].nunique() == 1).all()
    assert (own["list_revenue"] >= own["revenue"]).all() and (own["cost_of_goods"] > 0).all()


def test_returns_name_their_order_and_take_back_a_part_of_it(sold, history):
    back = sold[sold["revenue"] < 0].merge(history.orders, on="order_id", suffixes=("", "_of_order"))
    assert len(back) == (sold["revenue"] < 0).sum() > 1_000
    assert (back["customer_id"] == back["customer_id_of_order"]).all()
    assert (back["date"] - back["date_of_order"]).dt.days.between(3, 42).all() and (back["date"] < world.AS_OF).all()
    assert (-back["revenue"] < back["net_value"]).all() and (back["quantity"] < 0).all()


def test_returns_are_as_frequent_as_planted(people, sold):
    group = people.set_index("customer_id")["group"]
    own = sold[sold["customer_id"].notna()]
    sums = (
        own.assign(back=-own["revenue"].clip(upper=0)).groupby(own["customer_id"].map(group))[["back", "revenue"]].sum()
    )
    rate = sums["back"] / (sums["revenue"] + sums["back"])
    for key, plan in world.PLANS.items():
        assert rate[key] == pytest.approx(plan.return_rate, rel=0.25), key


def test_some_sales_have_no_customer(sold):
    nobody = sold[sold["customer_id"].isna()]
    own = sold["customer_id"].notna() & (sold["revenue"] > 0)
    assert len(nobody) / own.sum() == pytest.approx(0.015, abs=0.0005)
    assert set(nobody["channel"]) == {"counter"} and nobody["order_id"].is_unique
    assert nobody["order_id"].is_monotonic_increasing


def test_behaviour_runs_as_planned_and_movers_change_at_once(people):
    at = pd.Series(pd.to_datetime(["2024-09-01", "2025-08-31", "2025-09-01", "2026-09-01"]))
    still = people.index[~people["is_mover"] & (people["group"] == "yards")][0]
    steady = line_making.behaviour_at(people, np.full(4, still), at)
    assert steady["future_part"].iloc[-1] - steady["future_part"].iloc[0] == pytest.approx(0.12, abs=0.001)
    moves = people.index[people["is_mover"] & (people["group"] == "chandlers")][0]
    changed = line_making.behaviour_at(people, np.full(4, moves), at)
    best = world.PLANS[world.BEST_GROUP]
    assert changed["discount"].iloc[1] > 0.1 and changed["discount"].iloc[2] == pytest.approx(best.discount, abs=0.02)
    assert changed["breadth"].iloc[1] <= 5 and changed["breadth"].iloc[2] >= 7
    assert changed["web_part"].iloc[2] == pytest.approx(best.web_part, abs=0.03)
