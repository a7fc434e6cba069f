"""Whether the share moves from year to year: by hand, and what must not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.intervals import ratio_change_interval
from helpers.method.share import customer_share
from helpers.method.share_closing import share_cannot_say
from helpers.method.share_trend_findings import trend_findings
from helpers.method.share_years import COLUMNS, share_by_year
from tests.method.builders import AS_OF, sentences, share_tables, sold, wallet, wallets

LAST, BEFORE = ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")
NAMES = [f"c{number:02}" for number in range(12)]


def two_years(first=20.0, last=30.0, names=NAMES):
    """Each customer's wallet is 100 in both years."""
    rows = [wallet(name, 100, first + place % 3, "tea", *BEFORE) for place, name in enumerate(names)]
    return rows + [wallet(name, 100, last + place % 3, "tea", *LAST) for place, name in enumerate(names)]


def moves(rows, category=None, groups=None, **options):
    category = sold(*((name, "tea", 40) for name in NAMES)) if category is None else category
    delivered = wallets(*rows) if rows is not None else None
    shares = customer_share(category, delivered, as_of=AS_OF, groups=groups)
    return share_by_year(category, delivered, shares, as_of=AS_OF, groups=groups, **options)


def test_by_hand():
    row = moves(two_years()).iloc[0]
    assert (row["group_id"], row["customers"], row["moved"]) == ("all", 12, "rose")
    assert (row["share_before"], row["share_now"], row["change"]) == pytest.approx((0.21, 0.31, 0.10))
    assert (row["change_low"], row["change_high"]) == pytest.approx((0.10, 0.10)), "each gained the same"


def test_the_interval_is_that_of_the_same_customers():
    rows = two_years()
    for place in range(6):
        rows[place]["revenue"] += 30
    row = moves(rows).iloc[0]
    before, now = ([one["revenue"] for one in part] for part in (rows[:12], rows[12:]))
    wanted = ratio_change_interval(before, [100] * 12, now, [100] * 12)
    assert (row["change_low"], row["change_high"]) == pytest.approx(wanted)
    assert row["moved"] == "unclear"


def test_who_is_known_in_one_year_only_is_no_move():
    rows = [*two_years(), wallet("c12", 5000, 5000, "tea", *LAST), wallet("c13", 5000, 0, "tea", *BEFORE)]
    category = sold(*((name, "tea", 40) for name in [*NAMES, "c12", "c13"]))
    row = moves(rows, category).iloc[0]
    assert (row["customers"], round(row["change"], 6)) == (12, 0.10)


def test_no_day_stands_on_both_sides():
    """A wallet that runs across the border of the years is of the last twelve months alone."""
    rows = [wallet(name, 100, 20, "tea", "2025-07-01", "2026-06-30") for name in NAMES]
    assert moves(rows).empty
    assert moves(None).empty
    assert moves([]).empty


def test_one_customer_or_conflicts_give_no_change():
    assert moves(two_years(names=NAMES[:1])).empty
    assert moves(two_years(first=200)).empty, "all of the year before lie below our own revenue"


def test_too_little_of_the_revenue_is_no_answer():
    category = sold(*((name, "tea", 40) for name in NAMES), ("giant", "tea", 5000))
    row = moves(two_years(), category).iloc[0]
    assert row["moved"] == "cannot_say"
    assert np.isnan(row["change"]) and np.isnan(row["share_before"])
    assert row["customers"] == 12


def test_groups_and_the_order_of_rows():
    groups = pd.DataFrame({"customer_id": NAMES, "group_id": ["g1"] * 6 + ["g2"] * 6})
    groups["group_name"] = groups["group_id"].map({"g1": "Refit", "g2": "Yards"})
    rows = two_years()
    for place in range(18, 24):  # the second group falls back
        rows[place]["revenue"] = 10 + place % 2
    table = moves(rows, groups=groups)
    assert table["group_name"].tolist() == ["All customers", "Refit", "Yards"]
    assert table["moved"].tolist() == ["unclear", "rose", "fell"]
    pd.testing.assert_frame_equal(moves(rows[::-1], groups=groups.iloc[::-1]), table)


def said(low, high, word, before=0.25, now=0.30, groups=()):
    """What is said of a year, with the tables of a client that has no wallets by quarter."""
    rows = [("all", "All customers", 33, before, now, now - before, low, high, word), *groups]
    category = sold(*((name, "tea", 40) for name in NAMES))
    made = share_tables(category, wallets(*(wallet(name, 100, 40) for name in NAMES)))
    made = replace(made, share_change=pd.DataFrame(rows, columns=COLUMNS))
    text = sentences(trend_findings(made))
    assert "05.no_trend" not in text, "no word that the trend cannot be told"
    assert "Is our share rising or falling?" not in [gap.question for gap in share_cannot_say(made)]
    return text


def test_what_is_said_follows_the_range_of_the_change():
    cases = [
        (0.02, 0.08, "rose", 0.25, 0.30, "rose from 25 % to 30 % within a year."),
        (-0.08, -0.02, "fell", 0.30, 0.25, "fell from 30 % to 25 % within a year."),
        (0.0005, 0.002, "rose", 0.301, 0.302, "rose from 30.1 % to 30.2 % within a year."),
        (-0.02, 0.02, "still", 0.301, 0.302, "stands still: 30.1 % a year before, 30.2 % now."),
    ]
    for low, high, word, before, now, words in cases:
        text = said(low, high, word, before, now)["05.share_change"]
        assert text == f"Our share of the same customers {words}"
    assert said(-0.02, 0.12, "unclear")["05.share_change"].endswith(
        "within a year; the range of the change, \N{MINUS SIGN}2 points to 12 points, does not tell whether it moved."
    )


def test_groups_that_moved_are_named_if_enough_are_known():
    groups = [
        ("g1", "Refit", 20, 0.2, 0.3, 0.1, 0.05, 0.15, "rose"),
        ("g2", "Yards", 9, 0.2, 0.3, 0.1, 0.05, 0.15, "rose"),
    ]
    text = said(0.02, 0.08, "rose", groups=groups)
    assert text["05.groups_that_moved"] == "Groups that moved by more than the range (1 of 1): Refit rose."
    assert "05.groups_that_moved" not in said(0.02, 0.08, "rose", groups=groups[1:])


def test_the_door_says_so_where_no_two_years_are_known():
    category = sold(*((name, "tea", 40) for name in NAMES))
    made = share_tables(category, wallets(*(wallet(name, 100, 40) for name in NAMES)))
    assert set(sentences(trend_findings(made))) == {"05.no_trend"}
    assert "Is our share rising or falling?" in [gap.question for gap in share_cannot_say(made)]
