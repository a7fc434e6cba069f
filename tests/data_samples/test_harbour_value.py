"""What Harbour's customers are worth: cost to serve, service contracts and the truth about profit and lifetime.

The expected numbers come from adding up by hand, from simulation of the stated laws and from the delivered rows, never
from the function under test.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.method.cost_to_serve import cost_to_serve

SAMPLES = str(Path(__file__).resolve().parents[2] / "data_samples")
if SAMPLES not in sys.path:
    sys.path.append(SAMPLES)

from harbour_maker import (  # noqa: E402
    contracts,
    effort,
    lines,
    population,
    purchases,
    service,
    truth_contracts,
    truth_lifetime,
    truth_profit,
    truth_value,
)
from harbour_maker.world import AS_OF, START, WINDOW_START  # noqa: E402

SEEDS = (1, 2)


class Made:
    """One Harbour's value side, made once."""

    def __init__(self, seed, customers=900):
        self.seed = seed
        self.population = population.population(seed, customers)
        self.history = purchases.purchases(self.population, seed)
        self.lines = lines.lines(self.population, self.history, seed)
        self.service = service.service(self.population, self.history, self.lines, seed)
        self.contracts = contracts.contracts(self.population, self.history, seed)

    @property
    def parts(self):
        return self.population, self.history, self.lines, self.service, self.contracts, self.seed


@pytest.fixture(scope="module")
def made():
    return {seed: Made(seed) for seed in SEEDS}


@pytest.fixture(scope="module")
def truths(made):
    return {seed: truth_value.value_truth(*one.parts) for seed, one in made.items()}


# --- service ---


def test_the_same_seed_gives_the_same_rows(made):
    again = Made(1)
    pd.testing.assert_frame_equal(again.service.events, made[1].service.events)
    pd.testing.assert_frame_equal(again.contracts.table, made[1].contracts.table)
    assert not made[2].service.events.equals(made[1].service.events)


def test_routine_pieces_are_the_orders_and_lines_of_the_history(made):
    one = made[1]
    pieces = one.service.events.groupby("activity")["quantity"].sum()
    own = one.lines[one.lines["customer_id"].notna()]
    assert pieces["order_handling"] == pieces["delivery"] == len(one.history.orders)
    assert pieces["picking"] == (own["revenue"] > 0).sum()
    assert pieces["returns_handling"] == (own["revenue"] < 0).sum()


def test_events_are_those_of_buyers_within_the_history_and_few_enough(made):
    for one in made.values():
        events = one.service.events
        assert events["date"].min() >= START and events["date"].max() < AS_OF
        assert events["date"].is_monotonic_increasing
        assert set(events["customer_id"]) <= set(one.population["customer_id"])
        assert not events.duplicated(["customer_id", "date", "activity"]).any()
        assert len(events) <= 37_500
        assert events["minutes"].notna().sum() > 5_000 and (events["minutes"].dropna() >= 5).all()


def test_nothing_is_done_in_a_quarter_without_an_order_but_taking_back(made):
    one = made[1]
    events = one.service.events[one.service.events["activity"] != "returns_handling"]
    orders = one.history.orders
    ordered = set(zip(orders["customer_id"], effort.quarter_of(orders["date"]), strict=True))
    assert set(zip(events["customer_id"], effort.quarter_of(events["date"]), strict=True)) <= ordered


def test_the_kit_costs_the_events_as_the_generator_does(made):
    """The workbook's own cost to serve of the window, customer by customer, is the truth's."""
    one = made[1]
    found = cost_to_serve(one.service.events, one.service.activity_costs, start=WINDOW_START, end=AS_OF)
    found = found.set_index("customer_id")["cost_to_serve"]
    truth = truth_profit.window_profit(one.population, one.lines, one.service)["traced"]
    pd.testing.assert_series_equal(found, truth[found.index], check_names=False, atol=0.01)
    assert truth.drop(found.index).eq(0).all()


def test_capacity_costs_as_much_as_all_that_was_spent_in_a_year(made):
    for one in made.values():
        year = one.service.cost[one.service.cost["month"] >= AS_OF - pd.DateOffset(years=1)]
        assert one.service.activity_costs["capacity_cost"].sum() == pytest.approx(
            year[["traced", "untraced"]].to_numpy().sum(), abs=0.1
        )


