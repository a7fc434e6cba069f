"""Risks and what answers them, tactics and whether they are in time, and when the board looks again: by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.method.customer_strategy import customer_strategy
from helpers.method.strategy_answers import BETTER, KEEP, PAY, WIN, acts_on
from helpers.method.strategy_work import late_tactics
from helpers.method.tactic_gaps import tactic_gaps
from helpers.show.audience import audience_for
from helpers.show.sentences import say
from tests.method.strategy_builders import DAY, GROUPS, LATE, material, money, result, told

READER = audience_for("working", "EUR", GROUPS)


def said(start, **words) -> dict[str, str]:
    built = customer_strategy(start, **words)
    return {one.finding.id: say(one.finding, READER).replace("\N{NO-BREAK SPACE}", " ") for one in built.sentences}


def changed(start, **tables):
    return replace(start, tables={**start.tables, **tables})


@pytest.mark.parametrize(
    ("aim", "tactic", "acts"),
    [
        (BETTER, {"driver": "price", "stage": "evolve", "measure": "lapse_rate"}, True),
        (BETTER, {"driver": "price", "stage": "evolve", "measure": "cost_to_serve_rate"}, False),  # betters us alone
        (BETTER, {"driver": "price", "stage": "attract", "measure": "portion"}, False),  # tells others, changes nothing
        (BETTER, {"driver": "range", "stage": "serve", "measure": "lapse_rate"}, False),  # they value another thing
        (PAY, {"driver": "range", "stage": "serve", "measure": "cost_to_serve_rate"}, True),
        (WIN, {"driver": "", "stage": "win", "measure": "customer_share"}, True),
        (KEEP, {"driver": "", "stage": "serve", "measure": "lapse_rate"}, True),
        (KEEP, {"driver": "", "stage": "keep", "measure": ""}, True),
        (KEEP, {"driver": "", "stage": "serve", "measure": "profit"}, False),
        ("", {"driver": "price", "stage": "keep", "measure": "profit"}, False),
    ],
)
def test_a_tactic_acts_on_what_it_is_meant_for(aim, tactic, acts):
    assert acts_on(aim, ["price"])(tactic) is acts


def test_the_risk_of_losing_a_group_is_answered_by_what_keeps_it_and_not_by_what_pays_more():
    start = material()
    rows = start.tables["tactics"]
    fleets = {**rows.iloc[0], "group_id": "g2"}
    own = [
        {**fleets, "tactic": "rich", "title": "More to sell", "effect_likely": 900.0},
        {**fleets, "tactic": "stay", "title": "Answer the same day", "stage": "keep"},
    ]
    start = changed(start, tactics=pd.concat([rows, pd.DataFrame(own)], ignore_index=True))
    words = said(start)["12.against_exposed"]
    assert words == (
        "What we do: Answer the same day (Jo); we look at it on 31 December 2027. We ask: What else do they look at? "
        "(Bo)"
    )
    risks = customer_strategy(start).tables["strategy_risks"].set_index("kind")
    assert risks.loc["exposed", "tactics"] == "Answer the same day"


def test_that_no_tactic_is_meant_for_the_risk_is_said_plainly():
    start = material()
    rows = start.tables["tactics"].assign(measure=["customer_share", "portion", ""])
    assert said(changed(start, tactics=rows))["12.against_flip_2"] == (
        "Nothing that we plan answers it: no chosen tactic for them is meant to raise what they leave us."
    )
    doubt = start.tables["assumption_sensitivity"].assign(quantity=["right_to_win", "lifetime", "market", "market"])
    answer = said(changed(start, assumption_sensitivity=doubt))["12.against_flip_2"]
    assert answer == "No tactic can answer it; it has to be found out."


def test_a_tactic_that_ends_after_its_result_is_due_is_flagged_and_one_that_ends_on_the_day_is_not():
    start = material()
    assert [row["tactic"] for row, _ in late_tactics(start)] == ["terms"]  # the desk ends on the day itself
    assert said(start)["12.do_terms"] == (
        "New terms, for Resellers: EUR 8.00; nobody answers for it yet. It ends on 31 January 2028, after its result "
        "is due: 31 December 2027."
    )
    assert "12.late_terms" not in said(start)  # told once
    dear = [{**start.tables["tactics"].iloc[0], "tactic": f"dear_{at}"} for at in range(4)]
    words = said(changed(start, tactics=pd.concat([start.tables["tactics"], pd.DataFrame(dear)], ignore_index=True)))
    assert words["12.late_terms"] == (
        "New terms ends on 31 January 2028, after its result is due: 31 December 2027 (Resellers, profit a year)."
    )
    assert words["12.do"] == "2 more (EUR 68.00) stand in the chapter."  # a desk of 60, terms of 8
    rows = start.tables["tactics"].copy()
    rows.loc[1, "selected"] = False
    assert late_tactics(changed(start, tactics=rows)) == []
    gaps = start.tables["tactic_gaps"]
    assert late_tactics(changed(start, tactic_gaps=gaps.iloc[1:])) == []
    rows = pd.concat([start.tables["tactics"].replace({"group_id": {"g3": "all"}}), pd.DataFrame(dear)])
    assert said(changed(start, tactics=rows.reset_index(drop=True)))["12.late_terms"].endswith(
        "after its result is due: 31 December 2027 (profit a year)."
    )


def test_step_11_and_step_12_tell_the_same_tactics():
    start = material()
    register = start.tables["tactics"].assign(needs="", group_name="Any")
    for ends, late in ((LATE, ["terms"]), (DAY, []), (pd.NaT, [])):
        rows = register.assign(ends=[DAY, ends, pd.NaT])
        gaps = tactic_gaps(rows, None, None, results=start.tables["expected_results"].assign(group_name="Any"))
        tables = {"tactics": rows, "tactic_gaps": gaps}
        assert [row["tactic"] for row, _ in late_tactics(changed(start, **tables))] == late


def test_the_board_reads_what_it_takes_when_it_looks_again_and_who_reports():
    start = material()
    words = said(start, asked="Approve.")
    assert words["12.asked_takes"] == "EUR 68.00 of outlays and, besides, 120 days of our own people, for 2 tactics."
    assert words["12.asked_review"] == (
        "We look again on 31 December 2027, when all 5 expected results are due and who answers for them reports (Ada)."
    )
    rows = start.tables["expected_results"]
    later = rows.assign(by_date=[LATE, *[DAY] * 4], owner=["Ada", "Bo", "Cy", "", ""])
    assert said(changed(start, expected_results=later), asked="Approve.")["12.asked_review"] == (
        "We look again on 31 December 2027, when 4 of 5 expected results are due and the 3 people who answer for them "
        "report; the last is due on 31 January 2028."
    )
    nobody = changed(start, expected_results=rows.assign(owner=""))
    assert said(nobody, asked="Approve.")["12.asked_review"].endswith("are due, and nobody answers for them yet.")
    assert "12.asked_review" not in said(start)  # nothing is asked


def test_projects_outside_the_budget_are_told_beside_the_money():
    start = material()
    assert said(start)["12.projects"] == (
        "Not asked: “A quay” and “A crane”, for Yards: EUR 70.00 of outlays, EUR 30.00 not earned back in the "
        "first year; worth EUR 50.00 after their cost (EUR 35.00 to 80.00)."
    )
    some = start.tables["commitment_npv"].copy()
    some.loc[0, "projects"] = 3  # one of the group's does not pay: what the two are worth together has no range
    assert said(changed(start, commitment_npv=some))["12.projects"].endswith("; worth EUR 51.00 after their cost.")
    step = start.said["09_choose_intent"]
    one = told("09.outlays.g3", "One project, {all:money}.", all=money(5.0))
    both = {**start.said, step.step: step.model_copy(update={"findings": [*step.findings, one]})}
    words = said(replace(start, said=both))["12.projects"]
    assert words.startswith("Not asked: 3 projects, for Yards and Resellers: EUR 75.00 of outlays, ")
    alone = {**start.said, step.step: result(step.step, one)}
    words = said(replace(start, said=alone))["12.projects"]
    assert words == "Not asked: one project, for Resellers: EUR 5.00 of outlays."


def test_profits_before_contract_fees_say_so_and_name_who_earns_only_with_them():
    words = said(material())
    assert (
        words["12.fees"]
        == "On top of profit come EUR 12.00 of contract fees a year; with them Resellers bring EUR 3.00."
    )
    assert "is what our customers bring us before contract fees and after the service" in words["12.profit"]
    step = material().said["09_choose_intent"]
    none = step.model_copy(update={"findings": [one for one in step.findings if one.id != "09.fees"]})
    words = said(replace(material(), said={**material().said, step.step: none}))
    assert "12.fees" not in words and "fees" not in words["12.profit"]


def test_what_is_shown_of_the_groups_adds_up_to_what_is_shown_of_all():
    start = material()
    rows = start.tables["expected_results"].copy()
    money = rows["measure"] == "profit"
    rows.loc[money, ["baseline", "low", "likely", "high"]] = [
        [0.0, 15_284.0, 41_537.0, 67_911.0], [0.0, 79.0, 332.0, 657.0], [0.0, 5_385.0, 15_385.0, 27_385.0]
    ]  # fmt: skip
    # to the hundred: 15,300 + 100 + 5,400, and 67,900 + 700 + 27,400
    assert "EUR 20,800 to 96,000 more profit" in said(changed(start, expected_results=rows))["12.money_back"]


def test_a_share_is_told_with_its_base():
    words = said(material())
    assert words["12.in_share_bases"].startswith(
        "The 23 % of the first page is our part of what the groups that we grow"
    )
    assert "the 30 % here of what all buyers do" in words["12.in_share_bases"]
    assert (
        "it is 25 to 35 % of what the buyers spend whose whole spend we know." in words["12.in_beliefs_customer_share"]
    )


def test_the_assumptions_that_move_most_come_first_most_doubt_first():
    built = customer_strategy(material())
    names = [one.finding.id for one in built.sentences if one.finding.id.startswith("12.in_assumptions_doubt")]
    # .7 x .4 x .6, then .5 x .6 x .4, then .9 x .9 x .1
    assert names == [f"12.in_assumptions_doubt.{group}" for group in ("g3", "g2", "g1")]
    assert said(material())[names[0]] == (
        "Resellers: we take the lifetime value of the group to be EUR −40.00. 70 % of the doubt about the intent rests "
        "on it; in 60 % of the cases that our ranges allow the rules would say something else."
    )


def test_what_is_best_worth_finding_out_stands_on_the_boards_page_and_not_again_behind_it():
    words = said(material())
    assert words["12.learn"] == "Ask Resellers first: 3 in a hundred."
    assert [name for name, text in words.items() if text == words["12.learn"]] == ["12.learn"]


def test_customers_in_no_group_who_cost_us_money_take_none_of_the_profit():
    start = material()
    ladder = start.tables["profit_ladder"].assign(amount=[660.0, 200.0, 600.0, -40.0])
    assert said(changed(start, profit_ladder=ladder))["12.beside"] == (
        "Customers who stand in none of these groups cost us EUR 50.00 a year more than they bring; the profit of all "
        "is EUR 330.00."
    )


def test_an_intent_that_no_case_turns_is_no_risk_and_no_doubt():
    start = material()
    rows = start.tables["group_intents"].assign(intent_stability=[1.0, 0.998, 1.0])
    words = said(changed(start, group_intents=rows))
    assert "12.risk_doubt" not in words
    assert not [name for name in words if name.startswith("12.in_assumptions_doubt")]


def test_two_shares_that_are_told_alike_are_told_once():
    start = material()
    step = start.said["05_customer_share"]
    same = step.findings[0].model_copy(update={"values": {"share": step.findings[0].values["share"].model_copy(
        update={"value": 300 / 1300})}})  # fmt: skip
    alike = {**start.said, step.step: step.model_copy(update={"findings": [same]})}
    assert "12.in_share_bases" not in said(replace(start, said=alike))


def test_one_reason_for_all_groups_is_not_told_for_each():
    start = material()
    rows = start.tables["group_intents"].assign(primary="maintain", secondary="", differs=False, sentence="We wait.")
    step = start.said["09_choose_intent"].model_copy(update={"decisions": []})
    alike = changed(replace(start, said={**start.said, step.step: step}), group_intents=rows)
    assert not [name for name in said(alike) if name.startswith("12.in_intent.")]
    assert "12.in_intent.g1" in said(start)
