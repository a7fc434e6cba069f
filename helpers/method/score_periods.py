"""The periods of a scoreboard: months where each holds orders enough, else quarters, and what they sum to.

Nothing here looks over more than its own period: neighbours that share most of their days would look like a trend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.method.history import block_label, block_starts
from helpers.method.money import ten_thousandths

MONTH, QUARTER, VERSION = "month", "quarter", "version"
MONTHS_IN = {MONTH: 1, QUARTER: 3}
LEAST_ORDERS = 30
COLUMNS = ("group_id", "name", "unit", "period", "period_start", "period_end", "label", "customers", "value")


@dataclass(frozen=True)
class Blocks:
    """Blocks of months in a row: their first days, and the day after the last."""

    kind: str
    starts: pd.DatetimeIndex
    end: pd.Timestamp

    @property
    def ends(self) -> pd.DatetimeIndex:
        """The day after each."""
        return pd.DatetimeIndex([*self.starts[1:], self.end])[: len(self.starts)]

    def number(self, dates: pd.Series) -> np.ndarray:
        """Which block each day lies in; -1 before the first."""
        return np.asarray(self.starts.searchsorted(pd.DatetimeIndex(dates), side="right")) - 1

    def rows(self, group_id: str, name: str, unit: str, value: object, customers: object) -> pd.DataFrame:
        """One row for each block, with these values and customers in the order of the blocks."""
        day = pd.Timedelta(days=1)
        labels = [block_label(*pair) for pair in zip(self.starts, self.ends, strict=True)]
        if self.kind == MONTH and all(start.day == 1 for start in self.starts):
            labels = [f"{start.month_name()[:3]} {start.year}" for start in self.starts]
        frame = {"group_id": group_id, "name": name, "unit": unit, "period": self.kind, "period_start": self.starts}
        frame |= {"period_end": self.ends - day, "label": labels}
        frame |= {"customers": np.asarray(customers, dtype="int64"), "value": np.asarray(value, dtype=float)}
        return pd.DataFrame(frame)[list(COLUMNS)]


def blocks_of(customer_days: pd.DataFrame, kind: str, *, as_of: object, first: object = None) -> Blocks:
    """The whole months or quarters of the history, counted back from as_of; it begins on `first`, else the first row.

    >>> days = pd.DataFrame({"date": pd.to_datetime(["2026-02-01"])})
    >>> [f"{start:%Y-%m-%d}" for start in blocks_of(days, "month", as_of="2026-04-01").starts]
    ['2026-02-01', '2026-03-01']
    """
    before = customer_days.loc[customer_days["date"] < pd.Timestamp(as_of), "date"]
    first = before.min() if first is None else first
    starts = pd.DatetimeIndex([]) if pd.isna(first) else block_starts(first, as_of, MONTHS_IN[kind])
    return Blocks(kind, starts, pd.Timestamp(as_of))


def fitting_blocks(
    customer_days: pd.DataFrame, *, as_of: object, least: int = LEAST_ORDERS, first: object = None
) -> Blocks:
    """Months where every one of the history holds `least` orders or more, else quarters.

    Parameters
    ----------
    customer_days : DataFrame, one row per customer and day: date and orders
    as_of : date
    least : int
    first : date, optional
        Of the history, where the rows are only a part of it; their first day where not given.

    Examples
    --------
    >>> days = pd.DataFrame({"date": pd.to_datetime(["2026-02-01", "2026-03-01"]), "orders": [30, 29]})
    >>> fitting_blocks(days, as_of="2026-04-01").kind, fitting_blocks(days, as_of="2026-04-01", least=29).kind
    ('quarter', 'month')
    """
    months = blocks_of(customer_days, MONTH, as_of=as_of, first=first)
    place = months.number(customer_days["date"])
    inside = (place >= 0) & (customer_days["date"] < pd.Timestamp(as_of)).to_numpy()
    orders = np.bincount(place[inside], customer_days["orders"].to_numpy(dtype=float)[inside], len(months.starts))
    enough = len(orders) > 0 and bool((orders >= least).all())
    return months if enough else blocks_of(customer_days, QUARTER, as_of=as_of, first=first)


def sums_of(customer_days: pd.DataFrame, blocks: Blocks) -> pd.DataFrame:
    """Money in ten-thousandths, and customers who ordered, block by block.

    Returns
    -------
    DataFrame, one row per block
        revenue          int  of all lines, also of nobody's
        known, goods     int  revenue with a cost of goods, and that cost
        customers        int  with an order day
    """
    place = blocks.number(customer_days["date"])
    inside = (place >= 0) & (customer_days["date"] < blocks.end).to_numpy()
    rows, place = customer_days[inside], place[inside]
    goods = rows["cost_of_goods"].astype(float)
    revenue = ten_thousandths(rows["revenue"])
    money = pd.DataFrame(
        {
            "revenue": revenue,
            "known": np.where(goods.notna(), revenue, 0),
            "goods": ten_thousandths(goods.fillna(0.0)),
        }
    )
    table = money.groupby(place).sum().reindex(range(len(blocks.starts)), fill_value=0)
    buyers = pd.DataFrame({"customer_id": rows["customer_id"].astype("str").fillna("").to_numpy(), "place": place})
    buyers = buyers[(rows["positive_lines"] > 0).to_numpy(dtype=bool) & (buyers["customer_id"] != "").to_numpy()]
    count = buyers.groupby("place")["customer_id"].nunique()
    return table.assign(customers=count.reindex(table.index, fill_value=0).astype("int64"))
