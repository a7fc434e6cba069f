"""decisions/<step>.yaml: what is read, what is refused, what a write keeps, and when a decision is stale."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.answers import Answer
from helpers.client import decisions
from helpers.client.decisions import Decision, decision_template, is_stale, read_decisions, read_every_decision
from helpers.client.result_model import Value
from helpers.errors import DecisionError
from helpers.steps import Choice, Step, find_step

SHARE = find_step("05")
INTENT = Step(
    id="09_choose_intent",
    title="",
    question="",
    acts="",
    decides=(
        Choice("intent", "What do we intend?", per_group=True, options=("grow", "maintain", "re_engineer", "retire")),
        Choice("focus", "Where first?"),
    ),
)
GOOD = """\
# written by the form
format: 1
step: 09_choose_intent
choices:
  g2.intent:  # the big one
    value: [grow]
    proposed: [maintain]
    reason: Share is 31 % with winnable headroom.
    by: finance director
    decided_on: 2026-11-22
    seen: {05.group_share.g2/share: 0.31, 07.balance.g2/balance: -4}
  all.focus:
    proposed: g2
"""


def put(folder, text, step=INTENT):
    path = folder / "decisions" / f"{step.id}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder, text, step=INTENT):
    put(folder, text, step)
    with pytest.raises(DecisionError) as caught:
        read_decisions(folder, step)
    return str(caught.value)


def test_a_file_is_read_with_its_types(tmp_path):
    put(tmp_path, GOOD)
    found = read_decisions(tmp_path, INTENT)
    intent = found["g2.intent"]
    assert (intent.id, intent.value, intent.proposed, intent.decided) == ("g2.intent", ["grow"], ["maintain"], True)
    assert (intent.by, intent.decided_on) == ("finance director", "2026-11-22")
    assert intent.seen == {"05.group_share.g2/share": 0.31, "07.balance.g2/balance": -4}
    assert (found["all.focus"].decided, found["all.focus"].proposed) == (False, "g2")


def test_no_file_and_no_choices_are_no_decisions(tmp_path):
    assert read_decisions(tmp_path, SHARE) == {}
    put(tmp_path, "format: 1\nstep: 05_customer_share\nchoices:\n", SHARE)
    assert read_decisions(tmp_path, SHARE) == {}
    assert not any(read_every_decision(tmp_path).values())


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("[grow]", "[growth]", "line 6, choices.g2.intent.value", 'Did you mean "grow"?'),
        ("[grow]", "[grow, {a: b}]", "line 6, choices.g2.intent.value", "a mapping or a list cannot be chosen"),
        ("g2.intent", "all.intent", "line 5, choices.all.intent", "intent is decided for each group"),
        ("all.focus", "g1.focus", "line 12, choices.g1.focus", "focus is decided once for all"),
        ("g2.intent", "g2.intend", "line 5, choices.g2.intend", 'Did you mean "g1.intent"?'),
        ("g2.intent", "intent", "line 5, choices.intent", 'Did you mean "g1.intent"?'),
        ("    reason:", "    why:", "line 5, choices.g2.intent.reason", "it is missing"),
        ("finance director", "'  '", "line 9, choices.g2.intent.by", "it is missing"),
        ("2026-11-22", "22.11.2026", "line 10, choices.g2.intent.decided_on", "is not a date"),
        ("format: 1", "format: 2", "line 2, format", '"2" cannot stand here'),
        ("step: 09_choose_intent", "step: 9", "line 3, step", "is not what the file's name says"),
        ("format: 1", "formats: 1", "line 2, formats", 'Did you mean "format"?'),
        ("0.31", "[1]", "line 11, choices.g2.intent.seen.05.group_share.g2/share", "is one value"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, old, new, place, words):
    assert old in GOOD
    message = fault(tmp_path, GOOD.replace(old, new))
    assert f". {place}: " in message, message
    assert words in message, message


def test_a_step_that_decides_nothing_refuses_decisions(tmp_path):
    step = replace(find_step("12"), decides=())
    message = fault(tmp_path, "format: 1\nstep: 12_customer_strategy\nchoices: {all.x: {value: 1}}\n", step)
    assert "12_customer_strategy decides nothing" in message


def test_a_file_of_no_step_is_refused(tmp_path):
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "05_customer_share.yml").touch()
    with pytest.raises(DecisionError, match='Did you mean "05_customer_share.yaml"'):
        read_every_decision(tmp_path)


# --- writing

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
awkward = st.sampled_from(
    ["'it''s'", 'a "b"', "two\nlines", "2026-13-45", "yes", "- x", "a: b", "#1", "0042", "{", "日本", " x "]
)
words = st.one_of(texts, awkward)
numbers = st.one_of(st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False))


@given(
    value=st.one_of(words, numbers, st.lists(words, max_size=3), st.dictionaries(words, words, max_size=3)),
    reason=words,
    by=words,
    seen=st.dictionaries(st.sampled_from(["05.a/b", "07.balance.g2/to_us"]), st.one_of(numbers, words)),
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_what_is_written_reads_back(tmp_path_factory, value, reason, by, seen):
    assume(value != "" and reason.strip() and by.strip())
    folder = tmp_path_factory.mktemp("client")
    decision = Decision(id="all.scope", value=value, reason=reason, by=by, decided_on="2026-11-22", seen=seen)
    anything = Choice("scope", "Which?", Answer())
    step = replace(SHARE, decides=(anything,))
    decisions.write_decision(folder, step, decision)
    assert read_decisions(folder, step) == {"all.scope": decision}


def test_a_write_touches_only_its_own_decision(tmp_path):
    path = put(tmp_path, GOOD)
    before = read_decisions(tmp_path, INTENT)["g2.intent"]
    decisions.write_decision(tmp_path, INTENT, before.model_copy(update={"value": ["retire"], "proposed": None}))
    expected = GOOD.replace("[grow]", "\n      - retire").replace("value: \n", "value:\n")
    assert path.read_text() == expected.replace("    proposed: [maintain]\n", "")


def test_a_write_that_would_damage_the_file_changes_nothing(tmp_path):
    path = put(tmp_path, GOOD)
    with pytest.raises(DecisionError, match="is not an option"):
        decisions.write_decision(
            tmp_path, INTENT, Decision(id="g1.intent", value="more", reason="r", by="b", decided_on="2026-01-01")
        )
    assert path.read_text() == GOOD


# --- staleness

SCOPE = Choice("scope", "", tolerance=0.10)


def stale(seen, now, low=None, high=None, choice=SCOPE):
    decision = Decision(id="all.scope", value=["a"], seen={"05.a/b": seen})
    unit = "number" if isinstance(now, (int, float)) else "text"
    return is_stale(decision, choice, {"05.a/b": Value(value=now, low=low, high=high, unit=unit)})


def test_a_move_beyond_tolerance_and_interval_is_named():
    assert stale(0.31, 0.24) == ["05.a/b was 0.31, is now 0.24"]
    assert stale(1250310.5, 2000000.0) == ["05.a/b was 1,250,310, is now 2,000,000"]
    assert stale("g1", "g2") == ['05.a/b was "g1", is now "g2"']
    assert stale(0.31, None) == ["05.a/b was 0.31, is now unknown"]
    assert stale(0.312341, 0.312342, choice=Choice("scope", "", tolerance=0)) == [
        "05.a/b was 0.312341, is now 0.312342"
    ]


@pytest.mark.parametrize(
    ("seen", "now", "low", "high"),
    [
        (0.3, 0.33, None, None),
        (0.3, 0.27, None, None),
        (-4, -4.4, None, None),
        (0, 0, None, None),
        ("x", "x", None, None),
    ]
    + [(None, None, None, None), (0.31, 0.24, 0.20, 0.31), (0, 5, -1, 11)],
)
def test_a_move_within_tolerance_or_interval_stands(seen, now, low, high):
    assert stale(seen, now, low, high) == []


@given(old=numbers, factor=st.floats(-0.09999, 0.09999))
@settings(derandomize=True, max_examples=200)
def test_every_move_below_a_tenth_stands(old, factor):
    assume(abs(old) < 1e300 and (old == 0 or abs(old) > 1e-300))
    assert stale(old, old + old * factor) == []


def test_a_number_or_an_option_that_is_gone_is_a_reason():
    decision = Decision(id="all.scope", value=["laundry", "dairy"], seen={"05.a/b": 0.31})
    assert is_stale(decision, SCOPE, {}) == ["05.a/b was 0.31, and no result says it any more"]
    now = {"05.a/b": Value(value=0.31, unit="share")}
    assert is_stale(decision, SCOPE, now, ["laundry"]) == ['"dairy" is no longer an option']
    assert is_stale(decision, SCOPE, now, ["laundry", "dairy"]) == []
    assert is_stale(decision, SCOPE, now) == []
    assert len(is_stale(decision, SCOPE, now, [])) == 2


# --- the text to paste


def test_the_text_to_paste_is_a_file_that_lacks_only_who_and_why(tmp_path):
    message = fault(tmp_path, decision_template(INTENT, {"g2.intent": (["grow"], {})}))
    assert message.count("it is missing") == 3
    text = decision_template(INTENT, {"g2.intent": (["grow"], {})})
    put(
        tmp_path, text.replace("reason: ''", "reason: r").replace("by: ''", "by: b").replace("on: ''", "on: 2026-11-22")
    )
    assert read_decisions(tmp_path, INTENT)["g2.intent"].value == ["grow"]
    assert " Options: grow, maintain, re_engineer, retire." in text


PIECES = [
    "format",
    "step",
    "choices",
    "all.scope",
    "value",
    "reason",
    "by",
    "decided_on",
    "seen",
    "05.a/b",
    "1",
    "05_customer_share",
]
PIECES += ["2026-11-22", "null", "true", "''", "é", "\0", "&a", "*a", "!x", "-", "'", '"', "#"]
GLUE = [": ", "\n", "\n  ", "\n    ", "\n- ", " ", ", ", "{", "}", "[", "]"]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GLUE)), max_size=14), st.integers(0, 12))
@settings(derandomize=True, deadline=None, max_examples=400)
def test_no_text_breaks_the_reader(tmp_path_factory, parts, lines):
    start = "".join(GOOD.replace("09_choose_intent", "05_customer_share").splitlines(keepends=True)[:lines])
    folder = tmp_path_factory.mktemp("client")
    put(folder, start + "".join(piece + glue for piece, glue in parts), SHARE)
    message = "05_customer_share.yaml - "
    try:
        read_decisions(folder, SHARE)
    except DecisionError as error:
        message = str(error)
    assert message.startswith("05_customer_share.yaml - ")


@pytest.mark.parametrize(("name", "value"), [("hurdle", "much"), ("portfolio_goals", "advocates"), ("beliefs", "none")])
def test_a_value_of_a_kind_that_the_step_cannot_use_is_refused_with_the_form_it_should_have(tmp_path, name, value):
    step = find_step("01")
    folder = tmp_path / "decisions"
    folder.mkdir()
    entry = f"  all.{name}:\n    value: {value}\n    reason: so\n    by: me\n    decided_on: 2026-11-22\n"
    (folder / f"{step.id}.yaml").write_text(f"format: 1\nstep: {step.id}\nchoices:\n{entry}", encoding="utf-8")
    with pytest.raises(DecisionError, match=f'"{value}" is no (number|mapping)') as told:
        read_decisions(tmp_path, step)
    assert step.choice(name).asks.form in str(told.value)
