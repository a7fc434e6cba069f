"""The page that `workbook open` shows first: where the engagement stands, and the way to each working notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.client.folder import Client
from helpers.errors import RunError, counted
from helpers.run.judgement_list import JudgementNow, judgements_now
from helpers.run.new import as_typed
from helpers.run.status import Status, client_status
from helpers.run.working_notebooks import WorkingNotebook

START = "start.md"
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|~$<>&-])")


def write_start_page(client: Client, notebooks: Sequence[WorkingNotebook], given: str) -> Path:
    """Write results/start.md, as things stand now, and return where it is; `given` is how the user calls the folder.

    Raises
    ------
    WorkbookError
        If what it tells of cannot be read, or the page cannot be written.
    """
    lines = start_page(client_status(client.folder), judgements_now(client.folder), notebooks, given)
    path = client.results_folder / START
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(f"results/{START} cannot be written in {client.folder.name} ({error.strerror}).") from None
    return path


def start_page(
    status: Status, judgements: Sequence[JudgementNow], notebooks: Sequence[WorkingNotebook], given: str
) -> list[str]:
    """The page as lines of Markdown. What people typed is escaped: it is shown as it was written."""
    return [
        *(f"# {_text(status.client.name)}", "", "Where the engagement stands, as of when this page was opened.", ""),
        *(f"**Next:** {_next(status, judgements, notebooks, given)}", ""),
        *("## Steps", "", *_steps(status, judgements, notebooks)),
        *("", "## Judgements", "", *_judgements(judgements), "", "## Tables", "", *_tables(status)),
        *("", "## How to work here", "", *_advice(notebooks)),
    ]


def _next(status: Status, judgements: Sequence[JudgementNow], notebooks: Sequence[WorkingNotebook], given: str) -> str:
    """The one thing to do now; a judgement is made in its step's working notebook."""
    due = status.next_judgement()
    one = next((each for each in judgements if each.id == due), None)
    copy = next((each for each in notebooks if one is not None and each.step is one.step), None)
    if one is None or copy is None:
        return _text(status.next_thing(given))
    do = "look again at" if due in status.judgements.stale else "decide"
    then = _text(f"Then python3 workbook.py run {as_typed(given)}")
    return (
        f"{do} {_text(one.id)}: open {_link(copy)}, choose Run > Run All Cells, and answer in the form there: "
        f"*{_text(one.choice.question)}* {then}"
    )


def _link(copy: WorkingNotebook) -> str:
    return f"[{copy.step.number} {copy.step.title}](../notebooks/{copy.path.name})"


def _steps(status: Status, judgements: Sequence[JudgementNow], notebooks: Sequence[WorkingNotebook]) -> Iterator[str]:
    yield "| Step | State | Since when, or why | Open judgements |"
    yield "|---|---|---|---|"
    copies = {one.step.id: one for one in notebooks}
    for one in status.steps:
        name = f"{one.step.number} {one.step.title}"
        if copy := copies.get(one.step.id):
            name = _link(copy)
        waiting = sum(each.step is one.step and each.state != "decided" for each in judgements)
        yield f"| {name} | {one.state} | {_text(one.words)} | {waiting or 'none'} |"
    for copy in notebooks:
        if copy.moved_on:
            yield ""
            run = "A run executes your copy" if copy.own else "A run executes the kit's"
            yield (
                f"**{copy.step.number}**: the kit's notebook has changed since this copy was made. {run}. To take the "
                "kit's, move the copy away and open again; your own cells stay in the file that you moved."
            )
        for line in copy.differs:
            yield ""
            yield f"**{copy.step.number}**: {_text(line)}"


def _judgements(judgements: Sequence[JudgementNow]) -> Iterator[str]:
    waiting = [one for one in judgements if one.state != "decided"]
    yield f"{counted(len(judgements), 'judgement')}, {len(judgements) - len(waiting)} of them decided."
    for one in waiting:
        moved = f": {_text('; '.join(one.moved))}" if one.moved else ""
        yield f"- **{_text(one.id)}** is {one.state}{moved}. {_text(one.choice.question)}"


def _tables(status: Status) -> Iterator[str]:
    if status.tables is None:
        yield "No run has read the client's files yet."
    else:
        for name, entry in status.tables.tables.items():
            if entry.kind == "delivered":
                yield f"- {_text(name)}: {counted(entry.rows, 'row')}"
    yield from (f"- {_text(line)}" for line in status.files.changed)


def _advice(notebooks: Sequence[WorkingNotebook]) -> Iterator[str]:
    yield "- Open a notebook, choose Run > Run All Cells, then read from the top."
    yield "- The copies in `notebooks/` are yours: add cells as you like. The kit never writes over them."
    yield "- What you decide is kept in `decisions/` and found again by every later run."
    own = [one.step.number for one in notebooks if one.own]
    told = f" This client lists {', '.join(own)}." if own else ""
    yield f"- A run executes the kit's notebooks, unless client.yaml lists a step under `own_steps`.{told}"


def _text(words: str) -> str:
    """A text that may hold anything, as Markdown that shows just that."""
    return SPECIAL.sub(r"\\\1", " ".join(words.split()))
