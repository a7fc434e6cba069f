"""Steps executed in the test's own process, without a kernel: for tests of what is run, not of how.

A notebook's code cells are run as they are, and leave the result that a kernel would.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from helpers.client.file_hashes import folder_hashes
from helpers.client.step_inputs import notebook_of
from helpers.errors import RunError
from helpers.run.store import replacing
from helpers.step import MODE, NOTEBOOK, OUTPUT
from tests.run.toy import Toy

# three steps in a chain and one beside it; what 02 and 05 say moves with what 01 says, in tables that a schema knows
ONE = """
months = step.table("customer_month")
by_month = months.groupby("month_start", as_index=False)
sums = by_month.agg({"customer_id": "nunique", "orders": "sum", "lines": "sum", "revenue": "sum"})
sums["revenue"] *= PART
step.keep("monthly_revenue", sums.rename(columns={"customer_id": "customers"}))
"""
TWO = """
import pandas as pd
months = step.result("01_frame_engagement", "monthly_revenue")
row = {"line": "Our customers", "customers": 3, "part_of_customers": 1.0, "revenue": round(months["revenue"].sum(), -2)}
step.keep("lorenz_curve", pd.DataFrame([{**row, "part_of_revenue": 1.0, "point": False, "point_label": None}]))
"""
THREE = """
found = len(step.table("received_data"))
"""
FIVE = """
curve = step.result("02_rate_customers", "lorenz_curve")
"""
PART = "PART: float = 0.5  # part of revenue that counts\n"


SETUP = """
from helpers.step import open_step
step = open_step("{id}", CLIENT)
"""


class InProcess(Toy):
    """A toy whose steps run in this process; `ran` are those that did since the last look."""

    setup = SETUP

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder, monkeypatch)
        self.ran: list[str] = []
        self.fails: set[str] = set()  # the numbers of steps that are to fail
        self.during: Callable[[str], None] = lambda step_id: None  # what happens while a step runs
        monkeypatch.setattr("helpers.run.attempt.execute_step", self._execute)
        monkeypatch.setattr("helpers.run.kernels.SpareKernel.prepare", lambda spare: None)

    def chain(self) -> InProcess:
        """Four steps: 02 reads what 01 publishes, 05 what 02 does, 03 stands beside them."""
        from tests.run.toy import PUBLISH, SAYS

        self.write("01", ONE, SAYS, PUBLISH, parameters=PART, reads=("customer_month",), publishes=("monthly_revenue",))
        self.write("02", TWO, SAYS, PUBLISH, needs=("01_frame_engagement",), publishes=("lorenz_curve",))
        self.write("03", THREE, SAYS, PUBLISH, reads=("received_data",))
        self.write("05", FIVE, SAYS, PUBLISH, needs=("02_rate_customers",))
        return self

    def again(self, **options: object) -> tuple[list[str], object]:
        """Run, and give the numbers of the steps that were executed, with the outcome."""
        self.ran = []
        outcome = self.run(**options)
        return self.ran, outcome

    def _execute(self, client, step, parameters, mode, *_, **__):
        notebook = notebook_of(client, step)
        source = json.loads(notebook.read_text(encoding="utf-8"))
        self.ran.append(step.number)
        if step.number in self.fails:
            raise RunError("it failed, as asked.")
        with replacing(client.results_folder / step.id) as fresh:
            told = {OUTPUT: str(fresh), MODE: mode, NOTEBOOK: str(notebook)}
            names = {}
            with patch.dict(os.environ, told):
                for cell in source["cells"]:
                    if cell["cell_type"] == "code":
                        exec("".join(cell["source"]), names)
                    if "parameters" in cell["metadata"]["tags"]:
                        names |= parameters | {"CLIENT": str(client.folder)}
                self.during(step.number)
            (fresh / "notebook.ipynb").write_text(json.dumps(source), encoding="utf-8")
            return folder_hashes(fresh), []
