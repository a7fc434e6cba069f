"""What `workbook new` does: a client folder to fill in, or a copy of a sample. Nothing that is there is touched.

The folder is made beside its place and takes it when it is whole, so a half-made one never looks like a client.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helpers.client.yaml_files import yaml_text
from helpers.errors import ClientFileError, listed, nearest, quoted
from helpers.steps import KIT

TEMPLATE, SAMPLES = KIT / "templates" / "client", KIT / "data_samples"
CONFIG = "client.yaml"  # said again: the module that says it reads tables too, and takes longer than all of this
DERIVED = ("results", "report")
ANSWERS = "truth"  # so begin the files that say what was planted in a sample; a copy is for finding it out
NAME_LINE = "client: New client"  # in the template
ELSEWHERE = "Give another name or place."


@dataclass(frozen=True)
class NewClient:
    """A client folder that was made: where, and what it is a copy of (None: of the empty template)."""

    folder: Path
    sample: str | None

    @property
    def in_kit(self) -> bool:
        """Whether it lies where git would take a client's data for a part of the kit."""
        return self.folder.is_relative_to(KIT)


def sample_names() -> list[str]:
    """The samples that can be copied."""
    return sorted(path.parent.name for path in SAMPLES.glob(f"*/{CONFIG}"))


def find_sample(name: str) -> str:
    """The name itself if there is such a sample.

    Raises
    ------
    ClientFileError
        If there is none; the nearest is named, and all of them.
    """
    known = sample_names()
    if name in known:
        return name
    advice = nearest(name, known)
    every = "" if advice.startswith("Known") else f" The samples: {listed(known, 20)}."
    raise ClientFileError(f"There is no sample {quoted(name)}. {advice}{every}")


def new_client(folder: str | Path, sample: str | None = None) -> NewClient:
    """Make a client folder, and the folders above it that are not there.

    Parameters
    ----------
    folder : path
        A name that is free, or an empty folder.
    sample : str, optional
        What to copy: delivered and decided files and frozen versions, never results nor what was planted in it; else
        the template, with the folder's name as the client's.

    Raises
    ------
    ClientFileError
        If something stands there, or the folder cannot be made. Then nothing has changed.
    """
    source, name = SAMPLES / find_sample(sample) if sample else TEMPLATE, quoted(folder, most=300)
    above: list[Path] = []
    try:
        target = _free_place(Path(folder), name)
        if target.is_relative_to(source):
            raise ClientFileError(f"{name} lies inside what is to be copied. {ELSEWHERE}")
        above = [parent for parent in target.parents if not parent.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        _make(source, target, None if sample else target.name)
    except BaseException as error:
        for parent in above:  # the lowest comes first
            with suppress(OSError):
                parent.rmdir()
        if not isinstance(error, (OSError, ValueError)):
            raise
        why = getattr(error, "strerror", None) or "that is no name of a folder"
        raise ClientFileError(f"{name} cannot be made ({why}). {ELSEWHERE}") from None
    return NewClient(target, sample)


def _free_place(given: Path, name: str) -> Path:
    """The folder without links and dots, when nothing stands there."""
    if given.is_symlink() and not given.exists():
        raise ClientFileError(f"{name} is a link to what is not there. {ELSEWHERE}")
    target = given.resolve()
    if target.exists() and not target.is_dir():
        raise ClientFileError(f"{name} is a file. {ELSEWHERE}")
    if target.is_dir() and any(target.iterdir()):
        what = "is a client folder already" if (target / CONFIG).exists() else "is there already and not empty"
        raise ClientFileError(f"{name} {what}. {ELSEWHERE}")
    return target


def _make(source: Path, target: Path, name: str | None) -> None:
    """Copy into a folder beside the target, and put it in the target's place."""
    staged = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        whole = staged / "client"
        _copy(source, whole, but=(*DERIVED, *(path.name for path in source.glob(f"{ANSWERS}*"))))
        if name is not None:
            config = whole / CONFIG
            config.write_text(named(config.read_text(encoding="utf-8"), name), encoding="utf-8", newline="\n")
        if target.exists():
            _fill(whole, target)
        else:
            os.rename(whole, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _copy(source: Path, target: Path, but: Collection[str] = ()) -> None:
    """Copy what people wrote and delivered, as new files of this user; what tools left behind stays."""
    target.mkdir()
    for path in sorted(source.iterdir()):
        if path.name in but or path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


def _fill(whole: Path, target: Path) -> None:
    """Move everything into an empty folder, which may be the one that the user stands in; client.yaml comes last."""
    moved: list[Path] = []
    try:
        for path in sorted(whole.iterdir(), key=lambda path: path.name == CONFIG):
            os.rename(path, target / path.name)
            moved.append(target / path.name)
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def named(template: str, folder_name: str) -> str:
    """The template's text with the client called after its folder, whatever characters that has.

    >>> named("client: New client", 'North & "South"')
    'client: North & "South"'
    >>> named("client: New client", "1848: #2")
    "client: '1848: #2'"
    """
    shown = "".join(char if char.isprintable() else " " for char in folder_name)
    name = " ".join(shown.split())
    line = yaml_text({"client": name}).rstrip("\n") if name else NAME_LINE
    return template.replace(NAME_LINE, line, 1)


def what_next(made: NewClient, given: str) -> list[str]:
    """What the user reads: what was made, and three lines on what to do with it."""
    folder, call = as_typed(given), "python3 workbook.py"
    place = given.rstrip("/\\") or given
    if made.sample:
        names = sorted(path.name for path in made.folder.iterdir())
        head = (
            f"Made {quoted(given, most=300)}, a copy of the sample {made.sample} without results: {listed(names, 20)}."
        )
        first = f"Read {quoted(f'{place}/README.md', most=300)}: what is true of these data, and what they cannot show."
    else:
        head = f"Made {quoted(given, most=300)}, a client folder to fill in."
        first = f"Put the client's files into {quoted(f'{place}/data', most=300)} and fill in client.yaml from the top."
    notes = []
    if made.in_kit:
        notes = ["It lies inside the kit, where git would take a client's data along: better keep it somewhere else."]
    check = "says what is wrong with it" + ("" if made.sample else "; with --suggest it drafts the map of the columns")
    return [
        *(head, *notes, f"  1. {first}"),
        *(f"  2. {call} check {folder}    {check}.", f"  3. {call} run {folder}    makes the report."),
    ]


def as_typed(given: str) -> str:
    """A folder's name as it can be typed behind a command."""
    if os.name == "nt":
        return given if re.fullmatch(r"[\w.:/\\-]+", given) else f'"{given}"'
    return shlex.quote(f"./{given}" if given.startswith("-") else given)
