"""One risk: what is said of it, what of the same group is said with it, and what another intent would reach for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import GroupPlan
from helpers.method.strategy_material import Material, Sentence, Told, place
from helpers.method.value_at_stake import PULLS


@dataclass(frozen=True)
class Risk:
    """One risk: its sentence, the money a year that hangs on it, the doubt (0 to 1), and what is done about it."""

    kind: str
    group_id: str
    sentence: Sentence
    money: float | None
    doubt: float | None
    answer: Sentence
    tactics: str


def chosen_together(found: Sequence[Risk], of: Sequence[Risk], plans: Sequence[GroupPlan]) -> list[Risk]:
    """Risks each of which was chosen by what the others are about, with the places of all of these."""
    lines = [line for one in of for line in (one.sentence, one.answer)]
    places = [name for line in lines for name in (*line.told, *line.weighed)]
    places += [name for plan in plans for name in plan.chosen_by]

    def more(line: Sentence) -> Sentence:
        names = dict.fromkeys((*line.weighed, *places))
        return replace(line, weighed=tuple(name for name in names if name not in line.told))

    return [replace(one, sentence=more(one.sentence), answer=more(one.answer)) for one in found]


def merged(first: Risk, second: Risk) -> Risk:
    """Two risks about the same group as one: what hangs on it, then the doubt; answered by the first if it is."""
    one, two = first.sentence, second.sentence
    more = two.finding.text.replace("{group:group}: the intent rests", "Their intent rests")
    more = more.replace(
        "{group:group}: {intent:text} is the least sure intent", "Their intent, {intent:text}, is the least sure"
    )
    more = more.replace("; it rests most on the {most:text}", "")
    left = {name: value for name, value in two.finding.values.items() if f"{{{name}:" in more}
    finding = one.finding.model_copy(
        update={"text": f"{one.finding.text} {more}", "values": {**left, **one.finding.values}}
    )
    drawn = [name for name in two.told if "most" not in two.finding.values or not name.endswith("/title")]
    told = tuple(dict.fromkeys((*one.told, *drawn)))
    weighed = tuple(dict.fromkeys(name for name in (*one.weighed, *two.weighed, *two.told) if name not in told))
    answer = first.answer
    if second.tactics and not first.tactics:
        named = second.answer.finding.model_copy(update={"id": first.answer.finding.id})
        answer = Sentence(first.answer.chapter, named, second.answer.told, second.answer.weighed)
    chosen = tuple(name for name in (*told, *weighed) if name not in answer.told)
    answer = Sentence(answer.chapter, answer.finding, answer.told, tuple(dict.fromkeys((*answer.weighed, *chosen))))
    tactics = "; ".join(dict.fromkeys(name for risk in (first, second) for name in risk.tactics.split("; ") if name))
    said = Sentence(one.chapter, finding, told, weighed, one.group_id)
    return Risk(first.kind, first.group_id, said, first.money, second.doubt, answer, tactics)


def weighed_of(values: Mapping[str, Told | None], *names: str) -> tuple[str, ...]:
    """The places of the first of some values that is there."""
    return next((told.sources for name in names if (told := values.get(name))), ())


def not_reached(material: Material, plan: GroupPlan, other: Sequence[str]) -> tuple[Told | None, list[str]]:
    """What the most telling lever of other intents is worth a year that ours do not pull; and what that rests on.

    Notes
    -----
    Levers overlap, so that of several the largest is told and none is added. None where ours pull all of theirs.
    """
    ours = {lever for name in (plan.primary, plan.secondary) if name for lever in PULLS[name]}
    theirs = {lever for name in other if name for lever in PULLS[name]} - ours
    rows = [row for row in material.rows("value_at_stake", group_id=plan.group_id) if row["lever"] in theirs]
    rows = [row for row in rows if is_known(row["alone"]) and row["alone"] > 0]
    read = [place("value_at_stake", row, "alone") for row in material.rows("value_at_stake", group_id=plan.group_id)]
    row = max(rows, key=lambda one: (one["alone"], one["lever"]), default=None)
    return material.cell("value_at_stake", row, "alone", "money", "alone_low", "alone_high"), read