def test_months_add_up_to_the_events(made):
    one = made[2]
    by_month = one.service.cost.groupby("customer_id")["traced"].sum()
    events = one.service.events
    by_event = pd.Series(service.event_cost(events)).groupby(events["customer_id"]).sum()
    pd.testing.assert_series_equal(by_month, by_event.reindex(by_month.index, fill_value=0), check_names=False)


def test_who_is_hard_to_serve_costs_more(made):
    """The multiplier is seen in what a euro of revenue costs, within each group whose orders are not tiny."""
    one = made[1]
    table = truth_profit.window_profit(one.population, one.lines, one.service)
    table = table[table["active"] & (table["revenue"] > 0)].assign(hard=one.service.effort.hardness)
    rate = table["traced"] / table["revenue"]
    group = one.population.set_index("customer_id")["group"]
    for key, of in table[table["revenue"] > 500].groupby(group):
        if key != "owners":
            assert rate[of.index].corr(of["hard"], method="spearman") > 0.5, key


# --- what is planted ---


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fact_lies_in_its_band(truths, seed):
    checked = 0
    for name, fact in truths[seed].facts.items():
        if "band" not in fact:
            continue
        values = fact["value"] if isinstance(fact["value"], dict) else {"": fact["value"]}
        bands = fact["band"] if isinstance(fact["band"], dict) else dict.fromkeys(values, fact["band"])
        for key, value in values.items():
            low, high = bands[key]
            assert low <= value <= high, (name, key)
            checked += 1
    assert checked >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_the_downturn_is_found_and_no_other(made, truths, seed):
    assert truths[seed].facts["downturn"]["oracle"] == truths[seed].facts["downturn"]["value"] == ["chandlers"]
    one = made[seed]
    sold = one.lines[(one.lines["date"] >= AS_OF - pd.DateOffset(years=1)) & (one.lines["revenue"] > 0)]
    group = one.population.set_index("customer_id")["group"]
    recent = group[group.index.isin(sold["customer_id"])]
    rates = truth_profit.quarterly_profit_rates(recent, one.lines, one.service)
    assert truth_profit.downturns(truth_profit.slopes(rates)) == ["chandlers"]


def test_slopes_against_a_line_known_by_hand():
    """Eight quarters: a line that falls 4 points a year with a residual known by hand, and a flat one."""
    fall = 0.2 - 0.01 * np.arange(8)
    bump = np.array([1, -1, -1, 1, 1, -1, -1, 1]) * 0.001  # orthogonal to a constant and to a line
    rates = pd.DataFrame([fall + bump, 0.1 + bump], index=["falling", "flat"])
    table = truth_profit.slopes(rates)
    assert table["slope"].tolist() == pytest.approx([-0.04, 0.0], abs=1e-12)
    # sum of squared years is 42/16; residual variance is 8e-6/6
    assert table["error"].tolist() == pytest.approx([np.sqrt(8e-6 / 6 / (42 / 16))] * 2)
    assert table["p_fall"]["flat"] == pytest.approx(0.5)
    assert truth_profit.downturns(table) == ["falling"]


def test_a_small_fall_however_sure_is_no_downturn():
    table = pd.DataFrame({"slope": [-0.009, -0.03], "error": 0.001, "p_fall": [1e-6, 0.03]}, index=["small", "unsure"])
    assert truth_profit.downturns(table) == ["unsure"]
    assert truth_profit.downturns(table.assign(p_fall=[0.2, 0.03])) == []


# --- lifetime ---

LAW = (2.0, 0.3, 0.6, 6.0)  # r, alpha, a, b


@pytest.fixture(scope="module")
def simulated():
    """60,000 customers of BG/NBD seen for two years, and what they order in the next three."""
    rng = np.random.default_rng(7)
    count, seen_for, ahead = 60_000, 2.0, 3.0
    rate, leaves = rng.gamma(LAW[0], 1 / LAW[1], count), rng.beta(LAW[2], LAW[3], count)
    now, repeats, last, later, left = (np.zeros(count) for _ in range(5))
    going = np.arange(count)
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] < seen_for + ahead]
        past = now[going] < seen_for
        repeats[going[past]] += 1
        last[going[past]] = now[going[past]]
        later[going[~past]] += 1
        dies = rng.random(len(going)) < leaves[going]
        left[going[dies & past]] = 1
        going = going[~dies]
    return truth_lifetime.Seen(repeats, last, np.full(count, seen_for), repeats), later, left, ahead


