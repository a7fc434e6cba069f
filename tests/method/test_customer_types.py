"""Champions, affluents, advocates and misers: by hand, at the borders, and that types hold everybody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.customer_types import TypeCuts, referral_types, type_cuts
from tests.method.profit_builders import shuffled


def values(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["clv", "referral_value"]).astype(float)


CUTS = TypeCuts(clv=50.0, referral_value=4.0)
PEOPLE = values((90, 7), (90, 4), (50, 7), (50, 4), (-10, -1), (None, 7), (90, None))


def test_types_by_hand_and_who_stands_on_a_cut_is_low():
    found = referral_types(PEOPLE, CUTS)
    assert found.iloc[:5].tolist() == ["champions", "affluents", "advocates", "misers", "misers"]
    assert found.iloc[5:].isna().all()


def test_cuts_are_the_medians_of_those_with_both():
    assert type_cuts(PEOPLE) == TypeCuts(50.0, 4.0)
    assert type_cuts(values((1, 5), (2, 8))) == TypeCuts(1.5, 6.5)
    assert type_cuts(values((3, 0))) == TypeCuts(3.0, 0.0)


def test_where_most_refer_nobody_any_referral_is_high():
    people = values(*[(number, 0) for number in range(8)], (20, 1), (-20, 1))
    assert referral_types(people, type_cuts(people)).iloc[8:].tolist() == ["champions", "advocates"]


def test_equal_customers_are_misers_all():
    people = values(*[(5, 5)] * 6)
    assert referral_types(people, type_cuts(people)).tolist() == ["misers"] * 6


def test_neither_order_nor_the_unit_of_the_currency_matter():
    people = pd.DataFrame(np.random.default_rng(1).normal(10, 30, (41, 2)).round(2), columns=PEOPLE.columns)
    found = referral_types(people, type_cuts(people))
    cents = (people * 100).round(2)
    assert referral_types(cents, type_cuts(cents)).equals(found)
    mixed = shuffled(people)
    assert type_cuts(mixed) == type_cuts(people)
    assert referral_types(mixed, type_cuts(mixed)).sort_index().equals(found)


def test_what_cannot_be_typed_is_refused():
    for table in (PEOPLE.iloc[5:], PEOPLE.iloc[:0]):
        with pytest.raises(StepInputError, match="no customer has both"):
            type_cuts(table)
    assert referral_types(PEOPLE.iloc[:0], CUTS).empty
    with pytest.raises(StepInputError, match="lacks referral_value"):
        referral_types(PEOPLE[["clv"]], CUTS)
