"""What groups are worth, against what was worked out by hand: by the year, and no part above the whole."""

from __future__ import annotations

from dataclasses import replace

from helpers.method.customer_strategy import customer_strategy
from helpers.method.strategy_groups import group_plans
from helpers.method.strategy_worth import worth_sentences
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method.strategy_builders import GROUPS, count, material, money, result, share, told


def said(start) -> dict[str, str]:
    found = worth_sentences(start, group_plans(start))
    for one in found:
        check_finding(one.finding)
    reader = audience_for("working", "EUR", GROUPS)
    return {one.finding.id: say(one.finding, reader).replace("\N{NO-BREAK SPACE}", " ") for one in found}


def with_whale(**values):
    start = material()
    curve = told("04.whale_curve", "{losing:count} lose {lost:money} of {total:money}.", **values)
    text = "Service for {untraced:money} is untraced: after it {left:money} is left."
    rest = told("04.untraced_cost", text, untraced=money(200.0), left=money(560.0))
    first = start.said["04_value_to_us"].findings
    return replace(start, said={**start.said, "04_value_to_us": result("04_value_to_us", *first, curve, rest)})


def test_what_customers_earn_and_lose_is_told_in_amounts_of_a_year():
    # 760 + 300 earned over 24 months, and 300 lost
    sentences = said(with_whale(total=money(760.0), lost=money(300.0), losing=count(7)))
    assert sentences["12.in_worth_earned"] == (
        "Customers who earn us money bring EUR 530.00 a year; the 7 who lose us money take EUR 150.00 of it away again."
    )
    assert sentences["12.in_worth_untraced"] == "Service for EUR 100.00 is untraced: after it EUR 280.00 is left."


def test_a_finding_without_the_amounts_is_quoted_as_it_stands():
    start = material()
    curve = told("04.whale_curve", "All {earning:pct} earn.", earning=share(1.0))
    first = start.said["04_value_to_us"].findings
    start = replace(start, said={**start.said, "04_value_to_us": result("04_value_to_us", *first, curve)})
    assert said(start)["12.in_worth_04_whale_curve"] == "All 100 % earn."


def test_a_group_is_told_with_what_is_known_of_it_and_no_more():
    assert said(material())["12.in_worth_group.g3"] == (
        "Resellers: EUR −20.00 of profit a year; who gains: they gain, and we give more than we get; 40 % of what "
        "they spend comes to us."
    )
    assert said(material(without=("05", "07")))["12.in_worth_group.g1"] == "Yards: EUR 100.00 of profit a year."
    assert said(material(without=("04", "05", "07"))) == {}


def test_a_loss_after_untraced_service_keeps_the_words_of_its_step():
    start = material()
    rest = told("04.untraced_cost", "{untraced:money}: we lose {left:money}.", untraced=money(900.0), left=money(140.0))
    first = start.said["04_value_to_us"].findings
    start = replace(start, said={**start.said, "04_value_to_us": result("04_value_to_us", *first, rest)})
    assert said(start)["12.in_worth_untraced"] == "EUR 450.00: we lose EUR 70.00."


def test_what_customers_are_worth_names_an_assumed_margin_on_the_boards_page():
    """A margin rate that somebody guessed carries the whole amount; the board reads its headline alone."""
    start = material()
    first = start.said["04_value_to_us"]
    guessed = first.model_copy(
        update={"findings": [one.model_copy(update={"evidence": "assumed"}) for one in first.findings]}
    )
    for result_of_04, words in ((first, "months ("), (guessed, "months, at an assumed margin (")):
        here = replace(start, said={**start.said, "04_value_to_us": result_of_04})
        built = customer_strategy(here, asked="Approve it.")
        reader = audience_for("working", "EUR", GROUPS)
        equity = next(one.finding for one in built.sentences if one.finding.id == "12.equity")
        assert words in say(equity, reader).replace("\N{NO-BREAK SPACE}", " ")
        assert equity.evidence == result_of_04.findings[0].evidence


def test_a_promise_ends_with_one_full_stop_whoever_wrote_it():
    for promise in ("On the quay by noon", "On the quay by noon.", "On the quay by noon!"):
        start = material()
        table = start.tables["value_propositions"].assign(promise=promise, headline="Noon")
        built = customer_strategy(replace(start, tables={**start.tables, "value_propositions": table}), asked="So.")
        told_of = [say(one.finding, audience_for("working", "EUR", GROUPS)) for one in built.sentences]
        line = next(one for one in told_of if "We say: “Noon”." in one)
        assert f"{promise.rstrip('.')}{'' if promise[-1] == '!' else '.'} " in line and ".." not in line
