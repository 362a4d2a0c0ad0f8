"""Indexes that are planned with and never built: CREATE INDEX on an emptied table, then a file of the right size.

The size comes from the caller (a real index's) or from the models in `sizes.py`, fed by the twin's own statistics and,
for what only the planner can tell (a predicate's selectivity, the distinct combinations of columns), by the planner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import psycopg

from dbarchitect.errors import InputError
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index

from . import pages, sizes
from .ddl import create_index_sql
from .sizes import IndexSize, KeyGroup, align
from .storage import Storage

_POISSON_FROM = 1.02  # rows a key from which distinct keys are taken to repeat at random, not by rounding
_BUILT_PAGES = 16  # an index built on an empty table is never longer

_KEYS = """
select i.indexrelid::bigint, i.indrelid::bigint, m.amname, c.relfilenode::bigint, i.indisunique, i.indnkeyatts::int,
       h.relname, hn.nspname, c.reloptions,
       (select jsonb_agg(jsonb_build_object(
            'column', ha.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
            'length', a.attlen, 'align', a.attalign::text, 'not_null', coalesce(ha.attnotnull, false),
            'sql', pg_catalog.pg_get_indexdef(i.indexrelid, a.attnum, true),
            'equal_image', a.attnum <= i.indnkeyatts and exists (
                select from pg_catalog.pg_opclass o join pg_catalog.pg_amproc p on p.amprocfamily = o.opcfamily
                     and p.amproclefttype = o.opcintype and p.amprocrighttype = o.opcintype and p.amprocnum = 4
                left join pg_catalog.pg_collation l on l.oid = a.attcollation
                where o.oid = i.indclass[a.attnum - 1] and coalesce(l.collisdeterministic, true)))
          order by a.attnum)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_attribute ha on ha.attrelid = i.indrelid and ha.attnum = i.indkey[a.attnum - 1]
                                             and i.indkey[a.attnum - 1] > 0
        where a.attrelid = i.indexrelid),
       pg_catalog.pg_get_expr(i.indpred, i.indrelid)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = c.relam
join pg_catalog.pg_class h on h.oid = i.indrelid
join pg_catalog.pg_namespace hn on hn.oid = h.relnamespace
where i.indexrelid = any(%s::oid[]) and c.relkind = 'i'
"""

_TREE = """
with recursive tree as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = %s and c.relname = %s
    union all select i.inhrelid from pg_catalog.pg_inherits i join tree t on t.oid = i.inhparent)
