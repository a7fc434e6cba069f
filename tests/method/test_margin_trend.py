"""The margin trend: rates by hand, slopes against the textbook's formulas, and who is tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from helpers.errors import StepInputError
from helpers.method.group_parts import BESIDE
from helpers.method.margin_trend import holm, margin_slopes, margin_trend
from tests.method.profit_builders import grouped, other_ids, priced, served, shuffled, sold

WINDOW = {"window_start": "2026-01-01", "as_of": "2027-01-01"}
STARTS = ("2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01")
MIDDLES = ("2026-02-10", "2026-05-10", "2026-08-10", "2026-11-10")
GROUPS = grouped(c1="g1", c2="g2")
PRICES = priced(call=2.0)


def year(customer: str, goods: tuple, revenue: float = 100.0) -> list[tuple]:
    """A sale in the middle of each quarter."""
    return [(customer, day, revenue, cost) for day, cost in zip(MIDDLES, goods, strict=True)]


def calls(customer: str, counts: tuple) -> list[tuple]:
    return [(customer, day, "call", count) for day, count in zip(MIDDLES, counts, strict=True)]


DAYS = sold(*year("c1", (60, 62, 64, 66)), *year("c2", (50, 50, 50, 50), 300.0))
EVENTS = served(*calls("c1", (1, 2, 3, 4)), *calls("c2", (0, 0, 0, 15)), ("c1", "2026-12-31", "call", 0))


def rates(table: pd.DataFrame, part: str, measure: str) -> list:
    own = table[(table["group_id"] == part) & (table["measure"] == measure)]["rate"]
    return own.astype(object).where(own.notna(), None).tolist()


def test_each_rate_by_hand():
    found = margin_trend(DAYS, EVENTS, PRICES, GROUPS, **WINDOW)
    assert found["group_id"].unique().tolist() == ["all", "g1", "g2"]
    assert rates(found, "g1", "gross_margin_rate") == [0.4, 0.38, 0.36, 0.34]
    assert rates(found, "g1", "profit_rate") == [0.38, 0.34, 0.3, 0.26]
    assert rates(found, "g2", "gross_margin_rate") == [0.833333333] * 4
    assert rates(found, "g2", "profit_rate") == [0.833333333] * 3 + [0.733333333]
    assert rates(found, "all", "gross_margin_rate") == [0.725, 0.72, 0.715, 0.71]
    assert set(found.loc[found["decides"], "measure"]) == {"profit_rate"}
    assert found.loc[found["group_id"] == "all", "customers"].eq(2).all()
    assert found["quarter"].unique().tolist() == ["Q1 2026", "Q2 2026", "Q3 2026", "Q4 2026"]


def test_groups_revenue_is_the_portfolios_and_nothing_outside_the_window_counts():
    days = pd.concat([DAYS, sold((None, "2026-05-01", 7.0, 1.0), ("c3", "2026-05-01", 5.0, 1.0))])
    found = margin_trend(days, None, None, GROUPS, **WINDOW)
    sums = found[found["group_id"] != "all"].groupby(["measure", "quarter_start"])["revenue"].sum()
    whole = found[found["group_id"] == "all"].set_index(["measure", "quarter_start"])["revenue"]
    assert sums.equals(whole)
    late = sold(("c1", "2027-01-01", 9.0, 1.0), ("c1", "2025-12-31", 9.0, 1.0))
    pd.testing.assert_frame_equal(found, margin_trend(pd.concat([days, late]), None, None, GROUPS, **WINDOW))


def test_a_quarter_needs_nine_tenths_of_its_revenue_known():
    days = sold(*year("c1", (60, 60, 60, 60)), ("c1", "2026-02-11", 11.0, None), ("c1", "2026-05-11", 12.0, None))
    found = margin_trend(days, **WINDOW)
    assert rates(found, "all", "gross_margin_rate") == [0.4, None, 0.4, 0.4]  # 100/111 is .901, 100/112 is .893
    assert rates(found, "all", "profit_rate") == [None] * 4
    assert set(found.loc[found["decides"], "measure"]) == {"gross_margin_rate"}


def test_a_quarter_needs_nine_tenths_of_its_events_priced():
    gifts = [("c1", "2026-05-11", "gift", 1)]
    events = pd.concat([EVENTS, served(*gifts)])
    found = margin_trend(DAYS, events, PRICES, GROUPS, **WINDOW)
    assert rates(found, "g1", "profit_rate") == [0.38, None, 0.3, 0.26]
    assert rates(found, "g2", "profit_rate")[1] == 0.833333333
    # a rate of three quarters does not decide
    assert found.loc[found["decides"] & (found["group_id"] == "g1"), "measure"].eq("gross_margin_rate").all()


def test_quarters_before_recording_began_have_no_profit_rate():
    late = served(*[("c1", f"2026-{month:02d}-01", "call", 1) for month in range(7, 13)])
    found = margin_trend(DAYS, late, PRICES, GROUPS, **WINDOW)
    assert [rate is None for rate in rates(found, "g1", "profit_rate")] == [True, True, False, False]


def test_refunds_have_a_revenue_and_no_rate():
    found = margin_trend(sold(*year("c1", (-60,) * 4, -100.0)), **WINDOW)
    assert rates(found, "all", "gross_margin_rate") == [None] * 4
    assert found["revenue"].eq(-100.0).all()
    assert margin_slopes(found).empty


def test_sales_of_a_single_day_are_one_quarter_and_no_slope():
    found = margin_trend(sold(("c1", "2026-05-05", 100.0, 60.0)), **WINDOW)
    assert rates(found, "all", "gross_margin_rate") == [None, 0.4, None, None]
    assert margin_slopes(found).empty


def test_without_a_row_and_without_a_whole_quarter():
    nothing = margin_trend(sold(), **WINDOW)
    assert nothing["rate"].isna().all() and nothing["group_id"].unique().tolist() == ["all"]
    short = margin_trend(DAYS, EVENTS, PRICES, GROUPS, window_start="2026-12-01", as_of="2027-01-01")
    assert short.empty and short.columns.tolist() == nothing.columns.tolist()
    assert margin_slopes(short).empty
    assert margin_slopes(short).columns.tolist() == margin_slopes(trend(g1=[0.4, 0.3, 0.2, 0.2])).columns.tolist()


def test_neither_order_nor_ids_nor_the_unit_of_the_currency_matter():
    found = margin_trend(DAYS, EVENTS, PRICES, GROUPS, **WINDOW)
    mixed = margin_trend(shuffled(DAYS), shuffled(EVENTS), PRICES, shuffled(GROUPS), **WINDOW)
    pd.testing.assert_frame_equal(found, mixed)
    other = margin_trend(other_ids(DAYS), other_ids(EVENTS), PRICES, other_ids(GROUPS), **WINDOW)
    pd.testing.assert_frame_equal(found, other)
    small = DAYS.assign(revenue=DAYS["revenue"] * 100, cost_of_goods=DAYS["cost_of_goods"] * 100)
    cents = margin_trend(small, EVENTS, priced(call=200.0), GROUPS, **WINDOW)
    assert cents["rate"].equals(found["rate"])


def test_a_customer_stands_in_one_group():
    with pytest.raises(StepInputError, match='"c1" stands in two rows'):
        margin_trend(DAYS, groups=pd.concat([GROUPS, grouped(c1="g2")]), **WINDOW)


# ---- slopes ----------------------------------------------------------------------------------------------------------


def trend(decides: bool = True, **of: list[float]) -> pd.DataFrame:
    """A margin trend: the rates of each part, quarter by quarter."""
    tables = []
    for part, values in of.items():
        starts = pd.date_range("2025-01-01", periods=len(values), freq="3MS")
        table = pd.DataFrame({"group_id": part, "group_name": part, "quarter_start": starts, "rate": values})
        tables.append(table.assign(measure="profit_rate", measure_name="Profit rate", decides=decides))
    return pd.concat(tables, ignore_index=True)


FALLING = [0.40, 0.385, 0.39, 0.36, 0.355, 0.35, 0.33, 0.325]
STEADY = [0.30, 0.31, 0.30, 0.29, 0.30, 0.31, 0.29, 0.30]


def test_a_line_is_that_of_the_textbook():
    row = margin_slopes(trend(g1=FALLING)).iloc[0]
    line = linregress(np.arange(8) / 4, FALLING, alternative="less")
    assert row["slope"] == pytest.approx(line.slope, abs=1e-9)
    assert row["p_fall"] == pytest.approx(line.pvalue, rel=1e-5)
    reach = student.ppf(0.95, 6) * line.stderr
    assert (row["slope_low"], row["slope_high"]) == pytest.approx((line.slope - reach, line.slope + reach), abs=1e-8)
    left = np.array(FALLING) - line.intercept - line.slope * np.arange(8) / 4
    assert row["lag1"] == pytest.approx((left[1:] @ left[:-1]) / (left @ left))
    assert row["downturn"] and row["quarters"] == 8


def test_slopes_are_linear_and_a_level_moves_none():
    found = margin_slopes(trend(g1=FALLING))
    moved = margin_slopes(trend(g1=[0.5 * rate + 0.2 for rate in FALLING]))
    ends = ["slope", "slope_low", "slope_high"]
    np.testing.assert_allclose(moved[ends], found[ends] / 2, atol=2e-9)
    assert moved["p_fall"].iloc[0] == pytest.approx(found["p_fall"].iloc[0], rel=1e-5)
    upward = margin_slopes(trend(g1=FALLING[::-1])).iloc[0]
    assert upward["slope"] == -found["slope"].iloc[0] and not upward["downturn"]
    assert upward["p_fall"] == pytest.approx(1 - found["p_fall"].iloc[0])


def test_a_missing_quarter_keeps_its_place():
    row = margin_slopes(trend(g1=[0.40, np.nan, 0.36, 0.34, 0.32])).iloc[0]
    assert (row["quarters"], row["slope"]) == (4, -0.08)


def test_a_rate_without_scatter_is_sure():
    found = margin_slopes(trend(g1=[0.4, 0.39, 0.38, 0.37], g2=[0.4] * 4, g3=[0.4, 0.41, 0.42, 0.43]))
    assert found["p_fall"].tolist() == [0.0, 1.0, 1.0]
    assert found["slope"].tolist() == [-0.04, 0.0, 0.04]
    assert found["lag1"].isna().all() and (found["slope_low"] == found["slope_high"]).all()
    assert found["downturn"].tolist() == [True, False, False]


def test_a_flat_fall_is_no_downturn_however_sure():
    flat = margin_slopes(trend(g1=[0.4, 0.3976, 0.3952, 0.3928], g2=[0.4, 0.3975, 0.395, 0.3925]))
    assert flat["p_holm"].tolist() == [0.0, 0.0]
    assert flat["downturn"].tolist() == [False, True]  # -.0096 and -.01 a year


def test_groups_are_tested_together_and_what_stands_beside_them_is_not():
    beside = dict.fromkeys(["all", *BESIDE], FALLING)
    assert {"ungrouped", "no_customer"} < set(beside)
    found = margin_slopes(trend(**beside, g1=FALLING, g2=STEADY)).set_index("group_id")
    alone = margin_slopes(trend(g1=FALLING)).iloc[0]
    assert found.loc[list(beside), "p_holm"].isna().all() and not found.loc[list(beside), "downturn"].any()
    assert found.at["g1", "p_holm"] == pytest.approx(2 * alone["p_fall"])
    assert found.at["g1", "downturn"] and not found.at["g2", "downturn"]


STEP = [0.104, 0.103, 0.098, 0.109, 0.061, 0.072, 0.075, 0.067]  # a group of Harbour in which nothing falls
SHIFTED = [0.44, 0.425, 0.43, 0.40, 0.295, 0.29, 0.27, 0.265]


def test_a_step_between_the_years_is_no_downturn():
    """Who is in a group follows from the last twelve months, and that alone may set these on another level."""
    row = margin_slopes(trend(g1=STEP)).iloc[0]
    assert row["slope"] < -0.02 and row["p_holm"] < 0.01, "a line alone would call it one"
    # by hand: -.375, -.125, .125, .375 years from the middle of each year; their squares sum to .625
    rises = 0.375 * (0.109 - 0.104) + 0.125 * (0.098 - 0.103) + 0.375 * (0.067 - 0.061) + 0.125 * (0.075 - 0.072)
    assert row["slope_within"] == pytest.approx(rises / 0.625)
    assert not row["downturn"]


def test_within_the_years_the_slope_is_that_of_a_regression_with_two_levels():
    row = margin_slopes(trend(g1=FALLING)).iloc[0]
    design = np.column_stack([np.arange(8) / 4, np.arange(8) < 4, np.arange(8) >= 4]).astype(float)
    beta, squares, *_ = np.linalg.lstsq(design, np.array(FALLING))
    error = np.sqrt(squares[0] / 5 * np.linalg.inv(design.T @ design)[0, 0])
    assert row["slope_within"] == pytest.approx(beta[0], abs=1e-9)
    assert row["p_within"] == pytest.approx(student.cdf(beta[0] / error, 5), rel=1e-5)
    lifted = margin_slopes(trend(g1=[rate + 0.1 * (place < 4) for place, rate in enumerate(FALLING)])).iloc[0]
    assert lifted["slope_within"] == pytest.approx(row["slope_within"], abs=1e-9)


def test_with_a_single_year_a_line_is_all_there_is():
    row = margin_slopes(trend(g1=FALLING[:4])).iloc[0]
    assert np.isnan(row["slope_within"]) and np.isnan(row["p_within"])
    assert margin_slopes(trend(g1=FALLING[:6]))["slope_within"].notna().all()


def test_a_fall_counts_if_the_group_drawn_a_year_before_falls_too():
    before = trend(g1=FALLING, g2=STEP[::-1], g3=STEADY)
    found = margin_slopes(trend(g1=SHIFTED, g2=STEP, g3=FALLING), before).set_index("group_id")
    assert (found["slope"] <= -0.01).all() and (found["p_holm"] <= 0.05).all(), "today all three fall"
    assert found["downturn"].to_dict() == {"g1": True, "g2": False, "g3": False}
    then = margin_slopes(before).set_index("group_id")
    assert found["slope_before"].tolist() == then["slope"].tolist()
    assert found["p_before"].tolist() == then["p_holm"].tolist(), "after Holm over the groups of that time"


def test_a_fall_that_the_years_blur_is_seen_where_the_group_can_be_drawn_twice():
    blurred = [0.40, 0.41, 0.385, 0.39, 0.36, 0.37, 0.345, 0.35]
    alone = margin_slopes(trend(g1=blurred)).iloc[0]
    assert alone["p_within"] > 0.05 and not alone["downturn"]
    assert margin_slopes(trend(g1=blurred), trend(g1=FALLING))["downturn"].tolist() == [True]


def test_a_group_that_was_nobody_a_year_before_is_judged_within_the_years():
    found = margin_slopes(trend(g1=FALLING, g2=STEP), trend(g3=FALLING, g2=[0.4, 0.3])).set_index("group_id")
    assert found[["slope_before", "p_before"]].isna().all(axis=None)
    assert found["downturn"].to_dict() == {"g1": True, "g2": False}
    pd.testing.assert_frame_equal(margin_slopes(trend(g1=FALLING), trend(g1=[0.4])), margin_slopes(trend(g1=FALLING)))


def test_what_is_not_tested_today_is_not_asked_of_a_year_before():
    found = margin_slopes(trend(all=FALLING, lapsing=FALLING, g1=FALLING), trend(all=FALLING, lapsing=FALLING, g1=STEP))
    found = found.set_index("group_id")
    assert found["p_before"].notna().tolist() == [False, False, True]
    assert found["slope_before"].notna().tolist() == [False, False, True]
    other = margin_slopes(trend(g1=FALLING), trend(g1=STEADY).assign(measure="gross_margin_rate"))
    assert other["slope_before"].isna().all(), "another rate says nothing of this one"


def test_without_groups_all_customers_are_tested_and_only_by_the_rate_that_decides():
    found = margin_slopes(trend(all=FALLING)).iloc[0]
    assert found["downturn"] and found["p_holm"] == found["p_fall"]
    other = margin_slopes(trend(decides=False, all=FALLING)).iloc[0]
    assert not other["downturn"] and np.isnan(other["p_holm"])


def test_three_quarters_are_no_line():
    assert margin_slopes(trend(g1=[0.4, 0.3, np.nan, 0.1])).empty


def test_neither_the_order_of_groups_nor_of_quarters_matters():
    table = trend(g1=FALLING, g2=STEADY)
    found = margin_slopes(table).set_index("group_id")
    pd.testing.assert_frame_equal(found, margin_slopes(table[::-1]).set_index("group_id").loc[["g1", "g2"]])


# ---- Holm ------------------------------------------------------------------------------------------------------------


def test_holm_by_hand():
    assert holm(np.array([0.01, 0.011, 0.2, 0.5])) == pytest.approx([0.04, 0.04, 0.4, 0.5])
    assert holm(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]
    assert holm(np.array([0.03])).tolist() == [0.03] and holm(np.array([])).tolist() == []


def test_holm_is_between_the_value_and_bonferroni_and_keeps_order_and_ties():
    rng = np.random.default_rng(4)
    for _ in range(50):
        given = rng.choice(rng.random(5), size=6)
        adjusted = holm(given)
        assert (adjusted >= given).all() and (adjusted <= np.minimum(6 * given, 1)).all()
        order = np.argsort(given)
        assert (np.diff(adjusted[order]) >= 0).all()
        assert all(len(set(adjusted[given == value])) == 1 for value in given)
        mixed = rng.permutation(6)
        assert np.array_equal(holm(given[mixed]), adjusted[mixed])
