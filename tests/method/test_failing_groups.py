"""Groups that fail to earn, and the first of three reasons that fits, by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.failing_groups import failing_groups
from tests.method.days_builders import days

PERIOD = {"start": "2026-01-01", "as_of": "2027-01-01"}
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "one_order"], "group_name": ["Yards", "One"]})
IMPORTANCE = pd.DataFrame(
    {
        "group_id": "g1",
        "driver": ["on_time", "advice", "price", "range"],
        "label": ["On time", "Advice", "Price", "Range"],
        "importance": [0.4, 0.3, 0.2, 0.1],
    }
)


def ahead(*advantages: float) -> pd.DataFrame:
    """Advantages in the order of the drivers, each within a half a point."""
    rows = IMPORTANCE[["group_id", "driver"]].iloc[: len(advantages)]
    return rows.assign(advantage=list(advantages), advantage_high=[value + 0.5 for value in advantages])


def value(profit: float | None) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "revenue": 100.0, "customer_profit": [profit]})


def sold(revenue: float, list_revenue: float | None) -> pd.DataFrame:
    table = days(("c1", "2026-05-01", revenue))
    return table.assign(list_revenue=pd.array([list_revenue], dtype="Float64").astype(float))


def falls(is_so: bool) -> pd.DataFrame:
    return pd.DataFrame({"group_id": ["g1", "g1"], "decides": [True, False], "downturn": [is_so, not is_so]})


def diagnosed(advantage, profit, slopes=None, clv=None, importance=IMPORTANCE, lines=None) -> dict:
    lines = sold(100.0, 100.0) if lines is None else lines
    found = failing_groups(importance, advantage, value(profit), slopes, clv, lines, GROUPS, **PERIOD)
    assert found["group_id"].tolist() == ["g1"]  # those who stand beside are no group
    return found.to_dict("records")[0]


def test_ahead_and_at_a_loss_are_the_wrong_customers():
    row = diagnosed(ahead(2.0, 0.0, -0.4, -3.0), -5.0)
    assert row["advantage"] == pytest.approx(0.8 - 0.08 - 0.3)
    assert row["fails_by"] == "costs more than it brings" and pd.isna(row["lost_drivers"])
    assert (row["diagnosis"], row["diagnosis_name"]) == ("wrong_customers", "Wrong customers")


def test_ahead_on_the_whole_and_behind_on_what_matters_is_a_weak_offer():
    row = diagnosed(ahead(2.0, 0.0, -1.0, 1.0), -5.0)
    assert row["advantage"] > 0
    assert (row["lost_drivers"], row["diagnosis"]) == ("Price", "weak_offer")


@pytest.mark.parametrize(("fee", "fails"), [(1.0, False), (0.3, True)])
def test_contract_fees_belong_to_what_a_group_brings(fee, fails):
    """Twelve months of a fee of 1 are more than the loss of 5, of 0.3 less."""
    contracts = pd.DataFrame({"customer_id": ["c1"], "start_date": [pd.Timestamp("2025-01-01")], "monthly_fee": [fee]})
    found = failing_groups(IMPORTANCE, ahead(1.0), value(-5.0), None, None, sold(9.0, 9.0), GROUPS, contracts, **PERIOD)
    assert found["fails"].tolist() == [fails]
    assert found["contract_fees"].tolist() == pytest.approx([fee * 365 * 12 / 365.25], abs=1e-4)


def test_exactly_level_is_not_behind():
    assert diagnosed(ahead(0.0, 0.0, 0.0, 0.0), -5.0)["diagnosis"] == "wrong_customers"


def test_behind_beyond_doubt_on_one_of_the_first_three_is_a_weak_offer():
    row = diagnosed(ahead(-1.0, 0.0, 0.0, 0.0), -5.0)
    assert (row["diagnosis"], row["lost_drivers"], row["top_driver"]) == ("weak_offer", "On time", "On time")
    # within its interval level, or lost on the fourth only: no weak offer
    for advantages in ((-0.4, 0.0, 0.0, 0.0), (-0.1, 0.0, 0.0, -3.0)):
        row = diagnosed(ahead(*advantages), -5.0)
        assert pd.isna(row["lost_drivers"]) and row["diagnosis"] == "none_fits"


def test_a_profitable_group_whose_margin_falls_is_never_the_wrong_one():
    row = diagnosed(ahead(2.0, 0.0, -1.0, 0.0), 5.0, slopes=falls(True))
    assert (row["fails_by"], row["diagnosis"]) == ("margin falls", "weak_offer")


@pytest.mark.parametrize(
    ("revenue", "listed", "expected"),
    [
        (90.0, 100.0, "price_driven"),  # a tenth off
        (91.0, 100.0, "none_fits"),
        (90.0, None, "none_fits"),  # no list price: that part is not known
    ],
)
def test_more_than_half_discounted_is_price_driven(revenue, listed, expected):
    row = diagnosed(ahead(-0.1, 0.0, 0.0, 0.0), -5.0, lines=sold(revenue, listed))
    assert row["diagnosis"] == expected
    assert np.isnan(row["discounted_part"]) == (listed is None)


def test_exactly_half_is_not_more_and_days_outside_do_not_count():
    lines = days(("c1", "2026-05-01", 90.0), ("c1", "2026-06-01", 90.0), ("c1", "2025-06-01", 90.0))
    lines["list_revenue"] = [100.0, 90.0, 100.0]
    row = diagnosed(ahead(-0.1, 0.0, 0.0, 0.0), -5.0, lines=lines)
    assert (row["discounted_part"], row["diagnosis"]) == (0.5, "none_fits")


def test_price_as_the_top_driver_is_price_driven():
    first = IMPORTANCE.assign(importance=[0.3, 0.1, 0.5, 0.1])
    row = diagnosed(ahead(-0.1, 0.0, 0.0, 0.0), -5.0, importance=first)
    assert (row["top_driver"], row["diagnosis"]) == ("Price", "price_driven")


def test_a_group_that_earns_has_no_diagnosis():
    row = diagnosed(ahead(-1.0, -1.0, -1.0, -1.0), 5.0, slopes=falls(False))
    assert row["fails"] is True or row["fails"] is False
    assert not row["fails"] and pd.isna(row["diagnosis"]) and pd.isna(row["fails_by"])


def test_lifetime_value_below_zero_with_its_interval_fails():
    for high, expected in ((-1.0, True), (1.0, False)):
        clv = pd.DataFrame({"group_id": ["all", "g1"], "clv_high": [9.0, high]})
        assert diagnosed(ahead(1.0), 5.0, clv=clv)["fails"] == expected


def test_without_a_comparison_no_reason_is_given():
    nothing = IMPORTANCE.iloc[:0].assign(advantage=0.0, advantage_high=0.0)
    lines = sold(50.0, 100.0)  # though nearly all is discounted
    assert diagnosed(nothing, -5.0, lines=lines)["diagnosis"] == "cannot_say"
    assert diagnosed(ahead(1.0), -5.0, importance=IMPORTANCE.iloc[:0], lines=lines)["diagnosis"] == "cannot_say"


def test_without_step_04_or_groups_nothing_is_known():
    found = failing_groups(IMPORTANCE, ahead(1.0), None, None, None, sold(9.0, 9.0), GROUPS, **PERIOD)
    assert found["fails"].isna().tolist() == [True] and found["diagnosis"].isna().all()
    assert failing_groups(IMPORTANCE, ahead(1.0), None, None, None, sold(9.0, 9.0), None, **PERIOD).empty


def test_profit_of_less_than_half_the_revenue_is_no_profit():
    worth = pd.DataFrame({"group_id": "g1", "revenue": [40.0, 60.0], "customer_profit": [-5.0, None]})
    found = failing_groups(IMPORTANCE, ahead(1.0), worth, None, None, sold(9.0, 9.0), GROUPS, **PERIOD)
    assert found["customer_profit"].isna().all() and found["fails"].isna().all()


def test_the_unit_of_money_changes_no_diagnosis():
    one = diagnosed(ahead(-0.1), -5.0, lines=sold(90.0, 100.0))
    other = diagnosed(ahead(-0.1), -500.0, lines=sold(9_000.0, 10_000.0))
    assert one["diagnosis"] == other["diagnosis"] == "price_driven"
