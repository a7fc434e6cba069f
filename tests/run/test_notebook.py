"""One notebook to its end: how much it may print, how it is stopped, what is said when its kernel ends otherwise."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from helpers.client.results import read_manifest
from helpers.run import execution, reasons
from helpers.run.execution import CellFailed, KernelNotStarted, Limits, TookTooLong
from helpers.run.reasons import cell_failure, death, no_start, overtime
from tests.run.toy import PUBLISH, SAYS

FIRST = "01_frame_engagement"
FULL = "No space left on device"


def outputs(toy):
    """All outputs of the step's notebook that are no publishing of the kit's own."""
    cells = json.loads((toy.results / FIRST / "notebook.ipynb").read_text())["cells"]
    found = [output for cell in cells for output in cell.get("outputs", [])]
    return [output for output in found if not any("workbook" in kind for kind in output.get("data", {}))]


def text_of(output):
    return "".join(output.get("text", ""))


# ---- output ----------------------------------------------------------------------------------------------------------

LARGE = """
from IPython.display import HTML, display
print("first")
for _ in range(200):
    print("x" * 999_999)
display(HTML("y" * 1000))
print("never seen")
"""


def test_two_hundred_megabytes_of_output_are_cut_with_a_notice(toy):
    toy.write("01", LARGE, SAYS, PUBLISH)
    outcome = toy.run()
    assert not outcome.failed
    (output,) = outputs(toy)
    text = text_of(output)
    assert text.startswith("first\nxxx")
    assert len(text) < Limits.characters + 200
    assert text.endswith(
        "[Cut here: this step has printed more than 5,000,000 characters; what came after is left out.]\n"
    )
    assert "  01: it printed 200.0 million characters; the first 5 are kept." in outcome.said
    assert sum(path.stat().st_size for path in toy.client.rglob("*") if path.is_file()) < 20_000_000


SMALL = """
import sys
from IPython.display import HTML, display, update_display
for place in range(50):
    print("out", place, flush=True)
    print("err", place, file=sys.stderr, flush=True)
shown = display(HTML("<p>a</p>"), display_id="one")
print("between", flush=True)
print("and more")
update_display(HTML("<p>b</p>"), display_id="one")
display(HTML("z" * 2000))
print("the end")
"""


def test_what_is_printed_is_kept_in_order_however_it_arrived(toy, monkeypatch):
    monkeypatch.setattr(Limits, "__init__", _limited(2000))
    toy.write("01", SMALL, SAYS, PUBLISH)
    assert not toy.run().failed
    found = outputs(toy)
    assert len(found) == 5, found
    out, err, shown, between, cut = found
    assert [out["name"], err["name"]] == ["stdout", "stderr"]
    assert text_of(out) == "".join(f"out {place}\n" for place in range(50))
    assert text_of(err) == "".join(f"err {place}\n" for place in range(50))
    assert "".join(shown["data"]["text/html"]) == "<p>b</p>"
    assert text_of(between) == "between\nand more\n"
    assert text_of(cut).startswith("\n[Cut here: this step has printed more than 2,000 characters")
    before = (toy.results / FIRST / "notebook.ipynb").read_bytes()
    assert not toy.run(fresh=True).failed
    assert (toy.results / FIRST / "notebook.ipynb").read_bytes() == before


def _limited(characters):
    original = Limits.__init__
    return lambda self, *given, **named: original(self, *given, **named | {"characters": characters})


def test_a_long_error_is_cut_too(toy):
    toy.write("01", "raise ValueError('x' * 3_000_000)", PUBLISH)
    outcome = toy.run()
    assert len(outcome.failed[FIRST]) < 1000
    assert (toy.results / "logs" / f"{FIRST}.txt").stat().st_size < 2 * execution.MOST_ERROR


def test_output_of_programs_reaches_the_notebook_and_not_the_terminal(toy, capfd, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # under which ipykernel leaves it where it is
    toy.write("01", "import os, subprocess\nsubprocess.run(['echo', 'from a program'])\nos.write(1, b'from C\\n')",
              "import time\ntime.sleep(0.5)", SAYS, PUBLISH)  # fmt: skip
    assert not toy.run().failed
    assert capfd.readouterr() == ("", "")
    assert "from a program" in "".join(map(text_of, outputs(toy)))


def test_a_slip_of_the_solver_is_no_output_of_a_step(toy, monkeypatch):
    """Where a register holds hundreds of tactics, a line of the solver's own stood on the page."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # under which ipykernel leaves it where it is
    slip = "import os\nos.write(1, b'HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\\n' * 2)"
    wait = "\nimport time\ntime.sleep(0.5)"
    toy.write("01", f"{slip}{wait}", f"print('mine', flush=True)\n{slip}{wait}", SAYS, PUBLISH)
    assert not toy.run().failed
    printed = [text_of(one) for one in outputs(toy) if one["output_type"] == "stream"]
    assert printed == ["mine\n"]


