"""What is left of a run that is killed: `kill -9` at twenty moments spread over a run of Harbour Supplies.

    python tests/benchmarks/kills.py [KILLS]

A copy of the sample is run whole once. Then, for each moment, a fresh copy is run and its runner killed. Three things
are looked at: whether `status` tells the truth (nothing is running, and what it calls done has the bytes of the whole
run), whether a process is left, and whether the next run ends with the same results and pages. It takes about KILLS
times the time of one and a half runs. The exit code is 1 if one of them is not so; how long anything took is only told.
"""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import psutil  # noqa: E402

from helpers.run.status import client_status  # noqa: E402
from tests.cli.calling import COMMAND, files  # noqa: E402
from tests.conftest import copy_sample  # noqa: E402
from tests.kills.conftest import MARK, alive  # noqa: E402

SAMPLE = "harbour_supplies"
PATIENCE = 10  # seconds in which a kernel notices that its runner has gone


def start(client, mark):
    """A run in a process of its own, whose children can be told by the mark."""
    words = [*COMMAND, "run", str(client)]
    return subprocess.Popen(words, env=os.environ | {MARK: mark}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def made(client):
    """What a run makes, without what tells of the run itself: the manifest with its times, and logs."""
    found = {f"results/{name}": data for name, data in files(client / "results").items()}
    found |= {f"report/{name}": data for name, data in files(client / "report").items()}
    own = ("results/manifest.json", "results/.", "results/logs")
    return {name: data for name, data in found.items() if not name.startswith(own)}


def untrue(client, whole):
    """What `status` says that is not so."""
    wrong, states = [], []
    there = made(client)
    for one in client_status(client).steps:
        states.append(f"{one.step.number} {one.state}")
        of_step = {name: data for name, data in whole.items() if name.startswith(f"results/{one.step.id}/")}
        if one.state in ("running", "failed", "blocked", "outdated"):
            wrong.append(f"{one.step.number} is said to be {one.state}")
        if one.state == "done" and any(there.get(name) != data for name, data in of_step.items()):
            wrong.append(f"{one.step.number} is said to be done and is not what it should be")
    return wrong, ", ".join(states)


def kill_at(seconds, client, whole):
    """One kill: the row to print, and whether all was well."""
    mark = uuid.uuid4().hex
    runner = start(client, mark)
    try:
        runner.wait(seconds)
    except subprocess.TimeoutExpired:
        runner.kill()
        runner.wait()
    killed = runner.returncode == -9
    _, left = psutil.wait_procs(alive(mark), timeout=PATIENCE)
    wrong, states = untrue(client, whole)
    again = start(client, mark).wait()
    equal = again == 0 and made(client) == whole
    row = f"{seconds:6.1f}  {'yes' if killed else 'no':6}  {'; '.join(wrong) or 'true':6}  {len(left):4}"
    return f"{row}  {'yes' if equal else 'NO':5}  {states}", not wrong and not left and equal


def main():
    """Kill and print a table."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        first = copy_sample(SAMPLE, Path(folder) / "client")
        began = time.perf_counter()
        if start(first, "whole").wait():
            sys.exit(f"{SAMPLE} does not run")
        took = time.perf_counter() - began
        whole = made(first)
        print(f"a whole run: {took:.1f} s, {len(whole)} files")
        print("second  killed  status  left  equal  states after the kill", flush=True)
        bad = 0
        for number in range(1, kills + 1):
            client = copy_sample(SAMPLE, Path(folder) / str(number) / "client")
            row, well = kill_at(took * number / (kills + 1), client, whole)
            bad += not well
            print(row, flush=True)
        print(f"{kills - bad} of {kills} as they should be")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
