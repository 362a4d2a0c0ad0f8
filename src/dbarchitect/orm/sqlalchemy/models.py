"""The models: a module a class, and one each for associations, for tables without a key and for views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, Relational, Table, View
from dbarchitect.model.schema import Sequence as SqlSequence
from dbarchitect.orm.blueprint import Attribute, Relation, distinct
from dbarchitect.orm.project import Report

from .columns import arguments, updated
from .names import Named, ref
from .python import KEYWORDS, Call, Code, Item, call, docstring, identifier, lines, mapping, names, sequence, string
from .relations import relationship
from .table import constraints, indexes, options, spread
from .types import Alias, Types

_STAMPS = ("created_at", "updated_at")


@dataclass(frozen=True)
class Stamps:
    """The columns of the mixin, by name, and which tables have them exactly so."""

    columns: tuple[Column, ...] = ()
    tables: frozenset[Name] = frozenset()


class Models:
    """Writes the modules of `models/`. What is lost goes to the report as it is written. `TYPES` is what the models
    call the project's types."""

    TYPES = "pg"

    def __init__(
        self, schema: Relational, known: Mapping[Name, Named], types: Types, report: Report, package: str
    ) -> None:
        self._schema = schema
        self._known = known
        self._types = types
        self._report = report
        self._package = package
        self.stamps = _stamps(known.values())
        # Aliases have their names only when every column has asked for its own.
        for one in known.values():
            if one.form in ("class", "link"):
                for attribute in one.entity.attributes:
                    types.want(attribute.column, _at(one, attribute))
        self.aliases: Mapping[tuple[str, str], Alias] = types.aliases()

    def module(self, one: Named) -> str:
        """The module of a class, below its header."""
        attributes = [
            a for a in one.entity.attributes if not (one.entity.name in self.stamps.tables and a.column.name in _STAMPS)
        ]
        body: list[str] = []
        for each in attributes:
            body += self._column(one, each.column, one.attributes[each.column.name])
        related = [line for relation, name in one.relations for line in self._related(one, relation, name)]
        table_arguments = self._table_arguments(one)
        mixed = one.entity.name in self.stamps.tables
        text = "\n".join((*body, *related, *table_arguments))
        base = "ViewBase" if one.entity.table is None else "Base"
        comment = one.entity.relation.comment
        said = docstring(comment or f"A row of {one.entity.name}.")
        parts = [f"class {one.symbol}({self._bases(base, mixed)}):", f"    {said}", ""]
        parts.append(f"    __tablename__ = {string(one.entity.name.name)}")
        parts += table_arguments
        if body:
            parts += ["", *body]
        if related:
            parts += ["", *related]
        return "\n".join((*self._imports(one, text, mixed, base), "", "", *parts))

    def _bases(self, base: str, mixed: bool) -> str:
        """What stands in the brackets of a class."""
        return f"TimestampMixin, {base}" if mixed else base

    def _related(self, one: Named, relation: Relation, name: str) -> list[str]:
        """The lines of a relation, indented by four."""
        annotation, code = relationship(one, relation, self._known)
        return lines(code, before=f"{name}: Mapped[{annotation}] = ", indent=4)

    def _column(self, one: Named, column: Column, name: str) -> list[str]:
        """The lines of a column, indented by four."""
        alias = self.aliases[self._types.want(column, column_ref(one, column))]
        column = self._with_domain(column)
        given, named = self._arguments(one, column)
        optional = not column.not_null and column.name not in one.identity
        if alias.python == "Any":
            named.insert(0, Item("nullable=", str(optional)))
        if one.entity.table is not None and updated(one.entity.table, column):
            named.append(Item("onupdate=", "sa.func.now()"))
        annotation = f"{self.TYPES}.{alias.name}{' | None' if optional and alias.python != 'Any' else ''}"
        first: list[Code] = [string(column.name)] if name != column.name else []
        code = call("mapped_column", *first, *given, *named)
        if not code.items:
            return [f"    {name}: Mapped[{annotation}]"]
        return lines(code, before=f"{name}: Mapped[{annotation}] = ", indent=4)

    def _with_domain(self, column: Column) -> Column:
        domain = self._types.domain(column)
        if domain is None or column.generated is not None:
            return column
        return replace(column, not_null=column.not_null or domain.not_null, default=column.default or domain.default)

    # --- what is PostgreSQL's ---------------------------------------------------------------------------------------

    def _arguments(self, one: Named, column: Column) -> tuple[list[Code], list[Item]]:
        return arguments(one, column, self._known, self._schema, self._report)

    def _constraints(self, one: Named) -> list[Code]:
        return constraints(one, self._known, self._report)

    def _indexes(self, relation: Table | View) -> list[Code]:
        return indexes(relation, self._report)

    def _options(self, one: Named) -> list[tuple[str, Code]]:
        return options(one, self._report)

    # --- the rest ---------------------------------------------------------------------------------------------------

    def mixin(self) -> list[str]:
        """The body of `TimestampMixin`."""
        one = next(named for name, named in sorted(self._known.items()) if name in self.stamps.tables)
        return [line for column in self.stamps.columns for line in self._column(one, column, column.name)]

    def _table_arguments(self, one: Named) -> list[str]:
        items: list[Code] = self._constraints(one)
        items += self._indexes(one.entity.relation)
        settings = self._options(one)
        if isinstance(one.entity.relation, View):
            self._lost_of_view(one.entity.relation)
            items = []
        keyless = one.entity.table is not None and one.entity.table.primary_key is None
        mapper: list[str] = []
        if keyless:
            keys = names([one.attributes[name] for name in one.identity])
            mapper = lines(mapping([("primary_key", keys)]), before="__mapper_args__ = ", indent=4)
            self._report.lose(ref(one.entity), "no primary key", "rows are told apart by a unique key")
        if settings:
            pairs = Call("{", tuple(Item(f"{string(key)}: ", value) for key, value in settings), "}")
            items.append(pairs)
        if not items:
            return mapper
        return lines(sequence(items, "()"), before="__table_args__ = ", indent=4) + mapper

    def _lost_of_view(self, view: View) -> None:
        at = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)
        self._report.lose(at, "materialised view" if view.materialized else "view")
        for present, construct in ((view.triggers, "trigger"), (view.rules, "rule"), (view.grants, "grant"),
                                   (view.comment, "comment"), (view.indexes, "index")):  # fmt: skip
            if present:
                self._report.lose(at, construct, "of a view" if construct in ("comment", "index") else "")

    def _others(self, one: Named) -> list[tuple[str, str]]:
        """The modules and classes that relations lead to."""
        return sorted(
            {
                (self._known[relation.to].module, self._known[relation.to].symbol)
                for relation, _ in one.relations
                if relation.to != one.entity.name
            }
        )

    def _imports(self, one: Named, text: str, mixed: bool, base: str) -> list[str]:
        others = self._others(one)
        uses_association = "associations." in text
        found = ["from __future__ import annotations", ""]
        if others:
            found += ["from typing import TYPE_CHECKING", ""]
        outside: list[str] = []
        if "sa." in text:
            outside.append("import sqlalchemy as sa")
        if "postgresql." in text:
            outside.append("from sqlalchemy.dialects import postgresql")
        orm = ["Mapped", *(["mapped_column"] if "mapped_column(" in text else [])]
        if "relationship(" in text:
            orm.append("relationship")
        outside.append(f"from sqlalchemy.orm import {', '.join(orm)}")
        own = [f"from {self._package}.db import types as {self.TYPES}"]
        own.append(f"from {self._package}.db.base import {base}{', TimestampMixin' if mixed else ''}")
        if uses_association:
            own.append(f"from {self._package}.models import associations")
        found += [*outside, "", *own]
        if others:
            found += ["", "if TYPE_CHECKING:"]
            found += [f"    from {self._package}.models.{module} import {symbol}" for module, symbol in others]
        return found

    # --- tables that are no classes ---------------------------------------------------------------------------------

    def tables(self, members: Sequence[Named]) -> str:
        """A module of `sa.Table`s, below its header."""
        parts = ["\n".join(self._table(one)) for one in members]
        text = "\n\n\n".join(parts)
        outside = ["import sqlalchemy as sa"]
        if "postgresql." in text:
            outside.append("from sqlalchemy.dialects import postgresql")
        own: list[str] = []
        if "enums." in text:
            own.append(f"from {self._package}.db import enums")
        bases = [one for one in ("Base", "ViewBase") if f" {one}.metadata" in text]
        own.append(f"from {self._package}.db.base import {', '.join(bases)}")
        custom = [
            one for one in ("Declared", "HalfVector", "PgType", "Vector") if f" {one}(" in text or f"({one}(" in text
        ]
        if custom:
            own.append(f"from {self._package}.db.types import {', '.join(custom)}")
        return "\n".join([*outside, "", *own]) + "\n\n" + "\n\n".join(parts)

    def _table(self, one: Named) -> list[str]:
        relation = one.entity.relation
        view = isinstance(relation, View)
        items: list[Code | Item] = [string(relation.name.name), "ViewBase.metadata" if view else "Base.metadata"]
        key = relation.primary_key if isinstance(relation, Table) else None
        for attribute in one.entity.attributes:
            column = attribute.column
            _, code = self._types.of(column, _at(one, attribute))
            column = self._with_domain(column)
            given, named = self._arguments(one, column)
            if column.not_null and not (key is not None and column.name in key.columns):
                named.insert(0, Item("nullable=", "False"))
            items.append(call("sa.Column", string(column.name), code, *given, *named))
        if isinstance(relation, View):
            self._lost_of_view(relation)
        else:
            items += self._constraints(one)
            items += self._indexes(relation)
            if relation.primary_key is None:
                self._report.lose(ref(one.entity), "no primary key")
        items += spread(self._options(one))
        return lines(call("sa.Table", *items), before=f"{one.symbol} = ")


