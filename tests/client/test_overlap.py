"""Files that hold the same rows: told with their days and money, and counted once or twice as people say."""

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.overlap import BOTH, TWICE
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.errors import TableError

HEAD = "Order No,Customer,Date,Net\n"
A = "1,C1,2026-01-05,10.00\n2,C2,2026-02-01,5.00\n2,C2,2026-02-01,5.00\n3,C1,2026-02-02,7.50\n"
# one copy of order 2 more than before, order 3 with another amount, and what came later
B = "2,C2,2026-02-01,5.00\n2,C2,2026-02-01,5.00\n2,C2,2026-02-01,5.00\n3,C1,2026-02-02,8.50\n4,C3,2026-03-01,1.25\n"


@pytest.fixture
def deliver(tmp_path):
    """A function (contents of a.csv, b.csv, ..., settings of transactions) -> function of a table's name -> table."""

    def take(*contents: str, said: str = "", tables: str = "", more: dict[str, str] | None = None, decided: str = ""):
        folder = tmp_path / "client"
        write(folder, contents, said, tables, more or {}, decided)
        manifest = take_in(open_client(folder), tmp_path / "tables")
        return lambda name: read_table(tmp_path / "tables" / manifest.tables[name].file, schema(name))

    return take


def write(folder: Path, contents, said="", tables="", more=None, decided="") -> None:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    files = {f"{chr(97 + number)}.csv": HEAD + content for number, content in enumerate(contents)}
    for name, content in (files | (more or {})).items():
        (folder / "data" / name).write_text(content)
    named = ", ".join(f"data/{name}" for name in files)
    (folder / "client.yaml").write_text(
        "client: Small Ltd\ncurrency: EUR\nas_of: 2026-04-01\nwindow_months: 2\ntables:\n  transactions:\n"
        f"    files: [{named}]\n    columns: {{order_id: Order No, customer_id: Customer, date: Date, revenue: Net}}\n"
        f"    {said}\n{tables}"
    )
    if decided:
        (folder / "decisions").mkdir(exist_ok=True)
        (folder / "decisions" / "corrections.yaml").write_text(f"format: 1\ncorrections:\n{decided}")


def counts(read, outcome: str) -> dict[str, tuple[int, float]]:
    frame = read("received_data")
    frame = frame[frame["outcome"] == outcome]
    return {row.reason: (row.rows, row.money) for row in frame.itertuples()}


def test_an_overlap_is_told_with_files_rows_money_and_days(deliver):
    with pytest.raises(TableError) as caught:
        deliver(A, B)
    text = str(caught.value)
    assert text.startswith("transactions - 1 problem in data/a.csv and data/b.csv\n  1. data/b.csv: ")
    assert "2 rows worth 10.00 stand in data/a.csv too." in text
    # the third copy of order 2 and both amounts of order 3
    assert "Both hold 2026-02-01 to 2026-02-02 (2 days): 3 rows of these days stand in one of them only." in text
    assert "Set overlap: once under transactions in client.yaml" in text


def test_once_sets_the_later_copies_aside(deliver):
    read = deliver(A, B, said="overlap: once")
    assert counts(read, "received") == {"data/a.csv": (4, 27.5), "data/b.csv": (5, 24.75)}
    assert counts(read, "set_aside") == {TWICE: (2, 10.0)}
    assert read("transactions")["revenue"].tolist() == [10, 5, 5, 7.5, 5, 8.5, 1.25]
    note = "rows of 2026-02-01 to 2026-02-02 (2 days) that stand in only one of data/b.csv and data/a.csv; all are kept"
    assert counts(read, "noted")[note][0] == 3


def test_both_keeps_and_notes_them(deliver):
    read = deliver(A, B, said="overlap: both")
    assert len(read("transactions")) == 9
    assert counts(read, "noted")[BOTH] == (2, 10.0)


def test_common_days_without_a_common_row_are_noted_only(deliver):
    read = deliver(A, "8,C8,2026-02-01,1\n9,C9,2026-02-03,2\n")
    assert counts(read, "set_aside") == {}
    assert "data/b.csv and data/a.csv both hold 2026-02-01, and no row stands in both" in counts(read, "noted")


