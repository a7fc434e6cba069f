"""Each gap of a proposition, both ways: it is there, and it goes when somebody mends it."""

import pandas as pd
import pytest

from helpers.method.proposition_evidence import Evidence
from helpers.method.proposition_gaps import GAPS, PART_NAMES, add_gaps, proposition_gaps
from tests.method.proposition_builders import INTENTS, SECRETS, STANDING, WHOLE, gaps_of, proposition

CHEAPER = {"price_position": "below", "price_driver": None, "price_reason": "Full boxes cost us less."}
# what is wrong, which gap it makes, a word of what to do, and how it is mended where not by the field of before
FAULTS = [
    ({"values_line": None}, "no_values_line", "why what we stand for matters", {}),
    ({"promise": " "}, "no_promise", "Say what they get", {}),
    ({"drivers": None}, "no_drivers", "they rate us higher on delivery and advice", {}),
    ({"drivers": ["delivry"]}, "unknown_driver", 'Did you mean "delivery"?', {"drivers": ["Delivery"]}),
    ({"drivers": ["delivery", "ordering"]}, "competitor_wins", "they rate Northgate higher by 1.3 points", {}),
    (
        {"headline": "Orders in a minute"},
        "promised_and_behind",
        "The promise speaks of ordering",
        {"headline": "In time"},
    ),
    ({"drivers": ["range"]}, "lead_not_shown", "they see no difference to Northgate", {"drivers": ["advice"]}),
    ({"drivers": ["quality"]}, "lead_not_shown", "Ask ten of them", {"drivers": "delivery"}),
    ({"proof": None}, "no_proof", "a finding such as 10.lead.g1", {"proof": "06.win"}),
    ({"proof": "06.wins"}, "proof_unknown", 'Did you mean "06.win"?', {"proof": "06.win"}),
    ({"proof": "10.lead.g2"}, "proof_of_other", "speaks of another one", {}),
    ({"proof": "papers"}, "proof_of_other", "the secret is of Fleets", {"proof": "lift_day"}),
    ({"proof": "old_one"}, "stale_secret", "it is stale: confirm or drop", {"proof": "lift_day"}),
    ({"alternative": None}, "no_alternative", "whom they would go to", {}),
    ({"price_position": None}, "no_price_position", "below, level with or above", {}),
    ({"price_driver": None}, "price_without_driver", "earns a price above", {}),
    ({"price_position": "level", "price_driver": None}, "price_without_driver", "level with", {}),
    ({"price_driver": "ordering"}, "price_not_earned", "on ordering is not shown", {"price_driver": "advice"}),
    ({"price_driver": "quality"}, "price_not_earned", "on quality is not shown", CHEAPER),
    ({"price_position": "below"}, "cheaper_without_reason", "Say why we ask less", CHEAPER),
    ({"service": None}, "few_kinds", "Beside product and terms offer one more of service", {}),
    ({"product": "", "service": None, "terms": None}, "few_kinds", "Offer three of product", {}),
    ({"headline": None}, "no_headline", "reads first", {}),
    ({"messages": ["One.", " "]}, "few_messages", "one stands so far", {}),
    ({"messages": None}, "few_messages", "none stand", {}),
    ({"channel": None}, "no_channel", "through which channel", {}),
    ({"barriers": {"A full shelf": "range"}}, "barrier_not_earned", 'Do not count on "A full shelf"', {}),
]


def test_a_whole_proposition_has_no_gap():
    assert gaps_of(proposition(), proposition("g2")).empty


@pytest.mark.parametrize(("wrong", "gap", "words", "mended"), FAULTS)
def test_a_gap_says_what_to_do_and_goes_when_it_is_done(wrong, gap, words, mended):
    found = gaps_of(proposition(**wrong), proposition("g2"))
    assert found["gap"].tolist() == [gap]
    row = found.iloc[0]
    assert (row["group_id"], row["group_name"], row["customers"], row["part"]) == ("g1", "Yards", 40, GAPS[gap])
    assert words in row["sentence"]
    assert row["sentence"].endswith((".", "?"))
    assert "the the" not in row["sentence"]
    assert gaps_of(proposition(**mended), proposition("g2")).empty


def test_a_chosen_group_without_one_and_a_retired_one_with_one():
    assert gaps_of(intents=INTENTS)["gap"].tolist() == ["no_proposition", "no_proposition"]
    retired = INTENTS.assign(primary=["retire", "maintain"])
    assert gaps_of(intents=retired)[["group_id", "gap"]].values.tolist() == [["g2", "no_proposition"]]
    assert "which we mean to maintain" in gaps_of(intents=retired)["sentence"].iloc[0]
    both = gaps_of(proposition(primary="retire"), proposition("g2"), intents=retired)
    assert both["gap"].tolist() == ["retired_with_one"], "what is wrong with its words does not matter any more"
    assert gaps_of(proposition("g2"), intents=retired).empty


@pytest.mark.parametrize(
    ("part", "text"), [("promise", "on the QUAY, before the lift"), ("headline", "One crate for each hull!")]
)
def test_two_groups_are_told_the_same(part, text):
    found = gaps_of(proposition(), proposition("g2", **{part: text}))
    assert found[["group_id", "gap"]].values.tolist() == [["g1", "same_as_other"], ["g2", "same_as_other"]]
    assert "the same as for Fleets" in found["sentence"].iloc[0]
    with_retired = gaps_of(proposition(primary="retire"), proposition("g2", **{part: text}))
    assert with_retired["gap"].tolist() == ["retired_with_one"], "what a retired group was told counts no longer"
    nothing = gaps_of(proposition(promise=None), proposition("g2", promise=None))
    assert nothing["gap"].tolist() == ["no_promise", "no_promise"], "two that say nothing do not say the same"


