"""Excel files: what is read of a sheet, what is refused, and what the user reads then. The tests write the files."""

from __future__ import annotations

import doctest
import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.client.files import sheet_scan, sheets, spreadsheet
from helpers.client.files.sheet_scan import column_number
from helpers.client.files.sheets import letters_of
from helpers.client.files.spreadsheet import plain
from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.errors import WorkbookError
from helpers.run.inspect import suggest_columns

HEAD = ["Order No", "Customer", "Date", "Net"]
ROWS = [
    ["1001", "C1", date(2026, 1, 5), 120],
    ["1002", "C2", date(2026, 1, 19), 80.5],
    ["1003", "C1", date(2026, 2, 3), 64.2],
    ["1004", "C3", date(2026, 2, 20), 210],
    ["1005", "C2", date(2026, 3, 11), 95.1],
]
COLUMNS = 'columns: {order_id: "Order No", customer_id: Customer, date: Date, revenue: Net}'


def workbook(sheets, *, change=None, **options) -> bytes:
    """An Excel file of sheets (name: rows); `change` gets the workbook and its sheets before it is closed."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options})
    book.set_properties({"created": datetime(2026, 1, 1)})
    made = {}
    for name, rows in sheets.items():
        made[name] = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                write = made[name].write_string if isinstance(cell, str) else made[name].write
                if cell is not None:
                    write(at, place, cell)
    if change:
        change(book, made)
    book.close()
    return content.getvalue()


@pytest.fixture
def client(tmp_path):
    """A function (bytes of an Excel file or rows of a sheet, settings, corrections, further tables) -> folder."""

    def make(content=None, settings=COLUMNS, *, name="orders.xlsx", corrections="", tables="", files=None, change=None):
        if not isinstance(content, bytes):
            content = workbook({"Orders": content or [HEAD, *ROWS]}, change=change)
        (tmp_path / "data").mkdir(exist_ok=True)
        for file, data in {name: content, **(files or {})}.items():
            (tmp_path / "data" / file).write_bytes(data if isinstance(data, bytes) else data.encode())
        lines = "".join(f"    {line}\n" for line in settings.splitlines())
        head = "client: Small Ltd\ncurrency: EUR\nas_of: 2026-04-01\nwindow_months: 2\n"
        text = f"{head}tables:\n  transactions:\n    file: data/{name}\n{lines}{tables}"
        (tmp_path / "client.yaml").write_text(text, encoding="utf-8")
        if corrections:
            (tmp_path / "decisions").mkdir()
            text = f"format: 1\ncorrections:\n{corrections}    by: A. Person\n    decided_on: 2026-04-02\n"
            (tmp_path / "decisions" / "corrections.yaml").write_text(text)
        return tmp_path

    return make


@pytest.fixture
def taken(client):
    """A function (arguments of client) -> reader of the tables."""

    def take(*args, **options):
        folder = client(*args, **options)
        manifest = take_in(open_client(folder), folder / "tables")

        def read(name="transactions"):
            return read_table(folder / "tables" / manifest.tables[name].file, schema(name))

        read.folder, read.manifest = folder, manifest
        return read

    return take


@pytest.fixture
def refused(client):
    """A function (arguments of client) -> what the user reads."""

    def refuse(*args, **options):
        folder = client(*args, **options)
        with pytest.raises(WorkbookError) as caught:
            take_in(open_client(folder), folder / "tables")
        return str(caught.value)

    return refuse


def notes(read) -> dict[str, int]:
    counts = read("received_data")
    noted = counts[counts["outcome"] == "noted"]
    return dict(zip(noted["reason"], noted["rows"].astype(int), strict=True))


# ---- cells -----------------------------------------------------------------------------------------------------------


def test_a_sheet_is_read_as_the_same_table_in_text_would_be(taken):
    read = taken()
    frame = read()
    assert frame["order_id"].tolist() == ["1001", "1002", "1003", "1004", "1005"]
    assert frame["customer_id"].tolist() == ["C1", "C2", "C1", "C3", "C2"]
    assert frame["date"].dt.strftime("%Y-%m-%d").tolist()[::4] == ["2026-01-05", "2026-03-11"]
    assert frame["revenue"].tolist() == [120.0, 80.5, 64.2, 210.0, 95.1]
    assert read.manifest.tables["transactions"].sources[0].file == "data/orders.xlsx"
    assert 'data/orders.xlsx: sheet "Orders" is read' in notes(read)


def test_the_same_file_gives_the_same_bytes(taken):
    first = taken()
    before = {path.name: path.read_bytes() for path in (first.folder / "tables").iterdir()}
    take_in(open_client(first.folder), first.folder / "again")
    assert before == {path.name: path.read_bytes() for path in (first.folder / "again").iterdir()}


def test_noise_behind_the_decimals_is_none(taken):
    rows = [HEAD, *ROWS[:4], ["1005", "C2", date(2026, 3, 11), 0.1 + 0.2]]
    read = taken(rows)
    assert read()["revenue"].tolist()[-1] == 0.3
    assert set(read("received_data")["outcome"]) == {"received", "kept", "noted"}, "nothing was rounded"


def test_numbers_and_texts_of_one_column_are_read_in_one_way(taken):
    rows = [HEAD, *ROWS, ["1006", "C1", date(2026, 3, 12), "1.250,75"], ["1007", "C1", date(2026, 3, 12), -1250.75]]
    settings = f'{COLUMNS}\ndecimal: ","\nthousands: "."'
    assert taken(rows, settings)()["revenue"].tolist() == [120.0, 80.5, 64.2, 210.0, 95.1, 1250.75, -1250.75]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.1 + 0.2, "0.3"), (1e20, "1" + "0" * 20), (1.5e-7, "0.00000015"), (-2.8e-17, "0"), (123456789012.35, None)],
)
def test_numbers_are_plain_text(number, text):
    assert plain(number) == (text or str(number))


def test_times_of_sheets_tell_two_sales_of_one_day_apart(client):
    def at(hour):
        def change(book, sheets):
            moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
            sheets["Orders"].write_datetime(5, 2, datetime(2026, 3, 11, hour), moment)

        return workbook({"Orders": [HEAD, *ROWS]}, change=change)

    folder = client(at(9), files={"more.xlsx": at(15)})
    files = "files: [data/orders.xlsx, data/more.xlsx]"
    said = (folder / "client.yaml").read_text().replace("file: data/orders.xlsx", files)
    (folder / "client.yaml").write_text(said + "    overlap: once\n")
    take_in(open_client(folder), folder / "tables")
    assert len(read_table(folder / "tables" / "transactions.parquet", schema("transactions"))) == 6


def test_days_with_a_time_are_cut_to_days(taken):
    def change(book, sheets):
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        sheets["Orders"].write_datetime(5, 2, datetime(2026, 3, 11, 23, 59, 59), moment)

    assert str(taken(change=change)()["date"].iloc[-1].date()) == "2026-03-11"


def test_texts_and_days_may_be_mixed_when_the_format_is_said(taken, refused):
    rows = [HEAD, *ROWS, ["1006", "C1", "28.03.2026", 5]]
    message = refused(rows)
    assert 'row 7 of sheet "Orders"; first: "28.03.2026"' in message
    assert 'Every row fits date_format: "%d.%m.%Y"' in message
    dates = taken(rows, f'{COLUMNS}\ndate_format: "%d.%m.%Y"')()["date"].dt.strftime("%Y-%m-%d").tolist()
    assert dates == ["2026-01-05", "2026-01-19", "2026-02-03", "2026-02-20", "2026-03-11", "2026-03-28"]


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_stored_as_numbers(taken, refused, from_1904):
    shift = 1462 if from_1904 else 0
    rows = [
        HEAD,
        *([order, who, 46027 - shift + at * 18 + at / 5, net] for at, (order, who, _, net) in enumerate(ROWS)),
    ]
    content = workbook({"Orders": rows}, date_1904=from_1904)
    message = refused(content)
    assert f'Every row fits date_format: excel, which counts days ("{46027 - shift}" is 2026-01-05)' in message
    dates = taken(content, f"{COLUMNS}\ndate_format: excel")()["date"].dt.strftime("%Y-%m-%d").tolist()
    assert dates == ["2026-01-05", "2026-01-23", "2026-02-10", "2026-02-28", "2026-03-18"]


def test_days_stored_as_numbers_among_days(taken, refused):
    rows = [HEAD, *ROWS, ["1006", "C1", 46109, 5]]
    assert 'date_format: excel, which counts days ("46109" is 2026-03-28)' in refused(rows)
    assert str(taken(rows, f"{COLUMNS}\ndate_format: excel")()["date"].iloc[-1].date()) == "2026-03-28"


def test_numbers_that_are_no_day(refused):
    rows = [HEAD, *ROWS, ["1006", "C1", 12, 5]]
    message = refused(rows, f"{COLUMNS}\ndate_format: excel")
    assert 'has a year outside 1970 to 2100 (row 7 of sheet "Orders"; first: "12")' in message


def test_days_stored_as_numbers_in_text(taken):
    orders = "Order No,Customer,Date,Net\n1,C1,46027,5\n2,C1,46094.75,6\n"
    dates = taken(orders.encode(), f"{COLUMNS}\ndate_format: excel", name="orders.csv")()["date"]
    assert dates.dt.strftime("%Y-%m-%d").tolist() == ["2026-01-05", "2026-03-13"]


def test_ids_stored_as_numbers_are_whole_and_noted(taken):
    rows = [HEAD, *([int(order), 12.0 + at, day, net] for at, (order, _, day, net) in enumerate(ROWS))]
    read = taken(rows)
    assert read()["customer_id"].tolist() == ["12", "13", "14", "15", "16"]
    lost = "are stored as numbers, so zeros in front, if there were any, are lost"
    assert notes(read)[f'data/orders.xlsx: ids in "Customer" {lost}'] == 5


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (12.5, 'holds numbers that are not whole instead of ids (row 7 of sheet "Orders"; first: "12.5")'),
        (1234567890123456, "numbers with more digits than the 15 that Excel keeps (row 7"),
        (
            date(2026, 5, 1),
            'holds dates, times or answers instead of ids (row 7 of sheet "Orders"; first: "2026-05-01")',
        ),
        (time(12, 30), "dates, times or answers instead of ids"),
        (True, "dates, times or answers instead of ids"),
    ],
)
def test_what_is_no_id_any_more(refused, cell, words):
    assert words in refused([HEAD, *ROWS, ["1006", cell, date(2026, 3, 12), 5]])


def test_an_error_cell_is_never_blank(refused):
    def change(book, sheets):
        for column in range(4):
            sheets["Orders"].write_formula(5, column, "=NA()", None, "#N/A")

    message = refused(change=change)
    assert message.count('(row 6 of sheet "Orders"; first: "#N/A")') == 4
    assert message.count("1 of 5 rows shows an error of the spreadsheet") == 4


def test_formulas_that_nobody_computed(refused, taken):
    def blank(book, sheets):
        for row in (3, 4, 5):
            sheets["Orders"].write_formula(row, 3, "=1+1", None, "")

    def zero(book, sheets):
        sheets["Orders"].write_formula(3, 3, "=1+1")  # the writer stores 0 and asks Excel to compute

    def beside(book, sheets):
        sheets["Orders"].write(0, 4, "Remark")
        sheets["Orders"].write_formula(3, 4, "=1+1", None, "")

    def stored(book, sheets):
        sheets["Orders"].write_formula(3, 3, "=1+1", None, 2)

    def below(book, sheets):
        sheets["Orders"].write_formula(6, 3, "=SUM(D2:D6)", None, "")

    def everywhere(book, sheets):
        for row in range(1, 6):
            for column in range(4):
                sheets["Orders"].write_formula(row, column, "=1+1", None, "")

    message = refused(change=blank)
    assert '"Net": 3 formulas were never computed' in message and '(rows 4, 5 and 6 of sheet "Orders")' in message
    assert "1 formula was never computed" in refused(change=zero)
    # counted as blank, it would let a row of data be the footer
    assert '(row 7 of sheet "Orders")' in refused(settings=f"{COLUMNS}\nfooter_rows: 1", change=below)
    assert refused(change=everywhere).count("5 formulas were never computed") == 4
    assert taken(change=stored)()["revenue"].tolist()[2] == 2.0
    assert len(taken(change=beside)()) == 5, "a column that is not read is not looked at"


def test_merged_cells_are_refused_where_they_are_read(refused, taken):
    def body(book, sheets):
        sheets["Orders"].merge_range(1, 1, 2, 1, "C1")

    def beside(book, sheets):
        sheets["Orders"].write(0, 5, "Remark")
        sheets["Orders"].merge_range(1, 5, 4, 5, "none of this is read")

    assert "Cells are merged (B2:B3)" in refused(change=body)
    assert len(taken(change=beside)()) == 5


def test_answers_percents_and_spaces(taken):
    def change(book, sheets):
        sheets["Orders"].write(0, 4, "Share", None)
        sheets["Orders"].write(1, 4, 0.125, book.add_format({"num_format": "0%"}))

    customers = workbook({"C": [["customer_id", "vip"], [" C1 ", True], ["C2", False]]})
    tables = "  customers:\n    file: data/c.xlsx\n    columns: {flagged: vip}\n"
    read = taken(change=change, tables=tables, files={"c.xlsx": customers})
    frame = read("customers")
    assert frame["customer_id"].tolist() == ["C1", "C2"]
    assert frame["flagged"].tolist() == ["true", "false"]
    counts = read("received_data")
    assert counts[counts["outcome"] == "repaired"]["rows"].tolist() == [1]


# ---- places ----------------------------------------------------------------------------------------------------------


def test_rows_are_the_sheets_own(taken, refused):
    rows = [["Orders of 2026"], [], HEAD, ROWS[0], [], ROWS[1], ["1003", "C1", date(2026, 2, 3), "many"], *ROWS[3:]]
    settings = f"{COLUMNS}\nheader_row: 3"
    message = refused(rows, settings)
    assert '1 of 5 rows is not an amount (row 7 of sheet "Orders"; first: "many")' in message
    drop = "  - target: transactions\n    where: {line: 7}\n    action: drop\n    expect: {rows: 1}\n"
    drop += "    reason: not a sale\n"
    read = taken(rows, settings, corrections=drop)
    assert read()["order_id"].tolist() == ["1001", "1002", "1004", "1005"]
    assert notes(read)["rows 1 and 2 of data/orders.xlsx left out, as header_row says"] == 0
    assert notes(read)["blank rows left out of data/orders.xlsx"] == 1


def test_a_table_may_stand_anywhere_in_the_sheet(taken):
    rows = [[], [], *([None, None, *row] for row in [HEAD, *ROWS])]
    read = taken(rows, f"{COLUMNS}\nheader_row: 3")
    assert read()["revenue"].sum() == pytest.approx(569.8)


def test_a_title_above_the_headings_is_told_and_not_guessed(refused):
    def change(book, sheets):
        sheets["Orders"].merge_range(0, 0, 0, 3, "Orders of 2026")

    message = refused([[], [], HEAD, *ROWS], change=change)
    assert "Orders of 2026" in message and "header_row: 3" in message
    assert "1 problem" in message


def test_a_total_at_the_end(refused, taken):
    rows = [HEAD, *ROWS, ["Total", None, None, 569.8]]
    message = refused(rows)
    assert 'row 7 of sheet "Orders"' in message and "footer_rows: 1" in message
    read = taken(rows, f"{COLUMNS}\nfooter_rows: 1")
    assert len(read()) == 5
    assert notes(read)["last rows of data/orders.xlsx left out, as footer_rows says"] == 1
    # what is no data may stand beside the columns, too
    rows[-1].append("printed on 1 April")
    assert len(taken(rows, f"{COLUMNS}\nfooter_rows: 1")()) == 5


def test_headings(refused):
    twice = refused([["Order No", "Customer", "Date", "Net", "Net"], *ROWS])
    assert 'row 1 of sheet "Orders": "Net" stands there twice.' in twice
    unnamed = refused([[*HEAD, None], *([*row, "x"] for row in ROWS)])
    assert "Column E has values and no heading (E: 5 cells, first in row 2)." in unnamed
    assert "header_row" in refused(settings=f"{COLUMNS}\nheader_row: 400")
    assert "It has a header and no rows." in refused([HEAD])


def test_rows_and_columns_that_nobody_sees_are_read_and_noted(taken):
    def change(book, sheets):
        sheets["Orders"].set_row(3, None, None, {"hidden": True})
        sheets["Orders"].set_column(3, 3, None, None, {"hidden": True})

    found = notes(taken(change=change))
    assert found["data/orders.xlsx: rows that are hidden or filtered out are read like the others"] == 1
    assert 'data/orders.xlsx: columns that are hidden are read: "Net"' in found


# ---- sheets ----------------------------------------------------------------------------------------------------------


def several():
    def change(book, sheets):
        sheets["Old"].hide()

    return workbook({"Info": [["Made by"], ["me"]], "Orders": [HEAD, *ROWS], "Old": [HEAD], "Blank": []}, change=change)


def test_which_sheet_is_meant_is_said_and_not_guessed(refused, taken):
    message = refused(several())
    assert 'Several sheets hold something: "Info" (2 rows), "Orders" (6 rows) and "Old" (hidden).' in message
    assert 'for example sheet: "Orders"' in message
    read = taken(several(), f"{COLUMNS}\nsheet: Orders")
    assert len(read()) == 5
    assert any('other sheets are not read: "Info", "Old" (hidden)' in note for note in notes(read))
    wrong = refused(several(), f"{COLUMNS}\nsheet: Order")
    assert 'sheet in client.yaml: The file has no sheet "Order"; it has "Info", "Orders"' in wrong
    assert 'Did you mean "Orders"?' in wrong


def test_a_single_sheet_with_something_needs_no_name(taken, refused):
    assert len(taken(workbook({"Cover": [], "2026": [HEAD, *ROWS]}))()) == 5
    assert len(taken(workbook({"Cover": [], "2026": [HEAD, *ROWS]}), f"{COLUMNS}\nsheet: 2026")()) == 5
    assert 'No sheet that can be seen holds anything: "Cover" (empty).' in refused(workbook({"Cover": []}))


def test_names_of_sheets_and_files_may_hold_any_character(taken):
    content = workbook({"Größe & 'Co' <1>": [HEAD, *ROWS], "Other": [HEAD]})
    read = taken(content, f"""{COLUMNS}\nsheet: "Größe & 'Co' <1>\"""", name="aufträge [1].xlsm")
    assert len(read()) == 5


