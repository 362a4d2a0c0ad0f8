"""Seed data: a few rows of each table that look like those of people, and satisfy every constraint of a draft.

Where a column has no condition that a plain value could break it gets one that reads well; else the draft's own sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Column, Draft, Foreign, Table
from .naming import one_of, plain
from .rows import Rows
from .spec import Field, Spec

_TOP, _EACH, _ROWS = 4, 2, 12  # rows of a table that hangs on nothing, for each row of what it hangs on, at most
_TRIES = 60  # combinations of parents that are tried for a row

_FIRST = ("Ada", "Bela", "Carla", "Deniz", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Liam")
_LAST = ("Okafor", "Novak", "Silva", "Meyer", "Rossi", "Larsen", "Kaur", "Dubois", "Costa", "Haddad", "Kim", "Weiss")
_CITIES = ("Lisbon", "Gdansk", "Turin", "Ghent", "Malmo", "Graz", "Porto", "Bergen")
_COUNTRIES = ("Portugal", "Poland", "Italy", "Belgium", "Sweden", "Austria", "Portugal", "Norway")
_STREETS = ("Mill Lane 4", "Harbour Street 12", "Station Road 7", "Elm Avenue 31", "Market Square 2")
_WORDS = ("Green", "Quiet", "Northern", "Amber", "Early", "Silver", "Open", "Second", "Long", "Bright", "Red", "Plain")
_TEXTS = (
    "Everything that was asked for is here, and one thing more.",
    "A short note, so that the list is not empty.",
    "Please look at the second part again before Friday.",
    "It arrived in good order and works as it should.",
    "The details are in the attachment.",
)
_AMOUNTS = ("4.90", "12.50", "19.00", "7.25", "129.00", "34.80", "2.40", "59.90")


def seed(draft: Draft, spec: Spec, tenant: str = "") -> tuple[str, dict[str, int]]:
    """(a script that fills an empty database of the design, rows by table). `tenant`: the table of tenants."""
    made = _Seed(draft, spec, tenant)
    made.fill()
    head = (
        "-- Rows for development, for a database that has the schema and no rows: psql -f seed/seed.sql\n\nBEGIN;\n\n"
    )
    lines = [*made.rows.statements, *made.sequences()]
    return head + "".join(f"{one};\n" for one in lines) + "\nCOMMIT;\n", {
        name: len(rows) for name, rows in made.made.items() if rows
    }


class _Seed:
    def __init__(self, draft: Draft, spec: Spec, tenant: str) -> None:
        self.draft = draft
        self.entities = {one.name: one for one in spec.entities}
        self.tenant = tenant
        self.rows = Rows(draft, tenant)
        self.made: dict[str, list[dict[str, str]]] = {}
        self.used: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = {}
        self.acting = ""

    def fill(self) -> None:
        for table in self.draft.in_order():
            if table.what in ("history", "closure") or _is_lookup(table):
                continue
            for number in range(self._wanted(table)):
                self._row(table, number)

    def sequences(self) -> list[str]:
        """What sets sequences behind the rows that have numbers of their own."""
        return [
            f"SELECT setval(pg_get_serial_sequence({quote_literal(quote_identifier(name))}, "
            f"{quote_literal(column.name)}), (SELECT max({quote_identifier(column.name)}) "
            f"FROM {quote_identifier(name)}))"
            for name in self.made
            for column in self.draft.tables[name].columns
            if column.identity
        ]

    def _wanted(self, table: Table) -> int:
        if table.name == self.tenant:
            return 2
        parents = [len(self.made.get(one.target, ())) for one in table.foreigns if one.target != table.name]
        if any(one.one for one in table.foreigns if one.target != table.name):
            return min(parents, default=_TOP)
        wanted = min(max(parents, default=_TOP // _EACH) * _EACH, _ROWS)
        for bound in table.bounds:
            target = next(one.target for one in table.foreigns if one.name == bound.foreign)
            there = len(self.made.get(target, ()))
            wanted = max(wanted, bound.least * there)
            wanted = min(wanted, bound.most * there) if bound.most is not None else wanted
        return wanted

    def _row(self, table: Table, number: int) -> None:
        given = self._parents(table, number)
        if given is None:
            return
        for column in table.columns:
            value = self._value(table, column, number) if column.name not in given else None
            if value is not None:
                given[column.name] = value
        if self.tenant and table.tenant and table.name != self.tenant and given.get(table.tenant):
            self._act(given[table.tenant])
        values = self.rows.add(table, given, full=True)
        if table.name == self.tenant:
            self.acting = values[table.key[0]]
        self._moved(table, values, number)
        self.made.setdefault(table.name, []).append(values)
        for columns in _kept_apart(table):
            self.used.setdefault((table.name, columns), set()).add(tuple(values.get(one, "") for one in columns))

    def _moved(self, table: Table, values: Mapping[str, str], number: int) -> None:
        """Take a row along the allowed ways to one of the states that accesses ask for: it began in the first."""
        for one in table.states:
            spread = self.draft.spreads.get((table.name, one.column))
            if spread is None or one.column not in values:
                continue
            where = " AND ".join(f"{quote_identifier(name)} = {values[name]}" for name in table.key)
            for step in _way(one.allowed, one.initial, one.values[number % len(one.values)]):
                self.rows.statements.append(
                    f"UPDATE {quote_identifier(table.name)} SET {quote_identifier(one.column)} = {quote_literal(step)} "
                    f"WHERE {where}"
                )

    def _act(self, tenant: str) -> None:
        if tenant != self.acting:
            self.rows.act_as(tenant)
            self.acting = tenant

    # References

    def _parents(self, table: Table, number: int) -> dict[str, str] | None:
        """References of a row to rows that are there, so that no key is there twice; None where there are no more."""
        for turn in range(_TRIES):
            found = self._combined(table, number, turn)
            if found is None:
                return None
            keys = [
                (columns, tuple(found[one] for one in columns))
                for columns in _kept_apart(table)
                if all(one in found for one in columns)
            ]
            if any(
                one.bad and all(bad[:1] == "=" and found.get(name) == found.get(bad[1:], "") for name, bad in one.bad)
                for one in table.checks
            ):
                continue  # nothing is paired with itself
            if all(value not in self.used.get((table.name, columns), ()) for columns, value in keys):
                return found
        return None

    def _combined(self, table: Table, number: int, turn: int) -> dict[str, str] | None:
        given: dict[str, str] = {}
        if self.tenant and table.tenant and table.name != self.tenant:
            tenants = self.made.get(self.tenant, ())
            if not tenants:
                return None
            given[table.tenant] = tenants[number % len(tenants)][self.draft.tables[self.tenant].key[0]]
        chosen: set[str] = set()
        for group in table.alternatives:
            chosen |= set(group) - {group[number % len(group)]}
        step = turn
        for foreign in sorted(table.foreigns, key=lambda one: len(one.columns)):
            own = [one for one in foreign.columns if one != table.tenant and one not in dict(foreign.fixed)]
            if not own or foreign.fixed or all(one in given for one in own):
                continue
            target = self.draft.tables[foreign.target]
            if set(own) & chosen:
                given |= dict.fromkeys(own, "NULL")
                continue
            if _is_lookup(target):
                column = table.column(own[0])
                assert column is not None
                given[own[0]] = self.rows.sample(table, column, number + 1)
                continue
            fitting = self._fitting(foreign, given)
            if not fitting:
                if any(self._required(table, one) for one in own):
                    continue  # the writer of rows makes one: rows that need each other
                given |= dict.fromkeys(own, "NULL")
                continue
            step, at = divmod(step, len(fitting))
            row = fitting[(number + at) % len(fitting)]
            for here, there in zip(foreign.columns, foreign.target_columns, strict=True):
                given.setdefault(here, row[there])
        return given

    def _fitting(self, foreign: Foreign, given: Mapping[str, str]) -> list[dict[str, str]]:
        """The rows that a reference may point at: of the same tenant, and as other references of the row have it."""
        pairs = list(zip(foreign.columns, foreign.target_columns, strict=True))
        return [
            row
            for row in self.made.get(foreign.target, ())
            if all(there in row and given.get(here, row[there]) == row[there] for here, there in pairs)
        ]

    def _required(self, table: Table, name: str) -> bool:
        column = table.column(name)
        return column is not None and column.not_null

    # Values

    def _value(self, table: Table, column: Column, number: int) -> str | None:
        """A value that reads well; None where the draft's own has to do."""
        entity = self.entities.get(table.entity)
        field = next((one for one in entity.fields if one.name == column.source), None) if entity else None
        if field is None or entity is None or column.generated or column.name in table.key:
            return None
        if any(column.name in one.columns for one in table.excludes) or column.name == table.partitioned:
            return None
        if any(column.name in one.columns and one.target != "" for one in table.foreigns):
            return None
        bound = [one for one in table.checks if any(name == column.name for name, _ in one.bad) or not one.bad]
        if any(len(one.bad) != 1 for one in bound if one.bad):
            return None
        if any(not one.bad and column.name in one.sql for one in bound):
            return None
        apart = any(column.name in columns for columns in _kept_apart(table))
        stated = self._stated(table, column, number)
        if stated is not None:
            return stated
        text = _text(field, entity.name, number, apart=apart)
        if text is not None:
            text = text if not field.length or len(text) <= field.length else None
            return None if text is None else quote_literal(text)
        if field.kind == "money" and column.type.endswith(",2)") and not field.maximum and field.minimum in ("", "0"):
            return _AMOUNTS[number % len(_AMOUNTS)] if not apart else None
        return None

    def _stated(self, table: Table, column: Column, number: int) -> str | None:
        """One of the states that accesses ask for, in turn; None where there are none, or ways lead to them."""
        spread = self.draft.spreads.get((table.name, column.name))
        if spread is None or any(one.column == column.name for one in table.states):
            return None
        turn = number  # so that each state of a column comes with each of the others
        for (name, other), before in self.draft.spreads.items():
            if name == table.name and other == column.name:
                break
            if name == table.name and all(one.column != other for one in table.states):
                turn //= len(before.parts) or 2
        if spread.parts:
            return quote_literal(tuple(spread.parts)[turn % len(spread.parts)])
        return "NULL" if turn % 2 else None


