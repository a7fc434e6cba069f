"""The workbook's one command: `python3 workbook.py run CLIENT`.

The first call makes the environment in `.venv` beside this file; every call then hands over to `helpers.cli` inside it.
An interpreter that already holds the locked versions (a conda environment, say) is used as it is.

This file needs the standard library only, and an old Python must be able to read it far enough to say that it is too
old. So: no f-strings, no annotations, no `raise ... from` here; a test holds this. At the top it imports only what
every call needs.
"""

from __future__ import print_function

import errno
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.realpath(__file__))
OLDEST = (3, 11)
# Each lock holds every line of the one before it, so installing the last one asked for installs them all.
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-browser.lock")

HELP = """The customer strategy workbook.

  python3 workbook.py new FOLDER     make a client folder to fill in, or copy a sample (--from cdnow)
  python3 workbook.py check CLIENT   read what the client delivered and say what is wrong with it
  python3 workbook.py run CLIENT     run the steps for one client folder or several and write their reports
  python3 workbook.py status CLIENT  say what was run and decided, what has changed since, and what to do next
  python3 workbook.py test           run the kit's tests
  python3 workbook.py COMMAND -h     how to use a command

The first call sets up the environment in .venv; this takes about a minute and needs a connection.
Try it: python3 workbook.py run data_samples/harbour_supplies"""

HAND_OVER = """import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "workbook.py"
try:
    from helpers.cli import main
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
"""

# Safe path: a pandas.py in the current folder must not be imported. The rest: the same numbers on every machine.
CHILD_ENV = dict(PYTHONSAFEPATH="1", PYTHONUTF8="1", PYTHONHASHSEED="0")
CHILD_ENV.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
DROPPED_ENV = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
# These say where pip puts packages; settings that say where packages come from are the user's and stay.
PIP_PLACES = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_REQUIREMENT", "PIP_LOG")
# uv does not read these, so pip installs when one of them is set.
PIP_SOURCES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT", "PIP_PROXY")

# What the installer's words mean, in the order in which they are looked for: (words in its log, what to do).
NO_CONNECTION = (
    r"failed to establish a new connection|name resolution|name or service not known|nodename nor servname"
    r"|getaddrinfo failed|connection (refused|reset|aborted|broken)|network is unreachable|no route to host"
    r"|(connect|read)timeout|cannot connect to proxy|dns error|error sending request|failed to fetch"
)
CAUSES = {
    r"no space left|disk quota exceeded|not enough space": """The disk is full.
Make room (the environment takes about 600 MB) and run the same command again.""",
    r"certificate.verify.failed|invalid peer certificate": """The package index's certificate was not accepted.
Often a company proxy is the reason: set PIP_CERT to the certificate file that your IT gives you and run again.""",
    NO_CONNECTION: """There is no connection to the package index.
Connect to the network, or set PIP_INDEX_URL to a mirror that you can reach, and run the same command again.""",
    r"no matching distribution|failed building wheel|failed to build|no wheels with a matching": """A package has no
build for this Python ({0}.{1}) on this system. Use another Python, from 3.11 to 3.14.""",
}


