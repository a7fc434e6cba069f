"""What a report is made from: a few facts about the client and a way to read the tables behind its exhibits.

The report computes nothing. It sees results, tables and executed notebooks, and nothing of the client's folder besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd

from helpers.report.figures import FigureQueue


class HasAbout(Protocol):
    """The one line of client.yaml that a report prints, besides the name."""

    about: str


class ReportClient(Protocol):
    """As much of `helpers.client.folder.Client` as a report needs."""

    @property
    def name(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def config(self) -> HasAbout: ...

    @property
    def results_folder(self) -> Path: ...


@dataclass(frozen=True)
class ReportSource:
    """A client and its tables, for the making of pages.

    Parameters
    ----------
    client : ReportClient
        Its results folder holds `<step id>/notebook.ipynb`; a step without one gets a page from its result alone.
    table : callable
        `table(step_id, name)` gives the table that this step published.
    groups : mapping
        Group ids and the names that people read.
    input_table : callable, optional
        `input_table(name)` gives a delivered table or summary, or None. With it the working pages show the first rows
        of an input as a table; without it as plain text. Never called for the client's pages.
    words : callable, optional
        `words(step_id)` gives the notebook that a step was executed from: the page takes its words as they are now.
        Without it they are those of the run.
    figures : FigureQueue, optional
        Draws the exhibits, and may have drawn some already. Without it they are drawn when the page needs them.
    """

    client: ReportClient
    table: Callable[[str, str], pd.DataFrame]
    groups: Mapping[str, str] = field(default_factory=dict)
    input_table: Callable[[str], pd.DataFrame | None] | None = None
    words: Callable[[str], Path] | None = None
    figures: FigureQueue | None = None

    def notebook(self, step_id: str) -> Path:
        """Where the executed notebook of a step stands, if there is one."""
        return self.client.results_folder / step_id / "notebook.ipynb"
