"""Several clients, each in a process of its own: what one does, however badly, reaches no other.

`run_one` starts the command `run CLIENT --json`, waits for it and says how it ended. It can be pickled, so any executor
of `concurrent.futures` can call it; by default a pool of threads does, which only wait. Notebooks are never run in this
process: threads share a current folder, and six notebooks once ran in each other's.

A process that stops on its own is told by what it said last; one that is over its time is asked to end, so that it can
put away its kernel and say in the client's manifest that it was interrupted, and is killed if it does not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import ValidationError

from helpers.client.folder import CONFIG
from helpers.report.run_report import ClientRun, RunReport
from helpers.steps import KIT

STOP_WITH_PARENT = "WORKBOOK_STOP_WITH_PARENT"  # tells a child that its stdin ends when it should end
START = """import sys
sys.path.insert(0, {kit!r})
sys.argv[0] = "workbook.py"
from helpers.cli import main
sys.exit(main())
"""
LOG = Path("results", "logs", "run.txt")  # in the client's folder, beside the logs of its steps
MOST_KEPT = 1_000_000  # bytes of what a process says; of more, the last
GRACE = 20.0  # seconds to end in good order, before it is killed
TOLD = 8  # lines of what a process said last, where it said nothing of its end
_stopping = threading.Event()  # set by Ctrl-C in the one thread that hears it; the waiting ones end their processes


def command() -> tuple[str, ...]:
    """This kit's command line in this interpreter; nothing beside the kit can be imported in the place of its parts."""
    return (sys.executable, "-P", "-c", START.format(kit=str(KIT)))


@dataclass(frozen=True)
class Task:
    """One client to run: its folder as it was given, options of `run`, and how many seconds it may take.

    `command` is the command line that is called; it is another in tests.
    """

    folder: str
    options: tuple[str, ...] = ()
    seconds: float = 7200.0
    command: tuple[str, ...] = ()


def run_one(task: Task) -> ClientRun:
    """Run a client in a process of its own to its end, whatever that is; its log lies in its folder afterwards."""
    if _stopping.is_set():
        return ClientRun(folder=task.folder, state="not_started", kind="it was not started", cause="it was not started")
    started = time.monotonic()
    told, err = _in_a_process(task)
    told = told.model_copy(update={"folder": task.folder, "seconds": round(time.monotonic() - started, 1)})
    return told.model_copy(update={"log": _keep_log(Path(task.folder), told, err)})


def run_all(
    tasks: Sequence[Task], *, say: Callable[[ClientRun], None], executor: Executor | None = None, workers: int = 1
) -> list[ClientRun]:
    """Run all clients and return how they ended, in the order of the tasks; `say` hears of each when it has ended.

    On Ctrl-C the clients that run are asked to end and those that wait are left; all are returned, told so.
    """
    _stopping.clear()
    ended: dict[str, ClientRun] = {}
    due, waiting = list(tasks), {}
    with executor or ThreadPoolExecutor(max_workers=workers) as pool:
        while due or waiting:
            try:
                while due:
                    waiting[pool.submit(run_one, due[0])] = due[0]
                    del due[0]
                for future in as_completed(list(waiting)):
                    told = _result_of(future, waiting[future])
                    ended[told.folder] = told  # first, so that Ctrl-C in between loses none
                    del waiting[future]
                    say(told)
            except KeyboardInterrupt:
                _stopping.set()
            except BaseException:  # nobody hears us any more: leave no client running unheard
                _stopping.set()
                raise
    return [ended[task.folder] for task in tasks]


def _result_of(future: Future[ClientRun], task: Task) -> ClientRun:
    """How a client ended; a fault of ours, or of the pool, ends this client and no other."""
    try:
        return future.result()
    except Exception as error:
        cause = f"it could not be started: {error or type(error).__name__}"
        return ClientRun(folder=task.folder, state="died", kind="it could not be started", cause=cause)


