"""A schema or a database for each tenant: the scripts that make one, for psql."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbarchitect.model.names import quote_literal

from .draft import Draft
from .spec import Spec
from .statements import script

PROVISION = "tenants/provision.sql"
TEMPLATE = "tenants/template.sql"
MIGRATE, UNDO = "tenants/migrate.sql", "tenants/undo.sql"
JOURNAL = "tenant_migrations"  # the table in each schema that says which migrations ran there


def provisioning(draft: Draft, spec: Spec, more: Sequence[str], done: Sequence[str] = ()) -> dict[str, str]:
    """The scripts by path; none where tenants share tables or there are none. `more`: further indexes; `done`: the
    names of the migrations that a new schema holds from the start."""
    kind = spec.surroundings.tenancy
    what = spec.surroundings.tenant or "tenant"
    extensions = "".join(f"CREATE EXTENSION IF NOT EXISTS {one} SCHEMA public;\n" for one in sorted(draft.extensions))
    if kind == "database":
        return {PROVISION: _DATABASE.format(what=what)}
    if kind != "schema":
        return {}
    # A function keeps the search path that it is made with, which is the tenant's schema, so that its names need none.
    functions = {
        name: re.sub(r"\bpublic\.", "", text.replace("SET search_path = ''", "SET search_path FROM CURRENT"))
        for name, text in draft.functions.items()
    }
    unqualified = [re.sub(r" ON (ONLY )?public\.", r" ON \1", one) for one in more]
    template = script(replace(draft, functions=functions), f"What each {what} has, in a schema of its own", unqualified)
    journal = _JOURNAL + "".join(f'INSERT INTO :"tenant".{JOURNAL} VALUES ({quote_literal(one)});\n' for one in done)
    return {PROVISION: _SCHEMA.format(what=what, extensions=extensions, journal=journal), TEMPLATE: template}


def migrating(migrations: Mapping[str, str]) -> dict[str, str]:
    """The scripts that bring one tenant's schema up to date and back, by path, of the migrations of the schema `public`
    (texts by file name: `0001_initial.up.sql`).

    Names stand without a schema, and functions keep the search path that they are made with: the tenant's.
    """
    names = sorted(one.removesuffix(".up.sql") for one in migrations if one.endswith(".up.sql"))
    if not names:
        return {}
    found = {f"tenants/migrations/{one}": _of_tenant(text) for one, text in migrations.items() if one.endswith(".sql")}
    up, down = [_UP_HEAD + _PATH + _JOURNAL], [_DOWN_HEAD + _PATH + "SELECT false AS undone \\gset\n"]
    back = [name for name in reversed(names) if f"{name}.down.sql" in migrations]
    up += [_UP.format(name=name, quoted=quote_literal(name)) for name in names]
    down += [_DOWN.format(name=name, quoted=quote_literal(name)) for name in back]
    return {**found, MIGRATE: "\n".join(up), UNDO: "\n".join(down)}


def _of_tenant(text: str) -> str:
    text = text.replace("SET search_path TO ''", "SET search_path FROM CURRENT")
    text = re.sub(r"\bCREATE EXTENSION (?!IF\b)", "CREATE EXTENSION IF NOT EXISTS ", text)
    text = re.sub(r"^DROP EXTENSION[^;]*;", "-- The extension stays: others use it.", text, flags=re.MULTILINE)
    return re.sub(r'(?<![\w".])(?:public|"public")\.(?=["\w])', "", text)


_GRANTS = """GRANT USAGE ON SCHEMA {schema} TO :"tenant";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO :"tenant";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO :"tenant";
"""
_PATH = 'SET search_path TO :"tenant", public;\n'
_JOURNAL = (
    f'CREATE TABLE IF NOT EXISTS :"tenant".{JOURNAL} '
    "(name text PRIMARY KEY, run_at timestamptz NOT NULL DEFAULT now());\n"
)
_UP_HEAD = """-- Brings the schema of one tenant up to date: psql -v tenant=acme -d app -f tenants/migrate.sql
-- By the role that owns it. What ran there is in its own table, so that it may be run again.
\\set ON_ERROR_STOP on
"""
_DOWN_HEAD = """-- Undoes the last migration of one tenant's schema: psql -v tenant=acme -d app -f tenants/undo.sql
\\set ON_ERROR_STOP on
"""
_UP = f"""SELECT NOT EXISTS (SELECT FROM :"tenant".{JOURNAL} WHERE name = {{quoted}}) AS waits \\gset
\\if :waits
\\ir migrations/{{name}}.up.sql
INSERT INTO :"tenant".{JOURNAL} VALUES ({{quoted}});
\\endif
"""
_DOWN = f"""SELECT NOT :'undone'::boolean
    AND EXISTS (SELECT FROM :"tenant".{JOURNAL} WHERE name = {{quoted}}) AS last \\gset
\\if :last
\\ir migrations/{{name}}.down.sql
DELETE FROM :"tenant".{JOURNAL} WHERE name = {{quoted}};
SELECT true AS undone \\gset
\\endif
"""
_SCHEMA = (
    """-- A schema and a role for one {what}: psql -v tenant=acme -d app -f tenants/provision.sql
-- By a role that may make both. The {what}'s role sees its own schema and no other; it owns nothing.
\\set ON_ERROR_STOP on
BEGIN;
{extensions}CREATE ROLE :"tenant" LOGIN;
CREATE SCHEMA :"tenant";
SET LOCAL search_path TO :"tenant", public;
\\ir template.sql
"""
    + _GRANTS.format(schema=':"tenant"')
    + """{journal}ALTER DEFAULT PRIVILEGES IN SCHEMA :"tenant"
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"tenant";
ALTER DEFAULT PRIVILEGES IN SCHEMA :"tenant" GRANT USAGE ON SEQUENCES TO :"tenant";
ALTER ROLE :"tenant" SET search_path TO :"tenant", public;
COMMIT;
"""
)
_DATABASE = (
    """-- A database and a role for one {what}: psql -v tenant=acme -d postgres -f tenants/provision.sql
-- By a role that may make both. Nobody else's role may connect to it; the {what}'s owns nothing.
\\set ON_ERROR_STOP on
CREATE ROLE :"tenant" LOGIN;
CREATE DATABASE :"tenant";
REVOKE ALL ON DATABASE :"tenant" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"tenant" TO :"tenant";
\\connect :"tenant"
BEGIN;
\\ir ../schema.sql
"""
    + _GRANTS.format(schema="public")
    + "COMMIT;\n"
)
