"""Do budget, people and processes go where value is, and where our intents point?

Three resources, each held against two yardsticks: what the group is worth today, and what we intend with it. Spend that
follows habit shows as a group that gets far more than its part of the value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.delivered import columns_of
from helpers.method.group_members import BESIDE, group_order
from helpers.method.money import whole_money
from helpers.method.share import ALL
from helpers.method.spend_by_function import ALL_FUNCTIONS

NEAR = 0.05  # points by which a group may get more or less than its part of the value and still be in line
MORE, LESS, IN_LINE, UNKNOWN = "more", "less", "in_line", "unknown"
GROW, MAINTAIN, RE_ENGINEER, RETIRE = "grow", "maintain", "re_engineer", "retire"
FOLLOWS, AGAINST_INTENT, OPEN = "follows", "against", "open"
BUDGET, PEOPLE, PROCESSES = "budget", "people", "processes"
RESOURCES = {BUDGET: "Budget", PEOPLE: "People", PROCESSES: "Processes"}
PARTS = {BUDGET: "part_of_spend", PEOPLE: "part_of_people", PROCESSES: "part_of_processes"}
VALUES = {"clv": "part_of_clv", "margin": "part_of_margin", "profit": "part_of_profit"}
COLUMNS = [
    *("group_id", "group_name", "customers", "primary", "spend", "people_days", "tactics", "tactics_cost"),
    *("tactics_days", "processes", "clv", "margin", "profit", "part_of_spend", "part_of_people", "part_of_clv"),
    *(
        "part_of_margin",
        "part_of_profit",
        "part_of_tactics",
        "part_of_tactic_days",
        "part_of_processes",
        "budget_by_value",
        "people_by_value",
    ),
    *("processes_by_value", "budget_by_intent", "people_by_intent", "processes_by_intent", "sentence"),
]
INDEX = ["resource", "resource_name", "against", "groups", "index", "moved", "unit", "from_group", "to_group", "known"]


def spend_alignment(
    spend_by_function: pd.DataFrame,
    tactics: pd.DataFrame | None,
    clv_by_group: pd.DataFrame | None,
    customer_value: pd.DataFrame | None,
    group_intents: pd.DataFrame,
    *,
    near: float = NEAR,
) -> pd.DataFrame:
    """What each group gets today and shall get, beside what it is worth and what we intend with it.

    Answers "for which group do our money and people say something else than our strategy?".

    Parameters
    ----------
    spend_by_function : DataFrame, from `spend_by_function`
    tactics : DataFrame or None, one row per tactic
        group_id, cost, people_days, process_changed (a text; blank = none), selected. Selected ones count.
    clv_by_group, customer_value : DataFrame or None, of step 04
    group_intents : DataFrame, of step 09
        The groups in question, with customers and primary.
    near : float
        Points within which a part is in line with another.

    Returns
    -------
    DataFrame, one row per group: the columns of the published spend_alignment
        part_of_*         share  of these groups together; of value only what is above zero counts
        margin, profit    money  gross margin and profit of the window
        *_by_value        str    more, less or in_line with its part of the CLV; unknown
        *_by_intent       str    follows, against; open where the intent asks for nothing; unknown
        sentence          str    the same in words

    Raises
    ------
    StepInputError
        If `near` is no part between 0 and 1.

    Notes
    -----
    By value: part of today's money and days, and part of the processes that tactics change, less part of CLV, against
    `near`. By intent: a group to grow should have a larger part of the tactics' money (days) than of today's, a group
    to retire a smaller one; to maintain asks for no change. Processes: a group to re-engineer needs a tactic that
    changes one, a group to grow too; a group to retire none.

    CLV is after cost to serve, which is itself a part of spend: who costs much is worth less by that alone. The part of
    gross margin stands beside, which no spend moves.

    Where no tactic is selected nothing is said by intent. A part is missing where the whole is not known or zero.

    Examples
    --------
    >>> spent = pd.DataFrame({"business_function": "All functions", "group_id": ["g1", "g2"], "amount": [20.0, 80.0],
    ...     "people_days": [1.0, 4.0]})
    >>> intents = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": ["Yards", "Owners"], "customers": [10, 90],
    ...     "primary": ["grow", "retire"]})
    >>> worth = pd.DataFrame({"group_id": ["g1", "g2"], "clv": [70.0, 30.0]})
    >>> found = spend_alignment(spent, None, worth, None, intents)
    >>> found[["part_of_spend", "part_of_clv", "budget_by_value"]].values.tolist()
    [[0.2, 0.7, 'less'], [0.8, 0.3, 'more']]
    """
    if not 0 <= near < 1:
        raise StepInputError(f"spend_alignment: near is {near:g}. Expected a part between 0 and 1, such as 0.05.")
    table = group_intents[["group_id", "group_name", "customers", "primary"]].copy()
    formed = [group for group in group_order(table["group_id"]) if group not in (*BESIDE, ALL)]
    table = table.set_index("group_id").reindex(formed)
    spent = spend_by_function[spend_by_function["business_function"] == ALL_FUNCTIONS].set_index("group_id")
    table["spend"], table["people_days"] = (_of(spent, name, table.index) for name in ("amount", "people_days"))
    _tactics(table, tactics)
    table["clv"] = np.nan if clv_by_group is None else _of(clv_by_group.set_index("group_id"), "clv", table.index)
    for name, column in (("margin", "gross_margin"), ("profit", "customer_profit")):
        table[name] = np.nan if customer_value is None else _summed(customer_value, column).reindex(table.index)
    for part, column in (
        *(("part_of_spend", "spend"), ("part_of_people", "people_days"), ("part_of_clv", "clv")),
        *(("part_of_margin", "margin"), ("part_of_profit", "profit"), ("part_of_tactics", "tactics_cost")),
        *(("part_of_tactic_days", "tactics_days"), ("part_of_processes", "processes")),
    ):
        table[part] = _parts(table[column])
    for resource, part in PARTS.items():
        table[f"{resource}_by_value"] = _by_value(table[part], table["part_of_clv"], near)
    table["budget_by_intent"] = _by_intent(table, "part_of_tactics", "part_of_spend")
    table["people_by_intent"] = _by_intent(table, "part_of_tactic_days", "part_of_people")
    table["processes_by_intent"] = _processes(table)
    table["sentence"] = [_sentence(row) for row in table.to_dict("records")]
    table = table.rename_axis("group_id").reset_index()[COLUMNS]
    words = [name for name in COLUMNS if name.endswith(("_by_value", "_by_intent"))]
    numbers = [name for name in COLUMNS[4:21] if name not in ("tactics", "processes")]
    kinds = dict.fromkeys(("group_id", "group_name", "primary", "sentence", *words), "str")
    table = table.astype(kinds | dict.fromkeys(numbers, "float64"))
    for name in ("spend", "tactics_cost", "clv", "margin", "profit"):
        table[name] = whole_money(table[name])
    return table.astype(dict.fromkeys(("customers", "tactics", "processes"), "Int64"))


def alignment_index(spend_alignment: pd.DataFrame) -> pd.DataFrame:
    """How far each resource is out of line with value, and which move would mend most of it.

    Parameters
    ----------
    spend_alignment : DataFrame, from `spend_alignment`

    Returns
    -------
    DataFrame, one row per resource and yardstick (clv, margin, profit): the columns of the published alignment_index
        index       share  half the sum of absolute differences of the two parts: what would have to move for them to be
                           equal; 0 = in line, 1 = all of it in the wrong place; missing where a part is not known
        moved       float  of the largest single move, in `unit`: the smaller of the largest surplus and largest need
        from_group, to_group  str  of that move; empty where nothing is to be moved

    Notes
    -----
    The index is the dissimilarity index of Duncan and Duncan. That value follows money is not proven by it: it says
    where money does not follow value.

    References
    ----------
    Duncan and Duncan, "A Methodological Analysis of Segregation Indexes", American Sociological Review 20 (1955).

    Examples
    --------
    >>> table = pd.DataFrame({"group_id": ["g1", "g2"], "spend": [20.0, 80.0], "part_of_spend": [0.2, 0.8],
    ...     "people_days": [None, None], "part_of_people": [None, None], "processes": [1, 0],
    ...     "part_of_processes": [1.0, 0.0], "part_of_clv": [0.7, 0.3], "part_of_margin": [0.5, 0.5],
    ...     "part_of_profit": [0.7, 0.3]})
    >>> alignment_index(table)[["resource", "index", "moved", "from_group"]].values.tolist()[0]
    ['budget', 0.5, 50.0, 'g2']
    """
    wholes = {BUDGET: ("spend", "money"), PEOPLE: ("people_days", "days"), PROCESSES: ("processes", "processes")}
    rows = []
    for resource, part in PARTS.items():
        column, unit = wholes[resource]
        for against, value in VALUES.items():
            row = {"resource": resource, "resource_name": RESOURCES[resource], "against": against, "unit": unit}
            known = spend_alignment.astype({part: float, value: float, column: float}).dropna(subset=[part, value])
            full = len(known) == len(spend_alignment) and len(known) > 1
            row |= {"groups": len(known), "known": full, "from_group": "", "to_group": ""}
            if full:
                gap = (known[part] - known[value]).set_axis(known["group_id"])
                row["index"] = float(gap.abs().sum() / 2)
                row["moved"] = float(min(gap.max(), -gap.min()) * known[column].sum())
                if row["index"] > 1e-9:
                    row |= {"from_group": gap.idxmax(), "to_group": gap.idxmin()}
            rows.append(row)
    table = pd.DataFrame(rows, columns=INDEX)
    words = ("resource", "resource_name", "against", "unit", "from_group", "to_group")
    table = table.astype(dict.fromkeys(words, "str") | {"index": "float64", "moved": "float64", "known": bool})
    table["moved"] = whole_money(table["moved"])
    table["index"] = table["index"].round(9)
    return table.astype({"groups": "Int64"})


def _of(table: pd.DataFrame, column: str, ids: pd.Index) -> pd.Series:
    """A column by group; missing where the group is not in the table, all zero nowhere assumed."""
    return table[column].astype(float).reindex(ids)


def _tactics(table: pd.DataFrame, tactics: pd.DataFrame | None) -> None:
    """Number, money, days and changed processes of the selected tactics, by group."""
    types = {"group_id": "str", "cost": float, "people_days": float, "process_changed": "str", "selected": "boolean"}
    rows = columns_of(tactics, types)
    rows = rows[rows["selected"].fillna(False).astype(bool)]
    changed = rows["process_changed"].fillna("").str.strip() != ""
    some = len(rows) > 0
    by = rows["group_id"]
    zero = 0.0 if some else np.nan  # with a register, a group without a tactic gets nothing; without one, who knows
    table["tactics"] = by.value_counts().reindex(table.index).fillna(0).astype("int64")
    table["processes"] = changed.groupby(by).sum().reindex(table.index).fillna(0).astype("int64")
    for name, column in (("tactics_cost", "cost"), ("tactics_days", "people_days")):
        sums = rows[column].groupby(by).agg(lambda values: values.sum(skipna=False))
        there = table.index.isin(sums.index)
        table[name] = sums.reindex(table.index).astype(float).where(there, zero)


def _summed(customer_value: pd.DataFrame, column: str) -> pd.Series:
    """Money of the window by group, of the customers of whom it is known."""
    rows = customer_value[customer_value["status"] == "active"].sort_values("customer_id")
    return rows[column].astype(float).groupby(rows["group_id"]).sum(min_count=1).round(4)


def _parts(values: pd.Series) -> pd.Series:
    """Parts of the sum over groups; what lies below zero counts as nothing. Missing where one is, or all are zero."""
    values = values.astype(float)
    above = values.clip(lower=0.0)
    if values.isna().any() or not above.sum() > 0:
        return pd.Series(np.nan, values.index)
    return above / above.sum()


def _by_value(part: pd.Series, value: pd.Series, near: float) -> np.ndarray:
    """More, less or in line."""
    gap = (part - value).round(9)
    return np.select([gap.isna(), gap > near, gap < -near], [UNKNOWN, MORE, LESS], IN_LINE)


def _by_intent(table: pd.DataFrame, planned: str, today: str) -> np.ndarray:
    """Whether the tactics take the resource where the intent points."""
    gap = (table[planned] - table[today]).round(9)
    grow, retire = table["primary"] == GROW, table["primary"] == RETIRE
    asks = grow | retire
    right = (grow & (gap > 0)) | (retire & (gap < 0))
    return np.select([~asks, gap.isna(), right], [OPEN, UNKNOWN, FOLLOWS], AGAINST_INTENT)


def _processes(table: pd.DataFrame) -> np.ndarray:
    """Whether a tactic changes a process where the intent needs it."""
    some, none = table["processes"] > 0, table["tactics"].sum() == 0
    asks = table["primary"].isin([GROW, RE_ENGINEER, RETIRE])
    right = np.where(table["primary"] == RETIRE, ~some, some)
    return np.select([~asks, np.full(len(table), none), right], [OPEN, UNKNOWN, FOLLOWS], AGAINST_INTENT)


def _sentence(row: dict) -> str:
    """What is out of line, in words; an empty text where nothing can be said."""
    told = {MORE: "more than", LESS: "less than", IN_LINE: "about"}
    words, said = [], {}
    for key, short in (("budget_by_value", "money"), ("people_by_value", "people")):
        if row[key] in told:
            said.setdefault(told[row[key]], []).append(short)
    for how, what in said.items():
        words.append(f"It gets {how} its part of the value, in {' and '.join(what)}.")
    against = [
        short
        for key, short in (("budget_by_intent", "money"), ("people_by_intent", "people"))
        if row[key] == AGAINST_INTENT
    ]
    if against:
        should = "more" if row["primary"] == GROW else "less"
        words.append(f"The tactics do not give it {should} than today, in {' and '.join(against)}.")
    if row["processes_by_intent"] == AGAINST_INTENT:
        words.append(
            "A tactic changes a process for it, though it is to be retired."
            if row["primary"] == RETIRE
            else "No tactic changes a process for it."
        )
    return " ".join(words)
