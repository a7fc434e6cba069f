"""The first page: the answer so far, step by step, then where the work stands and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from helpers.client.result_model import Result
from helpers.errors import counted
from helpers.report.source import ReportClient
from helpers.report.strategy_page import STRATEGY, STRATEGY_PAGE, board_findings
from helpers.show import blocks
from helpers.show.audience import Audience
from helpers.show.sentences import say
from helpers.steps import STEPS, Step


def overview_body(
    client: ReportClient, results: Mapping[str, Result], failed: Mapping[str, str], audience: Audience, as_of: str
) -> str:
    """The body of index.html."""
    parts = [
        f"<h1>{escape(client.name)}</h1>",
        _lead(results, audience),
        _about(client.config.about, as_of),
        _banner(_all_provisional(results)),
        "<h2>The answer so far</h2>",
        *(_step_answer(step, results[step.id], audience) for step in STEPS if step.id in results),
        "" if results else '<p class="nothing">No step has been finished yet.</p>',
        "<h2>Where the work stands</h2>",
        _state_table(results, failed, audience),
        "<h2>What we cannot say yet</h2>",
        blocks.cannot_say_html([gap for result in results.values() for gap in result.cannot_say])
        if any(result.cannot_say for result in results.values())
        else '<p class="nothing">Nothing that the finished steps asked stays open.</p>',
        '<h2 id="judgements">Judgements</h2>',
        _judgements(results, audience),
    ]
    return "\n".join(part for part in parts if part)


def _lead(results: Mapping[str, Result], audience: Audience) -> str:
    """The answer in one sentence: of the strategy where there is one, else of the step that has come furthest."""
    said = {step_id: blocks.visible(result.findings, audience) for step_id, result in results.items()}
    spoken = {step_id: findings for step_id, findings in said.items() if findings}
    if not spoken:
        return ""
    # A step that has no case to count, such as a share without any wallet, has no answer to open with.
    answered = [step_id for step_id, said in spoken.items() if said[0].n] or list(spoken)
    chosen = STRATEGY if STRATEGY in spoken else max(answered)
    result, first = results[chosen], spoken[chosen][0]
    mark = '<strong class="mark">Provisional</strong> · ' if result.provisional else ""
    more = f' · <a href="{STRATEGY_PAGE}">the strategy in two pages</a>' if chosen == STRATEGY else ""
    return (
        f'<p class="lead">{escape(say(first, audience))}</p>'
        f'<p class="basis">{mark}{escape(blocks.basis(first))} · <a href="{chosen}.html">how we know</a>{more}</p>'
    )


def _about(about: str, as_of: str) -> str:
    dated = f" Figures as of {escape(blocks.plain_date(as_of))}." if as_of else ""
    return f'<p class="about">{escape(about.strip())}{dated}</p>' if about or dated else ""


def _banner(decisions: list[str]) -> str:
    """That the report rests on proposals, in one line; which ones stands further down."""
    if not decisions:
        return ""
    return (
        '<div class="banner provisional"><p><strong>Provisional.</strong> What stands here rests on '
        f'<a href="#judgements">{counted(len(decisions), "judgement")}</a> that nobody has confirmed.</p></div>'
    )


def _step_answer(step: Step, result: Result, audience: Audience) -> str:
    """A step's heading and its findings; the first is the headline."""
    mark = ' <strong class="mark">Provisional</strong>' if result.provisional else ""
    head = f'<h3><a href="{step.id}.html">{escape(f"{step.number} {step.title}")}</a>{mark}</h3>'
    told = result.findings if step.id != STRATEGY else board_findings(result)[:1]
    said = blocks.visible(told, audience)
    if not said:
        return f'<section class="step-answer">{head}<p class="nothing">There is nothing to say here yet.</p></section>'
    first, *rest = said
    more = blocks.findings_html(rest, audience) if rest else ""
    if step.id == STRATEGY:
        more = (
            f'<p class="more"><a href="{STRATEGY_PAGE}">Two pages for the board, and the chapters behind them</a></p>'
        )
    return (
        f'<section class="step-answer">{head}<p class="headline">{escape(say(first, audience))}</p>'
        f'<p class="basis">{escape(blocks.basis(first))}</p>{more}</section>'
    )


def _state_table(results: Mapping[str, Result], failed: Mapping[str, str], audience: Audience) -> str:
    rows = []
    for step in STEPS:
        title = escape(f"{step.number} {step.title}")
        name = f'<a href="{step.id}.html">{title}</a>' if step.id in results else title
        kind, state = _state(step, results.get(step.id), failed.get(step.id), audience)
        # the question stands under the step's name, so that the state is in sight on a narrow screen
        asked = f'<span class="basis">{escape(step.question)}</span>'
        rows.append(f'<tr><td>{name}<br>{asked}</td><td class="is-{kind}">{escape(state)}</td></tr>')
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Step and its question", "State"))
    return (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="The thirteen steps and their state">'
        f'<table class="states"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _state(step: Step, result: Result | None, reason: str | None, audience: Audience) -> tuple[str, str]:
    """A class and plain words for how far a step is."""
    if reason is not None:
        # an error may quote the client's data, so its words stay with the team
        why = "" if not audience.sees_persons else f": {reason.strip() or 'no reason given'}"
        return "failed", f"failed{why}" if why else "not finished"
    if result is None:
        return "open", "not run yet" if step.built else "not built yet"
    flags = sum(check.verdict != "pass" for check in result.checks)
    words = ["done"]
    if result.provisional:
        words.append("provisional")
    if flags and audience.sees_persons:
        words.append(f"{counted(flags, 'check')} to look at")
    return "done", ", ".join(words)


def _judgements(results: Mapping[str, Result], audience: Audience) -> str:
    decisions = [used for result in results.values() for used in result.decisions]
    if not decisions:
        return '<p class="nothing">The finished steps ask for none.</p>'
    order = ("stale", "proposed", "decided")
    told = sorted(
        (used for used in decisions if used.state in order), key=lambda used: (order.index(used.state), used.id)
    )
    open_ = [f"<li>{escape(used.question)} (step {used.id[:2]})</li>" for used in decisions if used.state == "missing"]
    asked = f'<p><strong class="mark">Nobody has decided yet</strong></p><ul>{"".join(open_)}</ul>' if open_ else ""
    return asked + "".join(blocks.decision_html(used, audience) for used in told)


def _all_provisional(results: Mapping[str, Result]) -> list[str]:
    found: dict[str, None] = {}
    for result in results.values():
        found.update(dict.fromkeys(result.provisional))
    return list(found)
