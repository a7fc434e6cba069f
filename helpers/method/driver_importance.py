"""What matters to customers? The part of what they conclude of us that each thing they rate explains.

Asked directly, people name price. What moves them shows in which ratings go together with whether they would recommend
us. The parts are shared out by LMG (`explained_variance`), since ratings by one person all go together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.method.driver_outcomes import (
    CONSTANT,
    LEAST,
    NO_OUTCOME,
    RECOMMEND,
    SATISFACTION,
    SHARE,
    Fit,
    advantage_fit,
    coefficients,
    opinion_fit,
    outcomes_table,
    relative,
    share_fit,
)
from helpers.method.explained_variance import lmg
from helpers.method.group_parts import ALL, part_names
from helpers.method.survey_answers import STATED, Answers

DRAWS = 500
# With more drivers the draws count some orders and not all of them: a range needs no more than that, and all orders of
# twenty drivers, 500 times for each group, would take an hour. What is stated itself rests on all orders.
RANGE_EXACT_TO, RANGE_ORDERS = 14, 200
LENT = 50  # responses of all customers that a group borrows
SURE = (0.2, 0.8)  # between, it is undecided whether a driver matters more than the average one
FLAT = 0.6  # mean correlation of ratings above which the parts are drawn towards each other
DIGITS = 9
NO_SURVEY = "no_survey"
YES, NO, UNDECIDED = "yes", "no", "undecided"
_TEXTS = ("group_id", "group_name", "driver", "label", "important")
_NUMBERS = (
    *("importance", "importance_low", "importance_high", "p_important", "borrowed_part", "stated_importance"),
    *("stated_rank", "derived_rank", "r2", "importance_of_satisfaction", "importance_of_share"),
    "importance_of_advantage",
)
_COLUMNS = (
    *("group_id", "group_name", "driver", "label", "customers", "responses"),
    *("importance", "importance_low", "importance_high", "p_important", "important", "sign", "suppressor"),
    *("borrowed_part", "stated_importance", "stated_rank", "derived_rank", "r2"),
    *("importance_of_satisfaction", "importance_of_share", "importance_of_advantage"),
)


@dataclass(frozen=True)
class Importance:
    """What `driver_importance` found.

    Attributes
    ----------
    table : DataFrame, one row per group and driver, all customers first: the published driver_importance
    outcomes : DataFrame, one row per outcome: the published driver_outcomes
    outcome : str
        recommend or satisfaction, whichever importance is read from; "" where nothing can be said.
    reason : str
        "" or why nothing can be said: no_survey, no_outcome, too_few, constant, one_driver, unrelated.
    drivers : list of str
        Those that are compared, in the order of the survey.
    left_out : dict of str to str
        Other drivers, and why: too_few ratings, or constant ones.
    draws : dict of group_id to array (draws, drivers)
        Importance as other respondents of the group could have made it; for a group that has too few of its own,
        those of all customers.
    mean_correlation : float
        Of two ratings by one respondent; missing where nothing can be said.
    """

    table: pd.DataFrame
    outcomes: pd.DataFrame
    outcome: str = ""
    reason: str = ""
    drivers: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    draws: dict[str, np.ndarray] = field(default_factory=dict)
    mean_correlation: float = np.nan

    @property
    def flat(self) -> bool:
        """Whether ratings go together so much that the parts are drawn towards each other."""
        return bool(self.mean_correlation > FLAT)


def driver_importance(
    answers: Answers,
    groups: pd.DataFrame | None = None,
    *,
    share: pd.DataFrame | None = None,
    draws: int = DRAWS,
) -> Importance:
    """How important each driver is, to all customers and to those of each group.

    Parameters
    ----------
    answers : Answers
        From `survey_answers`, weighted or not; responses that rate everything alike are left out.
    groups : DataFrame or None
        customer_groups, for the names to read.
    share : DataFrame or None
        customer_share of step 05: customer_id and customer_share. Then it is told too whether what people say goes
        together with what they give us.
    draws : int
        Samples of the cluster bootstrap.

    Returns
    -------
    Importance
        The outcome is recommend where ratings explain it, else satisfaction. `table` has for each driver
        importance    part of what is explained, 0 to 1, sums to 1
        importance_low, importance_high   90 % interval, from the group's own answers, drawn out to hold the point
        p_important   how often a sample gives it an equal part (1/p) or more; `important` is yes from .8 on, no up to
                      .2, undecided between
        sign, suppressor  of its coefficient with all drivers in; a suppressor's whole interval lies below zero: it
                      matters, but a better rating does not go with a better outcome
        borrowed_part 50 / (n + 50): how much of the point is that of all customers; 1 below 30 responses, and the
                      interval is then theirs too
        r2            of the outcome, in the group's own answers

    Notes
    -----
    A group's point leans on all customers, because a few dozen responses alone say little; its interval does not, for
    a borrowed interval would be too sure: on Harbour it holds the truth in 67 of 100 (12 seeds), the own one in 90 (40
    seeds, tests/method/test_harbour_importance.py). Intervals are percentiles of the draws. Where ratings go together
    by more than .6 importance flattens towards 1/p, so `importance_of_advantage` is made of ours less the competitor's
    rating as well.

    References
    ----------
    As `explained_variance.lmg`; Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapters 8 and 13.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> fast, cheap = np.tile([2, 8, 2, 8], 20), np.repeat([3, 7], 40)
    >>> survey = pd.DataFrame({"respondent_id": np.arange(80).astype("str"), "recommend": fast + (np.arange(80) % 3)})
    >>> survey = survey.assign(driver_fast=fast, driver_cheap=cheap)
    >>> found = driver_importance(survey_answers(survey, start="2026-01-01", end="2027-01-01"))
    >>> found.table[["driver", "importance", "important"]].round(2).values.tolist()
    [['fast', 1.0, 'yes'], ['cheap', 0.0, 'no']]
    """
    if answers.sincere.empty or not answers.names:
        # responses of which each rates all drivers alike tell nothing of one against another
        reason = CONSTANT if len(answers.table) and answers.names else NO_SURVEY
        return Importance(_typed([]), outcomes_table([], "", {}), reason=reason)
    opinions = [opinion_fit(answers, name, draws) for name in (RECOMMEND, SATISFACTION)]
    found = [fit for fit in (*opinions, share_fit(answers, share, draws)) if fit and fit.verdict != NO_OUTCOME]
    main = next((fit for fit in opinions if fit.stands), None)
    outcomes = outcomes_table(found, main.outcome if main else "", answers.labels)
    if main is None:
        asked = next((fit for fit in opinions if fit.verdict != NO_OUTCOME), None)
        reason, left_out = (asked.verdict, asked.left_out) if asked else (NO_OUTCOME, {})
        return Importance(_typed([]), outcomes, reason=reason, left_out=left_out)
    rows, drawn = _rows(main, answers, groups)
    table = _typed(rows)
    beside = {fit.outcome: fit for fit in found if fit is not main and fit.stands}
    # with nobody's answers resampled, as only the point stands beside
    beside["advantage"] = advantage_fit(answers, main.outcome, main.drivers)
    for outcome, column in ((SATISFACTION, "satisfaction"), (SHARE, "share"), ("advantage", "advantage")):
        fit = beside.get(outcome)
        if fit is not None and fit.stands:
            parts = pd.Series(relative(lmg(fit.whole[0])), fit.drivers)
            whole = table["group_id"] == ALL
            table.loc[whole, f"importance_of_{column}"] = table["driver"].map(parts)[whole].round(DIGITS)
    known = {"drivers": main.drivers, "left_out": main.left_out, "draws": drawn}
    return Importance(table, outcomes, main.outcome, mean_correlation=main.mean_correlation, **known)


def _rows(fit: Fit, answers: Answers, groups: pd.DataFrame | None) -> tuple[list[dict], dict[str, np.ndarray]]:
    """The rows of all customers and of each group with a response, and the draws behind them."""
    labels, sincere = answers.labels, answers.sincere
    group = fit.rows["group_id"]
    whole = _shared_out(fit.whole)
    drawn, rows = {}, []
    for part, name in part_names(answers.table["group_id"].dropna(), groups).items():
        here = slice(None) if part == ALL else (group == part).to_numpy()
        responses, customers = len(fit.rows[here]), fit.rows.loc[here, "cluster"].nunique()
        lent, own = (0.0, whole) if part == ALL else (1.0, whole)
        if part != ALL and responses >= LEAST:
            alone = _shared_out(fit.moments.correlations(fit.counts, part))
            if alone is not None:
                lent, own = LENT / (responses + LENT), alone
        point = (1 - lent) * own.parts[0] + lent * whole.parts[0]
        low, high = np.nanpercentile(own.parts[1:], [5, 95], axis=0)
        said = sincere if part == ALL else sincere[sincere["group_id"] == part]
        stated = _stated(said, fit.drivers)
        drawn[part] = own.parts[1:]
        better = (own.parts[1:] >= 1 / len(fit.drivers)).mean(axis=0)
        ranks = pd.Series(-point.round(DIGITS)).rank()
        for place, driver in enumerate(fit.drivers):
            sure = YES if better[place] >= SURE[1] else NO if better[place] <= SURE[0] else UNDECIDED
            rows.append(
                {"group_id": part, "group_name": name, "driver": driver, "label": labels[driver]}
                | {"customers": customers, "responses": responses}
                | {"importance": point[place], "p_important": better[place]}
                | {"importance_low": min(low[place], point[place]), "importance_high": max(high[place], point[place])}
                | {"important": sure, "sign": int(np.sign(own.slopes[0, place].round(DIGITS)))}
                | {"suppressor": bool(np.percentile(own.slopes[1:, place], 95) < 0), "borrowed_part": lent}
                | {"stated_importance": stated["mean"][driver], "stated_rank": stated["rank"][driver]}
                | {"derived_rank": ranks[place], "r2": own.r2}
            )
    return rows, drawn


@dataclass(frozen=True)
class _SharedOut:
    parts: np.ndarray
    slopes: np.ndarray
    r2: float


def _shared_out(correlations: np.ndarray) -> _SharedOut | None:
    """LMG of each draw as parts of one, and the coefficients; None where the outcome hardly varies."""
    point, draws = correlations[:1], correlations[1:]
    parts = np.concatenate([lmg(point), lmg(draws, orders=RANGE_ORDERS, exact_to=RANGE_EXACT_TO)])
    shares = relative(parts)
    # a group in which all say the same has no importance of its own
    if np.isnan(shares[0]).any() or np.isnan(shares).any(axis=1).mean() > 1 - SURE[1]:
        return None
    return _SharedOut(shares[~np.isnan(shares).any(axis=1)], coefficients(correlations), float(parts[0].sum()))


def _stated(rows: pd.DataFrame, drivers: list[str]) -> pd.DataFrame:
    """The weighted mean of what people say is important, by driver, and its rank; missing where nobody was asked."""
    said = rows[[STATED + name for name in drivers]].to_numpy(float)
    weight = np.where(np.isnan(said), 0.0, rows["weight"].to_numpy(float)[:, None])
    total = weight.sum(axis=0)
    mean = np.divide(
        (np.nan_to_num(said) * weight).sum(axis=0), total, out=np.full(len(drivers), np.nan), where=total > 0
    )
    table = pd.DataFrame({"mean": mean.round(DIGITS)}, index=drivers)
    return table.assign(rank=table["mean"].rank(ascending=False))


def _typed(rows: list[dict]) -> pd.DataFrame:
    types = dict.fromkeys(_TEXTS, "str") | dict.fromkeys(_NUMBERS, "float64")
    types |= {"customers": "int64", "responses": "int64", "sign": "int64", "suppressor": "bool"}
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(types).round(dict.fromkeys(_NUMBERS, DIGITS))
