"""What step 08 says as a whole: the answer, what nobody can say yet, and a client for whom there is nothing to test."""

import pandas as pd
import pytest

from helpers.method.commitment_groups import commitment_npv
from helpers.method.commitment_reuse import project_reuse
from helpers.method.direction_quarters import direction_quarters
from helpers.method.future_closing import future_assumptions, future_cannot_say, future_checks
from helpers.method.future_findings import FutureTables, future_findings, path_findings
from helpers.method.future_fit import future_fit, future_groups, members_of, passing_groups, workshop_scores
from helpers.method.future_paths import paths_not_needed, transition_paths
from helpers.method.going_viral import going_viral
from helpers.method.group_direction import group_direction
from helpers.method.lookalikes import next_generation
from helpers.method.market_readiness import market_readiness
from helpers.method.next_generation import movers
from helpers.method.profit_chance import profit_chance
from helpers.method.prospects_like import prospects_like
from helpers.method.right_to_win import driver_chances, right_to_win
from helpers.show.sentences import check_finding

WHEN = {"window_start": "2024-01-01", "as_of": "2026-01-01"}
DAYS = pd.DataFrame(
    {
        "customer_id": ["c1", "c2"],
        "date": pd.to_datetime(["2025-02-01", "2025-05-01"]),
        "revenue": [10.0, 20.0],
        "list_revenue": float("nan"),
        "positive_lines": 1,
    }
)
QUARTERS = pd.DataFrame(
    {
        "customer_id": ["c1", "c2"],
        "quarter_start": pd.to_datetime(["2025-01-01", "2025-04-01"]),
        "category": pd.Series([None, None], dtype="str"),
        "revenue": [10.0, 20.0],
    }
)
GROUPS = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g2"], "group_name": ["Yards", "Fleets"]})


def bare(groups, scores=None):
    """All tables of a client that delivered nothing but transactions without categories, costs and list prices."""
    tests = {
        "profitable": profit_chance(None, None, groups, start=WHEN["window_start"], as_of=WHEN["as_of"]),
        "direction": group_direction(direction_quarters(DAYS, QUARTERS, None, groups, **WHEN)),
        "commitment": commitment_npv(None, groups, QUARTERS, annual_discount=0.1, as_of=WHEN["as_of"]),
        "market": market_readiness(None, groups, as_of=WHEN["as_of"]),
        "right_to_win": right_to_win(driver_chances(None, None, groups), None, groups),
    }
    fit = future_fit(tests, groups, scores)
    stands, members = future_groups(fit, groups), members_of(groups)
    leads = passing_groups(stands)
    moved, asked = movers(None, None, None, leads), prospects_like(None, None, members, leads)
    coming = next_generation(leads, moved, asked, going_viral(None, DAYS, members, leads, **WHEN))
    return FutureTables(fit, stands, *tests.values(), coming)


def checks_of(tables, groups):
    given = dict.fromkeys(("markets", "investments", "prospects")) | {"customer_ids": DAYS["customer_id"]}
    paths = transition_paths(tables.future_groups, {})
    return {check.id: check.verdict for check in future_checks(tables, paths, members_of(groups), **given)}


def test_a_client_who_delivered_next_to_nothing_reads_what_would_help():
    tables = bare(GROUPS)
    assert (tables.future_groups["stand"] == "not_tested").all()
    assert [finding.id for finding in future_findings(tables)] == ["08.no_test"]
    assert set(checks_of(tables, GROUPS).values()) == {"pass"}
    gaps = future_cannot_say(tables, GROUPS, None, workshop_scores(None, GROUPS)[1])
    assert len(gaps) == 8 and all(gap.unlocked_by for gap in gaps)
    assert "08.pass_from" not in {said.id for said in future_assumptions(tables, annual_discount=0.1)}


def test_without_groups_one_question_stays_open():
    tables = bare(None)
    assert future_findings(tables) == [] and set(checks_of(tables, None).values()) == {"pass"}
    gaps = future_cannot_say(tables, None, None, workshop_scores(None, None)[1])
    assert [gap.unlocked_by for gap in gaps] == ["Step 03, form customer groups."]


def test_a_workshop_speaks_also_where_nothing_was_measured():
    scores, named = workshop_scores({"g1": {"market": 90}, "Dinghies": {"market": 1}}, GROUPS)
    tables = bare(GROUPS, scores)
    assert tables.future_fit["workshop"].notna().sum() == 1 and tables.future_fit["disagrees"].isna().all()
    assert any("Dinghies" in gap.question for gap in future_cannot_say(tables, GROUPS, None, named))


LEAD = "{leads:count} of {groups:count} groups lead us into the future: {lead_1:group} and {lead_2:group}."
ONE = (
    "{leads:count} of {groups:count} groups leads us into the future: {lead_1:group}. {out_1:group} is "
    "out of step with it."
)
NONE = (
    "None of {groups:count} groups surely leads us into the future. {held_back_1:group} fails one test; "
    "{open_1:group} is not decided yet."
)


@pytest.mark.parametrize(
    ("chances", "said"),
    [
        ({"g1": [1] * 5, "g2": [1] * 5}, LEAD),
        ({"g1": [1] * 5, "g2": [0] * 5}, ONE),
        ({"g1": [0, 1, 1, 1, 1], "g2": [0.5] * 5}, NONE),
    ],
)
def test_the_answer_names_who_leads_and_who_is_out_of_step(chances, said):
    tables = bare(GROUPS)
    fit = tables.future_fit
    fit["status"] = [{1: "pass", 0: "fail"}.get(chance, "undecided") for group in chances.values() for chance in group]
    fit["basis"] = "measured"
    answer = future_findings(FutureTables(fit, future_groups(fit, GROUPS), *_rest(tables)))[0]
    assert answer.id == "08.answer" and answer.text == said and answer.evidence == "measured"
    assert answer.values["leads"].value == said.count("{lead_") and answer.values["out"].value == said.count("{out_")


