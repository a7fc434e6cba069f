"""Attainment and advantage: means of answers worked by hand, limits, and the two lost drivers of Harbour."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.method.cluster_means import cluster_means
from helpers.method.driver_performance import COLUMNS, driver_performance
from helpers.method.survey_answers import Answers, survey_answers
from helpers.method.survey_weights import weighted

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
if str(SAMPLES) not in sys.path:
    sys.path.append(str(SAMPLES))

from harbour_maker.importance import advantage  # noqa: E402
from harbour_maker.opinions import DRIVERS, WEIGHTS, draw_answers  # noqa: E402

PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}
GROUPS = pd.DataFrame(
    {"customer_id": [f"c{n}" for n in range(40)], "group_id": ["g1", "g2"] * 20, "group_name": ["Yards", "Clubs"] * 20}
)


def asked(own, other=(), driver="price", whom=None, customers=None) -> Answers:
    """Answers of as many customers as there are ratings of ours."""
    count = len(own)
    table = pd.DataFrame({"customer_id": customers or [f"c{n}" for n in range(count)], f"driver_{driver}": own})
    table[f"competitor_{driver}"] = list(other) + [None] * (count - len(other))
    return survey_answers(table.assign(competitor=whom), GROUPS, **PERIOD, stated={"driver": (0.0, 10.0)})


def row(answers: Answers, group: str = "all", **how) -> pd.Series:
    table = driver_performance(answers, GROUPS, **how)
    return table[table["group_id"] == group].iloc[0]


# ---- the mean of answers, customers as the unit ----------------------------------------------------------------------


def test_the_interval_of_single_answers_is_students():
    found = cluster_means(pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}), list("abcd"))
    assert found.mean[0] == 2.5
    assert found.error[0] == pytest.approx(np.sqrt((2.25 + 0.25 + 0.25 + 2.25) / 3 / 4))
    low, high = found.interval()
    assert (low[0], high[0]) == pytest.approx((2.5 - 2.353363 * found.error[0], 2.5 + 2.353363 * found.error[0]))


def test_a_customer_who_answers_twice_is_one_witness():
    twice = cluster_means(pd.DataFrame({"x": [1.0, 1.0, 3.0, 3.0]}), ["a", "a", "b", "b"])
    once = cluster_means(pd.DataFrame({"x": [1.0, 3.0]}), ["a", "b"])
    assert twice.error == pytest.approx(once.error) and twice.clusters.tolist() == [2] and twice.answers.tolist() == [4]


def test_weights_move_the_mean_and_a_missing_answer_counts_in_its_own_column_only():
    table = pd.DataFrame({"x": [2.0, 8.0, np.nan], "y": [np.nan, 4.0, 6.0]})
    found = cluster_means(table, list("abc"), [1.0, 3.0, 1.0])
    assert found.mean.tolist() == [6.5, 4.5] and found.clusters.tolist() == [2, 2]


@pytest.mark.parametrize(("values", "clusters"), [([], []), ([np.nan], ["a"]), ([3.0, 4.0], ["a", "a"])])
def test_fewer_than_two_customers_have_no_interval(values, clusters):
    found = cluster_means(pd.DataFrame({"x": np.array(values, dtype=float)}), clusters)
    assert np.isnan(found.interval()[0][0]) and np.isnan(found.p_not_below()[0])


def test_the_chance_of_being_so_far_below():
    found = cluster_means(pd.DataFrame({"x": [-1.0, -3.0], "y": [1.0, 3.0], "z": [-2.0, -2.0]}), ["a", "b"])
    # Student's t with one degree of freedom: t = -2 is an angle whose tangent it is
    assert found.p_not_below() == pytest.approx([0.5 + np.arctan(-2) / np.pi, 0.5 + np.arctan(2) / np.pi, 0.0])


# ---- performance -----------------------------------------------------------------------------------------------------


def test_ratings_of_all_and_of_each_group_by_hand():
    # even customers are g1 (own 6, theirs 8), odd ones g2 (own 9, theirs 5)
    found = driver_performance(asked([6, 9] * 10, [8, 5] * 10), GROUPS)
    assert found["group_name"].tolist() == ["All customers", "Yards", "Clubs"]
    assert found["attainment"].tolist() == pytest.approx([0.75, 0.6, 0.9])
    assert found["advantage"].tolist() == [1.0, -2.0, 4.0]
    assert found["customers"].tolist() == found["compared"].tolist() == [20, 10, 10]
    # the ten of a group agree wholly, all twenty do not: 1 +- t(19) x 3 x sqrt(20/19/20)
    whole = found.iloc[0]
    assert whole["advantage_high"] - 1 == pytest.approx(1.729133 * 3 / np.sqrt(19), abs=1e-6)
    assert found["behind"].tolist() == [False, True, False]


def test_only_who_rated_both_compares():
    found = row(asked([5] * 6 + [9] * 14, [3] * 12))
    assert found["own_rating"] == pytest.approx((30 + 126) / 20)
    assert found["advantage"] == pytest.approx((6 * 2 + 6 * 6) / 12)
    assert found["competitor_rating"] == 3.0 and found["compared"] == 12


def test_below_ten_customers_counts_stay_and_numbers_go():
    found = row(asked([7] * 9, [6] * 9))
    assert found["customers"] == 9 and np.isnan(found["attainment"]) and np.isnan(found["advantage"])
    assert not found["behind"]
    assert row(asked([7] * 12, [6] * 9))["attainment"] == 0.7 and np.isnan(row(asked([7] * 12, [6] * 9))["advantage"])


def test_ten_answers_of_one_customer_are_one_customer():
    found = row(asked([7, 8] * 10, [6] * 20, customers=["c1", "c2", "c3", "c4", "c5"] * 4))
    assert (found["customers"], found["rated"]) == (5, 20) and np.isnan(found["advantage"])


def test_unique_is_better_than_everyone_named_by_enough():
    ours = [8.0] * 30
    theirs = [6.0] * 15 + [9.0] * 15
    named = ["Northgate"] * 15 + ["Baltic"] * 15
    assert row(asked(ours, theirs, whom=named))[["rivals", "unique"]].tolist() == [2, False]
    assert row(asked(ours, [6.0] * 30, whom=named))[["rivals", "unique"]].tolist() == [2, True]
    few = ["Northgate"] * 21 + ["Baltic"] * 9  # nine are too few to judge by
    found = row(asked(ours, [6.0] * 21 + [9.0] * 9, whom=few))
    assert found[["rivals", "unique"]].tolist() == [1, True]
    assert pd.isna(row(asked(ours, theirs))["unique"])
    # as good as one of them, give or take, is not better than everyone
    level = [6.0] * 15 + [7.0, 9.0] * 7 + [8.0]
    assert row(asked(ours, level, whom=named))[["rivals", "unique"]].tolist() == [2, False]


def test_chances_to_be_behind_are_held_back_over_the_drivers_and_apart_from_those_of_groups():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"customer_id": [f"c{n}" for n in range(40)], "competitor": "Northgate"})
    for driver, ahead in (("price", -0.5), ("advice", -0.3), ("speed", 0.2)):
        table[f"driver_{driver}"] = rng.normal(7, 1, 40).round(1)
        table[f"competitor_{driver}"] = (table[f"driver_{driver}"] - ahead + rng.normal(0, 1, 40)).round(1)
    found = driver_performance(survey_answers(table, GROUPS, **PERIOD, stated={"driver": (0.0, 20.0)}), GROUPS)
    for family in (found["group_id"] == "all", found["group_id"] != "all"):
        p, n = found.loc[family, "p_behind"].to_numpy(), int(family.sum())
        place = p.argsort().argsort()
        each = np.maximum.accumulate(np.sort(p) * np.arange(n, 0, -1)).clip(max=1)  # Holm (1979)
        assert found.loc[family, "p_holm"].tolist() == pytest.approx(each[place].tolist())


def test_straight_liners_do_not_count():
    survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(20)]})
    for place, driver in enumerate("abcde"):
        survey[f"driver_{driver}"] = [3] * 10 + [6 + place % 2] * 10
    found = driver_performance(survey_answers(survey, **PERIOD))
    assert found["customers"].tolist() == [10] * 5 and found["own_rating"].tolist() == [6.0, 7.0, 6.0, 7.0, 6.0]


@pytest.mark.parametrize("survey", [None, pd.DataFrame({"customer_id": ["c1"], "recommend": [9]})])
def test_without_ratings_there_is_no_row(survey):
    found = driver_performance(survey_answers(survey, GROUPS, **PERIOD), GROUPS)
    assert found.empty and list(found.columns) == list(COLUMNS)


def test_one_driver_constant_ratings_and_a_group_with_none():
    answers = asked([7.0] * 12, [7.0] * 12, customers=[f"c{2 * n}" for n in range(12)])
    found = driver_performance(answers, GROUPS)
    assert found["group_id"].tolist() == ["all", "g1"]  # nobody of g2 answered
    assert found[["advantage_low", "advantage_high"]].to_numpy().ravel().tolist() == [0.0] * 4
    assert not found["behind"].any()


def test_order_of_rows_and_names_of_customers_change_nothing():
    draw = np.random.default_rng(5)
    survey = pd.DataFrame({"customer_id": [f"c{n % 40}" for n in range(60)], "competitor": "Northgate"})
    for driver in ("price", "advice"):
        survey[f"driver_{driver}"] = draw.integers(0, 11, 60).astype(float)
        survey[f"competitor_{driver}"] = draw.integers(0, 11, 60).astype(float)
    found = driver_performance(survey_answers(survey, GROUPS, **PERIOD), GROUPS)
    other = survey.sample(frac=1, random_state=3).assign(customer_id=lambda rows: "x" + rows["customer_id"])
    renamed = GROUPS.assign(customer_id="x" + GROUPS["customer_id"])
    pd.testing.assert_frame_equal(found, driver_performance(survey_answers(other, renamed, **PERIOD), renamed))


def test_points_move_with_the_scale_and_conclusions_do_not():
    draw = np.random.default_rng(6)
    own, other = draw.integers(0, 11, 30).astype(float), draw.integers(0, 11, 30).astype(float)
    on_ten = row(asked(own, other))
    survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(30)], "driver_price": 1 + own * 0.4})
    survey["competitor_price"] = 1 + other * 0.4
    on_five = row(survey_answers(survey, GROUPS, **PERIOD, stated={"driver": (1.0, 5.0)}))
    assert on_five["attainment"] == pytest.approx(on_ten["attainment"])
    assert on_five["advantage"] == pytest.approx(0.4 * on_ten["advantage"])
    assert on_five["p_behind"] == pytest.approx(on_ten["p_behind"], abs=1e-7)


# ---- Harbour of other seeds ------------------------------------------------------------------------------------------

LOST = ("price", "ordering")


def harbour_answers(tables) -> tuple[Answers, pd.DataFrame]:
    groups = tables.harbour.population[["customer_id", "group"]].rename(columns={"group": "group_id"})
    period = {"start": tables.halves["window_start"], "end": tables.halves["as_of"]}
    answers = survey_answers(tables.table("survey"), groups, **period)
    return weighted(answers, tables.table("customer_summary")), groups


def level_survey(seed: int, a_group: int = 40) -> tuple[Answers, pd.DataFrame]:
    """Answers of some customers of each group, drawn at random, the competitor moved level with us on every driver."""

    draw = np.random.default_rng(seed)
    parts = [draw_answers(group, a_group, draw).assign(group_id=group) for group in WEIGHTS]
    table = pd.concat(parts, ignore_index=True)
    true = {group: dict(zip(DRIVERS, advantage(group), strict=True)) for group in WEIGHTS}
    for driver in DRIVERS:
        table[f"competitor_{driver}"] += [true[group][driver] for group in table["group_id"]]
    table["customer_id"] = [f"c{place}" for place in table.index]
    groups = table[["customer_id", "group_id"]]
    return survey_answers(table.drop(columns="group_id"), groups, **PERIOD), groups


def study(harbour, seeds) -> dict[str, int]:
    """Over seeds: drivers lost to the competitor that are found for all customers and by group, and false losses."""
    found = dict.fromkeys(("lost", "found", "cells", "cells_found", "false"), 0)
    for seed in seeds:
        answers, groups = harbour_answers(harbour(seed))
        table = driver_performance(answers, groups)
        lost, whole = table["driver"].isin(LOST), table["group_id"] == "all"
        found["lost"] += int((lost & whole).sum())
        found["found"] += int((lost & whole & (table["advantage_high"] < 0) & table["behind"]).sum())
        found["cells"] += int((lost & ~whole).sum())
        found["cells_found"] += int((lost & ~whole & (table["advantage_high"] < 0)).sum())
        found["false"] += int((~lost & (table["behind"] | (table["advantage_high"] < 0))).any())
    return found


def test_the_two_lost_drivers_are_found_on_two_seeds(harbour):
    found = study(harbour, (2, 3))
    assert found["found"] == found["lost"] == 4
    assert found["false"] == 0
    assert found["cells_found"] >= 0.4 * found["cells"]


@pytest.mark.long
def test_lost_drivers_and_false_losses_over_forty_seeds(harbour):
    """The two drivers lost for all customers in 95 % or more; in 5 % of the seeds or fewer any that is not lost."""
    found = study(harbour, range(1, 41))
    assert found["found"] >= 0.95 * found["lost"], found
    assert found["cells_found"] >= 0.6 * found["cells"], found
    assert found["false"] <= 2, found


@pytest.mark.long
def test_where_we_are_level_few_surveys_call_us_behind():
    """Of 200 surveys in which nobody is ahead: false losses family-wise, and intervals that hold the truth, zero."""
    of_all = of_groups = held = cells = 0
    for seed in range(200):
        table = driver_performance(*level_survey(seed))
        whole = table["group_id"] == "all"
        of_all += int(table.loc[whole, "behind"].any())
        of_groups += int(table.loc[~whole, "behind"].any())
        held += int(((table["advantage_low"] <= 0) & (table["advantage_high"] >= 0)).sum())
        cells += len(table)
    # at most what a true chance of one in twenty gives in 99 of 100 studies
    assert max(of_all, of_groups) <= 18, (of_all, of_groups)
    assert 0.88 <= held / cells <= 0.92, held / cells
