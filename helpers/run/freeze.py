"""Freezing a version: what a final run leaves for good, once everything in it is decided, done and checked.

Made beside its place and put there by one rename, so that a kill leaves the versions as they were.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from helpers import __version__
from helpers.client.decisions import FOLDER as DECISIONS
from helpers.client.decisions import read_every_decision
from helpers.client.derived import write_json
from helpers.client.folder import CONFIG, Client
from helpers.client.intent_rules_file import rules_path
from helpers.client.results import RESULT
from helpers.client.versions import (
    FACTS,
    LAST,
    REPORT_ZIP,
    STEPS_FOLDER,
    VERSIONS,
    VersionFacts,
    frozen_files,
    kept_tables,
    last_number,
    missing_words,
    read_versions,
)
from helpers.errors import counted, listed
from helpers.run.standing import Standing
from helpers.run.store import NEW, REPORT, staging, told
from helpers.steps import built_steps

DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold: no clock in what is compared byte by byte
STRATEGY = (f"{DECISIONS}/", f"{STEPS_FOLDER}/")  # what is decided and said; another title page is no new version


@dataclass(frozen=True)
class Frozen:
    """How a final run's wish for a version ended: the one that stands now, and in words what was done or why not."""

    name: str
    words: str
    made: bool = False


def freeze(now: Standing, audience: str) -> Frozen:
    """Freeze what stands as the next version, unless it is not complete or the last version says the same.

    Parameters
    ----------
    now : Standing
        After a run: `results` are the steps that stand.
    audience : str
        For whom the pages were drawn that the version keeps.

    Raises
    ------
    RunError
        If a version that is there is damaged, or the folder cannot be written; then no version was made.
    """
    found, missing = _freeze(now, audience), missing_words(now.client.folder)
    return replace(found, words=f"{found.words} {missing}") if missing else found


def _freeze(now: Standing, audience: str) -> Frozen:
    if why_not := unfinished(now):
        return Frozen("", f"No version was frozen: {listed(why_not)}.")
    client, before = now.client, read_versions(now.client.folder)
    name = f"v{last_number(client.folder) + 1}"
    target = client.folder / VERSIONS / name
    staged = staging(target)
    try:
        with told(target.parent):
            _copy(now, staged)
            files = frozen_files(staged)
            if before and _strategy(before[-1].facts.files) == _strategy(files):
                return Frozen(before[-1].name, f"No new version: nothing has changed since {before[-1].name}.")
            _zip(client.folder / REPORT / audience, staged / REPORT_ZIP)
            write_json(staged / FACTS, _facts(now, name, audience, frozen_files(staged)))
            size = sum(path.stat().st_size for path in staged.rglob("*") if path.is_file())
            os.rename(staged, target)
            (target.parent / LAST).write_text(f"{name}\n", encoding="ascii", newline="\n")
    finally:
        shutil.rmtree(target.with_name(NEW + name), ignore_errors=True)
        if not last_number(client.folder):
            shutil.rmtree(target.parent, ignore_errors=True)
    words = f"Frozen as {VERSIONS}/{name}: {counted(len(now.results), 'step')}, {size / 1e6:,.1f} MB. Keep it."
    return Frozen(name, words, made=True)


def unfinished(now: Standing) -> list[str]:
    """Why what stands is no version, step by step; empty where it is."""
    found = []
    for step in built_steps():
        result = now.results.get(step.id)
        if result is None:
            found.append(f"{step.number} is not done")
        elif result.mode != "final":
            found.append(f"{step.number} is a draft")
        elif result.provisional or any(check.verdict == "fail" for check in result.checks):
            found.append(f"{step.number} rests on something open, or a check of it fails")
    return found


def _copy(now: Standing, staged: Path) -> None:
    """What was agreed, decided and said, and the tables that are kept."""
    client, kept = now.client, kept_tables()
    shutil.copyfile(client.folder / CONFIG, staged / CONFIG)
    if (rules := rules_path(client.folder)).parent == client.folder:
        shutil.copyfile(rules, staged / rules.name)
    decided = sorted(path for path in (client.folder / DECISIONS).glob("*.y*ml") if path.is_file())
    _into(staged / DECISIONS, decided)
    for step_id, result in now.results.items():
        own = client.results_folder / step_id
        tables = [own / result.tables[name].file for name in kept.get(step_id, ()) if name in result.tables]
        _into(staged / STEPS_FOLDER / step_id, [own / RESULT, *tables])


def _into(folder: Path, files: Iterable[Path]) -> None:
    folder.mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, folder / path.name)


def _zip(pages: Path, path: Path) -> None:
    """The pages as one file whose bytes depend on nothing but theirs."""
    with zipfile.ZipFile(path, "w") as packed:
        for page in sorted(page for page in pages.rglob("*") if page.is_file()):
            entry = zipfile.ZipInfo(page.relative_to(pages.parent).as_posix(), DAY)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            packed.writestr(entry, page.read_bytes(), compresslevel=9)


def _facts(now: Standing, name: str, audience: str, files: dict[str, str]) -> VersionFacts:
    client: Client = now.client
    decided = [one for entries in read_every_decision(client.folder).values() for one in entries.values()]
    return VersionFacts(
        name=name,
        client=client.name,
        currency=client.currency,
        kit=__version__,
        as_of=now.tables.as_of,
        window_start=now.tables.window_start,
        window_months=now.tables.window_months,
        decided_on=max((str(one.decided_on) for one in decided if one.decided), default=""),
        audience=audience,
        steps={step_id: now.manifest.steps[step_id].rests_on for step_id in now.results},
        files=files,
    ).sealed()


def _strategy(files: dict[str, str]) -> dict[str, str]:
    return {name: sha for name, sha in files.items() if name.startswith(STRATEGY)}
