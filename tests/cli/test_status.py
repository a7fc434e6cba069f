"""`workbook status`: what is said is true, what is not known is not said, and nothing is changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from helpers.client.derived import write_json
from helpers.client.file_hashes import file_hash
from helpers.client.folder import open_client
from helpers.client.result_model import DecisionUsed
from helpers.client.results import RESULT, StepRun, finished_steps, read_manifest, read_result
from helpers.client.tables_manifest import read_tables_manifest
from helpers.errors import WorkbookError
from helpers.run import status as module
from helpers.run.new import new_client
from helpers.run.standing import Standing
from helpers.run.status import client_status
from helpers.run.store import write_manifest
from helpers.steps import KIT, built_steps, find_step
from tests.cli.calling import files, workbook
from tests.conftest import copy_sample

FIRST, SHARE = "01_frame_engagement", "05_customer_share"
AFTER_SHARE: list[str] = []  # the steps that read step 05, or one that does
for _later in built_steps():
    if {SHARE, *AFTER_SHARE} & set(_later.builds_on):
        AFTER_SHARE.append(_later.id)
SCOPE = "  all.scope: {value: main_categories, reason: so, by: the board, decided_on: 2026-11-22}\n"


def decide_scope(client):
    (client / "decisions" / f"{SHARE}.yaml").write_text(
        f"format: 1\nstep: {SHARE}\nchoices:\n{SCOPE}", encoding="utf-8"
    )


def replace_in(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def states(client):
    return {one.step.id: one.state for one in client_status(client).steps}


def step(client, step_id):
    return next(one for one in client_status(client).steps if one.step.id == step_id)


def text_of(client):
    """What status says, each line with single spaces: how wide a column is depends on all steps there are."""
    return "\n".join(" ".join(line.split()) for line in client_status(client).lines("acme"))


def asked_once():
    """What all built steps ask once, not group by group."""
    return [choice.name for one in built_steps() for choice in one.decides if choice.always]


def open_ones(client):
    """What is open after a run: what is asked of every client, and what the run asked of this one."""
    used = [one.id for result in finished_steps(client / "results").values() for one in result.decisions]
    every = [f"{one.number}.{choice.example}" for one in built_steps() for choice in one.decides if choice.always]
    return set(used) | set(every)


def as_if_run(client, step_id, **changes):
    """Another result of a step, with a manifest that knows it and the decisions of today."""
    results, manifest = client / "results", read_manifest(client / "results")
    write_json(results / step_id / RESULT, read_result(results, step_id).model_copy(update=changes))
    run, now = manifest.steps[step_id], Standing(open_client(client), manifest)
    run.result_sha256 = run.artefacts[RESULT] = file_hash(results / step_id / RESULT)
    now.tables = read_tables_manifest(results / "tables")
    seen = {one.id for one in module.built_steps()}
    now.results = {name: result for name, result in finished_steps(results).items() if name in seen}
    run.rests_on = now.step_rests_on(find_step(step_id))
    write_manifest(results, manifest)


# ---- a client in each of its states ----------------------------------------------------------------------------------


def test_a_new_folder_waits_for_its_file(tmp_path):
    new_client(tmp_path / "acme")
    done = workbook("status", "acme", cwd=tmp_path)
    assert done.returncode == 0
    assert "data/transactions.csv is not there" in done.stdout
    last = done.stdout.splitlines()[-1]
    check = "python3 workbook.py check acme"
    expected = f"put data/transactions.csv in place, or name another file in client.yaml; then {check}"
    assert last == f"Next: {expected}"


def test_a_client_that_never_ran(tmp_path):
    client = copy_sample("complete_journey", tmp_path / "client")
    before = files(client)
    done = workbook("status", client)
    assert done.returncode == 0
    assert not done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Maker 764 (Complete Journey)"
    assert "  no run has read the client's files yet" in lines
    assert ["01", "Frame", "the", "engagement", "never", "not", "run", "yet"] in [line.split() for line in lines]
    assert lines[-1] == f"Next: python3 workbook.py check {client}, then python3 workbook.py run {client}"
    assert files(client) == before
    assert not (client / "results").exists()


def test_a_client_that_was_run(finished):
    before = files(finished)
    done = workbook("status", finished)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[1] == "  12 months, 2017-01-01 to 2017-12-31; amounts in USD"
    assert "  transactions     17,510 rows   17,506 kept   data/transactions.csv" in lines
    assert "  customers           801 rows                 data/customers.csv" in lines
    assert set(states(finished).values()) == {"done"}
    run = read_manifest(finished / "results").steps[FIRST]
    assert f"{run.finished[:10]} {run.finished[11:16]} draft, 5 provisional" in done.stdout
    assert "  report/working/index.html" in lines
    assert f"  0 decided, 0 of them stale; {len(open_ones(finished))} open" in lines
    assert lines[-1].startswith(
        f"Next: decide 01.all.values in decisions/{FIRST}.yaml; python3 workbook.py run {finished} --final"
    )
    assert files(finished) == before


def test_pages_that_show_something_else_than_what_stands_are_told_apart(finished):
    """A run draws for one audience; what stands there for another shows older numbers."""
    page = finished / "report" / "client" / "index.html"
    page.parent.mkdir()
    page.write_text("older", encoding="utf-8")
    lines = client_status(finished).lines("acme")
    again = "python3 workbook.py run acme --audience client draws it again"
    assert f"  report/client/index.html, drawn of something else than what stands now; {again}" in lines
    assert "  report/working/index.html" in lines


def test_a_step_that_failed_says_why_and_one_that_waited_for_it(finished):
    manifest = read_manifest(finished / "results")
    manifest.steps[FIRST] = StepRun(state="failed", reason="a check fails.\nmore", finished="2026-11-20T10:11:12Z")
    for later in (SHARE, *AFTER_SHARE):
        manifest.steps[later] = StepRun(state="blocked", reason=f"it reads {FIRST}", finished="2026-11-20T10:11:13Z")
    write_manifest(finished / "results", manifest)
    text = text_of(finished)
    assert "01 Frame the engagement failed 2026-11-20 10:11 a check fails.\n" in text
    assert "05 Customer share blocked 2026-11-20 10:11 it reads" in text
    assert text.endswith("Next: mend what stopped 01, as said above, then python3 workbook.py run acme")


@pytest.mark.parametrize("damage", ["", "{", '{"format": 2, "x": 1}'])
def test_a_damaged_manifest_counts_as_never_run(damage, finished):
    (finished / "results" / "manifest.json").write_text(damage)
    assert set(states(finished).values()) == {"never"}


# ---- what has changed since ------------------------------------------------------------------------------------------


def test_a_delivered_file_that_changed(finished):
    path = finished / "data" / "transactions.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    status = client_status(finished)
    assert status.files.changed == ["file data/transactions.csv changed"]
    assert {one.state for one in status.steps} == {"outdated"}
    assert all(one.words.endswith("since then the client's files changed") for one in status.steps)
    assert status.next_thing("a b") == "python3 workbook.py run 'a b'"
    path.write_bytes(path.read_bytes()[:-1])
    assert not client_status(finished).files.changed


def test_a_file_that_was_only_touched_has_not_changed(finished):
    (finished / "data" / "transactions.csv").touch()
    assert set(states(finished).values()) == {"done"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("as_of: 2018-01-01", "as_of: 2017-12-01", "as_of in client.yaml was 2018-01-01, is 2017-12-01"),
        ("  wallets: ", "  goals: ", "tables.goals in client.yaml is new"),
        ("  wallets: ", "  goals: ", "tables.wallets in client.yaml is gone"),
        ("file: data/markets.csv", "file: data/markets2.csv", "file data/markets2.csv is not there"),
        ("file: data/markets.csv", "file: data/customers.csv", "tables.markets in client.yaml changed"),
    ],
)
def test_what_client_yaml_says_now(old, new, said, finished):
    replace_in(finished / "client.yaml", old, new)
    assert any(line.startswith(said) for line in client_status(finished).files.changed)
    assert set(states(finished).values()) == {"outdated"}


def test_words_in_client_yaml_do_not_make_a_step_outdated(finished):
    replace_in(finished / "client.yaml", "about: >-\n", "about: >-\n  Some words more.\n")
    assert set(states(finished).values()) == {"done"}


def test_a_decision_makes_its_own_step_outdated_and_those_that_read_it(finished):
    decide_scope(finished)
    assert {name for name, state in states(finished).items() if state == "outdated"} == {SHARE, *AFTER_SHARE}
    assert step(finished, SHARE).words.endswith("since then decision 05.all.scope is new")
    status = client_status(finished)
    assert status.judgements.made == ["05.all.scope"]
    assert "05.all.scope" not in status.judgements.open
    assert status.next_thing("acme") == "python3 workbook.py run acme"
    (finished / "decisions" / f"{SHARE}.yaml").unlink()
    assert set(states(finished).values()) == {"done"}


def test_a_notebook_that_changed_is_told_apart_from_a_decision(finished):
    (finished / "notebooks").mkdir()
    own = finished / "notebooks" / f"{SHARE}.ipynb"
    shutil.copy(find_step(SHARE).notebook, own)
    replace_in(finished / "client.yaml", "currency: USD", f"currency: USD\nown_steps: [{SHARE}]")
    assert step(finished, SHARE).words.endswith("since then notebook was the kit's, is the client's own")
    notebook = json.loads(own.read_text(encoding="utf-8"))
    next(cell for cell in reversed(notebook["cells"]) if cell["cell_type"] == "code")["source"].append("\n1")
    own.write_text(json.dumps(notebook), encoding="utf-8")
    assert step(finished, SHARE).words.endswith(
        "since then code cells changed and notebook was the kit's, is the client's own"
    )
    decide_scope(finished)
    assert step(finished, SHARE).words.endswith("is the client's own and decision 05.all.scope is new")
    own.write_text("no notebook")
    assert step(finished, SHARE).words.endswith("since then notebook was the kit's, is not readable")
    own.unlink()
    with pytest.raises(WorkbookError, match="under own_steps"):
        client_status(finished)


def test_tables_that_are_others_or_gone(finished):
    tables = finished / "results" / "tables" / "tables.json"
    tables.write_text(tables.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert client_status(finished).files.changed == ["results/tables is not as the run left it"]
    assert step(finished, FIRST).state == "outdated"
    shutil.rmtree(tables.parent)
    status = client_status(finished)
    assert status.tables is None
    assert status.next_thing("acme") == "python3 workbook.py check acme, then python3 workbook.py run acme"


def test_a_result_that_somebody_touched_does_not_count(finished):
    path = finished / "results" / FIRST / RESULT
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert step(finished, FIRST).state == "outdated"
    path.unlink()
    assert f"results/{FIRST} is not as the run left it" in step(finished, FIRST).words


# ---- judgements ------------------------------------------------------------------------------------------------------


def test_a_stale_judgement_is_looked_at_before_an_open_one(finished):
    decide_scope(finished)
    used = DecisionUsed(id="05.all.scope", state="stale", value="x", moved=["05.answer/share was 0.8, is now 0.9"])
    as_if_run(finished, SHARE, decisions=[used])
    status = client_status(finished)
    assert status.judgements.stale == {"05.all.scope": "05.answer/share was 0.8, is now 0.9"}
    lines = status.lines("acme")
    assert f"  1 decided, 1 of them stale; {len(open_ones(finished)) - 1} open" in lines
    assert "  stale: 05.all.scope: 05.answer/share was 0.8, is now 0.9" in lines
    assert lines[-1] == f"Next: look again at 05.all.scope in decisions/{SHARE}.yaml, then python3 workbook.py run acme"


def test_what_a_draft_asks_group_by_group_is_open(finished):
    as_if_run(finished, SHARE, decisions=[DecisionUsed(id="05.g2.intent", state="proposed", value="grow")])
    of_share = [name for name in client_status(finished).judgements.open if name.startswith("05.")]
    assert of_share == ["05.all.scope", "05.g2.intent"]


def test_when_all_is_decided_comes_the_final_run_and_then_the_report(finished, monkeypatch):
    monkeypatch.setattr(module, "built_steps", lambda: [find_step(SHARE)])
    decide_scope(finished)
    as_if_run(finished, SHARE, provisional=[])
    assert client_status(finished).next_thing("acme") == "python3 workbook.py run acme --final"
    as_if_run(finished, SHARE, mode="final", provisional=[])
    status = client_status(finished)
    assert status.steps[0].words.endswith(" final")
    assert status.next_thing("acme") == "read report/working/index.html"
    shutil.rmtree(finished / "report")
    assert client_status(finished).next_thing("acme") == "python3 workbook.py run acme"
    assert client_status(finished).lines("acme")[-3] == "  none"


# ---- the command -----------------------------------------------------------------------------------------------------


def test_a_broken_client_is_told_and_the_others_too(tmp_path):
    faults = KIT / "tests" / "broken_clients"
    for fault in ("unknown_key", "decision_stray_file"):
        shutil.copytree(faults / fault, tmp_path / fault, ignore=shutil.ignore_patterns("expected.txt"))
    new_client(tmp_path / "good one")
    before = files(tmp_path)
    done = workbook("status", "unknown_key", "good one", "nowhere", "decision_stray_file", cwd=tmp_path)
    assert done.returncode == 1
    for fault in ("unknown_key", "decision_stray_file"):
        assert f"{fault}\n{(faults / fault / 'expected.txt').read_text(encoding='utf-8')}" in done.stderr
    assert 'nowhere\nThere is no folder "nowhere".' in done.stderr
    assert "good one\n" in done.stdout
    assert "python3 workbook.py check 'good one'" in done.stdout
    assert files(tmp_path) == before


def test_a_damaged_derived_file_is_a_message(finished):
    (finished / "results" / "tables" / "tables.json").write_text("{")
    done = workbook("status", finished)
    assert done.returncode == 1
    assert "results/tables/tables.json is damaged" in done.stderr


def test_it_loads_nothing_that_only_runs_need(finished):
    code = "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import helpers.run.status as s; "
    code += "s.client_status(Path(sys.argv[2])); print(*sys.modules)"
    call = [sys.executable, "-P", "-c", code, str(KIT), str(finished)]
    loaded = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
    assert "helpers.run.status" in loaded
    assert not {"papermill", "matplotlib", "nbconvert", "jupyter_client", "ipykernel"} & set(loaded)