def test_a_sheet_of_a_text_file_is_a_slip(client):
    with pytest.raises(WorkbookError, match="no file of the table is an Excel file"):
        open_client(client(b"", f"{COLUMNS}\nsheet: Orders", name="orders.csv"))


def test_suggest_reads_the_headings_of_a_sheet(client):
    rows = [["Sales"], ["Invoice No", "Customer No", "Date", "Net Sales"], *ROWS]
    text = "\n".join(suggest_columns(client(rows, "header_row: 2")))
    assert 'revenue: "Net Sales"' in text and 'order_id: "Invoice No"' in text


# ---- zeros in front --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines_have_zeros", [True, False])
def test_customers_that_only_zeros_keep_apart_are_noted(taken, lines_have_zeros):
    long, short = ["00123", "00124", "C9"], ["123", "124", "C9"]
    mine, theirs = (long, short) if lines_have_zeros else (short, long)
    rows = [HEAD, *([order, mine[at % 3], day, net] for at, (order, _, day, net) in enumerate(ROWS))]
    tables = "  wallets:\n    file: data/wallets.csv\n"
    files = {"wallets.csv": "customer_id,wallet\n" + "".join(f"{one},900\n" for one in theirs)}
    found = [note for note in notes(taken(rows, tables=tables, files=files)) if "padded" in note]
    assert found == [
        "2 customers would be found in transactions if ids were padded with zeros to 5 digits: did a spreadsheet "
        "take them off? Have the ids exported as text."
    ]


