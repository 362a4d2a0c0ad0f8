"""Plans for the rules on order, memory, estimates and on the query as a whole."""

from __future__ import annotations

from dbarchitect.model.schema import ForeignKey
from rule_plans import (
    WITH_INDEX,
    Node,
    catalogue,
    fires,
    index,
    node,
    plan,
    public,
    quiet,
    scan,
    table,
)

# --- order, limits, CTEs ----------------------------------------------------------------------------------------------

LIMITED = node("Limit", rows=20, ms=90.1, below=(node("Index Scan using t_a on t", rows=40_020, ms=90),))
fires("large-offset", plan(LIMITED))
quiet("large-offset", "it stopped where it had enough",
      plan(node("Limit", rows=20, ms=90.1, below=(node("Index Scan using t_a on t", rows=20, ms=90),))))  # fmt: skip


def top(rows: int, key: str = "a DESC") -> str:
    sort = node("Sort", f"Sort Key: {key}", "Sort Method: top-N heapsort  Memory: 25kB", rows=10, ms=50,
                below=(node("Seq Scan on t", rows=rows, ms=30),))  # fmt: skip
    return plan(node("Limit", rows=10, ms=50.1, below=(sort,)))


fires("sort-for-topn", top(100_000))
quiet("sort-for-topn", "few rows", top(5_000))
quiet("sort-for-topn", "no index has that order", top(100_000, "(random())"))
quiet("sort-for-topn", "the index is there", top(100_000, "a"), WITH_INDEX)


def incremental(groups: int) -> str:
    return plan(
        node("Incremental Sort", "Sort Key: a, b", "Presorted Key: a",
             f"Full-sort Groups: {groups}  Sort Method: quicksort  Average Memory: 30kB  Peak Memory: 30kB",
             rows=100_000, ms=90, below=(node("Index Scan using t_a on t", rows=100_000, ms=30),))
    )  # fmt: skip


fires("incremental-sort-groups", incremental(3_000))
quiet("incremental-sort-groups", "a few groups", incremental(12))


def cte(inside: Node, *scans: Node) -> str:
    """A CTE and what reads it: one scan, or two that are joined."""
    made = ("CTE big", inside)
    if len(scans) == 1:
        return plan(Node(scans[0].head, scans[0].lines, (made,)))
    return plan(node("Nested Loop", rows=10, ms=1_200, below=(made, *scans)))


MADE = node("Seq Scan on t", rows=100_000, ms=30)
FILTERED = node("CTE Scan on big", "Filter: (a = 7)", "Rows Removed by Filter: 99990", rows=10, ms=70)
fires("cte-fence", cte(MADE, FILTERED))
quiet("cte-fence", "read twice: made once for both", cte(MADE, FILTERED, FILTERED))
quiet("cte-fence", "all of it is used", cte(MADE, node("CTE Scan on big", rows=100_000, ms=70)))
quiet(
    "cte-fence",
    "a recursion cannot be inlined",
    cte(node("Recursive Union", rows=100_000, ms=30, below=(node("Seq Scan on t", rows=1, ms=1),)), FILTERED),
)


def rescanned(loops: int) -> str:
    again = node("CTE Scan on big b", "Filter: (a = o.id)", "Rows Removed by Filter: 999", rows=1, ms=1_000 / loops,
                 loops=loops)  # fmt: skip
    return cte(node("Seq Scan on t", rows=1_000, ms=1), node("Seq Scan on o", rows=loops, ms=1), again)


fires("cte-rescan", rescanned(900))
quiet("cte-rescan", "twice", rescanned(2))


def extreme(output: str, *lines: str, kind: str = "Aggregate") -> str:
    below = node("Seq Scan on public.t", "Output: a, b", *lines, rows=90_000, ms=40)
    return plan(node(kind, f"Output: {output}", rows=1, ms=60, below=(below,)))


fires("extreme-without-index", extreme("max(a)"))
quiet("extreme-without-index", "a sum needs all rows", extreme("max(a), sum(b)"))
quiet("extreme-without-index", "of the rows that a filter keeps", extreme("max(a)", "Filter: (t.b = 7)"))
quiet("extreme-without-index", "the index is there", extreme("max(a)"), WITH_INDEX)

# --- memory -----------------------------------------------------------------------------------------------------------


def sort(method: str) -> str:
    return plan(node("Sort", "Sort Key: a", f"Sort Method: {method}", rows=90_000, ms=90,
                     below=(node("Seq Scan on t", rows=90_000, ms=30),)))  # fmt: skip


fires("sort-spill", sort("external merge  Disk: 9000kB"))
quiet("sort-spill", "in memory", sort("quicksort  Memory: 9000kB"))


def hash_join(batches: int, written: int) -> str:
    temp = f"Buffers: shared hit=900, temp read={written} written={written}"
    inner = node("Hash", f"Buckets: 1024  Batches: {batches}  Memory Usage: 1000kB", rows=50_000, ms=20,
                 below=(node("Seq Scan on o", rows=50_000, ms=9),))  # fmt: skip
    return plan(node("Hash Join", "Hash Cond: (t.a = o.id)", temp, rows=90_000, ms=90,
                     below=(node("Seq Scan on t", rows=90_000, ms=20), inner)))  # fmt: skip


