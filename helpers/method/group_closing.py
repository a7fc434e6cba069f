"""What step 03 leaves open, what it assumed, and whether its tables agree with what came in."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.checks import none_found, same_count
from helpers.method.group_before import GroupsBefore, channel_checks
from helpers.method.group_evidence import LEAST_AGREEMENT, NULL_SETS, OR_REVENUE_PART, PAIRS, SMALLEST_PART
from helpers.method.group_features import MONTHS
from helpers.method.group_forming import BEHAVIOUR, RFM
from helpers.method.group_moves import NOT_THERE
from helpers.method.group_tables import GroupTables
from helpers.method.group_tree import EXACT
from helpers.method.money import HALF_A_CENT
from helpers.method.rfm import QUANTILES


def group_cannot_say(tables: GroupTables) -> list[CannotSay]:
    """The questions about groups that stay open for this client.

    Parameters
    ----------
    tables : GroupTables
    """
    gaps = []
    if tables.before is None:
        gaps.append(
            CannotSay(
                question="Who moved from one group to another since the last version?",
                because="None yet: this is the first version.",
                unlocked_by="a second version, when later data are assigned to these groups.",
            )
        )
    elif not tables.before.same_window:
        gaps.append(_other_window(tables.before))
    if not tables.found.reality.real:
        gaps.append(
            CannotSay(
                question="Are there groups of customers by nature, not only by our cuts?",
                because=tables.found.reality.why_not,
                unlocked_by="a longer history, or more of what customers do: channel, category, list_revenue.",
            )
        )
    unknown = tables.found.scale_said
    unknown = unknown.loc[unknown["customers_known"] == 0, "feature_name"]
    if len(unknown):
        gaps.append(
            CannotSay(
                question=f"Do customers differ by {listed([name[0].lower() + name[1:] for name in unknown])}?",
                because="The lines do not tell it.",
                unlocked_by="transactions with channel, category and list_revenue.",
            )
        )
    if tables.attributes.empty:
        gaps.append(
            CannotSay(
                question="Who are the customers of each group, besides what they buy?",
                because="No attribute was delivered that sorts customers into a few kinds.",
                unlocked_by="customers, with industry, region or size.",
            )
        )
    if tables.portions["part_of_gross_margin"].isna().all():
        gaps.append(
            CannotSay(
                question="Which part of the gross margin does each group bring?",
                because="Not every line has its cost of goods.",
                unlocked_by="cost_of_goods in transactions.",
            )
        )
    return gaps


def _other_window(before: GroupsBefore) -> CannotSay:
    """That nobody can be said to have come or gone, and by scores nobody to have moved either."""
    because = "Its window was of another length, so others count as active."
    if before.way_in == RFM:
        because += " Its scores counted the orders and revenue of it, so the groups could not be kept."
    return CannotSay(
        question=f"Who is active now and was not in version {before.version}, and who is not any more?",
        because=because,
        unlocked_by="the same window_months in client.yaml.",
    )


def group_assumptions(tables: GroupTables) -> list[Assumption]:
    """What the groups rest on that the data did not supply.

    Parameters
    ----------
    tables : GroupTables
    """
    facts = {
        "months": ("Behaviour is measured over so many months before as_of.", MONTHS),
        "least_agreement": ("Below this agreement of two samples, groups are not real.", LEAST_AGREEMENT),
        "null_sets": ("Clouds without groups that the agreement is held against.", NULL_SETS),
        "pairs": ("Pairs of samples by which the number of groups is chosen.", PAIRS),
        "smallest": ("No group holds less than this part of the customers,", SMALLEST_PART),
        "or_revenue": ("unless it brings more than this part of revenue.", OR_REVENUE_PART),
    }
    if tables.formed.way_in == RFM:
        cuts = ", ".join(f"{cut:g}" for cut in QUANTILES)
        facts["quantiles"] = ("Scores of recency, frequency and money are cut at these quantiles.", cuts)
    if tables.formed.way_in == BEHAVIOUR:
        facts["exact"] = ("Rules that put at least this part of unseen customers right are called good.", EXACT)
    return [Assumption(id=f"03.{name}", text=text, value=value) for name, (text, value) in facts.items()]


def group_checks(
    tables: GroupTables,
    *,
    customer_summary: pd.DataFrame,
    customer_days: pd.DataFrame,
    window_start: object,
    as_of: object,
) -> list[Check]:
    """Whether each active customer is in one group, and the groups' money is all money.

    Parameters
    ----------
    tables : GroupTables
    customer_summary, customer_days : DataFrame
    window_start, as_of : date

    Returns
    -------
    list of Check
        A `fail` means that the tables are wrong; a `flag` that people should look at their groups again.
    """
    formed, portions = tables.formed, tables.portions
    active = customer_summary.loc[customer_summary["status"] == "active", "customer_id"]
    once = formed.customer_groups["customer_id"]
    right = int((~once.duplicated(keep=False) & once.isin(active)).sum())
    days = customer_days[customer_days["date"] >= pd.Timestamp(window_start)]
    days = days[days["date"] < pd.Timestamp(as_of)]
    found, expected = (round(float(table["revenue"].sum()), 4) for table in (portions, days))
    checks = [
        same_count("03.once", "Each active customer is in one group, or beside the groups.", right, len(active)),
        Check(
            id="03.revenue",
            sentence="The groups, customers not active and lines without a customer hold all revenue of the window.",
            found=found,
            expected=expected,
            tolerance=HALF_A_CENT,
            verdict="pass" if abs(found - expected) < HALF_A_CENT else "fail",
        ),
        same_count(
            "03.portions",
            "The customers of all portions are the active customers.",
            int(portions["customers"].fillna(0).sum()),
            len(active),
        ),
    ]
    if tables.before is not None and tables.moves is not None:
        checks += _moves_checks(tables.moves, len(tables.before.groups), len(active))
    checks += channel_checks(tables.before if formed.kept else None, tables.found.features)
    if formed.identity.anchors:
        words = "Customers that stand for a group and are in another, or in none."
        checks.append(none_found("03.anchors", words, formed.identity.astray))
    if formed.way_in != BEHAVIOUR:
        words = "Groups whose rule holds for nobody whom no earlier rule takes."
        checks.append(none_found("03.idle_rules", words, len(formed.idle)))
        checks.append(none_found("03.strange_words", "Words in rules that no customer has.", len(formed.unmatched)))
    return checks


def _moves_checks(moves: pd.DataFrame, then: int, now: int) -> list[Check]:
    """Whether where customers were and are holds each of then and each of now once."""
    rows = (("then", "from_group_id", "of the version before", then), ("now", "group_id", "of today", now))
    return [
        same_count(
            f"03.moves_{name}",
            f"The moves between groups hold each active customer {whose} once.",
            int(moves.loc[moves[column] != NOT_THERE, "customers"].sum()),
            expected,
        )
        for name, column, whose, expected in rows
    ]
