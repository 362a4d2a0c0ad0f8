"""What tables do by themselves: times of change, deletion marks, states, trees, history, queues, search, tenants' rows,
partitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from dbarchitect.model.chunks import DAY, MEMORY, SHARE, chunk_seconds, entry_bytes, length_text
from dbarchitect.model.names import quote_identifier, quote_literal

from .bounds import enforce
from .columns import check
from .draft import Column, Draft, Index, States, Table
from .hierarchies import keep
from .naming import an, column_name, plain
from .spec import Access, Entity, Spec
from .volumes import Rows

_HUGE = 100 * 2**30  # bytes from which a table is partitioned: where the rule `huge-table-not-partitioned` speaks
_LARGEST = 32 * 2**40  # bytes of a table: https://www.postgresql.org/docs/18/limits.html
_MONTHS = 26  # two years and the months around
_PARTS = 62  # weeks or days: no more, for planning reads them all
_UNITS = {"month": 30 * DAY, "week": 7 * DAY, "day": DAY}
_YEARS_SECONDS = 2 * 365 * DAY  # in which rows come to be those of `later`
_SEARCHED = 1.4  # bytes of a text's words with their places, for each of its own
_HEADER = 28.0  # bytes of a row beside its values: https://www.postgresql.org/docs/18/storage-page-layout.html


class Behaviour:
    """Adds behaviour to the tables of a draft. `rows` decide which tables are partitioned, from the month of `now`."""

    def __init__(self, draft: Draft, spec: Spec, rows: Mapping[str, Rows], now: datetime) -> None:
        self.draft = draft
        self.spec = spec
        self.rows = rows
        self.now = now
        self.asked: defaultdict[str, list[Access]] = defaultdict(list)  # by entity
        for one in spec.access:
            self.asked[one.entity].append(one)

    def add(self) -> None:
        """All of it."""
        entities = {one.name: one for one in self.spec.entities}
        for table in list(self.draft.tables.values()):
            entity = entities.get(table.entity)
            if table.what == "entity" and entity is not None:
                self._states(table, entity)
                self._search(table, entity)
                self._lookups(table, entity)
                self._queue(table, entity)
            self._times(table, entity)
            if table.guard:
                keep(self.draft, table)
            if entity is not None and table.what == "entity":
                if entity.history or entity.audit:
                    self._history(table, entity)
                self._partition(table, entity)
        for table in list(self.draft.tables.values()):
            enforce(self.draft, table)
        if self.draft.tenant_setting:
            self._policies()

    # Times and marks

    def _times(self, table: Table, entity: Entity | None) -> None:
        fixed = entity is not None and entity.appended
        when = any(one.type == "timestamptz" and one.not_null for one in table.columns)
        if not (fixed and when):
            table.add(
                Column(
                    name="created_at", type="timestamptz", sample="now()", default="now()", comment="When it was added"
                )
            )
            self._default_now(table, "created_at")
        if entity is not None and not fixed and table.what == "entity":
            table.add(
                Column(
                    name="updated_at",
                    type="timestamptz",
                    sample="now()",
                    default="now()",
                    comment="When it last changed",
                )
            )
            self._default_now(table, "updated_at")
            self.draft.functions["set_updated_at"] = (
                "CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n"
                "BEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND\n$$"
            )
            trigger = plain(table.name, "set_updated_at")
            table.triggers.append(
                f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {quote_identifier(table.name)}\n"
                "    FOR EACH ROW EXECUTE FUNCTION set_updated_at()"
            )
        if table.soft_delete:
            table.add(
                Column(
                    name="deleted_at",
                    type="timestamptz",
                    sample="now()",
                    not_null=False,
                    comment="When it was deleted; NULL: it is there",
                )
            )
            self.draft.decide(
                "deletion",
                table.name,
                "deleted_at marks what is deleted",
                "as was said: what is deleted is kept",
                instead="a history table, and rows that go",
                unless="nobody brings rows back: DELETE and a history",
                line=entity.line if entity else 0,
            )

    def _default_now(self, table: Table, name: str) -> None:
        column = table.column(name)
        if column is not None and column.type == "timestamptz" and not column.default and column.not_null:
            column.default = "now()"

    # States

    def _states(self, table: Table, entity: Entity) -> None:
        for field in entity.fields:
            column = table.of(field.name)
            if not field.transitions or column is None:
                continue
            name = quote_identifier(column.name)
            stem = plain(table.name, column.name)
            allowed = ", ".join(f"({quote_literal(a)}, {quote_literal(b)})" for a, b in field.transitions)
            function = plain(stem, "moves")
            self.draft.functions[function] = (
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n"
                f"BEGIN\n    IF (OLD.{name}, NEW.{name}) NOT IN ({allowed}) THEN\n"
                f"        RAISE EXCEPTION '% cannot become %', OLD.{name}, NEW.{name}\n"
                f"            USING ERRCODE = 'check_violation', CONSTRAINT = '{function}', TABLE = "
                f"{quote_literal(table.name)};\n"
                "    END IF;\n    RETURN NEW;\nEND\n$$"
            )
            table.triggers.append(
                f"CREATE TRIGGER {function} BEFORE UPDATE OF {name} ON {quote_identifier(table.name)}\n"
                f"    FOR EACH ROW WHEN (OLD.{name} IS DISTINCT FROM NEW.{name}) EXECUTE FUNCTION {function}()"
            )
            if field.initial:
                begins = plain(stem, "begins")
                self.draft.functions[begins] = (
                    f"CREATE FUNCTION {begins}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n"
                    f"BEGIN\n    RAISE EXCEPTION 'it begins as %, not as %', {quote_literal(field.initial)}, "
                    f"NEW.{name}\n"
                    f"        USING ERRCODE = 'check_violation', CONSTRAINT = '{begins}', TABLE = "
                    f"{quote_literal(table.name)};\n"
                    "END\n$$"
                )
                table.triggers.append(
                    f"CREATE TRIGGER {begins} BEFORE INSERT ON {quote_identifier(table.name)}\n"
                    f"    FOR EACH ROW WHEN (NEW.{name} IS DISTINCT FROM {quote_literal(field.initial)}) "
                    f"EXECUTE FUNCTION {begins}()"
                )
            table.states.append(
                States(
                    column=column.name,
                    values=field.values,
                    allowed=field.transitions,
                    initial=field.initial,
                    trigger=function,
                )
            )
            self.draft.decide(
                "state",
                f"{table.name}.{column.name}",
                f"a trigger allows {len(field.transitions)} ways from state to state",
                "whatever writes, no row takes a way that was not said",
                instead="a table of allowed ways and a foreign key to it",
                unless="the ways change often or differ from tenant to tenant: a table of them",
                line=field.line,
            )

    # History

    def _history(self, table: Table, entity: Entity) -> None:
        name = plain(table.name, "history")
        history = Table(
            name=name,
            entity="",
            what="history",
            tenant=table.tenant,
            comment=f"What rows of {table.name} were before each change",
        )
        history.columns.append(
            Column(name="id", type="bigint", sample="{n}", identity=True, comment="Key of the entry")
        )
        history.key = ("id",)
        kept: list[str] = []
        for column in table.key:
            original = table.column(column)
            assert original is not None
            wanted = column if column != "id" else plain(entity.name, "id")
            history.columns.append(
                Column(
                    name=wanted,
                    type=original.type,
                    sample=original.sample,
                    width=original.width,
                    comment=f"{column} of the row; it may be gone",
                )
            )
            kept.append(wanted)
        history.columns += [
            Column(name="operation", type="text", sample="'UPDATE'", width=7, comment="What was done to it"),
            Column(name="recorded_at", type="timestamptz", sample="now()", default="now()", comment="When"),
            Column(
                name="recorded_by",
                type="text",
                sample="'somebody'",
                width=12,
                comment="Who: app.user of the session, else its role",
            ),
            Column(
                name="old_row",
                type="jsonb",
                sample="'{{}}'::jsonb",
                width=250,
                comment="The row as it was, without secrets",
            ),
        ]
        check(
            history, "operation", "known", "operation IN ('UPDATE', 'DELETE')", "'SELECT'", "what can be done to a row"
        )
        history.indexes.append(
            Index(name=plain(name, "row_idx"), keys=(*kept, "recorded_at"), why="the history of one row, in order")
        )
        self.draft.tables[name] = history
        secrets = [one.name for one in table.columns if one.name.endswith(("_hash", "_digest"))]
        old = "pg_catalog.to_jsonb(OLD)" + "".join(f" - {quote_literal(one)}" for one in secrets)
        function = plain(table.name, "keep_history")
        self.draft.functions[function] = (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n"
            f"BEGIN\n    INSERT INTO public.{quote_identifier(name)} ({', '.join(map(quote_identifier, kept))}, "
            f"operation, recorded_by, old_row)\n"
            f"    VALUES ({', '.join(f'OLD.{quote_identifier(one)}' for one in table.key)}, TG_OP,\n"
            "        coalesce(nullif(pg_catalog.current_setting('app.user', true), ''), session_user), "
            f"{old});\n    RETURN NULL;\nEND\n$$"
        )
        table.triggers.append(
            f"CREATE TRIGGER {function} AFTER UPDATE OR DELETE ON {quote_identifier(table.name)}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        table.history = name
        self.draft.decide(
            "history",
            table.name,
            f"{name} keeps each row as it was, when and by whom it was changed",
            "as was said; jsonb outlives changes of the table's columns, and a trigger sees every writer",
            instead="a period in the table itself (18: WITHOUT OVERLAPS), where the past is asked as often as now",
            unless="queries ask for the state at a moment",
            line=entity.line,
        )

    # Queues and searches

    def _queue(self, table: Table, entity: Entity) -> None:
        if not entity.queue:
            return
        table.add(
            Column(
                name="available_at",
                type="timestamptz",
                sample="now()",
                default="now()",
                comment="Not to be taken before",
            )
        )
        table.add(
            Column(
                name="taken_at",
                type="timestamptz",
                sample="now()",
                not_null=False,
                comment="When a worker took it; NULL: it waits",
            )
        )
        table.add(
            Column(name="done_at", type="timestamptz", sample="now()", not_null=False, comment="When it was done")
        )
        table.add(
            Column(name="attempts", type="integer", sample="0", default="0", width=4, comment="How often it was taken")
        )
        check(table, "attempts", "minimum", "attempts >= 0", "-1", "a count")
        table.indexes.append(
            Index(
                name=plain(table.name, "waiting_idx"),
                keys=("available_at", table.key[-1]),
                predicate="taken_at IS NULL AND done_at IS NULL",
                why="a worker finds the next one; what is done leaves the index",
            )
        )
        self.draft.decide(
            "queue",
            table.name,
            "rows that wait, taken by FOR UPDATE SKIP LOCKED",
            "work is added in the transaction that makes it necessary, and no two workers take the same",
            instead="a message broker",
            unless="tens of thousands a second, or many kinds of readers of each message",
            line=entity.line,
        )

    def _search(self, table: Table, entity: Entity) -> None:
        searched = [one for one in self.asked[entity.name] if one.verb == "search"]
        if not searched:
            return
        words = {name for one in searched for name in (*one.by, *one.fields)}
        texts = [
            one
            for one in entity.fields
            if one.kind in ("text", "word", "identifier") and table.of(one.name) is not None
        ]
        chosen = [one for one in texts if one.name in words] or texts
        if not chosen:
            self.draft.decide("not enforced", table.name, "no search by words", f"{an(entity.name)} has no text")
            return
        parts: list[str] = []
        for field in chosen:
            column = table.of(field.name)
            assert column is not None
            weight = "B" if field.kind == "text" else "A"
            parts.append(
                f"setweight(to_tsvector('english', coalesce({quote_identifier(column.name)}, '')), '{weight}')"
            )
        table.columns.append(
            Column(
                name="search_document",
                type="tsvector",
                sample="",
                generated=" || ".join(parts),
                not_null=False,
                comment="What is searched by words",
                width=_SEARCHED * sum(one.width for field in chosen if (one := table.of(field.name)) is not None),
            )
        )
        table.indexes.append(
            Index(
                name=plain(table.name, "search_document_idx"),
                keys=("search_document",),
                method="gin",
                why="search by words",
            )
        )
        self.draft.decide(
            "search",
            table.name,
            f"a generated tsvector of {', '.join(one.name for one in chosen)} with a GIN index",
            "it is never behind the row; names count more than long texts; words as in English",
            instead="trigrams (parts of words, typing mistakes); a search engine beside it",
            unless="another language: change 'english'; typing mistakes: pg_trgm",
            line=searched[0].line,
        )

    def _lookups(self, table: Table, entity: Entity) -> None:
        for field in entity.fields:
            column = table.of(field.name)
            if column is not None and field.kind == "vector":
                kind = column.type.partition("(")[0]
                table.indexes.append(
                    Index(
                        name=plain(table.name, column.name, "idx"),
                        keys=(f"{quote_identifier(column.name)} {kind}_cosine_ops",),
                        method="hnsw",
                        options="m = 16, ef_construction = 64",
                        why="the nearest vectors",
                    )
                )
                self.draft.decide(
                    "index",
                    f"{table.name}.{column.name}",
                    "HNSW, cosine distance, m = 16, ef_construction = 64",
                    "pgvector's own figures; it needs no rows to be built from, and hnsw.ef_search (40) trades "
                    "time for recall",
                    instead="IVFFlat (smaller, built faster, to be built anew as rows change)",
                    unless="embeddings are of length one: inner product is the same and cheaper; filters leave few "
                    "rows: hnsw.iterative_scan",
                    line=field.line,
                )
            asked = [one for one in self.asked[entity.name] if field.name in one.by]
            if column is not None and field.kind == "tags" and asked:
                table.indexes.append(
                    Index(
                        name=plain(table.name, column.name, "idx"),
                        keys=(quote_identifier(column.name),),
                        method="gin",
                        why="rows by their tags",
                    )
                )
            if field.kind == "location" and any(one.verb == "nearest" for one in self.asked[entity.name]):
                stem = column_name(field.name, entity.name)
                stem = "" if stem in ("location", "position", "place", "coordinates") else stem
                point = f"point({plain(stem, 'longitude')}, {plain(stem, 'latitude')})"
                table.indexes.append(
                    Index(
                        name=plain(table.name, field.name, "idx"),
                        keys=(f"({point})",),
                        method="gist",
                        why="the nearest places",
                    )
                )

    # Partitions

    def _partition(self, table: Table, entity: Entity) -> None:
        rows = self.rows[table.name]
        size = rows.later * (_HEADER + sum(one.width for one in table.columns))
        said = entity.partitioned
        self._measure(table, size, entity.line)
        if not said and (not (entity.by_time or entity.appended) or size < _HUGE):
            if entity.by_time:
                self.draft.decide(
                    "partitioning",
                    table.name,
                    "one table, not partitioned",
                    f"about {size / 2**30:,.1f} GB in two years: an index reaches any row of it; partitions pay "
                    f"from 100 GB",
                    instead="monthly partitions",
                    unless="old rows are dropped by the month, or it grows faster",
                    line=entity.line,
                )
            return
        when = next((one for one in table.columns if one.type == "timestamptz" and one.not_null), None)
        referred = [one.name for one in self.draft.tables.values() for f in one.foreigns if f.target == table.name]
        if when is None or referred or any(when.name not in one.columns for one in table.uniques):
            why = f"{', '.join(referred)} refer to it" if referred else "a key of it does not hold the time"
            self.draft.decide(
                "partitioning",
                table.name,
                f"not partitioned, though it {'was said' if said else 'grows past 100 GB'}",
                f"{why}, and keys of a partitioned table hold its partition key",
                unless="references go, or carry the time",
                line=entity.line,
            )
            return
        if when.name not in table.key:
            table.key = (*table.key, when.name)
        table.partitioned = when.name
        unit, seconds, index_bytes = self._unit(table, when, rows)
        unit, seconds = (said, _UNITS[said]) if said else (unit, seconds)
        table.partitions = tuple(self._ranges(table.name, unit))
        table.indexes.append(
            Index(
                name=plain(table.name, when.name, "brin"),
                keys=(quote_identifier(when.name),),
                method="brin",
                why="ranges of time inside a partition: a few pages, because rows come in order",
            )
        )
        self.draft.decide(
            "partitioning",
            table.name,
            f"by {unit} of {when.name}, made for {len(table.partitions) - 2} {unit}s ahead",
            f"{'as was said; ' if said else ''}"
            f"about {size / 2**30:,.0f} GB in two years: a query reads the {unit}s that it asks for, and an old {unit} "
            f"is dropped in an instant; the indexes of one {unit} come to {index_bytes * seconds / 2**30:,.1f} GB "
            f"(modelled), of the {MEMORY * SHARE / 2**30:,.0f} GB that are a quarter of a middling server's memory",
            instead=f"TimescaleDB, chunks of {length_text(seconds)} by the same rule (compression, partitions by "
            "itself): dba timeseries",
            unless="it stays below 100 GB: one table" if size >= _HUGE else "old rows are never dropped: one table",
            line=entity.line,
        )
        self.draft.decide(
            "not enforced",
            table.name,
            f"partitions end {len(table.partitions) - 2} {unit}s from now: somebody makes more",
            "nothing in the server does; rows beyond go to the default partition",
            instead=f"pg_partman, or a job that runs each {unit}",
            line=entity.line,
        )

    def _measure(self, table: Table, size: float, line: int) -> None:
        """Say it where rows are more than a table can hold; its parts, where it is divided, hold as much each."""
        if size > _LARGEST:
            self.draft.decide(
                "volume",
                table.name,
                "larger than one table can be",
                f"about {size / 2**40:,.0f} TB in two years, and a table or a part of one has at most 32 TB",
                instead="parts by a key that every query gives, on several servers (Citus); an analytical store",
                unless="rows are folded into sums and removed: say for how long they are kept",
                line=line,
            )

    def _unit(self, table: Table, when: Column, rows: Rows) -> tuple[str, float, float]:
        """(month, week or day; its seconds; bytes a second that the indexes grow by): the rule of `dba timeseries`."""
        widths = {one.name: one.width for one in table.columns}
        keys = [table.key, *(one.columns for one in table.uniques), *(one.columns for one in table.foreigns)]
        entries = [entry_bytes([widths.get(name, 8.0) for name in {*key, when.name}]) for key in keys if key]
        a_second = max(rows.later - rows.now, rows.later / 2) / _YEARS_SECONDS * sum(entries)
        seconds = chunk_seconds(MEMORY, a_second)
        unit, seconds = next(((name, size) for name, size in _UNITS.items() if seconds >= size), ("day", DAY))
        return unit, seconds, a_second

    def _ranges(self, table: str, unit: str) -> list[tuple[str, str, str]]:
        """(name, from, to) of the partitions, from the one before now on."""
        if unit == "month":
            return self._months(table)
        days = 7 if unit == "week" else 1
        today = self.now.date()
        first = today - timedelta(days=days + (today.weekday() if unit == "week" else 0))
        starts = [first + timedelta(days=days * number) for number in range(_PARTS + 1)]
        return [
            (plain(table, f"{start:%Y %m %d}"), f"{start:%Y-%m-%d} 00:00+00", f"{end:%Y-%m-%d} 00:00+00")
            for start, end in pairwise(starts)
        ]

    def _months(self, table: str) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        first = self.now.year * 12 + self.now.month - 2
        for month in range(first, first + _MONTHS):
            year, number = divmod(month, 12)
            after = divmod(month + 1, 12)
            found.append(
                (
                    plain(table, f"{year} {number + 1:02}"),
                    f"{year}-{number + 1:02}-01 00:00+00",
                    f"{after[0]}-{after[1] + 1:02}-01 00:00+00",
                )
            )
        return found

    # Tenants

    def _policies(self) -> None:
        tenant = self.spec.surroundings.tenant
        for table in self.draft.tables.values():
            column = table.tenant or ("id" if table.entity == tenant else "")
            if not column:
                continue
            name = quote_identifier(table.name)
            allowed = f"{column} = nullif((SELECT current_setting('{self.draft.tenant_setting}', true)), '')::uuid"
            policy = plain(table.name, "of_tenant")
            table.triggers += [
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY {policy} ON {name}\n    USING ({allowed})\n    WITH CHECK ({allowed})",
            ]
