"""Damaged files: either they come in and the account closes, or the user reads what is wrong. Never a traceback."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.errors import WorkbookError

GOOD = (
    "Order No,Customer,Date,Net,note\r\n"
    '1001,C1,2026-01-05,120.00,"a, ""b"""\r\n'
    "1002, C2,2026-01-19,80.50,é\r\n"
    '1003,C1,2026-02-03,-64.20,"x\r\ny"\r\n'
    "1004,,2026-02-20,210.00125,a remark that is rather long\r\n"
    "1005,C2,2026-03-11,95.10,and another one of them\r\n"
).encode()
CONFIG = """client: Damaged Ltd
currency: EUR
window_months: 2
tables:
  transactions:
    file: data/orders.csv
    columns: {order_id: "Order No", customer_id: Customer, date: Date, revenue: Net, product: note}
"""
TELLING = [b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b";", b"\t", b"9" * 20, b"-", b"."]
TELLING += [b" ", b"e5", b"'", b"\xed\xa0\x80", b"\\", b"nan", b"\xc2\x85", b"\xe2\x80\xa8", b"", b"9", b"x"]
CHANGES = st.lists(
    st.tuples(st.integers(0, len(GOOD)), st.integers(0, 4), st.one_of(st.sampled_from(TELLING), st.binary(max_size=3))),
    max_size=4,
)


@settings(max_examples=110, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_every_damage_is_either_told_or_accounted_for(changes):
    data = GOOD
    for place, removed, added in changes:
        data = data[:place] + added + data[place + removed :]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "client.yaml").write_text(CONFIG, encoding="utf-8")
        (folder / "data" / "orders.csv").write_bytes(data)
        message = ""
        try:
            take_in(open_client(folder), folder / "tables")
        except WorkbookError as error:
            message = str(error)
        # the two sentences for what the intake itself did not foresee
        assert "cannot be worked out" not in message
        assert "Two readers" not in message
        if message:
            return
        counts = read_table(folder / "tables" / "received_data.parquet", schema("received_data"))
        sums = counts.groupby("outcome")[["rows", "money"]].sum()
        assert sums.loc["received", "rows"] == sums.loc["kept", "rows"]
        assert abs(sums.loc["received", "money"] - sums.loc["kept", "money"]) < 1e-9
