"""The judgements of one step: reading and writing decisions/<step>.yaml, and telling when a judgement has gone stale.

A decision file is reviewed like code, so it is strict: every key is known, every id stands in the registry, and a value
without who, why and when is refused. A value that is absent is a judgement that nobody has made yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock, Timeout
from pydantic import AfterValidator, BeforeValidator, Field

from helpers.answers import is_number
from helpers.client.checked import MISSING, Entry, Fault, IsoDay, Text, check, unknown_key, wrong
from helpers.client.result_model import Value
from helpers.client.yaml_files import plain, read_yaml, write_yaml, yaml_text
from helpers.errors import DecisionError, Problem, listed, nearest, quoted, report_problems
from helpers.steps import STEPS, Choice, Step

FOLDER = "decisions"
OTHERS = ("corrections.yaml",)  # files under decisions/ that are not a step's
ANY = object()  # whatever stands in the file
PATIENCE = 5.0  # seconds that a writer waits for another, who needs a fraction of one
SEEN_ID = re.compile(r"[0-9]{2}\.[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)?/[A-Za-z_][A-Za-z0-9_]*")


def _seen_id(value: str) -> str:
    if not SEEN_ID.fullmatch(value):
        raise wrong(f"{quoted(value)} names no number.", "Expected finding/value such as 05.group_share/share.")
    return value


def _seen_value(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        raise wrong("a number seen when deciding is one value.", "Expected a number or a text.")
    return value


class Judgement(Entry):
    """One entry under `choices`, as it stands in the file."""

    value: Any = Field(None, description="what was decided; nothing while it is open")
    proposed: Any = Field(None, description="what the workbook proposed")
    reason: Text = Field("", description="a text: why")
    by: Text = Field("", description="a text: who decided")
    decided_on: Annotated[IsoDay | None, BeforeValidator(lambda value: value or None)] = Field(
        None, description="year-month-day such as 2026-11-22"
    )
    seen: dict[Annotated[str, AfterValidator(_seen_id)], Annotated[Any, AfterValidator(_seen_value)]] = Field(
        {}, description="{05.group_share/share: 0.31}, the numbers on screen when it was decided"
    )


class Decision(Judgement):
    """A judgement with its id in the file, such as "g2.intent"; `decided_on` is a date as text."""

    id: str

    @property
    def decided(self) -> bool:
        """Whether somebody has decided; false for an entry that only holds a proposal."""
        return self.value is not None


class DecisionFile(Entry):
    """decisions/<step>.yaml."""

    format: Literal[1] = Field(description="format: 1")
    step: Text = Field(description="the step whose name the file has")
    choices: dict[str, Judgement] = Field({}, description="the decisions, each under its id")


def decision_file(client_folder: Path, step: Step) -> Path:
    """Where the judgements of a step are kept."""
    return client_folder / FOLDER / f"{step.id}.yaml"


def read_decisions(client_folder: Path, step: Step) -> dict[str, Decision]:
    """The judgements of a step by their id in the file; empty when there is no file.

    Raises
    ------
    DecisionError
        Once, with every fault of the file.
    """
    path = decision_file(client_folder, step)
    if not path.exists():
        return {}
    raw = read_yaml(path, error=DecisionError)
    return _checked(raw, path, step)


def _checked(raw: Mapping[str, Any], path: Path, step: Step) -> dict[str, Decision]:
    """The content of a decision file, validated."""
    data = plain(raw)
    file = check(DecisionFile, data, raw, path, error=DecisionError, also=list(_faults(data, step)))
    return {key: Decision(id=key, **entry.model_dump()) for key, entry in file.choices.items()}


def read_every_decision(client_folder: Path) -> dict[str, dict[str, Decision]]:
    """The judgements of all steps, by step id and decision id.

    A file under decisions/ that belongs to no step is refused: a slip in its name would silently undo what it decides.
    """
    folder = client_folder / FOLDER
    known = [*(f"{step.id}.yaml" for step in STEPS), *OTHERS]
    strays = sorted(path.name for path in folder.glob("*.y*ml") if path.name not in known)
    if strays:
        problems = [Problem(name, "no step reads a file of this name.", nearest(name, known)) for name in strays]
        raise DecisionError(report_problems(FOLDER, f"{client_folder.name}/{FOLDER}", problems))
    return {step.id: read_decisions(client_folder, step) for step in STEPS}


class OvertakenError(DecisionError):
    """Somebody else has written the judgement since it was read; `now` is what they decided, None if it is gone."""

    def __init__(self, name: str, now: Decision | None) -> None:
        said = f"as {now.by} decided it on {now.decided_on}" if now else "as nobody has decided it"
        super().__init__(f"{name} stands in the file {said}, and no longer as it was read. Look at it, then decide.")
        self.now = now


def write_decision(client_folder: Path, step: Step, decision: Decision, *, expected: object = ANY) -> None:
    """Put one judgement into the step's file; comments and the other judgements stay as they are.

    Of several writers one goes after the other, also from other programs.

    Parameters
    ----------
    expected : Decision, None or ANY
        What must stand in the file now for the judgement to be written; None where nobody may have decided.

    Raises
    ------
    OvertakenError
        If something else than expected stands there. Then nothing has changed.
    DecisionError
        If the file is damaged, or would be with this judgement in it. Then nothing has changed.
    """
    path = decision_file(client_folder, step)
    path.parent.mkdir(exist_ok=True)
    with _only_writer(path):
        if expected is not ANY:
            now = decided_in(client_folder, step, decision.id)
            if now != expected:
                raise OvertakenError(decision.id, now)
        _write(path, step, decision)


def decided_in(client_folder: Path, step: Step, name: str) -> Decision | None:
    """What stands decided in the file now; an entry that only holds a proposal decides nothing."""
    entry = read_decisions(client_folder, step).get(name)
    return entry if entry is not None and entry.decided else None


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Hold a decision file from reading to writing; the lock beside it goes with its holder, and is taken away."""
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.02)
    except Timeout:
        raise DecisionError(f"{path.name} is being written by another program. Try again in a moment.") from None
    except OSError as fault:
        raise DecisionError(f"{path.parent.name}/ cannot be written ({fault.strerror}). Check who may.") from None
    try:
        yield
    finally:
        with suppress(OSError):  # in this order, so that nobody else's is taken
            Path(lock.lock_file).unlink()
        lock.release()


