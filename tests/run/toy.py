"""A small client and a registry of small steps, so that a run costs one short kernel a step.

The notebooks stand in a temporary folder; the kernel, which knows the kit's own registry, is told of the toy ones by
the notebook's first cell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

# Whoever binds the registry by name has to be loaded before the toy one is put in its place: else a worker would show
# toy steps on the pages of the real samples, which it runs for all tests.
import helpers.describe
import helpers.report.batch_page
import helpers.report.index_page
import helpers.report.step_page
import helpers.run.run_end  # noqa: F401
from helpers.steps import STEPS, Step

ORDERS = "customer_id,date,revenue\n" + "".join(
    f"C{customer},2026-{month:02d}-05,{customer}00.00\n" for month in range(1, 7) for customer in (1, 2, 3)
)
CLIENT = """client: Toy
currency: EUR
as_of: 2026-07-01
window_months: 4
tables:
  transactions: {file: data/orders.csv}
"""
SETUP = """
import helpers.steps as registry
from helpers.answers import Answer
from helpers.steps import Choice, Step
registry.STEPS = tuple({step} if one.id == "{id}" else one for one in registry.STEPS)
from helpers.step import open_step
step = open_step("{id}", CLIENT)
"""
# what each step says, so that its result differs from an empty one
SAYS = """
from helpers.client.result_model import Check, Finding, Value
step.find(Finding(id=f"{step.step.number}.said", text="We said {what:text}.", evidence="judged",
                  values={"what": Value(value="so", unit="text")}))
"""
PUBLISH = "step.publish()"


def toy_client(folder: Path, more: str = "") -> Path:
    """A client folder with three customers and six months of orders."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "client.yaml").write_text(CLIENT + more, encoding="utf-8")
    return folder


def toy_step(number: str, **declared: object) -> Step:
    """A step with the id and title of the real one, which reads and publishes nothing but what is declared."""
    real = next(step for step in STEPS if step.number == number)
    return Step(**{"id": real.id, "title": real.title, "question": "Is it?", "acts": "All", **declared})


def toy_notebook(path: Path, step: Step, cells: list[str], parameters: str = "", setup: str = SETUP) -> None:
    """A notebook of code cells; those of a step that ends well are `[SAYS, PUBLISH]`."""
    sources = [('CLIENT: str = "."  # client folder\n' + parameters, ["parameters"])]
    sources += [(setup.format(step=repr(step), id=step.id), ["setup"])] + [(cell, []) for cell in cells]
    written = [
        {"cell_type": "code", "id": f"c{place}", "metadata": {"tags": tags}, "source": source.strip("\n"),
         "outputs": [], "execution_count": None}
        for place, (source, tags) in enumerate(sources)
    ]  # fmt: skip
    language = {"kernelspec": {"display_name": "x", "language": "python", "name": "no such kernel"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": language, "cells": written}
    path.write_text(json.dumps(notebook), encoding="utf-8")


class Toy:
    """A client folder and the steps that stand in for the kit's; `write` changes what a step's notebook does."""

    setup = SETUP

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = toy_client(folder / "client")
        self.notebooks, self._patch = folder / "kit", monkeypatch
        self.notebooks.mkdir()
        self.steps: dict[str, Step] = {}
        monkeypatch.setattr("helpers.step_entry.NOTEBOOKS", self.notebooks)

    def write(self, number: str, *cells: str, parameters: str = "", **declared: object) -> Step:
        """Make or change a step; its cells are those given, or the shortest that publish.

        `declared` is what the registry says of it, such as needs=(...).
        """
        step = toy_step(number, **declared)
        toy_notebook(self.notebooks / f"{step.id}.ipynb", step, list(cells or (SAYS, PUBLISH)), parameters, self.setup)
        self.steps[number] = step
        # the order and the ids of the real registry, so that pages and decisions find what they look for
        registry = tuple(self.steps.get(real.number, real) for real in STEPS)
        for module in ("helpers.steps", "helpers.client.decisions", "helpers.client.results", "helpers.report.pages"):
            self._patch.setattr(f"{module}.STEPS", registry)
        self._patch.setattr("helpers.steps.BY_ID", {one.id: one for one in registry})
        return step

    def run(self, **options: object) -> object:
        """Run the client and return the outcome, with the lines it said as `said`."""
        from helpers.run.runner import run_client

        said: list[str] = []
        outcome = run_client(self.client, say=said.append, **options)
        outcome.said = said
        return outcome

    @property
    def results(self) -> Path:
        return self.client / "results"

    def files(self, *folders: str) -> Mapping[str, bytes]:
        """All files below the client's folder, or below parts of it, with their bytes."""
        roots = [self.client / folder for folder in folders] or [self.client]
        found = [path for root in roots for path in root.rglob("*") if path.is_file()]
        return {path.relative_to(self.client).as_posix(): path.read_bytes() for path in found}
