"""What step 01 says: can the data carry the engagement, and is it clear what the strategy is for?

A strategy without a goal, or a goal that nobody can measure, is a finding like any other. `n` counts customers (or
rows) only: three goals or twelve months are not a group so small that a page must hold it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from helpers.client.result_model import CannotSay, Check, Finding
from helpers.method.finding_values import count_value, date_value, money_value, text_value
from helpers.method.framing import SEASONS
from helpers.method.framing_notes import note_findings, part_without_customer
from helpers.method.money import HALF_A_CENT

FEW_CUSTOMERS = 30  # fewer active customers than this are known by name better than by statistics
OUTSIDE = ("before the window", "after as_of, outside the window")  # what the intake notes of lines outside
MUCH_WITHOUT_CUSTOMER = 0.10  # a larger part of lines or revenue is a customer base that nobody sees
MUCH_SET_ASIDE = 0.05  # a larger part of the lines left out needs an explanation first

# Tables that must all be there, the question they unlock, and why it stays open without them.
UNLOCKS = (
    (
        ("wallets",),
        "What share of our customers' spend do we have?",
        "Our own sales do not show what customers buy elsewhere.",
    ),
    (
        ("service_events", "activity_costs"),
        "Which customers cost more to serve than they bring?",
        "The cost of serving a customer is not in its invoices.",
    ),
    (
        ("survey",),
        "What do customers value, and how do we do on it against their best alternative?",
        "Only customers can say it.",
    ),
    (("referrals",), "Who brings us new customers?", "Nobody recorded who sent whom."),
    (
        ("contracts",),
        "How much revenue is under contract, and until when?",
        "Without contracts every customer counts as free to leave.",
    ),
    (
        ("investments", "markets"),
        "Which groups lead us into the future?",
        "What we invest for whom, and how the markets grow, is not known.",
    ),
    (("customers",), "Who are the customers in each group?", "Their attributes were not delivered."),
    (
        ("supplier_spend",),
        "Who are our customers' other suppliers, and how do they rank us?",
        "No ranks were delivered.",
    ),
    (("prospects",), "Which prospects look like our best customers?", "There is no list of prospects."),
    (("touchpoints",), "Where do customers meet us, and where does the chain break?", "No touchpoint was scored."),
    (
        ("spend",),
        "Does our money and time go where our intent is?",
        "What we spend on customers is not known by group.",
    ),
)


def framing_findings(
    data_health: pd.DataFrame,
    notes: pd.DataFrame,
    monthly: pd.DataFrame,
    customer_summary: pd.DataFrame,
    goals: pd.DataFrame,
    beliefs: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    as_of: object,
    decided: Mapping[str, object],
) -> list[Finding]:
    """The findings of step 01, whether the data can carry the engagement first.

    Parameters
    ----------
    data_health, notes, goals, beliefs, assumptions : DataFrame
        As published by this step; `notes` is data_notes.
    monthly : DataFrame, one row per month of the window, from `monthly_revenue`
    customer_summary : DataFrame, one row per customer
    as_of : date
    decided : mapping
        The decisions values, direction and hurdle, None where open.

    Returns
    -------
    list of Finding
        Always 01.data, 01.data_health, 01.months, 01.customers, 01.goals, 01.stance, 01.beliefs, 01.assumptions. Where
        there is something to tell: 01.seasonal_risk, those of `note_findings`, 01.portfolio_goals.
    """
    found = [
        _data(data_health, notes, monthly, customer_summary, as_of),
        _health(data_health),
        _months(monthly),
        _seasonal_risk(monthly),
        *note_findings(notes),
        _customers(customer_summary),
        _goals(goals),
        _portfolio_goals(goals),
        _stance(decided),
        _beliefs(beliefs),
        _assumptions(assumptions),
    ]
    return [finding for finding in found if finding is not None]


def framing_cannot_say(delivered: Collection[str]) -> list[CannotSay]:
    """Which questions stay open because a table was not delivered, and which table unlocks each.

    Parameters
    ----------
    delivered : names of the tables that the client delivered

    Examples
    --------
    >>> everything = {table for tables, question, because in UNLOCKS for table in tables}
    >>> [gap.unlocked_by for gap in framing_cannot_say(everything - {"activity_costs"})]
    ["The client's activity_costs data."]
    """
    return [
        CannotSay(question=question, because=because, unlocked_by=f"The client's {' and '.join(absent)} data.")
        for tables, question, because in UNLOCKS
        if (absent := [table for table in tables if table not in delivered])
    ]


def framing_checks(
    data_health: pd.DataFrame,
    monthly: pd.DataFrame,
    customer_summary: pd.DataFrame,
    customer_month: pd.DataFrame,
    received_data: pd.DataFrame | None = None,
) -> list[Check]:
    """Whether the tables of the step agree with each other, to the cent.

    Parameters
    ----------
    data_health, monthly : DataFrame
        From `data_health` and `monthly_revenue`.
    customer_summary, customer_month : DataFrame
        The summaries.
    received_data : DataFrame, one row per table, outcome and reason, optional
        Notes the lines before and after the window. Without it the window is not compared with what was kept.

    Returns
    -------
    list of Check; a `fail` means that a row or a cent went missing on the way in
    """
    named = customer_month[customer_month["customer_id"].fillna("") != ""]
    rows = [] if received_data is None else _in_window(data_health, monthly, received_data)
    rows += [
        (
            "revenue_by_month",
            "Revenue by month is the revenue of all customers and of the lines without one.",
            monthly["revenue"].sum(),
            customer_summary["revenue"].sum() + customer_month["revenue"].sum() - named["revenue"].sum(),
        ),
        (
            "lines_by_month",
            "Lines by month are the lines of all customers.",
            named["lines"].sum(),
            customer_summary["lines"].sum(),
        ),
    ]
    return [
        Check(
            id=f"01.{name}",
            sentence=sentence,
            found=round(float(found), 4),
            expected=round(float(expected), 4),
            tolerance=HALF_A_CENT,
            verdict="pass" if abs(float(found) - float(expected)) <= HALF_A_CENT else "fail",
        )
        for name, sentence, found, expected in rows
    ]


def _in_window(health: pd.DataFrame, monthly: pd.DataFrame, received: pd.DataFrame) -> list[tuple]:
    """What was kept, less the lines outside the window: (name, sentence, found, expected)."""
    lines = health[health["table"] == "transactions"]
    noted = received[(received["table"] == "transactions") & (received["outcome"] == "noted")]
    outside = noted[noted["reason"].isin(OUTSIDE)]
    return [
        (
            "lines_in_window",
            "Lines by month are the lines kept without those before and after the window.",
            monthly["lines"].sum(),
            lines["rows_kept"].sum() - outside["rows"].sum(),
        ),
        (
            "revenue_in_window",
            "Revenue by month is the revenue kept without that before and after the window.",
            monthly["revenue"].sum(),
            lines["money_kept"].sum() - outside["money"].astype(float).sum(),
        ),
    ]


def _data(
    health: pd.DataFrame, notes: pd.DataFrame, monthly: pd.DataFrame, customers: pd.DataFrame, as_of: object
) -> Finding:
    active, revenue = int((customers["status"] == "active").sum()), float(monthly["revenue"].sum())
    lines = health[health["table"] == "transactions"]
    received, aside = int(lines["rows_received"].sum()), int(lines["rows_set_aside"].sum())
    values = {
        "customers": count_value(active),
        "revenue": money_value(revenue),
        "from": date_value(monthly["month_start"].iloc[0]),
        "to": date_value(pd.Timestamp(as_of) - pd.Timedelta(days=1)),
        "months": count_value(len(monthly)),
        "lines": count_value(received),
        "aside": count_value(aside),
    }
    span = "between {from:date} and {to:date}"
    said = {"id": "01.data", "n": active, "evidence": "measured", "table": "data_health"}
    if not active or revenue <= 0:
        text = (
            "The data cannot carry the engagement: active customers number {customers:count}, and revenue was "
            f"{{revenue:money}} {span}."
        )
        return Finding(text=text, values=values, **said)
    doubts = []
    if active < FEW_CUSTOMERS:
        doubts.append("there are few customers, better known by name than by statistics")
    if aside > MUCH_SET_ASIDE * received:
        doubts.append("much of what arrived was set aside")
    if part_without_customer(notes) > MUCH_WITHOUT_CUSTOMER:
        doubts.append("much of it names no customer")
    if (monthly["lines"] == 0).any():
        doubts.append("months are missing")
    verdict = (
        f"The data can carry the engagement with care, since {' and '.join(doubts)}"
        if doubts
        else "The data can carry the engagement"
    )
    text = (
        f"{verdict}: {{customers:count}} active {'customer' if active == 1 else 'customers'} brought {{revenue:money}} "
        "in {months:count} months; {aside:count} of {lines:count} lines were set aside."
    )
    return Finding(text=text, values=values, **said)


def _health(health: pd.DataFrame) -> Finding:
    sums = health[["rows_received", "rows_repaired", "rows_set_aside", "rows_kept"]].sum()
    values = {name.removeprefix("rows_"): count_value(number) for name, number in sums.items()}
    values["tables"] = count_value(len(health))
    noun = "table" if len(health) == 1 else "tables"
    text = f"Of {{received:count}} rows in {{tables:count}} {noun}, {{kept:count}} are kept"
    if values["set_aside"].value:
        text += ", {set_aside:count} set aside"
    text += ", {repaired:count} mended." if values["repaired"].value else "; none needed mending."
    said = {"n": int(sums["rows_received"]), "n_of": "row", "evidence": "measured", "table": "data_health"}
    return Finding(id="01.data_health", text=text, values=values, **said)


def _months(monthly: pd.DataFrame) -> Finding:
    gaps = monthly[monthly["lines"] == 0]
    values = {
        "months": count_value(len(monthly)),
        "low": money_value(monthly["revenue"].min()),
        "high": money_value(monthly["revenue"].max()),
    }
    text = "Revenue by month runs from {low:money} to {high:money}"
    if gaps.empty:
        text += "; none of the {months:count} months is without sales."
    else:
        values |= {"gaps": count_value(len(gaps)), "first": date_value(gaps["month_start"].iloc[0])}
        text += (
            "; of {months:count} months {gaps:count} hold no line at all, the first from {first:date} on: ask whether "
            "the data or the sales are missing."
        )
    return Finding(id="01.months", text=text, values=values, evidence="measured", table="monthly_revenue")


def _seasonal_risk(monthly: pd.DataFrame) -> Finding | None:
    if len(monthly) >= SEASONS:
        return None
    text = (
        "The window has {months:count} months, so its halves lie in different seasons: growth between them may be the "
        "season."
    )
    values = {"months": count_value(len(monthly))}
    return Finding(id="01.seasonal_risk", text=text, values=values, n=len(monthly), n_of="month", evidence="measured")


def _customers(customers: pd.DataFrame) -> Finding:
    states = {name: count_value((customers["status"] == name).sum()) for name in ("active", "dormant", "never")}
    values = states | {"customers": count_value(len(customers))}
    text = "Of {customers:count} customers known to us {active:count} are active in the window"
    others = {"dormant": "{dormant:count} bought only before it", "never": "{never:count} without any sale above zero"}
    told = [words for name, words in others.items() if states[name].value]
    text += f"; {' and '.join(told)}." if told else "."
    return Finding(id="01.customers", text=text, values=values, n=len(customers), evidence="measured")


def _goals(goals: pd.DataFrame) -> Finding:
    said = {"id": "01.goals", "evidence": "judged", "table": "portfolio_goals"}
    if goals.empty:
        text = "No business goal is stated: nobody could tell whether a customer strategy without a goal has worked."
        return Finding(text=text, **said)
    vague = {state: int((goals["state"] == state).sum()) for state in ("no_measure", "no_target")}
    values = {name: count_value(number) for name, number in vague.items()} | {"goals": count_value(len(goals))}
    if not any(vague.values()):
        text = "Business goals stated: {goals:count}, each with a measure, a target and a date."
    else:
        # only what is lacking: a measure that says there is none yet would stand beside "without a measure: 0"
        lacks = {"no_measure": "without a measure: {no_measure:count}", "no_target": "without a target or a date: "
                 "{no_target:count}"}  # fmt: skip
        told = "; ".join(words for state, words in lacks.items() if vague[state])
        text = f"Business goals stated: {{goals:count}}; {told}. Nobody can tell when those are reached."
        values = {name: value for name, value in values.items() if vague.get(name, 1)}
    return Finding(text=text, values=values, **said)


def _portfolio_goals(goals: pd.DataFrame) -> Finding | None:
    if goals.empty:
        return None
    unplaced = int((goals["portfolio_goal"] == "none").sum())
    values = {"unplaced": count_value(unplaced), "goals": count_value(len(goals))}
    if unplaced:
        text = (
            "For {unplaced:count} of {goals:count} business goals nobody has said what must change in the customer "
            "portfolio, so the customer strategy cannot serve them."
        )
    else:
        text = "Business goals that say what must change in the customer portfolio: all ({goals:count})."
    return Finding(id="01.portfolio_goals", text=text, values=values, evidence="judged", table="portfolio_goals")


def _stance(decided: Mapping[str, object]) -> Finding:
    missing = [name for name in ("values", "direction", "hurdle") if decided.get(name) in (None, "", [], {})]
    if missing:
        text = "Still to be stated before any customer is chosen: {missing:text}."
        return Finding(id="01.stance", text=text, values={"missing": text_value(", ".join(missing))}, evidence="judged")
    return Finding(
        id="01.stance", text="Values, direction and hurdle are stated before any customer is chosen.", evidence="judged"
    )


def _beliefs(beliefs: pd.DataFrame) -> Finding:
    leaders = int(beliefs["leader"].nunique())
    said = {"id": "01.beliefs", "evidence": "judged", "table": "beliefs"}
    if not leaders:
        text = "No leader has sealed a belief: once the results are seen, everyone will have known them all along."
        return Finding(text=text, **said)
    values = {"leaders": count_value(leaders), "beliefs": count_value(len(beliefs))}
    text = (
        "Beliefs sealed before any result: {beliefs:count} (leaders: {leaders:count}); step twelve sets them against "
        "the facts."
    )
    return Finding(text=text, values=values, **said)


def _assumptions(assumptions: pd.DataFrame) -> Finding:
    values = {
        "assumptions": count_value(len(assumptions)),
        "method": count_value((assumptions["source"] == "method").sum()),
    }
    text = (
        "Every number here rests on {assumptions:count} assumptions, {method:count} of them the method's own: cross "
        "out what does not hold."
    )
    return Finding(id="01.assumptions", text=text, values=values, evidence="assumed", table="assumptions")
