"""`workbook verify`: published numbers are computed again, and a number that misses is told."""

import json
from dataclasses import replace

import pytest

from helpers import cli
from helpers.errors import StepInputError
from helpers.published import verify as published
from helpers.published.recipes import DATA, RECIPES
from helpers.published.verify import Published, published_numbers, verify, verify_json, verify_lines
from helpers.steps import KIT, find_step

PI = Published("a circle", "pi", "04_value_to_us", "circle", "3.14", 0.005, "Archimedes")


@pytest.fixture(scope="module")
def compared():
    return verify()


def test_every_published_number_is_met(compared):
    assert [one.number.quantity for one in compared if not one.agrees] == []
    assert len(compared) >= 50
    assert {one.number.recipe for one in compared} == set(RECIPES), "a recipe that no number asks for is dead"


def test_a_number_stands_for_all_that_round_to_it():
    for found, agrees in ((3.1449, True), (3.1351, True), (3.1451, False), (3.1349, False), (float("nan"), False)):
        one = verify([PI], {"circle": lambda found=found: {"pi": found}})[0]
        assert (one.agrees, one.difference) == (agrees, pytest.approx(found - 3.14, nan_ok=True))


def test_digits_and_tolerances_are_those_of_the_file():
    known = {(one.recipe, one.quantity): one for one in published_numbers()}
    assert known["cdnow_by_week", "b"].text == "2.320"
    assert known["cdnow_by_week", "b"].within == 0.0005
    assert known["cdnow_history", "customers"].within == 0.5
    assert known["cdnow_bg_nbd", "b"].within == 0.0002
    for one in known.values():
        assert find_step(one.step).id == one.step
        assert one.source


def test_the_lines_show_both_numbers_and_name_a_miss(compared):
    text = "\n".join(verify_lines(compared))
    assert "-9,582.4292      -9,582.429       -0.0002" in text
    assert text.endswith(f"{len(compared)} numbers, {len(compared)} agree, 0 missed.")
    missed = replace(compared[0], computed=2358.0)
    lines = verify_lines([missed, *compared[1:]])
    assert "2,358.0           2,357           1.0  MISSED: at most 0.5 apart" in lines[3]
    assert lines[-1] == f"{len(compared)} numbers, {len(compared) - 1} agree, 1 missed."


def test_the_command_exits_1_on_a_miss_and_prints_json(monkeypatch, capsys, compared):
    def call(*words):
        monkeypatch.setattr("sys.argv", ["workbook", "verify", *words])
        return cli.main(), capsys.readouterr().out

    monkeypatch.setattr(published, "verify", lambda: compared)
    code, out = call("--json")
    said = json.loads(out)
    assert (code, said["ok"], len(said["numbers"])) == (0, True, len(compared))
    first = said["numbers"][0]
    assert (first["published"], first["computed"], first["difference"], first["agrees"]) == (2357, 2357, 0, True)
    assert call()[0] == 0

    monkeypatch.setattr(published, "verify", lambda: [replace(compared[0], computed=1.0), *compared[1:]])
    code, out = call()
    assert (code, "MISSED" in out) == (1, True)
    code, out = call("--json")
    assert (code, json.loads(out)["ok"]) == (1, False)


def test_a_slip_in_the_file_is_told():
    with pytest.raises(StepInputError, match='numbers.yaml names the recipe "circle", and recipes.py has none such'):
        verify([PI], {})
    with pytest.raises(StepInputError, match='"circle" does not compute "pi", but: area'):
        verify([PI], {"circle": lambda: {"area": 1.0}})


def test_the_data_that_ship_are_those_of_the_sample():
    sample = KIT / "data_samples" / "cdnow" / "data" / "orders.csv"
    assert (DATA / "cdnow.csv").read_bytes() == sample.read_bytes()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert all(file.name in readme for file in DATA.glob("*.csv"))


def test_json_holds_what_a_program_needs(compared):
    keys = {"what", "quantity", "step", "recipe", "text", "within", "source"}
    keys |= {"published", "computed", "difference", "agrees"}
    assert set(json.loads(verify_json(compared))["numbers"][0]) == keys
