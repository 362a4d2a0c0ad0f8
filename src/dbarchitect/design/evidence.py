"""What a choice says, each time with how it is known."""

from __future__ import annotations

from typing import Literal

from dbarchitect.model.value import Value

from .factbook import Fact

# measured: run here. modelled: computed from what the spec says. stated: of the spec, or a fact with source and date.
Known = Literal["measured", "modelled", "stated"]


class Statement(Value, frozen=True, kw_only=True):
    """One sentence and how it is known: `source` and `date` of a fact, "" where the spec says it."""

    text: str
    known: Known = "stated"
    source: str = ""
    date: str = ""


def stated(text: str, fact: Fact | None = None) -> Statement:
    """What the spec says, or a fact."""
    return Statement(text=text) if fact is None else Statement(text=text, source=fact.source, date=str(fact.date))


def modelled(text: str, fact: Fact | None = None) -> Statement:
    """What is computed, from a fact where one is in it."""
    if fact is None:
        return Statement(text=text, known="modelled")
    return Statement(text=text, known="modelled", source=fact.source, date=str(fact.date))


def disk_text(amount: float) -> str:
    """Bytes in decimal units, as disks are sold and platforms bill: "41 GB", "3.8 TB"."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            return f"{amount:,.3g} {unit}" if amount < 1000 else f"{amount:,.0f} {unit}"
        amount /= 1000
    raise AssertionError
