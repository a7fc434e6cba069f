"""Commitments: what stays open, what was assumed, and whether the table adds up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import none_found, same_count
from helpers.method.commitment import YEARS
from helpers.method.commitment_groups import GROUP, NO_FLOWS, NO_PROJECT, NO_RANGE, PROJECT
from helpers.method.commitment_reuse import LEAST_REUSE
from helpers.method.group_named import NO_GROUP

MOST_NAMED = 12


def commitment_cannot_say(commitment_npv: pd.DataFrame) -> list[CannotSay]:
    """The questions on commitments that stay open for this client, each only where it does.

    Parameters
    ----------
    commitment_npv : DataFrame, from `commitment_groups.commitment_npv`
    """
    gaps = []
    groups = commitment_npv[commitment_npv["level"] == GROUP]
    projects = commitment_npv[commitment_npv["level"] == PROJECT]
    idle = groups.loc[groups["why_not"] == NO_PROJECT, "group_name"].tolist()
    if idle or commitment_npv.empty:
        whom = listed(idle, MOST_NAMED) if idle and len(idle) < len(groups) else "our groups"
        gaps.append(
            CannotSay(
                question=f"What would it take to follow {whom}, and would it pay?",
                because="No project is delivered for them.",
                unlocked_by="investments: customer_group, year, investment, expected_margin, margin_low, margin_high.",
            )
        )
    strangers = sorted(set(projects.loc[projects["group_id"] == NO_GROUP, "customer_group"]))
    if strangers:
        gaps.append(
            CannotSay(
                question=f"To which of our groups do the projects for {listed(strangers, MOST_NAMED)} belong?",
                because="No group of ours has that id or name.",
                unlocked_by="investments: in customer_group the id or the name of a group, as step 03 shows it.",
            )
        )
    for why, question, because, unlocked in (
        (
            NO_FLOWS,
            "What will come of {}?",
            "All of their years are over.",
            "investments: outlays and margins of the years to come.",
        ),
        (
            NO_RANGE,
            "What is the chance that {} will pay?",
            "Nobody said how low or high their margins may be.",
            "investments: margin_low and margin_high, the 5th and the 95th percentile.",
        ),
    ):
        names = _names(projects[projects["why_not"] == why])
        if names:
            question = question.format(listed(names, MOST_NAMED))
            gaps.append(CannotSay(question=question, because=because, unlocked_by=unlocked))
    names = _names(projects[projects["reuse"].isna() & (projects["group_id"] != NO_GROUP)])
    if names:
        gaps.append(
            CannotSay(
                question=f"Who else would use {listed(names, MOST_NAMED)}?",
                because="They name no category, or one that nobody has bought from us in the last twelve months.",
                unlocked_by="investments: category, as transactions write it; or ask the customers of the group.",
            )
        )
    return gaps


def commitment_assumptions(
    commitment_npv: pd.DataFrame, *, annual_discount: float, years: int = YEARS
) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was.

    Parameters
    ----------
    commitment_npv : DataFrame, from `commitment_groups.commitment_npv`
    annual_discount : float
    years : int, that count of each project
    """
    projects = commitment_npv[(commitment_npv["level"] == PROJECT) & (commitment_npv["years"] > 0)]
    if projects.empty:
        return []
    text = "Outlays at the start of a year and margins at its end are discounted at this yearly rate."
    found = [Assumption(id="08.project_discount", text=text, value=annual_discount)]
    text = "Of a project so many years count, from its first that is not over; what it is worth after them is left out."
    found.append(Assumption(id="08.project_years", text=text, value=years))
    if projects["chance"].notna().any():
        text = (
            "The low and the high margin are read as the 5th and the 95th percentile, and a project's luck as one for "
            "all of its years; different projects have luck of their own. So many projects were read that way."
        )
        found.append(Assumption(id="08.project_luck", text=text, value=int(projects["chance"].notna().sum())))
    if projects["reuse"].notna().any():
        text = "Fewer other customers of the group than this who bought the category make a project a risk of one hit."
        found.append(Assumption(id="08.reuse", text=text, value=LEAST_REUSE))
    return found


def commitment_checks(
    commitment_npv: pd.DataFrame, investments: pd.DataFrame | None, customer_ids: Iterable[str] | None = None
) -> list[Check]:
    """Whether the table holds what was delivered, and adds up.

    Parameters
    ----------
    commitment_npv : DataFrame, from `commitment_groups.commitment_npv`
    investments : DataFrame, as delivered, or None; then nothing is to be checked
    customer_ids : of all customers that we know, optional
    """
    if investments is None or investments.empty:
        return []
    projects = commitment_npv[commitment_npv["level"] == PROJECT]
    rows = int(projects["years"].sum() + projects["left_out"].sum())
    checks = [
        same_count("08.project_rows", "Each delivered row of a project is valued or left out.", rows, len(investments))
    ]
    spent, left_out = float(investments["investment"].sum()), int(projects["left_out"].sum())
    if not left_out:
        valued = float(projects["invested"].sum())
        verdict = "pass" if np.isclose(valued, spent, atol=0.01) else "fail"
        words = "What the projects take is what was delivered."
        checks.append(
            Check(
                id="08.project_outlays", sentence=words, found=valued, expected=spent, tolerance=0.01, verdict=verdict
            )
        )
    whole = commitment_npv[(commitment_npv["level"] == GROUP) & commitment_npv["npv"].notna()].set_index("group_id")[
        "npv"
    ]
    if len(whole):
        sums = projects.groupby("group_id")["npv"].sum().reindex(whole.index)
        # each amount is rounded to the grid of money
        differ = int((~np.isclose(sums, whole, atol=0.01)).sum())
        checks.append(
            same_count("08.project_sums", "A group's projects are worth what they are worth together.", differ, 0)
        )
    strangers = int((projects["group_id"] == NO_GROUP).sum())
    checks.append(none_found("08.project_groups", "Each project is for one of our groups.", strangers))
    checks.append(none_found("08.project_years", "No row of a project lies outside the years that count.", left_out))
    asked = set(projects["requested_by"].dropna())
    if customer_ids is not None and asked:
        unknown = len(asked - set(customer_ids))
        checks.append(none_found("08.project_askers", "Who asked for a project is a customer that we know.", unknown))
    return checks


def _names(projects: pd.DataFrame) -> list[str]:
    """Projects by name; one without a name by its group."""
    rows = projects.assign(group=projects["customer_group"].fillna(projects["group_name"]))
    return [row["project"] or f"the project for {row['group']}" for row in rows.to_dict("records")]
