"""What `dba design` hands over, as pages: the verdict, the record of decisions, the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.architecture import Architecture, AskedPlan
from dbarchitect.model.figures import size_text
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import PLANNER_COST, listed, plural
from dbarchitect.render.erd import dbml, diagram, fitting, mermaid
from dbarchitect.render.markdown import code, prose
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.design.decision import Decision
    from dbarchitect.design.spec import Assumed, Noted, Unread
    from dbarchitect.model.architecture import Probe
    from dbarchitect.model.schema import Relational
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.architecture/1"
Form = Literal["text", "json"]
_SHOWN = 12
MS_OF_COST = 0.01  # the planner's unit is near 10 microseconds
SLOW_COST = 10_000.0  # a plan of such a cost takes about 100 ms


def verdict(made: Architecture) -> str:
    """One line: whether it holds, and whether it is all that was asked for."""
    tried = sum(one.accepted + one.refused + one.failed for one in made.trials)
    parts: list[str] = []
    if made.failures:
        parts.append(f"{len(made.failures):,} of {tried:,} trials of its constraints went wrong")
    refused = sum(bool(one.refused) for one in made.queries)
    if refused:
        parts.append(f"{plural(refused, 'query', 'queries')} cannot be planned")
    open_ = sum(one.finding.severity.value != "info" and not one.answer for one in made.left)
    if open_:
        parts.append(f"the review has {plural(open_, 'open warning')}")
    if parts:
        return f"it does not hold yet: {listed(parts)}"
    said = f"{plural(made.tables, 'table')}, {tried:,} trials of its constraints, all as they must be"
    return f"{holding(made.unread)}: {said}"


def holding(unread: int) -> str:
    """That a design holds, which is not the same as that the brief does: some of it may not be in the design."""
    return f"what was understood holds, but {missing(unread)}" if unread else "it holds"


def missing(unread: int) -> str:
    """`4 pieces of the brief are not in the design`."""
    return f"{plural(unread, 'piece')} of the brief {'is' if unread == 1 else 'are'} not in the design"


def render_design(made: Architecture, form: Form, *, screen: Screen, version: str) -> str:
    """The result for people or tools."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(made)})
    return printed(_parts(made), screen)


def _parts(made: Architecture) -> Iterator[Part]:
    yield f"{line(made.title) or 'The design'}: {verdict(made)}"
    for one in _facts(made):
        yield Verbatim(Text(f"  {line(one)}"))
    for one in made.failures[:_SHOWN]:
        yield Verbatim(Text(f"  wrong: {line(one)}"))
    files = len(made.written)
    said = f"{plural(files, 'file')} written" if files else "nothing to write"
    if made.removed:
        said += f", {len(made.removed):,} removed"
    if made.unchanged:
        said += f", {made.unchanged:,} as they were"
    yield f"{line(made.folder)}: {said}"
    yield "next"
    if made.unread:
        yield Verbatim(Text(f"  the brief: {missing(made.unread)}; README.md lists what, and how else to say it"))
    for name, why in (
        ("report.html", "the verdict, the diagram, the plans and the evidence, in a browser"),
        ("README.md", "the verdict on one page"),
        ("decisions.md", "what was decided, why, and what would change it"),
        ("schema.sql", "the schema"),
    ):
        yield Verbatim(Text(f"  {line(made.folder)}/{name}: {why}"))


def _facts(made: Architecture) -> Iterator[str]:
    accepted = sum(one.accepted for one in made.trials)
    refused = sum(one.refused for one in made.trials)
    yield (
        f"created on {made.engine}; of its constraints {accepted:,} times a row that must be accepted was, "
        f"{refused:,} times one that must be refused was"
    )
    if made.untried:
        yield f"not tried, because no row is known that breaks them: {', '.join(made.untried)}"
    planned = [one for one in made.queries if one.cost_later is not None]
    if planned:
        slow = sum((one.cost_later or 0) >= SLOW_COST for one in planned)
        said = f"; {slow} of them dear then" if slow else "; none of them dear then"
        yield f"{plural(len(planned), 'query', 'queries')} planned with today's rows and those of two years{said}"
        timed = [one.lab_ms for one in planned if one.lab_ms is not None]
        if timed:
            rows = sum(one.lab_rows for one in made.sizes)
            yield f"{len(timed)} of them timed on {rows:,} made-up rows: the slowest took {max(timed):,.1f} ms"
    if made.advised:
        yield f"{plural(len(made.advised), 'index', 'indexes')} chosen for them, beside those of keys and references"
    now, later = sum(one.bytes_now for one in made.sizes), sum(one.bytes_later for one in made.sizes)
    yield f"about {size_text(now)} at the start, {size_text(later)} in two years"
    answered = sum(bool(one.answer) for one in made.left)
    told = f"{plural(len(made.left), 'remark')}, {answered} answered by the design" if made.left else "nothing found"
    yield f"reviewed by {made.rules_run} rules: {told}"
    if made.migration:
        yield f"{made.migration}; {', '.join(made.journey)}"
    if made.seed:
        yield made.seed
    if made.orm:
        yield made.orm


