"""What `check` says, and what `check --suggest` drafts."""

from __future__ import annotations

import shutil

import pytest

from helpers.client.schema import schemas
from helpers.client.yaml_files import plain, read_yaml
from helpers.errors import WorkbookError
from helpers.run.inspect import check_client, suggest_columns, suggested_map
from helpers.steps import KIT, built_steps
from tests.conftest import copy_sample
from tests.run.toy import toy_client


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def sample(tmp_path):
    return copy_sample("complete_journey", tmp_path / "client")


def test_check_accounts_for_every_row_and_cent_of_the_sample(sample):
    before = files(sample)
    lines = check_client(sample)
    assert files(sample) == before
    text = "\n".join(lines)
    assert lines[0] == "Maker 764 (Complete Journey)"
    assert "12 months, 2017-01-01 to 2017-12-31" in lines[1]
    start = lines.index("transactions - data/transactions.csv")
    table = [" ".join(line.split()) for line in lines[start + 1 : lines.index("", start)]]
    assert table[0] == "received 17,510 rows 95,022.41"
    assert table[1] == "mended 0 rows"
    assert table[2] == "set aside 4 rows 3.79"
    assert table[3].startswith("1 row, 3.79: The line has no category")
    assert table[5:] == [
        "kept 17,506 rows 95,018.62",
        "note: revenue of exactly zero (38 rows, 0.2 %; 0.00)",
        "note: lines of customers that the customers table does not know (7,335 rows, 41.9 %; 38,459.15, 40.5 %)",
    ]
    assert "wallets - data/wallets.parquet" in lines
    assert "  05.all.scope: nobody has decided. Which categories" in text
    assert "  What do customers value" in text
    assert "wallets:" not in text[text.index("What cannot be said") :], "a table that was delivered"
    assert lines[-1] == "The data can be used. Nothing was changed."


def test_check_asks_only_for_what_every_client_is_asked(sample):
    """Which group is in a downturn, say, no file tells; clients were asked for plans of groups nobody had formed."""
    shutil.rmtree(sample / "decisions")
    lines = check_client(sample)
    asked = [line.partition(":")[0].strip() for line in lines if "nobody has decided" in line]
    always = [f"{step.number}.{choice.example}" for step in built_steps() for choice in step.decides if choice.always]
    assert asked == always
    assert "04.g1.downturn_plan" not in asked
    assert "  What else the numbers ask for is known after a run: status and decisions list it." in lines


def test_check_names_who_has_decided(sample):
    entry = "  all.scope: {value: main_categories, reason: so, by: the board, decided_on: 2026-11-22}\n"
    text = f"format: 1\nstep: 05_customer_share\nchoices:\n{entry}"
    (sample / "decisions" / "05_customer_share.yaml").write_text(text)
    assert "  05.all.scope: the board on 2026-11-22" in check_client(sample)


def test_check_tells_what_was_mended_and_left_unused(tmp_path):
    client = toy_client(tmp_path / "client")
    orders = client / "data" / "orders.csv"
    lines = orders.read_text().splitlines()
    lines = [f"{lines[0]},Colour", f"{lines[1].replace('C1', ' C1 ')},red", *(f"{line},blue" for line in lines[2:])]
    orders.write_text("\n".join(lines))
    text = "\n".join(check_client(client))
    assert "1 row, 100.00: spaces cut off" in text
    assert 'note: not used in data/orders.csv: "Colour"' in text
    assert "does not end in a line break" in text


@pytest.mark.parametrize("more", ["parameters: {05: {MIN_PRAT: 0.2}}\n", "colour: red\n"])
def test_check_refuses_what_run_would_refuse(tmp_path, more):
    client = toy_client(tmp_path / "client", more)
    with pytest.raises(WorkbookError):
        check_client(client)


# ---- suggest ---------------------------------------------------------------------------------------------------------

ONLY_FILES = """
client: Maker
currency: USD
as_of: 2018-01-01
window_months: 12
tables:
  transactions:
    file: data/transactions.csv
    date_format: "%Y-%m-%d"
"""


def test_the_suggestion_pasted_is_a_client_that_checks(sample):
    """The user's whole way: files only, suggest, paste, check."""
    path = sample / "client.yaml"
    shutil.rmtree(sample / "decisions")
    path.write_text(ONLY_FILES, encoding="utf-8")
    with pytest.raises(WorkbookError, match="customer_id"):
        check_client(sample)
    lines = suggest_columns(sample)
    assert lines[0] == "# transactions - data/transactions.csv"
    path.write_text(ONLY_FILES + "\n".join(lines) + "\n", encoding="utf-8")
    columns = plain(read_yaml(path))["tables"]["transactions"]["columns"]
    delivered = plain(read_yaml(KIT / "data_samples" / "complete_journey" / "client.yaml"))
    assert columns == delivered["tables"]["transactions"]["columns"]
    assert "The data can be used. Nothing was changed." in check_client(sample)


@pytest.mark.parametrize(
    "tables",
    [
        "{transactions: data/orders.csv}",
        "{transactions: {file: data/orders.csv, columns: {customer: Cust, date: Nowhere}}}",
        "{transactions: {file: data/orders.csv, columns: [a, b], decimal: 7, date_format: x}}",
        "{transactions: {files: [data/orders.csv]}}",
        "{transactions: {file: data/orders.csv, footer_rows: 99999999999999999999, header_row: 0}}",
    ],
)
def test_suggest_needs_only_the_names_of_files(tmp_path, tables):
    client = tmp_path / "client"
    (client / "data").mkdir(parents=True)
    (client / "data" / "orders.csv").write_text('Kundennummer;Datum;"Net ""EUR""";Farbe\n1;2026-01-05;10;rot\n')
    (client / "client.yaml").write_text(f"tables: {tables}\n")
    before = files(client)
    text = "\n".join(suggest_columns(client))
    assert '      customer_id: "Kundennummer"' in text
    assert '      date: "Datum"' in text
    assert '      revenue: "Net \\"EUR\\""    # only part of the heading fits: look' in text
    assert '# left over: "Farbe"' in text
    assert files(client) == before


