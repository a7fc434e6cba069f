"""Value tiers: cuts and tiers by hand, and that every customer stands in one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.value_tiers import TIERS, proposed_cuts, tier_portions, value_tiers
from tests.method.profit_builders import grouped, shuffled

CUTS = {"high": 100.0, "middle": 20.0}
YEARLY = pd.Series([150.0, 100.0, 99.9999, 20.0, 19.9999, 0.0, -0.0001, -80.0, np.nan])


def profits(yearly: pd.Series = YEARLY) -> pd.DataFrame:
    ids = pd.Series([f"c{number}" for number in range(len(yearly))], index=yearly.index, dtype="str")
    return pd.DataFrame({"customer_id": ids, "ordered": True, "revenue": 200.25, "customer_profit": yearly})


def test_cuts_by_hand():
    # the 80th percentile of 11 values is the 9th, the 40th the 5th
    assert proposed_cuts(pd.Series(np.arange(1.0, 12.0))) == {"high": 9.0, "middle": 5.0}
    assert proposed_cuts(pd.Series([10.0, 20.0])) == {"high": 18.0, "middle": 14.0}


def test_only_those_who_earn_us_money_set_the_cuts():
    earning = pd.Series(np.arange(1.0, 12.0))
    others = pd.Series([0.0, -5.0, np.nan, -1e6])
    assert proposed_cuts(shuffled(pd.concat([earning, others]))) == proposed_cuts(earning)


@pytest.mark.parametrize("yearly", [[], [np.nan], [0.0, -5.0], [7.0], [7.0, 7.0, 7.0], [0.001, 0.002]])
def test_no_cut_where_nobody_earns_or_all_earn_alike(yearly):
    assert proposed_cuts(pd.Series(yearly, dtype=float)) is None


def test_cuts_and_tiers_follow_the_unit_of_the_currency():
    yearly = pd.Series(np.random.default_rng(2).normal(50, 80, 60).round(2))
    cuts, cents = proposed_cuts(yearly), proposed_cuts(yearly * 100)
    assert cents["high"] == pytest.approx(100 * cuts["high"], abs=0.51)
    assert value_tiers(yearly, CUTS).equals(value_tiers(yearly * 100, {"high": 10_000, "middle": 2_000}))


def test_tiers_at_the_cuts_by_hand():
    expected = ["high", "high", "middle", "middle", "low", "low", "loss", "loss"]
    found = value_tiers(YEARLY, CUTS)
    assert found.iloc[:8].tolist() == expected and pd.isna(found.iloc[8])
    assert value_tiers(YEARLY.iloc[:0], CUTS).empty
    assert value_tiers(shuffled(YEARLY), CUTS).sort_index().equals(found)


def test_fixed_cuts_let_a_portfolio_get_better():
    better = value_tiers(YEARLY + 100, CUTS)
    assert (better == "high").sum() == 6 and (value_tiers(YEARLY, CUTS) == "high").sum() == 2


@pytest.mark.parametrize(
    "cuts", [{}, {"high": 5}, {"high": 5, "middle": 5}, {"high": 5, "middle": 6}, {"high": 5, "middle": -1}]
)
def test_cuts_that_are_none_are_refused(cuts):
    with pytest.raises(StepInputError, match="high above middle"):
        value_tiers(YEARLY, cuts)


def test_portions_by_hand():
    table = profits().assign(ordered=[True] * 7 + [False, True])
    found = tier_portions(table, value_tiers(YEARLY, CUTS))
    assert found["tier"].tolist() == [*TIERS, "unknown"]
    assert found["customers"].tolist() == [2, 2, 2, 1, 1]  # who has not ordered is not counted
    assert found["part_of_customers"].tolist() == [0.25, 0.25, 0.25, 0.125, 0.125]
    assert found["revenue"].tolist() == [400.5, 400.5, 400.5, 200.25, 200.25]
    assert found["customer_profit"].iloc[:4].tolist() == [250.0, 119.9999, 19.9999, -0.0001]
    assert np.isnan(found["customer_profit"].iloc[4])


def test_parts_make_the_portfolio_in_each_tier_whatever_the_order():
    rng = np.random.default_rng(3)
    yearly = pd.Series(rng.normal(40, 90, 50).round(4)).mask(rng.random(50) < 0.1)
    table, tiers = profits(yearly), value_tiers(yearly, CUTS)
    groups = grouped(**{f"c{number}": f"g{number % 3 + 1}" for number in range(45)})
    found = tier_portions(table, tiers, groups)
    assert found["group_id"].unique().tolist() == ["all", "g1", "g2", "g3", "ungrouped"]
    whole = found[found["group_id"] == "all"].set_index("tier")
    sums = found[found["group_id"] != "all"].groupby("tier")[["customers", "revenue", "customer_profit"]].sum()
    assert sums["customers"].reindex(whole.index).equals(whole["customers"])
    for name in ("revenue", "customer_profit"):
        assert (sums[name].reindex(whole.index) - whole[name].fillna(0)).abs().max() < 1e-6
    assert found.groupby("group_id")["part_of_customers"].sum().to_numpy() == pytest.approx(1)
    pd.testing.assert_frame_equal(found, tier_portions(shuffled(table), tiers, shuffled(groups)))


def test_one_customer_nobody_and_lines_of_nobody():
    one = tier_portions(profits(YEARLY.iloc[:1]), value_tiers(YEARLY.iloc[:1], CUTS))
    assert one["part_of_customers"].tolist() == [1.0, 0.0, 0.0, 0.0]
    for table in (profits().assign(ordered=False), profits().iloc[:0], profits().assign(customer_id=None)):
        none = tier_portions(table, value_tiers(table["customer_profit"], CUTS))
        assert none["customers"].tolist() == [0, 0, 0, 0] and none["part_of_customers"].eq(0).all()
