"""pyproject.toml is the one source of what the kit needs; the locks and environment.yml agree with it. Offline."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Each lock: the requirements that it must hold.
LOCKS = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-test.lock": PROJECT["dependencies"] + EXTRAS["test"],
    "requirements-browser.lock": PROJECT["dependencies"] + EXTRAS["test"] + EXTRAS["browser"],
}
PYTHONS = ["3.11.9", "3.12.1", "3.13.0", "3.14.0"]


def lines(lock: str) -> list[str]:
    return (ROOT / lock).read_text(encoding="utf-8").splitlines()


def pins(lock: str, **environment: str) -> dict[str, str]:
    """The versions that a lock pins in an environment (the running one, with the given markers changed)."""
    found = {}
    for requirement in map(Requirement, lines(lock)):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{lock} pins {name} twice for one environment"
            (specifier,) = requirement.specifier
            found[name] = specifier.version
    return found


def for_python(version: str) -> dict[str, str]:
    return {"python_full_version": version, "python_version": version.rpartition(".")[0]}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_in_its_lock_and_satisfied(lock, python):
    pinned = pins(lock, **for_python(python))
    for requirement in map(Requirement, LOCKS[lock]):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in {lock}; run .ci/lock"
        assert requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}; run .ci/lock"


def test_every_extra_has_a_lock():
    assert set(EXTRAS) == {"test", "browser"}


def test_each_lock_holds_the_one_before_it():
    names = list(LOCKS)
    for smaller, larger in zip(names, names[1:], strict=False):
        assert set(lines(smaller)) <= set(lines(larger)), f"{larger} is not {smaller} and more; run .ci/lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_markers_only(lock):
    pattern = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*( ; [a-z0-9_.=<>!*'() ]+)?", re.IGNORECASE)
    assert [line for line in lines(lock) if not pattern.fullmatch(line)] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_the_running_interpreter_holds_the_locked_versions(lock):
    different = {}
    for name, version in pins(lock).items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = None
        if installed != version:
            different[name] = (version, installed)
    assert different == {}, f"{lock}: (locked, installed)"


def test_every_line_that_needs_a_package_says_why():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needs = [*LOCKS["requirements-browser.lock"], *PYPROJECT["build-system"]["requires"]]
    for need in needs:
        (line,) = [line for line in text.splitlines() if f'"{need}"' in line]
        _, _, reason = line.partition("#")
        assert len(reason.split()) >= 2, f"{need} has no reason behind it"


def test_conda_installs_the_same_lock():
    environment = YAML(typ="safe").load(ROOT / "environment.yml")
    assert environment["name"] == PROJECT["name"] == "customer-strategy-workbook"
    assert environment["channels"] == ["conda-forge"]
    python, pip, packages = environment["dependencies"]
    assert re.fullmatch(r"python=3\.1[1-4]", python)
    assert pip == "pip"
    assert packages == {"pip": ["-r requirements.lock"]}


def test_python_3_11_is_the_oldest_everywhere():
    assert PROJECT["requires-python"] == ">=3.11"
    assert "OLDEST = (3, 11)" in (ROOT / "workbook.py").read_text(encoding="utf-8")
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py311"


def test_only_helpers_is_packaged_with_its_yaml_files():
    setuptools = PYPROJECT["tool"]["setuptools"]
    assert setuptools["packages"]["find"] == {"include": ["helpers*"]}
    assert setuptools["package-data"] == {"*": ["**/*.yaml", "published/*.csv"]}
    folders = {file.parent for file in (ROOT / "helpers").rglob("*.py")}
    assert [folder.name for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_version_is_written_once_more_and_equal():
    import helpers

    assert helpers.__version__ == PROJECT["version"]
