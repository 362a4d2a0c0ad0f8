"""Bounds in time: `of the last 30 days`, `older than a year`, `due this week`, `overdue`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dbarchitect.design.spec import Entity

from .ordering import coming_of, moment_of
from .quantities import number

Bound = tuple[str, str]  # a field, and the instant: see `Access.since`

_UNIT = r"(minutes?|hours?|days?|weeks?|months?|years?)"
_IRREGULAR = "sent|paid|left|sold|won|lost|begun|began|bought|given|taken|made|built|written|seen|met|came|come|gone|went|held|done|read|born"
_CREATING = frozenset(
    [
        "created",
        "added",
        "registered",
        "joined",
        "recorded",
        "entered",
        "opened",
        "placed",
        "made",
        "submitted",
        "posted",
        "uploaded",
        "written",
        "signed",
    ]
)
_PAST = re.compile(
    rf"\b(?:of|for|from|in|over|within|during|since)?\s*(?:the )?(?:last|past|previous) (\d+|[a-z]+)? ?{_UNIT}\b", re.IGNORECASE
)  # fmt: skip
_NOW = re.compile(r"\b(?:of |from |for )?(today|this week|this month|this year)\b", re.IGNORECASE)
_AGE = re.compile(
    rf"\b(?:(?:that|which|who) (?:are|is|were|was) )?(?:(?P<young>not older than|younger than|newer than)|(?P<deed>[a-z]+ed|{_IRREGULAR})? ?(?:older than|more than|over|longer than))"
    rf" (?P<count>\d+|an?|one|two|three|four|five|six|seven|ten|twelve|thirty) (?P<unit>{_UNIT[1:-1]})(?P<ago> ago| old)?\b",
    re.IGNORECASE,
)  # fmt: skip
_PLANNED = re.compile(
    rf"\b(?:(?:that|which|who) (?:are|is|were|was) )?(?P<what>due|expiring|ending|starting|renewing|scheduled|planned)(?: for| on)? "
    rf"(?:(?P<when>today|this week|this month|this year)|(?:with)?in (?:the )?(?:next |coming )?(?P<count>\d+|an?|one|two|three|seven|ten|thirty) {_UNIT}"
    rf"|(?:in |within )?(?:the )?(?:next|coming) (?P<next>day|week|month|year))\b",
    re.IGNORECASE,
)  # fmt: skip
_COMING = re.compile(
    rf"\b(?:(?:of|for|in|within|over|during) )?(?:the )?(?:next|coming) (?P<count>\d+|two|three|seven|ten|thirty)? ?(?P<unit>{_UNIT[1:-1]})\b", re.IGNORECASE
)  # fmt: skip
_UPCOMING = re.compile(r"\b(?:upcoming|future)\b ?", re.IGNORECASE)
_OVER = re.compile(r"\b(?:(?:that|which|who) (?:are|is|have|has) (?:already )?)?(overdue|past due|expired)\b(?! at| on| date)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spans:
    """The bounds that a text gives, and the text without them; `doubt` what names a moment that no field is; `soonest`:
    what is to come first stands first, unless another order is said."""

    rest: str
    since: Bound | None = None
    until: Bound | None = None
    doubt: str = ""
    soonest: bool = False


def spans_of(text: str, entity: Entity) -> Spans:
    """The bounds in time that a text asks for."""
    planned = _PLANNED.search(text)
    if planned is not None:
        stem = re.sub(r"(?:ing|ed)$", "", planned["what"].lower())
        name = _dated(entity, stem)
        rest = text.replace(planned[0], " ")
        if name is None:
            return Spans(rest, doubt=planned[0].strip())
        if planned["when"]:
            when = planned["when"].lower()
            return Spans(rest, (name, when), (name, when))
        ahead = f"1 {planned['next']}" if planned["next"] else _amount(planned["count"], planned[4])
        return Spans(rest, (name, "now"), (name, f"in {ahead.lower()}"))
    coming, upcoming = _COMING.search(text), _UPCOMING.search(text)
    if coming is not None or upcoming is not None:
        said = [one for one in (upcoming, coming) if one is not None]
        rest = text
        for one in said:
            rest = rest.replace(one[0], " ")
        if (name := coming_of(entity)) is None:
            return Spans(rest, doubt=" ".join(one[0].strip() for one in said))
        ahead = f"in {_amount(coming['count'] or '1', coming['unit']).lower()}" if coming is not None else ""
        return Spans(rest, (name, "now"), (name, ahead) if ahead else None, soonest=True)
    over = _OVER.search(text)
    if over is not None and (name := _dated(entity, "expir" if over[1].lower() == "expired" else "due")):
        return Spans(text.replace(over[0], " "), until=(name, "now"))
    age = _AGE.search(text)
    if age is not None and (age["young"] or age["ago"] or "than" in age[0].lower()):
        deed = (age["deed"] or "").lower()
        rest = text.replace(age[0], " ")
        name = _dated(entity, deed) if deed else moment_of(entity)
        if name is None and deed in _CREATING:
            name = moment_of(entity)
        if name is None:  # `members who left more than two years ago`: those who came then are others
            return Spans(rest, doubt=age[0].strip())
        bound = (name, _amount(age["count"], age["unit"]).lower())
        return Spans(rest, since=bound) if age["young"] else Spans(rest, until=bound)
    match = _PAST.search(text) or _NOW.search(text)
    if match is None:
        return Spans(text)
    words = re.sub(
        r"^(?:of|for|from|in|over|within|during|since)?\s*(?:the )?(?:last|past|previous)\s*", "", match[0].strip(), flags=re.IGNORECASE
    )  # fmt: skip
    words = re.sub(r"^(?:of|from|for)\s+", "", words, flags=re.IGNORECASE)
    alone = re.fullmatch(_UNIT, words, re.IGNORECASE)
    return Spans(text.replace(match[0], " "), since=(moment_of(entity), f"1 {words}" if alone else words.lower()))


def _amount(count: str, unit: str) -> str:
    value = number(count)
    return f"{int(value) if value else count} {unit}"


def _dated(entity: Entity, stem: str) -> str | None:
    """The field of time that is called so: `due` of `due date`."""
    return next(
        (
            one.name
            for one in entity.fields
            if one.kind in ("moment", "date") and any(word.startswith(stem) for word in one.name.split())
        ),
        None,
    )
