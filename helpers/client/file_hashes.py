"""Have the bytes of a file changed? Its sha256, and a memory of it that spares reading a large file again.

A file is taken as unchanged while its size and its times of change are those of the moment when it was hashed. One that
was written shortly before is hashed again the next time: a second change within the same tick of the file system's
clock would not be seen.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

TICK = 2_000_000_000  # nanoseconds; the coarsest clock of a common file system (FAT)


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by its path from there, in order."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in files}


class FileSeen(BaseModel):
    """A file as it was when it was hashed: size in bytes, times in nanoseconds."""

    model_config = ConfigDict(extra="forbid")

    size: int
    modified: int
    changed: int  # of the entry in the folder: a file copied over another with its old date is still noticed
    sha256: str


class SeenFiles:
    """The files below one folder that were hashed before; `seen` is what to keep for the next time."""

    def __init__(self, folder: Path, seen: dict[str, FileSeen], *, trust: bool = True) -> None:
        self.folder, self.seen, self._trust = folder, seen, trust
        self.news = False  # whether something was hashed that the next time need not be hashed again
        self._now: dict[str, str] = {}

    def hash_of(self, name: str) -> str:
        """The sha256 of the file of this name; empty where there is none. Worked out once for each `SeenFiles`."""
        if name not in self._now:
            self._now[name] = self._hash_of(name)
        return self._now[name]

    def remember(self, name: str, sha256: str) -> None:
        """Take this hash as that of a file which this process has just written, and which nobody else writes."""
        found = (self.folder / name).stat()
        times = {"size": found.st_size, "modified": found.st_mtime_ns, "changed": found.st_ctime_ns}
        self.seen[name] = FileSeen(**times, sha256=sha256)
        self._now[name] = sha256

    def _hash_of(self, name: str) -> str:
        path = self.folder / name
        try:
            found, before = path.stat(), self.seen.get(name)
            times = (found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if self._trust and before and times == (before.size, before.modified, before.changed):
                return before.sha256
            started, sha256 = time.time_ns(), file_hash(path)
        except OSError:
            return ""
        if max(found.st_mtime_ns, found.st_ctime_ns) < started - TICK:
            self.seen[name] = FileSeen(size=times[0], modified=times[1], changed=times[2], sha256=sha256)
            self.news = True
        return sha256
