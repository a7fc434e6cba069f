"""Who was content and left, planted leaks, and secrets in remarks: found on planted Harbours, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from helpers.method.satisfied_leavers import satisfied_leavers
from helpers.method.secret_candidates import secret_candidates
from helpers.method.survey_answers import survey_answers
from helpers.method.survey_leaks import refused_drivers, survey_leaks
from tests.method.harbour_seeds import SeedTables


class Found(NamedTuple):
    """How well one Harbour's satisfied leavers and secrets are found, and which items are refused.

    honest : items refused of the survey as it is; planted : drivers refused once one repeats who truly left
    """

    precision: float
    recall: float
    honest: list[str]
    planted: list[str]
    secrets: float
    candidates: int


def found_in(made: SeedTables) -> Found:
    from harbour_maker.truth_needs import respondents

    harbour = made.harbour
    held = harbour.contracts
    truth = respondents(harbour.history, harbour.tables["transactions"], held.table, held.ended, harbour.survey)
    survey, period = made.table("survey"), {"start": made.halves["window_start"], "as_of": made.halves["as_of"]}
    answers = survey_answers(survey, start=period["start"], end=period["as_of"])
    people = satisfied_leavers(answers, made.table("customer_days"), made.table("contracts"), **period)
    flagged = set(people.loc[people["satisfied_leaver"].fillna(False), "customer_id"])
    left = set(truth.index[truth["satisfied"] & truth["left"]])
    leaks = survey_leaks(answers, people)
    renewed = survey.assign(driver_renewed=10.0 * ~survey["customer_id"].map(truth["left"]).fillna(False).astype(bool))
    leaking = survey_leaks(survey_answers(renewed, start=period["start"], end=period["as_of"]), people)
    heard = secret_candidates(answers)
    # a candidate is known by who said it; some secrets are told by nobody known
    planted = survey.loc[survey["respondent_id"].isin(harbour.secrets["respondent_id"]), "verbatim"].dropna()
    return Found(
        precision=len(flagged & left) / len(flagged),
        recall=len(flagged & left) / len(left),
        honest=leaks.loc[leaks["refused"], "item"].tolist(),
        planted=refused_drivers(leaking),
        secrets=float(planted.isin(heard["remark"]).mean()),
        candidates=len(heard),
    )


def good(found: Found) -> bool:
    return found.precision >= 0.8 and found.recall >= 0.6 and found.honest == [] and found.planted == ["renewed"]


@pytest.mark.parametrize("seed", [2, 3])
def test_satisfied_leavers_leaks_and_secrets(harbour, seed):
    found = found_in(harbour(seed))
    assert good(found), found
    assert found.secrets >= 0.9 and found.candidates <= 40


def test_lateness_is_the_one_on_which_step_02_rates(harbour):
    """Two steps, one number: active customers' lateness is alike in both."""
    from helpers.method.loyalty import customer_loyalty
    from helpers.method.rating_measures import customer_measures

    made = harbour(2)
    summary, days = made.table("customer_summary"), made.table("customer_days")
    rated = customer_measures(summary, days, **made.halves, window_months=24).set_index("customer_id")["lateness"]
    start, as_of = made.halves["window_start"], made.halves["as_of"]
    people = customer_loyalty(summary, days, start=start, as_of=as_of).set_index("customer_id")
    both = pd.DataFrame({"rated": rated, "here": people["lateness"]})
    assert both.notna().all(axis=1).sum() > 500
    assert np.array_equal(both["rated"].reindex(people.index), people["lateness"], equal_nan=True)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_leavers_over_forty_seeds(harbour):
    """Precision .8 at recall .6 on every seed; no honest item refused, the planted leak always."""
    study = [found_in(harbour(seed)) for seed in range(1, 41)]
    for name in ("precision", "recall", "secrets"):
        parts = np.array([getattr(found, name) for found in study])
        print(f"{name}: mean {parts.mean():.3f}, least {parts.min():.3f}")
    refused, leaked = sum(bool(found.honest) for found in study), sum(found.planted == ["renewed"] for found in study)
    print(f"an honest item refused in {refused}, the planted leak in {leaked} of {len(study)}")
    print(f"candidates: {np.mean([found.candidates for found in study]):.1f}")
    assert all(map(good, study))
    assert np.mean([found.secrets for found in study]) >= 0.9
