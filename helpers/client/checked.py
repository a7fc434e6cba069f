"""From a model's complaints to sentences with line numbers: what config, decisions and corrections share.

Each field of a model carries in its `description` what is expected there; a fault quotes it. All faults of a file are
told at once, in the order of its lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from helpers.client.yaml_files import file_problems, line_of
from helpers.errors import Problem, WorkbookError, nearest, quoted

MISSING = "it is missing."
Model = TypeVar("Model", bound=BaseModel)


class Fault(NamedTuple):
    """One thing wrong: the path of keys to it, what was found, and what to do (two sentences)."""

    loc: tuple[str | int, ...]
    found: str
    remedy: str
    unknown: str | None = None  # of an unknown key only: the known one that it is near to, or ""


class Entry(BaseModel):
    """A mapping that people write: unknown keys are errors, and a key with nothing after it counts as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


def wrong(found: str, remedy: str) -> PydanticCustomError:
    """What a validator raises: its own two sentences, free of the model's wording."""
    return PydanticCustomError("kit", "{found}", {"found": found, "remedy": remedy})


def _text(value: Any) -> Any:
    # a number that somebody left without quotes is text here; the caller hands over how it was written
    if isinstance(value, bool):
        raise wrong(f"{str(value).lower()} is not text here.", "Put it in quotes.")
    return str(value) if isinstance(value, (int, float)) else value


def _filled(value: str) -> str:
    if not value.strip():
        raise wrong("nothing is written here.", "Fill it in.")
    return value


def iso_day(value: str) -> str:
    """The text itself when it is a date of 1970-2100 written year-month-day; else the fault to raise."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        raise wrong(f"{quoted(value)} is not a date.", "Expected year-month-day such as 2026-10-01.") from None
    if not 1970 <= day.year <= 2100:
        raise wrong(f"{quoted(value)} is not in the years 1970 to 2100.", "Correct the year.")
    return value


Text = Annotated[str, BeforeValidator(_text)]
FilledText = Annotated[str, BeforeValidator(_text), AfterValidator(_filled)]
IsoDay = Annotated[str, BeforeValidator(_text), AfterValidator(iso_day)]


def check(
    model: type[Model], data: Any, raw: Any, path: Path, *, error: type[WorkbookError], also: Sequence[Fault] = ()
) -> Model:
    """The content of a file as its model, or every fault of it as one error.

    Parameters
    ----------
    data : plain dict
        What to validate.
    raw : mapping from `read_yaml`
        The same content with its line numbers.
    also : sequence of Fault
        Faults that need more than the model knows, told together with the model's own.
    """
    faults = list(also)
    result = None
    try:
        result = model.model_validate(data)
    except ValidationError as invalid:
        faults += [_fault(model, complaint) for complaint in invalid.errors(include_url=False)]
    if faults or result is None:
        refuse(path, raw, faults, error)
    return result


def refuse(path: Path, raw: Any, faults: Sequence[Fault], error: type[WorkbookError]) -> NoReturn:
    """Raise all faults of a file as one error, in the order of its lines."""
    places = [(line_of(raw, fault.loc), fault) for fault in _one_for_a_slip(faults)]
    places.sort(key=lambda place: place[0] or 0)
    problems = [Problem(_where(line, fault.loc), fault.found, fault.remedy) for line, fault in places]
    raise error(file_problems(path, problems))


def _one_for_a_slip(faults: Sequence[Fault]) -> list[Fault]:
    """The faults without those that only follow from an unknown key.

    "curency" unknown and "currency" missing are one slip; what stands under an unknown key is not judged.
    """
    unknown = {fault.loc for fault in faults if fault.unknown is not None}
    meant = {(*fault.loc[:-1], fault.unknown) for fault in faults if fault.unknown}
    kept = []
    for fault in faults:
        follows = fault.unknown is None and any(fault.loc[:length] in unknown for length in range(len(fault.loc) + 1))
        if not follows and not (fault.found == MISSING and fault.loc in meant):
            kept.append(fault)
    return kept


def _where(line: int | None, loc: tuple[str | int, ...]) -> str:
    """The place as the reader of the file knows it: "line 9, tables.transactions.files (entry 2)"."""
    path = ""
    for key in loc:
        if isinstance(key, int):
            path += f" (entry {key + 1})"
        else:
            path += ("." if path else "") + "".join(char for char in str(key) if char.isprintable())[:60]
    return ", ".join(part for part in (f"line {line}" if line else "", path) if part) or "this file"


def _fault(model: type[BaseModel], complaint: Any) -> Fault:
    """A complaint of pydantic's in our words."""
    loc = tuple(key for key in complaint["loc"] if key != "[key]")
    kind, context, value = complaint["type"], complaint.get("ctx", {}), complaint["input"]
    if kind == "kit":
        return Fault(loc, context["found"], context["remedy"])
    if kind == "extra_forbidden":
        return unknown_key(loc, list(_type_at(model, loc[:-1]).model_fields))
    field = _field_at(model, loc)
    expected = f"Expected {field.description}." if field and field.description else "Compare templates/client."
    if kind == "missing":
        return Fault(loc, MISSING, expected)
    if kind in ("too_short", "string_too_short"):
        return Fault(loc, "it is empty.", expected)
    return Fault(loc, f"{_shown(value)} cannot stand here.", expected)


def _shown(value: Any) -> str:
    """What was found, as it may stand in a sentence."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return quoted("" if value is None else str(value).lower() if isinstance(value, bool) else value)


def unknown_key(loc: tuple[str | int, ...], known: Sequence[str]) -> Fault:
    """The fault of a key that nobody knows, with the nearest that somebody does."""
    advice = nearest(str(loc[-1]), known)
    meant = advice.split('"')[1] if advice.startswith("Did") else ""
    return Fault(loc, "this key is not known.", advice, unknown=meant)


def _type_at(model: Any, loc: tuple[str | int, ...]) -> Any:
    """The type that the model expects at a key path; None where it does not say."""
    here: Any = model
    for key in loc:
        here = _bare(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(key))
            here = field.annotation if field else None
        else:
            arguments = get_args(here)
            here = arguments[-1] if arguments else None  # dict[key, value] and list[value]
    return _bare(here)


def _field_at(model: Any, loc: tuple[str | int, ...]) -> FieldInfo | None:
    """The field of the nearest model above or at a key path."""
    for length in range(len(loc), 0, -1):
        parent = _type_at(model, loc[: length - 1])
        if isinstance(parent, type) and issubclass(parent, BaseModel) and str(loc[length - 1]) in parent.model_fields:
            return parent.model_fields[str(loc[length - 1])]
    return None


def _bare(kind: Any) -> Any:
    """A type without `Annotated` and without `| None`."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    return kind
