"""The small pieces of HTML: what they say, and that nothing a client typed gets through as markup."""

import pytest

from helpers.client.result_model import Assumption, CannotSay, Check, DecisionUsed, Finding, Value
from helpers.show import blocks
from helpers.show.audience import audience_for

HOSTILE = "<img src=x onerror=alert(1)>"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"
WORKING, CLIENT = (audience_for(name, "EUR", {"g2": "Refit <regulars>"}) for name in ("working", "client"))


def finding(**changes):
    """A finding of a group, with what the test changes."""
    parts = {"id": "05.share.g2", "text": "Share: {share:pct}.", "n": 1815, "evidence": "measured"}
    return Finding(**parts | {"values": {"share": Value(value=0.34, unit="share")}} | changes)


def decision(**changes):
    """A judgement of a group, decided, with what the test changes."""
    parts = {"id": "09.g2.intent", "state": "decided", "question": "What do we intend?", "value": ["grow"]}
    return DecisionUsed(**parts | {"by": "finance director", "decided_on": "2026-11-22"} | changes)


def test_a_finding_stands_with_its_evidence_and_its_cases():
    html = blocks.findings_html([finding()], WORKING)
    assert "Share: 34\u00a0%." in html
    assert '<p class="basis">measured, 1,815 customers</p>' in html
    assert "judged</p>" in blocks.findings_html([finding(n=None, evidence="judged")], WORKING)


def test_a_group_too_small_to_be_shown_alone_is_not_spoken_of_to_the_client():
    small = finding(n=9)
    assert blocks.visible([small], CLIENT) == []
    assert blocks.visible([small], WORKING) == [small]
    whole = finding(id="05.share", n=9)
    assert blocks.visible([whole], CLIENT) == [whole], "a client with nine customers may still hear of all of them"
    few = finding(id="05.share", n=60, smallest=6)
    assert blocks.visible([few], CLIENT) == []
    assert blocks.visible([few], WORKING) == [few]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("decided", "Decided."),
        ("proposed", "Provisional. This is a proposal by rule; nobody has confirmed it yet."),
        ("stale", "Provisional. This was decided on numbers that have moved since."),
        ("missing", "Provisional. Nobody has decided yet, and there is no proposal."),
    ],
)
def test_every_state_of_a_judgement_is_said_in_words(state, words):
    value = None if state == "missing" else ["grow"]
    html = blocks.decision_html(decision(state=state, value=value), WORKING)
    assert f"<strong>{words}</strong>" in html
    assert f'class="decision is-{state}"' in html
    assert ('class="answer"' in html) == (state != "missing")
    assert ("finance director, 22 November 2026" in html) == (state in ("decided", "stale"))


def test_a_stale_judgement_names_what_moved():
    html = blocks.decision_html(decision(state="stale", moved=["share was 31 %, is 45 %", HOSTILE]), WORKING)
    assert f'<ul class="moved"><li>share was 31 %, is 45 %</li><li>{ESCAPED}</li></ul>' in html


def test_the_client_hears_that_numbers_moved_and_not_those_of_a_few():
    html = blocks.decision_html(decision(state="stale", moved=["02.answer/best was 4, is 7"]), CLIENT)
    assert "decided on numbers that have moved since" in html
    assert "best" not in html


def test_what_the_rule_proposed_is_told_only_where_people_chose_otherwise():
    assert "The rule proposed" not in blocks.decision_html(decision(proposed="grow"), WORKING)
    assert "<dt>The rule proposed</dt><dd>maintain</dd>" in blocks.decision_html(
        decision(proposed=["maintain"]), WORKING
    )


def test_who_writes_the_decision_file_sees_how_a_value_is_written():
    proposed = decision(state="proposed", value="year_before")
    assert "year before" in blocks.decision_html(proposed, WORKING)
    assert "<dd><code>year_before</code></dd>" in blocks.decision_html(proposed, WORKING)
    several = proposed.model_copy(update={"options": ["halves", "year_before"]})
    assert "<dd><code>halves</code>, <code>year_before</code></dd>" in blocks.decision_html(several, WORKING)
    assert "<code>" not in blocks.decision_html(several, CLIENT)
    assert "<code>" not in blocks.decision_html(decision(value="grow"), WORKING)


