"""What changed since the version before, against what was worked out by hand; each sentence follows its places."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.client.result_model import Value
from helpers.method.customer_strategy import customer_strategy
from helpers.method.difference import beyond_both, difference_interval
from helpers.method.strategy_changes import Before, change_sentences
from helpers.method.strategy_groups import group_plans
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.strategy_builders import GROUPS, material, result, told
from tests.method.strategy_earlier import Frozen, before, expected, measured
from tests.method.test_strategy_sources import check, moved, other_value, other_value_of, rests

READER = audience_for("working", "EUR", GROUPS)


def built(then: Before | None, start=None):
    start = start or material()
    return change_sentences(start, group_plans(start), then)


def said(then: Before | None, start=None) -> dict[str, str]:
    found = built(then, start)
    for one in found:
        check_finding(one.finding)
    return {one.finding.id: say(one.finding, READER).replace("\N{NO-BREAK SPACE}", " ") for one in found}


def test_each_sentence_is_that_worked_by_hand():
    assert said(before()) == {
        # 200 more; the interval reaches down by the root of 100 x 100 + 50 x 50 = 111.80, and so not to zero
        "12.changed": "Since the last strategy (v1, as of 1 January 2026): the intent of 1 of 3 groups is "
        "another one, customer equity rose from EUR 700.00 to EUR 900.00 and of 3 promised results that were due 1 "
        "came within their range, 1 better and 1 worse; 1 of 1 that are only watched came within theirs.",
        "12.in_since_since": "What is new is held against version v1, whose figures are as of 1 January 2026.",
        # 130 of 90, and 300 of 300
        "12.in_since_profit": "1 of 2 groups leaves us more profit a year than then, Yards most: EUR 90.00 then, EUR "
        "130.00 now.",
        "12.in_since_intents": "Of 3 groups that had an intent then, 2 keep it.",
        "12.in_since_intent.g1": "Yards: Grow. The intent was: Maintain.",
        "12.in_since_gone_g9": "Walk-ins is no group with an intent any more; it was: Retire.",
        # of 20 customers 5, 6 and 8 then; .3, .3 and .4 now
        "12.in_since_portion.g1": "Yards grew, from 25 % to 30 % of all active customers.",
        "12.in_since_portions": "2 of 3 groups are as large a part of all customers as then, to within a point.",
        "12.in_since_equity": "Customer equity was EUR 700.00 (EUR 650.00 to 750.00) and is EUR 900.00 (EUR 800 to "
        "1,000): more than both ranges allow.",
        "12.in_since_share": "Our share of what they spend was 28 % (20 to 36 %) and is 30 % (25 to 35 %): the ranges "
        "allow that nothing has changed.",
        "12.in_since_customers": "The number of active customers was 20 and is 33.",
        "12.in_since_promised": "Of 6 results that were expected 4 are due and can be measured: of 3 promised results "
        "that were due 1 came within their range, 1 better and 1 worse; 1 of 1 that are only watched came within "
        "theirs.",
        "12.in_since_came_profit.g1": "Yards, profit a year: EUR 90.00 then, EUR 90.00 to 120.00 promised by 31 "
        "December 2026, now EUR 130.00: better. Answered for by Ada.",
        "12.in_since_came_customer_share.g1": "Yards, customer share: 20 % then, 30 to 40 % promised by 31 December "
        "2027, now 30 %: not due yet. Answered for by Ada.",
        "12.in_since_came_profit.g2": "Fleets, profit a year: EUR 300.00 then, EUR 310.00 to 330.00 promised by 31 "
        "December 2026, now EUR 300.00: worse.",
        "12.in_since_came_portion.g3": "Resellers, part of customers: 40 % then, 35 to 45 % promised by 31 December "
        "2026, now 40 %: in range, only watched. Answered for by Bo.",
        "12.in_since_came_lapse_rate_g9": "Walk-ins, who lapse: 30 % then, 10 to 30 % promised by 31 December 2026, "
        "now 20 %: as promised. Answered for by Bo.",
    }


def test_a_first_version_says_nothing_and_a_document_without_one_is_as_it_was():
    assert built(None) == []
    ids = [one.finding.id for one in customer_strategy(material()).sentences]
    assert not [name for name in ids if "since" in name or name == "12.changed"]


def test_the_chapter_and_one_line_stand_in_the_document():
    sentences = customer_strategy(material(), before=before()).sentences
    chapter = [one for one in sentences if one.chapter == "since"]
    assert len(chapter) == 16 and {one.place for one in chapter} == {"chapter"}
    assert [one.finding.id for one in sentences if one.chapter == "changed" and one.place == "board"] == ["12.changed"]


def test_nothing_changed_leaves_the_board_alone():
    plans = group_plans(material())
    same = {plan.group_id: (plan.primary, plan.secondary) if plan.secondary else (plan.primary,) for plan in plans}
    later = expected().assign(by_date=pd.Timestamp("2028-06-30"))
    facts = {"intents": same, "expected": later, "said": material().said}
    sentences = said(replace(before(), **facts))
    assert "12.changed" not in sentences
    assert sentences["12.in_since_intents"] == "All 3 groups that had an intent then keep it."
    assert sentences["12.in_since_promised"] == (
        "Of 6 results that were promised none is due and can be measured yet; the first is due on 30 June 2028."
    )


def test_numbers_that_do_not_count_the_same_are_not_held_against_each_other():
    class Other(Frozen):
        def result(self, step_id):
            found = super().result(step_id)
            first = found.findings[0]
            if step_id == "04_value_to_us":  # over another horizon
                months = Value(value=24, unit="count")
                return result(step_id, first.model_copy(update={"values": first.values | {"months": months}}))
            return result(step_id, told("05.answer", "{share:pct} of it comes to us.", **first.values))

    sentences = said(version(Other()))
    for name in ("equity", "share"):
        assert "hold neither against the other" in sentences[f"12.in_since_{name}"]
    assert "equity" not in sentences["12.changed"]


def version(frozen) -> Before:
    from helpers.method.strategy_changes import version_before

    return version_before(frozen, measured(), as_of="2027-01-01")


def test_what_a_version_has_not_kept_is_left_out():
    class Bare(Frozen):
        decisions = {}

        def table(self, step_id, table):
            return None

        def result(self, step_id):
            return None

    assert list(said(version(Bare()))) == ["12.in_since_since"]
    assert list(said(before(), material(without=("03", "04", "05", "09")))) == [
        "12.changed", "12.in_since_since", "12.in_since_profit", "12.in_since_promised",
        "12.in_since_came_profit_g1", "12.in_since_came_customer_share_g1", "12.in_since_came_profit_g2",
        "12.in_since_came_portion_g3", "12.in_since_came_lapse_rate_g9",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("then", "now", "low", "high", "beyond"),
    [
        ((10.0, 6.0, 14.0), (20.0, 17.0, 23.0), 5.0, 15.0, True),
        ((20.0, 17.0, 23.0), (10.0, 6.0, 14.0), -15.0, -5.0, True),
        ((10.0, 7.0, 13.0), (14.0, 10.0, 18.0), -1.0, 9.0, False),
        ((5.0, 5.0, 5.0), (5.0, 5.0, 5.0), 0.0, 0.0, False),
        ((5.0, 5.0, 5.0), (6.0, 6.0, 6.0), 1.0, 1.0, True),
        ((0.0, 0.0, 3.0), (5.0, 1.0, 5.0), 0.0, 5.0, False),
    ],
)
def test_the_interval_of_a_difference(then, now, low, high, beyond):
    assert difference_interval(then, now) == pytest.approx((low, high))
    assert beyond_both(then, now) is beyond


def test_the_interval_holds_the_difference_as_often_as_it_says():
    import numpy as np

    draws = np.random.default_rng(7)
    half = 1.6448536
    held = 0
    for _ in range(2000):
        one, other = draws.normal(10, 2), draws.normal(13, 3)
        low, high = difference_interval(
            (one, one - 2 * half, one + 2 * half), (other, other - 3 * half, other + 3 * half)
        )
        held += low <= 3 <= high
    assert 0.88 <= held / 2000 <= 0.92


# ---- each sentence follows the places that it names, and no other ----


def frames(then: Before):
    """Each cell of the tables of the version before: how to name it, and the version with another value in it."""
    names = {
        "groups": lambda row, column: then.place(f"customer_groups/{row['group_id']}/{column}"),
        "expected": lambda row, column: then.place(f"expected_results/{row['group_id']}|{row['measure']}/{column}"),
        "measured": lambda row, column: f"09.measured/{row['group_id']}|{row['measure']}",
    }
    for table, name in names.items():
        frame = getattr(then, table)
        for at in range(len(frame)):
            for column in frame.columns:
                if column in ("group_id", "measure"):
                    continue
                row, other = frame.loc[at].to_dict(), frame.astype(object).copy()
                value = {"up": "down", "down": "up", "": "up"}[row[column]] if column == "better" else None
                other.at[at, column] = value or other_value(column, row[column])
                kept = other.astype(frame.dtypes.to_dict())
                yield name(row, column), replace(then, **{table: kept})


def test_each_cell_of_the_version_before_moves_the_sentences_that_rest_on_it_and_no_other():
    then, used = before(), 0
    start = built(then)
    for name, other in frames(then):
        check(start, built(other), name)
        used += bool(rests(start, name)[1])
    assert used > 40


def test_each_number_and_intent_of_the_version_before_moves_its_sentences_alone():
    then, used = before(), 0
    start = built(then)
    for step, one in then.said.items():
        finding = one.findings[0]
        for key, value in finding.values.items():
            new = finding.model_copy(update={"values": {**finding.values, key: other_value_of(key, value)}})
            other = replace(then, said={**then.said, step: one.model_copy(update={"findings": [new]})})
            check(start, built(other), then.place(f"{finding.id}/{key}"))
            used += bool(moved(start, built(other)))
    for group in then.intents:
        other = replace(then, intents={**then.intents, group: ("grow", "re_engineer")})
        check(start, built(other), then.place(f"09.{group}.intent"))
        used += bool(moved(start, built(other)))
    assert used == 4 + 4  # losing is not told, nor the months but where they differ


def test_what_was_missed_and_is_promised_again_as_it_was_is_said_and_so_is_who_lost_most():
    start, then = material(), before()
    same = start.tables["expected_results"].copy()
    same.loc[same["group_id"] == "g2", ["low", "high"]] = [310.0, 330.0]
    again = replace(start, tables={**start.tables, "expected_results": same})
    lower = replace(then, measured=then.measured.assign(value=[80.0, 240.0, 0.4, 0.3, 0.2]))
    sentences = said(lower, again)
    assert sentences["12.in_since_again_profit_g2"] == (
        "Fleets, profit a year: what was promised then (EUR 310.00 to 330.00) is promised again as it was, by "
        "31 December 2027."
    )
    assert sentences["12.in_since_profit"] == "None of 2 groups leaves us more profit a year than then."
    assert sentences["12.in_since_profit_less"] == "Fleets lost most: EUR 300.00 then, EUR 240.00 now."
    assert not [name for name in said(then) if "again" in name]
    frame = same.astype(object)
    frame.at[3, "low"] = 309.0
    other = replace(start, tables={**start.tables, "expected_results": frame.astype(same.dtypes.to_dict())})
    check(built(lower, again), built(lower, other), "expected_results/g2|profit/low")
