"""What exactly is the board asked? What it takes, what of that the best set leaves out, and when we look again."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import selected_tactics, weighed_tactics
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    listing,
    place,
    sentence,
    summed,
    words,
)
from helpers.method.strategy_money import taken

MOST_OWNERS = 2  # people whom a sentence names
MOST_NAMED = 3  # tactics that a sentence names; of more it gives the number
LONGEST = 320  # characters of a reason that the board's page has room for; a longer one stands in a chapter
TACTICS, BUDGET = "11.all.tactics", "11.all.budget"  # the decisions of step 11


def asked_parts(material: Material) -> list[Sentence]:
    """The parts of the decision asked, in order.

    Returns
    -------
    list of Sentence
        12.asked_takes, money and days; 12.asked_beyond, what of the money goes to tactics that the best set leaves out,
        with the reason of those who chose them; 12.asked_review, when we look again. What is not known is left out.
    """
    found = [asked_takes(material), asked_beyond(material), asked_review(material)]
    return [one for one in found if one]


def asked_takes(material: Material) -> Sentence | None:
    """The money and, beside it, the days of our own people: a tactic's cost holds none of their wages."""
    (cost, days), tactics = taken(material), selected_tactics(material)
    values, text = {"cost": cost}, "{cost:money} of outlays"
    if days:
        values["days"] = days
        text += " and, besides, {days:number} days of our own people"
    if len(tactics) > 1:
        values["tactics"] = counted_as(len(tactics))
    text += ", for {tactics:count} tactics." if len(tactics) > 1 else ", for one tactic."
    return sentence("ask", "asked_takes", text, values, evidence="judged", weighed=weighed_tactics(material))


def left_out(material: Material) -> list[dict]:
    """The chosen tactics that are not in the set worth most together, in the order of the register."""
    inside = {row["tactic"]: row["best"] for row in material.rows("tactic_portfolio")}
    return [row for row in selected_tactics(material) if inside.get(row["tactic"]) is False]


def asked_beyond(material: Material) -> Sentence | None:
    """How much of the money goes to tactics that the best set leaves out, what that costs us, and why they stay."""
    rows = left_out(material)
    costs = [material.cell("tactics", row, "cost", "money") for row in rows]
    if not rows or None in costs:
        return None
    values: dict[str, Told | None] = {"left": summed([one for one in costs if one], "money")}
    text = "Of this {left:money} goes to "
    if len(rows) <= MOST_NAMED:
        names = {f"name_{at}": words(f"“{row['title']}”", place("tactics", row, "title"))
                 for at, row in enumerate(rows, 1)}  # fmt: skip
        values |= names
        text += listing([*names], "text")
    else:
        values["many"] = counted_as(len(rows), *_chosen_by(material))
        text += "{many:count} tactics"
    text += ", which the set of tactics worth most leaves out"
    better = {"best": material.value("11.best_set/cost"), "more": material.value("11.team_against_best/less")}
    weighed = [*_chosen_by(material), "11.team_against_best/less", "11_align_tactics/decisions"]
    if all(better.values()) and better["more"].number > 0:
        values |= better
        text += "; that set takes {best:money} and would be worth {more:money} more"
    text += "."
    reason = reason_for(material, TACTICS)
    if reason and len(str(reason.value.value)) <= LONGEST:
        values["reason"] = reason
        text += " Why: “{reason:text}”"
    return sentence("ask", "asked_beyond", text, values, evidence="judged", weighed=weighed)


def _chosen_by(material: Material) -> list[str]:
    """The cells that say which tactics were chosen, which the best set holds, and whether all costs are known."""
    inside = [place("tactic_portfolio", row, "best") for row in material.rows("tactic_portfolio")]
    return [*inside, *weighed_tactics(material), *weighed_tactics(material, "cost")]


def reason_for(material: Material, decision: str) -> Told | None:
    """The reason that people gave for a decision of step 11; None where nobody has decided, or gave none."""
    step = material.said.get("11_align_tactics")
    used = next((one for one in step.decisions if one.id == decision), None) if step else None
    if used is None or used.state not in ("decided", "stale") or not used.reason:
        return None
    return words(used.reason.strip(), f"{decision}/reason")


def reasons_told(material: Material, *, asked: bool) -> list[Sentence]:
    """Why these tactics and this budget, in the words of those who decided; what the board's page tells is left out."""
    told = asked and "reason" in (one.finding.values if (one := asked_beyond(material)) else {})
    wanted = {"tactics": (TACTICS, "these tactics"), "budget": (BUDGET, "this budget")}
    found = []
    for name, (decision, what) in wanted.items():
        if name == "tactics" and told:
            continue
        text = f"Why {what}, in the words of those who decided: “{{reason:text}}”"
        values = {"reason": reason_for(material, decision)}
        read = ["11_align_tactics/decisions"]
        read += _chosen_by(material) if name == "tactics" else []  # whether the board's page tells it
        found.append(sentence("budget", f"in_budget_why_{name}", text, values, evidence="judged", weighed=read))
    return [one for one in found if one]


def asked_review(material: Material) -> Sentence | None:
    """When we look again: the day of most results (of several such the latest), who reports then, and what is later."""
    rows = [row for row in material.rows("expected_results") if is_known(row["by_date"])]
    if not rows:
        return None
    days = Counter(row["by_date"] for row in rows)
    day = max(days, key=lambda one: (days[one], one))
    cells = [place("expected_results", row, "by_date") for row in rows]
    values = {"by": _date(day, *cells)}
    values |= {"due": counted_as(days[day], *cells), "all": counted_as(len(rows), *cells)}
    text = "We look again on {by:date}, when {due:count} of {all:count} expected results are due"
    if len(rows) == days[day]:
        values.pop("due")
        text = "We look again on {by:date}, when all {all:count} expected results are due"
    owners = Counter(str(row["owner"]) for row in rows if is_known(row["owner"]) and row["owner"])
    weighed = [place("expected_results", row, "owner") for row in rows]
    if not owners:
        text += ", and nobody answers for them yet"
    elif len(owners) > MOST_OWNERS:
        values["owners"] = counted_as(len(owners), *weighed)
        text += " and the {owners:count} people who answer for them report"
    else:
        most_first = sorted(owners, key=lambda one: (-owners[one], one))
        values["owners"] = words("; ".join(most_first), *weighed)
        text += " and who answers for them reports ({owners:text})"
    later, told, read = _later(material, day, max(days), cells)
    return sentence("ask", "asked_review", f"{text}{later}.", values | told, evidence="judged",
                    weighed=[*weighed, *read])  # fmt: skip


def _later(material: Material, day: pd.Timestamp, last: pd.Timestamp, cells: list[str]) -> tuple[str, dict, list[str]]:
    """What is still to come after the day on which we look again: the last result, and the last trial."""
    text, values = "", {}
    if last > day:
        values["last"] = _date(last, *cells)
        text += "; the last is due on {last:date}"
    trials = [row for row in selected_tactics(material) if is_known(row.get("trial_on")) and row["trial_on"] > day]
    read = [*weighed_tactics(material), *weighed_tactics(material, "trial_on")]
    if trials:
        tried = max(row["trial_on"] for row in trials)
        values["tried"] = _date(tried, *(place("tactics", row, "trial_on") for row in trials))
        text += "; the last trial is read on {tried:date}"
    return text, values, read


def _date(day: pd.Timestamp, *sources: str) -> Told:
    return Told(Value(value=f"{day:%Y-%m-%d}", unit="date"), sources)
