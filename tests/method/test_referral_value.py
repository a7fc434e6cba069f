"""Referral value: by hand, what is shared, what is not known, and straight lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.referral_value import ReferralTerms, referral_value, valued_referrals
from tests.method.profit_builders import other_ids, shuffled

AS_OF = "2028-01-01"
RATES = pd.Series({f"c{number}": 0.4 for number in range(1, 8)})
PLAIN = ReferralTerms(annual_discount=0.0, not_anyway=1.0)


def brought(*rows: tuple) -> pd.DataFrame:
    """referrals from (who, whom, day)."""
    table = pd.DataFrame(rows, columns=["customer_id", "referred_customer_id", "date"])
    return table.astype({"customer_id": "str", "referred_customer_id": "str", "date": "datetime64[us]"})


def bought(*rows: tuple) -> pd.DataFrame:
    """customer_days from (customer, day, revenue)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "revenue"])
    table = table.astype({"customer_id": "str", "date": "datetime64[us]", "revenue": float})
    return table.assign(positive_lines=(table["revenue"] > 0).astype("Int64"))


REFERRALS = brought(
    ("c1", "c4", "2026-01-10"),
    ("c2", "c4", "2026-01-10"),  # on the same day: shared
    ("c1", "c5", "2026-01-10"),
    ("c3", "c6", "2026-03-01"),
    ("c3", "c7", "2027-07-01"),
    ("c3", "c3", "2026-03-01"),  # itself
)
DAYS = bought(
    ("c4", "2026-01-10", 100.0),  # month 1
    ("c4", "2026-02-15", 50.0),  # day 36: month 2
    ("c4", "2027-01-09", 10.0),  # day 364: month 12
    ("c4", "2027-01-11", 999.0),  # day 366: after its year
    ("c5", "2026-01-09", 80.0),  # had bought before
    ("c5", "2026-02-09", 80.0),
    ("c7", "2027-08-01", 30.0),
    ("c7", "2027-08-02", -5.0),  # a day of returns only is no purchase: it is in the rate
    ("c7", "2028-01-01", 999.0),  # not known yet
)


def test_each_referral_by_hand():
    found = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF, terms=PLAIN)
    assert found[["customer_id", "referred_customer_id", "state", "shared_by", "months_seen"]].values.tolist() == [
        ["c1", "c4", "new", 2, 12],
        ["c1", "c5", "known_before", 1, 12],
        ["c2", "c4", "new", 2, 12],
        ["c3", "c6", "not_bought", 1, 12],
        ["c3", "c7", "new", 1, 6],
    ]
    # .4 x (100 + 50 + 10) = 64, shared by two; .4 x 30 = 12
    assert found["referral_value"].tolist() == [32.0, 0.0, 32.0, 0.0, 12.0]
    assert found["referred_margin"].fillna(-1).tolist() == [64.0, -1, 64.0, -1, 12.0]


def test_money_is_discounted_from_the_middle_of_its_month():
    found = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF)
    sums = sum(money * 1.1 ** (-(month - 0.5) / 12) for month, money in ((1, 100), (2, 50), (12, 10)))
    assert found["referred_margin"].iloc[0] == round(0.4 * sums, 4)
    assert found["referral_value"].iloc[0] == pytest.approx(0.4 * sums * 0.5 / 2, abs=1e-4)


def test_each_customer_by_hand():
    found = referral_value(valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF, terms=PLAIN))
    assert found.values.tolist() == [["c1", 1, 32.0, 0, 0], ["c2", 1, 32.0, 0, 0], ["c3", 1, 12.0, 0, 1]]


def test_those_who_share_a_customer_share_its_margin_and_no_more():
    for sharers in (1, 2, 3):
        rows = brought(*[(f"c{number}", "c4", "2026-01-10") for number in range(1, sharers + 1)])
        found = valued_referrals(rows, DAYS, RATES, as_of=AS_OF, terms=PLAIN)
        assert found["referral_value"].sum() == pytest.approx(64.0, abs=0.0003)


