"""What do the drivers explain, and how well: would people recommend us, are they satisfied, how much do they give us?

An importance is a part of R2, so it is worth as much as that R2 is. Here each outcome is tried and judged before
`driver_importance` shares anything out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from helpers.method.driver_moments import Moments
from helpers.method.explained_variance import lmg
from helpers.method.survey_answers import OTHER, OWN, Answers
from helpers.method.survey_weights import effective_n

RECOMMEND, SATISFACTION, SHARE = "recommend", "satisfaction", "customer_share"
LEAST = 30  # responses; below, no importance
LEAST_A_DRIVER = 3  # responses for each driver
LEAST_WITH_SHARE = 50  # customers of whom both the opinion and our share are known
WEAK = 0.05  # an adjusted R2 below this: drivers of opinion, not shown to be drivers of share
CHANCE = 0.05  # a fit that chance would give more often than this explains nothing
# why an outcome is not used
NO_OUTCOME, TOO_FEW, CONSTANT, ONE_DRIVER, UNRELATED, WEAK_LINK = (
    *("no_outcome", "too_few", "constant", "one_driver", "unrelated", "weak"),
)
FITS = "fits"


@dataclass(frozen=True)
class Fit:
    """How one outcome follows the drivers.

    Attributes
    ----------
    outcome, verdict : str
        verdict is `fits`, or why it cannot be used: no_outcome, too_few, constant, one_driver, unrelated; weak for a
        customer share that the drivers hardly explain.
    rows : DataFrame, the responses (for a share: the customers) that count
    drivers : list of str, those that can be compared
    left_out : dict of driver to reason: too_few, constant
    moments, counts : Moments and what `Moments.drawn` gave; None unless it was fitted
    whole : array (draws + 1, p + 1, p + 1) of correlations, the sample itself first
    r2, adjusted, low, high : float, the part explained, plain and adjusted for the number of drivers, with the 90 %
        interval of the adjusted one; missing where nothing was fitted
    """

    outcome: str
    verdict: str
    rows: pd.DataFrame
    drivers: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    moments: Moments | None = None
    counts: np.ndarray | None = None
    whole: np.ndarray | None = None
    r2: float = np.nan
    adjusted: float = np.nan
    low: float = np.nan
    high: float = np.nan

    @property
    def stands(self) -> bool:
        """Whether importance can be read from it."""
        return self.verdict in (FITS, WEAK_LINK)

    @property
    def mean_correlation(self) -> float:
        """Mean correlation of two ratings by the same respondent; missing with fewer than two drivers."""
        p = len(self.drivers)
        if self.whole is None or p < 2:
            return np.nan
        return float((self.whole[0, :p, :p].sum() - p) / (p * (p - 1)))


def opinion_fit(answers: Answers, outcome: str, draws: int) -> Fit:
    """How recommend or satisfaction follows the ratings of ours, response by response."""
    rows = answers.sincere
    return _fit(outcome, rows[rows[outcome].notna()], answers.names, draws)


def advantage_fit(answers: Answers, outcome: str, drivers: list[str]) -> Fit:
    """How an outcome follows the rating of ours less the competitor's: what likes both suppliers alike drops out."""
    rows = answers.sincere
    apart = {OWN + name: rows[OWN + name] - rows[OTHER + name] for name in drivers}
    rows = rows.assign(**apart)
    some = rows[list(apart)].notna().any(axis=1)
    return _fit(outcome, rows[rows[outcome].notna() & some], drivers, draws=0)


def share_fit(answers: Answers, share: pd.DataFrame | None, draws: int) -> Fit | None:
    """How our share of a customer follows its mean ratings, customer by customer; None without 05's customer_share."""
    if share is None:
        return None
    known = share.dropna(subset=["customer_share"]).set_index("customer_id")["customer_share"]
    ratings = [OWN + name for name in answers.names]
    of = answers.sincere.dropna(subset=["customer_id"]).groupby("customer_id", sort=True)
    rows = of[[*ratings, "weight"]].mean().join(of["group_id"].first())
    rows[SHARE] = known.reindex(rows.index)
    rows = rows[rows[SHARE].notna()].reset_index()
    rows["cluster"] = rows["customer_id"]
    if len(rows) < LEAST_WITH_SHARE:
        return Fit(SHARE, TOO_FEW, rows)
    found = _fit(SHARE, rows, answers.names, draws)
    if found.verdict == FITS and found.adjusted < WEAK:
        return Fit(**{**vars(found), "verdict": WEAK_LINK})
    return found


