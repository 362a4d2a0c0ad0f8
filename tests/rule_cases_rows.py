"""Plans for the rules on scans, conditions and joins."""

from __future__ import annotations

from dbarchitect.model.schema import PartitionKey, PartitionOf
from rule_plans import WITH_INDEX, Node, catalogue, fires, index, looped, node, plan, public, quiet, scan, table

# --- scans ------------------------------------------------------------------------------------------------------------


fires("seq-scan-filter", plan(scan("(a = 7)")))
quiet("seq-scan-filter", "a quarter is kept", plan(scan("(a = 7)", rows=25_000, removed=75_000)))
quiet("seq-scan-filter", "the index is there", plan(scan("(a = '7'::text)")), catalogue(table("t", index("t_a", "a"))))

fires("seq-scan-justified", plan(scan("(a > 7)", rows=60_000, removed=40_000)))
quiet("seq-scan-justified", "a few are kept", plan(scan("(a > 7)", rows=9_000, removed=91_000)))
quiet(
    "seq-scan-justified",
    "a Limit stopped it, so what it kept says little",
    plan(node("Limit", rows=9_000, ms=20.1, below=(scan("(a > 7)", rows=9_000, removed=5_000),))),
)


def walk(removed: int, condition: str = "") -> str:
    """The first ten of an index in order of `at`, by a filter on `a`."""
    lines = [f"Index Cond: {condition}"] if condition else []
    return plan(
        node(
            "Limit", rows=10, ms=20.1,
            below=(
                node("Index Scan using t_at on t", *lines, "Filter: (a = 7)", f"Rows Removed by Filter: {removed}",
                     rows=10, ms=20),
            ),
        )
    )  # fmt: skip


fires("wrong-index-order-by", walk(50_000))
quiet("wrong-index-order-by", "the rows come soon", walk(90))
quiet("wrong-index-order-by", "the index is looked up by =", walk(50_000, "(b = 1)"))


def by_index(kept: int, removed: int) -> str:
    return plan(
        node("Index Scan using t_a on t", "Index Cond: (a = 7)", "Filter: (b = 8)",
             f"Rows Removed by Filter: {removed}", rows=kept, ms=20)
    )  # fmt: skip


fires("index-filter", by_index(10, 30_000))
quiet("index-filter", "half of what is fetched is kept", by_index(15_000, 15_000))


def fetched(rows: int, above: str = "", condition: str = "Index Cond: (a > 7)") -> str:
    found = node("Index Scan using t_a on t", *([condition] if condition else ()), rows=rows, ms=100)
    return plan(node(above, rows=1, ms=100.1, below=(found,)) if above else found)


fires("low-selectivity-index", fetched(80_000), WITH_INDEX)
fires("low-selectivity-index", fetched(80_000, "Aggregate"), WITH_INDEX)
quiet("low-selectivity-index", "a tenth of the table", fetched(20_000), WITH_INDEX)
quiet("low-selectivity-index", "the groups need the order", fetched(80_000, "GroupAggregate"), WITH_INDEX)
quiet("low-selectivity-index", "no condition: taken for its order alone", fetched(100_000, condition=""), WITH_INDEX)


def bitmap(exact: int, lossy: int, rechecked: int, rows: int = 500) -> str:
    return plan(
        node(
            "Bitmap Heap Scan on t", "Recheck Cond: (a > 7)", f"Rows Removed by Index Recheck: {rechecked}",
            f"Heap Blocks: exact={exact} lossy={lossy}", rows=rows, ms=50,
            below=(node("Bitmap Index Scan on t_a", "Index Cond: (a > 7)", rows=rows, ms=1),),
        )
    )  # fmt: skip


fires("bitmap-lossy", bitmap(100, 2_000, 90_000))
quiet("bitmap-lossy", "most pages are exact", bitmap(2_000, 100, 90_000))
quiet("bitmap-lossy", "BRIN knows pages only", bitmap(0, 2_000, 90_000))
fires("recheck-waste", bitmap(2_000, 0, 90_000))
quiet("recheck-waste", "work_mem is at fault, not the index", bitmap(100, 2_000, 90_000))
quiet("recheck-waste", "fewer wrong than right", bitmap(2_000, 0, 2_000, rows=9_000))


def only(fetches: int) -> str:
    return plan(
        node("Index Only Scan using t_a on t", "Index Cond: (a > 7)", f"Heap Fetches: {fetches}", rows=50_000, ms=50)
    )


fires("heap-fetches", only(50_000))
quiet("heap-fetches", "a few pages changed", only(900))


def verbose(columns: str, pages: int) -> str:
    return plan(
        node("Index Scan using t_a on public.t", f"Output: {columns}", "Index Cond: (t.a > '7'::text)",
             f"Buffers: shared hit={pages}", rows=5_000, ms=50)
    )  # fmt: skip


fires("ios-candidate", verbose("a, b", 5_100), WITH_INDEX)
quiet("ios-candidate", "three columns more", verbose("a, b, c, d", 5_100), WITH_INDEX)
quiet("ios-candidate", "the table is in the index's order", verbose("a, b", 60), WITH_INDEX)


