"""Importance against what can be worked out another way: orderings, hand-made samples, limits."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method import explained_variance
from helpers.method.driver_importance import LENT, driver_importance
from helpers.method.driver_moments import SEED, Moments
from helpers.method.driver_outcomes import coefficients, relative
from helpers.method.survey_answers import Answers, survey_answers
from tests.method.survey_builders import answers_of, halves, made_survey

FIVE = dict.fromkeys("abcde", 0.3)
THREE = {"speed": 0.8, "advice": 0.4, "price": 0.0}
DRAWS = 60


def r2(table: pd.DataFrame, drivers: list[str]) -> float:
    """R2 of an ordinary regression, by least squares."""
    if not drivers:
        return 0.0
    x = np.column_stack([np.ones(len(table)), table[drivers]])
    fitted = x @ np.linalg.lstsq(x, table["recommend"], rcond=None)[0]
    return 1 - (table["recommend"] - fitted).var() / table["recommend"].var()


def naive_importance(survey: pd.DataFrame) -> dict[str, float]:
    """The gain in R2 of each driver over all orderings of regressions, as parts of one."""
    drivers = [name for name in survey if name.startswith("driver_")]
    gains = dict.fromkeys(drivers, 0.0)
    orders = list(permutations(drivers))
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += r2(survey, list(order[: place + 1])) - r2(survey, list(order[:place]))
    whole = r2(survey, drivers) * len(orders)
    return {driver.removeprefix("driver_"): gain / whole for driver, gain in gains.items()}


def found_in(survey, groups=None, **settings):
    return driver_importance(answers_of(survey, groups), groups, draws=DRAWS, **settings)


def importance_of(found, group: str = "all") -> dict[str, float]:
    table = found.table
    return table[table["group_id"] == group].set_index("driver")["importance"].to_dict()


def test_importance_is_the_mean_gain_over_all_orderings_of_regressions():
    survey = made_survey(THREE, 80)
    found = found_in(survey)
    assert importance_of(found) == pytest.approx(naive_importance(survey), abs=1e-7)
    assert found.table["r2"].tolist() == pytest.approx([r2(survey, list(survey.filter(like="driver_")))] * 3)
    assert found.outcome == "recommend" and found.reason == ""


def test_six_drivers_sum_to_one_and_keep_their_parts_in_other_units():
    six = dict(zip("abcdef", (0.7, 0.5, 0.3, 0.1, 0.0, 0.0), strict=True))
    survey = made_survey(six, 150)
    units = survey.assign(driver_a=survey["driver_a"] * 25.4, driver_f=100 - 3 + survey["driver_f"] / 7)
    units = units.assign(recommend=units["recommend"] * 10)
    one, other = found_in(survey), found_in(units)
    assert sum(importance_of(one).values()) == pytest.approx(1)
    assert importance_of(one) == pytest.approx(importance_of(other), abs=1e-7)
    assert one.table["importance_low"].tolist() == pytest.approx(other.table["importance_low"].tolist(), abs=1e-7)


def test_neither_row_order_nor_names_of_customers_count():
    survey = made_survey(THREE, 90)
    groups = halves(survey, 45)
    base = found_in(survey, groups).table
    shuffled = found_in(survey.sample(frac=1, random_state=2), groups.iloc[::-1]).table
    pd.testing.assert_frame_equal(base, shuffled, rtol=0, atol=1e-8)
    names = {name: f"z{place * 37 % 97:02d}" for place, name in enumerate(survey["customer_id"])}
    renamed = [table.assign(customer_id=table["customer_id"].map(names)) for table in (survey, groups)]
    pd.testing.assert_frame_equal(base, found_in(*renamed).table, rtol=0, atol=1e-8)


def test_a_group_leans_on_all_and_its_interval_does_not():
    other = made_survey({"speed": 0.0, "advice": 0.0, "price": 0.9}, 40, seed=2)
    other["customer_id"] += "x"
    survey = pd.concat([other, made_survey(THREE, 100)], ignore_index=True)
    found = found_in(survey, halves(survey, 40))
    alone, all_ = found_in(survey.iloc[:40]), importance_of(found)
    rows = found.table[found.table["group_id"] == "g1"].set_index("driver")
    assert rows["borrowed_part"].tolist() == pytest.approx([LENT / 90] * 3)
    for driver, own in importance_of(alone).items():
        assert rows.loc[driver, "importance"] == pytest.approx((40 * own + 50 * all_[driver]) / 90, abs=1e-7)
        # as wide as that of the group by itself, and wide enough for the point
        low, point, high = rows.loc[driver, ["importance_low", "importance", "importance_high"]]
        assert low <= point <= high
    assert rows["r2"].tolist() == pytest.approx(alone.table["r2"].tolist())
    assert rows.loc["price", "important"] == "yes" and rows["group_name"].unique().tolist() == ["Yards"]
    assert rows.loc["price", "importance_high"] > all_["price"] + 0.3


def test_a_group_of_few_shows_all_customers_and_says_so():
    survey = made_survey(THREE, 100)
    found = found_in(survey, halves(survey, 29))
    few, enough, whole = (found.table[found.table["group_id"] == one] for one in ("g1", "g2", "all"))
    assert few["borrowed_part"].tolist() == [1.0] * 3 and enough["borrowed_part"].iloc[0] == pytest.approx(50 / 121)
    for column in ("importance", "importance_low", "importance_high", "p_important", "r2"):
        assert few[column].tolist() == whole[column].tolist()
    assert few["responses"].tolist() == [29] * 3 and few["customers"].tolist() == [29] * 3
    assert list(found.draws) == ["all", "g1", "g2"] and found.draws["g1"].shape == (DRAWS, 3)


def test_a_group_that_says_the_same_of_everything_borrows_all():
    survey = made_survey(THREE, 100)
    survey.loc[:39, "recommend"] = 8.0
    found = found_in(survey, halves(survey, 40)).table
    assert found.loc[found["group_id"] == "g1", "borrowed_part"].tolist() == [1.0] * 3
    assert found["importance"].notna().all()


def test_who_gives_all_the_same_rating_does_not_count():
    names = dict(zip("abcde", (0.8, 0.3, 0.0, 0.0, 0.0), strict=True))
    survey = made_survey(names, 100)
    straight = survey.iloc[:30].assign(customer_id=[f"s{n}" for n in range(30)])
    for name in names:
        straight[f"driver_{name}"] = straight["recommend"]
    base, found = found_in(survey), found_in(pd.concat([survey, straight]))
    assert importance_of(found) == pytest.approx(importance_of(base), abs=1e-9)
    assert found.table["responses"].tolist() == [100] * 5


def test_answers_of_one_customer_are_one_witness():
    survey = made_survey(THREE, 60)
    thrice = pd.concat([survey] * 3)
    one, same, strangers = (found_in(t) for t in (survey, thrice, thrice.assign(customer_id=None)))
    assert importance_of(one) == pytest.approx(importance_of(same), abs=1e-7)
    width = [(f.table["importance_high"] - f.table["importance_low"]).mean() for f in (one, same, strangers)]
    assert width[1] == pytest.approx(width[0], rel=0.05) and width[2] < 0.75 * width[0]
    # nor does asking thrice make a fit surer
    assert one.outcomes["r2_adjusted"].tolist() == pytest.approx(same.outcomes["r2_adjusted"].tolist())


def test_missing_ratings_cost_only_themselves():
    survey = made_survey(THREE, 2_000)
    whole = importance_of(found_in(survey))
    rng = np.random.default_rng(5)
    for name in THREE:
        survey.loc[rng.random(2_000) < 0.25, f"driver_{name}"] = np.nan
    found = found_in(survey)
    # left out whole, four in ten would be left
    assert found.table["responses"].tolist() == [2_000] * 3
    assert importance_of(found) == pytest.approx(whole, abs=0.05)
    assert sum(importance_of(found).values()) == pytest.approx(1)


def test_ratings_that_contradict_each_other_are_made_consistent():
    # pairwise: a and b go together, b and c too, a and c oppose each other: no answers could be so
    rng = np.random.default_rng(2)
    x, none = rng.standard_normal(40), np.full(40, np.nan)
    a, b, c = np.concatenate([x, none, x]), np.concatenate([x, x, none]), np.concatenate([none, x, -x])
    values = pd.DataFrame({"a": a, "b": b, "c": c, "out": rng.standard_normal(120)})
    same = pd.Series("", values.index)
    moments = Moments(values, pd.Series(values.index.astype("str")), same, pd.Series(1.0, values.index))
    found = moments.correlations(moments.drawn(0))[0]
    assert np.linalg.eigvalsh(found).min() > 0 and np.diagonal(found).tolist() == pytest.approx([1] * 4)
    assert 0 < found[0, 1] < 1 and found[0, 2] < 0


def test_the_moments_of_blocks_are_those_of_the_answers():
    survey = made_survey(THREE, 70)
    values = survey[[*(f"driver_{name}" for name in THREE), "recommend"]]
    weight = pd.Series(np.linspace(0.5, 2, 70))
    moments = Moments(values, survey["customer_id"], pd.Series("", values.index), weight)
    found = moments.correlations(moments.drawn(3))
    centred = values - np.average(values, weights=weight, axis=0)
    covariance = (centred.T * weight.to_numpy()) @ centred
    spread = np.sqrt(np.diagonal(covariance))
    assert found[0] == pytest.approx(covariance.to_numpy() / spread[:, None] / spread, abs=1e-9)
    assert found.shape == (4, 4, 4) and not np.allclose(found[1], found[2])
    beta = np.linalg.solve(found[0, :3, :3], found[0, :3, 3])
    assert coefficients(found)[0] == pytest.approx(beta)


def test_more_customers_than_blocks_are_resampled_in_parts(monkeypatch):
    monkeypatch.setattr("helpers.method.driver_moments.BLOCKS", 50)
    survey = made_survey(THREE, 400)
    groups = halves(survey, 100)
    values, stratum = survey[[*(f"driver_{name}" for name in THREE), "recommend"]], groups["group_id"]
    moments = Moments(values, survey["customer_id"], stratum, pd.Series(1.0, values.index))
    assert np.bincount(moments.stratum_of_block).tolist() == [12, 38]
    counts = moments.drawn(20)
    # every stratum keeps its number of blocks in each draw
    assert set(counts[:, moments.stratum_of_block == 0].sum(axis=1)) == {12.0}
    whole = moments.correlations(counts)[0]
    assert whole == pytest.approx(np.corrcoef(values.to_numpy().T), abs=1e-9)


def test_a_response_without_the_outcome_is_refused():
    values = pd.DataFrame({"a": [1.0, 2.0], "out": [1.0, np.nan]})
    with pytest.raises(StepInputError, match="lacks the outcome"):
        Moments(values, pd.Series(["x", "y"]), pd.Series(["", ""]), pd.Series([1.0, 1.0]))
    assert SEED  # drawn from one seed, so that a run can be repeated
    assert np.isnan(relative(np.zeros(3))).all()


# ---- what stands beside ----------------------------------------------------------------------------------------------


def test_a_driver_with_the_wrong_sign_is_a_suppressor():
    survey = made_survey({"speed": 1.0, "calls": -0.7, "price": 0.2}, 300)
    rows = found_in(survey).table.set_index("driver")
    assert rows["suppressor"].to_dict() == {"speed": False, "calls": True, "price": False}
    assert rows["sign"].to_dict() == {"speed": 1, "calls": -1, "price": 1}
    assert rows.loc["calls", "importance"] > 0


def test_what_people_say_stands_beside_with_its_rank():
    survey = made_survey(THREE, 80).assign(importance_price=10.0, importance_speed=[9.0, 7.0] * 40)
    groups = halves(survey, 40)
    survey.loc[40:, "importance_price"] = np.nan
    found = found_in(survey, groups).table.set_index(["group_id", "driver"])
    assert found.loc["all", "stated_importance"].fillna(-1).to_dict() == {"speed": 8.0, "advice": -1.0, "price": 10.0}
    assert found.loc["all", "stated_rank"].fillna(-1).to_dict() == {"speed": 2.0, "advice": -1.0, "price": 1.0}
    assert found.loc["g2", "stated_rank"].fillna(-1).to_dict() == {"speed": 1.0, "advice": -1.0, "price": -1.0}
    assert found.loc["all", "derived_rank"].to_dict() == {"speed": 1.0, "advice": 2.0, "price": 3.0}


def test_satisfaction_stands_in_and_stands_beside():
    survey = made_survey(THREE, 90)
    beside = found_in(survey.assign(satisfaction=made_survey(THREE, 90)["recommend"] * 2))
    assert beside.outcomes[["outcome", "role", "verdict"]].values.tolist() == [
        ["recommend", "main", "fits"],
        ["satisfaction", "beside", "fits"],
    ]
    table = beside.table
    assert table["importance_of_satisfaction"].tolist() == pytest.approx(table["importance"].tolist())
    alone = found_in(survey.rename(columns={"recommend": "satisfaction"}))
    assert alone.outcome == "satisfaction" and alone.table["importance"].tolist() == table["importance"].tolist()
    # an outcome that ratings do not explain is not used where another one is
    noise = np.random.default_rng(1).permutation(survey["recommend"])
    other = found_in(survey.assign(satisfaction=survey["recommend"], recommend=noise))
    assert other.outcome == "satisfaction"
    assert dict(other.outcomes[["outcome", "verdict"]].values) == {"recommend": "unrelated", "satisfaction": "fits"}


@pytest.mark.parametrize(
    ("known", "follows", "verdict"),
    [(49, 1.0, "too_few"), (120, 1.0, "fits"), (120, 0.0, "unrelated"), (900, 0.15, "weak")],
)
def test_our_share_stands_beside_where_enough_is_known_of_both(known, follows, verdict):
    survey = made_survey(THREE, max(known, 100))
    rng = np.random.default_rng(4)
    score = follows * survey["driver_advice"].rank(pct=True) + rng.random(len(survey))
    share = pd.DataFrame({"customer_id": survey["customer_id"], "customer_share": score / 2})
    share.loc[known:, "customer_share"] = np.nan
    found = found_in(survey, share=share)
    row = found.outcomes.set_index("outcome").loc["customer_share"]
    assert (row["verdict"], row["responses"], row["role"]) == (verdict, known, "beside")
    if verdict == "fits":
        assert row["first_driver"] == "Advice" and row["r2_low"] <= row["r2_adjusted"] <= row["r2_high"]
    told = found.table["importance_of_share"].notna().all()
    assert told == (verdict in ("fits", "weak"))


def test_the_lead_over_the_competitor_takes_out_what_is_liked_in_general():
    rng = np.random.default_rng(3)
    lenient, own = 2 * rng.standard_normal(400), rng.standard_normal((400, 3))
    survey = made_survey(THREE, 400).assign(recommend=lenient + 2 * own[:, 1] + rng.standard_normal(400))
    for place, name in enumerate(THREE):
        survey[f"driver_{name}"] = lenient + own[:, place]
        survey[f"competitor_{name}"] = lenient + 0.2 * rng.standard_normal(400)
    found = found_in(survey)
    ratings = survey.filter(like="driver_").corr().to_numpy()
    assert found.flat and found.mean_correlation == pytest.approx(ratings[np.triu_indices(3, 1)].mean())
    rows = found.table.set_index("driver")
    assert rows.loc["advice", "importance_of_advantage"] > rows.loc["advice", "importance"] + 0.2
    assert not found_in(made_survey(THREE, 100)).flat


# ---- limits ----------------------------------------------------------------------------------------------------------


def limit(reason: str, **change) -> tuple[str, pd.DataFrame]:
    return reason, made_survey(THREE, 60).assign(**change)


LIMITS = {
    "none": ("no_survey", None),
    "empty": ("no_survey", made_survey(THREE, 60).iloc[:0]),
    "no driver": ("no_survey", made_survey(THREE, 60)[["customer_id", "recommend"]]),
    "one response": ("too_few", made_survey(THREE, 1)),
    "ten responses": ("too_few", made_survey(THREE, 10)),
    "no outcome": ("no_outcome", made_survey(THREE, 60).drop(columns="recommend")),
    "outcome all missing": limit("no_outcome", recommend=np.nan),
    "constant outcome": limit("constant", recommend=9.0),
    "constant ratings": limit("constant", driver_speed=7.0, driver_advice=7.0, driver_price=7.0),
    "straight lines only": ("constant", made_survey(FIVE, 60).assign(**{f"driver_{name}": 7.0 for name in FIVE})),
    "one driver": ("one_driver", made_survey({"speed": 0.8}, 60)),
    "one that varies": limit("one_driver", driver_advice=7.0, driver_price=7.0),
    "nothing to do with it": limit("unrelated", recommend=np.random.default_rng(8).permutation(60) * 1.0),
}


@pytest.mark.parametrize("case", LIMITS)
def test_at_its_limits_it_says_why_and_makes_no_number_up(case):
    reason, survey = LIMITS[case]
    groups = halves(made_survey(THREE, 60), 30)
    found = found_in(survey, groups)
    assert (found.reason, found.outcome) == (reason, "")
    assert found.table.empty and not found.draws and not importance_of(found)
    assert "importance" in found.table and "verdict" in found.outcomes


def test_thirty_responses_are_enough_for_ten_drivers_and_not_for_eleven():
    many = {f"d{place}": 0.5 for place in range(11)}
    survey = made_survey(many, 32)
    assert found_in(survey).reason == "too_few"
    assert found_in(survey.drop(columns="driver_d0")).reason != "too_few"


def test_a_driver_that_few_rated_or_all_alike_is_left_out_by_name():
    survey = made_survey({**THREE, "parking": 0.2, "logo": 0.0}, 80).assign(driver_logo=5.0)
    survey.loc[20:, "driver_parking"] = np.nan
    found = found_in(survey)
    assert found.left_out == {"parking": "too_few", "logo": "constant"}
    assert found.drivers == list(THREE) and set(found.table["driver"]) == set(THREE)


def test_many_drivers_take_all_orders_for_what_is_stated_and_some_for_its_range(monkeypatch):
    draw, counted = np.random.default_rng(8), []
    ratings = draw.integers(1, 10, (80, 15)).astype(float)
    asked = pd.DataFrame(ratings, columns=[f"driver_d{n:02d}" for n in range(15)])
    asked = asked.assign(respondent_id=np.arange(80).astype("str"), recommend=ratings[:, :3].sum(axis=1))
    every = explained_variance._exact
    monkeypatch.setattr(explained_variance, "_exact", lambda stack: counted.append(len(stack)) or every(stack))
    found = driver_importance(survey_answers(asked, start="2026-01-01", end="2027-01-01"), draws=40)
    assert max(counted) == 1, "twice the work for each driver more is for one answer, not for each draw"
    table = found.table.set_index("driver")
    assert (
        table["importance"].sum() == pytest.approx(1)
        and (table["importance"].nlargest(3).index.isin(["d00", "d01", "d02"])).all()
    )
    assert (table["importance_low"] <= table["importance"]).all()
    assert table["p_important"][:3].min() > 0.9 and table["p_important"][3:].max() < 0.5


def test_equal_drivers_share_and_tie():
    survey = made_survey(THREE, 80)
    survey["driver_price"] = survey["driver_speed"]
    rows = found_in(survey).table.set_index("driver")
    assert rows.loc["price", "importance"] == pytest.approx(rows.loc["speed", "importance"], abs=1e-4)
    assert importance_of(found_in(survey))["speed"] > rows.loc["advice", "importance"]


def test_the_answers_are_left_as_they_were():
    answers = answers_of(made_survey(THREE, 60))
    before = answers.table.copy()
    driver_importance(answers, draws=10)
    pd.testing.assert_frame_equal(answers.table, before)
    assert isinstance(answers, Answers)
