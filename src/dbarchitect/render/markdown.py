"""Markdown for a pull request comment: verdict, the worst in full, the rest folded, within the size a host accepts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.render.digest import (
    NOUNS,
    beside,
    by_object,
    figures,
    mended,
    next_commands,
    plural,
    silent_by_reason,
    standing,
    statements,
    suppressed_by,
    verb,
    verdict,
    worst,
)
from dbarchitect.render.untrusted import line

# GitHub refuses a comment over 65,536 characters.
LIMIT = 65_000

# No single text may eat the page.
_PIECE = 2_000

_MARKS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}

# An underscore between letters is no emphasis, and names are full of them.
_SPECIAL = re.compile(r"[\\`*{}\[\]#|~$<>&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def render_markdown(review: Review, *, limit: int = LIMIT) -> str:
    """The comment, at most `limit` characters; what did not fit is counted in words."""
    top = worst(review.findings)
    chosen = {id(one) for one in top}
    rest = [one for one in review.findings if id(one) not in chosen]
    head = [f"## {verb(review)}: {prose(verdict(review))}", ""]
    head += [
        f"{prose(one)}  " for one in (f"Source: {line(review.source)}", standing(review), suppressed_by(review)) if one
    ]
    for key, value in review.environment.items():
        head.append(f"{prose(f'{line(key)}: {line(value)}')}  ")
    for finding in top:
        head += ["", *_full(finding)]
    tail = _tail(review)
    groups = [_group(name, findings) for name, findings in by_object(rest)]
    sizes = [len(group) for _, group in by_object(rest)]
    return _fit("\n".join(head), groups, sizes, "\n".join(tail), limit)


def _fit(head: str, groups: Sequence[str], sizes: Sequence[int], tail: str, limit: int) -> str:
    reserve = 400  # the statement of what was cut
    if len(head) + len(tail) + reserve > limit:
        # Only a limit far below a host's, or names of absurd length, come here.
        room = max(limit - len(head) - reserve, 0)
        tail = tail[: tail.rfind("\n", 0, room) + 1] + "\n\n*The rest was cut.*" if room else ""
    head = head[: limit - reserve]
    room = limit - len(head) - len(tail) - reserve
    taken = 0
    for group in groups:
        if len(group) + 2 > room:
            break
        room -= len(group) + 2
        taken += 1
    parts = [head, *groups[:taken]]
    if taken < len(groups):
        parts.append(
            f"**{plural(sum(sizes[taken:]), 'finding')} on {plural(len(groups) - taken, 'object')} cut** "
            f"to stay under {limit:,} characters. Run `dba check` where the whole page fits."
        )
    if tail:
        parts.append(tail)
    return "\n\n".join(parts)[: limit - 1].rstrip() + "\n"


def _full(finding: Finding) -> list[str]:
    out = [
        f"### {_MARKS[finding.severity]} {NOUNS[finding.severity]}: {code(finding.at.short)} ({prose(finding.rule)})",
        "",
        _said(finding),
    ]
    if finding.why:
        out += ["", prose(line(finding.why))]
    out += ["", _proof(finding)]
    rows = [one for one in figures(finding.proof) if one.before]
    if rows:
        out += ["", "| | as it is | with the fix | |", "|---|---:|---:|---|"]
        out += [f"| {prose(r.label)} | {prose(r.before)} | {prose(r.after)} | {prose(r.gain)} |" for r in rows]
    if finding.ddl:
        out += ["", fence("\n".join(statements(finding)), "sql")]
    if finding.unless:
        out += ["", f"*Unless:* {prose(line(finding.unless))}"]
    return out


def _said(finding: Finding) -> str:
    return prose(line(finding.message)) + "".join(f" *({prose(line(said))})*" for said in beside(finding))


def _proof(finding: Finding) -> str:
    said = line(finding.proof.method) or (
        "a rule matched, nothing was run" if finding.proof.level == "asserted" else ""
    )
    out = f"**{finding.proof.level}**"
    if said:
        out += f": {prose(said)}"
    if finding.proof.holds is False:
        out += " It did not hold."
    if finding.position is not None:
        out += f" ({code(str(finding.position))})"
    return out


def _group(name: str, findings: Sequence[Finding]) -> str:
    # A blank line after <summary> makes the host read the inside as Markdown again.
    out = [f"<details><summary>{html(name)}: {plural(len(findings), 'finding')}</summary>", ""]
    out += ["| | rule | where | proof | |", "|---|---|---|---|---|"]
    for one in findings:
        where = code(one.at.sub, cell=True) if one.at.sub else ""
        level = one.proof.level + (" (did not hold)" if one.proof.holds is False else "")
        out.append(f"| {_MARKS[one.severity]} | {prose(one.rule)} | {where} | {level} | {_said(one)} |")
    out += ["", "</details>"]
    return "\n".join(out)


def _tail(review: Review) -> list[str]:
    out: list[str] = []
    if review.mends:
        out += [f"<details><summary>Fixes: {html(mended(review))}</summary>", ""]
        for one in review.mends:
            done = f"proved; written as {code(one.migration)}" if one.outcome == "written" else prose(line(one.reason))
            out.append(f"- {prose(line(one.rule))} {code(one.at.short)}: {done}")
            out += [f"  - {prose(line(remark))}" for remark in one.remarks]
            if one.offenders:
                out.append(f"  - it fails on the rows of {code(one.offenders)}")
        out += ["", "</details>", ""]
    if review.silent:
        out += ["<details><summary>Silent, which is not a pass</summary>", ""]
        out += [
            f"- {', '.join(code(one) for one in rules)}: {prose(reason)}"
            for reason, rules in silent_by_reason(review.silent)
        ]
        out += ["", "</details>", ""]
    if review.gaps:
        out += ["<details><summary>Gaps</summary>", ""]
        out += [f"- {prose(line(gap.kind))} {code(gap.name)}: {prose(line(gap.effect))}" for gap in review.gaps]
        out += ["", "</details>", ""]
    commands = next_commands(review)
    if commands:
        out += ["Next: " + ", ".join(code(command) for command, _ in commands)]
    return out


def prose(text: str) -> str:
    """Text that Markdown, HTML and the host's mentions and references leave as it is."""
    text = _cut(text).replace("\n", " ")
    text = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)
    # "@name" would notify a person and "#1", "GH-1" link an issue: a zero-width space parts them.
    text = text.replace("@", "@&#8203;").replace("\\#", "\\#&#8203;")
    return re.sub(r"\b(https?|ftp|www|GH)(?=[:.-])", r"\1&#8203;", text, flags=re.IGNORECASE)


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def html(text: str) -> str:
    """Text inside an HTML element."""
    text = _cut(line(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("@", "@&#8203;").replace("#", "#&#8203;")


def code(text: str, *, cell: bool = False) -> str:
    """An inline code span that holds `text` literally; in a table's `cell` a bar must be escaped even there."""
    text = _cut(line(text)) or " "
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    span = f"{ticks}{pad}{text}{pad}{ticks}"
    return span.replace("|", "\\|") if cell else span


def fence(text: str, language: str) -> str:
    """A code block that no run of backticks inside can close."""
    text = _cut(text)
    ticks = "`" * max(max((len(run) for run in re.findall(r"`+", text)), default=0) + 1, 3)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _cut(text: str) -> str:
    return text if len(text) <= _PIECE else text[:_PIECE] + f" ... ({len(text) - _PIECE:,} characters cut)"
