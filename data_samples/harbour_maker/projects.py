"""What would projects for the groups bring? The table investments and its truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.world import AS_OF, CATEGORIES, PLANS, draws

YEARS = range(2027, 2032)
ANNUAL_DISCOUNT = 0.10
Z05 = 1.6448536269514722  # of the normal distribution: how far the 5th and the 95th percentile lie from the middle
LAST_YEAR = AS_OF - pd.DateOffset(months=12)
NICHE = "Shore power"  # a future category: one customer buys it, and asks for a project
NICHE_PRODUCT = "Shore power cabinet"
NICHE_LINES = 4


@dataclass(frozen=True)
class Project:
    """A project for one group over five years.

    Outlays are thousands of EUR for 900 customers. `ramp` is the form of the expected margin over the years, `low` and
    `high` its 5th and 95th percentile as parts of it; its level is set so that the normal quantile of P(NPV > 0) lies
    in `aim`.
    """

    group: str
    name: str
    category: str
    kind: str
    outlay: tuple[float, ...]
    ramp: tuple[float, ...]
    low: float
    high: float
    aim: tuple[float, float]
    is_requested: bool = False


# fmt: off
PROJECTS = (
    Project("yards", "Refit planning desk", "Deck hardware", "positive",
            (64, 12, 12, 8, 8), (0.3, 0.8, 1.1, 1.3, 1.4), 0.70, 1.30, (2.3, 2.8)),
    Project("yards", "Battery store and fitting bay", "Batteries and solar", "positive",
            (88, 20, 10, 10, 10), (0.2, 0.7, 1.2, 1.5, 1.6), 0.65, 1.40, (2.2, 2.7), is_requested=True),
    Project("workshops", "Parts finder on the web", "Engine parts", "uncertain",
            (46, 14, 14, 14, 14), (0.4, 0.9, 1.0, 1.0, 1.0), 0.55, 1.50, (-0.35, 0.35)),
    Project("fleets", "Shore power on the quay", NICHE, "one_hit",
            (72, 6, 6, 6, 6), (0.8, 1.0, 1.0, 1.0, 1.0), 0.60, 1.30, (0.8, 1.3), is_requested=True),
    Project("chandlers", "Own label and bonus scheme", "Paint and varnish", "negative",
            (58, 32, 32, 32, 32), (0.8, 1.0, 0.9, 0.8, 0.7), 0.60, 1.45, (-2.6, -2.1)),
    Project("owners", "Click and collect lockers", "Safety gear", "likely",
            (38, 8, 8, 8, 8), (0.5, 0.9, 1.0, 1.0, 1.0), 0.60, 1.45, (0.7, 1.2)),
)
CHANCES = {"positive": [0.97, 1.0], "likely": [0.7, 0.95], "one_hit": [0.7, 0.95], "uncertain": [0.3, 0.7],
           "negative": [0.0, 0.05]}
# fmt: on
ONE_HIT = next(project for project in PROJECTS if project.kind == "one_hit")


def requesters(population: pd.DataFrame, lines: pd.DataFrame, seed: int) -> dict[str, str]:
    """Who asked for which project: customer_id by project name, one of the larger buyers of the project's group."""
    rng, asked = draws(seed, "requesters"), {}
    recent = lines.loc[niche_candidates(lines)].groupby("customer_id")["revenue"].agg(["sum", "size"])
    for project in PROJECTS:
        if project.is_requested:
            of_group = population.loc[population["group"] == project.group, "customer_id"]
            there = recent[recent.index.isin(of_group) & (recent["size"] >= NICHE_LINES)]
            larger = there.sort_values("sum", ascending=False, kind="stable").head(12)
            asked[project.name] = str(rng.choice(larger.index))
    return asked


def niche_candidates(lines: pd.DataFrame) -> pd.Series:
    """Which order lines of the last twelve months are of future categories and of orders that nobody sent back."""
    future = CATEGORIES.loc[CATEGORIES["role"] == "future", "category"]
    kept = ~lines["order_id"].isin(lines.loc[lines["revenue"] < 0, "order_id"])
    return kept & lines["category"].isin(future) & (lines["date"] >= LAST_YEAR)


def with_niche(lines: pd.DataFrame, requester: str) -> pd.DataFrame:
    """The order lines, the requester's last few in future categories turned into the niche; no money moves."""
    picked = lines.index[niche_candidates(lines) & (lines["customer_id"] == requester)][-NICHE_LINES:]
    lines = lines.copy()
    lines.loc[picked, ["category", "product"]] = [NICHE, NICHE_PRODUCT]
    return lines


def categories() -> pd.DataFrame:
    """The table categories: the part each plays in where Harbour wants to go."""
    return pd.concat(
        [CATEGORIES[["category", "role"]], pd.DataFrame({"category": [NICHE], "role": ["future"]})], ignore_index=True
    )


