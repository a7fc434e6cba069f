"""The chosen intents as they are published, and what is said of them."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.intent_rules_file import read_intent_rules
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.assumption_sensitivity import assumption_sensitivity, intent_stability
from helpers.method.intent_findings import UNLOCKED, intent_assumptions, intent_cannot_say, intent_findings
from helpers.method.intent_rules import intent_rules
from helpers.method.intent_table import COLUMNS, group_intents
from helpers.method.intent_words import FACTS, FUTURE
from helpers.method.intents import propose_intents
from helpers.show.sentences import check_finding
from tests.method.test_assumption_sensitivity import CHANCES, known


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A group to grow and one of which nothing more is known than that we may win there: facts, tables, rules."""
    file = read_intent_rules(tmp_path_factory.mktemp("client"))
    rules = intent_rules(file.rows, file=file.file)
    facts, doubts, drawn = known(("g1", "g2"), chances={**CHANCES, "right_to_win": 0.81})
    proposal = propose_intents(facts, rules)
    stability = intent_stability(facts, rules, drawn)
    return facts, proposal, stability, assumption_sensitivity(facts, rules, doubts, drawn)


PEOPLE = pd.DataFrame({"customer_id": ["a", "b", "c"], "group_id": ["g1", "g1", "g2"]})


def test_tables_are_as_their_schemas_say(made):
    _, proposal, stability, sensitivity = made
    table = group_intents(proposal, stability, {"g1": ["grow"], "g2": ["maintain", "re_engineer"]}, PEOPLE)
    assert [column.name for column in schema("group_intents").columns] == list(table) == COLUMNS
    assert [column.name for column in schema("assumption_sensitivity").columns] == list(sensitivity)
    assert table["customers"].tolist() == [2, 1] and table["differs"].tolist() == [False, True]
    assert table[["primary", "secondary", "proposed"]].values.tolist()[1] == ["maintain", "re_engineer", "grow"]
    empty = group_intents(proposal.iloc[:0], stability.iloc[:0], {}, None)
    assert empty.empty and list(empty) == COLUMNS
    assert intent_findings(empty, sensitivity.iloc[:0]) == []


def test_an_intent_that_cannot_stand_is_refused_by_name(made):
    _, proposal, stability, _ = made
    with pytest.raises(StepInputError, match="Group g2: retire does not go with grow as the second"):
        group_intents(proposal, stability, {"g1": ["grow"], "g2": ["retire", "grow"]}, PEOPLE)
    with pytest.raises(StepInputError, match="Group g2: there is no intent"):
        group_intents(proposal, stability, {"g1": ["grow"]}, PEOPLE)


def test_findings_say_who_why_how_firm_and_what_would_change_it(made):
    _, proposal, stability, sensitivity = made
    table = group_intents(proposal, stability, {"g1": ["grow"], "g2": ["maintain", "re_engineer"]}, PEOPLE)
    found = {finding.id: finding for finding in intent_findings(table, sensitivity)}
    for finding in found.values():
        check_finding(finding)
    assert found["09.answer"].values["grow"].value == 1 and found["09.answer"].n == 3
    assert found["09.intent.g1"].values["why"].value == proposal.loc[0, "sentence"]
    assert found["09.intent.g2"].values["proposed"].value == "Grow" and "People chose so" in found["09.intent.g2"].text
    assert found["09.firm"].values["part"].value == table["intent_stability"].min()
    assert found["09.change.g1"].values["what"].value == "chance of Right to win"
    assert [one.id for one in intent_assumptions(sensitivity)] == ["09.large_headroom", "09.drawn_together"]
    assert intent_assumptions(sensitivity.iloc[:0]) == []
    undrawn = table.assign(intent_stability=float("nan"))
    assert "09.firm" not in {finding.id for finding in intent_findings(undrawn, sensitivity.iloc[:0])}


def test_what_is_not_known_is_said_with_what_would_tell(made):
    facts = made[0]
    assert set(UNLOCKED) == set(FACTS) - {FUTURE}
    gaps = intent_cannot_say(facts)
    assert [gap.question for gap in gaps] == ["Would an intent change by why it fails to earn, for any group?"]
    blank = pd.DataFrame([{"group_id": "g1", "group_name": "One", **{n: f.blank for n, f in FACTS.items()}}])
    assert len(intent_cannot_say(blank)) == len(UNLOCKED)
