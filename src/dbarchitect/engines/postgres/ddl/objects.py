"""Objects that are no tables: what creates, drops and alters them, comments included; owners and privileges apart."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.engines.postgres.ddl.clauses import (
    comment_change,
    comment_on,
    foreign_changes,
    foreign_options,
    name_list,
    options,
)
from dbarchitect.engines.postgres.ddl.columns import own_storage
from dbarchitect.engines.postgres.ddl.types import alter_type, create_collation, create_type, drop_type
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import (
    BaseType,
    Collation,
    CompositeType,
    DomainType,
    EnumType,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignServer,
    Function,
    Namespace,
    Policy,
    Publication,
    PublicationTable,
    RangeType,
    Rule,
    SchemaObject,
    Sequence,
    Subscription,
    Trigger,
    UserType,
    View,
)

_STATES = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def create(one: SchemaObject, on: Name | None, major: int) -> Iterable[str]:
    """CREATE, with the comment. Raises `ValueError` for what no DDL of ours makes."""
    match one:
        case EnumType() | DomainType() | CompositeType() | RangeType() | BaseType():
            yield from create_type(one, major)
            return
        case Namespace():
            yield f"CREATE SCHEMA {quote_identifier(one.name)}"
        case Extension():
            where = f" WITH SCHEMA {quote_identifier(one.schema)}" if one.schema and one.schema != "pg_catalog" else ""
            yield f"CREATE EXTENSION {quote_identifier(one.name)}{where}"
            return  # its comment is its own
        case Collation():
            yield create_collation(one)
        case Sequence():
            unlogged = "UNLOGGED " if one.persistence == "unlogged" else ""
            yield f"CREATE {unlogged}SEQUENCE {one.name} {_sequence(one)}"
        case View():
            yield _view(one)
            yield from _view_columns(None, one)
        case Function():
            if not one.definition:
                raise ValueError(f"function {one.name} has no definition")
            yield one.definition.strip()
        case Trigger():
            yield one.definition
            if one.enabled != "origin":
                yield f"ALTER TABLE {on} {_STATES[one.enabled]} TRIGGER {quote_identifier(one.name)}"
        case Rule():
            yield one.definition.rstrip(";")
            if one.enabled != "origin":
                yield f"ALTER TABLE {on} {_STATES[one.enabled]} RULE {quote_identifier(one.name)}"
        case Policy():
            yield _policy(one, on)
        case EventTrigger():
            tags = f" WHEN TAG IN ({', '.join(map(quote_literal, one.tags))})" if one.tags else ""
            name = quote_identifier(one.name)
            yield f"CREATE EVENT TRIGGER {name} ON {one.event}{tags} EXECUTE FUNCTION {one.function}"
            if one.enabled != "origin":
                yield f"ALTER EVENT TRIGGER {name} {_STATES[one.enabled]}"
        case ExtendedStatistics():
            yield one.definition
            if one.target is not None:
                yield f"ALTER STATISTICS {one.name} SET STATISTICS {one.target}"
        case Publication():
            yield _publication(one, major)
        case ForeignServer():
            yield _server(one)
        case Subscription():
            raise ValueError(f"subscription {one.name}: its connection is a secret that no schema tells")
    yield from comment_on(target(one, on), one.comment)


def drop(one: SchemaObject, on: Name | None) -> str:
    """DROP."""
    if isinstance(one, UserType):
        return drop_type(one)
    if isinstance(one, Subscription):
        raise ValueError(f"subscription {one.name}: dropping it would reach for the other server")
    return f"DROP {target(one, on)}"


def target(one: SchemaObject, on: Name | None) -> str:
    """How DROP and COMMENT ON name an object."""
    match one:
        case Namespace():
            return f"SCHEMA {quote_identifier(one.name)}"
        case Extension():
            return f"EXTENSION {quote_identifier(one.name)}"
        case Collation():
            return f"COLLATION {one.name}"
        case Sequence():
            return f"SEQUENCE {one.name}"
        case View():
            return f"{'MATERIALIZED ' if one.materialized else ''}VIEW {one.name}"
        case Function():
            return f"{_function_kind(one)} {_signature(one)}"
        case Trigger():
            return f"TRIGGER {quote_identifier(one.name)} ON {on}"
        case Rule():
            return f"RULE {quote_identifier(one.name)} ON {on}"
        case Policy():
            return f"POLICY {quote_identifier(one.name)} ON {on}"
        case EventTrigger():
            return f"EVENT TRIGGER {quote_identifier(one.name)}"
        case ExtendedStatistics():
            return f"STATISTICS {one.name}"
        case Publication():
            return f"PUBLICATION {quote_identifier(one.name)}"
        case Subscription():
            return f"SUBSCRIPTION {quote_identifier(one.name)}"
        case ForeignServer():
            return f"SERVER {quote_identifier(one.name)}"
        case DomainType():
            return f"DOMAIN {one.name}"
        case _:
            return f"TYPE {one.name}"


def alter(before: SchemaObject, after: SchemaObject, on: Name | None, major: int) -> Iterable[str]:
    """What turns one object into another of the same name, in place, comments included. Raises `ValueError` where
    nothing does: whoever asks knows which objects must be made anew."""
    if isinstance(before, Extension) and isinstance(after, Extension):
        if before.schema != after.schema:
            yield f"ALTER EXTENSION {quote_identifier(after.name)} SET SCHEMA {quote_identifier(after.schema)}"
        return
    elif isinstance(before, Sequence) and isinstance(after, Sequence):
        yield from _alter_sequence(before, after)
    elif isinstance(before, View) and isinstance(after, View):
        yield from _alter_view(before, after)
    elif isinstance(before, Function) and isinstance(after, Function):
        if before.definition != after.definition:
            yield after.definition.strip().replace("CREATE AGGREGATE", "CREATE OR REPLACE AGGREGATE", 1)
    elif isinstance(before, Trigger) and isinstance(after, Trigger):
        if before.definition != after.definition:
            yield after.definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
        if before.enabled != after.enabled or (before.definition != after.definition and after.enabled != "origin"):
            yield f"ALTER TABLE {on} {_STATES[after.enabled]} TRIGGER {quote_identifier(after.name)}"
    elif isinstance(before, Rule) and isinstance(after, Rule):
        if before.definition != after.definition:
            yield after.definition.rstrip(";").replace("CREATE RULE", "CREATE OR REPLACE RULE", 1)
        if before.enabled != after.enabled:
            yield f"ALTER TABLE {on} {_STATES[after.enabled]} RULE {quote_identifier(after.name)}"
    elif isinstance(before, Policy) and isinstance(after, Policy):
        yield from _alter_policy(before, after, on)
    elif isinstance(before, EventTrigger) and isinstance(after, EventTrigger):
        if before.enabled != after.enabled:
            yield f"ALTER EVENT TRIGGER {quote_identifier(after.name)} {_STATES[after.enabled]}"
    elif isinstance(before, ExtendedStatistics) and isinstance(after, ExtendedStatistics):
        if before.target != after.target:
            number = -1 if after.target is None else after.target
            yield f"ALTER STATISTICS {after.name} SET STATISTICS {number}"
    elif isinstance(before, Publication) and isinstance(after, Publication):
        yield from _alter_publication(before, after, major)
    elif isinstance(before, ForeignServer) and isinstance(after, ForeignServer):
        name = quote_identifier(after.name)
        if before.version != after.version:
            yield f"ALTER SERVER {name} VERSION {quote_literal(after.version)}"
        if before.options != after.options:
            yield f"ALTER SERVER {name} OPTIONS ({foreign_changes(before.options, after.options)})"
    elif isinstance(before, UserType) and isinstance(after, UserType):
        yield from alter_type(before, after, major)
        return
    elif type(before) is not type(after):
        raise ValueError(f"{target(before, on)} cannot become {target(after, on)}")
    yield from comment_change(target(after, on), before.comment, after.comment)


# Functions


def _function_kind(function: Function) -> str:
    return {"procedure": "PROCEDURE", "aggregate": "AGGREGATE"}.get(function.kind, "FUNCTION")


def _signature(function: Function) -> str:
    arguments = "*" if function.kind == "aggregate" and not function.identity else function.identity
    return f"{function.name}({arguments})"


# Sequences


def _sequence(one: Sequence) -> str:
    words = [] if one.type == "bigint" else [f"AS {one.type}"]
    words += [
        f"INCREMENT BY {one.increment}",
        f"MINVALUE {one.minimum}",
        f"MAXVALUE {one.maximum}",
        f"START WITH {one.start}",
        f"CACHE {one.cache}",
    ]
    return " ".join([*words, "CYCLE" if one.cycle else "NO CYCLE"])


def _alter_sequence(before: Sequence, after: Sequence) -> Iterable[str]:
    words: list[str] = []
    if before.type != after.type:
        words.append(f"AS {after.type}")
    retyped = before.type != after.type  # which may move limits along
    for word, old, new in (
        ("INCREMENT BY", before.increment, after.increment),
        ("MINVALUE", before.minimum, after.minimum),
        ("MAXVALUE", before.maximum, after.maximum),
        ("START WITH", before.start, after.start),
        ("CACHE", before.cache, after.cache),
    ):
        if old != new or (retyped and word in ("MINVALUE", "MAXVALUE")):
            words.append(f"{word} {new}")
    if before.cycle != after.cycle:
        words.append("CYCLE" if after.cycle else "NO CYCLE")
    if after.minimum > before.minimum and after.minimum <= before.maximum:
        # The server refuses limits that leave out where the sequence stands.
        yield _moved(after, f"{after.minimum}", f"last_value < {after.minimum}")
    if after.maximum < before.maximum and after.maximum >= before.minimum:
        yield _moved(after, f"{after.maximum}", f"last_value > {after.maximum}")
    if words:
        yield f"ALTER SEQUENCE {after.name} {' '.join(words)}"
    if before.owned_by != after.owned_by:
        owner = "NONE" if after.owned_by is None else f"{after.owned_by[0]}.{quote_identifier(after.owned_by[1])}"
        yield f"ALTER SEQUENCE {after.name} OWNED BY {owner}"
    if before.persistence != after.persistence:
        yield f"ALTER SEQUENCE {after.name} SET {'UNLOGGED' if after.persistence == 'unlogged' else 'LOGGED'}"


def _moved(one: Sequence, to: str, where: str) -> str:
    return f"SELECT pg_catalog.setval({quote_literal(str(one.name))}, {to}, false) FROM {one.name} WHERE {where}"


# Views


def _view(one: View, *, replace: bool = False) -> str:
    words = ["CREATE OR REPLACE VIEW" if replace else f"CREATE {'MATERIALIZED ' if one.materialized else ''}VIEW"]
    words.append(str(one.name))
    if one.materialized and one.access_method not in ("", "heap"):
        words.append(f"USING {quote_identifier(one.access_method)}")
    if one.options:
        words.append(f"WITH ({options(one.options)})")
    if one.tablespace:
        words.append(f"TABLESPACE {quote_identifier(one.tablespace)}")
    text = f"{' '.join(words)} AS\n{one.definition.rstrip().rstrip(';')}"
    return text + (f"\nWITH {'' if one.populated else 'NO '}DATA" if one.materialized else "")


def _view_columns(before: View | None, after: View) -> Iterable[str]:
    known = {} if before is None else {column.name: column for column in before.columns}
    for column in after.columns:
        old = known.get(column.name)
        name = quote_identifier(column.name)
        if column.default != (old.default if old else None):
            value = "DROP DEFAULT" if column.default is None else f"SET DEFAULT {column.default}"
            yield f"ALTER VIEW {after.name} ALTER COLUMN {name} {value}"
        if after.materialized:
            if column.statistics_target != (old.statistics_target if old else None):
                number = -1 if column.statistics_target is None else column.statistics_target
                yield f"ALTER MATERIALIZED VIEW {after.name} ALTER COLUMN {name} SET STATISTICS {number}"
            if column.storage != (old.storage if old else None):
                kind = column.storage or own_storage(column, 15)  # DEFAULT came with 16
                yield f"ALTER MATERIALIZED VIEW {after.name} ALTER COLUMN {name} SET STORAGE {kind}"
            if column.compression != (old.compression if old else None):
                method = column.compression or "default"
                yield f"ALTER MATERIALIZED VIEW {after.name} ALTER COLUMN {name} SET COMPRESSION {method}"
            if column.options != (old.options if old else {}):
                yield f"ALTER MATERIALIZED VIEW {after.name} ALTER COLUMN {name} SET ({options(column.options)})"
        yield from comment_change(f"COLUMN {after.name}.{name}", old.comment if old else None, column.comment)


def _alter_view(before: View, after: View) -> Iterable[str]:
    if not after.materialized:
        if (before.definition, before.options) != (after.definition, after.options):
            yield _view(after, replace=True)
    else:
        name = f"ALTER MATERIALIZED VIEW {after.name}"
        if changed := {key: value for key, value in after.options.items() if before.options.get(key) != value}:
            yield f"{name} SET ({options(changed)})"
        if gone := sorted(before.options.keys() - after.options.keys()):
            yield f"{name} RESET ({name_list(gone)})"
        if before.access_method != after.access_method:
            yield f"{name} SET ACCESS METHOD {quote_identifier(after.access_method)}"
        if before.tablespace != after.tablespace:
            yield f"{name} SET TABLESPACE {quote_identifier(after.tablespace or 'pg_default')}"
        if before.populated != after.populated:
            yield f"REFRESH MATERIALIZED VIEW {after.name}" + ("" if after.populated else " WITH NO DATA")
    yield from _view_columns(before, after)


# Policies


def _policy(one: Policy, on: Name | None) -> str:
    words = [f"CREATE POLICY {quote_identifier(one.name)} ON {on}"]
    if not one.permissive:
        words.append("AS RESTRICTIVE")
    if one.command != "ALL":
        words.append(f"FOR {one.command}")
    return " ".join([*words, *_who_and_what(one)])


def _who_and_what(one: Policy) -> Iterable[str]:
    yield f"TO {', '.join('PUBLIC' if role == 'PUBLIC' else quote_identifier(role) for role in one.roles)}"
    if one.using is not None:
        yield f"USING ({one.using})"
    if one.check is not None:
        yield f"WITH CHECK ({one.check})"


def _alter_policy(before: Policy, after: Policy, on: Name | None) -> Iterable[str]:
    if (before.roles, before.using, before.check) != (after.roles, after.using, after.check):
        yield " ".join([f"ALTER POLICY {quote_identifier(after.name)} ON {on}", *_who_and_what(after)])


# Publications, servers, collations


def _publication(one: Publication, major: int) -> str:
    text = f"CREATE PUBLICATION {quote_identifier(one.name)}"
    if one.all_tables:
        text += " FOR ALL TABLES"
    elif members := _members(one):
        text += f" FOR {members}"
    return f"{text} WITH ({_publication_options(one, major)})"


def _members(one: Publication) -> str:
    parts: list[str] = []
    if one.tables:
        parts.append(f"TABLE {', '.join(map(_published, one.tables))}")
    if one.schemas:
        parts.append(f"TABLES IN SCHEMA {name_list(one.schemas)}")
    return ", ".join(parts)


def _published(one: PublicationTable) -> str:
    text = str(one.table)
    if one.columns:
        text += f" ({name_list(one.columns)})"
    return text + (f" WHERE ({one.where})" if one.where else "")


def _publication_options(one: Publication, major: int) -> str:
    words = [f"publish = {quote_literal(', '.join(one.operations))}"]
    if major >= 13:
        words.append(f"publish_via_partition_root = {'true' if one.via_root else 'false'}")
    if major >= 18:
        words.append(f"publish_generated_columns = {one.generated_columns or 'none'}")
    return ", ".join(words)


def _alter_publication(before: Publication, after: Publication, major: int) -> Iterable[str]:
    name = quote_identifier(after.name)
    if before.all_tables != after.all_tables:
        raise ValueError(f"publication {after.name}: FOR ALL TABLES cannot be changed in place")
    if (before.operations, before.via_root, before.generated_columns) != (
        after.operations,
        after.via_root,
        after.generated_columns,
    ):
        yield f"ALTER PUBLICATION {name} SET ({_publication_options(after, major)})"
    if (before.tables, before.schemas) != (after.tables, after.schemas):
        if members := _members(after):
            yield f"ALTER PUBLICATION {name} SET {members}"
        elif gone := _members(Publication(name=before.name, schemas=before.schemas, tables=_bare(before.tables))):
            yield f"ALTER PUBLICATION {name} DROP {gone}"


def _bare(tables: tuple[PublicationTable, ...]) -> tuple[PublicationTable, ...]:
    """The tables without filters and columns, as DROP names them."""
    return tuple(PublicationTable(table=member.table) for member in tables)


def _server(one: ForeignServer) -> str:
    text = f"CREATE SERVER {quote_identifier(one.name)}"
    if one.type:
        text += f" TYPE {quote_literal(one.type)}"
    if one.version:
        text += f" VERSION {quote_literal(one.version)}"
    text += f" FOREIGN DATA WRAPPER {quote_identifier(one.wrapper)}"
    return text + (f" OPTIONS ({foreign_options(one.options)})" if one.options else "")
