"""What is at stake in each group? Money a year that could be won, mended, kept or released, and what one must believe.

Four levers, each from a step before. They overlap: who leaves can neither be won more from nor be served more cheaply,
and who is led away is no longer worth keeping. What is counted adds up; what each would be alone stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_members import BESIDE, group_order
from helpers.method.intervals import LEVEL
from helpers.method.money import whole_money

WIN, REPAIR, KEEP, RELEASE = "win", "repair", "keep", "release"
LEVERS = {
    WIN: "Win what goes to others",
    REPAIR: "Serve at the usual cost",
    KEEP: "Keep who would leave",
    RELEASE: "Stop what loses money",
}
BELIEVE = {
    WIN: "That as large a part of what its customers buy elsewhere moves to us within a year as moved from those who "
    "moved most, and that it leaves the margin of today.",
    REPAIR: "That each customer who costs more to serve than the middle customer of the group, for the same revenue, "
    "can be served at that cost and stays.",
    KEEP: "That as many of those who stop buying in a year can be kept as we judge, and buy as the group does.",
    RELEASE: "That the customers on whom we lose money can be led away, and that their costs then really end.",
}
# which levers an intent pulls
PULLS = {"grow": (WIN, KEEP), "maintain": (KEEP,), "re_engineer": (REPAIR,), "retire": (RELEASE,)}
KEPT = (0.1, 0.2, 0.3)  # low, likely, high: part of those who would leave that can be kept; judged
DRAWS = 1_000
SEED = 20_091
MONEY = ["customer_profit", "revenue", "gross_margin", "cost_to_serve"]
COLUMNS = [
    "group_id", "group_name", "lever", "lever_name", "customers", "exposed", "part", "part_low", "part_high",
    "alone", "alone_low", "alone_high", "counted", "counted_low", "counted_high", "pulled", "evidence",
    "must_believe", "why_not", "relieved", "relieved_low", "relieved_high",
]  # fmt: skip


def value_at_stake(
    customer_value: pd.DataFrame,
    names: Mapping[str, str],
    winnable_headroom: pd.DataFrame | None,
    lapse_rates: pd.DataFrame | None,
    *,
    years: float,
    intents: Mapping[str, tuple[str, ...]] | None = None,
    kept: tuple[float, float, float] | Mapping[str, tuple[float, float, float]] = KEPT,
    level: float = LEVEL,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Money a year at stake in each group, lever by lever.

    Answers "what is a better relation with this group worth, and what would have to be true for it?".

    Parameters
    ----------
    customer_value : DataFrame, one row per customer, the published one of step 04
    names : mapping of group_id to name, of the groups in question
    winnable_headroom : DataFrame or None, of step 05
    lapse_rates : DataFrame or None, from `portfolio_projection.lapse_rates`
    years : float
        Of the window.
    intents : mapping of group_id to its intents, primary first, optional
        Without it a group pulls win, repair and keep, or release where that is worth more.
    kept : (low, likely, high), or a mapping of group_id to it
        Part of those who would leave that can be kept, judged: of all groups, or of each, from
        `intent_shifts.kept_parts`, so that value and projection believe the same. Below zero, an intent drives some
        away. Groups that it does not name have `KEPT`.
    level : float
        Of the ranges.
    draws : int

    Returns
    -------
    DataFrame, one row per group and lever: the columns of the published value_at_stake; money in currency a year
        customers           int    behind the lever
        exposed             float  all that the lever could act on: margin of the headroom, cost above the usual, margin
                                   of those who leave in a year, losses
        part, _low, _high   float  how much of it is at stake: what one must believe
        alone, _low, _high  float  exposed x part, as if it were the only lever
        counted, ...        float  the same without what another lever that is pulled counts already; 0 where not pulled
        pulled              bool
        evidence            str    modelled, measured or judged
        must_believe        str
        relieved, ...       float  of repair: what is counted as a part of the group's cost to serve; else missing
        why_not             str    why it is not known, else empty; then the numbers are missing

    Raises
    ------
    StepInputError
        If the window has no length or `kept` are no parts in order.

    Notes
    -----
    win: winnable headroom x the group's gross margin rate less its usual (median) cost to serve rate: so what is won
    does not count the repair of its cost again. repair: cost to serve above median rate x revenue, summed over the
    customers that lie above. keep: rate of leaving x profit of the group, where that is above zero. release: the
    losses of the group's customers with a profit below zero; a group whose every customer earns money releases none.

    Counted: of win and repair the part (1 - rate x (1 - kept)) that concerns customers who are still there, and with
    release pulled only that of customers who do not lose money; keep counts today's profit, before any repair.
    Ranges: exposed sums from a bootstrap over the group's customers; headroom and rates from their own ranges, taken as
    normal; parts triangular. All are drawn apart.

    Examples
    --------
    >>> value = pd.DataFrame({"customer_id": ["a", "b", "c"], "group_id": "g1", "status": "active",
    ...     "revenue": [100.0, 100.0, 100.0], "gross_margin": [30.0, 30.0, 30.0], "cost_to_serve": [10.0, 10.0, 50.0],
    ...     "customer_profit": [20.0, 20.0, -20.0]})
    >>> table = value_at_stake(value, {"g1": "Yards"}, None, None, years=2)
    >>> table.set_index("lever").loc[["repair", "release"], ["exposed", "alone", "pulled"]].values.tolist()
    [[20.0, 20.0, True], [10.0, 10.0, False]]
    """
    parts = {group: kept.get(group, KEPT) if isinstance(kept, Mapping) else kept for group in names}
    wrong = [ends for ends in parts.values() if not -1 <= ends[0] <= ends[1] <= ends[2] <= 1]
    if not years > 0 or wrong:
        raise StepInputError(
            f"value_at_stake: the window is {years:g} years and kept are {wrong[0] if wrong else kept}. Expected a "
            "length above zero, and three parts from -1 to 1, in order."
        )
    headroom, rates = _by_group(winnable_headroom), _by_group(lapse_rates)
    rows = []
    for number, group in enumerate(one for one in group_order(names) if one not in BESIDE):
        inside = (customer_value["group_id"] == group) & (customer_value["status"] == "active")
        own = customer_value[inside].sort_values(MONEY)  # draws stand by what customers bring, not by who they are
        rng = np.random.default_rng([SEED, number])
        drawn = _Drawn(own, headroom.get(group), rates.get(group), years, parts[group], draws, rng)
        pulled = _pulled(drawn, None if intents is None else intents.get(group, ()))
        for lever in LEVERS:
            row = {"group_id": group, "group_name": names[group], "lever": lever, "lever_name": LEVERS[lever]}
            rows.append(row | drawn.row(lever, pulled, level))
    table = pd.DataFrame(rows, columns=COLUMNS)
    words = ("group_id", "group_name", "lever", "lever_name", "evidence", "must_believe", "why_not")
    numbers = [*COLUMNS[5:15], *COLUMNS[-3:]]
    table = table.astype(dict.fromkeys(words, "str") | dict.fromkeys(numbers, "float64") | {"pulled": bool})
    for name in numbers:
        is_part = name.startswith(("part", "relieved"))
        table[name] = table[name].round(9) if is_part else whole_money(table[name])
    return table.astype({"customers": "Int64"})