def along(pages: int, rows: int, condition: str = "((a > 7) AND (b = 8))") -> str:
    return plan(
        node(
            "Index Scan using t_a_b on t", f"Index Cond: {condition}", f"Buffers: shared hit={pages}", rows=rows, ms=50
        )
    )


fires("index-walk", along(4_000, 20))
quiet("index-walk", "a page a row", along(4_000, 3_900))
quiet("index-walk", "a few pages", along(40, 2))


def skipped(searches: int, rows: int, condition: str) -> str:
    return plan(
        node("Index Only Scan using t_a_b on t", f"Index Cond: {condition}", f"Index Searches: {searches}",
             "Buffers: shared hit=900", rows=rows, ms=50)
    )  # fmt: skip


fires("index-searches", skipped(900, 40, "(b = 8)"))
quiet("index-searches", "one descent", skipped(1, 40, "(b = 8)"))
quiet("index-searches", "a list of keys is looked up one by one", skipped(900, 900, "(a = ANY ('{1,2,3}'::integer[]))"))

# --- conditions -------------------------------------------------------------------------------------------------------

fires("func-on-column", plan(scan("(lower(a) = 'x'::text)")))
quiet("func-on-column", "the function is of the constant", plan(scan("(a = lower('X'::text))")))
quiet("func-on-column", "another condition is looked up", plan(scan("((lower(a) = 'x'::text) AND (b = 3))")))
fires("cast-defeats-index", plan(scan("((a)::numeric = 7.0)")))
quiet("cast-defeats-index", "varchar is only relabelled", plan(scan("((a)::text = 'x'::text)")))
fires("leading-wildcard", plan(scan("(a ~~ '%smith%'::text)")))
quiet("leading-wildcard", "the beginning is known", plan(scan("(a ~~ 'smith%'::text)")))
quiet("leading-wildcard", "no three characters", plan(scan("(a ~~ '%ab%'::text)")))
fires("like-no-opclass", plan(scan("(a ~~ 'smith%'::text)")), catalogue(table()))
quiet("like-no-opclass", "bytes order C", plan(scan("(a ~~ 'smith%'::text)")), catalogue(table(), collation="C"))
quiet("like-no-opclass", "the column is C itself", plan(scan("(a ~~ 'smith%'::text)")), catalogue(table(collation="C")))
fires("json-arrow", plan(scan("((a ->> 'k'::text) = 'v'::text)")))
quiet("json-arrow", "containment has its own index", plan(scan('(a @> \'{"k": "v"}\'::jsonb)')))
fires("not-distinct", plan(scan("(NOT (a IS DISTINCT FROM 7))")))
quiet("not-distinct", "IS DISTINCT FROM keeps nearly all", plan(scan("(a IS DISTINCT FROM 7)")))
quiet("not-distinct", "the NOT is of another column", plan(scan("((NOT b) AND (a IS DISTINCT FROM 7))")))
quiet("not-distinct", "another condition is looked up", plan(scan("((NOT (a IS DISTINCT FROM 7)) AND (b = 3))")))


def partitions(condition: str, kept: tuple[int, ...] = (400, 0, 0, 0)) -> str:
    scans = tuple(
        node(f"Seq Scan on t_{number} t", f"Filter: {condition}", f"Rows Removed by Filter: {9_000 - rows}",
             rows=rows, ms=5)
        for number, rows in enumerate(kept, 1)
    )  # fmt: skip
    return plan(node("Append", rows=sum(kept), ms=5.0 * len(kept) + 1, below=scans))


PARTITIONED = catalogue(
    table(
        "t", kind="partitioned", partition_key=PartitionKey(strategy="range", definition="RANGE (a)", columns=("a",))
    ),
    *(
        table(f"t_{number}", partition_of=PartitionOf(parent=public("t"), bound=f"FOR VALUES FROM ({number}) TO (9)"))
        for number in range(1, 5)
    ),
)
fires("no-pruning", partitions("((a)::date = '2024-01-01'::date)"), PARTITIONED)
quiet("no-pruning", "the key is not asked for", partitions("(lower(b) = 'x'::text)"), PARTITIONED)
quiet("no-pruning", "all have rows", partitions("((a)::date > '2024-01-01'::date)", (9, 9, 9, 9)), PARTITIONED)
quiet("no-pruning", "some were left out", partitions("((a)::date = '2024-01-01'::date)", (9, 0, 0)), PARTITIONED)

# --- joins ------------------------------------------------------------------------------------------------------------


fires(
    "nl-inner-seqscan",
    looped(500, node("Seq Scan on t", "Filter: (a = o.id)", "Rows Removed by Filter: 9999", rows=1, ms=0.9, loops=500)),
)
quiet(
    "nl-inner-seqscan",
    "read once",
    looped(1, node("Seq Scan on t", "Filter: (a = o.id)", "Rows Removed by Filter: 9999", rows=1, ms=400)),
)


