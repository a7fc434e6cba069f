"""Rank-based share of wallet: published values, and when it may be used."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import StepInputError
from helpers.method.rank_share import one_rank_up, our_name_checks, rank_based_share, rank_based_share_table


@pytest.mark.parametrize(
    ("rank", "n", "published"),
    [(1, 2, 0.6667), (2, 2, 0.3333), (1, 3, 0.5), (2, 3, 0.3333), (3, 3, 0.1667), (1.5, 2, 0.5), (1, 1, 1.0)],
)
def test_keiningham_aksoy_buoye_cooil_2011(rank, n, published):
    assert rank_based_share(rank, n).round(4) == published


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_shares_of_all_suppliers_sum_to_one_whatever_the_ties(scores):
    ranks = pd.Series(scores).rank(method="average")
    assert rank_based_share(ranks, len(scores)).sum() == pytest.approx(1)


def test_rank_outside_the_set_is_refused():
    with pytest.raises(StepInputError, match="ranks from 1 to the number"):
        rank_based_share([1, 4], 3)


def test_one_rank_up_is_the_difference_of_two_shares():
    ranks, wallet = np.array([2, 3, 4]), 900.0
    gain = (rank_based_share(ranks - 1, 4) - rank_based_share(ranks, 4)) * wallet
    assert one_rank_up(ranks, 4, wallet) == pytest.approx(gain)
    assert one_rank_up(3, 4, wallet) == pytest.approx(2 / (4 * 5) * wallet)
    assert one_rank_up(1, 4, wallet) == 0
    assert one_rank_up(1.5, 2, wallet) == pytest.approx(wallet * (0.6667 - 0.5), abs=0.1)


def spend(*rows, basis="preference"):
    """supplier_spend from (customer, supplier, spend, rank)."""
    table = pd.DataFrame(rows, columns=["customer_id", "supplier", "spend", "supplier_rank"])
    return table.assign(category="tea", rank_basis=basis)


TWO = (("c1", "we", 60.0, 1), ("c1", "x", 40.0, 2), ("c2", "we", 30.0, 2), ("c2", "x", 70.0, 1))


def test_preference_ranks_by_hand():
    row = rank_based_share_table(spend(*TWO), ["c1", "c2"], our_name="we").iloc[0]
    assert row["rank_based_share"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert row["spend_share"] == pytest.approx(90 / 200)
    assert row["mean_spend_share"] == pytest.approx((60 / 100 + 30 / 100) / 2)
    assert (row["customers"], row["suppliers_all"], row["set_size"], row["use_several"]) == (2, 2, 2, 1)
    assert row["applies"]


def test_a_supplier_under_five_percent_takes_no_place():
    rows = (("c1", "small", 4.0, 1), ("c1", "we", 40.0, 2), ("c1", "x", 56.0, 3))
    row = rank_based_share_table(spend(*rows), ["c1"], our_name="we").iloc[0]
    assert (row["suppliers_all"], row["set_size"]) == (3, 2)
    assert row["rank_based_share"] == pytest.approx(2 / 3)
    exactly = spend(("c1", "we", 5.0, 2), ("c1", "x", 95.0, 1))
    assert rank_based_share_table(exactly, ["c1"], our_name="we")["set_size"][0] == 2


def test_a_customer_to_whom_we_do_not_count_gives_zero():
    rows = (*TWO, ("c3", "we", 1.0, 2), ("c3", "x", 50.0, 1), ("c3", "y", 49.0, 3))
    row = rank_based_share_table(spend(*rows), ["c1", "c2", "c3"], our_name="we").iloc[0]
    assert row["rank_based_share"] == pytest.approx((2 / 3 + 1 / 3 + 0) / 3)


def test_a_customer_to_whom_nobody_counts_gives_zero():
    many = [("c3", f"s{place}", 4.0, place + 2) for place in range(24)]
    row = rank_based_share_table(spend(*TWO, ("c3", "we", 4.0, 1), *many), ["c1", "c2", "c3"], our_name="we").iloc[0]
    assert row["customers"] == 3
    assert row["set_size"] == pytest.approx(4 / 3)
    assert not row["applies"]
    more = [(f"d{number}", name, 50.0, place) for number in range(3) for place, name in ((1, "we"), (2, "x"))]
    buyers = ["c1", "c2", "c3", "d0", "d1", "d2"]
    row = rank_based_share_table(spend(*TWO, *more, ("c3", "we", 4.0, 1), *many), buyers, our_name="we").iloc[0]
    assert row["rank_based_share"] == pytest.approx((2 / 3 + 1 / 3 + 0 + 3 * 2 / 3) / 6)


def test_ranks_from_spend_are_circular():
    row = rank_based_share_table(spend(*TWO, basis="spend"), ["c1", "c2"], our_name="we").iloc[0]
    assert not row["applies"]
    assert np.isnan(row["rank_based_share"])
    assert "circular" in row["reason"]


def test_few_use_several():
    rows = (("c1", "we", 60.0, 1), ("c1", "x", 40.0, 2), ("c2", "we", 30.0, 1), ("c3", "we", 30.0, 1))
    row = rank_based_share_table(spend(*rows), ["c1", "c2", "c3"], our_name="we").iloc[0]
    assert not row["applies"]
    assert "Too few customers" in row["reason"]


def test_our_name_unknown_judges_and_says_why_the_share_is_empty():
    row = rank_based_share_table(spend(*TWO), ["c1", "c2"]).iloc[0]
    assert row["applies"]
    assert np.isnan(row["rank_based_share"])
    assert "no row is known to be ours" in row["reason"]


def test_a_name_that_no_row_has_leaves_the_share_empty_and_is_flagged():
    """It once stopped the step, and with it the share from wallets, which needs no supplier's name."""
    row = rank_based_share_table(spend(*TWO), ["c1", "c2"], our_name="wee").iloc[0]
    assert row["applies"] and np.isnan(row["rank_based_share"]) and row["not_first"] == 0
    check = our_name_checks(spend(*TWO), "wee")[0]
    assert (check.verdict, check.expected) == ("flag", "wee")
    assert check.found == 'no row says "wee". Did you mean "we"?'
    assert our_name_checks(spend(*TWO), "we")[0].verdict == "pass"
    assert our_name_checks(None, "we") == our_name_checks(spend(*TWO), None) == our_name_checks(spend(), "we") == []


