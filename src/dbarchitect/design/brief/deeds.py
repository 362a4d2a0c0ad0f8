"""What people do to things: `a sitter publishes listings` (each has one sitter), `an owner books a listing` where a booking is
a thing (it has one of either), `several artefacts are shown in an exhibition`, and what is written down of such a pair."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Kind
from dbarchitect.model import english

from . import once
from .fields import field_of
from .phrases import DETERMINERS, bare, counted, listed, singular, with_relatives
from .statements import MAY, NOUN, Link

if TYPE_CHECKING:
    from .grammar import Reader

# Who does this to a thing makes it, and a thing is made once.
MAKES = frozenset(
    """
    create make write post publish upload submit place send open file issue offer leave raise add record register import
    report compose author draft enter define announce start launch log sign give control employ operate host
    """.split()  # noqa: SIM905
)
_VERB = f"(?P<verb>{'|'.join(sorted(MAKES))}|repl(?=ies)|publish(?=es)|launch(?=es))(?:e?s|ies)?"
_MAKING = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<who>{NOUN}) (?:{MAY} )*{_VERB} (?P<what>(?:{DETERMINERS}\s+)?[\w -]+?)"
    r"(?:(?: with|,? (?:giving|stating|specifying|entering|choosing|picking|consisting of)) (?=(?:an?|the|its|their|one|some)\b)(?P<more>.+)|: (?P<listed>.+))?$",
    re.IGNORECASE,
)  # fmt: skip
_PARTS = re.compile(r"\s+(?:for|in|at|to|with|on|from|into)\s+", re.IGNORECASE)
_TOWARDS = re.compile(r"^(?:for|in|at|to|with|on|from|into)\s+(?=(?:an?|one|the)\b)", re.IGNORECASE)
_GIVING = re.compile(
    r",? (?:and (?:gives?|writes?|leaves?|records?|notes?|pays?)|giving|stating|specifying|entering|choosing|picking|selecting|recording|with) (?=(?:an?|the|its|their)\b)(.+)$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    rf"^(?P<many>.+?) (?:{MAY} )*(?:is|are|be|work|works|take part|takes part|participate|appear|appears|belong)(?: [a-z]+)?"
    rf" (?:in|on|at|to|by|for|with|from|into|under|of|within) (?P<one>(?:an?|each|every|one|the same|the)\s+{NOUN})$",
    re.IGNORECASE,
)  # fmt: skip
_SHARED = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|can be|may be) (?:shared|reused|used) (?:across|between|by|among|in) (?:many |several |all |different )?({NOUN})$",
    re.IGNORECASE,
)  # fmt: skip
_OF_THE_PAIR = re.compile(
    r"^(?:for each (?:of them|such pair|pair|combination),? )?(?:we|they) (?:(?:also|just|only|must|want to|need to|have to|would like to) )*"
    r"(?:keep|store|record|track|know|save|note|write|need|remember)(?: down)? (.+)$",
    re.IGNORECASE,
)  # fmt: skip


_PER = re.compile(
    rf"^(?:there (?:is|can be|may be) )?(?:only |at most |exactly )?one ({NOUN}) (?:per|for (?:each|every|one)) ({NOUN})$", re.IGNORECASE
)  # fmt: skip
_AMOUNT = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:has|have) how (much|many)(?: of)? (?:(?:an?|each|every|the) )?({NOUN}) (?:is|are|was|were) [a-z]+(?:,? and (.+))?$",
    re.IGNORECASE,
)  # fmt: skip
_LACK = re.compile(
    rf"^(?:some|not all|many|a few)(?: of them| of the {NOUN}|(?: of)? ({NOUN}))? (?:do not|don['’]t|does not|doesn['’]t|may not|have no)(?: have| know| give)? (?:an? |any )?(.+)$"
    rf"|^not (?:every|each) ({NOUN}) (?:has|have) (?:an? )?(.+)$",
    re.IGNORECASE,
)  # fmt: skip


def made(text: str) -> str:
    """The thing that a sentence says somebody makes, with what it has: `sitters publish listings with a price`; "" else."""
    match = _MAKING.match(text)
    if match is None or not (match["more"] or match["listed"]):
        return ""
    name = singular(_without_owner(match["what"]))
    return name if 0 < len(name.split()) <= 2 else ""


def maker(text: str) -> str:
    """Those who make things, where a sentence begins with them: `sitters publish listings`; "" else."""
    match = re.match(r"^((?:[a-z]+ )?[a-z]+s) ([a-z]+) ", text, re.IGNORECASE)
    if (
        match is None
        or match[2].lower() not in MAKES
        or re.match(r"(?:it|they|we|he|she|this|that)\b", text, re.IGNORECASE)
    ):
        return ""
    return singular(match[1]) if singular(match[1]) != match[1].lower() else ""


def _without_owner(text: str) -> str:
    return re.sub(r"\b(?:each|all|some|any) of (?:their|its|his|her|the) ", "", text, flags=re.IGNORECASE)


def making(reader: Reader, text: str, line: int) -> bool:
    """`a sitter publishes listings with a nightly price and a city`."""
    match = _MAKING.match(text)
    if match is None:
        return False
    what = reader.entity(counted(_without_owner(match["what"])).text)
    if what is None or singular(match["who"]) == what:
        return False
    who = reader.entity(match["who"])
    more = match["more"] or match["listed"] or ""
    if who is None and not more:
        return False
    if who is not None:
        reader.said.links.append(Link(who, what, 0, None, "", True, line))
    reader.said.last = what
    done = [reader.item(what, one, line, optional=False) for one in listed(more)]
    return all(done)


_DATED = re.compile(r" (?:on|at|for) an? (?:given |certain )?(date|day|time|moment)\b", re.IGNORECASE)
_CALLED = re.compile(
    r" \((?:an? |this is an? |called an? )?([a-z]+(?: [a-z]+)?)\)$", re.IGNORECASE
)  # the name of the deed
_DEED = re.compile(
    rf"^(?:{DETERMINERS}\s+)?([\w-]+(?: [\w-]+)??) (?:{MAY} )*([a-z]+) (?:(?:in|for|to|on|at|with) )?(?:(?:{DETERMINERS}|several|many) )?([\w-]+)(?:[;,.].*)?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r" (?:under|through|via|by means of) ((?:an?|one|several|many)? ?[a-z]+(?: [a-z]+)?)$", re.IGNORECASE
)
_MADE_BY = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:(?:sent|issued|billed|charged|addressed|delivered|shipped|mailed) to|(?:made|written|created|posted|published|uploaded|submitted|sent|opened|filed|issued|offered|placed"
    rf"|added|recorded|registered|imported|reported|composed|drawn up|entered|announced|started|owned|run|managed|led|supervised) by) ({NOUN})$",
    re.IGNORECASE,
)  # fmt: skip
_HEADED = re.compile(r"^([A-Z]?[a-z]+(?: [a-z]+)?): ((?:an?|each|every|the) ([\w-]+) ([a-z]+) .+)$", re.IGNORECASE)


def made_by(reader: Reader, text: str, line: int) -> bool:
    """`quizzes are written by players`, `invoices are sent to students`: each by one, to one."""
    match = _MADE_BY.match(text)
    what, who = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if match is None or what is None or who is None or what == who or counted(match[2]).said:
        return False
    reader.said.last = what
    reader.said.links.append(Link(what, who, 1, 1, "", False, line))
    return True


def headed(text: str) -> str:
    """The deed that a sentence is headed with: `Inspections: an officer inspects a plot`; "" else."""
    match = _HEADED.match(text)
    return singular(match[1]) if match and singular(match[1]) in nouns_of(match[4].lower()) else ""


def told_under(reader: Reader, text: str, line: int) -> bool:
    """Such a sentence, without its head."""
    match = _HEADED.match(text)
    return bool(match) and headed(text) in reader.said.things and event(reader, match[2], line)


def one_per(reader: Reader, text: str, line: int) -> bool:
    """`one payment per grower per period`: the two together tell payments apart."""
    match = _ONE_PER.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    known = reader.said.things[owner].fields
    parts = [one for item in listed(match[2]) for one in re.split(r" (?:per|in each|in every) ", item)]
    names = [reader.entity(one) or singular(one) for one in parts]
    if len(names) < 2:
        return False
    if not all(name in reader.said.things or name in known for name in names):
        return False
    for name in names:
        if name in reader.said.things and not any(
            one.of == owner and one.to == name and not one.vague for one in reader.said.links
        ):
            reader.said.links.append(Link(owner, name, 1, 1, "", False, line))
    reader.said.things[owner].keys.append(tuple(names))
    return True


_ONE_PER = re.compile(
    rf"^(?:there (?:is|can be|may be) )?(?:only |at most |exactly )?one ({NOUN}) (?:per|for each|for every) (.+)$",
    re.IGNORECASE,
)  # fmt: skip


def nouns_of(verb: str) -> list[str]:
    """What a deed may be called: `book` a booking, `enrol` an enrolment, `rate` a rating, `reserve` a reservation."""
    found: list[str] = []
    for base in dict.fromkeys((verb, verb.removesuffix("s"), verb.removesuffix("es"), re.sub(r"ies$", "y", verb))):
        short = base.removesuffix("e")
        found += [base, f"{base}ing", f"{short}ing", f"{base}ment", f"{base}{base[-1:]}ing", f"{base}lment"]
        found += [
            f"{short}ation",
            f"{short}ion",
            f"{short}al",
            re.sub(r"be$", "ption", base),
            re.sub(r"y$", "ication", base),
            re.sub(r"er$", "ration", base),
        ]
    return found


def deeds_named(text: str, things: Mapping[str, object], everything: str, words: Set[str]) -> list[str]:
    """What a brief calls the deed of a sentence as a thing elsewhere: `students enroll in courses`, `a payment is for one
    enrollment`. `words` are those of `everything`, in small letters."""
    match = _DEED.match(text)
    if match is None or singular(match[1]) not in things or singular(match[3]) not in things:
        return []
    verb = match[2].lower()
    for one in dict.fromkeys(nouns_of(verb)):
        spoken = rf"\b(?:(?:an?|each|every|one|per) {re.escape(one)}|{re.escape(english.plural(one))})\b"
        derived = len(one) > len(verb) and one.endswith(("ing", "ment", "ion", "al"))
        # Most such nouns are no words of the text: a look at the words spares a search of all of it.
        told = not words.isdisjoint((one, english.plural(one)))
        if derived and one not in things and told and re.search(spoken, everything, re.IGNORECASE):
            return [one]
    return []


def event(reader: Reader, text: str, line: int) -> bool:
    """`an owner books a listing for one or more dogs, picking a start date`, where a booking is a thing of its own."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?(?P<who>{NOUN}) (?:{MAY} )*(?P<verb>[a-z]+) (?P<rest>.+)$", text, re.IGNORECASE
    )
    who = reader.entity(match["who"]) if match else None
    if match is None or who is None:
        return False
    deed = next((one for one in nouns_of(match["verb"].lower()) if one in reader.said.things), None)
    called = _CALLED.search(match["rest"])
    under = _UNDER.search(match["rest"])
    if called is None and under is not None and reader.entity(counted(under[1]).text):
        called = under  # `tenants rent flats under leases`
    if called is not None and (name := reader.entity(counted(called[1]).text)) is not None:
        deed = name
    if deed is None or deed == who:
        return False
    told = (
        match["rest"][: called.start()]
        if called is not None and deed == reader.entity(counted(called[1]).text)
        else match["rest"]
    )
    giving = _GIVING.search(told)
    rest = told[: giving.start()] if giving else told
    dated = _DATED.search(rest)
    rest = rest[: dated.start()] + rest[dated.end() :] if dated else rest
    rest = _TOWARDS.sub("", rest)  # `subscribes to a plan`
    bare_ = re.sub(r"^(?:for|in|at|to|with|on) ", "", rest)
    rest = bare_ if reader.entity(bare_) else rest  # `enroll in courses`
    objects = [one for item in listed(rest) for one in _PARTS.split(item)]
    targets = [(reader.entity(counted(one).text), counted(one)) for one in objects]
    if not targets or any(target is None or target in (deed, who) for target, _ in targets):
        return False
    reader.said.links.append(Link(deed, who, 1, 1, "", False, line))
    for target, number in targets:
        most = number.most if number.said else 1  # `members borrow books`: each loan is of one
        reader.said.links.append(Link(deed, target or "", min(number.least, 1) or 1, most, "", False, line))
        reader.said.deeds.append((who, target or ""))
    reader.said.last = deed
    if dated is not None:
        word = dated[1].lower()
        reader.said.put(
            deed,
            Field(
                name="date" if word == "day" else word, kind="date" if word in ("day", "date") else "moment", line=line
            ),
        )
    done = [reader.item(deed, one, line, optional=False) for one in listed(giving[1])] if giving else []
    return all(done)


