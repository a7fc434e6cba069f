"""What step 04 says of the window, from money worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.margin_trend import margin_slopes
from helpers.method.profit_findings import profit_findings
from helpers.method.profit_window import profit_window, window_profits
from tests.method.builders import sentences
from tests.method.profit_builders import PRICES, grouped, known, served, sold

WINDOW = {"window_start": "2026-01-01", "as_of": "2027-01-01", "window_months": 12}
# g1: ten customers that earn 40 each, g2: ten of whom nine earn 5 and one costs 60 to serve
GROUP_OF = {f"a{n}": "g1" for n in range(10)} | {f"b{n}": "g2" for n in range(10)}
GROUPS = grouped(**GROUP_OF)
SUMMARY = known(**dict.fromkeys(GROUP_OF, "active"))
DAYS = sold(
    *[(f"a{n}", "2026-02-01", 100.0, 60.0, 110.0) for n in range(10)],
    *[(f"b{n}", "2026-05-01", 50.0, 45.0, 50.0) for n in range(10)],
)
EVENTS = served(("b0", "2026-01-15", "visit", 1), ("b0", "2026-12-15", "call", 8))
COSTS = PRICES.assign(capacity_cost=[100.0, np.nan])


def tables(days=DAYS, groups=GROUPS, events=EVENTS, costs=COSTS, summary=SUMMARY, cuts="proposed"):
    profits, proposed = window_profits(summary, days, events, costs, **WINDOW)
    chosen = proposed if cuts == "proposed" else cuts
    return profit_window(profits, days, groups, events, costs, cuts=chosen, **WINDOW)


def said(found) -> dict:
    """The findings by id without the step; each of them can be said."""
    findings = profit_findings(found)
    sentences(findings)
    return {finding.id.removeprefix("04."): finding for finding in findings}


def numbers(finding) -> dict:
    return {name: value.value for name, value in finding.values.items()}


@pytest.fixture(scope="module")
def whole():
    return said(tables())


def test_the_ladder_by_hand(whole):
    # list 1,600; discounts 100; goods 1,050; service 40 + 20; left 390; of 100 held for visits 60 are not recorded
    values = numbers(whole["profit_ladder"])
    parts = {"discount": 100 / 1600, "cost_of_goods": 1050 / 1600, "cost_to_serve": 60 / 1600, "left": 390 / 1600}
    assert {name: values[name] for name in parts} == pytest.approx(parts)
    assert values["amount"] == 390.0 and whole["profit_ladder"].n == 20
    untraced = [values["untraced"].value for one in whole.values() if "untraced" in (values := one.values)]
    assert untraced == [60.0], "said once"
    bare = said(tables(DAYS.assign(list_revenue=np.nan), events=None))["profit_ladder"]
    assert numbers(bare) == {"cost_of_goods": pytest.approx(0.7), "left": pytest.approx(0.3), "amount": 450.0}
    assert bare.evidence == "measured"


def test_capacity_that_costs_less_than_is_charged_is_said_the_other_way():
    dear = said(tables(costs=COSTS.assign(capacity_cost=[10.0, np.nan])))
    finding = next(one for one in dear.values() if "untraced" in one.values)
    assert finding.values["untraced"].value == 30.0 and "more than" in finding.text


def test_groups_by_hand(whole):
    values = numbers(whole["group_profit"])
    assert (values["top"], values["top_rate"]) == ("g1", pytest.approx(0.4))
    assert (values["bottom"], values["bottom_rate"]) == ("g2", pytest.approx(-10 / 500))
    assert values["loss"] == 10.0 and whole["group_profit"].smallest == 10
    assert numbers(whole["group_profit.g1"]) == {
        "group": "g1", "revenue": 1000.0, "amount": 400.0, "rate": pytest.approx(0.4),
    }  # fmt: skip
    assert numbers(whole["group_profit.g2"]) == {"group": "g2", "revenue": 500.0, "amount": 10.0}, "a loss has no rate"
    few = said(tables(groups=grouped(**{f"a{n}": "g1" for n in range(9)})))
    assert "group_profit" not in few and "group_profit.g1" in few, "nine customers are not held against others"


def test_the_whale_by_hand(whole):
    # profits: ten of 40, nine of 5, one of -55
    assert numbers(whole["whale_curve"]) == {
        "total": 390.0, "losing": 1, "earning": pytest.approx(0.95), "peak": pytest.approx(445 / 390), "lost": 55.0,
    }  # fmt: skip
    assert whole["whale_curve"].smallest == 1
    fair = said(tables(events=None))["whale_curve"]
    assert numbers(fair) == {"total": 450.0}
    poor = said(tables(DAYS.assign(cost_of_goods=DAYS["revenue"] + 1)))
    assert "whale_curve" not in poor and numbers(poor["no_whale"]) == {"total": 80.0, "losing": 20}


def test_tiers_by_hand(whole):
    # percentiles of nineteen that earn: 40 at .8 and 40 at .526 on; at .4 a 5
    values = numbers(whole["value_tiers"])
    assert values == {"cut": 40.0, "high": 0.5, "loss": 0.05, "part": pytest.approx(400 / 390)}
    decided = numbers(said(tables(cuts={"high": 1000.0, "middle": 10.0}))["value_tiers"])
    assert (decided["cut"], decided["high"], decided["part"]) == (1000.0, 0.0, 0.0)


def test_what_would_turn_to_loss():
    values = numbers(said(tables())["profit_flips"])
    # goods a fifth dearer cost 54 where 50 come in: the nine that leave 5 lose, the tenth does already
    assert values["customers"] == 9 and values["change"] == pytest.approx(0.2)
    rich = said(tables(DAYS.assign(cost_of_goods=1.0), events=None))["profit_flips"]
    assert numbers(rich) == {"change": pytest.approx(0.2)}


def trend(**rates: list[float]) -> dict[str, pd.DataFrame]:
    """margin_trend and margin_slopes of these rates by part, quarter by quarter."""
    rows = []
    for part, values in rates.items():
        starts = pd.date_range("2025-01-01", periods=len(values), freq="3MS")
        table = pd.DataFrame({"group_id": part, "group_name": part, "quarter_start": starts, "rate": values})
        rows.append(table.assign(quarter=[f"quarter {n}" for n in range(len(values))], customers=12))
    table = pd.concat(rows, ignore_index=True).assign(measure="profit_rate", measure_name="Profit rate", decides=True)
    return {"margin_trend": table, "margin_slopes": margin_slopes(table)}


FALLING = [0.40, 0.385, 0.39, 0.36, 0.355, 0.35, 0.33, 0.325]
STEADY = [0.30, 0.301, 0.30, 0.299, 0.30, 0.301, 0.299, 0.30]


def test_a_downturn_is_told_in_numbers_that_a_plan_can_be_made_against():
    moved = replace(tables(), **trend(all=STEADY, g1=FALLING, g2=STEADY))
    found = said(moved)
    values = found["downturn.g1"].values
    slope = moved.margin_slopes.set_index("group_id").loc["g1"]
    assert values["slope"].value == -slope["slope"]
    assert (values["slope"].low, values["slope"].high) == (-slope["slope_high"], -slope["slope_low"])
    assert (values["first"].value, values["last"].value) == (0.40, 0.325)
    assert (values["from"].value, values["to"].value, found["downturn.g1"].n) == ("quarter 0", "quarter 7", 12)
    assert numbers(found["margin_trend"]) == {"group0": "g1"}, "the whole is steady, and one group falls"
    assert "downturn.g2" not in found


@pytest.mark.parametrize(
    ("rates", "slope"),
    [(FALLING, 0.0436), (FALLING[::-1], 0.0436), (STEADY, None), ([0.1, 0.5, 0.2, 0.6, 0.1, 0.5, 0.2, 0.6], None)],
    ids=["falls", "rises", "holds", "up and down"],
)
def test_the_trend_of_all_customers(rates, slope):
    values = numbers(said(replace(tables(), **trend(all=rates, g1=STEADY)))["margin_trend"])
    assert values == ({} if slope is None else {"slope": pytest.approx(slope, abs=5e-4)})


def test_limits_have_only_sentences_that_can_be_said():
    nobody = said(tables(sold(), None, None, None, known()))
    assert set(nobody) <= {"margin_trend"}
    free = said(tables(DAYS.assign(cost_of_goods=np.nan, list_revenue=np.nan), events=None))
    assert {name for name in free if not name.startswith("margin")} == set(), "revenue alone says nothing of profit"
    refunds = said(tables(sold(("a1", "2026-05-01", -30.0, -20.0)), grouped(a1="g1"), None, None, known(a1="active")))
    assert refunds == {}, "nobody ordered, so no part of revenue and no customer can be spoken of"
    one = said(tables(DAYS.iloc[:1], None, None, None, known(a0="active")))
    assert numbers(one["whale_curve"]) == {"total": 40.0}
