"""What a user does about judgements: run, read, paste, fill in, run again. On the real step 05 of the sample."""

from __future__ import annotations

import shutil

import pytest

from helpers.client.decisions import Decision, write_decision
from helpers.client.results import finished_steps, read_result
from helpers.errors import ClientFileError, DecisionError, DecisionMissing, RunError
from helpers.run.inspect import check_client
from helpers.run.judgement_list import confirm, judgements_now
from helpers.run.runner import run_client
from helpers.steps import find_step
from tests.conftest import copy_sample

STEP = "05_customer_share"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """One client folder, on which the tests of this file go on from one another as a user would."""
    return copy_sample("complete_journey", tmp_path_factory.mktemp("decisions") / "client")


def run(client, mode="draft"):
    return run_client(client, only=["05"], mode=mode, say=lambda line: None)


def decide(client, text):
    (client / "decisions" / f"{STEP}.yaml").write_text(text, encoding="utf-8")


def used(client):
    return read_result(client / "results", STEP).decisions[0]


def filled(block: str) -> str:
    """The block as a user fills it in."""
    for key, value in (("reason", "That is where we compete."), ("by", "the board"), ("decided_on", "2026-11-22")):
        assert f"{key}: ''" in block
        block = block.replace(f"{key}: ''", f"{key}: {value}")
    return block


def test_final_asks_for_the_decision_takes_it_and_notices_when_it_goes_stale(client, tmp_path):
    with pytest.raises(DecisionMissing, match="No draft stands for 05: run one first"):
        run(client, "final")
    assert not (client / "results" / STEP).exists(), "a final result on a proposal"
    run(client)
    draft = {path: path.read_bytes() for path in client.rglob("*") if path.is_file()}
    with pytest.raises(DecisionMissing, match="1 judgement is open") as told:
        run(client, "final")
    assert {path: path.read_bytes() for path in client.rglob("*") if path.is_file()} == draft
    reason = str(told.value)
    assert f"decisions/{STEP}.yaml" in reason
    block = reason[reason.index("# decisions/") :]

    decide(client, filled(block))
    outcome = run(client, "final")
    assert outcome.failed == {}
    assert outcome.provisional == []
    result = read_result(client / "results", STEP)
    assert result.mode == "final"
    assert (result.decisions[0].state, result.decisions[0].by) == ("decided", "the board")
    page = (client / "report" / "working" / f"{STEP}.html").read_text(encoding="utf-8")
    assert "the board" in page
    assert "That is where we compete." in page
    shutil.copytree(client, tmp_path / "final")

    wide = result.decisions[0].seen["05.share_by_scope/wide"]
    moved = filled(block).replace(f"wide: {wide}", f"wide: {wide / 2}")
    assert moved != filled(block)
    decide(client, moved)
    outcome = run(client)
    assert not outcome.failed
    assert outcome.provisional == ["05.all.scope"]
    assert used(client).state == "stale"
    assert f"{wide / 2:.4g}" in used(client).moved[0]
    assert f"{wide:.4g}" in used(client).moved[0]
    assert f"{wide / 2:.4g}" in (client / "report" / "working" / f"{STEP}.html").read_text(encoding="utf-8")
    outcome = run(client, "final")
    assert "have moved" in outcome.failed[STEP]
    assert used(client).state == "stale", "the last good result is still there"


def test_a_judgement_that_changes_something_still_stands_at_the_next_run(tmp_path):
    """Its numbers seen are none that the choice itself moves: it would be stale by its own effect."""
    client = copy_sample("complete_journey", tmp_path / "client")
    others = {
        "weights": {"worth": 10, "trend": 10, "engagement": 10, "friction": 50, "advocacy": 20},
        "cuts": {"A": 90, "B": 85, "C": 5},
        "scope": "largest_category",
    }
    steps = ["02_rate_customers", STEP]
    assert run_client(client, only=["02", "05"], say=lambda line: None).failed == {}
    draft = {step: read_result(client / "results", step) for step in steps}
    for step in steps:
        for one in draft[step].decisions:
            name = one.id.partition(".")[2]
            value = others[name.partition(".")[2]]
            assert one.value != value
            assert one.seen, f"{one.id} rests on no number at all"
            signed = {"reason": "So we say.", "by": "the board", "decided_on": "2026-11-23", "seen": one.seen}
            write_decision(client, find_step(step), Decision(id=name, value=value, **signed))
    assert run_client(client, only=["02", "05"], say=lambda line: None).failed == {}
    for step in steps:
        result = read_result(client / "results", step)
        assert [(one.id, one.state, one.moved) for one in result.decisions] == [
            (one.id, "decided", []) for one in draft[step].decisions
        ]
        answers = [next(f for f in said.findings if f.id.endswith(".answer")) for said in (draft[step], result)]
        assert answers[0].values != answers[1].values, "the judgement changed nothing, so this proves nothing"