def hashed(outer: int, joined: int, kind: str = "Hash Join") -> str:
    few = node("Hash", "Buckets: 1024  Batches: 1  Memory Usage: 9kB", rows=outer, ms=1,
               below=(node("Seq Scan on o", rows=outer, ms=0.5),))  # fmt: skip
    return plan(
        node(kind, "Hash Cond: (t.a = o.id)", rows=joined, ms=60,
             below=(node("Seq Scan on t", rows=100_000, ms=40), few))
    )  # fmt: skip


fires("join-reads-all", hashed(20, 100))
quiet("join-reads-all", "most of the table joins", hashed(900, 80_000))
quiet("join-reads-all", "an outer join needs every row", hashed(20, 100, "Hash Left Join"))


def subquery(runs: int, inner: Node) -> str:
    return plan(node("Seq Scan on o", rows=runs, ms=200, below=(("SubPlan 1", inner),)))


fires(
    "subplan-per-row",
    subquery(5_000, node("Index Scan using t_a on t", "Index Cond: (a = o.id)", rows=1, ms=0.03, loops=5_000)),
)
quiet(
    "subplan-per-row",
    "ten runs",
    subquery(10, node("Index Scan using t_a on t", "Index Cond: (a = o.id)", rows=1, ms=15, loops=10)),
)


KEPT = node("Materialize", rows=5_000, ms=0.3, loops=1_000, below=(node("Seq Scan on t", rows=9_000, ms=2),))
LOOKED_FOR = node("Seq Scan on t", "Filter: (a = o.id)", "Rows Removed by Filter: 9", rows=1, ms=0.018, loops=20_000)


def not_in(text: str, inner: Node = KEPT) -> str:
    return plan(
        node("Seq Scan on o", f"Filter: {text}", "Rows Removed by Filter: 900", rows=100, ms=400,
             below=(("SubPlan 1", inner),))
    )  # fmt: skip


fires("not-in-unhashed", not_in("(NOT (ANY (id = (SubPlan 1).col1)))"))
fires("not-in-unhashed", not_in("(NOT (SubPlan 1))"))
quiet("not-in-unhashed", "hashed", not_in("(NOT (ANY (id = (hashed SubPlan 1).col1)))"))
quiet("not-in-unhashed", "IN stops at the first", not_in("(ANY (id = (SubPlan 1).col1))"))
quiet("not-in-unhashed", "NOT EXISTS, as 16 prints it", not_in("(NOT (SubPlan 1))", LOOKED_FOR))
quiet("not-in-unhashed", "NOT EXISTS, as 17 prints it", not_in("(NOT EXISTS(SubPlan 1))", LOOKED_FOR))


def pairs(text: str, removed: int, rows: int = 50) -> str:
    kept = node("Materialize", rows=1_000, ms=0.05, loops=900, below=(node("Seq Scan on t", rows=1_000, ms=1),))
    return looped(900, kept, f"Join Filter: {text}", f"Rows Removed by Join Filter: {removed}", rows=rows)


fires("join-filter-waste", pairs("(t.a < o.b)", 899_950))
quiet("join-filter-waste", "most pairs are kept", pairs("(t.a < o.b)", 100_000, 800_000))
quiet("join-filter-waste", "an OR is another fault", pairs("((t.a = o.b) OR (t.c = o.d))", 899_950))
fires("or-across-tables", pairs("((t.a = 7) OR (o.d = 8))", 899_950))
quiet("or-across-tables", "each half is the join's own", pairs("((t.a = o.b) OR (t.c = o.d))", 899_950))
quiet("or-across-tables", "one table's OR", pairs("((t.a = 7) OR (t.c = 8))", 899_950))


def kept(loops: int, rows: int, text: str = "(t.a < o.b)") -> str:
    below = node("Materialize", rows=rows, ms=0.2, loops=loops, below=(node("Seq Scan on t", rows=rows, ms=1),))
    return looped(loops, below, f"Join Filter: {text}", rows=5_000_000, ms=1_500)


fires("materialize-loops", kept(5_000, 1_000))
quiet("materialize-loops", "few rows each", kept(5_000, 10))
quiet("materialize-loops", "an index is lacking first", kept(5_000, 1_000, "(t.a = o.b)"))


def memo(hits: int, misses: int, evictions: int) -> str:
    below = node(
        "Memoize", "Cache Key: o.b", f"Hits: {hits}  Misses: {misses}  Evictions: {evictions}  Overflows: 0",
        rows=1, ms=0.03, loops=hits + misses,
        below=(node("Index Scan using t_a on t", "Index Cond: (a = o.b)", rows=1, ms=0.005, loops=misses),),
    )  # fmt: skip
    return looped(hits + misses, below, rows=hits + misses, ms=320)


fires("memoize-thrash", memo(500, 9_500, 9_000))
fires("memoize-thrash", memo(500, 9_500, 0))
quiet("memoize-thrash", "nearly all are found", memo(9_500, 500, 0))
