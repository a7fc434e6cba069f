"""What a command loads: nobody waits for Jupyter to be told that there is nothing to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.steps import KIT
from tests.cli.calling import MAIN
from tests.run.toy import toy_client

HEAVY = {"pandas", "numpy", "duckdb", "scipy", "matplotlib", "seaborn", "IPython", "nbformat", "nbconvert", "papermill"}
HEAVY |= {"jupyter_client", "jsonschema", "rich"}
LOADED = MAIN.replace("sys.exit(main())", "code = main(); print('LOADED', *sorted(sys.modules)); sys.exit(code)")


def loaded_by(*words: object) -> set[str]:
    """The heavy packages that a command loads; what it said stands in the test's output."""
    command = [sys.executable, "-P", "-c", LOADED, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout)
    said = next(line for line in done.stdout.splitlines() if line.startswith("LOADED "))
    assert "pathlib" in said.split()
    return HEAVY & set(said.split())


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_loads_nothing_heavy(words):
    assert loaded_by(*words) == set()


def test_the_status_of_a_client_loads_nothing_heavy(tmp_path):
    assert loaded_by("status", toy_client(tmp_path / "client")) == set()


def test_a_run_with_nothing_to_do_loads_nothing_heavy(finished):
    assert loaded_by("run", finished) == set()


GRAMMAR = """
import json, sys
import helpers.cli
import nbformat, papermill, nbconvert
from jsonschema import Draft202012Validator as Schema, FormatChecker
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbformat.validate(notebook)
faults = []
for break_it in (lambda nb: nb.pop("metadata"), lambda nb: nb.cells[0].pop("source"),
                 lambda nb: nb.cells[0].update(cell_type="none"), lambda nb: nb.cells[0].update(outputs="none")):
    broken = nbformat.from_dict(json.loads(json.dumps(notebook)))
    break_it(broken)
    try:
        nbformat.validate(broken)
    except nbformat.ValidationError:
        faults.append(True)
day = Schema({"format": "date"}, format_checker=FormatChecker())
print(len(faults), day.is_valid("2026-02-28"), day.is_valid("2026-02-30"), sys.modules.get("rfc3987_syntax"))
"""


def test_the_grammar_that_takes_seconds_stays_out_and_validation_works():
    """`rfc3987_syntax` serves the format check of one kind of address. What is no notebook is still refused."""
    script = f"import sys; sys.path.insert(0, {str(KIT)!r})\n{GRAMMAR}"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "True", "False", "None"]
