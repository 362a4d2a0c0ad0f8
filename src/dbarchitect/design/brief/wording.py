"""Other people's wordings in the grammar's own: a story, a clause of a contract, a definition, a line of notes.

`plainly` turns a sentence into the clauses that it makes, each so as `grammar` reads it. What no rule knows stays as it
is. Only what says nothing of the data is left out: greetings, purposes (`so that ...`), and numbers of paragraphs.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dbarchitect.model import english

from .asides import unfolded
from .fillers import without_fillers
from .offices import taken_apart
from .phrases import bare, singular
from .statements import rejoined

_Q = (
    r"(?:one or more|zero or more|any number of|at least one|at most one|exactly one|more than one|many|several|multiple"
    r"|various|more|some|two or more|up to \d+|at least (?:\d+|two|three|four)|between \w+ and \w+|a variety of|\d+|two|three|four)"
)
_A = r"(?:an?|each|every|one|the|any|all|a single)"
_NO_PREPOSITION = r"(?!(?:on|of|in|at|that|which|and|for|by|to|with)\b)"
_WORDS = rf"{_NO_PREPOSITION}[\w'’-]+(?: {_NO_PREPOSITION}[\w'’-]+){{0,2}}?"
_KEEP = r"(?:keep track of|keep information (?:about|on)|keep|store|record|track|know|save|note|remember|log|write|register|hold|collect|need|enter|see)"
_KEPT = r"(?:kept|written down|noted down|recorded|stored|entered|noted|known|registered|maintained|tracked|saved|held|given|captured|collected|documented)"
_WILL = r"(?:(?:must|want to|need to|have to|should|would like to|also|do|can|will|always|just) )*"

# (pattern, what stands there instead), applied one after the other, each as often as it holds.
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        # what says nothing of the data
        (r"^(?:it|this|the (?:app|application|system|platform|product))(?: is|['’]s) (?:a )?multi[- ]?tenant(?: [a-z]+)?(?:[:;,]| [—–-]) ?(?=(?:each|every|an?) )", ""),
        (r"^(?:\d+(?:\.\d+)+\.?|\d+[.)]|\([a-z0-9]{1,3}\)|§ ?\d+)\s+", ""),
        (r"^(?:yes|well|ok|okay|sure|right|correct|exactly)[,:]? (?:please[,:]? )?", ""),
        (r"^(?:no|also|and|but|so|besides|basically|of course|furthermore|moreover|additionally|finally|in the end|typically"
         r"|normally|generally|in addition|note that|please note that|important|note|nb|remember|acceptance|one more thing[\w ]*"
         r"|for the avoidance of doubt|under no circumstances|over time|afterwards|then|next)(?:[,:] | that )", ""),
        (r",? (?:over (?:its|their|the) (?:whole )?li(?:fe|ves)|over (?:the )?(?:time|years)|in the system|to which (?:it|they) (?:relates?|belongs?|applies|apply)"
         r"|at all|where applicable|as well|no more|in order)$", ""),
        (r"\b(the [\w-]+(?: [\w-]+)?) (?:who|which|that) (?:has |have )?[a-z]+ (?:it|them)$", r"\1"),
        (r",? which (?:is|are) not necessarily .+$", ""),
        (r",? (?:also )?known as .+$", ""),
        (r" (?:on|in|of|with) it$", ""),
        (r"(?: that| which)? (?:it|they|he|she) (?:offers?|has|have|owns?|sells?|keeps?|makes?|provides?)$", ""),
        (r"\b(an?|each|every|the) (?:given|particular|specific|certain|individual) ", r"\1 "),
        (r"^((?:each|every|an?) [\w-]+) (?:that|which|who|used|recorded|sold|kept|stored) .+? (?=(?:has|have) an?\b)", r"\1 "),
        # contracts
        (r"\bshall\b", "must"),
        (r"\b(?:in respect of|with respect to|relating to|with regard to|against)\b", "for"),
        (r",? being (?:an? |either )[\w ]+?,(?= (?:must|is|are|has|can|may)\b)", ""),
        (r"\b(?:must|will|should|has to|have to|needs? to) be (?=[a-z])", "is "),
        (rf"\b({_Q}|any|each|every|one) of (?:the|its|their|his|her|my|our|your|these|those) (?=[a-z])", r"\1 "),
        (r"\bthe same (?=[\w-]+(?: [\w-]+)? (?:can|may|must|is|are)\b)", "a "),
        (r"(?:,? and)?,? (?:where applicable|where known|if applicable|if any|if known|if there is one|if (?:he|she|it|they) (?:has|have) (?:one|any)),? (?=(?:the|an?|its|their) )", ", an optional "),
        (r",? (?:where applicable|if applicable|if any|if known|if there is one),?(?= |$)", " (optional)"),
        (r",? and,? (?:sometimes|perhaps|possibly|maybe|optionally),? (?:an?|the) ", ", an optional "),
        (r" an optional (?:the|an?|its|their) ", " an optional "),
        (r",? (?:each|all) of which (?:is|are|must be) ", " is "),
        # parts, groups and places
        (rf"\b(?:is|are) (?:split|divided|broken(?: down| up)?|subdivided|organi[sz]ed|partitioned|offered|given|held|run) in(?:to)? (?={_Q} )", "has "),
        (rf"^((?:{_A} )?{_WORDS}) (?:is|are|can be|may be) (?:grouped|sorted|filed|arranged) (?:in|into|by|under) ([\w-]+s)$", r"\1 belongs to one \2"),
        (rf"\b(?:is|are) (?:in|on|at|under|part of) the [a-z]+ of (?={_Q} |one |an? )", "belongs to "),
        (rf"^(?:we|i|they) (?:own|have|keep|hold|stock|offer) ((?:several|many|one or more|multiple|any number of) {_WORDS}) (?:of|for|per) (?:each|every) ({_WORDS})$", r"each \2 has \1"),
        (rf"^((?:{_A} )?{_WORDS}) = (?=(?:one|an?|who|which|when|the) )", r"\1 has "),
        (rf"^((?:{_A} )?{_WORDS}) (?:is|are) (?:just|simply|only|basically) (?=[\w -]+ \+ )", r"\1 has "),
        # lists of what is known, said of an entity
        (rf"^(?:the )?(?:system|app|application|software|platform|database|register) (?:must|should|will|has to) (?:{_KEEP}) (?=(?:the|its) )(?!.* (?:of|for) (?:an?|each|every|the) )", "it has "),
        (rf"^(?:{_A} )({_WORDS})['’]s? (.+) (?:is|are|will be|must be) (?:also )?{_KEPT}$", r"each \1 has \2"),
        (rf"^((?:whether|when (?:it|they)|how many|how much|who) [^,]+?) (?:is|are|has to be|must be|should be) (?:also )?{_KEPT}(?: as well| too)?$", r"it has \1"),
        (rf"^(?:for|of|about|from|on|with|in) (?:{_A} )({_WORDS}),? (?:we|you|i|they|the \w+) {_WILL}{_KEEP}(?: down)? (.+)$", r"each \1 has \2"),
        (rf"^(?:for|of|about|from|on|with) (?:{_A} )({_WORDS}),? ((?:the|an?|its|their|when|whether|how) .+) (?:is|are|will be|must be|can be) (?:also )?{_KEPT}$", r"each \1 has \2"),
        (rf"^(?:we|you|i|they|the \w+) {_WILL}(?:{_KEEP}|keeps track of) (?:down )?(?:the|each|every) ({_WORDS})['’]s? (.+)$", r"each \1 has \2"),
        (rf"^their ([\w ,-]+) (?:is|are|must be) (?:also )?{_KEPT}(?: (?:down|as well|too|for it|with it))*$", r"they have \1"),
        (rf"^(?:the|its|their) ([\w ,-]+) (?:is|are) (?:also )?{_KEPT}(?: (?:down|as well|too|for it|with it))*$", r"it has a \1"),
        (r",? (?:which|that) (?:nobody|no one|no other [\w ]+?) (?:else )?(?:has|shares|uses)$", " (unique)"),
        (rf"^((?:{_A} )?{_WORDS}) = (?=\d|{_Q} )", r"\1 has "),
        (rf"^(?:we|you|i|they) {_WILL}{_KEEP} (?:the )?(.+) (?:for|of|about|from|on) (?:each|every|an?) ({_WORDS})((?:,? (?:who|which) (?:is|are) .+?)?)(?: too| as well)?$", r"each \2 has \1\3"),
        (r"^(?:we|you|i|they|(?:the )?[\w-]+) (?:keeps?|stores?|holds?) information (?:about|on) ([\w -]+): (.+)$", r"\1 have \2"),
        (rf"^((?:{_A} )?{_WORDS}) (?:is|are) ([a-z]+) or not$", r"\1 has \2 or not"),
        (rf"^no ({_WORDS}) (?:may|can) [a-z]+ (?:in|on|at|to|under) more than one ({_WORDS})$", r"each \1 belongs to one \2"),
        (rf"^in (?:{_A} )({_WORDS}) (?:must be|there (?:is|are|must be)|is|are|we (?:find|see|have)) (?=(?:the|an?|its|{_Q}) )(.+)$", r"each \1 has \2"),
        (rf"^in (?:{_A} )({_WORDS}) we (?:use|put|have|list|collect|group) ([\w-]+s)$", r"a \1 uses many \2"),
        (rf"^in (?:{_A} )({_WORDS}) (?:can|may|must)(?: be)? [a-z]+ ({_Q} .+)$", r"a \1 involves \2"),
        (rf"^({_WORDS}) (?:sign up|sign in|log in|register|are registered|are recorded|are stored|are entered|join) with (.+)$", r"\1 have \2"),
        (rf"^((?:{_A} )?{_WORDS}) (?:is|are) (?:also )?{_KEPT} (?:together )?with (.+)$", r"\1 has \2"),
        (rf"^((?:{_A} )?{_WORDS}) (?:is|are) (?:just|simply|only|basically|composed of|made of) (?=(?:an?|the) )", r"\1 has "),
        (rf"^((?:{_A} )?{_WORDS}) (?:can|may|might|could) to (?=have|be|do)", r"\1 can "),
        (rf"^for (?:each|every one)(?: of (?:them|these|those))?,? (?=(?:we|you|i|they) {_WILL}{_KEEP} )", ""),
        # uniqueness
        (r"^(.+?) (?:(?:is|are) never|can ?not|can't|must not|may not|should not|never) (?:(?:be )?(?:shared|reused|repeated|duplicated)|repeat|repeats|occur twice|used twice|given twice)"
         r"(?: (?:between|among|across|by) .+)?$", r"\1 is unique"),
        (r"^(.+?) numbers? (?:is|are) unique$", r"\1 number is unique"),
        # notes
        (r"\bw/ ?", "with "),
        (r"\b(?:an?|the) (?:profile|record|entry|account|card|page|file) (?:for|of) (?=(?:an?|each|every|one|their|its|his|her|the)\b)", ""),
        (r" only$", ""),
    )
)  # fmt: skip
# Where one sentence says two things of two subjects.
_BOTH = re.compile(
    r"^both (?:the )?(.+) and (?:the )?(.+) (?:are|have) unique(?: values?)?(?: for .+)?$", re.IGNORECASE
)
# `for each product in an order we keep the quantity`: of a pair, which the grammar reads itself.
_FOR_BOTH = re.compile(
    r"^for (?:each|every) [\w-]+(?: [\w-]+)? (?:and|that|which|in|on|of|at) .+(?:,| we|(?:is|are) [a-z]+$)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^(?:if|when|whenever|each time|every time) [^,]+, we (?:also )?[a-z]+ ", re.IGNORECASE)
# `the number of hours that an employee works on each project`: of a pair as well.
_OF_TWO = re.compile(
    r"^(?:we|they) .+ (?:that |which |for which )?(?:an?|each|every|the) [\w-]+(?: [\w-]+)? [a-z]+(?: [a-z]+)?? (?:each|every) [\w-]+(?: [\w-]+)?$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"^(?:for|of|about|from|on|with) {_A} .+ (?:is|are|must be|shall be|should be|will be) (?:also )?{_KEPT}$",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r",? (?:so that|in order to|so as to) .+$", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s+[—–]\s+|\s+-\s+(?:so|and|but)\s+|,? because |, (?=we just (?:write|record|keep|store|need|note) )|(?<=\w) so (?=(?:it|they|we) (?:has|have|need|keep)\b)|, (?=we (?:also |must )?(?:write|record|keep|store|need|want) )|, (?=one [\w -]+ (?:per|for) )|,? and (?=(?:for|in) each )|,? and (?=(?:its|their|his|her) (?:(?! together\b)[\w ,])+ (?:is|are|must be|shall be) )|, (?=all (?:the )?other (?:fields|values) )|,? but (?=no )|, and (?=[a-z]+s (?!in |at |to |for |on |with |exactly |by |of |from |into )[a-z]+ (?:several|many|one|an?|multiple|various|any) )|,? (?:and|but) (?=(?:one|an?|each|every|the same|the|there) (?:(?!and\b|or\b)[\w-]+ ){1,3}?(?:can|may|must|works?|has|have|is|are|belongs?|must)\b"
    r"|we (?:also |must |want to |need to )*(?:record|need|write|want|keep|store|know|track|note|remember|log)\b|(?:one|an?|each|every) [\w-]+(?: [\w-]+)? [a-z]+s (?:an?|the|many|several|one|at|exactly|up|more|its) )",
    re.IGNORECASE,
)
_WHICH = re.compile(
    r"^(.+?\b(?:one|an?|many|several|at most one|exactly one|a number of|\d+) ([\w-]+(?: [\w-]+)?)),? (?:which|each(?: one| of (?:them|which))?) "
    r"(?:has|have|with|having|records?|contains?|stores?|holds?|keeps?|states?) (.+)$", re.IGNORECASE,
)  # fmt: skip
_WHEN = re.compile(r"^(?:when|once|whenever|after|if|as soon as) [^,]+, (.+)$", re.IGNORECASE)
_ASIDE = re.compile(
    r"^(?:hi|hello|hey|dear|cheers|best|kind|many thanks|thanks|thank you|yours|sincerely|greetings|regards|good morning)\b"
    r"(?:[^.:]{0,40})$|^(?:from|to|cc|bcc|subject|date|sent|reply-to): .+$|^--(?:\s.*)?$|^on .{3,60} wrote:?$",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_QUESTION = re.compile(r"^(?:and )?(does|do|did|can|may|must|is|are|has|have|will|should) (.+?)\??$", re.IGNORECASE)
_ABOUT_WHAT = re.compile(
    r"^(?:and )?(?:what|which)\b.* (?:about|of|for|on) (?:an?|each|every|the|your|our)? ?([\w-]+(?: [\w-]+)?)\??$"
    r"|^(?:and|what about) (?:the|your|our)? ?([\w-]+(?: [\w-]+)?)\??$", re.IGNORECASE,
)  # fmt: skip


# `as a teacher, I want to teach several classes`: whoever wants it need not be a thing.
_STORY = re.compile(
    r"^as (?:an?|the) ([\w -]+?),? i (?:want|need|would like|wish|must be able|should be able|am able|have|can|must)"
    r"(?: to be able)? (?:to )?(.+)$", re.IGNORECASE,
)  # fmt: skip
_ACTOR = re.compile(r"\bas an? [\w -]+?,? i\b", re.IGNORECASE)
# `assign each pupil to exactly one class`: whoever does that, it says something of the two.
_ASSIGN = re.compile(
    rf"^(?:(?:{_A} )?{_WORDS} (?:(?:can|may|must|has to|will) )?)?(?:assigns?|attach(?:es)?|adds?|links?|connects?|moves?|puts?|allocates?|books?) "
    rf"((?:each|every|an?) {_WORDS}) (?:to|with|in|into|on) ((?:exactly one|at most one|one|an?|{_Q}) {_WORDS})$", re.IGNORECASE,
)  # fmt: skip


def without_actors(text: str) -> str:
    """A text without those who only tell a story: `as an admin, I`."""
    return _ACTOR.sub("", text)


@lru_cache(maxsize=4096)  # the first look asks for the same sentences as the second
def plainly(text: str) -> tuple[str, ...]:
    """The clauses of a sentence in words that the grammar knows."""
    told = _told(_PURPOSE.sub("", without_fillers(text)))
    return tuple(one for whole in unfolded(told) for part in taken_apart(whole) for one in _plainly(part))


def _plainly(told: str) -> list[str]:
    found: list[str] = []
    both = _BOTH.match(told)
    if both is not None:
        return [f"{one} is unique" for one in both.groups()]
    if _FOR_BOTH.match(told) or _CONDITION.match(told) or _OF_TWO.match(told):
        return [told]
    for clause in [told] if _WHOLE.match(told) else rejoined(_SPLIT.split(told)):
        if _FOR_BOTH.match(clause):
            found.append(clause)
            continue
        said = _rewritten(clause.strip(" ,"))
        which = _WHICH.match(said)
        if which is not None:
            found += [which[1], f"each {singular(which[2])} has {which[3]}"]
        elif said:
            found.append(said)
    return found


def _told(text: str) -> str:
    """A story in the third person."""
    story = _STORY.match(text)
    if story is None:
        return text
    *words, last = english.split(story[1])
    return f"{' '.join((*words, english.plural(last)))} can {story[2]}"


def _rewritten(text: str) -> str:
    said = text
    for pattern, instead in _REWRITES:
        said = pattern.sub(instead, said).strip(" ,")
    assigned = _ASSIGN.match(said)
    return f"{assigned[1]} belongs to {assigned[2]}" if assigned else said


def afterwards(text: str) -> str | None:
    """What is left of `when a car comes in, a mechanic opens a work order` without its condition."""
    match = _WHEN.match(text)
    return match[1] if match else None


def is_aside(text: str) -> bool:
    """Whether a line is a greeting, a signature, or the head of a letter."""
    return bool(_ASIDE.match(text.strip()))


def asserted(question: str) -> str | None:
    """What a question says once it is answered with yes: `does a volunteer belong to one branch`."""
    match = _QUESTION.match(question.strip())
    if match is None:
        return None
    word = match[1].lower()
    if word in ("does", "do", "did"):
        return match[2]
    subject = re.match(rf"^((?:{_A} )?[\w-]+) (.+)$", match[2], re.IGNORECASE)
    return f"{subject[1]} {word} {subject[2]}" if subject else None


def asked_about(question: str) -> str | None:
    """The thing that a question is about: `what do you keep about a volunteer?`."""
    match = _ABOUT_WHAT.match(question.strip())
    return singular(bare(match[1] or match[2])) if match else None
