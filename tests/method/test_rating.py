"""The rating: ranks and scores by hand, decisions refused in words, limits, and properties over random clients."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.rating import (
    CONCENTRATION,
    SEED,
    family_weights,
    percentile_rank,
    rate,
    rating_cuts,
)
from helpers.method.rating_measures import MEASURES, measure_table
from tests.method.rating_builders import line, line_lists, measured, rated

NAMES = [measure.name for measure in MEASURES]
CUTS = rating_cuts()
GENTLE = settings(max_examples=15)
UNRATED_COLUMNS = ["rating_score", "rating_stability"]


def customers(**columns) -> pd.DataFrame:
    """Measures by hand for customers c1, c2, ..."""
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame({"customer_id": [f"c{number + 1}" for number in range(count)], **columns})
    return frame.reindex(columns=["customer_id", *NAMES])


def rating_of(measures: pd.DataFrame, weights=None, **options) -> pd.DataFrame:
    table = measure_table(measures, family_weights(weights))
    return rate(measures, table, cuts=CUTS, **options).set_index("customer_id")


# ---- ranks -----------------------------------------------------------------------------------------------------------


def test_percentile_rank_by_hand():
    """Of 1, 2, 2, 5: 100 x .5/4, 100 x (1 + 1)/4 twice, 100 x 3.5/4."""
    values = pd.Series([5, 1, 2, None, 2], dtype="Int64")
    assert percentile_rank(values).tolist() == [87.5, 12.5, 50.0, pytest.approx(math.nan, nan_ok=True), 50.0]
    assert percentile_rank(values, higher_is_better=False).tolist()[:3] == [12.5, 87.5, 50.0]


def test_ranks_within_a_reference():
    """3 lies above one and below three of 1, 4, 4, 9; 4 above one and beside two; 10 above all."""
    then = pd.Series([1.0, 4.0, 4.0, 9.0, None])
    now = pd.Series([3.0, 4.0, 10.0, 0.0])
    assert percentile_rank(now, then).tolist() == [25.0, 50.0, 100.0, 0.0]
    assert percentile_rank(now, then, higher_is_better=False).tolist() == [75.0, 50.0, 0.0, 100.0]


def test_limits_of_ranks():
    assert percentile_rank(pd.Series([7.0, 7.0, 7.0])).tolist() == [50.0] * 3
    assert percentile_rank(pd.Series([7.0])).tolist() == [50.0]
    assert percentile_rank(pd.Series([None, None], dtype="float64")).isna().all()
    assert percentile_rank(pd.Series([1.0]), pd.Series([math.nan])).isna().all()
    assert percentile_rank(pd.Series([], dtype="float64")).empty


def test_the_last_bit_breaks_no_tie():
    assert percentile_rank(pd.Series([0.1 + 0.2, 0.3])).tolist() == [50.0, 50.0]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
@GENTLE
def test_ranks_agree_with_counting(values):
    found = percentile_rank(pd.Series(values, dtype=float))
    for value, rank in zip(values, found, strict=True):
        lower, equal = sum(other < value for other in values), values.count(value)
        assert rank == pytest.approx(100 * (lower + 0.5 * equal) / len(values))
    assert found.mean() == pytest.approx(50)


# ---- scores and letters ----------------------------------------------------------------------------------------------


def test_scores_and_letters_by_hand():
    """Revenue weighs .5, orders and lateness .25 each. Ranks of three: 83.33, 50, 16.67.

    c1 is best, best, worst: .75 x 83.33 + .25 x 16.67 = 66.67; c2 in the middle: 50; c3 33.33.
    """
    known = customers(revenue=[30.0, 20.0, 10.0], orders=[3, 2, 1], lateness=[9.0, 5.0, 1.0])
    table = rating_of(known, {"worth": 50, "engagement": 50})
    assert table["rating_score"].tolist() == pytest.approx([200 / 3, 50, 100 / 3])
    assert table["rating"].tolist() == ["A", "B", "D"]  # exactly 50 is a B
    assert (table["weight_known"] == 1).all()
    assert list(table.reset_index()) == schema("customer_ratings").names


def test_the_lower_end_of_a_letter_belongs_to_it():
    known = customers(revenue=[float(value) for value in range(10)])
    scores = rating_of(known)["rating_score"].tolist()
    assert scores == [5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 85.0, 95.0]
    assert "".join(rating_of(known)["rating"]) == "DDDCCBAAAA"


def test_what_is_unknown_is_left_out_of_the_mean_and_too_little_is_unrated():
    """Worth .5, engagement .5: c3 lacks revenue (half known), c4 lacks lateness (three quarters known)."""
    known = customers(revenue=[1.0, 2.0, None, 3.0], orders=[1, 2, 3, 4], lateness=[4.0, 3.0, 2.0, None])
    table = rating_of(known, {"worth": 50, "engagement": 50})
    assert table["weight_known"].tolist() == [1.0, 1.0, 0.5, 0.75]
    assert table["rating"].tolist()[2] == "unrated" and table.loc["c3", UNRATED_COLUMNS].isna().all()
    # c4: best of three in revenue (83.33), best of four in orders (87.5)
    assert table.loc["c4", "rating_score"] == pytest.approx((0.5 * 250 / 3 + 0.25 * 87.5) / 0.75)
    assert rating_of(known, {"worth": 50, "engagement": 50}, min_known=0.5).loc["c3", "rating_score"] == pytest.approx(
        (0.25 * 62.5 + 0.25 * 250 / 3) / 0.5
    )


def test_exactly_the_least_that_must_be_known_is_enough():
    """.03 + .29 + .04 + .24 = .60, which a computer takes for a little less."""
    weights = {"worth": 3, "trend": 29, "engagement": 4, "friction": 24, "advocacy": 40}
    known = customers(
        revenue=[1.0, 2.0, 3.0],
        revenue_growth=[0.1, 0.2, 0.3],
        orders=[1, 2, 3],
        return_rate=[0.3, 0.2, 0.1],
        recommend=[4.0, 5.0, None],
    )
    assert sum(np.array([0.03, 0.29, 0.04, 0.24])) < 0.6
    table = rating_of(known, weights)
    assert table["weight_known"].tolist() == [1.0, 1.0, 0.6]
    assert table["rating"].tolist()[2] == "A"


def test_a_reference_holds_the_letters_still():
    then = customers(revenue=[10.0, 20.0, 30.0, 40.0], orders=[1, 2, 3, 4])
    counts = measure_table(then, family_weights())
    now = customers(revenue=[100.0, 200.0], orders=[10, 20], recommend=[1.0, 2.0])
    table = rate(now, counts, cuts=CUTS, reference=then)
    assert table["rating_score"].tolist() == [100.0, 100.0]  # among today's they would have 25 and 75
    same = rate(then, counts, cuts=CUTS, reference=then)
    pd.testing.assert_frame_equal(same, rate(then, counts, cuts=CUTS))
    unknown_then = then.assign(orders=None)
    assert rate(now, counts, cuts=CUTS, reference=unknown_then)["weight_known"].tolist() == [1.0, 1.0]


# ---- stability -------------------------------------------------------------------------------------------------------


def test_stability_agrees_with_a_plain_count():
    """Worth and engagement, one half each after the cap, one customer without revenue: the draws one by one."""
    known = customers(revenue=[1.0, 2.0, 3.0, None], orders=[4, 3, 1, 2], active_months=[4, 2, 3, 1])
    table = rating_of(known, {"worth": 40, "engagement": 50, "friction": 10}, min_known=0.3)
    worth = percentile_rank(known["revenue"])
    engagement = (percentile_rank(known["orders"]) + percentile_rank(known["active_months"])) / 2
    draws = np.random.default_rng(SEED).dirichlet([CONCENTRATION / 2, CONCENTRATION / 2], size=500)
    for number, row in enumerate(table.itertuples()):
        kept = 0
        for first, second in draws:
            score = first * worth[number] + second * engagement[number]
            score = round(engagement[number] if np.isnan(worth[number]) else score, 9)
            kept += row.rating == next((letter for letter, cut in CUTS.items() if score >= cut), "D")
        assert row.rating_stability == kept / 500
    assert table["rating_stability"].between(0.05, 0.95).any()


def test_one_family_leaves_nothing_to_weigh():
    assert (rating_of(customers(orders=[1, 2, 3, 4]))["rating_stability"] == 1).all()


def test_a_customer_first_everywhere_is_an_a_in_every_draw():
    table = rating_of(customers(revenue=[3.0, 2.0, 1.0], orders=[3, 2, 1], return_rate=[0.0, 0.1, 0.2]))
    assert table.loc["c1", ["rating", "rating_stability"]].tolist() == ["A", 1.0]


def test_many_customers_are_counted_in_parts_alike():
    once = customers(revenue=[1.0, 2.0, 3.0, 4.0, 5.0], orders=[5, 1, 4, 2, 3])
    often = pd.concat([once] * 300, ignore_index=True)
    found = rating_of(often)["rating_stability"].to_numpy().reshape(300, 5)
    assert (found == found[0]).all()
    assert found[0].tolist() == rating_of(once)["rating_stability"].tolist()


# ---- the decisions ---------------------------------------------------------------------------------------------------


def test_weights_in_force():
    assert sum(family_weights().values()) == pytest.approx(1)
    assert family_weights()["worth"] == 0.35
    assert family_weights({"worth": 50, "trend": 50})["advocacy"] == 0
    thirds = family_weights({"worth": 33.33, "trend": 33.33, "friction": 33.33})
    assert sum(thirds.values()) == pytest.approx(1, abs=1e-12)


def refusal(function, decided) -> str:
    with pytest.raises(StepInputError) as caught:
        function(decided)
    return str(caught.value)


def test_every_fault_of_the_weights_is_told_at_once():
    said = refusal(family_weights, {"worht": 60, "trend": "much", "friction": -5, "advocacy": True})
    assert said == (
        "The decision weights - 5 problems in decisions/02_rate_customers.yaml\n"
        "  1. all.weights -> worht: no family has this name.\n"
        '     Did you mean "worth"?\n'
        "  2. all.weights -> worht: 60 points are more than one half.\n"
        "     Give it at most 50, so that no family decides alone.\n"
        '  3. all.weights -> trend: "much" is no number of points.\n'
        "     Expected zero or more.\n"
        '  4. all.weights -> friction: "-5" is no number of points.\n'
        "     Expected zero or more.\n"
        '  5. all.weights -> advocacy: "True" is no number of points.\n'
        "     Expected zero or more."
    )


def test_a_number_that_no_float_can_hold_is_refused_in_words():
    huge = 10**400
    assert "is no number of points." in refusal(family_weights, {"worth": huge, "trend": 50})
    assert "is no number of points." in refusal(rating_cuts, {"A": huge, "B": 50, "C": 35})


def test_points_that_do_not_sum_to_a_hundred():
    assert "the points sum to 95." in refusal(family_weights, {"worth": 45, "trend": 50})
    assert "the points sum to 0." in refusal(family_weights, {})
    assert "the points sum to 99.98." in refusal(family_weights, {"worth": 49.98, "trend": 50})


@pytest.mark.parametrize("decided", [35, "worth", [35, 65], math.nan])
def test_weights_and_cuts_that_are_no_mapping(decided):
    assert "Expected such as {worth: 35, trend: 15," in refusal(family_weights, decided)
    assert "Expected such as {A: 65, B: 50, C: 35}." in refusal(rating_cuts, decided)


def test_cuts_in_force():
    assert rating_cuts() == {"A": 65.0, "B": 50.0, "C": 35.0}
    assert list(rating_cuts({"C": 0, "A": 100, "B": 1})) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        ({"A": 65, "B": 50}, ["all.cuts -> C: it is not there."]),
        ({"A": 65, "B": 50, "C": 35, "D": 0}, ["Leave it out: whoever is below the cut of C is a D."]),
        ({"A": 65, "B": 50, "C": 35, "E": 0}, ["Expected A, B, C."]),
        ({"A": 65, "B": "fifty", "C": 101}, ['"fifty" is no number', '"101" is no number', "the cuts are 65, 101."]),
        ({"A": 65, "B": 65, "C": 35}, ["the cuts are 65, 65, 35.", "Expected A above B, and B above C."]),
        ({"A": 35, "B": 50, "C": 65}, ["the cuts are 35, 50, 65."]),
    ],
)
def test_cuts_refused_in_words(decided, words):
    said = refusal(rating_cuts, decided)
    assert all(word in said for word in words)


@pytest.mark.parametrize("options", [{"min_known": 1.1}, {"min_known": -0.1}, {"draws": 0}])
def test_settings_without_a_meaning_are_refused(options):
    with pytest.raises(StepInputError, match="MIN_KNOWN is|DRAWS is"):
        rating_of(customers(orders=[1, 2]), **options)


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_one_customer_and_identical_customers_are_unrated():
    """Whom nobody can be told from has no place among others."""
    for count in (1, 4):
        table = rated([line(f"c{number}", "2026-03-01", 50, "tea") for number in range(count)])
        assert (table["rating"] == "unrated").all()
        assert table[[*UNRATED_COLUMNS, "weight_known"]].isna().all(axis=None)


def test_all_one_time_buyers_are_told_apart_by_revenue_alone():
    table = rated([line(f"c{number}", "2026-03-01", 10 + number) for number in range(4)])
    assert table["rating"].tolist() == ["D", "C", "B", "A"]
    assert (table["rating_stability"] == 1).all()


def test_all_refunds_and_nobody():
    assert rated([line("c1", "2026-03-01", -5), line("c2", "2026-03-01", -7)]).empty
    assert rated([line("c1", "2024-03-01", 5)]).empty
    everything_back = [line(customer, "2026-03-01", amount) for customer in ("c1", "c2") for amount in (5, -5)]
    assert (rated(everything_back)["rating"] == "unrated").all()


def test_a_customer_by_contract_alone_is_unrated_beside_the_others():
    lines = [line(f"c{number}", "2026-03-01", 10 + number) for number in range(3)]
    table = rated(lines, contracts=("k1",))
    assert table.loc["k1", "rating"] == "unrated" and table.loc["k1", "weight_known"] == 0
    assert table["rating"].tolist()[:3] == ["D", "B", "A"]


# ---- properties ------------------------------------------------------------------------------------------------------

RESULT = ["rating", "rating_score", "rating_stability", "weight_known"]


@given(line_lists(), st.randoms(use_true_random=False))
@GENTLE
def test_the_order_of_rows_changes_no_rating(lines, chance):
    mixed = chance.sample(lines, len(lines))
    pd.testing.assert_frame_equal(rated(mixed), rated(lines), check_exact=True)
    measures = measured(lines).reset_index()
    counts, order = measure_table(measures, family_weights()), chance.sample(range(len(measures)), len(measures))
    found = rate(measures.iloc[order], counts[::-1], cuts=CUTS).sort_index()
    pd.testing.assert_frame_equal(found, rate(measures, counts, cuts=CUTS), check_exact=True)


@given(line_lists())
@GENTLE
def test_other_names_change_no_rating(lines):
    names = {row["customer_id"]: row["customer_id"] for row in lines}
    names = {old: None if old is None else f"z{9 - int(old[1:])}" for old in names}
    renamed = [{**row, "customer_id": names[row["customer_id"]]} for row in lines]
    found, expected = rated(renamed)[RESULT], rated(lines)[RESULT]
    expected.index = pd.Index([names[old] for old in expected.index], dtype=found.index.dtype, name="customer_id")
    pd.testing.assert_frame_equal(found, expected.sort_index(), check_exact=True)


@given(line_lists(), st.sampled_from([100.0, 0.01]))
@GENTLE
def test_the_currency_unit_changes_no_rating(lines, factor):
    def other(value):
        return None if value is None else round(value * factor, 4)

    money = ("revenue", "list_revenue", "cost_of_goods")
    changed = [{**row, **{name: other(row[name]) for name in money}} for row in lines]
    pd.testing.assert_frame_equal(rated(changed)[RESULT], rated(lines)[RESULT], check_exact=True)


@given(line_lists())
@GENTLE
def test_equal_customers_are_rated_equally(lines):
    twins = [{**row, "customer_id": f"twin {row['customer_id']}"} for row in lines if row["customer_id"]]
    table = rated([*lines, *twins])
    singles = table.loc[~table.index.str.startswith("twin"), RESULT]
    both = table.loc["twin " + singles.index, RESULT].set_index(singles.index)
    pd.testing.assert_frame_equal(both, singles, check_exact=True)


@given(line_lists())
@GENTLE
def test_results_stay_in_their_range(lines):
    table = rated(lines)
    known = table["rating"] != "unrated"
    assert (table["rating_score"].notna() == known).all() and (table["rating_stability"].notna() == known).all()
    assert table.loc[known, "rating_score"].between(0, 100).all()
    assert table.loc[known, "rating_stability"].between(0, 1).all()
    assert (table.loc[known, "weight_known"] >= 0.6).all()


@given(line_lists(), st.data())
@GENTLE
def test_improving_a_measure_never_lowers_the_score(lines, data):
    measures = measured(lines).reset_index()
    counts = measure_table(measures, family_weights())
    choices = counts[counts["used"]]
    if choices.empty:
        return
    row = choices.iloc[data.draw(st.integers(0, len(choices) - 1))]
    measure, up = row["measure"], 1 if row["good_direction"] == "higher" else -1
    known = measures.index[measures[measure].notna()].tolist()
    which, step = data.draw(st.sampled_from(known)), data.draw(st.sampled_from([1, 3, 50]))
    better = measures.copy()
    better.loc[which, measure] += up * step
    before, after = (rate(some, counts, cuts=CUTS)["rating_score"][which] for some in (measures, better))
    assert (np.isnan(before) and np.isnan(after)) or after >= before
