"""Words that PostgreSQL keeps for itself.

`RESERVED` are the words that `pg_get_keywords()` of PostgreSQL 18.6 gives with catcode R (reserved) or T (reserved, but
can be a function or a type): none of them can be the bare name of a table or a column. PostgreSQL 12 has the same but
for `system_user` (16). Words of catcode C are missing here: as names of tables and columns they need no quotes.
"""

from __future__ import annotations

RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
    leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
    session_user some symmetric system_user table then to trailing true union unique user using variadic when where
    window with

    authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
    natural notnull outer overlaps right similar tablesample verbose
    """.split()  # noqa: SIM905
)
