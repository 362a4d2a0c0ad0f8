"""A migration script as lint reads it: its statements, and which of them run in one transaction.

A plain script without markers and without BEGIN runs whole in one transaction, unless one of its statements must stand
outside: then each is its own (the grammar of `formats.steps`). Scripts of tools that always open a transaction
themselves, or send the whole file in one, are `managed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from dbarchitect.model.value import Value
from dbarchitect.sql import statements as s
from dbarchitect.sql.reading import Parsed, read_statements
from dbarchitect.sql.statements import Action

# plain: by what stands in it; managed: the tool opens one transaction for all; sent whole: one message without BEGIN,
# which PostgreSQL runs as one transaction too (Prisma), unless it is a single statement.
Runs = Literal["plain", "managed", "sent whole"]

_MARKED = re.compile(r"^\s*--\s*dba:\s*(?:step\s+\d+|undoes\s)", re.M)
# What tools understand as "no transaction around this file".
_UNMANAGED = re.compile(
    r"^\s*--\s*(?:\+goose\s+NO\s+TRANSACTION|migrate:up\s+transaction:false|\+migrate\s+\w+\s+notransaction|"
    r"no-transaction\b|disable-transaction\b|atlas:txmode\s+none|flyway:executeInTransaction=false)",
    re.M | re.I,
)
_WORDS_OUTSIDE = frozenset(("Createdb", "AlterSystem", "CreateTableSpace", "DropTableSpace", "DropSubscription"))
_ENDS_INSIDE = re.compile(r"\b(?:commit|rollback)\b(?!\s+prepared)", re.I)
_NO_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)


class Script(Value, frozen=True, kw_only=True):
    """One script. `file` names it in findings; `text` is what is linted, with the lines where the file has them.

    name        of the migration, where a folder gives it one; scripts are ordered as they run
    reversible  whether there is a way back; None where that is not known
    problems    what is wrong with the history at this script, in words
    lines       by line of `text` the line of `file`, where they differ (SQL inside a program); line 1 first
    pooler      whether it goes through one in transaction mode: by a URL that names it, or possibly, by the platform
    """

    file: str
    text: str
    runs: Runs = "plain"
    reversible: bool | None = None
    problems: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    pooler: Literal["", "possible", "named"] = ""


class Unit(Value, frozen=True, kw_only=True):
    """A statement in its place. `block`: the number of its transaction within the script; `explicit`: between BEGIN and
    COMMIT that the script writes itself; `shared`: other statements are in the same transaction."""

    parsed: Parsed
    block: int
    explicit: bool
    shared: bool

    @property
    def action(self) -> Action:
        """What it says."""
        return self.parsed.action


def stands_outside(action: Action) -> bool:
    """Whether PostgreSQL refuses the statement inside a transaction block, or it ends transactions itself."""
    match action:
        case s.CreateIndex(concurrently=True) | s.DropDatabase():
            return True
        case s.Drop(concurrently=concurrently):
            return concurrently
        case s.Reindex(kind=kind, concurrently=concurrently):
            return concurrently or kind in ("schema", "database", "system")
        case s.Vacuum(analyze_only=analyze_only):
            return not analyze_only
        case s.Cluster(table=table):
            return table is None
        case s.AlterTable(commands=commands):
            return any(isinstance(one, s.DetachPartition) and one.concurrently for one in commands)
        case s.Do(body=body):
            return bool(_ENDS_INSIDE.search(_NO_CODE.sub(" ", body)))
        case s.Other(word=word):
            return word in _WORDS_OUTSIDE
        case _:
            return False


def is_marked(text: str) -> bool:
    """Whether the script is one of ours, with its steps marked."""
    return "dba:" in text and bool(_MARKED.search(text))


def read_units(script: Script) -> tuple[Unit, ...]:
    """The statements of a script with their transactions. Raises `InputError` for what the grammar refuses."""
    parsed = read_statements(script.text, script.file)
    explicit = any(isinstance(one.action, s.Transaction) and one.action.kind != "other" for one in parsed)
    outside = any(stands_outside(one.action) for one in parsed)
    if script.runs == "managed" or (script.runs == "sent whole" and len(parsed) > 1):
        whole = not _UNMANAGED.search(script.text)
    else:
        whole = not (explicit or outside or is_marked(script.text) or _UNMANAGED.search(script.text))
    return _in_blocks(parsed, whole)


def _in_blocks(parsed: Sequence[Parsed], whole: bool) -> tuple[Unit, ...]:
    numbered: list[tuple[Parsed, int, bool]] = []
    block, inside = 0, False
    for one in parsed:
        control = one.action.kind if isinstance(one.action, s.Transaction) else None
        if control == "begin":
            block += 0 if inside else 1
            inside = True
        elif not inside and not whole:
            block += 1
        numbered.append((one, block, inside))
        if control in ("commit", "rollback"):
            inside = False
            block += int(whole)
    sizes: dict[int, int] = {}
    for one, number, _ in numbered:
        if not isinstance(one.action, s.Transaction | s.SetVariable):
            sizes[number] = sizes.get(number, 0) + 1
    return tuple(
        Unit(parsed=one, block=number, explicit=inside, shared=sizes.get(number, 0) > 1)
        for one, number, inside in numbered
    )
