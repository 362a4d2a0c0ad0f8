"""The rule mechanism: a rule is one file in `rules/`, found by listing the folder.

The file `rules/fk_without_index.py` is the rule `fk-without-index`. It holds

- a docstring, which is its documentation page: a title line, then `model.page.SECTIONS`. The first paragraphs of
  "Why it matters" and of "What would make it false" travel with every finding, so they are short;
- `RULE = Rule(__name__, __doc__, severity=..., needs=...)`;
- `def check(review: Context) -> Iterator[Finding]`.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from dbarchitect.errors import InputError
from dbarchitect.model.change import Change
from dbarchitect.model.finding import Certainty, Finding, Severity, Silence
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.page import Page
from dbarchitect.model.platform import PlatformName
from dbarchitect.model.proof import Experiment, Scalar
from dbarchitect.model.query import Workload
from dbarchitect.model.rulebook import modules, unbound
from dbarchitect.model.schema import Relational
from dbarchitect.review.context import Context
from dbarchitect.review.exposure import HarmsBy, exposed
from dbarchitect.review.platforms import ExtensionLists
from dbarchitect.review.systemic import DATABASE, asked

Needs = Literal["structure", "live", "statistics", "counters", "authentication", "server", "rows"]
Area = Literal[
    "keys",
    "foreign keys",
    "nullability",
    "uniqueness",
    "checks",
    "types",
    "indexes",
    "structure",
    "normal forms",
    "naming",
    "security",
    "operations",
    "extensions",
    "platforms",
    "sqlite",
]
Check = Callable[[Context], Iterator[Finding]]


REDUNDANT = ("duplicate-index", "prefix-redundant-index")  # an index that should go needs no other advice


@dataclass(frozen=True)
class Rule(Page):
    """One rule.

    area       the chapter of the index of rules that it stands in
    severity   what a finding has unless exposure says otherwise
    certainty  how sure a finding is, unless it says otherwise: see `Finding.certainty`
    default    False: it runs only where it is selected by name (a matter of style, or of a convention)
    harms_by   what the harm grows with, where live facts may lower the severity: `rows` of the table, `writes` to it;
               "" where a small or quiet table is no excuse (`exposure` does it)
    needs     `structure`: the catalogue alone; `live`: sequence values and sizes of a real server; `statistics`: what
              ANALYZE gathered; `counters`: live counters old enough to mean something; `authentication`: pg_hba.conf as
              the server read it; `server`: the settings of the live server itself; `rows`: rows that were read on
              request. A rule whose needs are not met is silent, and says so.
    since     the oldest server major it speaks about
    engines   those that it was tried on: a rule for another one does not run
    yields_to rules that say the same, or what makes this one's advice idle: where one of them speaks about the same
              object, at least as loudly, a finding of this rule is left out
    """

    area: Area = "structure"
    severity: Severity = Severity.WARNING
    certainty: Certainty = "certain"
    default: bool = True
    harms_by: HarmsBy = ""
    needs: Needs = "structure"
    since: int = 0
    engines: tuple[Literal["postgresql", "sqlite"], ...] = ("postgresql",)
    yields_to: tuple[str, ...] = ()
    check: Check = unbound

    def finding(
        self,
        at: ObjectRef,
        message: str,
        *,
        severity: Severity | None = None,
        certainty: Certainty | None = None,
        also: Sequence[ObjectRef] = (),
        facts: dict[str, Scalar] | None = None,
        fix: Sequence[Change] = (),
        offenders: str = "",
        asks: bool = False,
        experiment: Experiment | None = None,
    ) -> Finding:
        """A finding of this rule; its page says why it matters and what would make it false.

        What only a person can know ends as a question: where `message` is none it is given one.
        """
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            certainty=certainty or ("possible" if asks else self.certainty),
            at=at,
            message=asked(message) if asks else message,
            why=self.why,
            unless=self.unless,
            also=tuple(also),
            facts=facts or {},
            fix=tuple(fix),
            offenders=offenders,
            asks=asks,
            experiment=experiment,
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of id: each module of `rules/` is one."""
    found = [replace(module.RULE, check=module.check) for module in modules(f"{__package__}.rules")]
    return tuple(sorted(found, key=lambda rule: rule.id))


