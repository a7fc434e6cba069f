"""A kernel that was made ready before changes nothing but the time; none of them outlives its run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.run import kernels as kernels_module
from helpers.run.execution import Limits, execute
from helpers.run.kernels import SpareKernel, kernel_environment, running_kernel
from helpers.run.start_ipykernel import LIBRARIES
from helpers.steps import KIT, built_steps
from tests.run.toy import PUBLISH, SAYS

LOOKS = """
import os, sys, warnings
import pandas as pd, matplotlib.pyplot as plt
print(os.getcwd() == os.path.realpath("."), sorted(name for name in os.environ if name.startswith("WORKBOOK_")))
print(sys.path[0], "" in sys.path, sys.argv[0], __name__, "helpers.report" in sys.modules, plt.get_backend())
warnings.warn("a warning is shown")
display(pd.DataFrame({"a": [1, 2]}))
hash("the same everywhere")
"""
DRAWS = """
%matplotlib inline
plt.plot([1, 2, 3]); plt.show()
"""


@pytest.fixture
def environment(tmp_path):
    return kernel_environment(tmp_path / "state", {})


@pytest.fixture
def taken(monkeypatch):
    """What each kernel that was started became of: True for a spare one."""
    seen: list[bool] = []
    become = SpareKernel.become

    def told(*arguments):
        process = become(*arguments)
        seen.append(process is not None)
        return process

    monkeypatch.setattr(SpareKernel, "become", told)
    return seen


def outputs_of(manager, *cells: str) -> str:
    """All that the cells show, as text."""
    notebook, _ = execute(new_notebook(cells=[new_code_cell(cell) for cell in cells]), manager, {}, Limits())
    return json.dumps([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])


def test_a_spare_kernel_writes_the_same_bytes(toy, taken, monkeypatch):
    for number in ("01", "02"):
        toy.write(number, LOOKS, DRAWS, SAYS, PUBLISH)
    assert not toy.run().failed
    assert taken == [True, True], "both steps ran in a kernel that had waited for them"
    folders = ("results/01_frame_engagement", "results/02_rate_customers", "report")
    ahead = toy.files(*folders)
    assert b"a warning is shown" in ahead["results/01_frame_engagement/notebook.ipynb"]
    assert b"image/png" in ahead["results/01_frame_engagement/notebook.ipynb"], "a figure is not lost"
    monkeypatch.setattr(kernels_module, "_room", lambda: False)
    assert not toy.run(fresh=True).failed
    assert taken == [True, True, False, False]
    assert toy.files(*folders) == ahead


def test_one_kernel_more_than_steps_is_never_started(toy, monkeypatch):
    started = []
    prepare = kernels_module.launch_kernel
    monkeypatch.setattr(kernels_module, "launch_kernel", lambda *a, **k: started.append(a) or prepare(*a, **k))
    for number in ("01", "02"):
        toy.write(number)
    toy.run()
    assert len(started) == 2
    started.clear()
    assert not toy.run().ran
    assert not started, "nothing was to be done"
    toy.write("02", SAYS, "1 + 1", PUBLISH)
    assert list(toy.run().ran) == ["02_rate_customers"]
    assert not started, "one step, and none after it"


def test_a_spare_kernel_that_died_is_no_matter(environment, tmp_path, taken):
    with SpareKernel(environment) as spare:
        spare.prepare()
        spare._process.kill()
        spare._process.wait()
        spare.wanted = False
        with running_kernel(tmp_path, environment, spare) as manager:
            assert '"2"' in outputs_of(manager, "1 + 1")
    assert taken == [False]


def test_a_kernel_is_told_its_step_when_it_is_needed(environment, tmp_path):
    (tmp_path / "one").mkdir()
    with SpareKernel(environment) as spare:
        spare.prepare()
        spare.wanted = False
        told = environment | {"WORKBOOK_MODE": "final"}
        with running_kernel(tmp_path / "one", told, spare) as manager:
            said = outputs_of(manager, "import os; print(os.getcwd(), os.environ['WORKBOOK_MODE'])")
    assert f"{tmp_path / 'one'} final" in said


def test_runner_and_kernel_talk_where_nobody_else_may_enter(environment, tmp_path):
    """No port to be found free and lost again to another kernel before it is taken."""
    with running_kernel(tmp_path, environment) as manager:
        outputs_of(manager, "1 + 1")
        private = Path(manager.connection_file).parent
        assert len([one for one in private.iterdir() if one.is_socket()]) == 5
        assert private.stat().st_mode & 0o077 == 0
    assert not private.exists()


def test_a_kernel_runs_no_start_up_file_and_reads_no_configuration(environment, tmp_path):
    profile = Path(environment["IPYTHONDIR"], "profile_default")
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text("planted = 'start-up'")
    for name in ("ipython_config.py", "ipython_kernel_config.py"):
        (profile / name).write_text("get_config().InteractiveShellApp.exec_lines = ['planted = 1']")
    with running_kernel(tmp_path, environment) as manager:
        assert "clean" in outputs_of(manager, "print('planted' if 'planted' in globals() else 'clean')")


def test_state_that_cannot_be_kept_in_the_environment_is_kept_where_nobody_else_may_enter(tmp_path, monkeypatch):
    """Not in a folder with a known name, which another user can have made before."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    inside = kernels_module.state_folder()
    assert inside == tmp_path / "workbook-state"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(kernels_module.os, "access", lambda *_: False)
    kernels_module._private_folder.cache_clear()
    private = kernels_module.state_folder()
    assert private != inside and private.parent == tmp_path and private == kernels_module.state_folder()
    assert private.stat().st_mode & 0o077 == 0
    kernels_module._private_folder.cache_clear()


