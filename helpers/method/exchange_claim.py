"""The claim put to the test: are customers with whom both sides gain kept, do they buy again, do they send others?

Both sides are looked at as they were when the customer answered, and what it did is looked at afterwards. Lifetime
value of today would not do: it is high because a customer stayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.advocacy import BOUGHT, referral_states
from helpers.method.history import days_of_customers
from helpers.method.money import UNITS
from helpers.method.wilson import difference_interval

OUTCOMES = {"retained": "Still bought", "bought_again": "Bought again soon", "referred": "Sent a customer"}
ALL_OTHERS, LIKE = "all_others", "like_for_like"
COMPARISONS = {ALL_OTHERS: "all others", LIKE: "others who were worth as much to us"}
SHOWN, CONTRARY, NOT_SHOWN, TOO_FEW = "shown", "contrary", "not_shown", "too_few"
FOLLOWED = (12, 6)  # months after an answer, the longer where enough answered that early
LEAST_FOLLOWED = 30  # customers who answered early enough
LEAST_SIDE = 10  # customers on either side of a comparison
BEFORE = 12  # months of purchases that say what a customer was worth when it answered
LEVEL = 0.90  # of all intervals of a comparison together


@dataclass(frozen=True)
class Followed:
    """Customers who answered early enough to be watched afterwards.

    customers : DataFrame, one row per customer
        customer_id, date (of the answer), left (money of the year before), gained, paid and sweet (bool; the last two
        missing where no margin is known), and afterwards retained, bought_again and referred (bool; the last missing
        where no referrals were delivered)
    months : int, how long each was watched; 0 where too few answered early enough
    """

    customers: pd.DataFrame
    months: int


def followed(
    gains: pd.DataFrame,
    customer_days: pd.DataFrame,
    customer_value: pd.DataFrame | None,
    referrals: pd.DataFrame | None,
    *,
    hurdle_a_year: float,
    as_of: object,
) -> Followed:
    """What customers did after they answered, and where both sides stood when they did.

    Parameters
    ----------
    gains : DataFrame, one row per response, from `gains_of_responses`
    customer_days : DataFrame, one row per customer and day
    customer_value : DataFrame or None, as step 04 publishes it
        customer_id and margin_rate, what a unit of the customer's revenue leaves.
    referrals : DataFrame or None, as delivered
    hurdle_a_year : float
        The hurdle's part of one year.
    as_of : date

    Returns
    -------
    Followed

    Notes
    -----
    Of each customer the latest answer counts that lies the whole time before as_of. It **gained** if that answer puts
    us above the alternative. It **paid** if its purchases of the twelve months before left more than the hurdle's part
    of a year, at the margin rate of the window: the rate is that of later days too, the purchases are not. Afterwards
    it is `retained` if it ordered in the second half of the time, `bought_again` if it ordered within its first
    quarter, and has `referred` if it sent somebody within the time who ever bought. Answers without a date or a
    customer cannot be followed.

    Examples
    --------
    >>> gains = pd.DataFrame({"customer_id": ["c1"], "date": pd.to_datetime(["2025-01-01"]),
    ...     "gains": [1.0]})
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(["2024-06-01", "2025-09-01"]),
    ...     "positive_lines": 1, "revenue": [100.0, 10.0]})
    >>> value = pd.DataFrame({"customer_id": ["c1"], "margin_rate": [0.5]})
    >>> found = followed(gains, days, value, None, hurdle_a_year=49.0, as_of="2026-06-01")
    >>> found.months, len(found.customers)
    (0, 0)
    """
    rows = gains[gains["gains"].notna() & gains["customer_id"].notna() & gains["date"].notna()]
    rates = pd.Series(dtype=float) if customer_value is None else customer_value.set_index("customer_id")["margin_rate"]
    for months in FOLLOWED:
        early = rows[rows["date"] <= pd.Timestamp(as_of) - pd.DateOffset(months=months)]
        if early["customer_id"].nunique() >= LEAST_FOLLOWED and rates.notna().any():
            table = _one_answer_each(early)
            days = days_of_customers(customer_days, as_of=as_of)
            sent = None if referrals is None else referral_states(referrals, customer_days, end=as_of)
            sent = sent if sent is None else sent[sent["state"] == BOUGHT]
            return Followed(_watched(table, days, rates, sent, months, hurdle_a_year), months)
    return Followed(_watched_none(), 0)


def exchange_claim(watched: Followed, *, level: float = LEVEL) -> pd.DataFrame:
    """How customers with whom both sides gained went on, against others.

    Parameters
    ----------
    watched : Followed
    level : float
        With which all intervals of one comparison hold together.

    Returns
    -------
    DataFrame, one row per outcome and comparison: the columns of the published exchange_claim
        Among like customers the rates are means over the thirds, each counting by how much it can say of the
        difference (Mantel and Haenszel); one with a single side says nothing. The verdict is `shown` where the
        whole interval of the difference is above zero, `contrary` where it is below, `too_few` under ten customers on
        either side, else `not_shown`. No row where nobody was watched.

    Notes
    -----
    Three outcomes are asked for, and with so many questions one would come out by chance more often. So each interval
    is made wide enough that all of a comparison hold in `level` of like samples together (Bonferroni).

    Customers on the sweet spot bought more before, and who bought more buys again more often, whatever either side
    gains. The comparison that speaks for the exchange is therefore that of like customers: who paid too, in thirds of
    what they left us in the year before. Groups of today would not do: some are formed of those who stopped buying.
    In 40 Harbours, where customers stay by their kind whatever they gain, 24 % of the outcomes look shown against all
    others, and 1 % like for like.

    References
    ----------
    Mantel and Haenszel, "Statistical Aspects of the Analysis of Data from Retrospective Studies of Disease", Journal of
    the National Cancer Institute 22 (1959); Yan and Su, "Stratified Wilson and Newcombe Confidence Intervals for
    Multiple Binomial Proportions", Statistics in Biopharmaceutical Research 2 (2010), whose idea the interval follows.

    Examples
    --------
    >>> people = pd.DataFrame({"left": range(40), "gained": [True, False] * 20, "paid": True})
    >>> people = people.assign(sweet=people["gained"], retained=people["gained"], bought_again=True, referred=None)
    >>> found = exchange_claim(Followed(people, 12))
    >>> found[["outcome", "comparison", "difference", "verdict"]].values.tolist()[:2]
    [['retained', 'all_others', 1.0, 'shown'], ['retained', 'like_for_like', 1.0, 'shown']]
    """
    people = watched.customers
    asked = [name for name in OUTCOMES if len(people) and people[name].notna().any()]
    each = 1 - (1 - level) / max(len(asked), 1)
    rows = []
    for outcome in asked:
        # whoever rated us and is in no list of ours may never have been a customer
        done = people[people[outcome].notna() & people["sweet"].notna() & people["paid"].notna()]
        sweet, happened = (done[name].to_numpy(dtype=bool) for name in ("sweet", outcome))
        like, third = done["paid"].to_numpy(dtype=bool), _third(done)
        for comparison in COMPARISONS:
            inside = np.ones(len(done), bool) if comparison == ALL_OTHERS else like
            classes = third[inside] if comparison == LIKE else np.zeros(len(done))
            names = {"outcome": outcome, "outcome_name": OUTCOMES[outcome], "comparison": comparison}
            names |= {"comparison_name": COMPARISONS[comparison], "months": watched.months}
            rows.append(names | _compared(sweet[inside], happened[inside], classes, each))
    columns = [
        *("outcome", "outcome_name", "comparison", "comparison_name", "months", "customers", "sweet_customers"),
        *("sweet_rate", "other_customers", "other_rate", "difference", "difference_low", "difference_high", "verdict"),
    ]
    texts = dict.fromkeys(("outcome", "outcome_name", "comparison", "comparison_name", "verdict"), "str")
    counts = dict.fromkeys(("months", "customers", "sweet_customers", "other_customers"), "Int64")
    rates = ("sweet_rate", "other_rate", "difference", "difference_low", "difference_high")
    table = pd.DataFrame(rows, columns=columns).astype(texts | counts | dict.fromkeys(rates, float))
    return table.round(dict.fromkeys(rates, 9))


def _one_answer_each(early: pd.DataFrame) -> pd.DataFrame:
    """The latest early answer of each customer; of several on one day the mean, which must be above the middle."""
    latest = early[early["date"] == early.groupby("customer_id")["date"].transform("max")]
    found = latest.groupby("customer_id").agg({"date": "first", "gains": "mean"}).reset_index()
    return found.assign(gained=found.pop("gains") > 0.5)


def _watched(
    table: pd.DataFrame,
    days: pd.DataFrame,
    margin_rates: pd.Series,
    sent: pd.DataFrame | None,
    months: int,
    hurdle_a_year: float,
) -> pd.DataFrame:
    """The customers with what each left before its answer and did after it."""
    answered, ids = table[["customer_id", "date"]].rename(columns={"date": "answered"}), table["customer_id"]
    days = days.merge(answered, on="customer_id")

    def between(first: int, last: int) -> pd.Series:
        """Days from so many months after the answer to before so many; that of the answer itself is before it."""
        ends = (days["answered"] + pd.DateOffset(months=month) for month in (first, last))
        return (days["date"] > next(ends)) & (days["date"] <= next(ends))

    def ordered(first: int, last: int) -> pd.Series:
        return ids.isin(days.loc[between(first, last) & days["ordered"], "customer_id"])

    spent = days[between(-BEFORE, 0)].groupby("customer_id")["money"].sum() / UNITS
    left = (ids.map(spent).fillna(0.0) * ids.map(margin_rates).astype(float)).round(4)
    table = table.assign(left=left, paid=(left > hurdle_a_year).astype("boolean").where(left.notna()))
    table["sweet"] = table["paid"] & table["gained"]
    table["retained"], table["bought_again"] = ordered(months // 2, months), ordered(0, months // 4)
    table["referred"] = pd.Series(pd.NA, table.index, "boolean")
    if sent is not None:
        sent = sent.merge(answered, on="customer_id")
        within = (sent["date"] > sent["answered"]) & (sent["date"] < sent["answered"] + pd.DateOffset(months=months))
        table["referred"] = ids.isin(sent.loc[within, "customer_id"]).astype("boolean")
    return table.astype({"retained": "boolean", "bought_again": "boolean"})


def _watched_none() -> pd.DataFrame:
    flags = ["gained", "paid", "sweet", *OUTCOMES]
    kinds = {"customer_id": "str", "date": "datetime64[us]", "left": float} | dict.fromkeys(flags, "boolean")
    return pd.DataFrame(columns=list(kinds)).astype(kinds)


def _third(people: pd.DataFrame) -> np.ndarray:
    """In which third of those who paid a customer stands, by what it left us before; equal ones in one."""
    place = people["left"].where(people["paid"].astype("boolean").fillna(False)).rank(pct=True)
    return np.ceil(place.fillna(0.0) * 3 - 1e-9).to_numpy()


def _compared(sweet: np.ndarray, happened: np.ndarray, classes: np.ndarray, level: float) -> dict:
    """One comparison: the rates of both sides and their difference, customers of one class with each other."""
    table = pd.DataFrame({"third": classes, "sweet": sweet, "happened": happened.astype(float)})
    sides = table.groupby(["third", "sweet"])["happened"].agg(["size", "mean"]).unstack("sweet")
    sides = sides.reindex(columns=[(part, side) for part in ("size", "mean") for side in (True, False)]).dropna()
    counts, rates = sides["size"], sides["mean"]
    row = {"sweet_customers": int(counts[True].sum()), "other_customers": int(counts[False].sum())}
    row["customers"] = row["sweet_customers"] + row["other_customers"]
    row |= dict.fromkeys(("sweet_rate", "other_rate", "difference", "difference_low", "difference_high"), np.nan)
    if min(row["sweet_customers"], row["other_customers"]) < LEAST_SIDE:
        return row | {"verdict": TOO_FEW}
    weight = counts[True] * counts[False] / counts.sum(axis=1)
    weight = weight / weight.sum()
    # weights of three classes may add up to a hair above one, and with them the rate of a side in which all did it
    ours, others = (min(float((weight * rates[side]).sum()), 1.0) for side in (True, False))
    # as many customers as would make the rate as sure if they were all of one class
    people = (1 / float((weight**2 / counts[side]).sum()) for side in (True, False))
    low, high = map(float, difference_interval(ours, next(people), others, next(people), level))
    row |= {"sweet_rate": ours, "other_rate": others, "difference": ours - others}
    verdict = SHOWN if low > 0 else CONTRARY if high < 0 else NOT_SHOWN
    return row | {"difference_low": low, "difference_high": high, "verdict": verdict}
