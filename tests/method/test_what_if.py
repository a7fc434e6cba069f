"""What a form says a choice would change, against the same thing computed the long way."""

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method import rating
from helpers.method.rating_measures import MEASURES, measure_table
from helpers.method.rating_what_if import if_cuts, if_weights
from helpers.method.share_by import share_by_scope
from helpers.method.share_what_if import if_scope

CUTS = rating.rating_cuts()
WEIGHTS = {"worth": 40, "engagement": 40, "friction": 20}
OTHERS = {"worth": 10, "engagement": 40, "friction": 50}


def measures():
    """Twelve customers: the more revenue, the fewer orders and the more returns."""
    table = pd.DataFrame({"customer_id": [f"c{number:02d}" for number in range(12)]})
    table = table.reindex(columns=["customer_id", *(measure.name for measure in MEASURES)])
    table["revenue"] = [float(number) for number in range(1, 13)]
    table["orders"] = [float(number) for number in range(12, 0, -1)]
    table["return_rate"] = [number / 100 for number in range(12)]
    return table


def rated(points):
    return rating.rate(measures(), measure_table(measures(), rating.family_weights(points)), cuts=CUTS, draws=1)


def numbers(finding):
    return {name: value.value for name, value in finding.values.items()}


def test_other_weights_move_the_letters_that_a_rating_with_them_gives():
    before, after = rated(WEIGHTS), rated(OTHERS)
    moved = before["rating"] != after["rating"]
    assert moved.sum() >= 3
    said = numbers(if_weights(measures(), before, cuts=CUTS, min_known=0.6)(OTHERS))
    assert said["moved"] == moved.sum()
    assert said["money"] == before.loc[moved, "revenue"].sum()
    assert [said[letter] for letter in "abcd"] == [(after["rating"] == letter).sum() for letter in "ABCD"]


def test_the_weights_in_force_move_nobody():
    preview = if_weights(measures(), rated(WEIGHTS), cuts=CUTS, min_known=0.6)
    finding = preview(WEIGHTS)
    assert numbers(finding)["moved"] == 0
    assert finding.text.startswith("This is what is in force")
    with pytest.raises(StepInputError, match="the points sum to 60"):
        preview({"worth": 30, "trend": 30})


def test_other_cuts_move_letters_and_no_score_and_leave_the_unrated():
    before = rated(WEIGHTS)
    before.loc[0, ["rating", "rating_score"]] = ["unrated", None]
    cuts = {"A": 55, "B": 45, "C": 30}
    said = numbers(if_cuts(before)(cuts))
    score = before["rating_score"].dropna()
    assert said["a"] == (score >= 55).sum()
    assert said["b"] == ((score >= 45) & (score < 55)).sum()
    assert said["d"] == (score < 30).sum()
    assert sum(said[letter] for letter in "abcd") == 11
    assert numbers(if_cuts(before)(dict(CUTS)))["moved"] == 0


SOLD = pd.DataFrame(
    {"customer_id": ["c1", "c1", "c2"], "category": ["tea", "cups", "tea"], "revenue": [40.0, 15.0, 60.0]}
)


@pytest.mark.parametrize("scope", ["all_categories", "main_categories", "largest_category"])
def test_another_scope_says_what_the_table_of_scopes_says(scope):
    row = share_by_scope(SOLD, None, as_of="2027-01-01", scope=scope).set_index("scope").loc[scope]
    finding = if_scope(SOLD, None, as_of="2027-01-01", min_part=0.01)(scope)
    assert numbers(finding) == {"customers": row["customers"], "revenue": row["revenue"]}
    assert "wallet" not in finding.text, "without wallets nothing is said of a share"


def test_a_list_of_categories_is_a_scope_and_an_unknown_one_is_told():
    preview = if_scope(SOLD, None, as_of="2027-01-01", min_part=0.01)
    assert numbers(preview(["cups"])) == {"customers": 1, "revenue": 15.0}
    with pytest.raises(StepInputError, match="saucers"):
        preview(["saucers"])