def _write(path: Path, step: Step, decision: Decision) -> None:
    data = read_yaml(path, error=DecisionError) if path.exists() else {}
    data.setdefault("format", 1)
    data.setdefault("step", step.id)
    if data.get("choices") is None:
        data["choices"] = {}
    entry = decision.model_dump(exclude={"id"}, exclude_none=True)
    entry = {key: value for key, value in entry.items() if value or key in ("value", "proposed")}
    present = data["choices"].get(decision.id) if isinstance(data["choices"], dict) else None
    if isinstance(present, dict):
        for key in [key for key in present if key not in entry]:
            del present[key]
        # in place, and only what differs: comments and layout of the rest stay
        _settle(present, entry)
    elif isinstance(data["choices"], dict):
        data["choices"][decision.id] = entry
    _checked(data, path, step)
    write_yaml(path, data, error=DecisionError)


def _settle(present: dict[str, Any], wanted: Mapping[str, Any]) -> None:
    """Make a mapping of the file say what is wanted, part by part, so that what stays keeps its comments and layout."""
    for key, value in wanted.items():
        now = present.get(key)
        if isinstance(now, dict) and isinstance(value, Mapping):
            for gone in [part for part in now if str(part) not in map(str, value)]:
                del now[gone]
            _settle(now, value)
        elif key not in present or plain(now) != plain(value):
            present[key] = value


def _faults(data: dict[str, Any], step: Step) -> Iterator[Fault]:
    """What only the registry can tell; parts of a wrong type are left to the model."""
    said = data.get("step")
    if said is not None and said != step.id:
        yield Fault(("step",), f"{quoted(said)} is not what the file's name says.", f"Expected step: {step.id}.")
    choices = data.get("choices")
    for key, entry in choices.items() if isinstance(choices, dict) else ():
        loc = ("choices", key)
        choice = _choice(key, step)
        if isinstance(choice, Fault):
            yield choice
        elif entry is None:
            yield Fault(loc, "nothing stands under it.", "Expected value, reason, by and decided_on, one a line.")
        elif isinstance(entry, dict) and entry.get("value") is not None:
            for name, expected in (("reason", "why"), ("by", "who decided"), ("decided_on", "the day, as 2026-11-22")):
                if not str(entry.get(name) or "").strip():
                    yield Fault(
                        (*loc, name), MISSING, f"A decision needs reason, by and decided_on: fill in {expected}."
                    )
            for wrong_part in choice.asks.wrong(entry["value"]):
                yield Fault((*loc, "value", *wrong_part.at), wrong_part.found, wrong_part.remedy)
            yield from _option_faults((*loc, "value"), entry["value"], choice)


def _choice(key: str, step: Step) -> Choice | Fault:
    """The declared choice that a decision id stands for, or what is wrong with the id."""
    loc = ("choices", key)
    if not step.decides:
        return Fault(loc, f"{step.id} decides nothing.", "Remove it, or move it to the file of its step.")
    examples = [choice.example for choice in step.decides]
    group, _, name = key.partition(".")
    found = next((choice for choice in step.decides if choice.name == name), None)
    if found is None or not re.fullmatch("[A-Za-z0-9_]+", group):
        return unknown_key(loc, examples)
    if found.per_group == (group == "all"):
        kind = "for each group" if found.per_group else "once for all"
        return Fault(loc, f"{name} is decided {kind}.", f"Write it as {found.example}.")
    return found