def several(reader: Reader, text: str, line: int) -> bool:
    """`several artefacts are shown in an exhibition`: an exhibition has several, and nothing is said of the other way."""
    match = _SEVERAL.match(text)
    if match is None:
        return False
    number = counted(match["many"])
    many, one = reader.entity(number.text), reader.entity(bare(match["one"]))
    if many is None or one is None or many == one or not number.said or number.most == 1:
        return False
    reader.said.links.append(Link(one, many, number.least, number.most, "", False, line))
    reader.said.last = one
    return True


def shared(reader: Reader, text: str, line: int) -> bool:
    """`ingredients are shared across recipes`."""
    match = _SHARED.match(re.sub(r"\s*\([^)]*\)$", "", text))
    first, second = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if first is None or second is None or first == second:
        return False
    said = next((one for one in reader.said.links if {one.of, one.to} == {first, second} and one.most is None), None)
    reader.said.links.append(
        Link(second, first, 0, None, "", False, line)
        if said is None
        else Link(said.to, said.of, 0, None, "", False, line)
    )
    if said is None:
        reader.said.links.append(Link(first, second, 0, None, "", False, line))
    return True


def per(reader: Reader, text: str, line: int) -> bool:
    """`one review per booking`, `one invoice for one order`: one of either."""
    match = _PER.match(text)
    one, each = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if one is None or each is None or one == each:
        return False
    reader.said.links += [Link(each, one, 0, 1, "", True, line), Link(one, each, 1, 1, "", False, line)]
    reader.said.last = one
    return True


