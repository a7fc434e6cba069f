"""A disk that is full, a folder that cannot be written or is taken away: said in words, and what stood still stands."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.client.results import finished_steps
from tests.kills.test_killed_runs import made
from tests.run.toy import PUBLISH, SAYS

FIRST, SECOND = "01_frame_engagement", "02_rate_customers"
SIZE = 3_000_000


@pytest.fixture
def two_that_ran(commands, made_once):
    """A client whose two steps have run: done once, a copy for each test."""
    toy = commands.toy
    toy.write("01")
    toy.write("02")

    def make(folder):
        ended = commands.run()
        assert ended.code == 0, ended.err
        shutil.copytree(toy.client, folder)

    return made_once("two-that-ran", make)[0]


@pytest.fixture
def small(commands, two_that_ran):
    """A client on a disk of three million bytes; where nobody may make one, the test is skipped."""
    disk = commands.toy.client.parent / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if os.name != "posix" or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nobody may mount a small disk here (mount -t tmpfs)")
    commands.toy.client = Path(shutil.copytree(two_that_ran, disk / "client"))
    yield commands
    subprocess.run(["umount", str(disk)], check=True)


def fill(folder, leave=0):
    """Use up all room below a folder but so many bytes."""
    free = shutil.disk_usage(folder).free - leave
    with (folder / "filler").open("wb") as file:
        file.write(b"x" * free)


def ran(commands):
    """The client, whose two steps have run, and what they made."""
    return commands.toy, made(commands.toy)


def stands(commands, ended, before):
    """The old results stand, nothing half made is left, and the user read words."""
    assert ended.code == 1
    assert "Traceback" not in ended.out + ended.err
    assert "disk is full" in ended.out + ended.err
    assert made(commands.toy) == before
    assert not [path.name for path in commands.toy.results.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("leave", [0, 20_000])
def test_a_disk_that_is_full_before_the_run(small, leave):
    toy, before = ran(small)
    fill(toy.client.parent, leave)
    stands(small, small.run("--fresh"), before)
    states = small.states()
    assert set(states.values()) == {"done"}
    assert list(finished_steps(toy.results)) == [FIRST, SECOND]


FILL = """
with open(step._folder / "monthly_revenue.parquet", "wb") as file:
    for _ in range(100):
        file.write(b"x" * 100_000)
"""


FILL_ALL = """
import shutil
free = shutil.disk_usage("..").free
with open("../filler", "wb") as file:
    file.write(b"x" * free)
"""


def test_a_step_that_fills_the_disk_fails_and_the_others_go_on(small):
    toy, before = ran(small)
    toy.write("01", SAYS, FILL, PUBLISH)
    ended = small.run()
    assert "disk is full" in ended.out
    assert ended.code == 1 and "Traceback" not in ended.out + ended.err
    assert small.states() == {"01": "failed", "02": "done"}
    assert toy.files(f"results/{FIRST}") == {name: text for name, text in before.items() if f"results/{FIRST}/" in name}
    toy.write("01")
    assert small.run().code == 0
    assert made(toy) == before


def test_a_disk_that_another_program_fills_between_two_steps(small):
    """The end of the run cannot be written down; what the manifest says before that is still true."""
    toy, before = ran(small)
    toy.write("02", SAYS, FILL_ALL, PUBLISH)
    ended = small.run()
    assert ended.code == 1 and "Traceback" not in ended.out + ended.err
    assert "disk is full" in ended.out + ended.err
    states = small.states()
    assert states["02"] != "done"
    assert made(toy).items() >= {name: text for name, text in before.items() if name.startswith("results")}.items()
    (toy.client.parent / "filler").unlink()
    toy.write("02")
    ended = small.run()
    assert ended.code == 0, ended.out
    assert made(toy) == before


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(small):
    toy, before = ran(small)
    orders = toy.client / "data" / "orders.csv"
    orders.write_text(orders.read_text() + "C9,2026-06-30,900.00\n")
    disk = str(toy.client.parent)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        ended = small.run()
        status = small.status()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert ended.code == 1
    assert "results cannot be written (Read-only file system)" in ended.err
    assert "make it writable, or copy the folder elsewhere" in ended.err
    assert "Traceback" not in ended.err and " s\n" not in ended.out
    assert made(toy) == before
    assert "orders.csv" in status, "status needs to write nothing"


@pytest.mark.parametrize("part", ["results", "report", f"results/{FIRST}", "report/working"])
def test_a_part_that_cannot_be_written_is_refused_too(small, part):
    """Each folder that a run would replace is tried."""
    toy, before = ran(small)
    folder = str(toy.client / part)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    try:
        ended = small.run("--fresh")
    finally:
        subprocess.run(["umount", folder], check=True)
    assert ended.code == 1
    assert f"{part} cannot be written (Read-only file system)" in ended.err
    assert made(toy) == before


# ---- what is not there -----------------------------------------------------------------------------------------------


def test_a_client_or_a_file_that_is_not_there(commands):
    toy = commands.toy
    toy.write("01")
    home = toy.client
    toy.client = home.parent / "nobody"
    ended = commands.run()
    assert ended.code == 1 and "There is no folder" in ended.err
    assert not toy.client.exists()
    toy.client = home
    (home / "data" / "orders.csv").unlink()
    ended = commands.run()
    assert ended.code == 1 and "data/orders.csv" in ended.err
    assert sorted(path.name for path in home.iterdir()) == ["client.yaml", "data"]


@pytest.mark.parametrize("gone", ["results", "results/.new-01_frame_engagement", "report"])
def test_a_folder_that_is_taken_away_while_a_run_is_on(commands, gone):
    toy = commands.toy
    toy.write("01", f"import shutil\nshutil.rmtree({gone!r}, ignore_errors=True)", SAYS, PUBLISH)
    ended = commands.run()
    assert "Traceback" not in ended.out + ended.err
    if gone != "report":
        assert ended.code == 1
        assert "done" not in [commands.states()["01"]]
    toy.write("01")
    ended = commands.run()
    assert ended.code == 0, ended.err
    assert set(commands.states().values()) == {"done"}


# ---- what changes while a run is on ----------------------------------------------------------------------------------

MORE = """
with open("data/orders.csv", "a") as file:
    file.write("C9,2026-06-30,900.00\\n")
"""


def test_a_delivery_that_changes_while_a_run_is_on_is_told(commands):
    toy = commands.toy
    toy.write("01", SAYS, PUBLISH)
    toy.write("02", f"from pathlib import Path\nif not Path('struck').exists():\n    Path('struck').touch()\n"
              f"    exec({MORE!r})", SAYS, PUBLISH)  # fmt: skip
    ended = commands.run()
    assert "While this ran, file data/orders.csv changed" in ended.out
    assert set(commands.states().values()) == {"outdated"}
    assert commands.run().code == 0
    assert set(commands.states().values()) == {"done"}
