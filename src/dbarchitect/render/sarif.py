"""SARIF 2.1.0, as GitHub code scanning reads it.

Standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub uses of it:
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from dbarchitect.model.finding import Finding, Review, Severity, Suppressed
from dbarchitect.render.digest import beside, figures, level_of, statements
from dbarchitect.render.places import Place, place_of
from dbarchitect.render.untrusted import block, json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Page

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

# SARIF's own words for kinds of logical locations; others are allowed as they are (section 3.33.7).
_KINDS = {"table": "object", "column": "member", "schema": "namespace"}

Node = dict[str, Any]


def render_sarif(review: Review, *, pages: Sequence[Page], root: Path, version: str) -> str:
    """One run with its rules, results and suppressed results."""
    everything = [*review.findings, *(one.finding for one in review.suppressed)]
    ids = sorted({one.rule for one in everything} | {page.id for page in pages})
    by_id = {page.id: page for page in pages}
    severities = {one.rule: one.severity for one in reversed(everything)}
    index = {rule: place for place, rule in enumerate(ids)}
    results = [_result(one, index, review, root) for one in review.findings]
    results += [
        _result(one.finding, index, review, root) | {"suppressions": [_suppression(one)]} for one in review.suppressed
    ]
    run: Node = {
        "tool": {
            "driver": {
                "name": "dbarchitect",
                "semanticVersion": version,
                "rules": [_rule(rule, by_id.get(rule), severities.get(rule)) for rule in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "Where dba was run."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": _prose(f"{one.kind} {one.name}: {one.effect}")}}
                    for one in review.gaps
                ]
                + [
                    {
                        "level": "note",
                        "message": {"text": _prose(f"{one.rule} was silent: {one.reason}")},
                    }
                    for one in review.silent
                ],
            }
        ],
        "results": results,
        "properties": {
            "source": line(review.source),
            "engine": line(review.engine),
            "tables": review.tables,
            "environment": {line(key): line(value) for key, value in review.environment.items()},
        },
    }
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json_document(document)


def _rule(rule: str, page: Page | None, severity: Severity | None) -> Node:
    text = block(page.text) if page is not None else rule
    summary = next((one.strip() for one in text.splitlines() if one.strip()), rule)
    usual = Severity(page.severity) if page is not None else severity or Severity.WARNING
    return {
        "id": rule,
        "name": "".join(part.capitalize() for part in rule.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[usual]},
        "properties": {"tags": ["database", "schema"], "problem.severity": _PROBLEM[usual]},
    }


_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def _result(finding: Finding, index: dict[str, int], review: Review, root: Path) -> Node:
    # The key has no line in it: the alert stays the same when the file moves around it.
    fingerprint = hashlib.sha256(finding.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    result: Node = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding, place_of(finding, review, root) or _stand_in(review.source))],
        # GitHub tells alerts apart by `primaryLocationLineHash` alone.
        "partialFingerprints": {"dbarchitectKey/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint[:16]}:1"},
        "properties": {
            "certainty": finding.certainty,
            "proof": finding.proof.level,
            "method": line(finding.proof.method),
            "fix": [block(one) for one in finding.ddl],
        },
    }
    if finding.proof.holds is not None:
        result["properties"]["holds"] = finding.proof.holds
    return result


def _message(finding: Finding) -> str:
    parts = [finding.message + "".join(f" ({said})" for said in beside(finding))]
    if finding.why:
        parts.append(finding.why)
    proof = f"Proof: {level_of(finding.proof)}"
    if finding.proof.method:
        proof += f", {finding.proof.method}"
    if finding.proof.holds is False:
        proof += " (it did not hold)"
    shown = [
        f"{one.label} {one.before} -> {one.after} {one.gain}".rstrip() for one in figures(finding.proof) if one.before
    ]
    parts.append("; ".join([proof, *shown]) + ".")
    parts += [f"Fix: {one}" for one in statements(finding)]
    return "\n".join(_prose(one) for one in parts)


def _prose(text: str) -> str:
    # `[text](target)` is a link in any SARIF message (section 3.11.6).
    return line(text).replace("](", "] (")


def _stand_in(source: str) -> Place:
    """A place for what is found in a live database: code scanning takes no result without a file, so the name of the
    database stands for one, as that of an image does in the reports of scanners of images."""
    try:
        parts = urlsplit(without_passwords(source))
    except ValueError:  # a host in brackets that is no address
        return Place(path="database", line=1)
    host = parts.netloc.rpartition("@")[2]
    return Place(path="/".join(one for one in (host, parts.path.strip("/")) if one) or "database", line=1)


def _location(finding: Finding, place: Place) -> Node:
    ref = finding.at
    logical: Node = {
        "name": line(ref.sub or ref.name or ref.schema or ref.kind),
        "kind": _KINDS.get(ref.kind, ref.kind),
    }
    if str(ref):
        logical["fullyQualifiedName"] = line(str(ref))
    location: Node = {"logicalLocations": [logical]}
    artifact: Node = {"uri": _uri(place)}
    if place.relative:
        artifact["uriBaseId"] = "%SRCROOT%"
    # A region is required by GitHub: line 1 stands for the file where the object's line is unknown.
    region: Node = {"startLine": max(place.line, 1)}
    if place.line and place.column:
        region["startColumn"] = place.column
    location["physicalLocation"] = {"artifactLocation": artifact, "region": region}
    return location


def _uri(place: Place) -> str:
    quoted = quote(place.path, safe="/", errors="backslashreplace")
    if not place.relative:
        return "file://" + ("" if quoted.startswith("/") else "/") + quoted.replace("%3A", ":", 1)
    # A relative reference must not look like a scheme: quote() already wrote ":" as %3A.
    return quoted


def _suppression(one: Suppressed) -> Node:
    kind = "inSource" if one.by.startswith("comment") else "external"
    return {"kind": kind, "status": "accepted", "justification": line(one.reason or f"by {one.by}")}
