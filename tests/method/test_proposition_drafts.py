"""Evidence and drafts: what was answered, and nothing else."""

import re

import pandas as pd
import pytest

from helpers.answers import Sheet
from helpers.client.result_model import DecisionUsed, NotebookUsed, Result
from helpers.method.proposition_drafts import firm_values, proposition_drafts
from helpers.method.proposition_evidence import Evidence, driver_standing, group_evidence
from helpers.steps import find_step
from tests.method.proposition_builders import GROUPS, INTENTS, KNOWN, RATED, STANDING, answers, performance

MANY = pd.DataFrame(
    {
        "customer_id": [f"c{number:02}" for number in range(24)],
        "group_id": ["g1"] * 12 + ["g2"] * 12,
        "group_name": ["Yards"] * 12 + ["Fleets"] * 12,
    }
)
BUYING = pd.DataFrame(
    {
        "group_id": ["g1", "g1", "g1", "g2", "g2"],
        "dimension": ["channel", "channel", "category", "channel", "channel"],
        "value": ["rep", "web", "rope", "web", "phone"],
        "part_of_group": [0.6, 0.4, 0.9, 0.5, 0.5],
    }
)


def known_of(answered, standing=STANDING, buying=BUYING):
    return group_evidence(standing, answered, buying, ["g1", "g2"])


def named(group, competitor, count, start=0):
    first = 0 if group == "g1" else 12
    return [(f"c{first + start + number:02}", competitor, 8, 7, None) for number in range(count)]


def test_how_each_group_rates_us_in_a_word():
    found = STANDING[STANDING["group_id"] == "g1"]
    assert found["standing"].tolist() == ["ahead", "ahead", "behind", "even", "not_compared"]
    assert found["matters"].tolist() == [True, False, True, True, False], "an equal part of five is a fifth"
    assert driver_standing(None, GROUPS).empty
    assert driver_standing(performance(("all", "lapsing", "g1")), GROUPS)["group_id"].unique().tolist() == ["g1"]
    edge = [("delivery", "Delivery", 1.0, 0.5, 0.0, 1.0)]
    assert driver_standing(performance(("g1",), edge), GROUPS)["standing"].tolist() == ["even"], (
        "zero is not above zero"
    )


def test_a_draft_serves_what_matters_and_is_better_the_most_important_first():
    rows = [
        (name, name.title(), part, 1.0, 0.5, 1.5) for name, part in zip("abcde", (0.1, 0.3, 0.2, 0.2, 0.2), strict=True)
    ]
    standing = driver_standing(performance(("g1",), rows), GROUPS)
    assert known_of(answers(), standing)["g1"].serves == ("b", "c", "d"), (
        "at most three; equal ones as the survey has them"
    )
    assert known_of(answers())["g1"].serves == ("delivery",)
    unknown = driver_standing(performance(("g1",), [(*row[:2], None, *row[3:]) for row in RATED]), GROUPS)
    assert known_of(answers(), unknown)["g1"].serves == (), "without importance nothing is called important"


def test_whom_most_of_its_customers_name():
    rows = [*named("g1", "Northgate", 6), *named("g1", "Baltic", 5, 6), *named("g2", "Baltic", 9)]
    found = known_of(answers(*rows, *named("g1", "Baltic", 1, 10) * 5, groups=MANY))
    assert found["g1"].alternative == "Northgate", "who answers five times names once"
    assert found["g2"].alternative == "Baltic", "nine are too few, so those of all groups speak"
    tie = answers(*named("g1", "Northgate", 5), *named("g1", "Baltic", 5, 5), groups=MANY)
    assert known_of(tie)["g1"].alternative == "Baltic or Northgate"
    assert known_of(answers(("c1", None, 8, 7, None)))["g1"].alternative == ""


@pytest.mark.parametrize(
    ("low", "high", "position"), [(-1.0, -0.2, "above"), (0.2, 1.0, "below"), (-0.5, 0.5, "level"), (None, None, "")]
)
def test_where_the_price_stands_by_its_rating(low, high, position):
    middle = None if low is None else (low + high) / 2
    standing = driver_standing(performance(("g1",), [("price_level", "Price level", 1.0, middle, low, high)]), GROUPS)
    assert known_of(answers(), standing)["g1"].price == position
    assert known_of(answers())["g1"].price == "", "no driver is called price"


def test_the_channel_of_most_revenue_and_none_where_nobody_knows():
    found = known_of(answers())
    assert (found["g1"].channel, found["g2"].channel) == ("rep", "phone or web")
    assert known_of(answers(), buying=None)["g1"].channel == ""


