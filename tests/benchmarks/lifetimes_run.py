"""What the package lifetimes says of some histories, and the CPU time it takes: run by a Python that has it.

    python -m venv old && old/bin/pip install "lifetimes==0.11.3" "numpy<2" "pandas<2.3" "scipy<1.13"
    old/bin/python tests/benchmarks/lifetimes_run.py HISTORIES.csv ... >ANSWERS.json

It knows nothing of the kit, and the kit nothing of it: a table goes in, numbers come out.
"""

import json
import re
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter

HORIZONS = (4.0, 52.0, 156.0)
MONTHLY = 1.1 ** (1 / 12) - 1
SHOWN = 20  # customers whose expectations are kept

warnings.simplefilter("ignore")


def timed(call):
    begin = time.process_time()
    return call(), time.process_time() - begin


def answers(history):
    x, t_x, T = history["x"], history["t_x"], history["T"]
    found = {"cpu": {}}
    for name, fitter in (("bg_nbd", BetaGeoFitter()), ("mbg_nbd", ModifiedBetaGeoFitter())):
        _, found["cpu"][name] = timed(lambda fitter=fitter: fitter.fit(x, t_x, T))
        expected = fitter.conditional_expected_number_of_purchases_up_to_time
        every = max(1, len(history) // SHOWN)
        shown = [expected(weeks, x[::every], t_x[::every], T[::every]).tolist() for weeks in HORIZONS]
        found[name] = {
            "parameters": [float(fitter.params_[part]) for part in ("r", "alpha", "a", "b")],
            "expected": shown,
            "all_expected": [float(expected(weeks, x, t_x, T).sum()) for weeks in HORIZONS],
            "newborn": [float(fitter.expected_number_of_purchases_up_to_time(weeks)) for weeks in HORIZONS],
        }
        if name == "bg_nbd":
            purchases = fitter
    repeat = history[history["spend_days"] > 0]
    spend = GammaGammaFitter()
    _, found["cpu"]["gamma_gamma"] = timed(lambda: spend.fit(repeat["spend_days"], repeat["mean_spend"]))
    found["gamma_gamma"] = {"parameters": [float(spend.params_[part]) for part in ("p", "q", "v")]}
    mean = history["mean_spend"].fillna(0.0)
    value, found["cpu"]["value"] = timed(
        lambda: spend.customer_lifetime_value(purchases, x, t_x, T, mean, time=36, discount_rate=MONTHLY, freq="W")
    )
    found["value"] = float(value.sum())
    return found


if __name__ == "__main__":
    result = {Path(name).stem: answers(pd.read_csv(name)) for name in sys.argv[1:]}
    text = json.dumps(result, indent=1, default=float)
    print(re.sub(r"\n {4,}", " ", text))
