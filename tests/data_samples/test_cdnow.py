"""The sample cdnow: what its file holds, against the numbers that Fader and Hardie's papers and the raw file give."""

import csv
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
# a script finds the module beside it, as it does for a user
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
CLIENT = SAMPLES / "cdnow"


@pytest.fixture(scope="module")
def rows():
    with (CLIENT / "data" / "orders.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_eighteen_months(rows):
    """As Fader and Hardie give them: 6,919 rows, 2,357 customers, 244,091.94 in all."""
    assert len(rows) == 6_919
    assert len({row["customer_no"] for row in rows}) == 2_357
    assert sum(Decimal(row["dollars"]) for row in rows) == Decimal("244091.94")
    assert sum(int(row["cds"]) for row in rows) == 16_479
    assert (min(row["order_day"] for row in rows), max(row["order_day"] for row in rows)) == ("19970101", "19980630")


def test_eight_customers_never_paid(rows):
    paid = {row["customer_no"] for row in rows if Decimal(row["dollars"]) > 0}
    free = [row["customer_no"] for row in rows if Decimal(row["dollars"]) == 0]
    assert len(paid) == 2_349
    assert len(free) == len(set(free)) == 8
    assert not paid & set(free)
    assert not [row for row in rows if Decimal(row["dollars"]) < 0]


def test_everybody_came_in_the_first_quarter(rows):
    first = {}
    for row in rows:
        first[row["customer_no"]] = min(row["order_day"], first.get(row["customer_no"], row["order_day"]))
    assert (min(first.values()), max(first.values())) == ("19970101", "19970325")


def test_equal_rows_and_second_purchases_of_a_day(rows):
    lines = [tuple(row.values()) for row in rows]
    days = [(row["customer_no"], row["order_day"]) for row in rows]
    assert len(lines) - len(set(lines)) == 21
    assert len(days) - len(set(days)) == 223


def test_ids_keep_their_zeros(rows):
    assert {len(row["customer_no"]) for row in rows} == {4}
    assert rows[0]["customer_no"] == "0001"


def test_the_maker_script_makes_this_file_again(tmp_path):
    wheel = os.environ.get("LIFETIMES_WHEEL")
    if not wheel:
        pytest.skip("LIFETIMES_WHEEL does not name the wheel of lifetimes 0.11.3")
    script = SAMPLES / "make_cdnow.py"
    subprocess.run([sys.executable, str(script), str(tmp_path), "--wheel", wheel], check=True, env=ENVIRONMENT)
    assert (tmp_path / "data" / "orders.csv").read_bytes() == (CLIENT / "data" / "orders.csv").read_bytes()


def test_the_maker_script_refuses_another_wheel(tmp_path):
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"not the wheel")
    command = [sys.executable, str(SAMPLES / "make_cdnow.py"), str(tmp_path), "--wheel", str(wheel)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)
    assert run.returncode == 1
    assert "sha256 is" in run.stderr and "expected 261e3dc8" in run.stderr
    assert not (tmp_path / "data").exists()
