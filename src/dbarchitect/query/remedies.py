"""What to write instead of a repeated statement: the batched SQL, and the idiom of each ORM."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Name
from dbarchitect.model.nplusone import NPlusOne
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.batching import Varying, batched, copy_instead
from dbarchitect.sql.shapes import Shape, read_statement


def varying_of(examples: Sequence[Execution], shape: Shape) -> Varying:
    """Which values differ among some executions of one shape; those of lists do not. All that can vary, where
    the examples do not tell."""
    if not examples:
        return Varying({n: "" for n in range(1, shape.parameters + 1) if n not in shape.list_parameters}, {})
    bound = [one.parameters for one in examples]
    written = [read_statement(one.sql).constants for one in examples]
    parameters = {
        number: value
        for number, value in enumerate(bound[0], 1)
        if number not in shape.list_parameters and any(len(one) < number or one[number - 1] != value for one in bound)
    }
    constants = {
        number: value
        for number, value in enumerate(written[0])
        if number not in shape.list_constants and any(len(one) <= number or one[number] != value for one in written)
    }
    return Varying(parameters, constants)


def table_named(schema: Relational, name: Name) -> Table | None:
    """The table that a statement names, with or without its schema."""
    return next(
        (one for one in schema.tables if one.name.name == name.name and name.schema in ("", one.name.schema)), None
    )


def remedies(found: NPlusOne, varying: Varying, first: Execution, schema: Relational | None) -> NPlusOne:
    """The finding with its fixes. `first`: an execution of the child."""
    match found.kind:
        case "duplicate":
            fixes = _once(found)
        case "row-by-row":
            fixes = _at_once(found, varying, first, schema)
        case "n+1":
            fixes = _together(found, varying, first, schema)
    return msgspec.structs.replace(found, fixes={orm: text for orm, text in fixes.items() if text})


def _batched(varying: Varying, first: Execution, schema: Relational | None) -> str:
    def column_type(table: Name | None, column: str) -> str:
        known = table_named(schema, table) if schema is not None and table is not None else None
        there = known.column(column) if known else None
        return there.type.sql if there else ""

    return batched(first.sql, varying, column_type)


def _together(found: NPlusOne, varying: Varying, first: Execution, schema: Relational | None) -> dict[str, str]:
    child = found.child.tables[-1].name if found.child.tables else "child"
    column = found.columns[0] if found.columns else ""
    fixes = {"sql": _batched(varying, first, schema)}
    single = _one_row(found, schema)
    parent = found.parent.tables[0].name if found.parent and found.parent.tables else ""
    if found.child.relationship:
        # A relationship that was itself loaded lazily is loaded on the way.
        way = [one for one in (found.parent and found.parent.relationship, found.child.relationship) if one]
        loaders = [f"selectinload({one})" for one in way]
        if first.tags.get("uselist") == "no":
            loaders[-1] = f"joinedload({way[-1]})"
        return fixes | {"sqlalchemy": f"select({way[0].partition('.')[0]}).options({'.'.join(loaders)})"}
    if not parent or not column:
        ids = _variable(column) if column else "values"
        if column:
            fixes["sqlalchemy"] = f"select({_class(child)}).where({_class(child)}.{column}.in_({ids}))"
            fixes["prisma"] = f"prisma.{_camel(child)}.findMany({{ where: {{ {column}: {{ in: {ids} }} }} }})"
            fixes["drizzle"] = f"db.select().from({child}).where(inArray({child}.{column}, {ids}))"
            fixes["kysely"] = f'db.selectFrom("{child}").selectAll().where("{column}", "in", {ids})'
            fixes["tortoise"] = f"{_class(child)}.filter({column}__in={ids})"
        return fixes
    attribute = child if not single else _singular(child)
    entity = _class(parent)
    loader = "joinedload" if single else "selectinload"
    fixes["sqlalchemy"] = f"select({entity}).options({loader}({entity}.{attribute}))"
    fixes["prisma"] = f"prisma.{_camel(parent)}.findMany({{ include: {{ {_camel(attribute)}: true }} }})"
    fixes["drizzle"] = f"db.query.{parent}.findMany({{ with: {{ {_camel(attribute)}: true }} }})"
    json = "jsonObjectFrom" if single else "jsonArrayFrom"
    own = f"{parent}.{_singular(child)}_id" if single else f"{parent}.id"
    fixes["kysely"] = (
        f'.select((eb) => {json}(eb.selectFrom("{child}").selectAll().whereRef("{child}.{column}", "=", "{own}"))'
        f'.as("{attribute}"))'
    )
    fixes["tortoise"] = f'{entity}.all().prefetch_related("{attribute}")'
    return fixes


def _one_row(found: NPlusOne, schema: Relational | None) -> bool:
    """Whether the child is looked up by its own key: the parent refers to it, not it to the parent."""
    if schema is not None and found.child.tables:
        table = table_named(schema, found.child.tables[-1])
        key = table.primary_key if table else None
        if table is not None:
            return key is not None and set(key.columns) == set(found.columns)
    return found.columns == ("id",)


def _at_once(found: NPlusOne, varying: Varying, first: Execution, schema: Relational | None) -> dict[str, str]:
    shape = read_statement(first.sql).shape
    table = shape.written[0].name if shape.written else "table"
    entity = _class(table)
    fixes = {"sql": _batched(varying, first, schema)}
    if shape.kind == "insert":
        copy = copy_instead(first.sql)
        fixes["copy"] = copy
        fixes["sqlalchemy"] = f"session.execute(insert({entity}), rows)  # one statement for hundreds of rows"
        fixes["prisma"] = f"prisma.{_camel(table)}.createMany({{ data: rows }})"
        fixes["drizzle"] = f"db.insert({table}).values(rows)"
        fixes["kysely"] = f'db.insertInto("{table}").values(rows)'
        fixes["tortoise"] = f"{entity}.bulk_create(objects)"
    elif shape.kind == "update":
        fixes["sqlalchemy"] = f"session.execute(update({entity}), rows)  # by primary key, in batches"
        fixes["tortoise"] = f"{entity}.bulk_update(objects, fields=[...])"
    elif shape.kind == "delete" and found.columns:
        column, ids = found.columns[0], _variable(found.columns[0])
        fixes["sqlalchemy"] = f"session.execute(delete({entity}).where({entity}.{column}.in_({ids})))"
        fixes["prisma"] = f"prisma.{_camel(table)}.deleteMany({{ where: {{ {column}: {{ in: {ids} }} }} }})"
        fixes["drizzle"] = f"db.delete({table}).where(inArray({table}.{column}, {ids}))"
        fixes["kysely"] = f'db.deleteFrom("{table}").where("{column}", "in", {ids})'
        fixes["tortoise"] = f"{entity}.filter({column}__in={ids}).delete()"
    return fixes


def _once(found: NPlusOne) -> dict[str, str]:
    table = found.child.tables[0].name if found.child.tables else ""
    text = f"ask for it once in front of the loop, or keep the answer ({table}) for the length of the request"
    return {"code": text}


# --- names, as the ORMs are used to have them; guesses where only the table is known ----------------------------------


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _class(table: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in _singular(table).split("_"))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


def _variable(column: str) -> str:
    return f"{_camel(column)}s"
