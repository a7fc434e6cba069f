"""What would change our mind, in words: units, flips, what it is worth to know, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.method.assumption_sensitivity import assumption_sensitivity
from helpers.method.fact_doubts import QUANTITIES
from helpers.method.intent_rules import intent_rules
from helpers.method.intent_words import FACTS
from helpers.method.mind_changers import ABOUT, COLUMNS, change_clause, in_plain_words
from helpers.method.value_words import in_words, range_in_words

RULES = [
    {"id": "lossy", "sentence": "It costs more.", "when": 'lifetime == "below"', "primary": "retire"},
    {"id": "sure", "sentence": "It grows.", "when": 'market == "pass"', "primary": "maintain"},
    {"id": "rest", "sentence": "It does not.", "when": "True", "primary": "re_engineer"},
]


def sensitivity(passes: int, market: float = 0.75, loses: int = 0) -> pd.DataFrame:
    """One group of which only its market is in doubt, in 100 draws, and another number that never matters.

    In the first draws, as many as `loses`, its lifetime value is below zero.
    """
    words = {name: fact.blank for name, fact in FACTS.items()} | {"market": "pass", "lifetime": "above"}
    facts = pd.DataFrame([{"group_id": "g1", "group_name": "Yards", **words}])
    rows = [
        ("g1", "Yards", "market", "Chance", "market", "chance", market, np.nan, np.nan),
        ("g1", "Yards", "direction", "Chance", "direction", "chance", 0.5, np.nan, np.nan),
        ("g1", "Yards", "lifetime", "Lifetime value", "lifetime", "number", 900.0, -50.0, 1200.0),
    ]
    names = ["group_id", "group_name", "quantity", "title", "fact", "kind", "value", "low", "high"]
    half = np.arange(100) % 2
    drawn = {("", "large"): np.full(100, 0.1), ("g1", "market"): (np.arange(100) < passes).astype(float)}
    drawn |= {("g1", "direction"): half.astype(float), ("g1", "lifetime"): np.full(100, 900.0)}
    drawn["g1", "lifetime"][:loses] = -50.0
    return assumption_sensitivity(facts, intent_rules(RULES), pd.DataFrame(rows, columns=names), drawn)


def test_what_it_is_worth_to_know_by_hand():
    at = sensitivity(75).set_index("quantity")["worth"]
    assert at["market"] == 0.25  # maintain is right in 75 of 100; who knows the market is right in all
    assert at["direction"] == 0.0  # it decides nothing
    assert np.isnan(at["lifetime"])  # never below zero, so nothing can be told of that side
    at = sensitivity(30).set_index("quantity")["worth"]
    assert at["market"] == pytest.approx(0.3)  # against the likeliest, which is then re-engineer, not today's


def test_each_number_reads_in_its_own_unit_with_what_it_flips_to():
    table = in_plain_words(sensitivity(75), "EUR").set_index("quantity")
    assert table.loc["market", COLUMNS].tolist() == [
        *(True, "Yards: adoption-ready growth", "75 %", "below 20 %"),
        "Re-engineer",
    ]
    assert table.loc["lifetime", COLUMNS].tolist() == [
        *(False, "Yards: lifetime value", "EUR 900 (−50 to 1,200)", "below EUR 0"),
        "Retire",
    ]
    assert table.loc["direction", COLUMNS].tolist() == [False, "Yards: same direction", "50 %", "", ""]
    columns = [column.name for column in schema("assumption_sensitivity").columns]
    assert columns == list(in_plain_words(sensitivity(75)))
    empty = in_plain_words(sensitivity(75).iloc[:0])
    assert empty.empty and list(empty) == columns and empty["tells"].dtype == bool
    assert set(ABOUT) == set(QUANTITIES)


def test_a_clause_says_the_border_or_which_side_leads_elsewhere():
    row = {"quantity": "margin_slope", "kind": "number", "value": 0.006, "flip_way": "falls", "flip_at": -0.01}
    text, values = change_clause(row | {"flip_name": "Re-engineer"}, "")
    assert "{now:points}, fell below {at:points}." in text and values["at"].value == -0.01
    turned = {"flip_name": "", "stable_below": 0.9, "stable_above": 0.4, "else_primary": "grow", "else_secondary": ""}
    chance = {"quantity": "direction", "kind": "chance", "value": 0.54, **turned}
    text, values = change_clause(chance, "Grow")
    assert values["claim"].value == "it goes our way" and values["now"].value == 0.54
    _, values = change_clause(chance | {"stable_below": 0.1}, "Grow")
    assert values["claim"].value == "it goes another way than we do" and values["now"].value == pytest.approx(0.46)
    number = {"quantity": "lifetime", "kind": "number", "value": 24.0, "cut": 0.0, **turned}
    text, values = change_clause(number, "Grow")
    assert text.endswith("is above {cut:money}.") and values["cut"].unit == "money"
    assert change_clause(number, "") == ("", {})


def test_a_side_is_said_only_with_what_comes_on_that_side():
    # of 100 draws, 30 mend it for its market, and 20 others part with it for its lifetime value
    rows = sensitivity(70, loses=20).set_index("quantity")[["else_primary", "else_secondary"]]
    assert rows.loc["lifetime"].tolist() == ["retire", ""] and rows.loc["market"].tolist() == ["re_engineer", ""]
    assert sensitivity(70, loses=19).set_index("quantity").loc["lifetime", "else_primary"] == ""  # too few to tell
    row = {"quantity": "lifetime", "kind": "number", "value": 900.0, "cut": 0.0, "flip_name": ""}
    row |= {"stable_below": 0.0, "stable_above": 0.7}
    text, values = change_clause(row | rows.loc["lifetime"].to_dict(), "Re-engineer")
    assert values["other"].value == "Retire" and text.endswith("is below {cut:money}.")
    text, values = change_clause(row | {"else_primary": "", "else_secondary": ""}, "Re-engineer")
    assert text == (" It could become {other:text}; what weighs most in the doubt is {what:text}, now {now:money}.")
    assert values["other"].value == "Re-engineer" and set(values) == {"other", "what", "now"}


def test_words_of_numbers_at_their_limits():
    assert in_words(-0.0001, "share") == "0.0 %" and in_words(0.0, "money", "EUR") == "EUR 0"
    assert in_words(1.0, "share") == "100 %" and in_words(-0.4, "money") == "0"
    assert range_in_words(0.5, 0.5001, "share") == "50 %"
    assert range_in_words(-0.052, 0.0, "points") == "−5.2 to 0.0 points"
