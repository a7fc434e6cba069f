"""The rhythm of orders against dates counted by hand."""

import numpy as np
import pandas as pd

from helpers.method.order_rhythm import order_rhythm
from tests.method.days_builders import days

PERIOD = {"start": "2026-01-01", "end": "2027-01-01"}


def test_gaps_are_those_between_order_days_of_the_period():
    known = [("c1", "2026-01-01", 1.0), ("c1", "2026-01-11", 1.0), ("c1", "2026-02-10", 1.0), ("c1", "2026-12-02", 1.0)]
    nothing = [
        ("c1", "2025-12-31", 5.0),  # before
        ("c1", "2027-01-01", 5.0),  # after
        ("c1", "2026-06-01", -5.0),  # only brought back
        (None, "2026-06-01", 5.0),  # nobody's
    ]
    found = order_rhythm(days(*known, *nothing), **PERIOD)
    # gaps 10, 30, 295: the middle is 30; thirty days from 2 December to the end
    assert found.values.tolist() == [["c1", 4, pd.Timestamp("2026-12-02"), 30.0, 1.0]]


def test_two_order_days_are_no_rhythm_and_equal_ones_are_equal():
    rows = [("c2", "2026-05-01", 1.0), ("c2", "2026-06-01", 1.0)]
    rows += [(name, day, 1.0) for name in ("c1", "c3") for day in ("2026-01-01", "2026-03-01", "2026-07-01")]
    found = order_rhythm(days(*rows), **PERIOD).set_index("customer_id")
    assert np.isnan(found.loc["c2", "lateness"]) and found.loc["c2", "order_days"] == 2
    assert found.loc["c1"].tolist() == found.loc["c3"].tolist()


def test_nothing_in_nothing_out():
    found = order_rhythm(days(), **PERIOD)
    assert found.empty
    assert found.columns.tolist() == ["customer_id", "order_days", "last_day", "gap", "lateness"]
