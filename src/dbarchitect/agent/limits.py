"""What an agent may have applied: statements whose effect is in their text, each of which the rehearsal ran.

A copy is no database: code that asks where it runs can do one thing in the rehearsal and another afterwards, unseen by
what saves rows first. And the role that rehearses is no superuser, so that the rehearsal of a superuser's migration
shows only what others may do. Both are for a person to read and to apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg

from dbarchitect.errors import InputError
from dbarchitect.model.rehearsal import Rehearsal
from dbarchitect.sql import statements as s
from dbarchitect.sql.reading import read_statements
from dbarchitect.sql.script import command_tag

_PLAIN = (
    *(s.CreateTable, s.CreateTableAs, s.AlterTable, s.CreateIndex, s.CreateView, s.RefreshView, s.CreateSequence),
    *(s.AlterSequence, s.CreateEnum, s.AddEnumValue, s.RenameEnumValue, s.CreateDomain, s.AlterDomain, s.CreateType),
    *(s.CreateTrigger, s.CreatePolicy, s.CreateSchema, s.CreateStatistics, s.CommentOn, s.Drop, s.Rename, s.SetSchema),
    *(s.Insert, s.Update, s.Delete, s.Merge, s.Truncate, s.Reindex, s.Vacuum, s.Cluster, s.LockTables, s.Transaction),
)
_BRINGS_CODE = (s.CreateFunction, s.CreateExtension, s.ChangeOwner)  # which would run with the role's powers
_SETTINGS = frozenset(
    ("lock_timeout", "statement_timeout", "transaction_timeout", "search_path", "timezone", "check_function_bodies")
)
# Functions that run a text as a query, which may be another one on the database; and the way to write names unseen.
_RUN_TEXT = ("query_to_xml", "cursor_to_xml", "ts_stat", "ts_rewrite", "crosstab", "connectby", "dblink", 'u&"')
# A trigger function of these alone keeps times and writes things another way: it reaches nothing but its row.
_COMPUTES = frozenset(
    ("now", "clock_timestamp", "statement_timestamp", "coalesce", "lower", "upper", "btrim", "if", "elsif", "and", "or")
)
_STATEMENT = re.compile(
    r"(?i)\b(execute|copy|perform|select|insert|update|delete|merge|truncate|call|do|create|alter|drop|grant|revoke|set"
    r"|reset|load|import|lock|open|fetch|for|foreach|with|values|table|declare|refresh|commit|rollback)\b"
)
_CALL = re.compile(r"(\S+?)\s*\(")

_POWERS = """
SELECT rolsuper OR pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER')
    OR pg_has_role(current_user, 'pg_read_server_files', 'MEMBER')
    OR pg_has_role(current_user, 'pg_write_server_files', 'MEMBER')
FROM pg_catalog.pg_roles WHERE rolname = current_user
"""


def for_a_person(texts: tuple[str, ...], rehearsal: Rehearsal) -> str:
    """Why a migration is not for an agent to have applied, in words; "" where it is."""
    for gap in rehearsal.gaps:
        if gap.kind == "statement":
            return f"{gap.name}: {gap.effect}"
    return next((why for text in texts for why in _reasons(text)), "")


def beyond_an_owner(texts: tuple[str, ...], connection: psycopg.Connection) -> str:
    """Why a role with a superuser's powers must not run it for an agent, in words; "" where it may, or has none."""
    row = connection.execute(_POWERS).fetchone()
    if row is None or not row[0]:
        return ""
    for text in texts:
        for one in read_statements(text, ""):
            if _brings_code(one.action, connection) or any(name in one.text.sql.lower() for name in _RUN_TEXT):
                return f"{command_tag(one.text.sql)} brings code, and what runs it here is a superuser or nearly one"
    return ""


def _brings_code(action: s.Action, connection: psycopg.Connection) -> bool:
    if isinstance(action, s.CreateFunction):
        return not (action.language == "plpgsql" and action.returns == "trigger" and _only_computes(action.body))
    if isinstance(action, s.CreateExtension):
        trusted = "SELECT 1 FROM pg_catalog.pg_available_extension_versions WHERE trusted AND name = %s"
        return action.alter or connection.execute(trusted, [action.name]).fetchone() is None
    return isinstance(action, _BRINGS_CODE)


def _only_computes(body: str) -> bool:
    """Whether a function's body has no statement but assignments, and calls nothing that could reach further."""
    if not body or any(mark in body for mark in ('"', "--", "/*", "&")) or _STATEMENT.search(body):
        return False
    return all(name.lower() in _COMPUTES for name in _CALL.findall(body))


def _reasons(text: str) -> Iterator[str]:
    try:
        parsed = read_statements(text, "")
    except InputError as err:  # of a version that the grammar does not know yet, or no SQL at all
        yield f"it cannot be read: {err.message}"
        return
    for one in parsed:
        action, tag = one.action, command_tag(one.text.sql)
        if isinstance(action, (*_PLAIN, *_BRINGS_CODE)):
            continue
        if isinstance(action, s.ChangeGrant):
            if action.what == "role":
                yield f"{tag} of a role: it is not of this database alone"
        elif isinstance(action, s.SetVariable):
            if action.name.lower() not in _SETTINGS:
                yield f"{tag} {action.name}"
        elif isinstance(action, s.Do | s.Select):
            yield f"{tag} runs code whose effect is not in its text"
        else:
            yield f"{tag} is not among the statements that change tables, their rows and what belongs to them"
