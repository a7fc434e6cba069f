"""How unsure each fact of a group is, and what could be true instead: joint draws of all that is uncertain.

A fact of step 09 is a word, and behind most words stands a number with a range, or a chance. Here are these numbers,
and draws of them in which things that rest on the same evidence move together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr, ndtri

from helpers.client.result_model import Result
from helpers.errors import StepInputError
from helpers.method.intent_facts import LARGE_HEADROOM
from helpers.method.intent_space import settled
from helpers.method.intent_words import DOWNTURN, TESTS
from helpers.method.intervals import LEVEL
from helpers.method.margin_trend import STEEP
from helpers.method.pass_chance import FAIL, PASS
from helpers.method.share import CUTS
from helpers.method.value_exchange import PARITY, PLACES

DRAWS, SEED = 1_000, 20_092
LINEAR, PART, CHANCE = "number", "part", "chance"
SMALLEST = 1e-3  # a part of zero or one has no logit; this near it is as good as there
COLUMNS = ["group_id", "group_name", "quantity", "title", "fact", "kind", "value", "low", "high"]


@dataclass(frozen=True)
class Quantity:
    """A number behind a fact: its title, the fact, how it is drawn, on what evidence, and if it rises with that."""

    title: str
    fact: str
    kind: str
    source: str
    rises: bool = True


# what has one source is drawn by one normal variate: the same customers pay, the same people answered, and one wallet
# is both what we have of it and what is left
QUANTITIES: Mapping[str, Quantity] = {
    "to_us": Quantity("Part of customers who pay for us", "position", PART, "money"),
    "to_them": Quantity("Part of customers who gain", "position", PART, "survey"),
    "lifetime": Quantity("Lifetime value", "lifetime", LINEAR, "money"),
    "margin_slope": Quantity("Change of the margin a year", DOWNTURN, LINEAR, "margin"),
    "customer_share": Quantity("Customer share", "share", PART, "wallet", rises=False),
    "headroom": Quantity("Winnable part of a year's revenue", "headroom", LINEAR, "wallet"),
    "profitable": Quantity("Chance of Profitable", "profitable", CHANCE, "money"),
    "direction": Quantity("Chance of Same direction", "direction", CHANCE, "direction"),
    "commitment": Quantity("Chance of Worth committing to", "commitment", CHANCE, "commitment"),
    "market": Quantity("Chance of Adoption-ready growth", "market", CHANCE, "market"),
    "right_to_win": Quantity("Chance of Right to win", "right_to_win", CHANCE, "survey"),
}
SOURCES = tuple(dict.fromkeys(quantity.source for quantity in QUANTITIES.values()))


def share_borders(said: Result | None) -> tuple[float, float]:
    """The bands of customer share as step 05 was run with them; those of the kit where it was not run.

    >>> share_borders(None) == CUTS
    True
    """
    used = {} if said is None else said.parameters
    return float(used.get("LOW_CUT", CUTS[0])), float(used.get("HIGH_CUT", CUTS[1]))


def fact_doubts(
    facts: pd.DataFrame,
    *,
    value_exchange: pd.DataFrame | None = None,
    clv_by_group: pd.DataFrame | None = None,
    margin_slopes: pd.DataFrame | None = None,
    group_share: pd.DataFrame | None = None,
    winnable_headroom: pd.DataFrame | None = None,
    future_fit: pd.DataFrame | None = None,
    profit_chance: pd.DataFrame | None = None,
    years: float = 1.0,
) -> pd.DataFrame:
    """The number behind each fact of each group, with its range.

    Parameters
    ----------
    facts : DataFrame, one row per group, of `helpers.method.intent_facts.intent_facts`
    value_exchange, clv_by_group, margin_slopes, group_share, winnable_headroom, future_fit, profit_chance : optional
        As steps 04, 05, 07 and 08 publish them.
    years : float, length of the window of the revenue in group_share

    Returns
    -------
    DataFrame, one row per group and quantity that is known, groups in the order of the facts
        group_id, group_name, quantity, title, fact, kind ("number", "part" or "chance")
        value, low, high   float; of a chance the value alone, for it says itself how unsure it is

    Notes
    -----
    A quantity is here only where it is known with its range; its fact then is drawn, every other stays as it is. The
    slope of the margin is the least steep of the looks that step 04 takes, for it calls a downturn only what all of
    them show. The chance of Profitable is the one without a downturn, which is drawn by itself.

    Raises
    ------
    StepInputError
        If years is not above zero.
    """
    if not years > 0:
        raise StepInputError(f"fact_doubts: years is {years:g}. Expected the window's length in years, above zero.")
    exchange, slopes = _rows(value_exchange), _rows(_deciding(margin_slopes))
    clv, share, winnable = _rows(clv_by_group), _rows(group_share), _rows(winnable_headroom)
    chances = {} if future_fit is None else future_fit.set_index(["group_id", "test"])["chance"].to_dict()
    alone = {group: row["p_profit"] for group, row in _rows(profit_chance).items()}
    rows = []
    for group, name in facts[["group_id", "group_name"]].itertuples(index=False):
        known = {side: _three(exchange.get(group), side, side) for side in ("to_us", "to_them")}
        if any(np.isnan(three).any() for three in known.values()):
            known = {}  # the position needs both
        known["lifetime"] = _three(clv.get(group), "clv", "clv")
        known["margin_slope"] = _slope(slopes.get(group))
        known["customer_share"] = _share(share.get(group))
        revenue = _three(share.get(group), "revenue", "revenue")[0] / years
        known["headroom"] = _three(winnable.get(group), "winnable", "winnable") / (revenue if revenue > 0 else np.nan)
        for test in TESTS:
            chance = chances.get((group, test), np.nan)
            chance = alone.get(group, chance) if test == "profitable" and not pd.isna(chance) else chance
            known[test] = np.array([np.nan if pd.isna(chance) else float(chance), 0.0, 0.0])
        for quantity, about in QUANTITIES.items():
            three = known.get(quantity)
            if three is None or np.isnan(three).any():
                continue
            ends = (np.nan, np.nan) if about.kind == CHANCE else three[1:]
            rows.append((group, name, quantity, about.title, about.fact, about.kind, three[0], *ends))
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        dict.fromkeys(COLUMNS[:6], "str") | dict.fromkeys(COLUMNS[6:], float)
    )


def drawn_quantities(
    doubts: pd.DataFrame, *, draws: int = DRAWS, seed: int = SEED
) -> dict[tuple[str, str], np.ndarray]:
    """Joint draws of all quantities: of a chance whether the test is passed (1 or 0), else the number.

    Parameters
    ----------
    doubts : DataFrame of `fact_doubts`
    draws : int
    seed : int

    Returns
    -------
    dict of (group_id, quantity) to array of float, as long as there are draws; (group_id "", "large") is the part of a
    year's revenue from which headroom counts as large, which is judged, and one for all groups in a draw

    Notes
    -----
    Each group and source of evidence has one normal variate a draw. A number is on each side of its value as wide as
    its range there; a part is drawn by its logit. Groups are drawn by their ids in sorted order, so neither the order
    of rows nor another table that is missing changes what a group's draws are.

    References
    ----------
    Saltelli and others, *Global Sensitivity Analysis: The Primer* (2008), chapter 1.

    Examples
    --------
    >>> row = ("g1", "Yards", "market", "Chance", "market", "chance", 0.25, None, None)
    >>> drawn = drawn_quantities(pd.DataFrame([row], columns=COLUMNS))
    >>> round(float(drawn["g1", "market"].mean()), 2)
    0.24
    """
    large = LARGE_HEADROOM
    rng = np.random.default_rng(seed)
    drawn = {("", "large"): rng.triangular(large.low, large.value, large.high, draws)}
    for number, group in enumerate(sorted(set(doubts["group_id"]))):
        variates = np.random.default_rng([seed, number]).standard_normal((len(SOURCES), draws))
        for row in doubts[doubts["group_id"] == group].itertuples():
            about = QUANTITIES[row.quantity]
            z = variates[SOURCES.index(about.source)] * (1 if about.rises else -1)
            if about.kind == CHANCE:
                drawn[group, row.quantity] = (ndtr(z) > 1 - row.value).astype(float)
            elif about.kind == PART:
                middle, low, high = logit(np.clip([row.value, row.low, row.high], SMALLEST, 1 - SMALLEST))
                drawn[group, row.quantity] = expit(_beside(middle, low, high, z))
            else:
                drawn[group, row.quantity] = _beside(row.value, row.low, row.high, z)
    return drawn


def drawn_facts(
    facts: pd.DataFrame,
    drawn: Mapping[tuple[str, str], np.ndarray],
    *,
    share_cuts: tuple[float, float] = CUTS,
) -> pd.DataFrame:
    """The facts of each group in each draw, in agreement with themselves.

    Parameters
    ----------
    facts : DataFrame, one row per group, as they are
    drawn : dict of `drawn_quantities`
    share_cuts : the bands of customer share

    Returns
    -------
    DataFrame, one row per group and draw, the draws of a group together: the columns of `facts`, and draw from 0

    Notes
    -----
    In a draw everything that was drawn is known, so no test is undecided: what is open today falls to one side or the
    other, as often as its chance says. Why a group fails to earn is not drawn, but follows: where it earns in a draw
    there is no reason, and where it fails otherwise than today nobody knows why.
    """
    draws = len(drawn["", "large"])
    parts = []
    for row in facts.to_dict("records"):
        group = row["group_id"]
        part = pd.DataFrame({name: np.full(draws, word, dtype="object") for name, word in row.items()})
        own = {quantity: values for (of, quantity), values in drawn.items() if of == group}
        for quantity, words in (
            *(("lifetime", ("below", "above")), ("margin_slope", ("yes", "no"))),
            *((test, (FAIL, PASS)) for test in TESTS),
        ):
            if quantity in own:
                part[QUANTITIES[quantity].fact] = np.where(_above(quantity, own[quantity]), words[1], words[0])
        if "headroom" in own:
            part["headroom"] = np.where(own["headroom"] >= drawn["", "large"], "large", "small")
        if "customer_share" in own:
            low, high = share_cuts
            share = own["customer_share"]
            part["share"] = np.select([share < low, share < high], ["win_more", "build"], "deepen_and_defend")
        if "to_us" in own:
            sides = zip(own["to_us"] >= PARITY, own["to_them"] >= PARITY, strict=True)
            part["position"] = [PLACES[bool(ours), bool(theirs)] for ours, theirs in sides]
        part["draw"] = np.arange(draws)
        parts.append(part)
    if not parts:
        return facts.assign(draw=pd.Series(dtype=int))
    return diagnosed(settled(pd.concat(parts, ignore_index=True)))


def diagnosed(facts: pd.DataFrame) -> pd.DataFrame:
    """Facts whose diagnosis agrees with whether the group fails to earn, where that is known."""
    fails = (facts["lifetime"] == "below") | (facts[DOWNTURN] == "yes") | (facts["profitable"] == FAIL)
    earns = (facts["lifetime"] == "above") & (facts[DOWNTURN] == "no") & (facts["profitable"] == PASS)
    diagnosis = facts["diagnosis"].mask(earns & (facts["diagnosis"] != "unknown"), "none")
    return facts.assign(diagnosis=diagnosis.mask(fails & (diagnosis == "none"), "unknown"))


def _above(quantity: str, values: np.ndarray) -> np.ndarray:
    if quantity == "lifetime":
        return values > 0
    return values > STEEP if quantity == "margin_slope" else values > 0.5


def _beside(value: float, low: float, high: float, z: np.ndarray) -> np.ndarray:
    """The value, and on each side of it a half normal as wide as the range there."""
    reach = float(ndtri((1 + LEVEL) / 2))
    return value + z * np.where(z < 0, max(value - low, 0.0), max(high - value, 0.0)) / reach


def _rows(table: pd.DataFrame | None) -> dict[str, dict]:
    return {} if table is None else {row["group_id"]: row for row in table.to_dict("records")}


def _deciding(margin_slopes: pd.DataFrame | None) -> pd.DataFrame | None:
    if margin_slopes is None:
        return None
    return margin_slopes[margin_slopes["decides"].fillna(False).astype(bool)]


def _three(row: Mapping | None, value: str, ends: str) -> np.ndarray:
    """Value, low, high; a missing column or value is not a number."""
    row = row or {}
    found = [row.get(name) for name in (value, f"{ends}_low", f"{ends}_high")]
    return np.array([np.nan if one is None or pd.isna(one) else float(one) for one in found])


def _slope(row: Mapping | None) -> np.ndarray:
    """The least steep look at the margin, as unsure as the line through all quarters."""
    value, low, high = _three(row, "slope", "slope")
    looks = [value, *(_three(row, f"slope_{look}", "slope")[0] for look in ("within", "before"))]
    best = np.nan if np.isnan(value) else float(np.nanmax(looks))
    return np.array([best, best - (value - low), best + (high - value)])


def _share(row: Mapping | None) -> np.ndarray:
    """The measured share where it has a band, else the modelled one, as the fact takes them."""
    measured = (row or {}).get("band")
    if isinstance(measured, str) and measured != "cannot_say":
        return _three(row, "customer_share", "share")
    return _three(row, "modelled_share", "modelled")
