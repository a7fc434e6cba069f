"""Each summary against the same thing computed with pandas, on random transactions with every nuisance in them."""

import datetime

import numpy as np
import pandas as pd
import pytest

from helpers.client.intake import take_in
from helpers.client.periods import months_before
from helpers.client.schema import schema
from helpers.client.tables import read_table

AS_OF = datetime.date(2026, 3, 31)
WINDOW = 14
START, CURRENT = months_before(AS_OF, WINDOW), months_before(AS_OF, WINDOW // 2)
SETTINGS = "control: {rows: 1500}"
TABLES = """\
  customers:
    file: data/customers.csv
  contracts:
    file: data/contracts.csv
  wallets:
    file: data/wallets.csv
"""


def random_lines(seed: int, with_orders: bool) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    count = 1500
    days = pd.Timestamp("2024-09-01") + pd.to_timedelta(random.integers(0, 620, count), unit="D")
    cents = random.integers(-20_000, 60_000, count)
    lines = pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in random.integers(0, 60, count)],
            "date": days,
            "revenue": cents / 100,
            "category": random.choice(["a", "b", "c", ""], count),
            "quantity": random.integers(-3, 9, count).astype(float),
            "list_revenue": np.where(random.random(count) < 0.9, cents / 80, np.nan).round(2),
        }
    )
    lines["cost_of_goods"] = np.where(random.random(count) < 0.9, cents / 150, np.nan).round(4)
    lines.loc[random.random(count) < 0.05, "customer_id"] = ""
    lines.loc[random.random(count) < 0.3, "quantity"] = np.nan
    lines["channel"] = random.choice(["web", "rep", ""], count)
    if with_orders:
        lines["order_id"] = [f"O{number}" if number % 7 else "" for number in random.integers(0, 500, count)]
    return lines


def random_wallets(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed + 1)
    rows = []
    for number in range(50):
        start = datetime.date(2024, 6, 1) + datetime.timedelta(days=int(random.integers(0, 500)))
        end = start + datetime.timedelta(days=int(random.integers(0, 300)))
        blank = number % 10 == 0
        rows.append(
            (f"C{number}", ["a", "b", ""][number % 3], "" if blank else start, "" if blank else end, 100_000 + number)
        )
    rows.append(("C1", "a", "2020-01-01", "2020-12-31", 5))
    # small in money, so that the conflict is listed and the table stands
    rows.append(("C2", "c", "2025-03-01", "2025-09-30", 0.01))
    return pd.DataFrame(rows, columns=["customer_id", "category", "period_start", "period_end", "wallet"])


@pytest.fixture(params=[(1, True), (2, False)], ids=["order ids", "no order ids"])
def taken(request, make_client, tmp_path):
    """The lines as pandas, and a function that reads a table that the intake made of them."""
    seed, with_orders = request.param
    lines, wallets = random_lines(seed, with_orders), random_wallets(seed)
    customers = pd.DataFrame({"customer_id": ["C1", "Z1", "Z2"]})
    contracts = pd.DataFrame(
        {
            "customer_id": ["Z2", "Z3", "Z4", "C3"],
            "start_date": ["2025-01-01", "2020-01-01", "2026-03-31", "2021-01-01"],
            "end_date": ["", "2026-03-30", "", "2026-03-31"],
            "monthly_fee": [10, 10, 10, 10],
        }
    )
    frames = {"customers.csv": customers, "contracts.csv": contracts, "wallets.csv": wallets}
    client = make_client(
        orders=lines.to_csv(index=False, date_format="%Y-%m-%d"),
        settings=SETTINGS,
        tables=TABLES,
        files={name: frame.to_csv(index=False) for name, frame in frames.items()},
        head=f"as_of: {AS_OF}\nwindow_months: {WINDOW}\n",
    )
    manifest = take_in(client, tmp_path / "tables")
    assert (manifest.window_months, manifest.window_start) == (WINDOW, str(START))
    lines = lines.replace({name: {"": None} for name in ("customer_id", "category", "channel")})
    if with_orders:
        lines["order"] = lines["order_id"].where(lines["order_id"] != "", lines["date"].astype(str))
    else:
        lines["order"] = lines["date"].astype(str)
    return lines, wallets, lambda name: read_table(tmp_path / "tables" / f"{name}.parquet", schema(name))