def test_files_that_follow_each_other_need_no_word(deliver):
    read = deliver(A, "4,C3,2026-03-01,1.25\n")
    assert not [reason for reason in counts(read, "noted") if "both hold" in reason]


def test_days_with_gaps_are_counted(deliver):
    days = "2,C2,2026-02-01,5.00\n", "9,C2,2026-02-09,5.00\n"
    with pytest.raises(TableError, match="Both hold 2 of the days from 2026-02-01 to 2026-02-09: every row of these"):
        deliver("".join(days), "".join(days) + "10,C2,2026-03-09,5.00\n")


def test_values_count_not_the_way_they_are_written(deliver):
    read = deliver(A, "1, C1,2026-01-05 00:00:00,10\n", said="overlap: once")
    assert counts(read, "set_aside") == {TWICE: (1, 10.0)}


AT_NINE = "1,C1,2026-02-05 09:00,10\n2,C2,2026-02-05 09:00,5\n"


def test_two_sales_of_one_day_are_not_one_row(deliver):
    # order 2 again, and another piece on order 1 in the afternoon
    read = deliver(AT_NINE, "1,C1,2026-02-05 15:00,10\n2,C2,2026-02-05T09:00:00,5\n", said="overlap: once")
    assert counts(read, "set_aside") == {TWICE: (1, 5.0)}
    assert read("transactions")["revenue"].tolist() == [10, 5, 10]


def test_the_day_alone_counts_where_a_file_tells_no_times(deliver):
    read = deliver(AT_NINE, "1,C1,2026-02-05,10\n4,C3,2026-03-01,1.25\n", said="overlap: once")
    assert counts(read, "set_aside") == {TWICE: (1, 10.0)}


def test_times_count_in_typed_files_and_in_formats_that_have_them(make_client, tmp_path):
    client = make_client(files={"b.parquet": b""})
    rows = [("C1", "2026-02-05 15:00:00", 10), ("C2", "2026-02-05 09:00:00", 5)]
    values = ", ".join(f"('{who}', timestamp '{when}', {net})" for who, when, net in rows)
    query = f'select * from (values {values}) as r("Customer", "Date", "Net")'
    duckdb.connect().execute(f"copy ({query}) to '{client.folder}/data/b.parquet' (format parquet)")
    (client.folder / "data" / "orders.csv").write_text(
        "Customer;Date;Net\nC1;05.02.2026 09:00;10\nC2;05.02.2026 09:00;5\nC3;05.03.2026 09:00;1\n"
    )
    said = (client.folder / "client.yaml").read_text().replace('order_id: "Order No", ', "")
    said = said.replace("file: data/orders.csv", "files: [data/orders.csv, data/b.parquet]\n    overlap: once")
    (client.folder / "client.yaml").write_text(f"{said}    date_format: '%d.%m.%Y %H:%M'\n")
    take_in(open_client(client.folder), tmp_path / "tables")
    lines = read_table(tmp_path / "tables" / "transactions.parquet", schema("transactions"))
    assert lines["revenue"].tolist() == [10, 5, 1, 10]


def test_three_files_keep_as_many_copies_as_the_fullest_has(deliver):
    row = "2,C2,2026-02-01,5.00\n"
    read = deliver(row * 2, row * 3 + "3,C1,2026-02-02,1\n", row * 3 + "4,C1,2026-02-02,1\n", said="overlap: once")
    assert counts(read, "set_aside") == {TWICE: (5, 25.0)}
    assert (read("transactions")["order_id"] == "2").sum() == 3


CUSTOMERS = "  customers:\n    files: [data/n.csv, data/s.csv]\n    {}\n"
NAMES = {"n.csv": "customer_id,name\nC1,Ada\nC2,Bay\n", "s.csv": "customer_id,name\nC2,Bay\nC3,Cove\n"}


