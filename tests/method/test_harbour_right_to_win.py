"""Right to win on Harbours with their true groups: where we are ahead on what matters, and where we are behind on it.

Harbour itself plants something that matters and on which we lead in every group; the other world turns that round.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.driver_importance import driver_importance
from helpers.method.driver_performance import driver_performance
from helpers.method.right_to_win import driver_chances, right_to_win
from helpers.method.survey_answers import survey_answers
from helpers.method.survey_weights import weighted
from tests.method import harbour_seeds


def behind() -> dict[str, tuple[float, ...]]:
    """Our advantage turned round on each driver that truly matters, and ours on all others."""
    from harbour_maker import opinions
    from harbour_maker.importance import group_moments, lmg

    found = {}
    for group, advantage in opinions.OUR_ADVANTAGE.items():
        matters = lmg(group_moments(group)[1])[0] >= 1 / len(opinions.DRIVERS)
        found[group] = tuple(np.where(matters, -np.abs(advantage), np.abs(advantage)))
    return found


def statuses(seed: int, advantage: dict[str, tuple[float, ...]] | None, monkeypatch: pytest.MonkeyPatch) -> pd.Series:
    """The status of each true group of one Harbour, by its kind."""
    from harbour_maker import build, opinions
    from harbour_maker.world import AS_OF, WINDOW_START

    with monkeypatch.context() as patched:
        if advantage is not None:
            patched.setattr(opinions, "OUR_ADVANTAGE", advantage)
        made = build.build(seed, harbour_seeds.CUSTOMERS)
    people, sold = made.population, made.tables["transactions"]
    inside = sold[(sold["date"] >= WINDOW_START) & sold["customer_id"].notna()]
    active = inside.groupby("customer_id")["revenue"].sum().reset_index().assign(status="active")
    groups = people[["customer_id"]].assign(group_id=people["group"], group_name=people["group"])
    period = {"start": f"{WINDOW_START:%Y-%m-%d}", "end": f"{AS_OF:%Y-%m-%d}"}
    answers = weighted(survey_answers(made.tables["survey"], groups, **period), active)
    rated = driver_performance(answers, groups)
    chances = driver_chances(driver_importance(answers, groups).table, rated, groups)
    return right_to_win(chances, rated, groups).set_index("group_id")["status"]


def test_one_seed_of_each_world(monkeypatch):
    ahead, turned = (statuses(2, world, monkeypatch) for world in (None, behind()))
    assert not (ahead == "fail").any() and ahead["yards"] == "pass"
    assert (turned == "pass").sum() < (ahead == "pass").sum()


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_right_to_win_over_forty_seeds(monkeypatch):
    """Where we are ahead it is hardly ever denied; where we are behind on all that matters it is granted to few."""
    worlds = {"ahead": None, "behind": behind()}
    study = {
        name: pd.DataFrame([statuses(seed, world, monkeypatch) for seed in range(1, 41)])
        for name, world in worlds.items()
    }
    for name, table in study.items():
        print(name, table.apply(lambda column: column.value_counts()).fillna(0).astype(int).to_dict())
    parts = {name: table.stack().value_counts(normalize=True) for name, table in study.items()}
    assert parts["ahead"].get("fail", 0) <= 0.02 and parts["ahead"]["pass"] >= 0.65
    assert parts["behind"]["pass"] <= 0.25