def test_customers_that_are_found_need_no_zeros(taken):
    rows = [HEAD, *([order, "123" if at else "0123", day, net] for at, (order, _, day, net) in enumerate(ROWS))]
    tables, files = "  wallets:\n    file: data/wallets.csv\n", {"wallets.csv": "customer_id,wallet\n0123,900\n77,9\n"}
    assert not [note for note in notes(taken(rows, tables=tables, files=files)) if "padded" in note]


# ---- files that are none ---------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("orders.csv", workbook({"Orders": [HEAD]}), "Its content is that of an Excel file.\n     Give it the ending"),
        ("orders.xlsx", b"Order No,Customer\n1,C1\n", "that of a text file.\n     Give it the ending .csv"),
        (
            "orders.xlsx",
            b"<table><tr>",
            "that of a web page or an XML file.\n     Open it in Excel and save it as .xlsx",
        ),
        ("orders.xlsx", bytes(40), "Its content is not that of an Excel file."),
        ("orders.xlsx", b"", "It is empty."),
        ("orders.xlsx", b"PAR1" + bytes(40), "Its content is Parquet."),
        ("orders.xlsx", OLE, "that of an old Excel file (.xls).\n     Open it in Excel and save it as .xlsx"),
        ("orders.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "It is protected by a password."),
        (
            "orders.xls",
            OLE,
            "It is a spreadsheet of a kind that is not read here (.xls).\n     Open it in Excel and save",
        ),
        ("orders.ods", b"PK\x03\x04", "(.ods)"),
        ("orders.xlsb", b"PK\x03\x04", "(.xlsb)"),
        ("orders.csv", b"PK\x03\x04" + bytes(60), "Its content is that of a zip file."),
        ("orders.xlsx", b"PK\x03\x04" + bytes(60), "It is damaged"),
        ("orders.xlsx", workbook({"Orders": [HEAD, *ROWS]})[:3000], "It is damaged"),
    ],
)
def test_files_that_are_something_else(refused, name, content, words):
    assert words in refused(content, name=name)


