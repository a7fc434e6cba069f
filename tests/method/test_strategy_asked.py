"""What exactly the board is asked, where profits stand today, and which goals are out of reach: by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.method.strategy_asked import LONGEST, left_out
from helpers.method.strategy_groups import group_plans
from helpers.method.strategy_pace import paces
from tests.method.strategy_builders import DAY, LATE, material
from tests.method.test_strategy_work import changed, said


def with_reason(start, reason: str, state: str = "decided"):
    step = start.said["11_align_tactics"]
    used = [one.model_copy(update={"reason": reason, "state": state}) for one in step.decisions]
    return replace(start, said={**start.said, step.step: step.model_copy(update={"decisions": used})})


def test_the_money_for_what_the_best_set_leaves_out_is_told_with_the_reason_of_those_who_chose():
    start = material()
    assert [row["tactic"] for row in left_out(start)] == ["terms"]  # the label is in neither
    words = said(start, asked="Approve.")
    assert words["12.asked_beyond"] == (
        "Of this EUR 8.00 goes to “New terms”, which the set of tactics worth most leaves out; that set takes "
        "EUR 60.00 and would be worth EUR 5.00 more. Why: “The terms are owed.”"
    )
    assert "12.asked_beyond" not in said(start)  # nothing is asked
    assert words["12.in_budget_why_budget"] == "Why this budget, in the words of those who decided: “What is left.”"
    assert "12.in_budget_why_tactics" not in words  # told once, on the board's page


def test_a_reason_that_has_no_room_on_the_page_stands_in_the_chapter_and_one_that_nobody_gave_nowhere():
    start = material()
    long = "Because. " * LONGEST
    words = said(with_reason(start, long), asked="Approve.")
    assert "Why" not in words["12.asked_beyond"] and long.strip() in words["12.in_budget_why_tactics"]
    for silent in (with_reason(start, ""), with_reason(start, "By rule.", "proposed")):
        words = said(silent, asked="Approve.")
        assert words["12.asked_beyond"].endswith("would be worth EUR 5.00 more.")
        assert not [name for name in words if name.startswith("12.in_budget_why")]


def test_where_the_best_set_holds_all_that_was_chosen_or_is_not_known_nothing_is_left_out():
    start = material()
    best = start.tables["tactic_portfolio"].assign(best=True)
    assert "12.asked_beyond" not in said(changed(start, tactic_portfolio=best), asked="Approve.")
    assert "12.asked_beyond" not in said(changed(start, tactic_portfolio=best[:0]), asked="Approve.")
    unknown = start.tables["tactics"].assign(cost=[60.0, None, 99.0])
    assert "12.asked_beyond" not in said(changed(start, tactics=unknown), asked="Approve.")


def test_many_tactics_beside_the_best_set_are_counted():
    start = material()
    rows = pd.DataFrame([{**start.tables["tactics"].iloc[1], "tactic": f"more_{at}", "cost": 2.0} for at in range(4)])
    tactics = pd.concat([start.tables["tactics"], rows], ignore_index=True)
    best = pd.DataFrame({"tactic": tactics["tactic"], "best": [True] + [False] * (len(tactics) - 1)})
    words = said(changed(start, tactics=tactics, tactic_portfolio=best), asked="Approve.")
    assert words["12.asked_beyond"].startswith("Of this EUR 16.00 goes to 5 tactics, which the set")


def test_what_is_still_to_come_after_the_day_on_which_we_look_again_is_told():
    start = material()
    later = start.tables["tactics"].assign(trial_on=[DAY, LATE, LATE + pd.Timedelta(days=9)])  # the last is not chosen
    words = said(changed(start, tactics=later), asked="Approve.")["12.asked_review"]
    assert words.endswith("reports (Ada); the last trial is read on 31 January 2028.")


def test_days_that_nobody_gave_are_left_out_and_the_money_is_asked_all_the_same():
    start = material()
    rows = start.tables["tactics"].assign(people_days=[None] * 3)
    assert (
        said(changed(start, tactics=rows), asked="Approve.")["12.asked_takes"] == "EUR 68.00 of outlays, for 2 tactics."
    )
    one = start.tables["tactics"].assign(selected=[True, False, False])
    assert said(changed(start, tactics=one), asked="Approve.")["12.asked_takes"].endswith("for one tactic.")


def test_a_mean_that_a_group_has_left_behind_is_told_with_its_last_year_and_the_rest_of_the_rise():
    start = material()
    # yards: 3 x 20 + 60 where the mean is 100 and 40 more are expected; resellers: 3 x -2 - 26 where it is -20
    assert [(one.plan.group_id, one.year.number, one.away) for one in paces(start, group_plans(start))] == [
        ("g1", pytest.approx(120.0), pytest.approx(20.0)), ("g3", pytest.approx(-32.0), pytest.approx(-12.0))
    ]  # fmt: skip
    assert said(start)["12.pace"] == (
        "We count from a mean of 24 months. In the last twelve alone Yards brought us EUR 120.00: "
        "EUR 20.00 of the rise, more than its low end, is there already; Resellers brought us EUR −32.00: EUR 12.00 "
        "further to go."
    )


def test_a_rise_that_is_there_already_is_called_so():
    start = material()
    rows = start.tables["expected_results"].copy()
    rows.loc[0, ["low", "likely", "high"]] = [101.0, 115.0, 130.0]
    assert "EUR 20.00 more, and we expect no more than that;" in said(changed(start, expected_results=rows))["12.pace"]


def test_noise_a_short_history_and_a_quarter_that_is_not_known_leave_the_mean_alone():
    start = material()
    rows = start.tables["margin_trend"]
    steady = rows.assign(rate=[0.2, 0.25, 0.2, 0.3, 0.2, 0.25, 0.2, 0.3] * 3)
    assert "12.pace" not in said(changed(start, margin_trend=steady))
    short = rows[rows["quarter_start"] >= "2025-04-01"]  # seven quarters have no limits
    assert "12.pace" not in said(changed(start, margin_trend=short))
    gap = rows.assign(rate=rows["rate"].mask(rows["quarter_start"] == "2026-07-01"))
    assert "12.pace" not in said(changed(start, margin_trend=gap))
    turned = rows.iloc[::-1].reset_index(drop=True)
    assert said(changed(start, margin_trend=turned))["12.pace"] == said(start)["12.pace"]


def test_a_goal_out_of_reach_stands_on_the_first_page_and_each_goal_with_its_numbers_behind_it():
    start = material()
    words = said(start)
    assert words["12.goals"] == (
        "Out of reach of this plan: the goal “Tie more to us” asks for 30 % by 31 December 2027; we expect 20 to 23 %."
    )
    assert words["12.in_results_goal_1"] == (
        "The goal “Tie more to us” asks for 30 % by 31 December 2027; we expect 20 to 23 % (part of customers tied to "
        "us)."
    )
    assert words["12.in_results_goal_2"].startswith(
        "The goal “Raise our worth” asks for EUR 950.00 by 31 January 2028; we expect EUR 910 to 1,070 (customer"
    )
    assert "12.in_results_goal_3" not in words  # nothing can be said of it


def test_goals_without_a_day_count_people_whole_and_many_out_of_reach_are_counted():
    start = material()
    rows = start.tables["goal_outlook"].copy()
    rows.loc[2, ["portfolio_goal", "verdict"]] = ["advocates", "unlikely"]
    rows["by_date"] = pd.NaT
    words = said(changed(start, goal_outlook=rows))["12.goals"]
    assert words.endswith("20 to 23 %; the goal “Raise our worth” asks for 950; we expect 910 to 1,070.")
    many = pd.concat([rows, rows.iloc[[0]].assign(goal="A third")], ignore_index=True)
    assert said(changed(start, goal_outlook=many))["12.goals"] == (
        "3 of our 4 business goals are out of reach of this plan: see What we expect."
    )
    none = rows.assign(verdict="likely")
    assert "12.goals" not in said(changed(start, goal_outlook=none))


def test_promises_that_are_not_ready_are_counted_where_they_are_marked():
    start = material()
    assert "12.not_ready" not in said(start)
    offers = start.tables["value_propositions"].assign(gaps=[2, 0], gap_line=["Open before it goes out: price.", ""])
    words = said(changed(start, value_propositions=offers))
    assert words["12.not_ready"] == "Promises not ready: 1 (see What we promise)."
    assert words["12.in_propositions.g1"].endswith("Open before it goes out: price.")


def test_of_what_no_trial_can_tell_it_says_so():
    start = material()
    assert said(start)["12.tried"] == (
        "1 of the 2 chosen tactics can be tried to a clear answer; of the others we shall not be able to tell success "
        "from luck."
    )
    every = start.tables["trial_plans"].assign(possible=True)
    assert said(changed(start, trial_plans=every))["12.tried"].endswith(
        "2 chosen tactics can be tried to a clear answer."
    )
