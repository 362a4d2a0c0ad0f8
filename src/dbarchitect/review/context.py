"""What every rule asks about a schema, looked up once: references, live sizes, the worth of counters."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from dbarchitect.model.bookkeeping import is_bookkeeping
from dbarchitect.model.english import split as words
from dbarchitect.model.facts import TableFacts
from dbarchitect.model.names import Name, ObjectRef, quote_literal
from dbarchitect.model.platform import SCHEMAS, PlatformName
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Check, Column, DomainType, ForeignKey, Index, Relational, Sequence, Table, UserType
from dbarchitect.review.platforms import ExtensionLists
from dbarchitect.review.vocabulary import names_money

from .asked import Asked
from .reach import EXPOSED_ROLES, Reach

# How long counters must have run before "never used" means something. Monthly jobs are the usual victims of less,
# so 14 days is a floor; PostgreSQL's own advice is to look "over a representative period".
MATURE_DAYS = 14.0

# A page is 8 kB; a table this small is read whole as fast as through an index (random_page_cost 4 against
# seq_page_cost 1 makes an index pay from a handful of pages on).
SMALL_PAGES = 10

# Schemas of tools and extensions that make tables which are no members of the extension.
_MANAGED_SCHEMAS = frozenset({"hdb_catalog", "graphile_worker", "graphile_migrate", "pgboss", "partman"})
_MANAGED_PREFIXES = ("_timescaledb_", "timescaledb_")
# Beside auth, storage and realtime, of which others have schemas too.
_SUPABASE_ALONE = SCHEMAS["supabase"] - {"auth", "storage", "realtime"}

Counter = Literal["inserted", "updated", "deleted", "hot_updated", "sequential_scans", "sequential_rows", "index_scans"]


class Reference(NamedTuple):
    """One foreign key with the table it leaves from."""

    table: Table
    key: ForeignKey


class Context:
    """A schema under review.

    `tables` are those a rule looks at: no system schemas, temporary or foreign tables, migration bookkeeping, and no
    partition (its root speaks for it). Live values are None where the source does not have them. `exposed_roles` are
    those that strangers act as, besides the usual ones. `platform`: the one that the schema is for, where
    somebody said; `there`: it was read from that; `lists`: what platforms have of extensions, None: as published.
    """

    def __init__(
        self,
        schema: Relational,
        workload: Workload | None = None,
        *,
        exposed_roles: Collection[str] = (),
        platform: PlatformName | None = None,
        there: bool = False,
        lists: ExtensionLists | None = None,
    ) -> None:
        self.lists = lists
        self.meant: PlatformName | None = platform
        self._there = there
        self.schema = schema
        self.facts = schema.facts
        self.workload = workload
        self.reach = Reach(schema, EXPOSED_ROLES.union(exposed_roles))

    # ---- structure

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables under review, by name."""
        return tuple(table for table in self.all_tables if table.partition_of is None)

    @cached_property
    def all_tables(self) -> tuple[Table, ...]:
        """As `tables`, with the partitions."""
        return tuple(
            table
            for table in self.schema.tables
            if _reviewed(table)
            and table.name.schema not in self.managed_schemas
            and not table.name.schema.startswith(_MANAGED_PREFIXES)
        )

    @cached_property
    def platform(self) -> PlatformName | Literal[""]:
        """The platform that runs the database: as it was said, else by the schemas, roles and settings that it brings;
        "" where none shows.

        Supabase: its services' schemas, or privileges of its three API roles. Neon: its extension, its role, or its
        settings.
        """
        return self.meant or self._seen

    @cached_property
    def installed_there(self) -> bool:
        """Whether this was read from the platform itself: what is installed can be had."""
        live = self.facts is not None and self.facts.origin == "live"
        return self._there or (live and self.platform != "" and self._seen == self.platform)

    @cached_property
    def _seen(self) -> PlatformName | Literal[""]:
        schemas = {one.name for one in self.schema.schemas}
        settings = self.facts.server if self.facts else {}
        roles = {grant.grantee for one in self.schema.schemas for grant in one.grants}
        roles |= {one.owner for one in self.schema.schemas}
        if {"auth", "storage", "realtime"} <= schemas and not schemas.isdisjoint(_SUPABASE_ALONE):
            return "supabase"
        if {"anon", "authenticated", "service_role"} <= roles:
            return "supabase"
        neon = any(one.name == "neon" for one in self.schema.extensions) or "neon_superuser" in roles
        return "neon" if neon or any(name.startswith("neon.") for name in settings) else ""

    @cached_property
    def managed_schemas(self) -> frozenset[str]:
        """Schemas whose tables a platform or a tool makes and changes: not the user's to mend."""
        return _MANAGED_SCHEMAS | SCHEMAS[self.platform] if self.platform else _MANAGED_SCHEMAS

    @cached_property
    def _by_name(self) -> dict[Name, Table]:
        return {table.name: table for table in self.schema.tables}

    def table(self, name: Name) -> Table | None:
        """Any table of the schema, by name."""
        return self._by_name.get(name)

    @cached_property
    def _types(self) -> dict[Name, UserType]:
        return {one.name: one for one in self.schema.types}

    def type(self, schema: str, name: str) -> UserType | None:
        """The declared type of that name, or None for one that PostgreSQL or an extension brings."""
        return self._types.get(Name(schema=schema, name=name))

    def modifier(self, column: Column) -> int:
        """`atttypmod` of a column, or of the type under its domains; -1 for none."""
        kind = column.type
        while kind.kind == "domain" and kind.modifier < 0:
            domain = self.type(kind.schema, kind.name)
            if not isinstance(domain, DomainType):
                break
            kind = domain.type
        return kind.modifier

    @cached_property
    def partitions(self) -> dict[Name, list[Table]]:
        """The direct partitions of every partitioned table."""
        found: dict[Name, list[Table]] = defaultdict(list)
        for table in self.schema.tables:
            if table.partition_of is not None:
                found[table.partition_of.parent].append(table)
        return found

    @cached_property
    def _references(self) -> dict[Name, list[Reference]]:
        found: dict[Name, list[Reference]] = defaultdict(list)
        for table in self.tables:
            for key in table.foreign_keys:
                found[key.target].append(Reference(table, key))
        return found

    def references(self, table: Table) -> list[Reference]:
        """The foreign keys that point at `table`."""
        return self._references.get(table.name, [])

    def in_foreign_key(self, table: Table, column: str) -> bool:
        """Whether a column is part of a foreign key, or what one points at."""
        return any(column in key.columns for key in table.foreign_keys) or any(
            column in key.target_columns for _, key in self.references(table)
        )

    @cached_property
    def referenced_indexes(self) -> frozenset[tuple[Name, str]]:
        """(table, index) of every index that some foreign key relies on."""
        return frozenset((key.target, key.target_index) for table in self.schema.tables for key in table.foreign_keys)

    @cached_property
    def relation_names(self) -> frozenset[Name]:
        """Every name that a new index could collide with."""
        return frozenset(
            [one.name for one in (*self.schema.tables, *self.schema.views, *self.schema.sequences)]
            + [index.name for one in (*self.schema.tables, *self.schema.views) for index in one.indexes]
        )

    def columns(self) -> Iterator[tuple[Table, Column]]:
        """Every column under review that is its table's own (not inherited from a parent)."""
        for table in self.tables:
            for column in table.columns:
                if not column.inherited:
                    yield table, column

    @cached_property
    def _sequences(self) -> dict[Name, Sequence]:
        return {one.name: one for one in self.schema.sequences}

    @cached_property
    def _owned(self) -> dict[tuple[Name, str], list[Sequence]]:
        found: dict[tuple[Name, str], list[Sequence]] = defaultdict(list)
        for one in self.schema.sequences:
            if one.owned_by is not None:
                found[one.owned_by].append(one)
        return found

    def sequence(self, table: Table, column: Column) -> Sequence | None:
        """The sequence that numbers `column`: of its identity, or owned by it and called in its default."""
        if column.identity is not None:
            return self._sequences.get(column.identity.sequence)
        default = column.default or ""
        if not default.startswith("nextval("):
            return None
        called = [
            one for one in self._owned.get((table.name, column.name), ()) if quote_literal(str(one.name)) in default
        ]
        return called[0] if called else None

    def is_lookup(self, table: Table) -> bool:
        """Whether `table` has the shape of a code list: a key and at most three columns, none of them a reference,
        a time or a document."""
        plain = all(base_type(column) not in _NOT_IN_LOOKUPS for column in table.columns)
        return len(table.columns) <= 4 and not table.foreign_keys and plain

    @cached_property
    def _function_words(self) -> frozenset[str]:
        return frozenset(word for one in self.schema.functions for word in _IDENTIFIER.findall(one.body.lower()))

    def named_in_functions(self, name: str) -> bool:
        """Whether a function's text may have `name`: such a text does not follow where a thing is renamed."""
        return self._function_words.issuperset(_IDENTIFIER.findall(name.lower()))

    @cached_property
    def _dependents(self) -> dict[tuple[str, str, str], list[ObjectRef]]:
        found: dict[tuple[str, str, str], list[ObjectRef]] = defaultdict(list)
        for one in self.schema.dependencies:
            if one.on.sub and one.of.kind in _REFUSE_RETYPE:
                found[one.on.schema, one.on.name, one.on.sub].append(one.of)
        return found

    def entangled(self, table: Table, column: Column, *, checks: bool = False) -> str:
        """What makes PostgreSQL refuse another type for `column`, in words; "" where nothing does.

        Views, rules, policies, generated columns, trigger conditions and partition keys always do; expressions in
        indexes may (another type, another volatility), so they count; so do CHECKs where `checks` is given.
        """
        dependents = self._dependents.get((table.name.schema, table.name.name, column.name))
        if dependents:
            return f"{dependents[0].kind} {dependents[0].short}"
        if table.partition_key and (
            column.name in table.partition_key.columns or mentions(table.partition_key.definition, column.name)
        ):
            return "the partition key"
        if column.inherited or table.of_type is not None:
            return "the parent that it comes from"
        for other in table.columns:
            if other.generated and (other is column or mentions(other.generated.expression, column.name)):
                return f"generated column {other.name}"
        for index in table.indexes:
            texts = [key.expression or "" for key in index.keys] + [index.predicate or ""]
            custom = any(key.column == column.name and not key.opclass_default for key in index.keys)
            if custom or any(mentions(text, column.name) for text in texts):
                return f"index {index.name.name}"
        for policy in table.policies:
            if mentions(policy.using or "", column.name) or mentions(policy.check or "", column.name):
                return f"policy {policy.name}"
        for trigger in table.triggers:
            if column.name in trigger.columns or " WHEN (" in trigger.definition:
                return f"trigger {trigger.name}"
        for constraint in table.constraints:
            if checks and isinstance(constraint, Check) and mentions(constraint.definition, column.name):
                return f"constraint {constraint.name}"
        return ""

    # ---- what a live server adds

    def table_facts(self, table: Table) -> TableFacts | None:
        """Sizes and counters of one table itself."""
        return self.facts.tables.get(str(table.name)) if self.facts else None

    def leaves(self, table: Table) -> list[Table]:
        """The tables that hold the rows of `table`: itself, or its partitions to the last level."""
        if table.kind != "partitioned":
            return [table]
        return [leaf for child in self.partitions.get(table.name, ()) for leaf in self.leaves(child)]

    def rows(self, table: Table) -> float | None:
        """The estimated number of rows, over all partitions; None where unknown."""
        own = self.table_facts(table)
        if table.kind != "partitioned" or (own and own.rows):
            return own.rows if own else None
        facts = [self.table_facts(leaf) for leaf in self.leaves(table)]
        known = [one.rows for one in facts if one and one.rows is not None]
        return sum(known) if known and len(known) == len(facts) else None

    def pages(self, table: Table) -> int | None:
        """The number of 8 kB pages, over all partitions; None where unknown or never analysed."""
        facts = [self.table_facts(leaf) for leaf in self.leaves(table)]
        known = [one.pages for one in facts if one and one.rows is not None]
        return sum(known) if known and len(known) == len(facts) else None

    def counted(self, table: Table, counter: Counter) -> int | None:
        """One counter over all partitions; None where counters are not to be trusted (see `counters_unfit`)."""
        if self.counters_unfit:
            return None
        facts = [self.table_facts(leaf) for leaf in self.leaves(table)]
        known = [value for one in facts if one and (value := getattr(one, counter)) is not None]
        return sum(known) if known and len(known) == len(facts) else None

    @cached_property
    def _index_children(self) -> dict[Name, list[Index]]:
        found: dict[Name, list[Index]] = defaultdict(list)
        for table in self.schema.tables:
            for index in table.indexes:
                if index.parent is not None:
                    found[index.parent].append(index)
        return found

    def index_leaves(self, index: Index) -> list[Index]:
        """The indexes that hold the entries: itself, or those on the partitions."""
        children = self._index_children.get(index.name)
        return [index] if not children else [leaf for child in children for leaf in self.index_leaves(child)]

    def index_bytes(self, index: Index) -> int | None:
        """The size of an index over all partitions, in bytes."""
        return self._index_sum(index, "bytes")

    def index_scans(self, index: Index) -> int | None:
        """How often an index was scanned, over all partitions."""
        return self._index_sum(index, "scans")

    def index_rows(self, index: Index) -> float | None:
        """The estimated number of entries of an index, over all partitions."""
        return self._index_sum(index, "rows")

    def _index_sum(self, index: Index, what: Literal["bytes", "scans", "rows"]) -> int | None:
        if self.facts is None:
            return None
        facts = [self.facts.indexes.get(str(leaf.name)) for leaf in self.index_leaves(index)]
        known = [value for one in facts if one and (value := getattr(one, what)) is not None]
        return sum(known) if known and len(known) == len(facts) else None

    def setting(self, name: str) -> str | None:
        """A setting as sessions of this database start with it, in its own unit unless ALTER DATABASE gave another;
        None where it is not known."""
        if name in self.schema.settings:
            return self.schema.settings[name]
        facts = self.facts
        return None if facts is None or not facts.server else facts.server.get(name, facts.settings.get(name))

    @cached_property
    def server_unfit(self) -> str:
        """Why the server's settings are not known; "" where they are."""
        if self.live_unfit or self.facts is None or not self.facts.server:
            return "it needs the settings of a live server"
        return ""

    @cached_property
    def live_unfit(self) -> str:
        """Why nothing live is known; "" where something is."""
        if self.facts is None or self.facts.origin != "live":
            return "it needs a live server, or a snapshot of one"
        return ""

    @cached_property
    def authentication_unfit(self) -> str:
        """Why nothing is known of who is let in without a password; "" where that is known."""
        if not self.live_unfit and self.facts is not None and self.facts.trusted is not None:
            return ""
        return self.live_unfit or "pg_hba_file_rules is for superusers to read, and this role is none"

    @cached_property
    def counter_days(self) -> float | None:
        """For how many days the counters have run."""
        seconds = self.facts.counted_seconds if self.facts is not None else None
        return None if seconds is None else seconds / 86400

    @cached_property
    def counters_unfit(self) -> str:
        """Why the counters say nothing about use; "" where they do."""
        if self.facts is None or self.facts.origin != "live" or self.schema.family == "sqlite":
            return "it needs the counters of a live server"
        if self.facts.is_replica:
            return "this is a standby: the primary's counters are not visible here"
        if self.counter_days is None:
            return "the age of the counters is unknown"
        if self.counter_days < MATURE_DAYS:
            return f"the counters are {self.counter_days:.1f} days old; it needs {MATURE_DAYS:.0f}"
        return ""

    @cached_property
    def statistics_unfit(self) -> str:
        """Why there is nothing to say from column statistics; "" where there is."""
        if self.facts is None or not self.facts.columns:
            return "it needs column statistics: run ANALYZE on the source"
        return ""

    @cached_property
    def rows_unfit(self) -> str:
        """Why there is nothing to say from rows; "" where some were read."""
        if self.facts is not None and self.facts.sqlite is not None and self.facts.sqlite.read:
            return ""
        if self.facts is None or not self.facts.read:
            return "it needs rows: --read-rows on a server, --data for a script's"
        return ""

    # ---- the workload

    @cached_property
    def asked(self) -> Asked:
        """What the workload's queries ask of columns; empty without a workload."""
        return Asked(self.schema, self.workload)

    @cached_property
    def _by_word(self) -> dict[str, list[Query]]:
        """The workload's queries by each word that is in them, in lower case."""
        found: dict[str, list[Query]] = defaultdict(list)
        for query in self.workload.queries if self.workload else ():
            for word in set(_IDENTIFIER.findall(query.sql.lower())):
                found[word].append(query)
        return found

    def called(self, table: Table, verb: Literal["delete", "update", "insert", "any"] = "any") -> float | None:
        """How often the workload's queries touch `table`; None without a workload.

        Names are compared as text, so a table that shares its name with another schema's counts for both.
        """
        if self.workload is None:
            return None
        name = rf'(?:[\w"$]+\.)?"?{re.escape(table.name.name)}"?(?![\w$])'
        before = {"delete": r"delete\s+from\s+(?:only\s+)?", "update": r"update\s+(?:only\s+)?", "insert": r"into\s+"}
        pattern = re.compile(rf"(?<![\w$]){before.get(verb, '')}{name}", re.IGNORECASE)
        word = table.name.name
        asked = self._by_word.get(word.lower(), ()) if _IDENTIFIER.fullmatch(word) else self.workload.queries
        return sum(query.calls for query in asked if pattern.search(query.sql))


