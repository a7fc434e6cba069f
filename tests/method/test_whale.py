"""The whale curve: the published one, its refusal, and what must not move it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.method.whale import whale_curve, whale_facts

TEN = pd.Series([100.0, 60, 40, 20, 5, 0, -5, -20, -40, -60])
CENTS = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=40)


def test_ten_customers_by_hand():
    facts = whale_facts(TEN)
    assert (facts.total, facts.peak, facts.lost, facts.peak_part) == (100, 225, 125, 2.25)
    assert (facts.customers, facts.earning, facts.losing) == (10, 5, 4)
    assert (facts.peak_customers, facts.losing_part, facts.refused) == (0.5, 0.4, False)
    curve = whale_curve(TEN)
    ours = curve[curve["line"] == curve["line"].iloc[0]]
    assert ours["profit"].tolist() == [0, 100, 160, 200, 220, 225, 225, 220, 200, 160, 100]
    assert ours.loc[ours["point"], "customers"].tolist() == [5], "the fewest customers that bring the most"
    assert "225\N{NO-BREAK SPACE}%" in ours.loc[ours["point"], "point_label"].item()


@pytest.mark.parametrize("profit", [[-5.0, -1.0], [5.0, -5.0], [0.0], []])
def test_without_a_profit_a_part_of_it_means_nothing(profit):
    facts = whale_facts(pd.Series(profit, dtype=float))
    assert facts.refused
    assert np.isnan(facts.peak_part)
    assert whale_curve(pd.Series(profit, dtype=float)).empty


def test_who_is_unknown_is_left_out_and_one_customer_is_a_curve():
    assert whale_facts(pd.Series([3.0, None])).customers == 1
    assert whale_curve(pd.Series([3.0]))["part_of_profit"].tolist()[:2] == [0, 1]


@given(CENTS, st.integers(0, 5))
def test_neither_order_nor_currency_matters_and_peak_less_lost_is_the_total(cents, seed):
    profit = pd.Series(cents, dtype=float) / 100
    facts = whale_facts(profit)
    mixed = profit.iloc[np.random.default_rng(seed).permutation(len(profit))]
    assert repr(whale_facts(mixed)) == repr(facts)
    assert facts.peak - facts.lost == pytest.approx(facts.total, abs=1e-9)
    assert facts.peak >= max(facts.total, 0)
    if not facts.refused:
        assert whale_facts(profit * 100).peak_part == pytest.approx(facts.peak_part)
        pd.testing.assert_frame_equal(whale_curve(profit), whale_curve(mixed))
