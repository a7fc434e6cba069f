"""One run at a time on one client: who holds it, and whether its folders can be written at all.

The lock is the system's and goes with its holder, so a killed run locks nobody out. It lies in the client's results, so
that runs meet there whichever way they came: over another path, from another machine, with another temporary folder.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.client.derived import write_json
from helpers.errors import RunError, quoted
from helpers.run.store import REPORT, left_behind, recover, told

LOCK, HOLDER = ".lock", ".run.json"
# seconds: who asks whether a client is held holds it for a moment
PATIENCE, BETWEEN = 1.0, 0.02


class Holder(BaseModel):
    """The command that runs a client now; `since` is UTC."""

    model_config = ConfigDict(extra="forbid")

    pid: int = 0
    host: str = ""
    command: str = ""
    since: str = ""

    @property
    def words(self) -> str:
        """Who it is, for a sentence."""
        if not self.pid:
            return "it has not said which"
        return f"{quoted(self.command, 200)}, process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def only_run(results: Path) -> Iterator[None]:
    """Hold a client for one run: two at once would swap each other's folders.

    Raises
    ------
    RunError
        If another run holds it, which is named, or if its folders cannot be written. Nothing was changed then.
    """
    made = not results.exists()
    lock = FileLock(results / LOCK)
    try:
        with told(results):
            results.mkdir(parents=True, exist_ok=True)
            _acquire(lock, results)
        _try_writing(results, results.parent / REPORT)
        with told(results):
            write_json(results / HOLDER, _this_command())
        yield
    finally:
        _let_go(lock, results)
        if made:
            with suppress(OSError):
                results.rmdir()  # refused at the door: it is as it was


def _acquire(lock: FileLock, results: Path) -> None:
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=BETWEEN)
    except Timeout:
        said = f"{results.parent} is being run by another command: {_holder(results).words}."
        raise RunError(f"{said} Wait until it has ended, or stop it.") from None


def running(results: Path) -> Holder | None:
    """Who runs this client now; None where nobody does, also where a run was killed."""
    if not (results / LOCK).exists():
        return None
    lock = FileLock(results / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _holder(results)
    except OSError:  # a folder that this user cannot write
        return holder if _lives(holder := _holder(results)) else None
    _let_go(lock, results)
    return None


def heal(results: Path, report: Path) -> None:
    """Let a client look as it should after its run was killed, unless a run is on or its folder cannot be written."""
    with suppress(OSError, RunError, Timeout):
        if left_behind(results, report):
            lock = FileLock(results / LOCK)
            lock.acquire(timeout=0)
            try:
                recover(results, report)
            finally:
                _let_go(lock, results)


def _let_go(lock: FileLock, results: Path) -> None:
    """Release a lock, if it is held, and take away what stood for it; in this order nobody else's is taken."""
    if lock.is_locked:
        for name in (HOLDER, LOCK):
            with suppress(OSError):
                (results / name).unlink()
        lock.release()


def _try_writing(*folders: Path) -> None:
    """Refuse folders that cannot be written before any work is done; files without a name are made and gone."""
    for folder in folders:
        there = folder if folder.exists() else folder.parent
        with told(folder):
            for one in (there, *(path for path in there.iterdir() if path.is_dir() and there == folder)):
                with told(one), tempfile.TemporaryFile(dir=one):
                    pass


def _this_command() -> Holder:
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Holder(pid=os.getpid(), host=platform.node(), command=" ".join(words), since=now)


def _holder(results: Path) -> Holder:
    """What the holder wrote of itself; an empty one while it has not."""
    try:
        return Holder.model_validate_json((results / HOLDER).read_bytes())
    except (OSError, ValidationError):
        return Holder()


def _lives(holder: Holder) -> bool:
    if os.name != "posix" or not holder.pid or holder.host != platform.node():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