def _in_a_process(task: Task) -> tuple[ClientRun, bytes]:
    """The client's end as its process told it, or as we saw it, and what the process wrote to stderr."""
    call = [*(task.command or command()), "run", "--json", *task.options, "--", os.path.abspath(task.folder)]
    # where this command was called, which may be another client's folder, is nothing that a client needs to know
    environment = {name: value for name, value in os.environ.items() if name not in ("PWD", "OLDPWD")}
    child = subprocess.Popen(
        call,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=KIT,
        env=environment | {STOP_WITH_PARENT: "1"},
        start_new_session=True,  # Ctrl-C is for this process, which tells the others
    )
    kept = {name: bytearray() for name in ("stdout", "stderr")}
    readers = [threading.Thread(target=_read, args=(getattr(child, name), kept[name]), daemon=True) for name in kept]
    for reader in readers:
        reader.start()
    why = ""
    try:
        why = _wait(child, task.seconds)
    finally:
        _end(child, asked=bool(why))
        for reader in readers:  # a process that outlives the child could hold the other end
            reader.join(timeout=5)
    return _read_end(task, child.returncode, bytes(kept["stdout"]), bytes(kept["stderr"]), why), bytes(kept["stderr"])


def _read(stream: object, kept: bytearray) -> None:
    """Take in what a process says, so that it is never held up, and keep no more than the last of it."""
    with suppress(OSError, ValueError):
        while block := stream.read1(1 << 16):
            kept += block
            del kept[:-MOST_KEPT]


def _wait(child: subprocess.Popen, seconds: float) -> str:
    """Wait until the process has ended, its time is over or we are to stop; why we wait no longer, or ""."""
    until = time.monotonic() + seconds
    while True:
        try:
            child.wait(timeout=0.1)
            return ""
        except subprocess.TimeoutExpired:
            if _stopping.is_set():
                return "interrupted"
            if time.monotonic() > until:
                return "over_time"


def _end(child: subprocess.Popen, asked: bool) -> None:
    """Close the process's stdin, which asks it to end; kill it and all that it started if it does not."""
    with suppress(OSError):
        child.stdin.close()
    if asked:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=GRACE)
    if child.poll() is None:
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(child.pid)
            for one in [*family.children(recursive=True), family]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        child.wait()


def _read_end(task: Task, code: int, out: bytes, err: bytes, why: str) -> ClientRun:
    """How the client ended: as its process told it, unless we stopped it or it could not tell."""
    try:
        (told,) = RunReport.model_validate_json(out).clients
    except ValidationError:
        told = None
    if why == "over_time":
        limit = f"it was stopped after {task.seconds / 60:g} minutes, the limit for one client (--client-minutes)"
        told = told or ClientRun(folder=task.folder, state=why)
        return told.model_copy(
            update={"state": why, "kind": "it was stopped at the limit for one client", "cause": limit}
        )
    if why == "interrupted":
        return told or ClientRun(folder=task.folder, state=why, kind="it was interrupted", cause="it was interrupted")
    if told is not None:
        return told
    last = "\n".join(err.decode("utf-8", "replace").rstrip().splitlines()[-TOLD:])
    cause = f"its process ended without a word ({_ending(code)})" + (f"; the last it said:\n{last}" if last else "")
    return ClientRun(folder=task.folder, state="died", kind="the process that ran it died", cause=cause)


def _ending(code: int) -> str:
    """An exit code in words: a number below zero is the signal that ended the process."""
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        return f"{name}; most often that is too little memory" if name == "SIGKILL" else name
    return f"signal {-code}"


def _keep_log(folder: Path, told: ClientRun, err: bytes) -> str:
    """Write what the client's process said into the client's own folder; its path, or "" where it cannot stand there.

    It is written when the process has ended, in one piece: a client that another command holds keeps the log of the
    run that holds it until this one has been refused. A folder that is no client's is left as it is.
    """
    log = Path(os.path.abspath(folder)) / LOG
    new = log.with_name(f".{log.name}.new")
    last = f"{told.state}: {told.cause}\n" if told.state in ("over_time", "died") else f"{told.state}\n"
    if not os.path.isfile(folder / CONFIG):
        return ""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(err + last.encode(errors="backslashreplace"))
        os.replace(new, log)
        return str(log)
    except OSError:  # a folder that nobody may write to, a full disk: the summary says what happened there
        with suppress(OSError):
            new.unlink(missing_ok=True)
        return ""


def end_with_parent() -> None:
    """In a process that `run_one` started: end as by Ctrl-C when its stdin ends, because it was asked to or left alone.

    A process that was started in the background hears no Ctrl-C, so hearing it is put in order first.
    """
    if os.environ.pop(STOP_WITH_PARENT, None) is None:
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stdin = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def wait() -> None:
        while os.read(stdin, 1):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()
