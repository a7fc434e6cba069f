"""The file of intent rules: the client's own where it has one, else the kit's; its form is checked, not its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from helpers.client.checked import Entry, FilledText, check
from helpers.client.yaml_files import line_of, plain, read_yaml
from helpers.errors import ClientFileError
from helpers.steps import KIT

FILE = "intent_rules.yaml"
KITS_OWN = KIT / "templates" / FILE


@dataclass(frozen=True)
class IntentRulesFile:
    """The rules as people wrote them, each with its line.

    Attributes
    ----------
    file : str, the file with its folder, for messages and pages
    own : bool, whether it is the client's own
    rows : tuple of dict
        id, sentence, when, primary, secondary (empty where there is none) and line.
    """

    file: str
    own: bool
    rows: tuple[dict[str, Any], ...]


def _truth(value: Any) -> Any:
    # a bare True is a truth to YAML; here it is the condition that holds for every group
    return str(value) if isinstance(value, bool) else value


class _RuleEntry(Entry):
    """One rule of the file, as written."""

    id: FilledText = Field(description="a short name such as grow")
    sentence: FilledText = Field(description="a sentence that says why")
    when: Annotated[FilledText, BeforeValidator(_truth)] = Field(
        description='a condition such as position == "sweet_spot"'
    )
    primary: FilledText = Field(description="grow, maintain, re_engineer or retire")
    secondary: FilledText | None = Field(None, description="re_engineer or retire, or nothing")


class _RulesEntry(Entry):
    """The whole file."""

    format: Literal["1"] = Field(description="format: 1")
    rules: list[_RuleEntry] = Field(min_length=1, description="a list, each entry beginning with - id:")


def rules_path(client_folder: Path) -> Path:
    """The file that holds for a client: its own `intent_rules.yaml`, else the kit's."""
    own = client_folder / FILE
    return own if own.exists() else KITS_OWN


def read_intent_rules(client_folder: Path) -> IntentRulesFile:
    """The intent rules that hold for a client, in the order of the file.

    Parameters
    ----------
    client_folder : Path
        Its `intent_rules.yaml` takes the place of the kit's as a whole: rules are never mixed, for their order counts.

    Raises
    ------
    ClientFileError
        Once, with every fault of the file's form: its line, what was found, what is expected. What the rules mean is
        judged by `helpers.method.intent_rules`.
    """
    path = rules_path(client_folder)
    raw = read_yaml(path)
    file = check(_RulesEntry, plain(raw, numbers_as_text=True), raw, path, error=ClientFileError)
    rows = [
        {**entry.model_dump(), "secondary": entry.secondary or "", "line": line_of(raw, ("rules", number)) or 1}
        for number, entry in enumerate(file.rules)
    ]
    return IntentRulesFile(f"{path.absolute().parent.name}/{path.name}", path != KITS_OWN, tuple(rows))
