"""Fees of a period, by hand."""

import pandas as pd
import pytest

from helpers.method.contract_fees import contract_fees

MONTH = 365.25 / 12


def fees(*rows: tuple) -> dict:
    table = pd.DataFrame(rows, columns=["customer_id", "start_date", "end_date", "monthly_fee"])
    table = table.astype({"start_date": "datetime64[us]", "end_date": "datetime64[us]"})
    return contract_fees(table, start="2026-01-01", end="2027-01-01").to_dict()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-01-01", None, 365),
        ("2026-12-31", None, 1),
        ("2025-01-01", "2026-01-01", 1),  # the last day is included
        ("2026-03-01", "2026-03-31", 31),
        ("2025-01-01", "2030-01-01", 365),
    ],
)
def test_days_of_the_period_under_contract(start, end, days):
    assert fees(("c1", start, end, 10.0)) == {"c1": pytest.approx(10 * days / MONTH, abs=1e-4)}


def test_contracts_outside_count_nothing_and_several_add_up():
    assert fees(("c1", "2024-01-01", "2025-12-31", 10.0), ("c2", "2027-01-01", None, 10.0)) == {}
    found = fees(("c1", "2025-01-01", None, 10.0), ("c1", "2026-12-31", None, 5.0))
    assert found == {"c1": pytest.approx((10 * 365 + 5) / MONTH, abs=1e-3)}


def test_no_contracts():
    assert contract_fees(None, start="2026-01-01", end="2027-01-01").empty
