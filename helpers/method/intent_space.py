"""All that can be true of a group: every combination of the words of some facts, to find what rules leave out.

The facts are few and each has few words, so nothing is guessed: every combination is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import product

import numpy as np
import pandas as pd

from helpers.method.intent_words import DOWNTURN, FACTS, FUTURE, TESTS, future_of
from helpers.method.pass_chance import FAIL, NOT_TESTED
from helpers.method.rules import Rule

LINKED = (DOWNTURN, *TESTS, FUTURE)  # facts of which one follows from others


class Space:
    """The combinations of some facts, as an array with an axis for each fact in the order of `FACTS`."""

    def __init__(self, names: Iterable[str]):
        named = set(names)
        self.names = tuple(name for name in FACTS if name in named)
        self.shape = tuple(len(FACTS[name].words) for name in self.names)

    @cached_property
    def possible(self) -> np.ndarray:
        """Which combinations a group can have: the five tests decide on the future, and a downturn on the profit.

        >>> space = Space(["right_to_win", "future"])
        >>> int(space.possible.sum()), space.possible.size
        (9, 16)
        """
        linked, right = Space(LINKED), _linked()
        away = tuple(axis for axis, name in enumerate(linked.names) if name not in self.names)
        whole = right.any(axis=away)
        return np.broadcast_to(whole.reshape(self._axes(linked.names)), self.shape)

    def frame(self) -> pd.DataFrame:
        """Every combination as a row, the last fact changing fastest."""
        rows = list(product(*(FACTS[name].words for name in self.names)))
        return pd.DataFrame(rows, columns=list(self.names), dtype="object")

    def where(self, rule: Rule) -> np.ndarray:
        """For which combinations a rule's condition holds; it names no fact that is not here."""
        own = Space(rule.columns)
        if not own.names:
            return np.full(self.shape, rule.for_all)
        holds = rule.holds(own.frame()).to_numpy().reshape(own.shape)
        return np.broadcast_to(holds.reshape(self._axes(own.names)), self.shape)

    def having(self, name: str, word: str) -> np.ndarray:
        """The combinations in which a fact has that word."""
        has = np.array([known == word for known in FACTS[name].words])
        return np.broadcast_to(has.reshape(self._axes([name])), self.shape)

    def cell(self, words: Mapping[str, str]) -> tuple[int, ...]:
        """The place of one combination."""
        return tuple(list(FACTS[name].words).index(words[name]) for name in self.names)

    def enough(self, inside: np.ndarray, cell: tuple[int, ...]) -> dict[str, str]:
        """The fewest words of a combination that suffice to be `inside`; the facts named last are left out first.

        Parameters
        ----------
        inside : array of bool, in the shape of the space, true at the cell
        cell : its place

        Examples
        --------
        >>> space = Space(["position", "lifetime"])
        >>> space.enough(space.having("lifetime", "below"), space.cell({"position": "low_low", "lifetime": "below"}))
        {'lifetime': 'below'}
        """
        inside = inside | ~self.possible
        place: list[int | slice] = list(cell)
        for axis in reversed(range(len(place))):
            wider = [*place[:axis], slice(None), *place[axis + 1 :]]
            if inside[tuple(wider)].all():
                place = wider
        return {
            name: list(FACTS[name].words)[at] for name, at in zip(self.names, place, strict=True) if isinstance(at, int)
        }

    def boxes(self, inside: np.ndarray, most: int) -> list[dict[str, list[str]]]:
        """The possible combinations `inside`, put together to at most so many conditions, each as wide as it can be.

        >>> space = Space(["lifetime", "downturn"])
        >>> space.boxes(space.having("lifetime", "below") | space.having("lifetime", "unclear"), 3)
        [{'lifetime': ['below', 'unclear']}]
        """
        left, found = np.array(inside & self.possible), []  # an array still where no fact is named
        room = inside | ~self.possible
        while left.any() and len(found) < most:
            first = tuple(int(at) for at in np.unravel_index(int(left.argmax()), left.shape))
            words = {name: [word] for name, word in self.enough(inside, first).items()}
            for name in words:
                for word in FACTS[name].words:
                    wider = {**words, name: [*words[name], word]}
                    if word not in words[name] and room[self._within(wider)].all():
                        words = wider
            found.append({name: [word for word in FACTS[name].words if word in words[name]] for name in words})
            left[self._within(words)] = False
        return found

    def _within(self, words: Mapping[str, list[str]]) -> tuple[np.ndarray, ...]:
        """The index of all combinations in which each of these facts has one of its words."""
        known = [list(FACTS[name].words) for name in self.names]
        chosen = [words.get(name, every) for name, every in zip(self.names, known, strict=True)]
        return np.ix_(*([every.index(word) for word in own] for own, every in zip(chosen, known, strict=True)))

    def _axes(self, names: Iterable[str]) -> tuple[int, ...]:
        """The shape of an array over these facts only, within this space."""
        there = set(names)
        return tuple(size if name in there else 1 for name, size in zip(self.names, self.shape, strict=True))


@cache
def _linked() -> np.ndarray:
    """Which combinations of the linked facts a group can have; read only, and made once, for it takes a moment."""
    linked = Space(LINKED)
    frame = linked.frame()
    right = future_of(frame) == frame[FUTURE]
    right &= (frame[DOWNTURN] != "yes") | frame["profitable"].isin([FAIL, NOT_TESTED])
    whole = right.to_numpy().reshape(linked.shape)
    whole.setflags(write=False)
    return whole


def settled(facts: pd.DataFrame) -> pd.DataFrame:
    """Facts put in agreement: a downturn fails the test of profit where it was made, and the tests make the future.

    Parameters
    ----------
    facts : DataFrame, one row per group or draw of one, with downturn and the five tests
        Where facts are drawn or changed one at a time, what follows from them is made anew here.

    Examples
    --------
    >>> facts = pd.DataFrame({"downturn": ["yes"], **{test: ["pass"] for test in TESTS}})
    >>> settled(facts)[["profitable", "future"]].values.tolist()
    [['fail', 'fails']]
    """
    falls = (facts[DOWNTURN] == "yes") & (facts["profitable"] != NOT_TESTED)
    changed = facts.assign(profitable=facts["profitable"].mask(falls, FAIL))
    return changed.assign(**{FUTURE: future_of(changed)})


def in_words(words: Mapping[str, str | Sequence[str]]) -> str:
    """A combination as a rule would write it; where one word alone is left out, that one is named.

    >>> in_words({"position": "low_low", "lifetime": ["above", "below"], "downturn": ["yes", "no"]})
    'position == "low_low" and lifetime in ["above", "below"] and downturn != "unknown"'
    """
    parts = []
    for name, said in words.items():
        own = [said] if isinstance(said, str) else list(said)
        out = [word for word in FACTS[name].words if word not in own]
        if len(own) == 1:
            parts.append(f'{name} == "{own[0]}"')
        elif len(out) == 1:
            parts.append(f'{name} != "{out[0]}"')
        else:
            listed = ", ".join(f'"{word}"' for word in own)
            parts.append(f"{name} in [{listed}]")
    return " and ".join(parts)
