"""Plans with something done to them, and what becomes of them."""

from __future__ import annotations

import random
from typing import Literal

from dbarchitect.errors import InputError
from dbarchitect.query.findings import Reading, read
from dbarchitect.sql.explained import read_plans

_STRANGE = (
    "\0",
    "\ufeff",
    "(",
    ")",
    '"',
    "'",
    "{",
    "]",
    "->",
    "-1",
    "1e999",
    "NaN",
    ":",
    "\t",
    "é",
    "\u2028",
    "<",
    "&",
)


def mutated(text: str, dice: random.Random) -> str:
    """The text cut, with lines swapped, dropped or doubled, or with characters changed; up to four of these."""
    for _ in range(dice.randint(1, 4)):
        lines = text.split("\n")
        what = dice.randrange(9)
        place = dice.randrange(len(text)) if text else 0
        if what == 0:
            text = text[:place]
        elif what == 1:
            text = text[place:]
        elif what == 2:
            first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            text = "\n".join(lines)
        elif what == 3:
            del lines[dice.randrange(len(lines))]
            text = "\n".join(lines)
        elif what == 4:
            line = dice.randrange(len(lines))
            text = "\n".join([*lines[: line + 1], *lines[line:]])
        elif what == 5:
            text = text[:place] + dice.choice(_STRANGE) + text[place + 1 :]
        elif what == 6:
            text = text[:place] + chr(dice.randrange(1, 0x2FF)) + text[place + dice.randrange(3) :]
        elif what == 7:
            line = dice.randrange(len(lines))
            lines[line] = " " * dice.randrange(12) + lines[line].lstrip()
            text = "\n".join(lines)
        else:
            digit = next((n for n in range(place, len(text)) if text[n].isdigit()), None)
            if digit is not None:
                text = text[:digit] + dice.choice(("", "9" * 30, "-5", "x", "0")) + text[digit + 1 :]
    return text


def tried(text: str) -> Literal["read", "refused"]:
    """Read a text and all that is said of it; anything but a refusal by name is raised."""
    try:
        plans = read_plans(text)
    except InputError:
        return "refused"
    for plan in plans:
        reading = Reading(plan)
        assert abs(sum(reading.times.own) - reading.total) <= 1e-6 * max(reading.total, 1.0), "selves do not sum"
        read(reading)
    return "read"
