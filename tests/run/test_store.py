"""Derived folders change as a whole: whenever a run is killed, what stands is the old set or the new one."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from helpers.client.file_hashes import folder_hashes
from helpers.client.results import Made, Manifest, StepRun, read_manifest
from helpers.errors import RunError
from helpers.run import store
from helpers.run.store import left_behind, recover, replacing, staging, swap_in, told, write_manifest


def made(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file").write_text(text)
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def client(tmp_path):
    """A client with a step, tables and pages that the manifest speaks of: `old` in each."""
    results, report = tmp_path / "results", tmp_path / "report"
    for folder in (results / "05", results / "tables", report / "working"):
        made(folder, "old")
    write_manifest(results, manifest_of(results, report))
    return results, report


def manifest_of(results, report):
    """A manifest that speaks of what lies in the folders now."""
    return Manifest(
        tables=Made(artefacts=folder_hashes(results / "tables")),
        steps={"05": StepRun(state="done", artefacts=folder_hashes(results / "05"))},
        reports={"working": Made(artefacts=folder_hashes(report / "working"))},
    )


def test_a_swap_replaces_the_whole_folder_and_the_manifest_drops_the_old_one(client):
    results, report = client
    (results / "05" / "only in the old").write_text("x")
    with replacing(results / "05") as fresh:
        (fresh / "file").write_text("new")
        assert (results / "05" / "file").read_text() == "old"
    assert names(results / "05") == ["file"]
    assert names(results) == [".old-05", "05", "manifest.json", "tables"]
    write_manifest(results, manifest_of(results, report))
    assert names(results) == ["05", "manifest.json", "tables"]
    assert not left_behind(results, report)


def test_staging_is_empty_even_after_a_kill(tmp_path):
    made(tmp_path / ".new-05", "half")
    assert not list(staging(tmp_path / "05").iterdir())


class Killed(BaseException):
    """Stands for the end of the process: nothing behind it runs."""


def dies(patch, after):
    """Let the process end before the change number `after` of the file system."""
    left = [after]

    def dying(act):
        def stand_in(*given, **named):
            if not left[0]:
                raise Killed
            left[0] -= 1
            return act(*given, **named)

        return stand_in

    for module, act in ((store.os, "rename"), (store.os, "replace"), (store.shutil, "rmtree")):
        patch.setattr(module, act, dying(getattr(module, act)))


@pytest.mark.parametrize("folder", ["results/05", "results/tables", "report/working"])
@pytest.mark.parametrize("first", [True, False], ids=["first run", "later run"])
@pytest.mark.parametrize("after", range(6))
def test_a_kill_between_any_two_changes_leaves_the_old_set_or_the_new(client, monkeypatch, after, first, folder):
    """The folder and the manifest are of one age, however often the recovery is killed too."""
    results, report = client
    target = results.parent / folder
    if first:
        shutil.rmtree(target)
        write_manifest(results, manifest_of(results, report))
    old = read_manifest(results)
    made(staging(target), "new")
    with monkeypatch.context() as patch:
        dies(patch, after)
        try:
            swap_in(target)
            write_manifest(results, manifest_of(results, report))
        except Killed:
            pass
        else:
            assert after > 1, "a change of the file system was not counted"
    for again in range(4):
        with monkeypatch.context() as patch:
            dies(patch, again)
            try:
                recover(results, report)
            except Killed:
                continue
        recover(results, report)
        break
    stands = (target / "file").read_text() if target.exists() else None
    before = None if first else "old"
    assert stands == (before if read_manifest(results) == old else "new")
    assert manifest_of(results, report) == read_manifest(results)
    assert not left_behind(results, report)


def test_recover_keeps_what_the_manifest_speaks_of(client):
    results, report = client
    os.rename(results / "05", results / ".old-05")  # between the two renames
    os.rename(results / "tables", results / ".old-tables")  # before the manifest
    made(results / "tables", "new")
    made(report / ".old-working", "older")  # after it
    made(results / ".new-02", "half")
    (results / ".new-manifest.json").write_text("{")
    recover(results, report)
    assert names(results) == ["05", "manifest.json", "tables"]
    assert [(path / "file").read_text() for path in (results / "05", results / "tables")] == ["old", "old"]
    assert (report / "working" / "file").read_text() == "old"
    assert names(report) == ["working"]
    recover(results, report)
    recover(results / "not there", report / "not there")


def test_a_swap_that_breaks_between_its_renames_leaves_what_stood(client, monkeypatch):
    results, report = client
    rename = os.rename

    def broken(source, target):
        if source.name == ".new-05":
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(store.os, "rename", broken)
    with pytest.raises(RunError, match="What stood before still stands"), replacing(results / "05") as fresh:
        (fresh / "file").write_text("new")
    assert (results / "05" / "file").read_text() == "old"
    assert not left_behind(results, report)
    with pytest.raises(RunError), replacing(results / "06") as fresh:
        monkeypatch.setattr(store.os, "rename", lambda *_: broken(results / ".new-05", None))
    assert not (results / "06").exists() and not left_behind(results, report)


def test_what_cannot_be_written_is_a_message(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(RunError, match="cannot be written"):
        staging(tmp_path / "results" / "05")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "make it writable, or copy the folder elsewhere"),
        (errno.EACCES, "make it writable, or copy the folder elsewhere"),
        (errno.ENOENT, "is not there any more"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_each_fault_of_the_file_system_says_what_to_do(tmp_path, number, words):
    with pytest.raises(RunError, match=words) as caught, told(tmp_path / "05"):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path / "05") in str(caught.value)
    assert "again" in str(caught.value) or "elsewhere" in str(caught.value)


def test_a_full_disk_leaves_the_old_folder_and_the_old_manifest(client, monkeypatch):
    results, report = client
    before = manifest_of(results, report)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(RunError, match="the disk is full"), replacing(results / "05"):
        full()
    with monkeypatch.context() as patch:
        patch.setattr(store, "write_json", full)
        with pytest.raises(RunError, match="the disk is full"):
            write_manifest(results, Manifest(mode="final"))
    recover(results, report)
    assert read_manifest(results) == manifest_of(results, report) == before


def test_the_manifest_is_replaced_and_read_back(tmp_path):
    manifest = Manifest(kit="1", steps={"01_frame_engagement": StepRun(state="done")})
    write_manifest(tmp_path, manifest)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert names(tmp_path) == ["manifest.json"]


@pytest.mark.parametrize("damage", ["", "{", '{"format": 1, "stranger": 2}', "[]", '{"steps": {"01": {"state": 3}}}'])
def test_a_damaged_manifest_counts_as_none_and_says_so(tmp_path, damage):
    (tmp_path / "manifest.json").write_text(damage)
    found = read_manifest(tmp_path)
    assert not found.steps
    assert found.unreadable.endswith("so no step counts as run")
    write_manifest(tmp_path, found)
    assert read_manifest(tmp_path) == Manifest(), "the words are not written"


def test_a_block_that_fails_leaves_the_old_folder_and_no_new_one(client):
    results, _ = client
    with pytest.raises(RunError, match="no such folder"), replacing(results / "05") as fresh:
        (fresh / "no such folder" / "file").write_text("new")
    with pytest.raises(KeyboardInterrupt), replacing(results / "05"):
        raise KeyboardInterrupt
    assert names(results) == ["05", "manifest.json", "tables"]
    assert (results / "05" / "file").read_text() == "old"
