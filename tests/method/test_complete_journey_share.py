"""The real client: customer share of maker 764, against numbers counted in the raw package before this code existed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from helpers.method.rank_share import rank_based_share_table
from helpers.method.share import customer_share, headroom
from helpers.method.share_by import share_by_category, share_by_quarter, share_by_scope
from helpers.method.share_change import share_change
from helpers.method.share_scope import categories_in_scope

DATA = Path(__file__).resolve().parents[2] / "data_samples" / "complete_journey" / "data"
AS_OF = "2018-01-01"

LINES = """
create table lines as
select household_id as customer_id, product_category as category, cast(purchase_date as date) as day,
    date_trunc('quarter', cast(purchase_date as date)) as quarter_start, cast(sales_value as decimal(18, 4)) as revenue
from read_csv('{data}/transactions.csv', all_varchar = true)
where coalesce(product_category, '') <> '' and household_id not in ('542', '1009', '1549')
"""
CATEGORY = """
select customer_id, category, cast(sum(revenue) as double) as revenue from lines group by all order by all
"""
QUARTER = """
select customer_id, cast(quarter_start as timestamp) as quarter_start,
    cast(quarter_start + interval 3 month - interval 1 day as timestamp) as quarter_end, category,
    cast(sum(revenue) as double) as revenue
from lines group by all order by all
"""
WALLETS = """
with ours as (select customer_id, category, quarter_start, sum(revenue) as revenue from lines group by all)
select wallets.customer_id, wallets.category, cast(period_start as timestamp) as period_start,
    cast(period_end as timestamp) as period_end, cast(wallet as double) as wallet,
    cast(coalesce(ours.revenue, 0) as double) as revenue, period_end - period_start + 1 as period_days,
    period_end - period_start + 1 as covered_days, wallet_source, false as conflict
from read_parquet('{data}/wallets.parquet') as wallets
left join ours on ours.customer_id = wallets.customer_id and ours.category = wallets.category
    and ours.quarter_start = wallets.period_start
order by wallets.customer_id, wallets.category, period_start
"""
SUPPLIERS = """
select customer_id, supplier, category, cast(spend as double) as spend, supplier_rank, rank_basis
from read_parquet('{data}/supplier_spend.parquet') order by all
"""


@pytest.fixture(scope="module")
def journey():
    """The summaries of the sample by name, made with SQL of this test's own."""
    with duckdb.connect() as connection:
        connection.execute(LINES.format(data=DATA))
        queries = {"category": CATEGORY, "quarter": QUARTER, "wallets": WALLETS, "suppliers": SUPPLIERS}
        frames = {name: connection.execute(query.format(data=DATA)).df() for name, query in queries.items()}
    for frame in frames.values():
        texts = frame.select_dtypes(exclude=["number", "datetime", "bool"]).columns
        frame[texts] = frame[texts].astype("str")
    return frames


def test_three_scopes_three_answers(journey):
    table = share_by_scope(journey["category"], journey["wallets"], as_of=AS_OF, scope="main_categories").set_index(
        "scope"
    )
    assert table["customer_share"].round(4).tolist() == [0.2145, 0.3367, 0.8334]
    assert table["customers"].tolist() == [1824, 1815, 788]
    assert table["categories"].tolist() == [27, 17, 1]
    assert table.loc["all_categories", ["wallet", "revenue"]].tolist() == [443028.61, 95018.62]
    assert table["band"].tolist() == ["win_more", "build", "deepen_and_defend"]


def test_laundry_is_the_shelf_and_every_row_adds_up(journey):
    options = {"as_of": AS_OF, "window_start": "2017-01-01"}
    table = share_by_category(journey["category"], journey["wallets"], **options)
    laundry = table.iloc[0]
    assert (laundry["category"], laundry["customers"]) == ("LAUNDRY DETERGENTS", 788)
    assert laundry["customer_share"] == pytest.approx(21632.19 / 25957.02)
    assert round(table["revenue"].sum(), 2) == 95018.62
    assert table["part_of_revenue"].sum() == pytest.approx(1)


def test_every_wallet_is_known_and_quarters_add_up_to_the_year(journey):
    inside = categories_in_scope(journey["category"], "main_categories")
    shares = customer_share(journey["category"], journey["wallets"], as_of=AS_OF, scope_categories=inside)
    assert set(shares["wallet_state"]) == {"known"}
    assert round(headroom(shares)["headroom"].sum(), 2) == 185123.52
    table = share_by_quarter(journey["quarter"], journey["wallets"], shares, as_of=AS_OF, scope_categories=inside)
    assert len(table) == 4
    assert round(table["wallet"].sum(), 2) == round(shares["wallet"].sum(), 2)
    assert round(table["revenue"].sum(), 2) == round(shares["wallet_revenue"].sum(), 2)
    assert table["customer_share"].between(0.33, 0.35).all()


def test_the_share_of_the_same_buyers_stands_still(journey):
    inside = categories_in_scope(journey["category"], "main_categories")
    shares = customer_share(journey["category"], journey["wallets"], as_of=AS_OF, scope_categories=inside)
    moved = share_change(journey["quarter"], journey["wallets"], shares, as_of=AS_OF, scope_categories=inside)
    rows = journey["wallets"]
    rows = rows[rows["category"].isin(inside) & rows["customer_id"].isin(shares["customer_id"])]
    ends = [pd.Timestamp("2017-01-01"), pd.Timestamp("2017-10-01")]
    both = rows.groupby(["customer_id", "period_start"])[["revenue", "wallet"]].sum().unstack()
    both = both[both["wallet"][ends].notna().all(axis=1)]
    assert moved.customers == len(both)
    ours, theirs = both["revenue"][ends].sum(), both["wallet"][ends].sum()
    assert [moved.first, moved.last] == pytest.approx((ours / theirs).tolist())
    assert -0.03 < moved.low < 0 < moved.high < 0.03


def test_ranks_from_spend_are_counted_as_the_readme_says_and_refused(journey):
    buyers = pd.unique(journey["category"]["customer_id"])
    row = rank_based_share_table(journey["suppliers"], buyers, our_name="764").iloc[0]
    assert (round(row["suppliers_all"], 1), round(row["set_size"], 1)) == (20.1, 5.2)
    assert row["spend_share"] == pytest.approx(95018.62 / 443028.61)
    assert not row["applies"]
