"""Harbour's own register: it fits what Harbour intends and what its customers were asked, but for three weaknesses."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.client.decisions import read_decisions
from helpers.method.learning_plan import learning_plan
from helpers.method.tactic_gaps import tactic_gaps
from helpers.method.tactics import chosen_tactics, tactics
from helpers.step_entry import KIT
from helpers.steps import find_step

HARBOUR = KIT / "data_samples" / "harbour_supplies"
DRIVERS = ("price", "availability", "delivery", "advice", "range", "quality", "ordering", "complaints")


A_YEAR_ON = "2027-09-01"  # step 09 expects results a year after the day of the data, where nobody says another


def decided(step):
    return {name: entry.value for name, entry in read_decisions(HARBOUR, find_step(step)).items()}


@pytest.fixture(scope="module")
def register():
    names = {group: row["name"] for group, row in decided("03")["all.groups"].items()}
    chosen = {group: decided("09")[f"{group}.intent"] for group in names}
    intents = pd.DataFrame(
        [(group, names[group], *(*chosen[group], "")[:2]) for group in names],
        columns=["group_id", "group_name", "primary", "secondary"],
    )
    drivers = pd.DataFrame({"driver": DRIVERS, "label": [name.title() for name in DRIVERS]})
    said = decided("11")
    table = tactics(said["all.tactics"], intents, drivers)
    loops = learning_plan(said["all.loops"], intents, as_of="2026-09-01")
    owned = decided("09")["all.results"]
    results = pd.DataFrame([name.split(".") for name in owned], columns=["group_id", "measure"])
    days = [row.get("by_date", A_YEAR_ON) for row in owned.values()]
    results = results.assign(measure_name=results["measure"], group_name=results["group_id"].map(names))
    results["by_date"] = pd.to_datetime(days)
    return table, tactic_gaps(table, intents, drivers, loops, results), loops, said


def test_the_three_weaknesses_are_found_and_no_other(register):
    _, gaps, *_ = register
    found = [(row["gap"], row["tactic"] or row["group_id"]) for row in gaps.to_dict("records")]
    # the fitting bay is ready in December, and the profit of the yards is due in September
    late = [("ends_after_result", "fitting_bay"), ("not_called_for", "chandlery_fair")]
    assert found == [*late, ("no_evolve", "g3")]
    assert gaps["due"].dropna().tolist() == [pd.Timestamp(A_YEAR_ON)]


def test_what_the_team_chose_keeps_its_own_limits(register):
    table, _, _, said = register
    chosen = chosen_tactics(table)
    assert len(table) == 12
    assert len(chosen) == 11
    assert chosen["cost"].sum() <= said["all.budget"]
    assert chosen["people_days"].sum() <= said["all.people_days"]
    assert table[["cost", "people_days", "effect_low", "effect_likely", "effect_high"]].notna().all(axis=None)


def test_each_loop_is_about_a_group_of_ours_and_none_is_late(register):
    *_, loops, _ = register
    assert sorted(loops["group_id"]) == ["g1", "g2", "g3"]
    assert not loops["late"].any()
