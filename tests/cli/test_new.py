"""`workbook new`: a folder that can be filled in at once, and nothing that stands is touched."""

from __future__ import annotations

import os
import shutil
import sys
import time

import pytest

from helpers.client.config import read_config
from helpers.client.folder import open_client
from helpers.client.versions import read_version, version_names
from helpers.errors import ClientFileError
from helpers.run import new as module
from helpers.run.new import TEMPLATE, as_typed, find_sample, named, new_client, sample_names, what_next
from helpers.steps import KIT
from tests.cli.calling import files, workbook
from tests.conftest import DERIVED, SAMPLES

TEMPLATE_FILES = sorted(files(TEMPLATE))
linux_only = pytest.mark.skipif(os.name == "nt", reason="names that Windows has not")


def test_a_new_folder_is_the_template_under_its_own_name(tmp_path):
    done = workbook("new", "acme", cwd=tmp_path)
    assert done.returncode == 0
    assert not done.stderr
    assert sorted(files(tmp_path / "acme")) == TEMPLATE_FILES
    assert open_client(tmp_path / "acme").name == "acme"
    lines = done.stdout.splitlines()
    assert lines[0] == 'Made "acme", a client folder to fill in.'
    assert [line[:4] for line in lines[1:]] == ["  1.", "  2.", "  3."]
    assert "python3 workbook.py check acme" in lines[2]
    assert os.listdir(tmp_path) == ["acme"]


def test_what_it_tells_to_do_next_can_be_done(tmp_path):
    workbook("new", "a b/c", cwd=tmp_path)
    shutil.copy(SAMPLES / "cdnow" / "data" / "orders.csv", tmp_path / "a b" / "c" / "data" / "transactions.csv")
    done = workbook("check", "a b/c", "--suggest", cwd=tmp_path)
    assert done.returncode == 0
    assert 'customer_id: "customer_no"' in done.stdout


@pytest.mark.parametrize("sample", sample_names())
def test_a_copy_of_a_sample_is_what_was_delivered_and_decided(sample, tmp_path):
    before = files(SAMPLES / sample)
    made = new_client(tmp_path / "mine", sample)
    left = (*DERIVED, "truth.yaml", "truth_customers.csv")
    expected = {name: data for name, data in before.items() if name.split(os.sep)[0] not in left}
    assert files(tmp_path / "mine") == expected
    text = "\n".join(what_next(made, "mine"))
    assert f"a copy of the sample {sample} without results" in text
    assert "LICENSE-DATA" in text
    assert os.access(tmp_path / "mine" / "client.yaml", os.W_OK)


def test_a_copy_of_harbour_has_its_first_version_and_not_its_answers(tmp_path):
    """So a run of the copy tells what moved since, and who learns by it has to find out."""
    made = new_client(tmp_path / "mine", "harbour_supplies")
    assert version_names(made.folder) == ["v1"] and read_version(made.folder, "v1").as_of == "2025-09-01"
    assert not list(made.folder.rglob("truth*"))
    assert "truth" not in "".join(what_next(made, "mine"))


def test_results_and_what_tools_leave_behind_are_not_copied(tmp_path, monkeypatch):
    shutil.copytree(SAMPLES / "cdnow", tmp_path / "samples" / "cdnow", ignore=shutil.ignore_patterns(*DERIVED))
    for name in ("results/x", "report/working/x", "data/.~lock", ".ipynb_checkpoints/x", "__pycache__/x"):
        path = tmp_path / "samples" / "cdnow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.setattr(module, "SAMPLES", tmp_path / "samples")
    new_client(tmp_path / "mine", "cdnow")
    assert sorted(files(tmp_path / "mine")) == ["LICENSE-DATA", "README.md", "client.yaml", "data/orders.csv"]


