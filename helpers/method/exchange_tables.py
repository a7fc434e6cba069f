"""The tables of step 07 as one thing: what the step says, checks and leaves open is drawn from the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.method.exchange_sides import Hurdle
from helpers.method.group_parts import BESIDE
from helpers.method.share import ALL
from helpers.method.survey_answers import Answers


@dataclass(frozen=True)
class ExchangeTables:
    """Both sides of the exchange and what rests on them.

    value_exchange, exchange_levers, exchange_claim, group_profiles_full : DataFrame, as published
    answers : Answers
    hurdle : Hurdle
    way : str or None
        By what drivers are weighted; None where nobody compared us.
    """

    value_exchange: pd.DataFrame
    exchange_levers: pd.DataFrame
    exchange_claim: pd.DataFrame
    group_profiles_full: pd.DataFrame
    answers: Answers
    hurdle: Hurdle
    way: str | None

    @property
    def whole(self) -> pd.Series:
        """The row of all active customers."""
        return self.value_exchange.iloc[0]

    @property
    def groups(self) -> pd.DataFrame:
        """The rows of the groups that were formed; that of all where there are none."""
        return formed(self.value_exchange)

    @property
    def shown(self) -> list[str]:
        """Ids of those groups, as exhibits take them."""
        return self.groups["group_id"].tolist()


def formed(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of groups that were formed, without all and without those who stand beside; of all if there are none.

    >>> formed(pd.DataFrame({"group_id": ["all", "g1", "lapsing"]}))["group_id"].tolist()
    ['g1']
    >>> formed(pd.DataFrame({"group_id": ["all"]}))["group_id"].tolist()
    ['all']
    """
    own = table[~table["group_id"].isin([ALL, *BESIDE])]
    return own if len(own) else table[table["group_id"] == ALL]
