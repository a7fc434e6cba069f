"""Adoption: the curve of Bass is found again from noisy years, and refused where they cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.errors import StepInputError
from helpers.method.bass import BassModel, fit_adoption

CURVE = BassModel(0.02, 0.45, 100_000)
CURVES = (CURVE, BassModel(0.01, 0.4, 5_000), BassModel(0.03, 0.38, 1e6), BassModel(0.022, 0.48, 4_500))


def noisy(curve, seed, years=15, noise=0.05):
    rng = np.random.default_rng(seed)
    return curve.adopters(1, years) * np.exp(noise * rng.standard_normal(years))


def test_the_curve_by_hand():
    assert CURVE.peak_time == pytest.approx(np.log(22.5) / 0.47)
    assert CURVE.peak_rate == pytest.approx(100_000 * 0.47**2 / 1.8)
    # after a year: (1 - e^-.47) / (1 + 22.5 e^-.47) of all
    left = np.exp(-0.47)
    assert CURVE.adopters(1, 1)[0] == pytest.approx(100_000 * (1 - left) / (1 + 22.5 * left))
    assert CURVE.adopters(1, 60).sum() == pytest.approx(100_000, rel=1e-6)
    assert CURVE.adopters(1, 12)[5:8].argmax() == 1, "the seventh year holds the peak at 6.62"


def test_years_without_noise_give_the_curve_and_no_range():
    found = fit_adoption(CURVE.adopters(1, 12))
    for name in ("p", "q", "m"):
        low, high = found.ranges[name]
        truth = getattr(CURVE, name)
        assert getattr(found.model, name) == pytest.approx(truth, rel=1e-4)
        assert low == pytest.approx(high, rel=1e-3)
    coming, low, high = found.coming(13, 17)
    assert coming == pytest.approx(CURVE.adopters(13, 17).sum(), rel=1e-3)
    assert low <= coming <= high


def recovered(seeds):
    """Of each series whether q and m lie within a tenth and p within a quarter, and which ranges hold the truth."""
    near, held = [], []
    for seed in seeds:
        curve = CURVES[seed % len(CURVES)]
        found = fit_adoption(noisy(curve, seed))
        if found.model is None:
            near.append([False] * 3)
            held.append([False] * 4)
            continue
        off = {name: abs(getattr(found.model, name) / getattr(curve, name) - 1) for name in ("p", "q", "m")}
        near.append([off["p"] <= 0.25, off["q"] <= 0.1, off["m"] <= 0.1])
        _, low, high = found.coming(16, 20)
        truths = [(found.ranges[name], getattr(curve, name)) for name in ("p", "q", "m")]
        truths.append(((low, high), curve.adopters(16, 20).sum()))
        held.append([ends[0] <= truth <= ends[1] for ends, truth in truths])
    return np.mean(near, axis=0), np.mean(held, axis=0)


def test_noisy_years_give_the_curve_again():
    near, _ = recovered(range(12))
    assert (near >= 0.9).all()


@pytest.mark.long
def test_two_hundred_noisy_series():
    """q and m within a tenth and p within a quarter in 90 %; ranges of 90 % that hold about as often."""
    near, held = recovered(range(200))
    print(f"near: p {near[0]:.3f}, q {near[1]:.3f}, m {near[2]:.3f}; held: p, q, m, to come {np.round(held, 3)}")
    assert (near >= 0.9).all()
    assert (held >= 0.8).all() and (held <= 0.99).all()


@pytest.mark.parametrize(
    ("adopters", "why"),
    [
        ([], "too_short"),
        (CURVE.adopters(1, 5), "too_short"),
        ([0.0] * 9, "empty"),
        ([5.0] * 9, "before_the_peak"),
        (CURVE.adopters(1, 7)[:7] * 0 + np.arange(1, 8), "before_the_peak"),
        (noisy(BassModel(0.003, 0.3, 1e5), 1, years=8), "before_the_peak"),
    ],
)
def test_what_cannot_tell_is_refused(adopters, why):
    found = fit_adoption(adopters)
    assert (found.model, found.ranges, found.why_not) == (None, {}, why)
    assert np.isnan(found.coming(16, 20)).all()


def test_zeros_and_the_unit_of_counting_are_no_matter():
    counts = np.round(noisy(CURVE, 3) / 1_000)
    counts[-1] = 0
    one, other = fit_adoption(counts), fit_adoption(1_000 * counts)
    assert one.model.p == pytest.approx(other.model.p, rel=1e-4)
    assert one.model.q == pytest.approx(other.model.q, rel=1e-4)
    assert 1_000 * one.model.m == pytest.approx(other.model.m, rel=1e-4)


def test_ranges_are_as_wide_as_students_t_with_three_parameters_taken_off():
    series = noisy(CURVE, 4, years=12)
    wide, narrow = (fit_adoption(series, level=level).coming(13, 15) for level in (0.90, 0.50))
    reach = [np.log(high / middle) for middle, _, high in (wide, narrow)]
    assert reach[0] / reach[1] == pytest.approx(1.8331 / 0.7027, rel=1e-4)  # t with 9 degrees of freedom, .95 and .75


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_a_year_that_is_no_count_is_refused(bad):
    with pytest.raises(StepInputError, match="New adopters of year 3 of 8 are .* should be zero or more"):
        fit_adoption([1, 2, bad, 4, 5, 4, 3, 2])
