"""What step 07 says, leaves open, assumes and checks, and what other weights would change."""

from dataclasses import replace

import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.exchange_balance import exchange_levers
from helpers.method.exchange_claim import Followed, exchange_claim
from helpers.method.exchange_closing import exchange_assumptions, exchange_cannot_say, exchange_checks
from helpers.method.exchange_findings import exchange_findings
from helpers.method.exchange_sides import (
    Hurdle,
    driver_weights,
    gains_of_responses,
    way_in_force,
    ways_to_weigh,
    worth_of_customers,
)
from helpers.method.exchange_tables import ExchangeTables
from helpers.method.exchange_what_if import if_weights
from helpers.method.full_profiles import full_profiles
from helpers.method.survey_answers import survey_answers
from helpers.method.value_exchange import value_exchange
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.exchange_builders import YEAR, answered, grouped, people, valued

NAMES = {"all": "All customers", "g1": "Yards", "g2": "Owners", "g3": "Fleets"}
PROFILES = pd.DataFrame({"group_id": ["all", "g1", "g2", "g3"], "is_group": [False, True, True, True]})


def tables_of(value, answers, names=NAMES, claim=None, importance=None, profiles=None):
    """All tables of the step with a hurdle of 10, and the gains behind them."""
    way = way_in_force(None, ways_to_weigh(answers, importance))
    weights = driver_weights(answers, importance, way)
    gains = gains_of_responses(answers, weights)
    worth = worth_of_customers(value.set_index("customer_id")["group_id"], value, 10.0)
    sides = value_exchange(worth, gains, names, money=value)
    levers = exchange_levers(sides, answers, weights, value, hurdle=10.0)
    claim = exchange_claim(Followed(pd.DataFrame(), 0)) if claim is None else claim
    full = full_profiles(sides, profiles)
    return ExchangeTables(sides, levers, claim, full, answers, Hurdle(10.0, 4.0, "untraced_cost"), way), gains, worth


def said_by(tables):
    audience = audience_for("working", "EUR", NAMES)
    found = exchange_findings(tables)
    for finding in found:
        check_finding(finding)
    assert len({finding.id for finding in found}) == len(found)
    return {finding.id.removeprefix("07."): say(finding, audience).replace("\xa0", " ") for finding in found}


def three_groups():
    """Yards: both gain. Owners: they gain and we do not. Fleets: we gain, and half of them."""
    value = valued(people("g1", 60, 54) + people("g2", 60, 6) + people("g3", 60, 54), expected_revenue=100.0)
    groups = grouped(**{g: value.loc[value["group_id"] == g, "customer_id"].tolist() for g in ("g1", "g2", "g3")})
    lead, lag = ((9, 8), (5, 5)), ((5, 5), (9, 8))
    gain = {"g1": 50, "g2": 55, "g3": 30}
    rows = [
        (one, *(lead if int(one[-3:]) < gain[group] else lag), "2026-03-01", (8, 2))
        for one, group in zip(value["customer_id"], value["group_id"], strict=True)
    ]
    return value, answered(*rows, groups=groups)


def test_where_nobody_compared_us_no_balance_is_spoken_of():
    value, _ = three_groups()
    tables, _, _ = tables_of(value, survey_answers(None, **YEAR), profiles=PROFILES)
    said = said_by(tables)
    assert said["levers"].startswith("Parity on the side we know would take prices raised by")


def test_the_answer_names_the_groups_and_their_sides():
    tables, gains, _ = tables_of(*three_groups(), profiles=PROFILES)
    said = said_by(tables)
    assert said["answer"] == (
        "In 1 of 3 groups both sides gain for sure (Yards); in Owners we give more than we get; 1 is undecided."
    )
    assert said["balance.g3"] == (
        "Fleets: 90 % of customers are worth more to us than the hurdle (82 to 95 %), and 50 % of respondents gain "
        "with us (40 to 60 %): we gain, whether they gain is open."
    )
    assert said["map"] == (
        "1 of 3 groups is in balance; the two sides are furthest apart in Owners (10 % for us, 92 % for them)."
    )
    assert said["to_us"].startswith("63 % of customers will be worth more to us than the hurdle of EUR 10.00")
    assert said["to_them"].startswith("75 % of those who compared us find more of what they value with us")
    # Owners: 1 + a tenth of 100 is above 10. Fleets: stated weights put them 3.8 points behind, price counts .8
    assert said["levers"] == "Balance would take prices raised by 10 % for Owners."
    levers = tables.exchange_levers[tables.exchange_levers["nearest"]].set_index("group_name")
    assert levers.loc["Fleets", ["lever", "points"]].tolist() == ["price", 4.8]
    assert "claim" not in said
    assert said["profiles"] == (
        "Of 6 parts of a profile 2 are known of every group; share, potential, promotion and needs of none."
    )
    assert [check.verdict for check in exchange_checks(tables, gains, None, active=180)] == ["pass"] * 4


