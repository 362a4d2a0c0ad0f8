"""Looks at a Redis server: what it says of itself, and a sample of its keys by SCAN.

Only commands that read are sent. Time and memory are bounded: so many keys at most, so many seconds, and of the keys
only patterns are kept. TYPE, PTTL, OBJECT and MEMORY USAGE leave a key's time of last use alone; HLEN and the like do
not before 7.2 (CLIENT NO-TOUCH), and are asked of a few keys only.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.keyspace import BigKey, KeyPattern, Keyspace

from .connection import Client, refusal, shown
from .rest import RestClient

MOST_KEYS = 20_000
# Over REST each command is billed: with three for a key that is 6,000, a hundredth of what a free plan of Upstash has
# in a month.
MOST_KEYS_OVER_REST = 2_000
MOST_SECONDS = 20.0
_BATCH = 200  # keys of one round trip: a server is never kept busy for long
_PATTERNS = 2_000  # that are told apart; what comes then is `*`
_BIG = 10  # keys that are named
_COUNTED = 5  # keys of a pattern whose elements are counted
_SAMPLES = 5  # elements that MEMORY USAGE looks at (its default)

_VARYING = re.compile(
    r"\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{12,}|.*\d.*|.{25,}|.*@.*", re.IGNORECASE
)
_SEPARATORS = re.compile(r"([:/|.{}])")
_LENGTHS = {"hash": "HLEN", "list": "LLEN", "set": "SCARD", "zset": "ZCARD", "stream": "XLEN"}


def inspect(
    client: Client,
    url: str,
    *,
    most: int | None = None,
    seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    progress: Callable[[str], None] = lambda _: None,
) -> Keyspace:
    """What the server has. Raises `InputError` for a sentinel, `SurroundingsError` where the connection is lost."""
    import redis

    if most is None:
        most = MOST_KEYS_OVER_REST if isinstance(client, RestClient) else MOST_KEYS
    try:
        return _Look(client, url, most, seconds, clock, progress).keyspace()
    except (redis.ConnectionError, redis.TimeoutError) as err:
        raise refusal(err, url) from None


def pattern_of(key: str) -> str:
    """`user:4711:cart` as `user:*:cart`: what looks like a value stands for any."""
    parts = _SEPARATORS.split(key)
    made = ["*" if at % 2 == 0 and part and _VARYING.fullmatch(part) else part for at, part in enumerate(parts)]
    return "".join(made)


@dataclass(slots=True)
class _Group:
    keys: int = 0
    size: int = 0
    largest: int = 0
    without_ttl: int = 0
    ttl: float = 0.0
    idle: list[float] = field(default_factory=list[float])
    frequency: list[float] = field(default_factory=list[float])
    encodings: Counter[str] = field(default_factory=Counter[str])
    some: list[bytes] = field(default_factory=list[bytes])


class _Look:
    def __init__(
        self,
        client: Client,
        url: str,
        most: int,
        seconds: float,
        clock: Callable[[], float],
        progress: Callable[[str], None],
    ) -> None:
        self.client = client
        self.url = url
        self.most = most
        self.seconds = seconds
        self.clock = clock
        self.progress = progress
        self.refused: dict[str, str] = {}
        self.groups: dict[tuple[str, str], _Group] = {}
        self.big: list[tuple[int, bytes, str]] = []

    def keyspace(self) -> Keyspace:
        began = self.clock()
        info = self._info()
        mode = info.get("redis_mode", "standalone")
        if mode == "sentinel":
            raise InputError(
                f"{shown(self.url)} is a sentinel and holds no keys",
                hint="redis-cli SENTINEL GET-MASTER-ADDR-BY-NAME NAME says where the server is",
            )
        config = self._config()
        number = str(self.client.connection_pool.connection_kwargs.get("db") or 0)
        databases = {name[2:]: _fields(value) for name, value in info.items() if re.fullmatch(r"db\d+", name)}
        here = databases.get(number, {})
        keys = here.get("keys", 0) or self._size()
        policy = config.get("maxmemory-policy") or info.get("maxmemory_policy", "")
        sampled, whole = self._sample(keys, "FREQ" if policy.endswith("lfu") else "IDLETIME", began)
        return Keyspace(
            source=shown(self.url),
            version=info.get("redis_version", ""),
            mode=mode,
            keys=max(keys, sampled),
            with_ttl=here.get("expires", 0),
            databases={name: one.get("keys", 0) for name, one in databases.items()},
            sampled=sampled,
            whole=whole,
            seconds=self.clock() - began,
            info=info,
            config=config,
            commands=self._commands(),
            open=self._open(config),
            patterns=tuple(self._patterns()),
            big=tuple(self._named()),
            refused=self.refused,
            sent=self.client.commands if isinstance(self.client, RestClient) else 0,
            unnamed=self.client.unnamed if isinstance(self.client, RestClient) else 0,
        )

    # --- the server -------------------------------------------------------------------------------------------------

    def _ask(self, lacks: str, *words: str | bytes | int) -> Any:
        """The answer to a command, None where the server knows it not or this user may not run it."""
        import redis

        try:
            return self.client.execute_command(*words)
        except redis.ResponseError as err:
            name = " ".join(str(one) for one in words[:2]) if words[0] in ("CONFIG", "ACL", "MEMORY") else str(words[0])
            self.refused.setdefault(name, f"{lacks} ({' '.join(str(err).split())[:120]})")
            return None

    def _info(self) -> dict[str, str]:
        answer = self._ask("memory, settings and counters are not known", "INFO")
        return {key: _text(value) for key, value in _flat(answer)} if answer else {}

    def _config(self) -> dict[str, str]:
        answer = self._ask("settings are not known", "CONFIG GET", "*")
        found = (
            {_text(key): _text(value) for key, value in cast("dict[Any, Any]", answer).items()}
            if isinstance(answer, dict)
            else {}
        )
        # Secrets are not kept: whether there is one is all that counts.
        return {
            key: ("set" if value else "") if "pass" in key or key == "masterauth" else value
            for key, value in found.items()
        }

    def _size(self) -> int:
        answer = self._ask("the number of keys is not known", "DBSIZE")
        return int(answer) if isinstance(answer, int) else 0

    def _commands(self) -> dict[str, int]:
        answer = self._ask("which commands were run is not known", "INFO", "commandstats")
        if not answer:
            return {}
        found: dict[str, int] = {}
        for name, value in _flat(answer):
            calls = _fields(str(value)).get("calls")
            if name.startswith("cmdstat_") and calls is not None:
                found[name.removeprefix("cmdstat_")] = int(calls)
        return found

    def _open(self, config: dict[str, str]) -> bool | None:
        if isinstance(self.client, RestClient):
            return False  # nobody is let in there without a token
        answer = self._ask("whether a password is needed is not known", "ACL GETUSER", "default")
        flags: Any = cast("dict[str, Any]", answer).get("flags") if isinstance(answer, dict) else None
        if flags is not None:
            named = {_text(one) for one in flags}
            return "nopass" in named and "off" not in named
        return not config["requirepass"] if "requirepass" in config else None

    # --- the keys ---------------------------------------------------------------------------------------------------

    def _sample(self, keys: int, use: str, began: float) -> tuple[int, bool]:
        """(keys looked at, whether these are all). The cursor walks buckets in an order of hashes: a fair sample."""
        import redis

        cursor, looked = 0, 0
        while True:
            try:
                cursor, batch = self.client.scan(cursor, count=_BATCH)
            except redis.ResponseError as err:
                self.refused["SCAN"] = f"keys are not looked at ({' '.join(str(err).split())[:120]})"
                return looked, False
            batch = batch[: self.most - looked]
            self._read(batch, use)
            looked += len(batch)
            self.progress(f"looking at keys: {looked:,} of {min(keys, self.most):,}")
            if not cursor:
                return looked, True
            if looked >= self.most or self.clock() - began > self.seconds:
                return looked, False

    def _read(self, batch: Sequence[bytes], use: str) -> None:
        if not batch:
            return
        pipe = self.client.pipeline(transaction=False)
        objects = "OBJECT" not in self.refused  # Upstash has no such command: it is asked once
        for key in batch:
            pipe.execute_command("TYPE", key)
            pipe.execute_command("PTTL", key)
            pipe.execute_command("MEMORY USAGE", key, "SAMPLES", _SAMPLES)
            if objects:
                pipe.execute_command("OBJECT ENCODING", key)
                pipe.execute_command("OBJECT " + use, key)
        answers: list[Any] = pipe.execute(raise_on_error=False)
        each = 5 if objects else 3
        for at, key in enumerate(batch):
            kind, ttl, size, *rest = answers[at * each : (at + 1) * each]
            encoding, used = rest or (None, None)
            for name, answer in (("TYPE", kind), ("PTTL", ttl), ("OBJECT", encoding), ("MEMORY USAGE", size)):
                if isinstance(answer, Exception) and "no such key" not in str(answer):
                    self.refused.setdefault(name, f"not known of keys ({' '.join(str(answer).split())[:120]})")
            if isinstance(kind, Exception) or _text(kind) == "none":
                continue  # gone since
            self._add(key, _text(kind), ttl, encoding, used, size, use)

    def _add(self, key: bytes, kind: str, ttl: Any, encoding: Any, used: Any, size: Any, use: str) -> None:
        pattern = pattern_of(key.decode("utf-8", "backslashreplace"))
        if (pattern, kind) not in self.groups and len(self.groups) >= _PATTERNS:
            pattern = "*"
        group = self.groups.setdefault((pattern, kind), _Group())
        group.keys += 1
        if isinstance(ttl, int) and ttl >= 0:
            group.ttl += ttl / 1000
        elif isinstance(ttl, int):
            group.without_ttl += 1
        if not isinstance(encoding, Exception) and encoding is not None:
            group.encodings[_text(encoding)] += 1
        if isinstance(used, int):
            (group.frequency if use == "FREQ" else group.idle).append(float(used))
        if isinstance(size, int):
            group.size += size
            group.largest = max(group.largest, size)
            one = (size, key, kind)
            if len(self.big) < _BIG:
                heappush(self.big, one)
            else:
                heappushpop(self.big, one)
        if len(group.some) < _COUNTED and kind in _LENGTHS:
            group.some.append(key)

    def _patterns(self) -> Iterator[KeyPattern]:
        self._ask_quietly("CLIENT NO-TOUCH", "ON")
        order = sorted(self.groups.items(), key=lambda one: (-one[1].size, -one[1].keys, one[0]))
        for (pattern, kind), one in order:
            mortal = one.keys - one.without_ttl
            lengths = [n for key in one.some if (n := self._length(key, kind)) is not None] if order else []
            yield KeyPattern(
                pattern=pattern,
                type=kind,
                keys=one.keys,
                bytes=one.size,
                largest=one.largest,
                without_ttl=one.without_ttl,
                ttl_seconds=one.ttl / mortal if mortal else None,
                encodings=dict(one.encodings),
                lengths=tuple(lengths),
                idle_seconds=sum(one.idle) / len(one.idle) if one.idle else None,
                frequency=sum(one.frequency) / len(one.frequency) if one.frequency else None,
            )

    def _named(self) -> Iterator[BigKey]:
        for size, key, kind in sorted(self.big, reverse=True):
            name = key.decode("utf-8", "backslashreplace")
            yield BigKey(key=name, type=kind, bytes=size, length=self._length(key, kind))

    def _length(self, key: bytes, kind: str) -> int | None:
        command = _LENGTHS.get(kind)
        answer = self._ask_quietly(command, key) if command else None
        return answer if isinstance(answer, int) else None

    def _ask_quietly(self, *words: str | bytes) -> Any:
        """What is nice to know."""
        import redis

        try:
            return self.client.execute_command(*words)
        except redis.ResponseError:
            return None


def _flat(answer: Any) -> Iterator[tuple[str, Any]]:
    """Fields of INFO: redis-py has parsed them."""
    for key, value in dict(answer).items():
        yield str(key), value


def _fields(text: str) -> dict[str, int]:
    """`keys=3,expires=1` as numbers."""
    found: dict[str, int] = {}
    for part in re.findall(r"'?(\w+)'?\s*[=:]\s*'?(\d+)", text):
        found[part[0]] = int(part[1])
    return found


def _text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
