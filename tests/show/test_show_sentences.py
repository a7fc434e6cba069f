"""Findings put into words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.result_model import Finding, Value
from helpers.errors import StepInputError
from helpers.show.audience import audience_for
from helpers.show.sentences import check_finding, fill, format_value, say, typed_digits

MINUS = "\u2212"


def finding(text: str, **values: Value) -> Finding:
    return Finding(id="05.group_share.g2", text=text, values=values, n=1824, evidence="measured")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "how", "text"),
    [
        (0.34, "pct", "34 %"),
        (0.342, "pct1", "34.2 %"),
        (12.0, "points", "12 points"),
        (1.6, "points", "1.6 points"),
        (-1.0, "points", f"{MINUS}1 point"),
        (93962.6, "money", "USD 93,963"),
        (999.99, "money", "USD 999.99"),
        (999.996, "money", "USD 1,000"),
        (-1200.0, "money", f"USD {MINUS}1,200"),
        (93962.6, "money2", "USD 93,962.60"),
        (1824, "count", "1,824"),
        (12.345, "number", "12.3"),
        (2.94, "ratio", "2.9"),
        (0.044, "ratio", "0.044"),
        ("2018-01-01", "date", "1 January 2018"),
        ("a <b> {c}", "text", "a <b> {c}"),
        ("g2", "group", "Refit regulars"),
        ("C0041", "customer", "C0041"),
        ((0.32, 0.36), "pct_range", "32 to 36 %"),
        ((0.336, 0.344), "pct_range", "33.6 to 34.4 %"),
        ((0.004, 0.02), "pct_range", "0.4 to 2.0 %"),
        ((0.34, 0.34), "pct_range", "34 %"),
        ((0.285, 0.295), "pct_range", "29 to 30 %"),
        ((410000.0, 560000.0), "money_range", "USD 410,000 to 560,000"),
        ((-4000.0, 5000.0), "money_range", f"USD {MINUS}4,000 to 5,000"),
        ((1200, 1824), "count_range", "1,200 to 1,824"),
    ],
)
def test_forms(value, how, text, working):
    assert plain(format_value(value, how, working)) == text


def test_a_sentence_with_its_values(working):
    said = say(
        finding(
            "We hold {share:pct} of what {group:g2} spend ({share:pct_range}); {best:group} lead by {lead:points}.",
            share=Value(value=0.34, low=0.32, high=0.36, unit="share"),
            best=Value(value="g2", unit="group"),
            lead=Value(value=0.016, unit="share"),
        ),
        working,
    )
    assert plain(said) == "We hold 34 % of what Refit regulars spend (32 to 36 %); Refit regulars lead by 1.6 points."


def test_a_group_whose_name_holds_a_comma_can_be_told_from_its_neighbours():
    reader = audience_for("working", "USD", {"g1": "Many orders, many categories", "g2": "Few orders"})
    said = say(finding("We keep {group:g1} and {group:g2}."), reader)
    assert said == "We keep “Many orders, many categories” and Few orders."


def test_customers_have_no_id_for_the_client(client, working):
    said = finding("{who:customer} and {customer:C0042} left.", who=Value(value="C0041", unit="customer"))
    assert say(said, working) == "C0041 and C0042 left."
    assert say(said, client) == "One customer and one customer left."


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("{shar:pct}", Value(value=0.3, unit="share"), r'\{shar:pct\} names no value "shar". Did you mean "share"?'),
        ("{share:percent}", Value(value=0.3, unit="share"), 'nothing can be said as "percent"'),
        ("{share:money}", Value(value=0.3, unit="share"), r"\{share:money\} does not fit the unit share; use pct"),
        ("{share:pct}", Value(value=None, unit="share"), r"\{share:pct\} has no value"),
        ("{share:pct_range}", Value(value=0.3, unit="share"), "needs low and high"),
        ("{share:pct_range}", Value(value=0.3, low=0.4, high=0.2, unit="share"), "upside down"),
        ("{share}", Value(value=0.3, unit="share"), "brace stands outside"),
        ("{share:pct} }", Value(value=0.3, unit="share"), "brace stands outside"),
        ("{share:date}", Value(value="31.1.2018", unit="date"), "is not a date"),
        ("{share:pct}", Value(value="0.3", unit="share"), "a number is needed"),
        ("{group:g9}", Value(value=0.3, unit="share"), 'no group has the id "g9"'),
    ],
)
def test_what_cannot_be_said_names_finding_and_placeholder(text, value, message, working):
    with pytest.raises(StepInputError, match=message) as caught:
        say(finding(text, share=value), working)
    assert "05.group_share.g2" in str(caught.value)


def test_typed_digits_are_found_and_refused():
    assert typed_digits("At 30 % of {share2:pct} and {customer:C0041}, 1,824.5 in 2017.") == ["30", "1,824.5", "2017"]
    check_finding(finding("Of {group:g2} we hold {share:pct}.", share=Value(value=0.3, unit="share")))
    with pytest.raises(StepInputError, match="05.group_share.g2.*names no value.*digits typed into it: 34"):
        check_finding(finding("We hold 34 % of {x:pct}."))


def test_values_are_never_read_as_templates(working):
    said = finding("Of {a:text}.", a=Value(value="{b:text} {0.__class__} %s", unit="text"))
    assert say(said, working) == "Of {b:text} {0.__class__} %s."


def test_fill_says_where(working):
    with pytest.raises(StepInputError, match=r"05\.shares: \{x:pct\}"):
        fill("{x:pct}", {}, working, where="05.shares")


def test_currency_is_text_of_the_clients():
    assert plain(format_value((1.0, 2.0), "money_range", audience_for("working", "{}", {}))) == "{} 1.00 to 2.00"


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_said_as_it_is(text):
    audience = audience_for("client", "USD", {})
    assert say(finding("x {a:text} y", a=Value(value=text, unit="text")), audience) == f"x {text} y"


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["pct", "pct1", "money", "money2", "count", "number", "ratio", "points"]),
)
def test_every_number_can_be_said(value, how):
    said = format_value(value, how, audience_for("working", "USD", {}))
    assert "e" not in said.replace("over", "").replace("under", "")
    assert f"{MINUS}0\u00a0" not in said
