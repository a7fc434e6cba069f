"""The sentences of step 11 on contacts, channels, treatment, spend and tactics, as they are read."""

from __future__ import annotations

from helpers.method.channel_findings import channel_findings
from helpers.method.spend_alignment import alignment_index
from helpers.method.spend_findings import spend_findings
from helpers.method.tactic_findings import portfolio_findings
from helpers.method.tactic_portfolio import tactic_portfolio
from helpers.method.treatment_findings import treatment_findings
from helpers.method.treatment_fit import treatment_fit
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, say
from tests.method import test_channel_choice as choices
from tests.method import test_channel_consistency as contacts
from tests.method import test_spend_alignment as spending
from tests.method import test_tactic_portfolio as sets
from tests.method import test_treatment_fit as treating

NAMES = {"g1": "Yards", "g2": "Fleets", "g3": "Owners"}
READER = audience_for("working", "EUR", NAMES)


def read(findings) -> dict[str, str]:
    """Each finding as the client reads it."""
    for one in findings:
        check_finding(one)
    assert len({one.id for one in findings}) == len(findings)
    return {one.id: say(one, READER).replace("\N{NO-BREAK SPACE}", " ") for one in findings}


def test_contacts_and_channels():
    links = contacts.channel_consistency(contacts.KNOWN, contacts.GROUPS, spread=1.0)
    decided = {"k": {"group": "g2", "channel": "web", "role": "lead"}}
    told = read(channel_findings(links, choices.choice(decided=decided)))
    assert told["11.weakest_function"] == "Delivery and support are each the weakest link in 1 of 2 groups."
    assert told["11.weakest_link.g2"] == (
        "For Fleets the weakest link is Quay: 3 points below what support does, it takes 2.25 points off the group's "
        "rating."
    )
    assert told["11.channels"].startswith("Of a sale through phone 20.9 % is left after cost to serve")
    assert told["11.channel_contradictions"].startswith(
        "Something speaks against the one role that people gave a channel, that web is to lead for Fleets, but "
    )


def test_treatment():
    table = treatment_fit(
        treating.treated([9, 1, 2, 3, 4, 7, 8, 10, 6, 5], [100, 90, 8, 7, 6, 5, 4, 3, 2, 1]), treating.NAMES
    )
    told = read(treatment_findings(table))
    assert told["11.best_below"] == (
        "Of our 2 best customers 1 (50 %) get less service an order than the middle customer: EUR 45.00 of lifetime "
        "value is at risk with them."
    )


def test_spend():
    table = spending.aligned().reset_index()
    told = read(spend_findings(spending.by_function(), table, alignment_index(table)))
    assert told["11.spend_out_of_line"] == (
        "Owners take 40 % of what we spend on these groups and hold 0 % of the lifetime value; Yards take 30 % and "
        "hold 70 %."
    )
    assert told["11.misaligned"].endswith("The largest single move towards that: EUR 40.07 from Owners to Yards.")
    assert told["11.intent_unfunded"] == (
        "We want to grow Yards, and the tactics give it no larger part of money than today."
    )


def test_tactics():
    table = sets.tactics(("a", "g1", "x", 20.0, 100.0), ("b", "g1", "x", 20.0, 60.0), ("c", "g3", "x", 60.0, 70.0))
    table["effect_low"], table["effect_high"] = [90.0, 0.0, 69.0], [110.0, 90.0, 71.0]
    table["selected"], table["title"] = [True, True, False], ["Crates", "Visits", "Portal"]
    told = read(portfolio_findings(tactic_portfolio(table, budget=50.0)))
    assert told["11.best_set"] == (
        "2 of 3 tactics are worth most together within the limits: they bring EUR 130.00 of discounted margin for "
        "EUR 40.00, so EUR 90.00 after cost."
    )
    assert told["11.team_against_best"] == (
        "The team's own 2 tactics are worth EUR 90.00 after cost: no other set is worth more."
    )
    assert told["11.firm_tactics"].endswith("The least firm is Visits, in 70 % of the draws.")
    assert told["11.budget_more"].startswith("Another EUR 60.00 spent would bring EUR 10.00 more after cost")
    broken = read(portfolio_findings(tactic_portfolio(table, budget=10.0)))
    assert broken["11.team_against_best"].endswith("cannot be done as they stand: it costs more than the budget.")
