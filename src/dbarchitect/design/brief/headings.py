"""What stands around sentences in a document and says nothing itself: numbers of paragraphs, who wrote a line of a chat and
when, chapters that look like items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .markdown import Part

# `R1.`, `[REQ-12]`, `B.2`, `2.1`, `Article 3.`, `§ 4`, `(2)`
NUMBER = re.compile(
    r"^(?:\*\*|__)?(?:\[?[A-Z]{1,6}[-. ]?\d+(?:\.\d+)*\]?(?:[:.)]| [-–—]|(?<=\.\d))?|\d+(?:\.\d+)+\.?|\(\d{1,2}\)|§ ?\d+\.?"
    r"|(?:Article|Section|Clause|Art\.|Sec\.) \d+[.:)]?)(?:\*\*|__)?(?:[:.)]| [-–—])?\s+(?=\S)"
    r"(?!%|per ?cent|times|hundred|thousand|million|billion|[kM] |[KMGT]B\b|[A-Z]{3}\b|[a-z]+ (?:a|an|per|each|every)\b)"
)
_TIME = r"[\[(]?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]m)?[\])]?"
_SPEAKER = re.compile(
    rf"^(?:(?:\*\*|__|@|<)?[\w.-]{{2,20}}(?: [\w.-]{{2,20}})?(?:\*\*|__|>)?,? {_TIME}:?|{_TIME} (?:\*\*|__|@|<)?[\w.-]{{2,20}}(?:\*\*|__|>)?:?)(?:\n|$|(?<=:) )"
)
_CHAPTER = re.compile(r"^[A-Z][\w’'-]*(?: [\w’'-]+){0,3}$")


def without_speaker(text: str) -> str:
    """A message of a chat without the name and the time above it."""
    return _SPEAKER.sub("", text)


def chaptered(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, where a numbered line of a few words with paragraphs below it is a heading: `1. Purpose`."""
    every = list(parts)
    chapter = ""
    for at, part in enumerate(every):
        if part.kind == "heading":
            chapter = ""
        elif _is_chapter(every, at):
            chapter = part.text.strip()
            yield Part("heading", chapter, part.line, part.path, level=2, info="chapter")
            continue
        yield replace(part, path=(*part.path, chapter)) if chapter else part


def _is_chapter(parts: Sequence[Part], at: int) -> bool:
    part = parts[at]
    if part.kind != "item" or part.level != 1 or not _CHAPTER.match(part.text.strip()):
        return False
    around = [one for one in (*parts[max(at - 1, 0) : at], *parts[at + 1 : at + 2]) if one.kind == "item"]
    return not around and at + 1 < len(parts) and parts[at + 1].kind == "paragraph"
