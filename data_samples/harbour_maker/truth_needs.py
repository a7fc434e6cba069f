"""What is true of what customers value, think, say, and do about it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.importance import advantage, group_moments, lmg, mixed_moments, simulated_importance
from harbour_maker.opinions import COMPETITOR, DRIVERS, HALO, SPREAD
from harbour_maker.purchases import History
from harbour_maker.referrals import BUYING_RATE, Referrals
from harbour_maker.survey import LATE, SATISFIED, Survey, departure, lateness
from harbour_maker.verbatims import SECRETS
from harbour_maker.world import AS_OF

PROMOTER, DETRACTOR = 9, 6
OURS = [f"driver_{name}" for name in DRIVERS]


def customers(
    population: pd.DataFrame, opinions: pd.DataFrame, survey: Survey, leavers: pd.DataFrame, referrals: Referrals
) -> pd.DataFrame:
    """What is true of each customer's opinion, indexed by customer_id.

    satisfaction and recommend (what it would answer in the second wave), answered (a response has its name),
    satisfied_leaver, referrals and buying_referrals (each new customer counts for the one who named it first).

    Parameters
    ----------
    leavers : DataFrame, from `respondents`
    """
    last = opinions[opinions["wave"] == opinions["wave"].max()].set_index("customer_id")
    table = last.loc[population["customer_id"], ["satisfaction", "recommend"]].astype(int)
    table["answered"] = table.index.isin(survey.table["customer_id"])
    table["satisfied_leaver"] = table.index.isin(leavers.index[leavers["satisfied"] & leavers["left"]])
    sent = referrals.table[~referrals.latent["again"]]
    counts = sent.groupby("customer_id").size()
    buying = sent[referrals.latent.loc[sent.index, "bought"]].groupby("customer_id").size()
    return table.assign(
        referrals=counts.reindex(table.index, fill_value=0),
        buying_referrals=buying.reindex(table.index, fill_value=0),
    )


def respondents(
    history: History, lines: pd.DataFrame, contracts: pd.DataFrame, ended: pd.Series, survey: Survey
) -> pd.DataFrame:
    """Everyone who answered under a name, by the last answer: indexed by customer_id.

    satisfied (8 or more), left (truly, after that answer), flagged (step 06's sign of a leaver, from the delivered
    tables: late at AS_OF, or a contract that ended after the answer without another within 30 days).
    """
    named = survey.table.dropna(subset=["customer_id"]).sort_values("date", kind="stable")
    table = named.drop_duplicates("customer_id", keep="last").set_index("customer_id")[["date", "satisfaction"]]
    table["satisfied"] = table["satisfaction"].astype(float) >= SATISFIED
    table["left"] = departure(history, ended).reindex(table.index) > table["date"]
    rows = contracts.assign(end_date=contracts["end_date"].fillna(AS_OF))
    last_end = rows.groupby("customer_id")["end_date"].max().reindex(table.index)
    late = lateness(lines).reindex(table.index) > LATE
    table["flagged"] = late | ((last_end > table["date"]) & (last_end < AS_OF))
    return table


def needs_truth(
    population: pd.DataFrame,
    opinions: pd.DataFrame,
    survey: Survey,
    secrets: pd.DataFrame,
    leavers: pd.DataFrame,
    referrals: Referrals,
    seed: int,
) -> dict[str, dict]:
    """The facts on drivers, the survey, satisfied leavers, secrets and referrals.

    Parameters
    ----------
    opinions : DataFrame, what everyone would answer
    secrets : DataFrame, from `verbatims`
    leavers : DataFrame, from `respondents`
    """
    facts = _driver_facts(population, survey, seed)
    facts |= _answer_facts(population, opinions, survey)
    facts |= _leaver_facts(leavers, scale=len(population) / 900)
    facts["secrets"] = {
        "what": "Which remarks hold something of the customers' own work that no rival knows.",
        "value": [
            {"key": one.key, "group": one.group, "what": one.what, "respondents": _ids(secrets, one.key)}
            for one in SECRETS
        ],
    }
    return facts | _referral_facts(population, opinions, referrals)


def _ids(secrets: pd.DataFrame, key: str) -> list[str]:
    return sorted(secrets.loc[secrets["key"] == key, "respondent_id"])


def _driver_facts(population: pd.DataFrame, survey: Survey, seed: int) -> dict:
    everyone = population["group"].value_counts().sort_index()
    sincere = survey.latent[~survey.latent["straight_liner"]]
    answered = sincere.groupby("group")["customer_id"].nunique().reindex(everyone.index, fill_value=0)
    ahead = {group: _by_driver(advantage(group)) for group in everyone.index}
    importance, explained = {}, {}
    for group in everyone.index:
        parts, explained[group] = lmg(group_moments(group)[1])
        importance[group] = _by_driver(parts)
    parts, explained["all"] = lmg(mixed_moments(everyone.to_dict())[1])
    importance["all"] = _by_driver(parts)
    oracle, found = simulated_importance(answered.to_dict(), seed)
    return {
        "driver_importance": {
            "what": "LMG importance of each driver for recommend in the population: parts of R2 that sum to one.",
            "value": importance,
            "oracle": oracle,
            "tolerance": 0.10,
            "how": "Closed form from the planted covariance of answers. The oracle: 5th to 95th percentile over many "
            "surveys of as many sincere customers; for a group, (n own + 50 whole) / (n + 50) as step 06 borrows. "
            "They know nothing of blanks and of who answers: of the real estimates five in six lie inside.",
        },
        "top_driver": {
            "what": "The most important driver of each group.",
            "value": {group: max(parts, key=parts.get) for group, parts in importance.items()},
            "oracle": found,
            "how": "The oracle: part of the simulated surveys in which the borrowed estimate puts it first.",
        },
        "driver_r2": {
            "what": "R2 of recommend on the eight ratings, as written down, in the population.",
            "value": {group: float(r2) for group, r2 in explained.items()},
            "band": [0.35, 0.50],
        },
        "advantage": {
            "what": f"Mean rating of ours less that of {COMPETITOR}, points, in the population.",
            "value": ahead,
        },
        "advantage_least": {
            "what": "The smallest distance of any driver in any group from a draw, in standard deviations of a rating.",
            "value": min(abs(value) for row in ahead.values() for value in row.values()) / SPREAD,
            "band": [0.40, 1.0],
        },
        "competitor_wins_on": {
            "what": "The drivers on which the competitor is better, in every group.",
            "value": [name for name in DRIVERS if all(row[name] < 0 for row in ahead.values())],
        },
        "driver_map": {
            "what": "What is important (1/8 or more) and how we compare there: by group and driver.",
            "value": {group: _places(importance[group], ahead[group]) for group in ahead},
        },
    }


def _by_driver(values: np.ndarray) -> dict[str, float]:
    return dict(zip(DRIVERS, map(float, values), strict=True))


def _places(importance: dict[str, float], advantage: dict[str, float]) -> dict[str, str]:
    """Step 06's map without its doubts."""
    words = {(True, True): "win_on", (True, False): "fix_first", (False, True): "over_served", (False, False): "keep"}
    return {name: words[importance[name] >= 1 / len(DRIVERS), advantage[name] > 0] for name in DRIVERS}


