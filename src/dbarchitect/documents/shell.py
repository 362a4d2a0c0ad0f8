"""Reads what `dba documents validators` and `index` write, as JSON or as a script for mongosh: the wanted state.

Of JavaScript only calls with literals are read; anything else is refused with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.documents_migration import WantedState

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>[{}\[\](),:.;]))"""
)
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
# Constructors of mongosh and what they are in extended JSON.
_MADE = {
    "ObjectId": "$oid",
    "ISODate": "$date",
    "NumberLong": "$numberLong",
    "NumberDecimal": "$numberDecimal",
    "UUID": "$uuid",
}
_FORMS = 'db.runCommand({collMod: ...}), db.createCollection(...), db.getCollection("NAME").createIndex({...})'


class _Wanted:
    def __init__(self) -> None:
        self.validators: dict[str, tuple[str, str, str]] = {}
        self.indexes: dict[tuple[str, str], str] = {}
        self.drop: list[tuple[str, str]] = []

    def validator(self, collection: str, options: Mapping[str, Any], at: str) -> None:
        """A validator with how it is enforced."""
        if not isinstance(options.get("validator"), dict):
            raise InputError(f"{at} has no validator", hint=_FORMS)
        level, action = options.get("validationLevel", "strict"), options.get("validationAction", "error")
        if level not in ("strict", "moderate", "off") or action not in ("error", "warn"):
            raise InputError(
                f"{at}: {level}, {action} is no level and action", hint="strict or moderate; error or warn"
            )
        self.validators[collection] = (_text(options["validator"]), level, action)

    def index(self, collection: str, keys: Any, options: Mapping[str, Any], at: str) -> None:
        """An index, named as MongoDB does it where no name is given."""
        fields = _object(keys, at)
        if not fields:
            raise InputError(f"{at}: an index without keys", hint=_FORMS)
        made = {"key": keys, "name": "_".join(f"{path}_{way}" for path, way in fields.items()), **options}
        self.indexes[collection, str(made["name"])] = _text(made)

    def state(self) -> WantedState:
        """What was read."""
        return WantedState(
            validators=self.validators,
            indexes=tuple((collection, made) for (collection, _), made in self.indexes.items()),
            drop=tuple(dict.fromkeys(self.drop)),
        )


def wanted_of(files: Mapping[str, str]) -> WantedState:
    """The state that files (name and text) ask for; a later one wins. Raises `InputError` naming file and line."""
    wanted = _Wanted()
    for name, text in files.items():
        if text.lstrip().startswith("{"):
            _json(name, text, wanted)
        else:
            _Script(name, text, wanted).read()
    state = wanted.state()
    if not state.collections:
        raise InputError(f"{', '.join(files)} asks for nothing", hint=_FORMS)
    return state


def _json(name: str, text: str, wanted: _Wanted) -> None:
    try:
        found: Any = json.loads(text)
        for one in found.get("validators", ()):
            command = _Reader(str(one["command"]), name)
            wanted.validator(str(one["collection"]), command.options(), name)
        for collection, keys in found.get("create", ()):
            wanted.index(str(collection), dict(keys), {}, name)
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise InputError(
            f"{name} is no JSON of dba documents validators or index: {str(err)[:120]}", hint="--format json writes it"
        ) from None


