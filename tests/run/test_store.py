"""Derived folders change as a whole: whenever a run is killed, what stands is the old set or the new one."""

from __future__ import annotations

import os
import shutil

import pytest

from helpers.client.results import Manifest, StepRun, read_manifest
from helpers.errors import RunError
from helpers.run import store
from helpers.run.store import only_run, recover, replacing, staging, swap_in, write_manifest


def made(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file").write_text(text)
    return folder


def test_a_swap_replaces_the_whole_folder(tmp_path):
    target = made(tmp_path / "05", "old")
    (target / "only in the old").write_text("x")
    made(staging(target), "new")
    swap_in(target)
    assert [(path.name, path.read_text()) for path in target.iterdir()] == [("file", "new")]
    assert [path.name for path in tmp_path.iterdir()] == ["05"]


def test_staging_is_empty_even_after_a_kill(tmp_path):
    made(tmp_path / ".new-05", "half")
    assert not list(staging(tmp_path / "05").iterdir())


class Killed(BaseException):
    """Stands for the end of the process: nothing behind it runs."""


@pytest.mark.parametrize("first", [True, False], ids=["first run", "later run"])
@pytest.mark.parametrize("after", range(6))
def test_a_kill_after_any_change_leaves_old_or_new(tmp_path, monkeypatch, after, first):
    target = tmp_path / "05"
    if not first:
        made(target, "old")
    made(staging(target), "new")
    left = [after]

    def dying(act):
        def stand_in(*given, **named):
            if not left[0]:
                raise Killed
            left[0] -= 1
            return act(*given, **named)

        return stand_in

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "rename", dying(os.rename))
        patch.setattr(store.shutil, "rmtree", dying(shutil.rmtree))
        try:
            swap_in(target)
        except Killed:
            pass
        else:
            assert (target / "file").read_text() == "new"
    recover(tmp_path)
    stands = (target / "file").read_text() if target.exists() else None
    assert stands in ((None, "new") if first else ("old", "new"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_recover_brings_the_old_back_and_drops_the_half_made(tmp_path):
    made(tmp_path / ".old-01", "old one")
    made(tmp_path / ".new-01", "half")
    made(tmp_path / ".old-02", "old two")
    made(tmp_path / "02", "new two")
    (tmp_path / ".new-manifest.json").write_text("{")
    recover(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"01", "02"}
    assert (tmp_path / "01" / "file").read_text() == "old one"
    assert (tmp_path / "02" / "file").read_text() == "new two"
    recover(tmp_path)
    recover(tmp_path / "not there")


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(RunError, match="cannot be written"):
        staging(tmp_path / "results" / "05")


def test_the_manifest_is_replaced_and_read_back(tmp_path):
    manifest = Manifest(kit="1", steps={"01_frame_engagement": StepRun(state="done")})
    write_manifest(tmp_path, manifest)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("damage", ["", "{", '{"format": 1, "stranger": 2}', "[]", '{"steps": {"01": {"state": 3}}}'])
def test_a_damaged_manifest_counts_as_none(tmp_path, damage):
    (tmp_path / "manifest.json").write_text(damage)
    assert read_manifest(tmp_path) == Manifest()


def test_two_runs_at_once_on_one_client_are_refused_and_nothing_is_left_locked(tmp_path):
    results = tmp_path / "client" / "results"
    with only_run(results):
        with pytest.raises(RunError, match="is being run by another command"), only_run(results):
            pass
        with only_run(tmp_path / "other" / "results"):
            pass
    with only_run(results):
        pass
    assert list(results.iterdir()) == []


def test_a_block_that_fails_leaves_the_old_folder_and_no_new_one(tmp_path):
    target = tmp_path / "step"
    with replacing(target) as fresh:
        (fresh / "file").write_text("old")
    with pytest.raises(FileNotFoundError), replacing(target) as fresh:
        (fresh / "no such folder" / "file").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["step"]
    assert (target / "file").read_text() == "old"
