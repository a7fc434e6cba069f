"""A table that people fill in goes out as a sheet and comes back: nothing is lost, guessed, or run as a formula."""

from __future__ import annotations

import csv
import zipfile

import pytest
import xlsxwriter

from helpers.answers import Column, Rows
from helpers.client.decisions import read_decisions
from helpers.client.rows_files import read_rows, write_rows
from helpers.errors import DecisionError
from helpers.run.rows_exchange import export_rows, import_rows
from helpers.steps import STEPS, find_step

NAME = "11.all.tactics"
WHO = {"by": "the board", "on": "2026-11-24", "reason": "Looked at again."}
FILE = """\
# reviewed like code
format: 1
step: 11_align_tactics
choices:
  all.tactics:
    value:
      desk:          # two people
        title: A desk of their own
        group: g1
        function: sales
        stage: win
        cost: 14000.50   # with the telephone
        needs: [bay, fair]
        starts: 2026-11-02
      # the dear one
      bay: {title: "=2+2", group: "0042", function: service, stage: evolve, cost: 36000, owner: "-Maren"}
      fair: {title: Fair, group: g4, function: marketing, stage: attract, cost: 11000, selected: yes}
    reason: It was so.
    by: Maren
    decided_on: 2026-11-20
"""
SUFFIX = pytest.mark.parametrize("suffix", [".xlsx", ".csv"])


@pytest.fixture
def client(tmp_path):
    folder = tmp_path / "client"
    (folder / "decisions").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "data" / "t.csv").write_text("customer_id,date,revenue\nc1,2026-01-01,5\n", encoding="utf-8")
    text = "client: Yard\ncurrency: EUR\ntables:\n  transactions:\n    file: data/t.csv\n"
    (folder / "client.yaml").write_text(text, encoding="utf-8")
    (folder / "decisions" / "11_align_tactics.yaml").write_text(FILE, encoding="utf-8")
    return folder


def decided(client):
    return read_decisions(client, find_step("11"))["all.tactics"]


def text_of(client):
    return (client / "decisions" / "11_align_tactics.yaml").read_text(encoding="utf-8")


def lines_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def changed(client, path, change):
    """Export to .csv, change the lines in place, and write them to `path`."""
    first = path.with_name("out.csv")
    export_rows(client, NAME, first)
    lines = lines_of(first)
    change(lines, lines[0].index)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


@SUFFIX
def test_out_and_back_changes_nothing(client, tmp_path, suffix):
    path = tmp_path / f"register{suffix}"
    said = export_rows(client, NAME, path)
    assert "as it was decided: 3 rows" in said
    # what it says can be typed as it stands
    assert f"python3 workbook.py decisions {client} --import {NAME} {path} --by NAME --reason WHY" in said
    assert import_rows(client, NAME, path, **WHO) == [f"{NAME} says the same as {path.name}; nothing was written."]
    assert text_of(client) == FILE


def test_what_begins_like_a_formula_is_written_as_text(client, tmp_path):
    path = tmp_path / "register.xlsx"
    export_rows(client, NAME, path)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    export_rows(client, NAME, tmp_path / "register.csv")
    titles = [line[1] for line in lines_of(tmp_path / "register.csv")]
    assert titles == ["title", "A desk of their own", "'=2+2", "Fair"]


NASTY = (
    *("=1+1", "+x", "-x", "@x", "'=x", "'", "''", "\tx", "a;b", '"quoted"', "a,b", "0042", "1e5", "true", "_x0041_"),
    *("é ☕ 咖啡", "2026-11-02", "#REF!", "  spaces  ", "007.50", "line\nbreak"),
)


@SUFFIX
def test_any_text_comes_back_as_it_went(tmp_path, suffix):
    asks = Rows("", key="row", columns=(Column("said", "Said"), Column("list", "List", "list")))
    value = {f"r{at}": {"said": text, "list": [text.strip(), "b"]} for at, text in enumerate(NASTY)}
    value["=key"], lines = {"said": "x"}, f"r{NASTY.index('line' + chr(10) + 'break')}"
    path = tmp_path / f"t{suffix}"
    # a list of two, one of them with a line break, does not go into a cell; nothing is left of the attempt
    with pytest.raises(DecisionError, match=f"A sheet cannot hold {lines}.list as it is written"):
        write_rows(path, "said", asks, value)
    assert not path.exists()
    del value[lines]["list"]
    write_rows(path, "said", asks, value)
    read = read_rows(path, "said", asks).rows
    assert {key: row["said"].strip() for key, row in value.items()} == {
        key: str(row["said"]).strip() for key, row in read.items()
    }
    assert all(read[key]["list"] == row["list"] for key, row in value.items() if "list" in row)


