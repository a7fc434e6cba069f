"""What changed since the version before: intents, groups, the first numbers, and what came of what was promised.

What that version said is named with its name before the place, such as `v1:04.answer/equity`; where a measure stands
today by `09.measured/<group>|<measure>`, since it is taken as step 09 takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from helpers.client.result_model import DecisionUsed, Result, Value
from helpers.method.difference import beyond_both
from helpers.method.finding_values import inside_sentence
from helpers.method.group_members import BESIDE
from helpers.method.intent_words import INTENTS
from helpers.method.results_scored import results_scored
from helpers.method.strategy_groups import GroupPlan
from helpers.method.strategy_material import Material, Sentence, Told, counted_as, group, in_an_id, sentence, words
from helpers.method.strategy_promised import profit_since, promise_sentences, rests
from helpers.method.strategy_scores import scores_told

CHAPTER = "since"
A_POINT = 0.01  # of all customers: a group that grew or shrank by less is as large as it was
# the first numbers: finding and value, what it is called, how it is said, and what must be equal to hold two together
NUMBERS = MappingProxyType(
    {
        "equity": ("04.answer/equity", "Customer equity", "money", ("months",)),
        "share": ("05.answer/share", "Our share of what they spend", "pct", ()),
        "customers": ("04.answer/customers", "The number of active customers", "count", ()),
    }
)


class Frozen(Protocol):
    """A frozen version, as far as this chapter looks into it."""

    name: str
    as_of: str
    window_months: int
    decisions: Mapping[str, DecisionUsed]

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table as it was published then."""

    def result(self, step_id: str) -> Result | None:
        """What a step said then."""


@dataclass(frozen=True)
class Before:
    """What the version before said, as far as the board is told of it, and where its measures stand today.

    `groups` has one row per group formed then (group_id, group_name, customers, part of all active customers);
    `intents` the first and second intent by group; `expected` its expected_results; `measured` is
    `results_scored.measured_now` of this run, and `today` its as_of.
    """

    name: str
    as_of: str
    today: str
    said: Mapping[str, Result]
    intents: Mapping[str, tuple[str, ...]]
    groups: pd.DataFrame
    expected: pd.DataFrame | None
    measured: pd.DataFrame

    def place(self, name: str) -> str:
        """The name of a place of that version."""
        return f"{self.name}:{name}"

    def material(self) -> Material:
        """Its findings, to be taken by name."""
        return Material(self.said, {})

    @cached_property
    def scored(self) -> pd.DataFrame:
        """What came of each result that it expected, scored as in step 13, which has older ones too."""
        return results_scored(self.expected, self.measured, as_of=self.today)


def version_before(version: Frozen | None, measured: pd.DataFrame, *, as_of: str) -> Before | None:
    """What the version before says of all this; None in a first version.

    >>> version_before(None, pd.DataFrame(), as_of="2026-09-01") is None
    True
    """
    if version is None:
        return None
    said = {step: version.result(step) for step in ("04_value_to_us", "05_customer_share")}
    customers = version.table("03_form_groups", "customer_groups")
    chosen = {
        name.split(".")[1]: tuple(used.value)
        for name, used in version.decisions.items()
        if name.startswith("09.") and name.endswith(".intent") and isinstance(used.value, (list, tuple)) and used.value
    }
    return Before(
        name=version.name,
        as_of=version.as_of,
        today=as_of,
        said={step: one for step, one in said.items() if one is not None},
        intents=chosen,
        groups=groups_then(customers),
        expected=version.table("09_choose_intent", "expected_results"),
        measured=measured,
    )


def groups_then(customer_groups: pd.DataFrame | None) -> pd.DataFrame:
    """Each group that was formed: its name, its customers and which part of all active ones they were.

    >>> rows = pd.DataFrame({"group_id": ["g1", "g1", "g2", "lapsing"], "group_name": ["A", "A", "B", "Lapsing"]})
    >>> groups_then(rows)[["group_id", "customers", "part"]].values.tolist()
    [['g1', 2, 0.5], ['g2', 1, 0.25]]
    """
    if customer_groups is None or customer_groups.empty:
        return pd.DataFrame(columns=["group_id", "group_name", "customers", "part"])
    counts = customer_groups.groupby(["group_id", "group_name"]).size().rename("customers").reset_index()
    counts["part"] = counts["customers"] / len(customer_groups)
    return counts[~counts["group_id"].isin(list(BESIDE))].reset_index(drop=True)


