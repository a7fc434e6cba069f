"""The tables of step 02 as one thing, with the facts about history that its sentences need.

What the step says, checks and leaves open is drawn from the same tables, so they travel together.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.method.cohorts import YearRetention, one_cohort, year_retention
from helpers.method.revenue_bridge import BridgeFacts, bridge_facts, history_before


@dataclass(frozen=True)
class ListTables:
    """The published tables of step 02, and what history says of those who came and stayed.

    `won` is the retention of the cohorts that the data saw begin, `before` that of the customers who were there before.
    `closed` tells that nobody first bought after the data's first quarter; `half_months` is the length of each half.
    """

    customer_ratings: pd.DataFrame
    rating_measures: pd.DataFrame
    rating_mix: pd.DataFrame
    concentration: pd.DataFrame
    revenue_bridge: pd.DataFrame
    cohorts: pd.DataFrame
    call_list: pd.DataFrame
    bridge: BridgeFacts
    won: YearRetention
    before: YearRetention
    closed: bool
    half_months: int

    @property
    def spread(self) -> pd.Series:
        """The one row of `concentration`."""
        return self.concentration.iloc[0]

    @property
    def active(self) -> int:
        """The number of active customers."""
        return len(self.customer_ratings)

    @property
    def seasonal(self) -> bool:
        """Whether a half is shorter than a year, so that a change between them may be the season."""
        return self.half_months < 12

    @property
    def ever_bought(self) -> int:
        """Customers of all cohorts: everybody who ever ordered, where the history holds a quarter."""
        return int(self.cohorts.drop_duplicates("cohort_start")["customers"].sum())

    @property
    def changes(self) -> pd.DataFrame:
        """The steps of the bridge between its halves, by part."""
        return self.revenue_bridge[~self.revenue_bridge["is_total"].astype(bool)].set_index("part")

    def last_day(self, start: pd.Timestamp) -> pd.Timestamp:
        """The last day of the cohort's quarter that begins on this day; a later quarter must have begun."""
        rows = self.cohorts[(self.cohorts["cohort_start"] == start) & (self.cohorts["quarters_since"] == 1)]
        return rows["quarter_start"].iloc[0] - pd.Timedelta(days=1)

    def part(self, name: str) -> pd.Series | None:
        """A row of the bridge by its part, or None where nobody stands in it."""
        rows = self.revenue_bridge[self.revenue_bridge["part"] == name]
        return None if rows.empty else rows.iloc[0]

    def mix(self, rating: str) -> pd.Series | None:
        """A row of the mix by its rating, or None where it holds nothing."""
        rows = self.rating_mix[self.rating_mix["rating"] == rating]
        return None if rows.empty else rows.iloc[0]


def list_tables(
    customer_ratings: pd.DataFrame,
    rating_measures: pd.DataFrame,
    rating_mix: pd.DataFrame,
    concentration: pd.DataFrame,
    revenue_bridge: pd.DataFrame,
    cohorts: pd.DataFrame,
    call_list: pd.DataFrame,
    *,
    customer_days: pd.DataFrame,
    window_start: object,
    as_of: object,
    window_months: int,
) -> ListTables:
    """The published tables, each as `helpers.method` makes it, with what `customer_days` says of the history."""
    return ListTables(
        customer_ratings=customer_ratings,
        rating_measures=rating_measures,
        rating_mix=rating_mix,
        concentration=concentration,
        revenue_bridge=revenue_bridge,
        cohorts=cohorts,
        call_list=call_list,
        bridge=bridge_facts(revenue_bridge, earlier_months=history_before(customer_days, window_start=window_start)),
        won=year_retention(customer_days, as_of=as_of),
        before=year_retention(customer_days, as_of=as_of, before_data=True),
        closed=one_cohort(customer_days, as_of=as_of),
        half_months=window_months // 2,
    )
