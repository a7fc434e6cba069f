"""Customer share: hand calculations, the rules for wallets, limits, and properties over random clients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.share import customer_share, group_share, headroom, headroom_curve, share_band
from helpers.method.share_estimates import beside
from helpers.method.share_wallets import wallet_states
from tests.method.builders import AS_OF, clients, sold, wallet, wallets

EXAMPLES = 40


def share_of(category, wallet_revenue, **options):
    """customer_share as {customer: (state, share)}."""
    table = customer_share(category, wallet_revenue, as_of=AS_OF, **options)
    return {row.customer_id: (row.wallet_state, row.customer_share) for row in table.itertuples()}


def test_sum_over_sum_by_hand():
    """Two customers, 20 of 100 and 40 of 400: 60/500 = .12; the mean of .2 and .1 is .15."""
    category = sold(("c1", "tea", 20), ("c2", "tea", 40))
    shares = customer_share(category, wallets(wallet("c1", 100, 20), wallet("c2", 400, 40)), as_of=AS_OF)
    row = group_share(shares).iloc[0]
    assert row["customer_share"] == pytest.approx(0.12)
    assert row["mean_of_shares"] == pytest.approx(0.15)
    assert row["coverage"] == 1
    assert headroom(shares)[["customer_id", "headroom", "rank"]].values.tolist() == [["c2", 360.0, 1], ["c1", 80.0, 2]]
    assert headroom(shares)["running_part"].tolist() == pytest.approx([360 / 440, 1])


def test_columns_are_those_of_the_schemas():
    shares = customer_share(sold(("c1", "tea", 20)), None, as_of=AS_OF)
    assert list(shares) == schema("customer_share").names
    assert list(beside(group_share(shares))) == schema("group_share").names
    assert list(headroom(shares)) == schema("headroom").names


def test_periods_and_categories_of_a_customer_are_added():
    category = sold(("c1", "tea", 30), ("c1", "cups", 10))
    rows = wallets(
        wallet("c1", 50, 10, "tea", "2026-01-01", "2026-06-30"),
        wallet("c1", 70, 20, "tea", "2026-07-01", "2026-12-31"),
        wallet("c1", 80, 10, "cups"),
    )
    assert share_of(category, rows) == {"c1": ("known", pytest.approx(40 / 200))}
    assert share_of(category, rows, scope_categories=["tea"]) == {"c1": ("known", pytest.approx(30 / 120))}


def test_only_wallets_of_the_last_year_count_and_a_running_one_does():
    category = sold(("c1", "tea", 30), ("c2", "tea", 30), ("c3", "tea", 30), ("c4", "tea", 30))
    rows = wallets(
        wallet("c1", 100, 30, start="2025-01-01", end="2025-12-31"),
        wallet("c2", 100, 30, start="2025-01-01", end="2026-01-01"),
        wallet("c3", 100, 30, start="2026-07-01", end="2027-06-30", covered=184),
        wallet("c4", 100, 30, start="2027-01-01", end="2027-12-31"),
    )
    assert wallet_states(rows, category, as_of=AS_OF)["state"].tolist() == ["older", "used", "used", "later"]
    assert [state for state, _ in share_of(category, rows).values()] == ["unknown", "known", "known", "unknown"]


def test_of_overlapping_wallets_the_better_source_counts_and_the_other_is_listed():
    category = sold(("c1", "tea", 30))
    rows = wallets(
        wallet("c1", 200, 30, source="stated"),
        wallet("c1", 150, 30, source="account_manager"),
        wallet("c1", 60, 20, start="2026-01-01", end="2026-06-30", source="panel"),
        wallet("c1", 40, 10, start="2026-07-01", end="2026-12-31", source="panel"),
    )
    states = wallet_states(rows, category, as_of=AS_OF)
    assert states.groupby("wallet_source")["state"].unique().map(list).to_dict() == {
        "account_manager": ["overlap"],
        "panel": ["used"],
        "stated": ["overlap"],
    }
    table = customer_share(category, rows, as_of=AS_OF)
    assert table[["wallet", "wallet_revenue", "wallet_source"]].values.tolist() == [[100.0, 30.0, "panel"]]


def test_sources_of_different_days_are_joined():
    category = sold(("c1", "tea", 30))
    rows = wallets(
        wallet("c1", 60, 20, start="2026-01-01", end="2026-06-30", source="stated"),
        wallet("c1", 40, 10, start="2026-07-01", end="2026-12-31", source="panel"),
    )
    assert customer_share(category, rows, as_of=AS_OF)["wallet_source"].tolist() == ["panel+stated"]


def test_a_wallet_without_category_counts_only_for_all_and_only_alone():
    category = sold(("c1", "tea", 30), ("c2", "tea", 30))
    rows = wallets(wallet("c1", 300, 30, None), wallet("c2", 300, 30, None), wallet("c2", 60, 30, "tea"))
    assert share_of(category, rows) == {"c1": ("known", pytest.approx(0.1)), "c2": ("known", pytest.approx(0.5))}
    named = share_of(category, rows, scope_categories=["tea"])
    assert named["c1"][0] == "unknown"
    assert wallet_states(rows, category, as_of=AS_OF)["state"].tolist() == ["used", "by_category", "used"]


def test_a_wallet_without_category_gives_way_only_for_the_same_days():
    category = sold(("c1", "tea", 30))
    rows = wallets(
        wallet("c1", 300, 10, None, "2026-01-01", "2026-03-31"),
        wallet("c1", 60, 20, "tea", "2026-04-01", "2026-06-30"),
    )
    assert share_of(category, rows)["c1"] == ("known", pytest.approx(30 / 360))
    one_day = rows.assign(period_end=rows["period_end"].where(rows["category"] == "tea", pd.Timestamp("2026-04-01")))
    assert share_of(category, one_day)["c1"] == ("known", pytest.approx(20 / 60))


def test_a_category_that_we_do_not_sell_is_not_part_of_all_that_we_sell():
    rows = wallets(wallet("c1", 60, 30), wallet("c1", 900, 0, "boats"))
    assert share_of(sold(("c1", "tea", 30)), rows) == {"c1": ("known", pytest.approx(0.5))}


def test_revenue_without_category_is_in_the_whole_and_in_no_named_scope():
    category = sold(("c1", None, 30), ("c2", "tea", 5))
    assert set(share_of(category, None)) == {"c1", "c2"}
    assert set(share_of(category, None, scope_categories=["tea", ""])) == {"c2"}


def test_conflicts_are_listed_and_never_raised():
    category = sold(*((f"c{number}", "tea", 30) for number in range(1, 5)))
    half_a_cent = wallet("c4", 30, 30.0049)
    rows = wallets(
        wallet("c1", 20, 30),
        wallet("c2", 20, 30, "tea", "2026-01-01", "2026-06-30"),
        wallet("c2", 90, 0, "tea", "2026-07-01", "2026-12-31"),
        wallet("c3", 10, 10.004, "tea", "2026-01-01", "2026-06-30"),
        wallet("c3", 10, 10.004, "tea", "2026-07-01", "2026-12-31"),
        half_a_cent,
    )
    states = {customer: state for customer, (state, _) in share_of(category, rows).items()}
    assert states == {"c1": "conflict", "c2": "conflict", "c3": "conflict", "c4": "known"}
    table = customer_share(category, rows, as_of=AS_OF).set_index("customer_id")
    assert np.isnan(table.loc["c1", "customer_share"])
    assert table.loc["c1", "wallet"] == 20
    assert group_share(table.reset_index()).iloc[0][["known_wallets", "conflicts"]].tolist() == [1, 3]


def test_a_wallet_of_zero_is_treated_like_no_wallet():
    category = sold(("c1", "tea", 30), ("c2", "tea", 30))
    with_zero = customer_share(category, wallets(wallet("c1", 0, 0)), as_of=AS_OF)
    pd.testing.assert_frame_equal(with_zero, customer_share(category, wallets(), as_of=AS_OF))
    assert with_zero["wallet_state"].tolist() == ["unknown", "unknown"]
    assert share_of(category, wallets(wallet("c1", 0, 30)))["c1"][0] == "conflict"


def test_wallets_that_our_data_do_not_cover_say_nothing():
    rows = wallets(wallet("c1", 100, np.nan, covered=0))
    assert share_of(sold(("c1", "tea", 30)), rows)["c1"][0] == "unknown"


def test_returns_only_nobody_is_a_buyer():
    shares = customer_share(sold(("c1", "tea", -30), ("c2", "tea", 0)), wallets(wallet("c1", 5, -30)), as_of=AS_OF)
    assert shares.empty
    assert list(shares) == schema("customer_share").names
    row = group_share(shares).iloc[0]
    assert row[["customers", "known_wallets", "revenue", "band"]].tolist() == [0, 0, 0.0, "cannot_say"]
    assert headroom(shares).empty


def test_lines_without_a_customer_are_nobodys_share():
    assert set(share_of(sold((None, "tea", 30), ("", "tea", 3), ("c1", "tea", 3)), None)) == {"c1"}


def test_one_customer_has_a_share_but_no_range():
    row = group_share(customer_share(sold(("c1", "tea", 30)), wallets(wallet("c1", 100, 30)), as_of=AS_OF)).iloc[0]
    assert row["customer_share"] == pytest.approx(0.3)
    assert np.isnan(row["share_low"])
    assert row["band"] == "undecided"


def test_equal_customers_equal_ranks():
    category = sold(*((f"c{number}", "tea", 30) for number in range(5)))
    shares = customer_share(category, wallets(*(wallet(f"c{number}", 100, 30) for number in range(5))), as_of=AS_OF)
    table = headroom(shares)
    assert set(table["rank"]) == {1}
    assert table["running_part"].tolist() == [1.0] * 5
    assert group_share(shares)["band"].tolist() == ["build"]


def test_below_thirty_percent_coverage_nothing_is_said():
    category = sold(("c1", "tea", 29), ("c2", "tea", 71))
    row = group_share(customer_share(category, wallets(wallet("c1", 100, 29)), as_of=AS_OF)).iloc[0]
    assert row["coverage"] == pytest.approx(0.29)
    assert row["band"] == "cannot_say"
    assert row[["customer_share", "share_low", "share_high", "mean_of_shares"]].isna().all()


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        (0.0, 0.299, "win_more"),
        (0.1, 0.3, "undecided"),
        (0.3, 0.799, "build"),
        (0.5, 0.8, "undecided"),
        (0.8, 1.0, "deepen_and_defend"),
        (0.1, 0.9, "undecided"),
        (np.nan, np.nan, "undecided"),
    ],
)
def test_a_band_only_if_the_whole_interval_lies_in_it(low, high, band):
    assert share_band(low, high) == band


@pytest.mark.parametrize("cuts", [(0.8, 0.3), (0.3, 0.3), (0, 0.8), (0.3, 1.2), (float("nan"), 0.8)])
def test_cuts_out_of_range_are_refused_by_name(cuts):
    with pytest.raises(StepInputError, match=r"LOW_CUT is .* HIGH_CUT is .* Expected two shares in order"):
        share_band(0.4, 0.5, cuts)
    assert share_band(1.0, 1.0, (0.3, 1)) == "deepen_and_defend"


def test_groups_add_up_and_come_in_order():
    category = sold(*((f"c{number}", "tea", 10 * number) for number in range(1, 6)))
    rows = wallets(*(wallet(f"c{number}", 100, 10 * number) for number in range(1, 6)))
    groups = pd.DataFrame(
        {
            "customer_id": ["c1", "c2", "c3", "c4"],
            "group_id": ["g10", "g2", "g2", "g10"],
            "group_name": ["B", "A", "A", "B"],
        }
    )
    table = group_share(customer_share(category, rows, as_of=AS_OF, groups=groups), groups)
    assert table["group_name"].tolist() == ["All customers", "A", "B", "In no group"]
    assert table.loc[1:, "wallet"].sum() == table.loc[0, "wallet"]
    assert table.loc[1:, "customers"].sum() == table.loc[0, "customers"]


def test_a_customer_in_two_groups_is_refused():
    groups = pd.DataFrame({"customer_id": ["c1", "c1"], "group_id": ["g1", "g2"]})
    with pytest.raises(StepInputError, match="stands in the groups twice"):
        customer_share(sold(("c1", "tea", 30)), None, as_of=AS_OF, groups=groups)


@pytest.mark.parametrize("amount", [-1.0, np.nan])
def test_bad_wallets_are_refused(amount):
    with pytest.raises(StepInputError, match="1 wallet of 1 missing or below zero"):
        customer_share(sold(("c1", "tea", 30)), wallets(wallet("c1", amount, 0)), as_of=AS_OF)


@settings(max_examples=EXAMPLES)
@given(clients())
def test_what_always_holds(client):
    category, rows = client
    shares = customer_share(category, rows, as_of=AS_OF)
    states = wallet_states(rows, category, as_of=AS_OF)
    known = shares[shares["wallet_state"] == "known"]
    assert len(states) == (0 if rows is None else len(rows))
    assert (shares["revenue"] > 0).all()
    assert shares["customer_id"].is_unique
    assert (known["customer_share"] <= 1 + 1e-9).all()
    assert shares.loc[shares["wallet_state"] != "known", "customer_share"].isna().all()
    table = headroom(shares)
    assert (table["headroom"] + table["wallet_revenue"] - table["wallet"]).abs().max() <= 0.005 or table.empty
    # Each day of a customer's category is in at most one wallet that counts.
    used = states[states["state"] == "used"].sort_values(["customer_id", "category", "period_start"])
    before = used.groupby(["customer_id", "category"])["period_end"].shift()
    assert not (used["period_start"] <= before).any()


@settings(max_examples=EXAMPLES)
@given(clients(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(client, random):
    category, rows = client
    order, other = list(range(len(category))), list(range(0 if rows is None else len(rows)))
    random.shuffle(order)
    random.shuffle(other)
    shuffled = None if rows is None else rows.iloc[other]
    first = customer_share(category, rows, as_of=AS_OF)
    again = customer_share(category.iloc[order], shuffled, as_of=AS_OF)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    pd.testing.assert_frame_equal(group_share(first), group_share(again), check_exact=True)


@settings(max_examples=EXAMPLES)
@given(clients(), st.sampled_from([100, 1000]))
def test_another_currency_unit_changes_no_share(client, factor):
    category, rows = client
    scaled = category.assign(revenue=(category["revenue"] * factor).round(4))
    wider = None if rows is None else rows.assign(wallet=rows["wallet"] * factor, revenue=rows["revenue"] * factor)
    first = group_share(customer_share(category, rows, as_of=AS_OF))
    again = group_share(customer_share(scaled, wider, as_of=AS_OF))
    same = ["customers", "known_wallets", "conflicts", "coverage", "customer_share", "share_low", "share_high"]
    pd.testing.assert_frame_equal(first[same], again[same], rtol=1e-9)
    assert again["wallet"].tolist() == pytest.approx((first["wallet"] * factor).tolist())


@settings(max_examples=EXAMPLES)
@given(clients())
def test_other_ids_change_no_number(client):
    category, rows = client
    renamed = category.assign(customer_id="z" + category["customer_id"].str[::-1])
    other = None if rows is None else rows.assign(customer_id="z" + rows["customer_id"].str[::-1])
    first = group_share(customer_share(category, rows, as_of=AS_OF))
    pd.testing.assert_frame_equal(first, group_share(customer_share(renamed, other, as_of=AS_OF)), rtol=1e-9)


def test_headroom_curve_rises_to_all_of_it():
    category = sold(*((f"c{number}", "tea", 10) for number in range(4)))
    rows = wallets(*(wallet(f"c{number}", 10 + 10 * number, 10) for number in range(4)))
    curve = headroom_curve(headroom(customer_share(category, rows, as_of=AS_OF)))
    assert list(curve) == schema("headroom_curve").names
    assert curve["headroom"].tolist()[-4:] == [30.0, 50.0, 60.0, 60.0]
    assert curve["part_of_headroom"].iloc[-1] == 1