def amounts(reader: Reader, text: str, line: int) -> bool:
    """`each recipe has how much of an ingredient is used and the unit`: what is known of the pair."""
    match = _AMOUNT.match(text)
    owner, other = (reader.entity(match[1]), reader.entity(match[3])) if match else (None, None)
    if match is None or owner is None or other is None:
        return False
    kind: Kind = "integer" if match[2].lower() == "many" else "decimal"
    fields = [Field(name="quantity", kind=kind, line=line)]
    fields += [one for item in listed(match[4] or "") if (one := field_of(item, line=line)) is not None]
    if not any({link.of, link.to} == {owner, other} for link in reader.said.links):
        reader.said.links.append(Link(owner, other, 0, None, "", False, line))
    reader.said.pairs.setdefault((owner, other), []).extend(fields)
    return True


def of_both(reader: Reader, text: str, line: int) -> bool:
    """`for each book and each branch the number of copies is recorded`, `for each product in an order we keep the price`."""
    match = _BOTH.match(text) or _BOTH_OPEN.match(text)
    first = reader.entity(match[1]) if match else None
    if match is None or first is None:
        return False
    others = re.findall(rf"\b(?:{reader.nouns()})\b", match[2], re.IGNORECASE)
    second = next((one for other in others if (one := reader.entity(other)) not in (None, first)), None)
    if second is None and re.search(r"\b(?:they|it|he|she)\b", match[2], re.IGNORECASE):
        second = reader.said.last
    if not second or second == first:
        return False
    fields = [field_of(re.sub(r"^(?:the |a )?number of ", "", one), line=line) for one in listed(match[3] or match[4])]
    if any(one is None for one in fields):
        return False
    if not any({link.of, link.to} == {first, second} for link in reader.said.links):
        reader.said.links += [
            Link(first, second, 0, None, "", False, line),
            Link(second, first, 0, None, "", False, line),
        ]
    reader.said.pairs.setdefault((first, second), []).extend(one for one in fields if one is not None)
    return True