def _answer_facts(population: pd.DataFrame, opinions: pd.DataFrame, survey: Survey) -> dict:
    table, latent = survey.table, survey.latent
    ratings = table[OURS].astype(float)
    between = ratings.corr().to_numpy()[np.triu_indices(len(DRIVERS), 1)]
    last = opinions[opinions["wave"] == opinions["wave"].max()]
    stated = table[[f"importance_{name}" for name in DRIVERS]].astype(float).mean()
    size = np.log(population.set_index("customer_id")["potential"])
    both = ~table[["customer_id"]].isna().any(axis=1)
    content = table["satisfaction"].astype(float).mean()
    return {
        "responses": {
            "what": "Responses in the two waves, per 900 customers.",
            "value": len(table) * 900 / len(population),
            "band": [300.0, 340.0],
        },
        "halo": {
            "what": "Mean correlation of two ratings of ours in the delivered answers.",
            "value": float(between.mean()),
            "band": [0.40, 0.80],
            "oracle": HALO,
            "how": "The oracle is what was planted in latent ratings; rounding takes from it, straight-liners add.",
        },
        "straight_liners": {
            "what": "Who gave the same rating eight times without reading: part of the responses, and which.",
            "value": float(latent["straight_liner"].mean()),
            "band": [0.015, 0.10],
            "respondents": sorted(latent.loc[latent["straight_liner"], "respondent_id"]),
        },
        "not_applicable": {
            "what": "Part of the ratings of ours left blank.",
            "value": float(ratings.isna().to_numpy().mean()),
            "band": [0.02, 0.06],
        },
        "competitor_rated": {
            "what": f"Part of the responses that rate {COMPETITOR}.",
            "value": float(table["competitor"].notna().mean()),
            "band": [0.60, 0.80],
        },
        "respondents_are_bigger": {
            "what": "Mean log yearly spend with everyone of who answered under a name, less that of all customers.",
            "value": float(size.reindex(table.loc[both, "customer_id"]).mean() - size.mean()),
            "band": [0.20, 1.60],
        },
        "respondents_are_content": {
            "what": "Mean satisfaction of the responses less that of all customers, had all been asked.",
            "value": float(content - opinions["satisfaction"].mean()),
            "band": [-0.05, 0.80],
        },
        "stated_price_first": {
            "what": "Mean stated importance of price less the next one's: said first by all, whatever drives opinion.",
            "value": float(stated["importance_price"] - stated.drop("importance_price").max()),
            "band": [0.15, 1.5],
        },
        "net_promoter_score": {
            "what": "Promoters less detractors, of all customers had all been asked in the second wave.",
            "value": _nps(last["recommend"]),
            "band": [-0.20, 0.25],
            "oracle": _nps(table["recommend"].astype(float)),
            "tolerance": 0.15,
            "how": "The oracle is that of the responses.",
        },
    }