@pytest.mark.parametrize(("least", "most"), [(0, 0), (1, 1), (2, 4), (5, 9), (10, 99)])
def test_the_oracle_knows_who_is_alive_and_what_will_be_ordered(simulated, least, most):
    """In each class of repeat orders the mean of the posterior is what happens, within four standard errors."""
    seen, later, left, ahead = simulated
    of = (seen.repeats >= least) & (seen.repeats <= most)
    alive = truth_lifetime.alive_probability(LAW, seen)[of]
    assert alive.mean() == pytest.approx(1 - left[of].mean(), abs=4 * max(left[of].std(), 0.001) / np.sqrt(of.sum()))
    expected = truth_lifetime.expected_orders(LAW, seen, ahead)[of]
    assert expected.mean() == pytest.approx(later[of].mean(), abs=4 * later[of].std() / np.sqrt(of.sum()))


def test_drawn_futures_agree_with_the_exact_expectation(made):
    one = made[1]
    ahead = truth_lifetime.lifetime(one.population, one.history, one.lines, one.service.effort, 1)
    means = pd.Series(ahead.drawn.mean(axis=0)).groupby(one.population["group"].to_numpy()).sum()
    exact = ahead.customers["expected_revenue"].groupby(one.population["group"].to_numpy()).sum()
    assert (means / exact).to_numpy() == pytest.approx(1.0, abs=0.02)


def test_intervals_hold_what_happens(truths):
    """Of 2 seeds x 5 groups at 90 %, before cost to serve: at least six of ten (fewer happens once in 600 times)."""
    held = [
        group["before_cost_to_serve"]["interval"][0]
        <= group["before_cost_to_serve"]["realised"]
        <= group["before_cost_to_serve"]["interval"][1]
        for truth in truths.values()
        for group in truth.facts["clv_by_group"]["value"].values()
    ]
    assert len(held) == 10 and sum(held) >= 6


def test_discounting_by_month_and_margins_by_hand(made):
    """Two orders of 100 EUR, one in the first month and one in the thirteenth."""
    one = made[1]
    customer = one.population["customer_id"].iat[0]
    days = [AS_OF + pd.Timedelta(days=3), AS_OF + pd.Timedelta(days=370)]
    future = pd.DataFrame({"customer_id": customer, "date": days, "net_value": 100.0})
    worth = truth_lifetime.realised_revenue(one.population, future)
    assert worth[customer] == pytest.approx(100 * 1.1 ** (-0.5 / 12) + 100 * 1.1 ** (-12.5 / 12))
    assert worth.drop(customer).eq(0).all()


def test_planned_margins_are_what_the_window_earned(made, truths):
    """Over a group the planned margin on its orders is the profit that the window shows, within 3 % of revenue."""
    for seed, one in made.items():
        table = truths[seed].customers
        orders = one.history.orders
        ordered = orders[orders["date"] >= WINDOW_START].groupby("customer_id")["net_value"].sum()
        planned = (table["margin"] * ordered).fillna(0)
        group = one.population.set_index("customer_id")["group"]
        sums = pd.DataFrame({"planned": planned, "found": table["window_profit"], "revenue": table["window_revenue"]})
        sums = sums.groupby(group).sum().drop("owners")  # small and lumpy: one visit is a point of their revenue
        assert ((sums["planned"] - sums["found"]) / sums["revenue"]).abs().max() < 0.03, seed


def test_one_row_of_truth_per_customer(made, truths):
    for seed, one in made.items():
        table = truths[seed].customers
        assert table.index.tolist() == one.population["customer_id"].tolist()
        whole = table.drop(columns=["contract_ended", "expected_fees", "realised_fees"])
        assert whole.notna().all().all()
        assert table["p_alive"].between(0, 1).all()
        died = one.history.died.notna()
        assert (table.loc[died[died].index, "realised_clv"] == 0).all()
        assert set(table.index[table["expected_fees"].notna()]) <= set(one.contracts.terms["customer_id"])


