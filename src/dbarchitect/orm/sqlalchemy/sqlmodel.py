"""The models in the words of SQLModel: `Field` and `Relationship`, which make the columns and relations of SQLAlchemy.

An annotation is a type of Python; the column's own type stands beside it (`sa_type=pg.numeric_10_2`), because what
SQLModel makes of an annotation by itself is another one (AutoString, UTCDateTime).
"""

from __future__ import annotations

import re

from dbarchitect.model.schema import Column, Table
from dbarchitect.orm.blueprint import Relation

from .columns import arguments, updated
from .models import Models, column_ref
from .names import ATTRIBUTES, CLASSES, Named
from .python import Call, Code, Item, call, flat, lines, mapping, sequence, string
from .relations import relationship

# What the body of a class uses, and what pydantic and SQLModel have as attributes of every model.
FIELDS = ATTRIBUTES | {
    "bool", "bytes", "construct", "copy", "datetime", "dict", "enums", "float", "from_orm", "int", "json", "list",
    "metadata", "model_computed_fields", "model_config", "model_construct", "model_copy", "model_dump",
    "model_dump_json", "model_extra", "model_fields", "model_fields_set", "model_json_schema",
    "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate", "model_validate_json",
    "model_validate_strings", "parse_file", "parse_obj", "parse_raw", "schema", "schema_json", "sqlmodel_update", "str",
    "update_forward_refs", "validate",
}  # fmt: skip
MODELS = CLASSES | {"Decimal", "Field", "Optional", "Range", "Relationship", "SQLModel", "Sequence", "UUID"}

# The actions that `Field` itself can say.
_ACTIONS = ('"CASCADE"', '"SET NULL"', '"RESTRICT"')
_FIELD_ARGUMENTS = ("primary_key=", "nullable=")
_RELATIONSHIP_ARGUMENTS = ("back_populates=", "passive_deletes=", "link_model=")


class SqlModels(Models):
    """Writes the modules of `models/` for SQLModel."""

    def _bases(self, base: str, mixed: bool) -> str:
        return f"{'TimestampMixin' if mixed else base}, table=True"

    def _column(self, one: Named, column: Column, name: str) -> list[str]:
        at = column_ref(one, column)
        python, _ = self._types.of(column, at)
        alias = self.aliases[self._types.want(column, at)]
        column = self._with_domain(column)
        given, named = arguments(one, column, self._known, self._schema, self._report)
        if one.entity.table is not None and updated(one.entity.table, column):
            named.append(Item("onupdate=", "sa.func.now()"))
        optional = not column.not_null and column.name not in one.identity
        items: list[Item] = []
        if optional or _comes_later(one, column):
            items.append(Item("default=", "None"))
        items += [item for item in named if item.lead in _FIELD_ARGUMENTS]
        simple, rest = _foreign_key(one, column, given)
        items += simple
        if optional and python == "Any":
            items.append(Item("nullable=", "True"))  # the annotation does not say so
        if column.type.name == "varchar" and not column.type.element and column.type.modifier > 0:
            items.append(Item("max_length=", str(column.type.modifier - 4)))
        items.append(Item("sa_type=", f"pg.{alias.name}"))
        if rest:
            items.append(Item("sa_column_args=", sequence(rest)))
        more = [(item.lead.rstrip("="), item.value) for item in named if item.lead not in _FIELD_ARGUMENTS]
        if name != column.name:
            more.insert(0, ("name", string(column.name)))
        if more:
            items.append(Item("sa_column_kwargs=", mapping(more)))
        python = re.sub(r"\b(Inet|Cidr)\b", r"pg.\1", python)
        annotation = f"{python} | None" if optional and python != "Any" else python
        return lines(call("Field", *items), before=f"{name}: {annotation} = ", indent=4)

    def _related(self, one: Named, relation: Relation, name: str) -> list[str]:
        _, code = relationship(one, relation, self._known)
        assert isinstance(code, Call)
        there = string(self._known[relation.to].symbol)
        annotation = f"list[{there}]" if relation.many else f"Optional[{there}]" if relation.optional else there
        order = {lead: number for number, lead in enumerate(_RELATIONSHIP_ARGUMENTS)}
        items = sorted((item for item in code.items if item.lead in order), key=lambda item: order[item.lead])
        more = [(item.lead.rstrip("="), item.value) for item in code.items if item.lead not in order]
        if more:
            items.append(Item("sa_relationship_kwargs=", mapping(more)))
        return lines(call("Relationship", *items), before=f"{name}: {annotation} = ", indent=4)

    def _imports(self, one: Named, text: str, mixed: bool, base: str) -> list[str]:
        # SQLModel reads annotations while it makes the class: they are no texts, but for the names of other classes.
        others = self._others(one)
        typing = [name for name, used in (("TYPE_CHECKING", others), ("Any", _uses(text, "Any")),
                                          ("Optional", _uses(text, "Optional"))) if used]  # fmt: skip
        found = _standard(text, typing)
        outside = ["import sqlalchemy as sa"] if "sa." in text else []
        if "postgresql." in text:
            outside.append("from sqlalchemy.dialects import postgresql")
        if _uses(text, "Range"):
            outside.append("from sqlalchemy.dialects.postgresql import Range")
        outside.append(f"from sqlmodel import Field{', Relationship' if 'Relationship(' in text else ''}")
        own = [f"from {self._package}.db import enums"] if _uses(text, "enums") else []
        own.append(f"from {self._package}.db import types as pg")
        own.append(f"from {self._package}.db.base import {'TimestampMixin' if mixed else base}")
        links = sorted(
            {
                (link.module, link.symbol)
                for relation, _ in one.relations
                if relation.through is not None and (link := self._known[relation.through]).form == "link"
            }
        )
        own += [f"from {self._package}.models.{module} import {symbol}" for module, symbol in links]
        found += [*([""] if found else []), *outside, "", *own]
        if others:
            found += ["", "if TYPE_CHECKING:"]
            found += [f"    from {self._package}.models.{module} import {symbol}" for module, symbol in others]
        return found


