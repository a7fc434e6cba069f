"""A run that is killed, interrupted or hung: status says what is so, no process is left, the next run ends the work."""

from __future__ import annotations

import shutil
import signal

import pytest

from helpers.client.results import finished_steps
from tests.kills.conftest import wait_until
from tests.run.in_process import FIVE, ONE, PART, THREE, TWO
from tests.run.toy import PUBLISH, SAYS

EVERY = ("01", "02", "03", "05")
# once, in the step with this number: what happens to the runner, which is the kernel's parent
ONCE = """
import os, signal, time
from pathlib import Path
struck = Path("struck")
if Path("strike").is_file() and Path("strike").read_text() == step.step.number and not struck.exists():
    struck.touch()
    os.kill(os.getppid(), signal.{signal})
    time.sleep(600)
"""


def chain(commands, *cells):
    """Four steps that read each other, with cells in front of what each does."""
    toy = commands.toy
    reads = {"reads": ("customer_month",), "publishes": ("monthly_revenue",)}
    toy.write("01", *cells, ONE, SAYS, PUBLISH, parameters=PART, **reads)
    toy.write("02", *cells, TWO, SAYS, PUBLISH, needs=("01_frame_engagement",), publishes=("lorenz_curve",))
    toy.write("03", *cells, THREE, SAYS, PUBLISH, reads=("received_data",))
    toy.write("05", *cells, FIVE, SAYS, PUBLISH, needs=("02_rate_customers",))


def made(toy):
    """All that a run makes, without the clock."""
    return {name: text for name, text in toy.files("results", "report").items() if not name.endswith("manifest.json")}


@pytest.fixture
def expected(commands, made_once):
    """What an uninterrupted run of the four steps makes."""
    chain(commands, ONCE.format(signal="SIGKILL"))

    def make(folder):
        ended = commands.run()
        assert ended.code == 0, ended.err
        folder.mkdir()
        return {name: text.hex() for name, text in made(commands.toy).items()}

    _, files = made_once("four-with-kernels", make)
    return {name: bytes.fromhex(text) for name, text in files.items()}


@pytest.mark.parametrize("number", EVERY)
def test_kill_9_of_the_runner_at_each_step(commands, expected, number):
    toy = commands.toy
    for folder in ("results", "report"):
        shutil.rmtree(toy.client / folder, ignore_errors=True)
    (toy.client / "strike").write_text(number)
    ended = commands.run()
    assert ended.code == -signal.SIGKILL
    assert commands.left() == []
    place = EVERY.index(number)
    states = commands.states()
    assert states == dict.fromkeys(EVERY[:place], "done") | {number: "interrupted"} | dict.fromkeys(
        EVERY[place + 1 :], "never"
    )
    assert "python3 workbook.py run" in commands.status().splitlines()[-1]
    ended = commands.run()
    assert ended.code == 0, ended.err
    again = [line.split()[0] for line in ended.out.splitlines() if " s  " in line or line.rstrip().endswith(" s")]
    assert not set(EVERY[:place]) & set(again), "what was done is not done again"
    assert set(commands.states().values()) == {"done"}
    assert made(toy) == expected


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_says_so_in_one_line_and_leaves_nothing_behind(commands, name):
    toy = commands.toy
    toy.write("01")
    toy.write("02", ONCE.format(signal=name), SAYS, PUBLISH)
    (toy.client / "strike").write_text("02")
    ended = commands.run()
    assert ended.code == 130
    assert len(ended.err.strip().splitlines()) == 1
    assert ended.err.startswith("\nInterrupted. Steps that were finished stand")
    assert commands.left() == []
    assert commands.states() == {"01": "done", "02": "interrupted"}
    assert list(finished_steps(toy.results)) == ["01_frame_engagement"]
    assert not [path.name for path in toy.results.iterdir() if path.name.startswith(".")]
    assert commands.run().code == 0
    assert set(commands.states().values()) == {"done"}


HANGS = {
    "Python": "while True:\n    pass",
    "C": 'import re\nre.match(r"(a+)+$", "a" * 64 + "b")',
    "a child": 'import subprocess\nsubprocess.run(["sleep", "600"])',
    "deaf": "import signal, time\nfor one in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(one, signal.SIG_IGN)\n"
    "time.sleep(600)",
}


@pytest.mark.parametrize("kind", HANGS)
def test_a_hang_is_ended_after_the_cells_time(commands, kind):
    toy = commands.toy
    toy.write("01", HANGS[kind], SAYS, PUBLISH, cell_seconds=3)
    ended = commands.run()
    assert ended.code == 1
    assert "a cell took longer than 3 seconds and was stopped, at " in ended.out
    assert commands.left() == []
    assert commands.states() == {"01": "failed"}


def test_a_step_of_many_cells_is_ended_after_the_steps_time(commands):
    commands.toy.write("01", *["import time\ntime.sleep(1.5)"] * 9, SAYS, PUBLISH, cell_seconds=60, step_seconds=4)
    ended = commands.run()
    assert "the step took longer than 4 seconds and was stopped" in ended.out
    assert commands.states() == {"01": "failed"}


def test_ctrl_c_ends_a_run_that_hangs_in_c(commands):
    toy = commands.toy
    toy.write("01", 'from pathlib import Path\nPath("begun").touch()\n' + HANGS["C"], SAYS, PUBLISH)
    process = commands.start("run", str(toy.client))
    wait_until((toy.client / "begun").exists, "the cell has begun")
    assert commands.states() == {"01": "running"}
    process.send_signal(signal.SIGINT)
    ended = commands.end(process)
    assert ended.code == 130, ended.err
    assert commands.left() == []
    assert commands.states() == {"01": "interrupted"}


def test_the_second_run_is_told_who_is_on_and_changes_nothing(commands):
    toy = commands.toy
    toy.write("01", "import time\nfrom pathlib import Path\nPath('begun').touch()", SAYS,
              "while not Path('go').exists():\n    time.sleep(0.02)", PUBLISH)  # fmt: skip
    first = commands.start("run", str(toy.client))
    wait_until((toy.client / "begun").exists, "the first run is in its step")
    before = toy.files("results")
    second = commands.run()
    assert second.code == 1
    assert f"process {first.pid} on " in second.err
    assert "Traceback" not in second.err
    assert toy.files("results") == before
    status = commands.status()
    assert "running" in status and "a run is on" in status
    assert status.splitlines()[-1].startswith("Next: wait until the run that is on has ended")
    (toy.client / "go").touch()
    assert commands.end(first).code == 0
    assert commands.states() == {"01": "done"}
