"""The words of step 09: the four intents, which go together, and the facts of a group with the words each can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from helpers.errors import nearest, quoted
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS, UNDECIDED

GROW, MAINTAIN, RE_ENGINEER, RETIRE = "grow", "maintain", "re_engineer", "retire"
INTENTS = MappingProxyType({GROW: "Grow", MAINTAIN: "Maintain", RE_ENGINEER: "Re-engineer", RETIRE: "Retire"})
PAIRS = ((GROW, RE_ENGINEER), (MAINTAIN, RE_ENGINEER), (RE_ENGINEER, RETIRE))  # the first is the primary one
TESTS = ("profitable", "direction", "commitment", "market", "right_to_win")  # of step 08
UNKNOWN = "unknown"
PASSES, FAILS = "passes", "fails"  # of all five tests together
DOWNTURN, FUTURE, RIGHT = "downturn", "future", "right_to_win"


@dataclass(frozen=True)
class Fact:
    """One thing known of a group: how people call it, and each word that it can have with what that says."""

    name: str
    title: str
    words: Mapping[str, str]

    @property
    def blank(self) -> str:
        """The word for not knowing."""
        return NOT_TESTED if NOT_TESTED in self.words else UNKNOWN


def _test(name: str, title: str, passed: str, failed: str) -> Fact:
    open_, blank = f"it is open whether {passed}", f"it was not tested whether {passed}"
    return Fact(name, title, MappingProxyType({PASS: passed, FAIL: failed, UNDECIDED: open_, NOT_TESTED: blank}))


def _fact(name: str, title: str, **words: str) -> Fact:
    return Fact(name, title, MappingProxyType(words))


FACTS = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            _fact(
                *("position", "Position in the exchange"),
                sweet_spot="both sides gain",
                we_over_give="they gain and we do not",
                they_under_get="we gain and they do not",
                low_low="neither side gains",
                undecided="it is open who gains",
                unknown="it is not known who gains",
            ),
            _fact(
                *("lifetime", "Lifetime value"),
                above="it will bring more than it costs",
                below="it will cost more than it brings",
                unclear="it is open whether it will bring more than it costs",
                unknown="its lifetime value is not known",
            ),
            _fact(
                *(DOWNTURN, "Downturn"),
                yes="its margin falls",
                no="its margin does not fall beyond chance",
                unknown="it is not known whether its margin falls",
            ),
            _fact(
                *("diagnosis", "Why it fails to earn"),
                wrong_customers="we are not behind on what matters to them and they cost more than they bring",
                weak_offer="we are behind on something that matters to them",
                price_driven="they buy on price",
                none_fits="it fails to earn for none of the usual reasons",
                none="it does not fail to earn",
                unknown="it is not known why it would fail to earn",
            ),
            _fact(
                *("share", "Customer share"),
                win_more="most of its business goes to others",
                build="a good part of its business is ours",
                deepen_and_defend="nearly all of its business is ours",
                undecided="our share of its business lies near a border",
                unknown="our share of its business is not known",
            ),
            _fact(
                *("headroom", "Winnable headroom"),
                large="there is much to win from it",
                small="there is little to win from it",
                unclear="it is open how much there is to win from it",
                unknown="it is not known how much there is to win from it",
            ),
            _test(
                *("profitable", "Profitable", "it earns its part of all costs"),
                "it does not earn its part of all costs, or its margin falls",
            ),
            _test("direction", "Same direction", "it goes our way", "it goes another way than we do"),
            _test(
                *("commitment", "Worth committing to", "what we would invest in it pays"),
                "what we would invest in it does not pay",
            ),
            _test(
                *("market", "Adoption-ready growth", "more of its market become ready to adopt"),
                "fewer of its market become ready to adopt",
            ),
            _test(
                *(RIGHT, "Right to win", "we are better at something that matters to it"),
                "we are better at nothing that matters to it",
            ),
            _fact(
                *(FUTURE, "Face of the future"),
                passes="it leads into the future",
                fails="it fails a test of the future",
                undecided="it is open whether it leads into the future",
                not_tested="it was not tested whether it leads into the future",
            ),
        )
    }
)


def future_of(tests: pd.DataFrame) -> pd.Series:
    """What the five tests of step 08 say together.

    Parameters
    ----------
    tests : DataFrame, one row per group: profitable, direction, commitment, market, right_to_win
        Each pass, fail, undecided or not_tested.

    Returns
    -------
    Series of str: "fails" where one fails; else "passes" where Profitable and Right to win pass; else "undecided", and
    "not_tested" where none was tested

    Examples
    --------
    >>> rows = [["pass"] * 5, ["pass"] * 4 + ["fail"], ["pass"] * 4 + ["undecided"], ["not_tested"] * 5]
    >>> future_of(pd.DataFrame(rows, columns=TESTS)).tolist()
    ['passes', 'fails', 'undecided', 'not_tested']
    """
    tests = tests[list(TESTS)]
    said = pd.Series(UNDECIDED, index=tests.index, dtype="object")
    said[(tests["profitable"] == PASS) & (tests[RIGHT] == PASS)] = PASSES
    said[(tests == NOT_TESTED).all(axis=1)] = NOT_TESTED
    said[(tests == FAIL).any(axis=1)] = FAILS
    return said


def intent_fault(chosen: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with a first and a second intent, and what to do; None where they can stand.

    Examples
    --------
    >>> intent_fault(["grow", "re_engineer"])
    >>> intent_fault(["re_engineer", "grow"])[0]
    're_engineer does not go with grow as the second.'
    >>> intent_fault(["growth"])
    ('"growth" is no intent.', 'Did you mean "grow"?')
    """
    if not chosen:
        return "there is no intent.", f"Write one of {', '.join(INTENTS)}."
    for intent in chosen:
        if intent not in INTENTS:
            return f"{quoted(intent)} is no intent.", nearest(str(intent), list(INTENTS))
    together = ", ".join(" with ".join(pair) for pair in PAIRS)
    if len(chosen) > 2:
        return f"{len(chosen)} intents are chosen.", "Choose one, or one and a second."
    if len(chosen) == 2 and tuple(chosen) not in PAIRS:
        return f"{chosen[0]} does not go with {chosen[1]} as the second.", f"Write one alone, or {together}."
    return None
