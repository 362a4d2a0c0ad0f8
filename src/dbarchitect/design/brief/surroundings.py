"""Where it runs, with whom, and how much of everything there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dbarchitect.design.spec import Entity, Surroundings, Volume
from dbarchitect.model import english

from .phrases import listed, named, singular
from .quantities import NUMBER, a_second, milliseconds, number, numbers

_NEEDS: tuple[tuple[str, str], ...] = (
    ("full text", r"full[- ]text|search(?:able|es|ing)? (?:in|over|through)\b"),
    ("vectors", r"vector|embedding|semantic search|similarity search|\brag\b|retrieval[- ]augmented"),
    ("time series", r"time[- ]series|telemetry|sensor|metrics|readings per"),
    ("documents", r"schema[- ]?less|free[- ]form documents?|varying shape|document (?:store|database)"),
    ("cache", r"\bcach(?:e|ing)\b|session store|rate limit"),
    ("queue", r"job queue|work queue|background jobs"),
    ("geo", r"\bgeo|within \d+ ?km|nearby|maps?\b"),
    ("graph", r"graph (?:traversal|database)|friends of friends|shortest path"),
    ("offline", r"offline|local[- ]first|on[- ]device|embedded in the app"),
    ("sync", r"\bsync\w*\b.{0,30}\bdevices\b"),
    ("branches", r"database branch|branch per pull request|preview (?:database|environment)s?"),
    ("transactions", r"\bacid\b|transactions?\b.*\b(?:must|across|money)|double[- ]entry|ledger"),
)  # fmt: skip
_RUNS = (
    ("edge", r"\bedge\b|cloudflare|workers\b|fly\.io|deno deploy|close to (?:the )?users"),
    ("device", r"on (?:the |a )?device|desktop app|mobile app only|raspberry|embedded device"),
    ("serverless", r"serverless|lambda|vercel|netlify|cloud functions|cloud run|scale[s]? to zero"),
    ("server", r"\bserver\b|\bvm\b|kubernetes|container|docker|vps|hetzner|bare metal|on[- ]prem"),
)
_RUNTIMES = (
    ("python", r"\b(?:python|django|fastapi|flask)\b"),
    ("node", r"\b(?:node(?:\.js)?|typescript|next\.js|express|nestjs)\b"),
)
_PLATFORMS = (
    "supabase",
    "neon",
    "turso",
    "aws",
    "azure",
    "gcp",
    "google cloud",
    "vercel",
    "cloudflare",
    "fly.io",
    "hetzner",
    "heroku",
    "upstash",
)
_COMPLIANCE = ("gdpr", "hipaa", "pci", "pci dss", "soc 2", "soc2", "iso 27001", "ccpa", "dsgvo")
_KEYS: Mapping[str, str] = {
    "runtime": "runtime", "language": "runtime", "stack": "runtime", "runs": "runs", "where": "runs", "hosting": "runs",
    "where it runs": "runs", "deployment": "runs", "platform": "platform", "consistency": "consistency",
    "latency": "latency", "budget": "budget", "region": "regions", "regions": "regions", "compliance": "compliance",
    "team": "team", "skills": "skills", "tenancy": "tenancy", "tenant": "tenant", "needs": "needs", "licence": "licence",
    "license": "licence", "ids": "ids", "keys": "ids", "size": "disk", "disk": "disk", "title": "title", "name": "title",
}  # fmt: skip


_EACH = r"(?:(?:per|for|of) (?:each|every|a|one|single|individual)?|each|every|their|its)"
# What is asked to be each tenant's own.
_OWN_DATABASE = (
    r"\b(?:physical(?:ly)? (?:isolat|separat)\w*|(?:separate|dedicated|own|isolated) (?:databases?|instances?)\b"
    r"|databases? (?:per|for each|for every) |(?:own|separate) encryption keys?\b|customer[- ]managed keys?\b"
    rf"|(?:back(?:ed )?up|restor)\w*[^.]{{0,30}}\b(?:separately|individually|on (?:its|their) own|{_EACH} (?:tenant|customer|client)))"
)
_OWN_RIGHTS = r"\b(?:(?:separate|dedicated|own) (?:schemas?|database (?:roles?|users?|accounts?|logins?))|schemas? (?:per|for each|for every) )"


def told(key: str, value: str) -> dict[str, Any] | None:
    """What a line `key: value` says; None for a key that is not known."""
    what = _KEYS.get(named(key))
    text = value.strip().strip("[]\"'")
    if what is None:
        return None
    lower = text.lower()
    match what:
        case "runtime":
            found = (
                "python"
                if re.search(r"python|django|fastapi|flask", lower)
                else "node"
                if re.search(r"node|typescript|javascript|next|\bts\b|\bjs\b", lower)
                else ""
            )
            return {"runtime": found} if found else None
        case "runs":
            return {"runs": next((one for one, pattern in _RUNS if re.search(pattern, lower)), "")} | _platform(lower)
        case "platform":
            return _platform(lower) or {"platform": lower}
        case "consistency":
            return {"consistency": "eventual" if "eventual" in lower else "strong"}
        case "latency":
            return {"latency_ms": milliseconds(text)}
        case "budget":
            amounts = numbers(text)
            sign = re.search(r"EUR|USD|GBP|CHF|€|\$|£", text)
            return {
                "budget_a_month": amounts[0] if amounts else (0.0 if "free" in lower else None),
                "currency": sign[0] if sign else "",
            }
        case "regions" | "skills" | "needs":
            return {what: tuple(one.lower() if what == "needs" else one for one in listed(text))}
        case "compliance":
            return {"compliance": tuple(listed(text))}
        case "team":
            amounts = numbers(text)
            return {"team": int(amounts[0]) if amounts else None} | (
                {"skills": tuple(listed(text.partition(":")[2]))} if ":" in text else {}
            )
        case "tenancy":
            found = (
                "database"
                if "database" in lower
                else "schema"
                if "schema" in lower
                else "none"
                if re.search(r"none|single", lower)
                else "shared"
            )
            per = re.search(r"(?:per|by|each) (?:a |the )?([a-z ]+)$", lower)
            return {"tenancy": found} | (
                {"tenant": singular(per[1])} if per and found not in ("database", "schema") else {}
            )
        case "tenant":
            return {"tenant": singular(text), "tenancy": "shared"}
        case "ids":
            return {"ids": "public" if re.search(r"public|outside|uuid|visible|exposed", lower) else "internal"}
        case "licence":
            return {"licence": "open source" if "open" in lower else text}
        case "disk":
            return {"disk_gb": _gigabytes(lower)}
        case "title":
            return {"title": text}
        case _:
            return None


def worded(text: str, around: Surroundings) -> str:
    """The words of a text that say what is known of the surroundings: `Cloudflare Workers` of what runs at the edge."""
    known = {*around.needs, around.runs, around.runtime, around.tenancy and "tenants", around.isolation}
    patterns = (
        *_NEEDS, *_RUNS, *_RUNTIMES, ("tenants", r"multi[- ]?tenant\w*"), ("database", _OWN_DATABASE), ("schema", _OWN_RIGHTS),
    )  # fmt: skip
    return " ".join(
        found[0] for what, pattern in patterns if what in known for found in re.finditer(pattern, text, re.IGNORECASE)
    )


def _platform(text: str) -> dict[str, Any]:
    found = next((one for one in _PLATFORMS if one in text), "")
    return {"platform": found} if found else {}


def _gigabytes(text: str) -> float | None:
    match = re.search(r"(\d+(?:\.\d+)?)\s*(mb|gb|tb|pb)", text)
    return float(match[1]) * {"mb": 1e-3, "gb": 1, "tb": 1e3, "pb": 1e6}[match[2]] if match else None


def hinted(text: str) -> dict[str, Any]:
    """What a sentence says of the surroundings in passing."""
    lower = text.lower()
    found: dict[str, Any] = {}
    needs = tuple(need for need, pattern in _NEEDS if re.search(pattern, lower))
    if needs:
        found["needs"] = needs
    runs = next((one for one, pattern in _RUNS if re.search(pattern, lower)), "")
    if runs and re.search(r"\b(?:runs?|deployed?|hosted|on|at|in)\b", lower):
        found["runs"] = runs
    found |= _platform(lower)
    runtime = next((one for one, pattern in _RUNTIMES if re.search(pattern, lower)), "")
    if runtime:
        found["runtime"] = runtime
    compliance = tuple(one.upper() for one in _COMPLIANCE if re.search(rf"\b{re.escape(one)}\b", lower))
    if compliance:
        found["compliance"] = compliance
    if re.search(r"\bstrong(?:ly)? consisten", lower):
        found["consistency"] = "strong"
    elif re.search(r"\beventual(?:ly)? consisten", lower):
        found["consistency"] = "eventual"
    people = re.search(r"\bteam of (\w+)", lower)
    if people and (count := number(people[1])):
        found["team"] = int(count)
    money = re.search(
        r"(?:budget|spend|pay|cost)[^.]*?(\d[\d,]*)\s*(EUR|USD|€|\$|euros?|dollars?)?[^.]*?(?:a|per|/) ?month",
        text,
        re.IGNORECASE,
    )
    if money:
        found["budget_a_month"] = float(money[1].replace(",", ""))
    disk = re.search(r"(\d+(?:\.\d+)?)\s*(gb|tb)\b", lower)
    if disk and re.search(r"\b(?:data|database|total|disk|storage)\b", lower):
        found["disk_gb"] = _gigabytes(disk[0])
    if re.search(r"multi[- ]?tenant", lower):
        found["many_tenants"] = True
    if re.search(_OWN_DATABASE, lower):
        found["isolation"] = "database"
    elif re.search(_OWN_RIGHTS, lower):
        found["isolation"] = "schema"
    return found


_COLUMNS: tuple[tuple[str, str], ...] = (
    ("entity", r"entity|table|what|thing|data|name"),
    ("rows_later", r"(?:rows|count|number)?.*(?:later|two years|2 years|in \d+ (?:years|months)|future|after)"),
    ("a_day", r"(?:growth|new|added|inserts?|incoming).*|per day|a day|daily"),
    ("reads", r"reads?.*"),
    ("writes", r"writes?.*"),
    ("rows", r"(?:rows|count|number|volume|size|today|now|at start|initial).*"),
)


def volume_columns(cells: tuple[str, ...]) -> dict[str, int] | None:
    """Which column of a table of volumes holds what; None where it is none."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        what = next(
            (one for one, pattern in _COLUMNS if re.fullmatch(pattern, cell.strip().lower()) and one not in found), None
        )
        if what is not None:
            found[what] = at
    return found if "entity" in found and len(found) > 1 else None