def _way(allowed: Sequence[tuple[str, str]], start: str, end: str) -> list[str]:
    """The states after `start` on the shortest way to `end`; none where no way leads there."""
    ways: dict[str, list[str]] = {start: []}
    waiting = [start]
    for at in waiting:
        for low, high in allowed:
            if low == at and high not in ways:
                ways[high] = [*ways[at], high]
                waiting.append(high)
    return ways.get(end, [])


def _is_lookup(table: Table) -> bool:
    """Whether the schema itself fills it: the values of a long choice."""
    return any(one.startswith("INSERT INTO") for one in table.triggers)


def _kept_apart(table: Table) -> list[tuple[str, ...]]:
    return [table.key, *(one.columns for one in table.uniques)]


def _text(field: Field, entity: str, number: int, *, apart: bool) -> str | None:
    """What people might write into a field; with its number where no two may be the same."""
    turn = number // len(_FIRST) + 1
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 5 + turn) % len(_LAST)]
    words = set(field.name.split())
    more = f" {number + 1}" if apart else ""
    if field.kind == "email":
        return f"{first}.{last}{number + 1 if apart else ''}@example.org".lower()
    if field.kind == "slug":
        return f"{plain(_WORDS[number % len(_WORDS)], entity)}-{number + 1}".replace("_", "-")
    if field.kind == "url":
        return f"https://example.org/{plain(entity).replace('_', '-')}/{number + 1}"
    if field.kind == "phone":
        return f"+3516{number + 1:08}"
    if field.kind == "identifier":
        letters = "".join(one[0] for one in one_of(entity).split("_")).upper()
        return f"{letters}-{number + 1001}"
    if field.kind == "text":
        return _TEXTS[number % len(_TEXTS)] + more
    if field.kind != "word":
        return None
    for names, values in _LISTS:
        if words & names:
            return values[number % len(values)] + more
    if field.name == "first name":
        return first + more
    if field.name in ("last name", "surname"):
        return last + more
    if words & {"name", "title", "label", "subject"}:
        people = {"customer", "user", "person", "employee", "student", "patient", "member", "author", "dentist"}
        if set(entity.split()) & people or words & {"full", "display"}:
            return f"{first} {last}{more}"
        return f"{_WORDS[number % len(_WORDS)]} {entity}{more}"
    return None


_LISTS: Sequence[tuple[frozenset[str], tuple[str, ...]]] = (
    (frozenset(("city", "town")), _CITIES),
    (frozenset(("country",)), _COUNTRIES),
    (frozenset(("street",)), _STREETS),
    (
        frozenset(("zip", "postcode", "postal")),
        ("1100-148", "80-831", "10121", "9000", "21115", "8010", "4000", "5003"),
    ),
    (frozenset(("company", "organisation", "organization")), ("Nordlys", "Alma & Co", "Tramline", "Brightwater")),
    (frozenset(("language", "locale")), ("en", "de", "pt", "pl")),
)
