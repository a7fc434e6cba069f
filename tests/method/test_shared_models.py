"""Models that groups share: two kinds of customers told apart, groups too small, and totals two ways."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method import shared_models as module
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.mbg_nbd import fit_mbg_nbd
from helpers.method.shared_models import shared_models
from tests.method.purchase_sets import simulated

WEEKS = np.arange(1, 13) * 4.35
FACTORS = 0.99 ** np.arange(12)


@pytest.fixture(scope="module")
def two_kinds():
    """Few rich customers who buy often and stay, many poor ones who buy rarely and go, and five of neither."""
    often, rarely = simulated(300, 41, 3.0, 10.0, 0.2, 3.0, 40, 100), simulated(700, 42, 0.6, 12.0, 1.2, 2.0, 40, 100)
    often["mean_spend"] *= 20
    history = pd.concat([often, rarely, rarely[:5]], ignore_index=True)
    return history, ["often"] * 300 + ["rarely"] * 700 + ["few"] * 5


def test_each_group_has_its_own_fit_and_the_small_one_that_of_all(two_kinds):
    history, groups = two_kinds
    models = shared_models(history, groups)
    assert set(models.purchases) == {"all", "often", "rarely"}
    assert pd.Series(models.of).value_counts().to_dict() == {"rarely": 700, "often": 300, "all": 5}
    alone = fit_bg_nbd(history[:300])
    np.testing.assert_allclose(models.purchases["often"].parameters, alone.parameters, rtol=1e-3)
    table = models.table(history, WEEKS, FACTORS)
    x, t_x, T = (history[name].to_numpy(dtype=float)[:300] for name in ("x", "t_x", "T"))
    np.testing.assert_allclose(table["p_alive"][:300], alone.p_alive(x, t_x, T), rtol=1e-3)
    np.testing.assert_allclose(table["value"], np.nan_to_num(table["value"]))
    assert (table["value_low"] <= table["value_high"]).all()


def test_one_fit_over_all_gives_the_poor_the_spend_of_the_rich(two_kinds):
    history, groups = two_kinds
    apart, together = shared_models(history, groups), shared_models(history, ["x"] * len(history))
    assert apart.spends["rarely"].mean < 45 and together.spends["x"].mean > 150  # planted: 35
    assert apart.purchases["rarely"].expected_newborn(52)[0] < 0.8 * together.purchases["x"].expected_newborn(52)[0]


def test_totals_drawn_and_computed_are_the_same(two_kinds, monkeypatch):
    history, groups = two_kinds
    models = shared_models(history, groups)
    weights = np.where(np.array(groups) == "often", 0.3, 0.5)
    answers = {}
    monkeypatch.setattr(module, "DRAWS", 400)
    for most in (4_000, 0):
        monkeypatch.setattr(module, "MOST_DRAWN", most)
        (answers[most],) = models.total_intervals(history, WEEKS, FACTORS, groups, weights)
    (drawn, drawn_all), (computed, computed_all) = answers.values()
    assert drawn.index.tolist() == computed.index.tolist() == ["few", "often", "rarely"]
    width = (computed["high"] - computed["low"])[["often", "rarely"]]
    for end in ("low", "high"):
        assert ((drawn[end] - computed[end]).abs()[["often", "rarely"]] / width < 0.12).all()
    np.testing.assert_allclose(drawn_all, computed_all, atol=0.12 * (computed_all[1] - computed_all[0]))
    value = models.table(history, WEEKS, FACTORS)["value"] * weights
    inside = value.groupby(groups).sum()
    # five customers bring nothing or a lot: a normal total would have a lower end below zero
    assert computed.loc["few", "low"] >= 0 and computed.loc["few", "high"] == pytest.approx(
        drawn.loc["few", "high"], rel=0.3
    )
    # what is lost on each order is lost as surely as it was earned
    ((lost, lost_all),) = models.total_intervals(history, WEEKS, FACTORS, groups, -weights)
    np.testing.assert_allclose(sorted(np.negative(lost_all)), computed_all, rtol=0.02)
    assert (lost.loc["often"] < 0).all()
    # where every customer's group has a fit of its own, nobody has that of all
    ((ends, _),) = shared_models(history[:1000], groups[:1000]).total_intervals(
        history[:1000], WEEKS, FACTORS, groups[:1000], weights[:1000]
    )
    np.testing.assert_allclose(ends, computed.loc[["often", "rarely"]], rtol=0.02)
    assert ((drawn["low"] < inside) & (inside < drawn["high"])).all()


def test_neither_the_order_of_customers_nor_their_unit_of_money_matters(two_kinds, monkeypatch):
    monkeypatch.setattr(module, "DRAWS", 100)
    history, groups = two_kinds
    ones, order = np.ones(len(history)), np.random.default_rng(2).permutation(len(history))
    ((ends, whole),) = shared_models(history, groups).total_intervals(history, WEEKS, FACTORS, groups, ones)
    mixed, named = history.iloc[order].reset_index(drop=True), np.array(groups)[order]
    models = shared_models(mixed, named)
    ((again, whole_again),) = models.total_intervals(mixed, WEEKS, FACTORS, named, ones)
    np.testing.assert_allclose(again, ends, rtol=1e-12)
    np.testing.assert_allclose(whole_again, whole, rtol=1e-12)
    cents = history.assign(mean_spend=history["mean_spend"] * 100)
    ((in_cents, _),) = shared_models(cents, groups).total_intervals(cents, WEEKS, FACTORS, groups, ones)
    np.testing.assert_allclose(in_cents, ends * 100, rtol=1e-3)


@pytest.mark.parametrize("most", [4_000, 0])
def test_two_kinds_of_total_asked_at_once_are_as_if_asked_alone(two_kinds, monkeypatch, most):
    monkeypatch.setattr(module, "DRAWS", 20)
    monkeypatch.setattr(module, "MOST_DRAWN", most)
    history, groups = two_kinds
    # each customer has a twin with the same history, and of twins the margins may stand in either order
    history, groups = pd.concat([history, history], ignore_index=True), [*groups, *groups]
    models, ask = shared_models(history, groups), (WEEKS, FACTORS, groups)
    kinds = [np.ones(len(history)), np.random.default_rng(3).random(len(history))]
    for (ends, whole), kind in zip(models.total_intervals(history, *ask, *kinds), kinds, strict=True):
        ((alone, whole_alone),) = models.total_intervals(history, *ask, kind)
        pd.testing.assert_frame_equal(ends, alone, check_exact=True)
        assert whole == whole_alone


def test_the_other_model_and_too_few_for_any():
    history = simulated(300, 41, 3.0, 10.0, 0.2, 3.0, 40, 100)
    assert shared_models(history, [""] * 300, fit_mbg_nbd).purchases["all"].kind == "mbg_nbd"
    with pytest.raises(StepInputError, match="bought again; expected at least 30"):
        shared_models(history[:20], ["g1"] * 20)
    with pytest.raises(StepInputError, match="300 customers and 2 groups"):
        shared_models(history, ["g1"] * 2)
