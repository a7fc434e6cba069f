"""templates/client: every line that it tells a user to take over works, and nothing that a user can say is left out."""

from __future__ import annotations

import re

import pytest

from helpers.client.config import ClientConfig, TableConfig, read_config
from helpers.client.corrections import read_corrections
from helpers.client.decisions import read_every_decision
from helpers.client.schema import schemas
from helpers.errors import WorkbookError
from helpers.run.inspect import check_client, suggest_columns
from helpers.run.new import TEMPLATE, new_client

CONFIG = TEMPLATE / "client.yaml"
CORRECTIONS = TEMPLATE / "decisions" / "corrections.yaml"
LINES = CONFIG.read_text(encoding="utf-8").splitlines()
EXAMPLE = re.compile(r"( *)#(?!#)(.*)")
FILE_LINE = next(place for place, line in enumerate(LINES) if re.match("    file:", line))


def taken_over(line: str) -> str:
    """The line without the one # in front of an example."""
    return EXAMPLE.sub(r"\1\2", line, count=1)


def uncommented(line: str) -> str:
    """The same as most editors do it: a space behind the # goes too."""
    return re.sub("^( *)#(?!#) ?", r"\1", line)


def blocks(lines: list[str]) -> list[range]:
    """The examples: lines with one # that follow each other and begin an entry at the same depth."""
    found, start = [], None
    for place, line in enumerate([*lines, ""]):
        example = bool(EXAMPLE.match(line))
        if example and start is None:
            start = place
        elif not example and start is not None:
            found.append(range(start, place))
            start = None
    return found


def with_taken_over(block: range, take=taken_over) -> str:
    lines = [take(line) if place in block else line for place, line in enumerate(LINES)]
    if any(re.match("    #files?:", LINES[place]) for place in block):
        del lines[FILE_LINE]  # "instead of the line file"
    return "\n".join(lines) + "\n"


def read(text, tmp_path) -> ClientConfig:
    (tmp_path / "client.yaml").write_text(text, encoding="utf-8")
    return read_config(tmp_path / "client.yaml")


def keys(model) -> list[str]:
    return list(model.model_fields)


BLOCKS = blocks(LINES)


def test_it_is_short_enough_to_be_read():
    assert len(LINES) < 125
    assert all(len(line) <= 120 for line in LINES)


def test_as_it_stands_it_is_a_client_with_one_table(tmp_path):
    config = read("\n".join(LINES), tmp_path)
    assert list(config.tables) == ["transactions"]
    assert config.tables["transactions"] == TableConfig(file="data/transactions.csv")


@pytest.mark.parametrize(
    "block", BLOCKS, ids=[taken_over(LINES[block.start]).split(":")[0].strip() for block in BLOCKS]
)
def test_each_example_taken_over_is_valid_and_says_something(block, tmp_path):
    said = read(with_taken_over(block), tmp_path)
    assert said != read("\n".join(LINES), tmp_path)
    assert said == read(with_taken_over(block, uncommented), tmp_path)


def test_all_tables_and_all_that_stands_outside_them_can_be_taken_over_together(tmp_path):
    within = [block for block in BLOCKS if not LINES[block.start].startswith("    ")]
    lines = [taken_over(line) if any(place in block for block in within) else line for place, line in enumerate(LINES)]
    config = read("\n".join(lines), tmp_path)
    assert sorted(config.tables) == sorted(schemas("delivered"))
    assert config.parameters
    assert config.own_steps


def test_every_key_that_client_yaml_may_hold_is_explained():
    said = {line.split(":")[0].strip() for line in map(taken_over, LINES) if ":" in line}
    assert not {*keys(ClientConfig), *keys(TableConfig)} - said


