"""What a run costs, three ways: `python tests/benchmarks/run.py [SAMPLE] [--rounds N] [--cores N]`.

The built steps of a sample, from the client's files to the pages, each time from a folder without results:

- loop: the tables taken in, then for each step the commands `papermill` and `jupyter nbconvert`
- runner: our own `run`
- plain: the same code cells in one Python process, without kernels; the same figures are drawn, for notebook and pages

The three take turns, round by round, after one round that is not counted and leaves compiled modules behind. Told are
medians: CPU seconds of all processes, wall seconds, the peak of what all of them held in memory at once. Ratios are
medians over the rounds, so that a machine that is busy in one round is busy for all three. Linux only: memory is read
from /proc. A loop's pages hold the figures of its notebooks; those of the two others are drawn once more, for wide and
for narrow screens.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from helpers.run.kernels import kernel_environment
from helpers.steps import KIT, built_steps

WAYS = ("loop", "runner", "plain")
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
RUNNER = START + "from helpers.cli import main; sys.exit(main())"
INTAKE = START + (
    "from pathlib import Path; from helpers.client.folder import open_client; "
    "from helpers.client.intake import take_in; client = open_client(Path(sys.argv[1])); "
    "client.tables_folder.mkdir(parents=True); take_in(client, client.tables_folder)"
)
LEFT_OUT = ("results", "report")
EVERY = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, CPU seconds of all processes, and the most bytes that they held at once."""

    wall: float
    cpu: float
    memory: int


def commands(way: str, client: Path) -> Iterator[list[str]]:
    """The commands of one way, one after the other."""
    python = [sys.executable, "-P", "-c"]
    if way == "runner":
        yield [*python, RUNNER, str(KIT), "run", str(client)]
    elif way == "plain":
        yield [sys.executable, "-P", str(Path(__file__).resolve()), "--plain", str(client)]
    else:
        yield [*python, INTAKE, str(KIT), str(client)]
        for step in built_steps():
            made = str(client.parent / f"{step.id}.ipynb")
            papermill = ["-m", "papermill", "--no-progress-bar", "-k", "python3", "-p", "CLIENT", str(client)]
            yield [sys.executable, *papermill, str(step.notebook), made]
            yield [sys.executable, "-m", "jupyter", "nbconvert", "--log-level=ERROR", "--to", "html", made]


def run_plain(client: Path) -> None:
    """The plain way: tables, the code cells of each notebook, and pages from the results alone."""
    from helpers.client.folder import open_client
    from helpers.client.intake import take_in
    from helpers.client.results import MODE, OUTPUT, read_published, read_result
    from helpers.report.pages import make_report

    opened = open_client(client)
    opened.tables_folder.mkdir(parents=True)
    take_in(opened, opened.tables_folder)
    results = opened.results_folder
    os.environ[MODE] = "draft"
    for step in built_steps():
        (results / step.id).mkdir()
        os.environ[OUTPUT] = str(results / step.id)
        cells = json.loads(step.notebook.read_text(encoding="utf-8"))["cells"]
        said: dict[str, object] = {"__name__": "__main__"}
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), said)
                if "parameters" in cell["metadata"].get("tags", []):
                    said["CLIENT"] = str(client)
    done = {step.id: read_result(results, step.id) for step in built_steps()}
    make_report(
        opened, done, {}, "working", opened.report_folder, table=lambda step, name: read_published(results, step, name)
    )


def measure(way: str, sample: Path, cores: int) -> Cost:
    """Run one way on a fresh copy of the sample, on so many cores."""
    with tempfile.TemporaryDirectory(prefix="workbook-benchmark-") as name:
        client = Path(name) / "client"
        shutil.copytree(sample, client, ignore=lambda folder, names: [one for one in names if one in LEFT_OUT])
        # every way gets the environment of our kernels, with one thread for sums, and finds its modules compiled
        state = Path(tempfile.gettempdir()) / "workbook-benchmark"
        environment = kernel_environment(state, {"PYTHONPYCACHEPREFIX": str(state / "compiled")})
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment |= {"PYTHONPATH": str(KIT), "PYTHONSAFEPATH": ""} if way == "loop" else {}
        parts = [_measured(command, environment, cores) for command in commands(way, client)]
        pages = list(Path(name).rglob("*.html"))
        if len(pages) < len(built_steps()):
            raise SystemExit(f"{way} made {len(pages)} pages of {len(built_steps())}")
    return Cost(sum(one.wall for one in parts), sum(one.cpu for one in parts), max(one.memory for one in parts))


def _measured(command: list[str], environment: dict[str, str], cores: int) -> Cost:
    few = sorted(os.sched_getaffinity(0))[:cores]
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.sched_setaffinity(0, few),
        )
        peak, ended = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=(child.pid, peak, ended))
        watch.start()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        ended.set()
        watch.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{said.read().decode(errors='replace')[-3000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, peak[0])


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    """Keep the most that a process and all below it held at once; what they share is counted once."""
    while not ended.wait(EVERY):
        held = 0
        try:
            for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
                with suppress(OSError, psutil.NoSuchProcess):
                    held += _proportional(process.pid)
        except psutil.NoSuchProcess:
            continue
        peak[0] = max(peak[0], held)


def _proportional(pid: int) -> int:
    """The bytes of a process, its part of what it shares with others included."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("sample", nargs="?", type=Path, default=KIT / "data_samples" / "complete_journey")
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--cores", type=int, default=2)
    given.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    given.add_argument("--plain", action="store_true", help="run the plain way on this client folder, and no more")
    asked = given.parse_args()
    if asked.plain:
        run_plain(asked.sample)
        return
    costs: dict[str, list[Cost]] = {way: [] for way in asked.ways}
    for turn in range(-1, asked.rounds):
        for way in asked.ways:
            cost = measure(way, asked.sample, asked.cores)
            if turn >= 0:
                costs[way].append(cost)
                print(f"{turn + 1}: {way:8}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.memory / 1e6:9.0f}", flush=True)
    steps = ", ".join(step.number for step in built_steps())
    print(f"{asked.sample.name}: steps {steps}; {asked.rounds} rounds on {asked.cores} cores")
    print(f"{'':8}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'wall to plain':>15}{'CPU to plain':>14}")
    for way, found in costs.items():
        wall, cpu, memory = (
            statistics.median(getattr(one, part) for one in found) for part in ("wall", "cpu", "memory")
        )
        line = f"{way:8}{wall:8.1f}{cpu:8.1f}{memory / 1e6:9.0f}"
        if "plain" in costs:
            for part, width in (("wall", 15), ("cpu", 14)):
                line += f"{_ratio(found, costs['plain'], part):{width}.2f}"
        print(line)
    if {"loop", "runner"} <= set(costs):
        for part in ("wall", "cpu"):
            print(f"loop to runner, {part}: {_ratio(costs['loop'], costs['runner'], part):.2f}")
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _ratio(above: list[Cost], below: list[Cost], part: str) -> float:
    return statistics.median(getattr(one, part) / getattr(other, part) for one, other in zip(above, below, strict=True))


if __name__ == "__main__":
    main()
