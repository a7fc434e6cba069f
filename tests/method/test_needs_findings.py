"""What step 06 says of drivers: the sentence follows the table, whatever it holds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.driver_importance import driver_importance
from helpers.method.driver_map import driver_map
from helpers.method.driver_performance import driver_performance
from helpers.method.needs_closing import needs_assumptions, needs_cannot_say, needs_checks
from helpers.method.needs_findings import needs_findings
from helpers.method.survey_answers import survey_answers
from helpers.method.top_needs import top_needs
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say

PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}
NAMES = {"g1": "Yards", "g2": "Clubs"}
GROUPS = pd.DataFrame({"customer_id": [f"c{n}" for n in range(200)], "group_id": ["g1", "g2"] * 100})
GROUPS["group_name"] = GROUPS["group_id"].map(NAMES)


def survey(count: int = 200, lead: dict[str, float] | None = None, seed: int = 4) -> pd.DataFrame:
    """Answers in which advice decides whether people recommend us; `lead` is ours by driver, points."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame({"customer_id": [f"c{n}" for n in range(count)]})
    for driver, ahead in (lead or {"price": -1.5, "advice": 1.5}).items():
        table[f"driver_{driver}"] = draw.integers(3, 10, count).astype(float)
        table[f"competitor_{driver}"] = table[f"driver_{driver}"] - ahead + draw.normal(0, 0.5, count)
    table["recommend"] = table.get("driver_advice", pd.Series(5.0, table.index)) + draw.normal(0, 0.5, count)
    return table


def tables(asked: pd.DataFrame | None, costs: pd.DataFrame | None = None):
    answers = survey_answers(asked, GROUPS, **PERIOD)
    importance = driver_importance(answers, GROUPS, draws=100)
    placed = driver_map(driver_performance(answers, GROUPS), importance.table, costs)
    return answers, importance, placed, top_needs(placed, answers)


def sentences(*parts) -> dict[str, str]:
    found = needs_findings(*parts)
    for finding in found:
        check_finding(finding)
    return {finding.id: say(finding, audience_for("working", "EUR", NAMES)).replace("\xa0", " ") for finding in found}


def test_ahead_on_what_matters_and_behind_on_what_does_not():
    said = sentences(*tables(survey()))
    assert said["06.answer"] == (
        "Next to the best alternative they know, customers rate us higher on 1 of 2 drivers and lower on price; our "
        "lead matters most on advice, for whether customers recommend us."
    )
    assert said["06.driver_map"] == "Of 2 drivers, we win on advice; price matters less."
    assert said["06.advantage"] == (
        "We trail on price, in 2 of 2 groups surely; we lead most on advice, by 1.5 points."
    )
    assert said["06.top_needs"] == "In every group that can be told the same counts most: advice for Yards and Clubs."


def test_behind_on_what_matters_is_mended_first():
    said = sentences(*tables(survey(lead={"price": 0.5, "advice": -1.0})))
    assert said["06.answer"].endswith("to be mended first is advice, which matters for whether customers recommend us.")
    assert "advice matters and we are behind" in said["06.driver_map"]
    assert said["06.advantage"].startswith("We trail on advice, in 2 of 2 groups surely")


def test_one_point_is_one_point():
    _, _, placed, _ = parts = tables(survey(lead={"price": 1.0, "advice": 1.2}))
    placed.loc[placed["driver"] == "advice", "advantage"] = 1.04
    placed.loc[placed["driver"] == "price", "advantage"] = 0.4
    assert sentences(*parts)["06.advantage"].endswith("we lead most on advice, by 1 point.")


def test_behind_on_nothing():
    said = sentences(*tables(survey(lead={"price": 1.0, "advice": 1.2})))
    assert "and lower on none for sure" in said["06.answer"]
    assert said["06.advantage"] == (
        "On no driver is the alternative ahead of us beyond chance; we lead most on advice, by 1.2 points."
    )


def test_what_takes_more_than_it_counts():
    costs = pd.DataFrame({"group_id": "all", "driver": ["price", "advice"], "part_of_cost": [0.7, 0.3]})
    said = sentences(*tables(survey(), costs.assign(cost_to_serve=100 * costs["part_of_cost"])))
    assert said["06.cost_and_need"] == (
        "Of the traced cost that serves a driver, price takes 70 % with under 0.1 % of the importance, advice 30 % "
        "with over 99.9 %."
    )
    words = "We win on advice for Yards and Clubs, and it takes no larger part of the cost to serve than it counts."
    by_group = pd.concat([costs.assign(group_id=group) for group in ("all", "g1", "g2")])
    assert sentences(*tables(survey(), by_group.assign(cost_to_serve=1.0)))["06.win"] == words


def test_a_driver_that_no_activity_serves_is_not_called_cheap():
    costs = pd.DataFrame({"group_id": "all", "driver": ["price", "advice"], "part_of_cost": [0.0, 1.0]})
    assert "06.cost_and_need" not in sentences(*tables(survey(), costs.assign(cost_to_serve=[0.0, 90.0])))


