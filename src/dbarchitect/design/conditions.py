"""Rules over several fields of an entity: order, exclusion, either-or, conditions as written, dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Check, Column, Draft, Exclude, Foreign, Table
from .naming import column_name, plain
from .references import Referrer
from .spec import Entity, Rule, Spec


def add_rules(draft: Draft, spec: Spec, refer: Referrer) -> None:
    """Add the rules of the spec to the tables."""
    for rule in spec.rules:
        entity = spec.entity(rule.entity)
        if entity is None:
            continue
        table = draft.table_of(rule.entity)
        if rule.kind == "order":
            _order(draft, table, rule)
        elif rule.kind == "exclusive":
            _exclusive(draft, table, rule, spec, refer)
        elif rule.kind == "either":
            _either(draft, table, rule, refer)
        elif rule.kind == "check":
            _written(draft, table, entity, rule)
        else:
            _dependency(draft, table, rule)


def _order(draft: Draft, table: Table, rule: Rule) -> None:
    columns = [table.of(name) for name in rule.fields]
    sign = "<=" if rule.equal else "<"
    for low, high in pairwise(columns):
        if low is None or high is None or _family(low.type) != _family(high.type):
            draft.decide(
                "not enforced", table.name, f" {sign} ".join(rule.fields), "the two cannot be compared", line=rule.line
            )
            continue
        name = plain(table.name, low.name, "before", high.name)
        if any(check.name == name for check in table.checks):
            continue  # what excludes overlaps has asked for it already
        one, other = quote_identifier(low.name), quote_identifier(high.name)
        later = "1" if _family(low.type) == "number" or low.type == "date" else "interval '1 hour'"
        table.checks.append(
            Check(
                name=name,
                sql=f"{one} {sign} {other}",
                bad=((low.name, f"({high.sample}) + {later}"), (high.name, high.sample)),
                why="as was said",
            )
        )
        high.sample = f"({low.sample}) + {later}"


def _family(kind: str) -> str:
    return "number" if kind.startswith(("numeric", "integer", "bigint")) else kind


def _exclusive(draft: Draft, table: Table, rule: Rule, spec: Spec, refer: Referrer) -> None:
    columns = [one for one in (table.of(name) for name in rule.fields) if one is not None]
    same = tuple(
        dict.fromkeys(
            ([table.tenant] if table.tenant else [])
            + [column for name in rule.within for column in refer.columns_for(table, name)]
        )
    )
    names = tuple(one.name for one in columns)
    span = _span(spec, rule, columns)
    if len(columns) == 1 and columns[0].type.endswith("range"):
        ranges = quote_identifier(names[0])
    elif span:
        # In UTC: what is added to a time with a zone depends on the session's, and an index may not.
        start = f"{quote_identifier(names[0])} AT TIME ZONE 'UTC'"
        ranges = f"tsrange({start}, {start} + {span})"
    elif len(columns) == 2 and columns[0].type == columns[1].type and columns[0].type in ("date", "timestamptz"):
        low, high = map(quote_identifier, names)
        ranges = f"daterange({low}, {high}, '[]')" if columns[0].type == "date" else f"tstzrange({low}, {high})"
        if not any({name for name, _ in one.bad} == set(names) for one in table.checks):
            days = columns[0].type == "date"  # the last one is a part of it
            _order(draft, table, Rule(entity=rule.entity, kind="order", fields=rule.fields, equal=days, line=rule.line))
    else:
        draft.decide(
            "not enforced",
            table.name,
            f"no two overlap in {', '.join(rule.fields)}",
            "it takes a period, a beginning and an end of one type, or a beginning and how long it lasts",
            line=rule.line,
        )
        return
    draft.extensions.add("btree_gist")
    given_up = list(_not_given_up(spec, rule, table))
    table.excludes.append(
        Exclude(
            name=plain(table.name, *names, "excl"),
            same=same,
            ranges=ranges,
            columns=names,
            predicate=" AND ".join([*(["deleted_at IS NULL"] if table.soft_delete else []), *given_up]),
        )
    )
    draft.decide(
        "constraint",
        table.name,
        f"EXCLUDE ({', '.join((*same, ranges))}): no two overlap",
        "two sessions that both look first and then write would both find it free; the constraint refuses the second"
        + "".join(f"; only rows with {one}: what was given up is free again" for one in given_up),
        instead="WITHOUT OVERLAPS in a key of 18; a lock on what is booked",
        line=rule.line,
    )


_GIVEN_UP = frozenset(
    ("cancelled", "canceled", "rejected", "declined", "refused", "withdrawn", "void", "voided", "expired")
)


def _not_given_up(spec: Spec, rule: Rule, table: Table) -> Iterator[str]:
    """The conditions under which a row takes its time: a cancelled booking leaves its room to others."""
    entity = spec.entity(rule.entity)
    for field in entity.fields if entity else ():
        column = table.of(field.name)
        values = [one for one in field.values if one.lower() in _GIVEN_UP]
        if column is not None and field.kind == "choice" and values and len(values) < len(field.values):
            literals = ", ".join(map(quote_literal, values))
            name = quote_identifier(column.name)
            yield f"{name} <> {literals}" if len(values) == 1 else f"{name} NOT IN ({literals})"


def _span(spec: Spec, rule: Rule, columns: Sequence[Column]) -> str:
    """How long a row takes from its first field on, as SQL; "" where the second field does not say how long."""
    if len(columns) != 2 or columns[0].type != "timestamptz":
        return ""
    long = quote_identifier(columns[1].name)
    if columns[1].type == "interval":
        return long
    entity = spec.entity(rule.entity)
    field = next((one for one in entity.fields if one.name == columns[1].source), None) if entity else None
    unit = re.fullmatch(r"In (second|minute|hour|day|week)s", field.comment) if field else None
    return f"{long} * interval '1 {unit[1]}'" if unit and _family(columns[1].type) == "number" else ""


def _either(draft: Draft, table: Table, rule: Rule, refer: Referrer) -> None:
    firsts: list[str] = []
    for name in rule.fields:
        columns = [one for one in refer.columns_for(table, name) if one != table.tenant]
        for one in columns:
            column = table.column(one)
            if column is not None:
                column.not_null = False
        firsts += columns[:1]
    for foreign in table.foreigns:  # a chosen one cannot be emptied without breaking the rule
        if foreign.on_delete == "SET NULL" and set(foreign.columns) & set(firsts):
            foreign.on_delete, foreign.set_columns = "RESTRICT", ()
            draft.decide(
                "deletion",
                f"{table.name}.{foreign.name}",
                "ON DELETE RESTRICT",
                "one of the alternatives has to be there, so none can be emptied",
                instead="CASCADE",
                line=rule.line,
            )
    listed = ", ".join(map(quote_identifier, firsts))
    table.alternatives.append(tuple(firsts))
    table.checks.append(
        Check(
            name=plain(table.name, "either", *firsts),
            sql=f"num_nonnulls({listed}) = 1",
            bad=tuple((one, "NULL") for one in firsts),
            why="exactly one of them is there",
        )
    )
    draft.decide(
        "constraint",
        table.name,
        f"exactly one of {listed}",
        "each is a real reference that the server checks",
        instead="a type and a number without a foreign key",
        line=rule.line,
    )


def _written(draft: Draft, table: Table, entity: Entity, rule: Rule) -> None:
    """A condition as people wrote it; names of fields become those of columns."""
    sql = rule.sql.strip().rstrip(";")
    for field in sorted(entity.fields, key=lambda one: -len(one.name)):
        column = table.of(field.name)
        if column is not None and field.name != column.name:
            sql = re.sub(rf"\b{re.escape(field.name)}\b", column_name(field.name, entity.name), sql)
    number = 1 + sum(one.name.startswith(plain(table.name, "rule")) for one in table.checks)
    table.checks.append(
        Check(name=plain(table.name, "rule", str(number)), sql=sql, why=rule.comment or "as was written")
    )


def _dependency(draft: Draft, table: Table, rule: Rule) -> None:
    """`fields` follow from `within`: they move to a table of their own, with `within` as its key (3NF synthesis)."""
    left = [table.of(name) for name in rule.within]
    right = [table.of(name) for name in rule.fields]
    if not left or any(one is None for one in (*left, *right)):
        draft.decide(
            "not enforced",
            table.name,
            f"{', '.join(rule.fields)} follow from {', '.join(rule.within) or '?'}",
            "it says nothing of fields that a table could be made of",
            line=rule.line,
        )
        return
    determinants = [one for one in left if one is not None]
    followers = [one for one in right if one is not None]
    if {one.name for one in determinants} >= set(table.key) - {table.tenant}:
        return  # by the key: third normal form as it is
    moved = {one.name for one in followers}
    if any(moved & set(one.columns) for one in table.uniques) or moved & set(table.key):
        draft.decide(
            "normal form",
            table.name,
            f"{', '.join(sorted(moved))} stay",
            "they are part of a key: third normal form allows it, and taking them apart would lose the key",
            line=rule.line,
        )
        return
    name = plain(table.name, *(one.name for one in determinants))
    new = Table(name=name, entity="", tenant=table.tenant, comment=f"What follows from {', '.join(rule.within)} alone")
    if table.tenant:
        original = table.column(table.tenant)
        assert original is not None
        new.columns.append(original)
    for one in (*determinants, *followers):
        new.add(
            Column(
                name=one.name,
                type=one.type,
                sample=one.sample,
                not_null=one in determinants or one.not_null,
                default=one.default,
                comment=one.comment,
                source=one.source,
                width=one.width,
            )
        )
    new.key = tuple(([table.tenant] if table.tenant else []) + [one.name for one in determinants])
    keeps = [one for one in table.checks if {column for column, _ in one.bad} & moved]
    new.checks = [
        Check(name=plain(name, *(column for column, _ in one.bad), str(number)), sql=one.sql, bad=one.bad, why=one.why)
        for number, one in enumerate(keeps, 1)
    ]
    table.checks = [one for one in table.checks if one not in keeps]
    table.columns = [one for one in table.columns if one.name not in moved]
    draft.tables[name] = new
    columns = tuple(([table.tenant] if table.tenant else []) + [one.name for one in determinants])
    table.foreigns.append(
        Foreign(
            name=plain(table.name, name, "fkey"),
            columns=columns,
            target=name,
            target_columns=new.key,
            on_delete="RESTRICT",
            role=name,
        )
    )
    draft.decide(
        "normal form",
        table.name,
        f"{', '.join(sorted(moved))} moved to {name}, keyed by {', '.join(new.key)}",
        "they follow from what is not the key: kept once, they cannot disagree",
        instead="leaving them (second normal form)",
        unless="they are a copy of the moment (a price when it was sold): then they stay",
        line=rule.line,
    )
