"""How offices dress what they want: numbered requirements, lists of what must and what will not be, stories, passives.

`undressed` works on the parts of a document, `taken_apart` on a sentence, which it gives back as plainer ones. Both know
forms of sentences, and no words of a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from .definitions import is_definition
from .headings import NUMBER, chaptered, without_speaker
from .markdown import Part
from .phrases import apart, listed, sentences, singular
from .statements import HAS

# A line that is a label of the list below it, and no thing: MoSCoW, and its neighbours.
_LABEL = re.compile(
    r"^(?:\*\*|__)?(?:(?:must|should|could|would|won[’']?t|will not|can[’']?t) haves?|nice to haves?|(?:in|out of|not in) scope"
    r"|(?:non[- ])?goals|(?:functional |non[- ]functional )?requirements|acceptance criteria|kpis?[\w ]*|open questions|todo)"
    r"(?: \([^)]*\)| [\w ]{0,30})?:?(?:\*\*|__)?:?$",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Whether a line only says of what weight or sort the list below it is: `Must have`."""
    return bool(_LABEL.match(text.strip()))


_OUTSIDE = re.compile(
    r"\b(?:won[’']?t haves?|will not have|(?:out of|not in) scope|non[- ]goals|not (?:part of|included)|open questions)\b",
    re.IGNORECASE,
)
OUTSIDE = "About what is not built"  # the heading that stands above it then
_ASKED = re.compile(r"\b(?:kpis?|reports?|metrics)\b", re.IGNORECASE)