def given(chances, bases="measured"):
    """The tables of two groups with these verdicts: 1 passes, 0 fails, None was not tested, others are open."""
    tables = bare(GROUPS)
    fit = tables.future_fit
    words = {1: "pass", 0: "fail", None: "not_tested"}
    fit["status"] = [words.get(chance, "undecided") for group in chances for chance in group]
    fit["basis"] = bases if isinstance(bases, str) else [basis for group in bases for basis in group]
    return FutureTables(fit, future_groups(fit, GROUPS), *_rest(tables))


def test_why_names_what_keeps_groups_back_and_what_is_open():
    found = {one.id: one for one in future_findings(given([[1, 0, 0, 0.5, 1], [1, 1, 1, 0, None]]))}["08.why"]
    assert found.text == (
        "{group_1:group} fails {fails_1:text}; {group_2:group} fails {fails_2:text} alone; "
        "{undecided:count} of {tests:count} verdicts is open; "
        "{not_tested:count} of {tests:count} verdicts is not tested for want of data."
    )
    assert found.values["fails_1"].value == "Same direction and Worth committing to" and found.n == 2
    nobody = {one.id: one for one in future_findings(given([[1] * 5, [1] * 5]))}["08.why"]
    assert nobody.text == "No group fails a test."


def test_the_answer_says_whether_it_needs_what_people_only_expect():
    expected = ["measured", "measured", "judged", "measured", "measured"]
    same = future_findings(given([[1] * 5, [0, 0, 0, 1, 1]], [expected, expected]))[0]
    assert same.evidence == "measured" and same.text.endswith("the same are out of step.")
    # out of step by two tests, one of which is judged
    other = future_findings(given([[1] * 5, [0, 1, 0, 1, 1]], [expected, expected]))[0]
    assert other.evidence == "judged" and other.text.endswith("others would lead or be out of step.")


def test_a_path_that_nobody_walks_any_more_is_told():
    stands = given([[1] * 5, [1] * 5]).future_groups
    idle = paths_not_needed(stands, {"g2.transition": {"end": {"place": 1}}}.get)
    found = path_findings(transition_paths(stands, {}), idle)
    assert [one.id for one in found] == ["08.path_not_needed"] and found[0].values["group_1"].value == "g2"
    check_finding(found[0])
    assert path_findings(transition_paths(stands, {}), []) == []
    # what is done with those who are out of step comes right after who they are
    assert [one.id for one in future_findings(given([[1] * 5] * 2), found)][:3] == [
        "08.answer", "08.why", "08.path_not_needed",
    ]  # fmt: skip


def _rest(tables):
    names = ("profit_chance", "group_direction", "commitment_npv", "market_readiness", "right_to_win")
    return (*(getattr(tables, name) for name in names), tables.next_generation)


def test_reuse_is_not_known_where_no_category_has_a_name():
    project = pd.DataFrame({"group_id": ["g1"], "requested_by": ["c1"], "category": ["Ropes"]})
    assert project_reuse(project, GROUPS, QUARTERS, as_of=WHEN["as_of"]).isna().all()


def test_a_market_that_names_no_group_is_no_slip():
    markets = pd.DataFrame({"segment": "Refit", "year": [2021, 2022, 2023], "market_size": [1.0, 2.0, 3.0]})
    tables = bare(GROUPS)
    rows = market_readiness(markets, GROUPS, as_of=WHEN["as_of"])
    given = {"investments": None, "prospects": None, "customer_ids": DAYS["customer_id"]}
    found = FutureTables(tables.future_fit, tables.future_groups, *_rest(tables)[:3], rows, *_rest(tables)[4:])
    paths = transition_paths(tables.future_groups, {})
    said = {one.id: one.verdict for one in future_checks(found, paths, GROUPS, markets=markets, **given)}
    assert said["08.market_groups"] == "pass"
    said = {
        one.id: one.verdict
        for one in future_checks(found, paths, GROUPS, markets=markets.assign(customer_group="Dinghies"), **given)
    }
    assert said["08.market_groups"] == "flag"
    # where no groups were formed, no market can be of one: nothing to flag, for the step says what is missing
    none = {one.id for one in future_checks(found, paths, None, markets=markets.assign(customer_group="g1"), **given)}
    assert "08.market_segments" in none and not {"08.market_groups", "08.project_groups"} & none


@pytest.mark.parametrize(
    ("verdicts", "basis", "begins", "ends"),
    [
        (["undecided"] * 5, "measured", "Whether {group:group}, our only group, leads", "is not decided yet."),
        (["pass"] * 5, "measured", "{group:group}, our only group, leads", "into the future."),
        (
            ["pass", "fail", "fail", "pass", "pass"],
            "judged",
            "{group:group}, our only group, is out of step",
            "it would not hold without what people only expect.",
        ),
    ],
)
def test_one_group_alone_reads_as_one(verdicts, basis, begins, ends):
    alone = GROUPS[GROUPS["group_id"] == "g1"]
    tables = bare(alone)
    fit = tables.future_fit
    fit["status"], fit["basis"] = verdicts, ["measured", "measured", basis, "measured", "measured"]
    answer = future_findings(FutureTables(fit, future_groups(fit, alone), *_rest(tables)))[0]
    check_finding(answer)
    assert answer.values["group"].value == "g1" and answer.values["groups"].value == 1
    assert answer.text.startswith(begins) and answer.text.lower().endswith(ends) and answer.evidence == basis