def test_a_group_is_named_and_everything_typed_is_escaped():
    html = blocks.decision_html(
        decision(question=HOSTILE, value={HOSTILE: [HOSTILE, 1]}, reason=HOSTILE, by=HOSTILE, because=HOSTILE), WORKING
    )
    assert "(Refit &lt;regulars&gt;)" in html
    assert "<img" not in html
    assert html.count(ESCAPED) == 6
    assert "style=" not in html


def test_answers_that_name_people_are_not_on_the_clients_page():
    sealed = decision(id="01.all.beliefs", value={"Ada": {"favourite": ["C1"]}}, reason="Ada said so", because="Ada")
    assert "Ada" not in blocks.decision_html(sealed, CLIENT)
    assert "working papers" in blocks.decision_html(sealed, CLIENT)
    assert "Ada" in blocks.decision_html(sealed, WORKING)


def test_a_draft_that_quotes_customers_is_not_on_the_clients_page_and_what_people_wrote_is():
    draft = {"messages": ["Ask for Ilse."]}
    only = decision(id="10.g2.proposition", state="proposed", value=draft, proposed=draft)
    assert "Ilse" not in blocks.decision_html(only, CLIENT)
    assert "Ilse" in blocks.decision_html(only, WORKING)
    people = decision(id="10.g2.proposition", value={"messages": ["There in time."]}, proposed=draft)
    for state in ("decided", "stale"):
        html = blocks.decision_html(people.model_copy(update={"state": state}), CLIENT)
        told = "<dl><dt>Three messages in their words</dt><dd>There in time.</dd></dl>"
        assert f"<details><summary>All of it</summary>{told}</details>" in html
        assert "Ilse" not in html
    assert "Ilse" in blocks.decision_html(people, WORKING)


def test_values_of_any_shape_read_as_words():
    assert blocks.value_html("main_categories") == "main categories"
    assert blocks.value_html([]) == "nothing"
    assert blocks.value_html({}) == "nothing"
    assert blocks.value_html(["grow", "re_engineer"]) == "grow, re-engineer"
    assert blocks.value_html([{"a": 1}, 2.5]) == "<ul><li><dl><dt>a</dt><dd>1</dd></dl></li><li>2.5</li></ul>"
    rows = {"s1": {"group_id": "g1", "to": "", "low": 0.1}, "s2": {"group_id": "<b>"}}
    told = "<dl><dt>s1</dt><dd>group id: g1; low: 0.1</dd><dt>s2</dt><dd>group id: &lt;b&gt;</dd></dl>"
    assert blocks.value_html(rows) == told  # a table: one line a row, and no blank cells
    assert blocks.value_html({"a": {"b": [1, 2]}, "c": {}}).startswith("<dl><dt>a</dt><dd><dl><dt>b</dt>")
    assert blocks.value_html(["long words " * 9, "more"]).startswith("<ul><li>")
    assert blocks.value_html(["It is quick.", "And cheap."]) == "<ul><li>It is quick.</li><li>And cheap.</li></ul>"
    assert blocks.plain_date("soon") == "soon"


def test_checks_that_do_not_hold_come_first_and_are_counted():
    checks = [
        Check(id=verdict, sentence=f"{verdict} {HOSTILE}", found=3, expected=None, tolerance=0.005, verdict=verdict)
        for verdict in ("pass", "flag", "fail")
    ]
    html = blocks.checks_html(checks)
    assert "Checks that hold: 1 of 3. To look at: 1. That do not hold: 1." in html
    assert html.index("is-fail") < html.index("is-flag") < html.index("is-pass")
    assert "found 3; expected nothing; tolerance 0.005" in html
    assert "<img" not in html


def test_assumptions_and_open_questions_are_escaped_and_complete():
    html = blocks.assumptions_html([Assumption(id="a", text=HOSTILE, value=0.1, low=0.08, high=0.12)])
    assert f"<li>{ESCAPED} " in html
    assert '<span class="basis">value 0.1, range 0.08 to 0.12, assumed</span>' in html
    html = blocks.cannot_say_html([CannotSay(question=HOSTILE, because="No survey.", unlocked_by="A survey.")])
    assert ESCAPED in html
    assert "No survey." in html
    assert "A survey." in html


def test_empty_lists_say_so_in_words():
    for html in (
        blocks.findings_html([], WORKING),
        blocks.checks_html([]),
        blocks.assumptions_html([]),
        blocks.cannot_say_html([]),
    ):
        assert html.startswith('<p class="nothing">')
