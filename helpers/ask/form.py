"""The form of one judgement: what is proposed and why, the controls, what the choice changes, and saving it.

The form keeps nothing of its own. What is saved stands in the decision file, where a review, an unattended run and this
form on another day find it; a kernel that dies takes only what was not saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from helpers.answers import Amount, Answer, Cuts, Match, Pair, Pick, Points, Rows, Sheet
from helpers.ask.fields import (
    FIT,
    AmountField,
    Field,
    MatchField,
    NumbersField,
    PairField,
    PickField,
    WordsField,
    note,
    says,
    text_area,
    written,
)
from helpers.ask.sheet import SheetField
from helpers.ask.table import RowsField
from helpers.client.decisions import Decision, OvertakenError, decided_in, decision_file, outside, write_decision
from helpers.client.result_model import DecisionUsed
from helpers.errors import WorkbookError, nearest, quoted
from helpers.show.answer_words import row_title
from helpers.show.audience import Audience
from helpers.steps import Choice, Step

Preview = Callable[[Any], str]


@dataclass
class Question:
    """What a form asks: the judgement as the step uses it now, its choice, and where it is kept.

    `items` are the client's own things that an answer is about: categories to choose from, goals to match, groups to
    name. `preview` says in a sentence what a value would change. `audience` knows the names of the groups.
    `known` has words to choose from for columns in which others can be typed too.
    """

    client_folder: Path
    step: Step
    choice: Choice
    used: DecisionUsed
    items: Sequence[str] = ()
    preview: Preview | None = None
    today: Callable[[], date] = field(default=date.today)
    audience: Audience | None = None
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The id in the decision file."""
        return self.used.id.partition(".")[2]

    def kept(self) -> Decision | None:
        """What stands in the file now; an entry that only holds a proposal decides nothing."""
        return decided_in(self.client_folder, self.step, self.name)