def test_an_unknown_sample_names_the_nearest_and_all(tmp_path):
    with pytest.raises(ClientFileError) as caught:
        find_sample("cdnw")
    text = 'There is no sample "cdnw". Did you mean "cdnow"? The samples: cdnow, complete_journey and harbour_supplies.'
    assert str(caught.value) == text
    with pytest.raises(ClientFileError, match="Known here: cdnow, complete_journey"):
        find_sample("../x")
    done = workbook("new", "x", "--from", "cdnw", cwd=tmp_path)
    assert done.returncode == 2
    assert not os.listdir(tmp_path)


# ---- places ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder that the user stands in, with what may stand in the way."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "own.txt").write_text("mine")
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "client.yaml").write_text("client: x\n")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("file", '"file" is a file.'),
        ("full", '"full" is there already and not empty.'),
        ("full/", '"full/" is there already and not empty.'),
        ("client", '"client" is a client folder already.'),
        (".", '"." is there already and not empty.'),
        ("empty/..", "is there already and not empty."),
        ("file/x", '"file/x" cannot be made ('),
        ("file/x/y", '"file/x/y" cannot be made ('),
        ("n" * 300, "cannot be made ("),
        ("new/" + "n" * 300, "cannot be made ("),
        ("a\0b", '"a\\x00b" cannot be made (that is no name of a folder).'),
        (str(TEMPLATE / "x"), "lies inside what is to be copied."),
        (str(TEMPLATE / "data" / "x"), "lies inside what is to be copied."),
    ],
)
def test_a_place_that_is_taken_or_none_is_refused_and_nothing_changes(place, said, here):
    before, names = files(here), sorted(here.rglob("*"))
    with pytest.raises(ClientFileError) as caught:
        new_client(place)
    assert said in str(caught.value)
    assert str(caught.value).endswith("Give another name or place.")
    assert files(here) == before
    assert sorted(here.rglob("*")) == names
    assert sorted(files(TEMPLATE)) == TEMPLATE_FILES


def test_the_error_is_one_message(here):
    done = workbook("new", "full")
    assert done.returncode == 1
    assert done.stderr == '"full" is there already and not empty. Give another name or place.\nNothing was changed.\n'


@pytest.mark.parametrize(
    "place", ["empty", "empty/", "full/../empty", "new", "new/", "new/er/est", "./new", "empty/a/.."]
)
def test_a_free_place_is_taken(place, here):
    made = new_client(place)
    assert sorted(files(made.folder)) == TEMPLATE_FILES
    assert made.folder == (here / place).resolve()
    assert not list(here.rglob(".new-*"))
    assert (here / "full" / "own.txt").read_text() == "mine"


def test_the_folder_that_the_user_stands_in_can_be_filled(here, monkeypatch):
    monkeypatch.chdir(here / "empty")
    new_client(".")
    assert sorted(files(here / "empty")) == TEMPLATE_FILES
    assert sorted(os.listdir(".")) == ["client.yaml", "data", "decisions"]


@linux_only
def test_links_are_followed_where_they_lead_somewhere(here):
    (here / "to-empty").symlink_to("empty")
    (here / "to-full").symlink_to("full")
    (here / "to-nowhere").symlink_to("nowhere")
    new_client("to-empty")
    assert sorted(files(here / "empty")) == TEMPLATE_FILES
    with pytest.raises(ClientFileError, match="not empty"):
        new_client("to-full")
    with pytest.raises(ClientFileError, match="is a link to what is not there"):
        new_client("to-nowhere")
    assert not (here / "nowhere").exists()


def test_inside_the_kit_is_allowed_and_said(here, monkeypatch):
    assert "inside the kit" not in "\n".join(what_next(new_client("new"), "new"))
    monkeypatch.setattr(module, "KIT", here)
    assert "inside the kit, where git would take" in "\n".join(what_next(new_client("other"), "other"))


