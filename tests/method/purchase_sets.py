"""Customers whose models are known: the sets on which the kit and the package lifetimes are compared, and timed.

Imported by the benchmark and by the tests; the numbers that lifetimes gave are in `tests/method/lifetimes_run.json`.
"""

import numpy as np
import pandas as pd

from helpers.method.purchase_model import PurchaseModel
from tests.method.purchase_simulation import simulated_history

SPEND = (6.25, 3.74, 15.44)  # p, q, gamma
# name: customers, seed, r, alpha, a, b, weeks observed from and to
SETS = {
    "as in CDNOW": (2400, 11, 0.243, 4.414, 0.793, 2.426, 27, 39),
    "frequent, few go": (3000, 12, 1.2, 6.0, 0.3, 3.0, 20, 150),
    "many go soon": (3000, 13, 0.8, 10.0, 1.6, 1.9, 26, 104),
    "rare, loyal": (2000, 14, 2.5, 40.0, 0.15, 2.0, 52, 156),
    "many buy once": (5000, 15, 0.15, 9.0, 0.5, 1.2, 10, 78),
}


def known_model(r, alpha, a, b):
    """A BG/NBD model with these parameters, fitted to nothing."""
    return PurchaseModel("bg_nbd", r, alpha, a, b, 0.0, 0, 0, np.zeros((4, 4)), True)


def simulated(customers, seed, r, alpha, a, b, first, last):
    """A history by whole days, with the columns of `purchase_history` that models need."""
    rng = np.random.default_rng(seed)
    days = rng.integers(first * 7, last * 7 + 1, customers)
    x, t_x, _ = simulated_history(known_model(r, alpha, a, b), days / 7, rng)
    p, q, gamma = SPEND
    shape = p * np.maximum(x, 1)
    mean = rng.gamma(shape) / np.maximum(x, 1) / rng.gamma(q, 1 / gamma, customers)
    t_x = np.where(x > 0, np.clip(np.ceil(t_x * 7), 1, days) / 7, 0.0)
    mean = np.where(x > 0, np.maximum(mean.round(4), 0.0001), np.nan)
    return pd.DataFrame({"x": x, "t_x": t_x, "T": days / 7, "spend_days": x, "mean_spend": mean})
