"""What a user reads who decides weights or cuts that step 02 cannot work with: words, a file to open, what to do."""

from __future__ import annotations

import pytest

from helpers.errors import DecisionError
from helpers.run.inspect import check_client
from tests.cli.calling import workbook
from tests.conftest import copy_sample

STEP = "02_rate_customers"
SIGNED = "reason: so, by: me, decided_on: 2026-11-22"
REFUSED = """\
02_rate_customers.yaml - 1 problem in decisions/02_rate_customers.yaml
  1. line 4, choices.all.weights.value.worth: 60 points are more than one half.
     Give it at most 50, so that no part decides alone."""


@pytest.fixture
def client(tmp_path):
    return copy_sample("cdnow", tmp_path / "client")


def decide(client, **values):
    entries = "".join(f"  all.{name}: {{value: {value}, {SIGNED}}}\n" for name, value in values.items())
    (client / "decisions").mkdir(exist_ok=True)
    (client / "decisions" / f"{STEP}.yaml").write_text(f"format: 1\nstep: {STEP}\nchoices:\n{entries}")


@pytest.mark.parametrize("command", ["check", "run"])
def test_more_than_half_on_one_family_is_refused_before_any_run(client, command):
    decide(client, weights="{worth: 60, engagement: 40}")
    done = workbook(command, client)
    assert done.returncode == 1
    assert done.stderr.startswith(REFUSED)
    assert not (client / "results").exists()


def test_check_tells_of_weights_and_cuts_at_once(client):
    decide(client, weights="{worth: 30, luck: 30}", cuts="{A: 40, B: 50, C: 35}")
    with pytest.raises(DecisionError) as told:
        check_client(client)
    said = str(told.value)
    assert "choices.all.weights.value.luck: no part has this name." in said
    assert "choices.all.weights.value: the points sum to 60." in said
    assert "choices.all.cuts.value: the cuts are 40, 50, 35." in said
    assert "Expected each below the one before: A, B, C." in said


def test_weights_and_cuts_that_can_be_are_in_force(client):
    decide(client, weights="{worth: 50, engagement: 30, trend: 20}", cuts="{A: 70, B: 50, C: 30}")
    said = check_client(client)
    assert "  02.all.weights: me on 2026-11-22" in said
    assert "  02.all.cuts: me on 2026-11-22" in said
