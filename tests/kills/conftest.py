"""Runs in processes of their own, which tests may kill; afterwards no process of theirs is left."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from helpers.run.status import client_status
from tests.run.toy import Toy

COMMAND = Path(__file__).with_name("command.py")
MARK = "WORKBOOK_TEST_MARK"
PATIENCE = 60  # seconds; what is waited for comes at once, unless something is broken


def alive(mark: str) -> list[psutil.Process]:
    """All processes that were started by a command with this mark, however far down and whoever adopted them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def wait_until(true, what: str) -> None:
    """Wait for something that is bound to come."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.02)


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Commands:
    """A toy client and the workbook command for it, in a process of its own that knows the toy's steps."""

    toy: Toy
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def start(self, *words: str, **options: object) -> subprocess.Popen:
        """Start a command and do not wait for it."""
        (self.toy.notebooks / "steps.txt").write_text(repr(tuple(self.toy.steps.values())), encoding="utf-8")
        command = [sys.executable, "-P", str(COMMAND), str(self.toy.notebooks), *words]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": self.toy.client.parent}
        return subprocess.Popen(command, env=os.environ | {MARK: self.mark}, **streams | options)

    def end(self, process: subprocess.Popen) -> Ended:
        """Wait for a command."""
        out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err)

    def run(self, *words: str, **options: object) -> Ended:
        """`workbook run` of the toy client."""
        return self.end(self.start("run", str(self.toy.client), *words, **options))

    def status(self) -> str:
        """`workbook status` of it."""
        ended = self.end(self.start("status", str(self.toy.client)))
        assert ended.code == 0, ended.err
        return ended.out

    def states(self) -> dict[str, str]:
        """What `status` says of each step, by its number."""
        return {one.step.number: one.state for one in client_status(self.toy.client).steps}

    def left(self) -> list[str]:
        """The processes that are still there shortly after a command has ended."""
        gone, there = psutil.wait_procs(alive(self.mark), timeout=5)
        return [" ".join(process.cmdline()) for process in there]


@pytest.fixture
def commands(tmp_path, monkeypatch) -> Iterator[Commands]:
    """A toy client whose steps the test writes, and its commands."""
    made = Commands(Toy(tmp_path, monkeypatch))
    yield made
    left = made.left()
    for process in alive(made.mark):
        process.kill()
    assert not left
