"""The call list: who stands on it, in what order, and who does not."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.method.call_list import call_list
from tests.method.list_builders import ListClient
from tests.method.rating_builders import line_lists


def ratings(**letters: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": list(letters), "rating": list(letters.values()), "revenue": 9.0, "lateness": 1.5}
    )


def summary(**halves: tuple[float, float]) -> pd.DataFrame:
    prior, current = zip(*halves.values(), strict=True)
    table = pd.DataFrame({"customer_id": list(halves), "revenue_prior": prior, "revenue_current": current})
    return table.assign(last_date=pd.Timestamp("2026-08-01"))


def test_only_good_customers_who_brought_less():
    letters = ratings(a="A", b="B", c="C", d="D", u="unrated", more="A", same="A")
    halves = dict.fromkeys("abcdu", (30.0, 10.0)) | {"more": (10.0, 30.0), "same": (5.0, 5.0)}
    table = call_list(letters, summary(**halves))
    assert table["customer_id"].tolist() == ["a", "b"]
    assert table["revenue_change"].tolist() == [-20.0, -20.0]
    assert table.columns.tolist() == schema("call_list").names


def test_the_largest_fall_first_and_equal_falls_by_id():
    letters = ratings(z="A", b="A", a="B", big="B")
    table = call_list(letters, summary(z=(10.0, 4.0), b=(9.0, 3.0), a=(8.0, 2.0), big=(100.0, 1.0)))
    assert table["customer_id"].tolist() == ["big", "a", "b", "z"]
    turned = call_list(letters[::-1], summary(big=(100.0, 1.0), a=(8.0, 2.0), z=(10.0, 4.0), b=(9.0, 3.0)))
    pd.testing.assert_frame_equal(table, turned)


@pytest.mark.parametrize(("current", "on"), [(9.99, True), (9.995, True), (9.9951, False), (10.0, False), (-3.0, True)])
def test_half_a_cent_is_a_fall(current, on):
    assert (len(call_list(ratings(a="A"), summary(a=(10.0, current)))) == 1) == on


def test_binary_fractions_are_no_fall():
    assert call_list(ratings(a="A"), summary(a=(0.1 + 0.2, 0.3))).empty


def test_nobody_is_an_empty_table_of_the_right_columns(tmp_path):
    table = call_list(ratings(a="C"), summary(a=(10.0, 1.0)))
    write_table(table, tmp_path / "calls.parquet", schema("call_list"))
    assert read_table(tmp_path / "calls.parquet", schema("call_list")).empty


@settings(max_examples=25)
@given(line_lists())
def test_on_any_client_it_is_the_good_who_fell(lines):
    client = ListClient(*lines)
    table, rated = client.tables.call_list, client.tables.customer_ratings
    halves = client.summary.set_index("customer_id")[["revenue_prior", "revenue_current"]].astype(float)
    fell = (halves["revenue_prior"] - halves["revenue_current"]).round(4) >= 0.005
    good = rated.loc[rated["rating"].isin(["A", "B"]), "customer_id"]
    assert set(table["customer_id"]) == set(good) & set(halves.index[fell])
    assert table["customer_id"].is_unique
    assert table["revenue_change"].is_monotonic_increasing
    assert ((table["current_revenue"] - table["prior_revenue"]).round(4) == table["revenue_change"]).all()
