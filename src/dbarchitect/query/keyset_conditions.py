"""What comes after a cursor: conditions over keys with directions and NULLs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.model.keyset import CursorColumn

CURSOR = 100_000  # the number of the first key's parameter, until all parameters are numbered anew


@dataclass(frozen=True, slots=True)
class Run:
    """Keys that one comparison takes: some without NULLs in one direction, or one that may be NULL."""

    keys: tuple[CursorColumn, ...]
    texts: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def nullable(self) -> bool:
        """Whether its key, then the only one, may be NULL."""
        return self.keys[0].nullable

    def same(self) -> tuple[str, ...]:
        """Conditions one of which holds if the keys are the cursor's."""
        pairs = zip(self.texts, self.values, strict=True)
        equal = " AND ".join(f"{_enclosed(text)} = {value}" for text, value in pairs)
        if not self.nullable:
            return (equal,)
        return equal, f"{_enclosed(self.texts[0])} IS NULL AND {self.values[0]} IS NULL"

    def beyond(self) -> tuple[str, ...]:
        """Conditions one of which holds if the keys come after the cursor's."""
        first = self.keys[0]
        sign = "<" if first.descending else ">"
        if len(self.keys) > 1:
            return (f"({', '.join(self.texts)}) {sign} ({', '.join(self.values)})",)
        text, value = _enclosed(self.texts[0]), self.values[0]
        compared = f"{text} {sign} {value}"
        if not first.nullable:
            return (compared,)
        if first.nulls_first:
            return compared, f"{text} IS NOT NULL AND {value} IS NULL"
        return compared, f"{text} IS NULL AND {value} IS NOT NULL"


def runs_of(keys: Sequence[CursorColumn], texts: Sequence[str] | None = None) -> list[Run]:
    """The keys in runs, in their order."""
    found: list[list[int]] = []
    for place, key in enumerate(keys):
        before = keys[place - 1] if place else None
        if before is not None and not key.nullable and not before.nullable and key.descending == before.descending:
            found[-1].append(place)
        else:
            found.append([place])
    return [
        Run(
            tuple(keys[one] for one in places),
            tuple(texts[one] if texts else "" for one in places),
            tuple(_value(one, keys[one]) for one in places),
        )
        for places in found
    ]


def _value(place: int, key: CursorColumn) -> str:
    return f"CAST(${CURSOR + place} AS {key.type})" if key.type else f"${CURSOR + place}"


def branches(keys: Sequence[CursorColumn], texts: Sequence[str]) -> Iterator[str]:
    """Conditions without OR, of which one at most holds for a row: those after the cursor's are all in them."""
    runs = runs_of(keys, texts)
    prefixes: list[tuple[str, ...]] = [()]
    levels: list[list[str]] = []
    for run in runs:
        levels.append([" AND ".join((*prefix, one)) for prefix in prefixes for one in run.beyond()])
        prefixes = [(*prefix, one) for prefix in prefixes for one in run.same()]
    for level in reversed(levels):
        yield from level


def condition_of(keys: Sequence[CursorColumn], texts: Sequence[str]) -> str:
    """One condition that the rows after the cursor's satisfy."""
    runs = runs_of(keys, texts)
    found = ""
    for run in reversed(runs):
        beyond, same = " OR ".join(map(_grouped, run.beyond())), run.same()
        if found:
            equal = _grouped(same[0]) if len(same) == 1 else f"({' OR '.join(map(_grouped, same))})"
            equal = same[0] if len(same) == 1 else equal
            beyond += f" OR ({equal} AND {found})"
        found = f"({beyond})" if " OR " in beyond else beyond
    if len(runs) > 1 and not runs[0].nullable:  # the rows before the first key's value need not be read
        sign = "<=" if keys[0].descending else ">="
        found = f"{_enclosed(texts[0])} {sign} {_value(0, keys[0])} AND {found}"
    return found


def _grouped(condition: str) -> str:
    return f"({condition})" if " AND " in condition else condition


def _enclosed(text: str) -> str:
    """An expression as an operand: in parentheses unless it is a name or one call."""
    if all(c.isalnum() or c in '_."$' for c in text):
        return text
    head, bracket, rest = text.partition("(")
    if bracket and head.replace("_", "a").replace(".", "a").isalnum() and rest.endswith(")"):
        depth = 1
        for place, c in enumerate(rest):
            depth += (c == "(") - (c == ")")
            if depth == 0:
                return text if place == len(rest) - 1 else f"({text})"
    return f"({text})"
