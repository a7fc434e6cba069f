"""One poisoned client among good ones: whatever it does, the others end byte for byte as if each had been run alone.

Real runs with real kernels in processes of their own; only the registry is a toy one, of a single short step.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from helpers.client.results import finished_steps
from helpers.client.schema import schema
from helpers.client.tables import read_table
from helpers.report.batch_page import overview_html
from helpers.run.batch import Task, run_all, run_one
from helpers.run.status import client_status
from helpers.steps import KIT, STEPS
from tests.run.toy import CLIENT, ORDERS, PUBLISH, SAYS, toy_client, toy_notebook, toy_step

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="poisons its clients with what Linux has")

STEP = dataclasses.replace(toy_step("01"), reads=("customer_summary",))
OWN = f"own_steps: [{STEP.id}]\n"
REGISTRY = """
import sys
sys.path.insert(0, {kit!r})
from pathlib import Path
import helpers.steps as registry
from helpers import step_entry
from math import inf
from helpers.answers import *
from helpers.steps import Choice, Headline, Step
step_entry.NOTEBOOKS, registry.STEPS = Path({notebooks!r}), {steps!r}
registry.BY_ID = {{step.id: step for step in registry.STEPS}}
from helpers.cli import main
sys.exit(main())
"""
SUMS = "money = float(step.table('customer_summary')['revenue'].sum())\n" + SAYS.replace(
    "We said {what:text}.", "We earned {what:money}."
).replace('Value(value="so", unit="text")', 'Value(value=money, unit="money")')

HANGS = "import ctypes\nctypes.PyDLL(None).sleep(600)"  # in C, with the lock of the interpreter held
NO_ROOM = "import os, resource\nresource.prlimit({whom}, resource.RLIMIT_FSIZE, (300, 300))"
# what the poisoned client's own notebook does before it publishes; how that must be told
POISONS = {
    "hangs": (HANGS, "over_time", "it was stopped after 0.15 minutes"),
    "aborts": ("import os\nos.abort()", "failed", "its kernel died"),
    "kills its runner": ("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(600)", "died", "SIGKILL"),
    "has no room": (NO_ROOM.format(whom="os.getpid()"), "failed", "File too large"),
    "leaves no room": (NO_ROOM.format(whom="os.getppid()"), "failed", ""),
}
HOSTILE = ("--help {0} %s 'q' $(touch x) ; <b> http:", "x" * 250)


@pytest.fixture
def command(tmp_path):
    """The command line of a kit whose one step sums what the client's customers brought."""
    return kit_of(tmp_path / "kit", [SUMS, PUBLISH])


def kit_of(notebooks: Path, cells: list[str], parameters: str = "") -> tuple[str, ...]:
    notebooks.mkdir()
    toy_notebook(notebooks / f"{STEP.id}.ipynb", STEP, cells, parameters)
    steps = tuple(STEP if step.id == STEP.id else step for step in STEPS)
    return (sys.executable, "-P", "-c", REGISTRY.format(kit=str(KIT), notebooks=str(notebooks), steps=steps))


def own_notebook(folder: Path, cell: str) -> Path:
    """A client with its own copy of the step, which does something first."""
    toy_client(folder, OWN)
    (folder / "notebooks").mkdir()
    toy_notebook(folder / "notebooks" / f"{STEP.id}.ipynb", STEP, [SUMS, cell, PUBLISH])
    return folder


