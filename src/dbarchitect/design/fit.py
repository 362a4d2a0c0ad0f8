"""How well what is left fits: by reasons, not by scores. Each burden of an option is named, with its kind:

beside    another system has to be run next to it
work      something is left to the application or to whoever operates it
unasked   it brings a dependence that nothing here asks for

The option with the fewest of the first is taken, then of the second, then of the third; of equals the one that is made
for most of what is asked, and then in the order of `options.OPTIONS`. So an answer can be checked by reading, and
argued with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from dbarchitect.model.value import Value

from .constraints import beyond_one_machine
from .evidence import Statement, disk_text, modelled, stated
from .factbook import Factbook
from .options import OPTIONS, Option
from .profile import CLOUDS, Profile

Weight = Literal["beside", "work", "unasked"]


class Burden(Value, frozen=True, kw_only=True):
    """One thing that speaks against an option."""

    weight: Weight
    said: Statement


class Fit(Value, frozen=True, kw_only=True):
    """An option that no constraint rules out: `serves` what it does for what is asked, `native` for how many needs it
    is made, `burdens` what it costs."""

    option: str
    native: int = 0
    serves: tuple[Statement, ...] = ()
    burdens: tuple[Burden, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Smaller is better."""
        order = next(at for at, one in enumerate(OPTIONS) if one.id == self.option)
        counted = [sum(one.weight == weight for one in self.burdens) for weight in ("beside", "work", "unasked")]
        return counted[0], counted[1], counted[2], -self.native, order


def fit(profile: Profile, option: Option, facts: Factbook) -> Fit:
    """How `option` serves the profile."""
    serves: list[Statement] = []
    burdens: list[Burden] = []
    for need in profile.needs:
        grade, how = option.grade(need)
        if need == "cache" and not profile.only_cache and option.family != "redis":
            continue  # told apart: what stands beside the database, see `beside.py`
        if grade in ("native", "enough"):
            serves.append(stated(f"{need}: {how} ({profile.why(need)})"))
        else:
            weight: Weight = "work" if grade == "work" else "beside"
            burdens.append(Burden(weight=weight, said=stated(f"{need}: {how or 'it has none'} ({profile.why(need)})")))
    if profile.asks("vectors") and option.family == "postgresql" and profile.dimensions:
        limit = facts["pgvector.index_dimensions"]
        if profile.dimensions > float(limit.value):
            said = f"{profile.dimensions:,} dimensions are indexed as halfvec: vector ends at {limit.figure}"
            serves.append(stated(said, limit))
    serves += _around_served(profile, option, facts)
    burdens += _around(profile, option, facts)
    native = sum(option.grade(need)[0] == "native" for need in profile.needs)
    return Fit(option=option.id, native=native, serves=tuple(serves), burdens=tuple(burdens))


def _around_served(profile: Profile, option: Option, facts: Factbook) -> Iterator[Statement]:
    if profile.runs in ("serverless", "edge") and option.id == "neon":
        pooler, asleep = facts["neon.pooler_clients"], facts["neon.suspend_after"]
        yield stated(f"its pooler takes {pooler.figure}", pooler)
        yield stated(f"it sleeps after {asleep.figure} without a query, and wakes by itself", asleep)
    if profile.runs == "edge" and option.http:
        yield stated("it is asked over HTTP, as an edge runtime does")
    if option.id == "timescaledb" and profile.asks("time series"):
        fact = facts["timescaledb.compression"]
        yield modelled(
            f"{disk_text(profile.series_bytes)} of a time series may become "
            f"{disk_text(profile.series_bytes / float(fact.value))} in its columnstore: {fact.figure} in one trial",
            fact,
        )
    if option.id == "citus" and profile.tenant:
        fact = facts["citus.key_rule"]
        yield stated(f"cut by {profile.tenant}: {fact.figure}", fact)
    if option.id == "mongodb" and profile.asks("documents"):
        fact = facts["mongodb.document_max"]
        yield stated(f"a document ends at {fact.figure}", fact)
    licence = facts.get(f"{option.id}.licence") if profile.licence == "open source" else None
    if licence is not None and option.id != "timescaledb":
        yield stated(f"open source: {licence.figure}", licence)


