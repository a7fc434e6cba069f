"""Step 02 on a client folder without a kernel: the intake, then the methods as the notebook calls them."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from helpers.client.folder import open_client
from helpers.client.intake import take_in
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.method.call_list import call_list
from helpers.method.cohorts import cohorts
from helpers.method.concentration import concentration
from helpers.method.list_tables import list_tables
from helpers.method.rating import family_weights, rate, rating_cuts
from helpers.method.rating_measures import customer_measures, measure_table
from helpers.method.rating_mix import rating_mix
from helpers.method.revenue_bridge import revenue_bridge

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
LINES = {"cdnow": "orders.csv", "complete_journey": "transactions.csv"}


class SampleList:
    """The summaries and the tables of step 02 of one client folder."""

    def __init__(self, folder: Path, into: Path) -> None:
        received = take_in(open_client(folder), into)
        self.summary, self.days = (
            read_table(into / f"{name}.parquet", schema(name)) for name in ("customer_summary", "customer_days")
        )
        names = ("window_start", "current_start", "as_of")
        self.halves, self.months = {name: getattr(received, name) for name in names}, received.window_months

    def ratings(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """customer_ratings and rating_measures, with the method's own weights and cuts."""
        measures = customer_measures(self.summary, self.days, window_months=self.months, **self.halves)
        counted = measure_table(measures, family_weights())
        return rate(measures, counted, cuts=rating_cuts()), counted

    def tables(self):
        """All tables of step 02."""
        rated, counted = self.ratings()
        return list_tables(
            rated,
            counted,
            rating_mix(rated, self.summary, self.days, **self.halves),
            concentration(rated.set_index("customer_id")["revenue"]),
            revenue_bridge(self.days, **self.halves),
            cohorts(self.days, as_of=self.halves["as_of"]),
            call_list(rated, self.summary),
            customer_days=self.days,
            window_start=self.halves["window_start"],
            as_of=self.halves["as_of"],
            window_months=self.months,
        )


def _dropped(row: dict) -> bool:
    return row.get("product_category") == "" or row.get("household_id") in ("542", "1009", "1549")


def delivered_again(sample: str, folder: Path, change: Callable[[list[dict]], list[dict]]) -> Path:
    """The sample in a new folder, its lines changed, and only with what step 02 reads.

    The sums that the sender gave are taken out of client.yaml, since a changed delivery has others; what
    decisions/corrections.yaml drops is dropped before.
    """
    shutil.copytree(SAMPLES / sample, folder, ignore=shutil.ignore_patterns("results", "report", "decisions"))
    config = folder / "client.yaml"
    text = re.sub(r"\n\s+control: \{.*?\}[^\n]*", "", config.read_text(encoding="utf-8"))
    text = re.sub(r"\n  customers:.*", "\n", text, flags=re.DOTALL)  # and what comes after it
    config.write_text(text, encoding="utf-8")
    path = folder / "data" / LINES[sample]
    with path.open(encoding="utf-8", newline="") as file:
        rows = change([row for row in csv.DictReader(file) if not _dropped(row)])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder
