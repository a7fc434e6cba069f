"""What step 10 says, how it checks itself, and what it leaves open."""

import pytest

from helpers.method.proposition_closing import (
    proposition_assumptions,
    proposition_cannot_say,
    proposition_checks,
)
from helpers.method.proposition_evidence import Evidence, driver_standing
from helpers.method.proposition_findings import lead_findings, lead_ids, proposition_findings
from helpers.method.proposition_gaps import add_gaps
from helpers.method.value_propositions import (
    claimed_drivers,
    exit_barriers,
    proposition_parts,
    value_propositions,
)
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.proposition_builders import (
    GROUPS,
    INTENTS,
    SECRETS,
    SENTENCES,
    STANDING,
    gaps_of,
    performance,
    proposition,
)

READER = audience_for("working", "EUR", {"g1": "Yards", "g2": "Fleets"})


def spoken(findings):
    for finding in findings:
        check_finding(finding)
    return {finding.id.removeprefix("10."): say(finding, READER) for finding in findings}


def tables(*propositions, intents=INTENTS):
    gaps = gaps_of(*propositions, intents=intents)
    cards = add_gaps(value_propositions(propositions, STANDING, SENTENCES, SECRETS), gaps)
    return cards, gaps, claimed_drivers(propositions, STANDING), exit_barriers(propositions, STANDING)


def told(*propositions, intents=INTENTS):
    return spoken(proposition_findings(intents, *tables(*propositions, intents=intents)))


def test_where_customers_rate_us_higher():
    known = {"g1": Evidence(alternative="Northgate"), "g2": Evidence()}
    found = lead_findings(STANDING, known)
    most = "on delivery, at least an even part of what they value, by 1.2 points."
    assert spoken(found) == {
        "lead.g1": f"Yards rate us above Northgate {most}",
        "lead.g2": f"Fleets rate us above the next best supplier {most}",
    }
    gain = found[0].values["gain"]
    assert (gain.value, gain.low, gain.high, found[0].n) == (1.2, 0.8, 1.6, 30)
    assert lead_ids(found) == {"g1": "10.lead.g1", "g2": "10.lead.g2"}
    rows = [("a", "A", 0.1, 1.0, 0.5, 1.5), ("b", "B b", 0.1, 2.0, 1.5, 2.5), ("c", "C c", 0.8, -1.0, -2.0, -0.5)]
    little = driver_standing(performance(("g1",), rows), GROUPS)
    said = spoken(lead_findings(little, {"g1": Evidence(alternative="N")}))["lead.g1"]
    assert said == "Yards rate us above N on b b and a, most on b b, by 2 points.", "nothing of it matters to them"
    one = driver_standing(performance(("g1",), rows[:1]), GROUPS)
    assert spoken(lead_findings(one, {"g1": Evidence(alternative="N")}))["lead.g1"].endswith("by 1 point.")
    assert lead_findings(one[one["standing"] != "ahead"], known) == []


def test_when_all_is_decided_and_whole():
    assert told(proposition(), proposition("g2", barriers={"Crates": "delivery"})) == {
        "answer": "People have decided what we promise each of the 2 groups that we mean to serve.",
        "cards": "Of 2 cards 2 can go out as they stand.",
        "claims": "Customers who compared us bear out all 2 things that we claim to do better.",
        "barriers": "The one barrier to exit rests on something that the group finds better with us.",
    }


def test_what_is_counted_has_its_name():
    both = proposition(channel=None), proposition("g2", barriers={"Crates": "delivery"})
    found = {one.id: one for one in proposition_findings(INTENTS, *tables(*both))}
    counted = {name: (found[f"10.{name}"].n, found[f"10.{name}"].n_of) for name in ("claims", "gaps", "barriers")}
    assert counted == {"claims": (2, "claim"), "gaps": (1, "gap"), "barriers": (1, "barrier")}


def test_drafts_gaps_and_claims_that_do_not_hold_are_said():
    said = told(
        proposition(drivers=["delivery", "ordering"], barriers={"Crates": "delivery", "Their contract": "advice"}),
        proposition("g2", state="draft", channel=None, headline=None),
    )
    assert said["answer"].endswith("1 has a proposition that people decided; 1 has a draft from the evidence.")
    assert said["cards"] == "Of 2 cards 0 can go out as they stand; the others say what is open."
    assert said["claims"].endswith("bear out 2; they rate the alternative higher on ordering for Yards.")
    assert said["gaps"] == "3 gaps are open in 2 groups, 2 of them of Fleets."
    assert said["barriers"].endswith("1 rests on something that the group finds better with us; one only binds.")


