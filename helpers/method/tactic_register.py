"""The register of tactics as the choice of the best set wants it: typed, checked, and what cannot be done set aside."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.delivered import columns_of
from helpers.method.group_named import NO_GROUP
from helpers.method.share import ALL
from helpers.method.tactic_choice import TacticProblem
from helpers.method.value_at_stake import WIN

SHARE_STAGE, SHARE_MEASURE = "win", "customer_share"
TEXTS = ("tactic", "title", "group_id", "group_name", "driver", "stage", "measure", "needs")
MONEY = ("cost", "effect_low", "effect_likely", "effect_high")
TYPES = dict.fromkeys(TEXTS, "str") | dict.fromkeys((*MONEY, "people_days"), float)


def share_caps(value_at_stake: pd.DataFrame | None, *, months: int, annual_discount: float) -> dict[str, float]:
    """How much discounted margin can be won in each group: the most that tactics which win share can count for.

    Parameters
    ----------
    value_at_stake : DataFrame or None, of step 09
        `alone` of the lever win: winnable headroom x margin, currency a year.
    months : int
        Horizon of the effects.
    annual_discount : float

    Returns
    -------
    dict of group_id to money; groups of which it is not known are absent. "all", for tactics that win share of every
    group, is their sum where each is known

    Notes
    -----
    The winnable margin of a year comes month by month over the horizon, as in the lifetime value: month k counts
    (1 + annual_discount)^-((k - 0.5) / 12).

    Examples
    --------
    >>> stake = pd.DataFrame({"group_id": ["g1", "g2"], "lever": "win", "alone": [120.0, None]})
    >>> share_caps(stake, months=12, annual_discount=0.0)
    {'g1': 120.0}
    >>> share_caps(stake[:1], months=12, annual_discount=0.0)
    {'g1': 120.0, 'all': 120.0}
    """
    if months < 1 or not annual_discount >= 0:
        raise StepInputError(
            f"share_caps: the horizon is {months} months and the discount {annual_discount:g}. Expected a month or "
            "more, and a discount of zero or more such as 0.1."
        )
    if value_at_stake is None:
        return {}
    years = float(((1 + annual_discount) ** (-(np.arange(months) + 0.5) / 12)).sum() / 12)
    every = value_at_stake[value_at_stake["lever"] == WIN].sort_values("group_id")
    rows = every[every["alone"].notna()]
    caps = {}
    for group, alone in zip(rows["group_id"], rows["alone"], strict=True):
        caps[str(group)] = max(round(float(alone) * years, 4), 0.0)
    return caps | ({ALL: round(sum(caps.values()), 4)} if len(rows) == len(every) > 0 else {})


def register(tactics: pd.DataFrame | None) -> pd.DataFrame:
    """The tactics in the order of their keys, typed; what contradicts itself is refused."""
    rows = columns_of(tactics, TYPES)
    for name in TEXTS:
        rows[name] = rows[name].fillna("").str.strip()
    rows["title"] = rows["title"].where(rows["title"] != "", rows["tactic"])
    none = pd.Series(False, rows.index)
    rows["selected"] = none if tactics is None or "selected" not in tactics else _yes(tactics["selected"])
    if tactics is not None and "wins_share" in tactics:
        rows["wins_share"] = _yes(tactics["wins_share"])
    else:
        rows["wins_share"] = (rows["stage"] == SHARE_STAGE) | (rows["measure"] == SHARE_MEASURE)
    rows = rows.sort_values("tactic", ignore_index=True)
    low, likely, high = (rows[name] for name in MONEY[1:])
    for faults, found, expected in (
        (rows["tactic"].duplicated(), "stands more than once", "one row for each tactic"),
        ((rows["cost"] < 0) | (rows["people_days"] < 0), "has a cost or days below zero", "zero or more"),
        ((low > likely) | (likely > high) | (low > high), "has effects out of order", "low <= likely <= high"),
    ):
        if faults.any():
            names = listed([quoted(name) for name in rows.loc[faults, "tactic"]])
            raise StepInputError(f"tactics: {names} {found}. Expected {expected}: correct the register.")
    return rows


def _yes(values: pd.Series) -> pd.Series:
    """Marks as yes or no; a blank one is no."""
    return values.astype("boolean").fillna(False).astype(bool)


def needed_tactics(needs: str) -> list[str]:
    """The tactics that the text names.

    >>> needed_tactics("crates; visits,  portal ")
    ['crates', 'visits', 'portal']
    """
    return [one.strip() for one in re.split(r"[;,]", needs) if one.strip()]


def why_not(rows: pd.DataFrame, people_days: float | None) -> pd.Series:
    """Why a tactic cannot be in any set; empty where it can."""
    why = pd.Series("", rows.index, dtype="str")
    why = why.mask(rows["effect_likely"].isna(), "Nobody said what it brings.")
    why = why.mask(rows["cost"].isna(), "Nobody said what it costs.")
    if people_days is not None:
        why = why.mask(rows["people_days"].isna(), "Nobody said how many days it takes.")
    names = set(rows["tactic"])
    needs = [needed_tactics(text) for text in rows["needs"]]
    missing = pd.Series([not set(one) <= names for one in needs], rows.index, dtype=bool)
    why = why.mask(missing, "It needs a tactic that is not in the register.")
    while True:  # what needs one that cannot be done cannot be done either
        out = set(rows.loc[why != "", "tactic"])
        new = pd.Series([bool(set(one) & out) for one in needs], rows.index, dtype=bool) & (why == "")
        if not new.any():
            return why
        why = why.mask(new, "It needs a tactic that cannot be done.")


def tactic_problem(
    able: pd.DataFrame, budget: float | None, people_days: float | None, caps: dict[str, float]
) -> tuple[TacticProblem, list[str]]:
    """The numbers of the tactics that can be done, and the groups of the caps in their order."""
    place = {key: at for at, key in enumerate(able["tactic"])}
    held = sorted(set(able.loc[able["wins_share"], "group_id"]) & set(caps))
    at = {group: number for number, group in enumerate(held)}
    cap_of = [at.get(group, -1) if wins else -1 for group, wins in
              zip(able["group_id"], able["wins_share"], strict=True)]  # fmt: skip
    # without a group or a driver nobody knows what it overlaps with
    named = ~able["group_id"].isin(["", NO_GROUP]) & (able["driver"] != "")
    cell = (able["group_id"] + "\n" + able["driver"].str.casefold()).where(named, able["tactic"])
    problem = TacticProblem(
        cost=able["cost"].to_numpy(),
        days=able["people_days"].fillna(0.0).to_numpy(),
        needs=tuple(tuple(place[one] for one in needed_tactics(text)) for text in able["needs"]),
        cell=pd.factorize(cell)[0] if len(able) else np.zeros(0, dtype=int),
        cap_of=np.array(cap_of, dtype=int),
        caps=np.array([caps[group] for group in held], dtype=float),
        budget=budget,
        days_limit=people_days,
    )
    return problem, held
