"""The next generation: what stays open, what was assumed, and whether its tables agree with each other."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import same_count
from helpers.method.lookalikes import PROSPECT, NextGeneration
from helpers.method.next_generation import CHANCE, LEAST_ORDERS, NO_CENTRES, NO_PASSING, NO_YEAR
from helpers.method.next_generation_findings import LEAST_COMPARED
from helpers.method.prospects_like import (
    LEAST_AUC,
    LEAST_KNOWN,
    LEAST_SIDE,
    LEAST_VALUE,
    NO_ATTRIBUTE,
    NO_TABLE,
    TOO_FEW,
    TOO_WEAK,
)
from helpers.method.prospects_like import NO_PASSING as NONE_TO_FOLLOW
from helpers.method.share import ALL

NOBODY_PASSES = "No group passes: none fails no test and passes both profitable and right to win."
WHAT_PASSES = "What the tests of this step could not say; or an offer with which a group passes them."
ATTRIBUTES = "industry, customer_size, region or others, in the same words in customers and in prospects"


def next_generation_cannot_say(found: NextGeneration) -> list[CannotSay]:
    """The questions on the next generation that stay open for this client, each only where it does."""
    gaps = [_movers(found), _prospects(found)]
    if found.viral.empty:
        gaps.append(
            CannotSay(
                question="Whose word brings us new customers?",
                because="No referral is delivered.",
                unlocked_by="referrals: customer_id, referred_customer_id, date.",
            )
        )
    return [gap for gap in gaps if gap is not None]


def _movers(found: NextGeneration) -> CannotSay | None:
    """Why nobody can be named who moves."""
    moved = found.movers
    why = {
        NO_PASSING: (NOBODY_PASSES, WHAT_PASSES),
        NO_CENTRES: (
            "Groups were not formed by behaviour, so nobody is nearer to one or farther from it.",
            "Groups by behaviour in step 03, the decision all.way_in.",
        ),
        NO_YEAR: (
            "The data hold less than 24 months, so no year can be compared with another.",
            "transactions: two years or more before as_of.",
        ),
    }.get(moved.why_not)
    if why is None and moved.compared < LEAST_COMPARED:
        people = {0: "No customer", 1: "One customer"}.get(moved.compared, f"Only {moved.compared} customers")
        why = (
            f"{people} outside the groups that pass had ordered often enough in each of two years; of fewer than "
            f"{LEAST_COMPARED} chance cannot be told from change.",
            "A longer history, or more customers who order several times a year.",
        )
    if why is None:
        return None
    return CannotSay(
        question="Who of our customers is becoming one we want more of?", because=why[0], unlocked_by=why[1]
    )


def _prospects(found: NextGeneration) -> CannotSay | None:
    """Why no prospect is ranked."""
    asked = found.prospects
    missing = "prospects" if asked.table.empty else "customers"
    why = {
        NO_TABLE: (f"The table {missing} was not delivered.", f"{missing}: {ATTRIBUTES}."),
        NONE_TO_FOLLOW: (NOBODY_PASSES, WHAT_PASSES),
        TOO_FEW: (
            f"Attributes are known of {asked.passing} customers of groups that pass and of {asked.others} others; "
            f"{LEAST_SIDE} of each are needed.",
            "customers: attributes of more of them.",
        ),
        NO_ATTRIBUTE: (
            "Nothing that is said of prospects is said of customers in the same words"
            + (f" ({_left_out(asked.left_out)})." if asked.left_out else "."),
            f"prospects: {ATTRIBUTES}.",
        ),
        TOO_WEAK: (
            f"{listed([_plain(name) for name in asked.attributes]).capitalize()} hardly tell who is of a group that "
            f"passes: they are right for {asked.auc:.0%} of pairs of customers held out ({asked.low:.0%} to "
            f"{asked.high:.0%}), where guessing gives 50% and {LEAST_AUC:.0%} is the least.",
            "customers and prospects: attributes that have more to do with how they buy.",
        ),
    }.get(asked.why_not)
    if why is None:
        return None
    return CannotSay(question="Which prospects should we call first?", because=why[0], unlocked_by=why[1])


def _left_out(reasons: dict[str, str]) -> str:
    return listed([f"{_plain(name)}: {reason}" for name, reason in reasons.items()])


def _plain(name: str) -> str:
    return name.replace("_", " ")


def next_generation_assumptions(found: NextGeneration) -> list[Assumption]:
    """What was used that the data did not supply, where it was used."""
    used = []
    if not found.movers.why_not:
        used += [
            Assumption(
                id="08.movers_chance",
                text="Of the customers named as movers so many may be chance, judged by those who moved away.",
                value=CHANCE,
            ),
            Assumption(
                id="08.movers_orders",
                text="A customer's behaviour can be compared from so many orders in each year on.",
                value=LEAST_ORDERS,
            ),
        ]
    if found.prospects.attributes:
        used += [
            Assumption(
                id="08.prospect_auc",
                text="Prospects are ranked if attributes tell customers held out apart at least as well as this.",
                value=LEAST_AUC,
            ),
            Assumption(
                id="08.prospect_values",
                text=f"A value counts that so many customers have, of an attribute known of {LEAST_KNOWN:.0%} of both.",
                value=LEAST_VALUE,
            ),
            Assumption(
                id="08.prospects_alike",
                text="A prospect of some attributes is as often of a passing group as a customer of them.",
                value="as customers",
            ),
        ]
    return used


def next_generation_checks(
    found: NextGeneration, customer_groups: pd.DataFrame, prospects: pd.DataFrame | None
) -> list[Check]:
    """Whether movers stand where step 03 put them, every prospect is ranked once, and referrals add up.

    Parameters
    ----------
    found : NextGeneration
    customer_groups : DataFrame, one row per active customer, of step 03
    prospects : DataFrame as delivered, or None
    """
    groups = customer_groups.set_index("customer_id")["group_id"]
    moved = found.movers.table
    astray = int((moved["customer_id"].map(groups) != moved["group_now"]).sum())
    checks = [same_count("08.movers_groups", "Movers whom step 03 puts into another group than this step.", astray, 0)]
    if not found.prospects.why_not:
        ranked = found.lookalikes.loc[found.lookalikes["kind"] == PROSPECT, "lookalike_id"].nunique()
        checks.append(same_count("08.prospects_ranked", "Each prospect is ranked once.", ranked, len(prospects)))
    if len(found.viral):
        whole = found.viral["group_id"] == ALL
        sent = found.viral["buying_referrals"]
        words = "The buying referrals of all groups are those of all customers."
        checks.append(same_count("08.viral_sum", words, int(sent[~whole].sum()), int(sent[whole].sum())))
    return checks
