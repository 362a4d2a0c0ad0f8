"""Triggers that keep two columns of one row in step while a migration is under way.

They assign to NEW before the row is written: no second write, no recursion, no lock of their own, and every way into
the table passes them (rows that logical replication applies too: ENABLE ALWAYS). The functions run with the rights of
whoever writes, and find nothing but the system's own names: their `search_path` is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.errors import InputError
from dbarchitect.migrate.online.steps import fitted
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Relational, Table

SEARCH_PATH = "pg_catalog, pg_temp"


def names(table: Table, column: str, schema: Relational) -> tuple[Name, str]:
    """The function's name and the trigger's, which must come last of the table's: they fire in the order of their
    names, and what the others do to the row has to be seen."""
    taken = {one.name.name for one in schema.functions if one.name.schema == table.name.schema}
    function = Name(schema=table.name.schema, name=fitted("dba_sync", table.name.name, column, taken=taken))
    others = [one.name.encode() for one in table.triggers if one.timing == "BEFORE" and one.for_each_row]
    for prefix in ("zz_dba_sync", "~dba_sync"):
        trigger = fitted(prefix, column, taken={one.name for one in table.triggers})
        if all(trigger.encode() > other for other in others):
            return function, trigger
    raise InputError(
        f"trigger {max(one.decode() for one in others)} of {table.name.short} fires after any that we could name",
        hint="rename it, so that its name comes before ~",
    )


def create(table: Name, function: Name, trigger: str, body: str) -> Iterable[str]:
    """The function and its trigger."""
    yield replace_function(function, body)
    yield f"CREATE TRIGGER {quote_identifier(trigger)} BEFORE INSERT OR UPDATE ON {table} " + (
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {quote_identifier(trigger)}"


def drop(table: Name, function: Name, trigger: str) -> Iterable[str]:
    """Both gone."""
    yield f"DROP TRIGGER IF EXISTS {quote_identifier(trigger)} ON {table}"
    yield f"DROP FUNCTION IF EXISTS {function}()"


def replace_function(function: Name, body: str) -> str:
    """CREATE OR REPLACE of a trigger's function."""
    tag = "$sync$"
    number = 0
    while tag in body:
        number += 1
        tag = f"$sync{number}$"
    text = f"\n#variable_conflict use_column\nBEGIN\n{body}\n    RETURN NEW;\nEND\n"
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql\n"
        f"SET search_path TO {SEARCH_PATH}\nAS {tag}{text}{tag}"
    )


def one_way(table: Name, source: str, target: str, expression: str, *, forgiving: bool = False) -> str:
    """The body that sets `target` from `source`, through `expression` over the row's columns or, without one, by an
    assignment as INSERT makes it. `forgiving`: NULL for a value that cannot be converted, instead of an error."""
    old, new = (f"NEW.{quote_identifier(name)}" for name in (source, target))
    if expression:
        # The row stands as a table of the same name: that is how the expression was written.
        text = f"SELECT ({expression}\n    ) INTO {new} FROM (SELECT NEW.*) AS {quote_identifier(table.name)};"
    else:
        text = f"{new} := {old};"
    if not forgiving:
        return f"    {text}"
    return f"    BEGIN\n        {text}\n    EXCEPTION WHEN data_exception THEN\n        {new} := NULL;\n    END;"


def both_ways(column: str, copy: str) -> str:
    """The body for two names of one value: whichever was written last counts. `column` has the default, `copy` none."""
    real, other = quote_identifier(column), quote_identifier(copy)
    return f"""    IF TG_OP = 'INSERT' THEN
        IF NEW.{other} IS NOT NULL THEN
            NEW.{real} := NEW.{other};
        ELSE
            NEW.{other} := NEW.{real};
        END IF;
    ELSIF record_image_ne(ROW(NEW.{other}), ROW(OLD.{other})) THEN -- 1.0 and 1.00 are not the same here
        NEW.{real} := NEW.{other};
    ELSE
        NEW.{other} := NEW.{real};
    END IF;"""