def in_window(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[(lines["date"] >= pd.Timestamp(START)) & (lines["date"] < pd.Timestamp(AS_OF))]


def whole(values: pd.Series) -> float:
    """The sum, or nothing when any line lacks it."""
    return values.sum() if values.notna().all() else np.nan


def test_customer_summary(taken):
    lines, _, read = taken
    found = read("customer_summary").set_index("customer_id")
    assert list(found.index) == sorted(set(lines["customer_id"].dropna()) | {"C1", "Z1", "Z2", "Z3", "Z4"})
    assert found.loc[["Z1", "Z2", "Z3", "Z4"], "status"].tolist() == ["never", "active", "never", "never"]
    known = lines[lines["date"] < pd.Timestamp(AS_OF)]
    for customer, row in found.iterrows():
        history = known[known["customer_id"] == customer]
        mine = in_window(history)
        positive = mine[mine["revenue"] > 0]
        active = len(positive) > 0 or customer in ("Z2", "C3")
        assert row["status"] == ("active" if active else "dormant" if (history["revenue"] > 0).any() else "never")
        assert (row["lines"], row["orders"]) == (len(mine), positive["order"].nunique())
        assert (row["order_days"], row["categories"]) == (positive["date"].nunique(), positive["category"].nunique())
        current = mine["date"] >= pd.Timestamp(CURRENT)
        assert row["revenue"] == pytest.approx(mine["revenue"].sum(), abs=0.005)
        assert row["revenue_prior"] == pytest.approx(mine.loc[~current, "revenue"].sum(), abs=0.005)
        assert row["revenue_current"] == pytest.approx(mine.loc[current, "revenue"].sum(), abs=0.005)
        if len(mine):
            assert row["list_revenue"] == pytest.approx(whole(mine["list_revenue"]), abs=0.005, nan_ok=True)
        if len(history):
            assert (row["first_date"], row["last_date"]) == (history["date"].min(), history["date"].max())


def test_customer_category(taken):
    lines, _, read = taken
    mine = in_window(lines)
    mine = mine.assign(bought=mine["date"].where(mine["revenue"] > 0))
    wanted = mine.groupby(["customer_id", "category"], dropna=False).agg(
        revenue=("revenue", "sum"),
        list_revenue=("list_revenue", whole),
        quantity=("quantity", lambda values: values.sum(min_count=1)),
        order_days=("bought", "nunique"),
    )
    found = read("customer_category")
    compare(found, wanted.reset_index(), ["customer_id", "category"])
    assert found["customer_id"].isna().any()
    assert found["revenue"].sum() == pytest.approx(in_window(lines)["revenue"].sum(), abs=0.005)


def test_customer_days(taken):
    lines, _, read = taken
    mine = lines[lines["date"] < pd.Timestamp(AS_OF)]
    mine = mine.assign(bought=mine["revenue"] > 0, back=-mine["revenue"].clip(upper=0))
    mine["order"] = mine["order"].where(mine["bought"])
    wanted = mine.groupby(["customer_id", "date"], dropna=False).agg(
        lines=("revenue", "size"),
        positive_lines=("bought", "sum"),
        orders=("order", "nunique"),
        revenue=("revenue", "sum"),
        returned=("back", "sum"),
        list_revenue=("list_revenue", whole),
        cost_of_goods=("cost_of_goods", whole),
    )
    found = read("customer_days")
    compare(found, wanted.reset_index(), ["customer_id", "date"])
    assert found["date"].min() < pd.Timestamp(START), "the history before the window is part of it"
    assert found["orders"].max() > 1 if "order_id" in lines else (found["orders"] <= 1).all()
    assert (found["orders"] == 0).any(), "a day of returns alone is no order"
    for name in ("list_revenue", "cost_of_goods"):
        assert 0 < found[name].isna().sum() < len(found)


def test_days_sum_to_the_summary_of_each_customer(taken):
    _, _, read = taken
    days, summary = read("customer_days"), read("customer_summary").set_index("customer_id")
    window = days[days["date"] >= pd.Timestamp(START)]
    window = window.assign(order_days=window["positive_lines"] > 0)
    sums = window.groupby("customer_id")[["revenue", "lines", "order_days"]].sum()
    sums = sums.reindex(summary.index, fill_value=0)
    assert (sums["revenue"] - summary["revenue"]).abs().max() < 0.005
    assert sums["lines"].equals(summary["lines"])
    assert sums["order_days"].astype("Int64").equals(summary["order_days"])
    category = read("customer_category")
    nobody = window.loc[window["customer_id"].isna(), "revenue"].sum()
    assert nobody == pytest.approx(category.loc[category["customer_id"].isna(), "revenue"].sum(), abs=0.005)


def test_a_day_by_hand(make_client, tmp_path):
    """Lines without an order id are one order of their day; a zero is neither bought nor brought back."""
    orders = """customer_id,date,revenue,order_id,list_revenue,cost_of_goods
C1,2024-06-01,10.00,O1,12.00,4.00
C1,2024-06-01,-4.10,O1,-5.00,-1.00
C1,2024-06-01,5.00,,6.00,
C1,2024-06-01,0.00,,1.00,2.00
C1,2024-06-01,-0.20,O2,0.00,0.00
C1,2025-12-31,7.00,O2,,3.00
,2025-12-31,9.00,O3,9.00,5.00
C1,2026-01-01,99.00,O4,99.00,5.00
"""
    client = make_client(orders=orders, settings="control: {rows: 8}", head="as_of: 2026-01-01\nwindow_months: 12\n")
    take_in(client, tmp_path / "tables")
    days = read_table(tmp_path / "tables" / "customer_days.parquet", schema("customer_days"))
    names = ["customer_id", "date", "lines", "positive_lines", "orders", "revenue", "returned"]
    days = days[[*names, "list_revenue", "cost_of_goods"]]
    assert days.astype(object).where(days.notna(), None).values.tolist() == [
        [None, pd.Timestamp("2025-12-31"), 1, 1, 1, 9.0, 0.0, 9.0, 5.0],
        ["C1", pd.Timestamp("2024-06-01"), 5, 2, 2, 10.7, 4.3, 14.0, None],
        ["C1", pd.Timestamp("2025-12-31"), 1, 1, 1, 7.0, 0.0, None, 3.0],
    ]


def test_customer_quarter(taken):
    lines, _, read = taken
    quarters = [(months_before(AS_OF, back + 3), months_before(AS_OF, back)) for back in (0, 3, 6, 9)]
    parts = []
    for start, end in quarters:
        mine = lines[(lines["date"] >= pd.Timestamp(start)) & (lines["date"] < pd.Timestamp(end))]
        parts.append(
            mine.assign(quarter_start=pd.Timestamp(start), quarter_end=pd.Timestamp(end) - pd.Timedelta(days=1))
        )
    key = ["customer_id", "quarter_start", "quarter_end", "category"]
    every = pd.concat(parts)
    wanted = every.groupby(key, dropna=False)["revenue"].sum().reset_index()
    found = read("customer_quarter")
    compare(found, wanted, key)
    assert found["customer_id"].isna().any()


def test_customer_channel(taken):
    lines, _, read = taken
    lines["order"] = lines["order"].where(lines["revenue"] > 0)
    parts = []
    for back in (0, 3, 6, 9):
        start, end = (pd.Timestamp(months_before(AS_OF, months)) for months in (back + 3, back))
        mine = lines[(lines["date"] >= start) & (lines["date"] < end)]
        parts.append(mine.assign(quarter_start=start, quarter_end=end - pd.Timedelta(days=1)))
    key = ["customer_id", "quarter_start", "quarter_end", "channel"]
    sums = pd.concat(parts).groupby(key, dropna=False)
    wanted = sums.agg(orders=("order", "nunique"), revenue=("revenue", "sum")).reset_index()
    found = read("customer_channel")
    compare(found, wanted, key)
    assert set(found["channel"].dropna()) == {"web", "rep"} and found["channel"].isna().any()
    assert found["revenue"].sum() == pytest.approx(read("customer_quarter")["revenue"].sum(), abs=0.005)


def test_customer_month(taken):
    lines, _, read = taken
    starts = [months_before(AS_OF, back) for back in range(WINDOW, 0, -1)]
    mine = in_window(lines).copy()
    place = np.searchsorted(np.array(starts, dtype="datetime64[D]"), mine["date"].to_numpy(), side="right") - 1
    mine["month_start"] = pd.to_datetime([starts[at] for at in place])
    mine["order"] = mine["order"].where(mine["revenue"] > 0)
    wanted = mine.groupby(["customer_id", "month_start"], dropna=False).agg(
        lines=("revenue", "size"), orders=("order", "nunique"), revenue=("revenue", "sum")
    )
    found = read("customer_month")
    compare(found, wanted.reset_index(), ["customer_id", "month_start"])
    assert found["customer_id"].isna().any()
    assert found["revenue"].sum() == pytest.approx(in_window(lines)["revenue"].sum(), abs=0.005)


def test_wallet_revenue(taken):
    lines, wallets, read = taken
    known = lines[lines["date"] < pd.Timestamp(AS_OF)]
    first, last = min(known["date"].min(), pd.Timestamp(START)), pd.Timestamp(AS_OF) - pd.Timedelta(days=1)
    found = read("wallet_revenue")
    assert len(found) == len(wallets)
    asked = wallets.assign(
        start=pd.to_datetime(wallets["period_start"].replace("", str(START))),
        end=pd.to_datetime(wallets["period_end"].replace("", str(last.date()))),
        category=wallets["category"].replace("", None),
    )
    asked = asked.sort_values(["customer_id", "category", "start"], na_position="first", ignore_index=True)
    for row, want in zip(found.itertuples(), asked.itertuples(), strict=True):
        mine = known[(known["customer_id"] == want.customer_id) & known["date"].between(want.start, want.end)]
        if isinstance(want.category, str):
            mine = mine[mine["category"] == want.category]
        days = (want.end - want.start).days + 1
        covered = max((min(want.end, last) - max(want.start, first)).days + 1, 0)
        assert (row.customer_id, row.period_days, row.covered_days) == (want.customer_id, days, covered)
        revenue = mine["revenue"].sum() * days / covered if covered else np.nan
        assert row.revenue == pytest.approx(revenue, abs=0.005, nan_ok=True)
        assert row.conflict == (row.wallet < row.revenue - 0.005)
    assert found["conflict"].sum() == (1 if found.loc[found["wallet"] == 0.01, "revenue"].item() > 0.02 else 0)


def test_a_loyal_customer_of_a_year_that_begins_on_2_january_is_no_conflict(make_client, tmp_path):
    days = pd.date_range("2025-01-02", "2025-12-31", periods=12).strftime("%Y-%m-%d")
    orders = pd.DataFrame({"customer_id": "C1", "date": days, "revenue": 100})
    client = make_client(
        orders=orders.to_csv(index=False),
        settings="control: {rows: 12}",
        tables="  wallets:\n    file: data/wallets.csv\n",
        files={"wallets.csv": "customer_id,wallet,period_start,period_end\nC1,1200,2025-01-01,2025-12-31\n"},
        head="as_of: 2026-01-01\nwindow_months: 12\n",
    )
    take_in(client, tmp_path / "tables")
    row = read_table(tmp_path / "tables" / "wallet_revenue.parquet", schema("wallet_revenue")).iloc[0]
    assert (row["revenue"], row["covered_days"], bool(row["conflict"])) == (1200, 365, False)


def compare(found: pd.DataFrame, wanted: pd.DataFrame, key: list[str]) -> None:
    """Equal rows and values, whatever the order; money to the cent."""
    assert not found.duplicated(key).any()
    twins = set(found.columns) ^ set(wanted.columns)
    assert not twins, f"the schema, the SQL and the pandas twin in this test differ in {', '.join(sorted(twins))}"
    ways = [
        frame.sort_values(key, na_position="first", ignore_index=True).astype({name: object for name in key})
        for frame in (found[list(wanted.columns)], wanted)
    ]
    ways = [frame.where(frame.notna(), None) if frame[key].isna().any().any() else frame for frame in ways]
    pd.testing.assert_frame_equal(*ways, check_dtype=False, atol=0.005, rtol=0)
