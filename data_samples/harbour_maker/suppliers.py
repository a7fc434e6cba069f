"""From whom else do Harbour's customers buy, and whom do they prefer?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.opinions import COMPETITOR, answer
from harbour_maker.wallets import STATED_NOISE, significant
from harbour_maker.world import draws

US = "Harbour Supplies"
OTHERS = (COMPETITOR, "Ottermole Supply", "Pellgate Trade", "Brackwater Direct")
CALLED = (0.45, 0.22, 0.18, 0.15)  # how readily each comes to mind
ASKED = 1 / 3  # part of all customers
HOW_MANY = {2: 0.30, 3: 0.36, 4: 0.22, 5: 0.12}  # suppliers that a customer names, us included


def supplier_spend(
    population: pd.DataFrame, truth: pd.DataFrame, wallets: pd.DataFrame, opinions: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """The table `supplier_spend`: a third of the customers name their suppliers, by preference, with spend of a year.

    Where the customer stated its wallet, the spends add up to it (but for rounding). We are the favourite of exactly
    those who made us their first choice; where we are not, our place among the others follows what they spend with us.

    Parameters
    ----------
    truth : DataFrame, from `true_wallets`
    wallets : DataFrame, from `wallets`
    opinions : DataFrame, from `opinions`; satisfaction with us is that of the second wave
    """
    random = draws(seed, "supplier_spend")
    table = population.set_index("customer_id").join(truth)
    said = opinions[opinions["wave"] == opinions["wave"].max()].set_index("customer_id")["satisfaction"]
    stated = wallets[wallets["wallet_source"].eq("stated")].sort_values("period_start")
    stated = stated.drop_duplicates("customer_id", keep="last").set_index("customer_id")["wallet"]
    able = table[table["share_current"] > 0.02]
    eager = np.where(able.index.isin(wallets["customer_id"]), 1.2, 0.0) + random.gumbel(size=len(able))
    asked = able.iloc[np.sort(np.argsort(-eager, kind="stable")[: round(ASKED * len(table))])]
    rows = []
    for customer in asked.itertuples():
        whole = stated.get(customer.Index, customer.wallet_current * np.exp(STATED_NOISE * random.standard_normal()))
        named = _of_customer(customer.share_current, customer.first_choice, said[customer.Index], random)
        rows += [(customer.Index, supplier, whole * part, *rest) for supplier, part, *rest in named]
    columns = ["customer_id", "supplier", "spend", "supplier_rank", "satisfaction"]
    found = pd.DataFrame(rows, columns=columns).assign(rank_basis="preference")
    found["spend"] = significant(found["spend"], 3)
    found = found[[*columns[:-1], "rank_basis", columns[-1]]]
    return found.sort_values(["customer_id", "supplier"], ignore_index=True)


def _of_customer(
    share: float, first_choice: bool, satisfaction: float, random: np.random.Generator
) -> list[tuple[str, float, int, int]]:
    """The suppliers of one customer: name, part of its spend, place by preference, satisfaction."""
    count = random.choice(list(HOW_MANY), p=list(HOW_MANY.values()))
    others = random.choice(OTHERS, count - 1, replace=False, p=CALLED)
    # a little for each, so that nobody is named who sells nothing
    mixed = 0.97 * np.sort(random.dirichlet(np.full(count - 1, 1.6)))[::-1] + 0.03 / (count - 1)
    parts = (1 - share) * mixed
    liked = np.log(parts) + 0.5 * random.standard_normal(count - 1)
    ours = np.inf if first_choice else min(np.log(share), liked.max() - 1e-9)
    places = np.argsort(np.argsort(-np.append(ours, liked))) + 1
    content = answer(8.3 - 0.6 * places[1:] + 1.5 * random.standard_normal(count - 1))
    named = zip([US, *others], [share, *parts], places, [satisfaction, *content], strict=True)
    return [(str(supplier), float(part), int(place), int(points)) for supplier, part, place, points in named]
