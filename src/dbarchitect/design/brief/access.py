"""What the application asks and does: `list a customer's orders, newest first, 20 at a time (50 a second, 20 ms)`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_

from msgspec.structs import replace

from dbarchitect.design.hierarchies import BELOW
from dbarchitect.design.spec import Access, Entity, Order, State, Term
from dbarchitect.model import english

from .deeds import nouns_of
from .ordering import field_named, order_of
from .phrases import DETERMINERS, bare, listed, named, singular
from .quantities import a_second, milliseconds, number
from .spans import spans_of
from .states import Meanings, Stated, of_others, stated
from .trees import branch, branch_of_another, moves

_VERBS: tuple[tuple[str, str], ...] = (
    ("search", r"search|full[- ]text search|look for"),
    ("nearest", r"(?:find|get|show|list)?\s*(?:the )?(?:nearest|closest|most similar|similar)"),
    ("count", r"count|number of|how many"),
    ("sum", r"sum(?: up| of)?|total(?: up| of)?|average(?: of)?|aggregate|revenue of|report(?: on)?"),
    ("take", r"take|claim|pick|work off|dequeue|pop"),
    (
        "add",
        r"add|create|insert|place|post|write|register|sign up|record|ingest|send|append|save|submit|book|upload|log",
    ),
    ("change", r"change|update|edit|set|mark|rename|move|cancel|confirm|pay|ship|assign|close|reopen|archive"),
    ("remove", r"remove|delete|drop|purge|erase|unfollow|unlike|leave"),
    ("list", r"list|show all|browse|all|latest|newest|recent|last|page through|fetch all|get all|find all|see all|top"),
    ("get", r"get|show|find|fetch|look up|load|open|view|read|log in|login|display|see|retrieve|resolve"),
)
_LIMIT = re.compile(
    r"\b(\d+|ten|twenty|fifty|hundred) (?:at a time|per page|a page|each|rows|results|items|hits)\b|\b(?:top|first|last|latest|newest|limit) (\d+)\b|\bpages? of (\d+)\b",
    re.IGNORECASE,
)
_GROUPED = re.compile(
    r"\b(?:per|by|grouped by|for each|each) ((?:(?!(?:per|of|for|in|over|since)\b)[a-z]+ ?){1,3}?)(?=$|,| and | per | of | for | in | over | since |(?<= )(?:per|of|for|in|over|since) )",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"\b(?:with|including|together with|and) (?:all )?(?:its|their|the|his|her)? ?((?:[a-z]+ ?){1,3}(?:(?:,| and) (?:[a-z]+ ?){1,3})*)",
    re.IGNORECASE,
)
_BY = re.compile(
    r"\b(?:by|with|given|for|of|in|to|on|from|whose|where) (?:an? (?:given |certain )?|the (?:given )?|one |their |its |his |her )?([a-z]+(?: [a-z]+){0,2}?)(?= ?$|,|\(| and | or | is | of | for | in | with | at | by | newest| latest| ordered| sorted)",
    re.IGNORECASE,
)
_BY_SEVERAL = re.compile(r"\bby ((?:its |their |an? |the )?[a-z]+(?: [a-z]+){0,2}?(?:,? (?:and|or) (?:its |their |an? |the )?[a-z]+(?: [a-z]+){0,2}|, [a-z]+(?: [a-z]+){0,2}?)+)\s*$", re.IGNORECASE)  # fmt: skip
_ADDED = frozenset(("integer", "decimal", "money", "percentage", "number", "duration"))
_WORDS = re.compile(r"\bby (?:a |the )?(?:key)?words? (?:in|of|from)\b|\bfull[- ]text\b|\bcontaining (?:a |certain |some )?words?\b", re.IGNORECASE)  # fmt: skip
_EITHER = re.compile(
    r"\bby ((?:[a-z]+ ?){1,3}(?:, (?:by )?(?:[a-z]+ ?){1,3})*,? or (?:by )?[a-z]+(?: [a-z]+){0,2})(?=\s*$|\s*[,(–-])",
    re.IGNORECASE,
)
_OF_WHOM = re.compile(
    r"\b(?:does|do|did|has|have|can|is|are) (?:an?|the|one|each|every|this) ([a-z]+(?: [a-z]+){0,2}?)(?= (?:have|has|had|own|do|make|use|hold|get|give|take|teach|attend|visit|buy|sell|work|belong|contain|[a-z]+ed)\b|[?,]|\s*$)",
    re.IGNORECASE,
)


def words_of_verb(verb: str) -> str:
    """The words that ask for what a verb of an access pattern does."""
    return " ".join(re.findall(r"[a-z]{2,}", dict(_VERBS)[verb]))


def spoken_names(entities: Iterable[str]) -> dict[str, str]:
    """What entities are called where something is asked of them, the longest first: by their names in both numbers, and by
    the last word where only one ends so."""
    names = [one for one in entities if one.split()]  # what is no name is refused later
    ends = Counter(name.split()[-1] for name in names)
    spoken = {name: name for name in names}
    for name in names:
        *rest, last = name.split()
        spoken[" ".join((*rest, english.plural(last)))] = name
    for name in names:  # `movements`, of which `stock movement` is the full name
        last = name.split()[-1]
        if ends[last] == 1:
            spoken.setdefault(last, name)
            spoken.setdefault(english.plural(last), name)
    return dict(sorted(spoken.items(), key=lambda one: len(re.escape(one[0])), reverse=True))


@dataclass(frozen=True, slots=True)
class Known:
    """What access patterns are read by: the entities, and by entity the names of its relations (`roles`), those that it may
    be without (`optional`), words for states that the brief defines (`meanings`), and what they are called (`spoken`)."""

    entities: Mapping[str, Entity]
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    optional: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    meanings: Mapping[str, Meanings] = field(default_factory=dict[str, Meanings])
    spoken: Mapping[str, str] = field(default_factory=dict[str, str])

    def speaking(self, terms: Iterable[Term]) -> Known:
        """The same with the brief's own words for states."""
        found: dict[str, dict[str, State]] = {}
        for one in terms:
            found.setdefault(one.entity, {})[one.word] = one.state
        return with_(self, meanings=found)

    def stated(self, text: str, entity: str) -> Stated:
        """What a text says of the states of an entity."""
        return stated(
            text,
            self.entities[entity],
            [one for one in self.entities if one != entity],
            optional=self.optional.get(entity, ()),
            meanings=self.meanings.get(entity),
        )


