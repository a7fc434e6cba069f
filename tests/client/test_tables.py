"""One writer, one reader: types come from the schema, never from where the blanks are."""

import ast
import os
import re
import signal
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import TYPES, Column, TableSchema
from helpers.client.sql_text import identifier, literal
from helpers.client.tables import connect, file_hash, read_table, write_table
from helpers.errors import StepInputError
from helpers.method import summaries

KIT = Path(__file__).resolve().parents[2] / "helpers"
EVERY = TableSchema(
    name="every",
    kind="published",
    grain="one row",
    meaning="",
    columns=tuple(Column(name=f"{kind}_column", type=kind, meaning="") for kind in TYPES),
)


def every_frame(blank: list[bool]) -> pd.DataFrame:
    """A frame with a column of each type and blanks where told."""
    full = {
        "id_column": "007",
        "text_column": "<img src=x onerror=alert(1)>'; drop table x; --",
        "date_column": pd.Timestamp("2026-03-31"),
        "money_column": 0.0051,
        "share_column": 1 / 3,
        "number_column": -2.5e-9,
        "integer_column": 9_007_199_254_740_993,
        "boolean_column": True,
    }
    return pd.DataFrame(
        {
            name: pd.array([None if out else value for out in blank], dtype=EVERY.column(name).dtype)
            for name, value in full.items()
        }
    )


@pytest.mark.parametrize("blank", [[], [False, False], [False, True], [True, True]])
def test_what_is_written_comes_back_with_the_dtypes_of_the_schema(tmp_path, blank):
    frame = every_frame(blank)
    rows, sha256 = write_table(frame, tmp_path / "t.parquet", EVERY)
    back = read_table(tmp_path / "t.parquet", EVERY)
    assert rows == len(blank)
    assert sha256 == file_hash(tmp_path / "t.parquet")
    assert [str(dtype) for dtype in back.dtypes] == [column.dtype for column in EVERY.columns]
    pd.testing.assert_frame_equal(back, frame)


def test_equal_tables_are_equal_bytes_whatever_the_column_order(tmp_path):
    frame = every_frame([False, True, False])
    hashes = {
        write_table(way, tmp_path / name, EVERY)[1]
        for name, way in (("a", frame), ("b", frame), ("c[1]*.parquet", frame[frame.columns[::-1]]))
    }
    assert len(hashes) == 1
    assert len(read_table(tmp_path / "c[1]*.parquet", EVERY)) == 3


@pytest.mark.skipif(os.name == "nt", reason="sends a signal as a terminal does")
def test_an_interrupted_query_is_an_interruption():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt), connect() as connection:
        connection.execute("select sum(a.range * b.range) from range(1000000) as a, range(1000000) as b")


def test_rows_keep_their_order(tmp_path):
    frame = pd.concat([every_frame([False])] * 130_000, ignore_index=True)
    frame["integer_column"] = pd.array(np.random.default_rng(0).permutation(len(frame)), dtype="Int64")
    write_table(frame, tmp_path / "t.parquet", EVERY)
    back = read_table(tmp_path / "t.parquet", EVERY)
    assert (back["integer_column"] == frame["integer_column"]).all()


def test_a_named_index_is_a_column(tmp_path):
    frame = every_frame([False]).set_index("id_column")
    write_table(frame, tmp_path / "t.parquet", EVERY)
    assert read_table(tmp_path / "t.parquet", EVERY)["id_column"].tolist() == ["007"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="money_column"), 'lacks "money_column"'),
        (lambda frame: frame.assign(other=1), 'may not hold "other"'),
        (lambda frame: frame.assign(money_column=[np.inf]), "infinite"),
        (lambda frame: frame.assign(integer_column=[1.5]), '"integer_column" is not integer'),
        (lambda frame: frame.assign(id_column=[7]), '"id_column" is not id'),
        (lambda frame: frame.assign(number_column=["x"]), '"number_column" is not number'),
        (lambda frame: frame.assign(date_column=[pd.Timestamp("2026-01-01 10:00")]), "time of day"),
        (lambda frame: frame.assign(boolean_column=["maybe"]), '"boolean_column" is not boolean'),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(tmp_path, change, message):
    with pytest.raises(StepInputError, match=message):
        write_table(change(every_frame([False])), tmp_path / "t.parquet", EVERY)
    assert not (tmp_path / "t.parquet").exists()


def test_a_missing_or_damaged_file_is_said(tmp_path):
    with pytest.raises(StepInputError, match="is not there"):
        read_table(tmp_path / "t.parquet", EVERY)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(StepInputError, match="cannot be read") as caught:
        read_table(tmp_path / "t.parquet", EVERY)
    assert str(tmp_path) not in str(caught.value)


def test_the_database_has_one_thread_and_fetches_nothing():
    with connect() as connection:
        settings = ("threads", "autoinstall_known_extensions", "autoload_known_extensions")
        found = [connection.execute(f"select current_setting('{name}')").fetchone()[0] for name in settings]
    assert found == [1, False, False]


def test_names_and_texts_of_clients_stay_names_and_texts():
    nasty = "a\"b'; drop table t; --{}<img src=x onerror=alert(1)>"
    with connect() as connection:
        row = connection.execute(f"select {literal(nasty)} as {identifier(nasty)}")
        assert row.description[0][0] == nasty
        assert row.fetchone()[0] == nasty


def test_only_tables_imports_duckdb():
    importers = []
    for path in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "duckdb" for name in names):
                importers.append(path.relative_to(KIT).as_posix())
    assert importers == ["client/tables.py"]


def test_summaries_use_no_function_that_depends_on_the_order_of_rows():
    words = ["stddev", "var", "corr", "covar", "any_value", "first", "last", "arg", "max_by", "min_by", "list", "mode"]
    banned = rf"\b({'|'.join(words)})\w*\s*\("
    for name, text in vars(summaries).items():
        if name.isupper() and isinstance(text, str):
            assert not re.search(banned, text), name
