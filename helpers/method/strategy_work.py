"""What is done first, is it ready in time, what does it take, and when is it looked at again? And by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.share import ALL
from helpers.method.strategy_groups import GroupPlan, selected_tactics, weighed_tactics
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    in_an_id,
    place,
    sentence,
    words,
)
from helpers.method.strategy_money import taken

LATE = "ends_after_result"  # the gap of step 11
MOST_DONE = 4  # tactics on the board's pages
MOST_OWNERS = 2  # people whom a sentence names


def work_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """The tactics that cost most, and those that end after the day on which what they bring is to be seen.

    Returns
    -------
    list of Sentence
        12.do_<tactic>, at most four; 12.late_<tactic>; 12.do, how many more there are
    """
    return [one for one in _done_first(material, plans) if one is not None]


def late_tactics(material: Material) -> list[tuple[dict, dict]]:
    """Chosen tactics that end after the result by which they are to be seen is due, each with that gap of step 11."""
    late = {row["tactic"]: row for row in material.rows("tactic_gaps", gap=LATE)}
    return [(row, late[row["tactic"]]) for row in selected_tactics(material) if row["tactic"] in late]


def _done_first(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence | None]:
    """The chosen tactics that cost most, and how many more there are."""
    rows = [row for row in selected_tactics(material) if is_known(row["cost"])]
    rows = sorted(rows, key=lambda row: (-row["cost"], str(row["tactic"])))
    weighed, names = weighed_tactics(material), {plan.group_id: plan.name for plan in plans}
    weighed += weighed_tactics(material, "cost")
    found = []
    for row in rows[:MOST_DONE]:
        values = {"title": material.cell("tactics", row, "title", "text")}
        values["cost"] = material.cell("tactics", row, "cost", "money")
        text = "{title:text}"
        if row["group_id"] in names:
            values["group"] = Told(names[row["group_id"]].value, (place("tactics", row, "group_id"),))
            text += ", for {group:group}"
        owner = material.cell("tactics", row, "owner", "text")
        if owner:
            values["owner"] = owner
        text += ": {cost:money}" + ("; {owner:text}." if owner else "; nobody answers for it yet.")
        if is_known(row["effect_likely"]) and row["effect_likely"] < row["cost"]:
            text += " It costs more than it is judged to bring."
        cells = [*weighed, place("tactics", row, "owner"), place("tactics", row, "effect_likely")]
        name = f"do_{in_an_id(row['tactic'])}"
        found.append(sentence("do", name, text, values, evidence="judged", weighed=cells))
    rest = len(selected_tactics(material)) - len(found)
    found += [_late(material, row, gap) for row, gap in late_tactics(material)]
    if found and rest > 0:
        values = {"rest": counted_as(rest, "tactics")}
        text = "{rest:count} more stand in the chapters." if rest > 1 else "One more stands in the chapters."
        found.append(sentence("do", "do", text, values, evidence="judged", weighed=weighed))
    return found


def _late(material: Material, row: dict, gap: dict) -> Sentence | None:
    """That a tactic ends after its result is due, which can show only a part of it."""
    values = {
        "title": material.cell("tactics", row, "title", "text"),
        "ends": material.cell("tactics", row, "ends", "date"),
        "measure": material.cell("tactic_gaps", gap, "result", "text"),
        "by": material.cell("tactic_gaps", gap, "due", "date"),
    }
    whose = "{measure:text}"
    if row["group_id"] != ALL:
        values["group"] = Told(Value(value=row["group_id"], unit="group"), (place("tactics", row, "group_id"),))
        whose = "{group:group}, {measure:text}"
    text = f"{{title:text}} ends on {{ends:date}}, after its result is due: {{by:date}} ({whose})."
    name = f"late_{in_an_id(row['tactic'])}"
    return sentence("do", name, text, values, evidence="judged", weighed=weighed_tactics(material))


def asked_takes(material: Material) -> Sentence | None:
    """What the decision asked takes, beside the words of those who ask; by when it pays the answer says."""
    cost, days = taken(material)
    text = "What it takes: {cost:money} and {days:number} days of work."
    return sentence(
        "ask", "asked_takes", text, {"cost": cost, "days": days}, evidence="judged", weighed=weighed_tactics(material)
    )


def asked_review(material: Material) -> Sentence | None:
    """When we look again: the day of most results (of several such the latest), and those who answer for results."""
    rows = [row for row in material.rows("expected_results") if is_known(row["by_date"])]
    if not rows:
        return None
    days = Counter(row["by_date"] for row in rows)
    day = max(days, key=lambda one: (days[one], one))
    cells = [place("expected_results", row, "by_date") for row in rows]
    values = {"by": Told(Value(value=f"{day:%Y-%m-%d}", unit="date"), tuple(cells))}
    values |= {"due": counted_as(days[day], *cells), "all": counted_as(len(rows), *cells)}
    text = "When we look again: on {by:date}, when {due:count} of {all:count} expected results are due"
    if len(rows) == days[day]:
        values.pop("due")
        text = "When we look again: on {by:date}, when all {all:count} expected results are due"
    owners = Counter(str(row["owner"]) for row in rows if is_known(row["owner"]) and row["owner"])
    weighed = [place("expected_results", row, "owner") for row in rows]
    if not owners:
        text += ", and nobody answers for them yet."
    elif len(owners) > MOST_OWNERS:
        values["owners"] = counted_as(len(owners), *weighed)
        text += " and the {owners:count} people who answer for them report."
    else:
        most_first = sorted(owners, key=lambda one: (-owners[one], one))
        values["owners"] = words("; ".join(most_first), *weighed)
        text += " and who answers for them reports: {owners:text}."
    return sentence("ask", "asked_review", text, values, evidence="judged", weighed=weighed)
