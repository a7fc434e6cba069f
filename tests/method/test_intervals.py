"""Intervals of ratios: tabulated quantiles, a hand calculation, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.errors import StepInputError
from helpers.method.intervals import effective_customers, ratio_change_interval, ratio_interval, t_quantile

# Student's t, any published table (for instance Abramowitz and Stegun 1964, table 26.10)
TABLE = [
    (0.95, 1, 6.3138),
    (0.95, 2, 2.9200),
    (0.95, 3, 2.3534),
    (0.95, 4, 2.1318),
    (0.95, 5, 2.0150),
    (0.95, 10, 1.8125),
    (0.95, 30, 1.6973),
    (0.95, 120, 1.6577),
    (0.975, 1, 12.7062),
    (0.975, 2, 4.3027),
    (0.975, 3, 3.1824),
    (0.975, 5, 2.5706),
    (0.975, 10, 2.2281),
    (0.975, 60, 2.0003),
]


@pytest.mark.parametrize(("probability", "freedom", "tabulated"), TABLE)
def test_t_quantile_is_the_tabulated_one(probability, freedom, tabulated):
    assert t_quantile(probability, freedom) == pytest.approx(tabulated, abs=5.1e-5)
    assert t_quantile(1 - probability, freedom) == pytest.approx(-t_quantile(probability, freedom))


@pytest.mark.parametrize(("probability", "freedom"), [(0, 3), (1, 3), (0.5, 0)])
def test_t_quantile_refuses_what_has_no_quantile(probability, freedom):
    with pytest.raises(StepInputError, match="expected 0 < probability < 1"):
        t_quantile(probability, freedom)


def test_ratio_interval_cochran_by_hand():
    """Ratio .5; residuals 0, -1, 1 (sum of squares 2); error sqrt(3/2 x 2)/12 = .14434; t(2) 2.91999."""
    low, high = ratio_interval([2, 1, 3], [4, 4, 4])
    assert (low, high) == pytest.approx((0.5 - 0.42146, 0.5 + 0.42146), abs=1e-5)


def test_only_a_share_stays_within_0_and_1():
    numerator, denominator = [0, 4], [4, 4]
    low, high = ratio_interval(numerator, denominator)
    assert low < 0
    assert high > 1
    low, high = ratio_interval(numerator, denominator, is_share=True)
    assert 0 < low < 0.01 and 0.99 < high < 1


def test_one_customer_has_no_interval_and_equal_customers_have_one_point():
    assert np.isnan(ratio_interval([1], [4])).all()
    assert np.isnan(ratio_interval([], [])).all()
    assert ratio_interval([1, 2, 3], [4, 8, 12]) == (0.25, 0.25)


@pytest.mark.parametrize(
    ("numerator", "denominator", "level", "words"),
    [
        ([1, 2], [1], 0.9, "one numerator per denominator"),
        ([1, np.nan], [1, 1], 0.9, "a value is missing"),
        ([1, 1], [0, 0], 0.9, "a part of nothing"),
        ([1, 1], [2, 2], 1.0, "level between 0 and 1"),
    ],
)
def test_ratio_interval_refuses(numerator, denominator, level, words):
    with pytest.raises(StepInputError, match=words):
        ratio_interval(numerator, denominator, level)


def sample(random, size, *, sigma=1.5, share=(0.9, 2.1)):
    wallet = np.exp(sigma * random.normal(size=size))
    return wallet * random.beta(*share, size=size), wallet


@pytest.mark.parametrize(("n", "held_part"), [(10, 0.928), (30, 0.908), (200, 0.876), (1000, 0.892)])
def test_coverage_with_heavy_tailed_wallets_is_as_the_docstring_says(n, held_part):
    """Wallets lognormal with sigma 1.5, share beta with mean .3; the linearised interval held it in 75 % at n = 30."""
    random = np.random.default_rng(20261122)
    revenue, wallet = sample(random, (1500, n))
    intervals = (ratio_interval(*both, is_share=True) for both in zip(revenue, wallet, strict=True))
    held = [low <= 0.3 <= high for low, high in intervals]
    assert np.mean(held) == pytest.approx(held_part, abs=0.025)


@pytest.mark.parametrize("n", [5, 10, 30, 100, 300])
@pytest.mark.parametrize(
    ("sigma", "share"),
    [(0.5, (0.9, 2.1)), (1.2, (2.0, 4.67)), (1.5, (0.9, 2.1)), (2.0, (0.9, 2.1)), (1.5, (4.5, 0.5))],
    ids=["light", "middle", "heavy", "heavier", "high_shares"],
)
def test_coverage_stays_near_the_level_for_few_and_for_many_customers(sigma, share, n):
    random, truth = np.random.default_rng(n), share[0] / sum(share)
    revenue, wallet = sample(random, (2000, n), sigma=sigma, share=share)
    intervals = (ratio_interval(*both, is_share=True) for both in zip(revenue, wallet, strict=True))
    held = [low <= truth <= high for low, high in intervals]
    assert 0.85 <= np.mean(held) <= 0.96


def test_an_interval_of_a_share_by_hand():
    """Ratio .5, reach .42146 as above; on the log odds .42146 / (.5 x .5) = 1.68584; 1/(1 + e^1.68584) = .15632."""
    low, high = ratio_interval([2, 1, 3], [4, 4, 4], is_share=True)
    assert (low, high) == pytest.approx((0.15632, 0.84368), abs=1e-5)


def test_the_jackknife_by_hand_where_wallets_differ():
    """Ratio .25; left out once the ratio is 2/10, 2/8, 2/6: moves .05, 0, -.08333 around it;
    effective customers 144/56 = 2.5714, so t with 1.5714 degrees of freedom."""
    low, high = ratio_interval([1, 1, 1], [2, 4, 6])
    moves = np.array([2 / 10, 2 / 8, 2 / 6]) - 0.25
    error = np.sqrt(2 / 3 * np.square(moves).sum())
    assert effective_customers([2, 4, 6]) == pytest.approx(144 / 56)
    reach = t_quantile(0.95, 144 / 56 - 1) * error
    assert (low, high) == pytest.approx((0.25 - reach, 0.25 + reach))


def test_a_giant_makes_the_interval_wide():
    """Forty customers, of whom one holds nine tenths of the money: what the others would say of it, nobody knows."""
    wallets, part = np.array([3600.0] + [10.0] * 39), np.array([0.2] + [0.5] * 39)
    low, high = ratio_interval(part * wallets, wallets, is_share=True)
    assert low < 0.05 and high > 0.75
    even = ratio_interval(part * 10, [10.0] * 40, is_share=True)
    assert even[1] - even[0] < 0.05


def test_where_one_customer_holds_everything_there_is_no_interval():
    assert np.isnan(ratio_interval([1, 0], [4, 0], is_share=True)).all()
    assert np.isnan(ratio_change_interval([1, 0], [4, 0], [1, 1], [4, 4])).all()


def test_order_and_currency_change_nothing():
    random = np.random.default_rng(3)
    revenue, wallet = sample(random, 40)
    order = random.permutation(40)
    there = ratio_interval(revenue, wallet, is_share=True)
    assert ratio_interval(revenue[order], wallet[order], is_share=True) == pytest.approx(there, rel=1e-12)
    assert ratio_interval(100 * revenue, 100 * wallet, is_share=True) == pytest.approx(there, rel=1e-12)


def test_all_or_nothing_is_a_point_and_a_share_above_one_is_cut():
    assert ratio_interval([0, 0], [4, 5], is_share=True) == (0.0, 0.0)
    assert ratio_interval([4, 5], [4, 5], is_share=True) == (1.0, 1.0)
    assert ratio_interval([6, 5, 4], [4, 4, 4], is_share=True)[1] == 1.0


def test_change_of_equal_wallets_is_students_paired_interval():
    before, after = np.array([2.0, 1.0, 3.0, 2.0]), np.array([3.0, 1.0, 5.0, 2.0])
    low, high = ratio_change_interval(before, [4] * 4, after, [4] * 4)
    gain = (after - before) / 4
    reach = t_quantile(0.95, 3) * gain.std(ddof=1) / 2
    assert (low, high) == pytest.approx((gain.mean() - reach, gain.mean() + reach))


def test_change_holds_the_truth_nine_times_in_ten():
    """Lognormal wallets that grow, customers' own levels that stay, and a true change of five points."""
    random = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        wallets = random.lognormal(3, 0.6, 400)
        later = wallets * random.lognormal(0, 0.2, 400)
        level = random.beta(2, 5, 400)
        early_share, late_share = level * 0.9, level * 0.9 + 0.05 + random.normal(0, 0.02, 400)
        low, high = ratio_change_interval(early_share * wallets, wallets, late_share * later, later)
        held += low <= 0.05 <= high
    assert 0.86 <= held / 400 <= 0.94


def test_change_needs_the_same_customers():
    with pytest.raises(StepInputError, match="the same customers are needed"):
        ratio_change_interval([1, 2], [4, 4], [1, 2, 3], [4, 4, 4])
    assert np.isnan(ratio_change_interval([1], [4], [2], [4])).all()
