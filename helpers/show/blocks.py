"""Small pieces of HTML that show the parts of a result: findings, decisions, checks, assumptions, open questions.

A notebook shows them while a person works, and the report draws them again for its audience. Every text that a client
typed is escaped here, at the source. No style attributes (the pages' content policy refuses them) and no headings
(where a piece lands decides its level): only classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from helpers.client.result_model import Assumption, CannotSay, Check, DecisionUsed, Finding
from helpers.errors import counted
from helpers.show.answer_words import in_words
from helpers.show.audience import Audience
from helpers.show.numbers import NBSP, long_date
from helpers.show.sentences import say

# What a state means, in words. Everything but "decided" is provisional, and says so first.
STATES = {
    "decided": "Decided.",
    "proposed": "Provisional. This is a proposal by rule; nobody has confirmed it yet.",
    "stale": "Provisional. This was decided on numbers that have moved since.",
    "missing": "Provisional. Nobody has decided yet, and there is no proposal.",
}
VERDICTS = {"pass": "Holds.", "flag": "To look at.", "fail": "Does not hold."}
# Judgements whose answers name people or customers: the client's page says that they exist, not what they hold.
HELD_BACK = ("beliefs", "secrets")
# Judgements that fill a card or a long register: here they are folded. What the kit drafts of them quotes customers, so
# the client's page shows them once people have put them in words.
ON_CARDS = ("proposition", "tactics")
HELD = "Recorded in the working papers; it names people and customers, so it is not shown here."

_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def basis(finding: Finding) -> str:
    """How a sentence is known, in small print: "measured, 1,815 customers" (plain text)."""
    return finding.evidence if finding.n is None else f"{finding.evidence}, {counted(finding.n, finding.n_of)}"


def visible(findings: Sequence[Finding], audience: Audience) -> list[Finding]:
    """The findings that this audience may read: people too few to be shown alone are not spoken of alone either."""
    return [said for said in findings if not _is_held_back(said, audience)]


def _is_held_back(said: Finding, audience: Audience) -> bool:
    # a client with few customers may still hear of all of them together
    of_a_group = said.id.count(".") > 1 and said.n_of in ("customer", "response")
    return audience.holds_back(said.smallest) or (of_a_group and audience.holds_back(said.n))


def findings_html(findings: Sequence[Finding], audience: Audience) -> str:
    """The findings as a list, each sentence with its evidence and the number of cases behind it."""
    shown = visible(findings, audience)
    if not shown:
        return '<p class="nothing">There is nothing to say here yet.</p>'
    items = [
        f'<li><p class="sentence">{escape(say(one, audience))}</p> <p class="basis">{escape(basis(one))}</p></li>'
        for one in shown
    ]
    return f'<ol class="findings">{"".join(items)}</ol>'


def decision_html(used: DecisionUsed, audience: Audience | None = None) -> str:
    """A judgement: what stands, whether anyone decided it, who, when and why.

    Parameters
    ----------
    used : DecisionUsed
        As result.json holds it.
    audience : Audience, optional
        Whom the page is for; the client's page holds back answers that name people or customers, and the numbers that
        moved, which may be those of a few. None shows all.
    """
    used = in_words(used, audience)
    sees_all = audience is None or audience.sees_persons
    name, by_people = used.id.rpartition(".")[2], used.state in ("decided", "stale")
    quotes = not sees_all and name in ON_CARDS
    shown = _folded if name in ON_CARDS else value_html
    held_back = not sees_all and name in HELD_BACK or quotes and not by_people
    rows = [("Who and when", escape(_who(used))), ("Reason", escape(used.reason or ""))]
    # where people chose what was proposed, their reason is the one that counts, and the findings tell the rule's
    agreed = by_people and used.proposed is not None and _same(used.value, used.proposed)
    if by_people and used.proposed is not None and not agreed and not quotes:
        rows.append(("The rule proposed", shown(used.proposed)))
    why = "Why proposed" if used.proposed is not None else "Why none proposed"
    if not agreed:
        rows.append((why, escape(used.because)))
    if held_back:
        rows = rows[:1]
    elif audience is None or audience.sees_persons:
        rows.append(_in_the_file(used))
    facts = "".join(f"<dt>{name}</dt><dd>{html}</dd>" for name, html in rows if html)
    moved = "".join(f"<li>{escape(text)}</li>" for text in used.moved)
    parts = [
        f'<p class="state"><strong>{STATES[used.state]}</strong></p>',
        f'<ul class="moved">{moved}</ul>' if moved and sees_all else "",
        f'<p class="asked">{escape(used.question or used.id)}{_for_whom(used, audience)}</p>',
        f'<div class="answer">{HELD if held_back else shown(used.value)}</div>' if used.value is not None else "",
        f"<dl>{facts}</dl>" if facts else "",
    ]
    return f'<div class="decision is-{used.state}">{"".join(parts)}</div>'


def _folded(value: Any) -> str:
    """A value that takes a page, to be opened where somebody wants to read it again."""
    return f"<details><summary>All of it</summary>{value_html(value)}</details>"


def _in_the_file(used: DecisionUsed) -> tuple[str, str]:
    """For who writes the decision file: the values that it takes, or that one which reads otherwise on the page."""
    if used.options:
        return "Options in the file", ", ".join(f"<code>{escape(option)}</code>" for option in used.options)
    differs = isinstance(used.value, str) and plain(used.value) != used.value
    return "Written in the file", f"<code>{escape(used.value)}</code>" if differs else ""


def checks_html(checks: Sequence[Check]) -> str:
    """The reconciliations: how many hold, and each with what was found and expected; those that do not hold first."""
    if not checks:
        return '<p class="nothing">This step has no checks.</p>'
    order = ("fail", "flag", "pass")
    counts = {verdict: sum(check.verdict == verdict for check in checks) for verdict in order}
    summary = f"Checks that hold: {counts['pass']} of {len(checks)}."
    if counts["flag"]:
        summary += f" To look at: {counts['flag']}."
    if counts["fail"]:
        summary += f" That do not hold: {counts['fail']}."
    items = []
    for check in sorted(checks, key=lambda check: order.index(check.verdict)):
        facts = [f"found {plain(check.found)}", f"expected {plain(check.expected)}"]
        if check.tolerance is not None:
            facts.append(f"tolerance {plain(check.tolerance)}")
        items.append(
            f'<li class="is-{check.verdict}"><strong>{VERDICTS[check.verdict]}</strong> {escape(check.sentence)} '
            f'<span class="basis">{escape("; ".join(facts))}</span></li>'
        )
    return f'<div class="checks"><p>{summary}</p><ul>{"".join(items)}</ul></div>'


def assumptions_html(assumptions: Sequence[Assumption]) -> str:
    """What was used that the data did not supply: the sentence, its value, the range, how it is known."""
    if not assumptions:
        return '<p class="nothing">This step assumes nothing beyond the data.</p>'
    items = []
    for assumption in assumptions:
        facts = [f"value {plain(assumption.value)}"]
        if assumption.low is not None and assumption.high is not None:
            facts.append(f"range {plain(assumption.low)} to {plain(assumption.high)}")
        facts.append(assumption.evidence)
        items.append(f'<li>{escape(assumption.text)} <span class="basis">{escape(", ".join(facts))}</span></li>')
    return f'<ul class="assumptions">{"".join(items)}</ul>'


def cannot_say_html(gaps: Sequence[CannotSay]) -> str:
    """The questions that stay open, why, and what would answer them."""
    if not gaps:
        return '<p class="nothing">No question of this step stays open.</p>'
    items = [
        f'<li><p class="asked">{escape(gap.question)}</p><p>{escape(gap.because)}</p>'
        f'<p><span class="basis">What would answer it:</span> {escape(gap.unlocked_by)}</p></li>'
        for gap in gaps
    ]
    return f'<ul class="cannot-say">{"".join(items)}</ul>'


def plain(value: Any) -> str:
    """A single value in plain words, not escaped.

    >>> [plain(value) for value in (True, 1815, 0.25, 95018.62, None, "main_categories")]
    ['yes', '1,815', '0.25', '95,018.62', 'nothing', 'main categories']
    """
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"{int(value):,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.4g}"
    text = str(value)
    if text == "re_engineer":  # the one option that people write with a hyphen
        return "re-engineer"
    # options are named like columns; people read words
    return text.replace("_", " ") if _WORD.fullmatch(text) else text


def plain_date(text: str) -> str:
    """A date as people write it ("22 November 2026"); a text that is no date stays as it is.

    >>> plain_date("2026-11-02")
    '2 November 2026'
    """
    try:
        return long_date(text).replace(NBSP, " ")
    except ValueError:
        return text


def value_html(value: Any) -> str:
    """A value of a decision: one word or number, a list, or a mapping, escaped.

    >>> value_html({"more_of": ["service"], "less_of": ["discount", "<b>"]})
    '<dl><dt>more of</dt><dd>service</dd><dt>less of</dt><dd>discount, &lt;b&gt;</dd></dl>'
    """
    if isinstance(value, Mapping):
        if not value:
            return "nothing"
        # a table of many rows would be metres long with each cell on a line of its own
        told = _row_html if len(value) > 1 and all(map(_is_row, value.values())) else value_html
        pairs = (f"<dt>{escape(plain(key))}</dt><dd>{told(item)}</dd>" for key, item in value.items())
        return f"<dl>{''.join(pairs)}</dl>"
    if isinstance(value, (list, tuple)):
        if not value:
            return "nothing"
        texts = [value_html(item) for item in value]
        nested = any(isinstance(item, (Mapping, list, tuple)) for item in value)
        sentences = len(texts) > 1 and any(text.endswith((".", "!", "?")) for text in texts)  # no comma behind these
        if nested or sentences or sum(map(len, texts)) > 90:
            return f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"
        return ", ".join(texts)
    return escape(plain(value))


def _is_row(value: Any) -> bool:
    """Whether a value is a row of a table: single values under their columns."""
    return isinstance(value, Mapping) and not any(isinstance(cell, (Mapping, list, tuple)) for cell in value.values())


def _row_html(row: Mapping[str, Any]) -> str:
    """A row on one line, without what it leaves blank.

    >>> _row_html({"kind": "keep", "to": "", "why": "They stay.", "how": "By post."})
    'kind: keep; why: They stay; how: By post.'
    """
    cells = {key: cell for key, cell in row.items() if cell is not None and cell != ""}
    said = [f"{escape(plain(key))}: {escape(plain(cell))}" for key, cell in cells.items()]
    # a sentence in the middle ends with the semicolon alone
    return "; ".join([*(one.removesuffix(".") for one in said[:-1]), *said[-1:]]) or "nothing"


def _same(one: Any, other: Any) -> bool:
    # an intent is a list even when it holds one word, and rules may propose the word alone
    return one == other or [one] == other or one == [other]


def _who(used: DecisionUsed) -> str:
    if used.state not in ("decided", "stale"):
        return ""
    by = used.by or "not signed"
    return f"{by}, {plain_date(used.decided_on)}" if used.decided_on else by


def _for_whom(used: DecisionUsed, audience: Audience | None) -> str:
    """The group that a judgement is about, by the name that people read; nothing when it is about all."""
    group = used.id.split(".")[1]
    if group == "all":
        return ""
    name = audience.group(group) if audience is not None else None
    return f' <span class="whom">({escape(name or group)})</span>'
