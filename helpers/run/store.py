"""How derived folders change: made beside the old one, swapped in by two renames, the manifest last.

After a kill at any moment `recover` finds either the old or the new folder, never a mixture.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from helpers.client.results import MANIFEST, Manifest, write_json
from helpers.errors import RunError

NEW, OLD = ".new-", ".old-"


def staging(target: Path) -> Path:
    """An empty folder beside the target, in which its next version is made."""
    new = target.with_name(NEW + target.name)
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
    except OSError as error:
        raise RunError(
            f"{target.parent} cannot be written ({error.strerror}). "
            "Results are written inside the client's folder: make it writable, or copy the folder elsewhere."
        ) from None
    return new


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
