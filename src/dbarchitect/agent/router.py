"""Which verb a task in words wants: by its words and by what it names, without a language model and without the disk.

Each verb has patterns with weights; a task goes to the verb whose patterns weigh most in it, where that is enough and
no other comes near. What it names (files, URLs, SQL) is taken out first: it rules out verbs that cannot work on it, and
fills the verb's arguments. Nothing is made up: a source that is not named is asked for.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from dbarchitect.errors import InputError
from dbarchitect.sql.parse import statement_kind

Effect = Literal["reads", "writes", "changes"]

_ENOUGH = 2.0  # of weight, below which a task is not understood: one telling word, or two that only hint
_APART = 1.0  # of weight between the first verb and the next

# verb -> (pattern, weight), for the task in lower case. <SQL>, <BRIEF>, ... stand for what was named.
_PRODUCTS = (
    r"(?:postgres\w*|mongo\w*|mysql|sqlite|dynamo\w*|redis|supabase|neon|turso|cockroach\w*|firestore|firebase|prisma"
    r"|drizzle|sqlalchemy|tortoise|kysely)"
)
_RISKS = (
    r"\b(?:safe|safely|unsafe|dangerous|risky|risks?|downtime|outage|scary|locks?|block\w*|break|breaks|hurts?"
    r"|rewrites?|take down)\b"
)
_FIX = r"\bfix (?:everything|all|whatever|what)\b"
_PATTERNS: dict[str, tuple[tuple[str, float], ...]] = {
    "choose": (
        (r"\b(?:which|what|best|right|recommend|pick|choose|suggest)\b.*\b(?:database|db|datastore|orm|mapper)\b", 3),
        (rf"\b{_PRODUCTS}(?:\s+\w+)?\s+(?:or|vs\.?|versus)\b", 3),
        (rf"\b(?:need|get away with|go with|stick with|instead of|enough|overkill)\b.*\b{_PRODUCTS}\b"
         rf"|\b{_PRODUCTS}\b.*\b(?:enough|overkill|(?:good|right|better) (?:fit|choice))\b", 3),
        (rf"\b{_PRODUCTS}\b.*\b{_PRODUCTS}\b.*<BRIEF>|<BRIEF>.*\b{_PRODUCTS}\b.*\b{_PRODUCTS}\b", 2),
        (r"\borm\b", 1),
        (r"<BRIEF>", 1),
    ),
    "design": (
        (r"\b(?:design|model|architect)\w*\b", 2),
        (r"\b(?:create|make|draft|propose|come up with)\b.*\b(?:schema|tables|data ?base|model)\b", 2),
        (r"\b(?:into|as) (?:a )?(?:tables|schema|database)\b", 2),
        (r"<BRIEF>.*\b(?:what|which) (?:tables|columns)\b|\b(?:what|which) (?:tables|columns)\b.*<BRIEF>", 2),
        (r"\b(?:plan|lay out|structure|organi[sz]e) (?:my|our|the) (?:data|tables|storage)\b", 2),
        (r"\b(?:build|building|brief|requirements|idea)\b", 1),
        (r"<BRIEF>", 1),
    ),
    "check": (
        (r"\b(?:review|audit|inspect|check|assess|critique|validate|lint|grade|roast|sanity|health)\b", 2),
        (r"\b(?:(?:take|have) a look|look (?:at|over)|once-over)\b", 2),
        (r"\b(?:wrong|problems?|issues?|mistakes?|flaws?|smells?|anti-?patterns?|any good|best practices?)\b", 2),
        (r"\b(?:have|has|having|with|without) no primary keys?\b|\bwithout (?:a )?primary keys?\b|\bbloat\w*\b", 2),
        (r"\b(?:all|which|the|your) rules\b", 2),
        (r"\bhow (?:bad|good|healthy|sound|sane)\b", 2),
        (r"\b(?:missing (?:foreign keys?|constraints?|keys?|primary keys?)|normali[sz]\w+|normal forms?)\b", 2),
        (r"\b(?:security|rls|polic(?:y|ies)|who (?:can|may) (?:read|see|write)|big keys?)\b", 2),
        (r"\bforeign keys?\b.*\bindex|\bindex\w*\b.*\bforeign keys?\b", 4.5),
        (_FIX, 2),
        (r"<REDIS>", 2),
        (r"<MONGO>", 1),
    ),
    "migrate lint": (
        (rf"{_RISKS}.*(?:\bmigrat|<UP>|<FOLDER>)|(?:\bmigrations?\b|<UP>|<FOLDER>).*{_RISKS}", 3),
        (r"\b(?:lint|check|review)\b.*(?:\bmigrations?\b|<UP>)", 3),
        (r"\bcan (?:i|we)\b.*(?:<UP>|<FOLDER>)", 2),
        (r"<UP>", 1),
    ),
    "migrate rehearse": (
        (r"\b(?:rehears\w+|dry[- ]?run|trial|simulat\w+)\b|\bwhat (?:would|will) happen\b", 3.5),
        (r"\bup and (?:back )?down\b", 3),
        (r"\b(?:test|try|run)\b.*(?:\bmigrat\w+|<FOLDER>|<UP>).*(?:\bcopy\b|<LIVE>|\bfirst\b|\bbefore\b)", 3.5),
        (r"\bhow (?:long|much time)\b.*(?:\bmigrat\w+|<FOLDER>|<UP>)", 4),
        (r"\breversible\b|\bdown (?:scripts?|migrations?|files?)\b", 3),
        (r"(?:<FOLDER>|<UP>).*<LIVE>", 1),
    ),
    "migrate diff": (
        (r"\b(?:diff|differ\w*|compare|comparison)\b", 2),
        (r"\bchang\w+\b.*\b(?:between|from)\b", 2),
        (r"\bmake\b.*<(?:SCRIPT|LIVE|FOLDER)>.*\b(?:look like|match|equal)\b.*<(?:SCRIPT|LIVE)>", 2.5),
        (r"\b(?:get|gets|go|goes|going|way|path|statements?|sql)\b.*<(?:SCRIPT|LIVE|FOLDER)> to <(?:SCRIPT|LIVE)>", 2),
        (r"<SCRIPT>.*<SCRIPT>", 1),
    ),
    "migrate new": (
        (r"\b(?:write|generate|create|make|add|new|next)\b.*\bmigration\b", 3),
        (r"\bmigration\b.*\b(?:to|for)\b.*<SCRIPT>", 1),
    ),
    "migrate apply": (
        (r"\b(?:apply|deploy|ship|push|release)\b.*(?:\bmigrations?\b|<FOLDER>)", 2.5),
        (r"\b(?:run|execute)\b.*(?:\bmigrations?\b|<FOLDER>)", 1.5),
        (r"\b(?:to|in|on|into) prod\w*\b|\blive\b", 1.5),
    ),
    "migrate rollback": (
        (r"\b(?:roll(?:ing|ed)? ?back|undo|revert|take back|back out)\b", 3.5),
        (r"\btake\b.*(?:\b(?:migration|change)\b|<FOLDER>).*\b(?:back|out)\b", 3.5),
        (r"\b(?:broke|failed|went wrong)\b", 0.5),
    ),
    "migrate adopt": (
        (r"\badopt\w*\b|\bbaseline\b.*(?:\bmigrat\w+|<FOLDER>)", 3.5),
        (r"\b(?:start|begin)\b.*\b(?:managing|tracking|using)\b.*(?:\bmigrations\b|<FOLDER>)", 3.5),
        (r"\balready (?:exists?|there)\b", 1),
    ),
    "migrate status": (
        (r"\b(?:pending|drift\w*|in sync|out of sync|up to date|status|applied already|not applied)\b", 3.5),
        (r"\b(?:were|was|are|is|which|what|has|have)\b.*\bapplied\b", 3.5),
    ),
    "index": (
        (r"\bindex(?:es|ing|ed)?\b|\bindices\b", 3),
        (r"\b(?:unused|superfluous|redundant|recommend|more|which|what)\b.*\bind(?:ex|ic)", 1),
    ),
    "query": (
        (r"\b(?:slow\w*|sluggish|fast\w*|speed|optimi[sz]e|tune|performance|latency|(?:query|response) times?)\b", 2),
        (r"\b(?:tak(?:es?|ing)|needs?|runs?|lasts?) "
         r"(?:forever|ages|(?:so |too |very )?long|\d+ ?(?:s|sec\w*|min\w*|ms)\b)", 2),
        (r"\bwhere\b.*\btime (?:go|goes|is spent)\b", 2),
        (r"\b(?:seq(?:uential)?|full(?: table)?) scans?\b|\b(?:nested loops?|hash joins?)\b", 1.5),
        (r"<SQL>", 1.5),
        (r"\b(?:query|queries|statement)\b", 1),
        (r"\bexplain\b.*(?:\b(?:plan|query)\b|<SQL>)|\bquery plan\b", 2),
        (r"\brewrite\b", 1),
    ),
    "query keyset": (
        (r"\b(?:keyset|cursor|seek)\b", 4),
        (r"\b(?:paginat\w+|infinite scroll|page \d+|(?:deep|later|last) pages?|paging)\b", 3),
        (r"\boffset\b", 2),
    ),
    "query n+1": (
        (r"\bn ?\+ ?1\b", 4),
        (r"\b(?:loops?|repeated|one by one)\b.*\bquer", 3),
        (r"\b(?:fires?|sends?|issues?|makes?|runs?)\b.*(?:\b\d+|\b(?:one|a|hundreds?|thousands?|dozens?)(?: of)?)"
         r" (?:\w+ )?(?:select|quer|statement)|\b(?:\d{2,}|hundreds?|thousands?) (?:of )?times\b", 3),
        (r"\b(?:per|for (?:each|every)) (?:row|item|record|entry|line)\b", 1),
        (r"<LOG>", 1),
    ),
    "query diff": (
        (r"\bplans?\b.*\b(?:worse|better|regress\w*|change\w*|differ\w*|flip\w*)\b", 4),
        (r"<LIVE>.*<LIVE>", 1.5),
        (r"\bupgrad\w+\b", 2),
    ),
    "orm": (
        (r"\b(?:sqlalchemy|sqlmodel|tortoise|prisma|drizzle|kysely)\b", 2),
        (r"\b(?:models?|code|project|scaffold|orm|set ?up|generate)\b.*", 1),
        (r"\bscaffold\b", 1),
    ),
    "orm diff": (
        (r"<MODELS>", 2),
        (r"(?:\bmodels?\b|<MODELS>).*\b(?:match|agree|drift\w*|differ\w*|in sync|same|still)\b", 3),
    ),
    "erd": ((r"\b(?:erds?|er[- ]diagrams?|entity[- ]relationship|diagrams?|draw|picture|visuali[sz]e)\b", 3),),
    "report": (
        (r"\breports? (?:of|about|on|for)\b|\b(?:html|an?|write|make|create|generate)\b.*\breport\b|\bhtml\b", 2.5),
        (r"\b(?:mail|send|show|give|present)\b.*\b(?:boss|manager|management|cto|customer|team|colleagues)\b", 2.5),
    ),
    "cache": ((r"\bcach(?:e|es|ed|ing)\b|\bredis\b.*\bin front\b", 3.5),),
    "vectors": ((r"\b(?:hnsw|ivfflat|pgvector|embeddings?|vector (?:index|search)|recall|nearest neighbou?rs?)\b", 4),),
    "timeseries": (
        (r"\b(?:time ?-?series|timescale\w*|hypertables?|continuous aggregates?)\b", 4),
        (r"\b(?:chunks?|retention|sensors?|telemetry)\b.*\b(?:chunks?|retention|sensors?|telemetry)\b", 3),
    ),
    "twin create": (
        (r"\b(?:snapshot|twin)\b.*\b(?:of|from)\b", 3),
        (r"\b(?:take|make|create)\b.*\b(?:snapshot|twin)\b", 2),
        (r"\bstatistics\b", 1),
        (r"\bwithout (?:the |any )?(?:rows|data)\b", 1),
    ),
    "workload top": (
        (r"\b(?:top|most expensive|heaviest|dearest|most frequent|slowest|worst|slow)\b.*\b(?:quer|statement)", 3),
        (r"\b(?:which|what|whose)\b.*\b(?:quer(?:y|ies)|statements?)\b", 1),
        (r"\b(?:cpu|load|busy)\b", 1.5),
        (r"<LOG>", 1),
    ),
    "workload pooler": ((r"\b(?:pgbouncer|pooler|supavisor|transaction mode)\b", 4),),
    "documents shapes": ((r"\b(?:shapes?|looks? like|structure|fields|paths|types)\b", 2), (r"<MONGO>", 1)),
    "documents index": ((r"\bind(?:ex|ic)\w*\b.*<MONGO>|<MONGO>.*\bind(?:ex|ic)", 3),),
    "documents validators": ((r"\bvalidat(?:ors?|ion)\b|\bjson ?schema\b", 3), (r"<MONGO>", 1)),
    "documents postgres": (
        (r"<MONGO>.*\b(?:to|into|as|in)\b.*\b(?:postgres\w*|tables|relational|sql|jsonb)\b"
         r"|\b(?:to|into|as|in)\b.*\b(?:postgres\w*|tables|relational|sql|jsonb)\b.*<MONGO>", 3),
        (r"\b(?:off|away from|leav\w+|get rid of|replac\w+)\b.*(?:\bmongo\w*|<MONGO>)", 3),
        (r"<MONGO>", 1),
    ),
    "explain": (
        (r"\b(?:what (?:does|is)|explain|meaning of)\b.*<RULE>", 4),
        (r"<RULE>", 1),
    ),
    "platform": (
        (r"\b(?:neon|supabase)\b.*\b(?:allow\w*|limits?|sleep\w*|pooled|extensions|branch\w*|ports?)\b"
         r"|\b(?:limits?|connections|extensions|branches|ports?)\b.*\b(?:neon|supabase)\b", 3),
    ),
    "serve": ((r"\b(?:browsable|browse)\b|\blocalhost\b|\bweb (?:ui|interface)\b", 3),),
    "mcp": (
        (r"\bmcp\b", 3.5),
        (r"\b(?:let|give|allow|connect|expose|hand)\b.*\b(?:claude|cursor|copilot|codex|chatgpt|llm|ai|agents?)\b", 4),
    ),
    "demo": (
        (r"\bdemo\b", 3),
        (r"\bshow me (?:what|how) (?:you|it|this)\b|\bwhat can you do\b", 3),
    ),
    "init": (
        (r"\bset ?up\b.*\b(?:dba|dbarchitect|hook|ci|pre-commit|github|agents?)\b", 4),
        (r"\b(?:install|add)\b.*\b(?:hook|pre-commit|github action|agents?|skill)\b", 3),
        (r"\bthis (?:project|repo\w*)\b", 1),
    ),
}  # fmt: skip

# What a verb can work on: a task that names nothing of it is meant for another one.
_SCHEMAS = frozenset({"live", "script", "folder", "up", "models"})
_FOLDERS = frozenset({"folder", "up"})
_TAKES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("choose", "design"), frozenset({"brief", "live"})),
    "check": _SCHEMAS | {"redis", "mongo"},
    "migrate lint": _FOLDERS | {"script"},
    **dict.fromkeys(("migrate rehearse", "migrate apply", "migrate rollback", "migrate adopt"), _FOLDERS),
    "migrate status": _FOLDERS | {"live"},
    **dict.fromkeys(("index", "orm", "erd", "report", "cache", "twin create", "serve"), _SCHEMAS),
    **dict.fromkeys(("query", "query keyset"), _SCHEMAS | {"sql"}),
    **dict.fromkeys(("migrate diff", "migrate new", "query diff"), _SCHEMAS),
    **dict.fromkeys(("query n+1", "workload top", "workload pooler"), frozenset({"log"})),
    **dict.fromkeys(("vectors", "timeseries"), _SCHEMAS | {"column"}),
    "orm diff": frozenset({"models"}),
    "platform": frozenset(),
    **dict.fromkeys((verb for verb in _PATTERNS if verb.startswith("documents")), frozenset({"mongo"})),
}

_CHANGES = {"migrate apply", "migrate rollback", "migrate adopt"}
_TOLD = {"migrate new", "init", "serve", "mcp"}  # beside what has -o: writes files, or runs until it is ended
_MAPPERS = ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely")

_SOURCE = "which database or schema: a URL, a .sql file, a .twin, a folder of migrations, models"
_BRIEF = "what is being built: a brief in Markdown"

_KINDS = re.compile(r"<([A-Z]+)>")
_SHOWN = {"LIVE": "a database", "UP": "a migration", "SQL": "SQL", "MONGO": "MongoDB", "REDIS": "Redis"}

Kind = Literal["brief", "script", "up", "live", "redis", "mongo", "folder", "models", "log", "rule", "column", "sql"]


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something that a task names: a file, a URL, SQL."""

    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a task goes.

    verb     "" where it is not sure; `near` are then those that it could be
    words    the command line, with CAPITALS for what is missing
    because  why this verb
    missing  what has to be named first; empty where the command is whole
    effect   reads: it can be run; writes: files of its own, or runs until it is ended; changes: a database
    """

    verb: str
    words: tuple[str, ...] = ()
    because: str = ""
    missing: tuple[str, ...] = ()
    effect: Effect = "reads"
    near: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command line, for people."""
        return shlex.join(("dba", *self.words))


