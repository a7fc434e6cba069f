"""The controls of a form: one class for each kind of answer, that shows a value and gives back what was entered.

A control gives back what a decision file would hold; whether that can be used, `helpers.answers` says. Every control
has a label in words, and the order in which the keyboard reaches them is the order in which they are read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from helpers.answers import Amount, Answer, Cuts, Match, Pair, Pick, Points, Words, is_number
from helpers.errors import quoted

WIDE = widgets.Layout(width="auto", max_width="44em")
FIT = widgets.Layout(width="auto", align_self="flex-start")
WRAPPED = widgets.Layout(width="auto", max_width="44em", height="auto", flex_flow="row wrap")
BESIDE = 44  # characters of a label that fit into 14em on two lines; a longer one stands above its control
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
NONE = "(none)"
OWN = "a list of our own"
WHOLE = "In our words"
AT_FAULT = "workbook-fault"  # in templates/jupyterlab.css


class Field:
    """A control for one kind of answer. `box` is what is shown; `value` what stands in it, None while it is empty."""

    box: widgets.Widget

    def __init__(self) -> None:
        self._watchers: list[Callable[[], None]] = []
        self._quiet = False
        self.trouble = ""  # what keeps the controls from being read as one value, in words
        self.unseen: list[str] = []  # what of the value shown the controls cannot show, each in a sentence

    @property
    def value(self) -> Any:
        """What was entered, as a decision file holds it."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Put a value into the controls; None empties them."""
        self._quiet, self.unseen = True, []
        try:
            self._fill(value)
        finally:
            self._quiet = False
        self.changed()

    def mark(self, places: Collection[Sequence[Any]]) -> None:
        """Show where something is wrong, each place as `Answer.wrong` gives it; none takes the marks away."""

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call this whenever what is entered has changed."""
        self._watchers.append(watcher)

    def changed(self, _: Any = None) -> None:
        """Tell the watchers, but not of each part of a value that is being put in."""
        if not self._quiet:
            for watcher in self._watchers:
                watcher()

    def _fill(self, value: Any) -> None:
        raise NotImplementedError

    def _follow(self, *controls: widgets.Widget) -> None:
        for control in controls:
            control.observe(self.changed, names="value")


class PickField(Field):
    """One of the options; where the client's own list is allowed, a box to check for each thing that can be in it."""

    def __init__(self, answer: Pick, options: Sequence[str], items: Sequence[str]) -> None:
        super().__init__()
        self._options, self._items = list(options), list(items)
        own = [OWN] if answer.own and items else []
        self._one = widgets.RadioButtons(options=[*self._options, *own], value=None, **labelled("Choose"))
        self._one.observe(self._fold, names="value")
        self._follow(self._one)
        self._marks: dict[str, widgets.Checkbox] = {}
        self._given: list[Any] = []
        self._many = widgets.VBox(layout=widgets.Layout(margin="0 0 0 14em"))
        self.box = widgets.VBox([self._one, self._many] if answer.own else [self._one])
        self._lay([])

    @property
    def value(self) -> Any:
        """The option, or what is checked in the own list, what was there before first."""
        if self._one.value != OWN:
            return self._one.value
        checked = [name for name, mark in self._marks.items() if mark.value]
        first = [item for item in self._given if str(item) in checked]
        return [*first, *(name for name in checked if name not in map(str, first))] or None

    def _fill(self, value: Any) -> None:
        self._one.value = None
        self._lay(value if isinstance(value, list) else [])
        if isinstance(value, list):
            self._one.value = OWN
            gone = [str(item) for item in value if str(item) not in self._items]
            if gone:
                said = "which the data do not hold any more; each stays until you uncheck it"
                self.unseen.append(f"The list that is saved names {', '.join(map(quoted, gone))}, {said}.")
        elif value in self._options:
            self._one.value = value
        elif value is not None:
            self.unseen.append(f"{quoted(value)} is saved and can no longer be chosen.")

    def _lay(self, given: Sequence[Any]) -> None:
        """A box for each thing of the client's, and for each that a saved list names beside them."""
        self._given = list(given)
        names = list(dict.fromkeys([*self._items, *map(str, given)]))
        marked = set(map(str, given))
        layout = widgets.Layout(width="auto", margin="0")
        self._marks = {
            name: widgets.Checkbox(value=name in marked, description=name, indent=False, layout=layout)
            for name in names
        }
        self._follow(*self._marks.values())
        self._many.children = list(self._marks.values())
        if given and OWN not in self._one.options:
            self._one.options = [*self._options, OWN]
            self._one.value = None
        self._fold()

    def _fold(self, _: Any = None) -> None:
        self._many.layout.display = None if self._one.value == OWN else "none"


