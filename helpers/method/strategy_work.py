"""What is done first, by whom, is it ready in time, and can we tell whether it worked?"""

from __future__ import annotations

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
    summed,
)

LATE = "ends_after_result"  # the gap of step 11
MOST_DONE = 4  # tactics on the board's pages


def work_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """The tactics that cost most, and those that end after the day on which what they bring is to be seen.

    Returns
    -------
    list of Sentence
        12.do_<tactic>, at most four, each with that it ends too late; 12.late_<tactic>, the same of those that are not
        among them; 12.do, how many more there are; 12.tried, of how many a trial can tell whether they worked
    """
    return [one for one in (*_done_first(material, plans), trials_told(material)) if one is not None]


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
    found, late = [], {row["tactic"]: (row, gap) for row, gap in late_tactics(material)}
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
        cells = [*weighed, *(place("tactics", row, column) for column in ("owner", "effect_likely"))]
        if row["tactic"] in late:
            gap = late.pop(row["tactic"])[1]
            values["ends"] = material.cell("tactics", row, "ends", "date")
            values["by"] = material.cell("tactic_gaps", gap, "due", "date")
            text += " It ends on {ends:date}, after its result is due: {by:date}."
        name = f"do_{in_an_id(row['tactic'])}"
        found.append(sentence("do", name, text, values, evidence="judged", weighed=cells))
    named, found = found, [*found, *(_late(material, row, gap) for row, gap in late.values())]
    rest = [row for row in selected_tactics(material) if row not in rows[:MOST_DONE]]
    if named and rest:
        values = {"rest": counted_as(len(rest), "tactics")}
        cost = [material.cell("tactics", row, "cost", "money") for row in rest]
        more = ""
        if None not in cost:
            values["cost"], more = summed([one for one in cost if one], "money"), " ({cost:money})"
        text = f"{{rest:count}} more{more} stand in the chapter."
        if len(rest) == 1:
            text = f"One more{more} stands in the chapter."
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


def trials_told(material: Material) -> Sentence | None:
    """How many of the chosen tactics a trial can answer for, and what that means for the others."""
    chosen = {row["tactic"] for row in selected_tactics(material)}
    rows = [row for row in material.rows("trial_plans") if row["tactic"] in chosen]
    if not rows:
        return None
    cells = [place("trial_plans", row, "possible") for row in rows]
    values = {"all": counted_as(len(rows))}
    tried = sum(row["possible"] is True for row in rows)
    values["tried"] = counted_as(tried, *cells)
    text = "{tried:count} of the {all:count} chosen tactics can be tried to a clear answer"
    if tried < len(rows):
        text += "; of the others we shall not be able to tell success from luck"
    return sentence("do", "tried", f"{text}.", values, evidence="modelled", weighed=weighed_tactics(material))