@dataclass(frozen=True, kw_only=True)
class _Task:
    text: str  # in lower case, with <KIND> for what was named
    named: tuple[Named, ...] = field(default=())

    def all(self, *kinds: Kind) -> list[str]:
        return [one.text for kind in kinds for one in self.named if one.kind == kind]

    def first(self, *kinds: Kind) -> str:
        return next(iter(self.all(*kinds)), "")


def route(
    task: str, *, sources: Sequence[str] = (), rules: Sequence[str] = (), is_folder: Callable[[str], bool] = bool
) -> Route:
    """Where a task goes. `sources`: named beside it; `rules`: the ids of all rules; `is_folder`: whether a word
    without an ending is one."""
    read = _read(task, sources, rules, is_folder)
    weights = {
        verb: _weighed(read.text, patterns) for verb, patterns in _PATTERNS.items() if _can_take(verb, read.named)
    }
    ranked = sorted(weights, key=lambda verb: -weights[verb][0])
    best, second = ranked[0], ranked[1]
    if weights[best][0] < _ENOUGH or weights[best][0] - weights[second][0] < _APART:
        return Route(verb="", near=tuple(verb for verb in ranked[:3] if weights[verb][0] >= _ENOUGH))
    said = ", ".join(dict.fromkeys(f'"{_KINDS.sub(_shown, word)}"' for word in weights[best][1]))
    made = _filled(best, read)
    effect: Effect = "changes" if best in _CHANGES else "writes" if best in _TOLD or "-o" in made.words else "reads"
    return replace(made, because=f"it says {said}", effect=effect)


