"""What one review says that another did not: by rule and object, with systemic findings taken apart.

A trait that most of a schema shares is one finding about the database, and may be forty about columns in the review of
the schema a week ago. What counts is the objects: known is a finding whose object the other review named under the same
rule, on its own or as a member.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from dbarchitect.model.finding import Finding

_NAMED = 3  # members that a message names


def is_systemic(finding: Finding) -> bool:
    """Whether a finding stands for several, which are in `also`."""
    return finding.at.kind in ("database", "schema") and bool(finding.also)


def novel(findings: Iterable[Finding], known: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those of `findings` that are not in `known`; a systemic one with those of its members alone that are new.

    The same rule may speak several times of one object: it may do so as often as it did.
    """
    times = Counter(one.key for one in known)
    members: defaultdict[str, set[str]] = defaultdict(set)  # of systemic findings, by rule
    objects: defaultdict[str, set[str]] = defaultdict(set)  # of all
    for one in known:
        held = {ref.key for ref in one.also} if is_systemic(one) else {one.at.key}
        objects[one.rule] |= held
        if is_systemic(one):
            members[one.rule] |= held
    found: list[Finding] = []
    for one in findings:
        if is_systemic(one):
            new = tuple(ref for ref in one.also if ref.key not in objects[one.rule])
            if new and objects[one.rule]:
                named = ", ".join(ref.short for ref in new[:_NAMED]) + (", ..." if len(new) > _NAMED else "")
                one = msgspec.structs.replace(one, also=new, message=f"{one.message}; new among them: {named}")
            if new:
                found.append(one)
        elif times[one.key] > 0:
            times[one.key] -= 1
        elif one.at.key not in members[one.rule]:
            found.append(one)
    return tuple(found)
