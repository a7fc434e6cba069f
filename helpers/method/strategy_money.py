"""What does the strategy cost, what does it bring after cost, and by when? The money of the board's pages."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from helpers.client.result_model import Value
from helpers.method.strategy_groups import GroupPlan, selected_tactics, weighed_tactics
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    listing,
    place,
    sentence,
    summed,
)
from helpers.method.strategy_pace import pace_sentence
from helpers.method.strategy_projects import projects_sentence

MOST_DAYS = 2  # groups whose other day a sentence names
STEPS = 500  # of a judged sum: its largest figure has so many steps or fewer
ENDS = ("effect_likely", "effect_low", "effect_high")


def rounded(told: Told) -> Told:
    """A judged sum of money with its range, to as many digits as a judgement has: at most 500 steps.

    >>> one = Told(Value(value=62371.0, low=23327.0, high=104110.0, unit="money"), ("a",))
    >>> rounded(one).value.low, rounded(one).value.value, rounded(one).value.high
    (23000.0, 62000.0, 104000.0)
    """
    ends = {"value": told.number, "low": told.value.low, "high": told.value.high}
    most = max(abs(one) for one in ends.values() if one is not None)
    if most < 1:
        return told
    step = _step(most)
    near = {name: None if one is None else math.floor(one / step + 0.5) * step for name, one in ends.items()}
    return Told(told.value.model_copy(update=near), told.sources)


def by_day(plans: Sequence[GroupPlan]) -> tuple[str, dict[str, Told]]:
    """By which day the results are expected, as words with placeholders; empty where no day is known.

    Notes
    -----
    The day of most groups (of the latest, where several are those of as many), with the groups of which another day
    holds in brackets; where those are more than two, the first and the last day.
    """
    known = [plan for plan in plans if plan.change and plan.by]
    if not known:
        return "", {}
    days = Counter(str(plan.by.value.value) for plan in known)
    usual = max(days, key=lambda day: (days[day], day))
    others = [plan for plan in known if str(plan.by.value.value) != usual]
    if len(others) > MOST_DAYS:
        sources = tuple(name for plan in known for name in plan.by.sources)
        ends = {name: Told(Value(value=find(days), unit="date"), sources) for name, find in _ENDS_OF_DAYS.items()}
        return "between {first:date} and {last:date}", ends
    sources = tuple(name for plan in known if plan not in others for name in plan.by.sources)
    values = {"by": Told(Value(value=usual, unit="date"), sources)}
    told = []
    for plan in others:
        values |= {f"late_{plan.group_id}": plan.name, f"day_{plan.group_id}": plan.by}
        told.append(f"{{late_{plan.group_id}:group}}: {{day_{plan.group_id}:date}}")
    return "by {by:date}" + (f" ({'; '.join(told)})" if told else ""), values


_ENDS_OF_DAYS = {"first": min, "last": max}


def expected_change(plans: Sequence[GroupPlan]) -> Told | None:
    """How much more profit a year is expected of all groups, as if all went well or badly together."""
    return summed([plan.change for plan in plans if plan.change], "money")


def step_of_sum(changes: Sequence[Sequence[float]]) -> float:
    """To what the changes of some groups are rounded, so that what is shown of them adds up to what is shown of all.

    Parameters
    ----------
    changes : sequence of (low, likely, high), one of each group

    Notes
    -----
    A tenth of the step that their sum alone would have by `rounded`, and one at least.

    Examples
    --------
    >>> step_of_sum([(15_284.0, 41_537.0, 67_911.0), (79.0, 332.0, 657.0)]), step_of_sum([])
    (100.0, 1.0)
    """
    most = max((abs(sum(ends)) for ends in zip(*changes, strict=True)), default=0.0)
    return max(_step(most) / 10, 1.0)


def _step(most: float) -> float:
    return 10.0 ** max(math.ceil(math.log10(most / STEPS)), 0) if most > 0 else 1.0


def added_as_shown(plans: Sequence[GroupPlan]) -> Told | None:
    """The expected change of all groups as the sum of what is shown of each."""
    parts = [plan.change for plan in plans if plan.change]
    if any(part.value.low is None or part.value.high is None for part in parts):
        return expected_change(plans)
    step = step_of_sum([(part.value.low, part.number, part.value.high) for part in parts])
    near = []
    for part in parts:
        ends = {"low": part.value.low, "value": part.number, "high": part.value.high}
        even = {name: math.floor(one / step + 0.5) * step for name, one in ends.items()}
        near.append(Told(part.value.model_copy(update=even), part.sources))
    return summed(near, "money")


def money_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence | None]:
    """What goes in and what comes back, each with its range; then what of it does not fit together or stands beside it.

    Returns
    -------
    list of Sentence or None
        12.money_in, 12.effect, 12.net, 12.no_cost, 12.money_back, the rows of the board's table of money;
        12.most_of_it, 12.pace, 12.disagree, 12.projects, what has to be known beside them
    """
    found = [_money_in(material), *_effect(material)]
    if taken(material)[0] is None:
        found.append(_no_cost(material))
    back, (when, told) = expected_change(plans), by_day(plans)
    if back and when and back.value.low is not None:
        text = (
            f"Counted group by group, we expect {{back:money_range}} more profit a year than today {when}, most "
            "likely {back:money}."
        )
        values = {"back": added_as_shown(plans)} | told
        found.append(sentence("money", "money_back", text, values, evidence="judged", table="board_groups"))
    return [
        *found,
        _share_of_profit(plans),
        pace_sentence(material, plans),
        _disagree(material, plans),
        projects_sentence(material, plans),
    ]


def _money_in(material: Material) -> Sentence | None:
    """What the chosen tactics take, and from when to when, as far as that is known of each."""
    tactics, weighed = selected_tactics(material), weighed_tactics(material)
    cost, days = taken(material)
    values = {"tactics": counted_as(len(tactics)), "cost": cost, "days": days}
    text = "{cost:money} and {days:number} days of work is what the {tactics:count} chosen tactics take"
    if len(tactics) == 1:
        text = "{cost:money} and {days:number} days of work is what the one chosen tactic takes"
        values.pop("tactics")
    ends = {name: [material.cell("tactics", row, name, "date") for row in tactics] for name in ("starts", "ends")}
    if tactics and None not in [*ends["starts"], *ends["ends"]]:
        values["first"] = min(ends["starts"], key=lambda one: one.value.value)
        values["last"] = max(ends["ends"], key=lambda one: one.value.value)
        text += ", from {first:date} to {last:date}"
    weighed += [place("tactics", row, name) for row in tactics for name in ("starts", "ends")]
    return sentence(
        "money", "money_in", f"{text}.", values, evidence="judged", n=len(tactics), n_of="row", weighed=weighed
    )


def taken(material: Material) -> tuple[Told | None, Told | None]:
    """Money and days of work of the chosen tactics, as far as they are known."""
    tactics = selected_tactics(material)
    parts = {name: [material.cell("tactics", row, name, unit) for row in tactics]
             for name, unit in (("cost", "money"), ("people_days", "number"))}  # fmt: skip
    cost, days = ([one for one in parts[name] if one] for name in ("cost", "people_days"))
    return summed(cost, "money"), summed(days, "number")


def _effect(material: Material) -> list[Sentence | None]:
    """What the chosen tactics are judged to bring, and what is left of it after their cost."""
    tactics, weighed = selected_tactics(material), weighed_tactics(material)
    worth = [material.cell("tactics", row, ENDS[0], "money", *ENDS[1:]) for row in tactics]
    effect = summed([one for one in worth if one], "money")
    if effect is None or effect.value.low is None:
        return []
    values, over = {"effect": rounded(effect)}, "the years that we look ahead"
    months = material.value("04.answer/months")
    if months:
        values["months"], over = months, "{months:count} months"
    text = (
        f"Counted tactic by tactic, they are judged to bring {{effect:money_range}} of margin over {over}, in today's "
        "money, most likely {effect:money}, if each does what it is meant to."
    )
    found = [sentence("money", "effect", text, values, evidence="judged", n=len(tactics), n_of="row", weighed=weighed)]
    cost = [material.cell("tactics", row, "cost", "money") for row in tactics]
    if None in cost or None in worth:
        return found  # what is left can be told of all or of none
    less = [Told(Value(value=-one.number, low=-one.number, high=-one.number, unit="money"), one.sources)
            for one in cost]  # fmt: skip
    net = summed([*worth, *less], "money")
    text = "After their cost that is {net:money_range}, most likely {net:money}"
    text += ": it may lose money." if net.value.low < 0 else "."
    return [
        *found,
        sentence("money", "net", text, {"net": rounded(net)}, evidence="judged", n=len(tactics), n_of="row",
                 weighed=weighed),
    ]  # fmt: skip


def cost_and_effect(material: Material) -> tuple[str, dict[str, Told]] | None:
    """What the chosen tactics cost beside what they are judged to bring, as words; None where not all of it is known.

    Notes
    -----
    Both are of the same tactics over the same years, so that the one can be held against the other. That it may lose
    money is said where the lower end of what is left after the cost is below zero.
    """
    found = {one.finding.id: one for one in _effect(material) if one}
    cost, months = taken(material)[0], material.value("04.answer/months")
    if cost is None or months is None or not {"12.effect", "12.net"} <= found.keys():
        return None
    effect, net = (Told(found[name].finding.values[key], found[name].told)
                   for name, key in (("12.effect", "effect"), ("12.net", "net")))  # fmt: skip
    values = {
        "cost": cost,
        "effect": Told(effect.value, tuple(one for one in effect.sources if one != months.sources[0])),
    }
    values["months"] = months
    text = "It takes {cost:money} and is judged to bring {effect:money_range} in {months:count} months"
    return text + (": it may lose money" if net.value.low < 0 else ""), values


def _disagree(material: Material, plans: Sequence[GroupPlan]) -> Sentence | None:
    """The groups whose tactics cost more than all that is expected of the group: two judgements that do not fit."""
    months = material.value("04.answer/months")
    known = [plan for plan in plans if plan.cost and plan.change and plan.change.value.high is not None]
    if months is None:
        return None
    odd = [plan for plan in known if plan.change.value.high * months.number / 12 < plan.cost.number]
    if not odd:
        return None
    most = sum(plan.change.value.high for plan in odd) * months.number / 12
    own = {plan.group_id for plan in odd}
    worth = [material.cell("tactics", row, "effect_likely", "money") for row in selected_tactics(material)
             if row["group_id"] in own]  # fmt: skip
    sources = [name for plan in odd for name in plan.change.sources if name.rpartition("/")[2] in ("high", "baseline")]
    names = {f"odd_{plan.group_id}": plan.name for plan in odd}
    values = names | {
        "cost": summed([plan.cost for plan in odd], "money"),
        "most": rounded(Told(Value(value=most, unit="money"), (*sources, *months.sources))),
        "months": months,
    }
    text = f"Two judgements disagree: the tactics for {listing(list(names))} cost {{cost:money}}; "
    text += "in {months:count} months they bring "
    if worth and None not in worth:
        values["worth"] = summed([one for one in worth if one], "money")
        text += "{worth:money} if judged one by one, and "
    text += "{most:money} at most if judged by group: a loss."
    weighed = [*weighed_tactics(material), *weighed_tactics(material, "group_id")]
    weighed += [name for plan in known for name in (*plan.cost.sources, *plan.change.sources)]
    return sentence("money", "disagree", text, values, evidence="judged", weighed=weighed)


def _no_cost(material: Material) -> Sentence | None:
    """That nobody has said what it costs, and where that is said."""
    text = "What it will cost nobody has said yet: no tactic is chosen. Step {step:text} asks for them."
    step = Told(Value(value="11 Align the tactics", unit="text"), ("11_align_tactics",))
    return sentence("money", "no_cost", text, {"step": step}, evidence="measured", weighed=weighed_tactics(material))


def _share_of_profit(plans: Sequence[GroupPlan]) -> Sentence | None:
    """Which part of the expected change comes from the group that brings most of it."""
    moving = [plan for plan in plans if plan.change]
    gain = [plan for plan in moving if plan.change.number > 0]
    back = expected_change(plans)
    if len(gain) < 2 or back is None or back.number <= 0:
        return None
    most = max(gain, key=lambda plan: plan.change.number)
    part = most.change.number / sum(plan.change.number for plan in gain)
    told, others = (
        tuple(name for plan in plans_ for name in plan.change.sources if name.rpartition("/")[2] in _MIDDLE)
        for plans_ in (gain, moving)
    )
    values: Mapping[str, Told] = {"group": most.name, "part": Told(Value(value=part, unit="share"), told)}
    text = "{part:pct} of what we gain comes from {group:group}."
    return sentence("money", "most_of_it", text, values, evidence="judged", weighed=others)


_MIDDLE = ("likely", "baseline")
