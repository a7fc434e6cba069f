"""Tiers held against those of the version before: at the same cuts, each customer once, or not at all."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.method.moved_since import shared_months
from helpers.method.tier_moves import tier_moves
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say

CUTS = {"high": 100.0, "middle": 40.0}
NOW = {"cuts": CUTS, "as_of": "2026-09-01", "months": 24}


def value(profits, status="active", served=1.0):
    rows = pd.DataFrame({"customer_id": list(profits), "yearly_profit": list(profits.values())})
    tier = rows["yearly_profit"].notna().map({True: "low", False: "unknown"})  # as published: at the cuts of its day
    return rows.assign(status=status, value_tier=tier, cost_to_serve=served, cost_of_goods=1.0)


class Frozen:
    name, as_of, window_months = "v1", "2025-09-01", 24

    def __init__(self, table):
        self.kept = table

    def table(self, step_id, table):
        return self.kept if (step_id, table) == ("04_value_to_us", "customer_value") else None


# high middle low loss unknown, and gone
THEN = value({"a": 120.0, "b": 50.0, "c": 10.0, "d": -5.0, "e": None, "f": 70.0})
TODAY = value({"a": 100.0, "b": 39.99, "c": 40.0, "d": -0.01, "e": 0.0, "g": 500.0})


def test_counts_worked_by_hand_reconcile():
    since = tier_moves(TODAY, Frozen(THEN), **NOW)
    moved, parts = since.findings
    names = ("both", "up", "down", "same", "gone", "came")
    # a high, b middle to low, c low to middle, d loss; e has no profit then; f gone, g new
    assert [moved.values[name].value for name in names] == [4, 1, 1, 2, 1, 2]
    assert [check.verdict for check in since.checks] == ["pass"] and since.checks[0].found == 7
    assert parts.values["high_now"].value == pytest.approx(2 / 6)
    assert parts.values["high_then"].value == pytest.approx(1 / 5)
    assert parts.values["loss_now"].value == pytest.approx(1 / 6)
    assert moved.values["shared"].value == 12 and since.gaps == []
    for finding in since.findings:
        check_finding(finding)
        assert say(finding, audience_for("working", "EUR", {}))


def test_the_border_does_not_move_and_who_is_dormant_stands_aside():
    assert tier_moves(THEN, Frozen(THEN), **NOW).findings[0].values["same"].value == 5
    lower = NOW | {"cuts": {"high": 60.0, "middle": 5.0}}
    assert tier_moves(THEN, Frozen(THEN), **lower).findings[0].values["same"].value == 5
    asleep = pd.concat([TODAY, value({"z": 5.0}, status="dormant")])
    assert tier_moves(asleep, Frozen(THEN), **NOW) == tier_moves(TODAY, Frozen(THEN), **NOW)
    shuffled = TODAY.sample(frac=1, random_state=2)
    assert tier_moves(shuffled, Frozen(THEN), **NOW) == tier_moves(TODAY, Frozen(THEN), **NOW)


def test_profits_that_count_other_costs_are_not_held_against_each_other():
    since = tier_moves(TODAY, Frozen(THEN.assign(cost_to_serve=None)), **NOW)
    assert not since.findings and not since.checks
    assert "the cost of goods alone then, and counts the cost of goods and traced service now" in since.gaps[0].because


def test_a_window_of_another_length_is_told():
    short = Frozen(THEN)
    short.window_months = 12
    (moved, _) = tier_moves(TODAY, short, **NOW).findings
    assert (moved.values["months_then"].value, moved.values["months"].value) == (12, 24)
    assert moved.values["shared"].value == 12


@pytest.mark.parametrize("version", [None, Frozen(None), Frozen(THEN.iloc[:0]), Frozen(value({"z": 1.0}))])
def test_nothing_is_said_where_nobody_can_have_moved(version):
    since = tier_moves(TODAY, version, **NOW)
    assert (since.findings, since.checks, since.gaps) == ([], [], [])


def test_nobody_is_in_a_tier_without_cuts():
    assert tier_moves(TODAY, Frozen(THEN), **(NOW | {"cuts": None})).findings == []


@pytest.mark.parametrize(
    ("then", "now", "months"),
    [
        (("2025-09-01", 24), ("2026-09-01", 24), 12),
        (("2025-09-01", 12), ("2026-09-01", 12), 0),
        (("2024-01-01", 12), ("2026-09-01", 12), 0),
        (("2026-08-15", 12), ("2026-09-01", 12), 11),
        (("2026-09-01", 6), ("2026-09-01", 24), 6),
    ],
)
def test_months_in_both_windows(then, now, months):
    assert shared_months(then, now) == months == shared_months(now, then)
