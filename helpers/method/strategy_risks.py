"""What could go wrong? Three risks by rule, each with what hangs on it and what is planned against it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.finding_values import inside_sentence, is_known
from helpers.method.intent_words import INTENTS
from helpers.method.strategy_answers import EXPOSED, answer
from helpers.method.strategy_groups import GroupPlan, both_intents, proposed_intents
from helpers.method.strategy_material import Material, Sentence, Told, place, sentence, summed, words
from helpers.method.strategy_risk import Risk, chosen_together, merged, not_reached, weighed_of

FLIP, DOUBT = "flip", "doubt"
NO_DOUBT = 0.005  # of the cases: less than this is told as none
LARGE = 1 / 3  # a group that brings this part of the profit is one to depend on
RATES = ("margin_slope",)  # changes of a part a year, told in points
_END = MappingProxyType({"falls": "Below", "rises": "Above"})
PARITY = 0.5  # of the customers of a group who gain: from here on the relation pays for them
# the uncertain numbers of step 09, for readers who have not seen that step
WHAT = MappingProxyType(
    {
        "to_us": "part of its customers who pay for us",
        "to_them": "part of its customers who gain from us",
        "lifetime": "lifetime value of the group",
        "margin_slope": "change of its margin a year",
        "customer_share": "share that we have of what it spends",
        "headroom": "part of a year's revenue that we can still win from it",
        "profitable": "chance that it earns its part of all costs",
        "direction": "chance that it goes the way that we go",
        "commitment": "chance that what we would invest in it pays",
        "market": "chance that the market it buys for grows",
        "right_to_win": "chance that we are better than others at what they value",
    }
)
COLUMNS = {
    "place": "int64", "kind": "str", "group_id": "str", "money": "float64", "doubt": "float64", "tactics": "str",
    "answered": bool,
}  # fmt: skip


def risks(material: Material, plans: Sequence[GroupPlan]) -> list[Risk]:
    """At most three, most money first: a number that would turn an intent, the least sure intent, what we depend on.

    Notes
    -----
    The first is the number that explains most of the doubt about an intent, the doubt itself counted; the second the
    intent that is proposed in the fewest draws, of another group; the third the group without which most profit would
    go: one that brings a third of it or more, or gets too little from us. What is to be said of the same group is said
    in one risk, and the next number or intent of another group moves up. Money is what we expect more of a group a
    year, or what the other intent would reach for where that is more; for the third its profit. What has no money
    stands last.
    """
    by_id = {plan.group_id: plan for plan in plans}
    flip, exposed = _flip(material, by_id), _exposed(material, by_id)
    doubt = _doubt(material, by_id, {flip.group_id} if flip else set())
    found = [one for one in (flip, doubt) if one and not (exposed and one.group_id == exposed.group_id)]
    if exposed:
        told = [one for one in (flip, doubt) if one and one not in found]
        found.append(merged(exposed, told[0]) if told else exposed)
        known = {one.group_id for one in (*found, *told)}
        more = _flip(material, by_id, known) or _doubt(material, by_id, known) if told else None
        found += [more] if more else []
        if told:
            found = chosen_together(found, [*found, *told, exposed], plans)
    return sorted(found, key=lambda one: -abs(one.money) if one.money is not None else 1.0)


def risk_table(found: Sequence[Risk]) -> pd.DataFrame:
    """The published strategy_risks: one row per risk, in order."""
    rows = [
        {"place": at, "kind": one.kind, "group_id": one.group_id, "money": one.money, "doubt": one.doubt,
         "tactics": one.tactics, "answered": bool(one.tactics)}
        for at, one in enumerate(found, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def flips(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """What would change our mind: of each group the number that explains most of its doubt, if it can turn it."""
    return [one for one, _ in _flips(material, plans)]


def _flips(material: Material, plans: Sequence[GroupPlan]) -> list[tuple[Sentence, str]]:
    """The same, most doubt first, each with the number that it tells of."""
    found = []
    for plan in plans:
        row = doubted_most(material, plan.group_id)
        said = _flip_sentence(material, plan, row) if row and is_known(row["flip_at"]) else None
        if said:
            found.append((weight(row, material), said, row["quantity"]))
    found.sort(key=lambda one: -one[0])
    return [(said, quantity) for _, said, quantity in found]


def doubt_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """Of each group the number that most of the doubt about its intent rests on, most doubt first.

    Notes
    -----
    These are the assumptions that move the strategy most: what step 09 drew, of each group the first by its rank. A
    group whose intent no number can turn is left out.
    """
    found = []
    for plan in plans:
        row = doubted_most(material, plan.group_id)
        doubt = _doubt_of(material, plan)
        if row is None or not is_known(row["explains"]) or doubt is None or doubt.number < NO_DOUBT:
            continue
        unit = "money" if row["quantity"] == "lifetime" else "share"
        how = "money" if unit == "money" else "points" if row["quantity"] in RATES else "pct"
        values = {
            "group": plan.name,
            "what": _what(material, row),
            "now": material.cell("assumption_sensitivity", row, "value", unit),
            "part": material.cell("assumption_sensitivity", row, "explains", "share"),
            "doubt": doubt,
        }
        text = (
            f"{{group:group}}: we take the {{what:text}} to be {{now:{how}}}. {{part:pct}} of the doubt about the "
            "intent rests on it; in {doubt:pct} of the cases that our ranges allow the rules would say something else."
        )
        said = sentence(
            "assumptions", "in_assumptions_doubt", text, values, evidence="modelled", n=plan.customers,
            weighed=_weighed(material), group=plan.group_id,
        )  # fmt: skip
        found.append((weight(row, material), said))
    found.sort(key=lambda pair: -pair[0])
    return [one for _, one in found if one]


def doubted_most(material: Material, group_id: str) -> dict | None:
    """The row of the number that most of the doubt about a group's intent rests on."""
    return next(iter(material.rows("assumption_sensitivity", group_id=group_id, rank=1)), None)


