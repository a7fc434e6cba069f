"""Growth of yearly series against lines computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.errors import StepInputError
from helpers.method.market_growth import yearly_growth
from helpers.method.pass_chance import status_of


def test_three_years_by_hand():
    """Logs 0, ln 2, ln 2: slope ln(2)/2; residuals a sixth of ln 2 and twice that; error of one degree of freedom."""
    found = yearly_growth([2024, 2025, 2026], [1.0, 2.0, 2.0])
    assert found.rate == pytest.approx(np.sqrt(2) - 1)
    error = np.sqrt(6 * (np.log(2) / 6) ** 2 / 2)
    assert found.high == pytest.approx(np.expm1(np.log(2) / 2 + 6.313751514675 * error))
    assert found.chance == pytest.approx(0.5 + np.arctan(np.log(2) / 2 / error) / np.pi), "t(1) is Cauchy's law"


def test_order_unit_and_gaps():
    years, values = [2020, 2021, 2023, 2026], np.array([5.0, 6.0, 6.5, 9.0])
    found = yearly_growth(years, values)
    assert found == yearly_growth(years[::-1], values[::-1])
    other = yearly_growth(years, 1_000 * values)
    assert (other.rate, other.low, other.chance) == pytest.approx((found.rate, found.low, found.chance))
    assert found == yearly_growth([*years, 2027], [*values, np.nan]), "a missing year is left out"
    assert found.rate > 0 and found.chance > 0.9


@pytest.mark.parametrize(
    ("values", "why", "years"),
    [([], "too_few_years", 0), ([1.0, 2.0], "too_few_years", 2), ([1.0, 2.0, np.nan], "too_few_years", 2),
     ([1.0, 2.0, 0.0, 3.0], "a_year_of_nothing", 4), ([1.0, -2.0, 2.0], "a_year_of_nothing", 3)],
)  # fmt: skip
def test_where_nothing_can_be_said(values, why, years):
    found = yearly_growth(range(2020, 2020 + len(values)), values)
    assert (found.why_not, found.years) == (why, years)
    assert np.isnan([found.rate, found.low, found.high, found.chance]).all()


@pytest.mark.parametrize(("ratio", "chance"), [(1.1, 1.0), (1.0, 0.5), (0.9, 0.0)])
def test_years_that_grow_alike_leave_no_doubt(ratio, chance):
    found = yearly_growth(range(6), 7.0 * ratio ** np.arange(6))
    assert (found.low, found.high) == pytest.approx((ratio - 1, ratio - 1))
    assert found.chance == chance


def test_a_year_twice_is_refused():
    with pytest.raises(StepInputError, match="a year stands twice"):
        yearly_growth([2020, 2020, 2021], [1, 1, 1])
    with pytest.raises(StepInputError, match="least is 2"):
        yearly_growth([2020, 2021], [1, 1], least=2)


@pytest.mark.parametrize("years", [3, 5, 12])
def test_ranges_of_few_years_hold_as_often_as_they_say(years):
    """90 of 100, where a bootstrap of the residuals holds 57 with three years and 80 with five."""
    rng = np.random.default_rng(7)
    line = 0.02 * np.arange(years)
    found = [yearly_growth(range(years), np.exp(line + 0.03 * rng.standard_normal(years))) for _ in range(600)]
    held = np.mean([one.low <= np.expm1(0.02) <= one.high for one in found])
    assert held == pytest.approx(0.9, abs=0.04)


def test_borders_of_a_verdict():
    assert status_of([0.8 - 1e-13, 0.79, 0.2, 0.21, np.nan]).tolist() == [
        *("pass", "undecided", "fail", "undecided", "not_tested")
    ]
    assert status_of([]).tolist() == []
