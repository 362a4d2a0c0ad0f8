"""What a statement has to do with transactions: whether one may hold it, if it begins or ends one, what it sets."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from . import tree
from .tree import Node

Control = Literal["begin", "commit", "rollback", "other"]

_ALONE = frozenset(
    (
        "CreatedbStmt",
        "DropdbStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "AlterSystemStmt",
        "DropSubscriptionStmt",
    )
)
_REFRESHES = frozenset(
    f"ALTER_SUBSCRIPTION_{what}" for what in ("REFRESH", "SET_PUBLICATION", "ADD_PUBLICATION", "DROP_PUBLICATION")
)
_ENDS_INSIDE = re.compile(r"\b(?:commit|rollback)\b(?!\s+prepared)", re.I)
_NO_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)
_CONTROLS: dict[str, Control] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
}
_UNITS = {"": 1.0, "us": 0.001, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}


def stands_outside(sql: str) -> bool:
    """Whether PostgreSQL refuses the statement inside a transaction block (CREATE INDEX CONCURRENTLY, VACUUM, ...), or
    it ends transactions itself (a DO block with COMMIT). A CALL counts as one that does not."""
    kind, fields = _one(sql)
    if kind in _ALONE:
        return True
    if kind in ("IndexStmt", "DropStmt"):
        return bool(fields.get("concurrent"))
    if kind == "ReindexStmt":
        whole = fields.get("kind") in ("REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE")
        return whole or _option(fields.get("params"), "concurrently") == "true"
    if kind == "VacuumStmt":
        return bool(fields.get("is_vacuumcmd"))
    if kind == "ClusterStmt":
        return "relation" not in fields
    if kind == "AlterTableStmt":
        commands = [one.get("AlterTableCmd", {}) for one in fields.get("cmds", ())]
        return any(one.get("def", {}).get("PartitionCmd", {}).get("concurrent") for one in commands)
    if kind == "CreateSubscriptionStmt":
        made = (_option(fields.get("options"), name) for name in ("create_slot", "connect"))
        return "false" not in made
    if kind == "AlterSubscriptionStmt":
        return fields.get("kind") in _REFRESHES and _option(fields.get("options"), "refresh") != "false"
    if kind == "AlterDatabaseStmt":
        return bool(_option(fields.get("options"), "tablespace"))
    if kind == "DoStmt":
        body = _option(fields.get("args"), "as")
        return bool(_ENDS_INSIDE.search(_NO_CODE.sub(" ", body)))
    return False


def control_of(sql: str) -> Control | None:
    """What a BEGIN, COMMIT, ROLLBACK, SAVEPOINT and the like does; None for every other statement."""
    kind, fields = _one(sql)
    return _CONTROLS.get(str(fields.get("kind")), "other") if kind == "TransactionStmt" else None


def begins_with_modes(sql: str) -> bool:
    """Whether a BEGIN names an isolation level or another mode."""
    _, fields = _one(sql)
    return bool(fields.get("options"))


def is_setting(sql: str) -> bool:
    """Whether this is a SET or RESET of a setting of the session (not of one transaction)."""
    kind, fields = _one(sql)
    return kind == "VariableSetStmt" and not fields.get("is_local") and fields.get("name") != "TRANSACTION"


def lock_timeout_set(sql: str) -> int | None:
    """The milliseconds that a `SET [LOCAL] lock_timeout = ...` gives; None for every other statement."""
    kind, fields = _one(sql)
    if kind != "VariableSetStmt" or fields.get("name") != "lock_timeout" or fields.get("kind") != "VAR_SET_VALUE":
        return None
    constant: Node = fields["args"][0].get("A_Const", {})
    if "ival" in constant:
        return int(constant["ival"].get("ival", 0))
    written = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(constant.get("sval", {}).get("sval", "")))
    return round(float(written[1]) * _UNITS[written[2]]) if written and written[2] in _UNITS else None


def _option(options: list[Node] | None, name: str) -> str:
    """The value of a DefElem as text: "true" where it stands without one, "" where it is missing."""
    for option in options or ():
        element: Node = option.get("DefElem", {})
        if element.get("defname") == name:
            argument: Node = element.get("arg", {})
            if "String" in argument:
                value = str(argument["String"].get("sval", ""))
                return {"on": "true", "off": "false", "1": "true", "0": "false"}.get(value.lower(), value)
            if "Boolean" in argument:
                return str(bool(argument["Boolean"].get("boolval"))).lower()
            if "Integer" in argument:
                return "true" if argument["Integer"].get("ival") else "false"
            return "true"
    return ""


@lru_cache(maxsize=1024)
def _one(sql: str) -> tuple[str, Node]:
    """The first statement; nothing for what the grammar refuses, which the server will then complain about."""
    try:
        found = tree.parse(sql)
    except tree.ParserError:
        return "", {}
    return found[0] if found else ("", {})
