"""What ALTER COLUMN TYPE costs: whether values are written anew, and whether indexes can stay as they are.

PostgreSQL rewrites unless the conversion does nothing to a stored value (ATColumnChangeRequiresRewrite): the types are
binary-coercible, or the only difference is a length that the type's own support function proves harmless.
"""

from __future__ import annotations

from typing import Literal

from dbarchitect.sql.expressions import cast_of_column
from dbarchitect.sql.statements import SetType, TypeName

from .picture import Column, Picture

# (from, to) that pg_cast calls binary-coercible; the pseudo types and those of extensions but for citext are left out.
_COERCIBLE = frozenset(
    (
        *(("varchar", "text"), ("text", "varchar"), ("text", "bpchar"), ("varchar", "bpchar"), ("cidr", "inet")),
        *(("bit", "varbit"), ("varbit", "bit"), ("xml", "text"), ("xml", "varchar"), ("xml", "bpchar")),
        *(("citext", "text"), ("text", "citext"), ("citext", "varchar"), ("varchar", "citext")),
        *(("int4", "oid"), ("oid", "int4"), ("oid", "regclass"), ("regclass", "oid"), ("oid", "regproc")),
        *(("int4", "regclass"), ("regclass", "int4"), ("oid", "regtype"), ("regtype", "oid")),
        *(("pg_node_tree", "text"), ("pg_ndistinct", "bytea")),
    )
)
# Types of which an index can stay where one becomes the other: their operator class is the same one.
_SAME_CLASS = (frozenset(("text", "varchar")), frozenset(("cidr", "inet")))
# Types whose support function knows when a longer limit changes nothing.
_LENGTHS = frozenset(("varchar", "varbit", "timestamp", "timestamptz", "time", "timetz", "interval", "numeric"))
_UTC = frozenset(
    ("utc", "gmt", "etc/utc", "etc/gmt", "zulu", "uct", "universal", "etc/universal", "etc/zulu", "etc/uct")
)

Certainty = Literal["yes", "no", "unknown"]


def rewrites(picture: Picture, column: Column | None, command: SetType) -> tuple[Certainty, str]:
    """Whether the table is rewritten, and why (or on what it depends)."""
    target = command.type
    if column is None or column.type is None:
        return _unknown_source(picture, command)
    source = column.type
    if command.using is not None:
        through = cast_of_column(command.using, command.name)
        if through is None:
            return "yes", "USING computes every value anew"
        if through.name and through != target:
            first, why = _conversion(picture, source, through)
            if first != "no":
                return first, why
            source = through
    return _conversion(picture, source, target)


def _unknown_source(picture: Picture, command: SetType) -> tuple[Certainty, str]:
    target = picture.base(command.type)
    if command.using is not None and cast_of_column(command.using, command.name) is None:
        return "yes", "USING computes every value anew"
    if target.arrays == 0 and not target.modifiers and target.name in ("text", "varchar", "numeric"):
        return "unknown", f"from varchar or {target} it is a change of the catalogue alone; from another type a rewrite"
    if target.arrays == 0 and target.name in _LENGTHS:
        return "unknown", "a longer limit of the same type changes the catalogue alone; all else is a rewrite"
    return "yes", f"values become {command.type}"


def _conversion(picture: Picture, source: TypeName, target: TypeName) -> tuple[Certainty, str]:
    domain = picture.domain(target) if not target.arrays else None
    if domain is not None and domain.constrained and not _same(source, target):
        return "yes", f"every value is checked against the domain {target}"
    if not target.schema and target.name not in _KNOWN and domain is None and not picture.complete:
        if _same(source, target):
            return "no", ""
        return "unknown", f"it depends on what the type {target} is"
    old, new = picture.base(source), picture.base(target)
    if old.arrays != new.arrays:
        return "yes", f"{old} becomes {new}"
    if old.arrays and (old.name != new.name or (old.modifiers != new.modifiers and new.modifiers)):
        return "yes", f"every element of {old} becomes one of {new}"
    if old.name == new.name:
        if _fits(old, new):
            return "no", ""
        return "yes", f"{old} becomes {new}: every value is fitted to it"
    if {old.name, new.name} == {"timestamp", "timestamptz"}:
        if old.modifiers != new.modifiers and new.modifiers:
            return "yes", f"{old} becomes {new}"
        if picture.time_zone.lower() in _UTC:
            return "no", ""
        if picture.time_zone:
            return "yes", f"with TimeZone {picture.time_zone} every instant changes"
        return "unknown", "with TimeZone = 'UTC' the catalogue alone changes, else every value is written anew"
    if (old.name, new.name) in _COERCIBLE:
        if new.name in ("varchar", "bpchar", "bit", "varbit") and new.modifiers:
            return "yes", f"every value is fitted to {new}"
        return "no", ""
    return "yes", f"{old} becomes {new}"


_KNOWN = frozenset(
    """
    bool int2 int4 int8 float4 float8 numeric text varchar bpchar char name bytea json jsonb xml uuid date time timetz
    timestamp timestamptz interval inet cidr macaddr macaddr8 bit varbit money oid regclass point line lseg box path
    polygon circle tsvector tsquery int4range int8range numrange tsrange tstzrange daterange citext hstore
    """.split()  # noqa: SIM905
)


def _same(one: TypeName, other: TypeName) -> bool:
    return (one.name, one.modifiers, one.arrays) == (other.name, other.modifiers, other.arrays)


def _fits(old: TypeName, new: TypeName) -> bool:
    """Whether every value of the old limits is one of the new limits, as the type's support function sees it."""
    if old.modifiers == new.modifiers:
        return True
    if new.name in ("bpchar", "bit"):
        return False
    if not new.modifiers:
        return True
    if new.name == "numeric":
        if not old.modifiers:
            return False
        (old_digits, old_scale), (new_digits, new_scale) = ((*one.modifiers, 0)[:2] for one in (old, new))
        return old_scale == new_scale and new_digits >= old_digits
    if new.name in ("time", "timetz", "timestamp", "timestamptz"):
        return new.modifiers[-1] >= (old.modifiers[-1] if old.modifiers else 6)
    if new.name == "interval":
        if old.modifiers[:1] != new.modifiers[:1]:
            # 32767: all fields; a precision of 6 keeps what there is
            return not old.modifiers and new.modifiers[:1] == (32767,) and new.modifiers[1:] >= (6,)
        return len(new.modifiers) < 2 or new.modifiers[1] >= (old.modifiers[1] if len(old.modifiers) > 1 else 6)
    if new.name in ("varchar", "varbit"):
        return old.modifiers[:1] > () and new.modifiers[:1] >= old.modifiers[:1]
    return False


def same_operators(picture: Picture, source: TypeName | None, target: TypeName) -> bool | None:
    """Whether indexes and foreign keys keep their operators; None where the type before is not known."""
    if source is None:
        return None
    old, new = picture.base(source), picture.base(target)
    if old.arrays != new.arrays:
        return False
    if old.name == new.name:
        return True
    return any({old.name, new.name} <= group for group in _SAME_CLASS)
