"""Forms without a browser: what is typed, refused, saved, found again and overtaken.

Kinds that no step asks for yet are tried on a registry of their own.
"""

from dataclasses import replace
from datetime import date

import pytest

from helpers.answers import Amount, Answer, Column, Cuts, Match, Pair, Pick, Points, Rows, Sheet, Words
from helpers.ask.form import Form, Question
from helpers.client.decisions import read_decisions
from helpers.client.result_model import DecisionUsed
from helpers.errors import StepInputError
from helpers.steps import Choice, find_step

INTENTS = ("grow", "maintain", "re_engineer", "retire")
PAIRS = (("grow", "re_engineer"), ("maintain", "re_engineer"), ("re_engineer", "retire"))
TACTIC = (
    Column("owner", "Owner", required=True),
    Column("starts", "Starts on", "day"),
    Column("cost", "Cost", "number"),
    Column("part", "Part of the group reached", "share"),
    Column("stage", "Stage", words=("attract", "win", "serve", "keep", "evolve")),
    Column("needs", "Needs first", "list"),
)
NAMES = (
    Column("group_name", "Name", required=True),
    Column("description", "In words"),
    Column("anchors", "Anchors", "list"),
)
PROMISE = (
    Column("promise", "Promise"),
    Column("position", "Price", words=("below", "level", "above")),
    Column("drivers", "Drivers served", "list"),
    Column("cost", "Cost", "number"),
    Column("barriers", "Barriers to exit", "pairs"),
)
# kind of answer, options, items, a value as the file holds it
KINDS = {
    "pick": (Pick(named=("north", "south")), (), (), "south"),
    "own list": (Pick(own=True, named=("all", "main")), (), ("soap", "bleach"), ["soap", "bleach"]),
    "pair": (Pair(pairs=PAIRS), INTENTS, (), ["grow", "re_engineer"]),
    "amount": (Amount("120.00", unit="money", least=0), (), (), 120.5),
    "points": (Points(parts=("worth", "trend", "friction")), (), (), {"worth": 50, "trend": 37.5, "friction": 12.5}),
    "cuts": (Cuts(parts=("A", "B")), (), (), {"A": 70, "B": 55.5}),
    "words": (Words(parts=("we value", "we stand for")), (), (), {"we value": "Craft", "we stand for": "Safe boats"}),
    "one text": (Words(parts=("we value", "we stand for")), (), (), "We keep boats safe."),
    "match": (Match(words=("advocates", "none")), (), ("Grow", "Save"), {"Grow": "advocates", "Save": "none"}),
    "tactics": (
        Rows(key="tactic", columns=TACTIC),
        (),
        (),
        {"Crane on call": {"owner": "Ana", "starts": "2027-01-04", "cost": 1200, "part": 0.25, "needs": ["a crane"]}},
    ),
    "groups": (
        Rows(key="group", columns=NAMES, fixed=True),
        (),
        ("g1", "g2"),
        {"g1": {"group_name": "Yards", "anchors": ["C1", "0042"]}, "g2": {"group_name": "Clubs"}},
    ),
    "sheet": (
        Sheet("{promise: ..., position: above}", columns=PROMISE),
        (),
        ("delivery", "advice"),
        {"promise": "On the quay by four.", "position": "above", "barriers": {"crates: one a hull": "delivery"}},
    ),
    "anything": (Answer(), (), (), "as we said"),
}


def question(folder, kind, *, proposed=None, preview=None, seen=None):
    asks, options, items, _ = KINDS[kind] if isinstance(kind, str) else kind
    choice = Choice("matter", "What do we do?", asks, options=options)
    step = replace(find_step("05"), decides=(choice,))
    state = "proposed" if proposed is not None else "missing"
    used = DecisionUsed(
        id="05.all.matter", state=state, proposed=proposed, value=proposed, seen=seen or {}, options=list(options)
    )
    return Question(folder, step, choice, used, items, preview, today=lambda: date(2026, 11, 23))


def filled(form, value, by="Ana", reason="It fits."):
    form.field.show(value)
    form._by.value, form._reason.value = by, reason
    return form


def saved(form):
    return read_decisions(form.question.client_folder, form.question.step).get("all.matter")