@dataclass(frozen=True, slots=True)
class Read:
    """An access pattern as it was read; `doubts` (words, hint) are of it and were not understood. `other`: without them it
    asks for something else, or changes rows that nobody meant."""

    access: Access
    doubts: tuple[tuple[str, str], ...] = ()
    plain: str = ""  # the text without what it asks for, its states, bounds in time and order
    other: bool = False


def alternatives(text: str, said: Known, *, line: int) -> list[str]:
    """`find a patient by phone or by email` as two texts: each is a query of its own, that another index answers."""
    match = _EITHER.search(text)
    if match is None:
        return [text]
    parts = [one for one in re.split(r",? or (?:by )?|, (?:by )?", match[1]) if one]
    found = [f"{text[: match.start(1)]}{one}{text[match.end(1) :]}" for one in parts]
    reads = [access_of(one, said, line=line) for one in found]
    asked = {read.access.by for read in reads if read is not None and read.access.verb in ("get", "list", "count")}
    return found if len(asked) == len(found) and all(asked) else [text]


def access_of(text: str, said: Known, *, line: int) -> Read | None:
    """One access pattern; None where no entity is named."""
    original = text.strip().rstrip(".")
    entities, roles = said.entities, said.roles
    rated = re.match(r"--\s*(\d+(?:\.\d+)?) a second\s*\n", original)
    if rated is not None and (read := access_of(original[rated.end() :], said, line=line)):
        return Read(replace(read.access, per_second=float(rated[1])), read.doubts, read.plain)
    if re.match(
        r"^\s*(?:select|insert|update|delete|with)\b.*\b(?:from|into|set)\b", original, re.IGNORECASE | re.DOTALL
    ):
        return Read(Access(text=original, sql=original, line=line), plain=original)
    words = re.sub(r"[*`]", "", original)
    words = re.sub(r"^(list|find|show|search|count|add|get|remove|update)(?:e?s)\b", r"\1", words, flags=re.IGNORECASE)
    rate, latency, words = _figures(words)
    words = _by_their_part(words, said.spoken)
    about = _owned_states(words, said) or _target(_verb(words)[1], said.spoken)[0] or _target(words, said.spoken)[0]
    state = said.stated(words, about) if about is not None else Stated(words)
    words = state.rest
    verb, rest = _verb(words)
    several = re.search(r"\b(?:the )?(\d+) (?=\w+ (?:nearest|closest|most similar))", rest, re.IGNORECASE)
    if re.search(r"\b(?:nearest|closest|most similar|similar to)\b", words, re.IGNORECASE):
        verb = "nearest"
    if verb in ("get", "list") and _WORDS.search(words):
        verb = "search"
    entity, owners, rest = _target(rest, said.spoken)
    deed = re.search(rf"\b({dict(_VERBS)['add']})\b", words, re.IGNORECASE) if verb == "add" else None
    made = [one for one in nouns_of(deed[1].lower()) if entity in roles.get(one, ())] if deed and entity else []
    if made and made[0] != entity:  # `book a class`, where a booking is what comes of it
        entity = made[0]
    if entity is None and verb in ("sum", "count"):  # `average speed per hour`: who has a speed?
        entity = next(
            (
                name
                for name, one in entities.items()
                for field in one.fields
                if re.search(rf"\b{re.escape(field.name)}\b", rest, re.IGNORECASE)
            ),
            None,
        )
    if entity is None and re.search(r"\b(?:revenue|turnover|sales|income|total)\b", words, re.IGNORECASE):
        verb = "sum"
        entity = next(
            (
                name
                for name, one in entities.items()
                for field in one.fields
                if field.kind == "money" and field.name in ("total", "amount")
            ),
            None,
        )
    if entity is None:
        return None
    if verb == "get" and re.search(
        rf"\b(?:all|every|many)\b|\b{re.escape(english.plural(entity.split()[-1]))}\b", words, re.IGNORECASE
    ):
        verb = "list"
    summed = tuple(
        field.name
        for field in entities[entity].fields
        if verb == "sum" and field.kind in _ADDED and re.search(rf"\b{re.escape(field.name)}\b", rest, re.IGNORECASE)
    )
    known = entities[entity]
    whole, spans = rest, spans_of(rest, known)
    rest = spans.rest
    limit, rest = _limit(rest)
    limit = int(several[1]) if several else limit
    order, rest = order_of(rest, known, verb)
    if spans.soonest and spans.since and verb == "list" and not order:
        order = (Order(field=spans.since[0]),)
    plain = rest
    rest = re.sub(r"\b(of|for|in|by) (?=(?:of|for|in|by)\b)", "", " ".join(rest.split()))
    # What was taken out leaves its comma or its `first`: `of a customer , ,`.
    rest = re.sub(r"\s+(?:first\s*)?(?=,|$)" if order else r"\s+(?=,)", "", rest)
    if verb == "sum" and not summed:
        summed = tuple(one.name for one in known.fields if one.kind == "money")[:1]
    grouped: tuple[str, ...] = ()
    if verb in ("count", "sum"):
        while (match := _GROUPED.search(rest)) is not None:  # `per gym per month`
            grouped += tuple(field_named(known, one) or named(one) for one in listed(match[1]))
            rest = rest[: match.start()] + rest[match.end() :]
        summed = tuple(one for one in summed if one not in grouped) or summed
    known_as = roles.get(entity, frozenset())
    by = [*owners]
    together = _BY_SEVERAL.search(rest)
    given = (
        [_given(known, one, entities, known_as) for one in re.split(r",? (?:and|or) |, ", together[1])]
        if together
        else []
    )
    lost: list[str] = []  # what it is to be found or counted by, and nothing is called so
    if together is not None and not all(given) and verb in ("get", "list", "count", "sum"):
        parts = re.split(r",? (?:and|or) |, ", together[1])
        lost = [one for one, found in zip(parts, given, strict=True) if not found]
    if together is not None and all(given):  # `by species and district`
        by += [one for one in given if one and one != entity and one not in by]
        rest = rest[: together.start()]
    sorted_ = (
        re.search(r",? by ([a-z]+(?: [a-z]+)?)$", rest.strip())
        if verb == "list" and not order and not together
        else None
    )
    if (
        sorted_ is not None
        and (re.search(r"\b(?:of|for|in) ", rest[: sorted_.start()]) or (state.states and sorted_[0][0] == ","))
        and (name := field_named(known, sorted_[1]))
    ):
        order = (Order(field=name),)  # `all work orders of a contractor, by priority`
        rest = rest.strip()[: sorted_.start()]
    with_ = _along(rest, entity, entities)
    for match in _OF_WHOM.finditer(rest):  # `which lessons does a teacher have`
        name = singular(match[1])
        if name in entities and name != entity and name not in by:
            by.append(name)
    for match in _BY.finditer(rest):
        for part in listed(match[1]):
            found = _given(known, part, entities, known_as)
            if found and found != entity and found not in by and found.rpartition(" of ")[2] not in with_:
                by.append(found)
    for match in _OF_ABOVE.finditer(plain):  # `events in a city`, where a venue has a city
        further = _above(match, known, said)
        if further is not None and further not in by:
            owner = further.rpartition(" of ")[2]
            by = [*(one for one in by if one != owner), further]
    if verb == "search":  # `by words in the name and description`
        by += [
            one.name
            for one in known.fields
            if re.search(rf"\b{re.escape(one.name)}\b", rest, re.I) and one.name not in by
        ]
    by += [one for one in state.parameters if one not in by]
    if (
        verb == "list"
        and re.match(r"^(?:the )?(?:latest|last|newest|current)\b", words, re.IGNORECASE)
        and limit is None
        and _is_one(words, entity)
    ):
        verb, limit = "get", 1
    if verb == "list" and not by and re.match(r"^(?:an?|the|one)\s", rest, re.IGNORECASE):
        verb = "get"
    if end := branch(words, entity, known_as):
        verb, with_ = ("list" if verb == "get" else verb), ()
        by = [end]
    elif verb in ("count", "sum", "list", "search") and (tree := branch_of_another(words, entity, roles)) in known_as:
        with_ = tuple(one for one in with_ if one != tree)  # `how many items are below a category`
        by = [*(one for one in by if one != tree), tree, BELOW]
    elif above := moves(words, entity, known_as):
        verb, summed, with_, by = "change", (above,), (), []
    elif verb == "change":
        summed = tuple(dict.fromkeys((*summed, *state.written)))
    if verb in ("change", "remove") and re.search(
        rf"\b(?:an?|one|the|this) {re.escape(entity)}\b", words, re.IGNORECASE
    ):
        limit = 1
    others = {name: one for name, one in entities.items() if name != entity}
    # `overdue` is when, and no state
    answered = [
        one for one in state.doubts if one[0].lower() in whole.lower() and one[0].lower() not in spans.rest.lower()
    ]
    doubts = [*(one for one in state.doubts if one not in answered), *of_others(words, others)] if verb != "add" else []
    if spans.doubt:
        doubts.append((spans.doubt, f"no field of {entity} says when that is"))
    doubts += [(one, f"no field of {entity} is called so") for one in lost]
    read = Access(
        text=original, verb=verb, entity=entity, fields=summed, by=tuple(one for one in by if one not in summed), states=tuple(state.states) if verb != "add" else (), since=spans.since, until=spans.until, with_=with_, order=order,  # type: ignore[arg-type]
        limit=limit, grouped=grouped, per_second=rate, latency_ms=latency, line=line,
    )  # fmt: skip
    return Read(read, tuple(doubts), plain, other=bool(lost or (doubts and verb in ("change", "remove"))))


