"""The chapters behind the two pages: what earlier steps found, in the order in which a board asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from helpers.client.result_model import CannotSay, Value
from helpers.method.expected_results import WITHOUT_US
from helpers.method.finding_values import inside_sentence, is_known
from helpers.method.strategy_board import served_share
from helpers.method.strategy_goals import goal_sentences
from helpers.method.strategy_groups import GroupPlan, proposed_intents, selected_tactics, weighed_tactics
from helpers.method.strategy_material import (
    Material,
    Sentence,
    Told,
    counted_as,
    group,
    in_an_id,
    place,
    sentence,
    summed,
    words,
)
from helpers.method.strategy_worth import worth_sentences

# chapter: its title, the steps that it comes from, and the findings that it quotes (`.*`: that of each group)
CHAPTERS = MappingProxyType(
    {
        "who": ("Who our customers are", ("03",), ("03.answer", "03.group.*", "03.beside")),
        "value": ("What they value", ("06",), ("06.answer", "06.win", "06.top_needs", "06.failing.*")),
        "worth": (
            "What they are worth to us, and we to them",
            ("04", "07"),
            ("04.answer", "07.answer"),
        ),
        "portion": ("How the portfolio is made up, and where it goes", ("03", "09"),
                    ("03.portions", "09.projection", "09.held_out", "09.intents_move")),
        "share": (
            "Our share of what they spend",
            ("05",),
            ("05.answer", "05.band", "05.capture_rate"),
        ),
        "future": (
            "Who leads us into the future",
            ("08",),
            ("08.answer", "08.no_test", "08.right_to_win", "08.movers"),
        ),
        "intent": ("What we intend with each group", ("09",), ("09.answer", "09.firm")),
        "results": ("What we expect, by when, and who answers for it", ("09",), ("09.goals", "09.no_owner")),
        "propositions": ("What we promise", ("10",), ("10.answer", "10.claims", "10.cards", "10.gaps", "10.barriers")),
        "tactics": ("What we do", ("11",), ("11.answer", "11.orphans", "11.gaps", "11.trials",
                                           "11.channel_contradictions")),
        "budget": (
            "What it costs",
            ("11", "08"),
            ("11.best_set", "11.team_against_best", "11.budget_more", "11.spend_out_of_line", "11.reactive",
             "08.commitment", "08.commitment.*", "08.not_worth_it"),
        ),
    }
)  # fmt: skip
STEPS = MappingProxyType(
    {
        "03": "03 Form customer groups", "04": "04 Value to us", "05": "05 Customer share", "06": "06 Value to them",
        "07": "07 The value exchange", "08": "08 The face of our future", "09": "09 Choose the intent",
        "10": "10 Value propositions", "11": "11 Align the tactics",
    }
)  # fmt: skip
ABOUT = MappingProxyType({"results": "at stake", "portion": "portfolio"})
BETTER = MappingProxyType({"proof": "proof_said", "drivers": "drivers_named"})
YEAR = 12  # months
ALIKE = 0.005  # shares that lie no further apart are told as one number
HOW = MappingProxyType({"money": "money", "share": "pct"})


def chapter_sentences(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """All sentences of the chapters, in order; a chapter of which nothing is known says which step would tell."""
    groups = [plan.group_id for plan in plans] or [row["group_id"] for row in material.rows("group_intents")]
    found: list[Sentence] = []
    for chapter, (_, steps, names) in CHAPTERS.items():
        own = material.quotes(chapter, names, groups)
        if chapter == "intent" and len({plan.why.value.value if plan.why else "" for plan in plans}) > 1:
            own = own[:1] + [one for plan in plans if (one := _intent(material, plan))] + own[1:]
        if chapter == "worth":
            own = own[:1] + worth_sentences(material, plans) + own[1:]
        if chapter == "share":
            own = own[:1] + _two_shares(material, plans) + own[1:]
        if chapter == "results":
            own = _results(material) + own + goal_sentences(material)
        if chapter == "propositions":
            own += [one for plan in plans if (one := _proposition(material, plan))]
        if chapter == "tactics":
            own += [one for row in selected_tactics(material) if (one := _tactic(material, row, groups))]
        found += [*_window(material, chapter, own), *own, *_apart(material, chapter, own)]
        lacking = [step for step in steps if not material.has(step)]
        found += [_lacking(chapter, step) for step in lacking]
        if not own and not lacking:
            found.append(_silent(material, chapter, steps[0]))
    return found


def chapter_gaps(material: Material) -> list[CannotSay]:
    """Chapters that wait for a step that was not run.

    >>> chapter_gaps(Material({}, {}))[0].unlocked_by
    'step 03 Form customer groups.'
    """
    return [
        CannotSay(
            question=f"Chapter: {title}. What does it say?",
            because="A step that it comes from has no result for this client.",
            unlocked_by=f"step {STEPS[step]}.",
        )
        for title, steps, _ in CHAPTERS.values()
        for step in steps
        if not material.has(step)
    ]


def _window(material: Material, chapter: str, own: Sequence[Sentence]) -> list[Sentence]:
    """Of how many months the sums of the chapter on worth are."""
    step = material.step_of("04")
    if chapter != "worth" or not own or step not in material.said or not material.said[step].as_of:
        return []
    until = Told(Value(value=str(material.said[step].as_of)[:10], unit="date"), (f"{step}/as_of",))
    values = {"months": counted_as(material.window_months), "until": until}
    mean = (
        "of a year, the mean of {months:count} months" if material.window_months > YEAR else "of {months:count} months"
    )
    text = f"Amounts here are {mean} up to {{until:date}}, where they do not say otherwise."
    found = sentence(chapter, "in_worth_window", text, values, evidence="measured")
    return [found] if found else []


def _apart(material: Material, chapter: str, own: Sequence[Sentence]) -> list[Sentence]:
    """That the projects of step 08 are not among the tactics, where both are told."""
    told = [one for one in own if one.finding.id == "12.in_budget_08_commitment"]
    costs = [material.cell("tactics", row, "cost", "money") for row in selected_tactics(material)]
    cost = summed([one for one in costs if one], "money")
    if not told or cost is None:
        return []
    text = (
        "These projects are not in the {cost:money} that the chosen tactics take; where a project and a tactic mean "
        "the same work, it stands here twice."
    )
    found = sentence(chapter, "in_budget_apart", text, {"cost": cost}, evidence="judged",
                     weighed=weighed_tactics(material))  # fmt: skip
    return [found] if found else []


def _lacking(chapter: str, step: str) -> Sentence:
    """That a chapter waits for a step."""
    values = {"step": words(STEPS[step], step)}
    text = "More of this cannot be said before step {step:text} has a result."
    return sentence(chapter, f"in_{chapter}_waits_{step}", text, values, evidence="measured")


def _silent(material: Material, chapter: str, step: str) -> Sentence:
    """What the step of a chapter could not say, in its own words."""
    name = material.step_of(step)
    gaps = material.said[name].cannot_say
    if not gaps:
        text = "Step {step:text} was run and found nothing to say of this."
        return sentence(chapter, f"in_{chapter}_silent", text, {"step": words(STEPS[step], step)}, evidence="measured")
    # of a step that tells of several things, the gap that is of this one
    first = next((gap for gap in gaps if ABOUT.get(chapter, "") in gap.question), gaps[0])
    source = f"{name}/cannot_say"
    values = {"because": words(first.because, source), "unlocked": words(first.unlocked_by, source)}
    text = "Nothing can be said of this yet. {because:text} What would answer it: {unlocked:text}"
    return sentence(chapter, f"in_{chapter}_silent", text, values, evidence="measured")


def _intent(material: Material, plan: GroupPlan) -> Sentence | None:
    """Why the rules propose an intent; the number that would turn it stands with what would change our mind."""
    row = material.rows("group_intents", group_id=plan.group_id)[0]
    first = next(iter(material.rows("assumption_sensitivity", group_id=plan.group_id, rank=1)), None)
    weighed = [place("group_intents", row, "differs"), *plan.chosen_by]
    weighed += [place("assumption_sensitivity", first, name) for name in ("flip_at", "rank")] if first else []
    if first is None or not is_known(first["flip_at"]):
        quoted = material.quote("intent", f"09.intent.{plan.group_id}")
        return replace(quoted, weighed=tuple(weighed)) if quoted else None
    values = {"group": plan.name, "intent": plan.intent, "why": material.cell("group_intents", row, "sentence", "text")}
    text = "{group:group}: {intent:text}. {why:text}"
    if row["differs"]:
        values["proposed"] = proposed_intents(row)
        text = "{group:group}: {intent:text}. People chose so; the rules propose {proposed:text}: {why:text}"
    return sentence("intent", "in_intent", text, values, evidence="judged", n=plan.customers, weighed=weighed,
                    group=plan.group_id)  # fmt: skip


def _two_shares(material: Material, plans: Sequence[GroupPlan]) -> list[Sentence]:
    """How the share of the first page and that of all buyers differ: each with its base."""
    known, every = served_share(material, plans), material.value("05.answer/share")
    if known is None or every is None or _alike(known[0].number, every.number):
        return []
    served, _, weighed = known
    text = (
        "The {served:pct} of the first page is our part of what the groups that we grow and keep spend; the {all:pct} "
        "here of what all buyers do. Both count those whose whole spend we know."
    )
    middle = tuple(name for name in served.sources if not name.endswith(("_low", "_high")))
    values = {"served": Told(served.value.model_copy(update={"low": None, "high": None}), middle)}
    values["all"] = Told(every.value.model_copy(update={"low": None, "high": None}), every.sources)
    found = sentence("share", "in_share_bases", text, values, evidence="measured", weighed=weighed)
    return [found] if found else []


def _alike(one: float, other: float) -> bool:
    """Whether two shares are told as one number, or lie next to each other."""
    return abs(one - other) < ALIKE or f"{one:.0%}" == f"{other:.0%}"


def _results(material: Material) -> list[Sentence]:
    """What we expect of each group by a day, all its measures in one sentence."""
    by_day: dict[tuple[str, object], list[dict]] = {}
    for row in material.rows("expected_results"):
        by_day.setdefault((row["group_id"], row["by_date"]), []).append(row)
    found, told = [], set()
    for (own, _), rows in by_day.items():
        name = "in_results" if own not in told else f"in_results_{len(found)}"
        told.add(own)
        found.append(_result(material, name, own, rows))
    return [one for one in found if one]


def _result(material: Material, name: str, own: str, rows: list[dict]) -> Sentence | None:
    table, weighed, phrases = "expected_results", [], []
    values: dict[str, Told | None] = {"group": group(own), "by": material.cell(table, rows[0], "by_date", "date")}
    for row in rows:
        measure, how = row["measure"], HOW[row["unit"]]
        title = words(inside_sentence(str(row["measure_name"])), place(table, row, "measure_name"))
        then = material.cell(table, row, "likely", row["unit"], "low", "high")
        values |= {measure: then, f"{measure}_name": title}
        values[f"{measure}_today"] = material.cell(table, row, "baseline", row["unit"])
        phrase = f"{{{measure}_name:text}}, now {{{measure}_today:{how}}}, {{{measure}:{how}_range}}"
        if str(row.get("expected_words", "")).endswith(WITHOUT_US):
            values[f"{measure}_alone"] = words(WITHOUT_US, place(table, row, "expected_words"))
            phrase += ", {" + measure + "_alone:text}"
        owner = material.cell(table, row, "owner", "text")
        if owner:
            values[f"{measure}_owner"] = owner
            phrase += f" ({{{measure}_owner:text}})"
        phrases.append(phrase)
        weighed += [place(table, row, column) for column in ("owner", "unit")]
    weighed += [place(table, row, "by_date") for row in material.rows(table, group_id=own)]
    text = f"{{group:group}}, by {{by:date}}: {'; '.join(phrases)}."
    if not any(row["owner"] for row in rows):
        text += " Nobody answers for it yet."
    return sentence("results", name, text, values, evidence="judged", weighed=weighed, group=own, table=table)


def _proposition(material: Material, plan: GroupPlan) -> Sentence | None:
    """The offer to a group: promise, proof, headline, what it serves, the alternative, the price, the channel."""
    rows = material.rows("value_propositions", group_id=plan.group_id)
    row = rows[0] if rows else {}
    # an id alone, such as that of a proof, tells nobody anything
    proof, drivers = (better if better in row else name for name, better in BETTER.items())
    parts = {
        "promise": "{promise:text}",
        proof: f"Proof: {{{proof}:text}}",
        "headline": "We say: “{headline:text}”.",
        drivers: f"It serves: {{{drivers}:text}}.",
        "alternative": "Instead of us they would go to: {alternative:text}.",
        "price_line": "Price: {price_line:text}.",
        "channel": "They hear of it by: {channel:text}.",
        "gap_line": "{gap_line:text}",
    }
    known = {name: material.cell("value_propositions", row, name, "text") for name in parts}
    known = {name: told for name, told in known.items() if told}
    if "promise" not in known:
        return None
    # people write a promise and a proof with a full stop or without one
    bare = [name for name in ("promise", proof) if name in known and str(known[name].value.value)[-1:] not in ".!?…”"]
    parts |= {name: f"{parts[name]}." for name in bare}
    text = " ".join(["{group:group}:", *(parts[name] for name in known)])
    text += " (A draft, which nobody has decided on.)" if row.get("state") == "draft" else ""
    return sentence(
        "propositions", "in_propositions", text, {"group": plan.name} | known, evidence="judged", n=plan.customers,
        weighed=[place("value_propositions", row, "state")], group=plan.group_id,
    )  # fmt: skip


def _tactic(material: Material, row: dict, groups: Sequence[str]) -> Sentence | None:
    """A tactic that was chosen: for whom, by whom, from when to when, what it costs and brings."""
    values = {"title": material.cell("tactics", row, "title", "text")}
    text = "{title:text}"
    if row["group_id"] in groups:
        values["group"] = Told(group(row["group_id"]).value, (place("tactics", row, "group_id"),))
        text += ", for {group:group}"
    optional = (
        ("owner", "text", "{owner:text} answers for it"),
        ("starts", "date", "it starts on {starts:date}"),
        ("ends", "date", "it ends on {ends:date}"),
        ("cost", "money", "it costs {cost:money}"),
        ("measure", "text", "whether it works is seen by {measure:text}"),
    )
    more = []
    for name, unit, phrase in optional:
        told = material.cell("tactics", row, name, unit)
        if told and name == "measure":
            told = _measure_named(material, told)
        if told:
            values[name] = told
            more.append(phrase)
    effect = material.cell("tactics", row, "effect_likely", "money", "effect_low", "effect_high")
    if effect and effect.value.low is not None:
        values["effect"] = effect
        more.append("it is judged to bring {effect:money_range}")
    text += f": {'; '.join(more)}." if more else "."
    return sentence(
        "tactics",
        f"in_tactics_{in_an_id(row['tactic'])}",
        text,
        values,
        evidence="judged",
        weighed=[place("tactics", row, "selected")],
    )


def _measure_named(material: Material, key: Told) -> Told:
    """A measure as the expected results call it; else its key in words."""
    row = next(iter(material.rows("expected_results", measure=key.value.value)), None)
    if row is None:
        return words(str(key.value.value).replace("_", " "), *key.sources)
    named = place("expected_results", row, "measure_name")
    return words(inside_sentence(str(row["measure_name"])), *key.sources, named)
