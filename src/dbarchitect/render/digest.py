"""What every page is made of: the verdict, the worst findings, the rest by object, figures, the next command."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Review, Severity, Silence
from dbarchitect.model.names import Name
from dbarchitect.model.proof import LEVELS, Level, Proof, Scalar
from dbarchitect.render.untrusted import block, line

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 table`, `2,000 tables`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Findings per severity, worst first, zeros included."""
    found = Counter(one.severity for one in findings)
    return {severity: found[severity] for severity in SEVERITIES}


def has_tables(review: Review) -> bool:
    """Whether it is about tables, not about keys or documents."""
    return review.keys is None and review.documents is None


def verdict(review: Review) -> str:
    """One line: how many errors, warnings and notes over how many tables."""
    over = f"in {plural(review.files, 'migration')}" if review.files else f"in {plural(review.tables, 'table')}"
    if review.keys is not None:
        over = f"in {plural(review.keys, 'key')}"
    if review.documents is not None:
        over = f"in {plural(review.documents, 'document')}"
    found = [plural(n, NOUNS[severity]) for severity, n in counts(review.findings).items() if n]
    if found:
        return f"{listed(found)} {over}"
    if review.files or not has_tables(review):
        return f"nothing found by {plural(review.rules_run, 'rule')} {over}"
    return (
        f"nothing found by {plural(review.rules_run, 'rule')} {over} and {plural(review.indexes, 'index', 'indexes')}"
    )


def verb(review: Review) -> str:
    """The command that a review is of: `dba check`, `dba migrate lint`."""
    return "dba migrate lint" if review.files else "dba check"


def standing(review: Review) -> str:
    """One line: what was proved and what was only asserted, empty without findings."""
    levels = Counter(level_of(one.proof) for one in review.findings)
    parts = [f"{levels[level]:,} {level}" for level in reversed(LEVELS) if levels[level]]
    refuted = sum(one.proof.holds is False for one in review.findings)
    if refuted:
        parts.append(f"{refuted:,} did not hold when tried")
    if levels["asserted"]:
        parts[parts.index(f"{levels['asserted']:,} asserted")] += " (nothing was run)"
    return ", ".join(parts)


def doubt(finding: Finding) -> str:
    """What is said beside a message that is not certain: "" where it is."""
    return "only you can answer" if finding.asks else finding.certainty if finding.certainty != "certain" else ""


def beside(finding: Finding) -> tuple[str, ...]:
    """What stands in brackets behind the message: how sure it is where not quite, why the severity is a lower one."""
    return tuple(said for said in (doubt(finding), finding.lowered) if said)


def level_of(proof: Proof) -> Level:
    """The level that is printed next to a statement."""
    return proof.level


def worst(findings: Sequence[Finding], count: int = 3) -> tuple[Finding, ...]:
    """The `count` findings to read first: by severity, then proved before asserted, each rule once before any twice.

    Forty times the same error is one piece of news; the second rule's first finding says more than the first's second.
    """
    seen: Counter[tuple[Severity, str]] = Counter()
    ranked: list[tuple[tuple[int, int, int, int], Finding]] = []
    by_strength = sorted(
        enumerate(findings),
        key=lambda item: (-item[1].severity.rank, item[1].proof.holds is not True, -_rank(item[1]), item[0]),
    )
    for place, (_, finding) in enumerate(by_strength):
        turn = seen[finding.severity, finding.rule]
        seen[finding.severity, finding.rule] += 1
        ranked.append(((-finding.severity.rank, turn, place, 0), finding))
    ranked.sort(key=lambda item: item[0])
    return tuple(finding for _, finding in ranked[:count])


def _rank(finding: Finding) -> int:
    return LEVELS.index(finding.proof.level)


def by_object(findings: Iterable[Finding]) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    """Findings grouped by the table (view, type...) they are about, the group with the worst finding first."""
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        groups[owner(one)].append(one)
    for group in groups.values():
        group.sort(key=lambda one: -one.severity.rank)
    order = sorted(groups.items(), key=lambda item: (-item[1][0].severity.rank, -len(item[1]), item[0]))
    return tuple((name, tuple(group)) for name, group in order)


def owner(finding: Finding) -> str:
    """The object a finding is grouped under, as one safe line."""
    ref = finding.at
    if not ref.name:
        return line(ref.schema or ref.kind)
    return line(Name(schema=ref.schema, name=ref.name).short if ref.kind in _PLAIN_NAMES else ref.short)