def test_a_promise_that_speaks_of_more_than_it_claims_is_said_beside_the_claims():
    loud = {"headline": "Orders in a minute"}
    assert told(proposition(**loud), proposition("g2"))["claims"] == (
        "Customers who compared us bear out all 2 things that we claim to do better; the promise to Yards also speaks "
        "of something that they find better elsewhere."
    )
    both = told(proposition(**loud), proposition("g2", promise="Ordering made easy."))["claims"]
    assert both.endswith("; 2 promises also speak of something that they find better elsewhere.")


@pytest.mark.parametrize(
    ("propositions", "words"),
    [
        ((proposition(channel=None), proposition("g2")), "One gap is open, of Yards: Say through which channel"),
        ((proposition(channel=None, headline=None), proposition("g2")), "2 gaps are open, all of Yards."),
        ((proposition(channel=None), proposition("g2", channel=None)), "2 gaps are open in 2 groups."),
        ((), "2 groups have no proposition, and customers said nothing that a draft could be made of."),
    ],
)
def test_how_many_gaps_in_words(propositions, words):
    assert told(*propositions)["gaps"].startswith(words)


def test_a_single_card_and_a_draft_without_a_gap():
    assert told(proposition(), proposition("g2", channel=None))["cards"].endswith("; the other says what is open.")
    assert told(proposition(), proposition("g2", state="draft"))["cards"].endswith("; the other waits for a decision.")


def test_nothing_is_said_of_nobody_and_a_retired_group_is_promised_nothing():
    assert told(intents=INTENTS.head(0)) == {}
    retired = INTENTS.assign(primary=["retire", "grow"])
    said = told(proposition(primary="retire"), intents=retired)
    assert list(said) == ["answer", "claims", "gaps"]
    assert said["answer"] == "The one group that we mean to serve has no proposition yet."


def test_the_one_group_that_is_served():
    alone = INTENTS.head(1)
    starts = "The one group that we mean to serve has "
    assert told(proposition(), intents=alone)["answer"] == f"{starts}a proposition that people decided."
    assert told(proposition(state="draft"), intents=alone)["answer"] == f"{starts}a draft from the evidence."


def test_each_check_can_fail():
    both = [proposition(barriers={"Crates": "delivery"}), proposition("g2", channel=None)]
    cards, gaps, _, barriers = tables(*both)
    parts = proposition_parts(both)

    def verdicts(**changed):
        given = {"propositions": cards, "gaps": gaps, "parts": parts, "barriers": barriers} | changed
        return [check.id for check in proposition_checks(INTENTS, **given) if check.verdict == "fail"]

    assert verdicts() == []
    assert verdicts(propositions=cards.head(1)) == ["10.groups", "10.gaps", "10.parts"]
    assert verdicts(gaps=gaps.head(0)) == ["10.gaps"]
    assert verdicts(parts=parts.head(2)) == ["10.parts"]
    assert verdicts(barriers=barriers.assign(kind="lock_in")) == ["10.barriers"]
    assert verdicts(barriers=barriers.assign(advantage_low=0.0)) == ["10.barriers"]
    assert verdicts(barriers=barriers.assign(advantage_low=None)) == ["10.barriers"]


def test_what_stays_open_and_what_would_tell():
    assert proposition_cannot_say(INTENTS, STANDING) == []
    blind = proposition_cannot_say(INTENTS, STANDING[STANDING["group_id"] == "g1"])
    assert "in the eyes of Fleets?" in blind[0].question
    assert "of any group?" in proposition_cannot_say(INTENTS, STANDING.head(0))[0].question
    level = STANDING.assign(standing=STANDING["standing"].replace("ahead", "even"))
    assert proposition_cannot_say(INTENTS, level)[0].question.startswith("What could we promise Yards and Fleets")
    assert proposition_cannot_say(INTENTS.assign(primary="retire"), STANDING.head(0)) == []


def test_what_was_assumed_is_said_where_it_was():
    priced = STANDING.assign(driver=STANDING["driver"].replace("delivery", "price"))
    none = exit_barriers([], STANDING)
    some = exit_barriers([proposition(barriers={"Crates": "delivery"})], STANDING)
    assert proposition_assumptions(STANDING, none) == []
    assert [one.id for one in proposition_assumptions(priced, some)] == ["10.price_position", "10.lock_in"]
    blind = priced.assign(standing="not_compared")
    assert proposition_assumptions(blind, none) == []
