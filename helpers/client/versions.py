"""Versions of a strategy: what a final run froze, read back only where it is as it was left.

    versions/v1/version.json                       what it is a version of, and the hash of each of its files
    versions/v1/client.yaml, decisions/*.yaml      what was agreed and decided
    versions/v1/steps/<step>/result.json           what each step said
    versions/v1/steps/<step>/<table>.parquet       the tables that later runs are held against
    versions/v1/report.zip                         the pages as they were read
    versions/last.txt                              the highest number given so far, so that none is given twice

A version is made once (`helpers.run.freeze`) and never written again. Its hashes are there to notice a slip, such as a
file saved in the wrong folder; whoever wants to deceive can make them anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.client.result_model import DecisionUsed, Result
from helpers.client.results import RESULT
from helpers.errors import RunError, listed
from helpers.steps import STEPS, find_step

if TYPE_CHECKING:
    import pandas as pd

VERSIONS, FACTS, STEPS_FOLDER, REPORT_ZIP = "versions", "version.json", "steps", "report.zip"
LAST = "last.txt"
FORMAT = 1
NAME = re.compile(r"v[1-9][0-9]*")
TEXTS = (".yaml", ".json")  # their line ends may change on the way through a version control, their words may not
# what `workbook compare` holds against each other, whatever the steps themselves look back at
COMPARED = ("02_rate_customers/customer_ratings", "03_form_groups/customer_groups", "04_value_to_us/customer_value")
REMEDY = (
    "A version is never written again. Put its files back from a backup or your version control; "
    "if it is to count no longer, remove the whole folder."
)


class VersionFacts(BaseModel):
    """version.json: no clock, so that the same client frozen twice gives the same bytes.

    `decided_on` is the last day on which something in it was decided; `steps` has what each step rested on, part by
    part, as in the manifest; `files` the hash of every file beside this one; `seal` that of all the rest.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = FORMAT
    name: str
    client: str
    currency: str
    kit: str
    as_of: str
    window_start: str
    window_months: int
    decided_on: str = ""
    audience: str = "working"
    steps: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    seal: str = ""

    def sealed(self) -> VersionFacts:
        """The same with its seal."""
        return self.model_copy(update={"seal": self.expected_seal()})

    def expected_seal(self) -> str:
        """The hash of everything but the seal."""
        text = json.dumps(self.model_dump(mode="json", exclude={"seal"}), sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Version:
    """One version that is as it was left."""

    folder: Path
    facts: VersionFacts

    @property
    def name(self) -> str:
        """Such as v1."""
        return self.facts.name

    @property
    def as_of(self) -> str:
        """The day after the last of its window, as year-month-day."""
        return self.facts.as_of

    def result(self, step_id: str) -> Result | None:
        """Everything that a step said then; None where that kit had no such step."""
        path = self.folder / STEPS_FOLDER / find_step(step_id).id / RESULT
        return Result.model_validate_json(path.read_bytes()) if path.is_file() else None

    @cached_property
    def decisions(self) -> dict[str, DecisionUsed]:
        """Every judgement in force then, by its id, such as 03.all.groups."""
        results = [self.result(step_id) for step_id in self.facts.steps]
        return {used.id: used for result in results if result for used in result.decisions}

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table that was kept, with the columns of today's schema; None where that version has not kept it.

        A column that the schema has got since is missing in every row; one that it has lost is left out.
        """
        path = self.folder / STEPS_FOLDER / find_step(step_id).id / f"{table}.parquet"
        if not path.is_file():
            return None
        from helpers.client.schema import schema
        from helpers.client.tables import read_table

        return read_table(path, schema(table), older=True)


def kept_tables() -> dict[str, tuple[str, ...]]:
    """The published tables that a version keeps, by step: those that a step looks back at, and those compared."""
    wanted = {*COMPARED, *(name for step in STEPS for name in step.reads_version if "/" in name)}
    split = sorted(name.split("/") for name in wanted)
    return {step_id: tuple(table for one, table in split if one == step_id) for step_id, _ in split}


def version_names(client_folder: Path) -> list[str]:
    """The versions that are there, the first one first: v1, v2, ... v10."""
    folder = client_folder / VERSIONS
    found = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return sorted((name for name in found if NAME.fullmatch(name)), key=lambda name: int(name[1:]))


def last_number(client_folder: Path) -> int:
    """The highest number that was ever given to a version; 0 where none was frozen yet.

    Noted beside the versions, since the folder with the highest number may have been removed; where nobody can read
    the note, the highest that is there.
    """
    highest = max((int(name[1:]) for name in version_names(client_folder)), default=0)
    note = client_folder / VERSIONS / LAST
    try:
        noted = note.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return highest
    return max(highest, int(noted[1:])) if NAME.fullmatch(noted) else highest


def missing_names(client_folder: Path) -> list[str]:
    """The versions that were frozen and are not there any more: numbers below the last one without a folder."""
    there = set(version_names(client_folder))
    return [name for name in (f"v{at}" for at in range(1, last_number(client_folder) + 1)) if name not in there]


def missing_words(client_folder: Path) -> str:
    """That versions are missing, in a sentence; empty where none is."""
    names = missing_names(client_folder)
    if not names:
        return ""
    many = len(names) > 1
    return (
        f"{listed(names, 12)} {'are' if many else 'is'} not in {VERSIONS}/ any more: removed, or lost. Nothing is held "
        f"against {'them' if many else 'it'}, and {'their numbers are' if many else 'its number is'} not given again. "
        f"If {'they are' if many else 'it is'} to count, put {'the folders' if many else 'the folder'} back from a "
        "backup."
    )


def read_version(client_folder: Path, name: str) -> Version:
    """A version, after every one of its files was held against its hash.

    Raises
    ------
    RunError
        If there is none of this name, it was frozen by a newer kit, or something in it was changed, is missing or was
        added: each file is named.
    """
    names = version_names(client_folder)
    if name not in names:
        none = "None has been frozen yet: python3 workbook.py run CLIENT --final."
        there = f"There is {listed(names, 12)}." if names else none
        if name in missing_names(client_folder):
            there = missing_words(client_folder) + (f" There is {listed(names, 12)}." if names else "")
        raise RunError(f"There is no version {name} of this client. {there}")
    folder = client_folder / VERSIONS / name
    facts = _read_facts(folder)
    if faults := _faults(folder, facts):
        raise RunError(f"{VERSIONS}/{name} is not as it was frozen: {listed(faults, 8)}. {REMEDY}")
    return Version(folder, facts)


def read_versions(client_folder: Path) -> list[Version]:
    """All versions, the first one first; RunError as in `read_version`, of every damaged one at once."""
    found, problems = [], []
    for name in version_names(client_folder):
        try:
            found.append(read_version(client_folder, name))
        except RunError as error:
            problems.append(str(error))
    if problems:
        raise RunError("\n".join(problems))
    return found


def versions_before(client_folder: Path, as_of: str) -> list[Version]:
    """The versions that a run with this as_of looks back at: those of an earlier day, the latest last."""
    found = [version for version in read_versions(client_folder) if version.as_of < as_of]
    return sorted(found, key=lambda version: (version.as_of, int(version.name[1:])))


def version_parts(client_folder: Path, as_of: str) -> dict[str, str]:
    """The same versions as parts that a step rests on: their seals by name, without reading all of their files."""
    parts = {}
    for name in version_names(client_folder):
        try:
            facts = _read_facts(client_folder / VERSIONS / name)
        except RunError:
            parts[f"version {name}"] = "= not readable"
            continue
        if facts.as_of < as_of:
            parts[f"version {name}"] = facts.seal
    return parts


def frozen_hash(path: Path) -> str:
    """The hash of a file of a version, whichever line ends its text has now."""
    content = path.read_bytes()
    return sha256(content.replace(b"\r\n", b"\n") if path.suffix in TEXTS else content).hexdigest()


def frozen_files(folder: Path) -> dict[str, str]:
    """The hash of each file of a version but version.json, by its path from there; what a system hides is none."""
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    own = [name for name in names if not any(part.startswith(".") for part in name.parts)]
    return {name.as_posix(): frozen_hash(folder / name) for name in own if name.as_posix() != FACTS}


def _faults(folder: Path, facts: VersionFacts) -> list[str]:
    found = frozen_files(folder)
    faults = [f"{name} was changed" for name in facts.files if found.get(name, facts.files[name]) != facts.files[name]]
    faults += [f"{name} is missing" for name in facts.files if name not in found]
    faults += [f"{name} was added" for name in found if name not in facts.files]
    if facts.seal != facts.expected_seal() or facts.name != folder.name:
        faults.append(f"{FACTS} was changed")
    return faults


def _read_facts(folder: Path) -> VersionFacts:
    where = f"{VERSIONS}/{folder.name}"
    try:
        raw: Any = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        found = raw.get("format") if isinstance(raw, dict) else None
        if isinstance(found, int) and found > FORMAT:
            raise RunError(
                f"{where} was frozen by a newer workbook (its format is {found}, this one reads up to {FORMAT}). "
                "Run this client with that workbook."
            )
        return VersionFacts.model_validate(raw)
    except FileNotFoundError:
        raise RunError(f"{where} is not as it was frozen: {FACTS} is missing. {REMEDY}") from None
    except (ValueError, ValidationError):
        raise RunError(f"{where} is not as it was frozen: {FACTS} was changed and cannot be read. {REMEDY}") from None