def said(form):
    return form._told.value


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_entered_is_saved_and_found_again(kind, tmp_path):
    value = KINDS[kind][3]
    form = filled(Form(question(tmp_path, kind, seen={"05.answer/share": 0.31})), value)
    assert form.field.value == value
    assert form.faults() == []
    form.save()
    assert "Saved in decisions/05_customer_share.yaml" in said(form)
    entry = saved(form)
    assert (entry.value, entry.by, entry.reason, entry.decided_on) == (value, "Ana", "It fits.", "2026-11-23")
    assert entry.seen == {"05.answer/share": 0.31}
    again = Form(question(tmp_path, kind))
    assert (again.field.value, again._by.value, again._reason.value) == (value, "Ana", "It fits.")


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("pair", ["grow", "retire"], "grow does not go with retire. Choose one alone, or grow with re_engineer"),
        ("pair", ["re_engineer", "grow"], "re_engineer does not go with grow."),
        ("amount", -3, "-3 is out of range. Expected 0 or more."),
        ("amount", "a lot", "is no number"),
        ("points", {"worth": 40, "trend": 30, "friction": 20}, "the points sum to 90. Expected 100"),
        ("cuts", {"A": 50, "B": 55}, "the cuts are 50, 55. Expected each below the one before: A, B."),
        ("tactics", {"Crane": {"cost": 3}}, "Crane -> Owner: it is missing. Fill in owner."),
        ("tactics", {"Crane": {"owner": "Ana", "starts": "4.1.27"}}, "is not a date. Expected year-month-day"),
        ("sheet", {"position": "higher"}, '"higher" is not an option.'),
        ("sheet", {"promis": "On time."}, "promis: no part has this name. Did you mean"),
        ("sheet", {"cost": "a lot"}, 'Cost: "a lot" is no number.'),
        ("sheet", {"barriers": {"crates": ""}}, '"crates" has no text beside it. Write each as name: text.'),
        ("tactics", {"Crane": {"owner": "Ana", "part": 25}}, "25 is no part of one. Expected 0 to 1; write 0.25"),
    ],
)
def test_what_cannot_be_is_said_at_once_and_not_saved(kind, value, words, tmp_path):
    form = filled(Form(question(tmp_path, kind)), value)
    assert any(words in fault for fault in form.faults()), form.faults()
    assert words.split(" -> ")[-1] in form._faults.value or "&quot;" in form._faults.value, "said before anyone saves"
    form.save()
    assert "Nothing was saved" in said(form)
    assert saved(form) is None


def test_the_form_of_an_intent_takes_the_allowed_pairs_and_refuses_all_others(tmp_path):
    """By its two controls, as a person sets them: every pair of two intents, against the pairs of the registry."""
    intent = find_step("09").choice("intent")
    allowed = {("grow", "re_engineer"), ("maintain", "re_engineer"), ("re_engineer", "retire")}
    used = DecisionUsed(
        id="09.g1.intent", state="proposed", proposed=["grow"], value=["grow"], options=list(intent.options)
    )
    asked = Question(tmp_path, find_step("09"), intent, used, (), None, today=lambda: date(2026, 11, 23))
    for first in intent.options:
        for second in ("", *intent.options):
            form = filled(Form(asked), [first])
            form.field._second.value = second or form.field._second.options[0]
            assert form.field.value == [first, second] if second else [first]
            fits = not second or (first, second) in allowed
            assert bool(form.faults()) != fits, (first, second)
            form.save()
            assert ("Saved in" in said(form)) == fits, (first, second)
    entry = read_decisions(tmp_path, find_step("09"))["g1.intent"]
    assert entry.value == ["retire"]  # the last that could be saved


def test_a_judgement_needs_a_value_a_reason_and_a_name(tmp_path):
    form = Form(question(tmp_path, "pick"))
    form.save()
    assert len(form.faults()) == 3
    for words in ("Nothing is chosen yet.", "Say why", "Say who decides."):
        assert words in form._faults.value
    assert not (tmp_path / "decisions").exists()


def test_two_windows_the_later_never_wins_in_silence(tmp_path):
    mine, theirs = Form(question(tmp_path, "pick")), Form(question(tmp_path, "pick"))
    filled(theirs, "north", by="Ben").save()
    filled(mine, "south").save()
    assert "Ben has decided this on 2026-11-23 since the form was opened (north)" in said(mine)
    assert saved(mine).value == "north"
    mine.undo()
    assert mine.field.value == "north"
    assert "what Ben decided on 2026-11-23" in said(mine)
    filled(mine, "south").save()
    assert (saved(mine).value, saved(mine).by) == ("south", "Ana")


def test_undo_goes_back_to_what_is_saved_and_the_proposal_can_be_taken(tmp_path):
    form = Form(question(tmp_path, "pick", proposed="north"))
    assert form.field.value == "north", "a form opens on the proposal"
    filled(form, "south").save()
    form.take()
    assert form.field.value == "north"
    assert "not saved yet" in said(form)
    assert saved(form).value == "south"
    form.undo()
    assert form.field.value == "south"


