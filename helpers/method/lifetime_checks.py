"""Can the lifetime models be trusted for this client? Held-out months, and what the models assume.

Also who shares a fit: customers of a kind together where that foresaw the held-out months at least as well as one fit
of all, else all together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.group_clusters import frozen_centres
from helpers.method.lifetime_groups import kinds_when_last_bought, lifetime_groups
from helpers.method.purchase_history import history_of_purchases, purchase_days, purchase_history
from helpers.method.purchase_holdout import MOST_FREQUENT, HoldOut, hold_out, holdout_cut
from helpers.method.simple_value import simple_value

MONTHS_FOR_KINDS = 24  # of history: then the held-out year is whole quarters, and kinds can be known before it
Z90 = 1.6448536269514722
RANK_ERROR = 1.06  # the standard error of Fisher's z for a rank correlation is that of n - 3, times its root
EARLY_DAYS = 30
EACH = ("actual_each", "model_each", "naive_each")  # purchase days a customer


@dataclass(frozen=True)
class LifetimeBasis:
    """What lifetime values are computed from.

    history : DataFrame, one row per customer who ever bought
    sharing : array of str, who shares a fit, by the rows of the history
    by_kind : bool, whether that is by kind
    held_out : HoldOut, or None where too few bought again before the cut
    """

    history: pd.DataFrame
    sharing: np.ndarray
    by_kind: bool
    held_out: HoldOut | None


def lifetime_basis(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame | None,
    customer_channel: pd.DataFrame | None,
    group_centres: pd.DataFrame | None,
    *,
    as_of: object,
) -> LifetimeBasis:
    """The histories, who shares a fit, and how well the models foresaw the months that were held back.

    Parameters
    ----------
    customer_days, customer_quarter, customer_channel : DataFrame
    group_centres : DataFrame or None
        Of step 03, where groups were formed by behaviour.
    as_of : date

    Returns
    -------
    LifetimeBasis
        By kind where there are centres, 24 months of history, and customers were foreseen no worse than by one fit.

    Notes
    -----
    Kinds before the cut rest on what was known then; only the centres are those of today.
    """
    history = purchase_history(customer_days, end=as_of)
    alone = _held_out(customer_days, None, as_of=as_of)
    one = np.full(len(history), "", dtype=object)
    nothing = LifetimeBasis(history, one, False, alone)
    have = group_centres is not None and len(group_centres) and customer_quarter is not None
    if not have or alone is None:
        return nothing
    first, end = history["first_day"].min(), pd.Timestamp(as_of)
    if end - pd.DateOffset(months=MONTHS_FOR_KINDS) < first:
        return nothing
    centres = frozen_centres(group_centres)[0]
    at = (customer_days, customer_quarter, customer_channel, centres)
    cut = holdout_cut(first, as_of)
    before = history_of_purchases(purchase_days(customer_days, end=cut), end=cut)
    then = lifetime_groups(before, kinds_when_last_bought(*at, end=cut))
    by_kind = _held_out(customer_days, pd.Series(then, index=before["customer_id"]), as_of=as_of)
    if by_kind is None or by_kind.mean_error() > alone.mean_error():
        return nothing
    sharing = lifetime_groups(history, kinds_when_last_bought(*at, end=as_of))
    if not (sharing != "").any():
        return nothing
    return LifetimeBasis(history, sharing, True, by_kind)


def _held_out(customer_days: pd.DataFrame, groups: pd.Series | None, *, as_of: object) -> HoldOut | None:
    """The hold-out, or None where nobody bought or too few bought again before the cut."""
    try:
        return hold_out(customer_days, as_of=as_of, groups=groups)
    except StepInputError:
        return None


def validation_table(held_out: HoldOut | None) -> pd.DataFrame:
    """What came in the months held back, what the model foretold, and what the old pace would have.

    Parameters
    ----------
    held_out : HoldOut or None

    Returns
    -------
    DataFrame, one row per number of repeat purchases before the cut, 7 and more together, and one for all: the columns
    of the published clv_validation; no row without a hold-out
        actual, model, naive                    float  purchase days
        actual_each, model_each, naive_each     float  purchase days a customer
        model_error, naive_error                float  (foretold - actual) / actual; missing where nothing came
        model_mae, naive_mae                    float  mean absolute error of a customer

    Examples
    --------
    >>> customers = pd.DataFrame({"x": [0, 9], "actual": [1, 5], "predicted": [1.5, 5.0], "naive": [0.0, 9.0]})
    >>> table = validation_table(HoldOut(pd.Timestamp("2026-01-01"), customers))
    >>> table[["frequency", "actual", "model", "naive_error", "model_mae"]].values.tolist()
    [['0', 1.0, 1.5, -1.0, 0.5], ['7 and more', 5.0, 5.0, 0.8, 0.0], ['all', 6.0, 6.5, 0.5, 0.25]]
    >>> table.loc[2, ["actual_each", "model_each", "naive_each"]].tolist()
    [3.0, 3.25, 4.5]
    """
    numbers = ["actual", "model", "naive", *EACH, "model_error", "naive_error", "model_mae", "naive_mae"]
    kinds = {"frequency": "str", "frequency_from": "Int64", "customers": "int64"} | dict.fromkeys(numbers, "float64")
    if held_out is None:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    table = held_out.customers
    frequency = table["x"].clip(upper=MOST_FREQUENT)
    rows = [(str(one), one, table[frequency == one]) for one in sorted(set(frequency))]
    if len(rows) and rows[-1][1] == MOST_FREQUENT:
        rows[-1] = (f"{MOST_FREQUENT} and more", *rows[-1][1:])
    said = []
    for name, least, own in [*rows, ("all", pd.NA, table)]:
        came, model, naive = (float(own[column].sum()) for column in ("actual", "predicted", "naive"))
        row = {"frequency": name, "frequency_from": least, "customers": len(own)}
        row |= {"actual": came, "model": model, "naive": naive}
        row |= {name: total / max(len(own), 1) for name, total in zip(EACH, (came, model, naive), strict=True)}
        row |= {
            "model_error": model / came - 1 if came else np.nan,
            "naive_error": naive / came - 1 if came else np.nan,
        }
        miss = {column: float((own[column] - own["actual"]).abs().mean()) for column in ("predicted", "naive")}
        said.append(row | {"model_mae": miss["predicted"], "naive_mae": miss["naive"]})
    return pd.DataFrame(said).round(dict.fromkeys(numbers, 9)).astype(kinds)


def independence(history: pd.DataFrame) -> tuple[float, float, float] | None:
    """The rank correlation of how often customers buy and what they spend, with its 90 % interval.

    The spend model takes the two to be independent. None with fewer than 30 customers who bought again.

    Examples
    --------
    >>> spend = [float(number) for number in range(40)]
    >>> history = pd.DataFrame({"x": range(1, 41), "T": 40.0, "spend_days": 1, "mean_spend": spend})
    >>> [round(value, 2) for value in independence(history)]
    [1.0, 1.0, 1.0]
    """
    known = history[(history["spend_days"] > 0) & (history["T"] > 0)]
    if len(known) < 30:
        return None
    often, much = (known["x"] / known["T"]).rank(), known["mean_spend"].rank()
    rank = float(often.corr(much)) if often.nunique() > 1 and much.nunique() > 1 else np.nan
    if not np.isfinite(rank):
        return None
    reach = Z90 * RANK_ERROR / np.sqrt(len(known) - 3)
    z = np.arctanh(np.clip(rank, -0.9999999, 0.9999999))
    return rank, float(np.tanh(z - reach)), float(np.tanh(z + reach))


def early_part(history: pd.DataFrame) -> float:
    """The part of the customers who first appear in the first 30 days of the data, and may have bought before them.

    >>> early_part(pd.DataFrame({"first_day": pd.to_datetime(["2026-01-01", "2026-05-01"])}))
    0.5
    """
    if history.empty:
        return float("nan")
    return float((history["first_day"] < history["first_day"].min() + pd.Timedelta(days=EARLY_DAYS)).mean())


def simple_total(
    customer_days: pd.DataFrame, rates: pd.Series, *, as_of: object, months: int, annual_discount: float
) -> float | None:
    """The simple lifetime value of last year's buyers over the same horizon: their margin, at last year's retention.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day
    rates : Series by customer_id
        What one of revenue of purchase days earns.
    as_of : date
    months : int
    annual_discount : float

    Returns
    -------
    float or None
        Currency; None where nobody bought in the year before the last.

    Notes
    -----
    Retention is the part of those who bought in the twelve months before the last twelve that bought again in these.
    """
    end = pd.Timestamp(as_of)
    last, before = end - pd.DateOffset(months=12), end - pd.DateOffset(months=24)
    try:
        recent = purchase_days(customer_days, end=end, start=before)
    except StepInputError:
        return None
    then = set(recent.loc[recent["date"] < last, "customer_id"])
    now = recent[recent["date"] >= last]
    if not then:
        return None
    retention = len(then & set(now["customer_id"])) / len(then)
    revenue = now.groupby("customer_id")["money"].sum() / 10_000
    margin = float((revenue * rates.reindex(revenue.index)).sum())
    return float(simple_value(margin, retention, annual_discount=annual_discount, years=months / 12))