class _Reader:
    """Literals of JavaScript in a text."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name, self.at = text, name, 0

    def where(self) -> str:
        """FILE:LINE."""
        return f"{self.name}:{self.text.count(chr(10), 0, self.at) + 1}"

    def options(self) -> Mapping[str, Any]:
        """The last object of a command: what it sets."""
        self.at = self.text.index("(") + 1
        values = self.arguments()
        return _object(values[-1], self.where())

    def token(self) -> tuple[str, str]:
        """(kind, text) of the next token, past it."""
        self.space()
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastgroup is None:
            raise InputError(f"{self.where()} is not understood: {self.text[self.at : self.at + 40]!r}", hint=_FORMS)
        self.at = found.end()
        return found.lastgroup, found[found.lastgroup]

    def space(self) -> None:
        """Go past spaces and comments."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def expect(self, *marks: str) -> str:
        """One of these tokens."""
        _, text = self.token()
        if text not in marks:
            raise InputError(f"{self.where()}: {text!r} where {' or '.join(marks)} is expected", hint=_FORMS)
        return text

    def peek(self) -> str:
        """The next character that is no space."""
        self.space()
        return self.text[self.at : self.at + 1]

    def arguments(self) -> list[Any]:
        """Values up to the closing bracket, which is taken."""
        values: list[Any] = []
        while self.peek() != ")":
            values.append(self.value())
            if self.peek() == ",":
                self.token()
        self.token()
        return values

    def value(self) -> Any:
        """One literal."""
        kind, text = self.token()
        if kind == "text":
            return _unquoted(text)
        if kind == "number":
            return float(text) if any(one in text for one in ".eE") else int(text)
        if kind == "word" and text in _WORDS:
            return _WORDS[text]
        if kind == "word" and text in _MADE:
            self.expect("(")
            (value,) = self.arguments() or [""]
            return {_MADE[text]: str(value)}
        if text == "[":
            found: list[Any] = []
            while self.peek() != "]":
                found.append(self.value())
                if self.peek() == ",":
                    self.token()
            self.token()
            return found
        if text == "{":
            return self._fields()
        raise InputError(f"{self.where()}: {text!r} is no literal", hint=_FORMS)

    def _fields(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while self.peek() != "}":
            kind, text = self.token()
            if kind not in ("text", "word", "number"):
                raise InputError(f"{self.where()}: {text!r} is no name of a field", hint=_FORMS)
            self.expect(":")
            made[_unquoted(text) if kind == "text" else text] = self.value()
            if self.peek() == ",":
                self.token()
        self.token()
        return made


class _Script(_Reader):
    def __init__(self, name: str, text: str, wanted: _Wanted) -> None:
        super().__init__(text, name)
        self.wanted = wanted

    def read(self) -> None:
        """Each statement of the script."""
        while self.peek():
            if self.peek() == ";":
                self.token()
                continue
            self.expect("db")
            self.expect(".")
            _, called = self.token()
            collection = called
            if called in ("runCommand", "createCollection", "getCollection"):
                self.expect("(")
                given = self.arguments()
                if called != "getCollection":
                    self._database(called, given)
                    continue
                collection = str(given[0]) if given else ""
            self.expect(".")
            _, called = self.token()
            self.expect("(")
            self._collection(collection, called, self.arguments())

    def _database(self, called: str, given: list[Any]) -> None:
        at = self.where()
        if called == "createCollection" and given:
            options = _object(given[1] if len(given) > 1 else {}, at)
            self.wanted.validator(str(given[0]), options, at)
            return
        command = _object(given[0] if given else {}, at)
        if isinstance(command.get("collMod"), str):
            self.wanted.validator(command["collMod"], command, at)
            return
        raise InputError(f"{at}: {called} of this form is not read", hint=_FORMS)

    def _collection(self, collection: str, called: str, given: list[Any]) -> None:
        at = self.where()
        if called == "createIndex" and given:
            self.wanted.index(collection, given[0], _object(given[1] if len(given) > 1 else {}, at), at)
        elif called == "dropIndex" and given and isinstance(given[0], str):
            self.wanted.drop.append((collection, given[0]))
        else:
            raise InputError(f"{at}: {called} is not read", hint=_FORMS + ', ...dropIndex("NAME")')


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        inner = text[1:-1].replace('"', '\\"').replace("\\'", "'")
        text = f'"{inner}"'
    try:
        return str(json.loads(text))
    except ValueError:
        raise InputError(f"{text} is no text", hint=_FORMS) from None


def _object(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{at}: an object is expected", hint=_FORMS)
    return cast("Mapping[str, Any]", value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
