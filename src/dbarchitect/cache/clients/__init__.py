"""Code of a designed cache for one client: a module of its own, to be read, kept and changed.

The part that does the work is a file of this folder, one a language; the entries of the design stand below it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import Literal

from dbarchitect.model.cache import CacheDesign, CacheEntry
from dbarchitect.model.english import camel, pascal, split

Client = Literal["redis-py", "upstash-py", "node-redis", "ioredis", "upstash-js"]

_FILES: dict[Client, tuple[str, str]] = {
    "redis-py": ("python.txt", "cache.py"),
    "upstash-py": ("python.txt", "cache.py"),
    "node-redis": ("typescript.txt", "cache.ts"),
    "ioredis": ("typescript.txt", "cache.ts"),
    "upstash-js": ("typescript.txt", "cache.ts"),
}

# What differs between the clients: (import, type of the client, and the calls of the template).
_PYTHON = {
    "redis-py": {
        "IMPORT": "import redis",
        "CLIENT": "redis.Redis",
        "ERRORS": "redis.RedisError",
        "GET": "self._client.mget([key, *versions])",
        "SET": "self._client.set(key, text, px=milliseconds)",
        "LOCK": "self._client.set(key, token, nx=True, px=_LOCK_MS)",
        "EVAL": "self._client.eval(_RELEASE, 1, key, token)",
    },
    "upstash-py": {
        "IMPORT": "import httpx\nfrom upstash_redis import Redis\nfrom upstash_redis.errors import UpstashError",
        "CLIENT": "Redis",
        "ERRORS": "(UpstashError, httpx.HTTPError)",
        "GET": "self._client.mget(key, *versions)",
        "SET": "self._client.set(key, text, px=milliseconds)",
        "LOCK": "self._client.set(key, token, nx=True, px=_LOCK_MS)",
        "EVAL": "self._client.eval(_RELEASE, keys=[key], args=[token])",
    },
}
_TYPESCRIPT = {
    "node-redis": {
        "IMPORT": (
            'import type { RedisClientType } from "redis";\n'
            "// Of any configuration: what createClient() gives depends on the modules and the protocol it is given."
        ),
        "CLIENT": "RedisClientType<any, any, any, any, any>",
        "GET": "await this.client.mGet([key, ...versions])",
        "SET": "await this.client.set(key, text, { PX: milliseconds })",
        "LOCK": "await this.client.set(key, token, { NX: true, PX: milliseconds })",
        "EVAL": "await this.client.eval(RELEASE, { keys: [key], arguments: [token] })",
    },
    "ioredis": {
        "IMPORT": 'import type { Redis } from "ioredis";',
        "CLIENT": "Redis",
        "GET": "await this.client.mget([key, ...versions])",
        "SET": 'await this.client.set(key, text, "PX", milliseconds)',
        "LOCK": 'await this.client.set(key, token, "PX", milliseconds, "NX")',
        "EVAL": "await this.client.eval(RELEASE, 1, key, token)",
    },
    "upstash-js": {
        "IMPORT": (
            'import type { Redis } from "@upstash/redis";\n'
            "// The client must leave values alone: new Redis({ url, token, automaticDeserialization: false })"
        ),
        "CLIENT": "Redis",
        "GET": "await this.client.mget<(string | null)[]>(key, ...versions)",
        "SET": "await this.client.set(key, text, { px: milliseconds })",
        "LOCK": "await this.client.set(key, token, { nx: true, px: milliseconds })",
        "EVAL": "await this.client.eval(RELEASE, [key], [token])",
    },
}


def written(design: CacheDesign, client: Client) -> tuple[str, str]:
    """(file name, text) of the design's entries for a client."""
    template, name = _FILES[client]
    text = (resources.files("dbarchitect.cache.clients") / template).read_text("utf-8")
    python = client in _PYTHON
    values = _PYTHON[client] if python else _TYPESCRIPT[client]
    for word, value in values.items():
        text = text.replace(f"@{word}@", value)
    make: Callable[[CacheEntry], str] = _python_entry if python else _typescript_entry
    return name, text.rstrip("\n") + "\n\n\n" + "\n\n".join(make(one) for one in design.entries) + "\n"


def _said(entry: CacheEntry, mark: str) -> str:
    """The query as a comment; what a comment could end or hide is left out by its being one line."""
    sql = " ".join(entry.sql.split())
    shown = "".join(c if c.isprintable() else "?" for c in sql)
    lines = [f"{entry.name}: predicted {entry.hit_ratio:.0%} hits"]
    width = 100
    lines += [shown[at : at + width] for at in range(0, min(len(shown), 500), width)]
    return "\n".join(f"{mark} {line}".rstrip() for line in lines)


def _python_entry(entry: CacheEntry) -> str:
    base = entry.key.rsplit(":{", len(entry.parameters))[0] if entry.parameters else entry.key
    versions = ", ".join(f"({_python(one)}, {_python(name)})" for one, name in _version_parts(entry))
    versions = f"({versions},)" if versions else "()"
    parameters = ", ".join(_python(one) for one in entry.parameters)
    parameters = f"({parameters},)" if parameters else "()"
    return (
        f"{_said(entry, '#')}\n"
        f"{entry.name.upper()} = Entry(\n"
        f"    key={_python(base)},\n"
        f"    parameters={parameters},\n"
        f"    versions={versions},\n"
        f"    ttl={entry.ttl_seconds:g},\n"
        f"    jitter={entry.jitter:g},\n"
        ")"
    )


def _typescript_entry(entry: CacheEntry) -> str:
    base = entry.key.rsplit(":{", len(entry.parameters))[0] if entry.parameters else entry.key
    versions = ", ".join(f"[{_python(one)}, {_python(name)}]" for one, name in _version_parts(entry))
    parameters = ", ".join(_python(one) for one in entry.parameters)
    name = camel(split(entry.name)) or "entry"
    return (
        f"{_said(entry, '//')}\n"
        f"export const {name}: Entry<{pascal(split(entry.name))}Parameters> = {{\n"
        f"  key: {_python(base)},\n"
        f"  parameters: [{parameters}],\n"
        f"  versions: [{versions}],\n"
        f"  ttl: {entry.ttl_seconds:g},\n"
        f"  jitter: {entry.jitter:g},\n"
        "};\n"
        f"export type {pascal(split(entry.name))}Parameters = {{ {_fields(entry)} }};"
    )


def _fields(entry: CacheEntry) -> str:
    return "; ".join(f"{_python(one)}: Parameter" for one in entry.parameters)


def _version_parts(entry: CacheEntry) -> list[tuple[str, str]]:
    """(the key up to its value, the parameter that is the value, "" for none)."""
    found: list[tuple[str, str]] = []
    for one in entry.versions:
        base, brace, name = one.partition(":{")
        found.append((base, name.rstrip("}") if brace else ""))
    return found


def _python(text: str) -> str:
    """A string as Python and TypeScript both write it."""
    return json.dumps(text)
