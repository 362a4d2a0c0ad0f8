"""The choice of a database and an ORM: what is ruled out, what fits best, what would change the answer.

Hard constraints first, then fit by reasons (Roy-Hubara, Shoval & Sturm, Data & Knowledge Engineering 2022,
doi 10.1016/j.datak.2021.101950). Nothing is scored: numbers for fitness that anyone could check do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

from .beside import beside, not_needed
from .constraints import monthly_cost, ruled_out
from .evidence import Statement
from .factbook import Factbook
from .fit import Burden, Fit, fit
from .flips import Flip, flips
from .options import OPTIONS, option
from .orms import OrmChoice, choose_orm
from .profile import Profile, profile_of
from .scaling import Scaling, scaling
from .spec import Assumed, Spec

SCHEMA = "dbarchitect.choice/1"


class Out(Value, frozen=True, kw_only=True):
    """An option that is ruled out, and why."""

    option: str
    title: str
    why: tuple[Statement, ...]


class Candidate(Value, frozen=True, kw_only=True):
    """An option that fits: what it serves, what it costs."""

    option: str
    title: str
    serves: tuple[Statement, ...] = ()
    burdens: tuple[Burden, ...] = ()


class Measurement(Value, frozen=True, kw_only=True):
    """An access pattern, run on engines: the median of `runs` in milliseconds by engine, on `rows` rows of its tables;
    `skipped` says why it was not run."""

    access: str
    sql: str = ""
    ms: dict[str, float] = {}
    plan: dict[str, str] = {}
    rows: int = 0
    runs: int = 0
    line: int = 0
    skipped: str = ""


class Measured(Value, frozen=True, kw_only=True):
    """What was run: `engines` with their versions, `how` the tables and rows were made, `writes` inserts a second."""

    engines: dict[str, str]
    how: str
    patterns: tuple[Measurement, ...] = ()
    writes: dict[str, float] = {}


class Choice(Value, frozen=True, kw_only=True):
    """The answer. `cost` is what the platform asks a month in USD, where its prices are known."""

    source: str
    title: str = ""
    database: Candidate
    orm: OrmChoice
    extensions: tuple[str, ...] = ()
    runner_up: Candidate | None = None
    runner_up_orm: str = ""
    others: tuple[Candidate, ...] = ()
    ruled_out: tuple[Out, ...] = ()
    beside: tuple[Statement, ...] = ()
    not_needed: tuple[Statement, ...] = ()
    flips: tuple[Flip, ...] = ()
    scaling: Scaling
    profile: Profile
    cost: float | None = None
    cost_why: Statement | None = None
    measured: Measured | None = None
    assumed: tuple[Assumed, ...] = ()
    warnings: tuple[str, ...] = ()
    rerun: str = ""


def ranking(spec: Spec, facts: Factbook, measured_bytes: float | None = None) -> tuple[list[Fit], list[Out], Profile]:
    """Options that fit, the best first, and those that do not."""
    profile = profile_of(spec, measured_bytes=measured_bytes)
    left: list[Fit] = []
    out: list[Out] = []
    for one in OPTIONS:
        why = ruled_out(profile, one, facts)
        if why:
            out.append(Out(option=one.id, title=one.title, why=why))
        else:
            left.append(fit(profile, one, facts))
    left.sort(key=lambda found: found.rank)
    return left, out, profile


def choose(
    spec: Spec,
    facts: Factbook,
    *,
    source: str = "",
    measured_bytes: float | None = None,
    capabilities: Mapping[str, Mapping[str, str]] | None = None,
) -> Choice:
    """The answer for a spec.

    Raises `InputError` where nothing is said, or where what is asked contradicts itself: the message names the demand
    without which there would be an answer.
    """
    left, out, profile = ranking(spec, facts, measured_bytes)
    if not left:
        raise _contradiction(spec, facts, out, measured_bytes)
    answer = option(left[0].option)
    orm = choose_orm(spec, profile, answer, capabilities)
    second = left[1] if len(left) > 1 else None
    cost = monthly_cost(profile, answer, facts)

    def decide(changed: Spec, size: float | None) -> tuple[str, str] | None:
        fits, _, seen = ranking(changed, facts, size)
        if not fits:
            return None
        chosen = option(fits[0].option)
        return chosen.id, choose_orm(changed, seen, chosen, capabilities).orm

    return Choice(
        source=source,
        title=spec.title,
        database=_candidate(left[0]),
        orm=orm,
        extensions=_extensions(profile, answer.id, answer.family),
        runner_up=_candidate(second) if second is not None else None,
        runner_up_orm=choose_orm(spec, profile, option(second.option), capabilities).title if second else "",
        others=tuple(_candidate(one) for one in left[2:]),
        ruled_out=tuple(out),
        beside=beside(profile, answer, facts),
        not_needed=not_needed(profile, answer, facts),
        flips=flips(spec, profile, (answer.id, orm.orm), decide, measured_bytes),
        scaling=scaling(spec, profile, facts),
        profile=profile,
        cost=cost[0] if cost is not None else None,
        cost_why=cost[1] if cost is not None else None,
        assumed=_assumed(spec, profile),
    )


def _candidate(found: Fit) -> Candidate:
    return Candidate(option=found.option, title=option(found.option).title, serves=found.serves, burdens=found.burdens)


def _extensions(profile: Profile, name: str, family: str) -> tuple[str, ...]:
    if family != "postgresql" or name == "aurora-dsql":
        return ()
    found: list[str] = []
    if profile.asks("vectors") and name not in ("cockroachdb",):
        found.append("vector")
    if name == "timescaledb":
        found.append("timescaledb")
    if name == "citus":
        found.append("citus")
    return tuple(found)


def _assumed(spec: Spec, profile: Profile) -> tuple[Assumed, ...]:
    found: list[Assumed] = []
    around = spec.surroundings
    if not around.runtime:
        what = "TypeScript, as edge runtimes run" if around.runs == "edge" else "Python"
        found.append(Assumed(what=f"the program is in {what}", because="nobody said", say="runtime: node"))
    if not around.runs:
        found.append(Assumed(what="it runs on a server", because="nobody said", say="runs: serverless"))
    if not profile.sized:
        found.append(
            Assumed(
                what="the data fits on one machine",
                because="no volumes are said",
                say="volumes: orders 20k, in two years 1M",
            )
        )
    if profile.writes is None:
        found.append(
            Assumed(what="one machine takes the writes", because="no rates are said", say="place an order (5 a second)")
        )
    return tuple(found)


_DEMANDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("where it runs", {"runs": ""}),
    ("the size of the disk", {"disk_gb": None}),
    ("the platform", {"platform": ""}),
    ("the budget", {"budget_a_month": None}),
    ("the licence", {"licence": ""}),
    ("the regions", {"regions": ()}),
    ("strong consistency", {"consistency": ""}),
    ("the needs", {"needs": ()}),
)


def _contradiction(spec: Spec, facts: Factbook, out: list[Out], size: float | None) -> InputError:
    """Which demands cannot hold together: those without which something is left."""
    import msgspec

    loosened: list[str] = []
    for said, change in _DEMANDS:
        around = msgspec.structs.replace(spec.surroundings, **change)
        if around == spec.surroundings:
            continue
        try:
            left, _, _ = ranking(msgspec.structs.replace(spec, surroundings=around), facts, size)
        except InputError:
            continue
        if left:
            loosened.append(f"{said} ({option(left[0].option).title} then)")
    if size is None and spec.volumes and not any(one.startswith("the size") for one in loosened):
        left, _, _ = ranking(msgspec.structs.replace(spec, volumes=()), facts, size)
        if left:
            loosened.append(f"the volumes ({option(left[0].option).title} then)")
    reasons: dict[str, list[str]] = {}
    for one in out:
        reasons.setdefault(one.why[0].text, []).append(one.title)
    told = "; ".join(f"{', '.join(titles)}: {why}" for why, titles in list(reasons.items())[:6])
    hint = f"give up one of: {'; '.join(loosened)}" if loosened else "give up two of the demands, or split the system"
    return InputError(f"what is asked contradicts itself, no database is left. {told}", hint=hint)
