"""Several clients: each in a process of its own, told truly however it ends, and nothing of it reaches another.

What a process does is a few lines of Python in the client's folder, `behave.py`, in the place of the command line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from helpers.report.run_report import ClientRun, Measure, RunReport
from helpers.run import batch
from helpers.run.batch import Task, run_one
from helpers.run.several import default_workers, failures, run_several
from helpers.steps import KIT

FAKE = f"""
import os, sys, time
sys.path.insert(0, {str(KIT)!r})
folder = sys.argv[-1]
def told(state="done", **more):
    from helpers.report.run_report import ClientRun, RunReport
    run = ClientRun(folder=folder, client="A client", state=state, **more)
    print(RunReport(ok=state == "done", clients=[run]).text())
exec(open(os.path.join(folder, "behave.py"), encoding="utf-8").read())
"""
COMMAND = (sys.executable, "-P", "-c", FAKE)
GOOD = "print('  01 Frame', file=sys.stderr)\ntold()"
ASKED = "from helpers.run.batch import end_with_parent\nend_with_parent()\n"
SLEEP = "time.sleep(600)"
posix = pytest.mark.skipif(os.name == "nt", reason="speaks of signals")


def client(folder: Path, behave: str = GOOD) -> str:
    """A folder that passes for a client, whose process behaves so."""
    folder.mkdir(parents=True)
    (folder / "client.yaml").write_text("client: A client\n", encoding="utf-8")
    (folder / "behave.py").write_text(behave, encoding="utf-8")
    return str(folder)


def end_of(tmp_path: Path, behave: str, seconds: float = 60) -> ClientRun:
    return run_one(Task(client(tmp_path / "acme", behave), seconds=seconds, command=COMMAND))


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be taken note of."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def several(folders: list[str], **options: object) -> tuple[RunReport, list[str]]:
    said: list[str] = []
    report = run_several(folders, say=said.append, command=COMMAND, **options)
    return report, said


# ---- one client ------------------------------------------------------------------------------------------------------


def test_a_client_ends_as_its_process_says_and_its_log_lies_in_its_folder(tmp_path):
    run = end_of(tmp_path, GOOD.replace("told()", 'told(currency="EUR")'))
    assert (run.state, run.client, run.currency) == ("done", "A client", "EUR")
    assert run.folder == str(tmp_path / "acme")
    assert run.log == str(tmp_path / "acme" / "results" / "logs" / "run.txt")
    assert Path(run.log).read_text(encoding="utf-8") == "  01 Frame\ndone\n"
    assert os.listdir(Path(run.log).parent) == ["run.txt"]


@pytest.mark.parametrize(
    ("behave", "cause"),
    [
        pytest.param("os.abort()", "SIGABRT", marks=posix),
        pytest.param("os.kill(os.getpid(), 9)", "SIGKILL; most often that is too little memory", marks=posix),
        ("sys.exit(3)", "exit code 3"),
        ("sys.exit(0)", "exit code 0"),
        ("print('{}')", "exit code 0"),
        ("print('[1, 2'); sys.exit(1)", "exit code 1"),
        ("told(); print('one word more')", "exit code 0"),
        ("print('the last word', file=sys.stderr); sys.exit(7)", "the last word"),
    ],
)
def test_a_process_that_does_not_say_how_it_ended_has_died(tmp_path, behave, cause):
    run = end_of(tmp_path, behave)
    assert run.state == "died"
    assert cause in run.cause
    assert Path(run.log).read_text(encoding="utf-8").endswith(f"died: {run.cause}\n")


def test_what_a_process_says_without_end_fills_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "MOST_KEPT", 100_000)
    noise = "for _ in range(20_000):\n    print('x' * 1000, file=sys.stderr)\nprint('end', file=sys.stderr)\n"
    run = end_of(tmp_path, f"{noise}told()")
    assert run.state == "done"
    log = Path(run.log).read_bytes()
    assert len(log) <= 100_010
    assert log.endswith(b"end\ndone\n")


@posix
def test_over_its_time_a_client_is_asked_to_end_and_says_so(tmp_path):
    behave = f"{ASKED}try:\n    {SLEEP}\nexcept KeyboardInterrupt:\n    told('interrupted', currency='EUR')"
    run = end_of(tmp_path, behave, seconds=1.5)
    assert (run.state, run.currency) == ("over_time", "EUR")
    assert run.cause == "it was stopped after 0.025 minutes, the limit for one client (--client-minutes)"
    assert run.cause in Path(run.log).read_text(encoding="utf-8")


@posix
def test_a_process_that_hears_nothing_is_killed_with_all_that_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "GRACE", 0.5)
    behave = (
        "import subprocess\nfrom pathlib import Path\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; {SLEEP}'], start_new_session=True)\n"
        f"Path(folder, 'pids').write_text(f'{{os.getpid()}} {{child.pid}}')\n{SLEEP}"
    )
    assert end_of(tmp_path, behave, seconds=2).state == "over_time"
    pids = (tmp_path / "acme" / "pids").read_text().split()
    assert len(pids) == 2
    assert not [pid for pid in pids if alive(int(pid))]


def test_a_folder_that_is_no_client_gets_no_log(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "behave.py").write_text("told('refused', cause='There is no client.yaml.')")
    assert run_one(Task(str(folder), command=COMMAND)).log == ""
    assert os.listdir(folder) == ["behave.py"]


@pytest.mark.parametrize("name", ["y" * 300, "a\0b"])
def test_a_name_that_no_folder_can_have_ends_that_client_and_no_other(tmp_path, name):
    report, _ = several([client(tmp_path / "good"), str(tmp_path / name)])
    assert [run.state for run in report.clients] in (["died", "done"], ["done", "died"])
    assert any(run.folder.endswith(name) and run.cause for run in report.clients)


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    folder = client(tmp_path / "acme")
    (tmp_path / "acme" / "results").write_text("a file in its place")
    run = run_one(Task(folder, command=COMMAND))
    assert (run.state, run.log) == ("done", "")


def test_neither_the_folder_of_the_caller_nor_its_names_reach_a_client(tmp_path, monkeypatch):
    """A user may stand in another client's folder, and have a `pandas.py` there."""
    elsewhere = tmp_path / "Canary Ltd"
    elsewhere.mkdir()
    for name in ("helpers", "pandas", "json"):
        (elsewhere / f"{name}.py").write_text("raise SystemExit('a decoy')")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("PWD", str(elsewhere))
    monkeypatch.setenv("OLDPWD", str(elsewhere))
    behave = "import json, pandas\nseen = repr((dict(os.environ), os.getcwd(), sys.path, sys.argv))\ntold(cause=seen)"
    client(tmp_path / "acme", behave)
    run = run_one(Task("../acme", command=COMMAND))
    assert run.state == "done"
    assert "Canary" not in run.cause
    assert str(tmp_path / "acme") in run.cause


