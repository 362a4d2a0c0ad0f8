"""A schema or a database for each tenant: the scripts that make one, for psql."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .draft import Draft
from .spec import Spec
from .statements import script

PROVISION = "tenants/provision.sql"
TEMPLATE = "tenants/template.sql"


def provisioning(draft: Draft, spec: Spec, more: Sequence[str]) -> dict[str, str]:
    """The scripts by path; none where tenants share tables or there are none. `more`: further indexes."""
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
    return {PROVISION: _SCHEMA.format(what=what, extensions=extensions), TEMPLATE: template}


_GRANTS = """GRANT USAGE ON SCHEMA {schema} TO :"tenant";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO :"tenant";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO :"tenant";
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
    + """ALTER ROLE :"tenant" SET search_path TO :"tenant", public;
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
