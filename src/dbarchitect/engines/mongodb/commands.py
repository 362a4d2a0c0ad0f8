"""Reads commands of MongoDB (`find`, `aggregate`, `count`, `distinct`, ...) as a profiler or a file of queries has
them. Values stay out of what is kept; a `Command` has them in memory only, for counting and for `explain`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.documents import AskedQuery

_LOGICAL = ("$and", "$or", "$nor")
_FILTERS = {"find": "filter", "count": "query", "distinct": "query", "findAndModify": "query"}
_FORM = '{"find": "orders", "filter": {"status": "open"}, "sort": {"at": -1}, "limit": 20, "calls": 1000}'
_MOST_QUERIES = 10_000


@dataclass(frozen=True)
class Command:
    """One command with its values: what to count and to explain. `asked` is the same without them."""

    asked: AskedQuery
    filter: dict[str, Any]
    limit: int
    command: dict[str, Any]


def command_of(document: Mapping[str, Any], origin: str, calls: int = 1) -> Command | None:
    """The command in a document, None for what is none that reads by a filter."""
    name = next((one for one in ("aggregate", *_FILTERS) if isinstance(document.get(one), str)), None)
    if name is None:
        return None
    collection = cast(str, document[name])
    stages: tuple[str, ...] = ()
    if name == "aggregate":
        given: Any = document.get("pipeline")
        pipeline = [fields_of(one) for one in cast("list[Any]", given)] if isinstance(given, list) else []
        taken, found, sort, limit = _pipeline(pipeline)
        stages = tuple(next(iter(one), "") for one in pipeline[taken:])
    else:
        found, sort, limit = fields_of(document.get(_FILTERS[name])), fields_of(document.get("sort")), 0
        if isinstance(document.get("limit"), int | float):
            limit = int(document["limit"])
    asked = AskedQuery(
        collection=collection,
        operation=name,
        form=json.dumps(form_of(found), ensure_ascii=False),
        sort=tuple((str(key), 1 if way > 0 else -1) for key, way in sort.items() if isinstance(way, int | float)),
        stages=stages,
        calls=calls,
        longest_in=_longest_in(found),
        regex=tuple(_regexes(found)),
        origin=origin,
    )
    kept = {key: value for key, value in document.items() if not key.startswith("$") and key not in ("lsid", "calls")}
    return Command(asked=asked, filter=dict(found), limit=abs(limit), command=kept)


def read_commands(path: Path) -> tuple[Command, ...]:
    """Commands of a file: one a line, in MongoDB's extended JSON. Raises `InputError` naming the line."""
    from bson import json_util

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise unreadable(path, err, what="the queries", hint=f"commands of MongoDB, one a line: {_FORM}") from None
    found: list[Command] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip() or written.lstrip().startswith(("//", "#")):
            continue
        at = f"{path}:{number}"
        try:
            document: Any = json_util.loads(written)
        except (ValueError, TypeError, RecursionError) as err:
            raise InputError(f"{at} is no JSON: {str(err)[:120]}", hint=_FORM) from None
        fields = fields_of(document)
        calls = fields.get("calls", 1)
        if not isinstance(calls, int) or isinstance(calls, bool) or calls < 1:
            raise InputError(f"{at}: calls is how often, a whole number from 1 on", hint=_FORM)
        one = command_of(fields, at, calls)
        if one is None:
            raise InputError(f"{at} is no find, aggregate, count or distinct", hint=_FORM)
        found.append(one)
        if len(found) > _MOST_QUERIES:
            raise InputError(f"{path} has more than {_MOST_QUERIES:,} queries", hint="keep one of each form with calls")
    if not found:
        raise InputError(f"{path} has no queries", hint="commands of MongoDB, one a line: " + _FORM)
    return tuple(found)


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of what should be an object, none where it is not."""
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


def form_of(found: Any) -> Any:
    """A filter with `?` for its values; operators and paths stay."""
    if isinstance(found, Mapping):
        return {key: form_of(value) for key, value in fields_of(found).items()} if _asks(fields_of(found)) else "?"
    if isinstance(found, list | tuple):
        each = cast("Sequence[Any]", found)
        if any(isinstance(one, Mapping) and _asks(fields_of(one)) for one in each):
            return [form_of(one) for one in each]
    return "?"


def _asks(found: Mapping[str, Any]) -> bool:
    """Whether an object is part of a filter (paths and operators), not a value in extended JSON."""
    return not any(key in found for key in ("$oid", "$date", "$binary", "$uuid"))


def _pipeline(pipeline: Sequence[Mapping[str, Any]]) -> tuple[int, Mapping[str, Any], Mapping[str, Any], int]:
    """(stages that an index can serve, the filter, the sort, the limit)."""
    taken = 0
    found: dict[str, Any] = {}
    sort: Mapping[str, Any] = {}
    limit = 0
    while taken < len(pipeline) and isinstance(pipeline[taken].get("$match"), Mapping):
        one = dict(pipeline[taken]["$match"])
        found = {"$and": [found, one]} if found else one
        taken += 1
    if taken < len(pipeline) and isinstance(pipeline[taken].get("$sort"), Mapping):
        sort = pipeline[taken]["$sort"]
        taken += 1
    if taken < len(pipeline) and isinstance(pipeline[taken].get("$limit"), int):
        limit = int(pipeline[taken]["$limit"])
        taken += 1
    return taken, found, sort, limit


def _conditions(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, condition) of a filter, those of its branches too."""
    for key, value in found.items():
        if key in _LOGICAL and isinstance(value, list | tuple):
            for one in cast("Sequence[Any]", value):
                if isinstance(one, Mapping):
                    yield from _conditions(cast("Mapping[str, Any]", one))
        elif not key.startswith("$"):
            yield key, value


def _longest_in(found: Mapping[str, Any]) -> tuple[str, int] | None:
    lengths = [
        (path, len(cast("Sequence[Any]", values)))
        for path, one in _conditions(found)
        if isinstance(values := fields_of(one).get("$in"), list | tuple)
    ]
    return max(lengths, key=lambda one: one[1], default=None)


def _regexes(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    import bson

    for path, one in _conditions(found):
        asked = fields_of(one)
        pattern: Any = asked.get("$regex", one)
        options = str(asked.get("$options", ""))
        if isinstance(pattern, bson.Regex | re.Pattern):
            compiled = cast(Any, pattern)
            options += "i" if compiled.flags & re.IGNORECASE else ""
            pattern = compiled.pattern
        elif "$regex" not in asked:
            continue
        if "i" in options:
            yield path, "without regard to case"
        elif isinstance(pattern, str) and not re.match(r"(\^|\\A)[^.*+?()\[{|\\$]", pattern):
            yield path, "not from the beginning"