def test_a_defended_group_needs_a_barrier_that_holds():
    found = gaps_of(proposition(defended=True))
    assert found["gap"].tolist() == ["no_barrier"]
    assert "on delivery and advice: this group is to be kept." in found["sentence"].iloc[0]
    locked = gaps_of(proposition(defended=True, barriers={"Two years' contract": "delivery"}))
    assert locked["gap"].tolist() == ["no_barrier"]
    assert "A lock-in keeps them only as long as it binds." in locked["sentence"].iloc[0]
    weak = gaps_of(proposition(defended=True, barriers={"Their list": "ordering"}))
    assert weak["gap"].tolist() == ["no_barrier", "barrier_not_earned"]
    assert gaps_of(proposition(defended=True, barriers={"Crates by hull": "Delivery"})).empty
    assert gaps_of(proposition(barriers={"Two years' contract": "delivery"})).empty, "it claims nothing"


def test_a_price_earns_nothing_and_is_not_read_into_a_promise():
    dear = STANDING.assign(
        driver=STANDING["driver"].replace("ordering", "price"), label=STANDING["label"].replace("Ordering", "Price")
    )
    assert gaps_of(proposition(promise="A price for the winter.", price_position="level"), standing=dear).empty
    cheap = dear.assign(standing=dear["standing"].mask(dear["driver"] == "price", "ahead"))
    found = gaps_of(proposition(price_driver="price"), standing=cheap)
    assert found["gap"].tolist() == ["price_not_earned"]


def test_a_card_that_asks_more_of_those_who_rate_our_price_worse_says_so():
    dear = STANDING.assign(
        driver=STANDING["driver"].replace("ordering", "price"), label=STANDING["label"].replace("Ordering", "Price")
    )
    found = gaps_of(proposition(), standing=dear)
    assert found[["gap", "part_name"]].values.tolist() == [["dear_and_it_matters", "Price"]]
    assert "they rate us worse on price, which matters to them, and the card asks more" in found["sentence"].iloc[0]
    # said what for, asked less, of no matter to them, rated as others are, or another group's judgement
    assert gaps_of(proposition(price_reason="A crate saves a day of the yard."), standing=dear).empty
    assert gaps_of(proposition(price_position="level"), standing=dear).empty
    assert gaps_of(proposition(), standing=dear.assign(matters=False)).empty
    even = dear.assign(standing=dear["standing"].replace("behind", "even"))
    assert gaps_of(proposition(), standing=even).empty
    assert gaps_of(proposition(), standing=dear[(dear["group_id"] == "g2") | (dear["driver"] != "price")]).empty


def test_where_nobody_was_asked_no_driver_is_unknown_but_none_is_shown():
    found = gaps_of(proposition(proof="lift_day", drivers=["speed"]), standing=STANDING.head(0))
    assert found["gap"].tolist() == ["lead_not_shown", "price_not_earned"]
    found = gaps_of(proposition(drivers=None, proof=None), standing=STANDING.head(0), sentences={}, secrets=None)
    assert found["gap"].tolist() == ["no_drivers", "no_proof", "price_not_earned"]
    assert "nobody has compared us" in found["sentence"].iloc[0]
    assert "a finding of this run" in found["sentence"].iloc[1]


def test_a_sentence_points_at_what_is_known():
    known = {"g1": Evidence(alternative="Northgate", channel="web")}
    found = gaps_of(proposition(alternative=None, channel=None), evidence=known).set_index("gap")["sentence"]
    assert "they name Northgate most often" in found["no_alternative"]
    assert "most of their business comes by web" in found["no_channel"]


def test_an_empty_sheet_has_every_gap_that_asks_for_something_once():
    bare = gaps_of(proposition(**dict.fromkeys(WHOLE), note="x"))
    assert bare["gap"].tolist() == [
        *("no_values_line", "no_promise", "no_drivers", "no_proof", "no_alternative", "no_price_position"),
        *("few_kinds", "no_headline", "few_messages", "no_channel"),
    ]  # fmt: skip


def test_every_gap_has_a_place_and_every_place_a_name():
    assert set(GAPS.values()) == set(PART_NAMES)
    tried = {gap for _, gap, _, _ in FAULTS}
    assert tried | {"no_proposition", "retired_with_one", "same_as_other", "no_barrier", "dear_and_it_matters"} == set(
        GAPS
    )


def test_the_order_of_what_is_known_changes_nothing():
    both = [proposition(drivers=["ordering"]), proposition("g2", proof="papers", messages=None)]
    found = gaps_of(*both)
    again = gaps_of(*both[::-1], standing=STANDING.iloc[::-1], secrets=SECRETS.iloc[::-1], intents=INTENTS)
    pd.testing.assert_frame_equal(found, again)


def test_without_any_group_there_is_no_gap_and_a_card_says_what_is_open():
    none = proposition_gaps(
        INTENTS.head(0), [], STANDING, {}, sentences={}, secrets=None, barriers=pd.DataFrame({"group_id": []})
    )
    assert none.empty
    found = gaps_of(proposition(channel=None, price_driver=None, price_position=None))
    card = add_gaps(pd.DataFrame({"group_id": ["g1", "g2"]}), found)
    assert card["gaps"].tolist() == [2, 0]
    assert card["gap_line"].tolist() == ["Open before it goes out: price and channel.", ""]
