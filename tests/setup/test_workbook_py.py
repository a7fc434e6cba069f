"""workbook.py: the environment is made once, repaired when unfinished, and handed over to. Nothing is downloaded here.

Most tests run the real file in a copied kit, with a stub of uv that makes a bare environment and notes each call.
"""

import ast
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "workbook.py"

STUB_UV = """import os, pathlib, sys, time, venv
log = pathlib.Path(os.environ["STUB_LOG"])
arguments = sys.argv[1:]
if arguments == ["--version"]:
    sys.exit(0)
with log.open("a") as file:
    file.write(" ".join(arguments[:2]) + "\\n")
if arguments[0] == "venv":
    venv.create(arguments[-1], symlinks=True, with_pip=False)
else:
    print(os.environ.get("STUB_SAYS", ""), flush=True)
    time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
    sys.exit(int(os.environ.get("STUB_CODE", "0")))
"""

STUB_CLI = """
import json, os, signal, sys, time

def main():
    if sys.argv[1] == "exit":
        return int(sys.argv[2])
    if sys.argv[1] == "wait":
        try:
            print("waiting", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            print("cleaned up", flush=True)
            return 130
    print(json.dumps({"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd(), "python": sys.executable}))
"""

posix_only = pytest.mark.skipif(os.name == "nt", reason="the stub of uv is a script with a #! line")


@pytest.fixture
def workbook():
    """workbook.py as a module."""
    spec = importlib.util.spec_from_file_location("workbook_under_test", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Kit:
    """A small kit in a folder of its own, with locks that no interpreter satisfies and a stub of uv."""

    def __init__(self, folder: Path):
        self.root = folder / "kit with a space é"
        self.elsewhere = folder / "elsewhere"
        self.log = folder / "installer.log"
        (self.root / "helpers").mkdir(parents=True)
        self.elsewhere.mkdir()
        shutil.copy(SOURCE, self.root)
        (self.root / "helpers" / "__init__.py").touch()
        (self.root / "helpers" / "cli.py").write_text(STUB_CLI, encoding="utf-8")
        for name in ("", "-test", "-browser"):
            (self.root / f"requirements{name}.lock").write_text("no-such-package==1.0\n", encoding="utf-8")
        uv = folder / "bin" / "uv"
        uv.parent.mkdir()
        stub = folder / "stub_uv.py"
        stub.write_text(STUB_UV, encoding="utf-8")
        uv.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stub}" "$@"\n', encoding="utf-8")
        uv.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "WORKBOOK_"))}
        # No `uv` but the stub, and a pip that could not download anything if it were called.
        self.env = kept | {"PATH": f"{uv.parent}{os.pathsep}{os.environ['PATH']}", "STUB_LOG": str(self.log)}
        self.venv = self.root / ".venv"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "workbook.py"), *arguments]

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess:
        command, env = self.command(*arguments), self.env | env
        return subprocess.run(command, cwd=self.elsewhere, env=env, capture_output=True, text=True, timeout=60)

    def start(self, *arguments: str, **env: str) -> subprocess.Popen:
        command, env, pipe = self.command(*arguments), self.env | env, subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.elsewhere, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def kit(tmp_path):
    return Kit(tmp_path)


