"""What step 08 says as a whole: the answer, what nobody can say yet, and a client for whom there is nothing to test."""

import pandas as pd
import pytest

from helpers.method.commitment_groups import commitment_npv
from helpers.method.commitment_reuse import project_reuse
from helpers.method.direction_quarters import direction_quarters
from helpers.method.future_closing import future_assumptions, future_cannot_say, future_checks
from helpers.method.future_findings import FutureTables, future_findings
from helpers.method.future_fit import future_fit, future_groups, members_of, passing_groups, workshop_scores
from helpers.method.future_paths import transition_paths
from helpers.method.going_viral import going_viral
from helpers.method.group_direction import group_direction
from helpers.method.lookalikes import next_generation
from helpers.method.market_readiness import market_readiness
from helpers.method.next_generation import movers
from helpers.method.profit_chance import profit_chance
from helpers.method.prospects_like import prospects_like
from helpers.method.right_to_win import driver_chances, right_to_win

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
    "{leads:count} of {groups:count} groups leads us into the future: {lead_1:group}; out of step with it: "
    "{out_1:group}."
)
NONE = (
    "None of {groups:count} groups surely leads us into the future; {held_back:count} is held back by one test; "
    "{open:count} is still open."
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