def test_without_a_hurdle_or_a_cost_it_is_said_that_anything_above_zero_counts():
    tables, _, _ = tables_of(*three_groups(), profiles=PROFILES)
    bare = replace(tables, hurdle=Hurdle(0.0, 0.0, "none"))
    asked = [[gap.question for gap in exchange_cannot_say(one)] for one in (tables, bare)]
    words = "Would what we get still be enough once each customer carried its part of all cost?"
    assert words not in asked[0] and words in asked[1]


def test_who_rated_nothing_is_not_said_to_have_rated_us():
    value, _ = three_groups()
    said = pd.DataFrame({"customer_id": value["customer_id"], "recommend": 9.0, "date": pd.Timestamp("2026-03-01")})
    tables, _, _ = tables_of(value, survey_answers(said, **YEAR), profiles=PROFILES)
    assert tables.whole["not_counted"] > 0
    asked = [gap.question for gap in exchange_cannot_say(tables)]
    assert "Do those who rated us and no alternative gain too?" not in asked


def test_respondents_in_no_group_are_not_denied():
    value, answers = three_groups()
    nameless = replace(answers, table=answers.table.assign(group_id=None))
    tables, _, _ = tables_of(value, nameless, profiles=PROFILES)
    assert tables.groups["to_them"].isna().all()
    assert said_by(tables)["answer"].endswith(
        "and for 75 % of respondents on theirs; who of them is in which group is not known."
    )


def test_one_group_alone_gets_a_sentence_of_its_own():
    value, answers = three_groups()
    own = value[value["group_id"] == "g1"].assign(group_id="all")
    tables, _, _ = tables_of(own, answers, {"all": "All customers"})
    assert said_by(tables)["answer"] == (
        "The relation pays for 90 % of customers on our side and for 75 % on theirs: both sides gain."
    )


@pytest.mark.parametrize(
    ("margin", "survey", "words"),
    [
        (True, False, "The relation pays for us with 63 % of customers; what they gain from us is not known."),
        (
            False,
            True,
            "75 % of those who compared us gain more with us than elsewhere; what they leave us is not known.",
        ),
        (False, False, "Neither what customers are worth to us nor what they gain from us is known"),
    ],
)
def test_half_an_answer_and_none(margin, survey, words):
    value, answers = three_groups()
    value = value if margin else value.assign(clv=float("nan"))
    answers = answers if survey else survey_answers(None, **YEAR)
    tables, gains, _ = tables_of(value, answers)
    said = said_by(tables)
    assert said["answer"].startswith(words)
    assert "map" not in said
    assert not [name for name in said if name.startswith("balance.")]
    asked = [gap.question for gap in exchange_cannot_say(tables)]
    assert ("What do we get from each group?" in asked) == (not margin)
    assert ("What does each group get from us that it would not get elsewhere?" in asked) == (not survey)
    held = {said.id for said in exchange_assumptions(tables, within=0.15)}
    assert ("07.hurdle" in held) == margin
    assert ("07.worth_as_expected" in held) == margin, "the ranges leave out how far the model is off, and say so"
    assert ("07.silent" in held) == survey
    assert ("07.parity" in held) == (margin or survey)
    assert {check.verdict for check in exchange_checks(tables, gains, None, active=180)} == {"pass"}


