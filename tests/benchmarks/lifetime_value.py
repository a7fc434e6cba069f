"""How long it takes to fit the purchase models, and to value customers with intervals: CPU seconds and peak memory.

    python tests/benchmarks/lifetime_value.py [--lifetimes PYTHON] [--only NAME]

CDNOW, 100,000 and one million simulated customers, each in a process of its own. To hold: one million customers fitted
and valued with intervals under 8 s of CPU and 800 MB; 100,000 fitted and valued at least ten times as fast as by the
package lifetimes. For that, name a Python that has lifetimes 0.11.3 (`lifetimes_run.py` says how to make one); it runs
on CDNOW and the 100,000, and with `--record` it gives anew what the tests compare with.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(KIT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from helpers.method.bg_nbd import fit_bg_nbd  # noqa: E402
from helpers.method.gamma_gamma import fit_gamma_gamma  # noqa: E402
from helpers.method.mbg_nbd import fit_mbg_nbd  # noqa: E402
from helpers.method.purchase_history import history_of_purchases  # noqa: E402
from helpers.method.shared_models import shared_models  # noqa: E402
from tests.method.purchase_sets import SETS, simulated  # noqa: E402

RECORDED = KIT / "tests" / "method" / "lifetimes_run.json"
LARGE = {"100,000": 100_000, "1,000,000": 1_000_000}
MONTHS = 36
WEEKS = np.arange(1, MONTHS + 1) * 365.25 / 84
FACTORS = 1.1 ** (-(np.arange(MONTHS) + 0.5) / 12)
GROUPS = 5


def history_of(name: str) -> pd.DataFrame:
    """CDNOW up to the end of September 1997, or so many customers like those of CDNOW, up to three years old."""
    if name in LARGE:
        return simulated(LARGE[name], 21, 0.243, 4.414, 0.793, 2.426, 26, 156)
    orders = pd.read_csv(KIT / "data_samples" / "cdnow" / "data" / "orders.csv", dtype={"customer_no": "str"})
    orders["date"] = pd.to_datetime(orders["order_day"].astype(str), format="%Y%m%d")
    orders["money"] = (orders["dollars"] * 10_000).round().astype("int64")
    days = orders[orders["date"] < "1997-10-01"].rename(columns={"customer_no": "customer_id"})
    days = days.groupby(["customer_id", "date"], as_index=False)["money"].sum()
    return history_of_purchases(days, end="1997-10-01")


def measured(name: str) -> dict:
    """Fit and value one set, in this process; CPU seconds of each part, and the peak of memory."""
    history = history_of(name)
    x, t_x, T = (history[column].to_numpy(dtype=float) for column in ("x", "t_x", "T"))
    count, mean = history["spend_days"].to_numpy(), history["mean_spend"].to_numpy()
    group = np.arange(len(x)) % GROUPS
    cpu = {}

    def timed(part, call):
        begin = time.process_time()
        answer = call()
        cpu[part] = time.process_time() - begin
        return answer

    model = timed("BG/NBD", lambda: fit_bg_nbd(history))
    spend = timed("Gamma-Gamma", lambda: fit_gamma_gamma(count, mean))
    timed("value", lambda: model.discounted_purchases(x, t_x, T, WEEKS, FACTORS) * spend.expected(count, mean))
    timed("MBG/NBD beside", lambda: fit_mbg_nbd(history))
    together, ones = np.full(len(x), "all", dtype=object), np.ones(len(x))
    models = timed("as a step does it: fit", lambda: shared_models(history, together))
    table = timed("each value, with interval", lambda: models.table(history, WEEKS, FACTORS))
    ((_, ends),) = timed("intervals of groups", lambda: models.total_intervals(history, WEEKS, FACTORS, group, ones))
    return {
        "customers": len(x),
        "cpu": cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "value": float(table["value"].sum()),
        "ends": ends,
    }


def by_lifetimes(python: str, histories: dict[str, pd.DataFrame]) -> dict:
    """What lifetimes answers, by the name of the set."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, history in histories.items():
            files.append(Path(folder) / f"{name}.csv")
            history[["x", "t_x", "T", "spend_days", "mean_spend"]].to_csv(files[-1], index=False)
        command = [python, str(Path(__file__).with_name("lifetimes_run.py")), *map(str, files)]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print one line for each set and part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifetimes", metavar="PYTHON")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--only", choices=["CDNOW", *LARGE])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.here:
        print(json.dumps(measured(words.only)))
        return
    if words.record:
        answers = by_lifetimes(words.lifetimes, {name: simulated(*of) for name, of in SETS.items()})
        for answer in answers.values():
            del answer["cpu"], answer["value"]
        RECORDED.write_text(json.dumps(answers), encoding="utf-8")
        return
    for name in ["CDNOW", *LARGE] if words.only is None else [words.only]:
        command = [sys.executable, __file__, "--here", "--only", name]
        one_thread = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread)
        found = json.loads(done.stdout)
        ends = " to ".join(f"{end:,.0f}" for end in found["ends"])
        print(f"{name}: {found['customers']:,} customers, {found['value']:,.0f} ({ends})")
        for part, seconds in found["cpu"].items():
            print(f"  {part:<26}{seconds:8.3f} s")
        fitted = sum(found["cpu"][part] for part in ("BG/NBD", "Gamma-Gamma", "value"))
        whole = sum(list(found["cpu"].values())[-3:])
        print(f"  fitted and valued {fitted:.2f} s, with intervals {whole:.2f} s; {found['memory']} MB")
        if words.lifetimes and name != "1,000,000":
            theirs = by_lifetimes(words.lifetimes, {name: history_of(name)})[name]
            seconds = sum(theirs["cpu"][part] for part in ("bg_nbd", "gamma_gamma", "value"))
            print(f"  lifetimes: fitted and valued {seconds:.2f} s, {seconds / fitted:.0f} x; {theirs['value']:,.0f}")


if __name__ == "__main__":
    main()