_KNOWN = (
    r"(?:we (?:keep|store|record|track|note|need)s? (.+)"
    r"|((?:the|an?|its) .+) (?:is|are|must be|shall be|will be|has to be) (?:also )?(?:kept|recorded|stored|noted|entered|written down|held))$"
)
_BOTH = re.compile(rf"^for (?:each|every) ({NOUN}) (?=(?:and|that|which|in|on|of|at) )([^,]+), {_KNOWN}", re.IGNORECASE)
_BOTH_OPEN = re.compile(rf"^for (?:each|every) ({NOUN}) (?=(?:and|in|on|of|at) )([^,]+?) {_KNOWN}", re.IGNORECASE)
_FOR_EACH = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:has|have|keeps?|sets?) (.+) for each(?: of them| one)?$", re.IGNORECASE
)
_OR_NOT = re.compile(rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|was|were) ([a-z]+(?: [a-z]+)?) or not$", re.IGNORECASE)


def for_each(reader: Reader, text: str, line: int) -> bool:
    """`each pharmacy has a price for each`, right after it was said of what it has several."""
    match = _FOR_EACH.match(text)
    owner = reader.entity(match[1]) if match else None
    link = reader.said.links[-1] if reader.said.links else None
    if match is None or owner is None or link is None or link.of != owner or link.most == 1:
        return False
    fields = [field_of(one, line=line) for one in listed(match[2])]
    if any(one is None for one in fields):
        return False
    reader.said.pairs.setdefault((link.of, link.to), []).extend(one for one in fields if one is not None)
    return True


