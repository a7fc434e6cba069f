"""What is said of direction, profit and the right to win: sentences that hold, and silence where nothing is known."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.method.group_test_findings import (
    direction_findings,
    group_tests_assumptions,
    group_tests_cannot_say,
    profitable_findings,
    right_to_win_findings,
)
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say


def table(base: dict, *rows: dict) -> pd.DataFrame:
    """Rows of groups g1, g2 ... that differ from a common one."""
    whole = [
        base | {"group_id": f"g{place}", "group_name": f"Group {place}"} | row for place, row in enumerate(rows, 1)
    ]
    return pd.DataFrame(whole, columns=[*base, "group_id", "group_name"])


OURS = {"verdict": "specialising", "status": "pass", "depth_slope": -0.02, "future_slope": 0.05}
SINKS = {"verdict": "commoditising", "status": "fail", "depth_slope": 0.04, "future_slope": -0.06}
MOVES = {"customers": 40, "verdict": "undecided", "status": "undecided", "depth_slope": 0.0, "future_slope": 0.0}
MOVES |= {f"{name}_slope_{end}": side for name in ("depth", "future") for end, side in (("low", -0.1), ("high", 0.1))}
MOVES |= {"depth_now": 0.25, "future_now": 0.355, "looks": "drawn_twice", "why_not": ""}
EARNS = {"known_customers": 30, "profit": 900.0, "profit_low": 800.0, "profit_high": 1000.0, "p_profit": 1.0}
EARNS |= {"status": "pass", "fails_by": "", "basis": "after_cost_to_serve", "why_not": ""}
LOSES = {
    "status": "fail",
    "fails_by": "loss",
    "profit": -50.0,
    "profit_low": -90.0,
    "profit_high": -10.0,
    "p_profit": 0.0,
}
WINS = {"compared": 20, "label": "Advice", "measured_chance": 0.9, "chance": 0.9, "status": "pass", "basis": "measured"}
WINS |= {"contradicted": "", "why_not": ""}
NONE = {"status": "fail", "chance": 0.1, "measured_chance": 0.1}


def told(findings, places: int = 4) -> dict[str, str]:
    """Each sentence by its id, after it was checked."""
    names = {f"g{place}": f"Group {place}" for place in range(1, places + 1)}
    for finding in findings:
        check_finding(finding)
    reader = audience_for("client", "EUR", names)
    return {finding.id: say(finding, reader).replace("\N{NO-BREAK SPACE}", " ") for finding in findings}


def test_who_goes_our_way_and_who_sinks():
    said = told(direction_findings(table(MOVES, OURS, SINKS, {})))
    assert said["08.direction"].startswith("1 of 3 groups goes our way: Group 1, where categories of our future gain")
    assert "5 points of revenue a year and have 35.5 % now, while discounts shrink by 2 points" in said["08.direction"]
    assert said["08.direction"].endswith("for 1 the quarters show no clear direction.")
    assert said["08.commoditising"].startswith(
        "Among Group 2 price comes to decide: discounts deepen by about 4 points"
    )
    assert said["08.commoditising"].endswith("lose 6 points of the revenue.")


def test_several_are_told_by_the_one_that_moves_most():
    faster = OURS | {"future_slope": 0.09, "depth_slope": 0.0}
    said = told(direction_findings(table(MOVES, OURS, faster, SINKS, SINKS | {"depth_slope": 0.05})))
    assert said["08.direction"].startswith("2 of 4 groups go our way, most of all Group 2, where")
    assert "discounts" not in said["08.direction"]  # they hold
    assert said["08.commoditising"].startswith("Among Group 4")
    assert said["08.commoditising"].endswith("; likewise among Group 3.")


def test_no_direction_is_no_praise():
    assert told(direction_findings(table(MOVES, {}, {}))) == {
        "08.direction": "Of 2 groups none surely goes our way; for 2 the quarters show no clear direction."
    }
    assert told(direction_findings(table(MOVES, {})))["08.direction"] == "It is not sure that Group 1 goes our way."
    whole = table(MOVES, OURS).assign(group_id="all")
    assert direction_findings(whole) == direction_findings(table(MOVES, {"status": "not_tested"})) == []


def test_on_whom_we_earn_and_lose():
    falls = {"status": "fail", "fails_by": "downturn", "profit": 500.0}
    open_ = {"status": "undecided", "p_profit": 0.5}
    said = told(profitable_findings(table(EARNS, {}, LOSES, falls, open_)))
    assert said["08.profitable"] == (
        "After the costs they cause, 1 of 4 groups surely earns us money and keeps doing so; on Group 2 we lose money, "
        "EUR 50.00 in the window; for 1 it hangs on a few customers."
    )
    assert said["08.earns_and_falls"].startswith("On Group 3 we earn EUR 500.00 in the window, and the test fails")
    two = told(profitable_findings(table(EARNS | {"basis": "gross_margin"}, LOSES, LOSES | {"profit": -70.0})))
    assert two["08.profitable"].startswith(
        "After the cost of goods, with no service recorded, 0 of 2 groups surely earn"
    )
    assert "on 2 we lose money, most on Group 2, EUR 70.00" in two["08.profitable"]
    assert profitable_findings(table(EARNS, {"status": "not_tested"})) == []
    assert profitable_findings(table(EARNS, open_)) == [], "who earns is in the grid; who costs us money is told"


def test_whom_we_have_a_right_to_win():
    judged = {"basis": "judged", "chance": 0.8, "measured_chance": None, "contradicted": "Speed"}
    said = told(right_to_win_findings(table(WINS, {}, NONE, NONE, judged)))
    assert said["08.right_to_win"].startswith(
        "We have a right to win 2 of 4 groups, surest with Group 1: Advice matters"
    )
    assert said["08.right_to_win"].endswith("(a chance of 90 %); 1 of them by our own judgement, with proofs.")
    assert said["08.no_right_to_win"].startswith("On nothing that matters to Group 2 and Group 3 are we better")
    assert said["08.denied"] == ("We name Speed as an advantage with Group 4, and its customers say the opposite.")
    found = {finding.id: finding.evidence for finding in right_to_win_findings(table(WINS, {}, judged))}
    assert found == {"08.right_to_win": "judged", "08.denied": "measured"}
    assert right_to_win_findings(table(WINS, {"status": "not_tested"})) == []


@pytest.mark.parametrize("why", ["short_history", "no_list_price", "no_future_category"])
def test_what_stays_open_names_whom_and_what_would_answer_it(why):
    missing = {"status": "not_tested", "why_not": why}
    gaps = group_tests_cannot_say(table(MOVES, {}, missing), table(EARNS, {}), table(WINS, {}))
    assert [gap.question for gap in gaps] == ["In which direction do Group 2 go?"]
    nothing = {"status": "not_tested", "why_not": "no_survey"}
    gaps = group_tests_cannot_say(table(MOVES, {}), table(EARNS, {}), table(WINS, nothing, nothing))
    assert [gap.question for gap in gaps] == ["Have we a right to win our groups?"]
    assert "right_to_win" in gaps[0].unlocked_by
    # a downturn fails a group whose profit is not known: then nothing is open
    falls = {"status": "fail", "why_not": "no_cost"}
    assert group_tests_cannot_say(table(MOVES, {}), table(EARNS, falls), table(WINS, {})) == []


def test_assumptions_are_only_those_that_were_used():
    said = group_tests_assumptions(table(MOVES, {}), table(WINS, {"basis": "judged"}))
    assert [one.id for one in said] == ["08.drawn_twice", "08.against", "08.two_proofs", "08.apart"]
    once = table(MOVES | {"looks": "within_years"}, {})
    said = group_tests_assumptions(once, table(WINS, {"measured_chance": None}))
    assert [one.id for one in said] == ["08.drawn_once", "08.against"]
    assert group_tests_assumptions(once.iloc[:0], table(WINS)) == []