def test_what_a_value_would_change_is_said_while_it_is_allowed(tmp_path):
    form = Form(question(tmp_path, "cuts", preview=lambda cuts: f"From {cuts['A']} on <all>."))
    form.field.show({"A": 70, "B": 55})
    assert "From 70 on &lt;all&gt;." in form._effect.value
    form.field.show({"A": 50, "B": 55})
    assert "From" not in form._effect.value

    def refuses(value):
        raise StepInputError("No such town.")

    form = Form(question(tmp_path, "pick", preview=refuses))
    form.field.show("north")
    assert "No such town." in form._effect.value


def test_beliefs_are_sealed_on_saving_and_others_can_be_added(tmp_path):
    kind = (Rows(key="leader", columns=(Column("share", "Our share", "either"),), sealed=True), (), (), None)
    form = filled(Form(question(tmp_path, kind)), {"finance": {"share": 0.4}})
    form.save()
    assert saved(form).value == {"finance": {"share": 0.4, "sealed_on": "2026-11-23"}}
    first = form.field._rows[0]
    assert all(control.disabled for control in first.controls)
    form.field._add()
    form.field._rows[1]._name.value = "sales"
    next(iter(form.field._rows[1]._cells.values())).value = "a third"
    form.save()
    assert saved(form).value["sales"] == {"share": "a third", "sealed_on": "2026-11-23"}
    assert saved(form).value["finance"]["share"] == 0.4


def cells_of(form):
    return {column.name: control for column, control in form.field._cells.items()}


def test_a_field_of_a_sheet_that_is_emptied_goes_and_the_others_stay_as_they_were(tmp_path):
    form = Form(question(tmp_path, "sheet"))
    filled(form, KINDS["sheet"][3] | {"drivers": ["delivery"]})
    by_name = cells_of(form)
    assert by_name["barriers"].value == "crates: one a hull: delivery"
    assert by_name["promise"].description == "Promise"
    assert "Known here: delivery and advice." in form.field.box.children[0].value
    by_name["promise"].value, by_name["barriers"].value = " ", "stock aboard: availability\n\n"
    by_name["drivers"].value = "delivery\nadvice"
    form.save()
    expected = {"position": "above", "barriers": {"stock aboard": "availability"}, "drivers": ["delivery", "advice"]}
    assert saved(form).value == expected
    by_name = cells_of(form)
    by_name["barriers"].value = "no second part"
    assert any("Write each as name: text." in fault for fault in form.faults())
    by_name["position"].value = "(none)"
    by_name["drivers"].value = by_name["barriers"].value = ""
    assert form.faults() == ["Nothing is chosen yet."]


def test_a_saved_field_that_is_asked_for_no_longer_is_named(tmp_path):
    form = filled(Form(question(tmp_path, "sheet")), {"slogan": "Boats.", "promise": "On time."})
    assert form.field.unseen == ['"slogan" is saved and no field that is asked for; take it out in the file.']
    assert any("slogan: no part has this name." in fault for fault in form.faults())


def test_two_rows_of_one_name_are_noticed_before_one_is_lost(tmp_path):
    form = filled(Form(question(tmp_path, "tactics")), {"Crane": {"owner": "Ana"}})
    form.field._add()
    form.field._rows[1]._name.value = "Crane"
    form.save()
    assert "stands in two rows" in form._faults.value
    assert saved(form) is None
    form.field._remove(form.field._rows[1])
    form.save()
    assert saved(form).value == {"Crane": {"owner": "Ana"}}


def test_a_damaged_file_is_told_with_its_line_and_left(tmp_path):
    form = filled(Form(question(tmp_path, "pick")), "north")
    form.save()
    path = tmp_path / "decisions" / "05_customer_share.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "  - [", encoding="utf-8")
    damaged = path.read_bytes()
    filled(form, "south").save()
    assert "Nothing was saved." in said(form)
    assert "line " in said(form)
    assert path.read_bytes() == damaged


def test_comments_of_the_file_stay(tmp_path):
    filled(Form(question(tmp_path, "pick")), "north").save()
    path = tmp_path / "decisions" / "05_customer_share.yaml"
    path.write_text("# the board, in May\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    filled(Form(question(tmp_path, "pick")), "south").save()
    assert path.read_text(encoding="utf-8").startswith("# the board, in May\n")


def test_every_control_has_a_label(tmp_path):
    import ipywidgets as widgets

    def controls(box):
        for child in getattr(box, "children", ()):
            yield child
            yield from controls(child)

    for kind in KINDS:
        form = filled(Form(question(tmp_path, kind)), KINDS[kind][3])
        for control in controls(form.box):
            if not isinstance(control, (widgets.Box, widgets.HTML)):
                assert control.description, (kind, control)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "decisions").write_text("in the way", encoding="utf-8")
    form = Form(question(tmp_path, "pick"))
    filled(form, "north").save()
    assert "Nothing was saved: the decisions folder cannot be written to" in said(form)
    (tmp_path / "decisions").unlink()
    form.save()
    assert saved(form).value == "north"