def chosen(
    select: Collection[str], ignore: Collection[str], extend: Collection[str] = (), *, engine: str = "postgresql"
) -> tuple[Rule, ...]:
    """The rules for `engine` that `select` names (where empty: those that run by default) or `extend`, without those of
    `ignore`.

    Raises `InputError` for a name that no rule has.
    """
    known = {rule.id: rule for rule in rules()}
    for name in (*select, *ignore, *extend):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "one of: " + ", ".join(known)
            raise InputError(f"there is no rule {name!r}", hint=hint)
    return tuple(
        rule
        for rule in known.values()
        if (rule.id in extend or (rule.id in select if select else rule.default))
        and rule.id not in ignore
        and engine in rule.engines
    )


def review(
    schema: Relational,
    *,
    workload: Workload | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    extend: Collection[str] = (),
    exposed_roles: Collection[str] = (),
    platform: PlatformName | None = None,
    there: bool = False,
    lists: ExtensionLists | None = None,
) -> tuple[tuple[Finding, ...], tuple[Silence, ...]]:
    """Run the chosen rules over `schema`: findings, worst first and of one severity the most exposed first, and the
    rules that stayed silent, with the reason.

    `exposed_roles`: roles that strangers act as, besides the usual ones. `platform`: where the schema is to run, None:
    where it seems to; `there`: it was read there; `lists`: the extensions of platforms, None: as published.
    Raises `InputError` for a name in `select`, `ignore` or `extend` that no rule has.
    """
    context = Context(schema, workload, exposed_roles=exposed_roles, platform=platform, there=there, lists=lists)
    findings: list[Finding] = []
    silences: list[Silence] = []
    running = chosen(select, ignore, extend, engine=schema.family)
    if not running:  # of some that were named the others speak
        named = sorted({*select, *extend} - {*ignore})
        silences += [Silence(rule=one, reason=f"it does not speak about {_ENGINES[schema.family]}") for one in named]
    for rule in running:
        reason = _unmet(rule, context)
        if reason:
            silences.append(Silence(rule=rule.id, reason=reason))
        else:
            findings += rule.check(context)
    found = tuple(_without_repeated(findings))
    harms_by: dict[str, HarmsBy] = {rule.id: rule.harms_by for rule in running}
    return tuple(exposed(found, context, harms_by.__getitem__)), tuple(silences)


_ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def _without_repeated(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out what another finding says about the same object (see `Rule.yields_to`)."""
    by_id = {rule.id: rule for rule in rules()}
    heard = {name for finding in findings for name in by_id[finding.rule].yields_to}
    by_table: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.rule in heard:
            for at in {finding.at, *(finding.also if finding.at == DATABASE else ())}:  # all that it was rolled up from
                by_table[finding.rule, at.schema, at.name].append(finding)
    for finding in findings:
        others = (
            other
            for name in by_id[finding.rule].yields_to
            for other in by_table.get((name, finding.at.schema, finding.at.name), ())
        )
        if not any(other.severity.rank >= finding.severity.rank and _same(finding, other) for other in others):
            yield finding


def _same(finding: Finding, other: Finding) -> bool:
    """Whether both are about one object, or one about a part of what the other is about."""
    at = finding.at
    places = (other.at, *other.also) if other.at == DATABASE else (other.at,)
    return any(
        (at.schema, at.name) == (place.schema, place.name) and (place == at or "table" in (at.kind, place.kind))
        for place in places
    )


def _unmet(rule: Rule, context: Context) -> str:
    """Why `rule` cannot speak here; "" where it can."""
    if context.schema.family == "postgresql" and context.schema.major < rule.since:
        return f"it needs PostgreSQL {rule.since}; this is {context.schema.major}"
    if rule.needs == "live":
        return context.live_unfit
    if rule.needs == "counters":
        return context.counters_unfit
    if rule.needs == "server":
        return context.server_unfit
    if rule.needs == "statistics":
        return context.statistics_unfit
    if rule.needs == "authentication":
        return context.authentication_unfit
    if rule.needs == "rows":
        return context.rows_unfit
    return ""