def sequences(found: Iterable[SqlSequence]) -> str:
    """`sequences.py` below its header: sequences that belong to no column."""
    parts: list[str] = []
    every = list(found)
    variables = distinct(
        (
            (identifier(english.snake(english.split(one.name.name)), "sequence"), _sequence_ref(one.name))
            for one in every
        ),
        reserved={*KEYWORDS, "sa", "Base"},
    )
    for one, variable in zip(every, variables, strict=True):
        most = {"smallint": 2**15 - 1, "integer": 2**31 - 1}.get(one.type, 2**63 - 1)
        low, high = (1, most) if one.increment > 0 else (-most - 1, -1)
        parts += lines(
            call(
                "sa.Sequence",
                string(one.name.name),
                start=str(one.start) if one.start != (low if one.increment > 0 else high) else None,
                increment=str(one.increment) if one.increment != 1 else None,
                minvalue=str(one.minimum) if one.minimum != low else None,
                maxvalue=str(one.maximum) if one.maximum != high else None,
                cycle="True" if one.cycle else None,
                cache=str(one.cache) if one.cache != 1 else None,
                data_type={"smallint": "sa.SmallInteger", "integer": "sa.Integer"}.get(one.type),
                schema=string(one.name.schema) if one.name.schema != "public" else None,
                metadata="Base.metadata",
            ),
            before=f"{variable} = ",
        )
    return "\n".join(parts)


