"""Spend by function and group, and its alignment with value and intent, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.spend_alignment import alignment_index, spend_alignment
from helpers.method.spend_by_function import spend_by_function
from helpers.method.spend_findings import spend_assumptions, spend_cannot_say, spend_checks, spend_findings

GROUPS = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "group_name": ["Yards", "Fleets", "Owners"]})
SPEND = pd.DataFrame(
    {
        "business_function": ["sales", "Sales", "support", "support", "support"],
        "amount": [10.0, 30.0, 20.0, 30.0, 10.1],
        "people_days": [1.0, 3.0, 2.0, 3.0, 1.0],
        "customer_group": ["Yards", "g2", "yards", "Owners", "Owners"],
        "is_reactive": pd.array([False, False, True, True, False], dtype="boolean"),
    }
)
INTENTS = GROUPS.assign(customers=[10, 20, 30], primary=["grow", "maintain", "retire"])
CLV = pd.DataFrame({"group_id": ["g1", "g2", "g3", "all"], "clv": [70.0, 30.0, -5.0, 95.0]})
VALUE = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "group_id": ["g1", "g2", "g3"],
        "status": "active",
        "gross_margin": [50.0, 30.0, 20.0],
        "customer_profit": [30.0, 10.0, np.nan],
    }
)
TACTICS = pd.DataFrame(
    {
        "group_id": ["g1", "g1", "g3", "g2"],
        "cost": [5.0, 5.0, 30.0, 99.0],
        "people_days": [1.0, np.nan, 2.0, 3.0],
        "process_changed": ["ordering", None, " ", "billing"],
        "selected": [True, True, True, False],
    }
)


def by_function(spend=SPEND, groups=GROUPS):
    return spend_by_function(spend, groups)


def aligned(spend=SPEND, tactics=TACTICS, clv=CLV, value=VALUE, intents=INTENTS):
    return spend_alignment(by_function(spend), tactics, clv, value, intents).set_index("group_id")


def findings(spend=SPEND, **more) -> dict:
    table = aligned(spend, **more).reset_index()
    return {one.id: one for one in spend_findings(by_function(spend), table, alignment_index(table))}


def cell(table, function, group):
    return table[(table["business_function"] == function) & (table["group_id"] == group)].iloc[0]


def test_spend_by_hand():
    table = by_function()
    assert cell(table, "All functions", "all")["amount"] == 100.1
    assert cell(table, "sales", "all")[["amount", "people_days", "reactive_part"]].tolist() == [40.0, 4.0, 0.0]
    assert cell(table, "support", "g3")[["amount", "reactive", "planned"]].tolist() == [40.1, 30.0, 10.1]
    assert cell(table, "All functions", "all")["reactive_part"] == pytest.approx(50 / 100.1)
    assert (table["reactive"] + table["planned"] + table["unmarked"] - table["amount"]).abs().max() < 1e-9
    assert [check.verdict for check in spend_checks(table, SPEND)] == ["pass", "pass"]
    assert {check.verdict for check in spend_checks(table, SPEND[1:])} == {"fail"}
    told = findings()["11.reactive"]
    assert told.values["worst"].value == "support" and told.values["highest"].value == pytest.approx(50 / 60.1)
    assert "alone" in told.text


def test_the_order_of_rows_does_not_matter():
    pd.testing.assert_frame_equal(by_function(), by_function(SPEND.sample(frac=1, random_state=3), GROUPS[::-1]))
    mixed = aligned(SPEND[::-1], TACTICS[::-1], CLV[::-1], VALUE[::-1], INTENTS[::-1])
    pd.testing.assert_frame_equal(aligned(), mixed)


def test_what_is_not_split_not_ours_or_not_marked():
    strange = SPEND.assign(
        customer_group=["Yachts", None, " ", "g1", "g2"], is_reactive=[True, None, False, None, None]
    )
    table = by_function(strange)
    assert table["group_id"].unique().tolist() == ["all", "g1", "g2", "no_group", "not_split"]
    whole = cell(table, "All functions", "all")
    assert whole[["reactive", "planned", "unmarked"]].tolist() == [10.0, 20.0, 70.1]
    assert whole["reactive_part"] == pytest.approx(1 / 3)
    assert [check.verdict for check in spend_checks(table, strange)] == ["pass", "pass"]
    # money of one group is not known: no part is, of any
    assert aligned(strange)["part_of_spend"].isna().all()
    assert "11.misaligned" not in findings(strange)
    unmarked = SPEND.drop(columns=["is_reactive", "people_days"])
    assert by_function(unmarked)["reactive_part"].isna().all() and "11.reactive" not in findings(unmarked)
    questions = [one.question for one in spend_cannot_say(by_function(unmarked), aligned(unmarked).reset_index())]
    assert questions == ["How much of our spend answers what had gone wrong?", "Do people work where value is?"]


def test_parts_and_verdicts_by_hand():
    table = aligned()
    assert table["spend"].tolist() == [30.0, 30.0, 40.1] and table["people_days"].tolist() == [3.0, 3.0, 4.0]
    # a group below zero counts as nothing
    assert table["part_of_clv"].tolist() == [0.7, 0.3, 0.0] and table["part_of_margin"].tolist() == [0.5, 0.3, 0.2]
    assert table["part_of_profit"].isna().all()  # profit of one group is not known
    assert table["budget_by_value"].tolist() == ["less", "in_line", "more"]
    assert table["people_by_value"].tolist() == ["less", "in_line", "more"]
    # of the selected tactics' money 10 of 40 go to the yards, where 30 % goes today: grow asks for more
    assert table["tactics_cost"].tolist() == [10.0, 0.0, 30.0]
    assert table["budget_by_intent"].tolist() == ["against", "open", "against"]
    assert table["people_by_intent"].tolist() == ["unknown", "open", "unknown"]  # one tactic's days are not known
    assert table["processes"].tolist() == [1, 0, 0] and table["processes_by_intent"].tolist() == [
        "follows",
        "open",
        "follows",
    ]
    assert table.loc["g1", "sentence"] == (
        "It gets less than its part of the value, in money and people. The tactics do not give it more than today, in "
        "money."
    )
    told = findings()
    assert told["11.intent_unfunded"].values["what"].value == "money"
    assert {"11.intent_overfunded", "11.spend_out_of_line"} <= set(told)
    moved = aligned(tactics=TACTICS.assign(cost=[20.0, 10.0, 1.0, 99.0], people_days=[5.0, 5.0, 1.0, 0.0]))
    assert moved["budget_by_intent"].tolist() == ["follows", "open", "follows"]
    assert moved["people_by_intent"].tolist() == ["follows", "open", "follows"]


def test_a_group_to_re_engineer_needs_a_changed_process():
    intents = INTENTS.assign(primary=["retire", "re_engineer", "re_engineer"])
    table = aligned(intents=intents)
    assert table["processes_by_intent"].tolist() == ["against", "against", "against"]
    assert findings(intents=intents)["11.processes_unchanged"].values["groups"].value == "Fleets and Owners"
    assert table.loc["g1", "sentence"].endswith("though it is to be retired.")


def test_the_index_by_hand():
    table = aligned().reset_index()
    index = alignment_index(table).set_index(["resource", "against"])
    parts = np.array([30.0, 30.0, 40.1]) / 100.1
    whole = np.abs(parts - [0.7, 0.3, 0.0]).sum() / 2
    row = index.loc[("budget", "clv")]
    assert row["index"] == pytest.approx(whole, abs=1e-8)
    # the yards need 40.07, the owners have 40.1 too much: the smaller of the two moves
    assert (row["from_group"], row["to_group"]) == ("g3", "g1") and row["moved"] == pytest.approx(70.07 - 30, abs=1e-3)
    assert np.isnan(index.loc[("budget", "profit"), "index"]) and not index.loc[("budget", "profit"), "known"]
    # the move mends: what is left of the index is what it was, less the part that moved
    after = table.assign(spend=[30 + row["moved"], 30.0, 40.1 - row["moved"]])
    after["part_of_spend"] = after["spend"] / after["spend"].sum()
    rest = alignment_index(after).set_index(["resource", "against"]).loc[("budget", "clv"), "index"]
    assert rest == pytest.approx(row["index"] - row["moved"] / 100.1, abs=1e-6)
    same = alignment_index(table.assign(part_of_spend=table["part_of_clv"])).iloc[0]
    assert same["index"] == 0 and same["from_group"] == "" and same["moved"] == 0


@pytest.mark.parametrize("unit", [0.01, 1000.0])
def test_the_currency_changes_no_verdict(unit):
    more = {"clv": CLV.assign(clv=CLV["clv"] * unit), "tactics": TACTICS.assign(cost=TACTICS["cost"] * unit)}
    table = aligned(SPEND.assign(amount=SPEND["amount"] * unit), **more)
    verdicts = [name for name in table.columns if name.endswith(("_by_value", "_by_intent")) or name == "sentence"]
    pd.testing.assert_frame_equal(table[verdicts], aligned()[verdicts])


def test_limits():
    for nothing in (None, SPEND.iloc[:0]):
        spent = by_function(nothing)
        table = spend_alignment(spent, None, None, None, INTENTS)
        assert spent.empty and spend_checks(spent, nothing) == []
        assert (table["budget_by_value"] == "unknown").all() and (table["sentence"] == "").all()
        assert spend_findings(spent, table, alignment_index(table)) == [] and spend_assumptions(table) == []
        assert spend_cannot_say(spent, table)[0].unlocked_by == "spend, by function and group."
    # no tactic yet: what people want cannot be held against anything
    table = aligned(tactics=None)
    assert table["budget_by_intent"].tolist() == ["unknown", "open", "unknown"]
    assert table["processes_by_intent"].tolist() == ["unknown", "open", "unknown"]
    assert table["part_of_tactics"].isna().all() and len(spend_assumptions(table.reset_index())) == 1
    one = spend_alignment(by_function(), TACTICS, CLV, VALUE, INTENTS[:1])
    assert one["part_of_spend"].tolist() == [1.0] and alignment_index(one)["index"].isna().all()
    nobody = spend_alignment(by_function(), TACTICS, CLV, VALUE, INTENTS[:0])
    assert nobody.empty and spend_findings(by_function(), nobody, alignment_index(nobody))[0].id == "11.reactive"
    with pytest.raises(StepInputError, match="near is 2"):
        spend_alignment(by_function(), None, None, None, INTENTS, near=2)
