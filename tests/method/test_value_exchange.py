"""Both sides of the exchange against tables worked out by hand: hurdle, weights, gains, positions, balance."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.exchange_sides import (
    Hurdle,
    comparing_answers,
    discounted_months,
    driver_weights,
    gains_of_responses,
    hurdle_in_force,
    way_in_force,
    ways_to_weigh,
    worth_of_customers,
)
from helpers.method.survey_answers import survey_answers
from helpers.method.value_exchange import PLACES, respondents_of, value_exchange
from tests.method.exchange_builders import YEAR, answered, grouped, important, people, two_sides, valued

NAMES = {"all": "All", "g1": "Yards", "g2": "Owners"}
AHEAD = {"window_months": 24, "months": 36, "annual_discount": 0.10}


def ladder(amount):
    return pd.DataFrame({"group_id": ["all", "g1"], "rung": ["untraced_cost", "revenue"], "amount": [amount, 9e9]})


# ---- the hurdle ----------------------------------------------------------------------------------------------------


def test_a_decided_hurdle_goes_before_untraced_cost():
    decided = pd.DataFrame({"assumption": ["window", "hurdle"], "value": ["24 months", "120.0"]})
    found = hurdle_in_force(decided, ladder(-2400.0), customers=10, **AHEAD)
    assert (found.amount, found.source) == (120.0, "decided")
    assert found.a_year == pytest.approx(120 / discounted_months(36, 0.10) * 12)


def test_untraced_cost_is_parted_among_customers_and_discounted():
    found = hurdle_in_force(None, ladder(-2400.0), customers=10, **AHEAD)
    by_hand = sum(2400 / 24 / 10 / 1.10 ** ((month + 0.5) / 12) for month in range(36))
    assert found == Hurdle(round(by_hand, 4), 120.0, "untraced_cost")


@pytest.mark.parametrize("table", [None, ladder(50.0), ladder(-2400.0).iloc[1:]])
def test_without_untraced_cost_there_is_no_hurdle(table):
    assert hurdle_in_force(None, table, customers=10, **AHEAD) == Hurdle(0.0, 0.0, "none")


def test_a_horizon_of_no_month_is_refused():
    with pytest.raises(StepInputError, match="months above zero, found 24 and 0"):
        hurdle_in_force(None, None, customers=1, window_months=24, months=0, annual_discount=0.1)


# ---- what we get ---------------------------------------------------------------------------------------------------


def test_worth_is_clv_and_referral_value_above_the_hurdle():
    value = valued([("c1", "g1", 9.0), ("c2", "g1", 10.0), ("c3", "g1", 10.01), ("c4", "g1", np.nan)])
    value.loc[0, "referral_value"] = 5.0
    value.loc[1, "referral_value"] = np.nan  # no referrals were delivered
    group_of = pd.Series({"c1": "g1", "c2": "g1", "c3": "g1", "c4": "g1", "c5": "dormant"})
    found = worth_of_customers(group_of, value, 10.0)
    assert found["customer_id"].tolist() == ["c1", "c2", "c3", "c4"]
    assert found["expected_value"].tolist()[:3] == [14.0, 10.0, 10.01]
    assert found["worth_it"].tolist() == [True, False, True, pd.NA]


# ---- what they get -------------------------------------------------------------------------------------------------


def test_weights_of_each_way_sum_to_one():
    groups = grouped(g1=["c1", "c2"])
    answers = answered(("c1", (7, 5), (8, 4), "2026-02-01", (8, 2)), ("c2", (7, 5), (8, 4)), groups=groups)
    importance = important(all=(0.3, 0.1), g1=(0.2, 0.6))
    assert ways_to_weigh(answers, importance) == ["derived", "stated", "equal"]
    assert driver_weights(answers, importance, "derived").loc[
        ["all", "g1"]
    ].to_numpy().ravel().tolist() == pytest.approx([0.75, 0.25, 0.25, 0.75])
    stated = driver_weights(answers, importance, "stated")
    assert stated.index.tolist() == ["all"], "one answer of a group is too few to speak for it"
    assert stated.loc["all"].tolist() == pytest.approx([0.8, 0.2])
    assert driver_weights(answers, None, "equal").loc["all"].tolist() == [0.5, 0.5]


def test_importance_of_nothing_weighs_all_alike():
    answers = answered(("c1", (7, 5), (8, 4)))
    assert driver_weights(answers, important(all=(0.0, 0.0)), "derived").loc["all"].tolist() == [0.5, 0.5]


def test_a_way_that_is_not_possible_is_refused_or_falls_back():
    answers = answered(("c1", (7, 5), (8, 4)))
    assert ways_to_weigh(answers, None) == ["equal"]
    with pytest.raises(StepInputError, match='cannot be weighted by "derived" here'):
        driver_weights(answers, None, "derived")
    assert way_in_force("derived", ["equal"]) == "equal"
    assert way_in_force(None, []) is None


def test_gains_by_hand():
    groups = grouped(g1=["c1", "c2", "c3", "c4"], g2=["c5"])
    answers = answered(
        ("c1", (7, 5), (8, 4)),  # -1 x .25 + 1 x .75 = .5
        ("c2", (9, 5), (4, 8)),  # 5 x .25 - 3 x .75 = -1
        ("c3", (9, 5), (6, 6)),  # 3 x .25 - 1 x .75 = 0
        ("c4", (9, np.nan), (4, 8)),  # price alone, a quarter of what counts: not counted
        ("c5", (9, np.nan), (4, 8)),  # as all: price is three quarters, 5
        groups=groups,
    )
    found = gains_of_responses(answers, driver_weights(answers, important(all=(0.3, 0.1), g1=(0.2, 0.6)), "derived"))
    assert found.set_index("customer_id").loc["c1":"c5", "advantage"].tolist() == pytest.approx(
        [0.5, -1.0, 0.0, np.nan, 5.0], nan_ok=True
    )
    assert found["gains"].tolist() == pytest.approx([1.0, 0.0, 0.5, np.nan, 1.0], nan_ok=True)
    assert found["compared"].tolist() == pytest.approx([1, 1, 1, 0.25, 0.75])


def test_a_customer_counts_once_however_many_answer():
    answers = answered(("c1", (9, 9), (1, 1)), ("c1", (1, 1), (9, 9), "2026-05-01"), ("c2", (9, 9), (1, 1)))
    spoke = respondents_of(gains_of_responses(answers, driver_weights(answers, None, "equal")))
    assert spoke[["customer_id", "gains"]].values.tolist() == [["c1", 0.5], ["c2", 1.0]]


def test_straight_lines_do_not_count():
    drivers = ("a", "b", "c", "d", "e")
    answers = answered(("c1", (9,) * 5, (1,) * 5), ("c2", (9, 8, 9, 9, 9), (1,) * 5), drivers=drivers)
    gains = gains_of_responses(answers, driver_weights(answers, None, "equal"))
    assert gains["customer_id"].tolist() == ["c2"]


def test_a_driver_that_step_06_left_out_is_left_out_here():
    survey = pd.DataFrame({"customer_id": ["c1"], "driver_price": [3], "driver_range": [4], "driver_renewed": [1]})
    kept = comparing_answers(survey, None, important(all=(0.5, 0.5)), **YEAR)
    assert kept.names == ["price", "range"]
    assert comparing_answers(survey, None, None, **YEAR).names == ["price", "range", "renewed"]
    assert comparing_answers(None, None, None, **YEAR).names == []


# ---- both ----------------------------------------------------------------------------------------------------------


def example():
    """40 Yards of whom 36 pay and 32 of 40 gain, 40 Owners of whom 4 pay and 20 gain."""
    value = valued(people("g1", 40, 36) + people("g2", 40, 4))
    ids = value["customer_id"].tolist()
    lead, lag = ((9, 9), (5, 5)), ((5, 5), (9, 9))
    rows = [(one, *(lead if place < 32 or 40 <= place < 60 else lag)) for place, one in enumerate(ids)]
    return value, answered(*rows, groups=grouped(g1=ids[:40], g2=ids[40:]))


def test_both_sides_positions_balance_and_money_by_hand():
    value, answers = example()
    share = pd.DataFrame({"group_id": ["g1"], "customer_share": [0.4]})
    found = two_sides(value, answers, NAMES, share=share).set_index("group_id")
    assert found["to_us"].tolist() == pytest.approx([0.5, 0.9, 0.1])
    assert found["to_them"].tolist() == pytest.approx([52 / 80, 0.8, 0.5])
    assert found["balance"].tolist() == pytest.approx([-0.15, 0.1, -0.4])
    assert found["in_balance"].tolist() == [True, True, False], "fifteen points apart is still in balance"
    assert found["position"].tolist() == ["undecided", "sweet_spot", "undecided"]
    assert found["leans_to"].tolist() == ["sweet_spot", "sweet_spot", "we_over_give"], "parity itself is enough"
    assert found["clv"].tolist() == [724 + 116, 724, 116]
    assert found["part_of_clv"].tolist() == pytest.approx([1, 724 / 840, 116 / 840])
    assert found["clv_per_customer"].tolist() == pytest.approx([10.5, 18.1, 2.9])
    assert found["cost_to_serve_rate"].tolist() == pytest.approx([0.1] * 3)
    assert found["customer_share"].tolist() == pytest.approx([np.nan, 0.4, np.nan], nan_ok=True)
    assert found.loc["g1", ["to_us_low", "to_us_high"]].tolist() == pytest.approx([0.7950, 0.9543], abs=1e-4)


@pytest.mark.parametrize(("us", "them"), list(PLACES))
def test_each_corner_of_the_map(us, them):
    value = valued(people("g1", 60, 55 if us else 5))
    rating = ((9, 9), (5, 5)) if them else ((5, 5), (9, 9))
    answers = answered(
        *[(one, *rating) for one in value["customer_id"]], groups=grouped(g1=value["customer_id"].tolist())
    )
    found = two_sides(value, answers, NAMES).set_index("group_id")
    assert found.loc["g1", "position"] == found.loc["g1", "leans_to"] == PLACES[us, them]
    assert found.loc["g2", "position"] == "cannot_say", "a group without a customer is nowhere"


def test_row_order_ids_and_the_unit_of_money_change_nothing():
    value, answers = example()
    found = two_sides(value, answers, NAMES)
    other = value.sample(frac=1, random_state=3).reset_index(drop=True)
    assert two_sides(other, answers, NAMES).equals(found)
    group_of = value.set_index("customer_id")["group_id"]
    dear = value.assign(clv=value["clv"] * 100)
    worth = worth_of_customers(group_of, dear, 1000.0)
    gains = gains_of_responses(answers, driver_weights(answers, None, "equal"))
    in_cents = value_exchange(worth, gains, NAMES, money=dear)
    columns = ["to_us", "to_them", "balance", "position", "part_of_clv"]
    assert in_cents[columns].equals(found[columns])


# ---- limits --------------------------------------------------------------------------------------------------------


def test_without_a_survey_there_is_our_side_only():
    value, nobody = valued(people("g1", 40, 36)), survey_answers(None, **YEAR)
    found = two_sides(value, nobody, {"all": "All", "g1": "Yards"})
    assert found["to_us"].tolist() == [0.9, 0.9]
    assert found[["to_them", "balance"]].isna().all(axis=None)
    assert found["position"].tolist() == ["cannot_say"] * 2
    assert found["in_balance"].isna().all()


def test_without_a_margin_there_is_their_side_only():
    value, answers = example()
    found = two_sides(value.assign(clv=np.nan), answers, NAMES)
    assert found["to_them"].notna().all()
    assert found[["to_us", "balance", "clv"]].isna().all(axis=None)
    group_of = value.set_index("customer_id")["group_id"]
    assert worth_of_customers(group_of, None, 0.0)["worth_it"].isna().all()


def test_ten_respondents_are_told_and_nine_are_not():
    value = valued(people("g1", 30, 20))
    ids = value["customer_id"].tolist()
    for count, known in ((9, False), (10, True)):
        answers = answered(*[(one, (9, 9), (5, 5)) for one in ids[:count]], groups=grouped(g1=ids))
        found = two_sides(value, answers, {"all": "All", "g1": "Yards"}).set_index("group_id").loc["g1"]
        assert found["respondents"] == count
        assert pd.notna(found["to_them"]) == known


def test_nobody_at_all_and_a_balance_that_is_no_part():
    nobody = survey_answers(None, **YEAR)
    found = two_sides(valued([]).astype({"clv": float}), nobody, {"all": "All"})
    assert found["customers"].tolist() == [0]
    assert found["position"].tolist() == ["cannot_say"]
    with pytest.raises(StepInputError, match="in balance within 15; expected a part of one"):
        two_sides(valued(people("g1", 2, 1)), nobody, {"all": "All"}, within=15)
