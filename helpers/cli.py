"""The command line: `python3 workbook.py COMMAND`. It parses, calls one function, prints, and sets the exit code.

Exit codes: 0 done (proposals included), 1 something did not work and was said, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# A grammar package that compiles dozens of parsers on import, for one format check that notebooks do not use.
sys.modules.setdefault("rfc3987_syntax", None)

from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Annotated  # noqa: E402

import typer  # noqa: E402

from helpers.errors import WorkbookError, counted  # noqa: E402
from helpers.run.interrupts import ended_as_by_ctrl_c  # noqa: E402

if TYPE_CHECKING:
    from helpers.report.run_report import RunReport

INTERRUPTED = 130
app = typer.Typer(
    name="workbook",
    help="From a client's own data to a customer strategy that a board can sign.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Argument(metavar="CLIENT", help="The client folder: the one with client.yaml in it.")]
Folders = Annotated[list[Path], typer.Argument(metavar="CLIENT...", help="One client folder, or several.")]
Write = Callable[["RunReport"], None]


@app.command()
def run(
    clients: Folders,
    only: Annotated[list[str], typer.Option(help="Steps to run: 05, or 05-09; may be given again.")] = [],  # noqa: B006
    draft: Annotated[bool, typer.Option("--draft/--final", help="Draft uses proposals; final refuses them.")] = True,
    audience: Annotated[str, typer.Option(help="For whom the pages are drawn: working or client.")] = "working",
    set_: Annotated[list[str], typer.Option("--set", help="A parameter: 05.MIN_PART=0.02.")] = [],  # noqa: B006
    fresh: Annotated[bool, typer.Option("--fresh", help="Make all anew, whether it has changed or not.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Clients at a time; else half of the cores.")] = None,
    client_minutes: Annotated[float, typer.Option(min=0.01, help="After which one of several is stopped.")] = 120.0,
    index: Annotated[Path | None, typer.Option(metavar="PATH", help="Where the page over all clients goes.")] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="Print to stdout how it ended, as JSON and nothing else.")
    ] = False,
) -> None:
    """Run the steps for a client and write its report; several clients are run side by side.

    What --json prints is described in helpers/report/run_report.py.
    """
    from helpers.run.parameters import read_settings
    from helpers.run.runner import chosen_steps

    with _wrong_usage():
        chosen_steps(only)
        read_settings(set_)
        if audience != "working":
            from helpers.show.audience import audience_for

            audience_for(audience, "", {})
    options = {
        "only": only,
        "mode": "draft" if draft else "final",
        "audience": audience,
        "settings": set_,
        "fresh": fresh,
    }
    with _stdout_for_json(json_) as write:
        if len(clients) == 1 and index is None:
            code = _run_one(clients[0], options, write)
        else:
            code = _run_several(clients, options, index, workers, client_minutes, write)
    if code:
        raise typer.Exit(code)


def _run_one(client: Path, options: dict, write: Write | None) -> int:
    """Run one client in this process."""
    from helpers.run.progress import progress_on
    from helpers.run.runner import run_client

    if write:
        from helpers.run.batch import end_with_parent

        end_with_parent()
    print(f"{client.resolve().name}", flush=True)
    before = _manifest()
    try:
        with progress_on(sys.stdout, lambda line: print(line, flush=True)) as progress:
            outcome = run_client(client, **options, progress=progress)
    except (WorkbookError, OSError, KeyboardInterrupt) as error:
        if write:
            from helpers.run.run_end import told_early

            words = "" if isinstance(error, KeyboardInterrupt) else _words(error)
            asked = {"mode": options["mode"], "audience": options["audience"]}
            write(told_early(str(client), error, words, began=_manifest() != before, **asked))
        raise
    if outcome.provisional:
        print(f"  {counted(len(outcome.provisional), 'judgement')} open or stale: {', '.join(outcome.provisional)}")
    if outcome.failed:
        print(f"  {counted(len(outcome.failed), 'step')} did not finish: {', '.join(outcome.failed)}", file=sys.stderr)
    print(f"Report: {outcome.report}")
    if write:
        from helpers.run.run_end import told

        write(told(str(client), outcome, mode=options["mode"], audience=options["audience"]))
    return 1 if outcome.failed else 0


def _run_several(
    clients: list[Path], options: dict, index: Path | None, workers: int | None, minutes: float, write: Write | None
) -> int:
    """Run each client in a process of its own."""
    from helpers.run.overview import overview_place
    from helpers.run.several import failures, run_several

    with _wrong_usage():
        overview_place(clients, index)
    words = [f"--{options['mode']}", f"--audience={options['audience']}", *(["--fresh"] if options["fresh"] else [])]
    words += [f"--only={step}" for step in options["only"]] + [f"--set={setting}" for setting in options["settings"]]
    report = run_several(
        clients, words, say=lambda line: print(line, flush=True), index=index, workers=workers, minutes=minutes
    )
    if write:
        write(report)
    if any(run.state in ("interrupted", "not_started") for run in report.clients):
        return INTERRUPTED
    for line in failures(report):
        print(line, file=sys.stderr, flush=True)
    print(f"Overview: {report.overview}" if report.overview else report.notices[-1])
    return 0 if report.ok else 1


@app.command()
def check(
    client: Folder,
    suggest: Annotated[bool, typer.Option("--suggest", help="Print column maps to paste into client.yaml.")] = False,
) -> None:
    """Read everything a client delivered, change nothing, and say what was found."""
    from helpers.run.inspect import check_client, suggest_columns

    for line in suggest_columns(client) if suggest else check_client(client):
        print(line)


@app.command()
def new(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The client folder to make.")],
    from_: Annotated[str | None, typer.Option("--from", metavar="SAMPLE", help="A sample to copy: cdnow.")] = None,
) -> None:
    """Make a client folder to fill in, or copy a sample."""
    from helpers.run.new import find_sample, new_client, what_next

    with _wrong_usage():
        sample = None if from_ is None else find_sample(from_)
    for line in what_next(new_client(folder, sample), folder):
        print(line)


@app.command()
def status(
    clients: Annotated[list[Path], typer.Argument(metavar="CLIENT...", help="One client folder, or several.")],
    explain: Annotated[bool, typer.Option("--explain", help="Also why each step ran last, or would run next.")] = False,
) -> None:
    """Say what was received, run and decided, what has changed since, and what to do next."""
    from helpers.run.status import client_status

    unknown = 0
    for place, client in enumerate(clients):
        print(end="\n" if place else "")
        try:
            lines = client_status(client, explain_why=explain).lines(str(client))
        except (WorkbookError, OSError) as error:
            unknown += 1
            sys.stdout.flush()
            print(f"{client}\n{_words(error)}", file=sys.stderr, flush=True)
        else:
            print("\n".join(lines))
    if unknown:
        raise typer.Exit(1)


@app.command(name="open")
def open_(
    client: Folder,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Show it in the browser.")] = True,
    port: Annotated[int, typer.Option(help="The port on this machine; any that is free where not given.")] = 0,
) -> None:
    """Open JupyterLab on a client's working notebooks, and say where the engagement stands."""
    import webbrowser

    from helpers.client.folder import open_client
    from helpers.run.lab import open_lab
    from helpers.run.start_page import write_start_page
    from helpers.run.working_notebooks import working_notebooks

    opened = open_client(client)
    notebooks = working_notebooks(opened)
    write_start_page(opened, notebooks, str(client))
    print(opened.name)
    if made := [one.step.number for one in notebooks if one.made]:
        print(f"  made working notebooks for {', '.join(made)}")
    for one in notebooks:
        if one.moved_on:
            print(
                f"  {one.step.number}: the kit's notebook has changed since your copy was made, which stays as it is."
            )
        for line in one.differs:
            print(f"  {one.step.number}: {line}")
    with suppress(KeyboardInterrupt), open_lab(opened, port=port) as (address, process):
        print(f"JupyterLab: {address}\nCtrl-C here ends it. What you saved stays.", flush=True)
        if browser:
            webbrowser.open(address)
        process.wait()