# The other kinds carry signatures and the like, which quoting as one identifier would spoil.
_PLAIN_NAMES = frozenset({"table", "column", "constraint", "index", "view", "trigger", "rule", "policy", "sequence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a proof, ready to print. `share` is after / before's larger one, for bars; `gain` in words."""

    label: str
    before: str
    after: str
    before_share: float = 0.0
    after_share: float = 0.0
    gain: str = ""


def figures(proof: Proof) -> tuple[Figure, ...]:
    """The figures of a proof: pairs first, as measured before and after, then what stands alone."""
    pairs: list[Figure] = []
    for key, before in proof.before.items():
        if key not in proof.after:
            continue
        after = proof.after[key]
        label, unit = _unit(key, proof)
        shares, gain = (0.0, 0.0), ""
        if _is_number(before) and _is_number(after):
            shares, gain = _compare(before, after, unit)
        pairs.append(
            Figure(
                label=line(label),
                before=amount(before, unit),
                after=amount(after, unit),
                before_share=shares[0],
                after_share=shares[1],
                gain=gain,
            )
        )
    for key, value in (*proof.before.items(), *proof.after.items()):
        if key in proof.before and key in proof.after:
            continue
        label, unit = _unit(key, proof)
        pairs.append(Figure(label=line(label), before="", after=amount(value, unit)))
    return tuple(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostUnit:
    """What a cost is called wherever it stands, and what it is, to be said once beside the first."""

    name: str
    said: str

    @property
    def words(self) -> str:
        """Both in a line."""
        return f"{self.name}: {self.said}"


PLANNER_COST = CostUnit(name="planner cost", said="the planner's own unit, 100 is about a millisecond")
_ROWS_READ = CostUnit(name="rows read", said="by the statistics; SQLite's planner names no cost")
_INSTRUCTIONS = CostUnit(name="instructions", said="those of SQLite's machine")


def cost_unit(proof: Proof) -> CostUnit:
    """The unit of a proof's costs. Those of SQLite are counted: what a run took, else what a plan reads."""
    if not proof.environment.get("planner", "").startswith("SQLite"):
        return PLANNER_COST
    return _INSTRUCTIONS if proof.level == "measured" and "instructions" in proof.method else _ROWS_READ


_UNITS = ("ms", "bytes", "s", "pages", "rows", "buffers", "cost")
_WORSE_BETTER = {
    "ms": ("slower", "faster"),
    "s": ("slower", "faster"),
    "bytes": ("larger", "smaller"),
    "pages": ("more", "fewer"),
    "buffers": ("more", "fewer"),
    "cost": ("dearer", "cheaper"),
}


# Names of figures that say too little alone.
_SAID = {
    "queries": "queries planned",
    "queries_dearer": "queries that cost more",
    "databases": "small databases tried",
    "with_rows": "of them with rows in the result",
}
_ALONE = {"ms": "time", "s": "time", "bytes": "size"}


def _unit(key: str, proof: Proof) -> tuple[str, str]:
    """Label and unit of a figure's name: `delete_ms` is "delete" in "ms", `ms` alone is "time"."""
    if key in _UNITS:
        return cost_unit(proof).name if key == "cost" else _ALONE.get(key, key), key
    if key in _SAID:
        return _SAID[key], ""
    label, _, last = key.rpartition("_")
    if label and last in _UNITS:
        # "rows", "pages", "cost" say what is counted: they stay in the label.
        return (label if last in _ALONE else key).replace("_", " "), last
    return key.replace("_", " "), ""


def _is_number(value: Scalar) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(before: float, after: float, unit: str) -> tuple[tuple[float, float], str]:
    top = max(before, after)
    if unit not in _WORSE_BETTER or top <= 0 or min(before, after) < 0:
        return (0.0, 0.0), ""
    worse, better = _WORSE_BETTER[unit]
    low = min(before, after)
    if amount(low, unit) == amount(top, unit):
        return (0.0, 0.0), "unchanged"
    shares = (before / top, after / top)
    if low == 0:  # no ratio
        return shares, ""
    if top / low < 1.05:  # noise, not news
        return (0.0, 0.0), ""
    ratio = top / low
    times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return shares, f"{times}x {better if after < before else worse}"


def amount(value: Scalar, unit: str = "") -> str:
    """A figure for people: thousands separated, times and sizes in the unit that fits."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return line(value)
    if unit in ("ms", "s"):
        return _time(float(value) * (1000 if unit == "s" else 1))
    if unit == "bytes":
        return size_text(float(value))
    return _plain(value)


def _plain(value: float) -> str:
    if isinstance(value, int) or float(value).is_integer():
        return f"{value:,.0f}"
    short = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    # 0.9999999999999999 is not 1: where that is the point, rounding would take it away.
    return repr(value) if abs(value) < 1000 and float(short).is_integer() else short


def _time(ms: float) -> str:
    if ms >= 48 * 3_600_000:
        return f"{ms / 86_400_000:,.1f} days"
    if ms >= 2 * 3_600_000:
        return f"{ms / 3_600_000:,.1f} h"
    if ms >= 120_000:
        return f"{ms / 60_000:,.1f} min"
    if ms >= 1000:
        return f"{ms / 1000:,.2f} s"
    return f"{ms:.0f} ms" if ms >= 100 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2g} ms"


def silent_by_reason(silent: Iterable[Silence]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Rules that did not speak, grouped by why."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in silent:
        groups[line(one.reason)].append(line(one.rule))
    return tuple((reason, tuple(rules)) for reason, rules in groups.items())


def suppressed_by(review: Review) -> str:
    """`7 suppressed: 5 by baseline, 2 by comment`, empty where nothing was."""
    if not review.suppressed:
        return ""
    # "comment at app.sql:12" says where; here it counts as a comment.
    by = Counter(line(one.by.partition(" at ")[0]) for one in review.suppressed)
    return f"{len(review.suppressed):,} suppressed: " + ", ".join(f"{n:,} by {who}" for who, n in sorted(by.items()))


def statements(finding: Finding) -> tuple[str, ...]:
    """The fix as SQL statements that end in a semicolon; commands of Redis and MongoDB, whose
    rules say so by name, have none."""
    found = (block(one).rstrip() for one in finding.ddl)
    if finding.rule.startswith(("redis-", "mongodb-")):
        return tuple(found)
    return tuple(one if one.endswith(";") or not one else one + ";" for one in found if one)


def mended(review: Review) -> str:
    """`4 fixes written, 2 left, 3 have no mechanical fix`; "" where none was asked for."""
    found = Counter(one.outcome for one in review.mends)
    parts = [f"{plural(found['written'], 'fix', 'fixes')} written"] if review.mends else []
    if found["left"]:
        parts.append(f"{found['left']:,} left")
    if found["none"]:
        parts.append(f"{found['none']:,} without a mechanical fix")
    return ", ".join(parts)


def next_commands(review: Review) -> tuple[tuple[str, str], ...]:
    """What to try next: (command, what it gives). Its words are quoted for a shell."""
    source = shlex.quote(line(review.source)) if review.source else "SOURCE"
    words = [line(word) for word in review.command if word != "--prove"]
    check = shlex.join(words) if words else f"dba check {source}"
    found: list[tuple[str, str]] = []
    tried = "--prove" in review.command
    if not tried and any(one.experiment is not None and one.proof.level == "asserted" for one in review.findings):
        found.append((f"{check} --prove", "runs the experiments behind these findings on a private copy"))
    if review.findings:
        found.append((f"dba explain {line(worst(review.findings, 1)[0].rule)}", "the page of the worst finding's rule"))
        asked = next((one for one in review.findings if one.asks), None)
        if asked is not None and not review.files and has_tables(review):
            words = ["dba", "answer", line(asked.rule), line(asked.at.short), "--reason", "TEXT"]
            found.append((shlex.join(words), "answers a question for good: the configuration keeps why"))
        if len(review.findings) > 10:
            found.append(
                (
                    f"{check} --write-baseline dba-baseline.json",
                    "accepts today's findings; only new ones fail",
                )
            )
    if review.files:
        migrations = shlex.join(line(word) for word in review.command[3:]) or "MIGRATIONS"
        there = "" if "--source" in review.command else " --source SOURCE"
        found.append(
            (f"dba migrate rehearse {migrations}{there}", "runs them on a private copy and watches their locks")
        )
    elif not review.findings and not review.source.endswith(".twin") and has_tables(review):
        found.append((f"dba twin create {source} -o app.twin", "keeps schema and statistics in one file, no rows"))
    return tuple(found)
