"""Does a group of customers earn us money, and would it if others of its kind had come? The test Profitable.

Profit here is what is left after the soft costs that are traced to the group, and with the fees of its contracts. A
group whose margin falls fails whatever it earns today.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.contract_fees import contract_fees
from helpers.method.delivered import columns_of
from helpers.method.group_named import formed_groups, names_of_groups
from helpers.method.money import whole_money
from helpers.method.pass_chance import FAIL_TO, PASS_FROM, status_of
from helpers.method.profit import LEAST_KNOWN

DRAWS, SEED = 2_000, 8
AT_ONCE = 2_000_000  # customers drawn at a time, so that many customers need no more memory
AFTER_SERVICE, MARGIN_ONLY = "after_cost_to_serve", "gross_margin"
LOSS, DOWNTURN = "loss", "downturn"
NO_VALUE, NO_COST, TOO_FEW = "no_value", "no_cost", "too_few"
LEAST = 2  # customers: from one, nothing is told of others
BETTER, WORSE, LEVEL = "better", "worse", "level"
DIGITS = 9
MONEY = ["customer_profit", "contract_fees", "profit", "profit_low", "profit_high", "untraced_part"]
COLUMNS = [
    *("group_id", "group_name", "customers", "known_customers", *MONEY),
    *("p_profit", "p_after_untraced", "downturn", "chance", "status", "fails_by", "basis", "trend", "why_not"),
]


def profit_chance(
    customer_value: pd.DataFrame | None,
    margin_slopes: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    contracts: pd.DataFrame | None = None,
    *,
    start: object,
    as_of: object,
    untraced: float | None = None,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """How likely it is that each group earns money after its soft costs.

    Parameters
    ----------
    customer_value : DataFrame, one row per customer, or None
        Of step 04: customer_id, revenue, gross_margin, cost_to_serve, customer_profit, all of the window.
    margin_slopes : DataFrame or None
        Of step 04: group_id, decides, slope, p_fall, slope_before, slope_within and downturn.
    groups : DataFrame, one row per customer in a group, or None; then there is no row
    contracts : DataFrame, one row per contract, optional
    start, as_of : date
        The window.
    untraced : float, optional
        Cost of the window that no event records, from `profit_ladder.untraced_costs`.
    draws : int
        Of the bootstrap.

    Returns
    -------
    DataFrame, one row per group that was formed: the columns of the published profit_chance
        known_customers   int    whose profit is known, or who paid a fee
        customer_profit, contract_fees   float  sums of the window, as in `failing_groups`
        profit, _low, _high   float  both together, with the 90 % interval of the bootstrap
        untraced_part     float  of the untraced cost, as the group's traced cost to serve is of everybody's; missing
                                 where either is not known
        p_profit          float  part of draws with profit > 0
        p_after_untraced  float  the same less the untraced part: a second view, it decides nothing
        downturn          boolean  of step 04; missing where it has no slope of the group
        chance            float  p_profit; 0 in a downturn; missing where the profit is not known and there is none
        status            str    pass, fail, undecided or not_tested
        fails_by          str    loss, downturn, both with a comma; empty where the group does not fail
        basis             str    after_cost_to_serve, or gross_margin where no service was delivered; missing without
                                 step 04
        trend             str    better, worse or level: the margin's slope of step 04, by four of five chances and
                                 in the same direction at its second look; missing without a slope
        why_not           str    no_value (step 04 has no profit), no_cost (of customers with less than half of the
                                 revenue), too_few (customers); empty where there is a p_profit

    Notes
    -----
    Customers are drawn with replacement, as many as the group has, and their profits and fees are added up. One large
    customer on whom all rests is left out of every third draw, and the chance shows it. Untraced cost belongs to no
    group; who causes more of what is traced is taken to cause more of what is not.

    References
    ----------
    Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13.

    Examples
    --------
    >>> value = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "revenue": 90.0, "customer_profit": [9.0, 3.0, -1.0]})
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "group_id": "g1", "group_name": "Yards"})
    >>> found = profit_chance(value, None, groups, start="2026-01-01", as_of="2027-01-01")
    >>> found[["profit", "status", "basis"]].values.tolist()
    [[11.0, 'pass', 'gross_margin']]
    """
    names = names_of_groups(groups)
    own = _by_customer(customer_value, groups, contracts, start, as_of)
    everybody = columns_of(customer_value, {"cost_to_serve": float})["cost_to_serve"]
    parts = _untraced_parts(own, everybody, untraced)
    basis = None if customer_value is None else AFTER_SERVICE if everybody.notna().any() else MARGIN_ONLY
    rows = []
    for group_id in formed_groups(names):
        mine = own[own["group_id"] == group_id]
        why = _why_not(mine, customer_value)
        row = {"group_id": group_id, "group_name": names[group_id], "customers": int(len(mine)), "why_not": why}
        known = mine[mine["known"]]
        row |= {"known_customers": len(known), "untraced_part": parts.get(group_id, np.nan)}
        row["basis"] = basis
        sums = drawn_sums(known["profit"], draws) if not why else np.empty(0)
        row |= _chances(sums, row["untraced_part"])
        row["contract_fees"] = mine["fee"].sum()
        if not why:
            row |= {"customer_profit": known["customer_profit"].sum(), "profit": known["profit"].sum()}
        rows.append(row | _of_slope(margin_slopes, group_id))
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name not in ("chance", "status", "fails_by")])
    return _finished(table)


def drawn_sums(values: pd.Series, draws: int = DRAWS) -> np.ndarray:
    """Sums over as many customers, drawn again from these; sorted.

    The order of rows does not matter: equal values are the same, whoever's they are.

    Examples
    --------
    >>> drawn_sums(pd.Series([2.0, 2.0, 2.0]), draws=3).tolist()
    [6.0, 6.0, 6.0]
    """
    ordered = np.sort(values.to_numpy(dtype=float))
    rng = np.random.default_rng(SEED)
    size = len(ordered)
    if not size:
        return np.empty(0)
    step = max(1, AT_ONCE // size)
    sums = [
        ordered[rng.integers(0, size, (min(step, draws - done), size))].sum(axis=1) for done in range(0, draws, step)
    ]
    return np.sort(np.concatenate(sums).round(4) + 0.0)


def _by_customer(
    value: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    contracts: pd.DataFrame | None,
    start: object,
    as_of: object,
) -> pd.DataFrame:
    """What each member of a group brought: profit where it is known, and fees."""
    members = columns_of(groups, {"customer_id": "str", "group_id": "str"})
    numbers = dict.fromkeys(("revenue", "cost_to_serve", "customer_profit"), float)
    told = columns_of(value, {"customer_id": "str"} | numbers)
    table = members.merge(told, on="customer_id", how="left", validate="many_to_one")
    fees = contract_fees(contracts, start=start, end=as_of)
    table["fee"] = table["customer_id"].map(fees).astype(float).fillna(0.0)
    table["known"] = table["customer_profit"].notna() | (table["fee"] > 0)
    table["profit"] = table["customer_profit"].fillna(0.0) + table["fee"]
    return table


def _why_not(mine: pd.DataFrame, value: pd.DataFrame | None) -> str:
    """Why no profit can be told; empty where it can. Known has to be half of the revenue, as in `failing_groups`."""
    if value is None:
        return NO_VALUE
    known, revenue = mine["customer_profit"].notna(), mine["revenue"].fillna(0.0)
    if not known.any() or revenue[known].sum() < LEAST_KNOWN * revenue.sum():
        return NO_COST
    return TOO_FEW if mine["known"].sum() < LEAST else ""


def _untraced_parts(own: pd.DataFrame, everybody: pd.Series, untraced: float | None) -> dict[str, float]:
    """The untraced cost by group, as its traced cost is of everybody's, also of who is in no group."""
    if untraced is None or not everybody.sum() > 0:
        return {}
    traced = own.groupby("group_id")["cost_to_serve"].sum(min_count=1)
    return (untraced * traced / everybody.sum()).round(4).to_dict()


