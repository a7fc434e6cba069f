"""Harbour's first version: as it was frozen, read by today's kit, and what a run of today tells of the year since."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from helpers.client.results import finished_steps, group_names, read_published, read_result
from helpers.client.versions import FACTS, frozen_files, kept_tables, read_version
from helpers.show.audience import audience_for
from helpers.show.sentences import say
from helpers.steps import KIT, built_steps
from tests.conftest import SAMPLES

HARBOUR = SAMPLES / "harbour_supplies"
BESIDE = {"one_order", "lapsing", "contract_only"}  # in no group
MONEY = 0.01


@pytest.fixture(scope="module")
def before():
    return read_version(HARBOUR, "v1")


@pytest.fixture(scope="module")
def today(run_sample):
    return run_sample("harbour_supplies").results


@pytest.fixture(scope="module")
def pair(before, today):
    """A function (step, table): that table then and now."""
    return lambda step_id, name: (before.table(step_id, name), read_published(today, step_id, name))


@pytest.fixture(scope="module")
def moves(pair):
    """Who stands in a group in both, with the group then and now: by pandas alone."""
    then, now = pair("03_form_groups", "customer_groups")
    both = then.merge(now, on="customer_id", suffixes=("_then", "_now"), validate="one_to_one")
    return both[~both["group_id_then"].isin(BESIDE) & ~both["group_id_now"].isin(BESIDE)]


def told(results, step_id):
    """The sentences of a step as the team reads them, by finding."""
    standing = finished_steps(results)
    reader = audience_for("working", "EUR", group_names(results, standing))
    return {one.id: say(one, reader) for one in standing[step_id].findings}


# ---- the version itself ----------------------------------------------------------------------------------------------


def test_the_version_is_as_it_was_frozen_and_todays_kit_reads_all_of_it(before):
    assert (before.as_of, before.facts.window_months) == ("2025-09-01", 24)
    assert set(before.facts.steps) == {step.id for step in built_steps()}
    for step_id in before.facts.steps:
        result = before.result(step_id)
        assert result.mode == "final" and not result.provisional, step_id
        assert not [check.id for check in result.checks if check.verdict == "fail"], step_id
    tables = [before.table(step_id, name) for step_id, names in kept_tables().items() for name in names]
    assert len(tables) >= 8 and all(table is not None and len(table) for table in tables)


def test_it_knows_nothing_of_the_year_after_and_nothing_of_this_machine(before):
    """What was expected and planned lies ahead; what was decided, asked and heard does not."""
    decided = [used for used in before.decisions.values() if used.state == "decided"]
    assert len(decided) == len(before.decisions) >= 30
    assert all("2025-11-01" <= used.decided_on <= "2025-11-30" for used in decided)
    secrets = before.decisions["06.all.secrets"].value
    assert secrets and all(str(row["learned_on"]) < "2025-11-01" for row in secrets.values())
    lines = before.table("04_value_to_us", "customer_value")
    assert len(lines) < len(pd.read_csv(HARBOUR / "data" / "customers.csv"))
    for path in before.folder.rglob("*"):
        if path.suffix in (".json", ".yaml"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in ("/tmp/", "/home/", "file://", str(KIT)) if word in text], path.name


def test_git_is_told_to_leave_its_bytes_alone():
    rules = (KIT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "data_samples/*/versions/** -text" in rules
    facts = json.loads((HARBOUR / "versions" / "v1" / FACTS).read_text(encoding="utf-8"))
    assert set(facts["files"]) == set(frozen_files(HARBOUR / "versions" / "v1"))


# ---- what today's run tells ------------------------------------------------------------------------------------------


def test_a_run_leaves_the_version_alone(today):
    ours, shipped = (folder / "versions" for folder in (today.parent, HARBOUR))
    names = sorted(path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(ours) for path in ours.rglob("*") if path.is_file())
    assert all((ours / name).read_bytes() == (shipped / name).read_bytes() for name in names)


def test_letters_are_held_against_those_of_then(pair, today):
    then, now = pair("02_rate_customers", "customer_ratings")
    both = then.merge(now, on="customer_id", suffixes=("_then", "_now"))
    both = both[both["rating_then"].isin(list("ABCD")) & both["rating_now"].isin(list("ABCD"))]
    better, worse = (both["rating_now"] < both["rating_then"]).sum(), (both["rating_now"] > both["rating_then"]).sum()
    assert min(better, worse) > 20
    said = told(today, "02_rate_customers")["02.since"]
    assert said.startswith(f"Of {len(both)} customers rated in version v1 too, {better} have a better letter now")


def test_who_moved_between_the_groups_is_told(moves, today):
    moved = moves[moves["group_id_then"] != moves["group_id_now"]]
    pairs = moved.groupby(["group_name_then", "group_name_now"]).size()
    (old, new), most = pairs.idxmax(), pairs.max()
    said = told(today, "03_form_groups")["03.moved"]
    assert said.startswith(f"Of {len(moves)} customers who were in a group in version v1")
    assert f" {len(moved)} ({len(moved) / len(moves) * 100:.0f}\xa0%) are in another" in said
    assert f"the largest move, {most}, is from {old} to {new}" in said


def test_those_who_moved_to_the_yards_are_those_who_were_made_to(moves):
    """The generator lets customers come to behave like the yards; the version lets a run see it."""
    truth = pd.read_csv(HARBOUR / "truth_customers.csv", dtype={"customer_id": str}).set_index("customer_id")
    to_yards = (moves["group_id_then"] != "g1") & (moves["group_id_now"] == "g1")
    made_to = moves["customer_id"].map(truth["is_mover"]) == "yes"
    assert made_to.sum() > 40
    assert made_to[to_yards].mean() > 0.9, "who is said to have come is one who did"
    assert to_yards[made_to].mean() > 0.8, "who came is said to have"


def test_the_groups_are_those_of_then_and_not_drawn_anew(pair, today):
    then, now = pair("03_form_groups", "group_centres")
    assert set(then["group_id"]) == {"g1", "g2", "g3", "g4", "g5"}
    pd.testing.assert_frame_equal(then, now)
    used = {one.id: one for one in read_result(today, "03_form_groups").decisions}
    assert used["03.all.refit"].value == "assign" and used["03.all.refit"].state == "decided"


def test_customer_equity_is_bridged_from_then_to_now(pair, today):
    bridge = read_published(today, "13_scoreboard", "equity_bridge").set_index("part")["amount"]
    tables = pair("04_value_to_us", "customer_value")
    equity = [table.loc[table["status"] == "active", "clv"].sum() for table in tables]
    assert bridge[["before", "now"]].tolist() == pytest.approx(equity, abs=MONEY)
    assert bridge["before"] + bridge.drop(["before", "now"]).sum() == pytest.approx(bridge["now"], abs=MONEY)


def test_what_was_expected_is_scored(before, today):
    expected = before.table("09_choose_intent", "expected_results")
    scored = read_published(today, "13_scoreboard", "results_scored")
    assert len(scored) == len(expected)
    due = scored[scored["due"]]
    inside = due["now"].between(due["low"], due["high"])
    assert 0 < inside.sum() < len(due), "some came as expected, and some did not"
    assert (inside == (due["outcome"] == "in_range")).all()