@app.command()
def decisions(
    client: Folder,
    confirm: Annotated[str, typer.Option(metavar="ID", help="Accept this judgement as it stands: 05.all.scope.")] = "",
    export: Annotated[
        tuple[str, Path] | None, typer.Option(metavar="ID FILE", help="Write a table people fill in as .xlsx or .csv.")
    ] = None,
    import_: Annotated[
        tuple[str, Path] | None,
        typer.Option("--import", metavar="ID FILE", help="Decide by such a table, with all its headings; needs --by."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Also remove rows that the imported table lacks.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who confirms or imports it.")] = "",
    reason: Annotated[str, typer.Option(help="Why; where none is given, one that stands is kept.")] = "",
    on: Annotated[str, typer.Option(metavar="DATE", help="The day it was decided; today where not given.")] = "",
) -> None:
    """List every judgement: decided, stale, proposed or missing, and by whom. Confirm one; keep a table as a sheet."""
    from datetime import date

    from helpers.run import rows_exchange
    from helpers.run.judgement_list import confirm as confirmed
    from helpers.run.judgement_list import judgement_lines

    if sum(map(bool, (confirm, export, import_))) > 1:
        raise typer.BadParameter("--confirm, --export and --import are one at a time.")
    if (by or reason or on) and not (confirm or import_):
        raise typer.BadParameter("--by, --reason and --on say more of --confirm ID or --import ID FILE; name one.")
    if replace and not import_:
        raise typer.BadParameter("--replace says more of --import ID FILE.")
    signed = {"by": by, "on": on or date.today().isoformat(), "reason": reason}
    if confirm:
        print(confirmed(client, confirm, **signed))
    elif export:
        print(rows_exchange.export_rows(client, *export))
    elif import_:
        print("\n".join(rows_exchange.import_rows(client, *import_, replace=replace, **signed)))
    else:
        print("\n".join([client.resolve().name, *judgement_lines(client)]))


@app.command()
def compare(
    client: Folder,
    before: Annotated[str, typer.Argument(metavar="VERSION", help="A frozen version: v1.")],
    after: Annotated[str, typer.Argument(metavar="[VERSION]", help="Another one; else what stands today.")] = "today",
    audience: Annotated[str, typer.Option(help="working; or client, who sees no customer's id.")] = "working",
    json_: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON and nothing else.")] = False,
) -> None:
    """Say what differs between two frozen versions, or between one and today: who moved, numbers, decisions."""
    from helpers.run.compare import compare_versions, told_and_shown

    compared = compare_versions(client, before, after, audience)
    for line in [compared.text()] if json_ else told_and_shown(client, compared):
        print(line)


@app.command()
def verify(
    json_: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON and nothing else.")] = False,
) -> None:
    """Compute numbers that others have published again, and show them beside the published ones."""
    from helpers.published import verify as published

    compared = published.verify()
    print(published.verify_json(compared) if json_ else "\n".join(published.verify_lines(compared)))
    if not all(one.agrees for one in compared):
        raise typer.Exit(1)


@app.command(context_settings={"ignore_unknown_options": True})
def test(
    arguments: Annotated[list[str] | None, typer.Argument(help="Passed on to pytest.")] = None,  # noqa: PT028
    long: Annotated[bool, typer.Option("--long", help="Also the tests that take minutes each.")] = False,  # noqa: PT028
) -> None:
    """Run the kit's own tests."""
    from helpers.test_command import run_tests

    raise typer.Exit(run_tests(arguments or [], long))


@app.command(hidden=True)
def lint() -> None:
    """Check the style of code and notebooks."""
    from helpers.test_command import run_lint

    raise typer.Exit(run_lint())


@app.command(hidden=True)
def describe() -> None:
    """Bring the README's table and the notebooks' second cells in line with the registry."""
    from helpers.describe import write_all

    for path in write_all():
        print(f"changed {path.name}")


@contextmanager
def _stdout_for_json(wanted: bool) -> Iterator[Write | None]:
    """Writes how a run ended to stdout; all else that is printed until then, by a kernel too, goes to stderr."""
    if not wanted:
        yield None
        return
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)

    def write(report: RunReport) -> None:
        with open(stdout, "w", encoding="ascii", closefd=False) as out:
            out.write(f"{report.text()}\n")

    try:
        yield write
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


@contextmanager
def _wrong_usage() -> Iterator[None]:
    """What is wrong with the options themselves, whatever the client, is wrong usage."""
    try:
        yield
    except WorkbookError as error:
        raise typer.BadParameter(str(error)) from None


def main() -> int:
    """Run the command line and give its exit code; a user's fault is a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot print is no reason to stop
    before = _manifest()
    try:
        with ended_as_by_ctrl_c():
            app(prog_name="python3 workbook.py", standalone_mode=True)  # as it is typed
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("\nInterrupted. Steps that were finished stand; all else is as it was.", file=sys.stderr)
        return end.code if isinstance(end.code, int) else 1
    except (WorkbookError, OSError) as error:
        print(f"{_words(error)}\n{_what_stands(before)}", file=sys.stderr)
        return 1
    return 0


def _words(error: WorkbookError | OSError) -> str:
    """What a user reads of an error."""
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror or error}."
    return str(error)


def _manifest() -> tuple[Path | None, str]:
    """The results folder of the client on the command line, and what its manifest says now."""
    for word in sys.argv[2:]:
        with suppress(OSError, ValueError):  # no name of a folder
            if (Path(word) / "client.yaml").is_file():
                path = Path(word) / "results" / "manifest.json"
                return Path(word), path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return None, ""


def _what_stands(before: tuple[Path | None, str]) -> str:
    """What a user wants to know after an error: is anything lost?"""
    folder, made = before[0], ""
    if _manifest() != before:
        return "What was finished before that stands in results/."
    if folder and before[1]:
        from helpers.client.results import read_manifest

        made = read_manifest(folder / "results").finished[:10]
    return f"Nothing was changed; the results of {made} are still in results/." if made else "Nothing was changed."