class Stop(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def say(text):
    """Print progress to stderr, so that stdout holds only what the command itself prints."""
    print(text, file=sys.stderr)
    sys.stderr.flush()


def version(info=sys.version_info):
    return "{0}.{1}.{2}".format(*info)


def old_python_message(found, arguments):
    """What an old Python says: what is needed, what this is, what to do."""
    return (
        "The workbook needs Python {0}.{1} or newer; this is {2}.\n"
        "Install a newer Python and run again with it, for example:\n    python3.11 workbook.py {3}"
    ).format(OLDEST[0], OLDEST[1], found, " ".join(arguments))


def clean_env(dropped=()):
    """The user's environment without what bends the interpreter's module search."""
    return {name: value for name, value in os.environ.items() if name not in DROPPED_ENV and name not in dropped}


def locks_for(command):
    """The lock files a command needs."""
    if command not in ("test", "lint"):
        return LOCKS[:1]
    return LOCKS if command == "test" and os.environ.get("WORKBOOK_TEST") == "full" else LOCKS[:2]


class Environment(object):
    """The interpreter with the locked packages that belongs to one kit folder."""

    def __init__(self, root):
        self.root = root
        self.venv = os.path.join(root, ".venv")
        self.record = os.path.join(self.venv, ".ready")
        self.log = os.path.join(self.venv, "setup.log")
        self.scripts = os.path.join(self.venv, "Scripts" if os.name == "nt" else "bin")
        self.python = os.path.join(self.scripts, "python.exe" if os.name == "nt" else "python")
        self.lock_handle = None

    def interpreter(self, locks):
        """The path of an interpreter that holds what `locks` pin; makes or repairs `.venv` when there is none yet."""
        wanted = self.digests(locks)
        if holds(self.ready_record(), wanted):
            return self.python
        own = os.path.realpath(sys.prefix) == os.path.realpath(self.venv)
        if not own and satisfies(os.path.join(self.root, locks[-1])):
            return sys.executable
        with SetupLock(self):
            if not holds(self.ready_record(), wanted):  # another call may just have finished it
                self.set_up(wanted, locks[-1])
        return self.python

    def digests(self, locks):
        found = {}
        for lock in locks:
            try:
                with open(os.path.join(self.root, lock), "rb") as file:
                    found[lock] = hashlib.sha256(file.read()).hexdigest()
            except OSError:
                raise Stop("{0} is missing from the kit; get it back: git checkout {0}".format(lock))  # noqa: B904
        return found

    def ready_record(self):
        """What `.venv/.ready` says, or {} when the environment is unfinished or its Python was replaced or removed."""
        try:
            with open(self.record) as file:
                record = json.load(file)
            return record if record["base"] == self.base() else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def base(self):
        """The Python that the environment stands on: it changes when the system's Python is upgraded."""
        if os.name != "nt":
            return os.path.realpath(self.python) if os.path.exists(self.python) else None
        with open(os.path.join(self.venv, "pyvenv.cfg")) as file:
            homes = [line.partition("=")[2].strip() for line in file if line.partition("=")[0].strip() == "home"]
        return homes[0] if homes and os.path.isdir(homes[0]) else None

    def set_up(self, wanted, lock):
        """Make `.venv`, or add what is missing to a good one; `.ready` is written last, so an interruption shows."""
        started = time.time()
        uv = find_uv()
        have = self.ready_record()
        if holds(have, {LOCKS[0]: wanted[LOCKS[0]]}):
            say("Adding the tools for tests to the workbook's environment (once) ...")
            os.remove(self.record)
        else:
            have = {}
            say("Setting up the workbook's environment (once, about a minute) ...")
            self.make_venv(uv)
        try:
            self.install(lock, uv)
        except Stop:
            if have and not re.search("installing collected packages|prepared ", self.last_log(), re.IGNORECASE):
                self.write_record(have)  # it failed before anything was changed, so what was good still is
            raise
        self.show_kit()
        self.write_record({"base": self.base(), "locks": dict(have.get("locks", {}), **wanted)})
        say("The environment is ready ({0:.0f} s).".format(time.time() - started))

    def show_kit(self):
        """Let notebooks opened in this environment's JupyterLab import helpers; a relative path survives a move."""
        for folder, names, _ in os.walk(self.venv):
            if os.path.basename(folder) == "site-packages":
                with open(os.path.join(folder, "workbook_kit.pth"), "w") as file:
                    file.write(os.path.relpath(self.root, folder) + "\n")
                names[:] = []

    def make_venv(self, uv):
        import importlib.util
        import shutil

        if not uv and importlib.util.find_spec("ensurepip") is None:
            raise Stop(
                "This Python cannot make virtual environments (it has no ensurepip).\n"
                "On Debian or Ubuntu: sudo apt install python3-venv\nThen run the same command again."
            )
        if os.path.lexists(self.venv):
            say("  clearing an unfinished or outdated .venv")
            if os.path.islink(self.venv) or not os.path.isdir(self.venv):
                os.remove(self.venv)
            else:
                if os.path.exists(self.record):
                    os.remove(self.record)  # first, so that a half-cleared folder never looks ready
                shutil.rmtree(self.venv)
        os.mkdir(self.venv)
        # The interpreter below any virtual environment: this one may itself be the .venv that was just cleared.
        python = getattr(sys, "_base_executable", None) or sys.executable
        make = [uv, "venv", "--quiet", "--allow-existing", "--python", python] if uv else [python, "-m", "venv"]
        self.step("making .venv", make + [self.venv])

    def install(self, lock, uv):
        """Install a lock file; uv when it works here, else pip. The lock is complete, so nothing is resolved."""
        path = os.path.join(self.root, lock)
        if uv:
            fast = [uv, "pip", "install", "--python", self.python, "--compile-bytecode", "--no-deps", "-r", path]
            try:
                return self.step("installing the packages with uv", fast)
            except Stop:
                say("  uv did not manage it; trying pip")  # pip knows settings that uv does not read
        if not os.path.exists(os.path.join(self.scripts, "pip3.exe" if os.name == "nt" else "pip3")):
            self.step("adding pip", [self.python, "-m", "ensurepip"])
        quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        pip = [self.python, "-m", "pip", "install"] + quiet + ["--no-deps", "-r", path]
        return self.step("installing the packages with pip", pip)

    def step(self, label, command):
        """Run one installer command with its output in the log; say how long it took, or why it failed."""
        started = time.time()
        say("  {0} ...".format(label))
        options = {"cwd": self.root, "env": clean_env(PIP_PLACES), "stdin": subprocess.DEVNULL}
        if os.name != "nt" and self.lock_handle is not None:
            # The child keeps the lock: if this process is killed, the next call waits until the child has ended.
            options["pass_fds"] = (self.lock_handle.fileno(),)
        with open(self.log, "ab") as log:
            log.write("\n$ {0}\n".format(label).encode())
            log.flush()
            child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **options)
        try:
            while True:
                try:
                    code = child.wait(15)
                    break
                except subprocess.TimeoutExpired:
                    now = self.last_log().strip().rpartition("\n")[2].strip()
                    say("    {0:.0f} s: {1}".format(time.time() - started, now[:80]))
        except BaseException:
            child.kill()  # what it leaves behind is cleared by the next call
            child.wait()
            raise
        if code:
            raise Stop(explain(self.last_log(), self.log))
        say("    done in {0:.0f} s".format(time.time() - started))

    def last_log(self):
        """What the last step wrote."""
        with open(self.log, "rb") as file:
            return file.read().decode("utf-8", "replace").rpartition("\n$ ")[2].partition("\n")[2]

    def write_record(self, record):
        with open(self.record + ".new", "w") as file:
            json.dump(dict(record, python=version()), file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.record + ".new", self.record)