class Form:
    """A form on the screen. `box` holds it all; the buttons do what the methods of their names do."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field = _field(question)
        self._loaded: Decision | None = None
        self._rival: OvertakenError | None = None
        self._start: tuple[Any, Any] = (None, None)  # what was put into the controls, and what they made of it
        self._refused = self._quiet = False
        self._reason = text_area("Why")
        self._by = text_area("Decided by")
        self._by.rows = 1
        self._unseen, self._effect, self._faults, self._told = note(""), note(""), note(""), note("")
        self._save = widgets.Button(description="Save", icon="check", button_style="primary", layout=FIT)
        self._over = widgets.Button(
            description="Save mine over it", icon="exclamation", layout=widgets.Layout(width="auto")
        )
        self._undo = widgets.Button(description="Undo to what is saved", icon="undo", layout=FIT)
        self._take = widgets.Button(description="Take the proposal", icon="arrow-left", layout=FIT)
        self._take.disabled = question.used.proposed is None
        actions = {self._save: self.save, self._over: self.save_over, self._undo: self.undo, self._take: self.take}
        for button, action in actions.items():
            button.on_click(lambda _, action=action: action())
        self.field.watch(self._moved)
        for control in (self._reason, self._by):
            control.observe(self._edited, names="value")
        parts = [self.field.box, self._unseen, self._effect, self._reason, self._by, self._faults]
        buttons = widgets.HBox(list(actions), layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([*parts, buttons, self._told], layout=widgets.Layout(margin="0 0 1.5em 0"))
        self.box.add_class("workbook-form")
        self.undo(quiet=True)

    # ---- what the buttons do ---------------------------------------------------------------------------------------

    def save(self) -> None:
        """Put the judgement into the decision file, unless something is wrong with it or another got there first."""
        self._told.value = ""
        faults = self.faults()
        self._refused = bool(faults)
        if faults:
            self._tell("Nothing was saved: see what is said above.", alarm=True)
            self._show(faults)
            return
        question = self.question
        decision = Decision(
            id=question.name,
            value=self._sealed(),
            proposed=question.used.proposed,
            reason=self._reason.value.strip(),
            by=self._by.value.strip(),
            decided_on=question.today().isoformat(),
            seen=question.used.seen,
        )
        try:
            write_decision(question.client_folder, question.step, decision, expected=self._loaded)
            self._load(question.kept())
        except OvertakenError as rival:
            self._rival = rival
            self._over.layout.display = None
            self._tell(_overtaken(rival.now), alarm=True)
            return
        except WorkbookError as error:
            self._tell(f"Nothing was saved. {error}", alarm=True)
            return
        except OSError as fault:  # of a button nobody would see the traceback
            why = fault.strerror or fault
            self._tell(f"Nothing was saved: the decisions folder cannot be written to ({why}).", alarm=True)
            return
        file = decision_file(question.client_folder, question.step)
        self._tell(f"Saved in {file.parent.name}/{file.name}. Run the notebook again from the top to work with it.")

    def save_over(self) -> None:
        """Save over what somebody else decided meanwhile, now that it was shown; yet another one is shown first."""
        if self._rival is not None:
            self._loaded = self._rival.now
            self.save()

    def undo(self, *, quiet: bool = False) -> None:
        """Show what is saved, also when somebody else saved it; nothing where nobody has decided."""
        try:
            kept = self.question.kept()
        except WorkbookError as error:
            self._tell(f"The decision file cannot be read. {error}", alarm=True)
            return
        self._load(kept)
        if not quiet:
            who = f"what {kept.by} decided on {kept.decided_on}" if kept else "that nobody has decided yet"
            self._tell(f"The form shows {who}.")

    def take(self) -> None:
        """Put what the rule proposes into the controls; it is not saved by that."""
        self._put(self.question.used.proposed)
        self._edited()
        self._tell("The form shows the proposal. It is not saved yet.")

    # ---- what stands in the form -----------------------------------------------------------------------------------

    @property
    def value(self) -> Any:
        """What would be saved: what was put into the controls as it was, unless somebody has changed it since."""
        given, shown = self._start
        entered = self.field.value
        return given if entered == shown and not self.field.trouble else entered

    def faults(self) -> list[str]:
        """What keeps the judgement from being saved, in words; empty when it may be."""
        value, found = self.value, []
        if self.field.trouble:
            found.append(self.field.trouble)
        elif value is None:
            found.append("Nothing is chosen yet.")
        else:
            found += _faults_of(value, self.question)
        if not self._reason.value.strip():
            found.append("Say why, in a sentence: who reads this next year was not in the room.")
        if not self._by.value.strip():
            found.append("Say who decides.")
        return found

    def _load(self, kept: Decision | None) -> None:
        self._loaded, self._rival, self._refused = kept, None, False
        self._over.layout.display = "none"
        self._quiet = True
        self._reason.value, self._by.value = (kept.reason, kept.by) if kept else ("", "")
        self._put(kept.value if kept else self.question.used.proposed)

    def _put(self, value: Any) -> None:
        """Show a value, remember what the controls made of it, and say what of it they cannot show."""
        self._quiet = True
        try:
            self.field.show(value)
        finally:
            self._quiet = False
        self._start = (value, self.field.value)
        self._unseen.value = says(" ".join(self.field.unseen))
        self._look()

    def _moved(self) -> None:
        """After each change of the controls by hand."""
        if not self._quiet:
            self._look()
            self._edited()

    def _edited(self, _: Any = None) -> None:
        """After each change by hand, also of reason and name: what was said of an earlier save holds no longer."""
        if self._quiet:
            return
        if self._refused:
            self._show(self.faults())
        if self._rival is None:
            self._tell("Not saved yet." if self._differs() else "")

    def _differs(self) -> bool:
        """Whether the form holds something else than the file."""
        kept = self._loaded
        if kept is None:
            return True
        return (self.value, self._reason.value, self._by.value) != (kept.value, kept.reason, kept.by)

    def _look(self) -> None:
        """Is what stands there allowed, and what would it move?"""
        value, preview = self.value, self.question.preview
        faults = [] if value is None else _faults_of(value, self.question)
        faults = [self.field.trouble] if self.field.trouble else faults
        self._show(faults)
        if preview is None:
            return
        try:
            self._effect.value = says("" if value is None or faults else preview(value))
        except WorkbookError as error:  # a rule of the method that the kind of answer does not know
            self._effect.value = says(str(error), alarm=True)

    def _sealed(self) -> Any:
        """The value; rows that seal on saving carry the day, those that are sealed stay as they are."""
        value, asks = self.value, self.question.choice.asks
        if isinstance(asks, Rows) and asks.sealed:
            day = self.question.today().isoformat()
            return {key: row if row.get("sealed_on") else {**row, "sealed_on": day} for key, row in value.items()}
        return value

    def _show(self, faults: Sequence[str]) -> None:
        items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
        self._faults.value = f'<div role="alert"><ul>{items}</ul></div>' if items else ""
        value = self.value
        self.field.mark([] if value is None else [wrong.at for wrong in self.question.choice.asks.wrong(value)])

    def _tell(self, words: str, *, alarm: bool = False) -> None:
        self._told.value = says(words, alarm=alarm)


def show_form(question: Question) -> Form:
    """Display the form of a judgement below its text, and give it back."""
    form = Form(question)
    display(form.box)
    return form


def _field(question: Question) -> Field:
    """The controls for the kind of answer that the choice asks for."""
    asks: Answer = question.choice.asks
    match asks:
        case Pick():
            options = question.used.options or list(question.choice.options or asks.named)
            return PickField(asks, options, question.items)
        case Pair():
            return PairField(asks, question.used.options or list(question.choice.options))
        case Amount():
            return AmountField(asks, question.audience.currency if question.audience else "")
        case Points() | Cuts():
            return NumbersField(asks)
        case Match():
            return MatchField(asks, question.items)
        case Rows():
            return RowsField(asks, question.items, question.audience, question.known, question.used.proposed)
        case Sheet():
            return SheetField(asks, question.items)
        case _:
            return WordsField(asks)


def _faults_of(value: Any, question: Question) -> list[str]:
    """What is wrong with a value, each as one or two sentences."""
    found = []
    for at, what, remedy in question.choice.asks.wrong(value):
        place = f"{' -> '.join(_place(at, question))}: " if at else ""
        found.append(f"{place}{what} {remedy}")
    options = question.used.options or list(question.choice.options)
    if options and not isinstance(value, dict) and not _own_list(value, question):
        for item in outside(value, options):
            found.append(f"{quoted(item)} is not an option. {nearest(str(item), options)}")
    return found


def _place(at: Sequence[Any], question: Question) -> list[str]:
    """Where in an answer something is wrong, in the words that stand beside it in the form."""
    asks, words = question.choice.asks, [str(key) for key in at]
    titles = {column.name: column.title for column in getattr(asks, "columns", ())}
    if isinstance(asks, Rows) and words:
        first = row_title(asks, words[0], question.audience) if asks.fixed else words[0]
        return [first, *(titles.get(word, word) for word in words[1:])]
    return [titles.get(word, word) for word in words]


def _own_list(value: Any, question: Question) -> bool:
    return isinstance(question.choice.asks, Pick) and question.choice.asks.own and isinstance(value, list)


def _overtaken(now: Decision | None) -> str:
    """What to say when the file holds another judgement than the form was opened on."""
    ways = "What you entered still stands here. Press Undo to take up what is saved, or Save mine over it."
    if now is None:
        return f"Nothing was saved: the judgement was taken out of the file since this form was opened. {ways}"
    return (
        f"Nothing was saved: {now.by} has decided this on {now.decided_on} since the form was opened "
        f"({written(now.value)}). The reason given: {now.reason} {ways}"
    )