def test_where_the_name_of_a_socket_would_be_too_long(environment, tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with running_kernel(tmp_path, environment) as manager:
        assert manager.transport == "tcp"
        assert '"2"' in outputs_of(manager, "1 + 1")


HANGS = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from nbformat.v4 import new_code_cell, new_notebook
from helpers.run.execution import Limits, execute
from helpers.run.kernels import SpareKernel, kernel_environment, running_kernel

folder = Path(sys.argv[1])
environment = kernel_environment(folder / "state", {})
with SpareKernel(environment) as spare, running_kernel(folder, environment, spare) as manager:
    # sleeps in C and holds the interpreter: no thread of the kernel can look whether its parent is still there
    hang = "open('hangs', 'w').close(); import ctypes; ctypes.PyDLL(None).sleep(600)"
    print(manager.provisioner.pid, spare._process.pid, flush=True)
    execute(new_notebook(cells=[new_code_cell(hang)]), manager, {}, Limits())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_no_kernel_outlives_a_runner_that_was_killed(tmp_path):
    """Killed outright while one kernel hangs in C and the next waits: both are gone."""
    command = [sys.executable, "-c", HANGS, str(tmp_path), str(KIT)]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    left = [psutil.Process(int(pid)) for pid in runner.stdout.readline().split()]
    try:
        assert len(left) == 2
        waited = psutil.wait_procs(left, timeout=0.5)[1]
        while not (tmp_path / "hangs").exists():
            assert runner.poll() is None
            waited = psutil.wait_procs(left, timeout=0.1)[1]
        assert len(waited) == 2
        runner.kill()
        runner.wait()
        assert psutil.wait_procs(left, timeout=20)[1] == []
    finally:
        runner.kill()
        runner.stdout.close()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def test_a_step_loads_no_library_that_a_waiting_kernel_has_not():
    """Else the next kernel would wait for nothing: what is missing belongs into LIBRARIES."""
    setups = [cell for step in built_steps() for cell in json.loads(step.notebook.read_text())["cells"]]
    lines = [line for cell in setups if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]
    asks = "\n".join(dict.fromkeys(line for line in lines if line.startswith(("from ", "import "))))
    script = f"""
    import sys
    from importlib import import_module
    for name in {LIBRARIES!r}:
        import_module(name)
    assert not any(name.startswith("helpers") for name in sys.modules), "the kit may be another when it is needed"
    before = set(sys.modules)
    sys.path.insert(0, {str(KIT)!r})
    {textwrap.indent(asks, "    ").strip()}
    print(*sorted(name for name in set(sys.modules) - before if not name.startswith("helpers")))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    late = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    assert {name.partition(".")[0] for name in late} <= {name.partition(".")[0] for name in LIBRARIES}
    assert len(late) <= 5, late
