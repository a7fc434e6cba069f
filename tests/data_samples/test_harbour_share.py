"""Wallets and shares of Harbour: what is planted hangs together, and step 05 finds what the truth says it can."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.method.rank_share import rank_based_share_table
from helpers.method.share import customer_share, group_share

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
if str(SAMPLES) not in sys.path:
    sys.path.append(str(SAMPLES))

from harbour_maker import truth_share, wallets  # noqa: E402
from harbour_maker.build import Harbour, build  # noqa: E402
from harbour_maker.suppliers import US, supplier_spend  # noqa: E402
from harbour_maker.truth import out_of_band  # noqa: E402
from harbour_maker.world import AS_OF, CURRENT_START, WINDOW_START  # noqa: E402

YEAR = pd.Timedelta(days=365)


@cache
def harbour(seed: int = 1, customers: int = 900) -> Harbour:
    return build(seed, customers)


@cache
def facts(seed: int = 1, customers: int = 900) -> dict[str, dict]:
    one = harbour(seed, customers)
    lines, spend = one.tables["transactions"], one.tables["supplier_spend"]
    known = (one.population, one.true_wallets, lines, one.yearly_wallets, spend, one.opinions, one.survey)
    return truth_share.share_truth(*known)


def known_now(one: Harbour) -> pd.DataFrame:
    """The wallets of the last year, one per customer: what the panel says goes first."""
    rows = one.yearly_wallets[one.yearly_wallets["period_start"] == CURRENT_START]
    best = rows["wallet_source"].map({"panel": 0, "account_manager": 1, "stated": 2})
    return rows.assign(best=best).sort_values(["customer_id", "best"]).drop_duplicates("customer_id")


def test_every_fact_lies_in_its_band():
    assert {name: out_of_band(fact) for name, fact in facts().items() if out_of_band(fact)} == {}


def test_the_client_may_be_of_another_size():
    found = facts(3, 300)
    assert abs(found["wallets_known"]["value"] - 0.5) < 0.01
    assert 0.10 < found["satisfaction_and_share"]["value"] < 0.20


def test_a_true_wallet_is_what_we_sold_and_what_others_did():
    true, lines = harbour().true_wallets, harbour().tables["transactions"]
    for year, start in (("prior", WINDOW_START), ("current", CURRENT_START)):
        inside = (lines["date"] >= start) & (lines["date"] < start + YEAR)
        sold = lines[inside].groupby("customer_id")["revenue"].sum().reindex(true.index, fill_value=0.0)
        bought = sold > 0
        assert true.loc[bought, f"revenue_{year}"].to_numpy() == pytest.approx(sold[bought].to_numpy(), abs=0.005)
        assert (true[f"wallet_{year}"] >= true[f"revenue_{year}"]).all() and (true[f"wallet_{year}"] > 0).all()
        shares = sold[bought] / true.loc[bought, f"wallet_{year}"]
        assert true.loc[bought, f"share_{year}"].to_numpy() == pytest.approx(shares.to_numpy(), abs=1e-6)
        assert true.loc[~bought, f"share_{year}"].isna().all()


def test_who_left_buys_all_it_needs_elsewhere():
    one = harbour()
    people = one.population.set_index("customer_id")
    gone = one.history.died.index[one.history.died < CURRENT_START]
    here = people.index[(people["first_order"] < 1.0) & one.history.died.reindex(people.index).isna()]
    elsewhere = one.true_wallets["elsewhere_current"]
    assert (elsewhere[gone] / people.loc[gone, "potential"]).median() == pytest.approx(1.0, abs=0.1)
    planned = people["potential"] * (1 - people["share"])
    assert (elsewhere[here] / planned[here]).median() == pytest.approx(1.0, abs=0.05)
    assert len(gone) > 20 and len(here) > 300


def test_sources_are_off_by_as_much_as_planted():
    one = harbour()
    rows = one.yearly_wallets.join(one.true_wallets, on="customer_id")
    now = rows[rows["period_start"] == CURRENT_START]
    error = np.log(now["wallet"] / now["wallet_current"]).groupby(now["wallet_source"]).std()
    assert 0.05 < error["stated"] < 0.11 and 0.04 < error["account_manager"] < 0.16 and error["panel"] < 0.05
    assert set(one.yearly_wallets["period_end"]) == {CURRENT_START - pd.Timedelta(days=1), AS_OF - pd.Timedelta(days=1)}
    assert not one.yearly_wallets.duplicated(["customer_id", "period_start", "wallet_source"]).any()


def test_step_05_measures_what_the_oracle_says_it_can():
    one = harbour()
    lines = one.tables["transactions"]
    sold = lines[lines["date"] >= WINDOW_START].dropna(subset=["customer_id"])
    sold = sold.groupby(["customer_id", "category"], as_index=False)["revenue"].sum()
    wallet = one.yearly_wallets.assign(category="", covered_days=365)
    ours = [one.true_wallets[f"revenue_{year}"] for year in ("prior", "current")]
    by_year = dict(zip([WINDOW_START, CURRENT_START], ours, strict=True))
    wallet["revenue"] = [
        by_year[start][who] for start, who in zip(wallet["period_start"], wallet["customer_id"], strict=True)
    ]
    wallet["conflict"] = wallet["revenue"] > wallet["wallet"] + 0.005
    groups = one.population[["customer_id", "group"]].rename(columns={"group": "group_id"})
    shares = customer_share(sold, wallet, as_of=AS_OF, groups=groups)
    found = group_share(shares).set_index("group_id")
    oracle = facts()["group_share"]["oracle"] | {"all": facts()["customer_share"]["oracle"]}
    assert set(found.index) == set(oracle)
    for group, told in oracle.items():
        assert found.loc[group, "customer_share"] == pytest.approx(told["value"], abs=1e-6)
        assert found.loc[group, "known_wallets"] == told["customers"]
        # its interval is made another way; both are of the same size
        width = found.loc[group, "share_high"] - found.loc[group, "share_low"]
        assert width == pytest.approx(told["high"] - told["low"], rel=0.35)
    truth = facts()["customer_share"]
    assert abs(found.loc["all", "customer_share"] - truth["value"]) < truth["tolerance"]


def test_ranks_and_spends_are_those_of_the_customers_story():
    one = harbour()
    spend = one.tables["supplier_spend"]
    people = one.population.set_index("customer_id")
    named = spend.groupby("customer_id")
    assert named.ngroups == 300 and named.size().between(2, 5).all()
    assert (named["supplier_rank"].apply(sorted) == named.size().map(lambda count: list(range(1, count + 1)))).all()
    us = spend[spend["supplier"] == US].set_index("customer_id")
    assert (us["supplier_rank"].eq(1) == people["first_choice"].reindex(us.index)).all()
    stated = known_now(one)
    stated = stated[stated["wallet_source"] == "stated"].set_index("customer_id")["wallet"]
    both = stated.index.intersection(us.index)
    assert (named["spend"].sum()[both] / stated[both]).between(0.985, 1.015).all() and len(both) > 50


def test_ranks_may_be_used_by_step_05():
    one = harbour()
    spend = one.tables["supplier_spend"]
    (row,) = rank_based_share_table(spend, spend["customer_id"], our_name=US).to_dict("records")
    assert row["rank_basis"] == "preference" and row["applies"]
    assert row["set_size"] == pytest.approx(facts()["supplier_sets"]["value"])
    assert 0.2 < row["rank_based_share"] < 0.6


def test_correlation_with_satisfaction_is_that_of_all_customers():
    one = harbour()
    last = one.opinions[one.opinions["wave"] == 1].set_index("customer_id")["satisfaction"]
    share = one.true_wallets["share_current"].dropna()
    assert np.corrcoef(last[share.index], share)[0, 1] == pytest.approx(facts()["satisfaction_and_share"]["value"])


def test_the_same_seed_gives_the_same_wallets_whatever_else_was_drawn():
    one = harbour()
    lines = one.tables["transactions"]
    pd.testing.assert_frame_equal(
        one.yearly_wallets, wallets.wallets(one.population, one.true_wallets, lines, one.seed)
    )
    again = supplier_spend(one.population, one.true_wallets, one.yearly_wallets, one.opinions, one.seed)
    pd.testing.assert_frame_equal(one.tables["supplier_spend"], again)
    other = wallets.wallets(one.population, one.true_wallets, lines, one.seed + 1)
    assert set(other["customer_id"]) != set(one.yearly_wallets["customer_id"])


def test_truth_by_customer_holds_every_customer_once():
    one = harbour()
    table = truth_share.customers(one.population, one.true_wallets, one.yearly_wallets)
    assert list(table.index) == list(one.population["customer_id"])
    assert set(table.index[table["wallet_known"]]) == set(known_now(one)["customer_id"])
    assert (table["wallet_current"] > 0).all() and table["planned_share"].between(0, 1).all()
