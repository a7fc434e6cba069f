"""Whoever is told to end, or is left alone, ends as by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from helpers.run.interrupts import STARTED_BY, ended_as_by_ctrl_c
from helpers.steps import KIT

SLEEPS = f"""import sys, time
sys.path.insert(0, {str(KIT)!r})
from helpers.run.interrupts import ended_as_by_ctrl_c
try:
    with ended_as_by_ctrl_c():
        print("ready", flush=True)
        time.sleep(600)
except KeyboardInterrupt:
    sys.exit(130)
"""
PARENT = """import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], env=os.environ | {"%s": str(os.getpid())})
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has neither signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_being_told_to_end_is_an_interrupt(name):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_as_by_ctrl_c():
        signal.raise_signal(number)
    assert signal.getsignal(number) == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_as_by_ctrl_c():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_a_killed_parent_ends_what_it_started():
    command = [sys.executable, "-c", PARENT % STARTED_BY, SLEEPS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        assert parent.stdout.readline() == "ready\n"
        parent.kill()
        parent.wait()
        _, alive = psutil.wait_procs([child], timeout=20)
        assert alive == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_a_parent_that_was_gone_before_is_not_waited_for():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ended = subprocess.run([sys.executable, "-c", SLEEPS], env=os.environ | {STARTED_BY: str(gone.pid)}, timeout=30)
    assert ended.returncode == 128 + signal.SIGTERM
