"""Roll-up: a trait that most of a schema shares is one finding about the schema, not one a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.value import to_json

DATABASE = ObjectRef(kind="database")  # unnamed: the same schema has other database names elsewhere

SHARE = 0.8  # share of the candidates from which a trait belongs to the schema
MANY = 5  # up to so many findings are worth a line each


def is_systemic(found: int, of: int, *, share: float = SHARE, many: int = MANY) -> bool:
    """Whether so many of those that could have a trait are one finding."""
    return found > many and found >= share * of


def asked(message: str) -> str:
    """`message` as a question."""
    return message if "?" in message else f"{message}: is that meant?"


def roll_up(
    found: Sequence[Finding],
    message: str,
    *,
    of: int,
    share: float = SHARE,
    many: int = MANY,
    deviations: Sequence[ObjectRef] = (),
    at: ObjectRef = DATABASE,
) -> Iterator[Finding]:
    """Yield `found` as it is, or as ONE finding at `at`, usually the database, where the trait is systemic.

    It is systemic where more than `many` objects have it and at least `share` of the `of` that could. The finding
    has the worst member's severity and first experiment, every member in `also` and every fix. `message` is the
    systemic sentence; up to three `deviations` (those that could have the trait and do not) are named after it.
    """
    if not is_systemic(len(found), of, share=share, many=many):
        yield from found
        return
    first = next((one for one in found if one.experiment is not None), found[0])
    fix = {to_json(change): change for one in found for change in one.fix}  # the same index may serve two of them
    also = dict.fromkeys(ref for one in found for ref in (one.at, *one.also))
    mended = sum(bool(one.fix) for one in found)
    if 0 < mended < len(found):
        message = f"{message}; the changes given mend {mended} of them"
    if deviations:
        named = ", ".join(ref.short for ref in deviations[:3]) + (", ..." if len(deviations) > 3 else "")
        message = f"{message}; not so: {named}"
    asks = all(one.asks for one in found)
    yield Finding(
        rule=first.rule,
        severity=max((one.severity for one in found), key=lambda severity: severity.rank),
        certainty=first.certainty,
        at=at,
        message=asked(message) if asks else message,
        why=first.why,
        unless=first.unless,
        also=tuple(also),
        facts={"found": len(found), "of": of, "deviations": len(deviations), "mended": mended},
        fix=tuple(fix.values()),
        asks=asks,
        experiment=first.experiment,
    )
