"""What the tables, a step and a report rest on, part by part, and in words what has changed since they were made.

Each is a mapping from a part, in words, to its hash, or after "= " to a value short enough to be told. Equal mappings
mean that nothing has to be made again; the difference of two is the reason why something is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from helpers.client.corrections import read_corrections
from helpers.client.decisions import read_decisions
from helpers.client.file_hashes import SeenFiles, file_hash
from helpers.client.folder import Client
from helpers.client.intent_rules_file import rules_path
from helpers.client.result_model import Result
from helpers.client.results import ABSENT, OF_RESULT, OF_TABLE, outputs_hash, table_parts
from helpers.client.step_inputs import code_hash, notebook_of, words_hash
from helpers.client.tables_manifest import TablesManifest
from helpers.client.versions import version_parts
from helpers.run.code_closure import calculations_of
from helpers.steps import KIT, Step, find_step

Parts = dict[str, str]
HELPERS = KIT / "helpers"
LONGEST = 120  # characters of two values that are still told
LOCK = KIT / "requirements.lock"
# whoever installs another version of these without a new lock changes what is computed
COMPUTING = ("numpy", "pandas", "scipy", "scikit-learn", "duckdb")
# Steps are carried by these. Of show/ the last four count: they say the numbers in an exhibit's subtitle while the step
# runs, and make the notes by which its outputs are found in the saved notebook.
OF_STEPS = (
    *("__init__.py", "answers.py", "client/*.py", "client/files/*.py", "errors.py", "judgements.py", "step.py"),
    *("reading.py", "step_entry.py"),
)
SAYING = ("show/audience.py", "show/numbers.py", "show/output.py", "show/sentences.py")
OF_TABLES = (
    *("client/*.py", "client/files/*.py", "errors.py", "method/summaries.py"),
    *("client/schemas/delivered/*.yaml", "client/schemas/summaries/*.yaml"),
)
REGISTRY = ("steps.py", "steps_of_today.py", "steps_of_choice.py", "steps_of_action.py")
OF_REPORTS = (
    *(
        "__init__.py",
        "client/*.py",
        "client/files/*.py",
        "client/schemas/*/*.yaml",
        "errors.py",
        "step_entry.py",
        *REGISTRY,
    ),
    *("show/*.py", "report/*.py", "ask/*.py"),
)
# of a step's entry: what is in its result
ENTRY = ("id", "reads", "reads_if_there", "needs", "better_with", "checks_with", "decides", "publishes")
ENTRY += ("reads_version",)
FRAME = ("currency", "source", "supplier_name", "as_of", "window_months")  # what a step reads of client.yaml
TITLE = ("client", "about", "currency")  # what a report does


class Kit:
    """The kit's own files and what is installed, each hashed once; a new one sees what changed in between."""

    @cached_property
    def environment(self) -> Parts:
        """What all calculations rest on besides the kit's code."""
        found = {"requirements.lock": file_hash(LOCK) if LOCK.is_file() else ABSENT}
        found["Python"] = f"= {sys.version_info.major}.{sys.version_info.minor}"
        for package in COMPUTING:
            try:
                found[f"package {package}"] = f"= {version(package)}"
            except PackageNotFoundError:
                found[f"package {package}"] = ABSENT
        return found

    @cached_property
    def of_steps(self) -> str:
        """The code that carries every step."""
        return _files_hash((*OF_STEPS, *SAYING))

    @cached_property
    def of_tables(self) -> str:
        """The code that makes the tables."""
        return _files_hash(OF_TABLES)

    @cached_property
    def of_reports(self) -> str:
        """The code and the templates that draw pages."""
        templates = sorted(path for path in (KIT / "templates" / "report").rglob("*") if path.is_file())
        return hash_of([_files_hash(OF_REPORTS), [[path.name, file_hash(path)] for path in templates]])


def tables_rest_on(client: Client, files: SeenFiles, kit: Kit) -> Parts:
    """What the intake makes the tables of: each delivered file, how client.yaml says to read it, and corrections."""
    config = client.config
    parts = {f"file {name}": files.hash_of(name) or ABSENT for name in delivered_files(client)}
    for name, table in config.tables.items():
        parts[f"tables.{name} in client.yaml"] = hash_of(table.model_dump(mode="json"))
    parts["order of the tables in client.yaml"] = hash_of(list(config.tables))
    parts |= {f"{name} in client.yaml": _told(getattr(config, name)) for name in ("as_of", "window_months")}
    corrections = [vars(one) | {"line": 0} for one in read_corrections(client.folder)]
    parts["corrections"] = hash_of(corrections) if corrections else ABSENT
    return parts | {"the kit's reading of tables": kit.of_tables} | kit.environment


def delivered_files(client: Client) -> list[str]:
    """The files that client.yaml names, each once."""
    return list(dict.fromkeys(file for table in client.config.tables.values() for file in table.every_file))


