"""Clauses inside other clauses, as sentences of their own: `a student — we know their name — signs up for courses`, `an
episode, which always belongs to one show, has a title`, `teachers, whose names we keep, teach languages`.

What stands in brackets, between dashes or behind a relative pronoun tells of the noun before it; taken apart, each half has
a subject and a verb, as the grammar reads it. Where it is not certain of which noun a clause tells, it is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .phrases import bare, counted, listed, singular

_A = r"(?:an?|each|every|one|the|exactly one|any)"
_WORD = (
    r"(?!(?:of|to|for|on|in|at|with|from|about|by|and|or|can|may|must|is|are|has|have|which|who|that|per)\b)[\w’'-]+"
)
_N = rf"{_WORD}(?: {_WORD}){{0,2}}"
_KNOW = r"(?:know|keep|store|record|note|need|track|remember|write down|want to know|have to know)"
_KNOWN = r"(?:known|kept|recorded|stored|noted|registered|written down)"
_VERB = r"(?:is|are|has|have|can|may|must|shall|should|will|belongs?|consists?|contains?|[a-z]{3,}(?<!s)s?)"

# `a code that is unique`: a remark upon the field, wherever in the sentence it stands.
_REMARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r",? (?:that|which) (?:is|are|must be|has to be|have to be|should be) (?:globally |always )?unique"
         r" (?:on|in|within|inside|at|per|for|among) (?:that|this|its|the|each|every|their|an?) ([\w-]+(?: [\w-]+)?)(?=,| and |$)", r" (unique within \1)"),
        (r",? (?:that|which) (?:is|are|must be|has to be|have to be|should be) (?:globally |always )?unique(?=,| and |$)", " (unique)"),
        (r",? (?:that|which) (?:nobody|no one|no other [\w-]+) (?:else )?(?:has|uses|shares|may have|may use)(?=,| and |$)", " (unique)"),
        (r",? (?:that|which) (?:exists?|occurs?|is used|appears?|is given) only once (?:per|in|within|for) (?:each |every |an? |the |its )?([\w-]+(?: [\w-]+)?)(?=,| and |$)", r" (unique within \1)"),
        (r" \((?:only )?one [\w-]+ per [\w-]+\)", " (unique)"),
        (r" \([^()]*\b(?:for instance|for example)\b[^()]*\)", ""),
        (r",? (?:that|which) (?:is|are|can be|must be) (?:one of|either) ([\w-]+(?:,? [\w-]+){0,8},? or [\w-]+(?: [\w-]+)?)$", r" (\1)"),
        (r"(?<!\bbe )(?<!\bis )(?<!\bare )\b((?:an?|the|its) [\w-]+(?: [\w-]+)?), (?:either )?((?!which|who|that|and|or|an?\b|the\b|its\b|not\b)[\w-]+(?:, (?!and\b|an?\b|the\b)[\w-]+){0,6},? or (?!not\b|an?\b|the\b)[\w-]+)(?=$|, and (?:an?|the|its) )", r"\1 (\2)"),
        (r", (?:empty|blank|open|null|unknown) (?:while|until|as long as|till|if|when) .+$", " (optional)"),
        (r",? (?:that|which) (?:is|are) optional(?=,| and |$)", " (optional)"),
        (r",? (?:that|which) (?:may|can) be (?:empty|missing|unknown|left out|left blank|blank)(?=,| and |$)", " (optional)"),
    )
)  # fmt: skip
_DASHED = re.compile(rf"^((?:{_A} )?{_N})(?: [—–] | - )([^—–]+?)(?: [—–] | - )({_VERB} .+)$", re.IGNORECASE)
_KNOWING = re.compile(
    rf"^(?:for (?:whom|which) )?(?:we|you|they|i) {_KNOW} (?:their|its|his|her|the) (.+)$", re.IGNORECASE
)
_WHOSE = re.compile(
    rf"^((?:{_A} )?{_N}), whose (.+?) (?:we {_KNOW}|(?:is|are|has to be|have to be|must be) (?:also )?{_KNOWN}), ({_VERB} .+)$", re.IGNORECASE
)  # fmt: skip
_WHOSE_END = re.compile(
    rf"^(.+ (?:{_A}|many|several) ({_N})), whose (.+?) (?:we {_KNOW}|(?:is|are|has to be|have to be|must be) (?:also )?{_KNOWN})$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"^((?:{_A} )?{_N}), (?:which|who) ((?:always |usually )?{_VERB} [^,]+?), ({_VERB} .+)$", re.IGNORECASE
)
_BRACKET = re.compile(rf"\b({_A}|many|several) ({_N}) \((?:who|which|that|each with|each has|with|having) (?:(?:has|have) )?((?:an?|the|its|their) [^()]+)\)", re.IGNORECASE)  # fmt: skip
# `activities (calls, emails, meetings) belong to a deal`: sorts of them, where both are in the plural
_SORTS = re.compile(rf"^((?:all |the )?{_N}) \((?:e\.g\. )?([a-z-]+s(?:, (?:and |or )?[a-z-]+s)+|[a-z-]+s (?:and|or) [a-z-]+s)\) (?={_VERB} )", re.IGNORECASE)  # fmt: skip
_OF_WHICH = re.compile(
    rf"^(.+\b(?:an?|one|each|every|many|several) ({_N})(?: per {_N})?), (?:for|of|on|about) (?:which|whom) (?:we|they) (?:also )?{_KNOW} (.+)$",
    re.IGNORECASE,
)
_EACH_OF_WHICH = re.compile(
    rf"^(.+\b(?:many|several|multiple|any number of|(?:one|two) or more|a number of|has|have|the|and) ({_WORD}(?: {_WORD})??s)), each of (?:which|them) ((?:has|is|are|belongs?|refers?|can|must|may|shows?|takes?) .+)$",
    re.IGNORECASE,
)
_EACH_KNOWN = re.compile(rf"^(.+ ({_WORD}s)), each ((?:identified|known|described|labelled) by .+)$", re.IGNORECASE)
_THEIR = re.compile(rf"^(?:we|they|you) (?:also )?{_KNOW} (?:their|its) (.+)$", re.IGNORECASE)
_WHOSE_IS = re.compile(rf"^(.+\b(?:an?|one) ({_N})) whose ({_WORD}) is (unique|optional)$", re.IGNORECASE)
_PASSIVE = r"(?:[a-z]+(?:ed|en)|sold|made|built|held|bought|led|run|kept|sent|paid|told|found|set)"
# `each order placed by a customer is ...`: what stands between noun and verb tells of the noun.
_REDUCED = re.compile(
    rf"^((?:each|every|an?) {_N}) (?:that is |which is )?({_PASSIVE} (?:by|to|in|at|on|for|from|with) (an?|one|the|our|its) [\w-]+(?: [\w-]+)??) "
    r"((?:is|are|has|have|can|may|must) .+)$",
    re.IGNORECASE,
)
_US = r"(?:company|firm|organi[sz]ation|business|group|agency|institution|association|enterprise|shop)"
_OF_US = re.compile(rf"((?:^|\b(?:an?|one|each|every|exactly one) ){_N}) (?:of|(?:offered|sold|provided|run|owned|made|produced|used) by) (?:the|our) {_US}(?=$|,| and |\.| (?:is|are|has|have|can|may|must) )", re.IGNORECASE)  # fmt: skip
_YOURS = re.compile(
    r"^((?:each|every|an?) [\w-]+(?: [\w-]+)?) (?:that |which )?(?:you|we|they|one) [a-z]+ (?=(?:is|are|has|have|can|may|must) )",
    re.IGNORECASE,
)
# `..., who may handle any number of cases`: said of the noun before it.
_WHO_END = re.compile(
    rf"^(.+\b(?:one|an?|exactly one|at most one|several|many|each|every) ({_N})), (?:who (?!(?:is|are) (?:also )?(?:an?|one|itself|themselves)\b)|which (?!(?:is|are|must|may|can|shall|should|will|has to)\b))({_VERB} [^,]*(?:,[^,]* and [^,]*)?)$",
    re.IGNORECASE,
)
# `issues are assigned to contractors, who have a company name`
_WHO_HAVE = re.compile(
    rf"^(.+ (?:by|to|from|with|in|at|for|of|on) ({_WORD}s)), (?:who|which|that) (?:have|all have|each have) (.+)$", re.IGNORECASE
)  # fmt: skip
_EACH_OF = re.compile(
    rf"^(.+\b(?:several|many|multiple|one or more|any number of) ({_WORD}s)),? each (of|with|has|having) (?=(?:an?|the|its|their) )(.+)$", re.IGNORECASE
)  # fmt: skip
# `is looked after by one employee, the account manager`; `is run by a dean, who is a professor`
_ROLE = re.compile(
    rf"^((?:{_A} )?{_N}) (?:is|are) [a-z]+(?: [a-z]+)? by (?:one|an?|exactly one) ({_N})(?:, (?:the|its|their) ({_N})|,? who (?:is|are) (?:an?|one of the) ({_N}))$",
    re.IGNORECASE,
)
_ONE_OF = re.compile(
    rf"^(?:the|its|their) ({_WORD}) is (?:always )?one of (?:the|our|its|their) ({_N})$", re.IGNORECASE
)
# `one of the authors is designated as the contact author`
_ONE_AS = re.compile(
    rf"^one of (?:the|its|their|those|these) ({_WORD}s) (?:is|acts|serves)(?: (?:designated|chosen|named|marked|elected|appointed))?(?: as)? (?:the|its|their) ({_N})$",
    re.IGNORECASE,
)
# `a rental is one item to one member, with a start`
_ONE_TO_ONE = re.compile(
    rf"^((?:{_A} )?{_N}) is ((?:exactly )?(?:one|an?) {_N}) (?:to|for|of|by|at|in|on|from|given to|lent to) ((?:exactly )?(?:one|an?) {_N})(?:,? with (.+))?$",
    re.IGNORECASE,
)
_WITH_FIELDS = re.compile(
    rf"^((?:{_A} )?{_N}) ((?:is|are) {_PASSIVE} (?:under|by|to|for|in|at|from|on) (?:an?|one|its|the) {_N}),? with ((?:an?|the|its) .+)$",
    re.IGNORECASE,
)
# `invoices are issued per appointment, with a number, and are open, paid or void`
_ISSUED = re.compile(
    rf"^((?:{_A} )?{_N}) (?:is|are) (?:issued|created|made|written|raised|generated|sent|opened|drawn up) (?:per|for (?:each|every|one)) ({_N})"
    r"(?:,? with ((?:an?|the|its|their) .+?))?(?:,? and (?:(?:is|are|can be) )(\w+(?:, \w+)*,? or \w+))?$",
    re.IGNORECASE,
)
# `for every event there are price categories such as "Front" or "Balcony"`
_FOR_EACH = re.compile(
    rf"^(?:for|in|at|on) (?:each|every|an?|one) ({_N}),? there (?:is|are|can be|may be|must be) (?:always )?(.+?)(?:,? (?:such as|like|e\.g\.|for example) .+)?$",
    re.IGNORECASE,
)
# `quizzes have questions with several answers, one of which is correct`
_NESTED = re.compile(
    rf"^((?:{_A} )?{_N} (?:has|have|contains?|consists? of)) (?:several |many )?({_WORD}s) with ((?:several|many|multiple|one or more|at least \w+|\w+ or more) ({_WORD}s))(?:,? (?:(?:exactly )?one|some|several) of (?:which|them) (?:is|are) ({_WORD}))?$",
    re.IGNORECASE,
)
# `defects are reported by drivers, with a description, and fixed in a job`
_WITH_AND = re.compile(
    rf"^((?:{_A} )?{_N}) ((?:is|are) {_PASSIVE} (?:by|to|for|in|at|from|on|under) [\w -]+?), with ((?:an?|the|its|their) [^;]+?)(?:, and ({_PASSIVE} (?:by|to|for|in|at|from|on) .+))?$",
    re.IGNORECASE,
)
# `a seat has a row and a number, which are unique within the venue`
_UNIQUE_PAIR = re.compile(
    rf"^((?:{_A} )?{_N} (?:has|have) (?:.+, )?)(an? [\w-]+(?: [\w-]+)?),? and (an? [\w-]+(?: [\w-]+)?),? (?:which|that) (?:are|must be) (?:together )?unique(?: together)?((?: (?:within|in|per|for) (?:the|its|their|an?|each|every) [\w -]+)?)$",
    re.IGNORECASE,
)
# `courses can be tagged with topics`
_TAGGED = re.compile(rf"^((?:{_A} )?{_N}) (?:can|may) (?:also )?be (?:tagged|labelled|labeled|categori[sz]ed) (?:with|by) (?:several |many |multiple )?({_WORD}s)$", re.IGNORECASE)  # fmt: skip
# `users can follow each other`
_EACH_OTHER = re.compile(rf"^({_WORD}s|people) (?:can|may) ([a-z]+) (?:each other|one another)$", re.IGNORECASE)
# `a message is sent from one user to another`
_FROM_ONE = re.compile(rf"^((?:{_A} )?{_N}) (?:is|are) (sent|transferred|moved|shipped|passed) from (?:one|an?) ({_N}) to another(?: \3)?$", re.IGNORECASE)  # fmt: skip
# `a student can rate a course once, from 1 to 5 stars, with an optional comment`
_RATED = re.compile(
    rf"^((?:{_A} )?{_N}) (?:can|may) (rate|review) ({_A} {_N}?)( (?:only |at most )?once)?(?:,? (?:from|with|on a scale from|between) (\d+)(?: to |-| and )(\d+)(?: stars?| points?)?)?"
    r"(?:,? (?:and |with |including )+((?:an? )?(?:optional )?(?:comment|text|title|photo)s?(?: and .+)?))?$",
    re.IGNORECASE,
)
_LOGGED = re.compile(
    rf"^((?:{_A} )?{_N}) (?:is|are) (?:always |also )?(?:logged|recorded|tracked|stored|kept|registered|noted|saved|captured): (.+)$", re.IGNORECASE
)  # fmt: skip
_GAPPED = re.compile(
    r"^(.+? (?:is|are) (?:given|measured|expressed|stated) in [\w ]+?), (?:and )?([a-z][\w ]*?) in ([\w ]+)$",
    re.IGNORECASE,
)
_NAMES_A_FIELD = re.compile(r"^(?:an?|the|its|their|when|whether|how|optionally|an optional) ", re.IGNORECASE)


def _reduced(match: re.Match[str]) -> list[str]:
    definite = match[3].lower() in ("the", "our")  # whose they all are says nothing
    return [*([] if definite else [f"{match[1]} is {match[2]}"]), f"{match[1]} {match[4]}"]


def _role(match: re.Match[str]) -> list[str]:
    role, kind = (match[3], match[2]) if match[3] else (match[2], match[4])
    return [f"{match[1]} has one {role}, who is a {kind}"]


def _for_each(match: re.Match[str]) -> list[str]:
    several = (
        bare(match[2]) == match[2]
        and singular(match[2]) != " ".join(match[2].lower().split())
        and counted(match[2]).said is False
    )
    return [f"each {singular(match[1])} has {'several ' if several else ''}{match[2]}"]


def _from_one(match: re.Match[str]) -> list[str]:
    roles = ("sender", "recipient") if match[2].lower() == "sent" else ("origin", "destination")
    return [f"each {singular(match[1])} has one {role}, who is a {singular(match[3])}" for role in roles]


def _rated(match: re.Match[str]) -> list[str]:
    """A deed that leaves a thing of its own behind, with what it says."""
    who, what = singular(match[1]), singular(match[3])
    deed = "review" if match[2].lower() == "review" else "rating"
    bounds = f"a score (integer, {match[5]} to {match[6]})" if match[5] else ""
    known = ", ".join(filter(None, (bounds or ("a score (integer)" if deed == "rating" else ""), match[7])))
    return [
        f"each {deed} belongs to one {who} and one {what}",
        *([f"each {deed} has {known}"] if known else []),
        *([f"no {who} can have two {deed}s for the same {what}"] if match[4] else []),
    ]


def _issued(match: re.Match[str]) -> list[str]:
    each = f"each {singular(match[1])}"
    known = [(" has ", match[3]), (" is ", match[4])]
    return [f"{each} belongs to one {singular(match[2])}", *(f"{each}{verb}{said}" for verb, said in known if said)]


def _each_of(match: re.Match[str]) -> list[str]:
    fields = re.sub(r"\band (?:with|of) (?=(?:an?|the) )", "and ", match[4])
    # `each with a quantity`: of the pair, where the same one may be of others too
    return [
        match[1],
        f"we record {fields}" if match[3].lower() == "with" else f"each {singular(match[2])} has {fields}",
    ]


def _who(match: re.Match[str]) -> list[str]:
    # That somebody does something makes no thing of them; what they have does.
    one = "each" if re.match(r"(?:has|have)\b", match[3], re.IGNORECASE) else "the"
    return [match[1], f"{one} {singular(match[2])} {match[3]}"]


def _each(match: re.Match[str]) -> list[str]:
    return [match[1], f"each {singular(match[2])} {match[3]}"]


# What a sentence is folded of, and the sentences that it makes; the first that fits.
_FOLDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[str]]], ...] = (
    (_REDUCED, _reduced),
    (_ROLE, _role),
    (_ONE_AS, lambda match: [f"it has one {match[2]}, who is a {singular(match[1])}"]),
    (
        _ONE_TO_ONE,
        lambda match: [f"{match[1]} has {match[2]}, {match[3]}", *([f"it has {match[4]}"] if match[4] else [])],
    ),
    (_ONE_OF, lambda match: [f"it has one {match[1]}, who is a {singular(match[2])}"]),
    (_WITH_FIELDS, lambda match: [f"{match[1]} {match[2]}", f"each {singular(match[1])} has {match[3]}"]),
    (_ISSUED, _issued),
    (
        _TAGGED,
        lambda match: [
            f"each {singular(match[1])} has many {match[2]}",
            f"each {singular(match[2])} has a name (unique)",
        ],
    ),
    (_EACH_OTHER, lambda match: [f"each {singular(match[1])} can {match[2]} many other {match[1]}"]),
    (_FROM_ONE, _from_one),
    (_RATED, _rated),
    (
        _WITH_AND,
        lambda match: [
            f"{match[1]} {match[2]}",
            f"each {singular(match[1])} has {match[3]}",
            *([f"each {singular(match[1])} is {match[4]}"] if match[4] else []),
        ],
    ),
    (_FOR_EACH, _for_each),
    (
        _NESTED,
        lambda match: [
            f"{match[1]} several {match[2]}",
            f"each {singular(match[2])} has {match[3]}",
            *([f"each {singular(match[4])} is {match[5]} or not"] if match[5] else []),
        ],
    ),
    (_LOGGED, lambda match: [f"each {singular(match[1])} has {match[2]}"]),
    (_GAPPED, lambda match: [match[1], f"the {match[2]} is given in {match[3]}"]),
    (_WHOSE, lambda match: [_has(match[1], match[2]), f"{match[1]} {match[3]}"]),
    (_RELATIVE, lambda match: [f"{match[1]} {match[2]}", f"{match[1]} {match[3]}"]),
    (_EACH_OF_WHICH, _each),
    (_EACH_KNOWN, lambda match: [match[1], f"each {singular(match[2])} is {match[3]}"]),
    (_EACH_OF, _each_of),
    (_WHO_END, _who),
    (_WHO_HAVE, lambda match: [match[1], _has(match[2], match[3])]),
    (_WHOSE_END, lambda match: [match[1], _has(match[2], match[3])]),
    (_OF_WHICH, lambda match: [match[1], _has(match[2], match[3])]),
    (_WHOSE_IS, lambda match: [match[1], f"each {singular(match[2])} has a {match[3]} ({match[4]})"]),
    (_THEIR, lambda match: [_has("they", match[1])]),
)


def unfolded(text: str) -> list[str]:
    """A sentence as the sentences that it makes; itself where nothing is folded into it."""
    said = _YOURS.sub(r"\1 ", _OF_US.sub(r"\1", text.strip()))
    after: list[str] = []
    for match in list(_BRACKET.finditer(said)):
        after.append(_remarked(f"each {singular(match[2])} has {match[3]}"))
        said = said.replace(match[0], f"{match[1]} {match[2]}", 1)
    if (sorts := _SORTS.match(said)) is not None and singular(sorts[1]) != " ".join(bare(sorts[1]).lower().split()):
        kinds = ", ".join(
            f"`{singular(re.sub(r'^(?:and|or) ', '', one))}`" for one in re.split(r", | and | or ", sorts[2])
        )
        after.append(f"each {singular(sorts[1])} has a kind ({kinds})")
        said = f"{sorts[1]} {said[sorts.end() :]}"
    if (pair := _UNIQUE_PAIR.match(said)) is not None:
        after.append(f"{bare(pair[2])} and {bare(pair[3])} are unique{pair[4]}")
        said = f"{pair[1]}{pair[2]} and {pair[3]}"
    said = _remarked(said)
    if (match := _DASHED.match(said)) is not None and (knowing := _KNOWING.match(match[2])) is not None:
        return [_has(match[1], knowing[1]), *unfolded(f"{match[1]} {match[3]}"), *after]
    for pattern, apart in _FOLDS:
        if (match := pattern.match(said)) is not None:
            return [*(part for one in apart(match) for part in unfolded(one)), *after]
    return [said, *after]


def _remarked(text: str) -> str:
    for pattern, instead in _REMARKS:
        text = pattern.sub(instead, text)
    return text


def _has(subject: str, items: str) -> str:
    """`each teacher has a name, a phone number` of `teachers` and `names and phone numbers`."""
    several = subject == "they" or singular(bare(subject)) != " ".join(bare(subject).lower().split())
    parts = [
        one if _NAMES_A_FIELD.match(one) else f"a {singular(one) if several and '(' not in one else one}"
        for one in listed(items)
    ]
    return f"{'they have' if subject == 'they' else f'each {singular(subject)} has'} {', '.join(parts)}"
