"""What belongs to one Harbour? All tables and what lies behind them, in memory, from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from harbour_maker import population as people
from harbour_maker.budget import spend
from harbour_maker.contacts import touchpoints
from harbour_maker.contracts import Contracts, contracts
from harbour_maker.future import markets
from harbour_maker.goals import goals
from harbour_maker.lines import lines
from harbour_maker.opinions import opinions
from harbour_maker.projects import ONE_HIT, categories, investments, requesters, with_niche
from harbour_maker.prospects import prospects
from harbour_maker.purchases import History, purchases
from harbour_maker.referrals import Referrals, referrals
from harbour_maker.service import Service, service
from harbour_maker.suppliers import supplier_spend
from harbour_maker.survey import Survey, survey
from harbour_maker.verbatims import verbatims
from harbour_maker.wallet_categories import by_category
from harbour_maker.wallets import true_wallets, wallets


@dataclass(frozen=True)
class Harbour:
    """One Harbour Supplies.

    tables : the delivered tables by name, with the kit's column names, in the order of an export
    population : one row per customer that ever bought, observable and latent
    died : per customer the day it left for good, from history
    """

    seed: int
    customers: int
    movers: bool
    groups: bool
    tables: dict[str, pd.DataFrame]
    population: pd.DataFrame
    history: History
    service: Service
    contracts: Contracts
    opinions: pd.DataFrame
    true_wallets: pd.DataFrame
    yearly_wallets: pd.DataFrame
    elsewhere_parts: pd.DataFrame
    survey: Survey
    secrets: pd.DataFrame
    referrals: Referrals
    requesters: dict[str, str]
    prospect_groups: pd.Series


def build(seed: int, customers: int, movers: bool = True, groups: bool = True) -> Harbour:
    """All of one Harbour.

    Parameters
    ----------
    seed : int, zero or more
    customers : int, that ever bought
    movers, groups : whether customers move toward the best group, and whether there are groups at all
    """
    population = people.population(seed, customers, movers=movers, groups=groups)
    never = people.never_buyers(population, seed)
    history = purchases(population, seed)
    sold = lines(population, history, seed)
    asked = requesters(population, sold, seed)
    sold = with_niche(sold, asked[ONE_HIT.name])
    served = service(population, history, sold, seed)
    held = contracts(population, history, seed)
    true = true_wallets(population, history, sold, seed)
    known = wallets(population, true, sold, seed)
    told, elsewhere = by_category(known, sold, seed)
    thought = opinions(population, true["share_current"], seed)
    answered = survey(population, history, sold, held.ended, thought, seed)
    remarks, secrets = verbatims(answered, seed)
    sent = referrals(population, never, history, thought, seed)
    accounts = pd.concat([population[list(people.OBSERVABLE)], never], ignore_index=True)
    possible, prospect_groups = prospects(seed, customers, accounts["name"], groups)
    tables = {
        "transactions": sold,
        "customers": accounts.sort_values("customer_id", ignore_index=True),
        "contracts": held.table,
        "categories": categories(),
        "service_events": served.events,
        "activity_costs": served.activity_costs,
        "wallets": told,
        "supplier_spend": supplier_spend(population, true, known, thought, seed),
        "survey": answered.table.assign(verbatim=remarks),
        "referrals": sent.table,
        "prospects": possible,
        "markets": markets(seed),
        "investments": investments(seed, customers, asked),
        "touchpoints": touchpoints(seed),
        "spend": spend(seed, population, served.events, served.activity_costs, served.cost),
    }
    tables["goals"] = goals(tables)
    return Harbour(
        seed=seed,
        customers=customers,
        movers=movers,
        groups=groups,
        tables=tables,
        population=population,
        history=history,
        service=served,
        contracts=held,
        opinions=thought,
        true_wallets=true,
        yearly_wallets=known,
        elsewhere_parts=elsewhere,
        survey=answered,
        secrets=secrets,
        referrals=sent,
        requesters=asked,
        prospect_groups=prospect_groups,
    )