def stake_by_group(value_at_stake: pd.DataFrame) -> pd.DataFrame:
    """What is counted in each group over its levers; the ranges added as if levers were wrong together (the widest)."""
    sums = value_at_stake.groupby("group_id", sort=False)[["counted", "counted_low", "counted_high"]].sum(min_count=1)
    return sums.reset_index()


class _Drawn:
    """The four levers of one group: point values in the first place, draws after it."""

    def __init__(self, own, headroom, rate, years, kept, draws, rng):
        self.why, self.exposed, self.part, self.people = {}, {}, {}, {}
        money = own[MONEY].astype(float)
        some = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), draws) if len(own) else np.zeros((draws, 0))
        weight = np.vstack([np.ones(len(own)), some])

        def summed(values: pd.Series) -> np.ndarray:
            return weight @ values.fillna(0.0).to_numpy() / years

        profit = money["customer_profit"]
        served = money[["revenue", "cost_to_serve"]].notna().all(axis=1) & (money["revenue"] > 0)
        cost_rate = (money["cost_to_serve"] / money["revenue"]).where(served)
        usual = float(cost_rate.median()) if served.any() else np.nan
        above = (money["cost_to_serve"] - usual * money["revenue"]).where(served).clip(lower=0)
        self._set(REPAIR, summed(above), np.ones(draws + 1), int((above > 0).sum()))
        if not served.any():
            self.why[REPAIR] = "Cost to serve is not known."
        loss = (-profit).clip(lower=0)
        self._set(RELEASE, summed(loss), np.ones(draws + 1), int((loss > 0).sum()))
        if profit.notna().sum() == 0:
            self.why[RELEASE] = "Profit is not known."
        self.all_cost = summed(money["cost_to_serve"].where(served))
        self.losing = float((above.where(profit < 0)).sum() / above.sum()) if above.sum() > 0 else 0.0

        self.lapse = np.zeros(draws + 1)
        part = np.concatenate([[kept[1]], _triangular(kept, draws, rng)])
        self.stay = np.ones(draws + 1)
        if rate is None:
            self.why[KEEP] = "Two years of history or more would show how many leave."
        elif profit.notna().sum() == 0:
            self.why[KEEP] = "Profit is not known."
        if rate is not None:
            self.lapse = np.clip(_normal(rate, "lapse_rate", "lapse", draws, rng), 0, 1)
            self.stay = 1 - self.lapse * (1 - part)
        self._set(KEEP, self.lapse * np.clip(summed(profit), 0, None), part, len(own))

        known = money[["revenue", "gross_margin"]].notna().all(axis=1)
        sold, margin = (summed(money[name].where(known)) for name in ("revenue", "gross_margin"))
        earned = np.divide(margin, sold, out=np.full(draws + 1, np.nan), where=sold > 0)
        earned = np.clip(earned - (0.0 if np.isnan(usual) else usual), 0, None)
        won = None if headroom is None or pd.isna(headroom["winnable"]) else headroom
        if won is None:
            self.why[WIN] = "Winnable headroom is not known."
            self._set(WIN, np.zeros(draws + 1), np.ones(draws + 1), 0)
        elif np.isnan(earned[0]):
            self.why[WIN] = "Gross margin is not known."
            self._set(WIN, np.zeros(draws + 1), np.ones(draws + 1), 0)
        else:
            amount = np.clip(_normal(won, "winnable", "winnable", draws, rng), 0, None)
            whole = float(won["headroom"])
            self._set(WIN, earned * whole, amount / whole if whole > 0 else amount * 0, int(won["customers"]))

    def _set(self, lever: str, exposed: np.ndarray, part: np.ndarray, people: int) -> None:
        self.exposed[lever], self.part[lever], self.people[lever] = exposed, part, people

    def alone(self, lever: str) -> np.ndarray:
        """As if it were the only lever."""
        return self.exposed[lever] * self.part[lever]

    def counted(self, lever: str, pulled: set[str]) -> np.ndarray:
        """Without what another lever counts already."""
        if lever not in pulled or lever in self.why:
            return np.zeros_like(self.exposed[lever])
        value = self.alone(lever)
        if lever in (WIN, REPAIR):
            value = value * self.stay
        if lever == REPAIR and RELEASE in pulled:
            value = value * (1 - self.losing)
        return value

    def row(self, lever: str, pulled: set[str], level: float) -> dict:
        """The row of a lever."""
        common = {"pulled": lever in pulled, "must_believe": BELIEVE[lever], "why_not": self.why.get(lever, "")}
        common["evidence"] = "judged" if lever == KEEP else "modelled" if lever == WIN else "measured"
        if lever in self.why:
            return common
        row = common | {"customers": self.people[lever], "exposed": self.exposed[lever][0]}
        counted = self.counted(lever, pulled)
        told = {"part": self.part[lever], "alone": self.alone(lever), "counted": counted}
        if lever == REPAIR:
            none = np.zeros_like(counted)
            told["relieved"] = np.divide(counted, self.all_cost, out=none, where=self.all_cost > 0)
        for name, values in told.items():
            ends = np.quantile(values[1:], [(1 - level) / 2, (1 + level) / 2]) if len(values) > 1 else (np.nan, np.nan)
            row |= {name: values[0], f"{name}_low": ends[0], f"{name}_high": ends[1]}
        return row