class PairField(Field):
    """A first and a second choice."""

    def __init__(self, answer: Pair, options: Sequence[str]) -> None:
        super().__init__()
        self._first = widgets.Dropdown(options=[NONE, *options], **labelled("First"))
        self._second = widgets.Dropdown(options=[NONE, *options], **labelled("Second, if any"))
        self._follow(self._first, self._second)
        self.box = widgets.VBox([self._first, self._second])

    @property
    def value(self) -> Any:
        return [one.value for one in (self._first, self._second) if one.value != NONE] or None

    def _fill(self, value: Any) -> None:
        chosen = [*(value or []), NONE, NONE]
        for control, wanted in zip((self._first, self._second), chosen, strict=False):
            control.value = wanted if wanted in control.options else NONE
            if control.value != wanted:
                self.unseen.append(f"{quoted(wanted)} is saved and can no longer be chosen.")


class AmountField(Field):
    """A number, typed."""

    def __init__(self, answer: Amount, currency: str = "") -> None:
        super().__init__()
        unit = currency or "money" if answer.unit == "currency" else answer.unit
        words = labelled(f"Number ({unit})" if unit else "Number")
        self._typed = widgets.Text(placeholder=answer.form, continuous_update=False, **words)
        self._follow(self._typed)
        self.box = widgets.VBox([self._typed])

    @property
    def value(self) -> Any:
        return number_or_words(self._typed.value)

    def _fill(self, value: Any) -> None:
        self._typed.value = "" if value is None else written(value)


class NumbersField(Field):
    """A number box for each part, which the arrow keys move by one, and the total where one is asked for."""

    def __init__(self, answer: Points | Cuts) -> None:
        super().__init__()
        self._answer = answer
        # no bounds and no step: a browser would silently round and cut; what cannot be, the kind of answer says
        self._parts = {part: widgets.FloatText(value=0, **labelled(part)) for part in answer.parts}
        self._total = note("")
        self._given = False
        self._follow(*self._parts.values())
        sums = [self._total] if isinstance(answer, Points) else []
        self.box = widgets.VBox([*self._parts.values(), *sums])
        self.watch(self._add_up)

    @property
    def value(self) -> Any:
        """The numbers by part; None until one was entered."""
        found = {part: plain_number(box.value) for part, box in self._parts.items()}
        return found if self._given or any(found.values()) else None

    def _fill(self, value: Any) -> None:
        self._given = isinstance(value, dict)
        kept = value if isinstance(value, dict) else {}
        for part, box in self._parts.items():
            box.value = float(kept[part]) if is_number(kept.get(part)) else 0.0
        for part in [part for part in kept if part not in self._parts]:
            self.unseen.append(f"{quoted(part)} is saved and no part that is asked for; it goes when you change this.")

    def _add_up(self) -> None:
        if isinstance(self._answer, Points):
            total = math.fsum(box.value for box in self._parts.values())
            self._total.value = says(f"Together {total:.10g} of {self._answer.total:g} points.")


class WordsField(Field):
    """A text for each part, or one text; who wrote it in a form of their own finds that form again."""

    def __init__(self, answer: Words | Answer) -> None:
        super().__init__()
        self._asked = answer.parts if isinstance(answer, Words) else ()
        self._areas: dict[str, widgets.Textarea] = {}
        self._kept: Any = None
        self.box = widgets.VBox()
        self._fill(None)

    @property
    def value(self) -> Any:
        """The parts that are filled, the lines of a list, or the one text."""
        if WHOLE in self._areas:
            text = self._areas[WHOLE].value
            return lines(text) if isinstance(self._kept, list) else text.strip() or None
        kept = self._kept or {}
        filled = {}
        for part, area in self._areas.items():
            same = part in kept and area.value == _shown(kept[part])
            if same or area.value.strip():
                filled[part] = kept[part] if same else area.value.strip()
        return filled or None

    def _fill(self, value: Any) -> None:
        self._kept = value
        flat = isinstance(value, dict) and value and not any(isinstance(part, (dict, list)) for part in value.values())
        if flat or value is None and self._asked:
            kept = value or {}
            shown = {part: _shown(kept.get(part)) for part in dict.fromkeys([*self._asked, *kept])}
        else:
            shown = {WHOLE: "\n".join(map(written, value)) if isinstance(value, list) else _shown(value)}
            if isinstance(value, list):
                self.unseen.append("What is saved is a list: one entry stands on each line.")
            elif isinstance(value, dict):
                self.unseen.append("What is saved has parts within parts; it becomes one text when you change it here.")
        self._areas = {part: text_area(part) for part in shown}
        for part, area in self._areas.items():
            area.value = shown[part]
        self._follow(*self._areas.values())
        self.box.children = list(self._areas.values())


