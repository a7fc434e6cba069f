"""The way in: what arrives is mapped, corrected, parsed once and accounted for; what is wrong is told at once."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from helpers.client.folder import open_client
from helpers.client.intake import read_tables_manifest, take_in
from helpers.client.schema import schema
from helpers.client.tables import file_hash, read_table
from helpers.errors import RunError, TableError

SAMPLE = Path(__file__).resolve().parents[2] / "data_samples" / "complete_journey"
COLUMNS = 'columns: {order_id: "Order No", customer_id: Customer, date: Date, revenue: Net}'
HEAD = "Order No,Customer,Date,Net\n"
CORRECTION = "    reason: agreed\n    by: sales\n    decided_on: 2026-03-30\n"


def refusal(make_client, tmp_path, *args, **options) -> str:
    with pytest.raises(TableError) as caught:
        take_in(make_client(*args, **options), tmp_path / "tables")
    assert not (tmp_path / "tables").exists(), "something was written although there were problems"
    return str(caught.value)


def counts(read) -> dict[tuple[str, str], tuple[int, float]]:
    """Rows and money of received_data by outcome and reason, transactions only."""
    frame = read("received_data")
    frame = frame[frame["table"] == "transactions"]
    return {(row.outcome, row.reason): (row.rows, row.money) for row in frame.itertuples()}


def lines_csv(*nets: str, customer: str = "C1") -> str:
    return HEAD + "".join(f"{number},{customer},2026-0{number % 3 + 1}-01,{net}\n" for number, net in enumerate(nets))


# ---- the real sample ----------------------------------------------------------------------------------------------


def test_the_sample_comes_in_to_the_cent(tmp_path):
    manifest = take_in(open_client(SAMPLE), tmp_path / "tables")
    read = {name: read_table(tmp_path / "tables" / f"{name}.parquet", schema(name)) for name in manifest.tables}
    data = read["received_data"]
    lines = data[data["table"] == "transactions"].groupby("outcome")[["rows", "money"]].sum()
    assert lines.loc["received"].tolist() == [17_510, pytest.approx(95_022.41, abs=0.005)]
    assert lines.loc["kept"].tolist() == [17_506, pytest.approx(95_018.62, abs=0.005)]
    assert lines.loc["set_aside"].tolist() == [4, pytest.approx(3.79, abs=0.005)]
    assert (read["customer_summary"]["status"] == "active").sum() == 1_824
    assert not read["wallet_revenue"]["conflict"].any()
    assert (manifest.window_start, manifest.current_start) == ("2017-01-01", "2017-07-01")


def test_the_same_delivery_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        take_in(open_client(SAMPLE), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert [file_hash(tmp_path / "one" / name) for name in files] == [
        file_hash(tmp_path / "two" / name) for name in files
    ]
    text = (tmp_path / "one" / "tables.json").read_text()
    assert str(tmp_path) not in text
    assert str(SAMPLE) not in text
    manifest = read_tables_manifest(tmp_path / "one")
    for entry in manifest.tables.values():
        assert entry.sha256 == file_hash(tmp_path / "one" / entry.file)


# ---- text becomes values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "text", "value"),
    [
        ("", "1250.5", 1250.5),
        ("", "-.5", -0.5),
        ("", "+7", 7.0),
        ('decimal: ","', "1250,5", 1250.5),
        ('decimal: ","\nthousands: "."', "1.250,5", 1250.5),
        ('decimal: ","\nthousands: "."', "1250", 1250.0),
        ('thousands: ","', "-1,234,567.89", -1234567.89),
        ('thousands: " "', "1\u00a0234\u202f567.89", 1234567.89),
        ('thousands: "\'"', "1'234.50", 1234.5),
    ],
)
def test_amounts_as_they_are_written(taken, marks, text, value):
    read = taken(orders=lines_csv(f'"{text}"', '"0"', '"0"'), settings=f"{COLUMNS}\n{marks}")
    assert read("transactions")["revenue"].iloc[0] == value


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        ('decimal: ","\nthousands: "."', "2.5"),
        ('decimal: ","\nthousands: "."', "1.2345,0"),
        ('thousands: ","', "12,34"),
        ("", "1,250.50"),
        ("", "1.250,5O"),
        ("", "1E5"),
        ("", "NaN"),
        ("", "inf"),
        ("", "(12.50)"),
        ("", "12.50-"),
        ("", "EUR 5"),
        ("", "1.2.3"),
        ("", "999999999999999999999"),
        ("", "0x10"),
        ("", "１２"),
    ],
)
def test_what_is_no_amount_in_these_marks_is_refused(make_client, tmp_path, marks, text):
    message = refusal(make_client, tmp_path, lines_csv(f'"{text}"', "0", "0"), f"{COLUMNS}\n{marks}")
    assert f'"Net" -> revenue: 1 of 3 rows is not an amount (line 2; first: "{text}").' in message


def test_more_than_four_decimals_are_rounded_away_from_zero_and_counted(taken):
    read = taken(orders=lines_csv("1.00005", "-1.00005", "2.50000000", "0.12344"))
    assert read("transactions")["revenue"].tolist() == [1.0001, -1.0001, 2.5, 0.1234]
    rows, moved = counts(read)["repaired", "revenue rounded to four decimals; the money is what that moved"]
    assert (rows, moved) == (3, pytest.approx(-0.00004, abs=0.00011))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "2026-02-03"),
        ("", "2026-02-03T23:59:59.5"),
        ("%d/%m/%Y", "3/2/2026"),
        ("%d %b %Y", "3 Feb 2026"),
        ("%m/%d/%y", "02/03/26"),
        ("%Y-%m-%d %H:%M", "2026-02-03 23:59"),
    ],
)
def test_dates_as_they_are_written(taken, pattern, text):
    settings = f'{COLUMNS}\ndate_format: "{pattern}"' if pattern else COLUMNS
    read = taken(orders=f"{HEAD}1,C1,{text},5\n", settings=settings, head="as_of: 2026-04-03\nwindow_months: 2\n")
    assert read("transactions")["date"].tolist() == [pd.Timestamp("2026-02-03")]


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-02-03x", "2026-02-03 24:00", "2026-02-03+02:00", "26-02-03", "3.2.2026"]
)
def test_what_is_no_date_is_refused(make_client, tmp_path, text):
    message = refusal(make_client, tmp_path, f"{HEAD}1,C1,2026-01-01,5\n1,C1,{text},5\n", COLUMNS)
    assert f'"Date" -> date: 1 of 2 rows is not a date (line 3; first: "{text}").' in message


@pytest.mark.parametrize(
    ("pattern", "fault"), [("%d/%m", "It has no year"), ("%Y-W%V", "It has no month"), ("%Y-%m-%d%z", "a time zone")]
)
def test_a_pattern_that_leaves_the_day_open_is_refused(make_client, tmp_path, pattern, fault):
    assert fault in refusal(make_client, tmp_path, settings=f'{COLUMNS}\ndate_format: "{pattern}"')


def test_ids_stay_text_and_spaces_are_cut_off_and_counted(taken):
    read = taken(orders=f"{HEAD}1, 007\u00a0,2026-01-01,5\n2,007,2026-03-01,6\n")
    assert read("transactions")["customer_id"].tolist() == ["007", "007"]
    assert counts(read)["repaired", "spaces cut off"] == (1, 5.0)


def test_lines_without_a_customer_are_kept_as_their_own(taken):
    read = taken(orders=f"{HEAD}1,,2026-02-01,5\n2,C1,2026-03-01,6\n")
    assert counts(read)["noted", "lines without a customer"] == (1, 5.0)
    assert counts(read)["kept", "the rows that the steps work on"] == (2, 11.0)
    assert read("customer_summary")["customer_id"].tolist() == ["C1"]
    assert read("customer_month")["customer_id"].isna().sum() == 1


def test_names_with_code_in_them_are_only_names(taken):
    nasty = "'; drop table raw_transactions; --{}<img src=x onerror=alert(1)>"
    orders = f'Order No,Customer,Date,Net\n1,"{nasty}",2026-01-01,5\n2,C1,2026-03-01,6\n'
    customers = f'customer_id,"{nasty}"\n"{nasty}",x\n'
    tables = "  customers:\n    file: data/customers.csv\n    delimiter: ','\n"
    read = taken(orders=orders, tables=tables, files={"customers.csv": customers})
    assert nasty in set(read("customer_summary")["customer_id"])
    assert list(read("customers").columns) == ["customer_id", nasty]


# ---- columns and files --------------------------------------------------------------------------------------------


def test_the_same_name_counts_without_a_map_and_the_rest_is_said(taken):
    read = taken(orders="CUSTOMER_ID, Date ,revenue,Comment\nC1,2026-01-01,5,x\nC1,2026-03-01,5,y\n", settings="")
    assert list(read("transactions").columns) == ["customer_id", "date", "revenue"]
    assert ("noted", 'not used in data/orders.csv: "Comment"') in counts(read)


def test_survey_drivers_are_numbers_under_their_own_names(taken):
    tables = "  survey:\n    file: data/survey.csv\n"
    read = taken(tables=tables, files={"survey.csv": "respondent_id,driver_speed,Other\nR1,7,x\n"})
    assert read("survey")["driver_speed"].tolist() == [7.0]
    assert "Other" not in read("survey")


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", "encoding: utf-16-le")]
)
def test_what_spreadsheets_save_as_text_comes_in(taken, encoding, said):
    orders = f"{HEAD}1,Müller,2026-02-01,5.25\n2,C2,2026-03-01,6\n"
    read = taken(orders=orders.replace("\n", "\r\n").encode(encoding), settings=f"{COLUMNS}\n{said}")
    assert read("transactions")["customer_id"].tolist() == ["Müller", "C2"]
    assert read("transactions")["revenue"].sum() == 11.25


def test_what_stands_above_the_headings_is_left_out_and_noted(taken):
    orders = f"Orders of our branch;;;\n\n{HEAD}1,C1,2026-02-01,5.25\n2,C2,2026-03-01,6\n"
    read = taken(orders=orders, settings=f"{COLUMNS}\nheader_row: 3")
    assert read("transactions")["revenue"].sum() == 11.25
    assert ("noted", "lines 1 and 2 of data/orders.csv left out, as header_row says") in counts(read)


def test_files_are_stacked_and_rows_in_two_of_them_are_noted(make_client, tmp_path):
    client = make_client(files={"more.csv": f"{HEAD}1006,C3,2026-03-28,48.75\n2000,C3,2026-03-30,1.00\n"})
    config = (client.folder / "client.yaml").read_text()
    config = config.replace("file: data/orders.csv", "files: [data/orders.csv, data/more.csv]\n    overlap: both")
    (client.folder / "client.yaml").write_text(config)
    take_in(open_client(client.folder), tmp_path / "tables")
    frame = read_table(tmp_path / "tables" / "received_data.parquet", schema("received_data"))
    noted = frame[frame["reason"].str.startswith("the same rows")].iloc[0]
    assert (noted["rows"], noted["money"]) == (1, 48.75)
    assert frame.loc[frame["outcome"] == "received", "rows"].tolist() == [6, 2]


def test_a_typed_file_needs_no_map_and_keeps_its_cents(make_client, tmp_path):
    client = make_client(settings="")
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "orders[1]=a.parquet")
    (client.folder / "client.yaml").write_text(config)
    path = client.folder / "data" / "orders[1]=a.parquet"
    rows = "select range::int as customer_id, timestamp '2026-01-05 10:00' + interval (range) month as date, "
    rows += "0.1::double + 0.2::double as revenue from range(3)"
    duckdb.connect().execute(f"copy ({rows}) to '{path}' (format parquet)")
    take_in(open_client(client.folder), tmp_path / "tables")
    frame = read_table(tmp_path / "tables" / "transactions.parquet", schema("transactions"))
    assert frame["customer_id"].tolist() == ["0", "1", "2"]
    assert frame["revenue"].tolist() == [0.3] * 3
    assert frame["date"].iloc[0] == pd.Timestamp("2026-01-05")
    received = read_table(tmp_path / "tables" / "received_data.parquet", schema("received_data"))
    assert "repaired" not in set(received["outcome"])


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("12.5::double as customer_id", '1 row holds no whole number (first: "12.5").'),
        ("9007199254740994::double as customer_id", '1 row holds no whole number (first: "9007199254740994.0").'),
        ("true as customer_id", "An id cannot be of type BOOLEAN."),
        ("timestamptz '2026-01-01 00:00:00+00' as date", "It holds moments (TIMESTAMP WITH TIME ZONE)"),
        ("[1] as revenue", "It is of type INTEGER[]."),
        ("'nan'::double as revenue", "1 of 1 row is not an amount (row 1; first:"),
    ],
)
def test_types_that_will_not_do_are_named(make_client, tmp_path, column, found):
    name = column.split()[-1]
    columns = {"customer_id": "'C1' as customer_id", "date": "date '2026-01-01' as date", "revenue": "1 as revenue"}
    client = make_client(settings="")
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.parquet")
    (client.folder / "client.yaml").write_text(config)
    path = client.folder / "data" / "o.parquet"
    duckdb.connect().execute(
        f"copy (select {', '.join((columns | {name: column}).values())}) to '{path}' (format parquet)"
    )
    with pytest.raises(TableError) as caught:
        take_in(open_client(client.folder), tmp_path / "tables")
    assert found in str(caught.value)


def test_whole_ids_that_were_stored_as_numbers_with_decimals_are_whole(make_client, tmp_path):
    client = make_client(settings="", files={"o.parquet": b""})
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.parquet")
    (client.folder / "client.yaml").write_text(config)
    ids = "unnest([12.0::double, null, 'nan'::double, 9007199254740992, -3]) as customer_id"
    days = "unnest([0, 1, 2, 0, 1]) * interval 1 month + date '2026-01-01' as date"
    rows = f"select {ids}, {days}, 7.0::float as order_id, 1 as revenue"
    duckdb.connect().execute(f"copy ({rows}) to '{client.folder}/data/o.parquet' (format parquet)")
    take_in(open_client(client.folder), tmp_path / "tables")
    frame = read_table(tmp_path / "tables" / "transactions.parquet", schema("transactions"))
    assert frame["customer_id"].fillna("").tolist() == ["12", "", "", "9007199254740992", "-3"]
    assert set(frame["order_id"]) == {"7"}
    received = read_table(tmp_path / "tables" / "received_data.parquet", schema("received_data"))
    told = received[received["reason"].str.contains("stored as numbers")]
    assert told["rows"].tolist() == [3, 5]  # of "customer_id" and "order_id"; blanks are none


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1 not really PAR1", b"", b"a,b\n"])
def test_a_damaged_typed_file_is_no_traceback(make_client, tmp_path, content):
    client = make_client(settings="", files={"o.parquet": content})
    config = (client.folder / "client.yaml").read_text().replace("orders.csv", "o.parquet")
    (client.folder / "client.yaml").write_text(config)
    with pytest.raises(TableError, match="transactions - 1 problem in data/o.parquet"):
        take_in(open_client(client.folder), tmp_path / "tables")


def test_a_file_that_may_not_be_read_is_said(make_client, tmp_path, monkeypatch):
    def deny(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("helpers.client.receive.file_hash", deny)
    assert "It cannot be read (Permission denied)." in refusal(make_client, tmp_path)


def test_a_response_of_nobody_is_refused(make_client, tmp_path):
    files = {"survey.csv": "respondent_id,recommend\nR1,7\n,8\n"}
    message = refusal(make_client, tmp_path, tables="  survey:\n    file: data/survey.csv\n", files=files)
    assert "customer_id or respondent_id: 1 row has none of them." in message


# ---- corrections and control --------------------------------------------------------------------------------------


def test_a_change_moves_money_and_the_account_still_closes(taken):
    correction = "  - target: transactions\n    where: {line: 3}\n    action: set\n    set: {revenue: '80.50'}\n"
    correction += "    expect: {rows: 1, revenue: 80.5O}\n" + CORRECTION
    drop = (
        "  - target: transactions\n    where: {order_id: '2'}\n    action: drop\n    expect: {rows: 1}\n" + CORRECTION
    )
    read = taken(orders=lines_csv("120.00", "80.5O", "64.20"), corrections=correction + drop)
    frame = read("received_data")
    money = frame.groupby("outcome")["money"].sum()
    rows = frame.groupby("outcome")["rows"].sum()
    assert (rows["received"], rows["kept"], rows["set_aside"], rows["repaired"]) == (3, 2, 1, 1)
    assert money["received"] == pytest.approx(money["kept"] + money["set_aside"], abs=0.005)
    assert money["kept"] == pytest.approx(200.50, abs=0.005)


def test_control_totals_are_of_what_came_before_corrections(make_client, tmp_path):
    drop = (
        "  - target: transactions\n    where: {order_id: '0'}\n    action: drop\n    expect: {rows: 1}\n" + CORRECTION
    )
    control = "control: {rows: 3, revenue: 6.00}"
    take_in(make_client(lines_csv("1", "2", "3"), f"{COLUMNS}\n{control}", corrections=drop), tmp_path / "tables")
    assert read_tables_manifest(tmp_path / "tables").tables["transactions"].rows == 2


def test_keys_that_stand_twice_are_refused_and_all_tables_are_told_at_once(make_client, tmp_path):
    tables = "  customers:\n    file: data/customers.csv\n"
    files = {"customers.csv": "customer_id,acquisition_cost\nC1,5\nC2,-1\nC1,7\n"}
    message = refusal(make_client, tmp_path, lines_csv("1", "x", "3"), tables=tables, files=files)
    blocks = message.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [
        "transactions - 1 problem in data/orders.csv",
        "customers - 2 problems in data/customers.csv",
    ]
    assert 'is below 0 (line 3; first: "-1")' in blocks[1]
    assert '1 value stands in more than one row (first: "C1", lines 2 and 4)' in blocks[1]


def test_a_goal_or_a_year_of_a_market_that_stands_twice_is_told_before_a_step_fails_on_it(make_client, tmp_path):
    tables = "  goals:\n    file: data/goals.csv\n  markets:\n    file: data/markets.csv\n"
    goals = "goal,measure\nGrow,EBIT\nBe loved,NPS\nGrow,Share\n"
    markets = "segment,year,market_size\nYards,2025,10\nYards,2026,11\nYards,2026,12\n"
    files = {"goals.csv": goals, "markets.csv": markets}
    blocks = refusal(make_client, tmp_path, lines_csv("1", "2", "3"), tables=tables, files=files).split("\n\n")
    assert '"goal": 1 value stands in more than one row (first: "Grow", lines 2 and 4)' in blocks[0]
    assert "stands in more than one row" in blocks[1] and "lines 3 and 4" in blocks[1]


# ---- the window and wallets ---------------------------------------------------------------------------------------


def test_without_as_of_it_is_the_day_after_the_last_line(taken):
    read = taken(head="")
    assert read.manifest.as_of == "2026-03-29"
    assert read.manifest.window_months == 2
    assert "the day after the last transaction" in read.manifest.remarks[0]


def test_lines_on_or_after_as_of_are_kept_and_noted(taken):
    read = taken(head="as_of: 2026-03-11\nwindow_months: 2\n")
    assert counts(read)["noted", "after as_of, outside the window"] == (2, 143.85)
    assert read("customer_summary")["revenue"].sum() == pytest.approx(80.5 + 64.2 + 210)


def wallet_files(wallet_of_c2: str) -> dict:
    tables = "  wallets:\n    file: data/wallets.csv\n"
    wallets = f"customer_id,wallet,period_start,period_end\nC1,900,,\nC2,{wallet_of_c2},2026-03-01,2026-03-31\n"
    return {"tables": tables, "files": {"wallets.csv": wallets}}


def test_a_wallet_below_our_revenue_that_weighs_much_stops_the_intake(make_client, tmp_path):
    assert "1 of 2 wallets is below our own revenue" in refusal(make_client, tmp_path, **wallet_files("95.09"))


def test_one_that_weighs_little_is_listed_and_never_raised(make_client, taken):
    orders = "Order No,Customer,Date,Net\n1,C1,2026-01-01,1\n2,C1,2026-02-15,800\n3,C2,2026-03-11,9.51\n"
    read = taken(orders=orders, **wallet_files("9.00"))
    assert read("wallet_revenue")["conflict"].tolist() == [False, True]
    assert read("wallet_revenue")["wallet"].tolist() == [900.0, 9.0]
    noted = read("received_data")["reason"].str.contains("below our own revenue")
    assert noted.sum() == 1


def test_half_a_cent_is_no_conflict(taken):
    read = taken(**wallet_files("95.095"))
    assert not read("wallet_revenue")["conflict"].any()


def test_a_wallet_scaled_by_days_is_never_a_reason_to_stop(make_client, taken):
    files = wallet_files("100")
    files["files"]["wallets.csv"] = "customer_id,wallet,period_start,period_end\nC2,200,2025-01-01,2026-03-31\n"
    read = taken(**files)
    row = read("wallet_revenue").iloc[0]
    assert row["conflict"]
    assert row["covered_days"] == 86


def test_a_missing_or_damaged_manifest_is_said(tmp_path):
    with pytest.raises(RunError, match="have not been read yet"):
        read_tables_manifest(tmp_path)
    (tmp_path / "tables.json").write_text('{"format": 2}')
    with pytest.raises(RunError, match="is damaged"):
        read_tables_manifest(tmp_path)


def test_tables_of_an_earlier_delivery_are_cleared_away(make_client, tmp_path):
    take_in(make_client(**wallet_files("950")), tmp_path / "tables")
    take_in(make_client(), tmp_path / "tables")
    assert not (tmp_path / "tables" / "wallets.parquet").exists()
    assert not (tmp_path / "tables" / "wallet_revenue.parquet").exists()


def test_amounts_in_the_files_are_exact(taken, tmp_path):
    read = taken(orders=lines_csv(*["0.10"] * 30), head="as_of: 2026-03-02\nwindow_months: 2\n")
    path = tmp_path / "tables" / read.manifest.tables["customer_summary"].file
    assert duckdb.connect().execute(f"select revenue from '{path}'").fetchall() == [(Decimal("2.0000"),)]
