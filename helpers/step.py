"""The one object a notebook talks to: `step = open_step("05_customer_share", CLIENT)`.

A step reads declared tables, earlier results and decisions, keeps the tables it publishes, says findings, shows
exhibits, checks itself and publishes. The calculations are in `helpers.method`; this file carries things between them,
the client's folder and the page, alike for the runner, a person in JupyterLab and a test without a kernel.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import __version__
from helpers.client.derived import write_json
from helpers.client.folder import Client, open_client
from helpers.client.result_model import Assumption, CannotSay, Check, Exhibit, Finding, NotebookUsed, Result, Value
from helpers.client.results import (
    GROUP_PROFILES,
    INTERACTIVE,
    MODE,
    NOTEBOOK,
    OUTPUT,
    RESULT,
    names_of,
    read_result,
    write_published,
)
from helpers.client.schema import schema
from helpers.client.step_inputs import code_hash
from helpers.client.tables import file_hash, read_table
from helpers.client.tables_manifest import read_tables_manifest
from helpers.errors import StepInputError, counted, nearest
from helpers.judgements import Judgements
from helpers.reading import StepReading
from helpers.show import blocks
from helpers.show.audience import audience_for
from helpers.show.figure import figure_html
from helpers.show.kinds import find_kind
from helpers.show.output import put
from helpers.show.sentences import check_finding, fill, say
from helpers.show.tables import html_table
from helpers.steps import Step, find_step


def open_step(step_id: str, client: str | Path, **parameters: Any) -> OpenStep:
    """Open a step for a client folder; `parameters` are recorded in the result as the step used them."""
    return OpenStep(find_step(step_id), open_client(Path(client)), parameters)


class OpenStep(StepReading):
    """A step that is being worked on. Made by `open_step`; ends with `publish`."""

    def __init__(self, step: Step, client: Client, parameters: Mapping[str, Any]) -> None:
        self.step, self.client = step, client
        self.parameters = dict(parameters)
        self.mode = os.environ.get(MODE, INTERACTIVE)
        self.audience = audience_for("working", client.currency, self._group_names())
        self.received = read_tables_manifest(client.tables_folder)
        self._folder = Path(os.environ.get(OUTPUT) or tempfile.mkdtemp(prefix="workbook-"))
        self._judged = Judgements(step, client.folder)
        self._frames: dict[str, pd.DataFrame] = {}
        notebook = Path(os.environ.get(NOTEBOOK) or step.notebook)
        self.said = Result(
            step=step.id,
            kit=__version__,
            mode=self.mode,
            as_of=self.received.as_of,
            parameters=self.parameters,
            notebook=NotebookUsed(origin="kit" if notebook == step.notebook else "own", sha256=code_hash(notebook)),
        )

    def look(self, name: str, rows: int = 5) -> None:
        """Show the first rows of a table, with its grain, to whoever works in the notebook."""
        frame = self.table(name)
        if frame is None:
            said = f"This client has not delivered {name}."
            put("preview", f"<p>{said}</p>", said, table=name, rows=0)
            return
        described = schema(name)
        caption = f"{name}: {described.grain}; {len(frame):,} rows"
        html = html_table(frame, described, self.audience, caption=caption, most=rows, stacks=False)
        put("preview", html, frame.head(rows).to_string(), table=name, rows=rows)

    # ---- judgement -----------------------------------------------------------------------------------------------

    def propose(self, decision: str, value: Any, because: str) -> None:
        """What the rule says where nobody has decided, and why, in words."""
        self._judged.propose(decision, value, because)

    def propose_each(self, name: str, proposals: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
        """The same for each of these groups, (value, why) by its id; gives their values in force."""
        return self._judged.propose_each(name, proposals)

    def choice(self, decision: str) -> Any:
        """The value in force: what people decided, else the proposal, else None."""
        return self._judged.value(decision)

    def decided_of(self, name: str) -> set[str]:
        """The groups, or `all`, for which people have decided this; elsewhere a proposal is in force, or nothing."""
        return self._judged.decided_of(name)

    def decide(
        self,
        decision: str,
        seen: Iterable[str] = (),
        options: Iterable[str] | None = None,
        *,
        items: Iterable[str] = (),
        preview: Callable[[Any], Finding] | None = None,
        known: Mapping[str, pd.DataFrame | None] | None = None,
    ) -> None:
        """Show a judgement: the question, what was decided or is proposed, by whom and why; in JupyterLab its form too.

        Parameters
        ----------
        seen : names of numbers to look at when deciding, as `<finding id>/<value>`, which the choice itself cannot move
            When one of them moves later, the decision is stale.
        options : values that are possible today, optional
        items : the client's own things that an answer is about: categories, goals, groups
        preview : function from a value to the finding that says what it would change, such as those of `rating_what_if`
        known : mapping of a column that people fill in to a table with a column of that name, or None
            Its form offers the words that stand there; others can be typed as well.
        """
        now = {f"{said.id}/{name}": value for said in self.said.findings for name, value in said.values.items()}
        used = self._judged.used(decision, now, seen=seen, options=options)
        self.said.decisions.append(used)
        if used.state != "decided":
            self.said.provisional.append(used.id)
        html = blocks.decision_html(used, self.audience)
        put("decision", html, f"{used.question} {used.value} ({used.state})", id=used.id)
        if self.mode == INTERACTIVE:
            from helpers.ask.form import Question, show_form  # widgets take time to load, and a run shows none

            effect = None if preview is None else lambda value: say(preview(value), self.audience)
            choice = self.step.choice(decision.partition(".")[2])
            named = [str(item) for item in items if item]
            there = {column: table for column, table in (known or {}).items() if table is not None}
            words = {column: sorted(table[column].dropna().astype(str).unique()) for column, table in there.items()}
            asked = Question(self.client.folder, self.step, choice, used, named, effect, audience=self.audience)
            asked.known = {column: [word for word in found if word] for column, found in words.items()}
            show_form(asked)

    def decide_each(self, name: str, scopes: Iterable[str], seen: Iterable[str] = (), **how: Any) -> None:
        """Show a judgement that not every client has to make: for each of these groups, `all`, or for nobody at all.

        In `seen` a `*` stands for the group; the rest is as in `decide`.
        """
        for scope in scopes:
            self.decide(f"{scope}.{name}", [number.replace("*", scope) for number in seen], **how)

    # ---- saying and showing --------------------------------------------------------------------------------------

    def keep(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Hold a table for publishing and give it back as every later reader will see it.

        Raises
        ------
        StepInputError
            If the registry does not list the table under this step, or its columns are not those of its schema.
        """
        if name not in self.step.publishes:
            raise StepInputError(f'{self.step.id} does not publish "{name}". {nearest(name, self.step.publishes)}')
        self.said.tables[name] = write_published(self._folder, name, frame)
        self._frames[name] = read_table(self._folder / self.said.tables[name].file, schema(name))
        if name == GROUP_PROFILES:  # from here on the step itself says the names
            self.audience = audience_for("working", self.client.currency, names_of(self._frames[name]))
        return self._frames[name]

    def find(self, findings: Finding | Iterable[Finding]) -> None:
        """Say one or more findings: sentences whose numbers are typed values, never digits in the text."""
        findings = [findings] if isinstance(findings, Finding) else list(findings)
        known = {said.id for said in self.said.findings}
        for finding in findings:
            check_finding(finding)
            if finding.id in known or not finding.id.startswith(self.step.number):
                raise StepInputError(f"{self.step.id}: the finding id {finding.id} is taken, or of another step.")
            known.add(finding.id)
            self.said.findings.append(finding)
        html = blocks.findings_html(findings, self.audience)
        put("findings", html, "\n".join(say(f, self.audience) for f in findings), ids=[f.id for f in findings])

    def show(
        self,
        table: str,
        kind: str,
        subtitle: str,
        *,
        finding: str | None = None,
        name: str | None = None,
        caption: str = "",
        place: str = "main",
        **encoding: Any,
    ) -> None:
        """Show a kept table as an exhibit, under the finding that it proves.

        Parameters
        ----------
        table : str
            The kept table that it is drawn from, now and whenever a page is made.
        kind : str, one of `helpers.show.kinds`, which have the `encoding` of each
        subtitle : str
            What is measured, in which unit, for whom and when. Placeholders are filled from the finding's values and
            from `{window:text}`.
        finding, name : str, optional
            The finding that titles it, and its own id, both without the step number; the table's name where not given.
            A finding that depends on the data may be left unsaid: then there is nothing to prove, and no exhibit.
        place : str
            `main`, or `appendix` for what supports an answer without being part of it.
        """
        if table not in self._frames:
            raise StepInputError(f'{self.step.id}: keep the table "{table}" before it is shown.')
        wanted = f"{self.step.number}.{finding or table}"
        exhibit_id = f"{self.step.number}.{name or table}"
        facts = {"kind": kind, "table": table, "finding": wanted, "encoding": encoding, "place": place}
        facts |= {"subtitle": subtitle, "caption": caption, "alt": subtitle}
        source = self.client.config.source or "The client's own data."
        exhibit = Exhibit(id=exhibit_id, source=source, **facts)
        find_kind(exhibit, schema(table))  # a slip in an encoding is told for every client
        titled = next((said for said in self.said.findings if said.id == wanted), None)
        if titled is None:
            unsaid = f"No exhibit: the finding {wanted}, which would title it, was not said for this client."
            put("preview", f"<p>{unsaid}</p>", unsaid, table=table, rows=0)
            return
        facts = titled.values | {"window": Value(value=self.window, unit="text")}
        subtitle = fill(subtitle, facts, self.audience, where=f"Exhibit {exhibit_id}")
        exhibit = exhibit.model_copy(update={"subtitle": subtitle, "alt": subtitle})
        title = say(titled, self.audience)
        html = figure_html(exhibit, self._frames[table], schema(table), title, self.audience, phone=False)
        self.said.exhibits.append(exhibit)
        put("exhibit", html, title, id=exhibit.id)

    def assume(self, assumptions: Iterable[Assumption]) -> None:
        """Say what the step used that the data did not supply."""
        self.said.assumptions.extend(assumptions)
        put("assumptions", blocks.assumptions_html(self.said.assumptions), "assumptions")

    def cannot_say(self, gaps: Iterable[CannotSay]) -> None:
        """Say which questions stay open, why, and what would answer them."""
        self.said.cannot_say.extend(gaps)
        put("cannot_say", blocks.cannot_say_html(self.said.cannot_say), "cannot say")

    def check(self, checks: Iterable[Check]) -> None:
        """Show the step's reconciliations. One that fails lets the step end, and stops what reads it."""
        self.said.checks.extend(checks)
        put("checks", blocks.checks_html(self.said.checks), "checks")

    def sentences(self, also: Iterable[Finding] = ()) -> dict[str, str]:
        """The findings of the steps that this one builds on, and of itself, as sentences by id, and these beside them.

        Each audience may read them; one that a client's page would hold back is empty.
        """
        folders = {other: self._results_of(other) for other in self.step.builds_on}
        earlier = [read_result(folder, other).findings for other, folder in folders.items() if folder]
        reader = audience_for("client", self.audience.currency, self.audience.groups)
        said = [finding for findings in (*earlier, self.said.findings, also) for finding in findings]
        shown = {finding.id for finding in blocks.visible(said, reader)}
        return {finding.id: say(finding, reader) if finding.id in shown else "" for finding in said}

    # ---- publishing ----------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Write result.json. Nothing counts before this line has run.

        Raises
        ------
        StepInputError
            If a declared table was not kept or a declared decision not shown: a step that forgets must not pass.
        DecisionMissing, DecisionStale
            In a final run, if a judgement is open or rests on numbers that have moved.
        """
        absent = [name for name in self.step.publishes if name not in self._frames]
        shown = {used.id.rpartition(".")[2] for used in self.said.decisions}
        always = [choice.name for choice in self.step.decides if choice.always]
        absent += [f"decision {name}" for name in always if name not in shown]
        if absent:
            missing = ", ".join(absent)
            raise StepInputError(f"{self.step.id} ends without {missing}. Keep or decide each, even if empty.")
        if self.mode == "final":
            self._judged.refuse_open(self.said.decisions)
        left = self._judged.left_out(self.said.decisions, self.audience.groups)
        self.said.cannot_say.extend(left)
        self._inherit()
        write_json(self._folder / RESULT, self.said)
        sha = file_hash(self._folder / RESULT)
        if self.mode == INTERACTIVE:
            target = self.client.results_folder / INTERACTIVE / self.step.id
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(self._folder, target)
        words = f"{self.step.id}: {len(self.said.findings)} findings, {len(self.said.tables)} tables published."
        words += f" {counted(len(left), 'decision')} left out: see what we cannot say." if left else ""
        put("published", f"<p>{words}</p>", words, sha256=sha)

    def _inherit(self) -> None:
        """What rests on a proposal is provisional, and so is what rests on that."""
        for other in self.step.needs + self.step.better_with:
            folder = self._results_of(other)
            for decision in read_result(folder, other).provisional if folder else []:
                if decision not in self.said.provisional:
                    self.said.provisional.append(decision)
