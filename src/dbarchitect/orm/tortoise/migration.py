"""The first migration: the exact DDL, and the models as Tortoise's state of them, for which it does nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from dbarchitect.model.plan import Step
from dbarchitect.orm.project import Ddl

from .members import across, data, options, reference
from .models import Imports, classes_of
from .plan import Plan, Planned
from .python import block, literal

_FUNCTION = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b")


def initial(plan: Plan, ddl: Ddl) -> str:
    """`0001_initial.py`."""
    used = Imports()
    used.names["tortoise.migrations.migration"].add("Migration as BaseMigration")
    used.names["tortoise.migrations.operations"] |= {"CreateModel", "RunSQL"}
    used.names[f"{plan.package}.db.state"].add("KnownModels")
    models = [_model(plan, one, used) for one in plan.models]
    text = "\n".join(models)
    if "fields." in text:
        used.names["tortoise"].add("fields")
    for name, module in (("SqlDefault", "tortoise.fields.db_defaults"), ("KeyIndex", f"{plan.package}.db.fields")):
        if f"{name}(" in text:
            used.names[module].add(name)
    for name in ("SqlField", "EnumField", "ListField", "JSONTextField", "ForeignKeyFieldInstance",
                 "OneToOneFieldInstance"):  # fmt: skip
        if f"{name}(" in text:
            used.names[f"{plan.package}.db.fields"].add(name)
    if not models:
        del used.names[f"{plan.package}.db.state"]
        used.names["tortoise.migrations.operations"].discard("CreateModel")
    lines = [
        '"""The whole schema, as `dba orm --to tortoise` found it: the exact DDL up and down, tried on a private copy.',
        "",
        "`KnownModels` tells Tortoise what is there then, so that `tortoise makemigrations` writes later changes only.",
        '"""',
        "",
        used.text(plan.package).rstrip(),
        "",
        *_statements("UP", ddl.up),
        "",
        *_statements("DOWN", ddl.down),
        "",
        "",
        "class Migration(BaseMigration):",
    ]
    outside = any(not step.transactional for step in (*ddl.up, *ddl.down))
    body = [
        "    initial = True",
        *(["    atomic = False  # a statement of it cannot run in a transaction"] if outside else []),
        "    operations = [",
        "        RunSQL(UP, reverse_sql=DOWN),",
    ]
    if models:
        body += ["        KnownModels(", "            [", *models, "            ]", "        ),"]
    return "\n".join([*lines, *body, "    ]", ""])


def _statements(name: str, steps: Sequence[Step]) -> list[str]:
    lines = [f"{name} = ["]
    if any(_FUNCTION.match(one) for step in steps for one in step.sql):
        # In the transaction alone, where there is one.
        setting = "SET LOCAL" if all(step.transactional for step in steps) else "SET"
        lines += ["    # a function may name what later steps make", f'    "{setting} check_function_bodies = off",']
    for step in steps:
        if step.does:
            lines.append(f"    # {' '.join(step.does.split())}")
        lines += [f"    {block(one)}," for one in step.sql]
    return [*lines, "]"] if len(lines) > 1 else [f"{name}: list[str] = []"]


def _model(plan: Plan, model: Planned, used: Imports) -> str:
    lines = [
        "                CreateModel(",
        f"                    name={literal(model.cls)},",
        "                    fields=[",
    ]
    by_column = {one.attribute.column.name: one for one in model.data}
    references = {one.attribute.column.name: one for one in model.references}

    for attribute in model.entity.attributes:
        column = attribute.column.name
        if column in by_column:
            one = by_column[column]
            lines += _pair(one.name, partial(data, one, model, state=True))
        elif column in references:
            lines += _pair(references[column].name, partial(reference, references[column], state=True))
    for crossing in model.across:
        if crossing.owner:
            lines += _pair(crossing.name, partial(across, crossing))
    lines += ["                    ],", "                    options={"]
    said = options(model, indent=28)
    used.take(classes_of(said, plan.package))
    lines += [f'                        "{name}": {value},' for name, value in said.values.items()]
    for name, found in (("indexes", said.indexes), ("constraints", said.constraints)):
        if found:
            lines += [f'                        "{name}": [']
            lines += [f"                            {one}" for one in found]
            lines += ["                        ],"]
    return "\n".join([*lines, "                    },", "                ),"])


def _pair(name: str, expression: Callable[..., str]) -> list[str]:
    """A field with its name, on one line where it fits."""
    flat = expression(indent=24, head=f"({literal(name)}, ", tail="),")
    if "\n" not in flat:
        return [f"                        {flat}"]
    indent = " " * 24
    field = expression(indent=28, tail=",")
    return [f"{indent}(", f"{indent}    {literal(name)},", f"{indent}    {field}", f"{indent}),"]
