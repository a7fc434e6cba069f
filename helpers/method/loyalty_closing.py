"""Loyalty, leavers, plateaus, failing groups and secrets: what stays open, what was assumed, and whether it adds up."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.checks import same_count
from helpers.method.customer_secrets import STALE_MONTHS
from helpers.method.failing_groups import DEEP
from helpers.method.loyalty import MOST_LATE
from helpers.method.plateau import UNKNOWN
from helpers.method.satisfied_leavers import GONE, SATISFIED
from helpers.method.share import ALL, UNGROUPED
from helpers.method.survey_leaks import LEAST_EACH, MOST_AUC
from helpers.method.tenure_profit import LEAST_SPREAD, spread

EARLY_DAYS = 30  # of the data: who first ordered in them may have been there before


def loyalty_cannot_say(
    customer_loyalty: pd.DataFrame,
    satisfied_leavers: pd.DataFrame,
    survey_leaks: pd.DataFrame,
    driver_plateau: pd.DataFrame,
    failing_groups: pd.DataFrame,
    secret_candidates: pd.DataFrame,
) -> list[CannotSay]:
    """The questions that stay open for this client, each only where it does.

    Parameters
    ----------
    customer_loyalty, satisfied_leavers, survey_leaks, driver_plateau, failing_groups, secret_candidates : DataFrame
        From the functions of these names.
    """
    gaps = []
    if customer_loyalty["yearly_profit"].isna().all():
        gaps.append(
            CannotSay(
                question="Do loyal customers earn us more than others?",
                because="Nobody's profit is known.",
                unlocked_by="cost_of_goods in transactions, better with service_events and activity_costs; step 04.",
            )
        )
    elif spread(customer_loyalty) < LEAST_SPREAD:
        gaps.append(
            CannotSay(
                question="Does profit grow with the time a customer stays?",
                because="The middle half of our customers came within three months, so no one is old or new.",
                unlocked_by="customers: start_date, or a longer history of transactions.",
            )
        )
    if not satisfied_leavers["left"].notna().any():
        gaps.append(
            CannotSay(
                question="Do satisfied customers stay?",
                because="No customer is known who told us its satisfaction on a day and whose orders can be followed.",
                unlocked_by="survey: customer_id, date and satisfaction.",
            )
        )
    elif not survey_leaks["auc"].notna().any():
        gaps.append(
            CannotSay(
                question="Does an item of the survey only repeat who left?",
                because="Fewer than ten of those who answered left, or fewer than ten stayed.",
                unlocked_by="more answers from customers whose orders can be followed.",
            )
        )
    if (driver_plateau["state"] == UNKNOWN).all():
        gaps.append(
            CannotSay(
                question="Where do we do more and more without being rated any better?",
                because="There are fewer than six waves of ratings with a known effort before each.",
                unlocked_by="survey: six dated waves; service_events; activity_costs with the driver of each.",
            )
        )
    gaps += _of_groups(failing_groups)
    if secret_candidates.empty:
        gaps.append(
            CannotSay(
                question="What do customers tell us of their own work?",
                because="No remark speaks of it, or none was delivered.",
                unlocked_by="survey: verbatim; or ask the people who visit them.",
            )
        )
    return gaps


def _of_groups(rows: pd.DataFrame) -> list[CannotSay]:
    if rows["fails"].isna().all():
        return [
            CannotSay(
                question="Which groups fail to earn us anything, and why?",
                because="There are no groups, or nothing is known of their profit.",
                unlocked_by="steps 03 and 04; cost_of_goods in transactions.",
            )
        ]
    open_ones = rows[rows["diagnosis"] == "cannot_say"]
    if len(open_ones):
        because = "Too few of them compared us with others."
        if open_ones["top_driver"].isna().any():
            because = "What counts for them is not known."
        return [
            CannotSay(
                question="Why do some groups fail to earn us anything?",
                because=because,
                unlocked_by="survey: ratings of several drivers, ours and competitor_, from customers of these groups.",
            )
        ]
    return []


def loyalty_assumptions(
    customer_loyalty: pd.DataFrame, satisfied_leavers: pd.DataFrame, failing_groups: pd.DataFrame
) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was.

    Parameters
    ----------
    customer_loyalty, satisfied_leavers, failing_groups : DataFrame
        From the functions of these names.
    """
    found = []
    if len(customer_loyalty):
        text = (
            "Loyal by behaviour is who has been with us longer than the middle customer and is late by at most so many "
            "of its own gaps; who ordered on fewer than three days has no rhythm and is not."
        )
        found.append(Assumption(id="06.loyal", text=text, value=MOST_LATE))
        first = customer_loyalty["since"]
        early = (first < first.min() + pd.Timedelta(days=EARLY_DAYS)).mean()
        text = "So many of the customers are known from the first month of the data on; they may be older than that."
        found.append(Assumption(id="06.since", text=text, value=round(float(early), 3), evidence="measured"))
    if len(satisfied_leavers):
        text = "Satisfied is an answer from this part of the scale on, the top three of eleven."
        found.append(Assumption(id="06.satisfied", text=text, value=SATISFIED))
        text = "Gone is who is late by more than so many of its own gaps; some of them will come back."
        found.append(Assumption(id="06.gone", text=text, value=GONE))
        text = f"A survey item leaks above this AUC, where {LEAST_EACH} or more left and as many stayed."
        found.append(Assumption(id="06.leak", text=text, value=MOST_AUC))
    if failing_groups["discounted_part"].notna().any():
        text = "Revenue of a day counts as discounted from this part off the list price on."
        found.append(Assumption(id="06.discounted", text=text, value=DEEP))
    text = "A secret that nobody confirmed is stale after so many months."
    found.append(Assumption(id="06.stale", text=text, value=STALE_MONTHS))
    return found


def loyalty_checks(
    customer_loyalty: pd.DataFrame,
    loyalty_profit: pd.DataFrame,
    leaving_by_satisfaction: pd.DataFrame,
    customer_secrets: pd.DataFrame,
    customer_summary: pd.DataFrame,
) -> list[Check]:
    """Whether the tables agree with each other and with the summary.

    Parameters
    ----------
    customer_loyalty, loyalty_profit, leaving_by_satisfaction, customer_secrets : DataFrame
        From the functions of these names.
    customer_summary : DataFrame, one row per customer
    """
    ordered = int((customer_summary["order_days"] > 0).sum())
    checks = [same_count("06.loyalty_people", "Each customer who ordered stands once.", len(customer_loyalty), ordered)]
    by_group = loyalty_profit[loyalty_profit["group_id"] != ALL]
    if len(by_group):
        whole = loyalty_profit.loc[loyalty_profit["group_id"] == ALL, "customers"].sum()
        words = "The types of the groups make the types of all."
        checks.append(same_count("06.loyalty_types", words, by_group["customers"].sum(), whole))
    groups = leaving_by_satisfaction[leaving_by_satisfaction["group_id"] != ALL]
    if len(groups):
        whole = leaving_by_satisfaction.loc[leaving_by_satisfaction["group_id"] == ALL, "left"].sum()
        checks.append(
            same_count("06.leavers", "The leavers of the groups make all leavers.", groups["left"].sum(), whole)
        )
    grouped = (customer_loyalty["group_id"] != UNGROUPED).any()
    if grouped and len(customer_secrets):
        lost = int(customer_secrets["group_id"].isna().sum())
        words = "Each secret belongs to a group in force."
        verdict = "flag" if lost else "pass"
        checks.append(Check(id="06.secret_groups", sentence=words, found=lost, expected=0, verdict=verdict))
    return checks
