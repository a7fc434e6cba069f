"""The overview over several clients: who is done, who is not, and the headlines of each, on one page.

It names no customer: a headline is a quantity, and the messages of faults, which may quote a client's files, stay in
the logs. It does name several clients, so it is the team's. It holds no clock: the same runs give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from helpers import __version__
from helpers.errors import counted, printable
from helpers.report.frame import PageLink, page_html
from helpers.report.run_report import STATES, ClientRun, Measure
from helpers.show.audience import audience_for
from helpers.show.blocks import plain_date
from helpers.show.sentences import format_value
from helpers.steps import STEPS

KIND = "clients"
BY = f"the Customer Strategy Workbook {__version__}"
HOWS = {"share": "pct", "points": "points", "money": "money", "count": "count", "number": "number"}
RANGES = {"share": "pct_range", "money": "money_range", "count": "count_range"}


def overview_html(runs: Sequence[ClientRun], place: Path) -> str:
    """The page, for the file `place`: its links to reports and logs start from there."""
    ordered = sorted(runs, key=lambda run: (_name(run).casefold(), run.folder))
    body = [
        f"<h1>{counted(len(runs), 'client')}</h1>",
        f'<p class="lead">{_lead(runs)}</p>',
        _not_done([run for run in ordered if run.state != "done"], place),
        "<h2>All clients</h2>",
        _table(ordered, place),
    ]
    return page_html(
        title=f"{counted(len(runs), 'client')}: overview",
        body="\n".join(part for part in body if part),
        pages=[PageLink(place.name, "", "All clients")],
        here=place.name,
        made=f"Made by {BY}. This page names several clients: keep it within the team.",
        kind=KIND,
    )


def is_overview(html: bytes) -> bool:
    """Whether a file is such a page, which the next run may replace."""
    return f'<body class="{KIND}">'.encode() in html and b"Made by the Customer Strategy Workbook" in html


def _lead(runs: Sequence[ClientRun]) -> str:
    done = sum(run.state == "done" for run in runs)
    if done == len(runs):
        return "All are done."
    return f"{counted(done, 'client')} of {len(runs):,} {'is' if done == 1 else 'are'} done; the others are told first."


def _not_done(runs: Sequence[ClientRun], place: Path) -> str:
    """The clients whose run did not end well, each with what kind of fault it was and where its words stand."""
    if not runs:
        return ""
    items = []
    for run in runs:
        steps = [
            f"{step.number} {step.title}" for step in STEPS if _state_of(run, step.id) in ("failed", "interrupted")
        ]
        kind = f": {run.kind}" if run.kind and run.kind != STATES[run.state] else ""
        which = f" ({', '.join(steps)})" if steps else ""
        log = f' · <a href="{_link(run.log, place)}">what it said</a>' if run.log else ""
        words = f'<strong class="bad">{escape(STATES[run.state])}</strong>{escape(kind + which)}{log}'
        items.append(f'<li>{_named(run, place)}<br><span class="basis">{words}</span></li>')
    return f'<h2>Not done</h2>\n<ul class="not-done">{"".join(items)}</ul>'


def _table(runs: Sequence[ClientRun], place: Path) -> str:
    titles = _titles(runs)
    heads = "".join(
        f'<th scope="col" class="{kind}">{escape(title)}</th>'
        for title, kind in [("Client", "text"), ("State", "text"), *((title, "num") for title in titles.values())]
    )
    rows = "".join(_row(run, titles, place) for run in runs)
    return (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="All clients, state and headlines">'
        f'<table class="clients"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _titles(runs: Sequence[ClientRun]) -> dict[str, str]:
    """The headlines that any client has, in the order of the registry."""
    declared = [f"{step.number}.{headline.value}" for step in STEPS for headline in step.headlines]
    titles = {name: measure.title for run in runs for name, measure in run.measures.items()}
    return {name: titles[name] for name in declared if name in titles}


def _row(run: ClientRun, titles: Mapping[str, str], place: Path) -> str:
    kind = "done" if run.state == "done" else "failed"
    notes = [f"{counted(len(run.provisional), 'judgement')} open"] if run.provisional else []
    notes += [f"as of {plain_date(run.as_of)}"] if run.as_of else []
    words = f"{STATES[run.state]}, provisional" if run.provisional else STATES[run.state]
    state = f'{words}<br><span class="basis">{"<br>".join(map(escape, notes))}</span>'
    cells = "".join(_cell(run.measures.get(name), title, run.currency) for name, title in titles.items())
    return (
        f'<tr><th scope="row" class="text">{_named(run, place)}</th><td class="text is-{kind}">{state}</td>{cells}</tr>'
    )


def _cell(measure: Measure | None, title: str, currency: str) -> str:
    """A headline, with its interval below; `data-title` heads it where a narrow screen sets the cells one by one."""
    head = f'class="num{"" if measure else " empty"}" data-title="{escape(title)}"'
    if measure is None:
        return f'<td {head}><span aria-hidden="true">–</span><span class="visually-hidden">not known</span></td>'
    audience = audience_for("working", currency, {})
    text = escape(format_value(measure.value, HOWS[measure.unit], audience))
    if measure.low is not None and measure.high is not None and measure.unit in RANGES:
        ends = format_value((measure.low, measure.high), RANGES[measure.unit], audience)
        text += f'<br><span class="basis">{escape(ends)}</span>'
    return f"<td {head}>{text}</td>"


def _named(run: ClientRun, place: Path) -> str:
    """The client's name, which leads to its report, with its folder below: two clients may have one name."""
    name = escape(_name(run))
    linked = f'<a href="{_link(run.report, place)}">{name}</a>' if run.report else f"<strong>{name}</strong>"
    return f'{linked}<br><span class="basis">{escape(printable(run.folder, most=100))}</span>'


def _name(run: ClientRun) -> str:
    return printable(run.client or os.path.basename(os.path.abspath(run.folder)), most=100)


def _link(path: str, place: Path) -> str:
    """A relative address that no name of a folder can turn into another: everything but letters and / is encoded."""
    return f"./{quote(os.fsencode(Path(os.path.relpath(path, place.parent)).as_posix()))}"


def _state_of(run: ClientRun, step_id: str) -> str:
    return run.steps[step_id].state if step_id in run.steps else ""
