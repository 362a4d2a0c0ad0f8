"""Whether anything of a brief is lost: its words beside those of the spec that was read from it.

`unkept` looks at every sentence, item, cell and line of the front matter. A word of it is accounted for where it is of the
language (a closed list), where something that is kept tells of it (`ledger`), where it is listed or noted already, or where
it is the verb between two things that the spec relates. What is left is listed in the words of the brief: the piece of the
sentence that nothing kept speaks of, and not the sentence again.

It knows the spec and the text, and nothing of the rules that read the one from the other: whatever those do, this holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from dbarchitect.design.spec import Spec, Surroundings, Unread
from dbarchitect.model import english

from .ledger import OF_RULES, Ledger, Words, stem, stems
from .markdown import FILES, Part
from .offices import OUTSIDE
from .phrases import sentences
from .quantities import RATE, number
from .surroundings import worded
from .wording import is_aside

_HINT = "nothing is kept of these words: say it in a sentence of its own"

# Words without content of their own, by what they are in a sentence.
_LINKS = frozenset(
    """
    a an the this that these those such same any all each every both some either neither own
    i you he she it we they me him her us them my your his its our their mine ours theirs itself themselves himself herself
    who whom whose which what where when why how there here
    of in on at to for from with by as into onto over through across between among within inside outside per via about
    during against upon under above below near than like toward towards around behind along off out up down back away
    and or but nor so yet if then else because while whereas whether though although unless until since after before once
    is are was were be been being am isn aren wasn weren do does did doing don doesn didn has have had having hasn haven hadn
    can could may might must shall should will would cannot couldn won need needs needed ought able let lets
    s t ll ve re d m
    """.split()  # noqa: SIM905
)
# How brief and writer speak of themselves, of keeping, and of how sure they are.
_TALK = frozenset(
    """
    system platform application app software solution tool portal database data information info detail details record records
    keep keeps kept store stores stored save saved track tracks tracked hold holds know knows known note notes noted register
    maintain maintained manage manages managed management support supports handle list lists listed see want wants like
    please thanks thank yes no ok okay well right exactly course correct indeed sure hi hello hey cheers
    also too just only simply basically really very quite rather even still always usually normally typically generally often necessarily
    sometimes maybe perhaps possibly probably currently now already again later together else however therefore hence
    thing things way ways kind kinds sort sorts type types one ones another other others something anything everything nothing
    somebody someone anybody anyone everybody everyone nobody people person user users client clients
    many much more most several few lot lots number numbers multiple various different certain given particular specific
    single individual separate whole full exact first last next new old small large big short long simple basic main common
    important possible necessary appropriate relevant applicable respective current usual normal good nice
    use uses used using make makes made get gets got give gives given take takes taken put go goes come comes say says said tell
    tells mean means call calls called name named show shows shown find include includes including contain contains consist
    consists belong belongs relate relates related refer refers reference concern concerns regarding respect depend depends
    e g i etc eg ie example instance follow follows following consider considered set part parts case cases time times
    exist exists id ids cover covers remember field fields value values column columns attribute attributes v least most up exactly not never
    """.split()  # noqa: SIM905
)
_PLAIN = frozenset(map(stem, _LINKS | _TALK)) | _LINKS | _TALK
_DETERMINERS = frozenset("a an the this that these those each every any some no its their his her our your my one many several".split())  # noqa: SIM905
_PREPOSITIONS = frozenset("of in on at for from with by as into onto over through across between among within per via about during against under".split())  # noqa: SIM905
_BEFORE_VERBS = frozenset(
    "it we they you i he she who which that to can could may might must shall should will would is are was were be been being has have had"
    " and or also never always not then who what".split()
)
_SOMEBODY = frozenset("it they he she we you".split())  # noqa: SIM905
_ADVERB = re.compile(r"^(?:also|only|never|always|not|then|just|usually|[a-z]{3,}ly)$")
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+", re.UNICODE)
_CLAUSE_END = re.compile(r"[.;:!?()—–\[\]|]")
_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|this|these|she|he|her|his)\b", re.IGNORECASE)
_PURPOSE = re.compile(r",? (?:so that|in order to|so as to) .+$", re.IGNORECASE | re.DOTALL)
_NUMBERING = re.compile(
    r"^\s*(?:\(?[A-Z]{1,6}[-. ]?\d+(?:\.\d+)*[.):]?|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+|\([a-z]{1,3}\)|§ ?\d+)(?:\s+(?=\S)|\s*$)"
)
_EMPHASIS = re.compile(r"[*`]|__")
_STORY = re.compile(r"^\s*as (?:an? |the )?[\w -]+?,? i (?:want|need|would like|wish|can|must|have|am able|should)\b", re.IGNORECASE)
_NOT = r"\b(?:can ?not|can['’]t|must ?n[o'’]t|must not|may not|shall not|should not|never|nobody|no one|no two|not allowed|not permitted)\b"
# What is forbidden, the most telling wording first, and what would have to be kept of it.
_FORBIDS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(marks))
    for pattern, marks in (
        (rf"{_NOT}.*\b(?:at (?:the same|any one|one|a) time|simultaneously|in parallel|overlap\w*|double[- ]booked)\b", ("exclusive",)),
        (rf"{_NOT}.*\b(?:twice|two|more than (?:one|once)|again)\b.*", ("together", "exclusive")),
        (rf"{_NOT}.*\b(?:the same|no two)\b.*", ("unique", "together", "exclusive")),
        (r"\bonly (?:\w+ ){0,3}?(?:sees?|views?|reads?|access(?:es)?|edits?|changes?|approves?|deletes?)\b", ("isolated", "flow")),
        (_NOT, ("unique", "together", "exclusive", "bounded", "flow", "lasting", "isolated")),
    )
)
_STRICT = re.compile(
    r"\d|\b(?:unique|never|must not|may not|cannot|can't|at most|at least|exactly|no two|only|nobody|no more than|more than|unless|except)\b",
    re.IGNORECASE,
)
# A thing that is said to have or to do something, which makes a fact of an introduction.
_CLAIM = re.compile(
    r"\b(?:is|are|was|were|has|have|contains?|consists?|includes?|belongs?|must|shall|may|each|every|keeps?|stores?|records?)\b", re.IGNORECASE
)
_KINDS_OF_NUMBERS = re.compile(r"\b(?:numeric|decimal)\s*\(\s*\d+\s*,|\b(?:varchar|char|string|str|reference|id)\b", re.IGNORECASE)
_GREETING = re.compile(r"^\s*(?:hi|hello|hey|dear)(?: [\w]+){0,3}[,!]\s*", re.IGNORECASE)
# Turns of phrase without content of their own, of which a word alone may have some.
_PHRASES = re.compile(
    r"\b(?:tak(?:es?|ing) place|carried out|(?:written|noted) down|looks? (?:up|for|at)|as (?:the|a) result(?: of)?|made up|in the end"
    r"|over (?:its|their) li(?:fe|ves)|over time|here is what|one more thing|i forgot|to ?do|any ?more|at all|so far|at peak)\b"
    r"|\b(?:at (?:a time|the same time|any (?:given )?(?:time|moment))|online|if they want|when needed|until (?:it|they|he|she) [a-z]+)(?= ?(?:[),.;]|$))"
    r"|^\s*(?:acceptance(?: criteria)?|questions|goals?|context|rules?|notes?|numbers|volumes?|stack|other|misc|status|owner)(?=:)"
    r"|\bw/(?= )|\b[01nm*]\s*:\s*[01nm*](?!\w)|\b[ap]\.\s?m\.",
    re.IGNORECASE,
)
_HEADS = frozenset("number numbers name names type kind id".split())  # of a noun whose first words were lost
_UNITS = frozenset("ms s k m bn st nd rd th h d".split())  # noqa: SIM905


@dataclass(frozen=True)
class _Told:
    """A piece of the brief with what it may speak of: the entities that headings `above` it and the sentence `before` it named."""

    text: str
    line: int
    lines: range
    above: tuple[str, ...]
    before: tuple[str, ...]
    lenient: bool  # an introduction: it is looked at where it names an entity, a number or a constraint


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    stem: str
    number: float | None = None
    entity: str = ""  # that it is the name of, or part of it
    kept: bool = False
    plain: bool = False

    @property
    def open(self) -> bool:
        return not (self.kept or self.plain or self.entity)


def accounted(spec: Spec, parts: Sequence[Part]) -> Spec:
    """The spec with what it keeps nothing of listed as unread."""
    unread = (*spec.unread, *unkept(parts, spec))
    return msgspec.structs.replace(spec, unread=tuple(sorted(unread, key=lambda one: one.line)))


def unkept(parts: Sequence[Part], spec: Spec) -> list[Unread]:
    """What nothing of the spec, and nothing that is listed or noted, speaks of; one entry for each sentence at most."""
    book = Ledger(spec)
    told = [
        *((one.text, one.line) for one in spec.unread),
        *((one.text, one.line) for one in spec.noted),
    ]
    found: list[Unread] = []
    for one in _pieces(parts, book, spec.about):
        listed = [text for text, line in told if line in one.lines or line == one.line]
        pieces = _lost(one, book, spec.surroundings, listed)
        if pieces:
            entry = Unread(text="; ".join(pieces), line=one.line, hint=_HINT, overlooked=True)
            if entry not in found:
                found.append(entry)
    return found


def _pieces(parts: Sequence[Part], book: Ledger, about: str) -> Iterator[_Told]:
    """Everything that is to be accounted for, with the lines whose facts may stem from it."""
    introduced = _plainest(about)
    before: tuple[str, ...] = ()
    done: tuple[int, str] = (0, "")
    for at, part in enumerate(parts):
        end = next((one.line for one in parts[at + 1 :] if one.line > part.line), part.line + 1_000)
        lines = range(part.line, max(end, part.line + 1))
        above = tuple(name for heading in part.path for name in _entities(heading, book))
        written = part.written or part.text
        match part.kind:
            case "paragraph" | "item" if OUTSIDE in part.path or is_aside(written) or done == (part.line, written):
                pass
            case "paragraph" if written.rstrip().endswith(":") and not _entities(written, book):
                pass  # what stands above a list only names it
            case "paragraph" | "item":
                done = part.line, written
                headed = part.kind == "item" or written.startswith(("**", "__"))
                listing = headed and (":" in written or written.count(",") > 1)
                for text, more in sentences(written):
                    if is_aside(text):
                        continue
                    lenient = _plainest(text) in introduced and not listing
                    yield _Told(text, part.line + more, lines, above, before, lenient)
                    before = tuple(_entities(text, book)) or before
            case "row":
                yield _Told(_KINDS_OF_NUMBERS.sub(" ", part.text), part.line, lines, above, before, False)
            case "meta" if part.cells[0].lower() not in FILES:
                yield _Told(part.cells[1], part.line, lines, (), (), False)
            case "heading":
                before = tuple(_entities(part.text, book)) or before
            case _:
                pass


def _plainest(text: str) -> str:
    return " ".join(english.split(text))


def _entities(text: str, book: Ledger) -> list[str]:
    return list(dict.fromkeys(one.entity for one in _tokens(text, book, Words()) if one.entity))


def _lost(told: _Told, book: Ledger, around: Surroundings, listed: Sequence[str]) -> list[str]:
    """The pieces of a text that nothing accounts for."""
    body = _EMPHASIS.sub(_blanks, told.text)
    for pattern in (_GREETING, _NUMBERING, _STORY):
        if (match := pattern.match(body)) is not None:
            body = " " * match.end() + body[match.end() :]
    body = _PHRASES.sub(_blanks, body)
    purpose = _PURPOSE.search(body)
    if purpose and not re.search(r"\d", purpose[0]):
        body = body[: purpose.start()]
    here = [one.entity for one in _tokens(body, book, Words()) if one.entity]
    if told.lenient and not (_STRICT.search(body) or (here and (len(set(here)) > 1 or _CLAIM.search(body)))):
        return []
    spoken = set(stems(told.text))
    asked = [one for one in book.asked if one.line == told.line and spoken.issuperset(stems(one.text))]
    near = [*here, *told.above, *(told.before if not here or _PRONOUN.search(body) else ())]
    near += book.bearers(body) if not here and _STRICT.search(body) else []
    words = book.asks(asked) if asked else book.of(near, told.lines)
    words.add(worded(told.text, around))
    for one in listed:
        words.add(one, *(more for kind, more in OF_RULES.items() if kind in one.split()))
    tokens = _tokens(body, book, words)
    if asked:
        known = {name for one in asked for name in one.entities}
        tokens = [one if one.entity in known else replace(one, entity="", kept=one.kept or words.tell(one.stem)) for one in tokens]
    else:
        tokens = _without_verbs(tokens, body, book)
    tokens = _without_ranges(tokens, body, words)
    return [_piece(told.text, tokens, run) for run in _runs(tokens, body)] or _unheld(_EMPHASIS.sub("", told.text), book, words, listed)


def _unheld(text: str, book: Ledger, words: Words, listed: Sequence[str]) -> list[str]:
    """The clauses of a text that forbid something, where nothing is kept that could: their words may all be known."""
    found: list[str] = []
    for clause in filter(None, map(str.strip, _CLAUSE_END.split(text))):
        forbids = next(((said, marks) for pattern, marks in _FORBIDS if (said := pattern.search(clause))), None)
        told = set(stems(clause))
        if forbids is None or any(
            one.split()[0] in OF_RULES or len(told & set(stems(one))) * 2 > len(told) for one in listed
        ):
            continue
        said, held = forbids
        if words.marks & {*held, *(f"one {name}" for name in _entities(said[0], book))}:
            continue
        found.append(" ".join(clause.split()))
    return found


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _tokens(text: str, book: Ledger, words: Words) -> list[_Token]:
    raw = [_token(match) for match in _TOKEN.finditer(text)]
    longest = max(map(len, book.names), default=0)
    found: list[_Token] = []
    at = 0
    singulars = [english.singular(one.text.lower()) for one in raw]
    while at < len(raw):
        for size in range(min(longest, len(raw) - at), 0, -1):
            name = book.names.get(tuple(singulars[at : at + size]))
            if name:
                found += [replace(one, entity=name) for one in raw[at : at + size]]
                at += size
                break
        else:
            found.append(_judged(raw[at], words))
            at += 1
    return found


def _token(match: re.Match[str]) -> _Token:
    text = match[0]
    return _Token(text, match.start(), match.end(), stem(text), number(text) if text[0].isdigit() else None)


def _judged(one: _Token, words: Words) -> _Token:
    if one.number is not None:
        return replace(one, kept=words.count(one.number) or one.stem in words.stems)
    lower = one.text.lower()
    plain = lower in _PLAIN or one.stem in _PLAIN or number(lower) is not None
    plain = plain and (len(one.text) > 1 or one.text in "aAI" or one.text == lower) or one.text in _UNITS
    return replace(one, plain=plain, kept=not plain and words.tell(one.stem))


def _without_verbs(tokens: list[_Token], text: str, book: Ledger) -> list[_Token]:
    """The verbs between two things that are kept and related say no more than that they are."""
    found = list(tokens)
    for at, one in enumerate(tokens):
        if not one.open or one.number is not None:
            continue
        if _is_relative(tokens, at, text):
            found[at] = replace(one, plain=True)
        if not _is_verb(tokens, at, text):
            continue
        after = next((each for each in tokens[at + 1 :] if not each.plain), None)
        if after is None or after.open or _CLAUSE_END.search(text[one.end : after.start]):
            continue
        subjects = {each.entity for each in tokens[:at] if each.entity} - {after.entity}
        if after.entity and subjects and not any(frozenset((each, after.entity)) in book.related for each in subjects):
            continue
        found[at] = replace(one, plain=True)
    return found


def _without_ranges(tokens: list[_Token], text: str, words: Words) -> list[_Token]:
    """`5-8 jobs`, of which the middle is kept."""
    found = list(tokens)
    for at, (one, other) in enumerate(pairwise(tokens)):
        ends = one.number, other.number
        if None not in ends and re.fullmatch(r" ?(?:-|–|to) ?", text[one.end : other.start]) and words.count(sum(filter(None, ends)) / 2):
            found[at], found[at + 1] = replace(one, kept=True), replace(other, kept=True)
    return found


def _is_verb(tokens: Sequence[_Token], at: int, text: str) -> bool:
    """Whether a word stands where verbs do: behind a noun, a pronoun or a modal, before what it is done to."""
    before = next((one for one in reversed(tokens[:at]) if not _ADVERB.match(one.text.lower())), None)
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None or _CLAUSE_END.search(text[tokens[at].end : after.start]):
        return False
    if before is not None and not (before.entity or before.kept or before.text.lower() in _BEFORE_VERBS):
        return False
    return True


def _is_relative(tokens: Sequence[_Token], at: int, text: str) -> bool:
    """Whether a word is what somebody does with the noun right before: `a list of courses it offers`."""
    noun, who = tokens[at - 2 : at] if at > 1 else (None, None)
    if noun is None or who is None or who.text.lower() not in _SOMEBODY:
        return False
    ends = at + 1 == len(tokens) or bool(re.search(r"[,.;:!?)]", text[tokens[at].end : tokens[at + 1].start]))
    return ends and (noun.kept or bool(noun.entity) or noun.text.lower() in ("which", "that", "whom"))


def _runs(tokens: Sequence[_Token], text: str) -> list[list[int]]:
    """The open tokens, together where only words without content stand between them."""
    runs: list[list[int]] = []
    for at, one in enumerate(tokens):
        if not one.open:
            continue
        if runs:
            last = runs[-1][-1]
            between = tokens[last + 1 : at]
            gap = text[tokens[last].end : one.start]
            if all(each.plain for each in between) and not re.search(r"[.;:!?()—–|]", gap):
                runs[-1].append(at)
                continue
        runs.append([at])
    return runs


def _piece(text: str, tokens: Sequence[_Token], run: Sequence[int]) -> str:
    """A run as it stands in the text, with the rest of the noun that it begins or ends: `end date`, of which `date` is kept."""
    first, last = run[0], run[-1]
    while first > 0 and tokens[first - 1].kept and text[tokens[first - 1].end : tokens[first].start] == " ":
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].kept and text[tokens[last].end : tokens[last + 1].start] in (" ", "-"):
        last += 1
    while last + 1 < len(tokens) and tokens[last + 1].text.lower() in _HEADS and text[tokens[last].end : tokens[last + 1].start] == " ":
        last += 1
    return " ".join(_EMPHASIS.sub("", text[tokens[first].start : tokens[last].end]).split())