def wait_for(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


# --- an old Python ---------------------------------------------------------------------------------------------------


def old_pythons() -> list[str]:
    """Pythons below 3.11 on this machine: on the PATH or made by pyenv."""
    found = [shutil.which(f"python{version}") for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    found += [str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python")]
    works = []
    for python in filter(None, found):
        with contextlib.suppress(OSError):
            ask = [python, "-c", "import sys; sys.exit(sys.version_info >= (3, 11))"]
            if subprocess.run(ask, capture_output=True).returncode == 0:
                works.append(python)
    return works


def test_an_old_python_says_what_it_needs_and_exits_2():
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python below 3.11 on this machine")
    for python in pythons:
        done = subprocess.run([python, "-B", str(SOURCE), "run", "my client"], capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert "The workbook needs Python 3.11 or newer; this is " in done.stderr
        assert "python3.11 workbook.py run my client" in done.stderr
        assert "Traceback" not in done.stderr


def test_old_python_message(workbook):
    assert workbook.old_python_message("3.9.18", ["run", "CLIENT"]) == (
        "The workbook needs Python 3.11 or newer; this is 3.9.18.\n"
        "Install a newer Python and run again with it, for example:\n"
        "    python3.11 workbook.py run CLIENT"
    )


def test_main_refuses_an_old_python(workbook, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "version_info", (3, 10, 2, "final", 0))
    assert workbook.main(["run"], str(tmp_path)) == 2
    assert "this is 3." in capsys.readouterr().err


def test_the_file_holds_no_syntax_that_python_2_cannot_read():
    source = SOURCE.read_text(encoding="ascii")  # without a coding line Python 2 reads ASCII only
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.YieldFrom, ast.Match)
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, newer), f"line {node.lineno}"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"line {node.lineno}"
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = arguments.args + arguments.posonlyargs
            assert not arguments.kwonlyargs, f"line {node.lineno}"
            assert node.returns is None, f"line {node.lineno}"
            assert all(argument.annotation is None for argument in every), f"line {node.lineno}"


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_sets_nothing_up(kit, arguments):
    done = kit.run(*arguments)
    assert done.returncode == 0
    assert "python3 workbook.py run data_samples/harbour_supplies" in done.stdout
    assert not kit.venv.exists()


# --- the set-up ------------------------------------------------------------------------------------------------------


@posix_only
def test_the_first_call_sets_up_and_hands_over_and_the_next_installs_nothing(kit):
    first = kit.run("show", "my client", PYTHONPATH="somewhere", PYTHONHASHSEED="7", OMP_NUM_THREADS="8")
    assert first.returncode == 0, first.stderr
    for words in ("Setting up the workbook's environment", "installing the packages with uv", "done in", "is ready ("):
        assert words in first.stderr
    assert kit.calls() == ["venv --quiet", "pip install"]
    record = json.loads((kit.venv / ".ready").read_text())
    assert list(record["locks"]) == ["requirements.lock"]

    second = kit.run("show")
    assert second.returncode == 0
    assert second.stderr == ""
    assert len(kit.calls()) == 2

    seen = json.loads(first.stdout)
    assert seen["argv"] == ["workbook.py", "show", "my client"]
    assert Path(seen["cwd"]).samefile(kit.elsewhere)
    assert Path(seen["python"]).parent.parent.samefile(kit.venv)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    fixed = {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"} | dict.fromkeys(threads, "1")
    assert {name: seen["env"].get(name) for name in fixed} == fixed
    assert not {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"} & set(seen["env"])


@posix_only
@pytest.mark.parametrize("code", ["0", "1", "2", "7"])
def test_the_exit_code_is_passed_on(kit, code):
    assert kit.run("exit", code).returncode == int(code)


@posix_only
def test_an_unfinished_environment_is_cleared_and_made_again(kit):
    left_over = kit.venv / "lib" / "half a package"
    left_over.mkdir(parents=True)
    done = kit.run("exit", "0")
    assert done.returncode == 0
    assert "clearing an unfinished or outdated .venv" in done.stderr
    assert not left_over.exists()


@posix_only
@pytest.mark.parametrize("damage", ["", "not JSON", "[]", '{"locks": {}}'])
def test_a_damaged_ready_file_means_not_ready(kit, damage):
    kit.run("exit", "0")
    (kit.venv / ".ready").write_text(damage)
    assert kit.run("exit", "0").returncode == 0
    assert kit.calls() == ["venv --quiet", "pip install"] * 2


@posix_only
def test_a_changed_lock_makes_the_environment_again(kit):
    kit.run("exit", "0")
    (kit.root / "requirements.lock").write_text("no-such-package==2.0\n")
    assert kit.run("exit", "0").returncode == 0
    assert kit.calls() == ["venv --quiet", "pip install"] * 2
    assert kit.run("exit", "0").stderr == ""


@posix_only
def test_a_removed_base_python_makes_the_environment_again(kit):
    kit.run("exit", "0")
    for name in ("python", "python3"):
        (kit.venv / "bin" / name).unlink(missing_ok=True)
    (kit.venv / "bin" / "python").symlink_to(kit.root / "a python that is gone")
    assert kit.run("exit", "0").returncode == 0
    assert kit.calls() == ["venv --quiet", "pip install"] * 2


@posix_only
def test_the_test_tools_are_added_on_top_once(kit):
    kit.run("exit", "0")
    done = kit.run("test")
    assert "Adding the tools for tests" in done.stderr
    assert kit.calls() == ["venv --quiet", "pip install", "pip install"]
    assert kit.run("test").stderr == ""
    assert kit.run("exit", "0").stderr == ""
    assert "Adding" in kit.run("test", WORKBOOK_TEST="full").stderr
    assert len(json.loads((kit.venv / ".ready").read_text())["locks"]) == 3


@posix_only
def test_failing_to_add_the_test_tools_without_a_network_keeps_the_good_environment(kit, workbook, monkeypatch):
    kit.run("exit", "0")
    before = (kit.venv / ".ready").read_text()
    environment = workbook.Environment(str(kit.root))

    def fail(lock, uv):
        (kit.venv / "setup.log").write_text("\n$ installing\nConnection refused\n")
        raise workbook.Stop("no connection")

    monkeypatch.setattr(environment, "install", fail)
    with pytest.raises(workbook.Stop):
        environment.interpreter(workbook.LOCKS[:2])
    assert (kit.venv / ".ready").read_text() == before
    assert kit.run("exit", "0").stderr == ""


@posix_only
def test_failing_while_the_test_tools_are_written_means_not_ready(kit, workbook, monkeypatch):
    kit.run("exit", "0")
    environment = workbook.Environment(str(kit.root))

    def fail(lock, uv):
        (kit.venv / "setup.log").write_text("\n$ installing\nInstalling collected packages: a, b\nERROR: disk\n")
        raise workbook.Stop("half done")

    monkeypatch.setattr(environment, "install", fail)
    with pytest.raises(workbook.Stop):
        environment.interpreter(workbook.LOCKS[:2])
    assert not (kit.venv / ".ready").exists()


@posix_only
def test_two_first_calls_at_once_install_once(kit):
    first = kit.start("exit", "5", STUB_SECONDS="1.5")
    wait_for(lambda: "pip install" in kit.calls())
    second = kit.start("exit", "6")
    errors = [call.communicate(timeout=60)[1] for call in (first, second)]
    assert (first.returncode, second.returncode) == (5, 6)
    assert kit.calls() == ["venv --quiet", "pip install"]
    assert "Another call is setting up the environment; waiting for it ..." in errors[1]


@posix_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_set_up_ends_its_installer_and_the_next_call_repairs_it(kit, number, code):
    call = kit.start("exit", "0", STUB_SECONDS="50")
    wait_for(lambda: "pip install" in kit.calls())
    call.send_signal(number)
    errors = call.communicate(timeout=20)[1]
    assert call.returncode == code
    assert "Traceback" not in errors
    assert not (kit.venv / ".ready").exists()
    after = kit.run("exit", "0")
    assert after.returncode == 0
    assert "waiting" not in after.stderr  # the installer was ended too
    assert "clearing an unfinished" in after.stderr


@posix_only
def test_a_killed_set_up_leaves_a_lock_that_heals_when_its_installer_ends(kit):
    call = kit.start("exit", "0", STUB_SECONDS="1.5")
    wait_for(lambda: "pip install" in kit.calls())
    call.kill()
    call.wait()
    after = kit.run("exit", "0")
    assert after.returncode == 0
    assert "waiting for it" in after.stderr  # the orphaned installer still wrote to .venv
    assert kit.calls() == ["venv --quiet", "pip install"] * 2


def test_a_missing_lock_file_is_named(kit):
    (kit.root / "requirements.lock").unlink()
    done = kit.run("run", "CLIENT")
    assert done.returncode == 1
    assert done.stderr == "requirements.lock is missing from the kit; get it back: git checkout requirements.lock\n"


def test_a_folder_that_cannot_be_written_says_so(workbook, monkeypatch, capsys, kit):
    (kit.root / ".venv.lock").mkdir()  # opening it fails, for root too
    assert workbook.main(["run"], str(kit.root)) == 1
    words = capsys.readouterr().err
    assert "The workbook cannot write in its own folder" in words
    assert "Copy the kit to a folder of yours." in words


def test_without_ensurepip_the_package_to_install_is_named(workbook, monkeypatch, capsys, kit):
    monkeypatch.setattr(workbook, "find_uv", lambda: None)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert workbook.main(["run"], str(kit.root)) == 1
    words = capsys.readouterr().err
    assert "sudo apt install python3-venv" in words
    assert not kit.venv.exists()


# --- the installers --------------------------------------------------------------------------------------------------


def test_uv_is_left_alone_when_pip_is_told_where_packages_come_from(workbook, monkeypatch, kit):
    monkeypatch.setenv("PATH", kit.env["PATH"])
    monkeypatch.setenv("STUB_LOG", str(kit.log))
    for name in workbook.PIP_SOURCES:
        monkeypatch.delenv(name, raising=False)
    if os.name != "nt":
        assert Path(workbook.find_uv()).name == "uv"
    monkeypatch.setenv("PIP_INDEX_URL", "a mirror")
    assert workbook.find_uv() is None


@posix_only
def test_a_uv_that_does_not_run_is_not_used(workbook, monkeypatch, tmp_path):
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in workbook.PIP_SOURCES:
        monkeypatch.delenv(name, raising=False)
    assert workbook.find_uv() is None


def test_pip_takes_over_when_uv_fails(workbook, monkeypatch, tmp_path):
    environment = workbook.Environment(str(tmp_path))
    steps = []

    def step(label, command):
        steps.append((label, command))
        if "uv" in label:
            raise workbook.Stop("no")

    monkeypatch.setattr(environment, "step", step)
    environment.install("requirements.lock", "uv")
    assert [label for label, _ in steps] == [
        "installing the packages with uv",
        "adding pip",
        "installing the packages with pip",
    ]
    assert "--compile-bytecode" in steps[0][1]
    assert steps[2][1][1:4] == ["-m", "pip", "install"]
    assert all(command[-2:] == ["-r", str(tmp_path / "requirements.lock")] for _, command in (steps[0], steps[2]))


def test_pip_settings_of_place_are_dropped_and_those_of_source_are_kept(workbook, monkeypatch):
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "somewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "a mirror")
    env = workbook.clean_env(workbook.PIP_PLACES)
    assert env["PIP_INDEX_URL"] == "a mirror"
    assert not {"PIP_USER", "PIP_TARGET"} & set(env)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("WARNING: NewConnectionError: Failed to establish a new connection: [Errno 111]", "no connection"),
        (
            "Temporary failure in name resolution\nERROR: No matching distribution found for a",
            "no connection",
        ),
        ("error: Failed to fetch: `an address`\n  Caused by: dns error", "no connection"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "set PIP_CERT"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for a==1", "for this Python"),
        ("something new", "read the whole log"),
    ],
)
def test_a_failure_is_explained_in_plain_words(workbook, log, words):
    said = workbook.explain(log, ".venv/setup.log")
    assert words in said
    assert "The whole log: .venv/setup.log" in said
    assert "{" not in said
    assert "://" not in said


def test_only_the_lines_that_matter_are_shown(workbook):
    log = "\n".join(["Collecting a"] * 50 + ["ERROR: the reason"] + ["Collecting b"] * 50)
    assert "ERROR: the reason" in workbook.explain(log, "log")
    assert "Collecting" not in workbook.explain(log, "log")


# --- an interpreter that already holds the lock ----------------------------------------------------------------------


def test_an_interpreter_that_satisfies_the_lock_is_used_as_it_is(kit):
    (kit.root / "requirements.lock").write_text(
        f"pytest=={pytest.__version__}\n"
        "no-such-package==1.0 ; python_full_version < '3.0'\n"
        "another-one==1.0 ; python_full_version == '3.0.*'\n"
    )
    done = kit.run("show")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["python"] == sys.executable
    assert done.stderr == ""
    assert not kit.venv.exists()


@pytest.mark.parametrize("line", ["pytest==0.1", "no-such-package==1.0", "not a requirement ==="])
def test_an_interpreter_that_misses_a_line_is_not_used(workbook, tmp_path, line):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"pytest=={pytest.__version__}\n")
    assert workbook.satisfies(str(lock))
    lock.write_text(f"pytest=={pytest.__version__}\n{line}\n")
    assert not workbook.satisfies(str(lock))


def test_packages_on_pythonpath_do_not_count(workbook, monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"pytest=={pytest.__version__}\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert not workbook.satisfies(str(lock))


# --- the hand-over ---------------------------------------------------------------------------------------------------


@posix_only
def test_ctrl_c_lets_the_command_clean_up_and_gives_130(kit):
    kit.run("exit", "0")
    call = kit.start("wait")
    assert call.stdout.readline() == "waiting\n"
    call.send_signal(signal.SIGINT)
    output, errors = call.communicate(timeout=20)
    assert output == "cleaned up\n"
    assert call.returncode == 130
    assert errors == ""


@posix_only
def test_a_termination_reaches_the_command(kit):
    kit.run("exit", "0")
    call = kit.start("wait")
    assert call.stdout.readline() == "waiting\n"
    call.terminate()
    call.communicate(timeout=20)
    assert call.returncode == 128 + signal.SIGTERM


@posix_only
def test_modules_in_the_current_folder_are_not_imported(kit):
    for name in ("json.py", "helpers.py", "pandas.py"):
        (kit.elsewhere / name).write_text("raise SystemExit('the wrong module')\n")
    done = kit.run("show")
    assert done.returncode == 0, done.stderr


def test_which_locks_a_command_needs(workbook, monkeypatch):
    monkeypatch.delenv("WORKBOOK_TEST", raising=False)
    assert workbook.locks_for("run") == ("requirements.lock",)
    assert workbook.locks_for("test") == workbook.locks_for("lint") == workbook.LOCKS[:2]
    monkeypatch.setenv("WORKBOOK_TEST", "full")
    assert workbook.locks_for("test") == workbook.LOCKS
    assert workbook.locks_for("run") == ("requirements.lock",)
