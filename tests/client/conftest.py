"""A small client folder to order, for tests of the intake."""

from pathlib import Path

import pandas as pd
import pytest

from helpers.client.folder import Client, open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table

ORDERS = """Order No,Customer,Date,Net
1001,C1,2026-01-05,120.00
1002,C2,2026-01-19,80.50
1003,C1,2026-02-03,64.20
1004,C3,2026-02-20,210.00
1005,C2,2026-03-11,95.10
1006,C3,2026-03-28,48.75
"""
COLUMNS = 'columns: {order_id: "Order No", customer_id: Customer, date: Date, revenue: Net}'


@pytest.fixture
def make_client(tmp_path):
    """A function (orders, settings of transactions, further tables as YAML, further files, corrections) -> Client."""

    def make(
        orders: str | bytes = ORDERS,
        settings: str = COLUMNS,
        tables: str = "",
        files: dict[str, str | bytes] | None = None,
        corrections: str = "",
        head: str = "as_of: 2026-04-01\nwindow_months: 2\n",
    ) -> Client:
        folder = tmp_path / "client"
        (folder / "data").mkdir(parents=True, exist_ok=True)
        lines = "".join(f"    {line}\n" for line in settings.splitlines())
        head_lines = f"client: Small Ltd\ncurrency: EUR\n{head}"
        text = f"{head_lines}tables:\n  transactions:\n    file: data/orders.csv\n{lines}{tables}"
        (folder / "client.yaml").write_text(text, encoding="utf-8")
        for name, content in {"orders.csv": orders, **(files or {})}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / "data" / Path(name)).write_bytes(data)
        if corrections:
            (folder / "decisions").mkdir(exist_ok=True)
            (folder / "decisions" / "corrections.yaml").write_text(f"format: 1\ncorrections:\n{corrections}")
        return open_client(folder)

    return make


@pytest.fixture
def taken(make_client, tmp_path):
    """A function that takes a client in (arguments of make_client) and returns a reader of its tables."""

    def take(*args, **options):
        manifest = take_in(make_client(*args, **options), tmp_path / "tables")

        def read(name: str) -> pd.DataFrame:
            return read_table(tmp_path / "tables" / manifest.tables[name].file, schema(name))

        read.manifest = manifest
        return read

    return take
