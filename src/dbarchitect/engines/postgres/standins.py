"""What a private server lacks, made up so that a schema still loads: extensions, languages, collations, types, roles.

A stand-in for an extension is a real extension to the catalogue: a `pg_extension` row, and `pg_depend` rows of type
`e` for everything its script (`stubs/<extension>.sql`) makes. So readers of the catalogue that leave out members of
extensions leave these out too, and pg_dump writes CREATE EXTENSION.

A stub begins with lines `-- key: value`: `effect` (what is lost, for the `Gap`), `schema` (where its names go,
instead of the schema asked for), `requires` (other extensions), `complete` (yes: every public name is there, so a
name that is missing is the script's own mistake). `@extschema@` stands for the schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbarchitect.errors import SurroundingsError
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import quote_identifier, quote_literal

if TYPE_CHECKING:
    import psycopg

_STUBS = Path(__file__).parent / "stubs"
# The comment of what is not inside a database, so that a scratch server of the user gets rid of it.
MARK = "made by dbarchitect for a private copy"
_HEADER = re.compile(r"^-- (effect|schema|requires|complete): (.*)$", re.M)

LANGUAGES = frozenset(
    """plpython3u plpythonu plpython2u plperl plperlu pltcl pltclu plv8 plcoffee plls plr pljava pljavau plrust pllua
    pllua_u plsh plprql""".split()  # noqa: SIM905
)

# Without a validator the body is kept as it is; called, it fails as a plpgsql function would, with no more rights.
_LANGUAGE_STUB = "CREATE TRUSTED LANGUAGE {} HANDLER pg_catalog.plpgsql_call_handler;"

# Any type at all: text inside, any modifiers. I/O functions are borrowed by their C names; only the modifier
# function is written out, because the built-in ones want numbers.
_TYPE_STUB = """
CREATE TYPE {type};
CREATE FUNCTION {input}(cstring) RETURNS {type} LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION {output}({type}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION {modifier}(cstring[]) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = '' AS $$
    BEGIN RETURN CASE WHEN $1[1]::text ~ '^[0-9]{{1,9}}$' THEN $1[1]::text::integer ELSE 1 END; END $$;
CREATE TYPE {type} (INPUT = {input}, OUTPUT = {output}, TYPMOD_IN = {modifier}, LIKE = pg_catalog.text, CATEGORY = 'S');
CREATE CAST ({type} AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS {type}) WITHOUT FUNCTION AS ASSIGNMENT;
"""

# What a transaction made that CREATE EXTENSION would have marked as its own: rows that this transaction inserted,
# without those that hang on another object (indexes, TOAST, row and array types).
_MARK_MEMBERS = """
WITH this(xid) AS (SELECT pg_current_xact_id()::xid), made(classid, objid) AS (
    SELECT 'pg_class'::regclass, oid FROM pg_class, this
        WHERE pg_class.xmin = xid AND relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM this, pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.xmin = xid AND t.typcategory <> 'A' AND (t.typrelid = 0 OR c.relkind = 'c')
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc, this WHERE pg_proc.xmin = xid
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator, this WHERE pg_operator.xmin = xid
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass, this WHERE pg_opclass.xmin = xid
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily, this WHERE pg_opfamily.xmin = xid
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast, this WHERE pg_cast.xmin = xid
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace, this WHERE pg_namespace.xmin = xid
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language, this WHERE pg_language.xmin = xid
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am, this WHERE pg_am.xmin = xid
)
INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
SELECT classid, objid, 0, 'pg_extension'::regclass, %s, 0, 'e' FROM made
"""

_INSERT_EXTENSION = """
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index'), %s, r.oid, n.oid, false, '0'
FROM pg_roles r, pg_namespace n WHERE r.rolname = current_user AND n.nspname = %s
RETURNING oid, extnamespace
"""


@dataclass(frozen=True, slots=True)
class _Stub:
    body: str
    effect: str
    schema: str = ""
    requires: tuple[str, ...] = ()
    complete: bool = False


def _stub(name: str) -> _Stub | None:
    if name in LANGUAGES:
        return _Stub(
            body=_LANGUAGE_STUB.format(quote_identifier(name)),
            effect="functions in this language are kept as text and cannot run",
            schema="pg_catalog",
            complete=True,
        )
    path = _STUBS / f"{name}.sql"
    if not re.fullmatch(r"[\w-]+", name) or not path.is_file():
        return None
    body = path.read_text(encoding="utf-8")
    header = dict(_HEADER.findall(body))
    return _Stub(
        body=body,
        effect=header.get("effect", "replaced by a stand-in"),
        schema=header.get("schema", ""),
        requires=tuple(header.get("requires", "").replace(",", " ").split()),
        complete=header.get("complete") == "yes",
    )


class StandIns:
    """Makes up what is missing in the database of `admin`, and keeps the gaps.

    `admin` is a superuser's connection or, on a scratch server, perhaps not: then only roles can be made up.
    """

    def __init__(self, admin: psycopg.Connection, role: str, *, superuser: bool) -> None:
        """`role` is the script's own; it becomes a member of every role that is made."""
        self._superuser = superuser
        self._admin = admin
        self._role = role
        self._gaps: dict[tuple[str, str], Gap] = {}
        self._roles: set[str] | None = None
        self._incomplete: list[int] = []  # oids of extensions of which names are missing

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was recorded so far, each thing once."""
        return tuple(self._gaps.values())

    @property
    def incomplete(self) -> bool:
        """Whether an extension is missing of which not every name is known: any unknown name may be its."""
        return bool(self._incomplete)

    def gap(self, kind: str, name: str, effect: str) -> None:
        """Record a gap; the first one of a kind and name stays."""
        self._gaps.setdefault((kind, name), Gap(kind=kind, name=name, effect=effect))

    def extension(self, name: str, schema: str) -> None:
        """CREATE EXTENSION in `schema` ("" for its own choice, else `public`): the real one, else a stand-in."""
        import psycopg

        if self._exists("SELECT FROM pg_catalog.pg_extension WHERE extname = %s", name):
            return
        if self._exists("SELECT FROM pg_catalog.pg_available_extensions WHERE name = %s", name):
            where = f" SCHEMA {quote_identifier(schema)}" if schema else ""
            try:
                self._admin.execute(f"CREATE EXTENSION {quote_identifier(name)}{where} CASCADE".encode())
            except psycopg.errors.InvalidSchemaName:
                raise
            except psycopg.Error as err:
                # Its control file fixes another schema, or its library cannot be loaded here.
                if schema and self._created_without_schema(name):
                    return
                self._stand_in(name, schema, f"could not be created here ({err.diag.message_primary})")
            else:
                self.close_ways_out()
            return
        self._stand_in(name, schema, "")

    def _created_without_schema(self, name: str) -> bool:
        import psycopg

        try:
            self._admin.execute(f"CREATE EXTENSION {quote_identifier(name)} CASCADE".encode())
        except psycopg.Error:
            return False
        self.close_ways_out()
        return True

    def close_ways_out(self) -> None:
        """Take from everyone what lets an ordinary role reach files, programs or other servers."""
        # dblink lets anyone with a password connect anywhere. A wrapper checks who may name a file or a program when a
        # table is declared, which the loader does; so its handler goes, and the table cannot be read.
        self._admin.execute(
            """DO $$ DECLARE f regprocedure; w name; BEGIN
            FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid
                AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_catalog.pg_extension e
                ON e.oid = d.refobjid WHERE e.extname = 'dblink'
            LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP;
            FOR w IN SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0 AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid
                AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_catalog.pg_extension e
                ON e.oid = d.refobjid AND e.extname = 'postgres_fdw' WHERE p.oid = fdwhandler)
            LOOP EXECUTE format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER', w); END LOOP; END $$"""
        )

    def _stand_in(self, name: str, schema: str, why: str) -> None:
        if not self._superuser:
            raise SurroundingsError(
                f"the scratch server does not give us the extension {name}"
                f"{f' ({why})' if why else ''}, and only a superuser can make a stand-in for it",
                hint=f"install {name} there, name a superuser in --server, or leave --server out",
            )
        stub = _stub(name)
        for other in stub.requires if stub else ():
            self.extension(other, schema)
        where = (stub.schema if stub else "") or schema or "public"
        with self._admin.transaction():
            row = self._admin.execute(_INSERT_EXTENSION, (name, where)).fetchone()
            if row is None:
                raise LookupError(where)
            oid, namespace = int(row[0]), int(row[1])
            self._admin.execute(
                "INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype) "
                "VALUES ('pg_extension'::regclass, %s, 0, 'pg_namespace'::regclass, %s, 0, 'n')",
                (oid, namespace),
            )
            if stub:
                self._make(oid, where, stub.body.replace("@extschema@", quote_identifier(where)))
        if stub is None or not stub.complete:
            self._incomplete.append(oid)
        effect = (
            stub.effect if stub else "not available here: what needs its types or functions is approximated or left out"
        )
        self.gap("extension", name, f"{effect}; {why}" if why else effect)

    def _make(self, extension: int, schema: str, sql: str) -> None:
        """Run `sql` in `schema` and make what it creates members of the extension. Call inside a transaction."""
        self._admin.execute("SELECT pg_catalog.set_config('search_path', %s, true)", (quote_identifier(schema),))
        self._admin.execute(sql.encode())
        self._admin.execute("SELECT pg_catalog.set_config('search_path', '', true)")
        self._admin.execute(_MARK_MEMBERS, (extension,))

    def type(self, schema: str, name: str) -> None:
        """A type that belongs to a missing extension: text inside, with any modifiers."""
        extension = self._incomplete[-1]
        with self._admin.transaction():
            where = schema
            if not where:
                row = self._admin.execute(
                    "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE e.oid = %s",
                    (extension,),
                ).fetchone()
                where = str(row[0]) if row else "public"
            parts = {part: quote_identifier(f"{name}_{part}") for part in ("input", "output", "modifier")}
            self._make(extension, where, _TYPE_STUB.format(type=quote_identifier(name), **parts))
        self.gap("type", name, "its extension is missing: a stand-in that holds text, without operators of its own")

    def roles(self, names: list[str]) -> list[str]:
        """Create those of `names` that do not exist, without any right to log in. Those that may not be made."""
        import psycopg

        if self._roles is None:
            self._roles = {str(row[0]) for row in self._admin.execute("SELECT rolname FROM pg_catalog.pg_roles")}
        denied: list[str] = []
        for name in names:
            if name in self._roles or name.startswith("pg_") or name in ("public", "none", ""):
                continue
            quoted = quote_identifier(name)
            try:
                self._admin.execute(
                    f"CREATE ROLE {quoted} NOLOGIN; COMMENT ON ROLE {quoted} IS {quote_literal(MARK)}; "
                    f"GRANT {quoted} TO {quote_identifier(self._role)}".encode()
                )
            except psycopg.errors.InsufficientPrivilege:
                self.gap("role", name, "may not be made on the scratch server: what names it is left out")
                denied.append(name)
            else:
                self._roles.add(name)
        return denied

    def tablespace(self, name: str) -> None:
        """A tablespace inside the data directory."""
        self._admin.execute("SET allow_in_place_tablespaces = on")
        self._admin.execute(f"CREATE TABLESPACE {quote_identifier(name)} LOCATION ''".encode())
        self._admin.execute(f"COMMENT ON TABLESPACE {quote_identifier(name)} IS {quote_literal(MARK)}".encode())
        self._admin.execute(f"GRANT CREATE ON TABLESPACE {quote_identifier(name)} TO PUBLIC".encode())

    def collation(self, schema: str, name: str) -> None:
        """A collation that this build or system does not have: code point order with Unicode's letters."""
        import psycopg

        # Predefined ICU collations live in pg_catalog, whatever the statement says.
        where = schema or "pg_catalog"
        target = f"{quote_identifier(where)}.{quote_identifier(name)}"
        for options in ("provider = builtin, locale = 'C.UTF-8'", "locale = 'C.UTF-8'", "locale = 'C'"):
            try:
                self._admin.execute(f"CREATE COLLATION {target} ({options})".encode())
            except psycopg.Error:
                continue
            break
        self.gap("collation", name, "not available here: text in it sorts by code point")

    def foreign_data_wrapper(self, name: str) -> None:
        """A wrapper without a handler: servers and tables can be declared, not read."""
        self._admin.execute(f"CREATE FOREIGN DATA WRAPPER {quote_identifier(name)}".encode())
        self.gap("foreign data wrapper", name, "not available here: its tables are declared and cannot be read")

    def table_access_method(self, name: str) -> None:
        """An access method for tables that is the heap under another name."""
        self._admin.execute(
            f"CREATE ACCESS METHOD {quote_identifier(name)} TYPE TABLE HANDLER heap_tableam_handler".encode()
        )
        self.gap("access method", name, "not available here: its tables are ordinary ones")

    def _exists(self, query: str, name: str) -> bool:
        return self._admin.execute(query.encode(), (name,)).fetchone() is not None
