"""Rules: what they hold for, what they are in words, and what is told to people who write them otherwise."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import StepInputError
from helpers.method.rule_columns import RuleColumn, rule_columns
from helpers.method.rules import first_match, parse_rule, read_rules

FRAME = pd.DataFrame(
    {
        "orders": [12.0, 3.0, None],
        "revenue": [10.0, 0.0, 30.0],
        "rate": [0.1, 0.2, 0.3],
        "region": ["North", None, "Süd"],
        "first_date": pd.to_datetime(["2025-12-31", "2026-01-01", None]),
        "late": pd.array([True, False, None], dtype="boolean"),
        "Größe der Firma": ["a", "b", "c"],
    }
)
COLUMNS = [RuleColumn("rate", type="share") if one.name == "rate" else one for one in rule_columns(FRAME)]
GENTLE = settings(max_examples=60)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("orders >= 12", [1, 0, 0]),
        ("not orders >= 12", [0, 1, 0]),  # what is missing neither holds nor fails
        ("orders >= 12 or revenue == 30", [1, 0, 1]),  # and does not matter where the other half decides
        ("not (orders >= 12 and revenue > 100)", [1, 1, 1]),
        ("0.1 < rate <= 0.3", [0, 1, 1]),
        ("rate == 0.1 + 0.2", [0, 0, 1]),  # a computer takes the two for different
        ("rate < 0.1 + 0.2", [1, 1, 0]),
        ("orders / revenue > 1", [1, 0, 0]),  # 3 / 0 has no value
        ("not orders / revenue > 1", [0, 0, 0]),
        ("orders in [3, -12]", [0, 1, 0]),
        ("orders not in [3]", [1, 0, 0]),
        ('region == "North"', [1, 0, 0]),
        ('region != "North"', [0, 0, 1]),
        ('region in ("North", "Süd")', [1, 0, 1]),
        ('first_date >= "2026-01-01"', [0, 1, 0]),
        ('"2026-01-01" > first_date', [1, 0, 0]),
        ("late", [1, 0, 0]),
        ("not late", [0, 1, 0]),
        ("late == False", [0, 1, 0]),
        ("Größe_der_Firma == 'b'", [0, 1, 0]),
        ("orders + 2 * revenue - -1 > 30", [1, 0, 0]),
        ("True", [1, 1, 1]),
        ("orders\n  >= 12\nand  late", [1, 0, 0]),
    ],
)
def test_a_rule_holds_where_it_should(text, rows):
    rule = parse_rule(text, COLUMNS)
    assert rule.holds(FRAME).astype(int).tolist() == rows
    again = rule.holds(FRAME.iloc[::-1])
    assert again.iloc[::-1].astype(int).tolist() == rows, "the order of rows decides nothing"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "orders >= 3 and orders < 12 and region in ['North', 'Süd']",
            "orders at least 3 and below 12 and region is North or Süd",
        ),
        ("12 <= orders", "orders at least 12"),
        ("not (orders > 3 or late)", "orders at most 3 and not late"),
        ("not 1 < orders < 3", "orders at most 1 or at least 3"),
        ("rate < 0.125", "rate below 12.5 %"),
        ("revenue >= 12000.5", "revenue at least 12,000.5"),
        ("revenue / orders > 50", "revenue per orders above 50"),
        ("(late or orders > 3) and rate >= 0.2", "(late or orders above 3) and rate at least 20 %"),
        ("first_date < '2026-01-01'", "first date before 2026-01-01"),
        ("Größe_der_Firma != 'a'", "größe der Firma is not a"),
        ("True", "everybody"),
    ],
)
def test_a_rule_in_words(text, words):
    assert parse_rule(text, COLUMNS).words.replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("text", "at", "said", "advice"),
    [
        ("order >= 12", "order", "no column has the name", 'Did you mean "orders"?'),
        ("orders = 12", "=", "is no sign of a rule", 'Write "==" for "is".'),
        ("orders => 12", "=>", "is no sign of a rule", 'Write ">=" for "at least".'),
        ("orders ≥ 12", "≥", "is no sign of a rule", 'Write ">=" for "at least".'),
        ("orders > 3 AND late", "AND", "is written otherwise", 'Write "and".'),
        ("rate < 10%", "%", "is no sign of a rule", "from 0 to 1"),
        ("orders 12", "orders 12", "something is missing", "comparison"),
        ("region == North", "North", "no column has the name", "Known here"),
        ("region in [North]", "North", "no word in quotes", 'Write "North" in quotes.'),
        ("region == “North”", "“", "is no sign of a rule", "plain quotes"),
        ('region == "North', '"North', "does not end", "Close it"),
        ("orders == '3'", "'3'", "is a number", "without quotes"),
        ("region > 'a'", "'a'", "which has no order", "Write == or !="),
        ("first_date > '1.1.2026'", "'1.1.2026'", "is no day", "year-month-day"),
        ("(orders > 3", "(", "is not closed", "Close it"),
        ("orders > 3)", ")", "closes nothing", "Open it"),
        ("orders >", ">", "the rule ends after", "Write what comes next"),
        ("Größe_der_Firma == 'a' and orde > 3", "orde", "no column has the name", 'Did you mean "orders"?'),
        ("orders > 3 or 12", "12", "no condition", "Write the column again"),
        ("orders", "orders", "no condition yet", "Compare it"),
        ("customer_id == 'c1'", "customer_id", "no column has the name", "Known here"),
    ],
)
def test_what_is_wrong_is_told_at_its_word(text, at, said, advice):
    with pytest.raises(StepInputError) as told:
        parse_rule(text, COLUMNS)
    head, line, signs, remedy = str(told.value).split("\n")
    assert said in head and advice in remedy
    start = signs.index("^")
    assert line[start : start + len(signs.strip())] == at
    assert f"At character {start - 4 + 1}:" in head


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__",
    "9**9**9 > orders",
    "orders if late else 1",
    "lambda: 1",
    "[x for x in orders]",
    "(orders := 3) > 2",
    "f'{orders}' == region",
    "b'x' == region",
    "orders @ orders > 1",
    "orders > 1j",
    "orders > 1e999",
    "orders > " + "9" * 900,
    "orders > 1_000",
    "orders[0] > 1",
    "orders.real > 1",
    "None",
    "...",
    "yield",
    "await orders",
    "orders is 3",
    "'a' 'b' == region",
    "'\\x41' == region",
    "'a\x00b' == region",
    "orders > 3 # all",
    "orders > 3; late",
    "(" * 400 + "late" + ")" * 400,
    "not " * 240 + "late",
    "-" * 900 + "1 < orders",
    "orders " + "+ 1 " * 240 + "> 3",
    "orders" + " < (orders" * 19 + ")" * 19,
    "a" * 100_000,
    "\ud800 > 1",
    "",
    " \n\t ",
    "*",
    "1 < 2",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_in_words(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(StepInputError) as told:
            parse_rule(text, COLUMNS)
    assert len(str(told.value)) < 700


PIECES = ["orders", "rate", "region", "late", "'North'", "3", "-1", "0.5", "True", "and", "or", "not", "in", "not in"]
PIECES += ["<", ">=", "==", "!=", "+", "-", "/", "*", "(", ")", "[", "]", ",", "**", ".", "x", "=", "%", "é", "'", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=30))
@settings(max_examples=300)
def test_any_text_is_a_rule_or_refused(text):
    try:
        rule = parse_rule(text, COLUMNS)
    except StepInputError:
        return
    assert len(rule.holds(FRAME)) == 3 and rule.words
    assert parse_rule(rule.text, COLUMNS).holds(FRAME).tolist() == rule.holds(FRAME).tolist()


LEAVES = st.sampled_from(
    ["orders >= 12", "orders < 5", "rate > 0.15", "late", "region == 'North'", "orders / revenue > 1"]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("not ({})".format, inner)
        | st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
    ),
    max_leaves=6,
)


@given(CONDITIONS, CONDITIONS)
@GENTLE
def test_conditions_join_as_logic_says(one, other):
    def rows(text):
        return parse_rule(text, COLUMNS).holds(FRAME).to_numpy()

    assert (rows(f"({one}) and ({other})") == (rows(one) & rows(other))).all()
    assert (rows(f"({one}) or ({other})") >= (rows(one) | rows(other))).all()
    assert not (rows(one) & rows(f"not ({one})")).any()
    assert (rows(f"not (({one}) or ({other}))") == (rows(f"not ({one})") & rows(f"not ({other})"))).all()
    assert (rows(f"not not ({one})") == rows(one)).all()


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20), st.sampled_from([0.01, 100.0, 7.3]))
@GENTLE
def test_a_currency_unit_changes_nothing(money, unit):
    frame = pd.DataFrame({"revenue": money})
    cut = sorted(money)[len(money) // 2]
    other = pd.DataFrame({"revenue": np.array(money) * unit})
    rules = [parse_rule(f"revenue >= {one!r}", rule_columns(frame)) for one in (cut, cut * unit)]
    assert rules[0].holds(frame).tolist() == rules[1].holds(other).tolist()


def test_the_first_rule_that_holds_counts_and_who_is_in_none_is_ungrouped():
    rules = read_rules({"Often": {"rule": "orders >= 12"}, "Few": "orders >= 1"}, COLUMNS)
    assert first_match(FRAME, rules).tolist() == ["Often", "Few", "ungrouped"]
    assert first_match(FRAME, read_rules({"Few": "orders >= 1", "Often": "orders >= 12"}, COLUMNS)).tolist()[0] == "Few"
    assert first_match(FRAME.iloc[:0], rules).empty


def test_all_faults_of_all_rules_are_told_at_once():
    with pytest.raises(StepInputError) as told:
        read_rules({"A": "orders = 3", "B": {"rule": True}, "C": {}, "D": "order > 3", "E": "late"}, COLUMNS)
    words = str(told.value)
    assert "4 problems" in words and "Put it last." in words and "it is empty" in words and 'mean "orders"' in words
    with pytest.raises(StepInputError, match="there is no rule"):
        read_rules({}, COLUMNS)


def test_a_word_that_nobody_has_is_found_and_a_column_that_is_not_there_is_told():
    rule = parse_rule('region in ["North", "Nort"] and late', COLUMNS)
    assert rule.absent_words(FRAME) == [("region", "Nort")]
    with pytest.raises(StepInputError, match='needs the column "region"'):
        rule.holds(FRAME[["late"]])


def test_columns_are_named_as_a_rule_can_write_them():
    names = ["Größe der Firma", "2nd site", "class", "True", "a-b", "ﬁrm"]
    words = ["Größe_der_Firma", "_2nd_site", "class_", "True_", "a_b", "firm"]
    assert [RuleColumn(name).word for name in names] == words
    for name in names:
        frame = pd.DataFrame({name: [1.0, 5.0]})
        rule = parse_rule(f"{RuleColumn(name).word} > 3", rule_columns(frame))
        assert rule.holds(frame).tolist() == [False, True]
    with pytest.raises(StepInputError, match="two columns read"):
        parse_rule("a_b > 3", [RuleColumn("a-b"), RuleColumn("a b")])
    people = pd.DataFrame({"customer_id": ["c"], "name": ["n"], "orders": [1]})
    assert [one.name for one in rule_columns(people)] == ["orders"]
