"""Where do profits stand today? The last year of a group, where it has left the mean behind that we count from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.strategy_groups import GroupPlan
from helpers.method.strategy_material import Material, Sentence, Told, counted_as, place, sentence
from helpers.method.xmr import BEYOND, xmr_limits, xmr_signals

QUARTERS = 4  # of a year
MOST_NAMED = 3
PROFIT_RATE = "profit_rate"  # the measure of step 04
READ = ("revenue", "rate")


@dataclass(frozen=True)
class Pace:
    """A group whose last quarter is news: what its last year left us, beside the mean that the plan counts from."""

    plan: GroupPlan
    year: Told

    @property
    def away(self) -> float:
        """How far the last year lies from the mean."""
        return self.year.number - self.plan.profit.number


def paces(material: Material, plans: Sequence[GroupPlan]) -> list[Pace]:
    """The groups whose profit of the last quarter lies beyond a limit, those first whose last year moved most.

    Notes
    -----
    Limits are those of an XmR chart over the quarters of the window, by the rule of step 13. What is told is the sum of
    the last four quarters, which has each season once, and only where it lies on the side to which the quarter points.

    Examples
    --------
    >>> paces(Material({}, {}), [])
    []
    """
    found = [one for plan in plans if (one := _pace(material, plan))]
    return sorted(found, key=lambda one: -abs(one.away))


def _quarters(material: Material, plan: GroupPlan) -> list[dict]:
    rows = material.rows("margin_trend", group_id=plan.group_id, measure=PROFIT_RATE)
    return sorted(rows, key=lambda row: row["quarter_start"])


def _pace(material: Material, plan: GroupPlan) -> Pace | None:
    rows = _quarters(material, plan)
    if plan.profit is None or len(rows) <= QUARTERS:
        return None
    profit = [row["revenue"] * row["rate"] if all(is_known(row[name]) for name in READ) else None for row in rows]
    if None in profit:
        return None
    limits = xmr_limits(profit)
    if limits is None or xmr_signals(profit, limits)[-1] != BEYOND:
        return None
    last = rows[-QUARTERS:]
    cells = tuple(place("margin_trend", row, name) for row in last for name in READ)
    found = Pace(plan, Told(Value(value=float(sum(profit[-QUARTERS:])), unit="money"), cells))
    return found if found.away * (profit[-1] - limits.centre) > 0 else None


def pace_sentence(material: Material, plans: Sequence[GroupPlan]) -> Sentence | None:
    """That what we expect is counted from a mean which some groups have left behind, and what that means for it."""
    found = paces(material, plans)[:MOST_NAMED]
    if not found:
        return None
    values: dict[str, Told | None] = {"months": counted_as(material.window_months)}
    parts = []
    for one in found:
        own = one.plan.group_id
        values |= {f"name_{own}": one.plan.name, f"year_{own}": one.year}
        part, rise = f"{{name_{own}:group}} brought us {{year_{own}:money}}", one.plan.change
        if rise and rise.number > 0:
            sources = (*one.year.sources, *one.plan.profit.sources)
            values[f"away_{own}"] = Told(Value(value=abs(one.away), unit="money"), sources)
            part += f": {{away_{own}:money}} {_of_rise(one.away, rise)}"
        else:
            values[f"mean_{own}"] = one.plan.profit
            part += f", not {{mean_{own}:money}}"
        parts.append(part)
    text = f"We count from a mean of {{months:count}} months. In the last twelve alone {'; '.join(parts)}."
    weighed = [place("margin_trend", row, name) for plan in plans for row in _quarters(material, plan) for name in READ]
    weighed += [name for plan in plans for told in (plan.profit, plan.change) if told for name in told.sources]
    return sentence("money", "pace", text, values, evidence="measured", weighed=weighed)


def _of_rise(away: float, rise: Told) -> str:
    """What a year beyond the mean is of the rise that we expect from that mean on."""
    if away < 0:
        return "further to go"
    if away >= rise.number:
        return "more, and we expect no more than that"
    if rise.value.low is not None and away >= rise.value.low:
        return "of the rise, more than its low end, is there already"
    return "of the rise is there already"
