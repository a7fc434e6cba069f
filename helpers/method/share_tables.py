"""The tables of step 05 as one thing, and the words for their scope and their period.

What the step says, checks and leaves open is drawn from the same tables, so they travel together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from helpers.client.result_model import Evidence, Value
from helpers.method.finding_values import count_value, date_value, text_value
from helpers.method.share import ALL
from helpers.method.share_change import ShareChange
from helpers.method.share_market import Market
from helpers.method.share_wallets import USED
from helpers.method.share_years import COLUMNS as YEARS

# Why a buyer has no known wallet, by the states of the wallets that were delivered for it.
UNKNOWN = {
    "none": "were not delivered",
    "older": "end too early",
    "later": "begin after the window",
    "not_covered": "lie where our own data do not reach",
    "outside_scope": "lie outside the scope",
    "not_sold": "are for what we do not sell",
    "zero": "are zero, which says as little as none",
    "conflict": "are below our own revenue",
}


@dataclass(frozen=True)
class ShareTables:
    """The published tables of step 05 for the scope in force, and `wallet_states` of the same scope.

    `change` is that of `share_change.share_change`, None where no two quarters can be compared; `market` that of
    `market_of_window`; `share_change` that of `share_years.share_by_year`, empty where no two years can be.
    """

    customer_share: pd.DataFrame
    group_share: pd.DataFrame
    share_by_scope: pd.DataFrame
    share_by_category: pd.DataFrame
    headroom: pd.DataFrame
    share_by_quarter: pd.DataFrame
    rank_based_share: pd.DataFrame
    wallets: pd.DataFrame
    change: ShareChange | None = None
    market: Market = Market("no_table")
    share_change: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=YEARS))

    @property
    def year(self) -> pd.Series | None:
        """How the share of all customers moved within a year, None where that cannot be said."""
        rows = self.share_change[self.share_change["change"].notna()]
        rows = rows[rows["group_id"] == ALL]
        return rows.iloc[0] if len(rows) else None

    @property
    def whole(self) -> pd.Series:
        """The row of all customers."""
        return self.group_share[self.group_share["group_id"] == ALL].iloc[0]

    @property
    def scope(self) -> pd.Series:
        """The row of the scope in force."""
        return self.share_by_scope[self.share_by_scope["chosen"].astype(bool)].iloc[0]

    @property
    def used(self) -> pd.DataFrame:
        """The wallets behind the share: of buyers, and counted."""
        known = self.customer_share.loc[self.customer_share["wallet_state"] == "known", "customer_id"]
        return self.wallets[(self.wallets["state"] == USED) & self.wallets["customer_id"].isin(known)]

    @property
    def of_buyers(self) -> pd.DataFrame:
        """The wallets that were delivered for buyers, used or not."""
        return self.wallets[self.wallets["customer_id"].isin(self.customer_share["customer_id"])]

    @property
    def evidence(self) -> Evidence:
        """`judged` where account managers' estimates make up half of the wallets or more, else `measured`."""
        used = self.used
        guessed = used.loc[used["wallet_source"] == "account_manager", "wallet"].sum()
        return "judged" if guessed > 0 and 2 * guessed >= used["wallet"].sum() else "measured"

    @property
    def largest_category(self) -> str:
        """The named category with the most revenue, the first by name among equals."""
        rows = self.share_by_category
        rows = rows[rows["category"].fillna("") != ""]
        return str(
            rows.sort_values(["revenue", "category"], ascending=[False, True], kind="stable")["category"].iloc[0]
        )

    @property
    def categories_in_scope(self) -> pd.DataFrame:
        """The rows of the named categories in scope."""
        rows = self.share_by_category
        return rows[rows["in_scope"].astype(bool) & (rows["category"].fillna("") != "")]


def scope_words(tables: ShareTables) -> tuple[str, dict[str, Value]]:
    """The scope in force as part of a sentence, and the values it needs."""
    scope = tables.scope
    name, count = scope["scope"], int(scope["categories"])
    if name == "all_categories":
        if count < 2:
            return "all that we sell", {}
        return "all {categories:count} categories that we sell", {"categories": count_value(count)}
    if count == 1:
        return "{category:text}", {"category": text_value(tables.categories_in_scope["category"].iloc[0])}
    words = "in which we really compete" if name == "main_categories" else "that we chose"
    return f"the {{categories:count}} categories {words}", {"categories": count_value(count)}


def period_label(tables: ShareTables) -> str:
    """The days that the used wallets cover, for a subtitle: "2017", or "1 March 2016 to 28 February 2017"; "" if none.

    A day that no wallet covers may lie between them.
    """
    used = tables.used
    if used.empty:
        return ""
    start, end = used["period_start"].min(), used["period_end"].max()
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(start.year)
    # month_name is English on every machine, strftime is not.
    first, last = (f"{day.day}\N{NO-BREAK SPACE}{day.month_name()} {day.year}" for day in (start, end))
    return f"{first} to {last}"


def period_words(used: pd.DataFrame) -> tuple[str, dict[str, Value]]:
    """ "a year" where every wallet speaks of the same whole year, else the days between which they lie.

    A panel writes no row where nothing was spent, so its year need not be full for each customer; others' must be.
    """
    start, end = used["period_start"].min(), used["period_end"].max()
    spans = (
        used[used["wallet_source"] != "panel"]
        .groupby("customer_id")
        .agg(start=("period_start", "min"), end=("period_end", "max"), days=("period_days", "sum"))
    )
    whole = (
        ((spans["end"] - spans["start"]).dt.days >= 350) & (spans["days"] >= 350) if len(spans) else pd.Series([True])
    )
    if 360 <= (end - start).days + 1 <= 371 and bool(whole.all()):
        return "a year", {}
    return "between {from:date} and {to:date}", {"from": date_value(start), "to": date_value(end)}


def why_unknown(tables: ShareTables, *, delivered: bool = False) -> str:
    """In words, each reason for which some buyer has no known wallet; `delivered` leaves out that there is none."""
    shares, wallets = tables.customer_share, tables.of_buyers
    buyers = set(shares.loc[shares["wallet_state"] == "unknown", "customer_id"])
    theirs = wallets[wallets["customer_id"].isin(buyers)]
    found = set(theirs["state"]) | ({"none"} if buyers - set(theirs["customer_id"]) and not delivered else set())
    found |= {"zero"} if USED in found else set()
    found |= {"conflict"} if (shares["wallet_state"] == "conflict").any() else set()
    return " or ".join(words for state, words in UNKNOWN.items() if state in found)
