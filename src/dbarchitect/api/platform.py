"""`dba platform`: what hosts a database, which door of it a URL leads to, and what holds there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dbarchitect.engines.postgres.platforms import endpoint, ways_in
from dbarchitect.errors import InputError
from dbarchitect.model.platform import PLATFORMS, TITLES, PlatformName, PlatformReport, Told

from .choose import facts_of, lists_of

# The facts of a platform that are told, in this order.
ASKED = ("connections", "pooler_clients", "pool_size", "suspend", "grants", "storage_max")

# The commands of `--copy-with` and `--drop-copy-with`. Options as neonctl 5.0 and the CLI of Supabase 3.1 print them.
_COPIES: dict[PlatformName, tuple[str, str, str]] = {
    "neon": (
        'neon branches create --name "$DBA_COPY" >&2 && neon connection-string "$DBA_COPY"',
        'neon branches delete "$DBA_COPY"',
        "a branch, which holds the same rows from the start; the connection string without --pooled is the direct one",
    ),
    "supabase": (
        'supabase branches create "$DBA_COPY" --with-data >&2 && for try in $(seq 60); do '
        'url=$(supabase branches get "$DBA_COPY" -o env 2>/dev/null '
        '| sed -n \'s/^POSTGRES_URL_NON_POOLING="*\\([^"]*\\)"*$/\\1/p\'); '
        '[ -n "$url" ] && echo "$url" && exit 0; sleep 5; done; exit 1',
        'supabase branches delete "$DBA_COPY"',
        "a preview branch, with the rows by --with-data (paid plans); it takes minutes until it answers",
    ),
}


def platform(given: str, *, facts: Sequence[Path] = (), today: date) -> PlatformReport:
    """What is known of the platform of a URL, or of one that is named.

    Raises `InputError` for another server's URL and for a name of none.
    """
    door = endpoint(given)
    by_name: dict[str, PlatformName] = {one: one for one in PLATFORMS}
    named = door.platform if door is not None else by_name.get(given.lower())
    if named is None:
        other = "this URL is no door of theirs" if "://" in given else f"{given} is neither"
        raise InputError(
            f"dba platform knows Neon and Supabase, and {other}",
            hint="dba platform neon, dba platform supabase, or the URL of a database there",
        )
    book = facts_of(tuple(facts))
    keys = [key for key in ASKED if book.get(f"{named}.{key}") is not None]
    told = tuple(
        Told(about=key.replace("_", " "), says=fact.figure, source=fact.source, date=str(fact.date))
        for key in keys
        if (fact := book[f"{named}.{key}"])
    )
    has = lists_of(tuple(facts))[named]
    copy_with, drop_copy_with, note = _COPIES[named]
    book.used = {f"{named}.{key}" for key in keys}
    return PlatformReport(
        platform=named,
        title=TITLES[named],
        door=door,
        past=ways_in(door) if door is not None else "",
        facts=told,
        copy_with=copy_with,
        drop_copy_with=drop_copy_with,
        copy_note=note,
        extensions=tuple(sorted(has.known)),
        extensions_terms=has.terms,
        extensions_refused=has.refused,
        extensions_source=has.source,
        extensions_date=str(has.date),
        warnings=(*book.old(today), *has.old(named, today)),
    )
