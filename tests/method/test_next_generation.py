"""Movers against years worked out by hand: who is named, how many may be chance, and in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.group_clusters import Centres, centres_table
from helpers.method.group_forming import NO_CENTRES
from helpers.method.group_scale import Scale
from helpers.method.next_generation import WORDS, movers
from helpers.method.year_before import features_a_year_before
from tests.method.days_builders import days

# three groups on one line: orders of 4, 12 and 30 a year
LINE = centres_table(
    Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[4.0], [12.0], [30.0]])),
    ["g1", "g2", "g3"],
)


def year(*frequencies: float, **columns) -> pd.DataFrame:
    """Features of c00, c01 ...: so many orders each; trend is known, so the year is a whole one."""
    ids = [f"c{number:02}" for number in range(len(frequencies))]
    table = pd.DataFrame({"customer_id": ids, "frequency": [float(one) for one in frequencies], "trend": 0.0})
    return table.assign(**columns).astype({"customer_id": "str"})


def named(found) -> list[str]:
    return found.table["customer_id"].tolist()


def test_ten_who_came_and_nobody_who_went_are_named():
    found = movers(year(*[4] * 10, 4, 30), year(*[9] * 10, 4, 30), LINE, ["g2"])
    assert len(found.table) == 10 and found.by_chance == 0 and found.least == 5.0
    assert found.table["distance_before"].eq(8).all() and found.table["distance_now"].eq(3).all()
    assert found.compared == 12 and not found.why_not


def test_nine_are_not_enough():
    # (1 + 0) / 9 is above a tenth
    found = movers(year(*[4] * 9, 4), year(*[9] * 9, 4), LINE, ["g2"])
    assert found.table.empty and found.compared == 10
    assert np.isnan(found.least) and found.features.empty


def test_who_went_as_far_is_counted_against_who_came():
    # 20 come by 5, one goes by 5: (1 + 1) / 20 is a tenth; a second one who goes is too much
    came, went = [4] * 20, [9]
    found = movers(year(*came, *went), year(*[9] * 20, 4), LINE, ["g2"])
    assert len(found.table) == 20 and found.by_chance == 1
    assert movers(year(*came, *went, *went), year(*[9] * 20, 4, 4), LINE, ["g2"]).table.empty


def test_the_smallest_fall_that_is_clear_is_where_the_line_is_drawn():
    # ten come by 7, ten by 2, five go by 2: at 2 it is (1 + 5) / 20, so only the far ones are clear
    before = year(*[4] * 10, *[4] * 10, *[7] * 5)
    found = movers(before, year(*[11] * 10, *[6] * 10, *[5] * 5), LINE, ["g2"])
    assert named(found) == [f"c{number:02}" for number in range(10)] and found.least == 7.0 and found.by_chance == 0


def test_equal_falls_are_all_named():
    found = movers(year(*[4] * 14), year(*[9] * 12, 8, 8), LINE, ["g2"])
    assert len(found.table) == 14 and found.least == 4.0


def test_who_stood_in_the_group_is_no_mover_and_who_stands_in_it_has_not_left():
    # in g2 before: nearer to its centre now, yet not named; the one that arrived from beyond rises for nobody
    before = year(*[4] * 10, *[10] * 10, 4)
    now = year(*[11] * 10, *[12] * 10, 25)
    found = movers(before, now, LINE, ["g2"])
    assert named(found) == [f"c{number:02}" for number in range(10)]
    assert set(found.table["group_before"]) == {"g1"} and set(found.table["group_now"]) == {"g2"}
    leavers = year(*[11] * 2), year(*[4] * 2)  # two who left count against ten who came
    both = [
        pd.concat([one, two.assign(customer_id=["z1", "z2"])]) for one, two in zip((before, now), leavers, strict=True)
    ]
    assert movers(*both, LINE, ["g2"]).table.empty


def test_of_several_groups_that_pass_the_nearest_counts():
    found = movers(year(*[4] * 10, *[19] * 10), year(*[9] * 10, *[27] * 10), LINE, ["g3", "g2"])
    assert found.table["group_id"].value_counts().to_dict() == {"g2": 10}  # 19 orders lay in g2 already
    found = movers(year(*[4] * 20), year(*[9] * 10, *[28] * 10), LINE, ["g2", "g3"])
    assert found.table["group_id"].value_counts().to_dict() == {"g2": 10, "g3": 10}
    assert found.table.groupby("group_id")["distance_now"].unique().str[0].to_dict() == {"g2": 3.0, "g3": 2.0}
    assert found.features[["group_id", "customers", "told_of", "centre_value"]].values.tolist() == [
        ["g2", 10, 10, 12.0],
        ["g3", 10, 10, 30.0],
    ]


def test_a_year_cut_short_or_with_few_orders_is_not_compared():
    before = year(*[4] * 10, *[4] * 5, *[3] * 5).assign(trend=[0.0] * 10 + [np.nan] * 5 + [0.0] * 5)
    found = movers(before, year(*[9] * 20), LINE, ["g2"])
    assert found.compared == len(found.table) == 10
    assert len(movers(before, year(*[9] * 20), LINE, ["g2"], least_orders=3).table) == 15
    # who is in one of the years alone is nobody to compare
    assert movers(before, year(*[9] * 20).iloc[:9], LINE, ["g2"]).compared == 9


SCALE = Scale(
    ("frequency", "discount_rate", "channel_mix"), ("none",) * 3, (1.0,) * 3, (0.0,) * 3, (1.0, 0.1, 0.1), "web"
)
WIDE = centres_table(Centres(SCALE, np.array([[4.0, 4.0, 0.0], [8.0, 0.0, 9.0]])), ["g1", "g2"])


def test_reasons_are_what_brought_a_customer_nearer_the_most_telling_first():
    before = year(*[4] * 10, discount_rate=0.4, channel_mix=0.1)
    now = year(*[7] * 10, discount_rate=0.1, channel_mix=0.7)
    found = movers(before, now, WIDE, ["g2"])
    # squares: channel 8^2 - 2^2 = 60, then orders 4^2 - 1 = 15 and discount 4^2 - 1 = 15, each a sixth of all
    assert found.table["reasons"].unique().tolist() == [
        "orders more through web, orders more often and buys at smaller discounts"
    ]
    rows = found.features.set_index("feature")
    assert rows["told_of"].to_dict() == {"frequency": 10, "discount_rate": 10, "channel_mix": 10}
    assert rows.loc["discount_rate", ["change", "before", "now", "centre_value"]].tolist() == [
        "buys at smaller discounts", 0.4, 0.1, 0.0,
    ]  # fmt: skip


def test_what_took_a_customer_away_and_what_hardly_moved_are_no_reasons():
    before = year(*[4] * 10, discount_rate=0.1, channel_mix=0.1)
    now = year(*[4.2] * 10, discount_rate=0.4, channel_mix=0.9)
    found = movers(before, now, WIDE, ["g2"])
    assert found.table["reasons"].unique().tolist() == ["orders more through web"]
    assert set(found.features.loc[found.features["told_of"] == 0, "change"]) == {""}


def test_a_feature_known_in_one_of_the_years_moves_nobody():
    before = year(*[4] * 10, discount_rate=0.4, channel_mix=np.nan)
    found = movers(before, year(*[7] * 10, discount_rate=0.4, channel_mix=0.9), WIDE, ["g2"])
    assert found.table["reasons"].unique().tolist() == ["orders more often"]
    # orders and discount alone: 4^2 + 4^2 and then 1 + 4^2, beside the 9^2 of what is not known in both years
    assert found.table["fall"].to_numpy() == pytest.approx(np.sqrt(113) - np.sqrt(98))
    assert found.features.set_index("feature").loc["channel_mix", ["before", "now"]].isna().all()


def test_every_feature_has_words():
    from helpers.method.group_features import NAMES

    assert list(WORDS) == list(NAMES)
    assert all(less != more for less, more in WORDS.values())


def test_neither_the_order_of_rows_nor_ids_matter():
    rng = np.random.default_rng(5)
    before = year(*rng.integers(4, 9, 60), discount_rate=rng.random(60), channel_mix=rng.random(60))
    now = before.assign(frequency=before["frequency"] + rng.integers(0, 6, 60), discount_rate=rng.random(60) / 4)
    found = movers(before, now, WIDE, ["g2"])
    assert len(found.table) >= 10
    mixed = movers(before.sample(frac=1, random_state=1), now.sample(frac=1, random_state=2), WIDE, ["g2"])
    pd.testing.assert_frame_equal(found.table, mixed.table)
    pd.testing.assert_frame_equal(found.features, mixed.features)
    assert (found.least, found.by_chance, found.compared) == (mixed.least, mixed.by_chance, mixed.compared)
    renamed = [table.assign(customer_id="z" + table["customer_id"]) for table in (before, now)]
    again = movers(*renamed, WIDE, ["g2"]).table
    pd.testing.assert_frame_equal(again.assign(customer_id=again["customer_id"].str[1:]), found.table)


def test_years_that_change_places_by_chance_name_nobody():
    """Where nobody has moved, who stood where is a coin's throw, and then hardly ever is anybody named."""
    rng = np.random.default_rng(11)
    years = rng.integers(4, 30, (2, 12, 60))
    sizes = [len(movers(year(*one), year(*two), LINE, ["g2"]).table) for one, two in zip(*years, strict=True)]
    assert np.mean(np.array(sizes) > 0) <= 0.10


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"passing": []}, "no_passing"),
        ({"passing": ["lapsing"]}, "no_passing"),
        ({"group_centres": None}, "no_centres"),
        ({"group_centres": NO_CENTRES}, "no_centres"),
        ({"before": None}, "no_year"),
        ({"now": None}, "no_year"),
    ],
)
def test_without_a_part_nobody_is_named_and_the_part_is_told(given, why):
    asked = {"before": year(4), "now": year(9), "group_centres": LINE, "passing": ["g2"]} | given
    found = movers(**asked)
    assert found.why_not == why and found.table.empty and found.compared == 0
    assert list(found.table)[-1] == "reasons" and "told_of" in found.features


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_and_one_customer(size):
    found = movers(year(*[4] * size), year(*[9] * size), LINE, ["g2"])
    assert found.table.empty and found.compared == size and not found.why_not


