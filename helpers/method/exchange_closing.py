"""What step 07 leaves open, what it assumed, and whether its tables agree with each other and with earlier steps."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.checks import same_count
from helpers.method.exchange_claim import BEFORE, FOLLOWED, LEAST_FOLLOWED, LEAST_SIDE, TOO_FEW
from helpers.method.exchange_sides import DECIDED, DERIVED, EQUAL, LEAST_WEIGHT, NO_COST, SAID, UNTRACED
from helpers.method.exchange_tables import ExchangeTables
from helpers.method.finding_values import is_known
from helpers.method.money import HALF_A_CENT, ten_thousandths
from helpers.method.share import ALL
from helpers.method.value_exchange import LEAST_RESPONDENTS, PARITY, respondents_of

HURDLES = {
    DECIDED: ("Above this a customer is worth serving, over the horizon; decided in step 01.", "judged"),
    UNTRACED: (
        "Above this a customer pays its equal part of the cost that no record explains, over the horizon.",
        "assumed",
    ),
}

# by what drivers are weighted: the assumption, its value, how it is known
WEIGHED = {
    DERIVED: ("How much a driver counts follows from what goes with recommending us.", DERIVED, "modelled"),
    SAID: ("How much a driver counts is what customers state.", SAID, "measured"),
    EQUAL: ("All drivers count alike.", EQUAL, "assumed"),
}


def exchange_cannot_say(tables: ExchangeTables) -> list[CannotSay]:
    """The questions about the exchange that stay open for this client, each only where it does.

    Parameters
    ----------
    tables : ExchangeTables
    """
    gaps, whole = [], tables.whole
    if not is_known(whole["to_us"]):
        gaps.append(
            CannotSay(
                question="What do we get from each group?",
                because="No lifetime value is known: no cost of the goods, or step 04 has no result.",
                unlocked_by="cost_of_goods in transactions or the decision gross_margin_rate, and step 04.",
            )
        )
    elif tables.hurdle.source == NO_COST:
        gaps.append(
            CannotSay(
                question="Would what we get still be enough once each customer carried its part of all cost?",
                because="No hurdle is decided and no untraced cost is known, so that anything above zero counts.",
                unlocked_by="The decision hurdle in step 01; or service_events, activity_costs and spend.",
            )
        )
    if not is_known(whole["to_them"]):
        gaps.append(_nobody_compares(tables))
    elif tables.groups["to_them"].isna().any():
        few = int(tables.groups["to_them"].isna().sum())
        groups = "one group" if few == 1 else f"{few} groups"
        gaps.append(
            CannotSay(
                question="What does every group gain from us?",
                because=f"In {groups} fewer than {LEAST_RESPONDENTS} respondents compared us with the alternative.",
                unlocked_by="survey: more answers from these groups, with driver_ and competitor_ ratings.",
            )
        )
    if whole["not_counted"] > 0 and tables.answers.names:  # who rated nothing at all rated no one
        gaps.append(
            CannotSay(
                question="Do those who rated us and no alternative gain too?",
                because=f"{int(whole['not_counted'])} respondents compared less than half of what counts.",
                unlocked_by="survey: competitor_ ratings from them, or the name of what they would do instead.",
            )
        )
    claim = tables.exchange_claim
    if claim.empty or (claim["verdict"] == TOO_FEW).any():
        gaps.append(_claim_open(tables))
    if set(tables.value_exchange["group_id"]) == {ALL}:
        gaps.append(
            CannotSay(
                question="In which groups do both sides gain?",
                because="No customer groups have been formed yet.",
                unlocked_by="Step 03, form customer groups.",
            )
        )
    if tables.group_profiles_full["winnable"].isna().all():
        gaps.append(
            CannotSay(
                question="How much more could each group give us?",
                because="Step 05 does not know what could be won of their other purchases.",
                unlocked_by="wallets of two years, or the decision capture_rate in step 05.",
            )
        )
    return gaps


def _nobody_compares(tables: ExchangeTables) -> CannotSay:
    """Why nothing is known of what customers gain."""
    answers, need = tables.answers, f"at least {LEAST_RESPONDENTS} respondents who rate us and the alternative"
    if answers.table.empty:
        because = "No answer of customers lies in the window."
    elif answers.drivers.empty or not answers.drivers["compared"].sum():
        because = "Nobody rated us and an alternative on the same driver."
    else:
        because = f"Only {int(tables.whole['respondents'])} respondents compared us on half of what counts or more."
    return CannotSay(
        question="What does each group get from us that it would not get elsewhere?",
        because=because,
        unlocked_by=f"survey: driver_ and competitor_ ratings, from {need}.",
    )


def _claim_open(tables: ExchangeTables) -> CannotSay:
    """Why the claim of the exchange could not be tested, or not whole."""
    because = (
        f"Fewer than {LEAST_FOLLOWED} customers compared us {min(FOLLOWED)} months or more before the end of the data"
    )
    if not tables.exchange_claim.empty:
        because = f"Fewer than {LEAST_SIDE} customers stand on one side of a comparison"
    return CannotSay(
        question="Are customers kept better where both sides gain?",
        because=f"{because}, or what they left us then is not known.",
        unlocked_by="survey: dated answers with customer_id, a year before the end of the data; cost_of_goods.",
    )


def exchange_assumptions(tables: ExchangeTables, *, within: float) -> list[Assumption]:
    """What the exchange rests on besides the data.

    Parameters
    ----------
    tables : ExchangeTables
    within : float
        How far apart the two sides may lie in balance.
    """
    found, sides = [], (is_known(tables.whole[side]) for side in ("to_us", "to_them"))
    if any(sides):
        text = "From this part on the relation is said to pay for a group's side."
        found.append(("parity", text, PARITY, "assumed"))
    if is_known(tables.whole["balance"]):
        found.append(("within", "Two sides that lie no further apart are in balance.", within, "assumed"))
    if is_known(tables.whole["to_us"]):
        text, evidence = HURDLES.get(
            tables.hurdle.source, ("A customer pays as soon as it is worth more than nothing.", "assumed")
        )
        found.append(("hurdle", text, tables.hurdle.amount, evidence))
        text = (
            "Each customer is held to be worth what step 04 expects of it; the ranges say what other customers of the "
            "same kind would change, and nothing of how far the model is off."
        )
        found.append(("worth_as_expected", text, "expected value", "modelled"))
    if is_known(tables.whole["to_them"]):
        found.append(("weights", *WEIGHED[tables.way]))
        text = "A respondent counts who compares at least this part of what its group values."
        found.append(("least_weight", text, LEAST_WEIGHT, "assumed"))
        text = "Those who did not answer gain as those who did; content customers answer more readily (step 06)."
        found.append(("silent", text, "alike", "assumed"))
        straight = tables.answers.counts["straight_line"]
        if straight:
            text = "So many answers rate all drivers alike; they are left out."
            found.append(("straight_line", text, straight, "measured"))
    if len(tables.exchange_claim):
        text = (
            "What a customer was worth when it answered is what it bought in so many months before, at today's margin."
        )
        found.append(("worth_then", text, BEFORE, "assumed"))
    return [Assumption(id=f"07.{name}", text=text, value=value, evidence=how) for name, text, value, how in found]


def exchange_checks(
    tables: ExchangeTables, gains: pd.DataFrame, clv_by_group: pd.DataFrame | None, *, active: int
) -> list[Check]:
    """Whether groups make the whole, and customers and money are those of earlier steps.

    Parameters
    ----------
    tables : ExchangeTables
    gains : DataFrame, from `gains_of_responses`
    clv_by_group : DataFrame or None, of step 04
    active : int
        Active customers of the summary.
    """
    table, whole = tables.value_exchange, tables.whole
    parts = table[table["group_id"] != ALL]
    checks = [same_count("07.active", "All active customers are looked at.", whole["customers"], active)]
    if len(parts):
        checks.append(
            same_count(
                "07.customers", "Each active customer is in one group.", parts["customers"].sum(), whole["customers"]
            )
        )
        if is_known(whole["to_us"]):
            words = "The customers above the hurdle in the groups are those of all."
            above = (parts["to_us"].fillna(0) * parts["valued"]).sum()
            checks.append(same_count("07.above", words, round(above), round(whole["to_us"] * whole["valued"])))
    spoke = respondents_of(gains)
    if len(spoke):
        beside = int((~spoke["group_id"].isin(parts["group_id"])).sum())
        words = "Respondents of the groups and of none are all respondents."
        checks.append(same_count("07.respondents", words, parts["respondents"].sum() + beside, whole["respondents"]))
    if clv_by_group is not None and is_known(whole["clv"]):
        equity = clv_by_group.loc[clv_by_group["group_id"] == ALL, "clv"].sum()
        found, expected = (int(ten_thousandths(amount)) / 10_000 for amount in (whole["clv"], equity))
        verdict = "pass" if abs(found - expected) <= HALF_A_CENT else "fail"
        words, facts = "Lifetime values are those of step 04.", {"found": found, "expected": expected}
        checks.append(Check(id="07.equity", sentence=words, tolerance=HALF_A_CENT, verdict=verdict, **facts))
    return checks
