"""The findings about repeated statements that are accepted: a file in the repository, so that only new ones fail.

A line a finding: its key (kind, parent, child and call site without its line), and what it is about for the reader.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from dbarchitect.errors import InputError
from dbarchitect.model.nplusone import NPlusOne

FORMAT = "dbarchitect.n-plus-one-baseline/1"


class _Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    accepted: dict[str, str]


def accepted_in(text: bytes | str, file: str) -> frozenset[str]:
    """The keys in a baseline's text. Raises `InputError` for what is none."""
    again = f"delete {file} and write it again"
    try:
        read = msgspec.json.decode(text, type=_Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise InputError(f"{file} is not a baseline of repeated statements: {err}", hint=again) from err
    if read.format != FORMAT:
        raise InputError(f"{file} has the format {read.format!r}, not {FORMAT!r}", hint=again)
    return frozenset(read.accepted)


def baseline_text(findings: Iterable[NPlusOne]) -> bytes:
    """The baseline that accepts `findings`, sorted, so that it can be compared line by line."""
    return baseline_of({one.key: about(one) for one in findings})


def baseline_of(accepted: dict[str, str]) -> bytes:
    """The same from keys with what they are about."""
    body = msgspec.json.encode({"format": FORMAT, "accepted": dict(sorted(accepted.items()))})
    return msgspec.json.format(body, indent=2) + b"\n"


def about(found: NPlusOne) -> str:
    """What a finding is about, in one line."""
    sql = " ".join(found.child.sql.split())
    return f"{found.site or 'unknown call site'}: {sql[:100]}"


def new_ones(findings: Iterable[NPlusOne], accepted: frozenset[str]) -> tuple[NPlusOne, ...]:
    """Those that the baseline does not hold."""
    return tuple(one for one in findings if one.key not in accepted)
