"""A frozen version is read only while it is as it was left, and says in words what is not."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from helpers.client.derived import write_json
from helpers.client.result_model import DecisionUsed, NotebookUsed, Result
from helpers.client.schema import schema
from helpers.client.tables import write_table
from helpers.client.versions import (
    COMPARED,
    VersionFacts,
    frozen_files,
    kept_tables,
    last_number,
    missing_names,
    missing_words,
    read_version,
    read_versions,
    version_names,
    version_parts,
    versions_before,
)
from helpers.errors import RunError
from helpers.steps import STEPS, built_steps

GROUPS = "03_form_groups"
COLUMNS = ["customer_id", "group_id", "group_name", "assigned_by", "distance", "second_group_id", "confidence"]


def freeze(client, name="v1", as_of="2025-09-01", currency="EUR", group="g1"):
    """A small version: one step with a decision and its customer_groups."""
    folder = client / "versions" / name
    (folder / "decisions").mkdir(parents=True)
    (folder / "decisions" / f"{GROUPS}.yaml").write_text("format: 1\nstep: 03_form_groups\n", encoding="utf-8")
    step = folder / "steps" / GROUPS
    step.mkdir(parents=True)
    used = DecisionUsed(id="03.all.way_in", state="decided", value="behaviour")
    facts = {"mode": "final", "as_of": as_of, "notebook": NotebookUsed(origin="kit", sha256="0")}
    said = Result(step=GROUPS, kit="0", **facts, decisions=[used])
    write_json(step / "result.json", said)
    rows = pd.DataFrame([["c1", group, "Yards", "behaviour", 0.5, "g2", 0.9]], columns=COLUMNS)
    write_table(rows, step / "customer_groups.parquet", schema("customer_groups"))
    facts = VersionFacts(
        name=name, client="Toy", currency=currency, kit="0", as_of=as_of, window_start="2024-09-01", window_months=12,
        steps={GROUPS: {"module share": "1"}}, files=frozen_files(folder),
    )  # fmt: skip
    write_json(folder / "version.json", facts.sealed())
    return folder


def test_a_version_is_read_back(tmp_path):
    freeze(tmp_path)
    version = read_version(tmp_path, "v1")
    assert (version.name, version.as_of) == ("v1", "2025-09-01")
    assert version.table(GROUPS, "customer_groups")["group_id"].tolist() == ["g1"]
    assert version.table(GROUPS, "group_centres") is None
    assert version.decisions["03.all.way_in"].value == "behaviour"
    assert version.result("04_value_to_us") is None


def changed(folder):
    (folder / "decisions" / f"{GROUPS}.yaml").write_text("format: 1\nstep: 03_form_groups\nchoices: {}\n")


def missing(folder):
    (folder / "steps" / GROUPS / "customer_groups.parquet").unlink()


def added(folder):
    (folder / "steps" / "mine.xlsx").write_text("")


def other_facts(folder):
    facts = json.loads((folder / "version.json").read_text())
    (folder / "version.json").write_text(json.dumps(facts | {"as_of": "2026-01-01"}))


def no_facts(folder):
    (folder / "version.json").unlink()


def half_facts(folder):
    (folder / "version.json").write_text((folder / "version.json").read_text()[:100])


DAMAGE = {
    changed: f"decisions/{GROUPS}.yaml was changed",
    missing: f"steps/{GROUPS}/customer_groups.parquet is missing",
    added: "steps/mine.xlsx was added",
    other_facts: "version.json was changed",
    no_facts: "version.json is missing",
    half_facts: "version.json was changed and cannot be read",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_told_file_by_file_and_the_version_refused(tmp_path, damage):
    damage(freeze(tmp_path))
    with pytest.raises(RunError, match=r"versions/v1 is not as it was frozen") as told:
        read_version(tmp_path, "v1")
    assert DAMAGE[damage] in str(told.value)
    assert "backup" in str(told.value)
    with pytest.raises(RunError, match="v1"):
        versions_before(tmp_path, "2026-09-01")


def test_all_damage_of_all_versions_is_told_at_once(tmp_path):
    changed(freeze(tmp_path))
    folder = freeze(tmp_path, "v2", "2026-01-01")
    missing(folder)
    added(folder)
    with pytest.raises(RunError) as told:
        read_versions(tmp_path)
    for words in ("versions/v1", "was changed", "versions/v2", "is missing and steps/mine.xlsx was added"):
        assert words in str(told.value)


def test_line_ends_and_what_a_system_hides_are_no_damage(tmp_path):
    folder = freeze(tmp_path)
    for path in (folder / "decisions" / f"{GROUPS}.yaml", folder / "steps" / GROUPS / "result.json"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (folder / ".DS_Store").write_text("x")
    assert read_version(tmp_path, "v1").result(GROUPS).step == GROUPS


def test_a_copy_under_another_name_is_no_version(tmp_path):
    folder = freeze(tmp_path)
    shutil.copytree(folder, folder.with_name("v2"))
    with pytest.raises(RunError, match="versions/v2 is not as it was frozen: version.json was changed"):
        read_version(tmp_path, "v2")
    shutil.copytree(folder, folder.with_name("v1 (copy)"))
    assert version_names(tmp_path) == ["v1", "v2"]


def test_a_version_of_a_newer_kit_is_refused_in_words(tmp_path):
    folder = freeze(tmp_path)
    facts = json.loads((folder / "version.json").read_text())
    (folder / "version.json").write_text(json.dumps(facts | {"format": 2, "weather": "fair"}))
    with pytest.raises(RunError, match="frozen by a newer workbook .its format is 2, this one reads up to 1"):
        read_version(tmp_path, "v1")


def test_a_version_that_was_removed_is_missed_and_its_number_stays_taken(tmp_path):
    assert (missing_names(tmp_path), missing_words(tmp_path), last_number(tmp_path)) == ([], "", 0)
    for name in ("v1", "v2", "v4"):
        freeze(tmp_path, name)
    assert missing_names(tmp_path) == ["v3"] and last_number(tmp_path) == 4
    assert missing_words(tmp_path).startswith("v3 is not in versions/ any more: removed, or lost.")
    shutil.rmtree(tmp_path / "versions" / "v2")
    assert "v2 and v3 are not in versions/ any more" in missing_words(tmp_path)
    with pytest.raises(RunError, match=r"no version v2 of this client. v2 and v3 are not in .* There is v1 and v4."):
        read_version(tmp_path, "v2")
    with pytest.raises(RunError, match=r"no version v9 of this client. There is v1 and v4."):
        read_version(tmp_path, "v9")
    assert [one.name for one in read_versions(tmp_path)] == ["v1", "v4"], "told, and no reason to refuse the others"


def test_the_last_number_is_noted_beside_the_versions(tmp_path):
    freeze(tmp_path)
    note = tmp_path / "versions" / "last.txt"
    for text, last, missing in (("v3\n", 3, ["v2", "v3"]), ("v0", 1, []), ("rubbish", 1, []), ("", 1, [])):
        note.write_text(text)
        assert (last_number(tmp_path), missing_names(tmp_path)) == (last, missing)
    note.write_bytes(b"\xff\xfe")
    assert last_number(tmp_path) == 1 and version_names(tmp_path) == ["v1"]


def test_which_versions_lie_before(tmp_path):
    for name, as_of in (("v1", "2024-09-01"), ("v2", "2025-09-01"), ("v10", "2025-09-01"), ("v3", "2026-09-01")):
        freeze(tmp_path, name, as_of)
    assert version_names(tmp_path) == ["v1", "v2", "v3", "v10"]
    assert [version.name for version in versions_before(tmp_path, "2026-09-01")] == ["v1", "v2", "v10"]
    assert versions_before(tmp_path, "2024-09-01") == []
    parts = version_parts(tmp_path, "2026-09-01")
    assert list(parts) == ["version v1", "version v2", "version v10"] and len(set(parts.values())) == 3
    assert version_names(tmp_path / "nowhere") == []


def test_a_part_moves_with_the_version_and_stays_with_its_copy(tmp_path):
    one, other, third = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    freeze(one)
    freeze(other)
    freeze(third, group="g2")
    parts = [version_parts(client, "2026-09-01") for client in (one, other, third)]
    assert parts[0] == parts[1] != parts[2]
    no_facts(one / "versions" / "v1")
    assert version_parts(one, "2026-09-01") == {"version v1": "= not readable"}


def test_a_table_of_an_older_kit_has_todays_columns(tmp_path):
    from helpers.client.tables import _reader as reader
    from helpers.client.tables import copy_query, read_table

    path = tmp_path / "customer_groups.parquet"
    with reader() as connection:
        copy_query(connection, "select 'c1' as customer_id, 'g1' as group_id, 7 as lost", path)
    table = read_table(path, schema("customer_groups"), older=True)
    assert table.columns.tolist() == COLUMNS
    assert table["group_id"].tolist() == ["g1"] and table["confidence"].isna().all()


def test_what_is_looked_back_at_is_published():
    published = {f"{step.id}/{table}" for step in STEPS for table in step.publishes}
    wanted = {name for step in STEPS for name in step.reads_version}
    assert {name for name in wanted if "/" in name} <= published and set(COMPARED) <= published
    assert {name for name in wanted if "/" not in name} <= {step.id for step in STEPS}
    assert {f"{step_id}/{table}" for step_id, tables in kept_tables().items() for table in tables} == {
        name for name in wanted | set(COMPARED) if "/" in name
    }


def test_a_step_whose_notebook_looks_back_rests_on_versions_and_no_other_does():
    ways = ("step.version", "step.first_version", "step.decided_before")
    looks = {step.number for step in built_steps() if any(way in step.notebook.read_text("utf-8") for way in ways)}
    assert looks == {step.number for step in built_steps() if step.reads_version} == {"02", "03", "04", "12", "13"}
