"""What ANALYZE saw of a column: the sample values of `pg_stats`, read from the array literals they are kept as."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.facts import ColumnStatistics


def array_items(literal: str) -> Iterator[str]:
    """The elements of a one-dimensional array literal as `array_out` prints it; NULLs are left out."""
    item, quoted, escaped, was_quoted = "", False, False, False
    for character in literal.strip()[1:]:
        if escaped:
            item, escaped = item + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted, was_quoted = not quoted, True
        elif character in ",}" and not quoted:
            if was_quoted or (item and item != "NULL"):
                yield item
            item, was_quoted = "", False
        else:
            item += character


def sample(statistics: ColumnStatistics) -> list[str]:
    """Most common values, then histogram bounds, as text."""
    return [
        item
        for literal in (statistics.most_common_values, statistics.histogram_bounds)
        if literal
        for item in array_items(literal)
    ]
