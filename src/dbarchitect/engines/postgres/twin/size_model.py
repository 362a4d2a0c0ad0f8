"""What the size formulas of `sizes.py` need to know about an index, from column statistics and the planner.

Sampled values (the most common ones and the histogram's bounds) are measured where means are too coarse: `pg_stats`
keeps widths as whole numbers, and an expression has no statistics before its index is built, but can be computed over
its columns' samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import psycopg

from dbarchitect.engines.postgres.arrays import parse_array
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import sizes
from dbarchitect.engines.postgres.twin.sampled import Measured, measure
from dbarchitect.engines.postgres.twin.sizes import IndexSize, KeyGroup, align
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import Name, quote_identifier

_REPEATS_FROM = 1.02  # rows a key from which a key's rows scatter as if drawn at random
_ROW_HEADER = 24  # of a composite value; behind it a value stands as it is stored, with its short header
_UNKNOWN_DISTINCT = 200  # DEFAULT_NUM_DISTINCT of src/include/utils/selfuncs.h

_DESCRIBE = """
select i.indexrelid::bigint, m.amname, c.relfilenode::bigint, i.indisunique, i.indnkeyatts::int,
       h.relname, hn.nspname, c.reloptions,
       (select jsonb_agg(jsonb_build_object(
            'column', ha.attname,
            'type', pg_catalog.format_type(coalesce(ha.atttypid, a.atttypid), coalesce(ha.atttypmod, a.atttypmod)),
            'length', a.attlen, 'align', a.attalign::text, 'not_null', coalesce(ha.attnotnull, false),
            'sql', pg_catalog.pg_get_indexdef(i.indexrelid, a.attnum, true),
            'opclass', (select o.opcname from pg_catalog.pg_opclass o where a.attnum <= i.indnkeyatts
                        and o.oid = i.indclass[a.attnum - 1]),
            'columns', (select coalesce(jsonb_agg(distinct d.refobjsubid), '[]') from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
                          and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = i.indrelid
                          and d.refobjsubid > 0),
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
       pg_catalog.pg_get_expr(i.indpred, i.indrelid), i.indrelid::bigint
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = c.relam
join pg_catalog.pg_class h on h.oid = i.indrelid
join pg_catalog.pg_namespace hn on hn.oid = h.relnamespace
where i.indexrelid = any(%s::oid[]) and c.relkind = 'i'
"""

_COLUMNS = """
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
from pg_catalog.pg_attribute a where a.attrelid = %s::oid and a.attnum = any(%s::int[])
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One key or included column of a physical index. `length` is `typlen`, `align` in bytes."""

    column: str | None
    sql: str
    type: str
    length: int
    align: int
    nullable: bool
    equal_image: bool
    included: bool
    opclass: str
    reads: tuple[int, ...]  # columns of the table that the index's expressions read


@dataclass(frozen=True, slots=True)
class PhysicalIndex:
    """An index as it stands in a private database: what its size is computed from."""

    oid: int
    method: str
    filenode: int
    unique: bool
    table: Name
    table_oid: int
    keys: tuple[Key, ...]
    options: Mapping[str, str] = field(hash=False)
    predicate: str | None

    @property
    def sorted_keys(self) -> tuple[Key, ...]:
        """The keys without the included columns."""
        return tuple(key for key in self.keys if not key.included)


def describe(connection: psycopg.Connection[Any], oids: Sequence[int]) -> list[PhysicalIndex]:
    """Physical indexes (not partitioned ones) by oid."""
    return [
        PhysicalIndex(
            oid=oid,
            method=method,
            filenode=filenode,
            unique=unique,
            table=Name(schema=schema, name=table),
            table_oid=table_oid,
            keys=tuple(
                Key(
                    column=key["column"],
                    sql=key["sql"],
                    type=key["type"],
                    length=key["length"],
                    align={"c": 1, "s": 2, "i": 4, "d": 8}[key["align"]],
                    nullable=not key["not_null"],
                    equal_image=key["equal_image"],
                    included=number >= key_count,
                    opclass=key["opclass"] or "",
                    reads=tuple(key["columns"]) if key["column"] is None else (),
                )
                for number, key in enumerate(keys)
            ),
            options=dict(option.split("=", 1) for option in options or ()),
            predicate=predicate,
        )
        for (
            oid, method, filenode, unique, key_count, table, schema, options, keys, predicate, table_oid,
        ) in connection.execute(_DESCRIBE, [list(oids)]).fetchall()
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Values:
    """What is known of a key's values: stored sizes of common ones with their frequencies, of others, how many
    differ."""

    common: tuple[tuple[float, int], ...]  # (share of the rows, bytes)
    others: tuple[int, ...]  # bytes
    null_fraction: float
    distinct: float
    width: float  # mean bytes


class SizeModel:
    """Estimates indexes of one private database. `columns`: its statistics, keyed as in `Facts`."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        owner: psycopg.Connection[Any],
        columns: Mapping[str, tuple[ColumnStatistics, ...]],
        read: Callable[[int, int], bytes],
    ) -> None:
        """`read` gives the first blocks of a relation as the server has them: (relfilenode, blocks). `connection` reads
        the catalogue; what evaluates types and expressions is asked of `owner`, a session that is no superuser's."""
        self._connection = connection
        self._owner = owner
        self._read = read
        self._columns = columns
        # Both over frozen values; sizes of tables do not change under a model.
        self._measured = cache(self._measure)
        self._table_rows = cache(self._planned_table_rows)
        self._statistics_target = int(self._query("select current_setting('default_statistics_target')")[0])

    def estimate(self, index: PhysicalIndex) -> IndexSize:
        """The size that CREATE INDEX would leave on the table as the statistics describe it."""
        total = self._table_rows(index.table)
        rows = total
        if index.predicate and total:
            with suppress(psycopg.Error):  # a function in it may refuse to be planned
                rows = min(total, self._plan_rows(f"select 1 from only {index.table} where {index.predicate}"))
        match index.method:
            case "btree":
                return self._btree(index, rows, total)
            case "brin":
                return self._brin(index, rows)
            case "hash":
                groups = self._distinct_keys(index, rows, total)
                return sizes.hash_index(rows, [(groups, rows / groups)] if groups else [])
            case "gin":
                return self._gin(index, rows)
            case "hnsw" | "ivfflat":
                size = self.values(index, index.keys[0], total).width
                if index.method == "hnsw":
                    return sizes.hnsw(rows, vector_size=size, m=int(index.options.get("m", 16)))
                return sizes.ivfflat(rows, vector_size=size, lists=int(index.options.get("lists", 100)))
            case _:
                return self._tree(index, rows, total)

    def tuple_size(self, index: PhysicalIndex) -> float:
        """Mean bytes of a tuple with the key columns alone: what inner pages of a B-tree hold."""
        total = self._table_rows(index.table)
        return 8 + sum(self.values(index, key, total).width for key in index.sorted_keys)

    def _query(self, query: str, parameters: Sequence[object] = ()) -> tuple[Any, ...]:
        row = self._connection.execute(cast("Any", query), parameters).fetchone()
        assert row is not None
        return row

    def _plan_rows(self, query: str) -> float:
        row = one_statement(self._owner, f"explain (format json) {query}").fetchone()
        assert row is not None
        return float(row[0][0]["Plan"]["Plan Rows"])

    def _planned_table_rows(self, table: Name) -> float:
        """The planner's count; 0 for a table that is known to be empty."""
        row = self._query("select reltuples, relpages from pg_catalog.pg_class where oid = %s::regclass", [str(table)])
        if row[0] == 0 or (row[0] < 0 and row[1] == 0):
            return 0.0
        return self._plan_rows(f"select 1 from only {table}")

    def statistics(self, table: Name, column: str | None) -> ColumnStatistics | None:
        """Statistics of a plain column of one table, or None."""
        return next(
            (one for one in self._columns.get(str(table), ()) if one.column == column and not one.inherited), None
        )

    def values(self, index: PhysicalIndex, key: Key, rows: float) -> _Values:
        """What is known of one key's values over the whole table."""
        return self._measured(index, key, rows)

    def _measure(self, index: PhysicalIndex, key: Key, rows: float) -> _Values:
        one = self.statistics(index.table, key.column)
        if one is not None:
            nulls = one.null_fraction if key.nullable else 0.0
            return self._with_samples(key, one, nulls, self._distinct_values(one, rows))
        if key.column is None:
            return self._expression(index, key)
        width = key.length if key.length > 0 else 33.0  # the planner's own guess for unknown text (get_typavgwidth)
        return _Values(common=(), others=(), null_fraction=0.0, distinct=_UNKNOWN_DISTINCT, width=width)

    def _distinct_values(self, one: ColumnStatistics, rows: float) -> float:
        """How many values a column has.

        ANALYZE estimates it over the whole sample (Haas and Stokes 1998, eq. 2 and 25), which common values and a
        unique rest together pull far down. Its formula is turned round to see how many of the sample's other values
        stood alone, and applied again to those rows only.
        """
        distinct = -one.n_distinct * rows if one.n_distinct < 0 else one.n_distinct or _UNKNOWN_DISTINCT
        frequencies = one.most_common_frequencies or ()
        if not frequencies or distinct <= len(frequencies):
            return max(1.0, distinct)
        filled = 1 - one.null_fraction
        total = rows * filled
        sample = min(rows, 300.0 * self._statistics_target) * filled
        if sample <= 0 or sample >= total:
            return max(1.0, distinct)
        alone = (distinct - len(frequencies)) * sample / (sample + distinct * (1 - sample / total))
        share = max(0.0, 1 - sum(frequencies) / filled)
        rest, rest_total = sample * share, total * share
        alone = min(alone, rest)
        if rest < 1 or alone < 1:
            return max(1.0, distinct)
        others = rest * alone / (rest - alone + alone * rest / rest_total)
        return max(distinct, len(frequencies) + min(others, rest_total))

    def _with_samples(self, key: Key, one: ColumnStatistics, nulls: float, distinct: float) -> _Values:
        frequencies = one.most_common_frequencies or ()
        if key.length > 0:
            common = [key.length] * len(frequencies)
            others: list[int] = []
            width = float(key.length)
        else:
            common = self._stored_sizes(key.type, one.most_common_values)
            others = self._stored_sizes(key.type, one.histogram_bounds)
            weighted = [*zip(frequencies, common, strict=False)]
            rest = max(0.0, 1 - nulls - sum(frequencies))
            if others or weighted:
                other = sum(others) / len(others) if others else one.average_width
                filled = rest + sum(frequencies)
                width = (sum(share * size for share, size in weighted) + rest * other) / filled if filled else other
            else:
                width = one.average_width + 0.5  # a mean that was cut to a whole number
        return _Values(
            common=tuple(zip(frequencies, common, strict=False)),
            others=tuple(others),
            null_fraction=nulls,
            distinct=max(1.0, distinct),
            width=width,
        )

    def _stored_sizes(self, type_: str, literal: str | None) -> list[int]:
        """Stored bytes of each value of an array literal, with the short header it has on disk."""
        if literal is None or type_.endswith("[]"):  # arrays of arrays do not unnest into their elements
            return []
        query = f"""select array(select pg_catalog.pg_column_size(row(value)) - {_ROW_HEADER}
                                 from unnest(%s::{_escaped(type_)}[]) with ordinality as u(value, place)
                                 order by place)"""
        try:
            row = self._owner.execute(cast("Any", query), [literal]).fetchone()
        except psycopg.Error:  # values that the type refuses: a domain whose check has changed since
            return []
        return list(row[0]) if row else []

    def _sample_rows(self, index: PhysicalIndex, reads: Sequence[int]) -> tuple[str, list[str]] | None:
        """A FROM item of sampled values under the columns' names, and its parameters. None without samples."""
        items: list[str] = []
        parameters: list[str] = []
        for column, type_ in self._connection.execute(_COLUMNS, [index.table_oid, list(reads)]).fetchall():
            one = self.statistics(index.table, column)
            if one is None or type_.endswith("[]"):
                return None
            literals = [text for text in (one.histogram_bounds, one.most_common_values) if text is not None]
            if not literals:
                return None
            arrays = " || ".join([f"%s::{_escaped(type_)}[]"] * len(literals))
            items.append(f"unnest({arrays}) as {_escaped(quote_identifier(column))}")
            parameters += literals
        return (f"(select {', '.join(items)}) as sampled", parameters) if items else None

    def _expression(self, index: PhysicalIndex, key: Key) -> _Values:
        """An expression, computed over its columns' sampled values."""
        fallback = _Values(
            common=(),
            others=(),
            null_fraction=0.0,
            distinct=max(1.0, self._planned_groups(index, key)),
            width=key.length if key.length > 0 else 12.0,
        )
        sample = self._sample_rows(index, key.reads)
        if sample is None:
            return fallback
        source, parameters = sample
        try:
            query = f"""select count(*), count(distinct value::text), count(*) - count(value),
                               array_agg(pg_catalog.pg_column_size(row(value)) - {_ROW_HEADER})
                                   filter (where value is not null)
                        from (select {_escaped(key.sql)} as value from {source}) as computed"""
            row = self._owner.execute(cast("Any", query), parameters).fetchone()
            assert row is not None
            sampled, distinct, nulls, found = row
        except psycopg.Error:  # an expression that some sampled combination refuses
            return fallback
        if not sampled or not found:
            return fallback
        # Few different results over the sample: these are all there are; else as many as the planner thinks.
        total = float(distinct) if distinct < 0.6 * sampled else fallback.distinct
        return _Values(
            common=(),
            others=tuple(found),
            null_fraction=nulls / sampled,
            distinct=max(1.0, total),
            width=key.length if key.length > 0 else sum(found) / len(found),
        )

    def _planned_groups(self, index: PhysicalIndex, key: Key) -> float:
        """The planner's count of an expression's different values; the default for types that have no equality."""
        try:
            return self._plan_rows(f"select {key.sql} from only {index.table} group by 1")
        except psycopg.Error:
            return _UNKNOWN_DISTINCT

    def _distinct_keys(self, index: PhysicalIndex, rows: float, total: float) -> float:
        """Distinct combinations of the key columns among `rows` of the table's `total` rows.

        The planner's own estimate clamps several columns to a tenth of the rows (estimate_num_groups); here it is
        the expected number of occupied cells when rows fall on independent columns' combinations at random.
        """
        if rows < 1:
            return 0.0
        cells = math.prod(self.values(index, key, total).distinct for key in index.sorted_keys)
        keys = _occupied(cells, total) if len(index.sorted_keys) > 1 else min(cells, total)
        return max(1.0, min(rows, _thinned(keys, total, rows)))

    def _btree(self, index: PhysicalIndex, rows: float, total: float) -> IndexSize:
        deduplicate = (
            not index.unique
            and len(index.sorted_keys) == len(index.keys)
            and all(key.equal_image for key in index.sorted_keys)
            and index.options.get("deduplicate_items", "on").lower() not in ("off", "false", "0", "no")
            and self._connection.info.server_version >= 130000
        )
        fill_factor = int(index.options.get("fillfactor", 90))
        if rows < 1:
            return IndexSize(pages=1, rows=0.0, height=0)
        if len(index.keys) == 1 and not index.unique:
            groups = self._single_key_groups(index, rows, total)
        else:
            groups = self._combined_groups(index, rows, total)
        size = sizes.btree(groups, deduplicate=deduplicate, fill_factor=fill_factor)
        return IndexSize(pages=size.pages, rows=rows, height=size.height)

    def _single_key_groups(self, index: PhysicalIndex, rows: float, total: float) -> list[KeyGroup]:
        """Keys of a one-column index: each common value by itself, the others alike, NULL as one more key."""
        key = index.keys[0]
        known = self.values(index, key, total)
        nulls = 0.0 if index.predicate and "IS NOT NULL" in index.predicate else known.null_fraction
        groups: list[KeyGroup] = []
        common = known.common if rows == total else ()  # a predicate may single out or leave out any of them
        for share, size in common:
            if share * rows >= 1:
                groups.append(KeyGroup(keys=1, rows_per_key=share * rows, tuple_size=align(8 + size)))
        rest = max(0.0, 1 - nulls - sum(share for share, _ in common)) * rows
        if rest >= 1:
            keys = _thinned(known.distinct, total * (1 - known.null_fraction), rest) - len(common)
            keys = min(max(1.0, keys), rest)
            each = rest / keys
            groups.append(
                KeyGroup(
                    keys=keys, rows_per_key=each, tuple_size=self._mean_tuple(key, known), exact=each < _REPEATS_FROM
                )
            )
        if nulls * rows >= 1:
            groups.append(KeyGroup(keys=1, rows_per_key=nulls * rows, tuple_size=16))
        return groups

    def _mean_tuple(self, key: Key, known: _Values) -> float:
        """Mean aligned bytes of a tuple with one key that is not a common value."""
        if key.length > 0:
            return align(8 + key.length)
        if known.others:
            return sum(align(8 + size) for size in known.others) / len(known.others)
        return 8 + known.width + 3.5  # half an alignment step

    def _combined_groups(self, index: PhysicalIndex, rows: float, total: float) -> list[KeyGroup]:
        """Keys of an index of several columns (or a unique one): tuples of a mean size, keys at random."""
        offset = 8.0
        spread: tuple[int, ...] = ()
        varying = [key for key in index.keys if key.length <= 0]
        no_null = 1.0
        for key in index.keys:
            known = self.values(index, key, total)
            no_null *= 1 - known.null_fraction
            if key.length > 0:
                offset = math.ceil(offset / key.align) * key.align + key.length
            elif len(varying) == 1 and known.others:
                spread = known.others
            else:
                offset += known.width
        if spread:
            size = sum(align(offset + one) for one in spread) / len(spread)
        else:
            size = offset + 3.5 if varying else float(align(offset))
        size = no_null * size + (1 - no_null) * (size + 4)  # a null bitmap, less the value that is not there
        if index.unique and no_null > 0.999:
            return [KeyGroup(keys=rows, rows_per_key=1, tuple_size=size)]
        keys = min(rows, self._distinct_keys(index, rows, total))
        return [KeyGroup(keys=keys, rows_per_key=rows / keys, tuple_size=size, exact=rows / keys < _REPEATS_FROM)]

    def _brin(self, index: PhysicalIndex, rows: float) -> IndexSize:
        total = self._table_rows(index.table)
        summary = 8.0  # header and null bits
        for key in index.keys:
            width = self.values(index, key, total).width
            if "minmax_multi" in key.opclass:
                summary += 16 + 32 * width  # values_per_range
            else:
                summary = math.ceil(summary / key.align) * key.align + 2 * width
        return sizes.brin(
            int(self._blocks(index.table)),
            rows,
            pages_per_range=int(index.options.get("pages_per_range", 128)),
            summary_size=summary,
        )

    def _gin(self, index: PhysicalIndex, rows: float) -> IndexSize:
        """Terms as the operator class finds them in a sample; more of them as the table is larger than the sample."""
        heap_pages = self._blocks(index.table)
        found = self._sampled(index, rows)
        if found is None or rows < 1:
            return sizes.gin(entries=min(rows, 1000.0), postings=rows * 5, rows=rows, heap_pages=heap_pages)
        postings = found.tuples * rows / found.rows
        # n different values show e(n) = all * n / (n + k) terms (Michaelis and Menten); e(n) and e(n / 2) give all.
        half, whole = found.entries_of_half, found.entries
        entries = min(postings, half * whole / max(1, 2 * half - whole))
        common = sizes.gin(entries=entries, postings=postings, rows=rows, heap_pages=heap_pages)
        rare, more = self._rare_elements(index, rows)
        if not rare:
            return common
        # Apart, for their lists are short: those of the common ones have trees of their own.
        others = sizes.gin(entries=rare, postings=more, rows=rows, heap_pages=heap_pages)
        return replace(
            common,
            pages=common.pages + others.pages - 2,
            entries=common.entries + others.entries,
            entry_pages=common.entry_pages + others.entry_pages,
            data_pages=common.data_pages + others.data_pages,
        )

    def _rare_elements(self, index: PhysicalIndex, rows: float) -> tuple[float, float]:
        """(how many elements the statistics leave out, in how many rows they are): `pg_stats` lists the common ones of
        arrays and text vectors alone. What a row has besides these follows in frequency as the listed ones fall."""
        (key, *others) = index.keys
        one = self.statistics(index.table, key.column) if key.column and not others else None
        if one is None or not one.most_common_elements or not one.most_common_element_frequencies:
            return 0.0, 0.0
        elements = parse_array(one.most_common_elements)
        shares = sorted(one.most_common_element_frequencies[: len(elements)], reverse=True)
        if one.element_count_histogram:
            each = one.element_count_histogram[-1]  # the mean
        else:  # a text vector: an entry of four bytes, the word, its place, aligned (tsvector's ts_type.h)
            letters = sum(map(len, elements)) / len(elements)
            each = max(0.0, one.average_width - 5) / (4 + letters + 4.5)
        left = each - sum(shares)
        if left <= 0.01 * each or shares[-1] <= 0:
            return 0.0, 0.0
        filled = rows * (1 - one.null_fraction)
        more = left * filled
        return min(more, zipf_tail(shares, left)), more

    def _tree(self, index: PhysicalIndex, rows: float, total: float) -> IndexSize:
        """GiST, SP-GiST and whatever else an extension brings: as on a sample, as many pages for each further row."""
        found = self._sampled(index, rows)
        if found is not None:
            return IndexSize(pages=max(1, round(found.pages + (rows - found.rows) * found.pages_per_row)), rows=rows)
        width = sum(self.values(index, key, total).width for key in index.keys)
        return sizes.search_tree(rows, key_size=width, fill={"gist": 0.75, "spgist": 0.7}.get(index.method, 0.85))

    def _blocks(self, table: Name) -> float:
        return float(self._query("select pg_catalog.pg_relation_size(%s::regclass) / 8192", [str(table)])[0])

    def _sampled(self, index: PhysicalIndex, rows: float) -> Measured | None:
        """The index built on rows made from its columns' statistics, where there are enough of them."""
        plain = [key.column for key in index.keys if key.column is not None]
        read = sorted({number for key in index.keys for number in key.reads})
        columns = self._connection.execute(
            """select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a
               where a.attrelid = %s::oid and (a.attnum = any(%s::int[]) or a.attname = any(%s::text[]))""",
            [index.table_oid, read, plain],
        ).fetchall()
        return measure(
            self._connection,
            self._owner,
            self._read,
            definition=self._query("select pg_catalog.pg_get_indexdef(%s::oid)", [index.oid])[0],
            table=str(index.table),
            predicate=index.predicate,
            method=index.method,
            columns=[(name, type_, self.statistics(index.table, name)) for name, type_ in columns],
            rows=rows,
        )


def zipf_tail(shares: Sequence[float], left: float) -> float:
    """How many more elements share `left` occurrences a row, if their frequencies go on to fall as those of the listed
    ones do: as a power of their rank (Zipf), from the last one on. Infinite where they fall too fast to reach it."""
    last, count = shares[-1], len(shares)
    rank = count // 10 + 1  # not the first, which are too few to tell a law by
    steepness = math.log(shares[rank - 1] / last) / math.log(count / rank) if rank < count else 0.0
    rest = 1.0 - steepness
    if abs(rest) < 1e-3:
        exponent = left / (last * count)
        return count * math.expm1(exponent) if exponent < 600 else math.inf
    # The integral of last * (count / k) ** steepness from count to n is `left`.
    reached = 1.0 + left * rest / (last * count)
    if reached <= 0:
        return math.inf
    power = math.log(reached) / rest
    return count * math.expm1(power) if power < 600 else math.inf


def _escaped(sql: str) -> str:
    """Text for a query with parameters, in which a percent sign is a placeholder."""
    return sql.replace("%", "%%")


def _occupied(cells: float, rows: float) -> float:
    """Expected number of occupied cells when `rows` fall on `cells` at random (Cardenas 1975)."""
    if cells <= 0:
        return 0.0
    return cells * -math.expm1(-rows / cells)


def _thinned(keys: float, rows: float, kept: float) -> float:
    """Expected number of `keys` on `rows` rows, equally many each, left when `kept` rows are (Yao 1977)."""
    if keys <= 0 or rows <= 0 or kept >= rows:
        return max(0.0, keys)
    return keys * -math.expm1(rows / keys * math.log1p(-min(kept / rows, 1 - 1e-12)))
