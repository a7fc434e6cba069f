"""How derived folders change: made beside the old one, swapped in by two renames; what counts is the manifest.

Until the manifest is replaced, the old folder stays beside its successor. After a kill at any moment `recover` leaves
of the two the one that the manifest speaks of: the old set or the new one, never a mixture.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.client.derived import write_json
from helpers.client.file_hashes import folder_hashes
from helpers.client.results import MANIFEST, Made, Manifest, read_manifest
from helpers.client.versions import VERSIONS
from helpers.errors import FULL_DISK, NO_ROOM, RunError

NEW, OLD = ".new-", ".old-"
REPORT = "report"  # beside the results, in the client's folder
CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A folder to make the target's next version in; it takes the target's place if the block ends well.

    Raises
    ------
    RunError
        If the folder, or something in it, cannot be written. What stood still stands.
    """
    new = staging(target)
    try:
        with told(target):
            yield new
            swap_in(target)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def staging(target: Path) -> Path:
    """An empty folder beside the target, in which its next version is made."""
    new = target.with_name(NEW + target.name)
    with told(target.parent):
        _remove(new)
        new.mkdir(parents=True)
    return new


def swap_in(target: Path) -> None:
    """Put the staged folder in the place of the target; the old one stays beside it until the manifest is replaced.

    Where nothing was before, an empty folder stands for that.
    """
    new, old = target.with_name(NEW + target.name), target.with_name(OLD + target.name)
    _remove(old)
    if target.exists():
        os.rename(target, old)
    else:
        old.mkdir()
    try:
        os.rename(new, target)
    except OSError:
        _put_back(old, target)
        raise


def write_manifest(results: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step. From then on the folders that were swapped in count, and the old ones go.

    Raises
    ------
    RunError
        If it cannot be written; then the one before still stands.
    """
    new = results / f"{NEW}{MANIFEST}"
    with told(results):
        write_json(new, manifest)
        os.replace(new, results / MANIFEST)
    for parent in (results, results.parent / REPORT):
        for old in parent.glob(f"{OLD}*"):
            shutil.rmtree(old, ignore_errors=True)


def recover(results: Path, report: Path) -> None:
    """Undo what a killed run left: keep of each folder and its successor what the manifest speaks of; drop half-made.

    Raises
    ------
    RunError
        If that cannot be done because the folders cannot be written.
    """
    with told(results):
        manifest = read_manifest(results) if left_behind(results, report) else Manifest()
        for parent, made in ((results, {"tables": manifest.tables, **manifest.steps}), (report, manifest.reports)):
            for old in parent.glob(f"{OLD}*"):
                target = old.with_name(old.name.removeprefix(OLD))
                if target.exists() and _counts(target, made.get(target.name)):
                    _remove(old)
                    continue
                if target.exists():
                    os.rename(target, _emptied(target.with_name(NEW + target.name)))
                _put_back(old, target)
            for new in parent.glob(f"{NEW}*"):
                _remove(new)
        for new in (results.parent / VERSIONS).glob(f"{NEW}*"):
            _remove(new)


def left_behind(results: Path, report: Path) -> list[Path]:
    """What a run leaves beside the derived folders while it works, and a killed one for good."""
    parents = (results, report, results.parent / VERSIONS)
    return [path for parent in parents for sign in (OLD, NEW) for path in parent.glob(f"{sign}*")]


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Where what a block writes cannot be written, say so in words.

    Raises
    ------
    RunError
        With the folder, what the system says, and what to do.
    """
    try:
        yield
    except OSError as error:
        raise RunError(_words(folder, error)) from None


def _words(folder: Path, error: OSError) -> str:
    if str(error.errno) in NO_ROOM:
        return f"{folder} cannot be written: {FULL_DISK}"
    if error.errno in CLOSED:
        return (
            f"{folder} cannot be written ({error.strerror}). "
            "Results are written inside the client's folder: make it writable, or copy the folder elsewhere."
        )
    if error.errno == errno.ENOENT:
        gone = f"{error.filename or folder} is not there any more"
        return f"{gone}. Run the client again, and leave its results/ and report/ alone meanwhile."
    return f"{folder} cannot be written ({error.strerror or error}). What stood before still stands; run again."


def _counts(target: Path, made: Made | None) -> bool:
    """Whether a folder holds what the manifest says that a run has put there."""
    return made is not None and bool(made.artefacts) and folder_hashes(target) == made.artefacts


def _put_back(old: Path, target: Path) -> None:
    """Have the old folder be the target again; an empty one stands for none."""
    if any(old.iterdir()):
        os.rename(old, target)
    else:
        old.rmdir()


def _remove(path: Path) -> None:
    """Remove a file or a folder if it is there.

    Raises
    ------
    OSError
        If it is there and stays.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _emptied(path: Path) -> Path:
    _remove(path)
    return path
