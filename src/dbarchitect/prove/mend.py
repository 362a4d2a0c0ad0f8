"""A finding's fix as a migration that was run: it mends what it says, breaks nothing, and can be taken back.

The fixes of one review are made one after the other in one private copy, so that each migration is proved on top of
those before it. Two that touch the same column or index therefore never meet unseen: the second is what its rule says
about the schema as the first leaves it, or there is none any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.errors import InputError
from dbarchitect.migrate.forms import Online
from dbarchitect.migrate.renames import answers_of
from dbarchitect.model.change import AlterColumn, Change
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.plan import Plan, Step
from dbarchitect.model.schema import Relational
from dbarchitect.review.novelty import is_systemic, novel

from .arrive import Journey, PlanOptions, copy_settings, known_to, schema_of, stage

Findings = tuple[Finding, ...]
_STANDS, _TRIED = "mended", "tried"  # databases


class NotMended(Exception):  # noqa: N818  # a result, not a fault: the finding is left as it is
    """Why a fix is not made, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendOptions:
    """What the migrations are for: the server's `version` (180006 style) and sizes; `online`: expand and contract."""

    version: int
    facts: Facts | None = None
    online: Callable[[Relational], Online] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """One fix that holds: its plan, and the findings that are left after it."""

    plan: Plan
    after: Findings


class Ground(Protocol):
    """A private copy on which fixes are made one after the other."""

    def schema(self) -> Relational:
        """The schema as it stands, as one of the source: with what is known of that."""
        ...

    def applied(self, changes: Sequence[Change]) -> Relational:
        """The schema that the changes give, made beside the copy. Raises `NotMended` where they are refused."""
        ...

    def plan(self, changes: Sequence[Change]) -> Plan:
        """The migration that arrives at what was `applied` last, run up and down. Raises `NotMended`."""
        ...

    def keep(self, plan: Plan) -> None:
        """Make the plan's steps on the copy. Raises `InputError`."""
        ...

    def close(self) -> None:
        """Remove what was made."""
        ...