# ---- pages


def pages(
    made: Architecture,
    decisions: Sequence[Decision],
    probes: Sequence[Probe],
    *,
    assumed: Sequence[Assumed],
    unread: Sequence[Unread],
    noted: Sequence[Noted] = (),
    schema: Relational,
    command: str,
) -> dict[str, str]:
    """The pages of the folder by path. `schema`: as it was read back."""
    columns = fitting(schema)
    return {
        "README.md": _readme(made, decisions, assumed, unread, noted, command),
        "diagram.svg": diagram(schema, columns=columns, title=line(made.title) or "Architecture"),
        "diagram.mmd": mermaid(schema, columns=columns),
        "schema.dbml": dbml(schema),
        "decisions.md": decisions_page(decisions),
        "evidence/constraints.md": _constraints(made, probes, command),
        "evidence/plans.md": _plans(made, command),
        "evidence/sizes.md": _sizes(made, command),
        "evidence/review.md": _review(made),
        "evidence/migrations.md": _migrations(made, command),
        "evidence/constraints.json": json_document([msgspec.to_builtins(one) for one in probes]),
        "evidence/architecture.json": json_document(msgspec.to_builtins(_lasting(made))),
    }


def _lasting(made: Architecture) -> Architecture:
    """Without what differs from run to run: the files of a second run are the same then."""
    return msgspec.structs.replace(made, written=(), removed=(), unchanged=0, seconds=0.0, folder="")


def _readme(
    made: Architecture,
    decisions: Sequence[Decision],
    assumed: Sequence[Assumed],
    unread: Sequence[Unread],
    noted: Sequence[Noted],
    command: str,
) -> str:
    lines = [f"# {prose(line(made.title)) or 'Architecture'}", "", f"**{prose(verdict(made)).capitalize()}.**", ""]
    lines += [f"- {prose(line(one))}" for one in _facts(made)]
    for one in made.failures[:_SHOWN]:
        lines.append(f"- **wrong:** {prose(line(one))}")
    lines += [
        "",
        "Everything here was run before it was written down. Again, after an edit:",
        "",
        fence(command, "sh"),
        "",
    ]
    if unread:
        lines += [
            "## Not in the design",
            "",
            f"{missing(len(unread))}: what was tried was tried without. In other words it may be understood:",
            "",
        ]
        lines += [
            f"- line {one.line}, {one.said}: {prose(line(one.text))} ({prose(line(one.hint))})"
            for one in unread[:_SHOWN]
        ]
        if len(unread) > _SHOWN:
            lines.append(f"- and {len(unread) - _SHOWN:,} more: all of them are in report.html")
        lines.append("")
    lines += ["## Tables", "", "| table | rows at the start | in two years | size then |", "|---|--:|--:|--:|"]
    for one in made.sizes:
        mark = "" if one.said else " (assumed)"
        lines.append(
            f"| {code(one.table, cell=True)} | {one.rows_now:,.0f}{mark} | {one.rows_later:,.0f} | "
            f"{size_text(one.bytes_later)} |"
        )
    if made.queries:
        lines += [
            "",
            "## What the application asks",
            "",
            f"| query | a second | reads by | {PLANNER_COST.name} in two years |",
            "|---|--:|---|--:|",
        ]
        for one in made.queries:
            lines.append(
                f"| {_cell(one.text)} | {one.per_second:g}{'' if one.said else ' (assumed)'} | {_by(one)} | "
                f"{_cost(one)} |"
            )
        lines += [
            "",
            "Costs are the planner's; 100 is about a millisecond. Plans: [evidence/plans.md](evidence/plans.md).",
        ]
    lines += ["", "## What to know", ""]
    known = [
        one
        for one in decisions
        if one.topic in ("not enforced", "volume", "tenancy", "partitioning", "key")
        and (one.topic != "key" or not one.about)
    ]
    lines += [f"- {_about(one.about)}{prose(line(one.what))}: {prose(line(one.why))}" for one in known[:_SHOWN]]
    lines += [
        f"- assumed: {prose(line(one.what))}, because {prose(line(one.because))}; if not, say: {prose(line(one.say))}"
        for one in assumed[:_SHOWN]
    ]
    lines += [
        f"- noted, says nothing about data ({one.why}), line {one.line}: {prose(line(one.text))}"
        for one in noted[:_SHOWN]
    ]
    lines += [f"- {prose(line(one))}" for one in made.notes]
    lines += [f"- {prose(line(f'{one.kind} {one.name}: {one.effect}'))}" for one in made.gaps[:_SHOWN]]
    lines += [f"- all {len(decisions)} decisions with their reasons: [decisions.md](decisions.md)", ""]
    lines += ["## Picture", "", "![The tables and how they refer to each other](diagram.svg)", ""]
    lines += ["The same for Mermaid: [diagram.mmd](diagram.mmd); for dbdiagram: [schema.dbml](schema.dbml).", ""]
    lines += ["## Use it", ""]
    lines += [
        fence('createdb app\nfor f in migrations/*.up.sql; do psql -v ON_ERROR_STOP=1 -d app -f "$f"; done', "sh"),
        "",
    ]
    lines += ["Or with a record of what ran: `dba migrate apply migrations --to postgresql://.../app`.", ""]
    return "\n".join(lines)