def or_not(reader: Reader, text: str, line: int) -> bool:
    """`a product is discontinued or not`."""
    match = _OR_NOT.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    reader.said.put(owner, Field(name=match[2].lower(), kind="boolean", line=line))
    return True


def some_lack(reader: Reader, text: str, line: int) -> bool:
    """`some of them don't have an email`, `not every tenant has a phone number`."""
    match = _LACK.match(text)
    owner = reader.entity(match[1] or match[3] or "") or reader.said.last if match else ""
    if match is None or not owner:
        return False
    made_ = field_of(match[2] or match[4], line=line)
    known = reader.said.things[owner].fields.get(made_.name) if made_ else None
    if made_ is None:
        return False
    reader.said.things[owner].fields[made_.name] = replace(known or made_, required=False)
    return True


# `who bought it` is a reference to somebody, and `when` without more says of nothing when.
NO_FIELD = re.compile(r"(?:who|what|which) .+ (?:it|them)$|when$|track of\b")


_OF_THE_DEED = re.compile(
    r"^(?:the|an?) (.+) of (?:each|every|the|this|that|such an?) ([a-z]+) (?:is|are|must be|has to be) (?:also )?(?:kept|recorded|stored|noted|held|entered|written down|registered)$",
    re.IGNORECASE,
)