def _sequence_ref(name: Name) -> ObjectRef:
    return ObjectRef(kind="sequence", schema=name.schema, name=name.name)


def _stamps(known: Iterable[Named]) -> Stamps:
    """The pair created_at and updated_at that most tables have in the same words; at least two do."""
    groups: dict[str, list[tuple[Name, tuple[Column, ...]]]] = {}
    for one in known:
        table = one.entity.table
        if one.form != "class" or table is None:
            continue
        pair = tuple(column for name in _STAMPS if (column := table.column(name)) is not None)
        plain = all(
            one.attributes[column.name] == column.name
            and column.identity is None
            and column.generated is None
            and column.name not in one.identity
            and not any(column.name in key.columns for key in table.foreign_keys)
            for column in pair
        )
        if len(pair) == len(_STAMPS) and plain:
            told = [(c.type.sql, c.default, c.not_null, c.comment, updated(table, c)) for c in pair]
            groups.setdefault(repr(told), []).append((table.name, pair))
    most = max(groups.values(), key=len) if groups else []
    return Stamps(most[0][1], frozenset(name for name, _ in most)) if len(most) > 1 else Stamps()


def _at(one: Named, attribute: Attribute) -> ObjectRef:
    return column_ref(one, attribute.column)


def column_ref(one: Named, column: Column) -> ObjectRef:
    name = one.entity.name
    return ObjectRef(kind="column", schema=name.schema, name=name.name, sub=column.name)
