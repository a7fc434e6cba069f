"""XmR limits and signals worked by hand, and how often they err: on noise, and on shifts that are there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.method.season import is_seasonal, year_differences
from helpers.method.xmr import BASELINE, Limits, lag_correlation, xmr_limits, xmr_signals

BY_HAND = [10, 12, 11, 13, 10, 12, 11, 9, 12, 14, 11, 13]  # mean 11.5; moving ranges 23 in 11
UNIT = Limits(0.0, -4.0, 4.0, BASELINE)


def any_signal(values) -> bool:
    return any(xmr_signals(values, xmr_limits(values)))


def found_within(rng, shift: float, periods: int) -> bool:
    """Whether a shift after 24 points is seen in the periods that follow it."""
    values = rng.normal(size=BASELINE + periods)
    values[BASELINE:] += shift
    return any(xmr_signals(values, xmr_limits(values))[BASELINE:])


def test_limits_by_hand():
    found = xmr_limits(BY_HAND)
    assert found.centre == 11.5 and found.points == 12 and not found.provisional and not found.frozen
    assert found.upper == pytest.approx(11.5 + 2.66 * 23 / 11) and found.lower == pytest.approx(11.5 - 2.66 * 23 / 11)


def test_the_first_24_points_set_the_limits_and_later_ones_change_nothing():
    first = BY_HAND * 2
    assert xmr_limits([*first, 500.0, -500.0]) == xmr_limits(first)
    assert xmr_limits(first).frozen and not xmr_limits(first[:-1]).frozen


@pytest.mark.parametrize(
    ("points", "limits", "provisional"), [(7, False, False), (8, True, True), (11, True, True), (12, True, False)]
)
def test_few_points_give_provisional_limits_or_none(points, limits, provisional):
    found = xmr_limits(BY_HAND[:points])
    assert (found is not None) is limits and bool(found and found.provisional) is provisional


def test_limits_of_nothing_one_point_and_of_missing_points():
    assert xmr_limits([]) is None and xmr_limits([3.0]) is None and xmr_limits([np.nan] * 30) is None
    with_gaps = [value for pair in zip(BY_HAND, [np.nan] * 12, strict=True) for value in pair]
    assert xmr_limits(with_gaps) == xmr_limits(BY_HAND)
    assert xmr_signals([1.0, np.nan], None) == ["", ""]


def test_a_series_that_never_moves_has_limits_that_anything_breaks():
    limits = xmr_limits([5.0] * 10)
    assert limits.lower == limits.centre == limits.upper == 5.0
    assert xmr_signals([5.0, 5.0 + 1e-12, 5.1], limits) == ["", "", "beyond_limit"]


def test_each_rule_by_hand():
    assert xmr_signals([4.0, 4.1, -4.1], UNIT) == ["", "beyond_limit", "beyond_limit"]  # a limit is no signal
    eight = xmr_signals([1, 1, 1, 1, 1, 1, 1, 1, 1, -1], UNIT)
    assert eight == [""] * 7 + ["run_of_eight", "run_of_eight", ""]
    assert not any(xmr_signals([1, 1, 1, 1, 0, 1, 1, 1], UNIT))  # a point on the centre is on no side
    assert xmr_signals([3, 1, 3, -3, 3, 3], UNIT) == ["", "", "", "", "", "three_of_four"]
    assert not any(xmr_signals([2, 2, 2, 2], UNIT))  # half-way is not nearer
    assert xmr_signals([3, 3, 3, 1], UNIT)[2:] == ["three_of_four", ""]  # only a point that is near says it
    assert xmr_signals([-3, np.nan, -3, -3], UNIT)[3] == "three_of_four"


@given(
    st.lists(st.integers(-1000, 1000), min_size=8, max_size=40), st.integers(-50, 50), st.sampled_from([0.25, 3, 1000])
)
def test_another_unit_and_another_zero_change_no_signal(values, shift, factor):
    said = xmr_signals(values, xmr_limits(values))
    moved = [factor * (value + shift) for value in values]
    assert xmr_signals(moved, xmr_limits(moved)) == said
    mirrored = [-value for value in values]
    assert xmr_signals(mirrored, xmr_limits(mirrored)) == said


def test_noise_and_shifts_in_short():
    """300 series of each; the long study has 1,000 of three sizes."""
    rng = np.random.default_rng(13)
    part = np.mean([any_signal(rng.normal(size=24)) for _ in range(300)])
    assert 0.05 <= part <= 0.17
    assert np.mean([found_within(rng, 3.0, 3) for _ in range(300)]) >= 0.83
    assert np.mean([found_within(rng, 1.5, 8) for _ in range(300)]) >= 0.76


@pytest.mark.long
def test_noise_and_shifts():
    """The contract: any signal in 10.8 +/- 2 % at 24 points; 3 sigma in 3 periods 85 %, 1.5 sigma in 8 periods 80 %."""
    for seed in (1, 2, 3):
        rng = np.random.default_rng([13, seed])
        part = np.mean([any_signal(rng.normal(size=24)) for _ in range(1000)])
        three = np.mean([found_within(rng, 3.0, 3) for _ in range(1000)])
        half = np.mean([found_within(rng, 1.5, 8) for _ in range(1000)])
        print(f"seed {seed}: signals in noise {part:.3f}, 3 sigma {three:.3f}, 1.5 sigma {half:.3f}")
        assert abs(part - 0.108) <= 0.02 and three >= 0.85 and half >= 0.80


def test_lag_correlation_by_hand():
    # 1 2 3 4 around 2.5: neighbours -1.5 x -.5, -.5 x .5, .5 x 1.5 make 1.25 / 3 over a mean square of 1.25
    assert lag_correlation([1, 2, 3, 4]) == pytest.approx(1 / 3)
    assert (
        np.isnan(lag_correlation([1, 2, 3])) and np.isnan(lag_correlation([7.0] * 9)) and np.isnan(lag_correlation([]))
    )


def test_a_season_is_found_and_noise_a_step_and_a_drift_are_none():
    rng = np.random.default_rng(5)
    months, wave = np.arange(36), np.sin(2 * np.pi * np.arange(36) / 12)
    assert np.mean([is_seasonal(rng.normal(size=36) + 2 * wave, 12) for _ in range(100)]) >= 0.9
    assert np.mean([is_seasonal(rng.normal(size=36), 12) for _ in range(300)]) <= 0.08
    assert np.mean([is_seasonal(rng.normal(size=36) + 3 * (months > 18), 12) for _ in range(100)]) <= 0.05
    assert not is_seasonal(3.0 * months, 12) and not is_seasonal([5.0] * 36, 12)
    assert not is_seasonal((10 * wave)[:23], 12)  # under two years nobody knows
    assert not is_seasonal([], 12) and not is_seasonal([np.nan] * 36, 12)


def test_a_difference_from_a_year_earlier_needs_that_year():
    assert np.isnan(year_differences([1.0, 2.0], 4)).all()
    assert year_differences([1.0, np.nan, 4.0, 5.0], 2)[2:].tolist()[0] == 3.0
