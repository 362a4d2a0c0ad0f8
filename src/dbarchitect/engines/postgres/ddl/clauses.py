"""Clauses that several statements share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dbarchitect.model.names import quote_identifier, quote_literal


def comment_on(target: str, comment: str | None) -> Iterable[str]:
    """COMMENT ON where there is one to make."""
    if comment is not None:
        yield f"COMMENT ON {target} IS {quote_literal(comment)}"


def comment_change(target: str, before: str | None, after: str | None) -> Iterable[str]:
    """COMMENT ON where the comment differs."""
    if before != after:
        yield f"COMMENT ON {target} IS {'NULL' if after is None else quote_literal(after)}"


def name_list(identifiers: Sequence[str]) -> str:
    """Quoted names with commas."""
    return ", ".join(map(quote_identifier, identifiers))


def options(given: Mapping[str, str]) -> str:
    """Storage parameters. Values are quoted: no spelling of a number, a word or a list needs a closer look then."""
    return ", ".join(
        f"{'.'.join(map(quote_identifier, key.split('.', 1)))}={quote_literal(value)}" for key, value in given.items()
    )


def foreign_options(given: Mapping[str, str]) -> str:
    """Options of a foreign table or column: for its wrapper to understand."""
    return ", ".join(f"{quote_identifier(key)} {quote_literal(value)}" for key, value in given.items())


def foreign_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What turns the options before into those after."""
    changes = [f"DROP {quote_identifier(key)}" for key in before if key not in after]
    for key, value in after.items():
        if before.get(key) != value:
            changes.append(f"{'SET' if key in before else 'ADD'} {quote_identifier(key)} {quote_literal(value)}")
    return ", ".join(changes)