def test_value_is_linear_in_margin_and_in_who_would_not_have_come():
    whole = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF, terms=PLAIN)["referral_value"]
    part = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF, terms=ReferralTerms(12, 0.0, 0.25))["referral_value"]
    assert part.tolist() == (whole / 4).tolist()
    none = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF, terms=ReferralTerms(12, 0.0, 0.0))["referral_value"]
    assert none.eq(0).all()
    losing = valued_referrals(REFERRALS, DAYS, -RATES, as_of=AS_OF, terms=PLAIN)["referral_value"]
    assert losing.tolist() == (-whole).tolist()
    cents = DAYS.assign(revenue=DAYS["revenue"] * 100)
    assert valued_referrals(REFERRALS, cents, RATES, as_of=AS_OF, terms=PLAIN)["referral_value"].tolist() == (
        (whole * 100).tolist()
    )


def test_neither_order_nor_ids_matter():
    found = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF)
    mixed = valued_referrals(shuffled(REFERRALS), shuffled(DAYS), shuffled(RATES), as_of=AS_OF)
    pd.testing.assert_frame_equal(found, mixed)
    swap = {f"c{number}": f"k{9 - number}" for number in range(10)}
    rows = other_ids(REFERRALS).assign(referred_customer_id=REFERRALS["referred_customer_id"].map(swap).astype("str"))
    other = referral_value(valued_referrals(rows, other_ids(DAYS), RATES.rename(swap), as_of=AS_OF))
    expected = referral_value(found)
    expected = expected.assign(customer_id=expected["customer_id"].map(swap)).sort_values("customer_id")
    assert other.values.tolist() == expected.values.tolist()


def test_an_unknown_margin_leaves_the_value_unknown_and_is_counted():
    found = valued_referrals(REFERRALS, DAYS, RATES.drop("c4"), as_of=AS_OF)
    assert found["state"].tolist() == ["no_margin", "known_before", "no_margin", "not_bought", "new"]
    assert found["referral_value"].isna().tolist() == [True, False, True, False, False]
    by_customer = referral_value(found)
    assert by_customer["unvalued"].tolist() == [1, 1, 0]
    # c1 has one referral worth nothing and one that is unknown; of c2 nothing is known
    assert by_customer["referral_value"].isna().tolist() == [False, True, False]


def test_a_referral_of_yesterday_has_not_seen_a_month():
    rows = brought(("c1", "c4", "2027-12-31"))
    found = valued_referrals(rows, bought(("c4", "2027-12-31", 100.0)), RATES, as_of=AS_OF, terms=PLAIN)
    assert found[["state", "months_seen", "referral_value"]].values.tolist() == [["new", 0, 40.0]]
    assert valued_referrals(rows, DAYS, RATES, as_of="2027-12-31").empty


@pytest.mark.parametrize("days", [bought(), bought(("c4", "2026-02-01", -20.0))], ids=["no sale", "refunds only"])
def test_who_came_and_never_bought_is_worth_nothing(days):
    found = valued_referrals(REFERRALS, days, RATES, as_of=AS_OF)
    assert found["state"].eq("not_bought").all() and found["referral_value"].eq(0).all()
    assert referral_value(found)["new_customers"].eq(0).all()


def test_without_referrals_both_tables_are_empty_with_their_columns():
    full = valued_referrals(REFERRALS, DAYS, RATES, as_of=AS_OF)
    for rows in (None, brought()):
        found = valued_referrals(rows, DAYS, RATES, as_of=AS_OF)
        assert found.empty and found.columns.tolist() == full.columns.tolist()
        assert referral_value(found).empty
        assert referral_value(found).columns.tolist() == referral_value(full).columns.tolist()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"months": 0}, "months is 0"),
        ({"annual_discount": -0.1}, "annual_discount is -0.1"),
        ({"annual_discount": np.nan}, "annual_discount is nan"),
        ({"annual_discount": 10}, "annual_discount is 10"),
        ({"not_anyway": 1.1}, "not_anyway is 1.1"),
        ({"not_anyway": -0.1}, "not_anyway is -0.1"),
    ],
)
def test_terms_that_mean_nothing_are_refused(given, said):
    with pytest.raises(StepInputError, match=said):
        ReferralTerms(**given)
