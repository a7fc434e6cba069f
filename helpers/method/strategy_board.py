"""The two pages for the board: the answer, what it is worth, what it costs, and what the board is asked to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.strategy_goals import out_of_reach
from helpers.method.strategy_groups import SERVED, GroupPlan, of_group, weighed_tactics, yearly
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    listing,
    place,
    sentence,
)
from helpers.method.strategy_money import added_as_shown, by_day, cost_and_effect, money_sentences, taken
from helpers.method.strategy_work import work_sentences

NEXT_TO_NOTHING = 0.005  # of the profit
MOST_NAMED, MANY = 3, 6  # groups of one intent that a sentence names; of how many in all it names fewer
LONG_NAMES = 220  # marks that the names of all groups may take; of longer ones the answer names one of each intent
VERBS = {
    "grow": "win more business from {whom}",
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
        12.fees, 12.beside, 12.not_ready, 12.goals; then those of `money_sentences` and of `work_sentences`
    """
    found = [answer(material, plans), *_measures(material, plans)]
    found += [_whom(plan) for plan in plans]
    found += [
        _fees(material),
        _beside(material, plans),
        _not_ready(material),
        out_of_reach(material),
        *money_sentences(material, plans),
    ]
    return [*(one for one in found if one is not None), *work_sentences(material, plans)]


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
    values, parts, most = {}, [], MOST_NAMED if len(plans) < MANY else MOST_NAMED - 1
    most = 1 if sum(len(plan.group_name) for plan in plans) > LONG_NAMES else most
    for intent, verb in VERBS.items():
        own = of_group(list(plans), intent)
        if own:
            names, told = _named(intent, own, most)
            values |= told
            parts.append(verb.replace("{whom}", names))
    comma = "," if len(parts) > 2 else ""
    text = f"We {', '.join(parts[:-1])}{comma} and {parts[-1]}" if len(parts) > 1 else f"We {parts[0]}"
    leaving = [plan for plan in plans if plan.secondary == "retire"]
    if leaving:
        names, told = _named("leave", leaving, most)
        values |= told
        text += f"; where that does not help we part with {names}"
    weighed, back, (when, days) = [*chosen, *weighed_tactics(material)], added_as_shown(plans), by_day(plans)
    held = cost_and_effect(material)
    if held:
        text += f". {held[0]}"
        values |= held[1]
    elif back and when and back.value.low is not None:
        values |= {"back": back} | days
        cost = taken(material)[0]
        values |= {"cost": cost} if cost else {}
        takes = "It takes {cost:money}, and we" if cost else "We"
        text += f". {takes} expect {{back:money_range}} more profit a year {when}"
    return sentence(
        "answer", "answer", f"{text}.", values, evidence="judged", n=people, weighed=weighed, table="board_groups"
    )


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
        text = "{share:pct} is our part of what the groups to grow and to keep spend ({share:pct_range})"
        if then:
            values["then"] = then
            text += "; we mean it to be {then:pct_range}"
            inside = share.value.low <= then.value.low and then.value.high <= share.value.high
            text += ", too near for a survey to tell from today" if inside else ""
        found.append(sentence("measure", "share", f"{text}.", values, evidence="measured", n=people, weighed=weighed))
    equity = {name: material.value(f"04.answer/{name}") for name in ("equity", "months", "customers")}
    if equity["equity"] and equity["equity"].value.low is not None:
        evidence = material.finding("04.answer").evidence
        rests_on = ", at an assumed margin" if evidence == "assumed" else ""
        text = (
            "{equity:money} is what our {customers:count} customers will be worth to us over {months:count} months"
            f"{rests_on} ({{equity:money_range}})."
        )
        found.append(sentence("measure", "equity", text, equity, evidence=evidence, n=_count(equity["customers"])))
    total = material.rows("profit_ladder", group_id="all", rung="customer_profit")
    profit = yearly(material.cell("profit_ladder", total[0] if total else None, "amount", "money"), material)
    fees = material.value("09.fees/fees")
    text = "{profit:money} a year is what our customers bring us "
    text += "before contract fees and " if fees else ""
    text += "after the service that is traced to them"
    # with its sign, unlike 04's words
    rest = material.rows("profit_ladder", group_id="all", rung="profit_after_untraced")
    left = yearly(material.cell("profit_ladder", rest[0] if rest else None, "amount", "money"), material)
    text += "; after all service {left:money}." if left else "."
    values = {"profit": profit} | ({"left": left} if left else {})
    weighed = fees.sources if fees else ()
    found.append(sentence("measure", "profit", text, values, evidence="measured", weighed=weighed))
    if any(found):
        return found
    ahead = {name: material.value(f"04.answer/{name}") for name in ("revenue", "months")}
    text = "{revenue:money} of revenue will come from today's customers over {months:count} months; its worth is open."
    found.append(sentence("measure", "revenue", text, ahead, evidence="modelled"))
    data = {name: material.value(f"01.data/{name}") for name in ("customers", "revenue", "months")}
    text = "{customers:count} customers brought {revenue:money} in {months:count} months."
    found.append(sentence("measure", "customers", text, data, evidence="measured", n=_count(data["customers"])))
    return found


