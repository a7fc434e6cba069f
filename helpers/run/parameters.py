"""Parameters of a run: notebook default, then client.yaml, then `--set`. Unknown names stop before anything runs.

Papermill writes parameter names into code as they come, so a name is only passed on when the notebook declares it.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.client.notebook_file import NotebookError, parameters_cell
from helpers.errors import ClientFileError, RunError, nearest
from helpers.steps import Step, find_step

CLIENT = "CLIENT"


def declared_parameters(notebook: Path) -> dict[str, Any]:
    """Names and defaults of the cell tagged `parameters`, CLIENT left out: the runner sets that one.

    Raises
    ------
    NotebookError
        If the file is no notebook, or that cell holds anything else than lines like NAME: type = value.
    """
    try:
        lines = ast.parse(parameters_cell(notebook)).body
    except (SyntaxError, ValueError) as error:
        place = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        raise NotebookError(f"{notebook.name}: the parameters cell is no Python ({place}). Mend that line.") from None
    found = {}
    for line in lines:
        target = line.target if isinstance(line, ast.AnnAssign) else getattr(line, "targets", [None])[0]
        try:
            found[target.id] = ast.literal_eval(line.value)
        except (AttributeError, TypeError, ValueError):
            raise NotebookError(
                f"{notebook.name}: the parameters cell may hold only lines like NAME: type = value."
            ) from None
    found.pop(CLIENT, None)
    return found


def read_settings(settings: Iterable[str]) -> dict[str, dict[str, str]]:
    """`--set 05.min_part=0.02` as {step id: {name: text}}.

    >>> read_settings(["05.MIN_PART=0.02"])
    {'05_customer_share': {'MIN_PART': '0.02'}}
    """
    found: dict[str, dict[str, str]] = {}
    for setting in settings:
        place, equals, value = setting.partition("=")
        step, dot, name = place.partition(".")
        if not equals or not dot or not name:
            raise RunError(f'--set "{setting}" should read NN.name=value, such as 05.MIN_PART=0.02.')
        found.setdefault(find_step(step.strip()).id, {})[name.strip()] = value.strip()
    return found


def step_parameters(
    step: Step,
    notebook: Path,
    configured: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """What is passed to the notebook of this step: only what client.yaml or `--set` changes, in the default's type."""
    defaults = declared_parameters(notebook)
    by_name = {name.lower(): name for name in defaults}
    wanted: dict[str, Any] = {}
    for values, source in [(configured.get(step.id, {}), "client.yaml"), (settings.get(step.id, {}), "--set")]:
        for name, value in values.items():
            if name.lower() not in by_name:
                advice = nearest(name, list(defaults)) if defaults else "It has none."
                raise ClientFileError(f'{source}: {step.id} has no parameter "{name}". {advice}')
            known = by_name[name.lower()]
            wanted[known] = _typed(value, defaults[known], f"{source}: {step.id}.{known}")
    return wanted


def _typed(value: Any, default: Any, where: str) -> Any:
    """The value in the type of the notebook's default; text from the command line is read as that type."""
    kind = type(default)
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "yes": True, "false": False, "no": False}[value.lower()]
        if kind in (int, float) and not isinstance(value, bool):
            number = float(value)
            if not math.isfinite(number) or (kind is int and number != int(number)):
                raise ValueError
            return kind(number)
        if kind is type(value):
            return value
    except (KeyError, ValueError, TypeError, OverflowError):
        pass
    raise ClientFileError(f"{where} is {value!r}; expected {kind.__name__} such as {default!r}.")
