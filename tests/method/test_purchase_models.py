"""BG/NBD and MBG/NBD: against another implementation, against simulated customers, and at their limits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import check_grad
from scipy.stats import beta

from helpers.errors import StepInputError
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.mbg_nbd import fit_mbg_nbd
from helpers.method.purchase_likelihood import PurchaseScore
from tests.method.purchase_sets import SETS, known_model, simulated
from tests.method.purchase_simulation import simulated_future, simulated_history

LIFETIMES = json.loads(Path(__file__).with_name("lifetimes_run.json").read_text(encoding="utf-8"))
HORIZONS = [4.0, 52.0, 156.0]
FITS = {"bg_nbd": fit_bg_nbd, "mbg_nbd": fit_mbg_nbd}
NAMES = ("r", "alpha", "a", "b")
# no probability and no expectation of these follows the textbook's numbers by chance
KNOWN = known_model(0.243, 4.414, 0.793, 2.426)
EARLY = replace(KNOWN, kind="mbg_nbd")


def columns(history):
    return [history[name].to_numpy(dtype=float) for name in ("x", "t_x", "T")]


def table(x, t_x, T, customers=60):
    ones = np.ones(customers)
    return pd.DataFrame({"x": x * ones, "t_x": t_x * ones, "T": T * ones})


# ---- against lifetimes 0.11.3, recorded by tests/benchmarks/lifetimes_run.py -----------------------------------------


@pytest.mark.parametrize("kind", FITS)
@pytest.mark.parametrize("name", SETS)
def test_the_fit_is_as_good_as_that_of_lifetimes(name, kind):
    history, theirs = simulated(*SETS[name]), LIFETIMES[name][kind]
    model = FITS[kind](history)
    assert model.converged and model.kind == kind and model.customers == len(history)
    score = PurchaseScore(*columns(history), early=model.early)
    assert model.log_likelihood >= score(np.log(theirs["parameters"]))[0] - 1e-4
    every = len(history) // len(theirs["expected"][0])
    shown = [column[::every] for column in columns(history)]
    np.testing.assert_allclose(model.expected_purchases(*shown, HORIZONS).T, theirs["expected"], rtol=0.005)
    total = model.expected_purchases(*columns(history), HORIZONS).sum(axis=0)
    np.testing.assert_allclose(total, theirs["all_expected"], rtol=0.005)
    # with the same parameters the formulas must agree to the last digits
    same = replace(model, **dict(zip(NAMES, theirs["parameters"], strict=True)))
    np.testing.assert_allclose(same.expected_purchases(*shown, HORIZONS).T, theirs["expected"], rtol=1e-9)
    np.testing.assert_allclose(same.expected_newborn(HORIZONS), theirs["newborn"], rtol=1e-9)


# ---- the fit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("early", [0, 1])
def test_the_gradient_is_that_of_the_likelihood(early):
    score = PurchaseScore(*columns(simulated(200, 3, 0.5, 5.0, 0.8, 2.0, 4, 50)), early=early)
    for theta in np.random.default_rng(1).normal(0, 1, (5, 4)):
        size = np.abs(score(theta)[1]).max()
        assert check_grad(lambda at: score(at)[0], lambda at: score(at)[1], theta) < 1e-5 * size


def test_a_likelihood_by_hand():
    # one customer without a repeat: nobody bought for T weeks at a gamma rate: (alpha / (alpha + T))^r
    theta = np.log([0.5, 4.0, 0.8, 2.0])
    one = PurchaseScore(np.zeros(1), np.zeros(1), np.array([12.0]), early=0)
    assert one(theta)[0] == pytest.approx(0.5 * np.log(4 / 16))
    # it may also have gone at once, with chance a / (a + b)
    one = PurchaseScore(np.zeros(1), np.zeros(1), np.array([12.0]), early=1)
    assert one(theta)[0] == pytest.approx(np.log(2.0 / 2.8 * (4 / 16) ** 0.5 + 0.8 / 2.8))


@pytest.mark.parametrize("fit", FITS.values())
def test_neither_the_order_of_customers_nor_the_start_matter(fit):
    history = simulated(1500, 5, 0.6, 6.0, 0.7, 2.0, 10, 90)
    model = fit(history)
    mixed = fit(history.sample(frac=1.0, random_state=3))
    assert mixed.parameters.tolist() == model.parameters.tolist() and (mixed.covariance == model.covariance).all()
    for start in (model, [3.0, 50.0, 0.1, 9.0]):
        other = fit(history, start)
        assert other.log_likelihood == pytest.approx(model.log_likelihood, abs=1e-6)
        np.testing.assert_allclose(other.parameters, model.parameters, rtol=2e-3)


def test_twice_the_customers_change_the_certainty_only():
    history = simulated(800, 6, 0.6, 6.0, 0.7, 2.0, 10, 90)
    once, twice = fit_bg_nbd(history), fit_bg_nbd(pd.concat([history, history]))
    np.testing.assert_allclose(twice.parameters, once.parameters, rtol=1e-3)
    np.testing.assert_allclose(twice.covariance, once.covariance / 2, rtol=0.02)
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood)


def test_time_in_other_units_changes_alpha_only():
    history = simulated(800, 6, 0.6, 6.0, 0.7, 2.0, 10, 90)
    slow = fit_bg_nbd(history.assign(t_x=history["t_x"] * 7, T=history["T"] * 7))
    model = fit_bg_nbd(history)
    np.testing.assert_allclose(slow.parameters, model.parameters * [1, 7, 1, 1], rtol=1e-3)


def test_the_covariance_holds_what_other_samples_would_have_given():
    fits = [fit_bg_nbd(simulated(1500, seed, 0.8, 6.0, 0.7, 2.0, 30, 90)) for seed in range(100, 140)]
    spread = np.std([np.log(model.parameters) for model in fits], axis=0, ddof=1)
    told = np.mean([np.sqrt(np.diag(model.covariance)) for model in fits], axis=0)
    assert (np.abs(np.log(told / spread)) < 0.35).all()
    # and the parameters planted are within what the fits say of themselves: chi-squared with 4 x 40 degrees of freedom
    planted = np.log([0.8, 6.0, 0.7, 2.0])
    far = sum(gap @ np.linalg.solve(m.covariance, gap) for m in fits for gap in [np.log(m.parameters) - planted])
    assert far < 222  # its 99.9th percentile


# ---- what a model says -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [KNOWN, EARLY], ids=lambda model: model.kind)
def test_simulated_customers_do_what_the_model_expects(model):
    rng = np.random.default_rng(7)
    x, t_x, alive = simulated_history(model, np.full(200_000, 52.0), rng)
    assert x.mean() == pytest.approx(model.expected_newborn(52.0)[0], rel=0.02)
    told = model.p_alive(x, t_x, np.full(len(x), 52.0))
    for low in np.arange(0.0, 1.0, 0.2):  # of those said to be alive with .3, three in ten are
        those = (told >= low) & (told <= low + 0.2)
        if those.sum() > 1000:
            assert alive[those].mean() == pytest.approx(told[those].mean(), abs=0.015)
    future = simulated_future(model, x, t_x, np.full(len(x), 52.0), [26.0, 52.0], rng)
    expected = np.diff(model.expected_purchases(x, t_x, np.full(len(x), 52.0), [26.0, 52.0]), axis=1, prepend=0)
    for few, many in ((0, 0), (1, 1), (2, 5), (6, 999)):
        those = (x >= few) & (x <= many)
        np.testing.assert_allclose(future[those].mean(axis=0), expected[those].mean(axis=0), rtol=0.05)


def by_integration(model, x, T, weeks):
    """Purchases of a living customer: the mean over chances to drop out, one by one."""
    shape, span = model.r + x, weeks / (model.alpha + T)
    law = beta(model.a, model.b + x + model.early)
    return quad(lambda u: (lambda p: -np.expm1(-shape * np.log1p(p * span)) / p)(law.ppf(u)), 0, 1, limit=400)[0]


@pytest.mark.parametrize("a", [0.3, 0.99, 0.99995, 1.0, 1.00005, 1.2, 8.0, 300.0])
def test_the_expectation_is_the_mean_over_chances_also_at_one_and_far_out(a):
    for model in (replace(KNOWN, a=a, r=2.0), replace(EARLY, a=a, alpha=0.5)):
        for x, T, weeks in ((0, 5.0, 30.0), (3, 80.0, 10.0), (40, 100.0, 156.0)):
            found = model.purchases_if_alive(*np.array([[x], [T], [weeks]], dtype=float))[0]
            assert found == pytest.approx(by_integration(model, x, T, weeks), rel=1e-6)


def test_discounted_purchases_are_the_expected_ones_counted_by_their_factors():
    x, t_x, T = columns(simulated(300, 8, 0.5, 5.0, 0.8, 2.0, 4, 50))
    weeks, factors = np.array([4.0, 9.0, 20.0]), np.array([1.0, 0.7, 0.1])
    by_hand = np.diff(KNOWN.expected_purchases(x, t_x, T, weeks), axis=1, prepend=0.0) @ factors
    np.testing.assert_allclose(KNOWN.discounted_purchases(x, t_x, T, weeks, factors), by_hand)


def test_who_never_bought_again_is_alive_to_one_model_and_not_to_the_other():
    assert KNOWN.p_alive([0, 0], [0, 0], [10, 500]).tolist() == [1.0, 1.0]
    low, high = EARLY.p_alive([0, 0], [0, 0], [500, 10])
    assert 0 < low < high < 1
    # the longer silent, the less alive; nothing is left after very long
    fading = KNOWN.p_alive(3, 20.0, np.array([20.0, 30.0, 100.0, 1e6]))
    assert (np.diff(fading) < 0).all() and fading[-1] < 1e-9


def test_draws_spread_as_the_covariance_says_and_depend_on_the_seed_alone():
    model = fit_bg_nbd(simulated(800, 6, 0.6, 6.0, 0.7, 2.0, 10, 90))
    drawn = np.log([other.parameters for other in model.draw(np.random.default_rng(3), 4000)])
    np.testing.assert_allclose(drawn.mean(axis=0), np.log(model.parameters), atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), model.covariance, atol=0.1 * model.covariance.max())
    again = [other.parameters.tolist() for other in model.draw(np.random.default_rng(3), 5)]
    assert again == [other.parameters.tolist() for other in model.draw(np.random.default_rng(3), 5)]


# ---- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fit", FITS.values())
def test_too_few_who_came_back(fit):
    few = pd.concat([table(1, 3.0, 9.0, 29), table(0, 0.0, 9.0, 500)])
    with pytest.raises(StepInputError, match="29 of 529 customers bought again; expected at least 30"):
        fit(few)
    for nobody in (table(0, 0.0, 9.0), table(0, 0.0, 0.0), table(3, 2.0, 4.0, 1), table(0, 0.0, 1.0, 0)):
        with pytest.raises(StepInputError, match="bought again"):
            fit(nobody)
    assert fit(pd.concat([few, table(1, 5.0, 9.0, 1)])).repeaters == 30


LIMITS = {
    "all alike": table(5, 20.0, 22.0),
    "all went at once": table(1, 1.0, 150.0),
    "all on two days": table(1, 1 / 7, 1 / 7),
    "very often": table(900, 155.0, 156.0),
    "thirty of many": pd.concat([table(1, 3.0, 52.0, 30), table(0, 0.0, 52.0, 5000)]),
}


@pytest.mark.parametrize("fit", FITS.values())
@pytest.mark.parametrize("name", LIMITS)
def test_customers_without_difference_are_fitted_and_it_is_said(name, fit):
    history = LIMITS[name]
    model = fit(history)
    assert model.at_bound and set(model.at_bound) <= set(NAMES)
    for other in (model, *model.draw(np.random.default_rng(1), 5)):
        expected = other.expected_purchases(*columns(history), HORIZONS)
        assert np.isfinite(expected).all() and (np.diff(expected, axis=1) >= -1e-9).all()


def test_all_alike_and_always_there_go_on_as_before():
    model = fit_bg_nbd(table(5, 22.0, 22.0))
    assert model.expected_purchases(5, 22.0, 22.0, 44.0)[0, 0] == pytest.approx(10.0, rel=0.02)


@pytest.mark.parametrize("row", [(-1, 0, 5), (1, 6, 5), (0, 2, 5), (1, 0, 5), (1, 1, np.nan), (np.nan, 1, 5)])
def test_what_is_no_history_is_refused(row):
    with pytest.raises(StepInputError, match="in row 2, and 1 such rows in all"):
        KNOWN.p_alive(*np.column_stack([(1, 2, 5), row]))
