"""The revenue bridge: hand calculations, the limits of each part, and that it closes for any history."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import write_table
from helpers.errors import StepInputError
from helpers.method.revenue_bridge import PARTS, bridge_facts, history_before, revenue_bridge
from tests.method.days_builders import days, histories, renamed

HALVES = {"window_start": "2025-01-01", "current_start": "2026-01-01", "as_of": "2027-01-01"}
EXAMPLES = 40
BEFORE, PRIOR, CURRENT = "2024-05-05", "2025-05-05", "2026-05-05"

EVERY_PART = days(
    ("new", CURRENT, 10),
    ("back", BEFORE, 99),
    ("back", CURRENT, 20),
    ("more", PRIOR, 30),
    ("more", CURRENT, 35.5),
    ("less", BEFORE, 1),
    ("less", PRIOR, 40),
    ("less", CURRENT, 39.99),
    ("lost", PRIOR, 50),
    ("lost", CURRENT, -2),
    ("same", PRIOR, 60),
    ("same", CURRENT, 60.004),
    ("credit", BEFORE, 500),
    ("credit", PRIOR, -3),
    ("free", CURRENT, 0),
    ("gone", BEFORE, 7),
    (None, BEFORE, 1000),
    (None, PRIOR, 8),
    (None, CURRENT, 5),
)


def bridge_of(*rows: tuple, **halves: str) -> pd.DataFrame:
    return revenue_bridge(days(*rows), **(HALVES | halves))


def part_of(*rows: tuple) -> str:
    """The one part in which the customer c1 stands."""
    table = bridge_of(*rows)
    table = table[~table["is_total"]]
    assert table["customers"].tolist() == [1]
    return table["part"].iloc[0]


def test_every_part_by_hand():
    table = revenue_bridge(EVERY_PART, **HALVES)
    nan = np.nan
    assert table["part"].tolist() == ["prior", *PARTS, "current"]
    by_part = table.set_index("part")[["customers", "amount", "prior_revenue", "current_revenue"]]
    expected = {
        "prior": (4, 185, 185, nan),
        "new": (1, 10, 0, 10),
        "reactivated": (1, 20, 0, 20),
        "expanded": (1, 5.5, 30, 35.5),
        "contracted": (1, -0.01, 40, 39.99),
        "lost": (1, -52, 50, -2),
        "unchanged": (1, 0.004, 60, 60.004),
        "credits_only": (2, 3, -3, 0),
        "no_customer": (nan, -3, 8, 5),
        "current": (5, 168.494, nan, 168.494),
    }
    wanted = pd.DataFrame.from_dict(expected, orient="index", columns=list(by_part), dtype=float)
    pd.testing.assert_frame_equal(by_part.astype(float), wanted, check_names=False, check_exact=True)


def test_facts_by_hand():
    """Four bought in the prior half for 180, three of them again. Now: 180 - .01 - 52 + 5.5 + .004."""
    facts = bridge_facts(revenue_bridge(EVERY_PART, **HALVES), earlier_months=8)
    assert (facts.bought_prior, facts.bought_both, facts.prior_revenue) == (4, 3, 180)
    assert facts.kept == 0.75
    assert facts.net_retention == pytest.approx((35.5 + 39.99 - 2 + 60.004) / 180)
    assert facts.earlier_months == 8


def test_table_is_that_of_the_schema(tmp_path):
    wanted = schema("revenue_bridge")
    allowed = wanted.column("part").allowed
    for history in (EVERY_PART, days()):
        table = revenue_bridge(history, **HALVES)
        assert list(table) == wanted.names
        assert set(table["part"]) <= set(allowed)
        write_table(table, tmp_path / "bridge.parquet", wanted)
    assert list(allowed) == ["prior", *PARTS, "current"]


@pytest.mark.parametrize(
    ("amount", "part"),
    [(10.004, "unchanged"), (9.996, "unchanged"), (10.005, "expanded"), (9.995, "contracted"), (10.01, "expanded")],
)
def test_unchanged_means_the_same_to_the_cent(amount, part):
    assert part_of(("c1", PRIOR, 10), ("c1", CURRENT, amount)) == part


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([("c1", "2025-12-31", 5), ("c1", "2026-01-01", 5)], "unchanged"),
        ([("c1", "2024-12-31", 5), ("c1", "2026-12-31", 5)], "reactivated"),
        ([("c1", "2025-01-01", 5)], "lost"),
        ([("c1", BEFORE, -5), ("c1", CURRENT, 5)], "new"),  # a credit is no order
        ([("c1", PRIOR, -5), ("c1", CURRENT, 5)], "new"),
        ([("c1", BEFORE, 0), ("c1", CURRENT, 5)], "new"),  # neither is a free item
        ([("c1", PRIOR, -5, 1), ("c1", CURRENT, 5)], "expanded"),  # bought, and brought back more than that
        ([("c1", PRIOR, 5), ("c1", CURRENT, -5)], "lost"),
        ([("c1", CURRENT, 5), ("c1", "2026-06-01", -9)], "new"),
        ([("c1", PRIOR, 0)], "credits_only"),
    ],
)
def test_parts_go_by_the_days_of_orders(rows, part):
    assert part_of(*rows) == part


def test_before_the_window_alone_is_no_part_and_nobody_leaves_two_halves_of_nothing():
    table = bridge_of(("c1", BEFORE, 5), (None, BEFORE, 5))
    assert table["part"].tolist() == ["prior", "current"]
    assert table["amount"].tolist() == [0, 0]
    assert table["customers"].tolist() == [0, 0]
    pd.testing.assert_frame_equal(bridge_of(), table.assign(part_name=bridge_of()["part_name"]))
    facts = bridge_facts(table, earlier_months=0)
    assert facts.bought_prior == 0
    assert np.isnan([facts.kept, facts.net_retention]).all()


def test_only_refunds_keep_nothing_and_say_no_rate():
    table = bridge_of(("c1", PRIOR, -5), ("c2", CURRENT, -7))
    assert table["part"].tolist() == ["prior", "credits_only", "current"]
    assert table["amount"].tolist() == [-5, -2, -7]
    assert np.isnan(bridge_facts(table, earlier_months=0).net_retention)


def test_all_one_time_buyers_are_new_or_lost():
    table = bridge_of(("c1", PRIOR, 5), ("c2", PRIOR, 6), ("c3", CURRENT, 7))
    assert table.set_index("part")["amount"].to_dict() == {"prior": 11, "new": 7, "lost": -11, "current": 7}
    facts = bridge_facts(table, earlier_months=0)
    assert (facts.kept, facts.net_retention) == (0, 0)


def test_revenue_without_a_customer_stays_even_where_it_did_not_move():
    table = bridge_of((None, HALVES["window_start"], 5), (None, HALVES["current_start"], 5))
    assert table["part"].tolist() == ["prior", "no_customer", "current"]
    assert table["amount"].tolist() == [5, 0, 5]
    assert table["customers"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("first", "months"),
    [("2024-05-05", 8), ("2024-12-07", 1), ("2024-12-08", 0), ("2025-01-01", 0), (PRIOR, 0)],
)
def test_without_history_before_the_window_new_says_that_it_may_be_old(first, months):
    """A month counts as whole if the history begins within its first week."""
    history = days(("c0", first, 5), ("c1", CURRENT, 5))
    assert history_before(history, window_start=HALVES["window_start"]) == months
    names = revenue_bridge(history, **HALVES).set_index("part")["part_name"]
    assert names["new"] == ("New" if months else "New or came back")


def test_days_out_of_order_are_refused():
    with pytest.raises(StepInputError, match=r"window_start 2025-01-01, current_start 2025-01-01 and as_of"):
        bridge_of(current_start="2025-01-01")


@given(histories())
@example(EVERY_PART)
def test_it_closes_exactly_and_holds_every_customer_once(history):
    table = revenue_bridge(history, **HALVES)
    changes, ends = table[~table["is_total"]], table[table["is_total"]].set_index("part")["amount"]
    assert ends["prior"] + changes["amount"].sum() == pytest.approx(ends["current"], abs=1e-9)
    assert round(ends["prior"] + changes["amount"].sum(), 4) == ends["current"]
    units = (changes[["prior_revenue", "current_revenue"]] * 10_000).round().sum()
    assert (units / 10_000).tolist() == ends.tolist()
    window = history[(history["date"] >= "2025-01-01") & (history["date"] < "2027-01-01")]
    assert changes["customers"].sum() == window["customer_id"].nunique()
    for name, rows in {"prior": window["date"] < "2026-01-01", "current": window["date"] >= "2026-01-01"}.items():
        assert ends[name] == round(window.loc[rows, "revenue"].sum(), 4)
        buyers = window.loc[rows & (window["positive_lines"] > 0), "customer_id"].nunique()
        assert table.set_index("part").loc[name, "customers"] == buyers


@settings(max_examples=EXAMPLES)
@given(histories(), st.integers(0, 999))
def test_order_ids_and_unit_change_nothing(history, seed):
    table = revenue_bridge(history, **HALVES)
    order = np.random.default_rng(seed).permutation(len(history))
    pd.testing.assert_frame_equal(revenue_bridge(history.iloc[order], **HALVES), table)
    pd.testing.assert_frame_equal(revenue_bridge(renamed(history), **HALVES), table)
    # Cents, so that the smaller unit cannot turn "unchanged to the cent" into a change.
    cents = history.assign(revenue=history["revenue"].round(2))
    plain, hundredfold = (revenue_bridge(cents.assign(revenue=cents["revenue"] * by), **HALVES) for by in (1, 100))
    money = ["amount", "prior_revenue", "current_revenue"]
    pd.testing.assert_frame_equal(plain.drop(columns=money), hundredfold.drop(columns=money))
    assert (plain[money].fillna(0) * 100).to_numpy() == pytest.approx(hundredfold[money].fillna(0).to_numpy())


@given(histories())
def test_retention_lies_where_it_must(history):
    facts = bridge_facts(revenue_bridge(history, **HALVES), earlier_months=0)
    assert facts.bought_both <= facts.bought_prior
    assert np.isnan(facts.net_retention) == (facts.prior_revenue <= 0)


def many_days(customers: int = 100_000, each: int = 8) -> pd.DataFrame:
    """customer_days of many customers over three years."""
    draw = np.random.default_rng(7)
    size = customers * each
    table = pd.DataFrame(
        {
            "customer_id": pd.Series(draw.integers(0, customers, size)).map("k{:06d}".format).astype("str"),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 1096, size), unit="D"),
            "positive_lines": pd.Series(1, index=range(size), dtype="Int64"),
            "revenue": draw.lognormal(3, 1, size).round(2),
        }
    )
    return table.drop_duplicates(["customer_id", "date"])


def test_a_hundred_thousand_customers_take_seconds():
    history = many_days()
    begun = time.perf_counter()
    table = revenue_bridge(history, **HALVES)
    assert time.perf_counter() - begun < 8
    assert table["customers"].sum() > 100_000
