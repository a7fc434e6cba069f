"""How each published number is computed again: with the kit's own methods, from the data that ship beside this file.

A recipe takes nothing and gives quantities by the names that numbers.yaml uses for them. It is written as an analyst
would: read the data, call the method, name the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.method.bass import BassModel
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.concentration import gini
from helpers.method.contract_model import fit_sbg
from helpers.method.explained_variance import lmg
from helpers.method.gamma_gamma import fit_gamma_gamma
from helpers.method.nps import net_promoter
from helpers.method.purchase_history import history_of_purchases
from helpers.method.purchase_model import PurchaseModel
from helpers.method.rank_share import rank_based_share
from helpers.method.simple_value import simple_value
from helpers.method.whale import whale_facts
from helpers.method.xmr import REACH, SCALING, xmr_limits

DATA = Path(__file__).parent
CALIBRATED_TO = "1997-10-01"  # the day after the last that counts


def cdnow_history() -> Mapping[str, float]:
    """What the customers of CDNOW did in the first 39 weeks, and how much they brought in all 78."""
    history, orders = _history(), _orders()
    repeat = history[history["spend_days"] > 0]
    return {
        "customers": len(history),
        "revenue of all 78 weeks": orders["revenue"].sum(),
        "sum of x": history["x"].sum(),
        "sum of t_x": history["t_x"].sum(),
        "sum of T": history["T"].sum(),
        "repeat buyers": len(repeat),
        "their mean spend": repeat["mean_spend"].mean(),
    }


def cdnow_bg_nbd() -> Mapping[str, float]:
    """The model of purchases, with the day as the grain."""
    return _named(_model())


def cdnow_one_customer() -> Mapping[str, float]:
    """What the model expects of one customer in the 39 weeks that follow."""
    return {"purchases expected": _model().expected_purchases([2], [30.43], [38.86], [39])[0, 0]}


def cdnow_by_week() -> Mapping[str, float]:
    """The model of purchases, with the calendar week as the grain: one purchase a week at most, spans in whole weeks.

    Weeks begin on Monday, and the one in which 30 September lies counts as a whole.
    """
    orders = _orders()
    week = orders["date"].dt.to_period("W")
    end = pd.Timestamp(CALIBRATED_TO).to_period("W")
    number = week[week <= end].map(lambda one: one.ordinal)
    by = number.groupby(orders["customer_id"])
    first = by.min()
    history = pd.DataFrame({"x": by.nunique() - 1, "t_x": by.max() - first, "T": end.ordinal - first})
    return _named(fit_bg_nbd(history.reset_index()))


def cdnow_gamma_gamma() -> Mapping[str, float]:
    """The model of spend, fitted to those who bought again."""
    history = _history()
    repeat = history[history["spend_days"] > 0]
    model = fit_gamma_gamma(repeat["spend_days"], repeat["mean_spend"])
    return {"p": model.p, "q": model.q, "gamma": model.gamma, "log-likelihood": model.log_likelihood}


def regular_subscribers() -> Mapping[str, float]:
    """The model of contracts, fitted to how many of 1,000 were left after each of seven renewals."""
    left = np.array([1000, 631, 468, 382, 326, 289, 262, 241])
    periods, ended = [*range(1, 8), 7], [True] * 7 + [False]
    model = fit_sbg(periods, ended, [*(left[:-1] - left[1:]), left[-1]])
    retention = {f"retention in period {period}": model.retention(period) for period in range(1, 5)}
    return {"alpha": model.alpha, "beta": model.beta, **retention}


def margin_multiple() -> Mapping[str, float]:
    """The simple lifetime value over a horizon without an end."""
    endless = {"annual_discount": 0.1, "years": np.inf}
    return {
        "r 0.8, i 0.1": simple_value(1.0, 0.8, **endless).item(),
        "margin 100, r 0.9, i 0.1": simple_value(100.0, 0.9, **endless).item(),
    }


def ten_profits() -> Mapping[str, float]:
    """The whale curve of ten customers."""
    profits = pd.Series([100.0, 60, 40, 20, 5, 0, -5, -20, -40, -60])
    facts = whale_facts(profits)
    return {
        "total": facts.total,
        "peak as a part of the total": facts.peak_part,
        "customers from": facts.earning,
        "customers to": facts.customers - facts.losing,
    }


def six_answers() -> Mapping[str, float]:
    """The score of six answers, and how much one answer varies."""
    found = net_promoter(3, 2, 1)
    return {"NPS": found.score, "variance of an answer": found.variance}


def gini_by_hand() -> Mapping[str, float]:
    """Three lists whose coefficient is known."""
    return {
        "of 1, 2, 3, 4": gini([1, 2, 3, 4]),
        "of 0, 0, 0, 1": gini([0, 0, 0, 1]),
        "of equal amounts": gini([5, 5, 5, 5]),
    }


def rank_shares() -> Mapping[str, float]:
    """Shares by rank among two and among three suppliers."""
    two, three = rank_based_share([1, 2], 2), rank_based_share([1, 2, 3], 3)
    return {
        "first of 2": two[0],
        "second of 2": two[1],
        "first of 3": three[0],
        "second of 3": three[1],
        "third of 3": three[2],
        "a tie for first of 2": rank_based_share([1.5], 2)[0],
        "sum over the suppliers of a customer": three.sum(),
    }


def swiss_fertility() -> Mapping[str, float]:
    """How much of the differences in fertility among 47 provinces each of five facts explains."""
    table = pd.read_csv(DATA / "swiss.csv").drop(columns="province")
    drivers = [name for name in table if name != "Fertility"]
    parts = lmg(table[[*drivers, "Fertility"]].corr())
    return dict(zip(drivers, parts, strict=True)) | {"R2": parts.sum()}


def bass_peak() -> Mapping[str, float]:
    """When and how high a curve of adoption peaks: by the formulas, and where the curve itself is steepest."""
    model = BassModel(p=0.02, q=0.45, m=100_000)
    times = np.linspace(6, 7, 100_001)
    rates = np.gradient(model.adopted(times), times)
    return {
        "time": model.peak_time,
        "adopters a year": model.peak_rate,
        "time on the curve": times[rates.argmax()],
        "adopters a year on the curve": rates.max(),
    }


def xmr_by_hand() -> Mapping[str, float]:
    """The constant of the limits, and those of twelve points whose moving ranges sum to 23."""
    found = xmr_limits([10, 12, 11, 13, 10, 12, 11, 9, 12, 14, 11, 13])
    return {
        "constant": REACH,
        "mean moving range": (found.upper - found.centre) / SCALING,
        "centre": found.centre,
        "lower limit": found.lower,
        "upper limit": found.upper,
    }


RECIPES: Mapping[str, Callable[[], Mapping[str, float]]] = {
    recipe.__name__: recipe
    for recipe in (
        *(cdnow_history, cdnow_bg_nbd, cdnow_one_customer, cdnow_by_week, cdnow_gamma_gamma, regular_subscribers),
        *(margin_multiple, ten_profits, six_answers, gini_by_hand, rank_shares, swiss_fertility),
        *(bass_peak, xmr_by_hand),
    )
}


@cache
def _orders() -> pd.DataFrame:
    """The orders of CDNOW: customer_id, date, revenue."""
    table = pd.read_csv(DATA / "cdnow.csv", dtype={"customer_no": "str", "order_day": "str"})
    date = pd.to_datetime(table["order_day"], format="%Y%m%d")
    return pd.DataFrame({"customer_id": table["customer_no"], "date": date, "revenue": table["dollars"]})


@cache
def _history() -> pd.DataFrame:
    """One row a customer, to the end of September 1997; an order that cost nothing is a purchase, as published."""
    orders = _orders()
    orders = orders[orders["date"] < CALIBRATED_TO]
    money = (orders["revenue"] * 10_000).round().astype("int64")
    days = money.groupby([orders["customer_id"], orders["date"]]).sum().rename("money").reset_index()
    return history_of_purchases(days, end=CALIBRATED_TO)


@cache
def _model() -> PurchaseModel:
    return fit_bg_nbd(_history())


def _named(model: PurchaseModel) -> Mapping[str, float]:
    return {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "log-likelihood": model.log_likelihood}
