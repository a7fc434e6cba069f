"""Which clients a command with several folders means, and where the page over all of them stands."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from helpers.errors import RunError, quoted
from helpers.report.run_report import ClientRun

OF_A_CLIENT = {"client.yaml", "data", "decisions", "results", "versions", "report"}

INDEX = "index.html"
ELSEWHERE = "Say where the page over all clients shall stand: --index PATH."


def distinct_clients(folders: Sequence[str | Path], overview: Path) -> tuple[list[str], list[str]]:
    """The folders to run, each once and in the order of their names, and sentences on what a reader should know.

    A folder that is named twice, by a link or in other capitals too, is run once. What a pattern such as `clients/*`
    names along with the clients is none: the overview of an earlier run, and folders that hold other things and nothing
    that a client has. An empty folder may be a disk that is not there, so it stays, and fails.
    """
    seen: dict[object, str] = {}
    notices = []
    for folder in map(str, folders):
        identity = _identity(folder)
        if os.path.abspath(folder) == str(overview):
            continue
        if identity in seen:
            first = seen[identity]
            again = "is given twice" if first == folder else f"is the folder {quoted(first, 300)} once more"
            notices.append(f"{quoted(folder, 300)} {again}; it is run once.")
        else:
            seen[identity] = folder
    others = [folder for folder in seen.values() if _holds_other_things(folder)]
    if len(others) < len(seen):
        notices += [
            f"{quoted(folder, 300)} is no client folder and left out: no client.yaml in it." for folder in others
        ]
        seen = {identity: folder for identity, folder in seen.items() if folder not in others}
    clients = sorted(seen.values(), key=lambda name: (name.casefold(), name))
    alike: dict[str, str] = {}
    for folder in clients:
        twin = alike.setdefault(unicodedata.normalize("NFC", os.path.abspath(folder)).casefold(), folder)
        if twin != folder:
            notices.append(
                f"{quoted(twin, 300)} and {quoted(folder, 300)} are two clients here; where capitals do not count, "
                "they would be one folder. Better rename one."
            )
    return clients, notices


def _holds_other_things(folder: str) -> bool:
    """Whether a folder is there, holds something, and nothing of what a client's has."""
    try:
        found = set(os.listdir(folder))
    except (OSError, ValueError):
        return False
    return bool(found) and not found & OF_A_CLIENT


def _identity(folder: str) -> object:
    """What tells that two names are one folder: its place on the disk where it is there, else its path."""
    with suppress(OSError, ValueError):
        found = os.stat(folder)
        if found.st_ino:
            return found.st_dev, found.st_ino
    return os.path.abspath(folder)


def overview_place(folders: Sequence[str | Path], given: Path | None) -> Path:
    """Where the page over all clients goes: as given, else into the folder that holds them all.

    Raises
    ------
    RunError
        If no folder but the root holds them all, if it would stand in a client's folder, which must not name the
        others, or in the place of something that this command has not made.
    """
    places = [os.path.abspath(folder) for folder in folders]
    if given is not None:
        place = Path(os.path.abspath(given))
        place = place / INDEX if place.is_dir() else place
    else:
        try:
            above = Path(os.path.commonpath([os.path.dirname(place) for place in places]))
        except ValueError:  # two drives
            above = None
        if above is None or above == above.parent:
            raise RunError(f"The clients lie in no folder in common. {ELSEWHERE}")
        place = above / INDEX
    for folder in places:
        if place.is_relative_to(folder) and place != Path(folder):
            raise RunError(f"{quoted(place, 300)} lies in a client's folder, and would name the others. {ELSEWHERE}")
    if place.exists() and not (place.is_file() and _ours(place)):
        raise RunError(f"{quoted(place, 300)} is there, and was not made by this command. {ELSEWHERE}")
    return place


def _ours(place: Path) -> bool:
    from helpers.report.batch_page import is_overview

    with suppress(OSError):
        return is_overview(place.read_bytes())
    return False


def write_overview(place: Path, runs: Sequence[ClientRun]) -> None:
    """Put the page in its place, whole or not at all.

    Raises
    ------
    RunError
        If it cannot be written there.
    """
    from helpers.report.batch_page import overview_html

    new = place.with_name(f".{place.name}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(overview_html(runs, place), encoding="utf-8", newline="\n")
        os.replace(new, place)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise RunError(f"{quoted(place, 300)} cannot be written ({error.strerror}). {ELSEWHERE}") from None
