"""The joined tables of step 04 by hand, what it checks of them, assumes and leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.referral_value import TERMS
from helpers.method.value_closing import value_assumptions, value_cannot_say, value_checks
from helpers.method.value_tables import group_of_each
from tests.method.value_builders import DAYS, GROUPS, SENT, SUMMARY, referrals, survey, value_tables


@pytest.fixture(scope="module")
def tables():
    return value_tables(answers=survey(), sent=referrals(*SENT))


def test_each_customer_has_a_row_and_each_its_own_money(tables):
    rows = tables.customer_value.set_index("customer_id")
    assert len(rows) == 21 and "n0" not in rows.index, "who never bought has no value"
    assert rows["status"].value_counts().to_dict() == {"active": 20, "dormant": 1}
    assert rows.loc[["a0", "b0", "b1", "b2"], "customer_profit"].tolist() == [40.0, -35.0, 2.5, 5.0]
    assert rows.loc[["a0", "b0", "d0"], "clv"].tolist() == [100.0, -5.0, 7.0]
    # the 80th and the 40th percentile of nineteen that earn are 40 and 5
    assert rows.loc[["a0", "b2", "b1", "b0", "d0"], "value_tier"].tolist() == [
        "high",
        "middle",
        "low",
        "loss",
        "unknown",
    ]


def test_answers_referrals_and_types_by_hand(tables):
    rows = tables.customer_value.set_index("customer_id")
    assert rows.loc[["a0", "a1", "b0"], "recommend"].tolist() == [10.0, 9.0, 3.0] and np.isnan(
        rows.at["b9", "recommend"]
    )
    # a0 brought two buyers; a1 is a promoter whose friend never bought; b0 brought one and would not recommend us
    assert rows.loc[["a0", "a1", "b0", "b1"], "advocate"].tolist() == [True, False, False, False]
    # b9 said nothing and brought nobody, d0 neither: with referrals delivered nobody of them is an advocate
    assert rows["referral_value"].gt(0).pipe(lambda high: high[high].index.tolist()) == ["a0", "b0"]
    assert rows.at["b9", "referral_value"] == 0.0
    # half of a year's margin of 0.4 of 50, a month or so ahead, for each of two
    assert rows.at["a0", "referral_value"] == pytest.approx(2 * 0.5 * 0.4 * 50, rel=0.02)
    kinds = {"a0": "champions", "a1": "affluents", "b0": "advocates", "b1": "misers", "d0": "unknown"}
    assert rows["customer_type"][list(kinds)].to_dict() == kinds


def test_types_by_group_count_everybody_once(tables):
    types = tables.customer_types.set_index("group_id")
    assert types.index.tolist() == ["all", "g1", "g2"]
    assert types["champions"].tolist() == [1, 1, 0] and types["misers"].tolist() == [9, 0, 9]
    assert types.loc["all", ["champions", "affluents", "advocates", "misers"]].sum() == 20
    assert types["new_customers"].tolist() == [3, 2, 1]
    assert types["clv_per_customer"].tolist() == [47.5, 100.0, -5.0]
    worth = tables.customer_value["referral_value"].sum()
    assert types["referral_value"].tolist()[0] == pytest.approx(worth, abs=1e-4)


def test_without_referrals_nobody_is_of_a_type_and_without_a_survey_nobody_answered():
    bare = value_tables()
    assert bare.customer_types.empty and bare.advocacy.empty
    assert set(bare.customer_value["customer_type"]) == {"unknown"}
    assert bare.customer_value[["recommend", "referral_value"]].isna().all(axis=None)
    assert bare.customer_value["advocate"].isna().all()
    idle = value_tables(sent=referrals(("a0", "n0")))
    assert idle.customer_value["referral_value"].eq(0).all() and idle.customer_types.empty, "nobody's word brought any"


def test_a_score_needs_thirty_answers_and_counts_its_advocates(tables):
    rows = tables.advocacy.set_index("group_id")
    assert rows["n"].to_dict() == {"all": 4, "g1": 2, "g2": 2} and not rows["enough"].any()
    assert rows["advocates"].to_dict() == {"all": 1, "g1": 1, "g2": 0}
    many = value_tables(answers=survey(dict.fromkeys([f"a{n}" for n in range(10)], 10.0) | {"b0": 5.0}))
    assert many.advocacy.set_index("group_id").at["g1", "promoters"] == 10


def test_groups_of_each_customer():
    assert group_of_each(SUMMARY, None).value_counts().to_dict() == {"all": 20, "dormant": 1}
    assert group_of_each(SUMMARY, GROUPS.iloc[1:])["a0"] == "ungrouped"


# ---- closing ---------------------------------------------------------------------------------------------------------


def ratings(tables, **changed) -> pd.DataFrame:
    """customer_ratings of step 02 that agree, with some customers' cells changed."""
    rows = tables.customer_value[tables.customer_value["status"] == "active"].set_index("customer_id")
    table = pd.DataFrame(
        {
            "revenue": rows["revenue"],
            "cost_to_serve_rate": rows["cost_to_serve"] / rows["revenue"],
            "recommend": rows["recommend"],
        }
    )
    table["buying_referrals"] = pd.Series({"a0": 2, "b0": 1}).reindex(table.index).fillna(0)
    for column, cells in changed.items():
        for one, value in cells.items():
            table.loc[one, column] = value
    return table.reset_index(names="customer_id")