def _about(about: str) -> str:
    return f"{code(about)}: " if about else ""


def _cell(text: str) -> str:
    return prose(line(text)).replace("\n", " ")


def _by(one: AskedPlan) -> str:
    if one.refused:
        return f"**refused**: {_cell(one.refused)}"
    if one.reads:
        return "**the whole of** " + ", ".join(
            f"{code(name, cell=True)} ({rows:,.0f} rows)" for name, rows in one.reads
        )
    return ", ".join(code(name, cell=True) for name in one.indexes) or one.without_index


def _cost(one: AskedPlan) -> str:
    return "" if one.cost_later is None else f"{one.cost_later:,.0f}"


def decisions_page(decisions: Sequence[Decision]) -> str:
    """The record of decisions as Markdown."""
    lines = ["# Decisions", "", "What was decided, why, what else was possible, and what would change it.", ""]
    for topic in dict.fromkeys(one.topic for one in decisions):
        lines += [f"## {topic.capitalize()}", ""]
        for one in decisions:
            if one.topic != topic:
                continue
            where = f" (line {one.line})" if one.line else ""
            lines.append(f"- {_about(one.about)}**{prose(line(one.what))}**{where}  ")
            lines.append(f"  Why: {prose(line(one.why))}.  ")
            if one.instead:
                lines.append(f"  Instead: {prose(line(one.instead))}.  ")
            if one.unless:
                lines.append(f"  Unless: {prose(line(one.unless))}.  ")
        lines.append("")
    return "\n".join(lines)


def _head(title: str, command: str) -> list[str]:
    return [f"# {title}", "", fence(command, "sh"), ""]


def _constraints(made: Architecture, probes: Sequence[Probe], command: str) -> str:
    lines = _head("Constraints, tried", command)
    lines += [
        "Each trial ran on an empty copy in a transaction that was rolled back. A refusal counts only with the "
        "name of the "
        "constraint and the error code of its kind. All statements: constraints.json.",
        "",
        "| kind | accepted as it must be | refused as it must be | wrong |",
        "|---|--:|--:|--:|",
    ]
    lines += [f"| {one.kind} | {one.accepted:,} | {one.refused:,} | {one.failed:,} |" for one in made.trials]
    if made.untried:
        lines += ["", f"Not tried, because no row is known that breaks them: {', '.join(map(code, made.untried))}."]
    for table in dict.fromkeys(one.table for one in probes):
        lines += ["", f"## {prose(table)}", "", "| constraint | trial | must be | was |", "|---|---|---|---|"]
        for one in probes:
            if one.table == table:
                mark = "" if one.holds else " **wrong**"
                lines.append(
                    f"| {code(one.constraint, cell=True)} | {_cell(one.what)} | {one.must} | {one.did}{mark} |"
                )
    wrong = [one for one in probes if not one.holds]
    for one in wrong:
        lines += [
            "",
            f"### Wrong: {prose(one.constraint)}",
            "",
            prose(line(one.why)),
            "",
            fence(block(";\n".join(one.statements)), "sql"),
        ]
    return "\n".join(lines) + "\n"


