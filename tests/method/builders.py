"""Small inputs for the tests of helpers.method: summaries as the intake would make them, by hand or drawn at random."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from helpers.client.result_model import Finding
from helpers.method.rank_share import rank_based_share_table
from helpers.method.share import customer_share, group_share, headroom
from helpers.method.share_by import share_by_category, share_by_quarter, share_by_scope
from helpers.method.share_change import share_change
from helpers.method.share_estimates import beside
from helpers.method.share_market import market_of_window
from helpers.method.share_scope import categories_in_scope, proposed_scope
from helpers.method.share_tables import ShareTables
from helpers.method.share_wallets import wallet_states
from helpers.method.share_years import share_by_year
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say

AS_OF, WINDOW_START = "2027-01-01", "2026-01-01"
QUARTERS = pd.to_datetime(["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"])
AUDIENCE = audience_for(
    "working", "EUR", {"all": "All customers", "g1": "Refit", "g2": "Yards", "ungrouped": "In no group"}
)


def sold(*rows: tuple[str, str | None, float]) -> pd.DataFrame:
    """customer_category from (customer, category, revenue)."""
    table = pd.DataFrame(rows, columns=["customer_id", "category", "revenue"])
    return table.astype({"customer_id": "str", "category": "str", "revenue": float})


def wallet(
    customer, amount, revenue, category="tea", start="2026-01-01", end="2026-12-31", source="stated", covered=None
):
    """One row of wallet_revenue."""
    days = (pd.Timestamp(end) - pd.Timestamp(start)).days + 1
    return {
        "customer_id": customer,
        "category": category,
        "period_start": pd.Timestamp(start),
        "period_end": pd.Timestamp(end),
        "wallet": float(amount),
        "revenue": float(revenue),
        "period_days": days,
        "covered_days": days if covered is None else covered,
        "wallet_source": source,
        "confidence": None,
        "conflict": bool(revenue - amount > 0.005),
    }


def wallets(*rows: dict) -> pd.DataFrame:
    """wallet_revenue, with the dtypes that the reader of tables gives."""
    table = pd.DataFrame(list(rows), columns=list(wallet("c", 1, 1)))
    for name in ("period_start", "period_end"):
        table[name] = table[name].astype("datetime64[us]")
    texts = dict.fromkeys(("customer_id", "category", "wallet_source", "confidence"), "str")
    return table.astype(texts | {"period_days": "Int64", "covered_days": "Int64", "conflict": "boolean"})


def quarterly(category: pd.DataFrame) -> pd.DataFrame:
    """customer_quarter: the revenue of each customer and category, all of it in the first quarter and zero later."""
    parts = []
    for number in range(4):
        part = category[["customer_id", "category", "revenue"]].copy()
        part["revenue"] = part["revenue"] if number == 0 else 0.0
        part["quarter_start"], part["quarter_end"] = QUARTERS[number], QUARTERS[number + 1] - pd.Timedelta(days=1)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def share_tables(
    category, wallet_revenue, *, scope=None, groups=None, supplier_spend=None, our_name=None, markets=None, quarter=None
):
    """All tables of step 05, as the notebook makes them."""
    scope = scope or proposed_scope(category)[0]
    inside = categories_in_scope(category, scope)
    quarter = quarterly(category) if quarter is None else quarter
    shares = customer_share(category, wallet_revenue, as_of=AS_OF, scope_categories=inside, groups=groups)
    options = {"as_of": AS_OF, "scope_categories": inside}
    market = {"markets": markets, "customer_quarter": quarter, "window_start": WINDOW_START}
    return ShareTables(
        customer_share=shares,
        group_share=beside(group_share(shares, groups)),
        share_by_scope=share_by_scope(category, wallet_revenue, as_of=AS_OF, scope=scope),
        share_by_category=share_by_category(category, wallet_revenue, **market, **options),
        headroom=headroom(shares),
        share_by_quarter=share_by_quarter(quarter, wallet_revenue, shares, groups=groups, **options),
        rank_based_share=rank_based_share_table(
            supplier_spend,
            shares["customer_id"],
            scope_categories=inside,
            our_name=our_name,
            customer_share=shares,
            groups=groups,
        ),
        wallets=wallet_states(wallet_revenue, category, **options),
        change=share_change(quarter, wallet_revenue, shares, **options),
        market=market_of_window(category, as_of=AS_OF, **market),
        share_change=share_by_year(category, wallet_revenue, shares, groups=groups, **options),
    )


def sentences(findings: list[Finding]) -> dict[str, str]:
    """Findings as sentences by id; each is refused if a digit is typed or a placeholder does not resolve."""
    for finding in findings:
        check_finding(finding)
    assert len({finding.id for finding in findings}) == len(findings)
    return {finding.id: say(finding, AUDIENCE).replace("\u00a0", " ") for finding in findings}


CATEGORIES = ("tea", "cups", "sugar", None)
cents = st.integers(-5_000, 100_000).map(lambda amount: amount / 100)


@st.composite
def clients(draw):
    """A random client: (customer_category, wallet_revenue or None). Losses, blanks, conflicts and overlaps occur."""
    customers = [f"c{number}" for number in range(draw(st.integers(1, 8)))]
    keys = draw(st.lists(st.tuples(st.sampled_from(customers), st.sampled_from(CATEGORIES)), min_size=1, unique=True))
    category = sold(*((customer, name, draw(cents)) for customer, name in keys))
    if draw(st.integers(0, 9)) == 0:
        return category, None
    periods = [(QUARTERS[number], QUARTERS[number + 1] - pd.Timedelta(days=1)) for number in range(4)]
    periods += [
        (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31")),
        (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31")),
    ]
    sources = st.sampled_from(["stated", "panel", "account_manager"])
    one = st.tuples(
        st.sampled_from(customers), st.sampled_from([*CATEGORIES, "unsold"]), st.sampled_from(periods), sources
    )
    rows = []
    for customer, name, (start, end), source in draw(st.lists(one, max_size=30, unique=True)):
        revenue = draw(cents)
        spent = draw(st.one_of(st.just(0.0), st.integers(0, 300_000).map(lambda amount: amount / 100)))
        rows.append(
            wallet(customer, spent, revenue, name, start, end, source, covered=draw(st.sampled_from([0, 40, 90])))
        )
    return category, wallets(*rows)
