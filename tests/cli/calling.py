"""The command line called as a user calls it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers.steps import KIT

MAIN = f"import sys; sys.path.insert(0, {str(KIT)!r}); sys.argv[0] = 'workbook'\n"
MAIN += "from helpers.cli import main; sys.exit(main())"
COMMAND = [sys.executable, "-P", "-c", MAIN]


def workbook(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    """What a command printed and how it ended; a traceback is a failure of the test."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
