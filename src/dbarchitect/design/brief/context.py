"""What a brief says that is surely not about data: goals, wishes for screens, services of a supplier.

It is noted and counted apart from what was understood. A sentence that names an entity or a field is none, whatever else it
says, nor is one that counts something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbarchitect.design.spec import Noted

from .phrases import singular

_PRODUCT = r"(?:(?:the|our|this) )?(?:[\w-]+ )?(?:system|app|application|platform|product|solution|software|tool|website|site|service|interface|ui|user interface|screens?|pages?|design|experience|everything|it)"
_PRAISE = (
    r"(?:modern|easy|simple|intuitive|delightful|beautiful|pleasant|nice|fun|clean|fast|quick|snappy|responsive|reliable|stable|robust|scalable|secure"
    r"|accessible|user[- ]friendly|friendly|effortless|lovely|mobile[- ]friendly|maintainable|state[- ]of[- ]the[- ]art)"
)
_WHY: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern, re.IGNORECASE))
    for why, pattern in (
        ("goal", rf"^{_PRODUCT} (?:must|should|shall|will|has to|needs to|is to) (?:be|feel|look)(?: (?:very|really|as|truly))? {_PRAISE}\b"),
        ("goal", r"^(?:speed|reliability|usability|simplicity|quality|security|performance|privacy)(?:,? (?:and )?(?:speed|reliability|usability|simplicity|quality|security|performance|privacy))* (?:is|are|matters?) "),
        ("goal", r"^(?:the|our) (?:goal|aim|mission|vision|ambition|dream|idea|promise|purpose)s? (?:of this \w+ )?(?:is|are) (?:to|that)\b"),
        ("goal", rf"^we (?:want|would like|wish|hope|aim|strive) .*\b{_PRAISE}$"),
        ("interface", r"^(?:an? |the |nice to have:? )?(?:dark mode|dark theme|night mode|keyboard shortcuts|animations?|a nice logo|logo|colou?r scheme|branding|look and feel|drag and drop|responsive (?:design|layout))\b"),
        ("service", r"^(?:the |an? |each |every )?(?:supplier|vendor|bidder|tenderer|provider|offeror|proposer|agency)s? (?:must|shall|should|will|is to|are to|has to|have to) (?:also )?(?:provide|offer|submit|deliver|give|present|demonstrate|describe|propose|quote|name|train|guarantee)\b"),
        ("service", r"^(?:proposals?|offers?|bids?|tenders?|quotes?) (?:must|shall|should|will|are to|is to) (?:be )?(?:submitted|include|sent|received|delivered|evaluated)\b"),
    )
)  # fmt: skip


def noted(text: str, line: int, names: Iterable[str]) -> Noted | None:
    """A sentence that certainly says nothing about data, and why; None for anything else. `names`: of all entities and of
    their fields, of which none may stand in it."""
    said = " ".join(text.split()).strip(" .")
    why = next((one for one, pattern in _WHY if pattern.search(said)), None)
    if why is None:
        return None
    words = {singular(one) for one in re.findall(r"[\w’'-]+", said.lower())}
    if any(set(one.split()) <= words for one in names):
        return None
    return Noted(text=said, why=why, line=line)  # pyright: ignore[reportArgumentType]
