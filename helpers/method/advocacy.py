"""Advocacy: who says that they would recommend us, who did, and whether those who came through them bought.

Steps 02 and 04 both ask here. Words and deeds are kept apart: an intention is one measure, a referral that ended in a
purchase another, and an advocate needs the second.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.method.delivered import columns_of
from helpers.method.history import order_days

NPS_SCALE = (0, 10)
PROMOTER = 9
DIGITS = 9  # a mean is compared with the border of promoters, so the last bits of a float must not decide

BOUGHT, NOT_BOUGHT, OWN, SECOND, LATER = "bought", "not_bought", "own", "second", "later"
COUNTED = (BOUGHT, NOT_BOUGHT)


def recommendation(survey: pd.DataFrame | None, *, start: object, end: object) -> pd.DataFrame:
    """How likely each customer says it is to recommend us.

    Answers "would this customer speak for us?".

    Parameters
    ----------
    survey : DataFrame, one row per response, or None
        What there is of customer_id, date and recommend.
    start, end : date
        Responses with start <= date < end.

    Returns
    -------
    DataFrame, one row per customer with an answer, sorted by customer_id
        responses  int    answers to the question in the period; one without a value is none
        undated    int    of these, the ones without a date
        recommend  float  their mean, points on the survey's own scale

    Notes
    -----
    A response without a date counts in every period: many a survey is one wave and delivered without dates, and to
    leave it out would be to say that nobody answered. For a trend, drop those rows first. Several people of one
    customer count alike. Responses without a customer are nobody's here; an NPS of all can use them.

    References
    ----------
    Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003: the question, not the claim.

    Examples
    --------
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c1", "c2"], "recommend": [9.0, 6.0, None],
    ...     "date": pd.to_datetime(["2026-03-01", None, "2026-04-01"])})
    >>> recommendation(survey, start="2026-01-01", end="2027-01-01").values.tolist()
    [['c1', 2, 1, 7.5]]
    """
    rows = columns_of(survey, {"customer_id": "str", "date": "datetime64[us]", "recommend": float})
    rows["undated"] = rows["date"].isna()
    inside = rows["undated"] | ((rows["date"] >= pd.Timestamp(start)) & (rows["date"] < pd.Timestamp(end)))
    table = (
        rows[inside & rows["recommend"].notna()]
        .groupby("customer_id", as_index=False)
        .agg(responses=("recommend", "size"), undated=("undated", "sum"), recommend=("recommend", "mean"))
    )
    return table.astype({"undated": "int64"}).round({"recommend": DIGITS})


def is_nps_scale(values: pd.Series, stated: tuple[float, float] | None = None) -> bool:
    """Whether answers were given on the scale of 0 to 10 that a Net Promoter Score needs.

    Only whole numbers from 0 to 10, with a 10 among them. Without a 10 the scale may as well be one of 5, 7 or 9
    points. Ask of all answers of a survey at once: a small part of them may lack its 10.

    Parameters
    ----------
    values : Series of float
        Missing ones are left out.
    stated : (low, high), optional
        The scale that the client states. It decides, whatever was answered.

    Notes
    -----
    Unless the client states otherwise a scale of 1 to 10 passes, since an answer of 0 is rare on the longer one too.

    References
    ----------
    Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003.

    Examples
    --------
    >>> is_nps_scale(pd.Series([10, 7, None])), is_nps_scale(pd.Series([1, 5, 4])), is_nps_scale(pd.Series([7.5, 10]))
    (True, False, False)
    >>> is_nps_scale(pd.Series([10, 7]), stated=(1, 10)), is_nps_scale(pd.Series([5, 4]), stated=(0, 10))
    (False, True)
    """
    low, high = NPS_SCALE
    answers = pd.Series(values).dropna().astype(float)
    if stated is not None:
        return tuple(stated) == NPS_SCALE and len(answers) > 0
    return bool((answers == high).any() and answers.between(low, high).all() and (answers == np.rint(answers)).all())


def referral_states(referrals: pd.DataFrame | None, customer_days: pd.DataFrame, *, end: object) -> pd.DataFrame:
    """Every referral with its state: whether it counts, whether the customer who came bought, and if not, why.

    Answers "which referrals brought us a customer?". Nothing is dropped: rows in = rows out.

    Parameters
    ----------
    referrals : DataFrame, one row per referral, or None
        customer_id (who recommended us), referred_customer_id, date.
    customer_days : DataFrame, one row per customer and day with a line, over all history
        An order day is one with a line above zero.
    end : date
        What happened on it or after it is not known yet.

    Returns
    -------
    DataFrame, one row per referral, sorted by customer_id, referred_customer_id and date
        state      str  bought      counts: an order day on or after the day of the referral, before `end`
                        not_bought  counts: none so far
                        own         a customer who recommended us to itself
                        second      the referred customer had been recommended to us earlier, or here by the same one
                        later       on `end` or after it
        shared_by  int  customers who referred this one on the same first day, each of whom counts; 0 where the
                        referral does not count

    Notes
    -----
    Of several referrals of one customer the earliest counts. Two customers who name it on the same day are a tie, and
    ties are ties: both count, and whoever adds up the value of the referred divides it by `shared_by`. A referral
    of someone who had bought from us before counts if that customer buys again: how many would have come anyway is
    asked when referrals are valued.

    References
    ----------
    Kumar, Petersen and Leone, "How Valuable Is Word of Mouth?", Harvard Business Review, October 2007.

    Examples
    --------
    >>> referrals = pd.DataFrame({"customer_id": ["c1", "c2", "c2"], "referred_customer_id": ["c3", "c3", "c2"],
    ...     "date": pd.to_datetime(["2026-01-10", "2026-02-10", "2026-02-10"])})
    >>> days = pd.DataFrame({"customer_id": ["c3"], "date": pd.to_datetime(["2026-01-15"]), "positive_lines": [1]})
    >>> referral_states(referrals, days, end="2027-01-01")[["customer_id", "state", "shared_by"]].values.tolist()
    [['c1', 'bought', 1], ['c2', 'own', 0], ['c2', 'second', 0]]
    """
    keys = {"customer_id": "str", "referred_customer_id": "str", "date": "datetime64[us]"}
    rows = columns_of(referrals, keys).sort_values(list(keys), ignore_index=True)
    later, own = ~(rows["date"] < pd.Timestamp(end)), rows["customer_id"] == rows["referred_customer_id"]
    open_rows = rows[~later & ~own]
    first_day = open_rows.groupby("referred_customer_id")["date"].transform("min")
    again = open_rows.duplicated(["customer_id", "referred_customer_id"])
    counts = pd.Series(False, index=rows.index)
    counts[open_rows.index] = (open_rows["date"] == first_day) & ~again
    # on or after the day of the referral if any order day is, so the last one tells
    last = order_days(customer_days, as_of=end).groupby("customer_id")["date"].max()
    last = last.reindex(rows["referred_customer_id"])
    bought = rows["date"].to_numpy() <= last.to_numpy()
    states = [later, own, ~counts, bought]
    rows["state"] = pd.Series(np.select(states, [LATER, OWN, SECOND, BOUGHT], NOT_BOUGHT), dtype="str")
    rows["shared_by"] = counts.groupby(rows["referred_customer_id"]).transform("sum").where(counts, 0).astype("int64")
    return rows


def referrals_made(referrals: pd.DataFrame | None, customer_days: pd.DataFrame, *, end: object) -> pd.DataFrame:
    """How many customers each customer brought us, and how many of them bought.

    Answers "who speaks for us, and is heard?". All of the history counts, since those who came stay.

    Parameters
    ----------
    referrals, customer_days, end
        As in `referral_states`, which also lists what is left out here and why.

    Returns
    -------
    DataFrame, one row per customer with a referral that counts, sorted by customer_id
        referrals         int  different customers referred
        buying_referrals  int  of these, the ones with an order day on or after the day of the referral

    References
    ----------
    Kumar, Petersen and Leone, "How Valuable Is Word of Mouth?", Harvard Business Review, October 2007.

    Examples
    --------
    >>> referrals = pd.DataFrame({"customer_id": ["c1", "c1"], "referred_customer_id": ["c2", "c3"],
    ...     "date": pd.to_datetime(["2026-01-10", "2026-02-10"])})
    >>> days = pd.DataFrame({"customer_id": ["c2"], "date": pd.to_datetime(["2026-01-10"]), "positive_lines": [1]})
    >>> referrals_made(referrals, days, end="2027-01-01").values.tolist()
    [['c1', 2, 1]]
    """
    states = referral_states(referrals, customer_days, end=end)
    counted = states[states["state"].isin(COUNTED)]
    bought = (counted["state"] == BOUGHT).astype("int64")
    return (
        counted.assign(bought=bought)
        .groupby("customer_id", as_index=False)
        .agg(referrals=("bought", "size"), buying_referrals=("bought", "sum"))
    )


def advocates(recommendation: pd.DataFrame | None, referrals: pd.DataFrame | None, *, nps_scale: bool) -> pd.DataFrame:
    """Who speaks for us and is heard: a promoter with a buying referral, or anyone with two.

    Parameters
    ----------
    recommendation : DataFrame, one row per customer with an answer, from `recommendation`, or None without a survey
    referrals : DataFrame, one row per customer with a referral, from `referrals_made`, or None where no referrals were
        delivered; a customer who is not in a delivered one has none.
    nps_scale : bool
        Whether the answers were given on 0 to 10, from `is_nps_scale`; on another scale nobody is known as a promoter.

    Returns
    -------
    DataFrame, one row per customer in either table, sorted by customer_id
        promoter          boolean  mean answer of 9 or more, on the NPS scale; missing without an answer on it
        buying_referrals  Int64    missing where no referrals were delivered
        advocate          boolean  missing where what is not known would decide

    References
    ----------
    Reichheld, Harvard Business Review, December 2003; Kumar, Petersen and Leone, Harvard Business Review, October 2007.

    Examples
    --------
    >>> said = pd.DataFrame({"customer_id": ["c1", "c2"], "recommend": [9.0, 8.0]})
    >>> made = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "buying_referrals": [1, 1, 2]})
    >>> advocates(said, made, nps_scale=True)[["customer_id", "advocate"]].values.tolist()
    [['c1', True], ['c2', False], ['c3', True]]
    """
    said = columns_of(recommendation, {"customer_id": "str", "recommend": float})
    made = columns_of(referrals, {"customer_id": "str", "buying_referrals": "Int64"})
    table = said.merge(made, on="customer_id", how="outer", validate="one_to_one").sort_values("customer_id")
    answered = table["recommend"].notna() & nps_scale
    promoter = (table["recommend"] >= PROMOTER).astype("boolean").where(answered)
    bought = table["buying_referrals"] if referrals is None else table["buying_referrals"].fillna(0)
    # three-valued: unknown | True is True, unknown & False is False, and all else that is unknown stays so
    advocate = (promoter & (bought >= 1)) | (bought >= 2)
    found = {"customer_id": table["customer_id"], "promoter": promoter, "buying_referrals": bought}
    return pd.DataFrame(found | {"advocate": advocate}).reset_index(drop=True)
