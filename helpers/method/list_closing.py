"""What step 02 leaves open, what it assumed, and whether its tables agree with each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.checks import same_count
from helpers.method.cost_to_serve import events_without_cost
from helpers.method.list_findings import EVEN, LARGE, MOST
from helpers.method.list_tables import ListTables
from helpers.method.list_words import FEW, FEWEST, MANY, MOST_LEAVE, MOST_STAY
from helpers.method.money import HALF_A_CENT
from helpers.method.rating_measures import MEASURES

# what a measure that nobody has would answer, by the measure; the others of the same question stay unnamed
QUESTIONS = {
    "gross_margin_rate": "What does each customer leave us after the cost of goods?",
    "discount_rate": "Who buys only at a discount?",
    "breadth": "Who buys across our range, and who one thing only?",
    "cost_to_serve_rate": "Which customers cost more to serve than they bring?",
    "recommend": "Who would recommend us?",
    "buying_referrals": "Who brings us new customers?",
}


def list_cannot_say(tables: ListTables) -> list[CannotSay]:
    """The questions about today's list that stay open for this client, each only where it does.

    Parameters
    ----------
    tables : ListTables

    Returns
    -------
    list of CannotSay
    """
    measures = tables.rating_measures.set_index("measure")
    needs = {measure.name: measure.needs for measure in MEASURES}
    gaps = [
        CannotSay(
            question=question,
            because="Nothing delivered tells it of any customer, so the rating does without it.",
            unlocked_by=f"{needs[name]}.",
        )
        for name, question in QUESTIONS.items()
        if tables.active and measures.loc[name, "customers_known"] == 0
    ]
    if not tables.bridge.earlier_months:
        gaps.append(
            CannotSay(
                question="Who is new, and who came back after a pause?",
                because="Less than a month of data lies before the window: who came back looks new.",
                unlocked_by="transactions of a year or more before the window.",
            )
        )
    if tables.closed:
        gaps.append(
            CannotSay(
                question="Do we win new customers, and do they stay as the old ones did?",
                because="Everybody in the data first bought in its first quarter, so there is no later cohort.",
                unlocked_by="transactions of all customers, whenever they first bought.",
            )
        )
    elif tables.won.customers < FEWEST:
        gaps.append(
            CannotSay(
                question="Do newly won customers stay?",
                because="Too few customers were first seen a whole year back.",
                unlocked_by="transactions of more quarters, two years or more.",
            )
        )
    if tables.seasonal:
        gaps.append(
            CannotSay(
                question="Is a change between the halves the business or the season?",
                because="Each half is shorter than a year.",
                unlocked_by="transactions of two years, with window_months: 24 in client.yaml.",
            )
        )
    return gaps


def list_assumptions(
    weights: Mapping[str, float], cuts: Mapping[str, float], *, min_known: float, draws: int
) -> list[Assumption]:
    """What the rating used that the data did not supply.

    Parameters
    ----------
    weights, cuts : mapping
        In force, from `helpers.method.rating`.
    min_known, draws
        As the ratings were made with.
    """
    said = [
        Assumption(
            id=f"02.weight_{family}", text=f"What {family} counts in the rating.", value=weight, evidence="judged"
        )
        for family, weight in weights.items()
    ]
    said += [
        Assumption(
            id=f"02.cut_{letter.lower()}",
            text=f"From this score on a customer is rated {letter}.",
            value=cut,
            evidence="judged",
        )
        for letter, cut in cuts.items()
    ]
    facts = {
        "min_known": ("A customer is rated when at least this part of the weight is known.", min_known),
        "draws": ("Draws of other weights by which a letter is tested.", draws),
        "firm": ("A letter that holds in this part of the draws is called firm.", MOST),
        "few": ("Up to this part of the customers, those who bring most of the revenue are called a few.", FEW),
        "many": ("Above this part of the customers, they are called a large part.", MANY),
        "even": ("From this part of the customers on, revenue is said to be spread evenly.", EVEN),
        "large": ("From this part of the revenue on, and twice the mean, one customer is told of alone.", LARGE),
        "fewest": ("With fewer customers than these, they are counted and not told in percent.", FEWEST),
        "most_stay": (
            "From this part of the prior half's customers on, most are said to have bought again.",
            MOST_STAY,
        ),
        "most_leave": ("Below this part, most are said not to have bought again; between the two, many.", MOST_LEAVE),
    }
    said += [Assumption(id=f"02.{name}", text=text, value=value) for name, (text, value) in facts.items()]
    said.append(
        Assumption(
            id="02.reference",
            text="A customer's place in a measure is counted among these.",
            value="today's active customers",
        )
    )
    return said


def list_checks(
    tables: ListTables,
    *,
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    window_start: object,
    as_of: object,
    service_events: pd.DataFrame | None = None,
    activity_costs: pd.DataFrame | None = None,
) -> list[Check]:
    """Whether the tables of the step agree with what came in, to the cent and to the customer.

    Parameters
    ----------
    tables : ListTables
    customer_summary, customer_days : DataFrame
        The summaries that the tables were made from.
    window_start, as_of : date
    service_events, activity_costs : DataFrame, optional
        As delivered.

    Returns
    -------
    list of Check
        A `fail` means that the tables are wrong; a `flag` that service events have no cost.
    """
    start, end = pd.Timestamp(window_start), pd.Timestamp(as_of)
    history = customer_days[customer_days["date"] < end]
    days = history[history["date"] >= start]
    checks = [
        *_rating_checks(tables, customer_summary, days),
        *_bridge_checks(tables, customer_summary, days),
    ]
    if not tables.cohorts.empty:
        words = "Each customer who ever ordered stands in one cohort."
        checks.append(
            same_count("02.cohorts", words, tables.ever_bought, _customers(history[history["positive_lines"] > 0]))
        )
    if service_events is not None and activity_costs is not None:
        without = events_without_cost(service_events, activity_costs, start=start, end=end)
        words = "Service events of the window without a cost; their customers' cost to serve is unknown."
        count = int(without["without_cost"].sum())
        verdict = "flag" if count else "pass"
        checks.append(Check(id="02.events_without_cost", sentence=words, found=count, expected=0, verdict=verdict))
    return checks


def _rating_checks(tables: ListTables, customer_summary: pd.DataFrame, days: pd.DataFrame) -> list[Check]:
    """The ratings, their weights and their sums against the customers and the money that came in."""
    active = customer_summary.loc[customer_summary["status"] == "active", "customer_id"]
    rated = tables.customer_ratings
    right = int((~rated["customer_id"].duplicated(keep=False) & rated["customer_id"].isin(active)).sum())
    checks = [
        _money(
            "revenue",
            "The ratings, the customers beside them and the lines without a customer hold all revenue of the window.",
            tables.rating_mix["revenue"].sum(),
            days["revenue"].sum(),
        ),
        same_count(
            "02.customers",
            "Each customer stands in one rating, or beside the ratings.",
            int(tables.rating_mix["customers"].fillna(0).sum()),
            len(customer_summary),
        ),
        same_count(
            "02.rated_once",
            "Each active customer stands in the ratings once, and nobody else.",
            right,
            max(len(active), len(rated)),
        ),
        _money(
            "concentration",
            "The concentration is counted on what the rated customers bring, those below zero as zero.",
            tables.spread["revenue"],
            rated["revenue"].fillna(0.0).clip(lower=0.0).sum(),
        ),
    ]
    if tables.rating_measures["used"].any():
        whole = round(float(tables.rating_measures["weight"].sum()), 9)
        words = "The weights of the measures in use make one."
        verdict = "pass" if whole == 1 else "fail"
        checks.append(Check(id="02.weights", sentence=words, found=whole, expected=1.0, verdict=verdict))
    return checks


def _bridge_checks(tables: ListTables, customer_summary: pd.DataFrame, days: pd.DataFrame) -> list[Check]:
    """The bridge against itself, the lines of the window, and the halves of the summary."""
    changes = tables.changes
    prior, current = (tables.part(half)["amount"] for half in ("prior", "current"))
    return [
        _money(
            "bridge",
            "The prior half and all changes make the current half.",
            prior + changes["amount"].sum(),
            current,
        ),
        _money(
            "bridge_revenue",
            "The two halves of the bridge are the revenue of the window.",
            prior + current,
            days["revenue"].sum(),
        ),
        same_count(
            "02.bridge_customers",
            "Each customer with a line in the window stands in one part of the bridge.",
            int(changes["customers"].fillna(0).sum()),
            _customers(days),
        ),
        _money(
            "halves",
            "The summary's halves are those of the bridge, lines without a customer aside.",
            changes["amount"].drop("no_customer", errors="ignore").sum(),
            customer_summary["revenue_current"].sum() - customer_summary["revenue_prior"].sum(),
        ),
    ]


def _customers(days: pd.DataFrame) -> int:
    """How many customers these days belong to; days of nobody aside."""
    return int(days["customer_id"].astype("str").fillna("").replace("", None).nunique())


def _money(name: str, sentence: str, found: float, expected: float) -> Check:
    found, expected = round(float(found), 4), round(float(expected), 4)
    verdict = "pass" if abs(found - expected) < HALF_A_CENT else "fail"
    said = {"found": found, "expected": expected, "tolerance": HALF_A_CENT}
    return Check(id=f"02.{name}", sentence=sentence, verdict=verdict, **said)
