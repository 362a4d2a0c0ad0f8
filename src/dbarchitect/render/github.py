"""GitHub workflow commands: one annotation a finding, the worst first because a step shows ten of each kind.

Syntax and escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from pathlib import Path

from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.render.digest import beside, figures, mended, standing, suppressed_by, verdict
from dbarchitect.render.places import place_of
from dbarchitect.render.untrusted import line

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_github(review: Review, *, root: Path) -> str:
    """Annotations, then plain lines for the log."""
    ranked = sorted(review.findings, key=lambda one: -one.severity.rank)
    lines = [_annotation(one, review, root) for one in ranked]
    lines += [
        command("notice", {"title": f"gap: {line(one.kind)}"}, f"{line(one.name)}: {line(one.effect)}")
        for one in review.gaps
    ]
    closing = "; ".join(
        part for part in (verdict(review), standing(review), suppressed_by(review), mended(review)) if part
    )
    # "dba: " in front: a line of the log that starts with "::" would be a command.
    return "\n".join([*lines, f"dba: {closing}"]) + "\n"


def _annotation(finding: Finding, review: Review, root: Path) -> str:
    place = place_of(finding, review, root)
    properties: dict[str, str] = {}
    if place is not None:
        properties["file"] = line(place.path)
        if place.line:
            properties["line"] = str(place.line)
        if place.column:
            properties["col"] = str(place.column)
    properties["title"] = f"{finding.rule} ({finding.proof.level}) on {line(finding.at.short)}"
    parts = [line(finding.message) + "".join(f" ({line(said)})" for said in beside(finding))]
    parts += [
        f"{one.label}: {one.before} -> {one.after} {one.gain}".strip() for one in figures(finding.proof) if one.before
    ]
    parts += [f"fix: {line(one)};" for one in finding.ddl]
    return command(_COMMANDS[finding.severity], properties, "\n".join(parts))


def command(name: str, properties: dict[str, str], message: str) -> str:
    """A workflow command, escaped."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
