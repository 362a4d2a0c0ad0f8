"""Which part of a brief is about what, by the headings above it."""

from __future__ import annotations

import re

from dbarchitect.model import english

from .gathered import Gathered
from .markdown import Part
from .offices import is_label
from .phrases import bare, singular
from .statements import VERBAL, Statements

_ABOUT = re.compile(
    r"\b(?:about|overview|summary|purpose|idea|introduction|background|goals?|why|problem|motivation|status)\b"
    r"|\bwhat (?:is it|it is|it does|this is)\b|^(?:what|what (?:we|i) (?:are |am |want to |would like to )?(?:build|building|do|make|want))\??$",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\b(?:entit|data|model|what we (?:store|keep|have|know)|things|objects|domain|schema|tables|nouns|concepts|rules|constraints|relations?)",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"\b(?:access|quer(?:y|ies)|pattern|screens?|use cases?|what (?:it|users|people|the app) do|endpoints?|operations|reads|features|reports?|pages|usage|questions(?! (?:open|to be answered))|what we look (?:for|up)|looks? (?:for|up)\b)",
    re.IGNORECASE,
)
_VOLUME = re.compile(
    r"\b(?:volumes?|numbers|size|sizes|scale|load|traffic|growth|amounts|how much|capacity)\b", re.IGNORECASE
)
_WHERE = re.compile(
    r"\b(?:where|runtime|surroundings|environment|hosting|deployment|stack|operations|infrastructure|constraints|running|installing|installation|setup|non[- ]functional|context|budget|compliance|team)\b",
    re.IGNORECASE,
)
_SHORT = 3  # words of a title that may as well name a chapter
ANSWERS = "answers to questions"  # the heading below which answers to questions stand
NAMED_BLOCK = re.compile(r"\*\*([\w -]{2,40})\*\*:?|__([\w -]{2,40})__:?")


def topic_of(brief: Gathered, part: Part) -> str:
    """What the headings above a part are about, the innermost that says something first."""
    for heading in reversed((*part.path, part.text) if part.kind == "heading" else part.path):
        if heading in brief.headed:
            return "data"
        titled = heading == brief.title
        if titled and len(heading.split()) > _SHORT:
            continue  # a title tells what it is all about in its own words
        for topic, pattern in (
            ("access", _ACCESS),
            ("volume", _VOLUME),
            ("data", _DATA),
            ("about", _ABOUT),
            ("where", _WHERE),
        ):
            found = pattern.search(heading)
            if found is None or (topic == "about" and part.kind == "heading"):
                continue
            if titled and found.start() > 0:
                continue  # `Podcast hosting` is what it is about, `Data model` a chapter
            return topic
    return "data"


def is_name(text: str) -> bool:
    """Whether a text is a name of a few words, and nothing else."""
    words = english.split(bare(text))
    return (
        0 < len(words) <= 3
        and not VERBAL.union(("get", "gets", "got")).intersection(words)
        and bool(re.fullmatch(r"[\w*`\"’' -]+", text.strip()))
    )


def names_a_thing(part: Part) -> bool:
    """Whether a heading is an entity's: it stands below another, and is no title of a chapter."""
    chapter = is_label(part.text) or any(
        pattern.search(part.text) for pattern in (_DATA, _ACCESS, _VOLUME, _ABOUT, _WHERE)
    )
    return bool(part.path) and part.info != "chapter" and not chapter and is_name(part.text)


def owner_above(part: Part, said: Statements) -> str | None:
    """The entity whose heading stands right above."""
    if part.path and (name := singular(part.path[-1])) in said.things:
        return name
    return None