@pytest.mark.parametrize("stage", ["copyfile", "rename", "named"])
@pytest.mark.parametrize("place", ["new/er", "empty"])
def test_when_it_fails_on_the_way_nothing_is_left(stage, place, here, monkeypatch):
    def fail(*given):
        raise OSError(28, "No space left on device")

    names = sorted(here.rglob("*"))
    target = {"copyfile": (module.shutil, "copyfile"), "rename": (module.os, "rename"), "named": (module, "named")}
    monkeypatch.setattr(*target[stage], fail)
    with pytest.raises(ClientFileError, match="No space left on device"):
        new_client(place)
    assert sorted(here.rglob("*")) == names


def test_when_filling_an_empty_folder_is_interrupted_it_is_empty_again(here, monkeypatch):
    rename, calls = os.rename, []

    def second(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(*given)

    monkeypatch.setattr(module.os, "rename", second)
    with pytest.raises(KeyboardInterrupt):
        new_client("empty")
    assert not list((here / "empty").iterdir())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may write everywhere cannot be refused")
def test_a_folder_that_may_not_be_written_is_told(here):
    (here / "empty").chmod(0o500)
    with pytest.raises(ClientFileError, match="Permission denied"):
        new_client("empty/new")


# ---- names -----------------------------------------------------------------------------------------------------------

NAMES = [
    "Ümläut & Söhne",
    "a b",
    "O'Neill",
    'the "best"',
    "1848",
    "true",
    "null",
    "- x",
    "#1",
    "a: b",
    "x #y",
    "[a]",
    "{",
    "*",
]
NAMES += [
    "&a",
    "!x",
    "%",
    "@",
    "`",
    "2026-01-01",
    "1e5",
    "日本",
    "client: New client",
    "a\\b",
    "..x",
    "~",
    "=",
    "<<",
    "🙂",
]


@linux_only
@pytest.mark.parametrize("name", NAMES)
def test_the_client_is_called_as_its_folder_whatever_that_is(name, tmp_path):
    new_client(tmp_path / name)
    assert open_client(tmp_path / name).name == name


@pytest.mark.parametrize(
    ("name", "shown"), [(" ", "New client"), ("a\nb", "a b"), ("\x1b[31m", "[31m"), ("\udc80x", "x")]
)
def test_what_cannot_be_shown_is_left_out_of_the_name(name, shown, tmp_path):
    path = tmp_path / "client.yaml"
    path.write_text(named((TEMPLATE / "client.yaml").read_text(encoding="utf-8"), name), encoding="utf-8")
    assert read_config(path).client == shown


@linux_only
def test_a_name_that_is_no_text_is_no_traceback(tmp_path):
    done = workbook("new", os.fsdecode(b"caf\xe9"), cwd=tmp_path)
    assert done.returncode == 0
    assert workbook("status", os.fsdecode(b"caf\xe9"), cwd=tmp_path).returncode == 0


@linux_only
def test_the_commands_can_be_typed_as_they_are_printed():
    assert as_typed("clients/acme") == "clients/acme"
    assert as_typed("a b") == "'a b'"
    assert as_typed("-x") == "./-x"


@pytest.mark.parametrize("name", ["clients\\acme", "C:/a-b/c_1", "a b", "R&D", "50%"])
def test_on_windows_what_its_shell_would_take_for_itself_is_quoted(name, monkeypatch):
    monkeypatch.setattr(module.os, "name", "nt")
    quoted = as_typed(name)
    monkeypatch.undo()  # before anything makes a path of this system
    assert quoted == (f'"{name}"' if set(name) & set(" &%") else name)


def test_it_is_quick(tmp_path):
    """Half a second of our own: it must not load what only runs need."""
    started = time.perf_counter()
    new_client(tmp_path / "acme")
    assert time.perf_counter() - started < 0.5
    code = "import sys; sys.path.insert(0, sys.argv[1]); import helpers.run.new; print(*sys.modules)"
    loaded = os.popen(f'"{sys.executable}" -P -c "{code}" "{KIT}"').read().split()
    assert "helpers.run.new" in loaded
    assert not {"pandas", "duckdb", "papermill", "matplotlib", "pydantic"} & set(loaded)
