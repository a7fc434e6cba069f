"""One run at a time on one client: the second is told who holds it, and a dead holder holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from helpers.errors import RunError
from helpers.run.lock import HOLDER, LOCK, heal, only_run, running
from helpers.steps import KIT

HOLD = """
import sys
sys.path.insert(0, {kit!r})
sys.argv = ["workbook", "run", "acme"]
from pathlib import Path
from helpers.run.lock import only_run
with only_run(Path({results!r})):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def results(tmp_path):
    return tmp_path / "client" / "results"


@pytest.fixture
def holder(results):
    """A command of its own that holds the client until its stdin closes."""
    results.parent.mkdir()
    code = HOLD.format(kit=str(KIT), results=str(results))
    process = subprocess.Popen([sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_run_is_told_who_holds_the_client(results, holder):
    there = sorted(path.name for path in results.iterdir())
    with pytest.raises(RunError) as caught, only_run(results):
        pass
    for said in (
        '"workbook run acme"',
        f"process {holder.pid}",
        os.uname().nodename,
        " UTC",
        "Wait until it has ended",
    ):
        assert said in str(caught.value)
    assert running(results).pid == holder.pid
    assert sorted(path.name for path in results.iterdir()) == there == [LOCK, HOLDER]
    with only_run(results.parent.parent / "other" / "results"):
        pass
    holder.communicate()
    assert running(results) is None
    assert list(results.parent.iterdir()) == [], "a run that made nothing leaves nothing"


def test_the_lock_of_a_killed_run_heals_itself(results, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (results / LOCK).exists()
    assert running(results) is None
    with only_run(results):
        assert running(results).pid == os.getpid()
    assert running(results) is None


def test_a_client_is_found_held_over_another_path_and_temporary_folder(results, holder, monkeypatch, tmp_path):
    (tmp_path / "alias").symlink_to(results.parent)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(RunError, match="is being run by another command"), only_run(tmp_path / "alias" / "results"):
        pass


def test_who_asks_does_not_stand_in_the_way_of_a_run(results):
    results.mkdir(parents=True)
    for _ in range(50):
        with only_run(results):
            assert running(results)
        assert running(results) is None
    assert list(results.iterdir()) == []


def test_a_holder_that_has_not_said_who_it_is(results, holder):
    for damage in ("", "{", '{"pid": "x"}'):
        (results / HOLDER).write_text(damage)
        with pytest.raises(RunError, match="another command"), only_run(results):
            pass
    (results / HOLDER).unlink()
    assert running(results).pid == 0


def test_what_a_killed_run_left_is_healed_when_asked_but_not_under_a_run(results, holder):
    report = results.parent / "report"
    (results / ".old-05").mkdir()
    (results / ".old-05" / "file").touch()
    heal(results, report)
    assert (results / ".old-05").exists(), "its run is on"
    holder.kill()
    holder.wait()
    heal(results, report)
    assert sorted(path.name for path in results.iterdir()) == ["05"]
    heal(results / "not there", report)


def test_a_folder_that_cannot_be_written_is_refused_and_left_as_it_was(results, tmp_path):
    results.parent.mkdir()
    results.write_text("a file")
    with pytest.raises(RunError, match="cannot be written"), only_run(results):
        pass
    results.unlink()
    (results.parent / "report").write_text("a file")
    with pytest.raises(RunError, match="report cannot be written"), only_run(results):
        pass
    assert [path.name for path in results.parent.iterdir()] == ["report"]
