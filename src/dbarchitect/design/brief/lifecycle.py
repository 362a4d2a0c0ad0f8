"""What becomes of rows: states and the moves between them, what is kept of them, and whose they are."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field

from .phrases import DETERMINERS, bare, listed, singular
from .statements import MAY, NOUN

if TYPE_CHECKING:
    from .grammar import Reader

_KEPT: tuple[tuple[str, str], ...] = (
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|(?:can|may|must|should)(?: only)? be) (?:only )?(?:soft[- ]deleted|archived|only marked(?: as deleted)?|never (?:really |physically )?deleted|deleted softly|(?:deleted|removed|archived) and (?:later )?(?:restored|recovered|brought back|undeleted))$", "soft_delete"),
    (rf"^(?:we |to )?(?:soft[- ]deletes?|softly delete) (?:{DETERMINERS}\s+)?({NOUN})$", "soft_delete"),
    (rf"^soft[- ](?:deletes?|deletion)(?: is (?:used|needed|wanted))? (?:for|of|on) (?:{DETERMINERS}\s+)?({NOUN})$", "soft_delete"),
    (rf"^(?:deleted|archived) ({NOUN}) (?:can|may|must) be (?:restored|recovered|brought back|undeleted)$", "soft_delete"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:never (?:changed|updated|modified)|append[- ]only|immutable|only (?:added|appended))$", "appended"),
    (rf"^(?:all |every |each )?(?:changes?|edits?) (?:to|of) (?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|must be) (?:audited|logged|tracked|recorded)$", "audit"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) audited$", "audit"),
    (rf"^(?:the )?(?:history|versions|old versions|past states) of (?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|must be) kept$", "history"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) versioned$", "history"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:a )?time series$", "by_time"),
    (rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:a |put in a |worked off as a )?queued?(?: of work)?$", "queue"),
)  # fmt: skip


def moves(reader: Reader, text: str, line: int) -> bool:
    """States: `an order goes from pending to paid to shipped`, `pending -> paid -> shipped`, `paid can become shipped`."""
    pairs: list[tuple[str, str]] = []
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )?(?:goes?|moves?|changes?) from (.+)$", text, re.IGNORECASE
    )
    arrows = re.match(rf"^(?:(?:{DETERMINERS}\s+)?({NOUN}):\s*)?([\w -]+(?:\s*(?:->|→|=>)\s*[\w |/-]+)+)$", text)
    become = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:order |one )?(?:can|may) (?:become|turn) (?:into )?(.+)$",
        text,
        re.IGNORECASE,
    )
    if match is not None:
        owner: str | None = reader.entity(match[1]) or (reader.owner(match[1]) or (None, ""))[0]
        for chain in re.split(r",?\s+or from\s+|,?\s+and from\s+|;\s*", match[2], flags=re.IGNORECASE):
            steps = re.split(r"\s+(?:and then |then )?to\s+|,\s*(?:and )?then (?:to )?", chain)
            pairs += _chain(steps)
    elif arrows is not None:
        pairs = _chain(re.split(r"\s*(?:->|→|=>)\s*", arrows[2]))
        owner = reader.entity(arrows[1]) if arrows[1] else None
    elif become is not None:
        pairs = [(bare(become[1]), bare(one)) for one in re.split(r",\s*|\s+or\s+|\s+and\s+", become[2]) if one]
        owner = None
    else:
        return False
    states = {state.lower() for pair in pairs for state in pair}
    holder = _stated(reader, owner, states)
    if holder is None:
        return False
    name, known = holder
    written = {value.lower(): value for value in known.values}
    pairs = [(written.get(low.lower(), low), written.get(high.lower(), high)) for low, high in pairs]
    values = tuple(dict.fromkeys((*known.values, *(state for pair in pairs for state in pair))))
    reader.said.things[name].fields[known.name] = replace(
        known, kind="choice", values=values, transitions=tuple(dict.fromkeys((*known.transitions, *pairs))),
        initial=known.initial or (known.values or values)[0],
    )  # fmt: skip
    return True


def _stated(reader: Reader, owner: str | None, states: set[str]) -> tuple[str, Field] | None:
    """The entity and its field that has these states."""
    names = [owner] if owner else list(reader.said.things)
    for name in names:
        for known in reader.said.things[name].fields.values():
            if known.kind == "choice" and (known.values and states & {value.lower() for value in known.values}):
                return name, known
    if owner:
        known = next((one for one in reader.said.things[owner].fields.values() if one.kind == "choice"), None)
        return owner, known or Field(name="status", kind="choice")
    return None


def kept(reader: Reader, text: str, line: int) -> bool:
    """What is kept of rows: `orders are never deleted`, `changes of prices are audited`."""
    for pattern, flag in _KEPT:
        match = re.match(pattern, text, re.IGNORECASE)
        if match is None:
            continue
        owners = [reader.entity(one) for one in listed(match[1])]
        if owners and all(owners):
            for owner in owners:
                reader.said.things[owner or ""].flags[flag] = True
            return True
    return False


# What becomes of a row, other than what somebody does with it: a room that can be booked has bookings.
_BECOMES = (
    "cancell?ed|closed|completed|paused|suspended|approved|rejected|disabled|blocked|published|verified|confirmed|refunded"
    "|resolved|dismissed|withdrawn|revoked|terminated|deactivated|voided"
)
_CAN_BE = re.compile(rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:can|may) (?:also |later )?be ({_BECOMES})$", re.IGNORECASE)


def can_be(reader: Reader, text: str, line: int) -> bool:
    """`a booking can be cancelled`: one of its states, or the moment when it was."""
    match = _CAN_BE.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    fields = reader.said.things[owner].fields
    state = match[2].lower()
    if not any(state in map(str.lower, one.values) or one.name.split()[0] == state for one in fields.values()):
        reader.said.put(owner, Field(name=f"{state} at", kind="moment", required=False, line=line))
    reader.said.last = owner
    return True


def tenancy(reader: Reader, text: str, line: int) -> bool:
    """Whose the rows are: `each shop only sees its own data`, `every client has its own database`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN})(?:['’]s?)? (?:data|records|rows)? ?(?:is|are|must be|stays?) (?:strictly |kept |always )?"
        r"(?:separate|separated|isolated|apart|invisible to (?:each )?others?)(?: (?:from (?:each )?others?|per .+))?$",
        text, re.IGNORECASE,
    )  # fmt: skip
    per = re.match(
        rf"^(?:everything|all data|data|all records) (?:belongs to|is (?:scoped|separated|isolated|kept) (?:to|by|per)) (?:{DETERMINERS}\s+)?({NOUN})$",
        text, re.IGNORECASE,
    )  # fmt: skip
    own = re.match(
        rf"^(?:each|every) ({NOUN}) (?:has|gets|needs|wants|is given|must have|must get) (?:its|their|an?|his|her) (?:very )?"
        r"(?:own|separate|dedicated) (databases?|encryption keys?|backups?|schemas?|database (?:roles?|users?|logins?))$",
        text, re.IGNORECASE,
    ) or re.match(
        rf"^(?:each |every )?({NOUN}) (?:(?:only |can only |may only |must only )(?:ever )?sees?|(?:can|may|must) (?:only )?see only|sees? only)"
        r" (?:its|their) own (?:data|records|rows)()$",
        text, re.IGNORECASE,
    )  # fmt: skip
    found = match or per or own
    owner = reader.entity(found[1]) if found else None
    if owner is None and own is not None and 0 < len(singular(own[1]).split()) <= 3:
        owner = reader.said.thing(singular(own[1]), line).name  # nothing else need be said of who it is
    if owner is None:
        return False
    reader.said.tenant = owner
    reader.said.everything |= per is not None
    if own is not None and own[2]:
        rights = re.match(r"schema|database (?:role|user|login)", own[2], re.IGNORECASE)
        reader.said.isolation = "schema" if rights else "database"
    return True


def _chain(steps: list[str]) -> list[tuple[str, str]]:
    """The pairs of `a`, `b or c`, `d`."""
    groups = [[bare(one) for one in re.split(r"\s*[|/]\s*|\s+or\s+|,\s*", step) if one.strip()] for step in steps]
    return [(low, high) for before, after in pairwise(groups) for low in before for high in after]
