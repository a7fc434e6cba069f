"""What a step may read: declared tables, earlier results, the frame of the analysis. `OpenStep` adds what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from helpers.client.folder import Client
from helpers.client.intent_rules_file import IntentRulesFile, read_intent_rules
from helpers.client.result_model import Result
from helpers.client.results import (
    FORMS_GROUPS,
    INTERACTIVE,
    RESULT,
    finished_steps,
    group_names,
    read_published,
    read_result,
)
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.client.tables_manifest import TablesManifest
from helpers.errors import RunError, StepInputError, nearest
from helpers.show.numbers import span_of_days
from helpers.steps import Step, find_step


class StepReading:
    """The reading half of a step that is being worked on."""

    step: Step
    client: Client
    mode: str
    received: TablesManifest

    def table(self, name: str) -> pd.DataFrame | None:
        """A delivered table or summary, or None when the client has not delivered it and the step can do without.

        Raises
        ------
        StepInputError
            If the registry does not say that this step reads the table, or the step cannot do without it.
        """
        step = self.step
        if name not in step.reads + step.reads_if_there:
            raise StepInputError(
                f'{step.id} does not declare that it reads "{name}". {nearest(name, step.reads + step.reads_if_there)} '
                "Declare it in helpers/steps.py, so that a changed table runs the step again."
            )
        entry = self.received.tables.get(name)
        if entry is None:
            if name in step.reads:
                raise StepInputError(f'{step.id} cannot work without the table "{name}", which was not delivered.')
            return None
        return read_table(self.client.tables_folder / entry.file, schema(name))

    def result(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table that an earlier step published, or None when that step was not run and this one can do without.

        Raises
        ------
        StepInputError
            If the registry does not say that this step builds on the other.
        RunError
            If this step needs the other and it has no result.
        """
        other = find_step(step_id).id
        folder = self._declared(other)
        return read_published(folder, other, table) if folder else None

    def said_in(self, step_id: str) -> Result | None:
        """Everything that an earlier step said, decided, assumed and could not say; None where it was not run.

        Raises
        ------
        StepInputError
            If the registry does not say that this step builds on the other.
        RunError
            If this step needs the other and it has no result.
        """
        other = find_step(step_id).id
        folder = self._declared(other)
        return read_result(folder, other) if folder else None

    def intent_rules(self) -> IntentRulesFile:
        """The intent rules as people wrote them: the client's own where it has any, else the kit's."""
        if not self.step.reads_intent_rules:
            raise StepInputError(f"{self.step.id} does not declare reads_intent_rules in helpers/steps.py, as it must.")
        return read_intent_rules(self.client.folder)

    @property
    def version(self) -> None:
        """The latest version frozen of an earlier day than this run's; None where there is none."""
        return None

    def _declared(self, other: str) -> Path | None:
        """The folder with the result of a step that this one builds on; None where there is none and none is needed."""
        if other not in self.step.builds_on:
            raise StepInputError(
                f"{self.step.id} does not declare that it builds on {other}. Declare it in helpers/steps.py under "
                "needs, better_with or checks_with, so that a changed result runs the step again."
            )
        folder = self._results_of(other)
        if folder is None and other in self.step.needs:
            raise RunError(f"{self.step.id} needs {other}, which has no result. Run it first: workbook run CLIENT.")
        return folder

    def _results_of(self, step_id: str) -> Path | None:
        """The folder that holds the other step's result: in JupyterLab a newer one published by hand goes first."""
        by_hand = self.client.results_folder / INTERACTIVE
        if self.mode == INTERACTIVE and (by_hand / step_id / RESULT).is_file():
            return by_hand
        return self.client.results_folder if step_id in finished_steps(self.client.results_folder) else None

    def _group_names(self) -> dict[str, str]:
        """Group ids and the names to read, where this step builds on the one that forms groups."""
        folder = self._results_of(FORMS_GROUPS) if FORMS_GROUPS in self.step.builds_on else None
        return group_names(folder, [FORMS_GROUPS]) if folder else {}

    @property
    def groups(self) -> pd.DataFrame | None:
        """Customers and their groups, or None until step 03 has formed any."""
        return self.result(FORMS_GROUPS, "customer_groups") if FORMS_GROUPS in self.step.builds_on else None

    @property
    def delivered(self) -> list[str]:
        """The names of the tables that the client delivered."""
        return [name for name, entry in self.received.tables.items() if entry.kind == "delivered"]

    @property
    def as_of(self) -> str:
        """The day after the window's last, as year-month-day."""
        return self.received.as_of

    @property
    def window_start(self) -> str:
        """The window's first day, as year-month-day."""
        return self.received.window_start

    @property
    def halves(self) -> dict[str, str]:
        """The window's first day, that of its current half, and the day after its last, as the methods take them."""
        return {"window_start": self.window_start, "current_start": self.received.current_start, "as_of": self.as_of}

    @property
    def frame(self) -> dict[str, Any]:
        """The frame of the analysis and who set it, as `framing.assumptions_table` takes it."""
        config, given = self.client.config, self.client.config.model_fields_set
        asked = "client.yaml" if "window_months" in given else "method"
        return {
            "as_of": self.as_of,
            "as_of_from": "client.yaml" if config.as_of else "data",
            "window_months": self.received.window_months,
            "window_from": asked if self.received.window_months == config.window_months else "data",
            "currency": config.currency,
            "date_formats": {name: table.date_format for name, table in config.tables.items() if table.date_format},
        }

    @property
    def window(self) -> str:
        """The window in words, such as "2017" or "1 March 2016 to 28 February 2017"."""
        return span_of_days(self.received.window_start, self.received.as_of)
