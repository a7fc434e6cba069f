"""`workbook test`: groups, totals and exit codes, on a tiny kit of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import test_command
from helpers.test_command import counts, existing, split_arguments, targets_of

ROOT = Path(__file__).resolve().parents[2]
PASSES = "def test_passes():\n    pass\n"
FAILS = "def test_fails():\n    assert False\n"
SKIPS = "import pytest\n\n\ndef test_skips():\n    pytest.skip('no need')\n"
LONG = "import pytest\n\n\n@pytest.mark.long\ndef test_long():\n    pass\n"


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """Returns a function: write test files, run `run_tests` in a process, give back its exit code and output."""
    monkeypatch.delenv("WORKBOOK_TEST", raising=False)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "tests").mkdir()
    for name in ("helpers/test_command.py", "tests/conftest.py", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "helpers" / "__init__.py").touch()

    def run(files, *arguments, long=False, workers=False, **env):
        for name, text in files.items():
            (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "tests" / name).write_text(text)
        call = f"import sys; from helpers.test_command import run_tests; sys.exit(run_tests(sys.argv[1:], long={long}))"
        command = [sys.executable, "-c", call, *([] if workers else ["-n", "0"]), *arguments]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | env
        env["PYTHONPATH"] = str(tmp_path)
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout

    return run


def last_line(output: str) -> str:
    return output.rstrip("\n").rpartition("\n")[2]


def test_totals_and_minutes_by_group(kit):
    files = {"a/test_a.py": PASSES, "a/test_s.py": SKIPS, "kills/test_k.py": PASSES, "browser/test_b.py": PASSES}
    code, output = kit(files)
    assert code == 0, output
    assert last_line(output) == "2 passed, 0 failed, 2 skipped"
    assert "browser tests run only with WORKBOOK_TEST=full" in output
    table = output.rpartition("Minutes by group (budget):")[2]
    assert [line.split("  ")[1] for line in table.splitlines()[1:-1]] == ["unit and properties", "kills", "browser"]


def test_what_is_dear_to_make_is_made_once_for_all_groups(kit, tmp_path):
    """Each group is a pytest of its own, and a sample that was run for one serves the others."""
    made = tmp_path / "made.txt"
    uses = (
        "def make(folder):\n    folder.mkdir()\n"
        f"    with open({str(made)!r}, 'a') as file:\n        file.write('made ')\n\n\n"
        "def test_uses(made_once):\n    folder, _ = made_once('thing', make)\n    assert folder.is_dir()\n"
    )
    code, output = kit({"a/test_a.py": uses, "kills/test_k.py": uses}, workers=True)
    assert code == 0, output
    assert last_line(output) == "2 passed, 0 failed, 0 skipped"
    assert made.read_text() == "made "


def test_a_full_run_runs_the_browser_tests(kit):
    code, output = kit({"a/test_a.py": PASSES, "browser/test_b.py": PASSES}, WORKBOOK_TEST="full")
    assert code == 0, output
    assert last_line(output) == "2 passed, 0 failed, 0 skipped"


def test_a_failure_in_one_group_fails_the_run_and_the_rest_still_runs(kit):
    code, output = kit({"a/test_a.py": FAILS, "notebooks/test_n.py": PASSES})
    assert code == 1
    assert last_line(output) == "1 passed, 1 failed, 0 skipped"


def test_a_file_that_cannot_be_read_is_a_failure(kit):
    code, output = kit({"a/test_a.py": "def test_broken(:\n", "kills/test_k.py": PASSES})
    assert code != 0
    assert last_line(output) == "1 passed, 1 failed, 0 skipped"


def test_a_path_selects_its_group_only(kit):
    files = {"a/test_a.py": FAILS, "kills/test_k.py": PASSES}
    code, output = kit(files, "tests/kills/test_k.py::test_passes")
    assert code == 0, output
    assert last_line(output) == "1 passed, 0 failed, 0 skipped"
    assert "unit and properties" not in output


def test_an_argument_that_selects_nothing_anywhere_is_not_a_success(kit):
    files = {"a/test_a.py": PASSES, "kills/test_k.py": PASSES}
    code, output = kit(files, "-k", "nothing_is_called_so")
    assert code == 5
    assert last_line(output) == "0 passed, 0 failed, 0 skipped"
    code, output = kit(files, "-k", "test_k")
    assert code == 0, output
    assert last_line(output) == "1 passed, 0 failed, 0 skipped"


def test_long_tests_run_only_when_asked_for(kit):
    files = {"a/test_a.py": PASSES, "kills/test_k.py": LONG}
    code, output = kit(files, workers=True)  # no arguments at all, as a user calls it
    assert code == 0, output
    assert last_line(output) == "1 passed, 0 failed, 0 skipped"
    assert last_line(kit(files, long=True)[1]) == "2 passed, 0 failed, 0 skipped"


def test_a_group_that_lost_its_tests_is_a_failure(kit):
    code, output = kit({"a/test_a.py": PASSES, "kills/test_k.py": "# nothing\n"}, workers=True)
    assert code == 5, output


def test_a_browser_test_outside_its_folder_is_refused(kit):
    marked = "import pytest\n\n\n@pytest.mark.browser\ndef test_page():\n    pass\n"
    code, output = kit({"a/test_a.py": marked})
    assert code != 0
    assert last_line(output) == "0 passed, 1 failed, 0 skipped"


def test_arguments_are_parted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_mine.py").touch()
    options, paths, marks = split_arguments(["-x", "-k", "tests", "-m", "slow", "test_mine.py::test_a", "--lf"])
    assert options == ["-x", "-k", "tests", "--lf"]
    assert paths == [f"{(tmp_path / 'test_mine.py').resolve()}::test_a"]
    assert marks == ["slow"]
    assert existing("no such file") is None


def test_the_tests_folder_selects_every_group():
    everything = [str(test_command.TESTS)]
    assert targets_of("unit and properties", everything) == everything
    for name, (folder, _) in test_command.GROUPS.items():
        if folder != "." and any((test_command.TESTS / folder).rglob("test_*.py")):
            assert targets_of(name, everything) == [str(test_command.TESTS / folder)]


@pytest.mark.parametrize("text", ["", "<testsuites><testcase", None])
def test_a_missing_or_cut_off_report_counts_as_nothing(tmp_path, text):
    file = tmp_path / "junit.xml"
    if text is not None:
        file.write_text(text)
    assert counts(file) == (0, 0, 0)


def test_a_file_that_skips_as_a_whole_is_no_failure_for_a_user_and_one_in_a_full_run(kit):
    absent = "import pytest\n\npytest.importorskip('no_such_package', reason='not installed')\n"
    files = {"a/test_a.py": PASSES, "browser/test_b.py": absent}
    code, output = kit(files, workers=True)
    assert code == 0, output
    assert last_line(output) == "1 passed, 0 failed, 1 skipped"
    assert kit(files, workers=True, WORKBOOK_TEST="full")[0] != 0
