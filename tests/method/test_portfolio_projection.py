"""The projection against chains whose future is known: rates make one, ranges hold, intents do what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.goal_outlook import customer_marks, goal_outlook, measured_path
from helpers.method.intent_shifts import intent_shifts, shifted, stray_shifts
from helpers.method.portfolio_moves import Moves, allowed, another_year, drawn_rates, moves_table, yearly_moves
from helpers.method.portfolio_projection import (
    Paths,
    holdout_errors,
    holdout_year,
    lapse_rates,
    portfolio_projection,
    projected,
)
from helpers.method.portfolio_states import states_of
from helpers.method.projection_findings import (
    projection_assumptions,
    projection_cannot_say,
    projection_checks,
    projection_findings,
)
from helpers.show.sentences import check_finding

STATES = tuple(states_of(["g1", "g2"]))  # g1, g2, one_order, lapsing, lapsed, not_yet
NAMES = {"g1": "Yards", "g2": "Owners"}
YEAR = {("g1", "g1"): 80, ("g1", "g2"): 10, ("g1", "lapsing"): 10, ("g2", "g2"): 150, ("g2", "lapsing"): 50,
        ("lapsing", "g2"): 10, ("lapsing", "lapsed"): 40, ("not_yet", "g2"): 60}  # fmt: skip


def moves(*years: dict, states=STATES) -> Moves:
    counts = np.zeros((len(years), len(states), len(states)), dtype=np.int64)
    seen = np.ones(counts.shape[:2], dtype=bool)
    for number, year in enumerate(years):
        for (a, b), many in year.items():
            counts[number, states.index(a), states.index(b)] = many
        seen[number, [states.index("lapsing"), states.index("lapsed")]] = number >= 1, number >= 2
    return Moves(tuple(states), counts, seen)


def drawn(found: Moves, draws=400):
    return drawn_rates(found, draws, np.random.default_rng(1))


@pytest.mark.parametrize("found", [moves(YEAR), moves(YEAR, YEAR, YEAR), moves({}), moves(YEAR, {})])
def test_probabilities_sum_to_one_and_only_possible_moves_have_any(found):
    rates = drawn(found)
    for table in (rates, another_year(rates, np.random.default_rng(2))):
        assert table.sum(axis=2) == pytest.approx(np.ones(table.shape[:2]))
        assert (table >= 0).all() and (table[:, ~allowed(found.states)] == 0).all()
    told = moves_table(found, 200, np.random.default_rng(1))
    assert told.groupby("state")["probability"].sum().to_numpy() == pytest.approx(np.ones(len(STATES)))
    assert (told["probability_low"] <= told["probability_high"]).all()


def test_a_small_group_borrows_and_a_big_one_does_not():
    small = moves({("g1", "g1"): 2, ("g2", "g2"): 600, ("g2", "lapsing"): 400})
    rates = drawn(small, 4_000).mean(axis=0)
    # prior of g1: stay (602 + 1), move (0 + 1), lapse (400 + 1) of 1,005, ten customers' worth, and two of its own
    assert rates[0, 0] == pytest.approx((2 + 10 * 603 / 1005) / 12, abs=0.01)
    assert rates[0, 3] == pytest.approx(10 * 401 / 1005 / 12, abs=0.01)
    assert rates[1, 3] == pytest.approx((400 + 10 * 401 / 1005) / 1010, abs=0.005)


def test_who_was_never_seen_lapsing_comes_back_at_most_as_often_as_who_ordered_once():
    first = moves({**YEAR, ("one_order", "g2"): 300, ("one_order", "lapsing"): 700})
    rates = drawn(first, 2_000)
    back = 1 - rates[:, STATES.index("lapsing"), STATES.index("lapsed")]
    assert back.max() <= 0.36 and back.mean() == pytest.approx(0.15, abs=0.02)
    # once it was seen it is counted: ten of fifty
    seen = drawn(moves(YEAR, YEAR), 2_000)[:, STATES.index("lapsing"), STATES.index("g2")]
    assert seen.mean() == pytest.approx(0.2, abs=0.02)


def test_the_years_ahead_worked_out_by_hand():
    many = {pair: 1_000 * count for pair, count in YEAR.items()}
    paths = projected(moves(many, many), years=1, draws=3_000)
    now = paths.customers[0, 0]
    assert now.tolist() == [80_000, 230_000, 0, 60_000, 40_000, 0]
    after = paths.expected[:, 1].mean(axis=0)
    # g1: 80 % of 80,000; g2: 10 % of them, 75 % of 230,000, a fifth of 60,000 back, and of 40,000, of whom nobody
    # knows, half of a fifth; 60,000 new
    assert after[0] == pytest.approx(64_000, rel=0.02)
    assert after[1] == pytest.approx(8_000 + 172_500 + 12_000 + 4_000 + 60_000, rel=0.02)
    assert after[3] == pytest.approx(8_000 + 57_500, rel=0.05)
    assert after[5] == pytest.approx(60_000, rel=0.03)  # the year's new ones


def test_customers_neither_vanish_nor_appear():
    paths = projected(moves(YEAR, YEAR), years=3, draws=100)
    known = paths.customers.sum(axis=2) - paths.customers[:, :, -1]
    assert (known[:, 1:] == known[:, :-1] + paths.customers[:, 1:, -1]).all()
    parts = paths.portions(paths.customers)
    assert np.nansum(parts, axis=2) == pytest.approx(np.ones(parts.shape[:2]))


def test_the_table_tells_ranges_and_what_the_intents_change():
    shifts = intent_shifts({"g1": "grow", "g2": "retire"})
    table = portfolio_projection(moves(YEAR, YEAR), NAMES, as_of="2027-01-01", shifts=shifts, draws=400)
    assert len(table) == 2 * 4 * len(STATES)
    assert (table["customers_low"].dropna() <= table["customers_high"].dropna()).all()
    rows = table.set_index(["scenario", "year", "state"])
    assert rows.loc[("no_action", 0, "g1"), "part"] == pytest.approx(80 / 370)
    assert rows.loc["no_action", "more"].isna().all()
    assert rows.loc[("with_intents", 2, "g1"), "more"] > 0 > rows.loc[("with_intents", 2, "g2"), "more_high"]
    assert f"{rows.loc[('no_action', 2, 'g1'), 'year_end']:%Y-%m-%d}" == "2029-01-01"
    again = portfolio_projection(moves(YEAR, YEAR), NAMES, as_of="2027-01-01", shifts=shifts, draws=400)
    pd.testing.assert_frame_equal(table, again)


def test_intents_that_change_nothing_change_nothing():
    none = intent_shifts({"g1": "grow"}, [{"group_id": "g1", "kind": "keep", "low": 0, "likely": 0, "high": 0}])
    base, same = (projected(moves(YEAR), years=2, shifts=one, draws=50) for one in (None, none))
    assert (base.customers == same.customers).all() and (base.expected == same.expected).all()


def test_shifts_by_hand():
    rates = np.array([[[0.6, 0.1, 0.3], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    states = ["g1", "g2", "lapsing"]

    def first(kind, part, to=""):
        row = {"group_id": "g1", "kind": kind, "to": to, "low": part, "likely": part, "high": part}
        table = intent_shifts({"g1": "grow", "g2": "grow"}, [row])
        after = shifted(rates, states, table[table["group_id"] == "g1"], seed=1)
        assert after.sum(axis=2) == pytest.approx(np.ones((1, 3)))
        return after[0, 0]

    assert first("keep", 0.5) == pytest.approx([0.75, 0.1, 0.15])
    assert first("keep", -0.5) == pytest.approx([0.45, 0.1, 0.45])
    assert first("move", 0.5, "g2") == pytest.approx([0.3, 0.4, 0.3])
    assert first("release", 0.5) == pytest.approx([0.3, 0.05, 0.65])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "win"}, "Expected keep, move and release"),
        ({"kind": "move"}, "Expected another group"),
        ({"kind": "keep", "to": "g2"}, "Expected another group"),
        ({"kind": "release", "low": -0.1}, "parts of one"),
        ({"kind": "keep", "low": 0.3}, "parts of one"),
    ],
)
def test_shifts_that_make_no_sense_are_refused(row, said):
    with pytest.raises(StepInputError, match=said):
        intent_shifts({"g1": "grow", "g2": "retire"}, [{"group_id": "g1", "low": 0, "likely": 0.1, "high": 0.2} | row])
    with pytest.raises(StepInputError, match="maintain"):
        intent_shifts({"g1": "maintian"})


def test_shifts_of_groups_that_stand_no_more_are_told_and_stop_nothing():
    keep = {"group_id": "g7", "kind": "keep", "low": 0, "likely": 0.1, "high": 0.2}
    away = {"group_id": "g1", "kind": "move", "to": "g8", "low": 0, "likely": 0.1, "high": 0.2}
    intents = {"g1": "grow", "g2": "retire"}
    shifts = intent_shifts(intents, {"s1": keep, "s2": away})
    assert shifts["proposed"].all() and shifts["group_id"].tolist() == ["g1", "g2"]
    assert [gap.question for gap in stray_shifts({"s1": keep, "s2": away}, intents)] == [
        "What becomes of the shifts decided for g7 and g8?"
    ]
    assert stray_shifts(None, intents) == [] == stray_shifts([{**keep, "group_id": "g1"}], intents)


def test_assumptions_call_a_group_by_its_name():
    rates = moves_table(moves(YEAR), 100, np.random.default_rng(1))
    rows = [{"group_id": "g1", "kind": "keep", "low": -0.3, "likely": -0.15, "high": 0.0}]
    used = {one.id: one for one in projection_assumptions(rates, intent_shifts({"g1": "re_engineer"}, rows), NAMES)}
    text = used["09.shift_1"].text
    assert text.startswith(f"{NAMES['g1']}, Re-engineer: ") and text.endswith("so many more leave.")


def test_without_a_year_of_moves_nothing_is_projected():
    with pytest.raises(StepInputError, match="two whole years"):
        projected(moves())
    assert holdout_year(moves(YEAR), NAMES) is None
    table = pd.DataFrame({"customer_id": ["a"], "year_end": pd.to_datetime(["2026-01-01"]), "state": ["g1"]})
    assert yearly_moves(table, ["g1"]).years == 0


def test_the_last_year_is_held_out():
    same = holdout_year(moves(YEAR, YEAR), NAMES, draws=400)
    later = {**YEAR, ("g1", "g1"): 800}  # what came cannot have been known
    told = ["part", "part_low", "part_high"]
    pd.testing.assert_frame_equal(holdout_year(moves(YEAR, later), NAMES, draws=400)[told], same[told])
    assert same["state"].tolist() == ["g1", "g2", "one_order", "lapsing"]
    assert same["part_seen"].sum() == pytest.approx(1) and same["part_before"].sum() == pytest.approx(1)
    assert same.loc[same["state"] == "g1", "part_seen"].item() == pytest.approx(80 / 370)
    broken = {**YEAR, ("g2", "g1"): 150, ("g2", "g2"): 0}  # the owners become yards, all at once
    found = holdout_year(moves(YEAR, broken), NAMES, draws=400).set_index("state")
    assert not found.loc[["g1", "g2"], "inside"].any()
    assert all(error > 0 for error in holdout_errors(found.reset_index()))


def test_ranges_hold_what_a_chain_of_such_years_brings():
    """Years that differ as the model says: nine in ten portions inside, by the exact binomial band."""
    rng, inside = np.random.default_rng(5), []
    truth = drawn(moves({pair: 100 * many for pair, many in YEAR.items()}), 1)
    for _ in range(40):
        years, state = [], np.array([100, 200, 20, 60, 40, 60])
        for _ in range(2):
            rates, counts = another_year(truth, rng)[0], np.zeros((6, 6), dtype=np.int64)
            for place, many in enumerate(state):
                counts[place] = rng.multinomial(many, rates[place])
            state = counts.sum(axis=0)
            state[5] = rng.poisson(60)
            years.append(counts)
        found = Moves(STATES, np.stack(years), np.ones((2, 6), dtype=bool))
        inside += holdout_year(found, NAMES, draws=300)["inside"].tolist()
    # 160 portions of which four move together: 125 is below every 99 % band of .9
    assert 125 < sum(inside) < 160


def test_lapse_rates_are_those_counted():
    table = lapse_rates(moves({pair: 100 * many for pair, many in YEAR.items()}), draws=500)
    assert table["group_id"].tolist() == ["g1", "g2"] and table["customers"].tolist() == [10_000, 20_000]
    assert table["lapse_rate"].tolist() == pytest.approx([0.1, 0.25], abs=0.005)
    assert (table["lapse_low"] < table["lapse_rate"]).all()


VALUE = pd.DataFrame(
    {
        "customer_id": list("abcd"),
        "group_id": ["g1", "g1", "g2", "g2"],
        "status": ["active", "active", "active", "dormant"],
        "value_tier": ["high", "low", "unknown", "high"],
        "advocate": [True, False, None, True],
        "clv": [30.0, 10.0, 5.0, 99.0],
    }
)


def test_marks_are_of_active_customers_of_whom_they_are_known():
    kinds = pd.DataFrame({"customer_id": list("abc"), "relationship_type": ["contract", "transactional", None]})
    marks = customer_marks(VALUE, kinds)
    assert marks.loc["g1"].tolist() == [0.5, 0.5, 0.5, 20.0]
    assert marks.loc["g2", ["high_tier", "tied", "advocate"]].isna().all() and marks.loc["g2", "clv"] == 5.0
    assert customer_marks(VALUE)["tied"].isna().all()


def test_goals_are_judged_where_they_measure_what_the_portfolio_shows():
    # g1 grows from 10 to 20 customers, g2 stays at 30: equity from 350 to 550, the tied part from 5/40 to 10/50
    count = np.array([[[10, 30, 0, 0, 0, 0], [20, 30, 0, 0, 0, 0]]] * 5)
    paths = Paths(STATES, count, count.astype(float))
    marks = pd.DataFrame({"high_tier": np.nan, "tied": [0.5, 0.0], "advocate": [0.5, 0.0], "clv": [20.0, 5.0]},
                         index=["g1", "g2"])  # fmt: skip
    asked = [
        ("equity", "customer_equity", 0, 50, "2027-12-31"), ("too much", "customer_equity", 0, 60, "2027-12-31"),
        ("tied", "relationship_types", 12.4, 30, "2027-12-31"), ("score", "advocates", 31, 60, None),
        ("far", "customer_equity", 0, 5, "2031-01-01"), ("tiers", "value_tiers", 5, 6, None),
        ("none", "none", 1, 2, None),
        ("no target", "advocates", None, None, None),
    ]  # fmt: skip
    goals = pd.DataFrame(asked, columns=["goal", "portfolio_goal", "baseline", "target", "by_date"])
    table = goal_outlook(goals, {"no_action": paths}, marks, as_of="2027-01-01").set_index("goal")
    assert table["verdict"].tolist() == ["likely", "unlikely", "unlikely", *["cannot_say"] * 5]
    assert table.loc["equity", ["today", "expected", "asked", "chance"]].tolist() == [350.0, 550.0, 525.0, 1.0]
    assert table.loc["tied", ["today", "expected", "asked"]].tolist() == pytest.approx([0.125, 0.2, 0.3])
    assert (table.loc[table["verdict"] == "cannot_say", "why_not"] != "").all()
    assert table.loc["score", "change"] == pytest.approx(1.0)
    assert np.isnan(measured_path(paths, marks["high_tier"], is_sum=False)).all()


def _said(findings):
    for finding in findings:
        check_finding(finding)
    return {finding.id: finding for finding in findings}


def test_what_is_said_of_the_years_ahead():
    found = moves(YEAR, {**YEAR, ("g2", "g1"): 150, ("g2", "g2"): 0})
    shifts = intent_shifts({"g1": "grow", "g2": "retire"})
    table = portfolio_projection(found, NAMES, as_of="2027-01-01", shifts=shifts, draws=400)
    said = _said(projection_findings(table, holdout_year(found, NAMES, draws=400)))
    assert set(said) == {"09.held_out", "09.intents_move", "09.projection"}
    assert "{worst:text} came to" in said["09.held_out"].text
    # the likely end and its range: a range alone may hold what reads like today's
    assert "to {part:pct} ({part:pct_range}) by" in said["09.projection"].text
    as_ever = portfolio_projection(moves(YEAR, YEAR), NAMES, as_of="2027-01-01", shifts=shifts, draws=400)
    moved = _said(projection_findings(as_ever, None))["09.intents_move"]
    assert moved.values["group"].value == "g2" and "fewer" not in moved.text
    # customers, not differences: what would be there without, and what is there today
    end = as_ever[(as_ever["state"] == "g2") & (as_ever["year"] == as_ever["year"].max())].set_index("scenario")
    told = {name: moved.values[name].value for name in ("with", "without", "today")}
    assert told == {
        "with": end.loc["with_intents", "customers"],
        "without": end.loc["no_action", "customers"],
        "today": as_ever.loc[(as_ever["state"] == "g2") & (as_ever["year"] == 0), "customers"].iloc[0],
    }
    alone = _said(projection_findings(table[table["scenario"] == "no_action"], None))
    assert set(alone) == {"09.projection"}
    # nothing that surely moves: a portfolio that stays as it is
    still = moves(*[{("g1", "g1"): 500, ("g2", "g2"): 500}] * 2)
    calm = portfolio_projection(still, NAMES, as_of="2027-01-01", years=1, draws=200)
    assert "surely moves" in _said(projection_findings(calm, None))["09.projection"].text


def test_checks_fail_where_something_is_lost():
    table = portfolio_projection(moves(YEAR), NAMES, as_of="2027-01-01", draws=100)
    rates = moves_table(moves(YEAR), 100, np.random.default_rng(1))
    assert [check.verdict for check in projection_checks(table, rates, 370)] == ["pass", "pass"]
    assert [check.verdict for check in projection_checks(table, rates.iloc[1:], 371)] == ["fail", "flag"]
    used = {one.id for one in projection_assumptions(rates, intent_shifts({"g1": "grow"}), {"g1": "Yards"})}
    assert {"09.never_seen_lapsing", "09.never_seen_lapsed", "09.shift_1", "09.years_differ"} <= used
    assert [len(projection_cannot_say(years)) for years in (None, 0, 1, 2)] == [1, 1, 1, 0]


def test_goals_are_told():
    rows = {"goal": ["a", "b"], "scenario": "no_action", "verdict": ["likely", "cannot_say"], "chance": [0.86, np.nan]}
    table = portfolio_projection(moves(YEAR), NAMES, as_of="2027-01-01", years=1, draws=100)
    said = _said(projection_findings(table, None, pd.DataFrame(rows)))["09.goals"]
    assert "“{goal_1:text}” is likely reached ({chance_1:pct})." in said.text and said.values["judged"].value == 1
    both = {"goal": ["a", "b"] * 2, "scenario": ["no_action"] * 2 + ["with_intents"] * 2}
    both |= {"verdict": ["likely", "unlikely"] * 2, "chance": [0.86, 0.0, 0.91, 0.0]}
    said = _said(projection_findings(table, None, pd.DataFrame(both)))["09.goals"]
    assert "“{goal_2:text}” is out of reach" in said.text
    assert [said.values[name].value for name in ("chance_1", "idle_1", "chance_2")] == [0.91, 0.86, 0.0]
    none = _said(projection_findings(table, None, pd.DataFrame(rows).assign(verdict="cannot_say")))["09.goals"]
    assert "none is measured" in none.text
