"""The command line as a user meets it: what it prints where, and with which exit code; never a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import psutil
import pytest

from helpers.steps import KIT
from tests.cli.calling import COMMAND, files, workbook
from tests.conftest import copy_sample

# ---- what needs no kernel --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("--help",), *((command, "--help") for command in ("run", "check", "new", "status", "decisions", "test"))]
)
def test_help_is_help(words):
    done = workbook(*words)
    assert done.returncode == 0
    assert "Usage: python3 workbook.py" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("rum",),
        ("run",),
        ("run", ".", "--finale"),
        ("run", ".", "--extra"),
        ("check",),
        ("new",),
        ("new", "x", "y"),
        ("new", "x", "--from", "cdnw"),
        ("status",),
        ("run", ".", "--audience", "bord"),
        ("run", ".", "--only", "17"),
        ("run", ".", "--set", "MIN_PART=2"),
        ("run", ".", "--set", "5.MIN_PART"),
    ],
)
def test_wrong_usage_is_two(words, tmp_path):
    done = workbook(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Usage: python3 workbook.py" in done.stderr + done.stdout
    assert not files(tmp_path)


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere", 'There is no folder "nowhere".'),
        ("file.txt", '"file.txt" is a file, not a folder.'),
        (".", 'There is no client.yaml in ".".'),
        ("x" * 400, "cannot be opened."),
    ],
)
def test_a_folder_that_is_none(command, name, said, tmp_path):
    (tmp_path / "file.txt").write_text("x")
    done = workbook(command, name, cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "python3 workbook.py run CLIENT" in done.stderr
    assert done.stderr.endswith("Nothing was changed.\n")


def test_the_error_of_a_broken_client_is_the_message_and_nothing_else(tmp_path):
    faults = KIT / "tests" / "broken_clients"
    for fault in ("text_in_money", "unknown_key", "decision_stray_file"):
        folder = shutil.copytree(faults / fault, tmp_path / fault, ignore=shutil.ignore_patterns("expected.txt"))
        before = files(folder)
        expected = (faults / fault / "expected.txt").read_text(encoding="utf-8").rstrip("\n")
        for command in ("check", "run"):
            done = workbook(command, fault, cwd=tmp_path)
            assert done.returncode == 1
            assert done.stderr == f"{expected}\nNothing was changed.\n"
        assert files(folder) == before


def test_check_says_what_came_and_changes_nothing(tmp_path):
    folder = copy_sample("complete_journey", tmp_path / "client")
    before = files(folder)
    done = workbook("check", folder)
    assert done.returncode == 0
    assert not done.stderr
    assert "17,510 rows" in done.stdout
    assert files(folder) == before
    done = workbook("check", "--suggest", folder)
    assert done.returncode == 0
    assert 'customer_id: "household_id"' in done.stdout
    assert files(folder) == before


def test_text_of_any_script_can_be_printed_to_any_terminal(tmp_path):
    """A terminal that knows ASCII only, as under cron, must not turn a message into a traceback."""
    done = workbook("run", "Kunden-Übersicht-日本", cwd=tmp_path, PYTHONUTF8="0", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "There is no folder" in done.stderr


def test_results_that_cannot_be_written_are_told(tmp_path):
    folder = copy_sample("complete_journey", tmp_path / "client")
    (folder / "results").write_text("a file where the folder should be")
    done = workbook("run", folder)
    assert done.returncode == 1
    assert "results" in done.stderr


# ---- with results ----------------------------------------------------------------------------------------------------


def test_a_fault_in_the_data_leaves_the_results_byte_for_byte(finished):
    orders = finished / "data" / "transactions.csv"
    orders.write_text(orders.read_text(encoding="utf-8") + "1,2,3,SOAP,yesterday,1,1.00,1.00\n", encoding="utf-8")
    before = files(finished)
    done = workbook("run", finished)
    assert done.returncode == 1
    assert done.stderr.startswith("transactions - 3 problems in data/transactions.csv\n")
    assert '"yesterday"' in done.stderr
    day = max(files(finished)["results/manifest.json"].decode().split('"finished": "')[1:])[:10]
    assert done.stderr.endswith(f"Nothing was changed; the results of {day} are still in results/.\n")
    assert files(finished) == before


def test_a_parameter_that_does_not_exist_leaves_the_results(finished):
    before = files(finished)
    done = workbook("run", finished, "--set", "05.MIN_PRAT=0.02")
    assert done.returncode == 1
    assert 'Did you mean "MIN_PART"?' in done.stderr
    assert "are still in results/" in done.stderr
    assert files(finished) == before


def test_a_good_run_ends_with_the_report_and_says_who_has_not_decided(tmp_path):
    folder = copy_sample("complete_journey", tmp_path / "client")
    done = workbook("run", "client", "--only", "01", cwd=tmp_path)
    assert done.returncode == 0
    assert not done.stderr
    assert done.stdout.splitlines()[-1] == f"Report: {folder / 'report' / 'working' / 'index.html'}"
    assert "01.all.hurdle" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="sends a signal as a terminal does")
def test_interrupted_is_one_line_130_and_no_kernel(finished):
    before = files(finished)
    running = subprocess.Popen(
        [*COMMAND, "run", "--fresh", str(finished)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    me, kernels = psutil.Process(running.pid), []
    until = time.monotonic() + 60
    while not kernels and time.monotonic() < until:
        kernels = [one for one in me.children(recursive=True) if "ipykernel" in " ".join(one.cmdline())]
        time.sleep(0.05)
    assert kernels
    time.sleep(1.5)  # into the notebook's own imports and cells
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "Traceback" not in out + err
    assert err.strip().count("\n") == 0
    assert err.strip().startswith("Interrupted.")
    _, alive = psutil.wait_procs(kernels, timeout=5)
    assert not alive
    steps = [name for name in before if name.startswith("results/0")]
    assert {name: files(finished)[name] for name in steps} == {name: before[name] for name in steps}
