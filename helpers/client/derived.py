"""Derived JSON files: written in one fixed form, read back as checked models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from helpers.errors import RunError

Model = TypeVar("Model", bound=BaseModel)


def write_json(path: Path, model: BaseModel) -> None:
    """Write a model as text that is the same for the same content: fixed order, one line end, UTF-8."""
    text = json.dumps(model.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_json(path: Path, model: type[Model], *, absent: str) -> Model:
    """A model from its file; RunError with the words `absent` where there is none, or saying what is damaged."""
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise RunError(absent) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunError(
            f"results/{path.parent.name}/{path.name} is damaged ({place}: {first['msg']}). "
            "It is derived: delete the folder results/ and run the client again."
        ) from None