select c.oid::bigint from tree join pg_catalog.pg_class c using (oid) where c.relkind in ('r', 'm')
"""


@dataclass(frozen=True, slots=True)
class _Key:
    """One key or included column, as the built index has it."""

    column: str | None
    sql: str
    type: str
    length: int
    align: int
    nullable: bool
    equal_image: bool
    included: bool


@dataclass(frozen=True, slots=True)
class _Built:
    """A physical index on an empty table: what the size model starts from."""

    oid: int
    method: str
    filenode: int
    unique: bool
    table: Name
    keys: tuple[_Key, ...]
    options: Mapping[str, str]
    predicate: str | None


def _describe(connection: psycopg.Connection[Any], oids: Sequence[int]) -> list[_Built]:
    built: list[_Built] = []
    for oid, _, method, filenode, unique, key_count, table, schema, options, keys, predicate in connection.execute(
        _KEYS, [list(oids)]
    ).fetchall():
        built.append(
            _Built(
                oid=oid,
                method=method,
                filenode=filenode,
                unique=unique,
                table=Name(schema=schema, name=table),
                keys=tuple(
                    _Key(
                        column=key["column"],
                        sql=key["sql"],
                        type=key["type"],
                        length=key["length"],
                        align={"c": 1, "s": 2, "i": 4, "d": 8}[key["align"]],
                        nullable=not key["not_null"],
                        equal_image=key["equal_image"],
                        included=number >= key_count,
                    )
                    for number, key in enumerate(keys)
                ),
                options=dict(option.split("=", 1) for option in options or ()),
                predicate=predicate,
            )
        )
    return built


class SizeModel:
    """Estimates indexes of one private database from its statistics (`columns`, keyed as in `Facts`)."""

    def __init__(
        self, connection: psycopg.Connection[Any], columns: Mapping[str, tuple[ColumnStatistics, ...]]
    ) -> None:
        self._connection = connection
        self._columns = columns

    def estimate(self, built: _Built) -> IndexSize:
        """The size that CREATE INDEX would leave on the table as the statistics describe it."""
        where = f" where {built.predicate}" if built.predicate else ""
        rows, _ = self._plan(f"select 1 from only {built.table}{where}")
        if self._is_empty(built.table):
            rows = 0.0
        if built.method == "btree":
            return self._btree(built, rows, where)
        if built.method == "brin":
            return self._brin(built, rows)
        if built.method == "hash":
            return sizes.hash_index(rows, self._distinct(built, rows, where))
        if built.method == "gin":
            return self._gin(built, rows)
        width = sum(self._width(built, key) for key in built.keys)
        fill = {"gist": 0.75, "spgist": 0.7}.get(built.method, 0.85)
        return sizes.search_tree(rows, key_size=width, fill=fill)

    def statistics(self, built: _Built, key: _Key) -> ColumnStatistics | None:
        """Statistics of a plain column, or None."""
        if key.column is None:
            return None
        return next(
            (one for one in self._columns.get(str(built.table), ()) if one.column == key.column and not one.inherited),
            None,
        )

    def key_size(self, built: _Built) -> float:
        """Mean bytes of a tuple with the key columns alone: what inner pages of a B-tree hold."""
        return 8 + sum(self._width(built, key) for key in built.keys if not key.included)

    def _plan(self, query: str) -> tuple[float, int]:
        """The planner's (rows, width) for a query of our own making."""
        row = self._connection.execute(cast("Any", f"explain (format json) {query}")).fetchone()
        assert row is not None
        top = row[0][0]["Plan"]
        return float(top["Plan Rows"]), int(top["Plan Width"])

    def _is_empty(self, table: Name) -> bool:
        row = self._connection.execute(
            "select reltuples = 0 or (reltuples < 0 and relpages = 0) from pg_catalog.pg_class "
            "where oid = %s::regclass", [str(table)]
        ).fetchone()  # fmt: skip
        return bool(row and row[0])

    def _null_fraction(self, built: _Built, key: _Key) -> float:
        one = self.statistics(built, key)
        if one is None or not key.nullable or (built.predicate and "IS NOT NULL" in built.predicate):
            return 0.0
        return one.null_fraction

    def _width(self, built: _Built, key: _Key) -> float:
        """Mean bytes of a stored value that is not null."""
        if key.length > 0:
            return key.length
        one = self.statistics(built, key)
        if one is not None and one.average_width:
            return one.average_width
        _, width = self._plan(f"select {key.sql} from only {built.table}")
        return width

    def _tuple_size(self, widths: Sequence[tuple[float, int, int]], *, has_null: bool) -> float:
        """Bytes of an index tuple with these (width, length, alignment) columns; aligned, a mean where widths vary."""
        offset = 16.0 if has_null else 8.0  # IndexTupleData, with its null bitmap
        for width, length, alignment in widths:
            # A short varlena (below 127 bytes) has a one-byte header and no alignment.
            step = 1 if length == -1 and width < 127 else alignment
            offset = math.ceil(offset / step) * step + width if step > 1 else offset + width
        if all(length > 0 for _, length, _ in widths):
            return align(offset)
        return offset

    def _sample_sizes(self, type_: str, literal: str | None) -> list[int]:
        """Stored bytes of each value of an array literal, with the short header it has on disk."""
        if literal is None or type_.endswith("[]"):  # arrays of arrays do not unnest into their elements
            return []
        row = self._connection.execute(
            cast(
                "Any",
                f"""select array(select pg_catalog.pg_column_size(value)
                                 from unnest(%s::{type_}[]) with ordinality as u(value, place) order by place)""",
            ),
            [literal],
        ).fetchone()
        return [] if row is None else [size - 3 if size <= 129 else size for size in row[0]]

    def _single_key_groups(self, built: _Built, rows: float, one: ColumnStatistics) -> list[KeyGroup]:
        """Keys of a one-column index: each common value by itself, the others alike, NULL as one more key."""
        key = built.keys[0]
        frequencies = one.most_common_frequencies or ()
        nulls = self._null_fraction(built, key)
        distinct = -one.n_distinct * rows if one.n_distinct < 0 else one.n_distinct
        if key.length > 0:
            common = [key.length] * len(frequencies)
            other = float(align(8 + key.length))
        else:
            common = self._sample_sizes(key.type, one.most_common_values)
            bounds = self._sample_sizes(key.type, one.histogram_bounds)
            sample = [align(8 + size) for size in bounds]
            # Without a histogram the mean width stands for all, half an alignment step of padding added.
            other = sum(sample) / len(sample) if sample else 8 + self._width(built, key) + 3.5
        groups = [
            KeyGroup(keys=1, rows_per_key=frequency * rows, tuple_size=align(8 + size))
            for frequency, size in zip(frequencies, common, strict=False)
            if frequency * rows >= 1
        ]
        rest = max(0.0, 1 - nulls - sum(frequencies)) * rows
        keys = max(0.0, distinct - len(frequencies))
        if rest >= 1:
            keys = min(max(1.0, keys), rest)
            each = rest / keys
            groups.append(KeyGroup(keys=keys, rows_per_key=each, tuple_size=other, exact=each < _POISSON_FROM))
        if nulls * rows >= 1:
            groups.append(KeyGroup(keys=1, rows_per_key=nulls * rows, tuple_size=16))
        return groups

    def _distinct(self, built: _Built, rows: float, where: str) -> list[tuple[float, float]]:
        """(keys, rows per key) of the combinations of the key columns."""
        one = self.statistics(built, built.keys[0])
        if len(built.keys) == 1 and one is not None and not where:
            return [(group.keys, group.rows_per_key) for group in self._single_key_groups(built, rows, one)]
        keys = ", ".join(key.sql for key in built.keys if not key.included)
        groups, _ = self._plan(f"select {keys} from only {built.table}{where} group by {keys}")
        groups = max(1.0, min(groups, rows))
        return [(groups, rows / groups)]

    def _btree(self, built: _Built, rows: float, where: str) -> IndexSize:
        keys = [key for key in built.keys if not key.included]
        deduplicate = (
            not built.unique
            and len(keys) == len(built.keys)
            and all(key.equal_image for key in keys)
            and built.options.get("deduplicate_items", "on").lower() not in ("off", "false", "0", "no")
            and self._connection.info.server_version >= 130000
        )
        fill_factor = int(built.options.get("fillfactor", 90))
        if rows < 1:
            return IndexSize(pages=1, rows=0.0, height=0)
        one = self.statistics(built, built.keys[0])
        if len(built.keys) == 1 and one is not None and not where:
            groups = self._single_key_groups(built, rows, one)
        else:
            widths = [(self._width(built, key), key.length, key.align) for key in built.keys]
            not_null = 1.0
            for key in built.keys:
                not_null *= 1 - self._null_fraction(built, key)
            size = self._tuple_size(widths, has_null=False)
            if any(length <= 0 for _, length, _ in widths):
                size = self._mean_aligned(built, size)
            with_null = self._tuple_size(widths, has_null=True)
            mean = not_null * size + (1 - not_null) * min(with_null, size + 8)
            if built.unique and not_null > 0.999:
                groups = [KeyGroup(keys=rows, rows_per_key=1, tuple_size=mean)]
            else:
                groups = [
                    KeyGroup(keys=count, rows_per_key=each, tuple_size=mean, exact=each < _POISSON_FROM)
                    for count, each in self._distinct(built, rows, where)
                ]
        total = sizes.btree(groups, deduplicate=deduplicate, fill_factor=fill_factor)
        return IndexSize(pages=total.pages, rows=rows, height=total.height)

    def _mean_aligned(self, built: _Built, size: float) -> float:
        """Mean aligned size where one text-like column varies: its sampled values in place of its mean width."""
        varying = [key for key in built.keys if key.length <= 0]
        if len(varying) == 1:
            one = self.statistics(built, varying[0])
            if one is not None:
                sample = self._sample_sizes(varying[0].type, one.histogram_bounds) or self._sample_sizes(
                    varying[0].type, one.most_common_values
                )
                rest = size - self._width(built, varying[0])
                if sample:
                    return sum(align(rest + width) for width in sample) / len(sample)
        return size + 3.5

    def _brin(self, built: _Built, rows: float) -> IndexSize:
        row = self._connection.execute(
            "select pg_catalog.pg_relation_size(%s::regclass) / 8192", [str(built.table)]
        ).fetchone()
        summary = 5 + sum(2 * align(self._width(built, key)) for key in built.keys)  # header, nulls, minimum, maximum
        return sizes.brin(
            int(row[0]) if row else 0,
            rows,
            pages_per_range=int(built.options.get("pages_per_range", 128)),
            summary_size=summary,
        )

    def _gin(self, built: _Built, rows: float) -> IndexSize:
        key = built.keys[0]
        one = self.statistics(built, key)
        per_row = max(1.0, self._width(built, key) / 8)
        if one is not None and one.element_count_histogram:
            per_row = max(1.0, one.element_count_histogram[-1])
        elif "trgm" in key.sql or key.type in ("text", "character varying"):
            per_row = max(1.0, self._width(built, key))  # one trigram a character
        postings = rows * per_row
        entries = min(postings, 40_000.0 if key.type in ("text", "character varying") else 10 * math.sqrt(postings))
        return sizes.gin(entries=entries, rows=rows, postings=postings, entry_size=8)