# --- contracts ---


def test_contracts_are_those_of_contract_customers(made):
    for one in made.values():
        held = one.population.loc[one.population["relationship_type"] == "contract", "customer_id"]
        table = one.contracts.table
        assert set(table["customer_id"]) == set(held) == set(one.contracts.ended.index)
        assert table["start_date"].between(START, AS_OF - pd.Timedelta(days=1)).all()
        assert (table["monthly_fee"] > 0).all() and table["period_months"].isin([6, 12]).all()


def test_a_contract_ended_where_nothing_follows_within_thirty_days(made):
    """What a reader of the rows finds by METHOD's rule is what the generator says has ended."""
    for one in made.values():
        last = one.contracts.table.sort_values("start_date").groupby("customer_id").tail(1).set_index("customer_id")
        over = last["end_date"].notna() & (last["end_date"] < AS_OF - pd.Timedelta(days=30))
        ended = one.contracts.ended
        assert set(over[over].index) == set(ended.dropna().index)
        assert (last.loc[over[over].index, "end_date"] == ended.dropna()[over[over].index]).all()
        ends = one.contracts.table["end_date"]
        assert not ends.between(AS_OF - pd.Timedelta(days=30), AS_OF - pd.Timedelta(days=1)).any()


def test_new_rows_follow_within_thirty_days(made):
    rows = made[1].contracts.table.sort_values(["customer_id", "start_date"])
    same = rows["customer_id"].eq(rows["customer_id"].shift())
    gap = (rows["start_date"] - rows["end_date"].shift()).dt.days[same]
    assert len(gap) > 10 and gap.between(1, 21).all()


def test_renewals_are_counted_from_the_rows():
    """Three holders by hand: one renewed twice and running, one ended at its first end, one in its first period."""
    terms = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "renewals": [2, 0, 0],
            "next_end": pd.to_datetime(["2027-01-31", None, "2026-12-31"]),
        }
    )
    found = contracts.Contracts(table=pd.DataFrame(), ended=pd.Series(dtype="datetime64[ns]"), terms=terms)
    renewed, due = truth_contracts.renewals(found)
    assert renewed.tolist() == [1, 1, 0, 0]
    assert due.tolist() == [2, 1, 0, 0]


def test_fees_ahead_by_hand():
    """A contract that certainly goes on pays every month; the expectation drops by the sBG factor at each end."""
    never = pd.DataFrame(
        {
            "customer_id": ["a"],
            "period_months": [12],
            "monthly_fee": [100.0],
            "renewals": [1],
            "next_end": [AS_OF + pd.DateOffset(months=12) - pd.Timedelta(days=1)],
            "leaving": [1e-9],
        }
    )
    held = contracts.Contracts(table=pd.DataFrame(), ended=pd.Series(dtype="datetime64[ns]"), terms=never)
    fees, drawn = truth_contracts.fees_ahead(held, seed=5)
    year = [sum(100 * 1.1 ** (-(month - 0.5) / 12) for month in range(first, first + 12)) for first in (1, 13, 25)]
    assert fees["realised_fees"].iat[0] == pytest.approx(sum(year))
    alpha, beta = contracts.ALPHA, contracts.BETA
    once = (beta + 1) / (alpha + beta + 1)
    twice = once * (beta + 2) / (alpha + beta + 2)
    assert fees["expected_fees"].iat[0] == pytest.approx(year[0] + once * year[1] + twice * year[2])
    assert drawn.mean() == pytest.approx(fees["expected_fees"].iat[0], rel=0.03)


def test_retention_is_shifted_beta_geometric(made):
    """Renewals of all seeds together, against the planted rates, within four standard errors."""
    counts = [truth_contracts.renewals(one.contracts) for one in made.values()]
    renewed, due = (sum(part) for part in zip(*counts, strict=True))
    planted = [4.5 / 5.4, 5.5 / 6.4, 6.5 / 7.4]
    assert due[0] > 100
    for found, of, rate in zip(renewed, due, planted, strict=False):
        assert found / of == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / of))
