"""The page of one step: the answer first, then the notebook's own course, then what a reader may want to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from functools import partial
from html import escape
from typing import Any

from helpers.client.result_model import DecisionUsed, Exhibit, Result
from helpers.client.results import owner_of
from helpers.client.schema import TableSchema, schema
from helpers.errors import StepInputError, counted
from helpers.report.figures import FigureQueue
from helpers.report.markdown import PageRenderer, markdown_of
from helpers.report.source import ReportSource
from helpers.report.strategy_page import STRATEGY, STRATEGY_PAGE, board_findings
from helpers.show import blocks
from helpers.show.audience import Audience
from helpers.show.encodings import is_held_back
from helpers.show.figure import figure_html
from helpers.show.sentences import say
from helpers.show.tables import html_table
from helpers.steps import BY_ID, STEPS

_LISTS = {
    "cannot_say": ("What we cannot say", blocks.cannot_say_html),
    "assumptions": ("What we assume", blocks.assumptions_html),
    "checks": ("Checks", blocks.checks_html),
}


class StepPage:
    """Draws the parts of one step's page for one audience, and remembers what stands on it already."""

    def __init__(self, result: Result, source: ReportSource, audience: Audience, results: Mapping[str, Result]) -> None:
        self.result, self.source, self.audience, self.results = result, source, audience, results
        self.step = BY_ID[result.step]
        self.working = audience.sees_persons
        self.title = f"{self.step.number} {self.step.title}"
        self._renderer = PageRenderer(list(results), pictures=self.working)
        self._markdown = markdown_of(self._renderer)
        self._shown: set[str] = set()
        self._coming: dict[str, int] = {}

    def words(self, source: str, cell: Mapping[str, Any]) -> str:
        """The text of a cell as HTML, with the pictures that were pasted into that cell; headings go on in order."""
        self._renderer.attachments = cell.get("attachments", {})
        return str(self._markdown(source))

    def expect(self, kinds: Iterable[str]) -> None:
        """Count the outputs to come: a list that a notebook shows as it grows is drawn once, where it is complete."""
        for kind in kinds:
            self._coming[kind] = self._coming.get(kind, 0) + 1

    # ---- the parts in the notebook's course ----------------------------------------------------------------------

    def draw(self, note: Mapping[str, Any], text: str) -> str:
        """An output of the kit, drawn again; empty where this audience does not see it or it stands here already."""
        kind = str(note["kind"])
        self._coming[kind] = self._coming.get(kind, 1) - 1
        if kind == "exhibit":
            return self._exhibit(str(note.get("id")))
        if kind == "decision":
            return self._decision(str(note.get("id")))
        if kind == "findings" and self.working:
            # the sentences stand at the top of the page and over their exhibits; a third time would be noise, and so is
            # the same remark for each of several outputs
            if self._coming[kind] > 0:
                return ""
            return '<p class="remark">Said here; it stands under <a href="#found">what we found</a>.</p>'
        if kind == "preview" and self.working:
            return self._preview(str(note.get("table")), int(note.get("rows", 5)), text)
        if kind in _LISTS and self._coming[kind] <= 0:
            html = self._list(kind)
            # several lists may follow each other under one heading of the notebook
            return f'<p class="part">{_LISTS[kind][0]}</p>{html}' if html else ""
        return ""

    def shows(self, exhibit_id: str) -> bool:
        """Whether this audience may see the exhibit at all: one whose rows are persons is the team's alone."""
        tables = [exhibit.table for exhibit in self.result.exhibits if exhibit.id == exhibit_id]
        return not any(is_held_back(schema(table), self.audience) for table in tables)

    def _exhibit(self, exhibit_id: str) -> str:
        for exhibit in self.result.exhibits:
            if exhibit.id == exhibit_id and exhibit_id not in self._shown and self.shows(exhibit_id):
                self._shown.add(exhibit_id)
                return self._figure(exhibit)
        return ""

    def _figure(self, exhibit: Exhibit) -> str:
        asked = self._ask(exhibit, self.source.figures) if self.source.figures else None
        if asked:
            return asked.result()
        table = self.source.table(self._owner_of(exhibit), exhibit.table)
        return figure_html(exhibit, table, schema(exhibit.table), self._title_of(exhibit), self.audience)

    def draw_ahead(self, queue: FigureQueue) -> None:
        """Ask for the exhibits of the page, before there is one."""
        for exhibit in self.result.exhibits:
            if self.shows(exhibit.id):
                self._ask(exhibit, queue)

    def _ask(self, exhibit: Exhibit, queue: FigureQueue) -> Future[str] | None:
        """The figure as it will be drawn; None where no result at hand has its table."""
        owner = self.results.get(self._owner_of(exhibit))
        if owner is None or exhibit.table not in owner.tables:
            return None
        read = partial(self.source.table, owner.step, exhibit.table)
        return queue.figure(exhibit, owner.tables[exhibit.table].sha256, self._title_of(exhibit), self.audience, read)

    def _title_of(self, exhibit: Exhibit) -> str:
        said = blocks.visible(self.result.findings, self.audience)
        return next((say(one, self.audience) for one in said if one.id == exhibit.finding), exhibit.subtitle)

    def _owner_of(self, exhibit: Exhibit) -> str:
        return self.result.step if exhibit.table in self.result.tables else owner_of(exhibit.table)

    def _decision(self, decision_id: str) -> str:
        for used in self.result.decisions:
            if used.id == decision_id and decision_id not in self._shown:
                self._shown.add(decision_id)
                return blocks.decision_html(used, self.audience)
        return ""

    def _list(self, kind: str) -> str:
        if kind in self._shown or (kind == "checks" and not self.working):
            return ""
        self._shown.add(kind)
        parts = getattr(self.result, kind)
        return _LISTS[kind][1](parts) if parts else ""

    def _preview(self, name: str, rows: int, text: str) -> str:
        if not rows:
            return f'<p class="remark">{escape(text)}</p>'
        try:
            described: TableSchema = schema(name)
        except StepInputError:
            return _pre(text)
        caption = f"First rows of {name}: {described.grain}"
        frame = self.source.input_table(name) if self.source.input_table else None
        if frame is not None:
            return html_table(frame, described, self.audience, caption=caption, most=rows, stacks=False)
        return f'<p class="remark">{escape(caption)}</p>{_pre(text)}'

    # ---- around the notebook -------------------------------------------------------------------------------------

    def heading(self) -> str:
        """The page's h1 and, where they apply, the banners under it."""
        own = '<p class="own">This page was made with the team\'s own version of the notebook.</p>'
        banner = provisional_banner(self.result.provisional, self.results, self.audience)
        return f"<h1>{escape(self.title)}</h1>\n{banner}{own if self.result.notebook.origin == 'own' else ''}"

    def answer(self, words: Iterable[str] = ()) -> str:
        """What we found, all of it, in order; under it the notebook's own `words` (HTML) on how to take it."""
        self._renderer.level = 2
        found = self._found()
        own = "".join(f'<div class="remark">{html}</div>' for html in words if html)
        return f'<section class="found" aria-labelledby="found"><h2 id="found">What we found</h2>{found}{own}</section>'

    def _found(self) -> str:
        """All findings; of the strategy those of the board, as the chapters have a page of their own."""
        if self.result.step != STRATEGY:
            return blocks.findings_html(self.result.findings, self.audience)
        link = f'<p><a href="{STRATEGY_PAGE}">The document</a>: two pages for the board, then the chapters.</p>'
        return link + blocks.findings_html(board_findings(self.result), self.audience)

    def ending(self) -> str:
        """What the notebook did not show itself: exhibits, open questions, assumptions, checks, judgements."""
        exhibits = "".join(self._exhibit(exhibit.id) for exhibit in self.result.exhibits)
        decisions = "".join(self._decision(used.id) for used in self.result.decisions)
        parts = [
            ("Further exhibits", exhibits),
            *((name, self._list(kind)) for kind, (name, _) in _LISTS.items()),
            ("Judgements", decisions),
        ]
        sections = [f'<section class="ending"><h2>{name}</h2>{html}</section>' for name, html in parts if html]
        return "\n".join([*sections, self._how_made() if self.working else ""])

    def _how_made(self) -> str:
        parameters = blocks.value_html(self.result.parameters)
        used = self.result.notebook
        facts = f"Kit {self.result.kit}, mode {self.result.mode}, {used.origin} notebook, code {used.sha256[:12]}."
        return (
            f'<details class="how-made"><summary>How this page was made</summary><p>{escape(facts)}</p>'
            f"<div>Parameters: {parameters}</div></details>"
        )