# ---- the machine -----------------------------------------------------------------------------------------------------

NO_MEMORY = """
import resource, numpy
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
rows = {what}
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited as Linux does it")
@pytest.mark.parametrize("what", ["numpy.ones(10**9)", "[bytes(10**6) for _ in range(2000)]"])
def test_a_step_without_memory_says_so(toy, what):
    toy.write("01", NO_MEMORY.format(what=what), SAYS, PUBLISH)
    toy.write("03")
    outcome = toy.run()
    assert outcome.failed[FIRST].startswith("it ran out of memory (")
    assert "a machine with more memory" in outcome.failed[FIRST]
    assert read_manifest(toy.results).steps["03_form_groups"].state == "done"


@pytest.mark.parametrize(
    ("status", "before", "after", "words"),
    [
        (-signal.SIGKILL, 4, 5, "the machine ran out of memory and ended it (SIGKILL)"),
        (-signal.SIGKILL, 4, 4, "a person or another program killed it (SIGKILL), not for want of memory"),
        (-signal.SIGKILL, None, None, "most often the machine is out of memory"),
        (-signal.SIGTERM, 4, 4, "told it to end (SIGTERM)"),
        (-signal.SIGSEGV, 4, 4, "it crashed (SIGSEGV)"),
        (-signal.SIGABRT, 4, 5, "it crashed (SIGABRT)"),
        (-signal.SIGBUS, 4, 4, "the disk is full"),
        (-60, 4, 4, "it crashed (signal 60)"),
        (0, 4, 4, "exit code 0, as exit() or os._exit() in a cell does"),
        (None, 4, 4, "the system does not tell why"),
    ],
)
def test_how_a_kernel_died_is_said_as_far_as_it_is_known(status, before, after, words):
    said = death(status, before, after)
    assert said.startswith("its kernel died before the end")
    assert words in said


def test_ends_for_want_of_memory_are_counted_where_the_system_tells(tmp_path, monkeypatch):
    for text, count in (("pgfault 3\noom_kill 7\n", 7), ("pgfault 3\n", None)):
        (tmp_path / "vmstat").write_text(text)
        monkeypatch.setattr(reasons, "EVENTS", tmp_path / "vmstat")
        assert reasons.kills_for_memory() == count
    monkeypatch.setattr(reasons, "EVENTS", tmp_path / "absent")
    assert reasons.kills_for_memory() is None


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("TableError", "The file has 3 columns.", "The file has 3 columns."),
        ("OSError", f"[Errno 28] {FULL}: 'x'", "the disk is full."),
        ("IOException", f'IO Error: {{"message":"{FULL}","errno":"28"}}', "the disk is full."),
        ("_ArrayMemoryError", "Unable to allocate 7 TiB", "it ran out of memory (Unable to allocate 7 TiB)."),
        ("MemoryError", "", "it ran out of memory (MemoryError)."),
        ("OSError", "[Errno 2] No such file or directory: 'x'", "it stopped with OSError"),
    ],
)
def test_a_fault_of_the_machine_is_not_said_to_be_one_of_the_workbook(tmp_path, name, said, words):
    told = cell_failure(CellFailed(name, said, "Traceback"), tmp_path, tmp_path / "01.txt")
    assert told.startswith(words)
    assert ("fault of the workbook" in told) == ("Errno 2]" in said)


def test_a_folder_that_was_taken_away_is_named(tmp_path):
    told = cell_failure(CellFailed("OSError", "No such file", ""), tmp_path / "gone", tmp_path / "01.txt")
    assert f"{tmp_path / 'gone'} was taken away while it ran" in told


def test_a_limit_of_time_names_the_cell_and_where_the_limit_stands():
    told = overtime(TookTooLong("# rate\n\nratings = rate(days)\nratings", 600, whole=False))
    assert told.startswith('a cell took longer than 600 seconds and was stopped, at "ratings = rate(days)".')
    assert "a larger cell_seconds in helpers/steps.py" in told
    told = overtime(TookTooLong("", 1800, whole=True))
    assert told.startswith("the step took longer than 1800 seconds and was stopped. Where")


def test_a_kernel_that_does_not_start_is_tried_again_and_then_told(toy, monkeypatch):
    tried = []

    def fails(*_):
        tried.append(1)
        raise KernelNotStarted("Kernel died before replying to kernel_info")

    toy.write("01")
    with monkeypatch.context() as patch:
        patch.setattr("helpers.run.notebook.execute", fails)
        outcome = toy.run()
    assert len(tried) == 2
    assert outcome.failed[FIRST] == no_start(KernelNotStarted("Kernel died before replying to kernel_info"))
    assert "no Python could be started" in outcome.failed[FIRST]
    assert not toy.run().failed
