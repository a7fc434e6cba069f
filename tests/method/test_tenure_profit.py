"""Tenure and profit: the correlation by hand, its interval by simulation, and where nothing can be said."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.tenure_profit import correlation, spread, tenure_profit

START = "2026-01-01"


def people(tenure: list, profit: list, **more) -> pd.DataFrame:
    since = pd.Timestamp("2027-01-01") - pd.to_timedelta(np.asarray(tenure) * 365.25 / 12, unit="D")
    table = pd.DataFrame({"tenure_months": tenure, "yearly_profit": profit, "since": since, "group_id": "g1"})
    return table.assign(**more)


def test_the_correlation_is_pearsons():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 200))
    value, low, high = correlation(x, 0.5 * x + y)
    assert value == pytest.approx(np.corrcoef(x, 0.5 * x + y)[0, 1])
    assert low < value < high
    # for normal values the interval is Fisher's, but for chance
    reach = 1.6449 / np.sqrt(197)
    assert np.arctanh(high) - np.arctanh(low) == pytest.approx(2 * reach, rel=0.1)


def test_one_giant_makes_the_interval_wide():
    x = np.arange(100.0)
    y = np.where(x == 99, 1e4, np.sin(x))
    value, low, high = correlation(x, y)
    assert high - low > 0.1 and low < value < high
    assert correlation(x, y * 1000) == pytest.approx((value, low, high))


@pytest.mark.parametrize("heavy", [False, True])
def test_ninety_in_a_hundred_intervals_hold_the_truth(heavy):
    """300 samples of 150 customers; money lognormal where heavy, in closed form too."""
    rng, planted = np.random.default_rng(7), 0.5
    x = rng.normal(size=(300, 150))
    noise = rng.normal(size=x.shape)
    y = planted * x + noise
    truth = planted / np.sqrt(planted**2 + 1)
    if heavy:
        y = np.exp(y)  # the correlation of a normal with a lognormal value, in closed form
        spread_of_y = planted**2 + 1
        truth = planted / np.sqrt(np.exp(spread_of_y) - 1)
    held = 0
    for one, other in zip(x, y, strict=True):
        _, low, high = correlation(one, other)
        held += low <= truth <= high
    assert 0.85 <= held / 300 <= 0.95 if not heavy else held / 300 >= 0.85


def test_ours_throughout_by_group_and_the_published():
    tenure = [float(n) for n in range(80)]
    table = people(tenure, [n % 7 + n / 10 for n in range(80)])
    found = tenure_profit(table, start=START).set_index("row")
    assert (
        found.loc["all", "customers"] == 80 and found.loc["throughout", "customers"] == 68
    )  # twelve months and longer
    assert found.loc["all", "explained"] == pytest.approx(found.loc["all", "correlation"] ** 2)
    assert (
        found.loc["grocery", "correlation"] == 0.45 and found.loc["mail_order", "source"] == "Reinartz and Kumar 2002"
    )
    assert (found["kind"] == "published").sum() == 4
    names = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"], "group_name": ["Yards"]})
    assert tenure_profit(table, names, start=START).set_index("row").loc["g1", "name"] == "Yards"


def test_where_all_came_at_once_no_tenure_is_long():
    table = people([10.0 + n / 40 for n in range(80)], [float(n) for n in range(80)])
    assert spread(table) == pytest.approx(0.9875)
    found = tenure_profit(table, start=START)
    assert found.loc[found["kind"] != "published", "correlation"].isna().all()


@pytest.mark.parametrize(
    ("tenure", "profit"),
    [
        ([float(n) for n in range(29)], [float(n) for n in range(29)]),  # too few
        ([float(n) for n in range(60)], [5.0] * 60),  # one profit
        ([float(n) for n in range(60)], [np.nan] * 60),  # none known
        ([], []),
    ],
)
def test_without_enough_that_differs_nothing_is_said(tenure, profit):
    found = tenure_profit(people(tenure, profit), start=START)
    assert found.loc[found["kind"] != "published", "correlation"].isna().all()


def test_a_perfect_line_is_one():
    assert correlation(range(30), range(30)) == (1.0, 1.0, 1.0)


def test_lists_of_two_lengths_are_refused():
    with pytest.raises(StepInputError, match="two lists of one length"):
        correlation([1.0, 2.0], [1.0])
