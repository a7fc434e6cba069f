"""What would bring a group into balance: the smallest step, found by trying all of them."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.exchange_balance import exchange_levers
from helpers.method.exchange_sides import driver_weights, gains_of_responses
from tests.method.exchange_builders import answered, grouped, important, people, two_sides, valued

NAMES = {"all": "All", "g1": "Yards"}


def levers_of(value, answers, importance=None, **how):
    way = "derived" if importance is not None else "equal"
    weights = driver_weights(answers, importance, way)
    return exchange_levers(two_sides(value, answers, NAMES), answers, weights, value, hurdle=10.0, **how)


def test_the_points_of_a_driver_by_hand():
    """All of 20 customers pay; 8 of 20 gain, the others lie 1, 2, ... 12 points behind on price and level on range."""
    value = valued(people("g1", 20, 20))
    ids = value["customer_id"].tolist()
    behind = [*[0] * 8, *range(1, 9), 9, 9, 9, 9]
    rows = [(one, (9 - gap if gap else 9, 5), (9 if gap else 5, 5)) for one, gap in zip(ids, behind, strict=True)]
    answers = answered(*rows, groups=grouped(g1=ids))
    found = levers_of(value, answers)
    own = found[(found["group_id"] == "g1") & (found["side"] == "to_them")].set_index("lever")
    assert own["now"].tolist() == [0.4, 0.4]
    assert own["target"].tolist() == [0.85, 0.85], "their side must come within fifteen points of ours"
    # 17 of 20 must gain: with 9 points 16 do and four are level, which counts half; with 8.9 only 16 do
    assert own.loc["price", ["points", "reached"]].tolist() == pytest.approx([9.0, 0.9])
    # on range nobody can be lifted by more than 5 points to 10, worth as much as 5 points on price
    assert np.isnan(own.loc["range", "points"])
    assert own.loc["range", "reached"] == pytest.approx((8 + 4 + 0.5) / 20)
    assert own["nearest"].tolist() == [True, False]


def test_the_part_of_price_and_cost_by_hand():
    """Of ten customers worth 1 to 10 all gain; the hurdle is 10, and each will buy for 100 at a cost of a tenth."""
    ids = [f"c{number}" for number in range(10)]
    value = valued([(one, "g1", float(number + 1)) for number, one in enumerate(ids)], expected_revenue=100.0)
    answers = answered(*[(one, (9, 9), (5, 5)) for one in ids], groups=grouped(g1=ids))
    own = levers_of(value, answers).set_index(["group_id", "lever"]).loc["g1"]
    assert own["target"].tolist() == [0.85, 0.85]
    # nine must be above 10: the one that is worth 2 needs more than 8 of 100
    assert own.loc["price_level", "part"] == pytest.approx(0.09)
    assert own.loc["price_level", "reached"] == pytest.approx(0.9)
    # ... or more than 8 of the 10 that serving it costs
    assert own.loc["cost_to_serve", "part"] == pytest.approx(0.81)
    assert own["nearest"].tolist() == [True, False]


def test_each_step_is_the_smallest_that_does():
    random = np.random.default_rng(5)
    value = valued([(f"c{n:02d}", "g1", clv) for n, clv in enumerate(random.normal(12, 6, 60))], expected_revenue=80.0)
    ids = value["customer_id"].tolist()
    rows = [(one, random.integers(0, 8, 2), random.integers(3, 11, 2)) for one in ids]
    answers = answered(*rows, groups=grouped(g1=ids))
    importance = important(all=(0.6, 0.4))
    weights = driver_weights(answers, importance, "derived")
    found = levers_of(value, answers, importance)
    own = found[(found["group_id"] == "g1") & found["points"].notna()]
    assert len(own)
    for row in own.itertuples():
        tried = {}
        for points in (row.points, row.points - 0.1):
            lifted = answers.table.copy()
            column = f"driver__{row.lever}"
            lifted[column] = np.minimum(lifted[column] + points, 10)
            gains = gains_of_responses(type(answers)(**{**vars(answers), "table": lifted}), weights)
            tried[points] = gains["gains"].mean()
        assert tried[row.points] == pytest.approx(row.reached)
        assert tried[row.points] >= row.target - 1e-9 > tried[row.points - 0.1] - 2e-9


def test_a_group_in_balance_on_the_sweet_spot_has_no_row():
    value = valued(people("g1", 40, 30))
    ids = value["customer_id"].tolist()
    answers = answered(
        *[(one, (9, 9), (5, 5) if n < 30 else (10, 10)) for n, one in enumerate(ids)], groups=grouped(g1=ids)
    )
    assert levers_of(value, answers).empty


def test_a_side_that_is_not_known_asks_for_nothing():
    value = valued(people("g1", 40, 5))
    answers = answered(("x", (1, 1), (9, 9)), groups=grouped(g1=value["customer_id"].tolist()))
    found = levers_of(value, answers)
    assert set(found["side"]) == {"to_us"}
    assert set(found["target"]) == {0.5}
    assert found["part"].isna().all(), "nobody will buy anything, so neither price nor cost can help"
    assert found["nearest"].all(), "neither leads further than the other"
    nobody = levers_of(value.assign(clv=np.nan), answers)
    assert nobody.empty
    assert pd.Series(["group_id", "lever", "nearest"]).isin(nobody.columns).all()
