"""A made-up application of modules, as values: what a large schema with hubs looks like."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Type

_MODULES = ("billing", "catalog", "crm", "hr", "inventory", "projects", "sales", "support", "shipping", "assets")
_THINGS = ("order", "invoice", "item", "contact", "ticket", "task", "shipment", "contract", "asset", "payment", "rule")
_PARTS = ("line", "note", "event")
_OWN = 7  # things of a module


def modular(tables: int, *, schemas: bool = False) -> Relational:
    """So many tables. Each module has things with parts, refers to itself and now and then to the module before it;
    nearly everything refers to `users`, every second thing to `tenants`. With `schemas` each has its own."""
    made = [_table("core", "tenants", [], schemas)]
    tenants = made[0].name
    made.append(_table("core", "users", [("tenant_id", tenants)], schemas))
    users = made[1].name
    before: Name | None = None
    number = 0
    while len(made) < tables:
        module = f"{_MODULES[number % len(_MODULES)]}{number // len(_MODULES) or ''}"
        things: list[Name] = []
        for at in range(_OWN):
            keys = [("created_by", users), *([("tenant_id", tenants)] if at % 2 == 0 else [])]
            if things:
                keys.append(("belongs_to", things[max(0, at - 1 - at % 3)]))
            if before is not None and at in (0, 3):
                keys.append(("came_from", before))
            thing = _table(module, f"{module}_{_THINGS[(number * 3 + at) % len(_THINGS)]}", keys, schemas)
            parts = [
                _table(module, f"{thing.name.name}_{part}", [("of", thing.name), ("created_by", users)], schemas)
                for part in _PARTS[: at % 4]
            ]
            things.append(thing.name)
            made += [thing, *parts]
        before = things[0]
        number += 1
    return Relational(tables=tuple(sorted(made[:tables], key=lambda one: one.name)))


def _table(module: str, name: str, keys: Sequence[tuple[str, Name]], schemas: bool) -> Table:
    integer = Type(sql="bigint", name="int8")
    columns = [("id", integer), *((column, integer) for column, _ in keys), ("title", Type(sql="text", name="text"))]
    return Table(
        name=Name(schema=module if schemas else "public", name=name),
        columns=tuple(
            Column(name=column, position=place, type=kind, not_null=column != "created_by")
            for place, (column, kind) in enumerate(columns, 1)
        ),
        constraints=(
            PrimaryKey(name=f"{name}_pkey", columns=("id",)),
            *(
                ForeignKey(name=f"{name}_{column}_fkey", columns=(column,), target=target, target_columns=("id",))
                for column, target in keys
            ),
        ),
    )