def weight(row: dict, material: Material) -> float:
    """How much doubt rests on a number: its part of the doubt, times the doubt."""
    firm = material.rows("group_intents", group_id=row["group_id"])[0]["intent_stability"]
    if not is_known(firm) or not is_known(row["explains"]):
        return 0.0
    return float(row["explains"]) * float(firm) * (1 - float(firm))


def _weighed(material: Material) -> list[str]:
    """The cells by which the largest is chosen."""
    cells = [place("group_intents", row, "intent_stability") for row in material.rows("group_intents")]
    for row in material.rows("assumption_sensitivity"):
        cells += [place("assumption_sensitivity", row, name) for name in ("rank", "explains", "flip_at")]
    return cells


def _flip_sentence(material: Material, plan: GroupPlan, row: dict) -> Sentence | None:
    unit = "money" if row["quantity"] == "lifetime" else "share"
    how = "money" if unit == "money" else "points" if row["quantity"] in RATES else "pct"
    to = both_intents(row["flip_primary"], row["flip_secondary"]).lower()
    same = row["flip_primary"] == plan.primary and row["flip_secondary"] == plan.secondary
    cells = (place("assumption_sensitivity", row, name) for name in ("flip_primary", "flip_secondary"))
    values = {
        "group": plan.name,
        "what": _what(material, row),
        "now": material.cell("assumption_sensitivity", row, "value", unit),
        "at": material.cell("assumption_sensitivity", row, "flip_at", unit),
        "to": words(to, *cells),
    }
    verb = "falls" if row["flip_way"] == "falls" else "rises"
    text = (
        f"{{group:group}}: if we learn that the {{what:text}}, now {{now:{how}}}, is {_END[verb].lower()} {{at:{how}}}"
        ", our rules would say: {to:text}."
    )
    weighed = [*_weighed(material), place("assumption_sensitivity", row, "flip_way"), *plan.chosen_by]
    if same:
        return None
    return sentence(
        "change", "change", text, values, evidence="modelled", n=plan.customers, weighed=weighed, group=plan.group_id
    )


def _what(material: Material, row: dict) -> Told:
    """An uncertain number in words; of those that step 09 knows they follow from the row's key."""
    if row["quantity"] in WHAT:
        return words(WHAT[row["quantity"]])
    return words(inside_sentence(str(row["title"])), place("assumption_sensitivity", row, "title"))


