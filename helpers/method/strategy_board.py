"""The two pages for the board: the answer, what it is worth, what it costs, and what the board is asked to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import SERVED, GroupPlan, of_group, selected_tactics, weighed_tactics, yearly
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    in_an_id,
    listing,
    place,
    sentence,
    summed,
)

MOST_DONE = 4  # tactics on the board's pages
MOST_NAMED = 3  # groups of one intent that a sentence names; of more it says how many
VERBS = {
    "grow": "win more of {whom}",
    "maintain": "keep {whom} as they are",
    "re_engineer": "change how we serve {whom}",
    "retire": "part with {whom}",
}


def board_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """The sentences of the first page and of the money; each only where all that it says is known.

    Returns
    -------
    list of Sentence
        12.answer; 12.share, 12.equity, 12.profit, 12.revenue, 12.customers, the measures; 12.whom.<group_id>, why;
        12.money_in, 12.money_back, 12.effect, 12.no_cost; 12.do_<tactic>, those that cost most
    """
    found = [answer(material, plans), *_measures(material, plans)]
    found += [_whom(plan) for plan in plans]
    found += [*_money(material, plans), _share_of_profit(plans), *_done_first(material, plans)]
    return [one for one in found if one is not None]


def answer(material: Material, plans: Sequence[GroupPlan]) -> Sentence | None:
    """The strategy in one sentence: what we do with whom, for how much more profit by when."""
    if not plans:
        return None
    chosen = [name for plan in plans for name in plan.chosen_by]
    people = sum(plan.customers for plan in plans)
    whys = {plan.why.value.value if plan.why else "" for plan in plans}
    if len({plan.primary for plan in plans}) == len(whys) == 1 and plans[0].why and len(plans) > 1:
        said = [name for plan in plans for name in plan.why.sources]
        values = {"groups": counted_as(len(plans)), "intent": plans[0].intent, "why": plans[0].why}
        text = "For all {groups:count} groups the intent is the same: {intent:text}. {why:text}"
        return sentence(
            "answer", "answer", text, values, evidence="judged", n=people, weighed=[*chosen, *said],
            table="board_groups",
        )  # fmt: skip
    values, parts = {}, []
    for intent, verb in VERBS.items():
        own = of_group(list(plans), intent)
        if own:
            names, told = _named(intent, own)
            values |= told
            parts.append(verb.replace("{whom}", names))
    text = f"We {', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else f"We {parts[0]}"
    leaving = [plan for plan in plans if plan.secondary == "retire"]
    if leaving:
        names, told = _named("leave", leaving)
        values |= told
        text += f" (and part with {names} if that does not help)"
    back, by = expected_change(plans), _by(plans)
    if back and by and back.value.low is not None:
        values |= {"back": back, "by": by}
        text += "; we expect {back:money_range} more profit a year by {by:date}"
    return sentence(
        "answer", "answer", f"{text}.", values, evidence="judged", n=people, weighed=chosen, table="board_groups"
    )


def expected_change(plans: Sequence[GroupPlan]) -> Told | None:
    """How much more profit a year is expected of all groups, as if all went well or badly together."""
    return summed([plan.change for plan in plans if plan.change], "money")


def served_share(material: Material, plans: Sequence[GroupPlan]) -> tuple[Told, Told | None, list[str]] | None:
    """The customer share of the groups to grow and to keep, wallets added up: today, and as it is meant to be.

    Returns
    -------
    (Told, Told or None, list of str) or None
        Share today; share intended, the other groups standing still, None where none is to move; the places that
        chose the groups. The ends are those of the groups together, as if all erred the same way. None where no share
        is known.
    """
    wallets, today, then, moved = [], [], [], False
    weighed = [name for plan in plans for name in plan.chosen_by]
    for plan in of_group(list(plans), *SERVED):
        rows = material.rows("group_share", group_id=plan.group_id)
        wallet = material.cell("group_share", rows[0] if rows else None, "wallet", "money")
        if plan.share is None or plan.share.value.low is None or wallet is None:
            continue
        aims = material.rows("expected_results", group_id=plan.group_id, measure="customer_share")
        aim = material.cell("expected_results", aims[0] if aims else None, "likely", "share", "low", "high")
        wallets.append(wallet)
        today.append(plan.share)
        still = Value(value=plan.share.number, low=plan.share.number, high=plan.share.number, unit="share")
        then.append(aim or Told(still, plan.share.sources[:1]))
        moved = moved or aim is not None
    total = sum(one.number for one in wallets)
    if not wallets or total <= 0:
        return None
    return _weighted(today, wallets, total), _weighted(then, wallets, total) if moved else None, weighed


def _weighted(shares: list[Told], wallets: list[Told], total: float) -> Told:
    """The mean of some shares, each weighing as much as its wallets."""

    def mean(end: str) -> float:
        pairs = zip(shares, wallets, strict=True)
        return sum(getattr(one.value, end) * own.number for one, own in pairs) / total

    sources = tuple(dict.fromkeys(name for one in (*shares, *wallets) for name in one.sources))
    return Told(Value(value=mean("value"), low=mean("low"), high=mean("high"), unit="share"), sources)


def _measures(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence | None]:
    """The two headline measures, and where neither is known, who bought what."""
    found: list[Sentence | None] = []
    known = served_share(material, plans)
    people = sum(plan.customers for plan in of_group(list(plans), *SERVED))
    if known:
        share, then, weighed = known
        values: dict[str, Told | None] = {"share": share}
        text = "{share:pct} of what the groups that we grow and keep spend comes to us ({share:pct_range})"
        if then:
            values["then"] = then
            text += "; we mean it to be {then:pct_range}"
        found.append(sentence("measure", "share", f"{text}.", values, evidence="measured", n=people, weighed=weighed))
    equity = {name: material.value(f"04.answer/{name}") for name in ("equity", "months", "customers")}
    if equity["equity"] and equity["equity"].value.low is not None:
        text = (
            "{equity:money} is what our {customers:count} customers will be worth to us over {months:count} months "
            "({equity:money_range})."
        )
        found.append(sentence("measure", "equity", text, equity, evidence="modelled", n=_count(equity["customers"])))
    total = material.rows("profit_ladder", group_id="all", rung="customer_profit")
    profit = yearly(material.cell("profit_ladder", total[0] if total else None, "amount", "money"), material)
    text = "{profit:money} a year is what our customers leave us today, after the service that can be traced to them."
    found.append(sentence("measure", "profit", text, {"profit": profit}, evidence="measured"))
    if any(found):
        return found
    ahead = {name: material.value(f"04.answer/{name}") for name in ("revenue", "months")}
    text = "{revenue:money} of revenue will come from today's customers over {months:count} months; its worth is open."
    found.append(sentence("measure", "revenue", text, ahead, evidence="modelled"))
    data = {name: material.value(f"01.data/{name}") for name in ("customers", "revenue", "months")}
    text = "{customers:count} customers brought {revenue:money} in {months:count} months."
    found.append(sentence("measure", "customers", text, data, evidence="measured", n=_count(data["customers"])))
    return found


def _count(told: Told | None) -> int | None:
    return None if told is None else int(told.number)


def _whom(plan: GroupPlan) -> Sentence | None:
    values = {"group": plan.name, "intent": plan.intent, "why": plan.why}
    return sentence(
        "whom", "whom", "{group:group}: {intent:text}. {why:text}", values, evidence="judged", n=plan.customers,
        group=plan.group_id, table="board_groups",
    )  # fmt: skip


def _money(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence | None]:
    """What goes in and what comes back, each with its range."""
    tactics, found = selected_tactics(material), []
    weighed = weighed_tactics(material)
    cost = summed([one for one in (material.cell("tactics", row, "cost", "money") for row in tactics) if one], "money")
    days = [material.cell("tactics", row, "people_days", "number") for row in tactics]
    worth = [material.cell("tactics", row, "effect_likely", "money", "effect_low", "effect_high") for row in tactics]
    values = {"tactics": counted_as(len(tactics)), "cost": cost, "days": summed([one for one in days if one], "number")}
    text = "{cost:money} and {days:number} days of work is what the {tactics:count} chosen tactics take."
    if len(tactics) == 1:
        text = "{cost:money} and {days:number} days of work is what the one chosen tactic takes."
        values.pop("tactics")
    found.append(
        sentence("money", "money_in", text, values, evidence="judged", n=len(tactics), n_of="row", weighed=weighed)
    )
    effect = summed([one for one in worth if one], "money")
    if effect and effect.value.low is not None:
        text = (
            "Counted tactic by tactic, they are judged to bring {effect:money_range} of margin over the years that we "
            "look ahead, in today's money, most likely {effect:money}, if each does by itself what it is meant to."
        )
        found.append(
            sentence("money", "effect", text, {"effect": effect}, evidence="judged", n=len(tactics), n_of="row",
                     weighed=weighed)
        )  # fmt: skip
    if cost is None:
        found.append(_no_cost(material))
    back, by = expected_change(plans), _by(plans)
    values = {"back": back, "by": by}
    if back and back.value.low is not None:
        text = (
            "Counted group by group, we expect {back:money_range} more profit a year than today by {by:date}, most "
            "likely {back:money}; the ends are those of all groups going badly or well at once."
        )
        found.append(sentence("money", "money_back", text, values, evidence="judged", table="board_groups"))
    return found


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
        text += ": {cost:money}" + ("; {owner:text} answers for it." if owner else "; nobody answers for it yet.")
        cells = [*weighed, place("tactics", row, "owner")]
        name = f"do_{in_an_id(row['tactic'])}"
        found.append(sentence("do", name, text, values, evidence="judged", weighed=cells))
    rest = len(selected_tactics(material)) - len(found)
    if found and rest > 0:
        values = {"rest": counted_as(rest, "tactics")}
        text = "{rest:count} more stand in the chapters." if rest > 1 else "One more stands in the chapters."
        found.append(sentence("do", "do", text, values, evidence="judged", weighed=weighed))
    return found


def _named(name: str, plans: Sequence[GroupPlan]) -> tuple[str, dict[str, Told]]:
    """The groups of an intent in a sentence: by name, or how many where they are many."""
    if len(plans) > MOST_NAMED:
        return f"{{{name}:count}} groups", {name: counted_as(len(plans))}
    told = {f"{name}_{plan.group_id}": plan.name for plan in plans}
    return listing(list(told)), told


def _by(plans: Sequence[GroupPlan]) -> Told | None:
    """The last of the days by which results are expected."""
    days = [plan.by for plan in plans if plan.change and plan.by]
    if not days:
        return None
    sources = tuple(name for one in days for name in one.sources)
    return Told(max(days, key=lambda one: str(one.value.value)).value, sources)
