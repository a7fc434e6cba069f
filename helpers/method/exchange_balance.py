"""What would bring each group into balance: which driver by how many points, or which part of cost or price?

One lever at a time, and everything else as it is: the answer says how far away balance is, not what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from helpers.method.exchange_sides import LEAST_WEIGHT
from helpers.method.share import ALL
from helpers.method.survey_answers import OTHER, OWN, Answers
from helpers.method.survey_scale import DRIVER
from helpers.method.value_exchange import PARITY, WITHIN

TO_US, TO_THEM = "to_us", "to_them"
SIDES = {TO_US: "What we get", TO_THEM: "What they get"}
PRICE, SERVICE = "price_level", "cost_to_serve"
MONEY_LEVERS = {PRICE: "Prices up", SERVICE: "Cost to serve down"}
STEPS = 100  # of a lever's whole way: a hundredth of revenue or cost, a tenth of a point on a scale of ten
_SMALL = 1e-9


def exchange_levers(
    exchange: pd.DataFrame,
    answers: Answers,
    weights: pd.DataFrame,
    customer_value: pd.DataFrame | None,
    *,
    hurdle: float,
    within: float = WITHIN,
) -> pd.DataFrame:
    """How far each lever would have to move for a group to come to parity and into balance.

    Parameters
    ----------
    exchange : DataFrame, from `value_exchange`
    answers : Answers
    weights : DataFrame, from `driver_weights`
    customer_value : DataFrame or None, as step 04 publishes it
    hurdle, within
        As in `worth_of_customers` and `value_exchange`.

    Returns
    -------
    DataFrame, one row per group, side and lever: the columns of the published exchange_levers
        Only sides that should rise: the one below parity, and the lower one of a group out of balance. The target is
        parity, or the other side less `within`, whichever is higher. `points` (of a rating) or `part` (of revenue or
        of cost) is the smallest step that reaches it, on a grid of a hundredth of the whole way; missing where even
        the whole way does not, and `reached` then says how far it leads. Within a side the nearest lever stands first.

    Notes
    -----
    A driver's points are given to every respondent who rates it and cannot lift a rating beyond the best answer. A
    price is raised for every purchase to come at unchanged volume, so its part is the least that would do. Cost to
    serve falls alike for all customers of a group, from the group's own part of revenue. Contract fees and what comes
    through referrals stay as they are.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> value = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "status": "active", "clv": [5.0, 8.0],
    ...     "referral_value": 0.0, "expected_revenue": [100.0, 100.0], "revenue": 100.0, "cost_to_serve": 10.0})
    >>> exchange = pd.DataFrame({"group_id": ["all"], "group_name": ["All"], "customers": [2], "to_us": [0.0],
    ...     "to_them": [float("nan")]})
    >>> nobody = survey_answers(None, start="2026-01-01", end="2027-01-01")
    >>> found = exchange_levers(exchange, nobody, pd.DataFrame(), value, hurdle=10.0)
    >>> found[["lever", "part", "reached"]].values.tolist()
    [['price_level', 0.03, 0.5], ['cost_to_serve', 0.21, 0.5]]
    """
    rows = []
    for group in exchange.itertuples(index=False):
        now = {TO_US: float(group.to_us), TO_THEM: float(group.to_them)} if group.customers else {}
        for side, found in now.items():
            other = now[TO_THEM if side == TO_US else TO_US]
            target = max(PARITY, other - within) if other == other else PARITY
            if not found < target - _SMALL:  # reached, or not known
                continue
            facts = {"group_id": group.group_id, "group_name": group.group_name, "customers": group.customers}
            facts |= {"side": side, "side_name": SIDES[side], "now": found, "target": target}
            levers = (
                _drivers(answers, weights, group.group_id)
                if side == TO_THEM
                else _money(customer_value, group.group_id, hurdle)
            )
            rows += _nearest_first([facts | _moved(lever, target) for lever in levers])
    texts = ("group_id", "group_name", "side", "side_name", "lever", "lever_name")
    numbers = ("now", "target", "reached", "points", "part")
    columns = [*texts[:2], "customers", *texts[2:], *numbers, "nearest"]
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, float) | {"customers": "Int64", "nearest": "boolean"}
    return pd.DataFrame(rows, columns=columns).astype(kinds).round(dict.fromkeys(numbers, 9))


def _moved(lever: tuple[str, str, str, float, Callable[[float], float]], target: float) -> dict:
    """The smallest step of a lever that reaches the target: what it moves grows with it, so halving finds it."""
    name, words, unit, whole, reached_at = lever
    row = {"lever": name, "lever_name": words, "points": np.nan, "part": np.nan}
    if reached_at(whole) < target - _SMALL:
        return row | {"reached": reached_at(whole)}
    low, high = 0, STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached_at(whole * middle / STEPS) >= target - _SMALL else (middle, high)
    step = whole * high / STEPS
    return row | {unit: step, "reached": reached_at(step)}


def _nearest_first(rows: list[dict]) -> list[dict]:
    """Levers by how far they must move, then by how far they lead where that is not enough; equal ones as they came."""

    def place(row: dict) -> tuple[float, float]:
        moved = row["points"] if np.isnan(row["part"]) else row["part"]
        return (np.inf, -row["reached"]) if np.isnan(moved) else (moved, 0.0)

    best = min(map(place, rows), default=None)
    return [row | {"nearest": place(row) == best} for row in sorted(rows, key=place)]


def _drivers(answers: Answers, weights: pd.DataFrame, group: str) -> Iterator[tuple]:
    """One lever a driver: the part of the group's respondents who gain when its rating is so many points higher."""
    rows = answers.sincere if group == ALL else answers.sincere[answers.sincere["group_id"] == group]
    names, best = answers.names, answers.scales[DRIVER].high
    own, other = (rows[[prefix + name for name in names]].to_numpy(float) for prefix in (OWN, OTHER))
    known = ~np.isnan(own) & ~np.isnan(other)
    of = rows["group_id"].where(rows["group_id"].isin(weights.index)).fillna(ALL)
    each = weights.reindex(columns=names).loc[of].to_numpy() * known
    counted = each.sum(axis=1).round(9) >= LEAST_WEIGHT
    points = (each * np.where(known, own - other, 0.0)).sum(axis=1)
    codes = pd.factorize(rows["cluster"].to_numpy()[counted])[0]

    for place, name in enumerate(names):
        # a rating cannot rise beyond the best answer
        room, weight = np.where(known[:, place], best - own[:, place], 0.0), each[:, place]

        def gaining(lift: float, room: np.ndarray = room, weight: np.ndarray = weight) -> float:
            lifted = (points + weight * np.minimum(room, lift))[counted].round(9)
            return float((np.bincount(codes, (1 + np.sign(lifted)) / 2) / np.bincount(codes)).mean())

        yield name, answers.labels[name], "points", answers.scales[DRIVER].span, gaining


def _money(customer_value: pd.DataFrame | None, group: str, hurdle: float) -> Iterator[tuple]:
    """Prices, and where it is known cost to serve: the part of the group's customers who are then worth the hurdle."""
    if customer_value is None:
        return
    rows = customer_value[(customer_value["status"] == "active") & customer_value["clv"].notna()]
    rows = rows if group == ALL else rows[rows["group_id"] == group]
    value = rows["clv"].to_numpy(float) + rows["referral_value"].fillna(0.0).to_numpy(float)
    ahead = rows["expected_revenue"].fillna(0.0).to_numpy(float)
    served = rows[rows["cost_to_serve"].notna() & rows["revenue"].notna()]
    rate = served["cost_to_serve"].sum() / served["revenue"].sum() if served["revenue"].sum() > 0 else 0.0

    def worth_it(moved: float, of: float = 1.0) -> float:
        return float(((value + moved * of * ahead).round(4) > hurdle).mean())

    yield PRICE, MONEY_LEVERS[PRICE], "part", 1.0, worth_it
    if rate > 0:
        yield SERVICE, MONEY_LEVERS[SERVICE], "part", 1.0, lambda moved: worth_it(moved, rate)
