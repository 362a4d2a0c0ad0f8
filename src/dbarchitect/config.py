"""The configuration file: `dbarchitect.toml`, or `[tool.dbarchitect]` in `pyproject.toml`, the nearest one upward.

::

    select = ["fk-*"]                 # globs of rule ids; default all that run by default
    extend-select = ["naming-*"]      # globs of rule ids that run besides
    ignore = ["char-n"]               # globs of rule ids
    fail-on = "warning"               # error, warning, info or never
    format = "text"                   # text, json, sarif, github, markdown or junit
    baseline = "dba-baseline.json"    # relative to this file

    [[ignore]]                        # one rule on some objects; in the list above the same is {rule = ..., ...}
    rule = "fk-without-index"         # glob
    object = "public.audit_*"         # glob of the object's name; default every object
    reason = "append only"            # why: mandatory
    until = 2027-01-31                # from the next day on it no longer counts

    [review]
    exposed-roles = ["web_user"]      # what strangers act as, besides anon, authenticated and web_anon

    [[dependency]]                    # a functional dependency that you vouch for
    table = "public.order_items"
    determines = "product_id -> product_name, product_unit"
    reason = "a product has one name"                       # mandatory

    [n-plus-one]                      # repeated statements (`dba query n+1`, the pytest plugin)
    baseline = "n-plus-one.json"      # accepted ones, relative to this file
    ignore = [{site = "scripts/*", reason = "run once"}]   # fingerprint and site are globs

TOML knows one `ignore`: strings and tables share the list; `dba answer` appends a table. Read once, at the edge, by the
command line; what it says becomes options, and nobody below knows of files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from .errors import InputError, unreadable
from .files import write_whole
from .render import FORMATS, Format

if TYPE_CHECKING:
    from .model.facts import DeclaredDependency
    from .query.nplusone import Ignored
    from .suppression import ConfiguredIgnore

# `dba --help` reads this module for the names of the choices: what parses a file is imported where it is used.

FailOn = Literal["error", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)

_FILE = "dbarchitect.toml"
_PROJECT = "pyproject.toml"
_KEYS = (
    *("select", "extend-select", "ignore", "fail-on", "format", "baseline"),
    *("review", "n-plus-one", "dependency"),
)
_REVIEW_KEYS = ("exposed-roles",)
_REPEATED_KEYS = ("baseline", "ignore")
_REPEATED_IGNORE_KEYS = ("fingerprint", "site", "reason")
_IGNORE_KEYS = ("rule", "object", "reason", "until")
_DEPENDENCY_KEYS = ("table", "determines", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the file said; the defaults are those of no file. `path` is the file, None where there is none."""

    path: Path | None = None
    select: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ignores: tuple[ConfiguredIgnore, ...] = ()
    fail_on: FailOn = "warning"
    format: Format = "text"
    baseline: Path | None = None
    exposed_roles: tuple[str, ...] = ()
    repeated_baseline: Path | None = None
    repeated_ignores: tuple[Ignored, ...] = ()
    dependencies: tuple[DeclaredDependency, ...] = ()


def read_configuration(start: Path) -> Configuration:
    """The configuration that counts in the folder `start`. Raises `InputError` naming file and key."""
    for folder in (start, *start.parents):
        for name in (_FILE, _PROJECT):
            path = folder / name
            table = _table_of(_toml(path), path) if path.is_file() else None
            if table is not None:
                return parse_configuration(table, path)
    return Configuration()


def _table_of(document: dict[str, Any], path: Path) -> dict[str, Any] | None:
    """What of a file is ours; None for a pyproject.toml without it."""
    if path.name != _PROJECT:
        return document
    tool = document.get("tool")
    table: object = cast("dict[str, Any]", tool).get("dbarchitect") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise InputError(f"{path}: tool.dbarchitect must be a table", hint="[tool.dbarchitect]")
    return cast("dict[str, Any] | None", table)


