"""Step 02 for tests: from lines to everything that the step says, as the notebook does it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from helpers.client.result_model import CannotSay, Check
from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.method.call_list import call_list
from helpers.method.cohorts import cohorts
from helpers.method.concentration import concentration
from helpers.method.list_closing import list_cannot_say, list_checks
from helpers.method.list_findings import list_findings
from helpers.method.list_tables import ListTables, list_tables
from helpers.method.rating import MIN_KNOWN, family_weights, rate, rating_cuts
from helpers.method.rating_measures import customer_measures, measure_table
from helpers.method.rating_mix import rating_mix
from helpers.method.revenue_bridge import revenue_bridge
from tests.method.builders import sentences
from tests.method.rating_builders import days_of, line, summary_of

AS_OF = "2027-01-01"
MANY = [f"c{number:02}" for number in range(12)]


class ListClient:
    """A client by its lines, and what step 02 makes of it.

    `months` is the window; with a `folder` each table is written and read back, as every later reader has it.
    """

    def __init__(
        self,
        *lines: dict,
        contracts: tuple[str, ...] = (),
        months: int = 24,
        weights: dict | None = None,
        min_known: float = MIN_KNOWN,
        folder: Path | None = None,
        **delivered: pd.DataFrame,
    ) -> None:
        end = pd.Timestamp(AS_OF)
        self.halves = {
            "window_start": end - pd.DateOffset(months=months),
            "current_start": end - pd.DateOffset(months=months // 2),
            "as_of": end,
        }
        self.months, self.weights, self.min_known = months, weights, min_known
        self.folder, self.delivered = folder, delivered
        self.summary = summary_of(list(lines), contracts, self.halves)
        self.days = days_of(list(lines))
        self.tables = self._tables()

    def _tables(self) -> ListTables:
        measures = customer_measures(
            self.summary, self.days, window_months=self.months, **self.halves, **self.delivered
        )
        counts = self._keep("rating_measures", measure_table(measures, family_weights(self.weights)))
        ratings = rate(measures, counts, cuts=rating_cuts(), min_known=self.min_known, draws=40)
        ratings = self._keep("customer_ratings", ratings)
        history = {key: day for key, day in self.halves.items() if key != "current_start"}
        return list_tables(
            ratings,
            counts,
            self._keep("rating_mix", rating_mix(ratings, self.summary, self.days, **self.halves)),
            self._keep("concentration", concentration(ratings.set_index("customer_id")["revenue"])),
            self._keep("revenue_bridge", revenue_bridge(self.days, **self.halves)),
            self._keep("cohorts", cohorts(self.days, as_of=AS_OF)),
            self._keep("call_list", call_list(ratings, self.summary)),
            customer_days=self.days,
            window_months=self.months,
            **history,
        )

    def _keep(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        if self.folder is None:
            return frame
        write_table(frame, self.folder / f"{name}.parquet", schema(name))
        return read_table(self.folder / f"{name}.parquet", schema(name))

    def said(self, tables: ListTables | None = None) -> dict[str, str]:
        """The sentences, ids without the step."""
        found = list_findings(tables or self.tables, min_known=self.min_known)
        return {key.removeprefix("02."): text for key, text in sentences(found).items()}

    def checks(self, tables: ListTables | None = None, **other: pd.DataFrame) -> list[Check]:
        """The checks, of these tables or of others beside the same client."""
        came_in = {"customer_summary": self.summary, "customer_days": self.days} | other
        served = {name: self.delivered.get(name) for name in ("service_events", "activity_costs")}
        days = {key: day for key, day in self.halves.items() if key != "current_start"}
        return list_checks(tables or self.tables, **came_in, **days, **served)

    def failed(self, tables: ListTables | None = None, **other: pd.DataFrame) -> set[str]:
        """The ids of the checks that fail, without the step."""
        return {check.id.removeprefix("02.") for check in self.checks(tables, **other) if check.verdict == "fail"}

    def gaps(self) -> dict[str, CannotSay]:
        """What cannot be said, by its question."""
        found = list_cannot_say(self.tables)
        assert len({gap.question for gap in found}) == len(found)
        return {gap.question: gap for gap in found}


def every(customers: list[str], *dates: str, amount: float = 10) -> list[dict]:
    """A line of the same amount for each of these customers on each of these days."""
    return [line(customer, date, amount) for customer in customers for date in dates]


def ladder(*dates: str) -> list[dict]:
    """Twelve customers, each bringing more than the one before, on each of these days."""
    return [line(name, date, 10 * (place + 1)) for place, name in enumerate(MANY) for date in dates]