def _nps(answers: pd.Series) -> float:
    return float((answers >= PROMOTER).mean() - (answers <= DETRACTOR).mean())


def _leaver_facts(leavers: pd.DataFrame, scale: float) -> dict:
    satisfied = leavers[leavers["satisfied"]]
    hits = int((satisfied["left"] & satisfied["flagged"]).sum())
    return {
        "satisfied_leavers": {
            "what": "Customers who answered 8 or more and later left: dropped out, or ended their contract.",
            "value": int(satisfied["left"].sum()),
            "band": [25 * scale, 65 * scale],
            "customers": sorted(satisfied.index[satisfied["left"]]),
        },
        "leaver_flag_precision": {
            "what": "Part of the satisfied customers flagged as step 06 does who truly left.",
            "value": hits / max(int(satisfied["flagged"].sum()), 1),
            "band": [0.85, 1.0],
        },
        "leaver_flag_recall": {
            "what": "Part of the satisfied leavers who are flagged.",
            "value": hits / max(int(satisfied["left"].sum()), 1),
            "band": [0.70, 1.0],
        },
    }


def _referral_facts(population: pd.DataFrame, opinions: pd.DataFrame, referrals: Referrals) -> dict:
    first = referrals.latent[~referrals.latent["again"]]
    last = opinions[opinions["wave"] == opinions["wave"].max()]
    promoters = float((last["recommend"] >= PROMOTER).mean())
    made = float(first["promoter"].mean())
    return {
        "referrals": {
            "what": "Rows of the table, per 900 customers.",
            "value": len(referrals.table) * 900 / len(population),
            "band": [60.0, 90.0],
        },
        "referral_buying_rate": {
            "what": "Part of the referred (each counted once) who bought.",
            "value": float(first["bought"].mean()),
            "band": [0.65, 0.90],
            "oracle": {group: float(rate) for group, rate in BUYING_RATE.items()},
            "how": "The oracle: what was planted by the group of who referred.",
        },
        "referrals_by_group": {
            "what": "Referred and of them buyers, by the group of who referred.",
            "value": {
                str(group): {"referred": len(part), "bought": int(part["bought"].sum())}
                for group, part in first.groupby("group")
            },
        },
        "promoters_refer_more": {
            "what": "Referrals per promoter over referrals per other customer (by what each would answer).",
            "value": (made / promoters) / ((1 - made) / (1 - promoters)),
            "band": [1.8, 15.0],
        },
    }
