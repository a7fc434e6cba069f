"""Remarks worth reading twice: those in which customers speak of their own work, and not only of us.

A customer secret is something about the customers' own business that no rival knows and that an offer can be built on.
No program can tell that. It can put the few remarks that may hold one before the many that praise or complain.
"""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from helpers.method.survey_answers import Answers

# who speaks of the own business says we or I; English only, and said so
OWN_WORDS = frozenset(["i", "we", "me", "us", "my", "our", "ours", "mine", "myself", "ourselves", "here"])
LEAST_WORDS = 7  # of a sentence: shorter ones judge, and tell nothing
LONG_WORD = 4  # letters; shorter words say nothing of a trade
SELDOM = 0.02  # of the remarks, and two at least: a word in more of them is what everybody says
OWN_POINTS = 3
LEAST_POINTS = 4
MOST = 40  # remarks to read
PRIVATE = (
    (re.compile(r"\S+@\S+\.\w+"), "[address]"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\+?\d(?:[\d\s()/.-]{4,})\d"), "[number]"),
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_WORD = re.compile(r"[^\W\d_]+")


def secret_candidates(answers: Answers, most: int = MOST) -> pd.DataFrame:
    """The remarks that are most likely to hold a secret, the likeliest first.

    Parameters
    ----------
    answers : Answers
        With the column verbatim.
    most : int
        So many remarks; equal ones at the end all stand or all fall.

    Returns
    -------
    DataFrame, one row per remark
        place        int         1 = read first; equal ones share a place
        points       int         of its best sentence: one for each word of four letters or more that hardly anybody
                                 else used, three where somebody speaks of "we" or "I"; four at least
        group_id     str         missing where unknown
        customer_id  str         missing where unknown
        answered_on  datetime64  missing where unknown
        remark       str         with addresses, links and long numbers taken out

    Notes
    -----
    Equal remarks of several people count each. The words are English; in another language only seldom words count, and
    the list is poorer. On Harbour's invented remarks, which repeat themselves more than real ones do, the list of
    some 27 holds all 24 or so that were planted (tests/method/test_harbour_loyalty.py).

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c2"],
    ...     "verbatim": ["Good.", "Before each lift one of my people repacks your boxes by boat."]})
    >>> told = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> secret_candidates(told)[["place", "points", "customer_id"]].values.tolist()
    [[1, 11, 'c2']]
    """
    rows = answers.table.loc[answers.table["verbatim"].notna(), ["group_id", "customer_id", "date", "verbatim"]]
    used = Counter(word for remark in rows["verbatim"] for word in set(_words(remark)))
    often = max(2.0, SELDOM * len(rows))
    points = [max(_points(one, used, often) for one in _SENTENCE.split(remark)) for remark in rows["verbatim"]]
    rows = rows.assign(points=pd.Series(points, index=rows.index, dtype="int64"))
    rows = rows[rows["points"] >= LEAST_POINTS]
    rows["place"] = rows["points"].rank(ascending=False, method="min").astype("int64")
    rows = rows[rows["points"].rank(ascending=False, method="max") <= most]
    rows["remark"] = rows["verbatim"].map(without_private).astype("str")
    rows = rows.rename(columns={"date": "answered_on"}).sort_values(["place", "remark", "customer_id", "answered_on"])
    columns = ["place", "points", "group_id", "customer_id", "answered_on", "remark"]
    return rows[columns].reset_index(drop=True)


def without_private(remark: str) -> str:
    """A remark without mail addresses, links and numbers of six digits or more, such as telephones and accounts.

    >>> without_private("Call 0170 55 23 99 or a.b@c.example, see www.x.example; 20 minutes")
    'Call [number] or [address], see [link] 20 minutes'
    """
    for pattern, words in PRIVATE:
        remark = pattern.sub(words, remark)
    return remark


def _points(sentence: str, used: Counter, often: float) -> int:
    words = _words(sentence)
    if len(words) < LEAST_WORDS:
        return 0
    seldom = {word for word in words if len(word) >= LONG_WORD and used[word] <= often}
    return len(seldom) + OWN_POINTS * bool(OWN_WORDS.intersection(words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
