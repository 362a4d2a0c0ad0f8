"""One query for people and for tools: where its time goes, and what would save it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.finding import Gap, Severity
from dbarchitect.model.query_advice import QueryFinding, QueryReview, WorkloadReview
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import amount, cost_unit, plural
from dbarchitect.render.plan_tree import HOT, WARM, condition, misjudged_words, node_name, node_rows, shown, walk
from dbarchitect.render.rewrite import rewrite_parts
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.query/1"
WORKLOAD_SCHEMA = "dbarchitect.queries/1"
Form = Literal["text", "json"]
_BAR = 10
_QUERIES, _SHOWN_SQL = 20, 100


def render_query(review: QueryReview, form: Form, *, screen: Screen, version: str, orms: Sequence[str] = ()) -> str:
    """The review as `form`; `orms`: in whose words other forms are shown too."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(review)})
    return printed(_parts(review, screen, orms), screen)


def render_queries(review: WorkloadReview, form: Form, *, screen: Screen, version: str) -> str:
    """The review of a workload as `form`: the text names of each query what is found, and has the best form of it."""
    if form == "json":
        return json_document({"schema": WORKLOAD_SCHEMA, "version": version, **msgspec.to_builtins(review)})
    return printed(_workload_parts(review), screen)


def _workload_parts(review: WorkloadReview) -> Iterator[Part]:
    found = len(review.reviews)
    fine = f"{plural(review.fine, 'query needs', 'queries need')} nothing"
    if found:
        head = f"{plural(found, 'query', 'queries')} of {found + review.fine:,} could be better; {fine}"
    else:
        head = f"nothing to improve: {fine}"
    yield Text(head, style="bold yellow" if found else "bold green")
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in review.proof.environment.items())
    yield Text(f"{review.proof.level}: {line(review.proof.method)}" + (f" ({named})" if named else ""), style="dim")
    if any(not one.timed for one in review.reviews):
        yield Text(cost_unit(review.proof).words, style="dim")
    whole = sum(one.saves for one in review.reviews)
    for number, one in enumerate(review.reviews[:_QUERIES], 1):
        yield Text("")
        spent = f"{one.total:,.1f} ms" if one.timed else f"{cost_unit(review.proof).name} {one.total:,.1f}"
        share = f", up to {one.saves / whole:.0%} of what could be saved" if whole > 0 and one.saves > 0 else ""
        yield Text(f"{number}. {one.calls:,.0f} calls, {spent} each{share}", style="bold")
        yield Verbatim(Text(f"   {line(' '.join(one.sql.split()))[:_SHOWN_SQL]}"))
        for finding in sorted(one.to_improve, key=lambda each: -each.share):
            saved = f" (up to {finding.share:.0%})" if finding.share > 0 else ""
            advice = f"; {line(finding.advice)}" if finding.advice else ""
            yield Text(f"   {line(finding.rule)}{where(finding)}{saved}: {line(finding.message)}{advice}")
        if one.rewrites:
            yield from rewrite_parts(one.rewrites[:1], numbered=False)
    if found > _QUERIES:
        yield Text(f"and {plural(found - _QUERIES, 'more query', 'more queries')} (--format json)", style="dim")
    yield from _closing(review.notes, review.left_out, review.proof.rerun)


def _parts(review: QueryReview, screen: Screen, orms: Sequence[str]) -> Iterator[Part]:
    yield Text(query_verdict(review), style="bold yellow" if review.to_improve else "bold green")
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in review.proof.environment.items())
    yield Text(f"{review.proof.level}: {line(review.proof.method)}" + (f" ({named})" if named else ""), style="dim")
    if review.plan is not None:
        yield Text("")
        yield from _tree(review, screen)
    asking = [one for one in (*review.findings, *review.patterns) if one.severity is not Severity.INFO]
    for number, one in enumerate(sorted(asking, key=lambda one: -one.share), 1):
        yield Text("")
        yield from _finding(one, number)
    if review.rewrites:
        yield Text("")
        yield Text("other forms", style="bold")
        yield from rewrite_parts(review.rewrites, orms=orms)
    rest = [one for one in (*review.findings, *review.patterns) if one.severity is Severity.INFO]
    if rest:
        yield Text("")
        yield Text("worth knowing", style="bold")
        for one in rest:
            yield Text(f"  {line(one.rule)}{where(one)}: {line(one.message)}; {line(one.advice)}", style="dim")
    yield from _closing(review.notes, review.gaps, review.proof.rerun)


