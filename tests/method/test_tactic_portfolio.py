"""The best set of tactics: by hand, against every set, and at the limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.tactic_choice import best_by_solver, counted_effects, feasible_sets, set_values
from helpers.method.tactic_findings import (
    portfolio_assumptions,
    portfolio_cannot_say,
    portfolio_checks,
    portfolio_findings,
)
from helpers.method.tactic_portfolio import tactic_portfolio
from helpers.method.tactic_register import register, share_caps, tactic_problem, why_not
from tests.method.tactic_builders import best_by_hand, random_tactics

CAPS = ({}, {"g1": 60.0, "g2": 0.0}, {"g1": 150.0, "g3": 100.0})


def tactics(*rows, **more) -> pd.DataFrame:
    """A register: key, group, driver, cost, effect."""
    table = pd.DataFrame(rows, columns=["tactic", "group_id", "driver", "cost", "effect_likely"])
    return table.assign(selected=False, **more)


def best(found) -> list[str]:
    return found.table.loc[found.table["best"], "tactic"].tolist()


def problem_of(table, budget, days, caps):
    rows = register(table)
    rows["why_not"] = why_not(rows, days)
    assert (rows["why_not"] == "").all()
    return tactic_problem(rows, budget, days, caps)[0], rows["effect_likely"].to_numpy()


# ---- against every set -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_all_sets_are_valued_as_by_hand(seed):
    table = random_tactics(seed, 8)
    limits = {"budget": 90.0, "people_days": 20.0, "caps": CAPS[seed % 3]}
    found = tactic_portfolio(table, **limits, draws=5)
    worth, sets = best_by_hand(table, limits["caps"], limits["budget"], limits["people_days"])
    assert found.best.value == pytest.approx(worth, abs=1e-6)
    assert tuple(found.table["best"]) in sets and found.equals == len(sets) - 1
    assert all(check.verdict == "pass" for check in portfolio_checks(found))


@pytest.mark.parametrize("problems", [40, pytest.param(200, marks=pytest.mark.long)])
def test_the_integer_programme_equals_the_best_of_all_sets(problems):
    """Problems of 12 tactics: prerequisites, overlaps, caps, ties, and effects below zero."""
    seen = {"needs": 0, "overlap": 0, "capped": 0, "ties": 0}
    for seed in range(problems):
        rng = np.random.default_rng([7, seed])
        table, caps = random_tactics(1000 + seed, 12), CAPS[seed % 3]
        budget, days = float(rng.choice([0, 40, 100, 160])), float(rng.choice([10, 25, 60]))
        problem, effects = problem_of(table, budget, days, caps)
        sets = feasible_sets(problem)
        values = set_values(problem, sets, effects[None, :])[0]
        chosen, gap = best_by_solver(problem, effects)
        assert gap == pytest.approx(0, abs=1e-9)
        assert set_values(problem, chosen[None, :], effects[None, :])[0, 0] == pytest.approx(values.max(), abs=1e-3)
        assert (sets == chosen).all(axis=1).any(), f"seed {seed}: the solver's set breaks a limit"
        counted = counted_effects(problem, chosen, effects)
        assert counted.sum() - problem.cost[chosen].sum() == pytest.approx(values.max(), abs=1e-3)
        seen["needs"] += any(problem.needs[one] for one in np.flatnonzero(chosen))
        seen["overlap"] += len(set(problem.cell[chosen])) < chosen.sum()
        seen["capped"] += any(
            counted[problem.cap_of == place].sum() > cap - 0.01 for place, cap in enumerate(problem.caps)
        )
        seen["ties"] += (values == values.max()).sum() > 1
    assert min(seen.values()) >= problems / 20, f"problems that try nothing: {seen}"


@pytest.mark.long
def test_the_same_by_a_search_written_apart():
    for seed in range(40):
        table = random_tactics(5000 + seed, 12)
        worth, _ = best_by_hand(table, CAPS[seed % 3], 100.0, 25.0)
        problem, effects = problem_of(table, 100.0, 25.0, CAPS[seed % 3])
        chosen, _ = best_by_solver(problem, effects)
        assert set_values(problem, chosen[None, :], effects[None, :])[0, 0] == pytest.approx(worth, abs=1e-3)


def test_a_long_register_is_solved():
    """Above sixteen tactics no set is looked at one by one: the answer is the best of the sets all the same."""
    table = random_tactics(3, 17)
    found = tactic_portfolio(table, budget=150.0, people_days=40.0, caps=CAPS[1], draws=3)
    problem, effects = problem_of(table, 150.0, 40.0, CAPS[1])
    assert found.best.value == pytest.approx(
        set_values(problem, feasible_sets(problem), effects[None, :]).max(), abs=1e-3
    )
    assert found.gap == 0 and found.equals is None and found.draws == 3
    rises = found.frontier["value"].diff().dropna()
    assert (rises > -0.01).all() and found.frontier["is_budget"].sum() == 1
    assert {check.verdict for check in portfolio_checks(found)} == {"pass"}


def test_where_the_solver_stops_early_the_gap_is_said():
    table = random_tactics(11, 90, groups=6, drivers=4)
    found = tactic_portfolio(table, budget=400.0, people_days=100.0, draws=0)
    problem, effects = problem_of(table, 400.0, 100.0, {})
    exact, _ = best_by_solver(problem, effects)
    proven = set_values(problem, exact[None, :], effects[None, :])[0, 0]
    assert found.best.value <= proven + 1e-3 <= found.best.value * (1 + found.gap) + 1e-2
    ids = [one.id for one in portfolio_findings(found)]
    assert ("11.best_gap" in ids) == (found.gap > 0)
    assert found.table["stays"].isna().all() and "11.firm_tactics" not in ids
    assert any("too long" in one.because for one in portfolio_cannot_say(found))


# ---- by hand ---------------------------------------------------------------------------------------------------------


def test_a_second_tactic_on_the_same_driver_counts_half():
    table = tactics(
        ("a", "g1", "price", 10.0, 100.0), ("b", "g1", "Price", 10.0, 60.0), ("c", "g2", "price", 10.0, 60.0)
    )
    found = tactic_portfolio(table)
    assert found.table["effect_counted"].tolist() == [100.0, 30.0, 60.0]
    # at a cost of 40 the half of 60 is not worth it any more
    found = tactic_portfolio(table.assign(cost=[10.0, 40.0, 40.0]))
    assert best(found) == ["a", "c"] and found.best.value == 110.0
    # without a driver nobody knows what overlaps
    assert tactic_portfolio(table.assign(driver="")).best.effect == 220.0


def test_what_is_won_stays_below_what_there_is_to_win():
    table = tactics(
        ("a", "g1", "price", 10.0, 100.0), ("b", "g1", "range", 10.0, 60.0), ("c", "g1", "advice", 10.0, 60.0)
    )
    table["stage"], table["measure"] = ["win", "keep", "win"], ["", "customer_share", "profit"]
    found = tactic_portfolio(table, caps={"g1": 120.0})
    assert best(found) == ["a", "b"] and found.best.effect == 120.0 and found.full == ("g1",)
    assert found.table["effect_counted"].tolist()[:2] == pytest.approx([75.0, 45.0])
    assert "11.headroom_full" in [one.id for one in portfolio_findings(found)]
    # the register's own word goes before stage and measure
    found = tactic_portfolio(table.assign(wins_share=[True, False, False]), caps={"g1": 90.0})
    assert found.best.effect == 210.0
    open_ended = tactic_portfolio(table.assign(group_name="Yards"))
    assert open_ended.uncapped == ("g1",)
    assert "Can so much be won in Yards?" in [one.question for one in portfolio_cannot_say(open_ended)]
    nowhere = tactic_portfolio(table.assign(group_id="no_group", group_name="No group of ours"))
    assert not any("No group" in one.question for one in portfolio_cannot_say(nowhere))


def test_what_is_needed_is_chosen_too_though_it_loses():
    table = tactics(("a", "g1", "x", 10.0, -5.0), ("b", "g1", "y", 10.0, 50.0), ("c", "g1", "z", 0.0, 5.0))
    table["needs"] = ["", "a", "b; a"]
    assert best(tactic_portfolio(table)) == ["a", "b", "c"]
    assert best(tactic_portfolio(table, budget=19.0)) == []
    assert best(tactic_portfolio(table.assign(needs=["", "a, gone", "b"]))) == []
    why = tactic_portfolio(table.assign(needs=["", "gone", "b"])).table["why_not"].tolist()
    assert why[1:] == ["It needs a tactic that is not in the register.", "It needs a tactic that cannot be done."]


def test_of_equal_sets_the_cheaper_then_the_one_of_fewer_days():
    table = tactics(("a", "g1", "x", 30.0, 50.0), ("b", "g1", "y", 20.0, 40.0), ("c", "g1", "z", 20.0, 40.0))
    table["people_days"] = [1.0, 9.0, 2.0]
    found = tactic_portfolio(table, budget=30.0)
    assert best(found) == ["c"] and found.equals == 2 and found.best.people_days == 2.0


def test_a_part_of_the_draws():
    """a brings 100, b 100 plus or minus much: which one is better is a matter of luck, and only one is affordable."""
    table = tactics(("a", "g1", "x", 50.0, 100.0), ("b", "g1", "y", 50.0, 100.0), ("c", "g2", "x", 0.0, 1.0))
    table["effect_low"], table["effect_high"] = [100.0, 0.0, 1.0], [100.0, 200.0, 1.0]
    found = tactic_portfolio(table, budget=50.0)
    stays = found.table.set_index("tactic")["stays"]
    assert stays["a"] + stays["b"] == 1.0 and stays["a"] == pytest.approx(0.5, abs=0.05) and stays["c"] == 1.0
    assert found.draws == 1000 and found.no_range == ()
    told = {one.id: one for one in portfolio_findings(found)}
    assert told["11.firm_tactics"].values["firm"].value == 1
    pd.testing.assert_frame_equal(found.table, tactic_portfolio(table.iloc[::-1], budget=50.0).table)


def test_a_draw_falls_as_far_as_its_low_end_and_rises_as_far_as_its_high_one():
    """One draw in twenty lies beyond each end: a, of which little can be lost, is worth its cost in nearly all."""
    table = tactics(("a", "g1", "x", 90.0, 100.0), ("b", "g2", "x", 90.0, 100.0))
    table["effect_low"], table["effect_high"] = [90.0, 10.0], [190.0, 110.0]
    stays = tactic_portfolio(table).table.set_index("tactic")["stays"]
    assert stays["a"] == pytest.approx(0.95, abs=0.025)
    # b falls below its cost where a normal draw lies 10 / (90 / 1.645) deviations below the middle: 43 of 100
    assert stays["b"] == pytest.approx(0.572, abs=0.05)


def test_the_frontier_by_hand():
    table = tactics(("a", "g1", "x", 20.0, 100.0), ("b", "g2", "x", 60.0, 90.0), ("c", "g3", "x", 20.0, 10.0))
    found = tactic_portfolio(table, budget=50.0)
    rows = found.frontier.set_index("budget")
    assert rows.loc[[0.0, 20.0, 50.0, 75.0, 80.0, 100.0], "value"].tolist() == [0.0, 80.0, 80.0, 80.0, 110.0, 110.0]
    assert rows.index[rows["is_budget"]].tolist() == [50.0] and len(rows) == 21
    told = {one.id: one for one in portfolio_findings(found)}["11.budget_more"]
    assert (told.values["gain"].value, told.values["more"].value) == (30.0, 60.0)
    enough = {one.id: one for one in portfolio_findings(tactic_portfolio(table, budget=80.0))}["11.budget_more"]
    assert {name: one.value for name, one in enough.values.items()} == {"enough": 80.0}
    ample = {one.id: one for one in portfolio_findings(tactic_portfolio(table, budget=95.0))}["11.budget_more"]
    assert ample.values["enough"].value == 80.0, "what the best set costs, not the budget above it"


def test_the_teams_own_selection():
    table = tactics(("a", "g1", "x", 20.0, 100.0), ("b", "g1", "x", 20.0, 60.0), ("c", "g3", "x", 20.0, 10.0))
    table["selected"] = [True, True, True]
    found = tactic_portfolio(table, budget=60.0)
    assert found.team.value == 100 + 30 + 10 - 60 and found.best.value == 90 and found.team.broken == ()
    told = {one.id: one for one in portfolio_findings(found)}["11.team_against_best"]
    assert told.values["less"].value == 10 and found.ahead == 1.0
    broken = tactic_portfolio(table.assign(needs=["", "d", ""]), budget=30.0).team
    assert broken.broken == ("it costs more than the budget", "it lacks a tactic that another one needs")
    same = tactic_portfolio(table.assign(selected=[True, True, False]))
    assert "no other set" in {one.id: one.text for one in portfolio_findings(same)}["11.team_against_best"]


def test_the_most_that_can_be_won():
    stake = pd.DataFrame(
        {"group_id": ["g1", "g1", "g2"], "lever": ["win", "keep", "win"], "alone": [1200.0, 5.0, None]}
    )
    caps = share_caps(stake, months=24, annual_discount=0.1)
    both = share_caps(stake.fillna({"alone": 600.0}), months=24, annual_discount=0.1)
    assert both["all"] == pytest.approx(1.5 * caps["g1"], abs=1e-3) and list(both) == ["g1", "g2", "all"]
    by_month = sum(100 * 1.1 ** (-(month - 0.5) / 12) for month in range(1, 25))
    assert caps == {"g1": pytest.approx(by_month, abs=1e-3)} and share_caps(None, months=1, annual_discount=0) == {}
    with pytest.raises(StepInputError, match="horizon is 0 months"):
        share_caps(stake, months=0, annual_discount=0.1)


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_nothing_to_choose_from():
    empty = tactics()
    for found in (
        tactic_portfolio(None),
        tactic_portfolio(empty),
        tactic_portfolio(empty, budget=5.0, people_days=1.0),
    ):
        assert found.table.empty and found.best.tactics == 0 and portfolio_findings(found) == []
        assert [one.because for one in portfolio_cannot_say(found)] == ["There is no tactic."]
        assert portfolio_assumptions(found) == []


def test_no_money_and_no_days():
    table = tactics(("a", "g1", "x", 20.0, 100.0), ("b", "g1", "y", 0.0, 10.0), people_days=[1.0, 0.0])
    assert best(tactic_portfolio(table, budget=0.0)) == ["b"]
    assert best(tactic_portfolio(table, people_days=0.0)) == ["b"]
    for below in (tactic_portfolio(table, budget=-1.0), tactic_portfolio(table, people_days=-1.0)):
        assert best(below) == [] and below.table["stays"].tolist() == [0.0, 0.0]


def test_where_every_effect_is_a_loss_it_is_best_to_do_nothing():
    found = tactic_portfolio(tactics(("a", "g1", "x", 0.0, -5.0), ("b", "g1", "x", 1.0, 0.0)))
    assert best(found) == [] and found.best.value == 0.0
    assert "do nothing" in portfolio_findings(found)[0].text


def test_what_nobody_priced_is_said_and_never_counted_as_nothing():
    table = tactics(("a", "g1", "x", None, 5.0), ("b", "g1", "x", 1.0, None), ("c", "g1", "x", 1.0, 2.0))
    found = tactic_portfolio(table.assign(selected=True))
    assert best(found) == ["c"] and found.team.unknown == 2
    assert "11.team_against_best" not in [one.id for one in portfolio_findings(found)]
    told = [one.because for one in portfolio_cannot_say(found)]
    assert told[:2] == ["Nobody said what it costs.", "Nobody said what it brings."]
    assert found.table["stays"].isna().tolist() == [True, True, False]
    with_days = tactic_portfolio(table, people_days=5.0)
    assert with_days.table["why_not"].iloc[2] == "Nobody said how many days it takes."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tactic": "a"}, "stands more than once"),
        ({"cost": -1.0}, "cost or days below zero"),
        ({"effect_low": 1.0, "effect_high": 3.0}, "effects out of order"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(change, words):
    table = tactics(("a", "g1", "x", 1.0, 5.0), ("b", "g1", "x", 1.0, 5.0))
    with pytest.raises(StepInputError, match=words):
        tactic_portfolio(table.assign(**change))


@pytest.mark.parametrize("unit", [0.01, 1000.0])
def test_the_currency_changes_no_choice(unit):
    table = random_tactics(4, 17)
    money = ["cost", "effect_low", "effect_likely", "effect_high"]
    other = table.assign(**{name: table[name] * unit for name in money})
    limits = {"people_days": 40.0, "draws": 0}
    found = tactic_portfolio(table, budget=150.0, caps=CAPS[1], **limits)
    scaled = tactic_portfolio(
        other, budget=150.0 * unit, caps={group: cap * unit for group, cap in CAPS[1].items()}, **limits
    )
    assert scaled.best.value == pytest.approx(found.best.value * unit, rel=1e-6)
