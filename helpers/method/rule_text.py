"""The words and signs of a rule: which are allowed, and in which order, before Python's own parser sees the text.

What people type instead (`=`, `AND`, `1,000`, quotes from a word processor) is told at the word, with what to write.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from helpers.errors import printable, quoted

MOST_CHARACTERS = 1_000
MOST_OPEN = 20  # brackets within brackets
SHOWN = 64  # characters of a rule in a message
WORDS = ("and", "or", "not", "in")
TRUTHS = ("True", "False")
TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<quote>"[^"\\]*"|'[^'\\]*')
    | (?P<name>[^\W\d]\w*)
    | (?P<other>\*\*|//|=>|=<|<>|&&|\|\||===)
    | (?P<sign><=|>=|==|!=|[<>+\-*/()\[\],])
    | (?P<strange>.)""",
    re.VERBOSE | re.DOTALL,
)
INSTEAD = {
    "=": 'Write "==" for "is".',
    "===": 'Write "==" for "is".',
    "=>": 'Write ">=" for "at least".',
    "=<": 'Write "<=" for "at most".',
    "≥": 'Write ">=" for "at least".',
    "≤": 'Write "<=" for "at most".',
    "<>": 'Write "!=" for "is not".',
    "≠": 'Write "!=" for "is not".',
    "!": 'Write "not" before a condition, or "!=" for "is not".',
    "&": 'Write "and".',
    "&&": 'Write "and".',
    "|": 'Write "or".',
    "||": 'Write "or".',
    "%": 'A part is written from 0 to 1: "0.1" for 10 %.',
    "**": "A rule adds, subtracts, multiplies and divides only.",
    "//": "A rule adds, subtracts, multiplies and divides only.",
    "^": "A rule adds, subtracts, multiplies and divides only.",
    ".": 'A number begins or ends with a digit, such as "0.5"; a column has no point.',
    ";": "One rule is one condition: join two with and, or or.",
    ":": "One rule is one condition: join two with and, or or.",
    "\\": "Leave it out: no name or word in a rule has one.",
    "–": 'Write "-", the sign on the keyboard.',
    "−": 'Write "-", the sign on the keyboard.',
    "×": 'Write "*".',
    "÷": 'Write "/".',
}
INSTEAD |= dict.fromkeys("“”„«»‘’‚`´", 'Write words in plain quotes: "North".')
SPOKEN = {"and": "and", "or": "or", "not": "not", "in": "in", "true": "True", "false": "False"}
CLOSES = {"(": ")", "[": "]"}


class Misread(Exception):
    """A rule cannot be used: which characters are at fault, what is wrong with them, what to do.

    It never reaches a user: who asked for the rule knows where it stands, and tells.
    """

    def __init__(self, start: int, end: int, found: str, remedy: str):
        super().__init__(found)
        self.start, self.end, self.found, self.remedy = start, end, found, remedy


class Token(NamedTuple):
    """A word or sign of a rule, and its first character's place."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.text)


def clean(text: str) -> str:
    """The rule on one line, each character in its place; Misread where it holds what a rule never holds.

    Every word and sign of it is allowed, and stands where one of its kind may: what Python's parser is given afterwards
    has no call, no attribute, no power and no number that takes long to read.

    >>> clean("orders >= 12 \\n and region in ['North']")
    "orders >= 12   and region in ['North']"
    """
    if len(text) > MOST_CHARACTERS:
        found = f"it has {len(text):,} characters, more than {MOST_CHARACTERS:,}."
        raise Misread(0, 0, found, "Say it shorter, or as several rules: the first that holds counts.")
    tokens = [Token(str(found.lastgroup), found.group(), found.start()) for found in TOKEN.finditer(text)]
    said = [token for token in tokens if token.kind != "space"]
    if not said:
        raise Misread(0, 0, "it is empty.", 'Write a condition, such as "orders >= 12".')
    for token in tokens:
        _allowed(token, text)
    _in_order(said)
    line = "".join(" " * len(token.text) if token.kind == "space" else token.text for token in tokens)
    return line.rstrip()


def excerpt(line: str, start: int, end: int) -> str:
    """Two lines: the rule, cut where it is long, and signs under the characters at fault.

    >>> print(excerpt("orders => 12", 7, 9))
        orders => 12
               ^^
    """
    line = "".join(char if char.isprintable() else " " for char in line)
    first = 0 if len(line) <= SHOWN else max(0, min(start - SHOWN // 2, len(line) - SHOWN))
    shown = line[first : first + SHOWN]
    before, after = ("…" if first else ""), ("…" if first + SHOWN < len(line) else "")
    signs = "^" * max(1, min(end, first + SHOWN) - start)
    return f"    {before}{shown}{after}\n    {' ' * (len(before) + _width(shown[: start - first]))}{signs}"


def _width(text: str) -> int:
    """How many places a text takes on a screen, so that the signs stand under their word."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)


