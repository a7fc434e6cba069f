"""The chosen intents as they are published, and what is said of them."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.intent_rules_file import read_intent_rules
from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.assumption_sensitivity import assumption_sensitivity, intent_stability
from helpers.method.intent_findings import (
    UNLOCKED,
    expected_findings,
    intent_assumptions,
    intent_cannot_say,
    intent_findings,
)
from helpers.method.intent_rules import intent_rules
from helpers.method.intent_table import COLUMNS, group_intents
from helpers.method.intent_words import FACTS, FUTURE
from helpers.method.intents import propose_intents, what_flips
from helpers.method.mind_changers import in_plain_words
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
    return facts, proposal, stability, in_plain_words(assumption_sensitivity(facts, rules, doubts, drawn), "EUR")


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
    told = {value.value for name, value in found["09.firm"].values.items() if name.endswith("_part")}
    assert told == set(table["intent_stability"])  # each group's own, firm or not
    group, *names = [part.partition("}")[0] for part in found["09.answer"].text.split("{")[1:]]
    assert group == "groups:count" and names == ["grow_1:group", "maintain_1:group"]
    assert found["09.answer"].text.endswith("We part with none.")
    assert found["09.intent.g1"].values["what"].value == "the chance that we are better at something that matters to it"
    assert found["09.intent.g1"].values["at"].value == 0.8 and "fell below" in found["09.intent.g1"].text
    assert "fell below" not in found["09.intent.g2"].text  # people chose; what the rules would do is beside the point
    assert found["09.change"].values["claim"].value == "we are better at something that matters to it"
    assert "raise our right choices by {more:count} in a hundred" in found["09.change"].text
    assert found["09.change"].values["more"].value == round(100 * sensitivity["worth"].max())
    assert found["09.flips"].values["alone"].value == 2 and "09.focus" not in found
    assert [one.id for one in intent_assumptions(sensitivity)] == ["09.large_headroom", "09.drawn_together"]
    assert intent_assumptions(sensitivity.iloc[:0]) == []
    undrawn = table.assign(intent_stability=float("nan"))
    assert "09.firm" not in {finding.id for finding in intent_findings(undrawn, sensitivity.iloc[:0])}


def test_a_proposal_that_rests_on_what_was_not_measured_is_not_firm(made, tmp_path):
    file = read_intent_rules(tmp_path)
    rules = intent_rules(file.rows, file=file.file)
    facts, proposal, stability, sensitivity = made
    sure = stability.assign(intent_stability=1.0, firm=True)
    chosen = {"g1": ["grow"], "g2": ["grow"]}
    known = group_intents(proposal, sure, chosen, PEOPLE, what_flips(facts, rules))
    assert known["firm"].tolist() == [True, True] and known["could_change"].tolist() == ["", ""]
    blank = {name: fact.blank for name, fact in FACTS.items()} | {"share": "win_more"}
    dark = facts.assign(**blank)
    shown = group_intents(propose_intents(dark, rules), sure, chosen, PEOPLE, what_flips(dark, rules))
    assert shown["firm"].tolist() == [False, False] and "Lifetime value" in shown.loc[0, "could_change"]
    assert "Customer share" not in shown.loc[0, "could_change"]  # that is known
    found = {finding.id: finding for finding in intent_findings(shown, sensitivity.iloc[:0])}
    assert found["09.unmeasured"].values["open"].value == 2 and "09.firm" not in found


def test_groups_of_which_the_same_is_to_be_said_share_a_sentence(made):
    _, proposal, stability, sensitivity = made
    same = proposal.assign(primary="maintain", secondary="", sentence="What we know is not enough.")
    table = group_intents(same, stability, {"g1": ["maintain"], "g2": ["maintain"]}, PEOPLE)
    (found,) = [one for one in intent_findings(table, sensitivity.iloc[:0]) if one.id.startswith("09.intent.")]
    check_finding(found)
    assert found.id == "09.intent.g1" and found.n == 3 and found.smallest == table["customers"].min()
    assert found.text == "{group:group} and {group_2:group}: {intent:text}. {why:text}"
    other = group_intents(same, stability, {"g1": ["maintain"], "g2": ["grow"]}, PEOPLE)  # people chose otherwise
    assert sum(one.id.startswith("09.intent.") for one in intent_findings(other, sensitivity.iloc[:0])) == 2


def test_more_groups_to_grow_than_one_can_are_called_out(made):
    _, proposal, stability, sensitivity = made
    found = {one.id: one for one in intent_findings(
        group_intents(proposal, stability, {"g1": ["grow"], "g2": ["grow"]}, PEOPLE), sensitivity
    )}  # fmt: skip
    assert found["09.focus"].values["growing"].value == 2 and found["09.focus"].values["most"].value == 1
    check_finding(found["09.focus"])


def test_what_is_not_known_is_said_with_what_would_tell(made):
    facts = made[0]
    assert set(UNLOCKED) == set(FACTS) - {FUTURE}
    gaps = intent_cannot_say(facts)
    assert [gap.question for gap in gaps] == ["Would the intent change for any group by why it fails to earn?"]
    blank = pd.DataFrame([{"group_id": "g1", "group_name": "One", **{n: f.blank for n, f in FACTS.items()}}])
    whole = intent_cannot_say(blank)  # one group lacks all: told once
    assert len(whole) == 1 and "lifetime value" in whole[0].because and "list prices" in whole[0].unlocked_by
    assert "formed in step 03" in intent_cannot_say(blank.iloc[:0])[0].unlocked_by


def test_a_number_that_would_have_to_leave_its_range_changes_nothing_by_itself(made):
    _, proposal, stability, sensitivity = made
    table = group_intents(proposal, stability, {"g1": ["grow"], "g2": ["grow"]}, PEOPLE)
    row = sensitivity[sensitivity["flip_words"] != ""].iloc[[0]].assign(kind="number", low=0.0, high=2.0, worth=0.5)

    def alone(at):
        found = {one.id: one for one in intent_findings(table, in_plain_words(row.assign(flip_at=at)))}["09.flips"]
        return found.values["alone"].value if "alone" in found.values else 0

    assert (alone(1.0), alone(2.0), alone(-1.0)) == (1, 1, 0)


def test_whom_we_part_with_later_is_part_of_the_answer(made):
    _, proposal, stability, sensitivity = made
    table = group_intents(proposal, stability, {"g1": ["grow"], "g2": ["re_engineer", "retire"]}, PEOPLE)
    answer = intent_findings(table, sensitivity)[0]
    assert answer.text.endswith(
        "re-engineer {re_engineer_1:group}. We part with {later_1:group} if that does not help."
    )
    gone = group_intents(proposal, stability, {"g1": ["grow"], "g2": ["retire"]}, PEOPLE)
    assert intent_findings(gone, sensitivity)[0].text.endswith("and retire {retire_1:group}.")
    for finding in (answer, *intent_findings(gone, sensitivity)):
        check_finding(finding)


def test_results_are_told_by_the_day_on_which_they_are_due():
    days = pd.to_datetime(["2027-12-31", "2027-09-01", "2027-09-01"])
    found = expected_findings(pd.DataFrame({"group_id": ["g1", "g1", "g2"], "by_date": days}))[0]
    check_finding(found)
    told = [found.values[name].value for name in ("results", "groups", "due_1", "by_1", "due_2", "by_2")]
    assert told == [3, 2, 2, "2027-09-01", 1, "2027-12-31"] and (found.n, found.n_of) == (3, "result")
    for few in (1, 2):
        rows = pd.DataFrame({"group_id": "g1", "by_date": days[1:]}).head(few)
        check_finding(expected_findings(rows)[0])


def test_an_only_group_reads_as_one(made):
    _, proposal, stability, sensitivity = made
    one = sensitivity[sensitivity["group_id"] == "g1"]
    table = group_intents(proposal.iloc[:1], stability.iloc[:1], {"g1": ["grow"]}, PEOPLE)
    found = {finding.id: finding for finding in intent_findings(table, one)}
    for finding in found.values():
        check_finding(finding)
    assert found["09.answer"].text == "We grow {grow_1:group}, our only group. We part with none."
    assert "groups" not in found["09.firm"].text + found["09.flips"].text
    assert found["09.answer"].values["retire"].value == 0  # the front page counts
