"""What step 03 says of groups of known sizes, and whether it checks and asks what it should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.group_before import GroupsBefore
from helpers.method.group_closing import group_assumptions, group_cannot_say, group_checks
from helpers.method.group_findings import evidence_of, group_findings
from helpers.method.group_identity import Identity
from helpers.method.group_moves import group_moves
from helpers.method.group_tables import evidence_lines
from tests.method.builders import sentences
from tests.method.group_builders import REAL, UNREAL, UNSURE, WAYS, WINDOW, group_tables, members, summary_and_days


def said(tables):
    """The findings by id, without the step; each of them can be said."""
    found = group_findings(tables)
    sentences(found)
    return {finding.id.removeprefix("03."): finding for finding in found}


def numbers(finding) -> dict:
    return {name: value.value for name, value in finding.values.items()}


def test_the_answer_by_hand():
    found = said(group_tables(beside={"late": "lapsing"}))
    # 32 of 33 active customers are in a group; all 380 came from them
    assert numbers(found["answer"]) == {"groups": 2, "part": pytest.approx(32 / 33), "money": 1.0}
    assert (found["answer"].n, found["answer"].evidence) == (32, "measured")
    # g1: 12 of 33 customers and 360 of 380 of the revenue
    assert numbers(found["portions"]) == {
        "first": "g1", "first_part": pytest.approx(12 / 33), "first_money": pytest.approx(360 / 380),
        "last": "g2", "last_part": pytest.approx(20 / 33), "last_money": pytest.approx(20 / 380),
    }  # fmt: skip
    assert numbers(found["group.g2"]) | {"told": ""} == {
        "group": "g2", "customers": 20, "part": pytest.approx(20 / 33), "money": pytest.approx(20 / 380), "told": "",
    }  # fmt: skip
    assert [name for name in found if name.startswith("group.")] == ["group.g1", "group.g2"]


def test_the_measure_that_parts_the_groups_most():
    # of 32, the twenty with two orders stand at (20 + 1) / 2 - .5 = 10, the twelve with nine at 20 + 6 = 26
    values = numbers(said(group_tables())["behaviour"])
    assert (values["high"], values["low"]) == ("g1", "g2")
    assert (values["high_place"], values["low_place"]) == pytest.approx((26 / 32, 10 / 32))
    assert "behaviour" not in said(group_tables(frequency={"g1": 3.0, "g2": 3.0}))


@pytest.mark.parametrize(("way_in", "reality", "evidence"), [
    ("behaviour", REAL, "measured"), ("behaviour", UNREAL, "judged"),
    ("rfm", REAL, "judged"), ("rules", UNREAL, "judged"),
])  # fmt: skip
def test_only_groups_that_came_back_are_measured(way_in, reality, evidence):
    tables = group_tables(way_in=way_in, reality=reality)
    found = said(tables)
    assert evidence_of(tables) == found["answer"].evidence == found["group.g1"].evidence == evidence
    real = evidence == "measured"
    assert ("behave alike" in found["answer"].text) == real
    assert ("continuum" in found["answer"].text) == (not real and way_in != "rules")


def test_what_two_samples_agree_on_and_the_line_of_a_cloud_without_groups():
    tables = group_tables(reality=UNREAL)
    assert numbers(said(tables)["evidence"]) == {"k": 2, "agreement": 0.65, "null": 0.7}
    assert evidence_lines(tables.formed) == [{"at": 0.7, "label": "a cloud without groups"}]
    unasked = group_tables(way_in="rules", reality=UNSURE)
    assert "evidence" not in said(unasked) and evidence_lines(unasked.formed) == []


def test_rules_are_as_good_as_they_are_on_customers_they_were_not_made_from():
    sure, rough = (said(group_tables(fidelity=part))["rules"] for part in (0.80, 0.79))
    assert numbers(sure) == {"right": 0.8} and "approximation" not in sure.text
    assert "approximation" in rough.text
    own = said(group_tables(way_in="rules"))["rules"]
    assert own.values == {} and own.evidence == "judged"
    assert "rules" not in said(group_tables(fidelity=np.nan))


def test_who_stands_beside_is_counted_by_the_reason():
    found = said(group_tables(beside={"b1": "lapsing", "b2": "one_order", "b3": "lapsing"}))["beside"]
    assert numbers(found) == {"beside": 3, "one_order": 1, "lapsing": 2} and found.n == 3
    alone = said(group_tables(beside={"b1": "contract_only"}))["beside"]
    assert numbers(alone) == {"beside": 1, "contract_only": 1}
    assert "beside" not in said(group_tables())


def test_how_sure_a_customers_group_is_and_who_stands_for_it():
    found = said(group_tables(confidence=0.95, identity=Identity({0: "g1"}, anchors=5, astray=1)))
    assert numbers(found["confidence"])["sure"] == 1.0
    assert numbers(found["identity"]) == {"anchors": 5, "astray": 1}
    changed = said(group_tables(identity=Identity({0: "g1"}, new=("g4",), vanished=("g3",), anchors=5, astray=0)))
    assert "no longer" in changed["identity"].text and "what" in changed["identity"].values
    assert {"confidence", "identity"}.isdisjoint(said(group_tables()))


def test_what_tells_most_of_a_group_is_told_of_ten_customers_or_more():
    group_of = members({"g1": 12, "g2": 20, "g3": 9})
    sea = {"g1": "salt", "g2": "fresh", "g3": "lake"}
    who = pd.DataFrame({"customer_id": list(group_of), "water": [sea[group] for group in group_of.values()]})
    amounts = {"g1": 30.0, "g2": 1.0, "g3": 1.0}
    tables = group_tables({"g1": 12, "g2": 20, "g3": 9}, money=amounts, frequency=amounts, who=who)
    found = {finding.id: finding for finding in group_findings(tables)}
    assert "03.buying" not in found, "one channel and one category tell nothing"
    found = found["03.attributes"]
    # the nine of g3 differ most from all, and are too few; of the others g1 differs by 29 of 41
    assert numbers(found) == {"group": "g1", "label": "Water: salt", "part": 1.0, "all": pytest.approx(12 / 41)}
    assert found.n == 12


@pytest.mark.parametrize("way_in", WAYS)
def test_limits_have_no_sentence_that_cannot_be_said(way_in):
    assert not [name for name in said(group_tables({}, way_in=way_in, reality=UNSURE)) if name != "evidence"]
    one = said(group_tables({"g1": 1}, way_in=way_in, reality=UNSURE))
    assert numbers(one["group.g1"])["customers"] == 1 and "portions" not in one
    poor = said(group_tables(way_in=way_in, money={"g1": 0.0, "g2": 0.0}))
    assert "money" not in poor["answer"].values and "portions" not in poor


# ---- closing ---------------------------------------------------------------------------------------------------------


def checks(tables, **changed):
    found = group_checks(tables, **(summary_and_days(tables) | changed), **WINDOW)
    return {check.id.removeprefix("03."): check for check in found}


def test_tables_that_agree_pass():
    found = checks(group_tables(beside={"b1": "lapsing"}))
    assert {name: check.verdict for name, check in found.items()} == dict.fromkeys(
        ("once", "revenue", "portions"), "pass"
    )
    assert (found["once"].found, found["portions"].expected, found["revenue"].found) == (33, 33, 380.0)


def test_each_check_can_fail():
    tables = group_tables()
    given = summary_and_days(tables)
    other = pd.DataFrame({"customer_id": ["nobody"], "status": ["active"]})
    found = checks(tables, customer_summary=pd.concat([given["customer_summary"], other]))
    assert (found["once"].verdict, found["once"].found, found["once"].expected) == ("fail", 32, 33)
    fewer = checks(tables, customer_summary=given["customer_summary"].iloc[1:])["portions"]
    assert (fewer.verdict, fewer.found, fewer.expected) == ("fail", 32, 31)
    more = given["customer_days"].assign(revenue=given["customer_days"]["revenue"] + 0.01)
    assert checks(tables, customer_days=more)["revenue"].verdict == "fail"
    late = given["customer_days"].assign(date=pd.Timestamp(WINDOW["as_of"]))
    assert checks(tables, customer_days=late)["revenue"].found == 380.0


def test_moves_that_lose_or_double_a_customer_fail():
    tables = group_tables()
    groups = tables.formed.customer_groups
    before = GroupsBefore("v1", "2025-09-01", groups.iloc[2:], None, None)
    moves = group_moves(groups, before)
    found = checks(replace(tables, before=before, moves=moves))
    counts = {name: (found[name].found, found[name].expected) for name in ("moves_then", "moves_now")}
    assert counts == {"moves_then": (len(groups) - 2,) * 2, "moves_now": (len(groups),) * 2}
    fewer = checks(replace(tables, before=before, moves=moves[moves["from_group_id"] != "not_there"]))
    assert (fewer["moves_then"].verdict, fewer["moves_now"].verdict) == ("pass", "fail")
    doubled = checks(replace(tables, before=before, moves=pd.concat([moves, moves])))
    assert (doubled["moves_then"].verdict, doubled["moves_now"].verdict) == ("fail", "fail")


def test_anchors_astray_idle_rules_and_strange_words_ask_for_a_look():
    found = checks(group_tables(identity=Identity({}, anchors=5, astray=2)))
    assert (found["anchors"].found, found["anchors"].verdict) == (2, "flag")
    idle = checks(group_tables({"g1": 3}, way_in="rules", unmatched=('region "Nrth"',), idle=("g2",)))
    assert (idle["idle_rules"].found, idle["idle_rules"].verdict) == (1, "flag")
    assert (idle["strange_words"].found, idle["strange_words"].verdict) == (1, "flag")
    right = checks(group_tables(way_in="rules"))
    assert (right["idle_rules"].verdict, right["strange_words"].verdict) == ("pass", "pass")


def test_what_stays_open_is_what_is_missing():
    least = [gap.question for gap in group_cannot_say(group_tables(who=None))]
    assert len(least) == 3, "later versions, a feature that nobody has, and attributes"
    unreal = group_cannot_say(group_tables(reality=UNREAL, cost=None))
    assert UNREAL.why_not in [gap.because for gap in unreal]
    assert any("cost_of_goods" in gap.unlocked_by for gap in unreal) and len(unreal) == 5


def test_assumptions_are_those_of_the_way_in():
    names = {way: {one.id for one in group_assumptions(group_tables(way_in=way))} for way in WAYS}
    assert names["rfm"] - names["rules"] == {"03.quantiles"}
    assert names["behaviour"] - names["rules"] == {"03.exact"}
    assert all(one.value not in (None, "") for one in group_assumptions(group_tables()))