def verdicts(tables, given=None, groups=GROUPS, summary=SUMMARY) -> dict[str, str]:
    return {check.id.removeprefix("04."): check.verdict for check in value_checks(tables, summary, groups, given)}


def test_tables_that_agree_pass(tables):
    names = ["revenue", "ladder", "equity", "customers", "people", "same_cost", "same_advocacy"]
    assert verdicts(tables, ratings(tables)) == dict.fromkeys(names, "pass")
    assert set(verdicts(tables, None, None)) == set(names) - {"ladder", "same_cost", "same_advocacy"}


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"cost_to_serve_rate": {"b0": 0.9}}, {"same_cost"}),
        ({"cost_to_serve_rate": {"b0": np.nan}}, {"same_cost"}),
        ({"revenue": {"b0": 1e6}}, {"same_cost"}),
        ({"recommend": {"a0": 9.0}}, {"same_advocacy"}),
        ({"recommend": {"b9": 5.0}}, {"same_advocacy"}),
        ({"recommend": {"a0": np.nan}}, {"same_advocacy"}),
        ({"buying_referrals": {"a0": 0}}, {"same_advocacy"}),
        ({"buying_referrals": {"b9": 2}}, {"same_advocacy"}),
        ({"buying_referrals": {"b9": 1}}, set()),
    ],
    ids=[
        *("cost", "cost unknown there", "same rate of other revenue", "another answer", "an answer more", "one fewer"),
        *("no referral", "two more", "one more is no advocate"),
    ],
)
def test_step_02_must_rate_on_the_same(tables, changed, fails):
    found = verdicts(tables, ratings(tables, **changed))
    assert {name for name, verdict in found.items() if verdict == "fail"} == fails


def test_without_answers_and_referrals_there_is_no_advocacy_to_hold_against():
    bare = value_tables()
    nothing = ratings(bare).assign(recommend=np.nan, buying_referrals=np.nan)
    assert "same_advocacy" not in verdicts(bare, nothing) and "same_cost" in verdicts(bare, nothing)


def test_money_that_does_not_add_up_fails(tables):
    more = SUMMARY.assign(revenue=SUMMARY["revenue"] + 0.01)
    assert verdicts(tables, summary=more)["revenue"] == "fail"
    worth = tables.customer_value.assign(clv=tables.customer_value["clv"] + 0.01)
    assert verdicts(replace(tables, customer_value=worth))["customers"] == "fail"
    groups = tables.lifetime.groups.copy()
    groups.loc[groups["group_id"] == "g1", "clv"] += 1
    life = replace(tables.lifetime, groups=groups)
    assert verdicts(replace(tables, lifetime=life))["equity"] == "fail"
    assert verdicts(replace(tables, customer_value=tables.customer_value.iloc[1:]))["people"] == "fail"
    ladder = tables.profit.profit_ladder.copy()
    ladder.loc[(ladder["group_id"] == "g1") & (ladder["rung"] == "revenue"), "amount"] += 0.01
    assert verdicts(replace(tables, profit=replace(tables.profit, profit_ladder=ladder)))["ladder"] == "fail"


def assumed(tables, margin=None) -> dict[str, object]:
    return {one.id.removeprefix("04."): one for one in value_assumptions(tables, TERMS, margin)}


def test_assumptions_are_those_that_something_rests_on(tables):
    found = assumed(tables)
    assert (found["horizon"].value, found["discount"].value, found["not_anyway"].value) == (36, 0.10, 0.5)
    assert "no_service" not in found and "gross_margin_rate" not in found
    plain = assumed(value_tables(basis="gross_margin"))
    assert plain["no_service"].value == 0 and "not_anyway" not in plain
    decided = assumed(value_tables(basis="assumed_rate"), 0.3)
    assert decided["gross_margin_rate"].value == 0.3 and decided["gross_margin_rate"].evidence == "judged"


def test_how_a_downturn_was_told_is_said_where_one_is_asked(tables):
    def told(**columns):
        slopes = pd.DataFrame({"group_id": ["g1"], "p_holm": [0.5]} | columns)
        return assumed(replace(tables, profit=replace(tables.profit, margin_slopes=slopes))).get("downturn")

    assert told(slope_before=[-0.01]).value == "groups drawn twice"
    assert told(slope_before=[np.nan]).value == "groups drawn once"
    assert told(slope_before=[np.nan], p_holm=[np.nan]) is None


def test_what_stays_open_is_what_is_missing(tables):
    def unlocks(found, delivered=("transactions", "referrals")):
        return " ".join(gap.unlocked_by for gap in value_cannot_say(found, list(delivered)))

    assert "service_events" not in unlocks(tables) and "recommend" not in unlocks(tables)
    assert "service_events" in unlocks(value_tables(events=None)) and "recommend" in unlocks(value_tables())
    assert "who sent whom" in unlocks(tables, ("transactions",)) and "who sent whom" not in unlocks(tables)
    bare = value_tables(days=DAYS.assign(cost_of_goods=np.nan), basis="expected_revenue")
    assert "gross_margin_rate" in unlocks(bare) and "cost_of_goods on every line" in unlocks(bare)
    assert "longer history" in unlocks(value_tables(models=None))
