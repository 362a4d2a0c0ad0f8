"""The whole catalogue of a PostgreSQL database, read into `Relational`.

One fixed query for each kind of object, whatever the number of objects. A query stands in `catalogue/<kind>.sql` and
returns `(oid, owner's oid or sub-number, the object as the model's JSON)`; lines that end in `--[15+]`, `--[<15]` or
`--[15-16]` are for servers of those major versions only. Everything is read in one transaction, that of the caller if
there is one, with an empty `search_path`, so that every name comes back qualified.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, cast

import msgspec
import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.facts import read_facts
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.names import Name, ObjectKind, ObjectRef
from dbarchitect.model.schema import (
    Collation,
    Column,
    CompositeType,
    Constraint,
    DefaultPrivilege,
    Dependency,
    DomainType,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignServer,
    Function,
    Grant,
    Index,
    Namespace,
    Policy,
    Publication,
    Relational,
    Rule,
    Sequence,
    Subscription,
    Table,
    Trigger,
    Unmodelled,
    UserType,
    View,
)

_FOLDER = Path(__file__).with_name("catalogue")
_INCLUDE = re.compile(r"^--include (?P<name>\S+)\.sql$", re.MULTILINE)
_MARK = re.compile(r"\s*--\[(?:<(?P<below>\d+)|(?P<low>\d+)(?:\+|-(?P<high>\d+)))\]$")

# What printing depends on is set for the time of reading: qualified names, one time zone, exact numbers.
_SESSION = """
select set_config(name, value, true)
from (values
    ('search_path', ''), ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'),
    ('extra_float_digits', '3'), ('bytea_output', 'hex'), ('standard_conforming_strings', 'on'),
    ('quote_all_identifiers', 'off'), ('client_encoding', 'UTF8'), ('jit', 'off'),
    ('lock_timeout', case current_setting('lock_timeout') when '0' then '15s' else current_setting('lock_timeout') end)
) as setting(name, value)
"""

# Catalogues that this role may not read, not even a column of them.
_CLOSED = """
select c.relname from pg_class c
where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind in ('r', 'v')
and not has_any_column_privilege(c.oid, 'select')
"""


@cache
def catalogue_query(name: str, major: int) -> LiteralString:
    """The SQL of `catalogue/<name>.sql` for a server of that major version."""
    text = for_major((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"), major)
    return cast("LiteralString", _INCLUDE.sub(lambda found: catalogue_query(found["name"], major), text))


def for_major(text: str, major: int) -> str:
    """`text` without the lines that are marked for other major versions, and without the marks."""
    lines = [(line, _MARK.search(line)) for line in text.splitlines()]
    return "\n".join(
        line if mark is None else line[: mark.start()] for line, mark in lines if mark is None or _applies(mark, major)
    )


def _applies(mark: re.Match[str], major: int) -> bool:
    if below := mark["below"]:
        return major < int(below)
    return int(mark["low"]) <= major <= int(mark["high"] or major)


@contextmanager
def reading(connection: psycopg.Connection[Any]) -> Generator[None]:
    """A transaction, or a savepoint in the caller's, whose settings make the catalogue print alike everywhere."""
    own = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    try:
        with connection.transaction(force_rollback=True):
            if own:
                connection.execute("set transaction isolation level repeatable read, read only")
            connection.execute(_SESSION)
            yield
    except psycopg.errors.LockNotAvailable as err:
        raise SurroundingsError(
            "the catalogue could not be read: another session holds an exclusive lock on a table",
            hint="wait for its DDL to end, then run again",
        ) from err


def inspect(connection: psycopg.Connection[Any], *, facts: bool = True) -> Relational:
    """Read the whole database that `connection` is connected to; with `facts`, its sizes, counters and statistics.

    Parts that the role may not read are named in `unreadable`. Raises `SurroundingsError` when a table stays locked.
    """
    with reading(connection):
        return _Reader(connection).read(facts=facts)


