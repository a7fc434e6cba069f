"""Cohorts: hand calculations, the start of the data, limits and properties."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import write_table
from helpers.method.cohorts import cohorts, one_cohort, year_retention
from tests.method.days_builders import days, histories, renamed

AS_OF = "2027-01-01"
EXAMPLES = 40
# Two years of calendar quarters; c1 and c2 were there from the start, c3 and c4 came in Q2 2025, c5 in Q4 2026.
HISTORY = days(
    ("c1", "2025-01-01", 10),
    ("c1", "2025-02-01", 10),
    ("c1", "2025-07-01", 4),
    ("c2", "2025-03-31", 20),
    ("c2", "2025-05-01", -6),
    ("c3", "2025-04-01", 30),
    ("c3", "2026-06-30", 31),
    ("c4", "2025-06-30", 40),
    ("c4", "2025-06-30", 0),
    ("c4", "2026-07-01", 41),
    ("c5", "2026-12-31", 50),
    ("c6", "2026-01-10", -7),
    (None, "2025-08-01", 1000),
)


def numbers(table: pd.DataFrame, start: str) -> list[list]:
    """quarters_since, customers, bought and revenue of one cohort."""
    rows = table[table["cohort_start"] == start]
    return rows[["quarters_since", "customers", "bought", "revenue"]].values.tolist()


def test_by_hand():
    table = cohorts(HISTORY, as_of=AS_OF)
    assert table["cohort"].drop_duplicates().tolist() == ["Before the data", "Q2 2025", "Q4 2026"]
    assert numbers(table, "2025-01-01") == [
        [0, 2, 2, 40],
        [1, 2, 0, -6],
        [2, 2, 1, 4],
        *([since, 2, 0, 0] for since in range(3, 8)),
    ]
    assert numbers(table, "2025-04-01") == [
        [0, 2, 2, 70],
        *([since, 2, 0, 0] for since in (1, 2, 3)),
        [4, 2, 1, 31],
        [5, 2, 1, 41],
        [6, 2, 0, 0],
    ]
    assert numbers(table, "2026-10-01") == [[0, 1, 1, 50]]
    assert table["is_before_data"].tolist() == [True] * 8 + [False] * 8
    assert table["quarter_start"].iloc[[0, 7, 8]].tolist() == [
        pd.Timestamp("2025-01-01"),
        pd.Timestamp("2026-10-01"),
        pd.Timestamp("2025-04-01"),
    ]
    assert table["retention"].tolist()[:3] == [1, 0, 0.5]


def test_a_year_later_by_hand():
    """c3 came back in the fourth quarter after its first, c4 in the fifth; c5's year is not over."""
    facts = year_retention(HISTORY, as_of=AS_OF)
    assert (facts.customers, facts.bought, facts.retention, facts.cohorts) == (2, 1, 0.5, 1)
    assert facts.first_cohort == facts.last_cohort == pd.Timestamp("2025-04-01")
    old = year_retention(HISTORY, as_of=AS_OF, before_data=True)
    assert (old.customers, old.bought, old.cohorts) == (2, 1, 1)


def test_cohorts_are_pooled_customers_over_customers():
    """Three of Q2 2025, one came back; one of Q3, who did: 2 of 4, not the mean of 1/3 and 1."""
    history = days(
        ("c0", "2025-01-01", 1),
        *((f"a{number}", "2025-04-05", 1) for number in range(3)),
        ("a0", "2025-07-05", 1),
        ("a0", "2025-10-05", 1),
        ("b0", "2025-07-05", 1),
        ("b0", "2026-07-05", 1),
    )
    facts = year_retention(history, as_of=AS_OF)
    assert (facts.customers, facts.bought, facts.retention, facts.cohorts) == (4, 2, 0.5, 2)


def test_a_cohort_counts_once_its_fourth_quarter_is_over():
    history = days(("c0", "2025-01-01", 1), ("c1", "2025-04-05", 1), ("c1", "2026-03-31", 1))
    assert year_retention(history, as_of="2026-07-01").retention == 1
    assert year_retention(history, as_of="2026-04-01").customers == 0


def test_an_incomplete_first_block_belongs_to_the_first_quarter_of_the_data():
    """The data begin in February: no quarter to look at, but c1 was there; its money of then is in no cohort."""
    history = days(
        ("c1", "2025-02-10", 5),
        ("c2", "2025-04-02", 6),
        ("c1", "2025-07-02", 7),
        ("c3", "2025-07-03", 8),
    )
    table = cohorts(history, as_of="2025-10-01")
    assert table["cohort"].tolist() == ["Before the data", "Before the data", "Q3 2025"]
    assert numbers(table, "2025-04-01") == [[0, 2, 1, 6], [1, 2, 1, 7]]
    assert numbers(table, "2025-07-01") == [[0, 1, 1, 8]]


@pytest.mark.parametrize(
    ("as_of", "label"),
    [("2026-12-01", "Mar-May 2026"), ("2026-12-10", "10 Mar to 9 Jun 2026"), ("2027-01-01", "Q2 2026")],
)
def test_quarters_are_counted_back_from_as_of(as_of, label):
    history = days(("c0", "2025-01-01", 1), ("c1", "2026-05-05", 1))
    assert label in cohorts(history, as_of=as_of)["cohort"].tolist()


