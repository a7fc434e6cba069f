"""What step 08 says of the next generation: sentences, gaps, assumptions and checks for each way it can end."""

from __future__ import annotations

import dataclasses
from functools import cache

import pandas as pd
import pytest

from helpers.client.result_model import Finding
from helpers.method.going_viral import going_viral
from helpers.method.lookalikes import lookalikes, next_generation
from helpers.method.next_generation import movers
from helpers.method.next_generation_closing import (
    next_generation_assumptions,
    next_generation_cannot_say,
    next_generation_checks,
)
from helpers.method.next_generation_findings import next_generation_findings
from helpers.method.prospects_like import prospects_like
from helpers.show.sentences import check_finding
from tests.method.test_going_viral import DAYS, GROUPS, SENT, WINDOW
from tests.method.test_next_generation import LINE, year
from tests.method.test_prospects_like import MIXED, THREE


@cache
def ranked(passing):
    return prospects_like(THREE, *MIXED, passing)


def made(*, passing=("g2",), before=None, now=None, centres=LINE, prospects=THREE, sent=SENT, who=MIXED, **parts):
    before = year(*[4] * 12, 4) if before is None else before
    now = year(*[9] * 12, 4) if now is None else now
    moved = movers(before, now, centres, passing)
    asked = ranked(passing) if prospects is THREE and who is MIXED else prospects_like(prospects, *who, passing)
    names = pd.DataFrame({"customer_id": ["c00"], "name": ["Arden"]})
    found = next_generation(passing, moved, asked, going_viral(sent, DAYS, GROUPS, passing, **WINDOW), names)
    return dataclasses.replace(found, **parts)


def said(found) -> dict[str, Finding]:
    findings = next_generation_findings(found)
    for one in findings:
        check_finding(one)
    return {one.id: one for one in findings}


def test_each_part_has_its_sentence():
    found = said(made())
    assert list(found) == ["08.movers", "08.prospects", "08.going_viral"]
    movers_ = found["08.movers"]
    assert {name: value.value for name, value in movers_.values.items()} == {
        "group": "g2",
        "compared": 13,
        "named": 12,
        "change_0": "orders more often",
        "count_0": 12,
    }
    assert "stand in it by now" in movers_.text and "hardly any of this is chance" in movers_.text
    assert movers_.text.endswith("a mover {change_0:text} ({count_0:count} of {named:count}).")
    assert found["08.prospects"].values["first"].value == 3 and found["08.prospects"].evidence == "modelled"
    assert found["08.prospects"].values["base"].value == 0.5
    viral = found["08.going_viral"]
    assert viral.values["best"].value == "g1" and viral.text.endswith("whose lead over the others may be chance.")
    assert not next_generation_cannot_say(made())


def test_what_may_be_chance_is_told_with_its_number():
    before, now = year(*[4] * 30, 9, 9), year(*[9] * 30, 4, 4)
    text = said(made(before=before, now=now))["08.movers"]
    assert text.values["chance"].value == 2 and "may be chance" in text.text


def test_nobody_named_is_a_finding_and_several_groups_have_a_count():
    still = year(*[5] * 30)
    found = said(made(before=still, now=still, passing=("g2", "g3")))
    assert "no more came" in found["08.movers"].text and found["08.movers"].values["groups"].value == 2
    assert "Compared with" not in found["08.movers"].text


def test_some_on_the_way_are_told_where_neither_side_is_few():
    before, far, near = year(*[4] * 22), [7] * 11, [9] * 11
    assert "on the way" in said(made(before=before, now=year(*far, *near)))["08.movers"].text
    assert "on the way" not in said(made(before=before, now=year(*[7] * 3, *[9] * 19)))["08.movers"].text


@pytest.mark.parametrize(
    ("given", "words", "times"),
    [
        ({"passing": ()}, "No group passes", 2),
        ({"centres": None}, "not formed by behaviour", 1),
        ({"before": year(4).iloc[:0]}, "No customer outside", 1),
        ({"before": year(4)}, "One customer outside", 1),
        ({"before": year(*[4] * 9)}, "Only 9 customers", 1),
        ({"prospects": None}, "The table prospects was not delivered", 1),
        ({"who": (None, MIXED[1])}, "The table customers was not delivered", 1),
        ({"prospects": THREE.assign(industry="Werft", region="Nord")}, "in the same words (industry: said in", 1),
        ({"prospects": THREE[["prospect_id", "region"]]}, "Region hardly tell", 1),
        ({"who": (MIXED[0].iloc[:50], MIXED[1])}, "20 of each are needed", 1),
        ({"sent": None}, "No referral is delivered", 1),
    ],
)
def test_what_cannot_be_said_is_told_with_what_would_unlock_it(given, words, times):
    found = made(**given)
    gaps = next_generation_cannot_say(found)
    assert sum(words in gap.because for gap in gaps) == times == len(gaps)
    assert all(gap.unlocked_by for gap in gaps)
    spoken = said(found)  # what is a gap is no finding
    assert len(spoken) < 3


def test_a_missing_year_is_a_gap():
    moved = movers(None, year(4), LINE, ["g2"])
    gaps = next_generation_cannot_say(made(movers=moved))
    assert [gap.unlocked_by for gap in gaps] == ["transactions: two years or more before as_of."]


def test_where_no_group_was_formed_nothing_is_said_of_word_of_mouth():
    nobody = going_viral(SENT, DAYS, GROUPS.iloc[:0], (), **WINDOW)
    assert nobody["group_id"].tolist() == ["all"] and nobody["per_hundred"].isna().all()
    assert "08.going_viral" not in said(made(viral=nobody))


def test_nobody_who_came_has_bought():
    none = SENT.assign(referred_customer_id="z")
    assert said(made(sent=none))["08.going_viral"].text.startswith("Nobody who came")


def test_assumptions_are_those_that_were_used():
    assert [one.id for one in next_generation_assumptions(made())] == [
        "08.movers_chance", "08.movers_orders", "08.prospect_auc", "08.prospect_values", "08.prospects_alike",
    ]  # fmt: skip
    assert next_generation_assumptions(made(passing=())) == []


def test_checks_pass_and_fail():
    found = made()
    groups = pd.DataFrame({"customer_id": year(*[4] * 13)["customer_id"], "group_id": ["g2"] * 12 + ["g1"]})
    assert [(one.id, one.verdict) for one in next_generation_checks(found, groups, THREE)] == [
        ("08.movers_groups", "pass"), ("08.prospects_ranked", "pass"), ("08.viral_sum", "pass"),
    ]  # fmt: skip
    viral = found.viral.assign(
        buying_referrals=found.viral["buying_referrals"].where(found.viral["group_id"] != "g1", 9)
    )
    wrong = dataclasses.replace(found, viral=viral, lookalikes=found.lookalikes.iloc[:-1])
    moved = groups.assign(group_id="g1")
    assert [one.verdict for one in next_generation_checks(wrong, moved, THREE)] == ["fail"] * 3


def test_the_list_has_movers_then_prospects_and_equal_ones_share_a_rank():
    found = made()
    table = found.lookalikes
    assert table["kind"].tolist() == ["mover"] * 12 + ["prospect"] * 3
    assert table["rank"].tolist() == [1] * 12 + [1, 2, 2]
    assert table.at[0, "name"] == "Arden" and table["likeness"].notna().sum() == 3
    assert lookalikes(made(passing=()).movers, made(passing=()).prospects).empty