def _flip(material: Material, plans: dict[str, GroupPlan], but: Collection[str] = ()) -> Risk | None:
    """The number that most of the doubt rests on, of all groups but some."""
    found = [one for one in _flips(material, list(plans.values())) if one[0].group_id not in but]
    if not found:
        return None
    first, quantity = found[0]
    plan = plans[first.group_id]
    values = {name: Told(value, _of(first, name)) for name, value in first.finding.values.items()}
    how = "points" if ":points}" in first.finding.text else "pct"
    how = "money" if first.finding.values["now"].unit == "money" else how
    verb = "falls" if f" {_END['falls'].lower()} " in first.finding.text else "rises"
    text = (
        f"{{group:group}}: the intent rests most on the {{what:text}}, now {{now:{how}}}. {_END[verb]} {{at:{how}}} "
        "our rules would say: {to:text}."
    )
    row = doubted_most(material, plan.group_id)
    other = (row["flip_primary"], row["flip_secondary"])
    return _risk(
        material,
        FLIP,
        plan,
        text,
        values,
        [*first.told, *first.weighed],
        plan.change,
        _doubt_of(material, plan),
        quantity,
        other,
    )


def _of(told: Sentence, name: str) -> tuple[str, ...]:
    """The places of one value of a flip."""
    columns = {"what": ("title",), "now": ("value",), "at": ("flip_at",), "to": ("flip_primary", "flip_secondary")}
    return tuple(one for one in told.told if one.rpartition("/")[2] in columns.get(name, ()))


def _doubt_of(material: Material, plan: GroupPlan) -> Told | None:
    """The part of the draws in which the rules say something else than today."""
    row = material.rows("group_intents", group_id=plan.group_id)[0]
    told = material.cell("group_intents", row, "intent_stability", "share")
    return Told(Value(value=1 - told.number, unit="share"), told.sources) if told else None


def _doubt(material: Material, plans: dict[str, GroupPlan], but: Collection[str]) -> Risk | None:
    """The intent that is least sure, of a group that no other risk tells of."""
    rows = [row for row in material.rows("group_intents") if is_known(row["intent_stability"]) and not row["firm"]]
    rows = [row for row in rows if row["group_id"] not in but and 1 - row["intent_stability"] >= NO_DOUBT]
    if not rows:
        return None
    row = min(rows, key=lambda one: one["intent_stability"])
    plan = plans[row["group_id"]]
    doubt = _doubt_of(material, plan)
    intent = words(both_intents(plan.primary, plan.secondary).lower(), *plan.chosen_by)
    values = {"group": plan.name, "intent": intent, "doubt": doubt}
    # the draws are held against the proposal of the rules, which is not what people chose in each case
    text = (
        "{group:group}: {intent:text} is the least sure intent. In {doubt:pct} of the cases that our ranges allow, our "
    )
    text += "rules would say something else"
    if row["differs"]:
        values["proposed"] = proposed_intents(row)
        text += " than {proposed:text}, which they propose today"
    if row["otherwise"]:
        other = both_intents(row["otherwise"], row["otherwise_secondary"]).lower()
        cells = (place("group_intents", row, name) for name in ("otherwise", "otherwise_secondary"))
        values["other"] = words(other, *cells)
        text += ", most often {other:text}"
    most = doubted_most(material, plan.group_id)
    if most:
        values["most"] = _what(material, most)
        text += "; it rests most on the {most:text}"
    weighed = [*_weighed(material), *(place("group_intents", one, "firm") for one in material.rows("group_intents"))]
    weighed.append(place("group_intents", row, "differs"))
    quantity = most["quantity"] if most else ""
    other = (row["otherwise"], row["otherwise_secondary"])
    return _risk(material, DOUBT, plan, f"{text}.", values, weighed, plan.change, doubt, quantity, other)


