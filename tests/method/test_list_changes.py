"""What step 02 says of change: from half to half, of who stayed, who came, and whom to call."""

from __future__ import annotations

import pytest

from helpers.method.list_findings import list_findings
from tests.method.list_builders import MANY, ListClient, every, ladder
from tests.method.rating_builders import line


def test_one_customer_who_left_and_one_who_stayed():
    left = ListClient(line("c1", "2025-03-01", 5)).said()
    assert left["kept"] == "The one customer who bought in the prior half did not buy again in the current one."
    assert left["bridge"] == "Revenue fell by 100 % half on half: one customer who stopped buying took EUR 5.00."
    stayed = ListClient(line("c1", "2025-03-01", 5), line("c1", "2026-03-01", 6)).said()
    assert stayed["kept"] == (
        "The one customer who bought in the prior half bought again in the current one; it brings 120 % of what it "
        "brought then."
    )
    assert stayed["bridge"] == "Revenue rose by 20 % half on half: one customer who bought more added EUR 1.00."


@pytest.mark.parametrize(
    ("stay", "words"),
    [
        (9, "most of those who bought in the prior half bought again in the current one"),
        (6, "many of those who bought in the prior half did not buy again in the current one"),
        (5, "most of those who bought in the prior half did not buy again in the current one"),
    ],
)
def test_whether_they_stay(stay, words):
    said = ListClient(*ladder("2025-03-01"), *every(MANY[:stay], "2026-03-01", amount=5)).said()
    assert words in said["list"]


@pytest.mark.parametrize(("stay", "words"), [(0, "None"), (1, "1"), (2, "2")])
def test_few_are_counted_not_told_in_percent(stay, words):
    said = ListClient(*every(MANY[:3], "2025-03-01"), *every(MANY[:stay], "2026-03-01")).said()
    assert said["kept"].startswith(f"{words} of the 3 customers who bought in the prior half bought again")
    assert "those who bought" not in said["list"]


def test_nothing_on_balance():
    lines = [line(name, day, amount) for name in MANY for day, amount in (("2026-03-01", 5), ("2026-04-01", -5))]
    said = ListClient(*lines).said()
    assert said["bridge"] == "Revenue stayed at EUR 0 half on half."
    assert said["concentration"] == "No active customer brought money on balance: there is nothing to spread."


def test_the_bridge_says_what_weighed_most_first_where_it_went():
    up = ListClient(*ladder("2025-03-01"), *every(MANY[:6], "2026-03-01", amount=200)).said()
    assert up["bridge"] == (
        "Revenue rose by 54 % half on half: those who bought more added EUR 990.00, those who stopped buying took "
        "EUR 570.00."
    )
    down = ListClient(*ladder("2025-03-01"), *every(MANY[:2], "2026-03-01", amount=200)).said()
    assert down["bridge"] == (
        "Revenue fell by 49 % half on half: those who stopped buying took EUR 750.00, those who bought more added "
        "EUR 370.00."
    )


def test_who_came_back_is_told_from_who_is_new_where_history_allows():
    old = [line(name, "2023-05-01", 10) for name in MANY]
    lines = [*old, *every(MANY[:2], "2026-03-01", amount=30), *every(["n1", "n2", "n3"], "2026-03-01")]
    said = ListClient(*lines).said()
    assert said["bridge"].endswith(": those who came back added EUR 60.00.")
    assert "our largest gain comes from customers who came back" in said["list"]
    assert said["others"] == "Beside the active, and not rated: 10 customers who bought before the window only."
    assert "Who is new, and who came back after a pause?" not in ListClient(*lines).gaps()


def test_a_closed_list():
    said = ListClient(*every(MANY, "2026-01-05"), *every(MANY[:5], "2026-08-05", amount=4), months=12).said()
    assert said["closed"] == (
        "Everybody on this list first bought in the data's first quarter: it was drawn so, or nobody was won since. If "
        "it was drawn so, falling revenue tells of these customers only, not of the business."
    )
    assert said["list"].endswith("; everybody on it came in the first quarter of the data.")
    assert said["cohorts"] == "Too few customers came long enough ago to tell how many stay."
    assert said["halves"] == (
        "The halves are 6 months each and lie in different seasons: a change between them may be just that."
    )


def test_a_closed_list_that_is_old_enough():
    client = ListClient(*every(MANY, "2025-01-05"), *every(MANY[:3], "2025-08-05", "2026-08-05"))
    assert client.said()["cohorts"] == (
        "Of 12 customers of the data's first quarter, 25 % bought again within four quarters; there is no other cohort."
    )
    findings = {finding.id: finding for finding in list_findings(client.tables)}
    assert findings["02.closed"].n == 12


def test_newcomers_of_a_quarter_and_of_several():
    old, new = every(MANY, "2024-01-05"), every([f"n{name}" for name in MANY], "2024-05-05")
    again = every([f"n{name}" for name in MANY[:6]], "2025-02-01")
    said = ListClient(*old, *new, *again).said()
    assert said["cohorts"] == (
        "Of 12 customers first seen between 1 April 2024 and 30 June 2024, 50 % bought again within four quarters; of "
        "those of the data's first quarter, 0 %."
    )
    said = ListClient(*old[:3], *new, *again, line("late", "2025-08-01", 5)).said()
    assert said["cohorts"] == (
        "Of 13 customers first seen between 1 April 2024 and 30 September 2025, 46 % bought again within four quarters."
    )


def test_newcomers_before_a_year_is_over():
    old, new = every(MANY, "2025-06-05"), every([f"n{name}" for name in MANY], "2026-05-05")
    said = ListClient(*old, *new).said()
    assert said["cohorts"] == (
        "Of 12 customers of the data's first quarter, 0 % bought again within four quarters; of later ones it is too "
        "early to say."
    )
    said = ListClient(*old[:3], *new, *every(["nc00", "nc01", "nc02"], "2026-08-05")).said()
    assert said["cohorts"] == (
        "Of 12 customers first seen after the data's first quarter, 25 % bought again in the following quarter."
    )


@pytest.mark.parametrize(
    ("months", "words"), [(2, "one month each"), (4, "2 months each"), (22, "11 months each"), (24, None)]
)
def test_halves_of_different_seasons(months, words):
    said = ListClient(*ladder("2026-12-01"), months=months).said()
    assert ("halves" in said) == (words is not None)
    assert words is None or f"The halves are {words} and lie in different seasons" in said["halves"]


def test_a_call_to_one():
    said = ListClient(*ladder("2026-03-01"), line("c11", "2025-03-01", 1000)).said()
    assert said["calls"] == "One customer rated A or B brought EUR 880.00 less in the current half: it is worth a call."
