"""Commitments by group: its projects one by one, and together as what following the group would take."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.method.commitment import TENTHS, YEARS, Flows, counted_flows, project_values, value_of
from helpers.method.commitment_reuse import LEAST_REUSE, project_reuse
from helpers.method.group_named import (
    NO_GROUP,
    formed_groups,
    group_named,
    names_of_groups,
    shown_name,
    shown_order,
)
from helpers.method.money import whole_money
from helpers.method.pass_chance import FAIL, PASS, status_of

GROUP, PROJECT = "group", "project"
DRAWS, SEED = 10_000, 8
REFUSES, ACCEPTS, NEITHER, CANNOT_SAY = "refuses_what_pays", "accepts_what_does_not", "none", "cannot_say"
NO_PROJECT, NO_FLOWS, NO_RANGE = "no_project", "no_flows", "no_range"
MONEY = ("invested", "margin", "npv", "npv_low", "npv_middle", "npv_high", "first_year_result")
COLUMNS = [
    *("group_id", "group_name", "customer_group", "level", "project", "projects", "requested_by", "category", "years"),
    *("invested", "margin", "npv", "npv_low", "npv_middle", "npv_high", "chance", "status", "payback_years"),
    *("first_year_result", "twelve_month_mistake", "reuse", "one_hit_risk", "left_out", "why_not"),
]


def commitment_npv(
    investments: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    customer_quarter: pd.DataFrame | None = None,
    *,
    annual_discount: float,
    as_of: object,
    years: int = YEARS,
) -> pd.DataFrame:
    """What it would cost to follow each group, what that would bring, and how likely it is to pay.

    Parameters
    ----------
    investments : DataFrame, one row per group, project and year, or None
        As in `commitment.project_values`.
    groups : DataFrame, one row per customer in a group, or None
        customer_id, group_id, group_name.
    customer_quarter : DataFrame, one row per customer, quarter and category, optional
        For the reuse of each project.
    annual_discount : float, zero or more
    as_of : date
    years : int, that count of each project

    Returns
    -------
    DataFrame: the columns of the published commitment_npv. A row per group in their order, with all its projects
    together; under it a row per project by name; at the end projects of no group of ours.
        npv, npv_low, npv_middle, npv_high  float  as expected, and the 10th, 50th and 90th percentile
        chance                float  probability that the value is above zero
        status                str    pass, fail, undecided or not_tested, by the chance
        twelve_month_mistake  str    refuses_what_pays: the first year loses money and the project passes (without a
                                     range: is worth more than nothing as expected); accepts_what_does_not: the other
                                     way round; none; cannot_say where there are no flows
        reuse                 Int64  customers of the group other than who asked who bought the category of late
        one_hit_risk          boolean  whether that is fewer than three
        why_not               str    why there is no chance: no_project, no_flows (none in the years that count),
                                     no_range (a margin has no low and high); empty where there is one

    Notes
    -----
    Of a group with several projects the sum is drawn 10,000 times with luck of its own for each: every project's luck
    stands once in each of as many equal strata, put together at random from a fixed seed. The projects are drawn in the
    order of their numbers, so that names change nothing.

    Examples
    --------
    >>> table = pd.DataFrame({"customer_group": "Yards", "project": "Desk", "year": [2027, 2028],
    ...     "investment": [100.0, 0.0], "expected_margin": [0.0, 242.0],
    ...     "margin_low": [0.0, 181.5], "margin_high": [0.0, 302.5]})
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"], "group_name": ["Yards"]})
    >>> found = commitment_npv(table, groups, annual_discount=0.10, as_of="2027-01-01")
    >>> found[["level", "npv", "status", "twelve_month_mistake"]].values.tolist()
    [['group', 100.0, 'pass', 'refuses_what_pays'], ['project', 100.0, 'pass', 'refuses_what_pays']]
    """
    names = names_of_groups(groups)
    timed = {"as_of": as_of, "years": years}
    if investments is not None:
        # a group is called by its id from here on, however it was written, and what is none of ours as it was written
        meant = group_named(investments["customer_group"], groups).group_id
        investments = investments.assign(customer_group=meant.where(meant != NO_GROUP, investments["customer_group"]))
    rows = counted_flows(investments, **timed)
    projects = project_values(investments, annual_discount=annual_discount, **timed)
    for table in (rows, projects):
        table["group_id"] = group_named(table["customer_group"], groups).group_id
    projects["reuse"] = project_reuse(projects, groups, customer_quarter, as_of=as_of)
    projects["customer_group"] = projects["customer_group"].where(projects["group_id"] == NO_GROUP)
    parts = []
    for group_id in shown_order(names, projects["group_id"]):
        mine = projects[projects["group_id"] == group_id]
        if len(mine) or group_id in formed_groups(names):
            whole = _together(rows[(rows["group_id"] == group_id) & rows["counts"]], mine, annual_discount)
            parts.append(pd.DataFrame([whole | {"group_id": group_id, "level": GROUP}]))
        parts.append(mine.assign(level=PROJECT, projects=1))
    parts.append(projects[projects["group_id"] == NO_GROUP].assign(level=PROJECT, projects=1))
    found = [part.astype(object) for part in parts if len(part)]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    return _finished(table.reindex(columns=[*COLUMNS, "flows"]), names)


def sum_of_projects(flows: list[Flows], *, draws: int = DRAWS) -> np.ndarray:
    """Values of several projects together, each with its own luck; sorted.

    Parameters
    ----------
    flows : list of Flows, each with a known range
    draws : int

    Examples
    --------
    Of two equal projects the sum varies by the root of two, not by two.

    >>> sums = sum_of_projects([Flows(10.0, 1.0, 1.0)] * 2)
    >>> round(sums.mean(), 2), round(sums.std(), 1)
    (np.float64(20.0), np.float64(1.4))
    """
    rng = np.random.default_rng(SEED)
    strata = ndtri((np.arange(draws) + 0.5) / draws)
    ordered = sorted(flows, key=lambda one: (one.fall, one.rise, one.middle))
    return np.sort(sum((one.value(rng.permutation(strata)) for one in ordered), np.zeros(draws)))


def _together(rows: pd.DataFrame, projects: pd.DataFrame, annual_discount: float) -> dict[str, object]:
    """A group's projects as one, from their rows that count."""
    numbers = ["investment", "expected_margin", "margin_low", "margin_high"]
    by_year = rows.groupby("ahead")[numbers].sum().reset_index()
    whole = value_of(by_year, annual_discount)
    whole |= {"projects": len(projects), "left_out": int(projects["left_out"].sum())}
    flows = [one for one in projects["flows"] if np.isfinite(one.middle)]
    if all(one.is_known for one in flows) and len(flows) == 1:
        # exactly that project's: the sums by year above would say the same
        whole |= {name: projects.loc[projects["years"] > 0, name].iloc[0] for name in ("chance", "npv_low", "npv_high")}
    elif flows and all(one.is_known for one in flows):
        sums = sum_of_projects(flows)
        whole |= dict(zip(("npv_low", "npv_middle", "npv_high"), np.quantile(sums, TENTHS), strict=True))
        whole["chance"] = float((sums > 0).mean())
    else:
        whole |= dict.fromkeys(("npv_low", "npv_middle", "npv_high", "chance"), np.nan)
    return whole