def relative(parts: np.ndarray) -> np.ndarray:
    """Parts of R2 as parts of one: what is explained, shared out."""
    whole = parts.sum(axis=-1, keepdims=True)
    return np.divide(parts, whole, out=np.full_like(parts, np.nan), where=whole > 0)


def coefficients(correlations: np.ndarray) -> np.ndarray:
    """Standardised coefficients of the drivers, all in at once, (draws, p); 0 for one that does not vary."""
    p = correlations.shape[-1] - 1
    among = correlations[:, :p, :p].copy()
    still = np.diagonal(among, axis1=1, axis2=2) == 0
    among[:, range(p), range(p)] += still
    return np.linalg.solve(among, correlations[:, :p, p:])[..., 0]


def outcomes_table(fits: list[Fit], main: str, labels: dict[str, str]) -> pd.DataFrame:
    """The published driver_outcomes: one row per outcome that was asked for, the main one first."""
    rows = []
    for fit in sorted(fits, key=lambda fit: fit.outcome != main):
        first = ""
        if fit.stands:
            parts = lmg(fit.whole[0])
            first = labels[fit.drivers[int(parts.round(9).argmax())]]
        rows.append(
            {"outcome": fit.outcome, "role": "main" if fit.outcome == main else "beside"}
            | {"responses": len(fit.rows), "customers": fit.rows["customer_id"].nunique() if len(fit.rows) else 0}
            | {"drivers": len(fit.drivers), "r2": fit.r2, "r2_adjusted": fit.adjusted, "r2_low": fit.low}
            | {"r2_high": fit.high, "mean_correlation": fit.mean_correlation, "first_driver": first}
            | {"verdict": fit.verdict}
        )
    numbers = ["r2", "r2_adjusted", "r2_low", "r2_high", "mean_correlation"]
    columns = ["outcome", "role", "responses", "customers", "drivers", *numbers, "first_driver", "verdict"]
    types = dict.fromkeys(("outcome", "role", "first_driver", "verdict"), "str") | dict.fromkeys(numbers, "float64")
    types |= dict.fromkeys(("responses", "customers", "drivers"), "int64")
    table = pd.DataFrame(rows, columns=columns).astype(types)
    table["first_driver"] = table["first_driver"].where(table["first_driver"] != "")
    return table.round(dict.fromkeys(numbers, 9))


def _fit(outcome: str, rows: pd.DataFrame, names: list[str], draws: int) -> Fit:
    if rows.empty:
        return Fit(outcome, NO_OUTCOME, rows)
    ratings = rows[[OWN + name for name in names]]
    few = ratings.notna().sum() < LEAST
    still = ratings.nunique() < 2
    left_out = {
        name: TOO_FEW if few[OWN + name] else CONSTANT for name in names if few[OWN + name] or still[OWN + name]
    }
    drivers = [name for name in names if name not in left_out]
    said = Fit(outcome, "", rows, drivers, left_out)
    verdict = ""
    if len(rows) < max(LEAST, LEAST_A_DRIVER * len(drivers)):
        verdict = TOO_FEW
    elif rows[outcome].nunique() < 2 or not drivers:
        verdict = CONSTANT
    elif len(drivers) < 2:
        verdict = ONE_DRIVER
    if verdict:
        return Fit(**{**vars(said), "verdict": verdict})
    values = rows[[*(OWN + name for name in drivers), outcome]]
    moments = Moments(
        values, rows["cluster"], rows["group_id"].astype("object").fillna("").astype("str"), rows["weight"]
    )
    counts = moments.drawn(draws)
    whole = moments.correlations(counts)
    r2 = np.clip((coefficients(whole) * whole[:, :-1, -1]).sum(axis=1), 0, 1)
    # a customer who answers twice is one witness
    sure = min(rows["cluster"].nunique(), effective_n(rows["weight"]))
    freedom = sure - len(drivers) - 1
    by_chance = fdtrc(len(drivers), freedom, r2[0] / len(drivers) / max(1 - r2[0], 1e-12) * freedom)
    adjusted = 1 - (1 - r2) * (sure - 1) / freedom
    low, high = np.nan, np.nan
    if draws:
        # a sample of the sample fits better still, by as much as the draws lie above the sample
        low, high = np.percentile(adjusted[1:], [5, 95]) - (adjusted[1:].mean() - adjusted[0])
        low, high = np.clip([low, high], 0, 1)
    found = {"moments": moments, "counts": counts, "whole": whole, "r2": float(r2[0]), "low": float(low)}
    found |= {"adjusted": float(max(adjusted[0], 0.0)), "high": float(high)}
    return Fit(**{**vars(said), **found, "verdict": FITS if by_chance <= CHANCE else UNRELATED})
