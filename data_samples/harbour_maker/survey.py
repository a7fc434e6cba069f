"""Who is asked what it thinks of Harbour, who answers, and what is written down?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harbour_maker.opinions import COMPETITOR, DRIVERS, WAVES, WEIGHTS, answer
from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, WINDOW_START, draws

ASKED_DAYS = 90  # asked is who ordered in that many days before the wave
OPEN_DAYS = 26  # of a wave
RESPONSES = 320 / 900  # answers in both waves, per customer
STRAIGHT_LINERS = 0.05
ANONYMOUS = 0.03  # answers whose customer was not recorded
KNOWS_COMPETITOR = 0.70
# left out as not applicable, by driver in the order of DRIVERS: few complain, and not all ask for advice
NOT_APPLICABLE = (0.02, 0.02, 0.02, 0.08, 0.02, 0.02, 0.03, 0.12)
REGION_ANSWERS = {"North": 0.3, "East": 0.0, "South": 0.1, "West": -0.2, "Islands": -0.5}  # log odds
STATED_IMPORTANCE = (9.0, 8.2, 8.1, 6.9, 7.0, 8.2, 6.5, 7.4)  # price comes first for everyone who is asked directly
LATE = 3.0  # days since the last order over the median gap; beyond it a customer seems gone
SATISFIED = 8  # the top three of eleven answers
CONTENT_ANSWERS = 0.3  # log odds, per point of satisfaction
AGAIN_ANSWERS = -2.0  # log odds of who answers in the other wave
PAUSED_ANSWERS = -4.5  # log odds; see `responses`
LEAVERS_ANSWER = np.arange(0.0, 6.0, 0.25)  # log odds, tried one after the other
LEAVERS_WANTED = 33 / 900  # of the customers


@dataclass(frozen=True)
class Survey:
    """The delivered table and what is true of its rows, one row per response in the same order.

    latent : respondent_id, customer_id (also of the anonymous), group, wave, straight_liner
    """

    table: pd.DataFrame
    latent: pd.DataFrame


def survey(
    population: pd.DataFrame,
    history: History,
    lines: pd.DataFrame,
    ended: pd.Series,
    opinions: pd.DataFrame,
    seed: int,
) -> Survey:
    """The table `survey` without its verbatims.

    Parameters
    ----------
    ended : Series by customer_id, from `contracts`: the day on which a contract ended for good, NaT = still running
    opinions : DataFrame, from `opinions`: what everyone would answer
    """
    random = draws(seed, "survey")
    latent = responses(population, history, lines, ended, opinions, random)
    said = latent[["customer_id", "wave"]].merge(opinions, on=["customer_id", "wave"], validate="one_to_one")
    table = latent[["customer_id", "respondent_id", "date"]].copy()
    table["customer_id"] = table["customer_id"].where(random.random(len(table)) >= ANONYMOUS, None)
    table[["recommend", "satisfaction"]] = said[["recommend", "satisfaction"]]
    table["competitor"] = np.where(random.random(len(table)) < KNOWS_COMPETITOR, COMPETITOR, None)
    ours, theirs = [f"driver_{name}" for name in DRIVERS], [f"competitor_{name}" for name in DRIVERS]
    table[ours], table[theirs] = said[ours], said[theirs]
    straight = latent["straight_liner"].to_numpy()
    for names, value in ((ours, table["satisfaction"]), (theirs, (table["satisfaction"] - 1).clip(lower=0))):
        table[names] = np.where(straight[:, None], value.to_numpy()[:, None], table[names])
    asked = ~straight[:, None] & (random.random((len(table), len(DRIVERS))) < NOT_APPLICABLE)
    table[ours] = table[ours].mask(asked)
    table[theirs] = table[theirs].mask(asked | table["competitor"].isna().to_numpy()[:, None])
    stated = _stated_importance(latent["group"], random)
    table[stated.columns] = stated.to_numpy()
    numbers = [name for name in table if table[name].dtype == float]
    return Survey(table=table.astype(dict.fromkeys(numbers, "Int64")), latent=latent.drop(columns="date"))


def responses(
    population: pd.DataFrame,
    history: History,
    lines: pd.DataFrame,
    ended: pd.Series,
    opinions: pd.DataFrame,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Who answers in which wave, by date: respondent_id, customer_id, group, wave, straight_liner, date.

    Asked is who ordered in the 90 days before a wave. Rather big, content and northern customers answer, and nobody who
    has left. A customer that buys at random moments is late by chance in one case of eight, and far fewer leave. So
    that a survey of this size holds enough content customers who left, and lateness tells them from the others, those
    who only pause at AS_OF answer less, and those who left answer rather, by as much as it takes (LEAVERS_WANTED).
    """
    table = population.set_index("customer_id")
    left = departure(history, ended).reindex(table.index)
    paused = (lateness(lines).reindex(table.index) > LATE) & left.isna()
    size = np.log(table["potential"])
    eager = 0.35 * (size - size.mean()) / size.std() + table["region"].map(REGION_ANSWERS) + PAUSED_ANSWERS * paused
    found = []
    for wave, day in enumerate(map(pd.Timestamp, WAVES)):
        recent = (history.orders["date"] < day) & (history.orders["date"] >= day - pd.Timedelta(days=ASKED_DAYS))
        here = ~(history.died < day + pd.Timedelta(days=OPEN_DAYS)).reindex(table.index)
        asked = table.index.isin(history.orders.loc[recent, "customer_id"]) & here
        content = opinions[opinions["wave"] == wave].set_index("customer_id")["satisfaction"].reindex(table.index)
        days = np.minimum(random.exponential(8.0, len(table)).astype(int), OPEN_DAYS - 1)
        rows = table[["group"]].assign(wave=wave, date=day + pd.to_timedelta(days, unit="D"))
        rows["key"] = eager + CONTENT_ANSWERS * (content - 7) + random.gumbel(size=len(table))
        rows["leaves"] = left > rows["date"]
        rows["content"] = content >= SATISFIED
        found.append(rows[np.asarray(asked, dtype=bool)].reset_index())
    every = pd.concat(found, ignore_index=True)
    every["key"] += AGAIN_ANSWERS * (every.groupby("customer_id")["key"].rank(ascending=False) > 1)
    kept = _who_answers(every, len(table))
    kept = kept.iloc[random.permutation(len(kept))].sort_values("date", kind="stable", ignore_index=True)
    numbers = random.choice(np.arange(1_000, 10_000 + 10 * len(kept)), len(kept), replace=False)
    kept["respondent_id"] = [f"R-{number}" for number in numbers]
    kept["straight_liner"] = random.random(len(kept)) < STRAIGHT_LINERS
    return kept[["respondent_id", "customer_id", "group", "wave", "straight_liner", "date"]]