def sources_in(task: str, *, is_folder: Callable[[str], bool] = bool) -> tuple[str, ...]:
    """The sources that a task names."""
    return tuple(_read(task, (), (), is_folder).all("live", "models", "folder", "script"))


def _can_take(verb: str, named: Sequence[Named]) -> bool:
    takes = _TAKES.get(verb)
    return takes is None or not named or any(one.kind in takes for one in named)


def _shown(kind: re.Match[str]) -> str:
    return _SHOWN.get(kind[1], f"a {kind[1].lower()}")


def _weighed(text: str, patterns: Sequence[tuple[str, float]]) -> tuple[float, list[str]]:
    found = [(match[0], weight) for pattern, weight in patterns if (match := re.search(pattern, text))]
    return sum(weight for _, weight in found), [words for words, _ in found]


# --- what it names ----------------------------------------------------------------------------------------------------

_SQL = re.compile(r"\b(?:SELECT|WITH|INSERT INTO|UPDATE|DELETE FROM)\b.*", re.DOTALL)
_LOWER_SQL = re.compile(r"\b(?:select\b.+?\bfrom|insert into|delete from)\b.*", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"([\"'`])((?:select|with|insert|update|delete)\b.*)\1", re.DOTALL | re.IGNORECASE)
# A source behind the SQL, as people add it: `... on app.twin`.
_BEHIND = re.compile(
    r"[\s,;]+(?:on|in|for|against|at|using)?\s*(\S+\.(?:twin|sql|db|sqlite3?|prisma)|\w+://\S+)[.?!]?\s*$"
)
_WORDS_BEHIND = 40  # more than these behind a query are not looked at
_WORD = re.compile(r"[^\s,;\"'`()<>!]+")
_ENDINGS: tuple[tuple[str, Kind], ...] = (
    (r"rediss?://.+", "redis"),
    (r"mongodb(?:\+srv)?://.+", "mongo"),
    (r"\w[\w+.-]*://.+|.+\.(?:twin|db|sqlite3?)", "live"),
    (r".+\.up\.sql", "up"),
    (r".+\.sql", "script"),
    (r".+\.(?:md|markdown)", "brief"),
    (r".+\.(?:log|csv|jsonl|otlp)(?:\.(?:gz|xz|bz2|zst))?", "log"),
    (r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*:[A-Za-z_]\w*|.+\.prisma|.+\.ts", "models"),
    (r".+/", "folder"),
    (r"[a-z_]\w*(?:\.[a-z_]\w*){1,2}", "column"),
)


def _read(task: str, sources: Sequence[str], rules: Sequence[str], is_folder: Callable[[str], bool]) -> _Task:
    named = [Named(kind=_kind(one, rules, lambda _: True) or "live", text=one) for one in sources]
    text = task
    match = _QUOTED.search(text) or _SQL.search(text) or _LOWER_SQL.search(text)
    if match is not None:
        sql, rest = (match[2], text[match.end() :]) if match.re is _QUOTED else _cut(match[0])
        named.append(Named(kind="sql", text=sql.strip().rstrip(";").strip()))
        offset = " offset" if re.search(r"\boffset\b", sql, re.IGNORECASE) else ""
        text = f"{text[: match.start()]} <SQL>{offset} {rest}"

    def taken(word: re.Match[str]) -> str:
        bare = word[0].rstrip(".:?")
        kind = None if bare in ("sql",) else _kind(bare, rules, is_folder)
        if kind is None:
            return word[0].lower()
        named.append(Named(kind=kind, text=bare))
        return f"<{kind.upper()}>"

    text = re.sub(r"<SQL>|" + _WORD.pattern, lambda word: word[0] if word[0] == "<SQL>" else taken(word), text)
    return _Task(text=" ".join(text.split()), named=tuple(named))


def _cut(text: str) -> tuple[str, str]:
    """SQL that begins a text without quotes, and the words behind it: as much as the parser takes."""
    if behind := _BEHIND.search(text):
        whole, rest = text[: behind.start()], f" on {behind[1]}"
    else:
        whole, rest = text, ""
    ends = [0, *(word.end() for word in re.finditer(r"\S+", whole))]
    for at in range(len(ends) - 1, max(1, len(ends) - _WORDS_BEHIND), -1):
        if not _is_sql(whole[: ends[at]]):
            continue
        if at < len(ends) - 1 and _is_sql(whole[: ends[at - 1]]):
            last = whole[ends[at - 1] : ends[at]].strip()
            at -= last.isalpha() and last.islower() and last not in ("asc", "desc")  # `FROM orders is slow`: no alias
        return whole[: ends[at]], whole[ends[at] :] + rest
    return whole, rest


def _is_sql(text: str) -> bool:
    try:
        statement_kind(text)
    except InputError:
        return False
    return True


def _kind(word: str, rules: Sequence[str], is_folder: Callable[[str], bool]) -> Kind | None:
    if word in rules:
        return "rule"
    for pattern, kind in _ENDINGS:
        if re.fullmatch(pattern, word):
            return kind
    return "folder" if "/" in word and is_folder(word) else None


# --- what the verb takes ----------------------------------------------------------------------------------------------


def _filled(verb: str, task: _Task) -> Route:
    """The command line of a verb, with what the task names."""
    words: list[str] = verb.split()
    missing: list[str] = []

    def need(found: str, placeholder: str, what: str) -> None:
        words.append(found or placeholder)
        if not found:
            missing.append(what)

    scripts = task.all("script")
    source = task.first("live", "models", "folder") or next((one for one in scripts if "schema" in one), "")
    folder = task.first("folder", "up")
    match verb:
        case "choose" | "design":
            need(task.first("brief", "live"), "BRIEF", _BRIEF)
            words += ["-o", "architecture"] if verb == "design" else []
        case "check" | "erd" | "report" | "cache" | "twin create" | "timeseries" | "serve":
            given = (task.first("redis", "mongo") if verb == "check" else "") or source or next(iter(scripts), "")
            need(given, "SOURCE", _SOURCE)
            words += _workload(task, {given}) if verb not in ("twin create", "erd") else []
            words += ["--fix", "-o", "fixes"] if verb == "check" and re.search(_FIX, task.text) else []
            words += {
                "erd": ["-o", "schema.svg"],
                "report": ["-o", "report.html"],
                "twin create": ["-o", "app.twin"],
            }.get(verb, [])
        case "index":
            given = source or (scripts[0] if len(scripts) > 1 else "") or _lone(scripts)
            need(given, "SOURCE", _SOURCE)
            words += _workload(task, {given})
        case "query" | "query keyset":
            need(source, "SOURCE", _SOURCE)
            rest = [one for one in scripts if one != source]
            if task.all("sql"):
                words.append(task.first("sql"))
            elif rest and verb == "query" and re.search(r"\b(?:queries|workload)\b", task.text):
                words += ["--workload", rest[0]]
            else:
                need(next(iter(rest), ""), "SQL", "which query: SQL in quotes, or a file that holds it")
        case "query diff":
            sides = [*task.all("live"), *(one for one in scripts if "schema" in one)]
            need(next(iter(sides), ""), "BEFORE", "the schema or the twin that is there")
            need(next(iter(sides[1:]), ""), "AFTER", "the one that it becomes")
            words += _workload(task, {*sides})
        case "query n+1" | "workload top" | "workload pooler":
            need(task.first("log"), "LOG", "a log of PostgreSQL, or spans")
        case "migrate lint":
            need(task.first("up", "folder", "script"), "FOLDER", "a folder of migrations, or a file")
        case "migrate rehearse":
            need(folder, "FOLDER", "a folder of migrations")
            words.append("--source")
            need(task.first("live") or next(iter(scripts), ""), "SOURCE", _SOURCE)
        case "migrate apply" | "migrate rollback" | "migrate adopt":
            need(task.first("folder"), "FOLDER", "a folder of migrations")
            words.append("--to")
            need(task.first("live"), "URL", "the URL of the database")
        case "migrate status":
            need(task.first("folder"), "FOLDER", "a folder of migrations")
            words += ["--to", task.first("live")] if task.all("live") else []
        case "migrate diff":
            sides = _sides(task)
            need(next(iter(sides), ""), "FROM", "the schema that is there")
            need(next(iter(sides[1:]), ""), "TO", "the schema that is wanted")
        case "migrate new":
            words += ["change", "--in"]
            need(task.first("folder"), "FOLDER", "the folder of migrations")
            words.append("--to")
            need(next(iter(scripts), "") or task.first("models", "live"), "WANTED", "the schema that is wanted")
        case "orm":
            need(source or next(iter(scripts), ""), "SOURCE", _SOURCE)
            mapper = next((one for one in _MAPPERS if one in task.text), "")
            words.append("--to")
            need(mapper, "MAPPER", f"which mapper: {', '.join(_MAPPERS)}")
            words += ["-o", "project"]
        case "orm diff":
            need(task.first("live", "folder", "script"), "SOURCE", _SOURCE)
            need(task.first("models"), "MODELS", "the models: package.module:Base, schema.prisma, schema.ts")
        case "vectors":
            need(task.first("live", "folder", "script"), "SOURCE", _SOURCE)
            need(task.first("column"), "TABLE.COLUMN", "the column of the vectors")
        case "documents shapes" | "documents index" | "documents validators" | "documents postgres":
            need(task.first("mongo"), "SOURCE", "which server: mongodb://USER:PASSWORD@HOST/DATABASE")
            if verb == "documents index":
                need(task.first("log"), "QUERIES", "a file of queries: commands of MongoDB, one a line, as JSON")
            words += ["-o", "moved"] if verb == "documents postgres" else []
        case "platform":
            words.append(next(one for one in ("neon", "supabase") if one in task.text))
        case "mcp":
            given = source or next(iter(scripts), "")
            words.append("--source")
            need(f"app={given}" if given else "", "NAME=SOURCE", _SOURCE)
        case "explain":
            need(task.first("rule"), "RULE", "which rule: `dba explain` lists them")
        case _:
            pass
    return Route(verb=verb, words=tuple(words), missing=tuple(missing))


def _workload(task: _Task, used: set[str]) -> list[str]:
    """What else it names, as the workload."""
    rest = [one for one in task.all("script", "log") if one not in used]
    return ["--workload", rest[0]] if rest else []


def _lone(scripts: Sequence[str]) -> str:
    """A single script as the source, unless its name says that it holds queries."""
    return scripts[0] if len(scripts) == 1 and not re.search(r"quer|workload", scripts[0]) else ""


def _sides(task: _Task) -> list[str]:
    """Two schemas in the order in which they are named."""
    return [one.text for one in task.named if one.kind in ("live", "script", "folder", "models")]
