"""The register of secrets and the remarks that may hold one."""

from datetime import date

import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.method.customer_secrets import customer_secrets
from helpers.method.secret_candidates import secret_candidates, without_private
from helpers.method.survey_answers import survey_answers

AS_OF = "2026-09-01"
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["Boatyards", "Owners"]})
SECRET = "Every night before a lift one of my people repacks your boxes into one crate per boat."


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"learned_on": "2025-02-28"}, "stale"),
        ({"learned_on": "2025-03-01"}, "to_confirm"),  # eighteen months to the day
        ({"learned_on": date(2026, 5, 1)}, "to_confirm"),  # YAML reads a day as a day
        ({"learned_on": "2020-01-01", "confirmed_by": "the yard in Westhaven"}, "confirmed"),
        ({}, "undated"),
        ({"learned_on": " ", "confirmed_by": " "}, "undated"),
        ({"learned_on": "2026-05-01", "known_to_competitors": "yes", "confirmed_by": "Ada"}, "known"),
        ({"learned_on": "2026-05-01", "known_to_competitors": "unclear"}, "to_confirm"),
        ({"learned_on": "2026-05-01", "status": "dropped", "known_to_competitors": "yes"}, "dropped"),
    ],
)
def test_what_an_entry_is_worth_today(said, standing):
    found = customer_secrets({"kits": {"what": "They pack by boat.", **said}}, GROUPS, as_of=AS_OF)
    assert found["standing"].tolist() == [standing]


def test_groups_by_id_by_name_and_none_of_todays():
    register = {
        name: {"what": "x", "group": group}
        for name, group in zip("abcd", ["g1", "owners", "all", "Mills"], strict=True)
    }
    found = customer_secrets(register, GROUPS, as_of=AS_OF)
    assert found["group_id"].isna().tolist() == [False, False, False, True]
    assert found["group_name"].tolist() == ["Boatyards", "Owners", "All customers", "Mills"]
    assert found["secret"].tolist() == list("abcd")


@pytest.mark.parametrize("register", [None, {}])
def test_an_empty_register_is_an_empty_table(register):
    found = customer_secrets(register, None, as_of=AS_OF)
    assert found.empty and "standing_name" in found


def remarks(*texts: str | None):
    survey = pd.DataFrame({"customer_id": [f"c{n}" for n in range(len(texts))], "verbatim": texts})
    return survey_answers(survey, GROUPS, start="2026-01-01", end="2027-01-01")


def test_points_by_hand():
    """Longer words that hardly anybody uses, and three for who says we; the best sentence of a remark counts."""
    found = secret_candidates(remarks("Good.", f"Fair prices. {SECRET}", None, "We are content on the whole."))
    # every night before lift people repacks your boxes into crate boat: 11, and "my"
    assert found[["place", "points", "customer_id", "group_id"]].fillna("").values.tolist() == [[1, 14, "c1", "g1"]]


def test_short_sentences_and_what_everybody_says_are_no_candidates():
    assert secret_candidates(remarks("Our engines hate rope.", "Too dear.")).empty
    many = ["I have to phone because the site is slow."] * 3
    found = secret_candidates(remarks(*many, *["Fine."] * 20))
    assert found.empty  # three points for "I"; the rest is said by three of twenty-three


def test_equal_points_share_a_place_and_are_cut_together():
    own = [SECRET.replace("lift", f"lift{letter}") for letter in "abc"]
    found = secret_candidates(remarks(*own), most=5)
    assert found["place"].tolist() == [1, 1, 1]
    assert secret_candidates(remarks(*own), most=2).empty


def test_what_could_identify_somebody_is_taken_out():
    found = secret_candidates(remarks(f"Ask Jo at jo@yard.example or 0170 55 23 99. {SECRET}"))
    assert found["remark"].tolist() == [f"Ask Jo at [address] or [number]. {SECRET}"]
    assert without_private("at www.yard.example, 20 minutes, 2026") == "at [link] 20 minutes, 2026"


def test_hostile_remarks_are_only_text():
    odd = "=cmd() <script>we alert our whole workshop about everything</script> {braces}"
    assert secret_candidates(remarks(odd))["remark"].tolist() == [odd]


def test_no_remark_no_candidate():
    for survey in (None, pd.DataFrame({"customer_id": ["c1"], "recommend": [9]})):
        found = secret_candidates(survey_answers(survey, start="2026-01-01", end="2027-01-01"))
        assert found.empty and found.columns.tolist()[0] == "place"


def test_the_order_of_responses_changes_nothing():
    texts = [SECRET, "Our winter quotes go out in autumn and prices change afterwards.", "Fine."]
    survey = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "verbatim": texts})
    one, other = (
        secret_candidates(survey_answers(rows, start="2026-01-01", end="2027-01-01"))
        for rows in (survey, survey.iloc[::-1])
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("table", "columns"),
    [("secret_candidates", ["customer_id", "remark"]), ("customer_secrets", ["how_learned", "confirmed_by"])],
)
def test_words_and_names_of_persons_are_kept_from_the_clients_pages(table, columns):
    assert [column.name for column in schema(table).columns if column.personal] == columns
