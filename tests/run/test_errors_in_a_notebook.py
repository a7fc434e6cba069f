"""What a notebook shows of an error that a user can put right: its words, not the way that they came."""

from IPython.core.interactiveshell import InteractiveShell

from tests.run.toy import PUBLISH


def test_in_a_notebook_the_words_come_first_and_no_traceback(capsys):
    shell = InteractiveShell.instance()
    try:
        done = shell.run_cell('from helpers.errors import TableError\nraise TableError("first line\\n  second line")')
    finally:
        InteractiveShell.clear_instance()
    assert type(done.error_in_exec).__name__ == "TableError"
    said = "".join(capsys.readouterr())
    assert said.startswith("first line\n  second line\n")
    assert "Traceback" not in said
    assert len(said.splitlines()) == 3, "the words, and on one line where they came from"


def test_a_run_says_the_same_words_and_keeps_in_its_log_where_they_came_from(toy):
    toy.write("01", 'from helpers.steps import find_step\nfind_step("98")', PUBLISH)
    outcome = toy.run()
    (said,) = outcome.failed.values()
    assert "98" in said
    log = (toy.results / "logs" / "01_frame_engagement.txt").read_text(encoding="utf-8")
    assert log.startswith(said)
    assert "cell:2" in log
    assert "helpers/steps.py:" in log
