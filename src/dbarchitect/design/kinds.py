"""Kinds of values whose column needs no figures of the field: type, sample, and the pattern of a valid one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How a kind of value is kept: its type, a sample with {n} for a number, bytes of an average one; `pattern` is what
    every value of a column {c} matches, `bad` a value that does not."""

    type: str
    sample: str
    width: float
    pattern: str = ""  # what every value matches
    bad: str = ""  # a value that does not
    why: str = ""


TEXTS: dict[str, Carried] = {
    "slug": Carried(
        type="text",
        sample="'slug-{n}'",
        width=18,
        pattern="{c} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'",
        bad="'No Slug'",
        why="a slug stands in addresses: lower case, digits, single dashes",
    ),
    "email": Carried(
        type="text",
        sample="'person{n}@example.org'",
        width=26,
        pattern="{c} ~ '^[^@[:space:]]+@[^@[:space:]]+$'",
        bad="'nobody'",
        why="something before and after one @; whether it exists only a message tells",
    ),
    "phone": Carried(
        type="text",
        sample="'+4915{n:09}'",
        width=16,
        pattern="{c} ~ '^[+][1-9][0-9]{{6,14}}$'",
        bad="'call me'",
        why="E.164, so that equal numbers are equal",
    ),
    "url": Carried(
        type="text",
        sample="'https://example.org/{n}'",
        width=32,
        pattern="{c} ~ '^https?://'",
        bad="'example'",
        why="an address with its scheme",
    ),
    "word": Carried(
        type="text",
        sample="'Name {n}'",
        width=15,
        pattern="btrim({c}) <> ''",
        bad="'   '",
        why="a name of blanks is none",
    ),
    "identifier": Carried(
        type="text",
        sample="'ID-{n}'",
        width=10,
        pattern="btrim({c}) <> ''",
        bad="''",
        why="an empty code tells nothing apart",
    ),
    "file": Carried(
        type="text",
        sample="'objects/{n}'",
        width=48,
        pattern="{c} <> ''",
        bad="''",
        why="the key of an object in a store; the bytes stay out of the database",
    ),
    "text": Carried(type="text", sample="'Some text {n}'", width=300),
    "secret": Carried(
        type="text",
        sample="'$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo{n}'",
        width=97,
        pattern="char_length({c}) >= 32",
        bad="'secret'",
        why="a hash, never the secret: nothing as short as a password fits",
    ),
}
OTHERS: dict[str, Carried] = {
    "boolean": Carried(type="boolean", sample="false", width=1),
    "date": Carried(type="date", sample="date '2024-01-01' + {n} % 700", width=4),
    "time": Carried(type="time", sample="time '08:00' + {n} % 600 * interval '1 minute'", width=8),
    "moment": Carried(
        type="timestamptz", sample="timestamptz '2024-01-01 00:00+00' + {n} * interval '1 hour'", width=8
    ),
    "period": Carried(
        type="tstzrange",
        width=22,
        pattern="NOT isempty({c})",
        bad="'empty'",
        why="a period without any moment in it is a mistake",
        sample="tstzrange(timestamptz '2024-01-01 00:00+00' + {n} * interval '1 hour', "
        "timestamptz '2024-01-01 00:30+00' + {n} * interval '1 hour')",
    ),
    "duration": Carried(
        type="interval",
        sample="interval '1 minute' * (1 + {n} % 90)",
        width=16,
        pattern="{c} >= interval '0'",
        bad="interval '-1 hour'",
        why="nothing lasts less than no time",
    ),
    "uuid": Carried(type="uuid", sample="'00000000-0000-4000-8000-{n:012x}'::uuid", width=16),
    "json": Carried(type="jsonb", sample="'{{\"n\": {n}}}'::jsonb", width=200),
    "ip": Carried(type="inet", sample="'10.0.0.0'::inet + {n}", width=10),
    "tags": Carried(
        type="text[]",
        sample="ARRAY['tag {n}']",
        width=60,
        pattern="array_position({c}, NULL) IS NULL",
        bad="ARRAY[NULL]::text[]",
        why="a tag that is nothing",
    ),
}
