"""What a user reads who decides weights or cuts that step 02 cannot work with: words, a file to open, what to do."""

from __future__ import annotations

import pytest

from helpers.client.results import finished_steps
from helpers.errors import DecisionError
from helpers.run.inspect import check_client
from tests.cli.calling import workbook
from tests.conftest import copy_sample

STEP = "02_rate_customers"
SIGNED = "reason: so, by: me, decided_on: 2026-11-22"
REFUSED = """\
The decision weights - 1 problem in decisions/02_rate_customers.yaml
  1. all.weights -> worth: 60 points are more than one half.
     Give it at most 50, so that no family decides alone."""


@pytest.fixture
def client(tmp_path):
    return copy_sample("cdnow", tmp_path / "client")


def decide(client, **values):
    entries = "".join(f"  all.{name}: {{value: {value}, {SIGNED}}}\n" for name, value in values.items())
    (client / "decisions").mkdir(exist_ok=True)
    (client / "decisions" / f"{STEP}.yaml").write_text(f"format: 1\nstep: {STEP}\nchoices:\n{entries}")


def test_more_than_half_on_one_family_is_refused_and_the_other_steps_run(client):
    decide(client, weights="{worth: 60, engagement: 40}")
    done = workbook("run", client)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("02 Rate customers"))
    assert lines[at].endswith(f"failed: {REFUSED.splitlines()[0]}")
    assert lines[at + 1 : at + 3] == REFUSED.splitlines()[1:]
    assert f"1 step did not finish: {STEP}" in done.stderr
    standing = set(finished_steps(client / "results"))
    assert STEP not in standing
    assert {"01_frame_engagement", "05_customer_share"} <= standing
    assert "Give it at most 50" in (client / "results" / "logs" / f"{STEP}.txt").read_text(encoding="utf-8")
    page = (client / "report" / "working" / "index.html").read_text(encoding="utf-8")
    assert "decisions/02_rate_customers.yaml" in page


def test_check_finds_it_before_any_run(client):
    decide(client, weights="{worth: 60, engagement: 40}")
    done = workbook("check", client)
    assert done.returncode == 1
    assert done.stderr.startswith(REFUSED)
    assert not done.stdout
    assert not (client / "results").exists()


def test_check_tells_of_weights_and_cuts_at_once(client):
    decide(client, weights="{worth: 30, luck: 30}", cuts="{A: 40, B: 50, C: 35}")
    with pytest.raises(DecisionError) as told:
        check_client(client)
    said = str(told.value)
    assert "all.weights -> luck: no family has this name." in said
    assert "all.weights: the points sum to 60." in said
    assert "The decision cuts - 1 problem" in said
    assert "Expected A above B, and B above C." in said


def test_weights_and_cuts_that_can_be_are_in_force(client):
    decide(client, weights="{worth: 50, engagement: 30, trend: 20}", cuts="{A: 70, B: 50, C: 30}")
    said = check_client(client)
    assert "  02.all.weights: me on 2026-11-22" in said
    assert "  02.all.cuts: me on 2026-11-22" in said