@pytest.mark.parametrize(
    "history",
    [
        days(),
        days(("c1", "2026-12-01", 5)),  # less than a quarter of history
        days((None, "2025-01-01", 5)),
        days(("c1", "2025-01-01", -5), ("c2", "2025-01-01", 0)),  # nobody ever ordered
    ],
)
def test_without_a_quarter_or_an_order_there_is_no_cohort(history, tmp_path):
    table = cohorts(history, as_of=AS_OF)
    assert table.empty
    assert list(table) == schema("cohorts").names
    write_table(table, tmp_path / "cohorts.parquet", schema("cohorts"))
    assert not one_cohort(history, as_of=AS_OF)
    facts = year_retention(history, as_of=AS_OF)
    assert (facts.customers, facts.cohorts, facts.first_cohort) == (0, 0, None)
    assert np.isnan(facts.retention)


def test_table_is_that_of_the_schema(tmp_path):
    table = cohorts(HISTORY, as_of=AS_OF)
    assert list(table) == schema("cohorts").names
    assert not table.duplicated(list(schema("cohorts").key)).any()
    write_table(table, tmp_path / "cohorts.parquet", schema("cohorts"))


def test_one_cohort_is_told_from_a_client_that_wins_customers():
    first = [("c1", "2025-01-01", 5), ("c2", "2025-03-31", 5), ("c1", "2025-08-01", 5)]
    assert one_cohort(days(*first), as_of=AS_OF)
    assert not one_cohort(days(*first, ("c3", "2026-01-05", 5)), as_of=AS_OF)
    assert one_cohort(days(*first, ("c3", "2026-01-05", 0), (None, "2026-01-05", 9)), as_of=AS_OF)  # no orders
    assert not one_cohort(days(*first), as_of="2025-04-01")  # the data end with their first quarter


@settings(max_examples=EXAMPLES)
@given(histories())
@example(HISTORY)
def test_everyone_who_ever_ordered_is_in_one_cohort(history):
    table = cohorts(history, as_of=AS_OF)
    ordered = history[(history["positive_lines"] > 0) & history["customer_id"].notna()]
    firsts = table[table["quarters_since"] == 0]
    assert history["date"].min() > pd.Timestamp("2026-10-07") or firsts["customers"].sum() == (
        ordered["customer_id"].nunique()
    )
    assert (table["bought"] <= table["customers"]).all()
    assert table["retention"].between(0, 1).all()
    assert (firsts.loc[~firsts["is_before_data"], "retention"] == 1).all()
    quarters = pd.date_range("2024-01-01", AS_OF, freq="QS")
    for start, end in pairwise(quarters):
        bought = ordered[(ordered["date"] >= start) & (ordered["date"] < end)]["customer_id"].nunique()
        rows = table[table["quarter_start"] == start]
        assert rows.empty or rows["bought"].sum() == bought


@settings(max_examples=EXAMPLES)
@given(histories(), st.integers(0, 999))
def test_order_and_ids_change_nothing_and_the_unit_only_money(history, seed):
    table, facts = cohorts(history, as_of=AS_OF), year_retention(history, as_of=AS_OF)
    order = np.random.default_rng(seed).permutation(len(history))
    for same in (history.iloc[order], renamed(history)):
        pd.testing.assert_frame_equal(cohorts(same, as_of=AS_OF), table)
        assert str(year_retention(same, as_of=AS_OF)) == str(facts)
    hundredfold = cohorts(history.assign(revenue=history["revenue"] * 100), as_of=AS_OF)
    pd.testing.assert_frame_equal(hundredfold.drop(columns="revenue"), table.drop(columns="revenue"))
    assert hundredfold["revenue"].tolist() == pytest.approx((table["revenue"] * 100).tolist())


@settings(max_examples=EXAMPLES)
@given(histories())
def test_a_year_is_the_four_quarters_after_the_first(history):
    """The table bounds the pooled rate: at least the best of the four quarters, at most their sum."""
    facts = year_retention(history, as_of=AS_OF)
    table = cohorts(history, as_of=AS_OF)
    table = table[~table["is_before_data"] & (table["cohort_start"] < "2026-01-01")]
    later = table[table["quarters_since"].between(1, 4)].groupby("cohort_start")["bought"]
    assert later.max().sum() <= facts.bought <= later.sum().sum()
    assert facts.customers == table.loc[table["quarters_since"] == 0, "customers"].sum()


def test_a_hundred_thousand_customers_take_seconds():
    draw = np.random.default_rng(7)
    size = 800_000
    history = pd.DataFrame(
        {
            "customer_id": pd.Series(draw.integers(0, 100_000, size)).map("k{:06d}".format).astype("str"),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 1096, size), unit="D"),
            "positive_lines": pd.Series(1, index=range(size), dtype="Int64"),
            "revenue": draw.lognormal(3, 1, size).round(2),
        }
    ).drop_duplicates(["customer_id", "date"])
    begun = time.perf_counter()
    table = cohorts(history, as_of=AS_OF)
    assert time.perf_counter() - begun < 8
    assert table["revenue"].sum() == pytest.approx(history["revenue"].sum())
