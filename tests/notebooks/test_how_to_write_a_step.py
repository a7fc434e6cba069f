"""helpers/README.md tells a stranger how to add a step, a column and a chart: a copy of the kit does as it says."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

from helpers.steps import KIT
from tests.conftest import SAMPLES, copy_sample

README = "helpers/README.md"
FOLDERS = ("helpers", "notebooks", "templates", "tests")
FILES = ("README.md", "pyproject.toml")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `# FILE`, or `# FILE, [tagged TAG,] after: TEXT`; a file has a folder and an ending
PLACE = re.compile(
    r"(?:#|<!--) (?P<file>[\w/]+/\w+\.\w+)"
    r"(?:(?:, tagged (?P<tag>\w+))?, (?P<where>after|before|in place of): (?P<text>.+?))?(?: -->)?"
)
MAIN = "import sys; sys.path.insert(0, sys.argv.pop(1)); sys.argv[0] = 'workbook'\n"
MAIN += "from helpers.cli import main; sys.exit(main())"
STEP, SAMPLE = "99_order_days", "data_samples/cdnow"


@dataclass
class Edit:
    """Lines, and where the README says that they go."""

    file: str
    lines: str
    where: str | None
    text: str | None
    tag: str | None

    def apply(self, kit: Path) -> None:
        """Do it as the README says; what it names must be there once."""
        path = kit / self.file
        if self.where is None:
            assert not path.exists(), f"{self.file} is there already"
            path.write_text(self.lines, encoding="utf-8")
        elif path.suffix == ".ipynb":
            self._in_notebook(path)
        else:
            self._new_lines(path)

    def _new_lines(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(self._changed(lines)), encoding="utf-8")

    def _in_notebook(self, path: Path) -> None:
        """As JupyterLab leaves it: a cell with an id drawn by chance, and with the number of a run."""
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        if self.where == "after":
            at = self._only(["".join(cell["source"]) for cell in cells])
            cell = {"cell_type": "markdown", "id": str(uuid4()), "metadata": {}, "source": self.lines}
            if self.tag:
                cell |= {"cell_type": "code", "metadata": {"tags": [self.tag]}, "execution_count": 7, "outputs": []}
            cells.insert(at + 1, cell)
        else:
            cell = cells[self._only(["".join(cell["source"]) for cell in cells])]
            cell["source"] = self._changed("".join(cell["source"]).splitlines(keepends=True))
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def _changed(self, lines: list[str]) -> list[str]:
        at = self._only(lines)
        first, last = {"before": (at, at), "after": (at + 1, at + 1), "in place of": (at, at + 1)}[self.where]
        return [*lines[:first], self.lines, *lines[last:]]

    def _only(self, among: list[str]) -> int:
        found = [at for at, text in enumerate(among) if self.text in text]
        assert len(found) == 1, f'{self.file} holds "{self.text}" {len(found)} times'
        return found[0]


def parts(language: str, block: str) -> list[Edit | tuple[str, str]]:
    """What a block of the README asks for: edits, or commands with what they print."""
    if language == "console":
        return [tuple(part.split("\n", 1)) for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    edits = []
    for line in block.splitlines(keepends=True):
        if place := PLACE.fullmatch(line.rstrip("\n")):
            edits.append(Edit(place["file"], "", place["where"], place["text"], place["tag"]))
        else:
            assert edits, f"a block that does not say where it goes: {line}"
            edits[-1].lines += line
    return edits


@dataclass
class Kit:
    """A copy of the kit, and what a terminal in its folder shows."""

    folder: Path

    def type(self, words: str) -> subprocess.CompletedProcess:
        """Run a command line as the README has it, with this interpreter and the copy in place of the kit."""
        program, *arguments = shlex.split(words, comments=True)
        if program == "cp":
            shutil.copy(*(self.folder / argument for argument in arguments))
            return subprocess.CompletedProcess(words, 0, stdout="")
        assert (program, arguments.pop(0)) == ("python3", "workbook.py")
        command = [sys.executable, "-P", "-c", MAIN, str(self.folder), *arguments]
        # the copy's tests run one after the other; what this test run says of itself is not for them, and they may
        # keep compiled code, as on anybody's machine
        command += ["-n", "0", "-p", "no:cacheprovider"] if arguments[0] == "test" else []
        kept_back = ("PYTEST_", "WORKBOOK_", "PYTHONDONTWRITEBYTECODE")
        told = {name: value for name, value in os.environ.items() if not name.startswith(kept_back)}
        return subprocess.run(command, cwd=self.folder, env=told, capture_output=True, text=True, encoding="utf-8")

    def does_as_shown(self, command: str, wanted: str) -> None:
        """Type a command and hold what it prints against what the README shows, where ... stands for anything."""
        done = self.type(command)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        same = doctest.OutputChecker().check_output(wanted, done.stdout, doctest.ELLIPSIS)
        assert same, f"$ {command}\n{done.stdout}\nREADME has:\n{wanted}"

    def page(self) -> str:
        return (self.folder / SAMPLE / "report" / "working" / f"{STEP}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def kit(made_once) -> Kit:
    """The kit after a stranger has done all that the README says, from top to bottom."""
    return Kit(made_once("stranger", follow_the_readme)[0])


def follow_the_readme(folder: Path) -> None:
    """Copy the kit, apply each block of the README, type each command."""
    kit = Kit(folder)
    for name in FOLDERS:
        shutil.copytree(KIT / name, kit.folder / name, ignore=shutil.ignore_patterns("broken_clients"))
    for sample in SAMPLES.glob("*/client.yaml"):
        copy_sample(sample.parent.name, kit.folder / "data_samples" / sample.parent.name)
    for name in FILES:
        shutil.copy(KIT / name, kit.folder / name)
    commands = []
    for language, block in BLOCK.findall((KIT / README).read_text(encoding="utf-8")):
        for part in parts(language, block):
            if isinstance(part, Edit):
                part.apply(kit.folder)
            elif " run " in part[0]:
                commands.append(part)  # one run of all that was added will do
            else:
                kit.does_as_shown(*part)
    deliver_a_store(kit.folder / SAMPLE)
    assert 'store: "Shop"' in kit.type(f"python3 workbook.py check {SAMPLE} --suggest").stdout
    for command, wanted in commands:
        kit.does_as_shown(command, wanted)


def deliver_a_store(client: Path) -> None:
    """The client sends one more column, and client.yaml says which of ours it is."""
    orders, settings = client / "data" / "orders.csv", client / "client.yaml"
    heading, *lines = orders.read_text(encoding="utf-8").splitlines()
    orders.write_text("\n".join([f"{heading},Shop", *(f"{line},Main street" for line in lines), ""]), encoding="utf-8")
    text, revenue = settings.read_text(encoding="utf-8"), 'revenue: "dollars"'
    settings.write_text(text.replace(revenue, f'{revenue}\n      store: "Shop"'), encoding="utf-8")


def test_the_page_holds_what_was_added(kit):
    page = kit.page()
    figures = {found[1]: found[0] for found in re.findall(r'(<figure [^>]*id="([^"]+)".*?</figure>)', page, re.DOTALL)}
    assert list(figures) == ["99.order_days", "99.customers"]
    for figure in figures.values():
        assert figure.count("data:image/svg") == 2, "drawn for wide and narrow screens"
        assert '<p class="title">Customers order most on ' in figure, "titled by the finding"
        assert re.search(r"<th [^>]*>Weekday</th>", figure), "the numbers stand behind the picture"
    assert 'alt="Bar chart: Part of all orders by weekday, ' in figures["99.order_days"]
    assert 'alt="Dot chart: Customers who ordered on that weekday, ' in figures["99.customers"]


def test_what_was_added_has_the_kits_style(kit):
    new = [path for path in kit.folder.rglob("*.py") if not (KIT / path.relative_to(kit.folder)).exists()]
    assert len(new) == 4
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *new], cwd=kit.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_the_numbers_are_those_of_the_delivered_file(kit):
    orders = f"read_csv('{kit.folder / SAMPLE / 'data' / 'orders.csv'}', all_varchar = true)"
    days = f"select customer_no, strptime(order_day, '%Y%m%d') as day, sum(cds::int) as cds from {orders}"
    days += " where dollars::double > 0 group by all"
    wanted = duckdb.sql(f"select isodow(day), count(*), sum(cds) from ({days}) group by 1 order by 1").fetchall()
    table = kit.folder / SAMPLE / "results" / STEP / "order_days.parquet"
    assert duckdb.sql(f"select weekday_number, orders, quantity from '{table}'").fetchall() == wanted


def test_a_delivered_column_is_read(kit):
    table = kit.folder / SAMPLE / "results" / "tables" / "transactions.parquet"
    assert duckdb.sql(f"select distinct store from '{table}'").fetchall() == [("Main street",)]


def test_the_kit_itself_is_untouched():
    assert not (KIT / "notebooks" / f"{STEP}.ipynb").exists()
    assert not (KIT / "helpers" / "method" / "order_days.py").exists()