def mixin_imports(body: list[str]) -> tuple[str, str]:
    """What `base.py` imports for the body of the mixin: of the standard library, and of SQLModel."""
    standard = _standard("\n".join(body), [])
    return "\n".join([*standard, "", ""]) if standard else "", "Field, " if body else ""


def _standard(text: str, typing: list[str]) -> list[str]:
    """The imports of the standard library that the annotations of a class need."""
    found = ["import datetime"] if _uses(text, "datetime") else []
    if _uses(text, "Sequence"):
        found.append("from collections.abc import Sequence")
    if _uses(text, "Decimal"):
        found.append("from decimal import Decimal")
    if typing:
        found.append(f"from typing import {', '.join(typing)}")
    if _uses(text, "UUID"):
        found.append("from uuid import UUID")
    return found


def _uses(text: str, name: str) -> bool:
    """Whether an annotation names it: those stand between the colon and `= Field(` or `= Relationship(`."""
    annotations = re.findall(r"^    \w+: (.*?) = (?:Field|Relationship)\(", text, re.M)
    return any(re.search(rf'(?<![\w.]){name}\b(?!")', one) for one in annotations)


def _comes_later(one: Named, column: Column) -> bool:
    """Whether a row may be made without it: the database gives it, or a relation does."""
    attribute = one.entity.attribute(column.name)
    in_relation = any(column.name in relation.key.columns for relation, _ in one.relations
                      if relation.kind in ("many to one", "one to one"))  # fmt: skip
    return attribute.defaulted or column.default is not None or in_relation


def _foreign_key(one: Named, column: Column, given: list[Code]) -> tuple[list[Item], list[Code]]:
    """The one foreign key that `Field` can say (its name that of PostgreSQL, its action one of three); and the rest."""
    keys = [code for code in given if isinstance(code, Call) and code.head == "sa.ForeignKey("]
    table = one.entity.table
    if len(keys) != 1 or not isinstance(table, Table):
        return [], given
    target, *options = keys[0].items
    told = {item.lead: flat(item.value) for item in options}
    name = told.pop("name=", None)
    action = told.pop("ondelete=", None)
    if told or name != string(f"{table.name.name}_{column.name}_fkey") or action not in (None, *_ACTIONS):
        return [], given
    if action == '"SET NULL"' and column.not_null:
        return [], given  # the database finds out when it happens; SQLModel refuses it
    items = [Item("foreign_key=", target.value)]
    if action is not None:
        items.append(Item("ondelete=", action))
    return items, [code for code in given if code is not keys[0]]
