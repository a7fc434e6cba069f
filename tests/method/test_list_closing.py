"""What step 02 leaves open and assumes, and that each of its checks can fail, alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from helpers.method.list_closing import list_assumptions, list_cannot_say
from helpers.method.rating import family_weights, rating_cuts
from tests.method.list_builders import MANY, ListClient, every
from tests.method.rating_builders import line, table_of

CHECKS = [
    *("revenue", "customers", "rated_once", "concentration", "weights"),
    *("bridge", "bridge_revenue", "bridge_customers", "halves", "cohorts"),
]


def rich() -> ListClient:
    """A client with history, a contract, losses, free items and lines without a customer."""
    lines = [line(name, date, 10 + place) for place, name in enumerate(MANY) for date in ("2023-05-01", "2025-03-01")]
    lines += [*every(MANY[:6], "2026-03-01", amount=33.33), line(None, "2026-05-01", 7), line(None, "2025-05-01", 3)]
    lines += [line("free", "2026-03-01", 0), line("back", "2026-03-01", 5), line("back", "2026-04-01", -9)]
    return ListClient(*lines, contracts=("k1",))


@pytest.fixture(scope="module")
def good():
    return rich()


def test_all_checks_pass_and_say_both_numbers(good):
    checks = good.checks()
    assert [check.id.removeprefix("02.") for check in checks] == CHECKS
    assert {check.verdict for check in checks} == {"pass"}
    found = {check.id.removeprefix("02."): (check.found, check.expected) for check in checks}
    # 12 x 10 + (0 + ... + 11) in March 2025, then 6 x 33.33, 5 - 9, and 7 + 3 without a customer
    assert found["revenue"] == (391.98, 391.98)
    assert found["customers"] == (15, 15)  # 12, free, back and k1
    assert found["rated_once"] == (14, 14)
    assert found["concentration"] == (385.98, 385.98)  # without what came back, and without lines of nobody
    assert found["bridge"] == (202.98, 202.98)
    assert found["bridge_customers"] == (14, 14)
    assert found["halves"] == (9.98, 9.98)


def changed(table: pd.DataFrame, where: pd.Series, column: str, by: float) -> pd.DataFrame:
    """The table with a number of one row made larger."""
    table = table.copy()
    table.loc[where, column] = table.loc[where, column] + by
    return table


def damages(good: ListClient) -> dict[str, dict]:
    """A damaged table for each check that it alone must find."""
    tables = good.tables
    bridge, mix, rated = tables.revenue_bridge, tables.rating_mix, tables.customer_ratings
    part = bridge["part"]
    return {
        "revenue": {"rating_mix": changed(mix, mix["rating"] == "D", "revenue", 0.01)},
        "customers": {"rating_mix": changed(mix, mix["rating"] == "D", "customers", 1)},
        "rated_once": {"customer_ratings": rated[rated["customer_id"] != "k1"]},
        "concentration": {"concentration": tables.concentration.assign(revenue=385.97)},
        "weights": {"rating_measures": changed(tables.rating_measures, tables.rating_measures["used"], "weight", 0.1)},
        "bridge": {"revenue_bridge": changed(bridge, part == "no_customer", "amount", 0.01)},
        "bridge_revenue": {"revenue_bridge": changed(bridge, part.isin(["prior", "current"]), "amount", 0.01)},
        "bridge_customers": {"revenue_bridge": changed(bridge, part == "lost", "customers", 1)},
        "cohorts": {"cohorts": tables.cohorts[tables.cohorts["cohort_start"] > tables.cohorts["cohort_start"].min()]},
    }


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "halves"])
def test_a_damaged_table_fails_its_check_and_no_other(good, name):
    assert good.failed(replace(good.tables, **damages(good)[name])) == {name}


def test_summaries_that_disagree_fail(good):
    summary = good.summary
    moved = changed(summary, summary["customer_id"] == "c00", "revenue_current", 0.01)
    assert good.failed(customer_summary=moved) == {"halves"}
    assert good.failed(customer_summary=summary[summary["customer_id"] != "k1"]) == {"customers", "rated_once"}
    lost = good.days[good.days["date"] != pd.Timestamp("2026-05-01")]
    assert good.failed(customer_days=lost) == {"revenue", "bridge_revenue"}


@pytest.mark.parametrize("wrong", ["twice", "a stranger", "another"])
def test_a_customer_rated_twice_or_not_at_all(good, wrong):
    rated = good.tables.customer_ratings
    contract = rated[rated["customer_id"] == "k1"]
    stranger = contract.assign(customer_id="free")
    tables = {
        "twice": pd.concat([rated, contract]),
        "a stranger": pd.concat([rated, stranger]),
        "another": pd.concat([rated[rated["customer_id"] != "k1"], stranger]),
    }
    assert good.failed(replace(good.tables, customer_ratings=tables[wrong])) == {"rated_once"}


def test_service_events_without_a_cost_are_flagged():
    events = table_of(
        "service_events",
        {"customer_id": "c00", "date": "2026-03-01", "activity": "visit", "quantity": 1},
        {"customer_id": "c00", "date": "2026-03-01", "activity": "gift", "quantity": 1},
        {"customer_id": "c00", "date": "2023-03-01", "activity": "gift", "quantity": 1},
    )
    costs = table_of("activity_costs", {"activity": "visit", "unit_cost": 5})
    client = ListClient(*every(MANY, "2026-03-01"), service_events=events, activity_costs=costs)
    flagged = [check for check in client.checks() if check.verdict == "flag"]
    assert [(check.id, check.found) for check in flagged] == [("02.events_without_cost", 1)]
    priced = table_of("activity_costs", {"activity": "visit", "unit_cost": 5}, {"activity": "gift", "unit_cost": 1})
    client = ListClient(*every(MANY, "2026-03-01"), service_events=events, activity_costs=priced)
    assert {check.verdict for check in client.checks()} == {"pass"}
    assert "02.events_without_cost" in {check.id for check in client.checks()}


def test_what_nothing_tells_stays_open():
    bare = ListClient(*every(MANY, "2026-03-01"), months=12).gaps()
    assert list(bare) == [
        "What does each customer leave us after the cost of goods?",
        "Who buys only at a discount?",
        "Who buys across our range, and who one thing only?",
        "Which customers cost more to serve than they bring?",
        "Who would recommend us?",
        "Who brings us new customers?",
        "Who is new, and who came back after a pause?",
        "Do newly won customers stay?",
        "Is a change between the halves the business or the season?",
    ]
    assert bare["Who brings us new customers?"].unlocked_by == "the table referrals."
    full = [line(name, "2026-03-01", 10 + place, "tea", 20, 5) for place, name in enumerate(MANY)]
    survey = table_of("survey", {"customer_id": "c00", "recommend": 9})
    referrals = table_of("referrals", {"customer_id": "c00", "referred_customer_id": "c01", "date": "2026-02-01"})
    events = table_of("service_events", {"customer_id": "c00", "date": "2026-03-01", "activity": "visit"})
    costs = table_of("activity_costs", {"activity": "visit", "unit_cost": 5})
    delivered = {"survey": survey, "referrals": referrals, "service_events": events, "activity_costs": costs}
    rest = ListClient(*full, *every(MANY, "2023-06-01"), **delivered).gaps()
    assert list(rest) == ["Do we win new customers, and do they stay as the old ones did?"]


def test_a_list_with_newcomers_old_enough_leaves_nothing_open_about_them():
    new = every([f"n{name}" for name in MANY], "2024-05-05")
    gaps = ListClient(*every(MANY, "2023-01-05", "2025-01-05"), *new).gaps()
    assert not {"Do newly won customers stay?", "Who is new, and who came back after a pause?"} & set(gaps)


def test_nobody_active_leaves_no_question_about_measures():
    assert list(ListClient(line("c1", "2024-01-01", 5)).gaps()) == ["Do newly won customers stay?"]


def test_assumptions_name_every_number_that_was_used():
    said = list_assumptions(family_weights(), rating_cuts(), min_known=0.6, draws=500)
    value = {one.id.removeprefix("02."): one.value for one in said}
    assert len(value) == len(said)
    assert sum(value[f"weight_{family}"] for family in ("worth", "trend", "engagement", "friction", "advocacy")) == 1
    assert (value["cut_a"], value["cut_b"], value["cut_c"]) == (65, 50, 35)
    assert (value["min_known"], value["draws"], value["firm"]) == (0.6, 500, 0.8)
    assert {"few", "many", "even", "large", "fewest", "most_stay", "most_leave", "reference"} <= set(value)
    assert {one.id for one in said if one.evidence == "judged"} == {
        one.id for one in said if one.id.startswith(("02.weight_", "02.cut_"))
    }


def test_gaps_are_the_same_for_tables_read_back(good, tmp_path):
    again = ListClient(*every(MANY, "2026-03-01"), folder=tmp_path)
    assert list_cannot_say(again.tables) == list_cannot_say(ListClient(*every(MANY, "2026-03-01")).tables)
