"""Value at stake, worked out by hand: four levers, what overlaps, and what nobody knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.stake_bridges import bridge_findings
from helpers.method.stake_findings import stake_assumptions, stake_cannot_say, stake_checks, stake_findings
from helpers.method.value_at_stake import LEVERS, stake_by_group, value_at_stake
from helpers.show.sentences import check_finding

NAMES = {"g1": "Yards"}
# over two years: revenue 1,000, gross margin 400; cost to serve 10, 10 and 50 % of revenue, so the middle is 10 %
VALUE = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "group_id": "g1",
        "status": "active",
        "revenue": [400.0, 400.0, 200.0],
        "gross_margin": [160.0, 160.0, 80.0],
        "cost_to_serve": [40.0, 40.0, 100.0],
        "customer_profit": [120.0, 120.0, -20.0],
    }
)
HEADROOM = pd.DataFrame(
    {"group_id": ["g1"], "customers": [3], "headroom": [1_000.0], "winnable": [200.0], "winnable_low": [100.0],
     "winnable_high": [300.0]}
)  # fmt: skip
LAPSE = pd.DataFrame({"group_id": ["g1"], "lapse_rate": [0.2], "lapse_low": [0.1], "lapse_high": [0.3]})
KEPT = (0.25, 0.25, 0.25)


def stake(value=VALUE, headroom=HEADROOM, lapse=LAPSE, names=NAMES, **rest):
    table = value_at_stake(value, names, headroom, lapse, **({"years": 2, "kept": KEPT} | rest))
    return table.set_index("lever") if len(names) == 1 else table


def test_each_lever_by_hand():
    table = stake()
    # margin 40 % less the usual 10 % of cost to serve = 30 % of what is won
    assert table.loc["win", ["exposed", "part", "alone"]].tolist() == pytest.approx([300.0, 0.2, 60.0])
    # c costs 100 where 20 would be usual: 80 in two years
    assert table.loc["repair", ["exposed", "alone", "customers"]].tolist() == [40.0, 40.0, 1]
    # 34 of 90 a year, without those who leave
    assert table.loc["repair", "relieved"] == pytest.approx(34 / 90)
    assert table.loc["repair", "relieved_high"] < 1 and table["relieved"].drop("repair").isna().all()
    # a fifth of 110 a year leaves, a quarter of it is kept
    assert table.loc["keep", ["exposed", "part", "alone"]].tolist() == pytest.approx([22.0, 0.25, 5.5])
    assert table.loc["release", ["exposed", "alone", "customers"]].tolist() == [10.0, 10.0, 1]
    assert table["evidence"].to_dict() == {
        "win": "modelled",
        "repair": "measured",
        "keep": "judged",
        "release": "measured",
    }
    ranges = table[["alone_low", "alone", "alone_high"]].to_numpy()
    assert (np.diff(ranges, axis=1) >= 0).all()
    assert table.loc["win", ["alone_low", "alone_high"]].tolist() == pytest.approx([30.0, 90.0], rel=0.1)


def test_what_overlaps_is_counted_once():
    table = stake()
    # who leaves for good, .2 x .75 = .15, is neither won more from nor served more cheaply
    counted = {"win": 60 * 0.85, "repair": 40 * 0.85, "keep": 5.5, "release": 0.0}
    assert table["counted"].to_dict() == pytest.approx(counted)
    assert stake_by_group(table.reset_index())["counted"].item() == pytest.approx(sum(counted.values()))
    # all that is to be mended lies with c, who loses money: led away, nothing of it is left
    both = stake(intents={"g1": ("re_engineer", "retire")})
    assert both["counted"].to_dict() == {"win": 0.0, "repair": 0.0, "keep": 0.0, "release": 10.0}
    assert both["pulled"].to_dict() == {"win": False, "repair": True, "keep": False, "release": True}


@pytest.mark.parametrize(
    ("intents", "pulled"),
    [
        (("grow", "re_engineer"), ["win", "repair", "keep"]), (("maintain",), ["keep"]), (("retire",), ["release"]),
        (("re_engineer",), ["repair"]), ((), []),
    ],
)  # fmt: skip
def test_intents_pull_their_levers(intents, pulled):
    table = stake(intents={"g1": intents})
    assert table.index[table["pulled"]].tolist() == pulled
    assert (table.loc[~table["pulled"], "counted"] == 0).all() and (table["alone"] > 0).all()


def test_without_intents_the_side_that_is_worth_more_is_pulled():
    assert stake()["pulled"].tolist() == [True, True, True, False]
    losing = VALUE.assign(customer_profit=[-120.0, -120.0, -20.0], cost_to_serve=[280.0, 280.0, 140.0])
    assert stake(losing, headroom=None)["pulled"].tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"headroom": None}, ["win"]),
        ({"headroom": HEADROOM.assign(winnable=np.nan)}, ["win"]),
        ({"lapse": None}, ["keep"]),
        ({"value": VALUE.assign(cost_to_serve=np.nan)}, ["repair"]),
        ({"value": VALUE.assign(gross_margin=np.nan, customer_profit=np.nan)}, ["win", "keep", "release"]),
        ({"value": VALUE.iloc[:0]}, list(LEVERS)),
    ],
)
def test_what_is_not_known_is_missing_and_never_zero(change, unknown):
    table = stake(**change)
    assert table.index[table["why_not"] != ""].tolist() == unknown
    assert table.loc[unknown, ["exposed", "alone", "counted", "part_low"]].isna().all(axis=None)
    assert table.drop(index=unknown)[["exposed", "alone", "counted"]].notna().all(axis=None)


def test_neither_order_nor_currency_matter_and_groups_do_not_touch():
    two = pd.concat([VALUE, VALUE.assign(customer_id=["x", "y", "z"], group_id="g2")])
    table = stake(two, names={"g2": "Owners", "g1": "Yards"})
    assert table["group_id"].drop_duplicates().tolist() == ["g1", "g2"]
    pd.testing.assert_frame_equal(table, stake(two.iloc[::-1], names={"g1": "Yards", "g2": "Owners"}))
    money = ["revenue", "gross_margin", "cost_to_serve", "customer_profit"]
    dear = stake(VALUE.assign(**{name: 100 * VALUE[name] for name in money}), headroom=None)
    assert dear["counted"].fillna(0).tolist() == pytest.approx(
        (100 * stake(headroom=None)["counted"]).fillna(0).tolist()
    )
    # once a customer's draws followed its id, so other names gave other ranges
    pd.testing.assert_frame_equal(stake(VALUE.assign(customer_id=["z", "y", "x"])), stake())
    aside = pd.concat([VALUE, VALUE.assign(customer_id=["p", "q", "r"], status="dormant")])
    pd.testing.assert_frame_equal(stake(aside), stake())


def test_a_group_that_loses_money_has_nothing_to_keep():
    table = stake(VALUE.assign(customer_profit=-10.0))
    assert table.loc["keep", ["exposed", "alone"]].tolist() == [0.0, 0.0]
    assert table.loc["release", "alone"] == 15.0


@pytest.mark.parametrize(
    "wrong", [{"years": 0}, {"kept": (0.3, 0.2, 0.4)}, {"kept": (0.0, 0.2, 1.4)}, {"kept": {"g1": (-1.2, 0, 0)}}]
)
def test_parts_that_are_none_are_refused(wrong):
    with pytest.raises(StepInputError, match="Expected a length above zero"):
        stake(**wrong)


def test_what_is_said():
    table = stake().reset_index()
    results = pd.DataFrame({"owner": ["", "Renn"]})
    said = {finding.id: finding for finding in stake_findings(table, results)}
    for finding in said.values():
        check_finding(finding)
    assert set(said) == {"09.at_stake", "09.no_owner"}
    whole = said["09.at_stake"]
    assert whole.values["money"].value == pytest.approx(51.0) and whole.text.endswith(
        "is what customers in {group:group} buy elsewhere."
    )
    # the range is that of the one lever, and holds it
    assert whole.values["money"].low < 51 < whole.values["money"].high < whole.values["all"].value + 51
    assert said["09.no_owner"].values["idle"].value == 1 and "has no owner" in said["09.no_owner"].text
    assert stake_findings(stake(VALUE.iloc[:0]).reset_index(), results.iloc[1:]) == []
    assert [check.verdict for check in stake_checks(table)] == ["pass"]
    assert [check.verdict for check in stake_checks(table.assign(counted=99.0))] == ["fail"]
    assert [gap.because for gap in stake_cannot_say(stake(headroom=None).reset_index())] == [
        "Winnable headroom is not known."
    ]
    assert len(stake_cannot_say(stake(VALUE.iloc[:0]).reset_index())) == 4 and not stake_cannot_say(table)
    assert len(stake_assumptions(table, {})) == 1 and not stake_assumptions(stake(lapse=None).reset_index(), {})
    assert not stake_assumptions(table, {"g1": KEPT})  # a shift says it
    idle = stake(intents={"g1": ("maintain",)}).reset_index()
    assert [one.id for one in stake_findings(idle)] == ["09.at_stake", "09.not_pulled"]
    assert stake_findings(idle)[1].values["money"].value == pytest.approx(60.0)


def test_intents_that_drive_some_away_leave_fewer_to_serve_more_cheaply():
    table = stake(kept={"g1": (-0.5, -0.5, -0.5)}, intents={"g1": ("re_engineer",)})
    assert table.loc["repair", "counted"] == pytest.approx(40 * (1 - 0.2 * 1.5))
    assert stake(kept={})["counted"]["keep"] == pytest.approx(22 * 0.2)  # the kit's, where nothing says otherwise


def test_sums_of_both_pages_are_bridged():
    table = stake(intents={"g1": ("re_engineer", "retire")}).reset_index()
    paths = pd.DataFrame({"group_id": "g1", "customers": 3, "cost_released": [30.0, np.nan, 15.0]})
    projects = pd.DataFrame(
        {"group_id": "g1", "level": ["group", "project", "project"], "status": ["pass", "pass", "fail"],
         "invested": [90.0, 50.0, 40.0], "first_year_result": [-70.0, -30.0, -40.0]}
    )  # fmt: skip

    def said(intents, paths=paths, projects=projects, stakes=table):
        found = bridge_findings(stakes, VALUE, paths, projects, intents, years=2)
        for finding in found:
            check_finding(finding)
        return {one.id: {name: value.value for name, value in one.values.items()} for one in found}

    # 180 of cost to serve in two years; ten a year are lost on c
    assert said({"g1": ["re_engineer", "retire"]}) == {
        "09.path.g1": {"group": "g1", "released": 45.0, "stake": 10.0, "part": 0.5}
    }
    (path,) = bridge_findings(table, VALUE, paths, None, {"g1": ["re_engineer", "retire"]}, years=2)
    ends = table.loc[table["group_id"] == "g1", ["counted_low", "counted_high"]].sum().tolist()
    told = path.values["stake"]  # the likely end of a range, and no cap
    assert [told.low, told.high] == pytest.approx(ends) and ends[1] > told.value and "no more" not in path.text
    assert said({"g1": ["grow"]}, paths=None) == {"09.outlays.g1": {"group": "g1", "all": 50.0, "loss": 30.0}}
    assert said({"g1": ["grow"]}, paths.assign(cost_released=1.0), projects.assign(status="fail")) == {}
    assert said({"g1": ["grow"]}, None, None) == {} == said({"g1": ["maintain"]}, None)
    profit = {"group_id": ["g1", "g2", "g3"], "customers": [3, 5, 7], "customer_profit": [-20.0, 8.0, np.nan]}
    profit = pd.DataFrame(profit | {"contract_fees": [26.0, 0.0, 9.0]})
    profit["profit"] = profit["customer_profit"] + profit["contract_fees"]
    (fees,) = bridge_findings(table, VALUE, None, None, {}, years=2, profit_chance=profit)
    check_finding(fees)
    told = {name: value.value for name, value in fees.values.items()}
    # g1 loses ten a year, and with 13 of fees earns three; who pays no fee and whose profit is not known is left out
    assert told == {"fees": 13.0, "payer": "g1", "group_1": "g1", "with_1": 3.0, "loss_1": 10.0} and fees.n == 3
    payers = profit.assign(customer_profit=[20.0, 8.0, 1.0], contract_fees=[26.0, 40.0, 0.0])
    (fees,) = bridge_findings(table, VALUE, None, None, {}, years=2, profit_chance=payers)
    told = {name: value.value for name, value in fees.values.items()}
    assert told == {"fees": 33.0, "payer": "g2", "most": 20.0} and "without them it loses" not in fees.text
    assert not bridge_findings(table, VALUE, None, None, {}, years=2, profit_chance=payers.assign(contract_fees=0.0))
    assert said({"g1": ["maintain"]}, stakes=stake(intents={"g1": ("maintain",)}).reset_index()) == {}


def test_who_is_driven_away_by_an_intent_that_is_not_counted_breaks_no_check():
    """A group that earns money, yet is to end: keeping costs money then, is not pulled, and counts nothing."""
    table = stake(intents={"g1": ("re_engineer", "retire")}, kept=(-0.3, -0.15, -0.1)).reset_index()
    keep = table.set_index("lever").loc["keep"]
    assert keep["alone"] == pytest.approx(0.2 * 110 * -0.15) and keep["counted"] == 0 and not keep["pulled"]
    assert [check.verdict for check in stake_checks(table)] == ["pass"]
    doubled = table.assign(counted=table["counted"].where(table["lever"] != "release", 2 * table["alone"]))
    unpulled = table.assign(counted=table["counted"].where(table["lever"] != "win", 1.0))
    assert [stake_checks(one)[0].verdict for one in (doubled, unpulled)] == ["fail", "fail"]
