"""The scoreboard: measures by period worked by hand, their limits kept from version to version, and what is said."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers.client.result_model import Finding
from helpers.client.schema import schema
from helpers.method.earlier_version import earlier_version, equity_then_and_now, promised
from helpers.method.equity_bridge import bridge_table
from helpers.method.learning_loop import learning_loop
from helpers.method.results_scored import results_scored
from helpers.method.score_periods import blocks_of, fitting_blocks
from helpers.method.score_series import chosen_groups, group_series, kinds_of_customers, portfolio_series, share_series
from helpers.method.scoreboard import scoreboard, version_points
from helpers.method.scoreboard_closing import scoreboard_assumptions, scoreboard_cannot_say, scoreboard_checks
from helpers.method.scoreboard_findings import learning_findings, scoreboard_findings
from helpers.show.sentences import check_finding
from tests.method.days_builders import days

AS_OF = "2026-09-01"
NO_RESULTS = results_scored(None, pd.DataFrame(columns=["group_id", "measure", "value"]), as_of=AS_OF)


def level_of(table: pd.DataFrame, name: str, group: str = "all") -> list:
    own = table[(table["name"] == name) & (table["group_id"] == group)]
    return [None if np.isnan(value) else round(value, 6) for value in own["value"]]


def monthly(months: int, orders: int = 30, first: str = "2024-01-01", **columns) -> pd.DataFrame:
    """One customer, one day a month."""
    starts = pd.date_range(first, periods=months, freq="MS")
    rows = days(*[("c1", start, 100.0) for start in starts])
    return rows.assign(**({"orders": orders, "cost_of_goods": 60.0} | columns))


def series(values, name="revenue", unit="money", period="month", group="all", first="2024-01-01") -> pd.DataFrame:
    """A measure as `portfolio_series` gives it."""
    starts = pd.date_range(first, periods=len(values), freq="MS")
    return pd.DataFrame(
        {"group_id": group, "name": name, "unit": unit, "period": period, "period_start": starts,
         "period_end": starts + pd.offsets.MonthEnd(0), "label": [f"{day:%b %Y}" for day in starts], "customers": 40,
         "value": np.asarray(values, dtype=float)}
    )  # fmt: skip


def noise(points: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(100, 5, points).round(2)


def test_months_where_each_holds_30_orders_else_quarters():
    assert fitting_blocks(monthly(6), as_of="2024-07-01").kind == "month"
    few = monthly(6)
    few.loc[3, "orders"] = 29
    assert fitting_blocks(few, as_of="2024-07-01").kind == "quarter"
    # a month without any order holds too few as well
    assert fitting_blocks(monthly(6).drop(index=3), as_of="2024-07-01").kind == "quarter"
    assert len(fitting_blocks(days(), as_of=AS_OF).starts) == 0
    assert len(blocks_of(monthly(7), "quarter", as_of="2024-08-01").starts) == 2


def test_revenue_and_margin_of_each_month_by_hand():
    # lines of nobody count as revenue; the cost of the second month's is not known
    rows = pd.concat([monthly(2), days((None, "2024-01-20", 50.0), ("c2", "2024-02-20", 900.0)).assign(orders=1)])
    table = portfolio_series(rows, as_of="2024-03-01")
    assert level_of(table, "revenue") == [150.0, 1000.0]
    assert set(table["name"]) == {"revenue"}  # two thirds of the first month's revenue has a cost: too little
    whole = portfolio_series(monthly(2), as_of="2024-03-01")
    assert level_of(whole, "gross_margin_rate") == [0.4, 0.4]
    assert whole.loc[whole["name"] == "revenue", "customers"].tolist() == [1, 1]
    assert portfolio_series(days(), as_of=AS_OF).empty


def test_who_falls_silent_counts_once_in_the_month_in_which_the_twelfth_silent_month_ends():
    # c1 buys each month; c2 bought in January 2024 only, c3 in January 2024 and again in February 2025
    more = days(("c2", "2024-01-15", 10.0), ("c3", "2024-01-20", 10.0), ("c3", "2025-02-10", 10.0)).assign(orders=1)
    rows = pd.concat([monthly(15), more])
    table = portfolio_series(rows, as_of="2025-04-01")
    own = table[table["name"] == "lapse_rate"]
    # in January 2025 both fall silent, of three at risk; the year before it nobody can be known to
    assert own[["label", "value", "customers"]].values.tolist()[0] == ["Jan 2025", round(2 / 3, 9), 3]
    assert own["value"].tolist()[1:] == [0.0, 0.0] and own["customers"].tolist()[1:] == [1, 2]
    # who orders again before the month ends is not told as silent
    back = pd.concat([rows, days(("c2", "2025-01-31", 10.0)).assign(orders=1)])
    table = portfolio_series(back, as_of="2025-04-01")
    assert table.loc[table["name"] == "lapse_rate", "value"].iloc[0] == round(1 / 3, 9)


def test_customers_who_came_through_others_by_the_month_of_their_first_order():
    sent = pd.DataFrame({"customer_id": "c1", "referred_customer_id": ["c1", "c2", "c9"],
                         "date": pd.to_datetime(["2024-01-05", "2024-01-10", "2024-01-10"])})  # fmt: skip
    rows = pd.concat([monthly(3), days(("c2", "2024-02-15", 10.0), ("c2", "2024-03-15", 10.0)).assign(orders=1)])
    assert level_of(portfolio_series(rows, referrals=sent, as_of="2024-04-01"), "referred_buyers") == [0.0, 1.0, 0.0]
    assert "referred_buyers" not in set(portfolio_series(rows, as_of="2024-04-01")["name"])


def test_groups_by_hand_profit_as_a_rate_of_a_year():
    rows = pd.concat([monthly(3), monthly(3).assign(customer_id="c2", revenue=300.0, cost_of_goods=100.0)])
    events = pd.DataFrame({"customer_id": ["c1", "c2"], "date": pd.to_datetime(["2024-01-01", "2024-03-31"]),
                           "activity": "call", "minutes": [30.0, None], "quantity": None})  # fmt: skip
    costs = pd.DataFrame({"activity": ["call"], "unit_cost": [20.0], "cost_per_minute": [1.0]})
    kinds = pd.Series({"c1": "g1", "c2": "g2"})
    table = group_series(rows, kinds, events, costs, as_of="2024-04-01")
    assert level_of(table, "portion", "g1") == [0.5, 0.5, 0.5]
    # c1: 300 - 180 - 30 in the quarter, four times; c2: 900 - 300 - 20
    assert level_of(table, "profit", "g1") == [360.0] and level_of(table, "profit", "g2") == [2320.0]
    assert level_of(table, "cost_to_serve_rate", "g1") == [0.1]
    assert level_of(group_series(rows, kinds, as_of="2024-04-01"), "profit", "g1") == [480.0]
    assert group_series(rows, None, as_of="2024-04-01").empty
    assert kinds_of_customers(rows, rows, rows, None, as_of="2024-04-01") is None


def test_the_share_of_the_chosen_groups_is_sum_over_sum():
    rows = pd.DataFrame({"group_id": ["g1", "g2", "g3"] * 2, "quarter_start": ["2026-01-01"] * 3 + ["2026-04-01"] * 3,
                         "quarter_end": ["2026-03-31"] * 3 + ["2026-06-30"] * 3, "customers": 12,
                         "wallet": [100.0, 300.0, 50.0] * 2, "revenue": [50.0, 30.0, 50.0, 60.0, 40.0, 50.0],
                         "customer_share": [0.5, 0.1, 1.0] * 2})  # fmt: skip
    rows[["quarter_start", "quarter_end"]] = rows[["quarter_start", "quarter_end"]].apply(pd.to_datetime)
    assert level_of(share_series(rows, ["g1", "g2"]), "customer_share") == [0.2, 0.25]
    assert share_series(rows.assign(customer_share=np.nan), []).empty and share_series(None, []).empty
    intents = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "primary": ["grow", "maintain", "retire"]})
    assert chosen_groups(intents) == ["g1", "g2"] and chosen_groups(None) == []


def test_limits_of_the_earlier_version_are_kept_where_24_points_set_them():
    first = noise(24)
    _, then = scoreboard([series(first)], {}, as_of="2026-01-01")
    assert then["limits"].tolist() == ["frozen"]
    # the history was delivered anew and is dearer: the limits stay, and the points say so
    points, now = scoreboard([series(first + 40)], {}, earlier=then, as_of="2026-01-01")
    assert now[["centre", "lower", "upper"]].values.tolist() == then[["centre", "lower", "upper"]].values.tolist()
    assert points["in_signal"].all()
    _, open_then = scoreboard([series(first[:20])], {}, as_of="2025-09-01")
    _, opened = scoreboard([series(first + 40)], {}, earlier=open_then, as_of="2026-01-01")
    assert open_then["limits"].tolist() == ["open"] and opened["centre"][0] == pytest.approx(then["centre"][0] + 40)
    _, group = scoreboard([series(first, group="g1")], {}, as_of="2026-01-01")
    _, anew = scoreboard([series(first + 40, group="g1")], {}, earlier=group, as_of="2026-01-01")
    assert anew["centre"][0] == pytest.approx(group["centre"][0] + 40)  # who counts in a group is told anew
    _, quarters = scoreboard([series(first + 40, period="quarter")], {}, earlier=then, as_of="2026-01-01")
    assert quarters["centre"][0] != then["centre"][0]  # limits of months say nothing of quarters


def test_an_end_that_a_measure_can_never_reach_is_left_out_and_still_kept():
    values = np.abs(noise(24)) / 1000 * np.tile([0.1, 1.9], 12)
    points, then = scoreboard([series(values, "lapse_rate", "share")], {}, as_of="2026-01-01")
    assert then["lower"].isna().all() and then["upper"].notna().all()
    _, now = scoreboard([series(values, "lapse_rate", "share")], {}, earlier=then, as_of="2026-01-01")
    pd.testing.assert_frame_equal(now, then)


def test_a_measure_with_a_season_is_charted_against_a_year_earlier():
    months = np.arange(36)
    values = noise(36) + 60 * np.sin(2 * np.pi * months / 12)
    points, measures = scoreboard([series(values, first="2023-09-01")], {}, as_of=AS_OF)
    assert measures["charted"].tolist() == ["difference"] and len(points) == 24
    assert points["value"].tolist() == pytest.approx((values[12:] - values[:-12]).round(4).tolist(), abs=2e-4)
    assert points["level"].tolist() == pytest.approx(values[12:].tolist(), abs=1e-4)
    assert "against a year earlier" in points["title"][0]


def test_points_from_version_to_version_follow_each_other():
    value = pd.DataFrame({"customer_id": ["a", "b"], "status": ["active", "dormant"], "clv": [7.0, 3.0],
                          "value_tier": ["high", "unknown"], "advocate": [None, None]})  # fmt: skip
    share = pd.DataFrame({"group_id": ["g1", "g2"], "customer_share": [0.5, 0.2], "wallet": [10.0, 30.0],
                          "wallet_revenue": [5.0, 6.0], "known_wallets": [4, 9]})  # fmt: skip
    first = version_points(value, share, ["g1", "g2"], as_of="2025-09-01")
    assert dict(zip(first["name"], first["value"], strict=True)) == {
        "customer_equity": 7.0, "high_tier": 1.0, "loss_tier": 0.0, "customer_share": 0.275}  # fmt: skip
    board, _ = scoreboard([first], {}, as_of="2025-09-01")
    second = version_points(value.assign(clv=9.0), None, [], as_of=AS_OF, earlier=board)
    assert second.loc[second["name"] == "customer_equity", "value"].tolist() == [7.0, 9.0]
    points, measures = scoreboard([second], {}, as_of=AS_OF)
    assert (measures["limits"] == "none").all() and not points["in_signal"].any()
    assert version_points(None, None, [], as_of=AS_OF).empty


def test_pictures_hold_four_each_and_the_columns_are_those_published():
    shift = np.concatenate([noise(24), noise(8, 2) + 60])
    groups = [series(shift, "portion", "share", group=f"g{n}", first="2024-01-01") for n in range(1, 7)]
    whole = [series(noise(32, n), name) for n, name in enumerate(("revenue", "gross_margin_rate", "lapse_rate"))]
    points, measures = scoreboard([*groups, *whole], {"g1": "Yards"}, as_of="2026-09-01")
    assert points.groupby("picture")["measure"].nunique().to_dict() == {"": 2, "moved": 4, "portfolio": 3}
    assert measures["measure"].tolist()[:3] == ["revenue", "gross_margin_rate", "lapse_rate"]
    assert points.loc[points["measure"] == "g1.portion", "title"].iloc[0].startswith("Yards: ")
    assert list(points) == schema("scoreboard").names and list(measures) == schema("score_measures").names
    assert not points.duplicated(schema("scoreboard").key).any()
    empty = scoreboard([], {}, as_of=AS_OF)
    assert [list(table) for table in empty] == [schema(name).names for name in ("scoreboard", "score_measures")]


def history(seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        (f"c{number}", f"{day:%Y-%m-%d}", round(float(rng.lognormal(3, 1)), 2))
        for number in range(60)
        for day in pd.Timestamp("2024-03-01") + pd.to_timedelta(np.unique(rng.integers(0, 910, 30)), unit="D")
    ]
    return days(*rows).assign(cost_of_goods=lambda own: (own["revenue"] * 0.6).round(2))


def test_row_order_renamed_customers_and_another_currency_change_nothing_they_should_not():
    rows, kinds = history(), pd.Series({f"c{number}": f"g{1 + number % 2}" for number in range(60)})
    tables = [portfolio_series(rows, as_of=AS_OF), group_series(rows, kinds, as_of=AS_OF)]
    points, measures = scoreboard(tables, {}, as_of=AS_OF)

    names = {f"c{number}": f"k{99 - number}" for number in range(60)}
    other = rows.sample(frac=1, random_state=2).assign(customer_id=lambda own: own["customer_id"].map(names))
    again = [portfolio_series(other, as_of=AS_OF), group_series(other, kinds.rename(index=names), as_of=AS_OF)]
    pd.testing.assert_frame_equal(scoreboard(again, {}, as_of=AS_OF)[0], points)

    dear = rows.assign(revenue=rows["revenue"] * 100, cost_of_goods=rows["cost_of_goods"] * 100)
    priced = [portfolio_series(dear, as_of=AS_OF), group_series(dear, kinds, as_of=AS_OF)]
    scaled, _ = scoreboard(priced, {}, as_of=AS_OF)
    assert scaled["signal"].tolist() == points["signal"].tolist()
    money = (points["unit"] == "money").to_numpy()
    assert scaled.loc[money, "value"].to_numpy() == pytest.approx(100 * points.loc[money, "value"].to_numpy(), abs=0.02)
    assert scaled.loc[~money, "value"].to_numpy() == pytest.approx(points.loc[~money, "value"].to_numpy(), nan_ok=True)


def said(tables, **rest):
    points, measures = tables
    facts = {"as_of": AS_OF, "since": None, "bridge": bridge_table(None, None), "scored": NO_RESULTS} | rest
    bridge, scored = facts.pop("bridge"), facts.pop("scored")
    found = scoreboard_findings(points, measures, bridge, scored, **facts)
    for finding in found:
        check_finding(finding)
    return {finding.id: finding for finding in found}


def test_the_first_version_says_that_it_is_the_first():
    found = said(scoreboard([series(noise(32))], {}, as_of=AS_OF))
    assert (
        found["13.answer"].text == "Too early to say whether it works: this is the first version."
        and found["13.limits"].text == "The one measure has limits that tell news from noise."
    )
    assert "13.bridge" not in found and "13.scored" not in found
    assert said(scoreboard([], {}, as_of=AS_OF))["13.answer"].values == {}


def test_a_measure_that_fell_is_told_with_its_group_and_for_the_worse():
    fell = np.concatenate([noise(24), noise(8, 2) - 60])
    both = [series(fell, "profit", group="g1"), series([100.0, 101.0] * 16)]
    found = said(scoreboard(both, {"g1": "Yards"}, as_of=AS_OF))
    finding = found["13.moved.g1_profit"]
    assert finding.values["group"].value == "g1" and finding.values["way"].value == "worse"
    assert finding.values["now"].value == pytest.approx(fell[-1]) and finding.values["centre"].unit == "money"
    assert found["13.moved"].values["chance"].value == 0.2
    quiet = said(scoreboard([series([100.0, 101.0] * 16)], {}, as_of=AS_OF))
    assert "13.moved" not in quiet and "13.portfolio" in quiet


@pytest.mark.parametrize(("months_ago", "news"), [(12, True), (13, False)])
def test_a_signal_is_news_for_a_year(months_ago, news):
    quiet = np.array([100.0, 101.0] * 30)
    loud = quiet.copy()
    loud[60 - months_ago] += 900
    rows = [series(loud, first="2021-09-01"), series(quiet, "gross_margin_rate", "share", first="2021-09-01")]
    found = said(scoreboard(rows, {}, as_of=AS_OF))
    assert ("13.moved" in found) is news
    assert ("revenue" in str(found["13.portfolio"].values.get("news"))) is news


def test_what_came_since_the_earlier_version():
    worth = pd.DataFrame({"customer_id": ["a"], "group_id": "g1", "status": "active", "revenue": 9.0, "clv": 20.0,
                          "cost_to_serve": 0.0, "expected_revenue": 100.0, "margin_rate": 0.2, "contract_clv": np.nan,
                          "clv_basis": "after_cost_to_serve"})  # fmt: skip
    bridge = bridge_table(worth, worth.assign(clv=30.0))
    expected = pd.DataFrame({"group_id": ["g1", "g2", "g3", "g1"], "group_name": "Yards", "unit": "share",
                             "measure": ["lapse_rate", "lapse_rate", "lapse_rate", "profit"], "better": "down",
                             "measure_name": "Lapse", "baseline": 0.3, "low": 0.1, "likely": 0.15, "high": 0.2,
                             "by_date": pd.to_datetime([AS_OF, AS_OF, AS_OF, "2027-09-01"]),
                             "owner": ["Ada", "Ada", "", ""]})  # fmt: skip
    now = pd.DataFrame({"group_id": ["g1", "g2", "g1"], "measure": ["lapse_rate", "lapse_rate", "profit"],
                        "value": [0.05, 0.4, 9.0]})  # fmt: skip
    scored = results_scored(expected, now, as_of=AS_OF)
    assert scored["outcome"].tolist() == ["below", "above", "cannot_say", "not_due"]
    assert scored["good"].tolist() == [True, False, False, False] and scored["due"].tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert list(scored) == schema("results_scored").names and list(NO_RESULTS) == schema("results_scored").names
    tables = scoreboard([series(noise(32))], {}, as_of=AS_OF)
    found = said(tables, since="2025-09-01", bridge=bridge, scored=scored)
    values = found["13.answer"].values
    assert (values["change"].value, values["good"].value, values["due"].value) == (10.0, 1, 2)
    assert found["13.bridge"].values["amount"].value == 10.0
    # one customer, there then and now, ten more of value
    assert found["13.bridge"].text.endswith("Those who stayed are worth {stayed:money} more to us than then.")
    assert found["13.bridge"].values["stayed"].value == 10.0
    scores = {name: found["13.scored"].values[name].value for name in ("due", "better", "worse")}
    assert scores == {"due": 2, "better": 1, "worse": 1}
    assert found["13.scored"].text.startswith(
        "Of {due:count} promised results that were due none came within its range"
    )
    assert found["13.owners"].values["best"].value == "Ada" and found["13.owners"].values["held"].value == 0
    assert scored["owner_due"].tolist() == [2, 2, 0, 0] and scored["outcome_name"].tolist()[:2] == [
        "below the range: better", "above the range: worse"]  # fmt: skip

    window = {"since": "2025-09-01", "window_start": "2024-09-01", "as_of": AS_OF}
    used = {one.id: one.value for one in scoreboard_assumptions(tables[1], scored, **window)}
    assert used["13.overlap"] == 0.5 and used["13.limits"] == 2.66 and "13.group" not in used
    gaps = scoreboard_cannot_say(tables[1], expected, scored, None, groups=True, by_group=True)
    questions = " ".join(gap.question for gap in gaps)
    assert "1 result that" in questions and "expected results move" in questions and "learned" in questions
    alone = scoreboard_cannot_say(tables[1], None, NO_RESULTS, None, groups=True, by_group=False)
    assert any("each group" in gap.question for gap in alone)


def test_checks_fail_where_money_is_lost():
    rows = monthly(32, first="2024-01-01")
    points, _ = scoreboard([portfolio_series(rows, as_of=AS_OF)], {}, as_of=AS_OF)
    nothing = bridge_table(None, None)
    assert [one.verdict for one in scoreboard_checks(points, rows, nothing, None, as_of=AS_OF)] == ["pass"]
    assert [one.verdict for one in scoreboard_checks(points, rows.head(31), nothing, None, as_of=AS_OF)] == ["fail"]
    bridge = pd.DataFrame({"part": ["before", "margin", "now"], "amount": [10.0, 5.0, 15.0]})
    whole = pd.DataFrame({"group_id": ["all"], "clv": [15.0]})
    assert {one.verdict for one in scoreboard_checks(points, rows, bridge, whole, as_of=AS_OF)} == {"pass"}
    off = bridge.assign(amount=[10.0, 5.01, 15.0])
    assert [one.verdict for one in scoreboard_checks(points, rows, off, whole, as_of=AS_OF)][1] == "fail"
    assert [one.verdict for one in scoreboard_checks(points, rows, bridge, whole.assign(clv=16.0), as_of=AS_OF)][
        2
    ] == "fail"


def test_what_was_learned_is_a_finding():
    plan = pd.DataFrame({"loop": ["price-cut", "speed"], "question": ["Do they pay more?", "Are we faster?"],
                         "owner": "Ada",
                         "cadence": "quarterly", "feeds": "g1.intent", "group_id": "g1", "answer": "",
                         "last_answered": [pd.NaT, pd.NaT]})  # fmt: skip
    told = {"price-cut": {"answered_on": "2026-08-01", "answer": "Yes.", "changed": "The price list."}}
    found = learning_findings(learning_loop(plan, told, as_of=AS_OF))
    for finding in found:
        check_finding(finding)
    assert [one.id for one in found] == ["13.learning", "13.learned.price_cut"]
    assert (
        "none was overdue on {day:date} and one was never" in found[0].text
        and found[1].values["changed"].value == "the price list"
    )
    assert learning_findings(learning_loop(None, as_of=AS_OF)) == []


def test_the_earlier_version_is_read_as_it_was_frozen():
    class Frozen:
        as_of = "2025-09-01"

        def table(self, step_id, table):
            rows = pd.DataFrame({"from": [f"{step_id}/{table}"]})
            return rows.assign(group_id="g1", measure="profit", by_date=pd.Timestamp("2025-09-01"))

        def result(self, step_id):
            return f"what {step_id} said"

    found = earlier_version([Frozen()])
    assert found.there and found.value["from"][0] == "04_value_to_us/customer_value"
    assert found.results["from"][0] == "09_choose_intent/expected_results", "the latest one's count whenever due"
    assert found.worth == "what 04_value_to_us said" and not earlier_version([]).there


def test_what_an_older_version_promised_is_scored_once_it_is_due_unless_it_was_renewed():
    class Frozen:
        def __init__(self, as_of, rows):
            self.as_of, self.rows = as_of, rows

        def table(self, step_id, table):
            if self.rows is None:
                return None
            table = pd.DataFrame(self.rows, columns=["group_id", "measure", "by_date"])
            return table.assign(by_date=pd.to_datetime(table["by_date"]))

    first = [
        ("g1", "profit", "2026-12-31"),  # renewed by the second
        ("g2", "profit", "2026-12-31"),  # due after the second was frozen
        ("g3", "profit", "2026-09-01"),  # scored in the second's own run
        ("g4", "profit", None),  # nobody said when
    ]
    second = [("g1", "profit", "2027-12-31"), ("g5", "portion", "2026-09-01")]
    one, two = Frozen("2025-09-01", first), Frozen("2026-09-01", second)
    told = promised([one, two])
    assert told[["group_id", "measure"]].values.tolist() == [["g1", "profit"], ["g5", "portion"], ["g2", "profit"]]
    assert told["by_date"].iloc[0] == pd.Timestamp("2027-12-31")
    # where the third was frozen after its day it was scored there, and is not scored again
    assert promised([one, two, Frozen("2027-09-01", None)])["group_id"].tolist() == ["g1"]
    assert promised([Frozen("2025-09-01", None)]) is None and promised([]) is None
    assert promised([one])["group_id"].tolist() == ["g1", "g2", "g3", "g4"]


def test_who_came_does_not_hide_that_those_who_stayed_are_worth_less():
    then = pd.DataFrame({"customer_id": ["a", "b"], "group_id": "g1", "status": ["active", "lapsed"], "revenue": 9.0,
                         "clv": [20.0, np.nan], "cost_to_serve": 0.0, "expected_revenue": 100.0, "margin_rate": 0.2,
                         "contract_clv": np.nan, "clv_basis": "after_cost_to_serve"})  # fmt: skip
    now = then.assign(status="active", clv=[15.0, 30.0])
    bridge = bridge_table(then, now)
    text, values = (getattr(said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", bridge=bridge)["13.bridge"], name)
                    for name in ("text", "values"))  # fmt: skip
    assert "rose by" in text and values["change"].value == 25.0 and values["amount"].value == 30.0
    assert "are worth {stayed:money} less to us" in text and values["stayed"].value == 5.0


def test_a_bridge_on_which_nothing_moved_says_so():
    worth = pd.DataFrame({"customer_id": ["a"], "group_id": "g1", "status": "active", "revenue": 9.0, "clv": 20.0,
                          "cost_to_serve": 0.0, "expected_revenue": 100.0, "margin_rate": 0.2, "contract_clv": np.nan,
                          "clv_basis": "after_cost_to_serve"})  # fmt: skip
    found = said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", bridge=bridge_table(worth, worth))
    assert not {"most", "stayed"} & set(found["13.bridge"].values) and "13.measuring" not in found
    again = bridge_table(worth, worth, restated=pd.Series({"a": 150.0}))
    assert (
        said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", bridge=again)["13.measuring"]
        .values["measuring"]
        .value
        == 10.0
    )


def test_few_points_and_one_measure_are_told_as_they_are():
    tables = scoreboard([series(noise(4), "customer_share", "share", "quarter")], {}, as_of=AS_OF)
    gaps = scoreboard_cannot_say(tables[1], None, NO_RESULTS, None, groups=False, by_group=False)
    assert any(gap.question == "What is noise and what is news in customer share?" for gap in gaps)
    assert not any("share of the chosen" in gap.question for gap in gaps)
    alone = said(scoreboard([series(noise(24))], {}, as_of="2026-01-01"))
    assert alone["13.limits"].text.startswith("The one measure has") and "13.moved" not in alone


def test_whose_ranges_held_most_and_least_often():
    def owners(**hits):
        rows = [{"owner": owner, "due": True, "hit": hit, "good": hit} for owner, own in hits.items() for hit in own]
        table = pd.DataFrame(rows).reindex(columns=[*NO_RESULTS.columns])
        return said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", scored=table)["13.owners"]

    told = owners(Ada=[True, False, False], Jonas=[True, True], Tobias=[True, False]).values
    assert (told["best"].value, told["held"].value, told["least"].value, told["of"].value) == ("Jonas", 2, "Ada", 3)
    assert owners(Ada=[True], Jonas=[True]).values["rate"].value == 1.0
    assert owners(Ada=[True, False]).text.startswith("The ranges of {best:text} held {held:count}")


def test_nobody_is_singled_out_where_others_never_held_either_or_too_few_were_due():
    def owners(**hits):
        rows = [{"owner": owner, "due": True, "hit": hit, "good": hit} for owner, own in hits.items() for hit in own]
        table = pd.DataFrame(rows).reindex(columns=[*NO_RESULTS.columns])
        return said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", scored=table)["13.owners"]

    told = owners(Ada=[False], Jonas=[False] * 4, Maren=[True], Tobias=[False] * 3)
    names = {name: value.value for name, value in told.values.items()}
    assert {"best": "Maren", "never0": "Jonas", "never1": "Tobias", "never2": "Ada", "of2": 1}.items() <= names.items()
    assert "least" not in names and told.text.endswith("never.")
    # one of two is no reason to name anybody the least
    few = owners(Ada=[True], Jonas=[True, False])
    assert "least" not in few.values and few.values["best"].value == "Ada"


def test_portions_that_are_only_watched_are_no_promise_that_came():
    rows = [{"better": better, "due": True, "hit": hit, "good": hit, "owner": ""}
            for better, hit in (("up", True), ("down", False), ("", True), ("", False), ("", True))]  # fmt: skip
    table = pd.DataFrame(rows).reindex(columns=[*NO_RESULTS.columns])
    found = said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", scored=table)
    answer, scores = ({name: value.value for name, value in found[f"13.{one}"].values.items()}
                      for one in ("answer", "scored"))  # fmt: skip
    assert (answer["good"], answer["due"]) == (1, 2)
    assert scores == {"due": 2, "hit": 1, "better": 0, "worse": 1, "watched": 3, "seen": 2}
    watched = said(scoreboard([], {}, as_of=AS_OF), since="2025-09-01", scored=table[2:])
    assert "due" not in watched["13.answer"].values and watched["13.scored"].text.startswith("Of {watched:count}")


def test_whether_equity_moved_is_said_with_what_its_ranges_allow():
    def worth(value, low, high, months=36):
        values = {"equity": {"value": value, "low": low, "high": high, "unit": "money"},
                  "months": {"value": months, "unit": "count"}}  # fmt: skip
        finding = {"id": "04.answer", "text": "{equity:money} over {months:count}", "values": values,
                   "evidence": "modelled"}  # fmt: skip
        return SimpleNamespace(findings=[Finding(**finding)])

    bridge = pd.DataFrame({"part": ["before", "share_gained", "now"], "part_name": "", "is_total": [True, False, True],
                           "customers": 1, "amount": [100.0, 20.0, 120.0]})  # fmt: skip

    def told(then, now):
        equity = equity_then_and_now(then, now)
        found = scoreboard_findings(*scoreboard([], {}, as_of=AS_OF), bridge, NO_RESULTS, as_of=AS_OF,
                                    since="2025-09-01", equity=equity)  # fmt: skip
        return {one.id: one.text for one in found}

    chance = told(worth(100.0, 80.0, 120.0), worth(120.0, 100.0, 140.0))
    assert "the ranges allow that nothing has changed" in chance["13.equity"]
    assert "which its ranges allow to be no change at all" in chance["13.answer"]
    sure = told(worth(100.0, 95.0, 105.0), worth(120.0, 115.0, 125.0))
    assert "more than both ranges allow" in sure["13.equity"] and "no change" not in sure["13.answer"]
    # another horizon is another number: nothing is said of ranges then
    assert equity_then_and_now(worth(100.0, 80.0, 120.0), worth(120.0, 100.0, 140.0, months=24)) is None
    assert equity_then_and_now(None, worth(1.0, 0.0, 2.0)) is None


def expectation(**more) -> dict:
    facts = {"group_id": "g1", "group_name": "Yards", "measure": "lapse_rate", "measure_name": "Lapse", "unit": "share",
             "better": "down", "baseline": 0.3, "low": 0.1, "likely": 0.15, "high": 0.2, "owner": "Ada",
             "by_date": pd.Timestamp("2027-09-01")}  # fmt: skip
    return facts | more


def test_a_range_stands_only_beside_what_is_told_of_the_same_customers_and_time():
    names = ("lapse_rate", "portion", "profit", "customer_share", "cost_to_serve_rate")
    expected = pd.DataFrame([expectation(measure=name) for name in names])
    rows = [series(noise(32, n) / 1000, name, "share", "quarter", "g1") for n, name in enumerate(names)]
    _, measures = scoreboard(rows, {"g1": "Yards"}, expected=expected, as_of=AS_OF)
    told = measures.set_index("name")["expected_low"].notna().to_dict()
    # a month's lapse against a year's, a month's buyers against all active, a quarter times four against the window
    assert told == {"lapse_rate": False, "portion": False, "profit": False, "customer_share": True,
                    "cost_to_serve_rate": True}  # fmt: skip


def test_a_row_of_a_measure_with_a_season_is_all_on_one_base():
    values = noise(36) + 60 * np.sin(2 * np.pi * np.arange(36) / 12)
    expected = pd.DataFrame([expectation(measure="cost_to_serve_rate")])
    rows = series(values, "cost_to_serve_rate", "share", group="g1", first="2023-09-01")
    points, measures = scoreboard([rows], {"g1": "Yards"}, expected=expected, as_of=AS_OF)
    assert measures["charted"].tolist() == ["difference"]
    # the latest is the difference, as its centre is, and no range of levels stands beside it
    assert measures["value"][0] == pytest.approx(values[-1] - values[-13]) and measures["value"][0] != values[-1]
    assert measures["expected_low"].isna().all() and measures["owner"].tolist() == [""]
    assert measures["value"][0] == points["value"].iloc[-1]


def test_the_profit_of_a_quarter_is_not_told_as_that_of_a_year():
    fell = np.concatenate([noise(24), noise(8, 2) - 60])
    rows = [series(fell, "profit", group="g1"), series([100.0, 101.0] * 16)]
    told = said(scoreboard(rows, {"g1": "Yards"}, as_of=AS_OF))
    assert told["13.moved.g1_profit"].values["what"].value == "the profit of a quarter times four"
    assert "a season and no year" in told["13.moved"].text  # said once, not of each group


def test_the_first_version_says_where_each_result_starts_and_when_the_first_is_due():
    expected = pd.DataFrame([expectation(), expectation(group_id="g2", by_date=pd.Timestamp("2027-12-31")),
                             expectation(group_id="g3", by_date=pd.Timestamp("2026-01-31"))])  # fmt: skip
    now = pd.DataFrame({"group_id": ["g1"], "measure": ["lapse_rate"], "value": [0.15]})
    scored = results_scored(None, now, as_of=AS_OF, expected=expected)
    # what was to come before today is no forecast; what lies ahead is never scored, also where it would fit
    assert scored["group_id"].tolist() == ["g1", "g2"] and scored["outcome"].tolist() == ["not_due"] * 2
    assert scored["now"][0] == 0.15 and np.isnan(scored["now"][1]) and not scored["due"].any()
    found = said(scoreboard([series(noise(32)), series([1.0], "advocates", "count", "version")], {}, as_of=AS_OF),
                 scored=scored)  # fmt: skip
    answer = found["13.answer"].values
    limits = found["13.limits"].values
    assert (answer["results"].value, limits["measures"].value) == (2, 2)
    assert found["13.limits"].text.startswith("One of {measures:count} measures has limits")
    assert str(answer["first"].value).startswith("2027-09-01") and "Too early" in found["13.answer"].text
    assert found["13.scored"].text == "Each of the {all:count} results that we expect has an owner, one and the same."
    assert "13.owners" not in found
    # with an earlier version only its results are scored
    assert results_scored(expected.head(0), now, as_of=AS_OF, expected=expected).empty


def test_questions_that_are_late_are_counted_in_words_and_on_their_day():
    def text(*days):
        plan = pd.DataFrame({"loop": [f"q{n}" for n in range(len(days))], "question": "Why?", "owner": "", "answer": "",
                             "cadence": "monthly", "feeds": "", "group_id": "all", "last_answered": days})  # fmt: skip
        finding = learning_findings(learning_loop(plan, as_of=AS_OF))[0]
        check_finding(finding)
        return finding

    late, fresh = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-11-01")
    assert text(late, fresh).text.endswith("one was overdue on {day:date}.")
    assert str(text(late, fresh).values["day"].value).startswith("2026-11-01")
    assert text(late, late, pd.NaT).text.endswith("{late:count} were overdue on {day:date} and one was never answered.")
    assert text(fresh).text == "The one question that we mean to learn from was not overdue on {day:date}."
