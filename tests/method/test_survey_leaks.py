"""Items that only repeat who left: found, named, and refused; honest ones are not."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.survey_answers import survey_answers, without_drivers
from helpers.method.survey_leaks import refused_drivers, survey_leaks

DAY = pd.Timestamp("2026-04-01")


def people(left: list[bool | None], lateness: list[float] | None = None) -> pd.DataFrame:
    """As `satisfied_leavers` gives them: c0, c1 ... who answered on one day; clear cases unless lateness says other."""
    clear = [9.0 if one else 1.0 for one in left] if lateness is None else lateness
    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"c{n}" for n in range(len(left))], dtype="str"),
            "answered_on": DAY,
            "left": pd.array(left, dtype="boolean"),
            "lateness": clear,
            "contract_ended_on": pd.NaT,
        }
    )


def told(**columns: list):
    count = len(next(iter(columns.values())))
    survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(count)], "date": DAY} | columns)
    return survey_answers(survey, start="2026-01-01", end="2027-01-01")


LEFT = [True] * 10 + [False] * 30


def test_the_area_under_the_curve_by_hand():
    """Ten leavers and thirty stayers: pairs in order / all pairs, ties half, the larger of the two directions."""
    answers = told(driver_price=[1] * 5 + [2] * 5 + [2] * 15 + [3] * 15, recommend=[5] * 40)
    found = survey_leaks(answers, people(LEFT)).set_index("item")
    # the five with 1 are below all 30; the five with 2 tie with 15 and are below 15
    expected = (5 * 30 + 5 * (15 * 0.5 + 15)) / 300
    assert found.loc["driver__price", "auc"] == pytest.approx(expected)
    assert found.loc["recommend", "auc"] == 0.5
    assert not found["refused"].any()
    assert found["customers"].tolist() == [40, 40] and found["left"].tolist() == [10, 10]


@pytest.mark.parametrize("values", [[0] * 10 + [1] * 30, [1] * 10 + [0] * 30])
def test_a_perfect_item_is_refused_in_either_direction(values):
    answers = told(driver_renewed=values, driver_price=[5, 6] * 20)
    leaks = survey_leaks(answers, people(LEFT))
    assert leaks.loc[leaks["refused"], "item"].tolist() == ["driver__renewed"]
    assert refused_drivers(leaks) == ["renewed"]
    assert without_drivers(answers, refused_drivers(leaks)).names == ["price"]


def test_an_item_that_only_leavers_were_asked_is_refused_by_who_answered():
    answers = told(driver_why=[5, 6] * 5 + [None] * 30, driver_price=[5, 6] * 20)
    leaks = survey_leaks(answers, people(LEFT)).set_index(["item", "by"])
    assert np.isnan(leaks.loc[("driver__why", "answer"), "auc"])  # nobody who stayed answered it
    assert leaks.loc[("driver__why", "answered"), "refused"]
    assert ("driver__price", "answered") not in leaks.index


def test_exactly_the_most_allowed_is_not_refused():
    # of 10 x 20 pairs, 190 in order: one stayer lies below all leavers
    answers = told(driver_price=[2] * 10 + [3] * 19 + [1])
    leaks = survey_leaks(answers, people([True] * 10 + [False] * 20))
    assert leaks["auc"].tolist() == [0.95] and not leaks["refused"].any()


def test_too_few_of_either_kind_are_not_tested():
    answers = told(driver_renewed=[0] * 9 + [1] * 30)
    leaks = survey_leaks(answers, people([True] * 9 + [False] * 30))
    assert leaks["auc"].isna().all() and not leaks["refused"].any()


def test_who_is_a_little_late_is_left_out_and_unknown_too():
    """Ten more who are late by 4 gaps, ten who are by 2.5, and ten of whom nothing is known."""
    left = [*LEFT, *[True] * 10, *[False] * 10, *[None] * 10]
    late = [9.0] * 10 + [1.0] * 29 + [np.nan] + [4.0] * 10 + [2.5] * 10 + [np.nan] * 10
    answers = told(driver_renewed=[0] * 10 + [1] * 60)
    leaks = survey_leaks(answers, people(left, late))
    assert leaks[["customers", "left", "auc"]].values.tolist() == [[40, 10, 1.0]]


def test_an_ended_contract_is_clear_whatever_the_orders():
    table = people(LEFT, [1.0] * 40)
    table["contract_ended_on"] = [pd.Timestamp("2026-08-01")] * 10 + [pd.NaT] * 30
    assert survey_leaks(told(driver_x=[0] * 10 + [1] * 30), table)["auc"].tolist() == [1.0]


def test_no_survey_no_item():
    answers = survey_answers(None, start="2026-01-01", end="2027-01-01")
    leaks = survey_leaks(answers, people([]))
    assert leaks.empty and refused_drivers(leaks) == []