@SUFFIX
def test_numbers_keep_what_counts(tmp_path, suffix):
    asks = Rows("", key="row", columns=(Column("n", "N", "number"),))
    value = {"a": {"n": 0.1 + 0.2}, "b": {"n": -5}, "c": {"n": 1 / 3}, "d": {"n": 1e15}, "e": {"n": 0}, "f": {}}
    write_rows(tmp_path / f"t{suffix}", "n", asks, value)
    read = read_rows(tmp_path / f"t{suffix}", "n", asks).rows
    assert read["f"] == {}
    assert [read[key]["n"] for key in "abcde"] == pytest.approx([0.3, -5, 1 / 3, 1e15, 0], rel=1e-9)


def test_what_changed_is_told_and_comments_stay(client, tmp_path):
    def change(lines, at):
        lines[1][at("cost")] = "15000"
        lines[1][at("owner")] = "Tobias"
        lines.append(["new", *[""] * (len(lines[0]) - 1)])
        for name, text in {"title": "New", "group": "g2", "function": "sales", "stage": "win", "cost": "1.5"}.items():
            lines[-1][at(name)] = text

    said = import_rows(client, NAME, changed(client, tmp_path / "r.csv", change), **WHO)
    assert said == [
        f"{NAME} is decided by r.csv: 1 added, 1 changed, 0 removed, 4 in all. It is written in "
        "decisions/11_align_tactics.yaml.",
        "  + new",
        "  ~ desk: cost 14000.5 -> 15000; owner (empty) -> Tobias",
    ]
    entry = decided(client)
    assert (entry.by, entry.decided_on, entry.reason) == ("the board", "2026-11-24", "Looked at again.")
    assert entry.value["new"]["cost"] == 1.5
    assert entry.value["desk"]["needs"] == ["bay", "fair"]
    for comment in ("# reviewed like code", "# two people", "# the dear one"):
        assert comment in text_of(client)
    assert 'bay: {title: "=2+2", group: "0042"' in text_of(client)


def test_a_row_goes_only_where_that_was_said(client, tmp_path):
    path = changed(client, tmp_path / "r.csv", lambda lines, at: lines.pop(3))
    with pytest.raises(DecisionError, match="r.csv lacks 1 row that stands in 11.all.tactics: fair. Put them back"):
        import_rows(client, NAME, path, **WHO)
    assert text_of(client) == FILE
    assert import_rows(client, NAME, path, replace=True, **WHO)[-1] == "  - fair"
    assert list(decided(client).value) == ["desk", "bay"]


def test_all_that_does_not_hold_is_told_at_once_with_its_place(client, tmp_path):
    def change(lines, at):
        lines[1][at("cost")] = "14,000"
        lines[2][at("starts")] = "02/11/2026"
        lines[3][at("tactic")] = "desk"
        lines.append(["", "No key", *[""] * (len(lines[0]) - 2)])

    with pytest.raises(DecisionError) as refused:
        import_rows(client, NAME, changed(client, tmp_path / "r.csv", change), **WHO)
    said = str(refused.value)
    assert said.startswith("tactics - 4 problems in r.csv")
    assert 'line 2, column G (cost): "14,000" is no number.' in said
    assert 'line 3, column O (starts): "02/11/2026" is no day.' in said
    assert 'line 4: The tactic "desk" stands in line 2 as well.' in said
    assert "line 5: It has no tactic." in said
    assert text_of(client) == FILE


def test_what_a_decision_file_would_refuse_is_told_by_row_and_column(client, tmp_path):
    def change(lines, at):
        lines[1][at("stage")] = "wins"
        lines[2][at("title")] = ""

    with pytest.raises(DecisionError) as refused:
        import_rows(client, NAME, changed(client, tmp_path / "r.csv", change), **WHO)
    said = str(refused.value)
    assert 'line 2, column F (stage): "wins" is not an option.\n     Did you mean "win"?' in said
    assert "line 3, column B (title): It is missing." in said
    assert text_of(client) == FILE