def test_winning_that_costs_more_than_it_counts_is_called_dear():
    answers, importance, placed, needs = tables(survey())
    won = (placed["driver"] == "advice") & (placed["group_id"] != "all")
    dear = placed.assign(part_of_cost=1.0, win=placed["win"].mask(won, "win_costly"), importance=0.6)
    said = sentences(answers, importance, dear, needs)["06.win"]
    assert said.startswith("We win on what matters in 2 places, and in 0 it pays; the dearest is advice for ")


def test_unique_is_said_only_among_several_alternatives():
    asked = survey()
    assert "06.unique" not in sentences(*tables(asked.assign(competitor="Northgate")))
    said = sentences(*tables(asked.assign(competitor=["Northgate", "Northgate", "Baltic", "Baltic"] * 50)))
    assert said["06.unique"] == "On advice we are better than each of the 2 alternatives that enough customers rated."


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "What customers value cannot be said: no answer of theirs to a survey was delivered."),
        (
            pd.DataFrame({"customer_id": ["c1"], "recommend": [9.0]}),
            "What customers value cannot be said: those who answered rated nothing in particular.",
        ),
    ],
)
def test_without_ratings_the_answer_says_why_and_nothing_else_is_said(asked, words):
    parts = tables(asked)
    assert sentences(*parts) == {"06.answer": words}
    assert needs_cannot_say(parts[2]) == [] and needs_assumptions(parts[2]) == []
    assert needs_checks(parts[0], parts[2]) == []


def test_ten_responses_that_name_no_competitor():
    asked = survey(10).drop(columns=["competitor_price", "competitor_advice"])
    parts = tables(asked)
    said = sentences(*parts)
    assert said["06.answer"] == (
        "How we do against the best alternative cannot be said, since nobody rated another supplier; which "
        "drivers matter cannot be told from the answers."
    )
    assert set(said) == {"06.answer", "06.attainment"}
    gaps = needs_cannot_say(parts[2])
    assert gaps[0].question == "Are we better than the best alternative on what customers value?"
    assert [gap.question for gap in gaps[1:]] == ["Does it pay to be better on a driver?"]


def test_one_driver_alone_is_no_list_of_drivers():
    parts = tables(survey(lead={"advice": 1.5}))
    assert sentences(*parts)["06.answer"].startswith(
        "Next to the best alternative they know, customers rate us higher on advice, all they compared; "
    )


def test_a_driver_that_nobody_rated_elsewhere_leaves_the_others_to_be_checked():
    asked = survey().drop(columns="competitor_price")
    parts = tables(asked)
    checks = needs_checks(parts[0], parts[2])
    assert [(check.id, check.verdict) for check in checks][1] == ("06.advantage", "pass")
    said = sentences(*parts)
    assert "all they compared" in said["06.answer"]
    assert said["06.driver_map"] == (
        "Only one driver has both an importance and a comparison, advice: we win on advice."
    )
    questions = [gap.question for gap in needs_cannot_say(parts[2])]
    assert questions[0] == "Are we better than the best alternative on Price?"
    assert not [one for one in questions if one.startswith("How do we compare")], "both groups compared us on advice"


def test_groups_with_few_answers_are_named():
    asked = survey(24)
    asked.loc[asked.index % 2 == 1, ["competitor_price", "competitor_advice"]] = np.nan
    answers, _, placed, _ = tables(asked)
    questions = [gap.question for gap in needs_cannot_say(placed)]
    assert questions[0] == "How do we compare with the alternative for Clubs?"


def test_checks_find_what_does_not_agree():
    answers, _, placed, _ = tables(survey())
    assert [check.verdict for check in needs_checks(answers, placed)] == ["pass"] * 3
    whole = placed["group_id"] == "all"
    wrong = placed.assign(rated=placed["rated"] + whole, advantage=placed["advantage"] + 0.01, importance=np.nan)
    assert [check.verdict for check in needs_checks(answers, wrong)] == ["fail"] * 3
    costs = pd.DataFrame({"group_id": ["all", "g1", "g2"], "driver": "price", "cost_to_serve": [9.0, 4.0, 5.0]})
    assert needs_checks(answers, placed, costs)[-1].verdict == "pass"
    assert needs_checks(answers, placed, costs.head(2))[-1].verdict == "fail"


def test_nothing_stands_out_where_importance_is_not_known():
    answers, importance, placed, needs = tables(survey())
    flat = placed.assign(p_important=0.5, place="undecided")
    said = sentences(answers, importance, flat, needs)
    assert said["06.answer"].endswith("no driver stands out for whether customers recommend us.")
    assert said["06.driver_map"].startswith("Of 2 drivers, of 2 the answers do not tell")
    silent = replace(importance, outcome="")
    assert "06.driver_map" not in sentences(answers, silent, flat, needs)
