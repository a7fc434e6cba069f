"""What step 06 says of importance: true sentences for whatever the data are, and what it leaves open."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.driver_importance import driver_importance
from helpers.method.importance_closing import importance_assumptions, importance_cannot_say, importance_checks
from helpers.method.importance_findings import importance_findings
from helpers.method.response_bias import response_bias
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.survey_builders import answers_of, halves, made_survey
from tests.method.test_driver_importance import LIMITS, THREE

READER = audience_for("working", "EUR", {"g1": "Yards", "g2": "Owners"})


def told(survey, groups=None, customers=None, share=None, **stated) -> dict[str, str]:
    """Each finding as people read it, by id."""
    answers = answers_of(survey, groups, **stated)
    importance = driver_importance(answers, groups, share=share, draws=60)
    bias = pd.DataFrame() if customers is None else response_bias(answers, customers, groups)
    found = importance_findings(importance, answers, bias)
    for finding in found:
        check_finding(finding)
    return {finding.id: say(finding, READER) for finding in found}


def gaps(survey, groups=None, **stated) -> list[str]:
    answers = answers_of(survey, groups, **stated)
    found = importance_cannot_say(driver_importance(answers, groups, draws=60), answers)
    return [f"{gap.question} {gap.because} {gap.unlocked_by}" for gap in found]


def test_what_surely_matters_is_named_for_all_and_by_group():
    survey = made_survey({"on_time": 1.0, "IT_support": 0.1, "price": 0.0}, 120)
    found = told(survey, halves(survey, 60))
    assert found["06.importance"].endswith("of that on time has 95\N{NO-BREAK SPACE}%, surely more than an equal part.")
    said = "Group by group, what has more than an equal part: on time surely for Yards; on time surely for Owners."
    assert found["06.importance_by_group"] == said
    assert "06.stated" not in found and "06.flat" not in found and "06.suppressor" not in found


def test_where_nothing_stands_out_it_says_so():
    survey = made_survey({"a": 0.5, "b": 0.5, "c": 0.5, "IT": 0.5}, 90, halo=0.7, noise=2.0, seed=6)
    found = told(survey, halves(survey, 45))
    said = "no driver stands out as having more than an equal part of it (25\N{NO-BREAK SPACE}%)"
    assert said in found["06.importance"]
    assert found["06.importance_by_group"].endswith("no driver stands out for Owners.")


def test_groups_with_and_without_a_driver_that_stands_out_share_a_sentence():
    first = made_survey({"a": 0.5, "b": 0.5, "c": 0.5, "IT": 0.5}, 90, halo=0.7, noise=2.0, seed=6)
    other = made_survey({"a": 0.0, "b": 0.0, "c": 0.0, "IT": 1.0}, 90, seed=2)
    survey = pd.concat([first, other.assign(customer_id=other["customer_id"] + "x")], ignore_index=True)
    found = told(survey, halves(survey, 90))["06.importance_by_group"]
    assert found.endswith("equal part: IT surely for Owners; no driver stands out for Yards.")
    # a group that has too few of its own is not spoken of
    assert "Yards" not in told(survey.iloc[70:], halves(survey.iloc[70:], 20))["06.importance_by_group"]


def test_two_that_surely_matter_are_told_together():
    found = told(made_survey({"a": 0.9, "b": 0.9, "c": 0.0, "d": 0.0}, 300, halo=0.0))
    assert "of that a and b have" in found["06.importance"] or "of that b and a have" in found["06.importance"]
    assert found["06.importance"].endswith("each surely more than an equal part.")


@pytest.mark.parametrize(
    ("price", "speed", "words"),
    [
        (9.0, 5.0, "customers put price first; in what moves them it is number 3 of 3, and speed comes first."),
        (5.0, 9.0, "customers put speed first, and it comes first in what moves them too."),
        (7.0, 7.0, "customers put speed and price first; among what moves them speed comes first."),
    ],
)
def test_what_people_say_against_what_moves_them(price, speed, words):
    survey = made_survey(THREE, 150).assign(importance_price=price, importance_speed=speed, importance_advice=1.0)
    assert told(survey)["06.stated"].endswith(words)


def test_what_is_said_first_and_moves_them_too_is_not_played_down():
    survey = made_survey({"speed": 0.8, "advice": 0.7, "price": 0.0, "range": 0.0}, 300, halo=0.0)
    survey = survey.assign(importance_advice=9.0, importance_speed=1.0)
    moved = "customers put advice first, and it is among what moves them most; speed comes first there."
    assert told(survey)["06.stated"].endswith(moved)


def test_a_wrong_sign_and_ratings_that_go_together_are_said():
    found = told(made_survey({"speed": 0.8, "calls": -1.0, "price": 0.2}, 300))
    assert "a better one for calls goes with a worse opinion of us" in found["06.suppressor"]
    rng = np.random.default_rng(3)
    flat = made_survey(THREE, 200, halo=0.8)
    assert "drawn towards equal parts." in told(flat)["06.flat"]
    for name in THREE:
        flat[f"competitor_{name}"] = 7 + rng.standard_normal(200)
    assert "held against the competitor's ratings" in told(flat)["06.flat"]


@pytest.mark.parametrize(
    ("known", "follows", "words"),
    [
        (20, 1.0, "cannot be said: of 20 customers both are known."),
        (120, 0.0, "not shown to be drivers of our share"),
        (120, 1.0, "there speed comes first."),
    ],
)
def test_opinion_and_share_are_kept_apart(known, follows, words):
    survey = made_survey(THREE, 120)
    score = follows * survey["driver_speed"].rank(pct=True) + np.random.default_rng(7).random(120)
    share = pd.DataFrame({"customer_id": survey["customer_id"], "customer_share": score / 2}).iloc[:known]
    assert words in told(survey, share=share)["06.share_link"]


def test_who_answered_is_told_by_kind():
    customers = pd.DataFrame({"customer_id": [f"c{n}" for n in range(90)], "status": "active", "order_days": 3})
    customers["revenue"] = np.arange(90.0)
    survey = made_survey(THREE, 90).iloc[60:]
    groups = halves(customers, 45)
    found = told(survey, groups, customers)["06.response_bias"]
    assert found.startswith(
        "Of 90 active customers who could be asked 30 answered, with 56\N{NO-BREAK SPACE}% of the revenue: "
    )
    assert "Owners and large customers answer more often; Yards, small customers" in found
    every = told(made_survey(THREE, 90), groups, customers)["06.response_bias"]
    assert every.endswith("no kind of customer stands out among them.")


@pytest.mark.parametrize("case", LIMITS)
def test_at_its_limits_one_question_stays_open_and_no_number_is_told(case):
    reason, survey = LIMITS[case]
    found = told(survey)
    assert set(found) == (set() if reason in ("no_survey", "no_outcome") else {"06.no_importance"})
    open_questions = gaps(survey)
    assert len(open_questions) == 1 and "What matters most" in open_questions[0] and "survey:" in open_questions[0]
    answers = answers_of(survey)
    importance = driver_importance(answers, draws=20)
    assert importance_checks(importance) == []
    assert not any(one.id == "06.lent" for one in importance_assumptions(importance, answers))


def test_what_else_stays_open_is_named():
    survey = made_survey({**THREE, "parking": 0.1}, 80).assign(driver_roof=np.nan)
    survey.loc[10:, "driver_parking"] = np.nan
    found = gaps(survey, halves(survey, 20))
    assert "Left out: Parking (too few ratings) and roof (no rating of ours)." in found[0]
    assert found[1].startswith("What moves Yards in particular?")
    assert "how important a driver is" in found[2] and "how much they buy from us" in found[3]


def test_assumptions_name_the_scale_that_nobody_stated():
    survey = made_survey(THREE, 80)
    answers = answers_of(survey, None, driver=(0.0, 20.0))
    found = {one.id: one.value for one in importance_assumptions(driver_importance(answers, draws=20), answers)}
    assert found["06.lent"] == 50 and "06.silent" not in found  # nobody was weighted
    two = pd.Series([1.0, 3.0] * 40)  # (40 + 120)^2 / (40 + 360) = 64
    unequal = replace(answers, table=answers.table.assign(weight=two))
    told_ = {one.id: one.value for one in importance_assumptions(driver_importance(unequal, draws=20), unequal)}
    assert told_["06.silent"] == 64
    assert found["06.scale"].endswith("for recommend")


def test_checks_find_what_does_not_hold_together():
    answers = answers_of(made_survey(THREE, 80))
    found = driver_importance(answers, draws=20)
    assert [check.verdict for check in importance_checks(found)] == ["pass"] * 3
    for column, change, place in (("importance", 0.2, 0), ("importance_low", 0.9, 1), ("r2", 0.1, 2)):
        broken = found.table.copy()
        broken.loc[0, column] = (broken.loc[0, column] + change) if column != "importance_low" else 0.999
        verdicts = [one.verdict for one in importance_checks(type(found)(**{**vars(found), "table": broken}))]
        assert verdicts[place] == "fail"