def volume_of_row(
    cells: tuple[str, ...], columns: Mapping[str, int], entities: Mapping[str, Entity], *, line: int
) -> Volume | None:
    """The volume of a row of such a table."""

    def value(what: str) -> float | None:
        at = columns.get(what)
        if at is None or at >= len(cells):
            return None
        rate = a_second(cells[at])
        if rate is not None:
            return rate[0] * (86400 if what == "a_day" else 1)
        found = numbers(cells[at])
        return found[0] if found else None

    name = singular(cells[columns["entity"]])
    if name not in entities:
        return None
    return Volume(
        entity=name, rows=value("rows"), rows_later=value("rows_later"), a_day=value("a_day"),
        reads_a_second=value("reads"), writes_a_second=value("writes"), line=line,
    )  # fmt: skip


_COUNTED = re.compile(rf"{NUMBER} ([a-z][a-z-]+)", re.IGNORECASE)
_NOT_COUNTED = frozenset(
    """
    in now today at per an each every after within later rows row of them new more total initially currently reads read writes
    write and to over during on the active existing or for with as from when until by once so per a second seconds minute minutes
    hour hours day days week weeks month months year years times gb mb tb percent open live
    """.split()  # noqa: SIM905
)


def volumes_of(text: str, entities: Mapping[str, Entity], *, line: int) -> list[Volume]:
    """The volumes of a sentence: `1 million customers, 20 million orders in two years, 50k orders a day`."""
    spoken = dict.fromkeys(entities)
    plural = {" ".join((*name.split()[:-1], english.plural(name.split()[-1]))): name for name in spoken} | {
        name: name for name in spoken
    }
    pattern = "|".join(sorted(map(re.escape, plural), key=len, reverse=True))
    if not pattern:
        return []
    found: dict[str, dict[str, float]] = {}
    last = ""
    for part in re.split(
        r"[,;](?!\d{3})|\.\s|\bwith (?=(?:about |around |roughly |some |~)?\d)|\band\b|\bgrowing (?:by|to)\b|\bplus\b|→|->",
        text,
    ):
        named_ = re.search(rf"\b({pattern})\b", part, re.IGNORECASE)
        if named_ is None and (strange := _COUNTED.search(part)) and strange[1].lower() not in _NOT_COUNTED:
            last = ""  # of something that is no entity
        before, last = last, plural[named_[1].lower()] if named_ else last
        if not last:
            continue
        figures = found.setdefault(last, {})
        rate = a_second(part)
        if rate is not None:
            if re.search(r"\breads?\b", part, re.IGNORECASE):
                figures["reads_a_second"] = rate[0]
            elif re.search(r"\bwrites?\b", part, re.IGNORECASE):
                figures["writes_a_second"] = rate[0]
            else:
                figures["a_day"] = rate[0] * 86400
            continue
        if re.search(
            r"\b(?:after|for|older than) \d+ ?(?:d|h|days?|hours?|weeks?|months?|years?|yrs?)\b", part, re.IGNORECASE
        ):
            continue  # how long they are kept
        every = re.search(
            rf"(?<![\d.,])(?:({NUMBER}) ?(?:-|–|to) ?)?({NUMBER}) [a-z ]+ each[\s.]*$", part, re.IGNORECASE
        )
        if every is not None and named_ is not None and (parent := found.get(before)) is not None and before != last:
            few, most = number(every[1] or every[2]) or 0, number(every[2]) or 0
            many = (few + most) / 2
            figures |= {what: value * many for what, value in parent.items() if what in ("rows", "rows_later", "a_day")}
            continue
        each = re.search(rf"\b(?:per|for each|for every|in each|an?) ({pattern})[\s.]*$", part, re.IGNORECASE)
        if each is not None and (parent := found.get(plural[each[1].lower()])) is not None and named_ is not None:
            last = plural[named_[1].lower()]
            many = numbers(part[: each.start()])
            if many and "rows" in parent and last != plural[each[1].lower()]:
                figures["rows"] = many[-1] * parent["rows"]
            continue
        amounts = numbers(
            re.sub(r"\b(?:in|after|within) (?:two|2|\d+) (?:years?|months?)\b", "", part, flags=re.IGNORECASE)
        )
        if amounts:
            later = re.search(
                r"\b(?:in|after|within) (?:two|2|\d+) (?:years?|months?)\b|\blater\b|\beventually\b",
                part,
                re.IGNORECASE,
            )
            figures["rows_later" if later else "rows"] = amounts[-1]
    return [Volume(entity=name, line=line, **figures) for name, figures in found.items() if figures]
