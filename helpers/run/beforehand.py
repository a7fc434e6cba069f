"""What can be known to be wrong with a client before any work is done on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from helpers.client.corrections import read_corrections
from helpers.client.decisions import read_every_decision
from helpers.client.folder import Client
from helpers.client.notebook_file import NotebookError
from helpers.client.step_inputs import notebook_of
from helpers.client.versions import read_versions
from helpers.run.parameters import step_parameters
from helpers.steps import Step


def check_before(
    client: Client, steps: Iterable[Step], settings: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Refuse corrections, decisions, versions and parameters of each step that cannot be used, before any work."""
    read_corrections(client.folder)
    read_every_decision(client.folder)
    read_versions(client.folder)
    for step in steps:
        with suppress(NotebookError):  # its step will fail and say so; no other has to wait for that
            step_parameters(step, notebook_of(client, step), client.config.parameters, settings or {})
