"""`dba check --against`: what was there before, as findings that are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from dbarchitect.codesources import is_code
from dbarchitect.errors import DbaError, InputError, SurroundingsError
from dbarchitect.model.finding import Finding, Gap, Review, Suppressed
from dbarchitect.review.novelty import novel
from dbarchitect.revisions import at_revision

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def known_against(
    source: str, against: str, review: Callable[[str], Review]
) -> tuple[tuple[Finding, ...], tuple[Gap, ...]]:
    """The findings of `against`: another source, or a revision of the file or folder `source`. `review` reviews one.

    A path that the revision does not have yet has none. Raises `InputError` that says it is about the base.
    """
    if _URL.match(against) or Path(against).exists():
        return _reviewed(against, against, review), ()
    is_module = is_code(source) and not source.endswith((".prisma", ".ts")) and not Path(source).is_dir()
    if _URL.match(source) or Path(source).suffix == ".twin" or is_module:
        raise InputError(
            f"--against {against}: no such file or folder",
            hint="git has the past of schema files and migrations alone; of a server or a .twin, name another source",
        )
    with at_revision(Path(source), against) as base:
        if base is None:
            return (), (Gap(kind="base", name=against, effect=f"it has no {source} yet: all that is found is new"),)
        return _reviewed(str(base), against, review), ()


def _reviewed(base: str, called: str, review: Callable[[str], Review]) -> tuple[Finding, ...]:
    try:
        found = review(base)
    except DbaError as err:
        kind = InputError if isinstance(err, InputError) else SurroundingsError
        raise kind(f"the base {called}: {err.message}", hint=err.hint) from err
    return found.findings


def only_new(
    findings: Sequence[Finding], known: Sequence[Finding], against: str
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """Split `findings` into what is new beside `known`, and the rest."""
    new = novel(findings, known)
    keys = [one.key for one in new]
    old: list[Suppressed] = []
    for one in findings:
        if one.key in keys:
            keys.remove(one.key)
        else:
            old.append(Suppressed(finding=one, by="the base", reason=f"known in {against}"))
    return new, tuple(old)
