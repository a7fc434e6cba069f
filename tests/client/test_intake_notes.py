"""What the intake notes without stopping: equal lines, wallets of strangers, money outside the window."""

import pandas as pd

from helpers.client.folder import open_client
from helpers.client.intake import read_tables_manifest, take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from tests.client.test_intake import CORRECTION, HEAD, SAMPLE, counts, refusal


def test_lines_before_the_window_are_kept_and_noted(taken):
    read = taken(orders=f"{HEAD}0,C1,2025-12-31,10\n1,C1,2026-02-01,5\n2,C1,2026-03-01,6\n")
    assert counts(read)["noted", "before the window"] == (1, 10.0)
    assert "1 line before 2026-02-01 is not in the window." in read.manifest.remarks
    assert read("customer_summary")["revenue"].tolist() == [11.0]


def test_a_window_that_is_full_needs_no_remark(taken):
    read = taken(orders=f"{HEAD}1,C1,2026-02-01,5\n2,C1,2026-03-01,6\n")
    assert not any("not in the window" in remark or "empty" in remark for remark in read.manifest.remarks)


def test_an_empty_end_of_the_window_is_said(taken):
    orders = f"{HEAD}1,C1,2026-01-01,5\n2,C1,2026-02-28,6\n"
    said = "The last transaction is of 2026-02-28, 32 days before as_of: the end of the window is empty."
    assert said in taken(orders=orders).manifest.remarks
    assert said not in taken(orders=orders.replace("02-28", "03-01")).manifest.remarks


def test_equal_lines_of_one_file_are_kept_and_noted(taken):
    # the comment is not read, so only the whole file tells the lines apart; the third differs in its customer
    lines = "1,C1,2026-02-01,5,a\n1, C1,2026-02-01,5,b\n1,C2,2026-02-01,5,c\n1,C1,2026-02-01,5,a\n2,C1,2026-03-01,6,e\n"
    tables = "  referrals:\n    file: data/referrals.csv\n  supplier_spend:\n    file: data/spend.csv\n"
    referral = "C1,C2,2026-01-01\n"
    files = {
        "referrals.csv": f"customer_id,referred_customer_id,date\n{referral}{referral}",
        "spend.csv": "customer_id,supplier,spend\nC1,us,\nC1,us,\nC2,us,7\nC2,us,7\nC2,them,7\n",
    }
    read = taken(orders=f"Order No,Customer,Date,Net,Comment\n{lines}", tables=tables, files=files)
    note = "equal to another line of the file in every column; both are kept"
    assert counts(read)["noted", note] == (1, 5.0)
    as_read = "equal to another line in all that is read, and not in the rest of the file; both are kept"
    assert counts(read)["noted", as_read] == (1, 5.0)
    assert counts(read)["kept", "the rows that the steps work on"] == (5, 26.0)
    frame = read("received_data")
    noted = frame[frame["reason"] == note].set_index("table")
    assert noted.loc["supplier_spend", ["rows", "money"]].tolist() == [2, 7.0]
    assert (noted.loc["referrals", "rows"], pd.isna(noted.loc["referrals", "money"])) == (1, True)


def test_a_till_receipt_of_the_sample_repeats_no_line(tmp_path):
    take_in(open_client(SAMPLE), tmp_path / "tables")
    frame = read_table(tmp_path / "tables" / "received_data.parquet", schema("received_data"))
    assert not frame["reason"].str.startswith("equal to another").any()


def test_wallets_that_no_share_can_be_made_of_are_noted(taken):
    tables = "  wallets:\n    file: data/wallets.csv\n  customers:\n    file: data/customers.csv\n"
    files = {
        "wallets.csv": "customer_id,wallet\nC1,900\nC4,50\nC8,70\nC9,80.5\nC9x,20\n",
        "customers.csv": "customer_id\nC8\n",
    }
    orders = f"{HEAD}1,C1,2026-02-01,5\n2,C1,2026-03-01,6\n3,C4,2026-03-02,-6\n"
    frame = taken(orders=orders, tables=tables, files=files)("received_data")
    noted = {row.reason: (row.rows, row.money) for row in frame[frame["table"] == "wallets"].itertuples()}
    assert noted["wallets of customers that no other table knows: nothing to set beside them"] == (2, 100.5)
    silent = "wallets of customers without revenue above zero in the window: not among the buyers"
    assert noted[silent] == (2, 120.0)


def test_many_conflicting_wallets_are_listed_and_one_entry_drops_them(make_client, tmp_path):
    customers = [f"C{number:02}" for number in range(24)]
    orders = HEAD + "".join(
        f"{at},{name},2026-02-01,10\n{at},{name},2026-03-10,10\n" for at, name in enumerate(customers)
    )
    tables = "  wallets:\n    file: data/wallets.csv\n"
    files = {"wallets.csv": "customer_id,wallet\n" + "".join(f"{name},5\n" for name in customers) + "C99,1\n"}
    message = refusal(make_client, tmp_path, orders, tables=tables, files=files)
    assert f"{', '.join(customers[:20])} and 4 more" in message
    assert 'by one entry in decisions/corrections.yaml, where: {customer_id: ["C00", "C01", ...]}.' in message
    names = ", ".join(customers)
    drop = f"  - target: wallets\n    where: {{customer_id: [{names}]}}\n    action: drop\n    expect: {{rows: 24}}\n"
    take_in(make_client(orders, tables=tables, files=files, corrections=drop + CORRECTION), tmp_path / "tables")
    assert read_tables_manifest(tmp_path / "tables").tables["wallets"].rows == 1


def test_a_name_with_nothing_after_it_leaves_the_column_out(taken):
    orders = "customer_id,date,revenue,Quantity\nC1,2026-01-01,5,six\nC1,2026-03-01,5,two\n"
    tables = "  customers:\n    file: data/customers.csv\n    columns: {secret: , colour: Hue}\n"
    files = {"customers.csv": "customer_id;secret;Hue\nC1;x;red\n"}
    read = taken(orders=orders, settings="columns:\n  quantity:", tables=tables, files=files)
    assert list(read("transactions").columns) == ["customer_id", "date", "revenue"]
    assert ("noted", 'not used in data/orders.csv: "Quantity"') in counts(read)
    assert list(read("customers").columns) == ["customer_id", "colour"]


def test_a_list_in_where_means_any_of_its_texts(taken):
    lines = f"{HEAD}0,C1,2026-02-01,1\n1,C1,2026-03-01,2\n2,C1,2026-02-01,4\n3,C1,2026-03-01,8\n"
    drop = "  - target: transactions\n    where: {order_id: ['1', 0, 7], line: [2, 3, 4]}\n    action: drop\n"
    read = taken(orders=lines, corrections=drop + "    expect: {rows: 2}\n" + CORRECTION)
    assert read("transactions")["revenue"].tolist() == [4.0, 8.0]


def test_a_line_on_which_no_row_begins_matches_nothing(make_client, tmp_path):
    drop = "  - target: transactions\n    where: {line: [98, 99]}\n    action: drop\n    expect: {rows: 1}\n"
    message = refusal(make_client, tmp_path, corrections=drop + CORRECTION)
    assert '(transactions: line "98" and "99"): 0 rows of data/orders.csv match.' in message
