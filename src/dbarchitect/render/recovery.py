"""`dba design --from` for people and programs: what the brief holds, what came back of it, the page of decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from dbarchitect.design.recovery import SCHEMA, Recovery
from dbarchitect.render.digest import listed, plural
from dbarchitect.render.markdown import code, prose
from dbarchitect.render.untrusted import json_document, line

Form = Literal["text", "json"]
_MOST = 12  # objects that are named one by one


def render_recovery(found: Recovery, form: Form, *, version: str) -> str:
    """The result in one of its forms."""
    if form == "json":
        document = {"schema": SCHEMA, "dbarchitect": version, **msgspec.to_builtins(found)}
        return json_document(document)
    return "\n".join(_text(found)) + "\n"


def _text(found: Recovery) -> Iterator[str]:
    parts = [
        plural(found.entities, "entity", "entities"), plural(found.relations, "relation"),
        plural(found.rules, "rule"), plural(found.queries, "query", "queries"),
    ]  # fmt: skip
    yield f"{line(found.source)}: a brief with {listed(parts)}"
    yield "designed again and made on a server:"
    for one in found.kept.counts:
        noun = plural(one.before, one.what)
        states = [
            f"{number:,} {words}"
            for number, words in (
                (one.same, "as they were"), (one.changed, "in another form"), (one.lost, "lost"),
                (one.added, "added"),
            )
            if number
        ]  # fmt: skip
        yield f"  {noun}: {', '.join(states) or 'none'}"
    agree = [one for one in found.seen if one.agrees]
    differ = [one for one in found.seen if not one.agrees]
    yield (
        f"{plural(len(agree), 'decision')} as a design would take them, {len(differ)} to revisit; "
        f"{plural(len(found.findings), 'finding')} of {found.rules_run} rules"
    )
    for one in found.practices:
        yield f"  {one.topic}: {line(one.what)} ({_named(one.about)})"
        if one.revisit:
            yield f"    revisit: {line(one.revisit)}"
    for one in differ:
        yield f"  revisit: {line(one.what)} ({_named(one.about)}): here {line('; '.join(one.here))}"
    if found.missing:
        yield f"not in the brief: {plural(len(found.missing), 'thing')}"
        for one in found.missing[:_MOST]:
            yield f"  {line(one.about)}: {line(one.what)[:100]}"
        if len(found.missing) > _MOST:
            yield f"  and {len(found.missing) - _MOST:,} more"
    if found.written:
        yield f"written: {', '.join(map(line, found.written))}"


def _named(about: Sequence[str]) -> str:
    names = list(map(line, about[:3]))
    more = f" and {len(about) - 3:,} more" if len(about) > 3 else ""
    return ", ".join(names) + more if names else "the whole design"


def decisions_page(found: Recovery, command: str) -> str:
    """The page beside the brief: what came back, what was decided, what to revisit, what is not said."""
    return "\n".join(_page(found, command)) + "\n"


def _page(found: Recovery, command: str) -> Iterator[str]:
    yield f"# What {prose(line(found.source))} decided"
    yield from ("", f"From `{line(command)}`.", "")
    yield from ("## What came back", "")
    yield (
        "The brief was read and designed again, and both schemas were compared as the server has them: names, types, "
        "NULL, keys, references and their ON DELETE."
    )
    yield from ("", "| | there were | as they were | in another form | lost | added |", "|---|--:|--:|--:|--:|--:|")
    for one in found.kept.counts:
        yield f"| {one.what} | {one.before:,} | {one.same:,} | {one.changed:,} | {one.lost:,} | {one.added:,} |"
    yield ""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in found.kept.differences:
        shown = code(one.about or one.then)
        if one.about and one.then and one.about != one.then:
            shown = f"{shown} is {code(one.then)}"
        groups.setdefault((one.what, one.form), []).append(shown)
    for (what, form), shown in sorted(groups.items(), key=lambda item: -len(item[1])):
        more = f" and {len(shown) - _MOST:,} more" if len(shown) > _MOST else ""
        yield f"- {plural(len(shown), what)}, {prose(line(form))}: {', '.join(shown[:_MOST])}{more}"
    if found.practices:
        yield from ("", "## How it does it", "")
    for one in found.practices:
        yield f"- {one.topic}: **{prose(line(one.what))}** ({prose(_named(one.about))}); {prose(line(one.shown_by))}."
    yield from ("", "## To revisit", "")
    loose: dict[str, list[str]] = {}
    for one in found.practices:
        if one.revisit:
            loose.setdefault(one.revisit, []).append(_named(one.about))
    for revisit, about in loose.items():
        yield f"- **{prose(_named(about))}**: {prose(line(revisit))}."
    differ = [one for one in found.seen if not one.agrees]
    for one in differ:
        here = prose(line("; ".join(one.here)))
        yield f"- **{prose(line(one.what))}** ({prose(_named(one.about))}), where it has: {here}.  "
        yield f"  Why: {prose(line(one.why))}.  "
        if one.unless:
            yield f"  Unless: {prose(line(one.unless))}.  "
    by_rule: dict[str, list[str]] = {}
    for one in found.findings:
        by_rule.setdefault(f"{one.severity.value}, {code(one.rule)}", []).append(prose(line(one.message)))
    for head, messages in by_rule.items():
        more = f" And {len(messages) - 3:,} more." if len(messages) > 3 else ""
        yield f"- {head}: {' '.join(messages[:3])}{more}"
    if not (differ or by_rule or loose):
        yield f"Nothing: {found.rules_run} rules found nothing."
    yield from ("", "## As a design would decide", "")
    for one in found.seen:
        if one.agrees:
            yield f"- {one.topic}: **{prose(line(one.what))}** ({prose(_named(one.about))}): {prose(line(one.why))}."
    if found.missing:
        yield from ("", "## Not in the brief", "")
        for one in found.missing:
            yield f"- {code(line(one.about))}: {code(line(one.what))}"
