"""Being told to end is an interrupt: one way to stop, whoever asks for it. Light: every command loads it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STARTED_BY = "WORKBOOK_STARTED_BY"  # set by workbook.py: its process
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Being told to end, or a closed terminal, is an interrupt: what was started is ended too.

    A signal that is ignored stays so, as nohup has it. If workbook.py itself is killed, this process is told to end.
    """
    if parent := os.environ.pop(STARTED_BY, ""):
        end_with_parent(int(parent))
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    signals = [getattr(signal, name) for name in names if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN]
    before = {number: signal.signal(number, signal.default_int_handler) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with_parent(parent: int) -> None:
    """Have the system tell this process to end once the one that started it is gone, killed without a word too.

    Only Linux can do so, and takes the thread that started this process for its parent: let that be one that stays.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(OSError, AttributeError):  # a C library without it: who was killed leaves this one behind
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)  # it was gone before we asked