def test_without_goals_nothing_is_to_be_matched_and_a_board_may_confirm_that(tmp_path):
    client = copy_sample("complete_journey", tmp_path / "client")
    run_client(client, only=["01"], say=lambda line: None)
    goals = next(one for one in judgements_now(client) if one.id == "01.all.portfolio_goals")
    assert (goals.state, goals.value) == ("proposed", {})
    confirm(client, goals.id, by="the board", on="2026-11-23", reason="We have set no goals yet.")
    assert run_client(client, only=["01"], say=lambda line: None).failed == {}
    decided = read_result(client / "results", "01_frame_engagement").decisions
    assert {one.id: one.state for one in decided}[goals.id] == "decided"


def test_what_is_open_in_the_file_is_open_in_the_run(tmp_path):
    """Pasted, not yet filled in: the proposal goes on, and nobody is said to have decided."""
    client = copy_sample("complete_journey", tmp_path / "client")
    decide(client, f"format: 1\nstep: {STEP}\nchoices:\n  all.scope:\n    value:\n    proposed: main_categories\n")
    outcome = run(client)
    assert outcome.failed == {}
    assert (used(client).state, used(client).value) == ("proposed", "main_categories")


def test_a_value_that_cannot_be_is_told_in_words(tmp_path):
    client = copy_sample("complete_journey", tmp_path / "client")
    entry = "  all.scope:\n    value: [LAUNDRY DETERGENT]\n    reason: so\n    by: me\n    decided_on: 2026-11-22\n"
    decide(client, f"format: 1\nstep: {STEP}\nchoices:\n{entry}")
    reason = run(client).failed[STEP]
    assert "scope" in reason
    assert "fault of the workbook" not in reason


def test_a_value_of_another_kind_stops_before_anything_runs(tmp_path):
    client = copy_sample("complete_journey", tmp_path / "client")
    decide(
        client,
        f"format: 1\nstep: {STEP}\nchoices:\n  all.scope: {{value: 5, reason: so, by: me, decided_on: 2026-11-22}}\n",
    )
    with pytest.raises(DecisionError, match='"5" is no text or list'):
        run(client)
    assert not (client / "results").exists()


def test_a_list_of_categories_is_a_scope_too(tmp_path):
    client = copy_sample("complete_journey", tmp_path / "client")
    entry = "  all.scope:\n    value: [LAUNDRY DETERGENTS, SOAP - LIQUID & BAR]\n    reason: so\n    by: me\n"
    decide(client, f"format: 1\nstep: {STEP}\nchoices:\n{entry}    decided_on: 2026-11-22\n")
    outcome = run(client, "final")
    assert outcome.failed == {}
    assert used(client).value == ["LAUNDRY DETERGENTS", "SOAP - LIQUID & BAR"]


def test_a_result_whose_decision_has_changed_since_does_not_stand(client):
    assert run_client(client, say=lambda line: None).failed == {}
    entry = "  all.scope: {value: all_categories, reason: so, by: me, decided_on: 2026-11-22}\n"
    decide(client, f"format: 1\nstep: {STEP}\nchoices:\n{entry}")
    run_client(client, only=["01"], say=lambda line: None)
    standing = list(finished_steps(client / "results"))
    assert STEP not in standing
    assert "01_frame_engagement" in standing
    assert "since then decision 05.all.scope" in (client / "report" / "working" / "index.html").read_text(
        encoding="utf-8"
    )


def test_a_step_listed_under_own_steps_runs_the_clients_copy_and_the_page_says_so(client):
    config = client / "client.yaml"
    config.write_text(config.read_text(encoding="utf-8") + f"\nown_steps: [{STEP}]\n", encoding="utf-8")
    with pytest.raises(ClientFileError, match=f"no notebooks/{STEP}.ipynb in its folder"):
        run(client)
    copy = client / "notebooks" / f"{STEP}.ipynb"
    copy.parent.mkdir()
    copy.write_text("{}", encoding="utf-8")
    outcome = run(client)
    assert list(outcome.failed) == [STEP] and "not readable as a notebook" in outcome.failed[STEP]
    with pytest.raises(RunError, match="not readable as a notebook"):
        check_client(client)
    kit = find_step(STEP).notebook.read_text(encoding="utf-8")
    copy.write_text(kit.replace("MIN_PART: float = 0.01", "MIN_PART: float = 0.05"), encoding="utf-8")
    assert run(client).failed == {}
    result = read_result(client / "results", STEP)
    assert result.notebook.origin == "own"
    assert result.parameters["MIN_PART"] == 0.05
    assert "own version" in (client / "report" / "working" / f"{STEP}.html").read_text(encoding="utf-8")
