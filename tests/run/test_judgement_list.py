"""`workbook decisions`: every judgement with its state, and confirming one, on the real step 05 of a sample."""

import shutil

import pytest

from helpers.client.decisions import read_decisions
from helpers.client.results import finished_steps
from helpers.errors import DecisionError
from helpers.run.judgement_list import confirm, judgement_lines, judgements_now
from helpers.run.runner import run_client
from helpers.steps import find_step
from tests.conftest import copy_sample

SCOPE = "05.all.scope"
WHO = {"by": "the board", "on": "2026-11-23"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    client = copy_sample("complete_journey", tmp_path_factory.mktemp("list") / "client")
    run_client(client, only=["05"], say=lambda line: None)
    return client


@pytest.fixture
def client(done, tmp_path):
    """A client with step 05 run, which the test may change."""
    return shutil.copytree(done, tmp_path / "client")


def state(client, name=SCOPE):
    return next(one for one in judgements_now(client) if one.id == name)


def test_every_judgement_of_the_built_steps_is_listed_with_its_state(client):
    listed = {one.id: one.state for one in judgements_now(client)}
    assert listed[SCOPE] == "proposed"
    assert listed["01.all.values"] == "missing"
    lines = judgement_lines(client)
    assert any("05 Customer share" in line for line in lines)
    assert lines[-1] == f"{len(listed)} judgements: 0 decided, 0 stale, 1 proposed, {len(listed) - 1} missing"


def test_a_proposal_is_confirmed_and_decided_from_then_on(client):
    proposed = state(client).value
    said = confirm(client, SCOPE, reason="That is where we compete.", **WHO)
    assert "decisions/05_customer_share.yaml" in said
    entry = read_decisions(client, find_step("05"))["all.scope"]
    assert (entry.value, entry.proposed) == (proposed, proposed)
    assert (entry.by, entry.decided_on, entry.reason) == ("the board", "2026-11-23", "That is where we compete.")
    assert entry.seen
    assert state(client).state == "decided"
    with pytest.raises(
        DecisionError, match="stands as the board decided it on 2026-11-23; there is nothing to confirm"
    ):
        confirm(client, SCOPE, reason="Again.", **WHO)


def test_a_stale_one_is_confirmed_on_todays_numbers_and_keeps_its_reason_and_its_comments(client):
    confirm(client, SCOPE, reason="That is where we compete.", **WHO)
    path = client / "decisions" / "05_customer_share.yaml"
    text = path.read_text(encoding="utf-8")
    name, today = next(iter(read_decisions(client, find_step("05"))["all.scope"].seen.items()))
    assert f"{name}: {today}" in text
    path.write_text("# reviewed in May\n" + text.replace(f"{name}: {today}", f"{name}: {today * 3}"), encoding="utf-8")
    stale = state(client)
    assert stale.state == "stale"
    assert stale.moved[0].startswith(f"{name} was ")
    assert any(stale.moved[0] in line for line in judgement_lines(client))

    confirm(client, SCOPE, by="finance director", on="2026-11-24")
    assert state(client).state == "decided"
    again = read_decisions(client, find_step("05"))["all.scope"]
    assert (again.by, again.reason, again.seen[name]) == ("finance director", "That is where we compete.", today)
    assert path.read_text(encoding="utf-8").startswith("# reviewed in May\n")
    outcome = run_client(client, only=["05"], say=lambda line: None)
    assert (outcome.failed, outcome.provisional) == ({}, [])
    assert finished_steps(client / "results")["05_customer_share"].decisions[0].state == "decided"


def test_on_an_outdated_result_nothing_is_confirmed(client):
    text = (client / "client.yaml").read_text(encoding="utf-8")
    kept = text.partition("parameters:")[0]
    (client / "client.yaml").write_text(
        f"{kept}parameters: {{05_customer_share: {{MIN_PART: 0.04}}}}\n", encoding="utf-8"
    )
    with pytest.raises(DecisionError, match="05_customer_share is outdated, since parameter MIN_PART was .* is 0.04"):
        confirm(client, SCOPE, reason="So.", **WHO)
    assert not (client / "decisions" / "05_customer_share.yaml").exists()


@pytest.mark.parametrize(
    ("name", "who", "said"),
    [
        ("05.all.scoop", {}, "There is no judgement 'scoop'|Did you mean"),
        ("01.all.values", {}, "no result of 01_frame_engagement stands"),
        (SCOPE, {}, "needs --reason"),
        (SCOPE, {"by": " ", "reason": "So."}, "needs --by"),
        (SCOPE, {"on": "23.11.2026", "reason": "So."}, "is not a date"),
    ],
)
def test_what_cannot_be_confirmed_is_said_and_nothing_is_written(client, name, who, said):
    with pytest.raises(DecisionError, match=said):
        confirm(client, name, **{**WHO, **who})
    assert not (client / "decisions" / "05_customer_share.yaml").exists()