def _finished(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The table with what follows from its numbers, in its types."""
    texts = ("group_id", "customer_group", "level", "project", "requested_by", "category")
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys((*MONEY, "chance"), float)
    kinds |= dict.fromkeys(("projects", "years", "payback_years", "reuse", "left_out"), "Int64")
    table = table.astype(kinds)
    table["group_name"] = table["group_id"].map(lambda group_id: shown_name(group_id, names)).astype("str")
    for name in MONEY:
        table[name] = whole_money(table[name])
    table["status"] = pd.Series(status_of(table["chance"]), table.index, dtype="str")
    with_range = table["chance"].notna()
    pays = (table["status"] == PASS) | (~with_range & (table["npv"] > 0))
    does_not = (table["status"] == FAIL) | (~with_range & (table["npv"] <= 0))
    loses = table["first_year_result"] < 0
    ways = [table["npv"].isna(), loses & pays, ~loses & does_not]
    mistake = np.select(ways, [CANNOT_SAY, REFUSES, ACCEPTS], NEITHER)
    table["twelve_month_mistake"] = pd.Series(mistake, table.index, dtype="str")
    table["one_hit_risk"] = (table["reuse"] < LEAST_REUSE).astype("boolean")
    reasons = [table["projects"] == 0, table["years"] == 0, ~with_range]
    why = np.select([reason.fillna(False).astype(bool) for reason in reasons], [NO_PROJECT, NO_FLOWS, NO_RANGE], "")
    table["why_not"] = pd.Series(why, table.index, dtype="str")
    return table[COLUMNS]