def undressed(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts without numbers of requirements; a label above a list is a heading; what is out of scope is told as
    what it is all about."""
    label = ""
    above = ""  # a line that says what the list below it holds
    every = [one for part in chaptered(parts) for one in _numbered_apart(part)]
    for at, part in enumerate(every):
        text = part.text
        if part.kind != "item":
            above = ""
        follows = at + 1 < len(every) and every[at + 1].kind == "item"
        if part.kind == "paragraph" and follows and _LIST_ABOVE.match(text.strip()) and not _LABEL.match(text.strip()):
            above = text.strip(" *_:")
            continue
        if above:
            part = replace(part, path=(*part.path, above))
        if part.kind == "paragraph" and _LABEL.match(text.strip()) and "\n" not in text:
            label = text.strip(" *_:")
            continue
        if part.kind == "heading":
            label = text if _LABEL.match(text.strip()) and _OUTSIDE.search(text) else ""
            if label:
                continue
        if part.kind not in ("paragraph", "item"):
            yield part
            continue
        text = _VALUES.sub(lambda one: f"A {one[1]} has a {_SINGULAR[one[2].lower()]} ({one[3]})", NUMBER.sub("", text))
        text = _DASHED_FIELDS.sub(_with_colon, _HEADED.sub("", text))
        path = part.path
        if _OUTSIDE.search(label) or (path and _OUTSIDE.search(path[-1])):
            path = (*path, OUTSIDE)
        elif label and _ASKED.search(label):
            path = (*path, "Queries")
        entry = _ENTRY.match(text) if path == part.path else None
        plain = replace(part, text=text, path=path, written=part.text)
        if entry is None or is_definition(entry[2]):
            yield plain
        else:
            yield from _explained(plain, entry[1], entry[2])


# `What we keep track of:`, `Some facts:`, `Rules:` above a list say of what kind its items are, and nothing else.
_LIST_ABOVE = re.compile(
    r"^(?:\*\*|__)?(?:what|some|the following|these|further|more|other|our|business|known)?\b ?(?:[\w ,'’-]{0,50}?)"
    r"\b(?:facts|rules|constraints|requirements|acceptance|criteria|details|entities|data|things|track(?: of)?|keep|store|record|hold|know|need|look(?:ing)? (?:for|up|at)"
    r"|ask(?:s|ed)?|questions|queries|find|see|want to (?:know|see|find)|volumes|numbers)(?: (?:about|of|for|up))?:(?:\*\*|__)?$",
    re.IGNORECASE,
)
# `Costumes — name, size, colour`: a dash for a colon.
_DASHED_FIELDS = re.compile(
    r"^((?:\*\*|__)?[A-Za-z][\w’']*(?: [\w’']+){0,2}(?:\*\*|__)?) (?:[—–]|--?|=) (.+)$", re.DOTALL
)


def _with_colon(match: re.Match[str]) -> str:
    """The same with a colon, where what follows lists fields and says nothing with a verb."""
    items = listed(match[2].rstrip(". "))
    plain = all(len(re.sub(r"\([^)]*\)", "", one).split()) <= 4 for one in items)
    return (
        f"{match[1].strip('*_')}: {match[2].replace('; ', ', ')}"
        if len(items) > 1 and plain and not _SAYS.search(match[2])
        else match[0]
    )


_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|can|may|must|shall|will|we|you|they|it|who|which|that)\b", re.IGNORECASE
)


def _numbered_apart(part: Part) -> Iterator[Part]:
    """A paragraph whose lines are requirements with numbers as paragraphs of their own."""
    part = replace(part, text=without_speaker(part.text)) if part.kind == "paragraph" else part
    if not part.text.strip() and part.kind == "paragraph":
        return
    lines = part.text.split("\n")
    starts = [at for at, one in enumerate(lines) if NUMBER.match(one)]
    if part.kind == "paragraph" and len(lines) > 1 and apart(lines):
        starts = list(range(len(lines)))
    if part.kind not in ("paragraph", "item") or len(starts) < 2:
        yield part
        return
    cuts: list[int] = [0] if starts[0] else []
    cuts += [*starts, len(lines)]
    for start, end in pairwise(cuts):
        yield replace(part, text="\n".join(lines[start:end]), line=part.line + start)


_ENTRY = re.compile(r"^(?:\*\*|__)([\w ’'-]{2,40}?):?(?:\*\*|__)\s*(?:–|—|-)\s+(.+)$", re.DOTALL)


def _explained(part: Part, name: str, text: str) -> Iterator[Part]:
    """An entry `**Ward** – where people work. Has a name and a floor.` as sentences about it: its fields, or what it does.
    What only explains the word is told as such."""
    first, *others = [one for one, _ in sentences(text)]
    fields = listed(first)
    if len(fields) > 1 and not re.search(
        r"\b(?:is|are|has|have|can|may|e\.g|where|when|who|what)\b", re.sub(r"\([^)]*\)", "", first), re.IGNORECASE
    ):
        said = f"A {name} has {_articled(fields)}"
    elif re.match(r"^(?!this|is\b|has\b)[a-z]+(?:[^s\W]s|es) (?:an?|the|one|many|several)\b", first, re.IGNORECASE):
        said = f"A {name} {first[0].lower()}{first[1:]}"
    else:
        yield replace(part, text=f"{name}: {first}", kind="paragraph", path=(*part.path, "About"))
        if not others:
            return
        first, *others = others
        with_subject = re.match(
            r"^(?:has|have|belongs?|is|are|can|may|must|contains?|consists?)\b", first, re.IGNORECASE
        )
        said = f"A {name} {first[0].lower()}{first[1:]}" if with_subject else first
    yield replace(part, text=". ".join([said, *others]) + ".", kind="paragraph")


_VALUES = re.compile(
    r"^(?:an? |the )?([\w -]{2,40}?) (statuses|states|types|kinds|priorities|severities|levels|sizes): ([^.:]+)\.?$",
    re.IGNORECASE,
)
_SINGULAR = {
    "statuses": "status", "states": "status", "types": "type", "kinds": "kind", "priorities": "priority",
    "severities": "severity", "levels": "level", "sizes": "size",
}  # fmt: skip
# `Complaints: a recipient can raise a complaint`: the head only says what the sentence is about.
_HEADED = re.compile(
    r"^[A-Z][\w-]+(?: [a-z-]+)?: (?=(?:an?|each|every|the) [\w-]+(?: [\w-]+)? (?:can|may|must|has|is|shall|should|will) )"
)


_A = r"(?:an?|each|every|one|the|another)"
_N = r"[\w’'-]+(?: (?!(?:of|to|for|on|in|at|with|from|about|by|and|or|can|may|must|is|are|has|have)\b)[\w’'-]+){0,2}?"
_SYSTEM = r"(?:the )?(?:system|app|application|platform|product|solution|service|tool|software|database|we)"
_MODAL = r"(?:(?:must|shall|should|will|can|may|needs? to|has to|have to|want to) )"
_FILING = r"(?:report|raise|file|submit|open|log|create|register|write|leave|add|request|post|record|place|make|enter|start|issue)"
# What ends the name of a field, so that a list in brackets is of fields and not of values.
_FIELDS = re.compile(
    r"\b(?:names?|titles?|numbers?|dates?|addresses|address|e-?mails?|phones?|descriptions?|remarks?|notes?|quantity|amounts?|prices?"
    r"|sizes?|codes?|body|text|subject|hours|weight|type|url|length|floors?|at|on|lat/long|latitude|year \w+|budget|total|unit)\s*$",
    re.IGNORECASE,
)
_MOMENTS = {
    "creation": "created at", "closure": "closed at", "closing": "closed at", "update": "updated at", "approval": "approved at",
    "submission": "submitted at", "resolution": "resolved at", "payment": "paid at", "delivery": "delivered at",
    "completion": "completed at", "cancellation": "cancelled at", "deletion": "deleted at", "arrival": "arrived at",
    "departure": "departed at", "opening": "opened at", "start": "starts at", "end": "ends at",
}  # fmt: skip
_PLAINER: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"^(?:each|every) (?:day|week|month|quarter|year|night),? (?=(?:we|an?|the) )", ""),
        (rf"^{_SYSTEM} {_MODAL}(?:store|keep|hold|record|save) (?=(?:the|its) )(?!.* (?:of|for) (?:an?|each|every|the) )", "it has "),
        (rf"^{_SYSTEM} {_MODAL}(?:be able to )?(?:store|keep|hold|manage|track|record|save|know) (?=[a-z]+s\b)", "we keep "),
        (rf"^((?:{_A} )?{_N}) {_MODAL}(?:record|store|hold|capture|include|carry|state|contain)s? (?=(?:an?|the|its) )", r"\1 has "),
        (r"\bthe (?:reporting|requesting|responsible|assigned|affected|relevant|respective|involved) (?=[a-z])", "the "),
        (r"\bthe ([\w-]+(?: [\w-]+)?) (?:concerned|involved|affected|in question)\b", r"the \1"),
        (r"\bone of (?:our|the|their|its|your) ([\w -]+?s)(?: \([^)]*\))?(?=$|[,.;])", r"one \1"),
        (r" (?:is|are) on (?=one )", " belongs to "),
        (r"\b(number of [\w-]+) in (?:the|its|each|every) [\w-]+", r"\1"),
        (r"\bwhether (?:we|they|it|he|she|somebody) (?:was |were |has been |have |is )?([a-z]+ed) (?:it|them)\b", r"whether it was \1"),
        (r"^(?:nobody|no one|no two (?:people|persons|users|of them)) (?:may|can|must|shall|should) (?:have|use|share) (?:the same|one) (.+?)(?: twice)?$", r"\1 is unique"),
        (r"^(.+?) (?:is|are|stays?|remains?) (?:empty|blank|unknown|open|null) (?:while|until|as long as|if|when|before|till) .+$", r"\1 is optional"),
        (r"\((?:empty|blank|open|unknown|null) (?:while|until|as long as|if|when|before|till) [^)]*\)", "(optional)"),
        (r"\b([\w-]+ (?:at|on|date)) if (?:it|he|she|they) (?:is|was|has|are|were) [\w ]+?(?=$|[,;)])", r"\1 (optional)"),
        (r"^two ([\w -]+?s) of (?:one|the same|a) ", r"\1 of the same "),
        (r"^(?:its |the |their )?(status|state|priority|severity|kind|type|category|level|reason|role|mode) (?:is|are|can be|may be|must be) (?:one of|either) (.+)$", r"it has a \1 (\2)"),
        (r"^(its|their) ([\w-]+(?: [\w-]+)?) (?:is|are|can be|may be|must be|shall be) (?:one of|either)(?: the following)?:? (.+)$", r"it has a \2 (\3)"),
        (rf"^((?:{_A} )?{_N}) (?:is|are) (?:recorded|registered|listed|stored|entered) (?:by|under) (?:its|their) (.+)$", r"\1 has a \2"),
        (r"^(.+?) (?:must|has to|should|shall) be different for (?:every|each) ([\w-]+(?: [\w-]+)?)$", r"\1 of \2 is unique"),
        (r"^at the (?:end|start|beginning)(?: of (?:the|an?|each|every) [\w-]+)?,? (?=(?:an?|each|every|the) )", ""),
        (r"^we (?:also )?keep track of [\w -]+: (?=(?:an?|each|every) )", ""),
        (r"^we (?:also )?(?:keep track of|track|record|store|keep) (?:the |all |all the )?([\w-]+s)(?: (?:that|which|who) [\w ]+)?: (?!(?:we|it|they)\b)(.+)$", r"\1 have \2"),
        (r",? (?:until|as long as|while) (?:it|they|he|she) [\w ]+$", ""),
    )
)  # fmt: skip
_THROUGH = re.compile(
    rf"^((?:{_A} )?{_N}) {_MODAL}?(?:moves?|goes|go|passes?|progress(?:es)?|runs?) (?:through|along) (?:the )?(?:following )?"
    r"(?:states?|status(?:es)?|stages?|steps?)?:? ?(.+?(?:\s*(?:→|->|=>|>)\s*.+?)+?)(?:,? (?:or|and) (?:be|is|can be|may be|it can be) (\w+)(?: [\w ]+)?)?$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(rf"(?:^|(?<= ))({_A} )?([\w’'-]+(?: [\w’'-]+)?) \(([^()]+)\)", re.IGNORECASE)
_OF_ANOTHER = re.compile(rf"\b(?:{_A} )?([\w-]+) (?:about|of|to|for|on|against) {_A} $", re.IGNORECASE)
_FILED = re.compile(
    rf"^(?:(?:{_A} )?({_N}) {_MODAL}(?:be able to )?)?{_FILING} {_A} ({_N}) (?:about|of|for|on|against|to|towards?|concerning) {_A} ({_N})"
    r"(?:,? (?:with|stating|giving|including) (.+))?$",
    re.IGNORECASE,
)
_FILED_SEVERAL = re.compile(
    rf"^(?:(?:{_A} )?({_N}) {_MODAL}(?:be able to )?)?{_FILING} ({_N}) (?:about|of|for|on|against|to|towards?|concerning) {_A} ({_N}),? (?:each )?(?:with|having|stating|giving) (.+)$",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    rf"^(?:(?:{_A} )?{_N} {_MODAL}(?:be able to )?)?(?:attach|add|link|upload|assign) ([\w-]+(?: [\w-]+)?s) to {_A} ({_N})$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    rf"^({_N}) (?:(?:can|may|must|are|is|will|could|should|have to) )+(?:be )?(?:added|attached|posted|uploaded|written|left|made|filed) "
    rf"(?:to|on|for|about) {_A} ({_N})(?: by (?:{_A} )?({_N}))?$",
    re.IGNORECASE,
)
_PER = re.compile(
    rf"^(?:we|they|the [\w-]+) (?:put together|make|create|produce|pack|issue|send|prepare|publish|plan) {_A} ({_N}) (?:per|for each|for every) ({_N})$",
    re.IGNORECASE,
)
_LINKED = re.compile(r"^(.+? (?:linked|assigned|connected|related|tied) to (?:one or more|many|several|any number of|multiple) [\w -]+?),? with (.+)$", re.IGNORECASE)  # fmt: skip
_ACTORS = frozenset("user people person somebody someone anybody everyone customer service team staff system".split())  # noqa: SIM905


def taken_apart(text: str) -> list[str]:
    """A sentence as the plainer ones that it makes; itself where no form fits."""
    said = text.strip()
    for pattern, instead in _PLAINER:
        said = pattern.sub(instead, said)
    said = re.sub(
        r"\b(?:timestamps?|dates?|times?) (?:for|of) (?:the |its )?([a-z]+)(?: and (?:the |its )?([a-z]+))?\b",
        _moments, said, flags=re.IGNORECASE,
    )  # fmt: skip
    through = _THROUGH.match(said)
    if through is not None:
        return _states(through)
    more: list[str] = []
    said = _without_fields(said, more)
    if more and re.match(r"^we keep [\w -]+s$", said, re.IGNORECASE):
        return more
    for form in (
        _done_to,
        _put,
        _in_kinds,
        _kept,
        _managed,
        _both,
        _filed,
        _filed_several,
        _attached,
        _passive,
        _per,
        _linked,
    ):
        found = form(said)
        if found:
            return [*found, *more]
    return [said, *more] if said else more


def _moments(match: re.Match[str]) -> str:
    names = [one.lower() for one in match.groups() if one]
    if not all(one in _MOMENTS for one in names):
        return match[0]
    return ", a ".join(["", *(_MOMENTS[one] for one in names)])[2:]


def _states(match: re.Match[str]) -> list[str]:
    steps = [one.strip() for one in re.split(r"\s*(?:→|->|=>|>)\s*", match[2])]
    values = [*steps, *([match[3]] if match[3] else [])]
    found = [f"{match[1]} has a status ({', '.join(values)})"]
    return found if match[3] else [*found, f"{match[1]} goes from {' to '.join(steps)}"]


def _without_fields(text: str, more: list[str]) -> str:
    """The sentence without brackets that list fields of the noun before them; `more` gets what they say."""
    for match in list(_BRACKETS.finditer(text)):
        items = listed(match[3])
        named = [re.sub(r"\s*\(.*\)|,? (?:optional|unique)$", "", one).strip() for one in items]
        if (
            len(items) < 2
            or not any(_FIELDS.search(one) for one in named)
            or any(len(one.split()) > 5 for one in named)
        ):
            continue
        before = text[: match.start()]
        another = _OF_ANOTHER.search(before + (match[1] or ""))
        owner = another[1] if another is not None else match[2].split()[-1] if match[1] is None and before else match[2]
        if before and another is None and match[1] is None:
            owner = re.sub(rf"^(?:{HAS}) ", "", match[2], flags=re.IGNORECASE)
        more.append(f"each {singular(owner)} has {_articled(items)}")
        text = text.replace(f" ({match[3]})", "", 1)
    return text if re.search(r"\s", text.strip()) or not more else ""


_IN_KINDS = re.compile(
    rf"^((?:{_A} )?{_N}) (?:has|have|consists? of|contains?) (?:many |several |some )?([\w-]+s) (?:in|of) (?:\w+ )?(sizes|colours|colors|kinds|types|shapes|grades|formats|classes)(?:: | \()([^()]+)\)?$",
    re.IGNORECASE,
)
_KEPT = re.compile(rf"^we keep ({_N}) and (?:the )?({_N}) (?:in|of|for|within|on) (?:each|every) {_N}$", re.IGNORECASE)
_MANAGED = re.compile(
    rf"^(?:(?:{_A} )?{_N} {_MODAL})?(?:import|register|create|manage|maintain|add|enter|record|capture|upload|plan|schedule|organi[sz]e|arrange|prepare|define) ([\w-]+(?: [\w-]+)?s) with (.+)$",
    re.IGNORECASE,
)
_UNIQUE = re.compile(
    r"^(?:the |its )?([\w -]+?) and (?:the |its )?([\w -]+?) (?:are|must be|have to be) unique$", re.IGNORECASE
)


def _articled(items: list[str]) -> str:
    return ", ".join(one if re.match(r"(?:an?|the|its|their) ", one) else f"a {one}" for one in items)


def _in_kinds(text: str) -> list[str]:
    match = _IN_KINDS.match(text)
    if match is None:
        return []
    values = ", ".join(re.sub(r"^or ", "", one) for one in re.split(r",\s*|\s+or\s+|\s+and\s+", match[4]) if one)
    return [f"{match[1]} has many {match[2]}", f"each {singular(match[2])} has a {singular(match[3])} ({values})"]


_DONE_TO = re.compile(
    rf"^(?:(?:{_A} )?{_N} {_MODAL})?(?:record|register|enter|track|manage|see|keep|store) (?:the )?([\w-]+s) ([a-z]+(?:ed|en|id|t)) (by|to|for|in|at|from) ({_N}s),? with (.+)$",
    re.IGNORECASE,
)
_PUT = re.compile(
    rf"^(?:(?:{_A} )?{_N} {_MODAL})?(?:put|place|include) ([\w-]+s) (?:on|in|into) (?:the [\w-]+ of )?{_A} ({_N})$",
    re.IGNORECASE,
)


def _done_to(text: str) -> list[str]:
    match = _DONE_TO.match(text)
    if match is None:
        return []
    thing = singular(match[1])
    return [
        f"each {thing} is {match[2]} {match[3]} one {singular(match[4])}",
        f"each {thing} has {_articled(listed(match[5]))}",
    ]


def _put(text: str) -> list[str]:
    match = _PUT.match(text)
    return [f"a {singular(match[2])} uses many {match[1]}"] if match is not None else []


def _kept(text: str) -> list[str]:
    match = _KEPT.match(text)
    return [f"each {singular(match[1])} has many {match[2]}"] if match is not None else []


def _managed(text: str) -> list[str]:
    match = _MANAGED.match(text)
    return [f"each {singular(match[1])} has {_articled(listed(match[2]))}"] if match is not None else []


def _both(text: str) -> list[str]:
    match = _UNIQUE.match(text)
    if match is None or re.search(r"\b(?:together|pair|combination|both)\b", text, re.IGNORECASE):
        return []
    return [f"{match[1]} is unique", f"{match[2]} is unique"]


def _filed(text: str) -> list[str]:
    match = _FILED.match(text)
    if match is None:
        return []
    thing, about = singular(match[2]), singular(match[3])
    found = [f"each {thing} belongs to one {about}"]
    if match[1] and not _ACTORS & set(singular(match[1]).split()):
        found.append(f"each {thing} is from one {singular(match[1])}")
    return [*found, f"each {thing} has {match[4]}"] if match[4] else found


def _filed_several(text: str) -> list[str]:
    match = _FILED_SEVERAL.match(text)
    if match is None or singular(match[2]) == match[2].lower():
        return []
    return [
        f"each {singular(match[2])} belongs to one {singular(match[3])}",
        f"each {singular(match[2])} has {_articled(listed(match[4]))}",
    ]


def _attached(text: str) -> list[str]:
    match = _ATTACHED.match(text)
    return [f"each {singular(match[2])} has many {match[1]}"] if match is not None else []


def _passive(text: str) -> list[str]:
    match = _PASSIVE.match(text)
    if match is None or singular(match[1]) == match[1]:
        return []
    thing = singular(match[1])
    found = [f"each {thing} belongs to one {singular(match[2])}"]
    return [*found, f"each {thing} is from one {singular(match[3])}"] if match[3] else found


def _per(text: str) -> list[str]:
    match = _PER.match(text)
    return [f"each {singular(match[1])} belongs to one {singular(match[2])}"] if match is not None else []


def _linked(text: str) -> list[str]:
    match = _LINKED.match(text)
    if match is None:
        return []
    known = re.sub(r"\b(?:an?|the) (?:optional )?(?=[\w-])", "the ", match[2], flags=re.IGNORECASE)
    return [f"{match[1]}, and we record {known}"]
