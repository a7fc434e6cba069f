"""What earlier steps say of a small client with three groups, for the tests of the strategy."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, DecisionUsed, Finding, NotebookUsed, Result, Value
from helpers.method.strategy_material import Material

START, NEXT, DAY, LATE = (pd.Timestamp(day) for day in ("2027-02-01", "2027-03-01", "2027-12-31", "2028-01-31"))
GROUPS = {"g1": "Yards", "g2": "Fleets", "g3": "Resellers"}


def told(name: str, text: str, n: int | None = 10, **values: Value) -> Finding:
    """A finding."""
    return Finding(id=name, text=text, values=values, n=n, evidence="measured")


def money(value: float, low: float | None = None, high: float | None = None) -> Value:
    return Value(value=value, low=low, high=high, unit="money")


def share(value: float, low: float | None = None, high: float | None = None) -> Value:
    return Value(value=value, low=low, high=high, unit="share")


def count(value: int) -> Value:
    return Value(value=value, unit="count")


def group(value: str) -> Value:
    return Value(value=value, unit="group")


def result(step: str, *findings: Finding, **more) -> Result:
    facts = {"kit": "1", "mode": "draft", "as_of": "2027-01-01", "notebook": NotebookUsed(origin="kit", sha256="0")}
    return Result(step=step, findings=list(findings), **facts, **more)


def results() -> dict[str, Result]:
    """The results of steps 01, 03, 04, 05, 08, 09, 10 and 11."""
    intents = [
        DecisionUsed(id="09.g1.intent", state="decided", value=["grow"], by="Ada", decided_on="2027-01-05",
                     reason="They ask for more than we carry."),
        DecisionUsed(id="09.g2.intent", state="proposed", value=["maintain"], because="The rule."),
    ]  # fmt: skip
    gap = CannotSay(question="Who?", because="No wallet.", unlocked_by="wallets: of some customers.")
    return {
        "01_frame_engagement": result("01_frame_engagement", cannot_say=[gap]),
        "03_form_groups": result(
            "03_form_groups",
            told("03.answer", "There are {groups:count} groups.", groups=count(3)),
            *(
                told(f"03.group.{one}", "{group:group}: {customers:count} customers.", group=group(one),
                     customers=count(10 + at))
                for at, one in enumerate(GROUPS)
            ),
        ),
        "04_value_to_us": result(
            "04_value_to_us",
            told("04.answer", "They are worth {equity:money} over {months:count} months; {losing:pct} lose.",
                 equity=money(900.0, 800.0, 1000.0), months=count(36), customers=count(33), losing=share(0.25)),
            assumptions=[Assumption(id="04.rate", text="The rate.", value=0.1, low=0.05, high=0.15)],
        ),
        "05_customer_share": result(
            "05_customer_share", told("05.answer", "{share:pct} comes to us.", share=share(0.3, 0.25, 0.35)),
            cannot_say=[gap],
        ),
        "08_face_of_future": result("08_face_of_future"),
        "09_choose_intent": result(
            "09_choose_intent",
            told("09.answer", "We grow {grow:count}.", grow=count(1)),
            told("09.change", "Ask {group:group} first: {more:count} in a hundred.", group=group("g3"), more=count(3)),
            told("09.fees", "Fees of {fees:money}; {group_1:group} earns {with_1:money}.", fees=money(12.0),
                 group_1=group("g3"), with_1=money(3.0)),
            told("09.outlays.g1", "{projects:count} projects, {all:money}, {loss:money}.", projects=count(2),
                 all=money(70.0), loss=money(30.0)),
            decisions=intents,
            provisional=["09.g2.intent"],
        ),
        "10_value_propositions": result("10_value_propositions"),
        "11_align_tactics": result(
            "11_align_tactics", told("11.answer", "{all:count} tactics.", all=count(3)),
            told("11.best_set", "{best:count} for {cost:money}.", best=count(1), cost=money(60.0)),
            told("11.team_against_best", "{less:money} less.", less=money(5.0)),
            decisions=[
                DecisionUsed(id="11.all.tactics", state="decided", value={}, by="Ada", reason="The terms are owed."),
                DecisionUsed(id="11.all.budget", state="decided", value=68, by="Bo", reason="What is left."),
            ],
        ),
    }  # fmt: skip


def intents() -> pd.DataFrame:
    rows = [
        ("g1", "Yards", 10, "grow", "", False, "grow", "", "There is more to win.", 0.9, True, "maintain", ""),
        ("g2", "Fleets", 11, "maintain", "", False, "maintain", "", "Both sides gain.", 0.6, False, "grow", ""),
        ("g3", "Resellers", 12, "re_engineer", "retire", True, "retire", "", "It pays neither.", 0.4, False, "retire",
         ""),
    ]  # fmt: skip
    columns = ["group_id", "group_name", "customers", "primary", "secondary", "differs", "proposed",
               "proposed_secondary", "sentence", "intent_stability", "firm", "otherwise",
               "otherwise_secondary"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def expected() -> pd.DataFrame:
    rows = [
        ("g1", "profit", "Profit a year", "money", 100.0, 110.0, 140.0, 180.0, DAY, "Ada"),
        ("g1", "customer_share", "Customer share", "share", 0.3, 0.32, 0.36, 0.4, DAY, ""),
        ("g1", "portion", "Part of customers", "share", 0.3, 0.28, 0.33, 0.4, DAY, ""),
        ("g2", "profit", "Profit a year", "money", 300.0, 302.0, 305.0, 310.0, DAY, ""),
        ("g3", "profit", "Profit a year", "money", -20.0, -15.0, 4.0, 10.0, DAY, ""),
    ]
    columns = ["group_id", "measure", "measure_name", "unit", "baseline", "low", "likely", "high", "by_date", "owner"]
    return pd.DataFrame(rows, columns=columns)


def sensitivity() -> pd.DataFrame:
    rows = [
        ("g1", "right_to_win", "Chance of right to win", 0.87, 1, 0.9, 0.8, "falls", "maintain", ""),
        ("g1", "lifetime", "Lifetime value", 500.0, 2, 0.1, 0.0, "falls", "re_engineer", ""),
        ("g2", "margin_slope", "Change of the margin", 0.01, 1, 0.5, -0.01, "falls", "re_engineer", ""),
        ("g3", "lifetime", "Lifetime value", -40.0, 1, 0.7, 10.0, "rises", "maintain", ""),
    ]
    columns = ["group_id", "quantity", "title", "value", "rank", "explains", "flip_at", "flip_way", "flip_primary",
               "flip_secondary"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def tactics() -> pd.DataFrame:
    rows = [
        ("desk", "A refit desk", "g1", 60.0, 100.0, 20.0, 90.0, 160.0, "customer_share", "Jo", START, DAY, DAY, True,
         "ordering", "win"),
        ("terms", "New terms", "g3", 8.0, 20.0, 9.0, 20.0, 31.0, "profit", "", NEXT, LATE, pd.NaT, True, "price",
         "serve"),
        ("label", "Own label", "g3", 99.0, 5.0, 0.0, 1.0, 2.0, "", "", pd.NaT, pd.NaT, pd.NaT, False, "", ""),
    ]  # fmt: skip
    columns = ["tactic", "title", "group_id", "cost", "people_days", "effect_low", "effect_likely", "effect_high",
               "measure", "owner", "starts", "ends", "trial_on", "selected", "driver", "stage"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def portfolio() -> pd.DataFrame:
    """The best set of step 11: the desk alone, while the team chose the terms, too."""
    return pd.DataFrame({"tactic": ["desk", "terms", "label"], "best": [True, False, False]})


def quarters() -> pd.DataFrame:
    """Eight quarters a group: the last one of the yards far up, that of the resellers far down, the fleets as ever."""
    rates = {"g1": [0.2] * 7 + [0.6], "g2": [0.7, 0.8] * 4, "g3": [-0.02] * 7 + [-0.26]}
    days = pd.date_range("2025-01-01", periods=8, freq="QS")
    rows = [(one, "profit_rate", day, 100.0, rate) for one, row in rates.items()
            for day, rate in zip(days, row, strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=["group_id", "measure", "quarter_start", "revenue", "rate"])


def goals() -> pd.DataFrame:
    """Three goals: one out of reach, one that the plan reaches, one of which nothing can be said."""
    rows = [
        ("Tie more to us", "relationship_types", "with_intents", "Part of customers tied to us", 0.3, 0.22, 0.2, 0.23,
         DAY, "unlikely"),
        ("Tie more to us", "relationship_types", "no_action", "Part of customers tied to us", 0.3, 0.21, 0.19, 0.22,
         DAY, "unlikely"),
        ("Raise our worth", "customer_equity", "with_intents", "Customer equity", 950.0, 990.0, 910.0, 1070.0, LATE,
         "open"),
        ("Be known", "none", "with_intents", "", None, None, None, None, pd.NaT, "cannot_say"),
    ]  # fmt: skip
    columns = ["goal", "portfolio_goal", "scenario", "measured_by", "asked", "expected", "expected_low",
               "expected_high", "by_date", "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def gaps() -> pd.DataFrame:
    """What step 11 says is wrong with the register: one tactic ends too late, and one has no owner."""
    words = "New terms ends after the day on which its result is due: profit a year of Resellers."
    rows = [("ends_after_result", "terms", "g3", words, DAY, "profit a year"),
            ("no_owner", "terms", "g3", "Nobody answers for New terms.", pd.NaT, "")]  # fmt: skip
    return pd.DataFrame(rows, columns=["gap", "tactic", "group_id", "sentence", "due", "result"])


def projects() -> pd.DataFrame:
    rows = [
        ("g1", "group", "", 2, 70.0, 50.0, 35.0, 80.0, "pass"),
        ("g1", "project", "A quay", 1, 40.0, 30.0, 20.0, 45.0, "pass"),
        ("g1", "project", "A crane", 1, 30.0, 21.0, 9.0, 40.0, "pass"),
        ("g3", "project", "A shed", 1, 5.0, -1.0, -2.0, 3.0, "fail"),
    ]
    columns = ["group_id", "level", "project", "projects", "invested", "npv_middle", "npv_low", "npv_high", "status"]
    return pd.DataFrame(rows, columns=columns).assign(customer_group="")


def stake() -> pd.DataFrame:
    rows = [
        ("g1", "win", True, 40.0, 10.0, 80.0),
        ("g1", "keep", True, 4.0, 2.0, 6.0),
        ("g2", "win", False, 90.0, 50.0, 120.0),
        ("g2", "keep", True, 5.0, 2.0, 10.0),
        ("g3", "repair", True, 14.0, 4.0, 20.0),
        ("g3", "release", True, 9.0, 3.0, 12.0),
        ("g3", "keep", False, 2.0, 1.0, 3.0),
    ]
    return pd.DataFrame(rows, columns=["group_id", "lever", "pulled", "alone", "alone_low", "alone_high"])


def learning() -> pd.DataFrame:
    return pd.DataFrame(
        {"loop": ["offers"], "question": ["What else do they look at?"], "owner": ["Bo"], "group_id": ["g2"]}
    )


def trials() -> pd.DataFrame:
    rows = [("desk", False, ""), ("terms", True, ""), ("label", False, "No effect is known.")]
    return pd.DataFrame(rows, columns=["tactic", "possible", "why_not"])


def propositions() -> pd.DataFrame:
    rows = [
        (
            "g1",
            "decided",
            "The list on the quay.",
            "availability",
            "Rated higher.",
            "the wholesaler",
            "All on the quay.",
        ),
        ("g2", "draft", "No idle boat.", "quality", "", "", "A whole season."),
    ]
    columns = ["group_id", "state", "promise", "drivers", "proof", "alternative", "headline"]
    return pd.DataFrame(rows, columns=columns)


def tables() -> dict[str, pd.DataFrame]:
    """The tables of all steps that the strategy reads."""
    groups = list(GROUPS)
    ladder = [("all", 760.0), ("g1", 200.0), ("g2", 600.0), ("g3", -40.0)]
    parts = [("g1", 0.3, 0.2), ("g2", 0.3, 0.6), ("g3", 0.4, 0.2)]
    said = [("Ada", "customer_share", "0.7"), ("Bo", "customer_share", "0.28"), ("Ada", "part_losing_money", "0.05"),
            ("Ada", "top_driver", "price"), ("Bo", "top_driver", "advice"),
            ("Ada", "favourite_customers", "Acme (c1), Beta (c2)"), ("Bo", "difficult_customers", "c3")]  # fmt: skip
    exchange = {"position": ["sweet_spot", "undecided", "we_over_give"], "to_them_low": [0.6, 0.4, 0.6],
                "to_them_high": [0.8, 0.7, 0.9]}  # fmt: skip
    needs = {"driver": ["availability", "price"], "label": ["Availability", "Price"], "rank": [1, 2],
             "importance": [0.3, 0.2], "importance_high": [0.4, 0.35]}  # fmt: skip
    wallets = {"wallet": [400.0, 900.0, 100.0], "customer_share": [0.3, 0.2, 0.4], "share_low": [0.25, 0.15, 0.3],
               "share_high": [0.35, 0.25, 0.5]}  # fmt: skip
    return {
        "beliefs": pd.DataFrame(said, columns=["leader", "question", "belief"]),
        "group_portions": pd.DataFrame(parts, columns=["group_id", "part_of_customers", "part_of_revenue"]),
        "profit_ladder": pd.DataFrame(ladder, columns=["group_id", "amount"]).assign(rung="customer_profit"),
        "customer_value": pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "customer_profit": [5.0, -2.0, -1.0]}),
        "group_share": pd.DataFrame({"group_id": groups} | wallets),
        "top_needs": pd.DataFrame({"group_id": "all"} | needs),
        "value_exchange": pd.DataFrame({"group_id": groups} | exchange),
        "group_intents": intents(),
        "expected_results": expected(),
        "assumption_sensitivity": sensitivity(),
        "value_propositions": propositions(),
        "margin_trend": quarters(),
        "goal_outlook": goals(),
        "tactics": tactics(),
        "tactic_portfolio": portfolio(),
        "tactic_gaps": gaps(),
        "trial_plans": trials(),
        "learning_plan": learning(),
        "commitment_npv": projects(),
        "value_at_stake": stake(),
    }


def material(without: tuple[str, ...] = ()) -> Material:
    """All of it, without the steps of these numbers."""
    from helpers.method.strategy_material import TABLES

    said = {name: one for name, one in results().items() if name[:2] not in without}
    kept = {name for step, names in TABLES.items() if step[:2] not in without for name in names}
    return Material(said, {name: table for name, table in tables().items() if name in kept}, window_months=24)
