"""What step 02 says: every sentence true and sayable, whatever the data."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.method.list_findings import list_findings
from tests.method.list_builders import MANY, ListClient, every, ladder
from tests.method.rating_builders import line, line_lists, table_of

ALWAYS = {"answer", "concentration", "bridge"}


def test_nobody_is_active():
    said = ListClient(line("c1", "2024-01-01", 5)).said()
    assert said == {
        "answer": "No customer is active in the window, so there is nobody to rate.",
        "concentration": "No active customer brought money on balance: there is nothing to spread.",
        "bridge": "Nothing was sold in either half.",
        "cohorts": "Too few customers came long enough ago to tell how many stay.",
        "others": "Beside the active, and not rated: one customer who bought before the window only.",
    }


def test_one_customer():
    said = ListClient(line("c1", "2026-03-01", 5)).said()
    assert said == {
        "answer": "We have one active customer and nobody to compare it with, so it is not rated.",
        "list": (
            "You are your client list, and ours says: we live from one customer; our largest gain comes from one "
            "customer who is new or came back."
        ),
        "concentration": "One customer brings all that active customers bring.",
        "bridge": (
            "Revenue rose from EUR 0 to EUR 5.00 half on half: one customer who is new or came back added EUR 5.00."
        ),
        "cohorts": "Too few customers came long enough ago to tell how many stay.",
        "stability": "The rating can use none of its 13 measures.",
    }


def test_a_contract_is_all_there_is():
    said = ListClient(line("c1", "2024-01-01", 5), contracts=("c2",)).said()
    assert said["answer"].startswith("We have one active customer")
    assert said["concentration"] == "No active customer brought money on balance: there is nothing to spread."
    assert said["contract_only"] == (
        "One customer is active by a running contract alone, without a line in the window; what it brings is not known "
        "here."
    )
    assert "list" not in said
    said = ListClient(line("c1", "2024-01-01", 5), contracts=("c2", "c3")).said()
    assert said["answer"] == "None of our 2 active customers is rated: no measure tells them apart."
    assert said["contract_only"].startswith("2 customers are active by a running contract alone")
    assert said["contract_only"].endswith("what they bring is not known here.")
    assert "unrated" not in said, "the answer has said so"


def test_who_is_good_and_what_it_rests_on():
    """By hand: revenue (110 to 121) and growth count and rank alike, so the scores are 4.2, 12.5 ... 95.8."""
    lines = [
        one
        for place, name in enumerate(MANY)
        for one in (line(name, "2025-03-01", 100), line(name, "2026-03-01", 10 + place))
    ]
    client = ListClient(*lines)
    said = client.said()
    assert said["answer"] == (
        "4 of our 12 active customers are rated A and bring 34 % of the revenue; the 4 rated D bring 32 %."
    )
    assert said["stability"].startswith("The rating rests on 2 of 13 measures; ")
    assert said["stability"].endswith(" of the letters hold in 80 % or more of the draws of other weights.")
    assert (
        said["calls"] == "6 customers rated A or B brought EUR 489.00 less in the current half: they are worth a call."
    )
    one = ListClient(*lines, weights={"worth": 50, "friction": 50}).said()
    assert one["stability"] == "The rating rests on one of 13 measures, so other weights would change no letter."
    assert client.tables.rating_mix["customers"].tolist() == [4, 2, 2, 4]


def test_measures_of_one_kind():
    lines = [one for name in MANY for one in every([name], "2025-03-01", "2026-03-01")] + every(MANY[:3], "2026-05-01")
    said = ListClient(*lines, weights={"engagement": 50, "friction": 50}).said()
    assert said["stability"] == (
        "The rating rests on 2 of 13 measures, all of one kind, so other weights would change no letter."
    )


def test_one_a_and_one_d():
    said = ListClient(line("c1", "2026-03-01", 9), line("c2", "2026-03-01", 1)).said()
    assert said["answer"] == (
        "1 of our 2 active customers is rated A and brings 90 % of the revenue; the one rated D brings 10 %."
    )
    assert said["bridge"].endswith("half on half: those who are new or came back added EUR 10.00.")


def test_nobody_is_an_a():
    said = ListClient(*every(MANY, "2025-03-01", "2026-03-01"), line("big", "2026-03-01", 500)).said()
    assert said["answer"] == "None of our 13 active customers is rated A."


def test_alike_customers_are_not_rated_and_spread_evenly():
    said = ListClient(*every(MANY, "2025-03-01", "2026-03-01")).said()
    assert said["answer"] == "None of our 12 active customers is rated: no measure tells them apart."
    assert said["concentration"] == "What customers bring is spread evenly: 83 % of those we sold to bring 80 % of it."
    assert said["bridge"] == "Revenue stayed at EUR 120.00 half on half."
    assert said["kept"] == (
        "Of 12 customers who bought in the prior half, 100 % bought again in the current one; all of them together "
        "bring 100 % of what they brought then."
    )
    assert "largest" not in said
    assert "calls" not in said


def test_few_alike_customers_are_too_few_for_an_even_spread():
    said = ListClient(*every(MANY[:3], "2026-03-01")).said()
    assert said["concentration"] == "All 3 customers we sold to are needed to bring 80 % of what they bring."
    assert "largest" not in said, "each of three brings a third"


def test_one_giant():
    said = ListClient(line("giant", "2026-03-01", 5000), *every(MANY, "2025-03-01", "2026-03-01")).said()
    assert said["concentration"] == "1 of the 13 customers we sold to brings 80 % or more of what all bring."
    assert said["largest"] == (
        "The largest customer alone brings 95 % of what all bring: losing it would be an event of its own."
    )
    assert "we live from one customer;" in said["list"]


def test_two_giants():
    lines = [line(name, "2026-03-01", 5000) for name in ("g1", "g2")]
    said = ListClient(*lines, *every(MANY, "2025-03-01", "2026-03-01")).said()
    assert said["concentration"] == "2 of the 14 customers we sold to bring 80 % or more of what all bring."
    assert "we live from a minority of our customers;" in said["list"]


@pytest.mark.parametrize(
    ("large", "small", "whom"),
    [
        (10, 250, "a few of our customers"),
        (12, 48, "a minority of our customers"),
        (30, 30, "a large part of our cust"),
    ],
)
def test_from_whom_we_live(large, small, whom):
    """The large ones bring 100 each, all small ones together a fifth of it all."""
    lines = [line(f"l{place}", "2026-03-01", 100) for place in range(large)]
    lines += [line(f"s{place}", "2026-03-01", 25 * large / small) for place in range(small)]
    said = ListClient(*lines).said()
    assert said["list"].startswith(f"You are your client list, and ours says: we live from {whom}")
    part = large / (large + small)
    assert said["concentration"].startswith(
        f"{large} of the {large + small} customers we sold to, {100 * part:.0f} %, bring 80 % of what all bring"
    )
    assert ("the largest tenth brings" in said["concentration"]) == (large + small >= 100), "a tenth of ten or more"


def test_a_sentence_tells_of_how_few_it_speaks():
    """So that a page for the client can leave it out."""
    giant = [line("giant", "2026-03-01", 900), *(line(f"s{place}", "2026-03-01", 5) for place in range(20))]
    tables = ListClient(*giant).tables
    found = {one.id: one for one in list_findings(tables)}
    assert (found["02.concentration"].n, found["02.concentration"].smallest) == (21, 1)
    assert found["02.largest"].smallest == 1
    letters = tables.rating_mix.set_index("rating")["customers"]
    assert found["02.answer"].smallest == min(letters.get("A", 21), letters.get("D", 21))


def test_all_returns():
    said = ListClient(line("c1", "2026-03-01", -5), line("c2", "2026-04-01", -5)).said()
    assert said == {
        "answer": "No customer is active in the window, so there is nobody to rate.",
        "concentration": "No active customer brought money on balance: there is nothing to spread.",
        "bridge": (
            "Revenue fell from EUR 0 to EUR −10.00 half on half: those who had credits or free items only took "
            "EUR 10.00."
        ),
        "others": "Beside the active, and not rated: 2 customers without any sale above zero.",
    }


def test_losses_on_balance():
    lines = [line("c1", "2026-03-01", 5), line("c1", "2026-04-01", -9), line("c2", "2026-04-01", 5)]
    said = ListClient(*lines, line("c2", "2026-05-02", -8)).said()
    assert said["answer"] == "1 of our 2 active customers is rated A; 1 is rated D."
    assert said["below_zero"] == (
        "2 active customers have revenue below zero in the window; where we say how few bring how much, that counts as "
        "nothing."
    )
    assert "list" not in said


def test_a_letter_that_costs_us():
    lines = [line("c1", "2026-03-01", 50), line("c2", "2026-03-01", 5), line("c2", "2026-04-01", -9)]
    said = ListClient(*lines, line("c1", "2026-04-02", 10)).said()
    assert said["answer"] == (
        "1 of our 2 active customers is rated A and brings 107 % of the revenue; the one rated D brings less than "
        "nothing."
    )
    assert said["below_zero"].startswith("One active customer has revenue below zero in the window; ")


def test_lines_without_a_customer():
    said = ListClient(line(None, "2026-03-01", 50), line("c1", "2026-03-01", 50)).said()
    assert said["no_customer"] == (
        "Lines without a customer come to EUR 50.00, 50 % of all revenue: nobody can be rated for them, and nobody "
        "asked to come back."
    )
    said = ListClient(line(None, "2026-03-01", -5), line("c1", "2026-03-01", 50)).said()
    assert said["no_customer"].startswith("Lines without a customer come to EUR −5.00: nobody")
    said = ListClient(line(None, "2026-03-01", 50), line(None, "2025-03-01", -50), line("c1", "2026-03-01", 50)).said()
    assert "our largest gain comes from lines without a customer" in said["list"]


def test_some_are_not_rated():
    survey = table_of(
        "survey", *({"customer_id": name, "recommend": place} for place, name in enumerate(["k1", *MANY]))
    )
    client = ListClient(*ladder("2026-03-01"), contracts=("k1", "k2"), survey=survey)
    assert client.said()["unrated"] == (
        "2 active customers are not rated: less than 60 % of what a rating weighs is known of them."
    )
    said = ListClient(*ladder("2026-03-01"), contracts=("k2",)).said()
    assert said["unrated"] == "One active customer is not rated: nothing of what a rating weighs is known of it."
    said = ListClient(*ladder("2026-03-01"), contracts=("k1",), survey=survey, min_known=0.7).said()
    assert said["unrated"] == "One active customer is not rated: less than 70 % of what a rating weighs is known of it."


def test_everybody_is_unrated_for_want_of_knowledge():
    survey = table_of("survey", {"customer_id": "c00", "recommend": 9}, {"customer_id": "c01", "recommend": 2})
    client = ListClient(*ladder("2026-03-01"), survey=survey, min_known=1.0, weights={"advocacy": 50, "friction": 50})
    assert client.said()["answer"].startswith("1 of our 12 active customers is rated A")
    none = ListClient(
        *every(MANY, "2026-03-01"), contracts=("k1", "k2"), survey=survey.assign(customer_id=["k1", "k2"])
    )
    assert none.said()["answer"].startswith("1 of our 14 active"), "an answer is all that tells anybody apart"


def test_beside_the_active():
    lines = [line("old", "2023-01-01", 5), line("free", "2026-03-01", 0), *ladder("2026-03-01")]
    said = ListClient(*lines).said()
    assert said["others"] == (
        "Beside the active, and not rated: one customer who bought before the window only and one customer without any "
        "sale above zero."
    )
    assert said["bridge"].count("EUR") == 3


def test_titles_fit_two_lines():
    """With numbers as large as a client of a million customers has."""
    lines = [line(f"c{place}", "2025-03-01", 1_000_000 + place) for place in range(30)]
    said = ListClient(*lines, *every(MANY, "2026-03-01", amount=9_999_999)).said()
    for title in ("answer", "concentration", "bridge", "cohorts", "calls", "stability"):
        assert len(said.get(title, "")) <= 130, title


events = st.lists(
    st.tuples(
        st.sampled_from(["c0", "c1", "c2", "k1"]),
        st.sampled_from(["visit", "call"]),
        st.sampled_from([None, 1.0, 30.0]),
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(
    line_lists(),
    st.sets(st.sampled_from(["c0", "k1", "k2"])),
    st.sampled_from([2, 12, 24]),
    st.sampled_from([None, {"worth": 50, "friction": 50}, {"engagement": 50, "advocacy": 50}]),
    events,
)
def test_for_any_client_every_sentence_can_be_said_and_no_check_fails(lines, contracts, months, weights, served):
    rows = [
        {"customer_id": customer, "date": "2026-12-20", "activity": activity, "minutes": minutes}
        for customer, activity, minutes in served
    ]
    delivered = {
        "service_events": table_of("service_events", *rows) if rows else None,
        "activity_costs": table_of("activity_costs", {"activity": "visit", "cost_per_minute": 0.9}),
    }
    client = ListClient(*lines, contracts=tuple(sorted(contracts)), months=months, weights=weights, **delivered)
    said = client.said()
    assert set(said) >= ALWAYS
    told = " ".join(said.values())
    for wrong in (
        "nan",
        "None ",
        "<NA>",
        "NaT",
        " 1 customers",
        " 1 active customers",
        "one customer are",
        "one customer have",
    ):
        assert wrong not in told.replace("None of", ""), told
    assert not told.startswith("1 customers")
    assert ("list" in said) == bool(client.tables.spread["revenue"] > 0)
    assert client.failed() == set()
    assert client.gaps() is not None
    findings = list_findings(client.tables)
    assert all(finding.n is None or finding.n > 0 for finding in findings)


def test_written_and_read_the_tables_say_the_same(tmp_path):
    lines = [
        *ladder("2023-05-01", "2025-03-01"),
        *every(MANY[:6], "2026-03-01", amount=33.33),
        line(None, "2026-05-01", 7),
    ]
    lines += [line("free", "2026-03-01", 0), line("back", "2026-03-01", 5), line("back", "2026-04-01", -9)]
    here = ListClient(*lines, contracts=("k1",))
    there = ListClient(*lines, contracts=("k1",), folder=tmp_path)
    assert here.said() == there.said()
    assert here.gaps() == there.gaps()
    assert here.checks() == there.checks()
    assert {check.verdict for check in there.checks()} == {"pass"}
    assert len(here.said()) >= 11


@pytest.mark.parametrize("lines", [[line("c1", "2024-01-01", 5)], [line("c1", "2026-03-01", -5)]])
def test_an_empty_list_is_written_and_read_too(lines, tmp_path):
    assert ListClient(*lines).said() == ListClient(*lines, folder=tmp_path).said()
    assert isinstance(ListClient(*lines).tables.call_list, pd.DataFrame)
