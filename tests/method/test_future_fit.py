"""Five tests side by side against tables worked out by hand: scores, stands, the workshop beside, and refusals."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.future_fit import (
    TEST_NAMES,
    future_fit,
    future_groups,
    passing_groups,
    workshop_scores,
)
from helpers.method.intent_words import TESTS

NAMES = {"g1": "Yards", "g2": "Fleets", "g10": "Clubs"}
ORDER = ["g10", "g2", "g1"]
MISSING = float("nan")


def members(names=NAMES, each=12):
    rows = [(f"c{number}_{group}", group, name) for group, name in names.items() for number in range(each)]
    return pd.DataFrame(rows, columns=["customer_id", "group_id", "group_name"])


def five_tests(chances, order=ORDER):
    """Tables of the five tests, of the chances of each group in the order of TESTS."""
    found = {}
    for place, test in enumerate(TESTS):
        column = "p_grows" if test == "market" else "chance"
        rows = [
            {"group_id": group, column: chances[group][place], "why_not": ""} for group in order if group in chances
        ]
        found[test] = pd.DataFrame(rows, columns=["group_id", column, "why_not"])
    return found


def stands(chances, workshop=None):
    people = members({group: NAMES[group] for group in chances})
    scores = workshop_scores(workshop, people)[0]
    return future_groups(future_fit(five_tests(chances), people, scores), people).set_index("group_id")


def test_names_are_those_of_the_rules():
    assert tuple(TEST_NAMES) == TESTS


def test_scores_verdicts_and_order():
    chances = {"g1": [0.8, 0.2, 0.5, MISSING, 0.79], "g2": [1, 1, 1, 1, 1], "g10": [0, 0, 0, 0, 0]}
    fit = future_fit(five_tests(chances), members())
    assert fit["group_id"].drop_duplicates().tolist() == ["g1", "g2", "g10"]
    first = fit.iloc[:5]
    assert first["status"].tolist() == ["pass", "fail", "undecided", "not_tested", "undecided"]
    assert first["score"].fillna(-1).tolist() == [80.0, 20.0, 50.0, -1.0, 79.0]
    assert first["basis"].tolist() == ["measured", "measured", "judged", "not_tested", "measured"]
    assert fit["workshop"].isna().all() and fit["disagrees"].isna().all()


@pytest.mark.parametrize(("chance", "score"), [(0.79999, 79.9), (0.20001, 20.1), (0.8, 80.0), (0.2, 20.0)])
def test_what_is_open_reads_as_open(chance, score):
    fit = future_fit(five_tests({"g1": [chance] * 5}), members({"g1": "Yards"}))
    assert fit["score"].tolist() == [score] * 5


@pytest.mark.parametrize(
    ("chances", "stand"),
    [
        ([1, 1, 1, 1, 1], "leads"),
        ([1, 0.5, MISSING, MISSING, 1], "leads"),  # nothing fails, and the two that must be passed are
        ([1, 1, 1, 1, 0.5], "open"),  # no right to win yet
        ([0.5, 1, 1, 1, 1], "open"),
        ([1, 1, 1, 0, 1], "held_back"),
        ([0, 1, 1, 1, MISSING], "held_back"),
        ([1, 0, 1, 0, 1], "out_of_step"),
        ([0, 0, 0, 0, 0], "out_of_step"),
        ([MISSING] * 5, "not_tested"),
    ],
)
def test_where_a_group_stands(chances, stand):
    found = stands({"g1": chances}).loc["g1"]
    assert found["stand"] == stand and found["passing"] == (stand == "leads")
    assert found[["passed", "failed", "undecided", "not_tested"]].sum() == 5


def test_the_leading_groups_in_their_order():
    table = stands({"g10": [1] * 5, "g1": [1] * 5, "g2": [0] * 5}).reset_index()
    assert passing_groups(table) == ["g1", "g10"]


def test_rows_of_segments_projects_and_all_are_no_groups():
    tests = five_tests({"g1": [1] * 5})
    more = pd.DataFrame({"group_id": ["g1", "no_group"], "p_grows": [0.0, 0.0], "why_not": "", "level": "segment"})
    tests["market"] = pd.concat([tests["market"].assign(level="group"), more])
    tests["direction"] = pd.concat([tests["direction"], pd.DataFrame({"group_id": ["all"], "chance": [0.0]})])
    fit = future_fit(tests, members({"g1": "Yards"}))
    assert fit["status"].tolist() == ["pass"] * 5


def test_the_workshop_stands_beside_and_decides_nothing():
    chances = {"g1": [1, 1, 1, 0, 1], "g2": [1] * 5}
    said = {"yards ": {"market": 90, "direction": 60.5, "why": "full books"}, "g2": {"market": 100}}
    people = members({"g1": "Yards", "g2": "Fleets"})
    scores, named = workshop_scores(said, people)
    fit = future_fit(five_tests(chances), people, scores).set_index(["group_id", "test"])
    assert named.unmatched == ()
    assert fit.loc[("g1", "market"), ["score", "workshop", "difference"]].tolist() == [0, 90, 90]
    assert fit["disagrees"].fillna(False).sum() == 1  # 39.5 points are no disagreement
    assert fit.loc[("g1", "market"), "status"] == "fail" and fit.loc[("g1", "market"), "workshop_why"] == "full books"
    assert stands(chances, said)["disagreements"].to_dict() == {"g1": 1, "g2": 0}
    assert stands(chances, said)["stand"].equals(stands(chances)["stand"])


def test_a_score_of_a_group_that_is_gone_is_told_and_not_used():
    scores, named = workshop_scores({"Dinghies": {"market": 10}}, members())
    assert scores.empty and named.unmatched == ("Dinghies",)


@pytest.mark.parametrize("score", [101, -1, "many", True, float("inf")])
def test_a_score_that_is_none_is_refused(score):
    with pytest.raises(
        StepInputError, match=r"workshop gives g1 .* for Same direction. Expected a number from 0 to 100"
    ):
        workshop_scores({"g1": {"direction": score}}, members())


def test_a_group_scored_twice_is_refused():
    with pytest.raises(StepInputError, match='scores "g1" twice'):
        workshop_scores({"g1": {"market": 1}, "Yards": {"market": 2}}, members())


def test_a_test_that_is_missing_or_twice_is_refused():
    tests = five_tests({"g1": [1] * 5})
    with pytest.raises(StepInputError, match="The tests lack market"):
        future_fit({name: table for name, table in tests.items() if name != "market"}, members())
    with pytest.raises(StepInputError, match='The test direction has the group "g1" twice'):
        future_fit(tests | {"direction": pd.concat([tests["direction"]] * 2)}, members())


@pytest.mark.parametrize("groups", [None, members({})])
def test_without_groups_there_is_nothing(groups):
    fit = future_fit(five_tests({}), groups)
    assert fit.empty and future_groups(fit, groups).empty


def test_row_order_and_names_change_nothing():
    chances = {"g1": [0.3, 0.9, 0.5, 0.1, 0.85], "g2": [1, 1, 0, 1, 1], "g10": [0.2] * 5}
    one = future_fit(five_tests(chances), members())
    other = future_fit(five_tests(chances, order=sorted(chances)), members().iloc[::-1])
    pd.testing.assert_frame_equal(one, other)
    renamed = future_fit(five_tests(chances), members({group: f"New {name}" for group, name in NAMES.items()}))
    pd.testing.assert_frame_equal(one.drop(columns="group_name"), renamed.drop(columns="group_name"))


def test_evidence_stands_in_its_own_column():
    tests = five_tests({"g1": [1] * 5})
    tests["profitable"] = tests["profitable"].assign(profit=70.0, profit_low=50.0, profit_high=90.0, trend="worse")
    tests["market"] = tests["market"].assign(ready_growth=0.04, ready_low=0.01, ready_high=0.07)
    tests["right_to_win"] = tests["right_to_win"].assign(label="Advice", p_ahead=0.999, chance=0.78, basis="judged")
    fit = future_fit(tests, members({"g1": "Yards"})).set_index("test")
    assert fit.loc["profitable", ["money", "money_low", "money_high", "trend"]].tolist() == [70, 50, 90, "worse"]
    assert np.isnan(fit.loc["profitable", "part"])
    assert fit.loc["market", ["part", "part_low", "trend"]].tolist() == [0.04, 0.01, "better"]
    # ahead all but surely, and open even so: both have to hold, and their product is what stands here
    told = fit.loc["right_to_win", ["evidence_words", "part", "basis", "status"]].tolist()
    assert told == [
        "Chance that we are better on Advice and it matters: 78\N{NO-BREAK SPACE}%",
        0.78,
        "judged",
        "undecided",
    ]


def test_profit_says_whose_it_is():
    tests = five_tests({"g1": [1] * 5})
    tests["profitable"] = tests["profitable"].assign(profit=70.0, contract_fees=9.0)
    fit = future_fit(tests, members({"g1": "Yards"}), window_months=24).set_index("test")
    assert fit.loc["profitable", "evidence"] == "Profit of 24 months, with contract fees"
    tests["profitable"]["contract_fees"] = 0.0
    assert future_fit(tests, members({"g1": "Yards"}))["evidence"].iloc[0] == "Profit of the window"


def test_nothing_else_of_the_evidence_changed():
    tests = five_tests({"g1": [1] * 5})
    tests["market"] = tests["market"].assign(ready_growth=0.04, ready_low=0.01, ready_high=0.07)
    fit = future_fit(tests, members({"g1": "Yards"})).set_index("test")
    assert pd.isna(fit.loc["direction", "evidence"])


def test_the_money_of_step_07_stands_beside():
    chances = {"g1": [1] * 5, "g2": [0] * 5}
    people = members({"g1": "Yards", "g2": "Fleets"})
    sides = pd.DataFrame({"group_id": ["all", "g1"], "position_name": ["x", "Sweet spot"], "revenue": [9.0, 5.0],
        "cost_to_serve": [3.0, MISSING]})  # fmt: skip
    found = future_groups(future_fit(five_tests(chances), people), people, sides).set_index("group_id")
    assert found.loc["g1", ["position_name", "revenue", "customers"]].tolist() == ["Sweet spot", 5.0, 12]
    assert found.loc["g2", ["revenue", "cost_to_serve"]].isna().all() and pd.isna(found.loc["g1", "cost_to_serve"])
