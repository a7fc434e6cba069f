"""Opening a form and saving it changes no value; what it cannot show it says; nobody's work is overwritten unseen."""

import threading
from contextlib import suppress

import pytest

from helpers.answers import Amount, Column, Match, Pick, Points, Rows, Sheet, Words
from helpers.ask.fields import number_or_words, written
from helpers.ask.form import Form
from helpers.client import decisions
from helpers.client.decisions import Decision, OvertakenError, decision_file, write_decision
from helpers.errors import DecisionError
from tests.ask.test_form import filled, question, said, saved

SIGNED = {"reason": "It fits.", "by": "Ana", "decided_on": "2026-11-23"}
LEADERS = Rows(
    key="leader",
    columns=(Column("favourites", "Favourites", "list"), Column("share", "Our share", "either")),
    sealed=True,
)
CARD = Sheet(columns=(Column("promise", "Promise"), Column("parts", "Parts", "list"), Column("b", "B", "pairs")))
OWN = Pick(own=True, named=("all", "main"))
PARTS = Words(parts=("we value", "we stand for"))
# kind of answer, options, items, what is kept (the items are others than those of the day when it was saved)
KEPT = {
    "money": (Amount(least=0), (), (), 1250310.55),
    "long number": (Amount(), (), (), 12345678901234567),
    "points": (Points(parts=("a", "b", "c")), (), (), {"a": 33.35, "b": 33.35, "c": 33.3}),
    "points not all named": (Points(parts=("a", "b", "c")), (), (), {"b": 50, "a": 50}),
    "unknown category": (OWN, (), ("soap", "bleach"), ["tide", "soap"]),
    "own list, nothing delivered": (OWN, (), (), ["soap"]),
    "goal no longer delivered": (Match(words=("advocates", "none")), (), ("Grow",), {"Old": "none", "Grow": "none"}),
    "extra part": (PARTS, (), (), {"and": "Care", "we value": "Craft"}),
    "list of words": (PARTS, (), (), ["Craft", "Boats, and people"]),
    "sealed": (
        LEADERS,
        (),
        (),
        {"Bo": {"share": 0.30, "favourites": ["Smith, Jones & Co"], "sealed_on": "2026-01-05"}},
    ),
    "sheet in another order": (CARD, (), (), {"b": {"a: b": "c", "d": 7}, "parts": ["x, y"], "promise": "A\nB "}),
    "one name for a list": (LEADERS, (), (), {"Bo": {"favourites": ["A", "B, C"], "share": "1_000"}}),
}


def kept(folder, kind):
    form = Form(question(folder, KEPT[kind]))
    write_decision(folder, form.question.step, Decision(id="all.matter", value=KEPT[kind][3], **SIGNED))
    return Form(question(folder, KEPT[kind]))


@pytest.mark.parametrize("kind", [kind for kind in KEPT if kind != "one name for a list"])
def test_opening_and_saving_leaves_the_file_byte_for_byte(kind, tmp_path):
    form = kept(tmp_path, kind)
    path = decision_file(tmp_path, form.question.step)
    before = path.read_bytes()
    assert said(form) == ""
    form.save()
    assert "Saved in" in said(form), (said(form), form._faults.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unknown category", "names &quot;tide&quot;, which the data do not hold any more"),
        ("goal no longer delivered", "&quot;Old&quot; is saved as &quot;none&quot; and was not delivered"),
        ("list of words", "What is saved is a list"),
    ],
)
def test_what_the_controls_cannot_show_is_said(kind, words, tmp_path):
    assert words in kept(tmp_path, kind)._unseen.value


def test_a_change_keeps_what_the_controls_could_not_show(tmp_path):
    (tmp_path / "a").mkdir()
    form = kept(tmp_path / "a", "goal no longer delivered")
    form.field._things["Grow"].value = "advocates"
    form.save()
    assert saved(form).value == {"Old": "none", "Grow": "advocates"}
    (tmp_path / "b").mkdir()
    form = kept(tmp_path / "b", "unknown category")
    form.field._marks["bleach"].value = True
    form.save()
    assert saved(form).value == ["tide", "soap", "bleach"]
    (tmp_path / "c").mkdir()
    form = kept(tmp_path / "c", "extra part")
    form.field._areas["we stand for"].value = "Safe boats"
    form.save()
    assert saved(form).value == {"and": "Care", "we value": "Craft", "we stand for": "Safe boats"}


def test_a_second_leader_leaves_the_first_as_it_was_sealed(tmp_path):
    form = kept(tmp_path, "sealed")
    form.field._add()
    row = form.field._rows[1]
    row._name.value = "Cy"
    favourites, share = row._cells.values()
    favourites.value, share.value = "Smith, Jones & Co\n\n Calder ", "1_000"
    form.save()
    assert saved(form).value == KEPT["sealed"][3] | {
        "Cy": {"favourites": ["Smith, Jones & Co", "Calder"], "share": "1_000", "sealed_on": "2026-11-23"}
    }


def test_a_name_alone_is_not_sealed(tmp_path):
    form = filled(Form(question(tmp_path, KEPT["sealed"])), {"Bo": {}})
    form.save()
    assert "Bo: nothing is said beside the leader." in form._faults.value
    assert saved(form) is None


