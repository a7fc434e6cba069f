"""A right to win by hand: one important driver on which we are ahead, or two advantages with a proof."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.method.driver_importance import driver_importance
from helpers.method.driver_performance import driver_performance
from helpers.method.right_to_win import driver_chances, p_ahead, right_to_win
from helpers.method.survey_answers import survey_answers

GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "lapsing"], "group_name": ["Yards", "Lapsing"]})
DRIVERS = ["on_time", "advice", "price"]
KEY = {"group": "Yards", "proof": "in 9 of 12 yards"}


def weights(*important: float, group: str = "g1") -> pd.DataFrame:
    table = pd.DataFrame({"group_id": group, "driver": DRIVERS[: len(important)], "importance": 0.3})
    return table.assign(label=table["driver"].str.capitalize(), p_important=important)


def rated(*ahead: float | None, group: str = "g1", half: float = 0.5, compared: int = 20) -> pd.DataFrame:
    """Advantages within so many points, in the order of the drivers."""
    middle = pd.Series(ahead, dtype=float)
    table = pd.DataFrame({"group_id": group, "driver": DRIVERS[: len(ahead)], "compared": compared})
    table["label"] = table["driver"].str.capitalize()
    return table.assign(advantage=middle, advantage_low=middle - half, advantage_high=middle + half)


def said(importance, performance, judged=None, groups=GROUPS) -> pd.Series:
    found = right_to_win(driver_chances(importance, performance, groups), performance, groups, judged)
    assert found["group_id"].tolist() == ["g1"]  # who stands beside is no group
    return found.iloc[0]


def test_the_chance_of_being_ahead_by_hand():
    """19 degrees of freedom: half an interval of .5 is an error of .5 / 1.7291; a lead of .2 is .6916 errors."""
    assert p_ahead(rated(0.2)).tolist() == pytest.approx([stats.t.cdf(0.2 * 1.729133 / 0.5, 19)], abs=1e-6)
    assert p_ahead(rated(0.0)).tolist() == [0.5]
    assert p_ahead(rated(0.5)).tolist() == pytest.approx([0.95])  # the interval ends at zero


def test_where_all_say_the_same_there_is_no_chance_to_speak_of():
    assert p_ahead(rated(-1.0, 0.0, 1.0, half=0.0)).tolist() == [0.0, 0.0, 1.0]
    assert p_ahead(rated(None)).isna().all()


def test_one_driver_has_to_be_both():
    """Important and behind, ahead and unimportant, and both by half: .5 x .9 is the largest."""
    row = said(weights(1.0, 0.0, 0.9), rated(-9.0, 9.0, 0.0))
    assert row[["driver", "label", "measured_chance"]].tolist() == ["price", "Price", 0.45]
    assert row[["p_important", "p_ahead", "status", "basis", "why_not"]].tolist() == [
        0.9,
        0.5,
        "undecided",
        "measured",
        "",
    ]
    assert said(weights(1.0, 0.0), rated(-9.0, 9.0))[["chance", "status"]].tolist() == [0.0, "fail"]
    assert said(weights(0.8), rated(9.0))["status"] == "pass"
    assert said(weights(0.2), rated(9.0))["status"] == "fail"


def test_the_product_is_what_draws_of_both_give():
    rng = np.random.default_rng(3)
    table = rated(0.3)
    error = 0.5 / stats.t.ppf(0.95, 19)
    drawn = (rng.random(200_000) < 0.7) & (0.3 + error * rng.standard_t(19, 200_000) > 0)
    assert driver_chances(weights(0.7), table, GROUPS)["chance"].tolist() == pytest.approx([drawn.mean()], abs=0.004)


def test_equal_drivers_are_best_together_and_the_first_is_named():
    chances = driver_chances(weights(0.9, 0.9), rated(9.0, 9.0), GROUPS)
    assert chances["best"].tolist() == [True, True]
    assert said(weights(0.9, 0.9), rated(9.0, 9.0))["driver"] == "on_time"


@pytest.mark.parametrize(
    ("importance", "performance", "why"),
    [
        (None, None, "no_survey"),
        (weights(0.9).iloc[:0], rated(9.0).iloc[:0], "no_survey"),
        (weights(0.9), rated(None), "not_compared"),
        (weights(0.9, group="g2"), rated(9.0), "not_compared"),
        (weights(0.9), rated(9.0, group="g2"), "not_compared"),
    ],
)
def test_what_was_not_asked_is_not_tested(importance, performance, why):
    row = said(importance, performance)
    assert row[["status", "why_not"]].tolist() == ["not_tested", why]
    assert np.isnan(row["chance"]) and pd.isna(row["basis"]) and pd.isna(row["driver"])


@pytest.mark.parametrize(
    ("judged", "count", "chance"),
    [
        ({"key": KEY}, 1, None),
        ({"key": KEY, "crane": KEY | {"group": "g1"}}, 2, 0.8),
        ({"key": KEY, "crane": KEY | {"proof": " "}}, 1, None),  # an opinion
        ({"key": KEY, "crane": KEY | {"group": "Yachts"}}, 1, None),
        ({"key": KEY, "crane": {"proof": "of no group"}}, 1, None),
        ({"key": KEY | {"driver": "speed"}, "crane": KEY | {"driver": "Speed "}}, 1, None),  # the same twice
        ({"key": KEY, "crane": KEY, "dock": KEY}, 3, 0.8),
    ],
)
def test_two_judged_advantages_with_a_proof_are_just_enough(judged, count, chance):
    row = said(None, None, judged)
    assert row["judged_advantages"] == count
    assert row["status"] == ("pass" if chance else "not_tested")
    assert np.isnan(row["chance"]) if chance is None else row[["chance", "basis"]].tolist() == [chance, "judged"]


def test_judged_advantages_never_lower_what_was_measured():
    judged = {"key": KEY, "crane": KEY}
    assert said(weights(0.9), rated(9.0), judged)[["chance", "basis"]].tolist() == [0.9, "measured"]
    assert said(weights(0.9), rated(0.0), judged)[["chance", "basis", "measured_chance"]].tolist() == [
        0.8,
        "judged",
        0.45,
    ]


def test_a_judged_advantage_that_customers_deny_does_not_count():
    judged = {"fast": KEY | {"driver": "On_time"}, "key": KEY, "crane": KEY}
    row = said(weights(0.9, 0.9), rated(-9.0, 0.0), judged)
    assert row[["judged_advantages", "contradicted", "chance"]].tolist() == [2, "fast", 0.8]
    judged.pop("crane")
    assert said(weights(0.9, 0.9), rated(-9.0, 0.0), judged)[["judged_advantages", "status"]].tolist() == [
        1,
        "undecided",
    ]


def test_groups_stand_in_their_order_whatever_the_rows():
    groups = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g10", "g2"], "group_name": ["Shops", "Yards"]})
    importance = pd.concat([weights(0.9, 0.5, group="g10"), weights(0.1, 0.5, group="g2")])
    performance = pd.concat([rated(9.0, 9.0, group="g10"), rated(9.0, 0.0, group="g2")])
    table = driver_chances(importance, performance, groups)
    found = right_to_win(table, performance, groups)
    assert found[["group_id", "chance"]].values.tolist() == [["g2", 0.25], ["g10", 0.9]]
    mixed = right_to_win(driver_chances(importance.iloc[::-1], performance, groups), performance, groups.iloc[::-1])
    pd.testing.assert_frame_equal(found, mixed)
    assert right_to_win(driver_chances(importance, performance, None), performance, None).empty


def test_it_reads_what_step_06_makes():
    rng = np.random.default_rng(5)
    fast, cheap = rng.integers(1, 11, 120), rng.integers(1, 11, 120)
    ids = [f"c{number}" for number in range(120)]
    survey = pd.DataFrame({"customer_id": ids, "recommend": fast, "driver_fast": fast, "driver_cheap": cheap})
    survey = survey.assign(competitor_fast=np.maximum(fast - 2, 0), competitor_cheap=10)
    groups = pd.DataFrame({"customer_id": ids, "group_id": "g1", "group_name": "Yards"})
    answers = survey_answers(survey, groups, start="2026-01-01", end="2027-01-01")
    performance = driver_performance(answers, groups)
    row = said(driver_importance(answers, groups, draws=50).table, performance, groups=groups)
    assert row[["driver", "status", "compared"]].tolist() == ["fast", "pass", 120]
