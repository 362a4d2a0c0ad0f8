"""Hard constraints: each is a small function that says why an option is out, or says nothing."""

from __future__ import annotations

from collections.abc import Callable

from .evidence import Statement, disk_text, modelled, stated
from .factbook import Factbook
from .options import Option
from .profile import OWN, Profile

Constraint = Callable[[Profile, Option, Factbook], Statement | None]

# Of a single-row write each in its own transaction: the log, the row's page, and two indexes'. Checkpoints write a page
# once for many changes, so this errs on the side of the smaller machine.
PAGES_A_WRITE = 4
_TIB = 1024**4


def ruled_out(profile: Profile, option: Option, facts: Factbook) -> tuple[Statement, ...]:
    """Every reason why `option` is out; () where it is not."""
    return tuple(found for one in CONSTRAINTS if (found := one(profile, option, facts)) is not None)


def machine_writes(facts: Factbook) -> float:
    """Writes a second that the fastest single volume takes: modelled."""
    return facts.number("machine.iops_max") / PAGES_A_WRITE


def beyond_one_machine(profile: Profile, facts: Factbook) -> Statement | None:
    """Why one machine does not do, or None."""
    limit = facts.number("machine.storage_max") * _TIB
    if profile.bytes_later > limit:
        return modelled(
            f"{disk_text(profile.bytes_later)} is more than one machine's {facts['machine.storage_max'].figure}",
            facts["machine.storage_max"],
        )
    writes = machine_writes(facts)
    if (profile.writes or 0.0) > writes:
        return modelled(
            f"{profile.writes:,.0f} writes a second are more than the {writes:,.0f} that the fastest volume takes "
            f"({facts['machine.iops_max'].figure}, {PAGES_A_WRITE} pages a write)",
            facts["machine.iops_max"],
        )
    if profile.consistency == "strong" and len(profile.regions) > 1:
        return stated(f"strong consistency for writes in {len(profile.regions)} regions: one primary is in one of them")
    return None


