"""In which direction groups go: sums and slopes by hand, and what keeps a direction from being told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.direction_quarters import direction_quarters, parts_of_money
from helpers.method.group_direction import group_direction
from helpers.method.slope_draws import Line, drawn_slopes, line_through

WINDOW = {"window_start": "2025-01-01", "as_of": "2027-01-01"}
STARTS = pd.date_range("2025-01-01", periods=8, freq="QS")
ROLES = pd.DataFrame({"category": ["Sun", "Rope"], "role": ["future", "commodity"]})
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "group_id": ["g2", "g10", "lapsing"]})
GROUPS = GROUPS.assign(group_name=["Yards", "Shops", "Lapsing"])
STEPS = np.arange(8) / 100
WIGGLE = np.array([1, -1, -1, 1, 1, -1, -1, 1]) / 1000


def bought(*rows: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """customer_days and customer_quarter from (customer, day, category, revenue, list revenue)."""
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "category", "revenue", "list_revenue"])
    lines["date"] = pd.to_datetime(lines["date"])
    lines["quarter_start"] = lines["date"].dt.to_period("Q").dt.start_time
    by = lines.groupby(["customer_id", "quarter_start", "category"], dropna=False)["revenue"].sum().reset_index()
    return lines, by


def known(depth: object, future: object, group: str = "g1") -> pd.DataFrame:
    """Quarters of one group with these parts."""
    rows = pd.DataFrame({"group_id": group, "group_name": group, "quarter_start": STARTS[: len(depth)]})
    money = {"revenue": 100.0, "listed_revenue": 100.0, "list_revenue": 100 / (1 - np.asarray(depth, dtype=float))}
    money |= {"placed_revenue": 100.0, "future_revenue": 100 * np.asarray(future, dtype=float), "customers": 30}
    return rows.assign(**money).assign(discount_depth=depth, future_part=future)


def said(*args, **how) -> pd.Series:
    return group_direction(*args, **how).iloc[-1]


def test_sums_of_a_quarter_by_hand():
    days, by = bought(
        ("c1", "2026-11-02", "Sun", 60.0, 80.0),
        ("c1", "2026-12-31", "Rope", 30.0, 40.0),
        ("c2", "2026-11-02", "Rope", 50.0, 50.0),
        ("c3", "2026-11-02", "Sun", 10.0, 10.0),
        (None, "2026-11-02", "Sun", 20.0, 20.0),
        ("c1", "2027-01-01", "Sun", 99.0, 99.0),
        ("c1", "2024-12-31", "Sun", 99.0, 99.0),
    )
    found = direction_quarters(days, by, ROLES, GROUPS, **WINDOW)
    assert found["group_id"].drop_duplicates().tolist() == ["all", "g2", "g10"]  # who stands beside is no group
    assert len(found) == 24 and found["quarter"].iloc[-1] == "Q4 2026"
    last = found[found["quarter"] == "Q4 2026"].set_index("group_id")
    assert last["customers"].tolist() == [3, 1, 1]
    assert last["revenue"].tolist() == [170.0, 90.0, 50.0]
    assert last["discount_depth"].tolist() == pytest.approx([30 / 200, 0.25, 0.0])
    assert last["future_part"].tolist() == pytest.approx([90 / 170, 60 / 90, 0.0])
    assert found.loc[found["quarter"] != "Q4 2026", ["discount_depth", "future_part"]].isna().all(axis=None)


def test_what_comes_back_counts_at_the_price_at_which_it_went_out():
    days, by = bought(("c1", "2026-11-02", "Sun", 90.0, 100.0), ("c1", "2026-12-02", "Sun", -45.0, -50.0))
    last = direction_quarters(days, by, ROLES, **WINDOW).iloc[-1]
    assert (last["revenue"], last["list_revenue"], last["discount_depth"]) == (45.0, 50.0, pytest.approx(0.1))


@pytest.mark.parametrize(("listed", "told"), [(90.0, True), (89.0, False)])
def test_a_part_is_told_from_nine_tenths_of_the_money_on(listed, told):
    lines = [("c1", "2026-11-02", "Sun", listed, 100.0), ("c1", "2026-11-03", None, 100.0 - listed, None)]
    last = direction_quarters(*bought(*lines), ROLES, **WINDOW).iloc[-1]
    assert np.isfinite(last[["discount_depth", "future_part"]].astype(float)).tolist() == [told, told]


@pytest.mark.parametrize("roles", [None, ROLES.iloc[:0], ROLES.assign(role="core"), ROLES.assign(role=None)])
def test_without_a_category_of_the_future_its_part_is_not_zero_but_unknown(roles):
    days, by = bought(("c1", "2026-11-02", "Rope", 60.0, 80.0))
    last = direction_quarters(days, by, roles, **WINDOW).iloc[-1]
    assert np.isnan(last["future_part"]) and last["discount_depth"] == 0.25
    pd.testing.assert_series_equal(direction_quarters(days, None, roles, **WINDOW).iloc[-1], last)


def test_sums_do_not_depend_on_rows_ids_or_the_unit_of_money():
    sold = [(f"c{n % 3 + 1}", f"2026-{n % 12 + 1:02}-05", ("Sun", "Rope")[n % 2]) for n in range(1, 30)]
    lines = [(*line, 10.1 * n, 11.3 * n) for n, line in enumerate(sold, 1)]
    days, by = bought(*lines)
    found = direction_quarters(days, by, ROLES, GROUPS, **WINDOW)
    mixed = direction_quarters(days.iloc[::-1], by.iloc[::-1], ROLES.iloc[::-1], GROUPS.iloc[::-1], **WINDOW)
    pd.testing.assert_frame_equal(found, mixed)
    other = [table.assign(customer_id="z" + table["customer_id"]) for table in (days, by, GROUPS)]
    pd.testing.assert_frame_equal(found, direction_quarters(*other[:2], ROLES, other[2], **WINDOW))
    cents = [table.assign(**{name: table[name] * 100 for name in table if "revenue" in name}) for table in (days, by)]
    rich = direction_quarters(*cents, ROLES, GROUPS, **WINDOW)
    parts = ["discount_depth", "future_part"]
    pd.testing.assert_frame_equal(found[parts], rich[parts])


def test_no_line_and_a_customer_in_two_groups():
    none = direction_quarters(*bought(), ROLES, **WINDOW)
    assert len(none) == 8 and none["discount_depth"].isna().all()
    assert direction_quarters(*bought(), ROLES, window_start="2026-11-15", as_of="2027-01-01").empty
    with pytest.raises(StepInputError, match='"c1", "c2" and "c3" stands in two rows'):
        direction_quarters(*bought(), ROLES, pd.concat([GROUPS, GROUPS]), **WINDOW)


def test_a_line_by_hand():
    """y = 0, 1, 1, 2 over 0, 1, 2, 3: slope 3 / 5, residuals -.1, .3, -.3, .1; error = sqrt(.2 / 2 / 5)."""
    line = line_through([0, 1, 1, 2], [0, 1, 2, 3])
    assert (line.slope, line.freedom) == (0.6, 2)
    assert line.error == pytest.approx(np.sqrt(0.02))
    assert line.left == pytest.approx([-0.1, 0.3, -0.3, 0.1])
    assert line.interval()[0] == pytest.approx(0.6 - 2.9199856 * np.sqrt(0.02))  # t(.95, 2)


def test_levels_of_two_sides_leave_the_slope_within():
    line = line_through([0.0, 0.1, 0.2, 5.0, 5.1, 5.2], range(6), [0, 0, 0, 1, 1, 1])
    assert (line.slope, line.error, line.freedom) == (0.1, 0.0, 3)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, None, None, 2.0]])
def test_too_few_quarters_are_no_line(values):
    assert line_through(values, range(len(values))) is None
    assert line_through([1.0, 2.0, 3.0, 5.0], range(4), [0, 0, 0, 1]) is None


def test_draws_have_the_spread_of_student_and_err_together():
    left = np.array([1.0, -1.0, 2.0, -2.0, 1.0, -1.0])
    drawn = drawn_slopes(Line(0.0, 1.0, 4, left), Line(1.0, 2.0, 4, -left), 20_000)
    assert np.quantile(drawn[:, 0], [0.05, 0.95]) == pytest.approx([-2.132, 2.132], abs=0.08)  # t(.95, 4)
    assert drawn[:, 1] == pytest.approx(1 - 2 * drawn[:, 0])
    alone = drawn_slopes(Line(0.0, 1.0, 4, left), Line(0.0, 1.0, 4, np.zeros(6)), 20_000)
    assert abs(np.corrcoef(np.sign(alone).T)[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("depth", "future", "verdict", "status"),
    [
        (0.10 - STEPS, 0.2 + STEPS, "specialising", "pass"),
        (0.10 + 0 * STEPS, 0.2 + STEPS, "specialising", "pass"),  # discounts that stay are with us
        (0.10 + STEPS, 0.3 - STEPS, "commoditising", "fail"),
        (0.10 + STEPS, 0.2 + 0 * STEPS, "commoditising", "fail"),  # a future that stays is not
        (0.10 + STEPS, 0.2 + STEPS, "mixed", "fail"),
        (0.10 - STEPS, 0.3 - STEPS, "mixed", "fail"),
        (0.10 + STEPS / 8, 0.3 - STEPS, "undecided", "fail"),  # half a point a year is too little to accuse anybody
        (0.10 + STEPS / 4, 0.3 - STEPS, "commoditising", "fail"),  # exactly a point a year is enough
    ],
)
def test_straight_lines_have_the_verdict_of_their_signs(depth, future, verdict, status):
    row = said(known(depth, future))
    assert (row["verdict"], row["status"], row["looks"]) == (verdict, status, "within_years")
    assert row["chance"] in (0.0, 1.0) and row["chance"] + row["p_commoditising"] + row["p_mixed"] == 1.0


def test_levels_and_slopes_by_hand():
    row = said(known(0.10 + STEPS + WIGGLE, 0.3 - 2 * STEPS))
    assert (row["depth_slope_today"], row["future_slope_today"]) == pytest.approx((0.04, -0.08))
    assert (row["depth_slope"], row["future_slope"]) == pytest.approx((0.04, -0.08))
    assert row["depth_slope_low"] < 0.04 < row["depth_slope_high"]
    # 1 - 400 / sum of the list prices, and the mean of .22, .20, .18, .16
    listed = 100 / (1 - (0.10 + STEPS + WIGGLE))
    assert row["depth_now"] == pytest.approx(1 - 400 / listed[4:].sum())
    assert row["depth_before"] == pytest.approx(1 - 400 / listed[:4].sum())
    assert (row["future_before"], row["future_now"]) == pytest.approx((0.27, 0.19))
    assert (row["trend"], row["quarters"], row["customers"]) == ("worse", 8, 30)


def test_what_only_one_drawing_of_the_group_shows_is_no_direction():
    sinks, flat = known(0.10 + STEPS, 0.3 - STEPS), known(0.10 - WIGGLE, 0.3 + WIGGLE)
    assert said(sinks, sinks)[["verdict", "looks"]].tolist() == ["commoditising", "drawn_twice"]
    row = said(sinks, flat)
    assert row["verdict"] == "undecided" and 0.5 < row["p_commoditising"] < 0.8
    assert (row["depth_slope_second"], row["depth_slope"]) == (0.0, 0.02)  # the mean of both looks
    # nor is a slow fall in the second look, however sure
    slow = known(0.10 + STEPS / 8, 0.3 - STEPS)
    assert said(sinks, slow)[["p_commoditising", "verdict"]].tolist() == [1.0, "undecided"]


def test_a_step_between_the_years_is_no_direction_of_groups_by_behaviour():
    """Who was chosen by the last year stands on another level in it; a single look takes the step for a slope."""
    step = np.repeat([0.0, 0.05], 4) + WIGGLE * np.array([1, 2, 1, 1, 1, 1, 2, 1])
    stepped = known(0.10 + step, 0.3 - step)
    assert said(stepped, by_behaviour=False)[["verdict", "looks"]].tolist() == ["commoditising", "drawn_once"]
    assert said(stepped)["verdict"] == "undecided"
    # all customers were not chosen
    assert said(stepped.assign(group_id="all"), stepped.assign(group_id="all"))["looks"] == "drawn_once"


def test_a_group_that_nobody_would_have_been_in_a_year_ago_has_another_second_look():
    table = known(0.10 - STEPS, 0.2 + STEPS)
    assert said(table, known(0.1 + STEPS, 0.2 - STEPS, "g7"))["looks"] == "within_years"
    assert said(table.iloc[2:], None)["looks"] == "within_years"  # two quarters before the last year
    assert said(table.iloc[3:], None)["looks"] == "drawn_once"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (known(0.10 - STEPS[:3], 0.2 + STEPS[:3]), "short_history"),
        (known(0.10 - STEPS, 0.2 + STEPS).assign(discount_depth=np.nan), "no_list_price"),
        (known(0.10 - STEPS, 0.2 + STEPS).assign(future_part=np.nan), "no_future_category"),
    ],
)
def test_what_is_not_known_is_not_tested(table, why):
    row = said(table)
    assert row[["status", "verdict", "why_not"]].tolist() == ["not_tested", "not_tested", why]
    assert np.isnan(row["chance"]) and pd.isna(row["trend"])
    # the slope that is known is told all the same
    assert np.isfinite(row["depth_slope"]) == (why == "no_future_category")


def test_four_quarters_are_enough_and_no_group_is_no_row():
    assert said(known(0.10 - STEPS[:4], 0.2 + STEPS[:4]))["status"] == "pass"
    assert group_direction(known([], [])).empty


@pytest.mark.parametrize(
    ("depth", "future", "chance"),
    [
        (0.10 + 0 * STEPS, 0.2 + 0 * STEPS, 0.5),  # nothing moves
        (0.10 + STEPS / 5, 0.3 - STEPS / 5, 0.5),  # each goes against us by less than a point a year
        (0.10 + STEPS / 5, 0.2 + STEPS, 0.5),
        (0.10 + STEPS / 4, 0.2 + STEPS, 0.0),  # a point a year against us is enough
        (0.10 + 0 * STEPS, 0.3 - STEPS / 4, 0.0),
        (0.10 + 0 * STEPS, 0.2 + STEPS / 5, 1.0),  # how far it goes our way is not asked
    ],
)
def test_who_goes_nowhere_is_not_failed_for_it(depth, future, chance):
    found = said(known(depth, future), by_behaviour=False)
    assert found["chance"] == chance
    assert found["status"] == {0.0: "fail", 0.5: "undecided", 1.0: "pass"}[chance]


def test_chances_do_not_depend_on_names_or_order():
    noisy = known(0.10 - STEPS / 9 + WIGGLE, 0.2 + 3 * WIGGLE)
    both = pd.concat([noisy, known(0.1 + STEPS, 0.2 - STEPS + WIGGLE, "g2")])
    table = group_direction(both)
    assert table["group_id"].tolist() == ["g1", "g2"] and 0 < table["chance"].iloc[0] < 1
    other = group_direction(both.iloc[::-1].replace({"group_id": {"g1": "g9"}}), by_behaviour=True)
    assert other["chance"].tolist() == table["chance"].tolist()[::-1]


def test_parts_of_nothing_are_missing():
    rows = pd.DataFrame({name: [0.0, -5.0] for name in ("revenue", "listed_revenue", "list_revenue")})
    parts = parts_of_money(rows.assign(placed_revenue=0.0, future_revenue=0.0))
    assert all(np.isnan(part).all() for part in parts.values())
