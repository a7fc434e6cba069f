"""Freezing on a full disk or in a closed place, and two final runs at once: said in words, and nothing is half made."""

from __future__ import annotations

import subprocess

from helpers.client.file_hashes import folder_hashes
from tests.kills.conftest import wait_until
from tests.kills.test_full_disks import fill, small, two_that_ran  # noqa: F401
from tests.run.toy import PUBLISH, SAYS


def frozen(commands):
    """What lies in versions/, hidden files too."""
    place = commands.toy.client / "versions"
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


def refused(commands, ended, words):
    """The run told why in words, and no version is there, not even a half one."""
    assert ended.code == 1
    assert words in ended.out + ended.err and "Traceback" not in ended.out + ended.err
    assert [name for name in frozen(commands) if name != "last.txt"] == []


def test_a_disk_that_is_full_when_a_version_is_frozen(small):  # noqa: F811
    client = small.toy.client
    assert small.run("--final").code == 0 and frozen(small) == ["last.txt", "v1"]
    expected = folder_hashes(client / "versions")
    subprocess.run(["rm", "-r", str(client / "versions")], check=True)
    told = 0
    for leave in (0, 6_000, 12_000, 20_000, 30_000):  # bytes: at each something else of the version finds no room
        fill(client.parent, leave)
        ended = small.run("--final")
        (client.parent / "filler").unlink()
        if ended.code:
            refused(small, ended, "disk is full")
            told += 1
        assert small.run("--final").code == 0
        assert folder_hashes(client / "versions") == expected
        subprocess.run(["rm", "-r", str(client / "versions")], check=True)
    assert told


def test_a_place_for_versions_that_cannot_be_written(small):  # noqa: F811
    place = small.toy.client / "versions"
    place.mkdir()
    subprocess.run(["mount", "--bind", str(place), str(place)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
    try:
        ended = small.run("--final")
    finally:
        subprocess.run(["umount", str(place)], check=True)
    refused(small, ended, "versions cannot be written (Read-only file system)")
    assert small.run("--final").code == 0 and "v1" in frozen(small)


def test_a_file_where_the_versions_should_be(commands):
    commands.toy.write("01")
    place = commands.toy.client / "versions"
    place.write_text("mine")
    refused(commands, commands.run("--final"), "versions cannot be written")
    assert place.read_text() == "mine"


def test_two_final_runs_at_once_freeze_one_version(commands):
    toy = commands.toy
    toy.write("01", "from pathlib import Path\nimport time\nPath('begun').touch()", SAYS,
              "while not Path('go').exists():\n    time.sleep(0.02)", PUBLISH)  # fmt: skip
    first = commands.start("run", str(toy.client), "--final")
    wait_until((toy.client / "begun").exists, "the first run is in its step")
    second = commands.run("--final")
    assert second.code == 1 and f"process {first.pid} on " in second.err
    (toy.client / "go").touch()
    assert commands.end(first).code == 0
    assert frozen(commands) == ["last.txt", "v1"]
    again = commands.run("--final")
    assert again.code == 0 and "nothing has changed since v1" in again.out
    assert frozen(commands) == ["last.txt", "v1"]
