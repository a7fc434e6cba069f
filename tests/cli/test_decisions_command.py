"""`workbook decisions` as typed: the list, a confirmation that a later reader finds, and what is refused."""

from tests.cli.calling import files, workbook

SCOPE = ("--confirm", "05.all.scope")


def test_the_list_then_a_proposal_accepted_by_name(finished):
    done = workbook("decisions", finished)
    assert (done.returncode, done.stderr) == (0, "")
    assert "all.scope                proposed: main_categories" in done.stdout

    done = workbook("decisions", finished, *SCOPE, "--by", "the board", "--reason", "There we compete.")
    assert (done.returncode, done.stderr) == (0, "")
    assert "05.all.scope is decided: main_categories (the board, " in done.stdout
    done = workbook("decisions", finished)
    assert "all.scope                decided: main_categories" in done.stdout
    assert "There we compete." in done.stdout
    assert "05.all.scope" not in workbook("status", finished).stdout.partition("  open: ")[2]


def test_several_are_confirmed_one_after_the_other_and_none_on_numbers_that_a_change_may_move(finished):
    signed = ("--by", "the board", "--reason", "So it is.")
    for name in ("02.all.weights", "02.all.cuts", "05.all.scope"):
        done = workbook("decisions", finished, "--confirm", name, *signed)
        assert (done.returncode, done.stderr) == (0, ""), "what is confirmed moves no number"

    other = "{worth: 40, trend: 10, engagement: 25, friction: 15, advocacy: 10}"
    entry = f"{{value: {other}, reason: So., by: the board, decided_on: 2026-11-23}}"
    file = finished / "decisions" / "02_rate_customers.yaml"
    file.write_text(f"format: 1\nstep: 02_rate_customers\nchoices:\n  all.weights: {entry}\n", encoding="utf-8")
    done = workbook("decisions", finished, "--confirm", "02.all.cuts", *signed)
    assert done.returncode == 1
    assert "02.all.cuts: 02_rate_customers is outdated, since decision 02.all.weights is new" in done.stderr


def test_what_cannot_be_confirmed_leaves_the_folder_as_it_was(finished):
    before = files(finished)
    done = workbook("decisions", finished, *SCOPE, "--reason", "So.")
    assert done.returncode == 1
    assert "05.all.scope needs --by" in done.stderr
    done = workbook("decisions", finished, "--by", "the board")
    assert done.returncode == 2
    assert files(finished) == before


def test_a_table_goes_out_and_comes_back(finished, tmp_path):
    sheet = tmp_path / "secrets.csv"
    done = workbook("decisions", finished, "--export", "06.all.secrets", sheet)
    assert (done.returncode, done.stderr) == (0, "")
    head = sheet.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    row = [{"secret": "crates", "group": "g1", "what": "They repack our boxes."}.get(name, "") for name in head]
    sheet.write_text("\n".join([",".join(head), ",".join(row), ""]), encoding="utf-8")

    signed = ("--by", "the board", "--reason", "Seen at two yards.")
    done = workbook("decisions", finished, "--import", "06.all.secrets", sheet, *signed)
    assert done.returncode == 0, done.stderr
    assert "1 added, 0 changed, 0 removed, 1 in all" in done.stdout
    assert "what: They repack our boxes." in (finished / "decisions" / "06_value_to_them.yaml").read_text("utf-8")

    before = files(finished)
    for wrong in (("--replace",), ("--export", "06.all.secrets", sheet, *signed), ("--import", "06.all.secrets")):
        assert workbook("decisions", finished, *wrong).returncode == 2
    done = workbook("decisions", finished, "--export", "06.all.secrets", sheet)
    assert (done.returncode, "is there already" in done.stderr) == (1, True)
    assert files(finished) == before