def change_sentences(material: Material, plans: Sequence[GroupPlan], before: Before | None) -> list[Sentence]:
    """The chapter on what changed since the version before, and at most one line of it for the board.

    Returns
    -------
    list of Sentence
        12.changed, for the board, where an intent is another one, a number moved by more than the ranges allow, or
        something promised was due; 12.in_since_since; 12.in_since_profit and _profit_less; 12.in_since_intents and
        _intent.<group>; 12.in_since_grew and _portion.<group>; 12.in_since_equity, _share, _customers; and what
        `promise_sentences` gives.
        Nothing in a first version.
    """
    if before is None:
        return []
    numbers = [one for name in NUMBERS if (one := _number(name, material, before))]
    promises = promise_sentences(material, plans, before)
    found = [
        _line(plans, before, numbers),
        _since(before),
        *profit_since(plans, before),
        *_intents(plans, before),
        *_portions(material, plans, before),
        *numbers,
        *promises,
    ]
    return [one for one in found if one]


def _since(before: Before) -> Sentence | None:
    text = "What is new is held against version {version:text}, whose figures are as of {day:date}."
    values = _named(before) | {"day": _day(before)}
    return sentence(CHAPTER, "in_since_since", text, values, evidence="measured")


def _named(before: Before) -> dict[str, Told]:
    return {"version": words(before.name, before.place("name"))}


def _day(before: Before) -> Told:
    return Told(Value(value=before.as_of[:10], unit="date"), (before.place("as_of"),))


# ---- intents and groups ----------------------------------------------------------------------------------------------


def _pair(intents: Sequence[str]) -> str:
    said = INTENTS.get(intents[0], intents[0])
    return f"{said}, then {INTENTS.get(intents[1], intents[1]).lower()}" if len(intents) > 1 else said


def _now(plan: GroupPlan) -> tuple[str, ...]:
    return (plan.primary, plan.secondary) if plan.secondary else (plan.primary,)


def _then(before: Before, group_id: str) -> Told:
    return words(_pair(before.intents[group_id]), before.place(f"09.{group_id}.intent"))


def _changed(plans: Sequence[GroupPlan], before: Before) -> tuple[list[GroupPlan], list[GroupPlan], list[str]]:
    """Groups with an intent then and now; those of them with another one; the places that say so."""
    both = [plan for plan in plans if plan.group_id in before.intents]
    other = [plan for plan in both if before.intents[plan.group_id] != _now(plan)]
    places = [place for plan in both for place in (*plan.chosen_by, before.place(f"09.{plan.group_id}.intent"))]
    return both, other, places


def _intents(plans: Sequence[GroupPlan], before: Before) -> list[Sentence | None]:
    """How many groups keep their intent, and each that has another one, is new, or is there no more."""
    both, other, places = _changed(plans, before)
    found = []
    if both:
        values = {"all": counted_as(len(both), before.place("09.decisions"))}
        if other:
            kept = len(both) - len(other)
            values["kept"] = counted_as(kept)
            text = f"Of {{all:count}} groups that had an intent then, {{kept:count}} keep{'s' if kept == 1 else ''} it."
        else:
            text = "All {all:count} groups that had an intent then keep it."
        found.append(sentence(CHAPTER, "in_since_intents", text, values, evidence="judged", weighed=places))
    for plan in plans:
        own = plan.group_id
        if plan in other:
            values = {"group": group(own), "then": _then(before, own), "now": plan.intent}
            text = "{group:group}: {now:text}. The intent was: {then:text}."
        elif own not in before.intents and before.intents:
            values = {"group": group(own), "now": plan.intent}
            text = "{group:group}: {now:text}. It had no intent then."
        else:
            continue
        found.append(sentence(CHAPTER, "in_since_intent", text, values, evidence="judged", group=own,
                              n=plan.customers, weighed=plan.chosen_by))  # fmt: skip
    here = {plan.group_id for plan in plans}
    for row in before.groups.to_dict("records"):
        own = row["group_id"]
        if plans and own not in here and own in before.intents:
            name = before.place(f"customer_groups/{own}/group_name")
            values = {"name": words(row["group_name"], name), "then": _then(before, own)}
            text = "{name:text} is no group with an intent any more; it was: {then:text}."
            found.append(sentence(CHAPTER, f"in_since_gone_{in_an_id(own)}", text, values, evidence="measured",
                                  n=int(row["customers"])))  # fmt: skip
    return found


