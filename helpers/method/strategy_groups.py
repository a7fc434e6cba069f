"""What does the strategy mean for each group? Its intent, portion, our share, its profit, the offer and the cost."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.intent_words import INTENTS
from helpers.method.strategy_material import Material, Told, group, place, summed, words

SERVED = ("grow", "maintain")  # first intents by which we serve a group as it is, or more of it
COLUMNS = {
    "group_id": "str", "group_name": "str", "customers": "Int64", "primary": "str", "intent": "str", "why": "str",
    "portion_today": "float64", "portion_low": "float64", "portion_likely": "float64", "portion_high": "float64",
    "customer_share": "float64", "share_low": "float64", "share_high": "float64",
    "share_meant_low": "float64", "share_meant_high": "float64",
    "revenue_part": "float64",
    "profit_today": "float64",
    "change_low": "float64", "change_likely": "float64", "change_high": "float64", "headline": "str",
    "cost": "float64", "by_date": "datetime64[us]",
}  # fmt: skip


@dataclass(frozen=True)
class GroupPlan:
    """What is known and meant of one group; None where an earlier step does not say it."""

    group_id: str
    group_name: str
    primary: str
    secondary: str
    customers: int
    name: Told
    intent: Told
    why: Told | None
    portion_today: Told | None
    portion_then: Told | None
    share: Told | None
    share_then: Told | None
    revenue_part: Told | None
    profit: Told | None
    change: Told | None
    headline: Told | None
    cost: Told | None
    by: Told | None

    @property
    def chosen_by(self) -> tuple[str, ...]:
        """The places that say which intent it is."""
        return tuple(f"group_intents/{self.group_id}/{name}" for name in ("primary", "secondary"))


def group_plans(material: Material) -> list[GroupPlan]:
    """The plans of all groups that have an intent: those to grow first, then to keep, to change, to leave."""
    rows = material.rows("group_intents")
    rows = sorted(rows, key=lambda row: list(INTENTS).index(row["primary"]))  # a stable sort: else as published
    return [_plan(material, row) for row in rows]


def board_groups(plans: list[GroupPlan]) -> pd.DataFrame:
    """The table of the board: one row per group.

    Returns
    -------
    DataFrame, the columns of the published board_groups, in the order of `plans`
        portion_*  float  part of the portfolio's customers, today and by `by_date`
        change_*   float  profit a year, more (or less) than today, by `by_date`
        cost       float  of the tactics that were chosen for the group

    Examples
    --------
    >>> board_groups([]).columns[:3].tolist()
    ['group_id', 'group_name', 'customers']
    """
    table = pd.DataFrame([_row(plan) for plan in plans], columns=list(COLUMNS))
    table["by_date"] = pd.to_datetime(table["by_date"])
    return table.astype(COLUMNS)


def selected_tactics(material: Material) -> list[dict]:
    """The tactics that the team has chosen, in the order of the register."""
    return [row for row in material.rows("tactics") if row.get("selected") is True]


def weighed_tactics(material: Material, column: str = "selected") -> list[str]:
    """The cells that say which tactics were chosen."""
    return [place("tactics", row, column) for row in material.rows("tactics")]


def of_group(plans: list[GroupPlan], *primaries: str) -> list[GroupPlan]:
    """The plans with one of these first intents."""
    return [plan for plan in plans if plan.primary in primaries]


def _plan(material: Material, row: dict) -> GroupPlan:
    own = row["group_id"]
    expected = {one["measure"]: one for one in material.rows("expected_results", group_id=own)}
    ladder = material.rows("profit_ladder", group_id=own, rung="customer_profit")
    share = material.rows("group_share", group_id=own)
    offer = material.rows("value_propositions", group_id=own)
    costs = [material.cell("tactics", one, "cost", "money") for one in selected_tactics(material)
             if one["group_id"] == own]  # fmt: skip
    portions = material.rows("group_portions", group_id=own)
    today = material.cell("expected_results", expected.get("portion"), "baseline", "share")
    return GroupPlan(
        group_id=own,
        group_name=row["group_name"],
        primary=row["primary"],
        secondary=row["secondary"],
        customers=int(row["customers"]),
        name=group(own),
        intent=_intent(row),
        why=_why(material, row),
        portion_today=today or _first(material, "group_portions", portions, "part_of_customers", "share"),
        portion_then=material.cell("expected_results", expected.get("portion"), "likely", "share", "low", "high"),
        share=_first(material, "group_share", share, "customer_share", "share", "share_low", "share_high"),
        share_then=material.cell("expected_results", expected.get("customer_share"), "likely", "share", "low", "high"),
        revenue_part=_first(material, "group_portions", portions, "part_of_revenue", "share"),
        profit=yearly(_first(material, "profit_ladder", ladder, "amount", "money"), material),
        change=_change(material, expected.get("profit")),
        headline=_headline(material, offer),
        cost=summed([one for one in costs if one], "money"),
        by=material.cell("expected_results", expected.get("profit"), "by_date", "date"),
    )


def yearly(told: Told | None, material: Material) -> Told | None:
    """A sum over the window as that of a year."""
    if told is None:
        return None
    return Told(Value(value=told.number * 12 / material.window_months, unit="money"), told.sources)


def _first(material: Material, table: str, rows: list[dict], column: str, unit: str, *ends: str) -> Told | None:
    return material.cell(table, rows[0] if rows else None, column, unit, *ends)


def _headline(material: Material, offer: list[dict]) -> Told | None:
    """The headline of the promise; marked where step 10 says that it must wait."""
    said = _first(material, "value_propositions", offer, "headline", "text")
    if said is None or not is_known(offer[0].get("gaps")) or not offer[0]["gaps"]:
        return said
    return words(f"{said.value.value} (not ready)", *said.sources, place("value_propositions", offer[0], "gaps"))


def _intent(row: dict) -> Told:
    """Both intents in words."""
    said = both_intents(row["primary"], row["secondary"])
    return words(said, *(place("group_intents", row, name) for name in ("primary", "secondary")))


def both_intents(primary: str, secondary: str) -> str:
    """A first intent and what comes after it, in words.

    >>> both_intents("re_engineer", "retire"), both_intents("grow", "")
    ('Re-engineer, then retire', 'Grow')
    """
    return INTENTS[primary] + (f", then {INTENTS[secondary].lower()}" if secondary else "")


def proposed_intents(row: dict) -> Told:
    """What the rules propose where people chose something else, in words within a sentence."""
    cells = (place("group_intents", row, name) for name in ("proposed", "proposed_secondary"))
    return words(both_intents(row["proposed"], row["proposed_secondary"]).lower(), *cells)


def _why(material: Material, row: dict) -> Told | None:
    """The reason that people gave; else the sentence of the rule that proposed the same."""
    decision = f"09.{row['group_id']}.intent"
    step = material.said.get("09_choose_intent")
    used = next((one for one in step.decisions if one.id == decision), None) if step else None
    if used and used.state in ("decided", "stale") and used.reason:
        return words(used.reason.strip(), f"{decision}/reason")
    chosen = place("group_intents", row, "differs")
    if row["differs"]:
        rule = proposed_intents(row)
        return words(f"People chose so; the rules propose {rule.value.value}.", chosen, *rule.sources)
    said = material.cell("group_intents", row, "sentence", "text")
    return Told(said.value, (*said.sources, chosen)) if said else None


def _change(material: Material, row: dict | None) -> Told | None:
    """How much more or less profit a year is expected than today."""
    told = material.cell("expected_results", row, "likely", "money", "low", "high")
    base = material.cell("expected_results", row, "baseline", "money")
    if told is None or base is None:
        return None
    low, high = (None if end is None else end - base.number for end in (told.value.low, told.value.high))
    return Told(Value(value=told.number - base.number, low=low, high=high, unit="money"), told.sources + base.sources)


def _row(plan: GroupPlan) -> dict:
    ends = ("low", "likely", "high")
    portion, change, share = plan.portion_then, plan.change, plan.share
    row = {"group_id": plan.group_id, "group_name": plan.group_name, "customers": plan.customers}
    row |= {"primary": plan.primary, "intent": plan.intent.value.value, "why": _said(plan.why) or ""}
    row |= {"portion_today": _said(plan.portion_today), "customer_share": _said(share), "cost": _said(plan.cost)}
    row |= {f"portion_{end}": _end(portion, end) for end in ends} | {f"change_{end}": _end(change, end) for end in ends}
    row |= {f"share_{end}": _end(share, end) for end in ("low", "high")}
    row |= {f"share_meant_{end}": _end(plan.share_then, end) for end in ("low", "high")}
    row |= {
        "revenue_part": _said(plan.revenue_part),
        "profit_today": _said(plan.profit),
        "headline": _said(plan.headline) or "",
        "by_date": _said(plan.by),
    }
    return row


def _said(told: Told | None) -> object:
    return None if told is None else told.value.value


def _end(told: Told | None, end: str) -> float | None:
    return None if told is None else getattr(told.value, "value" if end == "likely" else end)