@pytest.mark.parametrize("given", [{"least_orders": 0}, {"chance": 0.0}, {"chance": 1.0}])
def test_terms_that_cannot_be_are_refused(given):
    with pytest.raises(StepInputError, match="least_orders is .* and chance"):
        movers(year(4), year(9), LINE, ["g2"], **given)


def test_the_year_before_is_measured_up_to_its_end_and_needs_two_years_of_history():
    empty = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "quarter_start": pd.to_datetime([])})
    more = (
        empty.assign(category=pd.Series(dtype="str"), revenue=0.0),
        empty.assign(channel=pd.Series(dtype="str"), orders=0),
    )
    table = days(
        ("c1", "2024-07-01", 5.0), ("c1", "2025-03-01", 5.0), ("c1", "2025-06-20", 5.0), ("c1", "2026-06-01", 5.0)
    )
    found = features_a_year_before(table, *more, LINE, as_of="2026-07-01")
    assert found[["customer_id", "frequency", "recency"]].values.tolist() == [["c1", 3.0, 11.0]]
    assert features_a_year_before(table.iloc[1:], *more, LINE, as_of="2026-07-01") is None
    assert features_a_year_before(table, None, None, LINE, as_of="2026-07-01") is None
    assert features_a_year_before(table, *more, NO_CENTRES, as_of="2026-07-01") is None
    assert features_a_year_before(table.iloc[:0], *more, LINE, as_of="2026-07-01") is None
