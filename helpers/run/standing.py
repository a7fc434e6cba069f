"""What stands of a client's results at this moment: held against what it would rest on if it were made now.

The runner asks to know what is due, `status` to tell it. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.client.file_hashes import SeenFiles, folder_hashes
from helpers.client.folder import Client
from helpers.client.notebook_file import NotebookError
from helpers.client.result_model import Result
from helpers.client.results import Made, Manifest, read_result
from helpers.client.step_inputs import notebook_of
from helpers.client.tables_manifest import TablesManifest
from helpers.errors import listed
from helpers.run.freshness import Kit, Parts, changes, report_rests_on, step_rests_on, tables_rest_on
from helpers.run.parameters import declared_parameters, step_parameters
from helpers.steps import Step, built_steps

TABLES = "results/tables"
NO_CHANGE = "nothing that it rests on has changed"


class Standing:
    """A client, its manifest, and what stands so far; `results` grows as steps are looked at or run, in their order.

    Parameters
    ----------
    mode : str
        draft or final: what a step that is run now would be run as.
    settings : mapping of step id to parameters
        Those given on the command line.
    trust : bool
        Whether a file whose size and dates are as they were when it was hashed counts as unchanged.
    """

    def __init__(
        self,
        client: Client,
        manifest: Manifest,
        mode: str = "draft",
        settings: Mapping[str, Mapping[str, str]] | None = None,
        *,
        trust: bool = True,
    ) -> None:
        self.client, self.manifest, self.mode, self.settings = client, manifest, mode, settings or {}
        self.files = SeenFiles(client.folder, manifest.files, trust=trust)
        self.kit = Kit()
        self.tables: TablesManifest | None = None
        self.results: dict[str, Result] = {}

    def tables_rest_on(self) -> Parts:
        """What the tables would be made of now."""
        return tables_rest_on(self.client, self.files, self.kit)

    def step_rests_on(self, step: Step) -> Parts:
        """What the step's result would be made of now; the tables must have been taken in.

        Of a notebook that cannot be read only that is known: the step is due, and its run says what is wrong.
        """
        try:
            in_force = declared_parameters(notebook_of(self.client, step)) | self.changed_parameters(step)
            return step_rests_on(self.client, step, in_force, self.mode, self.tables, self.results, self.kit)
        except NotebookError:
            before = self.manifest.steps.get(step.id, Made()).rests_on
            return before | {"notebook": "= not readable"}

    def report_rests_on(self) -> Parts:
        """What the pages would be made of now, whoever reads them; `results` must be known."""
        results = {name: self.manifest.steps[name].artefacts for name in self.results}
        return report_rests_on(self.client, results, self.unfinished, built_steps(), self.kit)

    @property
    def unfinished(self) -> dict[str, str]:
        """Why the steps that were tried and do not stand do not, each in one line."""
        runs = self.manifest.steps
        return {name: run.reason.partition("\n")[0] for name, run in runs.items() if run.state != "done"}

    def changed_parameters(self, step: Step) -> dict[str, Any]:
        """The parameters that are to be another than in the notebook: a default, said or unsaid, is the same result."""
        notebook = notebook_of(self.client, step)
        given = step_parameters(step, notebook, self.client.config.parameters, self.settings)
        defaults = declared_parameters(notebook)
        return {name: value for name, value in given.items() if value != defaults[name]}

    def look(self, steps: Iterable[Step]) -> dict[str, list[str]]:
        """Of each step that was done: what has changed since, nothing where it stands. Sets `results`.

        How a step was run (draft or final) is what was asked for then, and is no change.
        """
        self.results, found = {}, {}
        for step in steps:
            run = self.manifest.steps.get(step.id)
            if run is None or run.state not in ("done", "outdated"):
                continue
            moved = changes(run.rests_on | {"mode": ""}, self.step_rests_on(step) | {"mode": ""})
            if not moved and not self.intact(f"results/{step.id}", run):
                moved = [not_as_left(f"results/{step.id}")]
            found[step.id] = moved
            if not moved:
                self.results[step.id] = read_result(self.client.results_folder, step.id)
        return found

    def moved(self, made: Made, now: Parts, folder: str) -> str | None:
        """Why something that was made has to be made again, in words; None where it stands."""
        if different := changes(made.rests_on, now):
            return listed(different, 4)
        return None if self.intact(folder, made) else not_as_left(folder)

    def intact(self, folder: str, made: Made) -> bool:
        """Whether each file that was made still stands with the same bytes; `folder` from the client's folder on."""
        if folder == TABLES:  # the one derived folder with large files
            return all(self.files.hash_of(f"{folder}/{name}") == sha for name, sha in made.artefacts.items())
        found = folder_hashes(Path(self.client.folder, folder))
        return all(found.get(name) == sha for name, sha in made.artefacts.items())


def not_as_left(folder: str) -> str:
    """The words for a derived folder that somebody changed."""
    return f"{folder} is not as the run left it"