def _size(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if option.distributed:
        cap = facts.get(f"{option.id}.storage_max")
        if cap is not None and profile.bytes_later > float(cap.value) * _TIB:
            return modelled(f"{disk_text(profile.bytes_later)}: it ends at {cap.figure}", cap)
        return None
    beyond = beyond_one_machine(profile, facts)
    if beyond is not None:
        return beyond
    cap = facts.get(f"{option.id}.storage_max")
    if cap is not None:
        unit = 1e9 if cap.unit == "GB" else 1e12
        if profile.bytes_later > float(cap.value) * unit:
            return modelled(f"{disk_text(profile.bytes_later)}: it ends at {cap.figure}", cap)
    if option.id == "turso" and profile.bytes_later / (profile.tenants or 1.0 if _apart(profile) else 1.0) > (
        facts.number("turso.storage_plan") * 1e9
    ):
        return modelled(
            f"{disk_text(profile.bytes_later)} in a database: its largest plan with a price has "
            f"{facts['turso.storage_plan'].figure}, and no larger size is published",
            facts["turso.storage_plan"],
        )
    if option.id == "redis" and profile.bytes_later > facts.number("machine.memory") * 1e9:
        return modelled(
            f"{disk_text(profile.bytes_later)} must be in memory, and a middling server has "
            f"{facts['machine.memory'].figure}",
            facts["machine.memory"],
        )
    return None


def _apart(profile: Profile) -> bool:
    return profile.tenancy == "database"


def _edge(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if profile.runs != "edge" or option.http or profile.host == option.id:
        return None
    if profile.platform == "cloudflare" and option.family == "postgresql" and not option.hosted:
        return None  # through Hyperdrive, which is work: see the fit
    if option.embedded:
        return stated("an edge runtime has no disk for a database inside the program")
    return stated("an edge runtime asks over HTTP or WebSocket, and this wants a TCP session with state")


def _serverless(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if profile.runs == "serverless" and option.embedded:
        return stated("a serverless function's disk is gone with it, so a database inside the program is too")
    return None


def _device(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if (profile.runs == "device" or profile.asks("offline")) and option.grade("offline")[0] == "no":
        return stated(
            "it runs where no server can be reached" if profile.asks("offline") else "it runs on the device itself"
        )
    return None


def _regions(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if len(profile.regions) < 2 or profile.consistency != "strong":
        return None
    if option.id == "citus":
        return stated("its coordinator is in one region, so writes elsewhere cross to it")
    if option.id == "mongodb":
        return stated("a document has one primary, in one region")
    if option.id == "yugabytedb" and len(profile.regions) < facts.number("yugabytedb.regions"):
        fact = facts["yugabytedb.regions"]
        return stated(f"it wants {fact.figure}, and there are {len(profile.regions)}", fact)
    return None


def _essential(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    """What nothing beside a database makes good."""
    for need in ("transactions", "joins", "vectors", "time series", "documents", "full text", "geo", "graph"):
        if profile.asks(need) and option.grade(need)[0] == "no":
            how = option.grade(need)[1] or f"it has no {need}"
            fact = facts.get(f"{option.id}.extensions")
            return stated(f"{need}: {how} ({profile.why(need)})", fact)
    return None


def _durable(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if option.family == "redis" and not profile.only_cache:
        return stated("what is kept here is not only a cache: a main database needs constraints and disk")
    return None


def _same(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    """An extension that nothing asks for makes no other option of PostgreSQL."""
    need = {"pgvector": "vectors", "timescaledb": "time series"}.get(option.id)
    if need is not None and not profile.asks(need) and profile.host != option.id:
        return stated(f"here it is PostgreSQL, and an extension for {need} that nothing asks for")
    return None


def _dimensions(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    limit = facts["pgvector.half_dimensions"]
    if option.family == "postgresql" and profile.asks("vectors") and profile.dimensions > float(limit.value):
        return stated(f"vectors of {profile.dimensions:,} dimensions cannot be indexed: {limit.figure} can", limit)
    return None


def _licence(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if profile.licence == "open source" and not option.open_source:
        fact = facts.get(f"{option.id}.licence")
        return stated(f"open source is asked for: {fact.figure if fact else 'a service of its provider'}", fact)
    return None


def _platform(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    if not profile.platform:
        return None
    if profile.platform in OWN:
        if option.hosted:
            return stated(f"{profile.platform}: it is had from its provider alone")
        return None
    if profile.host:
        if option.id == profile.host or (profile.host == "postgresql" and option.id in ("pgvector", "timescaledb")):
            return None
        return stated(f"the platform is {profile.platform}")
    return None  # a cloud that does not host it is a network between: see the fit


def _budget(profile: Profile, option: Option, facts: Factbook) -> Statement | None:
    cost = monthly_cost(profile, option, facts)
    if profile.budget == 0 and cost is None and not (option.embedded or option.hosted):
        return stated("a server of one's own has a price, and nothing is to be paid")
    if profile.budget is None or cost is None or cost[0] <= profile.budget:
        return None
    currency = profile.currency or "USD"
    note = "" if currency == "USD" else ", taken as equal"
    return Statement(
        text=f"about {cost[0]:,.0f} USD a month, and there are {profile.budget:,.0f} {currency}{note}: {cost[1].text}",
        known="modelled",
        source=cost[1].source,
        date=cost[1].date,
    )


def monthly_cost(profile: Profile, option: Option, facts: Factbook) -> tuple[float, Statement] | None:
    """What a platform costs a month at the size after two years, in USD, with how it is computed: modelled from its
    prices. None for what is not priced here."""
    gigabytes = profile.bytes_later / 1e9
    free = facts.get(f"{option.id}.storage_free")
    if free is not None and gigabytes <= float(free.value):
        return 0.0, modelled(f"its free plan holds {free.figure}", free)
    price = facts.get(f"{option.id}.storage_price")
    if price is None:
        return None
    storage = gigabytes * float(price.value)
    if option.id == "neon":
        compute = facts["neon.compute_price"]
        # Its smallest size (0.25 CU), always on: 730 hours a month. Asleep it costs less.
        hours = 0.25 * 730 * float(compute.value)
        return storage + hours, modelled(
            f"{price.figure} of storage, {compute.figure} for the smallest size, always on", compute
        )
    if option.id == "supabase":
        plan = facts["supabase.plan_price"]
        extra = max(gigabytes - 8, 0) * float(price.value)
        return extra + float(plan.value), modelled(f"{plan.figure}, and {price.figure} beyond 8 GB", plan)
    if option.id == "upstash":
        command = facts["upstash.command_price"]
        commands = ((profile.reads or 0) + (profile.writes or 0)) * 730 * 3600 / 1e6 * float(command.value)
        return storage + commands, modelled(f"{price.figure}, {command.figure}", command)
    return storage, modelled(f"{price.figure} of storage", price)


CONSTRAINTS: tuple[Constraint, ...] = (
    _device, _edge, _serverless, _platform, _size, _regions, _essential, _durable, _same, _dimensions, _licence,
    _budget,
)  # fmt: skip
