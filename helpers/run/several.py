"""Run several clients with one command, and say of each how it ended: as lines, as data, and on a page over all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path

from helpers.errors import RunError, WorkbookError, counted, printable
from helpers.report.run_report import STATES, ClientRun, RunReport
from helpers.run.batch import Task, run_all
from helpers.run.overview import distinct_clients, overview_place, write_overview

SHOWN = 12  # lines of one client's message; the rest is in its log
LONGEST = 60  # characters of a path
MINUTES = 120.0  # for one client; its steps and cells have limits of their own


def run_several(
    folders: Sequence[str | Path],
    options: Sequence[str] = (),
    *,
    say: Callable[[str], None],
    index: Path | None = None,
    workers: int | None = None,
    minutes: float = MINUTES,
    executor: Executor | None = None,
    command: tuple[str, ...] = (),
) -> RunReport:
    """Run each client in a process of its own and write the page over all of them.

    Parameters
    ----------
    folders : client folders; one that is named twice is run once, and said
    options : options of the command `run`, handed to every client
    say : told one line for each client when it has ended
    index : where the page goes; else `index.html` in the folder that holds all clients
    workers : how many clients are run at a time; None takes half of this machine's cores
    minutes : after which one client is stopped
    executor : another pool than threads of this process; `helpers.run.batch.run_one` can be pickled
    command : another command line than this kit's, for tests

    Raises
    ------
    RunError
        Before any client is run, if there is no place for the page.
    """
    place = overview_place(folders, index)
    clients, notices = distinct_clients(folders, place)
    if not clients:
        raise RunError("No client folder was given.")
    for notice in notices:
        say(f"  {notice}")
    tasks = [Task(client, tuple(options), seconds=60 * minutes, command=command) for client in clients]
    runs = {client: ClientRun(folder=client, state="not_started") for client in clients}
    write_overview(place, list(runs.values()))
    width = min(40, max(len(_told(client)) for client in clients))
    unwritten = ""

    def ended(run: ClientRun) -> None:
        nonlocal unwritten
        runs[run.folder] = run
        say(_line(run, width))
        try:  # after each client, so that the page is true whenever this command is killed
            write_overview(place, list(runs.values()))
            unwritten = ""
        except WorkbookError as error:
            unwritten = str(error)
            with suppress(OSError):  # better no page than one that is no longer true
                place.unlink(missing_ok=True)

    ordered = run_all(tasks, say=ended, executor=executor, workers=workers or default_workers())
    if unwritten:
        notices.append(unwritten)
    ok = all(run.state == "done" for run in ordered) and not unwritten
    return RunReport(ok=ok, notices=notices, overview=None if unwritten else str(place), clients=ordered)


def default_workers() -> int:
    """Half of the cores that this process may use: a client keeps a runner and a kernel busy."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // 2)


def failures(report: RunReport) -> Iterator[str]:
    """Each client that is not done, with its cause, as lines."""
    missed = [run for run in report.clients if run.state != "done"]
    if missed:
        yield f"{len(missed):,} of {counted(len(report.clients), 'client')} did not end well:"
    for run in missed:
        words = (run.cause or run.kind or STATES[run.state]).splitlines()
        yield f"  {printable(run.folder, 300)}: {STATES[run.state]}"
        yield from (f"    {line}" for line in words[:SHOWN])
        if len(words) > SHOWN:
            yield f"    … and {counted(len(words) - SHOWN, 'more line')}"
        if run.log:
            yield f"    log: {printable(run.log, 4096)}"


def _told(folder: str) -> str:
    """A folder in a line: of a long path its end, which tells one client from another."""
    path = printable(folder, 4096)
    return path if len(path) <= LONGEST else f"…{path[-LONGEST:]}"


def _line(run: ClientRun, width: int) -> str:
    notes = [run.kind] if run.kind and run.kind != STATES[run.state] else []
    notes += [f"{counted(len(run.provisional), 'judgement')} open or stale"] if run.provisional else []
    line = f"  {_told(run.folder):<{width}}  {STATES[run.state]:<20} {run.seconds:6.1f} s  {', '.join(notes)}"
    return line.rstrip()
