"""What Harbour's customers think, say and do: closed forms against large samples, tables against their story."""

import sys
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.method.advocacy import is_nps_scale, referral_states
from helpers.method.rating_measures import customer_measures

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
if str(SAMPLES) not in sys.path:
    sys.path.append(str(SAMPLES))

from harbour_maker import truth_needs  # noqa: E402
from harbour_maker.build import Harbour, build  # noqa: E402
from harbour_maker.importance import advantage, group_moments, lmg, mixed_moments, simulated_importance  # noqa: E402
from harbour_maker.opinions import COMPETITOR, DRIVERS, SPREAD, WAVES, WEIGHTS, draw_answers, opinions  # noqa: E402
from harbour_maker.survey import LATE, SATISFIED, lateness  # noqa: E402
from harbour_maker.truth import out_of_band  # noqa: E402
from harbour_maker.verbatims import SECRETS  # noqa: E402
from harbour_maker.world import AS_OF, CURRENT_START, WINDOW_START  # noqa: E402

OURS, THEIRS = [f"driver_{name}" for name in DRIVERS], [f"competitor_{name}" for name in DRIVERS]


@cache
def harbour(seed: int = 1, customers: int = 900) -> Harbour:
    return build(seed, customers)


@cache
def leavers(seed: int = 1, customers: int = 900) -> pd.DataFrame:
    one = harbour(seed, customers)
    held = one.contracts
    return truth_needs.respondents(one.history, one.tables["transactions"], held.table, held.ended, one.survey)


@cache
def facts(seed: int = 1, customers: int = 900) -> dict[str, dict]:
    one = harbour(seed, customers)
    asked = (one.population, one.opinions, one.survey, one.secrets)
    return truth_needs.needs_truth(*asked, leavers(seed, customers), one.referrals, seed)


@cache
def many_answers(group: str) -> pd.DataFrame:
    return draw_answers(group, 150_000, np.random.default_rng(7))


def customer_days(one: Harbour) -> pd.DataFrame:
    """Day by day over all history, as far as is asked here."""
    lines = one.tables["transactions"]
    lines = lines.assign(positive_lines=lines["revenue"] > 0, returned=-lines["revenue"].clip(upper=0))
    sums = lines.groupby(["customer_id", "date"], as_index=False)[["positive_lines", "returned", "cost_of_goods"]].sum()
    return sums.astype({"positive_lines": int})


# the closed forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", WEIGHTS)
def test_importance_and_advantage_are_those_of_a_large_sample(group):
    answers = many_answers(group)
    parts, explained = lmg(group_moments(group)[1])
    sampled, sampled_r2 = lmg(np.cov(answers[[*OURS, "recommend"]].to_numpy().T))
    assert parts == pytest.approx(sampled, abs=0.012) and explained == pytest.approx(sampled_r2, abs=0.012)
    assert group_moments(group)[0][:8] == pytest.approx(answers[OURS].mean().to_numpy(), abs=0.03)
    ahead = answers[OURS].mean().to_numpy() - answers[THEIRS].mean().to_numpy()
    assert advantage(group) == pytest.approx(ahead, abs=0.04)


def test_the_whole_is_the_mixture_of_the_groups():
    sizes = {group: 20_000 * (place + 1) for place, group in enumerate(WEIGHTS)}
    answers = pd.concat([many_answers(group).head(size) for group, size in sizes.items()])
    mean, covariance = mixed_moments(sizes)
    table = answers[[*OURS, "recommend"]].to_numpy()
    assert mean == pytest.approx(table.mean(axis=0), abs=0.03)
    assert covariance == pytest.approx(np.cov(table.T), abs=0.05)
    assert lmg(covariance)[0] == pytest.approx(lmg(np.cov(table.T))[0], abs=0.01)


def test_lmg_is_the_mean_over_all_orders():
    data = np.random.default_rng(3).standard_normal((40, 5)) @ np.random.default_rng(4).standard_normal((5, 5))
    covariance = np.cov(data.T)

    def r2(chosen: list[int]) -> float:
        x, y = covariance[np.ix_(chosen, chosen)], covariance[chosen, 4]
        return float(y @ np.linalg.solve(x, y) / covariance[4, 4]) if chosen else 0.0

    added = np.zeros(4)
    for order in permutations(range(4)):
        for place, driver in enumerate(order):
            added[driver] += r2(sorted(order[: place + 1])) - r2(sorted(order[:place]))
    parts, explained = lmg(covariance)
    assert explained == pytest.approx(r2([0, 1, 2, 3])) and parts.sum() == pytest.approx(1.0)
    assert parts * explained == pytest.approx(added / 24)
    assert lmg(np.stack([covariance, 9 * covariance]))[0] == pytest.approx(np.stack([parts, parts]))


