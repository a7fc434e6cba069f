"""Which projects should pay and are no part of what the board is asked? Named, with what they are worth."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import GroupPlan
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

MOST_NAMED = 3  # projects that the sentence names; of more it gives the number
PASS, OF_GROUP, OF_PROJECT = "pass", "group", "project"  # how step 08 writes them
MIDDLE = ("npv_middle", "money", "npv_low", "npv_high")


def projects_sentence(material: Material, plans: Sequence[GroupPlan]) -> Sentence | None:
    """The projects that step 09 leaves out of cost and profit: their names, outlays and worth, and the first year.

    Notes
    -----
    What they are worth is the middle of the net present value. Where all projects of a group should pay it is that of
    the group, with its range; else the middles are added, and no range is given. Without step 08 the names and the
    worth are left out.
    """
    own = [plan for plan in plans if material.finding(f"09.outlays.{plan.group_id}")]
    if not own:
        return None
    told = {key: [material.value(f"09.outlays.{plan.group_id}/{key}") for plan in own]
            for key in ("all", "loss", "projects")}  # fmt: skip
    projects = sum(1 if one is None else int(one.number) for one in told["projects"])  # one project is told in words
    groups = {f"for_{plan.group_id}": plan.name for plan in own}
    values: dict[str, Told | None] = {**groups}
    text, names, weighed = "Not asked: ", _names(material, own), _chosen_by(material)
    if names and len(names) == projects <= MOST_NAMED:
        values |= names
        text += listing([*names], "text")
    elif projects == 1:
        text += "one project"
    else:
        counted = [source for one in told["projects"] if one for source in one.sources]
        values["projects"] = counted_as(projects, *counted)
        text += "{projects:count} projects"
    values["outlays"] = summed([one for one in told["all"] if one], "money")
    text += f", for {listing([*groups])}: {{outlays:money}} of outlays"
    loss = summed([one for one in told["loss"] if one], "money")
    if loss:
        values["loss"] = loss
        text += ", {loss:money} not earned back in the first year"
    worth = _worth(material, own)
    if worth:
        values["worth"] = worth
        text += "; worth {worth:money} after their cost" if projects > 1 else "; worth {worth:money} after its cost"
        text += " ({worth:money_range})" if worth.value.low is not None else ""
    weighed += [source for one in told["projects"] if one for source in one.sources]
    return sentence("not_asked", "projects", f"{text}.", values, evidence="judged", weighed=weighed)


def _passing(material: Material, plan: GroupPlan) -> list[dict]:
    rows = material.rows("commitment_npv", group_id=plan.group_id, level=OF_PROJECT, status=PASS)
    return [row for row in rows if is_known(row["invested"]) and row["invested"] > 0]


def _chosen_by(material: Material) -> list[str]:
    return [place("commitment_npv", row, name) for row in material.rows("commitment_npv")
            for name in ("status", "invested", "projects", "npv_middle", "npv_low", "npv_high")]  # fmt: skip


def _names(material: Material, plans: Sequence[GroupPlan]) -> dict[str, Told]:
    rows = [row for plan in plans for row in _passing(material, plan)]
    return {
        f"name_{at}": words(f"“{row['project']}”", place("commitment_npv", row, "status"))
        for at, row in enumerate(rows, 1)
    }


def _worth(material: Material, plans: Sequence[GroupPlan]) -> Told | None:
    parts: list[Told | None] = []
    for plan in plans:
        passing = _passing(material, plan)
        whole = next(iter(material.rows("commitment_npv", group_id=plan.group_id, level=OF_GROUP)), None)
        if whole and is_known(whole["projects"]) and int(whole["projects"]) == len(passing):
            parts.append(material.cell("commitment_npv", whole, *MIDDLE))
        else:
            parts += [material.cell("commitment_npv", row, *MIDDLE[:2]) for row in passing] or [None]
    return None if None in parts else summed([one for one in parts if one], "money")
