"""What are the groups worth to us, and we to them? The sentences of that chapter, all amounts by the year."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.client.result_model import Value
from helpers.method.exchange_findings import WHERE
from helpers.method.strategy_groups import GroupPlan, yearly
from helpers.method.strategy_material import Material, Sentence, Told, sentence, summed, words

CHAPTER = "worth"
OPEN = "open"


def worth_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """What customers earn and lose us in a year, what service nobody can be charged with, and a sentence a group.

    Returns
    -------
    list of Sentence
        12.in_worth_earned, 12.in_worth_untraced and 12.in_worth_group.<group>; what is not known is left out.
    """
    found = [_earned(material), _untraced(material), *(_group(material, plan) for plan in plans)]
    return [one for one in found if one]


def _earned(material: Material) -> Sentence | None:
    """What those bring who earn us money, and what the others take away: no per cent above a hundred."""
    known = {name: material.value(f"04.whale_curve/{name}") for name in ("total", "lost", "losing")}
    if any(one is None for one in known.values()):
        return material.quote(CHAPTER, "04.whale_curve")
    earned = summed([known["total"], known["lost"]], "money")
    values = {"earned": yearly(earned, material), "lost": yearly(known["lost"], material), "losing": known["losing"]}
    text = (
        "Customers who earn us money bring {earned:money} a year; the {losing:count} who lose us money take "
        "{lost:money} of it away again."
    )
    people = material.finding("04.whale_curve").n
    return sentence(CHAPTER, "in_worth_earned", text, values, evidence="measured", n=people)


def _untraced(material: Material) -> Sentence | None:
    """What step 04 says of service that nobody can be charged with, in its words, which know a loss; by the year."""
    told = material.finding("04.untraced_cost")
    values = {name: yearly(material.value(f"04.untraced_cost/{name}"), material) for name in ("untraced", "left")}
    if told is None or any(one is None for one in values.values()):
        return material.quote(CHAPTER, "04.untraced_cost")
    return sentence(CHAPTER, "in_worth_untraced", told.text, values, evidence=told.evidence, n=told.n)


def _group(material: Material, plan: GroupPlan) -> Sentence | None:
    """One group: revenue, what is left, who gains, our share and what goes to others; as much of it as is known."""
    own = plan.group_id
    ladder = next(iter(material.rows("profit_ladder", group_id=own, rung="revenue")), None)
    exchange = next(iter(material.rows("value_exchange", group_id=own)), None)
    revenue = yearly(material.cell("profit_ladder", ladder, "amount", "money"), material)
    known = {
        "revenue": (revenue, "{revenue:money} of revenue a year"),
        "profit": (plan.profit, "{profit:money} of profit a year"),
        "rate": (_rate(plan.profit, revenue), "{rate:pct} of the revenue"),
        "us": (material.cell("value_exchange", exchange, "to_us", "share", "to_us_low", "to_us_high"),
               "{us:pct} of customers worth more to us than the hurdle"),
        "them": (material.cell("value_exchange", exchange, "to_them", "share", "to_them_low", "to_them_high"),
                 "{them:pct} of respondents gain with us"),
        "verdict": (_verdict(material, exchange), "who gains: {verdict:text}"),
        "share": (plan.share, "{share:pct} of what they spend comes to us"),
        "others": (material.value(f"05.group_share.{own}/headroom"), "{others:money} a year goes to others"),
    }  # fmt: skip
    values = {name: told for name, (told, _) in known.items() if told}
    if not values:
        return None
    text = "{group:group}: " + "; ".join(known[name][1] for name in values) + "."
    people = [one.n for step in ("04.group_profit", "05.group_share", "07.balance")
              if (one := material.finding(f"{step}.{own}")) and one.n]  # fmt: skip
    return sentence(CHAPTER, "in_worth_group", text, {"group": plan.name} | values, evidence="measured",
                    n=min([plan.customers, *people]), group=own)  # fmt: skip


def _rate(profit: Told | None, revenue: Told | None) -> Told | None:
    if profit is None or revenue is None or revenue.number <= 0:
        return None
    return Told(Value(value=profit.number / revenue.number, unit="share"), (*profit.sources, *revenue.sources))


def _verdict(material: Material, exchange: dict | None) -> Told | None:
    """Who gains, in words; open where it is not known for sure."""
    told = material.cell("value_exchange", exchange, "position", "text")
    return words(WHERE.get(str(told.value.value), OPEN), *told.sources) if told else None
