"""What takes findings out of a review, always with a reason: configured ignores and the baseline.

Inline comments belong to the text they stand in and are read by `sql`; this is for what stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from .errors import InputError
from .files import write_whole
from .model.finding import Finding, Gap, Suppressed

BASELINE_FORMAT = "dbarchitect.baseline/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredIgnore:
    """One `[[ignore]]` of a configuration file. `rule` and `object` are globs; past `until` it no longer counts."""

    rule: str
    object: str = "*"
    reason: str
    until: date | None = None
    origin: str = ""  # the file it stands in

    def covers(self, finding: Finding) -> bool:
        """Whether rule and object match; the object with or without `public.`, a table also covers its parts."""
        if not fnmatchcase(finding.rule, self.rule):
            return False
        ref = finding.at
        names = {str(ref), ref.short, ".".join(p for p in (ref.schema, ref.name) if p), ref.name}
        return any(fnmatchcase(name, self.object) for name in names)

    def expired(self, today: date) -> bool:
        """Whether `until` lies before today."""
        return self.until is not None and self.until < today


def suppress(
    findings: Sequence[Finding],
    *,
    ignores: Iterable[ConfiguredIgnore] = (),
    baseline: Mapping[str, int] | None = None,
    not_run: Collection[str] = (),
    today: date,
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Gap, ...]]:
    """Split `findings` into what stays and what is suppressed; also what no longer serves (expired, stale).

    `not_run`: ids of rules that were not asked or stayed silent; nothing is known about their baseline entries.
    """
    known = dict(baseline or {})
    live = [one for one in ignores if not one.expired(today)]
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        ignore = next((one for one in live if one.covers(finding)), None)
        if ignore is not None:
            suppressed.append(Suppressed(finding=finding, by="configuration", reason=ignore.reason))
        elif known.get(finding.key, 0) > 0:
            known[finding.key] -= 1
            suppressed.append(Suppressed(finding=finding, by="baseline", reason="known before"))
        else:
            kept.append(finding)
    worn = [
        Gap(
            kind="ignore",
            name=f"{one.rule} on {one.object}",
            effect=f"expired on {one.until}: it no longer suppresses ({one.reason})",
        )
        for one in ignores
        if one.expired(today)
    ]
    worn += [
        Gap(kind="baseline", name=key, effect="no finding matches this entry any more: write the baseline again")
        for key, left in sorted(known.items())
        if left > 0 and key.partition(" ")[0] not in not_run
    ]
    return tuple(kept), tuple(suppressed), tuple(worn)


class _Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    findings: dict[str, int]


def read_baseline(path: Path) -> dict[str, int]:
    """Finding keys with how often each may occur. Raises `InputError` for what is not a baseline."""
    again = f"write it again: dba check SOURCE --write-baseline {path}"
    try:
        data = path.read_bytes()
    except OSError as err:
        raise InputError(f"cannot read the baseline {path}: {err.strerror or err}", hint=again) from err
    try:
        baseline = msgspec.json.decode(data, type=_Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise InputError(f"{path} is not a baseline: {err}", hint=again) from err
    if baseline.format != BASELINE_FORMAT:
        raise InputError(f"{path} has the format {baseline.format!r}, not {BASELINE_FORMAT!r}", hint=again)
    return baseline.findings


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write the keys of `findings` with their counts, sorted, whole; return how many findings they stand for."""
    counts = Counter(one.key for one in findings)
    body = msgspec.json.encode({"format": BASELINE_FORMAT, "findings": dict(sorted(counts.items()))})
    write_whole(path, msgspec.json.format(body, indent=2) + b"\n")
    return counts.total()