def step_rests_on(
    client: Client,
    step: Step,
    parameters: Mapping[str, Any],
    mode: str,
    tables: TablesManifest,
    standing: Mapping[str, Result],
    kit: Kit,
) -> Parts:
    """What the result of a step is made of.

    Parameters
    ----------
    parameters : mapping
        Each parameter of its notebook with the value in force.
    standing : mapping of step id to Result
        The results that stand now; of each that the step may read, its tables count and what is provisional in it.
    """
    notebook = notebook_of(client, step)
    parts = {"mode": f"= {mode}", "code cells": code_hash(notebook)}
    parts["notebook"] = "= the kit's" if notebook == step.notebook else "= the client's own"
    parts |= {f"parameter {name}": f"= {value!r}" for name, value in parameters.items()}
    for name in (*step.reads, *step.reads_if_there):
        parts[OF_TABLE + name] = tables.tables[name].sha256 if name in tables.tables else ABSENT
    for other in step.builds_on:
        parts[OF_RESULT + other] = outputs_hash(standing[other]) if other in standing else ABSENT
    made = [one for one in read_decisions(client.folder, step).values() if one.decided]
    parts |= {f"decision {step.number}.{one.id}": hash_of(one.model_dump(mode="json")) for one in made}
    if step.reads_version:
        parts |= version_parts(client.folder, tables.as_of)
    if step.reads_intent_rules:
        # which of the two files it is counts too: a page names it
        rules = rules_path(client.folder)
        parts["intent rules"] = hash_of([rules.parent == client.folder, file_hash(rules)])
    parts["window"] = hash_of(tables.model_dump(mode="json", exclude={"tables", "scales"}))
    parts["scale of the survey in client.yaml"] = hash_of(tables.scales) if tables.scales else ABSENT
    delivered = [name for name, entry in tables.tables.items() if entry.kind == "delivered"]
    parts["which tables were delivered"] = hash_of(delivered)
    parts |= {f"{name} in client.yaml": _told(getattr(client.config, name)) for name in FRAME}
    dates = {name: table.date_format for name, table in client.config.tables.items() if table.date_format}
    given = "window_months" in client.config.model_fields_set
    parts["date formats in client.yaml"] = hash_of([dates, given])
    parts |= {f"module {name}": digest for name, digest in calculations_of(step, notebook).items()}
    parts["its entry in steps.py"] = hash_of([repr(getattr(step, name)) for name in ENTRY])
    parts["schemas of its tables"] = _schemas_hash(step)
    return parts | {"the kit's carrying of steps": kit.of_steps} | kit.environment


def report_rests_on(
    client: Client,
    results: Mapping[str, Mapping[str, str]],
    failed: Mapping[str, str],
    steps: Iterable[Step],
    kit: Kit,
) -> Parts:
    """What the pages for any audience are made of.

    Parameters
    ----------
    results : mapping of step id to the hashes of its files
        The results that stand.
    failed : mapping of step id to str
        Why others do not.
    """
    parts = {f"result of {step_id}": hash_of(files) for step_id, files in results.items()}
    parts |= {f"state of {step_id}": f"= {reason}" for step_id, reason in failed.items()}
    parts |= {f"words of {step.id}": words_hash(notebook_of(client, step)) for step in steps if step.id in results}
    parts["which steps are built"] = hash_of([step.id for step in steps])
    parts["tables that pages show in part"] = hash_of(table_parts(client.results_folder))
    parts |= {f"{name} in client.yaml": _told(getattr(client.config, name)) for name in TITLE}
    return parts | {"the kit's drawing of pages": kit.of_reports} | kit.environment


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs between two such mappings, in words; empty where nothing does.

    >>> changes({"mode": "= draft", "table goals": "ab12"}, {"mode": "= final", "table goals": "= none"})
    ['mode was draft, is final', 'table goals is gone']
    """
    words = []
    for part in dict.fromkeys([*now, *before]):
        old, new = before.get(part, ABSENT), now.get(part, ABSENT)
        if old == new:
            continue
        if old == ABSENT:
            words.append(f"{part} is new")
        elif new == ABSENT:
            words.append(f"{part} {'does not stand' if part.startswith(OF_RESULT) else 'is gone'}")
        elif old.startswith("= ") and new.startswith("= ") and len(old + new) < LONGEST:
            words.append(f"{part} was {old[2:]}, is {new[2:]}")
        else:
            words.append(f"{part} changed")
    return words


def hash_of(content: Any) -> str:
    """A hash of anything that JSON can hold."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()


def _told(value: Any) -> str:
    return f"= {'not given' if value in (None, '') else value}"


def _files_hash(patterns: Iterable[str]) -> str:
    files = sorted({path for pattern in patterns for path in HELPERS.glob(pattern)})
    return hash_of([[path.relative_to(HELPERS).as_posix(), file_hash(path)] for path in files])


def _schemas_hash(step: Step) -> str:
    """The schemas of all that a step may read or publish."""
    published = [name for other in step.builds_on for name in find_step(other).publishes]
    published += [name.partition("/")[2] for name in step.reads_version]
    wanted = {*step.reads, *step.reads_if_there, *step.publishes, *published}
    files = sorted(path for path in (HELPERS / "client" / "schemas").glob("*/*.yaml") if path.stem in wanted)
    return hash_of([[path.stem, file_hash(path)] for path in files])