def test_headings_that_are_not_ours_or_missing_are_told(client, tmp_path):
    def change(lines, at):
        lines[0][at("cost")] = "costs"

    with pytest.raises(DecisionError) as refused:
        import_rows(client, NAME, changed(client, tmp_path / "r.csv", change), **WHO)
    assert 'column G: No column is called "costs".\n     Did you mean "cost"?' in str(refused.value)
    assert "Notes of your own have no place in a decision: keep them in a copy." in str(refused.value)
    assert "the headings: cost is not there." in str(refused.value)


def book(path, cells, sheet="tactics"):
    """A workbook with these rows under our headings; a cell that is a function writes itself."""
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet(sheet)
    head = ["tactic", *(column.name for column in find_step("11").choice("tactics").asks.columns)]
    for at, name in enumerate(head):
        page.write_string(0, at, name)
    for line, row in enumerate(cells, start=1):
        for name, cell in row.items():
            if callable(cell):
                cell(made, page, line, head.index(name))
            else:
                page.write(line, head.index(name), cell)
    made.close()
    return path


ROW = {"tactic": "desk", "title": "Desk", "group": "g1", "function": "sales", "stage": "win", "cost": 5}


def test_cells_of_another_kind_are_refused_and_days_of_excel_are_days(client, tmp_path):
    from datetime import datetime

    def day(made, page, line, at):
        page.write_datetime(line, at, datetime(2027, 3, 1), made.add_format({"num_format": "yyyy-mm-dd"}))

    keep = {"bay": ROW | {"tactic": "bay"}, "fair": ROW | {"tactic": "fair"}}.values()
    path = book(tmp_path / "days.xlsx", [ROW | {"starts": day}, *keep])
    import_rows(client, NAME, path, **WHO)
    assert decided(client).value["desk"]["starts"] == "2027-03-01"

    path = book(tmp_path / "wrong.xlsx", [ROW | {"title": day, "cost": "five", "ends": 46000}, *keep])
    with pytest.raises(DecisionError) as refused:
        import_rows(client, NAME, path, **WHO)
    said = str(refused.value)
    assert "row 2, column B (title): The cell holds a day or time" in said
    assert 'row 2, column G (cost): "five" is no number.' in said
    assert 'column P (ends): "46000" is no day.' in said


def test_a_formula_without_a_value_a_merged_cell_and_another_sheet_are_refused(client, tmp_path):
    def formula(made, page, line, at):
        page.write_formula(line, at, "=A1", None, "")

    def merged(made, page, line, at):
        page.merge_range(line, at, line + 1, at, "both")

    for name, cells, sheet, said in (
        ("f.xlsx", [ROW | {"owner": formula}], "tactics", "never computed"),
        ("m.xlsx", [ROW | {"owner": merged}, ROW | {"tactic": "b"}], "tactics", "Cells are merged"),
        ("s.xlsx", [ROW], "Sheet1", 'no sheet "tactics"'),
    ):
        with pytest.raises(DecisionError, match=said) as refused:
            import_rows(client, NAME, book(tmp_path / name, cells, sheet), **WHO)
        assert "client.yaml" not in str(refused.value)
    assert text_of(client) == FILE


