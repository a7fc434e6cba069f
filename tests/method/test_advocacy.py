"""Who would recommend us, who did, and who of those who came bought: by hand, and what may not change it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.method.advocacy import advocates, is_nps_scale, recommendation, referral_states, referrals_made

YEAR = {"start": "2026-01-01", "end": "2027-01-01"}


def answers(*rows) -> pd.DataFrame:
    """survey from (customer, day, answer), as the reader of tables gives it."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "recommend"])
    return table.astype({"customer_id": "str", "date": "datetime64[us]", "recommend": float})


def brought(*rows) -> pd.DataFrame:
    """referrals from (who, whom, day)."""
    table = pd.DataFrame(rows, columns=["customer_id", "referred_customer_id", "date"])
    return table.astype({"customer_id": "str", "referred_customer_id": "str", "date": "datetime64[us]"})


def bought(*rows) -> pd.DataFrame:
    """customer_days from (customer, day, positive lines): the columns that count here."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "positive_lines"])
    return table.astype({"customer_id": "str", "date": "datetime64[us]", "positive_lines": "Int64"})


# ---- what they say ---------------------------------------------------------------------------------------------------


def test_the_mean_answer_by_hand():
    survey = answers(
        ("c1", "2026-01-01", 10),
        ("c1", "2026-12-31", 7),
        ("c1", None, 8),  # without a date it counts: (10 + 7 + 8) / 3
        ("c1", "2025-12-31", 0),  # before
        ("c1", "2027-01-01", 0),  # after
        ("c1", "2026-05-05", None),  # no answer to this question
        ("c2", "2026-05-05", None),
        (None, "2026-05-05", 3),  # somebody, but no customer
        ("c3", "2026-05-05", 0),
    )
    found = recommendation(survey, **YEAR)
    assert found.values.tolist() == [["c1", 3, 1, 8.333333333], ["c3", 1, 0, 0.0]]


def test_a_survey_without_dates_is_one_wave():
    survey = answers(("c1", None, 9), ("c2", None, 4))
    for table in (survey, survey.drop(columns="date")):
        assert recommendation(table, **YEAR)["recommend"].tolist() == [9.0, 4.0]
        assert recommendation(table, **YEAR)["undated"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "survey",
    [
        None,
        answers(),
        answers(("c1", "2026-05-05", None)),
        answers(("c1", "2026-05-05", 9))[["customer_id", "date"]],
        answers(("c1", "2026-05-05", 9))[["date", "recommend"]],
    ],
    ids=["no table", "no row", "all blank", "no question", "respondents only"],
)
def test_where_nobody_answered_the_table_is_empty_and_typed(survey):
    found = recommendation(survey, **YEAR)
    kinds = {"customer_id": "str", "responses": "int64", "undated": "int64", "recommend": "float64"}
    assert found.empty and found.dtypes.astype(str).to_dict() == kinds


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (range(11), True),
        ([10], True),
        ([10, None, 0], True),
        ([1, 2, 3, 4, 5], False),
        ([1, 4, 7, 7], False),
        ([1, 9, 9], False),  # a scale of 9 points, or one of 0 to 10 that cannot be told from it
        ([0, 10, 11], False),
        ([-1, 10], False),
        ([9.5, 10], False),
        ([10, 55, 100], False),
        ([], False),
        ([None, None], False),
    ],
)
def test_only_0_to_10_is_the_scale_of_an_nps(values, expected):
    assert is_nps_scale(pd.Series(values, dtype=float)) is expected
    assert is_nps_scale(pd.Series(values, dtype=float).sample(frac=1, random_state=1)) is expected


# ---- what they did ---------------------------------------------------------------------------------------------------

DAYS = bought(
    ("n1", "2026-01-10", 1),  # the day of the referral itself
    ("n2", "2026-01-09", 2),  # the day before it
    ("n2", "2026-02-01", 0),  # only brought something back
    ("n3", "2027-01-01", 1),  # not known yet
    ("n5", "2025-01-01", 1),  # a customer of old
    ("n5", "2026-06-01", 1),  # who bought again
    ("c1", "2026-06-01", 1),
)
REFERRALS = brought(
    ("c1", "n1", "2026-01-10"),
    ("c1", "n2", "2026-01-10"),
    ("c1", "n3", "2026-01-10"),
    ("c1", "n4", "2026-01-10"),  # never bought
    ("c1", "n5", "2026-01-10"),
    ("c2", "n1", "2026-01-11"),  # a day too late
    ("c1", "n1", "2026-01-10"),  # the same again
    ("c1", "c1", "2026-01-10"),  # itself
    ("c3", "n5", "2027-01-01"),  # not known yet
)


def test_referrals_by_hand():
    found = referral_states(REFERRALS, DAYS, end="2027-01-01")
    assert len(found) == len(REFERRALS)
    assert found[["customer_id", "referred_customer_id", "state", "shared_by"]].values.tolist() == [
        ["c1", "c1", "own", 0],
        ["c1", "n1", "bought", 1],
        ["c1", "n1", "second", 0],
        ["c1", "n2", "not_bought", 1],
        ["c1", "n3", "not_bought", 1],
        ["c1", "n4", "not_bought", 1],
        ["c1", "n5", "bought", 1],
        ["c2", "n1", "second", 0],
        ["c3", "n5", "later", 0],
    ]
    assert referrals_made(REFERRALS, DAYS, end="2027-01-01").values.tolist() == [["c1", 5, 2]]
    assert referrals_made(REFERRALS, DAYS, end="2027-01-02").values.tolist() == [["c1", 5, 3]]


def test_two_who_name_a_customer_on_the_same_day_are_a_tie():
    table = brought(("c2", "n1", "2026-01-10"), ("c1", "n1", "2026-01-10"), ("c3", "n1", "2026-01-11"))
    found = referral_states(table, DAYS, end="2027-01-01")
    assert found["shared_by"].tolist() == [2, 2, 0]
    assert referrals_made(table, DAYS, end="2027-01-01").values.tolist() == [["c1", 1, 1], ["c2", 1, 1]]


def test_an_own_referral_takes_nothing_from_the_one_who_came_later():
    table = brought(("n1", "n1", "2026-01-01"), ("c1", "n1", "2026-01-10"))
    assert referrals_made(table, DAYS, end="2027-01-01").values.tolist() == [["c1", 1, 1]]


@pytest.mark.parametrize("table", [None, brought()], ids=["no table", "no row"])
def test_without_referrals_the_tables_are_empty_and_typed(table):
    found = referrals_made(table, DAYS, end="2027-01-01")
    kinds = {"customer_id": "str", "referrals": "int64", "buying_referrals": "int64"}
    assert found.empty and found.dtypes.astype(str).to_dict() == kinds
    assert referral_states(table, DAYS, end="2027-01-01").columns.tolist()[-2:] == ["state", "shared_by"]


def test_where_nobody_bought_no_referral_did():
    found = referrals_made(REFERRALS, bought(), end="2027-01-01")
    assert found.values.tolist() == [["c1", 5, 0]]


people = st.sampled_from(["a", "b", "c", "d"])
some_days = st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03", "2027-01-01"])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(people, people, some_days), max_size=12),
    st.lists(st.tuples(people, some_days, st.integers(0, 1)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_neither_the_order_of_rows_nor_the_names_decide(rows, days, random):
    table, history = brought(*rows), bought(*days)
    found = referral_states(table, history, end="2027-01-01")
    places = list(range(len(rows)))
    random.shuffle(places)
    mixed = referral_states(table.iloc[places], history.iloc[::-1], end="2027-01-01")
    pd.testing.assert_frame_equal(found, mixed)
    names = dict(zip("abcd", "dbac", strict=True))
    other = [(names[who], names[whom], day) for who, whom, day in rows]
    renamed = referrals_made(
        brought(*other), bought(*((names[who], day, lines) for who, day, lines in days)), end="2027-01-01"
    )
    counts = referrals_made(table, history, end="2027-01-01")
    back = renamed.assign(customer_id=renamed["customer_id"].map({new: old for old, new in names.items()}))
    assert sorted(back.values.tolist()) == counts.values.tolist()
    # by brute force: the first day on which anybody else named a customer, and whether it bought from then on
    for who, whom in {(who, whom) for who, whom, _ in rows}:
        named = sorted(day for by, of, day in rows if of == whom and by != whom and day < "2027-01-01")
        counted = who != whom and bool(named) and (who, whom, named[0]) in rows
        state = found[(found["customer_id"] == who) & (found["referred_customer_id"] == whom)]["state"]
        assert state.isin(["bought", "not_bought"]).sum() == counted
        if counted:
            buys = any(of == whom and named[0] <= day < "2027-01-01" and lines for of, day, lines in days)
            assert (state == "bought").sum() == buys


# ---- advocates -------------------------------------------------------------------------------------------------------

SAID = pd.DataFrame({"customer_id": list("abcdef"), "recommend": [9.0, 10.0, 8.999999999, 9.5, 3.0, 9.0]})
MADE = pd.DataFrame({"customer_id": list("abceg"), "referrals": 3, "buying_referrals": [1, 0, 1, 2, 1]})


def by_customer(found: pd.DataFrame, column: str = "advocate") -> dict:
    values = found[column].astype(object)
    return dict(zip(found["customer_id"], values.where(values.notna(), None), strict=True))


def test_advocates_by_hand():
    found = advocates(SAID, MADE, nps_scale=True)
    assert by_customer(found) == {
        "a": True,  # a promoter at the border, with one buying referral
        "b": False,  # a promoter whose referrals did not buy
        "c": False,  # no promoter, and one buying referral
        "d": False,  # a promoter without referrals
        "e": True,  # no promoter, but two buying referrals
        "f": False,
        "g": None,  # one buying referral, and nobody asked: the answer would decide
    }
    assert by_customer(found, "promoter")["g"] is None
    assert by_customer(found, "buying_referrals") == {"a": 1, "b": 0, "c": 1, "d": 0, "e": 2, "f": 0, "g": 1}
    assert found.dtypes.astype(str).tolist() == ["str", "boolean", "Int64", "boolean"]


def test_on_another_scale_only_deeds_can_tell():
    found = advocates(SAID, MADE, nps_scale=False)
    assert by_customer(found) == {"a": None, "b": False, "c": None, "d": False, "e": True, "f": False, "g": None}
    assert found["promoter"].isna().all()


def test_without_a_survey_or_without_referrals_what_is_not_known_stays_unknown():
    assert by_customer(advocates(None, MADE, nps_scale=False)) == {
        "a": None,
        "b": False,
        "c": None,
        "e": True,
        "g": None,
    }
    unknown = advocates(SAID, None, nps_scale=True)
    assert set(by_customer(unknown).values()) == {None}
    assert by_customer(unknown, "promoter")["a"] is True and by_customer(unknown, "promoter")["c"] is False
    nobody = advocates(None, None, nps_scale=False)
    assert nobody.empty and nobody.dtypes.astype(str).tolist() == ["str", "boolean", "Int64", "boolean"]


def test_delivered_referrals_that_none_counts_leave_nobody_unknown():
    none = referrals_made(brought(), DAYS, end="2027-01-01")
    assert set(by_customer(advocates(SAID, none, nps_scale=True)).values()) == {False}
