"""What the version before said of the small client of `strategy_builders`, for the tests of what changed since."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import DecisionUsed
from helpers.method.strategy_changes import Before, version_before
from tests.method.strategy_builders import count, money, result, share, told

DUE, LATER = pd.Timestamp("2026-12-31"), pd.Timestamp("2027-12-31")
INTENTS = {"g1": ["maintain"], "g2": ["maintain"], "g3": ["re_engineer", "retire"], "g9": ["retire"]}
PEOPLE = {"g1": ("Yards", 5), "g2": ("Fleets", 6), "g3": ("Resellers", 8), "g9": ("Walk-ins", 1)}


def expected() -> pd.DataFrame:
    rows = [
        ("g1", "Yards", "profit", "Profit a year", "money", "up", 90.0, 90.0, 100.0, 120.0, DUE, "Ada"),
        ("g1", "Yards", "customer_share", "Customer share", "share", "up", 0.2, 0.3, 0.35, 0.4, LATER, "Ada"),
        ("g2", "Fleets", "profit", "Profit a year", "money", "up", 300.0, 310.0, 320.0, 330.0, DUE, ""),
        ("g3", "Resellers", "portion", "Part of customers", "share", "", 0.4, 0.35, 0.4, 0.45, DUE, "Bo"),
        ("g9", "Walk-ins", "profit", "Profit a year", "money", "up", 1.0, 2.0, 3.0, 4.0, DUE, "Bo"),
        ("g9", "Walk-ins", "lapse_rate", "Who lapse", "share", "down", 0.3, 0.1, 0.2, 0.3, DUE, "Bo"),
    ]
    columns = ["group_id", "group_name", "measure", "measure_name", "unit", "better", "baseline", "low", "likely",
               "high", "by_date", "owner"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def measured() -> pd.DataFrame:
    rows = [("g1", "profit", 130.0), ("g2", "profit", 300.0), ("g3", "portion", 0.4), ("g1", "customer_share", 0.3),
            ("g9", "lapse_rate", 0.2)]  # fmt: skip
    return pd.DataFrame(rows, columns=["group_id", "measure", "value"])


class Frozen:
    """A version as a step sees it."""

    name, as_of, window_months = "v1", "2026-01-01", 24
    decisions = {
        f"09.{group}.intent": DecisionUsed(id=f"09.{group}.intent", state="decided", value=value)
        for group, value in INTENTS.items()
    }

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """The two tables that it kept."""
        people = [(group, name) for group, (name, many) in PEOPLE.items() for _ in range(many)]
        groups = pd.DataFrame(people, columns=["group_id", "group_name"])
        return {"customer_groups": groups, "expected_results": expected()}.get(table)

    def result(self, step_id: str):
        """The two results that the first numbers come from."""
        said = {
            "04_value_to_us": told(
                "04.answer", "They are worth {equity:money} over {months:count} months; {losing:pct} lose.",
                equity=money(700.0, 650.0, 750.0), months=count(36), customers=count(20), losing=share(0.3),
            ),
            "05_customer_share": told("05.answer", "{share:pct} comes to us.", share=share(0.28, 0.2, 0.36)),
        }  # fmt: skip
        return result(step_id, said[step_id])


def before() -> Before:
    """All of it."""
    return version_before(Frozen(), measured(), as_of="2027-01-01")
