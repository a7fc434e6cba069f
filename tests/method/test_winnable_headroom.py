"""What can be won of headroom: gains counted by hand, quartiles with their ranges, sums of customers and groups."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.share import customer_share
from helpers.method.wallet_estimates import estimate_wallets
from helpers.method.winnable_groups import winnable_by_group
from helpers.method.winnable_headroom import capture_pairs, capture_rates, winnable_headroom
from tests.method.wallet_builders import drawn, told

AS_OF = "2027-01-01"
SOLD = pd.DataFrame({"customer_id": ["c1", "c2", "c3", "c4", "c5"], "category": "tea", "revenue": 50.0})


def wallet(customer: str, year: int, amount: float, ours: float) -> dict:
    start, end = pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year}-12-31")
    return {
        "customer_id": customer, "category": "tea", "wallet": amount, "revenue": ours, "period_start": start,
        "period_end": end, "period_days": 365, "covered_days": 365, "wallet_source": "stated",
        "conflict": amount < ours,
    }  # fmt: skip


def pairs(*wallets: dict) -> pd.DataFrame:
    delivered = pd.DataFrame(wallets) if wallets else None
    now = customer_share(SOLD, delivered, as_of=AS_OF)
    return capture_pairs(now, delivered, SOLD, as_of=AS_OF)


def gains(**groups: list[float]) -> pd.DataFrame:
    rows = [(group, value) for group, values in groups.items() for value in values]
    return pd.DataFrame(rows, columns=["group_id", "captured"])


def test_a_gain_is_part_of_what_was_elsewhere():
    table = pairs(
        wallet("c1", 2025, 100.0, 60.0), wallet("c1", 2026, 200.0, 140.0),  # .6 to .7: a quarter of the .4 elsewhere
        wallet("c2", 2025, 100.0, 50.0), wallet("c2", 2026, 100.0, 25.0),  # lost half as much again
        wallet("c3", 2026, 100.0, 25.0),  # one year only
        wallet("c4", 2025, 80.0, 80.0), wallet("c4", 2026, 90.0, 45.0),  # nothing was elsewhere
        wallet("c5", 2025, 80.0, 90.0), wallet("c5", 2026, 90.0, 45.0),  # a conflict is no start
    )  # fmt: skip
    assert table["customer_id"].tolist() == ["c1", "c2"]
    assert table["captured"].tolist() == [0.25, -0.5]
    assert table[["share_start", "share_end"]].values.tolist() == [[0.6, 0.7], [0.5, 0.25]]


def test_without_wallets_there_are_no_pairs():
    assert pairs().empty and pairs(wallet("c1", 2026, 100.0, 10.0)).empty


def test_the_upper_quartile_of_a_group_or_of_all_where_it_is_small():
    table = gains(g1=[n / 100 for n in range(41)], g2=[0.9] * 20)
    rates = capture_rates(table, ["g1", "g2", "g3", "all"]).set_index("group_id")
    assert rates.loc["g1", ["customers", "capture_rate", "basis"]].tolist() == [41, 0.30, "group"]
    for group in ("g2", "g3", "all"):
        assert rates.loc[group, ["customers", "basis"]].tolist() == [61, "all"]
        assert rates.at[group, "capture_rate"] == 0.9, "20 of 61 hold the upper third"
    assert rates.loc["g1", ["capture_low", "capture_high"]].tolist() == [0.25, 0.35], (
        "binomial(41, .75) lies from 26 to 35 in nine of ten draws: the 26th and the 36th of 41"
    )


def test_ranges_hold_the_true_quartile_nine_times_in_ten():
    rng = np.random.default_rng(5)
    true = 0.05 + 0.1 * 0.6744897501960817
    rates = [capture_rates(gains(g1=rng.normal(0.05, 0.1, 50)), ["g1"]).iloc[0] for _ in range(400)]
    held = [row["capture_low"] <= true <= row["capture_high"] for row in rates]
    assert 0.88 <= np.mean(held) <= 0.97


def test_where_customers_only_leave_nothing_can_be_won():
    rates = capture_rates(gains(g1=[-0.2 - n / 100 for n in range(30)]), ["g1"]).iloc[0]
    assert rates[["capture_rate", "capture_low", "capture_high"]].tolist() == [0.0, 0.0, 0.0]


def test_what_people_decide_counts_only_where_wallets_of_two_years_are_too_few():
    few, many = gains(g1=[0.1] * 29), gains(g1=[0.1] * 30)
    assert capture_rates(few, ["g1"]).iloc[0]["basis"] == "unknown"
    assert np.isnan(capture_rates(few, ["g1"]).iloc[0]["capture_rate"])
    judged = capture_rates(few, ["g1"], decided=0.4).iloc[0]
    assert judged[["capture_rate", "capture_low", "capture_high", "basis"]].tolist() == [
        0.4, 0.2, pytest.approx(0.6), "judged",
    ]  # fmt: skip
    assert capture_rates(few, ["g1"], decided=0.9).iloc[0]["capture_high"] == 1.0
    assert capture_rates(many, ["g1"], decided=0.4).iloc[0]["basis"] == "group"


@pytest.mark.parametrize("decided", [-0.1, 1.1, 20])
def test_a_decided_rate_that_is_no_part_is_refused(decided):
    with pytest.raises(StepInputError, match="capture_rate is .* 0 to 1, such as 0.1"):
        capture_rates(gains(), ["g1"], decided=decided)


def test_customers_and_groups_add_up_to_the_whole():
    found = estimate_wallets(drawn())
    rates = capture_rates(gains(g1=[n / 100 for n in range(41)], g2=[0.2] * 10), ["g1", "g2"])
    each = winnable_headroom(found, rates)
    assert each["winnable"].tolist() == pytest.approx((each["headroom"] * each["capture_rate"]).tolist(), abs=1e-4)
    table = winnable_by_group(found, rates).set_index("group_id")
    assert table.index.tolist() == ["all", "g1", "g2"]
    for group in ("g1", "g2"):
        own = each[each["group_id"] == group]
        assert table.at[group, "headroom"] == pytest.approx(own["headroom"].sum(), abs=0.05)
        assert table.at[group, "winnable"] == pytest.approx(own["winnable"].sum(), abs=0.05)
        assert own["winnable_low"].sum() <= table.at[group, "winnable_low"] <= table.at[group, "winnable"]
        assert table.at[group, "winnable"] <= table.at[group, "winnable_high"] <= own["winnable_high"].sum()
    assert table.at["all", "winnable"] == pytest.approx(table.loc[["g1", "g2"], "winnable"].sum(), abs=0.01)
    assert table.at["all", "capture_rate"] == pytest.approx(table.at["all", "winnable"] / table.at["all", "headroom"])
    assert table["capture_basis"].fillna("").tolist() == ["", "group", "all"]
    assert table["pairs"].tolist() == [51, 41, 51]


def test_with_all_wallets_known_only_the_rate_has_a_range():
    found = estimate_wallets(told(("c1", 20.0, 120.0), ("c2", 10.0, 60.0)))
    rates = capture_rates(gains(), ["all"], decided=0.2)
    row = winnable_by_group(found, rates).iloc[0]
    assert row[["group_id", "headroom", "headroom_low", "winnable"]].tolist() == ["all", 150.0, 150.0, 30.0]
    assert row["winnable_low"] == pytest.approx(15.0, rel=0.1) and row["winnable_high"] == pytest.approx(45.0, rel=0.1)
    assert row["capture_basis"] == "judged"


def test_a_rate_that_may_be_much_higher_than_likely_makes_a_range_of_that_shape():
    found = estimate_wallets(told(("c1", 20.0, 120.0), group_id="g1"))
    rate = {"group_id": ["g1"], "customers": 40, "capture_rate": 0.2, "capture_low": 0.15, "capture_high": 0.5}
    row = winnable_by_group(found, pd.DataFrame(rate | {"basis": "group"})).iloc[-1]
    assert row["winnable"] == 20.0
    assert (row["winnable_low"], row["winnable_high"]) == pytest.approx((15.0, 50.0), rel=0.1)


def test_what_is_unknown_stays_unsaid():
    found = estimate_wallets(told(("c1", 20.0, 120.0), ("c2", 10.0, None)))
    rates = capture_rates(gains(), ["all"])
    assert winnable_headroom(found, rates)["winnable"].isna().all()
    assert winnable_headroom(found, rates)["headroom"].tolist() == [100.0, pytest.approx(np.nan, nan_ok=True)]
    row = winnable_by_group(found, capture_rates(gains(), ["all"], decided=0.2)).iloc[0]
    assert row[["headroom", "winnable", "winnable_low", "winnable_high"]].isna().all()