def _portions(material: Material, plans: Sequence[GroupPlan], before: Before) -> list[Sentence | None]:
    """Each group that grew or shrank by a point or more of all active customers, and how many did not."""
    then = {row["group_id"]: row for row in before.groups.to_dict("records")}
    found, places, still = [], [], 0
    for plan in plans:
        rows, was = material.rows("group_portions", group_id=plan.group_id), then.get(plan.group_id)
        now = material.cell("group_portions", rows[0] if rows else None, "part_of_customers", "share")
        if now is None or was is None:
            continue
        source = before.place(f"customer_groups/{plan.group_id}/part")
        old = Told(Value(value=float(was["part"]), unit="share"), (source,))
        places += [source, *now.sources]
        if abs(now.number - old.number) < A_POINT:
            still += 1
            continue
        way = "grew" if now.number > old.number else "shrank"
        text = f"{{group:group}} {way}, from {{then:pct}} to {{now:pct}} of all active customers."
        values = {"group": plan.name, "then": old, "now": now}
        people = min(plan.customers, int(was["customers"]))
        found.append(sentence(CHAPTER, "in_since_portion", text, values, evidence="measured", group=plan.group_id,
                              n=people))  # fmt: skip
    if still:
        text = "{still:count} of {all:count} groups are as large a part of all customers as then, to within a point."
        values = {"still": counted_as(still), "all": counted_as(still + len(found), before.place("customer_groups"))}
        found.append(sentence(CHAPTER, "in_since_portions", text, values, evidence="measured", weighed=places))
    return found


# ---- the first numbers -----------------------------------------------------------------------------------------------


def _number(name: str, material: Material, before: Before) -> Sentence | None:
    """One of the first numbers then and now, and whether its ranges allow that nothing has changed."""
    source, title, how, alike = NUMBERS[name]
    now, then = material.value(source), before.material().value(source)
    if now is None or then is None:
        return None
    finding, _, _ = source.partition("/")
    said = [one.finding(finding) for one in (before.material(), material)]
    same = said[0].text == said[1].text
    basis = [f"{finding}/{key}" for key in alike]
    same = same and all(said[0].values.get(key) == said[1].values.get(key) for key in alike)
    weighed = [*basis, *map(before.place, basis)]
    then = Told(then.value, tuple(map(before.place, then.sources)))
    values = {"then": then, "now": now}
    if not same:
        text = f"{title} was {{then:{how}}} and is {{now:{how}}}, and the two do not count the same: hold neither "
        text += "against the other."
    elif _ranged(then.value) and _ranged(now.value):
        text = f"{title} was {{then:{how}}} ({{then:{how}_range}}) and is {{now:{how}}} ({{now:{how}_range}}): "
        text += "more than both ranges allow." if _moved(then, now) else "the ranges allow that nothing has changed."
    else:
        text = f"{title} was {{then:{how}}} and is {{now:{how}}}."
    return sentence(CHAPTER, f"in_since_{name}", text, values, evidence="modelled", weighed=weighed)


def _ranged(value: Value) -> bool:
    return value.low is not None and value.high is not None


def _moved(then: Told, now: Told) -> bool:
    one, other = ((float(told.value.value), float(told.value.low), float(told.value.high)) for told in (then, now))
    return beyond_both(one, other)


# ---- the line of the board -------------------------------------------------------------------------------------------


def _line(plans: Sequence[GroupPlan], before: Before, numbers: Sequence[Sentence]) -> Sentence | None:
    """What of all this the board must know: another intent, a number that moved, and whether promises were kept."""
    both, other, places = _changed(plans, before)
    values, parts, weighed = _named(before) | {"day": _day(before)}, [], [*places]
    if other:
        values |= {"other": counted_as(len(other)), "both": counted_as(len(both))}
        parts.append("the intent of {other:count} of {both:count} groups is another one")
    for one in numbers:
        then, now = (one.finding.values[name] for name in ("then", "now"))
        weighed += [*one.told, *one.weighed]
        if "more than both ranges allow" in one.finding.text:
            name = one.finding.id.rpartition("_")[2]
            _, title, how, _ = NUMBERS[name]
            values |= {f"{name}_then": Told(then, one.told), f"{name}_now": Told(now, one.told)}
            way = "rose" if now.value > then.value else "fell"
            parts.append(f"{inside_sentence(title)} {way} from {{{name}_then:{how}}} to {{{name}_now:{how}}}")
    due = before.scored[before.scored["due"].astype(bool)]
    weighed += rests(before)
    if len(due):
        told, scores = scores_told(due)
        values |= scores
        parts.append(told)
    if not parts:
        return None
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    text = f"Since the last strategy ({{version:text}}, as of {{day:date}}): {said}."
    return sentence("changed", "changed", text, values, evidence="measured", weighed=weighed)
