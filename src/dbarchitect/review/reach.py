"""Who may reach what: the privileges of roles that strangers act as, as the catalogue has them.

An exposed role is one that a client on the network speaks as without a login of its own: PostgREST's and Supabase's
`anon` and `authenticated`, and what the configuration adds. Privileges that it holds through PUBLIC count, those that
it has through membership in other roles are not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Literal

from dbarchitect.model.change import SetGrants
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import Function, Grant, Policy, Relational, Table, View

# PostgREST's documentation calls them web_anon (tutorial) and anon; Supabase calls them anon and authenticated.
EXPOSED_ROLES = frozenset({"anon", "authenticated", "web_anon"})
PUBLIC = "PUBLIC"

COMMANDS: tuple[Literal["SELECT"], Literal["INSERT"], Literal["UPDATE"], Literal["DELETE"]] = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
)

Relation = Table | View


class Reach:
    """The privileges in `schema` of the roles named in `roles`."""

    def __init__(self, schema: Relational, roles: Collection[str] = EXPOSED_ROLES) -> None:
        self._schema = schema
        self._names = frozenset(roles)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The exposed roles that this database knows: something is granted to them, or a policy names them."""
        schema = self._schema
        holders = (*schema.schemas, *schema.tables, *schema.views, *schema.functions, *schema.sequences)
        named = {grant.grantee for one in holders for grant in one.grants}
        named |= {role for table in schema.tables for policy in table.policies for role in policy.roles}
        return tuple(sorted(named & self._names))

    @cached_property
    def has_grants(self) -> bool:
        """Whether anything is granted to anybody but owners: else this is a schema without its privileges."""
        schema = self._schema
        return any(grant.grantee != one.owner for one in (*schema.tables, *schema.views) for grant in one.grants)

    @cached_property
    def _open_schemas(self) -> dict[str, frozenset[str]]:
        return {
            one.name: frozenset(grant.grantee for grant in one.grants if "USAGE" in grant.privileges)
            for one in self._schema.schemas
        }

    def enters(self, role: str, schema: str) -> bool:
        """Whether `role` has USAGE on a schema, by name or as everybody has."""
        holders = self._open_schemas.get(schema, frozenset())
        return role in holders or PUBLIC in holders

    def entered_by_others(self, schema: str, owner: str) -> bool:
        """Whether anybody but `owner` and the schema's owner has USAGE on a schema."""
        own = next((one.owner for one in self._schema.schemas if one.name == schema), "")
        return bool(self._open_schemas.get(schema, frozenset()) - {owner, own})

    def of(self, relation: Relation) -> dict[str, frozenset[str]]:
        """What the exposed roles other than its owner may do with a relation: privileges by role, on any column."""
        found: dict[str, frozenset[str]] = {}
        for role in self.roles:
            if role == relation.owner or not self.enters(role, relation.name.schema):
                continue
            held = {
                privilege
                for grant in relation.grants
                if grant.grantee in (role, PUBLIC)
                for privilege in grant.privileges
                if privilege in COMMANDS
            }
            if held:
                found[role] = frozenset(held)
        return found


def others(relation: Relation | Function) -> tuple[str, ...]:
    """Who besides the owner has a privilege on it."""
    return tuple(sorted({one.grantee for one in relation.grants if one.privileges} - {relation.owner}))


def applies(policy: Policy, role: str, command: str) -> bool:
    """Whether a policy is asked when `role` runs `command`."""
    return policy.command in ("ALL", command) and (role in policy.roles or PUBLIC in policy.roles)


def without(
    at: ObjectRef, owner: str, grants: tuple[Grant, ...], grantees: Collection[str], *, only: Collection[str] = ()
) -> SetGrants:
    """REVOKE what `grantees` hold on an object: all of it, or only the privileges named.

    An object with the defaults of its kind must have them spelt out in `grants`.
    """
    before = tuple(_own(grant, owner) for grant in grants)
    after: list[Grant] = []
    for grant in before:
        if grant.grantee not in grantees:
            after.append(grant)
        elif only and (kept := tuple(one for one in grant.privileges if one not in only)):
            left = tuple(one for one in grant.grantable if one not in only)
            after.append(Grant(grantee=grant.grantee, privileges=kept, grantable=left, column=grant.column))
    return SetGrants(at=at, owner=owner, before=before, after=tuple(after))


def granted(at: ObjectRef, owner: str, grants: tuple[Grant, ...], more: Iterable[Grant]) -> SetGrants:
    """GRANT `more` on a table that has `grants`: those of its owner are spelt out where it has the defaults."""
    before = tuple(_own(grant, owner) for grant in grants) or (Grant(grantee="", privileges=COMMANDS),)
    return SetGrants(at=at, owner=owner, before=before, after=(*before, *more))


def _own(grant: Grant, owner: str) -> Grant:
    """As `SetGrants` wants it: the owner is the grantee ""."""
    grantee = "" if grant.grantee == owner else grant.grantee
    return Grant(grantee=grantee, privileges=grant.privileges, grantable=grant.grantable, column=grant.column)


def view_ref(view: View) -> ObjectRef:
    """Where a finding about a view points."""
    return ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)


def function_ref(function: Function) -> ObjectRef:
    """Where a finding about a function points."""
    name = f"{function.name.name}({function.inputs})"
    return ObjectRef(kind="function", schema=function.name.schema, name=name)


def signature(function: Function) -> str:
    """A function's name with the types that tell it from its overloads, as SQL names it."""
    return f"{function.name}({function.inputs})"


def policy_ref(table: Table, policy: Policy) -> ObjectRef:
    """Where a finding about a policy points."""
    return ObjectRef(kind="policy", schema=table.name.schema, name=table.name.name, sub=policy.name)


def as_role(role: str) -> str:
    """The statement from which on a script is run as `role`, until its transaction ends."""
    return f"SET LOCAL ROLE {quote_identifier(role)}"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence."""
    quoted = [name if name == PUBLIC else quote_identifier(name) for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def bases(schema: Relational) -> dict[Name, tuple[Name, ...]]:
    """For each view the relations that its query reads, directly."""
    found: dict[Name, dict[Name, None]] = {}
    for one in schema.dependencies:
        if one.of.kind in ("view", "rule") and one.on.kind in ("table", "view", "column"):
            of, on = Name(schema=one.of.schema, name=one.of.name), Name(schema=one.on.schema, name=one.on.name)
            if of != on:
                found.setdefault(of, {})[on] = None
    return {view: tuple(read) for view, read in found.items()}