@pytest.mark.parametrize(
    ("asks", "value", "words"),
    [
        (LEADERS, {}, "is no mapping"),
        (LEADERS, {"Bo": {"sealed_on": "2026-11-23"}}, "nothing is said"),
        (LEADERS, {"Bo": {"favourites": [""], "share": " "}}, "nothing is said"),
        (LEADERS, {"Bo": {"share": 0.3, "sealed_on": "soon"}}, "is not a date"),
        (LEADERS, {"Bo": {"favourites": [None, "A"]}}, "is no list of names"),
        (CARD, {}, "nothing is filled in"),
        (CARD, {"promise": " ", "parts": [], "b": {}}, "nothing is filled in"),
        (CARD, ["On time."], "is no mapping"),
        (CARD, {"b": ["a"]}, "is no mapping of names"),
        (CARD, {"b": {"a": None}}, "has no text beside it"),
        (CARD, {"promise": {"a": "b"}}, "it holds several"),
        (PARTS, "", "is no text"),
        (PARTS, {}, "is no text"),
        (PARTS, [], "is no text"),
        (PARTS, [None], "is no list of texts"),
        (PARTS, ["Craft", True], "is no list of texts"),
        (PARTS, {"we value": ""}, "it is empty"),
        (PARTS, {"we value": True}, "it is no text"),
        (OWN, [], "is no list of names"),
        (OWN, ["soap", None], "is no list of names"),
        (OWN, [True], "is no list of names"),
        (Pick(), "", "is no text"),
        (OWN, {}, "is no text or list"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(asks, value, words):
    assert words in " ".join(each.found for each in asks.wrong(value))


def test_where_nothing_can_be_matched_the_answer_is_that(tmp_path):
    form = Form(question(tmp_path, (Match(words=("advocates", "none")), (), (), None), proposed={}))
    assert form.value == {}
    form._reason.value, form._by.value = "There are no goals.", "Ana"
    form.save()
    assert saved(form).value == {}


def test_numbers_keep_every_digit_and_words_stay_words():
    assert [written(value) for value in (1250310.55, 33.35, 120.0, 0.1)] == ["1250310.55", "33.35", "120", "0.1"]
    assert [number_or_words(text) for text in ("1250310.55", "-3", "1e3", ".5")] == [1250310.55, -3, 1000, 0.5]
    for text in ("1_000", "1,000", "inf", "nan", "0x10", "٣"):
        assert number_or_words(text) == text


def test_an_overtaken_form_keeps_what_was_typed_and_saves_over_it_at_a_second_press(tmp_path):
    mine, theirs = Form(question(tmp_path, "pick")), Form(question(tmp_path, "pick"))
    assert mine._over.layout.display == "none"
    filled(theirs, "north", by="Ben", reason="The north pays.").save()
    filled(mine, "south").save()
    for words in ("Ben has decided this", "(north)", "The north pays.", "Save mine over it"):
        assert words in said(mine)
    assert (mine.field.value, mine._reason.value, saved(mine).value) == ("south", "It fits.", "north")
    mine.save()
    assert saved(mine).value == "north", "the same press again is no second thought"
    filled(theirs, "north", by="Cy", reason="Ben was right.").save()
    mine.save_over()
    assert "Cy has decided this" in said(mine), "yet another one is shown before it is overwritten"
    assert mine._over.layout.display is None
    mine.save_over()
    assert (saved(mine).value, saved(mine).by) == ("south", "Ana")
    assert mine._over.layout.display == "none"


def test_what_is_said_follows_what_is_typed(tmp_path):
    form = Form(question(tmp_path, "pick"))
    form.field._one.value = "north"
    assert "Not saved yet." in said(form)
    form.save()
    assert "Say why" in form._faults.value
    form._reason.value = "It fits."
    assert "Say why" not in form._faults.value
    assert "Say who decides." in form._faults.value
    form._by.value = "Ana"
    assert form._faults.value == ""
    form.save()
    assert "Saved in" in said(form)
    form._reason.value = "On second thoughts."
    assert "Saved in" not in said(form)
    assert "Not saved yet." in said(form)
    form._reason.value = "It fits."
    assert said(form) == "", "as it is saved"


def test_of_two_writers_at_the_same_moment_one_is_refused(tmp_path, monkeypatch):
    step = Form(question(tmp_path, "pick")).question.step
    read, both = decisions.decided_in, threading.Barrier(2, timeout=0.5)

    def reads_slowly(*arguments):
        now = read(*arguments)
        with suppress(threading.BrokenBarrierError):
            both.wait()  # without a lock both come here before either writes
        return now

    monkeypatch.setattr(decisions, "decided_in", reads_slowly)
    ended = []

    def write(value):
        try:
            write_decision(tmp_path, step, Decision(id="all.matter", value=value, **SIGNED), expected=None)
            ended.append(value)
        except OvertakenError as error:
            ended.append(error.now.value)

    writers = [threading.Thread(target=write, args=(value,)) for value in ("north", "south")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(ended)) == 1, "the one that came later was told what the first had written"
    assert read(tmp_path, step, "all.matter").value == ended[0]
    assert [path.name for path in (tmp_path / "decisions").iterdir()] == [f"{step.id}.yaml"], "no lock is left"


def test_a_writer_does_not_wait_for_ever(tmp_path, monkeypatch):
    step = Form(question(tmp_path, "pick")).question.step
    monkeypatch.setattr(decisions, "PATIENCE", 0.05)
    path = decision_file(tmp_path, step)
    path.parent.mkdir()
    with decisions._only_writer(path), pytest.raises(DecisionError, match="is being written by another program"):
        write_decision(tmp_path, step, Decision(id="all.matter", value="north", **SIGNED))
    assert not path.exists()


def test_a_long_label_is_not_cut(tmp_path):
    goal = "Raise the worth of our customer base in the next 5 years"
    form = Form(question(tmp_path, (Match(words=("none",)), (), (goal, "Grow"), None)))
    assert form.field._things[goal].style.description_width == "max-content"
    assert form.field._things["Grow"].style.description_width == "14em"
