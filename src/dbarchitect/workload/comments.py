"""Tags that applications write into their statements as comments.

Two forms: sqlcommenter's `/*controller='users',traceparent='00-..-..-01'*/`, whose values are URL-encoded
(https://google.github.io/sqlcommenter/spec/), and the older `/*application:Shop,controller:users*/` of Rails.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_ENCODED = re.compile(r"/\*\s*((?:[^\s*/='\",]+='(?:[^'\\]|\\.)*'\s*(?:,\s*)?)+)\*/")
_PAIR = re.compile(r"([^\s*/='\",]+)='((?:[^'\\]|\\.)*)'")
_PLAIN = re.compile(r"/\*\s*([a-z_]\w*:[^,*]*(?:,\s*[a-z_]\w*:[^,*]*)*)\*/")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST = 8192  # of what is looked at, at either end: comments of tags stand first or last

# Where libraries write the application's line: sqlcommenter's own keys, Rails' query log tags, Prisma's.
_SITES = ("source_location", "line", "file", "code.filepath", "caller")


def tags_of(sql: str) -> dict[str, str]:
    """The tags of a statement, decoded; empty where it has no such comment."""
    if "/*" not in sql:
        return {}
    ends = sql if len(sql) <= 2 * _LONGEST else f"{sql[:_LONGEST]}\n{sql[-_LONGEST:]}"
    found: dict[str, str] = {}
    for comment in _ENCODED.finditer(ends):
        for key, value in _PAIR.findall(comment[1]):
            found[unquote(key)] = unquote(value.replace("\\'", "'"))
    if not found:
        for comment in _PLAIN.finditer(ends):
            for pair in comment[1].split(","):
                key, colon, value = pair.partition(":")
                if colon:
                    found[key.strip()] = value.strip()
    return found


def without_tags(sql: str) -> str:
    """The statement without its comments of tags: what is the same in all its runs."""
    return _PLAIN.sub("", _ENCODED.sub("", sql)).strip() if tags_of(sql) and len(sql) <= 2 * _LONGEST else sql


def trace_of(tags: dict[str, str]) -> str:
    """The trace's id in W3C's `traceparent`, else a request's id, else ""."""
    parent = _TRACEPARENT.fullmatch(tags.get("traceparent", ""))
    return parent[1] if parent else tags.get("request_id", "")


def site_of(tags: dict[str, str]) -> str:
    """The application's line: `app/views.py:41 in list_orders`, as far as the tags say it."""
    place = next((tags[key] for key in _SITES if tags.get(key)), "")
    function = tags.get("function") or tags.get("func") or tags.get("code.function") or ""
    if place and function:
        return f"{place} in {function}"
    return place or function
