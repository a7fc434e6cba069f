"""Two versions of a strategy on one page: what changed in a sentence, numbers, customers, judgements, goals.

It lists no customers: who moved by id is in the terminal. It holds no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from helpers import __version__
from helpers.client.result_model import Value
from helpers.errors import counted, listed
from helpers.report.answer_difference import apart, differences, part
from helpers.report.compared import Comparison, DecisionMoved, Matrix, NumberMoved, SentenceMoved, Sorting
from helpers.report.frame import PageLink, page_html
from helpers.show import blocks
from helpers.show.audience import Audience, audience_for
from helpers.show.sentences import format_value
from helpers.steps import find_step

STYLE = "compare.css"
KINDS = {"group": "groups", "value tier": "value tiers", "letter": "letters"}
SORTED = {"group": "in a group", "value tier": "in a value tier", "letter": "with a letter"}
HOWS = {"share": "pct1", "points": "points", "money": "money", "count": "count", "number": "number"}
RANGES = {"share": "pct_range", "money": "money_range", "count": "count_range"}
VERDICTS = {True: "more than both ranges allow", False: "the ranges allow that nothing has changed"}
MOST = 8  # parts of an answer that differ; the whole stands in the decision files of the versions
AS_THEN = "as it was"
NOTHING = "Nothing has changed: the two say the same."


def compare_html(compared: Comparison, client: str, currency: str, file: str) -> str:
    """The page, for the file of this name.

    Parameters
    ----------
    compared : Comparison
        Made for the audience that reads the page.
    client, currency : str
        The client's name and what its money is counted in.
    """
    reader = audience_for(compared.audience, currency, {})
    names = [_called(side) for side in (compared.before, compared.after)]
    title = f"{names[0]} and {names[1]}"
    days = [blocks.plain_date(side["as_of"]) for side in _sides(compared)]
    dates = [f"{name}, as of {day}" for name, day in zip(names, days, strict=True)]
    body = [
        f"<h1>{escape(client)}: {escape(title)}</h1>",
        f'<p class="basis">{escape(dates[0])}; {escape(dates[1])}</p>',
        f'<p class="lead">{escape(lead(compared))}</p>',
        _numbers("First numbers", [one for one in _shown(compared) if not one.group], reader, names),
        _numbers("Numbers of each group", [one for one in _shown(compared) if one.group], reader, names),
        _customers(compared, names),
        _decisions(compared, names),
        _goals(compared.goals, names),
        _rest(compared),
    ]
    made = f"Made by the Customer Strategy Workbook {__version__} from the results of both."
    return page_html(
        title=f"{title} - {client}", body="\n".join(part for part in body if part),
        pages=[PageLink(file, "", title[:1].upper() + title[1:])], here=file, made=made, kind="document", style=STYLE,
    )  # fmt: skip


def lead(compared: Comparison) -> str:
    """What changed, in one sentence."""
    if compared.nothing_changed:
        return NOTHING
    parts = []
    groups = next((one for one in compared.sortings if one.kind == "group"), None)
    if groups:
        parts.append(f"{groups.moved:,} of {counted(groups.both, 'customer')} are in another group")
    numbers = _shown(compared)
    if numbers:
        parts.append(f"{sum(one.moved for one in numbers):,} of {counted(len(numbers), 'number')} moved")
    changed = len(compared.decided_otherwise)
    parts.append(f"{counted(changed, 'judgement')} {'is another' if changed == 1 else 'are others'}")
    if compared.definitions:
        parts.append(f"{counted(len(compared.definitions), 'step')} computed otherwise")
    return f"From {_called(compared.before)} to {_called(compared.after)}: {listed(parts)}."


def _shown(compared: Comparison) -> list[NumberMoved]:
    """The numbers of the page: those that a step is known by, and those of groups."""
    return [one for one in compared.numbers if one.headline or one.group]


def _sides(compared: Comparison) -> tuple[dict[str, str], dict[str, str]]:
    return compared.before, compared.after


def _called(side: Mapping[str, str]) -> str:
    return "today" if side["name"] == "today" else f"version {side['name']}"


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(title: str, numbers: Sequence[NumberMoved], reader: Audience, names: Sequence[str]) -> str:
    """A table of numbers: those that moved first, by group where they are of groups."""
    if not numbers:
        return ""
    heads = ["What", *(name[:1].upper() + name[1:] for name in names), "Change", "Moved?"]
    head = "".join(f'<th scope="col" class="{"text" if at in (0, 4) else "num"}">{escape(one)}</th>'
                   for at, one in enumerate(heads))  # fmt: skip
    rows = []
    for group in dict.fromkeys(one.group for one in numbers):
        own = [one for one in numbers if one.group == group]
        rows += [f'<tr class="group"><th scope="rowgroup" colspan="5">{escape(group)}</th></tr>'] if group else []
        rows += [_number(one, reader, heads) for one in sorted(own, key=lambda one: not one.moved)]
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    how = (
        "With a range on both sides a number has moved where the interval of the difference leaves out zero; with one "
        "then, where it left that range; without one, where it differs by more than a tenth."
    )
    return f'<h2>{title}</h2><p class="basis">{how}</p>{_scrolled(f"{title}, then and now", "moved stacks", body)}'


def _number(one: NumberMoved, reader: Audience, heads: Sequence[str]) -> str:
    words = VERDICTS[one.beyond] if one.beyond is not None else one.why or "no"
    cells = [_with_range(one.before, reader), _with_range(one.after, reader), escape(_change(one, reader))]
    numbers = "".join(f'<td class="num" data-title="{escape(head)}"><span>{cell}</span></td>'
                      for head, cell in zip(heads[1:4], cells, strict=True))  # fmt: skip
    said = f"<strong>{escape(words)}</strong>" if one.moved else escape(words)
    last = f'<td class="text" data-title="{heads[4]}">{said}</td>'
    return f'<tr><th scope="row">{escape(one.title)}</th>{numbers}{last}</tr>'


def _with_range(value: Value, reader: Audience) -> str:
    text = escape(format_value(value.value, HOWS[value.unit], reader))
    if value.low is None or value.high is None or value.unit not in RANGES:
        return text
    ends = format_value((value.low, value.high), RANGES[value.unit], reader)
    return f'{text}<br><span class="basis">{escape(ends)}</span>'


def _change(one: NumberMoved, reader: Audience) -> str:
    if one.before.unit != one.after.unit:
        return "–"
    change = float(one.after.value) - float(one.before.value)
    sign = "+" if change > 0 else ""
    if one.after.unit == "share":  # the difference of two parts is points, no part
        return f"{sign}{format_value(100 * change, 'points', reader)}"
    return f"{sign}{format_value(change, HOWS[one.after.unit], reader)}"


# ---- customers -------------------------------------------------------------------------------------------------------


def _customers(compared: Comparison, names: Sequence[str]) -> str:
    sortings = {one.kind: one for one in compared.sortings}
    parts = [_kind(KINDS[kind], sortings.get(kind), names) for kind in KINDS]
    return f"<h2>Who moved</h2>{''.join(parts)}"


def _kind(called: str, one: Sorting | None, names: Sequence[str]) -> str:
    """One way to sort customers: the sentence, and where everybody was and is."""
    title = f"<h3>Between {called}</h3>"
    if one is None:
        return f"{title}<p>This cannot be said: one of the two has no table of it.</p>"
    text = f"{one.moved:,} of {counted(one.both, 'customer')} {SORTED[one.kind]} then and now are in another one."
    text = text if one.moved else f"None of {counted(one.both, 'customer')} {SORTED[one.kind]} then and now moved."
    if one.matrix is None:
        held = "Some moves are of so few customers that they, and totals that give them away, are not shown."
        moves = "".join(
            f"<li>{escape(move.from_)} to {escape(move.to)}: {move.customers:,}</li>"
            for move in (*one.moves, *one.aside)
        )
        return f'<section class="kind">{title}<p>{text} {held}</p>{f"<ul>{moves}</ul>" if moves else ""}</section>'
    table = one.matrix
    text += (
        f" Of all, {table.gone:,} are gone and {table.new:,} new: {table.then:,} − {table.gone:,} + {table.new:,} = "
    )
    text += f"{table.now:,}."
    label = f"Customers by {called}: a row each of {names[0]}, a column each of {names[1]}"
    how = f"A row is where they were in {names[0]}, a column where they are in {names[1]}; who stayed is set apart."
    return (
        f'<section class="kind">{title}<p>{escape(text)}</p><p class="basis">{escape(how)}</p>'
        f"{_scrolled(label, 'matrix', _matrix(table, names))}</section>"
    )


def _matrix(table: Matrix, names: Sequence[str]) -> str:
    corner = f"{names[0]} ↓ {names[1]} →"
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in (corner, *table.columns, "All"))
    rows = []
    for name, counts, same in zip(table.rows, table.counts, table.same, strict=True):
        cells = "".join(_count(count, one) for count, one in zip(counts, same, strict=True))
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}<td class="num total">{sum(counts):,}</td></tr>')
    sums = [sum(column) for column in zip(*table.counts, strict=True)]
    totals = "".join(f'<td class="num">{one:,}</td>' for one in (*sums, sum(sums)))
    rows.append(f'<tr class="total"><th scope="row">All</th>{totals}</tr>')
    return f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"


def _count(count: int, same: bool) -> str:
    kind = "num none" if not count else "num same" if same else "num"
    return f'<td class="{kind}">{count:,}</td>'


# ---- judgements, goals, the rest -------------------------------------------------------------------------------------


def _decisions(compared: Comparison, names: Sequence[str]) -> str:
    """The judgements that are others: what, by whom and why, then and now; and which were only made again."""
    others = compared.decided_otherwise
    again = [one.id for one in compared.decisions if one not in others]
    note = f'<p class="judged-again">Made again as they were: {escape(listed(again, 20))}.</p>' if again else ""
    if not others:
        return f"<h2>Judgements</h2><p>None is another one.</p>{note}"
    heads = ["Judgement", *(name[:1].upper() + name[1:] for name in names)]
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    rows = "".join(_decision(one, heads) for one in others)
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f"<h2>Judgements</h2>{_scrolled('Judgements that are others', 'stacks', body)}{note}"


def _decision(one: DecisionMoved, heads: Sequence[str]) -> str:
    cells = [
        _answer(facts, lines, why)
        for facts, lines, why in zip((one.before, one.after), _answers(one), _reasons(one), strict=True)
    ]
    told = "".join(
        f'<td class="long" data-title="{escape(head)}"><span>{cell}</span></td>'
        for head, cell in zip(heads[1:], cells, strict=True)
    )
    asked = f'{escape(one.question or one.id)}<br><span class="basis">{escape(one.id)}: {escape(one.words)}</span>'
    return f'<tr><th scope="row">{asked}</th>{told}</tr>'


def _answer(facts: Mapping[str, Any], lines: Sequence[str], why: str) -> str:
    """An answer with who gave it, when and why."""
    if not facts:
        return "–"
    who = f"{facts['by']}, {blocks.plain_date(str(facts['decided_on']))}" if facts.get("by") else "proposed"
    return "<br>".join([*map(escape, lines), f'<span class="basis">{escape(who)}</span>', *filter(None, [escape(why)])])


def _answers(one: DecisionMoved) -> list[list[str]]:
    """The answer then and now, in lines: of another one the parts that differ, of the same that it is."""
    both = (one.before, one.after)
    if not all("value" in facts for facts in both):  # asked once only, or not for these eyes
        return [[part(facts["value"])] if "value" in facts else [] for facts in both]
    if "value" not in one.others:
        return [[part(one.before["value"])], [AS_THEN]]
    parts = list(differences(*(facts["value"] for facts in both)))
    more = [f"and {counted(len(parts) - MOST, 'more part')}"] if len(parts) > MOST else []
    pairs = [(_line(each.where, each.was), _line(each.where, each.now)) for each in parts[:MOST]]
    return [[*lines, *more] for lines in zip(*pairs, strict=True)]


def _line(where: Sequence[str], text: str | None) -> str:
    return ": ".join([*map(blocks.plain, where), "–" if text is None else text])


def _reasons(one: DecisionMoved) -> tuple[str, str]:
    """Why then and why now; one that is given again is said once."""
    then, now = (str(facts.get("reason") or "") for facts in (one.before, one.after))
    if then and now:
        return (part(then), "") if then == now else apart(then, now)
    return part(then) if then else "", part(now) if now else ""


def _goals(goals: Sequence[SentenceMoved], names: Sequence[str]) -> str:
    """What was said of the goals then and now."""
    if not goals:
        return ""
    items = []
    for one in goals:
        if one.before == one.after:
            items.append(f"<li>{escape(one.after)} <span class='basis'>As it was.</span></li>".replace("'", '"'))
            continue
        pair = ((name, text or "Nothing was said.") for name, text in zip(names, (one.before, one.after), strict=True))
        told = "<br>".join(f"<strong>{escape(name[:1].upper() + name[1:])}</strong>: {escape(text)}"
                           for name, text in pair)  # fmt: skip
        items.append(f"<li>{told}</li>")
    return f"<h2>Goals</h2><ul>{''.join(items)}</ul>"


def _rest(compared: Comparison) -> str:
    """What makes the same data give other numbers, and steps that only one of the two has."""
    lines = [*_settings(compared), *_steps(compared)]
    if not lines:
        return ""
    return f"<h2>Computed otherwise</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _settings(compared: Comparison) -> Iterator[str]:
    yield from (f"Parameter {line}." for line in compared.parameters)
    for step_id, lines in compared.definitions.items():
        step = find_step(step_id)
        yield f"{step.number} {step.title}: {counted(len(lines), 'part')} of how it is computed changed."


def _steps(compared: Comparison) -> Iterator[str]:
    for side, step_ids in zip(_sides(compared), (compared.only_before, compared.only_after), strict=True):
        for step_id in step_ids:
            yield f"{step_id[:2]} {find_step(step_id).title} has a result in {_called(side)} only."


def _scrolled(label: str, kind: str, table: str) -> str:
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="{kind}">{table}</table></div>'
    )