def of_the_deed(reader: Reader, text: str, line: int) -> bool:
    """`the date of each review is kept`, right after events are reviewed by analysts: it is of the two."""
    match = _OF_THE_DEED.match(text)
    link = reader.said.links[-1] if reader.said.links else None
    if match is None or link is None or reader.entity(match[2]) is not None:
        return False
    verb = re.sub(r"(?:e?d)$", "", link.role.split()[0]) if link.role else ""
    if not verb or match[2].lower() not in nouns_of(verb):
        return False
    return of_the_pair(reader, f"we keep the {match[1]}", line)


def of_the_pair(reader: Reader, text: str, line: int) -> bool:
    """`we record the completion date`, right after volunteers complete courses."""
    match = _OF_THE_PAIR.match(text)
    link = reader.said.links[-1] if reader.said.links else None
    if match is None or link is None or not line - 3 <= link.line <= line:
        return False
    if reader.said.last not in (link.of, link.to):
        return False  # something else was spoken of since
    fields: list[Field] = []
    for one in with_relatives(listed(match[1])):
        if link.most != 1 and reader.entity(one) not in (None, link.of, link.to):
            if not reader.item(link.to, one, line, optional=False):  # `many lines, each with a product`
                return False
            continue
        found = field_of(one, line=line)
        if found is None or len(found.name.split()) > 4 or NO_FIELD.match(found.name):
            return False
        fields.append(found)
    if link.most == 1:
        for one in fields:
            reader.said.put(link.of, one)
    else:
        reader.said.pairs.setdefault((link.of, link.to), []).extend(fields)
    return True


_KEEPS = r"(?:also )?(?:keep|store|record|track|know|save|note|log|register|mark|see|want to know|need to know|want to see)s?(?: down)?"
_WHICH_EACH = re.compile(  # `for each lesson we record ...` comes as what each lesson has
    rf"^(?:each|every|an?) ({NOUN}) has which ({NOUN}) ([a-z ]+)$"
    rf"|^for (?:each|every) ({NOUN}),? (?:we|they|{DETERMINERS} {NOUN}|{NOUN}) {_KEEPS} which ({NOUN}) ([a-z ]+)$",
    re.IGNORECASE,
)
_WHICH = re.compile(
    rf"^(?:we|they|{DETERMINERS} {NOUN}|{NOUN}) {_KEEPS} which ({NOUN}) ([a-z ]+?) (?:(?:in|at|on|for|to|from|of|by) )?(?:each|every|an?|the) ({NOUN})$",
    re.IGNORECASE,
)


def which_of_them(reader: Reader, text: str, line: int) -> bool:
    """`for each lesson we record which students were present`: either has several; it is a mark of the two where they are
    connected already."""
    match = _WHICH_EACH.match(text)
    one, other, done = [part for part in match.groups() if part] if match else ("", "", "")
    if match is None and (match := _WHICH.match(text)) is not None:
        one, other, done = match[3], match[1], match[2]
    first, second = reader.entity(one), reader.entity(other)
    mark = re.sub(r"^(?:is|are|was|were|has|have|had|has been|have been) ", "", done.strip(), flags=re.IGNORECASE)
    if first is None or second is None or first == second or len(mark.split()) > 2:
        return False
    known = [link for link in reader.said.links if {link.of, link.to} == {first, second} and link.most != 1]
    if known:
        pair = (known[0].of, known[0].to)
        reader.said.pairs.setdefault(pair, []).append(Field(name=mark.lower(), kind="boolean", line=line))
    else:
        for of, to in ((first, second), (second, first)):
            reader.said.links.append(Link(of, to, 0, None, "", False, line))
    reader.said.last = first
    return True


BEFORE: tuple[Callable[[Reader, str, int], bool], ...] = (
    one_per,
    per,
    some_lack,
    making,
    made_by,
    event,
    several,
    shared,
)
FIRST: tuple[Callable[[Reader, str, int], bool], ...] = (
    *once.FORMS,
    which_of_them,
    of_both,
    for_each,
    or_not,
    amounts,
    told_under,
)
AFTER: tuple[Callable[[Reader, str, int], bool], ...] = (of_the_deed, of_the_pair)
