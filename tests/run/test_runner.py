"""One command for one client, with toy steps: what fails stops what reads it and nothing else, and never lies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from helpers.client.results import finished_steps, read_manifest, read_result
from helpers.errors import RunError, TableError, WorkbookError
from helpers.run import runner
from helpers.run.status import client_status
from helpers.run.store import write_manifest
from helpers.show.output import MIME
from helpers.steps import KIT
from tests.conftest import copy_sample
from tests.run.toy import PUBLISH, SAYS

FIRST, SECOND, THIRD, FIFTH = "01_frame_engagement", "02_rate_customers", "03_form_groups", "05_customer_share"


def states(toy):
    return {step: run.state for step, run in read_manifest(toy.results).steps.items()}


def test_steps_run_in_order_and_are_told(toy):
    toy.write("05")
    toy.write("01")
    outcome = toy.run()
    assert not outcome.failed
    assert list(states(toy)) == [FIRST, FIFTH]
    assert [line.split()[0] for line in outcome.said] == ["Data", "01", "05", "Pages"]
    assert outcome.report == toy.client / "report" / "working" / "index.html"
    assert sorted(path.name for path in toy.results.iterdir()) == [FIRST, FIFTH, "logs", "manifest.json", "tables"]


def test_a_failing_step_blocks_what_needs_it_and_nothing_else(toy):
    toy.write("01")
    toy.write("02", SAYS, "1 / 0", PUBLISH)
    toy.write("03", needs=(SECOND,))
    toy.write("05")
    outcome = toy.run()
    assert states(toy) == {FIRST: "done", SECOND: "failed", THIRD: "blocked", FIFTH: "done"}
    assert set(outcome.failed) == {SECOND, THIRD}
    assert "ZeroDivisionError" in outcome.failed[SECOND]
    assert f"results/logs/{SECOND}.txt" in outcome.failed[SECOND]
    log = (toy.results / "logs" / f"{SECOND}.txt").read_text()
    assert "1 / 0" in log
    assert "\x1b" not in log
    assert SECOND in outcome.failed[THIRD]
    assert read_manifest(toy.results).steps[SECOND].reason == outcome.failed[SECOND]
    index = outcome.report.read_text()
    assert "ZeroDivisionError" in index
    assert not (outcome.report.parent / f"{SECOND}.html").exists()
    assert (outcome.report.parent / f"{FIFTH}.html").exists()
    assert not [path for path in toy.results.iterdir() if path.name.startswith((".old", ".new-tables"))]


@pytest.fixture
def ran(toy, made_once):
    """A toy whose two steps have run well, and the bytes of what they made: run once, a copy for each test."""

    def make(folder):
        assert not toy.run().failed
        shutil.copytree(toy.client, folder)

    toy.write("01")
    toy.write("02")
    finished, _ = made_once("toy-that-ran", make)
    shutil.copytree(finished, toy.client, dirs_exist_ok=True)
    return toy, toy.files(f"results/{FIRST}", f"results/{SECOND}")


def test_what_another_kit_has_run_is_left_out_with_a_word(ran):
    """A step renamed since, and one that this kit has not built: the run goes on, and no page speaks of them."""
    toy, _ = ran
    manifest = read_manifest(toy.results)
    for stranger in ("97_basket_size", THIRD):
        shutil.copytree(toy.results / FIRST, toy.results / stranger)
        manifest.steps[stranger] = manifest.steps[FIRST]
    write_manifest(toy.results, manifest)
    assert "97_basket_size" not in finished_steps(toy.results)
    assert "97" not in "".join(client_status(toy.client).lines("x"))
    outcome = toy.run(only=["01"])
    assert not outcome.failed
    told = [line.strip() for line in outcome.said if "no step of this kit any more" in line]
    assert told == [
        f"{name} is no step of this kit any more: its result is left out; its folder in results may go."
        for name in ("97_basket_size", THIRD)
    ]
    assert list(states(toy)) == [FIRST, SECOND]
    assert "basket" not in outcome.report.read_text()
    assert sorted(path.name for path in outcome.report.parent.glob("*.html")) == [
        f"{FIRST}.html",
        f"{SECOND}.html",
        "index.html",
    ]
    assert "kit any more" not in "".join(toy.run(only=["01"]).said), "told once"


OUR_ERROR = 'from helpers.errors import StepInputError\nraise StepInputError("The scale has 12 points. Expected 11.")'
FAIL = 'step.check([Check(id="01.sum", sentence="It adds up.", found=1, expected=2, verdict="fail")])'


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([SAYS, "1 / 0", PUBLISH], "stopped with ZeroDivisionError: division by zero"),
        ([SAYS, OUR_ERROR, PUBLISH], "The scale has 12 points. Expected 11."),
        ([SAYS, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", PUBLISH], "its kernel died"),
        ([SAYS, "import sys\nsys.exit(0)", PUBLISH], "it ended without publishing"),
        ([SAYS, "import os\nos._exit(0)", PUBLISH], "its kernel died"),
        ([SAYS], "it ended without publishing"),
        ([SAYS, PUBLISH, "1 / 0"], "stopped with ZeroDivisionError"),
        ([SAYS, PUBLISH, "step._folder.joinpath('result.json').write_text('{}')"], "it ended without publishing"),
        ([SAYS, FAIL, PUBLISH], "a check does not hold. It adds up. Found 1, expected 2."),
        (["step.table('customer_summary')", PUBLISH], "does not declare that it reads"),
        (["raise KeyboardInterrupt", PUBLISH], "KeyboardInterrupt"),
        (["this is no Python", PUBLISH], "SyntaxError"),
        (["raise ValueError('x' * 100_000)", PUBLISH], "ValueError"),
    ],
    ids=["error", "ours", "killed", "exit", "hard-exit", "silent", "after", "forged", "check", "undeclared",
         "interrupt", "syntax", "long"],
)  # fmt: skip
def test_a_step_that_fails_leaves_what_stood(ran, cells, reason):
    toy, before = ran
    toy.write("01", *cells)
    outcome = toy.run(only=["01"])
    assert list(outcome.failed) == [FIRST]
    assert reason in outcome.failed[FIRST]
    assert len(outcome.failed[FIRST]) < 2_000
    assert states(toy) == {FIRST: "failed", SECOND: "done"}
    assert list(finished_steps(toy.results)) == [SECOND], "an older result does not pass for today's"
    assert toy.files(f"results/{FIRST}", f"results/{SECOND}") == before
    assert states(toy) == {FIRST: "failed", SECOND: "done"}


def test_a_step_that_failed_runs_again_when_it_is_mended(ran):
    toy, before = ran
    toy.write("01", SAYS, "1 / 0")
    assert toy.run(only=["01"]).failed
    assert (toy.results / "logs" / f"{FIRST}.txt").is_file()
    toy.write("01")
    assert not toy.run(only=["01"]).failed
    assert list(finished_steps(toy.results)) == [FIRST, SECOND]
    assert toy.files(f"results/{FIRST}", f"results/{SECOND}") == before
    assert not (toy.results / "logs" / f"{FIRST}.txt").exists(), "the log of a fault that is mended"
    assert not [path.name for path in toy.results.iterdir() if path.name.startswith(".")]


def test_a_cell_that_never_ends_is_stopped(toy):
    toy.write("01", "import time\ntime.sleep(600)", PUBLISH, cell_seconds=2)
    started = time.monotonic()
    outcome = toy.run()
    assert "took longer than 2 seconds" in outcome.failed[FIRST]
    assert time.monotonic() - started < 30


def test_a_flagged_check_is_no_failure(toy):
    toy.write("01", SAYS, FAIL.replace('"fail"', '"flag"'), PUBLISH)
    assert not toy.run().failed
    assert read_result(toy.results, FIRST).checks[0].verdict == "flag"


def test_new_data_makes_what_rests_on_the_old_no_longer_stand(ran):
    toy, _ = ran
    orders = toy.client / "data" / "orders.csv"
    orders.write_text(orders.read_text() + "C9,2026-06-30,900.00\n")
    outcome = toy.run(only=["01"])
    assert not outcome.failed
    assert list(finished_steps(toy.results)) == [FIRST]
    assert not (outcome.report.parent / f"{SECOND}.html").exists(), "a page of yesterday's numbers beside today's"


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("data/orders.csv", "customer_id,date,revenue\nC1,2026-01-05,ten\n", TableError),
        ("client.yaml", "client: [", WorkbookError),
        ("decisions/01_frame_engagement.yaml", "format: 2\n", WorkbookError),
        ("decisions/strange.yaml", "format: 1\n", WorkbookError),
        ("decisions/corrections.yaml", "format: 1\ncorrections: 3\n", WorkbookError),
    ],
)
def test_what_is_wrong_before_the_first_step_changes_nothing(ran, file, content, kind):
    toy, _ = ran
    (toy.client / file).parent.mkdir(exist_ok=True)
    (toy.client / file).write_text(content)
    before = toy.files()
    with pytest.raises(kind):
        toy.run()
    assert toy.files() == before


@pytest.mark.parametrize(
    "options", [{"audience": "bord"}, {"only": ["17"]}, {"only": ["04"]}, {"settings": ["01.X=1"]}, {"settings": ["?"]}]
)
def test_wrong_options_are_refused_before_anything_changes(ran, options):
    toy, _ = ran
    before = toy.files()
    with pytest.raises(WorkbookError):
        toy.run(**options)
    assert toy.files() == before, "an error message said that nothing was changed"


def test_only_takes_numbers_ids_and_ranges(monkeypatch, toy):
    for number in ("01", "02", "05"):
        toy.write(number)
    chosen = lambda *words: [step.number for step in runner.chosen_steps(words)]  # noqa: E731
    assert chosen() == ["01", "02", "05"]
    assert chosen("05", "1") == ["01", "05"]
    assert chosen("02-09") == ["02", "05"]
    assert chosen(FIFTH, "5", "05") == ["05"]
    with pytest.raises(RunError, match="not built yet"):
        chosen("04")
    for empty in ("06-09", "05-02"):
        with pytest.raises(WorkbookError):
            chosen(empty)


def test_parameters_reach_the_notebook(toy):
    cell = 'assert (PART, NAME) == (0.5, "a b\'c"), (PART, NAME)'
    toy.write("01", cell, PUBLISH, parameters='PART: float = 0.1  # part\nNAME: str = "n"  # name\n')
    (toy.client / "client.yaml").write_text(
        (toy.client / "client.yaml").read_text() + 'parameters: {01: {PART: 0.3, NAME: "a b\'c"}}\n'
    )
    assert not toy.run(settings=["01.part=0.5"]).failed
    injected = json.loads((toy.results / FIRST / "notebook.ipynb").read_text())["cells"][1]
    assert injected["id"] == "injected-parameters"


def test_a_result_published_by_hand_gives_way_to_the_run(toy):
    toy.write("01")
    toy.run()
    by_hand = toy.results / "interactive" / FIRST
    shutil.copytree(toy.results / FIRST, by_hand)
    toy.run()
    assert not by_hand.exists()


def test_a_kill_between_two_renames_is_mended_by_the_next_run(ran):
    toy, before = ran
    os.rename(toy.results / FIRST, toy.results / f".old-{FIRST}")
    (toy.results / f".new-{SECOND}").mkdir()
    (toy.results / ".new-manifest.json").write_text("{")
    (toy.client / "report" / ".old-working").mkdir()
    assert not toy.run().failed
    assert toy.files(f"results/{FIRST}", f"results/{SECOND}") == before
    left = [path for folder in (toy.results, toy.client / "report") for path in folder.iterdir()]
    assert not [path.name for path in left if path.name.startswith(".")]


@pytest.mark.parametrize("stop", [OSError(5, "Input/output error"), KeyboardInterrupt()], ids=["fault", "ctrl-c"])
@pytest.mark.parametrize("late", [False, True], ids=["between the renames", "after them"])
def test_a_result_is_not_lost_where_its_swap_breaks(ran, monkeypatch, stop, late):
    """The result that stood stands, whatever the manifest says next of the attempt that was to replace it."""
    toy, before = ran
    rename = os.rename

    def breaks(source, target):
        ours = str(source).endswith(f".new-{SECOND}")
        if not ours or late:
            rename(source, target)
        if ours:
            raise stop

    toy.write("02", SAYS.replace("We said", "They said"), PUBLISH)
    with monkeypatch.context() as patch:
        patch.setattr("helpers.run.store.os.rename", breaks)
        if isinstance(stop, KeyboardInterrupt):
            with pytest.raises(KeyboardInterrupt):
                toy.run()
        else:
            assert list(toy.run().failed) == [SECOND]
    assert states(toy)[SECOND] == ("interrupted" if isinstance(stop, KeyboardInterrupt) else "failed")
    assert toy.files(f"results/{FIRST}", f"results/{SECOND}") == before
    assert not [path.name for path in toy.results.iterdir() if path.name.startswith(".old")]


# ---- own notebooks that people and programs have edited --------------------------------------------------------------


def without(name):
    return lambda notebook: notebook.pop(name)


def cell(name, value):
    return lambda notebook: notebook["cells"][2].__setitem__(name, value)


def parameters(text):
    return lambda notebook: notebook["cells"][0].__setitem__("source", text)


ODD = {
    "no metadata": (without("metadata"), "its metadata are missing"),
    "no format": (without("nbformat"), "its nbformat is None"),
    "another format": (lambda notebook: notebook.__setitem__("nbformat", 99), "its nbformat is 99"),
    "no cells": (without("cells"), "its cells are missing"),
    "cell without metadata": (lambda notebook: notebook["cells"][2].pop("metadata"), "cell 3 has metadata"),
    "metadata of a cell": (cell("metadata", []), "cell 3 has metadata"),
    "tags": (cell("metadata", {"tags": 7}), "cell 3 has tags"),
    "source": (cell("source", 7), "cell 3 has a source"),
    "kind of cell": (cell("cell_type", ["code"]), "cell 3 has the cell_type"),
    "a cell that is none": (lambda notebook: notebook["cells"].append(None), "cell 5 is not an object"),
    "outputs": (cell("outputs", 7), "01_frame_engagement"),
    "syntax": (parameters("CLIENT = "), "the parameters cell is no Python (line 1"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_notebook_fails_its_own_step_in_words_and_no_other(ran, odd):
    toy, _ = ran
    change, words = ODD[odd]
    path = toy.notebooks / f"{FIRST}.ipynb"
    own = toy.client / "notebooks" / path.name
    own.parent.mkdir()
    notebook = json.loads(path.read_text())
    change(notebook)
    own.write_text(json.dumps(notebook))
    config = toy.client / "client.yaml"
    config.write_text(config.read_text() + f"own_steps: [{FIRST}]\n")
    assert client_status(toy.client)
    toy.write("02", SAYS, "# again", PUBLISH)
    outcome = toy.run()
    assert words in outcome.failed[FIRST]
    assert list(outcome.failed) == [FIRST] and SECOND in outcome.ran
    assert client_status(toy.client) and outcome.report.is_file()


def test_an_error_that_nobody_has_foreseen_is_of_its_step_alone(ran, monkeypatch):
    toy, _ = ran
    toy.write("01", SAYS, "# again", PUBLISH)
    toy.write("02", SAYS, "# again", PUBLISH)
    from helpers.run import attempt

    execute = attempt.execute_step

    def breaks(client, step, *rest):
        if step.number == "01":
            raise ZeroDivisionError("an own fault\nof ours")
        return execute(client, step, *rest)

    monkeypatch.setattr(attempt, "execute_step", breaks)
    outcome = toy.run()
    assert outcome.failed == {
        FIRST: f"it could not be carried out: ZeroDivisionError: an own fault. More is in results/logs/{FIRST}.txt."
    }
    assert "Traceback" in (toy.results / "logs" / f"{FIRST}.txt").read_text()
    assert states(toy) == {FIRST: "failed", SECOND: "done"}


def test_a_note_that_is_none_is_no_announcement(toy):
    shows = 'from IPython.display import display\nfor note in (7, "x", [1], {"kind": "published"}, {}):\n'
    shows += "    display({" + repr(MIME) + ': note, "text/plain": "x"}, raw=True)'
    toy.write("01", SAYS, PUBLISH, shows)
    assert "it ended without publishing" in toy.run().failed[FIRST]
    toy.write("01", SAYS, shows, PUBLISH)
    assert not toy.run().failed


# ---- kernels ---------------------------------------------------------------------------------------------------------


def test_nothing_beside_the_kit_gets_into_a_kernel(toy, tmp_path, monkeypatch):
    """A kernel of the same name, a `pandas.py` beside the data, PYTHONPATH and a start-up file change nothing."""
    decoy = tmp_path / "decoy" / "kernels" / "python3"
    decoy.mkdir(parents=True)
    trap = tmp_path / "trapped"
    spec = {"argv": ["touch", str(trap)], "display_name": "Python 3", "language": "python"}
    (decoy / "kernel.json").write_text(json.dumps(spec))
    bad = f"open({str(trap)!r}, 'w'); raise SystemExit('a decoy was used')"
    for folder in (toy.client, tmp_path / "path", toy.client / "helpers"):
        folder.mkdir(exist_ok=True)
        for name in ("pandas", "helpers", "sitecustomize", "json", "step", "__init__"):
            (folder / f"{name}.py").write_text(bad)
    startup = tmp_path / "home" / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-trap.py").write_text(bad)
    (tmp_path / "start.py").write_text(bad)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "decoy"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home" / ".ipython"))
    monkeypatch.setenv("PYTHONHASHSEED", "77")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    said = "import pandas, helpers, sys, os, time\nfrom pathlib import Path\n"
    said += f"assert sys.executable == {sys.executable!r}\nassert 'trap' not in pandas.__file__ + helpers.__file__\n"
    said += f"assert Path.cwd() == Path({str(toy.client)!r})\nassert os.environ['PYTHONHASHSEED'] == '0'\n"
    said += "assert time.tzname[0] == 'UTC'\nassert '' not in sys.path and str(Path.cwd()) not in sys.path"
    toy.write("01", said, SAYS, PUBLISH)
    assert not toy.run().failed
    assert not trap.exists()


def test_a_client_folder_with_a_difficult_name(toy, tmp_path):
    toy.write("01")
    toy.client = toy.client.rename(tmp_path / "Müller & Söhne {0} %s [x] 'q' #1")
    assert not toy.run().failed
    assert finished_steps(toy.results)


def test_a_run_leaves_nothing_in_the_clients_folder_but_what_is_derived(toy):
    toy.write("01")
    before = set(toy.files())
    toy.run()
    new = {name.split("/")[0] for name in set(toy.files()) - before}
    assert new == {"results", "report"}


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, to take the network away")
def test_a_run_needs_no_network(tmp_path):
    """Without any interface but the loop-back, over which the kernel is spoken to."""
    loop = "ip link set lo up 2>/dev/null || python3 -c 'pass'; exec \"$@\""
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody take the network away (unshare -rn)")
    folder = copy_sample("complete_journey", tmp_path / "client")
    code = f"import sys; sys.path.insert(0, {str(KIT)!r}); sys.argv[0] = 'workbook'\n"
    code += "from helpers.cli import main; sys.exit(main())"
    command = ["unshare", "-rn", "sh", "-c", loop, "sh", sys.executable, "-P", "-c", code, "run", str(folder)]
    done = subprocess.run([*command, "--only", "01"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert FIRST in finished_steps(folder / "results")