class SetupLock(object):
    """One set-up at a time for a kit folder; the system lets go of the lock when its holder dies."""

    def __init__(self, environment):
        self.environment = environment

    def __enter__(self):
        root = self.environment.root
        try:
            handle = open(os.path.join(root, ".venv.lock"), "a")
        except OSError as error:
            words = "The workbook cannot write in its own folder, {0} ({1}).\nCopy the kit to a folder of yours."
            raise Stop(words.format(root, error.strerror))  # noqa: B904
        if not take(handle):
            say("Another call is setting up the environment; waiting for it ...")
            while not take(handle):
                time.sleep(0.2)
        self.environment.lock_handle = handle

    def __exit__(self, *failure):
        self.environment.lock_handle.close()
        self.environment.lock_handle = None


def take(handle):
    """True when the lock is ours, False when another process has it."""
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network drives know no locks: then go on without one.
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


def holds(record, wanted):
    """True when a `.ready` record covers the wanted locks."""
    return all(record.get("locks", {}).get(lock) == digest for lock, digest in wanted.items())


def satisfies(lock):
    """True when the running interpreter holds exactly the versions that a lock pins."""
    try:
        from importlib import metadata

        from packaging.requirements import Requirement  # it is in the lock: without it the lock is not satisfied
    except ImportError:
        return False
    hidden = [os.path.realpath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    paths = [path for path in sys.path if os.path.realpath(path) not in hidden]  # the child will not see PYTHONPATH
    try:
        with open(lock) as file:
            wanted = [Requirement(line) for line in file.read().splitlines() if line]
        for package in wanted:
            if package.marker is None or package.marker.evaluate():
                found = next(iter(metadata.distributions(name=package.name, path=paths)), None)
                if found is None or not package.specifier.contains(found.version, prereleases=True):
                    return False
    except Exception:  # a very old `packaging`, or damaged metadata: then make our own environment
        return False
    return True


def find_uv():
    """uv's path when it works and no setting of pip's says where packages come from, else None."""
    import shutil

    uv = shutil.which("uv")
    if not uv or any(os.environ.get(name) for name in PIP_SOURCES):
        return None
    try:
        return uv if subprocess.run([uv, "--version"], capture_output=True, timeout=20).returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired):
        return None


def explain(log, path):
    """Say why the set-up failed: the cause in plain words when it is known, and the lines that matter."""
    advice = next((text for words, text in CAUSES.items() if re.search(words, log, re.IGNORECASE)), None)
    advice = (advice or "Run the same command again; if it fails again, read the whole log.").format(*sys.version_info)
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.match("error|caused by", line, re.IGNORECASE)] or lines
    shown = "".join("\n    " + line[:200] for line in telling[-4:])
    return "The set-up failed.\n{0}\nThe installer's last words:{1}\nThe whole log: {2}".format(advice, shown, path)


def hand_over(python, root, arguments):
    """Run `helpers.cli` in the environment's interpreter, in the user's folder, and return its exit code."""
    told = dict(CHILD_ENV, WORKBOOK_STARTED_BY=str(os.getpid()))  # so that it ends if this process is killed
    child = subprocess.Popen([python, "-c", HAND_OVER, root] + list(arguments), env=dict(clean_env(), **told))

    def pass_on(number, frame):
        # A terminal sends Ctrl-C to the child as well; the child must not get it twice while it cleans up.
        if not (number == signal.SIGINT and terminal_told_child()):
            child.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = child.wait()
    return 128 - code if code < 0 else code


def terminal_told_child():
    try:
        return os.name == "nt" or os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def main(arguments, root=ROOT):
    """Run one command; returns the exit code."""
    if sys.version_info < OLDEST:
        say(old_python_message(version(), arguments))
        return 2
    if not arguments or arguments[0] in ("-h", "--help"):
        print(HELP)
        return 0
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # ends a running installer too
    try:
        return hand_over(Environment(root).interpreter(locks_for(arguments[0])), root, arguments)
    except Stop as stop:
        say(str(stop))
        return 1
    except OSError as error:
        say("The set-up failed: {0}. Delete the folder .venv and run the same command again.".format(error))
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
