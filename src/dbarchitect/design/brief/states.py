"""States that an access pattern fixes: `open jobs`, `not yet delivered`, `that are neither done nor failed`.

A word is a state where a field of the entity makes it one: a value of a choice, the name of a boolean, or the deed of a
moment that need not be there (`delivered at`). Whatever else stands where a state would is handed back as not understood.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dbarchitect.design.spec import Entity, Field, State
from dbarchitect.model import english

_WRITTEN_AS = r"[ _-]?"  # between the words of a value, in a text
_IRREGULAR = frozenset(
    """
    sent paid read seen done sold shown taken begun left lost found built held kept met given gone won put cut set hidden
    bought caught told made withdrawn written spent drawn frozen chosen broken
    """.split()  # noqa: SIM905
)
_DEEDS = frozenset(("read", "set", "put", "cut"))  # at the start of a text these say what is done
_NOT = r"(?:not|never|no longer|neither|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|hasn['’]?t|haven['’]?t)"
_LEAD = (
    rf"(?:(?:that|which|who|but|and|is|are|was|were|be|has|have|had|been|being|do|does|still|currently|now|already|yet|{_NOT}"
    r"|marked as|marked|both)\s+)*"
)
_FIELD_LEAD = r"(?:(?:whose|where|with|in|by|of|having|and|but|that have|which have)\s+)?(?:(?:the|an?|its|their)\s+)?"
_EQUAL = rf"(?:\s*(?:=|:)\s*|\s+(?:is|are|of|being|equals)\s+(?:still\s+|currently\s+)?|\s+)(?P<{{}}>{_NOT}\s+)?"
_JOINED = re.compile(r"\s*(?:,\s*)?(or|nor|and|and/or|/|,)?\s*", re.IGNORECASE)
_ENDED = re.compile(r"\s+(?:yet|any ?more|so far)\b", re.IGNORECASE)
# What stands in front of a thing and says nothing of its state.
_NO_STATE = frozenset(
    """
    ordered sorted related detailed nested combined limited ranked paged paginated grouped filtered matched given selected
    specified named linked attached associated shared united embedded indexed weighted speed breed feed seed need bed red
    unit units union unique university uncle under until
    """.split()  # noqa: SIM905
)
_STATES = frozenset(
    """
    open active inactive pending visible invisible hidden public private valid invalid available unavailable outstanding
    urgent overdue live online offline enabled disabled failing running waiting incomplete
    """.split()  # noqa: SIM905
)
_GRADED = re.compile(
    r"\b(?:most|best|top|highest|lowest|least|recently|newly|lately|last|latest|often)[ -]$", re.IGNORECASE
)
_PREPOSITION = r"(?: (?:to|by|in|on|for|from|with|at|of|than|into|near|within|between|via|through|under|over)\b)"
_CLAIMED = re.compile(
    rf"\b(?:(?:that|which|who) (?:is|are|was|were|has been|have been|hasn['’]?t been|haven['’]?t been|has not been|have not been)"
    rf" (?:(?:{_NOT}|still|currently|yet|already|now|been) )*|(?:not yet|still|no longer|never been) |not (?=[a-z]+ed\b))"
    rf"(?!not\b|older\b|due\b|by\b|in\b|of\b|at\b|on\b|for\b|from\b|to\b|with\b|between\b|within\b|near\b|an?\b|the\b|more\b|less\b|newer\b)"
    rf"([a-z][a-z-]+)(?!{_PREPOSITION})",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(slots=True)
class Stated:
    """What a text says of states. `rest` is the text without it; `parameters` are fields of which it does not say which state
    is meant by a word that several have; `written` those that a change sets; `doubts` (words, hint) what was not
    understood."""

    rest: str
    states: list[State] = field(default_factory=list[State])
    parameters: list[str] = field(default_factory=list[str])
    written: list[str] = field(default_factory=list[str])
    doubts: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@dataclass(slots=True)
class _Mention:
    start: int
    end: int
    text: str
    meant: tuple[State, ...]  # what it can mean when it is not negated
    turned: bool  # negated by what stands around it
    own: bool = False  # negated, or not, by itself: `unpaid`, `is not paid`


Meanings = Mapping[str, State]  # words that a brief defines for an entity


def vocabulary(entity: Entity, meanings: Meanings | None = None) -> dict[str, tuple[State, ...]]:
    """The words that say a state of an entity, with what each can mean."""
    found: dict[str, list[State]] = {}
    for one in entity.fields:
        for words, state in _words(one):
            found.setdefault(words, []).append(state)
    if entity.soft_delete:
        found.setdefault("deleted", []).append(State(field="deleted at", how="there"))
    for words, state in (meanings or {}).items():
        found[words] = [state]
    return {words: _flag_first(states) for words, states in found.items() if words}


def _flag_first(states: list[State]) -> tuple[State, ...]:
    """What a word can mean; of `published` and `published at` the flag says whether, and the moment only when."""
    flags = [one for one in states if one.values == ("true",)]
    rest = [one for one in states if one.how != "there" or not flags]
    return tuple(dict.fromkeys(rest))


def _words(one: Field) -> Iterator[tuple[str, State]]:
    for value in one.values:
        yield " ".join(english.split(value)), State(field=one.name, values=(value,))
    words = one.name.split()
    if one.kind == "boolean":
        words = words[1:] if words[0] in ("is", "has", "was") and len(words) > 1 else words
        words = words[:-1] if words[-1] == "flag" and len(words) > 1 else words
        yield " ".join(words), State(field=one.name, values=("true",))
    elif one.kind in ("moment", "date") and not one.required and len(words) > 1:
        deed = words[:-1] if words[-1] in ("at", "on", "date", "time") else words[1:] if words[0] == "date" else []
        if deed and (deed[-1].endswith("ed") or deed[-1] in _IRREGULAR):
            yield " ".join(deed), State(field=one.name, how="there")


def turned(state: State) -> State:
    """The contrary."""
    match state.how:
        case "there":
            return State(field=state.field, how="missing")
        case "missing":
            return State(field=state.field, how="there")
        case _ if state.values in (("true",), ("false",)):
            return State(field=state.field, values=("false" if state.values == ("true",) else "true",))
        case "is":
            return State(field=state.field, how="is not", values=state.values)
        case _:
            return State(field=state.field, values=state.values)


def stated(
    text: str,
    entity: Entity,
    things: Collection[str],
    *,
    optional: Collection[str] = (),
    meanings: Meanings | None = None,
) -> Stated:
    """The states that `text` asks of an entity. `things`: the other entities, whose adjectives are theirs; `optional`: what
    it may refer to."""
    words = vocabulary(entity, meanings)
    made = Stated(rest=text)
    _absences(made, entity, optional)
    _flags(made, entity)
    mentions = list(_mentions(made, entity, words, things))
    groups = list(_groups(made.rest, mentions))
    named = len(made.states)
    for group in groups:
        _meant(made, group)
    loose = {one.name for one in entity.fields if one.kind == "boolean" and not one.required}
    made.states[named:] = [  # a flag that is missing is not set either
        State(field=one.field, how="is not", values=("true",))
        if one.field in loose and one.values == ("false",)
        else one
        for one in made.states[named:]
    ]
    for group in reversed(groups):
        made.rest = f"{made.rest[: group[0][1].start]} {made.rest[group[-1][1].end :]}"
    made.rest = re.sub(r"\s+,", ",", " ".join(made.rest.split()))
    made.rest = re.sub(r"(?:,|\band|\bor|\bbut)+(?=\s*(?:,|$))|^\s*(?:,|and\b|or\b)", " ", made.rest).strip()
    _joined(made)
    _contrary(made)
    known = {one for state in made.states for one in state.field.split()}
    made.doubts += [(one, _hint(entity, words)) for one in _unknown(made.rest, entity, known)]
    return made


def _hint(entity: Entity, words: Collection[str]) -> str:
    some = ", ".join(sorted(words)[:6])
    return f"no field of {entity.name} has this state" + (f"; it knows: {some}" if some else "; give it a field for it")


def of_others(text: str, others: Mapping[str, Entity]) -> Iterator[tuple[str, str]]:
    """(words, hint) of states that a text gives to another entity than the one it asks for: `orders of active users`."""
    for name in _found_in(text, others):
        one = others[name]
        known = "|".join(sorted(map(_spelt, vocabulary(one)), key=len, reverse=True)) or "(?!)"
        nouns = "|".join(map(_spelt, _forms([name])))
        for match in re.finditer(rf"\b(?:un|in|non-?)?(?:{known})\s+(?:{nouns})\b", text, re.IGNORECASE):
            yield match[0], "a state of what it belongs to: only states of what is asked for are constants"


# ---- what is there, and flags by name


def _absences(made: Stated, entity: Entity, optional: Collection[str]) -> None:
    """`without a phone`, `that have no assignee`, `whose phone is missing`."""
    names = {one.name: one.required for one in entity.fields if one.kind != "boolean"}
    names |= dict.fromkeys(optional, False)
    either = "|".join(sorted(map(_spelt, names), key=len, reverse=True)) or "(?!)"
    for pattern, how in (
        (rf"\b(?:without|with no|lacking|missing|(?:that|which|who) (?:have|has|had) no|(?:that|which|who) (?:do|does)(?: not|n['’]?t) have)"
         rf" (?:an? |any |the |its |their )?({either})\b(?! of\b)", "missing"),
        (rf"\b(?:whose|where|with) (?:the |an? )?({either}) (?:is |are |being )?(?:missing|empty|unknown|null|not set|not there|unset|absent)\b", "missing"),
        (rf"\b(?:whose|where|with) (?:the |an? )?({either}) (?:is |are |being )?(?:there|known|not null|set|present|not empty|not missing)\b", "there"),
        (rf"\b(?:that|which|who) (?:have|has) (?:an? |the |its |their )({either})\b(?=\s*(?:,|$))", "there"),
    ):  # fmt: skip
        for match in list(re.finditer(pattern, made.rest, re.IGNORECASE)):
            name = next(one for one in names if re.fullmatch(_spelt(one), match[1], re.IGNORECASE))
            if names[name]:
                made.doubts.append((match[0], f"every {entity.name} has its {name}"))
            else:
                made.states.append(State(field=name, how="missing" if how == "missing" else "there"))
            made.rest = made.rest.replace(match[0], " ", 1)


def _flags(made: Stated, entity: Entity) -> None:
    """`whose active is true`, `where done = false`."""
    for one in entity.fields:
        if one.kind != "boolean":
            continue
        pattern = rf"\b(?:(?:whose|where|with|and) )?{_spelt(one.name)}\s*(?:=|:|\bis\b|\bset to\b)?\s*\b(true|false|yes|no)\b"
        for match in list(re.finditer(pattern, made.rest, re.IGNORECASE)):
            value = "true" if match[1].lower() in ("true", "yes") else "false"
            made.states.append(State(field=one.name, values=(value,)))
            made.rest = made.rest.replace(match[0], " ", 1)


# ---- mentions of words


def _found_in(text: str, things: Iterable[str]) -> list[str]:
    """The things that a text may name, in one or in several. An expression of all of hundreds takes long to build."""
    letters = _letters(text)
    return [one for one in things if any(form in letters for form in _letters_of_forms(one))]


@lru_cache(maxsize=4096)
def _letters_of_forms(thing: str) -> tuple[str, ...]:
    return tuple(map(_letters, _forms([thing])))


def _letters(text: str) -> str:
    """A text without what stands between the parts of a name."""
    return re.sub(r"[\W_]+", "", text.lower())


def _spelt(words: str) -> str:
    return _WRITTEN_AS.join(map(re.escape, english.split(words)))


def _mentions(
    made: Stated, entity: Entity, words: Mapping[str, tuple[State, ...]], things: Collection[str]
) -> Iterator[_Mention]:
    text = made.rest
    known = {_spelt(one): one for one in words}
    if not known:
        return
    either = "|".join(sorted(known, key=len, reverse=True))
    choices = [one.name for one in entity.fields if one.values]
    counted = {value.lower() for one in entity.fields for value in one.values}  # `all admins among the users`
    fields = "|".join(sorted(map(_spelt, choices), key=len, reverse=True)) or "(?!)"
    # Names that begin or end with such a word are names: `by published at`.
    names = [one for one in (*(each.name for each in entity.fields), *_found_in(text, things)) if one not in words]
    skipped = "|".join(sorted(map(_spelt, names), key=len, reverse=True)) or "(?!)"
    pattern = re.compile(
        rf"(?P<field>{_FIELD_LEAD}\b(?P<name>{fields})\b{_EQUAL.format('no')})(?P<said>{either})\b"
        rf"|\b(?P<skip>{skipped})s?\b"
        rf"|(?P<lead>\b{_LEAD})(?<![\w-])(?P<un>un|in|non-?)?(?P<word>{either})(?P<many>s?)\b(?P<tail>\s+(?:{fields})\b)?",
        re.IGNORECASE,
    )
    changes = re.match(r"\s*(?:change|update|edit|set|mark|move|switch|turn)\b", text, re.IGNORECASE)
    at = 0
    while (match := pattern.search(text, at)) is not None:
        at = match.end()
        if match["skip"] or (match["many"] and match["word"].lower() not in counted):
            continue
        said = match["said"] or match["word"]
        as_said = f"{match['un'] or ''}{said}"
        word = next(one for spelling, one in known.items() if re.fullmatch(spelling, said, re.IGNORECASE))
        meant = words[word]
        before, after = text[: match.start()], text[match.end() :]
        if match["said"]:
            meant = (
                tuple(one for one in meant if re.fullmatch(_spelt(one.field), match["name"], re.IGNORECASE)) or meant
            )
        if changes is not None and re.search(
            r"\b(?:as|to|into)\s+(?:be\s+)?$", before + (match["field"] or match["lead"] or ""), re.IGNORECASE
        ):
            made.written += [one.field for one in meant[:1]]
            yield _Mention(match.start(), match.end(), said, (), turned=False)
            continue
        if (
            not before.strip()
            and not match["un"]
            and re.match(r"\s+(?:an?|the|one|my|all|every)\b", after, re.IGNORECASE)
        ):
            continue  # `open an order`
        if not before.strip() and word in _DEEDS and not match["un"] and match["word"]:
            continue  # `read messages`
        owner = re.match(rf"\s+(?:{'|'.join(sorted(map(_spelt, _forms(_found_in(after, things))), key=len, reverse=True)) or '(?!)'})\b", after, re.IGNORECASE)  # fmt: skip
        if owner is not None:
            hint = f"a state of what it belongs to: only states of {entity.name} itself are constants"
            made.doubts.append((f"{said}{owner[0]}", hint))
            yield _Mention(match.start(), match.end(), said, (), turned=False)
            continue
        ended = _ENDED.match(after)
        lead = match["no"] or match["lead"] or ""
        negated = re.search(rf"\b{_NOT}\b", lead, re.IGNORECASE) is not None
        own = bool(match["un"])
        end = match.end() + (ended.end() if ended else 0)
        by_itself = own or negated or bool(match["said"])
        yield _Mention(match.start(), end, as_said, meant, negated != own, by_itself)


def _forms(things: Collection[str]) -> list[str]:
    return [form for one in things for form in (one, " ".join((*one.split()[:-1], english.plural(one.split()[-1]))))]


Group = list[tuple[str, _Mention]]  # each with what joins it to the one before


def _groups(text: str, mentions: list[_Mention]) -> Iterator[Group]:
    """Mentions that are said together: `open or waiting`, `neither done nor failed`."""
    group: Group = []
    for one in mentions:
        lead = text[one.start : one.end].lower()
        link = _JOINED.fullmatch(text[group[-1][1].end : one.start]) if group else None
        joint = "" if link is None else link[0].strip().lower() or ("and" if lead.startswith("and ") else "")
        joint = joint.strip(", ") or joint
        if group and not joint:
            yield group
            group = []
        group.append((joint, one))
    if group:
        yield group


def _meant(made: Stated, group: Group) -> None:
    """The states of a group: of one field its values together, of several fields each."""
    group = [(joint, one) for joint, one in group if one.meant]
    if not group:
        return
    fields = [frozenset(state.field for state in one.meant) for _, one in group]
    shared = fields[0].intersection(*fields[1:])
    found: dict[tuple[str, bool], list[State]] = {}
    before = False
    for joint, one in group:
        meant = one.meant if len(one.meant) == 1 else tuple(state for state in one.meant if state.field in shared)
        if len(meant) != 1:
            names = [state.field for state in one.meant]
            chosen = [state.field for state in one.meant if state.how == "is" and state.values != ("true",)]
            positive = not one.turned and bool(chosen)
            made.parameters += chosen[:1] if positive else []
            kept = f"{chosen[0]} stays a parameter; " if positive else ""
            forms = " or ".join(_written(state) for state in one.meant)
            made.doubts.append((one.text, f"{kept}it can be of {' or '.join(names)}: write {forms}"))
            return
        if (
            not one.own
            and joint
            and before
            and (joint != "and" or any(field_ == meant[0].field for field_, _ in found))
        ):
            one.turned = True  # `not done or failed`
        before = one.turned
        found.setdefault((meant[0].field, one.turned), []).append(meant[0])
    either = len({name for name, _ in found}) > 1 and any(joint in ("or", "/", "and/or") for joint, _ in group)
    if either and not all(no for _, no in found):
        words = " or ".join(one.text for _, one in group)
        made.doubts.append((words, "one of several fields: write two access patterns, or the query in SQL"))
        return
    for (name, no), states in found.items():
        values = tuple(dict.fromkeys(value for state in states for value in state.values))
        one = State(field=name, how=states[0].how, values=values)
        made.states.append(turned(one) if no else one)


def _joined(made: Stated) -> None:
    """What is said twice is said once."""
    made.states = list(dict.fromkeys(made.states))


def _contrary(made: Stated) -> None:
    """No row is in two states of one field: `open jobs that are done`."""
    for at, one in enumerate(made.states):
        for other in made.states[at + 1 :]:
            apart = one.field == other.field and (
                {one.how, other.how} == {"there", "missing"}
                or (one.how == other.how == "is" and not set(one.values) & set(other.values))
            )
            if apart:
                made.doubts.append((f"{said(one)} and {said(other)}", "no row can be both"))


def _written(state: State) -> str:
    """A state in words that mean nothing else."""
    return f"`whose {state.field} is {'there' if state.how == 'there' else state.values[0]}`"


def said(state: State) -> str:
    """A state in words: `status open or waiting`, `no delivered at`."""
    values = " or ".join(state.values)
    match state.how:
        case "missing":
            return f"no {state.field}"
        case "there":
            return f"a {state.field}"
        case "is":
            return f"{state.field} {values}"
        case _:
            return f"{state.field} not {values}"


# ---- what is no state of any field


def _unknown(rest: str, entity: Entity, known: Collection[str]) -> Iterator[str]:
    """Words that stand where a state would, and are none."""
    fields = {word for one in entity.fields for word in one.name.split()} | set(entity.name.split()) | set(known)
    for match in _CLAIMED.finditer(rest):
        word = match[1].lower()
        if word not in fields and word not in _NO_STATE:
            yield match[0].strip()
    last = entity.name.split()[-1]
    noun = rf"(?:{re.escape(entity.name)}|{re.escape(last)}|{re.escape(english.plural(last))})"
    for match in re.finditer(rf"\b([a-z-]+) (?={noun}\b)", rest, re.IGNORECASE):
        word = match[1].lower()
        if word in fields or word in _NO_STATE or _GRADED.search(rest[: match.start()]):
            continue
        if word in _STATES or re.fullmatch(r"[a-z]{2,}ed|un[a-z]{3,}", word) or word in _IRREGULAR - _DEEDS:
            yield word
