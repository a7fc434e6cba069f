"""Which customers are of more value to us than in the version before, by tiers whose cuts are money?

Both years are cut at today's amounts, so that customers move and not the border. Profit a year can be held against
profit a year of a window of another length; against a profit that counts other costs it cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from helpers.client.result_model import CannotSay, Check, Finding, Value
from helpers.method.finding_values import count_value, share_value, text_value
from helpers.method.moved_since import Moved, moved_since, shared_months
from helpers.method.value_tiers import TIERS, value_tiers

HIGH, LOSS = TIERS[0], TIERS[-1]
REMEDY = "the same cost data in both runs: a version frozen with what is delivered now."


class Frozen(Protocol):
    """The version before, as far as this looks into it."""

    name: str
    as_of: str
    window_months: int

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table as it was published then."""


@dataclass(frozen=True)
class TierMoves:
    """What there is to say of tiers since the version before; nothing of it in a first version."""

    findings: list[Finding]
    checks: list[Check]
    gaps: list[CannotSay]


def tier_moves(
    customer_value: pd.DataFrame,
    version: Frozen | None,
    *,
    cuts: Mapping[str, float] | None,
    as_of: str,
    months: int,
) -> TierMoves:
    """How many customers are in a better or worse tier than then, and which part is of high value and at a loss.

    Parameters
    ----------
    customer_value : DataFrame, as published today
    version : the version before; None in a first one
    cuts : mapping of high and middle to money a year, in force today; None where nobody can be in a tier
    as_of, months : of today's window

    Returns
    -------
    TierMoves
        04.tiers_since and 04.tier_parts with the check 04.tiers_since; or why the two cannot be held together

    Examples
    --------
    >>> tier_moves(pd.DataFrame(), None, cuts=None, as_of="2026-09-01", months=24).findings
    []
    """
    before = version and version.table("04_value_to_us", "customer_value")
    if before is None or before.empty or cuts is None:
        return TierMoves([], [], [])
    counted = [_counts(table) for table in (before, customer_value)]
    if counted[0] != counted[1]:
        because = f"A profit counted {counted[0]} then, and counts {counted[1]} now."
        question = f"Which customers are in another value tier than in version {version.name}?"
        return TierMoves([], [], [CannotSay(question=question, because=because, unlocked_by=REMEDY)])
    then, now = (_tiers(table, cuts) for table in (before, customer_value))
    moved = moved_since(then, now, TIERS)
    if not moved.both:
        return TierMoves([], [], [])
    sentence = "Each customer who is in a value tier, or was in the version before, is counted once."
    windows = (version.as_of, version.window_months), (as_of, months)
    found = [_since(moved, version, windows), _parts(then, now, version)]
    return TierMoves(found, [moved.check("04.tiers_since", sentence)], [])


def _tiers(customer_value: pd.DataFrame, cuts: Mapping[str, float]) -> pd.Series:
    """The tier of each active customer who was put into one, by these cuts."""
    placed = (customer_value["status"] == "active") & customer_value["value_tier"].isin(TIERS)
    rows = customer_value[placed].set_index("customer_id")
    return value_tiers(rows["yearly_profit"].astype(float), cuts).dropna()


def _counts(customer_value: pd.DataFrame) -> str:
    """What a profit counts, in words."""
    served, goods = (customer_value[name].notna().any() for name in ("cost_to_serve", "cost_of_goods"))
    first = "the cost of goods" if goods else "a margin rate that was decided"
    return f"{first} and traced service" if served else f"{first} alone"


def _since(moved: Moved, version: Frozen, windows: tuple[tuple[str, int], tuple[str, int]]) -> Finding:
    values: dict[str, Value] = {**moved.values, "version": text_value(version.name)}
    text = "Of {both:count} customers in a value tier in version {version:text} and now, by the cuts of now, "
    text += "{up:count} are in a better one, {down:count} in a worse one and {same:count} in the same; {gone:count} "
    text += "more were in one then only, {came:count} are in one now only."
    if windows[0][1] != windows[1][1]:
        values |= {"months_then": count_value(windows[0][1]), "months": count_value(windows[1][1])}
        text += " Profit is that of a year, then over {months_then:count} months and now over {months:count}: over "
        text += "fewer it swings more."
    if shared := shared_months(*windows):
        values["shared"] = count_value(shared)
        text += " The two windows share {shared:count} months, in which nothing can have moved."
    return Finding(
        id="04.tiers_since", text=text, values=values, n=moved.both, evidence="measured", table="customer_value"
    )


def _parts(then: pd.Series, now: pd.Series, version: Frozen) -> Finding:
    values = {"version": text_value(version.name)}
    for name, tiers in (("then", then), ("now", now)):
        values |= {f"{tier}_{name}": share_value((tiers == tier).mean()) for tier in (HIGH, LOSS)}
    text = "Of the customers in a tier {high_now:pct} are of high value ({high_then:pct} in version {version:text}), "
    text += "and {loss_now:pct} cost us more than they bring ({loss_then:pct})."
    return Finding(
        id="04.tier_parts", text=text, values=values, n=min(len(then), len(now)), evidence="measured",
        table="customer_value",
    )  # fmt: skip
