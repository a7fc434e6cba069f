"""Checks of counts: whether two numbers of things are one, and whether something that should not be is there."""

from __future__ import annotations

from helpers.client.result_model import Check


def same_count(name: str, sentence: str, found: float, expected: float) -> Check:
    """Whether two counts are equal; the check fails where they are not.

    Examples
    --------
    >>> same_count("04.people", "Each customer stands once.", 3, 3).verdict
    'pass'
    >>> same_count("04.people", "Each customer stands once.", 3, 4).verdict
    'fail'
    """
    verdict = "pass" if found == expected else "fail"
    return Check(id=name, sentence=sentence, found=int(found), expected=int(expected), verdict=verdict)


def none_found(name: str, sentence: str, found: float) -> Check:
    """Whether there is none of what people should look at; the check is flagged where there is one.

    Examples
    --------
    >>> none_found("05.conflicts", "No wallet is below our own revenue.", 2).verdict
    'flag'
    """
    return Check(id=name, sentence=sentence, found=int(found), expected=0, verdict="flag" if found else "pass")
