"""What a platform has of extensions: a dated list by its own pages, that grows old and that a user may replace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.platform import PLATFORMS, POLICED, TITLES, PlatformName
from dbarchitect.model.schema import Relational, Table
from dbarchitect.model.value import Value

OLD_AFTER_DAYS = 365  # platforms add extensions monthly and remove them with a major version, about yearly
_GROUP = "extensions"
_EXAMPLE = '[extensions.neon] add = "pg_squeeze", source = "https://...", date = 2026-11-27'


class Page(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something is said that the list itself does not say."""

    source: str
    date: date


class Extensions(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those of one platform: see `extensions.toml`."""

    source: str
    date: date
    names: str
    not_on: dict[str, str] = {}
    refused: dict[str, str] = {}
    terms: dict[str, str] = {}
    pages: dict[str, Page] = {}

    @property
    def known(self) -> frozenset[str]:
        """All that it has, on any version."""
        return frozenset(self.names.split())

    def lacks(self, name: str, major: int) -> str:
        """Why an extension is not to be had there on a major version of PostgreSQL, in words; "" where it is."""
        if name == "plpgsql":  # part of every server
            return ""
        if name in self.refused:
            return f"it refuses it: {self.refused[name]}"
        # What is gone on a version stays gone on those that nothing is said of.
        said = max((int(one) for one in self.not_on if one.isdecimal() and int(one) <= major), default=major)
        if name in self.not_on.get(str(said), "").split():
            return f"not on PostgreSQL {said}"
        return "" if name in self.known else "not in its list"

    def told_by(self, name: str) -> Page:
        """Where it is said that the platform has an extension, or has it not."""
        return self.pages.get(name) or Page(source=self.source, date=self.date)

    def old(self, platform: PlatformName, today: date, names: Collection[str] | None = None) -> tuple[str, ...]:
        """Warnings of what is older than a year: the list, and pages on single ones (of `names`; None: of all)."""
        found: list[str] = []
        if (today - self.date).days > OLD_AFTER_DAYS:
            found.append(
                f"the list of {TITLES[platform]}'s extensions is of {self.date}: compare it with {self.source}, or ask "
                "it (SELECT name FROM pg_available_extensions); --facts FILE takes a newer one"
            )
        found += [
            f"what is said of {TITLES[platform]}'s {name} is of {page.date}: compare it with {page.source}"
            for name, page in sorted(self.pages.items())
            if (names is None or name in names) and (today - page.date).days > OLD_AFTER_DAYS
        ]
        return tuple(found)


class _Given(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user says of a platform. `names`: a list in place of ours; `add`, `without`: changes to it."""

    source: str
    date: date
    names: str = ""
    add: str = ""
    without: str = ""
    not_on: dict[str, str] = {}
    refused: dict[str, str] = {}
    terms: dict[str, str] = {}


ExtensionLists = Mapping[PlatformName, Extensions]


@cache
def published() -> ExtensionLists:
    """The lists as the platforms publish them, of every platform."""
    text = resources.files("dbarchitect.review").joinpath("extensions.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[PlatformName, Extensions])


def extensions_of(platform: PlatformName, lists: ExtensionLists | None = None) -> Extensions:
    """The list of one platform."""
    return (lists or published())[platform]


def policed(tables: Sequence[Table], schema: Relational, platform: PlatformName | Literal[""]) -> tuple[Table, ...]:
    """`tables`, and those of the platform on which its users put policies of their own."""
    theirs = POLICED[platform] if platform else frozenset[tuple[str, str]]()
    return (*tables, *(one for one in schema.tables if (one.name.schema, one.name.name) in theirs))


def read_extensions(over: Iterable[tuple[str, bytes]]) -> ExtensionLists:
    """The published lists as TOML files, given as (name, content), change them: their group `extensions`.

    Raises `InputError` for a platform that has no list, and for what no list can be made of.
    """
    lists = dict(published())
    for name, data in over:
        for platform, given in _parsed(name, data).items():
            lists[platform] = _changed(lists[platform], given, f"{name}: extensions.{platform}")
    return lists


def _parsed(name: str, data: bytes) -> dict[PlatformName, _Given]:
    try:
        groups: dict[str, Any] = msgspec.toml.decode(data, type=dict[str, Any])
        return msgspec.convert(groups.get(_GROUP, {}), dict[PlatformName, _Given])
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as err:
        raise InputError(f"{name}: {_GROUP} says nothing of {' or '.join(PLATFORMS)}: {err}", hint=_EXAMPLE) from err


def _changed(ours: Extensions, given: _Given, where: str) -> Extensions:
    more, less = frozenset(given.add.split()), frozenset(given.without.split())
    if given.names:
        if more or less:
            raise InputError(f"{where}: names is a list of its own, add and without change ours", hint=_EXAMPLE)
        return Extensions(
            source=given.source,
            date=given.date,
            names=given.names,
            not_on=given.not_on,
            refused=given.refused,
            terms=given.terms,
        )
    if not (more or less or given.not_on or given.refused or given.terms):
        raise InputError(f"{where}: nothing is said of any extension", hint=_EXAMPLE)
    if more & less:
        raise InputError(f"{where}: {', '.join(sorted(more & less))} is both added and taken away", hint=_EXAMPLE)
    stranger = sorted(less - ours.known)
    if stranger:
        raise InputError(f"{where}: {stranger[0]} is not in the list, so it cannot be taken out", hint=_EXAMPLE)
    page = Page(source=given.source, date=given.date)
    named = more | less | {*given.refused, *given.terms}
    return replace(
        ours,
        names=" ".join(sorted((ours.known | more) - less - given.refused.keys())),
        # Who has it now has it on every version, unless the file says otherwise.
        not_on={
            major: " ".join(one for one in names.split() if one not in more) for major, names in ours.not_on.items()
        }
        | given.not_on,
        refused={name: why for name, why in ours.refused.items() if name not in more} | given.refused,
        terms={name: why for name, why in ours.terms.items() if name not in more | less} | given.terms,
        pages=ours.pages | dict.fromkeys(named, page),
    )
