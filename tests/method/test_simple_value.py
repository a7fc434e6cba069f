"""The simple lifetime value against sums year by year."""

import pytest

from helpers.errors import StepInputError
from helpers.method.simple_value import simple_value


@pytest.mark.parametrize(
    ("retention", "discount", "years"), [(0.8, 0.1, 3), (0.5, 0.0, 1), (0.0, 0.1, 5), (1.0, 0.0, 4)]
)
def test_it_is_the_sum_of_the_years(retention, discount, years):
    summed = sum(120.0 * (retention / (1 + discount)) ** year for year in range(1, years + 1))
    assert simple_value(120.0, retention, annual_discount=discount, years=years).item() == pytest.approx(summed)


def test_it_is_linear_in_the_margin_and_a_loss_stays_one():
    one, many = (
        simple_value(1.0, 0.7, annual_discount=0.1, years=3),
        simple_value([-5.0, 2.0], 0.7, annual_discount=0.1, years=3),
    )
    assert many.tolist() == pytest.approx([-5 * one.item(), 2 * one.item()])


@pytest.mark.parametrize("wrong", [{"retention": 1.2}, {"retention": -0.1}, {"annual_discount": -1}, {"years": -2}])
def test_what_cannot_be_is_refused(wrong):
    given = {"retention": 0.8, "annual_discount": 0.1, "years": 3} | wrong
    with pytest.raises(StepInputError, match="simple_value: expected a retention from 0 to 1"):
        simple_value(1.0, given.pop("retention"), **given)
