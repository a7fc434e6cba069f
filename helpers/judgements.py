"""What a step's decisions say today: decided by people, proposed by a rule, stale or missing.

The same lines serve a run without anyone present and the form in a notebook: both read the decision file, neither keeps
anything of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.client.decisions import decision_template, is_stale, outside, read_decisions
from helpers.client.result_model import CannotSay, DecisionUsed, Result, Value
from helpers.errors import DecisionMissing, DecisionStale, StepInputError, counted, listed, nearest, quoted
from helpers.steps import Choice, Step


class Judgements:
    """The decisions of one step for one client, and the proposals of its rules."""

    def __init__(self, step: Step, client_folder: Path) -> None:
        self._step = step
        # An entry that only holds a proposal, pasted and not yet filled in, decides nothing.
        entries = read_decisions(client_folder, step)
        self._decided = {name: entry for name, entry in entries.items() if entry.decided}
        self._proposed: dict[str, tuple[Any, str]] = {}

    def propose(self, decision: str, value: Any, because: str) -> None:
        """Hold what the rule says, and why, for the case that nobody has decided; StepInputError if it is no option."""
        self._refuse_outside(decision, value, self._choice(decision).options or None)
        self._proposed[decision] = (value, because)

    def propose_each(self, name: str, proposals: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
        """Hold a proposal for each of these groups, (value, why) by its id, and give their values in force."""
        for scope, (value, because) in proposals.items():
            self.propose(f"{scope}.{name}", value, because)
        return {scope: self.value(f"{scope}.{name}") for scope in proposals}

    def value(self, decision: str) -> Any:
        """The value in force: decided, else proposed, else None."""
        self._choice(decision)
        if decision in self._decided:
            return self._decided[decision].value
        return self._proposed.get(decision, (None, ""))[0]

    def decided_of(self, name: str) -> set[str]:
        """The groups, or `all`, for which people have decided this, whatever the rule proposes."""
        self._step.choice(name)
        return {scope for scope, _, of in (decision.partition(".") for decision in self._decided) if of == name}

    def used(
        self,
        decision: str,
        now: Mapping[str, Value],
        *,
        seen: Iterable[str] = (),
        options: Iterable[str] | None = None,
    ) -> DecisionUsed:
        """The judgement as the step uses it, with its state.

        Parameters
        ----------
        now : mapping of `<finding id>/<value>` to Value
            What is on screen today.
        seen : names of such values
            What people look at when they decide this. What is not said for this client is left out.
        options : values that are possible today, optional
            Of those that the registry declares, where it does.

        Raises
        ------
        StepInputError
            If an option is not declared, or the proposal is none of them.
        """
        choice, decided = self._choice(decision), self._decided.get(decision)
        proposed, because = self._proposed.get(decision, (None, ""))
        if options is not None:
            options = [str(option) for option in options]
            self._refuse_outside(decision, options, choice.options or None)
            self._refuse_outside(decision, proposed, options)
        facts = {"id": f"{self._step.number}.{decision}", "question": choice.question}
        facts |= {
            "proposed": proposed,
            "because": because,
            "options": list(choice.options) if options is None else options,
        }
        facts["seen"] = {name: now[name].value for name in seen if name in now}
        if decided is None:
            return DecisionUsed(state="missing" if proposed is None else "proposed", value=proposed, **facts)
        moved = is_stale(decided, choice, now, options)
        facts |= {"value": decided.value, "reason": decided.reason, "by": decided.by, "decided_on": decided.decided_on}
        return DecisionUsed(state="stale" if moved else "decided", moved=moved, **facts)

    def left_out(self, used: Iterable[DecisionUsed], names: Mapping[str, str]) -> list[CannotSay]:
        """What people decided for a group and the step did not ask: the group is gone, or it has no need of it today.

        Parameters
        ----------
        used : what the step asked
        names : mapping of group_id to name, of the groups that stand today
        """
        asked = {one.id.partition(".")[2] for one in used}
        over = [name for name in self._decided if name not in asked and self._choice(name).per_group]
        left = []
        for decision in sorted(over):
            scope, _, name = decision.partition(".")
            why = "It is asked only of groups that need it, and today it is not asked of this one."
            if scope not in names:
                why = f"No group {quoted(scope)} stands today."
            left.append(
                CannotSay(
                    question=f'{names.get(scope, scope)}: "{self._step.choice(name).question}"',
                    because=f"{why} What was decided is left out.",
                    unlocked_by=f"a group of today in place of {scope}, or {decision} struck out of decisions/"
                    f"{self._step.id}.yaml.",
                )
            )
        return left

    def refuse_open(self, used: Iterable[DecisionUsed]) -> None:
        """Stop a final run that rests on something open; all of it is told at once, with the text to paste.

        Raises
        ------
        DecisionMissing
            If nobody has made one of the judgements.
        DecisionStale
            If all were made, but on numbers that have moved.
        """
        used = list(used)
        undecided = [one for one in used if one.state in ("missing", "proposed")]
        stale = [f"{one.id}: {' '.join(one.moved)}" for one in used if one.state == "stale"]
        if undecided:
            open_ = {one.id.partition(".")[2]: (one.proposed, one.seen) for one in undecided}
            raise DecisionMissing(_to_fill_in([decision_template(self._step, open_)], len(open_)))
        if stale:
            raise DecisionStale(
                f"decided on numbers that have moved. {'; '.join(stale)}. "
                f"Look again, then renew decided_on and seen in decisions/{self._step.id}.yaml."
            )

    def _refuse_outside(self, decision: str, value: Any, options: Sequence[str] | None) -> None:
        """A step must not offer what its decision file would refuse; without options, anything goes."""
        strange = outside(value, options) if options is not None and value is not None else []
        if strange:
            advice = nearest(str(strange[0]), options, "" if options else "Nothing can be chosen for this client.")
            raise StepInputError(
                f"{self._step.id}: {decision} offers {quoted(strange[0])}, which is no option. {advice}"
            )

    def _choice(self, decision: str) -> Choice:
        scope, _, name = decision.partition(".")
        choice = self._step.choice(name)
        if choice.per_group == (scope == "all"):
            raise StepInputError(f'{self._step.id}: "{decision}" should read "{choice.example}".')
        return choice


def require_decisions(client_folder: Path, steps: Iterable[Step], drafts: Mapping[str, Result]) -> None:
    """Stop a final run before anything is changed, if a judgement of its steps is open.

    Parameters
    ----------
    drafts : mapping of step id to Result
        The drafts that stand; what they propose and show stands in the text to paste.

    Raises
    ------
    DecisionMissing
        With one text to paste for each step that has something open.
    """
    blocks, count, unseen = [], 0, []
    for step in steps:
        entries = read_decisions(client_folder, step)
        drafted = {used.id.partition(".")[2]: used for used in (drafts[step.id].decisions if step.id in drafts else [])}
        names = dict.fromkeys([*(choice.example for choice in step.decides if choice.always), *drafted])
        open_ = {name: drafted.get(name) for name in names if name not in entries or not entries[name].decided}
        if open_:
            asked = {name: (used.proposed, used.seen) if used else (None, {}) for name, used in open_.items()}
            blocks.append(decision_template(step, asked))
            count += len(open_)
            unseen += [] if step.id in drafts else [step.number]
    if blocks:
        hint = f"\nNo draft stands for {listed(unseen)}: run one first to see what is proposed there." if unseen else ""
        raise DecisionMissing(_to_fill_in(blocks, count) + hint)


def _to_fill_in(blocks: list[str], count: int) -> str:
    return (
        f"A final report holds no proposals, and {counted(count, 'judgement')} {'is' if count == 1 else 'are'} open. "
        "Fill in what follows and save each part as the file that its first line names:\n\n" + "\n".join(blocks)
    )