def test_remarks_are_about_what_we_do_better_and_from_who_finds_it_so():
    rows = [
        ("c00", "N", 9, 7, "Quick delivery. Parts last."),
        ("c01", "N", 9, 7, "Deliveries are on time. Ring 0170 55 23 99 for delivery."),
        ("c02", "N", 9, 7, "Deliveries are on time."),
        ("c03", "N", 3, 7, "Delivery is a lottery."),
        ("c04", "N", 9, None, "Delivery is all right."),
        ("c05", "N", 9, 7, "Before a delivery we spend an hour to clear our quay."),
        ("c06", "N", 9, 7, "Delivery good"),
        ("c13", "N", 9, 7, "Delivery as we like it."),
    ]
    found = known_of(answers(*rows, groups=MANY))
    assert found["g1"].remarks == ("Deliveries are on time.", "Ring [number] for delivery.")
    assert found["g2"].remarks == ("Delivery as we like it.",), "short ones may speak of we"
    assert known_of(answers(*rows[::-1], groups=MANY)) == found


def draft(known, values="", proof="10.lead.g1"):
    sheet, because = proposition_drafts(INTENTS.head(1), {"g1": known}, values, {"g1": proof} if proof else {})["g1"]
    asked = find_step("10").choice("proposition").asks
    assert isinstance(asked, Sheet)
    assert sheet is None or not list(asked.wrong(sheet)), "a draft can be saved as it stands"
    return sheet, because


def test_the_whole_of_a_draft():
    sheet, because = draft(KNOWN, "boats that come home")
    assert sheet == {
        "values_line": "We stand for “boats that come home”. What they can hold us to is delivery, where they rate us "
        "above Northgate.",
        "promise": "We do better than Northgate on what counts for you: delivery.",
        "drivers": ["delivery"],
        "proof": "10.lead.g1",
        "alternative": "Northgate",
        "price_position": "above",
        "price_driver": "delivery",
        "headline": "Ahead of Northgate on delivery, say those who know both",
        "messages": ["Quick delivery."],
        "channel": "rep",
    }
    assert "What stands under messages they wrote themselves." in because


def test_what_is_not_known_stays_out():
    alone = Evidence(("delivery", "it"), ("Delivery", "IT help"))
    sheet, because = draft(alone, proof="")
    assert list(sheet) == ["promise", "drivers", "headline"]
    assert sheet["promise"] == "We do better than the next best supplier on what counts for you: delivery and IT help."
    assert "messages" not in because
    below = draft(Evidence(("delivery",), ("Delivery",), price="below"))[0]
    assert (below["price_position"], "price_driver" in below, "price_reason" in below) == ("below", False, False)
    sheet, because = draft(Evidence(alternative="Northgate", price="level", channel="web"))
    assert sheet == {"alternative": "Northgate", "price_position": "level", "channel": "web"}
    assert "On nothing that matters to them" in because
    assert draft(Evidence(channel="web"))[0] is None, "a channel alone promises nothing"
    assert draft(Evidence())[1].startswith("No answer to a survey says")


def test_a_draft_holds_no_word_that_the_evidence_does_not():
    said = " ".join(str(value) for value in draft(KNOWN, "boats that come home")[0].values())
    assert not re.search(r"[0-9]%|best|leading|quality|unique", said)


def test_only_groups_to_be_served_get_a_draft():
    intents = pd.DataFrame({"group_id": list("abcd"), "primary": ["grow", "maintain", "re_engineer", "retire"]})
    drafts = proposition_drafts(intents, dict.fromkeys("abcd", KNOWN), "", {})
    assert [sheet is not None for sheet, _ in drafts.values()] == [True, True, True, False]
    assert "retire" in drafts["d"][1]
    assert proposition_drafts(INTENTS.head(0), {}, "", {}) == {}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"we value": "craft.", "we stand for": "boats that\n come home."}, "boats that come home"),
        ({"we value": "craft."}, "craft"),
        (["craft", "care"], "craft"),
        ("We keep boats safe.", "We keep boats safe"),
        ({"we value": {"a": "b"}}, ""),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_what_the_firm_stands_for(value, said):
    used = DecisionUsed(id="01.all.values", state="decided", value=value)
    origin = NotebookUsed(origin="kit", sha256="0")
    framed = Result(step="01_frame_engagement", kit="0", mode="draft", as_of="2026-09-01", notebook=origin)
    assert firm_values(framed.model_copy(update={"decisions": [used]})) == said
    assert firm_values(framed) == firm_values(None) == ""
