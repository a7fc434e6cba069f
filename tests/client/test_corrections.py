"""decisions/corrections.yaml: what the intake gets, and that a correction that could hit the wrong rows is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.corrections import Correction, read_corrections
from helpers.errors import DecisionError

GOOD = """\
# what people decided
format: 1
corrections:
  - target: transactions
    where: {category: "", customer_id: 0042}
    action: drop
    expect: {rows: 2, revenue: 3.790}
    reason: no category
    by: finance
    decided_on: 2026-11-23
  - target: transactions
    where: {line: 312}
    action: set
    set: {revenue: "12,50"}
    expect: {rows: 1}
    reason: a slip
    by: finance
    decided_on: 2026-11-23
"""


def put(folder, text):
    path = folder / "decisions" / "corrections.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_corrections_hold_the_text_of_the_delivered_file(tmp_path):
    put(tmp_path, GOOD)
    first, second = read_corrections(tmp_path)
    assert first == Correction(
        target="transactions",
        where={"category": "", "customer_id": "0042"},
        action="drop",
        set={},
        rows=2,
        holds={"revenue": "3.790"},
        reason="no category",
        by="finance",
        decided_on="2026-11-23",
        line=4,
    )
    assert (second.where, second.set, second.holds, second.line) == ({"line": "312"}, {"revenue": "12,50"}, {}, 11)


def test_a_list_of_texts_stays_as_it_is_written(tmp_path):
    put(tmp_path, GOOD.replace("customer_id: 0042", 'customer_id: [0042, "15769"]'))
    assert read_corrections(tmp_path)[0].where == {"category": "", "customer_id": ["0042", "15769"]}


@pytest.mark.parametrize("text", [None, "", "format: 1\n", "format: 1\ncorrections:\n", "format: 1\ncorrections: []\n"])
def test_nothing_to_correct(tmp_path, text):
    if text is not None:
        put(tmp_path, text)
    if text == "":
        with pytest.raises(DecisionError, match="Expected format: 1"):
            read_corrections(tmp_path)
    else:
        assert read_corrections(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('category: ""', "category: ", "line 5, corrections (entry 1).where.category", 'Write "" for a blank field.'),
        ('category: ""', "category: true", "line 5, corrections (entry 1).where.category", "Put it in quotes"),
        ('category: ""', "categories: x", "line 5, corrections (entry 1).where.categories", 'Did you mean "category"?'),
        ("{line: 312}", "{}", "line 12, corrections (entry 2).where", "it is empty"),
        ("{line: 312}", "{line: [3, x]}", "line 12, corrections (entry 2).where.line", '"x" is not a line number'),
        ('category: ""', "category: [a, true]", "line 5, corrections (entry 1).where.category", "Put it in quotes"),
        ('category: ""', "category: [a, null]", "line 5, corrections (entry 1).where.category", 'Write "" for a blank'),
        ('category: ""', "category: [[a]]", "line 5, corrections (entry 1).where.category", "this list holds no texts"),
        ('category: ""', "category: []", "line 5, corrections (entry 1).where.category", "the list is empty"),
        ('category: ""', "category: {a: b}", "line 5, corrections (entry 1).where.category", "a mapping cannot stand"),
        ('{revenue: "12,50"}', "{revenue: [1, 2]}", "line 14, corrections (entry 2).set.revenue", "a list cannot"),
        ("{line: 312}", "{line: 3-5}", "line 12, corrections (entry 2).where.line", "is not a line number"),
        ("target: transactions", "target: transaction", "line 4, corrections (entry 1).target", 'mean "transactions"?'),
        ("action: drop", "action: delete", "line 6, corrections (entry 1).action", "Expected drop or set."),
        ("action: drop", "action: set", "line 4, corrections (entry 1).set", "nothing is to be set"),
        ("action: set", "action: drop", "line 14, corrections (entry 2).set", "there is something to set"),
        ("rows: 2, ", "", "line 7, corrections (entry 1).expect.rows", "it is missing"),
        ("rows: 2", "rows: 2.5", "line 7, corrections (entry 1).expect.rows", "is not a number of rows"),
        ("{revenue:", "{line:", "line 14, corrections (entry 2).set.line", "this key is not known"),
        ("decided_on: 2026-11-23", "decided_on: today", "line 10, corrections (entry 1).decided_on", "is not a date"),
        ("    by: finance\n", "", "line 4, corrections (entry 1).by", "it is missing"),
        ("format: 1", "format: one", "line 2, format", "Expected format: 1."),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, old, new, place, words):
    assert old in GOOD
    put(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(DecisionError) as caught:
        read_corrections(tmp_path)
    message = str(caught.value)
    assert message.startswith("corrections.yaml - ")
    assert f". {place}: " in message, message
    assert words in message, message


VALUES = st.sampled_from(["1", "x", "", "[a]", "[[1]]", "{a: b}", "{rows: {b: 1}}", "null", "true", "2026-01-01", "''"])
KEYS = ["target", "where", "action", "set", "expect", "reason", "by", "decided_on", "x"]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_no_value_of_a_wrong_kind_breaks_the_reader(tmp_path_factory, entry):
    folder = tmp_path_factory.mktemp("client")
    lines = [f"    {key}: {value}" for key, value in entry.items()]
    put(folder, "format: 1\ncorrections:\n  -\n" + "\n".join(lines) + "\n")
    with pytest.raises(DecisionError, match=r"corrections\.yaml - "):
        read_corrections(folder)
