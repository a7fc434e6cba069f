"""Wilson's interval and Newcombe's against published numbers, and how often they hold the truth."""

import numpy as np
import pytest
from scipy.stats import binom

from helpers.errors import StepInputError
from helpers.method.wilson import difference_interval, wilson


def test_published_intervals():
    # Newcombe, Statistics in Medicine 17 (1998), first paper, table I (81 of 263) and second, table II (56/70, 48/80)
    low, high = wilson(81 / 263, 263, 0.95)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)
    low, high = difference_interval(56 / 70, 70, 48 / 80, 80, 0.95)
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)


def test_it_stays_a_part_and_says_nothing_of_nobody():
    low, high = wilson([0.0, 1.0, 0.5, np.nan], [5, 5, 0, 9])
    assert low[0] == pytest.approx(0, abs=1e-12)
    assert high[1] == pytest.approx(1, abs=1e-12)
    assert 0 < high[0] < 0.5 < low[1] < 1
    assert np.isnan(low[2:]).all()
    assert np.isnan(high[2:]).all()


@pytest.mark.parametrize("people", [10, 30, 100])
def test_it_holds_the_truth_nine_times_in_ten_on_average(people):
    counts = np.arange(people + 1)
    low, high = wilson(counts / people, np.full(people + 1, people))
    truths = np.linspace(0.02, 0.98, 97)
    held = [binom.pmf(counts, people, truth)[(low <= truth) & (truth <= high)].sum() for truth in truths]
    assert np.mean(held) == pytest.approx(0.90, abs=0.015)
    assert min(held) > 0.80


def test_what_is_no_part_is_refused():
    with pytest.raises(StepInputError, match="parts from 0 to 1"):
        wilson(1.2, 10)
    with pytest.raises(StepInputError, match="level between 0 and 1, found 90"):
        wilson(0.5, 10, 90)
