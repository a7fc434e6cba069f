"""The claim of the exchange: what customers did after they answered, worked out by hand, and what may be said of it."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.exchange_claim import Followed, exchange_claim, followed
from helpers.method.wilson import difference_interval

AS_OF = "2027-01-01"


def gains_of(*rows):
    """Gains from (customer, day, gains)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "gains"])
    return table.astype({"customer_id": "str", "date": "datetime64[us]", "gains": float})


def days_of(*rows):
    """customer_days from (customer, day, revenue)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "revenue"]).astype({"date": "datetime64[us]"})
    return table.assign(positive_lines=(table["revenue"] > 0).astype(int))


def watch(gains, days, referrals=None, hurdle=50.0):
    ids = gains["customer_id"].dropna().unique()
    value = pd.DataFrame({"customer_id": ids, "margin_rate": 0.5})
    return followed(gains, days, value, referrals, hurdle_a_year=hurdle, as_of=AS_OF)


def crowd(count=40, day="2025-06-01"):
    """So many customers who gain and answered on that day."""
    return [(f"c{number:02d}", day, 1.0) for number in range(count)]


def test_what_a_customer_was_worth_and_did_by_hand():
    gains = gains_of(*crowd())
    bought = [
        ("c00", "2025-01-05", 101.0),  # leaves 50.50 in the year before: above the hurdle of 50
        ("c00", "2025-08-31", 1.0),  # within a quarter of the year after
        ("c00", "2026-06-01", 1.0),  # on the last day watched
        ("c01", "2025-06-01", 100.0),  # on the day of the answer, which is before it: leaves 50, and not more
        ("c02", "2024-06-01", 900.0),  # a year and a day before
        ("c02", "2026-06-02", 1.0),  # a day too late
        ("c03", "2025-10-01", 1.0),  # after the first quarter, before the second half
        ("c04", "2026-01-01", -5.0),  # brought back: no order
    ]
    sent = pd.DataFrame(
        {"customer_id": ["c00", "c01", "c02"], "referred_customer_id": ["n1", "n2", "n3"]}
        | {"date": pd.to_datetime(["2025-07-01", "2025-05-01", "2025-07-01"])}
    )
    came = [("n1", "2025-07-02", 1.0), ("n2", "2025-07-02", 1.0)]  # n3 never bought
    found = watch(gains, days_of(*bought, *came), sent)
    table = found.customers.set_index("customer_id")
    assert found.months == 12
    assert table.loc["c00":"c03", "left"].tolist() == [50.5, 50.0, 0.0, 0.0]
    flags = ["paid", "sweet", "bought_again", "retained", "referred"]
    assert table.loc["c00", flags].tolist() == [True, True, True, True, True]
    assert table.loc["c01", flags].tolist() == [False] * 5
    assert table.loc["c02", flags].tolist() == [False] * 5
    assert table.loc["c03", flags].tolist() == [False] * 5
    assert not table["retained"].iloc[1:].any()


def test_the_latest_answer_that_can_be_watched_counts():
    gains = gains_of(*crowd(), ("c00", "2025-07-01", 0.0), ("c00", "2026-07-01", 1.0), ("c01", "2025-06-01", 0.0))
    table = watch(gains, days_of(("c00", "2025-01-01", 500.0))).customers.set_index("customer_id")
    assert table.loc["c00", "date"] == pd.Timestamp("2025-07-01")
    assert not table.loc["c00", "gained"]
    assert not table.loc["c01", "gained"], "a yes and a no of one day is no gain"
    assert table.loc["c02", "gained"]


def test_half_a_year_is_watched_where_few_answered_a_year_ago():
    late = watch(gains_of(*crowd(day="2026-06-15")), days_of(("c00", "2026-06-20", 9.0)))
    assert late.months == 6
    assert late.customers["bought_again"].sum() == 1
    assert late.customers["referred"].isna().all()
    assert watch(gains_of(*crowd(29)), days_of(("c00", "2026-06-20", 9.0))).months == 0
    assert watch(gains_of(*crowd(day="2026-09-01")), days_of(("c00", "2026-10-01", 9.0))).months == 0


def test_nobody_is_watched_without_a_customer_a_date_or_a_margin():
    gains = gains_of(*crowd())
    days = days_of(("c00", "2025-08-01", 9.0))
    nothing = Followed(watch(gains.iloc[:0], days).customers, 0)
    assert exchange_claim(nothing).empty
    for column in ("customer_id", "date"):
        assert watch(gains.assign(**{column: None}).astype(gains.dtypes), days).months == 0
    assert followed(gains, days, None, None, hurdle_a_year=1, as_of=AS_OF).months == 0


def persons(*classes):
    """Watched customers from (left, gained, paid, how many, how many of them were retained)."""
    rows = [
        (left, gained, paid, number < kept) for left, gained, paid, count, kept in classes for number in range(count)
    ]
    table = pd.DataFrame(rows, columns=["left", "gained", "paid", "retained"]).astype({"left": float})
    return table.assign(sweet=table["gained"] & table["paid"], bought_again=None, referred=None)


def test_who_is_no_customer_of_ours_is_left_out():
    lost = [(f"x{number}", "2025-06-01", 0.0) for number in range(5)]
    gains = gains_of(*crowd(), *lost)
    value = pd.DataFrame({"customer_id": [f"c{number:02d}" for number in range(40)], "margin_rate": 0.5})
    bought = days_of(*((f"c{number:02d}", "2025-01-05", 101.0) for number in range(20)))
    seen = followed(gains, bought, value, None, hurdle_a_year=50.0, as_of=AS_OF)
    assert seen.customers["paid"].isna().sum() == 5
    pd.testing.assert_frame_equal(
        exchange_claim(seen),
        exchange_claim(followed(gains_of(*crowd()), bought, value, None, hurdle_a_year=50.0, as_of=AS_OF)),
    )


def test_against_all_others_and_against_like_ones_by_hand():
    # worth much: 30 of 30 stay either way; worth little: half do. Those who gain are mostly worth much
    people = persons(
        (9, True, True, 30, 30), (9, False, True, 10, 10), (1, True, False, 10, 5), (1, False, False, 30, 15)
    )
    found = exchange_claim(Followed(people, 12)).set_index("comparison")
    alone = found.loc["all_others"]
    assert alone[["sweet_rate", "other_rate", "difference"]].tolist() == pytest.approx([1.0, 0.6, 0.4])
    low, high = difference_interval(1.0, 30, 0.6, 50)
    assert alone[["difference_low", "difference_high"]].tolist() == pytest.approx([float(low), float(high)], abs=1e-9)
    assert alone["verdict"] == "shown"
    like = found.loc["like_for_like"]
    assert like[["customers", "sweet_customers", "other_customers"]].tolist() == [40, 30, 10]
    assert like["difference"] == 0
    assert like["verdict"] == "not_shown", "among customers worth as much, gaining made no difference"


def test_thirds_are_weighed_as_mantel_and_haenszel_do():
    classes = [(1, True, True, 10, 5), (1, False, True, 20, 6), (2, True, True, 20, 16), (2, False, True, 10, 5)]
    like = exchange_claim(Followed(persons(*classes), 12)).set_index("comparison").loc["like_for_like"]
    # both classes weigh 10 x 20 / 30 alike: (.5 - .3 + .8 - .5) / 2
    assert like["difference"] == pytest.approx(0.25)
    assert like["sweet_rate"] == pytest.approx(0.65)
    # as many as make the mean of two halves as sure: 1 / (1/4/10 + 1/4/20)
    low, high = difference_interval(0.65, 1 / (0.025 + 0.0125), 0.40, 1 / (0.0125 + 0.025))
    assert like[["difference_low", "difference_high"]].tolist() == pytest.approx([float(low), float(high)], abs=1e-9)


def test_where_all_stay_in_every_third_the_rate_is_one():
    # weights of three thirds add up to a hair above one
    thirds = [(left, gained, True, count, count) for left, both in ((1, (6, 6)), (2, (6, 5)), (3, (5, 7)))
              for gained, count in zip((True, False), both, strict=True)]  # fmt: skip
    like = exchange_claim(Followed(persons(*thirds), 12)).set_index("comparison").loc["like_for_like"]
    assert like[["sweet_rate", "other_rate", "difference"]].tolist() == [1, 1, 0]


def test_it_can_be_the_other_way_round_and_too_few():
    found = exchange_claim(Followed(persons((9, True, True, 40, 10), (9, False, True, 40, 38)), 12))
    assert found["verdict"].tolist() == ["contrary", "contrary"]
    found = exchange_claim(Followed(persons((9, True, True, 9, 9), (9, False, True, 40, 0)), 12))
    assert found["verdict"].tolist() == ["too_few", "too_few"]
    assert found["difference"].isna().all()


def test_more_questions_need_a_wider_range():
    one = persons((9, True, True, 40, 38), (9, False, True, 40, 30))
    three = one.assign(bought_again=one["retained"], referred=one["retained"])
    alone, among = (exchange_claim(Followed(people, 12)).iloc[0] for people in (one, three))
    assert alone["difference"] == among["difference"]
    assert among["difference_low"] < alone["difference_low"]


@pytest.mark.long
def test_chance_alone_shows_something_in_at_most_one_of_ten_clients():
    """Nothing is planted: customers stay by what they are worth, whether they gain or not."""
    random, shown = np.random.default_rng(7), 0
    for _ in range(300):
        left = random.lognormal(5, 1, 150)
        people = pd.DataFrame({"left": left, "gained": random.random(150) < 0.6, "paid": left > 100})
        stays = left / (left + 60)
        people = people.assign(sweet=people["gained"] & people["paid"])
        people = people.assign(
            **{name: random.random(150) < stays for name in ("retained", "bought_again", "referred")}
        )
        found = exchange_claim(Followed(people, 12))
        like = found[found["comparison"] == "like_for_like"]
        shown += bool((like["verdict"] == "shown").any())
    assert shown / 300 <= 0.08, "a one-sided error of five in a hundred, give or take"
