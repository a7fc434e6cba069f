"""Letters among the customers of the first version: what rises may rise, and who moved is counted."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import DecisionUsed
from helpers.method.rating import rate, rating_cuts
from helpers.method.rating_measures import MEASURES
from helpers.method.rating_reference import comparable, letter_cannot_say, letter_checks, letter_findings, letters_held

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


class Frozen:
    def __init__(self, name, as_of, months, cuts=None):
        self.name, self.as_of, self.window_months = name, as_of, months
        self.decisions = {"02.all.cuts": DecisionUsed(id="02.all.cuts", state="decided", value=cuts or {"A": 65})}


def held(first, last, cuts=None):
    return letters_held(first, last, as_of="2026-09-01", months=24, cuts=cuts or {"A": 65}, weights={"worth": 100})


def test_counts_hold_each_customer_once():
    then = THEN.assign(rating=["A", "B", "unrated", "D"])
    now = THEN.iloc[1:].assign(rating=["A", "C", "D"])
    since = letter_findings(now, then, now, version="v1", first="v1")[0]
    # c0 is gone, c1 rose, c2 came, c3 stood
    names = ("both", "up", "down", "same", "gone", "came")
    assert [since.values[name].value for name in names] == [2, 1, 0, 1, 1, 1]
    (check,) = letter_checks(now, then)
    assert (check.found, check.expected, check.verdict) == (4, 4, "pass") and letter_checks(now, None) == []


def test_a_version_with_another_window_than_the_first_is_not_held_against():
    first, other = Frozen("v1", "2024-09-01", 24), Frozen("v2", "2025-09-01", 12)
    facts = held(first, other)
    assert facts["comparable"] is False
    assert [one.id for one in letter_findings(THEN, THEN, THEN, **facts)] == ["02.reference"]
    (gap,) = letter_cannot_say(reference=THEN, **facts)
    assert "v2" in gap.question and "first version" in gap.because
    assert letter_cannot_say(reference=THEN, **held(first, first)) == []


def test_other_cuts_and_shared_months_are_told():
    first = Frozen("v1", "2025-09-01", 24)
    plain, judged = held(first, first), held(first, first, {"A": 70})
    assert (plain["shared"], plain["judged"], judged["judged"]) == (12, [], ["cuts"])
    said = [letter_findings(THEN, THEN, THEN, **facts)[0] for facts in (plain, judged)]
    assert "the cuts were decided otherwise then" in said[1].text and "otherwise" not in said[0].text
    assert said[0].values["shared"].value == 12
