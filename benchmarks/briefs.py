"""Made-up briefs of any number of things, for the benchmarks of speed: the same design as Markdown, SQL, DBML and Prisma.

A thing has seven fields (a unique code, states, money, a number with a bound, a date), belongs to an earlier thing or
two, and has an access pattern and a volume; every 50th forms a tree. The same `things` always gives the same text.

    python -m benchmarks.briefs --things 500 --form md
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

_SUBJECTS = (
    "account", "invoice", "shipment", "ticket", "campaign", "contract", "employee", "device", "payment", "vessel",
    "garden", "recipe", "lesson", "patient", "vehicle", "building", "tenant", "auction", "library", "festival",
    "orchard", "museum", "factory", "harbour", "clinic", "theatre", "bakery", "airport", "hotel", "stadium",
    "survey", "warehouse", "parcel", "route", "depot", "meter", "turbine", "antenna", "reactor", "pipeline",
    "studio", "gallery", "market", "vineyard", "brewery", "forest", "quarry", "bridge", "tunnel", "ferry",
)  # fmt: skip
_ASPECTS = ("plan", "note", "visit", "permit", "rule", "batch", "claim", "offer", "review", "journey")
_KINDS = ("md", "sql", "dbml", "prisma")


def names(things: int) -> list[str]:
    """Two words each, all different."""
    most = len(_SUBJECTS) * len(_ASPECTS)
    assert things <= most, f"at most {most} things"
    return [f"{_SUBJECTS[at % 50]} {_ASPECTS[at // 50]}" for at in range(things)]


def _above(at: int) -> list[int]:
    """The things that this one belongs to: two earlier ones, so that ways up part and meet again."""
    return sorted({at // 2, at // 3} - {at})


def markdown(things: int) -> str:
    """The brief in sentences, with accesses and volumes."""
    called = names(things)
    lines = ["# The whole town", "", "What a town keeps.", "", "## Things", ""]
    for at, name in enumerate(called):
        one = f"An {name}" if name[0] in "aeiou" else f"A {name}"
        lines += [
            f"{one} has a code, a title, a status (new, open, closed), a total in EUR, a quantity, a due date and an "
            "optional remark.",
            f"{one} code is unique. {one} quantity is at least 1.".replace(f"{one} code", f"The code of a {name}")
            .replace(f"{one} quantity", f"The quantity of a {name}"),
        ]  # fmt: skip
        lines += [f"{one} belongs to one {called[above]}." for above in _above(at)]
        lines += [f"{one} may have a parent {name}."] if at % 50 == 0 else []
        lines.append("")
    lines += ["## Access patterns", ""]
    for at, name in enumerate(called):
        above = _above(at)
        lines.append(
            f"- list the {name}s of a {called[above[0]]}, newest first, 20 at a time (5 a second, 50 ms)"
            if above and at % 3
            else f"- find a {name} by code (20 a second)"
        )
    lines += ["", "## Volumes", "", "| entity | rows now | in two years |", "|---|---|---|"]
    lines += [f"| {name} | {10 + at % 90}k | {100 + at % 900}k |" for at, name in enumerate(called)]
    return "\n".join(lines) + "\n"
