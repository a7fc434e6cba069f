"""What is true of the service contracts: how many go on, and what fees do those that run still bring?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harbour_maker.contracts import ALPHA, BETA, Contracts
from harbour_maker.truth_lifetime import DRAWS, HIGH, LOW, MONTHS, discounts
from harbour_maker.world import AS_OF, DAYS_A_YEAR, PLANS, draws

RENEWALS_SHOWN = 4
CONVENTION = (
    "Fees of the 36 months from as_of, discounted like CLV, while the contract is renewed; no rise of the fee, no gap "
    "between rows, no cost. They are not in CLV: what the fees earn is for the reader of the tables to assume."
)


def fees_ahead(contracts: Contracts, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Per holder of a running contract expected_fees (exact, sBG with known parameters) and realised_fees; and
    simulated ones.

    The simulated fees have one row per draw and one column per holder, in the order of the first table.
    """
    terms = contracts.terms[contracts.terms["next_end"].notna()].set_index("customer_id")
    rng = draws(seed, "contracts_ahead")
    running = _periods_needed(terms)
    survived = BETA + terms["renewals"].to_numpy()[:, None]
    renewals = np.arange(running.max() + 1)
    # sBG: P(renewed k more times) after n renewals is B(alpha, beta + n + k) / B(alpha, beta + n)
    step = (survived + renewals) / (ALPHA + survived + renewals)
    chance = np.hstack([np.ones((len(terms), 1)), step.cumprod(axis=1)])
    money = terms["monthly_fee"].to_numpy()[:, None] * discounts()
    expected = (np.take_along_axis(chance, running, axis=1) * money).sum(axis=1)
    lasts = rng.geometric(terms["leaving"].to_numpy())[:, None]
    realised = (money * (running < lasts)).sum(axis=1)
    leaving = rng.beta(ALPHA, survived[:, 0], size=(DRAWS, len(terms)))
    drawn = np.zeros(leaving.shape)
    for row, lives in enumerate(rng.geometric(np.clip(leaving, 1e-12, 1))):
        drawn[row] = (money * (running < lives[:, None])).sum(axis=1)
    return pd.DataFrame({"expected_fees": expected, "realised_fees": realised}, index=terms.index), drawn


def contract_truth(population: pd.DataFrame, contracts: Contracts, seed: int) -> dict[str, dict]:
    """Facts about service contracts."""
    renewed, due = renewals(contracts)
    fees, drawn = fees_ahead(contracts, seed)
    low, high = np.quantile(drawn.sum(axis=1), [LOW, HIGH])
    group = population.set_index("customer_id")["group"]
    by_group = {}
    for key in PLANS:
        of = (group[fees.index] == key).to_numpy()
        ends = np.quantile(drawn[:, of].sum(axis=1), [LOW, HIGH])
        by_group[key] = {
            "holders": int(of.sum()),
            "expected": fees["expected_fees"][of].sum(),
            "interval": ends.tolist(),
            "realised": fees["realised_fees"][of].sum(),
        }
    number = np.arange(1, RENEWALS_SHOWN + 1)
    return {
        "contract_retention": {
            "what": "Part of contracts renewed at their first, second ... end of a period: shifted beta geometric.",
            "value": {
                "alpha": ALPHA,
                "beta": BETA,
                "rate": ((BETA + number - 1) / (ALPHA + BETA + number - 1)).tolist(),
            },
            "oracle": {
                "renewed": renewed.tolist(),
                "due": due.tolist(),
                "rate": (renewed / np.maximum(due, 1)).tolist(),
            },
            "tolerance": 0.12,
            "how": "Counts of the periods that ended before as_of; tolerance is for the first rate.",
        },
        "contract_part": {
            "what": "Part of all customers that ever bought who hold or held a service contract.",
            "value": len(contracts.terms) / len(population),
            "band": [0.07, 0.16],
        },
        "contract_fees": {
            "what": "Discounted fees that the running contracts bring in the 36 months after as_of. " + CONVENTION,
            "value": fees["realised_fees"].sum(),
            "oracle": {"expected": fees["expected_fees"].sum(), "interval": [low, high], "by_group": by_group},
            "tolerance": 0.15,
            "how": "Exact posterior with the planted alpha and beta; 5th and 95th percentile of simulated futures.",
        },
    }


def renewals(contracts: Contracts) -> tuple[np.ndarray, np.ndarray]:
    """How many contracts were renewed at their first to fourth end of a period, and how many came to it."""
    terms = contracts.terms
    number = np.arange(1, RENEWALS_SHOWN + 1)
    done = terms["renewals"].to_numpy()[:, None]
    renewed = (done >= number).sum(axis=0)
    lost = ((done == number - 1) & terms["next_end"].isna().to_numpy()[:, None]).sum(axis=0)
    return renewed, renewed + lost


def _periods_needed(terms):
    """How many further renewals each month after AS_OF takes, holder by month."""
    middle = AS_OF + pd.to_timedelta((np.arange(MONTHS) + 0.5) * DAYS_A_YEAR / 12, unit="D")
    end = terms["next_end"].to_numpy()[:, None]
    late = (middle.to_numpy()[None, :] - end) / np.timedelta64(1, "D") / (DAYS_A_YEAR / 12)
    return np.ceil(np.maximum(late, 0) / terms["period_months"].to_numpy()[:, None]).astype(int)