def test_suggest_says_which_words_a_column_may_hold(tmp_path):
    """A heading may fit a column whose words the file does not use: Account type with Trade and Web."""
    client = toy_client(tmp_path / "client")
    (client / "data" / "accounts.csv").write_text("Customer,Account type\nC1,Trade\n")
    (client / "client.yaml").write_text("tables: {customers: data/accounts.csv}\n")
    only = "may hold transactional, preferred, contract and partner only: look"
    assert f'      relationship_type: "Account type"    # {only}' in suggest_columns(client)


def test_suggest_says_what_is_missing_and_goes_on(tmp_path):
    client = toy_client(tmp_path / "client")
    (client / "data" / "half.csv").write_text("Client,Colour\n1,red\n")
    (client / "data" / "w.xlsx").write_bytes(b"PK\x03\x04....")
    (client / "data" / "answers.csv").write_text("Score\n9\n")
    (client / "client.yaml").write_text(
        "tables:\n  transactions: {file: data/half.csv}\n  wallets: {file: data/w.xlsx}\n"
        "  survey: {file: data/answers.csv}\n  markets: {file: nowhere.csv}\n  walets: {file: x}\n  goals: {}\n"
    )
    text = "\n".join(suggest_columns(client))
    assert '# date: "its name in the file"    # compulsory, and no heading fits' in text
    assert '# revenue: "its name in the file"' in text
    assert "It is damaged: not every part of it" in text
    assert '# customer_id or respondent_id: "its name in the file"' in text
    assert "It is not there, or cannot be read." in text
    assert '# walets - there is no such table. Did you mean "wallets"?' in text
    assert "# goals - no file is given." in text
    assert all(line.startswith(("#", "    ")) or not line for line in text.splitlines())


@pytest.mark.parametrize("text", ["", "client: x\n", "tables: [a]\n", "tables: {}\n", "client: ["])
def test_suggest_without_tables_is_a_message(tmp_path, text):
    (tmp_path / "client.yaml").write_text(text)
    with pytest.raises(WorkbookError):
        suggest_columns(tmp_path)


def suggest_for(folder, header, settings=""):
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "orders.csv").write_text(f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n")
    (folder / "client.yaml").write_text(f"tables:\n  transactions:\n    file: data/orders.csv\n{settings}")
    return suggest_columns(folder)


def test_suggest_knows_a_heading_however_it_is_written(tmp_path):
    wrong = "    columns: {customer_id: 'Customer ID', date: 'Invoice Date', revenue: Nowhere}\n"
    lines = suggest_for(tmp_path, "InvoiceNo,STOCKCODE,InvoiceDate,Net-Amount,CustomerID,Country", wrong)
    assert lines[1:] == [
        "    columns:",
        '      customer_id: "CustomerID"',
        '      date: "InvoiceDate"',
        '      revenue: "Net-Amount"',
        '      order_id: "InvoiceNo"',
        '      product: "STOCKCODE"',
        '    # left over: "Country"',
    ]


def test_suggest_keeps_out_what_is_left_out(tmp_path):
    header = "customer_id,date,revenue,quantity,Category,InvoiceNo"
    lines = suggest_for(tmp_path, header, "    columns:\n      quantity:\n      order_id:\n      revenue:\n")
    assert lines[1:] == [
        "    columns:",
        '      category: "Category"',
        "      quantity:    # left out",
        "      order_id:    # left out",
        '    # left over: "quantity" and "InvoiceNo"',
    ]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ("{transactions: {file: data/nowhere.csv}}", "It is not there, or cannot be read."),
        ("{transactions: {file: data/empty.csv}, wallets: {}, walet: x}", "It is empty."),
        ("{transactions: {file: data/two.csv, delimiter: tabs}}", "can be split by comma"),
    ],
)
def test_suggest_that_can_read_nothing_is_an_error(tmp_path, tables, words):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "empty.csv").write_text("")
    (tmp_path / "data" / "two.csv").write_text("a;b,c\n1;2,3\n")
    (tmp_path / "client.yaml").write_text(f"tables: {tables}\n")
    with pytest.raises(WorkbookError, match=words) as caught:
        suggest_columns(tmp_path)
    assert not str(caught.value).startswith("#")


def test_suggest_without_a_folder_is_a_message(tmp_path):
    with pytest.raises(WorkbookError, match="There is no folder"):
        suggest_columns(tmp_path / "nowhere")


def test_whole_words_go_before_parts_and_one_heading_serves_once():
    header = ["Order Date", "Account Manager", "Customer No", "Order No", "Net sales", "date"]
    found, guessed = suggested_map(schemas("delivered")["transactions"], header, {})
    assert found["date"] == "date"
    assert found["customer_id"] == "Customer No"
    assert found["order_id"] == "Order No"
    assert found["revenue"] == "Net sales"
    assert found["sales_rep"] == "Account Manager"
    assert not guessed & {"customer_id", "date", "revenue", "order_id", "sales_rep"}
    assert len(set(found.values())) == len(found)


def test_what_client_yaml_says_stays():
    header = ["Customer No", "Payer", "Date", "Net", "Net 2"]
    said = {"customer_id": "Payer", "revenue": "Net 2", "date": "Gone", "colour": "Net"}
    found, _ = suggested_map(schemas("delivered")["transactions"], header, said)
    assert (found["customer_id"], found["revenue"], found["date"]) == ("Payer", "Net 2", "Date")