@pytest.mark.parametrize("name", sorted(set(schemas("delivered")) - {"transactions"}))
def test_what_an_optional_table_must_have_is_said_above_it(name):
    place = LINES.index(f"  #{name}:")
    assert LINES[place + 1].strip("# ").startswith("file: ")
    above = place
    while not LINES[above].startswith("  ##"):
        above -= 1
    comment = LINES[above] if LINES[above - 1].strip()[:2] != "##" else LINES[above - 1] + LINES[above]
    for column in schemas("delivered")[name].columns:
        assert not column.required or re.search(rf"\b{column.name}\b", comment), column.name


def test_what_transactions_must_have_is_said():
    text = "\n".join(line for line in LINES[FILE_LINE:] if line.startswith("    ##"))
    for column in schemas("delivered")["transactions"].columns:
        assert not column.required or column.name in text


def test_a_fresh_copy_says_that_the_file_is_not_there():
    for look in (check_client, suggest_columns):
        with pytest.raises(WorkbookError) as caught:
            look(TEMPLATE)
        lines = str(caught.value).splitlines()
        assert lines[0] == "transactions - 1 problem in data/transactions.csv"
        assert "It is not there" in lines[1]
        assert "Correct file: in client.yaml, or put" in lines[2]


def test_its_decisions_are_none_and_valid():
    assert read_corrections(TEMPLATE) == []
    assert not any(read_every_decision(TEMPLATE).values())


def test_its_corrections_taken_over_are_valid(tmp_path):
    (tmp_path / "decisions").mkdir()
    lines = CORRECTIONS.read_text(encoding="utf-8").splitlines()
    (tmp_path / "decisions" / "corrections.yaml").write_text("\n".join(map(taken_over, lines)), encoding="utf-8")
    assert [one.action for one in read_corrections(tmp_path)] == ["drop", "set"]


def test_it_holds_nothing_that_a_run_left():
    names = sorted(path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*") if path.is_file())
    assert names == ["client.yaml", "data/README.md", "decisions/README.md", "decisions/corrections.yaml"]


GERMAN = "Kundennr.;Rechnungsdatum;Netto (EUR);Menge\n" + "".join(
    f"{customer:04d};31.{month:02d}.2025;1.250,5{customer};2\n" for month in (1, 3, 5, 7, 8, 10) for customer in (1, 2)
)
AMERICAN = "Customer No,Invoice Date,Net Amount\n" + "".join(
    f'{customer:04d},{month:02d}/31/2025,"1,250.5{customer}"\n' for month in (1, 3, 5, 7, 8, 10) for customer in (1, 2)
)


@pytest.mark.parametrize(
    ("delivered", "keys", "encoding"),
    [
        (GERMAN, ["date_format", "decimal", "thousands"], "utf-8"),
        (GERMAN, ["date_format", "decimal", "thousands", "delimiter", "encoding"], "cp1252"),
        (AMERICAN, ["date_format", "thousands"], "utf-8"),
    ],
    ids=["German", "German in full", "American"],
)
def test_an_export_is_read_by_the_lines_that_are_there_for_it(delivered, keys, encoding, tmp_path):
    """The user's way: copy, put the file in, paste what --suggest drafts, take the lines for this kind of export."""
    client = new_client(tmp_path / "acme").folder
    (client / "data" / "transactions.csv").write_text(delivered, encoding=encoding)
    first = next(place for place, line in enumerate(LINES) if "German" in line and "##" in line)
    if delivered is AMERICAN:
        first = next(place for place, line in enumerate(LINES) if "American" in line)
    lines = (client / "client.yaml").read_text(encoding="utf-8").splitlines()
    for key in keys:
        place = next(place for place in range(first, len(lines)) if lines[place].startswith(f"    #{key}:"))
        lines[place] = taken_over(lines[place])
    place = next(place for place, line in enumerate(lines) if line.startswith("    #columns:"))
    lines[place:place] = suggest_columns(client)[1:]
    (client / "client.yaml").write_text("\n".join(lines), encoding="utf-8")
    said = [" ".join(line.split()) for line in check_client(client)]
    assert "kept 12 rows 15,006.18" in said  # 6 x (1,250.51 + 1,250.52)
    assert said[-1] == "The data can be used. Nothing was changed."