def test_groups_follow_other_drivers_and_the_first_one_can_be_found():
    tops = facts()["top_driver"]
    groups = set(tops["value"]) - {"all"}
    assert len({tops["value"][group] for group in groups}) == 5
    assert all(tops["oracle"][group] > 0.4 for group in groups)
    for group in groups:
        parts = facts()["driver_importance"]["value"][group]
        assert sum(parts.values()) == pytest.approx(1.0)
        assert max(parts.values()) > 0.3 and max(parts, key=parts.get) == DRIVERS[int(np.argmax(WEIGHTS[group]))]


def test_larger_surveys_know_more():
    small, large = ({group: size for group in WEIGHTS} for size in (40, 400))
    width = [
        np.mean([high - low for row in simulated_importance(sizes, seed=1)[0].values() for low, high in row.values()])
        for sizes in (small, large)
    ]
    assert width[1] < 0.6 * width[0]


# the survey -----------------------------------------------------------------------------------------------------------


def test_every_fact_lies_in_its_band():
    assert {name: out_of_band(fact) for name, fact in facts().items() if out_of_band(fact)} == {}


def test_the_client_may_be_of_another_size():
    found = facts(3, 300)
    assert found["responses"]["value"] == pytest.approx(320, abs=2)
    assert 1 <= found["satisfied_leavers"]["value"] <= 40


def test_the_competitor_is_seen_to_win_on_price_and_ordering_only():
    table = harbour().survey.table
    ahead = (table[OURS].astype(float) - table[THEIRS].astype(float).to_numpy()).mean() / SPREAD
    assert facts()["competitor_wins_on"]["value"] == ["price", "ordering"]
    for name, value in ahead.items():
        if name in ("driver_price", "driver_ordering"):
            assert value < -0.15, name
        else:
            assert value > 0.15, name


def test_answers_are_whole_numbers_of_the_scale_and_blanks_are_where_nothing_applies():
    table = harbour().survey.table
    numbers = table[[*OURS, *THEIRS, "recommend", "satisfaction", *(f"importance_{name}" for name in DRIVERS)]]
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    assert np.nanmin(values) >= 0 and np.nanmax(values) == 10 and (values[~np.isnan(values)] % 1 == 0).all()
    assert is_nps_scale(table["recommend"])
    assert table[["recommend", "satisfaction", "respondent_id", "date"]].notna().all().all()
    assert table.loc[table["competitor"].isna(), THEIRS].isna().all().all()
    assert set(table["competitor"].dropna()) == {COMPETITOR} and table["respondent_id"].is_unique
    alike = table[OURS].nunique(axis=1).eq(1) & table[OURS].notna().all(axis=1)
    assert alike[harbour().survey.latent["straight_liner"]].all()


def test_asked_is_who_ordered_lately_and_nobody_answers_who_had_left():
    one = harbour()
    orders, latent = one.history.orders, one.survey.latent
    for wave, day in enumerate(map(pd.Timestamp, WAVES)):
        rows = latent["wave"] == wave
        asked = orders[(orders["date"] < day) & (orders["date"] >= day - pd.Timedelta(days=90))]
        assert set(latent.loc[rows, "customer_id"]) <= set(asked["customer_id"]) and rows.sum() > 60
        assert one.survey.table.loc[rows, "date"].between(day, day + pd.Timedelta(days=25)).all()
    died = one.history.died.reindex(latent["customer_id"]).to_numpy()
    assert not (died <= one.survey.table["date"].to_numpy()).any()


def test_what_is_said_is_what_is_thought():
    one = harbour()
    sincere = ~one.survey.latent["straight_liner"]
    said = one.survey.latent[["customer_id", "wave"]].merge(one.opinions, on=["customer_id", "wave"])
    for name in (*OURS, "recommend", "satisfaction"):
        answers = one.survey.table.loc[sincere, name].astype(float)
        assert (answers.isna() | (answers == said.loc[sincere, name])).all(), name
    again = opinions(one.population, one.true_wallets["share_current"], one.seed)
    pd.testing.assert_frame_equal(again, one.opinions)


# who leaves although satisfied ----------------------------------------------------------------------------------------


