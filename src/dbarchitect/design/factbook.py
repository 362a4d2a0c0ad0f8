"""Facts that are not ours and that grow old: limits, prices, licences, each with its source and its date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

LISTS = "extensions"  # the group of a file that is no fact of ours: what platforms have of extensions (`review`)
OLD_AFTER_DAYS = 365  # platforms change prices and limits about yearly; an older figure is told with a warning


class Fact(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of them. `date`: when its source said so, or was read where it names no date of its own."""

    value: float | str
    source: str
    date: date
    unit: str = ""
    note: str = ""

    @property
    def figure(self) -> str:
        """The value with its unit, as people read it."""
        shown = self.value if isinstance(self.value, str) else f"{self.value:,g}"
        return f"{shown} {self.unit}".strip()


class Factbook:
    """Facts by name (`neon.storage_max`). Remembers which were asked for, so that only those are warned of."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = dict(facts)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Fact:
        self.used.add(name)
        return self._facts[name]

    def get(self, name: str) -> Fact | None:
        """The fact, or None where nobody recorded one."""
        return self[name] if name in self._facts else None

    def number(self, name: str) -> float:
        """The value of a numeric fact."""
        value = self[name].value
        assert isinstance(value, float | int), name
        return float(value)

    def old(self, today: date) -> tuple[str, ...]:
        """Warnings of facts that were used and are older than a year."""
        return tuple(
            f"{name} is of {fact.date}: {fact.figure} ({fact.source}). Look it up, and give it with --facts"
            for name in sorted(self.used)
            if (today - (fact := self._facts[name]).date).days > OLD_AFTER_DAYS
        )


def read_facts(files: Iterable[tuple[str, bytes]], *, over: Iterable[tuple[str, bytes]] = ()) -> Factbook:
    """The facts in TOML files, as (name, content); those of `over` replace ones that are there.

    Raises `InputError` for a file that is no such TOML, and for a fact of `over` that nothing here asks for.
    """
    facts = {key: fact for name, data in files for key, fact in _parsed(name, data).items()}
    for name, data in over:
        for key, fact in _parsed(name, data).items():
            if key not in facts:
                near = sorted(one for one in facts if one.partition(".")[0] == key.partition(".")[0])
                raise InputError(
                    f"{name}: there is no fact {key} to replace", hint=", ".join(near or sorted(facts)[:8])
                )
            if isinstance(fact.value, str) != isinstance(facts[key].value, str):
                kind = "text" if isinstance(facts[key].value, str) else "a number"
                raise InputError(f"{name}: the value of {key} is {kind}", hint=f"ours is {facts[key].value!r}")
            if isinstance(fact.value, float | int) and fact.value < 0:
                raise InputError(f"{name}: the value of {key} is below zero", hint=f"ours is {facts[key].value!r}")
            if fact.unit and fact.unit != facts[key].unit:
                raise InputError(
                    f"{name}: {key} is counted in {facts[key].unit or 'no unit'}, not {fact.unit}",
                    hint="leave the unit out, or convert the value",
                )
            facts[key] = msgspec.structs.replace(fact, unit=facts[key].unit)
    return Factbook(facts)


def _parsed(name: str, data: bytes) -> dict[str, Fact]:
    try:
        document: dict[str, Any] = msgspec.toml.decode(data, type=dict[str, Any])
        document.pop(LISTS, None)
        groups = msgspec.convert(document, dict[str, dict[str, Fact]])
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as err:
        raise InputError(
            f"{name} holds no facts: {err}",
            hint='[neon.storage_max] value = 32, source = "https://...", date = 2026-11-26',
        ) from err
    return {f"{group}.{key}": fact for group, members in groups.items() for key, fact in members.items()}