def _option_faults(loc: tuple[str, ...], value: Any, choice: Choice) -> Iterator[Fault]:
    """Values outside the options of a choice that declares them."""
    for item in outside(value, choice.options) if choice.options else ():
        if isinstance(item, (dict, list)):
            yield Fault(loc, "a mapping or a list cannot be chosen.", f"Expected {listed(choice.options, most=9)}.")
        else:
            yield Fault(loc, f"{quoted(item)} is not an option.", nearest(str(item), choice.options))


def outside(value: Any, options: Sequence[str]) -> list[Any]:
    """What of a value, or of a list of values, is none of the options.

    >>> outside(["grow", "shrink"], ("grow", "retire")), outside("retire", ("grow", "retire"))
    (['shrink'], [])
    """
    return [item for item in (value if isinstance(value, list) else [value]) if str(item) not in options]


def is_stale(
    decision: Decision, choice: Choice, now: Mapping[str, Value], options: Sequence[object] | None = None
) -> list[str]:
    """Why a decision must be looked at again, one sentence for each reason; empty when it still stands.

    A number seen when deciding still stands if it moved by no more than the choice's tolerance, relative to what it
    was, or if it lies within the interval of the new number: then the two cannot be told apart. A text stands if equal.

    Parameters
    ----------
    now : mapping
        "<finding id>/<value>" to the `Value` of this run. An id that is gone makes the decision stale.
    options : sequence, optional
        What can be chosen now; by default what the registry declares. A chosen one that is gone is a reason.
    """
    reasons = []
    for key, old in decision.seen.items():
        if key not in now:
            reasons.append(f"{key} was {_number(old)}, and no result says it any more")
        elif not _stands(old, now[key], choice.tolerance):
            new = now[key].value
            reasons.append(f"{key} was {_number(old, new)}, is now {_number(new, old)}")
    allowed = [str(option) for option in (choice.options if options is None else options)]
    if (allowed or options is not None) and decision.decided and not isinstance(decision.value, dict):
        reasons += [f"{quoted(item)} is no longer an option" for item in outside(decision.value, allowed)]
    return reasons


def _stands(old: Any, new: Value, tolerance: float) -> bool:
    """Whether a value seen when deciding still describes the new one."""
    if not is_number(old) or not is_number(new.value):
        return type(old) is type(new.value) and old == new.value
    slack = 1 + 1e-9  # 0.3 to 0.33 is a move of 10 %, whatever binary fractions make of it
    if abs(new.value - old) <= tolerance * abs(old) * slack:
        return True
    return new.low is not None and new.high is not None and new.low <= old <= new.high


def _number(value: Any, other: Any = None) -> str:
    """A value in a sentence: four digits, or more where two values would read the same."""
    if value is None:
        return "unknown"
    if not is_number(value):
        return quoted(value)
    short = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,.12g}" if is_number(other) and short == _number(other) else short


def decision_template(step: Step, open_choices: Mapping[str, tuple[Any, Mapping[str, Any]]]) -> str:
    """The text to paste into the step's decision file: the proposals stand in it, who and why are to be filled in.

    Parameters
    ----------
    open_choices : mapping of decision id to (proposal, numbers seen)
        The numbers go into `seen`, so that the decision becomes stale when one of them moves.

    >>> from helpers.steps import find_step
    >>> text = decision_template(find_step("05"), {"all.scope": (["laundry"], {"05.answer/share": 0.83})})
    >>> print(text)  # doctest: +ELLIPSIS
    # decisions/05_customer_share.yaml
    # Where the file is there already, paste only what stands under choices.
    # all.scope: Which categories do we mean when we say our share of a customer? Written as: main_categories, ...
    format: 1
    step: 05_customer_share
    choices:
      all.scope:
        value:
          - laundry
        proposed:
          - laundry
        reason: ''
        by: ''
        decided_on: ''
        seen:
          05.answer/share: 0.83
    <BLANKLINE>
    """
    lines = [f"# {FOLDER}/{step.id}.yaml", "# Where the file is there already, paste only what stands under choices."]
    choices = {}
    for choice_id, (proposed, seen) in open_choices.items():
        choice = step.choice(choice_id.partition(".")[2])
        options = f" Options: {', '.join(choice.options)}." if choice.options else ""
        form = f" Written as: {choice.asks.form}" if choice.asks.form else ""
        lines.append(f"# {choice_id}: {choice.question}{options}{form}")
        entry = {"value": plain(proposed), "proposed": plain(proposed), "reason": "", "by": "", "decided_on": ""}
        choices[choice_id] = entry | ({"seen": dict(seen)} if seen else {})
    return "\n".join(lines) + "\n" + yaml_text({"format": 1, "step": step.id, "choices": choices})