def test_satisfaction_scores_rank_the_higher_first():
    rows = spend(*TWO, basis="satisfaction").assign(supplier_rank=np.nan, satisfaction=[9, 5, 7, 7])
    row = rank_based_share_table(rows, ["c1", "c2"], our_name="we").iloc[0]
    assert row["rank_based_share"] == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_no_ranks_no_rows_and_faults_are_told():
    assert rank_based_share_table(None, ["c1"]).empty
    assert rank_based_share_table(spend(*TWO), []).empty
    with pytest.raises(StepInputError, match='no rank basis "guess"'):
        rank_based_share_table(spend(*TWO, basis="guess"), ["c1"])


def test_without_spend_every_ranked_supplier_counts():
    rows = spend(*TWO).assign(spend=np.nan)
    row = rank_based_share_table(rows, ["c1", "c2"], our_name="we").iloc[0]
    assert row["set_size"] == 2
    assert np.isnan(row["spend_share"])
    assert row["rank_based_share"] == pytest.approx(0.5)


def buyers(*rows):
    """customer_share from (customer, group, wallet or None)."""
    table = pd.DataFrame(rows, columns=["customer_id", "group_id", "wallet"])
    return table.assign(wallet_state=np.where(table["wallet"].isna(), "unknown", "known"))


def test_groups_stand_below_all_and_ranks_by_spend_have_one_row():
    shares = buyers(("c1", "g2", None), ("c2", "g1", None), ("c9", "g3", 50.0))
    names = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["Yards", "Refit"]})
    table = rank_based_share_table(spend(*TWO), ["c1", "c2"], our_name="we", customer_share=shares, groups=names)
    assert table["group_name"].tolist() == ["All customers", "Yards", "Refit"], "g3 has no ranks, so no row"
    assert table["rank_based_share"].tolist() == pytest.approx([1 / 2, 1 / 3, 2 / 3])
    assert table["customers"].tolist() == [2, 1, 1]
    by_spend = spend(*TWO, basis="spend")
    assert len(rank_based_share_table(by_spend, ["c1", "c2"], our_name="we", customer_share=shares)) == 1


def test_one_rank_up_in_money_by_hand():
    """Second of two on 100: 2/(2 x 3) x 100 = 33.33; tied first of two on 60: half a place, 2/(2 x 3) x 60 / 2 = 10."""
    rows = (*TWO, ("c3", "we", 30.0, 1), ("c3", "x", 30.0, 1))
    row = rank_based_share_table(spend(*rows), ["c1", "c2", "c3"], our_name="we").iloc[0]
    assert (row["not_first"], row["wallet"]) == (2, 160)
    assert row["one_rank_up"] == pytest.approx(100 / 3 + 10, abs=1e-4)
    assert np.isnan(rank_based_share_table(spend(*rows, basis="spend"), ["c2"], our_name="we")["one_rank_up"][0])


def test_one_rank_up_takes_the_known_wallet_where_the_spend_is_not_told():
    rows, shares = spend(*TWO).assign(spend=np.nan), buyers(("c1", "g1", 80.0), ("c2", "g1", 90.0))
    row = rank_based_share_table(rows, ["c1", "c2"], our_name="we", customer_share=shares).iloc[0]
    assert (row["not_first"], row["wallet"], row["one_rank_up"]) == (1, 90, pytest.approx(30))
    assert np.isnan(row["spend_share"]), "a wallet is no spend with us"
    alone = rank_based_share_table(rows, ["c1", "c2"], our_name="we").iloc[0]
    assert alone["not_first"] == 1
    assert np.isnan(alone["wallet"]) and np.isnan(alone["one_rank_up"])
