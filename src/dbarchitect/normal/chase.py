"""The two proofs of a decomposition: that no row is lost or made up, and that no dependency needs a join to check."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dbarchitect.normal.dependencies import Attributes, Dependency, closure


def is_lossless(everything: Attributes, parts: Sequence[Attributes], dependencies: Collection[Dependency]) -> bool:
    """Whether the join of the projections on `parts` gives every relation that obeys `dependencies` back.

    The chase of Aho, Beeri and Ullman, "The Theory of Joins in Relational Databases" (1979): a tableau of one row a
    part, with the distinguished symbol (0) where the part has the column, in which rows that agree on a left side are
    made to agree on the right. It is lossless exactly if a row comes to be all zeroes.
    """
    columns = sorted(everything)
    rows = [
        {column: 0 if column in part else number for column in columns} for number, part in enumerate(parts, start=1)
    ]
    changed = True
    while changed:
        changed = False
        for one in dependencies:
            groups: dict[tuple[int, ...], list[dict[str, int]]] = {}
            for row in rows:
                groups.setdefault(tuple(row[column] for column in sorted(one.left)), []).append(row)
            for group in groups.values():
                for column in one.right & everything:
                    symbols = {row[column] for row in group}
                    if len(symbols) > 1:
                        changed = True
                        least = min(symbols)
                        for row in rows:  # a symbol stands for the same value wherever it is in this column
                            if row[column] in symbols:
                                row[column] = least
    return any(not any(row.values()) for row in rows)


def lost_dependencies(parts: Sequence[Attributes], dependencies: Collection[Dependency]) -> tuple[Dependency, ...]:
    """The dependencies that do not follow from the projections on `parts`: what only a join can check.

    Beeri and Honeyman's test, "Preserving Functional Dependencies" (1981): polynomial, without projecting.
    """
    lost: list[Dependency] = []
    for one in dependencies:
        known = set(one.left)
        before = -1
        while len(known) > before:
            before = len(known)
            for part in parts:
                known |= closure(known & part, dependencies) & part
        if not one.right <= known:
            lost.append(one)
    return tuple(lost)
