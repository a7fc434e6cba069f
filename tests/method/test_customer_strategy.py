"""The strategy of a small client against what was worked out by hand, and with whole steps missing."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.client.result_model import Assumption, DecisionUsed, Finding
from helpers.method.customer_strategy import customer_strategy
from helpers.method.strategy_beliefs import OPEN, RIGHT, beliefs_and_facts, customers_named
from helpers.method.strategy_board import served_share
from helpers.method.strategy_closing import asked_to_sign, proposed_decision
from helpers.method.strategy_groups import group_plans
from helpers.method.strategy_material import Material
from helpers.method.strategy_money import expected_change
from helpers.method.strategy_record import decisions_made, first_to_learn
from helpers.method.strategy_risks import EXPOSED, FLIP, risks
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.strategy_builders import GROUPS, material

READER = audience_for("working", "EUR", GROUPS)


def said(built) -> dict[str, str]:
    return {one.finding.id: say(one.finding, READER).replace("\N{NO-BREAK SPACE}", " ") for one in built.sentences}


@pytest.fixture(scope="module")
def full():
    return customer_strategy(material(), asked="Approve it.")


def test_the_answer_names_each_intent_and_the_money(full):
    assert said(full)["12.answer"] == (
        "We win more business from Yards, keep Fleets as they are, and change how we serve Resellers; where that does "
        "not help we part with Resellers. It takes EUR 68.00 and is judged to bring EUR 29.00 to 191.00 in 36 months: "
        "it may lose money."
    )  # 20+9 and 160+31; 29 is less than 68
    start = material()
    unknown = start.tables["tactics"].assign(effect_low=[20.0, None, 0.0])
    words = said(customer_strategy(replace(start, tables={**start.tables, "tactics": unknown})))["12.answer"]
    assert words.endswith(
        "It takes EUR 68.00, and we expect EUR 17.00 to 120.00 more profit a year by 31 December 2027."
    )
    # 110-100 + 302-300 + -15+20, and 180-100 + 310-300 + 10+20
    cheap = start.tables["tactics"].assign(cost=[20.0, 9.0, 1.0])  # 29 is no less than 29
    words = said(customer_strategy(replace(start, tables={**start.tables, "tactics": cheap})))["12.answer"]
    assert words.endswith("EUR 29.00 to 191.00 in 36 months.")


def test_the_answer_counts_groups_whose_names_would_fill_the_sheet():
    start = material()
    table = start.tables["group_intents"].assign(primary=["grow", "grow", "retire"], secondary="")
    short, long = table, table.assign(group_name=["Chandleries and workshops of all the coast " * 2] * 3)
    words = [said(customer_strategy(replace(start, tables={**start.tables, "group_intents": one})))["12.answer"]
             for one in (short, long)]  # fmt: skip
    assert words[0].startswith("We win more business from Yards and Fleets and part with Resellers.")
    assert words[1].startswith("We win more business from 2 groups and part with Resellers.")


def test_sums_are_those_worked_by_hand(full):
    plans = group_plans(material())
    change = expected_change(plans)
    assert (change.value.value, change.value.low, change.value.high) == pytest.approx((69.0, 17.0, 120.0))
    share, then, _ = served_share(material(), plans)
    # wallets of 400 and 900: (.3 x 400 + .2 x 900) / 1300; then .36 x 400, the other as it is
    assert share.value.value == pytest.approx(300 / 1300)
    assert (share.value.low, share.value.high) == pytest.approx((235 / 1300, 365 / 1300))
    assert then.value.value == pytest.approx((144 + 180) / 1300)
    assert (then.value.low, then.value.high) == pytest.approx(((128 + 180) / 1300, (160 + 180) / 1300))
    sentences = said(full)
    # 90 of what the groups gain, 69 + ... : 40 of 40 + 5 + 24
    assert sentences["12.most_of_it"] == "58 % of what we gain comes from Yards."
    assert sentences["12.money_in"] == (
        "EUR 68.00 and 120 days of work is what the 2 chosen tactics take, from 1 February 2027 to 31 January 2028."
    )
    assert "EUR 29.00 to 191.00" in sentences["12.effect"]
    assert sentences["12.profit"].startswith("EUR 380.00 a year")  # 760 over two years


def test_the_boards_table_holds_each_group_once_with_what_is_known(full):
    board = full.tables["board_groups"].set_index("group_id")
    assert board.index.tolist() == ["g1", "g2", "g3"]
    assert board["intent"].tolist() == ["Grow", "Maintain", "Re-engineer, then retire"]
    assert board["profit_today"].tolist() == [100.0, 300.0, -20.0]
    assert board["portion_today"].tolist() == [0.3, 0.3, 0.4]  # the first as projected, the others from step 03
    assert board["change_likely"].tolist() == [40.0, 5.0, 24.0]
    assert board.loc["g1", "cost"] == 60.0 and pd.isna(board.loc["g2", "cost"])
    assert board.loc["g3", "why"] == "People chose so; the rules propose retire."
    assert board.loc["g1", "why"] == "They ask for more than we carry."


def test_three_risks_by_rule_most_money_first(full):
    found = risks(material(), group_plans(material()))
    assert [(one.kind, one.group_id, one.money) for one in found] == [
        (EXPOSED, "g2", 300.0),  # of 100 + 300 the larger, three quarters; of those not firm the least sure, too
        (FLIP, "g1", 40.0),  # moves up, as g2 is told of
        (FLIP, "g3", 24.0),  # .7 x .4 x .6 is the largest doubt
    ]
    sentences = said(full)
    assert "75 % of the profit" in sentences["12.risk_exposed"]
    assert "it is open whether they gain from us" in sentences["12.risk_exposed"]
    assert sentences["12.against_exposed"] == (
        "Nothing is planned against it: step 11 Align the tactics holds no chosen tactic for Fleets. We ask: What else "
        "do they look at? (Bo)"
    )
    assert sentences["12.against_flip_2"] == "What we do: New terms."
    assert full.tables["strategy_risks"]["answered"].tolist() == [False, False, True]
    assert sentences["12.risk_exposed"].endswith(
        "Their intent, maintain, is the least sure. In 40 % of the cases that our ranges allow, our rules would say "
        "something else, most often grow. At stake: EUR 5.00 more profit a year. "
        "If grow is right, we forgo EUR 90.00 a year (EUR 50.00 to 120.00)."
    )  # to keep them maintain pulls, too
    assert "12.risk_doubt" not in sentences and sentences["12.risk_flip_2"].startswith("Resellers: the intent rests")
    assert "If maintain is right, we forgo EUR 2.00 a year" in sentences["12.risk_flip_2"]
    assert "is right" not in sentences["12.risk_flip"]  # to grow pulls all that to keep does


def test_what_another_intent_would_reach_for_is_the_largest_of_its_levers_that_ours_do_not_pull():
    from helpers.method.strategy_risk import not_reached

    plans = {plan.group_id: plan for plan in group_plans(material())}
    assert not_reached(material(), plans["g2"], ("grow", ""))[0].number == 90.0
    assert not_reached(material(), plans["g3"], ("grow", "retire"))[0].number == 2.0
    assert not_reached(material(), plans["g3"], ("retire", ""))[0] is None
    nothing = replace(
        material(), tables={**material().tables, "value_at_stake": material().tables["value_at_stake"][:0]}
    )
    assert not_reached(nothing, plans["g2"], ("grow", "")) == (None, [])


def test_a_question_that_was_answered_prints_the_answer_and_its_day():
    start = material()
    learned = start.tables["learning_plan"].assign(answer="The wholesaler.", last_answered=pd.Timestamp("2026-12-02"))
    words = said(customer_strategy(replace(start, tables={**start.tables, "learning_plan": learned})))
    assert words["12.against_exposed"].endswith(
        "We asked: What else do they look at? The answer of 2 December 2026: The wholesaler."
    )


def test_a_flip_that_changes_nothing_is_no_reason_to_change_our_mind():
    start = material()
    same = start.tables["assumption_sensitivity"].assign(flip_primary="grow", flip_secondary="")
    built = customer_strategy(replace(start, tables={**start.tables, "assumption_sensitivity": same}))
    assert "12.change.g1" not in said(built) and "12.change.g2" in said(built)


def test_beliefs_against_facts():
    table = beliefs_and_facts(material()).set_index(["leader", "question"])
    assert table.loc[("Ada", "customer_share"), "verdict"] == "not so"  # .7 where it is .25 to .35
    assert table.loc[("Bo", "customer_share"), "verdict"] == RIGHT
    assert table.loc[("Ada", "part_losing_money"), "verdict"] == "not so"  # .05 where it is .25
    assert table.loc[("Ada", "top_driver"), "verdict"] == OPEN  # second, and its range reaches the first
    assert table.loc[("Bo", "top_driver"), "verdict"] == "not so"
    favourite = table.loc[("Ada", "favourite_customers")]
    assert (favourite["named"], favourite["customers"], favourite["verdict"]) == (2, 1, "not so")
    assert favourite["believed"] == "2 named"  # who they are stays with the team
    assert table.loc[("Bo", "difficult_customers"), "verdict"] == RIGHT


def test_a_guess_that_is_no_number_is_no_guess_and_a_fact_that_is_not_known_is_open():
    beliefs = pd.DataFrame(
        {"leader": ["Ada", "Bo"], "question": ["customer_share"] * 2, "belief": ["plenty", "0.3"]},
    )
    table = beliefs_and_facts(Material({}, {"beliefs": beliefs}))
    assert table["verdict"].tolist() == [OPEN, OPEN] and table["guess"].isna().tolist() == [True, False]


def test_on_whom_we_lose_money_is_open_where_no_service_was_traced():
    start = material()
    ladder = start.tables["profit_ladder"].assign(rung="gross_margin")
    built = customer_strategy(replace(start, tables={**start.tables, "profit_ladder": ladder}))
    rows = built.tables["beliefs_and_facts"]
    assert set(rows.loc[rows["question"] == "part_losing_money", "verdict"]) == {"open"}
    assert "12.in_beliefs_part_losing_money" not in said(built)


def test_customers_are_found_by_id_in_brackets_alone_or_by_name():
    names = {"c1": "Smith, Sons", "c2": "Beta"}
    assert customers_named("Acme (c1), beta, c3, c3, Gamma (x)", ["c1", "c2", "c3"], names) == ["c1", "c2", "c3"]


@pytest.mark.parametrize(
    "without", [("10", "11"), ("05",), ("09", "10", "11"), ("01", "03", "04", "05", "09", "10", "11")]
)
def test_what_is_missing_is_said_and_every_sentence_can_be_said(without):
    built = customer_strategy(material(without))
    for one in built.sentences:
        check_finding(one.finding)
        assert say(one.finding, READER)
        assert one.told
    words = said(built)
    assert {f"12.in_tactics_waits_{number}" for number in without if number == "11"} <= words.keys()
    assert [gap.unlocked_by for gap in built.gaps] and all(check.verdict == "pass" for check in built.checks)
    if "09" in without:
        assert "12.answer" not in words and built.tables["board_groups"].empty
    if "11" in without:
        assert "12.no_cost" in words and "12.money_in" not in words


def test_ids_of_sentences_are_unique_and_the_table_has_each(full):
    names = [one.finding.id for one in full.sentences]
    assert len(set(names)) == len(names) == len(full.tables["strategy"])
    table = full.tables["strategy"]
    assert table["place"].tolist() == sorted(table["place"])  # the board first
    assert table.set_index("sentence_id").loc["12.answer", "provisional"]  # step 09 rests on a proposal
    assert not table.set_index("sentence_id").loc["12.in_who_03_answer", "provisional"]


def test_all_groups_alike_are_told_in_one_sentence():
    start = material()
    alike = start.tables["group_intents"].assign(
        primary="maintain", secondary="", differs=False, sentence="We find out more."
    )
    said_09 = start.said["09_choose_intent"].model_copy(update={"decisions": []})
    kept = replace(
        start, tables={**start.tables, "group_intents": alike}, said={**start.said, "09_choose_intent": said_09}
    )
    answer = said(customer_strategy(kept))["12.answer"]
    assert answer == "For all 3 groups the intent is the same: Maintain. We find out more."
    assert proposed_decision(kept, group_plans(kept))[0].startswith("Keep all groups as they are")


def test_an_answer_without_any_money_still_has_its_source():
    start = material()
    nothing = {name: rows for name, rows in start.tables.items() if name not in ("expected_results", "tactics")}
    built = customer_strategy(replace(start, tables=nothing))
    answer = next(one for one in built.sentences if one.finding.id == "12.answer")
    assert "EUR" not in said(built)["12.answer"]
    assert set(answer.told) == {
        f"group_intents/g{number}/{name}" for number in (1, 2, 3) for name in ("primary", "secondary")
    }
    assert all(check.verdict == "pass" for check in built.checks)


def test_what_the_rules_propose_is_told_whole_and_doubt_is_held_against_it():
    # people chose to change how we serve them; the rules would part with them where that does not help
    start = material()
    table = start.tables["group_intents"]
    here = table["group_id"] == "g2"
    other = table.assign(
        primary=table["primary"].mask(here, "re_engineer"),
        differs=table["differs"] | here,
        proposed=table["proposed"].mask(here, "re_engineer"),
        proposed_secondary=table["proposed_secondary"].mask(here, "retire"),
        otherwise=table["otherwise"].mask(here, "re_engineer"),
    )
    built = customer_strategy(replace(start, tables={**start.tables, "group_intents": other}))
    assert "the rules propose re-engineer, then retire" in said(built)["12.in_intent.g2"]
    assert (
        "Their intent, re-engineer, is the least sure. In 40 % of the cases that our ranges allow, our rules would say "
        "something else than re-engineer, then retire, which they propose today, most often re-engineer."
    ) in said(built)["12.risk_exposed"]  # told with what else hangs on that group


def test_the_order_of_rows_and_the_names_of_groups_change_no_number():
    start = material()
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in start.tables.items()}
    before, after = customer_strategy(start), customer_strategy(replace(start, tables=turned))
    one, other = ({s.finding.id: s.finding for s in built.sentences} for built in (before, after))
    assert one.keys() == other.keys()
    for name in ("12.share", "12.money_back", "12.most_of_it", "12.risk_flip", "12.risk_flip_2", "12.risk_exposed"):
        assert one[name].values.keys() == other[name].values.keys()
        assert {k: pytest.approx(v.value) for k, v in one[name].values.items()} == {
            k: v.value for k, v in other[name].values.items()
        }


def test_nobody_signs_before_what_is_asked_has_been_worded():
    asked = {"id": "12.all.decision_asked"}
    assert asked_to_sign([DecisionUsed(state="proposed", **asked)]) == []
    assert asked_to_sign([DecisionUsed(state="decided", **asked)]) == ["all"]


def test_a_signature_on_something_that_nobody_confirmed_says_so():
    signed = customer_strategy(material(), asked="Approve.", signed={"Ada": {"on": "2027-01-20"}})
    assert said(signed)["12.signed_open"].startswith("When this was signed, 1 of the judgements")
    firm = {name: one.model_copy(update={"provisional": []}) for name, one in material().said.items()}
    kept = customer_strategy(replace(material(), said=firm), signed={"Ada": {}})
    assert "12.signed_open" not in said(kept)
    assert said(signed)["12.signed_1"] == "Ada, 20 January 2027."


def test_answers_that_name_people_stay_in_the_working_papers():
    start = material()
    first = start.said["01_frame_engagement"]
    beliefs = DecisionUsed(id="01.all.beliefs", state="decided", value={"Ada": {"favourite_customers": ["c1"]}})
    table = decisions_made(replace(start, said={**start.said, first.step: first.model_copy(update={
        "decisions": [beliefs]})}))  # fmt: skip
    assert table.set_index("decision").loc["01.all.beliefs", "answer"] == "in the working papers"


def test_what_most_questions_wait_for_comes_first():
    waits = [
        "wallets: of some.",
        "cost_of_goods in transactions",
        "wallets, and those of a year before",
        "costs of goods",
    ]
    found = first_to_learn(pd.DataFrame({"unlocked_by": [*waits, "cost_of_goods on more lines"]}))
    assert [count for _, count in found] == [3, 2] and found[0][0].startswith("the cost of goods")


def test_a_finding_without_values_can_be_quoted():
    bare = Finding(id="06.answer", text="Nothing was asked.", evidence="measured")
    start = material()
    step = start.said["04_value_to_us"].model_copy(update={"step": "06_value_to_them", "findings": [bare]})
    built = customer_strategy(replace(start, said={**start.said, "06_value_to_them": step}))
    assert said(built)["12.in_value_06_answer"] == "Nothing was asked."


def decided(name: str, value: object, **more) -> DecisionUsed:
    return DecisionUsed(id=name, state="decided", value=value, **more)


def answers(*used: DecisionUsed, assumptions=()) -> dict[str, str]:
    start = material()
    step = start.said["01_frame_engagement"]
    step = step.model_copy(update={"decisions": list(used), "assumptions": list(assumptions)})
    table = decisions_made(replace(start, said={**start.said, step.step: step}))
    return table.set_index("decision")["answer"].to_dict()


def test_no_answer_holds_the_id_of_a_customer_or_of_a_group():
    groups = {"g1": {"name": "Yards", "anchors": ["c1", "c2"]}}
    held = [
        decided("03.all.groups", groups),
        decided("08.all.anchors", ["c9"]),
        decided("08.all.project", {"asked by": "c2"}),
        decided("09.all.favourite", "c3, as always"),
        decided("09.all.results", {"g1.profit": {"owner": "Ada"}}),
        decided("09.all.first", {"g1": "Ada"}),
        decided("01.all.story", "word " * 100),
    ]
    found = answers(*held)
    assert {found[one.id] for one in held} == {"in the working papers"}


def test_an_answer_of_a_few_words_is_told_in_plain_words():
    found = answers(
        decided("09.g4.intent", ["re_engineer", "retire"]),
        decided("02.all.cuts", {"A": 65.0, "yearly_profit": 1200}),
        decided("03.all.way_in", "own_rules"),
        decided("01.all.share", 0.25),
    )
    assert found["09.g4.intent"] == "Re-engineer, then retire"
    assert found["02.all.cuts"] == "A: 65; yearly profit: 1,200"
    assert (found["03.all.way_in"], found["01.all.share"]) == ("own rules", "0.25")


def test_where_nobody_has_answered_it_says_what_was_used():
    used = Assumption(id="07.hurdle", text="A customer's part of what no record explains.", value=336.795,
                      evidence="assumed")  # fmt: skip
    asked = DecisionUsed(id="01.all.hurdle", state="missing")
    said_so = "None yet; step 07 used 337: A customer's part of what no record explains."
    assert answers(asked, assumptions=[used])["01.all.hurdle"] == said_so
    assert answers(asked)["01.all.hurdle"] == ""


def test_what_is_left_after_cost_is_said_and_that_it_may_be_a_loss(full):
    # 20+9-60-8 to 160+31-68, most likely 90+20-68
    assert (
        said(full)["12.net"]
        == "After their cost that is EUR −39.00 to 123.00, most likely EUR 42.00: it may lose money."
    )
    start = material()
    cheap = start.tables["tactics"].assign(cost=[1.0, 2.0, 3.0])
    built = customer_strategy(replace(start, tables={**start.tables, "tactics": cheap}))
    assert said(built)["12.net"].endswith("most likely EUR 107.00.")
    unknown = start.tables["tactics"].assign(effect_likely=[90.0, None, 1.0])
    built = customer_strategy(replace(start, tables={**start.tables, "tactics": unknown}))
    assert "12.net" not in said(built)


def test_groups_whose_tactics_cost_more_than_is_expected_of_them_are_named():
    start = material()
    assert "12.disagree" not in said(customer_strategy(start))
    dear = start.tables["tactics"].assign(cost=[241.0, 20.0, 99.0])  # at most 80 a year for three years from g1
    sentence = said(customer_strategy(replace(start, tables={**start.tables, "tactics": dear})))["12.disagree"]
    assert sentence == (
        "Two judgements disagree: the tactics for Yards cost EUR 241.00; in 36 months they bring EUR 90.00 "
        "if judged one by one, and EUR 240.00 at most if judged by group: a loss."
    )


def test_a_group_whose_results_are_due_on_another_day_is_named_with_it():
    start = material()
    expected = start.tables["expected_results"].copy()
    expected.loc[expected["group_id"] == "g3", "by_date"] = pd.Timestamp("2028-03-31")
    words = said(customer_strategy(replace(start, tables={**start.tables, "expected_results": expected})))
    assert "by 31 December 2027 (Resellers: 31 March 2028), most likely" in words["12.money_back"]


def test_the_answer_to_a_risk_is_the_tactic_worth_most_after_its_cost_and_no_trial_is_promised_that_cannot_tell():
    start = material()
    more = pd.DataFrame([{**start.tables["tactics"].iloc[1], "tactic": "visits", "title": "Visits cost",
                          "effect_likely": 99.0, "trial_on": pd.Timestamp("2027-05-31")}])  # fmt: skip
    tactics = pd.concat([start.tables["tactics"], more], ignore_index=True)

    def answer(possible: bool, why_not: str = "") -> str:
        trial = pd.DataFrame({"tactic": ["visits"], "possible": [possible], "why_not": [why_not]})
        tables = {**start.tables, "tactics": tactics, "trial_plans": trial}
        return said(customer_strategy(replace(start, tables=tables)))["12.against_flip_2"]

    assert answer(True) == "What we do: Visits cost; its trial is read on 31 May 2027."
    assert answer(False).endswith("we look on 31 May 2027, but the group is too small for a clear answer.")
    assert answer(False, "No spread is known.").endswith("; we look at it on 31 May 2027.")


def test_a_tactic_that_costs_more_than_it_brings_says_so_on_the_boards_page(full):
    start = material()
    assert "It costs more" not in said(full)["12.do_desk"]
    dear = start.tables["tactics"].assign(cost=[90.5, 8.0, 99.0])
    built = customer_strategy(replace(start, tables={**start.tables, "tactics": dear}))
    assert said(built)["12.do_desk"].endswith("It costs more than it is judged to bring.")


def test_judged_sums_have_no_more_digits_than_a_judgement(full):
    from helpers.client.result_model import Value
    from helpers.method.strategy_material import Told
    from helpers.method.strategy_money import rounded

    near = rounded(Told(Value(value=87_512.0, low=-43_512.0, high=239_488.0, unit="money"), ("a",))).value
    assert (near.value, near.low, near.high) == (88_000.0, -44_000.0, 239_000.0)


def test_what_stands_in_no_group_and_what_is_left_after_all_service_is_said(full):
    assert "12.beside" not in said(full)  # 200 + 600 - 40 are the 760
    start = material()
    ladder = start.tables["profit_ladder"].assign(amount=[860.0, 200.0, 600.0, -40.0])
    words = said(customer_strategy(replace(start, tables={**start.tables, "profit_ladder": ladder})))
    assert words["12.beside"].startswith("EUR 50.00 of the EUR 430.00 comes from customers")
    for amount, told in ((500.0, "EUR 250.00"), (-500.0, "EUR −250.00")):  # over two years; a loss is told as one
        rest = pd.DataFrame({"group_id": ["all"], "amount": [amount], "rung": ["profit_after_untraced"]})
        rungs = pd.concat([start.tables["profit_ladder"], rest], ignore_index=True)
        words = said(customer_strategy(replace(start, tables={**start.tables, "profit_ladder": rungs})))
        assert words["12.profit"].endswith(f"; after all service {told}.")
    window = "Amounts here are of a year, the mean of 24 months up to 1 January 2027"
    assert words["12.in_worth_window"].startswith(window)


def test_a_change_of_the_margin_is_told_in_points(full):
    assert "now 1 point, is below −1 point, our rules would say" in said(full)["12.change.g2"]
