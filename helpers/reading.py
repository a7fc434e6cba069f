"""What a step may read: declared tables, earlier results, the frame of the analysis. `OpenStep` adds what it says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.client.folder import Client
from helpers.client.intent_rules_file import IntentRulesFile, read_intent_rules
from helpers.client.result_model import DecisionUsed, Result
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
from helpers.client.versions import Version, versions_before
from helpers.errors import RunError, StepInputError, nearest
from helpers.show.numbers import span_of_days
from helpers.steps import Step, find_step


@dataclass(frozen=True)
class VersionSeen:
    """A frozen version, as far as the registry lets a step look into it."""

    frozen: Version
    step: Step

    @property
    def name(self) -> str:
        """Such as v1."""
        return self.frozen.name

    @property
    def as_of(self) -> str:
        """The day after the last of its window, as year-month-day."""
        return self.frozen.as_of

    @property
    def window_months(self) -> int:
        """How long its window was."""
        return self.frozen.facts.window_months

    def table(self, step_id: str, table: str) -> pd.DataFrame | None:
        """A table as it was published then; None where that version has none. StepInputError if it is not declared."""
        other = find_step(step_id).id
        self._declared(f"{other}/{table}", f"{other}/{table}" in self.step.reads_version)
        return self.frozen.table(other, table)

    def tables(self, step_id: str, *names: str) -> list[pd.DataFrame | None]:
        """Several tables of one step, in the order of their names."""
        return [self.table(step_id, name) for name in names]

    def result(self, step_id: str) -> Result | None:
        """All that a step said then; None where it was not there. StepInputError if that step is not declared."""
        other = find_step(step_id).id
        self._declared(other, other in self._steps)
        return self.frozen.result(other)

    @cached_property
    def decisions(self) -> dict[str, DecisionUsed]:
        """What was decided then in the declared steps, by the decision's id."""
        numbers = {name[:2] for name in self._steps}
        return {name: used for name, used in self.frozen.decisions.items() if name[:2] in numbers}

    @property
    def _steps(self) -> set[str]:
        return {name.partition("/")[0] for name in self.step.reads_version}

    def _declared(self, name: str, declared: bool) -> None:
        if not declared:
            raise StepInputError(
                f'{self.step.id} does not declare that it looks back at "{name}". '
                f"{nearest(name, self.step.reads_version)} Declare it under reads_version in helpers/steps.py."
            )


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

    @cached_property
    def version(self) -> VersionSeen | None:
        """The latest version frozen of an earlier day than this run's; None where there is none.

        Raises
        ------
        StepInputError
            If the registry does not say that this step looks back at versions.
        RunError
            If a version is not as it was frozen, or counts in another currency.
        """
        return self._versions[-1] if self._versions else None

    @property
    def versions(self) -> tuple[VersionSeen, ...]:
        """All versions frozen of an earlier day than this run's, the latest last."""
        return tuple(self._versions)

    @property
    def first_version(self) -> VersionSeen | None:
        """The first of them: what was fixed once and for all, such as the customers among whom a place is counted."""
        return self._versions[0] if self._versions else None

    @cached_property
    def _versions(self) -> list[VersionSeen]:
        if not self.step.reads_version:
            raise StepInputError(f"{self.step.id} does not declare reads_version in helpers/steps.py, as it must.")
        found = versions_before(self.client.folder, self.as_of)
        for version in found:
            if version.facts.currency != self.client.currency:
                raise RunError(
                    f"versions/{version.name} counts in {version.facts.currency}, client.yaml in "
                    f"{self.client.currency}: no amount can be compared. Keep one currency in one client folder."
                )
        return [VersionSeen(version, self.step) for version in found]

    def decided_before(self, decision: str) -> Any:
        """What was in force in the version before for one of this step's decisions; None where there was none."""
        used = self.version.decisions.get(f"{self.step.number}.{decision}") if self.version else None
        return None if used is None else used.value

    def intent_rules(self) -> IntentRulesFile:
        """The intent rules as people wrote them: the client's own where it has any, else the kit's."""
        if not self.step.reads_intent_rules:
            raise StepInputError(f"{self.step.id} does not declare reads_intent_rules in helpers/steps.py, as it must.")
        return read_intent_rules(self.client.folder)

    def _declared(self, other: str) -> Path | None:
        """The folder with the result of a step that this one builds on; None where there is none and none is needed."""
        if other not in self.step.builds_on:
            raise StepInputError(
                f"{self.step.id} does not declare that it builds on {other}. Declare it in helpers/steps.py under "
                "needs, better_with or checks_with, so that a changed result runs the step again."
            )
        folder = self._results_of(other)
        if folder is None and other in self.step.needs:
            first = "Run it first: python3 workbook.py run CLIENT."
            raise RunError(f"{self.step.id} needs {other}, which has no result. {first}")
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