@pytest.mark.parametrize(
    "name", ["cut.xlsx", "zip.xlsx", "empty.xlsx", "empty.csv", "nul.csv", "ragged.csv", "quote.csv"]
)
def test_a_damaged_file_is_told_and_changes_nothing(client, tmp_path, name):
    export_rows(client, NAME, tmp_path / "good.xlsx")
    export_rows(client, NAME, tmp_path / "good.csv")
    whole, text = (tmp_path / "good.xlsx").read_bytes(), (tmp_path / "good.csv").read_bytes()
    damaged = {
        "cut.xlsx": whole[: len(whole) // 2],
        "zip.xlsx": b"PK\x03\x04 and no more",
        "empty.xlsx": b"",
        "empty.csv": b"",
        "nul.csv": text.replace(b"Fair", b"Fa\x00ir"),
        "ragged.csv": text + b"one,two\n",
        "quote.csv": text.replace(b"A desk", b'"A desk'),
    }
    (tmp_path / name).write_bytes(damaged[name])
    with pytest.raises(DecisionError, match=f"problem.? in {name}|is no"):
        import_rows(client, NAME, tmp_path / name, **WHO)
    assert text_of(client) == FILE


def test_a_file_is_not_written_over_and_other_endings_are_refused(client, tmp_path):
    (tmp_path / "mine.xlsx").write_text("my work", encoding="utf-8")
    with pytest.raises(DecisionError, match=r"mine\.xlsx is there already"):
        export_rows(client, NAME, tmp_path / "mine.xlsx")
    assert (tmp_path / "mine.xlsx").read_text(encoding="utf-8") == "my work"
    for call in (export_rows, lambda *which: import_rows(*which, **WHO)):
        with pytest.raises(DecisionError, match=r'mine\.ods ends in "\.ods". Expected \.xlsx or \.csv'):
            call(client, NAME, tmp_path / "mine.ods")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("11.all.tactic", 'Did you mean "11.all.tactics"'),
        ("11.g1.tactics", "is no table that people fill in"),
        ("05.all.scope", r"Answer it in its form, or in decisions/05_customer_share\.yaml\."),
        ("10.g1.proposition", r"Answer it in its form, or in decisions/10_value_propositions\.yaml\."),
        ("nonsense", "Known here: "),
    ],
)
def test_only_tables_go_out(client, tmp_path, name, said):
    with pytest.raises(DecisionError, match=said):
        export_rows(client, name, tmp_path / "t.xlsx")
    assert not (tmp_path / "t.xlsx").exists()


def test_sealed_answers_are_not_imported(client, tmp_path):
    export_rows(client, "01.all.beliefs", tmp_path / "beliefs.csv")
    with pytest.raises(DecisionError, match="sealed when it is answered"):
        import_rows(client, "01.all.beliefs", tmp_path / "beliefs.csv", **WHO)


def test_who_and_why_are_needed(client, tmp_path):
    path = changed(client, tmp_path / "r.csv", lambda lines, at: lines[1].__setitem__(at("owner"), "Tobias"))
    for given, said in (({"by": ""}, "needs --by"), ({"on": "24.11.2026"}, "--on: ")):
        with pytest.raises(DecisionError, match=said):
            import_rows(client, NAME, path, **WHO | given)
    import_rows(client, NAME, path, by="the board", on="2026-11-24")
    assert decided(client).reason == "It was so.", "the one that stands is kept"


def test_what_was_never_decided_is_told_all_that_it_needs_at_once(client, tmp_path):
    said = export_rows(client, "11.all.loops", tmp_path / "loops.csv")
    assert said.endswith("loops.csv --by NAME --reason WHY")
    with (tmp_path / "loops.csv").open("a", encoding="utf-8") as sheet:
        sheet.write("share,What do they buy elsewhere?,,,,,,\n")
    with pytest.raises(DecisionError, match="needs --reason, in a sentence why, and --by, the name of who decides"):
        import_rows(client, "11.all.loops", tmp_path / "loops.csv", by=" ", on="2026-11-24")


@SUFFIX
def test_a_table_that_nobody_began_goes_out_empty_and_comes_back_decided(client, tmp_path, suffix):
    path = tmp_path / f"loops{suffix}"
    assert "empty: 0 rows" in export_rows(client, "11.all.loops", path)
    with pytest.raises(DecisionError, match="is no mapping"):
        import_rows(client, "11.all.loops", path, **WHO)


def test_every_table_of_the_registry_can_go_out(client, tmp_path):
    asked = [(step.number, choice) for step in STEPS for choice in step.decides if isinstance(choice.asks, Rows)]
    assert len(asked) >= 5
    for at, (number, choice) in enumerate(asked):
        export_rows(client, f"{number}.{choice.example}", tmp_path / f"{at}.xlsx")
        read = read_rows(tmp_path / f"{at}.xlsx", choice.name, choice.asks).rows
        assert list(read) == (["desk", "bay", "fair"] if f"{number}.{choice.example}" == NAME else [])