fires("hash-spill", hash_join(16, 900))
quiet("hash-spill", "one batch", hash_join(1, 0))
quiet("hash-spill", "less than a megabyte", hash_join(2, 60))


def temporary(written: int, kind: str = "Function Scan on generate_series") -> str:
    return plan(node(kind, f"Buffers: temp read={written} written={written}", rows=300_000, ms=90))


fires("temp-io", temporary(2_000))
quiet("temp-io", "a few pages", temporary(200))
quiet(
    "temp-io",
    "the sort below wrote them",
    plan(
        node("WindowAgg", "Buffers: temp read=2000 written=2000", rows=9_000, ms=90,
             below=(node("Sort", "Sort Key: a", "Sort Method: external merge  Disk: 9000kB",
                         "Buffers: temp read=2000 written=2000", rows=9_000, ms=30),))
    ),
)  # fmt: skip


def stored(where: str) -> str:
    return plan(node("WindowAgg", f"Storage: {where}  Maximum Storage: 9000kB", rows=90_000, ms=90))


fires("mat-spill", stored("Disk"))
quiet("mat-spill", "in memory", stored("Memory"))

# --- estimates --------------------------------------------------------------------------------------------------------

LOOKUP = node("Index Scan using o_id on o", "Index Cond: (id = t.a)", rows=1, ms=0.01, loops=50_000)


def above(below: Node, inner: Node = LOOKUP, kind: str = "Nested Loop") -> str:
    return plan(node(kind, rows=50_000, ms=600, expected=9, below=(below, inner)))


def seen(condition: str, expected: float, rows: float = 50_000) -> Node:
    return scan(condition, rows=rows, removed=100_000 - rows, expected=expected)


BUILT = node("Hash", "Buckets: 1024  Batches: 1  Memory Usage: 9kB", rows=900, ms=1,
             below=(node("Seq Scan on o", rows=900, ms=1),))  # fmt: skip
fires("nl-misestimate", above(seen("(a = 7)", 9)))
quiet("nl-misestimate", "as many as expected", above(seen("(a = 7)", 40_000)))
quiet("nl-misestimate", "it was hashed all the same", above(seen("(a = 7)", 9), BUILT, "Hash Join"))
fires("row-misestimate", above(seen("(a = 7)", 9), BUILT, "Hash Join"))
quiet("row-misestimate", "a few times", above(seen("(a = 7)", 9_000), BUILT, "Hash Join"))
quiet("row-misestimate", "nothing was chosen on it", plan(seen("(a = 7)", 9)))
fires("correlated-columns", above(seen("((a = 7) AND (b = 8))", 9), BUILT, "Hash Join"))
quiet("correlated-columns", "one column", above(seen("(a = 7)", 9), BUILT, "Hash Join"))
quiet("correlated-columns", "as many as expected", above(seen("((a = 7) AND (b = 8))", 9_000), BUILT, "Hash Join"))
fires("stale-stats", plan(seen("(a > 7)", 9)), catalogue(table(), modified=60_000))
quiet("stale-stats", "hardly changed since", plan(seen("(a > 7)", 9)), catalogue(table(), modified=900))
quiet("stale-stats", "the estimate holds", plan(seen("(a > 7)", 40_000)), catalogue(table(), modified=60_000))

GUESSED = scan("(lower(a) = 'x'::text)", rows=9, removed=99_991, expected=500)
fires("default-estimate", plan(GUESSED), catalogue(table()))
quiet("default-estimate", "of a column there are statistics",
      plan(scan("(a = 'x'::text)", rows=9, removed=99_991, expected=500)), catalogue(table()))  # fmt: skip
quiet("default-estimate", "the guess was near", plan(seen("(lower(a) = 'x'::text)", 500, 700)), catalogue(table()))
quiet("default-estimate", "a Limit stopped it", plan(node("Limit", rows=9, ms=20.1, below=(GUESSED,))),
      catalogue(table()))  # fmt: skip

# --- the query as a whole ---------------------------------------------------------------------------------------------


def compiled(ms: float) -> str:
    return plan(
        node("Seq Scan on t", rows=90_000, ms=60), "JIT:", "  Functions: 9",
        "  Options: Inlining false, Optimization false, Expressions true, Deforming true",
        f"  Timing: Generation 1.0 ms, Inlining 0.0 ms, Optimization 1.0 ms, Emission 1.0 ms, Total {ms:.1f} ms",
    )  # fmt: skip


fires("jit-overhead", compiled(30))
quiet("jit-overhead", "a tenth", compiled(6))
fires("planning-time", plan(node("Result", rows=1, ms=2), planning=40))
quiet("planning-time", "the query takes longer", plan(node("Result", rows=1, ms=90), planning=40))
quiet("planning-time", "both take little", plan(node("Result", rows=1, ms=2), planning=4))

