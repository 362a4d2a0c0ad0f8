"""Pieces of plain English: determiners off, lists apart, quantities told from what is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dbarchitect.model import english

from .quantities import number

DETERMINERS = (
    "(?:an|a|each|every|the|any|all|its own|their own|its|their|his|her|some|one|our|your|this|that|those|these|both)"
)
_DETERMINER = re.compile(rf"^(?:{DETERMINERS})\s+", re.IGNORECASE)
_MANY = re.compile(
    r"^(?:(?:zero or more|any number of|one or more|at least one|many|several|multiple|lots of|a lot of|a list of"
    r"|an ordered list of|a set of|a number of|a collection of|various|different|more than one|two or more|more|a few|plenty of"
    r"|numerous|a variety of|a range of|a handful of|a couple of|only some|some|between (?P<low>\d+|[a-z]+) and (?P<high>\d+|[a-z]+)|at least (?P<least>\d+|two|three)|(?:up to|at most(?! one\b)|no more than(?! one\b)) (?P<most>\d+|[a-z]+)|(?P<from>\d+) (?:to|-) (?P<to>\d+)"
    r"|(?P<either>one or two|two or three|three or four)|exactly (?P<exactly>\d+|two|three|four)|(?P<count>\d+|two|three|four|five))\s+)",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"^(?:(?:exactly one|only one|just one|at most one|zero or one|no or one|one|another|a single|an optional|optionally an?|optionally one"
    r"|optionally|maybe an?|possibly an?|an?|its own|their own|the|its|their)\s+)",
    re.IGNORECASE,
)
_MAYBE = re.compile(r"^(?:at most one|zero or one|no or one|an optional|optionally|maybe|possibly)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Counted:
    """A thing with how many there are of it: `least` to `most`, None for any number. `said`: a quantity stood there."""

    text: str
    least: int
    most: int | None
    said: bool
    ordered: bool = False


def counted(text: str) -> Counted:
    """`many orders`, `at most one coupon`, `a status`, `status`."""
    stripped = text.strip()
    match = _MANY.match(stripped)
    if match is not None:
        rest = stripped[match.end() :]
        words = match[0].lower()
        least, most = (1 if words.startswith(("one or more", "at least one")) else 0), None
        if match["least"]:
            least = _whole(match["least"])
        elif match["most"]:
            most = _whole(match["most"]) or None
        elif match["from"]:
            least, most = _whole(match["from"]), _whole(match["to"])
        elif match["low"]:
            least, most = _whole(match["low"]), _whole(match["high"]) or None
        elif match["either"]:
            least, most = (_whole(one) for one in match["either"].split(" or "))
        elif match["exactly"] or match["count"]:
            least = most = _whole(match["exactly"] or match["count"])
        return Counted(rest.strip(), least, most, True, ordered="ordered" in words)
    match = _ONE.match(stripped)
    if match is not None:
        least = 0 if _MAYBE.match(stripped) else 1
        return Counted(stripped[match.end() :].strip(), least, 1, True)
    # `contains messages`, `members of staff`: a bare plural is any number of them.
    last = english.split(stripped.partition("(")[0].partition(" of ")[0])[-1:]
    if last and english.singular(last[0]) != last[0] and last[0] not in ("status", "address"):
        return Counted(stripped, 0, None, False)
    return Counted(stripped, 1, 1, False)


def _whole(text: str) -> int:
    value = number(text)
    return 0 if value is None else int(value)


def bare(text: str) -> str:
    """Without a determiner in front, emphasis and quotes around."""
    stripped = re.sub(r"[*`\"“”]", "", text).strip()
    while (shorter := _DETERMINER.sub("", stripped)) != stripped:
        stripped = shorter
    return stripped.strip()


@lru_cache(maxsize=16384)
def singular(text: str) -> str:
    """The noun of a phrase in the singular, in lower case: `Order Lines` is `order line`."""
    words = list(english.split(bare(text)))
    if not words:
        return ""
    head = words.index("of") - 1 if "of" in words[1:-1] else len(words) - 1  # `members of staff`
    words[head] = english.singular(words[head])
    return " ".join(words)


@lru_cache(maxsize=16384)
def named(text: str) -> str:
    """A name in lower case with single blanks."""
    return " ".join(english.split(bare(text)))


_BETWEEN = re.compile(r"\bbetween [^,\s]+\s*$", re.IGNORECASE)


def listed(text: str) -> list[str]:
    """The parts of `a, b and c`, at commas and `and` outside parentheses and quotes."""
    parts: list[str] = []
    depth, start = 0, 0
    for match in re.finditer(r"[()\[\]]|,|;|\band\b|\bplus\b|\bas well as\b|&| \+ ", text, re.IGNORECASE):
        token = match[0].lower()
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth = max(depth - 1, 0)
        elif depth == 0 and not (token == "and" and _BETWEEN.search(text[: match.start()])):
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def with_relatives(items: list[str]) -> list[str]:
    """`a number`, `which is unique` belong together."""
    found: list[str] = []
    for one in items:
        tail = found[-1].rpartition(":")[2] if found and ":" in found[-1] and "(" not in found[-1] else ""
        if found and re.match(r"^(?:who|which|that) (?:is|are|must)\b", one, re.IGNORECASE):
            found[-1] = f"{found[-1]}, {one}"
        elif tail.strip() and "(" not in one and ":" not in one and one == bare(one) and len(one.split()) <= 2:
            found[-1] = f"{found[-1]}, {one}"  # the values of a choice: `a status: draft, open, paid`
        else:
            found.append(one)
    return found


def every(read: Sequence[bool]) -> bool:
    """Whether all parts were understood; a list, so that each of them was read."""
    return all(read)


_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|no|st|dr|inc|ltd)\.$", re.IGNORECASE)


_NOTE = re.compile(
    r"^\s*(?:[\w -]{2,30}: \S|[\w -]{1,40}(?:->|→|<->|↔|<=>)|[\w -]{1,40} (?:0\.\.)?[1nm*] ?: ?(?:0\.\.)?[1nm*]\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:and |but )?(?:does|do|did|is|are|what|which|how|who|can|could|should|must|when|where|why|has|have|will|may)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[tuple[str, int]]:
    """The sentences of a paragraph with the number of line breaks before each. A question keeps its mark; the lines of
    notes (`job: name, image`, `pipeline -> repo`) are sentences of their own."""
    lines = [one for one in text.split("\n") if one.strip()]
    notes = len(lines) > 1 and (2 * sum(bool(_NOTE.match(one)) for one in lines) >= len(lines) or apart(lines))
    found: list[tuple[str, int]] = []
    start = 0

    def put(end: int, mark: str) -> None:
        said = " ".join(text[start:end].split())
        asks = mark == "?" and (_ASKS.match(said) or "," in said or ":" in said)
        if said:
            found.append((f"{said}?" if asks else said, text.count("\n", 0, start + _blank(text[start:]))))

    for match in re.finditer(r"[.;!?](?=\s|$)|\n\s*\n" + (r"|\n" if notes else ""), text):
        if _ABBREVIATION.search(text[start : match.end()]) and match.end() < len(text):
            continue
        put(match.start(), match[0])
        start = match.end()
    put(len(text), "")
    return found


def apart(lines: list[str]) -> bool:
    """Whether lines were ended by their writer, and not by the width of the page: the next word would have stood on most of
    them, none of them goes on, and no sentence ends within one."""
    width = max(map(len, lines))
    room = sum(len(one) + 1 + len(after.split()[0]) <= width for one, after in pairwise(lines))
    goes_on = any(
        re.search(r"(?:[,(–—-]|\b(?:and|or|of|a|an|the|to|with|for|in|on))$", one.strip()) for one in lines[:-1]
    )
    ends = any(re.search(r"[.!?](?=\s+\S)", re.sub(r"\b(?:e\.g|i\.e|etc)\.", "", one)) for one in lines)
    return not goes_on and not ends and 2 * room >= len(lines) - 1


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip())
