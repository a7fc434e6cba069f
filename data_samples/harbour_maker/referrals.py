"""Who brings whom, and does the one who came buy?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, START, draws

REFERRALS = 75 / 900  # of new people, per customer
# part of those who came through a customer of the group that bought
BUYING_RATE = {"yards": 0.86, "workshops": 0.80, "fleets": 0.75, "chandlers": 0.68, "owners": 0.70}
PROMOTER = 9  # recommend from here on
PROMOTERS_MORE = 4.0  # times as often as others
GROUP_MORE = {"yards": 1.5, "workshops": 1.2, "fleets": 0.8, "chandlers": 0.7, "owners": 0.8}
ALIKE = 3.0  # times as often someone of the same group
CAME_BY_REFERRAL = 6.0  # times as often an account whose channel says so
EARLIEST = START + pd.Timedelta(days=60)  # by then customers had something to recommend
LONGEST_WAIT = 75  # days from a referral to the first order
NAMED_TWICE = 0.05  # part of the referred whom a second customer names, later


@dataclass(frozen=True)
class Referrals:
    """The delivered table (customer_id, referred_customer_id, date), and per row of it what is true.

    latent : group (of who referred), promoter (would answer 9 or 10 in the second wave), bought, again (named before)
    """

    table: pd.DataFrame
    latent: pd.DataFrame


def referrals(
    population: pd.DataFrame, never_buyers: pd.DataFrame, history: History, opinions: pd.DataFrame, seed: int
) -> Referrals:
    """The table `referrals`.

    Who bought is drawn from the customers whose first order came later than EARLIEST, up to LONGEST_WAIT days before
    it; who did not, from the accounts that never bought, as many as the buying rates want and there are.

    Parameters
    ----------
    never_buyers : DataFrame, the observable columns of accounts without an order
    opinions : DataFrame, from `opinions`
    """
    random = draws(seed, "referrals")
    table = population.set_index("customer_id")
    first = history.orders.groupby("customer_id")["date"].min().reindex(table.index)
    last_wave = opinions[opinions["wave"] == opinions["wave"].max()].set_index("customer_id")
    promoter = (last_wave["recommend"] >= PROMOTER).reindex(table.index)
    life = pd.DataFrame({"first": first, "last": history.died.reindex(table.index).fillna(AS_OF)})
    life["eager"] = np.where(promoter, PROMOTERS_MORE, 1.0) * table["group"].map(GROUP_MORE)
    people = {group: rows.to_records() for group, rows in life.groupby(table["group"])}
    eagerness = np.array([rows["eager"].sum() for rows in people.values()])

    came = table.assign(first=first)[(first > EARLIEST + pd.Timedelta(days=LONGEST_WAIT)).to_numpy()].sort_index()
    easily = np.where(came["channel"] == "referral", CAME_BY_REFERRAL, 1.0)
    never = list(random.permutation(never_buyers["customer_id"].sort_values()))
    wanted = min(round(REFERRALS * len(table)), len(came))
    rows = []
    while len(rows) < wanted:
        group = random.choice(list(people), p=eagerness / eagerness.sum())
        buys = random.random() < BUYING_RATE[group] or not never
        if buys:
            likely = easily * np.where(came["group"] == group, ALIKE, 1.0)
            place = random.choice(len(came), p=likely / likely.sum())
            who, day = came.index[place], came["first"].iloc[place] - _days(random, 3, LONGEST_WAIT)
        else:
            place, who = None, never.pop()
            day = EARLIEST + _days(random, 0, (AS_OF - EARLIEST).days)
        by = _who_refers(people[group], day, who, random)
        if by is None:
            continue
        if place is not None:
            easily[place] = 0.0
        rows.append((by, who, day, group, buys, False))
        other = _who_refers(people[group], day, who, random)
        if random.random() < NAMED_TWICE and other not in (by, None):
            later = min(day + _days(random, 1, 60), AS_OF - pd.Timedelta(days=1))
            rows.append((other, who, later, group, buys, True))
    columns = ["customer_id", "referred_customer_id", "date", "group", "bought", "again"]
    found = pd.DataFrame(rows, columns=columns).sort_values(["date", *columns[:2]], ignore_index=True)
    found["promoter"] = promoter.loc[found["customer_id"]].to_numpy()
    return Referrals(table=found[columns[:3]], latent=found[["group", "promoter", "bought", "again"]])


def _days(random: np.random.Generator, least: int, below: int) -> pd.Timedelta:
    return pd.Timedelta(days=int(random.integers(least, below)))


def _who_refers(people: np.recarray, day: pd.Timestamp, referred: str, random: np.random.Generator) -> str | None:
    """One of these customers who was one on that day, promoters rather than others; None where nobody was."""
    moment = day.to_datetime64()
    there = people[(people["first"] < moment) & (people["last"] > moment) & (people["customer_id"] != referred)]
    return str(random.choice(there["customer_id"], p=there["eager"] / there["eager"].sum())) if len(there) else None