class _Reader:
    """Reads kind after kind and remembers what each oid is, for comments, grants and dependencies."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.major = connection.info.server_version // 10000
        self.refs: dict[tuple[str, int], ObjectRef] = {}
        self.columns: dict[tuple[int, int], str] = {}  # (relation, number) -> name
        self.unreadable: list[str] = []
        self.closed = {str(name) for (name,) in connection.execute(_CLOSED)}
        self.members = {(c, o): str(e) for c, o, e in self.query("members")}
        self.comments = {(c, o, s): str(text) for c, o, s, text in self.query("comments")}
        self.grants: dict[tuple[str, int, int], list[Grant]] = defaultdict(list)
        self.granted_columns: dict[int, set[int]] = defaultdict(set)
        for catalogue, oid, sub, grantee, grantor, privileges, grantable in self.query("grants"):
            if sub:
                self.granted_columns[oid].add(sub)
            grant = Grant(grantee=grantee, grantor=grantor, privileges=tuple(privileges), grantable=tuple(grantable))
            self.grants[catalogue, oid, sub].append(grant)

    def query(self, name: str) -> list[tuple[Any, ...]]:
        """Rows of one catalogue query; none, and a word in `unreadable`, where the role may not read what it needs."""
        sql = catalogue_query(name, self.major)
        if missing := sorted(self.closed.intersection(re.findall(r"\bpg_\w+", sql))):
            self.unreadable.append(f"{name.replace('_', ' ')} (no SELECT privilege on {', '.join(missing)})")
            return []
        return self.connection.execute(sql).fetchall()

    def objects(self, name: str, catalogue: str, kind: Any) -> Iterator[tuple[int, int, Any]]:
        """Objects of one kind with their comments and grants; members of extensions are left out."""
        decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
        for oid, owner, text in self.query(name):
            if (catalogue, oid) in self.members:
                continue
            value = decoder.decode(text)
            if comment := self.comments.get((catalogue, oid, 0)):
                value = replace(value, comment=comment)
            if grants := self.grants.get((catalogue, oid, 0)):
                value = replace(value, grants=tuple(sorted(grants, key=_grant_key)))
            yield oid, owner, value

    def named(self, name: str, catalogue: str, kind: type[Any], ref: ObjectKind) -> tuple[Any, ...]:
        """Objects that hang on nothing, sorted by name."""
        values: list[Any] = []
        for oid, _, value in self.objects(name, catalogue, kind):
            values.append(value)
            self.refs[catalogue, oid] = _ref(ref, value.name)
        return tuple(sorted(values, key=_name_key))

    def read(self, *, facts: bool) -> Relational:
        rows = self.query("database")
        if not rows:
            raise SurroundingsError(
                f"user {self.connection.info.user} may not read the catalogue: {'; '.join(self.unreadable)}",
                hint="connect as another user, or GRANT SELECT on these to it",
            )
        database = msgspec.json.decode(rows[0][2], type=Relational)
        schemas = self.named("schemas", "pg_namespace", Namespace, "schema")
        extensions = self.named("extensions", "pg_extension", Extension, "extension")
        for (catalogue, oid), extension in self.members.items():
            self.refs[catalogue, oid] = ObjectRef(kind="extension", name=extension)

        columns = self._columns()
        tables = {oid: table for oid, _, table in self.objects("tables", "pg_class", Table)}
        views = {oid: view for oid, _, view in self.objects("views", "pg_class", View)}
        for oid, table in tables.items():
            self.refs["pg_class", oid] = table.ref
        for oid, view in views.items():
            self.refs["pg_class", oid] = _ref("view", view.name)
        relations: dict[int, Table | View] = {**tables, **views}
        types, domains = self._types(columns)
        constraints = self._parts("constraints", "pg_constraint", Constraint, {**relations, **domains}, "constraint")
        indexes = self._parts("indexes", "pg_class", Index, relations, "index")
        triggers = self._parts("triggers", "pg_trigger", Trigger, relations, "trigger")
        rules = self._parts("rules", "pg_rewrite", Rule, relations, "rule")
        policies = self._parts("policies", "pg_policy", Policy, relations, "policy")
        for oid, table in tables.items():
            grants = (*table.grants, *self._column_grants(oid))
            tables[oid] = replace(
                table,
                columns=columns.get(oid, ()),
                constraints=constraints[oid],
                indexes=indexes[oid],
                triggers=triggers[oid],
                rules=rules[oid],
                policies=policies[oid],
                grants=grants,
            )
        for oid, view in views.items():
            views[oid] = replace(
                view,
                columns=columns.get(oid, ()),
                indexes=indexes[oid],
                triggers=triggers[oid],
                rules=rules[oid],
                grants=(*view.grants, *self._column_grants(oid)),
            )
        for oid, domain in domains.items():
            types[oid] = replace(domain, constraints=constraints[oid])

        schema = replace(
            database,
            schemas=schemas,
            extensions=extensions,
            types=tuple(sorted(types.values(), key=_name_key)),
            collations=self.named("collations", "pg_collation", Collation, "collation"),
            sequences=self.named("sequences", "pg_class", Sequence, "sequence"),
            tables=tuple(sorted(tables.values(), key=_name_key)),
            views=tuple(sorted(views.values(), key=_name_key)),
            functions=self._functions(),
            event_triggers=self.named("event_triggers", "pg_event_trigger", EventTrigger, "event trigger"),
            statistics=self.named("statistics", "pg_statistic_ext", ExtendedStatistics, "statistics"),
            publications=self.named("publications", "pg_publication", Publication, "publication"),
            subscriptions=self.named("subscriptions", "pg_subscription", Subscription, "subscription"),
            foreign_servers=self.named("foreign_servers", "pg_foreign_server", ForeignServer, "foreign server"),
            default_privileges=self._default_privileges(),
            unmodelled=self._unmodelled(),
        )
        schema = replace(schema, dependencies=self._dependencies())
        if facts:
            schema = replace(schema, facts=read_facts(self.connection, schema, self.query, self.unreadable))
        return replace(schema, unreadable=tuple(self.unreadable))

    def _columns(self) -> dict[int, tuple[Column, ...]]:
        found: dict[int, list[Column]] = defaultdict(list)
        decoder = msgspec.json.Decoder(Column)
        for oid, number, text in self.query("columns"):
            column = decoder.decode(text)
            if comment := self.comments.get(("pg_class", oid, number)):
                column = replace(column, comment=comment)
            found[oid].append(column)
            self.columns[oid, number] = column.name
        return {oid: tuple(sorted(columns, key=lambda c: c.position)) for oid, columns in found.items()}

    def _column_grants(self, relation: int) -> tuple[Grant, ...]:
        return tuple(
            replace(grant, column=self.columns[relation, number])
            for number in sorted(self.granted_columns.get(relation, ()))
            for grant in sorted(self.grants["pg_class", relation, number], key=_grant_key)
        )

    def _parts(
        self, name: str, catalogue: str, kind: Any, owners: dict[int, Any], ref: ObjectKind
    ) -> dict[int, tuple[Any, ...]]:
        """Objects that hang on a relation or a domain, by its oid, sorted by name."""
        found: dict[int, list[Any]] = defaultdict(list)
        for oid, owner, value in self.objects(name, catalogue, kind):
            if owner not in owners:
                continue
            found[owner].append(value)
            on = owners[owner].name
            own = value.name if isinstance(value.name, str) else value.name.name
            self.refs[catalogue, oid] = ObjectRef(kind=ref, schema=on.schema, name=on.name, sub=own)
            if isinstance(value, Index) and value.constraint:
                # What needs a key's index (a foreign key does) needs the key.
                self.refs[catalogue, oid] = ObjectRef(
                    kind="constraint", schema=on.schema, name=on.name, sub=value.constraint
                )
        return defaultdict(tuple, {oid: tuple(sorted(values, key=_name_key)) for oid, values in found.items()})

    def _types(self, columns: dict[int, tuple[Column, ...]]) -> tuple[dict[int, Any], dict[int, DomainType]]:
        types: dict[int, Any] = {}
        domains: dict[int, DomainType] = {}
        for oid, relation, value in self.objects("types", "pg_type", UserType):
            self.refs["pg_type", oid] = _ref("domain" if isinstance(value, DomainType) else "type", value.name)
            if isinstance(value, CompositeType):
                value = replace(value, attributes=columns.get(relation, ()))
                self.refs["pg_class", relation] = self.refs["pg_type", oid]
            if isinstance(value, DomainType):
                domains[oid] = value
            types[oid] = value
        return types, domains

    def _functions(self) -> tuple[Function, ...]:
        functions: list[Function] = []
        for oid, _, function in self.objects("functions", "pg_proc", Function):
            functions.append(function)
            signature = f"{function.name.name}({function.inputs})"
            self.refs["pg_proc", oid] = ObjectRef(kind="function", schema=function.name.schema, name=signature)
        return tuple(sorted(functions, key=lambda f: (f.name.schema, f.name.name, f.inputs)))

    def _default_privileges(self) -> tuple[DefaultPrivilege, ...]:
        found = [value for _, _, value in self.objects("default_privileges", "pg_default_acl", DefaultPrivilege)]
        return tuple(sorted(found, key=lambda d: (d.role, d.schema, d.objects)))

    def _unmodelled(self) -> tuple[Unmodelled, ...]:
        found: list[Unmodelled] = []
        for catalogue, oid, kind, schema, name in self.query("unmodelled"):
            if (catalogue, oid) not in self.members:
                ref = ObjectRef(kind=kind, schema=schema, name=name)
                found.append(Unmodelled(ref=ref))
                self.refs[catalogue, oid] = ref
        return tuple(sorted(found, key=lambda u: u.ref))

    def _dependencies(self) -> tuple[Dependency, ...]:
        # A catalogue's own row for what the model names otherwise: a view's rule, a default, a row type, an array type.
        for catalogue, oid, of_catalogue, of_oid, number in self.query("aliases"):
            if ref := self._resolve(of_catalogue, of_oid, number):
                self.refs.setdefault((catalogue, oid), ref)
        found: set[Dependency] = set()
        for catalogue, oid, number, on_catalogue, on_oid, on_number in self.query("dependencies"):
            if (catalogue, oid) in self.members:
                continue
            of = self._resolve(catalogue, oid, number)
            on = self._resolve(on_catalogue, on_oid, on_number)
            if of is not None and on is not None and of != on and not _part_of(of, on):
                found.add(Dependency(of=of, on=on))
        return tuple(sorted(found, key=lambda d: (d.of, d.on)))

    def _resolve(self, catalogue: str, oid: int, number: int) -> ObjectRef | None:
        ref = self.refs.get((catalogue, oid))
        if ref is None or not number or ref.kind not in ("table", "view", "type"):
            return ref
        name = self.columns.get((oid, number))
        return ref if name is None else ObjectRef(kind="column", schema=ref.schema, name=ref.name, sub=name)


def _ref(kind: ObjectKind, name: Name | str) -> ObjectRef:
    if isinstance(name, str):
        return ObjectRef(kind=kind, name=name)
    return ObjectRef(kind=kind, schema=name.schema, name=name.name)


def _part_of(ref: ObjectRef, whole: ObjectRef) -> bool:
    return not whole.sub and bool(ref.sub) and (ref.schema, ref.name) == (whole.schema, whole.name)


def _name_key(value: Any) -> Any:
    return value.name


def _grant_key(grant: Grant) -> tuple[str, str]:
    return grant.grantee, grant.grantor