def derived(folder: Path) -> dict[str, bytes]:
    """What was made, without the two files that tell when and how long: the manifest and the log."""
    found = [path for part in ("results", "report") for path in (folder / part).rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    return {name: data for name, data in names.items() if name not in ("results/manifest.json", "results/logs/run.txt")}


def test_the_others_are_as_if_each_had_been_run_alone(tmp_path, command):
    place = tmp_path / "clients"
    good = [toy_client(place / name) for name in ("good", *HOSTILE)]
    poisoned = {name: own_notebook(place / name, cell) for name, (cell, *_) in POISONS.items()}
    broken = toy_client(place / "bad file")
    (broken / "data" / "orders.csv").write_text(ORDERS + "C1,2026-06-05,ten\n", encoding="utf-8")
    traps = place / "good"
    for name in ("helpers", "pandas", "sitecustomize", "json", "duckdb"):
        (traps / f"{name}.py").write_text("open('trapped', 'w')\nraise SystemExit('a decoy')\n", encoding="utf-8")

    tasks = [Task(str(folder), seconds=200, command=command) for folder in (*good, broken)]
    limits = {"hangs": 9}
    tasks += [Task(str(path), seconds=limits.get(name, 200), command=command) for name, path in poisoned.items()]
    ends = {Path(run.folder).name: run for run in run_all(tasks, say=lambda run: None, workers=4)}

    alone = toy_client(tmp_path / "alone")
    first = run_one(Task(str(alone), command=command))
    assert first.state == "done"
    expected = derived(alone)
    assert f"results/{STEP.id}/result.json" in expected and "report/working/index.html" in expected
    for folder in good:
        assert ends[folder.name].state == "done", ends[folder.name].cause
        assert derived(folder) == expected, folder.name
        assert list(finished_steps(folder / "results")) == [STEP.id]
    assert not list(place.rglob("trapped")) and not (place / "x").exists()

    for name, (_, state, cause) in POISONS.items():
        assert ends[name].state == state, (name, ends[name])
        assert cause in ends[name].cause
        told = next(one for one in client_status(poisoned[name]).steps if one.step.id == STEP.id)
        assert told.state != "done" and not finished_steps(poisoned[name] / "results")
        assert not (poisoned[name] / "results" / STEP.id).exists(), "half a result"
    again = run_one(Task(str(alone), command=command))
    assert again.model_copy(update={"seconds": first.seconds}) == first
    assert derived(alone) == expected, "nothing had changed"

    assert ends["bad file"].state == "refused" and '"ten"' in ends["bad file"].cause
    assert not (broken / "report").exists()


# ---- nothing of one client reaches another ---------------------------------------------------------------------------

# a step that says everything it can get hold of
TELLS = """
import json, os, sys, tempfile
from pathlib import Path
from helpers.client.result_model import Finding, Value
places = [Path(os.environ[name]) for name in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR")]
seen = {
    "environment": dict(os.environ), "path": sys.path, "arguments": sys.argv, "here": os.getcwd(), "part": PART,
    "parent": Path(f"/proc/{os.getppid()}/cmdline").read_text() + Path(f"/proc/{os.getppid()}/environ").read_text(),
    "open": [os.readlink(one) for one in Path("/proc/self/fd").iterdir() if os.path.lexists(one)],
    "kept": [path.read_bytes()[:20_000].decode(errors="replace") for place in places for path in place.rglob("*")
             if path.is_file() and not path.name.startswith("kernel-")],
    "customers": step.table("customer_summary").astype(str).to_dict(),
}
step.find(Finding(id="01.said", text="We saw {what:text}.", evidence="judged",
                  values={"what": Value(value=json.dumps(seen, default=str), unit="text")}))
"""


def marked(folder: Path, mark: str, part: float) -> Path:
    """A client whose every name, value and word holds its mark."""
    toy_client(folder)
    orders = ORDERS.replace("C1,", f"{mark}cust,").replace("C2,", f"{mark}other,")
    (folder / "data" / "orders.csv").write_text(orders, encoding="utf-8")
    config = CLIENT.replace("Toy", f"{mark} Ltd") + f"about: {mark} about\nsource: {mark} source\n"
    config += f"parameters: {{{STEP.id}: {{PART: {part}}}}}\n"
    (folder / "client.yaml").write_text(config, encoding="utf-8")
    return folder


def everything_of(folder: Path) -> bytes:
    """All bytes of what was made of a client, with its packed tables unpacked."""
    made = [path for part in ("results", "report") for path in (folder / part).rglob("*") if path.is_file()]
    tables = [path for path in made if path.suffix == ".parquet"]
    assert tables
    rows = "".join(read_table(path, schema(path.stem)).to_csv() for path in tables)
    return b"\n".join(path.read_bytes() for path in made) + rows.encode()


def test_nothing_of_one_client_reaches_another(tmp_path, monkeypatch):
    command = kit_of(tmp_path / "kit", [TELLS, PUBLISH], parameters="PART: float = 0.1  # part\n")
    marks = {"Aquilegia": 0.1234567, "Belladonna": 0.7654321}
    folders = {mark: marked(tmp_path / f"{mark}-folder", mark, part) for mark, part in marks.items()}
    monkeypatch.chdir(folders["Aquilegia"])  # a user may stand in one of them
    monkeypatch.setenv("PWD", str(folders["Aquilegia"]))
    # side by side, and one more time alone, after a first that may have left something behind
    tasks = {mark: Task(str(folder), ("--fresh",), seconds=200, command=command) for mark, folder in folders.items()}
    ends = run_all(list(tasks.values()), say=lambda run: None, workers=2)
    assert [run.state for run in ends] == ["done", "done"], ends
    _nothing_of_the_other(folders, marks)
    assert run_one(tasks["Belladonna"]).state == "done"
    _nothing_of_the_other(folders, marks)
    page = overview_html(ends, tmp_path / "index.html")
    for mark in marks:
        assert f"{mark} Ltd" in page and f"{mark}cust" not in page, "clients are named, and nobody else"


def _nothing_of_the_other(folders: dict[str, Path], marks: dict[str, float]) -> None:
    for mark, (other, part) in zip(marks, reversed(marks.items()), strict=True):
        made = everything_of(folders[mark])
        assert mark.encode() in made and str(marks[mark]).encode() in made, "the mark can be found where it belongs"
        assert other.encode() not in made
        assert str(part).encode() not in made
