"""The file of intent rules: whose holds, what it gives, and what is said of a broken one."""

from __future__ import annotations

import pytest

from helpers.client.intent_rules_file import FILE, KITS_OWN, read_intent_rules
from helpers.errors import ClientFileError

OWN = """\
# ours
format: 1
rules:
  - id: lossy
    sentence: "It costs more: we part."
    when: lifetime == "below"
    primary: re_engineer
    secondary: retire
  - id: rest
    sentence: We keep it.
    when: True
    primary: maintain
    secondary:
"""


def test_the_kits_rules_hold_where_a_client_has_none(tmp_path):
    found = read_intent_rules(tmp_path)
    assert (found.file, found.own) == ("templates/intent_rules.yaml", False)
    assert found.rows[0]["id"] == "part_ways" and found.rows[0]["line"] > 1
    assert found.rows[-1] == {**found.rows[-1], "id": "keep_and_learn", "when": "True", "secondary": ""}


def test_a_clients_own_file_takes_their_place_as_a_whole(tmp_path):
    (tmp_path / FILE).write_text(OWN, encoding="utf-8")
    found = read_intent_rules(tmp_path)
    assert (found.file, found.own) == (f"{tmp_path.name}/{FILE}", True)
    sentence = "It costs more: we part."
    first = {"id": "lossy", "sentence": sentence, "when": 'lifetime == "below"', "primary": "re_engineer"}
    assert found.rows[0] == {**first, "secondary": "retire", "line": 4}
    assert (found.rows[1]["when"], found.rows[1]["secondary"], found.rows[1]["line"]) == ("True", "", 9)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("primary: maintain", "primry: maintain", ["line 12", "this key is not known", 'Did you mean "primary"?']),
        ("    sentence: We keep it.\n", "", ["line 9", "sentence", "it is missing", "Expected a sentence"]),
        ("when: True", "when: [a]", ["line 11", "a list cannot stand here", "such as position =="]),
        ("when: True", "when:", ["when", "it is missing"]),
        ("format: 1", "format: 2", ["line 2", "Expected format: 1"]),
        ("We keep it.", "We keep: it.", ["line 10", "a second colon"]),
        ("rules:\n", "rules: []\nothers:\n", ["it is empty", "Expected a list"]),
        ("primary: maintain", "primary: true", ["line 12", "true is not text here"]),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path, old, new, said):
    assert old in OWN
    (tmp_path / FILE).write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(ClientFileError) as caught:
        read_intent_rules(tmp_path)
    message = str(caught.value)
    assert f"{tmp_path.name}/{FILE}" in message and str(tmp_path) not in message
    for words in said:
        assert words in message


def test_an_empty_file_is_no_file_of_rules(tmp_path):
    (tmp_path / FILE).write_text("", encoding="utf-8")
    with pytest.raises(ClientFileError, match="format"):
        read_intent_rules(tmp_path)


def test_the_head_of_the_kits_file_names_each_fact_with_its_words():
    from helpers.method.intent_words import FACTS

    head = KITS_OWN.read_text(encoding="utf-8").split("format: 1")[0].splitlines()
    for fact in FACTS.values():
        assert any(line.startswith(f"# {fact.name} ") and f" {', '.join(fact.words)}: " in line for line in head), fact
