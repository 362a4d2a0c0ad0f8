"""Types: enums, domains, composites, ranges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl.clauses import comment_change, comment_on
from dbarchitect.engines.postgres.ddl.columns import conversion
from dbarchitect.engines.postgres.ddl.constraints import constraint_definition
from dbarchitect.model.change import RebuildType
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import (
    BaseType,
    Check,
    Collation,
    Column,
    CompositeType,
    DomainType,
    EnumType,
    NotNull,
    RangeType,
    UserType,
)

_ASIDE = "__before"  # what an old type is called while its successor takes its place


def create_type(type_: UserType, major: int) -> Iterable[str]:
    """CREATE TYPE or DOMAIN. Raises `ValueError` for a type with functions in C."""
    match type_:
        case EnumType():
            yield f"CREATE TYPE {type_.name} AS ENUM ({', '.join(map(quote_literal, type_.labels))})"
        case DomainType():
            yield from _add_domain(type_, major)
        case CompositeType():
            attributes = [
                f"{quote_identifier(a.name)} {a.type.sql}" + (f" COLLATE {a.collation}" if a.collation else "")
                for a in type_.attributes
            ]
            yield f"CREATE TYPE {type_.name} AS ({', '.join(attributes)})"
            for attribute in type_.attributes:
                yield from comment_on(f"COLUMN {type_.name}.{quote_identifier(attribute.name)}", attribute.comment)
        case RangeType():
            options = [f"subtype = {type_.subtype.sql}"]
            options += [
                f"{word} = {value}"
                for word, value in (
                    ("subtype_opclass", type_.opclass),
                    ("collation", type_.collation),
                    ("canonical", type_.canonical),
                    ("subtype_diff", type_.subtype_diff),
                    ("multirange_type_name", type_.multirange if major >= 14 else None),
                )
                if value
            ]
            yield f"CREATE TYPE {type_.name} AS RANGE ({', '.join(options)})"
        case BaseType():
            raise ValueError(f"type {type_.name} has input and output functions in C, which the model does not carry")
        case _:
            assert_never(type_)
    yield from comment_on(f"{'DOMAIN' if isinstance(type_, DomainType) else 'TYPE'} {type_.name}", type_.comment)


def _add_domain(domain: DomainType, major: int) -> Iterable[str]:
    words = [f"CREATE DOMAIN {domain.name} AS {domain.type.sql}"]
    if domain.collation is not None:
        words.append(f"COLLATE {domain.collation}")
    if domain.default is not None:
        words.append(f"DEFAULT {domain.default}")
    named = next((c for c in domain.constraints if isinstance(c, NotNull)), None)
    if domain.not_null:
        words.append(f"CONSTRAINT {quote_identifier(named.name)} NOT NULL" if named and major >= 17 else "NOT NULL")
    checks = [c for c in domain.constraints if isinstance(c, Check)]
    words += [constraint_definition(c) for c in checks if c.validated]
    yield " ".join(words)
    for check in checks:
        if not check.validated:
            yield f"ALTER DOMAIN {domain.name} ADD {constraint_definition(check)} NOT VALID"
    for constraint in domain.constraints:
        yield from comment_on(
            f"CONSTRAINT {quote_identifier(constraint.name)} ON DOMAIN {domain.name}", constraint.comment
        )


def drop_type(type_: UserType) -> str:
    """DROP TYPE or DOMAIN."""
    return f"DROP {'DOMAIN' if isinstance(type_, DomainType) else 'TYPE'} {type_.name}"


def alter_type(before: UserType, after: UserType, major: int) -> Iterable[str]:
    """What turns a type into another in place. Raises `ValueError` where nothing does."""
    if isinstance(before, EnumType) and isinstance(after, EnumType):
        yield from _add_labels(before, after)
    elif isinstance(before, DomainType) and isinstance(after, DomainType):
        yield from _alter_domain(before, after, major)
    elif isinstance(before, CompositeType) and isinstance(after, CompositeType):
        yield from _alter_composite(before, after)
    elif type(before) is not type(after):
        raise ValueError(f"type {before.name} cannot become another kind of type")
    word = "DOMAIN" if isinstance(after, DomainType) else "TYPE"
    yield from comment_change(f"{word} {after.name}", before.comment, after.comment)


def _add_labels(before: EnumType, after: EnumType) -> Iterable[str]:
    if len(before.labels) == len(after.labels):
        for old, new in zip(before.labels, after.labels, strict=True):
            if old != new:
                yield f"ALTER TYPE {after.name} RENAME VALUE {quote_literal(old)} TO {quote_literal(new)}"
        return
    if [label for label in after.labels if label in before.labels] != list(before.labels):
        raise ValueError(f"type {before.name}: labels can be added in place, not taken away or moved")
    known = list(before.labels)
    for place, label in enumerate(after.labels):
        if label in known:
            continue
        text = f"ALTER TYPE {after.name} ADD VALUE {quote_literal(label)}"
        if place == 0:
            yield f"{text} BEFORE {quote_literal(known[0])}" if known else text
        else:
            yield f"{text} AFTER {quote_literal(after.labels[place - 1])}"
        known.insert(place, label)


def _alter_domain(before: DomainType, after: DomainType, major: int) -> Iterable[str]:
    if (before.type, before.collation) != (after.type, after.collation):
        raise ValueError(f"domain {before.name}: the type below it cannot be changed in place")
    target = f"ALTER DOMAIN {after.name}"
    old = {one.name: one for one in before.constraints}
    new = {one.name: one for one in after.constraints}
    for name, constraint in old.items():
        if isinstance(constraint, NotNull) or _same(constraint, new.get(name)):
            continue
        yield f"{target} DROP CONSTRAINT {quote_identifier(name)}"
    if before.default != after.default:
        yield f"{target} DROP DEFAULT" if after.default is None else f"{target} SET DEFAULT {after.default}"
    named = [next((c for c in d.constraints if isinstance(c, NotNull)), None) for d in (before, after)]
    renamed = before.not_null and after.not_null and named[0] and named[1] and named[0].name != named[1].name
    if renamed and named[0] and named[1]:
        yield f"{target} RENAME CONSTRAINT {quote_identifier(named[0].name)} TO {quote_identifier(named[1].name)}"
    elif before.not_null != after.not_null:
        if after.not_null and named[1] is not None and major >= 17:
            yield f"{target} ADD CONSTRAINT {quote_identifier(named[1].name)} NOT NULL"
        else:
            yield f"{target} {'SET' if after.not_null else 'DROP'} NOT NULL"
    for name, constraint in new.items():
        if isinstance(constraint, NotNull):
            continue
        known = old.get(name)
        if not _same(known, constraint):
            not_valid = "" if constraint.validated else " NOT VALID"
            yield f"{target} ADD {constraint_definition(constraint)}{not_valid}"
        elif known is not None and constraint.validated and not known.validated:
            yield f"{target} VALIDATE CONSTRAINT {quote_identifier(name)}"
    for name, constraint in new.items():
        known = old.get(name)
        yield from comment_change(
            f"CONSTRAINT {quote_identifier(name)} ON DOMAIN {after.name}",
            known.comment if known is not None and _same(known, constraint) else None,
            constraint.comment,
        )


def _same(before: Check | NotNull | None, after: Check | NotNull | None) -> bool:
    """Whether a constraint of a domain becomes the other by being validated, or by nothing."""
    if not isinstance(before, Check) or not isinstance(after, Check):
        return isinstance(before, NotNull) and isinstance(after, NotNull)
    return before.expression == after.expression and before.validated <= after.validated


def _alter_composite(before: CompositeType, after: CompositeType) -> Iterable[str]:
    target = f"ALTER TYPE {after.name}"
    old = {one.name: one for one in before.attributes}
    new = {one.name: one for one in after.attributes}
    for name in old:
        if name not in new:
            yield f"{target} DROP ATTRIBUTE {quote_identifier(name)} CASCADE"
    for name, attribute in new.items():
        collate = f" COLLATE {attribute.collation}" if attribute.collation else ""
        known = old.get(name)
        if known is None:
            yield f"{target} ADD ATTRIBUTE {quote_identifier(name)} {attribute.type.sql}{collate} CASCADE"
        elif (known.type.sql, known.collation) != (attribute.type.sql, attribute.collation):
            yield f"{target} ALTER ATTRIBUTE {quote_identifier(name)} TYPE {attribute.type.sql}{collate} CASCADE"
        yield from comment_change(
            f"COLUMN {after.name}.{quote_identifier(name)}", known.comment if known else None, attribute.comment
        )


def rebuild_type(change: RebuildType, major: int) -> Iterable[str]:
    """A new type (or collation) beside the old one, every column converted, the old one dropped."""
    before, after = change.before, change.after
    if isinstance(before, RangeType) and isinstance(after, RangeType):
        yield from _rebuild_range(change, before, after, major)
        return
    aside = Name(schema=before.name.schema, name=f"{before.name.name[:48]}{_ASIDE}")
    word = "COLLATION" if isinstance(before, Collation) else "TYPE"
    yield f"ALTER {word} {before.name} RENAME TO {quote_identifier(aside.name)}"
    if isinstance(after, Collation):
        yield create_collation(after)
    else:
        yield from create_type(after, major)
    wanted = {(table, column.name): column for table, column in change.columns_after or change.columns}

    def only(table: Name, column: Column) -> str:
        return f"ALTER TABLE ONLY {table} ALTER COLUMN {quote_identifier(column.name)}"

    # A default may be a child's own: all are set aside first, each comes back where it was.
    for table, column in change.columns:
        if column.default is not None:
            yield f"{only(table, column)} DROP DEFAULT"
    for table, column in change.columns:
        if column.inherited:
            continue  # it follows its parent
        new = wanted[table, column.name]
        collate = f" COLLATE {new.collation}" if new.collation is not None else ""
        using = "" if isinstance(after, Collation) else " " + conversion(new, through_text=not _casts(before, after))
        yield f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(column.name)} TYPE {new.type.sql}{collate}{using}"
    for table, column in change.columns:
        new = wanted[table, column.name]
        if new.default is not None:
            yield f"{only(table, column)} SET DEFAULT {new.default}"
    for inner in change.inner:
        yield from rebuild_type(inner, major)
    yield f"DROP COLLATION {aside}" if isinstance(before, Collation) else drop_type(replace(before, name=aside))


def _rebuild_range(change: RebuildType, before: RangeType, after: RangeType, major: int) -> Iterable[str]:
    """A range type brings functions of its name along, so two of one name cannot stand side by side: columns hold text
    meanwhile."""
    own = [(table, column) for table, column in change.columns if not column.inherited]
    targets = [(f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(column.name)}", column) for table, column in own]
    for target, column in targets:
        if column.default is not None:
            yield f"{target} DROP DEFAULT"
        kind = "text[]" if column.type.is_array else "text"
        yield f"{target} TYPE {kind} USING {quote_identifier(column.name)}::{kind}"
    yield drop_type(before)
    yield from create_type(after, major)
    wanted = {(table, column.name): column for table, column in change.columns_after or change.columns}
    for (target, column), (table, _) in zip(targets, own, strict=True):
        new = wanted[table, column.name]
        yield f"{target} TYPE {new.type.sql} USING {quote_identifier(column.name)}::{new.type.sql}"
        if new.default is not None:
            yield f"{target} SET DEFAULT {new.default}"


def _casts(before: UserType | Collation, after: UserType | Collation) -> bool:
    """Whether values of the one type become those of the other by a cast alone."""
    same = before == after  # made anew because of what it is made of
    return isinstance(before, DomainType) and isinstance(after, DomainType) and not same


def create_collation(one: Collation) -> str:
    """CREATE COLLATION."""
    words = [f"provider = {one.provider}"]
    if one.ctype and one.ctype != one.locale:
        words += [f"lc_collate = {quote_literal(one.locale)}", f"lc_ctype = {quote_literal(one.ctype)}"]
    else:
        words.append(f"locale = {quote_literal(one.locale)}")
    if not one.deterministic:
        words.append("deterministic = false")
    if one.rules:
        words.append(f"rules = {quote_literal(one.rules)}")
    return f"CREATE COLLATION {one.name} ({', '.join(words)})"
