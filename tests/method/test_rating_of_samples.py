"""A letter depends on what a customer did: not on the order of the rows, on ids, or on the currency unit.

Through the intake and the methods on the real samples, customer by customer and to the last digit.
"""

from __future__ import annotations

import random
from decimal import Decimal

import pandas as pd
import pytest

from tests.method.sample_lists import SampleList, delivered_again

ID = {"cdnow": "customer_no", "complete_journey": "household_id"}
MONEY = {"cdnow": ["dollars"], "complete_journey": ["sales_value", "list_value"]}
SAID = ["rating", "rating_score", "rating_stability", "weight_known"]


def shuffled(sample, rows):
    random.Random(3).shuffle(rows)
    return rows


def renamed(sample, rows):
    """Ids read from behind: another order, and no two alike."""
    return [row | {ID[sample]: _other(row[ID[sample]])} for row in rows]


def _other(name: str) -> str:
    return f"k{name[::-1]}"


def times(factor):
    def change(sample, rows):
        return [row | {name: str(Decimal(row[name]) * Decimal(factor)) for name in MONEY[sample]} for row in rows]

    return change


def with_twins(sample, rows):
    """Two customers once more, under ids that sort first: the one with most lines, and one with a few."""
    lines = pd.Series([row[ID[sample]] for row in rows]).value_counts(sort=True)
    twins = (lines.index[0], lines.index[lines == 4].min())
    return rows + [row | {ID[sample]: f"!{row[ID[sample]]}"} for row in rows if row[ID[sample]] in twins]


@pytest.fixture(scope="module", params=["cdnow", "complete_journey"])
def rating(request, tmp_path_factory):
    """A function: the ratings of the sample, changed as told, by customer."""
    sample = request.param

    def rate(change):
        folder = delivered_again(sample, tmp_path_factory.mktemp(sample) / "client", lambda rows: change(sample, rows))
        return SampleList(folder, folder / "results" / "tables").ratings()[0].set_index("customer_id")[SAID]

    return rate


@pytest.fixture(scope="module")
def plain(rating):
    return rating(lambda sample, rows: rows)


def test_the_samples_are_worth_the_question(plain):
    assert set(plain["rating"]) == {"A", "B", "C", "D"}
    assert plain["rating_score"].nunique() > 500
    assert plain["rating_stability"].between(0.01, 0.99).sum() > 100


def test_the_order_of_the_rows_does_not_matter(rating, plain):
    pd.testing.assert_frame_equal(rating(shuffled), plain, check_exact=True)


def test_ids_do_not_matter(rating, plain):
    other = rating(renamed)
    assert list(other.index) != [_other(name) for name in plain.index], "they are in another order now"
    other = other.loc[[_other(name) for name in plain.index]].set_axis(plain.index)
    pd.testing.assert_frame_equal(other, plain, check_exact=True)


@pytest.mark.parametrize("factor", ["100", "0.01"])
def test_the_currency_unit_does_not_matter(rating, plain, factor):
    pd.testing.assert_frame_equal(rating(times(factor)), plain, check_exact=True)


def test_equal_customers_are_rated_equally(rating, plain):
    table = rating(with_twins)
    assert len(table) == len(plain) + 2
    twins = [name for name in table.index if name.startswith("!")]
    assert len(twins) == 2
    first, second = (table.loc[names].reset_index(drop=True) for names in (twins, [name[1:] for name in twins]))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