def investments(seed: int, customers: int, asked: dict[str, str]) -> pd.DataFrame:
    """The table investments: one row a project and year."""
    rng, rows = draws(seed, "investments"), []
    for project in PROJECTS:
        outlay = 1000 * customers / 900 * rng.uniform(0.85, 1.2) * np.array(project.outlay)
        outlay = outlay * np.exp(rng.normal(0, 0.05, len(outlay)))
        form = np.array(project.ramp) * np.exp(rng.normal(0, 0.05, len(outlay)))
        expected = form * level(project, outlay, form, rng.uniform(*project.aim))
        table = pd.DataFrame({"customer_group": PLANS[project.group].name, "project": project.name}, index=YEARS)
        table["requested_by"], table["category"] = asked.get(project.name), project.category
        table["year"], table["investment"], table["expected_margin"] = list(YEARS), outlay, expected
        table["margin_low"], table["margin_high"] = project.low * expected, project.high * expected
        rows.append(table.round(dict.fromkeys(("investment", "expected_margin", "margin_low", "margin_high"), -1)))
    return pd.concat(rows, ignore_index=True)


def level(project: Project, outlay: np.ndarray, form: np.ndarray, quantile: float) -> float:
    """By what the form of the margins is multiplied for P(NPV > 0) to be the normal probability of the quantile."""
    cost, margin = present(outlay, 0), present(form, 1)
    spread = (1 - project.low if quantile > 0 else project.high - 1) / Z05
    return cost / (margin * (1 - quantile * spread))


def present(flows: np.ndarray, after: int) -> float:
    """Present value at the first outlay of yearly flows, `after` = 0 at the start of each year and 1 at its end."""
    return float(np.asarray(flows, float) @ (1 + ANNUAL_DISCOUNT) ** -(np.arange(len(flows)) + after))


def net_present_value(rows: pd.DataFrame) -> tuple[float, float]:
    """Expected NPV of a project's rows and P(NPV > 0), one normal draw moving all years' margins together."""
    middle = present(rows["expected_margin"], 1) - present(rows["investment"], 0)
    down = present(rows["expected_margin"] - rows["margin_low"], 1) / Z05
    up = present(rows["margin_high"] - rows["expected_margin"], 1) / Z05
    return middle, 0.5 * (1 + math.erf(middle / (down if middle > 0 else up) / math.sqrt(2)))


def investments_truth(investments: pd.DataFrame, lines: pd.DataFrame, population: pd.DataFrame) -> dict[str, dict]:
    """Which projects are worth it, and which would serve one customer only."""
    kinds = {project.name: project.kind for project in PROJECTS}
    by_project = {name: rows for name, rows in investments.groupby("project", sort=False)}
    chances = {name: net_present_value(rows)[1] for name, rows in by_project.items()}
    recent = lines[(lines["date"] >= LAST_YEAR) & (lines["revenue"] > 0)]
    group_of = population.set_index("customer_id")["group"]
    buyers = {}
    for project in PROJECTS:
        of_category = recent.loc[recent["category"] == project.category, "customer_id"].dropna().unique()
        asked = by_project[project.name]["requested_by"].iloc[0]
        others = [one for one in of_category if one != asked and group_of[one] == project.group]
        buyers[project.name] = len(others)
    first = {name: rows.iloc[0] for name, rows in by_project.items()}
    return {
        "projects_worth_it": {
            "what": "For each project the probability that its net present value is above zero.",
            "value": chances,
            "band": {name: CHANCES[kind] for name, kind in kinds.items()},
            "oracle": chances,
            "tolerance": 0.05,
            "how": "Outlay at the start and margin at the end of each year, annual discount .10; one normal draw z for "
            "all years: margin = expected + z x (expected - low) / 1.645 for z < 0, and + z x (high - expected) "
            "/ 1.645 for z > 0. Closed form.",
        },
        "project_values": {
            "what": "Net present value of each project at its expected margins, EUR at the start of 2027.",
            "value": {name: net_present_value(rows)[0] for name, rows in by_project.items()},
        },
        "project_first_year": {
            "what": "What a view of the next twelve months sees: margin less outlay of the first year, EUR. It refuses "
            "the best projects too.",
            "value": {name: row["expected_margin"] - row["investment"] for name, row in first.items()},
            "band": {name: [-1e6, 0] for name, kind in kinds.items() if kind == "positive"},
        },
        "project_reuse": {
            "what": "How many other customers of the project's group bought its category in the last twelve months; "
            f"{ONE_HIT.name} would serve only the one that asked.",
            "value": buyers,
            "band": {name: [0, 0] if kind == "one_hit" else [3, 10_000] for name, kind in kinds.items()},
            "oracle": buyers,
            "tolerance": 0,
        },
        "one_hit": {"what": "The project that serves one customer only.", "value": ONE_HIT.name},
    }  # fmt: skip