def _exposed(material: Material, plans: dict[str, GroupPlan]) -> Risk | None:
    """The group that most of our profit hangs on: a third of it or more, or one that gets too little from us."""
    earning = [plan for plan in plans.values() if plan.profit and plan.profit.number > 0]
    total = summed([plan.profit for plan in earning], "money")
    if total is None:
        return _exposed_revenue(material, plans)
    position = {row["group_id"]: row for row in material.rows("value_exchange")}
    under = [plan for plan in earning if position.get(plan.group_id, {}).get("position") == "they_under_get"]
    large = [plan for plan in earning if plan.profit.number >= LARGE * total.number and len(earning) > 1]
    chosen = max([*under, *large], key=lambda plan: plan.profit.number, default=None)
    if chosen is None:
        return None
    part = Told(Value(value=chosen.profit.number / total.number, unit="share"), total.sources)
    row = position.get(chosen.group_id)
    values = {"group": chosen.name, "part": part, "profit": chosen.profit}
    text = "{group:group} bring {profit:money} a year, {part:pct} of the profit of the groups that earn us any"
    weighed = [place("value_exchange", one, "position") for one in position.values()]
    weighed += [name for plan in plans.values() if plan.profit for name in plan.profit.sources]
    if row and is_known(row["to_them_low"]):
        weighed += [place("value_exchange", row, name) for name in ("to_them_low", "to_them_high")]
        if row["to_them_high"] < PARITY:
            text += ", and they get too little from us"
        elif row["to_them_low"] < PARITY:
            text += ", and it is open whether they gain from us"
    return _risk(material, EXPOSED, chosen, f"{text}.", values, weighed, chosen.profit, None)


def _exposed_revenue(material: Material, plans: dict[str, GroupPlan]) -> Risk | None:
    """The same by revenue, where no profit is known."""
    rows = [row for row in material.rows("group_portions") if row["group_id"] in plans]
    rows = [row for row in rows if is_known(row["part_of_revenue"])]
    row = max(rows, key=lambda one: one["part_of_revenue"], default=None)
    if row is None or row["part_of_revenue"] < LARGE or len(rows) < 2:
        return None
    values = {
        "group": plans[row["group_id"]].name,
        "people": material.cell("group_portions", row, "part_of_customers", "share"),
        "part": material.cell("group_portions", row, "part_of_revenue", "share"),
    }
    text = (
        "{group:group}, {people:pct} of our customers, bring {part:pct} of our revenue; what is left of it is unknown."
    )
    weighed = [place("group_portions", one, "part_of_revenue") for one in rows]
    return _risk(material, EXPOSED, plans[row["group_id"]], text, values, weighed, None, None)


def _risk(
    material: Material,
    kind: str,
    plan: GroupPlan,
    text: str,
    values: dict[str, Told | None],
    weighed: Sequence[str],
    money: Told | None,
    doubt: Told | None,
    quantity: str = "",
    other: tuple[str, ...] = (),
) -> Risk | None:
    """A risk with what hangs on it, what the other intent would reach for, and what is planned against it."""
    weighed, at_stake = [*weighed], 0.0 if money is None else money.number
    if money is not None and kind != EXPOSED and abs(money.number) > 0:
        values = values | {"money": Told(money.value.model_copy(update={"low": None, "high": None}), tuple(
            one for one in money.sources if one.rpartition("/")[2] in ("likely", "baseline")
        ))}  # fmt: skip
        text = f"{text} At stake: {{money:money}} more profit a year."
    if any(other):
        missed, read = not_reached(material, plan, other)
        weighed += read
        if missed:
            values = values | {
                "missed": missed,
                "right": words(INTENTS[other[0]].lower(), *weighed_of(values, "other", "to")),
            }
            text += " If {right:text} is right, we forgo {missed:money} a year"
            text += " ({missed:money_range})." if missed.value.low is not None else "."
            at_stake = max(abs(at_stake), missed.number)
    said = sentence(
        "risk", f"risk_{kind}", text, values, evidence="modelled", n=plan.customers, weighed=weighed,
        table="strategy_risks",
    )  # fmt: skip
    if said is None:
        return None
    answered, names = answer(material, kind, plan, [*said.told, *said.weighed], quantity)
    own = Sentence(said.chapter, said.finding, said.told, said.weighed, plan.group_id)
    known = money is not None or "missed" in values
    return Risk(kind, plan.group_id, own, at_stake if known else None, doubt.number if doubt else None, answered, names)