def test_why_nothing_is_known_of_what_they_get():
    value, answers = three_groups()
    reasons = {}
    nobody = answered(("x", (9, 8), (float("nan"),) * 2))
    few = answered(*[(f"x{number}", (9, 8), (5, 5)) for number in range(9)])
    for name, given in {"none": survey_answers(None, **YEAR), "alone": nobody, "few": few}.items():
        gaps = exchange_cannot_say(tables_of(value, given)[0])
        reasons[name] = next(gap.because for gap in gaps if gap.question.startswith("What does each group get"))
    assert reasons == {
        "none": "No answer of customers lies in the window.",
        "alone": "Nobody rated us and an alternative on the same driver.",
        "few": "Only 9 respondents compared us on half of what counts or more.",
    }


def claim_of(kept, others):
    people = pd.DataFrame({"left": 9.0, "gained": [True] * 40 + [False] * 40, "paid": True})
    people["retained"] = [number < kept for number in range(40)] + [number < others for number in range(40)]
    return exchange_claim(Followed(people.assign(sweet=people["gained"], bought_again=None, referred=None), 12))


@pytest.mark.parametrize(
    ("kept", "others", "words"),
    [
        (
            38,
            20,
            "Gain on both sides pays: 95 % of 40 such customers still bought, 50 % of 40 others worth as much.",
        ),
        (20, 38, "Gain on both sides does not pay: 50 % of 40 such customers still bought, 95 %"),
        (
            30,
            29,
            "Gain on both sides is not shown to pay: 75 % of 40 such customers still bought, 73 %",
        ),
    ],
)
def test_the_claim_is_told_as_it_came_out(kept, others, words):
    tables, _, _ = tables_of(*three_groups(), claim=claim_of(kept, others))
    assert words in said_by(tables)["claim"]
    values = next(finding.values for finding in exchange_findings(tables) if finding.id == "07.claim")
    assert values["months"].value == 12, "the exhibit's subtitle says how long they were watched"


def test_a_sum_that_is_none_fails_its_check():
    tables, gains, _ = tables_of(*three_groups())
    table = tables.value_exchange.copy()
    table.loc[1, ["customers", "respondents"]] += 1
    broken = ExchangeTables(table, *[getattr(tables, name) for name in list(vars(tables))[1:]])
    equity = pd.DataFrame({"group_id": ["all"], "clv": [tables.whole["clv"] + 0.02]})
    verdicts = {check.id: check.verdict for check in exchange_checks(broken, gains, equity, active=181)}
    assert verdicts["07.active"] == "fail"
    assert verdicts["07.customers"] == verdicts["07.respondents"] == verdicts["07.equity"] == "fail"
    equity["clv"] = tables.whole["clv"]
    assert {check.verdict for check in exchange_checks(tables, gains, equity, active=180)} == {"pass"}


def test_another_way_to_weigh_says_what_the_table_with_it_says():
    """All are ahead on price and behind on range; they say that range counts, and answer otherwise."""
    value = valued(people("g1", 40, 36))
    rows = [(one, (9, 5), (6, 7), "2026-03-01", (1, 9)) for one in value["customer_id"]]
    answers = answered(*rows, groups=grouped(g1=value["customer_id"].tolist()))
    names = {"all": "All customers", "g1": "Yards"}
    worth = worth_of_customers(value.set_index("customer_id")["group_id"], value, 10.0)
    equal = value_exchange(worth, gains_of_responses(answers, driver_weights(answers, None, "equal")), names)
    preview = if_weights(equal, answers, None, worth, names)
    said = preview("stated")
    after = value_exchange(worth, gains_of_responses(answers, driver_weights(answers, None, "stated")), names)
    assert said.values["them"].value == after.loc[0, "to_them"] == 0.0
    assert said.values["before"].value == equal.loc[0, "to_them"] == 1.0
    audience = audience_for("working", "EUR", NAMES)
    assert say(said, audience).endswith("; Yards would move to they under-get.")
    assert say(preview("equal"), audience).endswith("this is what is in force.")
    with pytest.raises(StepInputError, match='"derived"'):
        preview("derived")


def test_a_preview_with_too_few_answers_says_so():
    value = valued(people("g1", 40, 36))
    answers = answered(("x", (9, 5), (6, 7)))
    worth = worth_of_customers(value.set_index("customer_id")["group_id"], value, 10.0)
    sides = value_exchange(worth, gains_of_responses(answers, driver_weights(answers, None, "equal")), NAMES)
    said = if_weights(sides, answers, None, worth, NAMES)("equal")
    assert "still too few compare us" in said.text
