"""The customer strategy as one document: two pages for the board, then the chapters. It is printed and signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

import pandas as pd

from helpers.client.result_model import Finding, Result
from helpers.client.schema import schema
from helpers.errors import counted
from helpers.method.strategy_chapters import CHAPTERS
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
    table_row,
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
            self._part("What it rests on", self._prose(basis)),
        ]
        columns = "".join(f"<div>{''.join(parts)}</div>" for parts in (left, right) if any(parts))
        box = decision_box({name: self.board(name) for name in ("ask", "not_asked", "sign")}, self.words)
        return f'<div class="columns">{columns}</div>{box}'

    def _money(self) -> str:
        """Cost and what comes back as a table, and under it what has to be known beside."""
        said = {one.id: one for one in self.board("money")}
        told = told_in_table(said, self.audience)
        rest = [one for name, one in said.items() if name not in told]
        return money_table(said, self.audience) + (self._plain(rest) if told else self._prose(rest))

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
            "assumptions": self._assumptions,
            "decisions": self._decisions,
            "open": self._open,
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
        """Sentences on all customers as a paragraph, those on a group each in a line that its name opens."""
        html, together = [], []
        for one in said:
            if one.id.count(".") > 1:
                html += [f"<p>{' '.join(together)}</p>"] if together else []
                together = []
                html.append(f'<p class="of-group">{self._opened(one)}</p>')
            else:
                together.append(self.words(one))
        return "".join([*html, f"<p>{' '.join(together)}</p>" if together else ""])

    def _opened(self, said: Finding) -> str:
        """The sentence with the group's name, where it begins with it, set apart."""
        text, value = self.words(said), said.values.get("group")
        name = escape(self.audience.group(str(value.value)) or "") if value else ""
        return f"<strong>{name}</strong>{text.removeprefix(name)}" if name and text.startswith(name) else text

    def _plain(self, said: Sequence[Finding]) -> str:
        items = "".join(f"<li>{self._opened(one)}</li>" for one in said)
        return f"<ul>{items}</ul>" if items else ""

    def _prose(self, said: Sequence[Finding]) -> str:
        return f"<p>{' '.join(self.words(one) for one in said)}</p>" if said else ""

    def _beliefs(self) -> str:
        table = self.table("beliefs_and_facts")
        shown = [name for name in ("leader", "question_name", "believed", "fact", "verdict") if name in table]
        if table.empty or "leader" not in shown:  # without the leaders the rows could not be told apart
            return ""
        return html_table(table, schema("beliefs_and_facts"), self.audience, columns=shown)

    def _assumptions(self) -> str:
        """Those that have a range, which can be argued about; the others in a fold."""
        rows = self.table("strategy_assumptions")
        ranged = rows["low"].notna() & rows["high"].notna()
        first, others = (_assumed(rows[one]) for one in (ranged, ~ranged))
        if first and others:
            count = counted(int((~ranged).sum()), "more assumption")
            others = f"<details><summary>{count} without a range</summary>{others}</details>"
        return first + others

    def _decisions(self) -> str:
        """What nobody has confirmed, or was decided on other numbers; what people decided in a fold."""
        table = self.table("decisions_made")
        made = table["state"] == "decided"
        fold, count = self._judged(table[made]), counted(int(made.sum()), "judgement")
        inside = f"<details><summary>{count} that people have made</summary>{fold}</details>" if fold else ""
        return self._judged(table[~made]) + inside

    def _judged(self, table: pd.DataFrame) -> str:
        """Some judgements as a table; empty of none."""
        names = {number: step.title for number, step in ((step.number, step) for step in STEPS)}
        items = []
        for row in table.to_dict("records"):
            whom = "" if row["group_id"] == "all" else f" ({self.audience.group(row['group_id']) or row['group_id']})"
            day = row["decided_on"]
            on = "" if pd.isna(day) else f", {blocks.plain_date(day.date().isoformat())}"
            who = f"{row['decided_by']}{on}" if row["decided_by"] else _STATE.get(row["state"], row["state"])
            asked = f'{escape(row["question"] + whom)}<span class="basis">'
            asked += f"{escape(row['step'] + ' ' + names.get(row['step'], ''))}</span>"
            mark = "" if row["state"] == "decided" else "open"
            items.append(
                table_row(asked, [escape(row["answer"] or "–"), escape(who)], ("Answer", "Who and when"), mark)
            )
        head = "".join(f'<th scope="col">{name}</th>' for name in ("Asked", "Answer", "Who and when"))
        html = f"<thead><tr>{head}</tr></thead><tbody>{''.join(items)}</tbody>"
        return f'<table class="judged">{html}</table>' if items else ""

    def _open(self) -> str:
        items = [
            f"<li><strong>{escape(row['question'])}</strong> {escape(row['because'])} "
            f'<span class="basis">What would answer it: {escape(row["unlocked_by"])}</span></li>'
            for row in self.table("open_questions").to_dict("records")
        ]
        return f'<ul class="small-print">{"".join(items)}</ul>' if items else ""


_STATE = {
    "proposed": "A proposal by rule; nobody has confirmed it",
    "stale": "Decided on numbers that have moved since",
    "missing": "Nobody has decided yet",
}


def _assumed(rows: pd.DataFrame) -> str:
    """Assumptions as a list; empty of none."""
    items = [
        f'<li>{escape(row["text"])} <span class="basis">{escape(_ranged(row))}</span></li>'
        for row in rows.to_dict("records")
    ]
    return f'<ul class="small-print">{"".join(items)}</ul>' if items else ""


def _ranged(row: Mapping) -> str:
    """The value of an assumption, with its range where it has one."""
    text = blocks.plain(_number(row["value"]))
    if not pd.isna(row["low"]) and not pd.isna(row["high"]):
        text += f" ({blocks.plain(float(row['low']))} to {blocks.plain(float(row['high']))})"
    return f"{text}; {row['evidence']}; step {row['step']}"


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text