def _around(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    yield from _connections(profile, option, facts)
    yield from _series(profile, option, facts)
    yield from _tenants(profile, option, facts)
    yield from _types(profile, option, facts)
    yield from _machines(profile, option, facts)
    yield from _unasked(profile, option, facts)


def _work(said: Statement) -> Burden:
    return Burden(weight="work", said=said)


def _connections(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    if profile.runs == "serverless" and not option.pooled:
        yield _work(stated("each function opens a connection: a pooler in front is yours to run"))
    if profile.runs == "edge" and not option.http:
        yield _work(stated("Hyperdrive stands between the edge and it: set up, paid for and cached by its own rules"))
    if option.embedded and profile.runs not in ("device",) and not profile.asks("offline"):
        fact = facts["sqlite.writers"]
        yield _work(stated(f"{fact.figure}, and the program cannot run on a second machine", fact))
    if option.id == "turso" and profile.asks("transactions"):
        fact = facts["turso.transaction_max"]
        yield _work(stated(f"a transaction over HTTP ends after {fact.figure} ({profile.why('transactions')})", fact))
    if len(profile.compliance) and "HIPAA" in profile.compliance and option.hosted:
        known = facts.get(f"{option.id}.hipaa")
        if known is None:
            yield _work(stated("HIPAA: no agreement of its provider is on record here; ask for one"))


def _series(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    if not profile.asks("time series") or option.grade("time series")[0] != "enough":
        if option.id == "timescaledb" and profile.asks("time series") and profile.licence == "open source":
            fact = facts["timescaledb.licence"]
            yield _work(stated("its columnstore and policies are under the Timescale Licence, no open source", fact))
        return
    memory = facts["machine.memory"]
    rule = facts["postgresql.partition_from"]
    if option.family == "postgresql" and profile.series_bytes > float(memory.value) * 1e9 * float(rule.value):
        yield _work(
            modelled(
                f"{disk_text(profile.series_bytes)} of a time series exceed {memory.figure} of memory: partitions, "
                "their upkeep and summaries are yours, and nothing is compressed",
                rule,
            )
        )


def _tenants(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    if profile.tenancy != "database" or option.id == "turso" or option.embedded:
        return
    if option.id == "neon":
        fact = facts["neon.projects_max"]
        if profile.tenants is None or profile.tenants > float(fact.value):
            yield _work(stated(f"a database for each tenant: a project each, and a plan has {fact.figure}", fact))
    elif profile.runs in ("edge", "serverless"):
        yield _work(stated("a database for each tenant: each one's connections, migrations and backups"))


def _types(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    if profile.money and option.family == "sqlite":
        yield _work(stated("money: no exact decimal type, so amounts are integers of the smallest unit"))
    if profile.relations and option.family == "mongodb":
        yield _work(stated("references between documents are kept right by the application alone"))
    if profile.money and option.family == "mongodb":
        yield _work(stated("money: no constraint says that amounts are right"))


def _machines(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    if not option.distributed or option.family == "mongodb":
        return
    if beyond_one_machine(profile, facts) is None:
        yield _work(stated("the schema is cut by a distribution key, and one machine would do"))
    # A time series is cut by what it is of, whoever the tenants are.
    if option.id == "citus" and not profile.tenant and profile.relations and not profile.asks("time series"):
        yield _work(stated("no tenant is named that most queries would go by: joins cross machines"))
    if option.id == "cockroachdb":
        fact = facts["cockroachdb.retries"]
        yield _work(stated(f"transactions fail with {fact.value} and are tried again by the application", fact))
        if profile.tenant:
            yield _work(stated("keys must not count up; they are spread by a hash or random"))
    if option.id == "yugabytedb":
        yield _work(stated("retries of serialization errors, and colocation that is chosen table by table"))
    if option.id == "aurora-dsql":
        fact = facts["aurora-dsql.transaction_size"]
        if profile.asks("transactions"):
            yield _work(stated(f"conflicts are found at commit and tried again; {fact.figure} a transaction", fact))
        if not profile.platform:
            yield _work(stated("it is AWS's alone"))


def _unasked(profile: Profile, option: Option, facts: Factbook) -> Iterator[Burden]:
    def unasked(text: str) -> Burden:
        return Burden(weight="unasked", said=stated(text))

    native = option.id == "aurora-dsql" and profile.platform == "aws"
    if option.hosted and profile.host != option.id and not native:
        yield unasked("a provider's own platform: prices, limits and tools of one company")
        away = profile.platform in CLOUDS and profile.platform not in option.clouds
        if away and profile.runs not in ("edge", "device"):
            said = f"it is not offered on {profile.platform}: every query crosses a network between providers"
            yield Burden(weight="work", said=stated(said))
    if option.id == "timescaledb":
        yield unasked("an extension under two licences, with upgrades of its own")
    if option.id == "turso":
        fact = facts["turso.owner"]
        yield Burden(weight="unasked", said=stated(f"its company is {fact.value}: what stays is not known", fact))
    if option.id == "cockroachdb":
        yield Burden(
            weight="unasked",
            said=stated("a licence that asks for money or telemetry", facts["cockroachdb.licence"]),
        )
    if option.id in ("citus", "yugabytedb"):
        yield unasked("a cluster that you operate")
    if option.family == "mongodb" and profile.host != "mongodb":
        yield unasked("another query language, and none of the tools for SQL")
