"""The register and what does not hold in it, on small registers worked out by hand; and trials, loops and money."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.learning_plan import learning_plan
from helpers.method.register_closing import asked_of_people, register_cannot_say, register_checks
from helpers.method.register_findings import register_findings, with_orphans_and_trials
from helpers.method.tactic_gaps import CALLS_FOR, DOES, circles_of, orphan_reasons, tactic_gaps, with_roles
from helpers.method.tactics import tactics
from helpers.method.trial_plans import customers_needed, discounted_years, spreads, trial_plans
from helpers.show.audience import audience_for
from helpers.show.sentences import say

NAMES = {"g1": "Yards", "g2": "Clubs", "g3": "Shops", "g4": "Fleets"}
INTENTS = pd.DataFrame(
    [
        ("g1", "Yards", 40, "grow", "Grow", "re_engineer"),
        ("g2", "Clubs", 30, "maintain", "Maintain", ""),
        ("g3", "Shops", 20, "re_engineer", "Re-engineer", "retire"),
        ("g4", "Fleets", 10, "retire", "Retire", None),
    ],
    columns=["group_id", "group_name", "customers", "primary", "primary_name", "secondary"],
)
DRIVERS = pd.DataFrame({"driver": ["price", "on_time"], "label": ["Price", "On time"]})
WHOLE = {"group": "g1", "stage": "serve", "driver": "price", "owner": "Sales", "effect_low": 1, "effect_likely": 2,
         "effect_high": 3, "cost": 10, "function": "sales"}  # fmt: skip
LOOPS = learning_plan({"a": {"question": "?", "group": "g1"}, "b": {"question": "?", "group": "g2"}}, INTENTS,
                      as_of="2026-09-01")  # fmt: skip


def register(**rows):
    return tactics({key: {"title": key.title(), **WHOLE, **row} for key, row in rows.items()}, INTENTS, DRIVERS)


def gaps_of(intents=INTENTS, drivers=DRIVERS, loops=LOOPS, **rows):
    """Kinds of gaps by tactic, or by group where a group lacks something; evolve tactics for both chosen groups."""
    whole = {"e1": {"stage": "evolve"}, "e2": {"stage": "evolve", "group": "g2"}, **rows}
    found = tactic_gaps(register(**whole), intents, drivers, loops)
    return [(row["gap"], row["tactic"] or row["group_id"]) for row in found.to_dict("records")]


def test_a_register_that_holds_has_no_gap():
    assert gaps_of() == []


def test_groups_and_drivers_are_found_by_id_or_name():
    table = register(a={"group": "clubs", "driver": "On Time"}, b={"group": "All customers", "driver": "speed"})
    assert table["group_id"].tolist() == ["g2", "all"]
    assert table[["driver", "driver_name"]].values.tolist() == [["on_time", "On time"], ["speed", "speed"]]


@pytest.mark.parametrize(
    ("row", "gap"),
    [
        ({"group": "Boats"}, "no_group"),
        ({"group": ""}, "no_group"),
        ({"group": "g4", "stage": "keep"}, "retired_group"),
        ({"group": "g2", "stage": "attract"}, "not_called_for"),
        ({"group": "g3", "stage": "win"}, "not_called_for"),
        ({"driver": ""}, "no_driver"),
        ({"driver": "speed"}, "unknown_driver"),
        ({"owner": " "}, "no_owner"),
        ({"effect_low": 3, "effect_high": 1}, "no_effect"),
        ({"effect_likely": None}, "no_effect"),
        ({"starts": "2027-02-02", "ends": "2027-02-01"}, "dates_upside_down"),
        ({"starts": "2027-02-02", "trial_on": "2027-02-01"}, "trial_before_start"),
        ({"needs": "nobody"}, "unknown_need"),
    ],
)
def test_each_thing_that_does_not_hold_is_found_alone(row, gap):
    assert gaps_of(t=row) == [(gap, "t")]


@pytest.mark.parametrize(
    "row",
    [
        {"group": "g4", "stage": "serve"},
        {"group": "g1", "stage": "attract"},
        {"group": "all", "stage": "attract"},
        {"group": "g3", "stage": "keep"},
        {"starts": "2027-02-01", "ends": "2027-02-01"},
        {"starts": "2027-02-01", "trial_on": "2027-02-01"},
        {"trial_on": "2020-02-01"},
        {"starts": "2027-02-01"},
        {"effect_low": 0, "effect_likely": 0, "effect_high": 0},
    ],
)
def test_what_holds_at_the_border_is_left_alone(row):
    assert gaps_of(t=row) == []


def test_without_any_group_no_tactic_is_blamed_for_naming_one():
    for nothing in (None, INTENTS[:0]):
        table = tactics({"a": {"title": "A", **WHOLE}}, nothing, DRIVERS)
        assert table["group_id"].tolist() == ["no_group"] and tactic_gaps(table, nothing, DRIVERS, LOOPS).empty


def test_what_is_needed_must_have_ended_and_be_chosen():
    first = {"starts": "2027-01-01", "ends": "2027-03-31", "selected": "no"}
    e = {"e1": {"stage": "evolve", "selected": "yes"}, "e2": {"stage": "evolve", "group": "g2", "selected": "yes"}}
    late = {"needs": "first", "starts": "2027-03-01", "selected": "yes"}
    assert gaps_of(**e, first=first, t=late) == [("need_not_chosen", "t"), ("need_ends_later", "t")]
    # on the day after, and on that day itself, it has ended
    for day in ("2027-03-31", "2027-04-01"):
        assert gaps_of(**e, first=first | {"selected": "yes"}, t=late | {"starts": day}) == []


def test_tactics_that_wait_for_each_other_are_one_circle_each():
    table = register(
        a={"needs": "b"}, b={"needs": ["c", "d"]}, c={"needs": "a"}, d={}, x={"needs": "x"}, y={"needs": "x"}
    )
    assert circles_of(table) == [("a", "b", "c"), ("x",)]
    kinds = [gap for gap in gaps_of(a={"needs": "b"}, b={"needs": "a"}) if gap[0] == "cycle"]
    assert kinds == [("cycle", "a")]


def test_chosen_groups_need_an_evolve_tactic_among_those_chosen_and_a_loop():
    none = tactic_gaps(register(t={}), INTENTS, DRIVERS, None)
    assert none[["gap", "group_id"]].values.tolist() == [
        ["no_evolve", "g1"], ["no_loop", "g1"], ["no_evolve", "g2"], ["no_loop", "g2"]
    ]  # fmt: skip
    chosen = {"e1": {"stage": "evolve", "selected": "yes"}, "e2": {"stage": "evolve", "group": "g2"}}
    assert gaps_of(**chosen) == [("no_evolve", "g2")]
    assert gaps_of(e2={"stage": "evolve", "group": "all"}) == []


def test_what_is_not_known_is_no_gap():
    assert gaps_of(intents=None, t={"group": "g2", "stage": "attract"}) == []
    for unasked in (None, DRIVERS.head(0)):
        assert gaps_of(drivers=unasked, t={"driver": "speed"}) == []
    assert tactic_gaps(tactics(None, INTENTS, DRIVERS), INTENTS, DRIVERS).empty
    # customers who stand beside the groups have no intent
    assert gaps_of(t={"group": "lapsing"}) == [("not_called_for", "t")]


RESULTS = pd.DataFrame(
    [("g1", "Yards", "profit", "Profit a year", "2027-09-01"), ("g2", "Clubs", "profit", "Profit a year", "2027-06-30"),
     ("g1", "Yards", "lapse_rate", "Customers who stop", None)],
    columns=["group_id", "group_name", "measure", "measure_name", "by_date"],
).astype({"by_date": "datetime64[us]"})  # fmt: skip


@pytest.mark.parametrize(
    ("row", "due"),
    [
        ({"ends": "2027-09-02", "measure": "profit"}, "2027-09-01"),
        ({"ends": "2027-09-02", "measure": "Profit a year"}, "2027-09-01"),
        ({"ends": "2027-09-02", "measure": "profit", "group": "all"}, "2027-06-30"),  # the first due of its groups
        ({"ends": "2027-09-01", "measure": "profit"}, None),  # on the day itself it is in time
        ({"ends": "2027-09-02", "measure": "profit", "selected": "no"}, None),
        ({"ends": "2027-09-02", "measure": "lapse_rate"}, None),  # nobody said when it is due
        ({"ends": "2027-09-02", "measure": "portion"}, None),
        ({"ends": "2027-09-02", "measure": "profit", "group": "g3"}, None),
        ({"ends": "2027-09-02", "measure": ""}, None),
        ({"measure": "profit"}, None),
    ],
)
def test_a_tactic_must_end_before_the_result_that_it_feeds_is_due(row, due):
    table = register(t={"selected": "yes", **row}, e1={"stage": "evolve", "group": "all", "selected": "yes"})
    found = tactic_gaps(table, INTENTS, DRIVERS, LOOPS, RESULTS)
    late = [("ends_after_result", "t", pd.Timestamp(due))] if due else []
    assert list(found[["gap", "tactic", "due"]].itertuples(index=False, name=None)) == late
    assert list(found) == schema("tactic_gaps").names


@pytest.mark.parametrize(
    ("row", "due"),
    [
        ({"trial_on": "2027-09-02"}, "2027-09-01"),
        ({"trial_on": "2027-09-02", "measure": "portion"}, "2027-09-01"),  # then the first result of its group counts
        ({"trial_on": "2027-09-01"}, None),  # on the day itself all have it
        ({"trial_on": "2027-09-02", "control": ""}, None),  # nobody waits
        ({"trial_on": "2027-09-02", "selected": "no"}, None),
        ({"trial_on": "2027-09-02", "group": "g3"}, None),  # nothing is expected of it
        ({"trial_on": None}, None),
    ],
)
def test_a_control_group_must_not_wait_beyond_the_day_of_the_result(row, due):
    whole = {"selected": "yes", "control": "Half of them, by lot", "measure": "profit"}
    table = register(t={**whole, **row}, e1={"stage": "evolve", "group": "all", "selected": "yes"})
    found = tactic_gaps(table, INTENTS, DRIVERS, LOOPS, RESULTS)
    waits = [("control_after_result", "t", pd.Timestamp(due))] if due else []
    assert list(found[["gap", "tactic", "due"]].itertuples(index=False, name=None)) == waits
    assert not due or "profit a year of Yards is due" in found["sentence"][0]


def test_what_a_year_before_explains_makes_the_smallest_effect_smaller():
    # with a correlation of 0.8 a part of 0.36 of the variance is left: 0.6 of the effect is enough
    alone, helped = (trials({}, spread=SPREADS.assign(correlation=one))["smallest_effect"][0] for one in (0.0, 0.8))
    assert helped == pytest.approx(0.6 * alone)


def test_how_many_end_too_late_is_said():
    def timeline(**rows):
        rows = {key: {"measure": "profit", "starts": "2027-01-01", "ends": ends} for key, ends in rows.items()}
        return said(register(**rows), results=RESULTS)["11.timeline"].partition("2027. ")[2]

    one = "“A” ends after the result that it is to bring is due, on 1 September 2027"
    assert timeline(a="2027-10-01", b="2027-02-01") == f"{one}."
    assert timeline(a="2027-10-01", b="2027-12-01") == f"{one}; so does one more tactic."
    assert timeline(a="2027-10-01", b="2027-12-01", c="2027-12-01") == f"{one}; so do 2 more tactics."
    assert timeline(b="2027-02-01").startswith("Nothing starts before")


def test_every_intent_calls_for_stages_that_there_are():
    assert all(set(stages) <= set(DOES) for stages in CALLS_FOR.values())
    assert set(INTENTS["primary"]) == set(CALLS_FOR)


def test_orphans_are_told_in_the_register():
    table = register(t={"group": "g4", "stage": "win", "driver": ""}, u={})
    found = orphan_reasons(table, tactic_gaps(table, INTENTS, DRIVERS))
    assert found.tolist() == ["The group is to be retired; It serves no driver", ""]


# ---- trials ----------------------------------------------------------------------------------------------------------


def test_the_size_of_a_trial_equals_the_textbook():
    # Cohen (1988), table 2.4.1, power .80, two-sided .05: d .20, .50, .80 take 392, 63, 25 in each half by the normal
    assert [customers_needed(d, 1.0) / 2 for d in (0.2, 0.5, 0.8)] == [393, 63, 25]
    assert customers_needed(-50.0, 100.0) == customers_needed(50.0, 100.0) == customers_needed(0.5, 1.0)
    assert customers_needed(5.0, 10.0, 1.0) == 4, "two in each half at least"
    assert all(np.isnan(customers_needed(*given)) for given in ((0.0, 1.0), (np.nan, 1.0), (1.0, np.nan)))


def test_a_trial_of_that_size_finds_the_effect_four_times_in_five():
    rng, effect = np.random.default_rng(11), 0.4
    half = int(customers_needed(effect, 1.0) / 2)
    given, other = rng.normal(effect, 1, (4000, half)), rng.normal(0, 1, (4000, half))
    z = (given.mean(1) - other.mean(1)) / np.sqrt((given.var(1, ddof=1) + other.var(1, ddof=1)) / half)
    assert np.mean(np.abs(z) > 1.959964) == pytest.approx(0.80, abs=0.025)


def days_of(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "revenue", "cost_of_goods"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


MEMBERS = pd.DataFrame({"customer_id": ["c1", "c2", "c3", "c4"], "group_id": ["g1", "g1", "g1", "g2"]})
DAYS = days_of(
    [(f"c{at}", day, money * at, 0.0) for at in (1, 2, 3) for day, money in (("2024-09-01", 1.0), ("2026-08-31", 2.0))]
)


def test_spread_and_correlation_by_hand():
    table = spreads(DAYS, MEMBERS, as_of="2026-09-01", years=2)
    margin = table[table["outcome"] == "margin"].set_index("group_id")
    assert margin.loc["g1", ["customers", "spread"]].tolist() == [3, 2.0]  # 2, 4, 6
    assert margin.loc["g1", "correlation"] == pytest.approx(1.0)
    assert np.isnan(margin.loc["g2", "spread"]), "one customer differs from nobody"
    assert table.loc[table["outcome"] == "cost_to_serve", "spread"].isna().all()


def test_a_year_before_that_is_not_whole_tells_nothing_and_a_line_without_its_cost_no_margin():
    short = spreads(DAYS[DAYS["date"] > "2025-01-01"], MEMBERS, as_of="2026-09-01", years=2)
    assert (short["correlation"] == 0).all()
    blank = DAYS.assign(cost_of_goods=[None, 0.0, 0.0, None, 0.0, 0.0])
    assert spreads(blank.astype({"cost_of_goods": float}), MEMBERS, as_of="2026-09-01", years=2)["spread"].isna().all()
    with pytest.raises(StepInputError, match="a customer stands there twice"):
        spreads(DAYS, pd.concat([MEMBERS, MEMBERS]), as_of="2026-09-01", years=2)


def test_cost_to_serve_is_taken_a_year():
    value = pd.DataFrame({"customer_id": ["c1", "c2", "c3", "c4"], "cost_to_serve": [4.0, 8.0, 12.0, 1.0]})
    table = spreads(DAYS, MEMBERS, value, as_of="2026-09-01", years=2)
    assert table.loc[(table["group_id"] == "g1") & (table["outcome"] == "cost_to_serve"), "spread"].tolist() == [2.0]


SPREADS = pd.DataFrame(
    [("g1", "margin", 40, 10.0, 0.0), ("g1", "cost_to_serve", 40, 5.0, 0.0), ("g2", "margin", 30, np.nan, 0.0)],
    columns=["group_id", "outcome", "customers", "spread", "correlation"],
)


def trials(*rows, spread=SPREADS, discount=0.0):
    table = register(**{f"t{at}": row for at, row in enumerate(rows)})
    return trial_plans(table, spread, months=12, annual_discount=discount)


def test_a_trial_by_hand():
    # 40 customers, 12 months: 400 is 10 a customer and year, one standard deviation; by hand 2 x 2.8016^2 = 15.7
    table = trials({"effect_likely": 400, "effect_high": 400}, {"effect_likely": 80, "effect_high": 80})
    assert table["effect"].tolist() == [10.0, 2.0]
    assert table["size"].tolist() == [32, 786]
    assert table["possible"].tolist() == [True, False]
    assert table["says"].tolist() == [
        "can be tried on 32 of its 40 customers",
        "cannot be tried: the group has 40 customers, 786 are needed",
    ]
    # what all 40 would just show has a size of just 40
    least = float(table["smallest_effect"].iloc[0])
    assert customers_needed(least / 40, 10.0) == 40
    assert customers_needed(least / 40 * 0.97, 10.0) > 40


def test_the_measure_says_in_what_a_trial_is_read():
    table = trials({"measure": "cost_to_serve_rate"}, {"measure": "profit"})
    assert table["outcome"].tolist() == ["cost to serve", "gross margin"]
    assert table["spread"].tolist() == [5.0, 10.0]


def test_what_keeps_a_trial_from_being_planned_is_told():
    table = trials({"group": "g2"}, {"effect_low": None}, {"group": "Boats"})
    assert table["size"].isna().all()
    assert table["possible"].isna().all()
    assert table["why_not"].tolist() == [
        "How much customers differ in it is not known.", "Its effect is not known.", "It is for no group of ours."
    ]  # fmt: skip
    assert trials({}, spread=None)["why_not"].tolist() == ["It is for no group of ours."]
    assert trial_plans(tactics(None, INTENTS, None), SPREADS, months=36, annual_discount=0.1).empty


def test_another_currency_changes_no_size():
    thousand = {name: WHOLE[name] * 1000 for name in ("effect_low", "effect_likely", "effect_high")}
    grown = SPREADS.assign(spread=SPREADS["spread"] * 1000)
    assert trials(thousand, spread=grown)["size"].tolist() == trials({})["size"].tolist()


def test_discounted_years_refuse_what_has_no_meaning():
    assert discounted_years(12, 0.0) == 1.0
    with pytest.raises(StepInputError, match="Expected a month or more"):
        discounted_years(0, 0.1)


# ---- loops -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "last", "due", "late"),
    [
        ("monthly", "2026-01-31", "2026-02-28", True),
        ("weekly", "2026-08-25", "2026-09-01", False),
        ("weekly", "2026-08-24", "2026-08-31", True),
        ("yearly", "2025-09-01", "2026-09-01", False),
        ("quarterly", None, "NaT", False),
        (None, "2020-01-01", "NaT", False),
    ],
)
def test_when_a_loop_is_due(cadence, last, due, late):
    row = {"question": "?", "cadence": cadence, "last_answered": last}
    table = learning_plan({"a": row}, INTENTS, as_of="2026-09-01")
    assert (str(table["next_due"].iloc[0])[:10], bool(table["late"].iloc[0])) == (due, late)


def test_a_loop_without_a_group_is_about_all_customers():
    table = learning_plan(
        {"a": {"question": "?"}, "b": {"question": "?", "group": "Boats"}}, INTENTS, as_of="2026-01-01"
    )
    assert table["group_id"].tolist() == ["all", "no_group"]
    assert learning_plan(None, INTENTS, as_of="2026-01-01").empty


# ---- what is said ----------------------------------------------------------------------------------------------------


def said(table, loops=LOOPS, plans=None, results=None, roles=None):
    gaps = tactic_gaps(table, INTENTS, DRIVERS, loops, results)
    gaps = gaps if roles is None else with_roles(gaps, roles)
    plans = trial_plans(table, SPREADS, months=12, annual_discount=0.0) if plans is None else plans
    whole = with_orphans_and_trials(table, orphan_reasons(table, gaps), plans)
    found = register_findings(whole, gaps, plans, INTENTS)
    return {one.id: say(one, audience_for("working", "EUR", NAMES)).replace("\N{NO-BREAK SPACE}", " ") for one in found}


def test_what_is_said_of_a_register():
    table = register(
        e1={"stage": "evolve", "selected": "yes", "starts": "2027-01-01", "ends": "2027-02-01", "people_days": 7},
        fair={"group": "g4", "stage": "attract", "cost": 90, "selected": "yes", "needs": "e1", "starts": "2027-01-15"},
        x={"effect_likely": 400, "effect_high": 400},
    )
    found = said(table)
    assert found["11.answer"] == "Of 3 tactics the team chose 2, which take EUR 100.00 and 7 working days."
    assert found["11.orphans"] == (
        "Fair is to attract more customers like Fleets, while we mean to part "
        "with them: leave it out, or say what it is for."
    )
    assert found["11.gaps"] == (
        "3 things in the plan do not hold. One of them: we want Clubs tomorrow, too, and no chosen tactic lets our "
        "offer to that group evolve."
    )
    assert found["11.timeline"] == (
        "The work runs from 1 January 2027 to 1 February 2027. Fair starts before E1 has ended, which it needs."
    )
    assert found["11.trials"].startswith(
        "One of 2 tactics can be tried to a clear answer within a year. The nearest of the others is “E1”: it would "
        "take"
    )


@pytest.mark.parametrize(
    ("rows", "said_of_it"),
    [
        ({"t": {"driver": ""}}, "Beside tactics that nothing asks for, all in the register holds."),
        ({"t": {"owner": ""}}, "One thing in the register does not hold. Nobody answers for T."),
        (
            {"t": {"owner": ""}, "u": {"needs": "x"}},
            "2 things in the register do not hold. The first: Nobody answers for T.",
        ),
    ],
)
def test_whatever_does_not_hold_has_its_sentence(rows, said_of_it):
    evolve = {"e1": {"stage": "evolve"}, "e2": {"stage": "evolve", "group": "g2"}}
    assert said(register(**evolve, **rows))["11.gaps"] == said_of_it
    assert "11.gaps" not in said(register(**evolve))


def test_nothing_planned_is_said_and_nothing_else():
    assert said(register(), loops=LOOPS.head(0)) == {
        "11.answer": "There are intents for 4 groups, and no tactic is registered yet: nothing carries them."
    }


def test_nothing_chosen_is_said():
    assert said(register(a={}, b={}))["11.answer"] == "Of 2 tactics in the register the team has chosen none yet."


def test_the_order_of_the_rows_changes_no_finding_but_that_of_equals():
    rows = {"e1": {"stage": "evolve"}, "fair": {"group": "g4", "stage": "attract", "cost": 90}, "z": {"driver": ""}}
    turned = dict(reversed(rows.items()))
    one, other = said(register(**rows)), said(register(**turned))
    assert one == other


def test_a_client_without_tactics_is_asked_for_them_alone():
    empty, some = register(), register(a={})
    assert not any(asked_of_people(empty, None).values())
    assert [name for name, scopes in asked_of_people(empty, INTENTS).items() if scopes] == ["tactics"]
    one, two = pd.DataFrame({"channel": ["web"]}), pd.DataFrame({"channel": ["web", "phone"]})
    assert [name for name, scopes in asked_of_people(some, INTENTS, one).items() if not scopes] == ["channel_choice"]
    assert all(asked_of_people(some, INTENTS, two).values())
    gaps = register_cannot_say(empty, trials(), INTENTS, DRIVERS)
    assert [gap.question for gap in gaps] == ["What do we do about our intents, and what does it cost?"]
    assert "Step 09" in register_cannot_say(some, trials({}), None, DRIVERS)[0].unlocked_by
    assert register_cannot_say(some, trials({}), INTENTS, DRIVERS) == []
    unasked = register_cannot_say(some, trials({}), INTENTS, DRIVERS.head(0))
    assert [gap.question for gap in unasked] == ["Do our tactics serve what matters to customers?"]


def test_checks_can_fail():
    table = register(a={}, b={})
    good = register_checks(table, {"a": {}, "b": {}}, LOOPS, {"a": {}, "b": {}})
    assert {one.verdict for one in good} == {"pass"}
    bad = register_checks(table.head(1), {"a": {}, "b": {}}, LOOPS.head(1), {"a": {}, "b": {}})
    assert {one.verdict for one in bad} == {"fail"}


def test_roles_of_channels_that_something_speaks_against_stand_below_the_gaps():
    roles = pd.DataFrame(
        [
            ("g1", "Yards", "web", "lead", "After cost to serve it leaves nothing. Its part of the revenue falls."),
            ("g1", "Yards", "phone", "close", "A quarter of the revenue or more comes through it."),
            ("g1", "Yards", "rep", "support", ""),
            ("g2", "Clubs", "rep", "", "After cost to serve it loses money, and nobody decided on it."),
            ("all", "All", "web", "lead", "Its part of the revenue falls."),
        ],
        columns=["group_id", "group_name", "channel", "role", "contradiction"],
    )
    evolve = {"e1": {"stage": "evolve"}, "e2": {"stage": "evolve", "group": "g2"}}
    sound = tactic_gaps(register(**evolve), INTENTS, DRIVERS, LOOPS)
    table = with_roles(sound, roles)
    # one row a group; of a role that nobody gave and of all customers beside groups there is none
    assert table[["gap", "tactic", "group_id"]].to_numpy().tolist() == [["role", "", "g1"]]
    assert table["sentence"][0] == (
        "Web is to lead: after cost to serve it leaves nothing. Its part of the revenue falls. Phone is to be closed: "
        "a quarter of the revenue or more comes through it."
    )
    whole = with_roles(sound, roles.query("group_id == 'all'"))
    assert whole["group_id"].tolist() == ["all"]  # there are no groups, so it is told of all
    gaps = tactic_gaps(register(t={"owner": ""}), INTENTS, DRIVERS, LOOPS)
    assert with_roles(gaps, roles)["gap"].tolist() == [*gaps["gap"], "role"]
    pd.testing.assert_frame_equal(with_roles(gaps, roles.head(0)), gaps)
    told = said(register(**evolve), roles=roles)["11.gaps"]
    assert told == "Beside roles of channels that something speaks against, all in the register holds."
