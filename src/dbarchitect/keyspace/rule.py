"""The rules on a Redis server: each one file in `rules/`, with `check(space: Keyspace)`. See `model.rulebook`."""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.model.keyspace import Keyspace
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.rulebook import SERVER, ReadRule, Rulebook

__all__ = ["BOOK", "SERVER", "Rule", "keys_ref"]

_LACKS = {
    "info": "INFO may not be read",
    "config": "settings may not be read (CONFIG GET)",
    "keys": "there are no keys to look at",
    "commands": "INFO commandstats may not be read",
    "access": "who is let in may not be read (ACL GETUSER, CONFIG GET)",
}


@dataclass(frozen=True)
class Rule(ReadRule[Keyspace]):
    """One rule. `needs`: of `_LACKS`."""

    needs: tuple[str, ...] = ("info",)


def keys_ref(pattern: str) -> ObjectRef:
    """Where a finding about keys of one form points."""
    return ObjectRef(kind="keys", name=pattern)


def _met(space: Keyspace, needs: str) -> bool:
    match needs:
        case "info":
            return bool(space.info)
        case "config":
            return bool(space.config)
        case "keys":
            return space.sampled > 0
        case "commands":
            return "INFO" not in space.refused and bool(space.info)
        case "access":
            return space.open is not None
        case _:
            raise KeyError(needs)


BOOK = Rulebook(f"{__package__}.rules", _met, _LACKS)
