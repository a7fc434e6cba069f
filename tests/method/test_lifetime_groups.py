"""Whose purchases are modelled together: everybody who ever bought twice, as each was when it last bought."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.group_clusters import Centres, assign
from helpers.method.group_features import group_features
from helpers.method.group_scale import Scale
from helpers.method.history import block_starts
from helpers.method.lifetime_groups import kinds_when_last_bought

# by the orders of twelve months: seldom near 2, often near 10
BY_ORDERS = Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[2.0], [10.0]]))
SELDOM, OFTEN = 0, 1
NO_QUARTER = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "category": [], "revenue": []})
NO_CHANNEL = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "channel": [], "orders": []})


def ordered(**dates):
    """customer_days of customers who ordered once on each of these days."""
    rows = [(name, day) for name, days in dates.items() for day in pd.to_datetime(list(days))]
    days = pd.DataFrame(rows, columns=["customer_id", "date"])
    return days.assign(positive_lines=1, orders=1, revenue=5.0, returned=0.0, list_revenue=5.0)


def kinds(days, end="2027-01-01"):
    return kinds_when_last_bought(days, NO_QUARTER, NO_CHANNEL, BY_ORDERS, end=end)


def monthly(year, months):
    return [f"{year}-{month:02}-15" for month in range(1, months + 1)]


def test_who_left_is_placed_as_it_was_when_it_last_bought():
    days = ordered(
        left=monthly(2025, 9),  # nine orders up to September 2025, none since
        slowed=[*monthly(2025, 12), "2026-11-10", "2026-12-10"],  # twelve in 2025, two in 2026
        came=[f"2026-{month:02}-20" for month in range(2, 13)],
        once=["2026-12-01"],
        once_long_ago=["2025-02-01"],
    )
    assert kinds(days).to_dict() == {"came": OFTEN, "left": OFTEN, "slowed": SELDOM}
    # what came later is not looked at
    assert kinds(days, "2026-01-01").to_dict() == {"left": OFTEN, "slowed": OFTEN}


def test_the_rows_of_nobody_and_their_order_change_nothing():
    days = ordered(a=monthly(2025, 9), b=["2025-02-01", "2026-12-01"])
    nobody = days.assign(customer_id=None)
    mixed = pd.concat([days, nobody, nobody.assign(customer_id="")]).sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(kinds(mixed), kinds(days))
    assert kinds(nobody).empty


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_is_placed_as_if_all_were_measured_in_each_quarter(seed):
    rng = np.random.default_rng(seed)
    every = pd.date_range("2024-01-01", "2026-12-31")
    some = {f"c{n}": rng.choice(every, rng.integers(1, 30), replace=False) for n in range(40)}
    days, end = ordered(**some), pd.Timestamp("2027-01-01")
    found = {}
    for quarter_end in [end, *block_starts(days["date"].min(), end)[:0:-1]]:
        features = group_features(days, NO_QUARTER, NO_CHANNEL, end=quarter_end)
        late = features[features["recency"] <= 95]
        placed = assign(late, BY_ORDERS).set_index("customer_id")["label"].to_dict() if len(late) else {}
        found = placed | found
    assert kinds(days).to_dict() == found and len(found) > 30