CHILD = table(
    "c", constraints=(ForeignKey(name="c_a_fkey", columns=("a",), target=public("t"), target_columns=("a",)),)
)
INDEXED = table("c", index("c_a_b", "a", "b", table="c"), constraints=CHILD.constraints)


def deleted(ms: float, calls: int) -> str:
    gone = node("Delete on t", rows=0, ms=1, below=(node("Seq Scan on t", rows=calls, ms=0.5),))
    return plan(gone, f"Trigger for constraint c_a_fkey: time={ms:.3f} calls={calls}", took=ms + 1)


fires("fk-trigger", deleted(900, 20), catalogue(CHILD))
fires("fk-trigger", deleted(900, 20))
quiet("fk-trigger", "look-ups by an index", deleted(9, 900), catalogue(CHILD))
quiet("fk-trigger", "the index is there: it is the rows that cascade", deleted(900, 20), catalogue(INDEXED))


def gathered(planned: int, launched: int, ms: float = 90, rows: int = 9, below: float = 80) -> str:
    child = node("Parallel Seq Scan on t", rows=rows, ms=below, loops=launched + 1)
    lines = (f"Workers Planned: {planned}", f"Workers Launched: {launched}")
    return plan(node("Gather", *lines, rows=rows * (launched + 1), ms=ms, below=(child,)))


fires("workers-missing", gathered(4, 0))
fires("workers-missing", gathered(4, 2))
quiet("workers-missing", "all came", gathered(2, 2))
fires("parallel-overhead", gathered(2, 2, below=2))
quiet("parallel-overhead", "the work is below", gathered(2, 2))
quiet("parallel-overhead", "many rows are handed over", gathered(2, 2, rows=90_000, below=2))


def reads(ms: float) -> str:
    return plan(
        node("Seq Scan on t", "Buffers: shared hit=9 read=9000", f"I/O Timings: shared read={ms:.3f}", rows=9, ms=90)
    )


fires("io-bound", reads(80))
quiet("io-bound", "a third", reads(30))


def generic(condition: str, expected: int, rows: int, removed: int = 0) -> str:
    lines = (f"Filter: {condition}", f"Rows Removed by Filter: {removed}")
    return plan(node("Index Scan using t_b on t", *lines, rows=rows, ms=90, expected=expected))


fires("generic-plan", generic("(a = $1)", 10, 80_000))
fires("generic-plan", generic("(a = $1)", 30_000, 0, 90_000))
quiet("generic-plan", "planned for its values", generic("(a = 7)", 10, 80_000))
quiet("generic-plan", "as many as expected", generic("(a = $1)", 60_000, 80_000))
quiet("generic-plan", "an index is lacking, for any value", generic("(a = $1)", 1, 1, 90_000))
fires("wide-row", plan(node("Seq Scan on t", rows=90_000, ms=90, width=3_000)))
quiet("wide-row", "a few of them", plan(node("Seq Scan on t", rows=900, ms=90, width=3_000)))
quiet("wide-row", "they stay where they are",
      plan(node("Insert on t", rows=90_000, ms=99, width=3_000,
                below=(node("Seq Scan on t", rows=90_000, ms=90, width=3_000),))))  # fmt: skip
fires("disabled-node", plan(node("Seq Scan on t", "Disabled: true", rows=9, ms=9)))
quiet("disabled-node", "switched on", plan(node("Seq Scan on t", rows=9, ms=9)))
OLD = "Seq Scan on t  (cost=10000000000.00..10000001693.00 rows=9 width=8)"
fires("disabled-node", f"Aggregate  (cost=10000001693.10..10000001693.11 rows=1 width=8)\n  ->  {OLD}\n")
quiet(
    "disabled-node",
    "all pairs of two large tables cost as much",
    "Aggregate  (cost=12500030000.00..12500030000.01 rows=1 width=8)\n"
    "  ->  Nested Loop  (cost=0.00..10000030000.00 rows=1000000000000 width=0)\n"
    "        ->  Seq Scan on t  (cost=0.00..14425.00 rows=1000000 width=0)\n"
    "        ->  Materialize  (cost=0.00..21925.00 rows=1000000 width=0)\n"
    "              ->  Seq Scan on o  (cost=0.00..14425.00 rows=1000000 width=0)\n",
)


def dirtied(pages: int, kind: str = "Aggregate") -> str:
    line = f"Buffers: shared hit=9 read=9000 dirtied={pages}"
    return plan(node(kind, line, rows=1, ms=90, below=(node("Seq Scan on t", line, rows=90_000, ms=80),)))


fires("dirtied-on-select", dirtied(8_000))
quiet("dirtied-on-select", "a few pages", dirtied(80))
quiet("dirtied-on-select", "FOR UPDATE writes its locks", dirtied(8_000, "LockRows"))
quiet("dirtied-on-select", "it is there to write", dirtied(8_000, "Update on t"))


def serialized(ms: float) -> str:
    line = f"Serialization: time={ms:.3f} ms  output=90000kB  format=text"
    return plan(node("Seq Scan on t", rows=90_000, ms=60), line, took=60 + ms)


fires("serialize-cost", serialized(50))
quiet("serialize-cost", "a tenth", serialized(6))
