"""Step 01: what arrived, goals, beliefs, assumptions, and what is said about them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.errors import StepInputError
from helpers.method.framing import (
    assumptions_table,
    beliefs_table,
    data_health,
    goal_checks,
    goals_in_portfolio_terms,
    monthly_revenue,
)
from helpers.method.framing_findings import UNLOCKS, framing_cannot_say, framing_checks, framing_findings
from helpers.method.framing_notes import data_notes
from tests.method.builders import sentences

AS_OF = "2027-01-01"


def received(*rows):
    return pd.DataFrame(rows, columns=["table", "outcome", "reason", "rows", "money"])


GOOD = received(
    ("wallets", "received", "w.csv", 3, 30.0),
    ("wallets", "kept", "", 3, 30.0),
    ("transactions", "received", "a.csv", 60, 600.0),
    ("transactions", "received", "b.csv", 40, 400.25),
    ("transactions", "repaired", "spaces cut off", 5, 50.0),
    ("transactions", "set_aside", "test customer", 1, 0.25),
    ("transactions", "kept", "", 99, 1000.0),
    ("customers", "received", "c.csv", 7, None),
    ("customers", "kept", "", 7, None),
    ("customers", "noted", "never bought", 2, None),
)


def test_received_is_set_aside_and_kept():
    table = data_health(GOOD).set_index("table")
    assert list(data_health(GOOD)) == schema("data_health").names
    assert list(table.index) == ["transactions", "customers", "wallets"]
    assert table.loc["transactions"].tolist() == [
        *(100, 5, 1, 99, 1000.25, 0.25, 1000.0),
        "mended: spaces cut off (5 rows); set aside: test customer (1 row)",
    ]
    assert table.loc["customers", ["money_received", "money_kept"]].isna().all()
    assert table.loc["customers", "remarks"] == ""


def test_remarks_keep_money_without_rows_and_leave_notes_to_their_table():
    more = received(
        ("transactions", "noted", "a.csv does not end in a line break: was it cut off?", 0, None),
        ("transactions", "repaired", "nothing happened", 0, 0.0),
        ("transactions", "set_aside", "amounts changed by a correction: sign", 0, -1250.5),
        ("transactions", "received", "sign", 0, -1250.5),
    )
    remarks = data_health(pd.concat([GOOD, more])).set_index("table").loc["transactions", "remarks"]
    assert remarks == (
        "mended: spaces cut off (5 rows); set aside: amounts changed by a correction: sign (-1,250.50 of money); "
        "set aside: test customer (1 row)"
    )


@pytest.mark.parametrize(("rows", "money"), [(98, 1000.0), (99, 999.99)])
def test_a_loss_that_nobody_counted_does_not_pass(rows, money):
    bad = GOOD.copy()
    bad.loc[6, ["rows", "money"]] = rows, money
    with pytest.raises(StepInputError, match="transactions: .* unaccounted for"):
        data_health(bad)


def months(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "month_start", "lines", "orders", "revenue"])
    return table.assign(month_start=pd.to_datetime(table["month_start"]))


def test_months_without_lines_appear_with_zero():
    table = monthly_revenue(
        months(("c1", "2026-10-01", 2, 1, 10.0), ("c2", "2026-10-01", 1, 1, -4.0), (None, "2026-12-01", 1, 1, 3.0)),
        as_of=AS_OF,
        window_months=4,
    )
    assert table["month_start"].dt.strftime("%m").tolist() == ["09", "10", "11", "12"]
    assert table[["customers", "orders", "lines", "revenue"]].values.tolist() == [
        [0, 0, 0, 0],
        [2, 2, 3, 6],
        [0, 0, 0, 0],
        [0, 1, 1, 3],
    ]


def test_months_count_back_from_as_of_also_from_the_end_of_a_month():
    table = monthly_revenue(months(("c1", "2026-02-28", 1, 1, 1.0)), as_of="2026-03-31", window_months=2)
    assert table["month_start"].dt.strftime("%m-%d").tolist() == ["01-31", "02-28"]
    with pytest.raises(StepInputError, match="1 month outside the window"):
        monthly_revenue(months(("c1", "2026-02-27", 1, 1, 1.0)), as_of="2026-03-31", window_months=2)


GOALS = pd.DataFrame(
    {
        "goal": ["Grow in refit", "Be loved", "Leave the north"],
        "measure": ["EBIT margin", None, "Revenue"],
        "baseline": [7.5, None, None],
        "target": [10.0, None, 0.0],
        "by_date": pd.to_datetime(["2028-12-31", None, None]),
    }
)


def test_goals_and_whether_anyone_can_tell():
    table = goals_in_portfolio_terms(GOALS, {"Be loved": "advocates"})
    assert list(table) == schema("portfolio_goals").names
    assert table["state"].tolist() == ["measured", "no_measure", "no_target"]
    assert table["portfolio_goal"].tolist() == ["none", "advocates", "none"]


def test_goals_that_only_the_decision_names_have_no_measure():
    table = goals_in_portfolio_terms(None, {"Grow": "customer_equity"})
    assert table[["goal", "portfolio_goal", "state"]].values.tolist() == [["Grow", "customer_equity", "no_measure"]]
    assert goals_in_portfolio_terms(None, None).empty
    assert list(goals_in_portfolio_terms(None, None)) == schema("portfolio_goals").names


def test_goals_that_do_not_fit_are_refused():
    with pytest.raises(StepInputError, match='Did you mean "advocates"'):
        goals_in_portfolio_terms(GOALS, {"Be loved": "advocate"})
    with pytest.raises(StepInputError, match="stands twice"):
        goals_in_portfolio_terms(pd.concat([GOALS, GOALS]), None)


def test_a_goal_that_is_gone_is_left_out_and_told():
    """It once stopped the step, so that a goal struck out of the table stopped everything behind it."""
    said = {"Be lovd": "advocates", "Be loved": "customer_equity"}
    table = goals_in_portfolio_terms(GOALS, said).set_index("goal")
    assert len(table) == len(GOALS) and table.loc["Be loved", "portfolio_goal"] == "customer_equity"
    check = goal_checks(GOALS, said)[0]
    assert (check.verdict, check.found) == ("flag", 'not delivered: "Be lovd". Did you mean "Be loved"?')
    assert [one.verdict for one in goal_checks(GOALS, {"Be loved": "advocates"})] == ["pass"]
    assert [goal_checks(none, {"Grow": "none"})[0].verdict for none in (None, GOALS.iloc[:0])] == ["pass", "pass"]
    assert goal_checks(GOALS, None)[0].verdict == "pass"


def test_beliefs_by_leader_and_question():
    table = beliefs_table(
        {
            "finance director": {"favourite_customers": ["C1", "C2"], "customer_share": 0.4},
            "sales": {"top_driver": " price "},
        },
        decided_on="2026-11-22",
    )
    assert list(table) == schema("beliefs").names
    assert table["belief"].tolist() == ["C1, C2", "0.4", "price"]
    assert set(table["sealed_on"]) == {pd.Timestamp("2026-11-22")}
    assert list(beliefs_table(None)) == schema("beliefs").names
    with pytest.raises(StepInputError, match='Did you mean "customer_share"'):
        beliefs_table({"sales": {"customer_shares": 1}})


def test_assumptions_hold_window_currency_and_the_season():
    table = assumptions_table(
        as_of=AS_OF,
        window_months=12,
        currency="EUR",
        as_of_from="data",
        date_formats={"transactions": "%d/%m/%Y"},
        hurdle=500,
    )
    assert list(table) == schema("assumptions").names
    assert table["assumption"].is_unique
    values = table.set_index("assumption")["value"]
    assert values["window"] == "2026-01-01 to 2026-12-31 (12 months)"
    assert values["date_format.transactions"] == "%d/%m/%Y"
    assert set(table["source"]) <= set(schema("assumptions").column("source").allowed)
    assert "seasonal_risk" not in set(assumptions_table(as_of=AS_OF, window_months=24, currency="EUR")["assumption"])


def customers(active=40, dormant=0, never=0, revenue=10.0):
    status = ["active"] * active + ["dormant"] * dormant + ["never"] * never
    count = len(status)
    ids = [f"c{number}" for number in range(count)]
    return pd.DataFrame(
        {
            "customer_id": pd.Series(ids, dtype="str"),
            "status": pd.Series(status, dtype="str"),
            "lines": [1] * active + [0] * (count - active),
            "revenue": [revenue] * active + [0.0] * (count - active),
        }
    )


def said(people, *, health=GOOD, gaps=False, goals=None, portfolio=None, beliefs=None, decided=None, window=12):
    bought = people[people["lines"] > 0]
    rows = [(one.customer_id, "2026-12-01", 1, 1, one.revenue) for one in bought.itertuples()]
    rows += [] if gaps else [("c0", f"2026-{month:02}-01", 0, 0, 0.0) for month in range(1, 12)]
    table = months(*rows)
    monthly = monthly_revenue(table, as_of=AS_OF, window_months=window)
    if not gaps:
        monthly["lines"] = monthly["lines"].clip(lower=1)
        monthly.loc[monthly.index[-1], "lines"] -= window - 1
    findings = framing_findings(
        data_health(health),
        data_notes(health),
        monthly,
        people,
        goals_in_portfolio_terms(goals, portfolio),
        beliefs_table(beliefs),
        assumptions_table(as_of=AS_OF, window_months=window, currency="EUR"),
        as_of=AS_OF,
        decided=decided or {},
    )
    return {key.removeprefix("01."): text for key, text in sentences(findings).items()}


def test_data_that_can_carry_the_engagement():
    text = said(customers(dormant=2, never=3))
    assert text["data"] == (
        "The data can carry the engagement: 40 active customers brought EUR 400.00 in 12 months; 1 of 100 lines were "
        "set aside."
    )
    assert text["customers"] == (
        "Of 45 customers known to us 40 are active in the window; 2 bought only before it and 3 without any sale "
        "above zero."
    )
    assert text["goals"].startswith("No business goal is stated")
    assert text["stance"] == "Still to be stated before any customer is chosen: values, direction, hurdle."
    assert text["beliefs"].startswith("No leader has sealed a belief")
    assert "portfolio_goals" not in text
    assert "no_customer" not in text


def test_one_table_is_one_table():
    text = said(customers(), health=GOOD[GOOD["table"] == "transactions"])["data_health"]
    assert text.startswith("Of 100 rows in 1 table, 99 are kept")


def test_doubts_are_named():
    text = said(customers(active=5), gaps=True)
    assert text["data"].startswith(
        "The data can carry the engagement with care, since there are few customers, better known by name than by "
        "statistics and months are missing: "
    )
    assert "of 12 months 11 hold no line at all, the first from 1 January 2026 on" in text["months"]


def test_data_that_cannot_carry_it():
    assert said(customers(active=0, dormant=3), gaps=True)["data"].startswith("The data cannot carry the engagement")
    assert said(customers(revenue=-1.0))["data"].startswith("The data cannot carry the engagement")


def test_goals_values_and_beliefs_that_are_there():
    text = said(
        customers(),
        goals=GOALS,
        portfolio=dict.fromkeys(GOALS["goal"], "advocates"),
        beliefs={"sales": {"top_driver": "price"}},
        decided={"values": "one", "direction": "two", "hurdle": 0},
    )
    assert text["goals"].startswith("Business goals stated: 3; without a measure: 1; without a target or a date: 1. ")
    assert text["portfolio_goals"].endswith("all (3).")
    assert text["stance"] == "Values, direction and hurdle are stated before any customer is chosen."
    assert text["beliefs"].startswith("Beliefs sealed before any result: 1 (leaders: 1)")


def test_absent_tables_name_the_questions_that_they_unlock():
    every = {table for tables, _, _ in UNLOCKS for table in tables}
    assert framing_cannot_say(every) == []
    gaps = {gap.unlocked_by for gap in framing_cannot_say({"transactions", "service_events", "wallets"})}
    assert "The client's activity_costs data." in gaps
    assert not any("wallets" in gap for gap in gaps)
    assert len(framing_cannot_say([])) == len(UNLOCKS)


def test_checks_pass_and_find_a_lost_cent():
    people = customers(active=2)
    table = months(("c0", "2026-12-01", 1, 1, 10.0), ("c1", "2026-12-01", 1, 1, 10.0), (None, "2026-12-01", 1, 1, 5.0))
    monthly = monthly_revenue(table, as_of=AS_OF, window_months=12)
    assert {check.verdict for check in framing_checks(data_health(GOOD), monthly, people, table)} == {"pass"}
    people.loc[0, "revenue"] = 10.01
    failed = [
        check.id for check in framing_checks(data_health(GOOD), monthly, people, table) if check.verdict == "fail"
    ]
    assert failed == ["01.revenue_by_month"]


def test_checks_hold_the_months_against_what_was_kept():
    people = customers(active=2)
    table = months(("c0", "2026-12-01", 1, 1, 10.0), ("c1", "2026-12-01", 1, 1, 10.0), (None, "2026-12-01", 1, 1, 5.0))
    monthly = monthly_revenue(table, as_of=AS_OF, window_months=12)
    came = received(
        ("transactions", "received", "a.csv", 6, 100.0),
        ("transactions", "kept", "", 6, 100.0),
        ("transactions", "noted", "before the window", 2, 70.0),
        ("transactions", "noted", "after as_of, outside the window", 1, 5.0),
    )

    def failed(table_of_months):
        checks = framing_checks(data_health(came), table_of_months, people, table, came)
        return [check.id for check in checks if check.verdict == "fail"]

    assert failed(monthly) == []
    late = monthly.assign(revenue=monthly["revenue"] * 2)
    assert failed(late) == ["01.revenue_in_window", "01.revenue_by_month"]
    assert failed(monthly.assign(lines=monthly["lines"] + 1)) == ["01.lines_in_window"]


@settings(max_examples=40)
@given(
    st.integers(0, 40),
    st.integers(0, 3),
    st.floats(-100, 100).map(lambda money: round(money, 2)),
    st.sampled_from([12, 24]),
)
def test_for_any_client_every_sentence_can_be_said(active, dormant, revenue, window):
    text = said(customers(active, dormant, revenue=revenue), gaps=True, goals=GOALS, window=window)
    assert {"data", "data_health", "months", "customers", "goals", "stance", "beliefs"} <= set(text)
    assert ("seasonal_risk" in text) == (window < 24)


@pytest.mark.parametrize("full", [True, False])
def test_tables_can_be_written_and_read(full, tmp_path):
    frames = {
        "data_health": data_health(GOOD if full else GOOD.iloc[:0]),
        "portfolio_goals": goals_in_portfolio_terms(GOALS if full else None, None),
        "beliefs": beliefs_table({"sales": {"top_driver": "price"}} if full else None),
        "assumptions": assumptions_table(as_of=AS_OF, window_months=12, currency="EUR"),
    }
    for name, frame in frames.items():
        write_table(frame, tmp_path / f"{name}.parquet", schema(name))
        assert len(read_table(tmp_path / f"{name}.parquet", schema(name))) == len(frame)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sales": "price"}, "expected answers by question"),
        ({"sales": {"top_driver": "price", "sealed_on": "yesterday"}}, 'sealed_on "yesterday"; expected a day'),
        ({"sales": {"top_driver": "price", "sealed_on": "2026-13-45"}}, "expected a day such as 2026-11-22"),
    ],
)
def test_beliefs_of_another_form_are_refused_in_words(said, words):
    with pytest.raises(StepInputError, match=words):
        beliefs_table(said)
