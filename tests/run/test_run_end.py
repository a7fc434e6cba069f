"""How a run that came to no report is told: in words of ours beside its message, and true to what it had begun."""

from __future__ import annotations

import pytest

from helpers import errors
from helpers.client.folder import open_client
from helpers.errors import RunError, WorkbookError
from helpers.run.run_end import KINDS, told, told_early
from helpers.run.runner import Outcome
from tests.run.toy import toy_client

ASKED = {"mode": "draft", "audience": "working"}
OURS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WorkbookError)]


@pytest.mark.parametrize("kind", [*OURS, PermissionError], ids=lambda kind: kind.__name__)
def test_each_fault_at_the_door_has_a_kind_and_keeps_its_message(tmp_path, kind):
    report = told_early(str(tmp_path), kind("C0041 owes"), "C0041 owes", began=False, **ASKED)
    (run,) = report.clients
    assert not report.ok
    assert (run.state, run.cause) == ("refused", "C0041 owes")
    assert run.kind in KINDS.values() and "C0041" not in run.kind


def test_what_had_begun_was_not_refused(tmp_path):
    (run,) = told_early(str(tmp_path), RunError("no room"), "no room", began=True, **ASKED).clients
    assert (run.state, run.cause) == ("failed", "no room")


def test_a_client_yaml_that_broke_during_the_run_is_no_reason_to_say_nothing(tmp_path):
    client = open_client(toy_client(tmp_path / "acme"))
    (client.folder / "client.yaml").write_text("client: [")
    (run,) = told(str(client.folder), Outcome(client, changed=["client.yaml broke"]), **ASKED).clients
    assert (run.state, run.client, run.currency, run.changed) == ("done", "Toy", "EUR", ["client.yaml broke"])


def test_ctrl_c_is_told_as_that(tmp_path):
    (run,) = told_early(str(tmp_path), KeyboardInterrupt(), "", began=True, **ASKED).clients
    assert run.state == "interrupted" and run.cause
