"""Runs that may be killed before any change of a file: a process that has loaded everything and forks one a run.

`python -P forked_runs.py FOLDER` reads orders from stdin, one a line as JSON, and answers each with a line. A run is
killed, as by `kill -9`, just before it opens, makes, renames or removes something below the client for the given time.
Steps run in the run's own process, so that this takes no time for kernels.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.modules.setdefault("rfc3987_syntax", None)

import pytest  # noqa: E402

import helpers.report.pages  # noqa: E402
import helpers.run.attempt  # noqa: E402, F401
from helpers.run.status import client_status  # noqa: E402
from tests.run.in_process import FIVE, THREE, InProcess  # noqa: E402
from tests.run.toy import PUBLISH  # noqa: E402

# what a step found is in its result, so that each delivery gives another one
TOLD = """
from helpers.client.result_model import Finding, Value
found = {{"sum": Value(value=float({column}.sum()), unit="number")}}
step.find(Finding(id=f"{{step.step.number}}.sum", text="We counted {{sum:number}}.", evidence="measured", values=found))
"""
CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}


class Moments:
    """Counts the changes below a folder and ends the process before one of them."""

    def __init__(self, folder: str, last: int | None) -> None:
        self.folder, self.last, self.seen, self.on = folder, last, 0, True

    def __call__(self, event: str, given: tuple) -> None:
        if self.on and event in CHANGES and self._concerns(event, given):
            self.seen += 1
            if self.seen == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def _concerns(self, event: str, given: tuple) -> bool:
        if event == "open":
            path, mode, flags = given
            writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR)
            return isinstance(path, str | os.PathLike) and bool(writes) and os.fspath(path).startswith(self.folder)
        # what is removed below a folder is named from there
        return not os.path.isabs(given[0]) or os.fspath(given[0]).startswith(self.folder)


def obey(toy: InProcess, order: dict) -> dict:
    """Do what was ordered, in this process."""
    toy.client = Path(order["client"])
    if order["do"] == "look":
        status = client_status(toy.client)
        states = {one.step.id: one.state for one in status.steps}
        older = [path.parent.name for path in status.older]
        return {"states": states, "older": older, "changed": status.files.changed, "lines": status.lines("x")}
    moments = Moments(str(toy.client), order.get("moment"))
    sys.addaudithook(moments)
    outcome = toy.run(mode=order.get("mode", "draft"))
    moments.on = False
    return {"moments": moments.seen, "failed": outcome.failed, "ran": toy.ran}


def main() -> None:
    """Obey until stdin ends."""
    folder = Path(sys.argv[1])
    folder.mkdir()
    toy = InProcess(folder, pytest.MonkeyPatch()).chain()
    toy.write("03", THREE, TOLD.format(column='step.table("received_data")["rows"]'), PUBLISH, reads=("received_data",))
    toy.write("05", FIVE, TOLD.format(column='curve["revenue"]'), PUBLISH, needs=("02_rate_customers",))
    for line in sys.stdin:
        answer, tell = os.pipe()
        child = os.fork()
        if not child:
            try:
                said = obey(toy, json.loads(line))
            except BaseException:
                said = {"error": traceback.format_exc()}
            os.write(tell, json.dumps(said).encode())
            os._exit(0)
        os.close(tell)
        with open(answer, "rb") as pipe:
            said = pipe.read()
        _, ended = os.waitpid(child, 0)
        print(said.decode() or json.dumps({"killed": os.waitstatus_to_exitcode(ended)}), flush=True)


if __name__ == "__main__":
    main()
