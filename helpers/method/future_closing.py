"""What step 08 leaves open, what it assumed, and whether its tables agree with each other."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import same_count
from helpers.method.commitment_closing import commitment_assumptions, commitment_cannot_say, commitment_checks
from helpers.method.delivered import columns_of
from helpers.method.future_findings import FutureTables
from helpers.method.future_fit import DIFFER, OUT, OUT_FROM
from helpers.method.group_named import Named, group_named
from helpers.method.group_test_findings import group_tests_assumptions, group_tests_cannot_say
from helpers.method.intent_words import TESTS
from helpers.method.next_generation_closing import (
    next_generation_assumptions,
    next_generation_cannot_say,
    next_generation_checks,
)
from helpers.method.pass_chance import NOT_TESTED, PASSED
from helpers.method.readiness_closing import readiness_assumptions, readiness_cannot_say, readiness_checks

MOST_NAMED = 12


def future_cannot_say(
    tables: FutureTables, groups: pd.DataFrame | None, markets: pd.DataFrame | None, workshop: Named
) -> list[CannotSay]:
    """The questions on the future that stay open for this client, each only where it does.

    Parameters
    ----------
    tables : FutureTables
    groups : DataFrame, one row per customer in a group, or None
    markets : DataFrame, as delivered, or None
    workshop : Named, from `future_fit.workshop_scores`
    """
    if tables.future_groups.empty:
        return [
            CannotSay(
                question="Which groups lead us into the future, and which are out of step with it?",
                because="No customer groups have been formed yet.",
                unlocked_by="Step 03, form customer groups.",
            )
        ]
    gaps = group_tests_cannot_say(tables.group_direction, tables.profit_chance, tables.right_to_win)
    gaps += commitment_cannot_say(tables.commitment_npv)
    named = group_named(columns_of(markets, {"customer_group": "str"})["customer_group"], groups)
    gaps += readiness_cannot_say(tables.market_readiness, named)
    gaps += next_generation_cannot_say(tables.next_generation)
    if workshop.unmatched:
        gaps.append(
            CannotSay(
                question=f"Whom did the workshop mean by {listed(list(workshop.unmatched), MOST_NAMED)}?",
                because="No group of ours has that id or name.",
                unlocked_by="The decision workshop: the id or the name of a group, as step 03 shows it.",
            )
        )
    return gaps


def future_assumptions(tables: FutureTables, *, annual_discount: float) -> list[Assumption]:
    """What the five tests rest on besides the data.

    Parameters
    ----------
    tables : FutureTables
    annual_discount : float, of the projects
    """
    fit = tables.future_fit
    if fit.empty or (fit["status"] == NOT_TESTED).all():
        return next_generation_assumptions(tables.next_generation)
    text = "A group that fails so many of five tests or more is out of step; one that fails fewer is held back."
    said = [PASSED, Assumption(id="08.out_from", text=text, value=OUT_FROM)]
    if fit["workshop"].notna().any():
        text = "A workshop's score and a measured one that lie so many points apart or more disagree."
        said.append(Assumption(id="08.differ", text=text, value=DIFFER))
    said += group_tests_assumptions(tables.group_direction, tables.right_to_win)
    if (tables.commitment_npv["level"] == "project").any():
        said += commitment_assumptions(tables.commitment_npv, annual_discount=annual_discount)
    said += readiness_assumptions(tables.market_readiness)
    return said + next_generation_assumptions(tables.next_generation)


def future_checks(
    tables: FutureTables,
    transition_paths: pd.DataFrame,
    groups: pd.DataFrame | None,
    *,
    markets: pd.DataFrame | None,
    investments: pd.DataFrame | None,
    prospects: pd.DataFrame | None,
    customer_ids: pd.Series,
) -> list[Check]:
    """Whether every group has its five tests, and the tables behind them hold what was delivered.

    Parameters
    ----------
    tables : FutureTables
    transition_paths : DataFrame, from `future_paths.transition_paths`
    groups : DataFrame, one row per customer in a group, or None
    markets, investments, prospects : DataFrame, as delivered, or None
    customer_ids : Series, of all customers
    """
    fit, stands = tables.future_fit, tables.future_groups
    whole = int((fit.groupby("group_id")["test"].nunique() == len(TESTS)).sum())
    checks = [same_count("08.five_tests", "Each group has its five tests.", whole, len(stands))]
    counted = int(stands[["passed", "failed", "undecided", "not_tested"]].to_numpy().sum())
    checks.append(same_count("08.verdicts", "Each test of each group has one verdict.", counted, len(fit)))
    out = set(stands.loc[stands["stand"] == OUT, "group_id"])
    words = "Each group that is out of step has a path, and no other group."
    astray = len(out ^ set(transition_paths["group_id"]))
    checks.append(Check(id="08.paths", sentence=words, found=astray, expected=0, verdict="flag" if astray else "pass"))
    checks += commitment_checks(tables.commitment_npv, investments, customer_ids)
    checks += readiness_checks(tables.market_readiness, markets)
    if groups is None or groups.empty:
        # there is no group that a project or a segment could be of: that step 03 is missing is said once, elsewhere
        return [one for one in checks if one.id not in ("08.project_groups", "08.market_groups")]
    return checks + next_generation_checks(tables.next_generation, groups, prospects)
