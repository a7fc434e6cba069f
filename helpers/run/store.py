"""How derived folders change: made beside the old one, swapped in by two renames, the manifest last.

After a kill at any moment `recover` finds either the old or the new folder, never a mixture.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.client.derived import write_json
from helpers.client.results import MANIFEST, Manifest
from helpers.errors import RunError

NEW, OLD = ".new-", ".old-"


def staging(target: Path) -> Path:
    """An empty folder beside the target, in which its next version is made."""
    new = target.with_name(NEW + target.name)
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
    except OSError as error:
        raise _cannot_write(target.parent, error) from None
    return new


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A folder to make the target's next version in; it takes the target's place if the block ends well."""
    new = staging(target)
    try:
        yield new
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    swap_in(target)


@contextmanager
def only_run(results: Path) -> Iterator[None]:
    """Hold a client's results for one run: two at once would swap each other's folders.

    The lock is the system's and goes with its holder, so a killed run leaves nothing to clear away. It stands outside
    the client's folder: a run that is refused at the door must leave that folder as it was.
    """
    name = sha256(os.fsencode(results.resolve())).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"workbook-{name}.lock")
    try:
        lock.acquire(timeout=0)
        results.mkdir(parents=True, exist_ok=True)
    except Timeout:
        raise RunError(f"{results.parent} is being run by another command. Wait until it has ended.") from None
    except OSError as error:
        raise _cannot_write(results, error) from None
    try:
        yield
    finally:
        lock.release()


def _cannot_write(folder: Path, error: OSError) -> RunError:
    return RunError(
        f"{folder} cannot be written ({error.strerror}). "
        "Results are written inside the client's folder: make it writable, or copy the folder elsewhere."
    )


def swap_in(target: Path) -> None:
    """Put the staged folder in the place of the target."""
    new, old = target.with_name(NEW + target.name), target.with_name(OLD + target.name)
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.rename(target, old)
    os.rename(new, target)
    shutil.rmtree(old, ignore_errors=True)


def recover(parent: Path) -> None:
    """Undo what a killed run left: bring back an old folder whose successor never came, drop what was half made."""
    for old in parent.glob(f"{OLD}*"):
        target = old.with_name(old.name.removeprefix(OLD))
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, target)
    for new in parent.glob(f"{NEW}*"):
        if new.is_dir():
            shutil.rmtree(new, ignore_errors=True)
        else:
            new.unlink(missing_ok=True)  # a manifest that was being written


def write_manifest(results: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step."""
    new = results / f"{NEW}{MANIFEST}"
    write_json(new, manifest)
    os.replace(new, results / MANIFEST)