def _plans(made: Architecture, command: str) -> str:
    lines = _head("Plans of what is asked", command)
    lines += [
        "Planned on twins: the schema with the statistics and page counts of the declared volumes, and no rows. "
        "Times are "
        "the fastest of three runs on the made-up rows of a lab, whose size is in sizes.md.",
        "",
    ]
    for one in made.queries:
        lines += [f"## {prose(line(one.text))}", "", fence(block(one.sql), "sql"), ""]
        if one.refused:
            lines += [f"The server refuses it: {prose(line(one.refused))}", ""]
            continue
        cost = (
            ""
            if one.cost_now is None or one.cost_later is None
            else f"{PLANNER_COST.name} {one.cost_now:,.1f} today, {one.cost_later:,.1f} in two years"
        )
        timed = (
            "not run" if one.lab_ms is None else f"{one.lab_ms:,.2f} ms and {one.lab_rows or 0:,.0f} rows in the lab"
        )
        lines += [f"- {cost}; {timed}", f"- plan: {code(one.shape)}"]
        if one.reads:
            lines.append(
                f"- reads the whole of {', '.join(f'{code(name)} ({rows:,.0f} rows)' for name, rows in one.reads)}"
            )
        if one.note:
            lines.append(f"- {prose(line(one.note))}")
        lines.append("")
    if made.advised:
        lines += ["## Indexes that were chosen", ""]
        for one in made.advised:
            instead = f", in place of {', '.join(map(code, one.replaces))}" if one.replaces else ""
            whole = f"; over all rows it would take {one.whole.said}" if one.whole is not None else ""
            lines.append(
                f"- {code(one.sql)} for "
                f"{prose(line('; '.join(one.queries)) or 'checks of references')}{instead}: saves "
                f"{one.saves:.1%} of the workload's {PLANNER_COST.name}, {size_text(one.bytes)} in two years{whole}"
            )
        lines += [
            "",
            f"Cost of the workload: {made.workload_before:,.0f} without, {made.workload_after:,.0f} with them.",
        ]
    return "\n".join(lines) + "\n"


def _sizes(made: Architecture, command: str) -> str:
    lines = _head("Sizes", command)
    lines += [
        "The lab is filled with made-up rows; its bytes a row, indexes included, carried to the declared rows, are the "
        "estimate. Beside it what a row takes by the types of its columns, so that one can be held against the other.",
        "",
        "| table | rows in the lab | lab with indexes | row by types | row measured | at the start | in two years |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for one in made.sizes:
        lines.append(
            f"| {code(one.table, cell=True)} | {one.lab_rows:,} | {size_text(one.lab_bytes)} | "
            f"{one.row_estimated:,.0f} | "
            f"{one.row_measured:,.0f} | {size_text(one.bytes_now)} | {size_text(one.bytes_later)} |"
        )
    return "\n".join(lines) + "\n"


def _review(made: Architecture) -> str:
    lines = _head("Review", "dba check schema.sql --workload workload.sql")
    if not made.left:
        lines.append(f"Nothing found by {made.rules_run} rules.")
    for one in made.left:
        finding = one.finding
        lines += [f"- {finding.severity.value}, {code(finding.rule)}: {prose(line(finding.message))}  "]
        lines.append(f"  {prose(line('Answer: ' + one.answer if one.answer else 'Open. ' + finding.unless))}")
    return "\n".join(lines) + "\n"


def _migrations(made: Architecture, command: str) -> str:
    lines = _head("Migrations", command)
    lines.append(prose(line(made.migration)))
    lines += ["", *(f"- {prose(line(one))}" for one in made.journey)]
    if made.seed:
        lines.append(f"- {prose(line(made.seed))}: seed/seed.sql")
    return "\n".join(lines) + "\n"


def fence(text: str, language: str) -> str:
    """A code block that no run of backticks inside can close."""
    ticks = "`" * max(max((len(run) for run in re.findall(r"`+", text)), default=0) + 1, 3)
    return f"{ticks}{language}\n{text}\n{ticks}"
