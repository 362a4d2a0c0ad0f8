"""JUnit XML, as CI servers read it: one test case a finding, failed from `warning` on, and one a rule that was silent.

There is no standard; what the readers share is described at https://github.com/testmoapp/junitxml.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as Xml

from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.render.digest import beside, level_of, statements, suppressed_by, verb, verdict
from dbarchitect.render.places import place_of
from dbarchitect.render.untrusted import block, line

# XML 1.0 has no way to write these, not even escaped (https://www.w3.org/TR/xml/#charsets).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_FAILS = (Severity.ERROR, Severity.WARNING)


def render_junit(review: Review, *, root: Path) -> str:
    """One suite. A review without findings is one case that passed: readers take an empty file for a broken run."""
    failed = sum(one.severity in _FAILS for one in review.findings)
    cases = [_case(one, review, root) for one in review.findings]
    if not cases:
        cases.append(Xml.Element("testcase", _attributes(classname="dbarchitect", name=verdict(review), time="0")))
    for silent in review.silent:
        case = Xml.Element("testcase", _attributes(classname=silent.rule, name="every object", time="0"))
        Xml.SubElement(case, "skipped", _attributes(message=f"silent, which is not a pass: {silent.reason}"))
        cases.append(case)
    counts = {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "skipped": str(len(review.silent))}
    whole = Xml.Element("testsuites", _attributes(name="dbarchitect", **counts, time="0"))
    suite = Xml.SubElement(whole, "testsuite", _attributes(name=f"{verb(review)} {review.source}", **counts, time="0"))
    known = {"engine": review.engine, **review.environment}
    properties = Xml.SubElement(suite, "properties")
    for key, value in known.items():
        Xml.SubElement(properties, "property", _attributes(name=key, value=value))
    suite.extend(cases)
    said = [suppressed_by(review), *(f"gap: {one.kind} {one.name}: {one.effect}" for one in review.gaps)]
    if any(said):
        Xml.SubElement(suite, "system-out").text = _clean("\n".join(line(one) for one in said if one))
    Xml.indent(whole)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(whole, encoding="unicode") + "\n"


def _case(finding: Finding, review: Review, root: Path) -> Xml.Element:
    place = place_of(finding, review, root)
    at = {"file": place.path, "line": str(max(place.line, 1))} if place is not None else {}
    case = Xml.Element("testcase", _attributes(classname=finding.rule, name=finding.at.short, **at, time="0"))
    said = finding.message + "".join(f" ({one})" for one in beside(finding))
    where = f"{place.path}:{place.line}" if place is not None and place.line else ""
    lines = [said, finding.why, where, f"proof: {level_of(finding.proof)} {finding.proof.method}".strip()]
    text = "\n".join([*(line(one) for one in lines if one), *(block(one) for one in statements(finding))])
    if finding.severity in _FAILS:
        failure = Xml.SubElement(case, "failure", _attributes(message=said, type=finding.severity.value))
        failure.text = _clean(text)
    else:
        Xml.SubElement(case, "system-out").text = _clean(f"{finding.severity.value}: {text}")
    return case


def _attributes(**values: str) -> dict[str, str]:
    return {key: _clean(line(value)) for key, value in values.items()}


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)
