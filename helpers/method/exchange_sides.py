"""The two sides of the exchange, customer by customer: who gains from us, and who is worth more to us than the hurdle.

What a respondent gets is measured against the best alternative, by its own ratings and by what its group values. What
we get is money that we expect, against what a customer must be worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, nearest
from helpers.method.lifetime_value import DORMANT
from helpers.method.share import ALL
from helpers.method.survey_answers import OTHER, OWN, STATED, Answers, survey_answers, without_drivers
from helpers.method.survey_scale import IMPORTANCE

DERIVED, SAID, EQUAL = WAYS = ("derived", "stated", "equal")
WHY = {
    DERIVED: "What goes with recommending us tells what counts, where enough customers answered.",
    SAID: "There is no derived importance, and customers said what counts for them.",
    EQUAL: "Nobody knows what counts how much, so all drivers count alike.",
}
LEAST_WEIGHT = 0.5  # of the drivers that a respondent compares: with less its answer speaks for too little
LEAST_STATED = 30  # responses; a group with fewer takes what all say
DIGITS = 9  # a sum of weighted points is compared with zero, so the last bits of a float must not decide
DECIDED, UNTRACED, NO_COST = "decided", "untraced_cost", "none"


@dataclass(frozen=True)
class Hurdle:
    """What a customer must be worth over the horizon, in money, the part of it that is one year's, and who said so.

    `source` is `decided` (step 01), `untraced_cost` (an equal part of it), or `none`: above zero is enough.
    """

    amount: float
    a_year: float
    source: str


def hurdle_in_force(
    assumptions: pd.DataFrame | None,
    profit_ladder: pd.DataFrame | None,
    *,
    customers: int,
    window_months: int,
    months: int,
    annual_discount: float,
) -> Hurdle:
    """The hurdle that people decided, else an equal part of the cost that nobody's own service explains.

    Parameters
    ----------
    assumptions : DataFrame or None, as step 01 publishes them
    profit_ladder : DataFrame or None, as step 04 publishes it
    customers : int
        Active customers, among whom untraced cost is parted.
    window_months : int
        Over which that cost arose.
    months, annual_discount
        The horizon and the discounting of lifetime value.

    Returns
    -------
    Hurdle

    Raises
    ------
    StepInputError
        If there is no month in the window or the horizon.

    Notes
    -----
    The cost of the window is taken to go on, month by month, and is discounted as lifetime value is: in the middle of
    each month. Where prices of service charge more than it costs, nothing is untraced and the hurdle is zero.

    Examples
    --------
    >>> ladder = pd.DataFrame({"group_id": ["all"], "rung": ["untraced_cost"], "amount": [-2400.0]})
    >>> hurdle_in_force(None, ladder, customers=10, window_months=24, months=36, annual_discount=0.0)
    Hurdle(amount=360.0, a_year=120.0, source='untraced_cost')
    """
    if window_months < 1 or months < 1:
        raise StepInputError(f"The hurdle: expected months above zero, found {window_months} and {months}.")
    ahead = discounted_months(months, annual_discount)
    if assumptions is not None:
        decided = assumptions.loc[assumptions["assumption"] == "hurdle", "value"]
        if len(decided):
            return Hurdle(float(decided.iloc[0]), float(decided.iloc[0]) / ahead * 12, DECIDED)
    if profit_ladder is not None and customers:
        whole = (profit_ladder["group_id"] == ALL) & (profit_ladder["rung"] == "untraced_cost")
        left = -profit_ladder.loc[whole, "amount"].sum()
        if left > 0:
            monthly = left / window_months / customers
            return Hurdle(round(float(monthly * ahead), 4), round(float(monthly * 12), 4), UNTRACED)
    return Hurdle(0.0, 0.0, NO_COST)


def discounted_months(months: int, annual_discount: float) -> float:
    """How many months of today so many months to come are worth.

    >>> round(discounted_months(12, 0.10), 3)
    11.446
    """
    middles = np.arange(months) + 0.5
    return float(((1 + annual_discount) ** (-middles / 12)).sum())


def worth_of_customers(group_of: pd.Series, customer_value: pd.DataFrame | None, hurdle: float) -> pd.DataFrame:
    """Each active customer's expected value to us, and whether it is above the hurdle.

    Parameters
    ----------
    group_of : Series of str by customer_id, from `value_tables.group_of_each`
    customer_value : DataFrame or None, as step 04 publishes it
    hurdle : float
        Money per customer over the horizon.

    Returns
    -------
    DataFrame, one row per active customer, sorted by customer_id
        customer_id, group_id  str
        expected_value         float    clv + referral value; clv alone where no referral was delivered, missing where
                                        clv is
        worth_it               boolean  above the hurdle, not on it; missing where the value is

    Notes
    -----
    A referral value is a part of the lifetime value of who came: it is added for one customer and never in totals.

    Examples
    --------
    >>> group_of = pd.Series({"c1": "g1", "c2": "g1", "c3": "g2", "c4": "dormant"})
    >>> value = pd.DataFrame({"customer_id": ["c1", "c2", "c4"], "clv": [90.0, 120.0, 5.0],
    ...     "referral_value": [40.0, 0.0, 0.0]})
    >>> worth_of_customers(group_of, value, 120.0)["worth_it"].tolist()
    [True, False, <NA>]
    """
    active = group_of[group_of != DORMANT].sort_index()
    table = pd.DataFrame({"customer_id": active.index.astype("str"), "group_id": active.to_numpy()}).astype("str")
    known = pd.DataFrame(columns=["customer_id", "clv", "referral_value"]) if customer_value is None else customer_value
    money = known.set_index("customer_id")[["clv", "referral_value"]].astype(float).reindex(table["customer_id"])
    value = (money["clv"] + money["referral_value"].fillna(0.0)).round(4).reset_index(drop=True)
    above = (value > hurdle).astype("boolean").where(value.notna())
    return table.assign(expected_value=value, worth_it=above.astype("boolean"))


def comparing_answers(
    survey: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    importance: pd.DataFrame | None,
    *,
    start: object,
    end: object,
    stated: Mapping[str, tuple[float, float]] | None = None,
) -> Answers:
    """The answers of the window, as step 06 reads them: without drivers that it left out, such as a leak.

    Parameters
    ----------
    survey, groups, start, end, stated
        As in `survey_answers`.
    importance : DataFrame or None, driver_importance as step 06 publishes it
        Where it says nothing of any driver, all are kept.
    """
    answers = survey_answers(survey, groups, start=start, end=end, stated=stated)
    kept = set() if importance is None else set(importance["driver"])
    return without_drivers(answers, [name for name in answers.names if kept and name not in kept])


def ways_to_weigh(answers: Answers, importance: pd.DataFrame | None) -> list[str]:
    """By what the drivers can be weighted for this client, the best first; none where nobody compared us.

    Parameters
    ----------
    answers : Answers
    importance : DataFrame or None, driver_importance as step 06 publishes it
    """
    if answers.drivers.empty or not answers.drivers["compared"].sum():
        return []
    derived = importance is not None and len(importance) and set(importance["driver"]) & set(answers.names)
    known = {DERIVED: bool(derived), SAID: bool(answers.drivers["stated"].sum()), EQUAL: True}
    return [way for way in WAYS if known[way]]


def way_in_force(choice: str | None, ways: Sequence[str]) -> str | None:
    """The way that people chose, else the best of those possible; None where nobody compared us.

    A way that was possible when it was chosen may not be so today: the decision is then stale, and says so itself.

    >>> way_in_force("derived", ["stated", "equal"]), way_in_force("equal", ["stated", "equal"])
    ('stated', 'equal')
    """
    return choice if choice in ways else next(iter(ways), None)


def driver_weights(answers: Answers, importance: pd.DataFrame | None, way: str | None) -> pd.DataFrame:
    """How much each driver counts in each group.

    Parameters
    ----------
    answers : Answers
    importance : DataFrame or None, driver_importance as step 06 publishes it
    way : str or None
        `derived` from what goes with recommending us, `stated` by the respondents, or `equal`. None, where nobody
        compared us, is as good as equal.

    Returns
    -------
    DataFrame, one row per group_id, "all" first, one column per driver; each row sums to 1
        A group that is not in it weighs as "all" does.

    Raises
    ------
    StepInputError
        If the way is not possible for this client.

    Notes
    -----
    Stated importance is the mean of the answers, as points above the worst answer of their scale. A group with fewer
    than 30 such answers takes those of all.

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"customer_id": ["c1"], "driver_price": [7], "driver_range": [5],
    ...     "competitor_price": [8], "competitor_range": [4]})
    >>> found = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> driver_weights(found, None, "equal").values.tolist()
    [[0.5, 0.5]]
    """
    possible = ways_to_weigh(answers, importance)
    if way is not None and way not in possible:
        raise StepInputError(f'The drivers cannot be weighted by "{way}" here. {nearest(way, possible)}')
    names = answers.names
    if way == DERIVED:
        table = importance.pivot(index="group_id", columns="driver", values="importance").reindex(columns=names)
    elif way == SAID:
        table = _stated(answers)
    else:
        table = pd.DataFrame(1.0, index=[ALL], columns=names)
    table = table.astype(float).fillna(0.0).clip(lower=0.0)
    table.loc[table.sum(axis=1) <= 0] = 1.0
    order = [ALL, *sorted(group for group in table.index if group != ALL)]
    return table.div(table.sum(axis=1), axis=0).reindex(order)


def gains_of_responses(answers: Answers, weights: pd.DataFrame) -> pd.DataFrame:
    """Whether each sincere response finds us better than the alternative, on what its group values.

    Parameters
    ----------
    answers : Answers
    weights : DataFrame, from `driver_weights`

    Returns
    -------
    DataFrame, one row per sincere response, in the order of `answers.sincere`
        cluster, customer_id, group_id  str
        date         datetime64
        compared     float  weight of the drivers on which the response rates us and the alternative
        advantage    float  weighted mean of own less alternative over these, points; missing where compared is under
                            one half: such a response is not counted
        gains        float  1 above zero, one half at zero, 0 below; missing as advantage

    Examples
    --------
    >>> from helpers.method.survey_answers import survey_answers
    >>> survey = pd.DataFrame({"customer_id": ["c1", "c2"], "driver_price": [7, 9], "driver_range": [5, 4],
    ...     "competitor_price": [8, 9], "competitor_range": [4, None]})
    >>> found = survey_answers(survey, start="2026-01-01", end="2027-01-01")
    >>> gains_of_responses(found, driver_weights(found, None, "equal"))[["advantage", "gains"]].values.tolist()
    [[0.0, 0.5], [0.0, 0.5]]
    """
    rows, names = answers.sincere, answers.names
    apart = rows[[OWN + name for name in names]].to_numpy(float) - rows[[OTHER + name for name in names]].to_numpy(
        float
    )
    known = ~np.isnan(apart)
    group = rows["group_id"].where(rows["group_id"].isin(weights.index)).fillna(ALL)
    each = weights.reindex(columns=names).loc[group].to_numpy() * known
    compared = each.sum(axis=1).round(DIGITS)
    points = (each * np.where(known, apart, 0.0)).sum(axis=1)
    counted = compared >= LEAST_WEIGHT
    advantage = np.where(counted, (points / np.where(counted, compared, 1.0)).round(DIGITS), np.nan)
    table = rows[["cluster", "customer_id", "group_id", "date"]].reset_index(drop=True)
    table["compared"], table["advantage"] = compared, advantage
    table["gains"] = np.where(counted, (1 + np.sign(advantage)) / 2, np.nan)
    return table


def _stated(answers: Answers) -> pd.DataFrame:
    """Mean stated importance above the worst answer, of all and of each group with answers enough."""
    rows, scale = answers.sincere, answers.scales.get(IMPORTANCE)
    columns = [STATED + name for name in answers.names]
    points = rows[columns] - (scale.low if scale else rows[columns].min().min())
    own = points.groupby(rows["group_id"]).mean()
    enough = points.notna().any(axis=1).groupby(rows["group_id"]).sum() >= LEAST_STATED
    table = pd.concat([points.mean().to_frame(ALL).T, own[enough]])
    return table.set_axis(answers.names, axis=1)