def test_a_pool_of_processes_does_as_well(tmp_path):
    folders = [client(tmp_path / name) for name in ("a", "b")]
    with ProcessPoolExecutor(max_workers=2) as pool:
        report, _ = several(folders, executor=pool)
    assert [run.state for run in report.clients] == ["done", "done"]


# ---- several ---------------------------------------------------------------------------------------------------------


def test_each_failure_is_named_with_its_cause_and_the_others_are_done(tmp_path):
    folders = [
        client(tmp_path / "good"),
        client(tmp_path / "crash", "os._exit(9)"),
        client(tmp_path / "bad", "told('refused', kind='a delivered table', cause='one\\n' * 20)"),
        client(tmp_path / "also good"),
        str(tmp_path / "never\nthere"),
    ]
    report, said = several(folders, workers=2)
    assert not report.ok
    assert {Path(run.folder).name: run.state for run in report.clients} == {
        "also good": "done",
        "bad": "refused",
        "crash": "died",
        "good": "done",
        "never\nthere": "died",
    }
    assert [run.folder for run in report.clients] == sorted(folders), "in the order of names, whoever ended first"
    assert len(said) == 5 and sum("done" in line for line in said) == 2
    lines = list(failures(report))
    assert lines[0] == "3 of 5 clients did not end well:"
    assert f"  {tmp_path / 'bad'}: not run" in lines
    assert "    … and 8 more lines" in lines
    assert any("exit code 9" in line for line in lines)
    assert not [line for line in lines if "\n" in line]


def test_clients_far_down_in_folders_are_told_apart(tmp_path):
    deep = tmp_path / "-".join(["engagements"] * 8)
    report, said = several([client(deep / name) for name in ("acme", "other")], workers=1)
    assert report.ok
    assert [line.split()[0][-6:].strip("/") for line in said] == ["s/acme", "other"]
    assert all(line.startswith("  …") for line in said)


def test_clients_run_side_by_side_but_never_more_than_asked(tmp_path):
    behave = (
        f"from pathlib import Path\nroom = Path({str(tmp_path)!r}, 'room')\nroom.mkdir(exist_ok=True)\n"
        "mine = room / str(os.getpid())\nmine.touch()\nmost = 0\n"
        "for _ in range(40):\n    most = max(most, len(list(room.iterdir())))\n    time.sleep(0.05)\n"
        "mine.unlink()\ntold(cause=str(most))"
    )
    report, _ = several([client(tmp_path / "c" / name, behave) for name in "abcd"], workers=2)
    assert report.ok
    assert max(int(run.cause) for run in report.clients) == 2
    assert default_workers() >= 1