def _closing(notes: Sequence[str], gaps: Sequence[Gap], rerun: str) -> Iterator[Part]:
    for note in notes:
        yield Text(line(note), style="yellow")
    for gap in gaps:
        yield Text(f"{line(gap.kind)} {line(gap.name)}: {line(gap.effect)}", style="yellow")
    if rerun:
        yield Text("")
        yield Verbatim(Text(f"again: {line(rerun)}", style="dim"))


def query_verdict(review: QueryReview) -> str:
    """One line: how much there is to improve, and what it takes."""
    asking = review.to_improve
    count = len(asking) + len(review.rewrites)
    plan = review.plan
    if plan is None:
        spent = ""
    elif review.timed:
        planning = f", planning {amount(plan.planning_ms, 'ms')}" if plan.planning_ms is not None else ""
        spent = f" ({amount(plan.execution_ms or review.total, 'ms')}{planning})"
    else:
        spent = f" ({cost_unit(review.proof).name} {plan.cost:,.0f})"
    if not count:
        return f"nothing to improve{spent}"
    most = max((one.share for one in asking), default=0.0)
    saved = f": the first saves up to {most:.0%}" if most > 0 else ""
    return f"{plural(count, 'finding')}{spent}{saved}"


def _tree(review: QueryReview, screen: Screen) -> Iterator[Part]:
    assert review.plan is not None
    nodes = list(walk(review.plan.root))
    unit = "ms" if review.timed else "cost"
    visible = shown(nodes, review.times)
    marked = {one.node for one in (*review.findings, *review.patterns) if one.severity is not Severity.INFO}
    if not review.timed:
        yield Text(cost_unit(review.proof).words, style="dim")
    yield Text(f"{'own ' + unit:>12} {'':>4} {'':{_BAR}}   #  node", style="dim")
    hidden = 0
    for number, (node, depth) in enumerate(nodes):
        if number not in visible:
            hidden += 1
            continue
        own = review.times[number].own if number < len(review.times) else 0.0
        share = own / review.total if review.total > 0 else 0.0
        filled = round(share * _BAR)
        bar = ("\u2588" if screen.unicode else "#") * filled
        style = "red" if share >= HOT else "yellow" if share >= WARM else ""
        text = Text(f"{own:>12,.2f} {share:>4.0%} ", style=style)
        text.append(f"{bar:{_BAR}}", style=style)
        text.append(f" {number + 1:>3}  ", style="dim")
        text.append("  " * depth + node_name(node), style="bold" if number + 1 in marked else "")
        text.append(node_rows(node), style="dim")
        text.append(
            misjudged_words(node, review.times[number].off if number < len(review.times) else 1.0), style="magenta"
        )
        yield Verbatim(text)
        if share >= WARM and (said := condition(node)):
            yield Verbatim(Text(f"{'':33}{'  ' * depth}{said}", style="dim"))
    if hidden:
        yield Text(f"{plural(hidden, 'node')} that take no time are left out (--format json)", style="dim")


def where(one: QueryFinding) -> str:
    """The node or the place that a finding is about."""
    return f" at #{one.node}" if one.node is not None else f" at {line(one.at)}" if one.at else ""


def _finding(one: QueryFinding, number: int) -> Iterator[Part]:
    saved = ""
    if one.saves_ms is not None and one.saves_ms > 0:
        saved = f"saves up to {amount(one.saves_ms, 'ms')} ({one.share:.0%})"
    elif one.share > 0:
        saved = f"saves up to {one.share:.0%} of the cost"
    head = f"{number}. {line(one.rule)}{where(one)}"
    yield Text(f"{head}: {saved}" if saved else head, style="bold")
    yield Text(f"   {line(one.message)}")
    if one.advice:
        yield Text(f"   {line(one.advice)}")
    for statement in one.sql:
        yield Verbatim(Text(f"   {line(statement)};"))
    if one.unless:
        yield Text(f"   unless {line(one.unless)}", style="dim")
    if one.proof.level != "asserted":
        yield Text(f"   {one.proof.level}: {line(one.proof.method)}", style="dim")
