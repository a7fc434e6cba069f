"""Share by category, scope and quarter, with market share: hand calculations and limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from helpers.client.schema import schema
from helpers.errors import StepInputError
from helpers.method.share import customer_share, group_share
from helpers.method.share_by import share_by_category, share_by_quarter, share_by_scope
from helpers.method.share_market import market_of_window
from helpers.method.share_scope import categories_in_scope, proposed_scope, scope_options
from tests.method.builders import AS_OF, WINDOW_START, clients, quarterly, sold, wallet, wallets

TWO = sold(("c1", "tea", 60), ("c2", "tea", 30), ("c1", "cups", 9.5), ("c3", None, 0.5))
WALLETS = wallets(
    wallet("c1", 100, 60), wallet("c2", 100, 30), wallet("c1", 95, 9.5, "cups"), wallet("c2", 400, 0, "cups")
)
OPTIONS = {"as_of": AS_OF, "window_start": WINDOW_START}


def test_scopes_by_hand():
    table = share_by_scope(TWO, WALLETS, as_of=AS_OF, scope="main_categories")
    assert list(table) == schema("share_by_scope").names
    assert table["scope"].tolist() == ["all_categories", "main_categories", "largest_category"]
    assert table["customers"].tolist() == [3, 2, 2]
    assert table["known_wallets"].tolist() == [2, 2, 2]
    assert table["categories"].tolist() == [2, 2, 1]
    assert table["part_of_revenue"].tolist() == pytest.approx([1, 0.995, 0.9])
    assert table["customer_share"].tolist() == pytest.approx([99.5 / 695, 99.5 / 695, 0.45])
    assert table["chosen"].tolist() == [False, True, False]
    assert table["scope_label"].tolist() == [
        "All that we sell (2 categories)",
        "The 2 categories with at least 1\N{NO-BREAK SPACE}% of our revenue each",
        "tea only",
    ]


def test_a_category_of_exactly_one_percent_is_a_main_one():
    category = sold(("c1", "tea", 99), ("c1", "cups", 1))
    assert categories_in_scope(category, "main_categories") == ["cups", "tea"]
    assert categories_in_scope(category, "main_categories", min_part=0.02) == ["tea"]


def test_a_teams_own_scope():
    table = share_by_scope(TWO, WALLETS, as_of=AS_OF, scope="chosen_categories", chosen=["cups"])
    assert table["scope"].tolist()[-1] == "chosen_categories"
    assert table["customer_share"].tolist()[-1] == pytest.approx(0.1)
    with pytest.raises(StepInputError, match='Did you mean "cups"'):
        categories_in_scope(TWO, "chosen_categories", ["cup"])
    with pytest.raises(StepInputError, match="it is empty"):
        categories_in_scope(TWO, "chosen_categories", [])
    with pytest.raises(StepInputError, match='Did you mean "main_categories"'):
        categories_in_scope(TWO, "main_category")


@pytest.mark.parametrize("category", [sold(("c1", None, 30)), sold(("c1", "tea", -30))])
def test_without_a_named_category_that_sells_only_all_is_left(category):
    assert scope_options(category)["scope"].tolist() == ["all_categories"]
    assert proposed_scope(category)[0] == "all_categories"
    with pytest.raises(StepInputError, match="Choose all_categories"):
        categories_in_scope(category, "main_categories")


def test_categories_by_hand():
    table = share_by_category(TWO, WALLETS, scope_categories=["tea"], **OPTIONS)
    assert list(table) == schema("share_by_category").names
    assert table["category"].tolist() == ["tea", "cups", ""]
    assert table["in_scope"].tolist() == [True, False, False]
    assert table["customers"].tolist() == [2, 1, 0]
    assert table["customer_share"].tolist() == pytest.approx([0.45, 0.1, np.nan], nan_ok=True)
    assert table["headroom"].tolist() == pytest.approx([110, 85.5, 0])
    assert table["revenue"].sum() == TWO["revenue"].sum()


def test_market_share_of_the_year_that_covers_half_the_window():
    markets = pd.DataFrame(
        {"segment": ["tea", "tea", "cups"], "year": [2025, 2026, 2026], "market_size": [1.0, 900.0, 0.0]}
    )
    table = share_by_category(TWO, WALLETS, markets=markets, **OPTIONS)
    assert table["market_share"].tolist() == pytest.approx([0.1, np.nan, np.nan], nan_ok=True)
    old = share_by_category(TWO, WALLETS, markets=markets[markets["year"] == 2025], **OPTIONS)
    assert old["market_size"].isna().all()


def test_market_share_over_two_years_compares_a_year_with_a_year():
    markets = pd.DataFrame({"segment": ["tea"], "year": [2026], "market_size": [900.0]})
    table = share_by_category(TWO, WALLETS, markets=markets, as_of=AS_OF, window_start="2025-01-01")
    assert table["market_share"][0] == pytest.approx(0.05)


def test_lines_without_a_customer_are_revenue_of_their_category_and_nobodys_share():
    category = sold(("c1", "tea", 50), (None, "tea", 50), (None, "cups", 20))
    markets = pd.DataFrame({"segment": ["tea", "cups"], "year": 2026, "market_size": [1000.0, 100.0]})
    table = share_by_category(category, wallets(wallet("c1", 100, 50)), markets=markets, **OPTIONS)
    assert table[["category", "revenue", "customers"]].values.tolist() == [["tea", 100.0, 1], ["cups", 20.0, 0]]
    assert table["market_share"].tolist() == pytest.approx([0.1, 0.2])
    assert table["customer_share"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    scopes = scope_options(category)
    assert scopes["part_of_revenue"].tolist() == pytest.approx([1, 1, 100 / 120])
    assert scopes["customers"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("start", ["2024-01-01", "2023-01-01"])
def test_a_year_whole_in_the_window_is_compared_with_its_own_quarters(start):
    """A window of two years that holds a leap day has 731 days, of which a year is less than half."""
    category = sold(("c1", "tea", 300), (None, "tea", 100))
    ends = pd.date_range(start, "2026-01-01", freq="QS")
    quarters = pd.DataFrame({"quarter_start": ends[:-1], "quarter_end": ends[1:] - pd.Timedelta(days=1)})
    quarters = quarters.assign(customer_id="c1", category="tea", revenue=10.0)
    quarters.loc[quarters["quarter_start"] >= "2025-01-01", "revenue"] = 50.0
    markets = pd.DataFrame({"segment": ["tea"], "year": [2025], "market_size": [1000.0]})
    options = {"window_start": start, "as_of": "2026-01-01"}
    market = market_of_window(category, markets, customer_quarter=quarters, **options)
    assert (market.state, market.year, market.revenue) == ("exact", 2025, {"tea": 200.0})
    table = share_by_category(category, None, markets=markets, customer_quarter=quarters, **options)
    assert table["market_share"].tolist() == pytest.approx([0.2])
    days = (pd.Timestamp("2026-01-01") - pd.Timestamp(start)).days
    scaled = market_of_window(category, markets, **options)
    assert (scaled.state, scaled.revenue) == ("scaled", {"tea": pytest.approx(400 * 365 / days, abs=1e-4)})


def test_no_year_and_no_table_are_told_apart():
    markets = pd.DataFrame({"segment": ["tea"], "year": [2020], "market_size": [9.0]})
    assert market_of_window(TWO, markets, **OPTIONS).state == "no_year"
    assert market_of_window(TWO, None, **OPTIONS).state == "no_table"


@pytest.mark.parametrize("part", [2, 1, -0.1, float("nan")])
def test_a_part_out_of_range_is_refused_by_name(part):
    for calculation in (scope_options, proposed_scope):
        with pytest.raises(StepInputError, match=r"MIN_PART is .* below 1"):
            calculation(TWO, part)
    with pytest.raises(StepInputError, match="MIN_PART is"):
        categories_in_scope(TWO, "all_categories", min_part=part)


def test_a_market_given_twice_is_refused():
    markets = pd.DataFrame({"segment": ["tea", "tea"], "year": [2026, 2026], "market_size": [9.0, 9.0]})
    with pytest.raises(StepInputError, match="tea stands in the year 2026 more than once"):
        share_by_category(TWO, WALLETS, markets=markets, **OPTIONS)


def test_quarters_use_only_wallets_within_them():
    category = sold(("c1", "tea", 30), ("c2", "tea", 20))
    rows = wallets(
        wallet("c1", 60, 30, start="2026-01-01", end="2026-03-31"),
        wallet("c2", 50, 10, start="2026-02-01", end="2026-02-28"),
        wallet("c1", 999, 0, start="2026-04-01", end="2026-09-30"),
    )
    shares = customer_share(category, rows, as_of=AS_OF)
    table = share_by_quarter(quarterly(category), rows, shares, as_of=AS_OF)
    assert list(table) == schema("share_by_quarter").names
    assert table["customers"].tolist() == [2, 0, 0, 0]
    assert table["customer_share"].tolist() == pytest.approx([40 / 110, np.nan, np.nan, np.nan], nan_ok=True)
    assert share_by_quarter(quarterly(category), None, shares, as_of=AS_OF)["customers"].tolist() == [0, 0, 0, 0]


def test_quarters_keep_to_the_buyers_of_the_window():
    category = sold(("c1", "tea", 30), ("gone", "tea", -5))
    rows = wallets(
        wallet("c1", 60, 30, start="2026-01-01", end="2026-03-31"),
        wallet("gone", 600, 30, start="2026-01-01", end="2026-03-31"),
    )
    shares = customer_share(category, rows, as_of=AS_OF)
    assert share_by_quarter(quarterly(category), rows, shares, as_of=AS_OF)["wallet"].tolist()[0] == 60


@settings(max_examples=30)
@given(clients())
def test_what_always_holds(client):
    category, rows = client
    scope = proposed_scope(category)[0]
    inside = categories_in_scope(category, scope)
    table = share_by_category(category, rows, scope_categories=inside, **OPTIONS)
    assert table["revenue"].sum() == pytest.approx(category["revenue"].sum(), abs=0.005)
    assert (table["customer_share"].dropna() <= 1 + 1e-9).all()
    by_scope = share_by_scope(category, rows, as_of=AS_OF, scope=scope)
    assert by_scope["chosen"].sum() == 1
    # The row of the scope in force is the row of all customers in the table of groups.
    whole = group_share(customer_share(category, rows, as_of=AS_OF, scope_categories=inside)).iloc[0]
    chosen = by_scope[by_scope["chosen"]].iloc[0]
    assert chosen["customer_share"] == pytest.approx(whole["customer_share"], nan_ok=True)
    assert chosen["revenue"] == pytest.approx(whole["revenue"])


def test_the_proposal_fits_what_can_be_compared():
    """Main categories only where they leave some out; all that we sell where the wallets name no category."""
    sold_in = pd.DataFrame({"customer_id": ["c1", "c1"], "category": ["tea", "cups"], "revenue": [60.0, 40.0]})
    assert proposed_scope(sold_in)[0] == "all_categories", "both are main ones: nothing would be left out"
    some = pd.concat([sold_in, pd.DataFrame({"customer_id": ["c1"], "category": ["twine"], "revenue": [0.5]})])
    assert proposed_scope(some) == (
        "main_categories",
        "A category that brings us next to nothing is not one in which we compete.",
    )
    whole = pd.DataFrame({"category": pd.Series([None, None], dtype="str")})
    assert proposed_scope(some, wallet_revenue=whole)[0] == "all_categories"
    assert proposed_scope(some, wallet_revenue=whole.assign(category=["tea", None]))[0] == "main_categories"