def _allowed(token: Token, text: str) -> None:
    """Refuses a word or sign that no rule holds."""
    kind, said, start, end = *token, token.end
    if kind in ("strange", "other"):
        if said in "\"'":
            raise Misread(start, len(text), "this quote does not end.", "Close it with the same sign.")
        remedy = INSTEAD.get(said, "Only columns, numbers, words in quotes, comparisons, and, or, not may stand here.")
        raise Misread(start, end, f"{quoted(said)} is no sign of a rule.", remedy)
    if kind == "number":
        follows = re.match(r"\w+", text[end:])
        if follows:
            found = f"{quoted(said + follows.group())} is no number."
            raise Misread(start, end + follows.end(), found, f'Write "{said}", or an id or word in quotes.')
        if re.match("0[0-9]", said):
            raise Misread(start, end, f"{quoted(said)} begins with a zero.", 'Write 7 for 007, or an id as "007".')
        if abs(float(said)) > 1e15:
            raise Misread(start, end, "this number is too large.", "Expected below 1,000,000,000,000,000.")
    if kind == "quote" and not said.isprintable():
        shown = printable(said)
        raise Misread(start, end, f"{shown} holds a sign that cannot be seen.", "Write the word again by hand.")
    if kind == "name" and not said.isidentifier():
        raise Misread(start, end, f"{quoted(said)} is no name.", "Write a column, or words in quotes.")
    if kind == "name" and said not in (*WORDS, *TRUTHS) and said.casefold() in SPOKEN:
        raise Misread(start, end, f"{quoted(said)} is written otherwise.", f'Write "{SPOKEN[said.casefold()]}".')


def _in_order(tokens: list[Token]) -> None:
    """Refuses two values without a sign between them, a sign without its value, and brackets that do not match."""
    opened: list[Token] = []
    wanted = True  # whether a value must come next
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        said = token.text
        if said in CLOSES:
            if not wanted:
                _refuse_call(before, token)
            opened.append(token)
            if len(opened) > MOST_OPEN:
                raise Misread(token.start, token.end, "brackets stand too deep in each other.", "Say it in fewer.")
            empty = said == "[" and tokens[place + 1 : place + 2] and tokens[place + 1].text == "]"
            if empty:
                raise Misread(token.start, tokens[place + 1].end, "the list is empty.", 'Such as ["North", "East"].')
        elif said in CLOSES.values():
            if wanted and before:
                raise Misread(before.start, token.end, "a value is missing here.", "Write one, or take the sign out.")
            if not opened or CLOSES[opened.pop().text] != said:
                raise Misread(token.start, token.end, f"{quoted(said)} closes nothing.", "Open it, or leave it out.")
        elif said == ",":
            if not opened or wanted:
                remedy = "Write 1000 without a comma and 0.5 with a point; a list stands in [ ]."
                raise Misread(token.start, token.end, "a comma stands between the values of a list only.", remedy)
            wanted = True
        elif said in "+-" and wanted:
            pass
        elif said == "not":
            follows = tokens[place + 1].text if place + 1 < len(tokens) else ""
            if not wanted and follows != "in":
                raise Misread(token.start, token.end, 'before "not" there is no and, or.', 'Write "and not".')
            wanted = True
        elif token.kind == "sign" or said in WORDS:
            if wanted and not (said == "in" and before and before.text == "not"):
                where = f"before {quoted(said)}" + (f", after {quoted(before.text)}," if before else "")
                raise Misread(token.start, token.end, f"{where} a value is missing.", 'Such as "orders >= 12".')
            wanted = True
        elif not wanted:
            _refuse_neighbours(before, token)
        else:
            wanted = False
    last = tokens[-1]
    if wanted:
        raise Misread(last.start, last.end, f"the rule ends after {quoted(last.text)}.", "Write what comes next.")
    if opened:
        raise Misread(opened[-1].start, opened[-1].end, "this bracket is not closed.", "Close it, or leave it out.")


def _refuse_call(before: Token | None, token: Token) -> None:
    if before and before.kind == "name" and before.text not in WORDS:
        found = f"{quoted(before.text)} would be a function, and a rule has none."
        raise Misread(before.start, token.end, found, "Write columns, numbers and words only.")
    raise Misread(token.start, token.end, "a sign is missing before the bracket.", "Such as and, or, <, +.")


def _refuse_neighbours(before: Token | None, token: Token) -> None:
    start = before.start if before else token.start
    found = f"between {quoted(before.text if before else '', 30)} and {quoted(token.text, 30)} something is missing."
    if before and before.kind == token.kind == "name":
        remedy = "Write and, or, or a comparison between them; words in quotes; a column's spaces as _."
    else:
        remedy = "Write a comparison such as >=, or and, or or."
    raise Misread(start, token.end, found, remedy)
