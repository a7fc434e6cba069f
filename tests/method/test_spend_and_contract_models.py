"""Gamma-Gamma and the shifted beta geometric: against another implementation, planted values, and at their limits."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import check_grad

from helpers.errors import StepInputError
from helpers.method.contract_model import fit_sbg
from helpers.method.gamma_gamma import SpendScore, fit_gamma_gamma
from tests.method.purchase_sets import SETS, SPEND, simulated

LIFETIMES = json.loads(Path(__file__).with_name("lifetimes_run.json").read_text(encoding="utf-8"))


def spends(name="many go soon"):
    history = simulated(*SETS[name])
    return history["spend_days"].to_numpy(), history["mean_spend"].to_numpy()


# ---- spend -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETS)
def test_the_spend_fit_is_as_good_as_that_of_lifetimes(name):
    count, mean = spends(name)
    model = fit_gamma_gamma(count, mean)
    theirs = SpendScore(count[count > 0], mean[count > 0])(np.log(LIFETIMES[name]["gamma_gamma"]["parameters"]))[0]
    assert model.converged and not model.at_bound and model.log_likelihood >= theirs - 1e-4
    gap = np.log([model.p, model.q, model.gamma]) - np.log(SPEND)
    assert gap @ np.linalg.solve(model.covariance, gap) < 18.5  # chi-squared(3) .9997: planted and found again


def test_the_gradient_of_spend():
    score = SpendScore(np.array([1.0, 2.0, 7.0]), np.array([3.0, 0.5, 8.0]))
    for theta in np.random.default_rng(1).normal(0, 1, (5, 3)):
        assert check_grad(lambda at: score(at)[0], lambda at: score(at)[1], theta) < 1e-5 * abs(score(theta)[1]).max()


def test_a_customers_own_mean_is_drawn_towards_that_of_all():
    model = fit_gamma_gamma(*spends())
    nobody, few, many = model.expected([0, 2, 2000], [np.nan, 100.0, 100.0])
    assert nobody == pytest.approx(model.mean) and nobody < few < many
    assert many == pytest.approx(100.0, rel=0.01)
    # a mean like that of all is drawn nowhere
    assert model.expected(3, model.mean)[0] == pytest.approx(model.mean)


def test_another_currency_unit_scales_gamma_and_what_is_expected():
    count, mean = spends()
    model, cents = fit_gamma_gamma(count, mean), fit_gamma_gamma(count, mean * 100)
    np.testing.assert_allclose(cents.parameters, model.parameters * [1, 1, 100], rtol=1e-6)
    np.testing.assert_allclose(cents.covariance, model.covariance, rtol=1e-4, atol=1e-9)
    ours, theirs = model.expected(count, mean), cents.expected(count, mean * 100)
    np.testing.assert_allclose(theirs, ours * 100, rtol=1e-6)


def test_the_order_of_customers_does_not_matter_for_spend():
    count, mean = spends()
    mixed = np.random.default_rng(2).permutation(len(count))
    assert (
        fit_gamma_gamma(count, mean).parameters.tolist()
        == fit_gamma_gamma(count[mixed], mean[mixed]).parameters.tolist()
    )


def test_spend_at_its_limits():
    with pytest.raises(StepInputError, match="29 customers have a repeat day"):
        fit_gamma_gamma(np.append(np.ones(29), 0), np.append(np.full(29, 5.0), np.nan))
    with pytest.raises(StepInputError, match="above zero, found -1"):
        fit_gamma_gamma(np.ones(40), np.append(np.full(39, 5.0), -1.0))
    alike = fit_gamma_gamma(np.full(40, 3), np.full(40, 10.0))
    assert alike.at_bound and alike.expected([0, 3], [np.nan, 10.0]) == pytest.approx([10.0, 10.0], rel=0.01)
    # so few spend so much that a mean of all hardly exists: it is finite, and said to be at its bound
    wild = fit_gamma_gamma(np.ones(300), np.exp(np.random.default_rng(1).standard_cauchy(300).clip(-20, 20)))
    assert "q" in wild.at_bound and np.isfinite(wild.mean)
    assert all(np.isfinite(other.mean) for other in wild.draw(np.random.default_rng(1), 50))


# ---- contracts -------------------------------------------------------------------------------------------------------

LOST, LEFT = [369, 163, 86, 56, 37, 27, 21], 241  # "Regular" of Fader and Hardie (2007), by year


def test_contracts_one_by_one_are_the_same_as_counted():
    counted = fit_sbg([1, 2, 3, 4, 5, 6, 7, 7], [True] * 7 + [False], [*LOST, LEFT])
    periods = np.repeat([1, 2, 3, 4, 5, 6, 7, 7], [*LOST, LEFT])
    single = fit_sbg(periods, np.arange(1000) < 759)
    assert (counted.customers, counted.ended) == (single.customers, single.ended) == (1000, 759)
    assert single.alpha == counted.alpha and single.beta == counted.beta and counted.converged
    # published: alpha .704, beta 1.182, and these retention rates
    assert [round(counted.alpha, 3), round(counted.beta, 3)] == [0.704, 1.182]
    np.testing.assert_allclose(counted.retention([1, 2, 3, 4]), [0.6267, 0.7560, 0.8188, 0.8559], atol=5e-5)
    np.testing.assert_allclose(counted.survival([0, 1, 2]), [1, 0.6267, 0.6267 * 0.7560], atol=1e-4)
    np.testing.assert_allclose(np.cumprod(counted.retention(np.arange(1, 9))), counted.survival(np.arange(1, 9)))


def test_contracts_that_still_run_do_not_bias_the_fit():
    rng = np.random.default_rng(4)
    chance = rng.beta(1.5, 6.0, 20_000)
    life, seen = rng.geometric(chance), rng.integers(0, 9, 20_000)
    ended = life <= seen
    model = fit_sbg(np.where(ended, life, seen), ended)
    gap = np.log([model.alpha, model.beta]) - np.log([1.5, 6.0])
    assert gap @ np.linalg.solve(model.covariance, gap) < 16.3  # chi-squared(2) .9997
    # forgetting those that still run, or taking them for ended, is far off
    assert fit_sbg(life[ended], ended[ended]).retention(1) < 0.75 < model.retention(1)


def test_contracts_in_their_first_period_say_nothing():
    known = fit_sbg([1, 2, 3, 3], [True, True, True, False], [40, 20, 10, 30])
    more = fit_sbg([1, 2, 3, 3, 0], [True, True, True, False, False], [40, 20, 10, 30, 500])
    assert more.alpha == pytest.approx(known.alpha) and more.customers == 600


def test_contracts_at_their_limits():
    with pytest.raises(StepInputError, match="none of 5 has ended"):
        fit_sbg([1, 2, 3, 4, 5], [False] * 5)
    with pytest.raises(StepInputError, match="none of 5 was ever renewed"):
        fit_sbg([1] * 5, [True] * 5)
    for wrong in ([0, 2], [1.5, 2], [np.nan, 2]):
        with pytest.raises(StepInputError, match="in row 1, and 1 such rows in all"):
            fit_sbg(wrong, [True, False])
    alike = fit_sbg([2] * 5, [True] * 5)
    assert alike.at_bound and alike.retention(1) == pytest.approx(0.5, abs=0.01)
