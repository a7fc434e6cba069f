"""What step 08 says of commitments: which projects are worth it, what a short view would get wrong, who else gains."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.commitment_groups import ACCEPTS, PROJECT, REFUSES
from helpers.method.finding_values import (
    count_value,
    group_value,
    is_known,
    money_value,
    share_value,
    text_value,
)
from helpers.method.group_named import NO_GROUP
from helpers.method.pass_chance import FAIL, NOT_TESTED, PASS, PASS_FROM, UNDECIDED

TABLE = "commitment_npv"
MOST_NAMED = 12


def commitment_findings(commitment_npv: pd.DataFrame) -> list[Finding]:
    """The findings on commitments, each only where there is something to say.

    Parameters
    ----------
    commitment_npv : DataFrame, from `commitment_groups.commitment_npv`

    Returns
    -------
    list of Finding
        08.commitment, with those to refuse by name; 08.twelve_months and 08.one_hit, the projects of which that is
        true.
    """
    projects = commitment_npv[(commitment_npv["level"] == PROJECT) & commitment_npv["npv"].notna()]
    found = [_answer(projects), _short_view(projects), _one_hit(projects)]
    return [one for one in found if one is not None]


def _answer(projects: pd.DataFrame) -> Finding | None:
    """How many projects are worth committing to, and which most."""
    if projects.empty:
        return None
    said = {"id": "08.commitment"} | _told(projects)
    values = {"projects": count_value(len(projects))}
    tested = projects[projects["status"] != NOT_TESTED]
    if tested.empty:
        worth = int((projects["npv"] > 0).sum())
        values["worth"] = count_value(worth)
        text = (
            "Of {projects:count} projects, {worth:count} would be worth more than they cost if all went as expected; "
            "how likely that is nobody has said."
        )
        return Finding(text=text, values=values, **said)
    if len(projects) == 1:
        return _only(projects.iloc[0], said)
    passed = tested[tested["status"] == PASS].sort_values(["npv", "project"], ascending=[False, True], kind="stable")
    count = {name: int((tested["status"] == name).sum()) for name in (FAIL, UNDECIDED)}
    if passed.empty:
        text = "None of {projects:count} projects is likely enough to be worth what it costs"
    else:
        best = passed.iloc[0]
        values |= {"worth": count_value(len(passed)), "best": text_value(_name(best)), "npv": _npv(best)}
        values["whom"], whom = _whom(best)
        text = (
            "Of {projects:count} projects {worth:count} should pay, with a chance of {least:pct} or more; {best:text} "
            f"for {whom} is worth most, "
            "{npv:money} more than it costs (in eight cases of ten between {low:money} and {high:money})"
        )
        values |= {"low": money_value(best["npv_low"]), "high": money_value(best["npv_high"])}
        values["least"] = share_value(PASS_FROM)
    if count[UNDECIDED]:
        values["open"] = count_value(count[UNDECIDED])
        text += "; {open:count} could go either way"
    if count[FAIL]:
        values["failed"] = count_value(count[FAIL])
        names = [_refused(row, values) for row in tested[tested["status"] == FAIL].to_dict("records")]
        text += f"; {{failed:count}} should be refused: {listed(names, MOST_NAMED)}"
    if len(tested) < len(projects):
        values["untold"] = count_value(len(projects) - len(tested))
        text += "; for {untold:count} nobody has said how low or high the margins may be"
    return Finding(text=text + ".", values=values, **said)


def _only(row: pd.Series, said: dict[str, object]) -> Finding:
    """Whether the one project there is should pay."""
    whom, words = _whom(row)
    verdict = {PASS: "should pay", FAIL: "should be refused"}.get(row["status"], "could go either way")
    text = (
        f"The one project, {{project:text}} for {words}, {verdict}: in eight cases of ten its margins less its outlays "
        "are worth between {low:money} and {high:money} today."
    )
    values = {"project": text_value(_name(row)), "whom": whom}
    values |= {"low": money_value(row["npv_low"]), "high": money_value(row["npv_high"])}
    return Finding(text=text, values=values, **said)


def _refused(row: Mapping, values: dict[str, Value]) -> str:
    """A project that will hardly pay, and what it is expected to lose; its values are put to the others."""
    number = 1 + sum(name.startswith("refused_") for name in values)
    values[f"refused_{number}"] = text_value(_name(row))
    values[f"whom_{number}"], whom = _whom(row, number)
    text = f"{{refused_{number}:text}} for {whom}"
    if row["npv"] >= 0:
        return text
    values[f"loss_{number}"] = money_value(-row["npv"])
    return f"{text}, which is expected to lose {{loss_{number}:money}}"


def _short_view(projects: pd.DataFrame) -> Finding | None:
    """What a view of the next twelve months would get wrong."""
    parts, values = [], {}
    wrong = projects[projects["twelve_month_mistake"].isin([REFUSES, ACCEPTS])]
    for mistake, words in (
        (REFUSES, "refuse {}, which should pay over the years"),
        (ACCEPTS, "accept {}, which should not"),
    ):
        rows = projects[projects["twelve_month_mistake"] == mistake]
        if rows.empty:
            continue
        names = []
        for row in rows.to_dict("records"):
            number = len(values) + 1
            values[f"project_{number}"] = text_value(_name(row))
            names.append(f"{{project_{number}:text}}")
        parts.append(words.format(names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"))
    if not parts:
        return None
    text = f"A view of the next twelve months would {', and '.join(parts)}."
    return Finding(id="08.twelve_months", text=text, values=values, **_told(wrong))


def _one_hit(projects: pd.DataFrame) -> Finding | None:
    """The projects that hardly anybody else would use."""
    rows = projects[projects["one_hit_risk"].fillna(False).astype(bool)]
    if rows.empty:
        return None
    parts, values = [], {}
    for number, row in enumerate(rows.to_dict("records"), 1):
        values[f"project_{number}"] = text_value(_name(row))
        values[f"whom_{number}"], whom = _whom(row, number)
        asked = is_known(row["requested_by"])
        others = "nobody" if row["reuse"] == 0 else f"only {{reuse_{number}:count}}"
        if row["reuse"]:
            values[f"reuse_{number}"] = count_value(row["reuse"])
        who = f"which one customer asked for and whose category {others} else" if asked else f"whose category {others}"
        parts.append(f"{{project_{number}:text}}, {who} of {whom} bought in the last year")
    text = f"May serve one customer only: {'; '.join(parts)}."
    return Finding(id="08.one_hit", text=text, values=values, **_told(rows, "measured"))


def _npv(row: Mapping) -> Value:
    return money_value(row["npv"], row["npv_low"], row["npv_high"])


def _name(row: Mapping) -> str:
    """The name of a project for a sentence."""
    return row["project"] if is_known(row["project"]) and row["project"] else "the project"


def _whom(row: Mapping, number: int | None = None) -> tuple[Value, str]:
    """For whom a project is, with its placeholder: a group by its id, a name that is none of ours as it was written."""
    name = "whom" if number is None else f"whom_{number}"
    if row["group_id"] == NO_GROUP:
        return text_value(row["customer_group"]), f"{{{name}:text}}"
    return group_value(row["group_id"]), f"{{{name}:group}}"


def _told(rows: pd.DataFrame, evidence: str = "judged") -> dict[str, object]:
    """What these sentences rest on: projects, whose years people filled in."""
    return {"n": len(rows), "n_of": "project", "evidence": evidence, "table": TABLE}
