"""Answers as steps read them: cleaned, on their scale, weighted, and who stayed silent."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.nps import nps_by_group
from helpers.method.response_bias import response_bias
from helpers.method.survey_answers import group_ids, survey_answers, without_drivers
from helpers.method.survey_scale import Scale, survey_scales
from helpers.method.survey_weights import effective_n, weighted
from tests.method.survey_builders import PERIOD, answers_of

SURVEY = pd.DataFrame(
    {
        "customer_id": ["c2", "c1", None, None, "c9"],
        "respondent_id": ["r2", "r1", "r3", None, "r5"],
        "date": pd.to_datetime(["2026-02-01", "2026-01-01", None, "2026-03-01", "2027-01-01"]),
        "recommend": [9.0, 4.0, 7.0, 8.0, 1.0],
        "driver_on_time": [8.0, 3.0, None, 7.0, 1.0],
        "competitor_on_time": [6.0, None, 5.0, 7.0, 1.0],
        "importance_on_time": [10.0, 9.0, None, None, 1.0],
        "driver_unasked": [None] * 5,
        "competitor": ["Them", "", "Them", None, "Them"],
    }
)
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g2", "g10"]})


def test_one_row_per_response_of_the_period_and_the_rest_is_counted():
    found = answers_of(SURVEY, GROUPS)
    table = found.table
    assert table["recommend"].tolist() == [4.0, 9.0, 8.0, 7.0]  # by date, the undated one last
    assert table["cluster"].tolist() == ["customer c1", "customer c2", "row 2", "person r3"]
    assert table["group_id"].fillna("").tolist() == ["g2", "g10", "", ""]
    assert table["competitor"].notna().tolist() == [False, True, False, True]
    assert group_ids(found) == ["g2", "g10"]
    assert found.counts == {
        "responses": 5,
        "outside": 1,
        "kept": 4,
        "undated": 1,
        "straight_line": 0,
        "without_customer": 2,
        "without_group": 0,
    }
    # what nobody rated is no driver; it is named
    assert found.names == ["on_time"] and found.unrated == ("unasked",)
    assert found.drivers.values.tolist() == [["on_time", "On time", 3, 2, 2]]


def test_neither_the_order_of_rows_nor_of_the_other_columns_counts():
    shuffled = SURVEY.sample(frac=1, random_state=3)[SURVEY.columns[::-1]]
    one, other = answers_of(SURVEY, GROUPS), answers_of(shuffled, GROUPS.iloc[::-1])
    pd.testing.assert_frame_equal(one.table, other.table[one.table.columns])
    assert one.counts == other.counts


def test_a_straight_line_needs_five_equal_ratings():
    names = [f"driver_{name}" for name in "abcdef"]
    rows = [[7] * 6, [7, 7, 7, 7, 7, None], [7, 7, 7, 7, None, None], [7, 7, 7, 7, 7, 8], [None] * 6]
    survey = pd.DataFrame(rows, columns=names, dtype=float).assign(customer_id=list("vwxyz"))
    found = answers_of(survey)
    assert found.table["straight_line"].tolist() == [True, True, False, False, False]
    assert found.counts["straight_line"] == 2 and len(found.sincere) == 3


@pytest.mark.parametrize("survey", [None, SURVEY.iloc[:0], SURVEY[["customer_id"]].iloc[:0], SURVEY.tail(1)])
def test_without_a_response_there_is_nothing_and_nothing_breaks(survey):
    found = answers_of(survey)
    assert found.table.empty and found.names == [] and found.counts["kept"] == 0
    buys = pd.DataFrame({"customer_id": ["c1"], "status": "active", "revenue": 1.0, "order_days": 1})
    assert weighted(found, buys).table.empty
    assert response_bias(found, buys).empty


def test_a_survey_without_any_driver_keeps_its_answers():
    found = answers_of(SURVEY[["customer_id", "recommend", "date"]])
    assert found.drivers.empty and len(found.table) == 4


def test_a_driver_is_taken_out_with_all_its_answers():
    found = without_drivers(answers_of(SURVEY), ["on_time"])
    assert found.names == [] and not [name for name in found.table if "on_time" in name]
    with pytest.raises(StepInputError, match=r"speed is no driver of the survey \(on_time\)"):
        without_drivers(answers_of(SURVEY), ["speed"])


def test_a_customer_of_two_groups_is_refused():
    with pytest.raises(StepInputError, match="in two groups"):
        answers_of(SURVEY, pd.concat([GROUPS, GROUPS]))


def test_scales_as_stated_and_as_read_off_the_answers():
    found = survey_scales(SURVEY.assign(satisfaction=3.0), {"importance": (1, 10)})
    # a single value tells no scale; without a 10 the answers go from the smallest to the largest
    assert found == {
        "recommend": Scale(1.0, 9.0, False),
        "driver": Scale(1.0, 8.0, False),
        "importance": Scale(1.0, 10.0, True),
    }
    assert found["importance"].part(5.5) == 0.5 and found["importance"].span == 9.0
    assert survey_scales(SURVEY.assign(recommend=[0, 10, 5, 5, 5]))["recommend"] == Scale(0.0, 10.0, False)
    assert survey_scales(None, {"recommend": (0, 10)}) == {}


@pytest.mark.parametrize("ends", [(2, 10), (0, 8), (10, 0)])
def test_answers_off_a_stated_scale_are_refused(ends):
    with pytest.raises(StepInputError, match="recommend has answers from 1 to 9"):
        survey_scales(SURVEY, {"recommend": ends})


def test_a_stated_scale_decides_whether_there_is_an_nps():
    survey = pd.DataFrame({"customer_id": ["a", "b", "c"], "recommend": [10.0, 9.0, 2.0]})
    low = survey.assign(recommend=[9.0, 9.0, 2.0])
    measure = [
        nps_by_group(table, None, **PERIOD, least=1, scale=scale)["measure"].iloc[0]
        for table, scale in ((survey, None), (survey, (1, 10)), (low, None), (low, (0, 10)))
    ]
    assert measure == ["nps", "top_box", "top_box", "nps"]
    # the best answer of the scale counts, not the best that was given
    assert nps_by_group(low, None, **PERIOD, least=1, scale=(1, 10))["promoters"].tolist() == [0]
    assert nps_by_group(low, None, **PERIOD, least=1)["promoters"].tolist() == [2]


# ---- weights and silence ---------------------------------------------------------------------------------------------

BUYS = pd.DataFrame(
    {
        "customer_id": [f"c{n:02d}" for n in range(60)],
        "status": "active",
        "revenue": np.tile([1.0, 10.0, 100.0], 20),
        "order_days": np.arange(60) % 5 + 1,
    }
)
BUY_GROUPS = pd.DataFrame({"customer_id": BUYS["customer_id"], "group_id": np.repeat(["g1", "g2"], [30, 30])})


def responses(ids, recommend=8.0) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(ids), "recommend": recommend})


def test_weights_give_each_kind_its_part_of_all_customers():
    # of g1 all 10 large and 5 middle customers answered, of g2 all; g1's small ones are silent
    of = BUYS.merge(BUY_GROUPS, on="customer_id")
    early = (of["customer_id"] < "c15") & (of["revenue"] == 10)
    first = of[(of["group_id"] == "g1") & ((of["revenue"] == 100) | early)]
    said = pd.concat([first, of[of["group_id"] == "g2"]])
    found = weighted(answers_of(responses(said["customer_id"]), BUY_GROUPS), BUYS).table
    by_kind = (
        found.merge(of[["customer_id", "revenue"]], on="customer_id").groupby(["group_id", "revenue"])["weight"].first()
    )
    # by hand: part of customers / part of responses = (n/60) / (m/45); large 10/10, middle 10/5, g2 10/10 each
    ratio = by_kind / by_kind["g2", 1.0]
    assert ratio["g1", 100.0] == pytest.approx(1.0) and ratio["g1", 10.0] == pytest.approx(2.0)
    assert found["weight"].mean() == pytest.approx(1.0)


def test_no_weight_is_beyond_the_trim_and_strangers_weigh_one():
    ids = [*BUYS["customer_id"].iloc[:30], *BUYS["customer_id"].iloc[30:32], "stranger", None]
    found = weighted(answers_of(responses(ids), BUY_GROUPS), BUYS).table
    known = found[found["customer_id"].isin(BUYS["customer_id"])]
    assert found.loc[~found.index.isin(known.index), "weight"].tolist() == [1.0, 1.0]
    assert known["weight"].max() / known["weight"].min() <= 9.0
    assert known["weight"].mean() == pytest.approx(1.0)


def test_weights_do_not_depend_on_names_or_currency():
    said = answers_of(responses(BUYS["customer_id"].iloc[::3]), BUY_GROUPS)
    base = weighted(said, BUYS).table["weight"]
    assert weighted(said, BUYS.assign(revenue=BUYS["revenue"] * 117)).table["weight"].tolist() == base.tolist()
    rename = {name: f"x{place:03d}" for place, name in enumerate(BUYS["customer_id"][::-1])}
    renamed = [table.assign(customer_id=table["customer_id"].map(rename)) for table in (said.table, BUYS, BUY_GROUPS)]
    again = weighted(answers_of(renamed[0][["customer_id", "recommend"]], renamed[2]), renamed[1]).table
    assert sorted(again["weight"]) == sorted(base)


def test_effective_n_falls_with_unequal_weights():
    assert effective_n(pd.Series([2.0, 2.0])) == 2.0 and effective_n(pd.Series(dtype=float)) == 0.0
    assert effective_n(pd.Series([1.0, 1.0, 4.0])) == 2.0  # 36 / 18


def test_who_answered_by_group_size_and_habit():
    said = answers_of(responses([*BUYS["customer_id"].iloc[2:30:3], "c00", "c00", "stranger"]), BUY_GROUPS)
    found = response_bias(said, BUYS, BUY_GROUPS).set_index(["characteristic", "part"])
    assert found.loc[("all", "all"), ["customers", "respondents"]].tolist() == [60, 11]  # c00 answered twice
    assert found.loc[("group", "g1"), ["respondents", "part_of_customers", "part_of_respondents"]].tolist() == [
        11,
        0.5,
        1,
    ]
    assert found.loc[("revenue", "large"), "response_rate"] == 0.5
    assert found.loc[("revenue", "large"), "part_of_revenue"] == 0.5
    assert found["differs"].to_dict()[("group", "g2")] and found["differs"].to_dict()[("revenue", "large")]
    assert not found["differs"].to_dict()[("all", "all")]
    low, high = found.loc[("revenue", "large"), ["response_rate_low", "response_rate_high"]]
    assert (round(low, 3), round(high, 3)) == (0.327, 0.673)  # Wilson, 10 of 20


def test_where_respondents_are_like_the_rest_nothing_differs():
    said = answers_of(responses(BUYS["customer_id"]), BUY_GROUPS)
    assert not response_bias(said, BUYS, BUY_GROUPS)["differs"].any()
    # without groups there is no row by group
    assert set(response_bias(answers_of(responses(["c00"])), BUYS)["characteristic"]) == {
        "all",
        "revenue",
        "order_days",
    }


def test_revenue_of_nothing_has_no_part():
    nothing = BUYS.assign(revenue=0.0)
    found = response_bias(answers_of(responses(["c00"])), nothing)
    assert found["part_of_revenue"].isna().all() and found["response_rate"].notna().all()


def test_survey_answers_needs_no_optional_column():
    found = survey_answers(pd.DataFrame({"respondent_id": ["r1"], "driver_price": [5]}), **PERIOD)
    assert found.table["recommend"].isna().all() and found.names == ["price"]
