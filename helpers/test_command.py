"""`workbook test` and `workbook lint`: the kit's tests in groups with their minutes, and the kit's code style."""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
# Group: (folder under tests/, budget in minutes). The first holds all that is in no other folder.
GROUPS = {
    "unit and properties": (".", 6),
    "samples": ("data_samples", 1),
    "runs": ("run", 4),
    "notebooks": ("notebooks", 4),
    "faults": ("broken_clients", 1),
    "kills": ("kills", 2),
    "browser": ("browser", 4),
}
NOTHING_SELECTED = 5  # pytest's exit code
# with two cores, two workers: a worker's kernels wait, while it waits for them; beyond four, kernels want the rest
WORKERS = min(4, max(2, os.cpu_count() or 2))
OPTIONS_WITH_VALUE = {"-k", "-m", "-n", "-p", "-o", "-c", "-W", "-r", "--tb", "--maxfail", "--durations", "--timeout"}


@dataclass
class GroupResult:
    """What one group's pytest run said."""

    name: str
    budget: int
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def ran(self) -> int:
        return self.passed + self.failed + self.skipped


def run_tests(arguments: list[str], long: bool) -> int:
    """Run the kit's tests group by group and print minutes and totals.

    Parameters
    ----------
    arguments
        Further arguments for pytest; paths among them select what runs (from the kit's folder or the current one).
    long
        Also run the tests marked `long`.

    Returns
    -------
    int
        0 when every group passed; 5 when no test ran at all; else the exit code of the first group that failed.
    """
    options, paths, marks = split_arguments(arguments)
    results = []
    # what is dear to make (a run of a sample) is made once for all groups; tests/conftest.py reads the name
    with tempfile.TemporaryDirectory(prefix="workbook-test-", ignore_cleanup_errors=True) as shared:
        env = os.environ | {"WORKBOOK_TEST_SHARED": shared}
        for name, (folder, budget) in GROUPS.items():
            targets = targets_of(name, paths)
            if not targets:
                continue
            print(f"\n== {name}", flush=True)
            result = run_group(name, budget, targets, options=options, marks=marks, long=long, env=env)
            # A folder whose tests are all marked long has nothing to run in a short run, and one whose tests all skip
            # with a reason has run none; in a full run a skip may not pass for a test.
            skips = result.skipped and os.environ.get("WORKBOOK_TEST") != "full"
            none = arguments or skips or (not long and has_long_tests(TESTS / folder))
            if result.code == NOTHING_SELECTED and none:
                result.code = 0
            results.append(result)
    return report(results)


def run_lint() -> int:
    """Check the kit's code style, notebooks included; 0 when there is nothing to change."""
    checks = (["check"], ["format", "--check"])
    codes = [subprocess.run([sys.executable, "-m", "ruff", *check, "."], cwd=ROOT).returncode for check in checks]
    return max(codes)


def split_arguments(arguments: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Part pytest's arguments into options, test paths and the expressions given with -m."""
    options, paths, marks = [], [], []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "-m" and rest:
            marks.append(rest.pop(0))
        elif argument in OPTIONS_WITH_VALUE and rest:
            options += [argument, rest.pop(0)]
        elif not argument.startswith("-") and (found := existing(argument)):
            paths.append(found)
        else:
            options.append(argument)
    return options, paths, marks


def existing(argument: str) -> str | None:
    """A test path (with its ::name, if any) as an absolute path, or None when there is no such file."""
    file, colons, name = argument.partition("::")
    for base in (ROOT, Path.cwd()):
        if (base / file).exists():
            return str((base / file).resolve()) + colons + name
    return None


def targets_of(name: str, paths: list[str]) -> list[str]:
    """What a group's pytest is pointed at: its folder, or those of the given paths that belong to it."""
    folder = TESTS / GROUPS[name][0]
    others = [TESTS / other for other, _ in GROUPS.values() if TESTS / other != TESTS]
    if not any(folder.rglob("test_*.py")):
        return []
    if paths:
        named = [(path, Path(path.partition("::")[0])) for path in paths]
        home = {path: next((other for other in others if file.is_relative_to(other)), TESTS) for path, file in named}
        targets = [path for path, _ in named if home[path] == folder]
        # A path above the group's folder (tests/ itself) selects the whole group.
        return targets or [str(folder) for _, file in named if folder != TESTS and folder.is_relative_to(file)][:1]
    return [str(folder)]


def run_group(
    name: str,
    budget: int,
    targets: list[str],
    *,
    options: list[str],
    marks: list[str],
    long: bool,
    env: dict[str, str],
) -> GroupResult:
    """Run one group in a pytest of its own."""
    browser = name == "browser"
    expression = [f"({mark})" for mark in marks] + ["browser" if browser else "not browser"]
    expression += [] if long else ["not long"]
    ignored = [] if name != "unit and properties" else [folder for folder, _ in GROUPS.values() if folder != "."]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *([] if browser else ["-n", str(WORKERS)]),
        "-m",
        " and ".join(expression),
    ]
    command += [f"--ignore={TESTS / folder}" for folder in ignored]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workbook-test-") as folder:
        report_file = Path(folder) / "junit.xml"
        command += [f"--junitxml={report_file}", *options, *targets]
        code = subprocess.run(command, cwd=ROOT, env=env).returncode
        result = GroupResult(name, budget, code, time.monotonic() - started, *counts(report_file))
    if code not in (0, NOTHING_SELECTED) and not result.failed:
        result.failed = 1  # pytest itself stopped: a collection error, a crash, a wrong argument
    return result


def counts(report_file: Path) -> tuple[int, int, int]:
    """Passed, failed (with errors) and skipped tests in a junit file; zeros when there is none or it is cut off."""
    passed = failed = skipped = 0
    try:
        cases = list(ElementTree.parse(report_file).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, 0, 0
    for case in cases:
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def has_long_tests(folder: Path) -> bool:
    """Whether a short run leaves tests of this folder out."""
    return any("mark.long" in file.read_text(encoding="utf-8") for file in folder.rglob("test_*.py"))


def report(results: list[GroupResult]) -> int:
    """Print minutes by group, then the totals as the last line; return the exit code."""
    print("\nMinutes by group (budget):")
    for result in results:
        over = "  over budget" if result.seconds > 60 * result.budget else ""
        minutes = f"{result.seconds / 60:6.1f} ({result.budget})"
        print(f"  {result.name:<20}{minutes}  {'passed' if result.code == 0 else 'FAILED'}, {result.ran} tests{over}")
    code = next((result.code for result in results if result.code), 0)
    if not code and not any(result.ran for result in results):
        print("No test ran.")
        code = NOTHING_SELECTED
    totals = [sum(getattr(result, kind) for result in results) for kind in ("passed", "failed", "skipped")]
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
    return code
