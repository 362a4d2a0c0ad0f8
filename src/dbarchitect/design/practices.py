"""How a database that is there does what applications need again and again: trees, states, queues, history, deletion,
tenants, search, vectors, parts. Each is told with what shows it, and with what a design does where that is not safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from dbarchitect.model import english
from dbarchitect.model.schema import Check, Column, EnumType, Exclude, ForeignKey, Function, Relational, Table, Unique
from dbarchitect.model.value import Value

from .decision import Topic
from .recovered_shapes import closure, own_references, parts_by_time, path_column

_INTEGERS = ("int2", "int4", "int8")
_TEXTS = ("text", "varchar", "bpchar", "citext")
# The two numbers of a nested set, as django-mptt, awesome_nested_set, Doctrine, treebeard and CakePHP call them.
_NESTED = (("lft", "rght"), ("lft", "rgt"), ("left_id", "right_id"), ("nleft", "nright"), ("lft_node", "rgt_node"),
           ("tree_left", "tree_right"), ("node_left", "node_right"))  # fmt: skip
# Texts that hold the keys from the top down: treebeard, the gem ancestry, Materialized Path of Doctrine and MongoDB.
_PATHS = frozenset(("path", "mpath", "ancestry", "lineage", "tree_path", "materialized_path", "node_path", "full_path"))
_BESIDE = frozenset(("depth", "level", "numchild", "tree_level", "ancestry_depth"))  # what stands beside such a path
_PARENT = re.compile(r"^(?:parent|father|superior|upper)_?(?:id|uuid)?$|^(?:parentid)$", re.IGNORECASE)
# Queues in tables: delayed_job, que, graphile-worker, pg-boss, procrastinate, Solid Queue, Oban.
_CLAIMS = frozenset((
    "locked_at", "locked_by", "taken_at", "taken_by", "claimed_at", "claimed_by", "reserved_at",
    "picked_at", "attempted_at", "attempted_by", "locked_until", "leased_until", "lease_expires_at",
    "worker_id",
))  # fmt: skip
_DUE = frozenset((
    "run_at", "available_at", "scheduled_at", "scheduled_for", "start_after", "startafter",
    "visible_at", "next_run_at", "next_attempt_at", "process_after", "not_before",
))  # fmt: skip
_TRIES = frozenset((
    "attempts", "attempt", "retries", "retry_count", "retrycount", "max_attempts", "tries", "failures", "error_count",
))  # fmt: skip
_MARKS = ("deleted_at", "deleted_on", "removed_at", "archived_at", "trashed_at", "deleted_date", "deletedat")
_FLAGS = ("is_deleted", "deleted", "is_removed", "removed", "soft_deleted", "isdeleted")
_OLD_AND_NEW = re.compile(r"\bold\.\"?(\w+)\"?[^;]*?\bnew\.\"?\1\b|\bnew\.\"?(\w+)\"?[^;]*?\bold\.\"?\2\b", re.I | re.S)
_RAISES = re.compile(r"\braise\s+(?:exception|sqlstate)|\braise\s*'|\breturn\s+(?:null|old)\b", re.IGNORECASE)
_INSERTS = re.compile(r"\binsert\s+into\s+((?:\"?\w+\"?\.)?\"?\w+\"?)", re.IGNORECASE)
_SETTING = re.compile(r"current_setting\(|\bauth\.(?:uid|jwt)\(", re.IGNORECASE)
_RANGES = ("tstzrange", "tsrange", "daterange")


class Practice(Value, frozen=True, kw_only=True):
    """One way that was found. `about`: tables or columns as the database calls them; `shown_by`: what shows it;
    `revisit`: what is not safe with it and what a design does instead, "" where nothing is to be done."""

    topic: Topic
    about: tuple[str, ...]
    what: str
    shown_by: str
    revisit: str = ""


def practices(schema: Relational) -> tuple[Practice, ...]:
    """What is found in the tables of `schema`; partitions are their parents' affair."""
    tables = [
        one for one in schema.tables if one.partition_of is None and not one.name.schema.startswith("_timescaledb")
    ]
    read = _Reader(schema, tables)
    alike: dict[tuple[str, ...], Practice] = {}
    for one in (*(one for table in tables for one in read.of(table)), *read.whole()):
        key = (one.topic, one.what, one.shown_by, one.revisit)
        known = alike.get(key)
        alike[key] = one if known is None else replace(known, about=(*known.about, *one.about))
    return tuple(alike.values())


