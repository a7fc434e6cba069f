"""Four small steps, killed at fifty moments: the next command shows the old set or the new, and a run ends the work."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.client.file_hashes import folder_hashes
from tests.run.toy import toy_client

STEPS = ("01_frame_engagement", "02_rate_customers", "03_form_groups", "05_customer_share")
PARTS = ("results/tables", *(f"results/{step}" for step in STEPS), "report/working")
MOMENTS, AT_ONCE = 50, 5


class Forked:
    """Runs and looks at clients in processes that may be killed."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-P", str(Path(__file__).with_name("forked_runs.py")), str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _order(self, **order: object) -> dict:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def run(self, client: Path, moment: int | None = None, mode: str = "draft") -> dict:
        """Run a client to its end, or until it is killed before its change number `moment`."""
        answer = self._order(do="run", client=str(client), moment=moment, mode=mode)
        assert not answer.get("failed") and answer.get("killed", -9) == -9
        return answer

    def look(self, client: Path) -> dict:
        """What `status` says."""
        return self._order(do="look", client=str(client))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture(scope="module")
def forked(tmp_path_factory):
    made = Forked(tmp_path_factory.mktemp("kit") / "toy")
    yield made
    made.close()


def deliver(client):
    """A new delivery: every table, step and page comes out different."""
    orders = client / "data" / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8") + "C4,2026-06-20,99900.00\n", encoding="utf-8")


@pytest.fixture(scope="module")
def before(forked, tmp_path_factory):
    """A client that has been run, and that has been run again after a new delivery; and in how many changes."""
    old, new = (tmp_path_factory.mktemp(name) / "client" for name in ("old", "new"))
    toy_client(old)
    first = forked.run(old)["moments"]
    shutil.copytree(old, new)
    deliver(new)
    again = forked.run(new)
    assert again["ran"] == ["01", "02", "03", "05"]
    for part in PARTS:
        assert folder_hashes(old / part) != folder_hashes(new / part), f"{part} does not show which set it is of"
    return old, new, first, again["moments"]


def shown(client, old, new, forked):
    """Hold what `status` says of a killed run against what lies there."""
    said = forked.look(client)
    for part in PARTS:
        stands, sets = folder_hashes(client / part), [folder_hashes(one / part) for one in (old, new) if one]
        assert stands in [*sets, {}], f"{part} is a mixture"
    assert not [path for folder in ("results", "report") for path in (client / folder).glob(".*")]
    is_new = {part: folder_hashes(client / part) == folder_hashes(new / part) for part in PARTS}
    assert bool(said["changed"]) == (not is_new["results/tables"] and (client / "results" / "tables").exists())
    for step, state in said["states"].items():
        assert state in ("done", "outdated", "interrupted", "never")
        both = is_new[f"results/{step}"] and is_new["results/tables"]
        assert (state == "done") == both
    drawn = (client / "report" / "working").exists() and not is_new["report/working"]
    assert ("working" in said["older"]) == (drawn and not said["changed"])
    return said


@pytest.mark.parametrize("first", [False, True], ids=["after a delivery", "first run"])
@pytest.mark.parametrize("seed", range(MOMENTS // AT_ONCE // 2))
def test_killed_at_fifty_moments_and_resumed(forked, before, tmp_path, seed, first):
    """Each run is killed at a random change of a file, its successor may be too, and the third one ends the work."""
    old, new, *counts = before
    chance = random.Random(f"{seed} {first}")
    for trial in range(AT_ONCE):
        client = tmp_path / f"client{trial}"
        if first:
            toy_client(client)
        else:
            shutil.copytree(old, client)
        deliver(client)
        for _ in range(chance.choice((1, 1, 2))):
            forked.run(client, chance.randint(1, counts[not first]))
            shown(client, None if first else old, new, forked)
        forked.run(client)
        for part in PARTS:
            assert folder_hashes(client / part) == folder_hashes(new / part)
        said = forked.look(client)
        assert set(said["states"].values()) == {"done"} and not said["older"] and not said["changed"]
    assert forked.run(client)["ran"] == []


def test_killed_at_each_of_the_last_changes(forked, before, tmp_path):
    """The last changes of a run, one by one: pages and manifest."""
    old, new, _, count = before
    for moment in range(count - 4, count + 1):
        client = tmp_path / f"client{moment}"
        shutil.copytree(old, client)
        deliver(client)
        forked.run(client, moment)
        shown(client, old, new, forked)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_killed_while_a_version_is_frozen(forked, tmp_path, every):
    """At each change of the freezing: no version or the whole one, and the next run makes the same."""
    done, whole = tmp_path / "done", tmp_path / "whole"
    toy_client(done)
    forked.run(done, mode="final")
    shutil.copytree(done, whole)
    expected = folder_hashes(whole / "versions")
    assert "v1/version.json" in expected and "v1/report.zip" in expected
    shutil.rmtree(done / "versions")
    shutil.copytree(done, tmp_path / "count")
    moments = forked.run(tmp_path / "count", mode="final")["moments"]
    seen = set()
    for moment in range(moments, 0, -every):
        client = tmp_path / str(moment)
        shutil.copytree(done, client)
        forked.run(client, moment, mode="final")
        left = [path.name for path in (client / "versions").glob("*")] if (client / "versions").is_dir() else []
        seen.add("v1" in left)
        lines = forked.look(client)["lines"]
        assert not list(client.glob("versions/.*")), "status has taken away what was half made"
        assert any(line.startswith("  v1") for line in lines) == ("v1" in left)
        assert forked.run(client, mode="final")["ran"] == []
        assert folder_hashes(client / "versions") == expected
    assert seen == {False, True}
    assert seen == {False, True} or moments
