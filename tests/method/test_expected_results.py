"""Expected results: ranges by hand, what people decided, and how the next run scores them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.expected_results import (
    expected_results,
    group_baselines,
    proposed_results,
    scored_results,
    set_aside,
)
from helpers.method.intent_shifts import intent_shifts, kept_parts
from helpers.method.value_at_stake import value_at_stake
from tests.method.test_value_at_stake import HEADROOM, KEPT, LAPSE, NAMES, VALUE

SHARE = pd.DataFrame({"group_id": ["g1", "g2"], "customer_share": [np.nan, 0.3], "modelled_share": [0.5, 0.4]})
PROJECTION = pd.DataFrame(
    {
        "scenario": ["no_action", *["with_intents"] * 4],
        "state": "g1",
        "year": [0, 0, 1, 2, 3],
        "year_end": pd.to_datetime([f"{year}-01-01" for year in (2027, 2027, 2028, 2029, 2030)]),
        "part": [0.4, 0.4, 0.5, 0.6, 0.7],
        "part_low": [0.4, 0.4, 0.45, 0.5, 0.5],
        "part_high": [0.4, 0.4, 0.55, 0.7, 0.9],
    }
)
BASE = group_baselines(VALUE, SHARE, LAPSE, PROJECTION, years=2)


def stake(*intents):
    return value_at_stake(VALUE, NAMES, HEADROOM, LAPSE, years=2, intents={"g1": intents}, kept=KEPT)


def results(*intents, by_date="2028-12-31", projection=PROJECTION, decided=None):
    table = expected_results(stake(*intents), BASE, projection, by_date=by_date, decided=decided)
    return table.set_index("measure")


def test_where_the_measures_stand_today():
    own = BASE[BASE["group_id"] == "g1"].set_index("measure")["value"].to_dict()
    known = {"profit": 110.0, "cost_to_serve_rate": 0.18, "customer_share": 0.5, "lapse_rate": 0.2, "portion": 0.4}
    assert own == pytest.approx(known)
    assert BASE.loc[BASE["group_id"] == "g2", "value"].tolist() == [0.3]
    assert group_baselines(VALUE.assign(customer_profit=np.nan, cost_to_serve=np.nan), None, None, None, years=2).empty


def test_results_by_hand():
    table = results("grow", "re_engineer")
    assert table.loc["profit", "likely"] == pytest.approx(110 + 60 * 0.85 + 40 * 0.85 + 5.5)
    assert table.loc["customer_share", "likely"] == pytest.approx(0.5 + 0.5 * 0.2)
    assert table.loc["lapse_rate", ["low", "likely", "high"]].tolist() == pytest.approx([0.15] * 3)
    # 34 of 90 a year are mended
    assert table.loc["cost_to_serve_rate", "likely"] == pytest.approx(0.18 * (1 - 34 / 90))
    assert table.loc["portion", ["low", "likely", "high"]].tolist() == [0.5, 0.6, 0.7]  # by the end of the second year
    assert table.loc["profit", "rests_on"] == "win + repair + keep"
    assert (table["low"] <= table["likely"]).all() and (table["likely"] <= table["high"]).all()
    assert table["proposed"].all() and (table["owner"] == "").all()


def test_only_what_the_intents_pull_is_expected():
    assert results("maintain", projection=None).index.tolist() == ["profit", "lapse_rate"]
    assert results(projection=None).empty
    assert results("maintain", by_date="2040-01-01").loc["portion", "likely"] == 0.7


def test_what_people_decided_counts():
    row = {"owner": "Renn", "low": 0.1, "by_date": "2027-06-30"}
    table = results("maintain", decided={"g1.lapse_rate": row})
    assert table.loc["lapse_rate", ["low", "owner", "proposed"]].tolist() == [0.1, "Renn", False]
    assert f"{table.loc['lapse_rate', 'by_date']:%Y-%m-%d}" == "2027-06-30"
    assert f"{table.loc['profit', 'by_date']:%Y-%m-%d}" == "2028-12-31"
    assert set_aside({"g1.lapse_rate": row}, table.reset_index()) == [] == set_aside(None, table.iloc[:0])
    for strange in ("g1.sales", "profit"):
        with pytest.raises(StepInputError, match=f"{strange} is none"):
            results("maintain", decided={strange: row})


def test_a_result_that_cannot_be_expected_today_is_told_and_stops_nothing():
    decided = {"g1.customer_share": {"owner": "Renn"}, "g9.profit": {"owner": "Renn"}}  # g9 stands no more
    table = results("maintain", decided=decided)
    assert "customer_share" not in table.index and set(table["group_id"]) == {"g1"}
    assert "g1.customer_share and g9.profit" in set_aside(decided, table.reset_index())[0].question


def test_what_is_proposed_can_be_decided_as_it_is():
    table = results("maintain").reset_index()
    rows = proposed_results(table)
    again = results("maintain", decided=rows).reset_index()
    assert rows["g1.profit"]["owner"] == "" and not again["proposed"].any()
    assert again[["low", "high"]].to_numpy() == pytest.approx(table[["low", "high"]].to_numpy(), abs=0.5)


def test_a_name_alone_leaves_the_range_proposed():
    assert results("maintain", decided={"g1.lapse_rate": {"owner": "Renn"}}).loc["lapse_rate", "proposed"]
    with pytest.raises(StepInputError, match="in that order"):
        results("maintain", decided={"g1.lapse_rate": {"low": 0.5}})


def test_the_next_run_scores_them():
    earlier = results("grow", "re_engineer").reset_index()

    def score(as_of, **now):
        table = pd.DataFrame({"group_id": "g1", "measure": list(now), "value": list(now.values())})
        return scored_results(earlier, table, as_of=as_of).set_index("measure")["score"]

    now = {"profit": 100.0, "customer_share": 0.99, "lapse_rate": 0.15, "cost_to_serve_rate": 0.01, "portion": 0.9}
    assert score("2029-01-01", **now).to_dict() == {
        "profit": "short", "customer_share": "beyond", "lapse_rate": "reached", "cost_to_serve_rate": "beyond",
        "portion": "short",
    }  # fmt: skip
    assert set(score("2028-12-30", **now)) == {"not_due"}
    assert score("2028-12-31", profit=1e9).to_dict()["lapse_rate"] == "cannot_say"


def test_profit_says_that_it_is_before_contract_fees_only_where_there_are_any():
    def name(fees):
        profit = pd.DataFrame({"group_id": ["g1"], "contract_fees": [fees]})
        table = expected_results(stake("maintain"), BASE, None, by_date="2028-12-31", profit_chance=profit)
        return table.set_index("measure").loc["profit", "measure_name"]

    assert name(9.0) == "Profit a year, before contract fees" and name(0.0) == "Profit a year"


def test_cost_to_serve_of_a_group_that_is_handed_on_is_not_expected():
    assert "cost_to_serve_rate" in results("re_engineer").index
    assert "cost_to_serve_rate" not in results("re_engineer", "retire").index


def test_a_portion_that_would_be_the_same_anyway_says_so():
    def words(part):
        idle = PROJECTION[PROJECTION["year"] > 0].assign(scenario="no_action", part=part)
        return results("maintain", projection=pd.concat([PROJECTION, idle])).loc["portion", "expected_words"]

    assert words(0.605) == "50 to 70 %, as without us" and words(0.65) == "50 to 70 %"


def test_who_stays_is_believed_once():
    """What people judged of who stays moves the value at stake and the rate that is expected, and nothing else does."""
    kept = kept_parts(intent_shifts({"g1": "maintain"}, [
        {"group_id": "g1", "kind": "keep", "low": 0.1, "likely": 0.1, "high": 0.1}
    ]))  # fmt: skip
    table = value_at_stake(VALUE, NAMES, HEADROOM, LAPSE, years=2, intents={"g1": ("maintain",)}, kept=kept)
    assert table.set_index("lever").loc["keep", "counted"] == pytest.approx(0.2 * 110 * 0.1)
    found = expected_results(table, BASE, None, by_date="2028-12-31").set_index("measure")
    assert found.loc["lapse_rate", ["low", "likely", "high"]].tolist() == pytest.approx([0.2 * 0.9] * 3)


def test_a_share_grows_by_a_part_of_what_is_left_to_win():
    base = BASE.assign(value=BASE["value"].where(BASE["measure"] != "customer_share", 0.3))
    table = expected_results(stake("grow"), base, None, by_date="2028-12-31").set_index("measure")
    assert table.loc["customer_share", "likely"] == pytest.approx(0.3 + 0.7 * 0.2)


def test_a_range_in_the_wrong_order_is_refused_with_its_group_and_with_who_said_what():
    with pytest.raises(StepInputError) as refused:
        results("maintain", decided={"g1.lapse_rate": {"low": 0.5}})
    told = str(refused.value)
    name = NAMES["g1"]
    assert f"g1.lapse_rate (Customers who stop buying in a year of {name})" in told
    assert "low 0.5 (decided)" in told and "(proposed)" in told and "give all three" in told
