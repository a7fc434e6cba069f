"""The groups as they would have been drawn a year ago: by what customers did then, and by nothing since."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.group_clusters import Centres, centres_table
from helpers.method.group_forming import NO_CENTRES
from helpers.method.group_scale import Scale
from helpers.method.year_before import features_a_year_before, groups_a_year_before
from tests.method.days_builders import days

AS_OF = "2026-07-01"
# how often, in orders: seldom is nearest to 2, often to 8
CENTRES = centres_table(Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[2.0], [8.0]])),
                        ["g2", "g1"])  # fmt: skip
EMPTY = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "quarter_start": pd.to_datetime([])})
QUARTERS = EMPTY.assign(category=pd.Series(dtype="str"), revenue=pd.Series(dtype=float))
CHANNELS = EMPTY.assign(channel=pd.Series(dtype="str"), orders=pd.Series(dtype="int64"))


def monthly(customer: str, year: int, count: int) -> list[tuple[str, str, float]]:
    """So many orders, a month apart, from July of a year on."""
    return [(customer, f"{year + (month > 5)}-{(month + 6) % 12 + 1:02d}-05", 10.0) for month in range(count)]


OLD = [("old", "2024-06-15", 10.0)]  # history goes back two years and more
STORY = [
    *OLD,
    *monthly("rises", 2024, 3), *monthly("rises", 2025, 12),
    *monthly("stays", 2024, 10), *monthly("stays", 2025, 10),
    *monthly("left", 2024, 9),
    *monthly("new", 2025, 9),
    *monthly("once", 2024, 1), *monthly("once", 2025, 9),
]  # fmt: skip


def placed(*tables, as_of=AS_OF):
    return groups_a_year_before(features_a_year_before(*tables, as_of=as_of), tables[-1])


def drawn(rows=STORY, as_of=AS_OF, centres=CENTRES):
    return placed(days(*rows), QUARTERS, CHANNELS, centres, as_of=as_of)


def test_customers_stand_where_they_stood_a_year_before():
    found = drawn().set_index("customer_id")["group_id"]
    # who came later, and who had ordered once by then, showed no habit; who left since did
    assert found.to_dict() == {"left": "g1", "rises": "g2", "stays": "g1"}
    assert drawn()["group_name"].tolist() == drawn()["group_id"].tolist()


def test_nothing_of_the_last_year_is_looked_at():
    then = [row for row in STORY if row[1] < "2025-07-01"]
    pd.testing.assert_frame_equal(drawn(), drawn(then))


def test_neither_the_order_of_rows_nor_ids_nor_the_currency_matter():
    table, mixed = days(*STORY), days(*STORY[::-1])
    given = (QUARTERS, CHANNELS, CENTRES)
    pd.testing.assert_frame_equal(drawn(), placed(mixed, *given))
    cents = table.assign(revenue=table["revenue"] * 100)
    pd.testing.assert_frame_equal(drawn(), placed(cents, *given))
    other = placed(table.assign(customer_id="z" + table["customer_id"]), *given)
    assert other["customer_id"].tolist() == ["zleft", "zrises", "zstays"]
    assert other["group_id"].tolist() == drawn()["group_id"].tolist()


@pytest.mark.parametrize(
    "gap",
    [{"rows": STORY[1:]}, {"rows": []}, {"centres": None}, {"centres": NO_CENTRES}],
    ids=["a year cut short", "no line", "no step 03", "groups by rules"],
)
def test_where_a_year_before_is_not_known_nothing_is_drawn(gap):
    assert drawn(**gap) is None


def test_two_years_to_the_day_are_enough_and_nobody_there_is_nobody():
    edge = [("one", "2024-07-01", 5.0), ("two", "2025-08-01", 5.0), ("two", "2025-09-01", 5.0)]
    assert drawn(edge).empty
    assert drawn([("one", "2024-07-02", 5.0), *edge[1:]]) is None
    assert placed(days(*STORY), None, None, CENTRES) is None