class _Reader:
    def __init__(self, schema: Relational, tables: Sequence[Table]) -> None:
        self.schema = schema
        self.tables = tables
        self.functions: Mapping[str, Function] = {str(one.name): one for one in schema.functions}
        self.enums = {one.name.name for one in schema.types if isinstance(one, EnumType)}
        self.closed = {made.of: (one, made) for one in tables if (made := closure(one)) is not None}

    def of(self, table: Table) -> Iterator[Practice]:
        """What one table does."""
        yield from self._tree(table)
        yield from self._states(table)
        yield from self._queue(table)
        yield from self._history(table)
        yield from self._deleted(table)
        yield from self._searched(table)
        yield from self._vectors(table)
        yield from self._parts(table)

    def whole(self) -> Iterator[Practice]:
        """What the tables do together."""
        yield from self._tenants()

    def _bodies(self, table: Table) -> Iterator[tuple[str, tuple[str, ...], str]]:
        """(name, events, body of the function) of the triggers of a table."""
        for one in table.triggers:
            function = self.functions.get(one.function.partition("(")[0])
            if function is not None and one.enabled != "disabled":
                yield one.name, one.events, function.body

    # Trees

    def _tree(self, table: Table) -> Iterator[Practice]:
        name = table.name.short
        above = own_references(table)
        path = path_column(table)
        numbers = next((pair for pair in _NESTED if all(_is(table, one, _INTEGERS) for one in pair)), None)
        text = _text_path(table)
        ltrees = [one.name for one in table.columns if one.type.name == "ltree"]
        pairs = self.closed.get(table.name)
        said = f"{', '.join(above[0].columns)} refers to the row above" if above else "no column names the row above"
        alone = "" if above else "the row above in a column of its own, as a reference, from which the rest follows; "
        if numbers is not None:
            yield Practice(
                topic="hierarchy", about=(name,), what=f"nested sets: {numbers[0]} and {numbers[1]} number the tree",
                shown_by=said,
                revisit=f"{alone}a row that is added or moved renumbers those to its right, so that writers wait for "
                "one another: the row above alone, or a closure or ltree where whole branches are read often",
            )  # fmt: skip
        if pairs is not None:
            beside, made = pairs
            kept = any(re.search(rf"\b{re.escape(beside.name.name)}\b", body) for _, _, body in self._bodies(table))
            loose = "" if kept else f"no trigger of {name} keeps the pairs: whoever forgets them leaves wrong branches"
            yield Practice(
                topic="hierarchy", about=(name, beside.name.short),
                what=f"a closure: {beside.name.short} holds each row with all above it"
                + (f", {made.depth} says how far" if made.depth else ""),
                shown_by=said, revisit=f"{alone}{loose}".removesuffix("; "),
            )  # fmt: skip
        if path or ltrees:
            column = path or ltrees[0]
            kept = any(column in body for _, _, body in self._bodies(table))
            ready = any(one.method == "gist" and any(key.column == column for key in one.keys) for one in table.indexes)
            loose = [] if kept else [f"no trigger keeps {column}: a moved row leaves the paths below it as they were"]
            loose += [] if ready else [f"no GiST index on {column}: whole branches are read by reading all rows"]
            yield Practice(
                topic="hierarchy", about=(f"{name}.{column}",), shown_by=said,
                what=f"ltree: {column} holds the keys from the top down",
                revisit=(alone + "; ".join(loose)).removesuffix("; "),
            )  # fmt: skip
        if text:
            yield Practice(
                topic="hierarchy", about=(f"{name}.{text}",), what=f"a materialised path: {text} holds the way as text",
                shown_by=said,
                revisit=f"{alone}ltree, whose <@ an index serves whatever the collation, and a trigger that keeps it",
            )  # fmt: skip
        if above and not (numbers or pairs or path or ltrees or text):
            yield from self._adjacency(table, above)
        if not above and not (numbers or pairs or ltrees or text):
            key = list(table.primary_key.columns) if table.primary_key else []
            loose = next((one for one in table.columns if _PARENT.match(one.name)), None)
            own = table.column(key[0]) if len(key) == 1 else None
            if loose is not None and own is not None and own.type.sql == loose.type.sql:
                yield Practice(
                    topic="hierarchy", about=(f"{name}.{loose.name}",),
                    what=f"adjacency without a reference: {loose.name} is called like the row above",
                    shown_by=f"it has the type of {own.name}, and no foreign key",
                    revisit="a foreign key, else rows hang below rows that are gone; a trigger that refuses circles",
                )  # fmt: skip

    def _adjacency(self, table: Table, above: Sequence[ForeignKey]) -> Iterator[Practice]:
        for key in above:
            column = key.columns[-1]
            guarded = any(
                re.search(rf"\b{re.escape(column)}\b", body) and re.search(r"\brecursive\b|\bloop\b", body, re.I)
                for _, _, body in self._bodies(table)
            )
            yield Practice(
                topic="hierarchy", about=(f"{table.name.short}.{column}",),
                what=f"adjacency: {', '.join(key.columns)} refers to the row above",
                shown_by="a foreign key of the table to itself",
                revisit="" if guarded else "nothing refuses a circle, in which WITH RECURSIVE (UNION ALL) never ends: "
                "a trigger that looks upwards before a row is moved",
            )  # fmt: skip

    # States

    def _states(self, table: Table) -> Iterator[Practice]:
        for column in table.columns:
            values = column.type.name in self.enums or any(
                isinstance(one, Check) and re.search(rf"\b{re.escape(column.name)}\b", one.expression) and "ARRAY[" in
                one.expression for one in table.constraints
            )  # fmt: skip
            words = english.split(column.name)
            if not (values or words[-1:] in (("status",), ("state",), ("phase",), ("stage",))):
                continue
            keeps = [
                trigger for trigger, events, body in self._bodies(table)
                if "UPDATE" in events and _RAISES.search(body)
                and any(column.name in match.groups() for match in _OLD_AND_NEW.finditer(body))
            ]  # fmt: skip
            if keeps:
                yield Practice(
                    topic="state", about=(f"{table.name.short}.{column.name}",),
                    what="a state machine: not every value may follow every other",
                    shown_by=f"{keeps[0]} compares the old value with the new one and refuses",
                    revisit="" if values else "nothing says which values there are: a CHECK",
                )  # fmt: skip
        names = [english.split(one.name) for one in table.columns]
        pair = [key for key in table.foreign_keys if key.columns[-1].startswith(("from_", "to_"))]
        states = any({"status", "state"} & set(one) for one in names)
        if len(pair) == 2 and pair[0].target == pair[1].target and states:
            yield Practice(
                topic="state", about=(table.name.short,), what="a table of allowed ways from state to state",
                shown_by=f"{pair[0].columns[-1]} and {pair[1].columns[-1]} refer to {pair[0].target.short}",
            )  # fmt: skip

    # Queues

    def _queue(self, table: Table) -> Iterator[Practice]:
        names = {one.name.lower() for one in table.columns}
        groups = [sorted(names & one) for one in (_CLAIMS, _DUE, _TRIES)]
        if sum(map(bool, groups)) < 2:
            return
        waiting = [one for one in table.indexes if one.predicate and not one.unique]
        yield Practice(
            topic="queue", about=(table.name.short,), what="a queue: rows are work that is taken",
            shown_by=", ".join(name for group in groups for name in group),
            revisit="" if waiting else "no partial index holds what still waits: as done rows pile up, finding the "
            "next one reads more and more",
        )  # fmt: skip

    # History

    def _history(self, table: Table) -> Iterator[Practice]:
        name = table.name.short
        for trigger, events, body in self._bodies(table):
            into = _INSERTS.search(body)
            if into is None or not {"UPDATE", "DELETE"} & set(events) or not re.search(r"\bold\b", body, re.I):
                continue
            target = into[1].replace('"', "").rpartition(".")[2]
            if target == table.name.name or self.closed.get(table.name, (table,))[0].name.name == target:
                continue
            gone = "UPDATE" not in events
            yield Practice(
                topic="history", about=(name, target), shown_by=f"{trigger} inserts OLD",
                what=f"{target} keeps {'what was deleted' if gone else 'rows as they were'}",
                revisit="" if "DELETE" in events else "DELETE is not recorded by it",
            )  # fmt: skip
        for one in table.constraints:
            ranged = isinstance(one, Exclude) and any(
                column.type.name in _RANGES for column in table.columns if column.name in one.definition
            )
            if ranged:
                yield Practice(
                    topic="history", about=(name,), what="periods: no two rows of the same overlap in time",
                    shown_by=one.definition,
                )  # fmt: skip
        pair = next(
            (pair for pair in (("valid_from", "valid_to"), ("valid_from", "valid_until"), ("effective_from",
             "effective_to"), ("sys_start", "sys_end")) if all(table.column(one) for one in pair)), None
        )  # fmt: skip
        if pair is not None and not any(isinstance(one, Exclude) for one in table.constraints):
            yield Practice(
                topic="history", about=(name,), what=f"versions of rows: {pair[0]} and {pair[1]}",
                shown_by="their names",
                revisit="nothing refuses two versions of the same time: EXCLUDE over their range",
            )  # fmt: skip

    # Deletion

    def _deleted(self, table: Table) -> Iterator[Practice]:
        column = next((one for one in table.columns if _marks(one)), None)
        if column is None:
            return
        whole = [
            ", ".join(one.columns) for one in table.constraints
            if isinstance(one, Unique) and column.name not in one.columns
        ]  # fmt: skip
        whole += [
            ", ".join(key.text for key in one.keys) for one in table.indexes
            if one.unique and one.constraint is None and column.name not in (one.predicate or "")
            and all(key.column != column.name for key in one.keys)
        ]  # fmt: skip
        yield Practice(
            topic="deletion", about=(f"{table.name.short}.{column.name}",),
            what=f"soft deletion: {column.name} marks what is deleted", shown_by=f"{column.name} {column.type.sql}",
            revisit=f"UNIQUE ({whole[0]}) counts deleted rows too, so that their values cannot be used again: a unique "
            f"index WHERE it is not deleted" if whole else "",
        )  # fmt: skip

    # Search, vectors, parts

    def _searched(self, table: Table) -> Iterator[Practice]:
        name = table.name.short
        for column in table.columns:
            if column.type.name != "tsvector":
                continue
            ready = any(
                one.method in ("gin", "gist") and any(key.column == column.name for key in one.keys)
                for one in table.indexes
            )
            keeper = next(
                (one.name for one in table.triggers if column.name in one.definition or any(
                    column.name in body for trigger, _, body in self._bodies(table) if trigger == one.name)), ""
            )  # fmt: skip
            how = "generated from the row" if column.generated else f"kept by {keeper}" if keeper else "kept by nothing"
            loose = [] if column.generated or keeper else ["nothing keeps it: GENERATED ALWAYS AS ... STORED"]
            loose += [] if ready else ["no GIN index serves it"]
            yield Practice(
                topic="search", about=(f"{name}.{column.name}",), what="search by words: a tsvector",
                shown_by=how, revisit="; ".join(loose),
            )  # fmt: skip
        for one in table.indexes:
            for key in one.keys:
                if key.expression and "to_tsvector" in key.expression:
                    yield Practice(
                        topic="search", about=(name,), what="search by words: an index over to_tsvector",
                        shown_by=f"{one.name.name}: {key.expression}",
                    )  # fmt: skip
                elif key.opclass is not None and key.opclass.name.endswith("_trgm_ops"):
                    yield Practice(
                        topic="search", about=(f"{name}.{key.text}",), what="search by parts of words: trigrams",
                        shown_by=one.name.name,
                    )  # fmt: skip

    def _vectors(self, table: Table) -> Iterator[Practice]:
        for column in table.columns:
            if (column.type.base or column.type.name) not in ("vector", "halfvec", "sparsevec", "bit_vector"):
                continue
            ready = [one.method for one in table.indexes if any(key.column == column.name for key in one.keys)]
            yield Practice(
                topic="index", about=(f"{table.name.short}.{column.name}",), what="nearest vectors",
                shown_by=column.type.sql + (f", {ready[0]}" if ready else ", without an index"),
                revisit="" if ready else "each search reads all rows: HNSW, unless searches are narrowed to few rows",
            )  # fmt: skip

    def _parts(self, table: Table) -> Iterator[Practice]:
        facts = self.schema.facts
        hyper = next(
            (one for one in (facts.timescale.hypertables if facts and facts.timescale else ())
             if (one.schema, one.name) == (table.name.schema, table.name.name)), None
        )  # fmt: skip
        if hyper is not None:
            yield Practice(
                topic="partitioning", about=(table.name.short,), what="a hypertable: chunks by time",
                shown_by="TimescaleDB's own views",
            )  # fmt: skip
        if table.partition_key is None:
            return
        column, unit, _ = parts_by_time(table, self.schema.tables)
        parts = [one for one in self.schema.tables if one.partition_of and one.partition_of.parent == table.name]
        rest = [one for one in parts if one.partition_of and one.partition_of.bound == "DEFAULT"]
        ahead = "" if rest or not column else "no default partition: a row of a time beyond the last one is refused"
        yield Practice(
            topic="partitioning", about=(table.name.short,),
            what=f"parts by {unit + ' of ' + column if unit else table.partition_key.definition}",
            shown_by=f"PARTITION BY {table.partition_key.definition}, {len(parts) or 'no'} partitions here",
            revisit=ahead if parts else "",
        )  # fmt: skip

    # Tenants

    def _tenants(self) -> Iterator[Practice]:
        kept = [
            one for one in self.tables
            if one.row_security and any(_SETTING.search(two.using or two.check or "") for two in one.policies)
        ]  # fmt: skip
        columns: dict[str, int] = {}
        for table in kept:
            for policy in table.policies:
                for match in re.finditer(r"\(?\"?(\w+)\"? = ", policy.using or ""):
                    columns[match[1]] = columns.get(match[1], 0) + 1
        column = max((one for one in columns if one != "id"), key=lambda one: columns[one], default="")
        if kept:
            bare = [one.name.short for one in self.tables if column and one.column(column) and not one.row_security]
            loose = [one.name.short for one in kept if not one.row_security_forced]
            said = [f"{_some(bare)} has {column} and no row security"] if bare else []
            said += [f"the owner of {_some(loose)} sees all rows: FORCE ROW LEVEL SECURITY"] if loose else []
            yield Practice(
                topic="tenancy", about=tuple(one.name.short for one in kept),
                what="rows are each tenant's or user's own by row security",
                shown_by="policies over a setting of the session",
                revisit="; ".join(said),
            )  # fmt: skip
            return
        for name in ("tenant_id", "organization_id", "organisation_id", "account_id", "workspace_id", "company_id"):
            mine = [one.name.short for one in self.tables if one.column(name) is not None]
            if len(mine) >= max(3, len(self.tables) // 2):
                yield Practice(
                    topic="tenancy", about=tuple(mine), what=f"shared tables: {name} says whose a row is",
                    shown_by=f"{len(mine)} of {len(self.tables)} tables have it",
                    revisit="each query has to filter by itself, and one that forgets shows the rows of others: row "
                    "security, and the column in keys and references",
                )  # fmt: skip
                return


def _is(table: Table, name: str, types: tuple[str, ...]) -> bool:
    column = table.column(name)
    return column is not None and (column.type.base or column.type.name) in types


def _text_path(table: Table) -> str:
    """The column of a path as text, where a depth beside it or its very name tells that the rows are a tree."""
    for one in table.columns:
        sure = one.name in ("mpath", "ancestry", "materialized_path", "tree_path")  # others may be those of files
        beside = any(two.name in _BESIDE and two.type.name in _INTEGERS for two in table.columns)
        if one.name in _PATHS and _is(table, one.name, _TEXTS) and (sure or beside):
            return one.name
    return ""


def _marks(column: Column) -> bool:
    name, base = "_".join(english.split(column.name)), column.type.base or column.type.name
    return (
        (name in _MARKS and base.startswith(("timestamp", "date")) and not column.not_null)
        or (name in _FLAGS and base == "bool")
    )  # fmt: skip


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