def _pulled(drawn: _Drawn, intents: tuple[str, ...] | None) -> set[str]:
    """The levers of the intents; without any the side that is worth more."""
    if intents is not None:
        return {lever for intent in intents for lever in PULLS[intent]}
    serve = {WIN, REPAIR, KEEP}
    release = {RELEASE}
    worth = [sum(drawn.counted(lever, side)[0] for lever in side) for side in (serve, release)]
    return serve if worth[0] >= worth[1] else release


def _by_group(table: pd.DataFrame | None) -> dict[str, dict]:
    return {} if table is None else {str(row["group_id"]): row for row in table.to_dict("records")}


def _normal(row: Mapping, name: str, ends: str, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The value, then draws with its 90 % range as a normal's; without a range the value alone."""
    low, high = row[f"{ends}_low"], row[f"{ends}_high"]
    error = 0.0 if pd.isna(low) or pd.isna(high) else (high - low) / (2 * 1.6448536269514722)
    return np.concatenate([[float(row[name])], rng.normal(float(row[name]), max(error, 0.0), draws)])


def _triangular(ends: tuple[float, float, float], draws: int, rng: np.random.Generator) -> np.ndarray:
    low, likely, high = ends
    return np.full(draws, likely) if low == high else rng.triangular(low, likely, high, draws)
