"""What does each customer spend with everyone, and what does Harbour know of it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.purchases import History
from harbour_maker.world import AS_OF, CURRENT_START, WINDOW_START, date_at, draws

YEARS = {"prior": (WINDOW_START, CURRENT_START), "current": (CURRENT_START, AS_OF)}
KNOWN = 0.50  # part of those who bought in the window of whom a wallet is known
# those who buy nearly everything from us say so rather or less, until this part of the known wallets is theirs
LOYAL_KNOWN, LOYAL_OPENNESS = 0.046, np.arange(-3.0, 4.0, 0.125)
EARLIER = 0.72  # part of these, if they bought then, of whom it is known a year earlier too
SPEND_NOISE = 0.20  # sd of log: what a customer spends elsewhere is not what it plans to spend
YEAR_NOISE = 0.08  # and what of it changes from year to year
STATED_NOISE = 0.08  # sd of log of the whole wallet, as a customer remembers it
MISREAD = 0.012  # of those who state it say what they spend with others only
# sd of log of what is spent elsewhere: both of these know what was spent with us
ELSEWHERE_NOISE = {"panel": 0.04, "account_manager": 0.14}
CONFIDENCE = {"panel": ("high",), "stated": ("high", "medium"), "account_manager": ("medium", "low")}


def true_wallets(population: pd.DataFrame, history: History, lines: pd.DataFrame, seed: int) -> pd.DataFrame:
    """What each customer spends in each of the last two years.

    A customer buys elsewhere what its plan (potential) leaves when it has given us our share, in the part of the year
    in which it is ours; before and after that it buys everything elsewhere. What it spends with us is what the lines
    say. So a wallet is never below our revenue, and who left keeps one.

    Returns
    -------
    DataFrame, indexed by customer_id in the order of the population; for each year (prior, current), currency a year
        revenue_*   net of returns; never below zero in the sum of the year, else 0
        elsewhere_*, wallet_*, share_*   share is missing where the customer bought nothing from us in that year
    """
    random, size = draws(seed, "true_wallets"), len(population)
    lasting = SPEND_NOISE * random.standard_normal(size)
    table = population.set_index("customer_id")
    begun = pd.Series(date_at(table["first_order"]), index=table.index)
    left = history.died.reindex(table.index).fillna(AS_OF)
    found = {}
    for year, (start, end) in YEARS.items():
        inside = (lines["date"] >= start) & (lines["date"] < end)
        revenue = lines[inside].groupby("customer_id")["revenue"].sum().reindex(table.index, fill_value=0.0)
        revenue = revenue.round(2).clip(lower=0.0)
        ours = (left.clip(upper=end) - begun.clip(lower=start)) / (end - start)
        plan = table["potential"] * (1 - table["share"] * ours.clip(0, 1))
        elsewhere = (plan * np.exp(lasting + YEAR_NOISE * random.standard_normal(size))).round(2)
        found |= {f"revenue_{year}": revenue, f"elsewhere_{year}": elsewhere, f"wallet_{year}": revenue + elsewhere}
        found[f"share_{year}"] = (revenue / (revenue + elsewhere)).where(revenue > 0)
    return pd.DataFrame(found)


def wallets(population: pd.DataFrame, truth: pd.DataFrame, lines: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The table `wallets`: what somebody says that a customer spends, for about half of them, and not at random.

    Known are rather the big, the managed and those that give us much. A customer states its wallet from memory; a panel
    and an account manager know what it spent with us and judge the rest.

    Parameters
    ----------
    truth : DataFrame, from `true_wallets`
    """
    random = draws(seed, "wallets")
    table = population.set_index("customer_id").join(truth)
    chosen = _known(table, lines, random)
    source = _sources(table.loc[chosen], random)
    earlier = table.loc[chosen, "revenue_prior"].gt(0) & (random.random(len(chosen)) < EARLIER)
    years = [("current", chosen), ("prior", chosen[earlier.to_numpy()])]
    rows = [_stated(table.loc[ids], source[ids], year, random) for year, ids in years]
    # a few were asked twice: what the panel saw in the last year, too
    second = chosen[(source == "stated").to_numpy() & (random.random(len(chosen)) < 0.05)]
    rows.append(_stated(table.loc[second], pd.Series("panel", index=second), "current", random))
    found = pd.concat(rows, ignore_index=True)
    order = ["period_start", "wallet_source", "customer_id"]
    return found.sort_values(order, ascending=[True, False, True], ignore_index=True)


def _known(table: pd.DataFrame, lines: pd.DataFrame, random: np.random.Generator) -> pd.Index:
    """The customers with a known wallet: of those who bought in the window, half, and rather the good ones."""
    bought = lines.loc[lines["date"] >= WINDOW_START].groupby("customer_id")["revenue"].sum()
    buyers = table.loc[table.index.isin(bought.index[bought > 0])]
    size = np.log(buyers["wallet_current"])
    liking = (
        0.6 * (size - size.mean()) / size.std()
        + 0.9 * buyers["relationship_type"].ne("transactional")
        + 2.0 * buyers["share_current"].fillna(0.0)
        + random.gumbel(size=len(buyers))
    )
    loyal = (buyers["share_current"] > 0.8).to_numpy()
    count = round(KNOWN * len(buyers))
    for openness in LOYAL_OPENNESS:
        order = np.argsort(-(liking.to_numpy() + openness * loyal), kind="stable")[:count]
        if loyal[order].mean() >= LOYAL_KNOWN:
            break
    return buyers.index[np.sort(order)]


def _sources(known: pd.DataFrame, random: np.random.Generator) -> pd.Series:
    managed = known["relationship_type"].ne("transactional").to_numpy()
    first = np.where(random.random(len(known)) < np.where(managed, 0.55, 0.15), "account_manager", "stated")
    return pd.Series(np.where(random.random(len(known)) < 0.12, "panel", first), index=known.index)


def _stated(table: pd.DataFrame, source: pd.Series, year: str, random: np.random.Generator) -> pd.DataFrame:
    """One row per customer: its wallet of the year as this source gives it, rounded as people round."""
    noise = random.standard_normal(len(table))
    ours, elsewhere = table[f"revenue_{year}"], table[f"elsewhere_{year}"]
    misread = random.random(len(table)) < MISREAD
    wallet = (ours.mask(misread, 0.0) + elsewhere) * np.exp(STATED_NOISE * noise)
    for judge, spread in ELSEWHERE_NOISE.items():
        wallet = wallet.where(source != judge, ours + elsewhere * np.exp(spread * noise))
    start, end = YEARS[year]
    sure = [random.choice(CONFIDENCE[name]) for name in source]
    return pd.DataFrame(
        {
            "customer_id": table.index,
            "wallet": np.where(source == "panel", wallet.round(2), significant(wallet, 2)),
            "period_start": start,
            "period_end": end - pd.Timedelta(days=1),
            "wallet_source": source.to_numpy(),
            "confidence": sure,
        }
    )


def significant(value: pd.Series, digits: int) -> np.ndarray:
    """Rounded to so many significant digits, as people do who estimate: 48,000 rather than 47,630."""
    value = np.asarray(value, dtype=float)
    unit = 10.0 ** (np.floor(np.log10(np.maximum(value, 1.0))) - digits + 1)
    return np.rint(value / unit) * unit
