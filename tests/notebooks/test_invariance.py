"""All steps on Harbour again, with other ids, other orders of rows, and money in hundredths: the same strategy.

Verdicts, groups, intents and tactics may never differ, and numbers only as far as money is rounded.
"""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from helpers.client.results import finished_steps
from helpers.steps import built_steps
from tests.conftest import copy_sample

pytestmark = pytest.mark.long

ACCOUNT = re.compile(r"H\d{5}")
MONEY = {
    "transactions": ["Net EUR", "List EUR", "Cost EUR"], "customers": ["Cost to win"], "contracts": ["monthly_fee"],
    "activity_costs": ["unit_cost", "cost_per_minute", "capacity_cost"], "wallets": ["wallet"],
    "investments": ["investment", "expected_margin", "margin_low", "margin_high"], "markets": ["market_size"],
    "spend": ["amount"], "supplier_spend": ["spend"],
}  # fmt: skip
DECIDED = {"04": "high middle", "08": "cost_released", "09": "low likely high",
           "11": "cost effect_low effect_likely effect_high"}  # fmt: skip
ROUNDED = 2e-4  # ranks change places where money was rounded to the cent, and rates are of so few cents
# where people read amounts, and what was decided in amounts
WORDS = ("seen", "proposed", "value", "because", "subtitle", "alt", "sha256", "inputs", "options")


def renamed(text: str) -> str:
    """Every account under another name, in the opposite order; twice is as it was."""
    return ACCOUNT.sub(lambda found: f"H{99_999 - int(found[0][1:]):05d}", text)


def hundredfold(text: str) -> str:
    try:
        return format(Decimal(text) * 100, "f") if text.strip() else text
    except InvalidOperation:
        return text


def _rows(path: Path, change) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    rows = change(head, rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def first_time(folder: Path) -> Path:
    """Harbour without its first version, whose ids and money would have to be told anew."""
    copy_sample("harbour_supplies", folder)
    shutil.rmtree(folder / "versions")
    config = folder / "client.yaml"
    config.write_text(re.sub(r"\n    control:.*", "", config.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def other_ids_and_rows(folder: Path) -> None:
    """Other ids, and rows in another order; that of goals is the client's own, and is kept."""
    first_time(folder)
    for path in (*(folder / "data").glob("*.csv"), *(folder / "decisions").glob("*.yaml")):
        path.write_text(renamed(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in (folder / "data").glob("*.csv"):
        if path.stem != "goals":
            _rows(path, lambda head, rows: random.Random(5).sample(rows, len(rows)))


def other_money(folder: Path) -> None:
    """All money in hundredths of the currency, decisions too."""
    first_time(folder)
    for name, columns in MONEY.items():

        def change(head, rows, columns=columns):
            places = {head.index(column) for column in columns}
            return [[hundredfold(cell) if at in places else cell for at, cell in enumerate(row)] for row in rows]

        _rows(folder / "data" / f"{name}.csv", change)
    for number, keys in DECIDED.items():
        path = next((folder / "decisions").glob(f"{number}_*.yaml"))
        text = path.read_text(encoding="utf-8")
        for key in keys.split():
            text = re.sub(rf"(\b{key}: )(-?\d+)(?=[,}}\s])", lambda found: f"{found[1]}{int(found[2]) * 100}", text)
        path.write_text(text.replace("value: 110000", "value: 11000000"), encoding="utf-8")
    path = next((folder / "decisions").glob("01_*.yaml"))
    path.write_text(path.read_text(encoding="utf-8").replace("value: 350\n", "value: 35000\n"), encoding="utf-8")


def _differing(one: object, other: object, times: int, where: str = "") -> Iterator[str]:
    """Where two results differ by more than rounding; a number may be `times` as large."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            yield f"{where}: {sorted(one.keys() ^ other.keys())}"
        for key in one.keys() & other.keys():
            if not (times > 1 and key in WORDS) and key not in ("sha256", "inputs"):
                yield from _differing(one[key], other[key], times, f"{where}/{key}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{where}: {len(one)} and {len(other)}"
        for at, (left, right) in enumerate(zip(one, other, strict=False)):
            name = left.get("id", at) if isinstance(left, dict) else at
            yield from _differing(left, right, times, f"{where}/{name}")
    elif isinstance(one, bool) or isinstance(other, bool) or not isinstance(one, int | float):
        if one != other:
            yield f"{where}: {one!r} and {other!r}"
    elif not any(other == pytest.approx(one * by, rel=ROUNDED, abs=1e-2 * by) for by in {1, times}):
        yield f"{where}: {one!r} and {other!r}"


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("change", "times"), [(other_ids_and_rows, 1), (other_money, 100)])
def test_ids_orders_and_currency_change_no_strategy(run_once, change, times):
    first = run_once("harbour-first-time", first_time)
    other = run_once(change.__name__, change)
    assert not first.failed and not other.failed
    assert list(finished_steps(other.results)) == list(finished_steps(first.results)) == [s.id for s in built_steps()]
    found = []
    for step in built_steps():
        files = [run.results / step.id / "result.json" for run in (first, other)]
        one, again = (path.read_text(encoding="utf-8") for path in files)
        again = renamed(again) if times == 1 else again
        found += [f"{step.number}{place}" for place in _differing(json.loads(one), json.loads(again), times)]
    assert found == []
