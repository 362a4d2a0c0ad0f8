"""A Redis server as it was looked at: what it says of itself, and a sample of its keys."""

from __future__ import annotations

from .value import Value


class KeyPattern(Value, frozen=True, kw_only=True):
    """Keys of one form and type in the sample: `user:*:cart`. Amounts are of the sample.

    bytes        of all, `largest` of one
    without_ttl  how many live for ever; `ttl_seconds` the mean of the others
    encodings    how many have each (`listpack`, `hashtable`)
    lengths      elements of some that are no strings, as read: the server counted them
    idle_seconds the mean time since the last use, where the policy keeps it; `frequency` the mean LFU counter
    """

    pattern: str
    type: str
    keys: int = 0
    bytes: int = 0
    largest: int = 0
    without_ttl: int = 0
    ttl_seconds: float | None = None
    encodings: dict[str, int] = {}
    lengths: tuple[int, ...] = ()
    idle_seconds: float | None = None
    frequency: float | None = None


class BigKey(Value, frozen=True, kw_only=True):
    """One of the largest keys of the sample."""

    key: str
    type: str
    bytes: int
    length: int | None = None


class Keyspace(Value, frozen=True, kw_only=True):
    """What was read. `info`, `config` are the server's own fields; those that may not be read are not there.

    keys       in the database, `with_ttl` of them expire (INFO keyspace); `databases`: keys of all of them, by number
    sampled    so many were looked at; `whole`: that these are all
    commands   calls by command, since the server started or CONFIG RESETSTAT
    open       whether the default user lets anybody in without a password; None where this may not be read
    refused    commands that this user may not run, with what is not known for that
    sent       commands that were sent over REST, each of which is billed; `unnamed`: keys that are no UTF-8
    request    the most bytes of one request, where the platform has such a limit
    """

    source: str
    version: str = ""
    mode: str = "standalone"
    keys: int = 0
    with_ttl: int = 0
    databases: dict[str, int] = {}
    sampled: int = 0
    whole: bool = False
    seconds: float = 0.0
    info: dict[str, str] = {}
    config: dict[str, str] = {}
    commands: dict[str, int] = {}
    open: bool | None = None
    patterns: tuple[KeyPattern, ...] = ()
    big: tuple[BigKey, ...] = ()
    refused: dict[str, str] = {}
    sent: int = 0
    unnamed: int = 0
    request: int | None = None

    def number(self, name: str) -> float | None:
        """A field of INFO as a number, None where it is not there."""
        try:
            return float(self.info[name])
        except (KeyError, ValueError):
            return None

    def setting(self, name: str) -> int | None:
        """A setting as a whole number, None where it cannot be read."""
        value = self.config.get(name, "")
        return int(value) if value.lstrip("-").isdigit() else None

    @property
    def policy(self) -> str:
        """maxmemory-policy, "" where unknown."""
        return self.config.get("maxmemory-policy") or self.info.get("maxmemory_policy", "")

    @property
    def maxmemory(self) -> int | None:
        """In bytes, 0 for none; None where unknown."""
        told = self.number("max_data_size") if self.upstash else self.number("maxmemory")
        return int(told) if told is not None else self.setting("maxmemory")

    @property
    def used(self) -> int:
        """Bytes that count against `maxmemory`."""
        return int((self.number("total_data_size") if self.upstash else self.number("used_memory")) or 0)

    @property
    def upstash(self) -> bool:
        """Whether this is Upstash: its INFO says so, by the protocol of Redis as over REST."""
        return "upstash_version" in self.info

    @property
    def is_cache(self) -> bool:
        """Whether most keys expire or the server may evict any: what a cache looks like."""
        return self.policy.startswith(("allkeys", "optimistic")) or (self.keys > 0 and self.with_ttl * 2 > self.keys)