def answer(start: Path, ignore: ConfiguredIgnore) -> Path:
    """Append an `[[ignore]]` to the configuration that counts in the folder `start`, else to a new file there; where.

    Everything that stands in the file stays, to the letter. Raises `InputError` where the same is answered already, and
    where the file has its ignores in a list, which nothing can be appended to.
    """
    found = read_configuration(start)
    path = found.path or start / _FILE
    if any((one.rule, one.object, one.until) == (ignore.rule, ignore.object, ignore.until) for one in found.ignores):
        raise InputError(
            f"{path} has this answer already: {ignore.rule} on {ignore.object}",
            hint="take the line out there to say it anew",
        )
    fields = [("rule", ignore.rule), ("object", ignore.object), ("reason", ignore.reason)]
    lines = [f"{key} = {_quoted(value)}" for key, value in fields]
    if ignore.until is not None:
        lines.append(f"until = {ignore.until.isoformat()}")
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    end = "\r\n" if "\r\n" in text else "\n"
    header = "[[tool.dbarchitect.ignore]]" if path.name == _PROJECT else "[[ignore]]"
    before = text and text + ("" if text.endswith("\n") else end) + end
    wanted = before + end.join((header, *lines, ""))
    if _ignores_of(wanted, path) != (*found.ignores, replace(ignore, origin=str(path))):
        raise InputError(
            f"{path} has its ignores in a list, to which no table can be appended",
            hint=f"write this into the list: {{ {', '.join(lines)} }}",
        )
    write_whole(path, wanted.encode())
    return path


def _ignores_of(text: str, path: Path) -> tuple[ConfiguredIgnore, ...] | None:
    """The ignores of a file with this text; None where it is no TOML."""
    try:
        document = _parsed(text)
    except ValueError:
        return None
    return parse_configuration(_table_of(document, path) or {}, path).ignores