def _fees(material: Material) -> Sentence | None:
    """That contract fees come on top of the profits, and the groups that earn us something only with them."""
    said = material.finding("09.fees")
    if said is None:
        return None
    values = {"fees": material.value("09.fees/fees")}
    text, turned = "On top of profit come {fees:money} of contract fees a year", []
    for name in sorted(name for name in said.values if name.startswith("group_")):
        values |= {key: material.value(f"09.fees/{key}") for key in (name, name.replace("group", "with"))}
        turned.append(f"{{{name}:group}} bring {{{name.replace('group', 'with')}:money}}")
    text += f"; with them {' and '.join(turned)}" if turned else ""
    return sentence("beside", "fees", f"{text}.", values, evidence="measured")


def _beside(material: Material, plans: Sequence[GroupPlan]) -> Sentence | None:
    """What customers bring who stand in no group of the table; not said where it is next to nothing."""
    total = material.rows("profit_ladder", group_id="all", rung="customer_profit")
    every = yearly(material.cell("profit_ladder", total[0] if total else None, "amount", "money"), material)
    if every is None or not plans or any(plan.profit is None for plan in plans):
        return None
    rest = every.number - sum(plan.profit.number for plan in plans)
    if abs(rest) < NEXT_TO_NOTHING * abs(every.number):
        return None
    sources = (*every.sources, *(name for plan in plans for name in plan.profit.sources))
    values = {"rest": Told(Value(value=abs(rest), unit="money"), sources), "all": every}
    text = "{rest:money} of the {all:money} comes from customers who stand in none of these groups."
    if rest < 0:
        text = (
            "Customers who stand in none of these groups cost us {rest:money} a year more than they bring; the profit "
            "of all is {all:money}."
        )
    known = material.value("04.answer/customers")
    people = None if known is None else int(known.number) - sum(plan.customers for plan in plans)
    return sentence("beside", "beside", text, values, evidence="measured", n=people)


def _not_ready(material: Material) -> Sentence | None:
    """How many promises are marked as not ready, and where it stands what is open."""
    rows = [row for row in material.rows("value_propositions") if "gaps" in row]
    if not any(is_known(row["gaps"]) and row["gaps"] and row["headline"] for row in rows):
        return None
    cells = [place("value_propositions", row, name) for row in rows for name in ("gaps", "headline")]
    count = sum(bool(is_known(row["gaps"]) and row["gaps"] and row["headline"]) for row in rows)
    text = "Promises not ready: {open:count} (see What we promise)."
    return sentence("beside", "not_ready", text, {"open": counted_as(count, *cells[::2])}, evidence="judged",
                    weighed=cells)  # fmt: skip


def _count(told: Told | None) -> int | None:
    return None if told is None else int(told.number)


def _whom(plan: GroupPlan) -> Sentence | None:
    values = {"group": plan.name, "intent": plan.intent, "why": plan.why}
    return sentence(
        "whom", "whom", "{group:group}: {intent:text}. {why:text}", values, evidence="judged", n=plan.customers,
        group=plan.group_id, table="board_groups",
    )  # fmt: skip


def _named(name: str, plans: Sequence[GroupPlan], most: int) -> tuple[str, dict[str, Told]]:
    """The groups of an intent in a sentence: by name, or how many where they are many."""
    # that a group is named here is what was chosen for it, also where no number follows
    if len(plans) > most:
        return f"{{{name}:count}} groups", {
            name: counted_as(len(plans), *(at for plan in plans for at in plan.chosen_by))
        }
    told = {f"{name}_{plan.group_id}": replace(plan.name, sources=plan.chosen_by) for plan in plans}
    return listing(list(told)), told
