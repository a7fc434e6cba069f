"""Horizon and discount: asked in step 04, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.method.lifetime_terms import terms_of
from tests.method.strategy_builders import result

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def test_terms_are_those_of_step_04():
    said = result("04_value_to_us", parameters={"HORIZON_MONTHS": 24, "ANNUAL_DISCOUNT": 0.2})
    assert terms_of(said) == {"months": 24, "annual_discount": 0.2}
    assert terms_of(None) == terms_of(result("04_value_to_us", parameters={})) == {"months": 36, "annual_discount": 0.1}


def test_no_other_notebook_asks_for_them_again():
    asking = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        parameters = "".join("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", []))
        if "HORIZON_MONTHS" in parameters or "ANNUAL_DISCOUNT" in parameters:
            asking.add(path.name)
    assert asking == {"04_value_to_us.ipynb"}
