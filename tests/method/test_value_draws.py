"""What customers will spend, drawn: against moments, and against what simulated customers really spent."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.gamma_gamma import fit_gamma_gamma
from helpers.method.purchase_moments import future_moments, value_variance
from helpers.method.value_draws import drawn_totals, drawn_value, value_intervals
from tests.method.purchase_sets import SPEND, simulated

WEEKS = np.arange(1, 37) * 365.25 / 84
FACTORS = 1.1 ** (-(np.arange(36) + 0.5) / 12)
NAMES = ("x", "t_x", "T", "spend_days", "mean_spend")


@pytest.fixture(scope="module")
def fitted():
    history = simulated(3000, 31, 0.8, 6.0, 0.7, 2.4, 20, 120)
    columns = {name: history[name].to_numpy(dtype=float) for name in NAMES}
    return fit_bg_nbd(history), fit_gamma_gamma(columns["spend_days"], columns["mean_spend"]), columns


def test_drawn_values_have_the_moments_that_can_be_computed(fitted):
    purchases, spend, columns = fitted
    one = {name: np.full(100_000, column[columns["x"] == 4][0]) for name, column in columns.items()}
    value = drawn_value(purchases, spend, *one.values(), WEEKS, FACTORS, np.random.default_rng(5))
    first = [column[:1] for column in one.values()]
    moments = future_moments(purchases, *first[:3], WEEKS, FACTORS)
    assert value.mean() == pytest.approx((spend.expected(*first[3:]) * moments.mean)[0], rel=0.02)
    assert value.var() == pytest.approx(value_variance(moments, spend, *first[3:])[0], rel=0.05)


def test_totals_of_groups_are_spread_as_the_moments_say(fitted):
    purchases, spend, columns = fitted
    codes = (np.arange(3000) % 3 == 0).astype(int)
    weights = np.where(codes == 1, 0.5, 1.0)
    many = [purchases] * 200, [spend] * 200
    totals, twice = drawn_totals(
        *many, columns, codes, [weights, 2 * weights], WEEKS, FACTORS, np.random.default_rng(6)
    )
    np.testing.assert_array_equal(twice, 2 * totals)  # the same futures
    moments = future_moments(purchases, *list(columns.values())[:3], WEEKS, FACTORS)
    each = spend.expected(columns["spend_days"], columns["mean_spend"]) * moments.mean * weights
    spread = value_variance(moments, spend, columns["spend_days"], columns["mean_spend"]) * weights**2
    np.testing.assert_allclose(totals.mean(axis=0), np.bincount(codes, weights=each), rtol=0.01)
    np.testing.assert_allclose(totals.std(axis=0), np.sqrt(np.bincount(codes, weights=spread)), rtol=0.15)
    # with parameters drawn too, a total is less sure
    rng = np.random.default_rng(6)
    drawn = purchases.draw(rng, 200), spend.draw(rng, 200)
    (unsure,) = drawn_totals(*drawn, columns, codes, [weights], WEEKS, FACTORS, rng)
    assert (unsure.std(axis=0) > totals.std(axis=0)).all()


def test_intervals_of_customers_hold_what_is_drawn(fitted):
    purchases, spend, columns = fitted
    known = replace(purchases, covariance=np.zeros((4, 4))), replace(spend, covariance=np.zeros((3, 3)))
    low, high = value_intervals(*known, *columns.values(), WEEKS, FACTORS, np.random.default_rng(7))
    assert (low <= high).all()
    rng = np.random.default_rng(8)
    values = [drawn_value(*known, *columns.values(), WEEKS, FACTORS, rng) for _ in range(60)]
    alive = purchases.p_alive(columns["x"], columns["t_x"], columns["T"])
    above = np.mean([value > high for value in values], axis=0)
    assert above[alive > 0.1].mean() == pytest.approx(0.05, abs=0.004)
    assert np.mean([value < low for value in values], axis=0)[low > 0].mean() == pytest.approx(0.05, abs=0.006)
    # who may well be gone has a lower end of nothing; who surely is there has none
    assert (low[alive < 0.9] == 0).all() and (low[(alive > 0.97) & (columns["x"] > 20)] > 0).all()


def test_what_simulated_customers_really_spend_lies_in_their_intervals(fitted):
    purchases, spend, _ = fitted
    whole = simulated(6000, 32, 0.8, 6.0, 0.7, 2.4, 60, 60)  # nobody's future is known: parameters planted, drawn anew
    columns = [whole[name].to_numpy(dtype=float) for name in NAMES]
    p, q, gamma = SPEND
    planted = replace(purchases, r=0.8, alpha=6.0, a=0.7, b=2.4), replace(spend, p=p, q=q, gamma=gamma)
    come = drawn_value(*planted, *columns, WEEKS, FACTORS, np.random.default_rng(9))
    low, high = value_intervals(purchases, spend, *columns, WEEKS, FACTORS, np.random.default_rng(10))
    assert 0.90 <= np.mean((low <= come) & (come <= high)) <= 0.97


def test_intervals_scale_with_the_currency_and_depend_on_no_order(fitted):
    purchases, spend, columns = fitted
    low, high = value_intervals(purchases, spend, *columns.values(), WEEKS, FACTORS, np.random.default_rng(7))
    mixed = np.random.default_rng(1).permutation(3000)
    turned = [column[mixed] for column in columns.values()]
    again = value_intervals(purchases, spend, *turned, WEEKS, FACTORS, np.random.default_rng(7))
    np.testing.assert_array_equal(again[0], low[mixed])
    np.testing.assert_array_equal(again[1], high[mixed])


def test_one_customer_and_none(fitted):
    purchases, spend, _ = fitted
    rng = np.random.default_rng(7)
    low, high = value_intervals(purchases, spend, 0, 0.0, 3.0, 0, np.nan, WEEKS, FACTORS, rng)
    assert low.tolist() == [0.0] and np.isfinite(high).all()
    nobody = [np.array([])] * 5
    assert [len(end) for end in value_intervals(purchases, spend, *nobody, WEEKS, FACTORS, rng)] == [0, 0]
    assert drawn_value(purchases, spend, *nobody, WEEKS, FACTORS, rng).tolist() == []
