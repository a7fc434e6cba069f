"""Who was content and left, against tables computed by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.satisfied_leavers import leaving_by_satisfaction, satisfied_leavers
from helpers.method.survey_answers import survey_answers
from tests.method.days_builders import days

PERIOD = {"start": "2026-01-01", "as_of": "2027-01-01"}
GROUPS = pd.DataFrame({"customer_id": ["late", "here"], "group_id": "g1", "group_name": "Yards"})
# every ten days, so lateness on 1 January is the days since the last one / 10
MARCH = ["2026-03-01", "2026-03-11", "2026-03-21"]
DECEMBER = ["2026-12-02", "2026-12-12", "2026-12-22"]


def told(*rows: tuple):
    """Answers from (customer, day, satisfaction)."""
    survey = pd.DataFrame(rows, columns=["customer_id", "date", "satisfaction"])
    survey["date"] = pd.to_datetime(survey["date"])
    return survey_answers(survey, GROUPS, start="2026-01-01", end="2027-01-01", stated={"satisfaction": (0, 10)})


def bought(customer: str, dates: list[str]) -> list[tuple]:
    return [(customer, day, 10.0) for day in dates]


def contract(customer: str, start: str, end: str | None) -> dict:
    last = pd.Timestamp(end) if end else pd.NaT
    return {"customer_id": customer, "start_date": pd.Timestamp(start), "end_date": last}


def test_orders_that_stopped_and_orders_that_go_on():
    answers = told(("late", "2026-04-01", 8), ("here", "2026-04-01", 10), ("cross", "2026-04-01", 7))
    every = days(*bought("late", MARCH), *bought("here", DECEMBER), *bought("cross", MARCH))
    found = satisfied_leavers(answers, every, **PERIOD).set_index("customer_id")
    # 21 March to 1 January are 286 days; 22 December to 1 January 10
    assert found["lateness"].to_dict() == {"cross": 28.6, "here": 1.0, "late": 28.6}
    assert found["left"].to_dict() == {"cross": True, "here": False, "late": True}
    assert found["satisfied"].to_dict() == {"cross": False, "here": True, "late": True}
    assert found["satisfied_leaver"].to_dict() == {"cross": False, "here": False, "late": True}
    assert found.loc["late", "sign"] == "orders" and pd.isna(found.loc["here", "sign"])
    table = leaving_by_satisfaction(found.reset_index(), GROUPS)
    assert table[["group_id", "answer", "customers", "left"]].values.tolist() == [
        ["all", "satisfied", 2, 1],
        ["all", "others", 1, 1],
        ["g1", "satisfied", 2, 1],
        ["g1", "others", 0, 0],
        ["ungrouped", "satisfied", 0, 0],
        ["ungrouped", "others", 1, 1],
    ]
    assert table["part_left"].tolist()[:2] == [0.5, 1.0] and np.isnan(table["part_left"][3])
    assert table["part_left_low"][0] < 0.5 < table["part_left_high"][0]


def test_exactly_three_gaps_late_has_not_left():
    every = days(*bought("edge", ["2026-11-12", "2026-11-22", "2026-12-02"]))
    found = satisfied_leavers(told(("edge", "2026-04-01", 9)), every, **PERIOD)
    assert found[["lateness", "left"]].values.tolist() == [[3.0, False]]
    later = satisfied_leavers(told(("edge", "2026-04-01", 9)), every, start="2026-01-01", as_of="2027-01-02")
    assert later[["lateness", "left"]].values.tolist() == [[3.1, True]]


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([contract("c1", "2025-01-01", "2026-06-30")], True),  # ended after the answer
        ([contract("c1", "2025-01-01", "2026-03-31")], pd.NA),  # before it: nothing that followed the answer
        ([contract("c1", "2025-01-01", None)], False),  # runs
        ([contract("c1", "2025-01-01", "2027-06-30")], False),  # runs beyond as_of
        ([contract("c1", "2025-01-01", "2026-06-30"), contract("c1", "2026-07-10", None)], False),  # renewed
        ([contract("c1", "2025-01-01", "2026-06-30"), contract("c1", "2025-05-01", "2026-09-30")], True),
        ([contract("c1", "2025-01-01", "2026-12-20")], False),  # may still be renewed
        ([contract("c1", "2025-01-01", "2026-12-02")], False),  # 29 days without one
        ([contract("c1", "2025-01-01", "2026-12-01")], True),  # thirty: no more
        ([contract("c1", "2027-02-01", None)], pd.NA),  # has not begun
        ([contract("c2", "2025-01-01", None)], pd.NA),  # somebody else's
    ],
)
def test_contracts_that_ended_after_the_answer(rows, left):
    """Of a customer without a rhythm of orders, the contract alone tells."""
    found = satisfied_leavers(told(("c1", "2026-04-01", 9)), days(), pd.DataFrame(rows), **PERIOD)
    assert found["left"].tolist() == [left]
    assert found["sign"].dropna().tolist() == (["contract"] if left is True else [])
    assert found["contract_ended_on"].notna().tolist() == [left is True]


def test_late_and_ended_is_both():
    rows = pd.DataFrame([contract("late", "2025-01-01", "2026-06-30")])
    found = satisfied_leavers(told(("late", "2026-04-01", 9)), days(*bought("late", MARCH)), rows, **PERIOD)
    assert found["sign"].tolist() == ["both"]


def test_the_last_day_of_answers_counts_and_its_mean():
    answers = told(("c1", "2026-02-01", 2), ("c1", "2026-05-01", 9), ("c1", "2026-05-01", 6), (None, "2026-05-01", 9))
    found = satisfied_leavers(answers, days(), **PERIOD)
    assert found[["customer_id", "satisfaction"]].values.tolist() == [["c1", 7.5]]
    assert found["left"].isna().all()
    assert leaving_by_satisfaction(found).empty


def test_another_scale_and_no_scale():
    survey = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.Timestamp("2026-05-01"), "satisfaction": [4.0, 5.0]})
    stated = survey_answers(survey, start="2026-01-01", end="2027-01-01", stated={"satisfaction": (1, 5)})
    assert satisfied_leavers(stated, days(), **PERIOD)["satisfied"].tolist() == [False, True]
    alike = survey_answers(survey.iloc[:1], start="2026-01-01", end="2027-01-01")
    assert satisfied_leavers(alike, days(), **PERIOD)["satisfied"].tolist() == [False]


def test_without_a_survey_or_a_day_nobody_is_followed():
    for survey in (None, pd.DataFrame({"customer_id": ["c1"], "satisfaction": [9]})):
        answers = survey_answers(survey, start="2026-01-01", end="2027-01-01")
        found = satisfied_leavers(answers, days(*bought("c1", MARCH)), **PERIOD)
        assert found.empty and leaving_by_satisfaction(found).empty


def test_the_order_of_rows_and_other_names_change_nothing():
    rows = [("late", "2026-04-01", 8), ("here", "2026-04-01", 10), ("cross", "2026-04-01", 7)]
    every = [*bought("late", MARCH), *bought("here", DECEMBER), *bought("cross", MARCH)]
    one = satisfied_leavers(told(*rows), days(*every), **PERIOD)
    other = satisfied_leavers(told(*rows[::-1]), days(*every[::-1]), **PERIOD)
    pd.testing.assert_frame_equal(one, other)
