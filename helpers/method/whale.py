"""The whale curve: how much profit would there be without the customers on whom we lose money?

Ranked from the most profitable down, profits add up to a peak and then fall back to the total. A curve says what the
losses are; it does not say that they would end with the customers, since other customers share in the same capacity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import counted
from helpers.method.money import UNITS, ten_thousandths

OURS, ALIKE = "Our customers", "If all earned alike"
STEPS = 100


@dataclass(frozen=True)
class WhaleFacts:
    """What the whale curve says. Money in the client's currency, parts 0-1.

    `customers` have a known profit; of these `earning` are above zero, `losing` below it, and the others exactly there.
    `peak` is what the earning bring together, `lost` what the losing cost, so `total` = `peak` - `lost`. `peak_part` =
    `peak` / `total` and `peak_customers` = `earning` / `customers`. Where the total is not above zero, a part of it has
    no meaning: `refused` then, and `peak_part` is missing.
    """

    customers: int
    earning: int
    losing: int
    total: float
    peak: float
    lost: float
    peak_part: float
    peak_customers: float
    losing_part: float
    refused: bool


def whale_facts(profit: pd.Series) -> WhaleFacts:
    """Where the whale curve peaks, and what is lost beyond.

    Parameters
    ----------
    profit : Series, one value per customer, currency
        Missing where unknown: left out and not counted.

    References
    ----------
    Kaplan and Narayanan, "Measuring and Managing Customer Profitability", Journal of Cost Management, 2001.

    Examples
    --------
    >>> facts = whale_facts(pd.Series([80.0, 40.0, 0.0, -20.0, None]))
    >>> facts.customers, facts.earning, facts.losing, facts.total, facts.peak_part, facts.lost
    (4, 2, 1, 100.0, 1.2, 20.0)
    """
    money = ten_thousandths(profit.dropna())
    n, total, peak = len(money), int(money.sum()), int(money.clip(min=0).sum())
    earning, losing = int((money > 0).sum()), int((money < 0).sum())
    return WhaleFacts(
        customers=n,
        earning=earning,
        losing=losing,
        total=total / UNITS,
        peak=peak / UNITS,
        lost=(peak - total) / UNITS,
        peak_part=round(peak / total, 9) if total > 0 else float("nan"),
        peak_customers=earning / n if n else float("nan"),
        losing_part=losing / n if n else float("nan"),
        refused=total <= 0,
    )


def whale_curve(profit: pd.Series, steps: int = STEPS) -> pd.DataFrame:
    """Which part of the profit the first customers bring together, the most profitable first.

    Answers "how many customers make our profit, and how many eat it?".

    Parameters
    ----------
    profit : Series, one value per customer, currency
        Missing where unknown: left out and not counted.
    steps : int
        Points after the first; all customers where there are no more. The peak is added to them.

    Returns
    -------
    DataFrame, one row per line and point, both lines from nobody to everyone: the columns of the published whale_curve
        line               str    the curve, and the straight line on which all would earn us the same
        customers          int    from the most profitable to this one
        part_of_customers  float
        profit             float  together; missing on the straight line
        part_of_profit     float  of the total; above 1 where others lose money
        point              bool   true once: the peak, the fewest customers that bring the most
        point_label        str    what it says, the part in whole percent rounded down

        Empty where the total is not above zero, or nobody's profit is known: a part of it has no meaning.

    Notes
    -----
    Equal customers on a border make no difference: any of them brings the same.

    Examples
    --------
    >>> curve = whale_curve(pd.Series([80.0, 40.0, -20.0]))
    >>> ours = curve[curve["line"] == "Our customers"]
    >>> ours[["customers", "profit", "part_of_profit", "point"]].values.tolist()
    [[0, 0.0, 0.0, False], [1, 80.0, 0.8, False], [2, 120.0, 1.2, True], [3, 100.0, 1.0, False]]
    >>> curve.loc[curve["point"], "point_label"].item().replace(chr(160), " ")
    'Peak: 2 of 3 customers, 120 % of the profit'
    """
    facts = whale_facts(profit)
    amounts = np.sort(ten_thousandths(profit.dropna()))[::-1]
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(amounts)])
    n = facts.customers
    places = np.union1d(np.arange(steps + 1) * n // steps, facts.earning)
    places = places[:0] if facts.refused else places
    ours = pd.DataFrame(
        {
            "line": pd.Series([OURS] * len(places), dtype="str"),
            "customers": places,
            "part_of_customers": places / max(n, 1),
            "profit": running[places] / UNITS,
            "part_of_profit": (running[places] / max(int(running[-1]), 1)).round(9),
            "point": places == facts.earning,
        }
    )
    label = {} if facts.refused else {True: _point_label(facts)}
    ours["point_label"] = ours["point"].map(label).astype("str")
    alike = ours.assign(line=ALIKE, profit=np.nan, part_of_profit=ours["part_of_customers"], point=False)
    return pd.concat([ours, alike.assign(point_label=None).astype(ours.dtypes)], ignore_index=True)


def _point_label(facts: WhaleFacts) -> str:
    """What the peak says; in whole numbers, so that the part is rounded down and never up."""
    percent = 100 * round(facts.peak * UNITS) // round(facts.total * UNITS)
    whole = counted(facts.customers, "customer")
    return f"Peak: {facts.earning:,} of {whole}, {percent:,}\N{NO-BREAK SPACE}% of the profit"
