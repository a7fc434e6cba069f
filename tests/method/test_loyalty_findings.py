"""What step 06 says of loyalty, leavers, plateaus, failing groups and secrets: words, numbers, and silence."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.customer_secrets import customer_secrets
from helpers.method.diagnosis_findings import diagnosis_findings
from helpers.method.failing_groups import failing_groups
from helpers.method.loyalty import customer_loyalty, loyalty_profit
from helpers.method.loyalty_closing import loyalty_assumptions, loyalty_cannot_say, loyalty_checks
from helpers.method.loyalty_findings import loyalty_findings
from helpers.method.plateau import driver_plateau
from helpers.method.satisfied_leavers import leaving_by_satisfaction, satisfied_leavers
from helpers.method.secret_candidates import secret_candidates
from helpers.method.survey_answers import survey_answers
from helpers.method.survey_leaks import survey_leaks
from helpers.method.tenure_profit import tenure_profit
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.days_builders import days

PERIOD = {"start": "2026-01-01", "as_of": "2027-01-01"}
WORKING = audience_for("working", "EUR", {"g1": "Yards", "g2": "Owners"})
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["Yards", "Owners"]})
NO_ADVANTAGE = pd.DataFrame(columns=["group_id", "driver", "label", "importance", "advantage", "advantage_high"])


def said(findings: list) -> dict[str, str]:
    for finding in findings:
        check_finding(finding)
    return {finding.id: say(finding, WORKING).replace("\N{NO-BREAK SPACE}", " ") for finding in findings}


def everything(survey=None, summary=None, lines=None, value=None, groups=None, register=None) -> dict:
    """All tables of a client, by the names under which the functions take them."""
    lines = days() if lines is None else lines
    if summary is None:
        summary = pd.DataFrame({"customer_id": [], "first_date": pd.to_datetime([]), "order_days": []})
    answers = survey_answers(survey, groups, start="2026-01-01", end="2027-01-01")
    people = customer_loyalty(summary, lines, value, groups, answers, **PERIOD)
    left = satisfied_leavers(answers, lines, **PERIOD)
    fails = failing_groups(NO_ADVANTAGE, NO_ADVANTAGE, value, None, None, lines, groups, **PERIOD)
    return {
        "customer_loyalty": people,
        "loyalty_profit": loyalty_profit(people, groups),
        "tenure_profit": tenure_profit(people, groups, start="2026-01-01"),
        "satisfied_leavers": left,
        "leaving_by_satisfaction": leaving_by_satisfaction(left, groups),
        "survey_leaks": survey_leaks(answers, left),
        "driver_plateau": driver_plateau(answers, lines, as_of="2027-01-01"),
        "failing_groups": fails,
        "customer_secrets": customer_secrets(register, groups, as_of="2027-01-01"),
        "secret_candidates": secret_candidates(answers),
        "customer_summary": summary,
    }


def of(tables: dict, *names: str) -> list[pd.DataFrame]:
    return [tables[name] for name in names]


LOYALTY = ("customer_loyalty", "loyalty_profit", "tenure_profit", "leaving_by_satisfaction")
DIAGNOSIS = ("survey_leaks", "driver_plateau", "failing_groups", "customer_secrets", "secret_candidates")
OPEN = (
    "customer_loyalty",
    "satisfied_leavers",
    "survey_leaks",
    "driver_plateau",
    "failing_groups",
    "secret_candidates",
)
CHECKED = ("customer_loyalty", "loyalty_profit", "leaving_by_satisfaction", "customer_secrets", "customer_summary")


def test_a_client_with_nothing_gets_silence_and_reasons():
    tables = everything()
    assert loyalty_findings(*of(tables, *LOYALTY)) == []
    assert diagnosis_findings(*of(tables, *DIAGNOSIS)) == []
    questions = [gap.question for gap in loyalty_cannot_say(*of(tables, *OPEN))]
    assert questions == [
        "Do loyal customers earn us more than others?",
        "Do satisfied customers stay?",
        "Where do we do more and more without being rated any better?",
        "Which groups fail to earn us anything, and why?",
        "What do customers tell us of their own work?",
    ]
    assert [check.verdict for check in loyalty_checks(*of(tables, *CHECKED))] == ["pass"]
    rests_on = loyalty_assumptions(*of(tables, "customer_loyalty", "satisfied_leavers", "failing_groups"))
    assert [one.id for one in rests_on] == ["06.stale"]


@pytest.mark.parametrize(
    ("says", "deeds", "words"),
    [
        (200, (0.9, 0.5), "Words and deeds go together"),
        (200, (0.5, 0.9), "Words are not deeds"),
        (2000, (0.5, 0.5), "Words are not deeds"),  # the whole range lies within ten points
        (20, (0.5, 0.5), "Whether words and deeds go together cannot be told"),  # 0 give or take 26 points
    ],
)
def test_a_range_that_crosses_zero_is_no_verdict(says, deeds, words):
    people = pd.DataFrame({"says_loyal": [True] * says + [False] * says})
    people["loyal"] = [n < part * says for part in deeds for n in range(says)]
    empty = everything()
    found = loyalty_findings(people, *of(empty, *LOYALTY[1:]))
    assert [one.id for one in found] == ["06.said_loyal"] and found[0].text.startswith(f"{words}: of ")


@pytest.fixture(scope="module")
def half_loyal() -> dict:
    """Forty customers: 20 old, in their rhythm, at a loss for 5; 20 new ones with a profit. The old ones say 10."""
    old, new = [f"o{n}" for n in range(20)], [f"n{n}" for n in range(20)]
    rows = [(name, day, 10.0) for name in old for day in ("2026-10-02", "2026-11-01", "2026-12-01")]
    rows += [(name, "2026-11-15", 10.0) for name in new]
    first = [pd.Timestamp(2022, 1 + n % 12, 1) for n in range(20)] + [pd.Timestamp("2026-11-15")] * 20
    summary = pd.DataFrame({"customer_id": old + new, "first_date": first, "order_days": [3] * 20 + [1] * 20})
    profit = [-5.0] * 5 + [4.0 + n for n in range(15)] + [50.0 + n for n in range(20)]
    groups = pd.DataFrame({"customer_id": old + new, "group_id": ["g1"] * 20 + ["g2"] * 20})
    groups["group_name"] = groups["group_id"].map({"g1": "Yards", "g2": "Owners"})
    value = pd.DataFrame({"customer_id": old + new, "group_id": groups["group_id"], "yearly_profit": profit})
    value = value.assign(revenue=10.0, customer_profit=[-9.0] * 20 + [1.0] * 20)
    survey = pd.DataFrame({"customer_id": old + new, "recommend": [10] * 20 + [3] * 20, "satisfaction": [9, 10] * 20})
    survey = survey.assign(date=pd.Timestamp("2026-11-20"))
    register = {
        "a": {"group": "g1", "what": "x", "offer": "y", "confirmed_by": "z"},
        "b": {"group": "Mills", "what": "x"},
    }
    return everything(survey, summary, days(*rows), value, groups, register)


def test_sentences_and_their_numbers(half_loyal):
    words = said(loyalty_findings(*of(half_loyal, *LOYALTY)) + diagnosis_findings(*of(half_loyal, *DIAGNOSIS)))
    assert words["06.loyalty_profit"] == (
        "Loyalty is not profit: 0 % of 20 loyal customers bring more than the middle customer, of the others 100 %; "
        "5 of the loyal cost us money."
    )
    assert "published studies found 0.2 to 0.45" in words["06.tenure_profit"]
    assert words["06.said_loyal"] == (
        "Words and deeds go together: of 20 customers who would gladly recommend us 100 % are loyal by what they do, "
        "of 20 others who answered 0 %."
    )
    assert words["06.leaving_by_satisfaction"].startswith(
        "0 of 20 satisfied customers have left since, 0 % (0.0 to 11.9 %)"
    )
    assert words["06.failing_groups"] == "Groups that earn us too little, or less and less: 1 of 2 (Yards: cannot say)."
    assert words["06.failing.g1"].endswith("what counts for them is not known, so why cannot be said.")
    assert words["06.customer_secrets"] == (
        "Of 2 customer secrets in the register 1 still stand (1 confirmed, 1 with an offer); 1 must be confirmed or "
        "dropped."
    )
    checks = {check.id: check.verdict for check in loyalty_checks(*of(half_loyal, *CHECKED))}
    assert checks == {
        "06.loyalty_people": "pass",
        "06.loyalty_types": "pass",
        "06.leavers": "pass",
        "06.secret_groups": "flag",  # the Mills are no group
    }
    questions = [gap.question for gap in loyalty_cannot_say(*of(half_loyal, *OPEN))]
    assert "Why do some groups fail to earn us anything?" in questions
    assert "Does an item of the survey only repeat who left?" in questions  # nobody left


def test_checks_fail_where_customers_or_leavers_are_lost(half_loyal):
    short = half_loyal | {"customer_loyalty": half_loyal["customer_loyalty"].iloc[1:]}
    short["loyalty_profit"] = half_loyal["loyalty_profit"].assign(
        customers=lambda rows: rows["customers"] + (rows.index == 4)
    )
    short["leaving_by_satisfaction"] = half_loyal["leaving_by_satisfaction"].assign(left=[1] + [0] * 5)
    checks = {check.id: check.verdict for check in loyalty_checks(*of(short, *CHECKED))}
    assert [checks[f"06.{name}"] for name in ("loyalty_people", "loyalty_types", "leavers")] == ["fail"] * 3


def test_tenures_that_hardly_differ_are_said():
    names = [f"c{n}" for n in range(40)]
    summary = pd.DataFrame({"customer_id": names, "first_date": pd.Timestamp("2026-02-01"), "order_days": 1})
    value = pd.DataFrame({"customer_id": names, "yearly_profit": [float(n) for n in range(40)]})
    tables = everything(None, summary, days(*[(name, "2026-02-01", 1.0) for name in names]), value)
    questions = [gap.question for gap in loyalty_cannot_say(*of(tables, *OPEN))]
    assert questions[0] == "Does profit grow with the time a customer stays?"
    assert loyalty_findings(*of(tables, *LOYALTY)) == []  # nobody is loyal, so there is nobody to compare


GROUP_ROW = {
    "group_id": "g1",
    "group_name": "Yards",
    "customers": 40,
    "customer_profit": -1500.0,
    "contract_fees": 300.0,
    "fails": True,
    "fails_by": "costs more than it brings",
    "advantage": 0.72,
    "lost_drivers": None,
    "top_driver": "Price",
    "discounted_part": 0.3,
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"diagnosis": "wrong_customers"}, "they rate us 0.72 points above the best alternative and cost us EUR 1,200"),
        (
            {"diagnosis": "weak_offer", "lost_drivers": "On time, Advice"},
            "on on time and advice, among what matters most",
        ),
        ({"diagnosis": "price_driven", "discounted_part": 0.8}, "they buy on price; 80 % of the revenue"),
        ({"diagnosis": "price_driven"}, "they buy on price; price matters most to them"),
        ({"diagnosis": "price_driven", "discounted_part": np.nan}, "they buy on price; price matters most to them"),
        ({"diagnosis": "none_fits"}, "look at the work they cause"),
        ({"diagnosis": "cannot_say"}, "so why cannot be said"),
    ],
)
def test_each_diagnosis_in_words(changed, words):
    rows = pd.DataFrame([GROUP_ROW | {"diagnosis_name": "x"} | changed]).astype({"fails": "boolean"})
    nothing = everything()
    tables = of(nothing, *DIAGNOSIS)
    found = said(diagnosis_findings(tables[0], tables[1], rows, tables[3], tables[4]))
    assert found["06.failing.g1"].startswith("Yards (costs more than it brings): ") and words in found["06.failing.g1"]


def test_no_group_fails():
    rows = pd.DataFrame([GROUP_ROW | {"fails": False, "diagnosis": None, "diagnosis_name": None}])
    tables = of(everything(), *DIAGNOSIS)
    found = said(diagnosis_findings(tables[0], tables[1], rows.astype({"fails": "boolean"}), tables[3], tables[4]))
    assert found == {"06.failing_groups": "No group fails to earn us something (1 looked at)."}


def test_a_leak_and_a_plateau_in_words():
    leaks = pd.DataFrame(
        {"item": ["driver__renewed"], "driver": "renewed", "label": "Renewed", "customers": 60, "left": 12, "auc": 0.99}
    ).assign(refused=True)
    flat = pd.DataFrame(
        {
            "label": ["On time", "Advice"],
            "state": ["plateau", "unknown"],
            "waves": [7, 2],
            "effort_slope": [0.4, np.nan],
            "score_slope_low": [-0.2, np.nan],
            "score_slope_high": [0.1, np.nan],
        }
    )
    tables = of(everything(), *DIAGNOSIS)
    found = said(diagnosis_findings(leaks, flat, *tables[2:]))
    assert found["06.survey_leaks"].startswith("Renewed: tells 99 % of the pairs")
    assert found["06.driver_plateau"] == (
        "A plateau: on On time our work grows and the rating does not. On time takes 40 % more work a year, and its "
        "rating moves by \N{MINUS SIGN}0.2 to 0.1 points a year, over 7 waves."
    )
    steady = flat.assign(state="steady")
    found = said(diagnosis_findings(leaks.assign(refused=False), steady, *tables[2:]))
    assert list(found) == ["06.driver_plateau"] and found["06.driver_plateau"].startswith("On none of 2 drivers")
