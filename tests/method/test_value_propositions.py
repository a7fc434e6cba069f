"""The propositions as tables: what stands on a card, what it claims, what it offers, what keeps the group."""

import pandas as pd
import pytest

from helpers.method.proposition_words import is_defended, listed_in, pairs_in, said
from helpers.method.value_propositions import (
    asked_for,
    claimed_drivers,
    exit_barriers,
    find_driver,
    intents_of,
    proof_kind,
    proposition_parts,
    propositions_in_force,
    value_propositions,
)
from tests.method.proposition_builders import INTENTS, SECRETS, SENTENCES, STANDING, WHOLE, proposition


def card(one):
    return value_propositions([one], STANDING, SENTENCES, SECRETS).iloc[0]


def test_what_stands_on_a_card():
    row = card(proposition(drivers=["Delivery", "advice", "delivery"], price_reason="We carry the winter."))
    assert (row["group_name"], row["primary_name"], row["mark"], row["state_name"]) == ("Yards", "Grow", "", "Decided")
    assert (row["drivers"], row["drivers_named"]) == ("delivery; advice", "Delivery, Advice")
    assert (row["proof_kind"], row["proof_said"]) == ("finding", "Yards rate us higher.")
    assert row["price_line"] == "Above Northgate, earned by delivery: We carry the winter."
    assert (row["kinds"], row["product"], row["experience"]) == (3, "Everything for one refit.", "")
    assert row[["message_1", "message_2", "message_3"]].tolist() == WHOLE["messages"]
    assert row[["remark_1", "remark_2", "remark_3"]].tolist() == ["", "", ""]


def test_in_a_draft_what_customers_wrote_is_kept_apart():
    row = card(proposition(state="draft", messages=["Quick delivery."]))
    assert (row["mark"], row["message_1"], row["remark_1"], row["remark_2"]) == ("Draft", "", "Quick delivery.", "")


def test_a_card_with_little_on_it():
    row = card(proposition(**dict.fromkeys(WHOLE) | {"price_position": "level"}))
    assert row["price_line"] == "Level with the alternative"
    assert (row["proof"], row["proof_kind"], row["proof_said"], row["kinds"]) == ("", "", "", 0)
    empty = value_propositions([], STANDING, SENTENCES, SECRETS)
    assert empty.empty
    assert empty["kinds"].dtype == "int64"


@pytest.mark.parametrize(
    ("proof", "kind", "words"),
    [
        ("lift_day", "secret", "What we know of their work: They repack by boat."),
        ("06.win", "finding", "We win."),
        ("06.none", "unknown", ""),
    ],
)
def test_a_proof_is_a_finding_or_a_secret(proof, kind, words):
    row = card(proposition(proof=proof))
    assert (row["proof_kind"], row["proof_said"]) == (kind, words)
    assert proof_kind(proof, {}, None) == "unknown"


def test_what_a_promise_claims_and_what_customers_say_of_it():
    table = claimed_drivers([proposition(drivers=["Delivery", "ordering", "speed", "delivery"])], STANDING)
    assert table["driver"].tolist() == ["delivery", "ordering", "speed"]
    assert table["standing"].tolist() == ["ahead", "behind", "not_compared"]
    assert table["standing_name"].tolist()[1] == "They rate the alternative higher"
    assert table.loc[0, ["advantage", "advantage_low", "compared"]].tolist() == [1.2, 0.8, 30]
    assert claimed_drivers([], STANDING).empty
    one = STANDING[STANDING["group_id"] == "g2"]
    assert find_driver(one, "g1", "DELIVERY") == {"driver": "delivery", "label": "Delivery"}, (
        "asked, but not of this group"
    )
    assert claimed_drivers([proposition()], one)["standing"].tolist() == ["not_compared"]


def test_parts_are_the_kinds_that_are_filled():
    table = proposition_parts([proposition(service=" ", experience="Calm."), proposition("g2")])
    assert table.loc[table["group_id"] == "g1", "kind"].tolist() == ["product", "experience", "terms"]
    assert len(table) == 6
    assert proposition_parts([]).empty


@pytest.mark.parametrize(
    ("barrier", "driver", "kind", "accepted"),
    [
        ("Crates by hull", "Delivery", "barrier", True),
        ("Crates by hull", "ordering", "barrier", False),
        ("Crates by hull", "range", "barrier", False),
        ("Crates by hull", "quality", "barrier", False),
        ("Crates by hull", "speed", "barrier", False),
        ("Their framework CONTRACT", "delivery", "lock_in", False),
        ("Switching costs them a month", "delivery", "lock_in", False),
        ("Three months' notice", "delivery", "lock_in", False),
        ("We noticed what they mend", "delivery", "barrier", True),
        ("Two years", "switching_costs", "lock_in", False),
    ],
)
def test_a_barrier_holds_only_on_what_we_do_better(barrier, driver, kind, accepted):
    table = exit_barriers([proposition(barriers={barrier: driver})], STANDING)
    assert table[["barrier", "kind", "accepted"]].values.tolist() == [[barrier, kind, accepted]]
    assert exit_barriers([proposition()], STANDING).empty


def test_which_propositions_stand_and_of_whom_people_are_asked():
    chosen = {"g1": {"promise": "There."}, "g2": None}
    stands = propositions_in_force(INTENTS, chosen, {"g1"}, [False, True])
    assert [(one.group_id, one.state, one.defended) for one in stands] == [("g1", "decided", False)]
    draft = propositions_in_force(INTENTS, {"g2": {"promise": "There."}}, {"g1"}, [False, True])
    assert [(one.group_id, one.state, one.defended) for one in draft] == [("g2", "draft", True)]
    assert asked_for(INTENTS, chosen) == ["g1", "g2"]
    assert asked_for(INTENTS.assign(primary="retire"), chosen) == ["g1"]
    assert asked_for(intents_of(None), {}) == []
    assert is_defended(INTENTS.assign(primary=["maintain", "grow"])).tolist() == [True, False]


def test_a_sheet_is_read_as_people_write_it():
    sheet = {"promise": " On\n the quay. ", "drivers": "advice", "messages": [" a  b ", None, ""], "barriers": ["x"]}
    assert (said(sheet, "promise"), said(sheet, "messages"), said(sheet, "none")) == ("On the quay.", "", "")
    assert (listed_in(sheet, "drivers"), listed_in(sheet, "messages"), listed_in(sheet, "none")) == (
        ["advice"],
        ["a b"],
        [],
    )
    assert pairs_in(sheet, "barriers") == {}


def test_the_order_of_the_survey_and_of_the_register_changes_nothing():
    one = proposition(proof="lift_day", drivers=["ordering", "delivery"])
    table = value_propositions([one], STANDING, SENTENCES, SECRETS)
    again = value_propositions([one], STANDING.iloc[::-1], SENTENCES, SECRETS.iloc[::-1])
    pd.testing.assert_frame_equal(table, again)
