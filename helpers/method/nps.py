"""The Net Promoter Score by customer group, with the interval that so few answers allow, or the part in the top box."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.advocacy import PROMOTER, is_nps_scale
from helpers.method.delivered import columns_of
from helpers.method.group_members import group_order
from helpers.method.intervals import LEVEL

DETRACTOR = 6  # this and below
LEAST_ANSWERS = 30  # below, there is no score: its interval would span half of the scale
NPS, TOP_BOX = "nps", "top_box"
# Answers that nobody gave: a quarter of three to either end, half to the middle.
_ADDED_ENDS, _ADDED_MIDDLE = 0.75, 1.5
DIGITS = 9
LONG_AGO = pd.Timestamp("1900-01-01").as_unit("us")  # an answer without a date is older than one with
_COUNTS = ("n", "earlier_answers", "promoters", "passives", "detractors")
_SCORES = ("nps", "nps_low", "nps_high", "top_box", "top_box_low", "top_box_high")


@dataclass(frozen=True)
class Score:
    """A score with its interval. `variance` is that of one answer, counted as 1, 0 or -1 (or as 1 and 0)."""

    score: float
    low: float
    high: float
    variance: float


def net_promoter(promoters: int, passives: int, detractors: int, level: float = LEVEL) -> Score:
    """The Net Promoter Score, -1 to 1, with its adjusted Wald interval.

    Answers "how many more speak for us than against us, and how sure is that with so few answers?".

    Parameters
    ----------
    promoters, passives, detractors : int
        Answers of 9 and 10, of 7 and 8, of 0 to 6.
    level : float
        Part of such intervals that should hold the true score.

    Returns
    -------
    Score
        In parts of one; tables and people say it in points, a hundred times that.

    Raises
    ------
    StepInputError
        If a count is below zero or there is no answer, or the level is not between 0 and 1.

    Notes
    -----
    Three answers that nobody gave are added before the interval is made, 3/4 at either end and 3/2 in the middle. So
    ten promoters among ten do not give a score that is beyond doubt. The score itself is that of the answers, and may
    lie off the middle of its interval. Checked by adding up all possible samples over a grid of truths, none of them
    above 95 % of one mind (tests/method/test_nps.py): a 90 % interval from 10, 20, 30 and 60 answers holds the true
    score in 90 % of samples in the mean over that grid, the plain one in 82, 86, 87 and 89 %. Where nearly all are of
    one mind, both hold it less often: with 10 answers in 74 % at the least, the plain one in 39 %.

    References
    ----------
    Reichheld, Harvard Business Review, December 2003 (the score); Rocks, "Interval Estimation for the Net Promoter
    Score", The American Statistician 70 (2016) (the interval).

    Examples
    --------
    >>> found = net_promoter(3, 2, 1)
    >>> round(found.score, 4), round(found.variance, 4), round(found.low, 3), round(found.high, 3)
    (0.3333, 0.5556, -0.189, 0.633)
    """
    counts = np.array([promoters, passives, detractors], dtype=float)
    _refuse_counts(counts, level)
    score, variance = _mean_and_variance(counts)
    middle, spread = _mean_and_variance(counts + [_ADDED_ENDS, _ADDED_MIDDLE, _ADDED_ENDS])
    reach = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(spread / (counts.sum() + 3))
    return Score(score, float(max(middle - reach, -1.0)), float(min(middle + reach, 1.0)), variance)


def top_box(top: int, answers: int, level: float = LEVEL) -> Score:
    """The part of the answers that are the best possible one, with its adjusted Wald interval.

    Stands in for the NPS where answers were given on another scale than 0 to 10.

    Parameters
    ----------
    top, answers : int
        Answers at the top of the scale, and all answers.

    Raises
    ------
    StepInputError
        As `net_promoter`.

    References
    ----------
    Agresti and Coull, "Approximate Is Better than Exact", The American Statistician 52 (1998).

    Examples
    --------
    >>> found = top_box(5, 10)
    >>> round(found.score, 3), round(found.low, 3), round(found.high, 3)
    (0.5, 0.269, 0.731)
    """
    counts = np.array([top, answers - top], dtype=float)
    _refuse_counts(counts, level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    part, total = top / answers, answers + z**2
    middle = (top + z**2 / 2) / total
    reach = z * np.sqrt(middle * (1 - middle) / total)
    return Score(part, float(max(middle - reach, 0.0)), float(min(middle + reach, 1.0)), part * (1 - part))


def latest_answers(survey: pd.DataFrame | None, *, start: object, end: object) -> pd.DataFrame:
    """One answer of each respondent: the latest of the period.

    Parameters
    ----------
    survey : DataFrame, one row per response, or None
        What there is of customer_id, respondent_id, date and recommend.
    start, end : date
        Responses with start <= date < end, and those without a date, as in `advocacy.recommendation`.

    Returns
    -------
    DataFrame, one row per answer that counts, sorted by customer_id, date and recommend
        customer_id  str    missing where it was not recorded; such an answer counts for all, and for no group
        date         datetime64
        recommend    float
        earlier      int    answers that the same respondent gave before this one

    Notes
    -----
    A respondent is a respondent_id, without one the customer, without both the response itself. So a person who is
    asked every quarter counts once, and answers can be held to be independent. Answers of one respondent on one day
    are a tie and all count; one without a date is older than one with.

    Examples
    --------
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c1", None], "recommend": [6.0, 9.0, 10.0],
    ...     "date": pd.to_datetime(["2026-03-01", "2026-09-01", "2026-03-01"])})
    >>> latest_answers(survey, start="2026-01-01", end="2027-01-01")[["recommend", "earlier"]].values.tolist()
    [[9.0, 1.0], [10.0, 0.0]]
    """
    kinds = {"customer_id": "str", "respondent_id": "str", "date": "datetime64[us]", "recommend": float}
    rows = columns_of(survey, kinds)
    inside = rows["date"].isna() | ((rows["date"] >= pd.Timestamp(start)) & (rows["date"] < pd.Timestamp(end)))
    rows = rows[inside & rows["recommend"].notna()].reset_index(drop=True)
    own_row = pd.Series(rows.index.astype("str"), index=rows.index, dtype="str")
    person, customer = (rows[name].where(rows[name].fillna("") != "") for name in ("respondent_id", "customer_id"))
    who = ("person " + person).fillna("customer " + customer).fillna("row " + own_row)
    day = rows["date"].fillna(LONG_AGO)
    latest = day == day.groupby(who).transform("max")
    rows["earlier"] = (~latest).groupby(who).transform("sum").astype("int64")
    rows["customer_id"] = customer
    order = ["customer_id", "date", "recommend"]
    return rows.loc[latest, [*order, "earlier"]].sort_values(order, ignore_index=True)


def nps_by_group(
    survey: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    *,
    start: object,
    end: object,
    level: float = LEVEL,
    least: int = LEAST_ANSWERS,
    scale: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """What the respondents of each customer group and of all customers say: the NPS, and the part in the top box.

    Parameters
    ----------
    survey : DataFrame, one row per response, or None
        As `latest_answers`.
    groups : DataFrame, one row per customer, or None
        customer_id and group_id. A customer who is not in it counts for all only.
    start, end : date
        The period of the answers.
    level : float
        Of the intervals.
    least : int
        With fewer answers there is no NPS, only the counts.
    scale : (low, high), optional
        The scale of recommend that the client states; else the answers tell.

    Returns
    -------
    DataFrame, the row of all ("all") first, then one row per group in the order of `group_order`; no row at all where
    nobody answered the question
        group_id         str
        measure          str    nps; top_box where answers were given on another scale than 0 to 10: of all
                                answers of the period together, so it is the same in each row
        n                Int64  respondents, each with the latest answer
        earlier_answers  Int64  answers left out because the same respondent gave a later one
        promoters        Int64  answers of 9 and 10; on another scale its best answer, or where no scale is stated the
                                highest that anybody gave
        passives, detractors   Int64  answers of 7 and 8, of 0 to 6; missing on another scale
        nps, nps_low, nps_high    float  points, -100 to 100; missing on another scale and below `least` answers
        top_box, top_box_low, top_box_high  float  promoters / n; missing without an answer

    References
    ----------
    As `net_promoter` and `top_box`.

    Examples
    --------
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "recommend": [10.0, 8.0, 3.0]})
    >>> groups = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": ["g1", "g1"]})
    >>> found = nps_by_group(survey, groups, start="2026-01-01", end="2027-01-01", least=2)
    >>> found[["group_id", "n", "nps"]].values.tolist()
    [['all', 3, 0.0], ['g1', 2, 50.0]]
    """
    answers = latest_answers(survey, start=start, end=end)
    if answers.empty:
        return _typed([])
    measure = NPS if is_nps_scale(answers["recommend"], scale) else TOP_BOX
    best = PROMOTER if measure == NPS else scale[1] if scale else answers["recommend"].max()
    members = columns_of(groups, {"customer_id": "str", "group_id": "str"})
    of = answers.merge(members, on="customer_id", how="left", validate="many_to_one")["group_id"]
    parts = {"all": answers}
    parts |= {group: answers[(of == group).to_numpy()] for group in group_order(members["group_id"].dropna())}
    return _typed([{"group_id": group} | _row(part, measure, best, level, least) for group, part in parts.items()])


def _row(answers: pd.DataFrame, measure: str, best: float, level: float, least: int) -> dict:
    said, count = answers["recommend"], len(answers)
    promoters, detractors = int((said >= best).sum()), int((said <= DETRACTOR).sum())
    row = {"measure": measure, "n": count, "earlier_answers": int(answers["earlier"].sum()), "promoters": promoters}
    if measure == NPS:
        row |= {"passives": count - promoters - detractors, "detractors": detractors}
    if measure == NPS and count >= max(least, 1):
        found = net_promoter(promoters, row["passives"], detractors, level)
        row |= {"nps": 100 * found.score, "nps_low": 100 * found.low, "nps_high": 100 * found.high}
    if count:
        found = top_box(promoters, count, level)
        row |= {"top_box": found.score, "top_box_low": found.low, "top_box_high": found.high}
    return row


def _typed(rows: list[dict]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["group_id", "measure", *_COUNTS, *_SCORES])
    kinds = {"group_id": "str", "measure": "str"} | dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(_SCORES, float)
    return table.astype(kinds).round(dict.fromkeys(_SCORES, DIGITS))


def _mean_and_variance(counts: np.ndarray) -> tuple[float, float]:
    """Mean and variance of answers counted as 1, 0 and -1."""
    parts = counts / counts.sum()
    mean = parts[0] - parts[2]
    return float(mean), float(parts[0] + parts[2] - mean**2)


def _refuse_counts(counts: np.ndarray, level: float) -> None:
    if not (counts >= 0).all() or counts.sum() <= 0:
        shown = ", ".join(f"{count:g}" for count in counts)
        raise StepInputError(f"A score needs answers: expected counts of zero or more and one answer, found {shown}.")
    if not 0 < level < 1:
        raise StepInputError(f"Expected a level between 0 and 1, found {level:g}.")
