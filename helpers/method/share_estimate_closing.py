"""What the estimated part of step 05 assumed, and whether its tables agree with the measured ones."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from helpers.client.result_model import Assumption, Check
from helpers.method.checks import same_count
from helpers.method.finding_values import is_known
from helpers.method.money import HALF_A_CENT
from helpers.method.share import ALL, CUTS
from helpers.method.share_closing import share_assumptions, share_checks
from helpers.method.share_estimates import EstimateTables
from helpers.method.share_scope import MIN_PART
from helpers.method.share_tables import ShareTables
from helpers.method.wallet_estimates import LEAST_KNOWN

FRONTIER_QUANTILE = 0.80
SURE = 2.576  # standard errors: below so many the held-out coverage is called too low


def step_assumptions(
    tables: ShareTables, estimates: EstimateTables, *, cuts: tuple[float, float] = CUTS, min_part: float = MIN_PART
) -> list[Assumption]:
    """All that step 05 rests on and the data did not supply: `share_assumptions` and those of the estimates."""
    return share_assumptions(tables, cuts=cuts, min_part=min_part) + _assumptions(estimates)


def step_checks(tables: ShareTables, estimates: EstimateTables, **came_in: Any) -> list[Check]:
    """All checks of step 05: `share_checks`, whose parameters `came_in` are, and whether the estimates agree with it.

    A `fail` means that the tables are wrong; a `flag` among those of the estimates that the intervals hold fewer of the
    known wallets than they promise, beyond what chance explains.
    """
    return share_checks(tables, **came_in) + _checks(estimates, tables.customer_share)


def _assumptions(estimates: EstimateTables) -> list[Assumption]:
    fit, won, said = estimates.fit, estimates.won, []
    if fit is not None:
        of = f", {', '.join(fit.attributes)}" if fit.attributes else ""
        words = (
            "A customer whose wallet is not known spends like the known ones with the same revenue with us, order days "
            f"and breadth{of}; known wallets needed for this:"
        )
        said.append(Assumption(id="05.like_the_known", text=words, value=LEAST_KNOWN, evidence="assumed"))
    if fit is not None and fit.scaled:
        words = "Known wallets of other periods than a year are scaled by days to a year; wallets concerned:"
        said.append(Assumption(id="05.scaled_to_a_year", text=words, value=fit.scaled, evidence="assumed"))
    if won is not None:
        judged = estimates.evidence_of_winning == "judged"
        words = "This part of what goes to others can be won within a year"
        words += ", as people judge." if judged else ": as the readiest quarter of customers let us last year."
        rate = {"value": won["capture_rate"], "low": won["capture_low"], "high": won["capture_high"]}
        rate = {name: float(number) for name, number in rate.items() if is_known(number)}
        said.append(
            Assumption(id="05.capture_rate", text=words, evidence="judged" if judged else "assumed", **rate),
        )
    if len(estimates.frontier):
        words = "A better customer of its kind spends with us what this part of like customers does not exceed."
        said.append(Assumption(id="05.frontier_part", text=words, value=FRONTIER_QUANTILE, evidence="judged"))
    return said


def _checks(estimates: EstimateTables, customer_share: pd.DataFrame) -> list[Check]:
    rows, fit = estimates.wallets, estimates.fit
    estimated = rows[rows["basis"] == "estimated"]
    below = int((estimated["wallet_low"] < estimated["year_revenue"] - HALF_A_CENT).sum())
    known = {basis: set(rows.loc[rows["basis"] == basis, "customer_id"]) for basis in ("known", "estimated")}
    measured = set(customer_share.loc[customer_share["wallet_state"] == "known", "customer_id"])
    checks = [
        same_count(
            "05.estimates_of_buyers",
            "Each buyer stands once among the wallets, known, estimated or unknown.",
            len(set(rows["customer_id"]) & set(customer_share["customer_id"])),
            len(customer_share),
        ),
        same_count(
            "05.known_stay_known",
            "No known wallet was replaced by an estimate.",
            len(known["estimated"] & measured),
            0,
        ),
    ]
    if fit is not None:
        words = "Estimated wallets whose range begins below our own revenue."
        checks.append(same_count("05.estimates_above_revenue", words, below, 0))
        least = fit.level - SURE * math.sqrt(fit.level * (1 - fit.level) / fit.known)
        checks.append(
            Check(
                id="05.estimates_hold",
                sentence="The part of known wallets, each estimated without itself, that lies within its range.",
                found=round(fit.coverage, 4),
                expected=fit.level,
                tolerance=round(fit.level - least, 4),
                verdict="pass" if fit.coverage >= least else "flag",
            )
        )
    if estimates.won is not None:
        groups = estimates.winnable[estimates.winnable["group_id"] != ALL]
        if len(groups) and groups["headroom"].notna().all():
            words = "The headroom of the groups, known and estimated, is that of all customers."
            found, expected = round(float(groups["headroom"].sum()), 2), round(float(estimates.won["headroom"]), 2)
            verdict = "pass" if abs(found - expected) <= 0.01 * (len(groups) + 1) else "fail"
            checks.append(
                Check(
                    id="05.headroom_of_groups",
                    sentence=words,
                    found=found,
                    expected=expected,
                    tolerance=0.01 * (len(groups) + 1),
                    verdict=verdict,
                )
            )
    return checks
