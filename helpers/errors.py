"""The exceptions a user can meet, and the one formatter of what they say.

Every message answers five questions: what, where (file, row, column as the client named it), found, expected,
what to do. All problems of a file are told at once, five examples each, and the rest is counted.
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

HELPERS = Path(__file__).resolve().parent
NO_ROOM = [str(getattr(errno, name)) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name)]
FULL_DISK = "the disk is full. What stood before still stands; make room, and run the client again."


class WorkbookError(Exception):
    """Base of every error that a user can put right; its text is the whole message, ready to print."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it: its words, and on one line where it came from, for who has to look into the kit."""
        places = []
        for frame, line in traceback.walk_tb(self.__traceback__):
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(HELPERS):
                places.append(f"{path.relative_to(HELPERS.parent).as_posix()}:{line}")
            elif not path.exists():  # a cell is no file
                places.append(f"cell:{line}")
        return [*str(self).split("\n"), *([f"({', '.join(places)})"] if places else [])]


class ClientFileError(WorkbookError):
    """client.yaml, or another text file of the client's folder, cannot be used as it stands."""


class TableError(WorkbookError):
    """A delivered table cannot be read without guessing."""


class DecisionError(WorkbookError):
    """A file under decisions/ is damaged, or holds something the registry does not know."""


class DecisionMissing(DecisionError):
    """A final run needs a decision that nobody has made."""


class DecisionStale(DecisionError):
    """A decision was made on numbers that have moved since, or its option is gone."""


class StepInputError(WorkbookError):
    """A calculation was given something it has no meaning for, or a step asked for what it did not declare."""


class CheckFailed(WorkbookError):
    """A reconciliation of a step does not hold; what reads that step must not run."""


class RunError(WorkbookError):
    """A step could not be run to its end."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file: where it is, what was found, and what to do about it.

    `found` and `remedy` are sentences with their full stop; `where` names the place as the client knows it.
    """

    where: str
    found: str
    remedy: str

    def lines(self, number: int) -> str:
        """The problem as two numbered lines."""
        return f"  {number}. {self.where}: {self.found}\n     {self.remedy}"


def is_full_disk(words: str) -> bool:
    """Whether an error's words, as Python or the database tells it, say that there is no room left."""
    return bool(
        re.search(rf'No space left on device|\[Errno ({"|".join(NO_ROOM)})\]|"errno":"({"|".join(NO_ROOM)})"', words)
    )


def report_problems(subject: str, file: str, problems: Sequence[Problem]) -> str:
    """All problems of one file as one text, numbered in the order given.

    >>> empty = Problem('"Date" -> date', "3 rows are empty.", "Fill them.")
    >>> print(report_problems("transactions", "data/orders.csv", [empty]))
    transactions - 1 problem in data/orders.csv
      1. "Date" -> date: 3 rows are empty.
         Fill them.
    """
    head = f"{subject} - {counted(len(problems), 'problem')} in {file}"
    return "\n".join([head, *(problem.lines(number) for number, problem in enumerate(problems, start=1))])


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, in the right number: "1 problem", "48,210 rows"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(items: Sequence[object], most: int = 5) -> str:
    """The first few items and the count of the rest: "312, 490, 511, 777, 1002 and 9 more"."""
    shown = [str(item) for item in items[:most]]
    rest = len(items) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def printable(value: object, most: int = 60) -> str:
    """A value of the client's as plain text: control characters and broken bytes visible, cut when long."""
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in str(value))
    return f"{text[:most]}…" if len(text) > most else text


def quoted(value: object, most: int = 60) -> str:
    """A value of the client's as it may stand in a message: the same in quotes."""
    return f'"{printable(value, most)}"'


def nearest(name: str, known: Sequence[str], otherwise: str = "") -> str:
    """Advice that names the nearest known word; when none is near all of them, or what is given as `otherwise`."""
    close = get_close_matches(name.lower(), [word.lower() for word in known], n=1, cutoff=0.6)
    if close:
        original = next(word for word in known if word.lower() == close[0])
        return f'Did you mean "{original}"?'
    return otherwise or f"Known here: {', '.join(known)}."
