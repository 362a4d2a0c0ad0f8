"""How tenants are kept apart: tables that they share, a schema or a database for each; by what a law, a contract and
their number ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from .spec import Spec

Kept = Literal["shared", "schema", "database"]

# A dump locks every table at once, and a server's lock table holds max_locks_per_transaction (64) for each of
# max_connections (100): https://www.postgresql.org/docs/18/runtime-config-locks.html
LOCKS = 6400
# A session stays in its database, so that each database in use needs one of its own: max_connections (100) of a server.
SESSIONS = 100
# Rules that ask a provider for an identity and access rights of each customer's own, beyond what a query filters.
# PCI DSS 4.0, appendix A1.1: logical separation, each customer reaches its own environment alone. Neither GDPR (article
# 32), HIPAA (45 CFR 164.312), SOC 2 nor ISO 27001 name a database or a schema: they ask for access control and audit.
_OWN_RIGHTS = ("PCI", "PCI DSS")
_APART = {
    "database": "the brief asks for a database, a key, a backup or a place of each one's own",
    "schema": "the brief asks for rights of each one's own",
}


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A form with its reasons. `unless`: what would change it; `most`: tenants up to which a server bears it, 0 any."""

    kept: Kept
    why: str
    unless: str
    most: int = 0


def tenancy(spec: Spec) -> Tenancy:
    """The form that the brief asks for, whatever it names itself.

    What is asked for outright holds for any number of tenants. A schema that only a rule suggests is given up where
    there are more tenants than a server can dump: row security keeps such rules too.
    """
    around = spec.surroundings
    tables = max(len(spec.entities), 1)
    schemas = LOCKS // tables
    count = next((one.rows_later or one.rows for one in spec.volumes if one.entity == around.tenant), None)
    who = around.tenant or "tenant"
    number = f"{count:,.0f} of them" if count is not None else "nobody says how many there are"
    rules = [one for one in around.compliance if one.upper() in _OWN_RIGHTS]
    others = [one for one in around.compliance if one not in rules]
    if around.isolation == "database":
        return Tenancy(
            kept="database",
            why=f"{_APART['database']}; {number}",
            unless=f"no law or contract asks for that: shared tables; more than {SESSIONS} of them are in use at a "
            "time: several servers, or a pooler that closes idle sessions",
            most=SESSIONS,
        )  # fmt: skip
    within = count is not None and count <= schemas
    if around.isolation == "schema" or (rules and within):
        asked = (
            _APART["schema"]
            if around.isolation == "schema"
            else f"{' and '.join(rules)} asks for rights of each {who}'s own"
        )
        return Tenancy(
            kept="schema",
            why=f"{asked}; {number}",
            unless=f"there are more than {schemas:,} (a dump locks {tables} tables of each, of {LOCKS:,} in all): "
            "shared tables; a contract asks for a backup or a key of its own: a database",
            most=schemas,
        )  # fmt: skip
    reasons = [number]
    if rules:
        reasons.append(
            f"{' and '.join(rules)} asks for separate rights, which row security gives; "
            f"a schema is for up to {schemas:,}"
        )
    if others:
        reasons.append(f"{' and '.join(others)} asks for control of access, and names no separate database")
    return Tenancy(
        kept="shared",
        why="; ".join(reasons),
        unless="a law or a contract asks for a backup, a key or a place of each one's own: a database; for rights of "
        f"each one's own, and there are up to {schemas:,}: a schema",
    )


def resolved(spec: Spec) -> Spec:
    """The spec with a form of tenancy where it names a tenant and none."""
    around = spec.surroundings
    if around.tenancy or not around.tenant:
        return spec
    return replace(spec, surroundings=replace(around, tenancy=tenancy(spec).kept))
