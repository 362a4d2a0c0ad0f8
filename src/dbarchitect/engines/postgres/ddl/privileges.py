"""Names of objects in statements of every kind; owners, privileges, comments and renames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbarchitect.engines.postgres.ddl.clauses import comment_change
from dbarchitect.model.change import Rename, SetComment, SetDefaultPrivileges, SetGrants, SetOwner
from dbarchitect.model.journal import JOURNAL
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import Grant

# What everybody may do where nothing was granted, and all that an owner may.
_ALL: Mapping[str, tuple[str, ...]] = {
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    "sequence": ("USAGE", "SELECT", "UPDATE"),
    "function": ("EXECUTE",),
    "schema": ("CREATE", "USAGE"),
    "type": ("USAGE",),
    "foreign server": ("USAGE",),
}
_EVERYBODY = {"function": ("EXECUTE",), "type": ("USAGE",)}
_GRANT_WORDS = {"table": "TABLE", "sequence": "SEQUENCE", "function": "ROUTINE", "schema": "SCHEMA", "type": "TYPE"}
_DEFAULT_WORDS = {
    "tables": "table",
    "sequences": "sequence",
    "functions": "function",
    "types": "type",
    "schemas": "schema",
}
_ALTER_WORDS = {
    "table": "TABLE",
    "view": "TABLE",
    "domain": "TYPE",
    "function": "ROUTINE",
    "foreign server": "SERVER",
}


def object_name(ref: ObjectRef) -> str:
    """The quoted name of an object, or of the part `sub` of one where that has a name of its own (an index)."""
    if ref.kind == "index":
        return str(Name(schema=ref.schema, name=ref.sub))
    if ref.kind == "function":
        name, _, arguments = ref.name.partition("(")
        return f"{Name(schema=ref.schema, name=name)}({arguments}"
    return str(Name(schema=ref.schema, name=ref.name))


def set_owner(change: SetOwner) -> str:
    """ALTER ... OWNER TO."""
    word = _ALTER_WORDS.get(change.at.kind, change.at.kind.upper())
    return f"ALTER {word} {object_name(change.at)} OWNER TO {_role(change.after)}"


def set_comment(change: SetComment) -> Iterable[str]:
    """COMMENT ON a table or a part of one."""
    at = change.at
    owner = Name(schema=at.schema, name=at.name)
    part = quote_identifier(at.sub)
    match at.kind:
        case "column":
            target = f"COLUMN {owner}.{part}"
        case "constraint":
            target = f"CONSTRAINT {part} ON {owner}"
        case "table":
            target = f"TABLE {owner}"
        case _:
            target = f"{at.kind.upper()} {object_name(at)}"
    return comment_change(target, change.before, change.after)


def rename(change: Rename, *, domain: bool = False) -> Iterable[str]:
    """RENAME, SET SCHEMA, or both."""
    at, to = change.at, change.to
    owner = Name(schema=at.schema, name=at.name)
    new = quote_identifier(to.name)
    match at.kind:
        case "column":
            yield f"ALTER TABLE {owner} RENAME COLUMN {quote_identifier(at.sub)} TO {new}"
        case "type":
            if at.sub:
                yield f"ALTER TYPE {owner} RENAME ATTRIBUTE {quote_identifier(at.sub)} TO {new} CASCADE"
            else:
                yield from _rename_whole(at, to)
        case "constraint":
            word = "DOMAIN" if domain else "TABLE"
            yield f"ALTER {word} {owner} RENAME CONSTRAINT {quote_identifier(at.sub)} TO {new}"
        case "index":
            yield f"ALTER INDEX {object_name(at)} RENAME TO {new}"
        case "trigger" | "policy" | "rule":
            yield f"ALTER {at.kind.upper()} {quote_identifier(at.sub)} ON {owner} RENAME TO {new}"
        case "schema":
            yield f"ALTER SCHEMA {quote_identifier(at.name)} RENAME TO {new}"
        case _:
            yield from _rename_whole(at, to)


def _rename_whole(at: ObjectRef, to: Name) -> Iterable[str]:
    if to.schema == JOURNAL:
        yield f"CREATE SCHEMA IF NOT EXISTS {JOURNAL}"
    word = _ALTER_WORDS.get(at.kind, at.kind.upper())
    name = object_name(at)
    if at.schema != to.schema:
        yield f"ALTER {word} {name} SET SCHEMA {quote_identifier(to.schema)}"
        name = object_name(ObjectRef(kind=at.kind, schema=to.schema, name=at.name))
    old = at.name.partition("(")[0] if at.kind == "function" else at.name
    if old != to.name:
        yield f"ALTER {word} {name} RENAME TO {quote_identifier(to.name)}"


def _kind(ref: ObjectRef) -> str:
    return {"view": "table", "column": "table", "domain": "type"}.get(ref.kind, ref.kind)


Held = dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]  # (grantee, column) -> privileges, grantable ones


def _held(grants: Iterable[Grant], kind: str, owner: str) -> Held:
    """Who may do what; an object without a list of its own has the defaults of its kind."""
    found: Held = {}
    whole = False
    for grant in grants:
        whole = whole or not grant.column
        privileges, grantable = found.get((grant.grantee, grant.column), (frozenset[str](), frozenset[str]()))
        found[grant.grantee, grant.column] = (privileges | set(grant.privileges), grantable | set(grant.grantable))
    if not whole:
        everything = frozenset(_ALL.get(kind, ()))
        found[owner, ""] = (everything, frozenset())
        if usual := _EVERYBODY.get(kind):
            found["PUBLIC", ""] = (frozenset(usual), frozenset())
    return found


def set_grants(change: SetGrants, major: int) -> Iterable[str]:
    """REVOKE what is gone, GRANT what is new."""
    kind = _kind(change.at)
    word = "FOREIGN SERVER" if kind == "foreign server" else _GRANT_WORDS[kind]
    name = quote_identifier(change.at.name) if kind in ("schema", "foreign server") else object_name(change.at)
    before, after = _held(change.before, kind, ""), _held(change.after, kind, "")
    for grant in change.perhaps:
        privileges, grantable = before.get((grant.grantee, ""), (frozenset[str](), frozenset[str]()))
        # Only what must not be: to grant what is there already does no harm.
        wanted, _ = after.get((grant.grantee, ""), (frozenset[str](), frozenset[str]()))
        before[grant.grantee, ""] = (privileges | (frozenset(grant.privileges) - wanted), grantable)
    yield from _changes(before, after, f"ON {word} {name}", _ALL.get(kind, ()), major, owner=change.owner, self_="")


def _changes(
    before: Held,
    after: Held,
    on: str,
    everything: tuple[str, ...],
    major: int,
    *,
    owner: str,
    self_: str,
    prefix: str = "",
) -> Iterable[str]:
    usable = [one for one in everything if one != "MAINTAIN" or major >= 17]

    def role(grantee: str) -> str:
        return _role(owner if grantee == self_ else grantee)

    if major < 17:  # an owner's default list has it, a server's own does not
        before, after = (
            {key: (had - {"MAINTAIN"}, grantable - {"MAINTAIN"}) for key, (had, grantable) in held.items()}
            for held in (before, after)
        )
    for (grantee, column), (old, old_grantable) in before.items():
        new, new_grantable = after.get((grantee, column), (frozenset[str](), frozenset[str]()))
        gone = old - new
        if gone:
            yield f"{prefix}REVOKE {_list(gone, column, usable)} {on} FROM {role(grantee)}"
        elif grantee != self_ and (demoted := (old_grantable - new_grantable) & new):  # an owner can always grant
            what = _list(demoted, column, usable)
            yield f"{prefix}REVOKE GRANT OPTION FOR {what} {on} FROM {role(grantee)}"
    for (grantee, column), (new, new_grantable) in after.items():
        old, old_grantable = before.get((grantee, column), (frozenset[str](), frozenset[str]()))
        promoted = frozenset[str]() if grantee == self_ else new_grantable - old_grantable
        if plain := new - old - promoted:
            yield f"{prefix}GRANT {_list(plain, column, usable)} {on} TO {role(grantee)}"
        if promoted:
            yield f"{prefix}GRANT {_list(promoted, column, usable)} {on} TO {role(grantee)} WITH GRANT OPTION"


def _list(privileges: frozenset[str], column: str, usable: list[str]) -> str:
    if not column and privileges >= set(usable):
        return "ALL"
    ordered = [one for one in usable if one in privileges] + sorted(privileges - set(usable) - {"MAINTAIN"})
    return ", ".join(f"{one} ({quote_identifier(column)})" if column else one for one in ordered)


def _role(grantee: str) -> str:
    if not grantee:
        return "CURRENT_USER"
    return "PUBLIC" if grantee == "PUBLIC" else quote_identifier(grantee)


def set_default_privileges(change: SetDefaultPrivileges, major: int) -> Iterable[str]:
    """ALTER DEFAULT PRIVILEGES ... GRANT and REVOKE."""
    after = change.after
    kind = _DEFAULT_WORDS.get(after.objects, "")
    prefix = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote_identifier(after.role)} "
    if after.schema:
        prefix += f"IN SCHEMA {quote_identifier(after.schema)} "

    def held(grants: tuple[Grant, ...]) -> Held:
        if grants or not after.schema:
            # A list for every schema stands for the whole; what is said of one schema is added to that.
            return _held(grants, kind, after.role)
        return {}

    everything = _ALL.get(kind, ("SELECT", "UPDATE"))
    before, wanted = held(change.before.grants), held(after.grants)
    on = f"ON {after.objects.upper()}"
    yield from _changes(before, wanted, on, everything, major, owner=after.role, self_=after.role, prefix=prefix)