def test_a_keyed_table_can_only_be_counted_once(deliver):
    with pytest.raises(TableError) as caught:
        deliver(A, tables=CUSTOMERS.format(""), more=NAMES)
    assert "1 row stands in data/n.csv too." in str(caught.value)
    assert "overlap: both" not in str(caught.value)
    assert "more than one row" not in str(caught.value), "the overlap is told a second time, as a repeated key"


def test_equal_customers_of_two_files_are_one_customer(deliver):
    read = deliver(A, tables=CUSTOMERS.format("overlap: once"), more=NAMES)
    assert read("customers")["customer_id"].tolist() == ["C1", "C2", "C3"]
    rows = read("received_data").query("table == 'customers' and outcome == 'set_aside'")
    assert (rows["rows"].tolist(), rows["money"].isna().all()) == ([1], True)


CORRECTION = """  - target: transactions
    where: {{order_id: "1"}}
    action: {action}
    expect: {{rows: {rows}}}
    reason: agreed
    by: sales
    decided_on: 2026-03-30
"""


def test_a_correction_hits_what_the_overlap_leaves(deliver):
    # written for a.csv alone, it still means one row when b.csv holds that row again
    again = "1,C1,2026-01-05,10.00\n4,C3,2026-03-01,1.25\n"
    read = deliver(A, again, said="overlap: once", decided=CORRECTION.format(action="drop", rows=1))
    assert counts(read, "set_aside") == {TWICE: (1, 10.0), "agreed": (1, 10.0)}
    assert "1" not in read("transactions")["order_id"].tolist()


def test_a_change_hides_no_copy(deliver):
    again = "1,C1,2026-01-05,10.00\n4,C3,2026-03-01,1.25\n"
    change = CORRECTION.format(action="set\n    set: {revenue: 11}", rows=1)
    read = deliver(A, again, said="overlap: once", decided=change)
    assert read("transactions").query("order_id == '1'")["revenue"].tolist() == [11]


def test_control_totals_are_of_all_that_came(deliver):
    read = deliver(A, B, said="overlap: once\n    control: {rows: 9, revenue: 52.25}")
    assert len(read("transactions")) == 7


# few different rows, so that most stand several times in several files
ROWS = st.lists(st.tuples(st.integers(1, 2), st.integers(1, 2), st.sampled_from([-3, 250])), min_size=1, max_size=9)


@settings(max_examples=15)
@given(files=st.lists(ROWS, min_size=2, max_size=4, unique_by=str), said=st.sampled_from(["once", "both"]))
def test_received_is_set_aside_and_kept(files, said):
    contents = [
        "".join(f"x,C{who},2026-0{day}-0{day},{cents / 100:.2f}\n" for who, day, cents in rows)
        + f"end,{number},2026-03-31,0\n"  # no two files alike, and no last row like a total
        for number, rows in enumerate(files)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, contents, f"overlap: {said}\n    footer_rows: 0")
        manifest = take_in(open_client(folder), folder / "tables")
        frame = read_table(folder / "tables" / manifest.tables["received_data"].file, schema("received_data"))
        kept = read_table(folder / "tables" / manifest.tables["transactions"].file, schema("transactions"))
    rows = frame.groupby("outcome")["rows"].sum()
    money = frame.groupby("outcome")["money"].sum().round(2)
    assert rows["received"] == rows.get("set_aside", 0) + rows["kept"]
    assert money["received"] == pytest.approx(money.get("set_aside", 0) + money["kept"], abs=0.001)
    # the oracle: of each row as many copies as the fullest file has, or all of them
    union, every = Counter(), Counter()
    for content in contents:
        union |= Counter(content.splitlines())
        every += Counter(content.splitlines())
    wanted = union if said == "once" else every
    assert rows["kept"] == wanted.total()
    found = Counter(
        f"{row.order_id},{row.customer_id},{row.date:%Y-%m-%d},{Decimal(str(row.revenue)):.2f}"
        for row in kept.itertuples()
    )
    assert found == Counter(line if not line.startswith("end") else f"{line}.00" for line in wanted.elements())
