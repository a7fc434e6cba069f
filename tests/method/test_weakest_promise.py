"""Whether the right to win rests on the weakest contact: by hand, and where nothing can be said."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.method.channel_consistency import channel_consistency
from helpers.method.weakest_promise import weakest_promise_findings, weakest_promises
from helpers.show.sentences import check_finding

LINKS = pd.DataFrame(
    [("g1", "Answer to a complaint", 0.94, 40), ("g2", "Answer to a complaint", 0.99, 30),
     ("g3", "Answer to a complaint", 0.7, 30), ("g4", "Invoice", 0.99, 30),
     ("no_group", "Answer to a complaint", 1.0, 9)],
    columns=["group_id", "touchpoint", "weakest_chance", "responses"],
).assign(weakest=True)  # fmt: skip
RIGHT = pd.DataFrame(
    {"group_id": ["g1", "g2", "g3", "g4"], "driver": "mending", "label": "Complaints", "chance": [0.68, 0.5, 0.9, 0.9]}
)
PLAN = pd.DataFrame({"tactic": ["a", "b"], "group_id": ["g2", "g1"], "driver": "mending", "selected": [True, False]})


def promises(links=LINKS, right=RIGHT, plan=PLAN):
    return weakest_promises(links, right, plan)


def said(found) -> str:
    findings = weakest_promise_findings(found)
    for finding in findings:
        check_finding(finding)
    return findings[0].text if findings else ""


def test_only_what_is_surely_weakest_and_about_the_driver_is_told():
    found = promises()
    # g3 is not sure, g4 is about something else; only the chosen tactic serves
    assert found[["group_id", "served"]].values.tolist() == [["g1", False], ["g2", True]]
    told = weakest_promise_findings(found[::-1])[0]
    assert told.values["group"].value == "g1" and told.n == 40, "what nothing serves comes first"
    assert "no chosen tactic works on it" in told.text and told.values["more"].value == 1
    assert "tactic" not in said(promises(LINKS[1:2])) and said(promises(LINKS[1:2])).endswith("{contact:text}.")


def test_a_tactic_for_all_customers_serves_each_group():
    assert promises(plan=PLAN.assign(group_id="all"))["served"].all()


@pytest.mark.parametrize(
    "given", [{"right": None}, {"links": channel_consistency(None, None)}, {"right": RIGHT.assign(label=None)}]
)
def test_where_nothing_is_known_nothing_is_said(given):
    assert promises(**given).empty and said(promises(**given)) == ""
