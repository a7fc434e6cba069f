"""Letters among the customers of the first version: what rises may rise, and who moved is counted."""

from __future__ import annotations

import pandas as pd

from helpers.method.rating import rate, rating_cuts
from helpers.method.rating_measures import MEASURES
from helpers.method.rating_reference import comparable, letter_cannot_say, letter_findings

COUNTS = pd.DataFrame(
    {"measure": ["revenue"], "family": "worth", "good_direction": "higher", "weight": 1.0, "used": True}
)


def measured(revenue):
    known = pd.DataFrame({"customer_id": [f"c{n}" for n in range(len(revenue))], "revenue": revenue})
    return known.reindex(columns=["customer_id", *(measure.name for measure in MEASURES)])


def rated(revenue, reference=None):
    return rate(measured(revenue), COUNTS, cuts=rating_cuts(), draws=5, reference=reference)


THEN = rated([10.0, 20.0, 30.0, 40.0])


def test_a_list_that_gets_better_as_a_whole_gets_better_letters():
    reference = comparable(THEN, then_months=12, months=12)
    now = rated([40.0, 50.0, 60.0, 70.0], reference)
    assert now["rating"].tolist() == ["A", "A", "A", "A"]
    alone = rated([40.0, 50.0, 60.0, 70.0])
    assert alone["rating"].tolist() == THEN["rating"].tolist() == ["D", "C", "B", "A"]
    since, fixed = letter_findings(now, THEN, alone, version="v1", first="v1")
    assert (since.values["up"].value, since.values["down"].value, since.values["both"].value) == (3, 0, 4)
    assert (fixed.values["other"].value, fixed.values["part"].value) == (3, 0.75)
    assert rated([10.0, 20.0, 30.0, 40.0], reference)["rating"].tolist() == THEN["rating"].tolist()


def test_a_window_of_another_length_is_no_reference():
    assert comparable(THEN, then_months=12, months=24) is None
    assert comparable(THEN.iloc[:0], then_months=12, months=12) is None
    (gap,) = letter_cannot_say("v1", None)
    assert "v1" in gap.question and letter_cannot_say("v1", THEN) == []


def test_nothing_is_said_without_a_version_or_of_unrated_customers():
    assert letter_findings(THEN, None, None, version=None, first=None) == []
    unrated = THEN.assign(rating="unrated")
    assert letter_findings(unrated, THEN, unrated, version="v1", first="v1") == []
    mixed = letter_findings(THEN.sample(frac=1, random_state=1), THEN, THEN, version="v1", first="v1")
    assert mixed[0].values["up"].value == mixed[0].values["down"].value == 0