_IDENTIFIER = re.compile(r"[\w$]+")
_REFUSE_RETYPE = frozenset({"view", "rule", "policy", "function", "trigger", "publication"})
_NOT_IN_LOOKUPS = frozenset({"timestamp", "timestamptz", "json", "jsonb", "bytea", "xml"})


TEXTS = frozenset({"text", "varchar", "bpchar", "citext"})
INSTANTS = frozenset({"timestamp", "timestamptz", "date"})


def base_type(column: Column) -> str:
    """The name of a column's type under all domains."""
    return column.type.base or column.type.name


def mentions(text: str, column: str) -> bool:
    """Whether an expression that the server printed names `column`."""
    quoted = column.replace('"', '""')
    if quoted not in text:
        return False
    return re.search(rf'(?<![\w$"]){re.escape(column)}(?![\w$"])|"{re.escape(quoted)}"', text) is not None


def is_amount(table: Table, column: Column) -> bool:
    """Whether a column is named like an amount of money, and no unit beside it says that it is another one."""
    if not names_money(column.name):
        return False
    name = words(column.name)
    return not any(
        words(other.name)[-1:] in (("unit",), ("units",)) and words(other.name)[0] in name for other in table.columns
    )


def column_ref(table: Table, column: Column | str) -> ObjectRef:
    """Where a finding about a column points."""
    sub = column if isinstance(column, str) else column.name
    return ObjectRef(kind="column", schema=table.name.schema, name=table.name.name, sub=sub)


def index_ref(index: Index) -> ObjectRef:
    """Where a finding about an index points."""
    return ObjectRef(kind="index", schema=index.table.schema, name=index.table.name, sub=index.name.name)


def constraint_ref(table: Table, constraint: str) -> ObjectRef:
    """Where a finding about a constraint points."""
    return ObjectRef(kind="constraint", schema=table.name.schema, name=table.name.name, sub=constraint)


def _reviewed(table: Table) -> bool:
    schema = table.name.schema
    return (
        table.kind not in ("foreign", "virtual")
        and table.persistence != "temporary"
        and schema != "information_schema"
        and not schema.startswith("pg_")
        and not is_bookkeeping(table)
    )
