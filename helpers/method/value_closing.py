"""What step 04 leaves open, what it assumed, and whether its tables agree with each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.finding_values import is_known
from helpers.method.lifetime_checks import early_part
from helpers.method.lifetime_margin import ASSUMED, GROSS_MARGIN, NO_MARGIN
from helpers.method.money import HALF_A_CENT, ten_thousandths
from helpers.method.profit import MARGIN, PROFIT
from helpers.method.profit_ladder import ladder_gaps
from helpers.method.referral_value import ReferralTerms
from helpers.method.share import ALL
from helpers.method.value_tables import ValueTables

SPOKE = ("recommend", "buying_referrals")  # what step 02 rates advocacy on


def value_cannot_say(tables: ValueTables, delivered: list[str]) -> list[CannotSay]:
    """The questions about value to us that stay open for this client, each only where it does.

    Parameters
    ----------
    tables : ValueTables
    delivered : list of str
        The names of the tables that the client delivered.
    """
    gaps = []
    basis = tables.profit.basis
    if basis is None:
        gaps.append(
            CannotSay(
                question="What is left of our revenue, by customer and by group?",
                because="The cost of goods is unknown for half of the revenue or more.",
                unlocked_by="transactions: cost_of_goods on every line.",
            )
        )
    elif basis == MARGIN:
        gaps.append(
            CannotSay(
                question="On whom do we lose money once we have served them?",
                because="No service with its cost was delivered, or too little of it has a price.",
                unlocked_by="service_events and activity_costs: who caused which work, and what it costs.",
            )
        )
    if tables.lifetime.basis == NO_MARGIN:
        gaps.append(
            CannotSay(
                question="What is customer equity?",
                because="Expected revenue is no value: no cost is known, and no margin was decided.",
                unlocked_by="cost_of_goods, or the decision gross_margin_rate.",
            )
        )
    if tables.lifetime.models is None:
        gaps.append(
            CannotSay(
                question="How often will our customers buy from now on?",
                because="Fewer than thirty of them bought again, so no model of purchases can be fitted.",
                unlocked_by="a longer history of transactions.",
            )
        )
    if tables.acquisition.empty or not tables.acquisition["value_per_cost"].notna().any():
        gaps.append(
            CannotSay(
                question="Does what we pay to win a customer come back?",
                because="What it costs to win a customer, or what a new one earns, is not known.",
                unlocked_by="customers: acquisition_cost and channel; cost_of_goods in transactions.",
            )
        )
    if tables.advocacy.empty:
        gaps.append(
            CannotSay(
                question="Would our customers recommend us?",
                because="No answer to that question lies in the window.",
                unlocked_by="survey: recommend, from 0 to 10.",
            )
        )
    if "referrals" not in delivered:
        gaps.append(
            CannotSay(
                question="What are our customers worth through those whom they send us?",
                because="No referrals were delivered.",
                unlocked_by="referrals: who sent whom, and when.",
            )
        )
    return gaps


def value_assumptions(tables: ValueTables, terms: ReferralTerms, gross_margin_rate: float | None) -> list[Assumption]:
    """What the values rest on besides the data.

    Parameters
    ----------
    tables : ValueTables
    terms : ReferralTerms
    gross_margin_rate : float or None, the decided one
    """
    life = tables.lifetime
    said = [
        ("horizon", "Lifetime value counts so many months from the end of the data.", life.months, "assumed"),
        ("discount", "What comes a year later counts less by this part.", life.annual_discount, "assumed"),
        (
            "margins_hold",
            "What a unit of revenue leaves stays as it was in the window; prices, costs and service do not move.",
            "window",
            "assumed",
        ),
        (
            "sharing",
            "Customers of a kind share a model of purchases and spend: the kind they were of when they last bought."
            if tables.basis.by_kind
            else "One model of purchases and one of spend hold for all customers.",
            "kind" if tables.basis.by_kind else "all",
            "modelled",
        ),
        (
            "one_order",
            "Who ordered once is still a customer (BG/NBD): nobody leaves before the second order.",
            "still there",
            "assumed",
        ),
    ]
    if tables.profit.groups and tables.profit.margin_slopes["p_holm"].notna().any():
        said.append(_downturns_seen(tables.profit.margin_slopes))
    early = early_part(tables.basis.history)
    if is_known(early) and early > 0.05:
        text = "This part of the customers was there in the first month of the data; they may have bought before it."
        said.append(("first_month", text, round(early, 4), "measured"))
    if life.basis == ASSUMED and gross_margin_rate is not None:
        said.append(("gross_margin_rate", "This part of revenue is left after the goods.", gross_margin_rate, "judged"))
    if life.basis in (GROSS_MARGIN, ASSUMED):
        said.append(("no_service", "Serving customers costs nothing in these values.", 0, "assumed"))
    if tables.equity["contract_clv"] > 0:
        said.append(("fees", "The fees of contracts have no cost of their own.", 0, "assumed"))
    if not tables.customer_types.empty:
        text = "This part of those who came through a customer would not have come anyway."
        said.append(("not_anyway", text, terms.not_anyway, "assumed"))
    return [Assumption(id=f"04.{name}", text=text, value=value, evidence=how) for name, text, value, how in said]


def _downturns_seen(margin_slopes: pd.DataFrame) -> tuple[str, str, str, str]:
    """How a downturn is told from a change in who is in a group."""
    if margin_slopes["slope_before"].notna().any():
        text = "A group is in downturn if its margin falls as it is drawn today and as it would have been a year ago."
        return "downturn", text, "groups drawn twice", "measured"
    text = "Who is in a group does not move its margin within a year; groups cannot be drawn as of a year ago."
    return "downturn", text, "groups drawn once", "assumed"


def value_checks(
    tables: ValueTables, customer_summary: pd.DataFrame, groups: pd.DataFrame | None, ratings: pd.DataFrame | None
) -> list[Check]:
    """Whether the tables agree with each other, with the summaries and with step 02, to the cent and to the customer.

    Parameters
    ----------
    tables : ValueTables
    customer_summary : DataFrame
    groups : DataFrame or None
    ratings : DataFrame or None
        customer_ratings of step 02.
    """
    profits, value = tables.profit.profits, tables.customer_value
    named = profits.dropna(subset="customer_id")
    revenue = customer_summary.set_index("customer_id")["revenue"].reindex(named["customer_id"]).fillna(0.0)
    checks = [
        _money("revenue", "The revenue of each customer is that of the summary.", named["revenue"].sum(), revenue.sum())
    ]
    if groups is not None:
        gap = ladder_gaps(tables.profit.profit_ladder)["gap"].abs().max()
        checks.append(_money("ladder", "On every rung the groups make the portfolio.", gap, 0.0))
    clv = tables.lifetime.groups
    own = clv[~clv["group_id"].isin([ALL, "dormant"])]
    if len(own) and is_known(tables.equity["clv"]):
        words = "The groups' lifetime values make customer equity."
        checks.append(_money("equity", words, own["clv"].sum(), tables.equity["clv"], within=0.005 * len(own)))
    if is_known(tables.equity["clv"]):
        words = "Customers' lifetime values make customer equity."
        active = value.loc[value["status"] == "active", "clv"]
        checks.append(_money("customers", words, active.sum(), tables.equity["clv"], within=0.005))
    people = int((customer_summary["status"] == "active").sum())
    count = int((value["status"] == "active").sum())
    words = "Each active customer has one value."
    verdict = "pass" if count == people else "fail"
    checks.append(Check(id="04.people", sentence=words, found=count, expected=people, verdict=verdict))
    if ratings is not None and tables.profit.basis == PROFIT and ratings["cost_to_serve_rate"].notna().any():
        checks.append(_same_cost(named, ratings))
    if ratings is not None and ratings[list(SPOKE)].notna().any(axis=None):
        checks.append(_same_advocacy(value[value["status"] == "active"], ratings))
    return checks


def _same_cost(profits: pd.DataFrame, ratings: pd.DataFrame) -> Check:
    """Step 02 rates on the same cost to serve: in money, of the same customers, and not in the rate alone."""
    there = ratings.set_index("customer_id")[["revenue", "cost_to_serve_rate"]].astype(float)
    here = profits.set_index("customer_id").reindex(there.index)
    # a rate needs revenue above zero; who has none has cost all the same, and is held against nothing
    cost = here["cost_to_serve"].where(here["revenue"] > 0).astype(float)
    rated = there["cost_to_serve_rate"] * there["revenue"]
    # rates are rounded to nine decimals
    within = HALF_A_CENT + 1e-9 * there["revenue"].abs().fillna(0.0)
    apart = ((cost - rated).abs() > within) | (cost.isna() != rated.isna())
    found = int(apart.sum())
    words = "Cost to serve is the one on which step 02 rates, in money."
    return Check(id="04.same_cost", sentence=words, found=found, expected=0, verdict="fail" if found else "pass")


def _same_advocacy(value: pd.DataFrame, ratings: pd.DataFrame) -> Check:
    """Step 02 rates on the same answers, and those who speak for us are those whose referrals it counts."""
    there = ratings.set_index("customer_id")[list(SPOKE)].astype(float).reindex(value["customer_id"])
    here, said = (rows["recommend"].astype(float).to_numpy() for rows in (value, there))
    speaks = value["advocate"].fillna(False).to_numpy(dtype=bool)
    heard = there["buying_referrals"].to_numpy()
    # one buying referral is the least that an advocate needs, and two are enough for anybody
    apart = ~np.isclose(here, said, atol=1e-6, equal_nan=True) | (speaks & ~(heard >= 1)) | (~speaks & (heard >= 2))
    words = "Answers and buying referrals are those on which step 02 rates."
    verdict = "fail" if apart.any() else "pass"
    return Check(id="04.same_advocacy", sentence=words, found=int(apart.sum()), expected=0, verdict=verdict)


def _money(name: str, sentence: str, found: float, expected: float, within: float = HALF_A_CENT) -> Check:
    """Two amounts that are the same."""
    found, expected = (int(ten_thousandths(amount)) / 10_000 for amount in (found, expected))
    verdict = "pass" if abs(found - expected) <= within else "fail"
    return Check(id=f"04.{name}", sentence=sentence, found=found, expected=expected, tolerance=within, verdict=verdict)
