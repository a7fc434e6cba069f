"""What customers are rated on: hand calculations, what is unknown, which measures count, limits."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.method.rating import DEFAULT_WEIGHTS, family_weights
from helpers.method.rating_measures import FAMILIES, MEASURES, customer_measures, measure_table
from tests.method.rating_builders import MONTHS, WINDOW, days_of, line, measured, summary_of, table_of

NAMES = [measure.name for measure in MEASURES]
GENTLE = settings(max_examples=30)


def unknown(value) -> bool:
    return bool(pd.isna(value))


def with_columns(**columns) -> pd.DataFrame:
    """Measures by hand; those that are not named are missing."""
    return pd.DataFrame(columns).reindex(columns=NAMES)


def used_weights(table: pd.DataFrame) -> dict[str, float]:
    return table[table["used"]].set_index("measure")["weight"].to_dict()


def test_measures_are_the_columns_of_the_schema():
    columns = schema("customer_ratings").names
    assert columns[columns.index("revenue") :] == NAMES
    assert list(measured([line("c1", "2026-03-01", 10)])) == NAMES
    assert {measure.family for measure in MEASURES} == set(FAMILIES) == set(DEFAULT_WEIGHTS)


def test_every_measure_by_hand():
    """c1 buys 100 + 200 in the first half, 150 in the second, and brings 50 back: 300 and 100, together 400."""
    lines = [
        line("c1", "2025-03-01", 100, "tea", listed=110, cost=60),
        line("c1", "2025-03-31", 200, "cups", listed=250, cost=90),
        line("c1", "2026-02-01", 150, "tea", listed=190, cost=80),
        line("c1", "2026-02-10", -50, "tea", listed=-50, cost=-30),
    ]
    events = table_of(
        "service_events",
        {"customer_id": "c1", "date": "2026-02-10", "activity": "return", "quantity": 2},
        {"customer_id": "c1", "date": "2024-12-31", "activity": "return", "quantity": 9},
    )
    survey = table_of(
        "survey",
        {"customer_id": "c1", "date": "2026-05-01", "recommend": 9},
        {"customer_id": "c1", "date": "2026-06-01", "recommend": 6},
    )
    row = measured(
        lines,
        service_events=events,
        activity_costs=table_of("activity_costs", {"activity": "return", "unit_cost": 10.0}),
        survey=survey,
        referrals=table_of("referrals", {"customer_id": "c1", "referred_customer_id": "c9", "date": "2025-05-01"}),
    ).loc["c1"]
    assert row["revenue"] == 400
    assert row["gross_margin_rate"] == pytest.approx((400 - 200) / 400)
    assert row["profit_rate"] == pytest.approx((400 - 200 - 20) / 400)
    assert row["revenue_growth"] == pytest.approx((100 - 300) / 200)
    assert row["orders"] == 3
    assert row["active_months"] == 2
    assert row["breadth"] == 2
    # order days 1 and 31 March 2025 and 1 February 2026: gaps of 30 and 307 days; 334 days to 1 January 2027
    assert row["lateness"] == pytest.approx(334 / ((30 + 307) / 2))
    assert row["return_rate"] == pytest.approx(50 / 450)
    assert row["discount_rate"] == pytest.approx((500 - 400) / 500)
    assert row["cost_to_serve_rate"] == pytest.approx(20 / 400)
    assert row["recommend"] == 7.5
    assert row["buying_referrals"] == 0  # c9 never bought


def test_what_was_not_delivered_is_missing_and_not_zero():
    row = measured([line("c1", "2025-03-01", 100)]).loc["c1"]
    gone = ["gross_margin_rate", "profit_rate", "breadth", "lateness", "discount_rate", "cost_to_serve_rate"]
    assert all(unknown(row[name]) for name in [*gone, "recommend", "buying_referrals"])
    assert row["return_rate"] == 0


def test_a_customer_by_contract_alone_has_no_numbers_from_transactions():
    referrals = table_of("referrals", {"customer_id": "c2", "referred_customer_id": "c1", "date": "2025-02-01"})
    events = table_of("service_events", {"customer_id": "c1", "date": "2026-02-10", "activity": "visit"})
    costs = table_of("activity_costs", {"activity": "visit", "unit_cost": 10.0})
    table = measured(
        [line("c1", "2025-03-01", 100), line("c2", "2024-03-01", 50)],
        ("c2",),
        referrals=referrals,
        service_events=events,
        activity_costs=costs,
    )
    assert table.loc["c2", NAMES[:-1]].isna().all()
    assert table.loc["c2", "buying_referrals"] == 1
    assert table.loc["c1", "buying_referrals"] == 0


def test_only_active_customers_are_measured():
    lines = [line("c1", "2025-03-01", 1), line("c2", "2024-03-01", 1), line("c3", "2026-03-01", -1)]
    assert measured([*lines, line(None, "2026-01-01", 5)]).index.tolist() == ["c1"]


def test_margin_needs_every_cost_and_revenue_above_zero():
    table = measured(
        [
            line("c1", "2025-03-01", 100, cost=60),
            line("c1", "2025-03-02", 100),
            line("c2", "2025-03-01", 100, cost=60),
            line("c2", "2025-03-02", -100, cost=-60),
            line("c3", "2025-03-01", 100, cost=120),
            line("c3", "2024-03-01", 100),  # before the window
            line("c4", "2025-03-01", 100, cost=60),
            line("c4", "2025-03-02", -150, cost=-90),
        ]
    )
    assert table["gross_margin_rate"].isna().tolist() == [True, True, False, True]
    assert table.loc["c3", "gross_margin_rate"] == -0.2


def test_no_event_costs_nothing_and_an_event_without_a_cost_is_unknown():
    lines = [line(customer, "2026-03-01", 100, cost=60) for customer in ("c1", "c2", "c3", "c4")]
    events = table_of(
        "service_events",
        {"customer_id": "c1", "date": "2026-03-01", "activity": "visit", "quantity": 2},
        {"customer_id": "c2", "date": "2026-03-01", "activity": "visit"},
        {"customer_id": "c2", "date": "2026-03-01", "activity": "call"},
        {"customer_id": "c4", "date": "2024-03-01", "activity": "call"},  # before the window
    )
    costs = table_of("activity_costs", {"activity": "visit", "unit_cost": 10.0})
    table = measured(lines, service_events=events, activity_costs=costs)
    assert table["cost_to_serve_rate"].tolist() == [0.2, pytest.approx(math.nan, nan_ok=True), 0.0, 0.0]
    assert table["profit_rate"].tolist() == [0.2, pytest.approx(math.nan, nan_ok=True), 0.4, 0.4]
    for part in ({"service_events": events}, {"activity_costs": costs}):
        assert measured(lines, **part)[["cost_to_serve_rate", "profit_rate"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("days", "growth"),
    [
        ([("2025-12-31", 50), ("2026-01-01", 150)], 1.0),
        ([("2026-01-01", 150), ("2026-05-01", 150)], None),  # new: the first order lies in the current half
        ([("2024-06-01", 10), ("2026-05-01", 150)], 2.0),  # came back
        ([("2025-06-01", 10)], -2.0),
        ([("2025-06-01", 10), ("2025-07-01", -10)], None),  # both halves are zero
        ([("2025-06-01", -10), ("2026-07-01", 10)], None),  # a return is no order
        ([("2025-06-01", 10), ("2026-07-01", -10)], -2.0),
    ],
)
def test_growth(days, growth):
    found = measured([line("c1", date, amount) for date, amount in days]).loc["c1", "revenue_growth"]
    assert unknown(found) if growth is None else found == growth


def test_months_count_back_from_as_of_and_a_short_month_gives_its_last_day():
    """as_of 31 March: the months begin on 31 January and 28 February, so 28 February is in the second."""
    lines = [line("c1", date, 10) for date in ("2025-01-31", "2025-02-27", "2025-02-28", "2025-03-30")]
    lines += [line("c1", "2025-01-30", 10), line("c2", "2025-02-27", 10), line("c2", "2025-02-28", -10)]
    table = customer_measures(
        summary_of(lines),
        days_of(lines),
        window_start="2025-01-31",
        current_start="2025-02-28",
        as_of="2025-03-31",
        window_months=2,
    )
    assert table["active_months"].tolist() == [2, 1]


def test_lateness_needs_three_order_days_in_the_window():
    table = measured(
        [
            *(line("c1", date, 10) for date in ("2026-12-02", "2026-12-12", "2026-12-22")),
            *(line("c2", date, 10) for date in ("2024-12-31", "2026-12-12", "2026-12-22")),
            *(line("c3", date, amount) for date, amount in (("2026-12-12", 9), ("2026-12-22", 9), ("2026-12-24", -5))),
        ]
    )
    assert table["lateness"].tolist() == [1.0, *[pytest.approx(math.nan, nan_ok=True)] * 2]


def test_more_may_come_back_than_was_bought():
    table = measured([line("c1", "2025-03-01", 100), line("c1", "2025-04-01", -150)])
    assert table.loc["c1", "return_rate"] == 1.5
    assert measured([line("c1", "2025-03-01", -5)], ("c1",))["return_rate"].isna().all()


def test_a_customer_by_contract_who_only_brought_back_has_no_order_month():
    row = measured([line("c1", "2025-03-01", -5, "tea")], ("c1",)).loc["c1"]
    assert row[["revenue", "orders", "active_months"]].tolist() == [-5, 0, 0]
    assert row[["revenue_growth", "breadth", "lateness", "return_rate"]].isna().all()


def test_equal_ratios_are_equal_in_every_size():
    """5 cents of 51.20 are 1/1024, which ends in a 5 at the tenth decimal: the last bit would decide how it is cut."""
    lines = []
    for times in range(1, 60):
        lines += [line(f"c{times}", "2025-03-01", round(51.2 * times, 2))]
        lines += [line(f"c{times}", "2025-03-02", -round(0.05 * times, 2))]
    assert measured(lines)["return_rate"].nunique() == 1


def test_nobody_active_gives_no_row():
    table = measured([line("c1", "2024-03-01", 100), line(None, "2026-01-01", 5)])
    assert table.empty and list(table) == NAMES
    assert not measure_table(table, family_weights())["used"].any()


def test_a_full_client_has_the_default_weights():
    two = with_columns(**{name: [1.0, 2.0] for name in NAMES})
    table = measure_table(two, family_weights())
    assert list(table) == schema("rating_measures").names
    assert table["used"].all() and (table["why_not"] == "").all() and (table["customers_known"] == 2).all()
    assert table.groupby("family")["weight"].sum().to_dict() == pytest.approx(
        {"worth": 0.35, "trend": 0.15, "engagement": 0.25, "friction": 0.15, "advocacy": 0.10}
    )
    assert used_weights(table)["breadth"] == pytest.approx(0.25 / 4)


def test_what_is_missing_gives_its_weight_to_its_family_and_an_empty_family_to_the_others():
    """Without advocacy worth has 35/90; of friction only return_rate is left and has all of its 15/90."""
    table = measure_table(
        with_columns(
            revenue=[1.0, 2.0], revenue_growth=[0.1, 0.2], orders=[1, 2], breadth=[1, 3], return_rate=[0.1, 0]
        ),
        family_weights(),
    )
    assert used_weights(table) == pytest.approx(
        {
            "revenue": 35 / 90,
            "revenue_growth": 15 / 90,
            "orders": 12.5 / 90,
            "breadth": 12.5 / 90,
            "return_rate": 15 / 90,
        }
    )


def test_what_is_above_one_half_goes_to_the_others_in_proportion():
    """Worth 35, trend 15, friction 15 of 65: worth would have .538; it has .5, the others .25 each."""
    known = with_columns(revenue=[1.0, 2.0], revenue_growth=[0.1, 0.2], return_rate=[0.1, 0.0])
    table = measure_table(known, family_weights())
    assert used_weights(table) == pytest.approx({"revenue": 0.5, "revenue_growth": 0.25, "return_rate": 0.25})


def test_a_family_that_is_alone_has_all():
    table = measure_table(with_columns(orders=[1, 2], active_months=[1, 2]), family_weights())
    assert used_weights(table) == {"orders": 0.5, "active_months": 0.5}


def test_why_a_measure_does_not_count():
    known = with_columns(
        revenue=[1.0, 2.0], orders=[3, 3], lateness=[1.0, None], recommend=[5, 6], return_rate=[0.1 + 0.2, 0.3]
    )
    table = measure_table(known, {"worth": 0.5, "engagement": 0.5}).set_index("measure")
    assert table.loc["revenue", "why_not"] == ""
    assert table.loc["orders", "why_not"] == "The same for every customer: it tells nobody apart."
    assert table.loc["return_rate", "why_not"] == "The same for every customer: it tells nobody apart."
    assert table.loc["lateness", "why_not"] == (
        "Known for one customer only, who cannot be compared. It needs three order days of a customer in the window."
    )
    assert table.loc["recommend", "why_not"] == "The weights in force give its family nothing."
    assert table.loc["profit_rate", "why_not"] == (
        "Known for no customer. It needs cost_of_goods in transactions, on every line of a customer, and the tables "
        "service_events and activity_costs."
    )
    assert (table["why_not"] == "").tolist() == table["used"].tolist()


shares = st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(any)
subsets = st.lists(st.sampled_from(NAMES), unique=True)


@given(shares, subsets)
@GENTLE
def test_weights_sum_to_one_and_no_family_has_more_than_half(points, names):
    weights = {family: part / sum(points) for family, part in zip(FAMILIES, points, strict=True)}
    table = measure_table(with_columns(**{name: [1.0, 2.0] for name in names}), weights)
    used, families = table[table["used"]], table.groupby("family")["weight"].sum()
    assert (table["weight"] > 0).tolist() == table["used"].tolist()
    if used.empty:
        assert all(weights[measure.family] == 0 for measure in MEASURES if measure.name in names)
        return
    assert table["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert used.groupby("family")["weight"].nunique().max() == 1
    assert used["family"].nunique() == 1 or families.max() <= 0.5 + 1e-12


@given(st.permutations(range(6)))
@GENTLE
def test_the_order_of_rows_changes_nothing(order):
    lines = [
        line("c1", "2025-03-01", 0.1, cost=0.03),
        line("c1", "2026-03-01", 0.2, cost=0.03),
        line("c1", "2026-03-02", 0.7, cost=0.03),
        line("c2", "2025-03-01", 0.7, cost=0.03),
        line("c2", "2025-04-01", 0.2, cost=0.03),
        line("c2", "2026-03-01", -0.1, cost=0.03),
    ]
    days, summary = days_of(lines), summary_of(lines)
    found = customer_measures(summary[::-1], days.iloc[list(order)], **WINDOW, window_months=MONTHS)
    pd.testing.assert_frame_equal(found, customer_measures(summary, days, **WINDOW, window_months=MONTHS))