def _is_one(text: str, entity: str) -> bool:
    """Whether a text speaks of one of them."""
    return re.search(rf"\b{re.escape(entity)}\b", text, re.IGNORECASE) is not None


def _figures(text: str) -> tuple[float | None, float | None, str]:
    """Rate and latency, and the text without the parentheses and phrases that say them."""
    rate = latency = None
    for match in list(
        re.finditer(r"\(([^)]*)\)|[,;–-]\s*((?:under|within|in|at most|<|p95|p99|~)?\s*\d[^,;()]*)$", text)
    ):
        words = match[1] or match[2] or ""
        found = a_second(words)
        wait = None
        for part in re.split(r"[,;]", words):
            if a_second(part) is None:
                wait = wait or milliseconds(part)
        if found is None and wait is None:
            continue
        rate = rate or (found[0] if found else None)
        latency = latency or wait
        text = text.replace(match[0], " ")
    return rate, latency, " ".join(text.split())


def _verb(text: str) -> tuple[str, str]:
    stripped = re.sub(
        rf"^(?:(?:{DETERMINERS}|we|i|users?|people|the app|customers?|admins?) (?:can |must |may |want to |need to |will )?)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    for candidate in (text, stripped):
        for verb, pattern in _VERBS:
            match = re.match(rf"^(?:to )?(?:{pattern})\b\s*", candidate, re.IGNORECASE)
            if match is not None:
                keep = (
                    match[0]
                    if verb == "list" and re.match(r"latest|newest|recent|last|top", match[0], re.IGNORECASE)
                    else ""
                )
                return verb, keep + candidate[match.end() :]
    return "list", text


def _owned_states(text: str, said: Known) -> str | None:
    """The entity whose states stand between it and its owner: `a customer's draft, open and unpaid invoices`."""
    lower = text.lower()
    spoken = said.spoken
    pattern = "|".join(re.escape(one) for one in spoken if one in lower) or "(?!)"
    for match in re.finditer(rf"\b(?:{pattern})['’]s?\s+((?:[\w-]+,? ){{1,6}}?)({pattern})\b", text, re.IGNORECASE):
        name = spoken[match[2].lower()]
        state = said.stated(match[1].strip(), name)
        if state.states and not state.rest:
            return name
    return None


def _by_their_part(text: str, spoken: Mapping[str, str]) -> str:
    """`memberships of a channel` for its `members`, where one thing is called after the part that somebody takes in it."""
    match = _OF_ONE.search(text)
    part = singular(match[1]) if match else ""
    if match is None or part in spoken or singular(match[2]) not in spoken:
        return text
    called = {name for name in spoken.values() if re.match(rf"{re.escape(part)}[a-z]", name)}
    return f"{text[: match.start(1)]}{english.plural(called.pop())}{text[match.end(1) :]}" if len(called) == 1 else text


_OF_ONE = re.compile(r"\b([a-z]{4,}) (?:of|in|on) (?:an?|the|one|each|every) ([a-z]+)", re.IGNORECASE)


def _target(text: str, spoken: Mapping[str, str]) -> tuple[str | None, tuple[str, ...], str]:
    """The entity that is asked for, what it is asked by because it owns it (`a customer's orders`), and the rest."""
    lower = text.lower()
    pattern = "|".join(re.escape(one) for one in spoken if one in lower)
    if not pattern:
        return None, (), text
    owned = (
        re.match(rf"^(.*?)\b({pattern})['’]s?\s+(?:own |\w+ ){{0,2}}?({pattern})\b(.*)$", text, re.IGNORECASE)
        if "'" in text or "’" in text
        else None
    )
    if owned is not None:
        return spoken[owned[3].lower()], (spoken[owned[2].lower()],), f"{owned[1]} {owned[4]}".strip()
    first = re.search(rf"\b({pattern})\b", text, re.IGNORECASE)
    if first is None:
        return None, (), text
    return spoken[first[1].lower()], (), f"{text[: first.start()]} {text[first.end() :]}".strip()


def _given(known: Entity, text: str, entities: Mapping[str, Entity], roles: frozenset[str]) -> str | None:
    """The field, role or entity that a phrase gives."""
    name = singular(text)
    for one in entities.values():  # `patients by allergy`, of which each has several
        if one.parent == known.name and [field.name for field in one.fields] == [name]:
            return f"{name} of {one.name}"
    return field_named(known, text) or (name if name in entities or name in roles else None)


_OF_ABOVE = re.compile(
    r"\b(?:in|of|with|by|from|at|for) (?:an?|the|one|its|their|a given) ([a-z]+(?: [a-z]+)?)", re.IGNORECASE
)


def _above(match: re.Match[str], known: Entity, said: Known) -> str | None:
    """`city of venue` for what is asked by a field that the entity itself has not, and one of those that it refers to has."""
    for words in (match[1], match[1].split()[0]):
        name = singular(words)
        if field_named(known, words) or name in said.entities or name in said.roles.get(known.name, ()):
            return None
        near = {one for one in said.roles.get(known.name, ()) if one in said.entities}
        far = {one for here in near for one in said.roles.get(here, ()) if one in said.entities} - {known.name} - near
        for reach in (near, far):
            having = [one for one in sorted(reach) if field_named(said.entities[one], words)]
            if len(having) == 1:
                return f"{field_named(said.entities[having[0]], words)} of {having[0]}"
    return None


def _limit(text: str) -> tuple[int | None, str]:
    match = _LIMIT.search(text)
    if match is None:
        return None, text
    value = number(next(one for one in match.groups() if one))
    kept = re.match(r"(?:last|latest|newest)", match[0], re.IGNORECASE)
    return int(value or 0) or None, text.replace(match[0], kept[0] if kept else " ")


def _along(text: str, entity: str, entities: Mapping[str, Entity]) -> tuple[str, ...]:
    found: list[str] = []
    for match in _WITH.finditer(text):
        for part in listed(match[1]):
            words = singular(bare(part)).split()
            for end in range(len(words), 0, -1):
                name = " ".join(words[:end])
                if name in entities and name != entity and name not in found:
                    found.append(name)
                    break
            else:
                short = next(
                    (one for one in entities if one.split()[-1:] == words[:1] and one.startswith(f"{entity} ")), None
                )
                if short and short not in found:
                    found.append(short)
    return tuple(found)
