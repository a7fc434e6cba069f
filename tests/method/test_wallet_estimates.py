"""Estimated wallets: limits, identities and a law that the test knows."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.wallet_estimates import LEAST_KNOWN, estimate_wallets
from helpers.method.wallet_groups import modelled_group_share
from helpers.method.wallet_model import interval_of, ridge, weighted_quantiles
from tests.method.wallet_builders import drawn, told

AMOUNTS = ["wallet_estimate", "wallet_low", "wallet_high"]


@pytest.fixture(scope="module")
def known_law():
    return drawn()


@pytest.fixture(scope="module")
def found(known_law):
    return estimate_wallets(known_law)


# ---- the parts, by hand ----------------------------------------------------------------------------------------------


def test_ridge_regression_pulls_slopes_and_never_the_mean():
    features = np.column_stack([np.ones(4), [-1.0, -1.0, 1.0, 1.0]])
    y = np.array([8.0, 10.0, 14.0, 16.0])
    assert ridge(features, y, np.ones(4), penalty=0.0).tolist() == pytest.approx([12.0, 3.0])
    assert ridge(features, y, np.ones(4), penalty=4.0).tolist() == pytest.approx([12.0, 1.5]), "4 customers against 4"
    doubled = ridge(features, y, np.array([1.0, 3.0, 1.0, 1.0]), penalty=0.0)
    assert doubled.sum() == pytest.approx(15.0) and doubled @ [1, -1] == pytest.approx(9.5), "weighted means"


def test_quantiles_count_weights():
    values, weights = np.array([5.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.0])
    assert weighted_quantiles(values, weights, np.array([0.01, 0.5, 0.51, 0.75, 0.76, 1.0])).tolist() == [
        1.0, 1.0, 3.0, 3.0, 5.0, 5.0,
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "low", "high"), [(10, 1.0, 10.0), (39, 2.0, 38.0), (999, 50.0, 950.0)])
def test_an_interval_is_wider_where_few_were_seen(count, low, high):
    """Of 39 the second and the last but one: 36 of 40 gaps, 90 %, lie between them."""
    assert interval_of(np.arange(1.0, count + 1), np.ones(count), 0.9) == (low, high)


# ---- what is promised ------------------------------------------------------------------------------------------------


def test_known_wallets_stay_as_they_are_and_estimates_are_never_below_our_revenue(known_law, found):
    table = found.customers.set_index("customer_id")
    known = known_law.set_index("customer_id")["wallet"].dropna()
    assert (table["basis"] == "known").sum() == len(known) == found.fit.known == 200
    for name in AMOUNTS:
        assert table.loc[known.index, name].tolist() == known.tolist()
    rest = table[table["basis"] == "estimated"]
    assert len(rest) == found.fit.estimated == 200
    assert (rest["wallet_low"] >= rest["year_revenue"]).all()
    assert (rest["wallet_estimate"] >= rest["year_revenue"]).all()
    assert (rest["wallet_low"] < rest["wallet_high"]).all()


@pytest.mark.parametrize(("known", "least", "most"), [(200, 0.87, 0.95), (30, 0.88, 0.98)])
def test_intervals_hold_the_wallets_that_nobody_told(known, least, most):
    """Ten draws of 400 customers, the known ones no random part; with few known, intervals err on the wide side."""
    inside = []
    for seed in range(10):
        table = drawn(known=known, seed=seed)
        estimates = estimate_wallets(table).customers
        unknown = table["wallet"].isna().to_numpy()
        truth = table["true_wallet"].to_numpy()
        held = (truth >= estimates["wallet_low"]) & (truth <= estimates["wallet_high"])
        inside.append(held[unknown].mean())
    assert least <= np.mean(inside) <= most


def test_who_is_known_stands_for_who_is_not():
    """Large customers are known, small ones seldom: response weights make the intervals fit the small ones."""
    rng = np.random.default_rng(8)
    big = np.arange(600) < 300
    # shares of small customers vary much more, so unweighted distances would be too short for them
    off = rng.normal(0, np.where(big, 0.2, 1.0))
    wallet = np.where(big, 50_000.0, 500.0) * np.exp(off)
    revenue = np.where(big, 5_000.0, 50.0) * np.exp(0.01 * rng.normal(size=600))
    wallet = np.maximum(wallet, revenue)
    known = np.where(big, rng.random(600) < 0.9, rng.random(600) < 0.2)
    rows = [(f"c{n}", revenue[n], wallet[n] if known[n] else None) for n in range(600)]
    found = estimate_wallets(told(*rows))
    table = found.customers[~known & ~big]
    held = (wallet[~known & ~big] >= table["wallet_low"]) & (wallet[~known & ~big] <= table["wallet_high"])
    assert held.mean() >= 0.85
    assert found.fit.coverage >= 0.85


def test_rows_ids_and_currency_make_no_difference(known_law, found):
    known_law = known_law.drop(columns="true_wallet")
    mixed = known_law.sample(frac=1, random_state=4).reset_index(drop=True)
    again = estimate_wallets(mixed).customers.set_index("customer_id").loc[known_law["customer_id"]]
    assert again[AMOUNTS].to_numpy() == pytest.approx(found.customers[AMOUNTS].to_numpy(), rel=1e-9)

    other = known_law.assign(customer_id=[f"k{name[::-1]}" for name in known_law["customer_id"]])
    again = estimate_wallets(other)
    assert again.customers[AMOUNTS].to_numpy() == pytest.approx(found.customers[AMOUNTS].to_numpy(), rel=1e-9)
    assert again.fit == found.fit

    money = ["year_revenue", "wallet", "wallet_revenue", "order_value"]
    cents = estimate_wallets(known_law.assign(**{name: 100 * known_law[name] for name in money}))
    assert cents.customers[AMOUNTS].to_numpy() == pytest.approx(100 * found.customers[AMOUNTS].to_numpy(), rel=1e-6)
    assert modelled_group_share(cents)["modelled_share"].tolist() == pytest.approx(
        modelled_group_share(found)["modelled_share"].tolist(), rel=1e-6
    )


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_twenty_nine_are_too_few_and_thirty_are_enough():
    rows = [(f"c{n:02d}", 10.0 + n, 40.0 + 3 * n if n < 30 else None) for n in range(40)]
    enough = estimate_wallets(told(*rows))
    assert LEAST_KNOWN == 30 and enough.fit.known == 30 and enough.why_not == ""
    rows[0] = ("c00", 10.0, None)
    few = estimate_wallets(told(*rows))
    assert few.fit is None
    assert few.why_not == "the wallets of 29 customers are known, and 30 are needed"
    assert set(few.customers["basis"]) == {"known", "unknown"}
    assert few.customers.loc[few.customers["basis"] == "unknown", AMOUNTS].isna().all(axis=None)


@pytest.mark.parametrize("rows", [[], [("c1", 5.0, None)], [("c1", 5.0, 9.0)]])
def test_nobody_one_unknown_and_one_known(rows):
    found = estimate_wallets(told(*rows))
    assert found.fit is None and len(found.customers) == len(rows)
    assert found.customers["basis"].tolist() == [("known" if row[2] else "unknown") for row in rows]


def test_customers_who_are_all_alike_and_bought_nothing_this_year():
    rows = [(f"c{n:02d}", 0.0, 100.0 if n < 40 else None) for n in range(50)]
    table = told(*rows, order_days=0.0)
    found = estimate_wallets(table.assign(order_value=np.nan))
    rest = found.customers[found.customers["basis"] == "estimated"]
    assert rest[AMOUNTS].to_numpy() == pytest.approx(100.0, rel=1e-6)
    assert np.isnan(found.fit.r2), "where wallets do not differ there is nothing to explain"


def test_who_gives_us_everything_has_a_wallet_that_begins_at_our_revenue():
    rows = [(f"c{n:02d}", 10.0 + n, 10.0 + n if n < 60 else None) for n in range(80)]
    found = estimate_wallets(told(*rows))
    rest = found.customers[found.customers["basis"] == "estimated"]
    assert (rest["wallet_estimate"] >= rest["year_revenue"]).all()
    assert (rest["wallet_estimate"] <= 1.1 * rest["year_revenue"]).all()
    assert modelled_group_share(found).at[0, "modelled_share"] == pytest.approx(1.0, abs=0.02)


def test_half_a_cent_below_our_revenue_is_the_same_to_a_reader():
    rows = [(f"c{n:02d}", 0.01, 0.005 if n < 40 else None) for n in range(50)]
    assert modelled_group_share(estimate_wallets(told(*rows)))["modelled_share"].between(0.9, 2.0).all()


@pytest.mark.parametrize("bad", [0.0, 3.1])
def test_a_wallet_of_nothing_or_below_our_revenue_is_refused(bad):
    with pytest.raises(StepInputError, match="1 wallet of 1 not above zero, or below our own revenue"):
        estimate_wallets(told(("c1", 5.0, bad)))


# ---- groups ----------------------------------------------------------------------------------------------------------


def test_groups_add_up_and_the_truth_lies_in_their_ranges(known_law, found):
    names = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["One", "Two"]})
    table = modelled_group_share(found, names).set_index("group_id")
    assert table["group_name"].tolist() == ["All customers", "One", "Two"]
    sums = ["customers", "known", "estimated", "year_revenue", "known_wallet", "estimated_wallet", "wallet", "headroom"]
    for name in sums:
        assert table.at["all", name] == pytest.approx(table.loc[["g1", "g2"], name].sum(), abs=0.001)
    truth = known_law.groupby("group_id")[["year_revenue", "true_wallet"]].sum()
    truth = truth["year_revenue"] / truth["true_wallet"]
    for group in ("g1", "g2"):
        row = table.loc[group]
        assert row["modelled_low"] <= truth[group] <= row["modelled_high"]
        assert row["modelled_share"] == pytest.approx(truth[group], abs=0.05)
        assert row["modelled_low"] <= row["modelled_share"] <= row["modelled_high"]
        assert row["headroom_low"] == pytest.approx(row["wallet_low"] - row["year_revenue"], abs=0.001)
    width = table["wallet_high"] - table["wallet_low"]
    assert width["all"] < width["g1"] + width["g2"], "a total is surer than its parts together"


def test_where_all_is_known_the_share_is_measured_and_has_no_range():
    table = modelled_group_share(estimate_wallets(told(("c1", 10.0, 100.0), ("c2", 30.0, 60.0)))).iloc[0]
    assert table[["modelled_share", "modelled_low", "modelled_high"]].tolist() == [0.25] * 3
    assert (table["headroom"], table["known_part"], table["band"]) == (120.0, 1.0, "win_more")


def test_a_group_of_which_hardly_a_wallet_is_known_gets_no_share(known_law):
    told_four = known_law.drop(columns="true_wallet")
    g2 = told_four.index[(told_four["group_id"] == "g2") & told_four["wallet"].notna()]
    told_four.loc[g2[4:], ["wallet", "wallet_revenue"]] = np.nan
    table = modelled_group_share(estimate_wallets(told_four)).set_index("group_id")
    assert table.at["g2", "known"] == 4 and table.at["g2", "band"] == "cannot_say"
    assert table.loc["g2", ["wallet", "modelled_share", "modelled_low", "headroom_high"]].isna().all()
    assert table.at["g1", "modelled_share"] > 0


def test_too_few_known_wallets_leave_shares_unsaid():
    table = modelled_group_share(estimate_wallets(told(("c1", 10.0, 100.0), ("c2", 30.0, None)))).iloc[0]
    assert table["band"] == "cannot_say" and np.isnan(table["modelled_share"]) and np.isnan(table["wallet_high"])
    assert (table["known"], table["known_wallet"], table["known_part"]) == (1, 100.0, 0.25)