def _chances(sums: np.ndarray, untraced_part: float) -> dict[str, float]:
    if not len(sums):
        return {}
    low, high = np.percentile(sums, [5, 95])
    row = {"profit_low": low, "profit_high": high, "p_profit": float((sums > 0).mean())}
    if untraced_part == untraced_part:
        row["p_after_untraced"] = float((sums > untraced_part).mean())
    return row


def _of_slope(margin_slopes: pd.DataFrame | None, group_id: str) -> dict[str, object]:
    """Whether the group is in downturn, and where its margin goes."""
    looks = ["slope_before", "slope_within"]
    kinds = {"group_id": "str", "decides": "boolean", "downturn": "boolean"}
    rows = columns_of(margin_slopes, kinds | dict.fromkeys(["slope", "p_fall", *looks], float))
    rows = rows[(rows["group_id"] == group_id) & rows["decides"].fillna(False)]
    if rows.empty:
        return {"downturn": None, "trend": None}
    row = rows.iloc[0]
    second = row[looks].dropna()
    also = second.iloc[0] if len(second) else row["slope"]
    rises, falls = row["p_fall"] >= PASS_FROM and also > 0, row["p_fall"] <= FAIL_TO and also < 0
    trend = BETTER if rises else WORSE if falls else LEVEL
    return {"downturn": bool(rows["downturn"].fillna(False).any()), "trend": trend}


def _finished(table: pd.DataFrame) -> pd.DataFrame:
    """With what follows from profit and downturn, in its types."""
    table["downturn"] = table["downturn"].astype("boolean")
    falls = table["downturn"].fillna(False).astype(bool)
    table["p_profit"] = table["p_profit"].astype(float)
    table["chance"] = table["p_profit"].mask(falls, 0.0)
    table["status"] = pd.Series(status_of(table["chance"]), table.index, dtype="str")
    loses = table["p_profit"].round(12) <= FAIL_TO
    reasons = [
        ", ".join(name for name, is_so in ((LOSS, loses[at]), (DOWNTURN, falls[at])) if is_so) for at in table.index
    ]
    table["fails_by"] = pd.Series(reasons, table.index, dtype="str")
    for name in MONEY:
        table[name] = whole_money(table[name])
    kinds = dict.fromkeys(("p_profit", "p_after_untraced", "chance"), float)
    kinds |= dict.fromkeys(("customers", "known_customers"), "int64")
    kinds |= dict.fromkeys(("group_id", "group_name", "status", "fails_by", "basis", "trend", "why_not"), "str")
    return table.astype(kinds).round(dict.fromkeys(("p_profit", "p_after_untraced", "chance"), DIGITS))[COLUMNS]
