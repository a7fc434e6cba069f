"""The customer strategy as one document: two pages for the board, then the chapters. It is printed and signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

import pandas as pd

from helpers.client.result_model import Finding, Result
from helpers.client.schema import schema
from helpers.errors import counted
from helpers.method.strategy_chapters import CHAPTERS
from helpers.report import record_tables
from helpers.report.board_table import board_table, on_the_sheet, other_groups
from helpers.report.chapter_pictures import chapter_picture
from helpers.report.decision_box import decision_box, signatures
from helpers.report.money_table import money_table, told_in_table
from helpers.report.source import ReportSource
from helpers.report.strategy_tables import (
    is_promise,
    is_result,
    is_tactic,
    is_worth,
    promise_table,
    results_table,
    tactics_table,
    worth_table,
)
from helpers.report.strategy_words import words_used
from helpers.show import blocks
from helpers.show.audience import Audience
from helpers.show.masking import mask_table
from helpers.show.sentences import fill, say
from helpers.show.tables import html_table
from helpers.steps import STEPS

STRATEGY = "12_customer_strategy"
STRATEGY_PAGE, STRATEGY_STYLE, TITLE = "strategy.html", "strategy.css", "The strategy"
IN_A_CHAPTER = "12.in_"  # how the id of a sentence begins that stands behind the two pages
MOST_CHANGES = 3
_QUOTED = re.compile(r"^12\.in_[a-z]+_(\d\d|why)_")  # of the id of a sentence: the step that it quotes, or a reason
LAST = {
    "since": "What changed since the version before",
    "beliefs": "What we believed, and what is so",
    "change": "What would change our mind",
    "assumptions": "What we assumed",
    "decisions": "Who decided what",
    "open": "What we could not say",
}


def board_findings(result: Result) -> list[Finding]:
    """What the pages of a report list of the strategy: the sentences of the board, without those of the chapters."""
    return [one for one in result.findings if not one.id.startswith(IN_A_CHAPTER)]


def signed_on(result: Result) -> str:
    """The last day on which somebody signed the strategy; empty where nobody has."""
    return max((str(one.values["on"].value) for one in signatures(result.findings) if "on" in one.values), default="")


def strategy_body(source: ReportSource, results: Mapping[str, Result], audience: Audience, as_of: str) -> str:
    """The body of strategy.html, from the result of step 12 and its tables."""
    page = _Document(source, results, audience)
    sheets = "".join(f'<section class="sheet">{sheet}</section>' for sheet in (page.first(as_of), page.second()))
    chapters = page.chapters()
    meant = words_used(sheets + chapters)
    last = f'<section class="chapter" id="words"><h2>The words we use</h2>{meant}</section>' if meant else ""
    return f'<article class="strategy">{sheets}<section class="chapters">{chapters}{last}</section></article>'


class _Document:
    """The parts of the document for one audience."""

    def __init__(self, source: ReportSource, results: Mapping[str, Result], audience: Audience) -> None:
        self.result, self.results, self.audience = results[STRATEGY], results, audience
        self.source = source
        said = blocks.visible(self.result.findings, audience)
        self.said = {one.id: one for one in said}
        order = self.table("strategy").sort_values("position")
        self.parts: dict[tuple[str, str], list[Finding]] = {}
        for place, chapter, name in order[["place", "chapter", "sentence_id"]].to_numpy():
            if name in self.said:
                self.parts.setdefault((place, chapter), []).append(self.said[name])

    def table(self, name: str) -> pd.DataFrame:
        """A table of the step as this audience may see it."""
        return mask_table(self.source.table(STRATEGY, name), schema(name), self.audience)[0]

    def board(self, chapter: str) -> list[Finding]:
        """The sentences of a part of the two pages, in order."""
        return self.parts.get(("board", chapter), [])

    def words(self, finding: Finding) -> str:
        """A sentence for this audience, escaped."""
        return escape(say(finding, self.audience))

    # ---- the first page ------------------------------------------------------------------------------------------

    def first(self, as_of: str) -> str:
        """The answer, what it is worth, and the groups."""
        name = escape(self.source.client.name)
        dated = f"Figures as of {escape(blocks.plain_date(as_of))}" if as_of else ""
        head = (
            f'<header class="masthead"><h1>{name} <span>The customer strategy</span></h1>'
            f'<p class="dated">{dated}{self._state()}</p></header>'
        )
        answer = self.board("answer")
        lead = self.words(answer[0]) if answer else "Whom we serve cannot be said yet: no group has an intent."
        table = board_table(self.table("board_groups"), self.audience, self._basis())
        heading = "<h2>Whom we serve, and whom we do not</h2>" if table else ""
        notes = [self.board("beside") if table else [], self.board("goals"), self.board("changed")]
        below = "".join(f'<p class="basis">{" ".join(map(self.words, said))}</p>' for said in notes if said)
        return f'{head}<p class="the-answer">{lead}</p>{self._measures()}{heading}{table}{below}'

    def _basis(self) -> str:
        """What the profits of the table leave out."""
        return "before fees" if "12.fees" in self.said else ""

    def _state(self) -> str:
        """Who has signed it, and whether people have confirmed what it rests on."""
        day = signed_on(self.result)
        signed = f" · Signed by management on {escape(blocks.plain_date(day))}" if day else ""
        before = [name for name in self.result.provisional if not name.startswith("12.")]
        if before:  # what is asked here is still to be decided by those who read it
            count = counted(len(before), "judgement")
            mark = "" if signed else '<strong class="mark">Provisional</strong>: '
            return f'{signed} · {mark}<a href="#decisions">{count}</a> to confirm'
        return signed or (" · Draft" if self.result.mode != "final" else "")

    def _measures(self) -> str:
        """The headline numbers, each with the sentence that says what it is."""
        tiles = []
        for said in [*self.board("measure"), *self.board("money")]:
            figure, brace, rest = said.text.partition("}")
            if not said.text.startswith("{") or said.id == "12.most_of_it":
                continue
            where = f"Finding {said.id}"
            number = fill(figure + brace, said.values, self.audience, where=where)
            text = fill(rest, said.values, self.audience, where=where).strip()
            tiles.append(f'<div class="tile"><p class="figure">{escape(number)}</p><p>{escape(text)}</p></div>')
        return f'<div class="measures">{"".join(tiles)}</div>' if tiles else ""

    # ---- the second page -----------------------------------------------------------------------------------------

    def second(self) -> str:
        """The money, the risks, what would change our mind, and what is asked."""
        basis = [*self.board("decisions"), *self.board("assumptions"), *self.board("open")]
        left = [
            self._part("Money in, money back", self._money()),
            self._part("What we do", self._plain(self.board("do"))),
        ]
        right = [
            self._part(self._risk_title(), self._risks()),
            self._part("What would change our mind", self._other_changes()),
            self._part("What to find out first", self._plain(self.board("learn"))),
            self._part("What it rests on", self._paragraph(basis)),
        ]
        columns = "".join(f"<div>{''.join(parts)}</div>" for parts in (left, right) if any(parts))
        box = decision_box({name: self.board(name) for name in ("ask", "not_asked", "sign")}, self.words)
        return f'<div class="columns">{columns}</div>{box}'

    def _money(self) -> str:
        """Cost and what comes back as a table, and under it what has to be known beside."""
        said = {one.id: one for one in self.board("money")}
        told = told_in_table(said, self.audience)
        rest = [one for name, one in said.items() if name not in told]
        return money_table(said, self.audience) + (self._plain(rest) if told else self._paragraph(rest))

    def _part(self, title: str, html: str) -> str:
        return f'<section class="part-of-page"><h2>{escape(title)}</h2>{html}</section>' if html else ""

    def _risk_title(self) -> str:
        """The risks are what would change our mind, too, where nothing else would."""
        count = len(self._risk_pairs())
        title = {1: "The risk", 2: "Two risks", 3: "Three risks"}.get(count, "Risks")
        return title if self._changes() or not self._risk_flips() else f"{title}, and what would change our mind"

    def _risk_pairs(self) -> list[tuple[Finding, Finding | None]]:
        said = {one.id: one for one in self.board("risk")}
        risks = [one for name, one in said.items() if name.startswith("12.risk_")]
        return [(one, said.get(one.id.replace("12.risk_", "12.against_"))) for one in risks]

    def _risks(self) -> str:
        items = []
        for risk, answer in self._risk_pairs():
            done = f'<span class="against">{self.words(answer)}</span>' if answer else ""
            items.append(f"<li>{self.words(risk)} {done}</li>")
        return f'<ol class="risks">{"".join(items)}</ol>' if items else ""

    def _changes(self) -> list[Finding]:
        """What would change our mind, without what the risks have told already."""
        return [one for one in self.board("change") if one.id not in self._risk_flips()][:MOST_CHANGES]

    def _other_changes(self) -> str:
        """What would change our mind beside the numbers that the risks tell, and where these stand."""
        at = [str(place) for place, (one, _) in enumerate(self._risk_pairs(), 1) if one.id.startswith("12.risk_flip")]
        changes, more = self._plain(self._changes()), "s" if len(at) > 1 else ""
        told = f"<p>Also the number{more} in risk{more} {' and '.join(at)}.</p>" if at else ""
        return changes + told if changes else ""

    def _risk_flips(self) -> set[str]:
        """The ids of what would change our mind that a risk has told already."""
        groups = [one.values["group"].value for one, _ in self._risk_pairs() if one.id.startswith("12.risk_flip")]
        return {f"12.change.{group}" for group in groups}

    # ---- the chapters --------------------------------------------------------------------------------------------

    def chapters(self) -> str:
        """All chapters in order; those at the end with their tables."""
        parts = [self._chapter(name, title, steps) for name, (title, steps, _) in CHAPTERS.items()]
        ends: dict[str, Callable[[], str]] = {
            "beliefs": self._beliefs,
            "since": lambda: "",
            "change": lambda: "",
            "assumptions": lambda: record_tables.assumptions(self.table("strategy_assumptions")),
            "decisions": lambda: record_tables.decisions(self.table("decisions_made"), self.audience),
            "open": lambda: record_tables.open_questions(self.table("open_questions")),
        }
        for name, title in LAST.items():
            said = self.parts.get(("chapter", name), []) + self._again(name)
            html = self._story([one for one in said if not is_promise(one)])
            html += promise_table([*filter(is_promise, said)], self.audience) + ends[name]()
            parts.append(f'<section class="chapter" id="{name}"><h2>{title}</h2>{html}</section>' if html else "")
        return "".join(parts)

    def _again(self, name: str) -> list[Finding]:
        """The sentences of the board on the same, but those of a group that the second page has told already."""
        told = {one.id for one in self._changes()} if name == "change" else set()
        told |= self._risk_flips() if name == "change" else set()
        return [one for one in self.board(name) if one.id not in told] if name != "beliefs" else []

    def _chapter(self, name: str, title: str, steps: Sequence[str]) -> str:
        said = self.parts.get(("chapter", name), [])
        if not said:
            return ""
        table, rows = "", (is_tactic, is_result, is_worth)
        if name == "intent" and "why" in on_the_sheet(board := self.table("board_groups"))[1]:
            said = [*said, *self.board("whom")]  # the reasons that the first sheet has no room for
            table = other_groups(board, self.audience, self._basis())
        from_steps = " and ".join(self._link(number) for number in steps)
        return (
            f'<section class="chapter" id="{name}"><h2>{escape(title)}</h2>'
            f"{self._story([one for one in said if not any(is_row(one) for is_row in rows)])}"
            f"{chapter_picture(name, self.source, self.results, self.audience)}"
            f"{worth_table([*filter(is_worth, said)], self.audience)}"
            f"{tactics_table([*filter(is_tactic, said)], self.audience)}"
            f"{results_table([*filter(is_result, said)], self.audience)}"
            f'{table}<p class="basis">From {from_steps}.</p></section>'
        )

    def _link(self, number: str) -> str:
        step = next(step for step in STEPS if step.number == number)
        text = escape(f"{step.number} {step.title}")
        return f'<a href="{step.id}.html">{text}</a>' if step.id in self.results else text

    def _story(self, said: Iterable[Finding]) -> str:
        """Sentences on all customers as paragraphs, one for each step quoted; those on a group each as a line."""
        html, together, before = [], [], ""
        for one in said:
            quoted = _QUOTED.match(one.id)
            step, of_group = quoted[1] if quoted else before, one.id.count(".") > 1
            if of_group or (before and step != before):
                html.append(self._paragraph(together))
                together = []
            if of_group:
                html.append(f'<p class="of-group">{self._opened(one)}</p>')
            else:
                together.append(one)
            before = step
        return "".join([*html, self._paragraph(together)])

    def _paragraph(self, said: Sequence[Finding]) -> str:
        return f"<p>{' '.join(self.words(one) for one in said)}</p>" if said else ""

    def _opened(self, said: Finding) -> str:
        """The sentence with the group's name, where it begins with it, set apart."""
        text, value = self.words(said), said.values.get("group")
        name = escape(self.audience.group(str(value.value)) or "") if value else ""
        return f"<strong>{name}</strong>{text.removeprefix(name)}" if name and text.startswith(name) else text

    def _plain(self, said: Sequence[Finding]) -> str:
        items = "".join(f"<li>{self._opened(one)}</li>" for one in said)
        return f"<ul>{items}</ul>" if items else ""

    def _beliefs(self) -> str:
        table = self.table("beliefs_and_facts")
        shown = [name for name in ("leader", "question_name", "believed", "fact", "verdict") if name in table]
        if table.empty or "leader" not in shown:  # without the leaders the rows could not be told apart
            return ""
        return html_table(table, schema("beliefs_and_facts"), self.audience, columns=shown)
