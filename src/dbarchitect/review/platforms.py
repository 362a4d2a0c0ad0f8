"""What a platform has of extensions: a dated list that its own pages gave, and that grows old."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources

import msgspec

from dbarchitect.model.platform import TITLES, PlatformName
from dbarchitect.model.value import Value

OLD_AFTER_DAYS = 365  # platforms add extensions monthly and remove them with a major version, about yearly


class Extensions(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those of one platform: see `extensions.toml`."""

    source: str
    date: date
    names: str
    not_on: dict[str, str] = {}
    refused: dict[str, str] = {}
    terms: dict[str, str] = {}

    @property
    def known(self) -> frozenset[str]:
        """All that it has, on any version."""
        return frozenset(self.names.split())

    def lacks(self, name: str, major: int) -> str:
        """Why an extension is not to be had there on a major version of PostgreSQL, in words; "" where it is."""
        if name in self.refused:
            return f"it refuses it: {self.refused[name]}"
        if name in self.not_on.get(str(major), "").split():
            return f"not on PostgreSQL {major}"
        return "" if name in self.known else "not in its list"

    def old(self, platform: PlatformName, today: date) -> str:
        """A warning where the list is older than a year; "" where it is not."""
        if (today - self.date).days <= OLD_AFTER_DAYS:
            return ""
        return (
            f"the list of {TITLES[platform]}'s extensions is of {self.date}: compare it with {self.source}, or ask "
            "the server: SELECT name FROM pg_available_extensions"
        )


@cache
def extensions_of(platform: PlatformName) -> Extensions:
    """The list of one platform."""
    text = resources.files("dbarchitect.review").joinpath("extensions.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[PlatformName, Extensions])[platform]