class MatchField(Field):
    """For each thing one of the words. What is saved of other things stays saved."""

    def __init__(self, answer: Match, items: Sequence[str]) -> None:
        super().__init__()
        self._things = {item: widgets.Dropdown(options=[NONE, *answer.words], **labelled(item)) for item in items}
        self._kept: dict[str, Any] = {}
        self._follow(*self._things.values())
        none = "Nothing was delivered that could be matched here. Sign and save to confirm that there is nothing."
        empty = [] if items else [note(none)]
        self.box = widgets.VBox([*self._things.values(), *empty])

    @property
    def value(self) -> Any:
        """The matches, in the order in which they were saved; empty and not None where nothing can be matched."""
        entered = {item: control.value for item, control in self._things.items() if control.value != NONE}
        known = {item: entered.get(item, word) for item, word in self._kept.items()}
        known = {item: word for item, word in known.items() if item in entered or item not in self._things}
        return (known | entered) or (None if self._things else {})

    def _fill(self, value: Any) -> None:
        self._kept = dict(value) if isinstance(value, dict) else {}
        for item, control in self._things.items():
            wanted = self._kept.get(item)
            control.value = wanted if wanted in control.options else NONE
            if wanted is not None and control.value == NONE:
                self.unseen.append(f"{quoted(item)} is saved as {quoted(wanted)}, which can no longer be chosen.")
        for item in [item for item in self._kept if item not in self._things]:
            said = f"{quoted(item)} is saved as {quoted(self._kept[item])} and was not delivered"
            self.unseen.append(f"{said}; it is kept as it is.")


def mark_as(control: widgets.Widget, at_fault: bool) -> None:
    """Mark a control as one that something is wrong with, or take the mark away."""
    (control.add_class if at_fault else control.remove_class)(AT_FAULT)


def labelled(words: str) -> dict[str, Any]:
    """Label and layout of a control: a long label takes the room it needs, and is not cut."""
    if len(words) <= BESIDE:
        return {"description": words, "style": {"description_width": "14em"}, "layout": WIDE}
    return {"description": words, "style": {"description_width": "max-content"}, "layout": WRAPPED}


def text_area(label: str, **more: Any) -> widgets.Textarea:
    """A box for sentences."""
    return widgets.Textarea(rows=3, continuous_update=False, **labelled(label), **more)


def note(words: str) -> widgets.HTML:
    """A line of plain text."""
    return widgets.HTML(says(words))


def heading(words: str, width: float) -> widgets.HTML:
    """Words above or before controls, so wide in em; unlike a note it is not read out by itself."""
    shown = widgets.HTML(f"<div>{escape(words)}</div>", layout=widgets.Layout(width=f"{width}em", margin="2px 0"))
    shown.add_class("workbook-title")
    return shown


def says(words: str, *, alarm: bool = False) -> str:
    """Plain text as HTML that a screen reader is told of when it changes."""
    role = "alert" if alarm else "status"
    return f'<div role="{role}">{escape(words)}</div>' if words else ""


def number_or_words(text: str) -> Any:
    """What was typed: a number where it reads as one, nothing where it is blank, else the words.

    >>> number_or_words(" 0.4 "), number_or_words("a third"), number_or_words(""), number_or_words("1_000")
    (0.4, 'a third', None, '1_000')
    """
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return text or None
    if text.lstrip("+-").isdigit():
        return int(text)
    return plain_number(float(text)) if math.isfinite(float(text)) else text


def lines(text: str) -> list[str] | None:
    """The entries of a list, one on each line; None where there is none.

    >>> lines("Smith, Jones & Co\\n\\n soap ")
    ['Smith, Jones & Co', 'soap']
    """
    return [line.strip() for line in text.splitlines() if line.strip()] or None


def plain_number(value: float) -> int | float:
    """A whole number without its ".0".

    >>> plain_number(35.0), plain_number(12.5)
    (35, 12.5)
    """
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def written(value: Any) -> str:
    """A value as a person would type it, with every digit.

    >>> written(1250310.55), written(120.0), written({"A": 65, "B": [1, "two"]})
    ('1250310.55', '120', 'A: 65; B: 1, two')
    """
    if isinstance(value, dict):
        return "; ".join(f"{key}: {written(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(written, value))
    return str(plain_number(value)) if isinstance(value, float) and math.isfinite(value) else str(value)


def _shown(value: Any) -> str:
    return "" if value is None else written(value)
