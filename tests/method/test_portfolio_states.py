"""Where each customer stood at the end of each year, and who went where: told by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.group_clusters import Centres, centres_table
from helpers.method.group_forming import NO_CENTRES
from helpers.method.group_scale import Scale
from helpers.method.portfolio_moves import allowed, yearly_moves
from helpers.method.portfolio_states import portfolio_states, quarters_of_history, states_of
from tests.method.days_builders import days
from tests.method.test_year_before import CENTRES, CHANNELS, QUARTERS

AS_OF = "2027-01-01"
# two orders a year are nearest to g2, eight to g1
STORY = [
    *[("loyal", day, 5.0) for day in ("2024-01-01", "2024-05-01", "2025-02-01", "2026-02-01")],
    *[("grows", f"2024-0{month}-03", 5.0) for month in (2, 3)],
    *[("grows", f"{year}-{month:02}-03", 5.0) for year in (2025, 2026) for month in range(1, 9)],
    ("once", "2024-03-01", 5.0),
    ("back", "2024-04-01", 5.0), ("back", "2026-04-01", 5.0),
    ("new", "2026-12-31", 5.0),
]  # fmt: skip


def stood(rows=STORY, as_of=AS_OF, centres=CENTRES, quarters=QUARTERS):
    return portfolio_states(days(*rows), quarters, CHANNELS, centres, as_of=as_of)


def test_everyone_stands_somewhere_at_the_end_of_each_year():
    table = stood().pivot(index="customer_id", columns="year_end", values="state")
    assert [f"{end:%Y-%m-%d}" for end in table] == ["2025-01-01", "2026-01-01", "2027-01-01"]
    assert {name: row.tolist() for name, row in table.iterrows()} == {
        "loyal": ["g2", "g2", "g2"],
        "grows": ["g2", "g1", "g1"],
        "once": ["one_order", "lapsing", "lapsed"],
        "back": ["one_order", "lapsing", "g2"],
        "new": ["not_yet", "not_yet", "one_order"],
    }


def test_moves_are_counted_by_year_and_who_is_no_customer_yet_is_not():
    moves = yearly_moves(stood(), ["g1", "g2"])
    assert moves.states == ("g1", "g2", "one_order", "lapsing", "lapsed", "not_yet")
    first, second = moves.counts
    assert first[[1, 1, 2], [1, 0, 3]].tolist() == [1, 1, 2] and first.sum() == 4
    assert second[[1, 0, 3, 3, 5], [1, 0, 4, 1, 2]].tolist() == [1, 1, 1, 1, 1] and second.sum() == 5
    # a history of one year shows nobody who has been quiet for a year
    assert moves.seen[:, 3].tolist() == [False, True] and moves.seen[:, 4].tolist() == [False, False]
    assert (moves.counts.sum(axis=0)[~allowed(moves.states)] == 0).all()


def test_neither_the_order_of_rows_nor_ids_nor_the_currency_matter():
    pd.testing.assert_frame_equal(stood(), stood(STORY[::-1]))
    pd.testing.assert_frame_equal(stood(), stood([(name, day, 100 * money) for name, day, money in STORY]))
    other = stood([("z" + name, day, money) for name, day, money in STORY])
    assert other["state"].tolist() == stood()["state"].tolist()


@pytest.mark.parametrize(
    "gap",
    [{"rows": []}, {"centres": None}, {"centres": NO_CENTRES}, {"rows": STORY[-1:]}, {"quarters": None}],
    ids=["no line", "no step 03", "groups by rules", "a single day", "no quarters"],
)
def test_where_no_year_can_be_placed_nothing_is_said(gap):
    assert stood(**gap) is None


def test_a_year_whose_features_are_not_known_is_left_out():
    both = Scale(("frequency", "breadth"), ("none", "none"), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0))
    centres = centres_table(Centres(both, np.array([[2.0, 1.0], [8.0, 1.0]])), ["g2", "g1"])
    late = pd.DataFrame({"customer_id": "loyal", "quarter_start": pd.to_datetime(["2025-01-01"]), "category": "Rope",
                         "revenue": 5.0})  # fmt: skip
    assert stood(centres=centres, quarters=late)["year_end"].nunique() == 2
    assert stood(centres=centres, quarters=QUARTERS) is None


def test_quarters_of_all_history_from_lines():
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", None, "a"],
            "date": pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-20", "2025-02-01", "2025-04-01"]),
            "revenue": [4.0, 6.0, -1.0, 3.0, 2.0],
            "category": ["rope", "rope", "rope", "rope", None],
            "channel": ["web", "web", "web", "web", "rep"],
            "order_id": ["o1", "o1", "o2", None, None],
        }
    )
    quarters, channels = quarters_of_history(lines, as_of="2025-07-01")
    own = quarters[quarters["customer_id"] == "a"]
    assert own[["quarter_start", "category", "revenue"]].astype({"quarter_start": "str"}).values.tolist() == [
        ["2025-01-01", "rope", 9.0], ["2025-04-01", "", 2.0],
    ]  # fmt: skip
    # one order id over two days is one order; what came back is none
    assert channels.loc[channels["customer_id"] == "a", "orders"].tolist() == [1, 1]
    empty = quarters_of_history(lines.iloc[:0], as_of="2025-07-01")
    assert empty[0].empty and empty[1].empty
    bare = quarters_of_history(lines[["customer_id", "date", "revenue"]], as_of="2025-07-01")
    assert set(bare[0]["category"]) == {""} and bare[1]["orders"].sum() == 4


def test_states_stand_in_one_order():
    assert states_of(["g10", "g2"]) == ["g2", "g10", "one_order", "lapsing", "lapsed", "not_yet"]
