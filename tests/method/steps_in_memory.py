"""Steps of the kit on a Harbour of another seed, without a kernel, pages or files: for studies of several steps.

The cells that compute are taken from the notebooks as they stand, so a study judges the calls that a run makes. Nothing
is said, shown or checked; what a rule proposes is taken for decided.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from helpers.client.folder import open_client
from helpers.client.result_model import Result
from helpers.client.results import FORMS_GROUPS, GROUP_PROFILES, names_of
from helpers.step import OpenStep
from helpers.steps import find_step

CELLS = ("parameters", "setup", "compute")
KIND = 0.5  # of a group's revenue: with more of it from one true group, the found group is of that kind
NO_KIND = "of no kind"


class InMemory(OpenStep):
    """A step that reads what the others kept in memory."""

    def __init__(self, *given: Any, study: Steps) -> None:
        self._study = study
        super().__init__(*given)

    def result(self, step_id: str, table: str) -> pd.DataFrame | None:
        assert find_step(step_id).id in self.step.builds_on
        return self._study.kept.get(find_step(step_id).id, {}).get(table)

    def said_in(self, step_id: str) -> Result | None:
        assert find_step(step_id).id in self.step.builds_on
        return self._study.said.get(find_step(step_id).id)

    def _group_names(self) -> dict[str, str]:
        known = self._study.kept.get(FORMS_GROUPS, {})
        return names_of(known[GROUP_PROFILES]) if GROUP_PROFILES in known else {}

    def keep(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        found = super().keep(name, frame)
        self._study.kept.setdefault(self.step.id, {})[name] = found
        return found


class Steps:
    """The steps of one client folder; `kept` are the tables of each, `cells` the names that its cells left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[str, dict[str, pd.DataFrame]] = {}
        self.said: dict[str, Result] = {}

    def compute(self, number: str) -> dict[str, Any]:
        """Run the cells of a step that compute; gives the names that they leave."""
        step = find_step(number)

        def opened(step_id: str, client: str, **parameters: Any) -> InMemory:
            return InMemory(find_step(step_id), open_client(self.folder), parameters, study=self)

        names: dict[str, Any] = {}
        with patch("helpers.step.open_step", opened):
            for cell in json.loads(step.notebook.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code" and set(cell["metadata"].get("tags", [])) & set(CELLS):
                    exec("".join(cell["source"]), names)
        self.said[step.id] = names["step"].said
        return names

    def name_by_kind(self, kinds: pd.Series, names: dict[str, str]) -> None:
        """Give the groups of step 03 the names that people would, who know their customers.

        Parameters
        ----------
        kinds : Series, the kind of each group by its id
        names : mapping of kind to name; of several groups of a kind the first has it, others keep the one proposed
        """
        first = kinds[kinds.isin(names) & ~kinds.duplicated()].map(names)
        for table in self.kept[FORMS_GROUPS].values():
            if {"group_id", "group_name"} <= set(table):
                named = table["group_id"].map(first).astype("str")
                table["group_name"] = named.where(named.notna(), table["group_name"])


def kinds_of(groups: pd.DataFrame, true: pd.Series, revenue: pd.Series) -> pd.Series:
    """Of which true group each found one is, by its revenue; none has more than half: of no kind.

    Parameters
    ----------
    groups : DataFrame, one row per customer: customer_id, group_id
    true, revenue : Series by customer_id

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["a", "b", "c"], "group_id": ["g1", "g1", "g2"]})
    >>> true, money = pd.Series({"a": "yards", "b": "fleets", "c": "fleets"}), pd.Series({"a": 3.0, "b": 1.0, "c": 1.0})
    >>> kinds_of(groups, true, money).to_dict()
    {'g1': 'yards', 'g2': 'fleets'}
    """
    money = groups["customer_id"].map(revenue).clip(lower=0).fillna(0.0)
    by_kind = money.groupby([groups["group_id"], groups["customer_id"].map(true)]).sum().unstack(fill_value=0.0)
    part = by_kind.max(axis=1) / by_kind.sum(axis=1)
    return by_kind.idxmax(axis=1).where(part > KIND, NO_KIND)
