"""Moments of purchases to come, against futures drawn many times."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.method.gamma_gamma import SpendModel, fit_gamma_gamma
from helpers.method.purchase_model import PurchaseModel
from helpers.method.purchase_moments import future_moments, parameter_slopes, value_variance
from tests.method.purchase_sets import known_model, simulated
from tests.method.purchase_simulation import simulated_future

KNOWN = known_model(0.8, 5.0, 0.7, 2.4)
WEEKS = np.arange(1, 13) * 4.35
FACTORS = 0.97 ** np.arange(12)
SPEND = SpendModel(4.0, 5.0, 60.0, 0.0, 0, np.zeros((3, 3)), True)


def drawn(model: PurchaseModel, history: tuple, n: int = 200_000) -> np.ndarray:
    """Futures of one customer, drawn n times: n x periods."""
    return simulated_future(model, *(np.full(n, value) for value in history), WEEKS, np.random.default_rng(2))


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
@pytest.mark.parametrize("history", [(0, 0.0, 3.0), (2, 20.0, 30.0), (30, 100.0, 102.0)])
def test_moments_are_those_of_futures_drawn(kind, history):
    model = replace(KNOWN, kind=kind)
    counts = drawn(model, history)
    sums = counts @ FACTORS
    found = future_moments(model, *history, WEEKS, FACTORS)
    assert found.mean[0] == pytest.approx(sums.mean(), rel=0.02)
    assert found.square[0] == pytest.approx((sums**2).mean(), rel=0.03)
    assert found.own[0] == pytest.approx((counts @ FACTORS**2).mean(), rel=0.02)
    assert found.mean[0] == pytest.approx(model.discounted_purchases(*history, WEEKS, FACTORS)[0])


def test_where_all_drop_out_alike_the_moments_are_those_of_a_thinned_negative_binomial():
    never = replace(KNOWN, a=1e-9, b=1e4)  # nobody goes: a negative binomial of known mean and variance
    found = future_moments(never, 3, 10.0, 20.0, [52.0], [1.0])
    shape, span = 0.8 + 3, 52.0 / (5.0 + 20.0)
    assert found.mean[0] == pytest.approx(shape * span, rel=1e-5)
    assert found.square[0] - found.mean[0] ** 2 == pytest.approx(shape * span * (1 + span), rel=1e-4)
    soon = replace(KNOWN, a=900.0, b=1.0)  # who buys is gone: one purchase at most
    found = future_moments(soon, 0, 0.0, 20.0, [52.0], [1.0])
    assert found.square[0] == pytest.approx(found.mean[0], rel=0.01) and np.isfinite(found.square[0])


def test_the_variance_of_what_is_spent_is_that_of_futures_drawn():
    rng = np.random.default_rng(3)
    history, count, mean = (3, 20.0, 30.0), 3, 80.0
    counts = drawn(KNOWN, history)
    level = rng.gamma(SPEND.p * count + SPEND.q, 1 / (SPEND.gamma + count * mean), len(counts))
    spent = (rng.gamma(np.maximum(SPEND.p * counts, 1e-12)) * (counts > 0) * FACTORS).sum(axis=1) / level
    found = future_moments(KNOWN, *history, WEEKS, FACTORS)
    assert SPEND.expected(count, mean)[0] * found.mean[0] == pytest.approx(spent.mean(), rel=0.02)
    # amounts of one period are added before they are counted, as in the moments
    assert value_variance(found, SPEND, count, mean)[0] == pytest.approx(spent.var(), rel=0.04)
    without = replace(SPEND, q=1.9)
    assert value_variance(found, without, [0, 3], [np.nan, mean]).tolist()[0] == np.inf


def test_totals_spread_by_what_is_not_known_of_the_parameters():
    model = fit_gamma_gamma(*simulated(900, 9, 0.8, 5.0, 0.7, 2.4, 20, 80)[["spend_days", "mean_spend"]].to_numpy().T)
    slopes = parameter_slopes(model, ("p", "q", "gamma"), lambda other: np.array([other.mean, 7.0]))
    told = slopes.T @ model.covariance @ slopes
    means = [other.mean for other in model.draw(np.random.default_rng(4), 4000)]
    assert np.sqrt(told[0, 0]) == pytest.approx(np.std(means), rel=0.1)
    assert told[1].tolist() == [0.0, 0.0]
