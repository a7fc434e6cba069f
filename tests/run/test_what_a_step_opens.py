"""What a step really opens is part of what its freshness rests on: no table, result, decision or module more."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.client.decisions import FOLDER as DECISIONS
from helpers.client.derived import write_json
from helpers.client.folder import open_client
from helpers.client.intent_rules_file import rules_path
from helpers.client.results import OF_RESULT, OF_TABLE, RESULT, finished_steps, read_manifest
from helpers.client.tables_manifest import read_tables_manifest
from helpers.client.versions import VERSIONS, VersionFacts
from helpers.run import freshness
from helpers.run.freeze import freeze
from helpers.run.freshness import HELPERS
from helpers.run.standing import Standing
from helpers.steps import built_steps, find_step

SCRIPT = Path(__file__).with_name("opened_by_a_step.py")
# these tell what stands and what was received; what a step takes from them are parts of their own
LISTS = {"client.yaml", "results/manifest.json", "results/tables/tables.json"}
# of client.yaml: how a table's dates were written is a part; which notebook runs, and with what, are others
SETTINGS = {*freshness.FRAME, "tables", "own_steps", "parameters"}


def matched(patterns):
    return {path.relative_to(HELPERS).as_posix() for pattern in patterns for path in HELPERS.glob(pattern)}


@pytest.mark.parametrize("step", built_steps(), ids=lambda step: step.id)
@pytest.mark.parametrize("sample", ["complete_journey", "cdnow"])
def test_a_step_opens_nothing_that_its_freshness_does_not_rest_on(run_sample, tmp_path, step, sample):
    opened_of(run_sample(sample).folder, step, tmp_path)


@pytest.fixture(scope="module")
def with_version(run_sample, tmp_path_factory):
    """A sample that was run, with what stands frozen as a version of an earlier day."""
    folder = tmp_path_factory.mktemp("looking_back") / "cdnow"
    shutil.copytree(run_sample("cdnow").folder, folder)
    now = Standing(open_client(folder), read_manifest(folder / "results"))
    now.tables = read_tables_manifest(folder / "results" / "tables")
    now.results = finished_steps(folder / "results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpers.run.freeze.unfinished", lambda now: [])  # a draft will do
        assert freeze(now, "working").made
    path = folder / VERSIONS / "v1" / "version.json"
    facts = VersionFacts.model_validate_json(path.read_bytes())
    write_json(path, facts.model_copy(update={"as_of": "1998-01-01"}).sealed())
    return folder


@pytest.mark.parametrize("number", ["02", "03", "04", "05"])
def test_a_step_opens_a_version_only_where_it_rests_on_it(with_version, tmp_path, number):
    step = find_step(number)
    opened = opened_of(with_version, step, tmp_path)
    assert any(name.startswith(f"{VERSIONS}/v1/steps") for name in opened) == bool(step.reads_version)


def opened_of(folder, step, tmp_path):
    """What a step opens, after each of it was held against what its freshness rests on."""
    done = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), str(folder), step.id, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    results = folder / "results"
    now = Standing(open_client(folder), read_manifest(results))
    now.tables = read_tables_manifest(results / "tables")
    now.results = finished_steps(results)
    parts = now.step_rests_on(step)

    tables = {part.removeprefix(OF_TABLE) for part in parts if part.startswith(OF_TABLE)}
    earlier = {part.removeprefix(OF_RESULT) for part in parts if part.startswith(OF_RESULT)}
    for name in set(found["opened"]) - LISTS:
        path = Path(name)
        if path.name == RESULT:
            continue  # opened of every step, to tell which of them stand
        if path.parent.as_posix() == "results/tables":
            assert path.stem in tables, name
        elif path.parts[0] == "results":
            assert path.parts[1] in earlier, name
        elif path.parts[0] == VERSIONS:
            assert f"version {path.parts[1]}" in parts, name
        else:
            assert name == f"{DECISIONS}/{step.id}.yaml", name
    assert set(step.reads) <= {Path(name).stem for name in found["opened"]}, "nothing was seen"
    assert set(found["asked"]) <= SETTINGS
    methods = {f"method/{part.removeprefix('module ')}.py" for part in parts if part.startswith("module ")}
    carried = matched((*freshness.OF_STEPS, *freshness.SAYING)) | set(freshness.REGISTRY)
    unknown = set(found["modules"]) - methods - carried
    assert {name for name in unknown if not name.startswith("show/") and not name.endswith("__init__.py")} == set()
    return found["opened"]


def test_a_clients_own_intent_rules_are_opened_and_are_a_part(run_sample, tmp_path):
    run, step = run_sample("cdnow"), find_step("09_choose_intent")
    folder = tmp_path / "client"
    shutil.copytree(run.folder, folder)
    now = Standing(open_client(folder), read_manifest(folder / "results"))
    now.tables = read_tables_manifest(folder / "results" / "tables")
    now.results = finished_steps(folder / "results")
    kits = now.step_rests_on(step)["intent rules"]
    shutil.copy(rules_path(folder), folder / "intent_rules.yaml")
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), str(folder), step.id, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "intent_rules.yaml" in json.loads(done.stdout)["opened"]
    assert now.step_rests_on(step)["intent rules"] != kits  # the same words, but the client's own now


def test_what_says_numbers_while_a_step_runs_is_closed():
    """The modules that fill an exhibit's subtitle import none of show/ besides themselves."""
    for file in freshness.SAYING:
        for node in ast.walk(ast.parse((HELPERS / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers.show"):
                assert f"show/{node.module.rpartition('.')[2]}.py" in freshness.SAYING, f"{file} imports {node.module}"