def test_a_page_that_cannot_be_drawn_or_written_stops_no_client(tmp_path):
    upside_down = "{'title': 'Share', 'value': 0.3, 'low': 0.9, 'high': 0.1, 'unit': 'share'}"
    odd = client(tmp_path / "odd", f"told(measures={{'05.answer/share': {upside_down}}})")
    report, said = several([odd, client(tmp_path / "good")], workers=1)
    assert [run.state for run in report.clients] == ["done", "done"] and len(said) == 2
    assert not report.ok and report.overview is None
    assert "upside down" in report.notices[-1]
    assert not (tmp_path / "index.html").exists(), "one that is no longer true"


def test_the_shape_of_the_json_is_the_one_that_is_described(tmp_path):
    measure = "'02.answer/active': {'title': 'Active customers', 'value': 3, 'unit': 'count'}"
    report, _ = several([client(tmp_path / "acme", f"told(measures={{{measure}}})")])
    said = json.loads(report.text())
    assert list(said) == ["format", "kit", "ok", "notices", "overview", "clients"]
    assert said["format"] == 1 and said["ok"] is True and said["overview"] == str(tmp_path / "index.html")
    assert list(said["clients"][0]) == list(ClientRun.model_fields)
    assert said["clients"][0]["measures"] == {
        "02.answer/active": {"title": "Active customers", "value": 3, "low": None, "high": None, "unit": "count",
                             "provisional": False}
    }  # fmt: skip
    described = (KIT / "helpers" / "report" / "run_report.py").read_text(encoding="utf-8").split('"""')[1]
    for name in [*ClientRun.model_fields, *RunReport.model_fields, *Measure.model_fields]:
        assert name in described, f"{name} is printed and not described"


INTERRUPT = """
import sys
sys.path.insert(0, {kit!r})
from helpers.run.several import run_several
report = run_several(sys.argv[2:], say=print, workers=2, command=(sys.executable, "-P", "-c", sys.argv[1]))
print(report.text())
"""


def started(folders: list[str]) -> subprocess.Popen:
    """A command that runs these clients, two at a time, as soon as two of them are on."""
    call = [sys.executable, "-P", "-c", INTERRUPT.format(kit=str(KIT)), FAKE, *folders]
    running = subprocess.Popen(call, stdout=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + 60
    while sum(Path(folder, "pid").exists() for folder in folders) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    return running


LISTENS = (
    f"{ASKED}from pathlib import Path\nPath(folder, 'pid').write_text(str(os.getpid()))\n"
    f"try:\n    {SLEEP}\nexcept KeyboardInterrupt:\n    Path(folder, 'put away').touch()\n    told('interrupted')"
)


@pytest.mark.parametrize("heard", ["in submit", "in say"])
def test_ctrl_c_at_any_moment_loses_no_client(tmp_path, heard):
    """Heard before all are submitted, or while one is told: each has an end all the same."""
    tasks = [Task(client(tmp_path / name), command=COMMAND) for name in "abc"]
    calls = []

    class Pool(ThreadPoolExecutor):
        def submit(self, *task):
            calls.append(task)
            if heard == "in submit" and len(calls) == 2:
                raise KeyboardInterrupt
            return super().submit(*task)

    def say(run):
        if heard == "in say" and not batch._stopping.is_set():
            raise KeyboardInterrupt

    ended = batch.run_all(tasks, say=say, executor=Pool(1))
    assert [run.folder for run in ended] == [task.folder for task in tasks]
    assert ended[-1].state == "not_started"


@posix
def test_ctrl_c_ends_what_runs_and_leaves_what_waits(tmp_path):
    folders = [client(tmp_path / name, LISTENS) for name in "abc"]
    running = started(folders)
    os.killpg(running.pid, signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    report = RunReport.model_validate_json(out[out.index("{") :])
    assert [run.state for run in report.clients] == ["interrupted", "interrupted", "not_started"]
    assert not report.ok
    assert [Path(folder, "put away").exists() for folder in folders] == [True, True, False]


@posix
def test_a_command_that_is_killed_takes_its_clients_with_it(tmp_path):
    folders = [client(tmp_path / name, LISTENS) for name in "ab"]
    running = started(folders)
    alone = [psutil.Process(int(Path(folder, "pid").read_text())) for folder in folders]
    running.kill()
    running.communicate(timeout=60)
    _, left = psutil.wait_procs(alone, timeout=30)
    assert not [one for one in left if alive(one.pid)]
    assert all(Path(folder, "put away").exists() for folder in folders), "in good order"
