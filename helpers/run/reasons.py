"""Why a step did not get to its end, in words for who has to do something about it.

A fault of the machine (no memory, no room, a killed process) is told apart from one of the workbook, where that can be
proved; where it cannot, only what is known is said.
"""

from __future__ import annotations

import re
import signal
from pathlib import Path

from helpers import errors
from helpers.errors import FULL_DISK, is_full_disk, quoted
from helpers.run.execution import CellFailed, KernelNotStarted, TookTooLong

MOST_SAID = 500  # characters of an error that is not ours; the rest is in the log
MOST_OURS = 5_000
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # IPython paints its tracebacks for a terminal
OURS = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
NO_MEMORY = {"MemoryError", "_ArrayMemoryError", "OutOfMemoryException"}
MORE_MEMORY = "Close other programs, or run the client on a machine with more memory."
EVENTS = Path("/proc/vmstat")  # Linux counts there the processes that it ended for want of memory


def plain(text: str) -> str:
    """A traceback without the colours of a terminal."""
    return COLOURS.sub("", text)


def cell_failure(fault: CellFailed, folder: Path, log: Path) -> str:
    """What a cell's error means; `folder` is where the step writes, `log` holds the details."""
    if fault.name in OURS:
        return _short(fault.words, MOST_OURS)
    if fault.name in NO_MEMORY:
        return f"it ran out of memory ({_short(fault.words or fault.name, MOST_SAID)}). {MORE_MEMORY}"
    if is_full_disk(fault.words):
        return FULL_DISK
    if not folder.is_dir():
        return f"{folder} was taken away while it ran. Run the client again, and leave its results/ alone meanwhile."
    return (
        f"it stopped with {fault.name}: {_short(fault.words, MOST_SAID)}. That is a fault of the workbook or of an own "
        f"notebook, not of your data; the details are in results/{log.parent.name}/{log.name}."
    )


def overtime(fault: TookTooLong) -> str:
    """Which limit was reached, in which cell, and where it stands."""
    what, limit = ("the step", "step_seconds") if fault.whole else ("a cell", "cell_seconds")
    lines = [line for line in fault.code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    where = f", at {quoted(lines[0].strip())}" if lines else ""
    return (
        f"{what} took longer than {fault.seconds:g} seconds and was stopped{where}. "
        f"Where the work needs that long, give the step a larger {limit} in helpers/steps.py."
    )


def no_start(fault: KernelNotStarted) -> str:
    """The kernel did not answer, so that nothing of the step has run."""
    return (
        f"no Python could be started for it ({_short(str(fault), MOST_SAID)}). Most often the machine is short of "
        "memory or very busy: try again, and where it happens again, make the environment anew."
    )


def death(status: int | None, before: int | None, after: int | None) -> str:
    """How the kernel ended.

    Parameters
    ----------
    status : int or None
        Its exit code, or minus the signal that ended it; None where nobody knows.
    before, after : int or None
        The machine's count of processes ended for want of memory, at the step's beginning and now.
    """
    died = "its kernel died before the end"
    if status is None:
        return f"{died}, and the system does not tell why. Run the client again."
    if status >= 0:
        return f"{died}: it ended by itself with exit code {status}, as exit() or os._exit() in a cell does."
    name = _signal_name(-status)
    if name == "SIGKILL":
        if before is None or after is None:
            return f"{died}: it was killed (SIGKILL); most often the machine is out of memory. {MORE_MEMORY}"
        if after > before:
            return f"{died}: the machine ran out of memory and ended it (SIGKILL). {MORE_MEMORY}"
        return f"{died}: a person or another program killed it (SIGKILL), not for want of memory. Run the client again."
    if name == "SIGBUS":
        return f"{died}: it lost a file that it was reading or writing (SIGBUS); most often {FULL_DISK}"
    if name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"):
        return f"{died}: a person or another program told it to end ({name}). Run the client again."
    return f"{died}: it crashed ({name}), in a library or for want of memory. Run the client again."


def kills_for_memory() -> int | None:
    """How many processes this machine has ended for want of memory since it started; None where that is not told."""
    try:
        lines = EVENTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
