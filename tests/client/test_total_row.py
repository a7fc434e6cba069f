"""Totals at the end of a file: told when a word or the sum gives them away, not when a row is only like one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.total_row import is_total_word
from helpers.errors import TableError
from tests.client.conftest import COLUMNS, ORDERS

SUM = "618.55"  # of the six orders


def told(make_client, tmp_path, *args, **options) -> str:
    with pytest.raises(TableError) as caught:
        take_in(make_client(*args, **options), tmp_path / "tables")
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "Grand total", "Summe", "Gesamt", "sub-total", "** Total **", "Итого"]
)
def test_words_that_say_total(word):
    assert is_total_word(word)


@pytest.mark.parametrize("text", ["Total Energies", "Summer sale", "Sumo Ltd", "Gesamtschule Nord", "", "12"])
def test_words_that_only_sound_like_it(text):
    assert not is_total_word(text)


@pytest.mark.parametrize(
    ("row", "signs"),
    [
        (f"Total,,,{SUM}", f'it holds "Total", and {SUM} in "Net" -> revenue is the sum of the 6 rows above.'),
        ("Total,,,1.00", 'it holds "Total".'),
        (f",,,{SUM}", f'{SUM} in "Net" -> revenue is the sum of the 6 rows above.'),
        (f"1007,C9,2026-03-31,{SUM}", f'{SUM} in "Net" -> revenue is the sum of the 6 rows above.'),
        ("1007,Summe,2026-03-31,9.99", 'it holds "Summe".'),
    ],
)
def test_a_total_is_told_once_with_its_signs_and_what_to_do(make_client, tmp_path, row, signs):
    text = told(make_client, tmp_path, orders=f"{ORDERS}{row}\n")
    assert text.count("\n") == 2, text
    assert f"line 8: The last row looks like a total: {signs}" in text
    assert "Set footer_rows: 1 in client.yaml" in text


def test_footer_rows_leave_it_out_and_say_so(taken):
    read = taken(orders=f"{ORDERS}\nTotal,,,{SUM}\n6 orders\n", settings=f"{COLUMNS}\nfooter_rows: 2")
    counts = read("received_data").set_index(["outcome", "reason"])
    assert counts.loc[("received", "data/orders.csv"), ["rows", "money"]].tolist() == [6, 618.55]
    assert counts.loc[("noted", "last rows of data/orders.csv left out, as footer_rows says"), "rows"] == 2


@pytest.mark.parametrize("row", ["1007,C9,2026-03-31,9.99", "1007,,2026-03-31,9.99"])
def test_footer_rows_leave_out_no_row_that_reads_like_data(make_client, tmp_path, row):
    text = told(make_client, tmp_path, orders=f"{ORDERS}{row}\n", settings=f"{COLUMNS}\nfooter_rows: 1")
    assert "line 8: footer_rows leaves this row out, and it reads like data:" in text


def test_the_day_of_printing_is_no_data(taken):
    rows = "".join(f"2026-0{month}-05,C1,2,1.5\n" for month in (1, 2, 3))
    columns = "columns: {customer_id: Customer, date: Day, revenue: {product_of: [Pieces, Price]}}"
    read = taken(f"Day,Customer,Pieces,Price\n{rows}2026-04-01,,,\n", f"{columns}\nfooter_rows: 1")
    assert len(read("transactions")) == 3


def test_several_totals_are_counted(make_client, tmp_path):
    text = told(make_client, tmp_path, orders=f"{ORDERS}Net,,,{SUM}\nVAT,,,117.52\nTotal,,,736.07\n")
    assert "lines 8, 9 and 10: The last 3 rows look like totals: they hold" in text
    assert "Set footer_rows: 3 in client.yaml" in text


def test_a_correction_may_drop_it_instead(taken):
    drop = """  - target: transactions
    where: {order_id: Total}
    action: drop
    expect: {rows: 1}
    reason: the total of the export
    by: analyst
    decided_on: 2026-04-02
"""
    read = taken(orders=f"{ORDERS}Total,,,{SUM}\n", corrections=drop)
    assert read("transactions")["revenue"].sum() == pytest.approx(618.55)


def test_with_both_signs_the_advice_is_not_what_was_done_already(make_client, tmp_path):
    row = f"1007,Summe,2026-03-31,{SUM}"
    text = told(make_client, tmp_path, orders=f"{ORDERS}{row}\n", settings=f"{COLUMNS}\nfooter_rows: 0")
    assert "Set footer_rows: 1 in client.yaml" in text
    assert "footer_rows: 0" not in text


@pytest.mark.parametrize("row", [f"1007,C9,2026-03-31,{SUM}", "1007,Summe,2026-03-31,9.99"])
def test_a_row_that_people_call_data_is_data(taken, row):
    read = taken(orders=f"{ORDERS}{row}\n", settings=f"{COLUMNS}\nfooter_rows: 0")
    assert len(read("transactions")) == 7


@pytest.mark.parametrize(
    "orders",
    [
        # nothing is no sum
        "1,C1,2026-02-01,5\n2,C2,2026-02-02,-5\n3,C3,2026-02-03,4\n4,C4,2026-03-01,-4\n5,C4,2026-03-02,0\n",
        "1,C1,2026-02-01,5\n2,C1,2026-02-20,7\n3,C1,2026-03-01,12\n",  # two rows above: an accident
        "1,C1,2026-02-01,5\n2,Total Energies,2026-03-01,12\n",
        # a customer of this name, who comes again
        "1,C1,2026-02-01,3\n2,Total,2026-02-01,5\n3,C1,2026-02-02,4\n4,Total,2026-03-01,11\n",
    ],
)
def test_rows_that_are_only_like_a_total_pass(taken, orders):
    read = taken(orders=f"Order No,Customer,Date,Net\n{orders}")
    assert len(read("transactions")) == orders.count("\n")


def test_a_total_of_one_file_among_several_is_dropped_by_a_correction(make_client, tmp_path):
    client = make_client(orders=f"{ORDERS}Total,,,{SUM}\n", files={"more.csv": ORDERS.replace("1", "2")})
    config = client.folder / "client.yaml"
    config.write_text(config.read_text().replace("file: data/orders.csv", "files: [data/orders.csv, data/more.csv]"))
    with pytest.raises(TableError) as caught:
        take_in(open_client(client.folder), tmp_path / "tables")
    remedy = "Drop it in decisions/corrections.yaml; footer_rows in client.yaml would hold for every file."
    assert remedy in str(caught.value)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(1, 10**7), min_size=3, max_size=12), dated=st.booleans())
def test_the_sum_of_any_rows_is_found(make_client, tmp_path, cents, dated):
    rows = "".join(f"{n},C{n},2026-0{2 + n % 2}-15,{one / 100:.2f}\n" for n, one in enumerate(cents))
    end = f"x,Cx,{'2026-03-31' if dated else ''},{sum(cents) / 100:.2f}\n"
    assert "looks like a total" in told(make_client, tmp_path, orders=f"Order No,Customer,Date,Net\n{rows}{end}")