def _quoted(text: str) -> str:
    """A basic string of TOML, which differs from one of JSON in that DEL is no character of its own."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except ValueError as err:  # no TOML, no UTF-8
        hint = "the file must be TOML in UTF-8; `ignore` is one list of strings and tables, or only [[ignore]] tables"
        raise InputError(f"{path}: {err}", hint=hint) from err
    except OSError as err:
        raise unreadable(path, err) from err


def parse_configuration(table: Mapping[str, Any], path: Path) -> Configuration:
    """The values of `table`, read from `path`. Raises `InputError` naming file and key."""
    read = _Reader(path)
    read.known(table, _KEYS, "")
    ignore, ignores = read.ignore(table.get("ignore", []))
    baseline = table.get("baseline")
    repeated = read.table(table.get("n-plus-one", {}), _REPEATED_KEYS, "n-plus-one")
    accepted = repeated.get("baseline")
    reviewed = read.table(table.get("review", {}), _REVIEW_KEYS, "review")
    return Configuration(
        path=path,
        select=read.strings(table.get("select", []), "select"),
        extend=read.strings(table.get("extend-select", []), "extend-select"),
        ignore=ignore,
        ignores=ignores,
        fail_on=cast("FailOn", read.one_of(table.get("fail-on", "warning"), FAIL_ON, "fail-on")),
        format=cast("Format", read.one_of(table.get("format", "text"), FORMATS, "format")),
        baseline=None if baseline is None else path.parent / read.string(baseline, "baseline"),
        exposed_roles=read.strings(reviewed.get("exposed-roles", []), "review.exposed-roles"),
        repeated_baseline=None if accepted is None else path.parent / read.string(accepted, "n-plus-one.baseline"),
        repeated_ignores=read.repeated_ignores(repeated.get("ignore", [])),
        dependencies=read.dependencies(table.get("dependency", [])),
    )


class _Reader:
    """Checks values; its errors name the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def wrong(self, key: str, what: str, hint: str = "") -> InputError:
        return InputError(f"{self.path}: {key}: {what}", hint=hint)

    def known(self, table: Mapping[str, Any], keys: Sequence[str], inside: str) -> None:
        for key in table:
            if key not in keys:
                hint = _did_you_mean(key.replace("_", "-"), keys) or "known keys: " + ", ".join(keys)
                raise self.wrong(inside + key, "unknown key", hint)

    def string(self, value: object, key: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"must be a text, not {value!r}")
        return value

    def strings(self, value: object, key: str) -> tuple[str, ...]:
        if isinstance(value, str):
            return (self.string(value, key),)
        if not isinstance(value, list):
            raise self.wrong(key, f"must be a list of texts, not {value!r}")
        return tuple(self.string(one, key) for one in cast("list[object]", value))

    def one_of(self, value: object, allowed: Sequence[str], key: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise self.wrong(key, f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def ignore(self, value: object) -> tuple[tuple[str, ...], tuple[ConfiguredIgnore, ...]]:
        if not isinstance(value, list):
            return self.strings(value, "ignore"), ()
        rules: list[str] = []
        objects: list[ConfiguredIgnore] = []
        for number, one in enumerate(cast("list[object]", value), 1):
            if isinstance(one, dict):
                objects.append(self.ignored(cast("dict[str, Any]", one), f"ignore {number}, "))
            else:
                rules.append(self.string(one, "ignore"))
        return tuple(rules), tuple(objects)

    def ignored(self, table: Mapping[str, Any], inside: str) -> ConfiguredIgnore:
        self.known(table, _IGNORE_KEYS, inside)
        for key in ("rule", "reason"):
            if key not in table:
                what = "an ignore without a reason is a secret" if key == "reason" else "which rule?"
                raise self.wrong(inside + key, "is missing", what)
        from .suppression import ConfiguredIgnore

        return ConfiguredIgnore(
            rule=self.string(table["rule"], inside + "rule"),
            object=self.string(table.get("object", "*"), inside + "object"),
            reason=self.string(table["reason"], inside + "reason"),
            until=self.day(table["until"], inside + "until") if "until" in table else None,
            origin=str(self.path),
        )

    def table(self, value: object, keys: Sequence[str], key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(key, f"must be a table, not {value!r}", f"[{key}]")
        found = cast("dict[str, Any]", value)
        self.known(found, keys, f"{key}.")
        return found

    def repeated_ignores(self, value: object) -> tuple[Ignored, ...]:
        if not isinstance(value, list):
            raise self.wrong("n-plus-one.ignore", f"must be a list of tables, not {value!r}")
        if not value:
            return ()
        from .query.nplusone import Ignored

        found: list[Ignored] = []
        for number, one in enumerate(cast("list[object]", value), 1):
            inside = f"n-plus-one.ignore {number}"
            table = self.table(one, _REPEATED_IGNORE_KEYS, inside)
            if "reason" not in table or len(table) < 2:
                raise self.wrong(inside, "needs a reason, and a fingerprint or a site")
            words = {name: self.string(text, f"{inside}, {name}") for name, text in table.items()}
            found.append(Ignored(**words))
        return tuple(found)

    def dependencies(self, value: object) -> tuple[DeclaredDependency, ...]:
        if not isinstance(value, list):
            raise self.wrong("dependency", f"must be a list of tables, not {value!r}", "[[dependency]]")
        if not value:
            return ()
        from .model.facts import DeclaredDependency

        found: list[DeclaredDependency] = []
        for number, one in enumerate(cast("list[object]", value), 1):
            inside = f"dependency {number}"
            table = self.table(one, _DEPENDENCY_KEYS, inside)
            if missing := [key for key in _DEPENDENCY_KEYS if key not in table]:
                raise self.wrong(inside, f"needs {' and '.join(missing)}")
            words = {name: self.string(text, f"{inside}, {name}") for name, text in table.items()}
            sides = [_columns(side) for side in words["determines"].split("->")]
            if len(sides) != 2 or not all(sides):
                hint = 'write it as "product_id -> product_name, product_unit"'
                raise self.wrong(f"{inside}, determines", f"{words['determines']!r} is no dependency", hint)
            found.append(
                DeclaredDependency(table=words["table"], left=sides[0], right=sides[1], reason=words["reason"])
            )
        return tuple(found)

    def day(self, value: object, key: str) -> date:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self.wrong(key, f"{value!r} is not a date", "write it as 2027-01-31")


def matching_rules(patterns: Sequence[str], known: Collection[str], where: str) -> tuple[str, ...]:
    """The ids that the globs `patterns` name, in the order of `known`.

    Raises `InputError` for a pattern that names none; `where` (an option, or a file and key) opens the message.
    """
    found: set[str] = set()
    for pattern in patterns:
        matched = {rule for rule in known if fnmatchcase(rule, pattern)}
        if not matched:
            hint = _did_you_mean(pattern, known) or "`dba explain` lists the rules"
            raise InputError(f"{where}: there is no rule {pattern!r}", hint=hint)
        found |= matched
    return tuple(rule for rule in known if rule in found)


_COLUMN = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^,"]+?))\s*(?:,|$)')


def _columns(text: str) -> tuple[str, ...]:
    """The names in a list of columns; empty where it is none. Names with commas or quotes are quoted as in SQL."""
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _COLUMN.match(text, at)
        if match is None or not (match[1] or match[2].strip()):
            return ()
        found.append(match[1].replace('""', '"') if match[1] else match[2].strip())
        at = match.end()
    return tuple(dict.fromkeys(found))


def _did_you_mean(word: str, known: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else ""
