"""What would change the answer. Each condition is tried: the spec is changed and the choice is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

from .evidence import disk_text
from .options import option
from .orms import TITLES
from .profile import Profile
from .spec import Entity, Spec, Volume

Decide = Callable[[Spec, float | None], tuple[str, str] | None]
_LARGEST_GB = 1e9  # an exabyte: no figure beyond it is told
_FASTEST = 1e9  # writes a second


class Flip(Value, frozen=True, kw_only=True):
    """A condition and the answer under it. `spec` is the changed spec; choosing for it gives `database` and `orm`."""

    when: str
    database: str
    title: str
    orm: str
    orm_title: str
    spec: Spec


def flips(
    spec: Spec, profile: Profile, answer: tuple[str, str], decide: Decide, size: float | None
) -> tuple[Flip, ...]:
    """The conditions that change the answer, each with the answer under it."""
    found: list[Flip] = []
    for when, changed, own_size in _changes(spec, profile, answer[0], decide, size):
        if changed == spec and own_size == size:
            continue
        try:
            other = decide(changed, own_size)
        except InputError:
            continue
        if other is None or other == answer:
            continue
        chosen = option(other[0])
        orm = TITLES[other[1]] if other[1] != "driver" else f"{chosen.title}'s own driver"
        found.append(Flip(when=when, database=other[0], title=chosen.title, orm=other[1], orm_title=orm, spec=changed))
    return tuple(found)


def _changes(
    spec: Spec, profile: Profile, database: str, decide: Decide, size: float | None
) -> Iterator[tuple[str, Spec, float | None]]:
    grown = _grown(spec, profile, database, decide)
    if grown is not None:
        yield f"the data is more than {disk_text(grown * 1e9)}", _around(spec, disk_gb=grown), None
    faster = _faster(spec, profile, database, decide, size)
    if faster is not None:
        yield f"writes are more than {faster:,.0f} a second", _with_writes(spec, faster), size
    yield "it runs at the edge, in TypeScript", _around(spec, runs="edge", runtime="node"), size
    words = {
        "serverless": "it runs in serverless functions",
        "device": "it runs on a device",
        "server": "it runs on a server",
    }
    for runs, said in words.items():
        yield said, _around(spec, runs=runs), size
    needs = spec.surroundings.needs
    for need, said in (
        ("vectors", "vectors are searched"),
        ("offline", "it must work offline"),
        ("auth", "sign-in must come with the database"),
        ("realtime", "clients must see changes as they happen"),
        ("branches", "each pull request gets a branch of the data"),
        ("time series", "most of it is a time series"),
        ("documents", "documents of varying shape are kept"),
    ):
        if not profile.asks(need):
            yield said, _around(spec, needs=(*needs, need)), size
    for need in ("vectors", "time series", "offline", "sync", "auth", "realtime", "branches", "cache"):
        if profile.asks(need):
            yield f"{need}: not asked for", _without(spec, need), size
    for runtime, said in (("python", "the program is in Python"), ("node", "the program is in TypeScript")):
        yield said, _around(spec, runtime=runtime), size
    for skill, title in TITLES.items():
        if skill != "driver":
            yield f"the team knows {title}", _around(spec, skills=(skill,)), size
    if "raw sql" not in profile.needs:
        yield "queries are written as SQL", _around(spec, needs=(*needs, "raw sql")), size
    if spec.surroundings.licence != "open source":
        yield "nothing but open source will do", _around(spec, licence="open source"), size
    else:
        yield "other licences will do too", _around(spec, licence=""), size
    if spec.surroundings.platform:
        yield "any platform will do", _around(spec, platform=""), size
    if spec.surroundings.tenancy != "database":
        yield "each tenant gets a database", _around(spec, tenancy="database"), size
    else:
        yield "tenants share a database", _around(spec, tenancy="shared"), size
    three = ("eu", "us", "asia")
    if spec.surroundings.consistency != "strong" or len(profile.regions) < 2:
        yield (
            "writes in several regions must be strongly consistent",
            _around(spec, regions=three, consistency="strong"),
            size,
        )
    else:
        yield "writes are in one region", _around(spec, regions=profile.regions[:1]), size
    if profile.budget is not None:
        yield "there is no limit of the budget", _around(spec, budget_a_month=None), size


def _around(spec: Spec, **changes: Any) -> Spec:
    return msgspec.structs.replace(spec, surroundings=msgspec.structs.replace(spec.surroundings, **changes))


def _without(spec: Spec, need: str) -> Spec:
    """The spec without a need: neither asked for, nor a field or an entity that brings it."""
    entities: list[Entity] = []
    for entity in spec.entities:
        fields = tuple(one for one in entity.fields if not (need == "vectors" and one.kind == "vector"))
        by_time = entity.by_time and need != "time series"
        entities.append(msgspec.structs.replace(entity, fields=fields, by_time=by_time))
    kept = tuple(one for one in spec.surroundings.needs if one.lower().rstrip("s") != need.rstrip("s"))
    around = msgspec.structs.replace(spec.surroundings, needs=kept)
    return msgspec.structs.replace(spec, entities=tuple(entities), surroundings=around)


def _with_writes(spec: Spec, rate: float) -> Spec:
    entity = spec.entities[0].name if spec.entities else "row"
    kept = tuple(msgspec.structs.replace(one, writes_a_second=None, a_day=None) for one in spec.volumes)
    later = tuple(
        one if old.rows_later is not None or old.a_day is None
        else msgspec.structs.replace(one, rows_later=(old.rows or 0) + 730 * old.a_day)
        for one, old in zip(kept, spec.volumes, strict=True)
    )  # fmt: skip
    return msgspec.structs.replace(spec, volumes=(*later, Volume(entity=entity, writes_a_second=rate)))


def _grown(spec: Spec, profile: Profile, database: str, decide: Decide) -> float | None:
    """The size in GB from which the answer is another, found by halving; None where it is the same at every size."""

    def other(gigabytes: float) -> bool:
        found = decide(_around(spec, disk_gb=gigabytes), None)
        return found is not None and found[0] != database

    start = max(profile.bytes_later / 1e9, 0.01)
    return _first(start, _LARGEST_GB, other)


def _faster(spec: Spec, profile: Profile, database: str, decide: Decide, size: float | None) -> float | None:
    def other(rate: float) -> bool:
        found = decide(_with_writes(spec, rate), size)
        return found is not None and found[0] != database

    return _first(max(profile.writes or 0.0, 1.0), _FASTEST, other)


def _first(start: float, most: float, other: Callable[[float], bool]) -> float | None:
    """Where going up from `start` the answer first is another, to 3 digits; the value itself is on the far side."""
    low, high = start, start
    while not other(high):
        low, high = high, high * 2
        if high > most:
            return None
    if high == start:
        return None  # it is another already: something else was changed with it
    while high / low > 1.001:
        middle = (low + high) / 2
        low, high = (low, middle) if other(middle) else (middle, high)
    return high