def repacked(content: bytes, change: dict[str, bytes]) -> bytes:
    """An Excel file with some of its parts replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in change if name not in old.namelist())]:
            new.writestr(name, change.get(name) if name in change else old.read(name))
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook({"Orders": [HEAD, *ROWS]})


def test_a_zip_without_a_workbook(refused):
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("orders.csv", "a,b\n")
    assert "a zip file without an Excel workbook" in refused(other.getvalue())
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("xl/workbook.bin", "a,b\n")
    assert "a binary workbook (.xlsb)" in refused(other.getvalue())


def test_a_bomb_is_told_before_it_unpacks(refused):
    many = repacked(GOOD, {f"xl/media/{number}.txt": b"" for number in range(10_001)})
    assert "parts, more than any table needs" in refused(many)
    # the directory says 3 GB for a part of a few bytes, as one that truly unpacks to that would
    size = (3 * 2**30).to_bytes(4, "little")
    honest = zipfile.ZipFile(io.BytesIO(GOOD)).getinfo(SHEET).file_size.to_bytes(4, "little")
    place = GOOD.rindex(SHEET.encode()) - 46 + 24
    assert GOOD[place : place + 4] == honest
    large = GOOD[:place] + size + GOOD[place + 4 :]
    assert "It would unpack to 3.0 GB in" in refused(large)


def test_a_part_that_unpacks_to_something_else_is_damage(refused):
    place = GOOD.rindex(SHEET.encode()) - 46 + 24
    assert "It is damaged" in refused(GOOD[:place] + (20).to_bytes(4, "little") + GOOD[place + 4 :])


@pytest.mark.parametrize("dimension", [b"A1:D6", b"A1:XFD1048576"])
def test_a_cell_at_the_far_end_is_told_whatever_the_dimension_says(refused, dimension):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        sheet = package.read(SHEET)
    far = sheet.replace(b'ref="A1:D6"', b'ref="' + dimension + b'"')
    far = far.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    message = refused(repacked(GOOD, {SHEET: far}))
    assert 'Sheet "Orders" has 7 filled rows and reaches to cell XFD1048576: too far.' in message


def test_a_cell_beside_a_small_table_is_a_column_without_a_heading(refused):
    def change(book, sheets):
        sheets["Orders"].write(3, 16383, "stray")

    assert "Column XFD has values and no heading (XFD: 1 cell, first in row 4)." in refused(change=change)


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (b"<worksheet><sheetData><row>", "It is damaged"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>', "It is damaged"),
        (
            b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>',
            "It is damaged",
        ),
        (b"", "It is damaged"),
    ],
)
def test_damaged_parts(refused, sheet, words):
    assert words in refused(repacked(GOOD, {SHEET: sheet}))


def test_what_stands_twice_or_out_of_order_is_told(refused):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        sheet = package.read(SHEET).decode()
    rows = re.findall("<row .*?</row>", sheet)
    cell = re.search('<c r="D4".*?</c>', sheet).group()
    for old, new in (
        (cell, cell + cell.replace("64.2", "99")),  # the reader would keep the last
        (rows[-1], rows[-1] + rows[3]),
        (rows[4] + rows[5], rows[5] + rows[4]),
    ):
        message = refused(repacked(GOOD, {SHEET: sheet.replace(old, new).encode()}))
        assert "a row or a cell of its sheet stands twice, or out of order" in message
    made = io.BytesIO(GOOD)
    with zipfile.ZipFile(made, "a") as package:
        package.writestr(SHEET.upper(), sheet.replace("64.2", "99"))
    assert "It is damaged" in refused(made.getvalue())


def test_sheets_that_other_programs_write(taken):
    """Names with a prefix, cells without a place, texts in the cell, days as text in their own type."""
    cells = [[("inlineStr", name) for name in HEAD]]
    cells += [[("str", row[0]), ("str", row[1]), ("d", row[2].isoformat()), ("n", row[3])] for row in ROWS]

    def cell(kind, text):
        value = f"<x:is><x:t>{text}</x:t></x:is>" if kind == "inlineStr" else f"<x:v>{text}</x:v>"
        return f'<x:c t="{kind}">{value}</x:c>'

    rows = "".join(f"<x:row>{''.join(cell(*one) for one in row)}</x:row>" for row in cells)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<x:worksheet xmlns:x="{space}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    frame = taken(repacked(GOOD, {SHEET: sheet.encode()}))()
    assert frame["revenue"].sum() == pytest.approx(569.8)
    assert str(frame["date"].iloc[-1].date()) == "2026-03-11"


@pytest.mark.parametrize(
    ("program", "seconds", "words"),
    [
        ("import os; os.abort()", 60, "The program that reads it was ended by it"),
        # ended while it wrote the answer, as by a full disk
        ("import sys; open(sys.argv[2] + '/facts.json', 'w').write('[')", 60, "The program that reads it was ended"),
        ("import time; time.sleep(60)", 0.5, "It could not be read within"),
    ],
)
def test_a_reader_that_dies_or_hangs_is_a_message(refused, monkeypatch, program, seconds, words):
    monkeypatch.setattr("helpers.client.files.sheet_reader.START", program)
    monkeypatch.setattr("helpers.client.files.sheet_reader.SECONDS", seconds)
    assert words in refused()


@pytest.mark.parametrize("module", [sheet_scan, sheets, spreadsheet])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("column", [1, 26, 27, 702, 703, 16384])
def test_letters_of_columns(column):
    assert column_number(letters_of(column)) == column


ODD = [
    '<c r="{0}" t="e"><v>#REF!</v></c>',
    '<c r="{0}" t="e"><f>NA()</f></c>',
    '<c r="{0}" t="str"><f>""</f><v></v></c>',
    '<c r="{0}" t="b"><v>2</v></c>',
    '<c r="{0}" t="d"><v>2026-01-05T10:00:00Z</v></c>',
    '<c r="{0}" t="s"><v>-1</v></c>',
    '<c r="{0}" t="str"><v>_x0000_a_x0007_&#10;"</v></c>',
    '<c r="{0}"><v>1e999</v></c>',
    '<c r="{0}"><v>NaN</v></c>',
    '<c r="{0}" s="1"><v>-5</v></c>',
    '<c r="{0}" s="1"><v>3e9</v></c>',
    '<c r="{0}" s="99"><v>46027</v></c>',
    '<c r="{0}1"><v>4</v></c>',
    '<c r="ZZZZZ1"><v>4</v></c>',
    '<c r="0"><v>4</v></c>',
    '</row><row r="{1}" hidden="1">',
    '</row><row r="²">',
    '</row><row r="-1">',
    "",
]
PLACES = st.tuples(st.integers(2, 6), st.sampled_from("ABCD"), st.sampled_from(ODD))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PLACES, min_size=1, max_size=3))
def test_odd_cells_are_told_or_accounted_for(client, changes):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        sheet = package.read(SHEET).decode()
    for row, column, odd in changes:
        found = re.search(f'<c r="{column}{row}".*?</c>', sheet)
        sheet = sheet.replace(found.group(), odd.format(f"{column}{row}", row)) if found else sheet
    folder = client(repacked(GOOD, {SHEET: sheet.encode()}))
    message = ""
    try:
        take_in(open_client(folder), folder / "tables")
    except WorkbookError as error:
        message = str(error)
    # the two sentences for what the intake itself did not foresee
    assert "cannot be worked out" not in message and "Two readers" not in message
    if message:
        return
    counts = read_table(folder / "tables" / "received_data.parquet", schema("received_data"))
    sums = counts.groupby("outcome")[["rows", "money"]].sum()
    assert sums.loc["received"].tolist() == sums.loc["kept"].tolist()