class Mender:
    """Mends the schema of a private copy, fix by fix. `review` gives a schema's findings."""

    def __init__(
        self,
        ground: Ground,
        review: Callable[[Relational], Findings],
        *,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._ground = ground
        self._review = review
        self._progress = progress
        self._mended: list[Finding] = []
        self._findings = review(ground.schema())
        self._first = {one.key for one in self._findings}

    def close(self) -> None:
        """Drop what was made."""
        self._ground.close()

    def try_out(self, finding: Finding) -> Mending:
        """The plan that mends a finding, on top of the fixes that were kept. Raises `NotMended`."""
        now = next((one for one in self._findings if one.key == finding.key), None)
        if now is None:
            raise NotMended(self._absent(finding))
        if not now.fix:
            raise NotMended(f"after {self._before(finding)} it has no mechanical fix any more")
        self._progress(f"mending {finding.rule} on {finding.at.short}")
        after = self._review(self._ground.applied(now.fix))
        if not _gone(now, after):
            raise NotMended("its rule says the same when the fix is made")
        new = [one for one in novel(after, self._findings) if one.severity.rank >= Severity.WARNING.rank]
        if new:
            raise NotMended(f"it would bring {new[0].rule} on {new[0].at.short}: {new[0].message}")
        return Mending(plan=self._ground.plan(now.fix), after=after)

    def keep(self, finding: Finding, mending: Mending) -> None:
        """Make the fix: what comes next is tried on top of it. Raises `InputError`."""
        self._ground.keep(mending.plan)
        self._mended.append(finding)
        self._findings = mending.after

    def _absent(self, finding: Finding) -> str:
        if finding.key not in self._first:
            return "the private copy of the schema does not have it"
        return f"after {self._before(finding)} there is nothing left to mend"

    def _before(self, finding: Finding) -> str:
        """The fix before that is most likely the reason: the last one of the same table."""
        same = [one for one in self._mended if _tables(one) & _tables(finding)] or self._mended
        return f"the fix of {same[-1].rule} on {same[-1].at.short}" if same else "the fixes before"


class PostgresGround:
    """Copies of the database `start` on a private server."""

    def __init__(self, host: Host, start: str, options: MendOptions) -> None:
        self._host = host
        self._options = options
        self._wanted: Relational | None = None
        host.drop_database(_STANDS)
        host.copy_database(start, _STANDS)
        copy_settings(host, start, _STANDS)

    def close(self) -> None:
        for name in (_TRIED, _STANDS):
            self._host.drop_database(name)

    def schema(self) -> Relational:
        return self._placed(schema_of(self._host, _STANDS))

    def _placed(self, schema: Relational) -> Relational:
        """The schema as one of the server that it is for, with what is known of that."""
        return replace(known_to(self._options.version, schema), facts=self._options.facts)

    def keep(self, plan: Plan) -> None:
        ground = stage(self._host, _STANDS)
        try:
            for step in plan.steps:
                ran = ground.repeat(step)
                if ran.refusal is not None:
                    raise InputError(f"{step.does} ran on one private copy and fails on another: {ran.refusal.message}")
        finally:
            ground.close()

    def applied(self, changes: Sequence[Change]) -> Relational:
        """The schema that plain statements of the changes give."""
        self._host.drop_database(_TRIED)
        self._host.copy_database(_STANDS, _TRIED)
        copy_settings(self._host, _STANDS, _TRIED)
        ground = stage(self._host, _TRIED)
        try:
            for change in changes:
                try:
                    statements = ddl(change, version=self._options.version)
                except ValueError as err:
                    raise NotMended(f"not supported: {err}") from err
                for statement in statements:
                    # Each by itself: some cannot stand in a transaction, and nobody looks on.
                    ran = ground.repeat(Step(sql=(statement,), transactional=False))
                    if ran.refusal is not None:
                        raise NotMended(f"the server refuses it: {ran.refusal.message}")
        finally:
            ground.close()
        self._wanted = schema_of(self._host, _TRIED)
        return self._placed(self._wanted)

    def plan(self, changes: Sequence[Change]) -> Plan:
        """What a comparison of both schemas comes to, which knows more forms that lock little and the partitions' part,
        or the changes as they are."""
        assert self._wanted is not None, "it is applied first"
        options = PlanOptions(
            version=self._options.version, facts=self._options.facts, using={}, online=self._options.online
        )
        reasons: list[str] = []
        # A comparison does not know with which expressions values come back.
        exact = any(isinstance(one, AlterColumn) and (one.using or one.using_back) for one in changes)
        ways = ("changes", "comparison") if exact else ("comparison", "changes")
        for how in ways:
            journey = Journey(self._host, _STANDS, self._wanted, options)
            try:
                plan = journey.plan_of(changes) if how == "changes" else journey.plan(answers_of((), ("*",)))
            except InputError as err:
                reasons.append(err.message)
                continue
            finally:
                journey.close()
            if plan.no_way_back:
                reasons.append(f"there is no way back: {plan.no_way_back}")
                continue
            return plan
        raise NotMended(reasons[0])


def _gone(finding: Finding, after: Findings) -> bool:
    """Whether nothing is left of a finding, or of a systemic one no more than what its fix leaves."""
    left = next((one for one in after if one.key == finding.key), None)
    found, mended = (finding.facts.get(key) for key in ("found", "mended"))
    if not is_systemic(finding) or not isinstance(found, int) or not isinstance(mended, int):
        return left is None
    still = left.facts.get("found") if left is not None else sum(one.rule == finding.rule for one in after)
    return isinstance(still, int) and still <= found - mended


def _tables(finding: Finding) -> set[tuple[str, str]]:
    return {(ref.schema, ref.name) for ref in (finding.at, *finding.also) if ref.name}
