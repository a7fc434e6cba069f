"""`run` with several clients, and `run --json`: as a user and as a program meet it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from helpers.client.results import finished_steps
from helpers.report.run_report import ClientRun, RunReport
from helpers.run.run_end import QUANTITIES, headlines
from helpers.run.status import client_status
from helpers.steps import KIT, STEPS
from tests.cli.calling import COMMAND, files, workbook
from tests.conftest import copy_sample

FAULTS = KIT / "tests" / "broken_clients"


def broken(fault: str, folder: Path) -> Path:
    return Path(shutil.copytree(FAULTS / fault, folder, ignore=shutil.ignore_patterns("expected.txt")))


def expected(fault: str) -> str:
    return (FAULTS / fault / "expected.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize(
    "words",
    [
        ("--workers", "0"),
        ("--client-minutes", "0"),
        ("--index", "a/index.html"),
        ("--only", "17"),
        ("--audience", "bord"),
        ("--set", "MIN_PART=2"),
    ],
)
def test_wrong_usage_is_two_and_changes_nothing(words, tmp_path):
    for name in "ab":
        broken("text_in_money", tmp_path / name)
    before = files(tmp_path)
    done = workbook("run", "a", "b", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Usage: workbook run" in done.stderr
    assert files(tmp_path) == before


def test_each_client_that_does_not_end_well_is_named_with_its_cause(tmp_path):
    """As in `run clients/*`, a second time too, when the page of the first stands among the clients."""
    place = tmp_path / "clients"
    faults = ("text_in_money", "unknown_key")
    for fault in faults:
        broken(fault, place / fault)
    (place / "nothing here").mkdir()
    delivered = files(place)
    for _ in range(2):
        done = workbook("run", *sorted(place.iterdir()), "--workers", "3", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.splitlines()[-1] == f"Overview: {place / 'index.html'}"
        lines = done.stderr.splitlines()
        assert lines[0] == "3 of 3 clients did not end well:"
        for fault in faults:
            first = expected(fault).splitlines()[0]
            assert lines[lines.index(f"  {place / fault}: not run") + 1] == f"    {first}"
            log = (place / fault / "results" / "logs" / "run.txt").read_text(encoding="utf-8")
            assert expected(fault) in log
        assert 'There is no client.yaml in "' in done.stderr
        made = set(files(place)) - set(delivered)
        assert made == {"index.html", *(f"{fault}/results/logs/run.txt" for fault in faults)}
    page = (place / "index.html").read_text(encoding="utf-8")
    assert "a delivered table cannot be read without guessing" in page
    assert "./text_in_money/results/logs/run.txt" in page
    assert "80.5O" in expected("text_in_money") and "80.5O" not in page, "a value of the client's data"


def test_json_of_a_client_that_is_refused(tmp_path):
    folder = broken("text_in_money", tmp_path / "client")
    before = files(folder)
    done = workbook("run", folder, "--json")
    assert done.returncode == 1
    assert done.stderr.endswith(f"{expected('text_in_money')}\nNothing was changed.\n")
    (run,) = RunReport.model_validate_json(done.stdout).clients
    assert (run.state, run.cause, run.folder) == ("refused", expected("text_in_money"), str(folder))
    assert run.kind == "a delivered table cannot be read without guessing"
    assert files(folder) == before


def test_json_of_several_is_all_that_stands_on_stdout(tmp_path):
    for fault in ("text_in_money", "unknown_key"):
        broken(fault, tmp_path / fault)
    (tmp_path / "link").symlink_to(tmp_path / "unknown_key")
    done = workbook("run", "unknown_key", "text_in_money", "link", "--json", "--index", "out/all.html", cwd=tmp_path)
    assert done.returncode == 1
    report = RunReport.model_validate_json(done.stdout)
    assert not report.ok
    assert [run.folder for run in report.clients] == ["text_in_money", "unknown_key"]
    assert report.notices == ['"link" is the folder "unknown_key" once more; it is run once.']
    assert report.notices[0] in done.stderr
    assert report.overview == str(tmp_path / "out" / "all.html")
    assert (tmp_path / "out" / "all.html").is_file()


def test_json_of_a_client_that_was_run_holds_its_headlines(finished):
    """Nothing has changed since, so nothing is run: what stands is told."""
    done = workbook("run", finished, "--json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["clients"][0]) == list(ClientRun.model_fields)
    report = RunReport.model_validate_json(done.stdout)
    (run,) = report.clients
    assert report.ok and report.overview is None
    assert (run.state, run.client) == ("done", "Maker 764 (Complete Journey)")
    assert (run.currency, run.as_of) == ("USD", "2018-01-01")
    assert {end.state for end in run.steps.values()} == {"done"}
    assert run.report == str(finished / "report" / "working" / "index.html")
    assert "01.all.values" in run.provisional
    assert run.measures == headlines(finished_steps(finished / "results"))


@pytest.mark.skipif(os.name == "nt", reason="sends a signal as a terminal does")
def test_ctrl_c_is_one_line_130_and_no_process(tmp_path):
    clients = [copy_sample("complete_journey", tmp_path / name) for name in ("a", "b", "c")]
    call = [*COMMAND, "run", *map(str, clients), "--only", "01", "--workers", "2", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(call, start_new_session=True, **pipes)
    me, until = psutil.Process(running.pid), time.monotonic() + 90
    while not any("ipykernel" in " ".join(one.cmdline()) for one in me.children(recursive=True)):
        assert time.monotonic() < until and running.poll() is None
        time.sleep(0.05)
    below = me.children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=90)
    assert running.returncode == 130, err
    assert [run.state for run in RunReport.model_validate_json(out).clients] == ["interrupted"] * 2 + ["not_started"]
    lines = [line for line in err.splitlines() if line and not line.startswith("  ")]
    assert lines == ["Interrupted. Steps that were finished stand; all else is as it was."]
    assert not psutil.wait_procs(below, timeout=10)[1]
    for client in clients:
        assert all(one.state != "done" for one in client_status(client).steps)


def test_the_headlines_of_a_sample_are_quantities_that_its_steps_said(finished):
    found = headlines(finished_steps(finished / "results"))
    declared = [f"{step.number}.{one.value}" for step in STEPS if step.built for one in step.headlines]
    # without a cost of goods there is neither customer equity nor anybody on whom we lose; without a survey no
    # need, and without either no group that leads; nobody has written a proposition or a tactic
    unsaid = ("04.", "06.", "07.", "08.", "10.", "11.", "12.")
    assert list(found) == [name for name in declared if not name.startswith(unsaid)]
    assert found["02.answer/active"].value == 1824
    share = found["05.answer/share"]
    assert share.value == pytest.approx(0.3366809668823344)
    assert share.low < share.value < share.high
    assert {one.unit for one in found.values()} <= set(QUANTITIES)