def _who_answers(asked: pd.DataFrame, customers: int) -> pd.DataFrame:
    """The most eager of those asked, with leavers just so eager that enough content ones are among them."""
    for eagerness in LEAVERS_ANSWER:
        key = asked["key"] + eagerness * asked["leaves"]
        kept = asked.loc[key.sort_values(ascending=False, kind="stable").index[: round(RESPONSES * customers)]]
        leavers = kept.loc[kept["leaves"] & kept["content"], "customer_id"].nunique()
        if leavers >= LEAVERS_WANTED * customers:
            break
    return kept


def departure(history: History, ended: pd.Series) -> pd.Series:
    """The day on which each customer that left did so: its last order for good, or the end of its contract.

    Indexed by customer_id; who has not left is missing. Where both happened, the later day.
    """
    return pd.concat([history.died.dropna(), ended.dropna()]).groupby(level=0).max()


def lateness(lines: pd.DataFrame) -> pd.Series:
    """Days since the last order over the median gap between order days, in the window; needs three order days."""
    bought = lines[(lines["revenue"] > 0) & (lines["date"] >= WINDOW_START)]
    days = bought[["customer_id", "date"]].dropna().drop_duplicates().sort_values(["customer_id", "date"])
    gap = days.groupby("customer_id")["date"].diff().dt.days.groupby(days["customer_id"]).median()
    seen = days.groupby("customer_id")["date"].agg(["size", "max"])
    return ((AS_OF - seen["max"]).dt.days / gap)[seen["size"] >= 3]


def _stated_importance(group: pd.Series, random: np.random.Generator) -> pd.DataFrame:
    """What respondents say matters to them: mostly price, whatever their opinions of us follow from."""
    shape = (len(group), len(DRIVERS))
    weights = np.array([np.array(WEIGHTS[name]) / sum(WEIGHTS[name]) for name in group])
    level = 0.8 * random.standard_normal((len(group), 1))
    latent = np.array(STATED_IMPORTANCE) + 1.0 * weights + level + 1.1 * random.standard_normal(shape)
    skipped = random.random((len(group), 1)) < 0.10
    columns = [f"importance_{name}" for name in DRIVERS]
    return pd.DataFrame(answer(latent), columns=columns, index=group.index).mask(np.broadcast_to(skipped, shape))
