"""Facts of groups, what the rules propose for them, and what would change that; on Harbour's published numbers too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.intent_rules_file import read_intent_rules
from helpers.errors import StepInputError
from helpers.method.intent_facts import intent_facts, side_of
from helpers.method.intent_rules import intent_rules
from helpers.method.intent_space import settled
from helpers.method.intent_words import FACTS, TESTS, future_of
from helpers.method.intents import first_rule, focus_limit, intent_checks, propose_intents, what_flips

WORDS = {"p": "pass", "f": "fail", "u": "undecided", "n": "not_tested"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    file = read_intent_rules(tmp_path_factory.mktemp("client"))
    return intent_rules(file.rows, file=file.file)


def table(columns, *rows):
    return pd.DataFrame(list(rows), columns=columns.split())


def fit(**groups):
    """Five letters a group, a test each: p f u n."""
    rows = [
        (g, test, WORDS[letter]) for g, letters in groups.items() for test, letter in zip(TESTS, letters, strict=True)
    ]
    return table("group_id test status", *rows)


NAMES = ["Boatyards", "Engine workshops", "Fleet operators", "Chandlery resellers", "Clubs and owners"]
IDS = ["g1", "g2", "g3", "g4", "g5"]


def harbour_tables():
    """What steps 03 to 07 published of Harbour Supplies, rounded, with the rows that stand beside."""
    positions = ["sweet_spot", "sweet_spot", "undecided", "we_over_give", "undecided"]
    lows, highs = [254667, 74056, 454646, -29651, -3714], [316459, 123785, 597359, -1369, 4386]
    return {
        "groups": table(
            "group_id group_name", *zip([*IDS, "lapsing", "all"], [*NAMES, "Lapsing", "All customers"], strict=True)
        ),
        "value_exchange": table(
            "group_id position", *zip(IDS, positions, strict=True), ("all", "undecided"), ("one_order", "cannot_say")
        ),
        "clv_by_group": table(
            "group_id clv_low clv_high", ("all", 835459, 1003438), *zip(IDS, lows, highs, strict=True)
        ),
        "margin_slopes": table(
            "group_id decides downturn",
            *[(group, False, False) for group in IDS],
            *[(group, True, group == "g4") for group in IDS],
        ),
        "failing_groups": table(
            "group_id fails diagnosis", *[(g, g == "g4", "weak_offer" if g == "g4" else None) for g in IDS]
        ),
        "group_share": table(
            "group_id revenue band modelled_band",
            ("g1", 1070202.0, "undecided", "undecided"),
            ("g2", 681601.0, "build", "build"),
            ("g3", 2014042.0, "win_more", "win_more"),
            ("g4", 388105.0, "build", "build"),
            ("g5", 40347.0, "cannot_say", "win_more"),
        ),
        "winnable_headroom": table(
            "group_id winnable_low winnable_high",
            *zip(IDS, [112983, 135671, 409039, 76766, 6751], [345607, 318173, 931636, 192729, 15771], strict=True),
        ),
    }


# truth of Harbour: chances of projects .993, .624, .991, .008, .816; growth ready to adopt .085, -.015, .03, -.04, 0;
# direction +, 0, 0, -, 0; the downturn is the chandlers'
TRUTH = fit(g1="ppppp", g2="puufp", g3="puppp", g4="ffffp", g5="fupuu")


def chosen(proposal):
    return {
        group: [intent for intent in (first, second) if intent]
        for group, first, second in proposal[["group_id", "primary", "secondary"]].values
    }


# ---- facts -----------------------------------------------------------------------------------------------------------


def test_facts_of_harbour_as_the_steps_publish_them():
    facts = intent_facts(**harbour_tables(), future_fit=TRUTH, years=2.0).set_index("group_id")
    assert facts.index.tolist() == IDS  # who stands beside gets no intent
    assert facts["lifetime"].tolist() == ["above", "above", "above", "below", "unclear"]
    assert facts["downturn"].tolist() == ["no", "no", "no", "yes", "no"]
    assert facts["diagnosis"].tolist() == ["none", "none", "none", "weak_offer", "none"]
    assert facts["share"].tolist() == ["undecided", "build", "win_more", "build", "win_more"]
    assert facts["headroom"].tolist() == ["large"] * 5
    assert facts["future"].tolist() == ["passes", "fails", "passes", "fails", "fails"]


def test_headroom_is_a_part_of_a_years_revenue():
    tables = harbour_tables()

    def headroom(**more):
        return intent_facts(**tables, **more).set_index("group_id")["headroom"]["g1"]

    # 112,983 to 345,607 of 1,070,202 in two years is .211 to .646 of a year
    assert [headroom(years=2.0, large=cut) for cut in (0.21, 0.5, 0.65)] == ["large", "unclear", "small"]
    tables["group_share"]["revenue"] = 0.0
    assert headroom(years=2.0) == "unknown"


def test_what_no_table_says_is_not_known():
    groups = harbour_tables()["groups"]
    facts = intent_facts(groups)
    assert {name: set(facts[name]) for name in FACTS} == {name: {fact.blank} for name, fact in FACTS.items()}
    assert intent_facts(None).empty and list(intent_facts(None)) == list(facts)
    # a table without a row of the group, or with a missing value in it, says nothing either
    tables = {name: part[part["group_id"] != "g1"] for name, part in harbour_tables().items()}
    tables["groups"] = groups
    blank = intent_facts(**tables, future_fit=TRUTH[TRUTH["group_id"] != "g1"]).iloc[0]
    assert all(blank[name] == fact.blank for name, fact in FACTS.items())
    tables = harbour_tables()
    tables["margin_slopes"]["downturn"] = pd.array([None] * 10, dtype="boolean")
    tables["failing_groups"]["fails"] = pd.array([None] * 5, dtype="boolean")
    tables["clv_by_group"]["clv_low"] = np.nan
    facts = intent_facts(**tables)
    assert set(facts["downturn"]) | set(facts["diagnosis"]) | set(facts["lifetime"]) == {"unknown"}


def test_facts_do_not_depend_on_the_order_of_rows():
    tables = harbour_tables()
    turned = {name: part.iloc[::-1] for name, part in tables.items()}
    first = intent_facts(**tables, future_fit=TRUTH, years=2.0)
    pd.testing.assert_frame_equal(first, intent_facts(**turned, future_fit=TRUTH.iloc[::-1], years=2.0))


def test_a_side_is_taken_by_the_whole_interval_only():
    low, high = pd.Series([0.1, 0.09, 0.05, 0.0, np.nan]), pd.Series([0.2, 0.1, 0.0999, 0.0, 1.0])
    assert side_of(low, high, 0.1, ("large", "small")).tolist() == ["large", "unclear", "small", "small", "unknown"]
    zero = pd.Series([0.0])
    assert side_of(zero, zero, 0.0, ("above", "below")).tolist() == ["unclear"]  # nothing earned, nothing lost


def test_tables_that_cannot_be_meant_are_refused():
    tables = harbour_tables()
    twice = {**tables, "clv_by_group": pd.concat([tables["clv_by_group"]] * 2)}
    with pytest.raises(StepInputError, match='clv_by_group has "g1", "g2".* twice'):
        intent_facts(**twice)
    strange = TRUTH.assign(status=TRUTH["status"].replace("pass", "passed"))
    with pytest.raises(StepInputError, match='holds "passed". Expected pass, fail'):
        intent_facts(**tables, future_fit=strange)
    with pytest.raises(StepInputError, match="value_exchange lacks the column position"):
        intent_facts(tables["groups"], value_exchange=tables["groups"])
    with pytest.raises(StepInputError, match="years is 0"):
        intent_facts(tables["groups"], years=0)


def test_the_tests_make_the_future_and_a_downturn_fails_the_profit():
    letters = ["ppppp", "pnnnp", "ppppu", "uuuuu", "nnnnn", "nnnnf", "unnnn"]
    rows = [[WORDS[letter] for letter in word] for word in letters]
    tests = pd.DataFrame(rows, columns=list(TESTS))
    expected = ["passes", "passes", "undecided", "undecided", "not_tested", "fails", "undecided"]
    assert future_of(tests).tolist() == expected
    falling = settled(tests.assign(downturn="yes"))
    assert falling["profitable"].tolist() == ["fail"] * 4 + ["not_tested"] * 2 + ["fail"]
    assert falling["future"].tolist() == ["fails"] * 4 + ["not_tested", "fails", "fails"]


# ---- proposals -------------------------------------------------------------------------------------------------------


def test_harbour_is_told_apart(rules):
    facts = intent_facts(**harbour_tables(), future_fit=TRUTH, years=2.0)
    proposal = propose_intents(facts, rules)
    assert chosen(proposal) == {
        "g1": ["grow"],
        "g2": ["maintain"],
        "g3": ["grow"],
        "g4": ["re_engineer", "retire"],
        "g5": ["re_engineer"],
    }
    assert proposal["rule"].tolist() == [
        *("grow", "keep_without_future", "grow_where_it_pays", "mend_or_part", "earn_the_costs")
    ]
    assert proposal["because"][0] == "Both sides gain; there is much to win from it; it leads into the future."
    assert proposal["because"][3] == "It will cost more than it brings; it goes another way than we do."
    assert set(proposal["not_known"]) == {""}
    assert [check.verdict for check in intent_checks(chosen(proposal), facts)] == ["pass"] * 3


def test_before_step_08_nobody_grows_and_the_loss_is_seen(rules):
    proposal = propose_intents(intent_facts(**harbour_tables(), years=2.0), rules)
    intents = chosen(proposal)
    assert [intents[group][0] for group in IDS] == ["maintain", "maintain", "maintain", "re_engineer", "re_engineer"]
    assert proposal["not_known"][0].startswith("Profitable, Same direction")


def test_one_and_no_group_and_nothing_known(rules):
    one = intent_facts(table("group_id group_name", ("g1", "All of them")))
    proposal = propose_intents(one, rules)
    assert chosen(proposal) == {"g1": ["maintain"]}
    assert (proposal["rule"][0], proposal["because"][0]) == ("keep_and_learn", "")
    assert len(proposal["not_known"][0].split(", ")) == len(FACTS)
    nobody = propose_intents(intent_facts(None), rules)
    assert nobody.empty and list(nobody) == list(proposal)
    assert what_flips(intent_facts(None), rules).empty


@pytest.mark.parametrize(
    ("known", "intents", "rule"),
    [
        ({"lifetime": "below", "position": "low_low"}, ["retire"], "part_ways"),
        ({"lifetime": "below", "right_to_win": "fail"}, ["retire"], "part_ways"),
        ({"downturn": "yes", "direction": "fail"}, ["re_engineer", "retire"], "falls_away"),
        ({"lifetime": "below", "direction": "fail"}, ["re_engineer", "retire"], "mend_or_part"),
        ({"lifetime": "below"}, ["re_engineer"], "stop_the_loss"),
        ({"profitable": "fail"}, ["re_engineer"], "earn_the_costs"),
        ({"diagnosis": "wrong_customers"}, ["re_engineer", "retire"], "wrong_customers"),
        ({"diagnosis": "price_driven"}, ["re_engineer"], "mend_the_offer"),
        ({"downturn": "yes", "position": "sweet_spot"}, ["re_engineer"], "stop_the_fall"),
        ({"position": "sweet_spot", "headroom": "unknown", "future": "passes", "market": "pass"}, ["grow"], "grow"),
        (
            {"position": "undecided", "headroom": "large", "right_to_win": "undecided"} | {"profitable": "pass"},
            ["maintain"],
            "ask_before_growing",
        ),
        ({"position": "sweet_spot", "headroom": "small", "future": "passes"}, ["maintain"], "keep_without_room"),
        ({"position": "sweet_spot", "market": "fail"}, ["maintain"], "keep_without_future"),
        ({"position": "sweet_spot"}, ["maintain"], "keep_what_both_value"),
        (
            {"position": "they_under_get", "headroom": "large", "future": "passes"},
            ["grow", "re_engineer"],
            "grow_and_mend",
        ),
        ({"position": "they_under_get"}, ["maintain", "re_engineer"], "hold_and_mend"),
        ({"position": "low_low"}, ["re_engineer", "retire"], "mend_both_sides"),
        ({"position": "low_low", "lifetime": "above"}, ["re_engineer"], "mend_our_side"),
        ({"position": "we_over_give", "lifetime": "above"}, ["re_engineer"], "mend_our_side"),
        ({"lifetime": "unclear"}, ["re_engineer"], "show_that_it_pays"),
    ],
)
def test_each_rule_of_the_kit_fires_where_it_should(rules, known, intents, rule):
    facts = intent_facts(table("group_id group_name", ("g1", "Some")))
    if known.get("future") == "passes":
        known = {"profitable": "pass", "right_to_win": "pass", **known}
    proposal = propose_intents(settled(facts.assign(**known)), rules)
    assert (chosen(proposal)["g1"], proposal["rule"][0]) == (intents, rule)


def test_no_possible_group_grows_without_the_right_to_win(rules):
    names = ("position", "headroom", "lifetime", "right_to_win", "commitment")
    grid = pd.MultiIndex.from_product([FACTS[name].words for name in names], names=names).to_frame(index=False)
    blank = {name: fact.blank for name, fact in FACTS.items() if name not in names}
    facts = settled(grid.assign(**{**blank, "profitable": "pass", "market": "pass"}))
    grows = first_rule(facts, rules).isin([rule.id for rule in rules if rule.primary == "grow"])
    assert grows.any() and (facts.loc[grows, "right_to_win"] == "pass").all()
    assert (facts.loc[grows, "lifetime"] != "below").all()


def test_rows_of_draws_are_read_like_groups(rules):
    facts = intent_facts(**harbour_tables(), future_fit=TRUTH, years=2.0)
    draws = pd.concat([facts] * 3)  # an index that repeats
    assert first_rule(draws, rules).tolist() == propose_intents(facts, rules)["rule"].tolist() * 3


def test_facts_that_contradict_each_other_fit_no_rule():
    rows = [
        {"id": "a", "sentence": "A.", "when": 'future == "passes" or right_to_win != "pass"', "primary": "maintain"},
        {"id": "b", "sentence": "B.", "when": 'future != "passes" and right_to_win == "pass"', "primary": "maintain"},
    ]
    rules = intent_rules(rows[:1] + rows[1:])
    facts = intent_facts(table("group_id group_name", ("g1", "Some")))
    assert first_rule(facts, rules).tolist() == ["a"]
    gap = [{**rows[0], "when": 'future in ["passes", "fails", "undecided"] or right_to_win == "not_tested"'}]
    with pytest.raises(StepInputError, match='No intent rule fits a group with right_to_win == "pass" and future == '):
        first_rule(facts.assign(right_to_win="pass"), intent_rules(gap))
    with pytest.raises(StepInputError, match='position holds "good"'):
        first_rule(facts.assign(position="good"), rules)
    with pytest.raises(StepInputError, match="lack downturn"):
        first_rule(facts.drop(columns="downturn"), rules)


# ---- focus, checks, what would change it -----------------------------------------------------------------------------


def test_at_most_two_and_a_third_of_the_groups_may_grow():
    assert [focus_limit(groups) for groups in range(1, 9)] == [1, 1, 1, 2, 2, 2, 2, 2]


def test_checks_call_out_what_people_chose():
    facts = intent_facts(**harbour_tables(), future_fit=TRUTH, years=2.0)
    picked = {"g1": ["grow"], "g2": ["grow"], "g3": ["grow", "re_engineer"], "g4": ["retire"], "g5": ["grow"]}
    pairs, right, focus = intent_checks(picked, facts)
    assert (pairs.verdict, right.verdict, focus.verdict) == ("pass", "flag", "flag")
    assert right.found == "without it: Clubs and owners" and (focus.found, focus.expected) == (4, 2)
    pairs, _, focus = intent_checks({"g1": ["retire", "grow"], "g2": ["maintain"], "g3": [], "g4": ["retire"]}, facts)
    assert (pairs.verdict, focus.verdict) == ("fail", "pass")
    assert pairs.found == "refused: Boatyards, Fleet operators and Clubs and owners"


def test_what_would_change_a_proposal(rules):
    facts = intent_facts(**harbour_tables(), future_fit=TRUTH, years=2.0)
    flips = what_flips(facts, rules)
    yards = flips[flips["group_id"] == "g1"].set_index(["fact", "other"])
    assert yards.loc[("right_to_win", "undecided"), "primary"] == "maintain"
    assert yards.loc[("downturn", "yes"), "rule"] == "stop_the_fall"
    assert yards.loc[("headroom", "small"), ["now", "primary"]].tolist() == ["large", "maintain"]
    assert ("commitment", "undecided") not in yards.index  # it still passes as a whole
    assert not {"future"} & set(flips["fact"])
    assert "diagnosis" not in set(yards.reset_index()["fact"])  # why it fails is not asked of a group that does not
    chandlers = flips[flips["group_id"] == "g4"].set_index(["fact", "other"])
    assert chandlers.loc[("right_to_win", "fail"), "primary"] == "retire"
    # each row stands for a change: made, the rules say what it says
    for _, flip in flips.iloc[::9].iterrows():
        changed = facts[facts["group_id"] == flip["group_id"]].assign(**{flip["fact"]: flip["other"]})
        proposal = propose_intents(settled(changed), rules).iloc[0]
        assert proposal[["primary", "secondary", "rule"]].tolist() == flip[["primary", "secondary", "rule"]].tolist()