class HypotheticalIndexes:
    """Creates and drops indexes on a twin's empty tables. `connection`: a superuser's, autocommit."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        storage: Storage,
        columns: Mapping[str, tuple[ColumnStatistics, ...]],
    ) -> None:
        self._connection = connection
        self._storage = storage
        self._model = SizeModel(connection, columns)

    def create(self, index: Index, size: IndexSize | None = None) -> IndexSize:
        """Make the planner see `index`. Returns its size: the one given, else the model's (summed over partitions).

        Raises `InputError` where PostgreSQL refuses the definition.
        """
        connection = self._connection
        tables = [row[0] for row in connection.execute(_TREE, [index.table.schema, index.table.name]).fetchall()]
        before = self._indexes_of(tables)
        try:
            with connection.transaction(), self._storage.emptied(tables):
                connection.execute(cast("Any", create_index_sql(index)))
        except psycopg.Error as err:
            raise InputError(f"PostgreSQL refuses the index {index.name}: {err.diag.message_primary or err}") from err
        made = _describe(connection, sorted(self._indexes_of(tables) - before))
        if any(one.method != "btree" for one in made):
            connection.execute("checkpoint")  # so that the pages that the build left are on disk
        placed: list[IndexSize] = []
        for one in made:
            own = size if size is not None else self._model.estimate(one)
            self.place(one, own)
            placed.append(own)
        return IndexSize(
            pages=sum(own.pages for own in placed),
            rows=sum(own.rows for own in placed),
            height=max((own.height or 0 for own in placed), default=None),
        )

    def place(self, built: _Built, size: IndexSize) -> None:
        """Give an index that exists on an empty table its pages, tuples and height."""
        self._storage.place([(built.oid, size.pages, self.content(built, size), size.pages, size.rows, 0)])

    def content(self, built: _Built, size: IndexSize) -> bytes:
        """The first pages of an index's file: what the planner reads of it."""
        if built.method == "btree":
            return pages.btree_skeleton(min(size.height or 0, max(0, size.pages - 2)))
        first = self._storage.read(built.filenode, _BUILT_PAGES)
        if built.method == "gin":
            if not size.entries:  # a real index's size without its inner counts: the model's proportions
                model = self._model.estimate(built)
                share = model.entry_pages / max(1, model.entry_pages + model.data_pages)
                entry_pages = max(1, round((size.pages - 2) * share))
                size = replace(
                    size,
                    entries=round(model.entries * entry_pages / max(1, model.entry_pages)),
                    entry_pages=entry_pages,
                    data_pages=max(0, size.pages - 2 - entry_pages),
                )
            counts = {"entry": size.entry_pages, "data": size.data_pages, "entries": size.entries}
            meta = pages.gin_metapage(first[: pages.BLOCK], total=size.pages, **counts)
            return meta + first[pages.BLOCK :]
        if built.method == "brin":
            revmap = size.revmap_pages or self._model.estimate(built).revmap_pages
            return pages.brin_metapage(first[: pages.BLOCK], last_revmap_page=revmap) + first[pages.BLOCK :]
        return first

    def describe(self, oids: Sequence[int]) -> list[_Built]:
        """Physical indexes by oid, for `place`, `content` and `estimate`."""
        return _describe(self._connection, oids)

    def estimate(self, built: _Built) -> IndexSize:
        """The size model's answer for an index that exists here."""
        return self._model.estimate(built)

    def key_size(self, built: _Built) -> float:
        """Mean bytes of a tuple with the key columns alone."""
        return self._model.key_size(built)

    def drop(self, name: Name) -> None:
        """Remove an index that `create` made."""
        self._connection.execute(cast("Any", f"drop index {name}"))

    def _indexes_of(self, tables: Sequence[int]) -> set[int]:
        rows = self._connection.execute(
            "select indexrelid::bigint from pg_catalog.pg_index where indrelid = any(%s::oid[])", [list(tables)]
        ).fetchall()
        return {row[0] for row in rows}
