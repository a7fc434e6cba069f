"""Each folder beside this file is a client with one kind of fault, and expected.txt is what its user reads.

A new fault is a new folder; nothing else. The text is compared to the letter, because it is the product: it names the
file, the line, what was found, what is expected and what to do.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.client.corrections import read_corrections
from helpers.client.decisions import read_every_decision
from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.errors import WorkbookError

HERE = Path(__file__).parent
FAULTS = sorted(path.parent.name for path in HERE.glob("*/expected.txt"))


def check_client(folder: Path, into: Path) -> None:
    """Everything that is read of a client before the first step runs."""
    client = open_client(folder)
    read_corrections(client.folder)
    take_in(client, into)
    read_every_decision(client.folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_user_reads_exactly_this(fault, tmp_path, monkeypatch):
    shutil.copytree(HERE / fault, tmp_path / fault, ignore=shutil.ignore_patterns("expected.txt"))
    monkeypatch.chdir(tmp_path)  # the user gives a relative path, and messages repeat it
    with pytest.raises(WorkbookError) as caught:
        check_client(Path(fault), tmp_path / "tables")
    assert str(caught.value) == (HERE / fault / "expected.txt").read_text(encoding="utf-8").rstrip("\n")


def test_every_folder_says_what_to_expect():
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders == set(FAULTS)
