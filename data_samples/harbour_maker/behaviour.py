"""How does each customer behave in a year? The measures on which groups are told apart, from the order lines alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

MONTHS = 12
SIGNED = "trend"  # the one measure that may be negative, and so is not put on a log scale
TWINS = 0.9  # of two measures correlated more strongly than this one is enough


def behaviour(lines: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Measures of the MONTHS before end, one row per customer_id with a line above zero in them.

    recency (days), frequency (orders), money (net EUR an order), regularity (spread of the gaps between order days over
    their mean; missing under three days), breadth (categories), discount and returns (parts of sales), web (part of
    orders), trend (of the second half against the first, -2 to 2; missing where the first order lies in the second).
    """
    start, middle = end - pd.DateOffset(months=MONTHS), end - pd.DateOffset(months=MONTHS // 2)
    own = lines[lines["customer_id"].notna() & (lines["date"] < end)]
    first = own.groupby("customer_id")["date"].min()
    year = own[own["date"] >= start]
    sold = year[year["revenue"] > 0]
    by = sold.groupby("customer_id")
    table = pd.DataFrame({"recency": (end - by["date"].max()).dt.days, "frequency": by["order_id"].nunique()})
    net = year.groupby("customer_id")["revenue"].sum()
    table["money"] = (net / table["frequency"]).clip(lower=0)
    days = sold[["customer_id", "date"]].drop_duplicates().sort_values(["customer_id", "date"])
    gaps = days.groupby("customer_id")["date"].diff().dt.days.groupby(days["customer_id"])
    table["regularity"] = (gaps.std() / gaps.mean()).where(gaps.count() >= 2)
    table["breadth"] = by["category"].nunique()
    table["discount"] = 1 - by["revenue"].sum() / by["list_revenue"].sum()
    back = -year["revenue"].clip(upper=0).groupby(year["customer_id"]).sum()
    table["returns"] = back / by["revenue"].sum()
    orders = sold.drop_duplicates("order_id")
    table["web"] = (orders["channel"] == "web").groupby(orders["customer_id"]).mean()
    late = year["revenue"].where(year["date"] >= middle, 0.0).groupby(year["customer_id"]).sum()
    early = net - late
    size = (late.abs() + early.abs()) / 2
    trend = ((late - early) / size.where(size > 0)).clip(-2, 2)
    table["trend"] = trend.where(first < middle)
    return table


def repeat_buyers(lines: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of behaviour of customers with two orders or more in all of lines."""
    sold = lines[lines["customer_id"].notna() & (lines["revenue"] > 0)]
    orders = sold.groupby("customer_id")["order_id"].nunique()
    return table[orders.reindex(table.index) >= 2]


class Scale:
    """Puts measures on a common scale: log (but SIGNED), the median as 0 and the middle half as 1 wide, twins left out.

    Fixed by the table it is made from, so that another year can be put on the same one. What is missing is put at 0.
    """

    def __init__(self, table: pd.DataFrame):
        logged = self._logged(table)
        self.middle = logged.median()
        spread = logged.quantile(0.75) - logged.quantile(0.25)
        self.spread = spread.where(spread > 0, logged.std()).replace(0, 1.0)
        ties = self(table, logged.columns).corr().abs()
        self.kept: list[str] = []
        for name in logged:
            if not (ties.loc[name, self.kept] > TWINS).any():
                self.kept.append(name)

    def __call__(self, table: pd.DataFrame, columns: list[str] | pd.Index | None = None) -> pd.DataFrame:
        """The measures of another table on this scale."""
        scaled = ((self._logged(table) - self.middle) / self.spread).fillna(0.0)
        return scaled[self.kept if columns is None else columns]

    @staticmethod
    def _logged(table):
        logged = np.log1p(table.drop(columns=SIGNED).clip(lower=0))
        return logged.assign(**{SIGNED: table[SIGNED]})


def falls(before: pd.DataFrame, after: pd.DataFrame, centre: pd.Series) -> pd.Series:
    """By how much the distance to a centre fell from one scaled table to the other, for customers that are in both."""
    both = before.index.intersection(after.index)
    distance = [np.sqrt(((table.loc[both] - centre) ** 2).sum(axis=1)) for table in (before, after)]
    return (distance[0] - distance[1]).rename("fall")
