"""What step 05 leaves open, what it assumed, and whether its tables agree with each other.

A question that the data cannot answer is named with the table that would; nothing missing becomes zero silently.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.method.checks import none_found
from helpers.method.intervals import LEVEL
from helpers.method.money import HALF_A_CENT
from helpers.method.rank_share import SET_PART
from helpers.method.share import ALL, CUTS, MIN_COVERAGE
from helpers.method.share_estimates import EstimateTables
from helpers.method.share_scope import MIN_PART
from helpers.method.share_tables import ShareTables, why_unknown
from helpers.method.share_wallets import (
    RECENT_MONTHS,
    SOURCES,
    all_lines,
    in_scope,
    named_customers,
    without_customer,
)

MARKET_GAPS = {
    "no_table": ("No size of any market was delivered.", "markets: market_size by category and year."),
    "no_year": (
        "No year in markets fits the window: none lies in it, or covers at least half of it.",
        "markets: market_size of a year in the window.",
    ),
}
SIZES_MISSING = (
    "The size of the market is not known for every category in scope.",
    "markets: market_size for each category in scope.",
)


def share_cannot_say(tables: ShareTables, estimates: EstimateTables | None = None) -> list[CannotSay]:
    """The questions about customer share that stay open for this client, each only where it does.

    Parameters
    ----------
    tables : ShareTables
    estimates : EstimateTables, optional
        Closes the gaps of unknown wallets and of what can be won, where it can.

    Returns
    -------
    list of CannotSay, the gravest first
    """
    whole, wallets = tables.whole, tables.wallets
    gaps = []
    if wallets.empty:
        gaps.append(
            CannotSay(
                question="What is our share of our customers' spend?",
                because="No wallet was delivered: our own sales do not show what customers buy elsewhere.",
                unlocked_by="wallets: what a sample of customers spends with everyone, asked, seen or estimated.",
            )
        )
    if whole["known_wallets"] < whole["customers"] and (estimates is None or estimates.fit is None):
        why = estimates.why_not if estimates is not None and len(wallets) else ""
        gaps.append(
            CannotSay(
                question="What do customers without a known wallet spend?",
                because=f"Their wallets {why_unknown(tables)}; {f'{why}, so ' if why else ''}none is estimated.",
                unlocked_by="wallets for more of them, of the last year and in the scope.",
            )
        )
    if estimates is None or estimates.won is None:
        gaps.append(
            CannotSay(
                question="How much of the headroom can be won?",
                because="Too few customers have wallets of two years to see how fast share is gained."
                if len(wallets)
                else "Without a wallet there is no headroom to win from.",
                unlocked_by="wallets of two years for the same customers, or the decision all.capture_rate."
                if len(wallets)
                else "wallets, and those of the same customers a year earlier.",
            )
        )
    if set(tables.group_share["group_id"]) == {ALL}:
        gaps.append(
            CannotSay(
                question="Which customer groups give us most of their spend, and which least?",
                because="No customer groups have been formed yet.",
                unlocked_by="Step 03, form customer groups.",
            )
        )
    if (tables.used["wallet_source"] == "panel").any():
        gaps.append(
            CannotSay(
                question="What do these customers spend where the panel does not look?",
                because="A panel sees what it records; spend outside it is in no wallet, so the true share is lower.",
                unlocked_by="A question to a sample of customers about all they spend: wallets with source stated.",
            )
        )
    if not set(tables.rank_based_share["rank_basis"]) & {"preference", "satisfaction"}:
        gaps.append(
            CannotSay(
                question="Whom do customers prefer, and what would one rank up be worth?",
                because="There are no ranks by preference or satisfaction, and ranks by spend only repeat spend.",
                unlocked_by="supplier_spend with supplier_rank and rank_basis preference or satisfaction.",
            )
        )
    if tables.categories_in_scope["market_share"].isna().any() or tables.categories_in_scope.empty:
        because, unlocked_by = MARKET_GAPS.get(tables.market.state, SIZES_MISSING)
        if tables.categories_in_scope.empty:
            because, unlocked_by = "Our lines have no category to compare by.", "category in transactions."
        gaps.append(
            CannotSay(
                question="How does customer share compare with our market share?",
                because=because,
                unlocked_by=unlocked_by,
            )
        )
    if len(wallets) and tables.change is None and tables.year is None:
        gaps.append(
            CannotSay(
                question="Is our share rising or falling?",
                because="No two quarters and no two years have enough wallets of the same customers.",
                unlocked_by="wallets of two years, or by quarter, of the same customers.",
            )
        )
    return gaps


def share_assumptions(
    tables: ShareTables,
    *,
    cuts: tuple[float, float] = CUTS,
    min_part: float = MIN_PART,
    min_coverage: float = MIN_COVERAGE,
    level: float = LEVEL,
) -> list[Assumption]:
    """What the share rests on that the data did not supply.

    Parameters
    ----------
    tables : ShareTables
    cuts, min_part, min_coverage, level
        As the tables were made with.

    Returns
    -------
    list of Assumption, ids 05.<name>
    """
    used = tables.used
    said = [
        ("scope_min_part", "A category belongs to the main ones from this part of our revenue on.", min_part, "judged"),
        (
            "share_cut_low",
            "Below this share a customer's spend is still to be won (Osing's example).",
            cuts[0],
            "judged",
        ),
        ("share_cut_high", "From this share on the task is to defend (Osing's example).", cuts[1], "judged"),
        ("min_coverage", "Below this part of revenue with a known wallet no share is stated.", min_coverage, "judged"),
        ("interval_level", "Intervals hold the truth in this part of samples of like customers.", level, "assumed"),
        (
            "wallet_months",
            "A wallet speaks for today if its period ended within this many months.",
            RECENT_MONTHS,
            "judged",
        ),
    ]
    if (tables.wallets["state"] == "overlap").any():
        order = "Of wallets for the same customer, category and days the first in this order counts."
        said.append(("wallet_order", order, ", ".join(SOURCES), "judged"))
    if (used["wallet_source"] == "panel").any():
        said.append(
            ("no_row_no_spend", "No wallet of the panel for a category or period means no spend there.", 0, "assumed")
        )
    scaled = used["covered_days"] < used["period_days"]
    if scaled.any():
        words = "Where our data cover a part of a wallet's period, our revenue is scaled by days; wallets concerned:"
        said.append(("scaled_by_days", words, int(scaled.sum()), "assumed"))
    if tables.market.state == "scaled":
        words = "Market share compares the market's year with our revenue of the window, scaled by days to that year."
        said.append(("market_year", words, str(tables.market.year), "assumed"))
    if len(tables.rank_based_share):
        words = "A supplier counts for a customer from this part of the customer's spend on."
        said.append(("supplier_set_part", words, SET_PART, "assumed"))
    return [Assumption(id=f"05.{name}", text=text, value=value, evidence=how) for name, text, value, how in said]


def share_checks(
    tables: ShareTables,
    *,
    customer_summary: pd.DataFrame,
    customer_category: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    window_start: object,
    scope_categories: Sequence[str] | None = None,
    wallet_revenue: pd.DataFrame | None = None,
) -> list[Check]:
    """Whether the tables of the step agree with each other and with what came in, to the cent.

    Parameters
    ----------
    tables : ShareTables
    customer_summary, customer_category, customer_quarter : DataFrame
        The summaries that the tables were made from.
    window_start : date
        Quarters are compared with the window only where they begin with it.
    scope_categories : list of str, optional
        The scope in force.
    wallet_revenue : DataFrame, one row per wallet, optional
        As delivered; each row must have got a state.

    Returns
    -------
    list of Check
        A `fail` means that the tables are wrong; a `flag` that the data are odd: conflicts, or customers who brought
        back more than they bought in the wallet's period.
    """
    shares, used = tables.customer_share, tables.used
    nobodys = customer_category.loc[without_customer(customer_category), "revenue"].sum()
    rows = named_customers(customer_category)
    inside = rows[in_scope(rows["category"], scope_categories)].groupby("customer_id")["revenue"].sum().round(4)
    known = shares[shares["wallet_state"] == "known"]
    outside = ((known["customer_share"] < 0) | (known["customer_share"] > 1 + 1e-9)).sum()
    # From the wallets themselves, not from the sums that the tables hold.
    left = (used["wallet"] - used["revenue"]).astype(float).groupby(used["customer_id"]).sum().round(4).clip(lower=0)
    checks = [
        _to_the_cent(
            "revenue_by_category",
            "Revenue by category, no category included, is the revenue of all customers and of lines without one.",
            tables.share_by_category["revenue"].sum(),
            customer_summary["revenue"].sum() + nobodys,
        ),
        _to_the_cent(
            "buyers_revenue",
            "The buyers' revenue is the revenue in scope without the customers whose returns outweigh their purchases.",
            shares["revenue"].sum(),
            inside.sum() - inside[inside <= 0].sum(),
        ),
        _to_the_cent(
            "headroom",
            "Headroom is what the wallets used hold beyond our revenue of the same days, customer by customer.",
            tables.headroom["headroom"].sum(),
            left.sum(),
        ),
        _to_the_cent(
            "wallets_used",
            "The customers' wallets are the wallets used, each once.",
            known["wallet"].sum(),
            used["wallet"].sum(),
        ),
        none_found("05.share_range", "Customers whose share lies outside 0 to 1.", outside),
        none_found(
            "05.conflicts",
            "Buyers whose wallet is below our own revenue; they have no share.",
            tables.whole["conflicts"],
        ),
    ]
    if set(tables.group_share["group_id"]) != {ALL}:
        words, groups = "The wallets of the groups are the wallets used.", tables.group_share["group_id"] != ALL
        found = tables.group_share.loc[groups, "wallet"].sum()
        checks.append(_to_the_cent("group_wallets", words, found, used["wallet"].sum()))
    if wallet_revenue is not None:
        words = "Wallets used and wallets left out, with the reason, are the wallets delivered."
        stated = int(tables.wallets["state"].notna().sum())
        checks.append(_to_the_cent("wallets_delivered", words, stated, len(wallet_revenue)))
    quarters = all_lines(customer_quarter)
    if len(quarters) and quarters["quarter_start"].min() == pd.Timestamp(window_start):
        words = "Revenue by quarter is the revenue of the window."
        checks.append(
            _to_the_cent("quarters", words, quarters["revenue"].sum(), all_lines(customer_category)["revenue"].sum())
        )
    return checks


def _to_the_cent(name: str, sentence: str, found: float, expected: float) -> Check:
    found, expected = round(float(found), 4), round(float(expected), 4)
    verdict = "pass" if abs(found - expected) <= HALF_A_CENT else "fail"
    return Check(
        id=f"05.{name}", sentence=sentence, found=found, expected=expected, tolerance=HALF_A_CENT, verdict=verdict
    )
