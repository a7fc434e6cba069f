"""Lives of contracts by hand: one row that goes on and rows at each renewal say the same."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.contract_terms import contract_terms

AS_OF = "2026-07-01"


def rows(*given: tuple) -> pd.DataFrame:
    """contracts from (customer, first day, last day or None, fee, months)."""
    table = pd.DataFrame(given, columns=["customer_id", "start_date", "end_date", "monthly_fee", "period_months"])
    days = {"start_date": "datetime64[us]", "end_date": "datetime64[us]"}
    return table.astype({"customer_id": "str", "monthly_fee": float, "period_months": "Int64"} | days)


def lives(*given: tuple, as_of: str = AS_OF) -> list[tuple]:
    """(customer, renewals, state, next end or nothing) of each life."""
    found = contract_terms(rows(*given), as_of=as_of)
    ends = found["next_end"].dt.strftime("%Y-%m-%d").fillna("")
    return list(zip(found["customer_id"], found["renewals"], found["state"], ends, strict=True))


def test_one_row_and_a_row_for_each_term_are_the_same_life():
    whole = lives(("c1", "2023-01-01", None, 50, 12))
    assert whole == [("c1", 3, "running", "2027-01-01")]
    terms = [("c1", f"{year}-01-01", f"{year}-12-31", 50, 12) for year in (2023, 2024, 2025, 2026)]
    assert lives(*terms) == whole == lives(*terms[::-1])


@pytest.mark.parametrize(
    ("late", "life"),
    [
        ("2025-01-01", [("c1", 2, "running", "2027-01-01")]),
        ("2025-01-31", [("c1", 2, "running", "2027-01-31")]),
        ("2025-02-01", [("c1", 0, "ended", ""), ("c1", 1, "running", "2027-02-01")]),
        ("2024-12-01", [("c1", 0, "ended", ""), ("c1", 1, "running", "2026-12-01")]),
    ],
    ids=["the next day", "thirty days later", "a day too late", "beside it"],
)
def test_what_renews_begins_within_thirty_days_after_the_end(late, life):
    assert lives(("c1", "2024-01-01", "2024-12-31", 50, 12), ("c1", late, None, 60, 12)) == life


def test_an_end_of_late_is_pending_until_thirty_days_have_passed():
    assert lives(("c1", "2025-06-11", "2026-06-10", 50, 12)) == [("c1", 0, "pending", "")]
    assert lives(("c1", "2025-06-01", "2026-05-31", 50, 12)) == [("c1", 0, "ended", "")]  # thirty days to the day
    # the last day is the day before as_of, and so is the end of the period
    assert lives(("c1", "2025-07-01", "2026-06-30", 50, 12)) == [("c1", 0, "pending", "")]


def test_what_ends_inside_a_period_ended_at_that_periods_end():
    assert lives(("c1", "2023-01-01", "2024-03-31", 50, 12)) == [("c1", 1, "ended", "")]
    assert lives(("c1", "2023-01-01", "2023-03-31", 50, 12)) == [("c1", 0, "ended", "")]
    # a term that is decided beyond today runs, and ends when it says
    assert lives(("c1", "2026-01-01", "2026-09-30", 50, 12)) == [("c1", 0, "running", "2026-10-01")]


def test_of_two_contracts_that_could_be_renewed_the_one_that_ended_last_is():
    found = contract_terms(
        rows(("c1", "2024-01-01", "2024-12-20", 10, 12), ("c1", "2024-01-02", "2024-12-31", 20, 12),
             ("c1", "2025-01-05", None, 30, 12)), as_of=AS_OF,
    )  # fmt: skip
    assert found[["monthly_fee", "state"]].values.tolist() == [[10.0, "ended"], [30.0, "running"]]


def test_periods_are_the_clients_or_a_year_and_what_begins_later_is_not_known():
    found = contract_terms(
        rows(("c1", "2026-01-01", None, 50, None), ("c2", "2026-01-01", None, 50, 1), ("c3", "2026-07-01", None, 5, 1)),
        as_of=AS_OF,
    )
    assert found["assumed_period"].tolist() == [True, False]
    assert found[["period_months", "renewals"]].values.tolist() == [[12, 0], [1, 6]]
    assert found["next_end"].dt.strftime("%Y-%m-%d").tolist() == ["2027-01-01", "2026-08-01"]


def test_neither_the_order_of_rows_nor_the_currency_matter():
    given = [
        ("c2", "2024-01-01", None, 50, 3),
        ("c1", "2025-05-01", "2026-04-30", 9, 6),
        ("c1", "2026-05-03", None, 8, 6),
    ]
    assert lives(*given) == lives(*given[::-1])
    cents = [(*row[:3], row[3] * 100, row[4]) for row in given]
    assert lives(*cents) == lives(*given)


@pytest.mark.parametrize("nothing", [None, rows()], ids=["no table", "no row"])
def test_without_contracts_there_are_no_lives(nothing):
    found = contract_terms(nothing, as_of=AS_OF)
    assert found.empty and {"renewals", "state", "next_end"} < set(found.columns)


def test_senseless_rows_are_refused_with_what_to_correct():
    with pytest.raises(StepInputError, match="1 of 2 rows have no start_date or no monthly_fee"):
        contract_terms(rows(("c1", None, None, 5, 1), ("c1", "2026-01-01", None, 5, 1)), as_of=AS_OF)
    with pytest.raises(StepInputError, match="end before they begin, such as one from 2026-02-01 to 2026-01-31"):
        contract_terms(rows(("c1", "2026-02-01", "2026-01-31", 5, 1)), as_of=AS_OF)