def test_lateness_is_that_of_the_kit():
    one = harbour()
    days = customer_days(one)
    inside = days[(days["date"] >= WINDOW_START) & (days["positive_lines"] > 0)]
    summary = pd.DataFrame({"customer_id": inside["customer_id"].unique(), "status": "active"})
    summary = summary.assign(**dict.fromkeys(("lines", "orders", "categories"), 1))
    summary = summary.assign(**dict.fromkeys(("revenue", "revenue_prior", "revenue_current", "list_revenue"), 1.0))
    spans = {"window_start": WINDOW_START, "current_start": CURRENT_START, "as_of": AS_OF, "window_months": 24}
    found = customer_measures(summary, days, **spans).set_index("customer_id")["lateness"].dropna()
    ours = lateness(one.tables["transactions"])
    assert ours.reindex(found.index).to_numpy() == pytest.approx(found.to_numpy(), abs=1e-8)
    assert len(ours) == len(found) > 400


def test_leavers_are_those_who_left_after_their_last_answer():
    one, table = harbour(), leavers()
    last = one.survey.table.dropna(subset=["customer_id"]).groupby("customer_id")["date"].max()
    assert table["date"].to_dict() == last.to_dict()
    died, ended = one.history.died.reindex(table.index), one.contracts.ended.reindex(table.index)
    assert (table["left"] == ((died > table["date"]) | (ended > table["date"]))).all()
    named = table.index[table["satisfied"] & table["left"]]
    assert sorted(named) == facts()["satisfied_leavers"]["customers"] and len(named) >= 25
    assert (table.loc[named, "satisfaction"] >= SATISFIED).all()
    late = lateness(one.tables["transactions"]).reindex(table.index) > LATE
    assert (table["flagged"] == (late | (ended > table["date"]))).all()


def test_satisfaction_does_not_tell_who_leaves():
    one = harbour()
    last = one.opinions[one.opinions["wave"] == 1].set_index("customer_id")["satisfaction"]
    gone = one.history.died.reindex(last.index) > pd.Timestamp(WAVES[1])
    assert abs(last[gone].mean() - last[~gone].mean()) < 0.6 and gone.sum() > 20


# secrets and referrals ------------------------------------------------------------------------------------------------


def test_secrets_are_told_by_their_group_and_by_nobody_else():
    one = harbour()
    latent = one.survey.latent.set_index("respondent_id")
    remarks = one.tables["survey"].set_index("respondent_id")["verbatim"].dropna()
    told = dict(zip(one.secrets["respondent_id"], one.secrets["key"], strict=True))
    assert len(told) == 24 and 150 < len(remarks) < 230
    for respondent, remark in remarks.items():
        held = [secret for secret in SECRETS if any(words in remark for words in secret.words)]
        assert [secret.key for secret in held] == ([told[respondent]] if respondent in told else [])
        assert all(latent.loc[respondent, "group"] == secret.group for secret in held)
    listed = {one: row["key"] for row in facts()["secrets"]["value"] for one in row["respondents"]}
    assert listed == told
    assert any("<b>" in remark for remark in remarks) and any(remark.startswith("=") for remark in remarks)


def test_referrals_are_counted_by_the_kit_as_they_were_planted():
    one = harbour()
    table, latent = one.referrals.table, one.referrals.latent
    states = referral_states(table, customer_days(one), end=AS_OF)
    truth = table.assign(state=np.where(latent["again"], "second", np.where(latent["bought"], "bought", "not_bought")))
    both = states.merge(truth, on=["customer_id", "referred_customer_id", "date"], validate="one_to_one")
    assert len(both) == len(table) and (both["state_x"] == both["state_y"]).all()


def test_who_refers_is_a_customer_then_and_who_never_bought_is_an_account():
    one = harbour()
    table, bought = one.referrals.table, one.referrals.latent["bought"]
    first = one.history.orders.groupby("customer_id")["date"].min()
    assert (first.reindex(table["customer_id"]).to_numpy() < table["date"].to_numpy()).all()
    never = set(table.loc[~bought, "referred_customer_id"])
    assert never <= set(one.tables["customers"]["customer_id"]) and not never & set(first.index) and len(never) >= 5
    assert (first.reindex(table.loc[bought, "referred_customer_id"]) < AS_OF).all()


def test_truth_by_customer_agrees_with_the_tables():
    one = harbour()
    table = truth_needs.customers(one.population, one.opinions, one.survey, leavers(), one.referrals)
    assert list(table.index) == list(one.population["customer_id"])
    assert set(table.index[table["answered"]]) == set(one.survey.table["customer_id"].dropna())
    assert set(table.index[table["satisfied_leaver"]]) == set(facts()["satisfied_leavers"]["customers"])
    first = ~one.referrals.latent["again"]
    assert table["referrals"].sum() == first.sum()
    assert table["buying_referrals"].sum() == (first & one.referrals.latent["bought"]).sum()
