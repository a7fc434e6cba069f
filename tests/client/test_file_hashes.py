"""A file is hashed again when it may have changed, and not read again when it cannot have."""

from __future__ import annotations

import hashlib
import os
import time

import pytest

from helpers.client import file_hashes
from helpers.client.file_hashes import SeenFiles, file_hash, folder_hashes


@pytest.fixture
def hashed(monkeypatch):
    """The names of the files that were read for their hash."""
    names = []
    monkeypatch.setattr(file_hashes, "file_hash", lambda path: names.append(path.name) or file_hash(path))
    return names


@pytest.fixture
def now(monkeypatch):
    """A clock that says whatever the test wants, from a minute after the files were written on."""
    clock = [time.time_ns() + 60 * 10**9]
    monkeypatch.setattr(file_hashes.time, "time_ns", lambda: clock[0])
    return clock


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path, hashed, now):
    (tmp_path / "a").write_bytes(b"one")
    seen = {}
    assert SeenFiles(tmp_path, seen).hash_of("a") == hashlib.sha256(b"one").hexdigest()
    assert SeenFiles(tmp_path, seen).hash_of("a") == hashlib.sha256(b"one").hexdigest()
    assert hashed == ["a"]
    (tmp_path / "a").write_bytes(b"two")
    os.utime(tmp_path / "a", ns=(seen["a"].modified, seen["a"].modified))
    assert SeenFiles(tmp_path, seen).hash_of("a") == hashlib.sha256(b"two").hexdigest(), "same size, same date"
    assert hashed == ["a", "a"]
    assert SeenFiles(tmp_path, seen, trust=False).hash_of("a")
    assert hashed == ["a", "a", "a"], "asked to trust nothing"


def test_a_file_written_a_moment_ago_is_not_yet_trusted(tmp_path, hashed, now):
    """A second change within one tick of the file system's clock leaves size and dates as they are."""
    (tmp_path / "a").write_bytes(b"one")
    now[0] = (tmp_path / "a").stat().st_mtime_ns + file_hashes.TICK // 2
    files = SeenFiles(tmp_path, {})
    files.hash_of("a")
    assert (files.seen, files.news) == ({}, False)
    now[0] += file_hashes.TICK
    again = SeenFiles(tmp_path, files.seen)
    again.hash_of("a")
    assert list(again.seen) == ["a"]
    assert again.news


def test_a_file_that_is_gone_has_no_hash_and_what_we_wrote_is_known(tmp_path, hashed):
    files = SeenFiles(tmp_path, {})
    assert files.hash_of("a") == ""
    (tmp_path / "b").write_bytes(b"ours")
    files.remember("b", "its hash")
    assert SeenFiles(tmp_path, files.seen).hash_of("b") == "its hash"
    assert hashed == []


def test_a_folder_tells_each_of_its_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"one")
    empty, one = hashlib.sha256(b"").hexdigest(), hashlib.sha256(b"one").hexdigest()
    assert folder_hashes(tmp_path) == {"a": one, "in/b": empty}
    assert folder_hashes(tmp_path / "nowhere") == {}
