"""Small plans for the rules that read them: of each rule one on which it speaks, and traps near it.

The text is what EXPLAIN (ANALYZE, BUFFERS) prints, put together by `node`, so that a case shows only what matters.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.model.facts import Facts, TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Column,
    Index,
    IndexKey,
    Relational,
    Table,
    Type,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One plan and what the catalogue says, if anything. `fires`: whether the rule has to speak."""

    rule: str
    fires: bool
    plan: str
    schema: Relational | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A node with its own lines; below it others, each perhaps under a label such as `SubPlan 1`."""

    head: str
    lines: tuple[str, ...]
    below: tuple[Node | tuple[str, Node], ...]

    def text(self, indent: int = 0) -> list[str]:
        """As EXPLAIN indents: two columns for an arrow, six for what stands below one."""
        own = indent + (6 if indent else 2)
        out = [f"{' ' * indent}{'->  ' if indent else ''}{self.head}", *(f"{' ' * own}{one}" for one in self.lines)]
        for one in self.below:
            label, child = one if isinstance(one, tuple) else ("", one)
            if label:
                out.append(f"{' ' * own}{label}")
            out += child.text(own + 2 if label else own)
        return out


def node(
    kind: str,
    *lines: str,
    rows: float,
    ms: float,
    expected: float | None = None,
    loops: int = 1,
    width: int = 8,
    below: tuple[Node | tuple[str, Node], ...] = (),
) -> Node:
    """`rows` and `ms` of one loop, as EXPLAIN prints them; as many rows as came were expected unless told."""
    cost = f"cost=0.00..{max(ms, 0.01) * 100:.2f} rows={expected or rows:.0f} width={width}"
    return Node(f"{kind}  ({cost}) (actual time=0.010..{ms:.3f} rows={rows:.2f} loops={loops})", lines, below)


def plan(root: Node, *after: str, planning: float = 0.1, took: float | None = None) -> str:
    """The whole text; `took` in milliseconds, what the root took unless told."""
    ran = took or float(root.head.split("actual time=")[1].split(" ")[0].split("..")[1])
    tail = [f"Planning Time: {planning:.3f} ms", *after, f"Execution Time: {ran:.3f} ms"]
    return "\n".join([*root.text(), *tail]) + "\n"


CASES: list[Case] = []


def fires(rule: str, text: str, schema: Relational | None = None) -> None:
    CASES.append(Case(rule, True, text, schema))


def quiet(rule: str, why: str, text: str, schema: Relational | None = None) -> None:
    CASES.append(Case(rule, False, text, schema, why))


# --- the catalogue ----------------------------------------------------------------------------------------------------


def public(name: str) -> Name:
    return Name(schema="public", name=name)


def index(name: str, *columns: str, table: str = "t", method: str = "btree") -> Index:
    return Index(
        name=public(name), table=public(table), method=method, keys=tuple(IndexKey(column=one) for one in columns)
    )


def table(name: str = "t", *indexes: Index, collation: str = "", **more: object) -> Table:
    """A table of the columns a to e."""
    columns = tuple(
        Column(
            name=one,
            position=number,
            type=Type(sql="text", name="text"),
            collation=Name(schema="pg_catalog", name=collation) if collation else None,
        )
        for number, one in enumerate("abcde", 1)
    )
    return Table(name=public(name), columns=columns, indexes=indexes, **more)  # type: ignore[arg-type]


def catalogue(*tables: Table, rows: float = 100_000, modified: int = 0, collation: str = "en_US.utf8") -> Relational:
    facts = {str(one.name): TableFacts(rows=rows, modified_since_analyze=modified) for one in tables}
    return Relational(tables=tables, facts=Facts(tables=facts), collation=collation)


WITH_INDEX = catalogue(table("t", index("t_a", "a")))

# --- nodes that many cases have ------------------------------------------------------------------------------------


def scan(condition: str, *, rows: float = 10, removed: float = 99_990, expected: float | None = None) -> Node:
    """A table of 100,000 rows read in 20 ms."""
    return node(
        "Seq Scan on t", f"Filter: {condition}", f"Rows Removed by Filter: {removed:.0f}",
        rows=rows, ms=20, expected=expected,
    )  # fmt: skip


def looped(outer: int, inner: Node, *lines: str, rows: float = 10, ms: float = 500) -> str:
    return plan(node("Nested Loop", *lines, rows=rows, ms=ms, below=(node("Seq Scan on o", rows=outer, ms=1), inner)))