def provisional_banner(decisions: Iterable[str], results: Mapping[str, Result], audience: Audience) -> str:
    """A banner in words when something on the page rests on a judgement that nobody has confirmed; else nothing."""
    decisions = list(decisions)
    if not decisions:
        return ""
    known = {used.id: used for result in results.values() for used in result.decisions}
    count = counted(len(decisions), "judgement")
    items = "".join(f"<li>{escape(question_of(decision, known, audience))}</li>" for decision in decisions)
    return (
        f'<div class="banner provisional"><p><strong>Provisional.</strong> What stands here rests on {count} '
        f"that nobody has confirmed:</p><ul>{items}</ul></div>\n"
    )


def question_of(decision_id: str, known: Mapping[str, DecisionUsed], audience: Audience) -> str:
    """The question of a judgement, its step and its group, in plain text; for an unknown id the id itself."""
    number, scope, name = decision_id.split(".", 2)
    step = next((step for step in STEPS if step.number == number), None)
    used = known.get(decision_id)
    declared = next((choice.question for choice in step.decides if choice.name == name), "") if step else ""
    question = (used.question if used else "") or declared or decision_id
    whom = "" if scope == "all" else f", {audience.group(scope) or f'group {scope}'}"
    return f"{question} (step {number}{whom})"


def _pre(text: str) -> str:
    return f'<pre class="output" tabindex="0">{escape(text)}</pre>' if text.strip() else ""
