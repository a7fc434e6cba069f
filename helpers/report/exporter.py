"""The one nbconvert exporter, made once and reused: the command costs 4-5 CPU seconds a page, a reused exporter 0.2."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import nbformat
from nbconvert.exporters import TemplateExporter

from helpers.errors import RunError
from helpers.report.frame import TEMPLATE_FOLDER
from helpers.report.redraw import Redraw
from helpers.report.step_page import StepPage
from helpers.report.todays_words import with_words_of


class NotebookBody(TemplateExporter):
    """The cells of a notebook as HTML by our own template, without a frame around them."""

    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"


@cache
def _exporter() -> tuple[NotebookBody, Redraw]:
    # only our own folder is searched: by default the current folder and the user's home come first, and a template of
    # the same name there would be used without a word
    exporter = NotebookBody(template_name="report", template_paths=[str(TEMPLATE_FOLDER)], default_preprocessors=[])
    redraw = Redraw()
    exporter.register_preprocessor(redraw, enabled=True)
    return exporter, redraw


def notebook_body(path: Path, page: StepPage, words: Path | None = None) -> str:
    """The cells of an executed notebook as HTML for the audience of `page`.

    Parameters
    ----------
    words : Path, optional
        The notebook that it was executed from, whose words may have been edited since.

    Raises
    ------
    RunError
        If the file is no notebook.
    """
    derived = "It is derived: delete the folder results/ and run the client again."
    notebook = _read(path, f"results/{path.parent.name}/{path.name}", derived)
    if words is not None:
        source = _read(words, words.name, "Restore it, or take a fresh copy.")
        notebook = with_words_of(source, notebook)
    exporter, redraw = _exporter()
    redraw.page = page
    body, _ = exporter.from_notebook_node(notebook)
    return body


def _read(path: Path, name: str, remedy: str) -> nbformat.NotebookNode:
    try:
        with warnings.catch_warnings():
            # older notebooks lack cell ids; nothing of ours depends on them
            warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)
            return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its parts raise
        raise RunError(f"{name} is not a notebook ({type(error).__name__}). {remedy}") from error
