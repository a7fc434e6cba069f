"""Intervals of ratios: tabulated quantiles, a hand calculation, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.errors import StepInputError
from helpers.method.intervals import ratio_change_interval, ratio_interval, t_quantile

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
    assert t_quantile(probability, freedom) == pytest.approx(tabulated, abs=0.004 if 3 <= freedom < 10 else 1.01e-4)
    assert t_quantile(1 - probability, freedom) == pytest.approx(-t_quantile(probability, freedom))


@pytest.mark.parametrize(("probability", "freedom"), [(0, 3), (1, 3), (0.5, 0)])
def test_t_quantile_refuses_what_has_no_quantile(probability, freedom):
    with pytest.raises(StepInputError, match="expected 0 < probability < 1"):
        t_quantile(probability, freedom)


def test_ratio_interval_cochran_by_hand():
    """Ratio .5; residuals 0, -1, 1 (sum of squares 2); error sqrt(3/2 x 2)/12 = .14434; t(2) 2.91999."""
    low, high = ratio_interval([2, 1, 3], [4, 4, 4])
    assert (low, high) == pytest.approx((0.5 - 0.42146, 0.5 + 0.42146), abs=1e-5)


def test_only_a_share_is_cut_to_0_and_1():
    numerator, denominator = [0, 4], [4, 4]
    low, high = ratio_interval(numerator, denominator)
    assert low < 0
    assert high > 1
    assert ratio_interval(numerator, denominator, is_share=True) == (0.0, 1.0)


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


@pytest.mark.parametrize(("n", "least", "most"), [(30, 0.71, 0.79), (200, 0.82, 0.88), (2000, 0.86, 0.92)])
def test_coverage_with_heavy_tailed_wallets_is_as_the_docstring_says(n, least, most):
    """Wallets lognormal with sigma 1.5, share beta with mean .3; 1,500 samples of each size."""
    random = np.random.default_rng(20261122)
    wallet = np.exp(1.5 * random.normal(size=(1500, n)))
    revenue = wallet * random.beta(0.9, 2.1, size=wallet.shape)
    held = [low <= 0.3 <= high for low, high in map(ratio_interval, revenue, wallet)]
    assert least <= np.mean(held) <= most


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
