"""Parameters: who wins, what is refused, and that a name never becomes code."""

from __future__ import annotations

import pytest

from helpers.errors import ClientFileError, RunError, StepInputError
from helpers.run.parameters import declared_parameters, read_settings, step_parameters
from helpers.steps import STEPS, built_steps
from tests.run.toy import toy_notebook

DECLARED = 'PART: float = 0.1  # part\nMONTHS: int = 12  # months\nFULL: bool = False  # all\nNAME: str = "n"  # name\n'


@pytest.fixture
def step(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.step_entry.NOTEBOOKS", tmp_path)
    toy_notebook(STEPS[4].notebook, STEPS[4], [], parameters=DECLARED)
    return STEPS[4]


def passed(step, configured=(), *settings):
    return step_parameters(
        step, step.notebook, {step.id: dict(configured)} if configured else {}, read_settings(settings)
    )


def test_what_the_notebook_declares(step):
    assert declared_parameters(step.notebook) == {"PART": 0.1, "MONTHS": 12, "FULL": False, "NAME": "n"}


def test_default_then_client_yaml_then_set(step):
    assert passed(step) == {}, "a default is not passed: the notebook has it"
    assert passed(step, {"PART": 0.3}) == {"PART": 0.3}
    assert passed(step, {"PART": 0.3}, "05.PART=0.5") == {"PART": 0.5}
    assert passed(step, {}, "05.PART=0.2", "5.part=0.4") == {"PART": 0.4}, "the last word counts"
    assert passed(step, {"part": 0.3, "MONTHS": 6}, "05_customer_share.PART=1") == {"PART": 1.0, "MONTHS": 6}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PART=1", {"PART": 1.0}),
        ("PART=1e-3", {"PART": 0.001}),
        ("MONTHS=24", {"MONTHS": 24}),
        ("MONTHS=24.0", {"MONTHS": 24}),
        ("FULL=yes", {"FULL": True}),
        ("FULL=False", {"FULL": False}),
        ("NAME=a=b", {"NAME": "a=b"}),
        ("NAME=", {"NAME": ""}),
        ('NAME="; import os', {"NAME": '"; import os'}),
    ],
)
def test_text_becomes_the_type_of_the_default(step, setting, value):
    found = passed(step, {}, f"05.{setting}")
    assert found == value
    assert [type(one) for one in found.values()] == [type(one) for one in value.values()]


@pytest.mark.parametrize("wrong", ["PART=a lot", "MONTHS=1.5", "FULL=perhaps", "PART=", "PART=nan", "PART=inf"])
def test_a_wrong_type_names_place_value_and_what_is_expected(step, wrong):
    with pytest.raises(ClientFileError) as caught:
        passed(step, {}, f"05.{wrong}")
    name, _, value = wrong.partition("=")
    assert f"--set: 05_customer_share.{name} is {value!r}; expected" in str(caught.value)


@pytest.mark.parametrize("wrong", [{"PART": True}, {"MONTHS": "6 months"}, {"NAME": 3}, {"FULL": 1}, {"PART": [1]}])
def test_a_wrong_type_in_client_yaml(step, wrong):
    with pytest.raises(ClientFileError, match="client.yaml: 05_customer_share"):
        passed(step, wrong)


@pytest.mark.parametrize(
    ("name", "advice"),
    [("PRAT", 'Did you mean "PART"?'), ("x", "Known here: PART"), ("CLIENT", "Known here"), ("PART;import os", "PART")],
)
def test_an_unknown_name_is_refused_with_the_nearest(step, name, advice):
    for source, given in (("client.yaml", passed_by_yaml), ("--set", passed_by_set)):
        with pytest.raises(ClientFileError) as caught:
            given(step, name)
        assert str(caught.value).startswith(f'{source}: 05_customer_share has no parameter "{name}".')
        assert advice in str(caught.value)


def passed_by_yaml(step, name):
    return passed(step, {name: 1})


def passed_by_set(step, name):
    return passed(step, {}, f"05.{name}=1")


@pytest.mark.parametrize("wrong", ["PART=1", "05=1", "05.PART", "05.=1", "", "=", "."])
def test_a_setting_that_is_none(wrong):
    with pytest.raises(RunError, match="should read NN.name=value"):
        read_settings([wrong])


def test_a_setting_for_no_step():
    with pytest.raises(StepInputError, match="no step"):
        read_settings(["17.PART=1"])


def test_only_lines_of_values_may_stand_in_the_parameters_cell(tmp_path):
    for wrong in ("import os", "A, B = 1, 2", "A: float = 1 + len('x')", "PART: float"):
        toy_notebook(tmp_path / "n.ipynb", STEPS[4], [], parameters=f"{wrong}\n")
        with pytest.raises(RunError, match="NAME: type = value"):
            declared_parameters(tmp_path / "n.ipynb")


@pytest.mark.parametrize("built", built_steps(), ids=lambda one: one.id)
def test_every_real_parameter_can_be_set_to_its_own_default(built):
    defaults = declared_parameters(built.notebook)
    assert "CLIENT" not in defaults
    settings = read_settings([f"{built.number}.{name}={value}" for name, value in defaults.items()])
    assert step_parameters(built, built.notebook, {}, settings) == defaults
