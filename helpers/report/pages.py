"""A client's report as a folder of web pages: index.html and one page for each finished step.

The pages are made from results, tables and executed notebooks. Nothing is computed here, nothing is run again, and the
same results give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from helpers.client.result_model import Result
from helpers.errors import counted
from helpers.report.exporter import notebook_body
from helpers.report.figures import FigureQueue
from helpers.report.frame import PageLink, page_html
from helpers.report.index_page import overview_body
from helpers.report.source import ReportClient, ReportSource
from helpers.report.step_page import StepPage
from helpers.report.strategy_page import STRATEGY, STRATEGY_PAGE, STRATEGY_STYLE, TITLE, signed_on, strategy_body
from helpers.show.audience import Audience, audience_for
from helpers.show.blocks import plain_date
from helpers.steps import STEPS

INDEX = "index.html"


def make_report(
    client: ReportClient,
    results: Mapping[str, Result],
    failed: Mapping[str, str],
    audience_name: str,
    into: Path,
    *,
    table: Callable[[str, str], pd.DataFrame],
    groups: Mapping[str, str] | None = None,
    input_table: Callable[[str], pd.DataFrame | None] | None = None,
    words: Callable[[str], Path] | None = None,
    figures: FigureQueue | None = None,
) -> Path:
    """Write the report for one audience and return its first page.

    Parameters
    ----------
    client : ReportClient
        Its name, currency, `config.about` and results folder, where the executed notebooks are.
    results : mapping of step id to Result
        The steps that are done. Each gets a page.
    failed : mapping of step id to str
        The steps that failed, and why. Their pages are not made, even if an older result is in `results`.
    audience_name : str
        "working" for the team, "client" for the client.
    into : Path
        The folder to write; pages of steps that are no longer done are removed from it.
    table, groups, input_table, words, figures
        As in `helpers.report.source.ReportSource`.

    Raises
    ------
    RunError
        If a notebook of a finished step is damaged.
    """
    source = ReportSource(client, table, dict(groups or {}), input_table, words, figures)
    audience = audience_for(audience_name, client.currency, source.groups)
    done = {step.id: results[step.id] for step in STEPS if step.id in results and step.id not in failed}
    pages = [PageLink(INDEX, "", "Overview")]
    pages += [PageLink(STRATEGY_PAGE, "", TITLE)] if STRATEGY in done else []
    pages += [PageLink(f"{step.id}.html", step.number, step.title) for step in STEPS if step.id in done]
    as_of = max((result.as_of for result in done.values()), default="")
    made = _made(client.name, done, as_of)
    written = {
        INDEX: page_html(
            title=f"{client.name}: overview",
            body=overview_body(client, done, failed, audience, as_of),
            pages=pages,
            here=INDEX,
            made=made,
            kind="overview",
        )
    }
    if STRATEGY in done:
        body = strategy_body(source, done, audience, as_of)
        made_here = _made(client.name, done, as_of, signed_on(done[STRATEGY]))
        facts = {"pages": pages, "here": STRATEGY_PAGE, "made": made_here, "kind": "document", "style": STRATEGY_STYLE}
        written[STRATEGY_PAGE] = page_html(title=f"{client.name}: {TITLE.lower()}", body=body, **facts)
    for step_id in done:
        title, body = _step_body(step_id, source, done, audience)
        file = f"{step_id}.html"
        written[file] = page_html(
            title=f"{title} - {client.name}", body=body, pages=pages, here=file, made=made, kind="step"
        )
    _write(into, written)
    return into / INDEX


def draw_ahead(
    client: ReportClient,
    results: Mapping[str, Result],
    audience_name: str,
    figures: FigureQueue,
    *,
    table: Callable[[str, str], pd.DataFrame],
    groups: Mapping[str, str] | None = None,
) -> None:
    """Ask for all exhibits of these steps, so that they are drawn when `make_report` comes to them."""
    source = ReportSource(client, table, dict(groups or {}))
    audience = audience_for(audience_name, client.currency, source.groups)
    for result in results.values():
        StepPage(result, source, audience, results).draw_ahead(figures)


def _step_body(step_id: str, source: ReportSource, done: Mapping[str, Result], audience: Audience) -> tuple[str, str]:
    """The title and the body of a step's page."""
    page = StepPage(done[step_id], source, audience, done)
    notebook = source.notebook(step_id)
    words = source.words(step_id) if source.words else None
    cells = notebook_body(notebook, page, words) if notebook.is_file() else page.answer()
    return page.title, f"{page.heading()}\n{cells}\n{page.ending()}"


def _made(name: str, done: Mapping[str, Result], as_of: str, signed: str = "") -> str:
    """What stands at the foot of a page; what was signed on a day is no draft any more."""
    dated = f" Figures as of {plain_date(as_of)}." if as_of else ""
    draft = " Draft." if any(result.mode != "final" for result in done.values()) else ""
    state = f" Signed by management on {plain_date(signed)}." if signed else draft
    return f"{name}. {counted(len(done), 'step')} of {len(STEPS)} done.{dated}{state}"


def _write(into: Path, pages: Mapping[str, str]) -> None:
    """Write every page whole or not at all, then remove the pages of steps that are no longer done."""
    into.mkdir(parents=True, exist_ok=True)
    for file, html in pages.items():
        new = into / f".{file}.new"
        new.write_text(html, encoding="utf-8", newline="\n")
        os.replace(new, into / file)
    for file in (STRATEGY_PAGE, *(f"{step.id}.html" for step in STEPS)):
        if file not in pages:
            (into / file).unlink(missing_ok=True)
